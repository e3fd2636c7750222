//! What stands further on in a file: the line that closes a group holds for the records before it.

use super::cut::{Closing, FixedReader, LINE_MAX, PIECE};
use super::lines::{can_end, closing, opens_again, text};
use crate::os::read_at;
use crate::read::Fault;

impl FixedReader {
    /// The line that closes a group: among what is read already, else further on in the file.
    pub(super) fn look_ahead(&self, opening: usize, from: usize) -> Result<Closing, Fault> {
        let closes = |line: &[u8]| {
            if !can_end(&self.rules, opening, line) {
                return None;
            }
            let text = text(self.format.charset, line).unwrap_or_default();
            if let Some(found) = closing(&self.rules, opening, &text) {
                return Some(Some(found));
            }
            // The group before it was never closed.
            opens_again(&self.rules, opening, &text).then_some(None)
        };
        let (found, end) = among(&self.buffer[from..], closes);
        if found.is_some() {
            return Ok(found.flatten());
        }
        let mut rest = self.buffer[from + end..].to_vec();
        let (mut at, mut ended) = (self.at, self.ended);
        while !ended && rest.len() <= LINE_MAX {
            ended = fill(&mut rest, &mut at, |piece, at| {
                read_at(&self.file, piece, at)
            })?;
            let (found, end) = among(&rest, closes);
            if found.is_some() {
                return Ok(found.flatten());
            }
            rest.drain(..end);
        }
        Ok(closes(&rest)
            .flatten()
            .map(|kind| (kind, rest.trim_ascii_end().into())))
    }
}

/// The first whole line that says something, what it says, and where the lines that say nothing end.
fn among(
    bytes: &[u8],
    closes: impl Fn(&[u8]) -> Option<Option<usize>>,
) -> (Option<Closing>, usize) {
    let mut start = 0;
    while let Some(found) = memchr::memchr(b'\n', &bytes[start..]) {
        let line = &bytes[start..start + found];
        if let Some(closing) = closes(line) {
            let closing = closing.map(|kind| (kind, line.trim_ascii_end().into()));
            return (Some(closing), start);
        }
        start += found + 1;
    }
    (None, start)
}

/// Reads on, by what reads a piece from a place of the file. Says whether the file is over.
pub(super) fn fill(
    into: &mut Vec<u8>,
    at: &mut u64,
    read: impl FnOnce(&mut [u8], u64) -> std::io::Result<usize>,
) -> std::io::Result<bool> {
    let start = into.len();
    into.resize(start + PIECE, 0);
    let read = read(&mut into[start..], *at)?;
    into.truncate(start + read);
    *at += read as u64;
    Ok(read == 0)
}
