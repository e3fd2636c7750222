//! A whole number as text.

use std::fmt;

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
        loop {
            from -= 1;
            digits[from] = b'0' + u8::try_from(number % 10).expect("a digit");
            number /= 10;
            if number == 0 {
                return Self { digits, from };
            }
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[self.from..]).expect("digits")
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
