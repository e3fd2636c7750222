//! Step 6 of the batch protocol: what was recorded goes out, and the input is put away.
//!
//! Everything here is done again by a run that finds the batch recorded and not marked as published, so each action
//! first sees whether it was done: what is gone from the private folder was published, and where it is gone from the
//! outbox too, its receiver collected it. Nothing is ever made again, and nothing replaced.

#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::names;
use crate::os::{self, Folder, Stat, step};
use crate::site::work::{DONE, INPUT, Stage, Work};

/// What is to be published of one batch. The same for a first try and after any crash.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Every answer but the summaries.
    pub answers: Vec<Answer<'a>>,
    /// The summaries: written and published last, so that their presence says that the rest is there.
    pub summaries: Vec<Summary<'a>>,
    /// Where the input goes; `None`: the batch had none.
    pub input: Option<PutAway<'a>>,
}

/// One answer, written and synced in the batch's private folder before the commit.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Its name in the private folder.
    pub source: &'a str,
    /// Its name in the outbox.
    pub name: &'a str,
    /// SHA-256, lower-case hex, as the journal has it.
    pub sha256: &'a str,
    /// Where it goes.
    pub outbox: &'a Folder,
    /// Its permission bits there.
    pub mode: u32,
}

/// One summary.json, made of the journal's row after the commit.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Its name in the outbox.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Where it goes.
    pub outbox: &'a Folder,
    /// Its permission bits there.
    pub mode: u32,
}

/// Where an input goes, as paths from the site's folder.
#[derive(Debug)]
pub enum PutAway<'a> {
    /// Into the archive (see [`names::archived`]).
    Archive(&'a str),
    /// Into quarantine (see [`names::quarantined`]), with a file beside it that says why.
    Quarantine(&'a str, Reason<'a>),
}

/// Why a file is in quarantine: `<file>.reason.json`.
#[derive(Debug, Serialize)]
pub struct Reason<'a> {
    /// The batch's name.
    pub batch: &'a str,
    /// Whose file it is.
    pub partner: &'a str,
    /// Its name as it was dropped.
    pub file: &'a str,
    /// SHA-256 of its bytes, where they were read.
    pub sha256: Option<&'a str>,
    /// The finding's code.
    pub code: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// What the sender can do.
    pub hint: &'a str,
    /// Where in the file; blank: as a whole.
    pub place: &'a str,
    /// When it was taken, with offset.
    pub claimed_at: &'a str,
}

/// Longest name that file systems take, in bytes.
const NAME_MAX: usize = 255;

/// What came of publishing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// All is out and put away; the work folder is gone.
    Done,
    /// Under a name of ours stands something else: the partner is to be stopped, and this told. What is not yet out
    /// stays in the work folder, and goes out by the same plan after `sluss resume`.
    Stopped(String),
}

/// Publishes a recorded batch. `site` is the site's folder.
pub fn publish(site: &Folder, mut work: Work, plan: &Plan<'_>) -> Result<Published> {
    let answers = work.answers()?;
    begin(&mut work, &answers, plan)?;
    for answer in &plan.answers {
        if let Some(stop) = put_out(&answers, answer)? {
            return Ok(Published::Stopped(stop));
        }
        step("answer_published");
    }
    let mut synced: Vec<&Path> = Vec::new();
    for folder in plan.answers.iter().map(|answer| answer.outbox) {
        if !synced.contains(&folder.path()) {
            folder.sync()?;
            synced.push(folder.path());
        }
    }
    step("answers_published");
    for (number, summary) in plan.summaries.iter().enumerate() {
        let answer = Answer {
            source: &summary_source(number),
            name: summary.name,
            sha256: &hash(summary.bytes),
            outbox: summary.outbox,
            mode: summary.mode,
        };
        if let Some(stop) = put_out(&answers, &answer)? {
            return Ok(Published::Stopped(stop));
        }
        summary.outbox.sync()?;
        step("summary_published");
    }
    if let Some(stop) = put_input_away(site, &work, plan.input.as_ref())? {
        return Ok(Published::Stopped(stop));
    }
    work.remove()?;
    Ok(Published::Done)
}

/// Makes the names of a private folder's files durable: before the commit. Each file was synced by whoever wrote it.
pub fn sync_names(answers: &Folder) -> Result<()> {
    answers.sync()?;
    step("answers_synced");
    Ok(())
}

/// Writes the summaries, and only then notes that publishing has begun: from there on a summary that is not in the
/// private folder is one that went out.
fn begin(work: &mut Work, answers: &Folder, plan: &Plan<'_>) -> Result<()> {
    if work.claim.stage == Stage::Publishing {
        return Ok(());
    }
    for answer in &plan.answers {
        // Nothing of this batch was ever out: what is not here was lost, not collected.
        let path = answers.path().join(answer.source);
        let found = answers.look(answer.source)?;
        ensure!(found.is_some(), "the answer {} is gone", path.display());
    }
    for (number, summary) in plan.summaries.iter().enumerate() {
        answers.write(summary_source(number), 0o600, summary.bytes)?;
    }
    step("summary_written");
    work.claim.stage = Stage::Publishing;
    work.save()?;
    step("publishing_begun");
    Ok(())
}

fn summary_source(number: usize) -> String {
    format!("summary-{number}.json")
}

/// Moves one answer out. `Some`: why the partner must be stopped.
fn put_out(answers: &Folder, answer: &Answer<'_>) -> Result<Option<String>> {
    if answers.look(answer.source)?.is_some() {
        dress(answers, answer)?;
        match answers.rename(answer.source, answer.outbox, answer.name) {
            Ok(()) => return Ok(None),
            Err(fault) if fault.is_taken() => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    let stands = match hash_of(answer.outbox, answer.name)? {
        Standing::Nothing => return Ok(None),
        Standing::File(sha256) => sha256 == answer.sha256,
        Standing::Other => false,
    };
    if !stands {
        let path = answer.outbox.path().join(answer.name);
        return Ok(Some(format!(
            "{} is not what was written for this name; move it away, then `sluss resume` the partner",
            path.display()
        )));
    }
    // Out already, by a rename that was made durable or by this very content: the private one is not needed.
    answers.remove(answer.source)?;
    Ok(None)
}

/// Gives an answer the mode and the group that its receiver needs, before it can be seen.
fn dress(answers: &Folder, answer: &Answer<'_>) -> Result<()> {
    let (file, stat) = answers.read(answer.source)?;
    let path = answers.path().join(answer.source);
    ensure!(
        stat.is_plain(),
        "{} is no plain file of ours",
        path.display()
    );
    let group = answer.outbox.stat()?.group;
    if stat.group != group && !os::set_group(&file, group, &path)? {
        tracing::warn!(
            file = answer.name,
            group,
            "the answer keeps its own group: this account is not in the outbox's"
        );
    }
    os::set_mode(&file, answer.mode, &path)?;
    Ok(())
}

/// What stands under a name.
enum Standing {
    Nothing,
    File(String),
    Other,
}

fn hash_of(folder: &Folder, name: &str) -> Result<Standing> {
    let (file, stat) = match folder.read(name) {
        Ok(opened) => opened,
        Err(fault) if fault.is_not_found() => return Ok(Standing::Nothing),
        Err(fault) if fault.is_link() => return Ok(Standing::Other),
        Err(fault) => return Err(fault.into()),
    };
    // A second name (a hard link) is of no matter here: the content decides.
    if stat.kind != os::Kind::Plain {
        return Ok(Standing::Other);
    }
    let (sha256, _) = os::hash(&file, &folder.path().join(name))?;
    Ok(Standing::File(sha256))
}

fn hash(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    os::hex(&Sha256::digest(bytes))
}

/// Puts the input and its done-file where they stay. `Some`: why the partner must be stopped.
fn put_input_away(site: &Folder, work: &Work, to: Option<&PutAway<'_>>) -> Result<Option<String>> {
    let Some(to) = to else {
        return Ok(None);
    };
    let (PutAway::Archive(path) | PutAway::Quarantine(path, _)) = to;
    let (folders, name) =
        names::folders_and_name(path).with_context(|| format!("{path} is no path of a file"))?;
    let mut folder = site.try_clone()?;
    for part in folders {
        folder = folder.ensure(part, 0o700)?;
    }
    if let PutAway::Quarantine(_, reason) = to {
        let text = serde_json::to_vec_pretty(reason).context("a reason is always JSON")?;
        folder.write(format!("{name}.reason.json"), 0o600, &text)?;
        step("reason_written");
    }
    if let Some(stop) = put_file_away(work, INPUT, &folder, name)? {
        return Ok(Some(stop));
    }
    step("input_put_away");
    let pattern = work.claim.done_pattern.as_deref();
    let done = pattern.map(|pattern| pattern.replace("{name}", name));
    // A format's pattern may be of any length; a name is not.
    let done = done.filter(|done| done.len() <= NAME_MAX);
    let done = done.unwrap_or_else(|| format!("{name}.done"));
    if let Some(stop) = put_file_away(work, DONE, &folder, &done)? {
        return Ok(Some(stop));
    }
    step("done_file_put_away");
    Ok(None)
}

fn put_file_away(work: &Work, source: &str, to: &Folder, name: &str) -> Result<Option<String>> {
    let Some(stat) = work.folder().look(source)? else {
        return Ok(None);
    };
    match work.folder().rename(source, to, name) {
        Ok(()) => {
            to.sync()?;
            work.folder().sync()?;
            close_to_others(to, name, &stat)?;
            return Ok(None);
        }
        Err(fault) if fault.is_taken() => {}
        Err(fault) => return Err(fault.into()),
    }
    // The same content may stand there from before a ledger was brought back from a copy.
    let same = match (hash_of(work.folder(), source)?, hash_of(to, name)?) {
        (Standing::File(ours), Standing::File(theirs)) => ours == theirs,
        _ => false,
    };
    if !same {
        let path = to.path().join(name);
        return Ok(Some(format!(
            "{} is taken by another file; move it away, then `sluss resume` the partner",
            path.display()
        )));
    }
    work.folder().remove(source)?;
    work.folder().sync()?;
    Ok(None)
}

/// Makes a file that was put away ours alone, where this account may; its folder is closed to others in any case.
fn close_to_others(folder: &Folder, name: &str, stat: &Stat) -> Result<()> {
    if !stat.is_plain() || stat.mode == 0o600 {
        return Ok(());
    }
    let (file, _) = match folder.read(name) {
        Err(fault) if fault.is_denied() => return Ok(()),
        done => done?,
    };
    match os::set_mode(&file, 0o600, &folder.path().join(name)) {
        Err(fault) if !fault.is_denied() => Err(fault.into()),
        _ => Ok(()),
    }
}
