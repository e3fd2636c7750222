//! The text of a JSON value.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The text of a JSON value, made once and written as it is: events are many, and nobody looks into them again.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(Box<str>);

impl Json {
    /// The text of anything that becomes JSON.
    pub fn of(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).expect("plain data becomes JSON");
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value again; numbers keep all their digits.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).expect("it was made of JSON")
    }
}

/// Writes a JSON string.
pub fn text(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    if text.as_bytes().iter().all(plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        serde_json::to_writer(out, text).expect("a text goes into a buffer");
    }
}

/// Shows its length only: personal numbers may stand in it.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.0.len())
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
            assert_eq!(out, serde_json::to_vec(sample).expect("JSON"), "{sample:?}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let value: Value = serde_json::from_str(r#"{"amount":1150.00}"#).expect("JSON");
        let json = Json::of(&value);
        assert_eq!(json.as_str(), r#"{"amount":1150.00}"#);
        assert_eq!(json.value(), value);
        assert_eq!(format!("{json:?}"), "Json(18 bytes)");
    }
}
