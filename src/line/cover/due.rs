//! What time does: offers that nobody took, covers that nobody claimed.

use anyhow::Result;

use super::change::close;
use super::entity::{Cover, EXPIRE, EXPIRE_CLAIMS};
use super::lifecycle::Ask;
use super::words::Reason;
use super::{COVER, finish};
use crate::line::work::{Kept as _, Work, load};
use crate::line::{Context, Space, Store};
use crate::model::{Decision, Fields};

/// See [`crate::line::carry_out`].
pub(super) fn carry_out(
    space: Space,
    key: &str,
    what: &str,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    if space != COVER {
        return Ok(None);
    }
    let Some(before) = load::<Cover>(store, key)? else {
        return Ok(None);
    };
    // What was taken back, or is due at another time, is no longer due.
    let (ask, reason, is_due) = match what {
        EXPIRE => {
            let is_due = before.dues_at().contains(&(context.now, EXPIRE));
            (Ask::Expire, Reason::QuoteExpired, is_due)
        }
        EXPIRE_CLAIMS => {
            let is_due = before.dues().contains(&(context.today, EXPIRE_CLAIMS));
            (Ask::ExpireClaims, Reason::ClaimPeriodExpired, is_due)
        }
        _ => return Ok(None),
    };
    if !is_due {
        return Ok(None);
    }
    let fields = Fields::default();
    let mut work = Work::new(key, &fields, None, context);
    let mut after = before.clone();
    let entered = close(&mut work, &mut after, ask, reason);
    finish(work, &before, &after, entered, store).map(Some)
}
