//! What a contract or a customer is, under the public names: for `show` and exports.

use anyhow::{Result, bail};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::customer::{Customer, EXISTS};
use super::entity::{Account, CardContract, Contract, Named};
use super::shape::{ends, put, set};
use super::{CONTRACT, CUSTOMER};
use crate::line::told::money;
use crate::line::work::{Kept as _, parse};
use crate::line::{Products, Space, Today};
use crate::model::decision::OrderValue;
use crate::model::{Day, ExactSum};

/// What `show --json` prints of an entity: its key, its state, what is known of it, and the instructions that its state
/// takes.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn show(space: Space, key: &str, state: &str, today: &Today<'_>) -> Result<Json> {
    if space == CUSTOMER {
        return Ok(customer(key, &Customer::parse(state)?));
    }
    if space == CONTRACT {
        return Ok(contract(key, &parse(state)?, today));
    }
    bail!("`{}` holds no entities of the card line", space.0)
}

fn contract(key: &str, contract: &Contract, today: &Today<'_>) -> Json {
    let mut map = Map::new();
    put(&mut map, "contract_ref", key);
    put(&mut map, "state", contract.state.as_str());
    put(&mut map, "contract_reference", &*contract.reference);
    put(&mut map, "product", &*contract.product);
    set(&mut map, "branch_code", contract.branch.as_deref());
    put(&mut map, "card_release_order", contract.release.as_str());
    put(&mut map, "owner_customer_ref", &*contract.owner);
    let correlation = contract.correlation.as_ref();
    set(&mut map, "correlation_id", correlation.map(|one| &*one.id));
    put(&mut map, "created", &*contract.created);
    put(&mut map, "status_date", &*contract.status_at);
    set(&mut map, "signature_date", contract.signed_at.as_deref());
    let accounts = contract.accounts.iter().map(account);
    put(&mut map, "accounts", accounts.collect::<Json>());
    let cards = contract.cards.iter().map(card);
    put(&mut map, "cards", cards.collect::<Json>());
    if let Some(closing) = &contract.closing {
        put(&mut map, "delay_type", closing.delay.as_str());
        set(&mut map, "closing_reason", closing.reason.as_deref());
        set(&mut map, "comment", closing.comment.as_deref());
    }
    if let Some(suspension) = &contract.suspension {
        put(&mut map, "reimburse_fees", suspension.reimburse_fees);
    }
    let day = ends(contract).map(|day| day.to_string());
    set(&mut map, "closing_date", day);
    let closed = contract.closed.as_ref();
    set(&mut map, "closed_by", closed.map(|one| one.by.as_str()));
    for (name, value) in contract.settings.iter() {
        put(&mut map, name, value.clone());
    }
    put(&mut map, "allowed", contract.allowed(today));
    Json::Object(map)
}

fn account(one: &Account) -> Json {
    let mut map = Map::new();
    put(&mut map, "account_ref", &*one.no);
    put(&mut map, "account_reference", &*one.reference);
    put(&mut map, "root", one.parent.is_none());
    set(&mut map, "parent_account", one.parent.as_deref());
    put(&mut map, "status", one.status.as_str());
    set(&mut map, "account_template", one.template.as_deref());
    set(&mut map, "iban", one.iban.as_deref());
    set(&mut map, "bic", one.bic.as_deref());
    put(&mut map, "owner_customer_ref", &*one.owner);
    put(&mut map, "guarantor_customer_ref", &*one.guarantor);
    for (kind, model) in &one.fees {
        put(&mut map, kind.as_str(), &**model);
    }
    if one.fees_suppressed {
        put(&mut map, "fees_suppressed", true);
    }
    if let Some(Named(currency)) = one.currency {
        put(&mut map, "currency", currency.as_str());
    }
    let limit = one.credit_limit.map(|limit| limit.to_string());
    set(&mut map, "credit_limit", limit);
    if let Some(mandate) = &one.mandate {
        put(&mut map, "mandate_ref", &*mandate.reference);
        let day = mandate.date.map(|day| day.to_string());
        set(&mut map, "mandate_date", day);
    }
    if let Some(insurance) = &one.insurance {
        put(&mut map, "insurance_package", &*insurance.package);
        let code = insurance.event_code.as_deref();
        set(&mut map, "insurance_event_code", code);
    }
    if let Some(balance) = &one.balance {
        put(&mut map, "balance", balance.amount.to_string());
        put(&mut map, "as_of", balance.as_of.to_string());
    }
    Json::Object(map)
}

fn card(one: &CardContract) -> Json {
    let mut map = Map::new();
    set(&mut map, "card_contract_ref", one.no.as_deref());
    put(&mut map, "card_contract_reference", &*one.reference);
    put(&mut map, "indicator", one.indicator.as_str());
    put(&mut map, "customer_ref", &*one.holder);
    put(&mut map, "status", one.status.as_str());
    set(&mut map, "card_template", one.template.as_deref());
    put(&mut map, "embossing_name", &*one.embossing_name);
    set(&mut map, "embossing_line2", one.embossing_line2.as_deref());
    put(&mut map, "sending_mode", one.sending_mode.as_str());
    put(&mut map, "account_reference", &*one.account);
    if one.no_new_card {
        put(&mut map, "renewal_and_replacement_blocked", true);
    }
    set(&mut map, "card_ref", one.card.no.as_deref());
    put(&mut map, "card_reference", &*one.card.reference);
    put(&mut map, "card_status", one.card.status.as_str());
    put(&mut map, "expires", one.card.expires.to_string());
    set(&mut map, "masked_pan", one.card.masked_pan.as_deref());
    set(&mut map, "pan_reference", one.card.pan_reference.as_deref());
    let orders = one.card.orders.iter();
    let orders = orders.map(|order| format!("{} {}", order.kind.as_str(), order.reference));
    put(&mut map, "orders", orders.collect::<Json>());
    Json::Object(map)
}

fn customer(key: &str, customer: &Customer) -> Json {
    let mut map = Map::new();
    put(&mut map, "customer_ref", key);
    put(&mut map, "state", EXISTS);
    put(&mut map, "customer_reference", &*customer.reference);
    for (name, value) in customer.person.iter() {
        put(&mut map, name, value.clone());
    }
    let addresses = customer.addresses.iter().map(|one| {
        let mut address = Map::new();
        put(&mut address, "address_label", &*one.label);
        put(&mut address, "address_type", &*one.kind);
        put(&mut address, "address_reference", &*one.reference);
        set(&mut address, "address_ref", one.no.as_deref());
        let start = one.start.map(|day| day.to_string());
        set(&mut address, "address_start_date", start);
        for (name, value) in one.lines.iter() {
            put(&mut address, name, value.clone());
        }
        Json::Object(address)
    });
    put(&mut map, "addresses", addresses.collect::<Json>());
    let documents = customer.documents.iter().map(|one| {
        json!({
            "document_type": &*one.kind,
            "document_no": &*one.number,
            "issue_date": one.issued.to_string(),
            "expiry_date": one.expires.to_string(),
            "legitimated": one.legitimated,
        })
    });
    put(&mut map, "documents", documents.collect::<Json>());
    Json::Object(map)
}

const CONTRACT_COLUMNS: &[&str] = &[
    "contract_ref",
    "state",
    "contract_reference",
    "product",
    "branch_code",
    "card_release_order",
    "owner_customer_ref",
    "created",
    "status_date",
    "signature_date",
    "root_account_ref",
    "card_accounts",
    "iban",
    "currency",
    "balance",
    "cards",
    "card_expiry",
    "delay_type",
    "closing_date",
    "closing_reason",
    "comment",
    "closed_by",
];

const CUSTOMER_COLUMNS: &[&str] = &[
    "customer_ref",
    "state",
    "customer_reference",
    "title",
    "first_name",
    "last_name",
    "birth_date",
    "birth_place",
    "sex",
    "nationality",
    "commercial_status",
    "online_risk_category",
    "offline_risk_category",
    "address_line1",
    "address_line2",
    "address_line3",
    "address_line4",
    "address_line5",
    "building_number",
    "street_name",
    "postal_code",
    "city",
    "address_country",
];

/// The columns of an entity's export.
///
/// # Errors
/// The space holds no entities.
pub(super) fn export_header(space: Space) -> Result<Vec<&'static str>> {
    if space == CUSTOMER {
        return Ok(CUSTOMER_COLUMNS.to_vec());
    }
    if space == CONTRACT {
        return Ok(CONTRACT_COLUMNS.to_vec());
    }
    bail!("`{}` holds no entities of the card line", space.0)
}

/// One entity's row, in the order of the header; blank where nothing is set.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    // What it takes on a day is no column.
    let products = Products::default();
    let today = Today {
        date: chrono::NaiveDate::MIN,
        products: &products,
    };
    let shown = show(space, key, state, &today)?;
    let cell = |name: &str| match &shown[name] {
        Json::Null => OrderValue::Text("".into()),
        Json::String(text) => OrderValue::Text(text.as_str().into()),
        other => OrderValue::Text(other.to_string().into()),
    };
    if space == CUSTOMER {
        let customer = Customer::parse(state)?;
        let lines = customer.postal().map(|address| &address.lines);
        let line = |name: &str| lines.and_then(|lines| lines.get(name)?.as_str());
        let names = CUSTOMER_COLUMNS.iter();
        return Ok(names
            .map(|name| match line(name) {
                Some(text) => OrderValue::Text(text.into()),
                None => cell(name),
            })
            .collect());
    }
    let contract: Contract = parse(state)?;
    let row = CONTRACT_COLUMNS
        .iter()
        .map(|name| derived(&contract, name).unwrap_or_else(|| cell(name)));
    Ok(row.collect())
}

/// A column that is made of accounts or cards.
fn derived(contract: &Contract, name: &str) -> Option<OrderValue> {
    let joined = |parts: Vec<String>| OrderValue::Text(parts.join(";").into());
    let root = contract.root();
    let card_accounts = contract.accounts.iter().filter(|one| one.parent.is_some());
    Some(match name {
        "root_account_ref" => OrderValue::Text(root.no.clone()),
        "iban" => OrderValue::Text(root.iban.clone().unwrap_or_default()),
        "card_accounts" => joined(card_accounts.map(|one| one.no.to_string()).collect()),
        "currency" => OrderValue::Text(contract.currency()?.as_str().into()),
        // The sum over its accounts; one of another currency than the first is not in it.
        "balance" => {
            let currency = contract.currency()?;
            let same = contract.accounts.iter();
            let same = same.filter(|one| one.currency == Some(Named(currency)));
            let held = same.filter_map(|one| one.balance.as_ref().map(|known| known.amount));
            let mut sum = ExactSum::default();
            held.for_each(|amount| sum.add(amount));
            let text = sum.text(currency.decimals());
            match Decimal::from_str_exact(&text) {
                Ok(sum) => OrderValue::Amount(money(sum, currency), currency),
                // More digits than an amount of ours can have.
                Err(_) => OrderValue::Text(text.into()),
            }
        }
        "cards" => {
            let cards = contract.cards.iter();
            let cards =
                cards.map(|one| format!("{}={}", one.card.reference, one.card.status.as_str()));
            joined(cards.collect())
        }
        "card_expiry" => {
            let last = contract.last_card_day()?;
            OrderValue::Text(Day::of(last).as_str().into())
        }
        _ => return None,
    })
}
