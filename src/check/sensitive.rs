//! Finds identity numbers that strayed into another field.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::number;

/// What identity numbers of persons look like; each is tried as one. Twelve or ten digits with a century's sign or
/// without, eleven, and the Finnish and Brazilian shapes.
static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) [0-9]{8}[-+]?[0-9]{4} | [0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y] | [0-9]{6}[-\ ][0-9]{4,5} | [0-9]{10,11}
            | [0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
    )
    .expect("a good pattern")
});

/// Whether a text holds what may be a personal identity number of a country whose numbers are checked here.
pub fn holds_identity(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let mut candidates = words.chain([text]).map(str::trim);
    candidates.any(is_identity) || identities(text).next().is_some()
}

/// Where numbers of persons stand in a text, whatever but digits stands around them.
pub(super) fn identities(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_digit = |at: Option<usize>| {
        let byte = at.and_then(|at| text.as_bytes().get(at));
        byte.is_some_and(u8::is_ascii_digit)
    };
    let alone = move |span: &Range<usize>| {
        !is_digit(span.start.checked_sub(1)) && !is_digit(Some(span.end))
    };
    let found = SHAPES.find_iter(text).map(|found| found.range());
    found.filter(move |span| alone(span) && is_identity(&text[span.clone()]))
}

fn is_identity(word: &str) -> bool {
    (10..=16).contains(&word.len())
        && (number::personnummer(word, None).is_ok()
            || number::fodselsnummer(word, None).is_ok()
            || number::cpr(word, None).is_ok()
            || number::hetu(word, None).is_ok()
            || number::cpf(word).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_in_the_wrong_field() {
        for (text, found) in [
            ("811228-9874", true),
            ("for 19811228-9874, again", true),
            ("131052-308T", true),
            ("390.533.447-05", true),
            ("211062-5629", true),
            ("26111593816", true),
            ("x19811228-9874\u{1}", true),
            ("K811228-9874;", true),
            ("198112289874123456", false),
            ("20261340", false),
            ("12000.50", false),
            ("2026-13-40", false),
        ] {
            assert_eq!(holds_identity(text), found, "{text}");
        }
    }
}
