//! One input, whatever its reader: opened, cut into chunks, and its chunks turned into records.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use super::csv::{CsvLayout, CsvReader};
use super::excel::{ExcelLayout, ExcelReader};
use super::fixed::seal::{SealKey, Sealing};
use super::fixed::{self, FixedLayout, FixedReader};
use super::xml::{XmlLayout, XmlReader};
use super::{Chunk, Ending, Fault, RawRecord, ReadLimits};
use crate::format::{Format, ReaderKind};
use crate::model::Finding;

/// The bytes of a batch.
pub enum Input {
    /// Read once from front to back.
    Stream(Box<dyn Read + Send>),
    /// A file of its own, which a workbook needs, since it is read from its end.
    File(File),
    /// Read once from front to back, and the same file to look ahead in: of fixed columns, what holds for a record may
    /// stand far below it.
    Ahead(Box<dyn Read + Send>, File),
}

impl Input {
    fn into_stream(self) -> Box<dyn Read + Send> {
        match self {
            Self::Stream(stream) | Self::Ahead(stream, _) => stream,
            Self::File(file) => Box::new(file),
        }
    }
}

/// Cuts one input into chunks.
pub struct Reader {
    inner: Inner,
    layout: Arc<Layout>,
    /// What the header holds that rejects the batch as a whole (`unknown_field`). Its records are read all the same,
    /// so that each can be answered.
    pub batch_findings: Vec<Finding>,
}

enum Inner {
    Csv(Box<CsvReader>),
    Xml(Box<XmlReader>),
    Excel(Box<ExcelReader>),
    Fixed(Box<FixedReader>),
}

/// How the chunks of one input become records; shared between threads.
#[derive(Debug)]
pub enum Layout {
    /// Delimited text.
    Csv(CsvLayout),
    /// XML.
    Xml(XmlLayout),
    /// A workbook.
    Excel(ExcelLayout),
    /// Lines of fixed columns.
    Fixed(FixedLayout),
}

impl Reader {
    /// Opens an input as this format says.
    ///
    /// [`Fault::File`] puts the file into quarantine; [`Fault::World`] says that it could not be read this time.
    pub fn open(format: &Arc<Format>, input: Input, limits: &ReadLimits) -> Result<Self, Fault> {
        match &format.reader {
            ReaderKind::Csv(rules) => {
                let (reader, layout) = CsvReader::open(format, rules, input.into_stream(), limits)?;
                Ok(Self::of(Inner::Csv(Box::new(reader)), Layout::Csv(layout)))
            }
            ReaderKind::Xml(_) => {
                let (reader, layout) = XmlReader::open(format, input.into_stream(), limits)?;
                Ok(Self::of(Inner::Xml(Box::new(reader)), Layout::Xml(layout)))
            }
            ReaderKind::Fixed(rules) => {
                let (reader, layout) = match input {
                    Input::Ahead(stream, file) => fixed::open(format, rules, (Some(stream), file)),
                    Input::File(file) => fixed::open(format, rules, (None, file)),
                    Input::Stream(_) => {
                        return Err(Fault::World(anyhow::anyhow!(
                            "a file of fixed columns is looked ahead in, which a stream alone does not allow"
                        )));
                    }
                };
                Ok(Self::of(
                    Inner::Fixed(Box::new(reader)),
                    Layout::Fixed(layout),
                ))
            }
            ReaderKind::Excel(_) => {
                let Input::File(file) = input else {
                    return Err(Fault::World(anyhow::anyhow!(
                        "a workbook is read from a file, not from a stream"
                    )));
                };
                let (reader, layout) = ExcelReader::open(format, file, limits)?;
                Ok(Self::of(
                    Inner::Excel(Box::new(reader)),
                    Layout::Excel(layout),
                ))
            }
        }
    }

    /// Reads a workbook by what a child has said of it: see [`ExcelReader::of_child`].
    pub fn of_child(format: &Arc<Format>, said: Box<dyn Read + Send>) -> Result<Self, Fault> {
        let (reader, layout) = ExcelReader::of_child(format, said)?;
        Ok(Self::of(
            Inner::Excel(Box::new(reader)),
            Layout::Excel(layout),
        ))
    }

    /// Whether the file says that it is a test.
    pub fn is_test(&mut self) -> Result<bool, Fault> {
        match &mut self.inner {
            Inner::Fixed(reader) => reader.is_test(),
            Inner::Csv(_) | Inner::Xml(_) | Inner::Excel(_) => Ok(false),
        }
    }

    /// What the seal around the file says; `None`: files of this format carry none.
    pub fn seal(&self, key: Option<&SealKey>) -> Result<Option<Sealing>, Fault> {
        match &self.inner {
            Inner::Fixed(reader) => reader.seal(key),
            Inner::Csv(_) | Inner::Xml(_) | Inner::Excel(_) => Ok(None),
        }
    }

    fn of(inner: Inner, layout: Layout) -> Self {
        let batch_findings = layout.batch().to_vec();
        Self {
            inner,
            layout: Arc::new(layout),
            batch_findings,
        }
    }

    /// The next chunk in the order of the file; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        match &mut self.inner {
            Inner::Csv(reader) => reader.next_chunk(),
            Inner::Xml(reader) => reader.next_chunk(),
            Inner::Excel(reader) => reader.next_chunk(),
            Inner::Fixed(reader) => Ok(reader.next_chunk()?.map(Chunk::Fixed)),
        }
    }

    /// How the chunks become records.
    pub fn layout(&self) -> Arc<Layout> {
        Arc::clone(&self.layout)
    }

    /// What the input says about its contents, after its last chunk.
    pub fn finish(self) -> Result<Ending, Fault> {
        match self.inner {
            Inner::Csv(reader) => reader.finish(),
            Inner::Xml(reader) => reader.finish(),
            Inner::Excel(reader) => reader.finish(),
            Inner::Fixed(reader) => reader.finish(),
        }
    }
}

impl Layout {
    /// The records of a chunk, in its order.
    pub fn records<'c>(&'c self, chunk: &'c Chunk) -> Vec<RawRecord<'c>> {
        self.each(chunk).collect()
    }

    /// The same one by one: lines are read as they are asked for, so that a record is checked while its fields are at hand.
    pub fn each<'c>(&'c self, chunk: &'c Chunk) -> Box<dyn Iterator<Item = RawRecord<'c>> + 'c> {
        match (self, chunk) {
            (
                Self::Csv(layout),
                Chunk::Lines {
                    bytes,
                    first_line,
                    ascii,
                },
            ) => Box::new(layout.records(bytes, *first_line, ascii)),
            (Self::Csv(_), Chunk::TooLarge { bytes, line }) => {
                Box::new(std::iter::once(CsvLayout::too_large(bytes, *line)))
            }
            (Self::Xml(layout), Chunk::Elements(_)) => Box::new(layout.records(chunk).into_iter()),
            (Self::Excel(layout), Chunk::Rows(_)) => Box::new(layout.records(chunk).into_iter()),
            (Self::Fixed(layout), Chunk::Fixed(chunk)) => Box::new(layout.records(chunk)),
            _ => {
                unreachable!("a chunk is read by the layout it was cut for")
            }
        }
    }

    /// The bytes before the first record (byte order mark, lines passed over, header), in the chunks' character set;
    /// for sending records back. Nothing for XML and workbooks, whose surroundings are more than a head.
    pub fn head(&self) -> &[u8] {
        match self {
            Self::Csv(layout) => layout.head(),
            Self::Xml(_) | Self::Excel(_) | Self::Fixed(_) => &[],
        }
    }

    /// Bytes of the head or of a chunk as the partner sent them: chunks of UTF-16 text are UTF-8.
    pub fn as_sent<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self {
            Self::Csv(layout) => layout.as_sent(bytes),
            Self::Xml(layout) => layout.as_sent(bytes),
            Self::Excel(_) | Self::Fixed(_) => Cow::Borrowed(bytes),
        }
    }

    fn batch(&self) -> &[Finding] {
        match self {
            Self::Csv(layout) => layout.batch(),
            Self::Xml(_) | Self::Fixed(_) => &[],
            Self::Excel(layout) => layout.batch(),
        }
    }
}
