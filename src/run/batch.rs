//! One taken file from claim to archive, by the batch protocol.

use anyhow::Result;
use serde_json::Value;

use super::about::About;
pub(super) use super::journal::due_journal;
use super::journal::{Reason, base_of, file_journal, put_away, summaries};
use super::session::Session;
use super::work::{Job, Worked};
use crate::code::Code;
use crate::inbox::{Claimed, Taken};
use crate::ledger::{Book, Folder, JournalRow};
use crate::model::Finding;
use crate::os::{is_broken, step};
use crate::outbox::answers::summary::Status;
use crate::outbox::names;
use crate::outbox::publish::{self, Plan, Published, sync_names};
use crate::site::settings::Partner;
use crate::site::work::Work;

/// How often a file that changes under the reader is begun again.
const ATTEMPTS: u32 = 5;

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

/// Names a batch by its hash and by what the journal knows of the same bytes. Those of another partner are no duplicate,
/// and yet have taken the name: both sides' answers may come to the book's owner.
pub(super) fn number(book: &Book, partner: &Partner, sha256: &str) -> Result<Naming> {
    let earlier = book.batches_with_sha(sha256)?;
    let short = &sha256[..12];
    let own = || {
        earlier
            .iter()
            .filter(|row| row.journal.partner == partner.name)
    };
    let is_duplicate = |row: &&JournalRow| row.journal.status == Status::Duplicate.as_str();
    let duplicates = own().filter(is_duplicate).count();
    if let Some(first) = own().find(|row| took(row) && !is_broken("bytes_taken_again")) {
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
        settings: shared.site.settings(),
        key: shared.site.secret().site(),
        name: &name,
        sha256: claimed.sha256(),
        bytes: claimed.bytes(),
        claimed_at: claim.claimed_at,
        business_date: claim.business_date,
        batch: &naming.batch,
        base: &base,
    };
    let job = Job {
        shown: None,
        lasting: true,
        about,
        received: &claimed.received_name(),
        formats: &formats,
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
        settings: session.shared.site.settings(),
        key: session.shared.site.secret().site(),
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
    sync_names(&claimed.work().answers()?)?;
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

/// Publishes a recorded batch: from the journal's row alone, so that a recovery does the very same.
pub(super) fn publish_row(
    session: &mut Session<'_>,
    partner: &Partner,
    row: &JournalRow,
    work: Work,
) -> Result<()> {
    let shared = session.shared;
    let settings = shared.site.settings();
    let owner = settings.owner_of(&partner.book).unwrap_or(partner);
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
    let name = format!("{}.summary.json", base_of(row));
    let texts = summaries(row)?;
    let summaries = texts.in_order().map(|(folder, text)| {
        let (outbox, mode) = place(folder);
        publish::Summary {
            name: &name,
            bytes: text.as_bytes(),
            outbox,
            mode,
        }
    });
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
        summaries: summaries.collect(),
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
    session
        .report
        .batches
        .push(serde_json::from_str(&texts.own)?);
    Ok(())
}
