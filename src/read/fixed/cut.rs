//! Cuts a file of fixed columns at the borders of its records, and follows its groups on the way.

use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use super::ahead::fill;
use super::lines::{columns, kind, left, note, passed_over, text};
use super::seal::{self, SealKey, Sealing};
use super::totals::Totals;
use super::{FixedChunk, Group, Source};
use crate::code::Code;
use crate::format::{FixedRules, Format, Stands};
use crate::model::{Finding, Place};
use crate::os::read_at;
use crate::read::{Ending, Fault};

/// Bytes that are read at once, and after which a chunk ends at the next border: several make a wave, and threads work on
/// them side by side.
pub(super) const PIECE: usize = 64 << 10;

/// The longest record, and how far the word for a test is looked for.
const RECORD_MAX: usize = 1 << 20;

/// The longest line: more is none of a file of fixed columns.
pub(super) const LINE_MAX: usize = 64 << 10;

/// The most groups that are open in each other: more than any layout has, and what stands around a record is looked through
/// for each of its fields.
const DEPTH_MAX: usize = 64;

/// The most findings about the file as a whole, and the most payees that are told apart.
const MOST: usize = 20;

/// Lines that close outermost groups, by the group's number, with their kinds: for sending records back.
pub(super) type Tails = Arc<Mutex<Vec<(u64, usize, Arc<[u8]>)>>>;

/// The line that closes a group, and its kind; `None`: there is none.
pub(super) type Closing = Option<(usize, Arc<[u8]>)>;

/// Cuts one file.
pub struct FixedReader {
    /// What it is read from; `None`: the file.
    stream: Option<Box<dyn Read + Send>>,
    pub(super) file: File,
    /// Where in the file the buffer ends.
    pub(super) at: u64,
    pub(super) buffer: Vec<u8>,
    pub(super) ended: bool,
    /// Number of the buffer's first line.
    line: u64,
    groups: Vec<Group>,
    /// The number of the next group.
    next_group: u64,
    in_record: bool,
    began: bool,
    totals: Totals,
    batch: Vec<Finding>,
    payees: Vec<String>,
    customers: Vec<String>,
    /// Of the outermost group.
    payee: Option<String>,
    pub(super) format: Arc<Format>,
    pub(super) rules: FixedRules,
    tails: Tails,
    piece: usize,
    /// Memory for a line's text, to be used again.
    scratch: String,
}

impl FixedReader {
    pub(super) fn new(
        format: &Arc<Format>,
        rules: &FixedRules,
        (stream, file): Source,
        tails: Tails,
        piece: usize,
    ) -> Self {
        Self {
            stream,
            file,
            at: 0,
            buffer: Vec::new(),
            ended: false,
            line: 1,
            groups: Vec::new(),
            next_group: 0,
            in_record: false,
            began: false,
            totals: Totals::new(rules),
            batch: Vec::new(),
            payees: Vec::new(),
            customers: Vec::new(),
            payee: None,
            format: Arc::clone(format),
            rules: rules.clone(),
            tails,
            piece: piece.min(PIECE),
            scratch: String::new(),
        }
    }

    /// Whether the file says that it is a test, as far as its first lines tell.
    pub fn is_test(&mut self) -> Result<bool, Fault> {
        let Some((at, word)) = self.rules.test.clone() else {
            return Ok(false);
        };
        self.skip_mark()?;
        let first = self.line;
        let mut start = 0;
        let mut says = false;
        // A line that is too long is told by its number.
        while let Some((end, next)) = self.line_at(start)? {
            if next > RECORD_MAX {
                break;
            }
            let line = text(self.format.charset, &self.buffer[start..end]).unwrap_or_default();
            if kind(&self.rules, &line, &[]) == Some(at.line) {
                says = columns(&line, at.start, at.length).trim() == word;
                break;
            }
            start = next;
            self.line += 1;
        }
        self.line = first;
        Ok(says)
    }

    /// What the seal around the file says, where the format knows of seals.
    pub fn seal(&self, key: Option<&SealKey>) -> Result<Option<Sealing>, Fault> {
        if !self.rules.seal {
            return Ok(None);
        }
        Ok(Some(seal::verify(&self.file, key)?))
    }

    /// The next lines up to the border of a record; `None` at the end.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<FixedChunk>, Fault> {
        self.skip_mark()?;
        let mut chunk = FixedChunk {
            bytes: Vec::new(),
            first_line: self.line,
            kinds: Vec::new(),
            groups: self.groups.clone(),
            next_group: self.next_group,
            closings: Vec::new(),
        };
        let mut start = 0;
        let mut border = 0;
        while let Some((end, next)) = self.line_at(start)? {
            let mut line = std::mem::take(&mut self.scratch);
            line.clear();
            let read = text(self.format.charset, &self.buffer[start..end]);
            let is_text = read.is_some();
            line.push_str(&read.unwrap_or_default());
            let found = kind(&self.rules, &line, &self.groups);
            let stands = found.map(|at| self.rules.lines[at].stands);
            let begins = matches!(stands, Some(Stands::Record | Stands::Opening));
            if begins && start >= self.piece {
                self.scratch = line;
                return Ok(Some(self.emit(chunk, start)));
            }
            if begins {
                border = start;
            }
            if next - border > RECORD_MAX {
                let place = self.place();
                let finding = Finding::new(Code::RecordTooLarge).at(place);
                return Err(Fault::File(Box::new(finding)));
            }
            chunk.kinds.push(found.filter(|_| is_text));
            if let Some(found) = found {
                self.follow(&mut chunk, found, &line, start, next)?;
            } else if !passed_over(&self.rules, &line) && (self.began || !self.rules.titles) {
                self.wrong("the line is of none of the kinds that the format knows");
            }
            self.scratch = line;
            self.line += 1;
            start = next;
        }
        if start == 0 {
            return Ok(None);
        }
        Ok(Some(self.emit(chunk, start)))
    }

    fn emit(&mut self, mut chunk: FixedChunk, end: usize) -> FixedChunk {
        let rest = self.buffer.split_off(end);
        chunk.bytes = std::mem::replace(&mut self.buffer, rest);
        chunk
    }

    /// Goes on behind a line of a known kind.
    fn follow(
        &mut self,
        chunk: &mut FixedChunk,
        found: usize,
        line: &str,
        start: usize,
        next: usize,
    ) -> Result<(), Fault> {
        let stands = self.rules.lines[found].stands;
        self.begin(found)?;
        self.end_groups(left(&self.rules, &self.groups, found));
        match stands {
            Stands::Opening => {
                self.in_record = false;
                if self.groups.len() >= DEPTH_MAX {
                    let finding = Finding::new(Code::Malformed).at(self.place());
                    let finding =
                        finding.saying("more groups stand in each other than any layout has");
                    return Err(Fault::File(Box::new(finding)));
                }
                let around = self.groups.last().map(|group| group.kind);
                let within = &self.rules.lines[found].within;
                if around.map_or(!within.is_empty(), |around| !within.contains(&around)) {
                    self.wrong("the group does not stand where the format says");
                }
                if self.groups.is_empty() {
                    self.payee = None;
                }
                let closing = if self.groups.is_empty() || !self.rules.closes(found) {
                    None
                } else {
                    self.look_ahead(found, next)?
                };
                chunk.closings.push(closing.clone());
                self.groups.push(Group {
                    number: self.next_group,
                    kind: found,
                    line: self.buffer[start..next].trim_ascii_end().into(),
                    closing,
                });
                self.next_group += 1;
            }
            Stands::Record => {
                self.in_record = true;
                if !self.stands_right(found) {
                    self.wrong("a record stands outside of every group that it may stand in");
                }
            }
            Stands::Detail if !self.in_record => {
                self.wrong("the line belongs to a record, and there is none before it");
            }
            Stands::Detail => {}
            Stands::Closing(opened) => self.close(opened, found, start, next),
        }
        self.totals.line(&self.rules, found, line);
        let told = [
            (&self.rules.payee, &mut self.payees),
            (&self.rules.customer, &mut self.customers),
        ];
        for (places, known) in told {
            note(places, found, line, known, MOST);
        }
        self.same_payee(found, line);
        Ok(())
    }

    /// Ends the innermost groups down to so many: those that no line closes.
    fn end_groups(&mut self, left: usize) {
        while self.groups.len() > left
            && let Some(group) = self.groups.pop()
        {
            self.totals.ended(&self.rules, group.kind);
            self.in_record = false;
        }
    }

    /// Whether a record stands in a group that it may stand in.
    fn stands_right(&self, found: usize) -> bool {
        let line = &self.rules.lines[found];
        if line.bare || self.groups.is_empty() {
            return line.bare && self.groups.is_empty() || !self.has_groups();
        }
        let is_open = |kind: &usize| self.groups.iter().any(|group| group.kind == *kind);
        line.within.is_empty() || line.within.iter().any(is_open)
    }

    /// Notes a line that names another payee than the group that it stands in.
    fn same_payee(&mut self, found: usize, line: &str) {
        let mut places = self.rules.payee.iter().filter(|place| place.line == found);
        let Some(place) = places.next().filter(|_| self.rules.one_payee) else {
            return;
        };
        let number = columns(line, place.start, place.length).trim();
        let number = number.trim_start_matches('0');
        let known = self.payee.get_or_insert_with(|| number.to_owned());
        if !number.is_empty() && known != number && self.batch.len() < MOST {
            let finding = Finding::new(Code::WrongPayee).at(self.place());
            self.batch.push(
                finding.saying("the line names another payee than the line that opens its group"),
            );
        }
    }

    /// The first line that is known at all must open the file, where the format has such a line.
    fn begin(&mut self, found: usize) -> Result<(), Fault> {
        if std::mem::replace(&mut self.began, true) || self.rules.begins(found) {
            return Ok(());
        }
        self.begun()
    }

    /// Refuses a file that does not begin as it must.
    fn begun(&self) -> Result<(), Fault> {
        if self.has_groups() {
            let all = 0..self.rules.lines.len();
            let first = all.filter(|kind| self.rules.begins(*kind));
            let names: Vec<&str> = first.map(|kind| &*self.rules.lines[kind].name).collect();
            let finding = Finding::new(Code::Malformed)
                .at(self.place())
                .saying(format!(
                    "the file does not begin with a `{}` line",
                    names.join("` or `")
                ))
                .hinting("send the file as the bank wrote it, whole");
            return Err(Fault::File(Box::new(finding)));
        }
        Ok(())
    }

    fn close(&mut self, opened: usize, found: usize, start: usize, next: usize) {
        self.in_record = false;
        match self.groups.last() {
            Some(group) if group.kind == opened => {
                if self.groups.len() == 1 {
                    let line = self.buffer[start..next].trim_ascii_end().into();
                    let mut tails = self.tails.lock().unwrap_or_else(PoisonError::into_inner);
                    tails.push((self.groups[0].number, found, line));
                }
                self.groups.pop();
            }
            _ => {
                let name = self.rules.lines[opened].name.clone();
                self.wrong(&format!(
                    "the line closes a `{name}` group, and none is open"
                ));
            }
        }
    }

    fn has_groups(&self) -> bool {
        let mut lines = self.rules.lines.iter();
        lines.any(|line| line.stands == Stands::Opening)
    }

    /// A line that begins here: where it ends, and where the next one begins. `None`: the file is over.
    fn line_at(&mut self, start: usize) -> Result<Option<(usize, usize)>, Fault> {
        let mut from = start;
        loop {
            let found = memchr::memchr(b'\n', &self.buffer[from..]);
            let end = found.map_or(self.buffer.len(), |found| from + found);
            let ending = usize::from(self.buffer[start..end].ends_with(b"\r"));
            if end - start - ending > LINE_MAX {
                let finding = Finding::new(Code::RecordTooLarge).at(self.place());
                return Err(Fault::File(Box::new(finding)));
            }
            if found.is_some() {
                return Ok(Some((end, end + 1)));
            }
            if self.ended {
                return Ok((start < end).then_some((end, end)));
            }
            from = end;
            self.fill()?;
        }
    }

    /// Reads on.
    fn fill(&mut self) -> Result<(), Fault> {
        let (stream, file) = (&mut self.stream, &self.file);
        self.ended = fill(&mut self.buffer, &mut self.at, |piece, at| match stream {
            Some(stream) => stream.read(piece),
            None => read_at(file, piece, at),
        })?;
        Ok(())
    }

    /// Passes over a byte order mark.
    fn skip_mark(&mut self) -> Result<(), Fault> {
        if self.at == 0 {
            self.fill()?;
            if self.buffer.starts_with(b"\xEF\xBB\xBF") {
                self.buffer.drain(..3);
            }
            if self.buffer.trim_ascii().is_empty() && self.ended {
                return Err(Fault::File(Box::new(Finding::new(Code::FileEmpty))));
            }
        }
        Ok(())
    }

    fn place(&self) -> Place {
        Place::Line {
            line: self.line,
            column: 0,
        }
    }

    fn wrong(&mut self, what: &str) {
        if self.batch.len() < MOST {
            let finding = Finding::new(Code::Malformed).at(self.place());
            self.batch.push(finding.saying(what.to_owned()));
        }
    }

    /// What the file says about its contents.
    ///
    /// # Errors
    /// A group is not closed: the file may have been cut short.
    pub(crate) fn finish(mut self) -> Result<Ending, Fault> {
        if !self.began {
            self.begun()?;
        }
        let closed = |group: &Group| self.rules.closes(group.kind);
        let left = self.groups.iter().rposition(closed);
        self.end_groups(left.map_or(0, |at| at + 1));
        let rules = &self.rules;
        if let Some(open) = self.groups.last() {
            let name = &rules.lines[open.kind].name;
            let finding = Finding::new(Code::TotalsMismatch)
                .saying(format!("a `{name}` group is not closed"))
                .hinting("the file may have been cut short: send it whole");
            return Err(Fault::Batch(Box::new(finding)));
        }
        Ok(Ending {
            controls: Vec::new(),
            counted: self.totals.counted(&self.rules),
            batch: self.batch,
            notes: Vec::new(),
            payees: self.payees,
            customers: self.customers,
        })
    }
}
