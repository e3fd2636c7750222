//! The words of the command line. Help, man page and shell completions are made from these definitions alone.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Takes partners' batch files once and whole, applies them to a book of record, and answers.
#[derive(Debug, Parser)]
#[command(
    name = "sluss",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 nothing wrong; 1 some records or batches were rejected or quarantined; 2 wrong use or \
                  settings; 3 another run holds the site; 4 the run could not finish, running again is safe; 5 the \
                  audit found a break."
)]
pub struct Cli {
    /// Options that every command knows.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command knows.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// The site: the folder with sluss.toml
    #[arg(
        long,
        global = true,
        env = "SLUSS_SITE",
        value_name = "DIR",
        default_value = ".",
        hide_env_values = true
    )]
    pub site: PathBuf,
    /// One partner, by the name of its section in sluss.toml
    #[arg(long, global = true, value_name = "PARTNER")]
    pub partner: Option<String>,
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// The date that rules are judged by, YYYY-MM-DD; else today in the site's time zone
    #[arg(long, global = true, value_name = "DATE", value_parser = date)]
    pub business_date: Option<NaiveDate>,
    /// The run's clock, such as 2026-11-20T02:00:00+01:00, for rehearsals and tests
    #[arg(long, global = true, value_name = "INSTANT", value_parser = instant)]
    pub now: Option<DateTime<FixedOffset>>,
    /// Threads that read, check and write; else one for each core
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Say nothing but errors on standard error, and draw no progress
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Log more; twice: still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Shape of the log lines on standard error
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "SHAPE",
        default_value = "text"
    )]
    pub log_format: LogFormat,
}

/// Shape of the log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a site: a commented sluss.toml, its folders, one example partner
    ///
    /// An existing folder is used if it is empty; nothing is ever overwritten.
    Init {
        /// The folder to make
        dir: PathBuf,
    },
    /// Make a site, run a sample night in it, and show what came out and where to look
    Demo {
        /// The folder to make
        #[arg(default_value = "sluss-demo")]
        dir: PathBuf,
    },
    /// Do what is due, take every complete batch, answer, exit: the cron command
    Run,
    /// Write what is to be collected by a day as Autogiro orders and as pain.008
    ///
    /// What is due is done first. Nothing is ordered twice: a second time for the same day writes the same files again.
    Collect {
        /// The day by which it is to be collected, YYYY-MM-DD
        #[arg(long, value_name = "DATE", value_parser = date)]
        date: NaiveDate,
    },
    /// The same as run, staying: takes new files as they become complete
    ///
    /// SIGTERM ends it after the batch in hand, a second one at once; the next start does the rest.
    Watch,
    /// Show what run would do with these files against the book as it stands; writes nothing
    Check {
        /// The files, as the partner would drop them
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Write the answers that the partner would get into this folder; without it some are shown, and --json lists none
        #[arg(long, value_name = "DIR")]
        answers: Option<PathBuf>,
    },
    /// Show batches with their status, counts and sums; what is waiting, due and scheduled
    Status {
        /// One batch, by the beginning of its id, whole
        batch: Option<String>,
    },
    /// Show an entity's state, what it allows next, and its history
    Show {
        /// The entity's own key, such as an insurance number
        entity: String,
        /// The kind of entity, where several have this key (customer, insurance)
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// The state as it was at the end of this day
        #[arg(long, value_name = "DATE", value_parser = date)]
        as_of: Option<NaiveDate>,
    },
    /// Show the findings of a batch, grouped by code, with examples
    Errors {
        /// The batch, by the beginning of its id
        batch: String,
        /// Examples shown of each code
        #[arg(long, value_name = "N", default_value_t = 3)]
        examples: usize,
    },
    /// List, show and check formats
    Formats {
        /// What to do with them; else list them
        #[command(subcommand)]
        command: Option<FormatsCommand>,
    },
    /// Show the lifecycle tables that the program runs by, and the catalogue of finding codes
    Rules {
        /// One product line; else all
        line: Option<String>,
        /// Draw the lifecycles as Mermaid state diagrams
        #[arg(long)]
        mermaid: bool,
    },
    /// Write the entities of a partner's book as CSV
    Export {
        /// The product line
        line: String,
        /// The kind of entity; else the line's main one
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// The file to write, which must not exist; else standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Take a quarantined or rejected batch again
    Retry {
        /// The batch, by the beginning of its id
        batch: String,
    },
    /// Recompute the journal's chain against books, archive and outboxes; exit 5 where something is not what was written
    Audit,
    /// Write settings, keys, formats and a consistent copy of every book into a tar file, while a run may go on
    ///
    /// Unpacked into a folder that `sluss init` made, it is the site again; archive and outboxes are files that never
    /// change, for any backup program.
    Backup {
        /// The file to write, which must not exist
        file: PathBuf,
    },
    /// Remove inputs and personal details that are kept no longer, as each partner's `retention` says
    ///
    /// The journal keeps each batch's hash and what was removed when, so that the audit goes on to hold; outboxes are
    /// never touched. Copies that were made earlier still hold what is removed.
    Purge {
        /// Say what would be removed, and remove nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Lift the stop of a partner
    Resume {
        /// The partner
        #[arg(value_name = "PARTNER")]
        name: String,
    },
    /// Say whether numbers are valid: identity numbers, accounts, references
    ///
    /// Prints CSV: value, valid, normalised, code. Without values, one is read from each line of standard input.
    Number {
        /// Such as se.personnummer, no.kid, iban; a wrong one lists them all
        kind: String,
        /// The numbers
        #[arg(allow_negative_numbers = true)]
        values: Vec<String>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
    /// Read the file on standard input alone, within limits: the last try of one that killed the process
    #[command(hide = true)]
    ReadAlone {
        /// The file's name as it was dropped
        name: String,
    },
    /// Read the workbook on standard input within limits and send its cells to standard output
    #[command(hide = true)]
    ReadWorkbook {
        /// Handed on by the program itself
        #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
        args: Vec<String>,
    },
}

/// What to do with formats.
#[derive(Debug, Subcommand)]
pub enum FormatsCommand {
    /// List the formats: those that ship, and the site's own
    List,
    /// Show the layout of a format as a table
    Show {
        /// The format's id
        id: String,
    },
    /// Check format files and tell every fault with its line and column
    Check {
        /// A format file; else all of the site's
        file: Option<PathBuf>,
    },
}

fn date(text: &str) -> Result<NaiveDate, String> {
    let well_formed = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    match text.parse::<NaiveDate>() {
        Ok(date) if well_formed => in_range(date, date),
        _ => Err("write the date as YYYY-MM-DD".to_owned()),
    }
}

/// The years of a date or clock that a book can keep. A slip of the finger would stay in it: a book does not go back.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2999;

fn in_range<T>(value: T, date: NaiveDate) -> Result<T, String> {
    if YEARS.contains(&date.year()) {
        return Ok(value);
    }
    let (first, last) = (YEARS.start(), YEARS.end());
    Err(format!("the year must be from {first} to {last}"))
}

fn instant(text: &str) -> Result<DateTime<FixedOffset>, String> {
    let instant = DateTime::parse_from_rfc3339(text).map_err(|_| {
        "write the instant with its offset, as 2026-11-20T02:00:00+01:00".to_owned()
    })?;
    in_range(instant, instant.to_utc().date_naive())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn dates_and_instants_are_read_exactly() {
        let rows = [
            ("2026-11-20", true),
            ("2026-02-30", false),
            ("2026-1-20", false),
            ("+2026-11-2", false),
            ("20261120", false),
            ("1969-12-31", false),
            ("1970-01-01", true),
            ("2999-12-31", true),
            ("3000-01-01", false),
            ("9026-11-20", false),
        ];
        for (text, good) in rows {
            assert_eq!(date(text).is_ok(), good, "{text}");
        }
        assert!(instant("2026-11-20T02:00:00+01:00").is_ok());
        assert!(instant("2026-11-20T02:00:00").is_err());
        assert!(instant("2999-12-31T23:59:59Z").is_ok());
        for text in [
            "1970-01-01T00:59:59+01:00",
            "2999-12-31T23:59:59-01:00",
            "9026-11-20T02:00:00Z",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn common_options_are_taken_before_and_after_the_command() {
        for line in [
            "sluss --site /s --json run",
            "sluss run --site /s --json",
            "sluss --json run --site /s",
        ] {
            let cli = Cli::try_parse_from(line.split(' ')).expect(line);
            assert!(cli.common.json, "{line}");
            assert_eq!(cli.common.site, PathBuf::from("/s"), "{line}");
        }
    }

    #[test]
    fn wrong_use_is_refused() {
        for line in [
            "sluss",
            "sluss nonsense",
            "sluss run --nonsense",
            "sluss run extra",
            "sluss check --partner p",
            "sluss run --threads 0",
            "sluss run --business-date tomorrow",
            "sluss run --now 2026-11-20",
            "sluss run --log-format xml",
            "sluss run -q -v",
        ] {
            let error = Cli::try_parse_from(line.split(' ')).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
