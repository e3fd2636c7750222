//! A whole number as text.

use std::fmt;

use super::digits::two;

/// A whole number in decimal digits. Every record writes several: the library's own way goes through its machinery of
/// formatting.
#[derive(Clone, Copy, Debug)]
pub struct Whole {
    digits: [u8; 20],
    from: usize,
}

impl Whole {
    /// The digits of a number.
    pub fn of(mut number: u64) -> Self {
        let mut digits = [b'0'; 20];
        let mut from = digits.len();
        while number > 0 {
            from -= 2;
            digits[from..from + 2].copy_from_slice(&two(number % 100));
            number /= 100;
        }
        from += usize::from(digits.get(from) == Some(&b'0'));
        let from = from.min(digits.len() - 1);
        Self { digits, from }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("digits")
    }

    /// The same as bytes, for what is written as such.
    pub fn as_bytes(&self) -> &[u8] {
        &self.digits[self.from..]
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_the_library_writes_it() {
        for number in [0, 1, 9, 10, 99, 100, 1_000_000, u64::MAX - 1, u64::MAX] {
            assert_eq!(Whole::of(number).as_str(), number.to_string());
        }
    }
}
