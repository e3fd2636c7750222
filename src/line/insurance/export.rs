//! The columns of `sluss export insurance`, one row an entity.

use anyhow::{Result, bail};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::customer::{self, Customer};
use super::entity::Insurance;
use super::kinds::{COLLECTION, PAYOUT, PROPERTIES};
use super::show::terms_of;
use super::{CUSTOMER, INSURANCE, MONEY, apart};
use crate::line::Space;
use crate::line::work::parse;
use crate::model::decision::OrderValue;

/// What a registration says, by column.
const AGREED: &[&str] = &[
    "product",
    "loan_ref",
    "currency",
    "insured_amount",
    "annual_premium",
    "start_date",
    "end_date",
    "owner_customer_no",
    "insured_customer_no",
    "insured2_customer_no",
    "approved_by_bank",
    "approved_by_customer",
    "distribution_channel",
];

/// What became of it, by column.
const COURSE: &[&str] = &[
    "beneficiaries",
    "payers",
    "scheduled_activation_date",
    "active_from",
    "scheduled_cancellation_date",
    "cancelled_on",
    "reason",
    "premium_paid",
    "premium_refunded",
    "refund_held",
    "mandate_state",
];

fn agreed() -> impl Iterator<Item = &'static str> {
    let method = |name| std::iter::once(name);
    let specs = |specs: &'static [crate::model::FieldSpec]| specs.iter().map(|spec| spec.name);
    AGREED
        .iter()
        .copied()
        .chain(specs(PROPERTIES).filter(|name| !DERIVED.contains(name)))
        .chain(method("collection_method"))
        .chain(specs(COLLECTION))
        .chain(method("payout_method"))
        .chain(specs(PAYOUT))
}

/// Properties that another column stands for, or that are never kept.
const DERIVED: &[&str] = &[
    "property.ApprovedByBank",
    "property.ApprovedByCustomer",
    "property.DistributionChannel",
    "property.TopupApprovedByBank",
];

/// The columns of an entity's export.
///
/// # Errors
/// The space holds no entities.
pub(super) fn export_header(space: Space) -> Result<Vec<&'static str>> {
    if space == CUSTOMER {
        let names = ["customer_no", "state"].into_iter();
        return Ok(names.chain(customer::field_names()).collect());
    }
    if space == INSURANCE {
        let names = ["insurance_no", "state"].into_iter();
        return Ok(names
            .chain(agreed())
            .chain(COURSE.iter().copied())
            .collect());
    }
    if space == MONEY {
        return Ok(apart::COLUMNS.to_vec());
    }
    bail!("`{}` holds no entities of the insurance line", space.0)
}

/// One entity's row, in the order of the header; blank where nothing is set.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    if space == CUSTOMER {
        let customer = Customer::parse(state)?;
        let mut row = vec![text(key), text(customer::EXISTS)];
        row.extend(customer::field_names().map(|name| cell(customer.0.get(name))));
        return Ok(row);
    }
    if space == MONEY {
        return apart::row(key, state);
    }
    if space != INSURANCE {
        bail!("`{}` holds no entities of the insurance line", space.0);
    }
    let insurance: Insurance = parse(state)?;
    let said = terms_of(&insurance);
    let mut row = vec![text(key), text(insurance.state.as_str())];
    row.extend(agreed().map(|name| match name {
        "insured_amount" => OrderValue::Amount(insurance.insured_amount, insurance.currency),
        "annual_premium" => OrderValue::Amount(insurance.annual_premium, insurance.currency),
        _ => cell(said.get(name)),
    }));
    row.extend(course(&insurance));
    Ok(row)
}

fn text(text: &str) -> OrderValue {
    OrderValue::Text(text.into())
}

fn cell(value: Option<&Json>) -> OrderValue {
    match value {
        None | Some(Json::Null) => text(""),
        Some(Json::String(said)) => text(said),
        Some(other) => text(&other.to_string()),
    }
}

/// In the order of [`COURSE`].
fn course(insurance: &Insurance) -> Vec<OrderValue> {
    let beneficiary = |one: &super::entity::Beneficiary| match one.share {
        Some(share) => format!("{}={share}", one.customer_no),
        None => one.customer_no.to_string(),
    };
    let beneficiaries: Vec<String> = insurance.beneficiaries.iter().map(beneficiary).collect();
    let day =
        |day: Option<chrono::NaiveDate>| text(&day.map(|day| day.to_string()).unwrap_or_default());
    let scheduled = insurance.cancellation.as_ref();
    let cancelled = insurance.cancelled.as_ref();
    let reason = cancelled.map(|c| c.reason).or(scheduled.map(|c| c.reason));
    let sum = |amount: fn(&super::entity::Paid) -> Decimal| {
        let sum: Decimal = insurance.paid.iter().map(amount).sum();
        OrderValue::Amount(sum, insurance.currency)
    };
    vec![
        text(&beneficiaries.join(";")),
        text(&insurance.payers.join(";")),
        day(insurance.activation),
        day(insurance.active_from),
        day(scheduled.map(|c| c.date)),
        day(cancelled.map(|c| c.date)),
        text(reason.map_or("", super::words::Reason::as_str)),
        sum(|paid| paid.amount),
        sum(|paid| paid.refunded),
        sum(|paid| paid.held),
        text(
            insurance
                .mandate
                .as_ref()
                .map_or("", |mandate| mandate.state.as_str()),
        ),
    ]
}
