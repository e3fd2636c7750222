//! Controls: what the file states about its contents and must equal what was found.

use super::defaults::{Defaults, number_marks};
use super::field::path;
use super::{Control, Convert, Dictionary, ReaderKind, Total};
use crate::code::Code;
use crate::toml_table::{Table, nearest};

/// The controls of a format file.
pub(super) fn controls(
    root: &mut Table<'_>,
    reader: Option<&ReaderKind>,
    dictionary: &Dictionary,
) -> Vec<Control> {
    let mut tables = root.tables("control");
    if !tables.is_empty() && matches!(reader, Some(ReaderKind::Csv(_) | ReaderKind::Excel(_))) {
        tables[0].fault("only XML has a place where a control value is stated");
    }
    let controls = tables
        .iter_mut()
        .filter_map(|table| control(table, dictionary));
    let controls: Vec<Control> = controls.collect();
    tables.into_iter().for_each(Table::finish);
    controls
}

fn control(table: &mut Table<'_>, dictionary: &Dictionary) -> Option<Control> {
    let name = table.required_string("name");
    let stated = table.required_string("stated");
    let equals = table.required_string("equals");
    let number = number_marks(table, &Defaults::default());
    let stated = stated.and_then(|text| {
        let path = path(&text).filter(|path| path.from_root);
        if path.is_none() {
            table.fault_at(
                "stated",
                "write the path from the root, such as `/File/Header/Count`",
            );
        }
        path
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
