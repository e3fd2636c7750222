//! Workbooks through the real child process: whatever is in them, they end in rows or in a named finding, soon, and
//! only the child can die of them. Other people's files are looked for where `SLUSS_REAL_FILES` says.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::iter;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use rust_xlsxwriter::Workbook;
use sluss::format::Format;
use sluss::line::dictionary::dictionary;
use sluss::read::excel::ExcelReader;
use sluss::read::{Fault, ReadLimits};

use crate::delimited::{files, real_files};
use crate::own_site;

const LIMITS: ReadLimits = ReadLimits {
    columns: 500,
    inflated: 1 << 30,
    ratio: 200,
};

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_sluss"))
}

/// A format that takes a table under any of these labels.
fn format(labels: &str) -> Arc<Format> {
    let text = format!(
        "id = 'any'\ntitle = 'Any'\nlines = ['insurance']\nreader = 'excel'\nunknown_columns = 'ignore'\n\
         field = [ {{ name = 'kind', constant = 'insurance.approve-top-up' }}, {{ name = 'insurance_no', from = '{labels}' }} ]\n"
    );
    Arc::new(Format::parse("any.toml", &text, &dictionary()).expect("a format without faults"))
}

/// How many rows a workbook has, or the code of its fault. Never longer than ten seconds.
fn rows(program: PathBuf, format: &Arc<Format>, path: &Path) -> Result<usize, String> {
    let told = |fault| match fault {
        Fault::File(finding) | Fault::Batch(finding) => finding.code.to_string(),
        Fault::World(error) => panic!("{}: {error:#}", path.display()),
    };
    let began = Instant::now();
    let file = File::open(path).expect("a sample");
    let rows = || -> Result<usize, Fault> {
        let (mut reader, layout) = ExcelReader::open_with(Some(program), format, file, &LIMITS)?;
        let mut rows = 0;
        while let Some(chunk) = reader.next_chunk()? {
            rows += layout.records(&chunk).len();
        }
        reader.finish()?;
        Ok(rows)
    };
    let rows = rows().map_err(told);
    assert!(began.elapsed().as_secs() < 10, "{}", path.display());
    rows
}

fn workbook(labels: &[&str], rows: u32) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, label) in (0..).zip(labels) {
        sheet.write_string(0, column, *label).expect("a cell");
        for row in 1..=rows {
            sheet.write_number(row, column, row).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The same archive with one part changed.
pub(crate) fn with_part(workbook: &[u8], name: &str, change: &dyn Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).expect("an archive");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("a part");
        let entry_name = entry.name().expect("a name").into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        let text = if entry_name == name {
            change(text)
        } else {
            text
        };
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(entry_name, options).expect("a part");
        writer.write_all(text.as_bytes()).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

fn saved(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("a.xlsx");
    fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn rows_come_through_the_child_and_its_death_is_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = "xl/worksheets/sheet1.xml";
    let good = workbook(&["Nr"], 5000);
    let unreadable = || Err("workbook_unreadable".to_owned());
    let strings = "xl/sharedStrings.xml";
    let table: Vec<(Vec<u8>, Result<usize, String>)> = vec![
        (good.clone(), Ok(5000)),
        (workbook(&["x"], 1), Err("missing_column".to_owned())),
        // Coordinates that do not fit end the child, and are never taken for others.
        (
            with_part(&good, sheet, &|s| s.replace("r=\"A7\"", "r=\"AAAAAAAAA7\"")),
            unreadable(),
        ),
        // This makes the opening library ask for all memory.
        (
            with_part(&good, strings, &|s| {
                s.replace("uniqueCount=\"1\"", "uniqueCount=\"99999999999\"")
            }),
            unreadable(),
        ),
        // The corners of the grid cost nothing.
        (
            with_part(&good, sheet, &|s| {
                s.replace("r=\"A5001\"", "r=\"XFD1048576\"")
                    .replace("<row r=\"5001\"", "<row r=\"1048576\"")
            }),
            Ok(4999),
        ),
    ];
    for (at, (bytes, expected)) in table.iter().enumerate() {
        let path = saved(folder.path(), bytes);
        assert_eq!(rows(program(), &format("Nr"), &path), *expected, "row {at}");
    }
}

#[test]
fn a_child_that_ends_early_or_says_nonsense_is_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path(), &workbook(&["Nr"], 1));
    let scripts = [
        "printf '\\001'",
        "printf '\\001'; exit 7",
        "printf '\\001'; kill -9 $$",
        "echo nonsense",
        "printf '\\001E\\000\\000\\000\\000'",
    ];
    for (at, script) in scripts.iter().enumerate() {
        let program = folder.path().join(format!("child{at}"));
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("made a program");
        let found = rows(program, &format("Nr"), &path);
        assert_eq!(found, Err("workbook_unreadable".to_owned()), "{script}");
    }
    // A child that is not there, that ends before it has looked at the file, or that cannot write to its pipe, is our
    // own trouble.
    let mut ours = vec![folder.path().join("none")];
    for (name, script) in [("silent", "exit 1"), ("unheard", "printf '\\001'; exit 74")] {
        let program = folder.path().join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("made a program");
        ours.push(program);
    }
    for program in ours {
        let file = File::open(&path).expect("the workbook");
        let found = ExcelReader::open_with(Some(program), &format("Nr"), file, &LIMITS);
        assert!(matches!(found, Err(Fault::World(_))), "the file is blamed");
    }
}

#[test]
fn a_reader_that_is_dropped_takes_its_child_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path(), &workbook(&["Nr", "b", "c", "d"], 20_000));
    let file = File::open(&path).expect("the workbook");
    let began = Instant::now();
    let opened = ExcelReader::open_with(Some(program()), &format("Nr"), file, &LIMITS);
    assert!(opened.is_ok());
    drop(opened);
    assert!(began.elapsed().as_secs() < 10);
}

#[test]
fn every_real_workbook_ends_in_rows_or_a_finding() {
    let Some(folder) = real_files() else { return };
    let any = format(
        "a | b | c | d | e | id | nr | no | name | date | time | value | type | code | number | text | test | data | sum | \
         boolean | string | 1 | 2 | true | title | description | amount | total | result | column1 | first | year | month",
    );
    let named = [
        "workbook_unreadable",
        "missing_column",
        "double_column",
        "inflated_too_large",
    ];
    let (mut good, mut refused) = (0, 0);
    for sub in ["spreadsheets", "hostile/workbooks", "hostile/zip"] {
        for path in files(&folder.join(sub)) {
            match rows(program(), &any, &path) {
                Ok(_) => good += 1,
                Err(code) => {
                    assert!(named.contains(&code.as_str()), "{}: {code}", path.display());
                    refused += 1;
                }
            }
        }
    }
    assert!(good > 20 && refused > 20, "{good} read, {refused} refused");
}

/// The library that writes them ends in a panic there.
#[test]
fn a_disk_that_does_not_take_the_rejected_workbook_is_what_is_told() {
    const FORMAT: &str = "id = 'wide'\ntitle = 'Wide'\nlines = ['insurance']\nreader = 'excel'\nunknown_columns = 'ignore'\n\
         field = [ { name = 'kind', constant = 'insurance.activate' }, { name = 'insurance_no', from = 'Nr' } ]\n";
    const SETTINGS: &str = "[partner.bank]\nformats = ['wide']\nlines = ['insurance']\nsettle = '0s'\nlimits = { findings = 10 }\n";
    let folder = tempfile::tempdir().expect("a folder");
    let site = own_site::make(folder.path(), SETTINGS, &["bank"]);
    fs::write(site.join("formats/wide.toml"), FORMAT).expect("written");
    // Far more to send back than to say: 40 columns that nobody reads.
    let others: Vec<String> = (0..40).map(|number| format!("not read {number}")).collect();
    let labels: Vec<&str> = iter::once("Nr")
        .chain(others.iter().map(String::as_str))
        .collect();
    fs::write(site.join("inbox/bank/wide.xlsx"), workbook(&labels, 2_000)).expect("dropped");
    let mut run = Command::new(env!("CARGO_BIN_EXE_sluss"));
    run.args(["run", "--site"]).arg(&site).args(own_site::NIGHT);
    let done = own_site::limited(&run, 1_000_000);
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(4), "{told}");
    assert!(
        told.contains("a workbook could not be written: Os { code: 27"),
        "{told}"
    );
    assert!(!told.contains("fault of the program"), "{told}");
    // Nothing of it is there, and the next run does it all.
    let outbox = || {
        fs::read_dir(site.join("outbox/bank"))
            .expect("a folder")
            .count()
    };
    assert_eq!(outbox(), 0);
    let done = run.output().expect("it runs");
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert!(outbox() >= 3);
}
