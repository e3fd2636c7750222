//! Where in a record a format's fields stand.

use std::collections::HashMap;

use crate::format::{Format, XmlRules, path, positioned};
use crate::model::family;

/// The fields of a format by where they stand.
#[derive(Debug)]
pub(super) enum Tree {
    /// The elements and attributes of a record are fields by their own names.
    Names(Names),
    /// Fields stand where their paths say; the first node is the record.
    Paths(Vec<Node>),
}

/// Fields by name.
#[derive(Debug)]
pub(super) struct Names {
    fields: HashMap<&'static str, usize>,
    families: Vec<&'static str>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The field of this number.
    Field(usize),
    /// A member of the family of this number.
    Member(usize, &'static str),
}

impl Names {
    /// What this name stands for, if it is known.
    pub(super) fn get(&self, name: &str) -> Option<Named> {
        if let Some(&field) = self.fields.get(name) {
            return Some(Named::Field(field));
        }
        let mut families = self.families.iter().enumerate();
        // Elements are told apart by case.
        let member = |of: &&'static str| family::member(of, name).filter(|member| *member == name);
        families.find_map(|(at, of)| Some(Named::Member(at, member(of)?)))
    }
}

/// One element on the way to fields.
#[derive(Debug, Default)]
pub(super) struct Node {
    children: Vec<(String, Option<u32>, usize)>,
    /// Whether elements of one name are told apart by their position.
    pub(super) positions: bool,
    /// What its text is.
    pub(super) text: Vec<Part>,
    /// What its attributes are.
    pub(super) attributes: Vec<(String, Part)>,
}

/// A field, or one of the texts that are joined to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// The field, by number.
    pub(super) field: usize,
    /// 0 where it stands itself, else the number of the text that is joined to it.
    pub(super) number: usize,
}

impl Tree {
    pub(super) fn new(format: &Format, rules: &XmlRules) -> Self {
        let fields = format.fields.iter().enumerate();
        if rules.by_name {
            let families = format.families.iter().map(|family| family.name);
            return Self::Names(Names {
                fields: fields.map(|(at, field)| (field.name, at)).collect(),
                families: families.collect(),
            });
        }
        let mut nodes = vec![Node::default()];
        for (at, field) in fields {
            let Some(own) = field.path.as_ref().filter(|path| !path.from_root) else {
                continue;
            };
            let joined = field.convert.join.iter().flat_map(|(_, paths)| paths);
            let joined: Vec<_> = joined.filter_map(|text| path(text)).collect();
            for (number, path) in std::iter::once(own).chain(&joined).enumerate() {
                let mut node = 0;
                for element in &path.elements {
                    node = Self::step(&mut nodes, node, element);
                }
                let part = Part { field: at, number };
                match &path.attribute {
                    Some(attribute) => nodes[node].attributes.push((attribute.clone(), part)),
                    None => nodes[node].text.push(part),
                }
            }
        }
        Self::Paths(nodes)
    }

    fn step(nodes: &mut Vec<Node>, from: usize, element: &str) -> usize {
        let (name, positions) = positioned(element);
        let position = positions.map(|(first, _)| first);
        let mut children = nodes[from].children.iter();
        let known = children.find(|(child, at, _)| child == name && *at == position);
        if let Some((_, _, child)) = known {
            return *child;
        }
        let child = nodes.len();
        nodes.push(Node::default());
        nodes[from].positions |= position.is_some();
        nodes[from]
            .children
            .push((name.to_owned(), position, child));
        child
    }
}

impl Node {
    /// The number of the child of this name, which is the `nth` of its name: the one that names this position, else the
    /// one that names none.
    pub(super) fn child(&self, name: &str, nth: u32) -> Option<usize> {
        let of = |position: Option<u32>| {
            self.children
                .iter()
                .find_map(|(child, at, node)| (child == name && *at == position).then_some(*node))
        };
        if self.positions {
            return of(Some(nth)).or_else(|| of(None));
        }
        of(None)
    }
}
