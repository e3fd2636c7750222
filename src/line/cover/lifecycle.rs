//! How a quote becomes a cover, and how either ends: one table, which rules, documents and hints are read from.

use super::words::State as S;
use crate::code::Code;
use crate::lifecycle::{Cases, Outcome};

/// What can be asked of a quote or cover, with what decides about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Ask the insurer for an offer.
    Request,
    /// Take the offer.
    Activate(Activation),
    /// Take the offer once the seller has signed.
    Sign(Signing),
    /// Turn the offer down.
    Reject,
    /// The invoice was paid.
    Settle,
    /// The invoice was not paid.
    Claim(Claim),
    /// Tell about it.
    Inquire,
    /// Offer it for a premium.
    Offer,
    /// Offer nothing.
    Decline,
    /// The seller has signed.
    Signed,
    /// The seller has paid.
    Purchased(Purchase),
    /// Pay the claim.
    Approve,
    /// Do not pay the claim.
    RejectClaim,
    /// Nobody took the offer in time.
    Expire,
    /// Nobody claimed in time.
    ExpireClaims,
}

/// How an activation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    /// Nothing is in its way.
    Ready,
    /// It is the seller's to buy.
    Connect,
    /// The seller has not signed this version of the policy.
    Unsigned,
    /// The invoice is past its due date.
    PastDue,
    /// The buyer would be insured for too much.
    OverLimit,
}

/// How an activation with a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signing {
    /// Nothing is in its way.
    Ready,
    /// Its channel knows no signature, or the seller has signed already.
    Needless,
    /// The invoice is past its due date.
    PastDue,
    /// The buyer would be insured for too much.
    OverLimit,
}

/// How a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purchase {
    /// Nothing is in its way.
    Ready,
    /// Its channel knows no purchase.
    NotConnect,
    /// The buyer would be insured for too much.
    OverLimit,
}

/// How a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// In time, or for a bankruptcy.
    InTime,
    /// The invoice is not overdue.
    Early,
    /// The time to claim is over.
    Late,
}

/// Everything that can be asked, by the public words, in the order of the manual.
pub(super) const ASKS: &[Cases<Ask>] = &[
    ("quote.request", &[(Ask::Request, "")]),
    (
        "quote.activate",
        &[
            (Ask::Activate(Activation::Ready), "otherwise"),
            (Ask::Activate(Activation::Connect), "connect"),
            (
                Ask::Activate(Activation::Unsigned),
                "insure, policy not signed",
            ),
            (Ask::Activate(Activation::PastDue), "past its due date"),
            (Ask::Activate(Activation::OverLimit), "over the limit"),
        ],
    ),
    (
        "quote.sign-and-activate",
        &[
            (Ask::Sign(Signing::Ready), "otherwise"),
            (Ask::Sign(Signing::Needless), "not insure, or signed"),
            (Ask::Sign(Signing::PastDue), "past its due date"),
            (Ask::Sign(Signing::OverLimit), "over the limit"),
        ],
    ),
    ("quote.reject", &[(Ask::Reject, "")]),
    ("cover.settle", &[(Ask::Settle, "")]),
    (
        "cover.claim",
        &[
            (Ask::Claim(Claim::InTime), "in time, or bankruptcy"),
            (Ask::Claim(Claim::Early), "not overdue"),
            (Ask::Claim(Claim::Late), "too late"),
        ],
    ),
    ("cover.inquire", &[(Ask::Inquire, "")]),
    ("quote.offer", &[(Ask::Offer, "")]),
    ("quote.decline", &[(Ask::Decline, "")]),
    ("quote.signed", &[(Ask::Signed, "")]),
    (
        "quote.purchased",
        &[
            (Ask::Purchased(Purchase::Ready), "connect"),
            (Ask::Purchased(Purchase::NotConnect), "not connect"),
            (Ask::Purchased(Purchase::OverLimit), "over the limit"),
        ],
    ),
    ("claim.approve", &[(Ask::Approve, "")]),
    ("claim.reject", &[(Ask::RejectClaim, "")]),
    ("quote.expire", &[(Ask::Expire, "")]),
    ("cover.expire", &[(Ask::ExpireClaims, "")]),
];

/// What becomes of a quote or cover in this state when this is asked. An event is the state that was entered.
#[rustfmt::skip] // one cell, one line: the table is read as a table
pub(super) const fn step(state: S, ask: Ask) -> Outcome<S, S> {
    use Ask as A;
    use Code as C;
    use Outcome::{Go, Refuse, Stay};
    match (state, ask) {
        (S::None, A::Request) => Go(S::Pending, &[S::Pending]),
        (S::None, A::Activate(_) | A::Sign(_) | A::Reject | A::Settle | A::Claim(_)) => Refuse(C::NotFound),
        (S::None, A::Offer | A::Decline | A::Signed | A::Purchased(_) | A::Approve) => Refuse(C::NotFound),
        (S::None, A::RejectClaim | A::Inquire | A::Expire | A::ExpireClaims) => Refuse(C::NotFound),

        (S::Pending | S::Offered | S::ActivationPending | S::Activated | S::ClaimPending, A::Request) => Refuse(C::AlreadyOpen),
        (S::Pending | S::Offered | S::ActivationPending | S::Activated | S::ClaimPending, A::Inquire) => Stay(&[]),

        (S::Pending, A::Offer) => Go(S::Offered, &[S::Offered]),
        (S::Pending, A::Decline) => Go(S::Rejected, &[S::Rejected]),
        (S::Pending, A::Activate(_) | A::Sign(_) | A::Reject | A::Settle | A::Claim(_)) => Refuse(C::NotAllowedInState),
        (S::Pending, A::Signed | A::Purchased(_) | A::Approve | A::RejectClaim) => Refuse(C::NotAllowedInState),
        (S::Pending, A::Expire | A::ExpireClaims) => Refuse(C::NotAllowedInState),

        (S::Offered, A::Activate(Activation::Ready)) => Go(S::Activated, &[S::Activated]),
        (S::Offered, A::Activate(Activation::Connect)) => Refuse(C::RoleNotAllowed),
        (S::Offered, A::Activate(Activation::Unsigned)) => Refuse(C::SignatureRequired),
        (S::Offered, A::Activate(Activation::PastDue) | A::Sign(Signing::PastDue)) => Refuse(C::DueDatePassed),
        (S::Offered, A::Activate(Activation::OverLimit) | A::Sign(Signing::OverLimit)) => Refuse(C::CoverLimitExceeded),
        (S::Offered, A::Sign(Signing::Ready)) => Go(S::ActivationPending, &[S::ActivationPending]),
        (S::Offered, A::Sign(Signing::Needless)) => Refuse(C::NotAllowedInState),
        (S::Offered, A::Reject) => Go(S::Rejected, &[S::Rejected]),
        (S::Offered, A::Purchased(Purchase::Ready)) => Go(S::Activated, &[S::Activated]),
        (S::Offered, A::Purchased(Purchase::NotConnect)) => Refuse(C::NotAllowedInState),
        (S::Offered, A::Purchased(Purchase::OverLimit)) => Refuse(C::CoverLimitExceeded),
        (S::Offered, A::Expire) => Go(S::Rejected, &[S::Rejected]),
        (S::Offered, A::Offer | A::Decline | A::Signed | A::Settle | A::Claim(_)) => Refuse(C::NotAllowedInState),
        (S::Offered, A::Approve | A::RejectClaim | A::ExpireClaims) => Refuse(C::NotAllowedInState),

        (S::ActivationPending, A::Signed) => Go(S::Activated, &[S::Activated]),
        (S::ActivationPending, A::Expire) => Go(S::Rejected, &[S::Rejected]),
        (S::ActivationPending, A::Activate(_) | A::Sign(_) | A::Reject | A::Settle | A::Claim(_)) => Refuse(C::NotAllowedInState),
        (S::ActivationPending, A::Offer | A::Decline | A::Purchased(_) | A::Approve) => Refuse(C::NotAllowedInState),
        (S::ActivationPending, A::RejectClaim | A::ExpireClaims) => Refuse(C::NotAllowedInState),

        (S::Activated, A::Settle) => Go(S::Settled, &[S::Settled]),
        (S::Activated, A::Claim(Claim::InTime)) => Go(S::ClaimPending, &[S::ClaimPending]),
        (S::Activated, A::Claim(Claim::Early)) => Refuse(C::NotDue),
        (S::Activated, A::Claim(Claim::Late)) => Refuse(C::ClaimPeriodOver),
        (S::Activated, A::ExpireClaims) => Go(S::Settled, &[S::Settled]),
        (S::Activated, A::Activate(_) | A::Sign(_) | A::Reject | A::Offer | A::Decline) => Refuse(C::NotAllowedInState),
        (S::Activated, A::Signed | A::Purchased(_) | A::Approve | A::RejectClaim) => Refuse(C::NotAllowedInState),
        (S::Activated, A::Expire) => Refuse(C::NotAllowedInState),

        (S::ClaimPending, A::Settle) => Go(S::Settled, &[S::Settled]),
        (S::ClaimPending, A::Approve) => Go(S::ClaimApproved, &[S::ClaimApproved]),
        (S::ClaimPending, A::RejectClaim) => Go(S::ClaimRejected, &[S::ClaimRejected]),
        (S::ClaimPending, A::Activate(_) | A::Sign(_) | A::Reject | A::Claim(_)) => Refuse(C::NotAllowedInState),
        (S::ClaimPending, A::Offer | A::Decline | A::Signed | A::Purchased(_)) => Refuse(C::NotAllowedInState),
        (S::ClaimPending, A::Expire | A::ExpireClaims) => Refuse(C::NotAllowedInState),

        (S::Rejected | S::Settled | S::ClaimApproved | S::ClaimRejected, A::Request) => Go(S::Pending, &[S::Pending]),
        (S::Rejected | S::Settled | S::ClaimApproved | S::ClaimRejected, A::Inquire) => Stay(&[]),
        (S::Rejected | S::Settled | S::ClaimApproved | S::ClaimRejected, _) => Refuse(C::NotAllowedInState),
    }
}
