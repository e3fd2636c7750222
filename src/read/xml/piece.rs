//! The pieces that a document's markup falls into.

use quick_xml::events::Event;

use super::syntax::{self, Wrong};

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
    pub(super) const fn of(event: &Event<'_>) -> Self {
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
