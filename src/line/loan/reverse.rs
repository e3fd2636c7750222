//! Money that goes back: what it paid is owed again, newest first.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::cash::{Cash, Part};
use super::disburse::{To, order};
use super::entity::Loan;
use super::events::{self, Confirmed};
use super::find::{self, Chain};
use super::lifecycle::{Ask, Was};
use super::original::{Found, best, best_of_both, by_end_to_end, by_original, by_payer};
use super::own::Own;
use super::pay::{apart, finish};
use super::till::Till;
use super::words::{Initiator, ReceivableState};
use super::work::take;
use crate::code::Code;
use crate::line::told::money;
use crate::line::work::{Work, load};
use crate::line::{Context, Store};
use crate::model::{Currency, Decision, Fields, Finding, OrderStatus};

/// What a record takes back.
pub(super) struct Asked<'a> {
    pub amount: Decimal,
    pub currency: Currency,
    pub value_date: NaiveDate,
    /// The bank's reference in its own file: it tells the reversal from another, whether it is its own or the payment's.
    pub reference: Option<&'a str>,
    /// What may be the bank's reference of the payment.
    pub of_payment: Option<&'a str>,
    /// The payment's end-to-end id.
    pub end_to_end_id: Option<&'a str>,
    /// The bank's own reference of the reversal, where that is not the payment's.
    pub own: Option<&'a str>,
    pub by_bank: bool,
}

/// `loan.reversal`.
pub(super) fn reversal(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let fields = work.fields;
    let bank = find::bank_reference(fields.text("bank_reference"));
    let original = fields.text("original_reference");
    let payer = fields.text("payer_no");
    let named = original.or(payer);
    let asked = asked(fields, work.context);
    let end_to_end = asked.end_to_end_id;
    let is_named = bank.or(named).or(end_to_end).is_some();
    if !is_named && !work.context.bank {
        let finding = Finding::field(Code::Required, "bank_reference");
        work.note(finding.hinting(
            "give the bank's reference of the payment, or the reference that it came with",
        ));
        return Ok(work.close());
    }
    let id = work.context.record_name();
    let mut own = Own::of(&asked, fields, work.context, store)?;
    if let Some(decision) = own.told_before(&id, store)? {
        return Ok(decision);
    }
    let found = named_by(&work, &asked, store)?;
    let field = if bank.is_some() && asked.own.is_none() {
        "bank_reference"
    } else if original.is_none() && payer.is_some() {
        "payer_no"
    } else if original.is_none() && end_to_end.is_some() {
        "end_to_end_id"
    } else {
        "original_reference"
    };
    let finding = match found {
        Found::One(cash_id, cash) => {
            return take_back(work, &id, (cash_id, cash), &asked, own, store);
        }
        Found::TooSmall(left) => Finding::field(Code::OverRepaidAmount, "amount")
            .hinting(format!("{left} is left of it")),
        Found::OtherCurrency(other) => Finding::field(Code::CurrencyNotAllowed, "currency")
            .hinting(format!("the payment is in {other}")),
        Found::Several => Finding::field(Code::ConflictingFields, field)
            .saying("payments of several payers, or for several contracts, have this end-to-end id")
            .hinting("name the one that is meant by its bank reference or its cash reference"),
        Found::Contradicted => Finding::field(Code::ConflictingFields, "original_reference")
            .saying("the payment with this bank's reference came under another one")
            .hinting("give two references that belong together, or one of them"),
        Found::Nothing => Finding::field(Code::NotFound, field)
            .hinting("no payment in the book has this reference"),
    };
    if !work.context.bank {
        work.note(finding);
        return Ok(work.close());
    }
    work.note(Finding::new(Code::Unmatched));
    work.note(finding.as_note());
    gone(work, &id, &asked, own, store)
}

/// The payment that a record names.
fn named_by(work: &Work<'_>, asked: &Asked<'_>, store: &mut dyn Store) -> Result<Found> {
    let fields = work.fields;
    let bank = find::bank_reference(fields.text("bank_reference"));
    let (original, payer) = (fields.text("original_reference"), fields.text("payer_no"));
    let found = match (original, bank) {
        (Some(original), _) if asked.own.is_some() || bank.is_none() => {
            by_original(work, original, asked, store)?
        }
        (None, _) if payer.is_some() && !(bank.is_some() && asked.own.is_none()) => {
            by_payer(work, payer.unwrap_or_default(), asked, store)?
        }
        (_, Some(bank)) => {
            let entry = find::bank_key(bank);
            let found = best(Chain::same(store, &entry)?, asked, store)?;
            match (&found, original) {
                // Both must name it: a bundle's payments have one reference of the bank.
                (Found::One(..), Some(original)) => {
                    best_of_both(work, Chain::same(store, &entry)?, original, asked, store)?
                }
                _ => found,
            }
        }
        _ => Found::Nothing,
    };
    match (&found, asked.end_to_end_id) {
        (Found::Nothing, Some(id)) => by_end_to_end(id, asked, store),
        _ => Ok(found),
    }
}

/// What a record takes back.
fn asked<'a>(fields: &'a Fields, context: &Context<'_>) -> Asked<'a> {
    let currency = find::currency(fields.text("currency"));
    let amount = fields.decimal("amount").expect("required: checked before");
    let by_bank = |name| find::bank_reference(fields.text(name)).filter(|_| context.bank);
    let (bank, own) = (by_bank("bank_reference"), by_bank("own_reference"));
    let is_named = fields.has("original_reference") || fields.has("payer_no");
    let initiator = fields.text("initiated_by").and_then(Initiator::named);
    Asked {
        amount: money(amount, currency),
        currency,
        value_date: fields.date("value_date").expect("required: checked before"),
        reference: own.or(bank),
        of_payment: bank,
        end_to_end_id: find::end_to_end_id(fields.text("end_to_end_id")),
        own: own.or(bank.filter(|_| is_named)),
        by_bank: context.bank || initiator == Some(Initiator::Bank),
    }
}

/// Whether the book has this reversal from another file.
pub(super) fn is_told(
    fields: &Fields,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<bool> {
    let asked = asked(fields, context);
    let own = Own::of(&asked, fields, context, store)?;
    Ok(own.is_told(&context.record_name()))
}

/// Takes money back: first what pays nothing, then what it paid, newest first.
fn take_back(
    mut work: Work<'_>,
    id: &str,
    (cash_id, cash): (CompactString, Box<Cash>),
    asked: &Asked<'_>,
    own: Own,
    store: &mut dyn Store,
) -> Result<Decision> {
    let loan = match &cash.contract {
        Some(key) => Some((
            key.clone(),
            load::<Loan>(store, key)?.context("money of a contract that is not in the book")?,
        )),
        None => None,
    };
    let mut till = Till::default();
    till.hold(&cash_id, cash);
    let cash = till.cash(&cash_id, store)?;
    let left = cash.left();
    cash.backs.push(own.back(id, asked, "ACTIVE"));
    let subject = loan.as_ref().map_or(&*cash_id, |(key, _)| key).to_owned();
    let back = Some((asked.amount, asked.own));
    events::registered(
        &mut work,
        &subject,
        loan.as_ref().map(|(_, loan)| loan),
        (&cash_id, cash),
        back,
    );
    if !asked.by_bank {
        refund(&mut work, &subject, cash, asked.amount);
    }
    if let Some(entry) = own.entry {
        till.find_by(&cash_id, entry);
    }
    let Some((key, mut loan)) = loan else {
        return send_back(work, till, &cash_id, asked, store);
    };
    take(&mut work, &mut loan, Ask::Reversal(Was::Same));
    undo(
        &mut work,
        &mut till,
        (&key, &mut loan),
        &cash_id,
        asked.amount.min(left),
        asked.amount,
        store,
    )?;
    // Other money that lies on the contract pays at once what is owed again.
    let product = work.context.products.loan.get(&*loan.loan_type);
    till.allocate(&mut work, (&key, &mut loan), product, store)?;
    let was = loan.was();
    take(&mut work, &mut loan, Ask::Reversal(was));
    let back = till.cash(&cash_id, store)?.backs.last_mut();
    back.expect("it was just put there").answered = loan.state.as_str().into();
    finish(work, &cash_id, (&key, &loan), till, store)
}

/// Money that matched nothing goes back.
fn send_back(
    mut work: Work<'_>,
    mut till: Till,
    cash_id: &str,
    asked: &Asked<'_>,
    store: &mut dyn Store,
) -> Result<Decision> {
    let cash = till.cash(cash_id, store)?;
    let state = cash.state().as_str();
    cash.backs
        .last_mut()
        .expect("it was just put there")
        .answered = state.into();
    till.put_away(&mut work, store)?;
    let mut decision = apart(work, cash_id, asked.currency);
    decision.state = state.into();
    Ok(decision)
}

/// `free` of `amount` paid nothing; the rest is taken from what the money paid.
fn undo(
    work: &mut Work<'_>,
    till: &mut Till,
    (key, loan): (&str, &mut Loan),
    cash_id: &str,
    free: Decimal,
    amount: Decimal,
    store: &mut dyn Store,
) -> Result<()> {
    if let Some(at) = loan.cash.iter().position(|rest| *rest.cash == *cash_id) {
        loan.cash[at].left -= free;
        if loan.cash[at].left.is_zero() {
            loan.cash.remove(at);
        }
    }
    let mut rest = amount - free;
    while rest > Decimal::ZERO {
        let cash = till.cash(cash_id, store)?;
        let newest = cash
            .parts
            .last_mut()
            .context("more is taken back than is left")?;
        let part = Part {
            amount: rest.min(newest.amount),
            ..newest.clone()
        };
        newest.amount -= part.amount;
        if newest.amount.is_zero() {
            cash.parts.pop();
        }
        cash.told += 1;
        rest -= part.amount;
        if let Some(number) = &part.receivable {
            owe_again(till, loan, number, &part, store)?;
        }
        loan.pay(&part.line_type, -part.amount);
        let cash = till.cash(cash_id, store)?;
        let told = Confirmed {
            id: cash_id,
            cash,
            part: &part,
            back: true,
            left: Decimal::new(0, cash.currency.decimals()),
            number: cash.told,
        };
        events::confirmed(work, key, loan, &told);
    }
    Ok(())
}

/// A receivable is owed again by what paid it.
fn owe_again(
    till: &mut Till,
    loan: &mut Loan,
    number: &str,
    part: &Part,
    store: &mut dyn Store,
) -> Result<()> {
    if !loan.receivables.iter().any(|one| *one.number == *number) {
        let mut receivable = till.reopen(loan, number, store)?;
        receivable.state = ReceivableState::Created;
        loan.add(receivable);
    }
    let receivable = loan
        .receivables
        .iter_mut()
        .find(|one| *one.number == *number);
    let line = receivable.and_then(|receivable| receivable.line_mut(&part.line_type));
    line.context("money paid a line that there is not")?.paid -= part.amount;
    Ok(())
}

/// The payer gets the money back; without an account of his the order waits.
fn refund(work: &mut Work<'_>, entity: &str, cash: &Cash, amount: Decimal) {
    let held = cash.payer_iban.is_none() && cash.payer_account.is_none();
    let status = if held {
        OrderStatus::Held
    } else {
        OrderStatus::Ordered
    };
    let id = work.context.derive("refund").to_string();
    let order = order(
        "Refund",
        status,
        entity,
        &id,
        &To {
            amount,
            currency: cash.currency,
            name: cash.payer_name.as_deref(),
            iban: cash.payer_iban.as_deref(),
            bic: cash.payer_bic.as_deref(),
            account: cash.payer_account.as_deref(),
            reference: cash.reference.as_deref(),
        },
    );
    work.decision
        .references
        .push(("refund", id.as_str().into()));
    work.decision.orders.push(order);
}

/// The bank took back what never came, or more than came: kept apart, below zero.
fn gone(
    mut work: Work<'_>,
    id: &str,
    asked: &Asked<'_>,
    own: Own,
    store: &mut dyn Store,
) -> Result<Decision> {
    let fields = work.fields;
    let text = |name| fields.text(name).map(CompactString::from);
    let unmatched = super::words::CashState::Unmatched.as_str();
    let cash = Cash {
        backs: vec![own.back(id, asked, unmatched)],
        reference: text("original_reference"),
        end_to_end_id: text("end_to_end_id"),
        bank_reference: text("bank_reference").filter(|_| asked.own.is_none()),
        payee: text("payee_account"),
        comment: text("comment"),
        answered: unmatched.into(),
        ..Cash::nothing(asked.currency, asked.value_date)
    };
    events::registered(
        &mut work,
        id,
        None,
        (id, &cash),
        Some((asked.amount, asked.own)),
    );
    let mut till = Till::default();
    till.take_in(id, Box::new(cash), own.entry.into_iter().collect());
    till.put_away(&mut work, store)?;
    Ok(apart(work, id, asked.currency))
}
