//! From lines to the fields of a record, on any thread.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::cut::{Closing, Tails};
use super::lines::{columns, kind, left, lines, text};
use super::{FixedChunk, Group};
use crate::code::Code;
use crate::format::{Field, FixedRules, Format, Several, Stands};
use crate::model::{Finding, Place, Shown, Source};
use crate::read::RawRecord;
use crate::read::field::{absent, given};

/// How many bits of a spot are a column; those above are lines below the record's first.
const COLUMN_BITS: u32 = 21;

/// How a format's lines are read. Shared by all threads.
#[derive(Debug)]
pub struct FixedLayout {
    format: Arc<Format>,
    rules: FixedRules,
    tails: Tails,
}

/// A line that a record takes values from.
struct Part<'c> {
    kind: usize,
    text: Cow<'c, str>,
    /// How many lines below the record's first; `None`: elsewhere.
    below: Option<u32>,
}

impl<'c> Part<'c> {
    /// What stands in columns of it.
    fn columns(&self, start: usize, length: usize) -> Cow<'c, str> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(columns(text, start, length)),
            Cow::Owned(text) => Cow::Owned(columns(text, start, length).to_owned()),
        }
    }
}

/// A walk over a chunk's lines that knows the open groups.
pub(crate) struct Cursor<'c> {
    groups: Vec<Group>,
    next_group: u64,
    closings: std::slice::Iter<'c, super::cut::Closing>,
}

impl<'c> Cursor<'c> {
    pub(crate) fn new(chunk: &'c FixedChunk) -> Self {
        Self {
            groups: chunk.groups.clone(),
            next_group: chunk.next_group,
            closings: chunk.closings.iter(),
        }
    }

    /// Goes on in a chunk from where these groups are open.
    pub(crate) fn behind(chunk: &'c FixedChunk, groups: Vec<Group>) -> Self {
        let mut cursor = Self::new(chunk);
        let newest = groups.last().map(|group| group.number + 1);
        // Groups of the chunk that opened and closed before are behind it too.
        while newest.is_some_and(|newest| cursor.next_group < newest) {
            cursor.closings.next();
            cursor.next_group += 1;
        }
        Self { groups, ..cursor }
    }

    /// The groups that are open, outermost first.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Goes on behind a line of a known kind.
    pub(crate) fn pass(&mut self, rules: &FixedRules, kind: usize, line: &[u8]) {
        self.groups.truncate(left(rules, &self.groups, kind));
        match rules.lines[kind].stands {
            Stands::Opening => {
                self.groups.push(Group {
                    number: self.next_group,
                    kind,
                    line: line.trim_ascii_end().into(),
                    closing: self.closings.next().cloned().flatten(),
                });
                self.next_group += 1;
            }
            Stands::Closing(opened) => {
                if self.groups.last().is_some_and(|group| group.kind == opened) {
                    self.groups.pop();
                }
            }
            Stands::Record | Stands::Detail => {}
        }
    }
}

impl FixedLayout {
    pub(super) fn new(format: &Arc<Format>, rules: &FixedRules, tails: Tails) -> Self {
        Self {
            format: Arc::clone(format),
            rules: rules.clone(),
            tails,
        }
    }

    /// The rules that the lines are read by.
    pub(crate) const fn rules(&self) -> &FixedRules {
        &self.rules
    }

    /// The line that closed an outermost group; known when the reader is beyond it.
    pub(crate) fn tail(&self, group: u64) -> Closing {
        let tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = tails.iter().filter(|(number, ..)| *number == group);
        found
            .next()
            .map(|(_, kind, line)| (*kind, Arc::clone(line)))
    }

    /// The kind of a line, by number, where these groups are open.
    pub(crate) fn kind_of(&self, line: &[u8], groups: &[Group]) -> Option<usize> {
        kind(&self.rules, &text(self.format.charset, line)?, groups)
    }

    /// A line's text.
    pub(crate) fn text_of<'l>(&self, line: &'l [u8]) -> Cow<'l, str> {
        text(self.format.charset, line).unwrap_or_default()
    }

    /// The records of a chunk.
    pub fn records<'c>(&'c self, chunk: &'c FixedChunk) -> Vec<RawRecord<'c>> {
        let mut cursor = Cursor::new(chunk);
        let mut records = Vec::new();
        let mut open: Option<Open<'c>> = None;
        for (line, (start, bytes)) in (chunk.first_line..).zip(lines(&chunk.bytes)) {
            let text = text(self.format.charset, bytes);
            let Some(found) = text
                .as_deref()
                .and_then(|text| kind(&self.rules, text, cursor.groups()))
            else {
                if let (None, Some(open)) = (&text, &mut open) {
                    // A detail that cannot be read may have been anything.
                    open.undecodable.get_or_insert(line);
                }
                continue;
            };
            let text = text.unwrap_or_default();
            let end = (start + bytes.len() + 1).min(chunk.bytes.len());
            match self.rules.lines[found].stands {
                Stands::Detail => {
                    if let Some(open) = &mut open {
                        let below = u32::try_from(line - open.line).ok();
                        open.add(&self.rules, found, text, below, end);
                    }
                    continue;
                }
                _ => records.extend(open.take().map(|open| self.build(open, cursor.groups()))),
            }
            cursor.pass(&self.rules, found, bytes);
            if self.rules.lines[found].stands == Stands::Record {
                let mut record = Open::new(line, start);
                record.add(&self.rules, found, text, Some(0), end);
                open = Some(record);
            }
        }
        records.extend(open.map(|open| self.build(open, cursor.groups())));
        records
    }

    fn build<'c>(&'c self, open: Open<'c>, groups: &[Group]) -> RawRecord<'c> {
        let place = Place::Line {
            line: open.line,
            column: 0,
        };
        let record_kind = open.parts[0].kind;
        let mut parts = open.parts;
        for group in groups.iter().rev() {
            parts.push(self.part(group.kind, &group.line));
            if let Some((kind, line)) = &group.closing {
                parts.push(self.part(*kind, line));
            }
        }
        let mut record = RawRecord {
            place: place.clone(),
            fields: Vec::with_capacity(self.format.fields.len()),
            findings: Vec::new(),
            batch: Vec::new(),
            source: Source::Bytes {
                start: open.start,
                end: open.end,
            },
        };
        if let Some(line) = open.undecodable {
            let place = Place::Line { line, column: 0 };
            record
                .findings
                .push(Finding::new(Code::Undecodable).at(place));
        }
        if let Some(column) = open.too_long {
            let finding = Finding::new(Code::ColumnCount).at(place.clone());
            record.findings.push(
                finding
                    .saying(format!("something stands behind column {column}"))
                    .hinting(
                        "the columns of the line may have shifted: send it as the bank wrote it",
                    ),
            );
        }
        let fields = self.format.fields.iter();
        let own = |field: &&Field| field.record.is_none_or(|own| own == record_kind);
        for field in fields.filter(own) {
            fill(field, &parts, &place, &mut record);
        }
        record
    }

    fn part<'c>(&self, kind: usize, line: &Arc<[u8]>) -> Part<'c> {
        Part {
            kind,
            text: Cow::Owned(self.text_of(line).into_owned()),
            below: None,
        }
    }
}

/// Fills a field of a record from the lines that it belongs to.
fn fill<'c>(field: &'c Field, parts: &[Part<'c>], place: &Place, record: &mut RawRecord<'c>) {
    for at in &field.columns {
        let mut first: Option<(Cow<'c, str>, u32)> = None;
        let mut others: Vec<(Cow<'c, str>, u32)> = Vec::new();
        for part in parts.iter().filter(|part| part.kind == at.line) {
            let text = columns(&part.text, at.start, at.length);
            let zeros =
                field.convert.zeros_are_blank && text.trim().bytes().all(|byte| byte == b'0');
            let is_new = first.iter().chain(&others).all(|(other, _)| *other != text);
            if !zeros && !text.trim().is_empty() && is_new {
                let column = u32::try_from(at.start + 1).expect("1000 at most");
                let below = part
                    .below
                    .map_or(0, |below| below.min(2000) << COLUMN_BITS | column);
                let found = (part.columns(at.start, at.length), below);
                match &first {
                    None => first = Some(found),
                    Some(_) => others.push(found),
                }
            }
            if part.below.is_none() && first.is_some() {
                // The innermost group that says it.
                break;
            }
        }
        let Some((first, spot)) = first else {
            continue;
        };
        let all = || {
            let all = std::iter::once(&first).chain(others.iter().map(|(text, _)| text));
            all.map(|text| text.trim()).collect::<Vec<_>>()
        };
        let text = match (&field.convert.several, others.first()) {
            (_, None) => joined(field, first, parts),
            (Several::First, _) => first,
            (Several::Joined(with), _) => Cow::Owned(all().join(with)),
            (Several::Note, _) => {
                let finding = Finding::field(Code::SeveralReferences, field.name);
                let seen = Shown::plain(&all().join(" "));
                record
                    .findings
                    .push(finding.at(place.of_field(spot, field.name)).seen(seen));
                return;
            }
            (Several::Conflict, Some((second, spot))) => {
                let finding = Finding::field(Code::ConflictingFields, field.name);
                let finding = finding.at(place.of_field(*spot, field.name));
                record.findings.push(finding.seen(Shown::personal(second)));
                return;
            }
        };
        record.fields.extend(given(field, text, spot));
        return;
    }
    record.fields.extend(absent(field, 0));
}

/// A text with those of the other columns that the field is made of.
fn joined<'c>(field: &Field, first: Cow<'c, str>, parts: &[Part<'_>]) -> Cow<'c, str> {
    let mut text = first;
    for at in &field.also {
        let part = parts.iter().find(|part| part.kind == at.line);
        let other = part.map_or("", |part| columns(&part.text, at.start, at.length));
        let with = field.convert.join.as_ref().map_or("", |(with, _)| with);
        text = Cow::Owned(format!("{}{with}{}", text.trim(), other.trim()));
    }
    text
}

/// A record whose lines are being collected.
struct Open<'c> {
    line: u64,
    start: usize,
    end: usize,
    parts: Vec<Part<'c>>,
    undecodable: Option<u64>,
    /// The width that a line of it goes beyond.
    too_long: Option<usize>,
}

impl<'c> Open<'c> {
    const fn new(line: u64, start: usize) -> Self {
        Self {
            line,
            start,
            end: start,
            parts: Vec::new(),
            undecodable: None,
            too_long: None,
        }
    }

    fn add(
        &mut self,
        rules: &FixedRules,
        kind: usize,
        text: Cow<'c, str>,
        below: Option<u32>,
        end: usize,
    ) {
        if text.len() > rules.width && text.chars().count() > rules.width {
            self.too_long = Some(rules.width);
        }
        self.end = end;
        self.parts.push(Part { kind, text, below });
    }
}
