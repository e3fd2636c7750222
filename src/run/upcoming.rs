//! The waves after those that are decided: read, checked, and what they will ask the book for looked up.

use anyhow::Result;
use rayon::prelude::*;
use uuid::Uuid;

use super::decide::Keys;
use crate::check;
use crate::ledger::{Looked, Namer, Places, Scout};
use crate::model::{Checked, Finding};
use crate::read::{Chunk, Fault, Layout, Reader};

/// Bytes of input that make a wave: enough to pay for a look-up of all its keys together, little enough that the waves in
/// hand, whose decided form is tens of times the input, stay where the processor finds them.
const WAVE_BYTES: usize = 128 << 10;

/// A piece of the file after checking.
pub(super) struct CheckedChunk {
    pub(super) chunk: Chunk,
    pub(super) records: Vec<Checked>,
    keys: Keys,
    pub(super) batch: Vec<Finding>,
}

/// What comes after the waves that are decided.
pub(super) struct Upcoming<'a> {
    reader: &'a mut Reader,
    layout: &'a Layout,
    profile: &'a check::Profile,
    /// The batch, and how many of its records were read: what names that records bring follow from.
    batch: Uuid,
    read: u64,
    /// Tells where the book looks for what the records will ask for.
    namer: Namer,
}

/// Records that are decided together.
#[derive(Default)]
pub(super) struct Wave {
    pub(super) chunks: Vec<CheckedChunk>,
    /// Where the book looks for what they will ask for.
    pub(super) places: Places,
    /// The same of names that the records have themselves.
    pub(super) own: Places,
    pub(super) looked: Option<Looked>,
}

impl Wave {
    /// Whether more can come after it.
    pub(super) fn is_full(&self) -> bool {
        self.bytes() >= WAVE_BYTES
    }

    /// The part of the file that it is.
    fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.chunk.size()).sum()
    }

    /// How many records there are.
    pub(super) fn records(&self) -> usize {
        let records = self.chunks.iter().map(|chunk| chunk.records.len());
        records.sum()
    }

    /// Lets a scout look up what the records will ask for; of a wave that nobody looks up, the book reads it.
    pub(super) fn look(&mut self, scout: &Scout) -> Result<()> {
        let mut all = self.places.clone();
        all.extend(&self.own);
        self.looked = Some(scout.look(&all, self.bytes())?);
        Ok(())
    }
}

impl<'a> Upcoming<'a> {
    /// From the beginning of a batch's file.
    pub(super) fn new(
        reader: &'a mut Reader,
        layout: &'a Layout,
        profile: &'a check::Profile,
        (batch, namer): (Uuid, Namer),
    ) -> Self {
        Self {
            reader,
            layout,
            profile,
            batch,
            read: 0,
            namer,
        }
    }

    /// The next chunks, up to a wave's size, checked; `None`: there are no more.
    pub(super) fn wave(&mut self) -> Result<Option<Wave>, Fault> {
        let mut chunks = Vec::new();
        let mut bytes = 0;
        while bytes < WAVE_BYTES {
            let Some(chunk) = self.reader.next_chunk()? else {
                break;
            };
            bytes += chunk.size();
            chunks.push(chunk);
        }
        if chunks.is_empty() {
            return Ok(None);
        }
        let checked = chunks
            .into_par_iter()
            .map(|chunk| check_chunk(chunk, self.layout, self.profile, &self.namer));
        let mut wave = Wave {
            chunks: checked.collect(),
            ..Wave::default()
        };
        for chunk in &wave.chunks {
            wave.places.extend(&chunk.keys.places);
            chunk
                .keys
                .own(self.batch, self.read, &self.namer, &mut wave.own);
            self.read += chunk.keys.records();
        }
        Ok(Some(wave))
    }
}

fn check_chunk(
    chunk: Chunk,
    layout: &Layout,
    profile: &check::Profile,
    namer: &Namer,
) -> CheckedChunk {
    let mut batch = Vec::new();
    let mut keys = Keys::default();
    let mut records = Vec::with_capacity(chunk.about());
    let mut order = check::Order::default();
    for mut raw in layout.each(&chunk) {
        batch.append(&mut raw.batch);
        let checked = check::record(raw, profile, &mut order);
        keys.add(&checked, namer);
        records.push(checked);
    }
    CheckedChunk {
        chunk,
        records,
        keys,
        batch,
    }
}
