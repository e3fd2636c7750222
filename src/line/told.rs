//! How values are written for others: in events, replies, exports and states.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::model::json::Members;
use crate::model::{Currency, Day, Fields, Object, Value};

/// An amount with its currency's decimals.
pub fn money(amount: Decimal, currency: Currency) -> Decimal {
    if amount.scale() == currency.decimals() {
        return amount;
    }
    let mut scaled = amount;
    scaled.rescale(currency.decimals().max(amount.normalize().scale()));
    scaled
}

/// A value as events, replies and states hold it: amounts with their currency's decimals, dates as ISO 8601.
pub fn json(value: &Value, currency: Option<Currency>) -> Json {
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

/// Adds a value to an object that is being written, as [`json`] has it.
pub fn member(told: &mut Members, name: &str, value: &Value, currency: Option<Currency>) {
    match value {
        Value::Text(text) => told.text(name, text),
        Value::Code(word) => told.text(name, word),
        Value::Date(date) => told.day(name, *date),
        Value::Amount(amount) => {
            let amount = currency.map_or(*amount, |currency| money(*amount, currency));
            told.decimal(name, amount);
        }
        Value::Number(number) => told.decimal(name, number.normalize()),
        Value::Integer(number) => told.value(name, &Json::from(*number)),
        Value::Bool(flag) => told.flag(name, *flag),
        Value::Personal(number) => told.text(name, number.reveal()),
        Value::Clear => told.null(name),
    }
}

/// What a bank tells of a collection that failed, and whether it tries no more.
pub fn collection_failed(fields: &Fields, currency: Currency) -> (Object, bool) {
    let mut told = Object::new();
    let names = [
        "payer_no",
        "amount",
        "currency",
        "due_date",
        "reason_code",
        "final",
        "hold",
        "comment",
    ];
    for name in names {
        let money = (name == "amount").then_some(currency);
        if let Some(value) = fields.get(name) {
            told.insert(name, json(value, money));
        }
    }
    // Autogiro's status 9 is a retry; where nobody says that the bank tries again, it does not.
    if !told.contains_key("final") {
        let is_retry = fields.text("reason_code") == Some("9");
        told.insert("final", Json::Bool(!is_retry));
    }
    let is_final = told.get("final") == Some(&Json::Bool(true));
    (told, is_final)
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
            for currency in [sek, None] {
                let mut told = Members::with_capacity(0);
                member(&mut told, "name", &value, currency);
                let alike = serde_json::json!({ "name": json(&value, currency) });
                assert_eq!(told.finish().text(), alike.to_string());
            }
        }
        let yen = Currency::named("JPY").expect("listed");
        assert_eq!(money(Decimal::new(50, 1), yen).to_string(), "5");
        let whole = Decimal::MAX;
        assert_eq!(money(whole, yen), whole);
    }
}
