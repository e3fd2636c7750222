//! SIGTERM ends a watch after the batch in hand, a second one at once; the next run does the rest.

use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::left::{left, walk};
use super::night::Nights;
use super::trials::{Random, Trials, trials};

/// How long a watch may take to end: a batch of these nights takes less than a second.
const PATIENCE: Duration = Duration::from_secs(30);

fn terminate(watch: &Child) {
    let pid = Pid::from_raw(i32::try_from(watch.id()).expect("a process id"));
    // It may have ended already.
    kill_process(pid.expect("a process id"), Signal::TERM).ok();
}

/// Waits for a watch to end; `None`: it did not.
fn wait(watch: &mut Child) -> Option<ExitStatus> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = watch.try_wait().expect("a child") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    watch.kill().ok();
    watch.wait().ok();
    None
}

/// Waits until so many answers are out, or nothing more comes.
fn wait_for(outbox: &Path, answers: usize) {
    let begun = Instant::now();
    while walk(outbox).len() < answers && begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// A watch that is ended when so many answers are out and some time has passed, and perhaps again after some more; then
/// the next run.
fn trial(
    nights: &Nights,
    number: usize,
    (answers, times): (usize, [Option<Duration>; 2]),
    broken: Option<&str>,
) -> Option<String> {
    let night = &nights.all[number];
    let site = nights.site(number, broken.unwrap_or("ended"));
    let before = left(&site);
    let mut command = night.command("watch", &site);
    command.args(["--quiet", "--threads", "2"]);
    if let Some(promise) = broken {
        command.env("SLUSS_BREAK", promise);
    }
    let mut watch = command.spawn().expect("the program runs");
    wait_for(&site.join("outbox"), answers);
    for time in times.into_iter().flatten() {
        std::thread::sleep(time);
        terminate(&watch);
    }
    let Some(status) = wait(&mut watch) else {
        return Some("it did not end".to_owned());
    };
    let fault = match (status.code(), times[1]) {
        (Some(0), _) => in_hand(&site),
        // At once: its exit code says that work is left.
        (Some(1), Some(_)) => None,
        // Before it listened to signals nothing was begun.
        (None, _) if left(&site) == before => None,
        _ => Some(format!("it ended with {status}")),
    };
    fault.or_else(|| night.finish(&site, None))
}

/// What a watch that ended by itself left in hand.
fn in_hand(site: &Path) -> Option<String> {
    let work = site.join("work");
    let left: Vec<_> = walk(&work)
        .into_iter()
        .filter(|path| path.parent() != Some(&work))
        .collect();
    (!left.is_empty()).then(|| format!("left in hand: {left:?}"))
}

#[test]
fn a_watch_ends_after_the_batch_in_hand_and_at_once_when_told_twice() {
    let nights = Nights::make();
    let mut random = Random::seeded(6);
    let mut result = Trials::of("SIGTERM at any time");
    for number in 0..trials(20, 200) {
        let at = 1 + number % 2;
        let (before, after) = published(&nights, at);
        let answers = before + drawn(&mut random, after - before);
        let first = Duration::from_micros(random.below(30_000));
        let second = (random.below(2) == 0).then(|| Duration::from_micros(random.below(30_000)));
        let fault = trial(&nights, at, (answers, [Some(first), second]), None);
        result.count(fault.map(|fault| format!("{answers} {first:?} {second:?}: {fault}")));
    }
    result.end();
}

fn drawn(random: &mut Random, end: usize) -> usize {
    usize::try_from(random.below(end as u64)).expect("small")
}

/// How many answers are out before a night, and after it.
fn published(nights: &Nights, number: usize) -> (usize, usize) {
    let night = &nights.all[number];
    let after = night
        .after
        .files
        .keys()
        .filter(|path| path.starts_with("outbox"));
    (walk(&night.before.join("outbox")).len(), after.count())
}

#[test]
fn a_watch_that_ends_where_it_is_is_noticed() {
    let nights = Nights::make();
    let mut result = Trials::of("ends where it is");
    for answers in 1..6 {
        let times = [Some(Duration::ZERO), None];
        result.count(trial(&nights, 1, (answers, times), Some("ends_at_once")));
    }
    result.must_have_failed();
}
