//! `credit.reverse` and `policy.cancel`: what ends before its time, and what of the premium goes back.

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::disburse::effective;
use super::entity::{Canceled, Operation, Refund};
use super::events::tell;
use super::kinds::ACCOUNT;
use super::lifecycle::{Ask, step};
use super::premium::refund;
use super::reais;
use super::words::{CancelReason, State};
use crate::code::Code;
use crate::line::work::Work;
use crate::model::decision::OrderValue;
use crate::model::{Finding, Order, OrderStatus};

/// `credit.reverse`.
pub(super) fn reverse(work: &mut Work<'_>, operation: &mut Operation) {
    let date = effective(work, operation);
    let insured = operation.state == State::Active;
    let ask = Ask::Reverse(operation.reversal());
    let events = work.step(operation, &step(operation.state, ask));
    if work.is_bad() {
        return;
    }
    operation.reversed = Some(date);
    if insured {
        cancel_insurance(work, operation, CancelReason::ReversedOperation, date);
    }
    tell(work, operation, events.unwrap_or_default());
}

/// `policy.cancel`.
pub(super) fn cancel(work: &mut Work<'_>, operation: &mut Operation) {
    let date = effective(work, operation);
    let events = work.step(operation, &step(operation.state, Ask::Cancel));
    if work.is_bad() {
        return;
    }
    cancel_insurance(work, operation, CancelReason::PremiumCancel, date);
    tell(work, operation, events.unwrap_or_default());
}

/// Notes how the insurance ended, and orders what of its premium goes back.
pub(super) fn cancel_insurance(
    work: &mut Work<'_>,
    operation: &mut Operation,
    reason: CancelReason,
    date: NaiveDate,
) {
    let held = operation.account.is_empty();
    let Some(insurance) = &mut operation.insurance else {
        return;
    };
    // An operation that is undone, or whose policy never was, keeps nothing of the premium.
    let amount = match &insurance.policy {
        Some(policy) if reason.is_of_insurance_alone() => refund(insurance.gross, policy, date),
        Some(_) | None => insurance.gross,
    };
    let id = work.context.derive("refund").to_string();
    let refund = Refund {
        order: id.into(),
        amount,
        held,
    };
    let refund = Some(refund).filter(|refund| !refund.amount.is_zero());
    insurance.canceled = Some(Canceled {
        reason,
        date,
        refund: refund.clone(),
    });
    if let Some(refund) = refund {
        order(work, operation, &refund);
    }
}

fn order(work: &mut Work<'_>, operation: &Operation, refund: &Refund) {
    let status = if refund.held {
        let finding = Finding::field(Code::RefundHeld, "account_number");
        work.note(
            finding
                .saying(
                    "the refund waits: the operation was created without an account to pay it to",
                )
                .hinting("pay it by hand"),
        );
        OrderStatus::Held
    } else {
        OrderStatus::Ordered
    };
    let references = &mut work.decision.references;
    references.push(("refund", (*refund.order).into()));
    let mut columns = vec![
        ("amount", OrderValue::Amount(refund.amount, reais())),
        ("currency", OrderValue::Text(reais().as_str().into())),
    ];
    columns.extend(ACCOUNT.iter().map(|spec| {
        let text = operation.account.get(spec.name).and_then(Json::as_str);
        (spec.name, OrderValue::Text(text.unwrap_or_default().into()))
    }));
    work.decision.orders.push(Order {
        id: refund.order.clone(),
        kind: "Refund",
        status,
        entity: work.key.into(),
        columns,
    });
}
