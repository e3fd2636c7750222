//! How an operation and its insurance change: every state against everything that can be asked of it, decided here and
//! nowhere else.

use super::events::EventKind as E;
use super::words::State as S;
use crate::code::Code;
use crate::lifecycle::{Cases, Outcome};

/// What is asked of an operation, with what the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Take it into the book.
    Create,
    /// It is paid out.
    Disburse(Disbursal),
    /// Undo it as a whole.
    Reverse(Reversal),
    /// End the insurance alone.
    Cancel,
    /// Tell about it.
    Inquire,
    /// The policy's term is over.
    Expire,
}

/// What becomes of the insurance when an operation is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disbursal {
    /// The policy is issued.
    Insured,
    /// There is none.
    Uninsured,
    /// A cover's amount is over its limit.
    OverLimit,
}

/// Whether the operation was reversed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reversal {
    /// It was not.
    First,
    /// It was.
    Second,
}

/// Everything that can be asked, by the public words, in the order of the manual.
pub(super) const ASKS: &[Cases<Ask>] = &[
    ("credit.create", &[(Ask::Create, "")]),
    (
        "credit.disburse",
        &[
            (Ask::Disburse(Disbursal::Insured), "with insurance"),
            (Ask::Disburse(Disbursal::Uninsured), "without insurance"),
            (
                Ask::Disburse(Disbursal::OverLimit),
                "a cover over its limit",
            ),
        ],
    ),
    (
        "credit.reverse",
        &[
            (Ask::Reverse(Reversal::First), "not reversed yet"),
            (Ask::Reverse(Reversal::Second), "reversed already"),
        ],
    ),
    ("policy.cancel", &[(Ask::Cancel, "")]),
    ("policy.inquire", &[(Ask::Inquire, "")]),
    ("policy.expire", &[(Ask::Expire, "")]),
];

/// What becomes of an operation in this state when this is asked.
#[rustfmt::skip] // one cell, one line: the table is read as a table
pub(super) const fn step(state: S, ask: Ask) -> Outcome<S, E> {
    use Ask as A;
    use Code as C;
    use Outcome::{Go, Refuse, Stay};
    match (state, ask) {
        (S::None, A::Create) => Go(S::WaitingSignature, &[E::DebtWaiting]),
        (S::None, A::Disburse(_) | A::Reverse(_) | A::Cancel | A::Inquire | A::Expire) => Refuse(C::NotFound),

        (S::WaitingSignature | S::Active | S::Disbursed | S::Canceled | S::Expired, A::Create) => Refuse(C::AlreadyExists),
        (S::WaitingSignature | S::Active | S::Disbursed | S::Canceled | S::Expired, A::Inquire) => Stay(&[]),

        (S::WaitingSignature, A::Disburse(Disbursal::Insured)) => Go(S::Active, &[E::PolicyActive]),
        (S::WaitingSignature, A::Disburse(Disbursal::Uninsured)) => Go(S::Disbursed, &[E::DebtDisbursed]),
        (S::WaitingSignature, A::Disburse(Disbursal::OverLimit)) => Go(S::Canceled, &[E::PolicyCanceled]),
        (S::WaitingSignature, A::Reverse(_)) => Go(S::Canceled, &[E::DebtCanceled]),
        (S::WaitingSignature, A::Cancel | A::Expire) => Refuse(C::NotAllowedInState),

        (S::Active, A::Disburse(_)) => Refuse(C::AlreadyDisbursed),
        (S::Active, A::Reverse(_)) => Go(S::Canceled, &[E::DebtCanceled, E::PolicyCanceled]),
        (S::Active, A::Cancel) => Go(S::Canceled, &[E::PolicyCanceled]),
        (S::Active, A::Expire) => Go(S::Expired, &[E::PolicyExpired]),

        (S::Disbursed, A::Disburse(_)) => Refuse(C::AlreadyDisbursed),
        (S::Disbursed, A::Reverse(_)) => Go(S::Canceled, &[E::DebtCanceled]),
        (S::Disbursed, A::Cancel | A::Expire) => Refuse(C::NoInsurance),

        (S::Canceled, A::Disburse(_) | A::Cancel | A::Expire) => Refuse(C::AlreadyCanceled),
        (S::Canceled, A::Reverse(Reversal::First)) => Stay(&[E::DebtCanceled]),
        (S::Canceled, A::Reverse(Reversal::Second)) => Refuse(C::AlreadyCanceled),

        (S::Expired, A::Disburse(_)) => Refuse(C::AlreadyDisbursed),
        (S::Expired, A::Reverse(_) | A::Cancel | A::Expire) => Refuse(C::HasExpired),
    }
}
