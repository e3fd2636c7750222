//! What a format file says of XML: what is cut out of the document, which records lie in it, where fields stand.

use super::path::{XmlPath, location, paths, positioned};
use super::reader::is_name;
use crate::toml_table::Table;

/// Rules of XML.
#[derive(Clone, Debug)]
pub struct XmlRules {
    /// The elements that are cut out of the document, each by its path from the root, local names, such as
    /// `["records", "record"]`. None lies within another.
    pub cuts: Vec<Vec<String>>,
    /// The namespace that records and fields must have, if the format names one.
    pub namespace: Option<String>,
    /// Whether the elements of a record are fields by their own names (the canonical format).
    pub by_name: bool,
    /// The records in what is cut out, by `[record.NAME]`. None: what is cut out is one record.
    pub records: Vec<XmlRecord>,
}

/// Elements of one path, each of which is a record.
#[derive(Clone, Debug)]
pub struct XmlRecord {
    /// Its name in the format file, such as `card`.
    pub name: String,
    /// Which of the cuts it lies in.
    pub cut: usize,
    /// Names of elements from what is cut out down to the record; none: it is what is cut out.
    pub steps: Vec<String>,
    /// How many of the first of them, in each element that is cut out, are no records.
    pub skip: usize,
    /// What must hold for one of them to be a record; others are passed over.
    pub when: Vec<XmlWhen>,
    /// Elements that stand elsewhere and that its fields are taken from too.
    pub parts: Vec<XmlPart>,
    /// Fields, by name, whose sum over all of them must be what stands at a path.
    pub adds_up: Vec<(String, XmlPath)>,
}

/// What must hold for an element to be a record.
#[derive(Clone, Debug)]
pub struct XmlWhen {
    /// Where it stands: the first of these that has a text.
    pub at: Vec<XmlPath>,
    /// What stands there.
    pub holds: XmlHolds,
}

/// What stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XmlHolds {
    /// One of these texts.
    Is(Vec<String>),
    /// More than one element.
    Several,
    /// One element or none.
    NotSeveral,
}

/// An element that stands elsewhere in what is cut out, and belongs to a record.
#[derive(Clone, Debug)]
pub struct XmlPart {
    /// Its name, for the paths that begin with `$NAME`.
    pub name: String,
    /// Where it stands.
    pub path: XmlPath,
    /// Of several that stand there, which one.
    pub find: Option<XmlFind>,
}

/// How one of several elements is found.
#[derive(Clone, Debug)]
pub struct XmlFind {
    /// What stands in it, counted from it.
    pub at: XmlPath,
    /// What that must be: the first of these paths of the record that has a text.
    pub is: Vec<XmlPath>,
    /// Whether the record does without where none says it.
    pub optional: bool,
}

impl XmlRules {
    /// Rules of a document whose records are the elements of one path.
    pub const fn of(record: Vec<Vec<String>>) -> Self {
        Self {
            cuts: record,
            namespace: None,
            by_name: false,
            records: Vec::new(),
        }
    }

    /// Why a field's path leads nowhere; `None` where it leads on. `record`: the field's own, by number; `None`: the
    /// field is one of every record.
    pub(super) fn astray(&self, record: Option<usize>, path: &XmlPath) -> Option<String> {
        if self.records.is_empty() {
            let plain = path.up == 0 && path.part.is_none();
            let on = |step: &String| matches!(positioned(step), (_, Some((first, last))) if first < last);
            let plain = plain && !path.elements.iter().any(on);
            return (!plain).then(|| {
                "only with `[record.NAME]` in place of `[xml] record` does a path go up with `..`, begin with `$NAME` or mean several with `[2+]`"
                    .to_owned()
            });
        }
        if path.from_root {
            let within = |cut: &&Vec<String>| path.elements.starts_with(cut);
            let cut = self.cuts.iter().find(within)?;
            let cut = cut.join("/");
            return Some(format!(
                "`/{cut}` holds records: count from the record, up with `..` if need be"
            ));
        }
        let numbers = 0..self.records.len();
        let mut records = numbers
            .filter(|at| record.is_none_or(|own| own == *at))
            .map(|at| &self.records[at]);
        records.find_map(|record| record.astray(path, record.parts.len()))
    }
}

impl XmlRecord {
    /// Why a path leads nowhere. `known`: how many of the parts it may begin with.
    fn astray(&self, path: &XmlPath, known: usize) -> Option<String> {
        let name = &self.name;
        let depth = match &path.part {
            None => self.steps.len(),
            Some(part) => match self.parts[..known].iter().position(|p| p.name == *part) {
                Some(at) => self.depth(at),
                None => {
                    return Some(format!(
                        "`[record.{name}.part.{part}]` is not there or stands below"
                    ));
                }
            },
        };
        (path.up > depth).then(|| {
            format!(
                "it leads out of the element that is cut out for `[record.{name}]`; widen `within`"
            )
        })
    }

    /// How many elements stand between what is cut out and a part.
    fn depth(&self, part: usize) -> usize {
        let path = &self.parts[part].path;
        let from = match &path.part {
            None => self.steps.len(),
            Some(other) => match self.parts[..part].iter().position(|p| p.name == *other) {
                Some(other) => self.depth(other),
                None => 0,
            },
        };
        from.saturating_sub(path.up) + path.elements.len()
    }
}

/// The rules of XML; `records`: the tables `[record.NAME]`.
pub(super) fn xml(
    root: &mut Table<'_>,
    records: &mut [(String, Table<'_>)],
    by_name: bool,
) -> Option<XmlRules> {
    let table = root.table("xml");
    if table.is_none() && records.is_empty() {
        root.fault("`[xml]` with `record = \"/root/record\"` is missing");
        return None;
    }
    let mut rules = XmlRules {
        by_name,
        ..XmlRules::of(Vec::new())
    };
    if let Some(mut table) = table {
        rules.namespace = table.string("namespace");
        if records.is_empty() {
            let path = table.required_string("record");
            let cut = path.and_then(|path| way(&table, "record", &path));
            rules.cuts.extend(cut);
        } else if table.has("record") {
            table.string("record");
            table.fault_at("record", "`[record.NAME]` says where the records stand");
        }
        table.finish();
    }
    if by_name && !records.is_empty() {
        root.fault_at(
            "by_name",
            "a format by name has records of one path; write `[xml] record`",
        );
    }
    for (name, table) in records {
        record(&mut rules, name, table);
    }
    Some(rules)
}

/// A path from the root, such as `/records/record`.
fn way(table: &Table<'_>, key: &str, path: &str) -> Option<Vec<String>> {
    let way: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
    if !path.starts_with('/') || way.len() < 2 || !way.iter().all(|name| is_name(name)) {
        let message = "write the path from the root, such as `/records/record`, without prefixes";
        table.fault_at(key, message);
        return None;
    }
    Some(way)
}

/// Reads one `[record.NAME]`, but for its fields.
fn record(rules: &mut XmlRules, name: &str, table: &mut Table<'_>) {
    if !is_name(name) {
        table.fault(format!(
            "`{name}` cannot name a record: write letters, digits and hyphens"
        ));
    }
    let path = table.required_string("path");
    let path = path.and_then(|path| way(table, "path", &path));
    let within = match table.string("within") {
        Some(within) => way(table, "within", &within),
        None => path.clone(),
    };
    let skip = table.integer_within("skip", 1, 1000).unwrap_or(0);
    let mut record = XmlRecord {
        name: name.to_owned(),
        cut: 0,
        steps: Vec::new(),
        skip: usize::try_from(skip).expect("1000 at most"),
        when: Vec::new(),
        parts: Vec::new(),
        adds_up: Vec::new(),
    };
    let mut conditions = table.one_or_more("when");
    record.when = conditions.iter_mut().filter_map(condition).collect();
    if let (Some(path), Some(within)) = (path, within) {
        match path.strip_prefix(within.as_slice()) {
            Some(steps) => record.steps = steps.to_vec(),
            None => table.fault_at(
                "within",
                "`within` is the beginning of `path`, or all of it",
            ),
        }
        record.cut = cut(rules, table, within);
        beside(rules, &record, table);
    }
    if record.skip > 0 && record.steps.is_empty() {
        table.fault_at(
            "skip",
            "`skip` counts within an element: name it with `within`",
        );
    }
    for (name, mut part) in table.entries("part") {
        self::part(&mut record, name, &mut part);
        part.finish();
    }
    for (condition, when) in conditions.iter().zip(&record.when) {
        for astray in when.at.iter().filter_map(|path| record.astray(path, 0)) {
            condition.fault_at("at", astray);
        }
    }
    conditions.into_iter().for_each(Table::finish);
    for (name, path) in table.words("adds_up").unwrap_or_default() {
        let known = super::path(&path).filter(|path| !path.from_root && path.part.is_none());
        match known.filter(|path| record.astray(path, 0).is_none()) {
            Some(path) => record.adds_up.push((name, path)),
            None => table.fault_at(
                "adds_up",
                format!("`{path}` is not a path from the record, such as `../Total`"),
            ),
        }
    }
    rules.records.push(record);
}

/// Reads one `when`.
fn condition(table: &mut Table<'_>) -> Option<XmlWhen> {
    const HOW: &str = "write `when = { at = \"Status\", is = \"BOOK\" }`, or `several = true` or `false` in place of `is`";
    let at = table.required_string("at");
    let is = table.string("is");
    let several = table.boolean("several");
    let at = at.as_deref().and_then(paths);
    let at = at.filter(|at| at.iter().all(|path| !path.from_root && path.part.is_none()));
    let holds = match (is, several) {
        (Some(is), None) => {
            XmlHolds::Is(is.split('|').map(|word| word.trim().to_owned()).collect())
        }
        (None, Some(true)) => XmlHolds::Several,
        (None, Some(false)) => XmlHolds::NotSeveral,
        _ => {
            table.fault(HOW);
            return None;
        }
    };
    if at.is_none() {
        table.fault_at("at", HOW);
    }
    Some(XmlWhen { at: at?, holds })
}

/// The number of what is cut out at this path.
fn cut(rules: &mut XmlRules, table: &Table<'_>, within: Vec<String>) -> usize {
    if let Some(at) = rules.cuts.iter().position(|cut| *cut == within) {
        return at;
    }
    let nested = |cut: &Vec<String>| cut.starts_with(&within) || within.starts_with(cut);
    if let Some(other) = rules.cuts.iter().find(|cut| nested(cut)) {
        let other = other.join("/");
        let key = if table.has("within") {
            "within"
        } else {
            "path"
        };
        let message = format!(
            "one of this and `/{other}` lies within the other: give both records one `within`, the outer of the two"
        );
        table.fault_at(key, message);
    }
    rules.cuts.push(within);
    rules.cuts.len() - 1
}

/// Records may stand in the element that is cut out, and not in one another.
fn beside(rules: &XmlRules, record: &XmlRecord, table: &Table<'_>) {
    for other in rules.records.iter().filter(|other| other.cut == record.cut) {
        let (a, b) = (&other.steps, &record.steps);
        let nested = !a.is_empty() && !b.is_empty() && (a.starts_with(b) || b.starts_with(a));
        let told_apart = a == b && !other.when.is_empty() && !record.when.is_empty();
        if (a == b || nested) && !told_apart {
            let message = format!(
                "`[record.{}]` stands at this path already, or within it",
                other.name
            );
            table.fault_at("path", message);
        }
    }
}

/// Reads one `[record.NAME.part.NAME]`.
fn part(record: &mut XmlRecord, name: String, table: &mut Table<'_>) {
    if !is_name(&name) {
        table.fault(format!(
            "`{name}` cannot name a part: write letters, digits and hyphens"
        ));
    }
    let path = table.required_string("path");
    let Some(path) = path
        .and_then(|path| location(&path))
        .filter(|p| !p.from_root && p.attribute.is_none())
    else {
        if table.has("path") {
            table.fault_at(
                "path",
                "write a path from the record, such as `../..` or `../Customers/Customer`",
            );
        }
        table.string("where");
        table.string("is");
        table.boolean("optional");
        return;
    };
    let at = table.string("where");
    let is = table.string("is");
    let optional = table.boolean("optional").unwrap_or(false);
    if at.is_some() != is.is_some() {
        table.fault("`where` and `is` go together: of several elements the one in which the one says what the other says");
    }
    if optional && is.is_none() {
        table.fault_at("optional", "what `is` does not ask for is optional anyway");
    }
    let known = record.parts.len();
    let check = |key: &str, path: &XmlPath, known: usize| {
        if path.from_root {
            table.fault_at(key, "count from the record");
        } else if let Some(astray) = record.astray(path, known) {
            table.fault_at(key, astray);
        }
    };
    check("path", &path, known);
    let is = is.as_deref().map(paths);
    let found = at
        .as_deref()
        .and_then(super::path)
        .filter(|at| at.up == 0 && at.part.is_none());
    if at.is_some() && found.as_ref().is_none_or(|at| at.from_root) {
        table.fault_at(
            "where",
            "write a path from the part, such as `Number` or `@id`",
        );
    }
    match &is {
        Some(Some(paths)) => paths.iter().for_each(|path| check("is", path, known)),
        Some(None) => table.fault_at("is", "write paths from the record, `|` between them"),
        None => {}
    }
    let find = found
        .zip(is.flatten())
        .map(|(at, is)| XmlFind { at, is, optional });
    record.parts.push(XmlPart { name, path, find });
}
