//! The text of a JSON value.

use std::fmt;
use std::io::Write as _;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

/// The text of a JSON value, made once and written as it is: events are many, and nobody looks into them again.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(String);

impl Json {
    /// The text of anything that becomes JSON.
    pub fn of(value: &impl Serialize) -> Self {
        Self(serde_json::to_string(value).expect("plain data becomes JSON"))
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

/// A JSON object while its text is written, member by member. The caller gives a name once. What a large batch makes a
/// million of is written so; anything else is clearer as an [`Object`](super::Object).
#[derive(Debug)]
pub struct Members(Vec<u8>);

impl Members {
    /// No members yet, room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(b'{');
        Self(text)
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        text(&mut self.0, value);
    }

    /// Adds a text that shows a value in which nothing needs to be escaped: a decimal, a date.
    pub fn shown(&mut self, name: &str, value: impl fmt::Display) {
        self.name(name);
        let written = write!(self.0, "\"{value}\"");
        written.expect("memory takes it");
    }

    /// Adds yes or no.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.name(name);
        let word: &[u8] = if value { b"true" } else { b"false" };
        self.0.extend_from_slice(word);
    }

    /// Adds any value.
    pub fn value(&mut self, name: &str, value: &Value) {
        self.name(name);
        serde_json::to_writer(&mut self.0, value).expect("memory takes it");
    }

    /// Adds a text, or null where there is none.
    pub fn maybe(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    /// Adds null.
    pub fn null(&mut self, name: &str) {
        self.name(name);
        self.0.extend_from_slice(b"null");
    }

    /// Adds a number with the digits that it has.
    pub fn number(&mut self, name: &str, value: Decimal) {
        self.name(name);
        write!(self.0, "{value}").expect("memory takes it");
    }

    /// Begins a member that is an object itself; the members that follow are its own until [`close`](Self::close).
    pub fn open(&mut self, name: &str) {
        self.name(name);
        self.0.push(b'{');
    }

    /// Ends the object that was begun last.
    pub fn close(&mut self) {
        self.0.push(b'}');
    }

    /// Begins a member that is a list of objects, each begun with [`item`](Self::item).
    pub fn list(&mut self, name: &str) {
        self.name(name);
        self.0.push(b'[');
    }

    /// Begins the list's next object; [`close`](Self::close) ends it.
    pub fn item(&mut self) {
        if self.0.last() != Some(&b'[') {
            self.0.push(b',');
        }
        self.0.push(b'{');
    }

    /// Ends the list.
    pub fn close_list(&mut self) {
        self.0.push(b']');
    }

    /// The object.
    pub fn finish(mut self) -> Json {
        self.0.push(b'}');
        Json(String::from_utf8(self.0).expect("made of texts"))
    }

    fn name(&mut self, name: &str) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        text(&mut self.0, name);
        self.0.push(b':');
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
    fn members_are_written_in_order() {
        let mut members = Members::with_capacity(0);
        members.text("a", "b\"c");
        members.shown("n", rust_decimal::Decimal::new(500, 2));
        members.flag("yes", true);
        members.value("v", &Value::Null);
        let json = members.finish();
        assert_eq!(
            json.as_str(),
            r#"{"a":"b\"c","n":"5.00","yes":true,"v":null}"#
        );
        assert_eq!(Members::with_capacity(9).finish().as_str(), "{}");
    }

    #[test]
    fn objects_and_lists_nest() {
        let mut members = Members::with_capacity(0);
        members.open("a");
        members.null("b");
        members.number("n", Decimal::new(500, 2));
        members.maybe("t", Some("x"));
        members.close();
        members.list("l");
        members.item();
        members.close();
        members.item();
        members.maybe("t", None);
        members.close();
        members.close_list();
        members.list("e");
        members.close_list();
        let text = r#"{"a":{"b":null,"n":5.00,"t":"x"},"l":[{},{"t":null}],"e":[]}"#;
        assert_eq!(members.finish().as_str(), text);
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
