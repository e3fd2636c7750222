//! Bankgirot's seal: a first line (TK00) and a last one (TK99) around a file of 80 columns, the last with a code that only
//! the holders of a key can compute over all that stands before it.
//!
//! The code is HMAC-SHA-256, of which the first 16 bytes count, over the lines without their ends, blank lines left out,
//! each character brought to one byte of seven bits.

use std::fmt;
use std::fs::File;

use crate::model::Hmac;
use crate::os::read_at;

/// Bytes of a key, and of what is kept of a code.
const LENGTH: usize = 16;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// A longer line is of no file that can be sealed.
const LINE_MAX: usize = 64 << 10;

/// What the key's own code is computed over, so that two sides can see whether they have the same key.
const KNOWN: &str = "00000000";

/// A key of a seal. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey([u8; LENGTH]);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey")
    }
}

impl SealKey {
    /// The key of these 32 hex digits; `None`: they are none.
    pub fn from_hex(text: &str) -> Option<Self> {
        code_of(text.as_bytes()).map(Self)
    }

    /// The code by which both sides see whether they have the same key.
    pub fn known(&self) -> [u8; LENGTH] {
        let mut hmac = Hmac::new(&self.0);
        hmac.update(KNOWN);
        first(hmac)
    }

    /// A seal that nothing was put under yet.
    pub fn seal(&self) -> Seal {
        Seal(Hmac::new(&self.0))
    }
}

/// A seal that is being made or verified.
#[derive(Clone)]
pub struct Seal(Hmac);

impl Seal {
    /// Adds a line as it stands in the file, ISO 8859-1, without its end.
    pub fn line(&mut self, line: &[u8]) {
        self.add(line.iter().map(|byte| char::from(*byte)));
    }

    /// The same of a line's text.
    fn text(&mut self, line: &str) {
        self.add(line.chars());
    }

    fn add(&mut self, line: impl Iterator<Item = char>) {
        let ends = ['\r', '\n'];
        let bytes: Vec<u8> = line.filter(|c| !ends.contains(c)).map(plain).collect();
        self.0.update(bytes);
    }

    /// The code over all lines.
    pub fn code(self) -> [u8; LENGTH] {
        first(self.0)
    }
}

fn first(hmac: Hmac) -> [u8; LENGTH] {
    let mut code = [0; LENGTH];
    code.copy_from_slice(&hmac.finish()[..LENGTH]);
    code
}

/// The byte that a character counts as.
fn plain(c: char) -> u8 {
    match c {
        'É' => 0x40,
        'Ä' => 0x5B,
        'Ö' => 0x5C,
        'Å' => 0x5D,
        'Ü' => 0x5E,
        'é' => 0x60,
        'ä' => 0x7B,
        'ö' => 0x7C,
        'å' => 0x7D,
        'ü' => 0x7E,
        ' '..='~' => u8::try_from(c).expect("one of 95 ASCII characters"),
        _ => 0xC3,
    }
}

/// What a file's seal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// The file carries none.
    None,
    /// The file is as it was sealed, by somebody who has the key.
    Good,
    /// It carries one, and no key is at hand to verify it.
    Unverified,
    /// It carries one that does not fit, and why.
    Wrong(&'static str),
}

/// Whether a line is the first or the last of a sealed file: part of the seal, not of what is sealed.
pub fn is_of_seal(line: &str) -> bool {
    let line = line.as_bytes();
    opens(line) || codes(line).is_some()
}

fn opens(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.len() == 12
        && line.starts_with(b"00")
        && line[2..8].iter().all(u8::is_ascii_digit)
        && line.ends_with(b"HMAC")
}

/// The key's own code and that of the file, if the line is the last of a sealed file.
fn codes(line: &[u8]) -> Option<([u8; LENGTH], [u8; LENGTH])> {
    let line = line.trim_ascii_end();
    if line.len() != 72 || !line.starts_with(b"99") || !line[2..8].iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((code_of(&line[8..40])?, code_of(&line[40..])?))
}

/// 32 hex digits.
fn code_of(digits: &[u8]) -> Option<[u8; LENGTH]> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut code = [0; LENGTH];
    if digits.len() != 2 * LENGTH {
        return None;
    }
    for (byte, pair) in code.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).expect("two hex digits");
    }
    Some(code)
}

/// Reads a file from its beginning to its end and verifies its seal. Nothing but a line of it is held in memory.
pub fn verify(file: &File, key: Option<&SealKey>) -> std::io::Result<Sealing> {
    let mut check = Check {
        first: None,
        last: Vec::new(),
        // Copies that were re-saved as UTF-8 are what was sealed, too.
        seals: key.map(|key| [key.seal(), key.seal()]),
    };
    let (mut at, mut rest) = (0, Vec::new());
    loop {
        let start = rest.len();
        rest.resize(start + PIECE, 0);
        let read = read_at(file, &mut rest[start..], at)?;
        rest.truncate(start + read);
        at += read as u64;
        if start == 0 && at == read as u64 && rest.starts_with(b"\xEF\xBB\xBF") {
            rest.drain(..3);
        }
        let whole = if read == 0 {
            rest.len()
        } else {
            rest.iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1)
        };
        for line in rest[..whole].split(|byte| *byte == b'\n') {
            check.line(line);
        }
        rest.drain(..whole);
        if read == 0 || rest.len() > LINE_MAX {
            return Ok(check.end(key));
        }
        if check.first == Some(false) && key.is_none() {
            return Ok(Sealing::None);
        }
    }
}

/// A file whose lines are looked at one after another.
struct Check {
    /// Whether the first line opens a seal; `None`: there was no line yet.
    first: Option<bool>,
    /// The line before: it may have been the last.
    last: Vec<u8>,
    seals: Option<[Seal; 2]>,
}

impl Check {
    fn line(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        if self.first.is_none() {
            self.first = Some(opens(line));
        } else if let Some([bytes, text]) = &mut self.seals {
            bytes.line(&self.last);
            match std::str::from_utf8(&self.last) {
                Ok(line) => text.text(line),
                Err(_) => text.line(&self.last),
            }
        }
        self.last.clear();
        self.last.extend_from_slice(line);
    }

    fn end(self, key: Option<&SealKey>) -> Sealing {
        let opened = self.first == Some(true);
        match (opened, codes(&self.last), key.zip(self.seals)) {
            (false, None, _) => Sealing::None,
            (false, Some(_), _) => Sealing::Wrong(
                "the file has the last line of a seal (TK99) and not the first (TK00)",
            ),
            (true, None, _) => Sealing::Wrong(
                "the file begins with a seal (TK00) and does not end with its last line (TK99): it was cut short, or \
                 something was added",
            ),
            (true, Some(_), None) => Sealing::Unverified,
            (true, Some((known, _)), Some((key, _))) if known != key.known() => {
                Sealing::Wrong("the file was sealed with another key")
            }
            (true, Some((_, code)), Some((_, seals))) => {
                if seals.into_iter().any(|seal| seal.code() == code) {
                    Sealing::Good
                } else {
                    Sealing::Wrong("the file was altered after it was sealed")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn key(text: &str) -> SealKey {
        SealKey::from_hex(text).expect("32 hex digits")
    }

    const KEY: &str = "00112233445566778899aAbBcCdDeEfF";

    fn hex(code: &[u8]) -> String {
        crate::os::hex(code).to_uppercase()
    }

    fn sealed(lines: &[&str], end: &str) -> Vec<u8> {
        let latin = |text: &str| -> Vec<u8> {
            text.chars()
                .map(|c| u8::try_from(c).expect("Latin 1"))
                .collect()
        };
        let mut all = vec![latin(&format!("{:<80}", "00261120HMAC"))];
        all.extend(lines.iter().map(|line| latin(&format!("{line:<80}"))));
        let mut seal = key(KEY).seal();
        for line in &all {
            seal.line(line);
        }
        let (known, code) = (hex(&key(KEY).known()), hex(&seal.code()));
        all.push(format!("{:<80}", format!("99261120{known}{code}")).into());
        all.join(end.as_bytes())
    }

    fn verdict(bytes: &[u8], with: Option<&str>) -> Sealing {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("written");
        verify(&file, with.map(key).as_ref()).expect("reads")
    }

    #[test]
    fn a_seal_says_whether_the_file_is_what_was_sealed() {
        let lines = ["0120261120AUTOGIRO", "82 ÅÄÖÜÉ åäöüé § ±"];
        let file = sealed(&lines, "\r\n");
        assert_eq!(verdict(&file, Some(KEY)), Sealing::Good);
        assert_eq!(verdict(&file, None), Sealing::Unverified);
        assert_eq!(
            verdict(&file, Some("10112233445566778899aabbccddeeff")),
            Sealing::Wrong("the file was sealed with another key")
        );
        // Line ends, blank lines and the character set may change on the way.
        let text: String = file.iter().map(|byte| char::from(*byte)).collect();
        for same in [
            sealed(&lines, "\n"),
            sealed(&lines, "\r\n   \r\n\r\n"),
            text.clone().into_bytes(),
            format!("\u{feff}{text}\n\n").into_bytes(),
        ] {
            assert_eq!(verdict(&same, Some(KEY)), Sealing::Good);
        }
        // No other byte may: each of the sealed ones is changed in its turn.
        let end = file.len() - 90;
        for at in (0..end).filter(|at| !matches!(file[*at], b'\r' | b'\n')) {
            let mut other = file.clone();
            other[at] = if other[at] == b'7' { b'8' } else { b'7' };
            assert!(
                !matches!(
                    verdict(&other, Some(KEY)),
                    Sealing::Good | Sealing::Unverified
                ),
                "byte {at}"
            );
        }
    }

    #[test]
    fn a_part_of_a_sealed_file_is_wrong() {
        let file = sealed(&["0120261120AUTOGIRO", "82 1", "82 2"], "\n");
        let text = String::from_utf8(file).expect("ASCII");
        let lines: Vec<&str> = text.lines().collect();
        for left_out in 0..lines.len() {
            let mut some = lines.clone();
            some.remove(left_out);
            let found = verdict(some.join("\n").as_bytes(), Some(KEY));
            assert!(
                matches!(found, Sealing::Wrong(_)),
                "line {left_out}: {found:?}"
            );
        }
        for doubled in 0..lines.len() {
            let mut some = lines.clone();
            some.insert(doubled, lines[doubled]);
            let found = verdict(some.join("\n").as_bytes(), Some(KEY));
            assert!(
                matches!(found, Sealing::Wrong(_)),
                "line {doubled}: {found:?}"
            );
        }
        assert_eq!(verdict(b"", Some(KEY)), Sealing::None);
        assert_eq!(verdict(b"0120261120AUTOGIRO\n", Some(KEY)), Sealing::None);
        assert_eq!(verdict(&vec![b'x'; 1 << 20], Some(KEY)), Sealing::None);
    }

    #[test]
    fn a_key_is_32_hex_digits_and_never_shown() {
        assert_eq!(format!("{:?}", key(KEY)), "SealKey");
        for wrong in [
            "",
            "00",
            "0g112233445566778899aabbccddeeff",
            "é0112233445566778899aabbccddeef",
        ] {
            assert_eq!(SealKey::from_hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lines_of_a_seal_are_told_from_others() {
        for line in ["00261120HMAC", "00261120HMAC      "] {
            assert!(is_of_seal(line), "{line}");
        }
        let codes = "0123456789ABCDEF".repeat(4);
        assert!(is_of_seal(&format!("99261120{codes}        ")));
        for line in [
            "",
            "00261120SAK1",
            "0026112HMAC",
            "00261120HMAC 1",
            "99261120",
            "0009912346198001010001",
        ] {
            assert!(!is_of_seal(line), "{line}");
        }
        assert!(!is_of_seal(&format!("99261120{codes}1")));
    }
}
