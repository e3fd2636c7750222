//! Character sets: from a file's bytes to text, strictly. Bytes that the set does not define have no text.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE, UTF_16LE};

use crate::format::Charset;

/// The byte order mark of UTF-8.
pub(crate) const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

/// The text of a cell or line; `None` where the bytes are not text in this character set.
///
/// In a single-byte set every byte means something, so UTF-8 would read as other letters (`Ã¥` for `å`) and be booked
/// so: there, bytes that are valid UTF-8 beyond ASCII are refused.
pub(crate) fn decode(charset: Charset, bytes: &[u8]) -> Option<Cow<'_, str>> {
    if charset == Charset::Iso646Se {
        return decode_swedish(bytes);
    }
    let utf8 = std::str::from_utf8(bytes);
    let table = match charset {
        Charset::Utf8 | Charset::Utf16 => return utf8.ok().map(Cow::Borrowed),
        Charset::Windows1252 => Some(&WINDOWS_1252),
        Charset::Latin9 => Some(&LATIN_9),
        Charset::Ibm865 => Some(&IBM_865),
        Charset::Latin1 | Charset::Iso646Se => None,
    };
    if let Ok(text) = utf8 {
        return text.is_ascii().then_some(Cow::Borrowed(text));
    }
    let letter = |byte: u8| match (byte, table) {
        (0x80.., Some(table)) => table[usize::from(byte & 0x7f)],
        (_, _) => char::from(byte),
    };
    // Most letters of these sets take two bytes.
    let mut text = String::with_capacity(2 * bytes.len());
    for letter in bytes.iter().map(|&byte| letter(byte)) {
        if letter == char::REPLACEMENT_CHARACTER {
            return None;
        }
        text.push(letter);
    }
    Some(Cow::Owned(text))
}

/// Bytes as text, with a substitute of one byte for each that is not ASCII: what is ASCII can be borrowed from it.
pub(crate) fn ascii_of(bytes: &[u8]) -> String {
    let ascii = bytes
        .iter()
        .map(|&byte| if byte.is_ascii() { byte } else { b'?' });
    String::from_utf8(ascii.collect()).expect("ASCII alone")
}

/// Whether a line of ASCII bytes is its own text.
pub(crate) const fn is_ascii_compatible(charset: Charset) -> bool {
    !matches!(charset, Charset::Iso646Se)
}

/// SEN 85 02 00 annex B, the Swedish version of ISO 646: seven bits, national letters in place of brackets.
fn decode_swedish(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if !bytes.is_ascii() {
        return None;
    }
    let letter = |&byte: &u8| match byte {
        b'$' => '¤',
        b'[' => 'Ä',
        b'\\' => 'Ö',
        b']' => 'Å',
        b'{' => 'ä',
        b'|' => 'ö',
        b'}' => 'å',
        b'~' => '‾',
        _ => char::from(byte),
    };
    Some(Cow::Owned(bytes.iter().map(letter).collect()))
}

/// windows-1252 from 0x80. The five bytes that it leaves undefined are U+FFFD here, not the controls that browsers
/// read them as.
#[rustfmt::skip]
const WINDOWS_1252: [char; 128] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    '\u{a0}', '¡', '¢', '£', '¤', '¥', '¦', '§', '¨', '©', 'ª', '«', '¬', '\u{ad}', '®', '¯',
    '°', '±', '²', '³', '´', 'µ', '¶', '·', '¸', '¹', 'º', '»', '¼', '½', '¾', '¿',
    'À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'Ç', 'È', 'É', 'Ê', 'Ë', 'Ì', 'Í', 'Î', 'Ï',
    'Ð', 'Ñ', 'Ò', 'Ó', 'Ô', 'Õ', 'Ö', '×', 'Ø', 'Ù', 'Ú', 'Û', 'Ü', 'Ý', 'Þ', 'ß',
    'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'ç', 'è', 'é', 'ê', 'ë', 'ì', 'í', 'î', 'ï',
    'ð', 'ñ', 'ò', 'ó', 'ô', 'õ', 'ö', '÷', 'ø', 'ù', 'ú', 'û', 'ü', 'ý', 'þ', 'ÿ',
];

/// ISO 8859-15 from 0x80.
#[rustfmt::skip]
const LATIN_9: [char; 128] = [
    '\u{80}', '\u{81}', '\u{82}', '\u{83}', '\u{84}', '\u{85}', '\u{86}', '\u{87}', '\u{88}', '\u{89}', '\u{8a}', '\u{8b}', '\u{8c}', '\u{8d}', '\u{8e}', '\u{8f}',
    '\u{90}', '\u{91}', '\u{92}', '\u{93}', '\u{94}', '\u{95}', '\u{96}', '\u{97}', '\u{98}', '\u{99}', '\u{9a}', '\u{9b}', '\u{9c}', '\u{9d}', '\u{9e}', '\u{9f}',
    '\u{a0}', '¡', '¢', '£', '€', '¥', 'Š', '§', 'š', '©', 'ª', '«', '¬', '\u{ad}', '®', '¯',
    '°', '±', '²', '³', 'Ž', 'µ', '¶', '·', 'ž', '¹', 'º', '»', 'Œ', 'œ', 'Ÿ', '¿',
    'À', 'Á', 'Â', 'Ã', 'Ä', 'Å', 'Æ', 'Ç', 'È', 'É', 'Ê', 'Ë', 'Ì', 'Í', 'Î', 'Ï',
    'Ð', 'Ñ', 'Ò', 'Ó', 'Ô', 'Õ', 'Ö', '×', 'Ø', 'Ù', 'Ú', 'Û', 'Ü', 'Ý', 'Þ', 'ß',
    'à', 'á', 'â', 'ã', 'ä', 'å', 'æ', 'ç', 'è', 'é', 'ê', 'ë', 'ì', 'í', 'î', 'ï',
    'ð', 'ñ', 'ò', 'ó', 'ô', 'õ', 'ö', '÷', 'ø', 'ù', 'ú', 'û', 'ü', 'ý', 'þ', 'ÿ',
];

/// IBM code page 865 from 0x80.
#[rustfmt::skip]
const IBM_865: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å',
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', 'ø', '£', 'Ø', '₧', 'ƒ',
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '⌐', '¬', '½', '¼', '¡', '«', '¤',
    '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗', '╝', '╜', '╛', '┐',
    '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧',
    '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀',
    'α', 'ß', 'Γ', 'π', 'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩',
    '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈', '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
];

/// Reads UTF-16 as UTF-8. What is no UTF-16 becomes the byte 0xFF, which is no UTF-8 either: it stays undecodable in its
/// own cell, and nothing around it is lost.
pub(crate) struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
    /// Whether a byte order mark was taken off.
    pub(crate) marked: bool,
}

/// How much is read at a time.
const STEP: usize = 32 * 1024;

impl<R: Read> Utf16<R> {
    /// A reader of UTF-8 over a reader of UTF-16, and whether its bytes come big end first. The byte order mark
    /// decides and is taken off; without one the little end comes first.
    pub(crate) fn new(mut inner: R) -> io::Result<(Self, bool)> {
        let mut raw = Vec::with_capacity(STEP);
        inner.by_ref().take(2).read_to_end(&mut raw)?;
        let big = raw == [0xFE, 0xFF];
        let marked = big || raw == [0xFF, 0xFE];
        if marked {
            raw.clear();
        }
        let encoding: &'static Encoding = if big { UTF_16BE } else { UTF_16LE };
        let reader = Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw,
            ready: Vec::new(),
            given: 0,
            ended: false,
            marked,
        };
        Ok((reader, big))
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.ended {
            let wanted = u64::try_from(STEP - self.raw.len()).expect("a small number");
            self.ended = self
                .inner
                .by_ref()
                .take(wanted)
                .read_to_end(&mut self.raw)?
                == 0;
            self.decode();
        }
        Ok(())
    }

    fn decode(&mut self) {
        let mut from = 0;
        loop {
            let source = &self.raw[from..];
            let room = self
                .decoder
                .max_utf8_buffer_length_without_replacement(source.len());
            let start = self.ready.len();
            self.ready.resize(start + room.expect("a short piece"), 0);
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                source,
                &mut self.ready[start..],
                self.ended,
            );
            self.ready.truncate(start + written);
            from += read;
            match result {
                DecoderResult::Malformed(..) => self.ready.push(0xFF),
                DecoderResult::InputEmpty | DecoderResult::OutputFull => break,
            }
        }
        self.raw.drain(..from);
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        let rest = &self.ready[self.given..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.given += n;
        Ok(n)
    }
}

/// UTF-16 again of what [`Utf16`] made UTF-8: an undecodable place becomes a surrogate alone, and so undecodable again.
pub(crate) fn to_utf16(bytes: &[u8], big: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    let mut unit = |unit: u16| {
        out.extend(if big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        });
    };
    for piece in bytes.utf8_chunks() {
        piece.valid().encode_utf16().for_each(&mut unit);
        piece.invalid().iter().for_each(|_| unit(0xD800));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_set_reads_its_own_letters_and_refuses_the_rest() {
        use Charset::{Ibm865, Iso646Se, Latin1, Latin9, Utf8, Windows1252};
        let rows: [(Charset, &[u8], Option<&str>); 17] = [
            (Utf8, "Åsa €".as_bytes(), Some("Åsa €")),
            (Utf8, b"\xC5sa", None),
            (Utf8, b"\xED\xA0\x80", None),
            (Windows1252, b"\xC5sa \x80", Some("Åsa €")),
            (Windows1252, b"plain", Some("plain")),
            (Windows1252, b"\x81", None),
            (Windows1252, "Åsa".as_bytes(), None),
            (Latin1, b"\x80\xC5", Some("\u{80}Å")),
            (Latin1, "é".as_bytes(), None),
            (Latin9, b"\xA4 \xBC", Some("€ Œ")),
            (Ibm865, b"\x8F\x84\x94 \x9B\x9D", Some("Åäö øØ")),
            (Ibm865, "ø".as_bytes(), None),
            (Iso646Se, b"R[KSM\\RG]S {|}", Some("RÄKSMÖRGÅS äöå")),
            (Iso646Se, b"\xC5", None),
            (Iso646Se, b"A-Z 5", Some("A-Z 5")),
            (Windows1252, b"", Some("")),
            (Windows1252, b"\xC5\xC4\xD6", Some("ÅÄÖ")),
        ];
        for (charset, bytes, text) in rows {
            assert_eq!(
                decode(charset, bytes).as_deref(),
                text,
                "{charset:?} {bytes:?}"
            );
        }
    }

    #[test]
    fn utf16_is_read_in_either_order_and_written_back() {
        let text = "kind;Åsa 😀\n".repeat(9000);
        for big in [false, true] {
            let mut bytes = to_utf16("\u{feff}".as_bytes(), big);
            bytes.extend(to_utf16(text.as_bytes(), big));
            let (mut reader, found) = Utf16::new(bytes.as_slice()).expect("memory");
            let mut read = String::new();
            reader.read_to_string(&mut read).expect("memory");
            assert_eq!((found, read == text), (big, true));
        }
    }

    #[test]
    fn a_broken_unit_stays_broken_in_its_own_place() {
        let bytes = [b'a', 0, 0x00, 0xD8, b'b', 0, b'c'];
        let (mut reader, _) = Utf16::new(bytes.as_slice()).expect("memory");
        let mut read = Vec::new();
        reader.read_to_end(&mut read).expect("memory");
        assert_eq!(read, b"a\xFFb\xFF");
        assert_eq!(to_utf16(&read[..3], false), bytes[..6]);
    }
}
