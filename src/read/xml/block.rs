//! From blocks of text to their pieces: a piece may begin in one block and end in another.

use quick_xml::errors::IllFormedError;

use super::cut::Cutter;
use super::input::PIECE_MAX;
use super::piece::{Piece, Pieces, Untold};
use super::syntax;
use crate::read::{Element, Fault};

impl Cutter {
    /// Cuts the records that end in the next block. Says whether the document goes on.
    pub(super) fn cut(&mut self, records: &mut Vec<Element>) -> Result<bool, Fault> {
        self.input.read()?;
        let text = self.input.text();
        let done = self.pieces(&text, records)?;
        self.count(&text, done);
        self.counted = 0;
        if text.len() - done > PIECE_MAX {
            return Err(self.wrong("a single text, tag or comment is longer than 8 MiB"));
        }
        if let Some(record) = &mut self.record {
            record.keep(&text.as_bytes()[record.from..done]);
            record.from = 0;
        }
        self.input.put_back(text, done);
        if !self.input.ended() {
            return Ok(true);
        }
        self.end()
            .map(|()| false)
            .map_err(|wrong| self.wrong(wrong))
    }

    /// Takes the pieces of a text one after another. Says where the first one begins that may go on behind the text.
    fn pieces(&mut self, text: &str, records: &mut Vec<Element>) -> Result<usize, Fault> {
        let mut pieces = Pieces::of(text);
        let mut at = 0;
        loop {
            let (piece, place) = match pieces.next() {
                Ok(told) => told,
                Err(Untold { error, seen }) => {
                    // The parser has looked to the end for what is open; of `<` and `<!` it takes nothing.
                    let is_open = text.len() - at < 3 || seen == text.len();
                    if is_open && may_go_on(&error) && !self.input.ended() {
                        return Ok(at);
                    }
                    self.count(text, at);
                    return Err(self.unreadable(&error));
                }
            };
            let open_end = piece == Piece::Text && place.end == text.len() && !self.input.ended();
            if piece == Piece::Eof || open_end {
                return Ok(at);
            }
            self.one(piece, (text, at, place.end), records)?;
            at = place.end;
        }
    }

    /// Takes one piece of a text.
    fn one(
        &mut self,
        piece: Piece,
        place: (&str, usize, usize),
        records: &mut Vec<Element>,
    ) -> Result<(), Fault> {
        let (text, at, _) = place;
        if self.record.is_none() {
            self.count(text, at);
        }
        let taken = self.take(piece, place).map_err(|wrong| {
            self.count(text, at);
            self.wrong(wrong)
        });
        records.extend(taken?);
        Ok(())
    }

    /// Counts the lines up to this byte of a text: within a record only when somebody asks.
    fn count(&mut self, text: &str, at: usize) {
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[self.counted..at]).count();
        self.line += lines as u64;
        self.counted = at;
    }

    fn unreadable(&self, error: &quick_xml::Error) -> Fault {
        use quick_xml::Error as E;
        match error {
            E::Syntax(_) => self.wrong("markup is opened and not closed; was the file cut off?"),
            E::IllFormed(IllFormedError::UnclosedReference) => self.wrong(syntax::LONE),
            _ => self.wrong("markup is not well formed"),
        }
    }
}

/// Whether what is wrong with a piece may be that the text ends in it.
const fn may_go_on(error: &quick_xml::Error) -> bool {
    use quick_xml::Error as E;
    matches!(
        error,
        E::Syntax(_) | E::IllFormed(IllFormedError::UnclosedReference)
    )
}
