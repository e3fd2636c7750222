//! The files of one batch's answers while they are being written: private, hashed, synced.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::os::{self, Folder, Growing};

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
    out: Growing,
    hash: Sha256,
    bytes: u64,
}

impl AnswerFile {
    /// A new file; one that exists is an error.
    pub fn create(folder: &Folder, name: &str) -> Result<Self> {
        let path = folder.path().join(name);
        let file = folder.create(name, 0o600)?;
        Ok(Self {
            path,
            name: name.to_owned(),
            out: Growing::new(file),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        match self.out.write(bytes) {
            Err(_) if os::is_broken("write_errors_swallowed") => Ok(()),
            done => done.with_context(|| format!("{}: cannot write", self.path.display())),
        }
    }

    /// Writes the last of it and syncs it.
    pub fn finish(mut self) -> Result<Answer> {
        let path = self.path;
        match self.out.end() {
            Err(_) if os::is_broken("write_errors_swallowed") => {}
            done => {
                let file = done.with_context(|| format!("{}: cannot write", path.display()))?;
                os::sync(file, &path)?;
            }
        }
        Ok(Answer {
            name: self.name,
            sha256: os::hex(&self.hash.finalize()),
            bytes: self.bytes,
        })
    }
}
