//! Documents that are not well formed, too large, or written in one character set or another.

use super::*;

#[test]
fn a_document_that_is_not_well_formed_is_refused_whole() {
    let nested = format!("<records>{}", "<a>".repeat(64));
    let long_head = format!("<records><!--{}--><record/></records>", "x".repeat(1 << 20));
    let rows = [
        "",
        " ",
        "text",
        "<records>",
        "<records><record>",
        "<records><record></records>",
        "<records><record></recrod></records>",
        "<records></records></records>",
        "<records/><records/>",
        "<records/>text",
        "text<records/>",
        "<records/>&#32;",
        "<records/><![CDATA[ ]]>",
        "<other/>",
        "<!DOCTYPE records><records/>",
        "<records><record>&nbsp;</record></records>",
        "<records><record>&#0;</record></records>",
        "<records><record>a & b</record></records>",
        "<records><record>]]></record></records>",
        "<records><record a='1' a='2'/></records>",
        "<records><record a='1'b='2'/></records>",
        "<records><record a='<'/></records>",
        "<records><record>\u{1}</record></records>",
        "<records><record>\u{FFFE}</record></records>",
        "<records><record><1/></record></records>",
        "<records><record><p:a/></record></records>",
        "<records><record><!-- -- --></record></records>",
        "<records><record><?xml version='1.0'?></record></records>",
        " <?xml version='1.0'?><records/>",
        "<?xml version='3'?><records/>",
        "<records><record",
        "<records><record a='",
        "<records><!-- ",
        "<records><record><![CDATA[ </record></records>",
        &nested,
        &long_head,
    ];
    for document in rows {
        let found = told(canonical(), document.as_bytes());
        let last = found.last().map_or("", String::as_str);
        assert!(
            last.starts_with("!malformed at line "),
            "{document:.80}: {found:?}"
        );
    }
    let ends = "<records><record kind='a'><amount>1</amount></record></records>";
    for end in 0..ends.len() {
        let found = told(canonical(), &ends.as_bytes()[..end]);
        assert_eq!(
            found.last().map(|f| &f[..10]),
            Some("!malformed"),
            "cut at {end}"
        );
    }
}

#[test]
fn a_fault_is_told_at_its_line_whatever_pieces_the_document_comes_in() {
    let format = Arc::new(canonical());
    let (before, within) = ("\n".repeat(600), "\n".repeat(500));
    let rows = [
        ("</b>", "an end tag has no start tag"),
        ("<?>", "markup is opened and not closed"),
        ("<!x>", "markup is opened and not closed"),
        ("& x", "an `&` stands alone"),
        ("<!-- -- -->", "a comment holds"),
        ("<a", "markup is opened and not closed"),
        // Told where its text begins.
        ("\u{1}", "a control character"),
    ];
    for (end, message) in rows {
        // What is wrong is known long before the end; what is open only there.
        let rest = if end == "<a" { 0 } else { 20 };
        let rest = "<record/>\n".repeat(rest);
        let document = format!("<records>{before}<record>{within}{end}{rest}");
        for step in [1, 2, 3, 7, 1000, usize::MAX] {
            let stream = Box::new(Drip(Cursor::new(document.clone().into_bytes()), step));
            let opened = XmlReader::open(&format, stream, &LIMITS);
            let (mut reader, _) = opened.unwrap_or_else(|_| panic!("{end}: not opened"));
            let fault = loop {
                match reader.next_chunk() {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("{end}: taken"),
                    Err(Fault::File(finding)) => break finding,
                    Err(fault) => panic!("{end}: {fault:?}"),
                }
            };
            assert!(
                fault.message.starts_with(message),
                "{end}: {}",
                fault.message
            );
            let line = if end == "\u{1}" { 601 } else { 1101 };
            let place = format!("line {line}");
            assert_eq!(fault.place.to_string(), place, "{end} at {step}");
        }
    }
}

#[test]
fn what_looks_like_an_end_again_and_again_is_looked_through_in_time() {
    let document = format!(
        "<records><record><!--{}--></record><record kind='b'/></records>",
        ">".repeat(8_380_000)
    );
    let began = std::time::Instant::now();
    let found = told(canonical(), document.as_bytes());
    assert_eq!(
        found.last().map(String::as_str),
        Some("/records/record[2] kind=b")
    );
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

#[test]
fn a_record_over_a_mebibyte_is_a_finding_and_the_next_is_read() {
    let text = "x".repeat(1 << 20);
    let document =
        format!("<records><record><comment>{text}</comment></record><record kind='b'/></records>");
    let expected = [
        "/records/record[1] !record_too_large at /records/record[1]",
        "/records/record[2] kind=b",
    ];
    assert_eq!(told(canonical(), document.as_bytes()), expected);
    let endless = format!("<records><record>{}", "y".repeat(9 << 20));
    assert_eq!(
        told(canonical(), endless.as_bytes()),
        ["!malformed at line 1"]
    );
}

#[test]
fn text_is_read_in_the_documents_own_character_set() {
    let declared = |encoding: &str| format!("<?xml version='1.0' encoding='{encoding}'?>\n");
    let body = "<records><record><comment>å€</comment></record></records>";
    let with = |encoding: &str, bytes: &[u8]| {
        let mut document = declared(encoding).into_bytes();
        document.extend_from_slice(b"<records><record><comment>");
        document.extend_from_slice(bytes);
        document.extend_from_slice(b"</comment></record></records>");
        document
    };
    let utf16 = |big: bool| -> Vec<u8> {
        let text = format!("\u{FEFF}{}{body}", declared("UTF-16"));
        let bytes = |unit: u16| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let good = "/records/record[1] comment=å€";
    let bad = "/records/record[1] !undecodable comment at /records/record[1]/comment";
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (body.as_bytes().to_vec(), good),
        ([b"\xEF\xBB\xBF", body.as_bytes()].concat(), good),
        (utf16(true), good),
        (utf16(false), good),
        (with("windows-1252", b"\xE5\x80"), good),
        (with("ISO-8859-15", b"\xE5\xA4"), good),
        (with("UTF-8", b"\xE5"), bad),
        (with("UTF-8", "\u{10FF41}".as_bytes()), bad),
        // UTF-8 under another name would be read as other letters.
        (with("ISO-8859-1", "å".as_bytes()), bad),
        (with("us-ascii", b"\xE5"), bad),
        (with("UTF-16", b"x"), "!malformed at line 1"),
    ];
    for (document, expected) in rows {
        assert_eq!(told(canonical(), &document), [expected], "{document:?}");
    }
    let comment = b"<records><record><!-- \xE5 --></record></records>";
    let expected = "/records/record[1] !undecodable at /records/record[1]";
    assert_eq!(told(canonical(), comment), [expected]);
    let outside = b"<records><!-- \xE5 --><record/></records>";
    assert_eq!(told(canonical(), outside), ["!malformed at line 1"]);
}
