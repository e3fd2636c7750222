//! What others learn of an operation and its insurance, in the insurer's own envelope unless the profile asks for
//! another.

use rust_decimal::Decimal;
use serde_json::{Number, Value as Json};

use super::entity::{Insurance, Operation, Policy};
use super::words::CancelReason;
use crate::lifecycle::words;
use crate::line::work::Work;
use crate::line::{Context, Envelope};
use crate::model::json::Json as Text;
use crate::model::{Event, Object as Map, Told};

words! {
    /// What happened: the type of the message, and the status that it tells.
    pub(super) enum EventKind {
        /// An operation is new in the book.
        DebtWaiting "debt waiting_signature",
        /// It is paid out, and has no insurance.
        DebtDisbursed "debt disbursed",
        /// It is reversed.
        DebtCanceled "debt canceled",
        /// The policy is issued.
        PolicyActive "insurance_premium.status_change active",
        /// The insurance is canceled.
        PolicyCanceled "insurance_premium.status_change canceled",
        /// The policy's term is over.
        PolicyExpired "insurance_premium.status_change expired",
    }
}

impl EventKind {
    /// Type and status.
    fn parts(self) -> (&'static str, &'static str) {
        let parts = self.as_str().split_once(' ');
        parts.expect("every word is of a type and a status")
    }

    const fn is_of_debt(self) -> bool {
        match self {
            Self::DebtWaiting | Self::DebtDisbursed | Self::DebtCanceled => true,
            Self::PolicyActive | Self::PolicyCanceled | Self::PolicyExpired => false,
        }
    }
}

/// The names in replies, exports and orders whose values are personal identity numbers: masked wherever the reader is
/// not the partner that sent them, or where its profile asks for that.
pub(super) const PERSONAL_FIELDS: &[&str] = &[
    "document_number",
    "purchaser_document_number",
    "account_document",
];

/// Tells what happened; nothing where nothing did.
pub(super) fn tell(work: &mut Work<'_>, operation: &Operation, events: &[EventKind]) {
    for &kind in events {
        let told = event(kind, work.key, operation, work.context);
        work.decision.events.push(told);
    }
}

fn event(kind: EventKind, key: &str, operation: &Operation, context: &Context<'_>) -> Event {
    let (webhook_type, status) = kind.parts();
    let insurance = operation.insurance.as_ref();
    let insurance = insurance.filter(|_| !kind.is_of_debt());
    let data = insurance.map_or_else(Map::new, |one| data(kind, key, operation, one));
    let told = if context.terms.envelope == Some(Envelope::CloudEvents) {
        Told::Status(status, Text::of(&data))
    } else {
        let mut line = Map::with_capacity(5);
        line.insert("webhook_type", Json::from(webhook_type));
        line.insert("key", Json::from(insurance.map_or(key, |one| &one.key)));
        line.insert("status", Json::from(status));
        line.insert("event_datetime", event_datetime(context));
        line.insert("data", data.into());
        Told::Line(Text::of(&line))
    };
    Event {
        kind: webhook_type,
        subject: key.into(),
        state: operation.state.as_str(),
        told,
    }
}

/// Now, in the site's time zone, which the text does not name.
pub(super) fn event_datetime(context: &Context<'_>) -> Json {
    Json::from(context.now.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn data(kind: EventKind, key: &str, operation: &Operation, insurance: &Insurance) -> Map {
    let mut data = Map::new();
    if kind == EventKind::PolicyActive {
        data.insert("credit_operation_key", Json::from(key));
        data.extend(policy(operation));
        return data;
    }
    if let Some(canceled) = &insurance.canceled {
        data.insert("cancel_reason", Json::from(canceled.reason.as_str()));
    }
    data.insert("credit_operation_key", Json::from(key));
    data
}

/// A policy under the insurer's names; `null` where there is nothing to tell yet.
pub(super) fn policy(operation: &Operation) -> Map {
    let insurance = operation.insurance.as_ref();
    let policy = insurance.and_then(|one| one.policy.as_ref());
    let text = |of: fn(&Policy) -> String| policy.map_or(Json::Null, |one| Json::from(of(one)));
    let sum = |of: fn(&Insurance) -> Decimal| insurance.map_or(Json::Null, |one| number(of(one)));
    let mut map = Map::with_capacity(12);
    map.insert(
        "insurance_policy_document_key",
        text(|one| one.document_key.to_string()),
    );
    map.insert("insurance_date", text(|one| one.start.to_string()));
    map.insert("term_start_date", text(|one| one.start.to_string()));
    map.insert("term_end_date", text(|one| one.end.to_string()));
    map.insert("insurance_amount", sum(|one| one.gross));
    map.insert("operation_amount", number(operation.issue_amount));
    map.insert("covers", covers(operation));
    map.insert("policy_number", text(|one| one.number.to_string()));
    map.insert("prize_number", text(|one| one.prize.to_string()));
    map.insert("insurance_premium_net_amount", sum(|one| one.net));
    map.insert("iof_amount", sum(Insurance::iof));
    map
}

fn covers(operation: &Operation) -> Json {
    let covers = operation.insurance.iter().flat_map(|one| &one.covers);
    let told = covers.map(|cover| {
        let mut map = Map::with_capacity(3);
        map.insert("cover_amount", number(operation.issue_amount));
        map.insert("cover_type", Json::from(cover.cover_type.as_str()));
        map.insert("cover_prize_amount", number(cover.premium));
        Json::from(map)
    });
    told.collect()
}

/// A JSON number with all the decimals of the amount.
pub(super) fn number(amount: Decimal) -> Json {
    let number: Number = amount.to_string().parse().expect("a decimal is a number");
    Json::Number(number)
}

impl CancelReason {
    /// Whether the operation lives on.
    pub(super) const fn is_of_insurance_alone(self) -> bool {
        match self {
            Self::ReversedOperation => false,
            Self::CoverLimit | Self::PremiumCancel => true,
        }
    }
}
