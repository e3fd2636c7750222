//! One taken file from claim to archive, by the batch protocol.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::session::Session;
use super::work::{About, Job, Worked};
use crate::code::Code;
use crate::inbox::{Claimed, Taken};
use crate::ledger::{AnswerFile, Book, Folder, Journal, JournalRow};
use crate::model::Finding;
use crate::os::step;
use crate::outbox::answers::files::Answer;
use crate::outbox::answers::summary::{Status, Summary};
use crate::outbox::names;
use crate::outbox::publish::{self, Plan, Published, PutAway, sync_all};
use crate::site::settings::{Partner, Role, Settings};
use crate::site::work::Work;

/// How often a file that changes under the reader is begun again.
const ATTEMPTS: u32 = 5;

/// The partner that a book belongs to: the one it is named for, else the first whose own feed goes there.
pub(super) fn owner_of<'s>(settings: &'s Settings, book: &str) -> Option<&'s Partner> {
    let own = settings
        .partners
        .get(book)
        .filter(|partner| partner.book == book);
    own.or_else(|| {
        settings
            .partners
            .values()
            .find(|partner| partner.book == book && partner.role == Role::Partner)
    })
}

/// Takes a claimed file through reading, deciding, recording and publishing.
pub(super) fn run<'a>(
    session: &mut Session<'a>,
    partner: &'a Partner,
    mut claimed: Claimed,
) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let naming = number(session.book()?, partner, claimed.identity())?;
        let worked = match unread(session, partner, &claimed)? {
            Some(finding) => quarantine(session, partner, &claimed, &naming, finding)?,
            None => read(session, partner, &mut claimed, &naming)?,
        };
        step("answers_written");
        if worked.same_bytes && claimed.is_unchanged()? {
            return record(session, partner, claimed, &naming, &worked);
        }
        session.book()?.rollback()?;
        match claimed.refresh(&session.shared.folders[&partner.name])? {
            Taken::Claimed(again) => claimed = *again,
            Taken::Left(left) => {
                session.left(partner, "a file that was being read".to_owned(), &left);
                return Ok(());
            }
        }
    }
    let file = claimed.name();
    claimed.put_back(&session.shared.folders[&partner.name])?;
    session.left(partner, file, &crate::inbox::Left::Changed);
    Ok(())
}

/// A batch's id, and what came of the same bytes before.
pub(super) struct Naming {
    /// First 12 hex digits, with `.r<n>` or `.dup<n>`.
    pub(super) batch: String,
    /// The batch that took these bytes.
    pub(super) duplicate_of: Option<String>,
}

/// Names a batch by its hash and by what the journal knows of the same bytes.
pub(super) fn number(book: &Book, partner: &Partner, sha256: &str) -> Result<Naming> {
    let earlier = book.batches_with_sha(&partner.name, sha256)?;
    let short = &sha256[..12];
    let is_duplicate = |row: &&JournalRow| row.journal.status == Status::Duplicate.as_str();
    let duplicates = earlier.iter().filter(is_duplicate).count();
    if let Some(first) = earlier.iter().find(|row| took(row)) {
        let batch = format!("{short}.dup{}", duplicates + 1);
        return Ok(Naming {
            batch,
            duplicate_of: Some(first.journal.batch.clone()),
        });
    }
    let batch = match earlier.len() {
        0 => short.to_owned(),
        tries => format!("{short}.r{}", tries + 1),
    };
    Ok(Naming {
        batch,
        duplicate_of: None,
    })
}

/// Whether a batch of the journal took its file's records: then the same bytes are a duplicate.
fn took(row: &JournalRow) -> bool {
    let summary: Value = serde_json::from_str(&row.journal.summary).unwrap_or_default();
    let status = row.journal.status.as_str();
    let applied = status == Status::Accepted.as_str() || status == Status::Partial.as_str();
    applied
        && summary["counts"]["records"]
            .as_u64()
            .is_some_and(|records| records > 0)
}

/// Why a file is not to be read at all.
fn unread(session: &Session<'_>, partner: &Partner, claimed: &Claimed) -> Result<Option<Finding>> {
    if let Some(code) = claimed.refused() {
        return Ok(Some(Finding::new(code)));
    }
    let limit = session.shared.site.settings().attempts;
    if claimed.deaths() < limit {
        return Ok(None);
    }
    // The last try is the child's: if it lives, the file is not what killed the process, and it is read once more.
    if claimed.deaths() == limit && super::alone::survives(session.shared.site, partner, claimed)? {
        return Ok(None);
    }
    let message = format!(
        "the program died {} times while it read this file",
        claimed.deaths()
    );
    Ok(Some(Finding::new(Code::DiedReading).saying(message)))
}

fn read(
    session: &mut Session<'_>,
    partner: &Partner,
    claimed: &mut Claimed,
    naming: &Naming,
) -> Result<Worked> {
    let folder = claimed.work().fresh_answers()?;
    claimed.begin_reading()?;
    let shared = session.shared;
    let formats = session.formats(partner);
    let (name, path) = (claimed.name(), claimed.work().folder().path().join("input"));
    let file = claimed.handle()?.into();
    let base = format!("{}.{}", names::stem(&name), naming.batch);
    let claim = claimed.claim();
    let about = About {
        partner,
        base_url: shared.site.settings().base_url.as_deref(),
        name: &name,
        sha256: claimed.sha256(),
        bytes: claimed.bytes(),
        claimed_at: claim.claimed_at,
        business_date: claim.business_date,
        batch: &naming.batch,
        base: &base,
    };
    let job = Job {
        about,
        formats: &formats,
        products: &shared.site.settings().products,
        file: &file,
        path: &path,
        duplicate_of: naming.duplicate_of.as_deref(),
        progress: &|records| (shared.progress)(&partner.name, &name, records),
    };
    let book_path = shared.site.book(session.name);
    let committed = || Book::open_read(&book_path, shared.site.secret().site());
    let worked = job.work(session.book()?, &folder, &committed);
    if worked.is_err() {
        session.book()?.rollback()?;
    }
    claimed.end_reading()?;
    worked
}

fn quarantine(
    session: &mut Session<'_>,
    partner: &Partner,
    claimed: &Claimed,
    naming: &Naming,
    finding: Finding,
) -> Result<Worked> {
    let folder = claimed.work().fresh_answers()?;
    let name = claimed.name();
    let base = format!("{}.{}", names::stem(&name), naming.batch);
    let claim = claimed.claim();
    let about = About {
        partner,
        base_url: session.shared.site.settings().base_url.as_deref(),
        name: &name,
        sha256: claimed.sha256(),
        bytes: claimed.bytes(),
        claimed_at: claim.claimed_at,
        business_date: claim.business_date,
        batch: &naming.batch,
        base: &base,
    };
    about.quarantine(session.book()?, &folder, None, finding)
}

/// Commits the batch and publishes it.
fn record<'a>(
    session: &mut Session<'a>,
    partner: &'a Partner,
    mut claimed: Claimed,
    naming: &Naming,
    worked: &Worked,
) -> Result<()> {
    sync_all(&claimed.work().answers()?)?;
    let (name, settings) = (claimed.name(), session.shared.site.settings());
    let journal = file_journal(
        settings,
        partner,
        &name,
        claimed.identity(),
        claimed.bytes(),
        worked,
    )?;
    claimed.name_batch(&naming.batch)?;
    step("before_commit");
    let row = session.book()?.commit(&journal)?;
    step("after_commit");
    publish_row(session, partner, &row, claimed.into_work())
}

/// Why a batch was quarantined or refused, as the journal keeps it: enough to write the reason file again.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reason {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) hint: String,
    pub(super) place: String,
}

/// The journal of a file: what is kept of it for good.
pub(super) fn file_journal(
    settings: &Settings,
    partner: &Partner,
    name: &str,
    identity: &str,
    bytes: u64,
    worked: &Worked,
) -> Result<Journal> {
    let mut summary = worked.summary.clone();
    let mut answers = Vec::new();
    let insurer = partner.role == Role::Insurer && owner_of(settings, &partner.book).is_some();
    summary.answers.retain(|answer| {
        let folder = if insurer && answer.name.ends_with(".events.ndjson") {
            Folder::Owner
        } else {
            Folder::Own
        };
        answers.push(listed(answer, folder));
        folder == Folder::Own
    });
    let reason = worked.reason.as_ref().map(|finding| Reason {
        code: finding.code.as_str().to_owned(),
        message: finding.message.to_string(),
        hint: finding.hint.to_string(),
        place: finding.place.to_string(),
    });
    let (date, batch) = (summary.business_date, &summary.batch);
    let archive = if summary.status == Status::Quarantined {
        names::quarantined(&partner.name, name, batch)
    } else {
        names::archived(&partner.name, date, name, batch)
    };
    Ok(Journal {
        batch: batch.clone(),
        partner: partner.name.clone(),
        role: if partner.role == Role::Insurer {
            "insurer"
        } else {
            "partner"
        }
        .to_owned(),
        file: Some(name.to_owned()),
        sha256: Some(identity.to_owned()),
        bytes: Some(bytes),
        format: summary.format.clone(),
        format_hash: Some(worked.format_hash.clone()).filter(|hash| !hash.is_empty()),
        settings_hash: settings.hash.clone(),
        rules: env!("CARGO_PKG_VERSION").to_owned(),
        business_date: date,
        status: summary.status.as_str().to_owned(),
        duplicate_of: summary.duplicate_of.clone(),
        reason: reason.as_ref().map(serde_json::to_string).transpose()?,
        claimed_at: summary.claimed_at.clone(),
        archive: Some(archive),
        summary: serde_json::to_string(&summary)?,
        answers,
    })
}

/// The journal of what fell due.
pub(super) fn due_journal(summary: &Summary, settings: &Settings) -> Result<Journal> {
    Ok(Journal {
        batch: summary.batch.clone(),
        partner: summary.partner.clone(),
        role: "partner".to_owned(),
        file: None,
        sha256: None,
        bytes: None,
        format: None,
        format_hash: None,
        settings_hash: settings.hash.clone(),
        rules: env!("CARGO_PKG_VERSION").to_owned(),
        business_date: summary.business_date,
        status: summary.status.as_str().to_owned(),
        duplicate_of: None,
        reason: None,
        claimed_at: summary.claimed_at.clone(),
        archive: None,
        summary: serde_json::to_string(summary)?,
        answers: summary
            .answers
            .iter()
            .map(|answer| listed(answer, Folder::Own))
            .collect(),
    })
}

fn listed(answer: &Answer, folder: Folder) -> AnswerFile {
    AnswerFile {
        folder,
        name: answer.name.clone(),
        sha256: answer.sha256.clone(),
        bytes: answer.bytes,
    }
}

/// Publishes a recorded batch: from the journal's row alone, so that a recovery does the very same.
pub(super) fn publish_row(
    session: &mut Session<'_>,
    partner: &Partner,
    row: &JournalRow,
    work: Work,
) -> Result<()> {
    let shared = session.shared;
    let settings = shared.site.settings();
    let owner = owner_of(settings, &partner.book).unwrap_or(partner);
    let place = |folder: Folder| match folder {
        Folder::Own => (&shared.folders[&partner.name].outbox, partner.answers.mode),
        Folder::Owner => (&shared.folders[&owner.name].outbox, owner.answers.mode),
    };
    let answers = row.journal.answers.iter().map(|answer| {
        let (outbox, mode) = place(answer.folder);
        publish::Answer {
            source: &answer.name,
            name: &answer.name,
            sha256: &answer.sha256,
            outbox,
            mode,
        }
    });
    let base = base_of(row);
    let name = format!("{base}.summary.json");
    let own = summary_text(row, None)?;
    let for_owner = row
        .journal
        .answers
        .iter()
        .any(|answer| answer.folder == Folder::Owner);
    let owners = summary_text(row, Some(Folder::Owner))?;
    let mut summaries = Vec::new();
    for (text, folder) in [(&owners, Folder::Owner), (&own, Folder::Own)] {
        if folder == Folder::Own || for_owner {
            let (outbox, mode) = place(folder);
            summaries.push(publish::Summary {
                name: &name,
                bytes: text.as_bytes(),
                outbox,
                mode,
            });
        }
    }
    let reason: Option<Reason> = row
        .journal
        .reason
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?;
    let input = row
        .journal
        .archive
        .as_deref()
        .map(|path| put_away(row, path, reason.as_ref()));
    let plan = Plan {
        answers: answers.collect(),
        summaries,
        input,
    };
    match publish::publish(&shared.root, work, &plan)? {
        Published::Done => {
            session.book()?.mark_published(row.id)?;
            step("marked_published");
        }
        Published::Stopped(why) => {
            session.book()?.stop(&partner.name, &why)?;
            session
                .report
                .warnings
                .push(format!("{} is stopped: {why}", partner.name));
        }
    }
    session.report.batches.push(serde_json::from_str(&own)?);
    Ok(())
}

fn put_away<'r>(row: &'r JournalRow, path: &'r str, reason: Option<&'r Reason>) -> PutAway<'r> {
    let journal = &row.journal;
    match reason {
        Some(reason) if path.starts_with("quarantine/") => PutAway::Quarantine(
            path,
            publish::Reason {
                batch: &journal.batch,
                partner: &journal.partner,
                file: journal.file.as_deref().unwrap_or(""),
                sha256: journal.sha256.as_deref(),
                code: &reason.code,
                message: &reason.message,
                hint: &reason.hint,
                place: &reason.place,
                claimed_at: &journal.claimed_at,
            },
        ),
        _ => PutAway::Archive(path),
    }
}

/// What the names of a batch's answers begin with.
pub(super) fn base_of(row: &JournalRow) -> String {
    let journal = &row.journal;
    match &journal.file {
        Some(file) => format!("{}.{}", names::stem(file), journal.batch),
        None => format!("due-{}.{}", journal.business_date, journal.batch),
    }
}

/// summary.json from the journal's row: with the answers beside it, and the chain.
fn summary_text(row: &JournalRow, only: Option<Folder>) -> Result<String> {
    let mut text = row.journal.summary.clone();
    if let Some(folder) = only {
        let mut summary: Summary = serde_json::from_str(&text)?;
        let theirs = row
            .journal
            .answers
            .iter()
            .filter(|answer| answer.folder == folder);
        summary.answers = theirs
            .map(|a| Answer {
                name: a.name.clone(),
                sha256: a.sha256.clone(),
                bytes: a.bytes,
            })
            .collect();
        text = serde_json::to_string(&summary)?;
    }
    ensure!(
        !text.is_empty(),
        "{}: the journal has no summary",
        row.journal.batch
    );
    let hex = crate::os::hex;
    Summary::with_chain(&text, &hex(&row.chain.previous), &hex(&row.chain.this))
}
