//! XML: a document is cut into its records one after another ([`XmlReader`]), and a record becomes fields on any
//! thread ([`XmlLayout`]). Memory is bounded by the largest record, not by the document.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::{Chunk, Element, Ending, Fault, ReadLimits, StatedControl};
use crate::code::Code;
use crate::format::{Format, ReaderKind};
use crate::model::Finding;

mod block;
mod candidates;
mod charset;
mod cut;
mod fault;
mod fill;
mod forbidden;
mod input;
mod layout;
mod member;
mod nested;
mod outline;
mod piece;
mod plan;
mod rest;
mod route;
mod scope;
mod seek;
mod spell;
mod sums;
mod syntax;
#[cfg(test)]
pub(crate) mod tests;
mod tree;
mod unit;
mod unknown;
mod values;
mod walk;

pub use layout::XmlLayout;
pub use outline::Context;
pub(crate) use outline::{Edit, Segment};
pub(crate) use spell::spelled;

use cut::Cutter;
use outline::Tails;

/// A chunk ends after this many bytes or records.
const CHUNK_BYTES: usize = 64 << 10;
const CHUNK_RECORDS: usize = 4096;

/// Cuts a document into records.
pub struct XmlReader {
    format: Arc<Format>,
    cutter: Cutter,
    tails: Arc<OnceLock<Tails>>,
    passed: Arc<AtomicU64>,
    ended: bool,
}

impl XmlReader {
    /// Begins to read. A document whose encoding is not taken, or not the one it declares, is
    /// [`Malformed`](crate::code::Code::Malformed).
    ///
    /// # Panics
    /// If the format is not one of XML.
    pub fn open(
        format: &Arc<Format>,
        stream: Box<dyn Read + Send>,
        _limits: &ReadLimits,
    ) -> Result<(Self, XmlLayout), Fault> {
        let ReaderKind::Xml(rules) = &format.reader else {
            panic!("a format of another reader");
        };
        let mut cutter = Cutter::open(format, rules, stream)?;
        let tails = Arc::new(OnceLock::new());
        let layout = XmlLayout::new(format, rules, cutter.charset(), tails.clone());
        let reader = Self {
            format: format.clone(),
            cutter,
            tails,
            passed: layout.passed.clone(),
            ended: false,
        };
        Ok((reader, layout))
    }

    /// The next records; `None` at the end. What is not well formed is a [`Fault::File`], wherever it stands: a document
    /// is taken whole or not at all.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        let mut elements: Vec<Element> = Vec::new();
        let (mut bytes, mut records) = (0, 0);
        while !self.ended && bytes < CHUNK_BYTES && records < CHUNK_RECORDS {
            let before = elements.len();
            self.ended = !self.cutter.cut(&mut elements)?;
            bytes += elements[before..]
                .iter()
                .map(|element| element.bytes.len())
                .sum::<usize>();
            records += elements[before..]
                .iter()
                .map(|element| element.records)
                .sum::<usize>();
        }
        Ok((!elements.is_empty()).then_some(Chunk::Elements(elements)))
    }

    /// Reads what is left, and tells what the document states about itself. An element outside the records that the
    /// format does not know is a [`Fault::Batch`] where the format says so.
    pub fn finish(mut self) -> Result<Ending, Fault> {
        while self.next_chunk()?.is_some() {}
        let ended = self.cutter.ended();
        // Set once: this is the only place, and it consumes the reader.
        self.tails.set(ended.tails).ok();
        if let Some(finding) = ended.unknown {
            return Err(Fault::Batch(Box::new(finding)));
        }
        let controls = ended.stated.into_iter();
        let controls = controls.map(|(at, stated)| {
            let control = &self.format.controls[at];
            StatedControl {
                name: control.name.clone(),
                value: control.value(&stated),
                stated,
            }
        });
        // Every chunk has become records by now: what they told is all there is.
        let notes = match self.passed.load(Ordering::Relaxed) {
            0 => Vec::new(),
            passed => vec![passed_over(passed)],
        };
        Ok(Ending {
            controls: controls.collect(),
            notes,
            ..Ending::default()
        })
    }
}

/// What is said of elements that are of no kind that the format takes.
fn passed_over(count: u64) -> Finding {
    let elements = if count == 1 {
        "1 element was".to_owned()
    } else {
        format!("{count} elements were")
    };
    Finding::new(Code::PassedOver)
        .saying(format!(
            "{elements} passed over: the format takes none of their kind"
        ))
        .hinting("see `sluss formats show` for those that it takes")
}
