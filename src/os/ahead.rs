//! Brings a growing file to the disk while it is still being written, so that the last sync finds little left to do.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

/// The syncs of one file, one at a time, each beside the writing.
#[derive(Debug, Default)]
pub struct Ahead {
    synced: u64,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Ahead {
    /// Growth that is worth a sync.
    pub const STEP: u64 = 64 << 20;

    /// Begins a sync if the file has grown enough and none is under way. `open` gives a handle of its own.
    ///
    /// # Errors
    /// The sync before failed, or this one could not begin.
    pub fn step(&mut self, length: u64, open: impl FnOnce() -> io::Result<File>) -> io::Result<()> {
        let busy = |sync: &JoinHandle<_>| !sync.is_finished();
        if length < self.synced + Self::STEP || self.running.as_ref().is_some_and(busy) {
            return Ok(());
        }
        self.wait()?;
        self.synced = length;
        let file = open()?;
        let sync = std::thread::Builder::new().name("sync-ahead".into());
        let sync = sync.spawn(move || file.sync_data());
        self.running = Some(sync?);
        Ok(())
    }

    /// Waits for the sync under way. One that failed is final: the same bytes need not be written again by the next
    /// one, and a second sync can lie.
    ///
    /// # Errors
    /// It failed.
    pub fn wait(&mut self) -> io::Result<()> {
        let Some(sync) = self.running.take() else {
            return Ok(());
        };
        let panicked = |_| io::Error::other("the sync panicked");
        sync.join().map_err(panicked)?
    }
}

/// How long others write to a file before a sync of it begins beside them.
const PAUSE: Duration = Duration::from_millis(50);

/// Ends the syncing beside a writing that is over, or that panicked.
struct Over<'a>(&'a AtomicBool, &'a Thread);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}

/// Does something that writes much to a file through another handle, and brings it to the disk meanwhile, again and
/// again, each time with something `beside`: whoever syncs it at the end waits for the last of it alone.
///
/// # Errors
/// A sync failed, or what was to be done beside it.
pub fn syncing<T>(
    file: &File,
    mut beside: impl FnMut() -> io::Result<()> + Send,
    write: impl FnOnce() -> T,
) -> io::Result<T> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sync = std::thread::Builder::new().name("sync-ahead".into());
        let sync = sync.spawn_scoped(scope, || -> io::Result<()> {
            std::thread::park_timeout(PAUSE);
            while !done.load(Ordering::Acquire) {
                file.sync_data()?;
                beside()?;
                std::thread::park_timeout(PAUSE);
            }
            Ok(())
        });
        let Ok(sync) = sync else {
            // Whoever syncs it at the end waits longer.
            return Ok(write());
        };
        let over = Over(&done, sync.thread());
        let written = write();
        drop(over);
        let panicked = |_| io::Error::other("the sync panicked");
        sync.join().map_err(panicked)??;
        Ok(written)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_write_is_written_as_they_say() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let file = File::create(&path).expect("made");
        let mut times = 0;
        let count = || {
            times += 1;
            Ok(())
        };
        let written = syncing(&file, count, || {
            std::fs::write(&path, "kept")?;
            std::thread::sleep(PAUSE * 3);
            std::fs::write(&path, "kept too")
        });
        written.expect("synced").expect("written");
        assert_eq!(std::fs::read(&path).expect("read"), b"kept too");
        assert!(times > 0);
    }

    #[test]
    #[should_panic(expected = "worn out")]
    fn a_writing_that_panics_ends_the_syncing() {
        let file = tempfile::tempfile().expect("a file");
        let _ = syncing(&file, || Ok(()), || panic!("worn out"));
    }

    #[test]
    fn a_sync_that_fails_beside_the_writing_is_told() {
        let (reader, _writer) = io::pipe().expect("a pipe");
        let file = File::from(std::os::fd::OwnedFd::from(reader));
        // No file that can be synced.
        let failed = syncing(&file, || Ok(()), || std::thread::sleep(PAUSE * 3));
        assert!(failed.is_err());
    }

    #[test]
    fn a_sync_that_failed_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let file = File::create(&path).expect("made");
        file.set_len(Ahead::STEP).expect("long");
        let mut ahead = Ahead::default();
        let mut step = |length| ahead.step(length, || File::open(&path));
        step(Ahead::STEP - 1).expect("short");
        step(Ahead::STEP).expect("begun");
        assert!(ahead.running.is_some());
        ahead.wait().expect("synced");
        ahead
            .step(Ahead::STEP, || panic!("it has not grown"))
            .expect("not grown");
        assert!(ahead.running.is_none());
        ahead.running = Some(std::thread::spawn(|| Err(io::Error::other("worn out"))));
        let error = ahead.wait().expect_err("told").to_string();
        assert!(error.contains("worn out"), "{error}");
    }
}
