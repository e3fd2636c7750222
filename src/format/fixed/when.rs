//! What tells a kind of line from others.

use super::WIDTH_MOST;
use crate::toml_table::Table;

/// What stands somewhere in a line.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The first column, from 0.
    pub at: usize,
    /// What stands from there on.
    pub holds: Holds,
}

/// What stands from a column on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// One of these words.
    Words(Vec<String>),
    /// So many digits.
    Digits(usize),
    /// So many blanks, or the line's end.
    Blank(usize),
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.at + 1;
        match &self.holds {
            Holds::Words(words) => write!(f, "`{}` at {at}", words.join("` or `")),
            Holds::Digits(count) => write!(f, "{count} digits at {at}"),
            Holds::Blank(count) => write!(f, "{count} blanks at {at}"),
        }
    }
}

/// What stands somewhere: `{ at = 1, is = "20" }`, with `|` between several words; `{ at = 1, digits = 10 }`, or
/// `{ at = 1, blank = 10 }`.
pub(super) fn condition(when: &mut Table<'_>, width: usize) -> Option<Condition> {
    let at = when.integer_within("at", 1, WIDTH_MOST);
    if at.is_none() && !when.has("at") {
        when.fault("`at` is missing");
    }
    let keys = ["is", "digits", "blank"];
    if keys.into_iter().filter(|key| when.has(key)).count() != 1 {
        when.fault("a condition has exactly one of `is`, `digits`, `blank`");
    }
    let is = when.string("is");
    let mut count = |key| when.integer_within(key, 1, WIDTH_MOST);
    let (digits, blank) = (count("digits"), count("blank"));
    let number = |count: i64| usize::try_from(count).expect("1000 at most");
    let at = number(at?) - 1;
    let holds = match (is, digits, blank) {
        (Some(is), ..) => Holds::Words(is.split('|').map(str::to_owned).collect()),
        (_, Some(count), _) => Holds::Digits(number(count)),
        (.., Some(count)) => Holds::Blank(number(count)),
        _ => return None,
    };
    let fits = match &holds {
        Holds::Words(words) => words
            .iter()
            .all(|word| !word.is_empty() && word.is_ascii() && at + word.len() <= width),
        Holds::Digits(count) | Holds::Blank(count) => at + count <= width,
    };
    if !fits {
        when.fault_at("at", "write what stands there, within the line");
    }
    Some(Condition { at, holds })
}
