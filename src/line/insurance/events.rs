//! What happens to customers and insurances that others must learn of, and how values are written for them.

use crate::model::Object as Map;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::lifecycle::words;
use crate::model::json::Json as Text;
use crate::model::{Currency, Day, Event, Told, Value};

words! {
    /// What happened.
    pub(super) enum EventKind {
        /// A customer is new in the book.
        CustomerCreated "customer.created",
        /// A customer's details changed.
        CustomerUpdated "customer.updated",
        /// An insurance is new in the book.
        Registered "insurance.registered",
        /// Bank and customer have approved.
        Approved "insurance.approved",
        /// It is in force.
        Activated "insurance.activated",
        /// Its particulars changed.
        Updated "insurance.updated",
        /// A raise waits for the bank.
        TopUpRequested "insurance.top_up_requested",
        /// The insured amount was raised.
        ToppedUp "insurance.topped_up",
        /// A raise will not come.
        TopUpLapsed "insurance.top_up_lapsed",
        /// It will be cancelled.
        CancellationScheduled "insurance.cancellation_scheduled",
        /// It will not be cancelled after all.
        CancellationWithdrawn "insurance.cancellation_withdrawn",
        /// It is cancelled.
        Cancelled "insurance.cancelled",
        /// Its cancellation is undone.
        Reactivated "insurance.reactivated",
        /// Its end date is over.
        Expired "insurance.expired",
        /// Premiums are collected in another way.
        PremiumCollectionChanged "insurance.premium_collection_changed",
        /// A premium was paid.
        PremiumPaid "insurance.premium_paid",
        /// Money goes elsewhere.
        PayoutChanged "insurance.payout_changed",
        /// Others take part, or with another share.
        PartyChanged "insurance.party_changed",
    }
}

/// The names in events, replies and exports whose values are personal identity numbers: masked wherever the reader is
/// not the partner that sent them, or where its profile asks for that.
pub(super) const PERSONAL_FIELDS: &[&str] = &["identity_no", "collection_payer_identity_no"];

/// One fact about an entity that is in this state after it.
pub(super) fn event(kind: EventKind, subject: &str, state: &'static str, changed: &Map) -> Event {
    event_told(kind, subject, state, Text::of(changed))
}

/// The same, where what changed is text already.
pub(super) fn event_told(
    kind: EventKind,
    subject: &str,
    state: &'static str,
    changed: Text,
) -> Event {
    Event {
        kind: kind.as_str(),
        subject: subject.into(),
        state,
        told: Told::Changed(changed),
    }
}

/// An amount with its currency's decimals.
pub(super) fn money(amount: Decimal, currency: Currency) -> Decimal {
    let mut scaled = amount;
    scaled.rescale(currency.decimals().max(amount.normalize().scale()));
    scaled
}

/// A value as events, replies and states hold it: amounts with their currency's decimals, dates as ISO 8601.
pub(super) fn json(value: &Value, currency: Option<Currency>) -> Json {
    match value {
        Value::Text(text) => Json::from(&**text),
        Value::Code(word) => Json::from(*word),
        Value::Date(date) => Json::from(Day::of(*date).as_str()),
        Value::Amount(amount) => match currency {
            Some(currency) => Json::from(money(*amount, currency).to_string()),
            None => Json::from(amount.to_string()),
        },
        Value::Number(number) => Json::from(number.normalize().to_string()),
        Value::Integer(number) => Json::from(*number),
        Value::Bool(flag) => Json::from(*flag),
        Value::Personal(number) => Json::from(number.reveal()),
        Value::Clear => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::model::Personal;

    #[test]
    fn values_are_written_alike_everywhere() {
        let sek = Currency::named("SEK");
        let day = NaiveDate::from_ymd_opt(2026, 11, 2).expect("a day");
        let rows = [
            (Value::Amount(Decimal::new(5, 0)), "\"5.00\""),
            (Value::Amount(Decimal::new(5_000, 3)), "\"5.00\""),
            (Value::Number(Decimal::new(500, 2)), "\"5\""),
            (Value::Date(day), "\"2026-11-02\""),
            (Value::Bool(true), "true"),
            (Value::Integer(28), "28"),
            (Value::Code("WEB"), "\"WEB\""),
            (Value::Personal(Personal::new("1")), "\"1\""),
            (Value::Clear, "null"),
        ];
        for (value, text) in rows {
            assert_eq!(json(&value, sek).to_string(), text);
        }
        let yen = Currency::named("JPY").expect("listed");
        assert_eq!(money(Decimal::new(50, 1), yen).to_string(), "5");
        let whole = Decimal::MAX;
        assert_eq!(money(whole, yen), whole);
    }
}
