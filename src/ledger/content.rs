//! The hash over a batch's changes, by which its row in the journal vouches for them.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rusqlite::types::{ToSqlOutput, ValueRef};
use sha2::{Digest as _, Sha256};

use super::Words;
use super::journal::part;
use super::rows::Tabular as _;
use super::wave::Wave;

/// Which of a wave's columns is the number of a word. The word itself is hashed.
const RULE: usize = 2;

/// Columns of a change that are hashed: all but its id and its batch's, which follow from the journal's row.
const COLUMNS: usize = 8;

/// The same columns of a stored change, in the same order.
pub(super) const STORED: &str = "c.prev, c.row, w.word, c.key, c.also, c.digest, c.answer, c.state";

/// SHA-256 over the hashes of changes, one after another: so a change can be told by its hash alone, once personal details
/// were taken out of it.
#[derive(Clone, Default)]
pub(super) struct Content {
    hash: Sha256,
    /// The change in hand.
    change: Vec<u8>,
}

impl Content {
    /// Adds the changes of a wave.
    pub(super) fn add(&mut self, wave: &Wave, words: &Spelling) -> Result<()> {
        for row in 0..wave.rows() {
            self.change.clear();
            for column in 0..COLUMNS {
                match wave.column(row, column) {
                    ToSqlOutput::Borrowed(ValueRef::Integer(number)) if column == RULE => {
                        let word = words.of(number)?;
                        part(&mut self.change, ValueRef::Text(word.as_bytes()));
                    }
                    ToSqlOutput::Borrowed(value) => part(&mut self.change, value),
                    ToSqlOutput::Owned(value) => part(&mut self.change, ValueRef::from(&value)),
                    _ => anyhow::bail!("a change holds what no table can"),
                }
            }
            let hash = self.of_change();
            self.take(&hash);
        }
        Ok(())
    }

    /// Adds a change by the hash that it came with.
    pub(super) fn take(&mut self, hash: &[u8; 32]) {
        self.hash.update(hash);
    }

    /// The hash of a change as it is stored.
    pub(super) fn of_stored(&mut self, row: &rusqlite::Row<'_>) -> Result<[u8; 32]> {
        self.change.clear();
        for column in 0..COLUMNS {
            part(&mut self.change, row.get_ref(column)?);
        }
        Ok(self.of_change())
    }

    fn of_change(&self) -> [u8; 32] {
        Sha256::digest(&self.change).into()
    }

    /// Adds that personal details were taken out of a change: what it was, and what it is now.
    pub(super) fn take_purged(&mut self, change: i64, was: &[u8; 32], is: &[u8; 32]) {
        self.take_number(b"purged change", change);
        self.take(was);
        self.take(is);
    }

    /// Adds that the input of a batch was removed.
    pub(super) fn take_purged_input(&mut self, journal: i64) {
        self.take_number(b"purged input", journal);
    }

    fn take_number(&mut self, what: &[u8], number: i64) {
        self.change.clear();
        part(&mut self.change, ValueRef::Text(what));
        part(&mut self.change, ValueRef::Integer(number));
        let hash = self.of_change();
        self.take(&hash);
    }

    /// The hash of all changes so far.
    pub(super) fn finish(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

/// Words by their numbers.
pub(super) struct Spelling(HashMap<i64, Arc<str>>);

impl Spelling {
    pub(super) fn new(words: &Words) -> Self {
        let words = words.numbers.iter();
        Self(words.map(|(word, n)| (*n, Arc::clone(word))).collect())
    }

    fn of(&self, number: i64) -> Result<&str> {
        let word = self.0.get(&number);
        word.map(AsRef::as_ref).context("a rule without a word")
    }
}
