//! Files of fixed columns, as banks write them: lines of several kinds, in groups that open and close.
//!
//! What a closing line says can hold for the records before it (the day on which payments are booked stands below them),
//! so such a line is looked for as soon as its group opens. Nothing but one piece of the file is held in memory.

mod ahead;
mod cut;
mod fill;
mod layout;
mod lines;
pub mod seal;
#[cfg(test)]
mod tests;
mod totals;

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use crate::format::{FixedRules, Format};
pub use cut::FixedReader;
pub(crate) use layout::Cursor;
pub use layout::FixedLayout;
pub(crate) use totals::Totals;

/// Whole lines of a file, up to the border of a record.
#[derive(Debug)]
pub struct FixedChunk {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Physical number of the first line.
    pub(crate) first_line: u64,
    /// The kind of each line, by number; `None`: of none, or no text.
    kinds: Vec<Option<usize>>,
    /// The groups that are open above the first line, outermost first.
    groups: Vec<Group>,
    /// The number of the first group that opens here.
    next_group: u64,
    /// For each group that opens here, in order, the line that closes it.
    closings: Vec<cut::Closing>,
}

impl FixedChunk {
    /// How many lines it has.
    pub(crate) fn lines(&self) -> usize {
        self.kinds.len()
    }
}

/// A group of records.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its ordinal in the file, from 0.
    pub(crate) number: u64,
    /// The kind of its opening line.
    pub(crate) kind: usize,
    /// That line, without its end.
    pub(crate) line: Arc<[u8]>,
    /// The line that closes it; not known of an outermost one.
    pub(crate) closing: cut::Closing,
}

/// What a file is read from, where that is not the file itself, and the file.
type Source = (Option<Box<dyn Read + Send>>, File);

/// Opens a file.
pub(super) fn open(
    format: &Arc<Format>,
    rules: &FixedRules,
    source: Source,
) -> (FixedReader, FixedLayout) {
    open_by(format, rules, source, usize::MAX)
}

fn open_by(
    format: &Arc<Format>,
    rules: &FixedRules,
    source: Source,
    piece: usize,
) -> (FixedReader, FixedLayout) {
    let tails = cut::Tails::default();
    let reader = FixedReader::new(format, rules, source, tails.clone(), piece);
    (reader, FixedLayout::new(format, rules, tails))
}

/// Whether a file that begins so can be of this format: its first line of a known kind opens the file, where the format
/// has such a line.
pub(super) fn begins(format: &Format, rules: &FixedRules, head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut known = lines::lines(head).filter_map(|(_, line)| {
        let text = lines::text(format.charset, line)?;
        lines::kind(rules, &text, &[])
    });
    known.next().is_some_and(|kind| rules.begins(kind))
}
