//! Values that records are made of: names, numbers with their check digits, and the seeded chance that picks them.

use chrono::{Datelike, Days, NaiveDate};

const FIRST: &[&str] = &[
    "Åsa", "Örjan", "Märta", "Björn", "Anna", "Lars", "Zoë", "Jürgen", "Maja", "Hélène", "Nils",
    "Ebba",
];
const LAST: &[&str] = &[
    "Åström",
    "Öberg",
    "Ängström",
    "Sjölund",
    "Andersson",
    "Lindqvist",
    "Hägg",
    "Nyström",
    "Ek",
    "Bergström",
];

/// A first name.
pub(crate) fn first_name(random: &mut Random) -> &'static str {
    FIRST[random.pick(FIRST.len())]
}

/// A last name.
pub(crate) fn last_name(random: &mut Random) -> &'static str {
    LAST[random.pick(LAST.len())]
}

/// A reference number with its check digit.
pub(crate) fn ocr(row: u64) -> String {
    let digits = format!("7{row:010}");
    let check = luhn(&digits);
    format!("{digits}{check}")
}

/// The check digit that makes a number good by modulus 10.
fn luhn(digits: &str) -> u32 {
    let double = |at: usize| if at.is_multiple_of(2) { 2 } else { 1 };
    let digits = digits.bytes().rev().enumerate();
    let sum: u32 = digits
        .map(|(at, byte)| {
            let product = u32::from(byte - b'0') * double(at);
            product / 10 + product % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// An identity number of its own for each row, for rows below 34 million: birth days of people who are 18 to 64 years old
/// in November 2026, then the serial number, of which 000 is nobody's. The second 17 million are coordination numbers.
pub(crate) fn personnummer(row: u64) -> String {
    const DAYS: u64 = 17_050;
    const SERIALS: u64 = 999;
    let first = NaiveDate::from_ymd_opt(1961, 12, 1).expect("a date");
    let day = first + Days::new(row % DAYS);
    let serial = row / DAYS % SERIALS + 1;
    let coordination = row / DAYS / SERIALS % 2 == 1;
    let digits = format!(
        "{:04}{:02}{:02}{serial:03}",
        day.year(),
        day.month(),
        day.day() + if coordination { 60 } else { 0 }
    );
    let check = luhn(&digits[2..]);
    format!("{digits}{check}")
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; the bias of the remainder is far below what matters here.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn pick(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).expect("below a usize")
    }
}
