//! The files of one batch's answers while they are being written: private, hashed, synced.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::os::{self, Ahead, Folder, Synced};

/// A finished answer, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// File name.
    pub name: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// A file of answers, growing. Only its owner can read it until it is published.
pub struct AnswerFile {
    path: PathBuf,
    name: String,
    out: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    ahead: Ahead,
}

impl AnswerFile {
    /// A new file; one that exists is an error.
    pub fn create(folder: &Folder, name: &str) -> Result<Self> {
        let path = folder.path().join(name);
        let file = folder.create(name, 0o600)?;
        let out = BufWriter::with_capacity(1 << 16, file);
        Ok(Self {
            path,
            name: name.to_owned(),
            out,
            hash: Sha256::new(),
            bytes: 0,
            ahead: Ahead::default(),
        })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        match self.out.write_all(bytes) {
            Err(_) if os::is_broken("write_errors_swallowed") => {}
            done => done.with_context(|| format!("{}: cannot write", self.path.display()))?,
        }
        let file = || self.out.get_ref().try_clone();
        self.ahead
            .step(self.bytes, Synced::Forgotten, file)
            .with_context(|| format!("{}: cannot sync", self.path.display()))
    }

    /// Flushes and syncs it.
    pub fn finish(mut self) -> Result<Answer> {
        let path = self.path;
        self.ahead
            .wait()
            .with_context(|| format!("{}: cannot sync", path.display()))?;
        let file = match self.out.into_inner() {
            Err(fault) if os::is_broken("write_errors_swallowed") => {
                fault.into_inner().into_parts().0
            }
            done => done
                .map_err(std::io::IntoInnerError::into_error)
                .with_context(|| format!("{}: cannot write", path.display()))?,
        };
        os::sync(&file, &path)?;
        Ok(Answer {
            name: self.name,
            sha256: os::hex(&self.hash.finalize()),
            bytes: self.bytes,
        })
    }
}
