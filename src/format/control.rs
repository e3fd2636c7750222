//! Controls: what the file states about its contents and must equal what was found.

use super::defaults::{Defaults, number_marks};
use super::{Control, Convert, CsvRules, Dictionary, ReaderKind, Stated, Total, path};
use crate::code::Code;
use crate::toml_table::{Table, nearest};

/// The controls of a format file.
pub(super) fn controls(
    root: &mut Table<'_>,
    reader: Option<&ReaderKind>,
    dictionary: &Dictionary,
) -> Vec<Control> {
    if matches!(reader, Some(ReaderKind::Fixed(_))) {
        // Told with its lines: they are counted, not the records.
        return Vec::new();
    }
    let mut tables = root.tables("control");
    if !tables.is_empty() && matches!(reader, Some(ReaderKind::Excel(_))) {
        tables[0].fault("a workbook has no place where a control value is stated");
    }
    let controls = tables
        .iter_mut()
        .filter_map(|table| control(table, reader, dictionary));
    let controls: Vec<Control> = controls.collect();
    tables.into_iter().for_each(Table::finish);
    controls
}

fn control(
    table: &mut Table<'_>,
    reader: Option<&ReaderKind>,
    dictionary: &Dictionary,
) -> Option<Control> {
    let name = table.required_string("name");
    let stated = table.required_string("stated");
    let equals = table.required_string("equals");
    let number = number_marks(table, &Defaults::default());
    let stated = stated.and_then(|text| match reader {
        Some(ReaderKind::Csv(rules)) => cell(table, &text, rules),
        _ => from_root(table, &text),
    });
    let equals = equals.and_then(|text| total(table, &text, dictionary));
    Some(Control {
        name: name?,
        stated: stated?,
        equals: equals?,
        convert: Convert {
            number,
            fault: Some(Code::InvalidNumber),
            ..Convert::default()
        },
    })
}

fn from_root(table: &Table<'_>, text: &str) -> Option<Stated> {
    let path = path(text).filter(|path| path.from_root);
    if path.is_none() {
        table.fault_at(
            "stated",
            "write the path from the root, such as `/File/Header/Count`",
        );
    }
    path.map(Stated::Path)
}

/// A cell of a header or trailer record: `trailer.3` is the third of the record that `[record.trailer]` describes.
fn cell(table: &Table<'_>, text: &str, rules: &CsvRules) -> Option<Stated> {
    let named = text.rsplit_once('.').and_then(|(edge, column)| {
        let column: usize = column.parse().ok()?;
        let known = rules.edges.iter().any(|known| known.name == edge);
        (known && (1..=500).contains(&column)).then(|| Stated::Cell {
            edge: edge.to_owned(),
            column: column - 1,
        })
    });
    if named.is_none() {
        table.fault_at(
            "stated",
            "write the record and its column, such as `trailer.2` for the second cell of `[record.trailer]`",
        );
    }
    named
}

fn total(table: &Table<'_>, text: &str, dictionary: &Dictionary) -> Option<Total> {
    let text = text.trim();
    if text == "count(record)" {
        return Some(Total::Count);
    }
    let field = text
        .strip_prefix("sum(record.")
        .and_then(|rest| rest.strip_suffix(')'));
    let Some(field) = field else {
        table.fault_at("equals", "write `count(record)` or `sum(record.FIELD)`");
        return None;
    };
    let known = (dictionary.name)(field);
    if known.is_none() {
        let message = match nearest(field, (dictionary.all)()) {
            Some(near) => format!("no line knows a field `{field}`; did you mean `{near}`?"),
            None => format!("no line knows a field `{field}`"),
        };
        table.fault_at("equals", message);
    }
    known.map(Total::Sum)
}
