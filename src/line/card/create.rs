//! `contract.create`: a new contract with its accounts and its first card, and with its owner where the record brings one.

use anyhow::{Context as _, Result};
use rust_decimal::Decimal;

use super::customer::{self, Named as Member};
use super::entity::{Account, Contract, Correlation, Mandate, Named, Package};
use super::events::tell;
use super::lifecycle::{Ask, Signature};
use super::making::{embossing, new_account, new_card};
use super::product::Product;
use super::words::{Category, Indicator, Release, State};
use super::work::{enlist, product, take};
use super::{CORRELATION, check, ids, orders, reply, shape};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::money;
use crate::line::work::{Work, keep, load};
use crate::model::{Currency, Decision, Finding, Outcome};

/// Decides `contract.create`.
pub(super) fn create(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    if let Some(answer) = repeated(&work, store)? {
        return Ok(answer);
    }
    work.refuse_later();
    let fields = work.fields;
    let existing = load::<Contract>(store, work.key)?;
    let code = fields.text("product").expect("required: checked before");
    let product = product(&mut work, code);
    let owner = fields.text("owner_customer_ref");
    let owner = customer::named(&mut work, owner.expect("required: checked before"), store)?;
    let line = owner
        .as_ref()
        .and_then(|owner| embossing(&mut work, &owner.customer));
    if let Some(product) = product {
        terms(&mut work, product);
    }
    if let Some(mut existing) = existing {
        take(&mut work, &mut existing, Ask::Create(Signature::Given));
        let before = existing.clone();
        return work.settle(&before, &existing, store);
    }
    let (Some(product), Some(owner), Some(line), false) = (product, owner, line, work.is_bad())
    else {
        return Ok(work.close());
    };
    let mut contract = new_contract(&work, &owner, product);
    let card = new_card(
        &work,
        &owner.no,
        &contract.accounts[0],
        product,
        line,
        Indicator::Principal,
    );
    contract.cards.push(card);
    let signature = if product.signature_required {
        Signature::Awaited
    } else {
        Signature::Given
    };
    let events = take(&mut work, &mut contract, Ask::Create(signature));
    if contract.state == State::Signed {
        contract.signed_at = Some(contract.created.clone());
        in_force(&mut work, &mut contract, Some(product.initial_card_status));
        orders::for_card(&mut work, &mut contract, 0, &owner.customer, product);
    }
    let met = if owner.is_new { &[&owner][..] } else { &[] };
    let told = shape::made(work.key, &contract, (0, 0), met);
    tell(&mut work, events, &contract, &told);
    if owner.is_new {
        owner.customer.save(store, &owner.no)?;
    }
    keep(work.key, None, &contract, store)?;
    if let Some(iban) = fields.text("iban") {
        enlist(store, iban, work.key)?;
    }
    answer(&mut work, &contract);
    Ok(work.decision)
}

/// The references that a new contract gets, for the result.
fn answer(work: &mut Work<'_>, contract: &Contract) {
    use crate::line::work::Kept as _;
    let decision = &mut work.decision;
    decision.state = contract.state.as_str().into();
    decision.currency = contract.currency();
    decision.references = references(contract);
}

/// The assigned references of a contract as it was made.
fn references(contract: &Contract) -> Vec<(&'static str, compact_str::CompactString)> {
    let (card, root) = (&contract.cards[0], contract.root());
    let owner = contract
        .people
        .iter()
        .find(|person| person.no == contract.owner);
    vec![
        ("contract", (&*contract.reference).into()),
        (
            "customer",
            owner.map_or("", |person| person.reference.as_ref()).into(),
        ),
        ("root_account", (&*root.reference).into()),
        ("card_account", (&*contract.accounts[0].reference).into()),
        ("card_contract", (&*card.reference).into()),
        ("card", (&*card.card.reference).into()),
    ]
}

/// A correlation id that was used before: the contract that it made.
fn repeated(work: &Work<'_>, store: &mut dyn Store) -> Result<Option<Decision>> {
    let Some(id) = work.fields.text("correlation_id") else {
        return Ok(None);
    };
    let Some(key) = store.find_by(CORRELATION, id)? else {
        return Ok(None);
    };
    let contract = load::<Contract>(store, &key)?.context("a correlation id without a contract")?;
    let mut decision = Decision::new(Outcome::Duplicate, &key, contract.state.as_str());
    decision.references = references(&contract);
    decision.reply = Some(reply::contract(work, &key, &contract, store)?);
    let content = check::content(work.fields);
    let made = contract.correlation.as_ref();
    if made.is_none_or(|made| *made.content != *content) {
        let finding = Finding::field(Code::CorrelationReused, "correlation_id");
        decision.findings.push(finding);
    }
    Ok(Some(decision))
}

/// What the product allows of credit and insurance.
fn terms(work: &mut Work<'_>, product: &Product) {
    let credit = product.category == Category::Credit;
    let limit = work.fields.decimal("credit_limit");
    if !credit && limit.is_some_and(|limit| !limit.is_zero()) {
        let category = product.category.as_str();
        let finding = Finding::field(Code::CreditLimitNotAllowed, "credit_limit");
        work.note(finding.saying(format!("a {category} product has no credit limit to set")));
    }
    if !credit && work.fields.has("insurance_package") {
        work.find(Code::InsurancePackageNotAllowed, "insurance_package");
    }
}

fn new_contract(work: &Work<'_>, owner: &Member, product: &Product) -> Contract {
    let fields = work.fields;
    let text = |name| fields.text(name).map(Box::<str>::from);
    let required = |name| text(name).expect("required: checked before");
    let now = ids::instant(work.context);
    let mut contract = Contract {
        state: State::None,
        reference: ids::contract(work.context).into(),
        product: required("product"),
        made_by: work.context.record_name().into(),
        created: now.clone(),
        status_at: now,
        signed_at: None,
        branch: text("branch_code"),
        release: fields
            .text("card_release_order")
            .and_then(Release::named)
            .unwrap_or(Release::Automatic),
        owner: owner.no.clone(),
        people: Vec::new(),
        correlation: text("correlation_id").map(|id| Correlation {
            id,
            content: check::content(fields).into(),
        }),
        accounts: Vec::new(),
        cards: Vec::new(),
        closing: None,
        suspension: None,
        closed: None,
        settings: crate::model::Object::new(),
    };
    contract.meet(&owner.no, &owner.customer.reference);
    let no = required("root_account_ref");
    let mut root = new_account(work, &no, None, &owner.no, &owner.no);
    root.template = text("root_account_template");
    let no = required("card_account_ref");
    let parent = Some(root.reference.clone());
    let mut account = new_account(work, &no, parent, &owner.no, &owner.no);
    credit(work, &mut account, product);
    root.currency = account.currency;
    contract.accounts = vec![account, root];
    contract
}

/// What the record says of the account's credit, mandate and insurance. What is prepaid has no credit, whatever happens.
fn credit(work: &Work<'_>, account: &mut Account, product: &Product) {
    let fields = work.fields;
    let text = |name| fields.text(name).map(Box::<str>::from);
    account.currency = fields.text("currency").and_then(Currency::named).map(Named);
    account.credit_limit = match (product.category, account.currency) {
        (Category::Prepaid, _) => Some(Decimal::ZERO),
        (_, Some(Named(currency))) => fields
            .decimal("credit_limit")
            .map(|limit| money(limit, currency)),
        (_, None) => None,
    };
    account.mandate = text("mandate_ref").map(|reference| Mandate {
        reference,
        date: fields.date("mandate_date"),
    });
    account.insurance = text("insurance_package").map(|package| Package {
        package,
        event_code: text("insurance_event_code"),
    });
}

/// A signed contract's accounts and card contracts are in use, and its cards are what is said.
pub(super) fn in_force(
    work: &mut Work<'_>,
    contract: &mut Contract,
    cards: Option<super::words::CardStatus>,
) {
    use super::words::Status;
    let now = ids::instant(work.context);
    for account in &mut contract.accounts {
        account.status = Status::Active;
        account.status_at.clone_from(&now);
        account.activated = Some(now.clone());
    }
    for card in &mut contract.cards {
        card.status = Status::Active;
        card.activated = Some(now.clone());
        card.card.status = cards.unwrap_or(card.card.status);
    }
}
