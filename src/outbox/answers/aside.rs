//! A part of an answer that is known before what stands above it.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::os::Folder;

/// A part of a file that is kept aside until what stands above it is known.
pub struct Aside {
    folder: Folder,
    name: String,
    file: BufWriter<File>,
}

impl Aside {
    /// A new one.
    pub fn create(folder: &Folder, name: String) -> Result<Self> {
        Ok(Self {
            folder: folder.try_clone()?,
            file: BufWriter::with_capacity(1 << 16, folder.create(&name, 0o600)?),
            name,
        })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all(bytes);
        written.with_context(|| format!("{}: cannot write", self.path().display()))
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Hands on all that was written, piece by piece, and removes it.
    pub fn hand_on(self, to: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let path = self.path();
        let Self {
            folder,
            name,
            mut file,
        } = self;
        let written = file.flush();
        written.with_context(|| format!("{}: cannot write", path.display()))?;
        let (mut file, _) = folder.read(&name)?;
        let mut piece = vec![0; 256 << 10];
        loop {
            let read = file
                .read(&mut piece)
                .with_context(|| format!("{}: cannot read", path.display()))?;
            if read == 0 {
                break;
            }
            to(&piece[..read])?;
        }
        Ok(folder.remove(&name)?)
    }
}
