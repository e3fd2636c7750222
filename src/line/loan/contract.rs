//! A contract from its making to its end, as far as no money is concerned.

use anyhow::Result;
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::application::{Application, Offer};
use super::entity::Loan;
use super::lifecycle::{Ask, AskOffer, step, step_offer};
use super::words::{Action, State};
use super::work::{product, reference, take};
use super::{PAYER, REFERENCE, SIBLING, events, find};
use crate::code::Code;
use crate::lifecycle::Outcome;
use crate::line::stored::Written as _;
use crate::line::work::{Kept as _, Work, keep, load};
use crate::line::{Space, Store};
use crate::model::{Currency, Decision, Finding};

/// `loan.contract`.
pub(super) fn contract(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let action = work.fields.text("action").and_then(Action::named);
    let action = action.expect("required: checked before");
    let ask = match action {
        Action::Create => Ask::Create,
        Action::Import => Ask::Import,
        Action::Accept => Ask::Accept,
        Action::Ready => Ask::Ready,
        Action::Activate => Ask::Activate,
        Action::Replace => Ask::Replace,
        Action::Block => Ask::Block,
        Action::Unblock => Ask::Unblock,
        // Depends on what is owed.
        Action::Cancel => Ask::Inquire,
    };
    let Some(before) = load::<Loan>(store, work.key)? else {
        if matches!(action, Action::Create | Action::Import) {
            return make(work, ask, store);
        }
        work.find(Code::NotFound, "contract_no");
        return Ok(work.close());
    };
    let mut after = before.clone();
    let ask = if action == Action::Cancel {
        Ask::Cancel(before.owed())
    } else {
        ask
    };
    let told = take(&mut work, &mut after, ask);
    if action == Action::Replace {
        replace(&mut work, &mut after);
    }
    if !work.is_bad() {
        if action == Action::Cancel {
            give_back(&before, store)?;
        }
        let of = if action == Action::Replace {
            &before
        } else {
            &after
        };
        for kind in told.unwrap_or_default() {
            events::contract(&mut work, *kind, of);
        }
    }
    work.settle(&before, &after, store)
}

/// A contract that comes to nothing leaves its offer to another one.
fn give_back(loan: &Loan, store: &mut dyn Store) -> Result<()> {
    let Some(id) = &loan.offer else {
        return Ok(());
    };
    if let Some(offer) = load::<Offer>(store, id)? {
        let free = Offer {
            contract: None,
            ..offer.clone()
        };
        keep(id, Some(&offer), &free, store)?;
    }
    Ok(())
}

/// New terms: a version of its own.
fn replace(work: &mut Work<'_>, loan: &mut Loan) {
    let fields = work.fields;
    if fields.has("currency") {
        work.same_currency(loan.currency, "contract");
    }
    work.fits("amount", loan.currency);
    if let Some(amount) = fields.decimal("amount") {
        if amount < loan.disbursed {
            let finding = Finding::field(Code::AmountOverContract, "amount");
            work.note(finding.hinting(format!("{} was paid out already", loan.disbursed)));
        }
        loan.amount = amount;
    }
    // What is emptied has no text.
    if fields.has("repayment_method") {
        loan.method = fields.text("repayment_method").map(CompactString::from);
    }
    if fields.has("repayment_channel") {
        loan.channel = fields.text("repayment_channel").map(CompactString::from);
    }
    super::collect::release(loan);
    loan.version += 1;
}

/// Makes a contract of an offer, or of what another system says.
fn make(mut work: Work<'_>, ask: Ask, store: &mut dyn Store) -> Result<Decision> {
    let (key, fields) = (work.key, work.fields);
    let text = |name| -> &str { fields.text(name).expect("needed: checked before") };
    let currency = Currency::named(text("currency")).expect("a currency: checked before");
    let product = product(&mut work, text("loan_type"), "loan_type");
    let mut number = None;
    if let Some(product) = product {
        if !product.currency.is_empty() && !product.currency.contains(&currency) {
            let codes: Vec<&str> = product.currency.iter().map(Currency::as_str).collect();
            let finding = Finding::field(Code::CurrencyNotAllowed, "currency");
            work.note(finding.hinting(format!("the product is sold in {}", codes.join(", "))));
        }
        number = reference(&mut work, product, key, store)?;
    }
    let offer = match fields.text("offer_id").filter(|_| ask == Ask::Create) {
        Some(id) => accepted(&mut work, id, currency, store)?,
        None => None,
    };
    if work.is_bad() {
        return Ok(work.close());
    }
    let given = |name| fields.text(name).map(CompactString::from);
    let number = number.expect("no finding: it is good");
    let mut loan = Loan {
        state: State::None,
        person: text("person_id").into(),
        loan_type: text("loan_type").into(),
        country: text("country").into(),
        reference: number,
        currency,
        amount: fields.decimal("amount").expect("needed: checked before"),
        version: 1,
        offer: offer.as_ref().map(|(id, _)| (*id).into()),
        application: offer.as_ref().map(|(_, offer)| offer.application.clone()),
        method: given("repayment_method"),
        channel: given("repayment_channel"),
        payer_no: given("payer_no"),
        disbursed: fields
            .decimal("principal")
            .filter(|_| ask == Ask::Import)
            .unwrap_or(Decimal::ZERO),
        repaid: Decimal::ZERO,
        receivables: Vec::new(),
        cash: Vec::new(),
        last: None,
        sibling: store.find_by(SIBLING, text("person_id"))?,
        closed_from: None,
    };
    let Outcome::Go(state, told) = step(State::None, ask) else {
        anyhow::bail!("a contract that is not in the book can be made");
    };
    loan.go(state);
    if let Some((id, offer)) = offer {
        let used = Offer {
            contract: Some(key.into()),
            ..offer.clone()
        };
        keep(id, Some(&offer), &used, store)?;
    }
    save_new(key, &loan, store)?;
    for kind in told {
        events::contract(&mut work, *kind, &loan);
    }
    work.decision.state = loan.state.as_str().into();
    work.decision.currency = Some(currency);
    Ok(work.close())
}

/// Keeps a new contract, so that it is found by its reference number, its payer's number and its person.
fn save_new(key: &str, loan: &Loan, store: &mut dyn Store) -> Result<()> {
    let payer = loan.payer();
    let mut also: Vec<(Space, &str)> = vec![(REFERENCE, &loan.reference), (SIBLING, &loan.person)];
    // A payer number that is the reference number itself is found by that.
    if *payer != *loan.reference && !payer.is_empty() {
        find::remember_payer(store, payer, key)?;
        also.push((PAYER, payer));
    }
    store.save(super::LOAN, key, loan.text(), &also)
}

/// The offer that a contract is made of, if the contract keeps to it.
fn accepted<'a>(
    work: &mut Work<'a>,
    id: &'a str,
    currency: Currency,
    store: &mut dyn Store,
) -> Result<Option<(&'a str, Offer)>> {
    let Some(mut offer) = load::<Offer>(store, id)? else {
        work.find(Code::NotFound, "offer_id");
        return Ok(None);
    };
    let step = step_offer(offer.state, AskOffer::Contract);
    work.step(&mut offer, &step);
    if let Some(contract) = &offer.contract {
        let finding = Finding::field(Code::AlreadyExists, "offer_id");
        work.note(finding.hinting(format!("contract {contract} was made of the offer")));
    }
    let application = load::<Application>(store, &offer.application)?;
    let person = application.map(|application| application.person);
    if person.as_deref() != work.fields.text("person_id") {
        let finding = Finding::field(Code::ConflictingFields, "person_id");
        work.note(finding.hinting("the application is another person's"));
    }
    if offer.currency == currency {
        let amount = work.fields.decimal("amount").unwrap_or_default();
        if amount > offer.amount {
            let finding = Finding::field(Code::AmountOverOffer, "amount");
            work.note(finding.hinting(format!("the offer is of {}", offer.amount)));
        }
    } else {
        let finding = Finding::field(Code::ConflictingFields, "currency");
        work.note(finding.hinting(format!("the offer is in {}", offer.currency)));
    }
    Ok(Some((id, offer)))
}

/// `loan.default`.
pub(super) fn default(work: &mut Work<'_>, loan: &mut Loan) {
    let overdue = loan.overdue(work.today());
    take(work, loan, Ask::Default(overdue));
}
