//! `sluss run`, `check`, `watch`, `retry` and `demo`: what a run did, in words.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Result;
use chrono::NaiveDate;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::args::Common;
use super::exit::{Exit, wrong_use};
use super::out::Out;
use super::table::tame;
use crate::run::{self, Options, Report, RunError};

/// Does what is due, takes every complete batch, answers.
pub fn run(common: &Common, out: &mut Out) -> Result<Exit> {
    let bar = Bar::new(common);
    let told = |partner: &str, file: &str, records: u64| bar.tell(partner, file, records);
    let options = Options {
        progress: &told,
        // A watch holds the site only while it works.
        patience: crate::site::Site::PATIENCE,
        ..options(common)
    };
    let report = run::run(super::session::dir(common), &options);
    bar.end();
    finished(common, report, out)
}

/// Orders what is to be collected by a day.
pub fn collect(common: &Common, until: NaiveDate, out: &mut Out) -> Result<Exit> {
    let options = Options {
        patience: crate::site::Site::PATIENCE,
        ..options(common)
    };
    let report = run::collect(super::session::dir(common), until, &options);
    finished(common, report, out)
}

/// Shows what a run would do with these files.
pub fn check(
    common: &Common,
    files: &[PathBuf],
    answers: Option<&Path>,
    out: &mut Out,
) -> Result<Exit> {
    let partner = common
        .partner
        .as_deref()
        .ok_or_else(|| wrong_use("say whose files they are with --partner"))?;
    let bar = Bar::new(common);
    let told = |partner: &str, file: &str, records: u64| bar.tell(partner, file, records);
    let options = Options {
        progress: &told,
        ..options(common)
    };
    let checked = run::check::check(
        super::session::dir(common),
        partner,
        files,
        answers,
        &options,
    );
    bar.end();
    let checked = match checked {
        Ok(checked) => checked,
        Err(error) => return failed(error),
    };
    let exit = report(common, &checked.report, out)?;
    if !common.json && !common.quiet {
        for (summary, folder) in checked.report.batches.iter().zip(&checked.answers) {
            super::errors::samples(folder, summary, out)?;
        }
        if let Some(folder) = answers {
            out.line(format!("the would-be answers are in {}", folder.display()))?;
        }
    }
    Ok(exit)
}

/// Stays, and takes files as they become complete.
pub fn watch(common: &Common, out: &mut Out) -> Result<Exit> {
    let mut tell = |report: &Report| -> Result<()> {
        if report.batches.is_empty() {
            return Ok(());
        }
        self::report(common, report, out)?;
        std::io::Write::flush(out).map_err(Into::into)
    };
    match run::watch::watch(super::session::dir(common), &options(common), &mut tell) {
        Ok(()) => Ok(Exit::Good),
        Err(error) => failed(error),
    }
}

/// Takes a quarantined or rejected batch again.
pub fn retry(common: &Common, batch: &str, out: &mut Out) -> Result<Exit> {
    let site = super::session::site(common)?;
    let row = super::session::batch(common, &site, batch)?;
    finished(
        common,
        run::retry(super::session::dir(common), &row, &options(common)),
        out,
    )
}

/// Runs the sample night in a new site.
pub fn demo(common: &Common, dir: &Path, out: &mut Out) -> Result<Exit> {
    let site = crate::demo::make(dir)?;
    let options = Options {
        business_date: Some(crate::demo::business_date()),
        now: Some(crate::demo::now()),
        threads: common.threads,
        ..Options::plain()
    };
    let report = match run::run(site.root(), &options) {
        Ok(report) => report,
        Err(error) => return failed(error),
    };
    // The night has its faults, and showing them is what it is for: the exit code is good all the same.
    self::report(common, &report, out)?;
    if !common.json && !common.quiet {
        look_around(dir, &report, out)?;
    }
    Ok(Exit::Good)
}

/// Where to look in the sample night's site, and what to ask.
fn look_around(dir: &Path, report: &Report, out: &mut Out) -> Result<()> {
    let site = dir.display();
    let partial = |batch: &&Value| batch["status"] == "partial";
    let batch = report.batches.iter().rfind(partial);
    let batch = batch
        .and_then(|batch| batch["batch"].as_str())
        .unwrap_or("BATCH");
    out.line(format!(
        "
Look at:
  {site}/outbox/      the answers, a folder a partner: result, errors, rejected, events, orders, summary
  {site}/quarantine/  what could not be read, each with its reason beside it
  {site}/archive/     every input that was taken
Ask:
  sluss status --site {site}
  sluss errors {batch} --site {site}
  sluss show F-1001 --partner nordbank --site {site}
  sluss export insurance --partner nordbank --site {site}
Order from a bank what is to be collected:
  sluss collect --date 2026-11-30 --partner havslan --business-date 2026-11-20 --site {site}"
    ))
}

pub(super) fn options(common: &Common) -> Options<'static> {
    Options {
        partner: common.partner.clone(),
        business_date: common.business_date,
        now: common.now,
        threads: common.threads,
        ..Options::plain()
    }
}

fn finished(common: &Common, result: Result<Report, RunError>, out: &mut Out) -> Result<Exit> {
    match result {
        Ok(done) => report(common, &done, out),
        Err(error) => failed(error),
    }
}

pub(super) fn failed(error: RunError) -> Result<Exit> {
    match error {
        RunError::Held => {
            tracing::error!("{}", RunError::Held);
            Ok(Exit::SiteHeld)
        }
        RunError::Wrong(what) => Err(wrong_use(what)),
        RunError::World(error) => Err(error),
    }
}

fn report(common: &Common, report: &Report, out: &mut Out) -> Result<Exit> {
    for warning in &report.warnings {
        tracing::warn!("{}", tame(warning));
    }
    if common.json {
        let waiting: Vec<Value> = report
            .waiting
            .iter()
            .map(
                |file| json!({ "partner": file.partner, "file": file.file, "reason": file.reason }),
            )
            .collect();
        out.json(
            &json!({ "batches": report.batches, "waiting": waiting, "warnings": report.warnings }),
        )?;
    } else if !common.quiet {
        lines(report, out)?;
    }
    Ok(if report.has_faults() {
        Exit::SomeRejected
    } else {
        Exit::Good
    })
}

fn lines(report: &Report, out: &mut Out) -> Result<()> {
    if report.batches.is_empty() && report.waiting.is_empty() {
        return out.line("nothing to do");
    }
    if !report.batches.is_empty() {
        super::status::print_batches(report.batches.iter().filter_map(Value::as_object), out)?;
    }
    super::status::print_waiting(report, out)
}

/// A progress bar on a terminal, nothing elsewhere.
struct Bar(Mutex<(ProgressBar, String)>);

impl Bar {
    fn new(common: &Common) -> Self {
        let hidden = common.quiet || common.json;
        let target = if hidden {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let style = ProgressStyle::with_template(
            "{spinner} {msg}  {human_pos} records  {per_sec}  {elapsed}",
        )
        .expect("the template is fixed");
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        Self(Mutex::new((bar, String::new())))
    }

    fn tell(&self, partner: &str, file: &str, records: u64) {
        let Ok(mut state) = self.0.lock() else { return };
        let name = format!("{partner}/{file}");
        if state.1 != name {
            state.0.reset();
            state.0.set_message(tame(&name).into_owned());
            state.1 = name;
        }
        state.0.set_position(records);
    }

    fn end(&self) {
        if let Ok(state) = self.0.lock() {
            state.0.finish_and_clear();
        }
    }
}
