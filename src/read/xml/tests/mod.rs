//! Whole documents, as tables: what is read, what is found, what is refused.

use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use super::*;
use crate::format::{
    Charset, Complete, Control, Convert, Field, Format, Total, Unknown, XmlPath, XmlRules,
};
use crate::model::FieldType;
use crate::read::{Input, RawRecord, Reader};

mod bytes;
mod kinds;
mod named;
pub(crate) mod nested;

pub(crate) const LIMITS: ReadLimits = ReadLimits {
    columns: 500,
    inflated: 1 << 30,
    ratio: 200,
};

pub(crate) fn path(text: &str) -> XmlPath {
    let (elements, attribute) = match text.split_once('@') {
        Some((elements, attribute)) => (elements, Some(attribute.to_owned())),
        None => (text, None),
    };
    XmlPath {
        from_root: text.starts_with('/'),
        elements: (elements.split('/').filter(|e| !e.is_empty()))
            .map(str::to_owned)
            .collect(),
        attribute,
        ..XmlPath::default()
    }
}

pub(crate) fn field(name: &'static str, from: &str) -> Field {
    Field {
        also: Vec::new(),
        name,
        kind: FieldType::Text(140),
        from: from.to_owned(),
        labels: vec![name.to_owned()],
        position: None,
        path: (!from.is_empty()).then(|| path(from)),
        or: Vec::new(),
        agrees: Vec::new(),
        behind: None,
        exists: None,
        columns: Vec::new(),
        record: None,
        star: None,
        column_required: false,
        convert: Convert::default(),
    }
}

pub(crate) fn format(record: &str, by_name: bool, fields: Vec<Field>) -> Format {
    Format {
        id: "test-1".to_owned(),
        title: String::new(),
        hash: String::new(),
        lines: Vec::new(),
        reader: ReaderKind::Xml(XmlRules {
            by_name,
            ..XmlRules::of(vec![path(record).elements])
        }),
        bank: false,
        message: None,
        compared: None,
        yields_to: Vec::new(),
        names: Vec::new(),
        charset: Charset::Utf8,
        complete: Complete::Settle,
        unknown: Unknown::RejectBatch,
        ignored: Vec::new(),
        reject_batch_on_error: false,
        fields,
        families: Vec::new(),
        controls: Vec::new(),
    }
}

pub(crate) fn canonical() -> Format {
    let names = [
        "kind",
        "insurance_no",
        "amount",
        "comment",
        "property.LoanInterest",
    ];
    let fields = names.into_iter().map(|name| field(name, "")).collect();
    format("/records/record", true, fields)
}

pub(crate) fn mapped() -> Format {
    let mut amount = field("amount", "Summa");
    amount.convert.number = Some((',', Vec::new()));
    amount.convert.fault = Some(crate::code::Code::InvalidAmount);
    let mut kind = field("kind", "");
    kind.path = None;
    kind.convert.constant = Some("insurance.register".to_owned());
    let fields = vec![
        field("insurance_no", "Nr"),
        amount,
        field("currency", "Summa@valuta"),
        field("start_date", "/Fil/Grupp/Datum"),
        field("comment", "Sub/Text"),
        kind,
    ];
    let mut format = format("/Fil/Grupp/Rad", false, fields);
    let control = |name: &str, stated: &str, equals| Control {
        name: name.to_owned(),
        stated: crate::format::Stated::Path(path(stated)),
        equals,
        convert: Convert {
            number: Some((',', Vec::new())),
            ..Convert::default()
        },
    };
    format.controls = vec![
        control("antal", "/Fil/Huvud/Antal", Total::Count),
        control("summa", "/Fil/Slut@summa", Total::Sum("amount")),
    ];
    format
}

/// Every record in a line: path, fields, findings; then controls; or what is wrong.
pub(crate) fn told(format: Format, bytes: &[u8]) -> Vec<String> {
    match read(&Arc::new(format), bytes) {
        Ok(lines) => lines,
        Err(Fault::File(finding) | Fault::Batch(finding)) => vec![told_finding("!", &finding)],
        Err(Fault::World(error)) => vec![format!("world: {error:#}")],
    }
}

fn told_finding(mark: &str, finding: &crate::model::Finding) -> String {
    let mut line = format!("{mark}{}", finding.code);
    if !finding.field.is_empty() {
        write!(line, " {}", finding.field).expect("memory");
    }
    line + &format!(" at {}", finding.place)
}

fn read(format: &Arc<Format>, bytes: &[u8]) -> Result<Vec<String>, Fault> {
    let stream = Box::new(Cursor::new(bytes.to_vec()));
    let (mut reader, layout) = XmlReader::open(format, stream, &LIMITS)?;
    let mut lines = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        lines.extend(layout.records(&chunk).iter().map(told_record));
    }
    for control in reader.finish()?.controls {
        let value = control
            .value
            .map_or_else(|c| c.to_string(), |d| d.to_string());
        lines.push(format!("={} {value}", control.name));
    }
    Ok(lines)
}

pub(crate) fn told_record(record: &RawRecord<'_>) -> String {
    let mut line = record.place.to_string();
    for field in &record.fields {
        match &field.text {
            Ok(text) => write!(line, " {}={text}", field.name),
            Err(code) => write!(line, " {}!{code}", field.name),
        }
        .expect("memory");
    }
    let findings = record.findings.iter().map(|f| told_finding(" !", f));
    let batch = record.batch.iter().map(|f| told_finding(" !!", f));
    line + &findings.chain(batch).collect::<String>()
}

#[test]
fn canonical_records_go_by_the_names_of_their_fields() {
    let rows: &[(&str, &[&str])] = &[
        ("<records/>", &[]),
        ("<records></records><!-- end -->\n", &[]),
        (
            "<?xml version=\"1.0\"?>\n<records>\n<record kind=\"a\"><insurance_no> 1 </insurance_no></record>\n<record kind='b'/></records>\n",
            &[
                "/records/record[1] kind=a insurance_no=1",
                "/records/record[2] kind=b",
            ],
        ),
        (
            "<records><record><amount>1<!-- -->00</amount><comment>a &amp; <![CDATA[<b>]]>&#229;</comment></record></records>",
            &["/records/record[1] amount=100 comment=a & <b>å"],
        ),
        (
            "<records><record><property name=\"LoanInterest\">5</property></record><record><property.LoanInterest>6</property.LoanInterest></record></records>",
            &[
                "/records/record[1] property.LoanInterest=5",
                "/records/record[2] property.LoanInterest=6",
            ],
        ),
        (
            "<records><record><amount>1</amount><amount>2</amount></record></records>",
            &[
                "/records/record[1] amount=1 !conflicting_fields amount at /records/record[1]/amount",
            ],
        ),
        (
            "<records><record kind='a'><kind>b</kind></record></records>",
            &["/records/record[1] kind=a !conflicting_fields kind at /records/record[1]/kind"],
        ),
        (
            "<records><record><amuont>1</amuont></record></records>",
            &["/records/record[1] !!unknown_field at /records/record[1]/amuont"],
        ),
        (
            "<records><record><amount valuta='x'>1</amount></record></records>",
            &["/records/record[1] amount=1 !!unknown_field at /records/record[1]/amount/@valuta"],
        ),
        (
            "<records><record>stray<amount>1</amount></record></records>",
            &["/records/record[1] amount=1 !!unknown_field at /records/record[1]"],
        ),
        (
            "<records><record><comment> </comment><amount/></record></records>",
            &["/records/record[1]"],
        ),
        (
            "<records xmlns:xsi='x' xsi:schemaLocation='y'><record xml:lang='sv'><amount xsi:nil='true'/></record></records>",
            &["/records/record[1]"],
        ),
        (
            "<records><record><comment>a\r\nb\rc</comment></record></records>",
            &["/records/record[1] comment=a\nb\nc"],
        ),
    ];
    for (document, expected) in rows {
        assert_eq!(
            told(canonical(), document.as_bytes()),
            *expected,
            "{document}"
        );
    }
}

#[test]
fn mapped_records_take_paths_attributes_and_what_their_group_says() {
    let rows: &[(&str, &[&str])] = &[
        (
            "<Fil><Huvud><Antal>2</Antal></Huvud><Grupp><Datum>2026-01-02</Datum><Rad><Nr>1</Nr><Summa valuta='SEK'>1,50</Summa></Rad>\
             <Rad><Sub><Text>hej</Text></Sub><Summa>x</Summa></Rad></Grupp><Slut summa='1,50'/></Fil>",
            &[
                "/Fil/Grupp/Rad[1] start_date=2026-01-02 insurance_no=1 currency=SEK amount=1.50 kind=insurance.register",
                "/Fil/Grupp/Rad[2] start_date=2026-01-02 comment=hej amount!invalid_amount kind=insurance.register",
                "=antal 2",
                "=summa 1.50",
            ],
        ),
        // A group's value holds in that group only.
        (
            "<Fil><Grupp><Datum>a</Datum><Rad/></Grupp><Grupp><Rad/></Grupp><Grupp><Datum>c</Datum><Rad/><Rad/></Grupp></Fil>",
            &[
                "/Fil/Grupp/Rad[1] start_date=a kind=insurance.register",
                "/Fil/Grupp[2]/Rad[1] kind=insurance.register",
                "/Fil/Grupp[3]/Rad[1] start_date=c kind=insurance.register",
                "/Fil/Grupp[3]/Rad[2] start_date=c kind=insurance.register",
            ],
        ),
        (
            "<Fil><Grupp><Datum>a</Datum><Datum>b</Datum><Rad/></Grupp></Fil>",
            &[
                "/Fil/Grupp/Rad[1] start_date=a kind=insurance.register !conflicting_fields start_date at /Fil/Grupp/Datum",
            ],
        ),
        // It would be a guess for the records before it.
        (
            "<Fil><Grupp><Rad/><Datum>a</Datum></Grupp></Fil>",
            &["!malformed at line 1"],
        ),
        (
            "<Fil><Grupp><Rad/></Grupp>\n<Rad/></Fil>",
            &["!unknown_field at line 2"],
        ),
        (
            "<Fil>\n<Grupp>text</Grupp></Fil>",
            &["!unknown_field at line 2"],
        ),
        (
            "<Fil><Huvud><Antal>1<b/></Antal></Huvud></Fil>",
            &["!malformed at line 1"],
        ),
        (
            "<Fil><Huvud><Antal>x</Antal></Huvud><Huvud><Antal>2</Antal></Huvud></Fil>",
            &["=antal invalid_number", "=antal 2"],
        ),
    ];
    for (document, expected) in rows {
        let found = told(mapped(), document.as_bytes());
        let found = if expected.len() == 1 && expected[0].starts_with('!') {
            found[found.len() - 1..].to_vec()
        } else {
            found
        };
        assert_eq!(found, *expected, "{document}");
    }
}

#[test]
fn a_format_with_a_namespace_takes_that_namespace_alone() {
    let format = |unknown| {
        let mut format = mapped();
        format.unknown = unknown;
        if let ReaderKind::Xml(rules) = &mut format.reader {
            rules.namespace = Some("urn:x".to_owned());
        }
        format
    };
    let good = ["/Fil/Grupp/Rad[1] insurance_no=1 kind=insurance.register"];
    let rows: &[(&str, &[&str])] = &[
        (
            "<Fil xmlns='urn:x'><Grupp><Rad><Nr>1</Nr></Rad></Grupp></Fil>",
            &good,
        ),
        (
            "<p:Fil xmlns:p='urn:x'><p:Grupp><p:Rad><p:Nr>1</p:Nr><Nr xmlns='urn:y'>2</Nr></p:Rad><Rad/></p:Grupp></p:Fil>",
            &good,
        ),
        (
            "<Fil xmlns='urn:x' xmlns:p='urn:y'><Grupp><Rad><p:Nr>2</p:Nr><q:Nr xmlns:q='urn:x'>1</q:Nr></Rad></Grupp></Fil>",
            &good,
        ),
        (
            "<Fil><Grupp><Rad/></Grupp></Fil>",
            &["!malformed at line 1"],
        ),
        ("<Fil xmlns='urn:y'/>", &["!malformed at line 1"]),
    ];
    for (document, expected) in rows {
        assert_eq!(
            told(format(Unknown::Ignore), document.as_bytes()),
            *expected,
            "{document}"
        );
    }
}

/// A stream that gives so many bytes at a time.
struct Drip(Cursor<Vec<u8>>, usize);

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn the_pieces_that_the_stream_comes_in_change_nothing() {
    // A byte order mark within a document is a character like any other.
    let record = "<record kind='å'><!-- x --><comment>\u{FEFF}å\u{FEFF}\u{FEFF}a&amp;\u{FEFF}<![CDATA[€]]></comment></record>";
    let document = format!("<records>{}</records>", record.repeat(50));
    let format = Arc::new(canonical());
    let whole = read(&format, document.as_bytes()).expect("a good document");
    assert_eq!(whole.len(), 50);
    for step in [1, 2, 3, 7, 1000] {
        let stream = Box::new(Drip(Cursor::new(document.clone().into_bytes()), step));
        let (mut reader, layout) = XmlReader::open(&format, stream, &LIMITS).expect("good");
        let mut lines = Vec::new();
        while let Some(chunk) = reader.next_chunk().expect("good") {
            let Chunk::Elements(elements) = &chunk else {
                panic!("elements");
            };
            assert!(elements.iter().all(|e| e.bytes == record.as_bytes()));
            lines.extend(layout.records(&chunk).iter().map(told_record));
        }
        assert_eq!(lines, whole, "{step} bytes at a time");
    }
}
