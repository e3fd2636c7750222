//! One field's canonical text to its typed value.

mod contact;
mod hint;
pub(super) mod text;

use compact_str::CompactString;
use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

pub use hint::hint;

use super::{card, number};
use crate::code::Code;
use crate::model::blank::trimmed;
use crate::model::kind::Sign;
use crate::model::{Currency, Day, FieldSpec, FieldType, Personal, Value};

/// Years that a date may have: a typing error such as `0201-01-01` or `20226-01-01` is a finding, not a date.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2999;

/// The most significant digits of a number; every number of so many is held exactly.
const SIGNIFICANT: u32 = 28;

/// What an update writes to empty a field.
pub(super) const CLEAR: &str = "<clear>";

/// The value of a field's canonical text (decimal point, `YYYY-MM-DD`, canonical words), or the code that says why it
/// is none. `<clear>` is [`Value::Clear`] where the field takes it, and text where it does not: only a bank may mean that.
pub fn parse(spec: &FieldSpec, text: &str) -> Result<Value, Code> {
    if spec.clearable && trimmed(text) == CLEAR {
        return Ok(Value::Clear);
    }
    match spec.kind {
        FieldType::Text(longest) => text::free(text, longest.into()).map(Value::Text),
        FieldType::Ref => text::reference(text).map(Value::Text),
        FieldType::Uuid => text::id(text).map(Value::Text),
        FieldType::Date => date(text).map(Value::Date),
        FieldType::Amount { sign, .. } => {
            let amount = decimal(text, Code::InvalidAmount)?;
            signed(amount, sign).map(Value::Amount)
        }
        FieldType::Rate => {
            let rate = decimal(text, Code::InvalidNumber)?;
            bounded(rate, rate >= Decimal::ZERO).map(Value::Number)
        }
        FieldType::Percent => {
            let share = decimal(text, Code::InvalidNumber)?;
            bounded(
                share,
                share > Decimal::ZERO && share <= Decimal::ONE_HUNDRED,
            )
            .map(Value::Number)
        }
        FieldType::Bool => flag(text).map(Value::Bool),
        FieldType::Integer(least, most) => integer(text, least, most).map(Value::Integer),
        FieldType::Country => {
            listed(text, number::is_country(text), Code::InvalidCountry).map(Value::Text)
        }
        FieldType::Currency => {
            let known = Currency::named(text).is_some();
            listed(text, known, Code::InvalidCurrency).map(Value::Text)
        }
        FieldType::Language => contact::language(text).map(Value::Text),
        FieldType::Email => contact::email(text).map(Value::Text),
        FieldType::Phone => contact::phone(text).map(Value::Text),
        FieldType::Code(words) => word(text, words).map(Value::Code),
        FieldType::Synonym(words) => synonym(text, words).map(Value::Code),
        FieldType::CardNumber => card::read(text, None).map(Value::Text),
        FieldType::Identity => text::reference(text).map(|n| Value::Personal(Personal::new(n))),
        FieldType::Iban => number::iban(text).map(normalised),
        FieldType::Bic => number::bic(text).map(normalised),
        FieldType::Digits(longest) => digits(text, longest.into()).map(Value::Text),
    }
}

/// The canonical text of a value: equal values have equal texts, so `10.0` and `10.00` are both `10`.
pub fn canonical(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        Value::Code(word) => Cow::Borrowed(word),
        Value::Personal(number) => Cow::Borrowed(number.reveal()),
        Value::Date(date) => Cow::Owned(Day::of(*date).as_str().to_owned()),
        Value::Amount(number) | Value::Number(number) => Cow::Owned(number.normalize().to_string()),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Clear => Cow::Borrowed(CLEAR),
    }
}

/// A decimal as written, its decimals kept: an optional minus, digits, and a point with digits after it or none. No
/// exponent, no `+`, no blanks. `bad` where the text is not that; `out_of_range` where it has more digits than are held
/// exactly.
pub fn decimal(text: &str, bad: Code) -> Result<Decimal, Code> {
    if let Some(number) = short_decimal(text.as_bytes()) {
        return Ok(number);
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut number: i128 = 0;
    let mut significant = 0;
    let mut decimals = None;
    let mut last_is_digit = false;
    for byte in unsigned.bytes() {
        match byte {
            b'0'..=b'9' => {
                // Digits beyond the bound are counted and not kept: the form is still checked to the end.
                if significant < SIGNIFICANT {
                    number = number * 10 + i128::from(byte - b'0');
                }
                significant += u32::from(number != 0);
                decimals = decimals.map(|n: u32| n + 1);
                last_is_digit = true;
            }
            b'.' if decimals.is_none() && last_is_digit => {
                decimals = Some(0);
                last_is_digit = false;
            }
            _ => return Err(bad),
        }
    }
    if !last_is_digit {
        return Err(bad);
    }
    let decimals = decimals.unwrap_or(0);
    if significant > SIGNIFICANT || decimals > Decimal::MAX_SCALE {
        return Err(Code::OutOfRange);
    }
    let number = if negative { -number } else { number };
    Decimal::try_from_i128_with_scale(number, decimals).map_err(|_| Code::OutOfRange)
}

/// The same of digits alone, with or without a point between them, that fit a machine's word: most numbers.
fn short_decimal(text: &[u8]) -> Option<Decimal> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    let mut number: i64 = 0;
    let mut point = None;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let decimals = match point {
        Some(at) if at + 1 == text.len() => return None,
        Some(at) => text.len() - at - 1,
        None => 0,
    };
    Some(Decimal::new(number, u32::try_from(decimals).ok()?))
}

/// Whether the amount has the sign it may have.
pub fn signed(amount: Decimal, sign: Sign) -> Result<Decimal, Code> {
    match sign {
        Sign::Positive if amount <= Decimal::ZERO => Err(Code::NotPositive),
        Sign::NotNegative if amount < Decimal::ZERO => Err(Code::OutOfRange),
        Sign::Positive | Sign::NotNegative | Sign::Any => Ok(amount),
    }
}

fn bounded(number: Decimal, within: bool) -> Result<Decimal, Code> {
    if within {
        Ok(number)
    } else {
        Err(Code::OutOfRange)
    }
}

fn listed(text: &str, known: bool, bad: Code) -> Result<CompactString, Code> {
    if known { Ok(text.into()) } else { Err(bad) }
}

fn normalised(valid: number::Valid) -> Value {
    Value::Text(valid.normalised.into())
}

fn date(text: &str) -> Result<NaiveDate, Code> {
    Day::read(text)
        .filter(|date| YEARS.contains(&date.year()))
        .ok_or(Code::InvalidDate)
}

fn flag(text: &str) -> Result<bool, Code> {
    if text.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(Code::UnknownCode)
    }
}

fn integer(text: &str, least: i64, most: i64) -> Result<i64, Code> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Code::InvalidNumber);
    }
    // All digits: the one way left to fail is that there are too many.
    let number: i64 = text.parse().map_err(|_| Code::OutOfRange)?;
    if number < least || number > most {
        return Err(Code::OutOfRange);
    }
    Ok(number)
}

fn word(text: &str, words: &[&'static str]) -> Result<&'static str, Code> {
    let text = text::normal(text);
    words
        .iter()
        .find(|word| same_word(word, &text))
        .copied()
        .ok_or(Code::UnknownCode)
}

fn synonym(text: &str, words: &[(&'static str, &'static str)]) -> Result<&'static str, Code> {
    let text = text::normal(text);
    words
        .iter()
        .find(|(spelling, _)| same_word(spelling, &text))
        .map(|(_, word)| *word)
        .ok_or(Code::UnknownCode)
}

fn same_word(word: &str, text: &str) -> bool {
    if word.is_ascii() || text.is_ascii() {
        word.eq_ignore_ascii_case(text)
    } else {
        word.to_lowercase() == text.to_lowercase()
    }
}

/// Digits with their separators taken off; leading zeros stay, since in an account number they mean something.
fn digits(text: &str, longest: usize) -> Result<CompactString, Code> {
    let digits = number::compact(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Code::InvalidCharacter);
    }
    if digits.len() > longest {
        return Err(Code::TooLong);
    }
    Ok(digits.into())
}

#[cfg(test)]
mod tests;
