//! The book as lines see it, and the memory of instruction ids.

use anyhow::{Context as _, Result, ensure};
use compact_str::CompactString;

use super::head::Link;
use super::lookup::Found;
use super::{Book, INSTRUCTION};
use crate::line::{Moment, Space, Store};

/// An instruction id that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Digest of the canonical fields that it was taken with.
    pub digest: [u8; 16],
    /// The first answer, as it was remembered.
    pub answer: Box<str>,
}

impl Store for Book {
    fn find(&mut self, space: Space, key: &str) -> Result<Option<&str>> {
        let found = self.with_name(space, key, super::Book::locate)?;
        let Some(link) = found.link else {
            return Ok(None);
        };
        let state = if self.wave.has(link.change) {
            self.wave.state(link.change)
        } else {
            self.fetch(link.change)?.state
        };
        state.context("an entity without a state").map(Some)
    }

    fn find_by(&mut self, index: Space, key: &str) -> Result<Option<CompactString>> {
        self.with_name(index, key, |book, name| {
            let Some(link) = book.locate(name)?.link else {
                return Ok(None);
            };
            let (_, key) = book
                .key_of(link.change)?
                .and_then(|name| name.split_once(':'))
                .context("an index entry without an entity")?;
            Ok(Some(key.into()))
        })
    }

    fn save(
        &mut self,
        space: Space,
        key: &str,
        state: String,
        also: &[(Space, &str)],
    ) -> Result<()> {
        ensure!(self.batch.is_some(), "no batch in hand");
        let change = self.with_name(space, key, |book, name| {
            let change = book.change_of(name)?;
            book.wave.set_state(change, &state)?;
            Ok(change)
        })?;
        for (index, key) in also {
            self.with_name(*index, key, |book, name| book.add_index(change, name))?;
        }
        Ok(())
    }

    fn schedule_at(
        &mut self,
        moment: Moment,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        self.set_due(moment, space, key, what, true)
    }

    fn unschedule_at(
        &mut self,
        moment: Moment,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        self.set_due(moment, space, key, what, false)
    }
}

impl Book {
    /// What an instruction id of the batch's partner is taken by, if it is taken.
    pub fn seen(&mut self, id: &str) -> Result<Option<Seen>> {
        self.with_name(INSTRUCTION, id, |book, name| {
            let Some(link) = book.locate(name)?.link else {
                return Ok(None);
            };
            let answer = if book.wave.has(link.change) {
                book.wave.answer(link.change)
            } else {
                book.fetch_answer(link.change)?
            };
            let (digest, answer) = answer.context("an instruction id without an answer")?;
            Ok(Some(Seen { digest, answer }))
        })
    }

    /// Takes an instruction id of the batch's partner for the record in hand, after it was decided. `digest` is of its
    /// canonical fields; `answer` (JSON) is what [`Book::seen`] gives back.
    pub fn remember(&mut self, id: &str, digest: [u8; 16], answer: &str) -> Result<()> {
        ensure!(self.batch.is_some(), "no batch in hand");
        let change = match self.wave.first_of_record() {
            Some(change) => change,
            None => self.wave.append(None, None),
        };
        self.with_name(INSTRUCTION, id, |book, name| {
            let found = book.locate(name)?;
            ensure!(found.link.is_none(), "the instruction id is taken");
            book.add_name(change, name, found)
        })?;
        self.wave.set_answer(change, digest, answer)
    }

    /// The change of the record in hand that this entity's state goes into: one a record, however often it is saved.
    fn change_of(&mut self, name: &str) -> Result<i64> {
        if let Some(id) = self.wave.of_record(name) {
            return Ok(id);
        }
        let found = self.locate(name)?;
        let prev = found.link.map(|link| link.change);
        let change = self.wave.append(Some(name), prev);
        self.heads.set(found.at, Link { change, name: 0 });
        Ok(change)
    }

    /// Lets the entity of a change be found by an index entry, unless it is already.
    fn add_index(&mut self, change: i64, name: &str) -> Result<()> {
        let found = self.locate(name)?;
        if let Some(link) = found.link {
            let holder = self.key_of(link.change)?.map(Box::<str>::from);
            if holder.is_some() && holder.as_deref() == self.key_of(change)? {
                return Ok(());
            }
        }
        self.add_name(change, name, found)
    }

    fn add_name(&mut self, change: i64, name: &str, found: Found) -> Result<()> {
        let name = self.wave.add_name(change, name)?;
        self.heads.set(found.at, Link { change, name });
        Ok(())
    }

    /// Name of the entity that a change is of; `None`: it changed nothing.
    fn key_of(&mut self, change: i64) -> Result<Option<&str>> {
        if self.wave.has(change) {
            return Ok(self.wave.key(change));
        }
        Ok(self.fetch(change)?.key)
    }

    fn fetch_answer(&self, id: i64) -> Result<Option<([u8; 16], Box<str>)>> {
        if let Some(passed) = self.passed(id)? {
            return Ok(passed.answer);
        }
        let sql = if id <= self.base_last {
            "SELECT digest, answer FROM base.change WHERE id = ?1"
        } else {
            "SELECT digest, answer FROM main.change WHERE id = ?1"
        };
        let mut query = self.db.prepare_cached(sql)?;
        let (digest, answer): (Option<[u8; 16]>, Option<Box<str>>) =
            query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(digest.zip(answer))
    }
}
