//! Contracts as the source writes them: the objects that events and replies are made of.

use chrono::{Datelike as _, NaiveDate};
use serde_json::{Map, Value as Json, json};

use super::customer::{Address, Named};
use super::entity::{Account, Card, CardContract, Contract};
use crate::model::Day;

/// An identifier: the reference that was assigned, and the issuer's own where there is one.
fn identifier(assigned: &str, reference: &str, own: &str, no: Option<&str>) -> Json {
    let mut map = Map::new();
    map.insert(assigned.to_owned(), Json::from(reference));
    if let Some(no) = no {
        map.insert(own.to_owned(), Json::from(no));
    }
    Json::Object(map)
}

/// Of the contract that the issuer calls `key`.
pub(super) fn contract_id(key: &str, contract: &Contract) -> Json {
    let own = "issuerContractExternalReference";
    identifier("contractReference", &contract.reference, own, Some(key))
}

/// Of someone who takes part in a contract.
pub(super) fn customer_id(contract: &Contract, no: &str) -> Json {
    let mut people = contract.people.iter();
    let person = people.find(|person| &*person.no == no);
    let reference = person.map_or("", |person| person.reference.as_ref());
    let own = "issuerCustomerExternalReference";
    identifier("customerReference", reference, own, Some(no))
}

/// Of an account.
pub(super) fn account_id(account: &Account) -> Json {
    let own = "issuerAccountExternalReference";
    identifier(
        "accountReference",
        &account.reference,
        own,
        Some(&account.no),
    )
}

/// Of the contract about a card.
pub(super) fn card_contract_id(card: &CardContract) -> Json {
    let own = "issuerCardContractExternalReference";
    let no = card.no.as_deref();
    identifier("cardContractReference", &card.reference, own, no)
}

fn card_id(card: &Card) -> Json {
    let own = "issuerCardExternalReference";
    identifier("cardReference", &card.reference, own, card.no.as_deref())
}

/// Of a product.
pub(super) fn product_id(code: &str) -> Json {
    identifier(
        "issuerProductExternalReference",
        code,
        "productReference",
        Some(code),
    )
}

/// A date as the source writes it: an instant, at midnight UTC.
pub(super) fn midnight(day: NaiveDate) -> String {
    format!("{}T00:00:00.000+00:00", Day::of(day))
}

/// Sets a member where there is something to set.
pub(super) fn set(map: &mut Map<String, Json>, name: &str, value: Option<impl Into<Json>>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value.into());
    }
}

/// Puts a value into an object.
pub(super) fn put(map: &mut Map<String, Json>, name: &str, value: impl Into<Json>) {
    map.insert(name.to_owned(), value.into());
}

/// A new contract, or what is new in one: accounts and cards from these on, and the customers who were not known.
pub(super) fn made(
    key: &str,
    contract: &Contract,
    (accounts, cards): (usize, usize),
    met: &[&Named],
) -> Json {
    let mut map = Map::new();
    put(&mut map, "contractIdentifier", contract_id(key, contract));
    put(&mut map, "status", contract.state.as_str());
    put(&mut map, "creationDate", &*contract.created);
    set(&mut map, "signatureDate", contract.signed_at.as_deref());
    set(&mut map, "issuerBranchCode", contract.branch.as_deref());
    put(&mut map, "cardReleaseOrder", contract.release.as_str());
    put(&mut map, "productIdentifier", product_id(&contract.product));
    put(
        &mut map,
        "contractOwnerIdentifier",
        customer_id(contract, &contract.owner),
    );
    let accounts = contract.accounts[accounts..].iter();
    let accounts = accounts.map(|account| {
        json!({
            "accountIdentifier": account_id(account),
            "root": account.parent.is_none(),
            "status": account.status.as_str(),
            "accountOwnerIdentifier": customer_id(contract, &account.owner),
            "accountGuarantorIdentifier": customer_id(contract, &account.guarantor),
        })
    });
    put(&mut map, "accounts", accounts.collect::<Json>());
    let cards = contract.cards[cards..].iter();
    let cards = cards.map(|card| new_card(contract, card));
    put(&mut map, "cardContracts", cards.collect::<Json>());
    let day = contract.closing_day().map(midnight);
    set(&mut map, "closingDate", day);
    json!({ "contract": map, "customers": met.iter().map(|one| new_customer(one)).collect::<Json>() })
}

fn new_card(contract: &Contract, one: &CardContract) -> Json {
    let mut card = Map::new();
    put(&mut card, "cardIdentifier", card_id(&one.card));
    set(&mut card, "maskedPan", one.card.masked_pan.as_deref());
    put(&mut card, "expiryDate", month(one.card.expires));
    put(&mut card, "panSequenceNumber", "1");
    put(&mut card, "status", one.card.status.as_str());
    let orders = one.card.orders.iter().map(|order| {
        json!({
            "orderIdentifier": { "orderReference": &*order.reference },
            "orderType": order.kind.as_str(),
            "currentInternalStatus": "ORDERABLE",
        })
    });
    put(&mut card, "orders", orders.collect::<Json>());
    set(&mut card, "panReference", one.card.pan_reference.as_deref());
    let mut accounts = contract.accounts.iter();
    let account = accounts.find(|account| account.reference == one.account);
    json!({
        "cardContractIdentifier": card_contract_id(one),
        "cardHolderIdentifier": customer_id(contract, &one.holder),
        "status": one.status.as_str(),
        "principalSupplementaryCardIndicator": one.indicator.as_str(),
        "card": card,
        "relatedAccounts": account.map(|account| json!([{
            "relation": "DEFAULT",
            "accountIdentifier": account_id(account),
        }])),
    })
}

fn new_customer(one: &Named) -> Json {
    let mut map = Map::new();
    let customer = &one.customer;
    let own = "issuerCustomerExternalReference";
    let id = identifier("customerReference", &customer.reference, own, Some(&one.no));
    put(&mut map, "customerIdentifier", id);
    let title = customer.person.get("title").cloned();
    set(&mut map, "courtesyTitle", title);
    put(&mut map, "lastName", customer.text("last_name"));
    put(&mut map, "firstName", customer.text("first_name"));
    let addresses = customer.addresses.iter().map(address);
    put(&mut map, "addresses", addresses.collect::<Json>());
    Json::Object(map)
}

/// An address by its names.
pub(super) fn address(address: &Address) -> Json {
    let own = "issuerAddressExternalReference";
    let id = identifier(
        "addressReference",
        &address.reference,
        own,
        address.no.as_deref(),
    );
    json!({
        "addressIdentifier": id,
        "addressLabel": &*address.label,
        "addressType": &*address.kind,
    })
}

/// The month of a card's last day, as it stands on the card.
pub(super) fn month(day: NaiveDate) -> String {
    format!("{:02}{:02}", day.month(), day.year() % 100)
}

/// How a contract stands, with its accounts and cards.
pub(super) fn course(key: &str, contract: &Contract) -> Json {
    let mut map = Map::new();
    put(&mut map, "contractIdentifier", contract_id(key, contract));
    put(&mut map, "status", contract.state.as_str());
    set(&mut map, "closingDate", ends(contract).map(midnight));
    let accounts = contract.accounts.iter().map(|account| {
        json!({
            "accountIdentifier": account_id(account),
            "root": account.parent.is_none(),
            "status": account.status.as_str(),
        })
    });
    put(&mut map, "accounts", accounts.collect::<Json>());
    let cards = contract.cards.iter().map(|one| {
        json!({
            "cardContractIdentifier": card_contract_id(one),
            "status": one.status.as_str(),
            "cards": [card(&one.card)],
        })
    });
    put(&mut map, "cardContracts", cards.collect::<Json>());
    json!({ "contract": map })
}

/// A card as it stands.
pub(super) fn card(card: &Card) -> Json {
    let mut map = Map::new();
    put(&mut map, "cardIdentifier", card_id(card));
    set(&mut map, "maskedPan", card.masked_pan.as_deref());
    set(&mut map, "panReference", card.pan_reference.as_deref());
    put(&mut map, "expiryDate", month(card.expires));
    put(&mut map, "panSequenceNumber", "1");
    put(&mut map, "status", card.status.as_str());
    Json::Object(map)
}

/// The day on which a contract ended, or will by itself.
pub(super) fn ends(contract: &Contract) -> Option<NaiveDate> {
    if let Some(closed) = &contract.closed {
        return Some(closed.on);
    }
    let suspended = contract.suspension.as_ref().map(|one| one.closes);
    let days = [contract.closing_day(), suspended];
    days.into_iter().flatten().min()
}
