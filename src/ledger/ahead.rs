//! Brings the write-ahead log (or a new book) to the disk while the batch is still being decided, so that the commit's own sync finds
//! little left to do.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result, anyhow};

/// Growth of the log that is worth a sync.
const STEP: u64 = 64 << 20;

/// The syncs of one batch.
#[derive(Default)]
pub(super) struct Ahead {
    synced: u64,
    running: Option<JoinHandle<std::io::Result<()>>>,
}

impl Ahead {
    /// Begins a sync if what the batch is written to, the log or a new book itself, has grown enough and none is under
    /// way.
    pub(super) fn step(&mut self, log: PathBuf) -> Result<()> {
        if self
            .running
            .as_ref()
            .is_some_and(|sync| !sync.is_finished())
        {
            return Ok(());
        }
        self.wait()?;
        let length = length(&log)?;
        if length < self.synced + STEP {
            return Ok(());
        }
        self.synced = length;
        let sync = std::thread::Builder::new().name("sync-ahead".into());
        let sync = sync.spawn(move || File::open(log)?.sync_data());
        self.running = Some(sync.context("no thread to sync the ledger's log")?);
        Ok(())
    }

    /// Waits for the sync under way. One that failed is an error of the batch: the same bytes need not be written again
    /// by the next one, and a second sync can lie.
    pub(super) fn wait(&mut self) -> Result<()> {
        let Some(sync) = self.running.take() else {
            return Ok(());
        };
        sync.join()
            .map_err(|_| anyhow!("the sync of the ledger's log panicked"))?
            .context("the ledger's log could not be synced")
    }
}

/// The write-ahead log of a book.
pub(super) fn log_of(book: &Path) -> PathBuf {
    let mut log = book.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Its length; 0 where there is none.
pub(super) fn length(log: &Path) -> Result<u64> {
    match std::fs::metadata(log) {
        Ok(meta) => Ok(meta.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error).context("the ledger's log cannot be seen"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sync_that_failed_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let book = folder.path().join("a.sqlite");
        let mut ahead = Ahead::default();
        ahead.step(log_of(&book)).expect("no log yet");
        assert!(ahead.running.is_none());
        let log = File::create(log_of(&book)).expect("made");
        log.set_len(STEP).expect("long");
        ahead.step(log_of(&book)).expect("begun");
        assert!(ahead.running.is_some());
        ahead.wait().expect("synced");
        ahead.step(log_of(&book)).expect("not grown");
        assert!(ahead.running.is_none());
        ahead.running = Some(std::thread::spawn(|| {
            Err(std::io::Error::other("worn out"))
        }));
        let error = format!("{:#}", ahead.wait().expect_err("told"));
        assert!(error.contains("worn out"), "{error}");
    }
}
