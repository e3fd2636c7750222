//! Files are read, some of their records rejected, and what comes back is compared and read again.

use std::io::Cursor;

use sha2::{Digest, Sha256};

use super::*;
use crate::format::{CsvRules, Format, ReaderKind};
use crate::read::excel::tests as workbooks;
use crate::read::excel::tests::{B, Blank, D, F, N, T};
use crate::read::xml::tests as documents;
use crate::read::xml::tests::LIMITS;
use crate::read::{Input, RawRecord, Reader};

mod parts;

/// A private folder, gone after the test.
struct Work {
    folder: Folder,
    _kept: tempfile::TempDir,
}

impl Work {
    fn new() -> Self {
        let kept = tempfile::tempdir().expect("a folder");
        Self {
            folder: Folder::open(kept.path()).expect("opened"),
            _kept: kept,
        }
    }

    /// The one file that was written.
    fn bytes(&self, answer: Option<Answer>) -> Vec<u8> {
        let answer = answer.expect("an answer");
        let names = self.folder.names().expect("names");
        assert_eq!(names, [answer.name.as_str()], "nothing else stays");
        let bytes = std::fs::read(self.folder.path().join(&answer.name)).expect("the file");
        let hash = crate::os::hex(&Sha256::digest(&bytes));
        assert_eq!((answer.sha256, answer.bytes), (hash, bytes.len() as u64));
        bytes
    }
}

fn claimed() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-20T02:00:00+01:00").expect("an instant")
}

/// Reads a stream and sends back the records of these numbers, counted from 0.
fn back(format: Format, bytes: &[u8], rejected: &[usize]) -> Vec<u8> {
    let input = Input::Stream(Box::new(Cursor::new(bytes.to_vec())));
    let mut reader = Reader::open(&Arc::new(format), input, &LIMITS).expect("opened");
    let layout = reader.layout();
    let work = Work::new();
    let mut writer =
        RejectedWriter::create(&layout, &work.folder, "a.b", "in.txt", claimed()).expect("begun");
    let mut number = 0;
    while let Some(chunk) = reader.next_chunk().expect("read") {
        for record in layout.records(&chunk) {
            if rejected.contains(&number) {
                writer
                    .add(&chunk, &record.source, (&[], false))
                    .expect("added");
            }
            number += 1;
        }
    }
    reader.finish().expect("read");
    work.bytes(writer.finish(&|_| "2.50".to_owned()).expect("finished"))
}

fn csv(charset: crate::format::Charset) -> Format {
    let mut number = documents::field("insurance_no", "nr");
    number.labels = vec!["nr".to_owned()];
    number.column_required = true;
    let mut text = documents::field("comment", "text");
    text.labels = vec!["text".to_owned()];
    let mut format = documents::format("/x/y", false, vec![number, text]);
    format.reader = ReaderKind::Csv(CsvRules {
        delimiter: b';',
        quote: Some(b'"'),
        header: true,
        skip_lines: 0,
        multiline: false,
        edges: Vec::new(),
    });
    format.charset = charset;
    format
}

#[test]
fn delimited_text_comes_back_byte_for_byte() {
    use crate::format::Charset::{Utf8, Utf16, Windows1252};
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16();
        units.flat_map(u16::to_be_bytes).collect()
    };
    let rows: Vec<(_, Vec<u8>, &[usize], Vec<u8>)> = vec![
        (
            Utf8,
            b"nr;text\n1;a\n2;b\n3;c\n".to_vec(),
            &[0, 2],
            b"nr;text\n1;a\n3;c\n".to_vec(),
        ),
        // Nothing is neutralised or tidied; the last line's missing end stays missing.
        (
            Utf8,
            b"\xEF\xBB\xBFnr;text\r\n\r\n 1 ;\"=1+1\"\r\n2;b\r\n'3;c".to_vec(),
            &[0, 2],
            b"\xEF\xBB\xBFnr;text\r\n 1 ;\"=1+1\"\r\n'3;c".to_vec(),
        ),
        (
            Windows1252,
            b"nr;text\n1;\xE5\n2;\xC3\xA5\n".to_vec(),
            &[1],
            b"nr;text\n2;\xC3\xA5\n".to_vec(),
        ),
        (
            Utf8,
            b"nr;text\n1;\xE5\xFF\n".to_vec(),
            &[0],
            b"nr;text\n1;\xE5\xFF\n".to_vec(),
        ),
        (
            Utf8,
            b"nr;text\n1;\"a\n2;b\n".to_vec(),
            &[0],
            b"nr;text\n1;\"a\n".to_vec(),
        ),
        (
            Utf16,
            utf16("\u{FEFF}nr;text\n1;å\n2;😀\n"),
            &[1],
            utf16("\u{FEFF}nr;text\n2;😀\n"),
        ),
    ];
    for (charset, sent, rejected, expected) in rows {
        let found = back(csv(charset), &sent, rejected);
        assert_eq!(
            String::from_utf8_lossy(&found),
            String::from_utf8_lossy(&expected)
        );
        assert_eq!(found, expected);
    }
}

#[test]
fn a_line_end_is_added_only_where_two_records_would_run_together() {
    let format = Arc::new(csv(crate::format::Charset::Utf8));
    let input = Input::Stream(Box::new(Cursor::new(b"nr;text\r\n1;a".to_vec())));
    let mut reader = Reader::open(&format, input, &LIMITS).expect("opened");
    let layout = reader.layout();
    let chunk = reader.next_chunk().expect("read").expect("a record");
    let records = layout.records(&chunk);
    let work = Work::new();
    let mut writer =
        RejectedWriter::create(&layout, &work.folder, "a.b", "in.txt", claimed()).expect("begun");
    for _ in 0..2 {
        writer
            .add(&chunk, &records[0].source, (&[], false))
            .expect("added");
    }
    writer
        .add(&chunk, &Source::None, (&[], false))
        .expect("nothing was kept");
    let answer = writer.finish(&|_| String::new()).expect("finished");
    assert_eq!(work.bytes(answer), b"nr;text\r\n1;a\r\n1;a");
}

#[test]
fn xml_comes_back_within_what_stood_around_it_with_totals_of_its_own() {
    let sent = "<?xml version='1.0' encoding='windows-1252'?>\n<!-- natt -->\n<Fil>\n <Huvud><Antal> 4 </Antal></Huvud>\
        <Grupp><Datum>2026-01-01</Datum><Rad><Nr>1</Nr></Rad> <Rad><Nr>å</Nr><!-- x --></Rad><x/></Grupp>\n\
        <Grupp><Datum>2026-01-02</Datum><Rad><Nr>3</Nr><Summa valuta='SEK'>2,50</Summa></Rad><Rad/></Grupp>\n\
        <Slut summa='9,99'/>\n</Fil>\n<!-- slut -->\n";
    let (sent, _, _) = encoding_rs::WINDOWS_1252.encode(sent);
    let mut format = documents::mapped();
    format.unknown = crate::format::Unknown::Ignore;
    let rows: &[(&[usize], &str)] = &[
        (
            &[1, 2],
            "<?xml version='1.0' encoding='windows-1252'?>\n<!-- natt -->\n<Fil>\n <Huvud><Antal>2</Antal></Huvud>\
             <Grupp><Datum>2026-01-01</Datum><Rad><Nr>å</Nr><!-- x --></Rad>\n</Grupp>\n\
             <Grupp><Datum>2026-01-02</Datum><Rad><Nr>3</Nr><Summa valuta='SEK'>2,50</Summa></Rad>\n</Grupp>\n\
             <Slut summa='2,50'/>\n</Fil>\n<!-- slut -->\n",
        ),
        (
            &[0],
            "<?xml version='1.0' encoding='windows-1252'?>\n<!-- natt -->\n<Fil>\n <Huvud><Antal>1</Antal></Huvud>\
             <Grupp><Datum>2026-01-01</Datum><Rad><Nr>1</Nr></Rad>\n</Grupp>\n\n\
             <Slut summa='2,50'/>\n</Fil>\n<!-- slut -->\n",
        ),
    ];
    for (rejected, expected) in rows {
        let found = back(format.clone(), &sent, rejected);
        let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&found);
        assert_eq!(text, *expected);
        let all = documents::told(format.clone(), &sent);
        let again = documents::told(format.clone(), &found);
        let values = |line: &String| line.split_once(' ').map(|(_, values)| values.to_owned());
        for (record, again) in rejected.iter().zip(&again) {
            assert_eq!(values(&all[*record]), values(again));
        }
        let count = format!("=antal {}", rejected.len());
        assert_eq!(again[rejected.len()..], [count, "=summa 2.50".to_owned()]);
    }
}

#[test]
fn xml_keeps_its_character_set_its_mark_and_bytes_that_are_no_text() {
    let text = "<?xml version='1.0' encoding='UTF-16'?><records><record><amount>1</amount></record><record><comment>å😀</comment></record></records>";
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16();
        [0xFF, 0xFE]
            .into_iter()
            .chain(units.flat_map(u16::to_le_bytes))
            .collect()
    };
    let found = back(documents::canonical(), &utf16(text), &[1]);
    let expected = text.replace("<record><amount>1</amount></record>", "");
    assert_eq!(found, utf16(&expected.replace("</record>", "</record>\n")));

    let sent = b"\xEF\xBB\xBF<records><record><comment>\xE5\xFF</comment></record></records>";
    let found = back(documents::canonical(), sent, &[0]);
    assert_eq!(
        found,
        b"\xEF\xBB\xBF<records><record><comment>\xE5\xFF</comment></record>\n</records>"
    );
}

/// Reads a workbook and sends back the records of these numbers.
fn back_book(bytes: &[u8], rejected: &[usize]) -> Vec<u8> {
    let format = Arc::new(workbooks::insurance());
    let (mut reader, layout) = workbooks::open(&format, bytes, &LIMITS).expect("opened");
    let layout = Arc::new(Layout::Excel(layout));
    let work = Work::new();
    let mut writer =
        RejectedWriter::create(&layout, &work.folder, "a.b", "in.txt", claimed()).expect("begun");
    let mut number = 0;
    while let Some(chunk) = reader.next_chunk().expect("read") {
        for record in layout.records(&chunk) {
            if rejected.contains(&number) {
                writer
                    .add(&chunk, &record.source, (&[], false))
                    .expect("added");
            }
            number += 1;
        }
    }
    work.bytes(writer.finish(&|_| String::new()).expect("finished"))
}

/// Each record's fields as seen and as read; places left out.
fn told_book(bytes: &[u8]) -> Vec<String> {
    let format = Arc::new(workbooks::insurance());
    let (mut reader, layout) = workbooks::open(&format, bytes, &LIMITS).expect("opened");
    let mut lines = Vec::new();
    while let Some(chunk) = reader.next_chunk().expect("read") {
        let tell = |record: &RawRecord<'_>| {
            let fields = record.fields.iter();
            let fields = fields.map(|f| format!("{}={}={:?}", f.name, f.seen, f.text));
            fields.collect::<Vec<_>>().join(" ")
        };
        lines.extend(layout.records(&chunk).iter().map(tell));
    }
    lines
}

#[test]
fn a_workbook_comes_back_with_the_same_values_and_no_formulas() {
    let sent = workbooks::workbook(&[
        &[T("Rapport"), N(2026.0)],
        &[],
        &[
            T("Nr"),
            T(" Amount"),
            T("start_date"),
            T("approved_by_bank"),
            T("identity_no"),
        ],
        &[
            T("0012"),
            N(0.1),
            D("2026-11-20"),
            B(true),
            T("19900101-2389"),
        ],
        &[T("good"), N(1.0)],
        &[
            T("=1+1"),
            F("=2+2", "4"),
            D("2026-11-20T10:30:00"),
            B(false),
            N(1012.0),
        ],
        &[
            T("  _x0041_ å<&>\"'\n"),
            T("1,50"),
            T("@x"),
            Blank,
            F("=1/0", "#DIV/0!"),
        ],
        &[T("5"), N(123_456_789.123_456), D("1900-01-01")],
    ]);
    let found = back_book(&sent, &[0, 2, 3, 4]);
    let mut expected = told_book(&sent);
    expected.remove(1);
    assert_eq!(told_book(&found), expected);
    assert_eq!(
        found,
        back_book(&sent, &[0, 2, 3, 4]),
        "the same bytes each time"
    );

    let mut archive = zip::ZipArchive::new(Cursor::new(found)).expect("an archive");
    let mut part = |name: &str| {
        let mut text = String::new();
        let mut part = archive.by_name(name).expect("a part");
        std::io::Read::read_to_string(&mut part, &mut text).expect("text");
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert!(sheet.contains("Rapport"), "rows above the header stay");
    assert!(part("xl/workbook.xml").contains("name=\"Blad\""));
    assert!(part("docProps/core.xml").contains("2026-11-20T01:00:00Z"));
}

#[test]
fn any_sheet_name_becomes_a_possible_one() {
    let rows = [
        ("Blad", "Blad"),
        ("a/b:c", "a_b_c"),
        ("'x'", "x"),
        ("", "Sheet1"),
        (
            "ääääääääääääääääääääääääääääääääää",
            "äääääääääääääääääääääääääääääää",
        ),
    ];
    for (name, expected) in rows {
        assert_eq!(excel::possible_name(name), expected);
    }
}

#[test]
fn the_name_keeps_the_inputs_ending_and_no_record_means_no_file() {
    let book = workbooks::workbook(&[&[T("Nr")], &[T("1")]]);
    let format = Arc::new(workbooks::insurance());
    let (_, excel) = workbooks::open(&format, &book, &LIMITS).expect("opened");
    let stream = |bytes: &[u8]| Input::Stream(Box::new(Cursor::new(bytes.to_vec())));
    let reader = |format: Format, bytes: &[u8]| {
        Reader::open(&Arc::new(format), stream(bytes), &LIMITS).expect("opened")
    };
    let csv = reader(csv(crate::format::Charset::Utf8), b"nr;text\n").layout();
    let xml = reader(documents::canonical(), b"<records/>").layout();
    let rows = [
        (&csv, "INS.20261120.txt", "txt"),
        (&csv, "INS", "csv"),
        (&xml, "INS.XML", "XML"),
        (&Arc::new(Layout::Excel(excel)), "INS.ods", "xlsx"),
    ];
    for (layout, input, expected) in rows {
        assert_eq!(ending(layout, input), expected);
        let work = Work::new();
        let writer = RejectedWriter::create(layout, &work.folder, "a.b", input, claimed());
        let answer = writer.and_then(|writer| writer.finish(&|_| String::new()));
        assert_eq!(answer.expect("finished"), None);
        assert!(work.folder.names().expect("names").is_empty());
    }
}

#[test]
fn header_and_trailer_come_back_with_the_totals_of_what_comes_back() {
    let text = |stated: &str, trailer: &str| {
        format!(
            "id = 'f-1'\ntitle = 'F'\nlines = ['insurance']\nreader = 'csv'\n[csv]\ndelimiter = ';'\n\
             [record.header]\nwhen = {{ at = 1, is = 'H' }}\noccurs = 'once-first'\n\
             [record.trailer]\nwhen = {{ at = 1, is = 'T' }}\noccurs = 'once-last'\n\
             [[control]]\nname = 'sum'\nstated = '{trailer}'\ndecimal = ','\nequals = 'sum(record.amount)'\n\
             [[control]]\nname = 'count'\nstated = '{stated}'\nequals = 'count(record)'\n\
             [[field]]\nname = 'kind'\nconstant = 'customer.create'\n\
             [[field]]\nname = 'insurance_no'\nfrom = 'nr'\n[[field]]\nname = 'amount'\nfrom = 'b'\n"
        )
    };
    let sent = b"H;\"3\";x\r\nnr;b\r\n1;1\r\n2;2\r\n3;3\r\nT;6,00;3;end";
    let rows = [
        (
            "header.2",
            "trailer.2",
            "H;\"2\";x\r\nnr;b\r\n1;1\r\n3;3\r\nT;2,50;3;end\r\n",
        ),
        (
            "trailer.3",
            "trailer.2",
            "H;\"3\";x\r\nnr;b\r\n1;1\r\n3;3\r\nT;2,50;2;end\r\n",
        ),
    ];
    for (stated, trailer, expected) in rows {
        let format = crate::format::fake::format(&text(stated, trailer));
        let found = back(format, sent, &[0, 2]);
        assert_eq!(String::from_utf8_lossy(&found), expected);
    }
}
