//! Documents of other people's making: the conformance tests of the W3C, hostile ones, and banks' statements. Every one
//! ends in records or in a named finding. They are looked for where `SLUSS_REAL_FILES` says.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use sluss::format::{Format, ReaderKind, XmlRules};
use sluss::line::dictionary::dictionary;
use sluss::read::{Fault, Input, ReadLimits, Reader};

use crate::delimited::{files, real_files};

const LIMITS: ReadLimits = ReadLimits {
    columns: 500,
    inflated: 0,
    ratio: 0,
};

fn format(record: &str, kind: &str, fields: &str) -> Arc<Format> {
    let text = format!(
        "id = 'any'\ntitle = 'Any'\nlines = ['insurance']\nreader = 'xml'\nunknown_columns = 'ignore'\n\
         field = [ {{ name = 'kind', constant = '{kind}' }}, {fields} ]\n[xml]\nrecord = '{record}'\n"
    );
    Arc::new(Format::parse("any.toml", &text, &dictionary()).expect("a format without faults"))
}

/// The records' findings as codes, or the code of the fault.
fn read(format: &Arc<Format>, path: &Path) -> Result<Vec<Vec<String>>, String> {
    let told = |fault| match fault {
        Fault::File(finding) | Fault::Batch(finding) => finding.code.to_string(),
        Fault::World(error) => panic!("{}: {error}", path.display()),
    };
    let began = Instant::now();
    let input = Input::File(File::open(path).expect("a sample"));
    let mut reader = Reader::open(format, input, &LIMITS).map_err(told)?;
    let layout = reader.layout();
    let mut records = Vec::new();
    while let Some(chunk) = reader.next_chunk().map_err(told)? {
        for record in layout.records(&chunk) {
            let codes = record.findings.iter();
            records.push(codes.map(|finding| finding.code.to_string()).collect());
        }
    }
    reader.finish().map_err(told)?;
    assert!(began.elapsed().as_secs() < 10, "{}", path.display());
    Ok(records)
}

/// A format whose record is the document's root, whatever its name.
fn whole(path: &Path) -> Arc<Format> {
    let bytes = fs::read(path).expect("a sample");
    let bytes: Vec<u8> = bytes.into_iter().filter(|&b| b != 0).collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let name = regex::Regex::new(r"<(?:[^\s<>/:!?]+:)?([^\s<>/:!?]+)").expect("a pattern");
    let found = name.captures(&text).and_then(|found| found.get(1));
    let root = found.map_or("x", |root| root.as_str());
    let nowhere = "{ name = 'insurance_no', from = 'Nowhere' }";
    let mut format = Format::clone(&format("/a/b", "insurance.approve-top-up", nowhere));
    format.reader = ReaderKind::Xml(XmlRules::of(vec![vec![root.to_owned()]]));
    Arc::new(format)
}

/// The word `DOCTYPE` stands in a CDATA section of this one.
const NO_DOCTYPE: &str = "oasis/p18pass1.xml";

#[test]
fn the_conformance_tests_are_judged_as_their_authors_judge_them() {
    let Some(folder) = real_files() else { return };
    let folder = folder.join("hostile/w3c-xmlconf");
    let mut rows = csv::Reader::from_path(folder.join("EXPECTED.csv")).expect("what is expected");
    let mut wrong = Vec::new();
    let mut judged = 0;
    for row in rows.records() {
        let row = row.expect("a row");
        let path = folder.join(&row[0]);
        if !path.is_file() {
            continue;
        }
        let bytes = fs::read(&path).expect("a sample");
        let plain: Vec<u8> = bytes.iter().copied().filter(|&b| b != 0).collect();
        let doctype = String::from_utf8_lossy(&plain).contains("<!DOCTYPE");
        let doctype = doctype && &row[0] != NO_DOCTYPE;
        let good = &row[2] == "valid" || &row[2] == "invalid";
        let namespaces = &row[4] == "yes";
        let found = read(&whole(&path), &path);
        // A DOCTYPE is refused whatever it says, and names that break namespaces may be.
        let as_expected = match found {
            // Bytes that are no text cost their record only.
            Ok(ref records) if records[0] == ["undecodable"] => !good,
            Ok(_) => good && !doctype,
            Err(_) => !good || doctype || !namespaces,
        };
        judged += 1;
        if !as_expected {
            wrong.push(format!("{}: {} {found:?} {}", &row[0], &row[2], &row[7]));
        }
    }
    assert!(judged > 1000, "{judged}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hostile_documents_end_in_a_finding() {
    let Some(folder) = real_files() else { return };
    for sub in ["xml", "xml-roxmltree"] {
        for path in files(&folder.join("hostile").join(sub)) {
            let found = read(&whole(&path), &path);
            let malformed = found == Err("malformed".to_owned());
            let bytes = fs::read(&path).expect("a sample");
            let doctype = String::from_utf8_lossy(&bytes).contains("<!DOCTYPE");
            assert!(malformed || !doctype, "{}: {found:?}", path.display());
            // These are namespaces or structure gone wrong.
            let name = path.to_string_lossy();
            let broken = name.contains("ns_err") || name.contains("_err_");
            assert!(malformed || !broken, "{name}: {found:?}");
        }
    }
}

/// Each of these files holds every character of its encoding. Their names begin with colons, which namespaces forbid, so
/// the characters are put into a plain document of the same encoding.
#[test]
fn text_means_what_the_declared_encoding_says() {
    let Some(folder) = real_files() else { return };
    let format = format(
        "/x/root",
        "insurance.approve-top-up",
        "{ name = 'insurance_no', from = 'a' }",
    );
    let mut read = 0;
    for path in files(&folder.join("hostile/xml-encodings")) {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let Some(encoding) = encoding_rs::Encoding::for_label(name.as_bytes()) else {
            continue;
        };
        if !encoding.is_single_byte() {
            continue;
        }
        let bytes = fs::read(&path).expect("a sample");
        let start = memchr::memmem::find(&bytes, b"attribute1=\"").expect("all characters") + 12;
        let length = memchr::memchr(b'"', &bytes[start..]).expect("their end");
        let all = &bytes[start..start + length];
        let document = [
            format!("<?xml version='1.0' encoding='{name}'?><x><root><a>").as_bytes(),
            all,
            b"</a></root></x>",
        ]
        .concat();
        let input = Input::Stream(Box::new(std::io::Cursor::new(document)));
        let Ok(mut reader) = Reader::open(&format, input, &LIMITS) else {
            panic!("{name} is not taken");
        };
        let layout = reader.layout();
        let Ok(Some(chunk)) = reader.next_chunk() else {
            panic!("{name} gives no record");
        };
        let records = layout.records(&chunk);
        let field = records[0]
            .fields
            .iter()
            .find(|field| field.name == "insurance_no");
        let (expected, _) = encoding.decode_without_bom_handling(all);
        assert_eq!(field.expect("the text").seen, expected.trim(), "{name}");
        read += 1;
    }
    assert!(read > 8, "{read}");
}

#[test]
fn every_entry_of_a_banks_statement_is_a_record() {
    let Some(folder) = real_files() else { return };
    let mut entries = 0;
    for (sub, path) in [
        ("camt053", "/Document/BkToCstmrStmt/Stmt/Ntry"),
        ("camt054", "/Document/BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry"),
    ] {
        let fields = "{ name = 'insurance_no', from = 'NtryRef' }, { name = 'amount', from = 'Amt' }, { name = 'currency', from = 'Amt@Ccy' }, \
            { name = 'value_date', from = 'ValDt/Dt' }, { name = 'bank_reference', from = 'AcctSvcrRef' }, \
            { name = 'comment', from = '/Document/GrpHdr/MsgId' }";
        let format = format(path, "insurance.premium-paid", fields);
        for file in files(&folder.join("iso20022").join(sub)) {
            if file.extension().is_none_or(|ending| ending != "xml") {
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(&file).expect("a sample")).into_owned();
            let root = path.split('/').nth(2).expect("a root");
            if !text.contains(&format!("<{root}>")) {
                continue;
            }
            let expected = text.matches("<Ntry>").count();
            match read(&format, &file) {
                Ok(records) => {
                    assert_eq!(records.len(), expected, "{}", file.display());
                    entries += expected;
                }
                Err(code) => assert_eq!(code, "malformed", "{}", file.display()),
            }
        }
    }
    assert!(entries > 40, "{entries}");
}
