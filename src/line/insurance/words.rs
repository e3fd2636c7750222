//! The code lists of the insurance line.

use crate::lifecycle::words;

words! {
    /// What an insurance can be.
    pub(super) enum State {
        /// Not in the book.
        None "none",
        /// In the book; approvals are missing.
        Registered "registered",
        /// Bank and customer approved.
        Approved "approved",
        /// In force.
        Active "active",
        /// Ended before its time.
        Cancelled "cancelled",
        /// Its end date is over.
        Expired "expired",
    }
}

words! {
    /// Who a customer is.
    pub(super) enum CustomerType {
        /// A person.
        Individual "individual",
        /// A legal person.
        Company "company",
    }
}

words! {
    /// What a customer is to an insurance.
    pub(super) enum Role {
        /// Holds it; exactly one.
        Owner "owner",
        /// Whose life or work it covers; one or two.
        Insured "insured",
        /// Gets a share of what it pays.
        Beneficiary "beneficiary",
        /// Pays the premium.
        Payer "payer",
    }
}

words! {
    /// What is asked about a party.
    pub(super) enum Action {
        /// One more.
        Add "add",
        /// Another in its place, or another share.
        Change "change",
        /// No longer.
        Remove "remove",
    }
}

words! {
    /// Who approves.
    pub(super) enum Approver {
        /// The bank.
        Bank "bank",
        /// The customer.
        Customer "customer",
        /// Both at once.
        Both "both",
    }
}

words! {
    /// Why an insurance is cancelled.
    pub(super) enum Reason {
        /// The customer wants it.
        CustomerRequest "customer_request",
        /// The loan is repaid.
        LoanRepaid "loan_repaid",
        /// The loan moved to another lender.
        LoanMoved "loan_moved",
        /// Premiums were not paid.
        NonPayment "non_payment",
        /// The insured died.
        Death "death",
        /// Fraud.
        Fraud "fraud",
        /// Another insurance replaces it.
        Replaced "replaced",
    }
}

impl Reason {
    /// Whether a cancellation for this reason can never be undone.
    pub(super) const fn is_final(self) -> bool {
        match self {
            Self::Death | Self::Fraud | Self::Replaced => true,
            Self::CustomerRequest | Self::LoanRepaid | Self::LoanMoved | Self::NonPayment => false,
        }
    }
}

words! {
    /// How premiums are collected.
    pub(super) enum Method {
        /// Direct debit through Bankgirot.
        Autogiro "autogiro",
        /// Invoice paid to the insurer's bankgiro.
        Bankgiro "bankgiro",
        /// Invoice paid to the insurer's plusgiro.
        Plusgiro "plusgiro",
        /// From a Swedish account.
        Account "account",
        /// From an account abroad.
        ForeignAccount "foreign_account",
        /// Cash.
        Cash "cash",
        /// Through the bank's own invoice or agreement.
        CoBilling "co_billing",
        /// Another insurance pays.
        Insurance "insurance",
        /// The customer moved out; nothing is collected until this is changed.
        MovedOut "moved_out",
        /// Something else, told in words.
        Other "other",
    }
}

words! {
    /// How the mandate stands by which a bank collects premiums.
    pub(super) enum MandateState {
        /// The payer gave it through the internet bank; it waits for our word.
        Requested "requested",
        /// It was sent to the bank, which has not answered.
        Sent "sent",
        /// The bank collects by it.
        Confirmed "confirmed",
        /// The bank does not, or no longer.
        Cancelled "cancelled",
    }
}

words! {
    /// What a bank says of a mandate.
    pub(super) enum MandateStatus {
        /// The payer asks for it.
        Pending "pending",
        /// It stands.
        Approved "approved",
        /// It was there already when we ordered it.
        Registered "registered",
        /// It does not, or no longer.
        Cancelled "cancelled",
        /// As it was: an order of ours was not carried out, or had been before.
        Unchanged "unchanged",
    }
}

words! {
    /// What became of money whose insurance nobody could tell.
    pub(super) enum MoneyState {
        /// It is kept apart.
        Unmatched "unmatched",
        /// It paid an insurance after all, or was taken back from one.
        Matched "matched",
        /// It went back to its payer.
        Reversed "reversed",
    }
}

/// What partners call the methods, in lower case (the Swedish words of the source, their abbreviations, our own).
pub(super) const METHOD_WORDS: &[(&str, &str)] = &[
    ("autogiro", "autogiro"),
    ("ag", "autogiro"),
    ("bankgiro", "bankgiro"),
    ("bg", "bankgiro"),
    ("plusgiro", "plusgiro"),
    ("pg", "plusgiro"),
    ("konto", "account"),
    ("account", "account"),
    ("bankkonto utland", "foreign_account"),
    ("foreign_account", "foreign_account"),
    ("kontant", "cash"),
    ("cash", "cash"),
    ("samfakturerings/avtals underbetalningar", "co_billing"),
    ("co_billing", "co_billing"),
    ("försäkring", "insurance"),
    ("insurance", "insurance"),
    ("utflytt", "moved_out"),
    ("moved_out", "moved_out"),
    ("annat", "other"),
    ("other", "other"),
];

words! {
    /// How refunds and benefits are paid out.
    pub(super) enum PayoutMethod {
        /// To a Swedish account.
        Account "account",
        /// To a bankgiro.
        Bankgiro "bankgiro",
        /// To a plusgiro.
        Plusgiro "plusgiro",
        /// To an account abroad.
        ForeignAccount "foreign_account",
    }
}

/// What partners call the ways of paying out.
pub(super) const PAYOUT_WORDS: &[(&str, &str)] = &[
    ("account", "account"),
    ("konto", "account"),
    ("bankgiro", "bankgiro"),
    ("bg", "bankgiro"),
    ("plusgiro", "plusgiro"),
    ("pg", "plusgiro"),
    ("foreign_account", "foreign_account"),
    ("bankkonto utland", "foreign_account"),
];

words! {
    /// How often premiums are collected.
    pub(super) enum Interval {
        /// Twelve times a year.
        Monthly "monthly",
        /// Four times a year.
        Quarterly "quarterly",
        /// Twice a year.
        HalfYearly "half-yearly",
        /// Once a year.
        Yearly "yearly",
    }
}

impl Interval {
    /// Months of one instalment's period.
    pub(super) const fn months(self) -> u32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::HalfYearly => 6,
            Self::Yearly => 12,
        }
    }

    /// Instalments of a year.
    pub(super) const fn periods(self) -> u32 {
        12 / self.months()
    }
}

/// Where an insurance was sold, in the source's own words.
pub(super) const CHANNELS: &[&str] = &[
    "NEW LOAN",
    "TOPUP",
    "CAMPAIGN",
    "INBOUND PUSH",
    "INBOUND PULL",
    "WEB",
    "TM OUTBOUND",
    "NORDICOM",
    "WEB INBOUND PULL",
    "WEB INBOUND PUSH",
    "APP INBOUND PULL",
    "APP INBOUND PUSH",
    "PHYSICAL MEETING",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_lower_case_and_means_a_method() {
        for (spelling, word) in METHOD_WORDS {
            assert_eq!(*spelling, spelling.to_lowercase());
            assert!(Method::named(word).is_some(), "{word}");
        }
        for (spelling, word) in PAYOUT_WORDS {
            assert_eq!(*spelling, spelling.to_lowercase());
            assert!(PayoutMethod::named(word).is_some(), "{word}");
        }
        for word in Method::WORDS {
            assert!(METHOD_WORDS.contains(&(word, word)), "{word}");
        }
        for word in PayoutMethod::WORDS {
            assert!(PAYOUT_WORDS.contains(&(word, word)), "{word}");
        }
    }

    #[test]
    fn a_year_is_cut_into_whole_periods() {
        let periods: Vec<u32> = Interval::ALL.iter().map(|i| i.periods()).collect();
        assert_eq!(periods, [12, 4, 2, 1]);
    }
}
