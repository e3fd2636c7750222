//! Numbers of no country: BIC and the creditor reference.

use super::digits::mod97;
use super::{Valid, compact, is_country};
use crate::code::Code;

/// Codes in bank numbers that ISO 3166-1 leaves to their users: Kosovo.
pub(super) const USER_ASSIGNED: &str = "XK";

/// ISO 9362: a party of four letters (digits are allowed there, and none was ever given out), a country, two characters of
/// place, and three of branch or none. Any fault is `InvalidBic`.
pub fn bic(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let all = text.bytes().all(|b| b.is_ascii_alphanumeric());
    if !all || !matches!(text.len(), 8 | 11) {
        return Err(Code::InvalidBic);
    }
    let country = &text[4..6];
    let party_is_letters = text.bytes().take(4).all(|b| b.is_ascii_uppercase());
    if !party_is_letters || !(is_country(country) || country == USER_ASSIGNED) {
        return Err(Code::InvalidBic);
    }
    Ok(Valid::plain(text))
}

/// ISO 11649: `RF`, two check digits, and 1 to 21 letters or digits. Any fault is `InvalidReference`.
pub fn creditor_reference(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let bytes = text.as_bytes();
    let fits = (5..=25).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_alphanumeric);
    if !fits || !text.starts_with("RF") || !bytes[2..4].iter().all(u8::is_ascii_digit) {
        return Err(Code::InvalidReference);
    }
    if !mod97(bytes[4..].iter().chain(&bytes[..4]).copied()) {
        return Err(Code::InvalidReference);
    }
    Ok(Valid::plain(text))
}
