//! From a partner's bytes to records under canonical names. What is wrong with a record is a finding on it; what is
//! wrong with the file is a [`Fault`].
//!
//! A reader cuts its input into [`Chunk`]s one after another; [`Layout::records`] turns a chunk into records, on any
//! thread.

pub mod csv;
pub mod excel;
pub mod fixed;
pub mod xml;

mod charset;
mod field;
mod recognise;
mod source;

use std::borrow::Cow;
use std::sync::OnceLock;

use rust_decimal::Decimal;

use crate::code::Code;
use crate::format::Convert;
use crate::model::{Finding, Place, Source};
pub use recognise::{HEAD, candidates, fits, recognise};
pub use source::{Input, Layout, Reader};

/// Why a file, or all of a batch, is not taken.
#[derive(Debug)]
pub enum Fault {
    /// The world failed: disk, memory, child process could not be started.
    World(anyhow::Error),
    /// The file is put into quarantine.
    File(Box<Finding>),
    /// The file could be read, and the batch is rejected as a whole.
    Batch(Box<Finding>),
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::World(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::World(error.into())
    }
}

/// One field of a record under its canonical name.
#[derive(Clone, Debug)]
pub struct RawField<'c> {
    /// Canonical name.
    pub name: &'static str,
    /// What the partner sent.
    pub seen: Cow<'c, str>,
    /// The canonical text (decimal point, `YYYY-MM-DD`, canonical words), or why it could not be formed.
    pub text: Result<Cow<'c, str>, Code>,
    /// Where in the record: character column of a CSV line, column of a workbook (from 0), index into the format's
    /// fields for XML.
    pub spot: u32,
    /// How the format reads it, where its text could not be formed.
    pub convert: Option<&'c Convert>,
}

/// A record before its values were looked at.
#[derive(Clone, Debug)]
pub struct RawRecord<'c> {
    /// Where it begins.
    pub place: Place,
    /// The fields that are not blank.
    pub fields: Vec<RawField<'c>>,
    /// What is wrong with the record as such (`undecodable`, `unclosed_quote`, `column_count` …).
    pub findings: Vec<Finding>,
    /// What is found in this record and rejects the batch as a whole.
    pub batch: Vec<Finding>,
    /// For sending it back.
    pub source: Source,
}

/// A piece of the input that is turned into records by itself.
#[derive(Debug)]
pub enum Chunk {
    /// Whole lines.
    Lines {
        /// The bytes, in the file's own character set (UTF-16 is brought to UTF-8 first).
        bytes: Vec<u8>,
        /// Physical number of the first line.
        first_line: u64,
        /// What of them is ASCII, in character sets that hold more: made by whoever reads them.
        ascii: OnceLock<String>,
    },
    /// A record of delimited text that is too large: its first line, or nothing where that alone is too large.
    TooLarge {
        /// The bytes that were kept.
        bytes: Vec<u8>,
        /// Physical number of its first line.
        line: u64,
    },
    /// XML records.
    Elements(Vec<Element>),
    /// A workbook's rows.
    Rows(Vec<SheetRow>),
    /// Lines of fixed columns.
    Fixed(fixed::FixedChunk),
}

impl Chunk {
    /// About how many records it holds: for making room for them.
    pub fn about(&self) -> usize {
        match self {
            // Lines without anything are no records.
            Self::Lines { bytes, .. } => {
                let lines = memchr::memchr_iter(b'\n', bytes).count() + 1;
                lines.min(bytes.len() / 16 + 1)
            }
            Self::TooLarge { .. } => 1,
            Self::Elements(elements) => elements.len(),
            Self::Rows(rows) => rows.len(),
            // Most records are of more lines than one.
            Self::Fixed(chunk) => chunk.lines() / 2 + 1,
        }
    }

    /// About how much input it holds, in bytes without markup: for bounding how many are in hand.
    pub fn size(&self) -> usize {
        match self {
            Self::Lines { bytes, .. } | Self::TooLarge { bytes, .. } => bytes.len(),
            // Records within one element share what stands around them, and each takes memory of its own.
            Self::Elements(elements) => {
                let size =
                    |element: &Element| element.bytes.len() / 4 + 256 * (element.records - 1);
                elements.iter().map(size).sum()
            }
            Self::Fixed(chunk) => chunk.bytes.len(),
            Self::Rows(rows) => rows.iter().map(|row| 32 * row.cells.len()).sum(),
        }
    }
}

/// An XML element, taken out of its document: a record, or several that belong together.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its bytes, start tag to end tag.
    pub bytes: Vec<u8>,
    /// Path with its ordinal, such as `/records/record[3]`.
    pub path: std::sync::Arc<str>,
    /// What was found while cutting it out (text over 1 MiB …).
    pub findings: Vec<Finding>,
    /// What it stands in.
    pub context: std::sync::Arc<xml::Context>,
    /// Which of the format's cuts it is.
    pub cut: usize,
    /// How many records it may hold, at most.
    pub records: usize,
}

/// One row of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetRow {
    /// Row from 0.
    pub row: u32,
    /// The cells that are not empty, by column.
    pub cells: Vec<(u32, Cell)>,
    /// Why not all of its cells are here: `record_too_large` (none are) or `column_count`.
    pub fault: Option<Code>,
}

/// A workbook's cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A number as the workbook holds it, written with 15 significant digits, trailing zeros off.
    Number(String),
    /// A date (`YYYY-MM-DD`), or date and time (`YYYY-MM-DDThh:mm:ss`), by the cell's number format.
    Date(String),
    /// True or false.
    Bool(bool),
    /// An error value such as `#DIV/0!`.
    Error(String),
}

/// Bounds of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Columns of a record.
    pub columns: u32,
    /// Bytes of a workbook, unpacked.
    pub inflated: u64,
    /// Unpacked to packed.
    pub ratio: u64,
}

/// What the input itself says about its contents, known when all of it was read.
#[derive(Debug, Default)]
pub struct Ending {
    /// The stated values of the format's controls, in the format's order; one that is not stated is left out.
    pub controls: Vec<StatedControl>,
    /// Totals that the reader itself has held against what is stated.
    pub counted: Vec<CountedControl>,
    /// What was noticed about the file and rejects the batch.
    pub batch: Vec<Finding>,
    /// What was noticed about the file and rejects nothing.
    pub notes: Vec<Finding>,
    /// The bankgiro numbers that the file's payments went to, without leading zeros.
    pub payees: Vec<String>,
    /// The payee's customer numbers at Bankgirot, likewise.
    pub customers: Vec<String>,
}

/// A total that was stated and counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedControl {
    /// The control's name.
    pub name: String,
    /// As stated.
    pub stated: String,
    /// As counted.
    pub found: String,
    /// Whether they are the same.
    pub ok: bool,
}

/// A control value as the file states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedControl {
    /// The control's name.
    pub name: String,
    /// As stated.
    pub stated: String,
    /// As a number, or why it is none.
    pub value: Result<Decimal, Code>,
}
