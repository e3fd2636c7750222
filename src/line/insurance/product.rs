//! Settings of an insurance product.

use rust_decimal::Decimal;

use crate::line::settings::{amount, currencies, days, whole};
use crate::model::Currency;
use crate::toml_table::Table;

/// Settings of an insurance product. Days are calendar days; a limit of N days includes day N.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Currencies it is sold in; empty: any.
    pub currency: Vec<Currency>,
    /// The youngest that an insured person may be on the start date, in whole years.
    pub min_age: u32,
    /// The oldest.
    pub max_age: u32,
    /// The highest insured amount, in the insurance's currency.
    pub max_insured_amount: Option<Decimal>,
    /// How long a customer can withdraw and get everything back.
    pub cooling_off_days: u32,
    /// How long a top-up waits for approval before it lapses.
    pub top_up_days: u32,
    /// How long after it took effect a cancellation can be undone.
    pub reactivation_days: u32,
    /// The notice that a cancellation for non-payment gives.
    pub non_payment_notice_days: u32,
}

impl Default for Product {
    fn default() -> Self {
        Self {
            currency: Vec::new(),
            min_age: 18,
            max_age: 65,
            max_insured_amount: None,
            cooling_off_days: 30,
            top_up_days: 30,
            reactivation_days: 90,
            non_payment_notice_days: 14,
        }
    }
}

impl Product {
    /// Reads the settings of one `[product.CODE]`; every fault is noted in the table's document, and a setting that is
    /// wrong or not there has its default. `line` and unknown keys are the caller's.
    pub fn from_table(table: &mut Table<'_>) -> Self {
        let default = Self::default();
        let ages = (
            whole(table, "min_age", default.min_age, 150),
            whole(table, "max_age", default.max_age, 150),
        );
        if ages.0 > ages.1 {
            table.fault_at("max_age", "`max_age` is less than `min_age`");
        }
        Self {
            currency: currencies(table),
            min_age: ages.0,
            max_age: ages.1,
            max_insured_amount: amount(table, "max_insured_amount"),
            cooling_off_days: days(table, "cooling_off_days", default.cooling_off_days),
            top_up_days: days(table, "top_up_days", default.top_up_days),
            reactivation_days: days(table, "reactivation_days", default.reactivation_days),
            non_payment_notice_days: days(
                table,
                "non_payment_notice_days",
                default.non_payment_notice_days,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_table::Document;

    fn read(text: &str) -> (Product, Vec<String>) {
        let document = Document::parse("t", text).expect("is TOML");
        let mut table = document.root();
        let product = Product::from_table(&mut table);
        table.finish();
        let faults = document.into_faults();
        (product, faults.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        assert_eq!(read(""), (Product::default(), Vec::new()));
    }

    #[test]
    fn what_is_said_counts() {
        let (product, faults) = read(
            "currency = ['SEK', 'NOK']\nmin_age = 20\nmax_age = 60\nmax_insured_amount = '3000000'\ncooling_off_days = 14\n\
             top_up_days = 1\nreactivation_days = 2\nnon_payment_notice_days = 3\n",
        );
        assert_eq!(faults, [""; 0]);
        let codes: Vec<String> = product.currency.iter().map(ToString::to_string).collect();
        assert_eq!(codes, ["SEK", "NOK"]);
        assert_eq!((product.min_age, product.max_age), (20, 60));
        assert_eq!(product.max_insured_amount, Some(Decimal::from(3_000_000)));
        assert_eq!((product.cooling_off_days, product.top_up_days), (14, 1));
        assert_eq!(
            (product.reactivation_days, product.non_payment_notice_days),
            (2, 3)
        );
    }

    #[test]
    fn every_fault_is_told() {
        let (_, faults) = read(
            "currency = ['SEK', 'kr']\nmin_age = 70\nmax_insured_amount = 0\ntop_up_days = -1\nreactivation_days = 'x'\ncooling = 1\n",
        );
        assert_eq!(
            faults,
            [
                "t:1:1 `max_age` is less than `min_age`",
                "t:1:12 `kr` is not an ISO 4217 currency in use",
                "t:3:22 `max_insured_amount` must be more than zero",
                "t:4:15 `top_up_days` must be from 0 to 36500, not -1",
                "t:5:21 expected an integer, found a string",
                "t:6:1 unknown key `cooling`; known here: min_age, max_age, currency, max_insured_amount, cooling_off_days, \
                 top_up_days, reactivation_days, non_payment_notice_days",
            ]
        );
    }
}
