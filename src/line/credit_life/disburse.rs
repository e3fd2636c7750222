//! `credit.disburse`: the operation is paid out, and its policy is issued.

use anyhow::{Context as _, Result};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::cancel::cancel_insurance;
use super::entity::{Insurance, Operation, Policy};
use super::events::tell;
use super::lifecycle::{Ask, Disbursal, step};
use super::product::Product;
use super::words::{CancelReason, State};
use super::{COUNTER, POLICIES};
use crate::code::Code;
use crate::line::Store;
use crate::line::days::{day_after, days_after};
use crate::line::stored;
use crate::line::work::Work;
use crate::model::Finding;

/// Digits of a policy's place in its book.
const NUMBER_DIGITS: usize = 8;

/// Digits of a prize number, at the least.
const PRIZE_DIGITS: usize = 4;

/// `credit.disburse`.
pub(super) fn disburse(
    work: &mut Work<'_>,
    operation: &mut Operation,
    store: &mut dyn Store,
) -> Result<()> {
    let date = work.fields.date("disbursement_date");
    let date = date.expect("required: checked before");
    if date > work.today() {
        let finding = Finding::field(Code::NotSchedulable, "disbursement_date");
        work.note(finding.hinting("send it when the operation is paid out, with that day"));
    }
    let waits = operation.state == State::WaitingSignature;
    let product = operation.insurance.as_ref().map(|insurance| {
        let products = &work.context.products.credit_life;
        products.get(&*insurance.product)
    });
    let case = match product {
        None => Disbursal::Uninsured,
        Some(Some(product)) if over_limit(operation, product) => Disbursal::OverLimit,
        Some(_) => Disbursal::Insured,
    };
    let events = work.step(operation, &step(operation.state, Ask::Disburse(case)));
    if waits && product == Some(None) {
        let finding = Finding::new(Code::UnknownProduct);
        work.note(
            finding.saying("the product of the operation's insurance is not set up on this site"),
        );
    }
    if work.is_bad() {
        return Ok(());
    }
    let first_due = operation.due_dates().into_iter().min();
    if first_due.is_some_and(|due| due <= date) {
        let finding = Finding::field(Code::DateOrder, "disbursement_date");
        work.note(
            finding
                .saying("an installment was due by this day")
                .as_note(),
        );
    }
    operation.disbursement_date = date;
    let key = work.context.derive("disbursement").to_string();
    work.decision
        .references
        .push(("disbursement_key", key.as_str().into()));
    operation.disbursement_key = Some(key.into());
    match (case, product.flatten()) {
        (Disbursal::Insured, Some(product)) => issue(work, operation, product, store)?,
        (Disbursal::OverLimit, _) => {
            cancel_insurance(work, operation, CancelReason::CoverLimit, date);
            work.decision.message =
                "paid out without its insurance: a cover is over its limit".into();
        }
        (Disbursal::Insured | Disbursal::Uninsured, _) => {}
    }
    tell(work, operation, events.unwrap_or_default());
    Ok(())
}

/// Whether a cover's amount, which is the issue amount, is over what the product takes.
fn over_limit(operation: &Operation, product: &Product) -> bool {
    let covers = operation.insurance.iter().flat_map(|one| &one.covers);
    let mut limits = covers.filter_map(|cover| product.limit(cover.cover_type));
    limits.any(|limit| operation.issue_amount > limit)
}

/// Issues the policy: its term begins on the day of the disbursement.
fn issue(
    work: &mut Work<'_>,
    operation: &mut Operation,
    product: &Product,
    store: &mut dyn Store,
) -> Result<()> {
    let start = operation.disbursement_date;
    let end = start
        .checked_add_months(Months::new(product.term_months))
        .expect("dates end in the year 2999, terms at fifty years");
    let number = next_number(store)?;
    let policy = Policy {
        document_key: work.context.derive("policy document").to_string().into(),
        start,
        end,
        // What was paid out long ago expires on the first day that time can act on.
        expires: day_after(end.max(work.today())),
        refund_until: days_after(start, product.refund_days),
        number: format!("{}{number:0NUMBER_DIGITS$}", product.policy_series).into(),
        prize: format!("{number:0PRIZE_DIGITS$}").into(),
    };
    let references = &mut work.decision.references;
    references.push(("policy_number", (*policy.number).into()));
    references.push(("prize_number", (*policy.prize).into()));
    let insurance: &mut Insurance = operation
        .insurance
        .as_mut()
        .context("an insured operation has an insurance")?;
    insurance.policy = Some(policy);
    Ok(())
}

/// How many policies were issued in the book.
#[derive(Default, Serialize, Deserialize)]
struct Counter {
    issued: u64,
}

/// The number of a policy that is issued now. One counter a book, whatever the product: no two policies share a number.
fn next_number(store: &mut dyn Store) -> Result<u64> {
    let state = store.find(COUNTER, POLICIES)?;
    let mut counter: Counter = match state {
        Some(state) => stored::parse(state).context("the counter of policies does not read")?,
        None => Counter::default(),
    };
    counter.issued += 1;
    store.save(COUNTER, POLICIES, serde_json::to_string(&counter)?, &[])?;
    Ok(counter.issued)
}

/// The day on which a record takes effect: today, or an earlier day that it names, yet not before the disbursement.
pub(super) fn effective(work: &mut Work<'_>, operation: &Operation) -> NaiveDate {
    let date = work.effective_date.unwrap_or(work.today());
    if operation.disbursement_key.is_some() && date < operation.disbursement_date {
        let finding = Finding::field(Code::DateOrder, "effective_date");
        work.note(finding.saying("the operation was paid out on a later day"));
    }
    date
}
