//! From a name to its newest change.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use rusqlite::{OptionalExtension as _, Row, params};

use super::heads::{ByHash, Link};
use super::{Access, Book, INSTRUCTION};
use crate::line::Space;

/// A change as the table has it, as far as names and state go.
pub(super) struct Stored {
    pub(super) key: Option<Box<str>>,
    also: Option<Box<str>>,
    pub(super) state: Option<Arc<str>>,
}

impl Stored {
    fn from(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(at)?,
            also: row.get(at + 1)?,
            state: row.get(at + 2)?,
        })
    }

    fn is_named(&self, n: u8, name: &str) -> Result<bool> {
        let Some(n) = n.checked_sub(1) else {
            return Ok(self.key.as_deref() == Some(name));
        };
        let also = self
            .also
            .as_deref()
            .context("a head points past the names of its change")?;
        let names: Vec<std::borrow::Cow<'_, str>> = serde_json::from_str(also)?;
        Ok(names.get(usize::from(n)).is_some_and(|found| found == name))
    }
}

/// What the wave has read from the tables. Only places that nothing in memory covers are in it, so nothing that is
/// decided can make it stale.
#[derive(Default)]
pub(super) struct Cache {
    places: ByHash<Option<Link>>,
    changes: ByHash<Stored>,
}

impl Cache {
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.changes.clear();
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
        let mut places = Vec::new();
        for (space, key) in keys {
            let at = self.with_name(space, key, |book, name| Ok(book.hash.of(name)))?;
            places.push(at);
        }
        places.sort_unstable();
        places.dedup();
        let mut changes = Vec::new();
        for at in places {
            let change = self.link_at(at)?.map(|link| link.change);
            changes.extend(change.filter(|id| self.wave.get(*id).is_none()));
        }
        changes.sort_unstable();
        changes.dedup();
        for id in changes {
            self.fetch(id)?;
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
        self.spell(space, key, &mut name)?;
        let result = then(self, &name);
        self.name = name;
        result
    }

    pub(super) fn spell(&self, space: Space, key: &str, name: &mut String) -> Result<()> {
        name.push_str(space.0);
        name.push(':');
        if space == INSTRUCTION {
            let batch = self.batch.as_ref().context("no batch in hand")?;
            name.push_str(&batch.partner);
            name.push('/');
        }
        name.push_str(key);
        Ok(())
    }

    /// Looks for a name, place by place, until it is found or a place is free.
    pub(super) fn locate(&mut self, name: &str) -> Result<Found> {
        let mut at = self.hash.of(name);
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
        match self.wave.get(link.change) {
            Some(row) => Ok(row.is_named(link.name, name)),
            None => self.fetch(link.change)?.is_named(link.name, name),
        }
    }

    fn link_at(&mut self, at: i64) -> Result<Option<Link>> {
        if let Some(link) = self.heads.get(at) {
            return Ok(Some(link));
        }
        if self.heads.table_is_empty() {
            return Ok(None);
        }
        if let Some(link) = self.cache.places.get(&at) {
            return Ok(*link);
        }
        let mut link = self.link_in("SELECT change, name FROM main.head WHERE hash = ?1", at)?;
        if link.is_none() && self.access == (Access::Scratch { base: true }) {
            link = self.link_in("SELECT change, name FROM base.head WHERE hash = ?1", at)?;
        }
        self.cache.places.insert(at, link);
        Ok(link)
    }

    fn link_in(&self, sql: &str, at: i64) -> Result<Option<Link>> {
        let link = |row: &Row<'_>| {
            Ok(Link {
                change: row.get(0)?,
                name: row.get(1)?,
            })
        };
        Ok(self
            .db
            .prepare_cached(sql)?
            .query_row([at], link)
            .optional()?)
    }

    /// A change that is in the table.
    pub(super) fn fetch(&mut self, id: i64) -> Result<&Stored> {
        if !self.cache.changes.contains_key(&id) {
            let sql = if id <= self.base_last {
                "SELECT key, also, state FROM base.change WHERE id = ?1"
            } else {
                "SELECT key, also, state FROM main.change WHERE id = ?1"
            };
            let stored = self
                .db
                .prepare_cached(sql)?
                .query_row(params![id], |row| Stored::from(row, 0))
                .with_context(|| format!("the book lacks its change {id}"))?;
            self.cache.changes.insert(id, stored);
        }
        Ok(&self.cache.changes[&id])
    }
}
