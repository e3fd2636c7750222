//! Card numbers: read without being kept, found where they must not be, hidden from what is sent back.

mod find;

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization as _;

use find::{Certainty, Within, is_grouped, is_issued, is_separator, spans};

use super::number;
use crate::code::Code;
use crate::model::{Hidden, Hmac};

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
        let mut mac = Hmac::new(&self.0);
        mac.update("card number\n");
        mac.update(digits);
        let hex = |byte: &u8| format!("{byte:02x}");
        mac.finish()[..REFERENCE].iter().map(hex).collect()
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
    // What stands apart behind a number is no part of it.
    if !number.bytes().all(|byte| byte.is_ascii_digit()) || !is_grouped(text) {
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
    // Digits of any shape: those that are read as ASCII's, and others.
    let digits = seen.chars().filter(|c| c.is_numeric()).count();
    if digits > SHOWN {
        mask(&plain(seen))
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
pub(super) fn hidden_within(seen: &str) -> Option<Hidden> {
    let sent = seen.trim();
    let shown = veiled(sent);
    (shown != sent).then(|| Hidden {
        sent: sent.into(),
        shown: shown.into(),
    })
}

/// A text as it may be told: where it holds what may be a card number that is masked, and so is every other digit, which
/// may be of its CVV or of a track.
pub(super) fn veiled(text: &str) -> Cow<'_, str> {
    let read = plain(text);
    let found = spans(read.as_bytes(), Certainty::May, Within::Value);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let starred = |text: &str| text.replace(char::is_numeric, "*");
    let mut told = String::with_capacity(read.len());
    let mut done = 0;
    for span in found {
        told.push_str(&starred(&read[done..span.start]));
        told.push_str(&mask(&read[span.clone()]));
        done = span.end;
    }
    told.push_str(&starred(&read[done..]));
    Cow::Owned(told)
}

/// A text with what may be card numbers in it masked.
pub fn hide(text: &str) -> Cow<'_, str> {
    masked(text, Certainty::May)
}

/// A text with what is card numbers in it masked: a number that an issuer can have given, and that is no part of another
/// kind of number.
pub fn hide_certain(text: &str) -> Cow<'_, str> {
    masked(text, Certainty::Is)
}

/// The same of bytes, in any character set whose digits are those of ASCII; their number stays, but for digits of other
/// shapes in UTF-8.
pub fn hide_bytes(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut bytes = hide_others(bytes);
    let found = spans(&bytes, Certainty::Is, Within::Record);
    for span in found {
        cover(&mut bytes.to_mut()[span]);
    }
    bytes
}

/// Bytes with what is card numbers in them masked that are written, at least in part, in digits of other shapes, in UTF-8.
fn hide_others(bytes: &[u8]) -> Cow<'_, [u8]> {
    // What is not text is passed over, character by character.
    let chunks = || bytes.utf8_chunks();
    if bytes.is_ascii() || !chunks().any(|chunk| chunk.valid().contains(is_other_digit)) {
        return Cow::Borrowed(bytes);
    }
    // A byte a character, so that places in both are the same.
    let read: Vec<u8> = chunks()
        .flat_map(|chunk| {
            let invalid = chunk.invalid().iter().map(|_| NO_LETTER);
            chunk.valid().chars().map(read_as).chain(invalid)
        })
        .collect();
    let mut hidden = read.clone();
    for span in spans(&read, Certainty::Is, Within::Record) {
        cover(&mut hidden[span]);
    }
    let mut places = read
        .iter()
        .zip(hidden)
        .map(|(read, hidden)| *read == hidden);
    let mut written = Vec::with_capacity(bytes.len());
    for chunk in chunks() {
        for (c, stays) in chunk.valid().chars().zip(&mut places) {
            let c = if stays { c } else { '*' };
            written.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        written.extend_from_slice(chunk.invalid());
        places.by_ref().take(chunk.invalid().len()).for_each(drop);
    }
    Cow::Owned(written)
}

/// What stands between words, as letters beyond ASCII do for bytes.
const NO_LETTER: u8 = 0x80;

fn read_as(c: char) -> u8 {
    match digit(c) {
        Some(digit) => digit,
        None if c.is_ascii() => u8::try_from(c).expect("ASCII"),
        None if is_separator(c) => b' ',
        None => NO_LETTER,
    }
}

fn masked(text: &str, certainty: Certainty) -> Cow<'_, str> {
    let read = plain(text);
    let found = spans(read.as_bytes(), certainty, Within::Value);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = read.into_owned().into_bytes();
    for span in found {
        cover(&mut bytes[span]);
    }
    Cow::Owned(String::from_utf8(bytes).expect("digits became asterisks"))
}

/// Hides letters and digits, but for the first six and the last four of a text that is one number as long as a card's:
/// card rules allow these. What stands behind a number may be its CVV.
fn mask(text: &str) -> String {
    if !is_one_number(text) {
        return crate::model::value::mask(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    cover(&mut bytes);
    String::from_utf8(bytes).expect("digits became asterisks")
}

/// Lengths of most card numbers: one of these may be mistyped. Others are only known by their check digit.
const USUAL: std::ops::RangeInclusive<usize> = 15..=16;

fn is_one_number(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let proven = LENGTH.contains(&digits.len()) && number::luhn(&digits);
    // Of a shorter number the last three may be its CVV.
    let shorter = digits.len().checked_sub(3).map(|length| &digits[..length]);
    let holds_another =
        || shorter.is_some_and(|one| LENGTH.contains(&one.len()) && number::luhn(one));
    let mistyped = || USUAL.contains(&digits.len()) && !holds_another();
    (proven || mistyped()) && is_grouped(text)
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

/// Whether a text holds what may be a card number: 13 digits or more in one run that pass modulus 10, or 13 to 19
/// grouped as they are on a card, in fours from the left.
pub(super) fn may_hold(text: &str) -> bool {
    text.len() >= *LENGTH.start()
        && !spans(plain(text).as_bytes(), Certainty::May, Within::Value).is_empty()
}

/// Whether a text holds what is a card number.
pub(super) fn holds(text: &str) -> bool {
    // No character stands for more digits than it has bytes.
    text.len() >= *LENGTH.start()
        && !spans(plain(text).as_bytes(), Certainty::Is, Within::Value).is_empty()
}

/// Whether a card number stands where a person's or a company's should. A Brazilian or French company's may look like one.
pub(super) fn stands_for_identity(text: &str, cards: bool) -> bool {
    let is_company = || number::cnpj(text).is_ok() || number::is_siret(text);
    holds(text) && (cards || !is_company())
}

/// Digits of an amount beyond all bounds.
const NO_AMOUNT: usize = 16;

/// Whether a card number stands where an amount should. Of a partner without cards only where it is too much to be one.
pub(super) fn stands_for_amount(text: &str, cards: bool) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_digit).count();
    holds(text) && (cards || digits() >= NO_AMOUNT)
}

/// A text with digits of other shapes and scripts, full width or raised, as those of ASCII.
fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_other_digit) {
        return Cow::Borrowed(text);
    }
    let ascii = |c: char| digit(c).map_or(c, char::from);
    Cow::Owned(text.chars().map(ascii).collect())
}

fn is_other_digit(c: char) -> bool {
    !c.is_ascii() && c.is_numeric()
}

/// The noughts of scripts whose ten digits follow from them (Unicode 16, class Nd, without historic scripts).
const NOUGHTS: [u32; 37] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x1e950,
];

/// A decimal digit, of any of these scripts or raised, lowered or otherwise adorned, as ASCII's.
fn digit(c: char) -> Option<u8> {
    if c.is_ascii_digit() {
        return u8::try_from(c).ok();
    }
    if !is_other_digit(c) {
        return None;
    }
    let values = NOUGHTS
        .iter()
        .map(|nought| u32::from(c).checked_sub(*nought));
    if let Some(value) = values.flatten().find(|value| *value < 10) {
        return Some(b'0' + u8::try_from(value).ok()?);
    }
    let mut plain = std::iter::once(c).nfkc();
    let one = plain.next().filter(char::is_ascii_digit)?;
    plain.next().is_none().then(|| u8::try_from(one).ok())?
}

#[cfg(test)]
mod tests;
