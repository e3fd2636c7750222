//! Delimited text. A stray quote never swallows the rows after it: without `multiline` a record is a line, and so a
//! file can be cut at line ends and read on all cores.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use super::charset::{self, UTF8_BOM, Utf16};
use super::{Chunk, Ending, Fault, ReadLimits};
use crate::code::Code;
use crate::format::{Charset, CsvRules, Format, Unknown};
use crate::model::{Finding, Place};

mod cells;
mod frame;
pub(crate) mod header;
mod record;

use frame::{Frame, Frames, Marks, PIECE, RECORD_MAX};
pub use record::CsvLayout;

/// Reads delimited text.
pub struct CsvReader {
    frames: Frames<Box<dyn Read + Send>>,
    /// The rest of the piece that the header stood in.
    first: Option<Frame>,
}

impl CsvReader {
    /// Opens a file: its header is read, its columns are resolved. A file without a byte, without a required column or
    /// with a known column twice is put into quarantine.
    pub fn open(
        format: &Arc<Format>,
        rules: &CsvRules,
        stream: Box<dyn Read + Send>,
        limits: &ReadLimits,
    ) -> Result<(Self, CsvLayout), Fault> {
        Self::open_by(format, rules, stream, limits, PIECE)
    }

    fn open_by(
        format: &Arc<Format>,
        rules: &CsvRules,
        stream: Box<dyn Read + Send>,
        limits: &ReadLimits,
        piece: usize,
    ) -> Result<(Self, CsvLayout), Fault> {
        let mut stream = BufReader::new(stream);
        if stream.fill_buf()?.is_empty() {
            return Err(Fault::File(Box::new(Finding::new(Code::FileEmpty))));
        }
        let mut head = Vec::new();
        let (mut stream, big_end) = decoded(format.charset, stream, &mut head)?;
        if matches!(format.charset, Charset::Utf8 | Charset::Utf16) {
            stream = without_bom(stream, &mut head)?;
        }
        let marks = rules.quote.filter(|_| rules.multiline).map(|quote| Marks {
            delimiter: rules.delimiter,
            quote,
        });
        let mut top = Top {
            frames: Frames::new(stream, piece, marks),
            rest: None,
            head,
        };
        for _ in 0..rules.skip_lines {
            top.line()?;
        }
        let columns = if rules.header {
            top.header(format, rules, limits)?
        } else {
            by_position(format)
        };
        let layout = CsvLayout::new(format, rules, columns, limits, top.head, big_end);
        let reader = Self {
            frames: top.frames,
            first: top.rest,
        };
        Ok((reader, layout))
    }

    /// The next piece of whole records; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        let frame = match self.first.take() {
            Some(frame) => Some(frame),
            None => self.frames.next()?,
        };
        Ok(frame.map(|frame| match frame {
            Frame::Lines(bytes, first_line) => Chunk::Lines { bytes, first_line },
            Frame::TooLarge(bytes, line) => Chunk::TooLarge { bytes, line },
        }))
    }

    /// What the file says about its contents: nothing, in delimited text.
    pub fn finish(self) -> Ending {
        Ending::default()
    }
}

/// The input in a character set whose line ends and delimiters are single bytes, and whether it was UTF-16 with its big
/// end first. The byte order mark of UTF-16 goes to `head`.
fn decoded(
    set: Charset,
    stream: BufReader<Box<dyn Read + Send>>,
    head: &mut Vec<u8>,
) -> Result<(Box<dyn Read + Send>, Option<bool>), Fault> {
    if set != Charset::Utf16 {
        return Ok((Box::new(stream), None));
    }
    let (stream, big) = Utf16::new(stream)?;
    if stream.marked {
        head.extend_from_slice(UTF8_BOM);
    }
    Ok((Box::new(stream), Some(big)))
}

/// The input after its byte order mark, which goes to `head`.
fn without_bom(
    stream: Box<dyn Read + Send>,
    head: &mut Vec<u8>,
) -> Result<Box<dyn Read + Send>, Fault> {
    let mut stream = stream;
    let mut start = Vec::with_capacity(UTF8_BOM.len());
    stream.by_ref().take(3).read_to_end(&mut start)?;
    if start == UTF8_BOM {
        head.extend_from_slice(UTF8_BOM);
        return Ok(stream);
    }
    Ok(Box::new(std::io::Cursor::new(start).chain(stream)))
}

/// The lines before the first record, taken one by one off the first pieces.
struct Top {
    frames: Frames<Box<dyn Read + Send>>,
    rest: Option<Frame>,
    head: Vec<u8>,
}

impl Top {
    /// The next line or, where quoted cells may hold line ends, record, without its line end, and its number; `None` at
    /// the end. Its bytes are kept in the head.
    fn line(&mut self) -> Result<Option<(Vec<u8>, u64)>, Fault> {
        let frame = match self.rest.take() {
            Some(frame) => Some(frame),
            None => self.frames.next()?,
        };
        let (mut bytes, line) = match frame {
            None => return Ok(None),
            Some(Frame::TooLarge(_, line)) => {
                let place = Place::Line { line, column: 0 };
                let finding = Finding::new(Code::RecordTooLarge).at(place);
                return Err(Fault::File(Box::new(finding)));
            }
            Some(Frame::Lines(bytes, line)) => (bytes, line),
        };
        let (end, content) = self.frames.first_record(&bytes);
        let rest = bytes.split_off(end);
        if !rest.is_empty() {
            let next = line + frame::line_ends(&bytes);
            self.rest = Some(Frame::Lines(rest, next));
        }
        self.head.extend_from_slice(&bytes);
        bytes.truncate(content);
        Ok(Some((bytes, line)))
    }

    /// The first line that is not blank, as the header.
    fn header(
        &mut self,
        format: &Format,
        rules: &CsvRules,
        limits: &ReadLimits,
    ) -> Result<header::Columns, Fault> {
        let (bytes, line) = loop {
            match self.line()? {
                Some((bytes, _)) if bytes.trim_ascii().is_empty() => {}
                Some(found) => break found,
                None => break (Vec::new(), 1),
            }
        };
        let most = usize::try_from(limits.columns).unwrap_or(usize::MAX);
        let place = |_: usize| Place::Line { line, column: 0 };
        let labels = header::labels(&bytes, rules, format.charset, most.saturating_add(1));
        if labels.len() > most || bytes.len() > RECORD_MAX {
            let finding = Finding::new(Code::ColumnCount)
                .at(place(0))
                .saying(format!("the header has more than {most} columns"))
                .hinting("send fewer columns, or raise `limits.columns`");
            return Err(Fault::File(Box::new(finding)));
        }
        let hint = || header::looks_like(&bytes, rules, format.charset);
        header::columns(format, &labels, &place, &hint).map_err(Fault::File)
    }
}

/// The columns of a format without a header line.
fn by_position(format: &Format) -> header::Columns {
    let mut columns = header::Columns::default();
    for (field, at) in format.fields.iter().map(|field| field.position).enumerate() {
        match at {
            Some(column) => columns.taken.push(header::Taken {
                column,
                field,
                joined: Vec::new(),
            }),
            None => columns.absent.push(field),
        }
    }
    columns.taken.sort_by_key(|taken| taken.column);
    columns.width = columns.taken.last().map_or(0, |taken| taken.column + 1);
    columns
}

impl CsvLayout {
    /// Bytes of the head or of a record as the partner sent them: those of UTF-16 are brought back to it.
    pub fn as_sent<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self.big_end {
            Some(big) => Cow::Owned(charset::to_utf16(bytes, big)),
            None => Cow::Borrowed(bytes),
        }
    }

    /// Whether a record may have more columns than the format names: only where they stand by position and what is not
    /// named is passed over.
    fn may_be_wider(format: &Format, rules: &CsvRules) -> bool {
        !rules.header && format.unknown == Unknown::Ignore
    }
}

#[cfg(test)]
mod tests;
