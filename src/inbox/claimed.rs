//! A file that was taken, until its batch is published.

use std::fs::File;
use std::io::Seek;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::ready::{is_sidecar, stated};
use super::stream::{Read, Stream};
use super::take::{Taken, is_openable, put_back, settle_claim, writers};
use crate::code::Code;
use crate::os::{self, Stat, Writers, step};
use crate::site::PartnerFolders;
use crate::site::work::{Claim, DONE, INPUT, Stage, Work};

/// A file that is ours: in its private work folder, open, and hashed.
#[derive(Debug)]
pub struct Claimed {
    work: Work,
    input: Option<Input>,
    identity: String,
}

/// The open file.
#[derive(Debug)]
struct Input {
    file: Arc<File>,
    stat: Stat,
    /// `None`: not to be read.
    sha256: Option<String>,
}

/// How long a file that was taken is waited for while somebody still writes it.
const WRITER_PAUSE: Duration = Duration::from_millis(50);
const WRITER_PAUSES: u32 = 20;
/// How often a file that changes while it is hashed is hashed again.
const HASHES: u32 = 5;

impl Claimed {
    /// The file's name for people, for answers and for the book (see [`Claim::shown_name`]).
    pub fn name(&self) -> String {
        self.work.claim.shown_name()
    }

    /// The file's name as it was dropped, for recognising its format alone.
    pub fn received_name(&self) -> String {
        self.work.claim.received_name()
    }

    /// What the claim file says: `claimed_at`, business date, the batch's name.
    pub const fn claim(&self) -> &Claim {
        &self.work.claim
    }

    /// The batch's private folder.
    pub const fn work(&self) -> &Work {
        &self.work
    }

    /// The batch's private folder, for publishing.
    pub fn into_work(self) -> Work {
        self.work
    }

    /// Why it goes into quarantine unread. `None`: it is to be read.
    pub const fn refused(&self) -> Option<Code> {
        self.work.claim.refused
    }

    /// SHA-256 of its bytes, lower-case hex. `None`: they were not read.
    pub fn sha256(&self) -> Option<&str> {
        self.input.as_ref()?.sha256.as_deref()
    }

    /// 64 hex digits that the batch is named by: the SHA-256 of its bytes, or, where they were not read, of the
    /// circumstances of its claim.
    pub fn identity(&self) -> &str {
        self.sha256().unwrap_or(&self.identity)
    }

    /// Bytes; 0 where it is no file that was opened.
    pub fn bytes(&self) -> u64 {
        self.input.as_ref().map_or(0, |input| input.stat.size)
    }

    /// How often the process died reading it.
    pub const fn deaths(&self) -> u32 {
        self.work.claim.attempts
    }

    /// Notes, durably, that reading begins: should the process die before [`Claimed::end_reading`], it counts.
    pub fn begin_reading(&mut self) -> Result<()> {
        self.work.claim.attempts += 1;
        self.work.claim.stage = Stage::Reading;
        self.work.save()?;
        step("reading_begun");
        Ok(())
    }

    /// Notes, durably, that reading has ended, well or not: deaths from here on are not the file's.
    pub fn end_reading(&mut self) -> Result<()> {
        self.work.claim.attempts = self.work.claim.attempts.saturating_sub(1);
        self.work.claim.stage = Stage::Taken;
        self.work.save()?;
        step("reading_ended");
        Ok(())
    }

    /// Notes the batch's name, durably: before the commit.
    pub fn name_batch(&mut self, batch: &str) -> Result<()> {
        self.work.name_batch(batch)
    }

    /// Its bytes from the beginning, and the hash of what is read.
    pub fn stream(&self) -> Result<(Stream, Read)> {
        let input = self.readable()?;
        Ok(Stream::over(&input.file, self.path()))
    }

    /// A handle of the file at its beginning, for a child process. It shares its position with every other such
    /// handle.
    pub fn handle(&self) -> Result<File> {
        let input = self.readable()?;
        let world = |cause| os::Error::new("read", self.path(), cause);
        let mut handle = input.file.try_clone().map_err(world)?;
        handle.rewind().map_err(world)?;
        Ok(handle)
    }

    /// Whether it is still the file that was hashed: size, times and number are as they were.
    pub fn is_unchanged(&self) -> Result<bool> {
        match &self.input {
            Some(input) => Ok(Stat::of(&input.file, &self.path())? == input.stat),
            None => Ok(true),
        }
    }

    /// Hashes it anew after it changed; the batch then starts over. Where it is still being written it goes back to
    /// the inbox, to be taken when it is complete.
    pub fn refresh(self, folders: &PartnerFolders) -> Result<Taken> {
        settle_claim(folders, self.work)
    }

    /// Puts it back into the inbox as it was; see [`put_back`].
    pub fn put_back(self, folders: &PartnerFolders) -> Result<Option<Work>> {
        put_back(self.work, &folders.inbox)
    }

    fn readable(&self) -> Result<&Input> {
        let input = self.input.as_ref().filter(|input| input.sha256.is_some());
        input.with_context(|| format!("{} is not to be read", self.path().display()))
    }

    fn path(&self) -> std::path::PathBuf {
        self.work.folder().path().join(INPUT)
    }
}

/// What came of hashing a file that was taken.
pub(super) enum Finished {
    Claimed(Box<Claimed>),
    StillWritten(Work),
    /// It does not hold still.
    Changed(Work),
    /// It does not fit its checksum.
    Mismatch(Work),
}

/// Opens what lies in a work folder, waits for its writers, and hashes it.
pub(super) fn finish(mut work: Work) -> Result<Finished> {
    let path = work.folder().path().join(INPUT);
    let identity = identity(&work.claim, work.id());
    if !is_openable(work.claim.refused) {
        let input = None;
        return Ok(Finished::Claimed(Box::new(Claimed {
            work,
            input,
            identity,
        })));
    }
    if !work
        .folder()
        .look(INPUT)?
        .is_some_and(|stat| stat.is_plain())
    {
        // Something else was put in its place, or a second name given to it, while it was taken.
        work.claim.refused = Some(Code::NotPlainFile);
        work.save()?;
        return finish(work);
    }
    let (file, mut stat) = work.folder().read(INPUT)?;
    if is_written(&file) {
        return Ok(Finished::StillWritten(work));
    }
    let mut sha256 = None;
    if work.claim.refused != Some(Code::FileTooLarge) {
        for _ in 0..HASHES {
            stat = Stat::of(&file, &path)?;
            let (hash, bytes) = os::hash(&file, &path)?;
            if bytes == stat.size && Stat::of(&file, &path)? == stat {
                sha256 = Some(hash);
                break;
            }
        }
        if sha256.is_none() {
            return Ok(Finished::Changed(work));
        }
        if !fits_sidecar(&work, sha256.as_deref())? {
            return Ok(Finished::Mismatch(work));
        }
    }
    let file = Arc::new(file);
    let input = Some(Input { file, stat, sha256 });
    Ok(Finished::Claimed(Box::new(Claimed {
        work,
        input,
        identity,
    })))
}

fn is_written(file: &File) -> bool {
    for _ in 0..WRITER_PAUSES {
        if writers(file) != Writers::Some {
            return false;
        }
        std::thread::sleep(WRITER_PAUSE);
    }
    writers(file) == Writers::Some
}

/// Whether the bytes that were hashed are those that the sidecar taken with them states. One that is refused for its
/// sidecar has nothing to fit.
fn fits_sidecar(work: &Work, sha256: Option<&str>) -> Result<bool> {
    let claim = &work.claim;
    let pattern = claim
        .done_pattern
        .as_deref()
        .filter(|pattern| is_sidecar(pattern));
    if pattern.is_none() || claim.refused.is_some() {
        return Ok(true);
    }
    match work.folder().look(DONE)? {
        None => return Ok(true),
        Some(stat) if !stat.is_plain() => return Ok(false),
        Some(_) => {}
    }
    Ok(stated(work.folder(), DONE.as_ref())?.as_deref() == sha256)
}

/// Names a batch whose bytes were not read: the same at every recovery, another at every claim.
fn identity(claim: &Claim, id: &str) -> String {
    let name = claim.name.as_deref().unwrap_or_default();
    let mut hasher = Sha256::new();
    for part in [
        b"not read".as_slice(),
        claim.partner.as_bytes(),
        name.as_encoded_bytes(),
        claim.claimed_at.to_rfc3339().as_bytes(),
        id.as_bytes(),
    ] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    os::hex(&hasher.finalize())
}
