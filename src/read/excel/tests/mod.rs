//! Small workbooks, written here and read through the child's work and the parent's, without the process between.

use std::io::{Cursor, Seek, SeekFrom, Write};

use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook, Worksheet};

use super::*;
use crate::format::{Convert, Field, Unknown};
use crate::model::FieldType;
use crate::model::kind::Sign;
use crate::read::RawRecord;
use crate::read::xml::tests::{LIMITS, field, format};

mod hostile;
mod joined;

/// A cell as a test writes it.
#[derive(Clone, Copy)]
pub(crate) enum W {
    T(&'static str),
    N(f64),
    D(&'static str),
    B(bool),
    /// A formula and the value it was last computed to.
    F(&'static str, &'static str),
    Blank,
}
pub(crate) use W::{B, Blank, D, F, N, T};

fn typed(name: &'static str, kind: FieldType) -> Field {
    Field {
        kind,
        ..field(name, "")
    }
}

fn excel(fields: Vec<Field>) -> Format {
    let mut format = format("/x/y", false, fields);
    format.reader = ReaderKind::Excel(ExcelRules {
        sheet: None,
        header_within: 5,
        blank_rows_end: 3,
    });
    format
}

pub(crate) fn insurance() -> Format {
    let mut number = typed("insurance_no", FieldType::Ref);
    number.labels.push("nr".to_owned());
    number.column_required = true;
    let amount = FieldType::Amount {
        currency: "currency",
        sign: Sign::Any,
    };
    let mut amount = typed("amount", amount);
    amount.convert.number = Some((',', Vec::new()));
    amount.convert.fault = Some(Code::InvalidAmount);
    let mut date = typed("start_date", FieldType::Date);
    date.convert.dates = vec!["YYYYMMDD".to_owned()];
    excel(vec![
        number,
        amount,
        date,
        typed("identity_no", FieldType::Identity),
        typed("collection_account", FieldType::Digits(12)),
        typed("approved_by_bank", FieldType::Bool),
        Field {
            convert: Convert {
                default: Some("insurance.register".to_owned()),
                ..Convert::default()
            },
            ..field("kind", "")
        },
    ])
}

fn fill(sheet: &mut Worksheet, rows: &[&[W]]) {
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            match *cell {
                T(text) => sheet.write_string(row, column, text),
                N(number) => sheet.write_number(row, column, number),
                D(text) => {
                    let value = ExcelDateTime::parse_from_str(text).expect("a date");
                    sheet.write_datetime_with_format(row, column, &value, &date)
                }
                B(truth) => sheet.write_boolean(row, column, truth),
                F(formula, value) => {
                    sheet.write_formula(row, column, Formula::new(formula).set_result(value))
                }
                Blank => continue,
            }
            .expect("a cell");
        }
    }
}

pub(crate) fn workbook(rows: &[&[W]]) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("Blad").expect("a name"), rows);
    book.save_to_buffer().expect("a workbook")
}

pub(crate) fn open(
    format: &Arc<Format>,
    bytes: &[u8],
    limits: &ReadLimits,
) -> Result<(ExcelReader, ExcelLayout), Fault> {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    file.seek(SeekFrom::End(0)).expect("the end");
    let request = Request::new(format, rules(format), limits, 8);
    let mut frames = Vec::new();
    child::serve(file, &request, &mut frames).expect("frames");
    ExcelReader::begin(format, Box::new(Cursor::new(frames)), None)
}

fn told(format: Format, bytes: &[u8]) -> Vec<String> {
    let format = Arc::new(format);
    let lines = || -> Result<Vec<String>, Fault> {
        let (mut reader, layout) = open(&format, bytes, &LIMITS)?;
        let mut lines: Vec<String> = layout
            .batch()
            .iter()
            .map(|f| told_finding("!!", f))
            .collect();
        while let Some(chunk) = reader.next_chunk()? {
            lines.extend(layout.records(&chunk).iter().map(told_record));
        }
        lines.extend(
            reader
                .finish()?
                .notes
                .iter()
                .map(|f| told_finding("note ", f)),
        );
        Ok(lines)
    };
    match lines() {
        Ok(lines) => lines,
        Err(Fault::File(finding) | Fault::Batch(finding)) => vec![told_finding("!", &finding)],
        Err(Fault::World(error)) => vec![format!("world: {error:#}")],
    }
}

fn told_finding(mark: &str, finding: &Finding) -> String {
    format!("{mark}{} {} {}", finding.code, finding.field, finding.place)
        .replace("  ", " ")
        .trim()
        .to_owned()
}

pub(crate) fn told_record(record: &RawRecord<'_>) -> String {
    let fields = record.fields.iter().map(|field| match &field.text {
        Ok(text) => format!(" {}={text}", field.name),
        Err(code) => format!(" {}!{code}", field.name),
    });
    let fields: Vec<String> = fields.collect();
    let findings = record
        .findings
        .iter()
        .map(|f| format!(" [{}]", told_finding("", f)));
    record.place.to_string() + &fields.concat() + &findings.collect::<Vec<_>>().concat()
}

/// The fields of a record with one cell under this label.
fn one(label: &'static str, cell: W) -> String {
    let sheet = workbook(&[&[T("Nr"), T(label)], &[T("1"), cell]]);
    let lines = told(insurance(), &sheet);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = lines[0]
        .strip_prefix("Blad!A2 insurance_no=1 ")
        .unwrap_or(&lines[0]);
    line.replace("kind=insurance.register", "")
        .trim()
        .replace("  ", " ")
}

#[test]
fn a_cell_gives_what_its_kind_can_say_for_certain() {
    let rows = [
        ("amount", N(1234.5), "amount=1234.5"),
        ("amount", N(-0.1), "amount=-0.1"),
        ("amount", T("1234,50"), "amount=1234.50"),
        ("amount", T("1234.50"), "amount!invalid_amount"),
        (
            "amount",
            N(1e15),
            "amount!invalid_amount [invalid_amount amount Blad!B2]",
        ),
        (
            "amount",
            D("2026-11-20"),
            "amount!invalid_amount [invalid_amount amount Blad!B2]",
        ),
        (
            "amount",
            F("=1/0", "#DIV/0!"),
            "amount!invalid_amount [invalid_amount amount Blad!B2]",
        ),
        ("amount", F("=1+1", "2"), "amount=2"),
        ("start_date", D("2026-11-20"), "start_date=2026-11-20"),
        ("start_date", T("20261120"), "start_date=2026-11-20"),
        ("start_date", N(20_261_120.0), "start_date=2026-11-20"),
        // A date's bare number is not a date: which day it is depends on the date system.
        ("start_date", N(46_346.0), "start_date!invalid_date"),
        (
            "start_date",
            D("2026-11-20T10:00:00"),
            "start_date!invalid_date [invalid_date start_date Blad!B2]",
        ),
        (
            "identity_no",
            T("19900101-2389"),
            "identity_no=19900101-2389",
        ),
        (
            "identity_no",
            N(199_001_012_389.0),
            "identity_no=199001012389",
        ),
        (
            "identity_no",
            N(101_2389.0),
            "identity_no!invalid_identity_no [invalid_identity_no identity_no Blad!B2]",
        ),
        (
            "identity_no",
            N(1.5),
            "identity_no!invalid_identity_no [invalid_identity_no identity_no Blad!B2]",
        ),
        (
            "collection_account",
            N(1_234_567.0),
            "collection_account=1234567",
        ),
        (
            "collection_account",
            N(-1.0),
            "collection_account!invalid_number [invalid_number collection_account Blad!B2]",
        ),
        (
            "collection_account",
            N(1.234_567_890_123_456_7e18),
            "collection_account!invalid_number [invalid_number collection_account Blad!B2]",
        ),
        ("approved_by_bank", B(true), "approved_by_bank=true"),
        ("approved_by_bank", T("false"), "approved_by_bank=false"),
        ("kind", B(false), "kind=false"),
        ("amount", Blank, ""),
        ("amount", T("   "), ""),
    ];
    for (label, cell, expected) in rows {
        assert_eq!(one(label, cell), expected, "{label}");
    }
}

#[test]
fn hints_say_how_to_mend_the_cell_and_identities_stay_masked() {
    let sheet = workbook(&[&[T("Nr"), T("identity_no")], &[T("1"), N(101_2389.0)]]);
    let format = Arc::new(insurance());
    let (mut reader, layout) = open(&format, &sheet, &LIMITS).expect("a workbook");
    let chunk = reader.next_chunk().expect("rows").expect("one row");
    let records = layout.records(&chunk);
    let finding = &records[0].findings[0];
    assert_eq!(
        finding.hint,
        "format the column as text, and type the value again"
    );
    assert!(
        finding
            .value
            .as_ref()
            .is_some_and(crate::model::Shown::is_personal)
    );
}

#[test]
fn the_header_is_found_and_blank_rows_end_the_data() {
    let rows: &[(&[&[W]], &[&str])] = &[
        (&[&[T("Nr")]], &[]),
        (
            &[
                &[T("Rapport")],
                &[],
                &[T(" NR "), T("Amount")],
                &[T("1"), N(2.0)],
            ],
            &["Blad!A4 insurance_no=1 amount=2 kind=insurance.register"],
        ),
        (
            &[
                &[T("Nr")],
                &[T("1")],
                &[],
                &[],
                &[T("2")],
                &[],
                &[],
                &[],
                &[T("Summa")],
            ],
            &[
                "Blad!A2 insurance_no=1 kind=insurance.register",
                "Blad!A5 insurance_no=2 kind=insurance.register",
                "note passed_over Blad!A9",
            ],
        ),
        (
            &[&[T("amount")], &[N(1.0)]],
            &["!missing_column insurance_no Blad!A1"],
        ),
        (
            &[&[T("x")], &[], &[], &[], &[], &[T("Nr")]],
            &["!missing_column insurance_no"],
        ),
        (&[], &["!missing_column insurance_no"]),
        (
            &[&[T("Nr"), T("Insurance_No")], &[T("1")]],
            &["!double_column insurance_no Blad!B1"],
        ),
        (
            &[&[T("Nr"), T("Extra")], &[T("1"), T("x")]],
            &[
                "!!unknown_field Blad!B1",
                "Blad!A2 insurance_no=1 kind=insurance.register",
            ],
        ),
        (
            &[&[T("Nr"), Blank, T("amount")], &[T("1"), T("x"), N(2.0)]],
            &["Blad!A2 insurance_no=1 amount=2 kind=insurance.register [column_count Blad!B2]"],
        ),
    ];
    for (sheet, expected) in rows {
        assert_eq!(told(insurance(), &workbook(sheet)), *expected);
    }
    let mut lenient = insurance();
    lenient.unknown = Unknown::Ignore;
    let sheet = workbook(&[&[T("Nr"), T("Extra")], &[T("1"), T("x"), T("y")]]);
    assert_eq!(
        told(lenient, &sheet),
        ["Blad!A2 insurance_no=1 kind=insurance.register"]
    );
}

/// Sheets by name, hidden or not, and label; the format's pattern; what is told.
type Sheets<'r> = (&'r [(&'r str, bool, &'r str)], Option<&'r str>, Vec<String>);

#[test]
fn the_sheet_is_the_one_that_is_named_or_the_first_with_the_header() {
    let book = |sheets: &[(&str, bool, &str)]| {
        let mut book = Workbook::new();
        for (name, hidden, label) in sheets {
            let sheet = book.add_worksheet().set_name(*name).expect("a name");
            sheet.set_hidden(*hidden);
            sheet.write_string(0, 0, *label).expect("a cell");
            sheet.write_string(1, 0, *name).expect("a cell");
        }
        book.save_to_buffer().expect("a workbook")
    };
    let one = |name: &str| format!("{name}!A2 insurance_no={name} kind=insurance.register");
    let rows: &[Sheets<'_>] = &[
        (
            &[("Info", false, "Hej"), ("Data", false, "Nr")],
            None,
            vec![one("Data")],
        ),
        (
            &[("A", false, "Nr"), ("B", false, "Nr")],
            None,
            vec![one("A"), "note passed_over B!A1".to_owned()],
        ),
        (
            &[("A", false, "x"), ("B", true, "Nr")],
            None,
            vec!["!missing_column insurance_no".to_owned()],
        ),
        (
            &[("A", false, "Nr"), ("B", true, "Nr")],
            Some("b"),
            vec![one("B")],
        ),
        (
            &[("A", false, "Nr")],
            Some("Data.*"),
            vec!["!missing_column".to_owned()],
        ),
        (
            &[("Data 1", false, "Nr")],
            Some("data.*"),
            vec![one("Data 1")],
        ),
        (
            &[("Data 1", false, "Nr")],
            Some("data"),
            vec!["!missing_column".to_owned()],
        ),
    ];
    for (sheets, pattern, expected) in rows {
        let mut format = insurance();
        if let (ReaderKind::Excel(rules), Some(pattern)) = (&mut format.reader, pattern) {
            rules.sheet = Some(regex::Regex::new(pattern).expect("a pattern"));
        }
        assert_eq!(told(format, &book(sheets)), *expected);
    }
}
