//! A decimal as text.

use compact_str::{CompactString, ToCompactString as _};
use rust_decimal::Decimal;

/// A decimal with the digits that it has. Amounts are small enough for the short way; the library's own goes through its
/// machinery of formatting.
#[derive(Clone, Debug)]
pub struct Digits(Text);

#[derive(Clone, Debug)]
enum Text {
    Short { bytes: [u8; 22], from: usize },
    Long(CompactString),
}

impl Digits {
    /// The digits of a decimal.
    pub fn of(value: Decimal) -> Self {
        let (Ok(mut rest), true) = (
            u64::try_from(value.mantissa().unsigned_abs()),
            value.scale() < 19,
        ) else {
            return Self(Text::Long(value.to_compact_string()));
        };
        let scale = value.scale() as usize;
        let mut bytes = [b'0'; 22];
        let mut from = bytes.len();
        while rest > 0 {
            from -= 2;
            bytes[from..from + 2].copy_from_slice(&two(rest % 100));
            rest /= 100;
        }
        from += usize::from(from < bytes.len() && bytes[from] == b'0');
        // A digit stands before the point.
        from = from.min(bytes.len() - scale - 1);
        if scale > 0 {
            let point = bytes.len() - scale;
            bytes.copy_within(from..point, from - 1);
            bytes[point - 1] = b'.';
            from -= 1;
        }
        if value.is_sign_negative() && !value.is_zero() {
            from -= 1;
            bytes[from] = b'-';
        }
        Self(Text::Short { bytes, from })
    }

    /// The decimal of a text of at most eighteen characters: digits, with a point between two of them or without. `None`: it
    /// is written otherwise.
    pub fn read(text: &str) -> Option<Decimal> {
        if text.len() > 18 || !text.ends_with(|last: char| last.is_ascii_digit()) {
            return None;
        }
        let (mut number, mut point) = (0, None);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => number = number * 10 + i64::from(byte - b'0'),
                b'.' if at > 0 && point.is_none() => point = Some(at),
                _ => return None,
            }
        }
        let scale = point.map_or(0, |point| text.len() - point - 1);
        Some(Decimal::new(number, u32::try_from(scale).ok()?))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("digits, a point and a sign")
    }

    /// The same as bytes, for what is written as such.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Text::Short { bytes, from } => &bytes[*from..],
            Text::Long(text) => text.as_bytes(),
        }
    }
}

/// The two digits of a number below a hundred.
pub(super) fn two(number: u64) -> [u8; 2] {
    const ALL: [[u8; 2]; 100] = {
        let mut all = [[b'0'; 2]; 100];
        let (mut at, mut tens) = (0, b'0');
        while at < 100 {
            let mut ones = b'0';
            while ones <= b'9' {
                all[at] = [tens, ones];
                ones += 1;
                at += 1;
            }
            tens += 1;
        }
        all
    };
    ALL[usize::try_from(number).expect("below a hundred")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_read_as_the_library_does() {
        for sample in [
            "0",
            "0.00",
            "5",
            "007.50",
            "3100.00",
            "999999999999999999",
            "0.1234567890123456",
        ] {
            let theirs: Decimal = sample.parse().expect("a decimal");
            let ours = Digits::read(sample).expect("a decimal");
            assert_eq!((ours, ours.scale()), (theirs, theirs.scale()), "{sample}");
        }
        for other in [
            "",
            ".",
            "1.",
            ".5",
            "1.2.3",
            "-1",
            "+1",
            "1e3",
            "1_000",
            " 1",
            "1234567890123456789",
        ] {
            assert_eq!(Digits::read(other), None, "{other}");
        }
    }

    #[test]
    fn a_decimal_is_written_as_the_library_does() {
        for sample in [
            "0",
            "0.00",
            "-0.00",
            "5",
            "5.00",
            "-5.05",
            "0.01",
            "-0.001",
            "10",
            "1000000",
            "123456789012.34",
            "18446744073709551615",
            "-18446744073709551615",
            "-1844674407370955161.5",
            "-0.184467440737095516",
            "-18.446744073709551615",
            "0.18446744073709551615",
            "1844674407370955161.5",
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            "0.0000000000000000000000000001",
        ] {
            let value: Decimal = sample.parse().expect("a decimal");
            assert_eq!(Digits::of(value).as_str(), value.to_string(), "{sample}");
        }
    }
}
