//! Workbooks that are broken, hostile or too large.

use std::io::{Cursor, Read, Write};

use super::*;

#[test]
fn what_is_no_sound_workbook_is_refused() {
    let good = workbook(&[&[T("Nr")], &[T("1")]]);
    let unreadable = ["!workbook_unreadable"];
    let rows: &[&[u8]] = &[
        b"",
        b"PK",
        b"Nr;Belopp\n1;2\n",
        b"PK\x03\x04 and no archive",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and no workbook",
        &good[..good.len() / 2],
        &good[..good.len() - 10],
    ];
    for bytes in rows {
        assert_eq!(told(insurance(), bytes), unreadable);
    }
    let encrypted: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let encrypted = [
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(),
        &[0; 600],
        &encrypted,
    ]
    .concat();
    assert_eq!(told(insurance(), &encrypted), unreadable);
}

/// What the disk does is no fault of the sender's, and keeps the batch where it is.
#[test]
fn a_file_that_the_system_does_not_let_be_read_is_no_broken_workbook() {
    let format = Arc::new(insurance());
    // A folder can be opened and not read.
    let folder = tempfile::tempdir().expect("a folder");
    let file = std::fs::File::open(folder.path()).expect("opened");
    let mut frames = Vec::new();
    let request = Request::new(&format, rules(&format), &LIMITS, 10);
    child::serve(file, &request, &mut frames).expect("frames");
    let opened = ExcelReader::begin(&format, Box::new(Cursor::new(frames)), None);
    let Err(Fault::World(error)) = opened.map(|_| ()) else {
        panic!("the workbook was blamed");
    };
    assert!(format!("{error:#}").contains("Is a directory"), "{error:#}");
    // Nor is a child that never began.
    let opened = ExcelReader::begin(&format, Box::new(Cursor::new(Vec::new())), None);
    assert!(matches!(opened.map(|_| ()), Err(Fault::World(_))));
}

/// The same archive with one part replaced or added.
fn with_part(workbook: &[u8], name: &str, change: &dyn Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).expect("an archive");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let mut found = false;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("a part");
        let entry_name = entry.name().expect("a name").into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        if entry_name == name {
            found = true;
            text = change(text);
        }
        writer.start_file(entry_name, options).expect("a part");
        writer.write_all(text.as_bytes()).expect("written");
    }
    if !found {
        writer.start_file(name, options).expect("a part");
        writer
            .write_all(change(String::new()).as_bytes())
            .expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn hostile_parts_are_refused_and_never_read_wrongly() {
    let good = workbook(&[
        &[T("Nr"), T("amount")],
        &[T("1"), N(100.0)],
        &[T("2"), N(7.0)],
    ]);
    let sheet = "xl/worksheets/sheet1.xml";
    let replace = |from: &'static str, to: &'static str| {
        with_part(&good, sheet, &|text| {
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        })
    };
    let unreadable = "!workbook_unreadable".to_owned();
    let rows = [
        // A value that a comment splits would be read as 1.
        replace("<v>100</v>", "<v>1<!-- -->00</v>"),
        replace("<v>100</v>", "<v><![CDATA[100]]></v>"),
        // The same cell, or the same row, twice.
        replace("r=\"A2\"", "r=\"B2\""),
        replace("r=\"A3\"", "r=\"A2\""),
        replace("r=\"A2\"", "r=\"XFE2\""),
        replace("r=\"A2\"", "r=\"A1048577\""),
        replace("<v>100</v>", "<v>100</v"),
        with_part(&good, "xl/workbook.bin", &|_| "x".to_owned()),
        with_part(&good, "xl/vbaProject.bin", &|_| "x".to_owned()),
        with_part(&good, "xl/styles.xml", &|text| {
            format!("<!DOCTYPE x>{text}")
        }),
    ];
    for (at, bytes) in rows.iter().enumerate() {
        assert_eq!(
            told(insurance(), bytes).last(),
            Some(&unreadable),
            "row {at}"
        );
    }
    // Whoever wrote this formula did not compute it: to its sender the cell was not blank.
    let formula = workbook(&[&[T("Nr"), T("amount")], &[T("1"), F("=70+7", "77")]]);
    let formula = with_part(&formula, sheet, &|text| text.replacen("<v>77</v>", "", 1));
    assert_eq!(
        told(insurance(), &formula),
        [
            "Blad!A2 insurance_no=1 amount!invalid_amount kind=insurance.register [invalid_amount amount Blad!B2]"
        ]
    );
    let bomb = with_part(&good, "xl/media/a.xml", &|_| " ".repeat(6 << 20));
    assert_eq!(told(insurance(), &bomb), ["!inflated_too_large"]);
    let limits = ReadLimits {
        inflated: 1000,
        ..LIMITS
    };
    let found = open(&Arc::new(insurance()), &good, &limits);
    assert!(matches!(found, Err(Fault::File(f)) if f.code == Code::InflatedTooLarge));
    // A grid that spans all cells costs nothing here.
    let corner = replace("r=\"B3\"", "r=\"XFD3\"");
    let lines = told(insurance(), &corner);
    assert!(lines[1].ends_with("[column_count Blad!A3]"), "{lines:?}");
}

#[test]
fn a_row_that_is_too_large_is_a_finding_and_the_next_is_read() {
    let long: &'static str = Box::leak("x".repeat(32_767).into_boxed_str());
    let mut wide = vec![T("1")];
    wide.resize(40, T(long));
    let sheet = workbook(&[&[T("Nr")], &wide, &[T("2")]]);
    assert_eq!(
        told(insurance(), &sheet),
        [
            "Blad!A2 [record_too_large Blad!A2]",
            "Blad!A3 insurance_no=2 kind=insurance.register",
        ]
    );
    let few = ReadLimits {
        columns: 2,
        ..LIMITS
    };
    let sheet = workbook(&[&[T("Nr")], &[T("1"), Blank, T("x")]]);
    let format = Arc::new(insurance());
    let (mut reader, layout) = open(&format, &sheet, &few).expect("a workbook");
    let chunk = reader.next_chunk().expect("rows").expect("a row");
    let told: Vec<String> = layout.records(&chunk).iter().map(told_record).collect();
    assert_eq!(
        told,
        ["Blad!A2 insurance_no=1 kind=insurance.register [column_count Blad!A2]"]
    );
}
