//! The bank's files of a batch once more: the same bytes under the same names.

use anyhow::{Result, ensure};
use chrono::{DateTime, NaiveDate};

use super::{bank_files, origin, payee};
use crate::inbox;
use crate::ledger::{AnswerFile, JournalRow};
use crate::os::Folder;
use crate::outbox::answers::files::Answer;
use crate::outbox::collect::{About, ENDINGS};
use crate::outbox::publish::{self, Plan, Published, sync_names};
use crate::run::journal::{base_of, summaries};
use crate::run::session::Session;
use crate::site::settings::Partner;
use crate::site::work::Work;

impl Session<'_> {
    /// Writes the bank's files of a batch again, where they are gone. `number`: which of that day's batches it is.
    pub(super) fn repeat(
        &mut self,
        owner: &Partner,
        until: NaiveDate,
        number: u64,
        row: &JournalRow,
    ) -> Result<()> {
        let payee = payee(owner)?;
        let about = About {
            payee: &payee,
            batch: &row.journal.batch,
            origin: origin(&owner.book, until, number),
            at: DateTime::parse_from_rfc3339(&row.journal.claimed_at)?,
        };
        let folders = &self.shared.folders[&owner.name];
        let work = inbox::without_file(folders, &owner.name, self.when())?;
        let answers = work.fresh_answers()?;
        let files = bank_files(self.book()?, Some(row), &answers, &base_of(row), about)?;
        sync_names(&answers)?;
        let of_bank = |name: &str| ENDINGS.iter().any(|ending| name.ends_with(ending));
        let recorded = row.journal.answers.iter();
        let recorded: Vec<&AnswerFile> = recorded.filter(|one| of_bank(&one.name)).collect();
        if are_same(&recorded, &files) {
            self.put_out_again(owner, row, &recorded, work)?;
        } else {
            work.remove()?;
            all_are_there(&recorded, &folders.outbox)?;
        }
        let own = summaries(row)?.own;
        self.report.batches.push(serde_json::from_str(&own)?);
        Ok(())
    }

    /// Publishes files that were made again, and the summary. What stands in the outbox already stays.
    fn put_out_again(
        &mut self,
        owner: &Partner,
        row: &JournalRow,
        recorded: &[&AnswerFile],
        work: Work,
    ) -> Result<()> {
        let shared = self.shared;
        let (outbox, mode) = (&shared.folders[&owner.name].outbox, owner.answers.mode);
        let name = format!("{}.summary.json", base_of(row));
        let own = summaries(row)?.own;
        let answers = recorded.iter().map(|answer| publish::Answer {
            source: &answer.name,
            name: &answer.name,
            sha256: &answer.sha256,
            outbox,
            mode,
        });
        let plan = Plan {
            answers: answers.collect(),
            summaries: vec![publish::Summary {
                name: &name,
                bytes: own.as_bytes(),
                outbox,
                mode,
            }],
            input: None,
        };
        if let Published::Stopped(why) = publish::publish(&shared.root, work, &plan)? {
            self.book()?.stop(&owner.name, &why)?;
            let warning = format!("{} is stopped: {why}", owner.name);
            self.report.warnings.push(warning);
        }
        Ok(())
    }
}

fn are_same(recorded: &[&AnswerFile], files: &[Answer]) -> bool {
    let same =
        |(old, new): (&&AnswerFile, &Answer)| old.name == new.name && old.sha256 == new.sha256;
    recorded.len() == files.len() && recorded.iter().zip(files).all(same)
}

/// What cannot be made again as it was must not be gone.
fn all_are_there(recorded: &[&AnswerFile], outbox: &Folder) -> Result<()> {
    for answer in recorded {
        ensure!(
            outbox.look(&answer.name)?.is_some(),
            "{} is gone from {} and cannot be written again as it was: the profile or the key has changed since (bring \
             back what they were), or details of it were purged",
            answer.name,
            outbox.path().display()
        );
    }
    Ok(())
}
