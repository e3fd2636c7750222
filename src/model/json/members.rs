//! A JSON object while its text is written.

use chrono::{DateTime, FixedOffset, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use super::{Json, is_plain, text, whole_text};
use crate::model::{Day, Digits, Instant};

/// A JSON object while its text is written, member by member. The caller gives a name once, and names in which nothing
/// needs to be escaped. What a large batch makes a million of is written so; anything else is clearer as an
/// [`Object`](crate::model::Object).
#[derive(Debug)]
pub struct Members(Vec<u8>);

#[expect(
    clippy::inline_always,
    reason = "most names stand in the code: where their lengths are known, a member is a few stores instead of calls"
)]
impl Members {
    /// No members yet, room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::onto(Vec::with_capacity(bytes))
    }

    /// No members yet; the object's text goes behind this one.
    pub(super) fn onto(mut text: Vec<u8>) -> Self {
        text.push(b'{');
        Self(text)
    }

    /// Adds a text.
    #[inline(always)]
    pub fn text(&mut self, name: &str, value: &str) {
        if is_plain(value) {
            self.plain(name, value.as_bytes());
        } else {
            self.begin(name, b"\":");
            text(&mut self.0, value);
        }
    }

    /// Adds a text in which nothing needs to be escaped: a word of the code, an id.
    #[inline(always)]
    pub fn word(&mut self, name: &str, value: &str) {
        debug_assert!(is_plain(value), "{value}");
        self.plain(name, value.as_bytes());
    }

    /// Adds a date, as ISO 8601.
    #[inline(always)]
    pub fn day(&mut self, name: &str, date: NaiveDate) {
        self.plain(name, Day::of(date).as_bytes());
    }

    /// Adds an instant, as RFC 3339.
    #[inline]
    pub fn instant(&mut self, name: &str, at: DateTime<FixedOffset>) {
        self.plain(name, Instant::of(at).as_bytes());
    }

    /// Adds a text that is made of several.
    #[inline(always)]
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
    #[inline(always)]
    pub fn decimal(&mut self, name: &str, value: Decimal) {
        self.plain(name, Digits::of(value).as_bytes());
    }

    /// Adds an id.
    #[inline(always)]
    pub fn id(&mut self, name: &str, value: Uuid) {
        let mut buffer = Uuid::encode_buffer();
        let id = value.hyphenated().encode_lower(&mut buffer);
        self.plain(name, id.as_bytes());
    }

    /// Adds yes or no.
    #[inline(always)]
    pub fn flag(&mut self, name: &str, value: bool) {
        self.raw(name, if value { b"true" } else { b"false" });
    }

    /// Adds anything that becomes JSON.
    pub fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.begin(name, b"\":");
        serde_json::to_writer(&mut self.0, value).expect("plain data becomes JSON");
    }

    /// Adds a text, or null where there is none.
    #[inline(always)]
    pub fn maybe(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.null(name),
        }
    }

    /// Adds null.
    #[inline(always)]
    pub fn null(&mut self, name: &str) {
        self.begin(name, b"\":null");
    }

    /// Adds a number with the digits that it has.
    #[inline(always)]
    pub fn number(&mut self, name: &str, value: Decimal) {
        self.raw(name, Digits::of(value).as_bytes());
    }

    /// Begins a member that is an object itself; the members that follow are its own until [`close`](Self::close).
    #[inline(always)]
    pub fn open(&mut self, name: &str) {
        self.begin(name, b"\":{");
    }

    /// Ends the object that was begun last.
    #[inline]
    pub fn close(&mut self) {
        self.0.push(b'}');
    }

    /// Begins a member that is a list of objects, each begun with [`item`](Self::item).
    #[inline(always)]
    pub fn list(&mut self, name: &str) {
        self.begin(name, b"\":[");
    }

    /// Begins the list's next object; [`close`](Self::close) ends it.
    pub fn item(&mut self) {
        self.next();
        self.0.push(b'{');
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
        Json::written(self.into_text())
    }

    /// The object's text.
    fn into_text(self) -> String {
        whole_text(self.ended())
    }

    pub(super) fn ended(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    #[inline(always)]
    fn raw(&mut self, name: &str, value: &[u8]) {
        self.begin(name, b"\":");
        self.0.extend_from_slice(value);
    }

    /// Adds a text in which nothing needs to be escaped.
    #[inline(always)]
    fn plain(&mut self, name: &str, value: &[u8]) {
        self.begin(name, b"\":\"");
        self.0.extend_from_slice(value);
        self.0.push(b'"');
    }

    /// Begins a member: its name, and what follows that in every case. In few pieces, since an event has dozens.
    #[inline(always)]
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

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
        assert_eq!(members.finish().text(), text);
    }
}
