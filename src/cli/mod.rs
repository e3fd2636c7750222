//! The command line: what was asked, who does it, how it ends. The work itself lives in the modules below; here it is
//! only put into words.

mod answer;
pub mod args;
mod audit;
mod backup;
pub mod errors;
pub mod exit;
pub mod export;
pub mod formats;
pub mod logs;
pub mod man;
pub mod number;
pub mod out;
mod purge;
pub mod rules;
pub mod run;
pub mod session;
pub mod show;
pub mod status;
pub mod table;

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use clap::Parser;

use crate::check::card::hide_certain;
use crate::ledger::Book;
use crate::os::is_broken;
use crate::run::RunError;
use crate::site::{Site, SiteError};
use args::{Cli, Command, Common};
use exit::{Exit, WrongUse};
use out::Out;

/// Does what the command line asks, and says how it ended.
pub fn main() -> Exit {
    logs::quiet_panics();
    std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => {
            logs::start(&cli.common);
            ended(dispatch(&cli))
        }
        Err(asked) => {
            // Help and version end well; their reader may be gone already.
            match hide_certain(&asked.to_string()) {
                Cow::Borrowed(_) => asked.print().ok(),
                Cow::Owned(hidden) => write!(std::io::stderr(), "{hidden}").ok(),
            };
            if asked.exit_code() == 0 {
                Exit::Good
            } else {
                Exit::WrongUse
            }
        }
    })
    // The hook has told the place.
    .unwrap_or(Exit::Unfinished)
}

fn ended(result: Result<Exit>) -> Exit {
    let error = match result {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    if is_broken("failure_not_told") {
        return Exit::Good;
    }
    // What was asked for is repeated, and standard error is kept; a card number is not to be kept with it.
    let said = format!("{error:#}");
    // Standard error may be closed; then nobody is left to tell.
    writeln!(std::io::stderr(), "sluss: {}", hide_certain(&said)).ok();
    let wrong_site = |site: &SiteError| site.is_usage();
    let wrong_run = |run: &RunError| matches!(run, RunError::Wrong(_));
    let usage = error.is::<WrongUse>()
        || error.downcast_ref().is_some_and(wrong_site)
        || error.downcast_ref().is_some_and(wrong_run);
    if usage {
        Exit::WrongUse
    } else {
        Exit::Unfinished
    }
}

fn dispatch(cli: &Cli) -> Result<Exit> {
    let mut out = Out::open();
    let exit = command(cli, &mut out)?;
    out.finish()?;
    Ok(exit)
}

fn command(cli: &Cli, out: &mut Out) -> Result<Exit> {
    let common = &cli.common;
    match &cli.command {
        Command::Init { dir } => init(dir, common.json, out),
        Command::Status { batch } => status::print(common, batch.as_deref(), out),
        Command::Show {
            entity,
            kind,
            as_of,
        } => show::print(common, entity, kind.as_deref(), *as_of, out),
        Command::Export { line, kind, output } => {
            export::write(common, line, kind.as_deref(), output.as_deref(), out)
        }
        Command::Errors { batch, examples } => errors::print(common, batch, *examples, out),
        Command::Formats { command } => return formats::run(common, command.as_ref(), out),
        Command::Rules {
            line,
            mermaid: true,
        } => rules::mermaid(line.as_deref(), out),
        Command::Rules {
            line,
            mermaid: false,
        } => rules::print(line.as_deref(), common.json, out),
        Command::Audit => return audit::run(common, out),
        Command::Backup { file } => backup::write(common, file, out),
        Command::Purge { dry_run } => return purge::run(common, *dry_run, out),
        Command::Resume { name } => return resume(common, name, out),
        Command::Number { kind, values } => number::print(common, kind, values, out),
        Command::Completions { shell } => man::completions(*shell, out),
        Command::Man => man::page(out),
        Command::Run => return run::run(common, out),
        Command::Collect { date } => return run::collect(common, *date, out),
        Command::Watch => return run::watch(common, out),
        Command::Check { files, answers } => {
            return run::check(common, files, answers.as_deref(), out);
        }
        Command::Retry { batch } => return run::retry(common, batch, out),
        Command::Demo { dir } => return run::demo(common, dir, out),
        Command::ReadAlone { name } => read_alone(common, name),
        Command::ReadWorkbook { .. } => Err(exit::wrong_use("the program alone starts this")),
    }?;
    Ok(Exit::Good)
}

/// The child that reads a file alone (see `run::alone`).
fn read_alone(common: &Common, name: &str) -> Result<()> {
    let site = session::site(common)?;
    let partner = session::one_partner(common, &site)?;
    let formats = site.formats();
    let mine: Vec<_> = partner
        .formats
        .iter()
        .filter_map(|id| formats.get(id).cloned())
        .collect();
    crate::run::alone::main(partner, &mine, name)
}

fn init(dir: &Path, json: bool, out: &mut Out) -> Result<()> {
    Site::init(dir)?;
    if json {
        return out.json(&serde_json::json!({ "site": dir }));
    }
    out.line(format!(
        "{0} is a site. Say in {0}/sluss.toml who your partners are; then `sluss run --site {0}`.",
        dir.display()
    ))
}

/// Lifts a partner's stop.
fn resume(common: &Common, name: &str, out: &mut Out) -> Result<Exit> {
    let asked = Common {
        partner: Some(name.to_owned()),
        ..common.clone()
    };
    let site = session::site(&asked)?;
    let partner = session::one_partner(&asked, &site)?;
    let Some(_lock) = site.lock_within(Site::PATIENCE)? else {
        return Ok(Exit::SiteHeld);
    };
    let path = site.book(&partner.book);
    let lifted = path.exists() && Book::open(&path, site.secret().site())?.resume(name)?;
    if common.json {
        out.json(&serde_json::json!({ "partner": name, "was_stopped": lifted }))?;
    } else if lifted {
        out.line(format!(
            "{name}: the stop is lifted; the next run takes its files again"
        ))?;
    } else {
        out.line(format!("{name} was not stopped"))?;
    }
    Ok(Exit::Good)
}
