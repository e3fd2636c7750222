//! The changes of the wave in hand, and how what waits in memory is written.

use std::ffi::CStr;
use std::fs::File;
use std::ops::Range;

use anyhow::{Context as _, Result, ensure};
use rusqlite::params;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

use super::content::Spelling;
use super::open::{length, log_of};
use super::rows::Tabular;
use super::{Access, Book, Kept, stretch};
use crate::model::json::is_plain;

/// Writes a wave. The ids follow from those that are there, and are not said: a statement that says them could fail midway,
/// for all that its table's engine knows, and keeps a second copy of every page that it touches.
const INSERT: &str = "INSERT OR FAIL INTO main.change (prev, batch, row, rule, key, also, digest, answer, state) \
    SELECT prev, ?1, row, rule, key, also, digest, answer, state FROM new_change";

/// The same where those before them are in another file.
const INSERT_BEHIND: &str = "INSERT OR FAIL INTO main.change \
    SELECT ?2 + rowid, prev, ?1, row, rule, key, also, digest, answer, state FROM new_change";

/// A change not yet in the table. Its texts stand in the wave's.
struct Row {
    prev: Option<i64>,
    ordinal: i64,
    rule: i64,
    key: Option<Range<usize>>,
    /// Where its further names begin among the wave's, and how many they are; names of other rows can stand between.
    also: usize,
    names: u8,
    /// The list of its only further name, where it has one that needs no escape.
    list: Option<Range<usize>>,
    answer: Option<([u8; 16], Range<usize>)>,
    state: Option<Range<usize>>,
}

/// Changes of the wave, in order; the first has the id `first`. Its memory is used again by the next wave.
#[derive(Default)]
pub(super) struct Wave {
    rows: Vec<Row>,
    /// Further names: the row that each belongs to.
    also: Vec<(usize, Range<usize>)>,
    text: String,
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

    /// Goes on after what was written.
    fn restart(&mut self) {
        self.first = self.next_id();
        self.rows.clear();
        self.also.clear();
        self.text.clear();
        self.record = 0;
    }

    fn id(&self, index: usize) -> i64 {
        self.first + i64::try_from(index).expect("fewer rows than fit in memory")
    }

    /// The id that the next change will have.
    pub(super) fn next_id(&self) -> i64 {
        self.id(self.rows.len())
    }

    fn start_record(&mut self, ordinal: i64, rule: i64) {
        self.record = self.rows.len();
        self.ordinal = ordinal;
        self.rule = rule;
    }

    fn row(&self, id: i64) -> Option<&Row> {
        self.rows.get(usize::try_from(id - self.first).ok()?)
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn part(&self, range: Option<&Range<usize>>) -> Option<&str> {
        self.text.get(range?.clone())
    }

    /// Whether a change is one of this wave.
    pub(super) fn has(&self, id: i64) -> bool {
        self.row(id).is_some()
    }

    /// Name of the entity that a change of this wave is of.
    pub(super) fn key(&self, id: i64) -> Option<&str> {
        self.part(self.row(id)?.key.as_ref())
    }

    /// The entity's state after a change of this wave.
    pub(super) fn state(&self, id: i64) -> Option<&str> {
        self.part(self.row(id)?.state.as_ref())
    }

    /// The digest and answer that a change of this wave came with.
    pub(super) fn answer(&self, id: i64) -> Option<([u8; 16], Box<str>)> {
        let (digest, answer) = self.row(id)?.answer.as_ref()?;
        Some((*digest, self.part(Some(answer))?.into()))
    }

    /// Whether this is the n-th name of a change of this wave.
    pub(super) fn is_named(&self, id: i64, n: u8, name: &str) -> bool {
        let Some(n) = n.checked_sub(1) else {
            return self.key(id) == Some(name);
        };
        let index = usize::try_from(id - self.first).unwrap_or(usize::MAX);
        self.names(index).nth(usize::from(n)) == Some(name)
    }

    fn names(&self, index: usize) -> impl Iterator<Item = &str> {
        let row = &self.rows[index];
        self.also[row.also..]
            .iter()
            .filter(move |(of, _)| *of == index)
            .take(usize::from(row.names))
            .filter_map(|(_, range)| self.text.get(range.clone()))
    }

    /// The list as it stands in the table.
    fn names_text(&self, index: usize) -> String {
        let mut text = String::with_capacity(64);
        for name in self.names(index) {
            text.push(if text.is_empty() { '[' } else { ',' });
            if is_plain(name) {
                text.extend(["\"", name, "\""]);
            } else {
                text.push_str(&serde_json::to_string(name).expect("text is JSON"));
            }
        }
        text.push(']');
        text
    }

    /// The first change of the record in hand.
    pub(super) fn first_of_record(&self) -> Option<i64> {
        (self.record < self.rows.len()).then(|| self.id(self.record))
    }

    /// The change by which the record in hand has changed this entity already.
    pub(super) fn of_record(&self, key: &str) -> Option<i64> {
        (self.record..self.rows.len())
            .map(|index| self.id(index))
            .find(|id| self.key(*id) == Some(key))
    }

    /// A change of the record in hand: of an entity, after its change `prev`, or of none.
    pub(super) fn append(&mut self, key: Option<&str>, prev: Option<i64>) -> i64 {
        let id = self.next_id();
        let key = key.map(|key| self.keep(key));
        self.rows.push(Row {
            prev,
            ordinal: self.ordinal,
            rule: self.rule,
            key,
            also: self.also.len(),
            names: 0,
            list: None,
            answer: None,
            state: None,
        });
        id
    }

    fn index(&self, id: i64) -> Result<usize> {
        let index = usize::try_from(id - self.first).ok();
        index
            .filter(|index| (self.record..self.rows.len()).contains(index))
            .context("not a change of the record in hand")
    }

    pub(super) fn set_state(&mut self, id: i64, state: &str) -> Result<()> {
        let index = self.index(id)?;
        self.rows[index].state = Some(self.keep(state));
        Ok(())
    }

    pub(super) fn set_answer(&mut self, id: i64, digest: [u8; 16], answer: &str) -> Result<()> {
        let index = self.index(id)?;
        self.rows[index].answer = Some((digest, self.keep(answer)));
        Ok(())
    }

    /// Adds a name, and tells which of the change's names it is.
    pub(super) fn add_name(&mut self, id: i64, name: &str) -> Result<u8> {
        let index = self.index(id)?;
        let names = self.rows[index].names;
        ensure!(names < u8::MAX, "more than 255 names of one change");
        let plain = is_plain(name);
        let list = plain.then(|| {
            let start = self.text.len();
            for part in ["[\"", name, "\"]"] {
                self.text.push_str(part);
            }
            start..self.text.len()
        });
        let range = match &list {
            Some(list) => list.start + 2..list.end - 2,
            None => self.keep(name),
        };
        self.also.push((index, range));
        let row = &mut self.rows[index];
        row.names = names + 1;
        row.list = list.filter(|_| names == 0);
        Ok(names + 1)
    }
}

impl Tabular for Wave {
    const NAME: &'static CStr = c"new_change";
    const COLUMNS: &'static str = "prev, row, rule, key, also, digest, answer, state";

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn column(&self, index: usize, column: usize) -> ToSqlOutput<'_> {
        let row = &self.rows[index];
        let text = |range| self.part(range).map(|text| ValueRef::Text(text.as_bytes()));
        let answer = row.answer.as_ref();
        let value = match column {
            0 => row.prev.map(ValueRef::Integer),
            1 => Some(ValueRef::Integer(row.ordinal)),
            2 => Some(ValueRef::Integer(row.rule)),
            3 => text(row.key.as_ref()),
            4 if row.names == 0 => None,
            4 if row.list.is_some() => text(row.list.as_ref()),
            4 => return ToSqlOutput::Owned(Value::Text(self.names_text(index))),
            5 => answer.map(|(digest, _)| ValueRef::Blob(digest)),
            6 => text(answer.map(|(_, answer)| answer)),
            _ => text(row.state.as_ref()),
        };
        ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null))
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

    /// Ends a wave of records: its changes are written and its memory is used again. After an error nothing is left to
    /// do but [`Book::rollback`].
    pub fn flush_wave(&mut self) -> Result<()> {
        self.write_whole(|book| {
            book.write_wave()?;
            if book.heads.waiting() >= book.most_heads {
                book.flush_heads(false)?;
            }
            if book.waiting.full() {
                book.flush_due()?;
            }
            Ok(())
        })?;
        if let Some(path) = &self.path {
            let log = match &self.place {
                Some(_) => path.clone(),
                None => log_of(path),
            };
            self.broken = true;
            let length = length(&log)?;
            self.ahead
                .step(length, || File::open(log))
                .context("the ledger's log could not be synced")?;
            self.broken = false;
        }
        Ok(())
    }

    /// Writes what waits. Half of it may stand when that fails (not to need a copy of every page, a statement is not
    /// undone by itself), so the batch can then only be rolled back.
    pub(super) fn write_whole(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let batch = self.batch.as_mut().context("no batch in hand")?;
        ensure!(!batch.failed, "the batch failed before; undo it");
        batch.failed = true;
        write(self)?;
        if let Some(batch) = &mut self.batch {
            batch.failed = false;
        }
        Ok(())
    }

    pub(super) fn write_wave(&mut self) -> Result<()> {
        let batch = self.batch.as_mut().context("no batch in hand")?;
        let id = batch.journal;
        let content = match &mut batch.kept {
            Kept::InBook(content) => content,
            Kept::Passing(passing) => {
                passing.append(self.wave.first, &self.wave)?;
                self.wave.restart();
                self.cache.clear();
                return Ok(());
            }
        };
        let mut word = self
            .db
            .prepare_cached("INSERT INTO main.word (id, word) VALUES (?1, ?2)")?;
        for (id, text) in self.words.new.drain(..) {
            word.execute(params![id, text])?;
        }
        drop(word);
        let spelling = Spelling::new(&self.words);
        let behind = self.access == (Access::Scratch { base: true });
        let (wave, written) = self
            .tables
            .changes
            .with(std::mem::take(&mut self.wave), |wave| {
                let mut hashed = Ok(());
                let insert = if behind { INSERT_BEHIND } else { INSERT };
                let mut insert = self.db.prepare_cached(insert)?;
                rayon::in_place_scope(|scope| {
                    scope.spawn(|_| hashed = content.add(wave, &spelling));
                    if behind {
                        insert.execute([id, wave.first])
                    } else {
                        insert.execute([id])
                    }
                })?;
                let last = wave.next_id() - 1;
                ensure!(
                    wave.rows.is_empty() || self.db.last_insert_rowid() == last,
                    "the changes of a wave do not follow those before it"
                );
                hashed
            });
        self.wave = wave;
        written?;
        self.wave.restart();
        self.cache.clear();
        Ok(())
    }

    /// See [`Heads::take`](super::heads::Heads::take).
    pub(super) fn flush_heads(&mut self, last: bool) -> Result<()> {
        let heads = self.heads.take(last);
        if !last {
            self.runs.add(&heads)?;
            self.heads.go_on_in(heads);
        } else if self.runs.is_empty() {
            stretch::put(&self.db, &heads)?;
        } else {
            self.runs
                .each(&heads, |heads| stretch::put(&self.db, heads))?;
            self.runs.clear();
        }
        Ok(())
    }
}
