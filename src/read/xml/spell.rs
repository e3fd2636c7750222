//! An element with its values written as they are read: no CDATA sections, references or comments inside them, so that a
//! text of a record can be found in its bytes.

use std::borrow::Cow;

use quick_xml::escape::escape;

use super::fill::line_ends;
use super::piece::{Piece, Pieces, content};
use super::syntax::{Tag, value_text};

/// The same element with each of its texts and attributes as `edit` makes them of what they say; `None`: it is not well
/// formed.
pub(crate) fn spelled(bytes: &[u8], mut edit: impl FnMut(&str) -> String) -> Option<Vec<u8>> {
    let source = str::from_utf8(bytes).ok()?;
    let mut out = String::with_capacity(source.len());
    let mut text = String::new();
    let mut pieces = Pieces::of(source);
    loop {
        let (piece, place) = pieces.next().ok()?;
        let raw = source.get(place)?;
        match piece {
            Piece::Text | Piece::CData | Piece::Reference => {
                let mut buffer = [0; 4];
                let said = content(piece, raw, &mut buffer).ok()?;
                // A line end that a reference names is meant.
                let said = match piece {
                    Piece::Reference => Cow::Borrowed(said),
                    _ => line_ends(said),
                };
                text.push_str(&said);
                continue;
            }
            // Comments and instructions divide no text.
            Piece::Comment => continue,
            Piece::Instruction => {
                out.push_str(raw);
                continue;
            }
            _ => {}
        }
        if !text.is_empty() {
            out.push_str(&escape(edit(&text)));
            text.clear();
        }
        match piece {
            Piece::Start | Piece::Empty => tag(&mut out, raw, &mut edit)?,
            Piece::Eof => return Some(out.into_bytes()),
            _ => out.push_str(raw),
        }
    }
}

fn tag(out: &mut String, raw: &str, edit: &mut impl FnMut(&str) -> String) -> Option<()> {
    let mut done = 0;
    for attribute in Tag::parse(raw).ok()?.attributes {
        if attribute.is_technical() {
            continue;
        }
        out.push_str(&raw[done..attribute.start]);
        let said = edit(&value_text(attribute.raw).ok()?);
        // Written as they are, they would be read as blanks.
        let written = escape(said.as_str())
            .replace('\t', "&#9;")
            .replace('\n', "&#10;");
        out.push_str(&written.replace('\r', "&#13;"));
        done = attribute.start + attribute.raw.len();
    }
    out.push_str(&raw[done..]);
    Some(())
}
