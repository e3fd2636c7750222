//! The past of an entity, and all entities at once.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use chrono::NaiveDate;

use super::{Book, JournalRow, journal, split};
use crate::line::Space;

/// One link of an entity's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Number of the change in the book.
    pub id: i64,
    /// Name of the batch that it came with.
    pub batch: String,
    /// That batch's file; `None` for what fell due.
    pub file: Option<String>,
    /// The record's ordinal, from 1.
    pub row: u64,
    /// The instruction's kind, or the word of what fell due.
    pub rule: String,
    /// The batch's business date.
    pub business_date: NaiveDate,
    /// The entity's state after it.
    pub state: Arc<str>,
}

impl Book {
    /// All changes of an entity, oldest first; empty where there is no such entity. Between batches only.
    pub fn history(&mut self, space: Space, key: &str) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        self.walk(space, key, &mut |change| {
            changes.push(change);
            true
        })?;
        changes.reverse();
        Ok(changes)
    }

    /// The newest change of an entity by batches up to this business date. Between batches only.
    pub fn as_of(&mut self, space: Space, key: &str, date: NaiveDate) -> Result<Option<Change>> {
        let mut found = None;
        self.walk(space, key, &mut |change| {
            let later = change.business_date > date;
            if !later {
                found = Some(change);
            }
            later
        })?;
        Ok(found)
    }

    /// From the newest change back, until told to stop.
    fn walk(
        &mut self,
        space: Space,
        key: &str,
        each: &mut dyn FnMut(Change) -> bool,
    ) -> Result<()> {
        let found = self.with_name(space, key, Self::locate)?;
        let sql = format!(
            "SELECT c.prev, c.id, j.batch, j.file, c.row, w.word, j.business_date, c.state \
             FROM {} c JOIN {} j ON j.id = c.batch JOIN {} w ON w.id = c.rule WHERE c.id = ?1",
            self.all("change"),
            self.all("journal"),
            self.all("word")
        );
        let mut query = self.db.prepare(&sql)?;
        let mut next = found.link.map(|link| link.change);
        while let Some(id) = next {
            let mut rows = query.query([id])?;
            let row = rows
                .next()?
                .with_context(|| format!("the book lacks its change {id}, or the batch of it"))?;
            next = row.get(0)?;
            let date: String = row.get(6)?;
            let change = Change {
                id: row.get(1)?,
                batch: row.get(2)?,
                file: row.get(3)?,
                row: row.get(4)?,
                rule: row.get(5)?,
                business_date: journal::date(&date)?,
                state: row.get(7)?,
            };
            if !each(change) {
                return Ok(());
            }
        }
        Ok(())
    }

    /// What each change of a batch made of its entity, in the order of the changes; `None`: of the batch in hand, once it
    /// is settled.
    pub fn states(
        &self,
        batch: Option<&JournalRow>,
        each: &mut dyn FnMut(Space, &str, &str) -> Result<()>,
    ) -> Result<()> {
        let (first, last) = match (batch, &self.batch) {
            (Some(row), _) => row.changes,
            (None, Some(batch)) => (batch.first_change, self.wave.next_id() - 1),
            (None, None) => return Ok(()),
        };
        let sql = format!(
            "SELECT key, state FROM {} WHERE id BETWEEN ?1 AND ?2 AND key IS NOT NULL \
             AND state IS NOT NULL ORDER BY id",
            self.all("change")
        );
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([first, last])?;
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let (space, key) = split(&name)?;
            each(space, key, row.get_ref(1)?.as_str()?)?;
        }
        Ok(())
    }

    /// Every entity of a space with its state, sorted by key. Between batches only.
    pub fn entities(
        &self,
        space: Space,
        each: &mut dyn FnMut(&str, &str) -> Result<()>,
    ) -> Result<()> {
        let sql = format!(
            "SELECT c.key, c.state FROM newest n CROSS JOIN {} c ON c.id = n.change \
             WHERE c.key >= ?1 || ':' AND c.key < ?1 || ';' ORDER BY c.key",
            self.all("change")
        );
        self.with_newest(|| {
            let mut query = self.db.prepare(&sql)?;
            let mut rows = query.query([space.0])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str()?;
                let (_, key) = name.split_once(':').context("a name without a space")?;
                each(key, row.get_ref(1)?.as_str()?)?;
            }
            Ok(())
        })
    }
}
