//! Finnish numbers: HETU, Y-tunnus, payment reference.

use chrono::NaiveDate;

use super::digits::{eleven, exactly, is_digits, number};
use super::{Valid, born, compact, proven, world};
use crate::code::Code;

const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// A HETU: `DDMMYY`, the century's sign, three digits, a check character. The sign is part of the number: those in use
/// since 2023 stand for other people than the old ones do. Temporary numbers (900 to 999) are refused.
pub fn hetu(text: &str, today: Option<NaiveDate>) -> Result<Valid, Code> {
    let upper = text.trim().to_ascii_uppercase();
    let bytes: &[u8; 11] = upper
        .as_bytes()
        .try_into()
        .map_err(|_| Code::InvalidIdentityNo)?;
    let century = match bytes[6] {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return Err(Code::InvalidIdentityNo),
    };
    let figures = [&bytes[..6], &bytes[7..10]].concat();
    let figures = str::from_utf8(&figures).map_err(|_| Code::InvalidIdentityNo)?;
    let digits = exactly::<9>(figures).ok_or(Code::InvalidIdentityNo)?;
    let year = (century + number(&digits[4..6])).cast_signed();
    let date = NaiveDate::from_ymd_opt(year, number(&digits[2..4]), number(&digits[..2]));
    let date = born(date.ok_or(Code::InvalidIdentityNo)?, today)?;
    let is_given_out = (2..900).contains(&number(&digits[6..]));
    if !is_given_out || !CHECK.contains(&bytes[10]) {
        return Err(Code::InvalidIdentityNo);
    }
    let proof = CHECK[number(&digits) as usize % 31] == bytes[10];
    proven(Valid::person(upper.as_str(), date), proof)
}

/// A Y-tunnus of seven digits and a check digit.
pub fn ytunnus(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = exactly::<8>(&text).ok_or(Code::InvalidIdentityNo)?;
    let proof = eleven(&digits, &[7, 9, 10, 5, 8, 4, 2, 1]);
    proven(Valid::plain(text), proof && digits != [0; 8])
}

/// A payment reference of 4 to 20 digits, or the same within an RF reference. The normalised form is the digits, zeros
/// in front off: the bank knows the reference by these. Any fault is `InvalidReference`.
pub fn finnish_reference(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let national = if text.starts_with("RF") {
        world::creditor_reference(&text)?;
        &text[4..]
    } else {
        &text
    };
    let digits = national.trim_start_matches('0');
    if !is_digits(national, 4, 20) || !is_digits(digits, 4, 20) {
        return Err(Code::InvalidReference);
    }
    let mut reversed = digits.bytes().rev().map(|b| u32::from(b - b'0'));
    let check = reversed.next().unwrap_or_default();
    let weights = [7, 3, 1].into_iter().cycle();
    let sum: u32 = reversed
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    if !(sum + check).is_multiple_of(10) {
        return Err(Code::InvalidReference);
    }
    Ok(Valid::plain(digits))
}
