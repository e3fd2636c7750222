//! Cuts delimited text into pieces of whole records, one after another, in bounded memory.
//!
//! Without `multiline` a record is a line, so a piece may end at any line end and pieces can be read side by side. With
//! it, quotes are followed from the top of the file; a quote that is never closed gives up its own line only, and
//! reading resumes at the line after that one.

use std::io::{self, Read};

use memchr::{memchr2, memchr2_iter, memrchr2};

/// The largest record, in bytes without its line end.
pub(super) const RECORD_MAX: usize = 1 << 20;

/// How large a piece is, unless a single record is larger.
pub(super) const PIECE: usize = 64 * 1024;

/// A piece of the input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Whole records, and the number of their first physical line.
    Lines(Vec<u8>, u64),
    /// A record over [`RECORD_MAX`] that began on this line: its first line, or nothing where that alone is too large.
    TooLarge(Vec<u8>, u64),
}

/// Bytes that open and close a cell, and that part cells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
}

/// Cuts an input into frames.
pub(super) struct Frames<R> {
    inner: R,
    buffer: Vec<u8>,
    line: u64,
    ended: bool,
    piece: usize,
    multiline: Option<Marks>,
}

/// Where a search in the buffer ended.
enum Cut {
    /// Whole records up to here.
    At(usize),
    /// The first record ends beyond what was read so far.
    Beyond,
    /// The first record is too large, or its quote is never closed.
    Runaway,
}

impl<R: Read> Frames<R> {
    /// Frames from the top of an input; `multiline`: the marks, where quoted cells may hold line ends.
    pub(super) fn new(inner: R, piece: usize, multiline: Option<Marks>) -> Self {
        Self {
            inner,
            buffer: Vec::new(),
            line: 1,
            ended: false,
            piece,
            multiline,
        }
    }

    /// The next frame; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame>> {
        let mut wanted = self.piece;
        loop {
            self.fill(wanted)?;
            if self.buffer.is_empty() {
                return Ok(None);
            }
            let cut = match self.multiline {
                Some(marks) => self.cut_at_record(marks),
                None => self.cut_at_line(),
            };
            match cut {
                Cut::At(end) => return Ok(Some(self.take(end))),
                Cut::Beyond => wanted = self.buffer.len() + self.piece,
                Cut::Runaway => return self.run_away().map(Some),
            }
        }
    }

    /// The first record of a frame's bytes: one past its line end, and one past its content.
    pub(super) fn first_record(&self, bytes: &[u8]) -> (usize, usize) {
        super::record::first_record(bytes, self.multiline)
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while !self.ended && self.buffer.len() < wanted {
            let missing = u64::try_from(wanted - self.buffer.len()).expect("a size in memory");
            let read = self
                .inner
                .by_ref()
                .take(missing)
                .read_to_end(&mut self.buffer)?;
            self.ended = read == 0;
        }
        Ok(())
    }

    /// The part in which line ends can be told: a CR as the last byte may be half of a CR LF.
    fn settled(&self) -> &[u8] {
        match self.buffer.as_slice() {
            [rest @ .., b'\r'] if !self.ended => rest,
            all => all,
        }
    }

    fn cut_at_line(&self) -> Cut {
        if let Some(last) = memrchr2(b'\n', b'\r', self.settled()) {
            let end = last + 1;
            return Cut::At(if self.ended { self.buffer.len() } else { end });
        }
        if self.ended {
            return Cut::At(self.buffer.len());
        }
        if self.settled().len() > RECORD_MAX {
            return Cut::Runaway;
        }
        Cut::Beyond
    }

    fn cut_at_record(&self, marks: Marks) -> Cut {
        let bytes = self.settled();
        let mut end = 0;
        while end < bytes.len() {
            match record_end(&bytes[end..], marks) {
                Some(length) if length <= RECORD_MAX + 2 => end += length,
                None if self.ended
                    && bytes.len() - end <= RECORD_MAX
                    && !opens(&bytes[end..], marks) =>
                {
                    end = bytes.len();
                }
                Some(_) | None => break,
            }
        }
        match end {
            0 if !self.ended && bytes.len() <= RECORD_MAX => Cut::Beyond,
            0 => Cut::Runaway,
            _ => Cut::At(end),
        }
    }

    fn take(&mut self, end: usize) -> Frame {
        let line = self.line;
        let rest = self.buffer.split_off(end);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        self.line += line_ends(&bytes);
        Frame::Lines(bytes, line)
    }

    /// Gives up the first record: its first line is a frame of its own, and what follows is read afresh.
    fn run_away(&mut self) -> io::Result<Frame> {
        let line = self.line;
        let mut kept = true;
        let end = loop {
            if let Some(end) = first_line(self.settled(), &self.buffer) {
                break end;
            }
            if self.ended {
                break self.buffer.len();
            }
            if self.settled().len() > RECORD_MAX {
                // The bytes of a line without an end are not kept: only that it is too large will be told.
                kept = false;
                let settled = self.settled().len();
                self.buffer.drain(..settled);
            }
            self.fill(self.buffer.len() + self.piece)?;
        };
        let unclosed = self.ended && kept && self.buffer.len() <= RECORD_MAX;
        let Frame::Lines(bytes, _) = self.take(end) else {
            unreachable!("take gives lines");
        };
        self.line = line + 1;
        Ok(match (unclosed, kept) {
            (true, _) => Frame::Lines(bytes, line),
            (false, true) => Frame::TooLarge(bytes, line),
            (false, false) => Frame::TooLarge(Vec::new(), line),
        })
    }
}

/// One past the end of the first line, its line end included.
fn first_line(settled: &[u8], all: &[u8]) -> Option<usize> {
    let at = memchr2(b'\n', b'\r', settled)?;
    Some(at + line_end_length(&all[at..]))
}

/// The length of the line end at the front: 2 for CR LF, 1 for LF or CR alone.
pub(super) fn line_end_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\r\n") { 2 } else { 1 }
}

/// How many lines end in these bytes. They never end between a CR and its LF.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let ends = memchr2_iter(b'\n', b'\r', bytes);
    let counted = ends.filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    u64::try_from(counted.count()).expect("a size in memory")
}

/// The length of the first record with its line end, following quotes; `None` where it does not end here.
pub(super) fn record_end(bytes: &[u8], marks: Marks) -> Option<usize> {
    let mut at = 0;
    let mut cell_begins = true;
    while let Some(&byte) = bytes.get(at) {
        if cell_begins && byte == marks.quote {
            at = closing(bytes, at, marks.quote)? + 1;
            cell_begins = false;
            continue;
        }
        if byte == b'\n' || byte == b'\r' {
            return Some(at + line_end_length(&bytes[at..]));
        }
        cell_begins = byte == marks.delimiter;
        at += 1;
    }
    None
}

/// Whether the last record of these bytes ends inside quotes.
fn opens(bytes: &[u8], marks: Marks) -> bool {
    let mut closed = bytes.to_vec();
    closed.push(b'\n');
    record_end(&closed, marks).is_none()
}

/// The quote that closes the one at `from`; a doubled quote is part of the text.
pub(super) fn closing(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from + 1;
    loop {
        at += memchr::memchr(quote, bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&quote) {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: Marks = Marks {
        delimiter: b',',
        quote: b'"',
    };

    fn frames(bytes: &[u8], piece: usize, multiline: bool) -> Vec<(String, u64, bool)> {
        let mut frames = Frames::new(bytes, piece, multiline.then_some(MARKS));
        let mut all = Vec::new();
        while let Some(frame) = frames.next().expect("memory") {
            let (bytes, line, whole) = match frame {
                Frame::Lines(bytes, line) => (bytes, line, true),
                Frame::TooLarge(bytes, line) => (bytes, line, false),
            };
            all.push((String::from_utf8(bytes).expect("text"), line, whole));
        }
        all
    }

    #[test]
    fn pieces_end_at_line_ends_whatever_their_size() {
        let text = "a\r\nb\rc\n\n\rlast";
        for piece in 1..20 {
            let all = frames(text.as_bytes(), piece, false);
            let mut before = 0;
            for (bytes, line, _) in &all {
                assert_eq!(
                    text.get(before..before + bytes.len()),
                    Some(bytes.as_str()),
                    "{piece}"
                );
                assert_eq!(*line, line_ends(&text.as_bytes()[..before]) + 1, "{piece}");
                before += bytes.len();
                assert!(before != 2, "{piece}: cut in a CR LF");
            }
            assert_eq!(before, text.len());
        }
    }

    #[test]
    fn a_line_without_end_is_dropped_and_reading_resumes_after_it() {
        let mut text = "first\n".to_owned();
        text.push_str(&"x".repeat(3 * RECORD_MAX));
        text.push_str("\r\nafter\nend");
        let all = frames(text.as_bytes(), PIECE, false);
        let told: Vec<_> = all
            .iter()
            .map(|(t, line, whole)| (t.as_str(), *line, *whole))
            .collect();
        assert_eq!(
            told,
            [
                ("first\n", 1, true),
                ("", 2, false),
                ("after\nend", 3, true)
            ]
        );
    }

    #[test]
    fn quoted_line_ends_stay_inside_their_record() {
        let text = "a,\"1\n2\"\nb,\"x\"\"\r\ny\"\n";
        for piece in [1, 3, 7, 100] {
            let all = frames(text.as_bytes(), piece, true);
            for (bytes, ..) in &all {
                assert!(bytes.starts_with(['a', 'b']), "{piece}: {bytes:?}");
            }
        }
    }

    #[test]
    fn a_quote_never_closed_gives_up_its_own_line_only() {
        let text = "a,1\nb,\"2\nc,3\nd,4\n";
        for piece in [1, 5, 100] {
            let all = frames(text.as_bytes(), piece, true);
            let lines: Vec<_> = all
                .iter()
                .map(|(bytes, line, _)| (bytes.as_str(), *line))
                .collect();
            assert!(lines.contains(&("b,\"2\n", 2)), "{piece}: {lines:?}");
            assert_eq!(
                all.last().map(|(bytes, ..)| bytes.ends_with("d,4\n")),
                Some(true)
            );
        }
        let long = format!("b,\"2\n{}", "c,3\n".repeat(RECORD_MAX / 2));
        let all = frames(long.as_bytes(), PIECE, true);
        assert_eq!(all[0], ("b,\"2\n".to_owned(), 1, false));
        assert_eq!(all[1].1, 2);
        let rest: usize = all[1..].iter().map(|(bytes, ..)| bytes.len()).sum();
        assert_eq!(rest, long.len() - 5);
    }
}
