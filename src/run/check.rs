//! What a run would do with some files, by the same code, without doing it: a private copy of the book takes the changes
//! and ends with the command.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;

use super::about::About;
use super::batch::number;
use super::due::DueDay;
use super::journal::{due_journal, file_journal};
use super::report::{Report, RunError};
use super::work::Job;
use super::{Options, known, own_formats, pool};
use crate::check::hide_name;
use crate::ledger::Book;
use crate::os::{self, Folder, Stat};
use crate::outbox::answers::summary::{Status, Summary};
use crate::outbox::names;
use crate::site::Site;
use crate::site::settings::Partner;

/// Records that are shown of a file where no answers are asked for.
pub const SHOWN: u64 = 20;

/// The would-be answers of checked files.
pub struct Checked {
    /// What the run would report.
    pub report: Report,
    /// Where the would-be answers lie, file by file; unless they were asked for, those of [`SHOWN`] records with all
    /// findings, and gone when this is dropped.
    pub answers: Vec<PathBuf>,
    /// How their CSV cells look.
    pub style: crate::site::settings::Answers,
    _scratch: Option<Scratch>,
}

/// A private folder that goes when it is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("{}: cannot be removed: {error}", self.0.display());
        }
    }
}

/// Checks files as this partner's, one after another, against the book as the next run would find it: what is due comes
/// first.
pub fn check(
    dir: &Path,
    partner: &str,
    files: &[PathBuf],
    keep: Option<&Path>,
    options: &Options<'_>,
) -> Result<Checked, RunError> {
    let site = Site::open(dir)?;
    let all = site.formats();
    known(&site, Some(partner))?;
    let settings = site.settings();
    let profile = &settings.partners[partner];
    let mine = own_formats(profile, all);
    let (folder, scratch) = answers_folder(keep)?;
    let mut book = copy(&site, profile, options)?;
    let pool = pool(options.threads)?;
    let mut checked = Checked {
        report: Report::default(),
        answers: Vec::new(),
        style: profile.answers.clone(),
        _scratch: scratch,
    };
    let mut applied: Vec<&Path> = Vec::new();
    for (at, path) in files.iter().enumerate() {
        let one = One {
            site: &site,
            partner: profile,
            formats: &mine,
            path,
            applied: &applied,
            options,
            shown: keep.is_none().then_some(SHOWN),
            lasting: at + 1 < files.len(),
        };
        let (summary, answers) = pool.install(|| one.check(&mut book, &folder))?;
        let chained = Summary::with_chain(&summary, "", "").map_err(RunError::World)?;
        let summary: Value = serde_json::from_str(&chained).map_err(anyhow::Error::from)?;
        let taken = [Status::Accepted, Status::Partial].map(Status::as_str);
        if taken.iter().any(|status| summary["status"] == *status) {
            applied.push(path);
        }
        checked.report.batches.push(summary);
        checked.answers.push(answers);
    }
    Ok(checked)
}

/// A private copy of the partner's book, with what is due carried out in it.
fn copy(site: &Site, partner: &Partner, options: &Options<'_>) -> Result<Book, RunError> {
    let path = site.book(&partner.book);
    let base = path.exists().then_some(path.as_path());
    let mut book = Book::scratch(base, site.secret().site())?;
    carry_out_due(site, partner, &mut book, options)?;
    Ok(book)
}

/// Carries out in the private copy what is due; its answers are nobody's.
fn carry_out_due(
    site: &Site,
    partner: &Partner,
    book: &mut Book,
    options: &Options<'_>,
) -> Result<(), RunError> {
    let settings = site.settings();
    let (today, now) = (options.date(settings), options.clock(settings));
    let Some(owner) = settings.owner_of(&partner.book) else {
        return Ok(());
    };
    let (folder, _scratch) = answers_folder(None)?;
    loop {
        let due = book.due_until(today, now)?;
        let Some(first) = due.first() else {
            return Ok(());
        };
        let day = first.day.min(today);
        let day = DueDay {
            owner,
            settings,
            day,
            number: book.due_batches(day)? + 1,
            claimed_at: now,
        };
        let answers = folder
            .make(day.base(), 0o700)
            .map_err(anyhow::Error::from)?;
        match day.work(&due, book, &answers)? {
            Some(summary) => {
                book.commit(&due_journal(&summary, settings)?)?;
            }
            None => book.commit_unrecorded()?,
        }
    }
}

fn answers_folder(keep: Option<&Path>) -> Result<(Folder, Option<Scratch>), RunError> {
    if let Some(path) = keep {
        let wrong = |cause| {
            RunError::Wrong(format!(
                "{}: cannot be made a folder: {cause}",
                path.display()
            ))
        };
        std::fs::create_dir_all(path).map_err(wrong)?;
        let real = path.canonicalize().map_err(wrong)?;
        return Ok((Folder::open(&real).map_err(anyhow::Error::from)?, None));
    }
    let above = std::env::temp_dir()
        .canonicalize()
        .context("the folder for temporary files")?;
    let name = format!(
        "sluss-check-{}",
        os::hex(&os::random::<8>().map_err(anyhow::Error::from)?)
    );
    let made = Folder::open(&above)
        .and_then(|above| above.make(&name, 0o700))
        .map_err(anyhow::Error::from)?;
    Ok((made, Some(Scratch(above.join(name)))))
}

/// One file to be checked.
struct One<'a> {
    site: &'a Site,
    partner: &'a crate::site::settings::Partner,
    formats: &'a [Arc<crate::format::Format>],
    path: &'a Path,
    /// The files before it of which something was applied.
    applied: &'a [&'a Path],
    options: &'a Options<'a>,
    /// How many records answers are wanted of; `None`: all.
    shown: Option<u64>,
    /// Whether another file comes after it.
    lasting: bool,
}

impl One<'_> {
    /// The summary's text, and the folder of the answers.
    fn check(&self, book: &mut Book, answers: &Folder) -> Result<(String, PathBuf), RunError> {
        let wrong = |cause| RunError::Wrong(format!("{}: {cause}", self.path.display()));
        let file = File::open(self.path).map_err(wrong)?;
        if !file.metadata().map_err(wrong)?.is_file() {
            return Err(RunError::Wrong(format!(
                "{}: not a plain file",
                self.path.display()
            )));
        }
        let file = Arc::new(file);
        let stat = || Stat::of(&file, self.path).map_err(anyhow::Error::from);
        let before = stat()?;
        // Making room takes as long as half of the hashing.
        let (hashed, expected) =
            rayon::join(|| os::hash(&file, self.path), || book.expect(before.size));
        expected?;
        let (sha256, bytes) = hashed.map_err(anyhow::Error::from)?;
        let received = self.path.file_name().unwrap_or_default();
        let received = received.display().to_string();
        let name = hide_name(&received);
        let naming = number(book, self.partner, &sha256)?;
        let base = format!("{}.{}", names::stem(&name), naming.batch);
        let folder = answers
            .make(&base, 0o700)
            .map_err(|cause| RunError::Wrong(cause.to_string()))?;
        let settings = self.site.settings();
        let about = About {
            partner: self.partner,
            settings,
            key: self.site.secret().site(),
            name: &name,
            sha256: Some(&sha256),
            bytes,
            claimed_at: self.options.clock(settings),
            business_date: self.options.date(settings),
            batch: &naming.batch,
            base: &base,
        };
        let job = Job {
            about,
            received: &received,
            formats: self.formats,
            file: &file,
            path: self.path,
            duplicate_of: naming.duplicate_of.as_deref(),
            progress: &|records| (self.options.progress)(&self.partner.name, &name, records),
            shown: self.shown,
            lasting: self.lasting,
        };
        let mut worked = job.work(book, &folder, &|| self.before().map(Some))?;
        if stat()? != before || !worked.same_bytes {
            return Err(RunError::Wrong(format!(
                "{}: changed while it was checked; check it again when it is complete",
                self.path.display()
            )));
        }
        if self.shown.is_some() {
            // They are there to be looked at, not to be named.
            worked.summary.answers.clear();
        }
        let journal = file_journal(settings, self.partner, &name, &sha256, bytes, &worked)?;
        if self.lasting {
            // Into the private copy: the next file sees what this one would have done.
            book.commit(&journal)?;
        }
        Ok((journal.summary, folder.path().to_owned()))
    }

    /// The book as this file finds it: a second copy that took the same, since one that is being written to shows no
    /// other what it was before.
    fn before(&self) -> anyhow::Result<Book> {
        let failed = |error: RunError| anyhow!("{error}");
        let mut book = copy(self.site, self.partner, self.options).map_err(failed)?;
        let (folder, _scratch) = answers_folder(None).map_err(failed)?;
        for path in self.applied {
            let one = One {
                path,
                applied: &[],
                lasting: true,
                ..*self
            };
            one.check(&mut book, &folder).map_err(failed)?;
        }
        Ok(book)
    }
}
