//! Looks names up beside the thread that decides.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::{Result, ensure};
use rayon::prelude::*;

use super::filter::{Filter, USEFUL};
use super::lookup::Cache;
use super::places::Places;
use super::{Access, Book, stretch};

/// Places that must have been asked for before it is judged what the rest of a batch will ask for.
const JUDGED: usize = 10_000;

/// So many heads of the table are read in the time in which it is looked into for nothing: that takes a page of a table
/// larger than its cache, and they stand in it by hundreds.
const HEADS_A_MISS: usize = 200;

/// Stretches of the index that are read for the filter beside one wave: little enough that the wave is there in time.
const PIECE: usize = 512;

/// Most readers of one book: each keeps pages in memory.
const READERS: usize = 2;

/// Memory for pages, of all readers together: of a large book that helps with the tables' upper pages alone.
const CACHE_KIB: i64 = 32 * 1024;

/// Reads the book as it was when the batch began. It learns what coming waves will ask for while those before them are
/// decided; what the batch itself changes, the book that it is written to knows better and looks at first. Several waves are
/// looked up at once, each by a reader of its own: what a batch asks of a large book takes longer than deciding it.
///
/// A batch that brings many names asks for each of them, and nothing is there. Where that is what it does, the scout reads
/// once, piece by piece, where anything stands, and looks for nothing else from then on.
pub struct Scout {
    readers: Vec<Book>,
    /// Bytes of the batch's file, and those whose places were asked for.
    bytes: u64,
    read: u64,
    /// How many places that were.
    asked: usize,
    /// Looks into the index that found nothing.
    missed: usize,
    learning: Learning,
    /// Gives out what comes back, and has it.
    spent: Sender<Cache>,
    free: Receiver<Cache>,
}

/// How far the scout is with learning where heads stand.
enum Learning {
    NotBegun,
    /// Up to this place, that one not.
    UpTo(i64, Filter),
    Done,
}

/// What a wave will ask for, and what the book had of it when the batch began.
pub struct Looked {
    pub(super) places: Vec<i64>,
    pub(super) cache: Cache,
    /// Takes back what is no longer asked, for its memory: new memory takes as long as filling it.
    pub(super) spent: Sender<Cache>,
}

impl Book {
    /// A scout for the batch in hand; `None` where there is nothing to see yet, or a private copy is decided over.
    pub fn scout(&self) -> Result<Option<Scout>> {
        ensure!(self.batch.is_some(), "no batch in hand");
        let path = match (&self.path, &self.place, self.access) {
            (Some(path), None, Access::Write) if !self.heads.table_is_empty() => path,
            _ => return Ok(None),
        };
        let count = rayon::current_num_threads().clamp(1, READERS);
        let mut readers = Vec::with_capacity(count);
        for _ in 0..count {
            let Some(reader) = Self::open_read_with(path, self.hash)? else {
                break;
            };
            reader.bound_cache(CACHE_KIB / i64::try_from(count)?)?;
            readers.push(reader);
        }
        if readers.is_empty() {
            return Ok(None);
        }
        let (spent, free) = channel();
        Ok(Some(Scout {
            readers,
            bytes: self.expected,
            read: 0,
            asked: 0,
            missed: 0,
            learning: Learning::NotBegun,
            spent,
            free,
        }))
    }
}

impl Scout {
    /// How many waves it looks up at once.
    pub fn at_once(&self) -> usize {
        self.readers.len()
    }

    /// Learns what the records of these waves will ask for, one wave a reader: names that are looked for first at these
    /// places. `bytes`: the part of the file that they all are in.
    pub fn look(&mut self, waves: &[Places], bytes: usize) -> Result<Vec<Looked>> {
        ensure!(
            waves.len() <= self.readers.len(),
            "a reader looks up one wave at once"
        );
        let (spent, free) = (&self.spent, &self.free);
        let empty = || free.try_recv().unwrap_or_default();
        let readers: Vec<_> = self
            .readers
            .iter_mut()
            .map(|book| (book, empty()))
            .collect();
        let looked = readers
            .into_par_iter()
            .zip(waves)
            .map(|((book, empty), wave)| {
                let places = book.fetch_ahead(wave.all().to_vec())?;
                let cache = book.change_cache(empty);
                let spent = spent.clone();
                Ok(Looked {
                    places,
                    cache,
                    spent,
                })
            });
        let looked: Vec<Looked> = looked.collect::<Result<_>>()?;
        self.read += u64::try_from(bytes)?;
        for wave in &looked {
            self.asked += wave.places.len();
            self.missed += wave.cache.missed();
        }
        self.learn(waves.len())?;
        Ok(looked)
    }

    /// Whether it knows where heads stand.
    #[cfg(test)]
    pub(super) fn has_learned(&self) -> bool {
        self.readers.iter().all(|book| book.heads.were_flushed())
    }

    /// Goes on with learning where heads stand, if that pays, as far as so many waves allow.
    fn learn(&mut self, waves: usize) -> Result<()> {
        let Some(book) = self.readers.first() else {
            return Ok(());
        };
        match std::mem::replace(&mut self.learning, Learning::Done) {
            Learning::Done => {}
            Learning::NotBegun if self.asked < JUDGED => self.learning = Learning::NotBegun,
            Learning::NotBegun => {
                // Seldom more than two names a change.
                let heads = 2 * usize::try_from(book.newest("change")?)?;
                // In multiples of what was read so far.
                let to_come = self.bytes.saturating_sub(self.read) / self.read.max(1);
                let misses = self.missed.saturating_mul(usize::try_from(to_come)?);
                if heads <= USEFUL && misses.saturating_mul(HEADS_A_MISS) > heads {
                    self.learning = Learning::UpTo(0, Filter::with_room(heads));
                }
            }
            Learning::UpTo(from, mut filter) => {
                let next = stretch::walk(&book.db, "main", from, waves * PIECE, |_, stretch| {
                    stretch.heads().for_each(|head| filter.add(head.at()));
                    Ok(())
                })?;
                if let Some(next) = next {
                    self.learning = Learning::UpTo(next, filter);
                } else {
                    let filter = Arc::new(filter);
                    for book in &mut self.readers {
                        book.heads.learn(Arc::clone(&filter));
                    }
                }
            }
        }
        Ok(())
    }
}
