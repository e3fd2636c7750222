//! Ending an insurance before its time, now or later, and undoing that.

use crate::model::Object as Map;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::{Cancellation, Cancelled, Insurance};
use super::events::EventKind;
use super::lifecycle::{Ask, Cancel, Undo};
use super::product::Product;
use super::words::{Reason, State};
use super::work::{product, take, tell};
use super::{refund, top_up};
use crate::code::Code;
use crate::line::days::days_after;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::Finding;

/// `insurance.cancel`.
pub(super) fn cancel(work: &mut Work<'_>, insurance: &mut Insurance) {
    let reason = work.fields.text("reason").and_then(Reason::named);
    let reason = reason.expect("required: checked before");
    let today = work.today();
    let too_early = work
        .effective_date
        .is_some_and(|date| date < insurance.start_date);
    if too_early {
        let finding = Finding::field(Code::DateOrder, "effective_date")
            .saying("the cancellation would take effect before the insurance starts")
            .hinting("give the start date or a later one; without a date it acts today");
        work.decision.findings.push(finding);
    }
    let Some(product) = product(work, &insurance.product) else {
        return;
    };
    let asked = work.effective_date.unwrap_or(today);
    let date = earliest(reason, today, product).map_or(asked, |earliest| asked.max(earliest));
    let from = insurance.state;
    let events = take(
        work,
        insurance,
        Ask::Cancel(standing(insurance, date, today)),
    );
    if work.is_bad() {
        return;
    }
    if date != asked {
        let finding = Finding::field(Code::DateMoved, "effective_date").saying(format!(
            "the notice for non-payment moves the date to {date}"
        ));
        work.decision.findings.push(finding);
    }
    if date > today {
        insurance.cancellation = Some(Cancellation { date, reason });
        work.decision.message = format!("takes effect on {date}").into();
        let changed = told(reason, date);
        tell(work, events, insurance.state, &changed);
    } else {
        take_effect(
            work,
            insurance,
            events,
            &Cancelled {
                from,
                reason,
                date,
                refund: None,
            },
            product,
        );
    }
}

/// The first day on which a cancellation may take effect, where its reason demands notice.
fn earliest(reason: Reason, today: NaiveDate, product: &Product) -> Option<NaiveDate> {
    (reason == Reason::NonPayment).then(|| days_after(today, product.non_payment_notice_days))
}

fn standing(insurance: &Insurance, date: NaiveDate, today: NaiveDate) -> Cancel {
    if insurance.cancellation.is_some() {
        Cancel::Second
    } else if date > today {
        Cancel::Later
    } else {
        Cancel::Now
    }
}

fn told(reason: Reason, date: NaiveDate) -> Map {
    let pairs = [
        ("reason", Json::from(reason.as_str())),
        ("effective_date", Json::from(date.to_string())),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The insurance is cancelled: what waits for it lapses, and what was paid for nothing goes back.
pub(super) fn take_effect(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    events: Option<&'static [EventKind]>,
    cancelled: &Cancelled,
    product: &Product,
) {
    let mut cancelled = cancelled.clone();
    insurance.expires = None;
    // The one that takes effect now does not lapse.
    insurance.cancellation = None;
    cancelled.refund = refund::order(work, insurance, &cancelled, product);
    let mut changed = told(cancelled.reason, cancelled.date);
    if let Some(refund) = &cancelled.refund {
        changed.insert("refund", Json::from(&*refund.order));
        changed.insert(
            "refund_amount".to_owned(),
            Json::from(refund.amount.to_string()),
        );
    }
    insurance.cancelled = Some(cancelled);
    tell(work, events, insurance.state, &changed);
    lapse(work, insurance);
}

/// What waits for an insurance that has ended lapses, each with an event.
pub(super) fn lapse(work: &mut Work<'_>, insurance: &mut Insurance) {
    top_up::lapse(work, insurance);
    if insurance.activation.take().is_some() {
        let changed = [("scheduled_activation_date".to_owned(), Json::Null)];
        tell(
            work,
            Some(&[EventKind::Updated]),
            insurance.state,
            &changed.into_iter().collect(),
        );
    }
    withdraw(work, insurance, Some(&[EventKind::CancellationWithdrawn]));
}

fn withdraw(work: &mut Work<'_>, insurance: &mut Insurance, events: Option<&[EventKind]>) {
    if let Some(cancellation) = insurance.cancellation.take() {
        let changed = told(cancellation.reason, cancellation.date);
        let changed = changed
            .into_iter()
            .map(|(name, _)| (name, Json::Null))
            .collect();
        tell(work, events, insurance.state, &changed);
    }
}

/// `insurance.reactivate`.
pub(super) fn reactivate(work: &mut Work<'_>, insurance: &mut Insurance) {
    let Some(product) = product(work, &insurance.product) else {
        return;
    };
    let undo = undoing(insurance, Some((work.today(), product)));
    let Some(events) = take(work, insurance, Ask::Reactivate(undo)) else {
        return;
    };
    if undo == Undo::Scheduled {
        withdraw(work, insurance, Some(events));
        return;
    }
    let Some(cancelled) = insurance.cancelled.take() else {
        return;
    };
    insurance.end_on(insurance.end_date, work.today());
    let mut changed = Map::new();
    if let Some(refund) = &cancelled.refund {
        if refund.held {
            refund::withdraw(work, insurance, refund);
            changed.insert("refund", Json::Null);
        } else {
            // What was paid anew since is due no longer.
            let back: Decimal = insurance.paid.iter().map(|paid| paid.refunded).sum();
            let due = money(refund.amount.min(back), insurance.currency);
            if !due.is_zero() {
                changed.insert("premium_due", Json::from(due.to_string()));
            }
        }
    }
    tell(work, Some(events), insurance.state, &changed);
}

/// What there is to undo. Without a day, a cancellation that its reason does not make final counts as one that can be.
pub(super) fn undoing(insurance: &Insurance, on: Option<(NaiveDate, &Product)>) -> Undo {
    if insurance.cancellation.is_some() {
        return Undo::Scheduled;
    }
    let Some(cancelled) = &insurance.cancelled else {
        return Undo::Nothing;
    };
    let too_late = on.is_some_and(|(today, product)| {
        today > days_after(cancelled.date, product.reactivation_days)
            || insurance.end_date.is_some_and(|end| end < today)
    });
    if too_late || cancelled.reason.is_final() {
        return Undo::Closed;
    }
    match cancelled.from {
        State::Registered => Undo::Registered,
        State::Approved => Undo::Approved,
        State::Active => Undo::Active,
        State::None | State::Cancelled | State::Expired => Undo::Closed,
    }
}
