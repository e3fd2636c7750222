//! `contract.fees`: which model a fee of an account is charged by.

use serde_json::json;

use super::entity::{Account, Contract};
use super::events::tell;
use super::lifecycle::Ask;
use super::product::Product;
use super::shape;
use super::words::FeeType;
use super::work::{product, take};
use crate::code::Code;
use crate::line::work::Work;
use crate::model::Finding;

/// The fee that a record speaks of: its type and its model.
fn asked<'a>(work: &Work<'a>) -> Option<(FeeType, &'a str)> {
    let kind = work.fields.text("fee_type").and_then(FeeType::named)?;
    Some((kind, work.fields.text("fee_model")?))
}

/// Notes a model that the product does not have for this type of fee.
pub(super) fn model(work: &mut Work<'_>, product: &Product) {
    let Some((kind, model)) = asked(work) else {
        return;
    };
    let known = |(code, of): &&(String, FeeType)| *of == kind && code == model;
    if product.fee_models.iter().any(|entry| known(&entry)) {
        return;
    }
    let models = product.fee_models.iter().filter(|(_, of)| *of == kind);
    let all: Vec<&str> = models.map(|(code, _)| code.as_str()).collect();
    let finding = Finding::field(Code::FeeModelNotAllowed, "fee_model");
    work.note(if all.is_empty() {
        finding.hinting(format!("the product has no model of {}", kind.as_str()))
    } else {
        finding.hinting(format!(
            "of {} the product has {}",
            kind.as_str(),
            all.join(", ")
        ))
    });
}

/// Sets the model that a record names, in place of the type's older one.
pub(super) fn apply(work: &Work<'_>, account: &mut Account) {
    let Some((kind, model)) = asked(work) else {
        return;
    };
    account.fees.retain(|(known, _)| *known != kind);
    account.fees.push((kind, model.into()));
}

/// Decides `contract.fees`.
pub(super) fn fees(work: &mut Work<'_>, contract: &mut Contract) {
    let events = take(work, contract, Ask::Fees);
    if let Some(product) = product(work, &contract.product) {
        model(work, product);
    }
    let no = work.fields.text("account_ref").unwrap_or_default();
    let mut accounts = contract.accounts.iter();
    let Some(at) = accounts.position(|one| &*one.no == no || &*one.reference == no) else {
        work.find(Code::NotFound, "account_ref");
        return;
    };
    if contract.accounts[at].parent.is_none() {
        work.find(Code::NotACardAccount, "account_ref");
    }
    if work.is_bad() {
        return;
    }
    let before = contract.accounts[at].clone();
    apply(work, &mut contract.accounts[at]);
    let account = &contract.accounts[at];
    if before != *account {
        let told = self::told(account);
        tell(work, events, contract, &told);
    }
}

/// An account with the models of its fees.
pub(super) fn told(account: &Account) -> serde_json::Value {
    let mut told = json!({ "accountIdentifier": shape::account_id(account) });
    if !account.fees.is_empty() {
        let models = account.fees.iter();
        let models =
            models.map(|(kind, model)| json!({ "reference": &**model, "type": kind.as_str() }));
        told["selectedModels"] = models.collect();
    }
    told
}
