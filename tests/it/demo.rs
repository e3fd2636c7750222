//! The sample night from its files to its answers, as `sluss demo` runs it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn sluss(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(arguments)
        .env_remove("SLUSS_SITE")
        .output()
        .expect("the program starts")
}

/// Runs the sample night in a new folder.
fn night(folder: &Path, threads: &str) -> PathBuf {
    let dir = folder.join("sluss-demo");
    let path = dir.to_str().expect("UTF-8");
    let output = sluss(&["demo", path, "--threads", threads]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    dir
}

/// Every file below a folder, by its path in it.
fn files(top: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new(top).sort_by_file_name() {
        let entry = entry.expect("a readable folder");
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(top).expect("below it");
            let bytes = fs::read(entry.path()).expect("a readable file");
            all.push((name.display().to_string(), bytes));
        }
    }
    all
}

fn batches(dir: &Path) -> Vec<Value> {
    let site = dir.to_str().expect("UTF-8");
    let output = sluss(&["--site", site, "status", "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["batches"].as_array().expect("a list").clone()
}

#[test]
fn the_night_shows_every_format_status_and_outcome() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let dir = night(folder.path(), "2");
    let batches = batches(&dir);
    let seen = |key: &str| -> BTreeSet<String> {
        let words = batches.iter().filter_map(|batch| batch[key].as_str());
        words.map(str::to_owned).collect()
    };
    let shipped =
        sluss::format::load(&[], &sluss::line::dictionary::dictionary()).expect("good formats");
    assert_eq!(seen("format"), shipped.keys().cloned().collect());
    let statuses = [
        "accepted",
        "duplicate",
        "partial",
        "quarantined",
        "rejected",
    ];
    assert_eq!(seen("status"), statuses.map(str::to_owned).into());
    for outcome in ["accepted", "scheduled", "rejected", "duplicate"] {
        let count: u64 = (batches.iter())
            .filter_map(|batch| batch["counts"][outcome].as_u64())
            .sum();
        assert!(count > 0, "{outcome}");
    }
    let codes: BTreeSet<&String> = (batches.iter())
        .filter_map(|batch| batch["findings"].as_object())
        .flat_map(serde_json::Map::keys)
        .collect();
    assert!(codes.len() >= 45, "{} {codes:?}", codes.len());
    // What the partners dropped is gone from their inboxes, and none of it is lost.
    assert!(files(&dir.join("inbox")).is_empty());
    let kept = files(&dir.join("archive")).len() + files(&dir.join("quarantine")).len();
    assert!(kept >= batches.len(), "{kept}");
}

#[test]
fn the_night_is_the_same_for_any_number_of_threads() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder for a test"));
    let one = night(folders[0].path(), "1");
    let many = night(folders[1].path(), "8");
    for part in ["outbox", "archive", "quarantine"] {
        assert_eq!(files(&one.join(part)), files(&many.join(part)), "{part}");
    }
}

/// A summary without its links, which change with the sample's settings; the audit's tests hold them.
fn unchained(text: &str) -> String {
    let link = |line: &&str| {
        ["    \"previous\": ", "    \"this\": "]
            .iter()
            .any(|key| line.starts_with(key))
    };
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !link(line)).collect()
}

#[test]
fn the_answers_are_these() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let dir = night(folder.path(), "2");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, bytes) in files(&dir.join("outbox")) {
            // Workbooks are compared by what is read from them, in tests of their own.
            if Path::new(&name).extension().is_none_or(|end| end != "xlsx") {
                let text = encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(&bytes)
                    .0;
                let text = std::str::from_utf8(&bytes).map_or(text, Into::into);
                insta::assert_snapshot!(name.replace('/', "~"), unchained(&text));
            }
        }
    });
}

#[test]
fn an_existing_site_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let dir = night(folder.path(), "2");
    let before = files(&dir);
    let output = sluss(&["demo", dir.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(files(&dir) == before, "something changed");
}

#[test]
fn questions_about_the_night_are_answered() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let dir = night(folder.path(), "2");
    let site = dir.to_str().expect("UTF-8");
    let first = batches(&dir)[0]["batch"]
        .as_str()
        .expect("a batch")
        .to_owned();
    let rows: &[(&[&str], i32, &str)] = &[
        (&["status"], 0, "partial"),
        (&["status", &first], 0, "claimed_at"),
        (&["status", &first[..6]], 0, "claimed_at"),
        (&["errors", &first], 0, "invalid_"),
        (
            &["show", "F-1001", "--partner", "nordbank"],
            0,
            "INS_20261120_005.csv",
        ),
        (
            &[
                "show",
                "K-501",
                "--partner",
                "nordbank",
                "--as-of",
                "2026-11-20",
            ],
            0,
            "Åsa",
        ),
        (
            &[
                "show",
                "K-501",
                "--partner",
                "nordbank",
                "--as-of",
                "2026-11-19",
            ],
            2,
            "",
        ),
        (&["show", "F-1001", "--partner", "fjordbank"], 2, ""),
        (&["show", "F-1001"], 2, ""),
        (
            &["export", "insurance", "--partner", "nordbank"],
            0,
            "F-1001;",
        ),
        (
            &[
                "export",
                "insurance",
                "--partner",
                "fjordbank",
                "--kind",
                "customer",
            ],
            0,
            "Kåre",
        ),
        (
            &[
                "export",
                "insurance",
                "--partner",
                "fjordbank",
                "--kind",
                "loan",
            ],
            2,
            "",
        ),
        (
            &["export", "insurance", "--partner", "nordbank", "--json"],
            0,
            "\"entities\"",
        ),
        (&["formats", "check"], 0, "no faults"),
    ];
    for (arguments, code, expected) in rows {
        let arguments = [&["--site", site], *arguments].concat();
        let output = sluss(&arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
        // What people see on a terminal carries no personal numbers.
        for number in ["8608102383", "01018530038"] {
            assert!(!text.contains(number), "{arguments:?}: {number}");
        }
    }
}

#[test]
fn rejected_records_can_be_dropped_again() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let dir = night(folder.path(), "2");
    let site = dir.to_str().expect("UTF-8");
    for batch in batches(&dir) {
        let partner = batch["partner"].as_str().expect("a partner");
        let rejected = &batch["counts"]["rejected"];
        let answers = batch["answers"].as_array().expect("a list");
        let mut names = answers.iter().filter_map(|answer| answer["name"].as_str());
        let Some(name) = names.find(|name| name.contains(".rejected.")) else {
            assert_eq!(rejected, 0, "{batch}");
            continue;
        };
        // Mended files come under a new name, which the partner's pattern takes.
        let file = batch["file"]
            .as_str()
            .expect("a file")
            .replace("20261120", "20261121");
        let again = folder.path().join(file);
        fs::copy(dir.join("outbox").join(partner).join(name), &again).expect("a copy");
        let again = again.to_str().expect("UTF-8");
        let output = sluss(&[
            "--site",
            site,
            "--json",
            "--partner",
            partner,
            "check",
            again,
        ]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let checked = &document["batches"][0];
        assert_ne!(checked["status"], "quarantined", "{name}");
        assert_eq!(&checked["counts"]["records"], rejected, "{name}");
        if batch["reason"] == "totals_mismatch" {
            assert_eq!(checked["status"], "accepted", "its totals were made anew");
        }
    }
}
