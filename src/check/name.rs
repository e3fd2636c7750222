//! Files' names: a card number, or a person's, may stand in one, and names are told everywhere.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{card, number};
use crate::model::value::mask;

/// What identity numbers of persons look like; each is tried as one. Twelve or ten digits with a century's sign or
/// without, eleven, and the Finnish and Brazilian shapes.
static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) [0-9]{8}[-+]?[0-9]{4} | [0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y] | [0-9]{6}[-\ ][0-9]{4,5} | [0-9]{10,11}
            | [0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
    )
    .expect("a good pattern")
});

/// Nobody born from here on has anything to do with a bank's file: what looks like it is a day, or a day and a time.
const STAMPS_FROM: u16 = 2015;

/// A file's name as it may be told and kept: what is a card number or a person's number in it is masked. A name
/// without either is as it was.
pub fn hide_name(name: &str) -> Cow<'_, str> {
    let hidden = card::hide_certain(name);
    let persons: Vec<Range<usize>> = (SHAPES.find_iter(&hidden))
        .map(|found| found.range())
        .filter(|span| stands_alone(&hidden, span) && is_person(&hidden[span.clone()]))
        .collect();
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

fn stands_alone(text: &str, span: &Range<usize>) -> bool {
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| text.as_bytes().get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    !is_digit(span.start.checked_sub(1)) && !is_digit(Some(span.end))
}

fn is_person(text: &str) -> bool {
    // `YYMMDDhhmm` of a day of these years is a stamp as well.
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    let begins = |length: usize| {
        std::str::from_utf8(&digits[..length])
            .ok()
            .and_then(|text| text.parse::<u16>().ok())
            .unwrap_or_default()
    };
    let stamp = match digits.len() {
        12 => begins(4) >= STAMPS_FROM,
        10 => text.len() == 10 && (STAMPS_FROM - 2000..50).contains(&begins(2)),
        _ => false,
    };
    !stamp
        && (number::personnummer(text, None).is_ok()
            || number::fodselsnummer(text, None).is_ok()
            || number::cpr(text, None).is_ok()
            || number::hetu(text, None).is_ok()
            || number::cpf(text).is_ok())
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
