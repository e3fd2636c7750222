//! A file that grows by what is added at its end, and that nobody here reads again. Once it is long, a thread of its own
//! writes it past the system's memory: a copy there costs as much as making the bytes did, pushes out what is needed, and
//! has to go to the disk before the file counts all the same.

use std::fs::File;
use std::io;
use std::mem;
use std::os::unix::fs::FileExt as _;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rustix::fs::OFlags;

use super::Ahead;

/// Up to this length a file is written like any other; in a debug build less, so that tests come there.
const SHORT: u64 = if cfg!(debug_assertions) {
    128 << 10
} else {
    8 << 20
};

/// Bytes that are written at once of a short file, and of a long one.
const LITTLE: usize = 64 << 10;
const MUCH: usize = 1 << 20;

/// Blocks of a long file on their way; one more is filled.
const WAITING: usize = 2;

/// What a disk's blocks are multiples of, and so must be what is written past the system's memory, and where it begins.
const ALIGNED: usize = 4096;

const _: () = assert!(
    SHORT.is_multiple_of(LITTLE as u64)
        && LITTLE.is_multiple_of(ALIGNED)
        && MUCH.is_multiple_of(ALIGNED),
    "a long file goes on where a disk's block begins, in whole ones"
);

/// A growing file.
#[derive(Debug)]
pub struct Growing {
    file: File,
    /// How much of it is written, or on its way.
    length: u64,
    block: Block,
    beside: Option<Beside>,
    /// Something could not be written: it would lack that.
    failed: bool,
}

/// Who writes a long file.
#[derive(Debug)]
struct Beside {
    full: Sender<Block>,
    free: Receiver<Block>,
    thread: JoinHandle<io::Result<()>>,
}

/// Aligned bytes.
#[derive(Debug)]
struct Block {
    memory: Vec<u8>,
    start: usize,
    size: usize,
    filled: usize,
}

impl Block {
    fn of(size: usize) -> Self {
        let memory = vec![0; size + ALIGNED];
        let start = memory.as_ptr().align_offset(ALIGNED);
        Self {
            // Without it the file system says that it cannot, and is asked otherwise.
            start: start.min(ALIGNED),
            memory,
            size,
            filled: 0,
        }
    }

    /// Takes what it has room for, and leaves the rest.
    fn take(&mut self, bytes: &mut &[u8]) {
        let (some, rest) = bytes.split_at(bytes.len().min(self.size - self.filled));
        let at = self.start + self.filled;
        self.memory[at..at + some.len()].copy_from_slice(some);
        self.filled += some.len();
        *bytes = rest;
    }

    fn bytes(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.filled]
    }
}

impl Growing {
    /// A file that is empty.
    pub fn new(file: File) -> Self {
        Self {
            file,
            length: 0,
            block: Block::of(LITTLE),
            beside: None,
            failed: false,
        }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// These or others before them cannot be written.
    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.block.filled == self.block.size {
                self.whole()?;
                let written = self.write_block();
                self.failed = written.is_err();
                written?;
            }
            self.block.take(&mut bytes);
        }
        Ok(())
    }

    /// Writes all that was added; to be synced then.
    ///
    /// # Errors
    /// Something could not be written.
    pub fn end(&mut self) -> io::Result<&File> {
        self.whole()?;
        let written = self.wait().and_then(|()| self.write_here());
        self.failed = written.is_err();
        written.map(|()| &self.file)
    }

    /// Refuses what would go on behind a gap.
    fn whole(&self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("it could not be written before"));
        }
        Ok(())
    }

    fn write_block(&mut self) -> io::Result<()> {
        if let Some(beside) = &self.beside {
            let size = self.block.filled as u64;
            // Where the thread is no more it has let go of both ends.
            let sent = beside.free.recv().is_ok_and(|free| {
                let full = mem::replace(&mut self.block, free);
                beside.full.send(full).is_ok()
            });
            self.length += size;
            return if sent { Ok(()) } else { self.ended_early() };
        }
        self.write_here()?;
        if self.length >= SHORT {
            self.beside = Some(Beside::begin(self.file.try_clone()?, self.length)?);
            self.block = Block::of(MUCH);
        }
        Ok(())
    }

    fn write_here(&mut self) -> io::Result<()> {
        self.file.write_all_at(self.block.bytes(), self.length)?;
        self.length += self.block.filled as u64;
        self.block.filled = 0;
        Ok(())
    }

    /// Waits for what is on its way.
    fn wait(&mut self) -> io::Result<()> {
        let Some(Beside { full, thread, .. }) = self.beside.take() else {
            return Ok(());
        };
        drop(full);
        let panicked = |_| io::Error::other("the writing panicked");
        thread.join().map_err(panicked)?
    }

    /// Why the thread is no more.
    fn ended_early(&mut self) -> io::Result<()> {
        self.wait()?;
        Err(io::Error::other("the writing ended early"))
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        // Who lets go of it unfinished wants none of it: but nothing is to be written any more then.
        drop(self.wait());
    }
}

impl Beside {
    fn begin(file: File, at: u64) -> io::Result<Self> {
        let (full, blocks) = channel();
        let (written, free) = channel();
        for _ in 0..WAITING {
            drop(written.send(Block::of(MUCH)));
        }
        let thread = std::thread::Builder::new().name("write-beside".into());
        let thread = thread.spawn(move || write_all(&file, at, &blocks, &written))?;
        Ok(Self { full, free, thread })
    }
}

/// Writes blocks from a place on, and brings them to the disk meanwhile: a file system may take them into memory all the
/// same.
fn write_all(
    file: &File,
    mut at: u64,
    blocks: &Receiver<Block>,
    written: &Sender<Block>,
) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(file)?;
    let mut direct = rustix::fs::fcntl_setfl(file, flags | OFlags::DIRECT).is_ok();
    let mut ahead = Ahead::default();
    while let Ok(mut block) = blocks.recv() {
        let mut done = file.write_all_at(block.bytes(), at);
        if direct && is_refused(&done) {
            // It said that it could, or could no longer in the middle of a block.
            rustix::fs::fcntl_setfl(file, flags)?;
            direct = false;
            done = file.write_all_at(block.bytes(), at);
        }
        done?;
        at += block.filled as u64;
        block.filled = 0;
        // Nobody may want it any more.
        drop(written.send(block));
        ahead.step(at, || file.try_clone())?;
    }
    ahead.wait()?;
    // What is left at the end is no whole block.
    Ok(rustix::fs::fcntl_setfl(file, flags)?)
}

/// Whether a file system does not write so.
fn is_refused(done: &io::Result<()>) -> bool {
    let error = done.as_ref().err();
    error.is_some_and(|error| error.kind() == io::ErrorKind::InvalidInput)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// A file of so many bytes, added in pieces of these sizes by turns.
    fn grow(file: File, length: usize, pieces: &[usize]) -> io::Result<Vec<u8>> {
        let bytes: Vec<u8> = (0..length).map(|n| (n % 251).to_le_bytes()[0]).collect();
        let mut growing = Growing::new(file);
        let mut rest = &bytes[..];
        for piece in pieces.iter().cycle() {
            let (some, others) = rest.split_at(rest.len().min(*piece));
            growing.write(some)?;
            rest = others;
            if rest.is_empty() {
                break;
            }
        }
        growing.end()?.sync_all()?;
        Ok(bytes)
    }

    #[test]
    fn every_byte_stands_where_it_was_added() {
        // Here and in memory, where a file system may have no way past it.
        let folders = [tempfile::tempdir(), tempfile::tempdir_in("/dev/shm")];
        let (short, much) = (usize::try_from(SHORT).expect("small"), MUCH);
        for folder in folders {
            let folder = folder.expect("a folder");
            let long = [1, much, 5 * much + 4097, 66 * much].map(|more| short + more);
            for length in [0, 1, LITTLE, short - 1, short].into_iter().chain(long) {
                let path = folder.path().join("a");
                let file = File::create(&path).expect("made");
                let bytes = grow(file, length, &[1, 4096, 70_001, 3 * much]).expect("written");
                assert!(std::fs::read(&path).expect("read") == bytes, "{length}");
            }
        }
    }

    fn full() -> File {
        let full = File::options().write(true).open("/dev/full");
        full.expect("there")
    }

    fn is_full(error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::StorageFull
    }

    #[test]
    fn what_cannot_be_written_is_told_and_nothing_goes_on_behind_it() {
        for length in [1, LITTLE + 1] {
            let error = grow(full(), length, &[100_000]).expect_err("it is full");
            assert!(is_full(&error), "{length}");
        }
        let mut growing = Growing::new(full());
        assert!(growing.write(&vec![7; 2 * LITTLE]).is_err());
        growing.file = tempfile::tempfile().expect("a file");
        assert!(growing.write(&vec![7; 2 * LITTLE]).is_err());
        assert!(growing.end().is_err());
    }

    #[test]
    fn what_a_thread_cannot_write_is_told_when_more_comes_or_at_the_end() {
        for blocks in [1, 20] {
            let mut growing = Growing::new(full());
            growing.beside = Some(Beside::begin(full(), 0).expect("begun"));
            growing.block = Block::of(MUCH);
            let mut failed = None;
            for _ in 0..=blocks {
                if let Err(error) = growing.write(&vec![7; MUCH]) {
                    failed = Some(error);
                    break;
                }
            }
            assert_eq!(failed.is_some(), blocks > 1);
            let error = match failed {
                Some(error) => error,
                None => growing.end().expect_err("it is full"),
            };
            assert!(is_full(&error), "{error}");
            assert!(growing.end().is_err());
        }
    }

    #[test]
    fn a_block_that_cannot_go_past_memory_goes_through_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let file = File::create(&path).expect("made");
        let (full, blocks) = channel();
        let (written, free) = channel();
        for _ in 0..3 {
            let mut block = Block::of(MUCH);
            // At a place, and of a length, that no disk has.
            block.start += 1;
            block.take(&mut &[7; 1_001][..]);
            full.send(block).expect("sent");
        }
        drop(full);
        write_all(&file, 3, &blocks, &written).expect("written");
        assert_eq!(free.try_iter().count(), 3);
        let bytes = std::fs::read(&path).expect("read");
        assert_eq!(bytes, [vec![0; 3], vec![7; 3_003]].concat());
    }

    #[test]
    fn one_that_is_let_go_of_is_written_no_further() {
        let over = Arc::new(AtomicBool::new(false));
        let mut growing = Growing::new(tempfile::tempfile().expect("a file"));
        let (full, blocks) = channel::<Block>();
        let thread = std::thread::spawn({
            let over = Arc::clone(&over);
            move || {
                while blocks.recv().is_ok() {}
                std::thread::sleep(std::time::Duration::from_millis(50));
                over.store(true, Ordering::Release);
                Ok(())
            }
        });
        let free = channel().1;
        growing.beside = Some(Beside { full, free, thread });
        drop(growing);
        assert!(over.load(Ordering::Acquire));
    }
}
