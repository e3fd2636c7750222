//! The book as lines see it, and the memory of instruction ids.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;

use super::heads::Link;
use super::{Book, INSTRUCTION};
use crate::line::{Space, Store};

/// An instruction id that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Digest of the canonical fields that it was taken with.
    pub digest: [u8; 16],
    /// The first answer, as it was remembered.
    pub answer: Box<str>,
}

impl Store for Book {
    fn find(&mut self, space: Space, key: &str) -> Result<Option<Arc<str>>> {
        self.with_name(space, key, |book, name| {
            let Some(link) = book.locate(name)?.link else {
                return Ok(None);
            };
            let state = match book.wave.get(link.change) {
                Some(row) => row.state.as_deref().map(Arc::from),
                None => book.fetch(link.change)?.state.clone(),
            };
            Ok(Some(state.context("an entity without a state")?))
        })
    }

    fn find_by(&mut self, index: Space, key: &str) -> Result<Option<Box<str>>> {
        self.with_name(index, key, |book, name| {
            let Some(link) = book.locate(name)?.link else {
                return Ok(None);
            };
            let found = match book.wave.get(link.change) {
                Some(row) => row.key.as_deref(),
                None => book.fetch(link.change)?.key.as_deref(),
            };
            let (_, key) = found
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
        self.with_name(space, key, |book, name| {
            let id = book.change_of(name)?;
            let row = book.wave.get_mut(id).context("a change of this record")?;
            row.state = Some(state.into_boxed_str());
            for (index, key) in also {
                let mut name = String::new();
                book.spell(*index, key, &mut name)?;
                book.add_name(id, name)?;
            }
            Ok(())
        })
    }

    fn schedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        self.set_due(day, space, key, what, true)
    }

    fn unschedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        self.set_due(day, space, key, what, false)
    }
}

impl Book {
    /// What an instruction id of the batch's partner is taken by, if it is taken.
    pub fn seen(&mut self, id: &str) -> Result<Option<Seen>> {
        self.with_name(INSTRUCTION, id, |book, name| {
            let Some(link) = book.locate(name)?.link else {
                return Ok(None);
            };
            let answer = match book.wave.get(link.change) {
                Some(row) => row.answer.clone(),
                None => book.fetch_answer(link.change)?,
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
            None => self.wave.append().0,
        };
        let mut name = String::new();
        self.spell(INSTRUCTION, id, &mut name)?;
        self.add_name(change, name)?;
        let row = self
            .wave
            .get_mut(change)
            .context("a change of this record")?;
        row.answer = Some((digest, answer.into()));
        Ok(())
    }

    /// The change of the record in hand that this entity's state goes into: one a record, however often it is saved.
    fn change_of(&mut self, name: &str) -> Result<i64> {
        if let Some(id) = self.wave.of_record(name) {
            return Ok(id);
        }
        let found = self.locate(name)?;
        let (change, row) = self.wave.append();
        row.key = Some(name.into());
        row.prev = found.link.map(|link| link.change);
        self.heads.set(found.at, Link { change, name: 0 });
        Ok(change)
    }

    /// Lets a change be found by one more name.
    fn add_name(&mut self, change: i64, name: String) -> Result<()> {
        let found = self.locate(&name)?;
        if let Some(link) = found.link
            && self.is_of_same_entity(link.change, change)?
        {
            return Ok(());
        }
        let row = self
            .wave
            .get_mut(change)
            .context("a change of this record")?;
        row.also.push(name.into_boxed_str());
        let name = u8::try_from(row.also.len()).context("more than 255 names of one change")?;
        self.heads.set(found.at, Link { change, name });
        Ok(())
    }

    /// Whether a name that leads to `old` leads to the right entity as it is.
    fn is_of_same_entity(&mut self, old: i64, new: i64) -> Result<bool> {
        if old == new {
            return Ok(true);
        }
        let Some(key) = self.wave.get(new).and_then(|row| row.key.clone()) else {
            return Ok(false);
        };
        Ok(match self.wave.get(old) {
            Some(row) => row.key.as_ref() == Some(&key),
            None => self.fetch(old)?.key.as_ref() == Some(&key),
        })
    }

    fn fetch_answer(&self, id: i64) -> Result<Option<([u8; 16], Box<str>)>> {
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
