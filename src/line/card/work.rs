//! What the card line does with a record in hand, whatever it asks.

use anyhow::{Context as _, Result};

use super::IBAN;
use super::entity::Contract;
use super::events::EventKind;
use super::ids;
use super::lifecycle::{Ask, step};
use super::product::Product;
use crate::code::Code;
use crate::line::Store;
use crate::line::work::Work;

/// The settings of a product.
pub(super) fn product<'a>(work: &mut Work<'a>, code: &str) -> Option<&'a Product> {
    let product = work.context.products.card.get(code);
    if product.is_none() {
        work.find(Code::UnknownProduct, "product");
    }
    product
}

/// Takes a contract through its lifecycle: see [`Work::step`].
pub(super) fn take(
    work: &mut Work<'_>,
    contract: &mut Contract,
    ask: Ask,
) -> Option<&'static [EventKind]> {
    let before = contract.state;
    let events = work.step(contract, &step(before, ask));
    if contract.state != before {
        contract.status_at = ids::instant(work.context);
    }
    events
}

/// The contracts that a bank account serves, in the order in which they came.
pub(super) fn contracts_of(store: &mut dyn Store, iban: &str) -> Result<Vec<Box<str>>> {
    let Some(state) = store.find(IBAN, iban)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&state).context("the contracts of an account do not read")
}

/// Notes that a bank account serves a contract.
pub(super) fn enlist(store: &mut dyn Store, iban: &str, key: &str) -> Result<()> {
    let mut contracts = contracts_of(store, iban)?;
    if contracts.iter().any(|known| &**known == key) {
        return Ok(());
    }
    contracts.push(key.into());
    store.save(IBAN, iban, serde_json::to_string(&contracts)?, &[])
}
