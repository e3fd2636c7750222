//! An operation and its insurance as the book holds them. All amounts are in reais.

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::OPERATION;
use super::lifecycle::{ASKS, Ask, Disbursal, Reversal, step};
use super::words::{CancelReason, CoverType, RebateType, State};
use crate::lifecycle::Outcome;
use crate::line::stored::{date, no};
use crate::line::work::Kept;
use crate::line::{Space, Today};
use crate::model::{Currency, Object as Map};

/// What falls due of a policy: its term is over.
pub(super) const EXPIRE: &str = "policy.expire";

/// An operation's state. Maps are keyed by canonical names, in the order of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Operation {
    pub state: State,
    /// The borrower's CPF, digits alone.
    pub document_number: Box<str>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub birth_date: Option<NaiveDate>,
    pub issue_amount: Decimal,
    /// The day it is to be paid out on; once it is, the day it was.
    #[serde(with = "date")]
    pub disbursement_date: NaiveDate,
    pub number_of_installments: i64,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub first_due_date: Option<NaiveDate>,
    /// As the record lists them; empty: monthly from the first due date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub installments: Vec<Installment>,
    pub monthly_interest_rate: Decimal,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebates: Vec<Rebate>,
    /// Name, contact and address.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub borrower: Map,
    /// CNPJ of who buys the credit, digits and capitals alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchaser_document_number: Option<Box<str>>,
    /// Where it is paid out to; empty: not given.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub account: Map,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Insurance>,
    /// Id of its disbursement, once there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disbursement_key: Option<Box<str>>,
    /// The day it was reversed on.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub reversed: Option<NaiveDate>,
}

/// What the borrower pays on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Installment {
    #[serde(with = "date")]
    pub due_date: NaiveDate,
    pub amount: Decimal,
}

/// What is taken off the issue amount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rebate {
    #[serde(rename = "type")]
    pub kind: RebateType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
}

/// The insurance that is sold with an operation, as it was agreed when the operation was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Insurance {
    /// Its id.
    pub key: Box<str>,
    pub product: Box<str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Cover>,
    pub net: Decimal,
    pub gross: Decimal,
    /// Once it is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled: Option<Canceled>,
}

/// What one cover costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cover {
    pub cover_type: CoverType,
    pub premium: Decimal,
}

/// A policy that is issued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Policy {
    /// Id of its document.
    pub document_key: Box<str>,
    /// First day of its term: the operation was paid out on it.
    #[serde(with = "date")]
    pub start: NaiveDate,
    /// Last day of its term.
    #[serde(with = "date")]
    pub end: NaiveDate,
    /// The day on which it expires: the first after its term that time can act on.
    #[serde(with = "date")]
    pub expires: NaiveDate,
    /// The last day on which all of the premium goes back.
    #[serde(with = "date")]
    pub refund_until: NaiveDate,
    pub number: Box<str>,
    pub prize: Box<str>,
}

/// How an insurance ended before its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Canceled {
    pub reason: CancelReason,
    /// The day it took effect for.
    #[serde(with = "date")]
    pub date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Refund>,
}

/// What goes back of a premium.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Refund {
    /// The order's id.
    pub order: Box<str>,
    pub amount: Decimal,
    /// Whether it waits for somewhere to be paid to.
    #[serde(default, skip_serializing_if = "no")]
    pub held: bool,
}

impl Insurance {
    /// The tax: what the gross premium is over the net one.
    pub(super) fn iof(&self) -> Decimal {
        self.gross - self.net
    }
}

impl Kept for Operation {
    const SPACE: Space = OPERATION;
    type State = State;

    fn state(&self) -> State {
        self.state
    }

    fn go(&mut self, state: State) {
        self.state = state;
    }

    fn currency(&self) -> Option<Currency> {
        Some(super::reais())
    }

    fn allowed(&self, _: &Today<'_>) -> Vec<&'static str> {
        let takes = |ask: Ask| !matches!(step(self.state, ask), Outcome::Refuse(_));
        let asks = ASKS.iter().filter(|(_, cases)| {
            let mut cases = cases.iter().map(|(ask, _)| *ask);
            cases.any(|ask| self.applies(ask) && takes(ask))
        });
        // What time does is nobody's to ask for.
        asks.map(|(word, _)| *word)
            .filter(|word| *word != EXPIRE)
            .collect()
    }

    fn dues(&self) -> Vec<(NaiveDate, &'static str)> {
        let policy = self.insurance.as_ref().and_then(|one| one.policy.as_ref());
        let policy = policy.filter(|_| self.state == State::Active);
        policy
            .map(|one| (one.expires, EXPIRE))
            .into_iter()
            .collect()
    }
}

impl Operation {
    /// Whether a case of an instruction can be that of this operation.
    fn applies(&self, ask: Ask) -> bool {
        match ask {
            Ask::Disburse(Disbursal::Uninsured) => self.insurance.is_none(),
            // Whether a cover is over its limit is judged by the product on the day.
            Ask::Disburse(Disbursal::Insured | Disbursal::OverLimit) => self.insurance.is_some(),
            Ask::Reverse(reversal) => reversal == self.reversal(),
            Ask::Create | Ask::Cancel | Ask::Inquire | Ask::Expire => true,
        }
    }

    /// Whether it was reversed before.
    pub(super) const fn reversal(&self) -> Reversal {
        if self.reversed.is_some() {
            Reversal::Second
        } else {
            Reversal::First
        }
    }

    /// The installments as listed, else monthly from the first due date, without their amounts.
    pub(super) fn due_dates(&self) -> Vec<NaiveDate> {
        if !self.installments.is_empty() {
            return self.installments.iter().map(|one| one.due_date).collect();
        }
        let Some(first) = self.first_due_date else {
            return Vec::new();
        };
        let months = 0..u32::try_from(self.number_of_installments).unwrap_or(0);
        months
            .filter_map(|month| first.checked_add_months(Months::new(month)))
            .collect()
    }
}
