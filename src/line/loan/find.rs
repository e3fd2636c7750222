//! How contracts and money are found by other numbers than their own.

use anyhow::{Context as _, Result, ensure};
use compact_str::CompactString;

use super::cash::{Cash, CreditNote};
use super::entity::Loan;
use super::product::Reference;
use super::words::State;
use super::{CASH, FOUND_BY, NOTE, PAYER, PAYERS, REFERENCE, spelling};
use crate::line::stored;
use crate::line::work::load;
use crate::line::{Products, Store};
use crate::model::Currency;

/// A contract with its number.
pub(super) type Numbered = (CompactString, Box<Loan>);

/// The contract whose own, or whose invoice's, reference number this is: as it is written, else as a kind of reference
/// that a product uses would write it.
pub(super) fn by_reference(
    store: &mut dyn Store,
    products: &Products,
    text: &str,
) -> Result<Option<CompactString>> {
    if let Some(found) = store.find_by(REFERENCE, text)? {
        return Ok(Some(found));
    }
    for kind in kinds(products) {
        if let Ok(number) = kind.check(text)
            && number != text
            && let Some(found) = store.find_by(REFERENCE, &number)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The kinds of reference numbers that the products use, each once.
fn kinds(products: &Products) -> Vec<Reference> {
    let mut kinds: Vec<Reference> = products
        .loan
        .values()
        .map(|product| product.reference)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Whether a number that matches nothing can be a reference number of these products at all. Without a product, and
/// with one whose references are of any kind, every number can.
pub(super) fn can_be_reference(products: &Products, text: &str) -> bool {
    let kinds = kinds(products);
    kinds.is_empty() || kinds.iter().any(|kind| kind.check(text).is_ok())
}

/// The one contract that takes payments and whose payer a bank knows by this number, zeros in front aside. Two are
/// none.
pub(super) fn by_payer(store: &mut dyn Store, number: &str) -> Result<Option<Numbered>> {
    let mut found = all_of_payer(store, number)?;
    found.retain(|(_, loan)| takes_money(loan.state));
    let one = found.pop();
    Ok(one.filter(|_| found.is_empty()))
}

/// The reference number of the one contract that a payer has, where it takes no payments.
pub(super) fn closed_of_payer(
    store: &mut dyn Store,
    number: &str,
) -> Result<Option<CompactString>> {
    let found = all_of_payer(store, number)?;
    Ok(match &*found {
        [(_, loan)] if !takes_money(loan.state) => Some((&*loan.reference).into()),
        _ => None,
    })
}

/// Every contract whose payer a bank knows by this number, zeros in front aside.
pub(super) fn all_of_payer(store: &mut dyn Store, number: &str) -> Result<Vec<Numbered>> {
    let number = number.trim_start_matches('0');
    let mut keys = match store.find(PAYERS, number)? {
        Some(list) => serde_json::from_str(list).context("a list of contracts does not read")?,
        None => Vec::from_iter(store.find_by(PAYER, number)?),
    };
    keys.extend(store.find_by(REFERENCE, number)?);
    keys.sort_unstable();
    keys.dedup();
    let mut found = Vec::new();
    for key in keys {
        // An invoice's reference number is nobody's payer number.
        if let Some(loan) = load::<Loan>(store, &key)?
            && loan.payer() == number
        {
            found.push((key, Box::new(loan)));
        }
    }
    Ok(found)
}

/// Whether a contract takes payments.
pub(super) const fn takes_money(state: State) -> bool {
    matches!(state, State::Active | State::Blocked | State::Defaulted)
}

/// Remembers that a contract's payer is known by this number, beside the others that have it.
pub(super) fn remember_payer(store: &mut dyn Store, number: &str, contract_no: &str) -> Result<()> {
    let Some(other) = store.find_by(PAYER, number)? else {
        return Ok(());
    };
    let mut all: Vec<CompactString> = match store.find(PAYERS, number)? {
        Some(list) => serde_json::from_str(list).context("a list of contracts does not read")?,
        None => vec![other],
    };
    all.push(contract_no.into());
    store.save(PAYERS, number, serde_json::to_string(&all)?, &[])
}

/// Money by its reference.
pub(super) fn cash(store: &mut dyn Store, id: &str) -> Result<Option<Box<Cash>>> {
    let Some(state) = store.find(CASH, id)? else {
        return Ok(None);
    };
    read(state).map(|cash| Some(Box::new(cash)))
}

/// From the state that the book keeps.
pub(super) fn read(state: &str) -> Result<Cash> {
    stored::parse(state).context("the state of money does not read")
}

/// A credit note by its number, which the book refers to.
pub(super) fn credit_note(store: &mut dyn Store, number: &str) -> Result<CreditNote> {
    let state = store.find(NOTE, number)?;
    let state = state.context("a credit note that is referred to is not in the book")?;
    stored::parse(state).context("a credit note's state does not read")
}

/// A bank's reference that says something: neither blank nor zeros.
pub(super) fn bank_reference(text: Option<&str>) -> Option<&str> {
    text.filter(|text| text.bytes().any(|byte| byte != b'0'))
}

/// An end-to-end id that says something.
pub(super) fn end_to_end_id(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.eq_ignore_ascii_case("NOTPROVIDED"))
}

/// The index entry of a bank's reference.
pub(super) fn bank_key(reference: &str) -> String {
    ["b", spelling::number(reference)].concat()
}

/// The index entry of an end-to-end id.
pub(super) fn end_to_end_key(id: &str) -> String {
    ["e", id].concat()
}

/// The index entry of an end-to-end id of money that is told apart by a bank's reference.
pub(super) fn named_key(id: &str) -> String {
    ["n", id].concat()
}

/// The index entry of money that matches nothing, by the reference number that it came with: without separators and zeros in
/// front, which products write or do not. Several numbers may have it.
pub(super) fn lost_key(reference: &str) -> String {
    ["r", &spelling::plain(reference)].concat()
}

/// Notices that references lead round in a circle (Brent 1980): the book is damaged then, and following them would never
/// end.
#[derive(Default)]
pub(super) struct Circle {
    mark: Option<CompactString>,
    steps: u32,
    most: u32,
}

impl Circle {
    /// Comes by this one.
    pub(super) fn pass(&mut self, id: &str) -> Result<()> {
        let again = self.mark.as_deref() == Some(id);
        ensure!(!again, "the references of money lead from {id} back to it");
        self.steps += 1;
        if self.steps > self.most {
            self.mark = Some(id.into());
            self.most = self.most * 2 + 1;
            self.steps = 0;
        }
        Ok(())
    }
}

/// All money with this index entry, newest first.
pub(super) struct Chain {
    next: Option<CompactString>,
    before: fn(&Cash) -> Option<&str>,
    circle: Circle,
}

impl Chain {
    /// With a bank's reference, or an end-to-end id.
    pub(super) fn same(store: &mut dyn Store, entry: &str) -> Result<Self> {
        let newest = store.find_by(FOUND_BY, entry)?;
        Ok(Self::from(newest, |cash| cash.same.as_deref()))
    }

    /// With a reference number that matched nothing, or one that is spelled nearly so.
    pub(super) fn lost(store: &mut dyn Store, reference: &str) -> Result<Self> {
        Self::lost_under(store, &lost_key(reference))
    }

    /// The same by the index entry.
    pub(super) fn lost_under(store: &mut dyn Store, entry: &str) -> Result<Self> {
        let newest = store.find_by(FOUND_BY, entry)?;
        Ok(Self::from(newest, |cash| cash.alike.as_deref()))
    }

    /// With an end-to-end id, alone or beside a bank's reference.
    pub(super) fn end_to_end(store: &mut dyn Store, id: &str) -> Result<[Self; 2]> {
        Ok([
            Self::same(store, &end_to_end_key(id))?,
            Self::named(store, id)?,
        ])
    }

    /// With an end-to-end id beside a bank's reference.
    pub(super) fn named(store: &mut dyn Store, id: &str) -> Result<Self> {
        let newest = store.find_by(FOUND_BY, &named_key(id))?;
        Ok(Self::from(newest, |cash| cash.named.as_deref()))
    }

    fn from(next: Option<CompactString>, before: fn(&Cash) -> Option<&str>) -> Self {
        Self {
            next,
            before,
            circle: Circle::default(),
        }
    }

    /// The next one.
    pub(super) fn next(
        &mut self,
        store: &mut dyn Store,
    ) -> Result<Option<(CompactString, Box<Cash>)>> {
        let Some(id) = self.next.take() else {
            return Ok(None);
        };
        self.circle.pass(&id)?;
        let cash = cash(store, &id)?.context("money that is referred to is not in the book")?;
        self.next = (self.before)(&cash).map(CompactString::from);
        Ok(Some((id, cash)))
    }
}

/// A contract by its number.
pub(super) fn loan(store: &mut dyn Store, number: &str) -> Result<Option<Numbered>> {
    Ok(load::<Loan>(store, number)?.map(|loan| (number.into(), Box::new(loan))))
}

/// The currency that a record names.
pub(super) fn currency(text: Option<&str>) -> Currency {
    let currency = text.and_then(Currency::named);
    currency.expect("required: checked before")
}

impl Chain {
    /// The newest one's reference.
    pub(super) fn newest(self) -> Option<CompactString> {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_noticed_wherever_it_begins() {
        for (lead, round) in [(0, 1), (0, 2), (1, 1), (5, 3), (40, 17)] {
            let mut circle = Circle::default();
            let mut ids = (0..lead).chain((lead..lead + round).cycle());
            let all: Result<()> = ids
                .by_ref()
                .take(1_000)
                .try_for_each(|id| circle.pass(&id.to_string()));
            assert!(all.is_err(), "{lead} {round}");
        }
        let mut circle = Circle::default();
        let mut all = 0..100_000;
        assert!(all.try_for_each(|id| circle.pass(&id.to_string())).is_ok());
    }
}
