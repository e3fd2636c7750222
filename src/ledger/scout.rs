//! Looks names up beside the thread that decides.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, ensure};

use super::filter::{BEFORE, Filter, USEFUL};
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
const CACHE_KIB: i64 = 16 * 1024;

/// Reads the book as it was when the batch began. It learns what coming waves will ask for while those before them are
/// decided; what the batch itself changes, the book that it is written to knows better and looks at first. Several waves are
/// looked up at once, each by a reader of its own: what a batch asks of a large book takes longer than deciding it.
///
/// A batch that brings many names asks for each of them, and nothing is there. Where that is what it does, the scout reads
/// once, piece by piece, where anything stands, and looks for nothing else from then on.
pub struct Scout {
    at_once: usize,
    /// Bytes of the batch's file.
    bytes: u64,
    standing: Mutex<Standing>,
    /// Gives out what comes back.
    spent: Sender<Cache>,
}

/// What its readers share.
struct Standing {
    /// Those that look up no wave now; the one that did last comes first, since its pages are still at hand.
    idle: Vec<Book>,
    /// What came back.
    free: Receiver<Cache>,
    /// Bytes whose places were asked for.
    read: u64,
    /// How many places that were.
    asked: usize,
    /// Looks into the index that found nothing.
    missed: usize,
    /// `None`: one of them learns.
    learning: Option<Learning>,
}

/// How far the scout is with learning where heads stand.
enum Learning {
    NotBegun,
    /// Up to this place, that one not.
    UpTo(i64, Filter),
    Done(Arc<Filter>),
    /// It does not pay.
    Never,
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
        let at_once = rayon::current_num_threads().clamp(1, READERS);
        let mut idle = Vec::with_capacity(at_once);
        for _ in 0..at_once {
            let Some(reader) = Self::open_read_with(path, self.hash)? else {
                return Ok(None);
            };
            reader.bound_cache(CACHE_KIB / i64::try_from(at_once)?)?;
            idle.push(reader);
        }
        let (spent, free) = channel();
        let standing = Standing {
            idle,
            free,
            read: 0,
            asked: 0,
            missed: 0,
            learning: Some(Learning::NotBegun),
        };
        Ok(Some(Scout {
            at_once,
            bytes: self.expected,
            standing: Mutex::new(standing),
            spent,
        }))
    }
}

impl Scout {
    /// How many waves can be looked up at once.
    pub const fn at_once(&self) -> usize {
        self.at_once
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns what the records of a wave will ask for: names that are looked for first at these places. `bytes`: the part
    /// of the file that the wave is.
    pub fn look(&self, wave: &Places, bytes: usize) -> Result<Looked> {
        let (mut book, empty) = self.reader()?;
        let places = book.fetch_ahead(wave.all().to_vec())?;
        let cache = book.change_cache(empty);
        let mut standing = self.standing();
        standing.read += u64::try_from(bytes)?;
        standing.asked += places.len();
        standing.missed += cache.missed();
        // In multiples of what was read so far.
        let to_come = self.bytes.saturating_sub(standing.read) / standing.read.max(1);
        let misses = standing.missed.saturating_mul(usize::try_from(to_come)?);
        let judged = standing.asked >= JUDGED;
        let learning = standing.learning.take();
        drop(standing);
        let learned = learning.map(|learning| learn(&book, learning, judged.then_some(misses)));
        let learned = learned.transpose()?;
        let mut standing = self.standing();
        standing.learning = learned.or(standing.learning.take());
        standing.idle.push(book);
        drop(standing);
        Ok(Looked {
            places,
            cache,
            spent: self.spent.clone(),
        })
    }

    /// A reader that knows what was learned, and memory for what it finds.
    pub(super) fn reader(&self) -> Result<(Book, Cache)> {
        let mut standing = self.standing();
        let reader = standing.idle.pop();
        let mut reader = reader.context("a reader looks up one wave at once")?;
        if let Some(Learning::Done(filter)) = &standing.learning
            && !reader.heads.were_flushed()
        {
            reader.heads.learn(Arc::clone(filter));
        }
        let empty = standing.free.try_recv().unwrap_or_default();
        Ok((reader, empty))
    }

    /// Whether it knows where heads stand.
    #[cfg(test)]
    pub(super) fn has_learned(&self) -> bool {
        matches!(self.standing().learning, Some(Learning::Done(_)))
    }

    /// Lets another reader look up the next wave.
    #[cfg(test)]
    pub(super) fn turn(&self) {
        self.standing().idle.reverse();
    }

    /// How many of its readers do.
    #[cfg(test)]
    pub(super) fn told(&self) -> usize {
        let standing = self.standing();
        let idle = standing.idle.iter();
        idle.filter(|book| book.heads.were_flushed()).count()
    }
}

/// Goes on with learning where heads stand, if that pays. `misses`: how many looks of the batch are still going to find
/// nothing, once that can be judged.
fn learn(book: &Book, learning: Learning, misses: Option<usize>) -> Result<Learning> {
    match learning {
        Learning::NotBegun => {
            let Some(misses) = misses else {
                return Ok(Learning::NotBegun);
            };
            // Seldom more than two names a change.
            let heads = 2 * usize::try_from(book.newest("change")?)?;
            let pays = heads <= USEFUL && misses.saturating_mul(HEADS_A_MISS) > heads;
            Ok(if pays {
                Learning::UpTo(0, Filter::with_room(heads, BEFORE))
            } else {
                Learning::Never
            })
        }
        Learning::UpTo(from, mut filter) => {
            let next = stretch::walk(&book.db, "main", from, PIECE, |_, stretch| {
                stretch.heads().for_each(|head| filter.add(head.at()));
                Ok(())
            })?;
            Ok(match next {
                Some(next) => Learning::UpTo(next, filter),
                None => Learning::Done(Arc::new(filter)),
            })
        }
        Learning::Done(_) | Learning::Never => Ok(learning),
    }
}
