//! What earlier runs left in hand, and what is taken again.

use std::fs::File;
use std::io::Write;

use anyhow::{Context, Result, ensure};

use super::claimed::{Claimed, Finished, finish};
use super::take::{When, put_back, take_done_file};
use crate::code::Code;
use crate::os::{self, step};
use crate::site::settings::Partner;
use crate::site::work::{Claim, INPUT, Stage, Work};
use crate::site::{PartnerFolders, Site};

/// What a partner's work folder holds of earlier runs.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Files that were taken and perhaps recorded: where [`Claim::batch`] names a batch that the ledger has, publish
    /// that ([`Claimed::into_work`]); else they start over, before all that is due and new.
    pub claims: Vec<Claimed>,
    /// Batches whose publishing had begun, and batches without a file: publish those that the ledger has, give the
    /// others up ([`put_back`]).
    pub works: Vec<Work>,
    /// Files that somebody still writes although they were taken, and under whose name another was dropped: kept for
    /// the next recovery, and to be told.
    pub waiting: Vec<Work>,
}

/// Finds what earlier runs of this partner took and did not finish. Call it with the site's lock held. A file that is
/// still being written goes back to the inbox.
pub fn recover(folders: &PartnerFolders) -> Result<Recovered> {
    let mut recovered = Recovered::default();
    for work in Work::all(&folders.work)? {
        if work.claim.stage == Stage::Publishing || work.claim.name.is_none() {
            recovered.works.push(work);
            continue;
        }
        if work.folder().look(INPUT)?.is_none() {
            // The file was never taken, or was given back already.
            put_back(work, &folders.inbox)?;
            continue;
        }
        // Its name may not be durable yet where the process died right behind the rename.
        work.folder().sync()?;
        folders.inbox.sync()?;
        take_done_file(folders, &work)?;
        recover_file(folders, work, &mut recovered)?;
    }
    Ok(recovered)
}

fn recover_file(folders: &PartnerFolders, work: Work, recovered: &mut Recovered) -> Result<()> {
    let recorded = work.claim.batch.is_some();
    let finished = finish(work)?;
    let misfit = matches!(finished, Finished::Mismatch(_));
    let work = match finished {
        Finished::Claimed(claimed) => {
            recovered.claims.push(*claimed);
            return Ok(());
        }
        Finished::StillWritten(work) | Finished::Changed(work) | Finished::Mismatch(work) => work,
    };
    if recorded {
        // It may stand in the ledger, so it cannot simply go back.
        recovered.works.push(work);
        return Ok(());
    }
    let Some(mut kept) = put_back(work, &folders.inbox)? else {
        return Ok(());
    };
    if !misfit {
        recovered.waiting.push(kept);
        return Ok(());
    }
    // Its owner has replaced it already: nothing more can come that would make it fit.
    kept.claim.refused = Some(Code::Sidecar);
    kept.save()?;
    match finish(kept)? {
        Finished::Claimed(claimed) => recovered.claims.push(*claimed),
        Finished::StillWritten(work) | Finished::Changed(work) | Finished::Mismatch(work) => {
            recovered.waiting.push(work);
        }
    }
    Ok(())
}

/// Takes a file from the archive or from quarantine again, as a fresh claim of a copy: what was put away stays, since
/// the journal refers to it. `path` is as the journal has it, from the site's folder; `name` as it was dropped.
pub fn retry(
    site: &Site,
    folders: &PartnerFolders,
    partner: &Partner,
    path: &str,
    name: &str,
    when: When,
) -> Result<Claimed> {
    let (source, bytes) = open_put_away(site, path)?;
    let missing = folders.room_missing(bytes)?;
    ensure!(
        missing == 0,
        "{path}: {missing} bytes more must be free on the disk"
    );
    let work = Work::create(
        &folders.work,
        Claim {
            refused: (bytes > partner.limits.bytes).then_some(Code::FileTooLarge),
            ..when.claim(&partner.name, Some(name.into()))
        },
    )?;
    copy(&source, path, &work)?;
    match finish(work)? {
        Finished::Claimed(claimed) => Ok(*claimed),
        Finished::StillWritten(_) | Finished::Changed(_) | Finished::Mismatch(_) => {
            anyhow::bail!("{path}: the copy changed while it was hashed")
        }
    }
}

fn open_put_away(site: &Site, path: &str) -> Result<(File, u64)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts
        .pop()
        .filter(|_| matches!(parts.first(), Some(&("archive" | "quarantine"))));
    let name =
        name.with_context(|| format!("{path} is neither in the archive nor in quarantine"))?;
    let mut folder = site.folder()?;
    for part in parts {
        folder = folder.folder(part)?;
    }
    let (file, stat) = folder.read(name)?;
    ensure!(
        stat.is_plain(),
        "{path} is no plain file; it cannot be read"
    );
    Ok((file, stat.size))
}

/// Copies aside first: under the input's name stands a whole file or none.
fn copy(mut source: &File, from: &str, work: &Work) -> Result<()> {
    const ASIDE: &str = "input.new";
    let path = work.folder().path().join(ASIDE);
    let mut file = work.folder().create(ASIDE, 0o600)?;
    std::io::copy(&mut source, &mut file).with_context(|| format!("cannot copy {from}"))?;
    file.flush()
        .with_context(|| format!("cannot copy {from}"))?;
    os::sync(&file, &path)?;
    drop(file);
    work.folder().rename(ASIDE, work.folder(), INPUT)?;
    work.folder().sync()?;
    step("retry_copied");
    Ok(())
}

/// Makes a private folder for a batch without a file, such as what falls due.
pub fn without_file(folders: &PartnerFolders, partner: &str, when: When) -> Result<Work> {
    Work::create(&folders.work, when.claim(partner, None))
}
