//! How a format's records are read, on any thread.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::charset::Charset;
use super::forbidden::refuse;
use super::nested::Nested;
use super::outline::Tails;
use super::plan::{Cut, plans};
use super::rest;
use super::tree::Tree;
use super::walk::Walk;
use crate::format::{Format, ReaderKind, XmlPath, XmlRules};
use crate::model::Place;
use crate::read::{Chunk, Element, RawRecord};

/// How a format's records are read. Shared by all threads.
#[derive(Debug)]
pub struct XmlLayout {
    format: Arc<Format>,
    pub(super) namespace: Option<String>,
    pub(super) tree: Tree,
    /// The records in each cut, where there may be several.
    pub(super) cuts: Vec<Cut>,
    charset: Charset,
    tails: Arc<OnceLock<Tails>>,
}

impl XmlLayout {
    pub(super) fn new(
        format: &Arc<Format>,
        rules: &XmlRules,
        charset: Charset,
        tails: Arc<OnceLock<Tails>>,
    ) -> Self {
        Self {
            format: format.clone(),
            namespace: rules.namespace.clone(),
            tree: Tree::new(format, rules),
            cuts: plans(format, rules),
            charset,
            tails,
        }
    }

    /// The records of a chunk.
    pub fn records<'c>(&'c self, chunk: &'c Chunk) -> Vec<RawRecord<'c>> {
        let Chunk::Elements(elements) = chunk else {
            return Vec::new();
        };
        let elements = elements.iter().enumerate();
        if self.cuts.is_empty() {
            let records = elements.map(|(at, element)| {
                let mut record = Walk::new(self, at, element).record();
                refuse(self, element, std::slice::from_mut(&mut record));
                record
            });
            return records.collect();
        }
        let records = elements.flat_map(|(at, element)| {
            let mut records = Nested::records(self, at, element);
            refuse(self, element, &mut records);
            records
        });
        records.collect()
    }

    /// The bytes of an element that holds several records as they are sent back: without those that were not rejected.
    /// `rejected`: the numbers of those that were, as [`Source::Part`](crate::model::Source::Part) has them.
    pub(crate) fn rest(&self, element: &Element, rejected: &[usize]) -> Vec<u8> {
        rest::rest(self, element, rejected)
    }

    /// Where a field stands in a record; `spot` is that of its `RawField`.
    pub fn place(&self, record: &Place, spot: u32) -> Place {
        let field = usize::try_from(spot)
            .ok()
            .and_then(|at| self.format.fields.get(at));
        let (Place::Path(record), Some(field)) = (record, field) else {
            return record.clone();
        };
        let mut path = String::new();
        match &field.path {
            Some(from) => {
                if from.from_root {
                    extend(&mut path, from);
                } else {
                    path.push_str(record);
                    self.walk(&mut path, field.record, from);
                }
                if let Some(attribute) = &from.attribute {
                    path.push_str("/@");
                    path.push_str(attribute);
                }
            }
            None => path.extend([record, "/", field.name]),
        }
        Place::Path(path.into())
    }

    /// Goes a path from where `at` is, over the part that it begins with, but for its attribute.
    fn walk(&self, at: &mut String, record: Option<usize>, path: &XmlPath) {
        let ReaderKind::Xml(rules) = &self.format.reader else {
            return;
        };
        let of = record.and_then(|record| rules.records.get(record));
        let parts = of.map_or(&[][..], |record| &record.parts);
        let part = path.part.as_ref();
        if let Some(part) = part.and_then(|name| parts.iter().find(|part| part.name == *name)) {
            // A part begins with none but those above it.
            self.walk(at, record, &part.path);
        }
        for _ in 0..path.up {
            at.truncate(at.rfind('/').unwrap_or(0));
        }
        extend(at, path);
    }

    /// Decoded bytes of a record as the partner sent them.
    pub fn as_sent<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        self.charset.encode(bytes)
    }

    /// The character set that the document came in.
    pub(crate) const fn charset(&self) -> &Charset {
        &self.charset
    }

    /// The format that the document was read under.
    pub(crate) const fn format(&self) -> &Arc<Format> {
        &self.format
    }

    /// What stands after the records; known when the reader has finished.
    pub(crate) fn tails(&self) -> Option<&Tails> {
        self.tails.get()
    }
}

fn extend(at: &mut String, path: &XmlPath) {
    for element in &path.elements {
        at.push('/');
        at.push_str(element);
    }
}
