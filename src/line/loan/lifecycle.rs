//! How applications, offers and contracts change: every state against everything that can be asked, decided here and
//! nowhere else.

use super::words::{ApplicationState as A, EventKind as E, OfferState as O, State as S};
use crate::code::Code;
use crate::lifecycle::Outcome::{Go, Refuse, Stay};
use crate::lifecycle::{Cases, Outcome};

/// What is asked of a contract, with what the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// Make it of an accepted offer.
    Create,
    /// The customer accepts.
    Accept,
    /// All that activation needs is there.
    Ready,
    /// Put it in force.
    Activate,
    /// Take it over from another system.
    Import,
    /// New terms.
    Replace,
    /// Pay nothing more out.
    Block,
    /// Pay out again.
    Unblock,
    /// End it before anything is owed.
    Cancel(Owed),
    /// The customer has failed to pay.
    Default(Overdue),
    /// Something is owed.
    Receivable(Then),
    /// Bill it.
    Invoice,
    /// Ask for less.
    CreditNote(Then),
    /// Pay out.
    Disburse(Then),
    /// Money comes in.
    Repayment(Then),
    /// Money goes back.
    Reversal(Was),
    /// Money that came in is this contract's.
    Match(Then),
    /// The borrower has died.
    Death(Owed),
    /// Tell about it.
    Inquire,
}

/// Whether anything is owed: principal, or a receivable that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owed {
    /// Nothing is.
    Nothing,
    /// Something is.
    Something,
}

/// Whether a receivable's due date is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// None is.
    None,
    /// One is.
    One,
}

/// What is left to pay afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Something, or nothing was ever paid out.
    Open,
    /// Nothing: what was paid out is paid back.
    Settled,
}

/// What a closed contract was before it closed, where it does not stay closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Was {
    /// It stays as it is.
    Same,
    /// Active.
    Active,
    /// Blocked.
    Blocked,
    /// Defaulted.
    Defaulted,
}

const SETTLED: &str = "nothing is left to pay";
const OTHERWISE: &str = "otherwise";

/// Everything that can be asked of a contract, by the public words, in the order of the manual.
pub(super) const ASKS: &[Cases<Ask>] = &[
    ("loan.contract create", &[(Ask::Create, "")]),
    ("loan.contract accept", &[(Ask::Accept, "")]),
    ("loan.contract ready", &[(Ask::Ready, "")]),
    ("loan.contract activate", &[(Ask::Activate, "")]),
    ("loan.contract import", &[(Ask::Import, "")]),
    ("loan.contract replace", &[(Ask::Replace, "")]),
    ("loan.contract block", &[(Ask::Block, "")]),
    ("loan.contract unblock", &[(Ask::Unblock, "")]),
    (
        "loan.contract cancel",
        &[
            (Ask::Cancel(Owed::Nothing), "nothing is owed"),
            (Ask::Cancel(Owed::Something), "something is owed"),
        ],
    ),
    (
        "loan.default",
        &[
            (Ask::Default(Overdue::One), "a receivable is overdue"),
            (Ask::Default(Overdue::None), "none is overdue"),
        ],
    ),
    (
        "loan.receivable",
        &[
            (Ask::Receivable(Then::Open), OTHERWISE),
            (Ask::Receivable(Then::Settled), SETTLED),
        ],
    ),
    ("loan.invoice", &[(Ask::Invoice, "")]),
    (
        "loan.credit-note",
        &[
            (Ask::CreditNote(Then::Open), OTHERWISE),
            (Ask::CreditNote(Then::Settled), SETTLED),
        ],
    ),
    (
        "loan.disburse",
        &[
            (Ask::Disburse(Then::Open), OTHERWISE),
            (Ask::Disburse(Then::Settled), SETTLED),
        ],
    ),
    (
        "loan.repayment",
        &[
            (Ask::Repayment(Then::Open), OTHERWISE),
            (Ask::Repayment(Then::Settled), SETTLED),
        ],
    ),
    (
        "loan.reversal",
        &[
            (Ask::Reversal(Was::Same), "nothing is owed again"),
            (Ask::Reversal(Was::Active), "active before it closed"),
            (Ask::Reversal(Was::Blocked), "blocked before it closed"),
            (Ask::Reversal(Was::Defaulted), "defaulted before it closed"),
        ],
    ),
    (
        "loan.match",
        &[
            (Ask::Match(Then::Open), OTHERWISE),
            (Ask::Match(Then::Settled), SETTLED),
        ],
    ),
    (
        "loan.death",
        &[
            (Ask::Death(Owed::Something), "principal is outstanding"),
            (Ask::Death(Owed::Nothing), OTHERWISE),
        ],
    ),
    ("loan.inquire", &[(Ask::Inquire, "")]),
];

const CAME: &[E] = &[E::RepaymentRegistered, E::RepaymentConfirmed];
const PAID: &[E] = &[E::RepaymentConfirmed];
const BILLED: &[E] = &[E::ReceivableCreated, E::RepaymentConfirmed];
const NOT_NOW: Outcome<S, E> = Refuse(Code::NotAllowedInState);

/// What becomes of a contract in this state when this is asked.
#[rustfmt::skip] // one cell, one line: the table is read as a table
pub(super) const fn step(state: S, ask: Ask) -> Outcome<S, E> {
    use Ask as A;
    use Code as C;
    match (state, ask) {
        (S::None, A::Create) => Go(S::Created, &[E::ContractCreated]),
        (S::None, A::Import) => Go(S::Active, &[E::ContractImported]),
        (S::None, A::Accept | A::Ready | A::Activate | A::Replace | A::Block | A::Unblock | A::Cancel(_)) => Refuse(C::NotFound),
        (S::None, A::Default(_) | A::Receivable(_) | A::Invoice | A::CreditNote(_) | A::Disburse(_) | A::Match(_) | A::Inquire) => Refuse(C::NotFound),
        (S::None, A::Repayment(_)) => Refuse(C::NoSuchReference),
        (S::None, A::Reversal(_)) => Refuse(C::NotFound),
        (S::None, A::Death(_)) => Stay(&[]),

        (S::Created | S::Accepted | S::Waiting | S::Active | S::Blocked | S::Defaulted, A::Create | A::Import) => Refuse(C::AlreadyExists),
        (S::Canceled | S::Closed, A::Create | A::Import) => Refuse(C::AlreadyExists),
        (S::Created | S::Accepted | S::Waiting | S::Active | S::Blocked | S::Defaulted, A::Inquire) => Stay(&[]),
        (S::Canceled | S::Closed, A::Inquire) => Stay(&[]),

        (S::Created, A::Accept) => Go(S::Accepted, &[E::ContractAccepted]),
        (S::Created, A::Ready | A::Activate) => NOT_NOW,
        (S::Accepted, A::Ready) => Go(S::Waiting, &[E::ContractWaiting]),
        (S::Accepted, A::Accept | A::Activate) => NOT_NOW,
        (S::Waiting, A::Activate) => Go(S::Active, &[E::ContractActivated]),
        (S::Waiting, A::Accept | A::Ready) => NOT_NOW,
        (S::Created | S::Accepted | S::Waiting, A::Cancel(_)) => Go(S::Canceled, &[E::ContractCanceled]),
        (S::Created | S::Accepted | S::Waiting, A::Replace | A::Block | A::Unblock | A::Default(_) | A::Receivable(_)) => NOT_NOW,
        (S::Created | S::Accepted | S::Waiting, A::Invoice | A::CreditNote(_) | A::Disburse(_) | A::Reversal(_) | A::Match(_)) => NOT_NOW,
        (S::Created | S::Accepted | S::Waiting, A::Repayment(_)) => NOT_NOW,
        (S::Created | S::Accepted | S::Waiting, A::Death(_)) => Stay(&[]),

        (S::Active | S::Blocked | S::Defaulted, A::Accept | A::Ready | A::Activate) => NOT_NOW,
        (S::Active, A::Replace) => Stay(&[E::ContractReplaced]),
        (S::Active, A::Block) => Go(S::Blocked, &[E::ContractBlocked]),
        (S::Active, A::Unblock) => NOT_NOW,
        (S::Active, A::Cancel(Owed::Nothing)) => Go(S::Canceled, &[E::ContractCanceled]),
        (S::Active, A::Cancel(Owed::Something)) => Refuse(C::HasOutstanding),
        (S::Active, A::Disburse(Then::Open)) => Stay(&[E::OutgoingTransfer]),
        (S::Active, A::Disburse(Then::Settled)) => Go(S::Closed, &[E::OutgoingTransfer]),
        (S::Blocked, A::Unblock) => Go(S::Active, &[]),
        (S::Blocked, A::Replace | A::Block | A::Cancel(_) | A::Disburse(_)) => NOT_NOW,
        (S::Active | S::Blocked, A::Default(Overdue::One)) => Go(S::Defaulted, &[]),
        (S::Active | S::Blocked, A::Default(Overdue::None)) => Refuse(C::NothingOverdue),
        (S::Active | S::Blocked, A::Receivable(Then::Open)) => Stay(BILLED),
        (S::Active | S::Blocked, A::Receivable(Then::Settled)) => Go(S::Closed, BILLED),
        (S::Defaulted, A::Replace | A::Block | A::Unblock | A::Cancel(_) | A::Default(_) | A::Receivable(_) | A::Disburse(_)) => NOT_NOW,

        (S::Active | S::Blocked | S::Defaulted, A::Invoice) => Stay(&[E::InvoiceCreated]),
        (S::Active | S::Blocked | S::Defaulted, A::CreditNote(Then::Open)) => Stay(&[E::CreditNoteCreated]),
        (S::Active | S::Blocked | S::Defaulted, A::CreditNote(Then::Settled)) => Go(S::Closed, &[E::CreditNoteCreated]),
        (S::Active | S::Blocked | S::Defaulted, A::Repayment(Then::Open)) => Stay(CAME),
        (S::Active | S::Blocked | S::Defaulted, A::Repayment(Then::Settled)) => Go(S::Closed, CAME),
        (S::Active | S::Blocked | S::Defaulted, A::Match(Then::Open)) => Stay(PAID),
        (S::Active | S::Blocked | S::Defaulted, A::Match(Then::Settled)) => Go(S::Closed, PAID),
        (S::Active | S::Blocked | S::Defaulted, A::Reversal(_)) => Stay(CAME),
        (S::Active | S::Blocked | S::Defaulted, A::Death(Owed::Something)) => Stay(&[E::DeathNotification]),
        (S::Active | S::Blocked | S::Defaulted, A::Death(Owed::Nothing)) => Stay(&[]),

        (S::Canceled | S::Closed, A::Accept | A::Ready | A::Activate | A::Replace | A::Block | A::Unblock | A::Cancel(_)) => NOT_NOW,
        (S::Canceled | S::Closed, A::Default(_) | A::Receivable(_) | A::Invoice | A::CreditNote(_) | A::Disburse(_) | A::Match(_)) => NOT_NOW,
        (S::Canceled | S::Closed, A::Repayment(_)) => Refuse(C::ContractClosed),
        (S::Canceled | S::Closed, A::Death(_)) => Stay(&[]),
        (S::Canceled | S::Closed, A::Reversal(Was::Same)) => Stay(CAME),
        (S::Canceled | S::Closed, A::Reversal(Was::Active)) => Go(S::Active, CAME),
        (S::Canceled, A::Reversal(Was::Blocked | Was::Defaulted)) => Stay(CAME),
        (S::Closed, A::Reversal(Was::Blocked)) => Go(S::Blocked, CAME),
        (S::Closed, A::Reversal(Was::Defaulted)) => Go(S::Defaulted, CAME),
    }
}

/// What is asked of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AskApplication {
    /// Take it into the book.
    Register,
    /// It is accepted.
    Accept,
    /// It is declined.
    Decline,
    /// Present an offer for it.
    Present,
}

/// Everything that can be asked of an application.
pub(super) const ASKS_APPLICATION: &[Cases<AskApplication>] = &[
    (
        "loan.application",
        &[
            (AskApplication::Register, "not decided"),
            (AskApplication::Accept, "accepted"),
            (AskApplication::Decline, "declined"),
        ],
    ),
    ("loan.offer present", &[(AskApplication::Present, "")]),
];

/// What becomes of an application in this state when this is asked.
#[rustfmt::skip]
pub(super) const fn step_application(state: A, ask: AskApplication) -> Outcome<A, E> {
    use AskApplication as Q;
    match (state, ask) {
        (A::None, Q::Register) => Go(A::New, &[]),
        (A::None | A::New, Q::Accept) => Go(A::Accepted, &[E::ApplicationAccepted]),
        (A::None | A::New, Q::Decline) => Go(A::Declined, &[E::ApplicationDeclined]),
        (A::None, Q::Present) => Refuse(Code::NotFound),
        (A::New, Q::Register) => Refuse(Code::AlreadyExists),
        (A::New | A::Declined, Q::Present) => Refuse(Code::ApplicationNotAccepted),
        (A::Accepted, Q::Present) => Stay(&[E::OfferPresented]),
        (A::Accepted | A::Declined, Q::Register | Q::Accept | Q::Decline) => Refuse(Code::AlreadyDecided),
    }
}

/// What is asked of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AskOffer {
    /// Show it to the customer.
    Present,
    /// The customer accepts.
    Accept,
    /// Another offer of the application was accepted.
    Lapse,
    /// Make a contract of it.
    Contract,
}

/// Everything that can be asked of an offer.
pub(super) const ASKS_OFFER: &[Cases<AskOffer>] = &[
    ("loan.offer present", &[(AskOffer::Present, "")]),
    (
        "loan.offer accept",
        &[
            (AskOffer::Accept, "this one"),
            (AskOffer::Lapse, "another one"),
        ],
    ),
    ("loan.contract create", &[(AskOffer::Contract, "")]),
];

/// What becomes of an offer in this state when this is asked.
#[rustfmt::skip]
pub(super) const fn step_offer(state: O, ask: AskOffer) -> Outcome<O, E> {
    use AskOffer as Q;
    match (state, ask) {
        (O::None, Q::Present) => Go(O::Presented, &[E::OfferPresented]),
        (O::None, Q::Accept | Q::Lapse | Q::Contract) => Refuse(Code::NotFound),
        (O::Presented | O::Accepted | O::Lapsed, Q::Present) => Refuse(Code::AlreadyExists),
        (O::Presented, Q::Accept) => Go(O::Accepted, &[E::OfferAccepted]),
        (O::Presented, Q::Lapse) => Go(O::Lapsed, &[]),
        (O::Presented, Q::Contract) => Refuse(Code::OfferNotAccepted),
        (O::Accepted, Q::Accept) => Refuse(Code::NotAllowedInState),
        (O::Accepted | O::Lapsed, Q::Lapse) => Stay(&[]),
        (O::Accepted, Q::Contract) => Stay(&[]),
        (O::Lapsed, Q::Accept) => Refuse(Code::OfferLapsed),
        (O::Lapsed, Q::Contract) => Refuse(Code::OfferNotAccepted),
    }
}
