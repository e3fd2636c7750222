//! Patterns of file names: plain text, `*` for anything, `{date:yyyymmdd}` and `{sequence}` for what is taken out of the
//! name. Case does not matter.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use regex::Regex;

use super::Format;
use super::convert::date;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(char),
    Anything,
    /// A pattern of `YYYY`, `MM`, `DD` and separators.
    Date(String),
    /// Digits, one at least.
    Sequence,
}

/// What a file's name says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameValues {
    /// Its date, `YYYY-MM-DD`; whether the calendar has that day was not looked at.
    pub date: Option<String>,
    /// Its sequence number, as written.
    pub sequence: Option<String>,
}

impl NameValues {
    fn get(&self, capture: &str) -> Option<&String> {
        match capture {
            "date" => self.date.as_ref(),
            _ => self.sequence.as_ref(),
        }
    }
}

/// A pattern over whole names of files.
#[derive(Clone, Debug)]
pub struct NamePattern {
    text: String,
    /// Made when a name is first held against it: most runs meet files of few formats.
    regex: OnceLock<Regex>,
}

impl NamePattern {
    /// From a format file, or what is wrong with it.
    pub(super) fn parse(text: String) -> Result<Self, String> {
        let pieces = pieces(&text)?;
        let dates = pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Date(_)));
        let sequences = pieces.iter().filter(|piece| **piece == Piece::Sequence);
        if dates.count() > 1 || sequences.count() > 1 {
            return Err(format!("`{text}` names a capture twice"));
        }
        Ok(Self {
            text,
            regex: OnceLock::new(),
        })
    }

    /// As the format file writes it.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is the name of such a file.
    fn takes(&self, name: &str) -> bool {
        self.regex().is_match(name)
    }

    /// Its regular expression, with captures `date` and `sequence` where it has them.
    fn regex(&self) -> &Regex {
        let pieces = || pieces(&self.text).expect("looked at before");
        self.regex.get_or_init(|| regex(pieces()))
    }
}

fn regex(pieces: Vec<Piece>) -> Regex {
    let mut text = String::from("(?is)^");
    for piece in pieces {
        match piece {
            Piece::Literal(c) => text.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            Piece::Anything => text.push_str(".*"),
            Piece::Sequence => text.push_str("(?<sequence>[0-9]+)"),
            Piece::Date(date) => {
                let digit = |c: char| {
                    if c.is_ascii_uppercase() {
                        "[0-9]".to_owned()
                    } else {
                        regex::escape(c.encode_utf8(&mut [0; 4]))
                    }
                };
                let digits: String = date.chars().map(digit).collect();
                text.extend(["(?<date>", digits.as_str(), ")"]);
            }
        }
    }
    text.push('$');
    Regex::new(&text).expect("made of escaped text, and each capture once")
}

fn pieces(pattern: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if c != '{' {
            pieces.push(if c == '*' {
                Piece::Anything
            } else {
                Piece::Literal(c)
            });
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (capture, after) = rest[1..].split_once('}').ok_or("a `{` has no `}`")?;
        rest = after;
        pieces.push(match capture.split_once(':') {
            Some(("date", form)) => Piece::Date(date_form(form)?),
            None if capture == "sequence" => Piece::Sequence,
            _ => {
                return Err(format!(
                    "`{{{capture}}}` is not `{{date:yyyymmdd}}` or `{{sequence}}`"
                ));
            }
        });
    }
    Ok(pieces)
}

fn date_form(form: &str) -> Result<String, String> {
    let form = form.to_uppercase();
    super::defaults::check_date_pattern(&form)?;
    Ok(form)
}

impl Format {
    /// Whether a file of this name can be of this format.
    pub fn takes_name(&self, file_name: &str) -> bool {
        self.names.iter().any(|pattern| pattern.takes(file_name))
    }

    /// The patterns of its files' names, as the format file writes them.
    pub fn patterns(&self) -> Vec<&str> {
        self.names.iter().map(NamePattern::as_str).collect()
    }

    /// What a file's name says, by the first pattern that takes it.
    pub fn name_values(&self, file_name: &str) -> NameValues {
        let found = self
            .names
            .iter()
            .find_map(|pattern| Some((pattern.regex().captures(file_name)?, pattern)));
        let Some((captures, pattern)) = found else {
            return NameValues::default();
        };
        let form = pieces(&pattern.text)
            .into_iter()
            .flatten()
            .find_map(|piece| match piece {
                Piece::Date(form) => Some(form),
                Piece::Literal(_) | Piece::Anything | Piece::Sequence => None,
            });
        let seen = captures.name("date").zip(form);
        NameValues {
            date: seen.and_then(|(seen, form)| date(&form, seen.as_str())),
            sequence: captures
                .name("sequence")
                .map(|seen| seen.as_str().to_owned()),
        }
    }

    /// The sequence number in a file's name, for the order of batches; `None` where there is none or it has more than
    /// 19 digits.
    pub fn sequence_of(&self, file_name: &str) -> Option<u64> {
        self.name_values(file_name).sequence?.parse().ok()
    }

    /// The format as it reads this file: fields that take their value from the file's name have it as their constant.
    pub fn for_file(self: &Arc<Self>, file_name: &str) -> Arc<Self> {
        if self
            .fields
            .iter()
            .all(|field| field.convert.capture.is_none())
        {
            return Arc::clone(self);
        }
        let values = self.name_values(file_name);
        let mut format = Format::clone(self);
        for field in &mut format.fields {
            if let Some(capture) = field.convert.capture {
                field.convert.constant = values.get(capture).cloned();
            }
        }
        Arc::new(format)
    }
}

/// A set of characters, and whether it may repeat or be left out.
#[derive(Clone, Copy)]
struct Step {
    class: Class,
    many: bool,
}

#[derive(Clone, Copy)]
enum Class {
    Any,
    Digit,
    Just(char),
}

impl Class {
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) | (Self::Digit, Self::Digit) => true,
            (Self::Digit, Self::Just(c)) | (Self::Just(c), Self::Digit) => c.is_ascii_digit(),
            (Self::Just(a), Self::Just(b)) => a.to_lowercase().eq(b.to_lowercase()),
        }
    }
}

fn steps(pattern: &str) -> Vec<Step> {
    let once = |class| Step { class, many: false };
    let mut steps = Vec::new();
    for piece in pieces(pattern).unwrap_or_default() {
        match piece {
            Piece::Literal(c) => steps.push(once(Class::Just(c))),
            Piece::Anything => steps.push(Step {
                class: Class::Any,
                many: true,
            }),
            Piece::Sequence => steps.extend([
                once(Class::Digit),
                Step {
                    class: Class::Digit,
                    many: true,
                },
            ]),
            Piece::Date(form) => {
                let class = |c: char| {
                    if c.is_ascii_uppercase() {
                        Class::Digit
                    } else {
                        Class::Just(c)
                    }
                };
                steps.extend(form.chars().map(|c| once(class(c))));
            }
        }
    }
    steps
}

/// Whether one name could fit both patterns.
fn meet(a: &[Step], b: &[Step]) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        if !seen.insert((i, j)) {
            continue;
        }
        let (x, y) = match (a.get(i), b.get(j)) {
            (None, None) => return true,
            (x, y) => (x, y),
        };
        if x.is_some_and(|x| x.many) {
            open.push((i + 1, j));
        }
        if y.is_some_and(|y| y.many) {
            open.push((i, j + 1));
        }
        if let (Some(x), Some(y)) = (x, y)
            && x.class.meets(y.class)
        {
            open.push((i + usize::from(!x.many), j + usize::from(!y.many)));
        }
    }
    false
}

/// The pairs of formats that one file name could fit, with the patterns that meet. Content decides between them then;
/// where they have the same reader and columns nothing does.
pub fn overlaps<'f>(formats: &[&'f Format]) -> Vec<(&'f Format, &'f Format, String)> {
    let mut found = Vec::new();
    for (i, a) in formats.iter().enumerate() {
        for b in &formats[i + 1..] {
            let pairs = (a.names.iter()).flat_map(|p| b.names.iter().map(move |q| (p, q)));
            let mut pairs = pairs.map(|(p, q)| (p.as_str(), q.as_str()));
            let first = pairs.find(|(p, q)| meet(&steps(p), &steps(q)));
            if let Some((p, q)) = first {
                found.push((*a, *b, format!("`{p}` and `{q}`")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fake;

    #[test]
    fn patterns_take_whole_names_in_any_case() {
        let rows = [
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "INS_20261120_001.csv",
                true,
            ),
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "ins_20261120_1.CSV",
                true,
            ),
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "INS_20261120.csv",
                false,
            ),
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "INS_20261120_1.csv.pgp",
                false,
            ),
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "xINS_20261120_1.csv",
                false,
            ),
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "INS_20261120_1xcsv",
                false,
            ),
            ("canonical*.csv", "canonical.csv", true),
            ("canonical*.csv", "canonical-2\n.csv", true),
            ("P {date:dd.mm.yyyy}*", "p 20.11.2026.txt", true),
            ("P {date:dd.mm.yyyy}*", "p 20x11x2026.txt", false),
        ];
        for (pattern, name, fits) in rows {
            let own = NamePattern::parse(pattern.to_owned()).expect(pattern);
            assert_eq!(own.takes(name), fits, "{pattern} {name}");
        }
        for wrong in [
            "{date}",
            "{date:yyyy}",
            "{seq}",
            "{date:yyyymmdd",
            "{sequence}{sequence}",
            "{date:yyyymmdd}-{date:ddmmyyyy}",
        ] {
            assert!(NamePattern::parse(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns_meet_where_one_name_fits_both() {
        let rows = [
            ("INS_{date:yyyymmdd}_{sequence}.csv", "INS_*.csv", true),
            (
                "INS_{date:yyyymmdd}_{sequence}.csv",
                "BET_{date:yyyymmdd}_{sequence}.csv",
                false,
            ),
            ("canonical*.csv", "*.CSV", true),
            ("canonical*.csv", "canonical*.xml", false),
            ("a{sequence}", "a*1", true),
            ("a{sequence}", "ab", false),
            ("*x*", "*y*", true),
        ];
        for (a, b, expected) in rows {
            assert_eq!(meet(&steps(a), &steps(b)), expected, "{a} {b}");
            assert_eq!(meet(&steps(b), &steps(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn a_name_gives_date_and_number() {
        let text = |fields: &str| {
            format!(
                "id = 'f'\ntitle = 'F'\nreader = 'csv'\nmatch = ['P_{{date:ddmmyy}}_{{sequence}}.csv']\nfield = [ {{ name = 'kind', from = 'k' }}, {fields} ]\n"
            )
        };
        let captures =
            "{ name = 'start_date', capture = 'date' }, { name = 'comment', capture = 'sequence' }";
        let format = Arc::new(fake::format(&text(captures)));
        let constants = |name: &str| {
            let format = format.for_file(name);
            let constants = format
                .fields
                .iter()
                .map(|field| field.convert.constant.clone());
            constants.skip(1).collect::<Vec<_>>()
        };
        let found = constants("p_201126_007.csv");
        assert_eq!(
            found,
            [Some("2026-11-20".to_owned()), Some("007".to_owned())]
        );
        assert_eq!(constants("other.csv"), [None, None]);
        assert_eq!(format.sequence_of("P_201126_007.csv"), Some(7));
        assert_eq!(format.sequence_of("x"), None);
        let plain = Arc::new(fake::format(&text("")));
        assert!(Arc::ptr_eq(&plain, &plain.for_file("P_201126_007.csv")));
    }
}
