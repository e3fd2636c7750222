//! The circumstances under which records are decided, and the names that follow from them.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use uuid::Uuid;

use super::{Products, Terms};
use crate::model::{Whole, ids};

/// The circumstances under which a record is decided.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each a circumstance by itself"
)]
pub struct Context<'a> {
    /// The date that rules are judged by: the batch's business date, or the day that something fell due on.
    pub today: NaiveDate,
    /// When the batch was claimed, or the instant that something fell due at.
    pub now: DateTime<FixedOffset>,
    /// The site's products.
    pub products: &'a Products,
    /// Whether the insurer's own feed asks.
    pub insurer: bool,
    /// Name of everything that is derived for this record.
    pub origin: Uuid,
    /// Name of everything that is derived for its batch: no other batch of any partner has it.
    pub batch_origin: Uuid,
    /// Ordinal of the record in its batch, from 1.
    pub row: u64,
    /// The batch that the record came in.
    pub batch: &'a str,
    /// Whether it is a bank's own file: what it tells has happened, so that nothing of it can be refused.
    pub bank: bool,
    /// Whether entities of several lines have the number that the record names its payer by: then it is none's.
    pub contested: bool,
    /// What the profile of the book's owner says that rules and events go by.
    pub terms: &'a Terms,
    /// Whether what happens is told; of a record that is only counted it is not, and its events may say nothing.
    pub told: bool,
}

/// What says how an entity stands on a day.
#[derive(Clone, Copy)]
pub struct Today<'a> {
    /// The date that rules are judged by.
    pub date: NaiveDate,
    /// The site's products.
    pub products: &'a Products,
}

impl<'a> Context<'a> {
    /// The day and the products.
    pub const fn on_this_day(&self) -> Today<'a> {
        Today {
            date: self.today,
            products: self.products,
        }
    }
}

impl Context<'_> {
    /// An id that is the same on every run: UUID v5 of the record's origin (partner, input hash, row) and `what`.
    pub fn derive(&self, what: &str) -> Uuid {
        derive(&self.origin, what)
    }

    /// A name for what this record brings that no other record of any batch has, and that sorts with the batch: the
    /// batch's part of it, a hyphen, and the record's ordinal.
    pub fn record_name(&self) -> String {
        record_name(self.batch_origin, self.row)
    }

    /// So many hours after now, as the clocks of the site show it then.
    pub fn in_hours(&self, hours: u32) -> DateTime<FixedOffset> {
        let then = self.now + TimeDelta::hours(hours.into());
        match self.terms.time_zone {
            Some(zone) => then.with_timezone(&zone).fixed_offset(),
            None => then,
        }
    }
}

/// See [`Context::derive`].
pub fn derive(origin: &Uuid, what: &str) -> Uuid {
    ids::derived(origin, what.as_bytes())
}

/// Stands for [`Context::record_name`] among the keys that a line tells: a record's ordinal is not known then.
pub const RECORD_NAME: &str = "\0";

/// See [`Context::record_name`].
pub fn record_name(batch_origin: Uuid, row: u64) -> String {
    let mut buffer = Uuid::encode_buffer();
    let batch = &batch_origin.simple().encode_lower(&mut buffer)[..12];
    let row = Whole::of(row);
    let mut name = String::with_capacity(24);
    for part in [batch, "-", row.as_str()] {
        name.push_str(part);
    }
    name
}
