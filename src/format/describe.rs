//! A format's layout as a table, for people.

use super::field::class;
use super::{
    Convert, FixedLine, FixedRules, Format, ReaderKind, Several, Stands, XmlHolds, XmlPart,
    XmlRecord, XmlRules,
};
use crate::model::kind::OR;

/// The headings of a [`Section`]'s rows.
pub const DESCRIBED: [&str; 5] = ["field", "in the file", "type", "column", "how"];

/// The fields of some of a format's records.
pub struct Section {
    /// The `[record.NAME]` whose fields they are; `None`: those of every record.
    pub record: Option<String>,
    /// Where these records stand, in words.
    pub standing: Vec<String>,
    /// A row a field: canonical name, where it stands in the file, type, whether its column must be there, how its text
    /// is read.
    pub rows: Vec<[String; 5]>,
}

/// A format's layout: one section, or one for each `[record.NAME]` and before these the fields of all, if there are any.
pub fn describe(format: &Format) -> Vec<Section> {
    let rows = |record: Option<usize>| -> Vec<[String; 5]> {
        let fields = format.fields.iter().chain(&format.families);
        fields
            .filter(|field| field.record == record)
            .map(row)
            .collect()
    };
    if let ReaderKind::Fixed(rules) = &format.reader {
        return fixed(rules, &rows);
    }
    let ReaderKind::Xml(rules) = &format.reader else {
        return vec![Section {
            record: None,
            standing: Vec::new(),
            rows: rows(None),
        }];
    };
    let mut sections = Vec::new();
    if rules.records.is_empty() {
        sections.push(Section {
            record: None,
            standing: rules
                .cuts
                .iter()
                .map(|cut| format!("records at /{}", cut.join("/")))
                .collect(),
            rows: rows(None),
        });
    } else if !rows(None).is_empty() {
        sections.push(Section {
            record: None,
            standing: vec!["every record".to_owned()],
            rows: rows(None),
        });
    }
    for (at, record) in rules.records.iter().enumerate() {
        sections.push(Section {
            record: Some(record.name.clone()),
            standing: standing(rules, record),
            rows: rows(Some(at)),
        });
    }
    sections
}

/// The lines of a format of fixed columns, and the fields of its records.
fn fixed(rules: &FixedRules, rows: &dyn Fn(Option<usize>) -> Vec<[String; 5]>) -> Vec<Section> {
    let told = |line: &FixedLine| {
        let when = line.when.iter();
        let when: Vec<String> = when.map(ToString::to_string).collect();
        let names = line.within.iter().map(|at| &*rules.lines[*at].name);
        let names: Vec<&str> = names.collect();
        let within = if names.is_empty() {
            String::new()
        } else {
            format!(" within {}", names.join(" or "))
        };
        let stands = match line.stands {
            Stands::Opening => "opens a group".to_owned(),
            Stands::Record => "begins a record".to_owned(),
            Stands::Detail => "belongs to the record before it".to_owned(),
            Stands::Closing(of) => format!("closes the group of {}", rules.lines[of].name),
        };
        format!("{}: {}, {stands}{within}", line.name, when.join(" and "))
    };
    let mut sections = vec![Section {
        record: None,
        standing: rules.lines.iter().map(told).collect(),
        rows: rows(None),
    }];
    for (at, line) in rules.lines.iter().enumerate() {
        if line.stands == Stands::Record {
            sections.push(Section {
                record: Some(line.name.clone()),
                standing: vec![line.name.clone()],
                rows: rows(Some(at)),
            });
        }
    }
    sections
}

fn row(field: &super::Field) -> [String; 5] {
    let required = if field.column_required {
        "required"
    } else {
        ""
    };
    [
        field.name.to_owned(),
        field.from.clone(),
        class(field.kind).to_owned(),
        required.to_owned(),
        how(&field.convert),
    ]
}

/// Where the records of one name stand, and what belongs to them.
fn standing(rules: &XmlRules, record: &XmlRecord) -> Vec<String> {
    let within = format!("/{}", rules.cuts[record.cut].join("/"));
    let mut at = format!("{}: at {within}", record.name);
    if !record.steps.is_empty() {
        at = format!("{at}/{}, read with {within}", record.steps.join("/"));
    }
    if record.skip > 0 {
        at = format!("{at}, from number {} on", record.skip + 1);
    }
    let when = record.when.iter().map(|when| {
        let at: Vec<String> = when.at.iter().map(ToString::to_string).collect();
        let at = at.join(" | ");
        match &when.holds {
            XmlHolds::Is(words) => format!("  where {at} is {}", words.join(" or ")),
            XmlHolds::Several => format!("  where there are several {at}"),
            XmlHolds::NotSeveral => format!("  where there is one {at} at most"),
        }
    });
    let sums = record
        .adds_up
        .iter()
        .map(|(name, path)| format!("  {name} adds up to {path}"));
    let part = |part: &XmlPart| match &part.find {
        None => format!("  ${} is {}", part.name, part.path),
        Some(find) => {
            let is: Vec<String> = find.is.iter().map(ToString::to_string).collect();
            let is = is.join(" | ");
            format!(
                "  ${} is the {} whose {} says what {is} says{}",
                part.name,
                part.path,
                find.at,
                if find.optional {
                    ", if there is one"
                } else {
                    ""
                }
            )
        }
    };
    std::iter::once(at)
        .chain(when)
        .chain(sums)
        .chain(record.parts.iter().map(part))
        .collect()
}

/// How a text is read, in words.
fn how(convert: &Convert) -> String {
    let mut parts = Vec::new();
    let mut say = |word: &str, value: Option<String>| {
        if let Some(value) = value {
            parts.push(format!("{word} {value}"));
        }
    };
    let always = convert.constant.as_ref();
    say("always", always.map(|word| word.replace(OR, " or ")));
    say("blank means", convert.default.clone());
    say("from the file's name:", convert.capture.map(str::to_owned));
    say("words", convert.map.as_ref().map(words));
    say(
        "yes or no as",
        convert
            .bools
            .as_ref()
            .map(|(yes, no)| format!("{} / {}", yes.join(", "), no.join(", "))),
    );
    say(
        "dates",
        (!convert.dates.is_empty()).then(|| convert.dates.join(", ")),
    );
    say(
        "decimal mark",
        convert.number.as_ref().map(|(mark, _)| mark.to_string()),
    );
    say("digits grouped by", grouping(convert));
    say("decimals:", convert.implied.map(|count| count.to_string()));
    say(
        "nothing but zeros:",
        convert.zeros_are_blank.then(|| "not given".to_owned()),
    );
    say(
        "without, in front,",
        (!convert.prefixes.is_empty()).then(|| convert.prefixes.join(" or ")),
    );
    let several = match &convert.several {
        Several::Conflict => None,
        Several::First => Some("the first counts"),
        Several::Joined(_) => Some("joined"),
        Several::Note => Some("not given, with a note"),
    };
    say("several:", several.map(str::to_owned));
    say("like", convert.pattern.as_ref().map(ToString::to_string));
    say("at least", convert.min.map(|min| min.to_string()));
    say("at most", convert.max.map(|max| max.to_string()));
    let split = |(separator, part): &(String, usize)| format!("{} between `{separator}`", part + 1);
    say("part", convert.split.as_ref().map(split));
    say(
        "joined with",
        convert.join.as_ref().map(|(_, labels)| labels.join(", ")),
    );
    parts.join("; ")
}

fn grouping(convert: &Convert) -> Option<String> {
    let (_, marks) = convert.number.as_ref()?;
    let name = |mark: &char| match mark {
        ' ' => "a blank".to_owned(),
        '\u{a0}' => "a hard blank".to_owned(),
        other => format!("`{other}`"),
    };
    let marks: Vec<String> = marks.iter().map(name).collect();
    (!marks.is_empty()).then(|| marks.join(" or "))
}

/// The words of a map that stand for another one, in a stable order.
fn words(map: &std::collections::HashMap<String, String>) -> String {
    let lower = |source: &String| *source == source.to_lowercase();
    let mut words: Vec<String> = map
        .iter()
        .filter(|(source, word)| lower(source) && source != word && **source != word.to_lowercase())
        .map(|(source, word)| format!("{source} = {word}"))
        .collect();
    words.sort();
    words.join(", ")
}
