//! Limits are kept, and what is written can be read by nobody else: during a run, after it, and where it was killed.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use sluss::os::STEPS;

use super::place::{NIGHT, Place, good_csv};
use super::trials;
use crate::torture::trials::Trials;

fn settings(keys: &str) -> String {
    format!(
        "[site]\ntime_zone = \"Europe/Stockholm\"\n[partner.p]\nformats = [\"canonical-csv\", \"canonical-excel\"]\nlines = [\"insurance\"]\n\
         settle = \"0s\"\n{keys}\n[product.A]\nline = \"insurance\"\n"
    )
}

#[test]
fn each_limit_of_a_profile_is_kept() {
    let rows = format!("kind,comment\n{}", "insurance.inquire,x\n".repeat(200));
    let wide = "kind,comment\ninsurance.inquire,x,,,,,,\ninsurance.inquire,x\n".to_owned();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..2000 {
        for column in 0..20 {
            sheet
                .write(row, column, format!("cell {row} {column}"))
                .expect("a cell");
        }
    }
    let book = book.save_to_buffer().expect("a workbook");
    for (limit, name, bytes, expected) in [
        (
            "bytes = \"1KiB\"",
            "canonical.csv",
            rows.clone().into_bytes(),
            "quarantined file_too_large",
        ),
        (
            "records = 100",
            "canonical.csv",
            rows.clone().into_bytes(),
            "quarantined too_many_records",
        ),
        (
            "columns = 4",
            "canonical.csv",
            wide.into_bytes(),
            "column_count",
        ),
        (
            "inflated = \"64KiB\"",
            "canonical.xlsx",
            book.clone(),
            "quarantined inflated_too_large",
        ),
        (
            "inflated = \"1GiB\"",
            "canonical.xlsx",
            book,
            "missing_column",
        ),
        (
            "findings = 10",
            "canonical.csv",
            rows.into_bytes(),
            "required",
        ),
    ] {
        let place = Place::new(&settings(&format!("limits = {{ {limit} }}")), &["p"]);
        place.drop("p", name, &bytes);
        let batch = place.run().pop().expect("a batch");
        let told = format!(
            "{} {} {}",
            batch["status"].as_str().expect("a status"),
            batch["reason"].as_str().unwrap_or("-"),
            batch["findings"]
        );
        assert!(told.contains(expected), "{limit}: {told}");
        if limit.starts_with("findings") {
            let errors = super::place::files(&place.outbox("p"));
            let (_, errors) = errors
                .iter()
                .find(|(path, _)| path.to_string_lossy().contains("errors"))
                .expect("errors");
            let errors = String::from_utf8_lossy(errors);
            assert_eq!(
                errors.lines().count(),
                12,
                "a header, ten findings, and one that counts the rest"
            );
            assert!(
                errors
                    .lines()
                    .last()
                    .is_some_and(|line| line.contains("more_findings") && line.contains("200")),
                "{errors}"
            );
        }
    }
}

/// What of a site is open to others than its own account, or than the profile says.
fn open_to_others(site: &Path, outbox: u32) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in walkdir::WalkDir::new(site) {
        let entry = entry.expect("a readable site");
        let path = entry.path().strip_prefix(site).expect("below it");
        let top = path
            .iter()
            .next()
            .and_then(|top| top.to_str())
            .unwrap_or("");
        let mode = entry.metadata().expect("it is there").permissions().mode() & 0o7777;
        let is_folder = entry.file_type().is_dir();
        let closed = matches!(top, "work" | "ledger" | "archive" | "quarantine" | "secret");
        let allowed = match (closed, is_folder) {
            (true, true) => 0o700,
            (true, false) => 0o600,
            (false, false) if top == "outbox" => outbox,
            (false, true) => 0o750,
            // What partners drop and the operator writes is theirs.
            (false, false) => continue,
        };
        if mode & !allowed != 0 && !path.as_os_str().is_empty() {
            wrong.push(format!("{} is {mode:o}", path.display()));
        }
    }
    wrong
}

fn place() -> Place {
    let place = Place::new(&settings("answers = { mode = \"0640\" }"), &["p"]);
    place.drop("p", "canonical_1.csv", good_csv(1));
    place.drop("p", "canonical_2.csv", "kind\n\"");
    place.drop("p", "nobody.csv", "a\n");
    for name in ["canonical_1.csv", "canonical_2.csv", "nobody.csv"] {
        let path = place.inbox("p").join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).expect("set");
    }
    place
}

/// A run under a mask that forbids nothing, killed at a step if one is named.
fn run_unmasked(place: &Place, failpoint: Option<&str>) {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "umask 000; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_sluss"),
        "run",
        "--quiet",
        "--threads",
        "1",
    ]);
    command
        .args(NIGHT)
        .arg("--site")
        .arg(&place.site)
        .env_remove("SLUSS_FAILPOINT");
    if let Some(step) = failpoint {
        command.env("SLUSS_FAILPOINT", step);
    }
    command.output().expect("it runs");
}

/// Inputs are closed when they are put away; while one is in hand it lies in a closed folder.
fn is_input_in_hand(line: &str) -> bool {
    line.starts_with("work/") && line.contains("/input is")
}

#[test]
fn nothing_is_open_to_others_at_any_step() {
    let template = place();
    let mut figures = Trials::of("files and folders closed to others, wherever a run is killed");
    let done = template.copy();
    run_unmasked(&done, None);
    let wrong = open_to_others(&done.site, 0o640);
    figures.count((!wrong.is_empty()).then(|| format!("after a run: {wrong:?}")));
    let step = (STEPS.len() / trials(6, usize::MAX, usize::MAX).min(STEPS.len())).max(1);
    for name in STEPS.iter().step_by(step) {
        let place = template.copy();
        run_unmasked(&place, Some(name));
        let mut wrong = open_to_others(&place.site, 0o640);
        wrong.retain(|line| !is_input_in_hand(line));
        figures.count((!wrong.is_empty()).then(|| format!("{name}: {wrong:?}")));
    }
    figures.end();
}

/// The check can fail: a file of another mode is seen, wherever it is.
#[test]
fn an_open_file_is_seen() {
    let place = place();
    run_unmasked(&place, None);
    for path in ["ledger/x", "work/p/x", "archive/p/x", "outbox/p/x"] {
        let path = place.site.join(path);
        std::fs::write(&path, "").expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        assert_eq!(
            open_to_others(&place.site, 0o640).len(),
            1,
            "{}",
            path.display()
        );
        std::fs::remove_file(path).expect("removed");
    }
}
