//! A book in memory, for tests of lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{Moment, Space, Store};
use crate::model::{Decision, Event, Finding};

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
    fn find(&mut self, space: Space, key: &str) -> Result<Option<Arc<str>>> {
        let state = self.entities.get(&(space, key.to_owned()));
        Ok(state.map(|state| state.as_str().into()))
    }

    fn find_by(&mut self, index: Space, key: &str) -> Result<Option<Box<str>>> {
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
