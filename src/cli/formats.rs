//! `sluss formats`: what there is, how one is laid out, and what is wrong with format files.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::args::{Common, FormatsCommand};
use super::exit::{Exit, wrong_use};
use super::out::Out;
use super::session;
use super::table::Table;
use crate::format::{DESCRIBED, Format, ReaderKind, describe, load, shipped};
use crate::line::dictionary::dictionary;
use crate::site::Site;
use crate::toml_table::Faults;

/// Does what is asked of formats.
pub fn run(common: &Common, command: Option<&FormatsCommand>, out: &mut Out) -> Result<Exit> {
    match command {
        None | Some(FormatsCommand::List) => list(common, out).map(|()| Exit::Good),
        Some(FormatsCommand::Show { id }) => show(common, id, out).map(|()| Exit::Good),
        Some(FormatsCommand::Check { file }) => check(common, file.as_deref(), out),
    }
}

/// The site's own format files. What ships can be looked at without a site.
fn own(common: &Common) -> Result<Vec<(String, String)>> {
    Ok(site(common)?
        .map(|site| site.format_files().to_vec())
        .unwrap_or_default())
}

/// The site, unless there is none in the current folder and none was named.
fn site(common: &Common) -> Result<Option<Site>> {
    let unnamed = common.site == Path::new(".") || common.site.as_os_str().is_empty();
    if unnamed && !Path::new(crate::site::SETTINGS).exists() {
        return Ok(None);
    }
    session::site(common).map(Some)
}

fn list(common: &Common, out: &mut Out) -> Result<()> {
    let own = own(common)?;
    let formats = load(&own, &dictionary()).map_err(|faults| wrong(&faults))?;
    let ships: Vec<Format> = shipped()
        .iter()
        .filter_map(|(file, text)| Format::parse(file, text, &dictionary()).ok())
        .collect();
    let origin = |format: &Format| {
        let same = ships.iter().find(|shipped| shipped.id == format.id);
        match same {
            Some(shipped) if shipped.hash == format.hash => "ships",
            Some(_) => "site, replaces",
            None => "site",
        }
    };
    if common.json {
        let all: Vec<Value> = formats
            .values()
            .map(|format| {
                json!({
                    "id": format.id,
                    "title": format.title,
                    "reader": reader(format),
                    "lines": format.lines,
                    "match": format.patterns(),
                    "origin": origin(format),
                    "hash": format.hash,
                })
            })
            .collect();
        return out.json(&json!({ "formats": all }));
    }
    let mut table = Table::new(&["id", "reader", "file names", "from", "what"]);
    for format in formats.values() {
        table.row([
            &format.id,
            reader(format),
            &format.patterns().join("  "),
            origin(format),
            &format.title,
        ]);
    }
    table.print(out)
}

const fn reader(format: &Format) -> &'static str {
    match format.reader {
        ReaderKind::Csv(_) => "csv",
        ReaderKind::Xml(_) => "xml",
        ReaderKind::Excel(_) => "excel",
        ReaderKind::Fixed(_) => "fixed-width",
    }
}

fn show(common: &Common, id: &str, out: &mut Out) -> Result<()> {
    let formats = load(&own(common)?, &dictionary()).map_err(|faults| wrong(&faults))?;
    let Some(format) = formats.get(id) else {
        let ids: Vec<&str> = formats.keys().map(String::as_str).collect();
        return Err(wrong_use(format!(
            "{id}: no such format; there is {}",
            ids.join(", ")
        )));
    };
    let sections = describe(format);
    if common.json {
        let fields = sections
            .iter()
            .flat_map(|section| section.rows.iter().map(move |row| (section, row)));
        let fields: Vec<Value> = fields
            .map(|(section, row)| {
                let named = DESCRIBED.iter().zip(row);
                let named =
                    named.map(|(name, cell)| ((*name).to_owned(), Value::from(cell.as_str())));
                let record = section.record.as_ref();
                let record =
                    record.map(|record| ("record".to_owned(), Value::from(record.as_str())));
                record.into_iter().chain(named).collect()
            })
            .collect();
        return out.json(&json!({ "id": format.id, "title": format.title, "hash": format.hash, "fields": fields }));
    }
    out.line(format!("{}: {}", format.id, format.title))?;
    out.line(format!(
        "reader {}, files {}",
        reader(format),
        format.patterns().join("  ")
    ))?;
    if let Some(compared) = &format.compared {
        out.line(format!(
            "beside {}: compared with the book, books nothing",
            compared.beside.join(", ")
        ))?;
    }
    for section in sections {
        for line in section.standing {
            out.line(line)?;
        }
        out.line("")?;
        let mut table = Table::new(&DESCRIBED);
        for row in section.rows {
            table.row(row);
        }
        table.print(out)?;
        out.line("")?;
    }
    Ok(())
}

fn check(common: &Common, file: Option<&Path>, out: &mut Out) -> Result<Exit> {
    let files = match file {
        Some(path) => {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| wrong_use(format!("{shown}: {error}")))?;
            vec![(shown, text)]
        }
        None => own(common)?,
    };
    let faults = load(&files, &dictionary())
        .err()
        .map_or_else(Vec::new, |faults| faults.0);
    if common.json {
        let faults: Vec<Value> = faults
            .iter()
            .map(|fault| {
                json!({ "file": fault.file, "line": fault.line, "column": fault.column, "message": fault.message })
            })
            .collect();
        out.json(&json!({ "files": files.len(), "faults": faults }))?;
    } else {
        for fault in &faults {
            out.line(fault)?;
        }
        if faults.is_empty() {
            out.line(format!("{} format files, no faults", files.len()))?;
        }
    }
    Ok(if faults.is_empty() {
        Exit::Good
    } else {
        Exit::WrongUse
    })
}

fn wrong(faults: &Faults) -> anyhow::Error {
    wrong_use(faults.to_string())
}
