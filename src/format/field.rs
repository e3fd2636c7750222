//! The fields of a format file.

use super::conversion::{convert, typed};
use super::defaults::Defaults;
use super::reader::is_name;
use super::{Convert, Dictionary, Field, ReaderKind, XmlPath, folded};
use crate::model::FieldType;
use crate::model::family::is_family;
use crate::toml_table::{Table, nearest};

/// All fields: those of `[[field]]`, and in a format by name every canonical name that is left; and the families of
/// names among these.
pub(super) fn fields(
    root: &mut Table<'_>,
    reader: Option<&ReaderKind>,
    by_name: bool,
    lines: &[String],
    defaults: &Defaults,
    dictionary: &Dictionary,
) -> (Vec<Field>, Vec<Field>) {
    let mut fields = Vec::new();
    for mut table in root.tables("field") {
        if let Some(field) = field(&mut table, reader, lines, defaults, dictionary) {
            if fields.iter().any(|other: &Field| other.name == field.name) {
                table.fault_at(
                    "name",
                    format!("`{}` is filled by another field already", field.name),
                );
            }
            fields.push(field);
        }
        table.finish();
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
        column_required: !xml && name == "kind",
        convert,
    })
}

fn field(
    table: &mut Table<'_>,
    reader: Option<&ReaderKind>,
    lines: &[String],
    defaults: &Defaults,
    dictionary: &Dictionary,
) -> Option<Field> {
    let name = table.required_string("name");
    let place = Standing::read(table, reader);
    let known = name
        .as_deref()
        .and_then(|name| known(table, name, lines, dictionary));
    let kind = known.and_then(dictionary.kind_of);
    let convert = convert(table, known.zip(kind), reader, defaults, dictionary);
    Some(Field {
        name: known?,
        kind: kind?,
        from: place.from,
        labels: place.labels,
        position: place.position,
        path: place.path,
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
    if is_family(known) {
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

/// Where a field stands in the file.
#[derive(Default)]
struct Standing {
    from: String,
    labels: Vec<String>,
    position: Option<usize>,
    path: Option<XmlPath>,
    required: bool,
}

impl Standing {
    fn read(table: &mut Table<'_>, reader: Option<&ReaderKind>) -> Self {
        let from = table.string("from");
        let position = table.integer_within("position", 1, 10_000);
        let required = table.boolean("required").unwrap_or(false);
        let sources = ["from", "position", "constant", "capture"];
        let given = sources.iter().filter(|key| table.has(key)).count();
        if given != 1 {
            table.fault("a field has exactly one of `from`, `position`, `constant`, `capture`");
        }
        let mut standing = Self {
            position: position.and_then(|position| usize::try_from(position - 1).ok()),
            required,
            ..Self::default()
        };
        if let Some(from) = from {
            standing.place(table, from, reader);
        } else if let Some(position) = position {
            standing.from = format!("column {position}");
        }
        standing.check(table, reader);
        standing
    }

    fn place(&mut self, table: &Table<'_>, from: String, reader: Option<&ReaderKind>) {
        if matches!(reader, Some(ReaderKind::Xml(_))) {
            self.path = path(&from);
            if self.path.is_none() {
                table.fault_at("from", format!("`{from}` is not a path such as `Customer/Name`, `Amount@currency` or `/File/Header/Date`"));
            }
        } else {
            self.labels = from.split('|').map(folded).collect();
            if self.labels.iter().any(String::is_empty) {
                table.fault_at("from", "a label is blank");
            }
        }
        self.from = from;
    }

    fn check(&self, table: &Table<'_>, reader: Option<&ReaderKind>) {
        let by_position = matches!(reader, Some(ReaderKind::Csv(rules)) if !rules.header);
        if self.position.is_some() && !by_position {
            table.fault_at(
                "position",
                "only a csv without header has fields by position",
            );
        }
        if !self.labels.is_empty() && by_position {
            table.fault_at(
                "from",
                "without a header there are no labels; use `position`",
            );
        }
        if self.required && self.labels.is_empty() {
            table.fault_at("required", "only a column of a header can be required; what a record needs follows from its kind");
        }
    }
}

/// A path such as `Customer/Name`, `Part[2]/Name`, `Amount@currency`, `@kind` or `/File/Header/Date`.
pub(crate) fn path(text: &str) -> Option<XmlPath> {
    let text = text.trim();
    let from_root = text.starts_with('/');
    let (elements, attribute) = match text.split_once('@') {
        Some((elements, attribute)) => (elements, Some(attribute.to_owned())),
        None => (text, None),
    };
    let elements = elements.strip_prefix('/').unwrap_or(elements);
    let elements = elements
        .strip_suffix('/')
        .filter(|_| attribute.is_some())
        .unwrap_or(elements);
    let elements: Vec<String> = if elements.is_empty() {
        Vec::new()
    } else {
        elements.split('/').map(str::to_owned).collect()
    };
    let good = |element: &String| match positioned(element) {
        (name, Some(_)) => !from_root && is_name(name),
        (name, None) => is_name(name),
    };
    let named = elements.iter().all(good) && attribute.iter().all(|name| is_name(name));
    let somewhere = !elements.is_empty() || (attribute.is_some() && !from_root);
    (named && somewhere).then_some(XmlPath {
        from_root,
        elements,
        attribute,
    })
}

/// The name of a step of a path, and which of the elements of that name it means, from 1: `Part[2]`. `None`: whichever.
pub(crate) fn positioned(step: &str) -> (&str, Option<u32>) {
    let position = step
        .strip_suffix(']')
        .and_then(|step| step.split_once('['))
        .and_then(|(name, number)| Some((name, number.parse().ok()?)))
        .filter(|(_, number)| (1..=1000).contains(number));
    match position {
        Some((name, number)) => (name, Some(number)),
        None => (step, None),
    }
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
        | FieldType::Country
        | FieldType::Currency
        | FieldType::Language
        | FieldType::Email
        | FieldType::Phone
        | FieldType::Identity
        | FieldType::Iban
        | FieldType::Bic
        | FieldType::Digits(_) => "text",
    }
}
