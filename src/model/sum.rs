//! Sums of amounts that are exact whatever their size and number of decimals.

use rust_decimal::Decimal;

/// A sum. Mantissas are kept apart by number of decimals, so that nothing is ever rounded or rescaled: the 20 million
/// largest amounts of 96 bits a file may hold fit in 127 bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExactSum(Vec<i128>);

impl ExactSum {
    /// Adds an amount.
    pub fn add(&mut self, amount: Decimal) {
        let scale = amount.scale() as usize;
        if self.0.len() <= scale {
            self.0.resize(scale + 1, 0);
        }
        self.0[scale] += amount.mantissa();
    }

    /// Adds a sum.
    pub fn add_sum(&mut self, other: &ExactSum) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine += theirs;
        }
    }

    /// Whether two sums are the same number.
    pub fn equals(&self, other: &ExactSum) -> bool {
        self.text(0) == other.text(0)
    }

    /// The number with a decimal point, at least `decimals` of them, and no trailing zeros beyond these.
    pub fn text(&self, decimals: u32) -> String {
        let scale = self.0.len().max(decimals as usize + 1) - 1;
        let (negative, digits) = self.digits(scale);
        let (whole, mut fraction) = digits.split_at(digits.len() - scale);
        let whole = whole.trim_start_matches('0');
        while fraction.len() > decimals as usize && fraction.ends_with('0') {
            fraction = &fraction[..fraction.len() - 1];
        }
        let sign = if negative { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { whole };
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        }
    }

    /// Sign and decimal digits of the sum as a whole number of units of 10^-scale: long addition, digit by digit, since
    /// the common scale may need more than 127 bits.
    fn digits(&self, scale: usize) -> (bool, String) {
        const WIDTH: usize = 72; // 39 digits of an i128, 28 of scale, and room for carries.
        let mut columns = [0_i64; WIDTH];
        for (decimals, &mantissa) in self.0.iter().enumerate() {
            let sign = if mantissa < 0 { -1 } else { 1 };
            let mut rest = mantissa.unsigned_abs();
            let mut at = scale - decimals;
            while rest > 0 {
                columns[at] += sign * i64::try_from(rest % 10).expect("one digit");
                rest /= 10;
                at += 1;
            }
        }
        if let Some(digits) = carried(&columns) {
            return (false, digits.into_iter().rev().collect());
        }
        let digits = carried(&columns.map(|column| -column))
            .expect("the negative of a number below zero is above");
        (true, digits.into_iter().rev().collect())
    }
}

/// The digits (lowest first) of a number given by columns, `None` where it is below zero.
fn carried(columns: &[i64]) -> Option<Vec<char>> {
    let mut carry = 0_i64;
    let mut digits = Vec::with_capacity(columns.len());
    for column in columns {
        let here = column + carry;
        carry = here.div_euclid(10);
        let digit = u32::try_from(here.rem_euclid(10)).expect("one digit");
        digits.push(char::from_digit(digit, 10).expect("one digit"));
    }
    (carry == 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(amounts: &[&str]) -> ExactSum {
        let mut sum = ExactSum::default();
        for amount in amounts {
            sum.add(amount.parse().expect("an amount"));
        }
        sum
    }

    #[test]
    fn sums_are_exact_at_any_scale_and_size() {
        let rows: &[(&[&str], &str)] = &[
            (&[], "0.00"),
            (&["0.1", "0.2"], "0.30"),
            (&["100", "0.005"], "100.005"),
            (&["1.50", "-2.75"], "-1.25"),
            (&["-0.01", "0.01"], "0.00"),
            (&["-1", "0.5"], "-0.50"),
            (
                &[
                    "79228162514264337593543950335",
                    "79228162514264337593543950335",
                ],
                "158456325028528675187087900670.00",
            ),
            (
                &[
                    "79228162514264337593543950335",
                    "0.0000000000000000000000000001",
                ],
                "79228162514264337593543950335.0000000000000000000000000001",
            ),
            (&["1000000", "1.000"], "1000001.00"),
        ];
        for (amounts, expected) in rows {
            assert_eq!(sum(amounts).text(2), *expected, "{amounts:?}");
        }
        assert_eq!(sum(&["10"]).text(0), "10");
        assert!(sum(&["1.0", "2"]).equals(&sum(&["3.00"])));
        assert!(!sum(&["1.0", "2"]).equals(&sum(&["3.01"])));
    }

    #[test]
    fn twenty_million_of_the_largest_amount_fit() {
        let mut total = ExactSum::default();
        let largest = Decimal::MAX;
        let mut doubled = ExactSum::default();
        doubled.add(largest);
        for _ in 0..24 {
            let copy = doubled.clone();
            doubled.add_sum(&copy);
        }
        total.add_sum(&doubled);
        assert!(total.text(0).len() > 36);
    }
}
