//! What a field of a format file says about its text.

use std::collections::HashMap;

use regex::Regex;

use super::defaults::{Defaults, bools, date_patterns, number_marks};
use super::field::class;
use super::{Convert, Dictionary, ReaderKind, Several, folded};
use crate::code::Code;
use crate::model::FieldType;
use crate::toml_table::{Table, nearest};

/// What follows from a field's type and the format's defaults.
pub(super) fn typed(convert: &mut Convert, name: &str, kind: FieldType, defaults: &Defaults) {
    match class(kind) {
        "date" => convert.dates.clone_from(&defaults.dates),
        "amount" | "number" => {
            let plain = defaults.decimal == '.' && defaults.grouping.is_empty();
            convert.number = (!plain).then(|| (defaults.decimal, defaults.grouping.clone()));
            let amount = class(kind) == "amount";
            convert.fault = Some(if amount {
                Code::InvalidAmount
            } else {
                Code::InvalidNumber
            });
        }
        "bool" => convert.bools.clone_from(&defaults.bools),
        _ if name == "kind" => convert.fault = Some(Code::UnknownKind),
        _ => {}
    }
}

pub(super) fn convert(
    table: &mut Table<'_>,
    field: Option<(&'static str, FieldType)>,
    reader: Option<&ReaderKind>,
    defaults: &Defaults,
    dictionary: &Dictionary,
) -> Convert {
    let mut convert = Convert {
        neutralised: !matches!(reader, Some(ReaderKind::Xml(_))),
        ..Convert::default()
    };
    let kind = field.map_or(FieldType::Text(0), |(_, kind)| kind);
    if let Some((name, kind)) = field {
        typed(&mut convert, name, kind, defaults);
    }
    let class = class(kind);
    let misplaced = |table: &Table<'_>, keys: &[&str], right: bool| {
        for key in keys
            .iter()
            .filter(|key| field.is_some() && !right && table.has(key))
        {
            table.fault_at(
                key,
                format!("`{key}` does not go with a field of type {class}"),
            );
        }
    };
    let number = class == "amount" || class == "number";
    misplaced(table, &["dates"], class == "date");
    misplaced(
        table,
        &["decimal", "grouping", "min", "max", "decimals"],
        number,
    );
    misplaced(table, &["bools"], class == "bool");
    misplaced(table, &["map"], !number && class != "date");
    if let Some(word) = table.string("type")
        && field.is_some()
        && word != class
    {
        table.fault_at("type", format!("the field's type is {class}, not `{word}`"));
    }
    own_conversions(table, &mut convert, field, defaults);
    fixed(table, &mut convert, reader);
    words(table, &mut convert, field.map(|(name, _)| name), dictionary);
    convert
}

fn own_conversions(
    table: &mut Table<'_>,
    convert: &mut Convert,
    field: Option<(&'static str, FieldType)>,
    defaults: &Defaults,
) {
    if let Some(dates) = date_patterns(table) {
        convert.dates = dates;
    }
    let century = |pattern: &String| !pattern.contains("YYYY");
    if field.is_some_and(|(name, _)| name == "birth_date") && convert.dates.iter().any(century) {
        table.fault_at(
            "dates",
            "a birth date needs a year of four digits: its century cannot be told",
        );
    }
    let marks = number_marks(table, defaults);
    if table.has("decimal") || table.has("grouping") {
        convert.number = marks;
    }
    if let Some(mut own) = table.table("bools") {
        convert.bools = bools(&mut own);
        own.finish();
    }
    convert.min = table.decimal("min");
    convert.max = table.decimal("max");
    if convert
        .min
        .zip(convert.max)
        .is_some_and(|(min, max)| min > max)
    {
        table.fault_at("max", "`max` is below `min`");
    }
    convert.untrimmed = !table.boolean("trim").unwrap_or(true);
    if let Some(pattern) = table.string("pattern") {
        match Regex::new(&format!("^(?:{pattern})$")) {
            Ok(regex) => convert.pattern = Some(regex),
            Err(_) => table.fault_at(
                "pattern",
                format!("`{pattern}` is not a regular expression"),
            ),
        }
    }
    // Of all readers XML alone knows no formulas.
    let xml = !convert.neutralised;
    split_and_join(table, convert, xml);
}

/// What only fixed columns need, or records that XML has with `[record.NAME]`.
fn fixed(table: &mut Table<'_>, convert: &mut Convert, reader: Option<&ReaderKind>) {
    let decimals = table.integer_within("decimals", 0, 6);
    convert.implied = decimals.and_then(|decimals| u32::try_from(decimals).ok());
    convert.prefixes = table.strings("without").unwrap_or_default();
    convert.zeros_are_blank = table.boolean("zeros_are_blank").unwrap_or(false);
    match table.string("several").as_deref() {
        None => {}
        Some("first") => convert.several = Several::First,
        Some("joined") => convert.several = Several::Joined(" ".to_owned()),
        Some("note") => convert.several = Several::Note,
        Some(_) => table.fault_at("several", "write `first`, `joined` or `note`"),
    }
    if matches!(reader, Some(ReaderKind::Fixed(_))) {
        convert.neutralised = false;
        return;
    }
    let nested = matches!(reader, Some(ReaderKind::Xml(rules)) if !rules.records.is_empty());
    for key in ["decimals", "zeros_are_blank", "several", "without"] {
        if table.has(key) && !(nested && key == "several") {
            table.fault_at(key, format!("only a field of fixed columns has `{key}`"));
        }
    }
}

fn split_and_join(table: &mut Table<'_>, convert: &mut Convert, xml: bool) {
    if let Some(mut split) = table.table("split") {
        let at = split.string("at").filter(|at| !at.is_empty());
        let part = split.integer_within("part", 1, 100);
        if at.is_none() || part.is_none() {
            split.fault("write `split = { at = \",\", part = 1 }`");
        }
        let part = part.and_then(|part| usize::try_from(part - 1).ok());
        convert.split = at.zip(part);
        split.finish();
    }
    if let Some(mut join) = table.table("join") {
        let with = join.string("with");
        let labels = join.strings("labels").filter(|labels| !labels.is_empty());
        if with.is_none() || labels.is_none() {
            join.fault("write `join = { with = \" \", labels = [\"Label\"] }`");
        }
        // Labels are compared in lower case, elements as they are written.
        let known = |label: &String| if xml { label.clone() } else { folded(label) };
        let labels = labels.map(|labels| labels.iter().map(known).collect());
        convert.join = with.zip(labels);
        join.finish();
    }
}

/// Words of the partner and words of our own: map, default, constant, capture.
fn words(
    table: &mut Table<'_>,
    convert: &mut Convert,
    name: Option<&'static str>,
    dictionary: &Dictionary,
) {
    let allowed = name.and_then(dictionary.words_of);
    let check = |table: &Table<'_>, key: &str, word: &str| {
        if let Some(allowed) = &allowed
            && !allowed.contains(&word)
        {
            let near = nearest(word, allowed.iter().copied());
            let hint = near
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            table.fault_at(key, format!("`{word}` is not a word of this field{hint}"));
        }
    };
    convert.default = table.string("default");
    convert.constant = table.string("constant");
    for (key, word) in [
        ("default", &convert.default),
        ("constant", &convert.constant),
    ] {
        if let Some(word) = word {
            check(table, key, word);
        }
    }
    if convert.default.is_some() && convert.constant.is_some() {
        table.fault_at("default", "a constant needs no default");
    }
    match table.string("capture").as_deref() {
        None => {}
        Some("date") => convert.capture = Some("date"),
        Some("sequence") => convert.capture = Some("sequence"),
        Some(_) => table.fault_at("capture", "a file's name gives `date` or `sequence`"),
    }
    let Some(pairs) = table.words("map") else {
        return;
    };
    let mut map = HashMap::new();
    for (source, word) in &pairs {
        check(table, "map", word);
        if map
            .insert(folded(source), word.clone())
            .is_some_and(|other| other != *word)
        {
            table.fault_at("map", format!("`{source}` is mapped twice"));
        }
    }
    // Partners write most words as the format file does; those are then found without folding them. A canonical word
    // stands for itself unless the format gives it another meaning.
    for (source, word) in &pairs {
        map.entry(source.clone()).or_insert_with(|| word.clone());
        map.entry(folded(word)).or_insert_with(|| word.clone());
    }
    convert.map = Some(map);
}
