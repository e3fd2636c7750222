//! The amounts of a record: counted for the sums of its batch, and held against their currency.

use rust_decimal::Decimal;

use super::Work;
use crate::check::{card, value};
use crate::code::Code;
use crate::model::{AmountRead, Currency, FieldType};
use crate::read::RawField;

impl Work<'_> {
    /// Counts an amount, and holds it against the decimals of the currency that the record names beside it.
    pub(super) fn amount(&mut self, currency: &str, field: &RawField<'_>) {
        let Some(amount) = readable(field) else {
            return;
        };
        let currency = self.currency(currency);
        self.amounts.push(AmountRead {
            field: field.name,
            amount,
            currency,
        });
        // Zeros behind the currency's last decimal are the same amount.
        let too_many = |currency: Currency| {
            let most = currency.decimals();
            amount.scale() > most && amount.normalize().scale() > most
        };
        if currency.is_some_and(too_many) {
            self.find(Code::TooManyDecimals, field);
        }
    }

    /// Counts an amount that the record's kind does not take, or whose record's kind is not known.
    pub(super) fn stray_amount(&mut self, field: &RawField<'_>) {
        let Some(spec) = self.profile.amount(field.name) else {
            return;
        };
        let FieldType::Amount { currency, .. } = spec.kind else {
            return;
        };
        if self.is_card(field) {
            return;
        }
        if let Some(amount) = readable(field) {
            self.amounts.push(AmountRead {
                field: field.name,
                amount,
                currency: self.currency(currency),
            });
        }
    }

    /// Whether a card number stands where an amount should: it is no amount, and no sum may show it.
    pub(super) fn is_card(&self, field: &RawField<'_>) -> bool {
        card::stands_for_amount(&field.seen, self.cards)
    }

    /// The currency that a field of the record names, or that stands in place of the field's name.
    fn currency(&self, field: &str) -> Option<Currency> {
        if let Some(only) = Currency::named(field) {
            return Some(only);
        }
        let text = self.raw_field(field)?.text.as_ref().ok()?;
        Currency::named(text)
    }
}

/// The amount of a field, whatever its sign.
fn readable(field: &RawField<'_>) -> Option<Decimal> {
    value::decimal(field.text.as_ref().ok()?, Code::InvalidAmount).ok()
}
