//! A small JSON object that keeps the order in which its members were added.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// What events and entity states hold: a few dozen members at most, nearly all under names that stand in the code.
/// Looking through them is faster than hashing them, and a record makes several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(Cow<'static, str>, Value)>);

impl Object {
    /// No members yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// No members yet, room for `n`.
    pub fn with_capacity(n: usize) -> Self {
        Self(Vec::with_capacity(n))
    }

    /// The member of this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The members' names in order.
    pub fn keys(&self) -> impl Iterator<Item = &Cow<'static, str>> {
        self.0.iter().map(|(name, _)| name)
    }

    /// Sets a member; one that is there already keeps its place.
    pub fn insert(&mut self, name: impl Into<Cow<'static, str>>, value: Value) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// Whether there is a member of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Cow<'static, str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::ops::Index<&str> for Object {
    type Output = Value;

    /// Null where there is no such member, as in the JSON library.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl IntoIterator for Object {
    type Item = (Cow<'static, str>, Value);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Extend<(Cow<'static, str>, Value)> for Object {
    fn extend<T: IntoIterator<Item = (Cow<'static, str>, Value)>>(&mut self, members: T) {
        for (name, value) in members {
            self.insert(name, value);
        }
    }
}

impl<N: Into<Cow<'static, str>>> FromIterator<(N, Value)> for Object {
    fn from_iter<T: IntoIterator<Item = (N, Value)>>(members: T) -> Self {
        let mut object = Self::new();
        for (name, value) in members {
            object.insert(name, value);
        }
        object
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(
            object
                .0
                .into_iter()
                .map(|(name, value)| (name.into_owned(), value))
                .collect(),
        )
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(&**name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Object::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    object.insert(name, value);
                }
                Ok(object)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_come_back_from_json() {
        let mut object = Object::new();
        object.insert("b", Value::from(1));
        object.insert("a".to_owned(), Value::from("x"));
        object.insert("b", Value::from(2));
        let text = serde_json::to_string(&object).expect("JSON");
        assert_eq!(text, r#"{"b":2,"a":"x"}"#);
        assert_eq!(serde_json::from_str::<Object>(&text).expect("JSON"), object);
        assert_eq!(object.remove("b"), Some(Value::from(2)));
        assert_eq!((object.len(), object.get("a").is_some()), (1, true));
        assert_eq!(Value::from(object), serde_json::json!({ "a": "x" }));
    }
}
