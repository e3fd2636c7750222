//! A format's layout as a table, for people.

use super::field::class;
use super::{Convert, Format};

/// The headings of [`describe`].
pub const DESCRIBED: [&str; 5] = ["field", "in the file", "type", "column", "how"];

/// A row a field: canonical name, where it stands in the file, type, whether its column must be there, how its text is
/// read.
pub fn describe(format: &Format) -> Vec<[String; 5]> {
    let row = |field: &super::Field| {
        [
            field.name.to_owned(),
            field.from.clone(),
            class(field.kind).to_owned(),
            if field.column_required {
                "required"
            } else {
                ""
            }
            .to_owned(),
            how(&field.convert),
        ]
    };
    format
        .fields
        .iter()
        .chain(&format.families)
        .map(row)
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
    say("always", convert.constant.clone());
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
