//! Heads that wait to be written. A wave touches every page of a large index, so heads are kept over many waves and
//! go to the table rarely, in its order.

use std::collections::HashMap;
use std::ffi::CStr;
use std::hash::{BuildHasherDefault, Hasher};

use rusqlite::types::{ToSqlOutput, Value};

use super::rows::Tabular;

/// Heads kept before they are written: 38 MB of table, 450,000 registrations.
const LIMIT: usize = (1 << 21) / 8 * 7;

/// Where a name's newest change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The change.
    pub(super) change: i64,
    /// Which of its names.
    pub(super) name: u8,
}

/// A link in eight bytes: millions of them wait.
#[derive(Clone, Copy)]
struct Packed(i64);

impl Packed {
    fn from(link: Link) -> Self {
        Self(link.change << 8 | i64::from(link.name))
    }

    fn link(self) -> Link {
        Link {
            change: self.0 >> 8,
            name: self.0.to_le_bytes()[0],
        }
    }
}

/// A row of the table `head`.
pub(super) struct Head {
    at: i64,
    packed: Packed,
}

impl Tabular for Head {
    const NAME: &'static CStr = c"new_head";
    const COLUMNS: &'static str = "hash, change, name";

    fn column(&self, column: usize) -> ToSqlOutput<'_> {
        let link = self.packed.link();
        ToSqlOutput::Owned(Value::Integer(match column {
            0 => self.at,
            1 => link.change,
            _ => i64::from(link.name),
        }))
    }
}

/// A map from what is a hash already.
pub(super) type ByHash<V> = HashMap<i64, V, BuildHasherDefault<Same>>;

/// Takes numbers for their own hash; multiplied, since the map looks at the upper bits too.
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
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Heads not yet in the table.
#[derive(Default)]
pub(super) struct Heads {
    waiting: ByHash<Packed>,
    /// Nothing can be in the table: the book was empty, and nothing was written since.
    table_empty: bool,
}

impl Heads {
    pub(super) fn begin(&mut self, table_empty: bool) {
        self.clear();
        self.table_empty = table_empty;
    }

    pub(super) fn clear(&mut self) {
        self.waiting = ByHash::default();
        self.table_empty = false;
    }

    pub(super) fn get(&self, at: i64) -> Option<Link> {
        self.waiting.get(&at).map(|packed| packed.link())
    }

    pub(super) fn set(&mut self, at: i64, link: Link) {
        self.waiting.insert(at, Packed::from(link));
    }

    pub(super) fn table_is_empty(&self) -> bool {
        self.table_empty
    }

    pub(super) fn full(&self) -> bool {
        self.waiting.len() >= LIMIT
    }

    /// Everything that waits, in the order of the table.
    pub(super) fn take(&mut self) -> Vec<Head> {
        let mut heads: Vec<_> = self
            .waiting
            .drain()
            .map(|(at, packed)| Head { at, packed })
            .collect();
        heads.sort_unstable_by_key(|head| head.at);
        if !heads.is_empty() {
            self.table_empty = false;
        }
        heads
    }
}
