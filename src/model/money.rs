//! Currencies and their decimals.

use std::fmt;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies in use whose minor unit is not two decimals (ISO 4217, list one).
const OTHER_DECIMALS: &[(&[u8; 3], u8)] = &[
    (b"BIF", 0),
    (b"CLP", 0),
    (b"DJF", 0),
    (b"GNF", 0),
    (b"ISK", 0),
    (b"JPY", 0),
    (b"KMF", 0),
    (b"KRW", 0),
    (b"PYG", 0),
    (b"RWF", 0),
    (b"UGX", 0),
    (b"UYI", 0),
    (b"VND", 0),
    (b"VUV", 0),
    (b"XAF", 0),
    (b"XOF", 0),
    (b"XPF", 0),
    (b"BHD", 3),
    (b"IQD", 3),
    (b"JOD", 3),
    (b"KWD", 3),
    (b"LYD", 3),
    (b"OMR", 3),
    (b"TND", 3),
    (b"CLF", 4),
    (b"UYW", 4),
];

/// Currencies in use with two decimals (ISO 4217, list one; precious metals, test and bond codes left out).
const TWO_DECIMALS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD \
CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG \
HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV \
MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// Decimals of every code of three capitals, by [`place`]; `NONE` where ISO 4217 lists no currency in use. Every amount
/// of a batch asks, so it is looked up and not searched.
static DECIMALS: [u8; 26 * 26 * 26] = {
    let mut table = [NONE; 26 * 26 * 26];
    let two = TWO_DECIMALS.as_bytes();
    let mut at = 0;
    while at < two.len() {
        table[place([two[at], two[at + 1], two[at + 2]])] = 2;
        at += 4;
    }
    let mut at = 0;
    while at < OTHER_DECIMALS.len() {
        table[place(*OTHER_DECIMALS[at].0)] = OTHER_DECIMALS[at].1;
        at += 1;
    }
    table
};

const NONE: u8 = u8::MAX;

/// Of three capitals.
const fn place(code: [u8; 3]) -> usize {
    let [first, second, third] = code;
    ((first - b'A') as usize * 26 + (second - b'A') as usize) * 26 + (third - b'A') as usize
}

impl Currency {
    /// The currency of this code, if ISO 4217 lists it as one in use.
    pub fn named(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let known = bytes.iter().all(u8::is_ascii_uppercase) && DECIMALS[place(bytes)] != NONE;
        known.then_some(Self(bytes))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII capitals")
    }

    /// How many decimals an amount of this currency may have.
    pub fn decimals(self) -> u32 {
        DECIMALS[place(self.0)].into()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_iso_4217() {
        let decimals = |code| Currency::named(code).map(Currency::decimals);
        assert_eq!(decimals("SEK"), Some(2));
        assert_eq!(decimals("JPY"), Some(0));
        assert_eq!(decimals("KWD"), Some(3));
        assert_eq!(decimals("sek"), None);
        assert_eq!(decimals("XXX"), None);
        assert_eq!(decimals("D DK"), None);
        assert_eq!(decimals("AED"), Some(2));
        assert_eq!(decimals("ZWG"), Some(2));
        assert_eq!(decimals("CLF"), Some(4));
        assert_eq!(decimals("SE"), None);
        assert_eq!(decimals("SEKK"), None);
        let listed = TWO_DECIMALS.split(' ').count() + OTHER_DECIMALS.len();
        let known = DECIMALS
            .iter()
            .filter(|decimals| **decimals != NONE)
            .count();
        assert_eq!(known, listed, "no code stands in both lists");
    }
}
