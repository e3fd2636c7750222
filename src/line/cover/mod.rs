//! Trade credit insurance of single invoices: a quote, the insurer's offer, its activation, claim and end.
//!
//! The partner asks and the insurer answers, each by its own feed; what either causes is told to the book's owner. A
//! cover is found by its invoice, which means the newest, or by its id.

mod change;
mod check;
mod details;
mod due;
mod entity;
mod kinds;
mod lifecycle;
mod memory;
mod object;
mod product;
mod request;
mod show;
#[cfg(test)]
mod tests;
mod words;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::work::{Work, load};
use super::{Context, Products, Registration, Space, Standing, Store, stored};
use crate::code::Code;
use crate::lifecycle::Table;
use crate::model::{Decision, Event, Fields, Finding, Instruction, Json, KindSpec, Told};

use check::check;
use due::carry_out;
use entity::Cover;
use kinds::KINDS;
use memory::Seller;
use object::{object, policy};
pub use product::Product;
use show::{export_header, export_row, show, show_whole};
pub use words::Channel;
use words::State;

/// The line as the registry knows it.
pub const LINE: Registration = Registration {
    word: "cover",
    kinds: KINDS,
    order_columns: &[],
    entities: &[("cover", COVER)],
    spaces: &[COVER, COVER_ID, PAST, BUYER, SELLER],
    personal: &["seller_identifier", "buyer_identifier"],
    check,
    keys,
    space,
    standing,
    named: Some(named),
    told_by_banks: None,
    collects: None,
    decide,
    carry_out,
    due_of: |space, state| match space {
        COVER => crate::line::work::moments_of::<entity::Cover>(state),
        _ => Ok(Vec::new()),
    },
    show,
    show_whole: Some(show_whole),
    export_header,
    export_row,
    details: details::DETAILS,
    tables,
    product: |_, table, products| Product::read(table, &mut products.cover),
};

/// The newest quote or cover of each invoice, by `invoice_reference`.
const COVER: Space = Space("q");
/// Index: quotes and covers by `cover_id`.
const COVER_ID: Space = Space("qi");
/// Quotes and covers that were not the newest any more, by `cover_id`.
const PAST: Space = Space("qp");
/// What is insured of each buyer, by country, number and currency.
const BUYER: Space = Space("qb");
/// What is known of each seller, by country and number.
const SELLER: Space = Space("qs");

/// A quote or cover that is not the newest of its invoice.
#[derive(Serialize, Deserialize)]
struct Past {
    reference: Box<str>,
    cover: Cover,
}

/// How quotes and covers change.
fn tables() -> Vec<Table> {
    vec![Table::of(
        "cover",
        State::ALL,
        lifecycle::ASKS,
        lifecycle::step,
    )]
}

/// See [`Registration::keys`].
fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    let fields = &instruction.fields;
    for (space, name) in [(COVER, "invoice_reference"), (COVER_ID, "cover_id")] {
        if let Some(key) = fields.text(name) {
            add(space, key);
        }
    }
    if let Some(key) = request::buyer_of(fields) {
        add(BUYER, &key);
    }
    if let Some(key) = request::seller_of(fields) {
        add(SELLER, &key);
    }
}

/// See [`Registration::space`].
const fn space(_: &KindSpec) -> Space {
    COVER
}

/// See [`Registration::standing`].
fn standing(_: &KindSpec, entity: &str, store: &mut dyn Store) -> Result<Standing> {
    let cover = load::<Cover>(store, entity)?;
    Ok(cover.as_ref().map(stands).unwrap_or_default())
}

fn stands(cover: &Cover) -> Standing {
    Standing {
        state: cover.state.as_str().into(),
        currency: Some(cover.currency),
    }
}

/// See [`crate::line::named`].
fn named(fields: &Fields, store: &mut dyn Store) -> Result<Option<(String, Standing)>> {
    if !fields.has("cover_id") {
        return Ok(None);
    }
    Ok(match target(fields, store)? {
        Target::One(key, cover) => Some((key, stands(&cover))),
        Target::None(_) | Target::Two(_) => None,
    })
}

/// See [`Registration::decide`].
fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let (kind, fields) = (instruction.kind.name, &instruction.fields);
    let found = target(fields, store)?;
    let (key, mut before) = match found {
        Target::One(key, cover) => (key, Some(*cover)),
        Target::None(key) => (key, None),
        Target::Two(key) => {
            let standing = standing(instruction.kind, &key, store)?;
            let mut work = Work::new(&key, fields, instruction.effective_date, context);
            work.refuse_later();
            let finding = Finding::field(Code::ConflictingFields, "cover_id");
            work.note(finding.saying("this cover is of another invoice"));
            return Ok(Decision {
                state: standing.state,
                currency: standing.currency,
                ..work.close()
            });
        }
    };
    if let Some(cover) = &mut before {
        look_up(cover, store, context.products)?;
    }
    let mut work = Work::new(&key, fields, instruction.effective_date, context);
    work.refuse_later();
    if kind == "quote.request" {
        return request::request(work, before.as_ref(), store);
    }
    let Some(before) = before else {
        let named = ["cover_id", "invoice_reference"];
        let by = named.into_iter().find(|name| fields.has(name));
        work.find(Code::NotFound, by.context("required: checked before")?);
        return Ok(work.close());
    };
    let mut after = before.clone();
    let entered = change::change(kind, &mut work, &mut after, store)?;
    if work.is_bad() {
        change::explain(kind, &mut work, &before, store)?;
    } else if instruction.kind.inquiry {
        work.decision.reply = Some(object(&key, &after, store, context)?.into());
    }
    finish(work, &before, &after, entered, store)
}

/// Notes on the cover whether its seller has signed the policy as it is now.
fn look_up(cover: &mut Cover, store: &mut dyn Store, products: &Products) -> Result<()> {
    if cover.channel == Channel::Insure {
        let seller = Seller::load(store, &cover.seller)?;
        let version = policy(cover, products);
        cover.signed = Some(version.is_some_and(|version| seller.has_signed(version)));
    }
    Ok(())
}

/// What a record speaks of, by the invoice's reference.
enum Target {
    One(String, Box<Cover>),
    None(String),
    /// Its two fields mean different invoices.
    Two(String),
}

/// Finds the quote or cover that a record means.
fn target(fields: &Fields, store: &mut dyn Store) -> Result<Target> {
    let given = fields.text("invoice_reference");
    let Some(id) = fields.text("cover_id") else {
        let key = given.unwrap_or_default();
        let cover = load::<Cover>(store, key)?;
        return Ok(match cover {
            Some(cover) => Target::One(key.to_owned(), Box::new(cover)),
            None => Target::None(key.to_owned()),
        });
    };
    let Some(cover) = by_id(id, store)? else {
        return Ok(Target::None(given.unwrap_or_default().to_owned()));
    };
    let Past { reference, cover } = cover;
    Ok(match given {
        Some(given) if *given != *reference => Target::Two(given.to_owned()),
        Some(_) | None => Target::One(reference.into(), Box::new(cover)),
    })
}

/// The quote or cover of this id, whether it is its invoice's newest or not.
fn by_id(id: &str, store: &mut dyn Store) -> Result<Option<Past>> {
    if let Some(state) = store.find(PAST, id)? {
        let past = stored::parse(state).context("a past cover's state does not read")?;
        return Ok(Some(past));
    }
    let Some(reference) = store.find_by(COVER_ID, id)? else {
        return Ok(None);
    };
    let cover = load::<Cover>(store, &reference)?;
    Ok(cover.map(|cover| Past {
        reference: reference.into(),
        cover,
    }))
}

/// The decision. Only where nothing that was found rejects the record is the cover kept and counted towards its buyer,
/// and told of if it has entered another state.
fn finish(
    mut work: Work<'_>,
    before: &Cover,
    after: &Cover,
    entered: Option<&'static [State]>,
    store: &mut dyn Store,
) -> Result<Decision> {
    if !work.is_bad() {
        memory::count(before, after, store)?;
        tell(&mut work, after, entered.unwrap_or_default(), store)?;
    }
    work.settle(before, after, store)
}

/// Tells of the states that it entered, with the cover as it stands now.
fn tell(
    work: &mut Work<'_>,
    cover: &Cover,
    entered: &[State],
    store: &mut dyn Store,
) -> Result<()> {
    for state in entered {
        let told = object(work.key, cover, store, work.context)?;
        work.decision.events.push(Event {
            kind: state.as_str(),
            subject: work.key.into(),
            state: state.as_str(),
            told: Told::Data(Json::of(&told)),
        });
    }
    Ok(())
}
