//! One book's part of a run: what an earlier run left, what is due, and its partners' files, one batch after another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use chrono::NaiveDate;

use super::age;
use super::batch::{due_journal, publish_row};
use super::due::DueDay;
use super::purge;
use super::report::{Report, Waiting};
use crate::check::hide_name;
use crate::format::{Complete, Format};
use crate::inbox::{self, Claimed, Left, Named, Naming, Readiness, Sidecars, Taken, When};
use crate::ledger::{Book, PURGE};
use crate::os::{Folder, is_broken, step};
use crate::outbox::publish::sync_names;
use crate::site::settings::{Partner, Role};
use crate::site::work::Work;
use crate::site::{PartnerFolders, Site};

/// What all books of a run share.
pub(super) struct Shared<'a> {
    /// The site.
    pub(super) site: &'a Site,
    /// Its folder.
    pub(super) root: Folder,
    /// Folders by partner.
    pub(super) folders: &'a BTreeMap<String, PartnerFolders>,
    /// Formats by id.
    pub(super) formats: &'a BTreeMap<String, Arc<Format>>,
    /// Only this partner's files, if one is named.
    pub(super) partner: Option<&'a str>,
    /// Whether the run is to stop after the batch in hand.
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
    /// Told which file is in hand, and how many of its records are decided.
    pub(super) progress: &'a (dyn Fn(&str, &str, u64) + Sync),
    /// The instant that answers carry: the run's clock.
    pub(super) clock: &'a (dyn Fn() -> chrono::DateTime<chrono::FixedOffset> + Sync),
    /// The date that rules are judged by.
    pub(super) business_date: NaiveDate,
}

/// One book's part of a run.
pub(super) struct Session<'a> {
    pub(super) shared: &'a Shared<'a>,
    /// The book's name.
    pub(super) name: &'a str,
    /// Who writes into it: its owner's own feed first, then the insurer's.
    pub(super) partners: Vec<&'a Partner>,
    book: Option<Book>,
    /// A file had no room on the disk: those behind it wait too, or they would be decided before it.
    full: bool,
    pub(super) report: Report,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        shared: &'a Shared<'a>,
        name: &'a str,
        mut partners: Vec<&'a Partner>,
    ) -> Self {
        partners.sort_by_key(|partner| {
            (
                partner.role == Role::Insurer,
                partner.name != name,
                &partner.name,
            )
        });
        Self {
            shared,
            name,
            partners,
            book: None,
            full: false,
            report: Report::default(),
        }
    }

    /// The book, opened (and made) when it is first needed.
    pub(super) fn book(&mut self) -> Result<&mut Book> {
        if self.book.is_none() {
            let site = self.shared.site;
            let book = Book::open(&site.book(self.name), site.secret().site())?;
            age::refuse_older(site, self.name, &book)?;
            self.book = Some(book);
        }
        Ok(self.book.as_mut().expect("just opened"))
    }

    /// Whether there is such a book yet.
    pub(super) fn exists(&self) -> bool {
        self.book.is_some() || self.shared.site.book(self.name).exists()
    }

    /// The latest business date that the book knows.
    pub(super) fn last_business_date(&mut self) -> Result<Option<NaiveDate>> {
        if self.exists() {
            self.book()?.last_business_date()
        } else {
            Ok(None)
        }
    }

    /// The clock and the business date of what is taken now.
    pub(super) fn when(&self) -> When {
        When {
            now: (self.shared.clock)(),
            business_date: self.shared.business_date,
        }
    }

    /// What the next batch is made of: what an earlier run left is done, and what is due.
    pub(super) fn begin(&mut self) -> Result<()> {
        self.recover()?;
        self.due(&self.when())
    }

    /// Closes the book, and remembers how far it has come.
    pub(super) fn close(&mut self) -> Result<()> {
        if let Some(book) = self.book.take() {
            age::remember(self.shared.site, self.name, &book)?;
            book.close()?;
        }
        Ok(())
    }

    /// The book's part of the run, from top to bottom.
    pub(super) fn run(&mut self) -> Result<()> {
        self.begin()?;
        for partner in self.partners.clone() {
            if self.shared.partner.is_none_or(|only| only == partner.name) {
                self.take_files(partner)?;
            }
        }
        self.close()
    }

    /// Brings to its end what an earlier run began: recorded batches are published, others start over under the claim
    /// they have. What a stopped partner has under way waits for `sluss resume`.
    fn recover(&mut self) -> Result<()> {
        if is_broken("nothing_recovered") {
            return Ok(());
        }
        let stopped = self.stops()?;
        for partner in self.partners.clone() {
            if stopped.iter().any(|(name, _)| *name == partner.name) {
                continue;
            }
            let folders = &self.shared.folders[&partner.name];
            let left = inbox::recover(folders)?;
            for work in left.works {
                match self.recorded(partner, work.claim.batch.as_deref())? {
                    Some(row) => publish_row(self, partner, &row, work)?,
                    None => self.give_back(partner, work)?,
                }
            }
            for claimed in left.claims {
                match self.recorded(partner, claimed.claim().batch.as_deref())? {
                    Some(row) => publish_row(self, partner, &row, claimed.into_work())?,
                    None => self.batch(partner, claimed)?,
                }
            }
            for work in left.waiting {
                let reason = "it was taken, and somebody is still writing it".to_owned();
                self.wait(partner, work.claim.shown_name(), reason);
            }
        }
        self.mark_collected()
    }

    /// What was published to the last file before the process died has no work folder any more: only the mark is
    /// missing.
    fn mark_collected(&mut self) -> Result<()> {
        if !self.exists() {
            return Ok(());
        }
        let stopped = self.stops()?;
        for row in self.book()?.unpublished()? {
            if row.journal.role == PURGE {
                let root = self.shared.root.try_clone()?;
                purge::finish(&root, self.book()?, &row)?;
            } else if stopped.iter().all(|(name, _)| *name != row.journal.partner) {
                self.book()?.mark_published(row.id)?;
            }
        }
        Ok(())
    }

    /// The partners of the book that are stopped, and why.
    pub(super) fn stops(&mut self) -> Result<Vec<(String, String)>> {
        if self.exists() {
            self.book()?.stops()
        } else {
            Ok(Vec::new())
        }
    }

    /// Gives back what was never recorded.
    fn give_back(&mut self, partner: &Partner, work: Work) -> Result<()> {
        let folders = &self.shared.folders[&partner.name];
        if let Some(kept) = inbox::put_back(work, &folders.inbox)? {
            let reason = "it was taken, and another of its name was dropped since".to_owned();
            self.wait(partner, kept.claim.shown_name(), reason);
        }
        Ok(())
    }

    fn recorded(
        &mut self,
        partner: &Partner,
        batch: Option<&str>,
    ) -> Result<Option<crate::ledger::JournalRow>> {
        let Some(batch) = batch.filter(|_| self.exists()) else {
            return Ok(None);
        };
        let rows = self.book()?.batches_named(batch)?;
        Ok(rows
            .into_iter()
            .find(|row| row.journal.batch == batch && row.journal.partner == partner.name))
    }

    /// Carries out what has fallen due by then, day by day.
    fn due(&mut self, when: &When) -> Result<()> {
        if !self.exists() {
            return Ok(());
        }
        let business_date = when.business_date;
        loop {
            let due = self.book()?.due_until(business_date, when.now)?;
            let Some(first) = due.first() else {
                return Ok(());
            };
            // The clock may be ahead of the business date, the book never is.
            let day = first.day.min(business_date);
            let Some(owner) = self.shared.site.settings().owner_of(self.name) else {
                let warning = format!(
                    "{}: what fell due on {day} waits, since no partner owns the book",
                    self.name
                );
                if !self.report.warnings.contains(&warning) {
                    self.report.warnings.push(warning);
                }
                return Ok(());
            };
            let of_day = When {
                business_date: day,
                ..*when
            };
            let number = self.book()?.due_batches(day)? + 1;
            let day = DueDay {
                owner,
                settings: self.shared.site.settings(),
                day,
                number,
                claimed_at: when.now,
            };
            let mut work =
                inbox::without_file(&self.shared.folders[&owner.name], &owner.name, of_day)?;
            let answers = work.fresh_answers()?;
            let summary = day.work(&due, self.book()?, &answers)?;
            let Some(summary) = summary else {
                self.book()?.commit_unrecorded()?;
                work.remove()?;
                continue;
            };
            sync_names(&answers)?;
            work.name_batch(&summary.batch)?;
            let journal = due_journal(&summary, self.shared.site.settings())?;
            step("before_commit");
            let row = self.book()?.commit(&journal)?;
            step("after_commit");
            publish_row(self, owner, &row, work)?;
        }
    }

    /// Takes a partner's complete files, one after another.
    fn take_files(&mut self, partner: &'a Partner) -> Result<()> {
        let folders = &self.shared.folders[&partner.name];
        let formats = self.formats(partner);
        let of = |name: &str| named(&formats, name);
        let done_files: Vec<String> = formats.iter().filter_map(done_file).collect();
        let naming = Naming {
            of: &of,
            done_files: &done_files,
        };
        let scan = inbox::scan(
            partner,
            &folders.inbox,
            naming,
            SystemTime::now(),
            &mut Sidecars::default(),
        )?;
        self.report
            .warnings
            .extend(scan.warnings.iter().map(ToString::to_string));
        let stopped = if scan.found.is_empty() || !self.exists() {
            Vec::new()
        } else {
            self.book()?.stops()?
        };
        for found in &scan.found {
            let file = found.candidate.shown_name();
            if let Some((_, reason)) = stopped.iter().find(|(name, _)| *name == partner.name) {
                let reason = format!(
                    "the partner is stopped: {reason}; `sluss resume {}` lifts it",
                    partner.name
                );
                self.wait(partner, file, reason);
                continue;
            }
            if let Some(reason) = waits_for(&found.readiness) {
                self.wait(partner, file, reason);
                continue;
            }
            if self.full {
                let reason = "a file before it has no room on the disk; not begun".to_owned();
                self.wait(partner, file, reason);
                continue;
            }
            if (self.shared.stop)() {
                self.wait(partner, file, "the run was asked to end".to_owned());
                continue;
            }
            // The run may take long: what falls due meanwhile still comes before the batch that is claimed after it.
            let when = self.when();
            self.due(&when)?;
            match inbox::claim(folders, partner, found, when)? {
                Taken::Claimed(claimed) => self.batch(partner, *claimed)?,
                Taken::Left(left) => self.left(partner, file, &left),
            }
        }
        Ok(())
    }

    /// Takes a file that was put away again.
    pub(super) fn retry(&mut self, partner: &str, path: &str, file: &str) -> Result<()> {
        let partner = *self
            .partners
            .iter()
            .find(|known| known.name == partner)
            .context("a partner of this book")?;
        let folders = &self.shared.folders[&partner.name];
        let when = self.when();
        self.due(&when)?;
        let claimed = inbox::retry(self.shared.site, folders, partner, path, file, when)?;
        self.batch(partner, claimed)
    }

    /// Notes that a file stays where it is.
    pub(super) fn left(&mut self, partner: &Partner, file: String, left: &Left) {
        let reason = match left {
            Left::Gone => return,
            Left::Changed => "it changed while it was being taken".to_owned(),
            Left::StillWritten => "somebody is still writing it".to_owned(),
            Left::NoRoom { missing } => {
                self.full = true;
                format!("{missing} bytes more must be free on the disk; not begun")
            }
            Left::Denied(error) => {
                let told = error.to_string();
                self.report.warnings.push(hide_name(&told).into_owned());
                "this account may not open or move it".to_owned()
            }
        };
        self.wait(partner, file, reason);
    }

    pub(super) fn wait(&mut self, partner: &Partner, file: String, reason: String) {
        self.report.waiting.push(Waiting {
            partner: partner.name.clone(),
            file,
            reason,
        });
    }

    /// The formats of a partner's profile.
    pub(super) fn formats(&self, partner: &Partner) -> Vec<Arc<Format>> {
        super::own_formats(partner, self.shared.formats)
    }

    /// Works a taken file through to its answers.
    fn batch(&mut self, partner: &'a Partner, claimed: Claimed) -> Result<()> {
        let name = claimed.name();
        super::batch::run(self, partner, claimed)
            .with_context(|| format!("{}/{name}", partner.name))
    }
}

/// What a profile's formats say about a file's name.
pub(super) fn named(formats: &[Arc<Format>], name: &str) -> Named {
    let fitting = formats.iter().filter(|format| format.takes_name(name));
    let mut named = Named::default();
    for format in fitting {
        named.sequence = named.sequence.or_else(|| format.sequence_of(name));
        named.done_file = named.done_file.or_else(|| done_file(format));
    }
    named
}

pub(super) fn done_file(format: &Arc<Format>) -> Option<String> {
    match &format.complete {
        Complete::DoneFile(pattern) => Some(pattern.clone()),
        Complete::Settle => None,
    }
}

/// Why a file is not taken yet; `None`: it is.
pub(super) fn waits_for(readiness: &Readiness) -> Option<String> {
    match readiness {
        Readiness::Complete { .. } | Readiness::Refused { .. } => None,
        Readiness::Settling { .. } => Some("not settled: it changed a moment ago".to_owned()),
        Readiness::WaitingForDone { done_file, .. } => {
            let name = done_file.display().to_string();
            Some(format!("waits for {}", hide_name(&name)))
        }
        Readiness::SidecarMismatch { .. } => {
            Some("its SHA-256 sidecar does not match yet".to_owned())
        }
    }
}
