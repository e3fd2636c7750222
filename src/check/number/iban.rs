//! ISO 13616: IBAN by the registry's length and account pattern, and modulus 97.

use super::digits::mod97;
use super::{Valid, compact};
use crate::code::Code;

/// The registry: a country, and the pattern of its account numbers as runs of a length and what stands there (`n`
/// digits, `a` capitals, `c` either). Runs of one kind that the registry lists apart stand together. In order of country.
const REGISTRY: &[(&str, &str)] = &[
    ("AD", "8n12c"),
    ("AE", "19n"),
    ("AL", "8n16c"),
    ("AT", "16n"),
    ("AZ", "4a20c"),
    ("BA", "16n"),
    ("BE", "12n"),
    ("BG", "4a6n8c"),
    ("BH", "4a14c"),
    ("BI", "23n"),
    ("BR", "23n1a1c"),
    ("BY", "4c4n16c"),
    ("CH", "5n12c"),
    ("CR", "18n"),
    ("CY", "8n16c"),
    ("CZ", "20n"),
    ("DE", "18n"),
    ("DJ", "23n"),
    ("DK", "14n"),
    ("DO", "4c20n"),
    ("EE", "16n"),
    ("EG", "25n"),
    ("ES", "20n"),
    ("FI", "14n"),
    ("FK", "2a12n"),
    ("FO", "14n"),
    ("FR", "10n11c2n"),
    ("GB", "4a14n"),
    ("GE", "2a16n"),
    ("GI", "4a15c"),
    ("GL", "14n"),
    ("GR", "7n16c"),
    ("GT", "24c"),
    ("HN", "4a20n"),
    ("HR", "17n"),
    ("HU", "24n"),
    ("IE", "4a14n"),
    ("IL", "19n"),
    ("IQ", "4a15n"),
    ("IS", "22n"),
    ("IT", "1a10n12c"),
    ("JO", "4a4n18c"),
    ("KW", "4a22c"),
    ("KZ", "3n13c"),
    ("LB", "4n20c"),
    ("LC", "4a24c"),
    ("LI", "5n12c"),
    ("LT", "16n"),
    ("LU", "3n13c"),
    ("LV", "4a13c"),
    ("LY", "21n"),
    ("MC", "10n11c2n"),
    ("MD", "20c"),
    ("ME", "18n"),
    ("MK", "3n10c2n"),
    ("MN", "16n"),
    ("MR", "23n"),
    ("MT", "4a5n18c"),
    ("MU", "4a19n3a"),
    ("NI", "4a20n"),
    ("NL", "4a10n"),
    ("NO", "11n"),
    ("OM", "3n16c"),
    ("PK", "4a16c"),
    ("PL", "24n"),
    ("PS", "4a21c"),
    ("PT", "21n"),
    ("QA", "4a21c"),
    ("RO", "4a16c"),
    ("RS", "18n"),
    ("RU", "14n15c"),
    ("SA", "2n18c"),
    ("SC", "4a20n3a"),
    ("SD", "14n"),
    ("SE", "20n"),
    ("SI", "15n"),
    ("SK", "20n"),
    ("SM", "1a10n12c"),
    ("SO", "19n"),
    ("ST", "21n"),
    ("SV", "4a20n"),
    ("TL", "19n"),
    ("TN", "20n"),
    ("TR", "6n16c"),
    ("UA", "6n19c"),
    ("VA", "18n"),
    ("VG", "4a16n"),
    ("XK", "16n"),
    ("YE", "4a4n18c"),
];

/// An IBAN. The check digits that some countries have within their account numbers are not judged. Any fault is
/// `InvalidIban`.
pub fn iban(text: &str) -> Result<Valid, Code> {
    let text = compact(text);
    let bytes = text.as_bytes();
    if bytes.len() < 5 || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return Err(Code::InvalidIban);
    }
    let (head, account) = bytes.split_at(4);
    let at = REGISTRY.binary_search_by(|(country, _)| country.as_bytes().cmp(&head[..2]));
    let (_, pattern) = REGISTRY[at.map_err(|_| Code::InvalidIban)?];
    // 00, 01 and 99 leave the remainder that 97, 98 and 02 leave, and are not given out.
    let given_out =
        head[2..].iter().all(u8::is_ascii_digit) && !matches!(&head[2..], b"00" | b"01" | b"99");
    if !given_out || !fits(pattern, account) || !mod97(account.iter().chain(head).copied()) {
        return Err(Code::InvalidIban);
    }
    Ok(Valid::plain(text))
}

/// Whether accounts of this country have IBANs.
pub fn has_iban(country: &str) -> bool {
    REGISTRY
        .binary_search_by_key(&country, |(known, _)| *known)
        .is_ok()
}

/// Whether an account number follows its country's pattern to the end.
fn fits(pattern: &str, account: &[u8]) -> bool {
    let mut rest = account;
    let mut length = 0;
    for byte in pattern.bytes() {
        let allowed: fn(&u8) -> bool = match byte {
            b'n' => u8::is_ascii_digit,
            b'a' => u8::is_ascii_uppercase,
            b'c' => u8::is_ascii_alphanumeric,
            digit => {
                length = length * 10 + usize::from(digit - b'0');
                continue;
            }
        };
        let Some((run, after)) = rest.split_at_checked(length) else {
            return false;
        };
        if !run.iter().all(allowed) {
            return false;
        }
        rest = after;
        length = 0;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_without_ibans_are_known() {
        assert!(has_iban("SE") && has_iban("YE") && has_iban("AD"));
        assert!(!has_iban("US") && !has_iban("se") && !has_iban(""));
    }

    #[test]
    fn the_registry_is_in_order_and_its_lengths_are_known() {
        assert!(REGISTRY.is_sorted());
        assert_eq!(REGISTRY.len(), 89);
        let length = |country: &str| {
            let (_, pattern) = REGISTRY[REGISTRY
                .binary_search_by_key(&country, |(c, _)| c)
                .expect("a country of the registry")];
            4 + pattern
                .split(|c: char| c.is_ascii_lowercase())
                .filter_map(|run| run.parse::<usize>().ok())
                .sum::<usize>()
        };
        for (country, expected) in [
            ("NO", 15),
            ("BE", 16),
            ("DK", 18),
            ("FI", 18),
            ("NL", 18),
            ("DE", 22),
            ("GB", 22),
            ("SE", 24),
            ("FR", 27),
            ("BR", 29),
            ("MT", 31),
            ("LC", 32),
            ("RU", 33),
        ] {
            assert_eq!(length(country), expected, "{country}");
        }
    }
}
