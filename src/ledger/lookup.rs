//! From a name to its newest change.

use std::ffi::CStr;

use anyhow::{Context as _, Result, ensure};
use rusqlite::params;
use rusqlite::types::{ToSqlOutput, Value};

use super::head::Link;
use super::heads::ByHash;
use super::passing::Passed;
use super::places::{Places, spell};
use super::rows::Tabular;
use super::scout::Looked;
use super::stored::{Changes, Stored};
use super::{Access, Book, INSTRUCTION, Kept, stretch};
use crate::line::Space;

/// As long as a wave into a new book reads fewer changes than this by itself, reading in advance is not worth it.
const SINGLES: usize = 1000;

/// What the wave has read from the tables. What waits in memory is asked first, and what has left it since is taken out of
/// here, so nothing that is decided can make it stale.
#[derive(Default)]
pub(super) struct Cache {
    places: ByHash<Option<Link>>,
    changes: Changes,
    /// Changes that were read one by one.
    singles: usize,
    /// Looks into the index that found nothing.
    missed: usize,
    /// Nothing needs to be read in advance.
    idle: bool,
}

impl Cache {
    /// What was read of these places, where something stands there.
    fn read_of<'a>(&'a self, places: &'a [i64]) -> impl Iterator<Item = (Link, Stored<'a>)> {
        let links = places.iter().filter_map(|at| *self.places.get(at)?);
        links.map(|link| (link, self.changes.get(link.change).unwrap_or_default()))
    }

    /// Brings that to where the processor finds it: it was mostly read on another thread.
    fn touch(&self, places: &[i64]) {
        let texts = self.read_of(places);
        let texts = texts.flat_map(|(_, stored)| [stored.key, stored.also, stored.state]);
        let bytes = texts.flatten().flat_map(|text| text.bytes().step_by(64));
        std::hint::black_box(bytes.fold(0, |all, byte| all ^ byte));
    }

    /// How many looks into the index found nothing.
    pub(super) const fn missed(&self) -> usize {
        self.missed
    }

    /// How many changes were read one by one.
    #[cfg(test)]
    pub(super) fn singles(&self) -> usize {
        self.singles
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.changes.clear();
        self.idle = self.singles < SINGLES;
        self.singles = 0;
        self.missed = 0;
    }
}

/// Places or changes that are asked for, in the order of the tables, each once.
#[derive(Default)]
pub(super) struct Asked(Vec<i64>);

impl Asked {
    fn sorted(mut ids: Vec<i64>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }
}

impl Tabular for Asked {
    const NAME: &'static CStr = c"asked";
    const COLUMNS: &'static str = "id";

    fn rows(&self) -> usize {
        self.0.len()
    }

    fn column(&self, row: usize, _: usize) -> ToSqlOutput<'_> {
        ToSqlOutput::Owned(Value::Integer(self.0[row]))
    }
}

/// Where a name stands, or would stand.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) at: i64,
    pub(super) link: Option<Link>,
}

impl Book {
    /// Reads what the records of the coming wave will ask for, many at once. Leaving a key out costs time and nothing
    /// else.
    pub fn prefetch<'a>(&mut self, keys: impl IntoIterator<Item = (Space, &'a str)>) -> Result<()> {
        let namer = self.namer()?;
        let mut places = Places::default();
        for (space, key) in keys {
            namer.add(space, key, &mut places);
        }
        self.prefetch_at([&places])
    }

    /// The same of names that are looked for first at these places.
    pub fn prefetch_at<const N: usize>(&mut self, places: [&Places; N]) -> Result<()> {
        if self.heads.table_is_empty() && self.cache.idle {
            return Ok(());
        }
        let all: Vec<&[i64]> = places.map(Places::all).to_vec();
        self.fetch_ahead(all.concat()).map(drop)
    }

    /// Brings what waits in memory for some of so many records to where the processor finds it: they are decided next.
    pub fn touch(&self, places: &Places, records: std::ops::Range<usize>, of: usize) {
        let places = places.about(records, of);
        self.heads.touch(places);
        self.cache.touch(places);
        let indexed = self.cache.read_of(places);
        let indexed = indexed.filter(|(link, _)| link.name > 0);
        let entities = indexed.filter_map(|(_, stored)| Some(self.hash.of(stored.key?)));
        let entities: Vec<i64> = entities.collect();
        self.heads.touch(&entities);
        self.cache.touch(&entities);
    }

    /// The same as [`Book::prefetch`], where a scout has looked: only what the batch itself has changed is left to be read.
    pub fn prefetch_looked(&mut self, looked: Looked) -> Result<()> {
        let mut spent = looked.cache;
        std::mem::swap(&mut self.cache.changes, &mut spent.changes);
        std::mem::swap(&mut self.cache.places, &mut spent.places);
        spent.clear();
        // The scout may have gone.
        drop(looked.spent.send(spent));
        let (heads, mut places) = (&self.heads, looked.places);
        if heads.were_flushed() {
            // The scout has not seen what the batch no longer keeps in memory.
            self.cache.places.retain(|at, _| !heads.may_be_flushed(*at));
        } else {
            // It has seen all but what waits.
            heads.touch(&places);
            places.retain(|at| heads.get(*at).is_some());
        }
        self.fetch_ahead(places).map(drop)
    }

    /// What has been read, for another who decides over this book.
    pub(super) fn change_cache(&mut self, empty: Cache) -> Cache {
        std::mem::replace(&mut self.cache, empty)
    }

    /// Reads what stands at these places, and tells all places that it has looked at: whoever finds an entity by an
    /// index entry asks for the entity next, and that one may have changed since.
    pub(super) fn fetch_ahead(&mut self, mut places: Vec<i64>) -> Result<Vec<i64>> {
        let links = self.prefetch_changes_at(places.clone())?;
        let indexed = links.iter().filter(|link| link.name > 0);
        let names = indexed.filter_map(|link| self.cache.changes.get(link.change)?.key);
        let entities: Vec<i64> = names.map(|name| self.hash.of(name)).collect();
        if !entities.is_empty() {
            self.prefetch_changes_at(entities.clone())?;
            places.extend(entities);
        }
        Ok(places)
    }

    fn prefetch_changes_at(&mut self, places: Vec<i64>) -> Result<Vec<Link>> {
        let mut links = self.prefetch_places(places)?;
        links.retain(|link| !self.wave.has(link.change) && !self.cache.changes.has(link.change));
        self.prefetch_changes(links.iter().map(|link| link.change))?;
        Ok(links)
    }

    /// Learns what stands at these places, and tells where heads there point.
    fn prefetch_places(&mut self, mut places: Vec<i64>) -> Result<Vec<Link>> {
        let mut changes = Vec::new();
        self.heads.touch(&places);
        places.retain(|at| match self.heads.get(*at) {
            Some(link) => {
                changes.push(link);
                false
            }
            None => !self.is_nowhere(*at) && !self.cache.places.contains_key(at),
        });
        if self.heads.table_is_empty() || places.is_empty() {
            return Ok(changes);
        }
        let asked = Asked::sorted(places);
        self.cache.places.reserve(asked.0.len());
        for at in &asked.0 {
            self.cache.places.insert(*at, None);
        }
        let heads = &self.heads;
        let own = asked.0.iter().filter(|at| heads.may_be_in_table(**at));
        let mut own: Vec<i64> = own.copied().collect();
        if !self.runs.is_empty() {
            self.read_runs(&asked, &mut changes)?;
            let read = &self.cache.places;
            own.retain(|at| read.get(at).is_none_or(Option::is_none));
        }
        self.read_heads("main", &Asked(own), &mut changes)?;
        if self.access == (Access::Scratch { base: true }) {
            let read = &self.cache.places;
            let mut asked = asked;
            asked
                .0
                .retain(|at| read.get(at).is_none_or(Option::is_none));
            self.read_heads("base", &asked, &mut changes)?;
        }
        Ok(changes)
    }

    /// Whether nothing that has left memory stands at a place: that is told by the filter, and need not be kept. What a
    /// scout finds absent is kept: it looks for a book that has another filter.
    fn is_nowhere(&self, at: i64) -> bool {
        matches!(self.access, Access::Write | Access::Scratch { base: false })
            && !self.heads.may_be_flushed(at)
            && !self.heads.may_be_in_table(at)
    }

    /// Looks for heads of the batch that are no longer in memory and not yet in the table.
    fn read_runs(&mut self, asked: &Asked, changes: &mut Vec<Link>) -> Result<()> {
        let places = asked.0.iter().copied();
        let flushed: Vec<i64> = places.filter(|at| self.heads.may_be_flushed(*at)).collect();
        self.runs.look(&flushed, |at, link| {
            changes.push(link);
            self.cache.places.insert(at, Some(link));
        })
    }

    /// Looks for heads of one file.
    fn read_heads(&mut self, schema: &str, asked: &Asked, changes: &mut Vec<Link>) -> Result<()> {
        let places = &mut self.cache.places;
        let missed = stretch::look(&self.db, schema, &asked.0, |at, link| {
            changes.push(link);
            places.insert(at, Some(link));
        });
        self.cache.missed += missed?;
        Ok(())
    }

    fn prefetch_changes(&mut self, changes: impl Iterator<Item = i64>) -> Result<()> {
        let base_last = self.base_last;
        // Those of a batch that will be undone are in no table, and read as fast one by one.
        let passing = self.first_passing();
        let (base, own) = changes
            .filter(|id| *id < passing)
            .partition(|id| *id <= base_last);
        for (schema, ids) in [("base", base), ("main", own)] {
            let asked = Asked::sorted(ids);
            if asked.0.is_empty() {
                continue;
            }
            let changes = &mut self.cache.changes;
            let (_, result) = self.tables.asked.with(asked, |_| {
                let mut query = self.db.prepare_cached(&format!(
                    "SELECT c.id, c.key, c.also, c.state FROM asked CROSS JOIN {schema}.change c ON c.id = asked.id"
                ))?;
                let mut rows = query.query([])?;
                while let Some(row) = rows.next()? {
                    changes.insert(row.get(0)?, Stored::from(row, 1)?)?;
                }
                Ok(())
            });
            result?;
        }
        Ok(())
    }

    /// Calls with the name of a key; the space that it is spelt in is used again and again.
    pub(super) fn with_name<T>(
        &mut self,
        space: Space,
        key: &str,
        then: impl FnOnce(&mut Self, &str) -> Result<T>,
    ) -> Result<T> {
        let mut name = std::mem::take(&mut self.name);
        name.clear();
        let partner = self.batch.as_ref().map(|batch| &*batch.partner);
        ensure!(
            space != INSTRUCTION || partner.is_some(),
            "no batch in hand"
        );
        spell(space, key, partner.unwrap_or_default(), &mut name);
        let result = then(self, &name);
        self.name = name;
        result
    }

    /// Looks for a name, place by place, until it is found or a place is free.
    pub(super) fn locate(&mut self, name: &str) -> Result<Found> {
        let mut at = self.recent.of(&self.hash, name);
        loop {
            let Some(link) = self.link_at(at)? else {
                return Ok(Found { at, link: None });
            };
            if self.is_named(link, name)? {
                return Ok(Found {
                    at,
                    link: Some(link),
                });
            }
            at += 1;
        }
    }

    fn is_named(&mut self, link: Link, name: &str) -> Result<bool> {
        if self.wave.has(link.change) {
            return Ok(self.wave.is_named(link.change, link.name, name));
        }
        self.fetch(link.change)?.is_named(link.name, name)
    }

    pub(super) fn link_at(&mut self, at: i64) -> Result<Option<Link>> {
        if let Some(link) = self.heads.get(at) {
            return Ok(Some(link));
        }
        if self.heads.table_is_empty() || self.is_nowhere(at) {
            return Ok(None);
        }
        if let Some(link) = self.cache.places.get(&at) {
            return Ok(*link);
        }
        let mut link = None;
        if self.heads.may_be_flushed(at) {
            self.runs.look(&[at], |_, found| link = Some(found))?;
        }
        if link.is_none() && self.heads.may_be_in_table(at) {
            link = self.link_in("main", at)?;
        }
        if link.is_none() && self.access == (Access::Scratch { base: true }) {
            link = self.link_in("base", at)?;
        }
        self.cache.places.insert(at, link);
        Ok(link)
    }

    fn link_in(&self, schema: &str, at: i64) -> Result<Option<Link>> {
        let mut found = None;
        stretch::look(&self.db, schema, &[at], |_, link| found = Some(link))?;
        Ok(found)
    }

    /// A change of the batch in hand that is kept beside the tables, and no longer in memory.
    pub(super) fn passed(&self, id: i64) -> Result<Option<Passed>> {
        match self.batch.as_ref().map(|batch| &batch.kept) {
            Some(Kept::Passing(passing)) if id >= self.first_passing() => passing.read(id),
            _ => Ok(None),
        }
    }

    /// The first change that is in no table, and never will be.
    fn first_passing(&self) -> i64 {
        match &self.batch {
            Some(batch) if matches!(batch.kept, Kept::Passing(_)) => batch.first_change,
            _ => i64::MAX,
        }
    }

    /// A change that is not of the wave in hand.
    pub(super) fn fetch(&mut self, id: i64) -> Result<Stored<'_>> {
        if !self.cache.changes.has(id) {
            self.read(id)?;
        }
        let stored = self.cache.changes.get(id);
        stored.context("a change that was just read")
    }

    fn read(&mut self, id: i64) -> Result<()> {
        if let Some(passed) = self.passed(id)? {
            let stored = Stored {
                key: passed.key.as_deref(),
                also: passed.also.as_deref(),
                state: passed.state.as_deref(),
            };
            return self.cache.changes.insert(id, stored);
        }
        let sql = if id <= self.base_last {
            "SELECT key, also, state FROM base.change WHERE id = ?1"
        } else {
            "SELECT key, also, state FROM main.change WHERE id = ?1"
        };
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query(params![id])?;
        let row = rows.next()?;
        let row = row.with_context(|| format!("the book lacks its change {id}"))?;
        self.cache.changes.insert(id, Stored::from(row, 0)?)?;
        self.cache.singles += 1;
        Ok(())
    }
}
