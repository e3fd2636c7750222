//! The sums behind check digits.

/// The digits of a text of exactly so many ASCII digits.
pub(super) fn exactly<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes: &[u8; N] = text.as_bytes().try_into().ok()?;
    bytes
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| bytes.map(|b| b - b'0'))
}

/// Whether a text is ASCII digits, at least so many and at most so many.
pub(super) fn is_digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// The number that digits write, as long as it fits.
pub(super) fn number(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |sum, &digit| sum * 10 + u32::from(digit))
}

/// Modulus 10 with weights 1 and 2 from the right (Luhn), over a text of ASCII digits.
pub(crate) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(n, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            let weighted = digit * (1 + u32::from(n % 2 == 1));
            if weighted > 9 { weighted - 9 } else { weighted }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The sum of digits times weights; the shorter of both lists counts.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits
        .iter()
        .zip(weights)
        .map(|(&digit, &weight)| u32::from(digit) * weight)
        .sum()
}

/// Whether the sum of digits times weights, check digits weighing 1, is divisible by 11.
pub(super) fn eleven(digits: &[u8], weights: &[u32]) -> bool {
    weighted(digits, weights).is_multiple_of(11)
}

/// ISO 7064 modulus 97-10 over capitals and digits, letters counting as 10 to 35: whether the remainder is 1.
pub(super) fn mod97(text: impl Iterator<Item = u8>) -> bool {
    let rest = text.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.wrapping_sub(b'A')) + 10) % 97,
    });
    rest == 1
}
