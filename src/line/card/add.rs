//! `contract.add-card`: a further card, a further account, or both.

use anyhow::Result;
use rust_decimal::Decimal;

use super::customer::{self, Customer, Named};
use super::document;
use super::entity::{Account, Contract};
use super::events::tell;
use super::fees;
use super::lifecycle::Ask;
use super::making::{Embossing, embossing, new_account, new_card};
use super::product::Product;
use super::words::{Category, Indicator, Status};
use super::work::{enlist, product, take};
use super::{check, ids, orders, reply, shape};
use crate::code::Code;
use crate::line::Store;
use crate::line::context::record_name;
use crate::line::work::Work;
use crate::model::{Decision, Finding, Outcome};

/// The most cards, and the most accounts, of a contract: every change of it writes all of them, so that a file that
/// names one contract in every record would fill the disk.
const MOST: usize = 500;

/// A further card of a request that made no contract, since the contract is there already: the answer is the card that
/// came so before. `None`: there is none, or the record comes with the order that did make it, or by itself.
pub(super) fn repeated(
    work: &Work<'_>,
    contract: &Contract,
    store: &mut dyn Store,
) -> Result<Option<Decision>> {
    if !is_of_another_request(work, contract) {
        return Ok(None);
    }
    let content = check::content(work.fields);
    let mut cards = contract.cards.iter();
    let Some(card) = cards.find(|card| card.ordered.as_deref() == Some(&*content)) else {
        return Ok(None);
    };
    let mut decision = Decision::new(Outcome::Duplicate, work.key, contract.state.as_str());
    let account = contract.account(&card.account);
    let mut people = contract.people.iter();
    let holder = people.find(|person| person.no == card.holder);
    decision.references = [
        ("contract", Some(&contract.reference)),
        ("customer", holder.map(|holder| &holder.reference)),
        ("card_account", account.map(|account| &account.reference)),
        ("card_contract", Some(&card.reference)),
        ("card", Some(&card.card.reference)),
    ]
    .into_iter()
    .filter_map(|(what, reference)| Some((what, reference?.as_ref().into())))
    .collect();
    decision.reply = Some(reply::contract(work, work.key, contract, store)?);
    Ok(Some(decision))
}

/// Whether a record is part of a request to make a contract that something else has made.
fn is_of_another_request(work: &Work<'_>, contract: &Contract) -> bool {
    let context = work.context;
    work.fields.integer("behind_create").is_some_and(|behind| {
        let made = context.row.checked_sub(behind.unsigned_abs());
        made.is_none_or(|row| *contract.made_by != record_name(context.batch_origin, row))
    })
}

/// What a record adds.
struct Wanted {
    /// The account that is new.
    account: Option<Account>,
    /// The account that a card draws on, or that the fee is of.
    draws_on: Option<Box<str>>,
    card: bool,
}

/// Decides `contract.add-card`.
pub(super) fn add_card(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, contract, Ask::AddCard);
    if is_of_another_request(work, contract) {
        let finding = Finding::field(Code::AlreadyExists, "contract_ref")
            .saying("another request made the contract, and did not order this card")
            .hinting("order the card by a request of its own (contract.add-card)");
        work.note(finding);
    }
    let product = product(work, &contract.product);
    if let Some(product) = product {
        extension(work, product);
        fees::models(work, product);
    }
    let Some(mut holder) = holder(work, contract, store)? else {
        return Ok(());
    };
    let document = document::of(work);
    let wanted = wanted(work, contract, &holder);
    if document.is_some() && !wanted.card && !contract.is_member(&holder.no) {
        work.find(Code::NotAMember, "owner_customer_ref");
    }
    room(work, contract, &wanted);
    let line = if wanted.card {
        embossing(work, &holder.customer)
    } else {
        None
    };
    taken(work, contract);
    let (Some(product), false) = (product, work.is_bad()) else {
        return Ok(());
    };
    if let Some(document) = document {
        holder.customer.prove(document);
        holder.customer.save(store, &holder.no)?;
    } else if holder.is_new {
        holder.customer.save(store, &holder.no)?;
    }
    let before = (contract.accounts.len(), contract.cards.len());
    contract.meet(&holder.no, &holder.customer.reference);
    let iban = wanted.account.as_ref().and_then(|new| new.iban.as_deref());
    let serves = |iban: &str| {
        contract
            .accounts
            .iter()
            .any(|one| one.iban.as_deref() == Some(iban))
    };
    if let Some(iban) = iban.filter(|iban| !serves(iban)) {
        enlist(store, iban, work.key)?;
    }
    put(work, contract, wanted, &holder, line, product);
    let met = if holder.is_new { &[&holder][..] } else { &[] };
    let told = shape::made(work.key, contract, before, met);
    tell(work, events, contract, &told);
    work.decision.reply = Some(told);
    answer(work, contract, before, &holder);
    Ok(())
}

fn answer(work: &mut Work<'_>, contract: &Contract, before: (usize, usize), holder: &Named) {
    let references = &mut work.decision.references;
    references.push(("contract", (&*contract.reference).into()));
    references.push(("customer", (&*holder.customer.reference).into()));
    for account in &contract.accounts[before.0..] {
        references.push(("card_account", (&*account.reference).into()));
    }
    for card in &contract.cards[before.1..] {
        references.push(("card_contract", (&*card.reference).into()));
        references.push(("card", (&*card.card.reference).into()));
    }
}

fn extension(work: &mut Work<'_>, product: &Product) {
    let asked = work.fields.text("extension").unwrap_or_default();
    if !product.extensions.iter().any(|known| known == asked) {
        let all = product.extensions.join(", ");
        let finding = Finding::field(Code::ExtensionNotAllowed, "extension");
        work.note(if all.is_empty() {
            finding.hinting("the product has no extensions")
        } else {
            finding.hinting(format!("the product allows {all}"))
        });
    }
}

/// Who gets the card or account: the one whom the record names, else the owner.
fn holder(
    work: &mut Work<'_>,
    contract: &Contract,
    store: &mut dyn Store,
) -> Result<Option<Named>> {
    if let Some(no) = work.fields.text("owner_customer_ref") {
        return customer::named(work, no, store);
    }
    let customer = Customer::of_member(store, &contract.owner)?;
    Ok(Some(Named {
        no: contract.owner.clone(),
        customer,
        is_new: false,
    }))
}

/// What the record asks to be added: a card where it says anything of one, or where it asks for no account.
fn wanted(work: &mut Work<'_>, contract: &Contract, holder: &Named) -> Wanted {
    let fields = work.fields;
    let says_card = fields.flag("new_card") == Some(true)
        || check::CARD_FIELDS.iter().any(|name| fields.has(name));
    let is_new = fields.flag("new_account");
    let mut wanted = Wanted {
        account: None,
        draws_on: None,
        card: true,
    };
    let Some(no) = fields.text("card_account_ref") else {
        return wanted;
    };
    let Some(known) = contract.account(no) else {
        wanted.card = says_card;
        if is_new == Some(false) {
            work.note(
                Finding::field(Code::NotFound, "card_account_ref")
                    .saying("the contract has no such account, and the record brings none"),
            );
            return wanted;
        }
        let parent = match fields.text("parent_account_ref") {
            None => Some(contract.root()),
            Some(above) => contract.account(above),
        };
        let Some(parent) = parent else {
            work.find(Code::NotFound, "parent_account_ref");
            return wanted;
        };
        let parent = Some(parent.reference.clone());
        let account = new_account(work, no, parent, &holder.no, &contract.owner);
        wanted.draws_on = Some(account.reference.clone());
        wanted.account = Some(account);
        return wanted;
    };
    let says_account = check::ACCOUNT_FIELDS.iter().any(|name| fields.has(name));
    let is_meant = if says_account || is_new == Some(true) {
        // Cards of one request may share the account that it brings.
        says_card && is_as_said(work, contract, known) && !is_ordered(work, contract)
    } else {
        says_card
    };
    if !is_meant {
        work.find(Code::AlreadyExists, "card_account_ref");
    } else if known.parent.is_none() {
        work.find(Code::NotACardAccount, "card_account_ref");
    }
    wanted.draws_on = Some(known.reference.clone());
    wanted
}

/// Whether an account is what the record says of it.
fn is_as_said(work: &Work<'_>, contract: &Contract, account: &Account) -> bool {
    let said = |name, own: &Option<Box<str>>| {
        let said = work.fields.text(name);
        said.is_none() || said == own.as_deref()
    };
    let parent = |no| contract.account(no).map(|parent| &*parent.reference);
    let above = work.fields.text("parent_account_ref");
    said("account_template", &account.template)
        && said("iban", &account.iban)
        && said("bic", &account.bic)
        && above.is_none_or(|no| parent(no) == account.parent.as_deref())
}

/// Whether a card of the contract was ordered by such a record.
fn is_ordered(work: &Work<'_>, contract: &Contract) -> bool {
    let content = check::content(work.fields);
    let mut cards = contract.cards.iter();
    cards.any(|card| card.ordered.as_deref() == Some(&*content))
}

/// A contract holds so much and no more.
fn room(work: &mut Work<'_>, contract: &Contract, wanted: &Wanted) {
    let full = [
        (wanted.card, contract.cards.len(), "cards"),
        (
            wanted.account.is_some(),
            contract.accounts.len(),
            "accounts",
        ),
    ];
    for (_, _, what) in full.iter().filter(|(more, has, _)| *more && *has >= MOST) {
        let finding = Finding::field(Code::ExtensionNotAllowed, "extension")
            .saying(format!(
                "the contract has {MOST} {what}, the most that one can have"
            ))
            .hinting("create another contract");
        work.note(finding);
    }
}

/// A card has references of its own.
fn taken(work: &mut Work<'_>, contract: &Contract) {
    let fields = work.fields;
    let no = fields.text("card_contract_ref");
    let same = |one: &super::entity::CardContract| no.is_some() && one.no.as_deref() == no;
    if contract.cards.iter().any(same) {
        work.find(Code::AlreadyExists, "card_contract_ref");
    }
    let no = fields.text("card_ref");
    let same = |one: &super::entity::CardContract| no.is_some() && one.card.no.as_deref() == no;
    if contract.cards.iter().any(same) {
        work.find(Code::AlreadyExists, "card_ref");
    }
}

fn put(
    work: &mut Work<'_>,
    contract: &mut Contract,
    wanted: Wanted,
    holder: &Named,
    line: Option<Embossing>,
    product: &Product,
) {
    let now = ids::instant(work.context);
    if let Some(mut account) = wanted.account {
        account.status = Status::Active;
        account.activated = Some(now.clone());
        // What is prepaid has no credit, whatever accounts there are.
        if product.category == Category::Prepaid {
            account.credit_limit = Some(Decimal::ZERO);
        }
        contract.accounts.push(account);
    }
    let mut accounts = contract.accounts.iter();
    let draws_on = match &wanted.draws_on {
        Some(reference) => accounts.position(|account| account.reference == *reference),
        None => accounts.position(|account| account.parent.is_some()),
    };
    let Some(at) = draws_on else {
        return;
    };
    fees::apply(work, &mut contract.accounts[at]);
    let Some(line) = line else {
        return;
    };
    let principal = |one: &super::entity::CardContract| one.indicator == Indicator::Principal;
    let indicator = if contract.cards.iter().any(principal) {
        Indicator::Supplementary
    } else {
        Indicator::Principal
    };
    let account = &contract.accounts[at];
    let mut card = new_card(work, &holder.no, account, product, line, indicator);
    card.ordered = Some(check::content(work.fields).into());
    card.status = Status::Active;
    card.activated = Some(now);
    card.card.status = product.initial_card_status;
    contract.cards.push(card);
    let at = contract.cards.len() - 1;
    orders::for_card(work, contract, at, &holder.customer, product);
}
