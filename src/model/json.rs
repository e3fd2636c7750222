//! The text of a JSON value.

mod members;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

pub use members::Members;

/// The text of a JSON value, written as it is: events are many, and nobody looks into them again.
#[derive(Clone)]
pub struct Json(Body);

#[derive(Clone)]
enum Body {
    Empty,
    Text(String),
    Later(Arc<dyn Fn(&mut Members) + Send + Sync>),
}

impl Json {
    /// The text of anything that becomes JSON.
    pub fn of(value: &impl Serialize) -> Self {
        Self(Body::Text(
            serde_json::to_string(value).expect("plain data becomes JSON"),
        ))
    }

    /// The text of an object that was written member by member.
    fn written(text: String) -> Self {
        Self(Body::Text(text))
    }

    /// An object that is written where it is asked for: beside the thread that decides, into memory that is there. For
    /// what a large batch makes a million of. `members` writes the same whenever it is called.
    pub fn later(members: impl Fn(&mut Members) + Send + Sync + 'static) -> Self {
        Self(Body::Later(Arc::new(members)))
    }

    /// An object without members.
    pub const EMPTY: Self = Self(Body::Empty);

    /// Adds the text to another.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Body::Empty => out.extend_from_slice(b"{}"),
            Body::Text(text) => out.extend_from_slice(text.as_bytes()),
            Body::Later(members) => {
                let mut object = Members::onto(std::mem::take(out));
                members(&mut object);
                *out = object.ended();
            }
        }
    }

    /// The text.
    pub fn text(&self) -> Cow<'_, str> {
        if let Body::Text(text) = &self.0 {
            return Cow::Borrowed(text);
        }
        let mut text = Vec::new();
        self.append_to(&mut text);
        Cow::Owned(whole_text(text))
    }

    /// The value again; numbers keep all their digits.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.text()).expect("it was made of JSON")
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// What [`Members`] have written.
fn whole_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("made of texts")
}

/// Whether nothing in a text needs to be escaped: no control character, quotation mark or backslash.
pub fn is_plain(text: &str) -> bool {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    let escaped = words.iter().chain([&last]).map(|bytes| escaped(*bytes));
    escaped.fold(0, std::ops::BitOr::bitor) == 0
}

/// Not zero where one of eight bytes needs to be escaped. All of them at once: the bit above a byte is set where taking
/// from it borrows (Warren, Hacker's Delight, 6-1).
const fn escaped(bytes: [u8; 8]) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    const fn below(word: u64, least: u64) -> u64 {
        word.wrapping_sub(ONES * least) & !word & HIGH
    }
    let word = u64::from_le_bytes(bytes);
    let quotes = below(word ^ (ONES * b'"' as u64), 1);
    let slashes = below(word ^ (ONES * b'\\' as u64), 1);
    below(word, b' ' as u64) | quotes | slashes
}

/// Writes a JSON string.
pub fn text(out: &mut Vec<u8>, text: &str) {
    if is_plain(text) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(out, text).expect("a text is JSON");
    }
}

/// Shows its length only: personal numbers may stand in it.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.text().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_the_library_does() {
        for sample in [
            "",
            "plain å",
            "a\"b",
            "a\\b",
            "line\nend",
            "\u{1}",
            "\u{7f}",
        ] {
            let mut out = Vec::new();
            text(&mut out, sample);
            let theirs = serde_json::to_vec(sample).expect("JSON");
            assert_eq!(out, theirs, "{sample:?}");
        }
    }

    #[test]
    fn what_needs_to_be_escaped_is_found_wherever_it_stands() {
        for length in 0..20 {
            for byte in 0..128_u8 {
                let needs = byte < b' ' || byte == b'"' || byte == b'\\';
                for at in 0..length {
                    let mut bytes = vec![b'a'; length];
                    bytes[at] = byte;
                    let text = String::from_utf8(bytes).expect("ASCII");
                    assert_eq!(is_plain(&text), !needs, "{text:?}");
                }
            }
        }
        assert!(is_plain("\u{7f}åäö\u{10ffff}\u{80}åäö"));
    }

    #[test]
    fn what_is_written_later_is_the_same() {
        let (now, later) = (
            Json::of(&serde_json::json!({"a": "b", "c": null})),
            Json::later(|members| {
                members.text("a", "b");
                members.null("c");
            }),
        );
        assert_eq!(now, later);
        assert_eq!(now.value(), later.value());
        assert_ne!(later, Json::later(|members| members.text("a", "c")));
        assert_eq!(Json::EMPTY, Json::later(|_| {}));
        for json in [now, later] {
            let mut out = b"before ".to_vec();
            json.append_to(&mut out);
            assert_eq!(out, br#"before {"a":"b","c":null}"#);
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let value: Value = serde_json::from_str(r#"{"amount":1150.00}"#).expect("JSON");
        let json = Json::of(&value);
        assert_eq!(json.text(), r#"{"amount":1150.00}"#);
        assert_eq!(json.value(), value);
        assert_eq!(format!("{json:?}"), "Json(18 bytes)");
    }
}
