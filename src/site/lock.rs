//! One `sluss` at a time changes a site.

use std::fs::File;
use std::time::Duration;

use super::{Site, SiteError};
use crate::os::{self, Folder};

/// The site's lock. The kernel frees it when this is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Site {
    /// How long a command that changes the site waits for another to finish.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// Takes the site's lock. `None`: another run has it (exit code 3).
    pub fn try_lock(&self) -> Result<Option<Lock>, SiteError> {
        let work = self.folder()?.ensure("work", 0o700)?;
        let file = open_or_make(&work)?;
        let taken = os::try_lock(&file, &work.path().join(NAME))?;
        Ok(taken.then_some(Lock { _file: file }))
    }

    /// The same, and waits up to `patience` for another run to end. `None`: it did not.
    pub fn lock_within(&self, patience: Duration) -> Result<Option<Lock>, SiteError> {
        let pause = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            let lock = self.try_lock()?;
            if lock.is_some() || waited >= patience {
                return Ok(lock);
            }
            std::thread::sleep(pause);
            waited += pause;
        }
    }
}

const NAME: &str = "lock";

fn open_or_make(work: &Folder) -> os::Result<File> {
    match work.create(NAME, 0o600) {
        Err(fault) if fault.is_taken() => work.read(NAME).map(|(file, _)| file),
        done => done,
    }
}
