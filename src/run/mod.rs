//! A run from top to bottom.

mod about;
mod age;
pub mod alone;
mod audit;
mod backup;
mod batch;
pub mod check;
mod collect;
mod decide;
mod due;
mod journal;
mod look;
mod purge;
mod report;
mod session;
mod steps;
mod totals;
mod upcoming;
pub mod watch;
mod waves;
mod work;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound as _, Utc};
use rayon::prelude::*;

use crate::format::Format;
use crate::inbox;
use crate::ledger::{Book, JournalRow};
use crate::outbox::answers::summary::Status;
use crate::site::Site;
use crate::site::settings::{Partner, Settings};

pub use audit::{Audited, audit};
pub use backup::backup;
pub use collect::collect;
pub use look::look;
pub use purge::{Purged, purge};
pub use report::{Report, RunError, Waiting};
use session::{Session, Shared};

/// What a run is to do, and how.
pub struct Options<'a> {
    /// Only this partner's files.
    pub partner: Option<String>,
    /// The date that rules are judged by; else the clock's in the site's time zone.
    pub business_date: Option<NaiveDate>,
    /// The run's clock; else the real one.
    pub now: Option<DateTime<FixedOffset>>,
    /// Threads; else one for each core.
    pub threads: Option<NonZeroUsize>,
    /// How long to wait for another run to end.
    pub patience: Duration,
    /// Whether to stop after the batch in hand.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// Told partner, file, and records decided so far.
    pub progress: &'a (dyn Fn(&str, &str, u64) + Sync),
}

impl Options<'_> {
    /// A run by the real clock that tells nobody what it is at.
    pub fn plain() -> Self {
        Self {
            partner: None,
            business_date: None,
            now: None,
            threads: None,
            patience: Duration::ZERO,
            stop: &|| false,
            progress: &|_, _, _| {},
        }
    }

    /// The run's clock in the site's time zone, in whole seconds.
    pub fn clock(&self, settings: &Settings) -> DateTime<FixedOffset> {
        let instant = self.now.unwrap_or_else(|| Utc::now().fixed_offset());
        instant
            .with_timezone(&settings.time_zone)
            .fixed_offset()
            .trunc_subsecs(0)
    }

    /// The date that rules are judged by.
    pub fn date(&self, settings: &Settings) -> NaiveDate {
        self.business_date
            .unwrap_or_else(|| self.clock(settings).date_naive())
    }
}

/// The formats that a profile names, each as it is among the others.
fn own_formats(partner: &Partner, all: &BTreeMap<String, Arc<Format>>) -> Vec<Arc<Format>> {
    let ids = partner.formats.iter();
    ids.filter_map(|id| Some(all.get(id)?.among(&partner.formats)))
        .collect()
}

/// Does what is due, takes every complete batch, answers.
pub fn run(dir: &Path, options: &Options<'_>) -> Result<Report, RunError> {
    let site = Site::open(dir)?;
    let formats = site.formats();
    known(&site, options.partner.as_deref())?;
    let lock = site.lock_within(options.patience)?.ok_or(RunError::Held)?;
    let report = locked(&site, formats, options);
    drop(lock);
    report
}

fn known(site: &Site, partner: Option<&str>) -> Result<(), RunError> {
    match partner {
        Some(name) if !site.settings().partners.contains_key(name) => Err(RunError::Wrong(
            format!("there is no partner `{name}` in sluss.toml"),
        )),
        _ => Ok(()),
    }
}

/// The run itself, with the site's lock held.
fn locked(
    site: &Site,
    formats: &BTreeMap<String, Arc<Format>>,
    options: &Options<'_>,
) -> Result<Report, RunError> {
    let strays = inbox::strays(site).map_err(anyhow::Error::from)?;
    with_sessions(site, formats, options, |sessions| {
        let results: Vec<Result<Report>> =
            pool(options.threads)?.install(|| sessions.par_iter_mut().map(work_off).collect());
        let mut report = Report {
            warnings: strays.iter().map(ToString::to_string).collect(),
            ..Report::default()
        };
        let mut failed = None;
        for result in results {
            match result {
                Ok(part) => report.join(part),
                // One book's trouble does not keep the others from their work.
                Err(error) if failed.is_none() => failed = Some(error),
                Err(error) => tracing::error!("{error:#}"),
            }
        }
        failed.map_or(Ok(report), Err)
    })
}

/// Opens the partners' folders, and the books as far as their dates are concerned; then does the work.
fn with_sessions(
    site: &Site,
    formats: &BTreeMap<String, Arc<Format>>,
    options: &Options<'_>,
    work: impl FnOnce(&mut [Session<'_>]) -> Result<Report>,
) -> Result<Report, RunError> {
    let folders = site.prepare()?;
    let clock = || options.clock(site.settings());
    let shared = Shared {
        site,
        root: site.folder()?,
        folders: &folders,
        formats,
        partner: options.partner.as_deref(),
        stop: options.stop,
        progress: options.progress,
        clock: &clock,
        business_date: options.date(site.settings()),
    };
    let mut sessions = sessions(&shared);
    let mut late = Vec::new();
    for session in &mut sessions {
        if let Some(last) = session
            .last_business_date()?
            .filter(|last| *last > shared.business_date)
        {
            let date = shared.business_date;
            late.push(format!(
                "the book {} is at {last}; the business date {date} is before it",
                session.name
            ));
        }
    }
    if !late.is_empty() {
        return Err(RunError::Wrong(late.join("\n")));
    }
    Ok(work(&mut sessions)?)
}

fn work_off(session: &mut Session<'_>) -> Result<Report> {
    session
        .run()
        .with_context(|| format!("book {}", session.name))?;
    Ok(std::mem::take(&mut session.report))
}

/// Takes the file of a quarantined or rejected batch again.
pub fn retry(dir: &Path, row: &JournalRow, options: &Options<'_>) -> Result<Report, RunError> {
    let site = Site::open(dir)?;
    let formats = site.formats();
    let journal = &row.journal;
    let again = [Status::Quarantined.as_str(), Status::Rejected.as_str()];
    let (Some(file), Some(path)) = (&journal.file, &journal.archive) else {
        return Err(RunError::Wrong(format!(
            "batch {} was no file",
            journal.batch
        )));
    };
    if !again.contains(&journal.status.as_str()) {
        let reason = "only a quarantined or rejected batch can be taken again";
        return Err(RunError::Wrong(format!(
            "batch {} is {}; {reason}",
            journal.batch, journal.status
        )));
    }
    if let Some(by) = remover(&site, row)? {
        let by = &by.journal;
        return Err(RunError::Wrong(format!(
            "the file of batch {} was removed on {} by purge {}: it had been kept as long as it is to be; ask for it again",
            journal.batch, by.business_date, by.batch
        )));
    }
    let lock = site.lock_within(Site::PATIENCE)?.ok_or(RunError::Held)?;
    let report = with_sessions(&site, formats, options, |sessions| {
        let partner = &journal.partner;
        let session = sessions
            .iter_mut()
            .find(|session| session.partners.iter().any(|known| known.name == *partner));
        let session =
            session.with_context(|| format!("{partner} is no longer a partner of this site"))?;
        session.retry(partner, path, file)?;
        Ok(std::mem::take(&mut session.report))
    });
    drop(lock);
    report
}

/// The purge that removed a batch's file, if one did.
fn remover(site: &Site, row: &JournalRow) -> Result<Option<JournalRow>> {
    let Some(partner) = site.settings().partners.get(&row.journal.partner) else {
        return Ok(None);
    };
    let book = Book::open_read(&site.book(&partner.book), site.secret().site())?;
    book.map_or(Ok(None), |book| book.remover_of_input(row.id))
}

/// One session a book, in the order of their names.
fn sessions<'a>(shared: &'a Shared<'a>) -> Vec<Session<'a>> {
    let partners = &shared.site.settings().partners;
    let books: BTreeSet<&str> = partners
        .values()
        .map(|partner| partner.book.as_str())
        .collect();
    let of = |book: &str| {
        partners
            .values()
            .filter(|partner| partner.book == book)
            .collect()
    };
    books
        .into_iter()
        .map(|book| Session::new(shared, book, of(book)))
        .collect()
}

/// Threads of their own, so that `--threads` holds whatever else the process does.
fn pool(threads: Option<NonZeroUsize>) -> Result<rayon::ThreadPool> {
    let threads = threads.map_or(0, NonZeroUsize::get);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .context("threads could not be started")
}
