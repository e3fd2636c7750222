//! A book in memory, for tests of lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;

use super::{Space, Store};

/// A book in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Book {
    pub entities: BTreeMap<(Space, String), String>,
    pub index: BTreeMap<(Space, String), String>,
    pub due: BTreeSet<(NaiveDate, Space, String, String)>,
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

    fn schedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        let new = self
            .due
            .insert((day, space, key.to_owned(), what.to_owned()));
        assert!(new, "{key}: {what} is scheduled twice for {day}");
        Ok(())
    }

    fn unschedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        let there = self
            .due
            .remove(&(day, space, key.to_owned(), what.to_owned()));
        assert!(there, "{key}: {what} is not scheduled for {day}");
        Ok(())
    }
}
