//! The code lists of the card line, in the source's own words.

use crate::lifecycle::words;

words! {
    /// What a contract can be.
    pub(super) enum State {
        /// Not in the book.
        None "none",
        /// In the book; the customer has not signed.
        AwaitingSignature "AWAITING_SIGNATURE",
        /// In force.
        Signed "SIGNED",
        /// Its cards are blocked until it is closed, or that is taken back.
        Suspended "SUSPENDED",
        /// Ended.
        Closed "CLOSED",
    }
}

words! {
    /// What an account, or the contract about a card, can be.
    pub(super) enum Status {
        /// Waits for the signature.
        Created "CREATED",
        /// In use.
        Active "ACTIVE",
        /// Ended.
        Closed "CLOSED",
    }
}

words! {
    /// What a card can be.
    pub(super) enum CardStatus {
        /// Not in use yet.
        Created "CREATED",
        /// In use.
        Active "ACTIVE",
        /// Not usable for now.
        Blocked "BLOCKED",
        /// Never usable again.
        Deactivated "DEACTIVATED",
    }
}

words! {
    /// Whose card it is: the main one, or a further one.
    pub(super) enum Indicator {
        /// The contract owner's.
        Principal "PRINCIPAL",
        /// A further one.
        Supplementary "SUPPLEMENTARY",
    }
}

words! {
    /// When a contract is closed.
    pub(super) enum DelayType {
        /// At once.
        Immediate "IMMEDIATE",
        /// On a day to come.
        Scheduled "SCHEDULED",
        /// When the last of its cards has expired.
        AtCardExpiry "AT_CARD_EXPIRY",
    }
}

words! {
    /// What closed a contract.
    pub(super) enum ClosedBy {
        /// An instruction, at once.
        Immediate "IMMEDIATE",
        /// The day that was asked for.
        Scheduled "SCHEDULED",
        /// The end of the last card.
        AtCardExpiry "AT_CARD_EXPIRY",
        /// A suspension that nobody took back.
        Suspension "SUSPENSION",
    }
}

words! {
    /// What a fee is for.
    pub(super) enum FeeType {
        /// Being a member.
        Membership "MEMBERSHIP_FEE",
        /// Setting up an account.
        AccountSetup "ACCOUNT_SETUP_FEE",
    }
}

words! {
    /// How cards are released to their makers.
    pub(super) enum Release {
        /// At once.
        Automatic "AUTOMATIC",
        /// When the issuer says so.
        Manual "MANUAL",
    }
}

words! {
    /// How a card is sent.
    pub(super) enum SendingMode {
        /// By ordinary mail.
        Normal "Normal",
        /// By courier.
        Express "Express",
        /// By registered mail.
        Registered "Registered",
    }
}

words! {
    /// What kind of account a product gives.
    pub(super) enum Category {
        /// Paid at once.
        Debit "DEBIT",
        /// Paid later.
        Credit "CREDIT",
        /// Paid before.
        Prepaid "PREPAID",
    }
}

words! {
    /// What others must make or pay.
    pub(super) enum OrderType {
        /// A plastic card.
        Card "CardOrder",
        /// The letter with its PIN.
        PinMailer "PinMailer",
        /// What an account holds, to its holder's bank.
        Transfer "OutgoingCreditTransfer",
    }
}
