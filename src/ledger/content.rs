//! The hash over a batch's changes, by which its row in the journal vouches for them.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::Words;
use super::journal::part;
use super::rows::Tabular as _;
use super::wave::Wave;

/// Bytes that are hashed together: many lanes are as fast as one.
const PIECE: usize = 256 << 10;

/// Which of a wave's columns is the number of a word. The word itself is hashed.
const RULE: usize = 2;

/// Columns of a change that are hashed: all but its id and its batch's, which follow from the journal's row.
const COLUMNS: usize = 8;

/// The same columns of a stored change, in the same order.
pub(super) const STORED: &str = "c.prev, c.row, w.word, c.key, c.also, c.digest, c.answer, c.state";

/// BLAKE3 over changes, one after another. Not SHA-256, as elsewhere: a large batch has gigabytes of them, and only we
/// compute it.
#[derive(Clone, Default)]
pub(super) struct Content {
    hash: blake3::Hasher,
    bytes: Vec<u8>,
}

impl Content {
    /// Adds the changes of a wave.
    pub(super) fn add(&mut self, wave: &Wave, words: &Spelling) -> Result<()> {
        for row in 0..wave.rows() {
            for column in 0..COLUMNS {
                match wave.column(row, column) {
                    ToSqlOutput::Borrowed(ValueRef::Integer(number)) if column == RULE => {
                        let word = words.of(number)?;
                        part(&mut self.bytes, ValueRef::Text(word.as_bytes()));
                    }
                    ToSqlOutput::Borrowed(value) => part(&mut self.bytes, value),
                    ToSqlOutput::Owned(value) => part(&mut self.bytes, ValueRef::from(&value)),
                    _ => anyhow::bail!("a change holds what no table can"),
                }
            }
            self.close();
        }
        Ok(())
    }

    /// Adds a change as it is stored.
    pub(super) fn add_stored(&mut self, row: &rusqlite::Row<'_>) -> Result<()> {
        for column in 0..COLUMNS {
            part(&mut self.bytes, row.get_ref(column)?);
        }
        self.close();
        Ok(())
    }

    /// A change is complete.
    fn close(&mut self) {
        if self.bytes.len() >= PIECE {
            self.hash.update(&self.bytes);
            self.bytes.clear();
        }
    }

    /// The hash of all changes so far.
    pub(super) fn finish(&self) -> [u8; 32] {
        let mut hash = self.hash.clone();
        hash.update(&self.bytes).finalize().into()
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
