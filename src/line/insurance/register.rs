//! `insurance.register`: a new insurance, with its customer where the record carries one.

use std::sync::Arc;

use crate::model::Object as Map;
use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::change::{collection_of, collection_stands, payout_of};
use super::check::{has_details, missing_of_new_customer, owner};
use super::customer::{self, Customer, EXISTS, NewCustomer, Person};
use super::entity::Insurance;
use super::events::{EventKind as E, event, event_told};
use super::lifecycle::{Approvals, Ask};
use super::numbers;
use super::payer;
use super::product::Product;
use super::properties::{self, approval};
use super::show;
use super::words::State;
use super::work::{product, take};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::money;
use crate::line::work::{Work, keep, load};
use crate::model::json::Json as Text;
use crate::model::{Currency, Decision, Fields, Finding};

/// The owner of a new insurance.
struct Owner<'a> {
    /// The field that names him.
    field: &'static str,
    customer_no: &'a str,
    person: Person,
    whose: Whose,
}

enum Whose {
    /// In the book, and what the record changes about him.
    Known(Customer, Map),
    New(NewCustomer),
}

/// Decides `insurance.register`.
pub(super) fn register(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    work.refuse_later();
    let existing = load::<Insurance>(store, work.key)?;
    let owner = find_owner(&mut work, store)?;
    let mut insurance = new_insurance(&work, owner.as_ref());
    let product = product(&mut work, &insurance.product);
    if let Some(product) = product {
        terms(&mut work, &insurance, product);
    }
    insured(&mut work, store, &insurance, owner.as_ref(), product)?;
    properties::apply(&mut work, &mut insurance, store)?;
    collection_stands(&mut work, &insurance, store)?;
    if let Some(mut existing) = existing {
        take(&mut work, &mut existing, ask(&insurance));
        let before = existing.clone();
        return work.settle(&before, &existing, store);
    }
    let asked = ask(&insurance);
    let events = take(&mut work, &mut insurance, asked);
    let Some(owner) = owner.filter(|_| !work.is_bad()) else {
        return Ok(work.close());
    };
    let customer_no = owner.customer_no;
    tell_of_owner(&mut work, store, owner)?;
    payer::remember(work.key, None, &insurance, store)?;
    keep(work.key, None, &insurance, store)?;
    let references = &mut work.decision.references;
    references.push(("customer", customer_no.into()));
    work.decision.state = insurance.state.as_str().into();
    work.decision.currency = Some(insurance.currency);
    tell_of_insurance(&mut work, insurance, events.unwrap_or_default());
    Ok(work.decision)
}

const fn ask(insurance: &Insurance) -> Ask {
    if insurance.approved_by_bank && insurance.approved_by_customer {
        Ask::Register(Approvals::Both)
    } else {
        Ask::Register(Approvals::Missing)
    }
}

/// The owner: in the book, or made of the record's own details.
fn find_owner<'a>(work: &mut Work<'a>, store: &mut dyn Store) -> Result<Option<Owner<'a>>> {
    let Some((field, customer_no)) = owner(work.fields) else {
        return Ok(None);
    };
    if let Some(mut customer) = Customer::find(store, customer_no)? {
        work.decision
            .findings
            .extend(customer.conflicts(work.fields, work.today()));
        let changed = customer.change(work.fields);
        return Ok(Some(Owner {
            field,
            customer_no,
            person: customer.person(),
            whose: Whose::Known(customer, changed),
        }));
    }
    if !has_details(work.fields) {
        work.find(Code::OwnerNotFound, field);
        return Ok(None);
    }
    let missing = missing_of_new_customer(work.fields);
    if !missing.is_empty() {
        work.decision.findings.extend(missing);
        return Ok(None);
    }
    let customer = match NewCustomer::of(work.fields, work.today()) {
        Ok(customer) => customer,
        Err(code) => {
            work.find(code, "identity_no");
            return Ok(None);
        }
    };
    let taken = customer.identity_taken(store, customer_no)?;
    work.decision.findings.extend(taken);
    Ok(Some(Owner {
        field,
        customer_no,
        person: customer.person,
        whose: Whose::New(customer),
    }))
}

fn new_insurance(work: &Work<'_>, owner: Option<&Owner<'_>>) -> Insurance {
    let fields = work.fields;
    let text = |name| fields.text(name).expect("required: checked before");
    let currency = Currency::named(text("currency")).expect("a currency: checked before");
    let amount = |name| {
        money(
            fields.decimal(name).expect("required: checked before"),
            currency,
        )
    };
    let owner: Box<str> = owner.map_or("", |owner| owner.customer_no).into();
    let first = fields
        .text("insured_customer_no")
        .map_or(owner.clone(), Into::into);
    let second = fields.text("insured2_customer_no").map(Into::into);
    let mut insurance = Insurance {
        state: State::None,
        product: text("product").into(),
        loan_ref: text("loan_ref").into(),
        currency,
        insured_amount: amount("insured_amount"),
        annual_premium: amount("annual_premium"),
        start_date: fields.date("start_date").expect("required: checked before"),
        end_date: None,
        expires: None,
        registered: work.today(),
        approved_by_bank: approval(fields, "approved_by_bank", "property.ApprovedByBank"),
        approved_by_customer: approval(
            fields,
            "approved_by_customer",
            "property.ApprovedByCustomer",
        ),
        distribution_channel: fields.text("distribution_channel").map(Into::into),
        properties: Map::new(),
        owner,
        insured: std::iter::once(first).chain(second).collect(),
        beneficiaries: Vec::new(),
        payers: Vec::new(),
        collection: collection_of(fields, work.today()),
        mandate: None,
        unwanted: Vec::new(),
        ending: Vec::new(),
        ordered: Vec::new(),
        sent: None,
        payout: payout_of(fields),
        pending: None,
        activation: None,
        active_from: None,
        cancellation: None,
        cancelled: None,
        paid: Vec::new(),
    };
    insurance.end_on(fields.date("end_date"), work.today());
    insurance
}

/// What the product demands of amount and currency.
fn terms(work: &mut Work<'_>, insurance: &Insurance, product: &Product) {
    if !product.currency.is_empty() && !product.currency.contains(&insurance.currency) {
        let listed: Vec<String> = product.currency.iter().map(ToString::to_string).collect();
        let finding = Finding::field(Code::CurrencyNotAllowed, "currency")
            .hinting(format!("the product is sold in {}", listed.join(", ")));
        work.decision.findings.push(finding);
    }
    over_maximum(
        work,
        "insured_amount",
        Some(insurance.insured_amount),
        product,
    );
}

/// Notes an insured amount that is higher than the product allows; `None`: too high to be counted at all.
pub(super) fn over_maximum(
    work: &mut Work<'_>,
    field: &'static str,
    insured_amount: Option<Decimal>,
    product: &Product,
) {
    let over = match (insured_amount, product.max_insured_amount) {
        (Some(amount), Some(most)) => amount > most,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if over {
        work.find(Code::OverMaximum, field);
    }
}

/// The insured must be in the book, or be the owner; persons must be of the product's ages.
fn insured(
    work: &mut Work<'_>,
    store: &mut dyn Store,
    insurance: &Insurance,
    owner: Option<&Owner<'_>>,
    product: Option<&Product>,
) -> Result<()> {
    for name in ["insured_customer_no", "insured2_customer_no"] {
        let (field, person) = match (work.fields.text(name), owner) {
            (Some(number), Some(owner)) if number == owner.customer_no => {
                (name, Some(owner.person))
            }
            (Some(number), _) => {
                let found = Customer::find(store, number)?;
                if found.is_none() {
                    work.find(Code::NotFound, name);
                }
                (name, found.map(|customer| customer.person()))
            }
            (None, Some(owner)) if name == "insured_customer_no" => {
                (owner.field, Some(owner.person))
            }
            (None, _) => continue,
        };
        if let (Some(person), Some(product)) = (person, product) {
            age(work, insurance, person, field, product);
        }
    }
    Ok(())
}

/// Notes an insured person who is outside the product's ages on the start date.
pub(super) fn age(
    work: &mut Work<'_>,
    insurance: &Insurance,
    person: Person,
    field: &'static str,
    product: &Product,
) {
    let Person::Born(born) = person else {
        return;
    };
    let Some(born) = born else {
        let finding = Finding::field(Code::Required, "birth_date")
            .saying("the insured's age cannot be told without a birth date");
        work.decision.findings.push(finding);
        return;
    };
    let years = insurance.start_date.years_since(born);
    if years.is_none_or(|years| years < product.min_age || years > product.max_age) {
        let finding = Finding::field(Code::AgeOutOfBounds, field).hinting(format!(
            "the product takes persons from {} to {} years on the start date",
            product.min_age, product.max_age
        ));
        work.decision.findings.push(finding);
    }
}

fn tell_of_owner(work: &mut Work<'_>, store: &mut dyn Store, owner: Owner<'_>) -> Result<()> {
    let customer_no = owner.customer_no;
    let told = match owner.whose {
        Whose::Known(_, changed) if changed.is_empty() => return Ok(()),
        Whose::Known(customer, changed) => {
            customer.save(store, customer_no)?;
            event(E::CustomerUpdated, customer_no, EXISTS, &changed)
        }
        Whose::New(customer) => customer.save(store, customer_no)?,
    };
    work.decision.events.push(told);
    Ok(())
}

/// Of two things that happen at once, the first leaves it registered. What it is is written later: a large file registers
/// a million.
fn tell_of_insurance(work: &mut Work<'_>, insurance: Insurance, events: &[E]) {
    let state = insurance.state.as_str();
    let insurance = Arc::new(insurance);
    for &kind in events {
        let told = if kind == E::Registered {
            let insurance = Arc::clone(&insurance);
            let all = Text::later(move |told| show::particulars(told, &insurance));
            event_told(kind, work.key, State::Registered.as_str(), all)
        } else {
            let both = ["approved_by_bank", "approved_by_customer"];
            let approved = both.map(|name| (name, Json::from(true)));
            event(kind, work.key, state, &approved.into_iter().collect())
        };
        work.decision.events.push(told);
    }
}

/// The customers a registration speaks of, for fetching them ahead.
pub(super) fn customers(fields: &Fields) -> impl Iterator<Item = &str> {
    [
        "owner_customer_no",
        "customer_no",
        "insured_customer_no",
        "insured2_customer_no",
    ]
    .into_iter()
    .filter_map(|name| fields.text(name))
}

/// The identity that a registration or a new customer brings, for looking it up ahead.
pub(super) fn identity(fields: &Fields) -> Option<String> {
    let country = fields.text("country")?;
    let (customer_type, number) = (fields.text("customer_type")?, fields.text("identity_no")?);
    let number = numbers::identity(country, customer_type, number, None).ok()?;
    Some(customer::identity_key(country, &number.normalised))
}
