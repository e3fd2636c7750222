//! Whatever is in a file: it ends soon, in little memory, in a named finding or in records that add up, and the files
//! beside it are not touched. Other people's hostile files are looked for where `SLUSS_REAL_FILES` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sluss::code::Code;

use super::cases::cases;
use super::measure::{MEMORY, TIME};
use super::place::{Place, batches, good_csv};
use crate::delimited::{files, real_files};
use crate::torture::trials::Trials;

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.all]
formats = ["any-csv", "any-xml", "any-excel", "bgmax-1", "ocr-giro-1", "canonical-csv"]
lines = ["insurance", "loan"]
settle = "0s"
limits = { columns = 500 }

[product.A]
line = "insurance"
"#;

/// Formats that take nearly anything, so that a file is read as far as it can be.
const FORMATS: [(&str, &str); 3] = [
    (
        "any-csv",
        "title = 'Any text'\nlines = ['insurance']\nreader = 'csv'\nmatch = ['*.csv']\nyields_to = ['canonical-csv']\nunknown_columns = 'ignore'\n\
         csv = { header = false }\nfield = [ { name = 'kind', constant = 'insurance.approve-top-up' }, \
         { name = 'insurance_no', position = 1 }, { name = 'comment', position = 2 } ]\n",
    ),
    (
        "any-xml",
        "title = 'Any document'\nlines = ['insurance']\nreader = 'xml'\nmatch = ['*.xml']\nunknown_columns = 'ignore'\n\
         field = [ { name = 'kind', constant = 'insurance.approve-top-up' }, { name = 'insurance_no', from = 'no' }, \
         { name = 'comment', from = 'text' } ]\n[xml]\nrecord = '/records/record'\n",
    ),
    (
        "any-excel",
        "title = 'Any workbook'\nlines = ['insurance']\nreader = 'excel'\nmatch = ['*.xlsx', '*.xls', '*.ods']\n\
         unknown_columns = 'ignore'\nfield = [ { name = 'kind', constant = 'insurance.approve-top-up' }, \
         { name = 'insurance_no', from = 'a | b | c | d | e | id | nr | no | name | 1 | 2 | test | data | value' } ]\n",
    ),
];

fn place() -> Place {
    let place = Place::new(SETTINGS, &["all"]);
    for (id, text) in FORMATS {
        place.format(id, text);
    }
    place
}

/// The name under which a hostile file is dropped: apart from all others, with the ending by which it is recognised.
fn name(at: usize, path: &Path) -> String {
    let ending = path
        .extension()
        .map_or_else(String::new, |end| end.to_string_lossy().to_lowercase());
    let ending = match ending.as_str() {
        "zip" => "xlsx",
        "xsl" => "xml",
        "txt" => "csv",
        other => other,
    };
    format!("h{at:04}.{ending}")
}

/// Why a batch breaks the promise: no code that the catalogue knows, or records that do not add up.
fn unnamed(batch: &Value) -> Option<String> {
    let reason = batch["reason"].as_str().and_then(Code::named);
    let status = batch["status"].as_str().unwrap_or_default();
    let count = |name: &str| batch["counts"][name].as_u64().unwrap_or_default();
    let parts = ["accepted", "scheduled", "rejected", "duplicate"];
    let added: u64 = parts.iter().map(|part| count(part)).sum();
    let findings = batch["findings"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    let good = match status {
        "quarantined" => reason.is_some(),
        "rejected" => (reason.is_some() || findings > 0) && count("accepted") == 0,
        "accepted" | "partial" => count("records") == added,
        _ => false,
    };
    (!good).then(|| batch.to_string())
}

/// The hostile files of other people's making.
fn corpus() -> Option<Vec<PathBuf>> {
    let corpus = files(&real_files()?.join("hostile"));
    assert!(corpus.len() > 1000, "{}", corpus.len());
    Some(corpus)
}

#[test]
fn all_hostile_files_in_one_night_end_in_findings() {
    let Some(corpus) = corpus() else { return };
    let place = place();
    for (at, path) in corpus.iter().enumerate() {
        place.drop("all", &name(at, path), std::fs::read(path).expect("a file"));
    }
    place.drop("all", "canonical_good.csv", good_csv(1));
    let ran = place.sluss(&["run", "--json"]);
    assert_eq!(ran.broken(TIME * 12, MEMORY), None);
    let told = batches(&ran);
    let of: BTreeMap<&str, &Value> = (told.iter())
        .map(|batch| (batch["file"].as_str().expect("a file"), batch))
        .collect();
    let mut trials = Trials::of("hostile files of others in one night");
    for (at, path) in corpus.iter().enumerate() {
        // Bytes that came before are a duplicate of theirs, or quarantined again.
        let Some(batch) = of.get(name(at, path).as_str()) else {
            panic!("{}: no batch", path.display());
        };
        let duplicate = batch["status"] == "duplicate";
        let broken = unnamed(batch).filter(|_| !duplicate);
        trials.count(broken.map(|broken| format!("{}: {broken}", path.display())));
    }
    trials.end();
    let good = of["canonical_good.csv"];
    assert_eq!(good["counts"]["accepted"], 2, "{good:#}");
    assert_eq!(told.len(), corpus.len() + 1);
    assert!(super::place::files(&place.inbox("all")).is_empty());
}

/// The same, each file in a process of its own, whose time and memory are measured.
#[test]
#[cfg(feature = "torture")]
fn each_hostile_file_alone_is_read_soon_and_in_little_memory() {
    let Some(corpus) = corpus() else { return };
    let mut trials =
        Trials::of("hostile files of others, each <= 10 s and 512 MiB, a named finding");
    let place = place();
    for (at, path) in corpus.iter().enumerate() {
        let bytes = std::fs::read(path).expect("a file");
        trials.count(alone(&place, &name(at, path), &bytes).err());
    }
    trials.end();
}

/// Takes one file in a process of its own. `Err`: which promise it broke, and how.
#[cfg(feature = "torture")]
fn alone(place: &Place, name: &str, bytes: &[u8]) -> Result<(), String> {
    place.drop("all", name, bytes);
    let ran = place.sluss(&["run", "--json"]);
    if let Some(broken) = ran.broken(TIME, MEMORY) {
        return Err(format!("{name}: {broken}"));
    }
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Err(format!("{name}: {} {}", ran.status, ran.stderr));
    }
    let mut batches = batches(&ran);
    let batch = batches.pop().ok_or_else(|| format!("{name}: no batch"))?;
    let broken = unnamed(&batch).filter(|_| batch["status"] != "duplicate");
    match broken {
        Some(broken) => Err(format!("{name}: {broken}")),
        None => Ok(()),
    }
}

/// What a case came to, in the words of its table: codes, and how many records there were.
fn outcome(batch: &Value) -> String {
    let codes = match batch["reason"].as_str() {
        Some(reason) if batch["status"] == "quarantined" => reason.to_owned(),
        _ => {
            let findings = batch["findings"].as_object().expect("findings");
            let codes: Vec<&str> = findings.keys().map(String::as_str).collect();
            codes.join(" ")
        }
    };
    format!("{codes} {}", batch["counts"]["records"])
        .trim()
        .to_owned()
}

#[test]
fn each_of_our_own_hostile_files_has_its_finding() {
    let place = place();
    let cases = cases();
    let name = |at: usize, ending: &str| format!("c{at:03}.{ending}");
    for (at, case) in cases.iter().enumerate() {
        place.drop("all", &name(at, case.ending), &case.bytes);
    }
    let ran = place.sluss(&["run", "--json"]);
    assert_eq!(ran.broken(TIME * 12, MEMORY), None);
    let told = batches(&ran);
    let mut trials = Trials::of("hostile files of our own in one night");
    for (at, case) in cases.iter().enumerate() {
        let name = name(at, case.ending);
        let batch = told.iter().find(|batch| batch["file"] == name.as_str());
        let Some(batch) = batch else {
            panic!("{}: no batch", case.what);
        };
        let found = outcome(batch);
        let wrong = found != case.expected || unnamed(batch).is_some();
        trials.count(wrong.then(|| format!("{}: {found}, not {}", case.what, case.expected)));
    }
    trials.end();
}

/// The same, each in a process of its own.
#[test]
#[cfg(feature = "torture")]
fn each_of_our_own_hostile_files_alone_is_read_soon_and_in_little_memory() {
    let place = place();
    let mut trials =
        Trials::of("hostile files of our own, each <= 10 s and 512 MiB, a named finding");
    for (at, case) in cases().into_iter().enumerate() {
        let name = format!("c{at:03}.{}", case.ending);
        let broken = alone(&place, &name, &case.bytes).err();
        trials.count(broken.map(|broken| format!("{}: {broken}", case.what)));
    }
    trials.end();
}

/// The check of an end can fail: a batch without a reason, or whose records do not add up, is seen.
#[test]
fn a_batch_without_a_reason_is_seen() {
    let counts = |records: u64| serde_json::json!({ "records": records, "accepted": 1, "scheduled": 0, "rejected": 0, "duplicate": 0 });
    for (batch, good) in [
        (
            serde_json::json!({ "status": "quarantined", "reason": "malformed" }),
            true,
        ),
        (
            serde_json::json!({ "status": "quarantined", "reason": null }),
            false,
        ),
        (
            serde_json::json!({ "status": "quarantined", "reason": "other" }),
            false,
        ),
        (
            serde_json::json!({ "status": "accepted", "counts": counts(1) }),
            true,
        ),
        (
            serde_json::json!({ "status": "accepted", "counts": counts(2) }),
            false,
        ),
        (
            serde_json::json!({ "status": "rejected", "counts": counts(1) }),
            false,
        ),
    ] {
        assert_eq!(unnamed(&batch).is_none(), good, "{batch}");
    }
}
