//! `sluss show`: an entity's state, what it allows next, and its history.

use std::sync::Arc;

use anyhow::Result;
use chrono::NaiveDate;
use compact_str::CompactString;
use serde_json::{Map, Value, json};

use super::args::Common;
use super::exit::wrong_use;
use super::out::Out;
use super::session;
use super::status::plain;
use super::table::{Table, bold, paint, tame};
use crate::ledger::{Book, Change};
use crate::line::{self, Line, Moment, Space, Store, Today};
use crate::outbox::answers::records::masked_map;

/// Prints an entity as it is, or as it was at the end of a day. Personal numbers are masked.
pub fn print(
    common: &Common,
    entity: &str,
    kind: Option<&str>,
    as_of: Option<NaiveDate>,
    out: &mut Out,
) -> Result<()> {
    let site = session::site(common)?;
    let partner = session::one_partner(common, &site)?;
    let missing = || wrong_use(format!("{entity} is not in the book of {}", partner.name));
    let Some(mut book) = session::book(&site, &partner.book)? else {
        return Err(missing());
    };
    let Some((space, mut history)) = find(&mut book, entity, kind)? else {
        return Err(missing());
    };
    let today = Today {
        date: as_of.unwrap_or_else(|| session::business_date(common, &site)),
        products: &site.settings().products,
    };
    if let Some(date) = as_of {
        history.retain(|change| change.business_date <= date);
    }
    let shown: Result<Vec<Map<String, Value>>> = history
        .iter()
        .map(|change| object(line::show(space, entity, &change.state, &today)?))
        .collect();
    let shown = shown?;
    let Some(last) = history.last() else {
        return Err(missing());
    };
    let mut then = Then {
        found: None,
        book: &mut book,
        date: as_of,
    };
    let now = line::show_whole(space, entity, &last.state, &today, &mut then)?;
    let now = object(now)?;
    if common.json {
        let mut document = now;
        document.insert("history".into(), history_document(&history, &shown));
        return out.json(&Value::Object(document));
    }
    print_fields(&now, out)?;
    out.line("")?;
    print_history(&history, &shown, out)
}

/// The one entity of this key, with its history.
fn find(book: &mut Book, key: &str, kind: Option<&str>) -> Result<Option<(Space, Vec<Change>)>> {
    let all = Line::ALL.iter().flat_map(|line| line::entities(*line));
    let kinds: Vec<&(&str, Space)> = all
        .filter(|(word, _)| kind.is_none_or(|kind| kind == *word))
        .collect();
    if kinds.is_empty() {
        let all = Line::ALL.iter().flat_map(|line| line::entities(*line));
        let words: Vec<&str> = all.map(|(word, _)| *word).collect();
        return Err(wrong_use(format!(
            "{}: not a kind of entity; there is {}",
            kind.unwrap_or_default(),
            words.join(", ")
        )));
    }
    let mut found = Vec::new();
    for (word, space) in kinds {
        let history = book.history(*space, key)?;
        if !history.is_empty() {
            found.push((*word, *space, history));
        }
    }
    if found.len() > 1 {
        let words: Vec<&str> = found.iter().map(|(word, ..)| *word).collect();
        return Err(wrong_use(format!(
            "{key} is the key of more than one entity; say which with --kind: {}",
            words.join(", ")
        )));
    }
    Ok(found.pop().map(|(_, space, history)| (space, history)))
}

fn object(shown: Value) -> Result<Map<String, Value>> {
    match shown {
        Value::Object(object) => Ok(masked_map(&object)),
        other => anyhow::bail!("an entity shows itself as {other}"),
    }
}

/// A book for reading, as it was at the end of a day where one is given.
struct Then<'b> {
    book: &'b mut Book,
    date: Option<NaiveDate>,
    /// What was found last.
    found: Option<Arc<str>>,
}

impl Store for Then<'_> {
    fn find(&mut self, space: Space, key: &str) -> Result<Option<&str>> {
        let Some(date) = self.date else {
            return self.book.find(space, key);
        };
        let found = self.book.as_of(space, key, date)?;
        self.found = found.map(|change| change.state);
        Ok(self.found.as_deref())
    }

    fn find_by(&mut self, _: Space, _: &str) -> Result<Option<CompactString>> {
        anyhow::bail!("an index is not asked to show an entity")
    }

    fn save(&mut self, _: Space, _: &str, _: String, _: &[(Space, &str)]) -> Result<()> {
        anyhow::bail!("to show an entity changes nothing")
    }

    fn schedule_at(&mut self, _: Moment, _: Space, _: &str, _: &'static str) -> Result<()> {
        anyhow::bail!("to show an entity changes nothing")
    }

    fn unschedule_at(&mut self, _: Moment, _: Space, _: &str, _: &'static str) -> Result<()> {
        anyhow::bail!("to show an entity changes nothing")
    }
}

fn print_fields(fields: &Map<String, Value>, out: &mut Out) -> Result<()> {
    let width = fields.keys().map(|name| name.chars().count()).max();
    let width = width.unwrap_or_default();
    for (name, value) in fields {
        let text = item(value);
        let text = paint(&text, out.colours);
        out.line(format!("{name:<width$}  {text}"))?;
    }
    Ok(())
}

/// A value in a line: lists by commas, objects as their names and values.
fn item(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(item).collect();
            items.join(", ")
        }
        Value::Object(object) => {
            let parts = object
                .iter()
                .map(|(name, value)| format!("{name} {}", item(value)));
            format!("({})", parts.collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => plain(value),
    }
}

fn print_history(history: &[Change], shown: &[Map<String, Value>], out: &mut Out) -> Result<()> {
    out.line(bold("history", out.colours))?;
    let mut table = Table::new(&["date", "batch", "file", "row#", "rule", "state", "changed"]);
    for (at, (change, now)) in history.iter().zip(shown).enumerate() {
        let before = at.checked_sub(1).map(|at| &shown[at]);
        let changed: Vec<String> = before
            .map(|before| changed(before, now))
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| format!("{name} {}", item(value)).trim_end().to_owned())
            .collect();
        table.row([
            change.business_date.to_string(),
            change.batch.clone(),
            tame(change.file.as_deref().unwrap_or("(due)")).into_owned(),
            change.row.to_string(),
            change.rule.clone(),
            plain(&now["state"]),
            changed.join(", "),
        ]);
    }
    table.print(out)
}

/// Fields that differ, with their new value; `null` where a field is gone.
fn changed<'m>(
    before: &'m Map<String, Value>,
    now: &'m Map<String, Value>,
) -> Vec<(&'m str, &'m Value)> {
    const NOT_SAID: [&str; 2] = ["state", "allowed"];
    let said = |name: &str| !NOT_SAID.contains(&name);
    let new = now
        .iter()
        .filter(|(name, value)| said(name) && before.get(*name) != Some(value))
        .map(|(name, value)| (name.as_str(), value));
    let gone = before
        .keys()
        .filter(|name| said(name) && !now.contains_key(*name))
        .map(|name| (name.as_str(), &Value::Null));
    new.chain(gone).collect()
}

fn history_document(history: &[Change], shown: &[Map<String, Value>]) -> Value {
    let changes = history.iter().zip(shown).map(|(change, now)| {
        json!({
            "business_date": change.business_date,
            "batch": change.batch,
            "file": change.file,
            "row": change.row,
            "rule": change.rule,
            "state": now["state"],
        })
    });
    Value::Array(changes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_what_is_new_and_what_is_gone() {
        let object = |value: Value| value.as_object().cloned().expect("an object");
        let before = object(json!({ "state": "active", "a": 1, "b": 2, "c": 3 }));
        let now = object(json!({ "state": "cancelled", "a": 1, "b": 4, "d": 5 }));
        assert_eq!(
            changed(&before, &now),
            [("b", &json!(4)), ("d", &json!(5)), ("c", &Value::Null)]
        );
    }
}
