//! The columns of `sluss export credit-life`, one row an operation.

use anyhow::{Result, bail};
use serde_json::Value as Json;

use super::entity::Operation;
use super::kinds::{ACCOUNT, BORROWER};
use super::show::{address_name, course};
use super::{OPERATION, reais};
use crate::line::Space;
use crate::line::work::parse;
use crate::model::decision::OrderValue;

/// What a creation says, by column.
const AGREED: &[&str] = &[
    "document_number",
    "birth_date",
    "issue_amount",
    "disbursement_date",
    "number_of_installments",
    "installments",
    "monthly_interest_rate",
    "rebates",
];

/// What became of it, by column.
const COURSE: &[&str] = &[
    "disbursement_key",
    "reversed_on",
    "insurance_premium_key",
    "product",
    "insurance_policy_document_key",
    "term_start_date",
    "term_end_date",
    "policy_number",
    "prize_number",
    "insurance_premium_net_amount",
    "iof_amount",
    "insurance_amount",
    "cancel_reason",
    "canceled_on",
    "refund",
    "refund_amount",
    "refund_status",
];

/// Columns of [`COURSE`] that are money.
const AMOUNTS: &[&str] = &[
    "insurance_premium_net_amount",
    "iof_amount",
    "insurance_amount",
    "refund_amount",
];

/// The columns of an entity's export.
///
/// # Errors
/// The space holds no entities.
pub(super) fn export_header(space: Space) -> Result<Vec<&'static str>> {
    of_line(space)?;
    let borrower = BORROWER.iter().map(|spec| address_name(spec.name));
    let keys = ["operation_key", "state"].into_iter();
    Ok(keys
        .chain(AGREED.iter().copied())
        .chain(borrower)
        .chain(["purchaser_document_number"])
        .chain(ACCOUNT.iter().map(|spec| spec.name))
        .chain(COURSE.iter().copied())
        .collect())
}

/// One entity's row, in the order of the header; blank where nothing is set.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    of_line(space)?;
    let operation: Operation = parse(state)?;
    let mut row = vec![text(key), text(operation.state.as_str())];
    row.extend(agreed(&operation));
    row.extend(
        BORROWER
            .iter()
            .map(|spec| cell(operation.borrower.get(spec.name))),
    );
    row.push(text(
        operation
            .purchaser_document_number
            .as_deref()
            .unwrap_or_default(),
    ));
    row.extend(
        ACCOUNT
            .iter()
            .map(|spec| cell(operation.account.get(spec.name))),
    );
    let course = course(&operation);
    row.extend(COURSE.iter().map(|name| {
        let said = course.get(name);
        let amount = said
            .and_then(Json::as_str)
            .filter(|_| AMOUNTS.contains(name));
        match amount.map(str::parse) {
            Some(Ok(amount)) => OrderValue::Amount(amount, reais()),
            Some(Err(_)) | None => cell(said),
        }
    }));
    Ok(row)
}

fn of_line(space: Space) -> Result<()> {
    if space != OPERATION {
        bail!("`{}` holds no entities of the credit-life line", space.0);
    }
    Ok(())
}

/// In the order of [`AGREED`].
fn agreed(operation: &Operation) -> Vec<OrderValue> {
    let birth_date = operation.birth_date.map(|day| day.to_string());
    let mut amounts = operation.installments.iter().map(|one| one.amount);
    let dates = operation.due_dates().into_iter();
    let installments: Vec<String> = dates
        .map(|due| match amounts.next() {
            Some(amount) => format!("{due}={amount}"),
            None => due.to_string(),
        })
        .collect();
    let rebates: Vec<String> = operation
        .rebates
        .iter()
        .map(|rebate| {
            let amount = rebate.amount.map(|amount| amount.to_string());
            let description = rebate.description.as_deref().map(str::to_owned);
            let parts = [Some(rebate.kind.as_str().to_owned()), description, amount];
            parts.into_iter().flatten().collect::<Vec<_>>().join("=")
        })
        .collect();
    vec![
        text(&operation.document_number),
        text(&birth_date.unwrap_or_default()),
        OrderValue::Amount(operation.issue_amount, reais()),
        text(&operation.disbursement_date.to_string()),
        text(&operation.number_of_installments.to_string()),
        text(&installments.join(";")),
        text(&operation.monthly_interest_rate.to_string()),
        text(&rebates.join(";")),
    ]
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
