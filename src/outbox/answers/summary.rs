//! summary.json: what a batch was, what became of it, and the hashes that prove it. Its keys are public, and all of them
//! are always there.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::files::Answer;
use super::tally::{Tally, decimals};
use crate::model::Outcome;

/// What became of a batch, in the words of ISO 20022 group status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every instruction accepted, scheduled or duplicate.
    Accepted,
    /// Some rejected.
    Partial,
    /// Nothing applied.
    Rejected,
    /// The same bytes were taken before.
    Duplicate,
    /// Not readable or not allowed.
    Quarantined,
}

impl Status {
    /// Of a batch that nothing refuses as a whole.
    pub fn of(tally: &Tally) -> Self {
        match (tally.read, tally.count(Outcome::Rejected)) {
            (_, 0) => Self::Accepted,
            (read, bad) if read == bad => Self::Rejected,
            _ => Self::Partial,
        }
    }

    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
        }
    }
}

/// The whole of summary.json but its `chain`, which is known after the commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// First 12 hex digits of the input's SHA-256, with `.r<n>` or `.dup<n>` where it came again.
    pub batch: String,
    /// Who sent it.
    pub partner: String,
    /// The book it acted on.
    pub book: String,
    /// Its name as received; none for a due batch, and its own for one that was collected.
    pub file: Option<String>,
    /// SHA-256 of its bytes, hex; none for a due batch.
    pub sha256: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// The format it was read by.
    pub format: Option<String>,
    /// The date that rules were judged by.
    pub business_date: chrono::NaiveDate,
    /// What became of it.
    pub status: Status,
    /// The first batch of the same bytes.
    pub duplicate_of: Option<String>,
    /// The code of what had it quarantined or rejected as a whole; errors.csv has the sentence.
    pub reason: Option<String>,
    /// Counts.
    pub counts: Counts,
    /// Sums by amount field and currency; magnitudes as read.
    pub amounts: Vec<Amount>,
    /// How money moved, by currency.
    pub money: Vec<Money>,
    /// Control totals.
    pub controls: Vec<Control>,
    /// How often each code was given.
    pub findings: Map<String, Value>,
    /// The answers beside this file, with their hashes.
    pub answers: Vec<Answer>,
    /// When the file was claimed.
    pub claimed_at: String,
    /// Version of the program.
    pub sluss: String,
}

/// Counts of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Done.
    pub accepted: u64,
    /// Kept for later.
    pub scheduled: u64,
    /// Not done.
    pub rejected: u64,
    /// Seen before.
    pub duplicate: u64,
    /// Events.
    pub events: u64,
    /// Orders.
    pub orders: u64,
    /// Replies.
    pub replies: u64,
}

/// Sums of one amount field in one currency, with a decimal point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each key is an outcome, and says so")]
pub struct Amount {
    pub field: String,
    pub currency: String,
    pub read: String,
    pub accepted: String,
    pub scheduled: String,
    pub rejected: String,
    pub duplicate: String,
}

/// How money moved in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "see model::Movement, whose words these are")]
pub struct Money {
    pub currency: String,
    pub received: String,
    pub reversed: String,
    pub allocated: String,
    pub unallocated: String,
    pub unmatched: String,
}

/// One control total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Its name in the format.
    pub name: String,
    /// What the file states, as written.
    pub stated: String,
    /// What was found.
    pub found: String,
    /// Whether they are the same.
    pub ok: bool,
}

impl Summary {
    /// Of a batch of which nothing is known yet but whose it is, by its partner and book, and when.
    pub fn begun(
        batch: String,
        (partner, book): (&str, &str),
        business_date: chrono::NaiveDate,
        claimed_at: String,
    ) -> Self {
        Self {
            batch,
            partner: partner.to_owned(),
            book: book.to_owned(),
            file: None,
            sha256: None,
            bytes: 0,
            format: None,
            business_date,
            status: Status::Accepted,
            duplicate_of: None,
            reason: None,
            counts: Counts::default(),
            amounts: Vec::new(),
            money: Vec::new(),
            controls: Vec::new(),
            findings: Map::new(),
            answers: Vec::new(),
            claimed_at,
            sluss: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Fills in what a tally knows, and the status that follows where nothing can be refused as a whole.
    #[must_use]
    pub fn carried_out(mut self, tally: &Tally) -> Self {
        self.status = Status::of(tally);
        self.take(tally);
        self
    }

    /// Fills in what a tally knows.
    pub fn take(&mut self, tally: &Tally) {
        self.counts = Counts {
            records: tally.read,
            accepted: tally.count(Outcome::Accepted),
            scheduled: tally.count(Outcome::Scheduled),
            rejected: tally.count(Outcome::Rejected),
            duplicate: tally.count(Outcome::Duplicate),
            events: tally.events,
            orders: tally.orders,
            replies: tally.replies,
        };
        self.amounts = tally
            .amounts()
            .map(|(field, currency, sums)| amount(field, currency, sums))
            .collect();
        self.money = tally
            .money()
            .map(|(currency, sums)| money(currency, sums))
            .collect();
        self.findings = tally
            .codes()
            .map(|(code, count)| (code.as_str().to_owned(), Value::from(count)))
            .collect();
    }

    /// The file's text, once the journal's chain is known.
    pub fn with_chain(text: &str, previous: &str, this: &str) -> Result<String> {
        let mut object: Map<String, Value> = serde_json::from_str(text)?;
        object.insert(
            "chain".to_owned(),
            serde_json::json!({ "previous": previous, "this": this }),
        );
        Ok(serde_json::to_string_pretty(&object)? + "\n")
    }
}

fn amount(field: &str, currency: &str, sums: &super::tally::Amounts) -> Amount {
    let decimals = decimals(currency);
    let part = |outcome: Outcome| sums.by_outcome[outcome as usize].text(decimals);
    Amount {
        field: field.to_owned(),
        currency: currency.to_owned(),
        read: sums.read.text(decimals),
        accepted: part(Outcome::Accepted),
        scheduled: part(Outcome::Scheduled),
        rejected: part(Outcome::Rejected),
        duplicate: part(Outcome::Duplicate),
    }
}

fn money(currency: &str, sums: &[crate::model::ExactSum; 5]) -> Money {
    let decimals = decimals(currency);
    let [received, reversed, allocated, unallocated, unmatched] =
        sums.each_ref().map(|sum| sum.text(decimals));
    Money {
        currency: currency.to_owned(),
        received,
        reversed,
        allocated,
        unallocated,
        unmatched,
    }
}
