//! Steps 1 and 2 of the batch protocol: a file is opened once, taken out of its owner's reach, and hashed.

use std::ffi::{OsStr, OsString};
use std::fs::File;

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};

use super::claimed::{Claimed, Finished, finish};
use super::ready::Readiness;
use super::scan::Found;
use crate::code::Code;
use crate::os::{self, Folder, Writers, step};
use crate::site::PartnerFolders;
use crate::site::settings::Partner;
use crate::site::work::{Claim, DONE, INPUT, Work};

/// The clock of a run, fixed for all that it takes.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// The instant that answers carry.
    pub now: DateTime<FixedOffset>,
    /// The date that rules are judged by.
    pub business_date: NaiveDate,
}

impl When {
    pub(super) fn claim(&self, partner: &str, name: Option<OsString>) -> Claim {
        Claim::fresh(partner, name, self.now, self.business_date)
    }
}

/// What came of taking a file.
#[derive(Debug)]
pub enum Taken {
    /// It is ours; nobody else can reach it by name.
    Claimed(Box<Claimed>),
    /// It stays where it was, to be looked at again.
    Left(Left),
}

/// Why a file was not taken now.
#[derive(Debug)]
pub enum Left {
    /// Its owner took it away.
    Gone,
    /// It is no longer what was seen, or was not complete.
    Changed,
    /// Somebody still has it open for writing.
    StillWritten,
    /// The disk has not ten times its size free.
    NoRoom {
        /// Bytes that are missing.
        missing: u64,
    },
    /// This account may not open or move it; for the operator.
    Denied(os::Error),
}

/// Takes one file that a scan found complete or to be refused. What is refused by its kind or its name is moved as
/// it is, and never opened; see [`Claimed::refused`].
pub fn claim(
    folders: &PartnerFolders,
    partner: &Partner,
    found: &Found,
    when: When,
) -> Result<Taken> {
    let (mut refused, done_file) = match &found.readiness {
        Readiness::Complete { done_file } => (None, done_file.clone()),
        Readiness::Refused { code, done_file } => (Some(*code), done_file.clone()),
        Readiness::Settling { .. }
        | Readiness::WaitingForDone { .. }
        | Readiness::SidecarMismatch { .. } => return Ok(Taken::Left(Left::Changed)),
    };
    let candidate = &found.candidate;
    let file = if is_openable(refused) {
        match open(folders, found)? {
            Ok(file) => Some(file),
            Err(left) => return Ok(Taken::Left(left)),
        }
    } else {
        None
    };
    if file.is_some() && candidate.stat.size > partner.limits.bytes {
        // Larger than may be read, so not hashed either: a sparse file of an exabyte would take years.
        refused = refused.or(Some(Code::FileTooLarge));
    }
    if refused.is_none() {
        let missing = folders.room_missing(candidate.stat.size)?;
        if missing > 0 {
            return Ok(Taken::Left(Left::NoRoom { missing }));
        }
    }
    let done_seen = match &done_file {
        Some(name) => folders.inbox.look(name)?.map(|stat| trace(&stat)),
        None => None,
    };
    let work = Work::create(
        &folders.work,
        Claim {
            done_file,
            done_seen,
            done_pattern: candidate.done_pattern.clone(),
            refused,
            ..when.claim(&partner.name, Some(candidate.name.clone()))
        },
    )?;
    if let Some(left) = take(folders, &work, found)? {
        put_back(work, &folders.inbox)?;
        return Ok(Taken::Left(left));
    }
    settle_claim(folders, work)
}

/// Hashes what was taken; what turns out not to be complete goes back.
pub(super) fn settle_claim(folders: &PartnerFolders, work: Work) -> Result<Taken> {
    let (work, left) = match finish(work)? {
        Finished::Claimed(claimed) => return Ok(Taken::Claimed(claimed)),
        Finished::StillWritten(work) => (work, Left::StillWritten),
        Finished::Changed(work) | Finished::Mismatch(work) => (work, Left::Changed),
    };
    put_back(work, &folders.inbox)?;
    Ok(Taken::Left(left))
}

/// What a done-file is known again by.
fn trace(stat: &os::Stat) -> (u64, i64, i64) {
    (stat.inode, stat.changed.0, stat.changed.1)
}

/// Whether a file with this verdict may be opened at all.
pub(super) fn is_openable(refused: Option<Code>) -> bool {
    !matches!(refused, Some(Code::NotPlainFile | Code::BadName))
}

/// Opens the file as it lies in the inbox and sees that it is what the scan saw.
fn open(folders: &PartnerFolders, found: &Found) -> Result<Result<File, Left>> {
    let candidate = &found.candidate;
    let (file, stat) = match folders.inbox.read(&candidate.name) {
        Ok(opened) => opened,
        Err(fault) if fault.is_not_found() => return Ok(Err(Left::Gone)),
        Err(fault) if fault.is_link() => return Ok(Err(Left::Changed)),
        Err(fault) if fault.is_denied() => return Ok(Err(Left::Denied(fault))),
        // A socket or device that nobody serves, put there since the scan.
        Err(_)
            if !folders
                .inbox
                .look(&candidate.name)?
                .is_some_and(|stat| stat.is_plain()) =>
        {
            return Ok(Err(Left::Changed));
        }
        Err(fault) => return Err(fault.into()),
    };
    if stat != candidate.stat || !stat.is_plain() {
        return Ok(Err(Left::Changed));
    }
    if writers(&file) == Writers::Some {
        return Ok(Err(Left::StillWritten));
    }
    Ok(Ok(file))
}

/// Whether a process writes the file; where the kernel does not say so, that is said once.
pub(super) fn writers(file: &File) -> Writers {
    static SAID: std::sync::Once = std::sync::Once::new();
    let writers = match os::writers(file) {
        Writers::Some if os::is_broken("half_written_taken") => Writers::None,
        found => found,
    };
    if writers == Writers::Unknown {
        SAID.call_once(|| {
            tracing::info!(
                "the kernel does not tell this account whether a file is still being written; quiet time and a second look decide"
            );
        });
    }
    writers
}

/// Moves the file and its done-file into the work folder. `Some`: nothing was taken.
fn take(folders: &PartnerFolders, work: &Work, found: &Found) -> Result<Option<Left>> {
    let candidate = &found.candidate;
    match folders.inbox.rename(&candidate.name, work.folder(), INPUT) {
        Ok(()) => {}
        Err(fault) if fault.is_not_found() => return Ok(Some(Left::Gone)),
        Err(fault) if fault.is_denied() => return Ok(Some(Left::Denied(fault))),
        Err(fault) => return Err(fault.into()),
    }
    step("input_taken");
    // Another file may have been put under this name since it was opened: then that one was moved.
    let moved = work.folder().look(INPUT)?;
    if !moved.is_some_and(|moved| is_seen(&moved, &candidate.stat)) {
        return Ok(Some(Left::Changed));
    }
    work.folder().sync()?;
    folders.inbox.sync()?;
    step("claim_synced");
    take_done_file(folders, work)?;
    Ok(None)
}

/// Moves the done-file along with its file, if the one that was seen is still there. Left behind, it would make the
/// next file of this name complete before it is.
pub(super) fn take_done_file(folders: &PartnerFolders, work: &Work) -> Result<()> {
    let Some(name) = &work.claim.done_file else {
        return Ok(());
    };
    let there = folders.inbox.look(name)?;
    if there.is_none() || there.as_ref().map(trace) != work.claim.done_seen {
        return Ok(());
    }
    match folders.inbox.rename(name, work.folder(), DONE) {
        Ok(()) => {}
        Err(fault) if fault.is_not_found() || fault.is_denied() => {}
        Err(fault) => return Err(fault.into()),
    }
    work.folder().sync()?;
    folders.inbox.sync()?;
    step("done_file_taken");
    Ok(())
}

/// The same file of the same kind; its change time is another, since it was moved.
fn is_seen(moved: &os::Stat, seen: &os::Stat) -> bool {
    moved.is_same_file(seen)
        && (moved.kind, moved.size, moved.modified) == (seen.kind, seen.size, seen.modified)
}

/// Puts a file that was taken back under its name, its done-file with it, and removes the work folder. Where its owner
/// has put another there in the meantime, both are kept: the file stays in its work folder, which is returned, and the
/// next recovery goes on with it. Of a batch without a file the work folder is removed.
pub fn put_back(work: Work, inbox: &Folder) -> Result<Option<Work>> {
    if let Some(name) = work.claim.name.clone()
        && !give_back(&work, INPUT, inbox, &name)?
    {
        return Ok(Some(work));
    }
    if let Some(done) = work.claim.done_file.clone()
        && !give_back(&work, DONE, inbox, &done)?
    {
        // A newer done-file stands there; it says the same.
        work.folder().remove(DONE)?;
    }
    inbox.sync()?;
    work.folder().sync()?;
    work.remove()?;
    Ok(None)
}

/// `false`: the name is taken. One that is not in the work folder counts as given back.
fn give_back(work: &Work, source: &str, inbox: &Folder, name: &OsStr) -> Result<bool> {
    match work.folder().rename(source, inbox, name) {
        Ok(()) => Ok(true),
        Err(fault) if fault.is_not_found() => Ok(true),
        Err(fault) if fault.is_taken() => Ok(false),
        Err(fault) => Err(fault.into()),
    }
}
