//! What must hold between the parts of a format.

use super::{Charset, Dictionary, Format, ReaderKind, path};
use crate::toml_table::Table;

/// Notes every fault at the format's table.
pub(super) fn verify(format: &Format, root: &Table<'_>, dictionary: &Dictionary) {
    if format.lines.is_empty() {
        root.fault_at("lines", "a format feeds one product line at least");
    }
    if format.fields.is_empty() {
        root.fault("a format has fields: write `[[field]]`");
        return;
    }
    marks(format, root);
    labels(format, root);
    columns(format, root);
    kinds(format, root, dictionary);
    captures(format, root);
}

/// The Swedish seven-bit set has letters where ASCII has these marks.
fn marks(format: &Format, root: &Table<'_>) {
    let ReaderKind::Csv(rules) = &format.reader else {
        return;
    };
    let letter = |mark: &u8| b"$[\\]{|}~".contains(mark);
    if format.charset == Charset::Iso646Se
        && (letter(&rules.delimiter) || rules.quote.as_ref().is_some_and(letter))
    {
        root.fault_at("charset", "in iso646-se the delimiter or quote is a letter");
    }
}

/// Two fields may share a column only where each takes its own part of it.
fn labels(format: &Format, root: &Table<'_>) {
    let all: Vec<(usize, &String)> = format
        .fields
        .iter()
        .enumerate()
        .flat_map(|(index, field)| field.labels.iter().map(move |label| (index, label)))
        .collect();
    for (i, (index, label)) in all.iter().enumerate() {
        let Some((other, _)) = all[..i].iter().find(|(_, other)| other == label) else {
            continue;
        };
        let (a, b) = (&format.fields[*other], &format.fields[*index]);
        if other == index {
            root.fault_at(
                "field",
                format!("`{}` names the label `{label}` twice", a.name),
            );
        } else if a.convert.split.is_none() || b.convert.split.is_none() {
            root.fault_at(
                "field",
                format!(
                    "the label `{label}` stands for both `{}` and `{}`",
                    a.name, b.name
                ),
            );
        }
    }
}

fn columns(format: &Format, root: &Table<'_>) {
    let mut taken: Vec<(usize, &str)> = Vec::new();
    for field in &format.fields {
        let Some(position) = field.position else {
            continue;
        };
        if let Some((_, other)) = taken
            .iter()
            .find(|(at, _)| *at == position && field.convert.split.is_none())
        {
            let column = position + 1;
            root.fault_at(
                "field",
                format!(
                    "column {column} stands for both `{other}` and `{}`",
                    field.name
                ),
            );
        }
        taken.push((position, field.name));
    }
    if matches!(format.reader, ReaderKind::Xml(_)) {
        let joined = format
            .fields
            .iter()
            .filter_map(|field| field.convert.join.as_ref());
        for text in joined.flat_map(|(_, paths)| paths) {
            if path(text).is_none_or(|path| path.from_root) {
                let message =
                    format!("`{text}` is not a path within the record, such as `Customer/Name`");
                root.fault_at("field", message);
            }
        }
    }
}

/// Every kind that the format can ask for has all that it cannot do without.
fn kinds(format: &Format, root: &Table<'_>, dictionary: &Dictionary) {
    let Some(kind) = format.fields.iter().find(|field| field.name == "kind") else {
        root.fault("no field says what a record asks for: `kind` is missing (a constant will do)");
        return;
    };
    let convert = &kind.convert;
    let mapped = convert.map.iter().flat_map(|map| map.values());
    let mut kinds: Vec<&String> = mapped
        .chain(&convert.default)
        .chain(&convert.constant)
        .collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let required = (dictionary.required_of)(kind).into_iter();
        let missing = required.filter(|name| format.fields.iter().all(|field| field.name != *name));
        let missing: Vec<&str> = missing.collect();
        if !missing.is_empty() {
            root.fault_at(
                "field",
                format!("`{kind}` cannot do without {}", missing.join(", ")),
            );
        }
    }
}

/// A capture that a field uses stands in every pattern.
fn captures(format: &Format, root: &Table<'_>) {
    for field in &format.fields {
        let Some(capture) = field.convert.capture else {
            continue;
        };
        let lacks = |pattern: &&String| !pattern.contains(&format!("{{{capture}"));
        if let Some(pattern) = format.patterns.iter().find(lacks) {
            root.fault_at(
                "match",
                format!(
                    "`{}` takes `{capture}` from the name, which `{pattern}` does not have",
                    field.name
                ),
            );
        }
    }
}
