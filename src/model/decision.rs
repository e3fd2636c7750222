//! What became of an instruction, and all that others must learn of it.

use compact_str::CompactString;
use std::borrow::Cow;

use rust_decimal::Decimal;

use super::finding::Finding;
use super::json::Json;
use super::money::Currency;

/// What became of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Done.
    Accepted,
    /// Checked, kept, and carried out on its day.
    Scheduled,
    /// Not done, and nothing changed.
    Rejected,
    /// Seen before; the first answer again.
    Duplicate,
}

impl Outcome {
    /// Every outcome, in the order of the summary.
    pub const ALL: [Outcome; 4] = [
        Self::Accepted,
        Self::Scheduled,
        Self::Rejected,
        Self::Duplicate,
    ];

    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
        }
    }
}

/// One fact that others must learn of.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Bare name, such as `insurance.registered`.
    pub kind: &'static str,
    /// The entity.
    pub subject: CompactString,
    /// The entity's state after it.
    pub state: &'static str,
    /// What is told of it.
    pub told: Told,
}

/// What an event tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// What changed: canonical names and new values (`null` for emptied), in the order of the manual; beside batch, row
    /// and instruction.
    Changed(Json),
    /// `data` as a whole, in a shape of the line's own.
    Data(Json),
    /// The same, where `data` does not say what became of the entity: an attribute `status` of the envelope does.
    Status(&'static str, Json),
    /// The whole line of the answer: an envelope of the line's own.
    Line(Json),
}

impl Told {
    /// What is told, whatever stands around it.
    pub const fn json(&self) -> &Json {
        let (Self::Changed(json) | Self::Data(json) | Self::Status(_, json) | Self::Line(json)) =
            self;
        json
    }
}

/// Whether an order can be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStatus {
    /// To be carried out.
    Ordered,
    /// To be made, by whoever makes cards.
    Orderable,
    /// Waits for something, such as an account.
    Held,
    /// A held one that is no longer wanted.
    Withdrawn,
}

impl OrderStatus {
    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Orderable => "ORDERABLE",
            Self::Held => "held",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Something that someone else must now produce or pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id; kept when a held order is released.
    pub id: Box<str>,
    /// What is to be done, such as `Refund`.
    pub kind: &'static str,
    /// Whether it can be done.
    pub status: OrderStatus,
    /// The entity's key.
    pub entity: Box<str>,
    /// The order's own columns, in the order of the manual; amounts with a decimal point.
    pub columns: Vec<(&'static str, OrderValue)>,
}

/// A cell of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderValue {
    /// Text.
    Text(Box<str>),
    /// Money.
    Amount(Decimal, Currency),
}

/// How money moved, for the summary's `money`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The currency.
    pub currency: Currency,
    /// Money that came in.
    pub received: Decimal,
    /// Money that went back.
    pub reversed: Decimal,
    /// Change of what is allocated to something owed.
    pub allocated: Decimal,
    /// Change of what is kept on an entity without a purpose yet.
    pub unallocated: Decimal,
    /// Change of what belongs to nothing in the book.
    pub unmatched: Decimal,
}

/// What a line decided about one instruction. A rejection has changed nothing in the book.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What became of it.
    pub outcome: Outcome,
    /// The entity's own key; blank where there is none.
    pub entity: CompactString,
    /// The entity's state after the record (before it, where it was rejected); blank where there is no entity.
    pub state: Cow<'static, str>,
    /// The entity's currency, for amounts of a record that names none.
    pub currency: Option<Currency>,
    /// `name=value` pairs for the result.
    pub references: Vec<(&'static str, CompactString)>,
    /// The references of the first answer, joined as the result has them, where this is a duplicate.
    pub repeated: CompactString,
    /// What was noticed. [`Outcome::Rejected`] exactly when one of them rejects.
    pub findings: Vec<Finding>,
    /// What others must learn of.
    pub events: Vec<Event>,
    /// What others must do.
    pub orders: Vec<Order>,
    /// The answer to an inquiry.
    pub reply: Option<serde_json::Value>,
    /// One sentence for the result, blank where the codes say it all.
    pub message: Cow<'static, str>,
    /// How money moved.
    pub money: Vec<Movement>,
}

impl Decision {
    /// A rejection.
    pub fn rejected(
        entity: &str,
        state: impl Into<Cow<'static, str>>,
        findings: Vec<Finding>,
    ) -> Self {
        Self {
            findings,
            ..Self::new(Outcome::Rejected, entity, state)
        }
    }

    /// An outcome with nothing else to tell.
    pub fn new(outcome: Outcome, entity: &str, state: impl Into<Cow<'static, str>>) -> Self {
        Self {
            outcome,
            entity: entity.into(),
            state: state.into(),
            currency: None,
            references: Vec::new(),
            repeated: CompactString::default(),
            findings: Vec::new(),
            events: Vec::new(),
            orders: Vec::new(),
            reply: None,
            message: Cow::Borrowed(""),
            money: Vec::new(),
        }
    }
}
