//! The product lines: what each can be asked for, its rules and its lifecycle. A line is a folder; this file is the
//! registry, and what the lines share with the rest. No IO: the book is behind [`Store`], clock and date are in
//! [`Context`].

pub mod dictionary;
pub mod insurance;

use std::borrow::Cow;
use std::sync::Arc;

pub use crate::lifecycle::{Cell, Leads, Table};
use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};
use uuid::Uuid;

use crate::check::{Profile, Rules};
use crate::model::decision::OrderValue;
use crate::model::{Currency, Decision, Fields, Finding, Instruction, KindSpec};

/// A product line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// Payment and loan protection.
    Insurance,
}

impl Line {
    /// Every line.
    pub const ALL: &'static [Line] = &[Line::Insurance];

    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Insurance => "insurance",
        }
    }

    /// The line of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|line| line.as_str() == word)
    }

    /// Columns of its orders, behind those that all orders share.
    pub const fn order_columns(self) -> &'static [&'static str] {
        match self {
            Self::Insurance => insurance::ORDER_COLUMNS,
        }
    }

    /// What it can be asked for, in the order of the manual.
    pub const fn kinds(self) -> &'static [KindSpec] {
        match self {
            Self::Insurance => insurance::KINDS,
        }
    }
}

/// The kind of this name, and its line.
pub fn kind(name: &str) -> Option<(Line, &'static KindSpec)> {
    Line::ALL
        .iter()
        .find_map(|&line| Some((line, line.kinds().iter().find(|kind| kind.name == name)?)))
}

/// A name space of keys in a book: what an entity, or an index over entities, is found by. The word stands in the
/// ledger in front of every key, so it is short, and unique among all lines (a test holds that).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Space(pub &'static str);

/// The book as a line sees it: entities by key, indexes over them, and what falls due. Everything a call changes
/// belongs to the record in hand; a line changes nothing before it knows that the record will not be rejected.
pub trait Store {
    /// The entity's state as it was last saved.
    fn find(&mut self, space: Space, key: &str) -> Result<Option<Arc<str>>>;

    /// The key of the entity that was saved with this index entry (see [`Store::save`]).
    fn find_by(&mut self, index: Space, key: &str) -> Result<Option<Box<str>>>;

    /// Saves an entity's state: a new link of its history. `also`: index entries by which it can be found from now
    /// on, besides those of earlier saves.
    fn save(
        &mut self,
        space: Space,
        key: &str,
        state: String,
        also: &[(Space, &str)],
    ) -> Result<()>;

    /// Lets `what` fall due for an entity on a day. One entity has at most one of a `what` on a day.
    fn schedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()>;

    /// Takes that back.
    fn unschedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()>;
}

/// The circumstances under which a record is decided.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The date that rules are judged by: the batch's business date, or the day that something fell due on.
    pub today: NaiveDate,
    /// When the batch was claimed.
    pub now: DateTime<FixedOffset>,
    /// The site's products.
    pub products: &'a Products,
    /// Whether the insurer's own feed asks.
    pub insurer: bool,
    /// Name of everything that is derived for this record.
    pub origin: Uuid,
}

impl Context<'_> {
    /// An id that is the same on every run: UUID v5 of the record's origin (partner, input hash, row) and `what`.
    pub fn derive(&self, what: &str) -> Uuid {
        Uuid::new_v5(&self.origin, what.as_bytes())
    }
}

/// The products of a site, by line and code.
#[derive(Clone, Debug, Default)]
pub struct Products {
    /// Insurance products by code.
    pub insurance: std::collections::BTreeMap<String, insurance::Product>,
}

/// Rules across the fields of one record, without the book: findings with their field named, place and value left to
/// the caller.
pub fn check(line: Line, kind: &KindSpec, fields: &Fields) -> Vec<Finding> {
    match line {
        Line::Insurance => insurance::check(kind, fields),
    }
}

/// What the records of a partner that may ask for these lines are checked by.
pub fn profile(allowed: &[Line]) -> Profile {
    Line::ALL.iter().fold(Profile::default(), |profile, &line| {
        let rules: Rules = match line {
            Line::Insurance => insurance::check,
        };
        profile.with(line.kinds(), allowed.contains(&line), rules)
    })
}

/// The keys that deciding this instruction will ask the book for, so that they can be fetched together; a key left out
/// costs time and nothing else.
pub fn keys(line: Line, instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    match line {
        Line::Insurance => insurance::keys(instruction, add),
    }
}

/// What a record's entity is like before the record: for the answers of a record that is rejected by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its state; blank where there is no such entity.
    pub state: Cow<'static, str>,
    /// Its currency, for amounts of a record that names none.
    pub currency: Option<Currency>,
}

/// How the entity stands that a record of this kind with this key speaks of.
pub fn standing(
    line: Line,
    kind: &KindSpec,
    entity: &str,
    store: &mut dyn Store,
) -> Result<Standing> {
    match line {
        Line::Insurance => insurance::standing(kind, entity, store),
    }
}

/// The name space of the entity that a kind speaks of.
pub fn space(line: Line, kind: &KindSpec) -> Space {
    match line {
        Line::Insurance => insurance::space(kind),
    }
}

/// Decides one instruction that was good by itself, and changes the book accordingly.
pub fn decide(
    line: Line,
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    match line {
        Line::Insurance => insurance::decide(instruction, store, context),
    }
}

/// Carries out what fell due. The decision's kind for the answers is the due word itself. `None`: nothing was left to
/// do. `context.today` is the day that it fell due on.
pub fn carry_out(
    space: Space,
    key: &str,
    what: &str,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    match line_of(space) {
        Line::Insurance => insurance::carry_out(space, key, what, store, context),
    }
}

/// What an entity is, under the public names: what `show --json` prints, and an inquiry is answered with.
///
/// # Errors
/// The state was not written by the space's line.
pub fn show(space: Space, key: &str, state: &str) -> Result<serde_json::Value> {
    match line_of(space) {
        Line::Insurance => insurance::show(space, key, state),
    }
}

/// The entities of a line: their public word, and the name space that holds them. The first is the line's own.
pub const fn entities(line: Line) -> &'static [(&'static str, Space)] {
    match line {
        Line::Insurance => insurance::ENTITIES,
    }
}

/// The columns of an export of the entities of this space.
///
/// # Errors
/// The space holds no entities.
pub fn export_header(space: Space) -> Result<Vec<&'static str>> {
    match line_of(space) {
        Line::Insurance => insurance::export_header(space),
    }
}

/// An entity's row of an export, in the order of its header.
///
/// # Errors
/// The state was not written by the space's line.
pub fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    match line_of(space) {
        Line::Insurance => insurance::export_row(space, key, state),
    }
}

/// How the line's entities change, drawn from the code that runs.
pub fn tables(line: Line) -> Vec<Table> {
    match line {
        Line::Insurance => insurance::tables(),
    }
}

/// The names in events, replies and exports whose values are personal identity numbers: masked wherever the reader is
/// not the partner that sent them, or where its profile asks for that.
pub fn is_personal(name: &str) -> bool {
    insurance::PERSONAL_FIELDS.contains(&name)
}

/// The line that a name space belongs to.
pub fn line_of(space: Space) -> Line {
    Line::ALL
        .iter()
        .copied()
        .find(|line| spaces(*line).contains(&space))
        .expect("every space in a book was written by a line")
}

/// The name spaces of a line, indexes included.
pub const fn spaces(line: Line) -> &'static [Space] {
    match line {
        Line::Insurance => insurance::SPACES,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_space_is_of_one_line_and_short() {
        let mut seen = BTreeSet::new();
        for &line in Line::ALL {
            for space in spaces(line) {
                assert!(seen.insert(*space), "{}", space.0);
                assert!(!space.0.is_empty() && space.0.len() <= 2, "{}", space.0);
                assert_eq!(line_of(*space), line);
            }
            for (word, space) in entities(line) {
                assert!(spaces(line).contains(space), "{word}");
            }
        }
    }
}
