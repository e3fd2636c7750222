//! The columns of `sluss export loan`, one row an entity: what `show` says that is no list.

use anyhow::{Result, bail};
use serde_json::Value as Json;

use super::kinds::person_fields;
use super::show::show;
use super::{APPLICATION, CASH, LOAN, NOTE, OFFER, PERSON, TYPE};
use crate::line::{Products, Space, Today};
use crate::model::Currency;
use crate::model::decision::OrderValue;

const CONTRACT: &[&str] = &[
    "contract_no",
    "state",
    "person_id",
    "loan_type",
    "country",
    "reference_no",
    "currency",
    "amount",
    "offer_id",
    "application_id",
    "repayment_method",
    "repayment_channel",
    "payer_no",
    "version",
    "disbursed",
    "principal_repaid",
    "outstanding",
    "open_receivables",
    "unallocated",
];

const CASH_COLUMNS: &[&str] = &[
    "cash_reference",
    "state",
    "contract_no",
    "amount",
    "currency",
    "value_date",
    "posting_date",
    "reference_no",
    "bank_reference",
    "end_to_end_id",
    "payee_account",
    "payer_name",
    "payer_account",
    "payer_iban",
    "payer_bic",
    "payment_channel",
    "comment",
    "unallocated",
    "unmatched",
];

const NOTE_COLUMNS: &[&str] = &[
    "credit_note_no",
    "state",
    "contract_no",
    "invoice_no",
    "receivable_no",
    "date",
    "amount",
    "currency",
];

/// The columns whose cells are money.
const MONEY: &[&str] = &[
    "amount",
    "disbursed",
    "principal_repaid",
    "outstanding",
    "open_receivables",
    "unallocated",
    "unmatched",
];

/// The columns of an entity's export.
///
/// # Errors
/// The space holds no entities.
pub(super) fn export_header(space: Space) -> Result<Vec<&'static str>> {
    Ok(match space {
        LOAN => CONTRACT.to_vec(),
        PERSON => ["person_id", "state"]
            .into_iter()
            .chain(person_fields())
            .chain(["death_date"])
            .collect(),
        APPLICATION => vec!["application_id", "state", "person_id", "offer_id"],
        OFFER => vec![
            "offer_id",
            "state",
            "application_id",
            "amount",
            "currency",
            "contract_no",
        ],
        CASH => CASH_COLUMNS.to_vec(),
        NOTE => NOTE_COLUMNS.to_vec(),
        TYPE => vec!["loan_type", "state"],
        _ => bail!("`{}` holds no entities of the loan line", space.0),
    })
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
    let currency = shown["currency"].as_str().and_then(Currency::named);
    let cell = |name: &'static str| match (&shown[name], currency) {
        (Json::String(text), Some(currency)) if MONEY.contains(&name) => match text.parse() {
            Ok(amount) => OrderValue::Amount(amount, currency),
            Err(_) => OrderValue::Text(text.as_str().into()),
        },
        (Json::String(text), _) => OrderValue::Text(text.as_str().into()),
        (Json::Null, _) => OrderValue::Text("".into()),
        (other, _) => OrderValue::Text(other.to_string().into()),
    };
    Ok(export_header(space)?.into_iter().map(cell).collect())
}
