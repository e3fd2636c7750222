//! What the line's entities are, under the public names: for replies, `show` and exports.

use anyhow::{Context as _, Result, bail};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::application::{Application, Offer};
use super::cash::{Back, Cash, CreditNote, Part};
use super::entity::{Entry, Loan, Receivable};
use super::lifecycle::Ask;
use super::person::{EXISTS, Person};
use super::work::take;
use super::{APPLICATION, CASH, LOAN, NOTE, OFFER, PERSON, TYPE, find, find::Circle};
use crate::line::stored;
use crate::line::told::money;
use crate::line::work::{Kept as _, Work, parse};
use crate::line::{Space, Store, Today};
use crate::model::{Currency, Object as Map};

/// What `show --json` prints of an entity: its key, its state, its fields under their canonical names (those that are
/// set), and the instructions that its state takes.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn show(space: Space, key: &str, state: &str, today: &Today<'_>) -> Result<Json> {
    let map = if space == LOAN {
        contract(key, &parse::<Loan>(state)?, today)
    } else if space == PERSON {
        person(key, &Person::parse(state)?)
    } else if space == APPLICATION {
        application(key, &parse(state)?, today)
    } else if space == OFFER {
        offer(key, &parse(state)?, today)
    } else if space == CASH {
        cash(key, &find::read(state)?)
    } else if space == NOTE {
        credit_note(key, &read_note(state)?)
    } else if space == TYPE {
        let mut map = Map::new();
        set(&mut map, "loan_type", key);
        set(&mut map, "state", status(state)?);
        set_list(&mut map, "allowed", vec!["loan.product".into()]);
        map
    } else {
        bail!("`{}` holds no entities of the loan line", space.0);
    };
    Ok(map.into())
}

/// The status that was last told of a loan type.
pub(super) fn status(state: &str) -> Result<String> {
    stored::parse(state).context("a loan type's state does not read")
}

/// From the state that the book keeps.
pub(super) fn read_note(state: &str) -> Result<CreditNote> {
    stored::parse(state).context("a credit note's state does not read")
}

fn set(map: &mut Map, name: &'static str, value: impl Into<Json>) {
    map.insert(name, value.into());
}

fn set_some(map: &mut Map, name: &'static str, value: Option<&str>) {
    if let Some(value) = value {
        set(map, name, value);
    }
}

fn set_list(map: &mut Map, name: &'static str, all: Vec<Json>) {
    set(map, name, Json::Array(all));
}

fn set_sum(map: &mut Map, name: &'static str, amount: Decimal, currency: Currency) {
    set(map, name, money(amount, currency).to_string());
}

fn person(key: &str, person: &Person) -> Map {
    let mut map = Map::new();
    set(&mut map, "person_id", key);
    set(&mut map, "state", EXISTS);
    map.extend(person.0.clone());
    set_list(
        &mut map,
        "allowed",
        vec!["loan.person".into(), "loan.death".into()],
    );
    map
}

fn application(key: &str, application: &Application, today: &Today<'_>) -> Map {
    let mut map = Map::new();
    set(&mut map, "application_id", key);
    set(&mut map, "state", application.state.as_str());
    set(&mut map, "person_id", &*application.person);
    let offers = application.offers.iter().map(|offer| Json::from(&**offer));
    set_list(&mut map, "offers", offers.collect());
    set_some(&mut map, "offer_id", application.accepted.as_deref());
    set(
        &mut map,
        "allowed",
        Json::from_iter(application.allowed(today)),
    );
    map
}

fn offer(key: &str, offer: &Offer, today: &Today<'_>) -> Map {
    let mut map = Map::new();
    set(&mut map, "offer_id", key);
    set(&mut map, "state", offer.state.as_str());
    set(&mut map, "application_id", &*offer.application);
    set_sum(&mut map, "amount", offer.amount, offer.currency);
    set(&mut map, "currency", offer.currency.as_str());
    set_some(&mut map, "contract_no", offer.contract.as_deref());
    set(&mut map, "allowed", Json::from_iter(offer.allowed(today)));
    map
}

/// A contract with what is open of it, the money that lies on it, and its balances.
fn contract(key: &str, loan: &Loan, today: &Today<'_>) -> Map {
    let mut map = Map::new();
    let currency = loan.currency;
    set(&mut map, "contract_no", key);
    set(&mut map, "state", loan.state.as_str());
    set(&mut map, "person_id", &*loan.person);
    set(&mut map, "loan_type", &*loan.loan_type);
    set(&mut map, "country", &*loan.country);
    set(&mut map, "reference_no", &*loan.reference);
    set(&mut map, "currency", currency.as_str());
    set_sum(&mut map, "amount", loan.amount, currency);
    set_some(&mut map, "offer_id", loan.offer.as_deref());
    set_some(&mut map, "application_id", loan.application.as_deref());
    set_some(&mut map, "repayment_method", loan.method.as_deref());
    set_some(&mut map, "repayment_channel", loan.channel.as_deref());
    set_some(&mut map, "payer_no", loan.payer_no.as_deref());
    set(&mut map, "version", loan.version);
    set_sum(&mut map, "disbursed", loan.disbursed, currency);
    set_sum(&mut map, "principal_repaid", loan.repaid, currency);
    set_sum(&mut map, "outstanding", loan.outstanding(), currency);
    set_sum(&mut map, "open_receivables", loan.open(), currency);
    set_sum(&mut map, "unallocated", loan.unallocated(), currency);
    let open = loan.receivables.iter().map(|one| receivable(one, currency));
    set_list(&mut map, "receivables", open.collect());
    let rests = loan.cash.iter().map(|rest| {
        let mut map = Map::new();
        set(&mut map, "cash_reference", &*rest.cash);
        set_sum(&mut map, "unallocated", rest.left, currency);
        Json::from(map)
    });
    set_list(&mut map, "cash", rests.collect());
    set(&mut map, "allowed", Json::from_iter(loan.allowed(today)));
    map
}

fn receivable(receivable: &Receivable, currency: Currency) -> Json {
    let mut map = Map::new();
    set(&mut map, "receivable_no", &*receivable.number);
    set(&mut map, "state", receivable.state.as_str());
    set(&mut map, "receivable_type", &*receivable.receivable_type);
    set(&mut map, "billing_date", receivable.billing.to_string());
    set(&mut map, "due_date", receivable.due.to_string());
    if let Some(period) = &receivable.period {
        set(&mut map, "period_start", period.start.to_string());
        set(&mut map, "period_end", period.end.to_string());
    }
    set_sum(&mut map, "amount", receivable.amount(), currency);
    set_sum(&mut map, "open", receivable.open(), currency);
    let lines = receivable.lines.iter().map(|line| {
        let mut map = Map::new();
        set(&mut map, "line_type", &*line.line_type);
        set_sum(&mut map, "amount", line.amount, currency);
        set_sum(&mut map, "paid", line.paid, currency);
        if !line.credited.is_zero() {
            set_sum(&mut map, "credited", line.credited, currency);
        }
        Json::from(map)
    });
    set_list(&mut map, "lines", lines.collect());
    if let Some(ordered) = &receivable.ordered {
        set(&mut map, "collection_date", ordered.day.to_string());
        set_sum(&mut map, "collection_amount", ordered.amount, currency);
        if let Some(code) = &ordered.held {
            set(&mut map, "collection_held", &**code);
        }
    }
    if let Some(invoice) = &receivable.invoice {
        set(&mut map, "invoice_no", &*invoice.number);
        set(&mut map, "invoice_reference_no", &*invoice.reference);
    }
    map.into()
}

fn cash(key: &str, cash: &Cash) -> Map {
    let mut map = Map::new();
    let currency = cash.currency;
    set(&mut map, "cash_reference", key);
    set(&mut map, "state", cash.state().as_str());
    set_some(&mut map, "contract_no", cash.contract.as_deref());
    set_sum(&mut map, "amount", cash.amount, currency);
    set(&mut map, "currency", currency.as_str());
    set(&mut map, "value_date", cash.value_date.to_string());
    if let Some(date) = cash.posting_date {
        set(&mut map, "posting_date", date.to_string());
    }
    set_some(&mut map, "reference_no", cash.reference.as_deref());
    set_some(&mut map, "bank_reference", cash.bank_reference.as_deref());
    set_some(&mut map, "end_to_end_id", cash.end_to_end_id.as_deref());
    set_some(&mut map, "payee_account", cash.payee.as_deref());
    set_some(&mut map, "payer_name", cash.payer_name.as_deref());
    set_some(&mut map, "payer_account", cash.payer_account.as_deref());
    set_some(&mut map, "payer_iban", cash.payer_iban.as_deref());
    set_some(&mut map, "payer_bic", cash.payer_bic.as_deref());
    set_some(&mut map, "payment_channel", cash.channel.as_deref());
    set_some(&mut map, "comment", cash.comment.as_deref());
    let parts = cash.parts.iter().map(|one| part(one, currency));
    set_list(&mut map, "allocations", parts.collect());
    let back = |back: &Back| {
        let mut map = Map::new();
        set_sum(&mut map, "amount", back.amount, currency);
        set(&mut map, "value_date", back.value_date.to_string());
        set_some(&mut map, "bank_reference", back.bank_reference.as_deref());
        Json::from(map)
    };
    set_list(&mut map, "reversals", cash.backs.iter().map(back).collect());
    let name = if cash.contract.is_some() {
        "unallocated"
    } else {
        "unmatched"
    };
    set_sum(&mut map, name, cash.left(), currency);
    let mut allowed = Vec::new();
    if cash.returnable() > Decimal::ZERO {
        allowed.push("loan.reversal".into());
        if cash.contract.is_none() {
            allowed.push("loan.match".into());
        }
    }
    set_list(&mut map, "allowed", allowed);
    map
}

fn part(part: &Part, currency: Currency) -> Json {
    let mut map = Map::new();
    set_some(&mut map, "receivable_no", part.receivable.as_deref());
    set(&mut map, "line_type", &*part.line_type);
    set_sum(&mut map, "amount", part.amount, currency);
    map.into()
}

fn credit_note(key: &str, note: &CreditNote) -> Map {
    let mut map = Map::new();
    set(&mut map, "credit_note_no", key);
    set(&mut map, "state", "CREATED");
    set(&mut map, "contract_no", &*note.contract);
    set(&mut map, "invoice_no", &*note.invoice);
    set(&mut map, "receivable_no", &*note.receivable);
    set(&mut map, "date", note.date.to_string());
    set_sum(&mut map, "amount", note.amount(), note.currency);
    set(&mut map, "currency", note.currency.as_str());
    let parts = note.parts.iter().map(|one| part(one, note.currency));
    set_list(&mut map, "credited", parts.collect());
    set_list(&mut map, "allowed", Vec::new());
    map
}

/// `loan.inquire`: what `show` says of the contract.
pub(super) fn inquire(work: &mut Work<'_>, loan: &mut Loan, store: &mut dyn Store) -> Result<()> {
    take(work, loan, Ask::Inquire);
    let today = work.context.on_this_day();
    work.decision.reply = Some(whole(work.key, loan, &today, store)?.into());
    Ok(())
}

/// See [`crate::line::show_whole`].
pub(super) fn show_whole(
    space: Space,
    key: &str,
    state: &str,
    today: &Today<'_>,
    store: &mut dyn Store,
) -> Result<Option<Json>> {
    if space != LOAN {
        return Ok(None);
    }
    let loan: Loan = parse(state)?;
    Ok(Some(whole(key, &loan, today, store)?.into()))
}

/// A contract with all that was ever paid and credited on it, and all its money.
fn whole(key: &str, loan: &Loan, today: &Today<'_>, store: &mut dyn Store) -> Result<Map> {
    let mut map = contract(key, loan, today);
    let mut receivables: Vec<&Receivable> = loan.receivables.iter().collect();
    let (mut money, mut notes, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    let mut entry = loan.last.clone();
    let mut circle = Circle::default();
    while let Some(at) = entry.take() {
        circle.pass(at.id())?;
        match at {
            Entry::Cash(id) => {
                let one = find::cash(store, &id)?
                    .context("money that is referred to is not in the book")?;
                entry.clone_from(&one.before);
                let mut shown = cash(&id, &one);
                shown.remove("allowed");
                money.push(Json::from(shown));
                closed.extend(one.closed);
            }
            Entry::CreditNote(id) => {
                let note = find::credit_note(store, &id)?;
                entry.clone_from(&note.before);
                let mut shown = credit_note(&id, &note);
                shown.remove("allowed");
                notes.push(Json::from(shown));
                closed.extend(note.closed);
            }
        }
    }
    receivables.extend(&closed);
    receivables.sort_by_key(|one| (one.due, one.number.clone()));
    let all = receivables
        .into_iter()
        .map(|one| receivable(one, loan.currency));
    set_list(&mut map, "receivables", all.collect());
    money.reverse();
    notes.reverse();
    set_list(&mut map, "cash", money);
    set_list(&mut map, "credit_notes", notes);
    Ok(map)
}
