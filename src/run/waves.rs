//! One pass over a file: read, check, decide, render, in waves.
//!
//! While the ledger's thread decides one wave, the other threads read and check the next one and render and write the
//! one before. Waves bound the memory: nothing is held for the whole file. Every step keeps the file's order, so the
//! bytes are the same for any number of threads.

use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::decide::{Decider, Keys};
use crate::check;
use crate::code::Code;
use crate::format::{Format, Total};
use crate::ledger::Book;
use crate::model::{Checked, ExactSum, Finding, Outcome, Source};
use crate::outbox::answers::summary::Control;
use crate::outbox::answers::tally::Tally;
use crate::outbox::answers::{AnswerSet, Decided, Rendered, render};
use crate::outbox::rejected::RejectedWriter;
use crate::read::{Chunk, Ending, Fault, Layout, Reader};

/// Bytes of input that make a wave: enough to pay for a look-up of all its keys together, little enough that three
/// waves in memory, and their decided form is tens of times the input, stay under 100 MB.
const WAVE_BYTES: usize = 512 << 10;

/// A piece of the file after checking.
pub(super) struct CheckedChunk {
    chunk: Chunk,
    records: Vec<Checked>,
    keys: Keys,
    batch: Vec<Finding>,
}

/// A piece of the file after deciding.
struct DecidedChunk {
    chunk: Chunk,
    records: Vec<Decided>,
    findings_before: u64,
}

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

/// Count and sums that controls are held against.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    /// Records.
    pub count: u64,
    sums: Vec<(&'static str, ExactSum)>,
}

impl Totals {
    /// Totals of the fields that a format's controls sum.
    fn of(format: &Format) -> Self {
        let mut sums: Vec<(&'static str, ExactSum)> = Vec::new();
        for control in &format.controls {
            if let Total::Sum(field) = control.equals
                && !sums.iter().any(|(name, _)| *name == field)
            {
                sums.push((field, ExactSum::default()));
            }
        }
        Self { count: 0, sums }
    }

    fn add(&mut self, checked: &Checked) {
        self.count += 1;
        for (field, sum) in &mut self.sums {
            checked
                .amounts
                .iter()
                .filter(|read| read.field == *field)
                .for_each(|read| sum.add(read.amount));
        }
    }

    /// The total that a control asks for, as text with a decimal point.
    pub(super) fn text(&self, total: &Total) -> String {
        match total {
            Total::Count => self.count.to_string(),
            Total::Sum(field) => self.sum(field).text(2),
        }
    }

    fn sum(&self, field: &str) -> ExactSum {
        self.sums
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, sum)| sum.clone())
            .unwrap_or_default()
    }
}

/// Where a pass writes.
pub(super) struct Outputs {
    /// The answers.
    pub(super) answers: AnswerSet,
    /// The records that go back.
    pub(super) rejected: RejectedWriter,
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
    let totals = || Totals::of(task.format);
    let mut state = State::default();
    let mut counted = Counted {
        tally: Tally::default(),
        totals: totals(),
        rejected: totals(),
        memory: Vec::new(),
    };
    let mut next = read_wave(&mut reader, &layout, task.profile)?;
    let mut behind = Vec::new();
    while !next.is_empty() {
        let wave = std::mem::take(&mut next);
        let (now, (ahead, written)) = rayon::join(
            || state.decide(wave, task.limit, decider, book, &mut batch),
            || {
                rayon::join(
                    || read_wave(&mut reader, &layout, task.profile),
                    || counted.write(behind, outputs),
                )
            },
        );
        written?;
        behind = now?;
        next = ahead?;
        (task.progress)(state.read);
    }
    counted.write(behind, outputs)?;
    let ending = match reader.finish() {
        Ok(ending) => ending,
        // Found behind the last record: all were read, so each can be answered.
        Err(Fault::Batch(finding)) => {
            batch.push(*finding);
            Ending::default()
        }
        Err(fault) => return Err(fault),
    };
    let mut controls = controls(task.format, &ending, &counted.totals);
    controls.extend(ending.counted.into_iter().map(|counted| Control {
        name: counted.name,
        stated: counted.stated,
        found: counted.found,
        ok: counted.ok,
    }));
    if task.profile.hides_cards() {
        for control in &mut controls {
            control.stated = check::card::hide_certain(&control.stated).into_owned();
        }
    }
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
fn controls(format: &Format, ending: &Ending, totals: &Totals) -> Vec<Control> {
    let mut controls = Vec::new();
    for stated in &ending.controls {
        let Some(control) = format
            .controls
            .iter()
            .find(|control| control.name == stated.name)
        else {
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
    controls
}

/// The next chunks, up to a wave's size, checked; none at the end.
fn read_wave(
    reader: &mut Reader,
    layout: &Layout,
    profile: &check::Profile,
) -> Result<Vec<CheckedChunk>, Fault> {
    let mut chunks = Vec::new();
    let mut bytes = 0;
    while bytes < WAVE_BYTES {
        let Some(chunk) = reader.next_chunk()? else {
            break;
        };
        bytes += chunk.size();
        chunks.push(chunk);
    }
    Ok(chunks
        .into_par_iter()
        .map(|chunk| check_chunk(chunk, layout, profile))
        .collect())
}

fn check_chunk(chunk: Chunk, layout: &Layout, profile: &check::Profile) -> CheckedChunk {
    let mut batch = Vec::new();
    let mut keys = Keys::default();
    let records = layout
        .records(&chunk)
        .into_iter()
        .map(|mut raw| {
            batch.append(&mut raw.batch);
            let checked = check::record(raw, profile);
            keys.add(&checked);
            checked
        })
        .collect();
    CheckedChunk {
        chunk,
        records,
        keys,
        batch,
    }
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
        wave: Vec<CheckedChunk>,
        limit: u64,
        decider: &mut Decider<'_>,
        book: &mut Book,
        batch: &mut Vec<Finding>,
    ) -> Result<Vec<DecidedChunk>, Fault> {
        let (mut own, mut before) = (Vec::new(), self.read);
        for chunk in &wave {
            own.extend(chunk.keys.own(decider.batch, before));
            before += chunk.keys.records();
        }
        let own = own.iter().map(|(space, name)| (*space, name.as_str()));
        book.prefetch(wave.iter().flat_map(|chunk| chunk.keys.iter()).chain(own))?;
        let mut done = Vec::with_capacity(wave.len());
        for chunk in wave {
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
            let mut records = Vec::with_capacity(chunk.records.len());
            for checked in chunk.records {
                self.read += 1;
                if self.read > limit {
                    return Err(Fault::File(Box::new(Finding::new(Code::TooManyRecords))));
                }
                let record = decider.decide(self.read, checked, book)?;
                self.findings += record.decision.findings.len() as u64;
                records.push(record);
            }
            done.push(DecidedChunk {
                chunk: chunk.chunk,
                records,
                findings_before,
            });
        }
        book.flush_wave()?;
        Ok(done)
    }
}

/// What is counted of decided records, and memory for their lines.
struct Counted {
    tally: Tally,
    totals: Totals,
    rejected: Totals,
    memory: Vec<Rendered>,
}

impl Counted {
    /// Counts a wave, writes what it adds to the answers, and drops it: on whatever thread is not deciding.
    fn write(&mut self, wave: Vec<DecidedChunk>, outputs: &mut Outputs) -> Result<()> {
        let style = outputs.answers.style();
        let room = wave.len().max(self.memory.len());
        self.memory.resize_with(room, Rendered::default);
        wave.par_iter()
            .zip(self.memory.par_iter_mut())
            .for_each(|(chunk, rendered)| {
                let used = std::mem::take(rendered);
                *rendered = render(&chunk.records, style, chunk.findings_before, used);
            });
        for (chunk, rendered) in wave.iter().zip(&self.memory) {
            outputs.answers.write(rendered)?;
            for record in &chunk.records {
                self.tally.read += 1;
                self.tally.add(record);
                self.totals.add(&record.checked);
                if record.decision.outcome != Outcome::Rejected {
                    continue;
                }
                self.rejected.add(&record.checked);
                if !matches!(record.checked.source, Source::None) {
                    let checked = &record.checked;
                    let hidden = (&*checked.hidden, checked.cards);
                    (outputs.rejected).add(&chunk.chunk, &checked.source, hidden)?;
                }
            }
        }
        // Here and not on the thread that decides: it takes as long as a tenth of the deciding.
        drop(wave);
        Ok(())
    }
}
