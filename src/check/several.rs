//! Records that may be of several kinds: what a bank tells is of the line whose payer it names, and only the book knows.

use std::borrow::Cow;

use super::order::Order;
use super::profile::{Known, Profile};
use super::record::one;
use crate::model::kind::OR;
use crate::model::{Checked, KindSpec};
use crate::read::{RawField, RawRecord};

/// Checks a record by itself. One that may be of several kinds is checked as each that this partner may ask for: the first
/// of them, with the [others](Checked::others), until it is known whose number it names. `order`: that of the records before
/// it.
pub fn record(raw: RawRecord<'_>, profile: &Profile, order: &mut Order) -> Checked {
    let readings = readings(&raw, profile);
    if readings.is_empty() {
        return one(raw, profile, order);
    }
    let readings = readings.into_iter();
    let checked = readings.map(|reading| one(reading, profile, order));
    checked.reduce(joined).expect("there is a reading")
}

/// The record as each of the kinds that it may be of, and that this partner may ask for (of none, as the first); empty
/// where it is of one kind.
fn readings<'c>(raw: &RawRecord<'c>, profile: &Profile) -> Vec<RawRecord<'c>> {
    let is_kind = |field: &&RawField<'_>| field.name == "kind";
    let Some(Ok(text)) = raw.fields.iter().find(is_kind).map(|field| &field.text) else {
        return Vec::new();
    };
    if !text.contains(OR) {
        return Vec::new();
    }
    let known: Vec<Known> = text
        .split(OR)
        .filter_map(|name| profile.kinds.get(name).copied())
        .collect();
    let allowed = known.iter().filter(|known| known.allowed);
    let mut of: Vec<&KindSpec> = allowed.map(|known| known.spec).collect();
    if of.is_empty() {
        of.extend(known.first().map(|known| known.spec));
    }
    let reading = |spec: &KindSpec| {
        let mut reading = raw.clone();
        // The format gives what each of the kinds takes.
        reading.fields.retain(|field| {
            let other = |known: &Known| known.spec.field(field.name).is_some();
            spec.field(field.name).is_some() || !known.iter().any(other)
        });
        for field in reading
            .fields
            .iter_mut()
            .filter(|field| field.name == "kind")
        {
            field.text = Ok(Cow::Borrowed(spec.name));
        }
        reading
    };
    of.into_iter().map(reading).collect()
}

/// Puts another reading beside the first one.
fn joined(mut first: Checked, other: Checked) -> Checked {
    first.others.push(other);
    first
}
