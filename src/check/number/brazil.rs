//! Brazilian numbers: CPF and CNPJ.

use super::digits::{exactly, weighted};
use super::{Valid, compact, proven};
use crate::code::Code;

/// A CPF of eleven digits. One digit eleven times passes the sums, and is nobody's.
pub fn cpf(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let digits = exactly::<11>(&text)
        .filter(|digits| digits.iter().any(|digit| *digit != digits[0]))
        .ok_or(Code::InvalidIdentityNo)?;
    let first = check_digit(weighted(&digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = check_digit(weighted(&digits, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let proof = [first, second] == digits[9..];
    proven(Valid::plain(text), proof)
}

/// A CNPJ of twelve digits or, since July 2026, capitals, and two check digits; a `/` before the branch is a separator
/// too.
pub fn cnpj(text: &str) -> Result<Valid, Code> {
    let text = compact(text).replace('/', "");
    let bytes: &[u8; 14] = text
        .as_bytes()
        .try_into()
        .map_err(|_| Code::InvalidIdentityNo)?;
    let (stem, check) = bytes.split_at(12);
    let is_stem = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    let same = bytes.iter().all(|b| *b == bytes[0]);
    if same || !stem.iter().all(is_stem) || !check.iter().all(u8::is_ascii_digit) {
        return Err(Code::InvalidIdentityNo);
    }
    // A letter counts as its place in ASCII does: A is 17.
    let values = bytes.map(|b| b - b'0');
    let first = check_digit(weighted(&values, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = check_digit(weighted(&values, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
    let proof = [first, second] == values[12..];
    proven(Valid::plain(text), proof)
}

fn check_digit(sum: u32) -> u8 {
    match sum % 11 {
        0 | 1 => 0,
        rest => u8::try_from(11 - rest).expect("at most 9"),
    }
}
