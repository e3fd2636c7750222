//! The line's words: states, actions, what happened.

use crate::lifecycle::words;

words! {
    /// How a contract stands.
    pub(super) enum State {
        /// It is not in the book.
        None "none",
        /// Made of an accepted offer.
        Created "CREATED",
        /// The customer has accepted it.
        Accepted "ACCEPTED",
        /// All that activation needs is there.
        Waiting "WAITING_FOR_ACTIVATION",
        /// In force.
        Active "ACTIVE",
        /// In force, and nothing more is paid out.
        Blocked "BLOCKED",
        /// The customer has failed to pay.
        Defaulted "DEFAULTED",
        /// It came to nothing.
        Canceled "CANCELED",
        /// Paid back.
        Closed "CLOSED",
    }
}

words! {
    /// How an application stands.
    pub(super) enum ApplicationState {
        /// It is not in the book.
        None "none",
        /// Not decided.
        New "NEW",
        /// Accepted.
        Accepted "ACCEPTED",
        /// Declined.
        Declined "DECLINED",
    }
}

words! {
    /// How an offer stands.
    pub(super) enum OfferState {
        /// It is not in the book.
        None "none",
        /// The customer can accept it.
        Presented "PRESENTED",
        /// The customer has accepted it.
        Accepted "ACCEPTED",
        /// Another one of the application was accepted.
        Lapsed "LAPSED",
    }
}

words! {
    /// How a receivable stands.
    pub(super) enum ReceivableState {
        /// Something of it is open.
        Created "CREATED",
        /// Nothing is open, and money came last.
        Paid "PAID",
        /// Nothing is open, and a credit note came last.
        Credited "CREDITED",
    }
}

words! {
    /// How money that came in stands.
    pub(super) enum CashState {
        /// It belongs to nothing in the book.
        Unmatched "unmatched",
        /// Some of it lies on its contract.
        Unallocated "unallocated",
        /// All of it pays something.
        Allocated "allocated",
        /// All of it went back.
        Reversed "reversed",
    }
}

words! {
    /// What is asked of a contract.
    pub(super) enum Action {
        /// Make it of an accepted offer.
        Create "create",
        /// The customer accepts.
        Accept "accept",
        /// All that activation needs is there.
        Ready "ready",
        /// Put it in force.
        Activate "activate",
        /// Take it over from another system.
        Import "import",
        /// New terms.
        Replace "replace",
        /// Pay nothing more out.
        Block "block",
        /// Pay out again.
        Unblock "unblock",
        /// End it before anything is owed.
        Cancel "cancel",
    }
}

words! {
    /// What is asked of an offer.
    pub(super) enum OfferAction {
        /// Show it to the customer.
        Present "present",
        /// The customer accepts.
        Accept "accept",
    }
}

words! {
    /// How an application is decided.
    pub(super) enum Verdict {
        /// Accepted.
        Accept "accept",
        /// Declined.
        Decline "decline",
    }
}

words! {
    /// Who takes a repayment back.
    pub(super) enum Initiator {
        /// We do, and the payer gets the money back.
        Us "us",
        /// The bank did, and the money is gone.
        Bank "bank",
    }
}

words! {
    /// What happened, by the source's codes.
    pub(super) enum EventKind {
        /// An application was accepted.
        ApplicationAccepted "LOAN_APPLICATION_ACCEPTED",
        /// An application was declined.
        ApplicationDeclined "LOAN_APPLICATION_DECLINED",
        /// An offer was shown to the customer.
        OfferPresented "LOAN_OFFER_PRESENTED",
        /// The customer accepted an offer.
        OfferAccepted "LOAN_OFFER_ACCEPTED",
        /// A contract is new in the book.
        ContractCreated "LOAN_CONTRACT_CREATED",
        /// The customer accepted a contract.
        ContractAccepted "LOAN_CONTRACT_ACCEPTED",
        /// A contract can be activated.
        ContractWaiting "LOAN_CONTRACT_WAITING_FOR_ACTIVATION",
        /// A contract is in force.
        ContractActivated "LOAN_CONTRACT_ACTIVATED",
        /// A contract came from another system.
        ContractImported "LOAN_CONTRACT_IMPORTED",
        /// A contract has new terms.
        ContractReplaced "LOAN_CONTRACT_REPLACED",
        /// A contract is blocked.
        ContractBlocked "LOAN_CONTRACT_BLOCKED",
        /// A contract came to nothing.
        ContractCanceled "LOAN_CONTRACT_CANCELED",
        /// Settings of a loan type changed.
        TypeChanged "LOAN_TYPE_CHANGED",
        /// Something is owed.
        ReceivableCreated "LOAN_RECEIVABLE_CREATED",
        /// What is owed was billed.
        InvoiceCreated "LOAN_INVOICE_CREATED",
        /// Some of what was billed is no longer asked for.
        CreditNoteCreated "LOAN_CREDIT_NOTE_CREATED",
        /// Money came in or went back.
        RepaymentRegistered "LOAN_REPAYMENT_REGISTERED",
        /// Money pays something, or no longer does.
        RepaymentConfirmed "LOAN_REPAYMENT_CONFIRMED",
        /// A borrower has died.
        DeathNotification "LOAN_CUSTOMER_DEATH_NOTIFICATION",
        /// Money is paid out.
        OutgoingTransfer "LOAN_OUTGOING_TRANSFER",
    }
}

impl EventKind {
    /// The source's routing code.
    pub(super) const fn routing(self) -> &'static str {
        match self {
            Self::ApplicationAccepted => "ext.loans.applications.accepted",
            Self::ApplicationDeclined => "ext.loans.applications.declined",
            Self::OfferPresented => "ext.loans.offers.presented",
            Self::OfferAccepted => "ext.loans.offers.accepted",
            Self::ContractCreated => "ext.loans.contracts.created",
            Self::ContractAccepted => "ext.loans.contracts.accepted",
            Self::ContractWaiting => "ext.loans.contracts.waiting-for-activation",
            Self::ContractActivated => "ext.loans.contracts.activated",
            Self::ContractImported => "ext.loans.contracts.imported",
            Self::ContractReplaced => "ext.loans.contracts.replaced",
            Self::ContractBlocked => "ext.loans.contracts.blocked",
            Self::ContractCanceled => "ext.loans.contracts.canceled",
            Self::TypeChanged => "ext.loans.products.loan-type.changed",
            Self::ReceivableCreated => "ext.loans.receivables.receivable.created",
            Self::InvoiceCreated => "ext.loans.contracts.invoices.created",
            Self::CreditNoteCreated => "ext.loans.receivables.credit-note.created",
            Self::RepaymentRegistered => "ext.loans.receivables.cash-events.repayments.registered",
            Self::RepaymentConfirmed => "ext.loans.receivables.cash-events.repayments.confirmed",
            Self::DeathNotification => "ext.loans.contracts.letters.created",
            Self::OutgoingTransfer => "ext.paymentRouters.transfers.sent",
        }
    }
}
