//! The canonical names of all lines, as format files may use them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{Line, SHARED, compare};
use crate::format::Dictionary;
use crate::model::family;
use crate::model::{FieldSpec, FieldType, KindSpec, Need};

/// Names that belong to every kind.
const COMMON: &[FieldSpec] = &[
    FieldSpec::required("kind", FieldType::Text(35)),
    FieldSpec::optional("instruction_id", FieldType::Ref),
    FieldSpec::optional("effective_date", FieldType::Date),
    FieldSpec::optional("comment", FieldType::Text(140)),
];

/// Every line's word, in the order of [`Line::ALL`].
const WORDS: &[&str] = &{
    let mut words = [""; Line::ALL.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = Line::ALL[at].as_str();
        at += 1;
    }
    words
};

/// The names that formats are resolved against.
pub const fn dictionary() -> Dictionary {
    Dictionary {
        name,
        all,
        lines: WORDS,
        lines_of,
        kind_of,
        words_of,
        compared_as: |kind| compare::subject_of(kind).map(compare::Subject::as_str),
        compares: |word| INDEX.shared.have(word),
        required_of,
    }
}

fn kinds() -> impl Iterator<Item = &'static KindSpec> {
    let lines = Line::ALL.iter();
    lines.flat_map(|line| line.kinds()).chain(SHARED)
}

fn specs() -> impl Iterator<Item = &'static FieldSpec> {
    COMMON.iter().chain(kinds().flat_map(|kind| kind.fields))
}

/// All names, made once: every run reads every format, and every field of a format is looked up several times.
static INDEX: LazyLock<Index> = LazyLock::new(Index::new);

struct Index {
    /// Every name once, in the order of [`specs`].
    names: Vec<&'static str>,
    /// What is said of each.
    specs: HashMap<&'static str, Vec<&'static FieldSpec>>,
    /// The names of each line, in the order of [`Line::ALL`].
    lines: Vec<Names>,
    shared: Names,
}

impl Index {
    fn new() -> Self {
        let mut names = Vec::new();
        let mut known: HashMap<&'static str, Vec<&'static FieldSpec>> = HashMap::new();
        for spec in specs() {
            let same = known.entry(spec.name).or_default();
            if same.is_empty() {
                names.push(spec.name);
            }
            same.push(spec);
        }
        Self {
            names,
            specs: known,
            lines: Line::ALL
                .iter()
                .map(|line| Names::of(line.kinds()))
                .collect(),
            shared: Names::of(SHARED),
        }
    }
}

/// The names that some kinds have.
struct Names {
    own: HashSet<&'static str>,
    families: Vec<&'static str>,
}

impl Names {
    fn of(kinds: &'static [KindSpec]) -> Self {
        let names = kinds.iter().flat_map(|kind| kind.fields);
        let own: HashSet<&str> = names.map(|spec| spec.name).collect();
        let families = own.iter().copied().filter(|name| family::is_family(name));
        Self {
            families: families.collect(),
            own,
        }
    }

    /// Whether one of them is this, or the family of this.
    fn have(&self, word: &str) -> bool {
        let mut families = self.families.iter();
        self.own.contains(word) || families.any(|name| family::word_of(name, word).is_some())
    }
}

/// The field of this name, else the family that it is a member of.
fn spec(word: &str) -> Option<&'static FieldSpec> {
    if let Some(specs) = INDEX.specs.get(word) {
        return specs.first().copied();
    }
    let mut families = INDEX.names.iter().filter(|name| family::is_family(name));
    let family = families.find(|name| family::word_of(name, word).is_some())?;
    INDEX.specs[family].first().copied()
}

fn name(word: &str) -> Option<&'static str> {
    let spec = spec(word)?;
    if spec.name == word {
        return Some(spec.name);
    }
    family::member(spec.name, word)
}

/// Every name once, the common ones first, the others in the order of the manual.
fn all() -> Vec<&'static str> {
    INDEX.names.clone()
}

fn lines_of(word: &str) -> Vec<&'static str> {
    if COMMON.iter().any(|spec| spec.name == word) {
        return WORDS.to_vec();
    }
    let shared = INDEX.shared.have(word);
    let lines = Line::ALL.iter().zip(&INDEX.lines);
    let known = lines.filter(|(line, names)| names.have(word) || shared && line.is_told_by_banks());
    known.map(|(line, _)| line.as_str()).collect()
}

fn kind_of(word: &str) -> Option<FieldType> {
    spec(word).map(|spec| spec.kind)
}

fn words_of(word: &str) -> Option<Vec<&'static str>> {
    if word == "kind" {
        return Some(kinds().map(|kind| kind.name).collect());
    }
    let mut words = Vec::new();
    let name = spec(word)?.name;
    for spec in &INDEX.specs[name] {
        match spec.kind {
            FieldType::Code(list) => words.extend(list),
            FieldType::Synonym(list) => words.extend(list.iter().map(|(_, word)| *word)),
            FieldType::Bool => words.extend(["true", "false"]),
            _ => return None,
        }
    }
    (!words.is_empty()).then_some(words)
}

fn required_of(kind: &str) -> Vec<&'static str> {
    let Some(kind) = super::spec_of(kind) else {
        return Vec::new();
    };
    let required = kind
        .fields
        .iter()
        .filter(|spec| spec.need == Need::Required);
    required.map(|spec| spec.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a text of this type is converted: one name must not be a date in one kind and a number in another, since a
    /// format converts by name before the kind is known.
    fn conversion(kind: FieldType) -> &'static str {
        match kind {
            FieldType::Date => "date",
            FieldType::Amount { .. } => "amount",
            FieldType::Rate | FieldType::Percent | FieldType::Integer(..) => "number",
            FieldType::Bool => "bool",
            _ => "text",
        }
    }

    #[test]
    fn a_name_is_converted_alike_in_every_kind() {
        for spec in specs() {
            let first = kind_of(spec.name).expect("named");
            assert_eq!(conversion(spec.kind), conversion(first), "{}", spec.name);
        }
    }

    #[test]
    fn every_name_is_found_and_belongs_to_a_line() {
        assert_eq!(WORDS.len(), Line::ALL.len());
        for word in all() {
            assert_eq!(name(word), Some(word));
            assert!(!lines_of(word).is_empty(), "{word}");
        }
        assert_eq!(name("no_such_name"), None);
        assert_eq!(kind_of("effective_date"), Some(FieldType::Date));
    }

    #[test]
    fn the_formats_that_ship_have_no_fault() {
        let formats = match crate::format::load(&[], &dictionary()) {
            Ok(formats) => formats,
            Err(faults) => panic!("{faults}"),
        };
        let ids: Vec<&str> = formats.keys().map(String::as_str).collect();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/formats");
        let files = std::fs::read_dir(folder).expect("the formats' folder");
        let names = files.map(|file| file.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .filter_map(|name| Some(name.to_str()?.strip_suffix(".toml")?.to_owned()))
            .collect();
        names.sort();
        assert_eq!(ids, names);
        let every: Vec<&crate::format::Format> = formats.values().map(AsRef::as_ref).collect();
        assert!(crate::format::overlaps(&every).is_empty());
        for (id, line) in [
            ("insurance-csv-1", "insurance"),
            ("insurance-excel-1", "insurance"),
            ("insurance-xml-1", "insurance"),
            ("credit-life-csv-1", "credit-life"),
        ] {
            // A partner does not send what its bank says.
            let line = Line::named(line).expect("a line");
            let of_line = |name: &&str| {
                let own = line.kinds().iter().any(|kind| kind.field(name).is_some());
                own || COMMON.iter().any(|common| common.name == *name)
            };
            for name in all().into_iter().filter(of_line) {
                let is_it = |known: &str| known == name || family::word_of(name, known).is_some();
                let known = formats[id].fields.iter().any(|field| is_it(field.name));
                assert!(known, "{id} has no {name}");
            }
        }
    }
}
