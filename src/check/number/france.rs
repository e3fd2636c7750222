//! French numbers of companies.

use super::compact;
use super::digits::{is_digits, luhn};

/// Digits of a SIREN, the company's own number.
const SIREN: usize = 9;

/// Whether it is a SIRET: the number of a French company's establishment, fourteen digits that pass modulus 10, as do the
/// first nine by themselves.
pub(crate) fn is_siret(text: &str) -> bool {
    let number = compact(text);
    is_digits(&number, 14, 14) && luhn(&number[..SIREN]) && luhn(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_siret_passes_modulus_10_twice() {
        for (text, is_one) in [
            ("32914177400011", true),
            ("329 141 774 00011", true),
            ("55210055400021", true),
            // A card's number alone, which passes once.
            ("36000000000008", false),
            ("32914177400012", false),
            ("3291417740001", false),
            ("329141774000111", false),
            ("3291417740001A", false),
        ] {
            assert_eq!(is_siret(text), is_one, "{text}");
        }
        assert!(luhn("36000000000008") && !luhn("360000000"));
    }
}
