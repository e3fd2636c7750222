//! Swedish clearing numbers: which bank, and how its account numbers are proven. Facts of Bankgirocentralen's list of
//! 2020-04-15 and of later public ones; a bank that came or went between them is marked as disputed.

/// How a bank's account numbers are proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Seven digits, modulus 11 over the last three digits of the clearing number and the account (type 1, variant 1).
    Eleven3,
    /// Seven digits, modulus 11 over all four digits of the clearing number and the account (type 1, variant 2).
    Eleven4,
    /// Ten digits, modulus 10 (type 2, variant 1).
    Ten,
    /// Up to ten digits, modulus 10 (type 2, variant 3).
    TenShort,
    /// Up to nine digits, modulus 11 (type 2, variant 2).
    Eleven9,
    /// Not published.
    Unknown,
}

/// Clearing numbers in a row that belong to one bank.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) first: u16,
    pub(super) last: u16,
    /// Who; for people who read this table.
    #[cfg_attr(not(test), expect(dead_code, reason = "the table is for people too"))]
    pub(super) bank: &'static str,
    pub(super) proof: Proof,
    /// Published tables differ on it.
    pub(super) disputed: bool,
}

const fn range(first: u16, last: u16, bank: &'static str, proof: Proof) -> Range {
    Range {
        first,
        last,
        bank,
        proof,
        disputed: false,
    }
}

const fn disputed(first: u16, last: u16, bank: &'static str, proof: Proof) -> Range {
    Range {
        disputed: true,
        ..range(first, last, bank, proof)
    }
}

use Proof::{Eleven3, Eleven4, Eleven9, Ten, TenShort, Unknown};

/// In order of number, no number twice.
pub(super) const RANGES: &[Range] = &[
    // Its own accounts; no rule was ever published.
    disputed(1000, 1099, "Sveriges Riksbank", Unknown),
    range(1100, 1199, "Nordea", Eleven3),
    range(1200, 1399, "Danske Bank", Eleven3),
    range(1400, 2099, "Nordea", Eleven3),
    range(2300, 2399, "Ålandsbanken", Eleven4),
    range(2400, 2499, "Danske Bank", Eleven3),
    range(3000, 3299, "Nordea", Eleven3),
    range(3300, 3300, "Nordea (personkonto)", Ten),
    range(3301, 3399, "Nordea", Eleven3),
    range(3400, 3409, "Länsförsäkringar Bank", Eleven3),
    // Länsförsäkringar in a later table; both banks prove alike, so that the check digit is decisive.
    range(3410, 3781, "Nordea", Eleven3),
    range(3782, 3782, "Nordea (personkonto)", Ten),
    range(3783, 3999, "Nordea", Eleven3),
    range(4000, 4999, "Nordea", Eleven4),
    range(5000, 5999, "SEB", Eleven3),
    range(6000, 6999, "Handelsbanken", Eleven9),
    range(7000, 7999, "Swedbank", Eleven3),
    range(8000, 8999, "Swedbank", TenShort),
    range(9020, 9029, "Länsförsäkringar Bank", Eleven4),
    range(9040, 9049, "Citibank", Eleven4),
    range(9060, 9069, "Länsförsäkringar Bank", Eleven3),
    // In later tables alone.
    disputed(9070, 9079, "Multitude Bank", Eleven3),
    range(9100, 9109, "Nordnet Bank", Eleven4),
    range(9120, 9124, "SEB", Eleven3),
    range(9130, 9149, "SEB", Eleven3),
    range(9150, 9169, "Skandiabanken", Eleven4),
    range(9170, 9179, "IKANO Bank", Eleven3),
    range(9180, 9189, "Danske Bank", Ten),
    range(9190, 9199, "DNB Bank", Eleven4),
    range(9230, 9239, "Marginalen Bank", Eleven3),
    range(9250, 9259, "SBAB", Eleven3),
    range(9260, 9269, "DNB Bank", Eleven4),
    range(9270, 9279, "ICA Banken", Eleven3),
    range(9280, 9289, "Resurs Bank", Eleven3),
    range(9300, 9349, "Swedbank (formerly Sparbanken Öresund)", Ten),
    range(9390, 9399, "Landshypotek", Eleven4),
    // In the earlier table alone.
    disputed(9400, 9449, "Forex Bank", Eleven3),
    range(9460, 9469, "Santander Consumer Bank", Eleven3),
    range(9470, 9479, "BNP Paribas", Eleven4),
    range(9500, 9549, "Plusgirot", TenShort),
    range(9550, 9569, "Avanza Bank", Eleven4),
    range(9570, 9579, "Sparbanken Syd", Ten),
    disputed(9580, 9589, "Aion Bank", Eleven3),
    range(9590, 9599, "Erik Penser", Eleven4),
    range(9630, 9639, "Lån & Spar Bank", Eleven3),
    range(9640, 9649, "NOBA (Nordax Bank)", Eleven4),
    // In the earlier table alone.
    disputed(9650, 9659, "MedMera Bank", Eleven4),
    range(9660, 9669, "Svea Bank", Eleven4),
    range(9670, 9679, "JAK Medlemsbank", Eleven4),
    range(9680, 9689, "BlueStep Finans", Eleven3),
    range(9700, 9709, "Ekobanken", Eleven4),
    disputed(9710, 9719, "Lunar Bank", Eleven4),
    disputed(9750, 9759, "Northmill Bank", Eleven4),
    range(9780, 9789, "Klarna Bank", Eleven4),
    range(9880, 9889, "Riksgälden", Eleven4),
    range(9890, 9899, "Riksgälden", Ten),
    range(9960, 9969, "Plusgirot", TenShort),
];

/// The range of a clearing number of four digits.
pub(super) fn find(clearing: u16) -> Option<&'static Range> {
    let at = RANGES.partition_point(|range| range.last < clearing);
    RANGES.get(at).filter(|range| range.first <= clearing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stand_in_order_and_apart() {
        for pair in RANGES.windows(2) {
            assert!(
                pair[0].last < pair[1].first,
                "{} {}",
                pair[0].bank,
                pair[1].bank
            );
        }
        assert!(RANGES.iter().all(|range| range.first <= range.last));
        assert_eq!(find(6001).map(|range| range.bank), Some("Handelsbanken"));
        assert_eq!(find(9999).map(|range| range.bank), None);
        assert_eq!(find(2200).map(|range| range.bank), None);
    }
}
