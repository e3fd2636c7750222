//! A card contract as the book holds it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::CONTRACT;
use super::CORRELATION;
use super::lifecycle::{ASKS, Ask, Signature, Waiting, step};
use super::words::{
    CardStatus, ClosedBy, DelayType, FeeType, Indicator, OrderType, Release, SendingMode, State,
    Status,
};
use crate::lifecycle::Outcome;
use crate::line::days::day_after;
use crate::line::stored::{currency, date, no};
use crate::line::work::Kept;
use crate::line::{Space, Today};
use crate::model::{Currency, Object as Map};

/// What a contract is asked when the day of a scheduled closing has come.
pub(super) const CLOSE_SCHEDULED: &str = "contract.close-scheduled";
/// The same of a suspension that was not taken back.
pub(super) const CLOSE_SUSPENDED: &str = "contract.close-suspended";

/// A contract's state. People are named by the issuer's own references.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Contract {
    pub state: State,
    /// The reference that was assigned.
    pub reference: Box<str>,
    pub product: Box<str>,
    /// Name of the record that made it: see [`Context::record_name`](crate::line::Context::record_name).
    #[serde(default)]
    pub made_by: Box<str>,
    /// Instants with their offset.
    pub created: Box<str>,
    pub status_at: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<Box<str>>,
    pub release: Release,
    pub owner: Box<str>,
    /// Everyone who takes part, with the reference that was assigned to each.
    pub people: Vec<Person>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
    pub accounts: Vec<Account>,
    pub cards: Vec<CardContract>,
    /// A closing that is scheduled, or that took place, as it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// What updates set, under canonical names.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub settings: Map,
}

/// Someone who takes part in a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Person {
    /// The issuer's reference.
    pub no: Box<str>,
    /// The one that was assigned.
    pub reference: Box<str>,
}

/// The request that made a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Correlation {
    pub id: Box<str>,
    /// Digest of what it asked for.
    pub content: Box<str>,
}

/// An account of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Account {
    /// The reference that was assigned.
    pub reference: Box<str>,
    /// The issuer's own.
    pub no: Box<str>,
    /// Reference of the account above it; `None`: it is the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<Box<str>>,
    pub status: Status,
    pub status_at: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<Box<str>>,
    pub owner: Box<str>,
    pub guarantor: Box<str>,
    /// The model of each fee that is charged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<(FeeType, Box<str>)>,
    #[serde(default, skip_serializing_if = "no")]
    pub fees_suppressed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Named>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_limit: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mandate: Option<Mandate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Package>,
    /// As last reported; `None`: nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
}

/// A currency, where there may be none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Named(#[serde(with = "currency")] pub Currency);

/// Leave to debit an account at another bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mandate {
    pub reference: Box<str>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub date: Option<NaiveDate>,
}

/// An insurance that comes with an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Package {
    pub package: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_code: Option<Box<str>>,
}

/// What an account holds; less than zero: it is owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Balance {
    pub amount: Decimal,
    #[serde(with = "date")]
    pub as_of: NaiveDate,
    /// Whether it is what a transfer order left.
    #[serde(default, skip_serializing_if = "no")]
    pub transferred: bool,
}

/// The contract about a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CardContract {
    /// The reference that was assigned.
    pub reference: Box<str>,
    /// The issuer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Box<str>>,
    pub embossing_name: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embossing_line2: Option<Box<str>>,
    pub indicator: Indicator,
    pub holder: Box<str>,
    pub status: Status,
    pub opened: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<Box<str>>,
    /// Reference of the account that it draws on.
    pub account: Box<str>,
    pub sending_mode: SendingMode,
    /// Of one that was added: digest of what its record said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered: Option<Box<str>>,
    /// Whether a suspension stands in the way of a renewal or a replacement.
    #[serde(default, skip_serializing_if = "no")]
    pub no_new_card: bool,
    pub card: Card,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Card {
    /// The reference that was assigned.
    pub reference: Box<str>,
    /// The issuer's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<Box<str>>,
    /// First six and last four digits of its number, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked_pan: Option<Box<str>>,
    /// A keyed hash of the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pan_reference: Option<Box<str>>,
    /// Its last day.
    #[serde(with = "date")]
    pub expires: NaiveDate,
    pub status: CardStatus,
    /// Whether a suspension blocked it.
    #[serde(default, skip_serializing_if = "no")]
    pub suspended: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Ordered>,
}

/// What was ordered for a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ordered {
    pub reference: Box<str>,
    pub kind: OrderType,
}

/// A closing as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Closing {
    pub delay: DelayType,
    /// The day that was asked for; `None`: at once, or with the last card.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub date: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Box<str>>,
}

/// A suspension that was not taken back yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Suspension {
    /// The day on which it closes the contract.
    #[serde(with = "date")]
    pub closes: NaiveDate,
    /// Whether part of the fees goes back.
    #[serde(default, skip_serializing_if = "no")]
    pub reimburse_fees: bool,
}

/// How a contract ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Closed {
    #[serde(with = "date")]
    pub on: NaiveDate,
    pub by: ClosedBy,
}

impl Contract {
    /// The day of a scheduled closing. One that waits for the last card moves with it.
    pub(super) fn closing_day(&self) -> Option<NaiveDate> {
        let closing = self.closing.as_ref()?;
        match closing.delay {
            DelayType::Immediate => None,
            DelayType::Scheduled => closing.date,
            DelayType::AtCardExpiry => self.last_card_day().map(day_after),
        }
    }

    /// The last day of the card that is valid longest.
    pub(super) fn last_card_day(&self) -> Option<NaiveDate> {
        self.cards.iter().map(|one| one.card.expires).max()
    }

    /// Whether a closing is scheduled.
    pub(super) fn waiting(&self) -> Waiting {
        if self.closing.is_some() {
            Waiting::One
        } else {
            Waiting::None
        }
    }

    /// The account at the top.
    pub(super) fn root(&self) -> &Account {
        let mut accounts = self.accounts.iter();
        accounts
            .find(|account| account.parent.is_none())
            .expect("a contract is made with its root account")
    }

    /// The account of this reference, the issuer's own or the one that was assigned.
    pub(super) fn account(&self, no: &str) -> Option<&Account> {
        let mut accounts = self.accounts.iter();
        accounts.find(|account| &*account.no == no || &*account.reference == no)
    }

    /// Where an account is at a bank, number and BIC: its own, or that of the nearest account above it. A BIC is of its
    /// number: another number's would send money to another bank.
    pub(super) fn bank_of<'a>(
        &'a self,
        account: &'a Account,
    ) -> Option<(&'a str, Option<&'a str>)> {
        let mut at = account;
        let iban = loop {
            if let Some(iban) = at.iban.as_deref() {
                break iban;
            }
            at = self.account(at.parent.as_deref()?)?;
        };
        let same = |one: &&Account| one.iban.as_deref() == Some(iban) && one.bic.is_some();
        let named = std::iter::once(at).chain(&self.accounts).find(same);
        Some((iban, named.and_then(|one| one.bic.as_deref())))
    }

    /// Owner and cardholders, each once.
    pub(super) fn members(&self) -> Vec<&str> {
        let mut members = vec![&*self.owner];
        for card in &self.cards {
            if !members.contains(&&*card.holder) {
                members.push(&card.holder);
            }
        }
        members
    }

    /// Whether someone is owner or cardholder.
    pub(super) fn is_member(&self, no: &str) -> bool {
        self.members().contains(&no)
    }

    /// Notes someone who takes part.
    pub(super) fn meet(&mut self, no: &str, reference: &str) {
        if !self.people.iter().any(|person| &*person.no == no) {
            self.people.push(Person {
                no: no.into(),
                reference: reference.into(),
            });
        }
    }
}

impl Kept for Contract {
    const SPACE: Space = CONTRACT;
    type State = State;

    fn state(&self) -> State {
        self.state
    }

    fn go(&mut self, state: State) {
        self.state = state;
    }

    fn currency(&self) -> Option<Currency> {
        let mut named = self.accounts.iter().filter_map(|account| account.currency);
        named.next().map(|named| named.0)
    }

    fn allowed(&self, _: &Today<'_>) -> Vec<&'static str> {
        let takes = |ask: Ask| !matches!(step(self.state, ask), Outcome::Refuse(_));
        let asks = ASKS.iter().filter(|(_, cases)| {
            let case = cases.iter().map(|(ask, _)| *ask);
            case.filter(|ask| applies(self, *ask)).any(takes)
        });
        // What time does is nobody's to ask for.
        asks.map(|(word, _)| *word)
            .filter(|word| super::KINDS.iter().any(|kind| kind.name == *word))
            .collect()
    }

    fn dues(&self) -> Vec<(NaiveDate, &'static str)> {
        if self.state == State::Closed {
            return Vec::new();
        }
        let dues = [
            (self.closing_day(), CLOSE_SCHEDULED),
            (self.suspension.as_ref().map(|s| s.closes), CLOSE_SUSPENDED),
        ];
        let set = dues.into_iter();
        set.filter_map(|(day, what)| Some((day?, what))).collect()
    }

    fn found_by(&self, _key: &str) -> Vec<(Space, String)> {
        let id = self.correlation.as_ref().map(|one| one.id.to_string());
        id.map(|id| (CORRELATION, id)).into_iter().collect()
    }
}

/// Whether a case of an instruction can be that of this contract.
fn applies(contract: &Contract, ask: Ask) -> bool {
    match ask {
        Ask::Close(_, waiting) | Ask::CancelClose(waiting) => waiting == contract.waiting(),
        Ask::Create(Signature::Awaited | Signature::Given)
        | Ask::Sign
        | Ask::AddCard
        | Ask::Update
        | Ask::Addresses
        | Ask::Fees
        | Ask::SwitchPrincipal
        | Ask::Document
        | Ask::Balance
        | Ask::Suspend
        | Ask::CancelSuspension
        | Ask::Inquire
        | Ask::CloseScheduled
        | Ask::CloseSuspended => true,
    }
}
