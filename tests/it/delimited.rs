//! Delimited text of other people's making: every file ends in records or in a named finding.
//!
//! The files are looked for where `SLUSS_REAL_FILES` says; without it there is nothing to try.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sluss::format::Format;
use sluss::line::dictionary::dictionary;
use sluss::read::{Fault, Input, ReadLimits, Reader};

const LIMITS: ReadLimits = ReadLimits {
    columns: 500,
    inflated: 0,
    ratio: 0,
};

#[expect(clippy::print_stdout, reason = "a test that tried nothing must say so")]
pub(crate) fn real_files() -> Option<PathBuf> {
    let folder = std::env::var_os("SLUSS_REAL_FILES");
    if folder.is_none() {
        println!("SLUSS_REAL_FILES is not set: no real files were tried");
    }
    folder.map(PathBuf::from)
}

fn format(keys: &str, fields: &str) -> Arc<Format> {
    let text = format!(
        "id = 'any'\ntitle = 'Any'\nlines = ['insurance']\nreader = 'csv'\n{keys}\nfield = [ {{ name = 'kind', constant = 'insurance.approve-top-up' }}, {fields} ]\n"
    );
    Arc::new(Format::parse("any.toml", &text, &dictionary()).expect("a format without faults"))
}

/// The texts of each record's fields, `kind` apart, and its findings' codes.
fn read(format: &Arc<Format>, bytes: Vec<u8>) -> Result<Vec<Vec<String>>, String> {
    let told = |fault| match fault {
        Fault::File(finding) | Fault::Batch(finding) => finding.code.to_string(),
        Fault::World(error) => panic!("{error}"),
    };
    let input = Input::Stream(Box::new(Cursor::new(bytes)));
    let mut reader = Reader::open(format, input, &LIMITS).map_err(told)?;
    let layout = reader.layout();
    let mut records = Vec::new();
    while let Some(chunk) = reader.next_chunk().map_err(told)? {
        for record in layout.records(&chunk) {
            let fields = record.fields.iter().filter(|field| field.name != "kind");
            let texts = fields.map(|field| field.seen.clone().into_owned());
            let codes = record
                .findings
                .iter()
                .map(|finding| format!("! {}", finding.code));
            records.push(texts.chain(codes).collect());
        }
    }
    Ok(records)
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of samples") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_real_file_ends_in_records_or_a_finding() {
    let Some(folder) = real_files() else {
        return;
    };
    let mut tried = 0;
    for part in ["csv", "hostile/csv-fuzz", "hostile/csv-injection"] {
        for path in files(&folder.join(part)) {
            let bytes = fs::read(&path).expect("a readable sample");
            for charset in ["utf-8", "utf-16", "windows-1252", "iso646-se"] {
                for csv in ["{ header = false }", "{ header = false, multiline = true }"] {
                    let keys = format!("charset = '{charset}'\ncsv = {csv}");
                    let format = format(&keys, "{ name = 'insurance_no', position = 1 }");
                    let found = read(&format, bytes.clone());
                    assert_eq!(
                        found.is_err(),
                        bytes.is_empty(),
                        "{}: {found:?}",
                        path.display()
                    );
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "only {tried} readings");
}

#[test]
fn samples_of_the_quote_rules_read_as_their_authors_say() {
    let Some(folder) = real_files() else {
        return;
    };
    let folder = folder.join("csv/csv-spectrum");
    let names = [
        "insurance_no",
        "comment",
        "approved_by",
        "loan_ref",
        "product",
    ];
    let head: &[&str] = &["a", "b", "c"];
    let rows: [(&str, &[&[&str]]); 4] = [
        ("simple.csv", &[head, &["1", "2", "3"]]),
        (
            "newlines.csv",
            &[
                head,
                &["1", "2", "3"],
                &["Once upon \na time", "5", "6"],
                &["7", "8", "9"],
            ],
        ),
        ("empty_crlf.csv", &[head, &["1"], &["2", "3", "4"]]),
        (
            "comma_in_quotes.csv",
            &[
                &["first", "last", "address", "city", "zip"],
                &["John", "Doe", "120 any st.", "Anytown, WW", "08123"],
            ],
        ),
    ];
    for (name, expected) in rows {
        let fields = names.iter().take(expected[0].len()).enumerate();
        let fields =
            fields.map(|(at, name)| format!("{{ name = '{name}', position = {} }}", at + 1));
        let fields: Vec<String> = fields.collect();
        let format = format(
            "csv = { header = false, multiline = true }",
            &fields.join(", "),
        );
        let bytes = fs::read(folder.join(name)).expect("a readable sample");
        assert_eq!(read(&format, bytes).expect("records"), expected, "{name}");
    }
}
