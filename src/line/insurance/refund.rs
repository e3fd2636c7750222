//! What a cancellation pays back, and the order for it: to the payout account, or held until there is one.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::{Cancelled, Insurance, Paid, Refund};
use super::product::Product;
use super::words::Reason;
use crate::code::Code;
use crate::line::days::days_after;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::decision::OrderValue;
use crate::model::{Currency, Finding, Order, OrderStatus};

/// Orders what a cancellation pays back; `None`: nothing.
pub(super) fn order(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    cancelled: &Cancelled,
    product: &Product,
) -> Option<Refund> {
    let all = pays_all(insurance, cancelled, product);
    let held = insurance.payout.is_empty();
    let currency = insurance.currency;
    let mut amount = Decimal::ZERO;
    for paid in &mut insurance.paid {
        let part = part(paid, all, cancelled.date, currency);
        amount += part;
        let kept = if held {
            &mut paid.held
        } else {
            &mut paid.refunded
        };
        *kept = money(*kept + part, currency);
    }
    if amount.is_zero() {
        return None;
    }
    let id = work.context.derive("refund").to_string();
    let refund = Refund {
        order: id.into(),
        amount: money(amount, currency),
        held,
    };
    if held {
        work.decision
            .findings
            .push(Finding::field(Code::RefundHeld, "payout_method"));
    }
    let status = if held {
        OrderStatus::Held
    } else {
        OrderStatus::Ordered
    };
    place(work, insurance, &refund, status);
    Some(refund)
}

/// Whether everything paid goes back: the insurance never began, or its owner thought better of it in time.
fn pays_all(insurance: &Insurance, cancelled: &Cancelled, product: &Product) -> bool {
    let began = insurance.start_date.max(insurance.registered);
    let in_time = cancelled.date <= days_after(began, product.cooling_off_days);
    cancelled.date < insurance.start_date
        || (cancelled.reason == Reason::CustomerRequest && in_time)
}

/// What goes back of one paid period, beyond what went back already.
fn part(paid: &Paid, all: bool, effective: NaiveDate, currency: Currency) -> Decimal {
    let due = if all {
        paid.amount
    } else {
        pro_rata(paid.amount, (paid.start, paid.end), effective, currency)
    };
    (due - paid.refunded).max(Decimal::ZERO)
}

/// Amount × days after the effective date up to and including the period's end ÷ days of the period, rounded half up to
/// the currency's decimals. Counted in the currency's smallest unit, so that no amount is too large for it.
fn pro_rata(
    amount: Decimal,
    (start, end): (NaiveDate, NaiveDate),
    effective: NaiveDate,
    currency: Currency,
) -> Decimal {
    let days = (end - start).num_days() + 1;
    let after = (end - effective).num_days().clamp(0, days);
    let exact = money(amount, currency);
    let scale = exact.scale();
    let units = exact.mantissa() * i128::from(after);
    let rounded = (2 * units + i128::from(days)) / (2 * i128::from(days));
    Decimal::from_i128_with_scale(rounded, scale)
}

/// Releases the held refund, now that there is somewhere to pay it to; answers its order's id.
pub(super) fn release(work: &mut Work<'_>, insurance: &mut Insurance) -> Option<Box<str>> {
    let cancelled = insurance.cancelled.as_mut()?;
    let refund = cancelled.refund.as_mut().filter(|refund| refund.held)?;
    refund.held = false;
    let refund = refund.clone();
    for paid in &mut insurance.paid {
        paid.refunded = money(paid.refunded + paid.held, insurance.currency);
        paid.held = Decimal::ZERO;
    }
    place(work, insurance, &refund, OrderStatus::Ordered);
    Some(refund.order)
}

/// Takes a held refund back: its insurance lives on.
pub(super) fn withdraw(work: &mut Work<'_>, insurance: &mut Insurance, refund: &Refund) {
    for paid in &mut insurance.paid {
        paid.held = Decimal::ZERO;
    }
    place(work, insurance, refund, OrderStatus::Withdrawn);
}

fn place(work: &mut Work<'_>, insurance: &Insurance, refund: &Refund, status: OrderStatus) {
    let payout = |name: &'static str| {
        let text = insurance.payout.get(name).and_then(Json::as_str);
        (name, OrderValue::Text(text.unwrap_or_default().into()))
    };
    let currency = insurance.currency;
    work.decision
        .references
        .push(("refund", (*refund.order).into()));
    work.decision.orders.push(Order {
        id: refund.order.clone(),
        kind: "Refund",
        status,
        entity: work.key.into(),
        columns: vec![
            ("amount", OrderValue::Amount(refund.amount, currency)),
            ("currency", OrderValue::Text(currency.as_str().into())),
            payout("payout_method"),
            payout("payout_account"),
            payout("payout_clearing"),
            payout("payout_iban"),
            payout("payout_bic"),
        ],
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn days_after_the_effective_date_go_back_half_up() {
        let rows = [
            // amount, period, effective, currency, goes back
            (
                "1200.00",
                "2026-01-01",
                "2026-12-31",
                "2025-12-31",
                "SEK",
                "1200.00",
            ),
            (
                "1200.00",
                "2026-01-01",
                "2026-12-31",
                "2026-01-01",
                "SEK",
                "1196.71",
            ),
            (
                "1200.00",
                "2026-01-01",
                "2026-12-31",
                "2026-06-30",
                "SEK",
                "604.93",
            ),
            (
                "1200.00",
                "2026-01-01",
                "2026-12-31",
                "2026-12-30",
                "SEK",
                "3.29",
            ),
            (
                "1200.00",
                "2026-01-01",
                "2026-12-31",
                "2026-12-31",
                "SEK",
                "0.00",
            ),
            (
                "1200.00",
                "2026-01-01",
                "2026-12-31",
                "2027-05-01",
                "SEK",
                "0.00",
            ),
            (
                "100.00",
                "2026-11-01",
                "2026-11-30",
                "2026-11-20",
                "SEK",
                "33.33",
            ),
            // Exactly half of the smallest unit goes up.
            (
                "0.01",
                "2026-11-01",
                "2026-11-02",
                "2026-11-01",
                "SEK",
                "0.01",
            ),
            (
                "0.03",
                "2026-11-01",
                "2026-11-02",
                "2026-11-01",
                "SEK",
                "0.02",
            ),
            (
                "0.01",
                "2026-11-01",
                "2026-11-03",
                "2026-11-02",
                "SEK",
                "0.00",
            ),
            ("100", "2026-11-01", "2026-11-30", "2026-11-20", "JPY", "33"),
            (
                "100.000",
                "2026-11-01",
                "2026-11-30",
                "2026-11-20",
                "KWD",
                "33.333",
            ),
            // A leap year has 366 days.
            (
                "366.00",
                "2028-01-01",
                "2028-12-31",
                "2028-02-28",
                "SEK",
                "307.00",
            ),
            // The largest amount there is does not overflow.
            (
                "79228162514264337593543950335",
                "2026-01-01",
                "2026-12-31",
                "2025-01-01",
                "SEK",
                "79228162514264337593543950335",
            ),
        ];
        for (amount, start, end, effective, currency, expected) in rows {
            let found = pro_rata(
                amount.parse().expect("a decimal"),
                (day(start), day(end)),
                day(effective),
                Currency::named(currency).expect("listed"),
            );
            assert_eq!(
                found.to_string(),
                expected,
                "{amount} {start}..{end} after {effective}"
            );
        }
    }
}
