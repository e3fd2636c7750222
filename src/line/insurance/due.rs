//! What time does: scheduled activations and cancellations, expiry, raises that lapse.

use anyhow::Result;

use super::INSURANCE;
use super::cancel::{lapse, take_effect};
use super::change::{in_force, ready};
use super::entity::{ACTIVATE, CANCEL, Cancelled, EXPIRE, Insurance, LAPSE_TOP_UP};
use super::lifecycle::{Ask, Cancel, When};
use super::top_up;
use super::words::State;
use super::work::{product, take, tell};
use crate::line::work::{Kept as _, Work, keep, load};
use crate::line::{Context, Space, Store};
use crate::model::{Decision, Fields};

/// See [`crate::line::carry_out`]. A scheduled instruction that is refused on its day is rejected, and its schedule is
/// gone all the same.
pub(super) fn carry_out(
    space: Space,
    key: &str,
    what: &str,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    if space != INSURANCE {
        return Ok(None);
    }
    let Some(before) = load::<Insurance>(store, key)? else {
        return Ok(None);
    };
    // What was taken back, or moved to another day, is no longer due.
    if !before.dues().contains(&(context.today, known(what))) {
        return Ok(None);
    }
    let fields = Fields::default();
    let mut work = Work::new(key, &fields, None, context);
    let mut after = before.clone();
    match what {
        ACTIVATE => activate(&mut work, &mut after),
        CANCEL => cancel(&mut work, &mut after),
        EXPIRE => expire(&mut work, &mut after),
        LAPSE_TOP_UP => {
            let waiting = top_up::waiting(&after);
            if take(&mut work, &mut after, Ask::LapseTopUp(waiting)).is_some() {
                top_up::lapse(&mut work, &mut after);
            }
        }
        _ => return Ok(None),
    }
    if !work.is_bad() {
        return work.settle(&before, &after, store).map(Some);
    }
    let mut unscheduled = before.clone();
    match what {
        ACTIVATE => unscheduled.activation = None,
        CANCEL => unscheduled.cancellation = None,
        EXPIRE => unscheduled.expires = None,
        _ => unscheduled.pending = None,
    }
    keep(key, Some(&before), &unscheduled, store)?;
    work.settle(&before, &unscheduled, store).map(Some)
}

/// The due word that this one is; blank where it is none of ours.
fn known(what: &str) -> &'static str {
    [ACTIVATE, CANCEL, EXPIRE, LAPSE_TOP_UP]
        .into_iter()
        .find(|word| *word == what)
        .unwrap_or_default()
}

fn activate(work: &mut Work<'_>, insurance: &mut Insurance) {
    let today = work.today();
    let was_approved = insurance.state == State::Approved;
    let events = take(work, insurance, Ask::Activate(When::Now));
    if was_approved {
        ready(work, insurance);
    }
    in_force(work, insurance, events, today);
}

fn cancel(work: &mut Work<'_>, insurance: &mut Insurance) {
    let Some(scheduled) = insurance.cancellation.take() else {
        return;
    };
    let Some(product) = product(work, &insurance.product) else {
        return;
    };
    let from = insurance.state;
    let events = take(work, insurance, Ask::Cancel(Cancel::Now));
    let cancelled = Cancelled {
        from,
        reason: scheduled.reason,
        date: scheduled.date,
        refund: None,
    };
    if events.is_some() {
        take_effect(work, insurance, events, &cancelled, product);
    }
}

fn expire(work: &mut Work<'_>, insurance: &mut Insurance) {
    let events = take(work, insurance, Ask::Expire);
    insurance.expires = None;
    let changed = insurance
        .end_date
        .map(|end| ("end_date".to_owned(), end.to_string().into()));
    tell(
        work,
        events,
        insurance.state,
        &changed.into_iter().collect(),
    );
    lapse(work, insurance);
}
