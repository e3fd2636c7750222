//! How a format writes numbers, dates and yes or no, as a whole or in one field.

use super::folded;
use crate::toml_table::Table;

/// How a format writes numbers, dates and yes or no, where a field does not say otherwise.
#[derive(Debug)]
pub(super) struct Defaults {
    pub(super) decimal: char,
    pub(super) grouping: Vec<char>,
    pub(super) dates: Vec<String>,
    pub(super) bools: Option<(Vec<String>, Vec<String>)>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            decimal: '.',
            grouping: Vec::new(),
            dates: Vec::new(),
            bools: None,
        }
    }
}

impl Defaults {
    /// The keys of the format as a whole.
    pub(super) fn read(root: &mut Table<'_>) -> Self {
        let mut defaults = Self::default();
        if let Some((decimal, grouping)) = number_marks(root, &defaults) {
            defaults.decimal = decimal;
            defaults.grouping = grouping;
        }
        defaults.dates = date_patterns(root).unwrap_or_default();
        defaults.bools = bools(root);
        defaults
    }
}

/// Decimal mark and grouping of this table, else those of the format; `None`: a point and no grouping.
pub(super) fn number_marks(
    table: &mut Table<'_>,
    defaults: &Defaults,
) -> Option<(char, Vec<char>)> {
    let decimal = match table.string("decimal").as_deref() {
        None => defaults.decimal,
        Some(".") => '.',
        Some(",") => ',',
        Some(_) => {
            table.fault_at("decimal", "the decimal mark is `.` or `,`");
            defaults.decimal
        }
    };
    let grouping = match table.string("grouping") {
        None => defaults.grouping.clone(),
        Some(marks) => marks.chars().collect(),
    };
    if grouping.contains(&decimal) {
        table.fault_at("grouping", "the decimal mark cannot group digits too");
    }
    if grouping.iter().any(|c| c.is_ascii_digit() || *c == '-') {
        table.fault_at("grouping", "a digit or a sign cannot group digits");
    }
    (decimal != '.' || !grouping.is_empty()).then_some((decimal, grouping))
}

pub(super) fn date_patterns(table: &mut Table<'_>) -> Option<Vec<String>> {
    let patterns = table.strings("dates")?;
    for (i, pattern) in patterns.iter().enumerate() {
        if let Err(fault) = check_date_pattern(pattern) {
            table.fault_at("dates", fault);
        }
        if let Some(other) = patterns[..i]
            .iter()
            .find(|other| shape(other) == shape(pattern))
        {
            let fault = format!("a date written as `{pattern}` could be one written as `{other}`");
            table.fault_at("dates", fault);
        }
    }
    Some(patterns)
}

/// Where digits and separators stand: two patterns of one shape cannot be told apart.
fn shape(pattern: &str) -> String {
    let digit = |c: char| if c.is_ascii_uppercase() { '0' } else { c };
    pattern.chars().map(digit).collect()
}

/// Whether a date pattern has a year, a month and a day, each once, and separators.
pub(super) fn check_date_pattern(pattern: &str) -> Result<(), String> {
    let mut rest = pattern
        .replace("YYYY", "Y")
        .replace("MM", "M")
        .replace("DD", "D");
    if !pattern.contains("YYYY") {
        rest = rest.replace("YY", "Y");
    }
    let once = ['Y', 'M', 'D']
        .iter()
        .all(|part| rest.matches(*part).count() == 1);
    let plain = rest
        .chars()
        .all(|c| matches!(c, 'Y' | 'M' | 'D') || c.is_ascii_punctuation() || c == ' ');
    if once && plain {
        return Ok(());
    }
    Err(format!(
        "`{pattern}` is not a date pattern of YYYY (or YY), MM, DD and separators"
    ))
}

pub(super) fn bools(table: &mut Table<'_>) -> Option<(Vec<String>, Vec<String>)> {
    let (yes, no) = (table.strings("yes"), table.strings("no"));
    if yes.is_none() && no.is_none() {
        return None;
    }
    let fold = |words: Option<Vec<String>>| -> Vec<String> {
        words
            .unwrap_or_default()
            .iter()
            .map(|word| folded(word))
            .collect()
    };
    let (yes, no) = (fold(yes), fold(no));
    if let Some(both) = yes.iter().find(|word| no.contains(word)) {
        table.fault_at("no", format!("`{both}` cannot mean both yes and no"));
    }
    Some((yes, no))
}
