//! Files in, records out.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::format::fake;
use crate::read::{Layout, RawRecord, Reader};

const TOP: &str = "id = 'f-1'\ntitle = 'F'\nlines = ['insurance']\nreader = 'csv'\n";

const FIELDS: &str = "
[[field]]
name = 'kind'
from = 'Åtgärd'
default = 'customer.create'
[[field]]
name = 'insurance_no'
from = 'Försäkringsnr | Forsnr'
required = true
[[field]]
name = 'last_name'
from = 'Namn'
[[field]]
name = 'amount'
from = 'Belopp'
[[field]]
name = 'currency'
constant = 'SEK'
";

const LIMITS: ReadLimits = ReadLimits {
    columns: 50,
    inflated: 0,
    ratio: 0,
};

fn format(top: &str, csv: &str, fields: &str) -> Arc<Format> {
    Arc::new(fake::format(&format!(
        "{TOP}{top}\n[csv]\ndelimiter = ';'\n{csv}\n{fields}"
    )))
}

fn swedish() -> Arc<Format> {
    format(
        "charset = 'windows-1252'\ndecimal = ','\ngrouping = ' '",
        "",
        FIELDS,
    )
}

fn rules(format: &Format) -> CsvRules {
    match &format.reader {
        crate::format::ReaderKind::Csv(rules) => rules.clone(),
        other => panic!("{other:?}"),
    }
}

/// A record in one line of words.
fn told(record: &RawRecord<'_>) -> String {
    let fields = record.fields.iter().map(|field| match &field.text {
        Ok(text) => format!("{}@{}={text}", field.name, field.spot),
        Err(code) => format!("{}@{}!{code}", field.name, field.spot),
    });
    let findings = record
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.place, finding.code, finding.field));
    let all: Vec<String> = std::iter::once(record.place.to_string())
        .chain(fields)
        .chain(findings)
        .collect();
    all.join(" | ").trim_end().to_owned()
}

fn read(format: &Arc<Format>, bytes: &[u8], piece: usize) -> Result<Vec<String>, Fault> {
    let stream = Box::new(std::io::Cursor::new(bytes.to_vec()));
    let (mut reader, layout) = CsvReader::open_by(format, &rules(format), stream, &LIMITS, piece)?;
    let layout = Layout::Csv(layout);
    let mut all = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        for record in layout.records(&chunk) {
            if let (crate::model::Source::Bytes { start, end }, Chunk::Lines { bytes, .. }) =
                (&record.source, &chunk)
            {
                assert!(start < end && *end <= bytes.len(), "{record:?}");
            }
            all.push(told(&record));
        }
    }
    Ok(all)
}

fn refused(format: &Arc<Format>, bytes: &[u8]) -> String {
    match read(format, bytes, PIECE) {
        Err(Fault::File(finding)) => format!(
            "{} {}: {} ({})",
            finding.place, finding.code, finding.message, finding.hint
        ),
        other => panic!("{other:?}"),
    }
}

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin-1"))
        .collect()
}

#[test]
fn records_have_canonical_names_texts_and_places() {
    let file = latin(
        "\u{c5}TG\u{c4}RD; f\u{f6}rs\u{e4}kringsnr ;Namn;Belopp;Annat\r\n;A-1;\u{d6}berg;1 234,50;x\r\n\r\n  \ncustomer.create;A-2;\"S; T\";'-5;\n;A-3;;1.5;y",
    );
    let expected = [
        "line 2 | kind@1=customer.create | insurance_no@2=A-1 | last_name@6=Öberg | amount@12=1234.50 | currency@0=SEK",
        "line 5 | kind@1=customer.create | insurance_no@17=A-2 | last_name@21=S; T | amount@28=-5 | currency@0=SEK",
        "line 6 | kind@1=customer.create | insurance_no@2=A-3 | amount@7!invalid_amount | currency@0=SEK",
    ];
    for piece in [1, 2, 3, 10, 40, PIECE] {
        assert_eq!(
            read(&swedish(), &file, piece).expect("readable"),
            expected,
            "{piece}"
        );
    }
}

#[test]
fn a_bad_record_never_takes_its_neighbours_along() {
    let rows: [(&[u8], &str); 7] = [
        (b";A;\"B;1", "line 3 | line 3 column 4 unclosed_quote"),
        (b";A;\"B\"C;1", "line 3 | line 3 column 4 unclosed_quote"),
        (b";A;B", "line 3 | line 3 column 1 column_count"),
        (b";A;B;1;", "line 3 | line 3 column 1 column_count"),
        (
            b";A;\x81;1",
            "line 3 | kind@1=customer.create | insurance_no@2=A | amount@6=1 | currency@0=SEK | line 3 column 4 undecodable last_name",
        ),
        (
            b";A;\xC3\x96;1",
            "line 3 | kind@1=customer.create | insurance_no@2=A | amount@7=1 | currency@0=SEK | line 3 column 4 undecodable last_name",
        ),
        (
            b";A;\0;1",
            "line 3 | kind@1=customer.create | insurance_no@2=A | last_name@4=\0 | amount@6=1 | currency@0=SEK",
        ),
    ];
    for (line, expected) in rows {
        let head = latin("\u{c5}tg\u{e4}rd;Forsnr;Namn;Belopp\n;X;Y;1\n");
        let file = [&head, line, b"\n;Z;Y;1\n"].concat();
        for piece in [1, 9, PIECE] {
            let records = read(&swedish(), &file, piece).expect("readable");
            assert_eq!(records.len(), 3, "{records:?}");
            assert_eq!(records[1], expected);
            assert!(records[2].starts_with("line 4 | kind@1=customer.create | insurance_no@2=Z"));
        }
    }
}

#[test]
fn a_record_over_the_bound_is_a_finding_and_reading_goes_on() {
    for length in [
        frame::RECORD_MAX - 10,
        frame::RECORD_MAX + 1,
        3 * frame::RECORD_MAX,
    ] {
        let file = format!("Forsnr;Namn\nA;{}\r\nB;C\n", "x".repeat(length));
        let records = read(&swedish(), file.as_bytes(), PIECE).expect("readable");
        let large = length > frame::RECORD_MAX;
        assert_eq!(
            records[0] == "line 2 | line 2 record_too_large",
            large,
            "{length}"
        );
        assert!(
            records[1].starts_with("line 3 | insurance_no@1=B"),
            "{}",
            records[1]
        );
        assert_eq!(records.len(), 2);
    }
}

#[test]
fn what_the_header_lacks_or_doubles_quarantines_the_file() {
    let utf8 = format("", "", FIELDS);
    let rows: [(&Arc<Format>, &[u8], &str); 8] = [
        (&utf8, b"", " file_empty: "),
        (
            &utf8,
            b"\n \n",
            "line 1 missing_column: the header has no column for insurance_no (F",
        ),
        (&utf8, b"Namn;Belopp\n", "line 1 missing_column: "),
        (
            &utf8,
            b"Forsnr,Namn,Belopp\n",
            "the header seems to be delimited by `,`; the format says `;`",
        ),
        (
            &utf8,
            b"F\xF6rs\xE4kringsnr;Namn\n",
            "the header is not UTF-8",
        ),
        (&utf8, b"\xFF\xFEF\0", "the file is UTF-16"),
        (&utf8, b"Forsnr;Namn; FORSNR\n", "line 1 double_column: "),
        (
            &utf8,
            "Forsnr;Namn;Försäkringsnr\n".as_bytes(),
            "line 1 double_column: ",
        ),
    ];
    for (format, file, expected) in rows {
        let told = refused(format, file);
        assert!(told.contains(expected), "{told}");
    }
    assert!(refused(&swedish(), "Försäkringsnr;Namn\n".as_bytes()).contains("the file is UTF-8"));
    let wide = format!("Forsnr{}\n", ";x".repeat(50));
    assert!(
        refused(&utf8, wide.as_bytes())
            .contains("column_count: the header has more than 50 columns")
    );
}

#[test]
fn an_unknown_column_is_as_the_format_says() {
    let batch = |top: &str, header: &str| {
        let file = format!("{header}\nA;1\n");
        let stream = Box::new(std::io::Cursor::new(file.into_bytes()));
        let reader = Reader::open(
            &format(top, "", FIELDS),
            crate::read::Input::Stream(stream),
            &LIMITS,
        );
        let reader = reader.expect("readable");
        let told = reader
            .batch_findings
            .iter()
            .map(|f| format!("{} {:?} {}", f.code, f.value, f.hint));
        told.collect::<Vec<String>>()
    };
    assert!(batch("", "Forsnr;Bellop").is_empty());
    assert!(
        batch(
            "unknown_columns = 'reject'\nignore = ['Extra']",
            "Forsnr;EXTRA"
        )
        .is_empty()
    );
    let found = batch("unknown_columns = 'reject'", "Forsnr;Bellop");
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("unknown_field Some(\"bellop\") did you mean `belopp`?"),
        "{found:?}"
    );
    let found = batch("unknown_columns = 'reject'", "Forsnr;19900101-2389");
    assert!(!found[0].contains("1990"), "{found:?}");
}

#[test]
fn a_header_alone_is_a_batch_without_records() {
    for file in ["Forsnr;Namn", "Forsnr;Namn\r\n", "\u{feff}Forsnr;Namn\n\n"] {
        assert!(
            read(&format("", "", FIELDS), file.as_bytes(), PIECE)
                .expect("readable")
                .is_empty()
        );
    }
}

#[test]
fn skipped_lines_the_mark_and_the_header_are_kept_for_sending_back() {
    let format = format("", "skip_lines = 2", FIELDS);
    let file = "\u{feff}Report of\r\n\r\nForsnr;Namn\r\nA;B\n";
    for piece in [1, PIECE] {
        let stream = Box::new(std::io::Cursor::new(file.as_bytes().to_vec()));
        let (_, layout) =
            CsvReader::open_by(&format, &rules(&format), stream, &LIMITS, piece).expect("readable");
        assert_eq!(
            layout.head(),
            "\u{feff}Report of\r\n\r\nForsnr;Namn\r\n".as_bytes()
        );
        let records = read(&format, file.as_bytes(), piece).expect("readable");
        assert!(
            records[0].starts_with("line 4 | insurance_no@1=A"),
            "{records:?}"
        );
    }
}

#[test]
fn every_character_set_gives_the_same_records() {
    let text = "Åtgärd;Försäkringsnr;Namn\r\n;A;Ök\r\n;B;ø\n";
    let utf16 = |big| charset::to_utf16(format!("\u{feff}{text}").as_bytes(), big);
    let dos =
        [b"\x8Ftg\x84rd;F\x94rs\x84kringsnr;Namn\r\n;A;\x99k\r\n;B;\x9B\n".as_slice()].concat();
    let files = [
        ("utf-8", text.as_bytes().to_vec()),
        ("windows-1252", latin(text)),
        ("iso-8859-1", latin(text)),
        ("iso-8859-15", latin(text)),
        ("ibm865", dos),
        ("utf-16", utf16(true)),
        ("utf-16", utf16(false)),
    ];
    for (charset, file) in files {
        let format = format(&format!("charset = '{charset}'"), "", FIELDS);
        for piece in [1, PIECE] {
            let records = read(&format, &file, piece).expect(charset);
            assert_eq!(
                records[0],
                "line 2 | kind@1=customer.create | insurance_no@2=A | last_name@4=Ök | currency@0=SEK"
            );
            assert!(records[1].contains("last_name@4=ø"), "{charset}");
        }
    }
    let swedish = format("charset = 'iso646-se'", "", FIELDS);
    let records = read(&swedish, b"]tg{rd;F|rs{kringsnr;Namn\n;A;\\k\n", PIECE).expect("readable");
    assert!(records[0].contains("last_name@4=Ök"), "{records:?}");
}

#[test]
fn quoted_line_ends_are_text_where_the_format_says_so() {
    let file = b"Forsnr;Namn;Belopp\nA;\"x\r\ny\";1\nB;\"z;2\nC;d;3\n";
    let expected = [
        "line 2 | insurance_no@1=A | last_name@3=x\r\ny | amount@0=1",
        "line 4 | line 4 column 3 unclosed_quote",
        "line 5 | insurance_no@1=C | last_name@3=d | amount@5=3",
    ];
    let fields = FIELDS
        .replace("default = 'customer.create'\n", "")
        .replace("[[field]]\nname = 'currency'\nconstant = 'SEK'\n", "");
    for piece in [1, 4, 30, PIECE] {
        let multiline =
            read(&format("", "multiline = true", &fields), file, piece).expect("readable");
        assert_eq!(multiline, expected, "{piece}");
        let plain = read(&format("", "", &fields), file, piece).expect("readable");
        assert_eq!(plain.len(), 4);
        assert!(
            plain[0].contains("unclosed_quote") && plain[1].contains("column_count"),
            "{plain:?}"
        );
    }
}

#[test]
fn columns_are_split_joined_and_taken_by_position() {
    let split = "
[[field]]
name = 'kind'
constant = 'customer.create'
[[field]]
name = 'last_name'
from = 'Namn'
split = { at = ',', part = 1 }
[[field]]
name = 'first_name'
from = 'Namn'
split = { at = ',', part = 2 }
[[field]]
name = 'comment'
from = 'Rad 1'
join = { with = ' / ', labels = ['Rad 2', 'Rad 3'] }
";
    let records = read(
        &format("", "", split),
        b"Namn;Rad 1;Rad 2;Rad 3\nEk, Eva;a;;c\nEk;;;\n",
        PIECE,
    )
    .expect("readable");
    assert_eq!(
        records[0],
        "line 2 | last_name@1=Ek | first_name@1=Eva | comment@9=a / c | kind@0=customer.create"
    );
    assert_eq!(
        records[1],
        "line 3 | last_name@1=Ek | kind@0=customer.create"
    );
    let position = "
[[field]]
name = 'insurance_no'
position = 3
[[field]]
name = 'kind'
position = 1
";
    let reject = format("unknown_columns = 'reject'", "header = false", position);
    let ignore = format("", "header = false", position);
    let file = b"customer.create;x;A;y\ncustomer.create;x;B\nk;x\n";
    let strict = read(&reject, file, PIECE).expect("readable");
    let loose = read(&ignore, file, PIECE).expect("readable");
    assert_eq!(strict[0], "line 1 | line 1 column 1 column_count");
    assert_eq!(
        loose[0],
        "line 1 | kind@1=customer.create | insurance_no@19=A"
    );
    assert_eq!(
        strict[1],
        "line 2 | kind@1=customer.create | insurance_no@19=B"
    );
    assert_eq!(
        (strict[2].as_str(), loose[2].as_str()),
        (
            "line 3 | line 3 column 1 column_count",
            "line 3 | line 3 column 1 column_count"
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_the_same_records_whatever_the_piece(
        body in proptest::collection::vec(prop_oneof![
            Just(b';'), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'x'), any::<u8>(),
        ], 0..200),
        piece in 1_usize..60,
        multiline in any::<bool>(),
        charset in prop_oneof![Just("utf-8"), Just("windows-1252"), Just("utf-16"), Just("iso646-se")],
    ) {
        let format = format(&format!("charset = '{charset}'"), &format!("multiline = {multiline}"), FIELDS);
        let mut file = b"Forsnr;Namn\n".to_vec();
        if charset == "utf-16" {
            file = charset::to_utf16(&file, false);
        }
        file.extend(&body);
        let whole = read(&format, &file, PIECE).expect("readable");
        let pieces = read(&format, &file, piece).expect("readable");
        prop_assert_eq!(whole, pieces);
    }
}

#[test]
fn members_of_families_are_columns_of_a_format_by_name() {
    let format = Arc::new(fake::format(
        "id = 'c'\ntitle = 'C'\nreader = 'csv'\nby_name = true\n[csv]\ndelimiter = ';'\n",
    ));
    let file = b"kind;line.PRI;line.COF\nx;10;\ny;;2\n";
    let expected = [
        "line 2 | kind@1=x | line.PRI@3=10",
        "line 3 | kind@1=y | line.COF@4=2",
    ];
    assert_eq!(read(&format, file, PIECE).expect("readable"), expected);
    let twice = refused(&format, b"kind;line.PRI;line.pri\nx;1;2\n");
    assert!(twice.contains("double_column"), "{twice}");
}
