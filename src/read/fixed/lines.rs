//! Lines of a file of fixed columns: their text, what kind they are of, and what stands in their columns.

use std::borrow::Cow;

use super::seal;
use crate::format::{Charset, FixedRules};
use crate::read::charset::decode;

/// The text of a line, without blanks at its end; `None`: its bytes are none in this character set. A line that is UTF-8
/// beyond ASCII is read as that, whatever the set: banks' files are re-saved so on the way, and their columns are
/// characters.
pub(super) fn text(charset: Charset, line: &[u8]) -> Option<Cow<'_, str>> {
    let line = line.trim_ascii_end();
    match std::str::from_utf8(line) {
        Ok(text) if !text.is_ascii() || charset != Charset::Iso646Se => Some(Cow::Borrowed(text)),
        _ => decode(charset, line),
    }
}

/// What stands in columns of a line, from 0; what the line does not reach is missing at its end.
pub(super) fn columns(text: &str, start: usize, length: usize) -> &str {
    let end = start + length;
    if text.is_ascii() {
        return &text[start.min(text.len())..end.min(text.len())];
    }
    let at = |column: usize| {
        let found = text.char_indices().nth(column);
        found.map_or(text.len(), |(at, _)| at)
    };
    &text[at(start)..at(end)]
}

/// The kind of a line, by number; `None`: it is of none.
pub(super) fn kind(rules: &FixedRules, text: &str) -> Option<usize> {
    if rules.seal && seal::is_of_seal(text) {
        return None;
    }
    let is = |(at, is): &(usize, String)| columns(text, *at, is.len()) == is;
    let mut lines = rules.lines.iter();
    lines.position(|line| line.when.iter().all(is))
}

/// Whether a line of no kind may stand there.
pub(super) fn passed_over(rules: &FixedRules, text: &str) -> bool {
    rules.pass_over || text.trim().is_empty() || rules.seal && seal::is_of_seal(text)
}

/// Digits as a number; blanks around them count for nothing, and so does what is no number: its record or control says
/// so itself.
pub(super) fn number(digits: &str) -> Option<i128> {
    let digits = digits.trim();
    if digits.is_empty() || digits.len() > 30 {
        return None;
    }
    let mut number = 0;
    for digit in digits.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i128::from(digit - b'0');
    }
    Some(number)
}

/// The lines of some bytes, each with where it begins, without its line end.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let start = at;
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        at = end + 1;
        Some((start, &bytes[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let rows = [
            ("0123456789", 2, 3, "234"),
            ("0123", 2, 5, "23"),
            ("01", 5, 2, ""),
            ("ÅÄÖ3456", 1, 3, "ÄÖ3"),
            ("ÅÄ", 1, 9, "Ä"),
        ];
        for (text, start, length, expected) in rows {
            assert_eq!(columns(text, start, length), expected, "{text}");
        }
        let set = Charset::Windows1252;
        assert_eq!(text(set, b"\xC5BC  \r").as_deref(), Some("ÅBC"));
        assert_eq!(text(set, "ÅBC".as_bytes()).as_deref(), Some("ÅBC"));
        assert_eq!(text(set, b"\x81"), None);
    }

    #[test]
    fn digits_are_numbers() {
        let rows = [
            ("000123", Some(123)),
            (" 12 ", Some(12)),
            ("", None),
            ("   ", None),
            ("1a", None),
            ("-1", None),
        ];
        for (digits, expected) in rows {
            assert_eq!(number(digits), expected, "{digits:?}");
        }
        assert_eq!(number(&"9".repeat(31)), None);
    }
}
