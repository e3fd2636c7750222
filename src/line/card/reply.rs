//! The answer to an inquiry: a contract as the source writes it, with its accounts, card contracts, owner, fees and
//! documents in it.

use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::change::nest;
use super::customer::Customer;
use super::document;
use super::entity::{Account, CardContract, Contract, Named};
use super::events::tell;
use super::fees;
use super::lifecycle::Ask;
use super::shape::{self, put, set};
use super::words::{Category, State, Status};
use super::work::{contracts_of, take};
use crate::code::Code;
use crate::line::Store;
use crate::line::work::{Work, load};
use crate::model::Decision;

/// Decides `contract.inquire`: by contract reference the one, by IBAN all that match.
pub(super) fn inquire(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let keys = match (work.fields.text("contract_ref"), work.fields.text("iban")) {
        (Some(key), _) => vec![key.into()],
        (None, iban) => contracts_of(store, iban.unwrap_or_default())?,
    };
    let by_iban = work.fields.has("iban");
    work.refuse_later();
    let mut all = Vec::new();
    for key in &keys {
        let Some(mut found) = load::<Contract>(store, key)? else {
            continue;
        };
        let events = take(&mut work, &mut found, Ask::Inquire);
        tell(&mut work, events, &found, &Json::Null);
        let references = &mut work.decision.references;
        references.push(("contract", (&*found.reference).into()));
        if keys.len() == 1 {
            work.decision.entity = (&**key).into();
            work.decision.state = found.state.as_str().into();
        }
        all.push(contract(&work, key, &found, store)?);
    }
    if all.is_empty() {
        let field = if by_iban { "iban" } else { "contract_ref" };
        work.find(Code::NotFound, field);
    }
    if !work.is_bad() {
        let one = if by_iban { None } else { all.pop() };
        work.decision.reply = Some(one.unwrap_or(Json::Array(all)));
    }
    Ok(work.close())
}

/// A contract with all that belongs to it.
pub(super) fn contract(
    work: &Work<'_>,
    key: &str,
    contract: &Contract,
    store: &mut dyn Store,
) -> Result<Json> {
    let mut map = Map::new();
    let issuer = work.context.terms.issuer_id.as_deref();
    set(&mut map, "issuerId", issuer);
    put(
        &mut map,
        "contractIdentifier",
        shape::contract_id(key, contract),
    );
    set(&mut map, "issuerBranchCode", contract.branch.as_deref());
    put(&mut map, "cardReleaseOrder", contract.release.as_str());
    for (name, value) in contract.settings.iter() {
        nest(&mut map, name, value.clone());
    }
    set(&mut map, "signatureDate", contract.signed_at.as_deref());
    put(&mut map, "status", contract.state.as_str());
    put(&mut map, "statusDate", &*contract.status_at);
    closing(&mut map, contract);
    let accounts = contract.accounts.iter();
    let accounts = accounts.map(|one| account(work, key, contract, one));
    put(&mut map, "accounts", accounts.collect::<Json>());
    let cards = contract.cards.iter();
    let cards = cards.map(|one| card_contract(work, key, contract, one));
    put(&mut map, "cardContracts", cards.collect::<Json>());
    let owner = shape::customer_id(contract, &contract.owner);
    put(&mut map, "contractOwnerIdentifier", owner);
    put(
        &mut map,
        "productIdentifier",
        shape::product_id(&contract.product),
    );
    let root = shape::account_id(contract.root());
    put(&mut map, "rootAccountIdentifier", root);
    put(&mut map, "contractOwner", owner_of(work, contract, store)?);
    let fees = contract.accounts.iter().map(fees::told);
    put(&mut map, "contractFees", fees.collect::<Json>());
    let mut documents = Vec::new();
    for no in contract.members() {
        let customer = Customer::of_member(store, no)?;
        let known = customer.documents.iter();
        documents.extend(known.map(|one| document::told(contract, no, one)));
    }
    put(&mut map, "legitimacyDocuments", documents);
    Ok(Json::Object(map))
}

/// How it will end, or did.
fn closing(map: &mut Map<String, Json>, contract: &Contract) {
    set(
        map,
        "closingDate",
        shape::ends(contract).map(shape::midnight),
    );
    if let Some(closing) = &contract.closing {
        set(map, "closingReason", closing.reason.as_deref());
        set(map, "closingComment", closing.comment.as_deref());
        put(map, "closureDelayType", closing.delay.as_str());
    }
}

/// What someone owes or owns, in units of the currency's last decimal.
fn amount(amount: Decimal, named: Named) -> Json {
    let decimals = named.0.decimals();
    let mut scaled = amount;
    scaled.rescale(decimals);
    let value = i64::try_from(scaled.mantissa()).map(Json::from);
    // An amount of more than 18 digits is written as what it is.
    let value = value.unwrap_or_else(|_| Json::from(scaled.to_string()));
    json!({ "value": value, "exponent": decimals, "isoCode": named.0.as_str() })
}

fn account(work: &Work<'_>, key: &str, contract: &Contract, one: &Account) -> Json {
    let mut map = Map::new();
    set(
        &mut map,
        "issuerId",
        work.context.terms.issuer_id.as_deref(),
    );
    put(&mut map, "accountIdentifier", shape::account_id(one));
    put(&mut map, "root", one.parent.is_none());
    if let Some(currency) = one.currency {
        if let Some(balance) = &one.balance {
            put(&mut map, "accountBalance", amount(balance.amount, currency));
            put(
                &mut map,
                "accountBalanceDate",
                shape::midnight(balance.as_of),
            );
        }
        let limit = one.credit_limit.map(|limit| amount(limit, currency));
        set(&mut map, "creditLimit", limit);
    }
    set(&mut map, "bic", one.bic.as_deref());
    put(&mut map, "status", one.status.as_str());
    put(&mut map, "statusDate", &*one.status_at);
    set(&mut map, "activationDate", one.activated.as_deref());
    set(&mut map, "iban", one.iban.as_deref());
    set(&mut map, "name", one.template.as_deref());
    let currency = one.currency.as_ref().map(|named| named.0.as_str());
    set(&mut map, "workingCurrencyCode", currency);
    let root = contract.root();
    put(&mut map, "accountHierarchyReference", &*root.reference);
    put(
        &mut map,
        "productIdentifier",
        shape::product_id(&contract.product),
    );
    set(
        &mut map,
        "accountTemplateReference",
        one.template.as_deref(),
    );
    put(&mut map, "rootAccountIdentifier", shape::account_id(root));
    let parent = one.parent.as_deref().and_then(|no| contract.account(no));
    set(
        &mut map,
        "parentAccountIdentifier",
        parent.map(shape::account_id),
    );
    put(&mut map, "payingAccountIdentifier", shape::account_id(one));
    let owner = shape::customer_id(contract, &one.owner);
    put(&mut map, "accountOwnerIdentifier", owner);
    let guarantor = shape::customer_id(contract, &one.guarantor);
    put(&mut map, "accountGuarantorIdentifier", guarantor);
    put(
        &mut map,
        "contractIdentifier",
        shape::contract_id(key, contract),
    );
    put(&mut map, "contractType", "CONSUMER");
    bank_terms(&mut map, one);
    Json::Object(map)
}

/// What was agreed about fees, mandate and insurance.
fn bank_terms(map: &mut Map<String, Json>, one: &Account) {
    put(map, "feesSuppressed", one.fees_suppressed);
    if let Some(mandate) = &one.mandate {
        let mut sepa = Map::new();
        put(&mut sepa, "mandateReference", &*mandate.reference);
        set(
            &mut sepa,
            "signatureDate",
            mandate.date.map(shape::midnight),
        );
        put(map, "sepaMandate", sepa);
    }
    if let Some(insurance) = &one.insurance {
        put(map, "insurancePackage", &*insurance.package);
        set(map, "insuranceEventCode", insurance.event_code.as_deref());
    }
}

fn card_contract(work: &Work<'_>, key: &str, contract: &Contract, one: &CardContract) -> Json {
    let mut map = Map::new();
    set(
        &mut map,
        "issuerId",
        work.context.terms.issuer_id.as_deref(),
    );
    let id = shape::card_contract_id(one);
    put(&mut map, "cardContractIdentifier", id);
    set(&mut map, "cardTemplateReference", one.template.as_deref());
    put(&mut map, "status", one.status.as_str());
    put(&mut map, "openingDate", &*one.opened);
    set(&mut map, "activationDate", one.activated.as_deref());
    let usable = one.status == Status::Active && contract.state == State::Signed;
    put(
        &mut map,
        "newCardRenewalAllowed",
        usable && !one.no_new_card,
    );
    put(
        &mut map,
        "newCardReplacementAllowed",
        usable && !one.no_new_card,
    );
    set(&mut map, "issuerBranchCode", contract.branch.as_deref());
    let name = match &one.embossing_line2 {
        Some(second) => format!("{}*{second}", one.embossing_name),
        None => one.embossing_name.to_string(),
    };
    put(&mut map, "forcedEmbossingName", name);
    let indicator = one.indicator.as_str();
    put(&mut map, "principalSupplementaryCardIndicator", indicator);
    let product = work.context.products.card.get(&*contract.product);
    let category = product.map(|product| Category::as_str(product.category));
    set(&mut map, "productCategory", category);
    put(
        &mut map,
        "productIdentifier",
        shape::product_id(&contract.product),
    );
    let holder = shape::customer_id(contract, &one.holder);
    put(&mut map, "cardHolderIdentifier", holder);
    put(
        &mut map,
        "contractIdentifier",
        shape::contract_id(key, contract),
    );
    put(&mut map, "cards", json!([shape::card(&one.card)]));
    Json::Object(map)
}

/// Who holds the contract.
fn owner_of(work: &Work<'_>, contract: &Contract, store: &mut dyn Store) -> Result<Json> {
    const NAMES: &[(&str, &str)] = &[
        ("birth_place", "birthPlace"),
        ("commercial_status", "commercialStatus"),
        ("title", "courtesyTitle"),
        ("first_name", "firstName"),
        ("last_name", "lastName"),
        ("nationality", "nationality"),
        ("offline_risk_category", "offlineRiskCategory"),
        ("online_risk_category", "onlineRiskCategory"),
        ("sex", "sex"),
    ];
    let owner = Customer::of_member(store, &contract.owner)?;
    let mut map = Map::new();
    set(
        &mut map,
        "issuerId",
        work.context.terms.issuer_id.as_deref(),
    );
    let id = shape::customer_id(contract, &contract.owner);
    put(&mut map, "customerIdentifier", id);
    put(&mut map, "active", true);
    let born = owner.text("birth_date");
    let born = (!born.is_empty()).then(|| format!("{born}T00:00:00.000+00:00"));
    set(&mut map, "birthDate", born);
    for (name, own) in NAMES {
        set(&mut map, own, owner.person.get(name).cloned());
    }
    Ok(Json::Object(map))
}
