//! An object in brief while it is written.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{DAY, END, LIST, LITERAL, MONEY, NAME, OBJECT, TEXT, add_number};
use crate::model::json::{self, is_plain};
use crate::model::{Day, Digits, Whole};

/// An object in brief while it is written, member by member. The caller gives a name once, and names in which nothing needs
/// to be escaped; nearly all have one letter.
#[derive(Debug)]
pub struct Brief(Vec<u8>);

#[expect(
    clippy::inline_always,
    reason = "the names stand in the code: where their lengths are known, a member is a few stores instead of calls"
)]
impl Brief {
    /// No members yet, room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(OBJECT);
        Self(text)
    }

    /// Adds a text.
    #[inline(always)]
    pub fn text(&mut self, name: &str, value: &str) {
        self.begin(TEXT, name);
        self.content(value);
    }

    /// Adds a text where there is one.
    #[inline(always)]
    pub fn given(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Adds a text in which nothing needs to be escaped: a word of the code, an id.
    #[inline(always)]
    pub fn word(&mut self, name: &str, value: &str) {
        debug_assert!(is_plain(value), "{value}");
        self.begin(TEXT, name);
        self.0.extend_from_slice(value.as_bytes());
    }

    /// Adds a date, which is a text in JSON: ISO 8601.
    #[inline(always)]
    pub fn day(&mut self, name: &str, date: NaiveDate) {
        let length = self.0.len();
        self.begin(DAY, name);
        let days = u64::try_from(date.num_days_from_ce());
        if !days.is_ok_and(|days| add_number(&mut self.0, days)) {
            self.0.truncate(length);
            self.word(name, Day::of(date).as_str());
        }
    }

    /// Adds a decimal with the digits that it has, which is a text in JSON.
    #[inline(always)]
    pub fn decimal(&mut self, name: &str, value: Decimal) {
        let length = self.0.len();
        self.begin(MONEY, name);
        if !self.hundredths(value) {
            self.0.truncate(length);
            self.word(name, Digits::of(value).as_str());
        }
    }

    /// Adds yes or no.
    #[inline(always)]
    pub fn flag(&mut self, name: &str, value: bool) {
        self.begin(LITERAL, name);
        let value: &[u8] = if value { b"true" } else { b"false" };
        self.0.extend_from_slice(value);
    }

    /// Adds a whole number.
    #[inline(always)]
    pub fn whole(&mut self, name: &str, value: u64) {
        self.begin(LITERAL, name);
        self.0.extend_from_slice(Whole::of(value).as_bytes());
    }

    /// Adds anything that becomes JSON.
    pub fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.begin(LITERAL, name);
        serde_json::to_writer(&mut self.0, value).expect("plain data becomes JSON");
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
        self.0.push(OBJECT);
    }

    /// Begins the list's next list.
    pub fn row(&mut self) {
        self.0.push(LIST);
    }

    /// Adds a text to the list, or null.
    pub fn cell(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.0.push(TEXT);
            self.content(text);
        } else {
            self.0.push(LITERAL);
            self.0.extend_from_slice(b"null");
        }
    }

    /// Adds a decimal to the list, as [`decimal`](Self::decimal) does.
    pub fn decimal_cell(&mut self, value: Decimal) {
        let length = self.0.len();
        self.0.push(MONEY);
        if !self.hundredths(value) {
            self.0.truncate(length);
            self.cell(Some(Digits::of(value).as_str()));
        }
    }

    /// Ends the object or list that was begun last.
    #[inline]
    pub fn close(&mut self) {
        self.0.push(END);
    }

    /// The object.
    pub fn finish(mut self) -> String {
        self.close();
        String::from_utf8(self.0).expect("made of texts")
    }

    /// Begins a member.
    #[inline(always)]
    fn begin(&mut self, mark: u8, name: &str) {
        debug_assert!(is_plain(name) && !name.is_empty(), "{name}");
        if let [letter] = name.as_bytes() {
            self.0.extend_from_slice(&[mark, *letter]);
        } else {
            self.0.push(NAME);
            self.0.extend_from_slice(name.as_bytes());
            self.0.push(mark);
        }
    }

    #[inline(always)]
    fn content(&mut self, text: &str) {
        if is_plain(text) {
            self.0.extend_from_slice(text.as_bytes());
        } else {
            let mut escaped = Vec::new();
            json::text(&mut escaped, text);
            self.0.extend_from_slice(&escaped[1..escaped.len() - 1]);
        }
    }

    /// Adds an amount; `false`: not all its digits can be told by a number of hundredths.
    #[inline]
    fn hundredths(&mut self, value: Decimal) -> bool {
        value.scale() == 2
            && value.is_sign_positive()
            && u64::try_from(value.mantissa()).is_ok_and(|number| add_number(&mut self.0, number))
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
                brief.word("longer", "W");
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
                    "t": text, "longer": "W", "a": amount.to_string(), "amount": amount.to_string(),
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
    fn a_member_takes_two_bytes_more_than_its_value() {
        let mut brief = Brief::with_capacity(0);
        brief.text("t", "value");
        brief.day("d", date(2026));
        brief.decimal("a", Decimal::new(5_070_700, 2));
        assert_eq!(brief.finish().len(), 1 + 7 + 6 + 6 + 1);
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
            "\u{15}ab",
        ] {
            assert!(!parses(&format!("\u{10}{wrong}")), "{wrong:?}");
        }
    }
}
