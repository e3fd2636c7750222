//! One pass over a file: read, check, decide, render, in waves.
//!
//! While one thread decides a wave, others read and check the next ones and render and write those before (`steps`). Waves
//! bound the memory: nothing is held for the whole file. Every step keeps the file's order, so the bytes are the same for
//! any number of threads.

use std::sync::Arc;

use anyhow::Result;

use super::decide::Decider;
use super::steps;
use super::totals::Totals;
use super::upcoming::{Upcoming, Wave};
use super::writing::{Counted, DecidedChunk, Outputs};
use crate::check;
use crate::code::Code;
use crate::format::Format;
use crate::ledger::{Book, Scout};
use crate::model::{ExactSum, Finding};
use crate::outbox::answers::summary::Control;
use crate::outbox::answers::tally::Tally;
use crate::read::{Ending, Fault, Reader};

/// Records whose place in the book's memory is touched together: one after another, each would be waited for; those of a
/// whole wave would be gone from the processor's own memory when it comes to the last.
const TOUCHED: usize = 32;

/// What a pass found out.
pub(super) struct Pass {
    /// Counts and sums.
    pub(super) tally: Tally,
    /// Control totals.
    pub(super) controls: Vec<Control>,
    /// Findings about the file as a whole that reject the batch.
    pub(super) batch: Vec<Finding>,
    /// Notes about the file as a whole.
    pub(super) notes: Vec<Finding>,
    /// What the rejected records add up to, for the rejected file's own totals.
    pub(super) rejected: Totals,
    /// The bankgiro numbers that the file names as payees, and their customer numbers.
    pub(super) payees: Vec<String>,
    pub(super) customers: Vec<String>,
}

/// What a pass reads by.
pub(super) struct Task<'a> {
    /// The file's format.
    pub(super) format: &'a Arc<Format>,
    /// What its records are checked by.
    pub(super) profile: &'a check::Profile,
    /// Most records.
    pub(super) limit: u64,
    /// Told how many records are decided.
    pub(super) progress: &'a (dyn Fn(u64) + Sync),
}

/// Reads the whole file through the decider into the outputs. The book is left with an open transaction.
pub(super) fn pass(
    task: &Task<'_>,
    mut reader: Reader,
    decider: &mut Decider<'_>,
    book: &mut Book,
    outputs: &mut Outputs,
) -> Result<Pass, Fault> {
    let layout = reader.layout();
    let mut batch = std::mem::take(&mut reader.batch_findings);
    let mut state = State::default();
    let mut counted = Counted::new(outputs, task.format);
    let names = (decider.batch, book.namer()?);
    let mut upcoming = Upcoming::new(&mut reader, &layout, task.profile, names);
    let mut first = upcoming.wave()?;
    let scout = match &first {
        Some(wave) if wave.is_full() => book.scout()?,
        _ => None,
    };
    let look = |wave: &mut Wave| match &scout {
        Some(scout) => Ok(wave.look(scout)?),
        None => Ok(()),
    };
    steps::go(
        || {
            first
                .take()
                .map_or_else(|| upcoming.wave(), |first| Ok(Some(first)))
        },
        (scout.as_ref().map_or(0, Scout::at_once), look),
        |wave| {
            let done = state.decide(wave, task.limit, decider, book, &mut batch)?;
            (task.progress)(state.read);
            Ok(done)
        },
        |wave| Ok(counted.write(wave)?),
    )?;
    let ending = match reader.finish() {
        Ok(ending) => ending,
        // Found behind the last record: all were read, so each can be answered.
        Err(Fault::Batch(finding)) => {
            batch.push(*finding);
            Ending::default()
        }
        Err(fault) => return Err(fault),
    };
    let controls = controls(task, &ending, &counted.totals);
    batch.extend(ending.batch);
    check::conceal_batch(&mut batch, task.profile);
    Ok(Pass {
        tally: counted.tally,
        controls,
        batch,
        notes: ending.notes,
        rejected: counted.rejected,
        payees: ending.payees,
        customers: ending.customers,
    })
}

/// What the file states about itself, held against what was found.
fn controls(task: &Task<'_>, ending: &Ending, totals: &Totals) -> Vec<Control> {
    let mut controls = Vec::new();
    for stated in &ending.controls {
        let mut known = task.format.controls.iter();
        let Some(control) = known.find(|control| control.name == stated.name) else {
            continue;
        };
        let found = totals.text(&control.equals);
        let ok = stated.value.as_ref().is_ok_and(|value| {
            let mut sum = ExactSum::default();
            sum.add(*value);
            sum.text(2) == found || sum.text(0) == found
        });
        controls.push(Control {
            name: stated.name.clone(),
            stated: stated.stated.clone(),
            found,
            ok,
        });
    }
    controls.extend(ending.counted.iter().map(|counted| Control {
        name: counted.name.clone(),
        stated: counted.stated.clone(),
        found: counted.found.clone(),
        ok: counted.ok,
    }));
    if task.profile.hides_cards() {
        for control in &mut controls {
            control.stated = check::card::hide_certain(&control.stated).into_owned();
        }
    }
    controls
}

/// How far the deciding has come.
#[derive(Default)]
struct State {
    read: u64,
    findings: u64,
}

impl State {
    fn decide(
        &mut self,
        wave: Wave,
        limit: u64,
        decider: &mut Decider<'_>,
        book: &mut Book,
        batch: &mut Vec<Finding>,
    ) -> Result<Vec<DecidedChunk>, Fault> {
        let of = wave.records();
        if let Some(looked) = wave.looked {
            book.prefetch_looked(looked)?;
        } else {
            book.prefetch_at([&wave.places, &wave.own])?;
        }
        let mut at = 0;
        let mut done = Vec::with_capacity(wave.chunks.len());
        for chunk in wave.chunks {
            for finding in chunk.batch {
                // One of a kind is enough: a file of a million unknown elements is one fault.
                if !batch
                    .iter()
                    .any(|known| known.code == finding.code && known.field == finding.field)
                {
                    batch.push(finding);
                }
            }
            let findings_before = self.findings;
            let mut records = chunk.records;
            let mut fates = Vec::with_capacity(records.len());
            for checked in &mut records {
                self.read += 1;
                if at % TOUCHED == 0 {
                    for places in [&wave.places, &wave.own] {
                        book.touch(places, at..at + TOUCHED, of);
                    }
                }
                at += 1;
                if self.read > limit {
                    return Err(Fault::File(Box::new(Finding::new(Code::TooManyRecords))));
                }
                let fate = decider.decide(self.read, checked, book)?;
                self.findings += fate.decision.findings.len() as u64;
                fates.push(fate);
            }
            done.push(DecidedChunk {
                chunk: chunk.chunk,
                records,
                fates,
                findings_before,
            });
        }
        book.flush_wave()?;
        Ok(done)
    }
}
