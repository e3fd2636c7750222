//! Log lines go to standard error; a panic tells a place and never a value.

use std::io::{IsTerminal, Write};

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

/// Makes a panic say where it happened and nothing else: its message may hold a value of a partner's file.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
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
