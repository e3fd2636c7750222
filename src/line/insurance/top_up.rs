//! Raising the insured amount: asked for, approved by the bank, or lapsed.

use std::borrow::Cow;

use crate::model::Object as Map;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::{Insurance, Pending};
use super::events::EventKind;
use super::lifecycle::{Ask, TopUp, Waiting};
use super::register::over_maximum;
use super::work::{product, take, tell};
use crate::code::Code;
use crate::line::days::days_after;
use crate::line::told::money;
use crate::line::work::Work;

/// `insurance.top-up`.
pub(super) fn top_up(work: &mut Work<'_>, insurance: &mut Insurance) {
    let approved = work.fields.flag("approved_by_bank") == Some(true);
    let events = take(work, insurance, Ask::TopUp(standing(insurance, approved)));
    let currency = insurance.currency;
    if work.same_currency(insurance.currency, "insurance") {
        work.fits("amount", insurance.currency);
        work.fits("annual_premium", insurance.currency);
    }
    let amount = work
        .fields
        .decimal("amount")
        .expect("required: checked before");
    let Some(product) = product(work, &insurance.product) else {
        return;
    };
    let raised = insurance.insured_amount.checked_add(amount);
    over_maximum(work, "amount", raised, product);
    if work.is_bad() {
        return;
    }
    let today = work.today();
    let raise = Pending {
        amount: money(amount, currency),
        annual_premium: work
            .fields
            .decimal("annual_premium")
            .map(|premium| money(premium, currency)),
        created: today,
        // The last of the days that it may wait is part of them.
        lapses: days_after(today, product.top_up_days + 1),
    };
    if approved {
        apply(work, insurance, &raise, events, false);
        return;
    }
    let changed = told(&raise);
    insurance.pending = Some(raise);
    tell(work, events, insurance.state, &changed);
}

const fn standing(insurance: &Insurance, approved: bool) -> TopUp {
    match (insurance.pending.is_some(), approved) {
        (true, _) => TopUp::Second,
        (false, true) => TopUp::Approved,
        (false, false) => TopUp::Unapproved,
    }
}

/// Whether a raise waits.
pub(super) const fn waiting(insurance: &Insurance) -> Waiting {
    if insurance.pending.is_some() {
        Waiting::One
    } else {
        Waiting::None
    }
}

/// `insurance.approve-top-up`.
pub(super) fn approve(work: &mut Work<'_>, insurance: &mut Insurance) {
    let events = take(work, insurance, Ask::ApproveTopUp(waiting(insurance)));
    if let Some(raise) = insurance.pending.take() {
        apply(work, insurance, &raise, events, true);
    }
}

/// The properties that stand for a pending raise, in the order of the manual.
pub(super) fn told(raise: &Pending) -> Map {
    let premium = raise.annual_premium.map(|premium| premium.to_string());
    let pairs = [
        (
            "property.PendingTopupAmount",
            Some(raise.amount.to_string()),
        ),
        ("property.PendingAnnualPremium", premium),
        (
            "property.PendingTopupCreationDate",
            Some(raise.created.to_string()),
        ),
    ];
    let set = pairs.into_iter();
    set.filter_map(|(name, text)| Some((name.to_owned(), Json::from(text?))))
        .collect()
}

fn apply(
    work: &mut Work<'_>,
    insurance: &mut Insurance,
    raise: &Pending,
    events: Option<&[EventKind]>,
    was_pending: bool,
) {
    let Some(raised) = insurance.insured_amount.checked_add(raise.amount) else {
        work.find(Code::OverMaximum, "amount");
        return;
    };
    insurance.insured_amount = money(raised, insurance.currency);
    let mut changed = Map::new();
    changed.insert(
        "insured_amount".to_owned(),
        amount(insurance.insured_amount),
    );
    if let Some(premium) = raise.annual_premium {
        insurance.annual_premium = premium;
        changed.insert("annual_premium", amount(premium));
    }
    if was_pending {
        changed.extend(emptied(raise));
    }
    tell(work, events, insurance.state, &changed);
}

fn amount(amount: Decimal) -> Json {
    Json::from(amount.to_string())
}

fn emptied(raise: &Pending) -> impl Iterator<Item = (Cow<'static, str>, Json)> {
    told(raise).into_iter().map(|(name, _)| (name, Json::Null))
}

/// Lets a pending raise lapse, where there is one.
pub(super) fn lapse(work: &mut Work<'_>, insurance: &mut Insurance) {
    if let Some(raise) = insurance.pending.take() {
        let changed = emptied(&raise).collect();
        tell(
            work,
            Some(&[EventKind::TopUpLapsed]),
            insurance.state,
            &changed,
        );
    }
}
