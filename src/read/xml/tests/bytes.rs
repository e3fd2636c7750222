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
