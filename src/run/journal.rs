//! What the journal keeps of a batch, and what is told again from it.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::work::Worked;
use crate::ledger::{AnswerFile, Folder, Journal, JournalRow};
use crate::outbox::answers::files::Answer;
use crate::outbox::answers::summary::{Status, Summary};
use crate::outbox::names;
use crate::outbox::publish::{self, PutAway};
use crate::site::settings::{Partner, Role, Settings};

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
    let insurer = partner.role == Role::Insurer && settings.owner_of(&partner.book).is_some();
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
    made_journal(summary, settings, None)
}

/// The journal of a batch that the site made itself; `name`: what its answers' names begin with, where that is not the day
/// that it fell due on.
pub(super) fn made_journal(
    summary: &Summary,
    settings: &Settings,
    name: Option<&str>,
) -> Result<Journal> {
    Ok(Journal {
        batch: summary.batch.clone(),
        partner: summary.partner.clone(),
        role: "partner".to_owned(),
        file: name.map(str::to_owned),
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

/// Where the input of a recorded batch goes: `path` is in the archive or in quarantine.
pub(super) fn put_away<'r>(
    row: &'r JournalRow,
    path: &'r str,
    reason: Option<&'r Reason>,
) -> PutAway<'r> {
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

/// The summaries of a batch.
pub(super) struct Summaries {
    /// For the book's owner, where another party's batch has answers for it.
    owner: Option<String>,
    /// For the batch's own partner.
    pub(super) own: String,
}

impl Summaries {
    /// As they are published: the partner's own is the last.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (Folder, &str)> {
        let owner = self.owner.iter().map(|text| (Folder::Owner, text.as_str()));
        owner.chain([(Folder::Own, self.own.as_str())])
    }
}

/// The summaries of a recorded batch, from the journal's row alone.
pub(super) fn summaries(row: &JournalRow) -> Result<Summaries> {
    let mut answers = row.journal.answers.iter();
    let for_owner = answers.any(|answer| answer.folder == Folder::Owner);
    Ok(Summaries {
        owner: for_owner
            .then(|| summary_text(row, Some(Folder::Owner)))
            .transpose()?,
        own: summary_text(row, None)?,
    })
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
