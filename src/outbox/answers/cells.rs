//! Cells of CSV answers, as the partner's profile wants them: delimiter, decimal mark, character set; and never a cell
//! that a spreadsheet would run as a formula.

use crate::model::Whole;
use crate::site::settings::{AnswerCharset, Answers};

/// Writes CSV lines into a buffer.
#[derive(Clone, Copy, Debug)]
pub struct CsvStyle {
    delimiter: u8,
    decimal: u8,
    charset: AnswerCharset,
}

impl CsvStyle {
    /// The style a profile asks for. Delimiter and decimal mark are ASCII; the settings see to that.
    pub fn of(answers: &Answers) -> Self {
        Self {
            delimiter: u8::try_from(answers.delimiter).unwrap_or(b';'),
            decimal: u8::try_from(answers.decimal).unwrap_or(b','),
            charset: answers.charset,
        }
    }

    /// What a file begins with.
    pub fn begin(self) -> &'static [u8] {
        match self.charset {
            AnswerCharset::Utf8Bom => b"\xEF\xBB\xBF",
            AnswerCharset::Utf8 | AnswerCharset::Windows1252 => b"",
        }
    }

    /// A line of column names.
    pub fn header(self, out: &mut Vec<u8>, names: &[&str]) {
        for name in names {
            self.text(out, name);
        }
        end_line(out);
    }

    /// A cell of text. One that a spreadsheet would run (`=`, `+`, `-`, `@`, tab or CR in front) gets an apostrophe;
    /// a plain negative number is no formula.
    pub fn text(self, out: &mut Vec<u8>, text: &str) {
        let first = text.as_bytes().first();
        let neutralise = matches!(first, Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'))
            && !is_negative_number(text);
        let special = |byte: u8| byte == self.delimiter || matches!(byte, b'"' | b'\n' | b'\r');
        // Without a branch a byte: many bytes are looked at together.
        let quote = text.bytes().fold(false, |any, byte| any | special(byte));
        if quote {
            out.push(b'"');
        }
        if neutralise {
            out.push(b'\'');
        }
        if quote {
            self.encode(out, &text.replace('"', "\"\""));
            out.push(b'"');
        } else {
            self.encode(out, text);
        }
        out.push(self.delimiter);
    }

    /// A cell that is a whole number.
    pub fn integer(self, out: &mut Vec<u8>, number: u64) {
        out.extend_from_slice(Whole::of(number).as_bytes());
        out.push(self.delimiter);
    }

    /// A cell that is a number, given with a decimal point.
    pub fn number(self, out: &mut Vec<u8>, number: &str) {
        out.extend(
            number
                .bytes()
                .map(|byte| if byte == b'.' { self.decimal } else { byte }),
        );
        out.push(self.delimiter);
    }

    fn encode(self, out: &mut Vec<u8>, text: &str) {
        match self.charset {
            AnswerCharset::Utf8Bom | AnswerCharset::Utf8 => out.extend_from_slice(text.as_bytes()),
            AnswerCharset::Windows1252 if text.is_ascii() => out.extend_from_slice(text.as_bytes()),
            AnswerCharset::Windows1252 => {
                for character in text.chars() {
                    let mut utf8 = [0; 4];
                    let (bytes, _, unmappable) =
                        encoding_rs::WINDOWS_1252.encode(character.encode_utf8(&mut utf8));
                    if unmappable {
                        out.push(b'?');
                    } else {
                        out.extend_from_slice(&bytes);
                    }
                }
            }
        }
    }
}

/// Ends a line: the delimiter behind the last cell becomes the line end.
pub fn end_line(out: &mut Vec<u8>) {
    out.pop();
    out.push(b'\n');
}

fn is_negative_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or("");
    let mut parts = digits.splitn(2, ['.', ',']);
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.all(all_digits) && !digits.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(charset: AnswerCharset, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        CsvStyle {
            delimiter: b';',
            decimal: b',',
            charset,
        }
        .text(&mut out, text);
        out.pop();
        out
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        let rows = [
            ("plain", "plain"),
            ("a;b", "\"a;b\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+46701234567", "'+46701234567"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("-100,00", "-100,00"),
            ("-1.5", "-1.5"),
            ("-", "'-"),
            ("-1.5.2", "'-1.5.2"),
            ("'s-Hertogenbosch", "'s-Hertogenbosch"),
            ("=a;b", "\"'=a;b\""),
        ];
        for (text, expected) in rows {
            assert_eq!(
                String::from_utf8_lossy(&cell(AnswerCharset::Utf8, text)),
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn windows_1252_has_no_character_that_it_has_not() {
        assert_eq!(
            cell(AnswerCharset::Windows1252, "Åsa €5 ž ☃"),
            b"\xC5sa \x805 \x9E ?"
        );
    }
}
