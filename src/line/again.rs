//! What a bank tells of again, in another file: a specification that was saved anew, or sent twice with other bytes.
//!
//! It is the same where all agrees that the bank tells it apart by: who its file is for, the bank's own number, payer,
//! amount, currency, days and the payee's reference. Two records of one file may agree in all of that and are two: so they
//! are counted, and the second of another file is the second that was taken.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Context, Space, Store, stored};
use crate::model::{Day, Decision, Fields, Outcome, ids};

/// What is remembered of what a bank told of.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    /// How many there are that agree in all.
    #[serde(rename = "n")]
    booked: u32,
    /// The file that told of them last, and of how many.
    #[serde(rename = "f")]
    file: Box<str>,
    #[serde(rename = "k")]
    seen: u32,
    /// What the first was answered with.
    #[serde(rename = "e")]
    entity: Box<str>,
    #[serde(rename = "s")]
    state: Box<str>,
    #[serde(default, rename = "c", skip_serializing_if = "Option::is_none")]
    cash_reference: Option<Box<str>>,
}

/// All that a bank tells something apart by, as one key; `None`: it gave no number of its own, or no payer.
pub fn key(kind: &str, fields: &Fields) -> Option<String> {
    let number = fields.text("bank_reference");
    let number = number.filter(|text| text.bytes().any(|byte| !matches!(byte, b'0' | b'-')))?;
    let payers = ["collection_payer_no", "payer_no"];
    let payer = payers.into_iter().find_map(|name| fields.text(name))?;
    let text = |name| fields.text(name).unwrap_or_default();
    let day = |name| {
        let day = fields.date(name).map(Day::of);
        day.map_or_else(String::new, |day| day.as_str().to_owned())
    };
    let said = [
        kind,
        text("payee_account"),
        payer.trim_start_matches('0'),
        number,
        &fields.decimal("amount")?.normalize().to_string(),
        text("currency"),
        &day("value_date"),
        &day("due_date"),
        text("reason_code"),
        text("end_to_end_id"),
    ];
    // A payer's number is often his own: the book need not have it once more.
    let name = ids::derived(&Uuid::NAMESPACE_OID, said.join("\n").as_bytes());
    Some(name.simple().to_string())
}

/// Whether another file told of this, and no record of this file stands for it. `space`: where the line remembers.
///
/// # Errors
/// The book could not be read, or what it remembers does not read.
pub fn is_told(
    space: Space,
    key: &str,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<bool> {
    let file = context.batch_origin.simple().to_string();
    Ok(read(space, key, store)?.is_some_and(|told| told.seen_by(&file) < told.booked))
}

/// Decides a record of a bank's own file, unless it tells of something again: then it is answered as that was.
///
/// # Errors
/// As [`is_told`], or those of the decision.
pub fn once(
    space: Space,
    key: Option<String>,
    store: &mut dyn Store,
    context: &Context<'_>,
    decide: impl FnOnce(&mut dyn Store) -> Result<Decision>,
) -> Result<Decision> {
    let Some(key) = key.filter(|_| context.bank) else {
        return decide(store);
    };
    let file = context.batch_origin.simple().to_string();
    let known = read(space, &key, store)?;
    let seen = known.as_ref().map_or(0, |told| told.seen_by(&file));
    if let Some(mut told) = known
        && seen < told.booked
    {
        (told.file, told.seen) = (file.into(), seen + 1);
        store.save(space, &key, serde_json::to_string(&told)?, &[])?;
        return Ok(told.answer());
    }
    let decision = decide(store)?;
    if decision.outcome == Outcome::Accepted {
        let first = decision.references.iter();
        let mut first = first.filter(|(name, _)| *name == "cash_reference");
        let told = Told {
            booked: seen + 1,
            file: file.into(),
            seen: seen + 1,
            entity: decision.entity.as_str().into(),
            state: decision.state.clone().into_owned().into(),
            cash_reference: first.next().map(|(_, id)| id.as_str().into()),
        };
        store.save(space, &key, serde_json::to_string(&told)?, &[])?;
    }
    Ok(decision)
}

fn read(space: Space, key: &str, store: &mut dyn Store) -> Result<Option<Told>> {
    let Some(state) = store.find(space, key)? else {
        return Ok(None);
    };
    let told = stored::parse(state).context("what a bank told does not read")?;
    Ok(Some(told))
}

impl Told {
    /// How many records of a file told of it.
    fn seen_by(&self, file: &str) -> u32 {
        if *self.file == *file { self.seen } else { 0 }
    }

    fn answer(self) -> Decision {
        let state = String::from(self.state);
        let mut decision = Decision::new(Outcome::Duplicate, &self.entity, state);
        let cash = self
            .cash_reference
            .map(|id| ("cash_reference", (&*id).into()));
        decision.references.extend(cash);
        decision
    }
}
