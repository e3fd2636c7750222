//! A site of a test's own, and the real program on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sluss::site::Site;

/// The night of the business date 2026-11-20.
pub(crate) const NIGHT: [&str; 4] = [
    "--business-date",
    "2026-11-20",
    "--now",
    "2026-11-20T02:00:00+01:00",
];

/// A site in a folder, with these settings and the folders of these partners.
pub(crate) fn make(folder: &Path, settings: &str, partners: &[&str]) -> PathBuf {
    let site = folder.join("site");
    Site::init_with(&site, settings, partners).expect("a site");
    site
}

/// What the program says and does on a site.
pub(crate) fn sluss(arguments: &[&str], site: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
    command.args(arguments).arg("--site").arg(site);
    command.env_remove("SLUSS_SITE").output().expect("it runs")
}

/// Runs a command in which no file may grow beyond so many bytes; reaching that is an error, not a signal.
pub(crate) fn limited(command: &Command, bytes: u64) -> Output {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' XFSZ; exec prlimit --fsize=\"$0\" \"$@\""])
        .arg(bytes.to_string());
    append(&mut shell, command);
    shell.output().expect("sh and prlimit run")
}

/// Lets a command run another one: its program, arguments and variables come behind what there is.
pub(crate) fn append(outer: &mut Command, command: &Command) {
    outer.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
}
