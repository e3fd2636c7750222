//! The write-ahead log, and how it is moved into the book.

use std::fs::File;
use std::num::NonZeroU64;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::fs::{Advice, fadvise};

use super::{Book, open};
use crate::os::{Ahead, syncing};

/// A write-ahead log shorter than this is left for the next batch: one more sync a batch would cost more.
pub(super) const CHECKPOINT_BYTES: u64 = 16 << 20;

/// What was moved from a long log is forgotten this far behind.
const BEHIND: u64 = 16 << 20;

impl Book {
    /// Moves what was committed from the write-ahead log into the book's file, where there is enough to be worth it.
    /// A reader that still looks at an older moment only delays it.
    pub(super) fn checkpoint(&mut self) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        if open::log_length(path)? < CHECKPOINT_BYTES {
            return Ok(());
        }
        self.empty_log()
    }

    fn empty_log(&self) -> Result<()> {
        let wait = Duration::from_secs(10);
        self.db.busy_timeout(Duration::ZERO)?;
        let done = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.db.busy_timeout(wait)?;
        done.context("the ledger's log could not be moved into the book")
    }

    /// Moves the log into the book for the last time: closing would do it too, and say nothing where it fails. Of a long
    /// one the book is brought to the disk meanwhile, through a handle that is to be kept until the book is closed, and the
    /// memory of what was moved is given to what comes next: new memory costs more than the copy.
    pub(super) fn empty_at_last(&self, beside: &mut Option<File>) -> Result<()> {
        let Some(path) = &self.path else {
            return self.empty_log();
        };
        if open::log_length(path)? < Ahead::STEP {
            return self.empty_log();
        }
        let book = &*beside.insert(File::open(path)?);
        let log = File::open(open::log_of(path)).ok();
        let before = book.metadata()?.len();
        let forget = || {
            // Most pages are new, and stand in the log in their order.
            let grown = book.metadata()?.len().saturating_sub(before);
            let moved = NonZeroU64::new(grown.saturating_sub(BEHIND));
            if let (Some(log), Some(moved)) = (&log, moved) {
                // Where it is not taken, nothing is lost but time.
                let _ = fadvise(log, 0, Some(moved), Advice::DontNeed);
            }
            Ok(())
        };
        let emptied = syncing(book, forget, || self.empty_log());
        emptied.context("the book could not be brought to the disk")?
    }
}
