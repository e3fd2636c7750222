//! `sluss check` with the real program: what a run would do, without doing it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::own_site::{self, NIGHT, make};

const SETTINGS: &str = r#"
[partner.lender]
formats = ["canonical-csv"]
lines = ["loan"]
settle = "0s"

[product.ANN]
line = "loan"
reference = "se-ocr"
"#;

const LOANS: &str = "\
kind,contract_no,action,person_id,loan_type,country,reference_no,currency,amount,principal
loan.contract,L1,import,P1,ANN,SE,18,SEK,1000,1000
";

/// As many payments; one of the last is bad.
fn payments(count: usize) -> String {
    let mut text = "kind,contract_no,currency,amount,value_date,bank_reference\n".to_owned();
    for number in 1..=count {
        let date = if number == count - 3 {
            "2026-02-30"
        } else {
            "2026-11-19"
        };
        let row = format!("loan.repayment,L1,SEK,{number}.50,{date},B{number}");
        writeln!(text, "{row}").expect("memory");
    }
    text
}

/// A site with two files beside it, and their paths.
fn site(folder: &Path, settings: &str) -> (PathBuf, [String; 2]) {
    let site = make(folder, settings, &["lender"]);
    let files = [("loans.csv", LOANS), ("paid.csv", &payments(30))];
    let written = files.map(|(name, text)| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("plain").to_owned()
    });
    (site, written)
}

/// What the program says of these files.
fn check(site: &Path, files: &[String], more: &[&str]) -> String {
    let mut arguments = vec!["check", "--partner", "lender"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(more.iter().chain(&NIGHT));
    let output = own_site::sluss(&arguments, site);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "one is rejected: {told}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The files of a folder, by name.
fn within(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = std::fs::read_dir(folder).expect("a folder");
    let file = |path: PathBuf| {
        let name = path.file_name().expect("named").to_string_lossy().into();
        (name, std::fs::read(&path).expect("a file"))
    };
    names
        .map(|entry| file(entry.expect("listed").path()))
        .collect()
}

#[test]
fn a_few_records_and_all_findings_are_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, files) = site(folder.path(), SETTINGS);
    let told = check(&site, &files, &[]);
    assert!(
        told.contains("(10 more records: `--answers DIR` writes them all)"),
        "{told}"
    );
    let shown = told.lines().filter(|line| line.contains("loan.repayment"));
    assert_eq!(shown.count(), 20, "{told}");
    // Not among those that are shown, and named all the same.
    assert!(told.contains("row 27, line 28 column"), "{told}");
    assert!(
        !site.join("ledger/lender.sqlite").exists(),
        "nothing is written"
    );
}

#[test]
fn who_asks_for_nothing_is_shown_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, files) = site(folder.path(), SETTINGS);
    assert_eq!(check(&site, &files, &["--quiet"]), "");
}

#[test]
fn findings_that_no_line_has_are_counted_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let few = SETTINGS.replacen("settle", "limits = { findings = 5 }\nsettle", 1);
    let (site, files) = site(folder.path(), &few);
    let bad = payments(30).replace("2026-11-19", "2026-02-30");
    std::fs::write(&files[1], bad).expect("written");
    let told = check(&site, &files[1..], &[]);
    assert!(told.contains("30 × invalid_date"), "{told}");
    assert!(told.contains("30 findings in all; 5 are listed"), "{told}");
}

#[test]
fn a_file_that_grows_while_it_is_checked_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, files) = site(folder.path(), SETTINGS);
    let path = Path::new(&files[1]);
    std::fs::write(path, payments(5_000)).expect("written");
    let ended = AtomicBool::new(false);
    let output = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(path).expect("opened");
            while !ended.load(Ordering::Relaxed) {
                file.write_all(b"loan.repayment,L1,SEK,1,2026-11-19,X\n")
                    .expect("written");
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let arguments = ["check", "--partner", "lender", &*files[1]];
        let output = own_site::sluss(&[&arguments, &NIGHT[..]].concat(), &site);
        ended.store(true, Ordering::Relaxed);
        output
    });
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("changed while it was checked"), "{told}");
}

#[test]
fn a_rehearsal_says_what_the_run_then_does() {
    foretold(SETTINGS, "partial");
}

#[test]
fn a_rehearsal_says_why_a_batch_would_be_refused_as_a_whole() {
    let strict = SETTINGS.replacen("settle", "reject_batch_above = 0.01\nsettle", 1);
    foretold(&strict, "rejected");
}

/// Rehearses both files and then runs them; the second one ends so.
fn foretold(settings: &str, status: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, files) = site(folder.path(), settings);
    let said: Value = serde_json::from_str(&check(&site, &files, &["--json"])).expect("JSON");
    let answers = folder.path().join("would");
    check(
        &site,
        &files,
        &["--answers", answers.to_str().expect("plain")],
    );
    for path in &files {
        let name = Path::new(path).file_name().expect("named");
        std::fs::copy(path, site.join("inbox/lender").join(name)).expect("dropped");
    }
    let run = own_site::sluss(&[&["run", "--json"], &NIGHT[..]].concat(), &site);
    let run: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(said["batches"][1]["status"], status);
    for (at, would) in said["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .enumerate()
    {
        let done = &run["batches"][at];
        for part in ["batch", "status", "counts", "amounts", "money", "findings"] {
            assert_eq!(would[part], done[part], "{part} of batch {at}");
        }
        assert_eq!(
            would["answers"],
            serde_json::json!([]),
            "nothing was written"
        );
        let base = done["answers"][0]["name"].as_str().expect("a name");
        let base = base.strip_suffix(".result.csv").expect("the first one");
        let mut published = within(&site.join("outbox/lender"));
        published.retain(|name, _| name.starts_with(base) && !name.ends_with(".summary.json"));
        let rehearsed = within(&answers.join(base));
        assert!(published.len() > 1, "{base}");
        assert_eq!(rehearsed, published, "the would-be answers are the answers");
    }
}

#[test]
fn the_same_file_twice_is_a_duplicate_of_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, [loans, paid]) = site(folder.path(), SETTINGS);
    let files = [loans, paid.clone(), paid];
    let said: Value = serde_json::from_str(&check(&site, &files, &["--json"])).expect("JSON");
    let status = |at: usize| {
        said["batches"][at]["status"]
            .as_str()
            .expect("a word")
            .to_owned()
    };
    assert_eq!([0, 1, 2].map(status), ["accepted", "partial", "duplicate"]);
}
