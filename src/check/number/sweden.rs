//! Swedish numbers but for bank accounts: personnummer, organisationsnummer, giro numbers, OCR.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use super::digits::{is_digits, luhn, number};
use super::{Valid, born, compact, is_separator, proven};
use crate::code::Code;

/// A personnummer or samordningsnummer (day of birth + 60) of 10 or 12 digits, the sign, if there is one, before the
/// last four. Temporary numbers with a letter (T, R …) are not numbers of a person and are refused.
///
/// The normalised form has 12 digits. Of 10 digits the century is found as of `today`, never by the clock: `-`, or no
/// sign, is a year less than a hundred years back; `+` is a year a hundred years back or more, since the sign changes in
/// the year in which a person turns 100. A date that would lie ahead is the one a hundred years before it. Without
/// `today` the number is judged in either century, and given back with ten digits, its sign, and no birth date.
pub fn personnummer(text: &str, today: Option<NaiveDate>) -> Result<Valid, Code> {
    let (digits, plus) = signed_digits(text).ok_or(Code::InvalidIdentityNo)?;
    let (century, short) = digits.split_at(digits.len() - 10);
    let parts = parts(short);
    // Serial numbers are given out from 001.
    if parts.serial == 0 {
        return Err(Code::InvalidIdentityNo);
    }
    let proof = luhn(short);
    let date = match (century, today) {
        ("", None) => {
            let either = parts.date(1900).or(parts.date(2000));
            either.ok_or(Code::InvalidIdentityNo)?;
            let sign = if plus { '+' } else { '-' };
            let plain = format!("{}{sign}{}", &short[..6], &short[6..]);
            return proven(Valid::plain(plain), proof);
        }
        ("", Some(today)) => parts.born_before(today, plus),
        ("18", _) => parts.date(1800),
        ("19", _) => parts.date(1900),
        ("20", _) => parts.date(2000),
        _ => None,
    };
    let date = born(date.ok_or(Code::InvalidIdentityNo)?, today)?;
    let normalised = if century.is_empty() {
        format!("{:02}{short}", date.year() / 100)
    } else {
        digits.into_owned()
    };
    proven(Valid::person(normalised, date), proof)
}

/// 10 or 12 digits, and whether a `+` stands before the last four. A sign elsewhere is a typing error, unless it is one
/// of several hyphens between the parts of the date.
fn signed_digits(text: &str) -> Option<(Cow<'_, str>, bool)> {
    if is_digits(text, 12, 12) {
        return Some((Cow::Borrowed(text), false));
    }
    let mut digits = String::with_capacity(12);
    let mut sign = None;
    for c in text.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '-' | '+' => {
                if matches!(sign, Some(('+', _))) {
                    return None;
                }
                sign = Some((c, digits.len()));
            }
            _ if is_separator(c) => {}
            _ => return None,
        }
    }
    let placed = sign.is_none_or(|(_, at)| at + 4 == digits.len());
    let plus = matches!(sign, Some(('+', _)));
    (placed && matches!(digits.len(), 10 | 12)).then_some((digits.into(), plus))
}

struct Parts {
    year: i32,
    month: u32,
    day: u32,
    serial: u32,
}

/// Of ten digits.
fn parts(short: &str) -> Parts {
    let mut digits = [0; 10];
    for (digit, byte) in digits.iter_mut().zip(short.bytes()) {
        *digit = byte - b'0';
    }
    let day = number(&digits[4..6]);
    Parts {
        year: number(&digits[..2]).cast_signed(),
        month: number(&digits[2..4]),
        day: if day > 60 { day - 60 } else { day },
        serial: number(&digits[6..9]),
    }
}

impl Parts {
    fn date(&self, century: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(century + self.year, self.month, self.day)
    }

    fn born_before(&self, today: NaiveDate, plus: bool) -> Option<NaiveDate> {
        let this_century = today.year() - today.year().rem_euclid(100);
        let mut century = this_century;
        if century + self.year > today.year() {
            century -= 100;
        }
        if plus {
            century -= 100;
        }
        let date = self.date(century);
        if date.is_some_and(|date| date > today) {
            return self.date(century - 100);
        }
        date
    }
}

/// A legal person's organisationsnummer, of 10 digits or of 12 with 16 in front. A sole trader's is the owner's
/// personnummer. The normalised form has 10 digits.
pub fn organisationsnummer(text: &str) -> Result<Valid, Code> {
    let number = compact(text);
    let short = match number.len() {
        12 => number.strip_prefix("16").unwrap_or_default(),
        _ => number.as_ref(),
    };
    // What would be the month is 20 or more, so that it is nobody's personnummer.
    if is_digits(short, 10, 10) && short.as_bytes()[2] >= b'2' {
        return proven(Valid::plain(short), luhn(short));
    }
    let owner = personnummer(text, None)?;
    let digits: String = owner
        .normalised
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Ok(Valid::plain(&digits[digits.len() - 10..]))
}

/// A bankgiro number of 7 or 8 digits, zeros in front aside. Any fault is `InvalidBankgiro`.
pub fn bankgiro(text: &str) -> Result<Valid, Code> {
    giro(text, 7, 8).ok_or(Code::InvalidBankgiro)
}

/// A plusgiro number of 2 to 8 digits, zeros in front aside. Any fault is `InvalidPlusgiro`.
pub fn plusgiro(text: &str) -> Result<Valid, Code> {
    giro(text, 2, 8).ok_or(Code::InvalidPlusgiro)
}

fn giro(text: &str, least: usize, most: usize) -> Option<Valid> {
    let number = compact(text);
    let digits = number.trim_start_matches('0');
    (number.len() <= 16 && is_digits(digits, least, most) && luhn(digits))
        .then(|| Valid::plain(digits))
}

/// An OCR reference of 2 to 25 digits, the last a check digit. Length digits are a matter between the payee and his
/// bank, and not judged. Any fault is `InvalidReference`.
pub fn ocr(text: &str) -> Result<Valid, Code> {
    let number = compact(text);
    if !is_digits(&number, 2, 25) || !luhn(&number) {
        return Err(Code::InvalidReference);
    }
    Ok(Valid::plain(number))
}
