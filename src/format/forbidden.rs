//! Names of what must never leave a card: no file has a column for it.

use unicode_normalization::UnicodeNormalization as _;

use super::Format;

/// Words, letters and digits alone, for what must never leave a card: no file that can bring card orders has a column or
/// an element of this name.
const FORBIDDEN: &[&str] = &[
    "cav2",
    "cvn",
    "cvn2",
    "cvx2",
    "csc",
    "csc2",
    "securitycode2",
    "cardverificationvalue",
    "cardverificationcode",
    "securitycode",
    "sicherheitscode",
    "kartensicherheitscode",
    "kartenprüfnummer",
    "säkerhetskod",
    "sikkerhetskode",
    "sikkerhedskode",
    "turvakoodi",
    "tunnusluku",
    "cardsecuritycode",
    "pin",
    "pincode",
    "pinnumber",
    "cardpin",
    "cardpincode",
    "pin1",
    "pin2",
    "newpin",
    "oldpin",
    "pinnummer",
    "geheimzahl",
    "pinkod",
    "pinkode",
    "pinkoodi",
    "kortkod",
    "pinblock",
    "pinoffset",
    "pvv",
    "track",
    "track1",
    "track2",
    "trackdata",
    "magstripe",
    "track1data",
    "track2data",
    "track3",
    "track3data",
    "magneticstripe",
    "magnetstreifen",
    "magnetremsa",
];

/// The same, whatever stands around them.
const NEVER_WITHIN: &[&str] = &["cvv", "cvc"];

impl Format {
    /// Whether a file of this format must not have a column or element of this name: the format can bring card orders,
    /// and the name is that of what must never leave a card.
    pub fn forbids(&self, label: &str) -> bool {
        let word = |label: &str| -> String {
            let letters = label.nfkc().filter(|c| c.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect()
        };
        // A member of a family has its own name behind a point.
        let own = label.rsplit_once('.').map_or(label, |(_, own)| own);
        let is = |word: String| {
            FORBIDDEN.contains(&word.as_str())
                || NEVER_WITHIN.iter().any(|part| word.contains(part))
        };
        (is(word(label)) || is(word(own))) && self.lines.iter().any(|line| line == "card")
    }
}
