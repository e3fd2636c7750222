//! What changes a contract that goes on: its signature, its particulars, its members' addresses, its owner, what its
//! accounts hold.

use anyhow::Result;
use serde_json::{Map, Value as Json, json};

use super::create::in_force;
use super::customer::{self, Customer};
use super::entity::{Balance, Contract, Named};
use super::events::tell;
use super::kinds::SETTINGS;
use super::lifecycle::Ask;
use super::making::expiry;
use super::words::{CardStatus, Indicator};
use super::work::{product, take};
use super::{ids, orders, shape};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::{self, money};
use crate::line::work::Work;
use crate::model::{Currency, Finding};

/// Decides `contract.sign`.
pub(super) fn sign(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, contract, Ask::Sign);
    let product = product(work, &contract.product);
    let (Some(product), false) = (product, work.is_bad()) else {
        return Ok(());
    };
    contract.signed_at = Some(ids::instant(work.context));
    let activate = work.fields.flag("activate_cards").unwrap_or(false);
    in_force(work, contract, activate.then_some(CardStatus::Active));
    for at in 0..contract.cards.len() {
        let holder = Customer::of_member(store, &contract.cards[at].holder)?;
        contract.cards[at].card.expires = expiry(work, product);
        orders::for_card(work, contract, at, &holder, product);
    }
    let told = shape::course(work.key, contract);
    tell(work, events, contract, &told);
    Ok(())
}

/// Decides `contract.update`: only what is sent changes, and only what changes is told.
pub(super) fn update(work: &mut Work<'_>, contract: &mut Contract) {
    let events = take(work, contract, Ask::Update);
    let mut changed = Map::new();
    if let Some(value) = work.fields.get("branch_code") {
        let branch = work.fields.text("branch_code").map(Into::into);
        if contract.branch != branch {
            contract.branch = branch;
            changed.insert("issuerBranchCode".to_owned(), told::json(value, None));
        }
    }
    for (name, value) in work.fields.iter().filter(|(name, _)| is_setting(name)) {
        let value: Json = told::json(value, None);
        let known = contract.settings.get(name).unwrap_or(&Json::Null);
        if *known == value {
            continue;
        }
        if value.is_null() {
            contract.settings.remove(name);
        } else {
            contract.settings.insert(name, value.clone());
        }
        nest(&mut changed, name, value);
    }
    if changed.is_empty() {
        return;
    }
    let mut told = Map::new();
    let id = shape::contract_id(work.key, contract);
    told.insert("contractIdentifier".to_owned(), id);
    told.extend(changed);
    tell(work, events, contract, &Json::Object(told));
}

fn is_setting(name: &str) -> bool {
    name.starts_with("specific.") || SETTINGS.iter().any(|spec| spec.name == name)
}

/// Puts a setting where the source has it.
pub(super) fn nest(map: &mut Map<String, Json>, name: &str, value: Json) {
    const ANALYSIS: &[&str] = &["person", "paymentTransaction", "exchangeThirdParties"];
    let (group, own) = match name.split_once('.') {
        Some(("flag", own)) if ANALYSIS.contains(&own) => ("dataAnalysisFlags", own),
        Some(("flag", own)) => ("advertisementFlags", own),
        Some(("channel", own)) => ("deliveryChannel", own),
        Some((_, own)) => ("specificFields", own),
        None => {
            let own = match name {
                "reimburse_membership_fee" => "reimburseMembershipFee",
                "free_cards" => "numberOfFreeCards",
                "free_cards_primary_impacted" => "numberOfFreeCardsPrimaryCardImpacted",
                "waive_fees" => "waiveFees",
                _ => "membershipFeeAnniversaryDate",
            };
            map.insert(own.to_owned(), value);
            return;
        }
    };
    let members = map.entry(group).or_insert_with(|| json!({}));
    members[own] = value;
}

/// Decides `contract.addresses`.
pub(super) fn addresses(
    work: &mut Work<'_>,
    contract: &mut Contract,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, contract, Ask::Addresses);
    if work.is_bad() {
        return Ok(());
    }
    let mut customers = Vec::new();
    for no in contract.members() {
        let mut customer = Customer::of_member(store, no)?;
        let address = customer::address(work, no);
        let told = shape::address(&address);
        customer.move_to(address);
        customer.save(store, no)?;
        customers.push(json!({
            "customerIdentifier": shape::customer_id(contract, no),
            "addresses": [told],
        }));
    }
    let id = shape::contract_id(work.key, contract);
    let told = json!({ "contractIdentifier": id, "customers": customers });
    tell(work, events, contract, &told);
    Ok(())
}

/// Decides `contract.balance`. A report that is older than what is known is not used.
pub(super) fn balance(work: &mut Work<'_>, contract: &mut Contract) {
    take(work, contract, Ask::Balance);
    let fields = work.fields;
    let currency = fields.text("currency").and_then(Currency::named);
    let currency = currency.expect("required: checked before");
    let as_of = fields.date("as_of").expect("required: checked before");
    if as_of > work.today() {
        let finding = Finding::field(Code::OutOfRange, "as_of");
        work.note(finding.hinting("a balance is as of the business date or a day before"));
    }
    let no = fields.text("account_ref").unwrap_or_default();
    let mut accounts = contract.accounts.iter_mut();
    let Some(account) = accounts.find(|one| &*one.no == no || &*one.reference == no) else {
        work.find(Code::NotFound, "account_ref");
        return;
    };
    if let Some(Named(own)) = account.currency {
        work.same_currency(own, "account");
    }
    if work.is_bad() {
        return;
    }
    let older = account
        .balance
        .as_ref()
        .is_some_and(|known| as_of < known.as_of || known.transferred && as_of == known.as_of);
    if older {
        work.find(Code::BalanceIgnored, "as_of");
        return;
    }
    let amount = fields.decimal("balance").expect("required: checked before");
    account.currency = Some(Named(currency));
    account.balance = Some(Balance {
        amount: money(amount, currency),
        as_of,
        transferred: false,
    });
}

/// Decides `contract.switch-principal`.
pub(super) fn switch_principal(work: &mut Work<'_>, contract: &mut Contract) {
    let events = take(work, contract, Ask::SwitchPrincipal);
    let chosen = supplementary(work, contract);
    let (Some(chosen), false) = (chosen, work.is_bad()) else {
        return;
    };
    let mut switched = vec![chosen];
    for (at, card) in contract.cards.iter_mut().enumerate() {
        if card.indicator == Indicator::Principal {
            card.indicator = Indicator::Supplementary;
            switched.push(at);
        }
    }
    contract.cards[chosen].indicator = Indicator::Principal;
    contract.owner = contract.cards[chosen].holder.clone();
    for account in &mut contract.accounts {
        account.guarantor.clone_from(&contract.owner);
        if account.parent.is_none() {
            account.owner.clone_from(&contract.owner);
        }
    }
    let cards = switched.into_iter().map(|at| {
        let card = &contract.cards[at];
        json!({
            "cardContractIdentifier": shape::card_contract_id(card),
            "principalSupplementaryCardIndicator": card.indicator.as_str(),
        })
    });
    let told = json!({ "contract": {
        "contractIdentifier": shape::contract_id(work.key, contract),
        "contractOwnerIdentifier": shape::customer_id(contract, &contract.owner),
        "cardContracts": cards.collect::<Json>(),
    } });
    tell(work, events, contract, &told);
    work.decision.reply = Some(told);
}

/// The supplementary card that is to become the main one.
fn supplementary(work: &mut Work<'_>, contract: &Contract) -> Option<usize> {
    let fields = work.fields;
    let no = fields.text("customer_ref").unwrap_or_default();
    let cards = contract.cards.iter().enumerate();
    let mut own: Vec<usize> = cards
        .filter(|(_, card)| &*card.holder == no)
        .map(|(at, _)| at)
        .collect();
    if own.is_empty() {
        work.find(Code::NotACardholder, "customer_ref");
        return None;
    }
    let main = |at: &usize| contract.cards[*at].indicator == Indicator::Principal;
    if own.iter().any(main) {
        work.find(Code::AlreadyPrincipal, "customer_ref");
        return None;
    }
    if let Some(named) = fields.text("card_contract_ref") {
        own.retain(|at| {
            let card = &contract.cards[*at];
            &*card.reference == named || card.no.as_deref() == Some(named)
        });
        if own.is_empty() {
            let finding = Finding::field(Code::NotACardholder, "card_contract_ref");
            work.note(finding.saying("this card is not one of the customer's in this contract"));
        }
    }
    match own[..] {
        [] => None,
        [one] => Some(one),
        [..] => {
            let finding = Finding::field(Code::Required, "card_contract_ref");
            work.note(
                finding.hinting("the customer has several cards: say which is to be the main one"),
            );
            None
        }
    }
}
