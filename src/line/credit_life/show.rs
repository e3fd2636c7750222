//! What an operation is, under the public names: for replies, `show` and exports.

use std::borrow::Cow;

use anyhow::{Result, bail};
use serde_json::Value as Json;
use uuid::Uuid;

use super::OPERATION;
use super::entity::Operation;
use super::events::policy;
use super::lifecycle::{Ask, step};
use crate::line::work::{Kept as _, Work, parse};
use crate::line::{Space, Today};
use crate::model::Object as Map;
use crate::model::ids;

/// `policy.inquire`: the insurer's own answer.
pub(super) fn inquire(work: &mut Work<'_>, operation: &mut Operation) {
    work.step(operation, &step(operation.state, Ask::Inquire));
    let insurance = operation.insurance.as_ref();
    let key = |key: Option<&Box<str>>| key.map_or(Json::Null, |key| Json::from(&**key));
    let requester = ids::derived(&Uuid::NAMESPACE_OID, work.context.terms.owner.as_bytes());
    let mut answer = Map::with_capacity(17);
    answer.insert("insurance_premium_key", key(insurance.map(|one| &one.key)));
    answer.insert("status", Json::from(operation.state.as_str()));
    answer.insert("credit_operation_key", Json::from(work.key));
    answer.insert("disbursement_key", key(operation.disbursement_key.as_ref()));
    answer.insert("contract_number", Json::from(work.key));
    answer.insert("requester_key", Json::from(requester.to_string()));
    answer.extend(policy(operation));
    work.decision.reply = Some(answer.into());
}

/// What `show --json` prints of an operation: its key, its state, its fields under their canonical names (those that
/// are set), what became of it, and the instructions that its state takes.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn show(space: Space, key: &str, state: &str, today: &Today<'_>) -> Result<Json> {
    if space != OPERATION {
        bail!("`{}` holds no entities of the credit-life line", space.0);
    }
    let operation: Operation = parse(state)?;
    let mut map = Map::new();
    set(&mut map, "operation_key", key);
    set(&mut map, "state", operation.state.as_str());
    map.extend(agreed(&operation));
    map.extend(course(&operation));
    set(
        &mut map,
        "allowed",
        Json::from_iter(operation.allowed(today)),
    );
    Ok(map.into())
}

/// What was agreed: the fields of the creation under their own names, the state of the address apart.
fn agreed(operation: &Operation) -> Map {
    let mut map = Map::new();
    set(&mut map, "document_number", &*operation.document_number);
    set_some(&mut map, "birth_date", operation.birth_date);
    set(&mut map, "issue_amount", operation.issue_amount.to_string());
    let date = operation.disbursement_date.to_string();
    set(&mut map, "disbursement_date", date);
    let count = operation.number_of_installments;
    set(&mut map, "number_of_installments", count);
    set_some(&mut map, "first_due_date", operation.first_due_date);
    for (at, one) in operation.installments.iter().enumerate() {
        let name = |part: &str| format!("installment.{}.{part}", at + 1);
        set(&mut map, name("due_date"), one.due_date.to_string());
        set(&mut map, name("amount"), one.amount.to_string());
    }
    let rate = operation.monthly_interest_rate.to_string();
    set(&mut map, "monthly_interest_rate", rate);
    for (at, rebate) in operation.rebates.iter().enumerate() {
        let name = |part: &str| match at {
            0 => format!("rebate_{part}"),
            _ => format!("rebate.{}.{part}", at + 1),
        };
        set(&mut map, name("type"), rebate.kind.as_str());
        let description = rebate.description.as_ref();
        set_some(&mut map, name("description"), description);
        set_some(&mut map, name("amount"), rebate.amount);
    }
    for (name, value) in operation.borrower.iter() {
        map.insert(address_name(name).to_owned(), value.clone());
    }
    let purchaser = operation.purchaser_document_number.as_ref();
    set_some(&mut map, "purchaser_document_number", purchaser);
    map.extend(operation.account.clone());
    map
}

/// What a field of the borrower is called beside the operation's own: `state` is that of its lifecycle.
pub(super) fn address_name(name: &str) -> &str {
    match name {
        "state" => "address_state",
        name => name,
    }
}

/// What became of it: the insurance, how it ended, what goes back.
pub(super) fn course(operation: &Operation) -> Map {
    let mut map = Map::new();
    set_some(
        &mut map,
        "disbursement_key",
        operation.disbursement_key.as_ref(),
    );
    set_some(&mut map, "reversed_on", operation.reversed);
    let Some(insurance) = &operation.insurance else {
        return map;
    };
    set(&mut map, "insurance_premium_key", &*insurance.key);
    set(&mut map, "product", &*insurance.product);
    for (name, value) in policy(operation) {
        match value {
            Json::Null => {}
            // Amounts are texts here, as they are of any line.
            Json::Number(number) => map.insert(name, Json::from(number.to_string())),
            other => map.insert(name, other),
        }
    }
    let covers = insurance.covers.iter().map(|cover| {
        let mut map = Map::new();
        set(&mut map, "cover_type", cover.cover_type.as_str());
        set(&mut map, "cover_amount", operation.issue_amount.to_string());
        set(&mut map, "cover_prize_amount", cover.premium.to_string());
        Json::from(map)
    });
    set(&mut map, "covers", covers.collect::<Json>());
    if let Some(canceled) = &insurance.canceled {
        set(&mut map, "cancel_reason", canceled.reason.as_str());
        set(&mut map, "canceled_on", canceled.date.to_string());
        if let Some(refund) = &canceled.refund {
            let status = if refund.held { "held" } else { "ordered" };
            set(&mut map, "refund", &*refund.order);
            set(&mut map, "refund_amount", refund.amount.to_string());
            set(&mut map, "refund_status", status);
        }
    }
    map
}

fn set(map: &mut Map, name: impl Into<Cow<'static, str>>, value: impl Into<Json>) {
    map.insert(name, value.into());
}

fn set_some(map: &mut Map, name: impl Into<Cow<'static, str>>, value: Option<impl ToString>) {
    if let Some(value) = value {
        map.insert(name, Json::from(value.to_string()));
    }
}
