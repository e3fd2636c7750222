//! Insurance sold with a credit operation in Brazil: operations, the policies issued with them, and what of a premium
//! goes back.

mod cancel;
mod check;
mod credit;
mod details;
mod disburse;
mod due;
mod eligibility;
mod entity;
mod events;
mod export;
mod kinds;
mod lifecycle;
mod premium;
mod product;
mod show;
#[cfg(test)]
mod tests;
mod words;

use anyhow::Result;

use super::work::{Kept as _, Work, load};
use super::{Context, Registration, Space, Standing, Store};
use crate::code::Code;
use crate::lifecycle::Table;
use crate::model::{Currency, Decision, Instruction, KindSpec};
use entity::Operation;

use check::check;
use due::carry_out;
use events::PERSONAL_FIELDS;
use export::{export_header, export_row};
use kinds::KINDS;
pub use product::{Cover, Excluded, Product};
use show::show;

/// The line as the registry knows it.
pub const LINE: Registration = Registration {
    word: "credit-life",
    kinds: KINDS,
    order_columns: ORDER_COLUMNS,
    entities: &[("policy", OPERATION)],
    spaces: &[OPERATION, COUNTER],
    personal: PERSONAL_FIELDS,
    check,
    keys,
    space: |_| OPERATION,
    standing,
    named: None,
    told_by_banks: None,
    collects: None,
    decide,
    carry_out,
    due_of: |space, state| match space {
        OPERATION => crate::line::work::moments_of::<entity::Operation>(state),
        _ => Ok(Vec::new()),
    },
    show,
    show_whole: None,
    export_header,
    export_row,
    details: details::DETAILS,
    tables,
    product: |code, table, products| {
        let product = Product::from_table(table);
        products.credit_life.insert(code.to_owned(), product);
    },
};

/// Operations, with their policies, by `operation_key`.
const OPERATION: Space = Space("y");
/// What is counted in a book.
const COUNTER: Space = Space("yn");
/// The counter of policies.
const POLICIES: &str = "policies";

/// The money of the line.
fn reais() -> Currency {
    Currency::named("BRL").expect("ISO 4217 lists it")
}

/// How operations change.
fn tables() -> Vec<Table> {
    vec![Table::of(
        "policy",
        words::State::ALL,
        lifecycle::ASKS,
        lifecycle::step,
    )]
}

/// See [`Registration::keys`].
fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    if let Some(key) = instruction.fields.text("operation_key") {
        add(OPERATION, key);
    }
    if instruction.kind.name == "credit.disburse" {
        add(COUNTER, POLICIES);
    }
}

/// See [`Registration::decide`].
fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let fields = &instruction.fields;
    // Only eligibility speaks of no operation.
    let key = fields.text("operation_key").unwrap_or_default();
    let mut work = Work::new(key, fields, instruction.effective_date, context);
    work.decision.currency = Some(reais());
    work.refuse_later();
    match instruction.kind.name {
        "credit.eligibility" => {
            eligibility::eligibility(&mut work);
            return Ok(work.close());
        }
        "credit.simulate" => return credit::simulate(work, store),
        "credit.create" => return credit::create(work, store),
        _ => {}
    }
    let Some(before) = load::<Operation>(store, key)? else {
        work.find(Code::NotFound, "operation_key");
        return Ok(work.close());
    };
    let mut after = before.clone();
    match instruction.kind.name {
        "credit.disburse" => disburse::disburse(&mut work, &mut after, store)?,
        "credit.reverse" => cancel::reverse(&mut work, &mut after),
        "policy.cancel" => cancel::cancel(&mut work, &mut after),
        "policy.inquire" => show::inquire(&mut work, &mut after),
        other => anyhow::bail!("`{other}` is not a kind of the credit-life line"),
    }
    work.settle(&before, &after, store)
}

/// Columns of refund orders.
const ORDER_COLUMNS: &[&str] = &[
    "amount",
    "currency",
    "account_ispb",
    "account_branch",
    "account_number",
    "account_digit",
    "account_document",
    "account_name",
];

/// See [`Registration::standing`].
fn standing(_: &KindSpec, entity: &str, store: &mut dyn Store) -> Result<Standing> {
    let operation = load::<Operation>(store, entity)?;
    Ok(
        operation.map_or_else(Standing::default, |operation| Standing {
            state: operation.state.as_str().into(),
            currency: operation.currency(),
        }),
    )
}
