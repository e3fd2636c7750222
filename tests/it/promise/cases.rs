//! Hostile files of our own making.

mod workbooks;

use std::fmt::Write as _;

/// A hostile file, and what it must come to: the code it is quarantined for or the codes of its records, and how many
/// records it had.
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) ending: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) expected: &'static str,
}

fn case(
    what: &'static str,
    ending: &'static str,
    bytes: impl Into<Vec<u8>>,
    expected: &'static str,
) -> Case {
    Case {
        what,
        ending,
        bytes: bytes.into(),
        expected,
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = delimited();
    all.extend(documents());
    all.extend(workbooks::workbooks());
    all.extend(fixed());
    all
}

const MIB: usize = 1 << 20;

fn delimited() -> Vec<Case> {
    let rows = "A1,x\n".repeat(2000);
    let long = "x".repeat(8 * MIB);
    vec![
        case(
            "a quote that is never closed",
            "csv",
            format!("\"A1,x\n{rows}"),
            "unclosed_quote not_found 2001",
        ),
        case(
            "a stray quote in the middle",
            "csv",
            format!("{rows}A1,\"x\n{rows}"),
            "unclosed_quote not_found 4001",
        ),
        case(
            "a field of 8 MiB",
            "csv",
            format!("A1,{long}\n{rows}"),
            "record_too_large not_found 2001",
        ),
        case(
            "8 MiB without a line end",
            "csv",
            long.clone(),
            "record_too_large 1",
        ),
        case(
            "8 MiB within quotes",
            "csv",
            format!("A1,\"{long}\n{rows}"),
            "record_too_large not_found 2001",
        ),
        case(
            "a million columns",
            "csv",
            format!("A1{}\n{rows}", ",".repeat(1_000_000)),
            "column_count not_found 2001",
        ),
        case(
            "a million quotes",
            "csv",
            format!("{}\n{rows}", "\"".repeat(1_000_001)),
            "unclosed_quote not_found 2001",
        ),
        case("noughts", "csv", vec![0; 2 * MIB], "record_too_large 1"),
        case(
            "lone carriage returns",
            "csv",
            "A1,x\r".repeat(1000),
            "not_found 1000",
        ),
        case(
            "a byte order mark in the middle",
            "csv",
            format!("A1,x\n\u{feff}A2,x\n{rows}"),
            "invalid_character not_found 2002",
        ),
        case(
            "another charset than its own",
            "csv",
            b"A1,\xff\xfe\nA2,x\n".to_vec(),
            "undecodable not_found 2",
        ),
        case(
            "UTF-16 without saying so",
            "csv",
            "A1,x\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>(),
            "column_count invalid_character 2",
        ),
        case("a formula", "csv", "=cmd|' /C calc'!A0,x\n", "not_found 1"),
        case(
            "a line of separators",
            "csv",
            "sep=;\nA1;x\n",
            "column_count 2",
        ),
        case(
            "a hundred thousand empty lines",
            "csv",
            "\n".repeat(100_000),
            "0",
        ),
        case("no byte at all", "csv", Vec::new(), "file_empty 0"),
    ]
}

fn records(inside: &str) -> String {
    format!("<records>{inside}</records>")
}

fn documents() -> Vec<Case> {
    let record = "<record><no>A1</no></record>";
    let laughs = |depth: usize| {
        let mut text = String::from("<!DOCTYPE records [<!ENTITY l0 \"lol\">");
        for at in 1..depth {
            let inner = format!("&l{};", at - 1).repeat(10);
            write!(text, "<!ENTITY l{at} \"{inner}\">").expect("memory takes it");
        }
        format!(
            "{text}]>{}",
            records(&format!("<record><no>&l{};</no></record>", depth - 1))
        )
    };
    let quadratic = format!(
        "<!DOCTYPE records [<!ENTITY a \"{}\">]>{}",
        "a".repeat(100_000),
        records(&format!(
            "<record><no>{}</no></record>",
            "&a;".repeat(10_000)
        ))
    );
    let attributes = (0..100_000).map(|at| format!(" a{at}=\"\""));
    let attributes = attributes.collect::<Vec<_>>().concat();
    let namespaces = (0..20_000).map(|at| format!(" xmlns:n{at}=\"u{at}\""));
    let namespaces = namespaces.collect::<Vec<_>>().concat();
    let text = "x".repeat(8 * MIB);
    let external = "<!DOCTYPE records [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><records><record><no>&x;</no></record></records>";
    let parameter =
        "<!DOCTYPE records [<!ENTITY % x SYSTEM \"http://127.0.0.1:9/x\"> %x;]><records/>";
    let include = "<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\" parse=\"text\"/>";
    vec![
        case("a billion laughs", "xml", laughs(10), "malformed 0"),
        case("a quadratic blow-up", "xml", quadratic, "malformed 0"),
        case("an entity from a file", "xml", external, "malformed 0"),
        case("an entity from the network", "xml", parameter, "malformed 0"),
        case("an entity that nobody declared", "xml", records("<record><no>&x;</no></record>"), "malformed 0"),
        case("an included file", "xml", records(&format!("<record><no>{include}</no></record>")), "required 1"),
        case("a million open elements", "xml", "<records>".repeat(1_000_000), "malformed 0"),
        case("a thousand elements deep", "xml", records(&format!("<record>{}{}</record>", "<a>".repeat(1000), "</a>".repeat(1000))), "malformed 0"),
        case("a hundred thousand attributes", "xml", records(&format!("<record{attributes}><no>A1</no></record>")), "malformed 0"),
        case("twenty thousand namespaces", "xml", records(&format!("<record{namespaces}><no>A1</no></record>")), "malformed 0"),
        case("a text of 8 MiB", "xml", records(&format!("{record}<record><no>{text}</no></record>{record}")), "record_too_large not_found 3"),
        case("a text of 8 MiB between records", "xml", records(&format!("{record}{text}{record}")), "not_found 2"),
        case("a comment of 8 MiB", "xml", records(&format!("{record}<!--{text}-->{record}")), "not_found 2"),
        case("a comment that never ends", "xml", format!("<records>{record}<!--{text}"), "malformed 0"),
        case("a character section of 8 MiB", "xml", records(&format!("<record><no><![CDATA[{text}]]></no></record>{record}")), "record_too_large not_found 2"),
        case("an instruction of 8 MiB", "xml", records(&format!("{record}<?pi {text}?>{record}")), "not_found 2"),
        case("a name of 8 MiB", "xml", records(&format!("<{text}/>{record}")), "malformed 0"),
        case("a value of 8 MiB", "xml", records(&format!("<record a=\"{text}\"><no>A1</no></record>{record}")), "record_too_large not_found 2"),
        case("a tag that never ends", "xml", format!("<records>{record}<record {text}"), "malformed 0"),
        case("cut off", "xml", format!("<records>{record}<record><no>A2"), "malformed 0"),
        case("a second root", "xml", format!("{0}{0}", records(record)), "malformed 0"),
        case("text behind the root", "xml", format!("{}x", records(record)), "malformed 0"),
        case("elements that cross", "xml", "<records><record><no>A1</record></no></records>", "malformed 0"),
        case("a comment within a value", "xml", records("<record><no>A<!-- -->1</no></record>"), "not_found 1"),
        case("a value twice", "xml", records("<record><no>A1</no><no>A2</no></record>"), "conflicting_fields 1"),
        case("another charset than declared", "xml", b"<?xml version='1.0' encoding='utf-8'?><records><record><no>\xe5</no></record></records>".to_vec(), "undecodable 1"),
        case("a charset that nobody knows", "xml", format!("<?xml version='1.0' encoding='EBCDIC-CP-SE'?>{}", records(record)), "malformed 0"),
        case("UTF-7", "xml", format!("<?xml version='1.0' encoding='utf-7'?>{}", records(record)), "malformed 0"),
        case("noughts", "xml", vec![0; MIB], "malformed 0"),
        case("no record", "xml", records(""), "0"),
    ]
}

fn fixed() -> Vec<Case> {
    let line = |text: &str| format!("{text:<80}\r\n");
    let start = line("01BGMAX               0120261120031500000000P");
    let section = line("050009912346          SEK");
    let payment = line("200000000000                   700104000000000000100000212611200000010");
    let deposit =
        line("15000000000000000000009912346000052026112000001000000000000010000SEK00000001");
    let end = line("7000000001000000000000000000000001");
    let long = "2".repeat(4 * MIB);
    let whole = |middle: &str| format!("{start}{section}{middle}{deposit}{end}");
    vec![
        case(
            "a line of 4 MiB",
            "bgmax",
            whole(&format!("{payment}{long}\r\n")),
            "record_too_large 0",
        ),
        case(
            "no line end",
            "bgmax",
            format!("{start}{long}"),
            "record_too_large 0",
        ),
        case(
            "a trailer in the middle",
            "bgmax",
            format!("{start}{end}{section}{payment}{deposit}"),
            "malformed required 1",
        ),
        case(
            "two trailers",
            "bgmax",
            format!("{}{end}", whole(&payment)),
            "malformed invalid_date 1",
        ),
        case(
            "no trailer",
            "bgmax",
            format!("{start}{section}{payment}"),
            "totals_mismatch required 1",
        ),
        case("a trailer alone", "bgmax", end.clone(), "malformed 0"),
        case(
            "noughts behind the start",
            "bgmax",
            [start.as_bytes(), &vec![0; MIB]].concat(),
            "record_too_large 0",
        ),
        case(
            "an amount of letters",
            "bgmax",
            whole(&payment.replace("0000001000002", "00000010O0002")),
            "totals_mismatch invalid_amount invalid_date 1",
        ),
        case(
            "a line too short",
            "bgmax",
            whole("2000000\r\n"),
            "totals_mismatch required invalid_date 1",
        ),
        case(
            "a hundred thousand starts",
            "bgmax",
            start.repeat(100_000),
            "malformed 0",
        ),
        case(
            "a giro of noughts",
            "ocr",
            format!("NY000010{}", "0".repeat(4 * MIB)),
            "record_too_large 0",
        ),
        case(
            "a giro cut off",
            "ocr",
            "NY000010000080800170031000102000000000000000000000000000000000000000000000000000\nNY090020",
            "totals_mismatch 0",
        ),
    ]
}
