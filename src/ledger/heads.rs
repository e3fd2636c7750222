//! Heads that wait to be written. A wave touches every page of a large index, so heads are kept over many waves and
//! go to the table once, in its order.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use rayon::iter::{ParallelExtend as _, repeat_n};
use rayon::slice::ParallelSliceMut as _;

use super::filter::{self, Filter};
use super::head::{Head, Link};

/// Slots of the largest table: 58 MB, room for the heads of more than a million registrations; what it has each time it is
/// full waits beside the index.
const SLOTS: usize = 4_800_000;

/// What one wave may add to a table that is not yet called full.
const WAVE: usize = 150_000;

/// With so many heads, a table of that size is full.
pub(super) const MOST: usize = SLOTS / 8 * 7 - WAVE;

/// A map from what is a hash already.
pub(super) type ByHash<V> = HashMap<i64, V, BuildHasherDefault<Same>>;

/// Takes numbers for their own hash; multiplied, since neighbours differ in their lower bits alone.
#[derive(Default)]
pub(super) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte) ^ self.0);
        }
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = spread(number);
    }
}

fn spread(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number ^ number >> 32
}

/// Where heads of the batch are that no longer wait in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gone {
    /// All wait.
    #[default]
    None,
    /// Beside the table.
    Beside,
    /// In the table, and beside it those since. For a scout: it knows where the table has any.
    InTable,
}

/// Heads not yet in the table: a hash table with open addressing, its slots sorted in place when they are written.
#[derive(Default)]
pub(super) struct Heads {
    slots: Vec<Head>,
    used: usize,
    /// Nothing can be anywhere but here: the book was empty, and nothing has left since.
    table_empty: bool,
    /// All that can be in the file's own table is of this batch; for a scout: is known by its place.
    began_empty: bool,
    gone: Gone,
    /// Where they are; `None`: somewhere. Scouts of one batch share what they have learned.
    places: Option<Arc<Filter>>,
    /// How many the batch will bring, about.
    expected: usize,
}

impl Heads {
    /// Begins a batch, in the room that was made for it. `began_empty`: the file's own table is empty; `table_empty`: so
    /// is what is beneath it.
    pub(super) fn begin(&mut self, table_empty: bool, began_empty: bool) {
        let slots = std::mem::take(&mut self.slots);
        *self = Self {
            slots: if self.used == 0 { slots } else { Vec::new() },
            table_empty,
            began_empty,
            expected: self.expected,
            ..Self::default()
        };
    }

    /// Says where all heads of the table are.
    pub(super) fn learn(&mut self, places: Arc<Filter>) {
        self.began_empty = true;
        self.gone = Gone::InTable;
        self.places = Some(places);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn get(&self, at: i64) -> Option<Link> {
        if self.used == 0 {
            return None;
        }
        let found = self.slots[self.slot(at)];
        (found != Head::NONE).then(|| found.link())
    }

    /// Brings what stands at these places into the processor's own memory: one after another without waiting for each,
    /// which costs a fraction of meeting them one by one.
    pub(super) fn touch(&self, places: &[i64]) {
        if self.used > 0 {
            let first = |at: &i64| self.slots[self.first_slot(*at)].part();
            std::hint::black_box(places.iter().map(first).fold(0, u32::wrapping_add));
        }
    }

    pub(super) fn set(&mut self, at: i64, link: Link) {
        if self.used * 8 >= self.slots.len() * 7 {
            self.grow();
        }
        let slot = self.slot(at);
        self.used += usize::from(self.slots[slot] == Head::NONE);
        self.slots[slot] = Head::new(at, link);
    }

    /// The slot that has this place, or that is free for it. One is always free.
    fn slot(&self, at: i64) -> usize {
        let mut slot = self.first_slot(at);
        loop {
            let found = self.slots[slot];
            if found == Head::NONE || found.at() == at {
                return slot;
            }
            slot += 1;
            if slot == self.slots.len() {
                slot = 0;
            }
        }
    }

    fn first_slot(&self, at: i64) -> usize {
        let range = u128::from(spread(at.cast_unsigned())) * self.slots.len() as u128;
        usize::try_from(range >> 64).expect("less than the number of slots")
    }

    /// Makes room for so many heads, which the batch will bring, about; at most for as many as are kept: else the table is
    /// built anew each time it is full.
    pub(super) fn reserve(&mut self, heads: usize) {
        self.expected = heads;
        let slots = (heads / 7).saturating_mul(8).min(SLOTS);
        if self.used > 0 || slots <= self.slots.len() {
            return;
        }
        // On all threads: what a page of new memory costs is its first touch.
        self.slots.clear();
        self.slots.par_extend(repeat_n(Head::NONE, slots));
    }

    /// Goes on in the memory of what was written: another such table beside it would be the most that a batch takes.
    pub(super) fn go_on_in(&mut self, mut slots: Vec<Head>) {
        let room = slots.capacity().min(SLOTS);
        slots.clear();
        slots.par_extend(repeat_n(Head::NONE, room));
        self.slots = slots;
    }

    fn grow(&mut self) {
        let now = self.slots.len();
        let next = (now * 2).clamp(1 << 10, SLOTS).max(now + now / 2);
        let old = std::mem::replace(&mut self.slots, vec![Head::NONE; next]);
        for head in old.into_iter().filter(|head| *head != Head::NONE) {
            let slot = self.slot(head.at());
            self.slots[slot] = head;
        }
    }

    pub(super) fn table_is_empty(&self) -> bool {
        self.table_empty
    }

    /// Whether heads of this batch were taken out of here.
    pub(super) const fn were_flushed(&self) -> bool {
        !matches!(self.gone, Gone::None)
    }

    /// Whether a head of this batch that was taken out of here may be of this place; for a scout that has learned: any head.
    pub(super) fn may_be_flushed(&self, at: i64) -> bool {
        match &self.places {
            Some(places) => places.may_have(at),
            None => self.were_flushed(),
        }
    }

    /// Whether anything may be at this place of the file's own table.
    pub(super) fn may_be_in_table(&self, at: i64) -> bool {
        !self.began_empty || self.gone == Gone::InTable && self.may_be_flushed(at)
    }

    /// How many heads wait.
    pub(super) const fn waiting(&self) -> usize {
        self.used
    }

    /// Everything that waits, in the order of the table. `last`: all that was taken goes into the table now.
    pub(super) fn take(&mut self, last: bool) -> Vec<Head> {
        let mut heads = std::mem::take(&mut self.slots);
        heads.retain(|head| *head != Head::NONE);
        heads.par_sort_unstable_by_key(|head| head.at());
        if last {
            self.places = None;
        } else if !self.were_flushed() {
            // What is expected is nearly twice what comes.
            let room = self.expected.max(2 * heads.len()) / 2;
            self.places = Some(Arc::new(Filter::with_room(room, filter::OWN)));
        }
        if let Some(places) = &mut self.places {
            let places = Arc::get_mut(places).expect("a book shares nothing that it adds to");
            for head in &heads {
                places.add(head.at());
            }
        }
        self.used = 0;
        self.table_empty &= heads.is_empty();
        if !heads.is_empty() {
            self.gone = self.gone.max(Gone::Beside);
        }
        if last && self.were_flushed() {
            self.gone = Gone::InTable;
        }
        heads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_link_stands_and_all_come_out_in_order() {
        let mut heads = Heads::default();
        assert_eq!(heads.get(5), None);
        for round in 1..=2 {
            for n in 0..5000_i64 {
                let link = Link {
                    change: n * round,
                    name: 1,
                };
                heads.set(n * 7_919 % 100_003, link);
            }
        }
        assert_eq!(heads.get(7_919).map(|link| link.change), Some(2));
        assert_eq!(heads.get(99_999_999), None);
        let taken = heads.take(false);
        assert_eq!(taken.len(), 5000);
        assert!(taken.is_sorted_by_key(|head| head.at()));
        assert_eq!(heads.get(7_919), None);
        assert!((0..5000).all(|n| heads.may_be_flushed(n * 7_919 % 100_003)));
        let others = 200_000..201_000;
        let wrong = others.filter(|at| heads.may_be_flushed(*at)).count();
        assert!(wrong < 200, "{wrong}");
        assert_eq!(heads.take(true).len(), 0);
        // Not known any more.
        assert!(heads.may_be_flushed(99_999_999));
    }
}
