//! The changes of the wave in hand, and how what waits in memory is written.

use std::ffi::CStr;

use anyhow::{Context as _, Result};
use rusqlite::params;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use super::Book;
use super::rows::Tabular;

/// A change not yet in the table.
pub(super) struct Row {
    pub(super) prev: Option<i64>,
    ordinal: i64,
    pub(super) rule: i64,
    pub(super) key: Option<Box<str>>,
    pub(super) also: Vec<Box<str>>,
    pub(super) answer: Option<([u8; 16], Box<str>)>,
    pub(super) state: Option<Box<str>>,
}

impl Row {
    /// Whether this is the change's n-th name.
    pub(super) fn is_named(&self, n: u8, name: &str) -> bool {
        match n.checked_sub(1) {
            None => self.key.as_deref() == Some(name),
            Some(n) => self.also.get(usize::from(n)).is_some_and(|a| **a == *name),
        }
    }
}

impl Tabular for Row {
    const NAME: &'static CStr = c"new_change";
    const COLUMNS: &'static str = "prev, row, rule, key, also, digest, answer, state";

    fn column(&self, column: usize) -> ToSqlOutput<'_> {
        let answer = self.answer.as_ref();
        let value = match column {
            0 => self.prev.map(ValueRef::Integer),
            1 => Some(ValueRef::Integer(self.ordinal)),
            2 => Some(ValueRef::Integer(self.rule)),
            3 => text(self.key.as_deref()),
            4 if self.also.is_empty() => None,
            4 => return ToSqlOutput::Owned(Value::Text(names_text(&self.also))),
            5 => answer.map(|(digest, _)| ValueRef::Blob(digest)),
            6 => text(answer.map(|(_, answer)| &**answer)),
            _ => text(self.state.as_deref()),
        };
        ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null))
    }
}

fn text(text: Option<&str>) -> Option<ValueRef<'_>> {
    text.map(|text| ValueRef::Text(text.as_bytes()))
}

/// The list as it stands in the table.
fn names_text(names: &[Box<str>]) -> String {
    serde_json::to_string(names).expect("text is JSON")
}

/// Changes of the wave, in order; the first has the id `first`.
#[derive(Default)]
pub(super) struct Wave {
    pub(super) rows: Vec<Row>,
    first: i64,
    /// Where the rows of the record in hand begin.
    record: usize,
    ordinal: i64,
    rule: i64,
}

impl Wave {
    pub(super) fn begin(&mut self, first: i64) {
        self.clear();
        self.first = first;
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The id that the next change will have.
    pub(super) fn next_id(&self) -> i64 {
        self.first + i64::try_from(self.rows.len()).expect("fewer rows than fit in memory")
    }

    pub(super) fn start_record(&mut self, ordinal: i64, rule: i64) {
        self.record = self.rows.len();
        self.ordinal = ordinal;
        self.rule = rule;
    }

    /// The change of this id, if it is one of the wave.
    pub(super) fn get(&self, id: i64) -> Option<&Row> {
        self.rows.get(usize::try_from(id - self.first).ok()?)
    }

    pub(super) fn get_mut(&mut self, id: i64) -> Option<&mut Row> {
        self.rows.get_mut(usize::try_from(id - self.first).ok()?)
    }

    /// The first change of the record in hand.
    pub(super) fn first_of_record(&self) -> Option<i64> {
        let index = i64::try_from(self.record).expect("fewer rows than fit in memory");
        (self.record < self.rows.len()).then_some(self.first + index)
    }

    /// The change by which the record in hand has changed this entity already.
    pub(super) fn of_record(&self, key: &str) -> Option<i64> {
        let at = self.rows[self.record..]
            .iter()
            .position(|row| row.key.as_deref() == Some(key))?;
        Some(self.first + i64::try_from(self.record + at).expect("fewer rows than fit in memory"))
    }

    /// A change of the record in hand, without content yet.
    pub(super) fn append(&mut self) -> (i64, &mut Row) {
        let id = self.next_id();
        self.rows.push(Row {
            prev: None,
            ordinal: self.ordinal,
            rule: self.rule,
            key: None,
            also: Vec::new(),
            answer: None,
            state: None,
        });
        (id, self.rows.last_mut().expect("just pushed"))
    }
}

impl Book {
    /// Says which record the following calls belong to: its ordinal from 1, and the rule by which it acts (the
    /// instruction's kind, or the word of what fell due).
    pub fn start_record(&mut self, row: u64, rule: &str) {
        let rule = self.words.number(rule);
        let row = i64::try_from(row).expect("fewer rows than bytes in a file");
        self.wave.start_record(row, rule);
    }

    /// Ends a wave of records: its changes are written and its memory is given back.
    pub fn flush_wave(&mut self) -> Result<()> {
        let batch = self.batch.as_ref().context("no batch in hand")?.journal;
        let mut word = self
            .db
            .prepare_cached("INSERT INTO main.word (id, word) VALUES (?1, ?2)")?;
        for (id, text) in self.words.new.drain(..) {
            word.execute(params![id, text])?;
        }
        drop(word);
        let (first, next) = (self.wave.first, self.wave.next_id());
        let rows = std::mem::take(&mut self.wave.rows);
        let (rows, written) = self.tables.changes.with(rows, || {
            let mut insert = self.db.prepare_cached(
                "INSERT INTO main.change SELECT ?1 + rowid, prev, ?2, row, rule, key, also, digest, answer, state \
                 FROM new_change",
            )?;
            Ok(insert.execute([first, batch])?)
        });
        written?;
        self.wave.rows = rows;
        self.wave.rows.clear();
        self.wave.first = next;
        self.wave.record = 0;
        self.cache.clear();
        if self.heads.full() {
            self.flush_heads()?;
        }
        if self.waiting.full() {
            self.flush_due()?;
        }
        Ok(())
    }

    pub(super) fn flush_heads(&mut self) -> Result<()> {
        let (_, written) = self.tables.heads.with(self.heads.take(), || {
            let mut insert = self
                .db
                .prepare_cached("REPLACE INTO main.head SELECT hash, change, name FROM new_head")?;
            Ok(insert.execute([])?)
        });
        written.map(drop)
    }
}
