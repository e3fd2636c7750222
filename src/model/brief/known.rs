//! Words and names that stand in brief as one sign: the specification's own, of which a book repeats millions.
//!
//! A sign is a place in its list, so what a list has stays where it is, and new ones come behind: books were written with
//! them.

use super::{BITS, ZERO};

/// Texts that states repeat: states, kinds of lines, channels, currencies, countries.
pub(super) static WORDS: Known<38> = Known::of([
    "registered",
    "approved",
    "active",
    "cancelled",
    "expired",
    "individual",
    "company",
    "autogiro",
    "bankgiro",
    "plusgiro",
    "account",
    "unmatched",
    "matched",
    "requested",
    "confirmed",
    "ACTIVE",
    "CLOSED",
    "BLOCKED",
    "DEFAULTED",
    "CREATED",
    "PAID",
    "CREDITED",
    "PERIODIC",
    "PRI",
    "INT",
    "AUTOGIRO",
    "BANKGIRO",
    "PLUSGIRO",
    "SEK",
    "NOK",
    "DKK",
    "EUR",
    "SE",
    "NO",
    "DK",
    "FI",
    "sv",
    "en",
]);

/// Names of members of more than one letter. Names of one letter are lower case, and no sign of these is: 49 have room.
pub(super) static NAMES: Known<27> = Known::of([
    "customer_type",
    "country",
    "identity_no",
    "first_name",
    "last_name",
    "company_name",
    "birth_date",
    "language",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "address_line3",
    "building_number",
    "street_name",
    "postal_code",
    "city",
    "address_country",
    "distribution_channel",
    "collection",
    "mandate",
    "active_from",
    "activation",
    "expires",
    "paid",
    "payer_no",
    "method",
]);

/// A list with a sign for each.
pub(super) struct Known<const N: usize> {
    all: [&'static str; N],
    /// Where one may stand in the list, by its hash; no two have the same.
    at: [u8; SLOTS],
    factor: u32,
}

const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 9;

/// No place.
const NONE: u8 = u8::MAX;

impl<const N: usize> Known<N> {
    const fn of(all: [&'static str; N]) -> Self {
        assert!(N <= 1 << BITS, "more than there are signs");
        let mut factor = 0x9e37_79b1;
        loop {
            if let Some(at) = places(&all, factor) {
                return Self { all, at, factor };
            }
            factor += 2;
        }
    }

    /// The sign of a text, if it has one.
    pub(super) fn sign(&self, text: &str) -> Option<u8> {
        let at = self.at[slot(text.as_bytes(), self.factor)];
        let known = self.all.get(usize::from(at))?;
        (*known == text).then_some(ZERO + at)
    }

    /// The text of a sign.
    pub(super) fn text(&self, sign: u8) -> Option<&'static str> {
        self.all.get(usize::from(sign.checked_sub(ZERO)?)).copied()
    }
}

/// Where each stands by its hash under this factor, if no two have the same.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a list has fewer than there are signs"
)]
const fn places<const N: usize>(all: &[&str; N], factor: u32) -> Option<[u8; SLOTS]> {
    let mut at = [NONE; SLOTS];
    let mut n = 0;
    while n < N {
        let slot = slot(all[n].as_bytes(), factor);
        if at[slot] != NONE {
            return None;
        }
        at[slot] = n as u8;
        n += 1;
    }
    Some(at)
}

/// The hash of a text: of its length, its first, its middle and its last byte.
const fn slot(text: &[u8], factor: u32) -> usize {
    let [first, .., last] = text else {
        return 0;
    };
    let middle = text[text.len() / 2];
    let [length, ..] = text.len().to_le_bytes();
    let seen = u32::from_le_bytes([*last, middle, *first, length]);
    (seen.wrapping_mul(factor) >> (u32::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_sign_and_nothing_else_has() {
        for (n, word) in (0..).zip(WORDS.all) {
            assert_eq!(WORDS.sign(word), Some(ZERO + n), "{word}");
            assert_eq!(WORDS.text(ZERO + n), Some(word));
            for other in [
                &word[1..],
                &[word, "x"].concat(),
                &word.replace(&word[1..2], "?"),
            ] {
                let own = WORDS.all.contains(&other);
                assert_eq!(WORDS.sign(other).is_some(), own, "{other}");
            }
        }
        for none in ["", "x", "å"] {
            assert_eq!(WORDS.sign(none), None);
        }
        for none in [0, ZERO - 1, ZERO + 38, u8::MAX] {
            assert_eq!(WORDS.text(none), None);
        }
    }

    #[test]
    fn signs_stay_what_they_are() {
        // Books were written with them: what stands here is never changed, and what is new comes behind.
        let words = "registered approved active cancelled expired individual company autogiro bankgiro plusgiro \
             account unmatched matched requested confirmed ACTIVE CLOSED BLOCKED DEFAULTED CREATED PAID \
             CREDITED PERIODIC PRI INT AUTOGIRO BANKGIRO PLUSGIRO SEK NOK DKK EUR SE NO DK FI sv en";
        assert_eq!(WORDS.all.join(" "), words);
        let names = "customer_type country identity_no first_name last_name company_name birth_date language email \
             phone address_line1 address_line2 address_line3 building_number street_name postal_code city \
             address_country distribution_channel collection mandate active_from activation expires paid \
             payer_no method";
        assert_eq!(NAMES.all.join(" "), names);
        assert_eq!(WORDS.sign("registered"), Some(b'0'));
        assert_eq!(NAMES.sign("method"), Some(b'J'));
    }

    #[test]
    fn no_sign_of_a_name_is_a_letter_that_is_one() {
        assert!(NAMES.all.iter().all(|name| name.len() > 1));
        let signs = NAMES.all.map(|name| NAMES.sign(name).expect("its sign"));
        assert!(signs.iter().all(|sign| !sign.is_ascii_lowercase()));
    }
}
