//! Makes the files of inbox-sample that no editor should touch: windows-1252 text, workbooks, the broken and the doubled
//! file. Their sources, in UTF-8, lie under benches/samples; the other files of inbox-sample are their own source.
//!
//! `cargo run --example make-samples`

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

fn main() -> Result<()> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    for partner in ["fjordbank", "havsfaktura", "havslan", "nordbank", "sydlan"] {
        let to = top.join("inbox-sample").join(partner);
        for entry in walkdir::WalkDir::new(top.join("benches/samples").join(partner)).min_depth(1) {
            let from = entry?.into_path();
            let text = fs::read_to_string(&from).with_context(|| from.display().to_string())?;
            let stem = from
                .file_stem()
                .and_then(|stem| stem.to_str())
                .context("a name")?;
            let (name, bytes) = if Path::new(stem).extension().is_some_and(|end| end == "xlsx") {
                (stem.to_owned(), workbook(&text)?)
            } else {
                // What banks write has an ending of its own.
                let own = Path::new(stem).extension().is_some();
                let name = if own {
                    stem.to_owned()
                } else {
                    format!("{stem}.csv")
                };
                (name, windows_1252(&text)?)
            };
            write(&to.join(name), &bytes)?;
        }
    }
    let nordbank = top.join("inbox-sample/nordbank");
    let first = fs::read(nordbank.join("INS_20261120_001.csv"))?;
    write(&nordbank.join("INS_20261120_006.csv"), &first)?;
    let whole = fs::read(nordbank.join("INS_20261120_004.xlsx"))?;
    write(
        &nordbank.join("INS_20261120_009.xlsx"),
        &whole[..whole.len() / 2],
    )
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

/// Lines in windows-1252 with CR and LF; text in ⟦ ⟧ stays UTF-8, as a faulty sender mixes them.
fn windows_1252(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for piece in text.replace('\n', "\r\n").split_inclusive('⟧') {
        let (plain, utf8) = match piece.split_once('⟦') {
            Some((plain, rest)) => (plain, rest.trim_end_matches('⟧')),
            None => (piece, ""),
        };
        let (encoded, _, lossy) = encoding_rs::WINDOWS_1252.encode(plain);
        if lossy {
            bail!("not in windows-1252: {plain}");
        }
        bytes.extend_from_slice(&encoded);
        bytes.extend_from_slice(utf8.as_bytes());
    }
    Ok(bytes)
}

/// A workbook of a table with `;` between cells: labels, then the columns' types, then rows.
fn workbook(text: &str) -> Result<Vec<u8>> {
    let mut lines = text.lines();
    let labels: Vec<&str> = lines.next().context("labels")?.split(';').collect();
    let types: Vec<&str> = lines.next().context("types")?.split(';').collect();
    let mut workbook = Workbook::new();
    // A time of its own makes the same bytes each time.
    let created = ExcelDateTime::from_ymd(2026, 11, 19)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet();
    sheet.set_name("Underlag")?;
    // People put a title above the labels.
    sheet.write_string(0, 0, "Underlag 2026-11-20")?;
    for (column, label) in (0..).zip(labels) {
        sheet.write_string(2, column, label)?;
    }
    for (row, line) in (3..).zip(lines) {
        for (column, (cell, kind)) in (0..).zip(line.split(';').zip(&types)) {
            if cell.is_empty() {
                continue;
            }
            match *kind {
                "text" => sheet.write_string(row, column, cell)?,
                "number" => sheet.write_number(row, column, cell.parse::<f64>()?)?,
                "bool" => sheet.write_boolean(row, column, cell == "true")?,
                "date" => sheet.write_datetime_with_format(
                    row,
                    column,
                    ExcelDateTime::parse_from_str(cell)?,
                    &day,
                )?,
                other => bail!("not a type: {other}"),
            };
        }
    }
    Ok(workbook.save_to_buffer()?)
}
