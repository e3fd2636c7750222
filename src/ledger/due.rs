//! What falls due, and when.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, Utc};
use rusqlite::{Row, params};

use super::{Access, Book, split};
use crate::line::{Moment, Space};

/// Entries kept before they are written: about 50 MB.
const LIMIT: usize = 400_000;

/// Something that falls due for an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub day: NaiveDate,
    /// The instant on that day; `None`: the day as a whole, which begins before its instants.
    pub at: Option<DateTime<Utc>>,
    /// Space of the entity.
    pub space: Space,
    /// The entity.
    pub key: Box<str>,
    /// What: the due word that was scheduled.
    pub what: Arc<str>,
}

/// How much of something falls due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueCount {
    /// The day.
    pub day: NaiveDate,
    /// The instant on that day; `None`: the day as a whole.
    pub at: Option<DateTime<Utc>>,
    /// What: the due word that was scheduled.
    pub what: Arc<str>,
    /// For how many entities.
    pub count: u64,
}

/// A day as a number, and an instant on it in Unix seconds; 0: the day as a whole.
type Spot = (i64, i64);

/// Entries not yet in the table: spot, name and word; the change that they came with, or `None` where they are taken
/// back.
#[derive(Default)]
pub(super) struct Waiting(HashMap<(Spot, Box<str>, i64), Option<i64>>);

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
        moment: Moment,
        space: Space,
        key: &str,
        what: &str,
        wanted: bool,
    ) -> Result<()> {
        let spot = spot_of(moment)?;
        self.set_due_at(spot, (space, key), what, wanted)
    }

    fn set_due_at(
        &mut self,
        spot: Spot,
        (space, key): (Space, &str),
        what: &str,
        wanted: bool,
    ) -> Result<()> {
        ensure!(self.batch.is_some(), "no batch in hand");
        let what = self.words.number(what);
        let change = wanted.then(|| self.wave.next_id());
        self.with_name(space, key, |book, name| {
            book.waiting.0.insert((spot, name.into(), what), change);
            Ok(())
        })
    }

    /// Takes a due entry out of the book after it was carried out.
    pub fn clear_due(&mut self, due: &Due) -> Result<()> {
        let spot = (number_of(due.day)?, due.at.map_or(0, |at| at.timestamp()));
        self.set_due_at(spot, (due.space, &due.key), &due.what, false)
    }

    /// What falls due on the earliest day that has something due: whole days up to `day`, instants up to `now`. The day
    /// itself comes first, then its instants by time; within either the order is that of the journal.
    pub fn due_until(&mut self, day: NaiveDate, now: DateTime<FixedOffset>) -> Result<Vec<Due>> {
        self.settle_due()?;
        let Some(first) = self.first_due(day, now)? else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "SELECT d.day, d.at, d.key, w.word FROM {} d LEFT JOIN {} w ON w.id = d.what \
             WHERE d.day = ?1 AND (d.at = 0 AND d.day <= ?2 OR d.at BETWEEN 1 AND ?3) \
             ORDER BY d.at, d.change, d.key, d.what",
            self.due_rows(),
            self.all("word")
        );
        let mut words = HashMap::new();
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([first, number_of(day)?, now.timestamp()])?;
        let mut due = Vec::new();
        while let Some(row) = rows.next()? {
            due.push(read(row, &mut words)?);
        }
        Ok(due)
    }

    /// Holds what falls due against what the entities say of themselves; `None`: it is the same.
    pub(super) fn due_differs(&self) -> Result<Option<String>> {
        let mut expected = 0;
        let mut missing = None;
        let sql = "SELECT count(*) FROM main.due d JOIN main.word w ON w.id = d.what \
                   WHERE d.day = ?1 AND d.at = ?2 AND d.key = ?3 AND w.word = ?4";
        let mut there = self.db.prepare(sql)?;
        let sql = "SELECT c.key, c.state FROM newest n CROSS JOIN main.change c ON c.id = n.change \
                   WHERE c.key IS NOT NULL";
        self.with_newest(|| {
            let mut query = self.db.prepare(sql)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str()?;
                let (space, key) = split(name)?;
                if super::EXTRA.contains(&space) {
                    continue;
                }
                for (moment, what) in crate::line::due_of(space, row.get_ref(1)?.as_str()?)? {
                    let (day, at) = spot_of(moment)?;
                    expected += 1;
                    let count: i64 =
                        there.query_row(params![day, at, name, what], |row| row.get(0))?;
                    if count != 1 && missing.is_none() {
                        missing = Some(format!("{what} of {key} is not among what falls due"));
                    }
                }
            }
            Ok(())
        })?;
        let found: i64 = self
            .db
            .query_row("SELECT count(*) FROM main.due", [], |row| row.get(0))?;
        let differs = || format!("{found} things fall due, {expected} should");
        Ok(missing.or_else(|| (found != expected).then(differs)))
    }

    /// The earliest day on which something falls due.
    pub fn next_due(&mut self) -> Result<Option<NaiveDate>> {
        self.settle_due()?;
        let sql = format!("SELECT min(day) FROM {} d", self.due_rows());
        let first: Option<i64> = self.db.query_row(&sql, [], |row| row.get(0))?;
        first.map(date_of).transpose()
    }

    /// How much falls due, by time, then word.
    pub fn due_counts(&mut self) -> Result<Vec<DueCount>> {
        self.settle_due()?;
        let sql = format!(
            "SELECT d.day, d.at, w.word, count(*) FROM {} d LEFT JOIN {} w ON w.id = d.what \
             GROUP BY d.day, d.at, w.word ORDER BY d.day, d.at, w.word",
            self.due_rows(),
            self.all("word")
        );
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([])?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next()? {
            counts.push(DueCount {
                day: date_of(row.get(0)?)?,
                at: instant_of(row.get(1)?)?,
                what: row.get(2)?,
                count: row.get(3)?,
            });
        }
        Ok(counts)
    }

    /// Everything that is scheduled, by time, then in the order of the journal.
    pub fn scheduled(&mut self, each: &mut dyn FnMut(Due) -> Result<()>) -> Result<()> {
        self.settle_due()?;
        let sql = format!(
            "SELECT d.day, d.at, d.key, w.word FROM {} d LEFT JOIN {} w ON w.id = d.what \
             ORDER BY d.day, d.at, d.change, d.key, d.what",
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

    fn first_due(&self, day: NaiveDate, now: DateTime<FixedOffset>) -> Result<Option<i64>> {
        let first = |which: &str, bound: i64| -> Result<Option<i64>> {
            let rows = self.due_rows();
            let sql = format!("SELECT min(day) FROM {rows} d WHERE {which} <= ?1");
            let mut query = self.db.prepare_cached(&sql)?;
            Ok(query.query_row([bound], |row| row.get(0))?)
        };
        let by_day = first("at = 0 AND day", number_of(day)?)?;
        let by_clock = first("at > 0 AND at", now.timestamp())?;
        Ok(by_day.into_iter().chain(by_clock).min())
    }

    /// Entries that hold: in a private copy its own, and those of the book that it says nothing about.
    fn due_rows(&self) -> &'static str {
        match self.access {
            Access::Scratch { base: true } => {
                "(SELECT * FROM main.due WHERE change IS NOT NULL UNION ALL SELECT * FROM base.due b \
                 WHERE NOT EXISTS (SELECT 1 FROM main.due m \
                 WHERE m.day = b.day AND m.at = b.at AND m.key = b.key AND m.what = b.what))"
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
            .prepare_cached("REPLACE INTO main.due VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let mut remove = self.db.prepare_cached(
            "DELETE FROM main.due WHERE day = ?1 AND at = ?2 AND key = ?3 AND what = ?4",
        )?;
        for (((day, at), name, what), change) in entries {
            if change.is_some() || keeps_removals {
                put.execute(params![day, at, name, what, change])?;
            } else {
                remove.execute(params![day, at, name, what])?;
            }
        }
        Ok(())
    }
}

fn read(row: &Row<'_>, words: &mut HashMap<String, Arc<str>>) -> Result<Due> {
    let name: String = row.get(2)?;
    let (space, key) = split(&name)?;
    let word: String = row.get(3).context("a due word without its text")?;
    let what = words
        .entry(word)
        .or_insert_with_key(|word| word.as_str().into());
    Ok(Due {
        day: date_of(row.get(0)?)?,
        at: instant_of(row.get(1)?)?,
        space,
        key: key.into(),
        what: Arc::clone(what),
    })
}

fn spot_of(moment: Moment) -> Result<Spot> {
    match moment {
        Moment::Day(day) => Ok((number_of(day)?, 0)),
        Moment::At(at) => {
            ensure!(at.timestamp() > 0, "{at}: an instant before the clock");
            Ok((number_of(at.date_naive())?, at.timestamp()))
        }
    }
}

fn instant_of(seconds: i64) -> Result<Option<DateTime<Utc>>> {
    if seconds == 0 {
        return Ok(None);
    }
    let at = DateTime::from_timestamp(seconds, 0);
    at.map(Some)
        .with_context(|| format!("the book holds an instant {seconds}"))
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
