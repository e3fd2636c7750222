//! Workbooks. They are opened in a confined child process alone ([`child`]), since a small hostile file can make the
//! opening library take all memory, which nothing inside a process can catch. The child finds sheet and header and
//! sends rows; this side checks every frame, and the child's death costs only its batch.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;

use super::{Chunk, Ending, Fault, ReadLimits, SheetRow};
use crate::code::Code;
use crate::format::{ExcelRules, Format, ReaderKind};
use crate::model::{Finding, Place};

mod book;
mod cell;
pub mod child;
mod find;
mod frame;
mod layout;
mod package;
mod process;
mod request;
#[cfg(test)]
pub(crate) mod tests;

pub use layout::ExcelLayout;

use frame::{Broken, Frame, Frames, Refusal};
use process::Process;
use request::Request;

/// A chunk ends after this many rows or cells.
const CHUNK_ROWS: usize = 2048;
const CHUNK_CELLS: usize = 32 << 10;
/// Processor time of a child, in seconds, before its file's size is counted.
const SECONDS: u64 = 8;

/// Reads the rows of a workbook.
pub struct ExcelReader {
    frames: Frames<Box<dyn Read + Send>>,
    process: Option<Process>,
    sheet: Arc<str>,
    notes: Vec<Finding>,
    ended: bool,
}

impl ExcelReader {
    /// Starts the child on a workbook and waits for its header.
    ///
    /// What is no workbook, has a password or macros, or kills the child is [`Code::WorkbookUnreadable`]; one that
    /// unpacks to too much [`Code::InflatedTooLarge`]; both, and a header without a required column or with one twice,
    /// put the file into quarantine.
    pub fn open(
        format: &Arc<Format>,
        file: File,
        limits: &ReadLimits,
    ) -> Result<(Self, ExcelLayout), Fault> {
        Self::open_with(None, format, file, limits)
    }

    /// The same, with another program as the child: one that does as ours does when called with [`child::COMMAND`].
    pub fn open_with(
        program: Option<PathBuf>,
        format: &Arc<Format>,
        file: File,
        limits: &ReadLimits,
    ) -> Result<(Self, ExcelLayout), Fault> {
        let size = file.metadata().context("look at the workbook")?.len();
        let seconds = SECONDS.saturating_add(size >> 20);
        let request = Request::new(format, rules(format), limits, seconds);
        let (process, pipe) = Process::start(program, file, &request)?;
        let pipe = BufReader::with_capacity(64 << 10, pipe);
        Self::begin(format, Box::new(pipe), Some(process))
    }

    /// The same of what a child has said, without one: for whoever plays the child.
    pub fn of_child(
        format: &Arc<Format>,
        said: Box<dyn Read + Send>,
    ) -> Result<(Self, ExcelLayout), Fault> {
        Self::begin(format, said, None)
    }

    /// Reads up to the header.
    fn begin(
        format: &Arc<Format>,
        pipe: Box<dyn Read + Send>,
        process: Option<Process>,
    ) -> Result<(Self, ExcelLayout), Fault> {
        let mut reader = Self {
            frames: Frames::new(pipe),
            process,
            sheet: "".into(),
            notes: Vec::new(),
            ended: false,
        };
        let mut preface: Vec<SheetRow> = Vec::new();
        loop {
            match reader.frame(format)? {
                Frame::Sheet(name) => reader.sheet = name.into(),
                Frame::Preface(row) if (row.row as usize) < preface_rows(format) => {
                    preface.push(row);
                }
                Frame::Header(header) => {
                    let layout = ExcelLayout::new(format, reader.sheet.clone(), preface, header)
                        .map_err(Fault::File)?;
                    return Ok((reader, layout));
                }
                _ => return Err(reader.unreadable(GARBAGE)),
            }
        }
    }

    /// The next rows; `None` at the end. Blank rows are none.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        let mut rows: Vec<SheetRow> = Vec::new();
        let mut cells = 0;
        while !self.ended && rows.len() < CHUNK_ROWS && cells < CHUNK_CELLS {
            match self.rows_frame()? {
                Frame::Row(row) => {
                    cells += row.cells.len();
                    rows.push(row);
                }
                Frame::RowsAfter(row) => self.note_rows(row),
                Frame::OtherSheet(name) => self.note_sheet(&name),
                Frame::End => self.end()?,
                _ => return Err(self.unreadable(GARBAGE)),
            }
        }
        Ok((!rows.is_empty()).then_some(Chunk::Rows(rows)))
    }

    /// Reads what is left, and tells what was passed over.
    pub fn finish(mut self) -> Result<Ending, Fault> {
        while self.next_chunk()?.is_some() {}
        Ok(Ending {
            controls: Vec::new(),
            notes: self.notes,
            ..Ending::default()
        })
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.ended = true;
        let ended_well = self.process.as_mut().is_none_or(Process::ended_well);
        if ended_well { Ok(()) } else { Err(self.gone()) }
    }

    /// What a child came to that did not end well: where it could not tell what it read, that is no fault of the
    /// workbook's.
    fn gone(&mut self) -> Fault {
        if (self.process.as_mut()).is_some_and(Process::could_not_tell) {
            return Fault::World(anyhow::anyhow!(
                "the reader of workbooks could not write to its pipe"
            ));
        }
        self.unreadable(DEAD)
    }

    fn frame(&mut self, format: &Format) -> Result<Frame, Fault> {
        match self.rows_frame()? {
            Frame::Refused(refusal) => Err(Fault::File(Box::new(refused(refusal, format)))),
            frame => Ok(frame),
        }
    }

    fn rows_frame(&mut self) -> Result<Frame, Fault> {
        match self.frames.next() {
            // After the header nothing is refused but what is broken.
            Ok(Frame::Refused(refusal)) if !self.sheet.is_empty() => {
                Err(self.unreadable(broken(refusal)))
            }
            Ok(Frame::Failed(number)) => {
                let cause = std::io::Error::from_raw_os_error(number);
                Err(Fault::World(
                    anyhow::Error::new(cause).context("the workbook cannot be read"),
                ))
            }
            Ok(frame) => Ok(frame),
            Err(Broken::Unbegun) => Err(Fault::World(anyhow::anyhow!(
                "the reader of workbooks could not begin"
            ))),
            Err(Broken::Pipe) => Err(self.gone()),
            Err(Broken::Garbage) => Err(self.unreadable(GARBAGE)),
        }
    }

    fn unreadable(&mut self, message: &'static str) -> Fault {
        self.ended = true;
        let finding = Finding::new(Code::WorkbookUnreadable).saying(message);
        Fault::File(Box::new(finding))
    }

    fn note_rows(&mut self, row: u32) {
        let place = Place::Cell {
            sheet: self.sheet.clone(),
            row,
            column: 0,
        };
        self.notes
            .push(Finding::new(Code::PassedOver).at(place).saying(
            "the data ends at the blank rows above; this row, and what follows it, was not read",
        ));
    }

    fn note_sheet(&mut self, name: &str) {
        let place = Place::Cell {
            sheet: name.into(),
            row: 0,
            column: 0,
        };
        self.notes
            .push(Finding::new(Code::PassedOver).at(place).saying(
                "this sheet has the format's columns too, and was not read: the first one was",
            ));
    }
}

const DEAD: &str = "reading the workbook took too much memory or time, or it is broken";
const GARBAGE: &str = "what was read from the workbook is not in order";

fn rules(format: &Format) -> &ExcelRules {
    match &format.reader {
        ReaderKind::Excel(rules) => rules,
        ReaderKind::Csv(_) | ReaderKind::Xml(_) | ReaderKind::Fixed(_) => {
            panic!("a format of another reader")
        }
    }
}

fn preface_rows(format: &Format) -> usize {
    rules(format).header_within as usize
}

/// What a refusal means to the sender.
fn refused(refusal: Refusal, format: &Format) -> Finding {
    let unreadable = Finding::new(Code::WorkbookUnreadable).saying(broken(refusal));
    match refusal {
        Refusal::Unreadable | Refusal::Disorder | Refusal::Hidden => unreadable,
        Refusal::Encrypted => unreadable.hinting("save it without a password, and send that"),
        Refusal::Macros | Refusal::Binary => unreadable.hinting("save it as .xlsx, and send that"),
        Refusal::Inflated => Finding::new(Code::InflatedTooLarge),
        Refusal::Wide => unreadable.hinting("send fewer columns, or raise `limits.columns`"),
        Refusal::NoSheet => Finding::new(Code::MissingColumn)
            .saying("no sheet of the workbook has the name that the format asks for")
            .hinting("name the sheet as the format says; `sluss formats show` tells"),
        Refusal::NoHeader => {
            let required = format.fields.iter().filter(|field| field.column_required);
            let names: Vec<&str> = required.map(|field| field.name).collect();
            Finding::field(
                Code::MissingColumn,
                names.first().copied().unwrap_or_default(),
            )
            .saying(format!(
                "none of the first {} rows is a header with {}",
                rules(format).header_within,
                names.join(", ")
            ))
        }
    }
}

const fn broken(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unreadable | Refusal::NoSheet | Refusal::NoHeader | Refusal::Inflated => {
            "the file is no workbook, or a broken one"
        }
        Refusal::Encrypted => "the workbook has a password",
        Refusal::Macros => "the workbook has macros",
        Refusal::Binary => "the workbook is in the binary form of .xlsb",
        Refusal::Disorder => "cells of the workbook stand twice, out of order or outside the sheet",
        Refusal::Hidden => "the workbook holds markup in which a value could be hidden",
        Refusal::Wide => "the header has more columns than the profile allows",
    }
}
