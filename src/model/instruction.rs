//! One record of a batch, from its bytes to its typed form.

use chrono::NaiveDate;
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::finding::Finding;
use super::kind::KindSpec;
use super::place::Place;
use super::value::Fields;

/// One thing that a partner asks for, typed.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Its kind.
    pub kind: &'static KindSpec,
    /// The partner's own id of it.
    pub instruction_id: Option<CompactString>,
    /// When it is to take effect, if not at once.
    pub effective_date: Option<NaiveDate>,
    /// Its fields.
    pub fields: Fields,
    /// Digest of kind and canonical fields, instruction id left out: equal for equal content. Zeros where there is no
    /// instruction id.
    pub digest: [u8; 16],
}

/// An amount as it was read, for the sums of the batch: rejected records count too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountRead {
    /// Canonical field name.
    pub field: &'static str,
    /// As read, exact, with its sign.
    pub amount: Decimal,
    /// The record's own currency, when it names one that exists.
    pub currency: Option<super::Currency>,
}

/// What is needed to send a record back as it came.
#[derive(Clone, Debug, Default)]
pub enum Source {
    /// Nothing: it came from no file.
    #[default]
    None,
    /// Bytes `start..end` of the chunk it was read from, its line end included.
    Bytes {
        /// First byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// The row of the chunk it was read from (a workbook's row, an XML record), counted from 0 in the chunk.
    Item(usize),
    /// One of several records of an item: both counted from 0.
    Part {
        /// The item, in the chunk.
        item: usize,
        /// The record, in the item.
        part: usize,
    },
}

/// A text of a record that must not be sent back as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden {
    /// As it came.
    pub sent: Box<str>,
    /// As it is sent back.
    pub shown: Box<str>,
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hidden({})", self.shown)
    }
}

/// A record after reading and checking: its instruction where it could be formed, and all that was noticed.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Where the record begins.
    pub place: Place,
    /// The kind as asked for, for the answers; blank where none was.
    pub kind: CompactString,
    /// The partner's id of it, as far as it could be read.
    pub instruction_id: Option<CompactString>,
    /// The entity's own key as sent, for the answers of a record that is rejected before the book is asked.
    pub entity: CompactString,
    /// The instruction; `None` where the kind is unknown or the record could not be read.
    pub instruction: Option<Instruction>,
    /// All findings of the record by itself.
    pub findings: Vec<Finding>,
    /// The amounts that could be read as decimals.
    pub amounts: Vec<AmountRead>,
    /// For sending it back.
    pub source: Source,
    /// What is hidden when it is sent back.
    pub hidden: Vec<Hidden>,
    /// Whether card numbers are hidden in it wherever they stand.
    pub cards: bool,
    /// What the record is otherwise, where it may be one of several kinds: checked as each of them.
    pub others: Vec<Checked>,
}

impl Checked {
    /// What stands for a record where nobody sent one: what time does, or what the site asks for itself.
    pub fn of_no_file(kind: &str, entity: &str) -> Self {
        Self {
            place: Place::File,
            kind: kind.into(),
            instruction_id: None,
            entity: entity.into(),
            instruction: None,
            findings: Vec::new(),
            amounts: Vec::new(),
            source: Source::None,
            hidden: Vec::new(),
            cards: false,
            others: Vec::new(),
        }
    }

    /// Whether the record is rejected by itself, before the book is asked.
    pub fn is_bad(&self) -> bool {
        self.instruction.is_none() || self.findings.iter().any(Finding::rejects)
    }
}
