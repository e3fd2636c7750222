//! The changes of the wave in hand, and how what waits in memory is written.

use anyhow::{Context as _, Result};
use rusqlite::params;

use super::Book;
use super::heads::Link;

/// A change not yet in the table.
pub(super) struct Row {
    pub(super) prev: Option<i64>,
    pub(super) ordinal: u64,
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

/// Changes of the wave, in order; the first has the id `first`.
#[derive(Default)]
pub(super) struct Wave {
    pub(super) rows: Vec<Row>,
    first: i64,
    /// Where the rows of the record in hand begin.
    record: usize,
    ordinal: u64,
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

    pub(super) fn start_record(&mut self, ordinal: u64, rule: i64) {
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
        let mut insert = self.db.prepare_cached(
            "INSERT INTO main.change VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let first = self.wave.first;
        for (id, row) in (first..).zip(&self.wave.rows) {
            let (digest, answer) = row.answer.as_ref().map(|(d, a)| (d, a)).unzip();
            insert.execute(params![
                id,
                row.prev,
                batch,
                row.ordinal,
                row.rule,
                row.key,
                names_text(&row.also)?,
                digest,
                answer,
                row.state
            ])?;
        }
        drop(insert);
        self.wave.first = self.wave.next_id();
        self.wave.rows.clear();
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
        let mut insert = self
            .db
            .prepare_cached("REPLACE INTO main.head VALUES (?1, ?2, ?3)")?;
        for (at, Link { change, name }) in self.heads.take() {
            insert.execute(params![at, change, name])?;
        }
        Ok(())
    }
}

/// The list as it stands in the table.
fn names_text(names: &[Box<str>]) -> Result<Option<String>> {
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_string(names)?))
}
