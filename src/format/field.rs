//! The fields of a format file.

use super::conversion::{convert, typed};
use super::defaults::Defaults;
use super::standing::Standing;
use super::{Convert, Dictionary, Field, ReaderKind, XmlPath, folded};
use crate::model::FieldType;
use crate::model::family::is_family;
use crate::model::kind::OR;
use crate::toml_table::{Table, nearest};

/// All fields: those of `[[field]]`, and in a format by name every canonical name that is left; and the families of
/// names among these.
pub(super) fn fields(
    root: &mut Table<'_>,
    records: &mut [(String, Table<'_>)],
    reader: Option<&ReaderKind>,
    by_name: bool,
    lines: &[String],
    defaults: &Defaults,
    dictionary: &Dictionary,
) -> (Vec<Field>, Vec<Field>) {
    let read =
        |table: &mut Table<'_>, record| field(table, reader, record, lines, defaults, dictionary);
    let mut fields = Vec::new();
    for mut table in root.tables("field") {
        add(&mut fields, read(&mut table, None), &table, "name");
        table.finish();
    }
    let mut groups = root.entries("group");
    let mut used = vec![false; groups.len()];
    if matches!(reader, Some(ReaderKind::Xml(_) | ReaderKind::Fixed(_))) {
        for (at, (_, record)) in records.iter_mut().enumerate() {
            let kind = kind(record, at, dictionary);
            add(&mut fields, kind, record, "kind");
            let mut tables = record.tables("field");
            for group in grouped(record, &groups) {
                used[group] = true;
                tables.extend(groups[group].1.tables("field"));
            }
            for mut table in tables {
                add(&mut fields, read(&mut table, Some(at)), &table, "name");
                table.finish();
            }
        }
    }
    for ((_, group), used) in groups.into_iter().zip(used) {
        if used {
            group.finish();
        } else {
            group.fault("no `[record.NAME]` has this group");
        }
    }
    if by_name {
        let names = (dictionary.all)().into_iter();
        let known = names.filter(|name| {
            (dictionary.lines_of)(name)
                .iter()
                .any(|line| lines.iter().any(|l| l == line))
        });
        let left: Vec<&str> = known
            .filter(|name| fields.iter().all(|field| field.name != *name))
            .collect();
        let by_name = |name| named(name, reader, defaults, dictionary);
        fields.extend(left.into_iter().filter_map(by_name));
    }
    fields.into_iter().partition(|field| !is_family(field.name))
}

/// The groups of fields that a `[record.NAME]` has, by number.
fn grouped(record: &mut Table<'_>, groups: &[(String, Table<'_>)]) -> Vec<usize> {
    let names = record.strings("groups").unwrap_or_default();
    let known = |name: &String| {
        let known = groups.iter().position(|(known, _)| known == name);
        if known.is_none() {
            record.fault_at("groups", format!("`[group.{name}]` is not there"));
        }
        known
    };
    names.iter().filter_map(known).collect()
}

/// Adds a field, unless one of the same record, or of every record, has its name.
fn add(fields: &mut Vec<Field>, field: Option<Field>, table: &Table<'_>, key: &str) {
    let Some(field) = field else {
        return;
    };
    let same = |other: &Field| {
        let meet = other.record.is_none() || field.record.is_none() || other.record == field.record;
        other.name == field.name && meet
    };
    if fields.iter().any(same) {
        let message = format!("`{}` is filled by another field already", field.name);
        table.fault_at(key, message);
    }
    fields.push(field);
}

/// What all records of a `[record.NAME]` ask for, where it says so with `kind`.
fn kind(table: &mut Table<'_>, record: usize, dictionary: &Dictionary) -> Option<Field> {
    let text = table.string("kind")?;
    let words: Vec<&str> = text.split('|').map(str::trim).collect();
    if let Some(known) = (dictionary.words_of)("kind") {
        for word in words.iter().filter(|word| !known.contains(word)) {
            let near = nearest(word, known.iter().copied());
            let near = near.map(|near| format!("; did you mean `{near}`?"));
            let near = near.unwrap_or_default();
            table.fault_at("kind", format!("`{word}` is no kind of instruction{near}"));
        }
    }
    let word = words.join(&OR.to_string());
    let name = (dictionary.name)("kind")?;
    Some(Field {
        name,
        kind: (dictionary.kind_of)(name)?,
        from: String::new(),
        labels: Vec::new(),
        position: None,
        path: None,
        or: Vec::new(),
        agrees: Vec::new(),
        behind: None,
        exists: None,
        columns: Vec::new(),
        also: Vec::new(),
        record: Some(record),
        star: None,
        column_required: false,
        convert: Convert {
            constant: Some(word),
            ..Convert::default()
        },
    })
}

/// A field that stands under its canonical name.
fn named(
    name: &str,
    reader: Option<&ReaderKind>,
    defaults: &Defaults,
    dictionary: &Dictionary,
) -> Option<Field> {
    let name = (dictionary.name)(name)?;
    let kind = (dictionary.kind_of)(name)?;
    let xml = matches!(reader, Some(ReaderKind::Xml(_)));
    let attribute = (name == "kind").then(|| name.to_owned());
    let path = XmlPath {
        from_root: false,
        elements: if attribute.is_some() {
            Vec::new()
        } else {
            vec![name.to_owned()]
        },
        attribute,
        ..XmlPath::default()
    };
    let mut convert = Convert::default();
    typed(&mut convert, name, kind, defaults);
    convert.neutralised = !xml;
    Some(Field {
        name,
        kind,
        from: name.to_owned(),
        labels: if xml { Vec::new() } else { vec![folded(name)] },
        position: None,
        path: xml.then_some(path),
        or: Vec::new(),
        agrees: Vec::new(),
        behind: None,
        exists: None,
        columns: Vec::new(),
        also: Vec::new(),
        record: None,
        star: None,
        column_required: !xml && name == "kind",
        convert,
    })
}

fn field(
    table: &mut Table<'_>,
    reader: Option<&ReaderKind>,
    record: Option<usize>,
    lines: &[String],
    defaults: &Defaults,
    dictionary: &Dictionary,
) -> Option<Field> {
    let name = table.required_string("name");
    let place = Standing::read(table, reader, record);
    let known = name
        .as_deref()
        .and_then(|name| known(table, name, lines, dictionary));
    if place.star.is_some() && known.is_some_and(|name| !is_family(name)) {
        table.fault_at("star", "only a name with `*` has a `star`");
    }
    let kind = known.and_then(dictionary.kind_of);
    let convert = convert(table, known.zip(kind), reader, defaults, dictionary);
    let also = match (reader, &convert.join) {
        (Some(ReaderKind::Fixed(rules)), Some((_, labels))) => {
            let columns = labels.iter().map(|label| rules.columns(label));
            let faulty = |fault: String| table.fault_at("join", fault);
            columns.filter_map(|at| at.map_err(faulty).ok()).collect()
        }
        _ => Vec::new(),
    };
    Some(Field {
        name: known?,
        kind: kind?,
        from: place.from,
        labels: place.labels,
        position: place.position,
        path: place.path,
        or: place.or,
        agrees: place.agrees,
        behind: place.behind,
        exists: place.exists,
        columns: place.columns,
        also,
        record,
        star: place.star,
        column_required: place.required,
        convert,
    })
}

/// The canonical name, if a line of this format knows it.
fn known(
    table: &Table<'_>,
    name: &str,
    lines: &[String],
    dictionary: &Dictionary,
) -> Option<&'static str> {
    let Some(known) = (dictionary.name)(name) else {
        let message = match nearest(name, (dictionary.all)()) {
            Some(near) => format!("no line knows a field `{name}`; did you mean `{near}`?"),
            None => format!("no line knows a field `{name}`"),
        };
        table.fault_at("name", message);
        return None;
    };
    if is_family(known) && !table.has("star") {
        let message = format!("`{known}` stands for many names; name one of them");
        table.fault_at("name", message);
    }
    if !(dictionary.lines_of)(known)
        .iter()
        .any(|line| lines.iter().any(|l| l == line))
    {
        let message = format!("`{name}` is not known to {}", lines.join(", "));
        table.fault_at("name", message);
    }
    Some(known)
}

/// How a text of this type is converted, as words in messages.
pub(super) const fn class(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Date => "date",
        FieldType::Amount { .. } => "amount",
        FieldType::Rate | FieldType::Percent | FieldType::Integer(..) => "number",
        FieldType::Bool => "bool",
        FieldType::Code(_) | FieldType::Synonym(_) => "code",
        FieldType::Text(_)
        | FieldType::Ref
        | FieldType::Uuid
        | FieldType::Country
        | FieldType::Currency
        | FieldType::Language
        | FieldType::Email
        | FieldType::Phone
        | FieldType::Identity
        | FieldType::CardNumber
        | FieldType::Iban
        | FieldType::Bic
        | FieldType::Digits(_) => "text",
    }
}
