//! A contract as the book holds it: its terms, what is open of it, and the money that lies on it. What is paid is not
//! here but with the money that paid it, so that the state of a contract in use stays small.

use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::lifecycle::{Overdue, Owed, Then, Was};
use super::product::PRINCIPAL;
use super::words::{ReceivableState, State};
use crate::line::collect::Ordered;
use crate::line::stored::{currency, date, decimal};
use crate::model::Currency;

/// A contract's state. Amounts are in `currency`. What nearly every state has is kept under a letter: bytes are what a
/// book's writing costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the manual's names")]
pub(super) struct Loan {
    #[serde(rename = "s")]
    pub state: State,
    #[serde(rename = "p")]
    pub person: CompactString,
    /// The product's code.
    #[serde(rename = "t")]
    pub loan_type: CompactString,
    #[serde(rename = "l")]
    pub country: CompactString,
    /// In the one way that the product writes it.
    #[serde(rename = "r")]
    pub reference: CompactString,
    #[serde(rename = "c", with = "currency")]
    pub currency: Currency,
    /// What may be paid out in all.
    #[serde(rename = "a", with = "decimal")]
    pub amount: Decimal,
    /// Number of its terms, from 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<CompactString>,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_no: Option<CompactString>,
    /// Principal paid out, or taken over with it.
    #[serde(
        rename = "d",
        default,
        skip_serializing_if = "Decimal::is_zero",
        with = "decimal"
    )]
    pub disbursed: Decimal,
    /// Principal paid back.
    #[serde(
        rename = "b",
        default,
        skip_serializing_if = "Decimal::is_zero",
        with = "decimal"
    )]
    pub repaid: Decimal,
    /// What is open, by due date, then number.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub receivables: Vec<Receivable>,
    /// Money that lies on it, oldest first.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub cash: Vec<Rest>,
    /// The newest entry of its account; each entry names the one before it.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Entry>,
    /// The contract of the same person before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sibling: Option<CompactString>,
    /// What it was before it closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_from: Option<State>,
}

/// An entry of a contract's account: what changed what is owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Entry {
    /// Money, by its reference.
    #[serde(rename = "c")]
    Cash(CompactString),
    /// A credit note, by its number.
    #[serde(rename = "n")]
    CreditNote(CompactString),
}

impl Entry {
    /// Its reference, or number.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Cash(id) | Self::CreditNote(id) => id,
        }
    }
}

/// Money that lies on a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rest {
    /// The money's reference.
    #[serde(rename = "c")]
    pub cash: CompactString,
    /// How much of it.
    #[serde(rename = "l", with = "decimal")]
    pub left: Decimal,
}

/// Something that is owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the manual's names")]
pub(super) struct Receivable {
    #[serde(rename = "n")]
    pub number: CompactString,
    #[serde(rename = "s", default = "created", skip_serializing_if = "is_created")]
    pub state: ReceivableState,
    #[serde(rename = "t")]
    pub receivable_type: CompactString,
    #[serde(rename = "b", with = "date")]
    pub billing: NaiveDate,
    #[serde(rename = "d", with = "date")]
    pub due: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// In the product's order of allocation.
    #[serde(rename = "l")]
    pub lines: Vec<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<Invoice>,
    /// The order to collect it that a bank was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<Ordered>,
    /// The day that a bank told an order had failed on that is to be given again.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub failed: Option<NaiveDate>,
}

/// A period, both days included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Period {
    #[serde(with = "date")]
    pub start: NaiveDate,
    #[serde(with = "date")]
    pub end: NaiveDate,
}

/// What a receivable was billed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Invoice {
    #[serde(rename = "no")]
    pub number: CompactString,
    pub reference: CompactString,
}

/// One type of what is owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the manual's names")]
pub(super) struct Line {
    #[serde(rename = "t")]
    pub line_type: CompactString,
    #[serde(rename = "a", with = "decimal")]
    pub amount: Decimal,
    #[serde(
        default,
        rename = "p",
        skip_serializing_if = "Decimal::is_zero",
        with = "decimal"
    )]
    pub paid: Decimal,
    #[serde(
        default,
        rename = "c",
        skip_serializing_if = "Decimal::is_zero",
        with = "decimal"
    )]
    pub credited: Decimal,
}

const fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_one(number: &u32) -> bool {
    *number == 1
}

const fn created() -> ReceivableState {
    ReceivableState::Created
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_created(state: &ReceivableState) -> bool {
    *state == ReceivableState::Created
}

impl Line {
    /// What is still to be paid.
    pub(super) fn open(&self) -> Decimal {
        self.amount - self.paid - self.credited
    }
}

impl Receivable {
    /// What was owed at first.
    pub(super) fn amount(&self) -> Decimal {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// What is still to be paid.
    pub(super) fn open(&self) -> Decimal {
        self.lines.iter().map(Line::open).sum()
    }

    /// The line of a type.
    pub(super) fn line_mut(&mut self, line_type: &str) -> Option<&mut Line> {
        self.lines
            .iter_mut()
            .find(|line| *line.line_type == *line_type)
    }

    /// A line's own id.
    pub(super) fn line_id(&self, line_type: &str) -> String {
        format!("{}-{line_type}", self.number)
    }
}

impl Loan {
    /// Principal that was paid out and not paid back.
    pub(super) fn outstanding(&self) -> Decimal {
        self.disbursed - self.repaid
    }

    /// What is open of all receivables.
    pub(super) fn open(&self) -> Decimal {
        self.receivables.iter().map(Receivable::open).sum()
    }

    /// The money that lies on it.
    pub(super) fn unallocated(&self) -> Decimal {
        self.cash.iter().map(|rest| rest.left).sum()
    }

    /// Whether anything is owed.
    pub(super) fn owed(&self) -> Owed {
        if self.outstanding() > Decimal::ZERO || !self.receivables.is_empty() {
            Owed::Something
        } else {
            Owed::Nothing
        }
    }

    /// Whether a receivable's due date was before this day.
    pub(super) fn overdue(&self, today: NaiveDate) -> Overdue {
        if self.receivables.iter().any(|one| one.due < today) {
            Overdue::One
        } else {
            Overdue::None
        }
    }

    /// Whether what was paid out is paid back, and nothing else is open.
    pub(super) fn then(&self) -> Then {
        let settled = self.disbursed > Decimal::ZERO && self.owed() == Owed::Nothing;
        if settled { Then::Settled } else { Then::Open }
    }

    /// What it becomes again, if it is over and something is owed now.
    pub(super) fn was(&self) -> Was {
        match (self.owed(), self.closed_from) {
            // Money came for a contract that was in force: it was cancelled from there.
            (Owed::Something, _) if self.state == State::Canceled => Was::Active,
            (Owed::Something, Some(State::Active)) => Was::Active,
            (Owed::Something, Some(State::Blocked)) => Was::Blocked,
            (Owed::Something, Some(State::Defaulted)) => Was::Defaulted,
            _ => Was::Same,
        }
    }

    /// Puts a receivable in its place.
    pub(super) fn add(&mut self, receivable: Receivable) {
        let order = |one: &Receivable| (one.due, one.number.clone());
        let at = self
            .receivables
            .partition_point(|one| order(one) <= order(&receivable));
        self.receivables.insert(at, receivable);
    }

    /// What pays a line changes by this much; what pays principal lowers what is outstanding.
    pub(super) fn pay(&mut self, line_type: &str, amount: Decimal) {
        if line_type == PRINCIPAL {
            self.repaid += amount;
        }
    }

    /// Its number of terms as an id.
    pub(super) fn version_id(&self, contract_no: &str) -> String {
        format!("{contract_no}-{}", self.version)
    }

    /// The number that its payer is known by to a bank: the payer number, else the reference number, zeros in front
    /// aside.
    pub(super) fn payer(&self) -> &str {
        let number = self.payer_no.as_deref().unwrap_or(&self.reference);
        number.trim_start_matches('0')
    }
}
