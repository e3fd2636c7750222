//! How a format's records are read, on any thread.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::charset::Charset;
use super::outline::Tails;
use super::tree::Tree;
use super::walk::Walk;
use crate::format::{Format, XmlRules};
use crate::model::Place;
use crate::read::{Chunk, Element, RawRecord};

/// How a format's records are read. Shared by all threads.
#[derive(Debug)]
pub struct XmlLayout {
    format: Arc<Format>,
    pub(super) namespace: Option<String>,
    pub(super) tree: Tree,
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
        elements
            .map(|(at, element)| self.record(at, element))
            .collect()
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
                if !from.from_root {
                    path.push_str(record);
                }
                for element in &from.elements {
                    path.push('/');
                    path.push_str(element);
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

    fn record<'c>(&'c self, at: usize, element: &'c Element) -> RawRecord<'c> {
        Walk::new(self, at, element).record()
    }
}
