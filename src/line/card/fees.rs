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

/// The fields of a fee: its model and its type.
const FEES: [(&str, &str); 2] = [("fee_model", "fee_type"), ("fee_model2", "fee_type2")];

/// The fees that a record speaks of: the field of the model, the type, the model.
fn asked<'a>(work: &Work<'a>) -> impl Iterator<Item = (&'static str, FeeType, &'a str)> + use<'a> {
    let fields = work.fields;
    FEES.into_iter().filter_map(|(name, kind)| {
        let kind = fields.text(kind).and_then(FeeType::named)?;
        Some((name, kind, fields.text(name)?))
    })
}

/// Notes models that the product does not have for their type of fee.
pub(super) fn models(work: &mut Work<'_>, product: &Product) {
    for (name, kind, model) in asked(work) {
        self::model(work, product, name, kind, model);
    }
}

fn model(work: &mut Work<'_>, product: &Product, name: &'static str, kind: FeeType, model: &str) {
    let known = |(code, of): &&(String, FeeType)| *of == kind && code == model;
    if product.fee_models.iter().any(|entry| known(&entry)) {
        return;
    }
    let models = product.fee_models.iter().filter(|(_, of)| *of == kind);
    let all: Vec<&str> = models.map(|(code, _)| code.as_str()).collect();
    let finding = Finding::field(Code::FeeModelNotAllowed, name);
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

/// Sets the models that a record names, each in place of its type's older one.
pub(super) fn apply(work: &Work<'_>, account: &mut Account) {
    for (_, kind, model) in asked(work) {
        account.fees.retain(|(known, _)| *known != kind);
        account.fees.push((kind, model.into()));
    }
}

/// Decides `contract.fees`.
pub(super) fn fees(work: &mut Work<'_>, contract: &mut Contract) {
    let events = take(work, contract, Ask::Fees);
    if let Some(product) = product(work, &contract.product) {
        models(work, product);
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
