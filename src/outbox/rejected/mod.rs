//! Rejected records, sent back as they came and in the file they came in, so that they can be mended and dropped again
//! under a new name. Nothing is neutralised, masked or tidied on the way.
//!
//! What could not be kept cannot be sent back: of a record over 1 MiB only what its reader kept, which may be nothing.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rust_decimal::Decimal;

use crate::model::Source;
use crate::os::Folder;
use crate::read::{Chunk, Layout};

mod csv;
mod excel;
#[cfg(test)]
mod tests;
mod xml;

use csv::CsvWriter;
use excel::ExcelWriter;
use xml::XmlWriter;

/// Mode of files that nobody else is to read yet.
const PRIVATE: u32 = 0o600;

/// Writes the rejected records of one batch, in the order in which they are added. Memory does not grow with them.
pub struct RejectedWriter {
    writer: Writer,
}

enum Writer {
    Csv(CsvWriter),
    Xml(XmlWriter),
    Excel(Box<ExcelWriter>),
}

impl RejectedWriter {
    /// The file's ending after the answer's name: that of the input, but for workbooks, which always come back as
    /// `xlsx`. Begun only once there is a record to send back: a file that would be empty is not written.
    pub fn extension<'e>(layout: &Layout, input: &'e str) -> &'e str {
        match layout {
            Layout::Csv(_) | Layout::Xml(_) => input,
            Layout::Excel(_) => "xlsx",
        }
    }

    /// Begins the file of this name in a private folder on the answers' file system. `claimed_at` becomes a workbook's
    /// time of creation, so that a rerun writes the same bytes.
    pub fn begin(
        layout: &Arc<Layout>,
        folder: &Folder,
        name: &str,
        claimed_at: DateTime<FixedOffset>,
    ) -> Result<Self> {
        let writer = match &**layout {
            Layout::Csv(_) => Writer::Csv(CsvWriter::begin(layout, folder, name)?),
            Layout::Xml(_) => Writer::Xml(XmlWriter::begin(layout, folder, name)?),
            Layout::Excel(layout) => Writer::Excel(Box::new(ExcelWriter::begin(
                layout, folder, name, claimed_at,
            )?)),
        };
        Ok(Self { writer })
    }

    /// Adds a record, by the chunk it was read from and its source.
    pub fn add(&mut self, chunk: &Chunk, source: &Source) -> Result<()> {
        match (&mut self.writer, chunk, source) {
            (
                Writer::Csv(writer),
                Chunk::Lines { bytes, .. } | Chunk::TooLarge { bytes, .. },
                Source::Bytes { start, end },
            ) => {
                let record = bytes.get(*start..*end);
                writer.add(record.context("a record lies outside of its chunk")?)
            }
            (Writer::Xml(writer), Chunk::Elements(elements), Source::Item(at)) => writer.add(
                elements
                    .get(*at)
                    .context("a record lies outside of its chunk")?,
            ),
            (Writer::Excel(writer), Chunk::Rows(rows), Source::Item(at)) => writer.add(
                rows.get(*at)
                    .context("a record lies outside of its chunk")?,
            ),
            // Nothing was kept of it.
            _ => Ok(()),
        }
    }

    /// Ends the file, durably; its name is durable once the folder is synced. `sums`: by field, the sum over the
    /// rejected records, as read, for control values; known to XML alone, and only after its reader has finished.
    pub fn finish(self, sums: &[(&str, Decimal)]) -> Result<()> {
        match self.writer {
            Writer::Csv(writer) => writer.finish(),
            Writer::Xml(writer) => writer.finish(sums),
            Writer::Excel(writer) => writer.finish(),
        }
    }
}

/// Writes out what is buffered and makes it durable.
fn sync(out: std::io::BufWriter<std::fs::File>) -> Result<()> {
    let mut out = out;
    out.flush().context("write the rejected records")?;
    out.get_ref()
        .sync_all()
        .context("sync the rejected records")
}
