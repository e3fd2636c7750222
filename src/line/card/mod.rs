//! Card contracts: an issuer's orders to the card processor. Contracts with their accounts and cards, and the customers who
//! hold them.

mod add;
mod change;
mod check;
mod close;
mod create;
mod customer;
mod details;
mod document;
mod embossing;
mod entity;
mod events;
mod fees;
mod ids;
mod kinds;
mod lifecycle;
mod making;
mod orders;
mod product;
mod reply;
mod shape;
mod show;
#[cfg(test)]
mod tests;
mod words;
mod work;

use anyhow::Result;

use super::work::{Kept as _, Work, load};
use super::{Context, Registration, Space, Standing, Store};
use crate::code::Code;
use crate::lifecycle::Table;
use crate::model::{Decision, Instruction, KindSpec};
use entity::Contract;

use check::check;
use close::carry_out;
use events::PERSONAL_FIELDS;
use kinds::KINDS;
pub use product::Product;
use show::{export_header, export_row, show};

/// The line as the registry knows it.
pub const LINE: Registration = Registration {
    word: "card",
    kinds: KINDS,
    order_columns: orders::COLUMNS,
    entities: &[("contract", CONTRACT), ("customer", CUSTOMER)],
    spaces: &[CONTRACT, CUSTOMER, IBAN, CORRELATION],
    personal: PERSONAL_FIELDS,
    check,
    keys,
    space: |_| CONTRACT,
    standing,
    named: None,
    told_by_banks: None,
    collects: None,
    decide,
    carry_out,
    due_of: |space, state| match space {
        CONTRACT => crate::line::work::moments_of::<entity::Contract>(state),
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
        products.card.insert(code.to_owned(), product);
    },
};

/// Contracts by the issuer's reference.
const CONTRACT: Space = Space("kc");
/// Customers by the issuer's reference.
const CUSTOMER: Space = Space("kp");
/// Bank accounts by IBAN: the contracts that each serves.
const IBAN: Space = Space("ki");
/// Index: contracts by the correlation id of the request that made them.
const CORRELATION: Space = Space("kx");

/// How contracts change.
fn tables() -> Vec<Table> {
    vec![Table::of(
        "contract",
        words::State::ALL,
        lifecycle::ASKS,
        lifecycle::step,
    )]
}

/// See [`Registration::keys`].
fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    let fields = &instruction.fields;
    let names = [
        ("contract_ref", CONTRACT),
        ("owner_customer_ref", CUSTOMER),
        ("customer_ref", CUSTOMER),
        ("iban", IBAN),
        ("correlation_id", CORRELATION),
    ];
    for (name, space) in names {
        if let Some(key) = fields.text(name) {
            add(space, key);
        }
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
    let key = fields.text("contract_ref").unwrap_or_default();
    let mut work = Work::new(key, fields, instruction.effective_date, context);
    match kind {
        "contract.create" => return create::create(work, store),
        "contract.inquire" => return reply::inquire(work, store),
        _ => {}
    }
    work.refuse_later();
    let Some(before) = load::<Contract>(store, key)? else {
        work.find(Code::NotFound, "contract_ref");
        return Ok(work.close());
    };
    if kind == "contract.add-card"
        && let Some(answer) = add::repeated(&work, &before, store)?
    {
        return Ok(answer);
    }
    let mut after = before.clone();
    change(kind, &mut work, &mut after, store)?;
    work.settle(&before, &after, store)
}

/// What a record asks of a contract that is in the book.
fn change(
    kind: &str,
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    match kind {
        "contract.sign" => change::sign(work, contract, store)?,
        "contract.add-card" => add::add_card(work, contract, store)?,
        "contract.update" => change::update(work, contract),
        "contract.addresses" => change::addresses(work, contract, store)?,
        "contract.suspend" => close::suspend(work, contract, store)?,
        "contract.cancel-suspension" => close::cancel_suspension(work, contract),
        "contract.close" => close::close(work, contract, store)?,
        "contract.cancel-close" => close::cancel_close(work, contract),
        "contract.fees" => fees::fees(work, contract),
        "contract.switch-principal" => change::switch_principal(work, contract),
        "contract.legitimacy-document" => document::legitimacy(work, contract, store)?,
        "contract.balance" => change::balance(work, contract),
        other => anyhow::bail!("`{other}` is not a kind of the card line"),
    }
    Ok(())
}

/// See [`Registration::standing`].
fn standing(_: &KindSpec, entity: &str, store: &mut dyn Store) -> Result<Standing> {
    let contract = load::<Contract>(store, entity)?;
    Ok(
        contract.map_or_else(Standing::default, |contract| Standing {
            state: contract.state.as_str().into(),
            currency: contract.currency(),
        }),
    )
}
