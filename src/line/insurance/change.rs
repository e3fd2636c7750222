//! What changes about an insurance while it stands: approvals, particulars, collection, payout, being put in force.

use crate::model::Object as Map;
use anyhow::Result;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::Insurance;
use super::kinds::{COLLECTION, PAYOUT};
use super::lifecycle::{Approvals, Ask, Told, When};
use super::words::{Approver, Method, State};
use super::work::{take, tell};
use super::{INSURANCE, mandate, numbers, properties, refund};
use crate::code::Code;
use crate::line::Store;
use crate::line::told::{json, money};
use crate::line::work::Work;
use crate::model::{FieldSpec, Fields, Finding, Value};

/// `insurance.approve`.
pub(super) fn approve(work: &mut Work<'_>, insurance: &mut Insurance) {
    let by = work.fields.text("approved_by").and_then(Approver::named);
    let mut changed = Map::new();
    if by != Some(Approver::Customer) && !insurance.approved_by_bank {
        insurance.approved_by_bank = true;
        changed.insert("approved_by_bank", Json::from(true));
    }
    if by != Some(Approver::Bank) && !insurance.approved_by_customer {
        insurance.approved_by_customer = true;
        changed.insert("approved_by_customer", Json::from(true));
    }
    let approvals = if insurance.approved_by_bank && insurance.approved_by_customer {
        Approvals::Both
    } else {
        Approvals::Missing
    };
    let events = take(work, insurance, Ask::Approve(approvals));
    tell_if(work, events, insurance.state, &changed);
}

/// Tells what happened where anything changed at all.
pub(super) fn tell_if(
    work: &mut Work<'_>,
    events: Option<&[super::events::EventKind]>,
    state: State,
    changed: &Map,
) {
    if !changed.is_empty() {
        tell(work, events, state, changed);
    }
}

/// `insurance.activate`: on the later of the day asked for and the start date.
pub(super) fn activate(work: &mut Work<'_>, insurance: &mut Insurance) {
    let asked = work.effective_date.unwrap_or(work.today());
    let date = asked.max(insurance.start_date);
    let when = if date > work.today() {
        When::Later
    } else {
        When::Now
    };
    let before = insurance.state;
    let events = take(work, insurance, Ask::Activate(when));
    if matches!(before, State::Registered | State::Approved) {
        ready(work, insurance);
    }
    if when == When::Later {
        insurance.activation = Some(date);
        work.decision.message = format!("takes effect on {date}").into();
    } else {
        in_force(work, insurance, events, date);
    }
}

/// Notes what an insurance lacks before it can be in force.
pub(super) fn ready(work: &mut Work<'_>, insurance: &Insurance) {
    for (code, field) in lacks(insurance) {
        work.find(code, field);
    }
}

/// What an insurance lacks before it can be in force, with the field that would say it.
pub(super) fn lacks(insurance: &Insurance) -> Vec<(Code, &'static str)> {
    let mut lacks = Vec::new();
    if matches!(insurance.method(), None | Some(Method::MovedOut)) {
        lacks.push((Code::CollectionMissing, "collection_method"));
    }
    let shares = insurance.shares();
    if shares.is_some_and(|sum| sum != Decimal::ONE_HUNDRED) {
        lacks.push((Code::SharesNot100, "share"));
    }
    lacks
}

/// Puts it in force for a day that has come.
pub(super) fn in_force(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    events: Option<&[super::events::EventKind]>,
    date: NaiveDate,
) {
    insurance.activation = None;
    insurance.active_from = Some(date);
    let changed = [("effective_date".to_owned(), Json::from(date.to_string()))];
    tell(
        work,
        events,
        insurance.state,
        &changed.into_iter().collect(),
    );
}

/// `insurance.update`.
pub(super) fn update(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    let events = take(work, insurance, Ask::Update);
    let fields = work.fields;
    let mut changed = Map::new();
    if let Some(loan_ref) = fields
        .text("loan_ref")
        .filter(|new| **new != *insurance.loan_ref)
    {
        insurance.loan_ref = loan_ref.into();
        changed.insert("loan_ref", Json::from(loan_ref));
    }
    work.fits("annual_premium", insurance.currency);
    let premium = fields
        .decimal("annual_premium")
        .filter(|new| *new != insurance.annual_premium);
    if let Some(premium) = premium {
        insurance.annual_premium = money(premium, insurance.currency);
        let text = insurance.annual_premium.to_string();
        changed.insert("annual_premium", Json::from(text));
    }
    if let Some(value) = fields.get("end_date") {
        let end = fields.date("end_date");
        if end.is_some_and(|end| end <= insurance.start_date) {
            work.find(Code::DateOrder, "end_date");
        }
        if end != insurance.end_date {
            insurance.end_on(end, work.today());
            changed.insert("end_date", json(value, None));
        }
    }
    changed.extend(properties::apply(work, insurance, store)?);
    tell_if(work, events, insurance.state, &changed);
    Ok(())
}

/// `insurance.premium-collection`: the method and all it carries are replaced; how often and on which day stay as they
/// are where the record does not say.
pub(super) fn premium_collection(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    if let Some(status) = mandate::status(work.fields) {
        mandate::advice(work, insurance, status);
        return Ok(());
    }
    let events = take(work, insurance, Ask::PremiumCollection(Told::Asked));
    let mut new = collection_of(work.fields, work.today());
    for name in ["collection_interval", "collection_day"] {
        if let Some(kept) = insurance
            .collection
            .get(name)
            .filter(|_| !new.contains_key(name))
        {
            new.insert(name.to_owned(), kept.clone());
        }
    }
    let changed = difference(&insurance.collection, &new);
    mandate::follow(insurance, &changed);
    super::collect::release(insurance);
    insurance.collection = new;
    collection_stands(work, insurance, store)?;
    tell_if(work, events, insurance.state, &changed);
    Ok(())
}

/// Notes what only the day and the book can tell of a collection: a payer who is not born yet, a paying insurance that
/// is not there, or is this one.
pub(super) fn collection_stands(
    work: &mut Work<'_>,
    insurance: &Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    let name = "collection_payer_identity_no";
    let payer = work
        .fields
        .text(name)
        .filter(|_| work.fields.has("collection_method"));
    if let Some(Err(code)) = payer.map(|number| numbers::payer(number, Some(work.today()))) {
        work.find(code, name);
    }
    let name = "collection_insurance_no";
    let Some(payer) = insurance.collection.get(name).and_then(Json::as_str) else {
        return Ok(());
    };
    if payer == work.key {
        let finding = Finding::field(Code::ConflictingFields, name)
            .saying("an insurance cannot pay for itself");
        work.decision.findings.push(finding);
    } else if store.find(INSURANCE, payer)?.is_none() {
        work.find(Code::NotFound, name);
    }
    Ok(())
}

/// `insurance.payout`: and what waits for it is paid.
pub(super) fn payout(work: &mut Work<'_>, insurance: &mut Insurance) {
    let events = take(work, insurance, Ask::Payout);
    let new = payout_of(work.fields);
    let mut changed = difference(&insurance.payout, &new);
    insurance.payout = new;
    if let Some(order) = refund::release(work, insurance) {
        changed.insert("refund", Json::from(&*order));
    }
    tell_if(work, events, insurance.state, &changed);
}

/// The collection that a record describes; empty where it names no method.
pub(super) fn collection_of(fields: &Fields, today: NaiveDate) -> Map {
    let mut map = described(fields, "collection_method", COLLECTION);
    let name = "collection_payer_identity_no";
    if let Some(Ok(number)) = fields
        .text(name)
        .map(|text| numbers::payer(text, Some(today)))
        && let Some(kept) = map.get_mut(name)
    {
        *kept = Json::from(number.normalised);
    }
    map
}

/// The payout that a record describes; empty where it names no method.
pub(super) fn payout_of(fields: &Fields) -> Map {
    described(fields, "payout_method", PAYOUT)
}

fn described(fields: &Fields, method: &str, carried: &[FieldSpec]) -> Map {
    if !fields.has(method) {
        return Map::new();
    }
    let names = std::iter::once(method).chain(carried.iter().map(|spec| spec.name));
    let given = names.filter_map(|name| Some((name, fields.get(name)?)));
    given
        .filter(|(_, value)| **value != Value::Clear)
        .map(|(name, value)| (name.to_owned(), json(value, None)))
        .collect()
}

/// What is new, and `null` for what is gone.
pub(super) fn difference(old: &Map, new: &Map) -> Map {
    let set = new
        .iter()
        .filter(|(name, value)| old.get(name) != Some(value))
        .map(|(name, value)| (name.clone(), value.clone()));
    let gone = old
        .keys()
        .filter(|name| !new.contains_key(name))
        .map(|name| (name.clone(), Json::Null));
    set.chain(gone).collect()
}
