//! What happens to customers and insurances that others must learn of, and how they are told.

use crate::lifecycle::words;
use crate::model::Object as Map;
use crate::model::json::Json as Text;
use crate::model::{Event, Told};

words! {
    /// What happened.
    pub(super) enum EventKind {
        /// A customer is new in the book.
        CustomerCreated "customer.created",
        /// A customer's details changed.
        CustomerUpdated "customer.updated",
        /// An insurance is new in the book.
        Registered "insurance.registered",
        /// Bank and customer have approved.
        Approved "insurance.approved",
        /// It is in force.
        Activated "insurance.activated",
        /// Its particulars changed.
        Updated "insurance.updated",
        /// A raise waits for the bank.
        TopUpRequested "insurance.top_up_requested",
        /// The insured amount was raised.
        ToppedUp "insurance.topped_up",
        /// A raise will not come.
        TopUpLapsed "insurance.top_up_lapsed",
        /// It will be cancelled.
        CancellationScheduled "insurance.cancellation_scheduled",
        /// It will not be cancelled after all.
        CancellationWithdrawn "insurance.cancellation_withdrawn",
        /// It is cancelled.
        Cancelled "insurance.cancelled",
        /// Its cancellation is undone.
        Reactivated "insurance.reactivated",
        /// Its end date is over.
        Expired "insurance.expired",
        /// Premiums are collected in another way.
        PremiumCollectionChanged "insurance.premium_collection_changed",
        /// A premium was paid.
        PremiumPaid "insurance.premium_paid",
        /// A premium that was paid went back to its payer.
        PremiumReversed "insurance.premium_reversed",
        /// A premium could not be collected.
        CollectionFailed "insurance.collection_failed",
        /// Money goes elsewhere.
        PayoutChanged "insurance.payout_changed",
        /// Others take part, or with another share.
        PartyChanged "insurance.party_changed",
    }
}

/// The names in events, replies and exports whose values are personal identity numbers: masked wherever the reader is
/// not the partner that sent them, or where its profile asks for that.
pub(super) const PERSONAL_FIELDS: &[&str] = &["identity_no", "collection_payer_identity_no"];

/// One fact about an entity that is in this state after it.
pub(super) fn event(kind: EventKind, subject: &str, state: &'static str, changed: &Map) -> Event {
    event_told(kind, subject, state, Text::of(changed))
}

/// The same, where what changed is text already.
pub(super) fn event_told(
    kind: EventKind,
    subject: &str,
    state: &'static str,
    changed: Text,
) -> Event {
    Event {
        kind: kind.as_str(),
        subject: subject.into(),
        state,
        told: Told::Changed(changed),
    }
}
