//! One bad file never stops the others: what two hundred good files are answered is the same, byte for byte, whether
//! hostile ones lie among them or not.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use serde_json::Value;

use super::cases::cases;
use super::place::{Place, difference, files, good_csv};
use super::trials;
use crate::torture::trials::Trials;

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.mixed]
formats = ["canonical-csv", "canonical-xml", "canonical-excel"]
lines = ["insurance"]
settle = "0s"

[partner.other]
formats = ["canonical-csv"]
lines = ["insurance"]
settle = "0s"

[product.A]
line = "insurance"
"#;

fn place(good_files: usize) -> Place {
    let place = Place::new(SETTINGS, &["mixed", "other"]);
    for no in 0..good_files {
        let (ending, bytes) = good(no);
        place.drop("mixed", &format!("canonical_{no:03}.{ending}"), bytes);
    }
    for no in 0..10 {
        place.drop("other", &format!("canonical_{no:03}.csv"), good_csv(no));
    }
    place
}

/// A good file: most of them CSV, some XML, a few workbooks.
fn good(no: usize) -> (&'static str, Vec<u8>) {
    let text = good_csv(no);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let labels = rows.headers().expect("labels").clone();
    let rows = rows.records().map(|row| row.expect("a row"));
    match no % 20 {
        7 => {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            for (row, cells) in (0..).zip([labels].into_iter().chain(rows)) {
                for (column, cell) in (0..).zip(&cells) {
                    sheet.write(row, column, cell).expect("a cell");
                }
            }
            ("xlsx", book.save_to_buffer().expect("a workbook"))
        }
        3 | 11 | 15 | 19 => {
            let record = |cells: csv::StringRecord| {
                let fields = labels.iter().zip(cells.iter()).skip(1);
                let given = fields.filter(|(_, cell)| !cell.is_empty());
                let fields: Vec<_> = given.map(|(n, c)| format!("<{n}>{c}</{n}>")).collect();
                let fields = fields.concat();
                format!("<record kind=\"{}\">{fields}</record>", &cells[0])
            };
            let records: String = rows.map(record).collect();
            ("xml", format!("<records>{records}</records>").into_bytes())
        }
        _ => ("csv", text.into_bytes()),
    }
}

/// Twenty hostile things between them: contents, names, and what is no file.
fn drop_hostile(place: &Place) {
    let contents: Vec<_> = (cases().into_iter())
        .filter(|case| matches!(case.ending, "csv" | "xml" | "xlsx"))
        .step_by(4)
        .take(16)
        .collect();
    assert_eq!(contents.len(), 16);
    for (at, case) in contents.iter().enumerate() {
        let name = format!("canonical_{:03}_h.{}", at * 2, case.ending);
        place.drop("mixed", &name, &case.bytes);
    }
    let inbox = place.inbox("mixed");
    std::os::unix::fs::symlink("canonical_001.csv", inbox.join("canonical_003_h.csv"))
        .expect("a link");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        inbox.join("canonical_005_h.csv"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("a pipe");
    let name = std::ffi::OsStr::from_bytes(b"canonical_011_\xff_h.csv");
    std::fs::write(inbox.join(name), good_csv(999)).expect("written");
    let sparse = std::fs::File::create(inbox.join("canonical_015_h.csv")).expect("a file");
    sparse.set_len(1 << 42).expect("it grows");
}

/// The good files' answers, and what is kept of them. The chain is over all batches of a book, bad ones too.
fn answers(place: &Place, partner: &str, with_chain: bool) -> BTreeMap<PathBuf, Vec<u8>> {
    let good = |path: &Path| {
        let name = path.file_name().expect("a name").to_string_lossy();
        !name.contains("_h.")
    };
    let mut all: BTreeMap<_, _> = files(&place.outbox(partner)).into_iter().collect();
    all.retain(|path, _| good(path));
    for (path, bytes) in &mut all {
        if !with_chain && path.to_string_lossy().ends_with(".summary.json") {
            let mut summary: Value = serde_json::from_slice(bytes).expect("a document");
            summary.as_object_mut().expect("an object").remove("chain");
            *bytes = summary.to_string().into_bytes();
        }
    }
    let archived = files(&place.site.join("archive").join(partner));
    let archived = archived.into_iter().filter(|(path, _)| good(path));
    all.extend(archived.map(|(path, bytes)| (Path::new("archive").join(path), bytes)));
    all
}

#[test]
fn answers_are_the_same_with_hostile_files_beside_them() {
    let good = trials(40, 200, 200);
    let template = place(good);
    let alone = template.copy();
    assert_eq!(alone.run().len(), good + 10);
    let expected = answers(&alone, "mixed", false);
    // A result, errors, rejected records, events and a summary of each, and the file itself.
    assert_eq!(expected.len(), good * 6);

    let beset = template.copy();
    drop_hostile(&beset);
    let batches = beset.run();
    assert_eq!(batches.len(), good + 10 + 20);
    let taken = batches
        .iter()
        .filter(|batch| batch["counts"]["accepted"] != 0);
    assert_eq!(taken.count(), good + 10, "no hostile file was taken");
    // What was never opened, a link or a pipe, is no break of the journal's chain either.
    let audit = beset.sluss(&["audit"]);
    assert_eq!(audit.status.code(), Some(0), "{audit:?}");
    let mut trials = Trials::of("good files among 20 hostile ones, answers byte-identical");
    let differing = difference(&answers(&beset, "mixed", false), &expected);
    for no in 0..good {
        let mine = format!("canonical_{no:03}.");
        trials.count(differing.iter().find(|name| name.contains(&mine)).cloned());
    }
    assert!(differing.is_empty(), "{differing:?}");
    trials.end();
    let (found, expected) = (
        answers(&beset, "other", true),
        answers(&alone, "other", true),
    );
    assert_eq!(difference(&found, &expected), [""; 0]);
}

/// The comparison can fail: a file that takes another's customer and insurance changes that one's answers.
#[test]
fn a_neighbour_that_does_reach_the_others_is_seen() {
    let alone = place(12);
    let beset = alone.copy();
    alone.run();
    beset.drop(
        "mixed",
        "canonical_000_h.csv",
        good_csv(5).replace("Fisk 5", "Sild 5"),
    );
    beset.run();
    assert!(answers(&beset, "mixed", false) != answers(&alone, "mixed", false));
}
