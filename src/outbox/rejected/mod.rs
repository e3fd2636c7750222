//! Rejected records, sent back as they came and in the file they came in, so that they can be mended and dropped again
//! under a new name. Nothing is neutralised or tidied on the way, and nothing masked but card numbers, which no file that we
//! write has.
//!
//! What could not be kept cannot be sent back: of a record over 1 MiB only what its reader kept, which may be nothing.

use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};

use super::answers::files::Answer;
use crate::format::Total;
use crate::model::{Hidden, Source};
use crate::os::Folder;
use crate::read::{Chunk, Layout};

mod csv;
mod excel;
mod fixed;
#[cfg(test)]
mod tests;
mod veil;
mod xml;

use csv::CsvWriter;
use excel::ExcelWriter;
use fixed::FixedWriter;
use veil::Veil;
use xml::XmlWriter;

/// Writes the rejected records of one batch, in the order in which they are added. Memory does not grow with them.
pub struct RejectedWriter {
    begin: Begin,
    /// Whether card numbers are hidden in what stands around the records.
    cards: bool,
    writer: Option<Writer>,
}

/// What is needed once there is a record to send back.
struct Begin {
    layout: Arc<Layout>,
    folder: Folder,
    name: String,
    claimed_at: DateTime<FixedOffset>,
}

enum Writer {
    Csv(CsvWriter),
    Xml(XmlWriter),
    Excel(Box<ExcelWriter>),
    Fixed(Box<FixedWriter>),
}

impl RejectedWriter {
    /// Prepares for the batch's private folder. `base`: `<stem>.<batch>`; `input`: the file's name as received, whose
    /// ending the answer takes, but for workbooks, which always come back as `xlsx`. `claimed_at` becomes a workbook's
    /// time of creation, so that a rerun writes the same bytes. Nothing is written before there is a record.
    pub fn create(
        layout: &Arc<Layout>,
        folder: &Folder,
        base: &str,
        input: &str,
        claimed_at: DateTime<FixedOffset>,
    ) -> Result<Self> {
        let ending = ending(layout, input);
        Ok(Self {
            begin: Begin {
                layout: layout.clone(),
                folder: Folder::open(folder.path())?,
                name: format!("{base}.rejected.{ending}"),
                claimed_at,
            },
            cards: false,
            writer: None,
        })
    }

    /// Hides card numbers in what stands around the records, or does not.
    #[must_use]
    pub fn hiding_cards(mut self, cards: bool) -> Self {
        self.cards = cards;
        self
    }

    /// Adds a record, by the chunk it was read from and its source, without what is to be hidden of it: these texts, and
    /// card numbers wherever they stand (`cards`) or only among these.
    pub fn add(
        &mut self,
        chunk: &Chunk,
        source: &Source,
        (hidden, cards): (&[Hidden], bool),
    ) -> Result<()> {
        const OUTSIDE: &str = "a record lies outside of its chunk";
        let veil = Veil { cards, hidden };
        match (chunk, source) {
            (
                Chunk::Lines { bytes, .. } | Chunk::TooLarge { bytes, .. },
                Source::Bytes { start, end },
            ) => {
                let record = bytes.get(*start..*end).context(OUTSIDE)?;
                let record = veil.bytes(record);
                match self.writer()? {
                    Writer::Csv(writer) => writer.add(&record),
                    Writer::Xml(_) | Writer::Excel(_) | Writer::Fixed(_) => Ok(()),
                }
            }
            (Chunk::Elements(elements), Source::Item(at)) => {
                let element = elements.get(*at).context(OUTSIDE)?;
                match self.writer()? {
                    Writer::Xml(writer) => writer.add(element, veil),
                    Writer::Csv(_) | Writer::Excel(_) | Writer::Fixed(_) => Ok(()),
                }
            }
            (Chunk::Elements(elements), Source::Part { item, part }) => {
                let element = elements.get(*item).context(OUTSIDE)?;
                match self.writer()? {
                    Writer::Xml(writer) => writer.add_part(element, *part, veil),
                    Writer::Csv(_) | Writer::Excel(_) | Writer::Fixed(_) => Ok(()),
                }
            }
            (Chunk::Rows(rows), Source::Item(at)) => {
                let row = veil.row(rows.get(*at).context(OUTSIDE)?);
                match self.writer()? {
                    Writer::Excel(writer) => writer.add(&row),
                    Writer::Csv(_) | Writer::Xml(_) | Writer::Fixed(_) => Ok(()),
                }
            }
            (Chunk::Fixed(chunk), Source::Bytes { start, end }) => {
                let record = chunk.bytes.get(*start..*end).context(OUTSIDE)?;
                let record = veil.bytes(record);
                match self.writer()? {
                    Writer::Fixed(writer) => writer.add(chunk, *start, &record),
                    Writer::Csv(_) | Writer::Xml(_) | Writer::Excel(_) => Ok(()),
                }
            }
            // Nothing was kept of it.
            _ => Ok(()),
        }
    }

    /// Ends the file, durably; `None`: there is none, since no record was added. `sums` gives the sum of a field over
    /// the rejected records, as read, with a decimal point: it replaces the totals that a file states, and is
    /// asked only after the reader has finished.
    pub fn finish(self, sums: &dyn Fn(&Total) -> String) -> Result<Option<Answer>> {
        let answer = match self.writer {
            None => return Ok(None),
            Some(Writer::Csv(writer)) => writer.finish(sums),
            Some(Writer::Xml(writer)) => writer.finish(sums),
            Some(Writer::Excel(writer)) => writer.finish(),
            Some(Writer::Fixed(writer)) => writer.finish(),
        };
        answer.map(Some)
    }

    fn writer(&mut self) -> Result<&mut Writer> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.begin.writer(self.cards)?,
        };
        Ok(self.writer.insert(writer))
    }
}

impl Begin {
    fn writer(&self, cards: bool) -> Result<Writer> {
        let veil = Veil { cards, hidden: &[] };
        Ok(match &*self.layout {
            Layout::Csv(_) => {
                let (layout, folder) = (&self.layout, &self.folder);
                Writer::Csv(CsvWriter::begin(layout, folder, &self.name, veil)?)
            }
            Layout::Xml(_) => {
                let (layout, folder) = (&self.layout, &self.folder);
                Writer::Xml(XmlWriter::begin(layout, folder, &self.name, cards)?)
            }
            Layout::Fixed(_) => {
                let writer = FixedWriter::begin(&self.layout, &self.folder, &self.name)?;
                Writer::Fixed(Box::new(writer))
            }
            Layout::Excel(layout) => {
                let (folder, at) = (&self.folder, self.claimed_at);
                let writer = ExcelWriter::begin(layout, folder, &self.name, at, veil)?;
                Writer::Excel(Box::new(writer))
            }
        })
    }
}

fn ending<'e>(layout: &Layout, input: &'e str) -> &'e str {
    let own = input.rsplit_once('.').map(|(_, ending)| ending);
    match layout {
        Layout::Csv(_) => own.unwrap_or("csv"),
        Layout::Xml(_) => own.unwrap_or("xml"),
        Layout::Excel(_) => "xlsx",
        Layout::Fixed(_) => own.unwrap_or("txt"),
    }
}
