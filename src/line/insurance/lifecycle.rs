//! How an insurance changes: every state against everything that can be asked of it, decided here and nowhere else.

use super::events::EventKind as E;
use super::words::State as S;
use crate::code::Code;
use crate::lifecycle::{Cases, Outcome};

/// What is asked of an insurance, with what the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Take it into the book.
    Register(Approvals),
    /// Note an approval.
    Approve(Approvals),
    /// Put it in force.
    Activate(When),
    /// Change its particulars.
    Update,
    /// Raise the insured amount.
    TopUp(TopUp),
    /// Approve the raise that waits.
    ApproveTopUp(Waiting),
    /// End it before its time.
    Cancel(Cancel),
    /// Undo its end.
    Reactivate(Undo),
    /// Set how premiums are collected.
    PremiumCollection(Told),
    /// Note a premium that was paid.
    PremiumPaid,
    /// Note that one went back to its payer.
    PremiumReversed,
    /// Tell that one could not be collected.
    CollectionFailed,
    /// Set where money goes.
    Payout,
    /// Change who takes part.
    Party,
    /// Tell about it.
    Inquire,
    /// Its end date is over.
    Expire,
    /// The raise waited for too long.
    LapseTopUp(Waiting),
}

/// Whose approvals there will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Approvals {
    /// The bank's and the customer's.
    Both,
    /// One of them, or none.
    Missing,
}

/// When it is to take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Today or before.
    Now,
    /// On a later day.
    Later,
}

/// Who says how premiums are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The partner, who decides it.
    Asked,
    /// A bank, of a mandate: it is so.
    Advised,
}

/// How a raise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TopUp {
    /// The bank approved it already.
    Approved,
    /// It must wait for the bank.
    Unapproved,
    /// Another one is waiting.
    Second,
}

/// Whether a raise is waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// One is.
    One,
    /// None is.
    None,
}

/// How a cancellation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    /// It takes effect today or before.
    Now,
    /// It takes effect on a later day.
    Later,
    /// Another one is scheduled.
    Second,
}

/// What there is to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undo {
    /// Nothing.
    Nothing,
    /// A cancellation that has not taken effect.
    Scheduled,
    /// A cancellation of one that was registered.
    Registered,
    /// A cancellation of one that was approved.
    Approved,
    /// A cancellation of one that was active.
    Active,
    /// A cancellation that is too old, or that its reason makes final.
    Closed,
}

/// Everything that can be asked, by the public words, in the order of the manual.
pub(super) const ASKS: &[Cases<Ask>] = &[
    (
        "insurance.register",
        &[
            (Ask::Register(Approvals::Missing), "otherwise"),
            (Ask::Register(Approvals::Both), "both approvals given"),
        ],
    ),
    (
        "insurance.approve",
        &[
            (Ask::Approve(Approvals::Both), "both have approved"),
            (Ask::Approve(Approvals::Missing), "otherwise"),
        ],
    ),
    (
        "insurance.activate",
        &[
            (Ask::Activate(When::Now), "today or before"),
            (Ask::Activate(When::Later), "later"),
        ],
    ),
    ("insurance.update", &[(Ask::Update, "")]),
    (
        "insurance.top-up",
        &[
            (
                Ask::TopUp(TopUp::Unapproved),
                "not approved by the bank: pending",
            ),
            (Ask::TopUp(TopUp::Approved), "approved by the bank: applied"),
            (Ask::TopUp(TopUp::Second), "one is pending"),
        ],
    ),
    (
        "insurance.approve-top-up",
        &[
            (Ask::ApproveTopUp(Waiting::One), "applied"),
            (Ask::ApproveTopUp(Waiting::None), "none pending"),
        ],
    ),
    (
        "insurance.cancel",
        &[
            (Ask::Cancel(Cancel::Now), "today or before"),
            (Ask::Cancel(Cancel::Later), "later"),
            (Ask::Cancel(Cancel::Second), "one is scheduled"),
        ],
    ),
    (
        "insurance.reactivate",
        &[
            (
                Ask::Reactivate(Undo::Registered),
                "cancelled when registered",
            ),
            (Ask::Reactivate(Undo::Approved), "cancelled when approved"),
            (Ask::Reactivate(Undo::Active), "cancelled when active"),
            (Ask::Reactivate(Undo::Closed), "too late, or a final reason"),
            (Ask::Reactivate(Undo::Scheduled), "cancellation scheduled"),
            (Ask::Reactivate(Undo::Nothing), "nothing to undo"),
        ],
    ),
    (
        "insurance.premium-collection",
        &[
            (Ask::PremiumCollection(Told::Asked), "otherwise"),
            (
                Ask::PremiumCollection(Told::Advised),
                "a bank's mandate advice",
            ),
        ],
    ),
    ("insurance.premium-paid", &[(Ask::PremiumPaid, "")]),
    ("insurance.premium-reversed", &[(Ask::PremiumReversed, "")]),
    (
        "insurance.collection-failed",
        &[(Ask::CollectionFailed, "")],
    ),
    ("insurance.payout", &[(Ask::Payout, "")]),
    ("insurance.party", &[(Ask::Party, "")]),
    ("insurance.inquire", &[(Ask::Inquire, "")]),
    ("insurance.expire", &[(Ask::Expire, "")]),
    (
        "insurance.lapse-top-up",
        &[
            (Ask::LapseTopUp(Waiting::One), "one is pending"),
            (Ask::LapseTopUp(Waiting::None), "none pending"),
        ],
    ),
];

/// What becomes of an insurance in this state when this is asked.
#[rustfmt::skip] // one cell, one line: the table is read as a table
pub(super) const fn step(state: S, ask: Ask) -> Outcome<S, E> {
    use Ask as A;
    use Code as C;
    use Outcome::{Go, Later, Refuse, Stay};
    match (state, ask) {
        (S::None, A::Register(Approvals::Both)) => Go(S::Approved, &[E::Registered, E::Approved]),
        (S::None, A::Register(Approvals::Missing)) => Go(S::Registered, &[E::Registered]),
        (S::None, A::Approve(_) | A::Activate(_) | A::Update | A::Party | A::PremiumCollection(_)) => Refuse(C::NotFound),
        (S::None, A::Payout | A::PremiumPaid | A::TopUp(_) | A::ApproveTopUp(_) | A::Cancel(_)) => Refuse(C::NotFound),
        (S::None, A::PremiumReversed | A::CollectionFailed) => Refuse(C::NotFound),
        (S::None, A::Reactivate(_) | A::Inquire | A::Expire | A::LapseTopUp(_)) => Refuse(C::NotFound),

        (S::Registered | S::Approved | S::Active, A::Register(_)) => Refuse(C::AlreadyExists),
        (S::Registered | S::Approved | S::Active, A::Update) => Stay(&[E::Updated]),
        (S::Registered | S::Approved | S::Active, A::Party) => Stay(&[E::PartyChanged]),
        (S::Registered | S::Approved | S::Active, A::PremiumCollection(_)) => Stay(&[E::PremiumCollectionChanged]),
        (S::Registered | S::Approved | S::Active, A::Payout) => Stay(&[E::PayoutChanged]),
        (S::Registered | S::Approved | S::Active, A::PremiumPaid) => Stay(&[E::PremiumPaid]),
        (S::Registered | S::Approved | S::Active, A::PremiumReversed) => Stay(&[E::PremiumReversed]),
        (S::Registered | S::Approved | S::Active, A::CollectionFailed) => Stay(&[E::CollectionFailed]),
        (S::Registered | S::Approved | S::Active, A::Inquire) => Stay(&[]),
        (S::Registered | S::Approved | S::Active, A::Cancel(Cancel::Now)) => Go(S::Cancelled, &[E::Cancelled]),
        (S::Registered | S::Approved | S::Active, A::Cancel(Cancel::Later)) => Later(&[E::CancellationScheduled]),
        (S::Registered | S::Approved | S::Active, A::Cancel(Cancel::Second)) => Refuse(C::CancellationScheduled),
        (S::Registered | S::Approved | S::Active, A::Expire) => Go(S::Expired, &[E::Expired]),

        (S::Registered, A::Approve(Approvals::Both)) => Go(S::Approved, &[E::Approved]),
        (S::Registered, A::Approve(Approvals::Missing)) => Stay(&[E::Updated]),
        (S::Registered, A::Activate(_)) => Refuse(C::NotApproved),

        (S::Approved, A::Approve(_)) => Refuse(C::AlreadyApproved),
        (S::Approved, A::Activate(When::Now)) => Go(S::Active, &[E::Activated]),
        (S::Approved, A::Activate(When::Later)) => Later(&[]),

        (S::Registered | S::Approved, A::TopUp(_) | A::ApproveTopUp(_)) => Refuse(C::NotActive),
        (S::Registered | S::Approved, A::Reactivate(_)) => Refuse(C::NotCancelled),
        (S::Registered | S::Approved, A::LapseTopUp(_)) => Refuse(C::NoTopUpPending),

        (S::Active, A::Approve(_)) => Refuse(C::AlreadyApproved),
        (S::Active, A::Activate(_)) => Refuse(C::AlreadyActive),
        (S::Active, A::TopUp(TopUp::Unapproved)) => Stay(&[E::TopUpRequested]),
        (S::Active, A::TopUp(TopUp::Approved)) => Stay(&[E::ToppedUp]),
        (S::Active, A::TopUp(TopUp::Second)) => Refuse(C::TopUpPending),
        (S::Active, A::ApproveTopUp(Waiting::One)) => Stay(&[E::ToppedUp]),
        (S::Active, A::LapseTopUp(Waiting::One)) => Stay(&[E::TopUpLapsed]),
        (S::Active, A::ApproveTopUp(Waiting::None) | A::LapseTopUp(Waiting::None)) => Refuse(C::NoTopUpPending),
        (S::Active, A::Reactivate(Undo::Scheduled)) => Stay(&[E::CancellationWithdrawn]),
        (S::Active, A::Reactivate(Undo::Nothing | Undo::Closed)) => Refuse(C::NotCancelled),
        (S::Active, A::Reactivate(Undo::Registered | Undo::Approved | Undo::Active)) => Refuse(C::NotCancelled),

        (S::Cancelled | S::Expired, A::Register(_)) => Refuse(C::AlreadyExists),
        (S::Cancelled | S::Expired, A::Payout) => Stay(&[E::PayoutChanged]),
        (S::Cancelled | S::Expired, A::PremiumPaid) => Stay(&[E::PremiumPaid]),
        (S::Cancelled | S::Expired, A::PremiumReversed) => Stay(&[E::PremiumReversed]),
        (S::Cancelled | S::Expired, A::CollectionFailed) => Stay(&[E::CollectionFailed]),
        (S::Cancelled | S::Expired, A::PremiumCollection(Told::Advised)) => Stay(&[E::PremiumCollectionChanged]),
        (S::Cancelled | S::Expired, A::Inquire) => Stay(&[]),

        (S::Cancelled, A::Cancel(_)) => Refuse(C::AlreadyCancelled),
        (S::Cancelled, A::Reactivate(Undo::Registered)) => Go(S::Registered, &[E::Reactivated]),
        (S::Cancelled, A::Reactivate(Undo::Approved)) => Go(S::Approved, &[E::Reactivated]),
        (S::Cancelled, A::Reactivate(Undo::Active)) => Go(S::Active, &[E::Reactivated]),
        (S::Cancelled, A::Reactivate(Undo::Closed | Undo::Scheduled | Undo::Nothing)) => Refuse(C::ReactivationClosed),
        (S::Cancelled, A::Approve(_) | A::Activate(_) | A::Update | A::Party) => Refuse(C::IsCancelled),
        (S::Cancelled, A::PremiumCollection(Told::Asked)) => Refuse(C::IsCancelled),
        (S::Cancelled, A::TopUp(_) | A::ApproveTopUp(_) | A::Expire | A::LapseTopUp(_)) => Refuse(C::IsCancelled),

        (S::Expired, _) => Refuse(C::HasExpired),
    }
}
