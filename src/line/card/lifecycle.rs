//! How a card contract changes: every state against everything that can be asked of it, decided here and nowhere else.

use super::events::EventKind as E;
use super::words::State as S;
use crate::code::Code;
use crate::lifecycle::{Cases, Outcome};

/// What is asked of a contract, with what the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Take it into the book.
    Create(Signature),
    /// It was signed.
    Sign,
    /// Another card, or account.
    AddCard,
    /// Change its particulars.
    Update,
    /// All its members have moved.
    Addresses,
    /// Another fee model.
    Fees,
    /// Another owner.
    SwitchPrincipal,
    /// What proves who a member is.
    Document,
    /// What an account holds.
    Balance,
    /// Block it until it is closed.
    Suspend,
    /// Take that back.
    CancelSuspension,
    /// End it.
    Close(When, Waiting),
    /// Take a scheduled end back.
    CancelClose(Waiting),
    /// Tell about it.
    Inquire,
    /// The day of a scheduled end has come.
    CloseScheduled,
    /// A suspension was not taken back in time.
    CloseSuspended,
}

/// Whether a new contract waits for its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// The product asks for it.
    Awaited,
    /// It counts as signed.
    Given,
}

/// When a contract is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Now.
    Immediate,
    /// On a day to come, or with its last card.
    Later,
}

/// Whether an end is scheduled already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// One is.
    One,
    /// None is.
    None,
}

/// Everything that can be asked, by the public words, in the order of the manual.
pub(super) const ASKS: &[Cases<Ask>] = &[
    (
        "contract.create",
        &[
            (Ask::Create(Signature::Given), "otherwise"),
            (
                Ask::Create(Signature::Awaited),
                "the product asks for a signature",
            ),
        ],
    ),
    ("contract.sign", &[(Ask::Sign, "")]),
    ("contract.add-card", &[(Ask::AddCard, "")]),
    ("contract.update", &[(Ask::Update, "")]),
    ("contract.addresses", &[(Ask::Addresses, "")]),
    ("contract.suspend", &[(Ask::Suspend, "")]),
    ("contract.cancel-suspension", &[(Ask::CancelSuspension, "")]),
    (
        "contract.close",
        &[
            (Ask::Close(When::Immediate, Waiting::None), "IMMEDIATE"),
            (Ask::Close(When::Later, Waiting::None), "others"),
            (
                Ask::Close(When::Immediate, Waiting::One),
                "IMMEDIATE, one is scheduled",
            ),
            (
                Ask::Close(When::Later, Waiting::One),
                "others, one is scheduled",
            ),
        ],
    ),
    (
        "contract.cancel-close",
        &[
            (Ask::CancelClose(Waiting::One), "one is scheduled"),
            (Ask::CancelClose(Waiting::None), "none is"),
        ],
    ),
    ("contract.fees", &[(Ask::Fees, "")]),
    ("contract.switch-principal", &[(Ask::SwitchPrincipal, "")]),
    ("contract.legitimacy-document", &[(Ask::Document, "")]),
    ("contract.balance", &[(Ask::Balance, "")]),
    ("contract.inquire", &[(Ask::Inquire, "")]),
    ("contract.close-scheduled", &[(Ask::CloseScheduled, "")]),
    ("contract.close-suspended", &[(Ask::CloseSuspended, "")]),
];

/// What becomes of a contract in this state when this is asked.
#[rustfmt::skip] // one cell, one line: the table is read as a table
pub(super) const fn step(state: S, ask: Ask) -> Outcome<S, E> {
    use Ask as A;
    use Code as C;
    use Outcome::{Go, Later, Refuse, Stay};
    match (state, ask) {
        (S::None, A::Create(Signature::Given)) => Go(S::Signed, &[E::Created]),
        (S::None, A::Create(Signature::Awaited)) => Go(S::AwaitingSignature, &[E::Created]),
        (S::None, A::Sign | A::AddCard | A::Update | A::Addresses | A::Fees | A::SwitchPrincipal) => Refuse(C::NotFound),
        (S::None, A::Document | A::Balance | A::Suspend | A::CancelSuspension | A::Close(..)) => Refuse(C::NotFound),
        (S::None, A::CancelClose(_) | A::Inquire | A::CloseScheduled | A::CloseSuspended) => Refuse(C::NotFound),

        (S::AwaitingSignature, A::Create(_)) => Refuse(C::AlreadyExists),
        (S::AwaitingSignature, A::Sign) => Go(S::Signed, &[E::Signed]),
        (S::AwaitingSignature, A::AddCard | A::Update | A::Addresses | A::Fees | A::SwitchPrincipal) => Refuse(C::NotSigned),
        (S::AwaitingSignature, A::Document) => Stay(&[E::DocumentUpdated]),
        (S::AwaitingSignature, A::Balance) => Stay(&[]),
        (S::AwaitingSignature, A::Suspend) => Refuse(C::NotSigned),
        (S::AwaitingSignature, A::CancelSuspension) => Refuse(C::NotSuspended),
        (S::AwaitingSignature, A::Close(When::Immediate, _)) => Go(S::Closed, &[E::Closed]),
        (S::AwaitingSignature, A::Close(When::Later, _)) => Refuse(C::NotSigned),
        (S::AwaitingSignature, A::CancelClose(_)) => Refuse(C::NoClosingScheduled),
        (S::AwaitingSignature, A::Inquire) => Stay(&[]),
        (S::AwaitingSignature, A::CloseScheduled) => Refuse(C::NoClosingScheduled),
        (S::AwaitingSignature, A::CloseSuspended) => Refuse(C::NotSuspended),

        (S::Signed, A::Create(_)) => Refuse(C::AlreadyExists),
        (S::Signed, A::Sign) => Refuse(C::AlreadySigned),
        (S::Signed, A::AddCard) => Stay(&[E::CardAdded]),
        (S::Signed, A::Update) => Stay(&[E::Updated]),
        (S::Signed, A::Addresses) => Stay(&[E::AddressesUpdated]),
        (S::Signed, A::Fees) => Stay(&[E::FeesUpdated]),
        (S::Signed, A::SwitchPrincipal) => Stay(&[E::PrincipalSwitched]),
        (S::Signed, A::Document) => Stay(&[E::DocumentUpdated]),
        (S::Signed, A::Balance) => Stay(&[]),
        (S::Signed, A::Suspend) => Go(S::Suspended, &[E::Suspended]),
        (S::Signed, A::CancelSuspension) => Refuse(C::NotSuspended),
        (S::Signed, A::Close(When::Immediate, Waiting::None)) => Go(S::Closed, &[E::Closed]),
        (S::Signed, A::Close(When::Later, Waiting::None)) => Later(&[E::ClosingScheduled]),
        (S::Signed, A::Close(When::Immediate | When::Later, Waiting::One)) => Refuse(C::ClosingScheduled),
        (S::Signed, A::CancelClose(Waiting::One)) => Stay(&[E::ClosingCancelled]),
        (S::Signed, A::CancelClose(Waiting::None)) => Refuse(C::NoClosingScheduled),
        (S::Signed, A::Inquire) => Stay(&[]),
        (S::Signed, A::CloseScheduled) => Go(S::Closed, &[E::Closed]),
        (S::Signed, A::CloseSuspended) => Refuse(C::NotSuspended),

        (S::Suspended, A::Create(_)) => Refuse(C::AlreadyExists),
        (S::Suspended, A::Sign) => Refuse(C::AlreadySigned),
        (S::Suspended, A::AddCard | A::Fees | A::SwitchPrincipal) => Refuse(C::IsSuspended),
        (S::Suspended, A::Update) => Stay(&[E::Updated]),
        (S::Suspended, A::Addresses) => Stay(&[E::AddressesUpdated]),
        (S::Suspended, A::Document) => Stay(&[E::DocumentUpdated]),
        (S::Suspended, A::Balance) => Stay(&[]),
        (S::Suspended, A::Suspend) => Refuse(C::AlreadySuspended),
        (S::Suspended, A::CancelSuspension) => Go(S::Signed, &[E::SuspensionCancelled]),
        (S::Suspended, A::Close(When::Immediate, _)) => Go(S::Closed, &[E::Closed]),
        (S::Suspended, A::Close(When::Later, _)) => Refuse(C::IsSuspended),
        (S::Suspended, A::CancelClose(Waiting::One)) => Stay(&[E::ClosingCancelled]),
        (S::Suspended, A::CancelClose(Waiting::None)) => Refuse(C::NoClosingScheduled),
        (S::Suspended, A::Inquire) => Stay(&[]),
        (S::Suspended, A::CloseScheduled | A::CloseSuspended) => Go(S::Closed, &[E::Closed]),

        (S::Closed, A::Create(_)) => Refuse(C::AlreadyExists),
        (S::Closed, A::Inquire) => Stay(&[]),
        (S::Closed, _) => Refuse(C::IsClosed),
    }
}
