//! Danish numbers: CPR, CVR, the reference of payment slip 71.

use chrono::NaiveDate;

use super::digits::{eleven, exactly, is_digits, luhn, number};
use super::{Valid, born, compact, proven};
use crate::code::Code;

/// A CPR number of ten digits. One that fails modulus 11 is valid with a note: since 2007 numbers are issued that do.
pub fn cpr(text: &str, today: Option<NaiveDate>) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = exactly::<10>(&text).ok_or(Code::InvalidIdentityNo)?;
    let [day, month, year] = [
        number(&digits[..2]),
        number(&digits[2..4]),
        number(&digits[4..6]),
    ];
    let year = (century(digits[6], year) + year).cast_signed();
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(Code::InvalidIdentityNo)?;
    let valid = Valid::person(text, born(date, today)?);
    let proof = eleven(&digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    Ok(Valid {
        note: (!proof).then_some(Code::ModulusNote),
        ..valid
    })
}

/// The seventh digit says which century two digits of a year are of (CPR-kontoret, "Personnummeret i CPR").
fn century(seventh: u8, year: u32) -> u32 {
    match (seventh, year) {
        (0..=3, _) => 1900,
        (4 | 9, 0..=36) => 2000,
        (4 | 9, _) => 1900,
        (_, 0..=57) => 2000,
        _ => 1800,
    }
}

/// A CVR number of eight digits, with or without DK in front.
pub fn cvr(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let text = text.strip_prefix("DK").unwrap_or(&text);
    let digits = exactly::<8>(text)
        .filter(|digits| digits[0] != 0)
        .ok_or(Code::InvalidIdentityNo)?;
    let proof = eleven(&digits, &[2, 7, 6, 5, 4, 3, 2, 1]);
    proven(Valid::plain(text), proof)
}

/// The reference of a payment slip of type 71: 15 digits, zeros in front filled in, the last by modulus 10. Any fault is
/// `InvalidReference`.
pub fn fik71(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = format!("{text:0>15}");
    if !is_digits(&text, 2, 15) || !luhn(&digits) {
        return Err(Code::InvalidReference);
    }
    Ok(Valid::plain(digits))
}
