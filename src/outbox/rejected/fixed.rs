//! Lines of fixed columns: the rejected records byte for byte, in the groups that they stood in; of a closing line all but
//! the totals.

use std::sync::Arc;

use anyhow::Result;

use crate::format::FixedControl;
use crate::os::Folder;
use crate::outbox::answers::files::{Answer, AnswerFile};
use crate::read::Layout;
use crate::read::fixed::{Cursor, FixedChunk, FixedLayout, Group, Totals};

pub(super) struct FixedWriter {
    layout: Arc<Layout>,
    out: AnswerFile,
    totals: Totals,
    /// The groups that are open in what was written.
    open: Vec<Group>,
    line_end: &'static [u8],
    /// The lines of a group whose opening line states what they add up to, and how many groups are open around it: they
    /// are written when the group ends. A bank's section is small enough to be held.
    held: Option<(usize, Vec<Vec<u8>>)>,
    /// The chunk that the last record came from, by its first line, how far its lines were followed, and the groups
    /// that are open there.
    followed: Option<(u64, usize, Vec<Group>)>,
}

impl FixedWriter {
    pub(super) fn begin(layout: &Arc<Layout>, folder: &Folder, name: &str) -> Result<Self> {
        Ok(Self {
            out: AnswerFile::create(folder, name)?,
            totals: Totals::new(fixed(layout).rules()),
            layout: layout.clone(),
            open: Vec::new(),
            line_end: b"\n",
            held: None,
            followed: None,
        })
    }

    /// Adds the record that begins here in a chunk, with these lines.
    pub(super) fn add(&mut self, chunk: &FixedChunk, start: usize, record: &[u8]) -> Result<()> {
        let layout = self.layout.clone();
        let layout = fixed(&layout);
        if chunk.bytes.windows(2).any(|pair| pair == b"\r\n") {
            self.line_end = b"\r\n";
        }
        let groups = self.groups_at(layout, chunk, start);
        while self.open.len() > groups.len()
            || self
                .open
                .iter()
                .zip(&groups)
                .any(|(open, group)| open.number != group.number)
        {
            self.close(layout)?;
        }
        for group in groups.into_iter().skip(self.open.len()) {
            let rules = layout.rules();
            let states = |control: &FixedControl| control.stated.line == group.kind;
            if self.held.is_none() && rules.controls.iter().any(states) {
                self.held = Some((self.open.len(), Vec::new()));
            }
            self.line(layout, Some(group.kind), &group.line)?;
            self.open.push(group);
        }
        for line in record.split(|byte| *byte == b'\n') {
            if !line.trim_ascii().is_empty() {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let kind = layout.kind_of(line, &self.open);
                self.line(layout, kind, line)?;
            }
        }
        Ok(())
    }

    /// The groups that are open where a record begins.
    fn groups_at(&mut self, layout: &FixedLayout, chunk: &FixedChunk, start: usize) -> Vec<Group> {
        let known = self.followed.take();
        let known = known.filter(|(line, at, _)| *line == chunk.first_line && *at <= start);
        let mut cursor = Cursor::new(chunk);
        let mut from = 0;
        if let Some((_, at, groups)) = known {
            // From where the last record stood: a chunk of bad records is followed once.
            cursor = Cursor::behind(chunk, groups);
            from = at;
        }
        for line in chunk.bytes[from..start].split_inclusive(|byte| *byte == b'\n') {
            let line = line.trim_ascii_end();
            if let Some(kind) = layout.kind_of(line, cursor.groups()) {
                cursor.pass(layout.rules(), kind, line);
            }
        }
        let groups = cursor.groups().to_vec();
        self.followed = Some((chunk.first_line, start, groups.clone()));
        groups
    }

    /// Closes the innermost group that is open.
    fn close(&mut self, layout: &FixedLayout) -> Result<()> {
        let Some(group) = self.open.pop() else {
            return Ok(());
        };
        if let Some((_, lines)) = self.held.take_if(|(depth, _)| *depth == self.open.len()) {
            let mut lines = lines.into_iter();
            if let Some(opening) = lines.next() {
                let written = self.totals.written(layout.rules(), group.kind, &opening);
                self.write(&written)?;
            }
            lines.try_for_each(|line| self.write(&line))?;
        }
        let Some((kind, line)) = group.closing.or_else(|| layout.tail(group.number)) else {
            return Ok(());
        };
        let line = self.totals.written(layout.rules(), kind, &line);
        self.line(layout, Some(kind), &line)
    }

    fn line(&mut self, layout: &FixedLayout, kind: Option<usize>, line: &[u8]) -> Result<()> {
        if let Some(kind) = kind {
            let text = layout.text_of(line);
            self.totals.line(layout.rules(), kind, &text);
        }
        match &mut self.held {
            Some((_, lines)) => {
                lines.push(line.to_vec());
                Ok(())
            }
            None => self.write(line),
        }
    }

    fn write(&mut self, line: &[u8]) -> Result<()> {
        self.out.write(line)?;
        self.out.write(self.line_end)
    }

    /// See [`RejectedWriter::finish`](super::RejectedWriter::finish).
    pub(super) fn finish(mut self) -> Result<Answer> {
        let layout = self.layout.clone();
        while !self.open.is_empty() {
            self.close(fixed(&layout))?;
        }
        self.out.finish()
    }
}

fn fixed(layout: &Layout) -> &FixedLayout {
    match layout {
        Layout::Fixed(layout) => layout,
        Layout::Csv(_) | Layout::Xml(_) | Layout::Excel(_) => {
            unreachable!("begun for fixed columns alone")
        }
    }
}
