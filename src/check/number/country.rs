//! ISO 3166-1 alpha-2.

/// Officially assigned codes.
const COUNTRIES: [bool; 676] = letter_pairs(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA \
CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI \
KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY \
MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE \
VG VI VN VU WF WS YE YT ZA ZM ZW",
);

/// A list of two-letter words, one blank between them, as a table: the pair `ab` stands at 26 × a + b. Letters are
/// counted from their own case's first.
pub(crate) const fn letter_pairs(list: &str) -> [bool; 676] {
    let bytes = list.as_bytes();
    let mut table = [false; 676];
    let mut at = 0;
    while at < bytes.len() {
        // The low five bits of an ASCII letter are its place in the alphabet, from 1.
        let first = (bytes[at] & 0x1f) as usize - 1;
        let second = (bytes[at + 1] & 0x1f) as usize - 1;
        table[first * 26 + second] = true;
        at += 3;
    }
    table
}

/// Whether ISO 3166-1 assigns these two capitals to a country.
pub fn is_country(text: &str) -> bool {
    let [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = text.as_bytes() else {
        return false;
    };
    COUNTRIES[usize::from(first - b'A') * 26 + usize::from(second - b'A')]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assigned_code_and_no_other() {
        assert_eq!(COUNTRIES.iter().filter(|known| **known).count(), 249);
        for known in ["AD", "SE", "NO", "DK", "FI", "BR", "ZW", "AX"] {
            assert!(is_country(known), "{known}");
        }
        for unknown in ["XK", "EU", "UK", "AA", "se", "S", "SWE", "S1", ""] {
            assert!(!is_country(unknown), "{unknown}");
        }
    }
}
