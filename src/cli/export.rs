//! `sluss export`: the entities of a book as CSV, sorted by key, in the style of the partner's answers.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::args::Common;
use super::exit::wrong_use;
use super::out::Out;
use super::session;
use crate::line::is_personal;
use crate::line::{self, Line, Space};
use crate::model::decision::OrderValue;
use crate::model::value::mask;
use crate::os;
use crate::outbox::answers::cells::{CsvStyle, end_line};
use crate::outbox::answers::records::money;

/// Writes a line's entities to a file that must not exist, or to standard output. Personal numbers are masked.
pub fn write(
    common: &Common,
    word: &str,
    kind: Option<&str>,
    output: Option<&Path>,
    out: &mut Out,
) -> Result<()> {
    let space = space(word, kind)?;
    let site = session::site(common)?;
    let partner = session::one_partner(common, &site)?;
    let book = session::book(&site, &partner.book)?;
    let header = line::export_header(space)?;
    let mut sheet = Sheet::new(header, CsvStyle::of(&partner.answers), common.json);
    let mut file = output.map(create).transpose()?;
    let mut pour = |bytes: &[u8]| match &mut file {
        Some((file, path)) => file
            .write_all(bytes)
            .with_context(|| path.display().to_string()),
        None => out.write_all(bytes).context("standard output"),
    };
    pour(&sheet.begin())?;
    if let Some(book) = book {
        book.entities(space, &mut |key, state| {
            pour(&sheet.row(&line::export_row(space, key, state)?))
        })?;
    }
    pour(&sheet.end())?;
    match file {
        Some((file, path)) => file.sync_all().with_context(|| path.display().to_string()),
        None => Ok(()),
    }
}

/// A new file that its owner alone may read, whatever the umask.
fn create(path: &Path) -> Result<(std::fs::File, &Path)> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path
        .file_name()
        .ok_or_else(|| wrong_use(format!("{}: not a name of a file", path.display())))?;
    match os::Folder::open(folder)?.create(name, 0o600) {
        Err(fault) if fault.is_taken() => Err(wrong_use(format!(
            "{} is there already; nothing was written",
            path.display()
        ))),
        done => Ok((done?, path)),
    }
}

/// The space that the words mean.
fn space(word: &str, kind: Option<&str>) -> Result<Space> {
    let Some(known) = Line::named(word) else {
        let all: Vec<&str> = Line::ALL.iter().map(|line| line.as_str()).collect();
        return Err(wrong_use(format!(
            "{word}: not a product line; there is {}",
            all.join(", ")
        )));
    };
    let entities = line::entities(known);
    let Some(kind) = kind else {
        return Ok(entities[0].1);
    };
    let found = entities.iter().find(|(word, _)| *word == kind);
    found.map(|(_, space)| *space).ok_or_else(|| {
        let words: Vec<&str> = entities.iter().map(|(word, _)| *word).collect();
        wrong_use(format!(
            "{kind}: {word} has no such entities; it has {}",
            words.join(", ")
        ))
    })
}

/// Rows as text: CSV, or one JSON document.
struct Sheet {
    header: Vec<&'static str>,
    style: CsvStyle,
    json: bool,
    rows: u64,
}

impl Sheet {
    fn new(header: Vec<&'static str>, style: CsvStyle, json: bool) -> Self {
        Self {
            header,
            style,
            json,
            rows: 0,
        }
    }

    fn begin(&self) -> Vec<u8> {
        if self.json {
            return b"{\"entities\":[".to_vec();
        }
        let mut bytes = self.style.begin().to_vec();
        self.style.header(&mut bytes, &self.header);
        bytes
    }

    fn row(&mut self, cells: &[OrderValue]) -> Vec<u8> {
        self.rows += 1;
        if self.json {
            self.object(cells)
        } else {
            self.line(cells)
        }
    }

    fn line(&self, cells: &[OrderValue]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, cell) in self.header.iter().zip(cells) {
            match cell {
                OrderValue::Text(text) if is_personal(name) => {
                    self.style.text(&mut bytes, &mask(text));
                }
                OrderValue::Text(text) => self.style.text(&mut bytes, text),
                OrderValue::Amount(amount, currency) => {
                    self.style.number(&mut bytes, &money(*amount, *currency));
                }
            }
        }
        end_line(&mut bytes);
        bytes
    }

    /// An entity with the fields that it has.
    fn object(&self, cells: &[OrderValue]) -> Vec<u8> {
        let mut object = Map::new();
        for (name, cell) in self.header.iter().zip(cells) {
            let text = match cell {
                OrderValue::Text(text) if is_personal(name) => mask(text),
                OrderValue::Text(text) => text.to_string(),
                OrderValue::Amount(amount, currency) => money(*amount, *currency),
            };
            if !text.is_empty() {
                object.insert((*name).to_owned(), Value::String(text));
            }
        }
        let comma = if self.rows > 1 { "," } else { "" };
        format!("{comma}\n{}", Value::Object(object)).into_bytes()
    }

    fn end(&self) -> Vec<u8> {
        if self.json {
            b"\n]}\n".to_vec()
        } else {
            Vec::new()
        }
    }
}
