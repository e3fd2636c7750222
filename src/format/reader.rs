//! The part of a format file that says how bytes become records.

use regex::RegexBuilder;

use super::fixed::fixed;
use super::xml::xml;
use super::{CsvRules, Edge, ExcelRules, ReaderKind};
use crate::toml_table::Table;

/// The reader with its rules; `None`, after noting why, where there is none. `records`: the tables `[record.NAME]`.
pub(super) fn reader(
    root: &mut Table<'_>,
    records: &mut [(String, Table<'_>)],
    by_name: bool,
) -> Option<ReaderKind> {
    let word = root.required_string("reader")?;
    match word.as_str() {
        "csv" => {
            let mut rules = csv(root.table("csv"));
            rules.edges = edges(records);
            Some(ReaderKind::Csv(rules))
        }
        "xml" => Some(ReaderKind::Xml(xml(root, records, by_name)?)),
        "excel" => {
            if let Some((_, table)) = records.first() {
                table.fault(
                    "a workbook has records of one kind of row; there is no `[record.NAME]`",
                );
            }
            Some(ReaderKind::Excel(excel(root.table("excel"))))
        }
        "fixed-width" => Some(ReaderKind::Fixed(fixed(root, records)?)),
        other => {
            root.fault_at(
                "reader",
                format!("`{other}` is not a reader; known: csv, xml, excel, fixed-width"),
            );
            None
        }
    }
}

fn csv(table: Option<Table<'_>>) -> CsvRules {
    let mut rules = CsvRules {
        delimiter: b',',
        quote: Some(b'"'),
        header: true,
        skip_lines: 0,
        multiline: false,
        edges: Vec::new(),
    };
    let Some(mut table) = table else {
        return rules;
    };
    if let Some(delimiter) = mark(&mut table, "delimiter") {
        rules.delimiter = delimiter;
    }
    match table.string("quote").as_deref() {
        None => {}
        Some("") => rules.quote = None,
        Some(_) => rules.quote = mark(&mut table, "quote"),
    }
    if rules.quote == Some(rules.delimiter) {
        table.fault_at("quote", "quote and delimiter must differ");
    }
    rules.header = table.boolean("header").unwrap_or(true);
    let skip = table.integer_within("skip_lines", 0, 1000).unwrap_or(0);
    rules.skip_lines = u32::try_from(skip).unwrap_or(0);
    rules.multiline = table.boolean("multiline").unwrap_or(false);
    if rules.multiline && rules.quote.is_none() {
        table.fault_at("multiline", "without a quote no cell can hold a line end");
    }
    table.finish();
    rules
}

/// The lines that are no records: `[record.NAME]` with `when = { at = 1, is = "T" }` and `occurs`.
fn edges(records: &mut [(String, Table<'_>)]) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    for (name, table) in records {
        let last = match table.required_string("occurs").as_deref() {
            Some("once-first") => Some(false),
            Some("once-last") => Some(true),
            Some(_) => {
                table.fault_at(
                    "occurs",
                    "a line of delimited text that is no record is `once-first` or `once-last`",
                );
                None
            }
            None => None,
        };
        if edges.iter().any(|edge| Some(edge.last) == last) {
            table.fault_at("occurs", "another record stands there already");
        }
        let Some(mut when) = table.table("when") else {
            table.fault("`when = { at = COLUMN, is = \"TEXT\" }` is missing");
            continue;
        };
        let at = when.integer_within("at", 1, 500);
        if at.is_none() && !when.has("at") {
            when.fault("`at` is missing");
        }
        let is = when.required_string("is");
        when.finish();
        if let (Some(at), Some(is), Some(last)) = (at, is, last) {
            edges.push(Edge {
                name: name.clone(),
                column: usize::try_from(at).expect("500 at most") - 1,
                is,
                last,
            });
        }
    }
    edges
}

/// A character that parts or quotes cells. It must be one byte that is itself in every character set: not a letter or
/// digit, and none of those that national seven-bit sets use for letters.
fn mark(table: &mut Table<'_>, key: &'static str) -> Option<u8> {
    let text = table.string(key)?;
    let [byte] = text.as_bytes() else {
        table.fault_at(key, format!("`{key}` is one ASCII character"));
        return None;
    };
    if !byte.is_ascii()
        || byte.is_ascii_alphanumeric()
        || matches!(byte, b'\n' | b'\r' | b' ' | b'-' | b'.')
    {
        table.fault_at(key, format!("`{text}` cannot part or quote cells"));
        return None;
    }
    Some(*byte)
}

/// Whether this can be the local name of an element or attribute.
pub(super) fn is_name(name: &str) -> bool {
    let first = name
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    first
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn excel(table: Option<Table<'_>>) -> ExcelRules {
    let mut rules = ExcelRules {
        sheet: None,
        header_within: 20,
        blank_rows_end: 50,
    };
    let Some(mut table) = table else {
        return rules;
    };
    if let Some(sheet) = table.string("sheet") {
        let whole = format!("^(?:{sheet})$");
        match RegexBuilder::new(&whole).case_insensitive(true).build() {
            Ok(regex) => rules.sheet = Some(regex),
            Err(_) => table.fault_at("sheet", format!("`{sheet}` is not a regular expression")),
        }
    }
    let mut rows = |key, default| {
        let rows = table.integer_within(key, 1, 100_000);
        rows.and_then(|rows| u32::try_from(rows).ok())
            .unwrap_or(default)
    };
    rules.header_within = rows("header_within", rules.header_within);
    rules.blank_rows_end = rows("blank_rows_end", rules.blank_rows_end);
    table.finish();
    rules
}
