//! Where names are looked for first: told on any thread, before the book is asked.

use anyhow::{Context as _, Result};

use super::hash::KeyHash;
use super::{Book, INSTRUCTION};
use crate::line::Space;

/// Tells where names are looked for first.
#[derive(Clone)]
pub struct Namer {
    hash: KeyHash,
    /// Whose instruction ids are meant.
    partner: Box<str>,
}

/// Where some names are looked for first, in the order in which they will be.
#[derive(Clone, Debug, Default)]
pub struct Places {
    at: Vec<i64>,
    /// Space for one name; kept to be used again.
    name: String,
}

impl Places {
    /// Adds those of others behind them.
    pub fn extend(&mut self, others: &Self) {
        self.at.extend_from_slice(&others.at);
    }

    /// All of them.
    pub(super) fn all(&self) -> &[i64] {
        &self.at
    }

    /// The part of them that some of so many records ask for, about: records ask for as many as others do.
    pub(super) fn about(&self, records: std::ops::Range<usize>, of: usize) -> &[i64] {
        let part = |record: usize| self.at.len() * record.min(of) / of.max(1);
        &self.at[part(records.start)..part(records.end)]
    }
}

impl Namer {
    /// Adds where the name of this key is looked for first.
    pub fn add(&self, space: Space, key: &str, places: &mut Places) {
        places.name.clear();
        spell(space, key, &self.partner, &mut places.name);
        places.at.push(self.hash.of(&places.name));
    }
}

impl Book {
    /// Tells where names of the batch in hand are looked for.
    pub fn namer(&self) -> Result<Namer> {
        let batch = self.batch.as_ref().context("no batch in hand")?;
        Ok(Namer {
            hash: self.hash,
            partner: batch.partner.as_str().into(),
        })
    }
}

/// Writes the name of a key. One in the space of instruction ids belongs to the partner of the batch.
pub(super) fn spell(space: Space, key: &str, partner: &str, name: &mut String) {
    name.push_str(space.0);
    name.push(':');
    if space == INSTRUCTION {
        name.push_str(partner);
        name.push('/');
    }
    name.push_str(key);
}
