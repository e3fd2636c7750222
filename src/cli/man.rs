//! The man page and the shell completions, from the definitions of the command line.

use std::io::Write;

use anyhow::{Context, Result};
use clap::CommandFactory;

use super::args::Cli;
use super::out::Out;

/// Prints completions for a shell.
pub fn completions(shell: clap_complete::Shell, out: &mut Out) -> Result<()> {
    clap_complete::generate(shell, &mut Cli::command(), "sluss", out);
    Ok(())
}

/// Prints the man page: the program, then every command with its options, exit codes, environment and files.
pub fn page(out: &mut Out) -> Result<()> {
    let mut program = Cli::command().disable_help_flag(true);
    program.build();
    let man = clap_mangen::Man::new(program.clone());
    man.render_title(out)
        .and_then(|()| man.render_name_section(out))
        .and_then(|()| man.render_synopsis_section(out))
        .and_then(|()| man.render_description_section(out))
        .and_then(|()| man.render_options_section(out))
        .and_then(|()| writeln!(out, ".SH COMMANDS"))
        .and_then(|()| commands(&program, "sluss", out))
        .and_then(|()| out.write_all(ENDING.as_bytes()))
        .context("standard output")
}

fn commands(parent: &clap::Command, path: &str, out: &mut Out) -> std::io::Result<()> {
    for command in parent.get_subcommands().filter(|c| !c.is_hide_set()) {
        let path = format!("{path} {}", command.get_name());
        let own: Vec<&clap::Arg> = command
            .get_arguments()
            .filter(|arg| !arg.is_global_set() && !arg.is_hide_set())
            .filter(|arg| arg.get_id() != "help" && arg.get_id() != "version")
            .collect();
        let usage: Vec<String> = own.iter().copied().map(synopsis).collect();
        writeln!(
            out,
            ".SS {}",
            roff(format!("{path} {}", usage.join(" ")).trim_end())
        )?;
        let about = command.get_long_about().or_else(|| command.get_about());
        for line in about.map(ToString::to_string).unwrap_or_default().lines() {
            writeln!(
                out,
                "{}",
                if line.is_empty() {
                    ".PP".into()
                } else {
                    roff(line)
                }
            )?;
        }
        for arg in own {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            writeln!(
                out,
                ".TP\n\\fB{}\\fR\n{}",
                roff(&synopsis(arg)),
                roff(&help)
            )?;
        }
        commands(command, &path, out)?;
    }
    Ok(())
}

/// An argument as it stands in a usage line.
fn synopsis(arg: &clap::Arg) -> String {
    let values: Vec<String> = arg
        .get_value_names()
        .unwrap_or_default()
        .iter()
        .map(|name| name.to_uppercase())
        .collect();
    let many = if arg.get_num_args().is_some_and(|n| n.max_values() > 1) {
        "…"
    } else {
        ""
    };
    let text = match arg.get_long() {
        Some(long) if arg.get_action().takes_values() => format!("--{long} {}", values.join(" ")),
        Some(long) => format!("--{long}"),
        None => format!("{}{many}", values.join(" ")),
    };
    if arg.is_required_set() {
        text
    } else {
        format!("[{text}]")
    }
}

/// Text as roff prints it: hyphens stay hyphens, and a line's first character is never taken for a request.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}

const ENDING: &str = r".SH EXIT STATUS
.TP
\fB0\fR
nothing wrong; nothing to do included
.TP
\fB1\fR
some records or batches were rejected or quarantined
.TP
\fB2\fR
wrong use or settings; nothing was done
.TP
\fB3\fR
another run holds the site; nothing was done
.TP
\fB4\fR
the run could not finish (disk, ledger, a fault of the program); running again is safe
.TP
\fB5\fR
the audit found a break
.SH ENVIRONMENT
.TP
\fBSLUSS_SITE\fR
the site, where \fB\-\-site\fR is not given
.TP
\fBNO_COLOR\fR
no colours on a terminal either
.SH FILES
.TP
\fBsluss.toml\fR
the site's settings
.TP
\fBinbox/ outbox/ archive/ quarantine/\fR
where partners drop files and find answers, where inputs are kept, and what could not be read
.TP
\fBledger/ work/ secret formats/\fR
the books, what is in hand, the site's key, the site's own formats
";
