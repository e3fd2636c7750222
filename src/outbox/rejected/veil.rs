//! What must not be sent back as it came: card numbers.

use std::borrow::Cow;
use std::cmp::Reverse;

use memchr::memmem;

use crate::check::card;
use crate::model::Hidden;
use crate::read::xml::spelled;
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
    /// The bytes of a record of lines, with nothing in them that must be hidden.
    pub(super) fn bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let veiled = self.found(bytes);
        self.without_cards(veiled.unwrap_or_else(|| starred(bytes).into()))
    }

    fn without_cards<'b>(&self, bytes: Cow<'b, [u8]>) -> Cow<'b, [u8]> {
        if self.cards {
            card::hide_bytes(&bytes).into_owned().into()
        } else {
            bytes
        }
    }

    /// Without the texts that are hidden; `None`: a text does not stand there as it was read (its quotes are doubled, say).
    fn found<'b>(&self, bytes: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        let mut bytes = Cow::Borrowed(bytes);
        let all = self.longest_first();
        for (at, hidden) in all.iter().enumerate() {
            match replaced(&bytes, hidden) {
                Some(veiled) => bytes = veiled.into(),
                // It went with the text that it is a part of.
                None if all[..at]
                    .iter()
                    .any(|more| more.sent.contains(&*hidden.sent)) => {}
                None => return None,
            }
        }
        Some(bytes)
    }

    /// The bytes of an element, with nothing in them that must be hidden. What stands there otherwise than it was read,
    /// with character references, say, is written plainly.
    pub(super) fn element<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        if self.hidden.is_empty() && !self.cards {
            return Cow::Borrowed(bytes);
        }
        let mut veiled = self.texts(bytes);
        // Comments and instructions are no texts, and hold nothing that must be hidden either.
        for hidden in self.longest_first() {
            if let Some(more) = replaced(&veiled, hidden) {
                veiled = more.into();
            }
        }
        self.without_cards(veiled)
    }

    /// The same of its texts and attributes.
    fn texts<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let is_plain = !OBSCURING
            .iter()
            .any(|mark| memmem::find(bytes, mark).is_some());
        if is_plain && let Some(veiled) = self.found(bytes) {
            return veiled;
        }
        let mut missing: Vec<&Hidden> = self.hidden.iter().collect();
        let mut changed = false;
        let veiled = spelled(bytes, |text| {
            missing
                .retain(|hidden| !(text.contains(&*hidden.sent) || text.contains(&*hidden.shown)));
            let veiled = self.text(text);
            changed |= veiled != text;
            veiled
        });
        match veiled {
            Some(_) if missing.is_empty() && !changed => Cow::Borrowed(bytes),
            Some(veiled) if missing.is_empty() => veiled.into(),
            _ => spelled(bytes, |text| text.replace(is_digit, "*"))
                .unwrap_or_else(|| starred(bytes))
                .into(),
        }
    }

    /// One text may be a part of another, which shows less of it.
    fn longest_first(&self) -> Vec<&Hidden> {
        let mut all: Vec<&Hidden> = self.hidden.iter().collect();
        all.sort_by_key(|hidden| Reverse(hidden.sent.len()));
        all
    }

    fn text(&self, text: &str) -> String {
        let mut veiled = text.to_owned();
        for hidden in self.longest_first() {
            veiled = veiled.replace(&*hidden.sent, &hidden.shown);
        }
        if self.cards {
            veiled = card::hide_certain(&veiled).into_owned();
        }
        veiled
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
            let veiled = self.text(text);
            if veiled != *text {
                *cell = Cell::Text(veiled);
            }
        }
        row
    }
}

/// Markup in which a text may stand otherwise than it is read.
const OBSCURING: [&[u8]; 3] = [b"&", b"<![CDATA[", b"<!--"];

fn is_digit(c: char) -> bool {
    c.is_numeric()
}

/// The last resort, so that a record is neither lost nor told: without its digits.
fn starred(bytes: &[u8]) -> Vec<u8> {
    let star = |byte: &u8| if byte.is_ascii_digit() { b'*' } else { *byte };
    bytes.iter().map(star).collect()
}

/// What is hidden, replaced. `None`: it does not stand there.
fn replaced(bytes: &[u8], hidden: &Hidden) -> Option<Vec<u8>> {
    let (sent, shown) = (hidden.sent.as_bytes(), hidden.shown.as_bytes());
    let mut done = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memmem::find(rest, sent) {
        done.extend_from_slice(&rest[..at]);
        done.extend_from_slice(shown);
        rest = &rest[at + sent.len()..];
    }
    if rest.len() == bytes.len() && sent != shown {
        rest = otherwise(&mut done, bytes, hidden);
    }
    let found = rest.len() < bytes.len();
    done.extend_from_slice(rest);
    // What is masked already, or was replaced before, needs no hiding.
    (found || sent == shown || memmem::find(bytes, shown).is_some()).then_some(done)
}

/// Bytes of a text that is looked for in other ways: nobody's is longer, and looking for one takes its time.
const OTHERWISE_MAX: usize = 1024;

/// The same of a text that is written otherwise than it is read: in another character set, or its quotes doubled. What is
/// left behind the last place.
fn otherwise<'b>(done: &mut Vec<u8>, bytes: &'b [u8], hidden: &Hidden) -> &'b [u8] {
    let is_plain = |c: char| c.is_ascii() && c != '"';
    if hidden.sent.len() > OTHERWISE_MAX || hidden.sent.chars().all(is_plain) {
        return bytes;
    }
    let first = hidden.sent.bytes().next().filter(u8::is_ascii);
    let (mut at, mut from) = (0, 0);
    while at < bytes.len() {
        let may_begin = first.map_or(!bytes[at].is_ascii(), |first| bytes[at] == first);
        match may_begin.then(|| alike(&bytes[at..], hidden)).flatten() {
            Some((shown, length)) => {
                done.extend_from_slice(&bytes[from..at]);
                done.extend_from_slice(&shown);
                at += length;
                from = at;
            }
            None => at += 1,
        }
    }
    &bytes[from..]
}

/// The hidden text where bytes begin with one that may be it, and how many of them that is.
fn alike(bytes: &[u8], hidden: &Hidden) -> Option<(Vec<u8>, usize)> {
    let mut shown = Vec::with_capacity(hidden.shown.len());
    let mut at = 0;
    let mut sent = hidden.sent.chars().zip(hidden.shown.chars()).peekable();
    while let Some((c, instead)) = sent.next() {
        let from = at;
        if c.is_ascii() {
            let byte = u8::try_from(c).expect("ASCII");
            if bytes.get(at) != Some(&byte) {
                return None;
            }
            at += 1;
            at += usize::from(c == '"' && bytes.get(at) == Some(&b'"'));
        } else {
            // One after another they are as many bytes as the set has for them.
            while sent
                .next_if(|(next, shown)| !next.is_ascii() && next == shown)
                .is_some()
            {}
            let length = bytes[at..].iter().take_while(|byte| !byte.is_ascii());
            at += length.count();
            if at == from {
                return None;
            }
        }
        if c == instead {
            shown.extend_from_slice(&bytes[from..at]);
        } else {
            shown.extend_from_slice(instead.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some((shown, at))
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
        assert_eq!(
            &*veil.bytes(sent),
            b"a;454617******6413;454617******6413;4111111111111111"
        );
        let all = Veil {
            cards: true,
            ..veil
        };
        assert!(all.bytes(sent).ends_with(b"411111******1111"));
        let row = SheetRow {
            row: 0,
            cells: vec![(0, Cell::Number("4546177060616413".to_owned()))],
            fault: None,
        };
        let cell = Cell::Text("454617******6413".to_owned());
        assert_eq!(veil.row(&row).cells, [(0, cell)]);
    }

    #[test]
    fn what_is_written_otherwise_than_it_is_read_is_hidden_too() {
        let hidden = |sent: &str, shown: &str| Hidden {
            sent: sent.into(),
            shown: shown.into(),
        };
        let pan = [hidden("4546177060616413", "454617******6413")];
        let odd = [hidden("45 & 46", "** & **")];
        let veiled = |hidden: &[Hidden], cards, sent: &str| {
            let veil = Veil { cards, hidden };
            String::from_utf8(veil.element(sent.as_bytes()).into_owned()).expect("UTF-8")
        };
        for (sent, expected) in [
            ("<p>&#52;546177060616413</p>", "<p>454617******6413</p>"),
            (
                "<p>4546<![CDATA[17706061]]>6413</p>",
                "<p>454617******6413</p>",
            ),
            ("<p>4546<!-- -->177060616413</p>", "<p>454617******6413</p>"),
            (
                "<p a='&#x34;546177060616413'>1</p>",
                "<p a='454617******6413'>1</p>",
            ),
            // The rest says what it said.
            (
                "<o xmlns='u' b='&lt;&amp;'><p>4546177060616413</p><!--x--><q>A &amp; B&#33;</q><r/></o>",
                "<o xmlns='u' b='&lt;&amp;'><p>454617******6413</p><q>A &amp; B!</q><r/></o>",
            ),
            // A comment outside of the texts, an instruction, and what belongs to XML itself.
            (
                "<o><!-- 4546177060616413 --><p>454617******6413</p>&amp;</o>",
                "<o><!-- 454617******6413 --><p>454617******6413</p>&amp;</o>",
            ),
            (
                "<o xml:id='4546177060616413'><?x 4546177060616413?><p>&#52;546177060616413</p></o>",
                "<o xml:id='454617******6413'><?x 454617******6413?><p>454617******6413</p></o>",
            ),
            (
                "<p>4546<?x?>177060616413</p>",
                "<p><?x?>454617******6413</p>",
            ),
            // Nothing is to be hidden that is not hidden: as it came.
            (
                "<p>454617******6413&#33;</p>",
                "<p>454617******6413&#33;</p>",
            ),
            // It stands nowhere: rather no digit than this one.
            (
                "<p b='7'>4546 1770 6061 6413&#33;</p>",
                "<p b='*'>**** **** **** ****!</p>",
            ),
        ] {
            assert_eq!(veiled(&pan, false, sent), expected);
        }
        assert_eq!(
            veiled(&odd, false, "<p>45 &amp; 46</p>"),
            "<p>** &amp; **</p>"
        );
        assert_eq!(
            veiled(&[], true, "<p>&#52;546177060616413</p>"),
            "<p>454617******6413</p>"
        );
        assert_eq!(veiled(&[], true, "<p>&#52;5</p>"), "<p>&#52;5</p>");
        // One that is a part of another.
        let parts = [
            hidden("4546177060616413", "454617******6413"),
            hidden("4546177060616413/123", "****************/***"),
        ];
        let sent = "<p>4546177060616413/123</p>";
        assert_eq!(veiled(&parts, true, sent), "<p>****************/***</p>");
        let veil = Veil {
            cards: true,
            hidden: &parts,
        };
        let back = veil.bytes(b"a1,4546177060616413/123");
        assert_eq!(&*back, b"a1,****************/***");
        let row = SheetRow {
            row: 0,
            cells: vec![(0, Cell::Text("4546177060616413/123".to_owned()))],
            fault: None,
        };
        let cell = Cell::Text("****************/***".to_owned());
        assert_eq!(veil.row(&row).cells, [(0, cell)]);
        // A quoted cell whose quotes are doubled.
        let quoted = [hidden("4546 \"1770\" 6061 6413", "**** \"****\" **** ****")];
        let veil = Veil {
            cards: true,
            hidden: &quoted,
        };
        let veiled = veil.bytes(b"a1,\"4546 \"\"1770\"\" 6061 6413\",b");
        assert_eq!(&*veiled, b"a1,\"**** \"\"****\"\" **** ****\",b");
        // In another character set, twice; and one that stands there in no way that is known.
        let text = [hidden(
            "å 4546177060616413 öä 737",
            "å 454617******6413 öä ***",
        )];
        let veil = Veil {
            cards: true,
            hidden: &text,
        };
        let row = b"a1,\xe5 4546177060616413 \xf6\xe4 737,\xe5 4546177060616413 \xf6\xe4 737,737";
        let back = b"a1,\xe5 454617******6413 \xf6\xe4 ***,\xe5 454617******6413 \xf6\xe4 ***,737";
        assert_eq!(&*veil.bytes(row), back);
        let back = b"a*,\xe5 ****************  \xf6\xe4 ***";
        assert_eq!(
            &*veil.bytes(b"a1,\xe5 4546177060616413  \xf6\xe4 737"),
            back
        );
    }
}
