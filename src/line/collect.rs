//! What a bank is asked to collect: the words that the lines share when they say what is to be collected, and remember
//! what was ordered. A line says of each entity what it is time for ([`Collects`]); how a bank is told is not its concern.

use anyhow::Result;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::stored::date;
use super::work::Work;
use super::{Context, Line, Space, Store};
use crate::code::Code;
use crate::model::decision::OrderValue;
use crate::model::{BankDays, Currency, Decision, Fields, Finding, Order, OrderStatus, ids};

/// What a line says of what is to be collected for its entities.
#[derive(Clone, Copy)]
pub struct Collects {
    /// Where the entities are.
    pub space: Space,
    /// The kind of its records in the answers.
    pub kind: &'static str,
    /// See [`Wanted`].
    pub wanted: Wanted,
    /// See [`Ask`].
    pub ask: Ask,
    /// See [`Orders`].
    pub orders: Orders,
}

/// Whether a bank is to be asked for something of an entity by a day.
pub type Wanted = fn(&str, &str, NaiveDate) -> Result<bool>;

/// Orders what is to be collected by a day, and keeps what was ordered in the entity's state, so that nothing is ordered
/// twice. `None`: there was nothing.
pub type Ask = fn(&str, Collecting, &mut dyn Store, &Context<'_>) -> Result<Option<Decision>>;

/// What was ordered by a batch of this name, from the state that it left.
pub type Orders = fn(&str, &str, &str) -> Result<Vec<BankOrder>>;

/// What is to be collected, and when banks collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collecting {
    /// The day up to which it is to be collected.
    pub until: NaiveDate,
    /// The days on which banks are open.
    pub bank_days: BankDays,
}

impl Collecting {
    /// The day on which a bank collects what is to be collected on a day: the first on which banks are open, and none that
    /// is over.
    pub fn day(self, wanted: NaiveDate, today: NaiveDate) -> NaiveDate {
        self.bank_days.on_or_after(wanted.max(today))
    }
}

/// Every line's word on what is to be collected.
pub fn all() -> impl Iterator<Item = Collects> {
    let lines = Line::ALL.iter();
    lines.filter_map(|line| line.registration().collects)
}

/// An order to collect that a bank was given, as the entity keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ordered {
    /// The batch.
    #[serde(rename = "b")]
    pub batch: Box<str>,
    /// The day on which the bank collects.
    #[serde(rename = "d", with = "date")]
    pub day: NaiveDate,
    /// How much, in the entity's currency.
    #[serde(rename = "a")]
    pub amount: Decimal,
    /// The day of the collection that failed before, and that this one is ordered for again.
    #[serde(
        default,
        rename = "n",
        skip_serializing_if = "Option::is_none",
        with = "date::option"
    )]
    pub instead: Option<NaiveDate>,
    /// Why the bank refused it, in the bank's code: it is not ordered again by itself.
    #[serde(default, rename = "h", skip_serializing_if = "Option::is_none")]
    pub held: Option<Box<str>>,
}

/// Which of these orders a bank means that could not carry one out: that of the same amount and day; where none is of that
/// day (the bank has tried again, or another day was a holiday), the only one of the amount. One that stands in for a
/// collection of that very day is not meant: the bank tells of that one again.
pub fn failed<'o>(
    orders: impl Iterator<Item = (usize, &'o Ordered)>,
    amount: Decimal,
    day: NaiveDate,
) -> Option<usize> {
    let same: Vec<(usize, &Ordered)> = orders.filter(|(_, one)| one.amount == amount).collect();
    let of_day = same.iter().find(|(_, one)| one.day == day);
    match (of_day, &same[..]) {
        (Some((at, _)), _) => Some(*at),
        (None, [(at, one)]) if one.instead != Some(day) => Some(*at),
        _ => None,
    }
}

/// Why an order is held back that failed: the bank's code, where what was wrong with it does not pass by itself.
pub fn hold(fields: &Fields) -> Option<Box<str>> {
    let held = fields.flag("hold") == Some(true);
    fields.text("reason_code").filter(|_| held).map(Box::from)
}

/// Something that a bank is asked for. It holds numbers of persons and accounts, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct BankOrder {
    /// The entity.
    pub entity: Box<str>,
    /// What of the entity it is for: with the entity's key, and within its batch, no other has it.
    pub item: Box<str>,
    /// The number that the bank knows the payer by: 1 to 16 digits.
    pub payer_no: Box<str>,
    /// The account that it is about, as far as the book has one.
    pub account: Option<Account>,
    /// What is asked.
    pub what: Asked,
}

/// What a bank is asked.
#[derive(Clone, PartialEq)]
pub enum Asked {
    /// To enter a mandate. Without account and payer: to accept one that the payer gave in the internet bank.
    NewMandate {
        /// The payer's identity number: 12 digits.
        identity_no: Option<Box<str>>,
    },
    /// To delete a mandate.
    EndMandate,
    /// To collect.
    Collection {
        /// How much.
        amount: Decimal,
        /// In what.
        currency: Currency,
        /// On which day.
        day: NaiveDate,
        /// What the payer sees: at most 16 characters of ISO 8859-1, blank where there is none that short.
        reference: Box<str>,
    },
}

/// A payer's account.
#[derive(Clone, PartialEq)]
pub enum Account {
    /// In a bank, by clearing number.
    Bank {
        /// The clearing number: 4 digits.
        clearing: Box<str>,
        /// The number in the bank: 1 to 12 digits.
        number: Box<str>,
    },
    /// A bankgiro number.
    Bankgiro(Box<str>),
}

impl BankOrder {
    /// Its id: the same each time.
    pub fn id(&self, batch_origin: Uuid) -> Uuid {
        let name = format!("collect\n{}\n{}", self.entity, self.item);
        ids::derived(&batch_origin, name.as_bytes())
    }

    /// As orders.csv has it.
    fn order(&self, batch_origin: Uuid) -> Order {
        let text = |text: &str| OrderValue::Text(text.into());
        let mut columns = vec![("payer_no", text(&self.payer_no))];
        let kind = match &self.what {
            Asked::NewMandate { .. } => "Mandate",
            Asked::EndMandate => "MandateEnd",
            Asked::Collection {
                amount,
                currency,
                day,
                reference,
            } => {
                columns.push(("amount", OrderValue::Amount(*amount, *currency)));
                columns.push(("currency", text(currency.as_str())));
                columns.push(("date", text(&day.to_string())));
                columns.push(("reference", text(reference)));
                "Collection"
            }
        };
        Order {
            id: self.id(batch_origin).to_string().into(),
            kind,
            status: OrderStatus::Ordered,
            entity: self.entity.clone(),
            columns,
        }
    }
}

/// Columns of such orders.
pub const ORDER_COLUMNS: &[&str] = &["payer_no", "amount", "currency", "date", "reference"];

/// Tells what was ordered, where the record is good.
pub fn tell(work: &mut Work<'_>, orders: &[BankOrder]) {
    if work.is_bad() {
        return;
    }
    let origin = work.context.batch_origin;
    work.decision
        .orders
        .extend(orders.iter().map(|one| one.order(origin)));
}

/// Most digits of a payer number, and most characters of a reference.
const WIDTH: usize = 16;

/// The most that one order can collect, in the smallest unit: 12 digits.
const MOST: Decimal = Decimal::from_parts(0xD4A5_0FFF, 0xE8, 0, false, 2);

/// Notes why a bank cannot be asked for something by Autogiro: its payer number, its currency. `field`: what the payer
/// number comes from.
pub fn can_be_asked(work: &mut Work<'_>, payer_no: &str, field: &'static str, currency: Currency) {
    let digits = payer_no.bytes().all(|byte| byte.is_ascii_digit());
    if payer_no.is_empty() || payer_no.len() > WIDTH || !digits {
        let finding = Finding::field(Code::InvalidNumber, field);
        work.note(
            finding.hinting("a bank knows a payer by 1 to 16 digits: give it a payer number"),
        );
    }
    if currency.as_str() != "SEK" {
        let finding = Finding::field(Code::CurrencyNotAllowed, "currency");
        work.note(finding.hinting("Autogiro collects in SEK"));
    }
}

/// Notes an amount that is too large for one order.
pub fn fits(work: &mut Work<'_>, amount: Decimal) {
    if amount > MOST {
        let finding = Finding::field(Code::OutOfRange, "amount");
        work.note(finding.hinting(format!("one order collects at most {MOST}")));
    }
}

/// A text as the payer sees it: blank where it does not fit.
pub fn reference(text: &str) -> Box<str> {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic() || ('\u{a1}'..='\u{ff}').contains(&c);
    let fits = text.chars().count() <= WIDTH && text.chars().all(plain);
    if fits { text.into() } else { "".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn the_failed_order_is_the_one_of_its_day_else_the_only_one_of_its_amount() {
        let one = |amount: i64, of: &str, instead: Option<&str>| Ordered {
            batch: "b".into(),
            day: day(of),
            amount: Decimal::new(amount, 2),
            instead: instead.map(day),
            held: None,
        };
        let orders = [
            one(100, "2026-11-20", None),
            one(100, "2026-12-20", None),
            one(200, "2026-11-20", None),
            one(400, "2026-11-30", Some("2026-11-20")),
        ];
        let rows = [
            (100, "2026-11-20", Some(0)),
            (100, "2026-12-20", Some(1)),
            (100, "2026-12-21", None),
            (200, "2026-11-23", Some(2)),
            (300, "2026-11-20", None),
            (400, "2026-11-20", None),
            (400, "2026-11-30", Some(3)),
            (400, "2026-12-01", Some(3)),
        ];
        for (amount, of, found) in rows {
            let failed = failed(orders.iter().enumerate(), Decimal::new(amount, 2), day(of));
            assert_eq!(failed, found, "{amount} {of}");
        }
    }

    #[test]
    fn twelve_digits_are_the_most() {
        assert_eq!(MOST.to_string(), "9999999999.99");
    }

    #[test]
    fn a_reference_is_whole_or_not_there() {
        for (text, told) in [
            ("L-1001", "L-1001"),
            ("ÅRSKORT 2026", "ÅRSKORT 2026"),
            ("12345678901234567", ""),
            ("a€", ""),
            ("a\u{85}", ""),
        ] {
            assert_eq!(*reference(text), *told);
        }
    }
}
