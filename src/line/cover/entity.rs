//! A quote or cover as the book holds it, and what the book remembers of buyers and sellers.

use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::lifecycle::{ASKS, Activation, Ask, Purchase, Signing, step};
use super::words::{Channel, ClaimType, Reason, State};
use super::{COVER, COVER_ID};
use crate::lifecycle::Outcome;
use crate::line::days::day_after;
use crate::line::stored::{currency, date, instant};
use crate::line::work::Kept;
use crate::line::{Space, Today};
use crate::model::{Currency, Object as Map};

/// What a quote is asked to do when nobody took it in time.
pub(super) const EXPIRE: &str = "quote.expire";
/// The same of a cover that nobody claimed in time.
pub(super) const EXPIRE_CLAIMS: &str = "cover.expire";

/// A quote or cover: the newest of its invoice, or one before it. Amounts are in `currency`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Cover {
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// UUID.
    pub id: Box<str>,
    pub channel: Channel,
    pub seller: Party,
    pub buyer: Party,
    pub amount: Decimal,
    #[serde(with = "currency")]
    pub currency: Currency,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub issue_date: Option<NaiveDate>,
    /// As given, else reckoned from the payment terms.
    #[serde(with = "date")]
    pub due_date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_terms: Option<i64>,
    /// What else the request said, under canonical names in the order of the manual.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub premium: Option<Decimal>,
    /// When the offer ends; `None` where nothing is on offer, or it was taken or turned down.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "instant")]
    pub expires: Option<DateTime<FixedOffset>>,
    /// Who is to sign, and what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<Signature>,
    /// The last day to claim on; `None` before activation.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub claim_until: Option<NaiveDate>,
    /// The day it settles itself on; `None` where it is not in force.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub settles: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_type: Option<ClaimType>,
    /// Whether the seller has signed the policy as it is now, where that was looked up: kept with the seller.
    #[serde(skip)]
    pub signed: Option<bool>,
}

/// A company by its country and number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Party {
    pub country: Box<str>,
    pub identifier: Box<str>,
}

/// Who is to sign a policy for the seller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Signature {
    /// The version of the policy.
    pub version: Box<str>,
    pub email: Box<str>,
    pub first_name: Box<str>,
    pub last_name: Box<str>,
}

impl Party {
    /// The key of what is remembered of a seller.
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.country, self.identifier)
    }
}

impl Kept for Cover {
    const SPACE: Space = COVER;
    type State = State;

    fn state(&self) -> State {
        self.state
    }

    fn go(&mut self, state: State) {
        self.state = state;
    }

    fn currency(&self) -> Option<Currency> {
        Some(self.currency)
    }

    /// Where nobody looked up whether the seller has signed, both ways to activate stand there.
    fn allowed(&self, today: &Today<'_>) -> Vec<&'static str> {
        let takes = |ask: Ask| !matches!(step(self.state, ask), Outcome::Refuse(_));
        let asks = ASKS.iter().filter(|(_, cases)| {
            let case = cases.iter().map(|(ask, _)| *ask);
            case.filter(|ask| self.applies(*ask, today)).any(takes)
        });
        // What time does is nobody's to ask for.
        asks.map(|(word, _)| *word)
            .filter(|word| super::KINDS.iter().any(|kind| kind.name == *word))
            .collect()
    }

    fn dues(&self) -> Vec<(NaiveDate, &'static str)> {
        let settles = self.settles.map(|day| (day, EXPIRE_CLAIMS));
        settles.into_iter().collect()
    }

    fn dues_at(&self) -> Vec<(DateTime<FixedOffset>, &'static str)> {
        let expires = self.expires.map(|at| (at, EXPIRE));
        expires.into_iter().collect()
    }

    fn found_by(&self, _key: &str) -> Vec<(Space, String)> {
        vec![(COVER_ID, self.id.to_string())]
    }
}

impl Cover {
    /// Whether a case of an instruction can be that of this quote's channel.
    fn applies(&self, ask: Ask, today: &Today<'_>) -> bool {
        let channel = self.channel;
        let past_due = self.is_past_due(today.date);
        match ask {
            Ask::Activate(Activation::Connect) | Ask::Purchased(Purchase::Ready) => {
                channel == Channel::Connect
            }
            Ask::Activate(Activation::Ready) => match channel {
                Channel::Connect => false,
                Channel::Reinsure => !past_due,
                Channel::Insure => !past_due && self.signed != Some(false),
            },
            Ask::Sign(Signing::Ready) => {
                channel == Channel::Insure && !past_due && self.signed != Some(true)
            }
            Ask::Activate(_) | Ask::Purchased(Purchase::NotConnect) => false,
            Ask::Sign(_) | Ask::Purchased(Purchase::OverLimit) => false,
            Ask::Request | Ask::Reject | Ask::Settle | Ask::Claim(_) | Ask::Inquire => true,
            Ask::Offer | Ask::Decline | Ask::Signed | Ask::Approve | Ask::RejectClaim => true,
            Ask::Expire | Ask::ExpireClaims => true,
        }
    }

    /// Whether its invoice is past its due date, which stands in the way of an activation on some channels.
    pub(super) fn is_past_due(&self, today: NaiveDate) -> bool {
        self.channel != Channel::Connect && today > self.due_date
    }

    /// The key of what is insured of its buyer in its currency.
    pub(super) fn exposure_key(&self) -> String {
        exposure_key(&self.buyer, self.currency)
    }

    /// It is in force from today on: claims are taken for some days after the due date, and the day after the last of
    /// them, though not before tomorrow, it is over.
    pub(super) fn in_force(&mut self, claim_until: NaiveDate, today: NaiveDate) {
        self.expires = None;
        self.claim_until = Some(claim_until);
        self.settles = Some(day_after(claim_until.max(today)));
    }
}

/// The key of what is insured of a buyer in a currency.
pub(super) fn exposure_key(buyer: &Party, currency: Currency) -> String {
    format!("{}:{}:{currency}", buyer.country, buyer.identifier)
}
