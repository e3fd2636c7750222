//! Norwegian numbers: fødselsnummer and D-number, organisation, account, KID.

use chrono::NaiveDate;

use super::digits::{eleven, exactly, is_digits, luhn, number};
use super::{Valid, born, compact, proven};
use crate::code::Code;

/// A fødselsnummer, or a D-number (day of birth + 40). Numbers of test persons (month + 40, + 65, + 80) and of hospitals
/// are nobody's in the national register, and refused.
pub fn fodselsnummer(text: &str, today: Option<NaiveDate>) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = exactly::<11>(&text).ok_or(Code::InvalidIdentityNo)?;
    let [day, month, year] = [
        number(&digits[..2]),
        number(&digits[2..4]),
        number(&digits[4..6]),
    ];
    let century = century(number(&digits[6..9]), year).ok_or(Code::InvalidIdentityNo)?;
    let day = if day > 40 { day - 40 } else { day };
    let date = NaiveDate::from_ymd_opt((century + year).cast_signed(), month, day);
    let date = born(date.ok_or(Code::InvalidIdentityNo)?, today)?;
    let first = eleven(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = eleven(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    proven(Valid::person(text, date), first && second)
}

/// The individual number says which century two digits of a year are of.
fn century(individual: u32, year: u32) -> Option<u32> {
    match (individual, year) {
        (0..=499, _) => Some(1900),
        (500..=749, 54..) => Some(1800),
        (500..=999, 0..=39) => Some(2000),
        (900..=999, 40..) => Some(1900),
        _ => None,
    }
}

/// An organisation number of nine digits.
pub fn norwegian_orgnr(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = exactly::<9>(&text).ok_or(Code::InvalidIdentityNo)?;
    let proof = eleven(&digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1]);
    proven(Valid::plain(text), proof && digits != [0; 9])
}

/// An account of eleven digits: modulus 11, or, of the old postal giro (0000 and seven digits), modulus 10. Any fault is
/// `InvalidAccount`.
pub fn kontonummer(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = exactly::<11>(&text).ok_or(Code::InvalidAccount)?;
    let proof = match text.strip_prefix("0000") {
        Some(giro) => luhn(giro) && giro != "0000000",
        None => eleven(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]),
    };
    if !proof {
        return Err(Code::InvalidAccount);
    }
    Ok(Valid::plain(text))
}

/// A KID of 2 to 25 characters by either modulus. Any fault is `InvalidReference`.
pub fn kid(text: &str) -> Result<Valid, Code> {
    kid10(text).or_else(|_| kid11(text))
}

/// A KID whose last digit is by modulus 10.
pub fn kid10(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    if !is_digits(&text, 2, 25) || !luhn(&text) {
        return Err(Code::InvalidReference);
    }
    Ok(Valid::plain(text))
}

/// A KID whose last character is by modulus 11: a digit, or `-` where the remainder has no digit.
pub fn kid11(text: &str) -> Result<Valid, Code> {
    let mut kid = compact(text).into_owned();
    // The last hyphen is no separator.
    if text.trim_end().ends_with('-') {
        kid.push('-');
    }
    let check = match kid.bytes().next_back() {
        Some(b'-') => 10,
        Some(digit @ b'0'..=b'9') => u32::from(digit - b'0'),
        _ => return Err(Code::InvalidReference),
    };
    let body = &kid[..kid.len() - 1];
    if !is_digits(body, 1, 24) {
        return Err(Code::InvalidReference);
    }
    let weights = [2, 3, 4, 5, 6, 7].into_iter().cycle();
    let digits = body.bytes().rev().map(|b| u32::from(b - b'0'));
    let sum: u32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    if !(sum + check).is_multiple_of(11) {
        return Err(Code::InvalidReference);
    }
    Ok(Valid::plain(kid))
}
