//! Persons: what is known of who borrows, and what feeds letters to them.

use anyhow::{Context as _, Result};
use serde_json::Value as Json;

use super::PERSON;
use super::kinds::person_fields;
use crate::line::Store;
use crate::line::stored;
use crate::line::told::json;
use crate::line::work::Work;
use crate::model::{Decision, Object as Map, Value};

/// The state of a person in the book; there is no other.
pub(super) const EXISTS: &str = "exists";

/// A person's state: fields under their canonical names, in the order of the manual; and `death_date`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Person(pub Map);

impl Person {
    /// The person of an id.
    pub(super) fn find(store: &mut dyn Store, person_id: &str) -> Result<Option<Self>> {
        let Some(state) = store.find(PERSON, person_id)? else {
            return Ok(None);
        };
        Self::parse(state).map(Some)
    }

    /// From the state that the book keeps.
    pub(super) fn parse(state: &str) -> Result<Self> {
        let map = stored::parse(state).context("a person's state does not read")?;
        Ok(Self(map))
    }

    /// The text of a field that is set.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }

    /// Whether any of the address is known.
    pub(super) fn has_address(&self) -> bool {
        let names = ["postal_code", "city", "address_country"];
        !self.street().is_empty() || names.iter().any(|name| self.text(name).is_some())
    }

    /// The lines of the address above city and postal code.
    pub(super) fn street(&self) -> Vec<String> {
        let names = ["street_name", "building_number"];
        let parts: Vec<&str> = names.iter().filter_map(|name| self.text(name)).collect();
        let own = (!parts.is_empty()).then(|| parts.join(" "));
        let lines = (1..=5).filter_map(|n| self.text(&format!("address_line{n}")));
        own.into_iter().chain(lines.map(str::to_owned)).collect()
    }

    /// Keeps it in the book.
    pub(super) fn save(&self, store: &mut dyn Store, person_id: &str) -> Result<()> {
        let state = stored::fields(&self.0);
        store.save(PERSON, person_id, state, &[])
    }
}

/// `loan.person`: what is sent is known from now on; the rest stays as it is.
pub(super) fn person(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let before = Person::find(store, work.key)?;
    let known = before.clone().unwrap_or_default();
    if before.is_some() {
        work.decision.state = EXISTS.into();
    }
    if work.is_bad() {
        return Ok(work.close());
    }
    let mut after = Map::new();
    for name in person_fields().chain(["death_date"]) {
        let value = match work.fields.get(name) {
            Some(Value::Clear) => None,
            Some(value) => Some(json(value, None)),
            None => known.0.get(name).cloned(),
        };
        if let Some(value) = value {
            after.insert(name, value);
        }
    }
    let after = Person(after);
    if before.as_ref() != Some(&after) {
        after.save(store, work.key)?;
    }
    work.decision.state = EXISTS.into();
    Ok(work.close())
}
