//! Additional properties: kept as they are named, or another word for what the insurance holds already.

use crate::model::Object as Map;
use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::INSURANCE;
use super::entity::Insurance;
use super::kinds::PROPERTIES;
use super::words::State;
use crate::code::Code;
use crate::line::Store;
use crate::line::told::json;
use crate::line::work::Work;
use crate::model::{Fields, Finding, Value};

/// An approval under either of its names.
pub(super) fn approval(fields: &Fields, field: &str, property: &str) -> bool {
    fields
        .flag(field)
        .or(fields.flag(property))
        .unwrap_or(false)
}

/// Takes a record's properties over; answers those that are new, `null` for emptied ones.
pub(super) fn apply(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<Map> {
    let mut changed = Map::new();
    let fields = work.fields;
    if !fields.iter().any(|(name, _)| name.starts_with("property.")) {
        return Ok(changed);
    }
    for (name, value) in PROPERTIES
        .iter()
        .filter_map(|spec| Some((spec.name, fields.get(spec.name)?)))
    {
        if let Value::Amount(_) = value {
            work.fits(name, insurance.currency);
        }
        match name {
            "property.DistributionChannel" => {
                let channel = fields.text(name).map(Into::into);
                if insurance.distribution_channel != channel {
                    changed.insert("distribution_channel", json(value, None));
                    insurance.distribution_channel = channel;
                }
                continue;
            }
            "property.FromInsurance" => {
                let known = match fields.text(name) {
                    Some(number) => store.find(INSURANCE, number)?.is_some(),
                    None => true,
                };
                if !known {
                    work.find(Code::NotFound, name);
                }
            }
            _ => {}
        }
        match stands_for(insurance, name, value) {
            Some(true) => {}
            Some(false) => work.decision.findings.push(owned_elsewhere(name)),
            None => keep(insurance, name, value, &mut changed),
        }
    }
    Ok(changed)
}

/// Of a property that only another instruction changes: whether it is told as it is. `None`: of any other.
fn stands_for(insurance: &Insurance, name: &str, value: &Value) -> Option<bool> {
    let pending = insurance.pending.as_ref();
    // What a registration says of approvals was taken over before.
    let new = insurance.state == State::None;
    let amount = |kept: Option<Decimal>| match value {
        Value::Amount(told) => *told == kept.unwrap_or(Decimal::ZERO),
        _ => kept.is_none(),
    };
    Some(match name {
        "property.ApprovedByBank" => new || *value == Value::Bool(insurance.approved_by_bank),
        "property.ApprovedByCustomer" => {
            new || *value == Value::Bool(insurance.approved_by_customer)
        }
        "property.PendingTopupAmount" => amount(pending.map(|p| p.amount)),
        "property.PendingAnnualPremium" => amount(pending.and_then(|p| p.annual_premium)),
        // One that the bank has approved is applied, and pending no longer.
        "property.TopupApprovedByBank" => matches!(value, Value::Bool(false) | Value::Clear),
        "property.PendingTopupCreationDate" => match value {
            Value::Date(told) => pending.is_some_and(|p| p.created == *told),
            _ => pending.is_none(),
        },
        _ => return None,
    })
}

fn owned_elsewhere(name: &'static str) -> Finding {
    let instruction = match name {
        "property.ApprovedByBank" | "property.ApprovedByCustomer" => "insurance.approve",
        "property.TopupApprovedByBank" => "insurance.approve-top-up",
        _ => "insurance.top-up",
    };
    Finding::field(Code::ConflictingFields, name)
        .saying("the book has another value, and this instruction does not change it")
        .hinting(format!("leave it out, and send {instruction}"))
}

fn keep(insurance: &mut Insurance, name: &str, value: &Value, changed: &mut Map) {
    let new = json(value, Some(insurance.currency));
    let old = insurance.properties.get(name).unwrap_or(&Json::Null);
    if *old == new {
        return;
    }
    if new.is_null() {
        insurance.properties.remove(name);
    } else {
        insurance.properties.insert(name.to_owned(), new.clone());
    }
    changed.insert(name.to_owned(), new);
}
