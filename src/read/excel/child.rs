//! The confined child: the same program, started with the workbook as its standard input and one argument. It limits
//! itself before it reads a byte, opens nothing, and says what it found through its standard output. Whatever a
//! workbook does to it, only this process dies.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::rc::Rc;

use regex::RegexBuilder;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::book::Book;
use super::find::{self, Likeness};
use super::frame::{Frame, Refusal, begin};
use super::package;
use super::request::Request;
use crate::code::Code;
use crate::read::SheetRow;

/// The command by which the program is asked to be the child.
pub const COMMAND: &str = "read-workbook";

/// Memory that the child may fill. With the program itself it stays below 512 MiB.
const DATA_MAX: u64 = 448 << 20;
/// Addresses that the child may map.
const ADDRESSES_MAX: u64 = 1 << 30;
/// Exit code of a child that could not write to its pipe: no fault of the workbook's.
pub(super) const CANNOT_TELL: u8 = 74;
/// Rows above the header that are kept for sending records back.
const PREFACE_BYTES: usize = 256 << 10;

/// Does the child's work and says how it ended. For the program's `main`, before anything else is started.
pub fn main() -> ExitCode {
    // A panic's text could hold a value; the parent learns of the death and needs no more.
    std::panic::set_hook(Box::new(|_| {}));
    match work() {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(_)) => ExitCode::from(CANNOT_TELL),
        None => ExitCode::FAILURE,
    }
}

/// The inner error: what the workbook says could not be told.
fn work() -> Option<io::Result<()>> {
    let request = std::env::args().nth(2)?;
    let request: Request = serde_json::from_str(&request).ok()?;
    let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
    confine(&request).ok()?;
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    let served = serve(File::from(input), &request, &mut out);
    Some(served.and_then(|()| out.flush()))
}

/// No more memory, time, files or core dumps than reading needs. What was set cannot be raised again.
fn confine(request: &Request) -> rustix::io::Result<()> {
    let limits = [
        (Resource::Data, DATA_MAX),
        (Resource::As, ADDRESSES_MAX),
        (Resource::Cpu, request.seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        setrlimit(
            resource,
            Rlimit {
                current: Some(most),
                maximum: Some(most),
            },
        )?;
    }
    Ok(())
}

/// Reads a workbook and writes frames. An error is that of the pipe; what is wrong with the workbook is a frame.
pub(super) fn serve(file: File, request: &Request, out: &mut dyn Write) -> io::Result<()> {
    begin(out)?;
    let failed = Rc::default();
    let file = Watched {
        file,
        failed: Rc::clone(&failed),
    };
    let done = read(file, request, out);
    let last = match done {
        Ok(()) | Err(Stop::Refused(_)) if failed.get().is_some() => {
            // What was made of the file after that says nothing.
            Frame::Failed(failed.get().unwrap_or_default())
        }
        Ok(()) => Frame::End,
        Err(Stop::Refused(refusal)) => Frame::Refused(refusal),
        Err(Stop::Pipe(error)) => return Err(error),
    };
    last.write(out)?;
    out.flush()
}

/// The workbook's file. An error of the system is remembered: the readers above take it for a fault of the workbook.
pub(super) struct Watched {
    file: File,
    failed: Rc<Cell<Option<i32>>>,
}

impl Watched {
    fn noted<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && let Some(number) = error.raw_os_error()
            && error.kind() != io::ErrorKind::InvalidInput
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.failed.set(Some(number));
        }
        done
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let done = self.file.read(buffer);
        self.noted(done)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // A place before the start is the workbook's fault (EINVAL), all else the system's.
        let done = self.file.seek(to);
        self.noted(done)
    }
}

enum Stop {
    Refused(Refusal),
    Pipe(io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Pipe(error)
    }
}

fn read(mut file: Watched, request: &Request, out: &mut dyn Write) -> Result<(), Stop> {
    let kind = package::inspect(&mut file, request.inflated, request.ratio)?;
    let mut book = Book::open(kind, file)?;
    let sheets = candidates(&book, request)?;
    let (sheet, others) = choose(&mut book, &sheets, request)?;
    Frame::Sheet(sheet.clone()).write(out)?;
    rows(&mut book, &sheet, request, out)?;
    for other in others {
        Frame::OtherSheet(other).write(out)?;
    }
    Ok(())
}

/// The sheets that may hold the records: those whose name the format wants, else all that a user sees.
fn candidates(book: &Book, request: &Request) -> Result<Vec<String>, Refusal> {
    let sheets = book.sheets().into_iter();
    let sheets: Vec<String> = match &request.sheet {
        Some(pattern) => {
            let pattern = RegexBuilder::new(pattern).case_insensitive(true).build();
            let pattern = pattern.map_err(|_| Refusal::NoSheet)?;
            let fits = |name: &str| {
                pattern
                    .find(name)
                    .is_some_and(|found| found.len() == name.len())
            };
            sheets
                .map(|(name, _)| name)
                .filter(|name| fits(name))
                .collect()
        }
        None => sheets
            .filter(|(_, seen)| *seen)
            .map(|(name, _)| name)
            .collect(),
    };
    if sheets.is_empty() {
        return Err(Refusal::NoSheet);
    }
    Ok(sheets)
}

/// The first sheet with a whole header, and the other ones with it; without any, the sheet that comes nearest.
fn choose(
    book: &mut Book,
    sheets: &[String],
    request: &Request,
) -> Result<(String, Vec<String>), Refusal> {
    let mut found: Vec<(&String, Likeness)> = Vec::new();
    for sheet in sheets {
        let top = top(book, sheet, request)?;
        if let Some((_, likeness)) = find::header(&top, request) {
            found.push((sheet, likeness));
        }
    }
    let whole = found.iter().position(|(_, likeness)| likeness.whole);
    let best = found.iter().map(|(_, likeness)| likeness.known).max();
    let nearest = found
        .iter()
        .position(|(_, likeness)| Some(likeness.known) == best);
    let chosen = whole.or(nearest).ok_or(Refusal::NoHeader)?;
    let others = found[chosen + 1..]
        .iter()
        .filter(|(_, likeness)| likeness.whole);
    let others = others.map(|(sheet, _)| (*sheet).clone()).collect();
    Ok((found[chosen].0.clone(), others))
}

/// The rows in which the header may stand.
fn top(book: &mut Book, sheet: &str, request: &Request) -> Result<Vec<SheetRow>, Refusal> {
    let mut top = Vec::new();
    for row in book.rows(sheet, request.columns)? {
        let row = row?;
        if row.row >= request.header_within {
            break;
        }
        top.push(row);
    }
    Ok(top)
}

fn rows(book: &mut Book, sheet: &str, request: &Request, out: &mut dyn Write) -> Result<(), Stop> {
    let top = top(book, sheet, request)?;
    let (header, _) = find::header(&top, request).ok_or(Refusal::NoHeader)?;
    let mut preface = 0;
    for row in &top[..header] {
        preface += row
            .cells
            .iter()
            .map(|(_, cell)| find::label(cell).len())
            .sum::<usize>();
        if preface <= PREFACE_BYTES {
            Frame::Preface(row.clone()).write(out)?;
        }
    }
    let header = top[header].clone();
    if header.fault == Some(Code::ColumnCount) {
        return Err(Refusal::Wide.into());
    }
    let mut last = header.row;
    Frame::Header(header).write(out)?;
    let after = last;
    for row in book.rows(sheet, request.columns)? {
        let row = row?;
        if row.row <= after {
            continue;
        }
        let blank = row.row - last - 1;
        if request.blank_rows_end > 0 && blank >= request.blank_rows_end {
            Frame::RowsAfter(row.row).write(out)?;
            break;
        }
        last = row.row;
        Frame::Row(row).write(out)?;
    }
    Ok(())
}
