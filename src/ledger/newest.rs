//! The newest change of every entity, for questions about all of them.

use std::ffi::CStr;

use anyhow::{Context as _, Result, ensure};
use rusqlite::types::{ToSqlOutput, Value};

use super::head::Head;
use super::rows::Tabular;
use super::{Access, Book, stretch};

/// Stretches of the index that are read together: bounds memory.
const STRETCHES: usize = 1_000;

/// Changes of a word, and of a block: how many stand before each block is kept.
const WORD: usize = 64;
const BLOCK: usize = 8 * WORD;

/// A set of changes: a bit each, so that a book of a hundred million takes fourteen megabytes.
#[derive(Default)]
pub(super) struct Newest {
    words: Vec<u64>,
    /// How many are in the blocks before each.
    before: Vec<usize>,
    all: usize,
}

impl Newest {
    /// Room for changes up to this one.
    fn up_to(last: i64) -> Result<Self> {
        let blocks = usize::try_from(last)? / BLOCK + 1;
        Ok(Self {
            words: vec![0; blocks * (BLOCK / WORD)],
            ..Self::default()
        })
    }

    fn add(&mut self, change: i64) -> Result<()> {
        let at = usize::try_from(change)?;
        let word = self.words.get_mut(at / WORD);
        *word.context("the index leads to a change that there is not")? |= 1 << (at % WORD);
        Ok(())
    }

    /// Counts what was added.
    fn count(&mut self) {
        self.before.clear();
        self.all = 0;
        for block in self.words.chunks(BLOCK / WORD) {
            self.before.push(self.all);
            let ones = block.iter().map(|word| word.count_ones() as usize);
            self.all += ones.sum::<usize>();
        }
    }

    /// The n-th, from 0, in order.
    fn nth(&self, n: usize) -> Option<usize> {
        let block = self
            .before
            .partition_point(|before| *before <= n)
            .checked_sub(1)?;
        let mut left = n - self.before[block];
        let first = block * (BLOCK / WORD);
        for (at, word) in self.words.iter().enumerate().skip(first) {
            let ones = word.count_ones() as usize;
            if left < ones {
                let mut word = *word;
                for _ in 0..left {
                    word &= word - 1;
                }
                return Some(at * WORD + word.trailing_zeros() as usize);
            }
            left -= ones;
        }
        None
    }
}

impl Tabular for Newest {
    const NAME: &'static CStr = c"newest";
    const COLUMNS: &'static str = "change";

    fn rows(&self) -> usize {
        self.all
    }

    fn column(&self, row: usize, _: usize) -> ToSqlOutput<'_> {
        let change = self.nth(row).and_then(|change| i64::try_from(change).ok());
        ToSqlOutput::Owned(change.map_or(Value::Null, Value::Integer))
    }
}

impl Book {
    /// Lets the table `newest` have the newest change of every entity while `then` runs. Between batches only.
    pub(super) fn with_newest(&self, then: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut newest = Newest::up_to(self.newest("change")?)?;
        self.each_head(&mut |head| {
            let link = head.link();
            if link.name == 0 {
                newest.add(link.change)?;
            }
            Ok(())
        })?;
        newest.count();
        self.tables.newest.with(newest, |_| then()).1
    }

    /// Calls with every head, each where it must stand; not with those that a private copy has anew.
    pub(super) fn each_head(&self, each: &mut dyn FnMut(Head) -> Result<()>) -> Result<()> {
        self.heads_of("main", &|_| Ok(Vec::new()), each)?;
        if self.access != (Access::Scratch { base: true }) {
            return Ok(());
        }
        let anew = |places: &[i64]| {
            let mut anew = Vec::new();
            stretch::look(&self.db, "main", places, |at, _| anew.push(at))?;
            Ok(anew)
        };
        self.heads_of("base", &anew, each)
    }

    /// Calls with the heads of a file, but not with those at the places that `but` picks.
    fn heads_of(
        &self,
        schema: &str,
        but: &dyn Fn(&[i64]) -> Result<Vec<i64>>,
        each: &mut dyn FnMut(Head) -> Result<()>,
    ) -> Result<()> {
        let (mut last, mut from) = (-1, Some(i64::MIN));
        while let Some(first) = from {
            from = stretch::walk(&self.db, schema, first, STRETCHES, |start, stretch| {
                let places: Vec<i64> = stretch.heads().map(Head::at).collect();
                ensure!(
                    places.first() == Some(&start),
                    "the index has a stretch that does not begin where it stands"
                );
                ensure!(
                    start > last && places.is_sorted_by(|one, next| one < next),
                    "the index is not in its order"
                );
                last = places.last().copied().unwrap_or(start);
                let but = but(&places)?;
                let mut heads = stretch.heads();
                heads.try_for_each(|head| match but.binary_search(&head.at()) {
                    Ok(_) => Ok(()),
                    Err(_) => each(head),
                })
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_the_set_is_told_once_and_in_order() {
        for (step, most) in [
            (1, 1_200),
            (3, 700),
            (63, 40_000),
            (513, 9_000),
            (5_000, 30_000),
        ] {
            let last = i64::try_from(most).expect("small");
            let mut newest = Newest::up_to(last).expect("room");
            let all: Vec<usize> = (1..most).step_by(step).collect();
            // In no order.
            for change in all.iter().rev().chain(&all) {
                newest
                    .add(i64::try_from(*change).expect("small"))
                    .expect("added");
            }
            newest.count();
            assert_eq!(newest.rows(), all.len());
            let told: Vec<usize> = (0..all.len()).filter_map(|n| newest.nth(n)).collect();
            assert_eq!(told, all);
            assert_eq!(newest.nth(all.len()), None);
        }
        assert_eq!(Newest::default().nth(0), None);
        // What a damaged index may say.
        for change in [-1, 512, 1 << 44] {
            assert!(Newest::up_to(7).expect("room").add(change).is_err());
        }
    }
}
