//! Whether a payment was told before.

use anyhow::Result;
use compact_str::CompactString;

use super::FOUND_BY;
use super::cash::Cash;
use super::find::{self, Chain};
use crate::line::Store;

/// What the book has of a payment's own number: the bank's reference, else the end-to-end id.
pub(super) struct Known {
    /// The index entry of the number; `None`: it has none.
    entry: Option<String>,
    /// The newest money with the same number.
    newest: Option<(CompactString, Box<Cash>)>,
    /// The index entry of its end-to-end id beside the bank's reference, and the newest money with it: a reversal may name it
    /// by that.
    named: Option<(String, Option<CompactString>)>,
}

impl Known {
    pub(super) fn of(cash: &Cash, store: &mut dyn Store) -> Result<Self> {
        let bank = cash.bank_reference.as_deref().map(find::bank_key);
        let end_to_end = find::end_to_end_id(cash.end_to_end_id.as_deref());
        let named = match end_to_end.filter(|_| bank.is_some()) {
            Some(id) => Some((find::named_key(id), Chain::named(store, id)?.newest())),
            None => None,
        };
        let entry = bank.or_else(|| end_to_end.map(find::end_to_end_key));
        let newest = match &entry {
            Some(entry) => Chain::same(store, entry)?.next(store)?,
            None => None,
        };
        Ok(Self {
            entry,
            newest,
            named,
        })
    }

    /// The payment that this one tells again. Two records of one bank file are two payments.
    pub(super) fn told_before(
        &self,
        cash: &Cash,
        id: &str,
        bank: bool,
        store: &mut dyn Store,
    ) -> Result<Option<(CompactString, Box<Cash>)>> {
        let Some((newest, at)) = &self.newest else {
            return Ok(None);
        };
        let again = |(known, other): &(CompactString, Box<Cash>)| {
            other.is_same(cash) && !(bank && of_one_file(known, id))
        };
        let mut others = vec![at.first.clone()];
        others.push(store.find_by(FOUND_BY, &detail_key(cash))?);
        let newest = (newest.clone(), at.clone());
        if again(&newest) {
            return Ok(Some(newest));
        }
        for other in others.into_iter().flatten() {
            if let Some(other) = find::cash(store, &other)?.map(|cash| (other, cash))
                && again(&other)
            {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Notes in new money what came before it, and answers the index entries that it is found by. The first with a
    /// number is found by that alone; of later ones each is found by all that tells it apart, too.
    pub(super) fn enter(self, cash: &mut Cash) -> Vec<String> {
        let Some(entry) = self.entry else {
            return Vec::new();
        };
        let mut also = vec![entry];
        if let Some((newest, at)) = self.newest {
            also.push(detail_key(cash));
            cash.first = Some(at.first.unwrap_or_else(|| newest.clone()));
            cash.same = Some(newest);
        }
        if let Some((entry, before)) = self.named {
            also.push(entry);
            cash.named = before;
        }
        also
    }
}

/// Whether two records came in one file.
pub(super) fn of_one_file(one: &str, other: &str) -> bool {
    let file = |id: &str| id.rsplit_once('-').map(|(file, _)| file.to_owned());
    file(one) == file(other)
}

/// All that tells payments with one number apart.
fn detail_key(cash: &Cash) -> String {
    let text = |text: &Option<CompactString>| text.as_deref().unwrap_or_default().to_owned();
    let (amount, currency, date) = (cash.amount.normalize(), cash.currency, cash.value_date);
    if let Some(bank) = &cash.bank_reference {
        return format!("B{}|{bank}|{amount}|{currency}|{date}", text(&cash.payee));
    }
    let payer = [&cash.payer_name, &cash.payer_account, &cash.payer_iban].map(text);
    format!(
        "E{}|{amount}|{currency}|{date}|{}",
        text(&cash.end_to_end_id),
        payer.join("|")
    )
}
