//! What must hold between the parts of a format.

use super::names::NamePattern;
use super::{Charset, Dictionary, Field, Format, ReaderKind, Stands, path};
use crate::model::kind::OR;
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
    joined(format, root);
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
}

/// Texts that are joined stand in the record too.
fn joined(format: &Format, root: &Table<'_>) {
    let ReaderKind::Xml(rules) = &format.reader else {
        return;
    };
    for field in &format.fields {
        let texts = field.convert.join.iter().flat_map(|(_, paths)| paths);
        for text in texts {
            let path = path(text).filter(|path| !path.from_root);
            let message = match path.map(|path| rules.astray(field.record, &path)) {
                None => {
                    format!("`{text}` is not a path within the record, such as `Customer/Name`")
                }
                Some(Some(astray)) => format!("`{text}`: {astray}"),
                Some(None) => continue,
            };
            root.fault_at("field", message);
        }
        if field.convert.join.is_some() && !field.or.is_empty() {
            let message = format!("`{}` is joined: it has one path", field.name);
            root.fault_at("field", message);
        }
    }
}

/// Every kind that the format can ask for has all that it cannot do without.
fn kinds(format: &Format, root: &Table<'_>, dictionary: &Dictionary) {
    let all: Vec<&Field> = format.fields.iter().collect();
    let records: Vec<(usize, &str)> = match &format.reader {
        ReaderKind::Xml(rules) => {
            let names = rules.records.iter().map(|record| record.name.as_str());
            names.enumerate().collect()
        }
        ReaderKind::Fixed(rules) => {
            let lines = rules.lines.iter().enumerate();
            let records = lines.filter(|(_, line)| line.stands == Stands::Record);
            records.map(|(at, line)| (at, line.name.as_str())).collect()
        }
        ReaderKind::Csv(_) | ReaderKind::Excel(_) => Vec::new(),
    };
    if records.is_empty() {
        let missing =
            "no field says what a record asks for: `kind` is missing (a constant will do)";
        return kinds_of(&all, missing, "field", root, dictionary);
    }
    for (at, name) in records {
        let own = all.iter().copied();
        let own: Vec<&Field> = own
            .filter(|field| field.record.is_none_or(|of| of == at))
            .collect();
        let missing = format!("`[record.{name}]` does not say what it asks for: `kind` is missing");
        kinds_of(&own, &missing, "record", root, dictionary);
    }
}

fn kinds_of(
    fields: &[&Field],
    missing: &str,
    key: &str,
    root: &Table<'_>,
    dictionary: &Dictionary,
) {
    let Some(kind) = fields.iter().find(|field| field.name == "kind") else {
        root.fault(missing);
        return;
    };
    let convert = &kind.convert;
    let mapped = convert.map.iter().flat_map(|map| map.values());
    let mut kinds: Vec<&str> = mapped
        .chain(&convert.default)
        .chain(&convert.constant)
        .flat_map(|kinds| kinds.split(OR))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let required = (dictionary.required_of)(kind).into_iter();
        let missing = required.filter(|name| fields.iter().all(|field| field.name != *name));
        let missing: Vec<&str> = missing.collect();
        if !missing.is_empty() {
            root.fault_at(
                key,
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
        let lacks = |pattern: &&str| !pattern.contains(&format!("{{{capture}"));
        if let Some(pattern) = format.names.iter().map(NamePattern::as_str).find(lacks) {
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
