//! What tells a bank's reversal from others, and whether it was told before.

use anyhow::{Context as _, Result};
use compact_str::CompactString;

use super::cash::{Back, Cash};
use super::find;
use super::pay::repeated;
use super::retold::Retold;
use super::reverse::Asked;
use super::{CASH, FOUND_BY, spelling};
use crate::line::stored::Written as _;
use crate::line::{Context, Store};
use crate::model::{Decision, Fields};

/// What of a bank's reversal tells it apart from others. `None`: it lacks what tells.
pub(super) fn own_key(fields: &Fields, context: &Context<'_>, reference: &str) -> Option<String> {
    let terms = context.terms.payee_bankgiro.as_deref();
    let payee = fields.text("payee_account").or(terms).unwrap_or_default();
    let amount = fields.decimal("amount")?.normalize();
    let (currency, date) = (fields.text("currency")?, fields.date("value_date")?);
    let (payee, reference) = (spelling::plain(payee), spelling::number(reference));
    Some(format!("V{payee}|{reference}|{amount}|{currency}|{date}"))
}

/// What tells a bank's reversal from others.
pub(super) struct Own {
    /// The index entry of all that does; `None`: it lacks what tells.
    pub entry: Option<String>,
    /// The newest that nothing tells apart from it: the money that went back, and which of its returns it is.
    newest: Option<(CompactString, Box<Cash>, usize)>,
}

impl Own {
    pub(super) fn of(
        asked: &Asked<'_>,
        fields: &Fields,
        context: &Context<'_>,
        store: &mut dyn Store,
    ) -> Result<Self> {
        let entry = asked.reference;
        let entry = entry.and_then(|text| own_key(fields, context, text));
        let mut newest = None;
        if let Some(entry) = &entry
            && let Some(id) = store.find_by(FOUND_BY, entry)?
        {
            let cash = find::cash(store, &id)?;
            let cash = cash.context("money that is referred to is not in the book")?;
            let alike = |back: &Back| {
                back.bank_reference.as_deref().map(spelling::number)
                    == asked.reference.map(spelling::number)
                    && back.amount == asked.amount
                    && back.value_date == asked.value_date
            };
            let at = cash.backs.iter().rposition(alike);
            newest = at.map(|at| (id, cash, at));
        }
        Ok(Self { entry, newest })
    }

    /// Whether this record of a bank's file tells of one that the book has. Two records of one bank file are two reversals:
    /// each in the book is told again once by a file.
    pub(super) fn is_told(&self, record: &str) -> bool {
        self.newest.as_ref().is_some_and(|(_, cash, at)| {
            let back = &cash.backs[*at];
            Retold::is_told(back.retold.as_deref(), &back.id, record)
        })
    }

    /// The answer to a reversal that was told before, which is noted.
    pub(super) fn told_before(
        &mut self,
        record: &str,
        store: &mut dyn Store,
    ) -> Result<Option<Decision>> {
        if !self.is_told(record) {
            return Ok(None);
        }
        let Some((id, mut cash, at)) = self.newest.take() else {
            return Ok(None);
        };
        let back = &mut cash.backs[at];
        Retold::tell(&mut back.retold, record);
        let answered = back.answered.clone();
        store.save(CASH, &id, cash.text(), &[])?;
        Ok(Some(repeated(&id, cash.contract.as_deref(), &answered)))
    }

    /// How one more is noted.
    pub(super) fn back(&self, id: &str, asked: &Asked<'_>, answered: &str) -> Back {
        let one_more = |(_, cash, at): &(CompactString, Box<Cash>, usize)| {
            Box::new(Retold::one_more(cash.backs[*at].retold.as_deref()))
        };
        Back {
            id: id.into(),
            amount: asked.amount,
            value_date: asked.value_date,
            bank_reference: asked.reference.map(CompactString::from),
            retold: self.newest.as_ref().map(one_more),
            answered: answered.into(),
        }
    }
}
