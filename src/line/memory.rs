//! A book in memory, for tests of lines.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};
use compact_str::CompactString;
use uuid::Uuid;

use super::{Context, Moment, Products, Space, Store, Terms};
use crate::check::value;
use crate::model::kind::Need;
use crate::model::{
    Decision, Event, FieldSpec, Fields, Finding, Instruction, KindSpec, Value, family,
};

/// A book in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Book {
    pub entities: BTreeMap<(Space, String), String>,
    pub index: BTreeMap<(Space, String), String>,
    /// What falls due on days.
    pub due: BTreeSet<(NaiveDate, Space, String, String)>,
    /// What falls due at instants.
    pub due_at: BTreeSet<(DateTime<FixedOffset>, Space, String, String)>,
}

impl Store for Book {
    fn find(&mut self, space: Space, key: &str) -> Result<Option<&str>> {
        let state = self.entities.get(&(space, key.to_owned()));
        Ok(state.map(String::as_str))
    }

    fn find_by(&mut self, index: Space, key: &str) -> Result<Option<CompactString>> {
        let found = self.index.get(&(index, key.to_owned()));
        Ok(found.map(|key| key.as_str().into()))
    }

    fn save(
        &mut self,
        space: Space,
        key: &str,
        state: String,
        also: &[(Space, &str)],
    ) -> Result<()> {
        self.entities.insert((space, key.to_owned()), state);
        for (index, entry) in also {
            self.index
                .insert((*index, (*entry).to_owned()), key.to_owned());
        }
        Ok(())
    }

    fn schedule_at(
        &mut self,
        moment: Moment,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        let (key, what) = (key.to_owned(), what.to_owned());
        let new = match moment {
            Moment::Day(day) => self.due.insert((day, space, key, what)),
            Moment::At(at) => self.due_at.insert((at, space, key, what)),
        };
        assert!(new, "{moment:?}: scheduled twice");
        Ok(())
    }

    fn unschedule_at(
        &mut self,
        moment: Moment,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        let (key, what) = (key.to_owned(), what.to_owned());
        let there = match moment {
            Moment::Day(day) => self.due.remove(&(day, space, key, what)),
            Moment::At(at) => self.due_at.remove(&(at, space, key, what)),
        };
        assert!(there, "{moment:?}: not scheduled");
        Ok(())
    }
}

/// An instruction of `name=value` fields between blanks, and what is wrong with their values. `spell`: what a value's
/// characters stand for, since a blank cannot stand in it.
///
/// # Panics
/// The kind takes no such field, or needs one that is not given.
pub(super) fn said(
    kinds: &'static [KindSpec],
    kind: &str,
    fields: &str,
    spell: fn(&str) -> String,
) -> (Instruction, Vec<Finding>) {
    let kind = kinds.iter().find(|known| known.name == kind);
    let kind = kind.expect("a kind");
    let mut instruction = Instruction {
        kind,
        instruction_id: None,
        effective_date: None,
        fields: Fields::default(),
        digest: [0; 16],
    };
    let mut findings = Vec::new();
    let given = fields.split_whitespace();
    for (name, text) in given.filter_map(|field| field.split_once('=')) {
        let text = spell(text);
        match name {
            "effective_date" => instruction.effective_date = Some(day(&text)),
            "comment" if kind.field(name).is_none() => {
                instruction.fields.push("comment", Value::Text(text.into()));
            }
            _ => {
                let spec = kind.field(name);
                let spec = spec.unwrap_or_else(|| panic!("{} takes no {name}", kind.name));
                let name = family::member(spec.name, name).unwrap_or(spec.name);
                match value::parse(spec, &text) {
                    Ok(value) => instruction.fields.push(name, value),
                    Err(code) => findings.push(Finding::field(code, name)),
                }
            }
        }
    }
    let needed = |spec: &&FieldSpec| spec.need == Need::Required;
    for spec in kind.fields.iter().filter(needed) {
        let judged = findings.iter().any(|finding| finding.field == spec.name);
        let there = instruction.fields.has(spec.name) || judged;
        assert!(there, "{} needs {}", kind.name, spec.name);
    }
    (instruction, findings)
}

/// A value whose blanks are written as `_`, and whose `_` as `~`.
pub(super) fn underscored(text: &str) -> String {
    text.replace('_', " ").replace('~', "_")
}

/// The circumstances of the record of a row, told at two in the morning of 2026-11-20.
pub(super) fn context<'a>(
    today: NaiveDate,
    row: u32,
    products: &'a Products,
    terms: &'a Terms,
) -> Context<'a> {
    Context {
        today,
        now: DateTime::parse_from_rfc3339("2026-11-20T02:00:00+01:00").expect("an instant"),
        products,
        insurer: false,
        origin: Uuid::from_u128(row.into()),
        batch_origin: Uuid::nil(),
        row: row.into(),
        batch: "b",
        bank: false,
        contested: false,
        terms,
        told: true,
    }
}

/// A date.
pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The findings' codes, each with the field it is about, joined by a blank.
pub(super) fn codes(decision: &Decision) -> String {
    let one = |finding: &Finding| match finding.field.as_ref() {
        "" => finding.code.to_string(),
        field => format!("{}:{field}", finding.code),
    };
    let all: Vec<String> = decision.findings.iter().map(one).collect();
    all.join(" ")
}

/// The events, as `kind state`.
pub(super) fn events(decision: &Decision) -> Vec<String> {
    let one = |event: &Event| format!("{} {}", event.kind, event.state);
    decision.events.iter().map(one).collect()
}
