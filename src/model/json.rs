//! The text of a JSON value.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Day, Digits, Instant, Whole};

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

/// A JSON object while its text is written, member by member. The caller gives a name once, and names in which nothing
/// needs to be escaped. What a large batch makes a million of is written so; anything else is clearer as an
/// [`Object`](super::Object).
#[derive(Debug)]
pub struct Members(Vec<u8>);

impl Members {
    /// No members yet, room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::onto(Vec::with_capacity(bytes))
    }

    /// No members yet; the object's text goes behind this one.
    fn onto(mut text: Vec<u8>) -> Self {
        text.push(b'{');
        Self(text)
    }

    /// Adds a text.
    #[inline]
    pub fn text(&mut self, name: &str, value: &str) {
        if is_plain(value) {
            self.plain(name, value.as_bytes());
        } else {
            self.begin(name, b"\":");
            text(&mut self.0, value);
        }
    }

    /// Adds a text in which nothing needs to be escaped: a word of the code, an id.
    #[inline]
    pub fn word(&mut self, name: &str, value: &str) {
        debug_assert!(is_plain(value), "{value}");
        self.plain(name, value.as_bytes());
    }

    /// Adds a date, as ISO 8601.
    #[inline]
    pub fn day(&mut self, name: &str, date: NaiveDate) {
        self.plain(name, Day::of(date).as_bytes());
    }

    /// Adds an instant, as RFC 3339.
    #[inline]
    pub fn instant(&mut self, name: &str, at: DateTime<FixedOffset>) {
        self.plain(name, Instant::of(at).as_bytes());
    }

    /// Adds a text that is made of several.
    pub fn texts(&mut self, name: &str, parts: &[&str]) {
        if parts.iter().all(|part| is_plain(part)) {
            self.begin(name, b"\":\"");
            for part in parts {
                self.0.extend_from_slice(part.as_bytes());
            }
            self.0.push(b'"');
        } else {
            self.begin(name, b"\":");
            text(&mut self.0, &parts.concat());
        }
    }

    /// Adds a decimal as a text, with the digits that it has.
    pub fn decimal(&mut self, name: &str, value: Decimal) {
        self.plain(name, Digits::of(value).as_bytes());
    }

    /// Adds an id.
    pub fn id(&mut self, name: &str, value: Uuid) {
        let mut buffer = Uuid::encode_buffer();
        let id = value.hyphenated().encode_lower(&mut buffer);
        self.plain(name, id.as_bytes());
    }

    /// Adds yes or no.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { b"true" } else { b"false" });
    }

    /// Adds a whole number.
    pub fn whole(&mut self, name: &str, value: u64) {
        self.raw(name, Whole::of(value).as_bytes());
    }

    /// Adds any value.
    pub fn value(&mut self, name: &str, value: &Value) {
        let value = serde_json::to_string(value).expect("it is JSON");
        self.raw(name, value.as_bytes());
    }

    /// Adds a text, or null where there is none.
    #[inline]
    pub fn maybe(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    /// Adds a text where there is one.
    #[inline]
    pub fn given(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Adds null.
    #[inline]
    pub fn null(&mut self, name: &str) {
        self.begin(name, b"\":null");
    }

    /// Adds a number with the digits that it has.
    #[inline]
    pub fn number(&mut self, name: &str, value: Decimal) {
        self.raw(name, Digits::of(value).as_bytes());
    }

    /// Begins a member that is an object itself; the members that follow are its own until [`close`](Self::close).
    #[inline]
    pub fn open(&mut self, name: &str) {
        self.begin(name, b"\":{");
    }

    /// Ends the object that was begun last.
    #[inline]
    pub fn close(&mut self) {
        self.0.push(b'}');
    }

    /// Begins a member that is a list of objects, each begun with [`item`](Self::item), or of [rows](Self::row).
    pub fn list(&mut self, name: &str) {
        self.begin(name, b"\":[");
    }

    /// Begins the list's next object; [`close`](Self::close) ends it.
    pub fn item(&mut self) {
        self.next();
        self.0.push(b'{');
    }

    /// Adds a list of texts to the list, null where there is none.
    pub fn row(&mut self, cells: &[Option<&str>]) {
        self.next();
        self.0.push(b'[');
        for cell in cells {
            self.next();
            match cell {
                Some(cell) => text(&mut self.0, cell),
                None => self.0.extend_from_slice(b"null"),
            }
        }
        self.0.push(b']');
    }

    /// Whatever comes next in a list.
    fn next(&mut self) {
        if self.0.last() != Some(&b'[') {
            self.0.push(b',');
        }
    }

    /// Ends the list.
    pub fn close_list(&mut self) {
        self.0.push(b']');
    }

    /// The object.
    pub fn finish(self) -> Json {
        Json(Body::Text(self.into_text()))
    }

    /// The object's text.
    pub fn into_text(self) -> String {
        whole_text(self.ended())
    }

    fn ended(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    #[inline]
    fn raw(&mut self, name: &str, value: &[u8]) {
        self.begin(name, b"\":");
        self.0.extend_from_slice(value);
    }

    /// Adds a text in which nothing needs to be escaped.
    #[inline]
    fn plain(&mut self, name: &str, value: &[u8]) {
        self.begin(name, b"\":\"");
        self.0.extend_from_slice(value);
        self.0.push(b'"');
    }

    /// Begins a member: its name, and what follows that in every case. In few pieces, since an event has dozens.
    #[inline]
    fn begin<const N: usize>(&mut self, name: &str, then: &[u8; N]) {
        debug_assert!(is_plain(name), "{name}");
        if self.0.last() == Some(&b'{') {
            self.0.push(b'"');
        } else {
            self.0.extend_from_slice(b",\"");
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(then);
    }
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
    fn members_are_written_in_order() {
        let mut members = Members::with_capacity(0);
        members.text("a", "b\"c");
        members.word("w", "x");
        members.decimal("n", Decimal::new(500, 2));
        members.texts("t", &["x", "-", "1"]);
        members.texts("q", &["x", "\"", "1"]);
        members.flag("yes", true);
        members.value("v", &Value::Null);
        let json = members.finish();
        assert_eq!(
            json.text(),
            r#"{"a":"b\"c","w":"x","n":"5.00","t":"x-1","q":"x\"1","yes":true,"v":null}"#
        );
        assert_eq!(Members::with_capacity(9).finish().text(), "{}");
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
        members.list("r");
        members.row(&[Some("x"), None]);
        members.row(&[Some("\"")]);
        members.close_list();
        members.given("no", None);
        members.given("g", Some("x"));
        members.whole("w", 10);
        let text = r#"{"a":{"b":null,"n":5.00,"t":"x"},"l":[{},{"t":null}],"e":[],"r":[["x",null],["\""]],"g":"x","w":10}"#;
        assert_eq!(members.finish().text(), text);
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
