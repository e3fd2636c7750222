//! Log lines go to standard error; a panic tells a place and never a value.

use std::any::Any;
use std::io::{IsTerminal, Write};
use std::panic::Location;

use tracing_subscriber::filter::LevelFilter;

use super::args::{Common, LogFormat};

/// Sets up log lines as the options say. Once in a process.
pub fn start(common: &Common) {
    let level = match (common.quiet, common.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_target(false);
    match common.log_format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Text => lines
            .without_time()
            .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
            .init(),
    }
}

/// What the library that writes workbooks says, in a panic, before the system's error where a write fails.
const WORKBOOK: [&str; 2] = [
    "Couldn't write to xml file: ",
    "called `Result::unwrap()` on an `Err` value: ",
];
/// What whoever waits for a thread says when that panicked, which told why itself.
const OTHER_THREAD: &str = "a scoped thread panicked";

/// Makes a panic say where it happened and nothing else: its message may hold a value of a partner's file. A workbook
/// that the disk does not take is the disk's fault, though it comes as a panic.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let said = said(panic.payload());
        if said == OTHER_THREAD {
            return;
        }
        let place = panic.location().map_or("", Location::file);
        let cause = WORKBOOK.iter().find_map(|start| said.strip_prefix(start));
        // Nothing but an error of the system is told.
        let cause = cause.filter(|cause| cause.starts_with("Os {"));
        if let Some(cause) = cause.filter(|_| place.contains("rust_xlsxwriter")) {
            writeln!(
                std::io::stderr(),
                "sluss: a workbook could not be written: {cause}; nothing half done is kept, running again is safe"
            )
            .ok();
            return;
        }
        let place = panic.location().map_or_else(
            || "an unknown place".to_owned(),
            |place| format!("{}:{}:{}", place.file(), place.line(), place.column()),
        );
        // Standard error may be closed; there is nobody left to tell then.
        writeln!(
            std::io::stderr(),
            "sluss: a fault of the program at {place}; nothing half done is kept, running again is safe"
        )
        .ok();
    }));
}

/// The message of a panic, which is not to be told as it is.
fn said(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let fixed = || payload.downcast_ref::<&str>().copied();
    owned.or_else(fixed).unwrap_or_default()
}
