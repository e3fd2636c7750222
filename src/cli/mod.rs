//! The command line: what was asked, who does it, how it ends. The work itself lives in the modules below; here it is
//! only put into words.

pub mod args;
pub mod exit;
pub mod logs;
pub mod man;
pub mod out;
pub mod rules;
pub mod table;

use anyhow::Result;
use clap::Parser;

use args::{Cli, Command};
use exit::{Exit, WrongUse};
use out::Out;

/// Does what the command line asks, and says how it ended.
pub fn main() -> Exit {
    logs::quiet_panics();
    std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => {
            logs::start(&cli.common);
            ended(&cli, dispatch(&cli))
        }
        Err(asked) => {
            // Help and version end well; their reader may be gone already.
            asked.print().ok();
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

fn ended(_cli: &Cli, result: Result<Exit>) -> Exit {
    let error = match result {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    tell(&error);
    if error.is::<WrongUse>() {
        Exit::WrongUse
    } else {
        Exit::Unfinished
    }
}

/// Tells an error with its chain of causes. Standard error may be closed; then nobody is left to tell.
fn tell(error: &anyhow::Error) {
    use std::io::Write;
    writeln!(std::io::stderr(), "sluss: {error:#}").ok();
}

fn dispatch(cli: &Cli) -> Result<Exit> {
    let mut out = Out::open();
    let exit = match &cli.command {
        Command::Completions { shell } => man::completions(*shell, &mut out).map(|()| Exit::Good),
        Command::Man => man::page(&mut out).map(|()| Exit::Good),
        Command::Rules { line, mermaid: _ } => {
            rules::print(line.as_deref(), cli.common.json, &mut out).map(|()| Exit::Good)
        }
        _ => Err(exit::wrong_use("this command is not in this build yet")),
    }?;
    out.finish()?;
    Ok(exit)
}
