//! Money that came in, as the book holds it: what it paid, what is left of it, how it is found again; and credit notes.

use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

use super::entity::{Entry, Receivable};
use super::retold::Retold;
use super::spelling;
use super::words::CashState;
use crate::line::stored::{currency, date, decimal};
use crate::model::Currency;

/// Money that came in. What nearly all money has is kept under a letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cash {
    /// The contract that it is for; `None`: it matches nothing.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<CompactString>,
    /// What came in; zero where the bank took back what never came.
    #[serde(rename = "a", with = "decimal")]
    pub amount: Decimal,
    #[serde(rename = "c", with = "currency")]
    pub currency: Currency,
    #[serde(rename = "v", with = "date")]
    pub value_date: NaiveDate,
    #[serde(
        rename = "p",
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub posting_date: Option<NaiveDate>,
    /// What went back of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backs: Vec<Back>,
    /// The reference number that it came with.
    #[serde(default, rename = "r", skip_serializing_if = "Option::is_none")]
    pub reference: Option<CompactString>,
    /// The bank's own reference.
    #[serde(default, rename = "b", skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<CompactString>,
    #[serde(default, rename = "e", skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<CompactString>,
    /// The account that it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<CompactString>,
    #[serde(default, rename = "y", skip_serializing_if = "Option::is_none")]
    pub payer_name: Option<CompactString>,
    #[serde(default, rename = "account", skip_serializing_if = "Option::is_none")]
    pub payer_account: Option<CompactString>,
    #[serde(default, rename = "iban", skip_serializing_if = "Option::is_none")]
    pub payer_iban: Option<CompactString>,
    #[serde(default, rename = "bic", skip_serializing_if = "Option::is_none")]
    pub payer_bic: Option<CompactString>,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<CompactString>,
    /// Whether it is to pay principal ahead of its time, once it is known whose it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub premature: bool,
    /// What it paid, oldest first.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Receivables that it closed.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Receivable>,
    /// The entry of its contract's account before it.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Entry>,
    /// The money with the same bank reference (or end-to-end id) before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<CompactString>,
    /// The first money with the same bank reference (or end-to-end id), where that is not itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<CompactString>,
    /// The money with the same reference number before it, where neither matched anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alike: Option<CompactString>,
    /// The money with the same end-to-end id before it, where both have a bank reference, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<CompactString>,
    /// The money that is told apart from it by nothing, and who told it again; `None`: none, and nobody.
    #[serde(default, rename = "t", skip_serializing_if = "Option::is_none")]
    pub retold: Option<Box<Retold>>,
    /// What its record was answered with, where that was not an active contract.
    #[serde(default = "active", skip_serializing_if = "is_active")]
    pub answered: CompactString,
    /// How many confirmations it has had: their ids are numbered.
    #[serde(default, rename = "n", skip_serializing_if = "is_none")]
    pub told: u32,
}

/// Money that went back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Back {
    /// Of the record that took it back.
    pub id: CompactString,
    #[serde(rename = "a", with = "decimal")]
    pub amount: Decimal,
    #[serde(rename = "on", with = "date")]
    pub value_date: NaiveDate,
    /// What the bank's own file calls it by.
    #[serde(default, rename = "bank", skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<CompactString>,
    /// What went back that is told apart from it by nothing, and who told it again; `None`: none, and nobody.
    #[serde(default, rename = "t", skip_serializing_if = "Option::is_none")]
    pub retold: Option<Box<Retold>>,
    /// What the record was answered with, where that was not an active contract.
    #[serde(default = "active", skip_serializing_if = "is_active")]
    pub answered: CompactString,
}

/// What money paid. Kept as a list of these.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "PartKept")]
pub(super) struct Part {
    /// The receivable; `None`: principal ahead of its time.
    pub receivable: Option<CompactString>,
    pub line_type: CompactString,
    pub amount: Decimal,
}

type PartKept = (Option<CompactString>, CompactString, Decimal);

impl From<PartKept> for Part {
    fn from((receivable, line_type, amount): PartKept) -> Self {
        Self {
            receivable,
            line_type,
            amount,
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (
            &self.receivable,
            &self.line_type,
            decimal::Kept(self.amount),
        )
            .serialize(serializer)
    }
}

/// A credit note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CreditNote {
    pub contract: CompactString,
    pub invoice: CompactString,
    pub receivable: CompactString,
    #[serde(with = "date")]
    pub date: NaiveDate,
    #[serde(with = "currency")]
    pub currency: Currency,
    /// What is no longer asked for.
    pub parts: Vec<Part>,
    /// The receivable, where nothing is open of it any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Receivable>,
    /// The entry of its contract's account before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Entry>,
}

/// What nearly all records are answered with.
pub(super) const ACTIVE: &str = "ACTIVE";

fn active() -> CompactString {
    ACTIVE.into()
}

fn is_active(state: &str) -> bool {
    state == ACTIVE
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(super) const fn is_none(number: &u32) -> bool {
    *number == 0
}

impl Cash {
    /// No money yet.
    pub(super) fn nothing(currency: Currency, value_date: NaiveDate) -> Self {
        Self {
            contract: None,
            amount: Decimal::new(0, currency.decimals()),
            currency,
            value_date,
            posting_date: None,
            backs: Vec::new(),
            reference: None,
            bank_reference: None,
            end_to_end_id: None,
            payee: None,
            payer_name: None,
            payer_account: None,
            payer_iban: None,
            payer_bic: None,
            channel: None,
            comment: None,
            premature: false,
            parts: Vec::new(),
            closed: Vec::new(),
            before: None,
            same: None,
            first: None,
            alike: None,
            named: None,
            retold: None,
            answered: active(),
            told: 0,
        }
    }

    /// What of it pays something.
    pub(super) fn allocated(&self) -> Decimal {
        self.parts.iter().map(|part| part.amount).sum()
    }

    /// What went back of it.
    pub(super) fn reversed(&self) -> Decimal {
        self.backs.iter().map(|back| back.amount).sum()
    }

    /// What is there of it, and pays nothing: below zero where more went back than came.
    pub(super) fn left(&self) -> Decimal {
        self.amount - self.reversed() - self.allocated()
    }

    /// What can still go back.
    pub(super) fn returnable(&self) -> Decimal {
        (self.amount - self.reversed()).max(Decimal::ZERO)
    }

    /// How it stands.
    pub(super) fn state(&self) -> CashState {
        if self.amount == self.reversed() {
            CashState::Reversed
        } else if self.contract.is_none() {
            CashState::Unmatched
        } else if self.left() > Decimal::ZERO {
            CashState::Unallocated
        } else {
            CashState::Allocated
        }
    }

    /// Whether another payment is this one told twice. What tells payments apart depends on what both are found by.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let alike = self.amount == other.amount
            && self.currency == other.currency
            && self.value_date == other.value_date;
        let who = if self.bank_reference.is_some() || other.bank_reference.is_some() {
            let payees = [self, other].map(|cash| cash.payee.as_deref().map(spelling::plain));
            let banks =
                [self, other].map(|cash| cash.bank_reference.as_deref().map(spelling::number));
            payees[0] == payees[1] && banks[0] == banks[1]
        } else {
            self.end_to_end_id == other.end_to_end_id
                && self.payer_name == other.payer_name
                && self.payer_account == other.payer_account
                && self.payer_iban == other.payer_iban
        };
        alike && who
    }
}

impl CreditNote {
    /// What is no longer asked for.
    pub(super) fn amount(&self) -> Decimal {
        self.parts.iter().map(|part| part.amount).sum()
    }
}
