//! The code lists of the credit-life line.

use crate::lifecycle::words;

words! {
    /// What an operation and its insurance can be.
    pub(super) enum State {
        /// Not in the book.
        None "none",
        /// Created; nothing is paid out yet.
        WaitingSignature "waiting_signature",
        /// Paid out, and the policy is in force.
        Active "active",
        /// Paid out, without insurance.
        Disbursed "disbursed",
        /// Operation or insurance ended before its time.
        Canceled "canceled",
        /// The policy's term is over.
        Expired "expired",
    }
}

words! {
    /// Why an insurance is canceled.
    pub(super) enum CancelReason {
        /// The whole operation is reversed.
        ReversedOperation "reversed_operation",
        /// A cover's amount is over its limit.
        CoverLimit "cover_limit_amount_exceeded",
        /// The borrower gives up the insurance alone.
        PremiumCancel "insurance_premium_cancel",
    }
}

words! {
    /// What is taken off the issue amount.
    pub(super) enum RebateType {
        /// The premium of an insurance of this site; its amount is computed.
        PremiumQi "insurance_premium_qi",
        /// The fee for opening the credit.
        Tac "tac",
        /// The premium of an insurance that somebody else sells.
        Premium "insurance_premium",
    }
}

words! {
    /// What a policy covers.
    pub(super) enum CoverType {
        /// Permanent disability.
        PermanentDisability "permanent_disability",
        /// Accidental death.
        AccidentalDeath "accidental_death",
        /// Unemployment.
        Unemployment "unemployment",
    }
}

/// The states of Brazil and its federal district, as they stand in an address.
pub(super) const STATES_OF_BRAZIL: &[&str] = &[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE",
    "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];
