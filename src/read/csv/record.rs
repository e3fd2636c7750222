//! From a piece of whole lines to records.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use memchr::memchr2;

use super::cells::{Broken, Cell, Text, cut};
use super::edges::{Edges, astray};
use super::frame::{Marks, RECORD_MAX, line_end_length, line_ends, record_end};
use super::header::{Columns, Taken};
use crate::code::Code;
use crate::format::{Charset, CsvRules, Format};
use crate::model::{Finding, Place, Source};
use crate::read::charset::{ascii_of, is_ascii_compatible};
use crate::read::{RawRecord, ReadLimits, field};

/// What a file's header says, and with it how its records are read, on any thread.
#[derive(Debug)]
pub struct CsvLayout {
    pub(super) format: Arc<Format>,
    pub(super) rules: CsvRules,
    taken: Vec<Taken>,
    absent: Vec<usize>,
    width: usize,
    wider: Option<usize>,
    pub(super) head: Vec<u8>,
    batch: Vec<Finding>,
    pub(super) big_end: Option<bool>,
    pub(super) edges: Edges,
}

/// A record's bytes, without its line end, and where they stand.
struct Line<'c> {
    text: Text<'c>,
    start: usize,
    end: usize,
    number: u64,
}

impl CsvLayout {
    pub(super) fn new(
        format: &Arc<Format>,
        rules: &CsvRules,
        columns: Columns,
        limits: &ReadLimits,
        head: Vec<u8>,
        big_end: Option<bool>,
    ) -> Self {
        let most = usize::try_from(limits.columns).unwrap_or(usize::MAX);
        Self {
            format: Arc::clone(format),
            rules: rules.clone(),
            taken: columns.taken,
            absent: columns.absent,
            width: columns.width,
            wider: Self::may_be_wider(format, rules).then_some(most),
            head,
            batch: columns.batch,
            big_end,
            edges: Edges::default(),
        }
    }

    /// The bytes before the first record: byte order mark, lines passed over, header.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// What the header holds that rejects the batch as a whole.
    pub(in crate::read) fn batch(&self) -> &[Finding] {
        &self.batch
    }

    /// The records of a piece, in its order. Blank lines are none.
    pub(in crate::read) fn records<'c>(
        &'c self,
        bytes: &'c [u8],
        first_line: u64,
        ascii: &'c OnceLock<String>,
    ) -> impl Iterator<Item = RawRecord<'c>> {
        let whole = self.whole(bytes);
        let known = whole.or_else(|| {
            is_ascii_compatible(self.format.charset)
                .then(|| ascii.get_or_init(|| ascii_of(bytes)).as_str())
        });
        let mut cells = Vec::with_capacity(self.width);
        let (mut start, mut number) = (0, first_line);
        std::iter::from_fn(move || {
            while start < bytes.len() {
                let (from, line) = (start, number);
                let (end, content) = first_record(&bytes[from..], self.marks());
                let (end, content) = (from + end, from + content);
                number += match self.marks() {
                    Some(_) => line_ends(&bytes[from..end]),
                    None => 1,
                };
                start = end;
                let record = &bytes[from..content];
                if record.trim_ascii().is_empty() {
                    continue;
                }
                let text = Text {
                    bytes: record,
                    whole: known.and_then(|known| known.get(from..content)),
                    ascii_only: whole.is_none() && !record.is_ascii(),
                    charset: self.format.charset,
                };
                let line = Line {
                    text,
                    start: from,
                    end,
                    number: line,
                };
                return Some(self.record(&line, &mut cells));
            }
            None
        })
    }

    /// A record that is too large: what was kept of it is its first line, or nothing.
    pub(in crate::read) fn too_large(bytes: &[u8], line: u64) -> RawRecord<'static> {
        let place = Place::Line { line, column: 0 };
        let source = if bytes.is_empty() {
            Source::None
        } else {
            Source::Bytes {
                start: 0,
                end: bytes.len(),
            }
        };
        RawRecord {
            findings: vec![Finding::new(Code::RecordTooLarge).at(place.clone())],
            place,
            fields: Vec::new(),
            batch: Vec::new(),
            source,
        }
    }

    fn marks(&self) -> Option<Marks> {
        let quote = self.rules.quote.filter(|_| self.rules.multiline)?;
        Some(Marks {
            delimiter: self.rules.delimiter,
            quote,
        })
    }

    /// The text of bytes that decode in one piece without change.
    fn whole<'c>(&self, bytes: &'c [u8]) -> Option<&'c str> {
        let charset = self.format.charset;
        let utf8 = matches!(charset, Charset::Utf8 | Charset::Utf16);
        if utf8 || (is_ascii_compatible(charset) && bytes.is_ascii()) {
            return std::str::from_utf8(bytes).ok();
        }
        None
    }

    fn record<'c>(&'c self, line: &Line<'c>, cells: &mut Vec<Cell>) -> RawRecord<'c> {
        let mut record = RawRecord {
            place: Place::Line {
                line: line.number,
                column: 0,
            },
            fields: Vec::new(),
            findings: Vec::new(),
            batch: Vec::new(),
            source: Source::Bytes {
                start: line.start,
                end: line.end,
            },
        };
        if !self.rules.edges.is_empty() {
            let (format, rules) = (&self.format, &self.rules);
            let found = astray(line.text.bytes, line.number, format, rules);
            record.batch.extend(found);
        }
        let broken = if line.text.bytes.len() > RECORD_MAX {
            Some(Finding::new(Code::RecordTooLarge).at(record.place.clone()))
        } else {
            self.cut(line, cells)
        };
        match broken {
            // Which field a cell is cannot be told any more, so none is.
            Some(finding) => record.findings.push(finding),
            None => self.fill(&mut record, line, cells),
        }
        record
    }

    fn cut(&self, line: &Line<'_>, cells: &mut Vec<Cell>) -> Option<Finding> {
        let CsvRules {
            delimiter, quote, ..
        } = self.rules;
        let place = |at: usize| Place::Line {
            line: line.number,
            column: column(line.text.characters(0, at)),
        };
        let count = match cut(line.text.bytes, delimiter, quote, self.width, cells) {
            Ok(count) => count,
            Err(Broken::Unclosed(at)) => {
                return Some(Finding::new(Code::UnclosedQuote).at(place(at)));
            }
            Err(Broken::TextAfterQuote(at)) => {
                let finding = Finding::new(Code::UnclosedQuote)
                    .at(place(at))
                    .saying("text stands between a closing quote and the next delimiter");
                return Some(finding);
            }
        };
        let most = self.wider.unwrap_or(self.width);
        if count >= self.width && count <= most {
            return None;
        }
        let finding = Finding::new(Code::ColumnCount).at(place(0)).saying(format!(
            "the record has {count} columns; {} are expected",
            self.width
        ));
        Some(finding)
    }

    fn fill<'c>(&'c self, record: &mut RawRecord<'c>, line: &Line<'c>, cells: &[Cell]) {
        record.fields = Vec::with_capacity(self.taken.len() + self.absent.len());
        let (fields, marks) = (&self.format.fields, self.marks());
        let mut counted = Counted::default();
        for taken in &self.taken {
            let cell = cells[taken.column];
            let field = &fields[taken.field];
            let spot = match marks {
                // The record's place names its first line; on a later one a column would mean nothing.
                Some(_) if memchr2(b'\n', b'\r', &line.text.bytes[..cell.begin]).is_some() => 0,
                _ => counted.column(&line.text, cell.begin),
            };
            let text = match &field.convert.join {
                None => line.text.cell(cell, self.rules.quote),
                Some((separator, _)) => self.joined(line, cells, taken, separator),
            };
            match text {
                Some(text) => {
                    if let Some(given) = field::given(field, text, spot) {
                        record.fields.push(given);
                    }
                }
                None => record
                    .findings
                    .push(
                        Finding::field(Code::Undecodable, field.name).at(Place::Line {
                            line: line.number,
                            column: spot,
                        }),
                    ),
            }
        }
        let absent = self.absent.iter().map(|&index| &fields[index]);
        record
            .fields
            .extend(absent.filter_map(|field| field::absent(field, 0)));
    }

    /// The text of a field's cell and of those joined to it; `None` where one does not decode.
    fn joined<'c>(
        &self,
        line: &Line<'c>,
        cells: &[Cell],
        taken: &Taken,
        separator: &str,
    ) -> Option<Cow<'c, str>> {
        let text = line.text.cell(cells[taken.column], self.rules.quote)?;
        let mut parts = vec![text];
        for &column in &taken.joined {
            parts.push(line.text.cell(cells[column], self.rules.quote)?);
        }
        let parts: Vec<&str> = parts
            .iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        Some(Cow::Owned(parts.join(separator)))
    }
}

/// The first record of these bytes: one past its line end, and one past its content. Without an end it is all of them.
pub(super) fn first_record(bytes: &[u8], multiline: Option<Marks>) -> (usize, usize) {
    let end = match multiline {
        Some(marks) => record_end(bytes, marks),
        None => memchr2(b'\n', b'\r', bytes).map(|at| at + line_end_length(&bytes[at..])),
    };
    let Some(end) = end else {
        let content = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        return (bytes.len(), content.len());
    };
    let line_end = if bytes[..end].ends_with(b"\r\n") {
        2
    } else {
        1
    };
    (end, end - line_end)
}

/// A character column from 1, of a number of characters before it.
fn column(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

/// Counts a record's characters from left to right, so that none is counted twice.
#[derive(Default)]
struct Counted {
    bytes: usize,
    characters: usize,
}

impl Counted {
    fn column(&mut self, text: &Text<'_>, begin: usize) -> u32 {
        if begin > self.bytes {
            self.characters += text.characters(self.bytes, begin);
            self.bytes = begin;
        }
        column(self.characters)
    }
}
