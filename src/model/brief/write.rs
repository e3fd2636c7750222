//! An object in brief while it is written.

use std::ops::Range;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    DAY, END, LIST, LITERAL, MONEY, NAME, NAMES, OBJECT, SAME, TEXT, WORD, WORDS, add_number,
};
use crate::model::json::{self, is_plain};
use crate::model::{Day, Digits, Whole};

/// An object in brief while it is written, member by member. The caller gives a name once, and names in which nothing needs
/// to be escaped: most have one letter, or a sign.
#[derive(Debug)]
pub struct Brief {
    bytes: Vec<u8>,
    /// Where the text that was written last stands, if it stands as it is.
    last: Option<Range<usize>>,
}

/// How a text is told.
enum As {
    /// By its sign.
    Word(u8),
    /// As the same as the one before it.
    Same,
    /// By its letters.
    Text,
}

#[expect(
    clippy::inline_always,
    reason = "the names stand in the code: where their lengths are known, a member is a few stores instead of calls"
)]
impl Brief {
    /// No members yet, room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(OBJECT);
        Self {
            bytes: text,
            last: None,
        }
    }

    /// Adds a text.
    #[inline(always)]
    pub fn text(&mut self, name: &str, value: &str) {
        match self.told(value) {
            As::Word(sign) => {
                self.begin(WORD, name);
                self.bytes.push(sign);
            }
            As::Same => self.begin(SAME, name),
            As::Text => {
                self.begin(TEXT, name);
                self.content(value);
            }
        }
    }

    /// Adds a text where there is one.
    #[inline(always)]
    pub fn given(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Adds a date, which is a text in JSON: ISO 8601.
    #[inline(always)]
    pub fn day(&mut self, name: &str, date: NaiveDate) {
        let length = self.bytes.len();
        self.begin(DAY, name);
        let days = u64::try_from(date.num_days_from_ce());
        if !days.is_ok_and(|days| add_number(&mut self.bytes, days)) {
            self.bytes.truncate(length);
            self.text(name, Day::of(date).as_str());
        }
    }

    /// Adds a decimal with the digits that it has, which is a text in JSON.
    #[inline(always)]
    pub fn decimal(&mut self, name: &str, value: Decimal) {
        let length = self.bytes.len();
        self.begin(MONEY, name);
        if !self.hundredths(value) {
            self.bytes.truncate(length);
            self.text(name, Digits::of(value).as_str());
        }
    }

    /// Adds yes or no.
    #[inline(always)]
    pub fn flag(&mut self, name: &str, value: bool) {
        self.begin(LITERAL, name);
        let value: &[u8] = if value { b"true" } else { b"false" };
        self.bytes.extend_from_slice(value);
    }

    /// Adds a whole number.
    #[inline(always)]
    pub fn whole(&mut self, name: &str, value: u64) {
        self.begin(LITERAL, name);
        self.bytes.extend_from_slice(Whole::of(value).as_bytes());
    }

    /// Adds anything that becomes JSON.
    pub fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.begin(LITERAL, name);
        serde_json::to_writer(&mut self.bytes, value).expect("plain data becomes JSON");
    }

    /// Adds a list of texts.
    pub fn all<'t>(&mut self, name: &str, texts: impl IntoIterator<Item = &'t str>) {
        self.list(name);
        for text in texts {
            self.cell(Some(text));
        }
        self.close();
    }

    /// Begins a member that is an object itself; the members that follow are its own until [`close`](Self::close).
    #[inline(always)]
    pub fn open(&mut self, name: &str) {
        self.begin(OBJECT, name);
    }

    /// Begins a member that is a list: of objects, each begun with [`item`](Self::item), of lists, each begun with
    /// [`row`](Self::row), or of [cells](Self::cell). [`close`](Self::close) ends it.
    #[inline(always)]
    pub fn list(&mut self, name: &str) {
        self.begin(LIST, name);
    }

    /// Begins the list's next object.
    pub fn item(&mut self) {
        self.bytes.push(OBJECT);
    }

    /// Begins the list's next list.
    pub fn row(&mut self) {
        self.bytes.push(LIST);
    }

    /// Adds a text to the list, or null.
    pub fn cell(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            self.bytes.push(LITERAL);
            self.bytes.extend_from_slice(b"null");
            return;
        };
        match self.told(text) {
            As::Word(sign) => self.bytes.extend_from_slice(&[WORD, sign]),
            As::Same => self.bytes.push(SAME),
            As::Text => {
                self.bytes.push(TEXT);
                self.content(text);
            }
        }
    }

    /// Adds a decimal to the list, as [`decimal`](Self::decimal) does.
    pub fn decimal_cell(&mut self, value: Decimal) {
        let length = self.bytes.len();
        self.bytes.push(MONEY);
        if !self.hundredths(value) {
            self.bytes.truncate(length);
            self.cell(Some(Digits::of(value).as_str()));
        }
    }

    /// Ends the object or list that was begun last.
    #[inline]
    pub fn close(&mut self) {
        self.bytes.push(END);
    }

    /// The object.
    pub fn finish(mut self) -> String {
        self.close();
        String::from_utf8(self.bytes).expect("made of texts")
    }

    /// Begins a member.
    #[inline(always)]
    fn begin(&mut self, mark: u8, name: &str) {
        debug_assert!(is_plain(name) && !name.is_empty(), "{name}");
        if let [letter @ b'a'..=b'z'] = name.as_bytes() {
            self.bytes.extend_from_slice(&[mark, *letter]);
        } else if let Some(sign) = NAMES.sign(name) {
            self.bytes.extend_from_slice(&[mark, sign]);
        } else {
            self.bytes.push(NAME);
            self.bytes.extend_from_slice(name.as_bytes());
            self.bytes.push(mark);
        }
    }

    #[inline]
    fn told(&self, text: &str) -> As {
        if let Some(sign) = WORDS.sign(text) {
            return As::Word(sign);
        }
        let last = self.last.clone().map(|last| &self.bytes[last]);
        if last == Some(text.as_bytes()) {
            As::Same
        } else {
            As::Text
        }
    }

    #[inline]
    fn content(&mut self, text: &str) {
        let start = self.bytes.len();
        if is_plain(text) {
            self.bytes.extend_from_slice(text.as_bytes());
            self.last = Some(start..self.bytes.len());
        } else {
            let mut escaped = Vec::new();
            json::text(&mut escaped, text);
            self.bytes.extend_from_slice(&escaped[1..escaped.len() - 1]);
            self.last = None;
        }
    }

    /// Adds an amount; `false`: not all its digits can be told by a number of hundredths.
    #[inline]
    fn hundredths(&mut self, value: Decimal) -> bool {
        value.scale() == 2
            && value.is_sign_positive()
            && u64::try_from(value.mantissa())
                .is_ok_and(|number| add_number(&mut self.bytes, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::brief::json as spelled;

    fn date(year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 2, 28).expect("a day")
    }

    #[test]
    fn what_is_written_in_brief_is_spelled_as_the_library_writes_it() {
        for amount in [
            "0.00",
            "0.01",
            "-0.01",
            "5",
            "5.5",
            "0.63",
            "0.64",
            "1000.00",
            "1.000",
            "-0.00",
            "11529215046068469.75",
            "11529215046068469.76",
            "79228162514264337593543950.33",
        ] {
            for (year, text) in [
                (0, ""),
                (1, "å\"\\\n\u{1}\u{7f}"),
                (2026, "x"),
                (9999, "{}[],:"),
            ] {
                let amount: Decimal = amount.parse().expect("a decimal");
                let date = date(year);
                let other = serde_json::json!({"a": [null, text]});
                let mut brief = Brief::with_capacity(0);
                brief.text("t", text);
                brief.text("u", text);
                brief.text("longer", "W");
                brief.text("c", "SEK");
                brief.text("country", "SE");
                brief.all("known", ["PAID", text, "PAID "]);
                brief.decimal("a", amount);
                brief.decimal("amount", amount);
                brief.day("d", date);
                brief.day("date", date);
                brief.flag("y", true);
                brief.flag("no", false);
                brief.whole("n", 17);
                brief.value("v", &other);
                brief.all("l", [text, "y"]);
                brief.all("e", []);
                brief.given("g", Some(text));
                brief.given("h", None);
                let json = serde_json::json!({
                    "t": text, "u": text, "longer": "W", "c": "SEK", "country": "SE", "known": ["PAID", text, "PAID "], "a": amount.to_string(), "amount": amount.to_string(),
                    "d": date.to_string(), "date": date.to_string(), "y": true, "no": false, "n": 17,
                    "v": other, "l": [text, "y"], "e": [], "g": text,
                });
                assert_eq!(spelled(&brief.finish()), json.to_string());
            }
        }
    }

    #[test]
    fn objects_and_lists_nest() {
        let mut brief = Brief::with_capacity(0);
        brief.open("a");
        brief.text("t", "x");
        brief.open("deeper");
        brief.close();
        brief.close();
        brief.list("l");
        brief.item();
        brief.close();
        brief.item();
        brief.flag("y", true);
        brief.close();
        brief.close();
        brief.list("rows");
        brief.row();
        brief.cell(Some("x\""));
        brief.cell(None);
        brief.decimal_cell(Decimal::new(1_250, 2));
        brief.decimal_cell(Decimal::new(1_250, 1));
        brief.close();
        brief.row();
        brief.close();
        brief.close();
        let json = r#"{"a":{"t":"x","deeper":{}},"l":[{},{"y":true}],"rows":[["x\"",null,"12.50","125.0"],[]]}"#;
        assert_eq!(spelled(&brief.finish()), json);
        assert_eq!(spelled(&Brief::with_capacity(9).finish()), "{}");
    }

    #[test]
    fn a_text_that_comes_again_is_written_once_where_it_stands_as_it_is() {
        let escaped = "a\\\"";
        for (texts, written) in [
            (["ab", "ab", "ab"], "\u{13}ab\u{19}\u{19}"),
            (["ab", "PAID", "ab"], "\u{13}ab\u{18}D\u{19}"),
            (["ab", "c", "ab"], "\u{13}ab\u{13}c\u{13}ab"),
            (
                [escaped, escaped, "x"],
                "\u{13}a\\\\\\\"\u{13}a\\\\\\\"\u{13}x",
            ),
            (["a\"", r#"a\""#, "x"], "\u{13}a\\\"\u{13}a\\\\\\\"\u{13}x"),
            (["x", escaped, "x"], "\u{13}x\u{13}a\\\\\\\"\u{13}x"),
        ] {
            let mut brief = Brief::with_capacity(0);
            brief.all("l", texts);
            let brief = brief.finish();
            assert_eq!(brief, format!("\u{10}\u{11}l{written}\u{12}\u{12}"));
            assert_eq!(spelled(&brief), serde_json::json!({"l": texts}).to_string());
        }
    }

    #[test]
    fn a_member_takes_two_bytes_more_than_its_value() {
        let mut brief = Brief::with_capacity(0);
        brief.text("t", "value");
        brief.day("d", date(2026));
        brief.decimal("a", Decimal::new(5_070_700, 2));
        brief.text("country", "SE");
        brief.text("longer", "SE");
        brief.text("s", "value");
        assert_eq!(brief.finish().len(), 1 + 7 + 6 + 6 + 3 + 9 + 2 + 1);
    }

    #[test]
    fn json_is_its_own_text_and_what_is_cut_short_or_goes_on_becomes_none() {
        for own in ["", "{}", r#"{"a":1}"#, "x", "[\u{7f}]"] {
            assert_eq!(spelled(own), own);
        }
        let mut brief = Brief::with_capacity(0);
        brief.text("t", "x");
        brief.list("l");
        brief.cell(Some("y"));
        brief.close();
        brief.day("d", date(2026));
        let whole = brief.finish();
        let parses = |text: &str| serde_json::from_str::<serde_json::Value>(&spelled(text)).is_ok();
        assert!(parses(&whole));
        for end in 1..whole.len() {
            assert!(!parses(&whole[..end]), "{end}");
        }
        for more in ["x", "\u{12}", "\u{10}", "{}", "\u{1}"] {
            assert!(!parses(&format!("{whole}{more}")), "{more:?}");
        }
        for wrong in [
            "\u{16}d\u{12}",
            "\u{16}dzzzzzz\u{12}",
            "\u{17}a~\u{12}",
            "\u{13}",
            "\u{18}a\u{12}",
            "\u{18}aLL",
            "\u{18}a~",
            "\u{19}a\u{12}",
            "\u{13}ax\u{19}bx\u{12}",
            "\u{18}aL\u{19}b\u{12}",
            "\u{1a}a\u{12}",
            "\u{15}ab",
        ] {
            assert!(!parses(&format!("\u{10}{wrong}")), "{wrong:?}");
        }
    }
}
