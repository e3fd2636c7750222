//! One record in hand: what it says, under which circumstances, and what has been decided about it so far; and how an
//! entity is kept.

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::stored;
use super::{Context, Moment, Space, Store, Today};
use crate::code::Code;
use crate::lifecycle::{Outcome as Step, Word};
use crate::model::{Currency, Decision, Fields, Finding, Outcome};

/// An entity of a line as the book keeps it: compact JSON, and what falls due of it.
pub trait Kept: Sized + PartialEq + Serialize + DeserializeOwned {
    /// The name space that holds such entities.
    const SPACE: Space;

    /// Its states.
    type State: Word;

    /// Its state.
    fn state(&self) -> Self::State;

    /// It is in this state from now on.
    fn go(&mut self, state: Self::State);

    /// The currency of amounts of a record that names none.
    fn currency(&self) -> Option<Currency> {
        None
    }

    /// Its state as the book keeps it.
    ///
    /// # Errors
    /// It does not become JSON.
    fn written(&self) -> Result<String> {
        written(self)
    }

    /// The entity of a state that is written as [`written`](Self::written) writes it; `None`: it is written otherwise, or
    /// the entity leaves reading to a parser.
    fn read(_state: &str) -> Option<Self> {
        None
    }

    /// The instructions that it takes as it stands on this day, in the order of the manual.
    fn allowed(&self, today: &Today<'_>) -> Vec<&'static str>;

    /// What falls due of it by itself, and on which day.
    fn dues(&self) -> Vec<(NaiveDate, &'static str)> {
        Vec::new()
    }

    /// What falls due of it by the clock, and at which instant.
    fn dues_at(&self) -> Vec<(DateTime<FixedOffset>, &'static str)> {
        Vec::new()
    }

    /// Index entries by which it can be found, besides this key of its own.
    fn found_by(&self, _key: &str) -> Vec<(Space, String)> {
        Vec::new()
    }
}

/// One record in hand.
pub struct Work<'a> {
    /// The entity's own key.
    pub key: &'a str,
    /// What the record says.
    pub fields: &'a Fields,
    /// When it asks to take effect.
    pub effective_date: Option<NaiveDate>,
    /// The circumstances.
    pub context: &'a Context<'a>,
    /// The decision so far.
    pub decision: Decision,
}

impl<'a> Work<'a> {
    /// Nothing decided yet.
    pub fn new(
        key: &'a str,
        fields: &'a Fields,
        effective_date: Option<NaiveDate>,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            key,
            fields,
            effective_date,
            context,
            decision: Decision::new(Outcome::Accepted, key, ""),
        }
    }

    /// The date that rules are judged by.
    pub const fn today(&self) -> NaiveDate {
        self.context.today
    }

    /// Notes a finding about a field.
    pub fn find(&mut self, code: Code, field: &'static str) {
        self.note(Finding::field(code, field));
    }

    /// Notes a finding.
    pub fn note(&mut self, finding: Finding) {
        self.decision.findings.push(finding);
    }

    /// Whether the record is rejected by what was found so far.
    pub fn is_bad(&self) -> bool {
        self.decision.findings.iter().any(Finding::rejects)
    }

    /// A date in the future, for a kind that takes effect at once.
    pub fn refuse_later(&mut self) {
        if self.effective_date.is_some_and(|date| date > self.today()) {
            self.find(Code::NotSchedulable, "effective_date");
        }
    }

    /// Whether the record's `currency` is the entity's; where it is not, that is noted. `what`: the entity's noun.
    pub fn same_currency(&mut self, currency: Currency, what: &str) -> bool {
        let same = self.fields.text("currency") == Some(currency.as_str());
        if !same {
            let finding = Finding::field(Code::CurrencyNotAllowed, "currency");
            self.note(finding.hinting(format!("the {what} is in {currency}")));
        }
        same
    }

    /// Notes an amount that has more decimals than the entity's currency.
    pub fn fits(&mut self, field: &'static str, currency: Currency) {
        let decimals = currency.decimals();
        let amount = self.fields.decimal(field).unwrap_or(Decimal::ZERO);
        if amount.normalize().scale() > decimals {
            let finding = Finding::field(Code::TooManyDecimals, field);
            self.note(finding.hinting(format!("{currency} has {decimals} decimals")));
        }
    }

    /// Takes an entity one step through its lifecycle: its state is the next one, and what happens is answered. `None`:
    /// the state does not allow it, and that is noted, with what it does allow.
    pub fn step<E: Kept, V>(
        &mut self,
        entity: &mut E,
        step: &Step<E::State, V>,
    ) -> Option<&'static [V]> {
        match *step {
            Step::Go(state, events) => {
                entity.go(state);
                Some(events)
            }
            Step::Stay(events) => Some(events),
            Step::Later(events) => {
                self.decision.outcome = Outcome::Scheduled;
                Some(events)
            }
            Step::Refuse(code) => {
                let state = entity.state().word();
                let can = entity.allowed(&self.context.on_this_day());
                let can = if can.is_empty() {
                    "nothing".to_owned()
                } else {
                    can.join(", ")
                };
                let hint = code.entry().hint;
                let said = format!("{hint}; in state `{state}` it takes {can}");
                self.note(Finding::new(code).hinting(said));
                None
            }
        }
    }

    /// The decision. Only where nothing that was found rejects the record is the entity kept, and what falls due of it
    /// changed to what is due of it now.
    pub fn settle<E: Kept>(
        mut self,
        before: &E,
        after: &E,
        store: &mut dyn Store,
    ) -> Result<Decision> {
        if self.is_bad() {
            let findings = std::mem::take(&mut self.decision.findings);
            return Ok(Decision {
                currency: before.currency(),
                ..Decision::rejected(self.key, before.state().word(), findings)
            });
        }
        keep(self.key, Some(before), after, store)?;
        self.decision.state = after.state().word().into();
        self.decision.currency = after.currency();
        Ok(self.decision)
    }

    /// The decision about a record whose entity has no states, or is not in the book.
    pub fn close(mut self) -> Decision {
        if !self.is_bad() {
            return self.decision;
        }
        let findings = std::mem::take(&mut self.decision.findings);
        Decision::rejected(self.key, std::mem::take(&mut self.decision.state), findings)
    }
}

/// Keeps an entity, and lets fall due what is due of it, no more and no less. `before`: as the book has it.
pub fn keep<E: Kept>(
    key: &str,
    before: Option<&E>,
    after: &E,
    store: &mut dyn Store,
) -> Result<()> {
    if before == Some(after) {
        return Ok(());
    }
    let known = before.map(|before| before.found_by(key));
    let known = known.unwrap_or_default();
    let mut entries = after.found_by(key);
    entries.retain(|entry| !known.contains(entry));
    let entries: Vec<(Space, &str)> = entries.iter().map(|(i, entry)| (*i, &**entry)).collect();
    store.save(E::SPACE, key, after.written()?, &entries)?;
    let old = before.map(moments).unwrap_or_default();
    let new = moments(after);
    for (moment, what) in old.iter().filter(|due| !new.contains(due)) {
        store.unschedule_at(*moment, E::SPACE, key, what)?;
    }
    for (moment, what) in new.iter().filter(|due| !old.contains(due)) {
        store.schedule_at(*moment, E::SPACE, key, what)?;
    }
    Ok(())
}

/// The state as the book keeps it; room for nearly any from the start.
pub fn written(state: &impl Serialize) -> Result<String> {
    let mut text = Vec::with_capacity(512);
    serde_json::to_writer(&mut text, state).context("an entity's state")?;
    String::from_utf8(text).context("JSON is text")
}

/// All that falls due of an entity, and when.
fn moments<E: Kept>(entity: &E) -> Vec<(Moment, &'static str)> {
    let days = entity.dues().into_iter();
    let days = days.map(|(day, what)| (Moment::Day(day), what));
    let instants = entity.dues_at().into_iter();
    days.chain(instants.map(|(at, what)| (Moment::At(at), what)))
        .collect()
}

/// The same of the state that the book keeps.
///
/// # Errors
/// It does not read.
pub fn moments_of<E: Kept>(state: &str) -> Result<Vec<(Moment, &'static str)>> {
    Ok(moments(&parse::<E>(state)?))
}

/// The entity of a key.
///
/// # Errors
/// The book could not be read, or its state does not read.
pub fn load<E: Kept>(store: &mut dyn Store, key: &str) -> Result<Option<E>> {
    let Some(state) = store.find(E::SPACE, key)? else {
        return Ok(None);
    };
    parse(state).map(Some)
}

/// From the state that the book keeps.
///
/// # Errors
/// It does not read.
pub fn parse<E: Kept>(state: &str) -> Result<E> {
    let parsed = || {
        stored::parse(state)
            .with_context(|| format!("a state of name space `{}` does not read", E::SPACE.0))
    };
    let Some(read) = E::read(state) else {
        return parsed();
    };
    // Without the state: persons stand in it.
    let same = || parsed().is_ok_and(|parsed: E| parsed == read);
    debug_assert!(same(), "a state is read otherwise than it parses");
    Ok(read)
}
