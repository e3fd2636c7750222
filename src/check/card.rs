//! Card numbers: read without being kept, found where they must not be, hidden from what is sent back.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use compact_str::CompactString;
use sha2::{Digest as _, Sha256};

use super::number;
use crate::code::Code;
use crate::model::Hidden;

/// Fewest and most digits of a card number.
const LENGTH: std::ops::RangeInclusive<usize> = 13..=19;

/// Bytes of a reference.
const REFERENCE: usize = 18;

/// The key by which references of card numbers are made. It never shows itself.
#[derive(Clone)]
pub struct CardKey([u8; 32]);

impl fmt::Debug for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardKey")
    }
}

impl CardKey {
    /// Made of the site's own key.
    pub const fn new(site: [u8; 32]) -> Self {
        Self(site)
    }

    /// A name for a card number that is the same each time, and that nobody can make, or undo, without the key: the first
    /// 18 bytes of HMAC-SHA-256 over its digits, in hex.
    fn reference(&self, digits: &str) -> String {
        let mut inner = [0x36; 64];
        let mut outer = [0x5c; 64];
        for (at, byte) in self.0.iter().enumerate() {
            inner[at] ^= byte;
            outer[at] ^= byte;
        }
        let message = Sha256::new()
            .chain_update(inner)
            .chain_update(b"card number\n")
            .chain_update(digits)
            .finalize();
        let mac = Sha256::new()
            .chain_update(outer)
            .chain_update(message)
            .finalize();
        let hex = |byte: &u8| format!("{byte:02x}");
        mac[..REFERENCE].iter().map(hex).collect()
    }
}

/// What is kept of a card number: first six and last four digits, and with a key its reference behind a blank. What is
/// masked already stays as it is.
///
/// # Errors
/// It is no card number; the code says why.
pub(super) fn read(text: &str, key: Option<&CardKey>) -> Result<CompactString, Code> {
    let number = number::compact(text);
    if is_masked(&number) {
        return Ok(number.to_ascii_uppercase().replace('X', "*").into());
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Code::InvalidCharacter);
    }
    if number.len() > *LENGTH.end() {
        return Err(Code::TooLong);
    }
    if !LENGTH.contains(&number.len()) || !number::luhn(&number) {
        return Err(Code::InvalidCheckDigit);
    }
    // What is taken must be known again wherever it stands.
    if !is_issued(&number) {
        return Err(Code::InvalidNumber);
    }
    let masked = mask(&number);
    Ok(match key {
        Some(key) => format!("{masked} {}", key.reference(&number)).into(),
        None => masked.into(),
    })
}

fn is_masked(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    LENGTH.contains(&bytes.len())
        && digits(&bytes[..6])
        && digits(&bytes[bytes.len() - 4..])
        && bytes[6..bytes.len() - 4]
            .iter()
            .all(|byte| matches!(byte, b'*' | b'x' | b'X'))
}

/// Digits that may be shown: the first six and the last four.
const SHOWN: usize = 10;

/// The text of a field that is for card numbers, as it may be shown: whatever it is, never more digits than of a card.
pub(super) fn shown(seen: &str) -> String {
    let digits = seen.bytes().filter(u8::is_ascii_digit).count();
    if digits > SHOWN {
        mask(seen)
    } else {
        seen.to_owned()
    }
}

/// What is to be hidden of a field that is for card numbers; `None`: nothing.
pub(super) fn hidden_field(seen: &str) -> Option<Hidden> {
    let sent = seen.trim();
    let shown = shown(sent);
    (shown != sent).then(|| Hidden {
        sent: sent.into(),
        shown: shown.into(),
    })
}

/// What is to be hidden of a text that holds card numbers.
pub(super) fn hidden_within(seen: &str) -> impl Iterator<Item = Hidden> {
    let found = spans(seen.as_bytes(), Certainty::May);
    found
        .into_iter()
        .filter_map(|span| hidden_field(&seen[span]))
}

/// A text with what may be card numbers in it masked.
pub fn hide(text: &str) -> Cow<'_, str> {
    masked(text, Certainty::May)
}

/// A text with what is card numbers in it masked: a number that an issuer can have given, and that stands by itself.
pub fn hide_certain(text: &str) -> Cow<'_, str> {
    masked(text, Certainty::Is)
}

/// The same of bytes, in any character set whose digits are those of ASCII; their number stays.
pub fn hide_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    let found = spans(bytes, Certainty::Is);
    if found.is_empty() {
        return Cow::Borrowed(bytes);
    }
    let mut bytes = bytes.to_vec();
    for span in found {
        cover(&mut bytes[span]);
    }
    Cow::Owned(bytes)
}

fn masked(text: &str, certainty: Certainty) -> Cow<'_, str> {
    let found = spans(text.as_bytes(), certainty);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for span in found {
        cover(&mut bytes[span]);
    }
    Cow::Owned(String::from_utf8(bytes).expect("digits became asterisks"))
}

/// Hides letters and digits, but for the first six and the last four of a text that is as long as a card number and of
/// digits and separators alone: card rules allow these.
fn mask(text: &str) -> String {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b' ' || byte == b'-';
    if digits < *LENGTH.start() || !text.bytes().all(is_number) {
        return crate::model::value::mask(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    cover(&mut bytes);
    String::from_utf8(bytes).expect("digits became asterisks")
}

/// Leaves first six and last four digits.
fn cover(number: &mut [u8]) {
    let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
    let mut seen = 0;
    for byte in number.iter_mut().filter(|byte| byte.is_ascii_digit()) {
        seen += 1;
        if seen > 6 && seen + 4 <= digits {
            *byte = b'*';
        }
    }
}

/// How sure it must be that digits are a card number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// They may be one: 13 digits or more that pass modulus 10.
    May,
    /// They stand by themselves, and an issuer can have given them.
    Is,
}

/// Whether a text holds what may be a card number: 13 digits or more in one run that pass modulus 10, or 13 to 19
/// grouped as they are on a card, in fours from the left.
pub(super) fn may_hold(text: &str) -> bool {
    !spans(text.as_bytes(), Certainty::May).is_empty()
}

/// Whether a text holds what is a card number.
pub(super) fn holds(text: &str) -> bool {
    !spans(text.as_bytes(), Certainty::Is).is_empty()
}

/// Where card numbers stand.
fn spans(bytes: &[u8], certainty: Certainty) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if bytes.iter().filter(|byte| byte.is_ascii_digit()).count() < *LENGTH.start() {
        return found;
    }
    let runs = digit_runs(bytes);
    let mut at = 0;
    while at < runs.len() {
        match number_from(bytes, &runs[at..], certainty) {
            Some((span, used)) => {
                found.push(span);
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

fn digit_runs(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_digit())
    {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The card number that begins with the first of these runs, and how many of them it takes.
fn number_from(
    bytes: &[u8],
    runs: &[Range<usize>],
    certainty: Certainty,
) -> Option<(Range<usize>, usize)> {
    let first = runs[0].clone();
    let alone = |span: &Range<usize>| {
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
        certainty == Certainty::May || !is_word(before) && !is_word(bytes.get(span.end))
    };
    if is_card(&bytes[first.clone()], certainty) && alone(&first) {
        return Some((first, 1));
    }
    // Cards are written 4-4-4-4 and on, or 4-6-5: another first group is a phone number, a date, an account.
    if first.len() != 4 {
        return None;
    }
    let mut digits = bytes[first.clone()].to_vec();
    let mut end = first.end;
    for (used, run) in runs.iter().enumerate().skip(1) {
        let joined = matches!(&bytes[end..run.start], b" " | b"-");
        digits.extend_from_slice(&bytes[run.clone()]);
        if !joined || digits.len() > *LENGTH.end() {
            return None;
        }
        end = run.end;
        let span = first.start..end;
        if is_card(&digits, certainty) && alone(&span) {
            return Some((span, used + 1));
        }
    }
    None
}

/// No card number begins with a nought.
fn is_card(digits: &[u8], certainty: Certainty) -> bool {
    let Ok(text) = std::str::from_utf8(digits) else {
        return false;
    };
    let may = text.len() >= *LENGTH.start() && !text.starts_with('0') && number::luhn(text);
    may && (certainty == Certainty::May || LENGTH.contains(&text.len()) && is_issued(text))
}

/// Whether one of the card schemes gives numbers that begin so.
fn is_issued(digits: &str) -> bool {
    match digits.as_bytes()[0] {
        b'3'..=b'6' => true,
        b'2' => {
            ("2200".."2205").contains(&&digits[..4]) || ("2221".."2721").contains(&&digits[..4])
        }
        b'8' => matches!(&digits[..2], "81" | "82"),
        b'9' => digits.starts_with("9792"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_in_free_text() {
        for (text, found) in [
            ("4111111111111111", true),
            ("pay with 4111111111111111 please", true),
            ("4111 1111 1111 1111", true),
            ("4111-1111-1111-1111", true),
            ("3782 822463 10005", true),
            ("ring 4111 1111 1111 1111 now", true),
            ("4222222222222", true),
            ("4111111111111112", false),
            ("4111  1111 1111 1111", false),
            ("0000000000000000", false),
            ("070-123 45 67 or 08-123 45 67", false),
            ("loan 123456789012", false),
            ("SE45 5000 0000 0583 9825 7466", false),
            ("", false),
        ] {
            assert_eq!(may_hold(text), found, "{text}");
        }
    }

    #[test]
    fn what_is_kept_is_masked_and_named_by_a_keyed_reference() {
        let key = CardKey::new([7; 32]);
        let kept = read("4546 1770 6061 6413", Some(&key)).expect("a card number");
        let (masked, reference) = kept.split_once(' ').expect("two parts");
        assert_eq!((masked, reference.len()), ("454617******6413", 36));
        assert_eq!(read("4546177060616413", Some(&key)), Ok(kept.clone()));
        let other = read("4546177060616413", Some(&CardKey::new([8; 32])));
        assert_ne!(other.as_ref(), Ok(&kept));
        assert!(!format!("{key:?}").contains('7'));
        for (text, expected) in [
            ("4546177060616413", Ok("454617******6413")),
            ("454617******6413", Ok("454617******6413")),
            ("454617xxxxxx6413", Ok("454617******6413")),
            ("4546177060616414", Err(Code::InvalidCheckDigit)),
            ("454617706061", Err(Code::InvalidCheckDigit)),
            ("1546177060616412", Err(Code::InvalidCheckDigit)),
            ("7000000000000005", Err(Code::InvalidNumber)),
            ("45461770606164130000", Err(Code::TooLong)),
            ("card", Err(Code::InvalidCharacter)),
        ] {
            let found = read(text, None);
            assert_eq!(
                found.as_deref(),
                expected.as_ref().map(|kept| *kept),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_sent_back_hides_numbers_that_stand_by_themselves() {
        for (text, expected) in [
            ("a;4546177060616413;b", "a;454617******6413;b"),
            (
                "<pan>4546 1770 6061 6413</pan>",
                "<pan>4546 17** **** 6413</pan>",
            ),
            (
                "4111-1111-1111-1111,4222222222222",
                "4111-11**-****-1111,422222***2222",
            ),
            // Accounts and references keep their digits.
            (
                "NO9386011117947;DE02500105174128973163",
                "NO9386011117947;DE02500105174128973163",
            ),
            (
                "2000000000374438 12348505533653587133",
                "2000000000374438 12348505533653587133",
            ),
        ] {
            let hidden = hide_bytes(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&hidden), expected);
            assert_eq!(hide_certain(text), expected);
        }
        assert_eq!(hide("12348505533653587133 x"), "12348505533653587133 x");
        for (text, expected) in [
            ("4546177060616413", "454617******6413"),
            ("4546177060616413x", "*****************"),
            ("45461770606", "***********"),
            // As much as may be shown of a card anyway.
            ("454617******6413", "454617******6413"),
            ("1", "1"),
            ("N/A", "N/A"),
        ] {
            assert_eq!(shown(text), expected);
            assert_eq!(hidden_field(text).is_none(), text == expected, "{text}");
        }
    }
}
