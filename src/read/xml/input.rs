//! A document as a stream of decoded text, with what was taken since the last look kept, and bounded.

use std::fmt;
use std::io::{self, BufRead, Read};

use super::charset::Charset;

/// The longest single text, tag or comment. A record is bounded further; this keeps the parser's own memory small.
const EVENT_MAX: usize = 8 << 20;
const PIECE: usize = 64 << 10;
/// Enough for an XML declaration in UTF-16.
const HEAD: usize = 1024;

/// A text, tag or comment is longer than any that is taken.
#[derive(Debug)]
pub(super) struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a single text, tag or comment is longer than 8 MiB")
    }
}

impl std::error::Error for TooLong {}

/// The decoded stream.
pub(super) struct Input {
    stream: Box<dyn Read + Send>,
    charset: Charset,
    /// What was read to find the character set.
    head: Option<Vec<u8>>,
    piece: Box<[u8]>,
    carry: Vec<u8>,
    decoded: Vec<u8>,
    at: usize,
    taken: Vec<u8>,
    ended: bool,
}

impl Input {
    /// Reads the first bytes and finds the character set; what is wrong with it is the inner error.
    pub(super) fn open(mut stream: Box<dyn Read + Send>) -> io::Result<Result<Self, &'static str>> {
        let mut head = Vec::with_capacity(HEAD);
        stream.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        Ok(Charset::detect(&head).map(|charset| Self {
            head: Some(head.split_off(charset.bom.len())),
            stream,
            charset,
            piece: vec![0; PIECE].into(),
            carry: Vec::new(),
            decoded: Vec::new(),
            at: 0,
            taken: Vec::new(),
            ended: false,
        }))
    }

    pub(super) const fn charset(&self) -> &Charset {
        &self.charset
    }

    /// Moves what was taken since the last call to `out`.
    pub(super) fn taken(&mut self, out: &mut Vec<u8>) {
        out.clear();
        std::mem::swap(&mut self.taken, out);
    }

    fn refill(&mut self) -> io::Result<()> {
        self.decoded.clear();
        self.at = 0;
        while self.decoded.is_empty() && !self.ended {
            if let Some(head) = self.head.take() {
                self.charset
                    .decode(&head, false, &mut self.carry, &mut self.decoded);
                continue;
            }
            let read = match self.stream.read(&mut self.piece) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.ended = read == 0;
            self.charset.decode(
                &self.piece[..read],
                self.ended,
                &mut self.carry,
                &mut self.decoded,
            );
        }
        Ok(())
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken.len() > EVENT_MAX {
            return Err(io::Error::other(TooLong));
        }
        if self.at == self.decoded.len() {
            self.refill()?;
        }
        Ok(&self.decoded[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken
            .extend_from_slice(&self.decoded[self.at..self.at + amount]);
        self.at += amount;
    }
}
