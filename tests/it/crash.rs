//! A run that is killed at any step of the batch protocol, and run again, leaves the bytes of one that was not.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use sluss::os::STEPS;

use crate::torture::left::{copy, difference, left, walk};

/// Steps that a run of these files does not pass: only `sluss retry` copies, only `sluss purge` removes, and no file has
/// a done-file.
const ELSEWHERE: [&str; 5] = [
    "retry_copied",
    "done_file_taken",
    "done_file_put_away",
    "purged_input_removed",
    "purged_book_scrubbed",
];

/// The nights: the sample files, and a day on which much of what they scheduled has fallen due.
const NIGHTS: [(&str, &str); 2] = [
    ("2026-11-20", "2026-11-20T02:00:00+01:00"),
    ("2027-01-15", "2027-01-15T02:00:00+01:00"),
];

fn run(site: &Path, night: usize, failpoint: Option<&str>) -> ExitStatus {
    let (date, now) = NIGHTS[night];
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
    command
        .args([
            "run",
            "--quiet",
            "--threads",
            "1",
            "--business-date",
            date,
            "--now",
            now,
            "--site",
        ])
        .arg(site)
        .env_remove("SLUSS_FAILPOINT");
    if let Some(step) = failpoint {
        command.env("SLUSS_FAILPOINT", step);
    }
    command.output().expect("the program runs").status
}

/// Partners of the sample night whose text files go into one book.
struct Part {
    partners: &'static [&'static str],
    /// At which of its passings of a step a run is killed, each by itself.
    passings: &'static [u32],
}

const NORDBANK: Part = Part {
    partners: &["nordbank"],
    passings: &[1, 3],
};

/// With the insurer's feed, and offers that expire by the clock.
const HAVSFAKTURA: Part = Part {
    partners: &["havsfaktura", "kreditskydd"],
    passings: &[2],
};

/// A site with some partners' text files of the sample night; workbooks need a child each and take the same way.
fn template(above: &Path, part: &Part) -> PathBuf {
    let site = above.join("template");
    sluss::demo::make(&site).expect("a new site");
    for entry in walk(&site.join("inbox")) {
        let mut inboxes = part
            .partners
            .iter()
            .map(|name| site.join("inbox").join(name));
        let keep = inboxes.any(|inbox| entry.starts_with(inbox))
            && entry.extension().is_none_or(|end| end != "xlsx");
        if !keep {
            std::fs::remove_file(entry).expect("a file of the test");
        }
    }
    site
}

#[test]
fn a_run_killed_at_any_step_and_run_again_leaves_the_same() {
    for (step, hits) in kill_at_every_step(&NORDBANK) {
        assert!(hits > 0, "{step}: no run came by");
    }
}

#[test]
fn so_does_one_with_an_insurers_feed_and_what_falls_due_by_the_clock() {
    let hits = kill_at_every_step(&HAVSFAKTURA);
    assert!(hits.iter().any(|(_, hits)| *hits > 0));
}

/// How often a run died at each step.
fn kill_at_every_step(part: &Part) -> Vec<(&'static str, u32)> {
    let above = tempfile::tempdir().expect("a folder for a test");
    let template = template(above.path(), part);
    let whole = above.path().join("whole");
    copy(&template, &whole);
    run(&whole, 0, None);
    let first = left(&whole);
    let day_one = above.path().join("day-one");
    copy(&whole, &day_one);
    run(&whole, 1, None);
    let second = left(&whole);
    let due = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("due-"))
    };
    assert!(
        second.files.keys().any(due),
        "nothing fell due: the second night proves nothing"
    );

    let nights = [(&template, &first), (&day_one, &second)];
    let mut all = Vec::new();
    for step in STEPS.iter().filter(|step| !ELSEWHERE.contains(step)) {
        let mut hits = 0;
        for (night, (from, expected)) in nights.iter().enumerate() {
            for count in part.passings {
                let site = above.path().join("killed");
                copy(from, &site);
                let killed = run(&site, night, Some(&format!("{step}:{count}")));
                hits += u32::from(killed.code().is_none());
                let again = run(&site, night, None);
                assert!(
                    again.code().is_some_and(|code| code <= 1),
                    "{step}:{count}: {again}"
                );
                assert!(
                    left(&site) == **expected,
                    "{step}:{count} in night {night}: {}",
                    difference(&left(&site), expected)
                );
                std::fs::remove_dir_all(&site).expect("a folder of the test");
            }
        }
        all.push((*step, hits));
    }
    all
}

/// What killed the reading of a file three times need not have been the file: a child reads it alone, and it is taken.
#[test]
fn a_file_whose_reading_was_killed_three_times_is_read_alone_and_taken() {
    let files = [
        ("nordbank", "INS_20261120_001.csv"),
        ("nordbank", "INS_20261120_003.xml"),
        ("nordbank", "INS_20261120_004.xlsx"),
        ("sydlan", "inbetalningar_20261120.bgmax"),
    ];
    for (partner, name) in files {
        let above = tempfile::tempdir().expect("a folder for a test");
        let site = above.path().join("site");
        sluss::demo::make(&site).expect("a new site");
        let own = site.join("inbox").join(partner).join(name);
        assert!(own.is_file(), "{name}");
        for entry in walk(&site.join("inbox")) {
            if entry != own {
                std::fs::remove_file(entry).expect("a file of the test");
            }
        }
        for _ in 0..3 {
            let killed = run(&site, 0, Some("reading_begun"));
            assert_eq!(killed.code(), None, "{name}: it was not killed");
        }
        let done = run(&site, 0, None);
        assert!(done.code().is_some_and(|code| code <= 1), "{name}: {done}");
        let archived = walk(&site.join("archive")).len();
        let put_away = walk(&site.join("quarantine")).len();
        assert_eq!((archived, put_away), (1, 0), "{name}");
    }
}

/// The comparison can fail: a run that was killed behind its commit and not run again is another.
#[test]
fn a_killed_run_alone_is_not_the_same() {
    let above = tempfile::tempdir().expect("a folder for a test");
    let template = template(above.path(), &NORDBANK);
    let (whole, killed) = (above.path().join("whole"), above.path().join("killed"));
    copy(&template, &whole);
    copy(&template, &killed);
    run(&whole, 0, None);
    assert!(run(&killed, 0, Some("after_commit")).code().is_none());
    assert!(left(&whole) != left(&killed));
}
