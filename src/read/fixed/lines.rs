//! Lines of a file of fixed columns: their text, what kind they are of, and what stands in their columns.

use std::borrow::Cow;

use super::{Group, seal};
use crate::format::{Charset, Columns, FixedLine, FixedRules, Holds, Stands};
use crate::model::blank::{is_blank, trimmed};
use crate::read::charset::decode;

/// The text of a line, without blanks at its end; `None`: its bytes are none in this character set. A line that is UTF-8
/// beyond ASCII is read as that, whatever the set: banks' files are re-saved so on the way, and their columns are
/// characters.
pub(super) fn text(charset: Charset, line: &[u8]) -> Option<Cow<'_, str>> {
    let line = trim_end(line);
    match std::str::from_utf8(line) {
        Ok(text) if !text.is_ascii() || charset != Charset::Iso646Se => Some(Cow::Borrowed(text)),
        _ => decode(charset, line),
    }
}

/// Without the blanks at its end: a line is filled up with them.
fn trim_end(mut line: &[u8]) -> &[u8] {
    line = line.strip_suffix(b"\r").unwrap_or(line);
    while let Some((rest, b"        ")) = line.split_last_chunk() {
        line = rest;
    }
    line.trim_ascii_end()
}

/// What stands in columns of a line, from 0; what the line does not reach is missing at its end.
pub(super) fn columns(text: &str, start: usize, length: usize) -> &str {
    let end = start + length;
    if text.as_bytes()[..end.min(text.len())].is_ascii() {
        return bytes(text, start, length);
    }
    let at = |column: usize| {
        let found = text.char_indices().nth(column);
        found.map_or(text.len(), |(at, _)| at)
    };
    &text[at(start)..at(end)]
}

/// The same of a text up to which every column is a byte.
pub(super) fn bytes(text: &str, start: usize, length: usize) -> &str {
    let reached = (start + length).min(text.len());
    &text[start.min(reached)..reached]
}

/// Whether a line is of a kind by what stands in it.
fn is_of(kind: &FixedLine, text: &str) -> bool {
    if let (Some(start), Some(found)) = (kind.start, text.as_bytes().first_chunk())
        && start != *found
    {
        return false;
    }
    kind.when.iter().all(|condition| {
        let at = condition.at;
        match &condition.holds {
            Holds::Words(words) => words.iter().any(|is| begins_at(text, at, is)),
            Holds::Digits(count) => {
                let digits = columns(text, at, *count);
                digits.len() == *count && digits.bytes().all(|byte| byte.is_ascii_digit())
            }
            Holds::Blank(count) => is_blank(columns(text, at, *count)),
        }
    })
}

/// Whether a word stands in a line from this column on.
fn begins_at(text: &str, at: usize, word: &str) -> bool {
    if at == 0 {
        text.starts_with(word)
    } else {
        columns(text, at, word.chars().count()) == word
    }
}

/// Whether these bytes can be a line of this kind, as far as they tell without being read.
fn can_be_of(kind: &FixedLine, line: &[u8]) -> bool {
    // What other characters stand for depends on the character set.
    let same = |start: &[u8; 2]| start.iter().all(u8::is_ascii_alphanumeric);
    let start = kind.start.filter(same);
    start.is_none_or(|start| line.starts_with(&start))
}

/// The kind of a line, by number, where these groups are open; `None`: it is of none. One that may stand here goes before
/// one that may not.
pub(super) fn kind(rules: &FixedRules, text: &str, groups: &[Group]) -> Option<usize> {
    if rules.seal && seal::is_of_seal(text) {
        return None;
    }
    let mut elsewhere = None;
    for (at, line) in rules.lines.iter().enumerate() {
        if !is_of(line, text) {
            continue;
        }
        if may_stand(line, groups) {
            return Some(at);
        }
        elsewhere.get_or_insert(at);
    }
    elsewhere
}

fn may_stand(line: &FixedLine, groups: &[Group]) -> bool {
    let is_open = |kind: &usize| groups.iter().any(|group| group.kind == *kind);
    match line.stands {
        Stands::Closing(of) => is_open(&of),
        Stands::Record if line.bare => groups.is_empty(),
        Stands::Opening | Stands::Record | Stands::Detail => {
            line.within.is_empty() || line.within.iter().any(is_open)
        }
    }
}

/// Whether these bytes can be a line that closes the group of an opening one, or opens another of its kind.
pub(super) fn can_end(rules: &FixedRules, opening: usize, line: &[u8]) -> bool {
    let mut lines = rules.lines.iter();
    can_be_of(&rules.lines[opening], line)
        || lines.any(|kind| kind.stands == Stands::Closing(opening) && can_be_of(kind, line))
}

/// The kind of the line that closes the group of an opening one, if this is it.
pub(super) fn closing(rules: &FixedRules, opening: usize, text: &str) -> Option<usize> {
    let closes = |line: &FixedLine| line.stands == Stands::Closing(opening);
    let mut lines = rules.lines.iter();
    lines.position(|line| closes(line) && is_of(line, text))
}

/// Whether this line opens another group of the same kind.
pub(super) fn opens_again(rules: &FixedRules, opening: usize, text: &str) -> bool {
    is_of(&rules.lines[opening], text)
}

/// How many of the open groups go on at a line of this kind: groups that no line closes end where a line comes that cannot
/// stand in them.
pub(super) fn left(rules: &FixedRules, groups: &[Group], kind: usize) -> usize {
    let line = &rules.lines[kind];
    let ends = |group: &Group| match line.stands {
        Stands::Opening => !line.within.contains(&group.kind),
        Stands::Closing(of) => of != group.kind,
        Stands::Record | Stands::Detail => false,
    };
    let stays = |group: &Group| rules.closes(group.kind) || !ends(group);
    groups.iter().rposition(stays).map_or(0, |at| at + 1)
}

/// Whether a line of no kind may stand there.
pub(super) fn passed_over(rules: &FixedRules, text: &str) -> bool {
    rules.pass_over || is_blank(text) || rules.seal && seal::is_of_seal(text)
}

/// Digits as a number; blanks around them count for nothing, and so does what is no number: its record or control says
/// so itself.
pub(super) fn number(digits: &str) -> Option<i128> {
    let digits = trimmed(digits);
    if digits.is_empty() || digits.len() > 30 {
        return None;
    }
    // What fits into a machine's word is added up in words.
    let (front, back) = digits.as_bytes().split_at(digits.len().saturating_sub(18));
    let word = |digits: &[u8]| {
        digits.iter().try_fold(0_i64, |sum, digit| {
            let value = digit.wrapping_sub(b'0');
            (value < 10).then(|| sum * 10 + i64::from(value))
        })
    };
    let (front, back) = (i128::from(word(front)?), i128::from(word(back)?));
    Some(front * 1_000_000_000_000_000_000 + back)
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

/// Notes whom a line names, each once, and so many at most.
pub(super) fn note(
    places: &[Columns],
    found: usize,
    line: &str,
    known: &mut Vec<String>,
    most: usize,
) {
    for place in places.iter().filter(|place| place.line == found) {
        let number = columns(line, place.start, place.length).trim();
        let number = number.trim_start_matches('0');
        if !number.is_empty() && known.len() < most && !known.iter().any(|other| other == number) {
            known.push(number.to_owned());
        }
    }
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
            ("0123ÅÄ", 1, 3, "123"),
            ("0123Å", 2, 3, "23Å"),
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
            ("999999999999999999", Some(999_999_999_999_999_999)),
            ("1000000000000000000", Some(1_000_000_000_000_000_000)),
            (
                "100000000000000000000000000001",
                Some(100_000_000_000_000_000_000_000_000_001),
            ),
            ("1a", None),
            ("1a0000000000000000000", None),
            ("-1", None),
        ];
        for (digits, expected) in rows {
            assert_eq!(number(digits), expected, "{digits:?}");
        }
        assert_eq!(number(&"9".repeat(31)), None);
    }
}
