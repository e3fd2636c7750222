//! One pass over a file: read, check, decide, render, in waves.
//!
//! While the ledger's thread decides one wave, the other threads read and check the next one and render and write the
//! one before. Waves bound the memory: nothing is held for the whole file. Every step keeps the file's order, so the
//! bytes are the same for any number of threads.

use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::decide::Decider;
use super::upcoming::{Upcoming, Wave};
use crate::check;
use crate::code::Code;
use crate::format::{Format, Total};
use crate::ledger::Book;
use crate::model::{Checked, ExactSum, Finding, Outcome, Source};
use crate::outbox::answers::summary::Control;
use crate::outbox::answers::tally::Tally;
use crate::outbox::answers::{AnswerSet, Decided, Fate, Rendered, render};
use crate::outbox::rejected::RejectedWriter;
use crate::read::{Chunk, Ending, Fault, Reader};

/// Records that are rendered together: their lines fit into a processor's own memory.
const PIECE: usize = 128;

/// Records whose place in the book's memory is touched together: one after another, each would be waited for; those of a
/// whole wave would be gone from the processor's own memory when it comes to the last.
const TOUCHED: usize = 32;

/// A piece of the file after deciding.
struct DecidedChunk {
    chunk: Chunk,
    records: Vec<Checked>,
    fates: Vec<Fate>,
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
    let names = (decider.batch, book.namer()?);
    let mut upcoming = Upcoming::new(&mut reader, &layout, task.profile, names);
    let mut next = upcoming.wave()?;
    if next.is_full() {
        upcoming.send(book.scout()?);
    }
    let mut behind = Vec::new();
    while !next.chunks.is_empty() {
        let wave = std::mem::take(&mut next);
        let (now, (ahead, written)) = rayon::join(
            || state.decide(wave, task.limit, decider, book, &mut batch),
            || rayon::join(|| upcoming.wave(), || counted.write(behind, outputs)),
        );
        written?;
        behind = now?;
        next = ahead?;
        (task.progress)(state.read);
    }
    drop(upcoming);
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
        self.render(&wave, outputs)?;
        for chunk in &wave {
            for decided in Decided::each(&chunk.records, &chunk.fates) {
                let Decided { checked, fate } = decided;
                self.tally.read += 1;
                self.tally.add(decided);
                self.totals.add(checked);
                if fate.decision.outcome != Outcome::Rejected {
                    continue;
                }
                self.rejected.add(checked);
                let wanted = fate.row <= outputs.answers.style().rows;
                if wanted && !matches!(checked.source, Source::None) {
                    let hidden = (&*checked.hidden, checked.cards);
                    (outputs.rejected).add(&chunk.chunk, &checked.source, hidden)?;
                }
            }
        }
        // Here and not on the thread that decides: it takes as long as a tenth of the deciding.
        drop(wave);
        Ok(())
    }
    /// Renders a wave piece by piece, as many together as there are threads: lines are hashed and written while the
    /// processor still has them at hand.
    fn render(&mut self, wave: &[DecidedChunk], outputs: &mut Outputs) -> Result<()> {
        let mut pieces = Vec::new();
        for chunk in wave {
            let mut findings = chunk.findings_before;
            let records = chunk.records.chunks(PIECE);
            for (records, fates) in records.zip(chunk.fates.chunks(PIECE)) {
                pieces.push((records, fates, findings));
                let found = fates.iter().map(|fate| fate.decision.findings.len());
                findings += found.sum::<usize>() as u64;
            }
        }
        self.memory
            .resize_with(rayon::current_num_threads(), Rendered::default);
        for some in pieces.chunks(self.memory.len()) {
            let style = outputs.answers.style();
            some.par_iter().zip(&mut self.memory).for_each(
                |((records, fates, findings_before), rendered)| {
                    let decided = Decided::each(records, fates);
                    render(decided, style, *findings_before, rendered);
                },
            );
            for rendered in &self.memory[..some.len()] {
                outputs.answers.write(rendered)?;
            }
        }
        Ok(())
    }
}
