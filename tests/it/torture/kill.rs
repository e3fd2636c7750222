//! Killed anywhere, a later run leaves the bytes of one that was not.

use std::os::unix::process::ExitStatusExt;
use std::time::Instant;

use super::night::Nights;
use super::trace::{Call, WRITING, calls, kill_at};
use super::trials::{Random, Trials, trials};

/// Every writing call of every night, as (night, call).
fn points(nights: &Nights) -> Vec<(usize, Call)> {
    let mut points = Vec::new();
    for (number, night) in nights.all.iter().enumerate() {
        let site = nights.site(number, "traced");
        let calls = calls(&night.run(&site), &nights.place("trace"), WRITING);
        // The fresh site is for what makes folders; the rest is the same as in a site that has them.
        let folders = |call: &Call| {
            number != 0 || matches!(call.name.as_str(), "mkdirat" | "fchmod") && call.number <= 20
        };
        points.extend(calls.into_iter().filter(folders).map(|call| (number, call)));
    }
    points
}

/// As many of these as are wanted, spread over all.
fn spread<T: Clone>(all: &[T], wanted: usize) -> Vec<T> {
    let wanted = wanted.min(all.len());
    let at = |number: usize| all[number * all.len() / wanted].clone();
    (0..wanted).map(at).collect()
}

#[test]
fn killed_at_every_writing_call() {
    let nights = Nights::make();
    let all = points(&nights);
    assert!(all.len() > 400, "only {} writing calls", all.len());
    let chosen = spread(&all, trials(60, usize::MAX));
    let mut random = Random::seeded(1);
    let mut result = Trials::of("killed at every writing call");
    let mut killed = 0;
    for (number, call) in &chosen {
        let night = &nights.all[*number];
        let site = nights.site(*number, "killed");
        let trace = nights.place("trace");
        let done = kill_at(&night.run(&site), &trace, call);
        killed += usize::from(done.status.signal() == Some(9));
        let mut second = String::new();
        // Every third recovery is killed as well.
        if random.below(3) == 0 {
            let again = all[usize::try_from(random.below(all.len() as u64)).expect("small")]
                .1
                .clone();
            kill_at(&night.run(&site), &trace, &again);
            second = format!(", then at {again:?}");
        }
        let fault = night.finish(&site, None);
        result.count(fault.map(|fault| format!("{}: {call:?}{second}: {fault}", night.name)));
    }
    // A call may be missing from a run that took another turn, such as one that waited for a lock.
    assert!(
        killed * 100 >= chosen.len() * 98,
        "{killed} of {} died",
        chosen.len()
    );
    result.end();
}

#[test]
fn killed_at_any_time() {
    let nights = Nights::make();
    let mut random = Random::seeded(2);
    let mut result = Trials::of("killed at any time");
    let mut killed = 0;
    let wanted = trials(100, 1_000);
    for trial in 0..wanted {
        let number = trial % nights.all.len();
        let night = &nights.all[number];
        let site = nights.site(number, "killed-in-time");
        let mut moments = Vec::new();
        // One, two or three runs are killed, the last of them perhaps while it reads what killed the others.
        for _ in 0..=random.below(3) {
            let threads = 1 + random.below(2);
            let moment = night.moment(&mut random);
            let begun = Instant::now();
            let mut run = night
                .command("run", &site)
                .args(["--quiet", "--threads", &threads.to_string()])
                .spawn()
                .expect("the program runs");
            std::thread::sleep(moment.saturating_sub(begun.elapsed()));
            // It may have ended by itself.
            run.kill().ok();
            let status = run.wait().expect("a child");
            killed += usize::from(status.signal() == Some(9));
            moments.push(moment);
        }
        let fault = night.finish(&site, None);
        result.count(fault.map(|fault| format!("{}: {moments:?}: {fault}", night.name)));
    }
    assert!(
        killed * 3 >= wanted,
        "only {killed} runs of {wanted} trials died"
    );
    result.end();
}

#[test]
fn a_run_that_forgets_what_was_in_hand_is_noticed() {
    let nights = Nights::make();
    let mut result = Trials::of("forgets what was in hand");
    for (number, call) in spread(&points(&nights), 20) {
        let night = &nights.all[number];
        let site = nights.site(number, "forgotten");
        kill_at(&night.run(&site), &nights.place("trace"), &call);
        result.count(night.finish(&site, Some("nothing_recovered")));
    }
    result.must_have_failed();
}
