//! Premiums that were paid and went back to their payer: a bank took them back.

use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::{Insurance, Paid};
use super::lifecycle::Ask;
use super::work::{take, tell};
use super::{apart, payer};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::{json, money};
use crate::line::work::Work;
use crate::model::decision::Movement;
use crate::model::{Finding, Object as Map};

/// What can be taken back of a period: what was paid for it, less what was ordered to be paid back, or waits for that.
fn left_of(paid: &Paid) -> Decimal {
    (paid.amount - paid.refunded - paid.held).max(Decimal::ZERO)
}

/// What can be taken back of all that was paid.
pub(super) fn left(insurance: &Insurance) -> Decimal {
    insurance.paid.iter().map(left_of).sum()
}

/// `insurance.premium-reversed`: the period of which exactly this is left, else the newest ones, are not paid.
///
/// Where it is what was kept apart below zero, it is so no longer: that money went back already.
pub(super) fn premium_reversed(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    payer::is_its_own(work, insurance);
    let events = take(work, insurance, Ask::PremiumReversed);
    let currency = insurance.currency;
    if work.same_currency(currency, "insurance") {
        work.fits("amount", currency);
    }
    let amount = work.fields.decimal("amount");
    let amount = money(amount.expect("required: checked before"), currency);
    let left = left(insurance);
    if amount > left {
        let finding = Finding::field(Code::OverRepaidAmount, "amount");
        work.note(finding.hinting(format!("{left} is left of what was paid")));
    }
    let was_apart = apart::claimed(work, -amount, currency, store)?;
    if work.is_bad() {
        return Ok(());
    }
    take_back(insurance, amount);
    let mut changed = Map::new();
    changed.insert("amount", Json::from(amount.to_string()));
    changed.insert("currency", Json::from(currency.as_str()));
    for name in [
        "value_date",
        "due_date",
        "reason_code",
        "bank_reference",
        "end_to_end_id",
        "cash_reference",
        "comment",
    ] {
        if let Some(value) = work.fields.get(name) {
            changed.insert(name, json(value, None));
        }
    }
    tell(work, events, insurance.state, &changed);
    let (reversed, unmatched) = if was_apart {
        (Decimal::ZERO, amount)
    } else {
        (amount, Decimal::ZERO)
    };
    work.decision.money.push(Movement {
        currency,
        received: Decimal::ZERO,
        reversed,
        allocated: -amount,
        unallocated: Decimal::ZERO,
        unmatched,
    });
    Ok(())
}

fn take_back(insurance: &mut Insurance, amount: Decimal) {
    let currency = insurance.currency;
    let mut rest = amount;
    let exact = insurance
        .paid
        .iter()
        .rposition(|paid| left_of(paid) == amount);
    let all = (0..insurance.paid.len()).rev();
    let order: Vec<usize> = exact.into_iter().chain(all).collect();
    for at in order {
        let paid = &mut insurance.paid[at];
        let part = left_of(paid).min(rest);
        paid.amount = money(paid.amount - part, currency);
        rest -= part;
    }
    // A period of which nothing was ever paid back leaves no trace.
    insurance.paid.retain(|paid| !paid.amount.is_zero());
}
