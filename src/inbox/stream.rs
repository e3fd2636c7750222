//! The bytes of a taken file, hashed as they are read.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::os;

/// Reads a taken file from its beginning. It uses no position of the handle, so several can read beside each other.
#[derive(Debug)]
pub struct Stream {
    file: Arc<File>,
    state: Arc<Mutex<State>>,
}

/// What a [`Stream`] has read so far.
#[derive(Debug)]
pub struct Read {
    file: Arc<File>,
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// `None`: nobody asks for the hash.
    hasher: Option<Sha256>,
    offset: u64,
}

impl Stream {
    /// The file from its beginning, and the hash of what is read of it. `path` is for messages.
    pub fn over(file: &Arc<File>, path: PathBuf) -> (Self, Read) {
        let state = Arc::new(Mutex::new(State {
            hasher: Some(Sha256::default()),
            offset: 0,
        }));
        let stream = Self {
            file: Arc::clone(file),
            state: Arc::clone(&state),
        };
        let read = Read {
            file: Arc::clone(file),
            path,
            state,
        };
        (stream, read)
    }

    /// The file from its beginning, where nobody asks for a hash of what is read.
    pub fn unhashed(file: &Arc<File>) -> Self {
        Self {
            file: Arc::clone(file),
            state: Arc::default(),
        }
    }
}

fn step(file: &File, state: &Mutex<State>, buffer: &mut [u8]) -> io::Result<usize> {
    // A panic between lock and unlock is not possible: nothing there can.
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let count = os::read_at(file, buffer, state.offset)?;
    if let Some(hasher) = &mut state.hasher {
        hasher.update(&buffer[..count]);
    }
    state.offset += count as u64;
    Ok(count)
}

impl io::Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        step(&self.file, &self.state, buffer)
    }
}

impl Read {
    /// SHA-256, lower-case hex, of all bytes that the stream gave and those that it has not yet given.
    pub fn sha256(self) -> os::Result<String> {
        let mut buffer = vec![0; 256 << 10];
        loop {
            match step(&self.file, &self.state, &mut buffer) {
                Ok(0) => break,
                Ok(_) => {}
                Err(cause) => return Err(os::Error::new("read", self.path, cause)),
            }
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let hasher = state.hasher.clone();
        let hasher = hasher.expect("who asks reads a stream that is hashed");
        Ok(os::hex(&hasher.finalize()))
    }

    /// Bytes that the stream gave so far: for a progress bar.
    pub fn bytes(&self) -> u64 {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .offset
    }
}
