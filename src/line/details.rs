//! Personal details: what of an entity's state they are, and how long they are needed.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

pub use super::context::Today;
use super::{Line, Space, stored};

/// What a line says of the entities of one space.
pub struct Details {
    /// The space.
    pub space: Space,
    /// What of an entity is kept once it is long over.
    pub left: Left,
    /// Names that it is found by and that are personal, by space and what they begin with.
    pub names: &'static [(Space, &'static str)],
    /// How it stands.
    pub life: fn(&str, &str, &Today<'_>) -> Result<Life>,
}

/// What of an entity is kept.
pub enum Left {
    /// Nothing: it is forgotten, and a new one can have its key.
    Nothing,
    /// All but these members of its state, as paths with a point between names and `*` for each of a list.
    But {
        /// Those that can be missing.
        removed: &'static [&'static str],
        /// Those that cannot, and are emptied.
        emptied: &'static [&'static str],
    },
}

/// How an entity stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// Whether nothing more is to be expected of it. Entities that others name (customers, for instance) have no life of
    /// their own, and are always over.
    pub over: bool,
    /// The entities that are needed as long as it is not.
    pub needs: Vec<(Space, String)>,
    /// The entity without which it is not over either.
    pub with: Option<(Space, String)>,
}

impl Life {
    /// Over, and alone.
    pub fn over() -> Self {
        Self {
            over: true,
            ..Self::default()
        }
    }
}

/// What every line says of personal details.
pub fn details() -> impl Iterator<Item = (Line, &'static Details)> {
    let lines = Line::ALL.iter();
    lines.flat_map(|line| {
        let details = line.registration().details.iter();
        details.map(|details| (*line, details))
    })
}

impl Details {
    /// Whether anything of such an entity is personal; else it only says whom it needs.
    pub const fn takes_anything(&self) -> bool {
        match self.left {
            Left::Nothing => true,
            Left::But { removed, emptied } => !removed.is_empty() || !emptied.is_empty(),
        }
    }

    /// The state without personal details; `None`: there are none in it, or nothing of it is kept at all.
    ///
    /// # Errors
    /// The state does not read.
    pub fn redacted(&self, state: &str) -> Result<Option<String>> {
        let Left::But { removed, emptied } = self.left else {
            return Ok(None);
        };
        let mut value: Value = stored::parse(state).context("a state does not read")?;
        let mut changed = false;
        for path in removed {
            edit(&mut value, path, &mut |members, name| {
                changed |= members.shift_remove(name).is_some();
            });
        }
        for path in emptied {
            edit(&mut value, path, &mut |members, name| {
                if let Some(member) = members.get_mut(name) {
                    changed |= empty(member);
                }
            });
        }
        Ok(changed.then(|| value.to_string()))
    }
}

/// Reaches the members that a path names.
fn edit(value: &mut Value, path: &str, last: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    let Some((first, rest)) = path.split_once('.') else {
        if let Value::Object(members) = value {
            last(members, path);
        }
        return;
    };
    match value {
        Value::Array(items) if first == "*" => {
            for item in items {
                edit(item, rest, last);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get_mut(first) {
                edit(member, rest, last);
            }
        }
        Value::Array(_) | Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// Makes a text, list or object empty; `false`: it was.
fn empty(member: &mut Value) -> bool {
    let none = match member {
        Value::String(text) if !text.is_empty() => Value::String(String::new()),
        Value::Array(items) if !items.is_empty() => Value::Array(Vec::new()),
        Value::Object(members) if !members.is_empty() => Value::Object(Map::new()),
        Value::String(_) | Value::Array(_) | Value::Object(_) => return false,
        Value::Number(_) | Value::Bool(_) | Value::Null => return false,
    };
    *member = none;
    true
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Each path of what is personal leads to something in a state that has every member: else the name of a member was
    /// changed in one place and not in the other.
    pub(in crate::line) fn each_path_leads_somewhere(details: &Details, state: &str) {
        let Left::But { removed, emptied } = details.left else {
            panic!("nothing of it is left");
        };
        let alone = |removed, emptied| {
            let left = Left::But { removed, emptied };
            let one = Details {
                left,
                names: &[],
                ..*details
            };
            one.redacted(state).expect("it reads")
        };
        for path in removed {
            assert!(alone(std::slice::from_ref(path), &[]).is_some(), "{path}");
        }
        for path in emptied {
            assert!(alone(&[], std::slice::from_ref(path)).is_some(), "{path}");
        }
    }

    const DETAILS: Details = Details {
        space: Space("t"),
        left: Left::But {
            removed: &["birth", "accounts.*.iban", "none.of.these"],
            emptied: &["number", "person", "accounts.*.lines", "amount"],
        },
        names: &[],
        life: |_, _, _| Ok(Life::over()),
    };

    #[test]
    fn what_the_paths_name_is_gone_and_the_rest_is_as_it_was() {
        let state = r#"{"z":1.10,"number":"123","birth":"1980-01-01","accounts":[{"iban":"SE1","lines":[1]},{"x":"ü"}],
            "person":{"name":"A"},"amount":12.00}"#;
        let left = DETAILS.redacted(state).expect("JSON").expect("details");
        let expected = r#"{"z":1.10,"number":"","accounts":[{"lines":[]},{"x":"ü"}],"person":{},"amount":12.00}"#;
        assert_eq!(left, expected);
        assert_eq!(DETAILS.redacted(&left).expect("JSON"), None, "again");
    }

    #[test]
    fn details_are_of_spaces_of_their_line() {
        for (line, details) in super::details() {
            let spaces = crate::line::spaces(line);
            assert!(spaces.contains(&details.space), "{}", details.space.0);
            assert!(
                details
                    .names
                    .iter()
                    .all(|(space, _)| spaces.contains(space))
            );
        }
    }
}
