//! What time does: the policy's term is over.

use anyhow::Result;

use super::OPERATION;
use super::entity::{EXPIRE, Operation};
use super::events::tell;
use super::lifecycle::{Ask, step};
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
    if space != OPERATION || what != EXPIRE {
        return Ok(None);
    }
    let Some(before) = load::<Operation>(store, key)? else {
        return Ok(None);
    };
    // A policy that was canceled since expires no more.
    if !before.dues().contains(&(context.today, EXPIRE)) {
        return Ok(None);
    }
    let fields = Fields::default();
    let mut work = Work::new(key, &fields, None, context);
    let mut after = before.clone();
    let events = work.step(&mut after, &step(before.state, Ask::Expire));
    tell(&mut work, &after, events.unwrap_or_default());
    work.settle(&before, &after, store).map(Some)
}
