//! The pieces that a document's markup falls into.

use std::ops::Range;

use memchr::memchr2;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::syntax::{self, Wrong, plain_name_len};

/// What a piece of markup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Start,
    End,
    Empty,
    Text,
    CData,
    Comment,
    Declaration,
    Instruction,
    DocType,
    Reference,
    Eof,
}

impl Piece {
    const fn of(event: &Event<'_>) -> Self {
        match event {
            Event::Start(_) => Self::Start,
            Event::End(_) => Self::End,
            Event::Empty(_) => Self::Empty,
            Event::Text(_) => Self::Text,
            Event::CData(_) => Self::CData,
            Event::Comment(_) => Self::Comment,
            Event::Decl(_) => Self::Declaration,
            Event::PI(_) => Self::Instruction,
            Event::DocType(_) => Self::DocType,
            Event::GeneralRef(_) => Self::Reference,
            Event::Eof => Self::Eof,
        }
    }
}

/// The pieces of a text, one after another. Nearly all are texts, and tags with nothing but a [plain name](plain_name_len)
/// in them, or two with a colon between them: these are told by their bytes; all others by the library.
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    text: &'t str,
    at: usize,
}

/// Why the next piece cannot be told.
#[derive(Debug)]
pub(super) struct Untold {
    pub(super) error: quick_xml::Error,
    /// Up to where the library has looked.
    pub(super) seen: usize,
}

impl<'t> Pieces<'t> {
    /// Those of a text that begins where a piece does.
    pub(super) const fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The next piece, and where it stands; at the end [`Piece::Eof`], which has no length.
    pub(super) fn next(&mut self) -> Result<(Piece, Range<usize>), Untold> {
        let from = self.at;
        let rest = &self.text.as_bytes()[from..];
        let (piece, length) = match rest.first() {
            None => (Piece::Eof, 0),
            Some(b'<') => match plain_tag(rest) {
                Some(tag) => tag,
                None => self.other()?,
            },
            Some(b'&') => self.other()?,
            Some(_) => (Piece::Text, memchr2(b'<', b'&', rest).unwrap_or(rest.len())),
        };
        self.at += length;
        Ok((piece, from..self.at))
    }

    /// The next piece as the library sees it, and its length.
    fn other(&self) -> Result<(Piece, usize), Untold> {
        let mut reader = Reader::from_str(&self.text[self.at..]);
        // It sees a part of the document alone.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let event = reader.read_event().map(|event| Piece::of(&event));
        let seen = usize::try_from(reader.buffer_position()).expect("a place in a text");
        match event {
            Ok(piece) => Ok((piece, seen)),
            Err(error) => Err(Untold {
                error,
                seen: self.at + seen,
            }),
        }
    }
}

/// The tag that the bytes begin with, and its length, where nothing but a plain name stands in it.
fn plain_tag(bytes: &[u8]) -> Option<(Piece, usize)> {
    let is_end = bytes.get(1) == Some(&b'/');
    let name = &bytes[1 + usize::from(is_end)..];
    let mut length = plain_name_len(name);
    if length > 0 && name.get(length) == Some(&b':') {
        length += 1;
        length += plain_name_len(&name[length..]);
    }
    let piece = match &name[length..] {
        _ if length == 0 => return None,
        [b'>', ..] if is_end => Piece::End,
        [b'>', ..] => Piece::Start,
        [b'/', b'>', ..] if !is_end => Piece::Empty,
        _ => return None,
    };
    let around = 2 + usize::from(is_end || piece == Piece::Empty);
    Some((piece, length + around))
}

/// What a text, CDATA section or reference says. `char_buffer` holds the character of a reference.
pub(super) fn content<'r>(
    piece: Piece,
    raw: &'r str,
    char_buffer: &'r mut [u8; 4],
) -> Result<&'r str, Wrong> {
    const BROKEN: Wrong = "markup is not well formed";
    let inside = |start: &str, end: &str| raw.strip_prefix(start)?.strip_suffix(end);
    match piece {
        Piece::Reference => {
            let name = inside("&", ";").ok_or(BROKEN)?;
            Ok(syntax::reference(name)?.encode_utf8(char_buffer))
        }
        Piece::CData => inside("<![CDATA[", "]]>").ok_or(BROKEN),
        _ if memchr::memchr(b']', raw.as_bytes()).is_some() && raw.contains("]]>") => {
            Err("`]]>` stands in a text; write `]]&gt;`")
        }
        _ => Ok(raw),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces of a text as the library tells them in one go, and at last what it finds wrong.
    fn told(text: &str) -> Vec<(Piece, usize)> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut all = Vec::new();
        while all.last().is_none_or(|(piece, _)| *piece != Piece::Eof) {
            let event = reader.read_event().map(|event| Piece::of(&event));
            let at = usize::try_from(reader.buffer_position()).expect("short");
            match event {
                Ok(piece) => all.push((piece, at)),
                Err(error) => {
                    return [all, vec![(Piece::Eof, at + error.to_string().len())]].concat();
                }
            }
        }
        all
    }

    fn own(text: &str) -> Vec<(Piece, usize)> {
        let mut pieces = Pieces::of(text);
        let mut all = Vec::new();
        while all.last().is_none_or(|(piece, _)| *piece != Piece::Eof) {
            match pieces.next() {
                Ok((piece, place)) => all.push((piece, place.end)),
                Err(untold) => all.push((Piece::Eof, untold.seen + untold.error.to_string().len())),
            }
        }
        all
    }

    const PARTS: &[&str] = &[
        "<",
        ">",
        "</",
        "/>",
        "//>",
        "<a",
        "</a",
        "<a/",
        "<a>",
        "</a>",
        "<b-1.c:d/>",
        "a",
        "1",
        ":",
        "-",
        ".",
        "_",
        " ",
        "\n",
        "=",
        "'",
        "\"",
        "&",
        "&amp;",
        "&#65;",
        ";",
        "!",
        "<!--",
        "--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "xml ",
        "<!DOCTYPE ",
        "[",
        "]",
        "å",
        "€",
        "\u{FEFF}",
        "\0",
    ];

    proptest! {
        #[test]
        fn pieces_are_those_that_the_library_tells(parts in prop::collection::vec(prop::sample::select(PARTS), 0..24)) {
            // At its very beginning the library would take a mark away.
            let text = format!("x{}", parts.concat());
            prop_assert_eq!(own(&text), told(&text), "{}", text);
        }
    }

    #[test]
    fn tags_are_those_that_the_library_tells() {
        let tags = [
            "<a>", "</a>", "<a/>", "</a/>", "<a//>", "<//>", "</>", "<>", "<a/b>", "</a >",
            "<a />", "<a:b>", "</a:b>", "<a:b/>", "<a:>", "<:a>", "<a:b:c>", "<aå>", "<å>",
            "<a'>'>", "<1>", "<a", "</a", "<a/", "<a:", "<", "</",
        ];
        for tag in tags {
            for behind in ["", "x", "<b>"] {
                let text = format!("x{tag}{behind}");
                assert_eq!(own(&text), told(&text), "{text}");
            }
        }
    }

    #[test]
    fn a_mark_is_text_wherever_it_stands() {
        let mut pieces = Pieces::of("\u{FEFF}<a>");
        assert_eq!(pieces.next().expect("told"), (Piece::Text, 0..3));
        assert_eq!(pieces.next().expect("told"), (Piece::Start, 3..6));
        assert_eq!(pieces.next().expect("told"), (Piece::Eof, 6..6));
    }
}
