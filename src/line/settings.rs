//! How the lines read the settings of their products. Every fault is noted in the table's document, and a setting that
//! is wrong or not there has its default.

use rust_decimal::Decimal;

use crate::model::Currency;
use crate::toml_table::Table;

/// The most days that a setting may name: beyond a life's length it is a slip of the finger.
const MOST_DAYS: i64 = 36_500;

/// A number of calendar days.
pub fn days(table: &mut Table<'_>, key: &'static str, default: u32) -> u32 {
    whole(table, key, default, MOST_DAYS)
}

/// A whole number from 0 to `most`.
pub fn whole(table: &mut Table<'_>, key: &'static str, default: u32, most: i64) -> u32 {
    let number = table.integer_within(key, 0, most);
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(default)
}

/// An amount of more than zero, in the entity's own currency.
pub fn amount(table: &mut Table<'_>, key: &'static str) -> Option<Decimal> {
    let amount = table.decimal(key)?;
    if amount <= Decimal::ZERO {
        table.fault_at(key, format!("`{key}` must be more than zero"));
        return None;
    }
    Some(amount)
}

/// The currencies that something is sold in, under `currency`; none: any.
pub fn currencies(table: &mut Table<'_>) -> Vec<Currency> {
    let words = table.strings("currency").unwrap_or_default();
    let known = words.iter().filter_map(|word| {
        let currency = Currency::named(word);
        if currency.is_none() {
            table.fault_at(
                "currency",
                format!("`{word}` is not an ISO 4217 currency in use"),
            );
        }
        currency
    });
    known.collect()
}
