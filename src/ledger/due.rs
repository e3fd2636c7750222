//! What falls due, and when.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use chrono::{Datelike as _, NaiveDate};
use rusqlite::{Row, params};

use super::{Access, Book, split};
use crate::line::Space;

/// Entries kept before they are written: about 50 MB.
const LIMIT: usize = 400_000;

/// Something that falls due for an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub day: NaiveDate,
    /// Space of the entity.
    pub space: Space,
    /// The entity.
    pub key: Box<str>,
    /// What: the due word that was scheduled.
    pub what: Arc<str>,
}

/// Entries not yet in the table: day, name and word; the change that they came with, or `None` where they are taken
/// back.
#[derive(Default)]
pub(super) struct Waiting(HashMap<(i64, Box<str>, i64), Option<i64>>);

impl Waiting {
    pub(super) fn clear(&mut self) {
        self.0 = HashMap::new();
    }

    pub(super) fn full(&self) -> bool {
        self.0.len() >= LIMIT
    }
}

impl Book {
    pub(super) fn set_due(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &str,
        wanted: bool,
    ) -> Result<()> {
        ensure!(self.batch.is_some(), "no batch in hand");
        let what = self.words.number(what);
        let change = wanted.then(|| self.wave.next_id());
        let day = number_of(day)?;
        self.with_name(space, key, |book, name| {
            book.waiting.0.insert((day, name.into(), what), change);
            Ok(())
        })
    }

    /// Takes a due entry out of the book after it was carried out.
    pub fn clear_due(&mut self, due: &Due) -> Result<()> {
        self.set_due(due.day, due.space, &due.key, &due.what, false)
    }

    /// What falls due on the earliest day that has something and is not after `day`, in the order of the journal.
    pub fn due_until(&mut self, day: NaiveDate) -> Result<Vec<Due>> {
        self.settle_due()?;
        let Some(first) = self.first_due(number_of(day)?)? else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "SELECT d.day, d.key, w.word FROM {} d LEFT JOIN {} w ON w.id = d.what \
             WHERE d.day = ?1 ORDER BY d.change, d.key, d.what",
            self.due_rows(),
            self.all("word")
        );
        let mut words = HashMap::new();
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([first])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            due.push(read(row, &mut words)?);
        }
        Ok(due)
    }

    /// The earliest day on which something falls due.
    pub fn next_due(&mut self) -> Result<Option<NaiveDate>> {
        self.settle_due()?;
        self.first_due(i64::MAX)?.map(date_of).transpose()
    }

    /// How much falls due: day, what, how many; by day, then word.
    pub fn due_counts(&mut self) -> Result<Vec<(NaiveDate, Arc<str>, u64)>> {
        self.settle_due()?;
        let sql = format!(
            "SELECT d.day, w.word, count(*) FROM {} d LEFT JOIN {} w ON w.id = d.what \
             GROUP BY d.day, w.word ORDER BY d.day, w.word",
            self.due_rows(),
            self.all("word")
        );
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([])?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next()? {
            counts.push((date_of(row.get(0)?)?, row.get(1)?, row.get(2)?));
        }
        Ok(counts)
    }

    /// Everything that is scheduled, by day, then in the order of the journal.
    pub fn scheduled(&mut self, each: &mut dyn FnMut(Due) -> Result<()>) -> Result<()> {
        self.settle_due()?;
        let sql = format!(
            "SELECT d.day, d.key, w.word FROM {} d LEFT JOIN {} w ON w.id = d.what \
             ORDER BY d.day, d.change, d.key, d.what",
            self.due_rows(),
            self.all("word")
        );
        let mut words = HashMap::new();
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            each(read(row, &mut words)?)?;
        }
        Ok(())
    }

    fn first_due(&self, until: i64) -> Result<Option<i64>> {
        let sql = format!("SELECT min(day) FROM {} d WHERE day <= ?1", self.due_rows());
        Ok(self.db.query_row(&sql, [until], |row| row.get(0))?)
    }

    /// Entries that hold: in a private copy its own, and those of the book that it says nothing about.
    fn due_rows(&self) -> &'static str {
        match self.access {
            Access::Scratch { base: true } => {
                "(SELECT * FROM main.due WHERE change IS NOT NULL UNION ALL SELECT * FROM base.due b \
                 WHERE NOT EXISTS (SELECT 1 FROM main.due m \
                 WHERE m.day = b.day AND m.key = b.key AND m.what = b.what))"
            }
            Access::Scratch { base: false } | Access::Read | Access::Write => "main.due",
        }
    }

    /// Questions are answered from the tables, so what waits goes there first.
    fn settle_due(&mut self) -> Result<()> {
        if self.waiting.0.is_empty() {
            return Ok(());
        }
        self.write_whole(|book| {
            book.write_wave()?;
            book.flush_due()
        })
    }

    pub(super) fn flush_due(&mut self) -> Result<()> {
        let mut entries: Vec<_> = std::mem::take(&mut self.waiting.0).into_iter().collect();
        entries.sort_unstable();
        let keeps_removals = self.access == (Access::Scratch { base: true });
        let mut put = self
            .db
            .prepare_cached("REPLACE INTO main.due VALUES (?1, ?2, ?3, ?4)")?;
        let mut remove = self
            .db
            .prepare_cached("DELETE FROM main.due WHERE day = ?1 AND key = ?2 AND what = ?3")?;
        for ((day, name, what), change) in entries {
            if change.is_some() || keeps_removals {
                put.execute(params![day, name, what, change])?;
            } else {
                remove.execute(params![day, name, what])?;
            }
        }
        Ok(())
    }
}

fn read(row: &Row<'_>, words: &mut HashMap<String, Arc<str>>) -> Result<Due> {
    let name: String = row.get(1)?;
    let (space, key) = split(&name)?;
    let word: String = row.get(2).context("a due word without its text")?;
    let what = words
        .entry(word)
        .or_insert_with_key(|word| word.as_str().into());
    Ok(Due {
        day: date_of(row.get(0)?)?,
        space,
        key: key.into(),
        what: Arc::clone(what),
    })
}

/// A day as people read it: 20261120.
fn number_of(day: NaiveDate) -> Result<i64> {
    ensure!(day.year() >= 0, "{day}: a day before the calendar");
    Ok(i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()))
}

fn date_of(number: i64) -> Result<NaiveDate> {
    let part = |n: i64| u32::try_from(n % 100).ok();
    i32::try_from(number / 10_000)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, part(number / 100)?, part(number)?))
        .with_context(|| format!("the book holds a day {number}"))
}
