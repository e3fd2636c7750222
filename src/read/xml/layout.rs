//! How a format's records are read, on any thread.

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use super::charset::Charset;
use super::forbidden::refuse;
use super::nested::Nested;
use super::outline::Tails;
use super::plan::{Cut, plans};
use super::rest;
use super::tree::Tree;
use super::walk::Walk;
use crate::format::{Field, Format, XmlPath, XmlRecord, XmlRules};
use crate::model::Place;
use crate::model::place::Way;
use crate::read::{Chunk, Element, RawRecord};

/// How a format's records are read. Shared by all threads.
#[derive(Debug)]
pub struct XmlLayout {
    format: Arc<Format>,
    pub(super) namespace: Option<String>,
    pub(super) tree: Tree,
    /// The records in each cut, where there may be several.
    pub(super) cuts: Vec<Cut>,
    /// The ways from a record to its fields.
    ways: Arc<[Way]>,
    /// How many elements were passed over, since the format does not take their like.
    pub(super) passed: Arc<AtomicU64>,
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
            ways: ways(format, rules),
            passed: Arc::default(),
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

    /// The place of a record, from which those of its fields follow.
    pub(super) fn record(&self, path: Arc<str>) -> Place {
        Place::Record {
            path,
            ways: self.ways.clone(),
        }
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

/// The ways from a record to the format's fields, by number, and behind them those to further places of each.
fn ways(format: &Format, rules: &XmlRules) -> Arc<[Way]> {
    let way = |field: &Field, path: Option<&XmlPath>| {
        let Some(path) = path else {
            return Way {
                up: Some(0),
                down: format!("/{}", field.name),
            };
        };
        let record = field.record.and_then(|record| rules.records.get(record));
        let (up, mut down) = walked(record, path);
        down.extend(path.attribute.iter().map(|name| format!("@{name}")));
        Way {
            up: (!path.from_root).then_some(up),
            down: down.iter().flat_map(|step| ["/", step]).collect(),
        }
    };
    let fields = || format.fields.iter();
    let first = fields().map(|field| way(field, field.path.as_ref().or(field.exists.as_ref())));
    let further = fields().flat_map(|field| further(field).map(move |path| way(field, Some(path))));
    first.chain(further).collect()
}

/// Where a field may stand besides its first place: otherwise, or the same once more.
fn further(field: &Field) -> impl Iterator<Item = &XmlPath> {
    field.or.iter().chain(field.agrees.iter().flatten())
}

/// The number of the way to the first further place of each of the format's fields.
pub(super) fn further_ways(format: &Format) -> Vec<usize> {
    let mut next = format.fields.len();
    let fields = format.fields.iter();
    let first = fields.map(|field| {
        let first = next;
        next += further(field).count();
        first
    });
    first.collect()
}

/// How far up a path goes from its record, and by which steps down, over the part that it begins with.
fn walked(record: Option<&XmlRecord>, path: &XmlPath) -> (usize, Vec<String>) {
    let parts = record.map_or(&[][..], |record| &record.parts);
    let part = path.part.as_ref();
    let part = part.and_then(|name| parts.iter().find(|part| part.name == *name));
    let (mut up, mut down) = part.map_or_else(Default::default, |part| walked(record, &part.path));
    for _ in 0..path.up {
        if down.pop().is_none() {
            up += 1;
        }
    }
    down.extend(path.elements.iter().cloned());
    (up, down)
}
