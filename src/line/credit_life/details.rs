//! Personal details of the credit-life line: the borrower, and the account that money goes to.

use anyhow::Result;

use super::OPERATION;
use super::entity::Operation;
use super::words::State;
use crate::line::details::{Details, Left, Life, Today};
use crate::line::work::parse;

/// See [`Registration::details`](crate::line::Registration::details).
pub(super) const DETAILS: &[Details] = &[Details {
    space: OPERATION,
    left: Left::But {
        removed: &["birth_date", "borrower", "account"],
        emptied: &["document_number"],
    },
    names: &[],
    life,
}];

fn life(_: &str, state: &str, today: &Today<'_>) -> Result<Life> {
    let operation: Operation = parse(state)?;
    let canceled = operation
        .insurance
        .as_ref()
        .and_then(|one| one.canceled.as_ref());
    let refund = canceled.and_then(|canceled| canceled.refund.as_ref());
    let paid_back = operation
        .due_dates()
        .last()
        .is_none_or(|last| *last < today.date);
    Ok(Life {
        over: match operation.state {
            State::None | State::WaitingSignature | State::Active => false,
            // No insurance, so nothing tells its end but the last installment.
            State::Disbursed => paid_back,
            State::Canceled => !refund.is_some_and(|refund| refund.held),
            State::Expired => true,
        },
        ..Life::default()
    })
}
