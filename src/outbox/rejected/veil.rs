//! What must not be sent back as it came: card numbers.

use std::borrow::Cow;

use crate::check::card;
use crate::model::Hidden;
use crate::read::{Cell, SheetRow};

/// What of a record is hidden when it is sent back.
#[derive(Clone, Copy)]
pub(super) struct Veil<'a> {
    /// Whether card numbers are hidden wherever they stand.
    pub cards: bool,
    /// Texts that are hidden in any case.
    pub hidden: &'a [Hidden],
}

impl Veil<'_> {
    /// A record's bytes with nothing in them that must be hidden. `None`: a text does not stand there as it was read
    /// (written with character references, say), so that it cannot be hidden alone.
    pub(super) fn bytes<'b>(&self, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        let mut bytes = Cow::Borrowed(bytes);
        for hidden in self.hidden {
            bytes = replaced(&bytes, hidden)?.into();
        }
        Some(if self.cards {
            card::hide_bytes(&bytes).into_owned().into()
        } else {
            bytes
        })
    }

    /// What stands around the records: no texts of theirs, but a card number may have slipped among the labels.
    pub(super) fn around<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        if self.cards {
            card::hide_bytes(bytes)
        } else {
            Cow::Borrowed(bytes)
        }
    }

    /// The same of a row's cells.
    pub(super) fn row(&self, row: &SheetRow) -> SheetRow {
        let mut row = row.clone();
        for (_, cell) in &mut row.cells {
            let (Cell::Text(text) | Cell::Number(text)) = cell else {
                continue;
            };
            let mut veiled = text.clone();
            for hidden in self.hidden {
                veiled = veiled.replace(&*hidden.sent, &hidden.shown);
            }
            if self.cards {
                veiled = card::hide_certain(&veiled).into_owned();
            }
            if veiled != *text {
                *cell = Cell::Text(veiled);
            }
        }
        row
    }
}

fn replaced(bytes: &[u8], hidden: &Hidden) -> Option<Vec<u8>> {
    let (sent, shown) = (hidden.sent.as_bytes(), hidden.shown.as_bytes());
    let mut done = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, sent) {
        done.extend_from_slice(&rest[..at]);
        done.extend_from_slice(shown);
        rest = &rest[at + sent.len()..];
    }
    let found = rest.len() < bytes.len();
    done.extend_from_slice(rest);
    // What is masked already, or was replaced before, needs no hiding.
    (found || sent == shown || memchr::memmem::find(bytes, shown).is_some()).then_some(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_hidden_everywhere_or_nothing_is_sent() {
        let hidden = [Hidden {
            sent: "4546177060616413".into(),
            shown: "454617******6413".into(),
        }];
        let veil = Veil {
            cards: false,
            hidden: &hidden,
        };
        let sent = b"a;4546177060616413;4546177060616413;4111111111111111";
        let veiled = veil.bytes(sent).expect("found");
        assert_eq!(
            &*veiled,
            b"a;454617******6413;454617******6413;4111111111111111"
        );
        assert!(veil.bytes(b"<pan>&#52;546177060616413</pan>").is_none());
        let all = Veil {
            cards: true,
            ..veil
        };
        let veiled = all.bytes(sent).expect("found");
        assert!(veiled.ends_with(b"411111******1111"));
        let row = SheetRow {
            row: 0,
            cells: vec![(0, Cell::Number("4546177060616413".to_owned()))],
            fault: None,
        };
        let cell = Cell::Text("454617******6413".to_owned());
        assert_eq!(veil.row(&row).cells, [(0, cell)]);
    }
}
