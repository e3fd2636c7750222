//! Money that matched nothing, and is given to a contract.

use anyhow::Result;
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::cash::Cash;
use super::find::{self, Chain};
use super::lifecycle::{Ask, Then};
use super::pay::{finish, lay_on};
use super::till::Till;
use super::words::CashState;
use super::work::take;
use crate::code::Code;
use crate::line::Store;
use crate::line::work::Work;
use crate::model::{Decision, Finding};

/// `loan.match`: money that matched nothing is this contract's.
pub(super) fn assign(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let before = find::loan(store, work.key)?;
    let found = waiting(&mut work, store)?;
    let Some((_, mut loan)) = before.clone() else {
        work.find(Code::NotFound, "contract_no");
        return Ok(work.close());
    };
    take(&mut work, &mut loan, Ask::Match(Then::Open));
    if let Some((_, cash)) = &found
        && cash.currency != loan.currency
    {
        let finding = Finding::field(Code::CurrencyNotAllowed, "contract_no");
        work.note(finding.hinting(format!(
            "the money is in {}, the contract in {}",
            cash.currency, loan.currency
        )));
    }
    let (Some((id, cash)), false) = (found, work.is_bad()) else {
        return work.settle(&*loan, &*loan, store);
    };
    let mut till = Till::default();
    till.hold(&id, cash);
    let key = work.key;
    let cash = till.cash(&id, store)?;
    cash.contract = Some(key.into());
    lay_on(&mut loan, &id, cash);
    let ahead = cash.premature;
    let product = work.context.products.loan.get(&*loan.loan_type);
    till.allocate(&mut work, (key, &mut loan), product, store)?;
    if ahead {
        till.pay_ahead(&mut work, (key, &mut loan), &id);
    }
    let then = loan.then();
    take(&mut work, &mut loan, Ask::Match(then));
    finish(work, &id, (key, &loan), till, store)
}

/// The money that is to be matched.
fn waiting(
    work: &mut Work<'_>,
    store: &mut dyn Store,
) -> Result<Option<(CompactString, Box<Cash>)>> {
    if let Some(id) = work.fields.text("cash_reference") {
        let Some(cash) = find::cash(store, id)? else {
            work.find(Code::NotFound, "cash_reference");
            return Ok(None);
        };
        if cash.state() != CashState::Unmatched || cash.left() <= Decimal::ZERO {
            let finding = Finding::field(Code::NotAllowedInState, "cash_reference");
            work.note(finding.hinting(standing(&cash)));
            return Ok(None);
        }
        return Ok(Some((id.into(), cash)));
    }
    let Some(reference) = work.fields.text("bank_reference") else {
        return Ok(None);
    };
    let mut chain = Chain::same(store, &find::bank_key(reference))?;
    let (mut open, mut other) = (Vec::new(), None);
    while let Some((id, cash)) = chain.next(store)? {
        if cash.state() == CashState::Unmatched && cash.left() > Decimal::ZERO {
            open.push((id, cash));
        } else {
            other = other.or(Some(cash));
        }
    }
    let finding = match (open.len(), other) {
        (1, _) => return Ok(open.pop()),
        (0, None) => Finding::field(Code::NotFound, "bank_reference"),
        (0, Some(cash)) => {
            Finding::field(Code::NotAllowedInState, "bank_reference").hinting(standing(&cash))
        }
        _ => Finding::field(Code::ConflictingFields, "bank_reference")
            .saying("more than one payment with this reference waits")
            .hinting("name the one that is meant by its cash reference"),
    };
    work.note(finding);
    Ok(None)
}

/// How money stands, for a hint.
fn standing(cash: &Cash) -> String {
    let state = cash.state().as_str();
    match &cash.contract {
        Some(contract) => {
            format!("the money is `{state}` on contract {contract}; it takes loan.reversal")
        }
        None if cash.left() < Decimal::ZERO => {
            "the bank took it back without its having come; there is nothing to match".to_owned()
        }
        None => format!("the money is `{state}`; nothing of it is left to match"),
    }
}
