//! Money that a bank tells of again, in another file: its specification was saved anew, or sent twice with other bytes.
//!
//! It is the same money where all agrees that the bank tells it apart by: payee, its own number of the deposit with the
//! payer, amount, currency, days and the payee's reference. Two payments of one file may agree in all of that and are two:
//! so they are counted, and the second of another file is the second that was booked.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{TOLD, apart};
use crate::line::{Context, Store};
use crate::model::{Day, Decision, Fields, Instruction, Outcome};

/// What is remembered of money that a bank told of.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    /// How many payments there are that agree in all.
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

/// All that a bank tells money apart by, as one key; `None`: it gave no number of its own.
pub(super) fn key(kind: &str, fields: &Fields) -> Option<String> {
    if !apart::is_money(kind) {
        return None;
    }
    let number = fields.text("bank_reference");
    let number = number.filter(|text| text.bytes().any(|byte| !matches!(byte, b'0' | b'-')))?;
    let payer = fields.text("collection_payer_no")?.trim_start_matches('0');
    let text = |name| fields.text(name).unwrap_or_default();
    let day = |name| {
        let day = fields.date(name).map(Day::of);
        day.map_or_else(String::new, |day| day.as_str().to_owned())
    };
    let said = [
        kind,
        text("payee_account"),
        payer,
        number,
        &fields.decimal("amount")?.normalize().to_string(),
        text("currency"),
        &day("value_date"),
        &day("due_date"),
        text("end_to_end_id"),
    ];
    // A payer's number is often his own: the book need not have it once more.
    let name = Uuid::new_v5(&Uuid::NAMESPACE_OID, said.join("\n").as_bytes());
    Some(name.simple().to_string())
}

/// Whether another file told of this money, and no record of this file stands for it.
pub(super) fn is_told(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<bool> {
    let Some(key) = key(instruction.kind.name, &instruction.fields) else {
        return Ok(false);
    };
    let file = context.batch_origin.simple().to_string();
    Ok(read(store, &key)?.is_some_and(|told| told.seen_by(&file) < told.booked))
}

/// Decides a record of a bank's own file, unless it tells of money again: then it is answered as that was.
pub(super) fn once(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
    decide: impl FnOnce(&mut dyn Store) -> Result<Decision>,
) -> Result<Decision> {
    let key = key(instruction.kind.name, &instruction.fields).filter(|_| context.bank);
    let Some(key) = key else {
        return decide(store);
    };
    let file = context.batch_origin.simple().to_string();
    let known = read(store, &key)?;
    let seen = known.as_ref().map_or(0, |told| told.seen_by(&file));
    if let Some(mut told) = known
        && seen < told.booked
    {
        (told.file, told.seen) = (file.into(), seen + 1);
        store.save(TOLD, &key, serde_json::to_string(&told)?, &[])?;
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
        store.save(TOLD, &key, serde_json::to_string(&told)?, &[])?;
    }
    Ok(decision)
}

fn read(store: &mut dyn Store, key: &str) -> Result<Option<Told>> {
    let Some(state) = store.find(TOLD, key)? else {
        return Ok(None);
    };
    let told = serde_json::from_str(&state).context("what a bank told does not read")?;
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
