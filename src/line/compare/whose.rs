//! Whose a payer's number is, among the lines that a record may be for.

use anyhow::Result;

use super::known::{By, Named, Payer, View};
use super::views;
use crate::line::{Context, Line, Store, is_shared};
use crate::model::{Fields, Instruction};

/// What the book says of the number that a record names its payer by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It is one entity's, for which the record is read so: the ordinal among its readings, from 0.
    One(usize),
    /// Entities have it that are for several readings, so that it is none's.
    Several,
    /// It is nobody's; or that of several of one line, which tells so itself.
    None,
}

/// Of the instructions that a record may be, the one of the line whose payer it names. What belongs to no line is for
/// those lines that no other of them is of.
pub fn whose(
    readings: &[&Instruction],
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Whose> {
    let own =
        |reading: &Instruction| (!is_shared(reading.kind)).then(|| Line::of_kind(reading.kind));
    let lines: Vec<Option<Line>> = readings.iter().map(|reading| own(reading)).collect();
    // Whoever the payer is by now: money that is told of again is where it was booked.
    for (view, line) in views().filter(|_| context.bank) {
        if let Some(at) = lines.iter().position(|own| *own == Some(line))
            && (view.told)(readings[at], store, context)?
        {
            return Ok(Whose::One(at));
        }
    }
    let mut found: Vec<(usize, Payer)> = Vec::new();
    for (view, line) in views() {
        let of_line = lines.iter().position(|own| *own == Some(line));
        let Some(at) = of_line.or(lines.iter().position(Option::is_none)) else {
            continue;
        };
        let payers = payers(view, &readings[at].fields, store, context)?;
        found.extend(payers.into_iter().map(|payer| (at, payer)));
    }
    // Where several have had the number, the one that takes payments is meant.
    if found.iter().any(|(_, payer)| payer.open) {
        found.retain(|(_, payer)| payer.open);
    }
    Ok(match &found[..] {
        [] => Whose::None,
        [(at, _), rest @ ..] if rest.iter().all(|(other, _)| other == at) => Whose::One(*at),
        _ => Whose::Several,
    })
}

/// The entities of a line whose payer a record names.
fn payers(
    view: View,
    fields: &Fields,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Vec<Payer>> {
    let names = ["payer_no", "collection_payer_no"];
    let Some(number) = names.into_iter().find_map(|name| fields.text(name)) else {
        return Ok(Vec::new());
    };
    let asked = Named {
        number,
        by: By::Payer,
        until: None,
    };
    (view.payers)(&asked, store, context)
}
