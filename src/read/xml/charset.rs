//! An XML document's own character set: found from its first bytes, decoded for the parser, and encoded back so that
//! what is returned to the sender has the bytes he sent.
//!
//! Bytes that are not text must not be lost on the way, so each of them becomes a character of its own from the last
//! private-use block ([`MARKS`]): the record that holds one is `undecodable`, and encoding gives the byte back.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// Stand-ins for bytes that are not text: byte `b` is `U+10FF00 + b`. A genuine character of this block is treated as
/// bytes that are not text.
const MARKS: u32 = 0x0010_FF00;

/// Whether a text holds bytes that could not be decoded.
pub(super) fn has_mark(text: &str) -> bool {
    memchr::memchr(0xF4, text.as_bytes()).is_some() && text.chars().any(|c| mark_of(c).is_some())
}

fn mark(byte: u8) -> char {
    char::from_u32(MARKS + u32::from(byte)).expect("the block lies within Unicode")
}

fn mark_of(c: char) -> Option<u8> {
    u32::from(c)
        .checked_sub(MARKS)
        .and_then(|offset| u8::try_from(offset).ok())
}

/// A document's character set.
#[derive(Clone, Debug)]
pub(crate) struct Charset {
    /// The byte order mark as sent; blank where there was none.
    pub(crate) bom: &'static [u8],
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Utf8,
    Utf16 {
        big: bool,
    },
    /// What each byte means; a mark where it means nothing.
    Single(Box<[char; 256]>),
}

impl Charset {
    /// The character set of a document that begins with these bytes, or what is wrong with them.
    pub(super) fn detect(head: &[u8]) -> Result<Self, &'static str> {
        let (bom, utf16): (&'static [u8], _) = match head {
            [0, 0, 0xFE, 0xFF, ..] | [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0, b'<', ..] => {
                return Err("the file is UTF-32, which is not taken");
            }
            [0xEF, 0xBB, 0xBF, ..] => (b"\xEF\xBB\xBF", None),
            [0xFE, 0xFF, ..] => (b"\xFE\xFF", Some(true)),
            [0xFF, 0xFE, ..] => (b"\xFF\xFE", Some(false)),
            [0, b'<', ..] => (b"", Some(true)),
            [b'<', 0, ..] => (b"", Some(false)),
            _ => (b"", None),
        };
        let head = &head[bom.len()..];
        let declared = match utf16 {
            Some(_) => declared(&head.iter().copied().filter(|&b| b != 0).collect::<Vec<_>>()),
            None => declared(head),
        };
        let kind = kind(declared.as_deref(), utf16, !bom.is_empty())?;
        Ok(Self { bom, kind })
    }

    /// Whether each byte is one character, so that UTF-8 sent under this name would be read as other letters.
    pub(super) const fn is_single_byte(&self) -> bool {
        matches!(self.kind, Kind::Single(_))
    }

    /// Decodes a piece. `carry` holds the bytes of a character that is not complete yet.
    pub(super) fn decode(&self, piece: &[u8], last: bool, carry: &mut Vec<u8>, out: &mut Vec<u8>) {
        match &self.kind {
            Kind::Single(table) => single(table, piece, out),
            Kind::Utf8 if carry.is_empty() => utf8(piece, last, carry, out),
            Kind::Utf16 { big } if carry.is_empty() => utf16(*big, piece, last, carry, out),
            Kind::Utf8 | Kind::Utf16 { .. } => {
                let mut whole = std::mem::take(carry);
                whole.extend_from_slice(piece);
                self.decode(&whole, last, carry, out);
            }
        }
    }

    /// The bytes of a decoded text, as they were sent.
    pub(crate) fn encode<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let plain = match self.kind {
            Kind::Utf8 => memchr::memchr(0xF4, text).is_none(),
            Kind::Single(_) => text.is_ascii(),
            Kind::Utf16 { .. } => false,
        };
        if plain {
            return Cow::Borrowed(text);
        }
        let text = String::from_utf8_lossy(text);
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            match mark_of(c) {
                Some(byte) => bytes.push(byte),
                None => self.encode_char(c, &mut bytes),
            }
        }
        Cow::Owned(bytes)
    }

    fn encode_char(&self, c: char, bytes: &mut Vec<u8>) {
        match &self.kind {
            Kind::Utf8 => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Kind::Utf16 { big } => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    bytes.extend_from_slice(&if *big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    });
                }
            }
            Kind::Single(table) => {
                let byte = (0..=u8::MAX).find(|&byte| table[usize::from(byte)] == c);
                match byte {
                    Some(byte) => bytes.push(byte),
                    // It stood there as a reference.
                    None => bytes.extend_from_slice(format!("&#{};", u32::from(c)).as_bytes()),
                }
            }
        }
    }
}

fn kind(declared: Option<&str>, utf16: Option<bool>, bom: bool) -> Result<Kind, &'static str> {
    const LIE: &str = "the declared encoding is not the one the file is written in";
    let Some(label) = declared else {
        return Ok(utf16.map_or(Kind::Utf8, |big| Kind::Utf16 { big }));
    };
    let lower = label.to_ascii_lowercase();
    if let Some(big) = utf16 {
        let agrees = match lower.as_str() {
            "utf-16" | "ucs-2" | "iso-10646-ucs-2" | "unicode" => true,
            "utf-16le" => !big,
            "utf-16be" => big,
            _ => false,
        };
        return if agrees {
            Ok(Kind::Utf16 { big })
        } else {
            Err(LIE)
        };
    }
    let encoding = Encoding::for_label_no_replacement(lower.as_bytes());
    match encoding {
        Some(encoding) if encoding == encoding_rs::UTF_8 => Ok(Kind::Utf8),
        Some(encoding)
            if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE =>
        {
            Err(LIE)
        }
        Some(_) if bom => Err(LIE),
        Some(encoding) if encoding.is_single_byte() => Ok(Kind::Single(table(&lower, encoding))),
        _ => Err("the declared encoding is not taken; write UTF-8"),
    }
}

/// The meaning of each byte. Browsers read ISO 8859-1 and ASCII as windows-1252; a bank's file means what it says.
fn table(label: &str, encoding: &'static Encoding) -> Box<[char; 256]> {
    let windows = label.contains("1252");
    let ascii = label.contains("ascii") || label.contains("ansi");
    let mut table = Box::new(['\0'; 256]);
    for byte in 0..=u8::MAX {
        let decoded = || {
            let byte = [byte];
            let text = encoding.decode_without_bom_handling_and_without_replacement(&byte)?;
            text.chars().next()
        };
        table[usize::from(byte)] = match byte {
            0..0x80 => char::from(byte),
            _ if encoding == encoding_rs::WINDOWS_1252 && ascii => mark(byte),
            _ if encoding == encoding_rs::WINDOWS_1252 && !windows => char::from(byte),
            _ => decoded().unwrap_or_else(|| mark(byte)),
        };
    }
    table
}

/// The encoding that the XML declaration names.
fn declared(head: &[u8]) -> Option<String> {
    let rest = head.strip_prefix(b"<?xml")?;
    let declaration = &rest[..memchr::memmem::find(rest, b"?>")?];
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration[at + b"encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first().filter(|&&b| b == b'"' || b == b'\'')?;
    let value = &value[1..];
    let end = memchr::memchr(quote, value)?;
    String::from_utf8(value[..end].to_vec()).ok()
}

fn single(table: &[char; 256], piece: &[u8], out: &mut Vec<u8>) {
    if piece.is_ascii() {
        out.extend_from_slice(piece);
        return;
    }
    for &byte in piece {
        let c = table[usize::from(byte)];
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn utf8(mut piece: &[u8], last: bool, carry: &mut Vec<u8>, out: &mut Vec<u8>) {
    loop {
        let error = match std::str::from_utf8(piece) {
            Ok(text) => return push(text, out),
            Err(error) => error,
        };
        let (good, bad) = piece.split_at(error.valid_up_to());
        push(std::str::from_utf8(good).expect("valid up to here"), out);
        let length = match error.error_len() {
            Some(length) => length,
            None if last => bad.len(),
            None => return carry.extend_from_slice(bad),
        };
        marks(&bad[..length], out);
        piece = &bad[length..];
    }
}

/// Adds decoded text, with characters of the marks' own block as marks.
fn push(text: &str, out: &mut Vec<u8>) {
    if !has_mark(text) {
        return out.extend_from_slice(text.as_bytes());
    }
    for c in text.chars() {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).as_bytes();
        match mark_of(c) {
            Some(_) => marks(bytes, out),
            None => out.extend_from_slice(bytes),
        }
    }
}

fn marks(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        out.extend_from_slice(mark(byte).encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn utf16(big: bool, piece: &[u8], last: bool, carry: &mut Vec<u8>, out: &mut Vec<u8>) {
    let unit = |bytes: &[u8]| match (big, bytes) {
        (true, &[a, b]) => u16::from_be_bytes([a, b]),
        (false, &[a, b]) => u16::from_le_bytes([a, b]),
        _ => unreachable!("pieces of two bytes"),
    };
    let mut at = 0;
    while at + 2 <= piece.len() {
        let first = unit(&piece[at..at + 2]);
        let high = (0xD800..0xDC00).contains(&first);
        if high && at + 4 > piece.len() && !last {
            break;
        }
        let length = if high && at + 4 <= piece.len() { 4 } else { 2 };
        let units: Vec<u16> = piece[at..at + length].chunks_exact(2).map(unit).collect();
        let length = match char::decode_utf16(units).next() {
            Some(Ok(c)) if mark_of(c).is_none() => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                2 * c.len_utf16()
            }
            Some(Ok(_)) => {
                marks(&piece[at..at + 4], out);
                4
            }
            _ => {
                marks(&piece[at..at + 2], out);
                2
            }
        };
        at += length;
    }
    if last {
        marks(&piece[at..], out);
    } else {
        carry.extend_from_slice(&piece[at..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(charset: &Charset, bytes: &[u8], step: usize) -> String {
        let (mut carry, mut out) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(step.max(1)) {
            charset.decode(piece, false, &mut carry, &mut out);
        }
        charset.decode(&[], true, &mut carry, &mut out);
        String::from_utf8(out).expect("decoded text is UTF-8")
    }

    #[test]
    fn every_byte_comes_back_whatever_the_charset_and_the_pieces() {
        let all: Vec<u8> = (0..=u8::MAX)
            .chain([0xD8, 0x3D, 0xDE, 0x00, 0xD8])
            .collect();
        let far = "å€😀\u{10FF41}\u{10FFFF}".as_bytes();
        let heads: &[&[u8]] = &[
            b"<a>",
            b"<\0a\0",
            b"\0<\0a",
            b"<?xml version='1.0' encoding='ISO-8859-1'?>",
            b"<?xml version='1.0' encoding=\"windows-1252\"?>",
            b"<?xml version='1.0' encoding='iso-8859-15'?>",
            b"<?xml version='1.0' encoding='windows-1253'?>",
            b"<?xml version='1.0' encoding='us-ascii'?>",
        ];
        for head in heads {
            let charset = Charset::detect(head).expect("a charset");
            for bytes in [all.as_slice(), far] {
                let whole = decode(&charset, bytes, bytes.len());
                assert_eq!(charset.encode(whole.as_bytes()).as_ref(), bytes, "{head:?}");
                for step in 1..5 {
                    assert_eq!(decode(&charset, bytes, step), whole, "{head:?} by {step}");
                }
            }
        }
    }

    #[test]
    fn a_byte_means_what_the_declaration_says() {
        let rows: &[(&[u8], &[u8], &str)] = &[
            (b"<?xml encoding='ISO-8859-1'?>", b"\xE5\x80", "å\u{80}"),
            (b"<?xml encoding='windows-1252'?>", b"\xE5\x80", "å€"),
            (b"<?xml encoding='iso-8859-15'?>", b"\xE5\xA4", "å€"),
            (b"<?xml version='1.0'?>", "å€".as_bytes(), "å€"),
            (b"\xFF\xFE<\0", b"\xE5\0\xAC\x20", "å€"),
            (b"\xFE\xFF\0<", b"\0\xE5\x20\xAC", "å€"),
        ];
        for (head, bytes, text) in rows {
            let charset = Charset::detect(head).expect("a charset");
            assert_eq!(decode(&charset, bytes, 100), *text, "{head:?}");
            assert!(!has_mark(text));
        }
        let charset = Charset::detect(b"<a>").expect("a charset");
        assert!(has_mark(&decode(&charset, b"a\xE5b", 100)));
    }

    #[test]
    fn a_declaration_that_lies_is_refused() {
        let rows: &[&[u8]] = &[
            b"\xEF\xBB\xBF<?xml version='1.0' encoding='windows-1252'?>",
            b"<?xml version='1.0' encoding='UTF-16'?>",
            b"\xFF\xFE<\0?\0x\0m\0l\0 \0e\0n\0c\0o\0d\0i\0n\0g\0=\0'\0U\0T\0F\0-\08\0'\0?\0>\0",
            b"<?xml version='1.0' encoding='UTF-7'?>",
            b"<?xml version='1.0' encoding='Shift_JIS'?>",
            b"\0\0\xFE\xFF",
        ];
        for head in rows {
            assert!(Charset::detect(head).is_err(), "{head:?}");
        }
    }
}
