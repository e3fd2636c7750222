//! Files' names: a card number, or a person's, may stand in one, and names are told everywhere.

use std::borrow::Cow;
use std::ops::Range;

use super::{card, sensitive};
use crate::model::value::mask;

/// Nobody born from here on has anything to do with a bank's file: what looks like it is a day, or a day and a time.
const STAMPS_FROM: u16 = 2015;

/// A file's name as it may be told and kept: what is a card number or a person's number in it is masked. A name
/// without either is as it was.
pub fn hide_name(name: &str) -> Cow<'_, str> {
    let hidden = card::hide_certain(name);
    let persons = sensitive::identities(&hidden).filter(|span| !is_stamp(&hidden[span.clone()]));
    let persons: Vec<Range<usize>> = persons.collect();
    if persons.is_empty() {
        return hidden;
    }
    let mut shown = hidden.into_owned();
    for span in persons {
        // As long as before, so the other spans stay where they are.
        let masked = mask(&shown[span.clone()]);
        shown.replace_range(span, &masked);
    }
    Cow::Owned(shown)
}

/// Whether what passes for a person's number is a day of these years, or such a day and a time.
fn is_stamp(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let begins = |length: usize| digits[..length].parse::<u16>().unwrap_or_default();
    match digits.len() {
        12 => begins(4) >= STAMPS_FROM,
        10 => text.len() == 10 && (STAMPS_FROM - 2000..50).contains(&begins(2)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_masked_and_stamps_are_not() {
        for (name, expected) in [
            ("INS_20261120_001.csv", "INS_20261120_001.csv"),
            ("INS_20261120093012.csv", "INS_20261120093012.csv"),
            ("INS_202611200930.csv", "INS_202611200930.csv"),
            ("BET 20261120-0004.csv", "BET 20261120-0004.csv"),
            ("x_2611201234_2611200004.csv", "x_2611201234_2611200004.csv"),
            ("KORT_4546177060616413.csv", "KORT_454617******6413.csv"),
            ("KORT4546177060616413x.csv", "KORT454617******6413x.csv"),
            ("4546 1770 6061 6413.csv", "4546 17** **** 6413.csv"),
            ("KORT_4546177060616414.csv", "KORT_4546177060616414.csv"),
            ("19811228-9874.csv", "********-****.csv"),
            ("lån_811228-9874_a.csv", "lån_******-****_a.csv"),
            ("198112289874.csv", "************.csv"),
            ("8112289874_8112289874.csv", "**********_**********.csv"),
            ("x131052-308T.csv", "x******-****.csv"),
            ("390.533.447-05.csv", "***.***.***-**.csv"),
            ("26111593816.csv", "***********.csv"),
            ("19811228-9875.csv", "19811228-9875.csv"),
        ] {
            assert_eq!(hide_name(name), expected);
        }
    }
}
