//! The public words of the cover line.

use crate::lifecycle::words;

words! {
    /// How a quote or cover stands; a change of it is an event of the same name.
    pub(super) enum State {
        /// Not in the book.
        None "none",
        /// Asked for; the insurer has not answered.
        Pending "quote.pending",
        /// The insurer offers it for a premium.
        Offered "quote.offered",
        /// The seller has yet to sign the policy.
        ActivationPending "activation.pending",
        /// The invoice is insured.
        Activated "cover.activated",
        /// A claim waits for the insurer.
        ClaimPending "claim.pending",
        /// The quote came to nothing.
        Rejected "quote.rejected",
        /// The cover is over.
        Settled "cover.settled",
        /// The insurer pays.
        ClaimApproved "claim.approved",
        /// The insurer does not pay.
        ClaimRejected "claim.rejected",
    }
}

impl State {
    /// Whether the invoice's amount counts towards what is insured of its buyer.
    pub(super) const fn is_exposed(self) -> bool {
        match self {
            Self::ActivationPending | Self::Activated | Self::ClaimPending => true,
            Self::None | Self::Pending | Self::Offered | Self::Rejected => false,
            Self::Settled | Self::ClaimApproved | Self::ClaimRejected => false,
        }
    }
}

words! {
    /// Why a quote was rejected, or a cover settled.
    pub(super) enum Reason {
        /// The insurer offers nothing.
        InsuranceUnavailable "insurance_unavailable",
        /// The offer was turned down.
        OfferRejected "offer_rejected",
        /// Nobody took the offer in time.
        QuoteExpired "quote_expired",
        /// The invoice was paid, or the cover is no longer needed.
        InvoicePaid "invoice_paid",
        /// Nobody claimed in time.
        ClaimPeriodExpired "claim_period_expired",
        /// The invoice was paid while a claim waited.
        ClaimCancelled "claim_cancelled",
    }
}

words! {
    /// The way in which a quote is asked for.
    pub enum Channel {
        /// The seller gets the quote by e-mail, and buys from the insurer.
        Connect "connect",
        /// The partner is the policy holder.
        Reinsure "reinsure",
        /// The partner's seller is the policy holder.
        Insure "insure",
    }
}

words! {
    /// What a claim is for.
    pub(super) enum ClaimType {
        /// The invoice is paid late.
        LatePayment "late_payment",
        /// It is not paid.
        NonPayment "non_payment",
        /// The buyer is bankrupt.
        Bankruptcy "bankruptcy",
    }
}
