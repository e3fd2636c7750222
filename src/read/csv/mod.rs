//! Delimited text. A stray quote never swallows the rows after it: without `multiline` a record is a line, and so a
//! file can be cut at line ends and read on all cores.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, OnceLock};

use super::charset::{self, UTF8_BOM, Utf16};
use super::{Chunk, Ending, Fault, ReadLimits};
use crate::code::Code;
use crate::format::{Charset, Control, CsvRules, Edge, Format, Unknown};
use crate::model::{Finding, Place};

mod cells;
mod edges;
mod frame;
pub(crate) mod header;
mod record;

use edges::Edges;
use frame::{Frame, Frames, Marks, PIECE, RECORD_MAX};
pub use record::CsvLayout;

/// Reads delimited text.
pub struct CsvReader {
    frames: Frames<Box<dyn Read + Send>>,
    /// The rest of the piece that the header stood in.
    first: Option<Frame>,
    /// Where the last line may be a trailer: the piece that may hold it.
    held: Option<Frame>,
    format: Arc<Format>,
    rules: CsvRules,
    edges: Edges,
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
        let mut edges = Edges::default();
        if let Some(edge) = edges::of(rules, false) {
            edges.first = Some(top.edge(edge, format, rules)?);
        }
        let (format, columns) = if rules.header {
            top.header(format, rules, limits)?
        } else {
            (Arc::clone(format), by_position(format))
        };
        let mut layout = CsvLayout::new(&format, rules, columns, limits, top.head, big_end);
        layout.edges = edges.clone();
        let reader = Self {
            frames: top.frames,
            first: top.rest,
            held: None,
            format,
            rules: rules.clone(),
            edges,
        };
        Ok((reader, layout))
    }

    /// The next piece of whole records; `None` at the end.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, Fault> {
        let frame = match edges::of(&self.rules, true).cloned() {
            Some(trailer) => self.before_trailer(&trailer)?,
            None => self.next_frame()?,
        };
        Ok(frame.map(|frame| match frame {
            Frame::Lines(bytes, first_line) => Chunk::Lines {
                bytes,
                first_line,
                ascii: OnceLock::new(),
            },
            Frame::TooLarge(bytes, line) => Chunk::TooLarge { bytes, line },
        }))
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, Fault> {
        match self.first.take() {
            Some(frame) => Ok(Some(frame)),
            None => Ok(self.frames.next()?),
        }
    }

    /// The next piece, one behind what is read: of the last one the trailer is taken off.
    fn before_trailer(&mut self, trailer: &Edge) -> Result<Option<Frame>, Fault> {
        loop {
            match self.next_frame()? {
                // Blank lines behind the trailer.
                Some(Frame::Lines(bytes, _)) if bytes.trim_ascii().is_empty() => {}
                Some(frame) => {
                    if let Some(held) = self.held.replace(frame) {
                        return Ok(Some(held));
                    }
                }
                None => {
                    return Ok(self
                        .held
                        .take()
                        .and_then(|last| self.cut_off(last, trailer)));
                }
            }
        }
    }

    fn cut_off(&mut self, last: Frame, trailer: &Edge) -> Option<Frame> {
        let Frame::Lines(mut bytes, line) = last else {
            return Some(last);
        };
        let end = bytes.trim_ascii_end().len();
        let start = memchr::memrchr2(b'\n', b'\r', &bytes[..end]).map_or(0, |at| at + 1);
        if edges::is(trailer, &bytes[start..end], &self.format, &self.rules) {
            // Set once: there is one last piece.
            self.edges.last.set(bytes[start..end].to_vec()).ok();
            bytes.truncate(start);
        }
        (!bytes.is_empty()).then_some(Frame::Lines(bytes, line))
    }

    /// What the file says about its contents.
    ///
    /// # Errors
    /// It lacks the trailer that its format has.
    pub fn finish(self) -> Result<Ending, Fault> {
        let controls = self.edges.stated(&self.format, &self.rules);
        Ok(Ending {
            controls: controls.map_err(Fault::Batch)?,
            notes: Vec::new(),
            ..Ending::default()
        })
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

    /// The first line that is not blank, as the header record.
    fn edge(&mut self, edge: &Edge, format: &Format, rules: &CsvRules) -> Result<Arc<[u8]>, Fault> {
        loop {
            match self.line()? {
                Some((bytes, _)) if bytes.trim_ascii().is_empty() => {}
                Some((bytes, _)) if edges::is(edge, &bytes, format, rules) => {
                    return Ok(bytes.into());
                }
                Some((_, line)) => {
                    return Err(Fault::File(Box::new(edges::not_first(edge, line))));
                }
                None => return Err(Fault::File(Box::new(edges::not_first(edge, 1)))),
            }
        }
    }

    /// The first line that is not blank, as the header; and the format as it reads what is below that.
    fn header(
        &mut self,
        format: &Arc<Format>,
        rules: &CsvRules,
        limits: &ReadLimits,
    ) -> Result<(Arc<Format>, header::Columns), Fault> {
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
        let format = format.for_labels(&labels);
        let columns = header::columns(&format, &labels, &place, &hint).map_err(Fault::File)?;
        Ok((format, columns))
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

    /// The bytes before the first record as they are when other records stand behind them: with their totals.
    pub fn head_with(&self, total: &dyn Fn(&Control) -> String) -> Vec<u8> {
        let (Some(edge), Some(line)) = (edges::of(&self.rules, false), &self.edges.first) else {
            return self.head.clone();
        };
        let found = memchr::memmem::find(&self.head, line);
        let at = found.expect("the head begins with what stood above the labels");
        let edited = edges::edited(line, edge, &self.format, &self.rules, total);
        [&self.head[..at], &edited, &self.head[at + line.len()..]].concat()
    }

    /// The line behind the last record, with the totals of other records; `None`: there is none. Asked when all is read.
    pub fn tail_with(&self, total: &dyn Fn(&Control) -> String) -> Option<Vec<u8>> {
        let line = self.edges.last.get()?;
        let edge = edges::of(&self.rules, true)?;
        Some(edges::edited(line, edge, &self.format, &self.rules, total))
    }

    /// Whether what stands before the records states totals, so that it can be written only when they are known.
    pub fn states_first(&self) -> bool {
        self.edges.first.is_some() && !self.format.controls.is_empty()
    }

    /// Whether a record may have more columns than the format names: only where they stand by position and what is not
    /// named is passed over.
    fn may_be_wider(format: &Format, rules: &CsvRules) -> bool {
        !rules.header && format.unknown == Unknown::Ignore
    }
}

#[cfg(test)]
mod tests;
