//! Calls to the system, seen and disturbed from outside by strace.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use crate::own_site::append;

/// One call of a run: the n-th of its name, counted in each thread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) number: usize,
    /// The lines of an undisturbed run's trace that it may be, one of each thread.
    pub(crate) seen: String,
}

/// Every call that changes files or folders.
pub(crate) const WRITING: &str = "write,pwrite64,writev,pwritev,ftruncate,fallocate,rename,renameat,renameat2,\
     unlink,unlinkat,mkdir,mkdirat,rmdir,fchmod,fchmodat,fchown,link,linkat,symlinkat,utimensat,copy_file_range";

/// Runs a command under strace. `options` say what is traced and disturbed; the trace goes to a file.
pub(crate) fn strace(command: &Command, trace: &Path, options: &[String]) -> Output {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-o"]).arg(trace);
    strace.args(options);
    append(&mut strace, command);
    strace
        .output()
        .expect("strace is installed: `apt-get install strace`")
}

/// Kills the command with SIGKILL as it enters this call.
pub(crate) fn kill_at(command: &Command, trace: &Path, call: &Call) -> Output {
    let inject = format!("inject={}:signal=SIGKILL:when={}", call.name, call.number);
    strace(
        command,
        trace,
        &[format!("-etrace={}", call.name), format!("-e{inject}")],
    )
}

/// The calls of some names that a command makes, as far as a number can tell them apart: up to the highest count of any
/// one thread.
pub(crate) fn calls(command: &Command, trace: &Path, names: &str) -> Vec<Call> {
    let done = strace(command, trace, &[format!("-etrace={names}")]);
    assert!(
        done.status.code().is_some_and(|code| code <= 1),
        "{done:?}: can strace trace here?"
    );
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut seen: BTreeMap<(String, usize), String> = BTreeMap::new();
    for line in std::fs::read_to_string(trace).expect("a trace").lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        if let Some((name, _)) = call.trim_start().split_once('(')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            let count = counts
                .entry((name.to_owned(), thread.to_owned()))
                .or_default();
            *count += 1;
            *seen.entry((name.to_owned(), *count)).or_default() += call;
        }
    }
    let call = |((name, number), seen)| Call { name, number, seen };
    seen.into_iter().map(call).collect()
}
