//! Where in a record a format's fields stand.

use std::collections::HashMap;

use crate::format::{Format, XmlRules};

/// The fields of a format by where they stand.
#[derive(Debug)]
pub(super) enum Tree {
    /// The elements and attributes of a record are fields by their own names.
    Names(HashMap<&'static str, usize>),
    /// Fields stand where their paths say; the first node is the record.
    Paths(Vec<Node>),
}

/// One element on the way to fields.
#[derive(Debug, Default)]
pub(super) struct Node {
    children: Vec<(String, usize)>,
    /// The fields that its text is.
    pub(super) text: Vec<usize>,
    /// The fields that its attributes are.
    pub(super) attributes: Vec<(String, usize)>,
}

impl Tree {
    pub(super) fn new(format: &Format, rules: &XmlRules) -> Self {
        let fields = format.fields.iter().enumerate();
        if rules.by_name {
            return Self::Names(fields.map(|(at, field)| (field.name, at)).collect());
        }
        let mut nodes = vec![Node::default()];
        for (at, field) in fields {
            let Some(path) = field.path.as_ref().filter(|path| !path.from_root) else {
                continue;
            };
            let mut node = 0;
            for element in &path.elements {
                node = Self::step(&mut nodes, node, element);
            }
            match &path.attribute {
                Some(attribute) => nodes[node].attributes.push((attribute.clone(), at)),
                None => nodes[node].text.push(at),
            }
        }
        Self::Paths(nodes)
    }

    fn step(nodes: &mut Vec<Node>, from: usize, element: &str) -> usize {
        if let Some(child) = nodes[from].child(element) {
            return child;
        }
        let child = nodes.len();
        nodes.push(Node::default());
        nodes[from].children.push((element.to_owned(), child));
        child
    }
}

impl Node {
    /// The number of the child of this name.
    pub(super) fn child(&self, name: &str) -> Option<usize> {
        self.children
            .iter()
            .find_map(|(child, at)| (child == name).then_some(*at))
    }
}
