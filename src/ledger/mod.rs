//! The ledger: one book a file, in which every change is appended and nothing is altered.
//!
//! A batch is one transaction: [`Book::begin`], then waves of records ([`Book::prefetch`], or a [`Scout`] beside the waves
//! before and [`Book::prefetch_looked`]; [`Book::start_record`],
//! the line's calls through [`Store`](crate::line::Store), [`Book::remember`], [`Book::flush_wave`]), then
//! [`Book::commit`] or [`Book::rollback`]. Where a wave ends makes no difference to what is decided or recorded; it
//! bounds memory. `schema.sql` says what the tables mean; the fixed cost of a statement is what a load is bound by, so
//! rows wait in memory and move many at once, in the order of the table they go to.

mod audit;
mod content;
mod due;
mod filter;
mod hash;
mod head;
mod heads;
mod history;
mod journal;
mod log;
mod lookup;
mod newest;
mod open;
mod packed;
mod passing;
mod places;
mod purge;
mod rows;
mod runs;
mod scout;
mod store;
mod stored;
mod stretch;
#[cfg(test)]
mod tests;
mod wave;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::Connection;

use crate::line::Space;
use crate::os::Ahead;

pub use audit::{Break, is_damage};
pub use due::{Due, DueCount};
pub use history::Change;
pub use journal::{AnswerFile, Chain, Folder, Journal, JournalRow, PURGE};
pub use places::{Namer, Places};
pub use purge::{Redact, Removal};
pub use scout::{Looked, Scout};
pub use store::Seen;

use content::Content;
use due::Waiting;
use hash::{KeyHash, Recent};
use heads::Heads;
use lookup::Cache;
use passing::Passing;
use rows::Slot;
use runs::Runs;
use wave::Wave;

/// Name space of instruction ids, for [`Book::prefetch`]: a key in it belongs to the partner of the batch in hand.
pub const INSTRUCTION: Space = Space("d");

/// Bytes of a file that bring a name to the book, about: where they bring more, room is made as it is needed.
const BYTES_A_HEAD: u64 = 24;

/// The ledger of one partner.
pub struct Book {
    db: Connection,
    hash: KeyHash,
    recent: Recent,
    access: Access,
    path: Option<PathBuf>,
    /// Where the book goes with its first batch, while it is being made elsewhere.
    place: Option<PathBuf>,
    /// The newest change of the book beneath a private copy; later ones are the copy's own.
    base_last: i64,
    batch: Option<Batch>,
    /// A commit failed: what is on the disk is unknown until the book is opened again.
    broken: bool,
    wave: Wave,
    heads: Heads,
    runs: Runs,
    /// So many heads leave memory for the runs.
    most_heads: usize,
    waiting: Waiting,
    cache: Cache,
    /// Bytes of the batch's file, as far as anybody said.
    expected: u64,
    words: Words,
    ahead: Ahead,
    tables: Tables,
    /// Space for one name; kept to be used again.
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    Scratch { base: bool },
}

/// Rows in memory that SQL can read.
struct Tables {
    changes: Slot<wave::Wave>,
    newest: Slot<newest::Newest>,
    asked: Slot<lookup::Asked>,
}

impl Tables {
    fn register(db: &Connection) -> Result<Self> {
        Ok(Self {
            changes: Slot::register(db)?,
            newest: Slot::register(db)?,
            asked: Slot::register(db)?,
        })
    }
}

/// The batch in hand.
struct Batch {
    partner: String,
    journal: i64,
    first_change: i64,
    kept: Kept,
    /// It takes something out of the book.
    purges: bool,
    /// Something of it may be half written.
    failed: bool,
}

/// Where the changes of a batch are kept.
enum Kept {
    /// In the book, with the hash over them as far as they are written.
    InBook(Content),
    /// Beside it: the batch will be undone, and nothing vouches for it.
    Passing(Passing),
}

impl Batch {
    fn new(partner: &str, journal: i64, first_change: i64) -> Self {
        Self {
            partner: partner.into(),
            journal,
            first_change,
            kept: Kept::InBook(Content::default()),
            purges: false,
            failed: false,
        }
    }
}

/// Words by their numbers, as the book spells them.
#[derive(Default)]
struct Words {
    numbers: HashMap<Arc<str>, i64>,
    /// Not yet in the table.
    new: Vec<(i64, Arc<str>)>,
}

impl Book {
    fn over(db: Connection, hash: KeyHash, access: Access, path: Option<PathBuf>) -> Result<Self> {
        db.set_prepared_statement_cache_capacity(32);
        Ok(Self {
            tables: Tables::register(&db)?,
            runs: Runs::beside(path.as_deref()),
            most_heads: heads::MOST,
            db,
            hash,
            recent: Recent::default(),
            access,
            path,
            place: None,
            base_last: 0,
            batch: None,
            broken: false,
            wave: Wave::default(),
            heads: Heads::default(),
            waiting: Waiting::default(),
            cache: Cache::default(),
            expected: 0,
            words: Words::default(),
            ahead: Ahead::default(),
            name: String::new(),
        })
    }

    /// Begins a batch of this partner, whose instruction ids are meant from now on.
    pub fn begin(&mut self, partner: &str) -> Result<()> {
        ensure!(!self.broken, "the book failed before; open it again");
        ensure!(self.batch.is_none(), "a batch is in hand already");
        match self.access {
            Access::Read => bail!("the book is open for reading"),
            Access::Scratch { .. } => self.db.execute_batch("SAVEPOINT batch")?,
            Access::Write => {
                self.checkpoint()?;
                self.bound_cache_for(u64::MAX)?;
                self.db.execute_batch("BEGIN IMMEDIATE")?;
            }
        }
        let heads = std::mem::take(&mut self.heads);
        self.forget();
        self.heads = heads;
        let begun = self.begin_batch(partner);
        if begun.is_err() {
            self.undo()?;
        }
        begun
    }

    /// The same for a batch that ends with the book: only a private copy takes one, and it cannot be committed.
    pub fn begin_passing(&mut self, partner: &str) -> Result<()> {
        let private = matches!(self.access, Access::Scratch { .. });
        ensure!(private, "a batch of a book that stays is kept");
        self.begin(partner)?;
        if let Some(batch) = &mut self.batch {
            batch.kept = Kept::Passing(Passing::new()?);
        }
        Ok(())
    }

    fn begin_batch(&mut self, partner: &str) -> Result<()> {
        let first_change = self.newest("change")? + 1;
        let journal = self.newest("journal")? + 1;
        self.wave.begin(first_change);
        let began_empty = self.newest_in("main", "change")? == 0;
        self.heads.begin(first_change == 1, began_empty);
        self.load_words()?;
        self.batch = Some(Batch::new(partner, journal, first_change));
        Ok(())
    }

    /// Says how long the file of the next batch is, or of the one that has just begun, so that room is made for what it
    /// brings.
    pub fn expect(&mut self, bytes: u64) -> Result<()> {
        self.expected = bytes;
        let heads = usize::try_from(bytes / BYTES_A_HEAD).unwrap_or(usize::MAX);
        self.heads.reserve(heads);
        self.bound_cache_for(bytes)
    }

    /// The highest id of a table, 0 where it is empty.
    fn newest(&self, table: &str) -> Result<i64> {
        let own = self.newest_in("main", table)?;
        Ok(match self.access {
            Access::Scratch { base: true } => own.max(self.newest_in("base", table)?),
            Access::Read | Access::Write | Access::Scratch { base: false } => own,
        })
    }

    fn newest_in(&self, schema: &str, table: &str) -> Result<i64> {
        let sql = format!("SELECT coalesce(max(id), 0) FROM {schema}.{table}");
        Ok(self.db.query_row(&sql, [], |row| row.get(0))?)
    }

    /// Undoes everything since [`Book::begin`]; the book's content is what it was.
    pub fn rollback(&mut self) -> Result<()> {
        if self.batch.take().is_none() {
            return Ok(());
        }
        self.forget();
        self.undo()
    }

    fn undo(&self) -> Result<()> {
        match self.access {
            Access::Read => Ok(()),
            Access::Scratch { .. } => {
                Ok(self.db.execute_batch("ROLLBACK TO batch; RELEASE batch")?)
            }
            // An error on a full disk has rolled back already.
            Access::Write if self.db.is_autocommit() => Ok(()),
            Access::Write => Ok(self.db.execute_batch("ROLLBACK")?),
        }
    }

    /// Writes all that waits in memory. [`Book::commit`] does it otherwise; done before, it can run beside other work.
    pub fn settle(&mut self) -> Result<()> {
        self.write_whole(|book| {
            book.write_wave()?;
            book.flush_heads(true)?;
            book.flush_due()
        })
    }

    /// Records the batch and makes it durable: all of it from here on, or, with an error, none of it that the next
    /// opening will see unless the disk took it after all. After an error the book must be opened again.
    pub fn commit(&mut self, journal: &Journal) -> Result<JournalRow> {
        self.settle()?;
        let batch = self.batch.as_ref().context("no batch in hand")?;
        let last_change = self.wave.next_id() - 1;
        let changes = (batch.first_change, last_change);
        let Kept::InBook(content) = &batch.kept else {
            bail!("the batch was to be undone");
        };
        let mut content = content.clone();
        if batch.purges {
            ensure!(
                self.add_purged(batch.journal, &mut content)?,
                "a change is gone that details were taken out of"
            );
        }
        let content = content.finish();
        let batch = self.batch.as_ref().context("no batch in hand")?;
        let row = self.write_journal(batch.journal, changes, content, journal)?;
        let end = self.end();
        // A sync that failed is not tried again on this handle: a second one can lie.
        self.broken = true;
        self.ahead
            .wait()
            .context("the ledger's log could not be synced")?;
        self.db
            .execute_batch(end)
            .context("the ledger could not be written")?;
        self.settle_in()
            .context("the new book could not be put into its place")?;
        self.broken = false;
        self.batch = None;
        self.forget();
        Ok(row)
    }

    /// Makes durable what was done since [`Book::begin`] without a row in the journal: for taking back what had fallen
    /// due and is no longer wanted. Nothing else may have been done.
    pub fn commit_unrecorded(&mut self) -> Result<()> {
        let batch = self.batch.as_ref().context("no batch in hand")?;
        ensure!(
            self.wave.next_id() == batch.first_change,
            "a change must stand in the journal"
        );
        self.flush_due()?;
        let end = self.end();
        self.broken = true;
        self.db
            .execute_batch(end)
            .context("the ledger could not be written")?;
        self.broken = false;
        self.batch = None;
        self.forget();
        Ok(())
    }

    /// What ends a batch for good.
    const fn end(&self) -> &'static str {
        match self.access {
            Access::Scratch { .. } => "RELEASE batch",
            Access::Read | Access::Write => "COMMIT",
        }
    }

    /// Closes the book, and says so if that fails.
    pub fn close(mut self) -> Result<()> {
        self.rollback()?;
        let mut beside = None;
        let emptied = if !self.broken && self.access == Access::Write {
            self.settle_in()
                .and_then(|()| self.empty_at_last(&mut beside))
        } else {
            Ok(())
        };
        self.db.flush_prepared_statement_cache();
        let closed = self.db.close().map_err(|(_, error)| error);
        // Only now: to close any handle of a file lets go of all locks that the process has on it.
        drop(beside);
        emptied?;
        closed.context("the book could not be closed")
    }

    fn forget(&mut self) {
        self.wave.clear();
        self.heads.clear();
        self.runs.clear();
        self.waiting.clear();
        self.cache.clear();
        self.words = Words::default();
        self.ahead = Ahead::default();
    }

    /// Where to read all rows of a table from, for questions that need not be fast.
    fn all(&self, table: &str) -> String {
        match self.access {
            Access::Scratch { base: true } => {
                format!("(SELECT * FROM main.{table} UNION ALL SELECT * FROM base.{table})")
            }
            Access::Read | Access::Write | Access::Scratch { base: false } => {
                format!("main.{table}")
            }
        }
    }

    fn load_words(&mut self) -> Result<()> {
        let sql = format!("SELECT word, id FROM {}", self.all("word"));
        let mut query = self.db.prepare(&sql)?;
        let words = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.words.new.clear();
        self.words.numbers = words.collect::<Result<_, _>>()?;
        Ok(())
    }
}

impl Words {
    /// The number of a word; a new one is written with the wave.
    fn number(&mut self, word: &str) -> i64 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = self.numbers.values().max().copied().unwrap_or(0) + 1;
        let word: Arc<str> = word.into();
        self.numbers.insert(Arc::clone(&word), number);
        self.new.push((number, word));
        number
    }
}

/// The space and the key that a name stands for.
fn split(name: &str) -> Result<(Space, &str)> {
    let (word, key) = name.split_once(':').context("a name without a space")?;
    let space = crate::line::Line::ALL
        .iter()
        .flat_map(|line| crate::line::spaces(*line))
        .chain(EXTRA)
        .find(|space| space.0 == word)
        .with_context(|| format!("the book holds a space {word:?} that no line knows"))?;
    Ok((*space, key))
}

#[cfg(not(test))]
const EXTRA: &[Space] = &[];
#[cfg(test)]
const EXTRA: &[Space] = &[tests::PERSON, tests::POLICY];
