//! What the confined child sends through its pipe: a version byte, then frames of a tag, a length and a body. The
//! parent believes none of it: lengths are bounded, texts must be UTF-8, numbers and dates must look like such, rows
//! and columns must come in order.

use std::io::{self, Read, Write};

use crate::code::Code;
use crate::read::{Cell, SheetRow};

/// Version of the frames.
const VERSION: u8 = 1;
/// A row's texts are bounded by 1 MiB; numbers and positions come on top.
pub(super) const FRAME_MAX: usize = 4 << 20;
/// The last row and column that a spreadsheet can have, from 0.
pub(super) const ROW_MAX: u32 = 1_048_575;
/// See [`ROW_MAX`].
pub(super) const COLUMN_MAX: u32 = 16_383;

/// Why the child does not take a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no workbook, or a broken one.
    Unreadable,
    /// It has a password.
    Encrypted,
    /// It has macros.
    Macros,
    /// It is in the binary form of .xlsb.
    Binary,
    /// It unpacks to more than allowed.
    Inflated,
    /// No sheet has the name that the format wants.
    NoSheet,
    /// No row holds a label of the format.
    NoHeader,
    /// Cells stand twice, out of order or outside the grid.
    Disorder,
    /// A cell's value is split by a comment, or its text stands where a reader would pass over it.
    Hidden,
    /// The header has more columns than allowed.
    Wide,
}

impl Refusal {
    const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::Encrypted,
        Self::Macros,
        Self::Binary,
        Self::Inflated,
        Self::NoSheet,
        Self::NoHeader,
        Self::Disorder,
        Self::Hidden,
        Self::Wide,
    ];
}

/// One thing that the child says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Frame {
    /// The sheet that is read.
    Sheet(String),
    /// A row above the header.
    Preface(SheetRow),
    /// The header.
    Header(SheetRow),
    /// A row of data.
    Row(SheetRow),
    /// Another sheet has the header too; it is not read.
    OtherSheet(String),
    /// This row, and what follows it, stands after the blank rows that end the data; it is not read.
    RowsAfter(u32),
    /// The workbook is not taken.
    Refused(Refusal),
    /// The system did not let the file be read: an error number. Nothing is said of the workbook.
    Failed(i32),
    /// All was read.
    End,
}

/// Begins to write frames. It goes out at once: who dies before it has not looked at the file.
pub(super) fn begin(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[VERSION])?;
    out.flush()
}

impl Frame {
    /// Writes the frame.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut body = Vec::new();
        let tag = match self {
            Self::Sheet(name) => text_body(b'S', name, &mut body),
            Self::Preface(row) => row_body(b'P', row, &mut body),
            Self::Header(row) => row_body(b'H', row, &mut body),
            Self::Row(row) => row_body(b'R', row, &mut body),
            Self::OtherSheet(name) => text_body(b'O', name, &mut body),
            Self::RowsAfter(row) => {
                body.extend_from_slice(&row.to_le_bytes());
                b'A'
            }
            Self::Refused(refusal) => {
                let number = Refusal::ALL.iter().position(|r| r == refusal);
                body.push(number.and_then(|n| u8::try_from(n).ok()).unwrap_or(0));
                b'X'
            }
            Self::Failed(number) => {
                body.extend_from_slice(&number.to_le_bytes());
                b'F'
            }
            Self::End => b'E',
        };
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        out.write_all(&[tag])?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&body)
    }
}

fn text_body(tag: u8, text: &str, body: &mut Vec<u8>) -> u8 {
    body.extend_from_slice(text.as_bytes());
    tag
}

fn row_body(tag: u8, row: &SheetRow, body: &mut Vec<u8>) -> u8 {
    body.extend_from_slice(&row.row.to_le_bytes());
    body.push(match row.fault {
        None => 0,
        Some(Code::RecordTooLarge) => 1,
        Some(_) => 2,
    });
    for (column, cell) in &row.cells {
        body.extend_from_slice(&column.to_le_bytes());
        let (tag, text) = match cell {
            Cell::Text(text) => (b't', text.as_str()),
            Cell::Number(text) => (b'n', text.as_str()),
            Cell::Date(text) => (b'd', text.as_str()),
            Cell::Bool(true) => (b'b', "1"),
            Cell::Bool(false) => (b'b', "0"),
            Cell::Error(text) => (b'e', text.as_str()),
        };
        body.push(tag);
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        body.extend_from_slice(&length.to_le_bytes());
        body.extend_from_slice(text.as_bytes());
    }
    tag
}

/// Reads frames.
pub(super) struct Frames<R> {
    input: R,
    begun: bool,
    ended: bool,
    body: Vec<u8>,
    next_row: u32,
}

/// What the parent made of the pipe.
#[derive(Debug)]
pub(super) enum Broken {
    /// It ended or failed before a word came through it: the child never began, whatever the file.
    Unbegun,
    /// It ended or failed: the child is dead, or was killed.
    Pipe,
    /// What came through it are no frames.
    Garbage,
}

impl<R: Read> Frames<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            input,
            begun: false,
            ended: false,
            body: Vec::new(),
            next_row: 0,
        }
    }

    /// The next frame; after [`Frame::End`] that same again.
    pub(super) fn next(&mut self) -> Result<Frame, Broken> {
        if self.ended {
            return Ok(Frame::End);
        }
        if !std::mem::replace(&mut self.begun, true) {
            let version = self.bytes::<1>().map_err(|_| Broken::Unbegun)?;
            if version != [VERSION] {
                return Err(Broken::Garbage);
            }
        }
        let [tag] = self.bytes()?;
        let length = u32::from_le_bytes(self.bytes()?) as usize;
        if length > FRAME_MAX {
            return Err(Broken::Garbage);
        }
        self.body.resize(length, 0);
        let mut body = std::mem::take(&mut self.body);
        self.input.read_exact(&mut body).map_err(|_| Broken::Pipe)?;
        let frame = self.frame(tag, &body).ok_or(Broken::Garbage)?;
        self.body = body;
        self.ended = frame == Frame::End;
        Ok(frame)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let mut bytes = [0; N];
        self.input
            .read_exact(&mut bytes)
            .map_err(|_| Broken::Pipe)?;
        Ok(bytes)
    }

    fn frame(&mut self, tag: u8, body: &[u8]) -> Option<Frame> {
        let text = || std::str::from_utf8(body).ok().map(str::to_owned);
        let frame = match tag {
            b'S' => Frame::Sheet(text()?),
            b'O' => Frame::OtherSheet(text()?),
            b'P' => Frame::Preface(self.row(body)?),
            b'H' => Frame::Header(self.row(body)?),
            b'R' => Frame::Row(self.row(body)?),
            b'A' => Frame::RowsAfter(u32::from_le_bytes(body.try_into().ok()?)),
            b'F' => Frame::Failed(i32::from_le_bytes(body.try_into().ok()?)),
            b'X' => {
                let [number] = body else { return None };
                Frame::Refused(*Refusal::ALL.get(usize::from(*number))?)
            }
            b'E' if body.is_empty() => Frame::End,
            _ => return None,
        };
        Some(frame)
    }

    fn row(&mut self, body: &[u8]) -> Option<SheetRow> {
        let (row, body) = body.split_first_chunk::<4>()?;
        let row = u32::from_le_bytes(*row);
        if row < self.next_row || row > ROW_MAX {
            return None;
        }
        self.next_row = row + 1;
        let (fault, mut body) = body.split_first()?;
        let fault = match fault {
            0 => None,
            1 => Some(Code::RecordTooLarge),
            2 => Some(Code::ColumnCount),
            _ => return None,
        };
        let mut cells: Vec<(u32, Cell)> = Vec::new();
        while !body.is_empty() {
            let (column, cell, rest) = cell(body)?;
            let after = cells.last().is_none_or(|(last, _)| *last < column);
            if !after || column > COLUMN_MAX {
                return None;
            }
            cells.push((column, cell));
            body = rest;
        }
        Some(SheetRow { row, cells, fault })
    }
}

fn cell(body: &[u8]) -> Option<(u32, Cell, &[u8])> {
    let (column, body) = body.split_first_chunk::<4>()?;
    let (tag, body) = body.split_first()?;
    let (length, body) = body.split_first_chunk::<4>()?;
    let (text, rest) = body.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let text = std::str::from_utf8(text).ok()?;
    let cell = match tag {
        b't' => Cell::Text(text.to_owned()),
        b'n' if is_number(text) => Cell::Number(text.to_owned()),
        b'd' if is_date(text) => Cell::Date(text.to_owned()),
        b'b' if text == "0" || text == "1" => Cell::Bool(text == "1"),
        b'e' => Cell::Error(text.to_owned()),
        _ => return None,
    };
    Some((u32::from_le_bytes(*column), cell, rest))
}

/// Whether a text is a decimal number with a point and no exponent.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

/// Whether a text has the form of a date, or of a date and time.
fn is_date(text: &str) -> bool {
    let form = |form: &str| {
        let mut pairs = form.bytes().zip(text.bytes());
        form.len() == text.len()
            && pairs.all(|(f, t)| {
                if f == b'0' {
                    t.is_ascii_digit()
                } else {
                    f == t
                }
            })
    };
    form("0000-00-00") || form("0000-00-00T00:00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u32, cells: &[(u32, Cell)]) -> SheetRow {
        SheetRow {
            row,
            cells: cells.to_vec(),
            fault: None,
        }
    }

    fn written(frames: &[Frame]) -> Vec<u8> {
        let mut bytes = Vec::new();
        begin(&mut bytes).expect("memory");
        for frame in frames {
            frame.write(&mut bytes).expect("memory");
        }
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let mut large = row(9, &[]);
        large.fault = Some(Code::RecordTooLarge);
        let frames = [
            Frame::Sheet("Blad å".to_owned()),
            Frame::Preface(row(0, &[(3, Cell::Text("x".to_owned()))])),
            Frame::Header(row(
                1,
                &[(0, Cell::Text(String::new())), (16_383, Cell::Bool(true))],
            )),
            Frame::Row(row(
                7,
                &[
                    (0, Cell::Number("-1.50".to_owned())),
                    (1, Cell::Date("2026-11-20".to_owned())),
                    (2, Cell::Date("2026-11-20T10:00:00".to_owned())),
                    (5, Cell::Error("#N/A".to_owned())),
                ],
            )),
            Frame::Row(large),
            Frame::OtherSheet("b".to_owned()),
            Frame::RowsAfter(20),
            Frame::End,
        ];
        let bytes = written(&frames);
        let mut reader = Frames::new(bytes.as_slice());
        for frame in &frames {
            assert_eq!(&reader.next().expect("a frame"), frame);
        }
        assert_eq!(reader.next().expect("the end again"), Frame::End);
        for end in 0..bytes.len() {
            let mut reader = Frames::new(&bytes[..end]);
            let broken = std::iter::from_fn(|| match reader.next() {
                Ok(Frame::End) => None,
                other => Some(other.is_err()),
            });
            assert!(broken.take(20).any(|broken| broken), "cut at {end}");
        }
        for refusal in Refusal::ALL {
            let bytes = written(&[Frame::Refused(refusal)]);
            let read = Frames::new(bytes.as_slice()).next().expect("a frame");
            assert_eq!(read, Frame::Refused(refusal));
        }
    }

    #[test]
    fn nothing_that_is_out_of_shape_is_believed() {
        let text = |t: &str| Cell::Text(t.to_owned());
        let number = |t: &str| Cell::Number(t.to_owned());
        let bad = [
            written(&[Frame::Row(row(1, &[(1, text("a")), (1, text("b"))]))]),
            written(&[Frame::Row(row(1, &[(2, text("a")), (1, text("b"))]))]),
            written(&[Frame::Row(row(1, &[(16_384, text("a"))]))]),
            written(&[Frame::Row(row(1_048_576, &[]))]),
            written(&[Frame::Row(row(1, &[(0, number("1e5"))]))]),
            written(&[Frame::Row(row(1, &[(0, number("1,5"))]))]),
            written(&[Frame::Row(row(1, &[(0, number(""))]))]),
            written(&[Frame::Row(row(
                1,
                &[(0, Cell::Date("20261120".to_owned()))],
            ))]),
            vec![2],
            vec![VERSION, b'Z', 0, 0, 0, 0],
            vec![VERSION, b'R', 0xFF, 0xFF, 0xFF, 0xFF],
            vec![VERSION, b'S', 1, 0, 0, 0, 0xFF],
            vec![VERSION, b'X', 1, 0, 0, 0, 200],
            vec![VERSION, b'E', 1, 0, 0, 0, 0],
        ];
        for bytes in bad {
            let read = Frames::new(bytes.as_slice()).next();
            assert!(matches!(read, Err(Broken::Garbage)), "{bytes:?}");
        }
        let bytes = written(&[Frame::Row(row(5, &[])), Frame::Row(row(5, &[]))]);
        let mut reader = Frames::new(bytes.as_slice());
        assert!(reader.next().is_ok());
        assert!(matches!(reader.next(), Err(Broken::Garbage)));
    }
}
