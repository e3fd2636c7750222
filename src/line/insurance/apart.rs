//! Money whose insurance nobody could tell: it came, or went, and is kept apart until somebody says whose it is.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::MONEY;
use super::words::MoneyState;
use crate::code::Code;
use crate::line::Store;
use crate::line::stored::{currency, date};
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::decision::{Movement, OrderValue};
use crate::model::{Currency, Decision, Finding, Object as Map};

/// Money that is, or was, kept apart.
#[derive(Debug, Serialize, Deserialize)]
struct Apart {
    state: MoneyState,
    /// Less than zero where a bank took it back.
    amount: Decimal,
    #[serde(with = "currency")]
    currency: Currency,
    #[serde(with = "date")]
    value_date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payer_no: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bank_reference: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<Box<str>>,
    /// The insurance that it paid after all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    insurance_no: Option<Box<str>>,
}

/// Columns of an export.
pub(super) const COLUMNS: &[&str] = &[
    "cash_reference",
    "state",
    "amount",
    "currency",
    "value_date",
    "collection_payer_no",
    "bank_reference",
    "end_to_end_id",
    "insurance_no",
];

/// Whether a record of this kind tells of money.
pub(super) fn is_money(kind: &str) -> bool {
    matches!(
        kind,
        "insurance.premium-paid" | "insurance.premium-reversed"
    )
}

/// Answers a record that belongs to no insurance, or not to one alone, and keeps the money that it tells of.
pub(super) fn keep(mut work: Work<'_>, kind: &str, store: &mut dyn Store) -> Result<Decision> {
    if !work
        .decision
        .findings
        .iter()
        .any(|finding| finding.code == Code::Unmatched)
    {
        work.note(Finding::new(Code::Unmatched));
    }
    if !is_money(kind) {
        for finding in &mut work.decision.findings {
            if finding.code == Code::Unmatched {
                finding.message = "what the bank tells matches nothing in the book".into();
            }
        }
    }
    if work.is_bad() {
        return Ok(work.close());
    }
    work.decision.state = MoneyState::Unmatched.as_str().into();
    if !is_money(kind) {
        return Ok(work.decision);
    }
    let text = |name| work.fields.text(name).map(Box::<str>::from);
    let currency = work.fields.text("currency").and_then(Currency::named);
    let currency = currency.expect("required: checked before");
    let amount = work.fields.decimal("amount");
    let amount = money(amount.expect("required: checked before"), currency);
    let value_date = work.fields.date("value_date");
    let (received, reversed) = if kind == "insurance.premium-reversed" {
        (Decimal::ZERO, amount)
    } else {
        (amount, Decimal::ZERO)
    };
    let apart = Apart {
        state: MoneyState::Unmatched,
        amount: received - reversed,
        currency,
        value_date: value_date.expect("required: checked before"),
        payer_no: text("collection_payer_no"),
        bank_reference: text("bank_reference"),
        end_to_end_id: text("end_to_end_id"),
        insurance_no: None,
    };
    let id = work.context.record_name();
    store.save(MONEY, &id, serde_json::to_string(&apart)?, &[])?;
    work.decision.entity = (&*id).into();
    work.decision.currency = Some(currency);
    let reference = ("cash_reference", (&*id).into());
    work.decision.references.push(reference);
    work.decision.money.push(Movement {
        currency,
        received,
        reversed,
        allocated: Decimal::ZERO,
        unallocated: Decimal::ZERO,
        unmatched: received - reversed,
    });
    Ok(work.decision)
}

/// Whether a premium is paid by money that is kept apart: then it is so no longer. Notes what speaks against it.
pub(super) fn claimed(
    work: &mut Work<'_>,
    amount: Decimal,
    currency: Currency,
    store: &mut dyn Store,
) -> Result<bool> {
    let name = "cash_reference";
    let Some(id) = work.fields.text(name) else {
        return Ok(false);
    };
    let Some(state) = store.find(MONEY, id)? else {
        work.find(Code::NotFound, name);
        return Ok(false);
    };
    let mut apart = read(&state)?;
    if apart.state != MoneyState::Unmatched {
        let finding = Finding::field(Code::NotAllowedInState, name);
        work.note(finding.hinting("this money paid an insurance already"));
    } else if (apart.amount, apart.currency) != (amount, currency) {
        let finding = Finding::field(Code::ConflictingFields, "amount");
        let said = format!("it is {} {}", apart.amount, apart.currency);
        work.note(finding.hinting(said));
    }
    if !work.is_bad() {
        apart.state = MoneyState::Matched;
        apart.insurance_no = Some(work.key.into());
        store.save(MONEY, id, serde_json::to_string(&apart)?, &[])?;
    }
    Ok(true)
}

fn read(state: &str) -> Result<Apart> {
    serde_json::from_str(state).context("the state of money does not read")
}

/// See [`super::show::show`].
pub(super) fn show(key: &str, state: &str) -> Result<Map> {
    let cells = row(key, state)?;
    let cells = COLUMNS.iter().zip(cells).filter_map(|(name, cell)| {
        let text = match cell {
            OrderValue::Text(text) => text.into_string(),
            OrderValue::Amount(amount, _) => amount.to_string(),
        };
        (!text.is_empty()).then(|| ((*name).to_owned(), Json::from(text)))
    });
    Ok(cells.collect())
}

/// A row of an export, in the order of its columns.
pub(super) fn row(key: &str, state: &str) -> Result<Vec<OrderValue>> {
    let apart = read(state)?;
    let text = |text: &str| OrderValue::Text(text.into());
    let given = |given: &Option<Box<str>>| text(given.as_deref().unwrap_or_default());
    Ok(vec![
        text(key),
        text(apart.state.as_str()),
        OrderValue::Amount(apart.amount, apart.currency),
        text(apart.currency.as_str()),
        text(&apart.value_date.to_string()),
        given(&apart.payer_no),
        given(&apart.bank_reference),
        given(&apart.end_to_end_id),
        given(&apart.insurance_no),
    ])
}
