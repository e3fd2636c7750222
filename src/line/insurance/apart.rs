//! Money whose insurance nobody could tell: it came, or went, and is kept apart until somebody says whose it is.

use anyhow::{Context as _, Result};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::words::MoneyState;
use super::{MONEY, MONEY_OF};
use crate::code::Code;
use crate::line::stored::{self, currency, date};
use crate::line::told::money;
use crate::line::work::Work;
use crate::line::{Space, Store};
use crate::model::decision::{Movement, OrderValue};
use crate::model::{Currency, Decision, Fields, Finding, Object as Map};

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
    /// The money of the same payer, amount and currency that was kept apart before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alike: Option<Box<str>>,
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
    keep_money(work, kind, store)
}

fn keep_money(mut work: Work<'_>, kind: &str, store: &mut dyn Store) -> Result<Decision> {
    let text = |name| work.fields.text(name).map(Box::<str>::from);
    let currency = work.fields.text("currency").and_then(Currency::named);
    let currency = currency.expect("required: checked before");
    let amount = work.fields.decimal("amount");
    let amount = money(amount.expect("required: checked before"), currency);
    let value_date = work.fields.date("value_date");
    let (received, reversed) = if kind == "insurance.premium-reversed" {
        if let Some((id, apart)) = kept(&mut work, amount, currency, store)? {
            return went_back(work, &id, apart, store);
        }
        if work.is_bad() {
            return Ok(work.close());
        }
        (Decimal::ZERO, amount)
    } else {
        (amount, Decimal::ZERO)
    };
    let of = of(work.fields, received - reversed, currency);
    let alike = match &of {
        Some(of) => store.find_by(MONEY_OF, of)?,
        None => None,
    };
    let apart = Apart {
        state: MoneyState::Unmatched,
        amount: received - reversed,
        currency,
        value_date: value_date.expect("required: checked before"),
        payer_no: text("collection_payer_no"),
        bank_reference: text("bank_reference"),
        end_to_end_id: text("end_to_end_id"),
        alike: alike.as_deref().map(Box::from),
        insurance_no: None,
    };
    let id = work.context.record_name();
    let also: Vec<(Space, &str)> = of.iter().map(|of| (MONEY_OF, &**of)).collect();
    store.save(MONEY, &id, serde_json::to_string(&apart)?, &also)?;
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

/// The index entry of money by its payer, amount and currency; `None`: nobody knows its payer's number.
fn of(fields: &Fields, amount: Decimal, currency: Currency) -> Option<String> {
    let payer = fields.text("collection_payer_no")?.trim_start_matches('0');
    (!payer.is_empty()).then(|| format!("{payer}|{}|{currency}", amount.normalize()))
}

/// The money kept apart that this takes back: the one that is named, else the newest of exactly this from the same payer.
fn kept(
    work: &mut Work<'_>,
    amount: Decimal,
    currency: Currency,
    store: &mut dyn Store,
) -> Result<Option<(Box<str>, Apart)>> {
    if let Some(id) = work.fields.text("cash_reference") {
        let found = named(work, id, amount, currency, store)?;
        return Ok(found
            .filter(|_| !work.is_bad())
            .map(|apart| (id.into(), apart)));
    }
    let Some(of) = of(work.fields, amount, currency) else {
        return Ok(None);
    };
    let mut next: Option<Box<str>> = store.find_by(MONEY_OF, &of)?.map(|id| (&*id).into());
    // Money names what came before it, and so never itself again.
    while let Some(id) = next {
        let state = store.find(MONEY, &id)?;
        let mut apart = read(state.context("money that is referred to is not in the book")?)?;
        if apart.state == MoneyState::Unmatched {
            return Ok(Some((id, apart)));
        }
        next = apart.alike.take();
    }
    Ok(None)
}

/// Money that was kept apart went back as it had come: nobody need claim it any more.
fn went_back(
    mut work: Work<'_>,
    id: &str,
    mut apart: Apart,
    store: &mut dyn Store,
) -> Result<Decision> {
    let (amount, currency) = (apart.amount, apart.currency);
    apart.state = MoneyState::Reversed;
    store.save(MONEY, id, serde_json::to_string(&apart)?, &[])?;
    // It is known whose money it was: its own.
    work.decision.findings.clear();
    work.decision.entity = id.into();
    work.decision.state = MoneyState::Reversed.as_str().into();
    work.decision.currency = Some(currency);
    let reference = ("cash_reference", id.into());
    work.decision.references.push(reference);
    work.decision.money.push(Movement {
        currency,
        received: Decimal::ZERO,
        reversed: amount,
        allocated: Decimal::ZERO,
        unallocated: Decimal::ZERO,
        unmatched: -amount,
    });
    Ok(work.decision)
}

/// The money kept apart that a record names. Notes what speaks against it.
fn named(
    work: &mut Work<'_>,
    id: &str,
    amount: Decimal,
    currency: Currency,
    store: &mut dyn Store,
) -> Result<Option<Apart>> {
    let name = "cash_reference";
    let Some(state) = store.find(MONEY, id)? else {
        work.find(Code::NotFound, name);
        return Ok(None);
    };
    let apart = read(state)?;
    if apart.state != MoneyState::Unmatched {
        let finding = Finding::field(Code::NotAllowedInState, name);
        let state = apart.state.as_str();
        work.note(finding.hinting(format!("this money is kept apart no longer: it is {state}")));
    } else if (apart.amount, apart.currency) != (amount, currency) {
        let finding = Finding::field(Code::ConflictingFields, "amount");
        let said = format!("it is {} {}", apart.amount, apart.currency);
        work.note(finding.hinting(said));
    }
    Ok(Some(apart))
}

/// Whether a premium is paid by money that is kept apart, or taken back by what is below zero: then it is so no longer.
/// Notes what speaks against it.
pub(super) fn claimed(
    work: &mut Work<'_>,
    amount: Decimal,
    currency: Currency,
    store: &mut dyn Store,
) -> Result<bool> {
    let Some(id) = work.fields.text("cash_reference") else {
        return Ok(false);
    };
    let Some(mut apart) = named(work, id, amount, currency, store)? else {
        return Ok(false);
    };
    if !work.is_bad() {
        apart.state = MoneyState::Matched;
        apart.insurance_no = Some(work.key.into());
        store.save(MONEY, id, serde_json::to_string(&apart)?, &[])?;
    }
    Ok(true)
}

fn read(state: &str) -> Result<Apart> {
    stored::parse(state).context("the state of money does not read")
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
