//! Hostile workbooks of our own making.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;

use super::{Case, MIB, case};
use crate::workbooks::with_part;

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "nr").expect("a cell");
    for row in 1..20 {
        sheet.write(row, 0, format!("A{row}")).expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

/// A packed archive of these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a part");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

/// A workbook whose only sheet holds this.
fn sheet(data: &str) -> Vec<u8> {
    with_part(&workbook(), "xl/worksheets/sheet1.xml", &|sheet| {
        let (before, rest) = sheet.split_once("<sheetData>").expect("data");
        let (_, behind) = rest.split_once("</sheetData>").expect("its end");
        format!("{before}<sheetData>{data}</sheetData>{behind}")
    })
}

fn text_cell(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

pub(super) fn workbooks() -> Vec<Case> {
    let good = workbook();
    let head = format!("<row r=\"1\">{}</row>", text_cell("A1", "nr"));
    let body = |data: &str| sheet(&format!("{head}{data}"));
    let small = body(&format!("<row r=\"2\">{}</row>", text_cell("A2", "A1")));
    let at_end = body(&format!(
        "<row r=\"1048576\">{}</row>",
        text_cell("XFD1048576", "x")
    ));
    let beyond = body(&format!("<row r=\"2\">{}</row>", text_cell("XFE2", "x")));
    let far = body(&format!(
        "<row r=\"2\">{}</row>",
        text_cell("AAAAAAAAA2", "x")
    ));
    let row = body(&format!(
        "<row r=\"4294967297\">{}</row>",
        text_cell("A4294967297", "x")
    ));
    let index = body("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99999999</v></c></row>");
    let open = body(&format!(
        "<row r=\"2\">{}<row r=\"3\">{}",
        text_cell("A2", "A1"),
        text_cell("A3", "A2")
    ));
    let short = with_part(&good, "xl/worksheets/sheet1.xml", &|text| {
        let end = text.find("<row r=\"9\"").expect("a row");
        text[..end].to_owned()
    });
    let deep = body(&"<row>".repeat(200_000));
    let laughs = archive(&[
        ("[Content_Types].xml", b"<Types/>" as &[u8]),
        (
            "xl/workbook.xml",
            b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook>&b;</workbook>",
        ),
    ]);
    let noughts = vec![b' '; 8 * MIB];
    let bomb = archive(&[("xl/workbook.xml", &noughts)]);
    let names: Vec<String> = (0..20_000).map(|at| format!("x{at}")).collect();
    let parts: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), b"" as &[u8]))
        .collect();
    let swollen = format!(
        "<row r=\"2\">{}</row>",
        text_cell("A2", &"x".repeat(6 * MIB))
    );
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    let mut compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    compound.resize(4096, 0);
    let mut loops = compound.clone();
    loops.resize(64 << 10, 0xfe);
    let table = |repeat: &str| {
        let text = format!(
            "<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
             xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>\
             <office:body><office:spreadsheet><table:table table:name='A'>{repeat}</table:table></office:spreadsheet></office:body>\
             </office:document-content>"
        );
        archive(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet" as &[u8]),
            ("META-INF/manifest.xml", b"<manifest:manifest xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"),
            ("content.xml", text.as_bytes()),
        ])
    };
    let cell = "office:value-type='string'><text:p>nr</text:p></table:table-cell>";
    let wide = table(&format!(
        "<table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384' {cell}</table:table-row>"
    ));
    let wider = table(&format!(
        "<table:table-row table:number-rows-repeated='4294967295'><table:table-cell table:number-columns-repeated='4294967295' {cell}</table:table-row>"
    ));
    vec![
        case("a good workbook", "xlsx", good.clone(), "not_found 19"),
        case("a small workbook", "xlsx", small, "not_found 1"),
        case(
            "the last corner of the grid",
            "xlsx",
            at_end,
            "passed_over 0",
        ),
        case(
            "a column beyond the grid",
            "xlsx",
            beyond,
            "workbook_unreadable 0",
        ),
        case(
            "a column of nine letters",
            "xlsx",
            far,
            "workbook_unreadable 0",
        ),
        case(
            "a row beyond four bytes",
            "xlsx",
            row,
            "workbook_unreadable 0",
        ),
        case(
            "a text that is not there",
            "xlsx",
            index,
            "workbook_unreadable 0",
        ),
        case("rows that are not closed", "xlsx", open, "not_found 2"),
        case(
            "a sheet that ends after some rows",
            "xlsx",
            short,
            "workbook_unreadable 0",
        ),
        case("two hundred thousand rows deep", "xlsx", deep, "0"),
        case("an entity", "xlsx", laughs, "workbook_unreadable 0"),
        case("8 MiB of blanks", "xlsx", bomb, "inflated_too_large 0"),
        case(
            "twenty thousand parts",
            "xlsx",
            archive(&parts),
            "workbook_unreadable 0",
        ),
        case(
            "a cell of 6 MiB",
            "xlsx",
            body(&swollen),
            "inflated_too_large 0",
        ),
        case(
            "a part with a way out",
            "xlsx",
            archive(&[("../../../../tmp/x", b"x" as &[u8]), ("/etc/x", b"x")]),
            "workbook_unreadable 0",
        ),
        case("a damaged part", "xlsx", damaged, "workbook_unreadable 0"),
        case(
            "cut off",
            "xlsx",
            good[..good.len() / 2].to_vec(),
            "workbook_unreadable 0",
        ),
        case(
            "no archive",
            "xlsx",
            b"PK\x03\x04".repeat(1000),
            "workbook_unreadable 0",
        ),
        case("text", "xlsx", "a,b\n1,2\n", "workbook_unreadable 0"),
        case("no byte at all", "xlsx", Vec::new(), "file_empty 0"),
        case(
            "an old workbook of noughts",
            "xls",
            compound,
            "workbook_unreadable 0",
        ),
        case(
            "an old workbook that runs in a circle",
            "xls",
            loops,
            "workbook_unreadable 0",
        ),
        case(
            "a small table",
            "ods",
            table(&format!(
                "<table:table-row><table:table-cell {cell}</table:table-row>"
            )),
            "0",
        ),
        case(
            "a whole grid of one cell",
            "ods",
            wide,
            "workbook_unreadable 0",
        ),
        case(
            "more than a grid of one cell",
            "ods",
            wider,
            "workbook_unreadable 0",
        ),
    ]
}
