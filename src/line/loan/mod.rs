//! Loans: applications, offers and contracts, what is owed on them, and the money that pays it.

mod application;
mod assign;
mod bill;
mod cash;
mod check;
mod collect;
mod compare;
mod contract;
mod death;
mod details;
mod disburse;
mod entity;
mod events;
mod export;
mod find;
mod kinds;
mod known;
mod lifecycle;
mod original;
mod own;
mod pay;
mod person;
mod product;
mod read;
mod retold;
mod reverse;
mod show;
mod spelling;
#[cfg(test)]
mod tests;
mod till;
mod words;
mod work;
mod written;

use anyhow::Result;

use super::work::{Work, load};
use super::{Context, RECORD_NAME, Registration, Space, Standing, Store, again};
use crate::code::Code;
use crate::lifecycle::Table;
use crate::model::{Decision, Instruction, KindSpec};
use application::{Application, Offer};
use entity::Loan;

use check::check;
use events::PERSONAL_FIELDS;
use export::{export_header, export_row};
use kinds::KINDS;
pub use product::{Product, Reference};
use show::show;

/// The line as the registry knows it.
pub const LINE: Registration = Registration {
    word: "loan",
    kinds: KINDS,
    order_columns: disburse::ORDER_COLUMNS,
    entities: &[
        ("contract", LOAN),
        ("person", PERSON),
        ("application", APPLICATION),
        ("offer", OFFER),
        ("cash", CASH),
        ("credit-note", NOTE),
        ("loan-type", TYPE),
    ],
    spaces: &[
        LOAN,
        PERSON,
        APPLICATION,
        OFFER,
        CASH,
        NOTE,
        TYPE,
        REFERENCE,
        RECEIVABLE,
        INVOICE,
        SIBLING,
        PAYER,
        PAYERS,
        TOLD,
        FOUND_BY,
    ],
    personal: PERSONAL_FIELDS,
    check,
    keys,
    space,
    standing,
    named: None,
    told_by_banks: Some(compare::VIEW),
    collects: Some(collect::COLLECTS),
    decide,
    carry_out: |_, _, _, _, _| Ok(None),
    due_of: |_, _| Ok(Vec::new()),
    show,
    show_whole: Some(show::show_whole),
    export_header,
    export_row,
    details: details::DETAILS,
    tables,
    product: |code, table, products| {
        let product = Product::from_table(table);
        products.loan.insert(code.to_owned(), product);
    },
};

/// Contracts by `contract_no`.
const LOAN: Space = Space("l");
/// Persons by `person_id`.
const PERSON: Space = Space("lp");
/// Applications by `application_id`.
const APPLICATION: Space = Space("la");
/// Offers by `offer_id`.
const OFFER: Space = Space("lo");
/// Money by `cash_reference`.
const CASH: Space = Space("lc");
/// Credit notes by `credit_note_no`.
const NOTE: Space = Space("ln");
/// What was told of loan types, by `loan_type`.
const TYPE: Space = Space("lt");
/// Index: contracts by their own and their invoices' reference numbers.
const REFERENCE: Space = Space("lr");
/// Index: contracts by `receivable_no`.
const RECEIVABLE: Space = Space("lv");
/// Index: contracts by `invoice_no`.
const INVOICE: Space = Space("li");
/// Index: the newest contract by `person_id`.
const SIBLING: Space = Space("ls");
/// Index: contracts by the number that their payer is known by.
const PAYER: Space = Space("ly");
/// The contracts of such a number, where they are more than one.
const PAYERS: Space = Space("lz");
/// What banks told of collections that failed, by all that they tell them apart by.
const TOLD: Space = Space("lf");
/// Index: money by what it came with: see [`find`].
const FOUND_BY: Space = Space("lb");

/// How applications, offers and contracts change.
fn tables() -> Vec<Table> {
    vec![
        Table::of(
            "application",
            words::ApplicationState::ALL,
            lifecycle::ASKS_APPLICATION,
            lifecycle::step_application,
        ),
        Table::of(
            "offer",
            words::OfferState::ALL,
            lifecycle::ASKS_OFFER,
            lifecycle::step_offer,
        ),
        Table::of(
            "contract",
            words::State::ALL,
            lifecycle::ASKS,
            lifecycle::step,
        ),
    ]
}

/// See [`Registration::keys`].
fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    let fields = &instruction.fields;
    if matches!(instruction.kind.name, "loan.repayment" | "loan.reversal") {
        add(CASH, RECORD_NAME);
    }
    for (name, value) in fields.iter() {
        let spaces: &[Space] = match name {
            "contract_no" => &[LOAN],
            "reference_no" | "original_reference" => &[REFERENCE],
            "person_id" => &[PERSON, SIBLING],
            "application_id" => &[APPLICATION],
            "offer_id" => &[OFFER],
            "receivable_no" => &[RECEIVABLE],
            "invoice_no" => &[INVOICE],
            "credit_note_no" => &[NOTE],
            "cash_reference" => &[CASH],
            "loan_type" => &[TYPE],
            _ => continue,
        };
        if let Some(key) = value.text() {
            for space in spaces {
                add(*space, key);
            }
        }
    }
    if instruction.kind.name == death::FAILED
        && let Some(key) = again::key(death::FAILED, fields)
    {
        add(TOLD, &key);
    }
    if let Some(number) = fields.text("payer_no") {
        let number = number.trim_start_matches('0');
        for space in [PAYER, PAYERS, REFERENCE] {
            add(space, number);
        }
    }
    if let Some(reference) = find::bank_reference(fields.text("bank_reference")) {
        add(FOUND_BY, &find::bank_key(reference));
        if let Some(id) = find::end_to_end_id(fields.text("end_to_end_id")) {
            add(FOUND_BY, &find::named_key(id));
        }
    } else if let Some(id) = find::end_to_end_id(fields.text("end_to_end_id")) {
        add(FOUND_BY, &find::end_to_end_key(id));
    }
}

/// See [`Registration::decide`].
fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let kind = instruction.kind.name;
    let fields = &instruction.fields;
    let key = match kind {
        "loan.person" | "loan.death" => "person_id",
        "loan.application" => "application_id",
        "loan.offer" => "offer_id",
        "loan.product" => "loan_type",
        "loan.collection-failed" => "payer_no",
        "loan.repayment" | "loan.reversal" => "",
        _ => "contract_no",
    };
    let key = fields.text(key).unwrap_or_default();
    let mut work = Work::new(key, fields, instruction.effective_date, context);
    work.refuse_later();
    match kind {
        "loan.person" => person::person(work, store),
        "loan.application" => application::application(work, store),
        "loan.offer" => application::offer(work, store),
        "loan.contract" => contract::contract(work, store),
        "loan.repayment" => pay::repayment(work, store),
        "loan.reversal" => reverse::reversal(work, store),
        "loan.match" => assign::assign(work, store),
        "loan.death" => death::death(work, store),
        "loan.collection-failed" => death::collection_failed(work, store),
        "loan.product" => product::changed(work, store),
        _ => of_contract(kind, work, store),
    }
}

/// What a record asks of a contract that is in the book.
fn of_contract(kind: &str, mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let Some(before) = load::<Loan>(store, work.key)? else {
        work.find(Code::NotFound, "contract_no");
        return Ok(work.close());
    };
    let mut after = before.clone();
    match kind {
        "loan.receivable" => return bill::receivable(work, &before, store),
        "loan.invoice" => return bill::invoice(work, &before, store),
        "loan.credit-note" => return bill::credit_note(work, &before, store),
        "loan.disburse" => disburse::disburse(&mut work, &mut after),
        "loan.default" => contract::default(&mut work, &mut after),
        "loan.inquire" => show::inquire(&mut work, &mut after, store)?,
        other => anyhow::bail!("`{other}` is not a kind of the loan line"),
    }
    work.settle(&before, &after, store)
}

/// See [`Registration::space`].
fn space(kind: &KindSpec) -> Space {
    match kind.name {
        "loan.person" | "loan.death" => PERSON,
        "loan.application" => APPLICATION,
        "loan.offer" => OFFER,
        "loan.product" => TYPE,
        _ => LOAN,
    }
}

/// See [`Registration::standing`].
fn standing(kind: &KindSpec, entity: &str, store: &mut dyn Store) -> Result<Standing> {
    let (state, currency) = match space(kind) {
        PERSON => {
            let known = store.find(PERSON, entity)?.is_some();
            (if known { person::EXISTS } else { "" }.into(), None)
        }
        APPLICATION => {
            let known = load::<Application>(store, entity)?;
            (known.map_or("", |known| known.state.as_str()).into(), None)
        }
        OFFER => match load::<Offer>(store, entity)? {
            Some(known) => (known.state.as_str().into(), Some(known.currency)),
            None => return Ok(Standing::default()),
        },
        TYPE => match store.find(TYPE, entity)? {
            Some(state) => (show::status(state)?.into(), None),
            None => return Ok(Standing::default()),
        },
        _ => match load::<Loan>(store, entity)? {
            Some(known) => (known.state.as_str().into(), Some(known.currency)),
            None => return Ok(Standing::default()),
        },
    };
    Ok(Standing { state, currency })
}
