//! How a partner's text becomes canonical text. Never by guessing: what is not written as the format says is a code.

use std::borrow::Cow;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::Convert;
use crate::code::Code;
use crate::model::blank::trimmed;

/// The word by which an update empties a field; it means the same in every format.
const CLEAR: &str = "<clear>";

impl Convert {
    /// The value of a record that has no text for the field.
    pub fn absent(&self) -> Option<&str> {
        self.constant.as_deref().or(self.default.as_deref())
    }

    /// The canonical text of what the partner wrote, or the code that says why there is none. A blank answer means
    /// that the field is not given (then [`Convert::absent`] counts).
    pub fn apply<'c>(&'c self, seen: Cow<'c, str>) -> Result<Cow<'c, str>, Code> {
        let text = self.source(seen);
        if text.is_empty() || text == CLEAR || !self.changes() {
            return Ok(text);
        }
        if let Some(pattern) = &self.pattern
            && !pattern.is_match(&text)
        {
            return Err(self.fault.unwrap_or(Code::InvalidCharacter));
        }
        let text = self.translate(text)?;
        self.bounds(&text)?;
        Ok(text)
    }

    /// Whether a text is more than taken over: most are not.
    fn changes(&self) -> bool {
        self.map.is_some()
            || self.number.is_some()
            || self.implied.is_some()
            || !self.dates.is_empty()
            || self.bools.is_some()
            || self.pattern.is_some()
            || !self.prefixes.is_empty()
            || self.min.is_some()
            || self.max.is_some()
    }

    /// Whether a text is surely its own canonical text: the short way, and the way of most cells.
    pub(crate) fn leaves(&self, text: &str) -> bool {
        let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last()) else {
            return false;
        };
        let bare = first.is_ascii_graphic() && *first != b'\'' && last.is_ascii_graphic();
        bare && !self.changes() && self.split.is_none() && self.constant.is_none()
    }

    /// What the partner meant to write: blanks around it, an apostrophe against formulas and parts of other fields off.
    fn source<'c>(&self, seen: Cow<'c, str>) -> Cow<'c, str> {
        let mut text = if self.untrimmed { seen } else { trim(seen) };
        if self.neutralised && is_neutralised(&text) {
            text = slice(text, 1..);
        }
        let prefix = self
            .prefixes
            .iter()
            .find(|prefix| text.starts_with(prefix.as_str()));
        if let Some(prefix) = prefix {
            text = slice(text, prefix.len()..);
        }
        let Some((separator, part)) = &self.split else {
            return text;
        };
        let found = text.split(separator.as_str()).nth(*part).unwrap_or("");
        Cow::Owned(found.trim().to_owned())
    }

    fn translate<'c>(&'c self, text: Cow<'c, str>) -> Result<Cow<'c, str>, Code> {
        if let Some(map) = &self.map {
            let word = map.get(text.as_ref());
            let word = word.or_else(|| map.get(text.to_lowercase().as_str()));
            let unknown = self.fault.unwrap_or(Code::UnknownCode);
            return word.map(|word| Cow::Borrowed(word.as_str())).ok_or(unknown);
        }
        if let Some((yes, no)) = &self.bools {
            let is_lower = text.bytes().all(|byte| byte.is_ascii_lowercase());
            return if is_lower {
                boolean(&text, yes, no)
            } else {
                boolean(&text.to_lowercase(), yes, no)
            };
        }
        if !self.dates.is_empty() {
            let written = self.dates.iter().find_map(|pattern| day(pattern, &text));
            let written = written.ok_or(Code::InvalidDate)?;
            return if written == text.as_bytes() {
                Ok(text)
            } else {
                Ok(Cow::Owned(String::from_utf8_lossy(&written).into_owned()))
            };
        }
        if let Some(decimals) = self.implied {
            let invalid = self.fault.unwrap_or(Code::InvalidNumber);
            return implied(&text, decimals).map(Cow::Owned).ok_or(invalid);
        }
        if let Some((mark, grouping)) = &self.number {
            let invalid = self.fault.unwrap_or(Code::InvalidNumber);
            return number(text, *mark, grouping).ok_or(invalid);
        }
        Ok(text)
    }

    /// What the format takes, in the partner's own words, where it says why a text was refused.
    pub fn hint(&self, code: Code) -> Option<String> {
        match code {
            Code::UnknownCode => self.words(),
            Code::OutOfRange => match (self.min, self.max) {
                (Some(min), Some(max)) => Some(format!("give a number from {min} to {max}")),
                (Some(min), None) => Some(format!("give {min} or more")),
                (None, Some(max)) => Some(format!("give at most {max}")),
                (None, None) => None,
            },
            _ => None,
        }
    }

    /// The words that it maps, where they are few.
    fn words(&self) -> Option<String> {
        let mut words: Vec<&str> = if let Some(map) = &self.map {
            let written = |word: &&String| {
                let lower = word.to_lowercase();
                **word != lower
                    || map
                        .keys()
                        .all(|other| other == *word || other.to_lowercase() != lower)
            };
            map.keys().filter(written).map(String::as_str).collect()
        } else {
            let (yes, no) = self.bools.as_ref()?;
            yes.iter().chain(no).map(String::as_str).collect()
        };
        words.sort_unstable();
        crate::model::one_of(&words)
    }

    /// Whether a canonical number lies within the format's bounds. What is no number is left to the checks.
    pub fn bounds(&self, canonical: &str) -> Result<(), Code> {
        if self.min.is_none() && self.max.is_none() {
            return Ok(());
        }
        let Ok(number) = Decimal::from_str(canonical) else {
            return Ok(());
        };
        let low = self.min.is_some_and(|min| number < min);
        let high = self.max.is_some_and(|max| number > max);
        if low || high {
            return Err(Code::OutOfRange);
        }
        Ok(())
    }
}

/// An apostrophe before a character that a spreadsheet would take for a formula: written by us or by whoever exported
/// the file, and not part of the text. `'s-Hertogenbosch` keeps its own.
fn is_neutralised(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 1
        && bytes[0] == b'\''
        && matches!(bytes[1], b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')
}

/// Blanks around a text off, without copying it.
pub(crate) fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(trimmed(text)),
        Cow::Owned(text) => {
            let bare = trimmed(&text);
            if bare.len() == text.len() {
                Cow::Owned(text)
            } else {
                Cow::Owned(bare.to_owned())
            }
        }
    }
}

fn slice(
    text: Cow<'_, str>,
    range: impl std::slice::SliceIndex<str, Output = str>,
) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

fn boolean(word: &str, yes: &[String], no: &[String]) -> Result<Cow<'static, str>, Code> {
    if word == "true" || yes.iter().any(|w| w == word) {
        return Ok(Cow::Borrowed("true"));
    }
    if word == "false" || no.iter().any(|w| w == word) {
        return Ok(Cow::Borrowed("false"));
    }
    Err(Code::UnknownCode)
}

/// `YYYY-MM-DD` of a text that has exactly the pattern's digits and separators. Whether the calendar has that day is
/// for the checks. A year of two digits is one of 2000–2099.
pub(super) fn date(pattern: &str, text: &str) -> Option<String> {
    day(pattern, text).map(|written| String::from_utf8_lossy(&written).into_owned())
}

fn day(pattern: &str, text: &str) -> Option<[u8; 10]> {
    if pattern.len() != text.len() {
        return None;
    }
    let mut written = *b"20YY-MM-DD";
    let century = pattern.bytes().filter(|byte| *byte == b'Y').count() == 4;
    // Where the next digit of year, month and day goes.
    let (mut year, mut month, mut day) = (if century { 0 } else { 2 }, 5, 8);
    for (p, c) in pattern.bytes().zip(text.bytes()) {
        let next = match p {
            b'Y' => &mut year,
            b'M' => &mut month,
            b'D' => &mut day,
            _ if p == c => continue,
            _ => return None,
        };
        if !c.is_ascii_digit() {
            return None;
        }
        *written.get_mut(*next)? = c;
        *next += 1;
    }
    Some(written)
}

/// The number that digits alone stand for, so many of them decimals.
pub(crate) fn implied(digits: &str, decimals: u32) -> Option<String> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals = usize::try_from(decimals).ok()?;
    let zeros = digits.bytes().take_while(|byte| *byte == b'0').count();
    let digits = &digits[zeros..];
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let mut text = String::with_capacity(digits.len() + decimals + 2);
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if decimals > 0 {
        text.push('.');
        text.extend(std::iter::repeat_n('0', decimals - fraction.len()));
        text.push_str(fraction);
    }
    Some(text)
}

/// The same number with a decimal point and no grouping; `None` where the text is not exactly a number written so.
fn number<'c>(text: Cow<'c, str>, mark: char, grouping: &[char]) -> Option<Cow<'c, str>> {
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // Most numbers have no grouping.
    let mut marks = unsigned.bytes().enumerate();
    match marks.find(|(_, byte)| !byte.is_ascii_digit()) {
        None if !unsigned.is_empty() => return Some(text),
        Some((at, byte)) if at > 0 && char::from(byte) == mark => {
            if !digits(&unsigned[at + 1..]) {
                return None;
            }
            if mark == '.' {
                return Some(text);
            }
            let (whole, fraction) = text.split_at(text.len() - unsigned.len() + at);
            let mut plain = String::with_capacity(text.len());
            plain.push_str(whole);
            plain.push('.');
            plain.push_str(&fraction[1..]);
            return Some(Cow::Owned(plain));
        }
        _ => {}
    }
    let (whole, fraction) = match unsigned.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    if fraction.is_some_and(|fraction| !digits(fraction)) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    if unsigned.len() < text.len() {
        plain.push('-');
    }
    match whole.chars().find(|c| !c.is_ascii_digit()) {
        None if digits(whole) => plain.push_str(whole),
        Some(group) if grouping.contains(&group) => {
            for (i, part) in whole.split(group).enumerate() {
                let right = if i == 0 {
                    (1..=3).contains(&part.len())
                } else {
                    part.len() == 3
                };
                if !right || !digits(part) {
                    return None;
                }
                plain.push_str(part);
            }
        }
        _ => return None,
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(Cow::Owned(plain))
}

#[cfg(test)]
mod tests;
