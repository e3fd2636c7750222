//! Payment and loan protection insurance: customers, insurances, premiums and what is paid back.

mod bank;
mod cancel;
mod change;
mod check;
mod customer;
mod due;
mod entity;
mod events;
mod export;
mod kinds;
mod lifecycle;
mod numbers;
mod party;
mod premium;
mod product;
mod properties;
mod refund;
mod register;
mod show;
#[cfg(test)]
mod tests;
mod top_up;
mod words;
mod work;

use anyhow::Result;

use super::{Context, Space, Standing, Store};
use crate::code::Code;
use crate::lifecycle::Table;
use crate::model::{Decision, Instruction, KindSpec};
use entity::Insurance;
use lifecycle::Ask;
use work::{Work, load};

pub use check::check;
pub use due::carry_out;
pub use events::PERSONAL_FIELDS;
pub use export::{export_header, export_row};
pub use kinds::KINDS;
pub use product::Product;
pub use show::show;

/// Insurances by `insurance_no`.
pub const INSURANCE: Space = Space("i");
/// Customers by `customer_no`.
pub const CUSTOMER: Space = Space("c");
/// Index: customers by country and identity number.
pub const IDENTITY: Space = Space("n");

/// Name spaces of its keys, indexes included.
pub const SPACES: &[Space] = &[INSURANCE, CUSTOMER, IDENTITY];

/// What it keeps state about: the public word, and where.
pub const ENTITIES: &[(&str, Space)] = &[("insurance", INSURANCE), ("customer", CUSTOMER)];

/// How insurances change.
pub fn tables() -> Vec<Table> {
    vec![Table::of(
        "insurance",
        words::State::ALL,
        lifecycle::ASKS,
        lifecycle::step,
    )]
}

/// See [`super::keys`].
pub fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    let fields = &instruction.fields;
    if let Some(number) = fields.text("insurance_no") {
        add(INSURANCE, number);
    }
    for number in register::customers(fields) {
        add(CUSTOMER, number);
    }
    for name in ["property.FromInsurance", "collection_insurance_no"] {
        if let Some(number) = fields.text(name) {
            add(INSURANCE, number);
        }
    }
    if let Some(key) = register::identity(fields) {
        add(IDENTITY, &key);
    }
}

/// See [`super::decide`].
pub fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let kind = instruction.kind.name;
    let fields = &instruction.fields;
    let of_customer = kind.starts_with("customer.");
    let key = if of_customer {
        "customer_no"
    } else {
        "insurance_no"
    };
    let key = fields.text(key).expect("required: checked before");
    let mut work = Work::new(key, fields, instruction.effective_date, context);
    if kind == "insurance.register" {
        return register::register(work, store);
    }
    if !instruction.kind.schedulable {
        work.refuse_later();
    }
    if of_customer {
        match kind {
            "customer.create" => customer::create(&mut work, store)?,
            "customer.update" => customer::update(&mut work, store)?,
            _ => customer::inquire(&mut work, store)?,
        }
        return Ok(work.close());
    }
    let Some(before) = load(store, key)? else {
        work.find(Code::NotFound, "insurance_no");
        return Ok(work.close());
    };
    let mut after = before.clone();
    change(kind, &mut work, &mut after, store)?;
    work.settle(&before, &after, store)
}

/// What a record asks of an insurance that is in the book.
fn change(
    kind: &str,
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    match kind {
        "insurance.approve" => change::approve(work, insurance),
        "insurance.activate" => change::activate(work, insurance),
        "insurance.update" => change::update(work, insurance, store)?,
        "insurance.top-up" => top_up::top_up(work, insurance),
        "insurance.approve-top-up" => top_up::approve(work, insurance),
        "insurance.cancel" => cancel::cancel(work, insurance),
        "insurance.reactivate" => cancel::reactivate(work, insurance),
        "insurance.premium-collection" => change::premium_collection(work, insurance, store)?,
        "insurance.premium-paid" => premium::premium_paid(work, insurance),
        "insurance.payout" => change::payout(work, insurance),
        "insurance.party" => party::party(work, insurance, store)?,
        "insurance.inquire" => {
            work.step(insurance, Ask::Inquire);
            work.decision.reply = Some(show::show(INSURANCE, work.key, &insurance.to_json())?);
        }
        other => anyhow::bail!("`{other}` is not a kind of the insurance line"),
    }
    Ok(())
}

/// Columns of refund orders.
pub const ORDER_COLUMNS: &[&str] = &[
    "amount",
    "currency",
    "payout_method",
    "payout_account",
    "payout_clearing",
    "payout_iban",
    "payout_bic",
];

/// See [`super::space`].
pub fn space(kind: &KindSpec) -> Space {
    if kind.name.starts_with("customer.") {
        CUSTOMER
    } else {
        INSURANCE
    }
}

/// See [`super::standing`].
pub fn standing(kind: &KindSpec, entity: &str, store: &mut dyn Store) -> Result<Standing> {
    if space(kind) == CUSTOMER {
        let known = store.find(CUSTOMER, entity)?.is_some();
        let state = if known { customer::EXISTS } else { "" }.into();
        return Ok(Standing {
            state,
            currency: None,
        });
    }
    Ok(
        load(store, entity)?.map_or_else(Standing::default, |insurance| Standing {
            state: insurance.state.as_str().into(),
            currency: Some(insurance.currency),
        }),
    )
}
