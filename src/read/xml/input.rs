//! A document as decoded text, a block after another, bounded.

use std::io::{self, Read};

use super::charset::Charset;
use super::syntax::characters;

/// The longest single text, tag or comment. A record is bounded further; this keeps the cutter's own memory small.
pub(super) const PIECE_MAX: usize = 8 << 20;
const BLOCK: usize = 64 << 10;
/// Text that waits is looked through again with each block: so much more is read at once the longer it is, and no more,
/// since what follows may be records that take far more memory than their bytes.
const BLOCKS: usize = 256 << 10;
/// Enough for an XML declaration in UTF-16.
const HEAD: usize = 1024;

/// The decoded document.
pub(super) struct Input {
    stream: Box<dyn Read + Send>,
    charset: Charset,
    /// What was read to find the character set.
    head: Option<Vec<u8>>,
    block: Box<[u8]>,
    carry: Vec<u8>,
    decoded: Vec<u8>,
    /// What was decoded and is not cut yet.
    text: String,
    /// Whether all of it is of characters that XML allows.
    clean: bool,
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
            block: vec![0; BLOCK].into(),
            carry: Vec::new(),
            decoded: Vec::new(),
            text: String::new(),
            clean: true,
            ended: false,
        }))
    }

    pub(super) const fn charset(&self) -> &Charset {
        &self.charset
    }

    /// Whether nothing comes after the text.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// Whether the text is known to be of characters that XML allows: checked many at a time.
    pub(super) const fn is_clean(&self) -> bool {
        self.clean
    }

    /// Hands out the text that is not cut yet, until [`Input::put_back`].
    pub(super) fn text(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Takes back what is left of the text from this byte on.
    pub(super) fn put_back(&mut self, mut text: String, from: usize) {
        text.drain(..from);
        self.text = text;
    }

    /// Reads on: more text, or the end.
    pub(super) fn read(&mut self) -> io::Result<()> {
        self.decoded.clear();
        let enough = self.text.len().clamp(1, BLOCKS);
        while self.decoded.len() < enough && !self.ended {
            if let Some(head) = self.head.take() {
                self.charset
                    .decode(&head, false, &mut self.carry, &mut self.decoded);
                continue;
            }
            let read = match self.stream.read(&mut self.block) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.ended = read == 0;
            self.charset.decode(
                &self.block[..read],
                self.ended,
                &mut self.carry,
                &mut self.decoded,
            );
        }
        let decoded = std::str::from_utf8(&self.decoded).map_err(io::Error::other)?;
        // What is left of the text before stays what it was found to be.
        self.clean = (self.clean || self.text.is_empty()) && characters(decoded).is_ok();
        self.text.push_str(decoded);
        Ok(())
    }
}
