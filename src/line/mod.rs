//! The product lines: what each can be asked for, its rules and its lifecycle. A line is a folder; this file is the
//! registry, and what the lines share with the rest. No IO: the book is behind [`Store`], clock and date are in
//! [`Context`].

pub mod again;
pub mod card;
pub mod collect;
pub mod compare;
mod context;
pub mod cover;
pub mod credit_life;
pub mod days;
pub mod details;
pub mod dictionary;
pub mod insurance;
pub mod loan;
#[cfg(test)]
mod memory;
pub mod settings;
pub mod spec;
mod store;
pub mod stored;
mod terms;
pub mod told;
pub mod work;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use crate::lifecycle::{Cell, Leads, Table};
use anyhow::Result;

use crate::check::{Profile, Rules};
use crate::model::decision::OrderValue;
use crate::model::{Currency, Decision, Fields, Instruction, KindSpec};
use crate::toml_table;

pub use compare::whose::{Whose, whose};
pub use context::{Context, RECORD_NAME, Today, derive, record_name};
pub use details::Details;
pub use store::{Moment, Store};
pub use terms::{Envelope, Terms};

/// A product line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// Payment and loan protection.
    Insurance,
    /// Loans and their repayment.
    Loan,
    /// Trade credit insurance of single invoices.
    Cover,
    /// Insurance sold with a credit operation.
    CreditLife,
    /// Card contracts.
    Card,
}

/// All that the shared code knows of a line. A line is added by writing its folder and naming its registration in
/// [`Line`].
pub struct Registration {
    /// The public word.
    pub word: &'static str,
    /// What it can be asked for, in the order of the manual.
    pub kinds: &'static [KindSpec],
    /// Columns of its orders, behind those that all orders share.
    pub order_columns: &'static [&'static str],
    /// Its entities: their public word, and the name space that holds them. The first is the line's own.
    pub entities: &'static [(&'static str, Space)],
    /// Its name spaces, indexes included.
    pub spaces: &'static [Space],
    /// The names in events, replies and exports whose values are personal identity numbers: masked wherever the reader
    /// is not the partner that sent them, or where its profile asks for that.
    pub personal: &'static [&'static str],
    /// Rules across the fields of one record, without the book: findings with their field named, place and value left
    /// to the caller.
    pub check: Rules,
    /// The keys that deciding an instruction will ask the book for, so that they can be fetched together; a key left
    /// out costs time and nothing else.
    pub keys: KeysOf,
    /// The name space of the entity that a kind speaks of.
    pub space: fn(&KindSpec) -> Space,
    /// How the entity stands that a record of a kind with this key speaks of.
    pub standing: fn(&KindSpec, &str, &mut dyn Store) -> Result<Standing>,
    /// See [`named`]; `None`: its records name entities by their own keys alone.
    pub named: Option<Named>,
    /// What it tells of its payers and of money, to be compared with what banks say; `None`: no bank tells of its entities.
    pub told_by_banks: Option<compare::View>,
    /// What a bank is asked to collect for its entities; `None`: nothing ever.
    pub collects: Option<collect::Collects>,
    /// Decides one instruction that was good by itself, and changes the book accordingly.
    pub decide: fn(&Instruction, &mut dyn Store, &Context<'_>) -> Result<Decision>,
    /// Carries out what fell due: see [`carry_out`].
    pub carry_out: CarryOut,
    /// What falls due of an entity: see [`due_of`].
    pub due_of: DueOf,
    /// What an entity is: see [`show`].
    pub show: Show,
    /// See [`show_whole`]; `None`: an entity's own state says it all.
    pub show_whole: Option<ShowWhole>,
    /// The columns of an export: see [`export_header`].
    pub export_header: fn(Space) -> Result<Vec<&'static str>>,
    /// An entity's row of an export: see [`export_row`].
    pub export_row: fn(Space, &str, &str) -> Result<Vec<OrderValue>>,
    /// What of its entities is personal, and how long it is needed.
    pub details: &'static [Details],
    /// How its entities change, drawn from the code that runs.
    pub tables: fn() -> Vec<Table>,
    /// Reads the settings of one of its products into the site's; every fault is noted in the table's document. `line`
    /// and unknown keys are the caller's.
    pub product: fn(&str, &mut toml_table::Table<'_>, &mut Products),
}

/// See [`keys`].
pub type KeysOf = fn(&Instruction, &mut dyn FnMut(Space, &str));
/// See [`due_of`].
pub type DueOf = fn(Space, &str) -> Result<Vec<(Moment, &'static str)>>;
/// See [`named`].
pub type Named = fn(&Fields, &mut dyn Store) -> Result<Option<(String, Standing)>>;
/// See [`show`].
pub type Show = fn(Space, &str, &str, &Today<'_>) -> Result<serde_json::Value>;
/// See [`show_whole`].
pub type ShowWhole =
    fn(Space, &str, &str, &Today<'_>, &mut dyn Store) -> Result<Option<serde_json::Value>>;
/// See [`carry_out`].
pub type CarryOut = fn(Space, &str, &str, &mut dyn Store, &Context<'_>) -> Result<Option<Decision>>;

impl Line {
    /// Every line.
    pub const ALL: &'static [Line] = &[
        Line::Insurance,
        Line::Loan,
        Line::Cover,
        Line::CreditLife,
        Line::Card,
    ];

    const fn registration(self) -> &'static Registration {
        match self {
            Self::Insurance => &insurance::LINE,
            Self::Loan => &loan::LINE,
            Self::Cover => &cover::LINE,
            Self::CreditLife => &credit_life::LINE,
            Self::Card => &card::LINE,
        }
    }

    /// The public word.
    pub const fn as_str(self) -> &'static str {
        self.registration().word
    }

    /// The line of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|line| line.as_str() == word)
    }

    /// The line that this kind belongs to.
    ///
    /// # Panics
    /// The kind is not of a line's table.
    pub fn of_kind(kind: &'static KindSpec) -> Self {
        let mut all = Self::ALL.iter().copied();
        all.find(|line| {
            line.kinds()
                .as_ptr_range()
                .contains(&std::ptr::from_ref(kind))
        })
        .expect("every kind stands in a line's table")
    }

    /// Columns of its orders, behind those that all orders share.
    pub const fn order_columns(self) -> &'static [&'static str] {
        self.registration().order_columns
    }

    /// What it can be asked for, in the order of the manual.
    pub const fn kinds(self) -> &'static [KindSpec] {
        self.registration().kinds
    }

    /// Whether banks tell of its entities: then it can be asked for what belongs to no line alone, too.
    pub const fn is_told_by_banks(self) -> bool {
        self.registration().told_by_banks.is_some()
    }

    /// Reads the settings of one of its products into the site's.
    pub fn product(self, code: &str, table: &mut toml_table::Table<'_>, products: &mut Products) {
        (self.registration().product)(code, table, products);
    }
}

/// The kind of this name, of a line or of none.
pub fn spec_of(name: &str) -> Option<&'static KindSpec> {
    let shared = || SHARED.iter().find(|kind| kind.name == name);
    kind(name).map(|(_, kind)| kind).or_else(shared)
}

/// What belongs to no line alone, and is decided beside them.
pub const SHARED: &[KindSpec] = compare::KINDS;

fn is_shared(kind: &'static KindSpec) -> bool {
    SHARED.iter().any(|shared| std::ptr::eq(shared, kind))
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

/// The products of a site, by line and code.
#[derive(Clone, Debug, Default)]
pub struct Products {
    /// Insurance products by code.
    pub insurance: BTreeMap<String, insurance::Product>,
    /// Loan products by code.
    pub loan: BTreeMap<String, loan::Product>,
    /// Cover products by channel.
    pub cover: BTreeMap<cover::Channel, cover::Product>,
    /// Credit-life products by code.
    pub credit_life: BTreeMap<String, credit_life::Product>,
    /// Card products by code.
    pub card: BTreeMap<String, card::Product>,
}

/// What the records of a partner that may ask for these lines are checked by. `insurer`: in the insurer's own feed.
pub fn profile(allowed: &[Line], insurer: bool) -> Profile {
    let none = Profile::default().of_insurer(insurer);
    let lines = Line::ALL.iter().fold(none, |profile, line| {
        let rules = line.registration().check;
        profile.with(line.kinds(), allowed.contains(line), rules)
    });
    let shared = allowed.iter().any(|line| line.is_told_by_banks());
    lines.with(SHARED, shared, compare::check)
}

/// The keys that deciding this instruction will ask the book for, so that they can be fetched together; a key left out
/// costs time and nothing else.
pub fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    if is_shared(instruction.kind) {
        return compare::keys(instruction, add);
    }
    (Line::of_kind(instruction.kind).registration().keys)(instruction, add);
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
    (line.registration().standing)(kind, entity, store)
}

/// The own key of the entity that a record names by a reference, and how it stands. `None`: it gives no reference, or
/// one that nothing is known by.
pub fn named(
    line: Line,
    fields: &Fields,
    store: &mut dyn Store,
) -> Result<Option<(String, Standing)>> {
    let named = line.registration().named;
    named.map_or(Ok(None), |named| named(fields, store))
}

/// The name space of the entity that a kind speaks of.
pub fn space(line: Line, kind: &KindSpec) -> Space {
    (line.registration().space)(kind)
}

/// Decides one instruction that was good by itself, and changes the book accordingly.
pub fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    if is_shared(instruction.kind) {
        return compare::decide(instruction, store, context);
    }
    (Line::of_kind(instruction.kind).registration().decide)(instruction, store, context)
}

/// Carries out what fell due. The decision's kind for the answers is the due word itself. `None`: nothing was left to
/// do. `context.today` is the day that it fell due on, and `context.now` the instant, where it fell due at one.
pub fn carry_out(
    space: Space,
    key: &str,
    what: &str,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    (line_of(space).registration().carry_out)(space, key, what, store, context)
}

/// What falls due of an entity in this state, and when: what the book must have been told to keep.
///
/// # Errors
/// The state was not written by the space's line.
pub fn due_of(space: Space, state: &str) -> Result<Vec<(Moment, &'static str)>> {
    (line_of(space).registration().due_of)(space, state)
}

/// What an entity is on a day, under the public names, as far as its own state says it.
///
/// # Errors
/// The state was not written by the space's line.
pub fn show(space: Space, key: &str, state: &str, today: &Today<'_>) -> Result<serde_json::Value> {
    (line_of(space).registration().show)(space, key, state, today)
}

/// The same with what other entities say of it: what `show --json` prints, and an inquiry is answered with.
///
/// # Errors
/// The book cannot be read, or the state was not written by the space's line.
pub fn show_whole(
    space: Space,
    key: &str,
    state: &str,
    today: &Today<'_>,
    store: &mut dyn Store,
) -> Result<serde_json::Value> {
    if let Some(whole) = line_of(space).registration().show_whole
        && let Some(shown) = whole(space, key, state, today, store)?
    {
        return Ok(shown);
    }
    show(space, key, state, today)
}

/// The entities of a line: their public word, and the name space that holds them. The first is the line's own.
pub const fn entities(line: Line) -> &'static [(&'static str, Space)] {
    line.registration().entities
}

/// The columns of an export of the entities of this space.
///
/// # Errors
/// The space holds no entities.
pub fn export_header(space: Space) -> Result<Vec<&'static str>> {
    (line_of(space).registration().export_header)(space)
}

/// An entity's row of an export, in the order of its header.
///
/// # Errors
/// The state was not written by the space's line.
pub fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    (line_of(space).registration().export_row)(space, key, state)
}

/// How the line's entities change, drawn from the code that runs.
pub fn tables(line: Line) -> Vec<Table> {
    (line.registration().tables)()
}

/// Whether a name in events, replies and exports stands for a personal identity number: masked wherever the reader is
/// not the partner that sent it, or where its profile asks for that.
pub fn is_personal(name: &str) -> bool {
    let mut lines = Line::ALL.iter();
    lines.any(|line| line.registration().personal.contains(&name))
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
    line.registration().spaces
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
            for kind in line.kinds() {
                assert_eq!(Line::of_kind(kind), line, "{}", kind.name);
            }
        }
    }
}
