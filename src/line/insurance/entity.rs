//! An insurance as the book holds it.

use crate::model::Object as Map;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::words::{Interval, MandateState, Method, Reason, State};
use crate::line::collect::Ordered;
use crate::line::days::day_after;
use crate::line::stored::{currency, date, decimal, no};
use crate::model::Currency;

/// What an insurance is asked to do when its scheduled activation falls due.
pub(super) const ACTIVATE: &str = "insurance.activate";
/// The same of a scheduled cancellation.
pub(super) const CANCEL: &str = "insurance.cancel";
/// The same of an end date that is over.
pub(super) const EXPIRE: &str = "insurance.expire";
/// The same of a raise that nobody approved.
pub(super) const LAPSE_TOP_UP: &str = "insurance.lapse-top-up";

/// An insurance's state. Amounts are in `currency`; maps are keyed by canonical names, in the order of the manual. What
/// nearly every state has is kept under a letter: bytes are what a book's writing costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Insurance {
    #[serde(rename = "s")]
    pub state: State,
    #[serde(rename = "p")]
    pub product: Box<str>,
    #[serde(rename = "l")]
    pub loan_ref: Box<str>,
    #[serde(rename = "c", with = "currency")]
    pub currency: Currency,
    #[serde(rename = "a", with = "decimal")]
    pub insured_amount: Decimal,
    #[serde(rename = "y", with = "decimal")]
    pub annual_premium: Decimal,
    #[serde(rename = "f", with = "date")]
    pub start_date: NaiveDate,
    #[serde(
        rename = "e",
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub end_date: Option<NaiveDate>,
    /// The day on which it expires; `None` where it has no end date, or ended already.
    #[serde(
        rename = "x",
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub expires: Option<NaiveDate>,
    /// Business date of its registration.
    #[serde(rename = "r", with = "date")]
    pub registered: NaiveDate,
    #[serde(rename = "b", default, skip_serializing_if = "no")]
    pub approved_by_bank: bool,
    #[serde(rename = "k", default, skip_serializing_if = "no")]
    pub approved_by_customer: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution_channel: Option<Box<str>>,
    /// Additional properties that no other part of the state stands for, under `property.<Name>`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map,
    #[serde(rename = "o")]
    pub owner: Box<str>,
    #[serde(rename = "i")]
    pub insured: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beneficiaries: Vec<Beneficiary>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payers: Vec<Box<str>>,
    /// `collection_method` and what it carries; empty: not set.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub collection: Map,
    /// The mandate by which a bank collects; `None`: none was ever asked for, or what it was for has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    /// Payer numbers of mandates that the bank still has, and that are no longer wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unwanted: Vec<Box<str>>,
    /// Those that the bank was asked to end, and has not answered: its answer ends no other mandate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ending: Vec<Box<str>>,
    /// `payout_method` and what it carries; empty: not set.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub payout: Map,
    /// The raise that waits for the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// The day a scheduled activation is for.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub activation: Option<NaiveDate>,
    /// The day it was put in force for.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub active_from: Option<NaiveDate>,
    /// A scheduled cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
    /// The cancellation that took effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancelled>,
    /// What was paid, by period, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid: Vec<Paid>,
    /// Instalments that a bank was asked to collect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ordered: Vec<OrderedInstalment>,
    /// What a bank was asked of its mandates last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
}

/// An instalment that a bank was asked to collect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OrderedInstalment {
    /// The first day of its period.
    #[serde(rename = "s", with = "date")]
    pub start: NaiveDate,
    /// The order.
    #[serde(flatten)]
    pub order: Ordered,
    /// The bank could not: it is to be ordered again.
    #[serde(default, rename = "f", skip_serializing_if = "no")]
    pub failed: bool,
    /// The day that the bank told it had failed on.
    #[serde(
        default,
        rename = "o",
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub failed_on: Option<NaiveDate>,
}

/// What a bank was asked of mandates in one batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sent {
    pub batch: Box<str>,
    /// To enter the mandate.
    #[serde(default, skip_serializing_if = "no")]
    pub entered: bool,
    /// To accept the one that the payer gave there.
    #[serde(default, skip_serializing_if = "no")]
    pub accepted: bool,
    /// To delete those of these payer numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<Box<str>>,
}

/// A mandate by which a bank collects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mandate {
    pub state: MandateState,
    /// The number that the bank knows the payer by, zeros in front aside.
    pub payer_no: Box<str>,
    /// Business date of this state.
    #[serde(with = "date")]
    pub since: NaiveDate,
    /// The bank's code for what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Box<str>>,
}

/// Who gets a share of what the insurance pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Beneficiary {
    pub customer_no: Box<str>,
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Decimal>,
}

/// A raise that waits for the bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    #[serde(with = "decimal")]
    pub amount: Decimal,
    /// The annual premium from then on, where it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_premium: Option<Decimal>,
    #[serde(with = "date")]
    pub created: NaiveDate,
    /// The day on which it lapses.
    #[serde(with = "date")]
    pub lapses: NaiveDate,
}

/// A cancellation that is scheduled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cancellation {
    #[serde(with = "date")]
    pub date: NaiveDate,
    pub reason: Reason,
}

/// A cancellation that took effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cancelled {
    /// The state before it.
    pub from: State,
    pub reason: Reason,
    /// The day it took effect for.
    #[serde(with = "date")]
    pub date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Refund>,
}

/// What a cancellation pays back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Refund {
    /// The order's id.
    pub order: Box<str>,
    #[serde(with = "decimal")]
    pub amount: Decimal,
    /// Whether it waits for somewhere to be paid to.
    #[serde(default, skip_serializing_if = "no")]
    pub held: bool,
}

/// What was paid for a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Paid {
    #[serde(with = "date")]
    pub start: NaiveDate,
    /// Last day, included.
    #[serde(with = "date")]
    pub end: NaiveDate,
    #[serde(with = "decimal")]
    pub amount: Decimal,
    /// The instalment as it was when its first payment came; `None` where the payer named the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Decimal>,
    /// Ordered to be paid back, and not paid anew since.
    #[serde(default, skip_serializing_if = "Decimal::is_zero", with = "decimal")]
    pub refunded: Decimal,
    /// To be paid back by the order that is held.
    #[serde(default, skip_serializing_if = "Decimal::is_zero", with = "decimal")]
    pub held: Decimal,
}

impl Insurance {
    /// Sets the end date and the day on which it makes the insurance expire: the day after, at the earliest tomorrow.
    pub(super) fn end_on(&mut self, end: Option<NaiveDate>, today: NaiveDate) {
        self.end_date = end;
        self.expires = end.map(|end| day_after(end.max(today)));
    }

    /// How premiums are collected.
    pub(super) fn method(&self) -> Option<Method> {
        let word = self.collection.get("collection_method")?;
        Method::named(word.as_str()?)
    }

    /// The number that a bank knows its payer by: the payer number, else its own, zeros in front aside.
    pub(super) fn payer<'a>(&'a self, insurance_no: &'a str) -> &'a str {
        let number = self.collection.get("collection_payer_no");
        let number = number.and_then(Json::as_str).unwrap_or(insurance_no);
        number.trim_start_matches('0')
    }

    /// Whether it stands, or is still to come.
    pub(super) const fn is_open(&self) -> bool {
        match self.state {
            State::None | State::Cancelled | State::Expired => false,
            State::Registered | State::Approved | State::Active => true,
        }
    }

    /// How often premiums are collected; once a year where nobody said.
    pub(super) fn interval(&self) -> Interval {
        let word = self.collection.get("collection_interval");
        word.and_then(Json::as_str)
            .and_then(Interval::named)
            .unwrap_or(Interval::Yearly)
    }

    /// The sum of the beneficiaries' shares in percent; `None` where no share is given.
    pub(super) fn shares(&self) -> Option<Decimal> {
        let shares = self.beneficiaries.iter().filter_map(|b| b.share);
        shares.reduce(|a, b| a + b)
    }
}
