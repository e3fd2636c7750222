//! A part of an answer that is known before what stands above it.

use std::io::Read as _;

use anyhow::{Context as _, Result};

use super::files::AnswerFile;
use crate::os::Folder;

/// A part of a file that is kept aside until what stands above it is known.
pub struct Aside {
    folder: Folder,
    name: String,
    file: AnswerFile,
}

impl Aside {
    /// A new one.
    pub fn create(folder: &Folder, name: String) -> Result<Self> {
        Ok(Self {
            folder: folder.try_clone()?,
            file: AnswerFile::create(folder, &name)?,
            name,
        })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write(bytes)
    }

    /// Hands on all that was written, piece by piece, and removes it.
    pub fn hand_on(self, to: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let Self { folder, name, file } = self;
        file.finish()?;
        let (mut file, _) = folder.read(&name)?;
        let mut piece = vec![0; 256 << 10];
        loop {
            let read = file
                .read(&mut piece)
                .with_context(|| format!("{}: cannot read", folder.path().join(&name).display()))?;
            if read == 0 {
                break;
            }
            to(&piece[..read])?;
        }
        Ok(folder.remove(&name)?)
    }
}
