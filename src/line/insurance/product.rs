//! Settings of an insurance product.

use rust_decimal::Decimal;

use crate::model::Currency;

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
