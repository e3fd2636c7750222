//! What was decided is counted and written, in file order, while later waves are decided.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use rayon::Yield;
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

/// Waves that may wait to be written: they even out what one takes more than another; more would only be memory.
const WAITING: usize = 2;

/// How long another thread's writing is waited for before it is looked at again.
const WAIT: Duration = Duration::from_micros(50);

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

/// Waves that wait to be written, and who writes them: whatever thread has time, one at a time.
pub(super) struct Writing<W: Writes> {
    waves: Mutex<VecDeque<W::Wave>>,
    writer: Mutex<Writer<W>>,
}

/// What waves are written by.
pub(super) trait Writes {
    /// What is written at once.
    type Wave;

    /// Writes the next one.
    fn write(&mut self, wave: Self::Wave) -> Result<()>;
}

struct Writer<W> {
    by: W,
    /// Why one could not be written, until that is told.
    failed: Option<Error>,
    /// Nothing is written behind what could not be.
    over: bool,
}

impl<W: Writes> Writing<W> {
    pub(super) fn new(by: W) -> Self {
        let writer = Writer {
            by,
            failed: None,
            over: false,
        };
        Self {
            waves: Mutex::default(),
            writer: Mutex::new(writer),
        }
    }

    fn waves(&self) -> MutexGuard<'_, VecDeque<W::Wave>> {
        self.waves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The writer, unless another thread writes.
    fn writer(&self) -> Option<MutexGuard<'_, Writer<W>>> {
        match self.writer.try_lock() {
            Ok(writer) => Some(writer),
            Err(TryLockError::Poisoned(writer)) => Some(writer.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Adds the next wave, and writes one where too many wait.
    ///
    /// # Errors
    /// One before it could not be written.
    pub(super) fn add(&self, wave: W::Wave) -> Result<()> {
        self.waves().push_back(wave);
        while self.waves().len() > WAITING {
            // Another thread writes: where it has nothing to share, it is waited for.
            if !self.write_one() && rayon::yield_now() != Some(Yield::Executed) {
                std::thread::sleep(WAIT);
            }
        }
        match self.writer() {
            Some(mut writer) if writer.over => {
                let failed = writer.failed.take();
                Err(failed.unwrap_or_else(|| anyhow!("the writing of a wave ended early")))
            }
            _ => Ok(()),
        }
    }

    /// Writes what waits, unless another thread does.
    pub(super) fn go_on(&self) {
        // As long as waves come while it writes.
        while !self.waves().is_empty() && self.write_one() {}
    }

    /// Writes the first that waits. Says whether it could: another thread may be writing.
    fn write_one(&self) -> bool {
        let Some(mut writer) = self.writer() else {
            return false;
        };
        let wave = self.waves().pop_front();
        if let Some(wave) = wave
            && !writer.over
        {
            // Also if this panics.
            writer.over = true;
            writer.failed = writer.by.write(wave).err();
            writer.over = writer.failed.is_some();
        }
        true
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Something could not be written.
    pub(super) fn end(self) -> Result<W> {
        self.go_on();
        let writer = self.writer.into_inner();
        let Writer { by, failed, .. } = writer.unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(by), Err)
    }
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
}

impl Writes for Counted<'_> {
    type Wave = Vec<DecidedChunk>;

    /// Counts a wave, writes what it adds to the answers, and drops it. Piece by piece, as many together as there are
    /// threads: lines are hashed and written, and records counted, while the processor still has them at hand.
    fn write(&mut self, wave: Vec<DecidedChunk>) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    /// Takes numbers, some of them slowly.
    struct Numbers<'a> {
        taken: &'a Mutex<Vec<u32>>,
        fails_at: u32,
    }

    impl Writes for Numbers<'_> {
        type Wave = u32;

        fn write(&mut self, wave: u32) -> Result<()> {
            if wave == self.fails_at {
                bail!("full");
            }
            std::thread::sleep(Duration::from_micros((wave % 7).into()));
            self.taken.lock().expect("not poisoned").push(wave);
            Ok(())
        }
    }

    /// Adds numbers up to this one as a pass adds waves, and gives back what was taken of them.
    fn written(threads: usize, most: u32, fails_at: u32) -> (Result<()>, Vec<u32>) {
        let taken = Mutex::default();
        let by = Numbers {
            taken: &taken,
            fails_at,
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let done = pool.build().expect("threads").install(|| {
            let writing = Writing::new(by);
            rayon::in_place_scope(|scope| {
                for wave in 0..most {
                    rayon::join(
                        || std::thread::sleep(Duration::from_micros((wave % 5).into())),
                        || scope.spawn(|_| writing.go_on()),
                    );
                    writing.add(wave)?;
                    assert!(writing.waves().len() <= WAITING);
                }
                Ok::<_, Error>(())
            })?;
            writing.end().map(drop)
        });
        (done, taken.into_inner().expect("not poisoned"))
    }

    #[test]
    fn waves_are_written_in_order_whatever_the_threads() {
        for threads in [1, 2, 5] {
            let (done, taken) = written(threads, 500, u32::MAX);
            done.expect("written");
            assert_eq!(taken, (0..500).collect::<Vec<_>>(), "{threads} threads");
        }
    }

    #[test]
    fn nothing_is_written_behind_what_could_not_be() {
        for threads in [1, 2, 5] {
            for fails_at in [0, 99, 199] {
                let (done, taken) = written(threads, 200, fails_at);
                assert_eq!(done.expect_err("told").to_string(), "full");
                assert_eq!(
                    taken,
                    (0..fails_at).collect::<Vec<_>>(),
                    "{threads} threads"
                );
            }
        }
    }
}
