//! The payment that a reversal takes back.

use anyhow::{Context as _, Result};
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::cash::Cash;
use super::entity::{Entry, Loan};
use super::find::{self, Chain, Circle};
use super::reverse::Asked;
use super::spelling;
use crate::line::Store;
use crate::line::work::{Work, load};
use crate::model::Currency;

/// What a reference led to.
pub(super) enum Found {
    /// A payment that can be taken back by this amount.
    One(CompactString, Box<Cash>),
    /// Payments, of which the most that is left of one is this.
    TooSmall(Decimal),
    /// Payments in this currency.
    OtherCurrency(Currency),
    /// Payments that differ in who paid, or for what, and fit alike.
    Several,
    /// Payments, none of which came for the other reference that is given.
    Contradicted,
    /// None.
    Nothing,
}

impl Found {
    /// Of what was found and one payment more, newest first, what fits best: the one that the bank's reference names, too;
    /// else the newest of exactly this amount; else the newest of which enough is left.
    fn or(self, id: &str, cash: Box<Cash>, asked: &Asked<'_>) -> Self {
        if cash.amount.is_zero() {
            return self;
        }
        let left = cash.returnable();
        let fits = cash.currency == asked.currency && left >= asked.amount;
        match self {
            Self::One(..) if !fits => self,
            Self::One(_, ref known) if rank(known, asked) >= rank(&cash, asked) => self,
            _ if fits => Self::One(id.into(), cash),
            Self::TooSmall(most) if cash.currency == asked.currency => {
                Self::TooSmall(most.max(left))
            }
            Self::TooSmall(_) | Self::Several | Self::Contradicted => self,
            _ if cash.currency == asked.currency => Self::TooSmall(left),
            _ => Self::OtherCurrency(cash.currency),
        }
    }

    /// The same of what was found in two ways. Of two that fit alike the later one is meant, and of one day that which is
    /// kept apart still: nothing is owed again for it.
    fn or_apart(self, apart: Self, asked: &Asked<'_>) -> Self {
        match (self, apart) {
            (Self::Nothing, other) | (other, Self::Nothing) => other,
            (Self::Several, _) | (_, Self::Several) => Self::Several,
            (Self::Contradicted, _) | (_, Self::Contradicted) => Self::Contradicted,
            (Self::One(id, cash), Self::One(other_id, other)) => {
                let rank = |cash: &Cash| {
                    let apart = cash.contract.is_none();
                    (rank(cash, asked), cash.value_date, apart)
                };
                if rank(&other) > rank(&cash) {
                    Self::One(other_id, other)
                } else {
                    Self::One(id, cash)
                }
            }
            (one @ Self::One(..), _) | (_, one @ Self::One(..)) => one,
            (Self::TooSmall(one), Self::TooSmall(other)) => Self::TooSmall(one.max(other)),
            (small @ Self::TooSmall(_), _) | (_, small @ Self::TooSmall(_)) => small,
            (other @ Self::OtherCurrency(_), Self::OtherCurrency(_)) => other,
        }
    }
}

/// How well a payment fits: whether the bank's reference names it, whether the end-to-end id does, and whether it is exactly
/// as much.
fn rank(cash: &Cash, asked: &Asked<'_>) -> (bool, bool, bool) {
    let named = |asked: Option<&str>, own: Option<&str>| asked.is_some() && own == asked;
    let bank = cash.bank_reference.as_deref().map(spelling::number);
    let bank = named(asked.of_payment.map(spelling::number), bank);
    let end_to_end = named(asked.end_to_end_id, cash.end_to_end_id.as_deref());
    (bank, end_to_end, cash.returnable() == asked.amount)
}

/// The best of a chain.
pub(super) fn best(mut chain: Chain, asked: &Asked<'_>, store: &mut dyn Store) -> Result<Found> {
    let mut found = Found::Nothing;
    while let Some((id, cash)) = chain.next(store)? {
        found = found.or(&id, cash, asked);
    }
    Ok(found)
}

/// The best of a chain that came for this reference as well: that of its contract, its own in the book, or its end-to-end
/// id.
pub(super) fn best_of_both(
    work: &Work<'_>,
    mut chain: Chain,
    text: &str,
    asked: &Asked<'_>,
    store: &mut dyn Store,
) -> Result<Found> {
    let mut found = Found::Nothing;
    while let Some((id, cash)) = chain.next(store)? {
        let loan = match &cash.contract {
            Some(key) => load::<Loan>(store, key)?,
            None => None,
        };
        let of_loan = loan.as_ref().map(|loan| &*loan.reference);
        let is_named = |number: Option<&str>| number.is_some_and(|one| is_same(work, one, text));
        let is_id = *id == *text || cash.end_to_end_id.as_deref() == Some(text);
        if is_id || is_named(cash.reference.as_deref()) || is_named(of_loan) {
            found = found.or(&id, cash, asked);
        }
    }
    Ok(match found {
        Found::Nothing => Found::Contradicted,
        found => found,
    })
}

/// A payment by the reference that it came with: the reference number of a contract, or one that matched nothing then; else
/// its own reference in the book; else its end-to-end id.
pub(super) fn by_original(
    work: &Work<'_>,
    text: &str,
    asked: &Asked<'_>,
    store: &mut dyn Store,
) -> Result<Found> {
    let mut found = Found::Nothing;
    let mut entries = vec![find::lost_key(text)];
    let mut own = false;
    if let Some(key) = find::by_reference(store, work.context.products, text)? {
        let loan = load::<Loan>(store, &key)?.context("a reference number without a contract")?;
        own = is_same(work, &loan.reference, text);
        found = of_contract(
            loan.last,
            |cash| is_meant(work, cash, text, own),
            asked,
            store,
        )?;
        // What came after the contract's end lies under its own number.
        entries.push(find::lost_key(&loan.reference));
        entries.dedup();
    }
    for entry in entries {
        let is_meant = |cash: &Cash| is_meant(work, cash, text, own);
        found = beside(
            found,
            Chain::lost_under(store, &entry)?,
            is_meant,
            asked,
            store,
        )?;
    }
    if matches!(found, Found::Nothing)
        && let Some(cash) = find::cash(store, text)?
    {
        found = found.or(text, cash, asked);
    }
    if matches!(found, Found::Nothing)
        && let Some(id) = find::end_to_end_id(Some(text))
    {
        found = by_end_to_end(id, asked, store)?;
    }
    Ok(found)
}

/// A payment by the id that its payer gave it. Another payer may have given the same.
pub(super) fn by_end_to_end(id: &str, asked: &Asked<'_>, store: &mut dyn Store) -> Result<Found> {
    let mut found = Found::Nothing;
    for mut chain in Chain::end_to_end(store, id)? {
        while let Some((id, cash)) = chain.next(store)? {
            found = found.or(&id, cash, asked);
        }
    }
    let Found::One(_, meant) = &found else {
        return Ok(found);
    };
    let of = |cash: &Cash| {
        let who = (&cash.payer_name, &cash.payer_account, &cash.payer_iban);
        (who.0.clone(), who.1.clone(), who.2.clone())
    };
    let elsewhere = |cash: &Cash| {
        cash.contract.is_some() && meant.contract.is_some() && cash.contract != meant.contract
    };
    let other = |cash: &Cash| {
        let fits = cash.currency == asked.currency && cash.returnable() >= asked.amount;
        let differs = of(cash) != of(meant) || elsewhere(cash);
        fits && rank(cash, asked) == rank(meant, asked) && differs
    };
    for mut chain in Chain::end_to_end(store, id)? {
        while let Some((_, cash)) = chain.next(store)? {
            if other(&cash) {
                return Ok(Found::Several);
            }
        }
    }
    Ok(found)
}

/// A payment for the one contract whose payer a bank knows by this number.
pub(super) fn by_payer(
    work: &Work<'_>,
    number: &str,
    asked: &Asked<'_>,
    store: &mut dyn Store,
) -> Result<Found> {
    let mut loans = find::all_of_payer(store, number)?;
    if loans.iter().any(|(_, loan)| find::takes_money(loan.state)) {
        loans.retain(|(_, loan)| find::takes_money(loan.state));
    }
    let one = loans
        .pop()
        .filter(|_| loans.is_empty() && !work.context.contested);
    match one {
        Some((_, loan)) => {
            let found = of_contract(loan.last, |_| true, asked, store)?;
            // What was given to another contract is that one's.
            let apart = Chain::lost(store, &loan.reference)?;
            beside(found, apart, |cash| cash.contract.is_none(), asked, store)
        }
        None => Ok(Found::Nothing),
    }
}

/// The best of a contract's payments that are meant, from its newest entry on.
fn of_contract(
    newest: Option<Entry>,
    is_meant: impl Fn(&Cash) -> bool,
    asked: &Asked<'_>,
    store: &mut dyn Store,
) -> Result<Found> {
    let mut found = Found::Nothing;
    let mut entry = newest;
    let mut circle = Circle::default();
    while let Some(at) = entry.take() {
        circle.pass(at.id())?;
        let (id, cash) = match at {
            Entry::Cash(id) => {
                let cash = find::cash(store, &id)?
                    .context("money that is referred to is not in the book")?;
                (id, cash)
            }
            Entry::CreditNote(id) => {
                entry = find::credit_note(store, &id)?.before;
                continue;
            }
        };
        entry.clone_from(&cash.before);
        if is_meant(&cash) {
            found = found.or(&id, cash, asked);
        }
    }
    Ok(found)
}

/// Whether money came for this reference number. What came by the contract's number alone came for its own.
fn is_meant(work: &Work<'_>, cash: &Cash, text: &str, own: bool) -> bool {
    let reference = cash.reference.as_deref();
    reference.map_or(own, |reference| is_same(work, reference, text))
}

/// What was found, and what a chain has beside it: what is kept apart still, and what has a contract by now.
fn beside(
    found: Found,
    mut chain: Chain,
    is_meant: impl Fn(&Cash) -> bool,
    asked: &Asked<'_>,
    store: &mut dyn Store,
) -> Result<Found> {
    let (mut apart, mut given) = (Found::Nothing, Found::Nothing);
    while let Some((id, cash)) = chain.next(store)? {
        if is_meant(&cash) {
            let of = if cash.contract.is_none() {
                &mut apart
            } else {
                &mut given
            };
            *of = std::mem::replace(of, Found::Nothing).or(&id, cash, asked);
        }
    }
    Ok(found.or_apart(apart, asked).or_apart(given, asked))
}

/// Whether two texts are one reference number, as some product writes it.
fn is_same(work: &Work<'_>, one: &str, other: &str) -> bool {
    let mut products = work.context.products.loan.values();
    let written = |product: &super::product::Product, text: &str| {
        product
            .reference
            .check(text)
            .ok()
            .map(std::borrow::Cow::into_owned)
    };
    one == other
        || spelling::joined(one) == spelling::joined(other)
        || products.any(|product| {
            written(product, one).is_some_and(|one| written(product, other) == Some(one))
        })
}
