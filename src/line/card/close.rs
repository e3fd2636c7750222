//! How a contract is blocked, and how it ends: by an instruction, or by itself when its day has come.

use anyhow::Result;
use serde_json::json;

use super::CONTRACT;
use super::entity::{CLOSE_SCHEDULED, CLOSE_SUSPENDED, Closed, Closing, Contract, Suspension};
use super::events::tell;
use super::lifecycle::{Ask, When};
use super::words::{CardStatus, ClosedBy, DelayType, State, Status};
use super::work::{product, take};
use super::{ids, orders, shape};
use crate::code::Code;
use crate::line::days::{day_after, days_after};
use crate::line::work::{Kept as _, Work, load};
use crate::line::{Context, Space, Store};
use crate::model::{Decision, Fields, Finding};

/// Decides `contract.suspend`.
pub(super) fn suspend(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, contract, Ask::Suspend);
    let product = product(work, &contract.product);
    let (Some(product), false) = (product, work.is_bad()) else {
        return Ok(());
    };
    let last = days_after(work.today(), product.suspension_closure_days);
    let reimburse_fees = work.fields.flag("reimburse_fees").unwrap_or(false);
    contract.suspension = Some(Suspension {
        closes: day_after(last),
        reimburse_fees,
    });
    for one in &mut contract.cards {
        one.no_new_card = true;
        if one.card.status == CardStatus::Active {
            one.card.status = CardStatus::Blocked;
            one.card.suspended = true;
        }
    }
    for account in &mut contract.accounts {
        account.fees_suppressed = true;
    }
    orders::transfers(work, contract, store)?;
    let mut told = shape::course(work.key, contract);
    told["contract"]["feesSuppressed"] = true.into();
    told["contract"]["reimburseFees"] = reimburse_fees.into();
    tell(work, events, contract, &told);
    Ok(())
}

/// Decides `contract.cancel-suspension`: what the suspension blocked is free again, and nothing else. Fees that it
/// suppressed stay so, and a transfer that it ordered is not recalled.
pub(super) fn cancel_suspension(work: &mut Work<'_>, contract: &mut Contract) {
    let events = take(work, contract, Ask::CancelSuspension);
    if work.is_bad() {
        return;
    }
    contract.suspension = None;
    for one in &mut contract.cards {
        one.no_new_card = false;
        if std::mem::take(&mut one.card.suspended) {
            one.card.status = CardStatus::Active;
        }
    }
    let told = shape::course(work.key, contract);
    tell(work, events, contract, &told);
}

/// Decides `contract.close`.
pub(super) fn close(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    let fields = work.fields;
    let delay = fields.text("delay_type").and_then(DelayType::named);
    let delay = delay.expect("required: checked before");
    let when = if delay == DelayType::Immediate {
        When::Immediate
    } else {
        When::Later
    };
    let ask = Ask::Close(when, contract.waiting());
    let text = |name| fields.text(name).map(Box::<str>::from);
    let closing = Closing {
        delay,
        date: fields.date("closing_date"),
        reason: text("closing_reason"),
        comment: text("comment"),
    };
    let events = take(work, contract, ask);
    in_time(work, contract, &closing);
    if work.is_bad() {
        return Ok(());
    }
    contract.closing = Some(closing);
    if contract.state == State::Closed {
        end(work, contract, ClosedBy::Immediate, store)?;
    }
    let told = shape::course(work.key, contract);
    tell(work, events, contract, &told);
    Ok(())
}

/// A closing to come has a day to come.
fn in_time(work: &mut Work<'_>, contract: &Contract, closing: &Closing) {
    let passed = |day| day <= work.today();
    match closing.delay {
        // A day that has come is no other than now.
        DelayType::Immediate if closing.date.is_some_and(|day| !passed(day)) => {
            let finding = Finding::field(Code::ConflictingFields, "closing_date")
                .saying("an IMMEDIATE closing has no day to come")
                .hinting("leave the date out, or send SCHEDULED");
            work.note(finding);
        }
        DelayType::Immediate => {}
        DelayType::Scheduled if closing.date.is_some_and(passed) => {
            work.find(Code::ClosingDatePassed, "closing_date");
        }
        DelayType::Scheduled => {}
        DelayType::AtCardExpiry => {
            if contract
                .last_card_day()
                .is_none_or(|last| passed(day_after(last)))
            {
                let finding = Finding::field(Code::ClosingDatePassed, "delay_type")
                    .saying("the last card has expired")
                    .hinting("close the contract with IMMEDIATE or SCHEDULED");
                work.note(finding);
            }
        }
    }
}

/// Decides `contract.cancel-close`.
pub(super) fn cancel_close(work: &mut Work<'_>, contract: &mut Contract) {
    let ask = Ask::CancelClose(contract.waiting());
    let events = take(work, contract, ask);
    if work.is_bad() {
        return;
    }
    contract.closing = None;
    let told = json!({ "contractIdentifier": shape::contract_id(work.key, contract) });
    tell(work, events, contract, &told);
}

/// A contract is closed: its cards are dead, its accounts closed, and what they hold is transferred.
fn end(
    work: &mut Work<'_>,
    contract: &mut Contract,
    by: ClosedBy,
    store: &mut dyn Store,
) -> Result<()> {
    let on = work.today();
    contract.closed = Some(Closed { on, by });
    contract.suspension = None;
    let now = ids::instant(work.context);
    for one in &mut contract.cards {
        one.status = Status::Closed;
        one.no_new_card = true;
        one.card.status = CardStatus::Deactivated;
        one.card.suspended = false;
    }
    for account in &mut contract.accounts {
        account.status = Status::Closed;
        account.status_at.clone_from(&now);
    }
    orders::transfers(work, contract, store)
}

/// See [`crate::line::carry_out`].
pub(super) fn carry_out(
    space: Space,
    key: &str,
    what: &str,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    if space != CONTRACT {
        return Ok(None);
    }
    let Some(before) = load::<Contract>(store, key)? else {
        return Ok(None);
    };
    // What was taken back, or moved to another day, is no longer due.
    let due = |(day, word): &(_, &str)| *day == context.today && *word == what;
    if !before.dues().iter().any(due) {
        return Ok(None);
    }
    let by = match (what, before.closing.as_ref().map(|closing| closing.delay)) {
        (CLOSE_SUSPENDED, _) => ClosedBy::Suspension,
        (_, Some(DelayType::AtCardExpiry)) => ClosedBy::AtCardExpiry,
        (_, _) => ClosedBy::Scheduled,
    };
    let ask = if what == CLOSE_SCHEDULED {
        Ask::CloseScheduled
    } else {
        Ask::CloseSuspended
    };
    let fields = Fields::default();
    let mut work = Work::new(key, &fields, None, context);
    let mut after = before.clone();
    let events = take(&mut work, &mut after, ask);
    end(&mut work, &mut after, by, store)?;
    let told = shape::course(key, &after);
    tell(&mut work, events, &after, &told);
    work.settle(&before, &after, store).map(Some)
}
