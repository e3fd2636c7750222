//! Objects in brief: JSON with a mark of one byte where its own text has up to six, for the states of which a book keeps
//! millions. A book of insurances or loans is smaller by two fifths, and so is what is hashed, logged and moved.
//!
//! The marks are control characters, which stand nowhere else in a JSON text: an object in brief is a text, and is known by
//! its first character. A value is its mark and what follows up to the next mark. A member is a value with its name behind
//! the mark: a letter, or the sign of a longer one that is known; any other stands before it, behind a mark of its own.
//!
//! ```text
//! OBJECT  members END        LIST    values END         NAME   the name of the next member
//! TEXT    a text             LITERAL any other JSON     MONEY  hundredths, as a number     DAY  days since 1 BC ended
//! WORD    the sign of a text that is known          SAME   the TEXT before it once more
//! ```
//!
//! Texts are escaped as in JSON. Numbers are written from the highest digit, sixty-four to a digit, `0` first.

mod known;
mod scan;
mod write;

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use super::{Day, Digits};

use known::{NAMES, WORDS};

pub use scan::Scan;
pub use write::Brief;

const OBJECT: u8 = 0x10;
const LIST: u8 = 0x11;
const END: u8 = 0x12;
const TEXT: u8 = 0x13;
const LITERAL: u8 = 0x14;
const NAME: u8 = 0x15;
const DAY: u8 = 0x16;
const MONEY: u8 = 0x17;
const WORD: u8 = 0x18;
const SAME: u8 = 0x19;

/// Bits of a digit, and the first of them all: those that follow it are printable, too.
const BITS: u32 = 6;
const ZERO: u8 = b'0';

/// Digits of the largest number.
const DIGITS: usize = 10;

/// The JSON text of an object in brief; of anything else, itself. One that is cut short, or goes on behind its end, becomes no
/// JSON.
pub fn json(text: &str) -> Cow<'_, str> {
    if text.bytes().next() == Some(OBJECT) {
        Cow::Owned(spell(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Up to where it can be told, with whatever follows as it stands.
fn spell(text: &str) -> String {
    let mut spelled = Spelled {
        out: String::with_capacity(text.len() * 2),
        open: Vec::new(),
        last: None,
    };
    let mut rest = text;
    loop {
        let begins = spelled.out.ends_with(['{', '[']);
        if !spelled.open.is_empty() && !rest.starts_with(char::from(END)) && !begins {
            spelled.out.push(',');
        }
        let Some(after) = spelled.value(rest) else {
            break;
        };
        rest = after;
        if spelled.open.is_empty() {
            break;
        }
    }
    spelled.out.push_str(rest);
    spelled.out
}

/// The JSON so far.
struct Spelled<'t> {
    out: String,
    /// How what is open will be closed.
    open: Vec<char>,
    /// The text that came last, as it stands.
    last: Option<&'t str>,
}

impl<'t> Spelled<'t> {
    /// Spells the value that comes next, or an end, and tells what follows it; `None`: nothing that can stand here.
    fn value(&mut self, text: &'t str) -> Option<&'t str> {
        let (mut mark, mut rest) = first(text)?;
        if self.open.last() == Some(&'}') && mark != END {
            let name;
            if mark == NAME {
                (name, rest) = until_mark(rest);
                (mark, rest) = first(rest)?;
            } else {
                let (letter, after) = rest.split_at_checked(1)?;
                name = NAMES.text(letter.as_bytes()[0]).unwrap_or(letter);
                rest = after;
            }
            self.out.extend(["\"", name, "\":"]);
        }
        let (content, after) = match mark {
            OBJECT | LIST | END | SAME => ("", rest),
            _ => until_mark(rest),
        };
        match mark {
            OBJECT => self.begin('{', '}'),
            LIST => self.begin('[', ']'),
            END => self.out.push(self.open.pop()?),
            TEXT => {
                self.last = Some(content);
                self.quoted(content);
            }
            SAME => self.quoted(self.last?),
            WORD => self.quoted(word(content)?),
            LITERAL => self.out.push_str(content),
            DAY => self.quoted(Day::of(day(content)?).as_str()),
            MONEY => self.quoted(Digits::of(money(content)?).as_str()),
            _ => return None,
        }
        Some(after)
    }

    fn begin(&mut self, with: char, end: char) {
        self.out.push(with);
        self.open.push(end);
    }

    fn quoted(&mut self, content: &str) {
        self.out.extend(["\"", content, "\""]);
    }
}

/// A mark and what follows it.
fn first(text: &str) -> Option<(u8, &str)> {
    let (mark, rest) = text.split_at_checked(1)?;
    Some((mark.as_bytes()[0], rest))
}

/// What stands before the next mark, and from it on.
fn until_mark(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| byte < b' ');
    text.split_at(end.unwrap_or(text.len()))
}

/// Adds a number; `false`: it is too large.
fn add_number(out: &mut Vec<u8>, number: u64) -> bool {
    let Some(digits) = number.checked_ilog2().map_or(Some(1), |bits| {
        let digits = bits / BITS + 1;
        (digits as usize <= DIGITS).then_some(digits)
    }) else {
        return false;
    };
    for digit in (0..digits).rev() {
        out.push(ZERO + (number >> (digit * BITS) & ((1 << BITS) - 1)) as u8);
    }
    true
}

/// A number again.
fn number(text: &str) -> Option<u64> {
    if !(1..=DIGITS).contains(&text.len()) {
        return None;
    }
    text.bytes().try_fold(0, |number, byte| {
        let digit = byte.checked_sub(ZERO).filter(|digit| *digit < 1 << BITS)?;
        Some(number << BITS | u64::from(digit))
    })
}

/// A text that is known again.
fn word(sign: &str) -> Option<&'static str> {
    match sign.as_bytes() {
        [sign] => WORDS.text(*sign),
        _ => None,
    }
}

/// A day again.
fn day(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::from_num_days_from_ce_opt(number(text)?.try_into().ok()?)?;
    // Those that have a text.
    (0..=9999).contains(&date.year()).then_some(date)
}

/// An amount again.
fn money(text: &str) -> Option<Decimal> {
    let hundredths = i64::try_from(number(text)?).ok()?;
    Some(Decimal::new(hundredths, 2))
}
