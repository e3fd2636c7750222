//! What a format's `[record.NAME]` mean, resolved: where the records lie in what is cut out, and where their fields
//! stand.

use std::collections::HashSet;

use super::layout::further_ways;
use crate::format::{self, Format, Positions, XmlHolds, XmlPath, XmlRecord, XmlRules, positioned};

/// A way from a record to something in its element.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// The part that it begins at, by number.
    pub(super) part: Option<usize>,
    /// How many elements it goes up first.
    pub(super) up: usize,
    /// Names on the way down, and which of that name.
    pub(super) steps: Vec<(String, Option<Positions>)>,
    /// The attribute, if it is not the element's text.
    pub(super) attribute: Option<String>,
}

/// An element that belongs to a record.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) path: Path,
    /// Of several, which one.
    pub(super) find: Option<Find>,
}

/// How one of several elements is found.
#[derive(Debug)]
pub(super) struct Find {
    /// What stands in it.
    pub(super) at: Path,
    /// The paths of the record of which the first that has a text says the same.
    pub(super) is: Vec<Path>,
    /// Whether the record does without where none says it.
    pub(super) optional: bool,
}

/// A field of a record.
#[derive(Debug)]
pub(super) struct Standing {
    /// Its number in the format.
    pub(super) field: usize,
    /// The number of the way to the first of its further places.
    pub(super) further: usize,
    /// Where it stands: the first of these that has a text.
    pub(super) paths: Vec<Path>,
    /// Where the same stands, if anything does.
    pub(super) agrees: Vec<Vec<Path>>,
    /// Texts that are joined to it.
    pub(super) joined: Vec<Path>,
}

impl Standing {
    /// The number of the way to its place of this number: what `agrees` follows where it stands.
    pub(super) fn way(&self, place: usize) -> usize {
        match place.checked_sub(1) {
            None => self.field,
            Some(further) => self.further + further,
        }
    }
}

/// Elements of one path, each of which is a field of its own: a member of a family of names.
#[derive(Debug)]
pub(super) struct Members {
    /// The family's number in the format.
    pub(super) family: usize,
    /// Where they stand, and where in them the text is.
    pub(super) path: Path,
    /// What stands in each for the family's `*`.
    pub(super) star: Path,
}

/// What must hold for an element to be a record.
#[derive(Debug)]
pub(super) struct When {
    pub(super) at: Vec<Path>,
    pub(super) holds: XmlHolds,
}

/// Records of one name.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: String,
    /// Its number among the format's records.
    pub(super) number: usize,
    pub(super) steps: Vec<(String, Option<Positions>)>,
    pub(super) skip: usize,
    pub(super) when: Vec<When>,
    /// Fields, by number in `fields`, whose sum over all elements of this path must be what stands there.
    pub(super) adds_up: Vec<(usize, Path)>,
    pub(super) parts: Vec<Part>,
    pub(super) fields: Vec<Standing>,
    /// Fields that say how many records before this one another stands, by number, with the other's name.
    pub(super) behind: Vec<(usize, String)>,
    /// Fields that say whether an element is there, by number.
    pub(super) exists: Vec<(usize, Path)>,
    pub(super) families: Vec<Members>,
}

/// The records that may lie in one of the cuts.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// The records, that which is the whole first.
    pub(super) plans: Vec<Plan>,
    /// Where texts (`a/b`) and attributes (`a/b/@c`) stand that the format knows.
    pub(super) known: HashSet<String>,
}

/// The plans of a format, by cut; none where what is cut out is one record.
pub(super) fn plans(format: &Format, rules: &XmlRules) -> Vec<Cut> {
    if rules.records.is_empty() {
        return Vec::new();
    }
    let further = further_ways(format);
    let cuts = 0..rules.cuts.len();
    let mut cuts: Vec<Cut> = cuts.map(|_| Cut::default()).collect();
    for (number, record) in rules.records.iter().enumerate() {
        let cut = &mut cuts[record.cut];
        know(&mut cut.known, format, number, record);
        cut.plans.push(plan(format, number, record, &further));
        cut.plans.sort_by_key(|plan| plan.steps.len());
    }
    cuts
}

fn plan(format: &Format, number: usize, record: &XmlRecord, further: &[usize]) -> Plan {
    let resolve = |path: &XmlPath| resolve(path, record);
    let parts = record
        .parts
        .iter()
        .map(|part| Part {
            path: resolve(&part.path),
            find: part.find.as_ref().map(|find| Find {
                at: resolve(&find.at),
                is: find.is.iter().map(resolve).collect(),
                optional: find.optional,
            }),
        })
        .collect();
    let fields = standing(format, number, record, further);
    let behind = of_record(format, number)
        .filter_map(|(at, field)| Some((at, field.behind.clone()?)))
        .collect();
    let exists = of_record(format, number)
        .filter_map(|(at, field)| Some((at, resolve(field.exists.as_ref()?))))
        .collect();
    let when = record.when.iter().map(|when| When {
        at: when.at.iter().map(resolve).collect(),
        holds: when.holds.clone(),
    });
    let adds_up = record.adds_up.iter().filter_map(|(name, path)| {
        let named = |field: &Standing| format.fields[field.field].name == *name;
        Some((fields.iter().position(named)?, resolve(path)))
    });
    let adds_up = adds_up.collect();
    let families = format.families.iter().enumerate();
    let families = families.filter(|(_, family)| family.record.is_none_or(|of| of == number));
    let families = families.filter_map(|(at, family)| {
        Some(Members {
            family: at,
            path: resolve(family.path.as_ref()?),
            star: resolve(family.star.as_ref()?),
        })
    });
    Plan {
        name: record.name.clone(),
        number,
        steps: record
            .steps
            .iter()
            .map(|name| (name.clone(), None))
            .collect(),
        skip: record.skip,
        when: when.collect(),
        adds_up,
        parts,
        fields,
        behind,
        exists,
        families: families.collect(),
    }
}

/// Where the fields of a record stand.
fn standing(
    format: &Format,
    number: usize,
    record: &XmlRecord,
    further: &[usize],
) -> Vec<Standing> {
    let resolve = |path: &XmlPath| resolve(path, record);
    let mut fields = Vec::new();
    for (at, field) in of_record(format, number) {
        let Some(path) = field.path.as_ref().filter(|path| !path.from_root) else {
            continue;
        };
        let standing = Standing {
            field: at,
            further: further[at],
            paths: std::iter::once(path)
                .chain(&field.or)
                .map(resolve)
                .collect(),
            agrees: (field.agrees.iter())
                .map(|places| places.iter().map(resolve).collect())
                .collect(),
            joined: joined(field).iter().map(resolve).collect(),
        };
        fields.push(standing);
    }
    fields
}

fn of_record(format: &Format, number: usize) -> impl Iterator<Item = (usize, &format::Field)> {
    let fields = format.fields.iter().enumerate();
    fields.filter(move |(_, field)| field.record.is_none_or(|record| record == number))
}

fn joined(field: &format::Field) -> Vec<XmlPath> {
    let texts = field.convert.join.iter().flat_map(|(_, paths)| paths);
    texts.filter_map(|text| format::path(text)).collect()
}

fn resolve(path: &XmlPath, record: &XmlRecord) -> Path {
    let part = path.part.as_ref();
    let step = |step: &String| {
        let (name, position) = positioned(step);
        (name.to_owned(), position)
    };
    Path {
        part: part.and_then(|name| record.parts.iter().position(|part| part.name == *name)),
        up: path.up,
        steps: path.elements.iter().map(step).collect(),
        attribute: path.attribute.clone(),
    }
}

/// Notes where a record's fields, and what finds its parts, stand in what is cut out.
fn know(known: &mut HashSet<String>, format: &Format, number: usize, record: &XmlRecord) {
    let of_fields = of_record(format, number).flat_map(|(_, field)| {
        let paths = field
            .path
            .iter()
            .chain(&field.or)
            .chain(field.agrees.iter().flatten())
            .cloned();
        paths.chain(joined(field)).collect::<Vec<_>>()
    });
    let conditions = record.when.iter().flat_map(|when| when.at.iter().cloned());
    let sums = record.adds_up.iter().map(|(_, path)| path.clone());
    let of_families = format
        .families
        .iter()
        .filter(|family| family.record == Some(number));
    let of_families = of_families.flat_map(|family| {
        let path = family.path.clone().unwrap_or_default();
        let mut star = path.clone();
        if let Some(own) = &family.star {
            star.elements.extend(own.elements.iter().cloned());
            star.attribute.clone_from(&own.attribute);
        }
        [path, star]
    });
    let finds = record
        .parts
        .iter()
        .filter_map(|part| Some((part, part.find.as_ref()?)));
    let finds = finds.flat_map(|(part, find)| {
        let at = XmlPath {
            part: Some(part.name.clone()),
            ..find.at.clone()
        };
        std::iter::once(at).chain(find.is.iter().cloned())
    });
    for path in of_fields
        .chain(of_families)
        .chain(conditions)
        .chain(sums)
        .chain(finds)
        .filter(|path| !path.from_root)
    {
        let mut way = way(&path, record);
        way.extend(
            path.attribute
                .iter()
                .map(|attribute| format!("@{attribute}")),
        );
        known.insert(way.join("/"));
    }
}

/// Names of elements from what is cut out down to where a path ends.
fn way(path: &XmlPath, record: &XmlRecord) -> Vec<String> {
    let part = path.part.as_ref();
    let part = part.and_then(|name| record.parts.iter().find(|part| part.name == *name));
    let mut way = match part {
        Some(part) => self::way(&part.path, record),
        None => record.steps.clone(),
    };
    way.truncate(way.len().saturating_sub(path.up));
    way.extend(
        path.elements
            .iter()
            .map(|step| positioned(step).0.to_owned()),
    );
    way
}
