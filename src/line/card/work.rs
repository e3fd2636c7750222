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
use crate::line::stored;
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

/// How many contracts stand on a page of a bank account's list: one that serves very many is not written anew for each.
const PAGE: usize = 64;

/// The contracts that a bank account serves, in the order in which they came.
pub(super) fn contracts_of(store: &mut dyn Store, iban: &str) -> Result<Vec<Box<str>>> {
    let mut all = Vec::new();
    for page in 0..count(store, iban)?.div_ceil(PAGE) {
        all.append(&mut listed(store, &page_key(iban, page))?);
    }
    Ok(all)
}

/// Notes that a bank account serves a contract that it did not serve before.
pub(super) fn enlist(store: &mut dyn Store, iban: &str, key: &str) -> Result<()> {
    let count = count(store, iban)?;
    let page = page_key(iban, count / PAGE);
    let mut contracts = listed(store, &page)?;
    contracts.push(key.into());
    store.save(IBAN, &page, serde_json::to_string(&contracts)?, &[])?;
    store.save(IBAN, iban, (count + 1).to_string(), &[])
}

fn page_key(iban: &str, page: usize) -> String {
    format!("{iban}/{page}")
}

fn count(store: &mut dyn Store, iban: &str) -> Result<usize> {
    let count = store.find(IBAN, iban)?;
    let count = count.map(str::parse);
    let count = count.transpose();
    Ok(count
        .context("the number of an account's contracts does not read")?
        .unwrap_or(0))
}

fn listed(store: &mut dyn Store, page: &str) -> Result<Vec<Box<str>>> {
    let Some(state) = store.find(IBAN, page)? else {
        return Ok(Vec::new());
    };
    stored::parse(state).context("the contracts of an account do not read")
}
