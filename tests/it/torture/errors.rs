//! Every error of every call is told, nothing is half published, and a later run leaves the undisturbed bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use super::left::walk;
use super::night::{Night, Nights};
use super::trace::{Call, WRITING, calls, strace};
use super::trials::{Random, Trials, trials};
use crate::own_site::limited;

/// Calls that bring nothing to the disk, or bring it there for good.
const OTHERS: &str = "fsync,fdatasync,open,openat,openat2,read,pread64,getdents64,newfstatat,statx,fstatfs,fcntl,flock";

/// Which errors a call can come back with.
fn errors(call: &str) -> &'static [&'static str] {
    match call {
        "write" | "pwrite64" | "ftruncate" | "fsync" | "fdatasync" => &["ENOSPC", "EIO"],
        "mkdir" | "mkdirat" | "rename" | "renameat" | "renameat2" => &["ENOSPC", "EIO", "EACCES"],
        "open" | "openat" | "openat2" => &["ENOSPC", "EIO", "EACCES", "EMFILE"],
        "unlink" | "unlinkat" | "fchmod" | "newfstatat" | "statx" => &["EIO", "EACCES"],
        "fcntl" => &["EIO", "EMFILE"],
        _ => &["EIO"],
    }
}

/// A failure of any of these on a file of the site must end the run with exit code 4, whatever else happens.
const TOLD: [&str; 12] = [
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "mkdir",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
];

/// One trial: a night, a call, an error.
type Point = (usize, Call, &'static str);

/// As many points as wanted, kinds of call and error taking turns, each kind's own in an order drawn by chance.
fn points(nights: &Nights, wanted: usize) -> Vec<Point> {
    let mut random = Random::seeded(3);
    let mut kinds: BTreeMap<(usize, String, &str), Vec<Point>> = BTreeMap::new();
    for number in [1, 2] {
        let site = nights.site(number, "traced");
        let names = format!("{WRITING},{OTHERS}");
        for call in calls(
            &run(&nights.all[number], &site),
            &nights.place("trace-e"),
            &names,
        ) {
            for error in errors(&call.name) {
                let kind = (number, call.name.clone(), *error);
                let points = kinds.entry(kind).or_default();
                points.push((number, call.clone(), error));
                let end = points.len();
                let other = usize::try_from(random.below(end as u64)).expect("small");
                points.swap(other, end - 1);
            }
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < wanted && !kinds.is_empty() {
        for points in kinds.values_mut() {
            chosen.extend(points.pop());
        }
        kinds.retain(|_, points| !points.is_empty());
    }
    chosen.truncate(wanted);
    chosen
}

/// The run that is disturbed: one thread, and all that it has to say.
pub(crate) fn run(night: &Night, site: &Path) -> Command {
    let mut command = night.command("run", site);
    command.args(["--json", "--threads", "1"]);
    command
}

/// Runs a night in which one call fails. The trace's line of that call comes back with what the run said.
fn fail(command: &Command, trace: &Path, (_, call, error): &Point) -> (Output, Option<String>) {
    let inject = format!("-einject={}:error={error}:when={}", call.name, call.number);
    let options = [
        "--seccomp-bpf".to_owned(),
        format!("-etrace={}", call.name),
        inject,
    ];
    let done = strace(command, trace, &options);
    let text = std::fs::read(trace).expect("a trace");
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().find(|line| line.contains("(INJECTED)"));
    (done, line.map(str::to_owned))
}

/// What is wrong with how a run took an error; `injected` is the call as the trace shows it.
pub(crate) fn verdict(night: &Night, site: &Path, done: &Output, injected: &str) -> Option<String> {
    let told = String::from_utf8_lossy(&done.stderr);
    if told.contains("panicked") || told.contains("fault of the program") {
        return Some(format!("a panic: {told}"));
    }
    if let Some(fault) = half_published(night, site) {
        return Some(fault);
    }
    let name = injected
        .split_once(' ')
        .and_then(|(_, call)| call.trim_start().split_once('('));
    let must = name.is_some_and(|(name, _)| TOLD.contains(&name))
        && injected.contains(&*site.to_string_lossy())
        && !PASSED_OVER.iter().any(|(part, _)| injected.contains(part));
    match done.status.code() {
        Some(4 | 2) if told.trim().is_empty() => Some("nothing was told".to_owned()),
        Some(4) => None,
        // The settings, or the program itself, could not be read: nothing was begun.
        Some(2 | 127) if !must => None,
        Some(0 | 1) if must => Some(format!(
            "exit {:?} as if nothing were wrong",
            done.status.code()
        )),
        Some(0 | 1) => {
            let report: serde_json::Value =
                serde_json::from_slice(&done.stdout).unwrap_or_default();
            let said = |key: &str| report[key].as_array().is_some_and(|list| !list.is_empty());
            if said("waiting") || said("warnings") {
                return None;
            }
            night
                .differs(site)
                .map(|fault| format!("exit 0 or 1, nothing said, and {fault}"))
        }
        other => Some(format!("exit {other:?}: {told}")),
    }
}

/// Whether the run left a file that this account may not open or move, and said so. The files behind it are taken
/// before it, so that the journal's order, and what is numbered by it, is another.
fn put_off(done: &Output) -> bool {
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
    let waiting = report["waiting"].as_array();
    let denied = |file: &serde_json::Value| {
        let reason = file["reason"].as_str().unwrap_or_default();
        reason.contains("this account may not")
    };
    done.status.code().is_some_and(|code| code <= 1)
        && waiting.is_some_and(|files| files.iter().any(denied))
}

/// Calls whose failure changes nothing that was promised, and why.
const PASSED_OVER: &[(&str, &str)] = &[
    (
        ".sqlite-wal\")",
        "a log that stays behind its book is empty, or taken up by the next opening",
    ),
    (".sqlite-shm\")", "made anew by the next opening"),
    (
        "/ledger>)",
        "the log's name is brought to the disk, and the error told, before SQLite does it once more",
    ),
];

/// Whether anything stands in outbox, archive or quarantine that an undisturbed run does not put there, or a summary
/// before what it lists.
fn half_published(night: &Night, site: &Path) -> Option<String> {
    for folder in ["outbox", "archive", "quarantine"] {
        for path in walk(&site.join(folder)) {
            let name = path.strip_prefix(site).expect("within").to_owned();
            let bytes = std::fs::read(&path).expect("a file");
            // A reason is written aside and renamed.
            let aside = path.extension().is_some_and(|end| end == "new") && folder == "quarantine";
            if !aside && night.after.files.get(&name) != Some(&bytes) {
                return Some(format!("{} stands there half written", name.display()));
            }
            if !path.to_string_lossy().ends_with(".summary.json") {
                continue;
            }
            let summary: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            for answer in summary["answers"].as_array().into_iter().flatten() {
                let answer = path.with_file_name(answer["name"].as_str().expect("a name"));
                if !answer.exists() {
                    return Some(format!("{} is not there yet", answer.display()));
                }
            }
        }
    }
    None
}

/// Makes one trial: the night with the error, and the next run. `false`: the run never came to that call.
fn trial(
    nights: &Nights,
    point: &Point,
    broken: Option<&'static str>,
    result: &mut Trials,
) -> bool {
    let night = &nights.all[point.0];
    let name = broken.unwrap_or("failing");
    let site = nights.site(point.0, name);
    let mut command = run(night, &site);
    if let Some(promise) = broken {
        command.env("SLUSS_BREAK", promise);
    }
    let trace = nights.place(&format!("{name}.trace"));
    let (done, injected) = fail(&command, &trace, point);
    let Some(injected) = injected else {
        return false;
    };
    let fault = if put_off(&done) {
        night.finish_in_another_order(&site)
    } else {
        verdict(night, &site, &done, &injected).or_else(|| night.finish(&site, None))
    };
    result.count(fault.map(|fault| format!("{}: {injected}: {fault}", night.name)));
    true
}

#[test]
fn an_error_of_any_call_is_told_and_costs_nothing() {
    let nights = Nights::make();
    let chosen = points(&nights, trials(30, 800));
    let mut result = Trials::of("an error at any call");
    let mut passed = 0;
    for point in &chosen {
        passed += usize::from(!trial(&nights, point, None, &mut result));
    }
    assert!(
        passed * 20 <= chosen.len(),
        "{passed} of {} calls were not made",
        chosen.len()
    );
    result.end();
}

#[test]
fn a_program_that_swallows_a_failed_sync_is_noticed() {
    broken("fsync", "sync_errors_swallowed");
}

/// It would publish answers that are cut short.
#[test]
fn a_program_that_passes_over_a_failed_write_is_noticed() {
    broken("pwrite64", "write_errors_swallowed");
}

/// Trials of calls of one name, on answers, against a program that breaks a promise.
fn broken(name: &str, promise: &'static str) {
    let nights = Nights::make();
    let all = points(&nights, usize::MAX);
    let mut result = Trials::of(promise);
    let of_answers = |(night, call, _): &&Point| {
        *night == 1 && call.name == name && call.seen.contains("/answers/")
    };
    for point in all.iter().filter(of_answers).take(12) {
        trial(&nights, point, Some(promise), &mut result);
    }
    result.must_have_failed();
}

/// A limit on the size of any one file: the write that reaches it is cut short, and the next one fails.
#[test]
fn a_write_that_is_cut_short_is_told_and_costs_nothing() {
    let nights = Nights::make();
    let mut random = Random::seeded(4);
    let mut result = Trials::of("a write cut short");
    for trial in 0..trials(10, 200) {
        let number = 1 + trial % 2;
        let night = &nights.all[number];
        let site = nights.site(number, "short");
        // Half of them hit an answer, the others a book or its log.
        let most = if random.below(2) == 0 { 6_000 } else { 250_000 };
        let bytes = random.below(most);
        let done = limited(&run(night, &site), bytes);
        let shown = format!("a limit of {bytes} bytes");
        // What reached the limit is told; a limit that nothing reached changes nothing.
        let fault = verdict(night, &site, &done, &shown).or_else(|| night.finish(&site, None));
        result.count(fault.map(|fault| format!("{}: {shown}: {fault}", night.name)));
    }
    result.end();
}
