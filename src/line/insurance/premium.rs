//! Premiums that were paid: for the period that the payer names, else for the oldest instalments that are not paid.

use crate::model::{Finding, Object as Map};
use anyhow::Result;
use chrono::{Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
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

/// How many instalments are looked at for one that is not paid: a hundred years of months.
const LOOK_AT: u32 = 1_200;

/// How many instalments one payment is spread over at most.
const SPREAD: usize = 36;

/// One instalment of the annual premium.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Instalment {
    pub start: NaiveDate,
    /// Last day, included.
    pub end: NaiveDate,
    pub amount: Decimal,
}

/// The instalment of this number, from 0; `None` after the end date. Annual premium ÷ periods, half up; the last of a
/// year takes the rest.
pub(super) fn instalment(insurance: &Insurance, number: u32) -> Option<Instalment> {
    let interval = insurance.interval();
    let months = interval.months();
    let from = |number: u32| {
        let months = Months::new(number.checked_mul(months)?);
        insurance.start_date.checked_add_months(months)
    };
    let start = from(number)?;
    if insurance.end_date.is_some_and(|end| start > end) {
        return None;
    }
    let end = from(number + 1)?.pred_opt()?;
    let end = insurance.end_date.map_or(end, |last| end.min(last));
    let periods = interval.periods();
    Some(Instalment {
        start,
        end,
        amount: instalment_amount(insurance, periods, number % periods),
    })
}

fn instalment_amount(insurance: &Insurance, periods: u32, number: u32) -> Decimal {
    let decimals = insurance.currency.decimals();
    let whole = insurance.annual_premium;
    let share = (whole / Decimal::from(periods))
        .round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    // Shares of a few of the smallest unit, rounded up, can use the premium up before the year's end.
    let rest = (whole - share * Decimal::from(number)).max(Decimal::ZERO);
    if number + 1 == periods {
        rest
    } else {
        share.min(rest)
    }
}

/// `insurance.premium-paid`.
pub(super) fn premium_paid(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    payer::is_its_own(work, insurance);
    let events = take(work, insurance, Ask::PremiumPaid);
    let currency = insurance.currency;
    if work.same_currency(insurance.currency, "insurance") {
        work.fits("amount", insurance.currency);
    }
    let amount = work
        .fields
        .decimal("amount")
        .expect("required: checked before");
    let amount = money(amount, currency);
    let mut paid = insurance.paid.iter().map(|paid| paid.amount);
    let total = paid.try_fold(amount, Decimal::checked_add);
    // The sum of all that was paid must stay countable: a refund may be as large.
    if !work.is_bad()
        && total.is_none_or(|total| money(total, currency).scale() != currency.decimals())
    {
        work.note(uncountable());
    }
    let was_apart = apart::claimed(work, amount, currency, store)?;
    if work.is_bad() {
        return Ok(());
    }
    let named = (
        work.fields.date("period_start"),
        work.fields.date("period_end"),
    );
    let (start, end) = if let (Some(start), Some(end)) = named {
        book(insurance, (start, end), None, amount);
        (start, end)
    } else {
        spread(insurance, amount)
    };
    let mut changed = Map::new();
    changed.insert("amount", Json::from(amount.to_string()));
    changed.insert("currency", Json::from(currency.as_str()));
    changed.insert("period_start", Json::from(start.to_string()));
    changed.insert("period_end", Json::from(end.to_string()));
    for name in [
        "value_date",
        "bank_reference",
        "end_to_end_id",
        "cash_reference",
    ] {
        if let Some(value) = work.fields.get(name) {
            changed.insert(name.to_owned(), json(value, None));
        }
    }
    tell(work, events, insurance.state, &changed);
    let (received, unmatched) = if was_apart {
        (Decimal::ZERO, -amount)
    } else {
        (amount, Decimal::ZERO)
    };
    work.decision.money.push(Movement {
        currency,
        received,
        reversed: Decimal::ZERO,
        allocated: amount,
        unallocated: Decimal::ZERO,
        unmatched,
    });
    Ok(())
}

/// What all payments of an insurance come to is more than a number holds.
fn uncountable() -> Finding {
    Finding::field(Code::OutOfRange, "amount")
        .hinting("check the amount: with what was paid before it is more than can be counted")
}

/// Pays the oldest instalments that are not paid, one after the other, until the money is out; what is left after the
/// last of them stays with it (without a premium, with the first). Answers the first and the last day paid for.
fn spread(insurance: &mut Insurance, amount: Decimal) -> (NaiveDate, NaiveDate) {
    let mut rest = amount;
    let mut days: Option<(NaiveDate, NaiveDate)> = None;
    let mut parts: Vec<(Instalment, Decimal)> = Vec::new();
    let mut last = None;
    for number in 0..LOOK_AT {
        let Some(instalment) = instalment(insurance, number) else {
            break;
        };
        let part = missing(insurance, &instalment).min(rest);
        last = Some(instalment.clone());
        if part > Decimal::ZERO {
            rest -= part;
            parts.push((instalment, part));
        }
        if rest.is_zero() || parts.len() == SPREAD || insurance.annual_premium.is_zero() {
            break;
        }
    }
    if !rest.is_zero() {
        match parts.last_mut() {
            Some((_, part)) => *part += rest,
            None => parts.extend(last.map(|instalment| (instalment, rest))),
        }
    }
    for (instalment, part) in parts {
        let first = days.map_or(instalment.start, |(first, _)| first);
        days = Some((first, instalment.end));
        book(
            insurance,
            (instalment.start, instalment.end),
            Some(instalment.amount),
            part,
        );
    }
    days.expect("the first instalment begins on the start date, before any end date")
}

/// What is still to be paid of the instalments that begin by this day, the oldest first.
pub(super) fn unpaid(insurance: &Insurance, until: NaiveDate) -> Vec<Decimal> {
    let all = lacking(insurance, until).into_iter().take(SPREAD);
    all.map(|(_, lacks)| lacks).collect()
}

/// The instalments that begin by this day and lack something, the oldest first, each with what it lacks.
pub(super) fn lacking(insurance: &Insurance, until: NaiveDate) -> Vec<(Instalment, Decimal)> {
    let all = (0..LOOK_AT).map_while(|number| instalment(insurance, number));
    let begun = all.take_while(|instalment| instalment.start <= until);
    let lacking = begun.map(|instalment| {
        let lacks = missing(insurance, &instalment);
        (instalment, lacks)
    });
    lacking.filter(|(_, lacks)| !lacks.is_zero()).collect()
}

/// What an instalment still lacks. One whose first day was paid for in a period of other bounds lacks nothing.
fn missing(insurance: &Insurance, instalment: &Instalment) -> Decimal {
    let bounds = (instalment.start, instalment.end);
    if let Some(paid) = insurance
        .paid
        .iter()
        .find(|paid| (paid.start, paid.end) == bounds)
    {
        let net = paid.amount - paid.refunded;
        return (paid.due.unwrap_or(instalment.amount) - net).max(Decimal::ZERO);
    }
    let covered = |paid: &Paid| paid.start <= instalment.start && instalment.start <= paid.end;
    if insurance.paid.iter().any(covered) {
        return Decimal::ZERO;
    }
    instalment.amount
}

/// Notes money for a period. Where some of it had gone back, the money first makes that good: it was paid, refunded,
/// and is paid again.
fn book(
    insurance: &mut Insurance,
    (start, end): (NaiveDate, NaiveDate),
    due: Option<Decimal>,
    amount: Decimal,
) {
    let currency = insurance.currency;
    let at = insurance
        .paid
        .binary_search_by(|paid| (paid.start, paid.end).cmp(&(start, end)));
    match at {
        Ok(at) => {
            let paid = &mut insurance.paid[at];
            let made_good = paid.refunded.min(amount);
            paid.refunded = money(paid.refunded - made_good, currency);
            paid.amount = money(paid.amount + amount - made_good, currency);
        }
        Err(at) => insurance.paid.insert(
            at,
            Paid {
                start,
                end,
                amount,
                due: due.map(|due| money(due, currency)),
                refunded: Decimal::ZERO,
                held: Decimal::ZERO,
            },
        ),
    }
}
