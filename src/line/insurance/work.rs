//! What the insurance line does with a record in hand.

use super::entity::{ACTIVATE, CANCEL, EXPIRE, Insurance, LAPSE_TOP_UP};
use super::events::{EventKind, event};
use super::lifecycle::{Ask, step};
use super::product::Product;
use super::show::allowed;
use super::words::State;
use super::{INSURANCE, MANDATE, PAYER};
use crate::code::Code;
use crate::line::stored::Written as _;
use crate::line::work::{Kept, Work};
use crate::line::{Space, Today};
use crate::model::{Currency, Object as Map};
use anyhow::Result;
use chrono::NaiveDate;

impl Kept for Insurance {
    const SPACE: Space = INSURANCE;
    type State = State;

    fn state(&self) -> State {
        self.state
    }

    fn go(&mut self, state: State) {
        self.state = state;
    }

    fn currency(&self) -> Option<Currency> {
        Some(self.currency)
    }

    fn written(&self) -> Result<String> {
        Ok(self.text())
    }

    fn read(state: &str) -> Option<Self> {
        super::written::read(state)
    }

    fn allowed(&self, today: &Today<'_>) -> Vec<&'static str> {
        allowed(self, today)
    }

    fn dues(&self) -> Vec<(NaiveDate, &'static str)> {
        let dues = [
            (self.activation, ACTIVATE),
            (self.cancellation.as_ref().map(|c| c.date), CANCEL),
            (self.expires, EXPIRE),
            (self.pending.as_ref().map(|p| p.lapses), LAPSE_TOP_UP),
        ];
        let set = dues.into_iter();
        set.filter_map(|(day, what)| Some((day?, what))).collect()
    }

    fn found_by(&self, key: &str) -> Vec<(Space, String)> {
        let payer = self.payer(key);
        // One that is the insurance's own number is found by that.
        let needed = payer != key && !payer.is_empty();
        let entry = needed.then(|| (PAYER, payer.to_owned()));
        let mandate = self.collection.get("collection_mandate_ref");
        let mandate = mandate.and_then(serde_json::Value::as_str);
        let mandate = mandate.map(|reference| (MANDATE, reference.to_owned()));
        entry.into_iter().chain(mandate).collect()
    }
}

/// The settings of a product.
pub(super) fn product<'a>(work: &mut Work<'a>, code: &str) -> Option<&'a Product> {
    let product = work.context.products.insurance.get(code);
    if product.is_none() {
        work.find(Code::UnknownProduct, "product");
    }
    product
}

/// Takes the insurance through its lifecycle: see [`Work::step`].
pub(super) fn take(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    ask: Ask,
) -> Option<&'static [EventKind]> {
    let step = step(insurance.state, ask);
    work.step(insurance, &step)
}

/// Tells what happened; nothing where nothing did.
pub(super) fn tell(work: &mut Work<'_>, events: Option<&[EventKind]>, state: State, changed: &Map) {
    for kind in events.unwrap_or_default() {
        let told = event(*kind, work.key, state.as_str(), changed);
        work.decision.events.push(told);
    }
}
