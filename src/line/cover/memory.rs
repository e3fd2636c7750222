//! What the book remembers of buyers and sellers, over all their invoices.

use anyhow::{Context as _, Result};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::entity::{Cover, Party};
use super::{BUYER, SELLER};
use crate::line::{Store, stored};

/// What is insured of a buyer in one currency.
#[derive(Serialize, Deserialize)]
struct Buyer {
    amount: Decimal,
}

/// What is insured of a buyer in one currency.
pub(super) fn exposure(store: &mut dyn Store, key: &str) -> Result<Decimal> {
    let Some(state) = store.find(BUYER, key)? else {
        return Ok(Decimal::ZERO);
    };
    let buyer: Buyer = stored::parse(state).context("a buyer's state does not read")?;
    Ok(buyer.amount)
}

/// Whether the buyer would be insured for more than the limit with this amount too. A sum that no number holds is over
/// any limit.
pub(super) fn is_over(insured: Decimal, amount: Decimal, limit: Option<Decimal>) -> bool {
    let sum = plus(insured, amount);
    sum.is_none_or(|sum| limit.is_some_and(|limit| sum > limit))
}

/// The exact sum; `None` where it has more digits than a number holds: it would be rounded.
fn plus(one: Decimal, other: Decimal) -> Option<Decimal> {
    let sum = one.checked_add(other)?;
    (sum.scale() == one.scale().max(other.scale())).then_some(sum)
}

/// Counts a cover towards its buyer, or no longer, as its state says.
pub(super) fn count(before: &Cover, after: &Cover, store: &mut dyn Store) -> Result<()> {
    let amount = match (before.state.is_exposed(), after.state.is_exposed()) {
        (false, true) => after.amount,
        (true, false) => -after.amount,
        (false, false) | (true, true) => return Ok(()),
    };
    let key = after.exposure_key();
    let insured = exposure(store, &key)?;
    let amount = plus(insured, amount).context("a buyer's sum")?;
    store.save(BUYER, &key, serde_json::to_string(&Buyer { amount })?, &[])
}

/// What is known of a seller.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seller {
    /// Versions of the policy that were signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signed: Vec<Box<str>>,
    /// Whether a cover was bought from the insurer.
    #[serde(default, skip_serializing_if = "crate::line::stored::no")]
    purchased: bool,
}

impl Seller {
    /// The seller of this country and number.
    pub(super) fn load(store: &mut dyn Store, party: &Party) -> Result<Self> {
        let Some(state) = store.find(SELLER, &party.key())? else {
            return Ok(Self::default());
        };
        stored::parse(state).context("a seller's state does not read")
    }

    fn keep(&self, before: &Self, store: &mut dyn Store, party: &Party) -> Result<()> {
        if self == before {
            return Ok(());
        }
        store.save(SELLER, &party.key(), serde_json::to_string(self)?, &[])
    }

    /// Whether this version of the policy is signed.
    pub(super) fn has_signed(&self, version: &str) -> bool {
        self.signed.iter().any(|known| **known == *version)
    }

    /// Whether the seller has neither signed nor bought anything.
    pub(super) fn is_new(&self) -> bool {
        *self == Self::default()
    }
}

/// Remembers that the seller has signed this version of the policy.
pub(super) fn has_signed(party: &Party, version: &str, store: &mut dyn Store) -> Result<()> {
    let before = Seller::load(store, party)?;
    let mut after = before.clone();
    if !after.has_signed(version) {
        after.signed.push(version.into());
    }
    after.keep(&before, store, party)
}

/// Remembers that the seller has bought a cover from the insurer.
pub(super) fn has_purchased(party: &Party, store: &mut dyn Store) -> Result<()> {
    let before = Seller::load(store, party)?;
    let after = Seller {
        purchased: true,
        ..before.clone()
    };
    after.keep(&before, store, party)
}
