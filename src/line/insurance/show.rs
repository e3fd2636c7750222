//! What a customer or an insurance is, under the public names: for replies, `show`, events and exports.

use crate::model::Object as Map;
use anyhow::{Result, bail};
use serde_json::Value as Json;

use super::cancel::undoing;
use super::change::lacks;
use super::customer::{Customer, EXISTS};
use super::entity::Insurance;
use super::kinds::PROPERTIES;
use super::lifecycle::{ASKS, Approvals, Ask, Cancel, Told, TopUp, Waiting, step};
use super::{CUSTOMER, INSURANCE, MONEY, apart, top_up};
use crate::lifecycle::Outcome;
use crate::line::work::parse;
use crate::line::{Space, Today};
use crate::model::json::Members;

/// What `show --json` prints of an entity and an inquiry is answered with: its key, its state, its fields under their
/// canonical names (those that are set), and the instructions that its state takes.
///
/// # Errors
/// The state was not written by this line.
pub(super) fn show(space: Space, key: &str, state: &str, today: &Today<'_>) -> Result<Json> {
    let mut map = Map::new();
    if space == CUSTOMER {
        let customer = Customer::parse(state)?;
        map.insert("customer_no", Json::from(key));
        map.insert("state", Json::from(EXISTS));
        map.extend(customer.0);
        let allowed = ["customer.update", "customer.inquire"];
        map.insert("allowed", Json::from_iter(allowed));
    } else if space == INSURANCE {
        let insurance: Insurance = parse(state)?;
        map.insert("insurance_no", Json::from(key));
        map.insert("state", Json::from(insurance.state.as_str()));
        map.extend(terms_of(&insurance));
        map.extend(course(&insurance));
        map.insert("allowed", Json::from_iter(allowed(&insurance, today)));
    } else if space == MONEY {
        map.extend(apart::show(key, state)?);
    } else {
        bail!("`{}` holds no entities of the insurance line", space.0);
    }
    Ok(map.into())
}

fn set(map: &mut Map, name: &'static str, value: impl Into<Json>) {
    map.insert(name, value.into());
}

/// What was agreed: the fields of a registration under their own names, as they are now.
pub(super) fn particulars(told: &mut Members, insurance: &Insurance) {
    told.text("product", &insurance.product);
    told.text("loan_ref", &insurance.loan_ref);
    told.word("currency", insurance.currency.as_str());
    told.decimal("insured_amount", insurance.insured_amount);
    told.decimal("annual_premium", insurance.annual_premium);
    told.day("start_date", insurance.start_date);
    if let Some(end) = insurance.end_date {
        told.day("end_date", end);
    }
    told.text("owner_customer_no", &insurance.owner);
    let names = ["insured_customer_no", "insured2_customer_no"];
    for (name, number) in names.into_iter().zip(&insurance.insured) {
        told.text(name, number);
    }
    told.flag("approved_by_bank", insurance.approved_by_bank);
    told.flag("approved_by_customer", insurance.approved_by_customer);
    if let Some(channel) = &insurance.distribution_channel {
        told.text("distribution_channel", channel);
    }
    let pending = insurance.pending.as_ref().map(top_up::told);
    if pending.is_some() || !insurance.properties.is_empty() {
        let pending = pending.unwrap_or_default();
        for name in PROPERTIES.iter().map(|spec| spec.name) {
            if let Some(value) = insurance.properties.get(name).or(pending.get(name)) {
                told.value(name, value);
            }
        }
    }
    for (name, value) in insurance.collection.iter().chain(insurance.payout.iter()) {
        told.value(name, value);
    }
}

/// The same as an object.
pub(super) fn terms_of(insurance: &Insurance) -> Map {
    let mut told = Members::with_capacity(512);
    particulars(&mut told, insurance);
    serde_json::from_str(&told.finish().text()).expect("it was just written")
}

/// What became of it: parties besides owner and insured, what is scheduled, how it ended, what was paid.
fn course(insurance: &Insurance) -> Map {
    let mut map = Map::new();
    let beneficiary = |one: &super::entity::Beneficiary| {
        let mut party = Map::new();
        set(&mut party, "customer_no", &*one.customer_no);
        if let Some(share) = one.share {
            set(&mut party, "share", share.to_string());
        }
        Json::from(party)
    };
    if !insurance.beneficiaries.is_empty() {
        let all = insurance.beneficiaries.iter().map(beneficiary);
        set(&mut map, "beneficiaries", all.collect::<Json>());
    }
    if !insurance.payers.is_empty() {
        let all = insurance.payers.iter().map(|one| &**one);
        set(&mut map, "payers", all.collect::<Json>());
    }
    if let Some(day) = insurance.activation {
        set(&mut map, "scheduled_activation_date", day.to_string());
    }
    if let Some(day) = insurance.active_from {
        set(&mut map, "active_from", day.to_string());
    }
    if let Some(cancellation) = &insurance.cancellation {
        set(
            &mut map,
            "scheduled_cancellation_date",
            cancellation.date.to_string(),
        );
        set(&mut map, "reason", cancellation.reason.as_str());
    }
    if let Some(cancelled) = &insurance.cancelled {
        set(&mut map, "cancelled_from", cancelled.from.as_str());
        set(&mut map, "cancelled_on", cancelled.date.to_string());
        set(&mut map, "reason", cancelled.reason.as_str());
        if let Some(refund) = &cancelled.refund {
            set(&mut map, "refund", &*refund.order);
            set(&mut map, "refund_amount", refund.amount.to_string());
            let status = if refund.held { "held" } else { "ordered" };
            set(&mut map, "refund_status", status);
        }
    }
    mandate(&mut map, insurance);
    if !insurance.paid.is_empty() {
        let all = insurance.paid.iter().map(|paid| {
            let mut period = Map::new();
            set(&mut period, "period_start", paid.start.to_string());
            set(&mut period, "period_end", paid.end.to_string());
            set(&mut period, "amount", paid.amount.to_string());
            if !paid.refunded.is_zero() {
                set(&mut period, "refunded", paid.refunded.to_string());
            }
            Json::from(period)
        });
        set(&mut map, "premiums_paid", all.collect::<Json>());
    }
    map.extend(collections(insurance));
    map
}

/// What a bank was asked to collect.
fn collections(insurance: &Insurance) -> Map {
    let all = insurance.ordered.iter().map(|one| {
        let mut collection = Map::new();
        set(&mut collection, "period_start", one.start.to_string());
        set(&mut collection, "amount", one.order.amount.to_string());
        set(&mut collection, "date", one.order.day.to_string());
        let status = match (&one.order.held, one.failed) {
            (Some(_), _) => "held",
            (None, true) => "failed",
            (None, false) => "ordered",
        };
        set(&mut collection, "status", status);
        if let Some(code) = &one.order.held {
            set(&mut collection, "reason_code", &**code);
        }
        Json::from(collection)
    });
    let mut map = Map::new();
    if !insurance.ordered.is_empty() {
        set(&mut map, "collections", all.collect::<Json>());
    }
    map
}

/// How the mandate stands by which a bank collects.
fn mandate(map: &mut Map, insurance: &Insurance) {
    let Some(mandate) = &insurance.mandate else {
        return;
    };
    set(map, "mandate_state", mandate.state.as_str());
    set(map, "mandate_since", mandate.since.to_string());
    if let Some(code) = &mandate.code {
        set(map, "mandate_code", &**code);
    }
}

/// The instructions that an insurance takes as it stands on a day, in the order of the manual.
pub(super) fn allowed(insurance: &Insurance, today: &Today<'_>) -> Vec<&'static str> {
    let takes = |ask: Ask| !matches!(step(insurance.state, ask), Outcome::Refuse(_));
    let asks = ASKS.iter().filter(|(_, cases)| {
        let case = cases.iter().map(|(ask, _)| *ask);
        case.filter(|ask| applies(insurance, *ask, today))
            .any(takes)
    });
    // What time does is nobody's to ask for.
    asks.map(|(word, _)| *word)
        .filter(|word| super::KINDS.iter().any(|kind| kind.name == *word))
        .collect()
}

/// Whether a case of an instruction can be that of this insurance.
fn applies(insurance: &Insurance, ask: Ask, today: &Today<'_>) -> bool {
    let pending = insurance.pending.is_some();
    match ask {
        Ask::TopUp(TopUp::Second)
        | Ask::ApproveTopUp(Waiting::One)
        | Ask::LapseTopUp(Waiting::One) => pending,
        Ask::TopUp(_) | Ask::ApproveTopUp(Waiting::None) | Ask::LapseTopUp(Waiting::None) => {
            !pending
        }
        Ask::Cancel(Cancel::Second) => insurance.cancellation.is_some(),
        Ask::Cancel(Cancel::Now | Cancel::Later) => insurance.cancellation.is_none(),
        Ask::Reactivate(undo) => {
            let product = today.products.insurance.get(&*insurance.product);
            undo == undoing(insurance, product.map(|product| (today.date, product)))
        }
        Ask::Activate(_) => lacks(insurance).is_empty(),
        Ask::Register(Approvals::Both | Approvals::Missing)
        | Ask::Approve(Approvals::Both | Approvals::Missing) => true,
        Ask::Update | Ask::PremiumCollection(Told::Asked) | Ask::PremiumPaid => true,
        // What a bank tells has happened: nobody need be told that it may be sent.
        Ask::PremiumCollection(Told::Advised) | Ask::PremiumReversed | Ask::CollectionFailed => {
            false
        }
        Ask::Payout | Ask::Party | Ask::Inquire | Ask::Expire => true,
    }
}
