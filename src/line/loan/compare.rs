//! What the loan line tells of payers and of money, for what a bank says: see [`crate::line::compare`].

use anyhow::Result;

use super::cash::Cash;
use super::entity::{Entry, Loan, Receivable};
use super::find::{self, Chain, Numbered};
use super::own::own_key;
use super::reverse;
use super::{FOUND_BY, death, pay};
use crate::line::compare::known::{By, Due, Mandate, Money, Named, Payer, View, Way};
use crate::line::work::load;
use crate::line::{Context, Store};
use crate::model::{Fields, Instruction};

/// The line's view.
pub(super) const VIEW: View = View {
    payers,
    moved,
    told,
};

/// How a contract says that it is collected by direct debit.
pub(super) const AUTOGIRO: &str = "AUTOGIRO";

fn payers(named: &Named<'_>, store: &mut dyn Store, context: &Context<'_>) -> Result<Vec<Payer>> {
    let found = match named.by {
        // No other reference of a mandate is known: it goes by its payer's number.
        By::Payer | By::Mandate => find::all_of_payer(store, named.number)?,
        By::Reference => match find::by_reference(store, context.products, named.number)? {
            Some(key) => Vec::from_iter(find::loan(store, &key)?),
            None => Vec::new(),
        },
    };
    Ok(found.into_iter().map(payer).collect())
}

fn payer((key, loan): Numbered) -> Payer {
    let due = |receivable: &Receivable| match &receivable.ordered {
        Some(order) if order.held.is_none() => Due {
            amount: order.amount,
            date: Some(order.day),
            ordered: true,
        },
        _ => Due {
            amount: receivable.open(),
            date: Some(receivable.due),
            ordered: false,
        },
    };
    let channel = loan.channel.as_deref();
    Payer {
        entity: key.into(),
        state: loan.state.as_str().into(),
        currency: loan.currency,
        open: find::takes_money(loan.state),
        by_debit: channel.map(|channel| channel.eq_ignore_ascii_case(AUTOGIRO)),
        mandate: Mandate::default(),
        dues: loan.receivables.iter().map(due).collect(),
    }
}

/// Whether the book has this money from another file.
fn told(instruction: &Instruction, store: &mut dyn Store, context: &Context<'_>) -> Result<bool> {
    let fields = &instruction.fields;
    // One that is bad by itself tells of nothing.
    let is_whole = fields.decimal("amount").is_some()
        && fields.date("value_date").is_some()
        && fields.has("currency");
    match instruction.kind.name {
        "loan.collection-failed" => death::is_told(fields, store, context),
        _ if !is_whole => Ok(false),
        "loan.repayment" => pay::is_told(fields, store, context),
        "loan.reversal" => reverse::is_told(fields, store, context),
        _ => Ok(false),
    }
}

/// The money of the most that a record says of it.
struct Best<'f> {
    fields: &'f Fields,
    way: Way,
    found: Option<Money>,
}

impl Best<'_> {
    /// Whether nothing can be more like it.
    fn is_exact(&self) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|money| money.likeness(self.fields) == 4)
    }

    /// Holds money of the book against the record. Entity and state are left as they are for [`finish`](Self::finish).
    fn offer(&mut self, id: &str, cash: &Cash) {
        let money = |amount, value_date| Money {
            entity: cash.contract.as_deref().unwrap_or(id).into(),
            state: cash.state().as_str().into(),
            reference: id.into(),
            amount,
            currency: cash.currency,
            value_date,
        };
        let told: Vec<Money> = match self.way {
            Way::In if cash.amount.is_zero() => Vec::new(),
            Way::In => vec![money(cash.amount, cash.value_date)],
            Way::Back => {
                let backs = cash.backs.iter();
                backs
                    .map(|back| money(back.amount, back.value_date))
                    .collect()
            }
        };
        for money in told {
            let like = |money: &Money| money.likeness(self.fields);
            if self
                .found
                .as_ref()
                .is_none_or(|best| like(best) < like(&money))
            {
                self.found = Some(money);
            }
        }
    }

    fn chain(&mut self, mut chain: Chain, store: &mut dyn Store) -> Result<()> {
        while !self.is_exact()
            && let Some((id, cash)) = chain.next(store)?
        {
            self.offer(&id, &cash);
        }
        Ok(())
    }

    /// All money of a contract, newest first.
    fn contract(&mut self, loan: Loan, store: &mut dyn Store) -> Result<()> {
        let mut entry = loan.last;
        while !self.is_exact()
            && let Some(at) = entry.take()
        {
            entry = match at {
                Entry::Cash(id) => match find::cash(store, &id)? {
                    Some(cash) => {
                        self.offer(&id, &cash);
                        cash.before
                    }
                    None => None,
                },
                Entry::CreditNote(id) => find::credit_note(store, &id)?.before,
            };
        }
        Ok(())
    }

    /// What was found; of a contract's money its state is the contract's.
    fn finish(self, store: &mut dyn Store) -> Result<Option<Money>> {
        let Some(mut money) = self.found else {
            return Ok(None);
        };
        if let Some(loan) = load::<Loan>(store, &money.entity)? {
            money.state = loan.state.as_str().into();
        }
        Ok(Some(money))
    }
}

fn moved(
    fields: &Fields,
    way: Way,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Money>> {
    let mut best = Best {
        fields,
        way,
        found: None,
    };
    if let Some(reference) = find::bank_reference(fields.text("bank_reference")) {
        best.chain(Chain::same(store, &find::bank_key(reference))?, store)?;
        let own = own_key(fields, context, reference).filter(|_| way == Way::Back);
        if let Some(own) = own
            && let Some(id) = store.find_by(FOUND_BY, &own)?
            && let Some(cash) = find::cash(store, &id)?
        {
            best.offer(&id, &cash);
        }
    }
    if let Some(id) = find::end_to_end_id(fields.text("end_to_end_id"))
        && best.found.is_none()
    {
        for chain in Chain::end_to_end(store, id)? {
            best.chain(chain, store)?;
        }
    }
    for name in ["reference_no", "original_reference"] {
        let Some(text) = fields.text(name).filter(|_| best.found.is_none()) else {
            continue;
        };
        if let Some(key) = find::by_reference(store, context.products, text)?
            && let Some((_, loan)) = find::loan(store, &key)?
        {
            best.contract(*loan, store)?;
        }
        best.chain(Chain::lost(store, text)?, store)?;
        // A reference stands for many payments: one that is of another amount is another one.
        best.found.take_if(|money| money.likeness(fields) < 3);
    }
    best.finish(store)
}
