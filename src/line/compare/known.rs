//! What the lines tell of payers and of money, so that it can be held against what a bank says.

use std::borrow::Cow;

use anyhow::Result;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::line::{Context, Store};
use crate::model::{Currency, Fields, Instruction};

/// What a line tells of its payers and of the money that came to it. Nothing of it changes the book.
#[derive(Clone, Copy)]
pub struct View {
    /// See [`Payers`].
    pub payers: Payers,
    /// See [`Moved`].
    pub moved: Moved,
    /// See [`IsTold`].
    pub told: IsTold,
}

/// The entities that a bank's number stands for, as the line keeps it.
pub type Payers = fn(&Named<'_>, &mut dyn Store, &Context<'_>) -> Result<Vec<Payer>>;

/// The money that a bank tells of: the best that there is, by its own numbers. `None`: nothing has such a number.
pub type Moved = fn(&Fields, Way, &mut dyn Store, &Context<'_>) -> Result<Option<Money>>;

/// Whether the line has the money of this instruction from another file of the bank's.
pub type IsTold = fn(&Instruction, &mut dyn Store, &Context<'_>) -> Result<bool>;

/// By what a bank names a payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The number.
    pub number: &'a str,
    /// Which number it is.
    pub by: By,
    /// The day up to which what is to be collected is told.
    pub until: Option<NaiveDate>,
}

/// The numbers that a bank may name a payer by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The payer's number, zeros in front aside.
    Payer,
    /// The mandate's reference.
    Mandate,
    /// A payment's reference number.
    Reference,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It came.
    In,
    /// It went back.
    Back,
}

/// Who pays for an entity, as the book has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Payer {
    /// The entity's key.
    pub entity: Box<str>,
    /// Its state.
    pub state: Cow<'static, str>,
    /// Its currency.
    pub currency: Currency,
    /// Whether it takes payments as it stands.
    pub open: bool,
    /// Whether the book lets it be collected by direct debit; `None`: it does not say.
    pub by_debit: Option<bool>,
    /// What the book has of the mandate.
    pub mandate: Mandate,
    /// What is to be paid, the oldest first.
    pub dues: Vec<Due>,
}

/// What the book has of a mandate. `None`: nothing, so there is nothing to compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mandate {
    /// How it stands: a word of [`STATUS`](super::STATUS).
    pub status: Option<&'static str>,
    /// The bank's clearing number.
    pub clearing: Option<Box<str>>,
    /// The account in the bank, or the payer's bankgiro.
    pub account: Option<Box<str>>,
    /// The account as an IBAN.
    pub iban: Option<Box<str>>,
    /// The payer's identity number.
    pub identity_no: Option<Box<str>>,
    /// The mandate's reference.
    pub mandate_ref: Option<Box<str>>,
}

/// Something that is to be paid, in the entity's currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// How much.
    pub amount: Decimal,
    /// The day from which it may be collected; `None`: the book does not say.
    pub date: Option<NaiveDate>,
    /// Whether a bank was asked to collect it: then the day is the one that was asked for.
    pub ordered: bool,
}

/// Money that came or went back, as the book has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// The entity that it is for, else its own name.
    pub entity: Box<str>,
    /// That one's state.
    pub state: Cow<'static, str>,
    /// Its own name.
    pub reference: Box<str>,
    /// How much.
    pub amount: Decimal,
    /// In what.
    pub currency: Currency,
    /// When.
    pub value_date: NaiveDate,
}

impl Money {
    /// How many of amount, currency and day are those of a record: of several payments with one number the one with the
    /// most is meant.
    pub fn likeness(&self, fields: &Fields) -> u8 {
        let amount = fields.decimal("amount") == Some(self.amount);
        let currency = fields.text("currency") == Some(self.currency.as_str());
        let day = fields.date("value_date") == Some(self.value_date);
        u8::from(amount) * 2 + u8::from(currency) + u8::from(day)
    }
}
