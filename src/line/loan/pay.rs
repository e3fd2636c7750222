//! Money that comes in: registered whole, then allocated; or kept apart until somebody says whose it is.

use anyhow::Result;
use compact_str::CompactString;

use super::cash::Cash;
use super::entity::{Entry, Loan, Rest};
use super::find::{self, Chain, Numbered};
use super::known::Known;
use super::lifecycle::{Ask, step};
use super::retold::Retold;
use super::till::Till;
use super::words::CashState;
use super::work::take;
use super::{CASH, LOAN, events};
use crate::check::number;
use crate::code::Code;
use crate::lifecycle::Outcome as Step;
use crate::line::stored::Written as _;
use crate::line::told::money;
use crate::line::work::{Kept as _, Work};
use crate::line::{Context, Store};
use crate::model::{Decision, Fields, Finding, Outcome};

/// `loan.repayment`.
pub(super) fn repayment(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let id = work.context.record_name();
    let mut cash = Box::new(received(
        work.fields,
        work.context.terms.payee_bankgiro.as_deref(),
    ));
    payer(&mut work, &mut cash);
    let mut known = Known::of(&cash, store)?;
    if let Some((first, mut cash)) = known.told_before(&cash, &id, work.context.bank, store)? {
        if work.context.bank {
            Retold::tell(&mut cash.retold, &id);
            store.save(CASH, &first, cash.text(), &[])?;
        }
        return Ok(repeated(&first, cash.contract.as_deref(), &cash.answered));
    }
    let mut aside = None;
    let found = matched(&mut work, store, &mut aside)?;
    if work.is_bad() {
        let standing = found.as_ref().map_or("", |(_, loan)| loan.state.as_str());
        let key = found.as_ref().map_or(work.key, |(key, _)| key);
        let findings = std::mem::take(&mut work.decision.findings);
        return Ok(Decision::rejected(key, standing, findings));
    }
    match found {
        Some(found) => book(work, (&id, cash), (known, aside), found, store),
        None => keep_apart(work, (&id, cash), (known, aside), store),
    }
}

/// Whether the book has this payment from another file.
pub(super) fn is_told(
    fields: &Fields,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<bool> {
    let cash = received(fields, context.terms.payee_bankgiro.as_deref());
    let mut known = Known::of(&cash, store)?;
    let told = known.told_before(&cash, &context.record_name(), context.bank, store)?;
    Ok(told.is_some())
}

/// The money that a record tells of.
fn received(fields: &Fields, payee: Option<&str>) -> Cash {
    let text = |name| fields.text(name).map(CompactString::from);
    let currency = find::currency(fields.text("currency"));
    let amount = fields.decimal("amount").expect("required: checked before");
    let value_date = fields.date("value_date").expect("required: checked before");
    Cash {
        amount: money(amount, currency),
        posting_date: fields.date("posting_date"),
        reference: text("reference_no"),
        bank_reference: find::bank_reference(fields.text("bank_reference"))
            .map(CompactString::from),
        end_to_end_id: text("end_to_end_id"),
        payee: fields
            .text("payee_account")
            .or(payee)
            .map(CompactString::from),
        payer_name: text("payer_name"),
        payer_account: text("payer_account"),
        payer_iban: text("payer_iban"),
        payer_bic: text("payer_bic"),
        channel: text("payment_channel"),
        comment: text("comment"),
        ..Cash::nothing(currency, value_date)
    }
}

/// Checks where the payer's money came from. A bank's own file is not refused for a number that is none: it is kept
/// as an account, and a note says so.
fn payer(work: &mut Work<'_>, cash: &mut Cash) {
    if let Some(text) = cash.payer_iban.take() {
        match number::iban(&text) {
            Ok(valid) => cash.payer_iban = Some(valid.normalised.into()),
            Err(code) => {
                work.note(tolerated(work, Finding::field(code, "payer_iban")));
                cash.payer_account.get_or_insert(text);
            }
        }
    }
    if let Some(text) = cash.payer_bic.take() {
        match number::bic(&text) {
            Ok(valid) => cash.payer_bic = Some(valid.normalised.into()),
            Err(code) => work.note(tolerated(work, Finding::field(code, "payer_bic"))),
        }
    }
}

/// The answer to a payment that was told before.
pub(super) fn repeated(cash_id: &str, contract: Option<&str>, answered: &str) -> Decision {
    let unmatched = answered == CashState::Unmatched.as_str();
    let entity = contract.filter(|_| !unmatched).unwrap_or(cash_id);
    let mut decision = Decision::new(Outcome::Duplicate, entity, answered.to_owned());
    let reference = ("cash_reference", cash_id.into());
    decision.references.push(reference);
    decision
}

/// The contract that a payment is for; where there is none, why not: a finding in a partner's file, a note in a bank's.
/// `aside`: the reference number by which the money is found again where the contract's is not that: a foreign one that it
/// came with beside the contract's number, or that of a contract that takes no money any more.
fn matched(
    work: &mut Work<'_>,
    store: &mut dyn Store,
    aside: &mut Option<CompactString>,
) -> Result<Option<Numbered>> {
    let fields = work.fields;
    let (reference, number) = (fields.text("reference_no"), fields.text("contract_no"));
    let payer = fields.text("payer_no");
    if reference.is_none() && number.is_none() && payer.is_none() && !work.context.bank {
        let finding = Finding::field(Code::Required, "reference_no");
        work.note(finding.hinting("give the reference number or the contract number"));
        return Ok(None);
    }
    let by_reference = match reference {
        Some(text) => find::by_reference(store, work.context.products, text)?,
        None => None,
    };
    let by_reference = match by_reference {
        Some(key) => find::loan(store, &key)?,
        None => None,
    };
    let is_foreign = by_reference.is_none();
    let by_number = match number {
        Some(number)
            if by_reference
                .as_ref()
                .is_none_or(|(key, _)| **key != *number) =>
        {
            find::loan(store, number)?
        }
        _ => None,
    };
    // A number that is mistyped makes the other one doubtful; a payer's reference in a bank's file is his own affair.
    let by_other = by_number.is_some() || payer.is_some() && !work.context.bank;
    if is_foreign && by_other && reference.is_some_and(|text| is_mistyped(work, text)) {
        mistyped(work);
        return Ok(None);
    }
    let found = match (by_reference, by_number) {
        (Some(_), Some((key, _))) => {
            let finding = Finding::field(Code::ConflictingFields, "contract_no");
            let finding = finding.hinting(format!(
                "the reference number is not that of contract {key}"
            ));
            work.note(tolerated(work, finding));
            return Ok(None);
        }
        (Some(found), None) | (None, Some(found)) => Some(found),
        (None, None) => match payer {
            Some(payer) if !work.context.contested => of_payer(payer, aside, store)?,
            Some(_) => None,
            None => None,
        },
    };
    if found.is_none() {
        lost(work, reference);
    }
    let Some((key, loan)) = found else {
        return Ok(None);
    };
    *aside = match reference.filter(|_| is_foreign) {
        Some(foreign) => Some(foreign.into()),
        None => (!find::takes_money(loan.state)).then(|| (&*loan.reference).into()),
    };
    Ok(usable(work, (key, loan)))
}

fn of_payer(
    payer: &str,
    aside: &mut Option<CompactString>,
    store: &mut dyn Store,
) -> Result<Option<Numbered>> {
    let found = find::by_payer(store, payer)?;
    if found.is_none() {
        *aside = find::closed_of_payer(store, payer)?;
    }
    Ok(found)
}

/// In a bank's own file nothing is refused.
fn tolerated(work: &Work<'_>, finding: Finding) -> Finding {
    if work.context.bank {
        finding.as_note()
    } else {
        finding
    }
}

/// Whether a reference number that names nothing can be none at all: its check digit is wrong.
fn is_mistyped(work: &Work<'_>, text: &str) -> bool {
    !find::can_be_reference(work.context.products, text)
}

fn mistyped(work: &mut Work<'_>) {
    let finding = Finding::field(Code::InvalidReference, "reference_no");
    work.note(tolerated(work, finding));
}

/// Notes why nothing matches.
fn lost(work: &mut Work<'_>, reference: Option<&str>) {
    if reference.is_some_and(|text| is_mistyped(work, text)) {
        return mistyped(work);
    }
    let names = ["reference_no", "contract_no", "payer_no"];
    let Some(name) = names.into_iter().find(|name| work.fields.has(name)) else {
        let finding = Finding::new(Code::NoSuchReference);
        return work.note(
            finding.saying("no single number says what the payment is for; it is kept apart"),
        );
    };
    work.note(Finding::field(Code::NoSuchReference, name));
}

/// The contract, if it takes payments, and in this currency.
fn usable(work: &mut Work<'_>, (key, mut loan): Numbered) -> Option<Numbered> {
    if !find::takes_money(loan.state) {
        let Step::Refuse(code) = step(loan.state, Ask::Repayment(super::lifecycle::Then::Open))
        else {
            return Some((key, loan));
        };
        let state = loan.state.as_str();
        let can = loan.allowed(&work.context.on_this_day()).join(", ");
        let hint = Code::ContractClosed.entry().hint;
        let mut finding = Finding::new(code).hinting(format!(
            "{hint}; contract {key} in state `{state}` takes {can}"
        ));
        if code != Code::ContractClosed {
            finding = finding.saying("the contract takes no payments yet; the money is kept apart");
        }
        work.note(finding.as_note());
        return None;
    }
    if work.fields.text("currency") != Some(loan.currency.as_str()) {
        let finding = Finding::field(Code::CurrencyNotAllowed, "currency");
        let finding = finding.hinting(format!("the contract is in {}", loan.currency));
        work.note(tolerated(work, finding));
        if work.context.bank {
            return None;
        }
    }
    loan.cash.reserve(1);
    Some((key, loan))
}

/// Registers money for a contract, and lets it pay.
fn book(
    mut work: Work<'_>,
    (id, mut cash): (&str, Box<Cash>),
    (known, aside): (Known, Option<CompactString>),
    (key, mut loan): Numbered,
    store: &mut dyn Store,
) -> Result<Decision> {
    cash.contract = Some(key.clone());
    let mut also = known.enter(&mut cash);
    lay_aside(&mut cash, aside, &mut also, store)?;
    events::registered(&mut work, &key, Some(&loan), (id, &cash), None);
    let mut till = Till::default();
    lay_on(&mut loan, id, &mut cash);
    till.take_in(id, cash, also);
    let product = work.context.products.loan.get(&*loan.loan_type);
    till.allocate(&mut work, (&key, &mut loan), product, store)?;
    if work.fields.flag("premature") == Some(true) {
        till.pay_ahead(&mut work, (&key, &mut loan), id);
    }
    let then = loan.then();
    take(&mut work, &mut loan, Ask::Repayment(then));
    till.cash(id, store)?.answered = loan.state.as_str().into();
    finish(work, id, (&key, &loan), till, store)
}

/// Money lies on a contract from now on.
pub(super) fn lay_on(loan: &mut Loan, id: &str, cash: &mut Cash) {
    let left = cash.left();
    cash.before = loan.last.replace(Entry::Cash(id.into()));
    loan.cash.push(Rest {
        cash: id.into(),
        left,
    });
}

/// Keeps contract and money, and answers.
pub(super) fn finish(
    mut work: Work<'_>,
    id: &str,
    (key, loan): (&str, &Loan),
    till: Till,
    store: &mut dyn Store,
) -> Result<Decision> {
    store.save(LOAN, key, loan.text(), &[])?;
    till.put_away(&mut work, store)?;
    let mut decision = work.decision;
    decision.entity = key.into();
    decision.state = loan.state.as_str().into();
    decision.currency = Some(loan.currency);
    decision.references.push(("cash_reference", id.into()));
    Ok(decision)
}

/// Lets money be found again by a reference number that is not its contract's.
fn lay_aside(
    cash: &mut Cash,
    reference: Option<CompactString>,
    also: &mut Vec<String>,
    store: &mut dyn Store,
) -> Result<()> {
    if let Some(reference) = reference {
        cash.alike = Chain::lost(store, &reference)?.newest();
        also.push(find::lost_key(&reference));
    }
    Ok(())
}

/// Registers money that matches nothing: it came.
fn keep_apart(
    mut work: Work<'_>,
    (id, mut cash): (&str, Box<Cash>),
    (known, aside): (Known, Option<CompactString>),
    store: &mut dyn Store,
) -> Result<Decision> {
    let mut also = known.enter(&mut cash);
    let reference = aside.or_else(|| cash.reference.clone());
    lay_aside(&mut cash, reference, &mut also, store)?;
    cash.premature = work.fields.flag("premature") == Some(true);
    let state = CashState::Unmatched.as_str();
    cash.answered = state.into();
    events::registered(&mut work, id, None, (id, &cash), None);
    let currency = cash.currency;
    let mut till = Till::default();
    till.take_in(id, cash, also);
    till.put_away(&mut work, store)?;
    Ok(apart(work, id, currency))
}

/// The answer about money that matches nothing.
pub(super) fn apart(work: Work<'_>, id: &str, currency: crate::model::Currency) -> Decision {
    let mut decision = work.decision;
    decision.entity = id.into();
    decision.state = CashState::Unmatched.as_str().into();
    decision.currency = Some(currency);
    decision.references.push(("cash_reference", id.into()));
    decision
}
