//! Free text and references: NFC, trimmed, and nothing in them that a reader of the answers could not see.

use compact_str::CompactString;
use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::code::Code;
use crate::model::blank::trimmed;

/// The most characters of a reference.
const REFERENCE: usize = 35;
/// The characters of a UUID.
const ID: usize = 36;

/// The first byte of U+0300, the first character that may be part of another; all that is written with lesser bytes is in
/// NFC.
const COMBINING: u8 = 0xcc;

/// Trimmed and in NFC.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    let is_composed = || is_nfc_quick(text.chars()) == IsNormalized::Yes;
    if text.bytes().all(|byte| byte < COMBINING) || is_composed() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Free text: no control characters, at most so many characters.
pub(super) fn free(text: &str, longest: usize) -> Result<CompactString, Code> {
    let text = trimmed(text);
    if is_plain(text) {
        return at_most(Cow::Borrowed(text), longest);
    }
    let text = normal(text);
    if text.chars().any(char::is_control) {
        return Err(Code::InvalidCharacter);
    }
    at_most(text, longest)
}

/// A reference: printable, at most 35 characters. Keys are compared exactly, so a character that nobody sees, or a blank
/// that is not the blank, would make two keys of one.
pub(super) fn reference(text: &str) -> Result<CompactString, Code> {
    printable(text, REFERENCE)
}

/// An id that an answer gave out, in lower case. Whether there is such an id is for the book to say.
pub(super) fn id(text: &str) -> Result<CompactString, Code> {
    printable(text, ID).map(|text| text.to_ascii_lowercase())
}

fn printable(text: &str, longest: usize) -> Result<CompactString, Code> {
    let text = trimmed(text);
    if is_plain(text) {
        return at_most(Cow::Borrowed(text), longest);
    }
    let text = normal(text);
    if text.chars().any(|c| !is_printable(c)) {
        return Err(Code::InvalidCharacter);
    }
    at_most(text, longest)
}

/// Whether it is of printable ASCII alone.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn at_most(text: Cow<'_, str>, longest: usize) -> Result<CompactString, Code> {
    // Bytes first: a text of no more bytes than that has no more characters either.
    if text.len() > longest && text.chars().count() > longest {
        return Err(Code::TooLong);
    }
    Ok(text.into())
}

fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    !c.is_control()
        && !c.is_whitespace()
        && !matches!(c,
            // Unicode's invisible format characters, and the byte order mark where it is no mark.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}'
            // Private use: every program shows something else.
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}
