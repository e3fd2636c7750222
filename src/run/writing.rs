//! What was decided is counted and written, in file order, while later waves are decided.

use anyhow::Result;
use rayon::prelude::*;

use super::totals::Totals;
use crate::format::Format;
use crate::model::{Checked, Outcome, Source};
use crate::outbox::answers::tally::Tally;
use crate::outbox::answers::{AnswerSet, Decided, Fate, Rendered, render};
use crate::outbox::rejected::RejectedWriter;
use crate::read::Chunk;

/// Records that are rendered together: their lines fit into a processor's own memory.
const PIECE: usize = 128;

/// Where a pass writes.
pub(super) struct Outputs {
    /// The answers.
    pub(super) answers: AnswerSet,
    /// The records that go back.
    pub(super) rejected: RejectedWriter,
}

/// A piece of the file after deciding.
pub(super) struct DecidedChunk {
    pub(super) chunk: Chunk,
    pub(super) records: Vec<Checked>,
    pub(super) fates: Vec<Fate>,
    pub(super) findings_before: u64,
}

/// What is counted of decided records, and memory for their lines.
pub(super) struct Counted<'a> {
    outputs: &'a mut Outputs,
    pub(super) tally: Tally,
    /// What all records add up to, and those that are rejected.
    pub(super) totals: Totals,
    pub(super) rejected: Totals,
    memory: Vec<Rendered>,
}

impl<'a> Counted<'a> {
    /// Nothing counted yet.
    pub(super) fn new(outputs: &'a mut Outputs, format: &Format) -> Self {
        Self {
            outputs,
            tally: Tally::default(),
            totals: Totals::of(format),
            rejected: Totals::of(format),
            memory: Vec::new(),
        }
    }

    /// Counts a wave, writes what it adds to the answers, and drops it. Piece by piece, as many together as there are
    /// threads: lines are hashed and written, and records counted, while the processor still has them at hand.
    pub(super) fn write(&mut self, wave: Vec<DecidedChunk>) -> Result<()> {
        let mut pieces = Vec::new();
        for chunk in &wave {
            let mut findings = chunk.findings_before;
            let records = chunk.records.chunks(PIECE);
            for (records, fates) in records.zip(chunk.fates.chunks(PIECE)) {
                pieces.push((&chunk.chunk, records, fates, findings));
                let found = fates.iter().map(|fate| fate.decision.findings.len());
                findings += found.sum::<usize>() as u64;
            }
        }
        self.memory
            .resize_with(rayon::current_num_threads(), Rendered::default);
        for some in pieces.chunks(self.memory.len()) {
            let style = self.outputs.answers.style();
            some.par_iter().zip(&mut self.memory).for_each(
                |((_, records, fates, findings_before), rendered)| {
                    let decided = Decided::each(records, fates);
                    render(decided, style, *findings_before, rendered);
                },
            );
            for (rendered, (chunk, records, fates, _)) in self.memory.iter().zip(some) {
                self.outputs.answers.write(rendered)?;
                for decided in Decided::each(records, fates) {
                    self.tally.read += 1;
                    self.tally.add(decided);
                    self.totals.add(decided.checked);
                    if decided.fate.decision.outcome == Outcome::Rejected {
                        self.rejected.add(decided.checked);
                        send_back(self.outputs, chunk, decided)?;
                    }
                }
            }
        }
        // Here, mostly beside the deciding: it takes as long as a tenth of that.
        drop(wave);
        Ok(())
    }
}

/// Adds a rejected record to what goes back.
fn send_back(outputs: &mut Outputs, chunk: &Chunk, decided: Decided<'_>) -> Result<()> {
    let Decided { checked, fate } = decided;
    let wanted = fate.row <= outputs.answers.style().rows;
    if wanted && !matches!(checked.source, Source::None) {
        let hidden = (&*checked.hidden, checked.cards);
        outputs.rejected.add(chunk, &checked.source, hidden)?;
    }
    Ok(())
}
