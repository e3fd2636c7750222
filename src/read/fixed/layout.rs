//! From lines to the fields of a record, on any thread.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use super::cut::{Closing, Tails};
use super::fill::{Part, Parts, fill};
use super::lines::{kind, left, lines, text};
use super::{FixedChunk, Group};
use crate::code::Code;
use crate::format::{Field, FixedRules, Format, Stands};
use crate::model::{Finding, Place, Source};
use crate::read::RawRecord;

/// How a format's lines are read. Shared by all threads.
#[derive(Debug)]
pub struct FixedLayout {
    format: Arc<Format>,
    rules: FixedRules,
    tails: Tails,
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

    /// The records of a chunk, one after another.
    pub fn records<'c>(&'c self, chunk: &'c FixedChunk) -> impl Iterator<Item = RawRecord<'c>> {
        let mut walk = Walk::new(self, chunk);
        std::iter::from_fn(move || walk.next())
    }
}

/// A walk over the lines of a chunk that collects those of each record.
struct Walk<'c> {
    layout: &'c FixedLayout,
    chunk: &'c FixedChunk,
    cursor: Cursor<'c>,
    /// How many groups opened in this chunk.
    opened: usize,
    /// The lines that hold for all records of the open groups: see [`Parts`].
    around: Vec<Part<'c>>,
    /// Where those of each open group begin.
    marks: Vec<usize>,
    open: Option<Open<'c>>,
    /// The next line: its ordinal in the chunk, and where it begins.
    line: usize,
    at: usize,
}

impl<'c> Walk<'c> {
    fn new(layout: &'c FixedLayout, chunk: &'c FixedChunk) -> Self {
        let mut walk = Self {
            layout,
            chunk,
            cursor: Cursor::new(chunk),
            opened: 0,
            around: Vec::new(),
            marks: Vec::new(),
            open: None,
            line: 0,
            at: 0,
        };
        for group in &chunk.groups {
            walk.enter(group.kind, &group.line, &group.closing);
        }
        walk
    }

    /// The next record; `None` behind the last one.
    fn next(&mut self) -> Option<RawRecord<'c>> {
        while let Some(kind) = self.chunk.kinds.get(self.line) {
            let (start, line) = (self.at, self.chunk.first_line + self.line as u64);
            let (_, bytes) = lines(&self.chunk.bytes[start..]).next()?;
            self.at = (start + bytes.len() + 1).min(self.chunk.bytes.len());
            self.line += 1;
            let Some(kind) = *kind else {
                self.pass_unknown(bytes, line);
                continue;
            };
            let whole = self.pass(kind, bytes, (line, start));
            if whole.is_some() {
                return whole;
            }
        }
        self.build()
    }

    /// Goes on behind a line of this kind, which stands on this line of the file and at this byte of the chunk: the record
    /// that ends before it, if one does.
    fn pass(
        &mut self,
        kind: usize,
        bytes: &'c [u8],
        (line, start): (u64, usize),
    ) -> Option<RawRecord<'c>> {
        let (layout, end) = (self.layout, self.at);
        let stands = layout.rules.lines[kind].stands;
        if stands == Stands::Detail {
            if let Some(open) = &mut self.open {
                let below = u32::try_from(line - open.line).ok();
                open.add(&layout.rules, kind, layout.text_of(bytes), below, end);
            }
            return None;
        }
        let whole = self.build();
        self.cursor.pass(&layout.rules, kind, bytes);
        let opens = stands == Stands::Opening;
        let still_open = self.cursor.groups.len() - usize::from(opens);
        if let Some(end) = self.marks.get(still_open) {
            self.around.truncate(*end);
            self.marks.truncate(still_open);
        }
        if opens {
            let closing = &self.chunk.closings[self.opened];
            self.enter(kind, bytes, closing);
            self.opened += 1;
        }
        if stands == Stands::Record {
            let mut record = Open::new(line, start);
            record.add(&layout.rules, kind, layout.text_of(bytes), Some(0), end);
            self.open = Some(record);
        }
        whole
    }

    /// Takes in the lines that open and close a group.
    fn enter(&mut self, kind: usize, line: &'c [u8], closing: &'c Closing) {
        self.marks.push(self.around.len());
        let closing = closing.iter().map(|(kind, line)| (*kind, &**line));
        for (kind, line) in closing.chain([(kind, line)]) {
            let text = self.layout.text_of(line);
            self.around.push(Part::new(kind, text, None));
        }
    }

    /// Goes on behind a line of no kind.
    fn pass_unknown(&mut self, bytes: &[u8], line: u64) {
        if let Some(open) = &mut self.open
            && text(self.layout.format.charset, bytes).is_none()
        {
            // A detail that cannot be read may have been anything.
            open.undecodable.get_or_insert(line);
        }
    }

    /// The record whose lines are collected, if there is one: it is whole.
    fn build(&mut self) -> Option<RawRecord<'c>> {
        let open = self.open.take()?;
        let format = &self.layout.format;
        let place = Place::Line {
            line: open.line,
            column: 0,
        };
        let mut record = RawRecord {
            place: place.clone(),
            fields: Vec::with_capacity(format.fields.len()),
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
        let parts = Parts(&open.parts, &self.around);
        let kind = open.parts[0].kind;
        let own = |field: &&Field| field.record.is_none_or(|own| own == kind);
        for field in format.fields.iter().filter(own) {
            fill(field, parts, &place, &mut record);
        }
        Some(record)
    }
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
    fn new(line: u64, start: usize) -> Self {
        Self {
            line,
            start,
            end: start,
            parts: Vec::with_capacity(4),
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
        self.parts.push(Part::new(kind, text, below));
    }
}
