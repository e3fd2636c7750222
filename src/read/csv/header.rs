//! The header line: which column gives which field.

use std::borrow::Cow;

use super::cells::{Cell, Text, cut};
use crate::code::Code;
use crate::format::{Charset, CsvRules, Field, Format, Unknown, folded};
use crate::model::{Finding, Place, Shown};
use crate::toml_table::nearest;

/// A column that gives a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Column from 0.
    pub(crate) column: usize,
    /// Index into the format's fields.
    pub(crate) field: usize,
    /// Columns whose texts are joined to it.
    pub(crate) joined: Vec<usize>,
}

/// What a header says.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// The columns that give fields, from left to right.
    pub(crate) taken: Vec<Taken>,
    /// Fields without a column.
    pub(crate) absent: Vec<usize>,
    /// How many columns there are.
    pub(crate) width: usize,
    /// Findings that reject the batch.
    pub(crate) batch: Vec<Finding>,
}

/// The columns of a header's labels. `place` gives the place of a column's label, `hint` what to tell with a missing
/// column.
///
/// The finding quarantines the file: a required column is missing, or a known one stands twice.
pub(crate) fn columns(
    format: &Format,
    labels: &[Cow<'_, str>],
    place: &dyn Fn(usize) -> Place,
    hint: &dyn Fn() -> Option<String>,
) -> Result<Columns, Box<Finding>> {
    let labels: Vec<String> = labels.iter().map(|label| folded(label)).collect();
    if let Some(column) = labels.iter().position(|label| format.forbids(label)) {
        return Err(Box::new(sensitive(place(column))));
    }
    let mut columns = Columns {
        width: labels.len(),
        ..Columns::default()
    };
    let mut missing: Vec<&Field> = Vec::new();
    for (index, field) in format.fields.iter().enumerate() {
        let mut found = labels
            .iter()
            .enumerate()
            .filter(|(_, label)| field.labels.contains(label));
        let Some((column, _)) = found.next() else {
            columns.absent.push(index);
            if field.column_required {
                missing.push(field);
            }
            continue;
        };
        if let Some((second, _)) = found.next() {
            return Err(Box::new(
                Finding::field(Code::DoubleColumn, field.name).at(place(second)),
            ));
        }
        columns.taken.push(Taken {
            column,
            field: index,
            joined: joined(field, &labels),
        });
    }
    if !missing.is_empty() {
        return Err(Box::new(missing_columns(&missing, place(0), hint())));
    }
    columns.taken.sort_by_key(|taken| taken.column);
    columns.batch = unknown(format, &labels, place);
    Ok(columns)
}

/// A column of what must never leave a card.
fn sensitive(place: Place) -> Finding {
    Finding::new(Code::SensitiveData)
        .at(place)
        .saying("the file has a column for what must not be sent: a CVV, a PIN or a track")
        .hinting("send the file without that column")
}

fn joined(field: &Field, labels: &[String]) -> Vec<usize> {
    let Some((_, others)) = &field.convert.join else {
        return Vec::new();
    };
    let column = |other: &String| labels.iter().position(|label| label == other);
    others.iter().filter_map(column).collect()
}

fn missing_columns(missing: &[&Field], place: Place, hint: Option<String>) -> Finding {
    let names: Vec<String> = missing
        .iter()
        .map(|field| format!("{} ({})", field.name, field.from))
        .collect();
    let finding = Finding::field(Code::MissingColumn, missing[0].name)
        .at(place)
        .saying(format!("the header has no column for {}", names.join(", ")));
    match hint {
        Some(hint) => finding.hinting(hint),
        None => finding,
    }
}

/// Columns that no field takes, where the format wants to know of them.
fn unknown(format: &Format, labels: &[String], place: &dyn Fn(usize) -> Place) -> Vec<Finding> {
    if format.unknown == Unknown::Ignore {
        return Vec::new();
    }
    let joins = format
        .fields
        .iter()
        .filter_map(|field| field.convert.join.as_ref());
    let joined: Vec<&String> = joins.flat_map(|(_, labels)| labels).collect();
    let known = |label: &String| {
        format
            .fields
            .iter()
            .any(|field| field.labels.contains(label))
            || format.ignored.contains(label)
            || joined.contains(&label)
    };
    let strangers = labels.iter().enumerate().filter(|(_, label)| !known(label));
    strangers
        .map(|(column, label)| {
            let all = format.fields.iter().flat_map(|field| &field.labels);
            let finding = Finding::new(Code::UnknownField)
                .at(place(column))
                .seen(shown(label));
            match nearest(label, all.map(String::as_str)) {
                Some(known) => finding.hinting(format!(
                    "did you mean `{known}`? A column that is not known must go"
                )),
                None => finding,
            }
        })
        .collect()
}

/// A label that holds a longer number is no label but a value that slipped into the header.
fn shown(label: &str) -> Shown {
    if label.bytes().filter(u8::is_ascii_digit).count() >= 6 {
        return Shown::personal(label);
    }
    Shown::plain(label)
}

/// The labels of a header line, decoded as far as they can be.
pub(crate) fn labels<'l>(
    line: &'l [u8],
    rules: &CsvRules,
    charset: Charset,
    most: usize,
) -> Vec<Cow<'l, str>> {
    let mut cells: Vec<Cell> = Vec::new();
    if cut(line, rules.delimiter, rules.quote, most, &mut cells).is_err() {
        return Vec::new();
    }
    let text = Text {
        bytes: line,
        whole: None,
        ascii_only: false,
        charset,
    };
    let cells = cells.iter();
    cells
        .map(|&cell| text.cell(cell, rules.quote).unwrap_or_default())
        .collect()
}

/// What else a header looks like, where a required column was not found in it: another delimiter or character set.
pub(crate) fn looks_like(line: &[u8], rules: &CsvRules, charset: Charset) -> Option<String> {
    if charset != Charset::Utf16 && (line.starts_with(b"\xFF\xFE") || line.starts_with(b"\xFE\xFF"))
    {
        return Some("the file is UTF-16; the format names another character set".to_owned());
    }
    if !matches!(charset, Charset::Utf8 | Charset::Utf16)
        && !line.is_ascii()
        && std::str::from_utf8(line).is_ok()
    {
        return Some("the file is UTF-8; the format names another character set".to_owned());
    }
    if charset == Charset::Utf8 && std::str::from_utf8(line).is_err() {
        return Some("the header is not UTF-8, as the format says it is".to_owned());
    }
    let count = |byte: u8| memchr::memchr_iter(byte, line).count();
    let seen = *b";,\t|".iter().max_by_key(|byte| count(**byte))?;
    if seen == rules.delimiter || count(seen) <= count(rules.delimiter) {
        return None;
    }
    let name = |byte: u8| match byte {
        b'\t' => "a tab".to_owned(),
        other => format!("`{}`", char::from(other)),
    };
    Some(format!(
        "the header seems to be delimited by {}; the format says {}",
        name(seen),
        name(rules.delimiter)
    ))
}
