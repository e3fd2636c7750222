//! Whether a payment was told before.

use anyhow::Result;
use compact_str::CompactString;

use super::FOUND_BY;
use super::cash::Cash;
use super::find::{self, Chain};
use super::retold::Retold;
use super::spelling;
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
    /// What the book has alike, where this is one more.
    retold: Option<Box<Retold>>,
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
            retold: None,
        })
    }

    /// The payment that this one tells again. Two records of one bank file are two payments: each in the book is told again
    /// once by a file.
    pub(super) fn told_before(
        &mut self,
        cash: &Cash,
        id: &str,
        bank: bool,
        store: &mut dyn Store,
    ) -> Result<Option<(CompactString, Box<Cash>)>> {
        let Some(alike) = self.alike(cash, store)? else {
            return Ok(None);
        };
        let (newest, known) = &alike;
        let told = !bank || Retold::is_told(known.retold.as_deref(), newest, id);
        if !told {
            self.retold = Some(Box::new(Retold::one_more(known.retold.as_deref())));
        }
        Ok(told.then_some(alike))
    }

    /// The newest money that nothing tells apart from this.
    fn alike(
        &self,
        cash: &Cash,
        store: &mut dyn Store,
    ) -> Result<Option<(CompactString, Box<Cash>)>> {
        let Some((newest, at)) = &self.newest else {
            return Ok(None);
        };
        if at.is_same(cash) {
            return Ok(Some((newest.clone(), at.clone())));
        }
        let others = [
            store.find_by(FOUND_BY, &detail_key(cash))?,
            at.first.clone(),
        ];
        for other in others.into_iter().flatten() {
            if let Some(known) = find::cash(store, &other)?
                && known.is_same(cash)
            {
                return Ok(Some((other, known)));
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
        cash.retold = self.retold;
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
    file_of(one) == file_of(other)
}

/// The file that a record came in.
pub(super) fn file_of(record: &str) -> &str {
    record.rsplit_once('-').map_or("", |(file, _)| file)
}

/// All that tells payments with one number apart.
fn detail_key(cash: &Cash) -> String {
    let text = |text: &Option<CompactString>| text.as_deref().unwrap_or_default().to_owned();
    let (amount, currency, date) = (cash.amount.normalize(), cash.currency, cash.value_date);
    if let Some(bank) = &cash.bank_reference {
        let payee = cash
            .payee
            .as_deref()
            .map(spelling::plain)
            .unwrap_or_default();
        let bank = spelling::number(bank);
        return format!("B{payee}|{bank}|{amount}|{currency}|{date}");
    }
    let payer = [&cash.payer_name, &cash.payer_account, &cash.payer_iban].map(text);
    format!(
        "E{}|{amount}|{currency}|{date}|{}",
        text(&cash.end_to_end_id),
        payer.join("|")
    )
}
