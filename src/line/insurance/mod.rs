//! Payment and loan protection insurance: customers, insurances, premiums and what is paid back.

mod again;
mod apart;
mod bank;
mod cancel;
mod change;
mod check;
mod collect;
mod compare;
mod customer;
mod details;
mod due;
mod entity;
mod events;
mod export;
mod kinds;
mod lifecycle;
mod mandate;
mod numbers;
mod party;
mod payer;
mod premium;
mod product;
mod properties;
mod refund;
mod register;
mod reversed;
mod show;
#[cfg(test)]
mod tests;
mod top_up;
mod words;
mod work;
mod written;

use anyhow::Result;

use super::work::{Work, load};
use super::{Context, Registration, Space, Standing, Store};
use crate::code::Code;
use crate::lifecycle::Table;
use crate::model::{Decision, Instruction, KindSpec};
use entity::Insurance;
use lifecycle::Ask;
use work::take;

use check::check;
use due::carry_out;
use events::PERSONAL_FIELDS;
use export::{export_header, export_row};
use kinds::KINDS;
pub use product::Product;
use show::show;

/// The line as the registry knows it.
pub const LINE: Registration = Registration {
    word: "insurance",
    kinds: KINDS,
    order_columns: ORDER_COLUMNS,
    entities: &[
        ("insurance", INSURANCE),
        ("customer", CUSTOMER),
        ("money", MONEY),
    ],
    spaces: &[
        INSURANCE, CUSTOMER, IDENTITY, PAYER, PAYERS, MANDATE, MONEY, MONEY_OF, TOLD,
    ],
    personal: PERSONAL_FIELDS,
    check,
    keys,
    space,
    standing,
    named: Some(payer::named),
    told_by_banks: Some(compare::VIEW),
    collects: Some(collect::COLLECTS),
    decide,
    carry_out,
    due_of: |space, state| match space {
        INSURANCE => crate::line::work::moments_of::<Insurance>(state),
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
        products.insurance.insert(code.to_owned(), product);
    },
};

/// Insurances by `insurance_no`.
const INSURANCE: Space = Space("i");
/// Customers by `customer_no`.
const CUSTOMER: Space = Space("c");
/// Index: customers by country and identity number.
const IDENTITY: Space = Space("n");

/// Index: insurances by the number that a bank knows their payer by, where that is not their own.
const PAYER: Space = Space("ip");
/// The insurances of such a number, where they are more than one.
const PAYERS: Space = Space("iq");
/// Index: the newest insurance by the reference of its mandate.
const MANDATE: Space = Space("ir");
/// Money whose insurance nobody could tell, by `cash_reference`.
const MONEY: Space = Space("im");
/// Index: the newest of such money by payer, amount and currency.
const MONEY_OF: Space = Space("io");
/// What banks told of money, by all that they tell it apart by.
const TOLD: Space = Space("it");

/// How insurances change.
fn tables() -> Vec<Table> {
    vec![Table::of(
        "insurance",
        words::State::ALL,
        lifecycle::ASKS,
        lifecycle::step,
    )]
}

/// See [`Registration::keys`].
fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
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
    payer::keys(instruction.kind, fields, add);
}

/// See [`Registration::decide`].
fn decide(
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
    let Some(key) = fields.text(key) else {
        return payer::decide(instruction, store, context);
    };
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
    let Some(before) = load::<Insurance>(store, key)? else {
        work.find(Code::NotFound, "insurance_no");
        return Ok(work.close());
    };
    of_insurance(kind, work, &before, store)
}

/// Decides what a record asks of an insurance that is in the book.
fn of_insurance(
    kind: &str,
    mut work: Work<'_>,
    before: &Insurance,
    store: &mut dyn Store,
) -> Result<Decision> {
    let mut after = before.clone();
    change(kind, &mut work, &mut after, store)?;
    if !work.is_bad() {
        payer::remember(work.key, Some(before), &after, store)?;
    }
    work.settle(before, &after, store)
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
        "insurance.premium-paid" => premium::premium_paid(work, insurance, store)?,
        "insurance.premium-reversed" => reversed::premium_reversed(work, insurance, store)?,
        "insurance.collection-failed" => payer::collection_failed(work, insurance),
        "insurance.payout" => change::payout(work, insurance),
        "insurance.party" => party::party(work, insurance, store)?,
        "insurance.inquire" => {
            take(work, insurance, Ask::Inquire);
            work.decision.reply = Some(show::show(
                INSURANCE,
                work.key,
                &serde_json::to_string(insurance)?,
                &work.context.on_this_day(),
            )?);
        }
        other => anyhow::bail!("`{other}` is not a kind of the insurance line"),
    }
    Ok(())
}

/// Columns of refund orders.
const ORDER_COLUMNS: &[&str] = &[
    "amount",
    "currency",
    "payout_method",
    "payout_account",
    "payout_clearing",
    "payout_iban",
    "payout_bic",
];

/// See [`Registration::space`].
fn space(kind: &KindSpec) -> Space {
    if kind.name.starts_with("customer.") {
        CUSTOMER
    } else {
        INSURANCE
    }
}

/// See [`Registration::standing`].
fn standing(kind: &KindSpec, entity: &str, store: &mut dyn Store) -> Result<Standing> {
    if space(kind) == CUSTOMER {
        let known = store.find(CUSTOMER, entity)?.is_some();
        let state = if known { customer::EXISTS } else { "" }.into();
        return Ok(Standing {
            state,
            currency: None,
        });
    }
    Ok(
        load::<Insurance>(store, entity)?.map_or_else(Standing::default, |insurance| Standing {
            state: insurance.state.as_str().into(),
            currency: Some(insurance.currency),
        }),
    )
}
