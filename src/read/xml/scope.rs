//! Which namespace a prefix stands for.

use super::syntax::{Name, Tag, Wrong, value_text};

const UNBOUND: Wrong = "a name's prefix stands for no namespace";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The declarations in force, innermost last.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    bindings: Vec<Binding>,
}

#[derive(Clone, Debug)]
struct Binding {
    depth: usize,
    prefix: String,
    uri: String,
}

impl Scope {
    /// Takes a tag's declarations in, and refuses names whose prefix stands for nothing. `depth` counts the elements
    /// around the tag.
    pub(super) fn enter(&mut self, tag: &Tag<'_>, depth: usize) -> Result<(), Wrong> {
        self.leave(depth);
        for attribute in &tag.attributes {
            let Name { prefix, local, .. } = attribute.name;
            let declared = match (prefix, local) {
                ("xmlns", prefix) => prefix,
                ("", "xmlns") => "",
                _ => continue,
            };
            let uri = value_text(attribute.raw)?;
            declarable(declared, &uri)?;
            self.bindings.push(Binding {
                depth,
                prefix: declared.to_owned(),
                uri: uri.into_owned(),
            });
        }
        if tag.name.prefix == "xmlns" {
            return Err(UNBOUND);
        }
        self.uri(tag.name.prefix).ok_or(UNBOUND)?;
        for (at, attribute) in tag.attributes.iter().enumerate() {
            let Name { prefix, local, .. } = attribute.name;
            if prefix.is_empty() || prefix == "xmlns" {
                continue;
            }
            let uri = self.uri(prefix).ok_or(UNBOUND)?;
            let twice = tag.attributes[..at].iter().any(|other| {
                other.name.local == local
                    && !other.name.prefix.is_empty()
                    && other.name.prefix != "xmlns"
                    && self.uri(other.name.prefix) == Some(uri)
            });
            if twice {
                return Err("an attribute stands twice in one tag");
            }
        }
        Ok(())
    }

    /// Drops the declarations of elements at this depth and deeper.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|b| b.depth >= depth) {
            self.bindings.pop();
        }
    }

    /// The namespace of a prefix: blank where no prefix and no default stands, `None` where the prefix is not declared.
    pub(super) fn uri(&self, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(XML);
        }
        let binding = self.bindings.iter().rev().find(|b| b.prefix == prefix);
        match binding {
            Some(binding) => Some(&binding.uri),
            None => prefix.is_empty().then_some(""),
        }
    }
}

fn declarable(prefix: &str, uri: &str) -> Result<(), Wrong> {
    let good = match prefix {
        "xml" => uri == XML,
        "xmlns" => false,
        "" => uri != XML && uri != XMLNS,
        _ => !uri.is_empty() && uri != XML && uri != XMLNS,
    };
    if good {
        Ok(())
    } else {
        Err("a namespace is declared that may not be")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_stand_for_what_the_innermost_declaration_says() {
        let mut scope = Scope::default();
        let enter = |scope: &mut Scope, raw: &str, depth| {
            scope.enter(&Tag::parse(raw).expect("a tag"), depth)
        };
        enter(&mut scope, "<a xmlns='one' xmlns:p='two'>", 0).expect("good");
        assert_eq!(scope.uri(""), Some("one"));
        enter(&mut scope, "<p:b xmlns='' xmlns:p='three' p:x='' x=''>", 1).expect("good");
        assert_eq!((scope.uri(""), scope.uri("p")), (Some(""), Some("three")));
        scope.leave(1);
        assert_eq!((scope.uri(""), scope.uri("p")), (Some("one"), Some("two")));
        let bad = [
            "<q:b>",
            "<b q:x=''>",
            "<xmlns:b>",
            "<b xmlns:xml='other'>",
            "<b xmlns:xmlns='other'>",
            "<b xmlns:q=''>",
            "<b xmlns='http://www.w3.org/XML/1998/namespace'>",
            "<b xmlns:q='two' p:x='' q:x=''>",
        ];
        for raw in bad {
            assert!(enter(&mut scope, raw, 1).is_err(), "{raw}");
        }
        assert!(enter(&mut scope, "<b xml:lang='sv'>", 1).is_ok());
    }
}
