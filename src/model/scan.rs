//! The members of a JSON object, read in the order in which they were written.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Day, Digits};

/// Reads what [`Members`](super::json::Members) wrote by comparing it with what is expected, where a parser would find out
/// what comes. A member that does not come next is not taken, so whatever stands otherwise (blanks, escapes, another
/// order) is seen at the [end](Self::ended): what was read is then nothing, and a parser has to tell.
pub struct Scan<'a> {
    rest: &'a str,
    /// Nothing of the object or list in hand was taken yet: no comma stands before what comes next.
    first: bool,
}

impl<'a> Scan<'a> {
    /// At the beginning of an object.
    pub fn of(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix('{')?;
        Some(Self { rest, first: true })
    }

    /// Takes a text.
    #[inline]
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        let (value, rest) = quoted(self.enter(name)?)?;
        self.go_on(rest);
        Some(value)
    }

    /// Takes a decimal that is written as a text.
    #[inline]
    pub fn decimal(&mut self, name: &str) -> Option<Decimal> {
        let (value, rest) = quoted(self.enter(name)?)?;
        let value = Digits::read(value)?;
        self.go_on(rest);
        Some(value)
    }

    /// Takes a date.
    #[inline]
    pub fn day(&mut self, name: &str) -> Option<NaiveDate> {
        let (value, rest) = quoted(self.enter(name)?)?;
        let value = Day::read(value)?;
        self.go_on(rest);
        Some(value)
    }

    /// Takes yes or no.
    #[inline]
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.enter(name)?;
        let yes = value.strip_prefix("true").map(|rest| (true, rest));
        let (value, rest) = yes.or_else(|| Some((false, value.strip_prefix("false")?)))?;
        self.go_on(rest);
        Some(value)
    }

    /// Takes a list of texts.
    pub fn texts<T: From<&'a str>>(&mut self, name: &str) -> Option<Vec<T>> {
        let mut rest = self.enter(name)?.strip_prefix('[')?;
        let mut texts = Vec::new();
        while !rest.starts_with(']') {
            if !texts.is_empty() {
                rest = rest.strip_prefix(',')?;
            }
            let text;
            (text, rest) = quoted(rest)?;
            texts.push(text.into());
        }
        self.go_on(&rest[1..]);
        Some(texts)
    }

    /// Begins a member that is an object itself; the members that are taken next are its own, until [`Scan::close`].
    pub fn open(&mut self, name: &str) -> Option<()> {
        self.rest = self.enter(name)?.strip_prefix('{')?;
        self.first = true;
        Some(())
    }

    /// Ends the object that was begun last.
    pub fn close(&mut self) -> Option<()> {
        self.go_on(self.rest.strip_prefix('}')?);
        Some(())
    }

    /// Begins a member that is a list of objects.
    pub fn list(&mut self, name: &str) -> Option<()> {
        self.rest = self.enter(name)?.strip_prefix('[')?;
        self.first = true;
        Some(())
    }

    /// Begins the list's next object, which [`Scan::close`] ends; `None`: there is no other.
    pub fn item(&mut self) -> Option<()> {
        self.rest = self.next()?.strip_prefix('{')?;
        self.first = true;
        Some(())
    }

    /// Ends the list.
    pub fn close_list(&mut self) -> Option<()> {
        self.go_on(self.rest.strip_prefix(']')?);
        Some(())
    }

    /// At the end of the object, with nothing behind it.
    pub fn ended(self) -> Option<()> {
        (self.rest == "}").then_some(())
    }

    fn next(&self) -> Option<&'a str> {
        if self.first {
            Some(self.rest)
        } else {
            self.rest.strip_prefix(',')
        }
    }

    /// The value of the member that comes next, and what follows, if it has this name.
    #[inline]
    fn enter(&self, name: &str) -> Option<&'a str> {
        let named = self.next()?.strip_prefix('"')?.strip_prefix(name)?;
        named.strip_prefix("\":")
    }

    fn go_on(&mut self, rest: &'a str) {
        self.rest = rest;
        self.first = false;
    }
}

/// A text in which nothing is escaped or should be, and what follows it: a backslash or a control character ends it where
/// no quotation mark does.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let end = text
        .bytes()
        .position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    let (value, rest) = text.split_at(end);
    Some((value, rest.strip_prefix('"')?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::Members;

    #[test]
    fn what_members_write_is_read() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 28).expect("a day");
        let mut members = Members::with_capacity(0);
        members.text("t", "åä, {}");
        members.decimal("n", Decimal::new(1_250, 2));
        members.list("l");
        for _ in 0..2 {
            members.item();
            members.day("d", day);
            members.close();
        }
        members.close_list();
        members.open("o");
        members.close();
        members.flag("y", true);
        members.flag("n", false);
        members.all("none", []);
        members.all("two", ["a", "å"]);
        let text = members.into_text();
        let mut scan = Scan::of(&text).expect("an object");
        assert_eq!(scan.text("other"), None);
        assert_eq!(scan.text("t"), Some("åä, {}"));
        assert_eq!(scan.decimal("n"), Some(Decimal::new(1_250, 2)));
        assert_eq!(scan.list("l"), Some(()));
        let mut items = 0;
        while scan.item().is_some() {
            assert_eq!(scan.day("d"), Some(day));
            assert_eq!(scan.close(), Some(()));
            items += 1;
        }
        assert_eq!(items, 2);
        assert_eq!(scan.close_list(), Some(()));
        assert_eq!(scan.open("o"), Some(()));
        assert_eq!(scan.close(), Some(()));
        assert_eq!(scan.flag("n"), None);
        assert_eq!(scan.flag("y"), Some(true));
        assert_eq!(scan.flag("n"), Some(false));
        assert_eq!(scan.texts::<&str>("none"), Some(vec![]));
        assert_eq!(scan.texts("two"), Some(vec!["a", "å"]));
        assert_eq!(scan.ended(), Some(()));
    }

    #[test]
    fn a_list_that_is_written_otherwise_is_not_taken() {
        for other in [
            r#"["x" ]"#,
            r#"[ "x"]"#,
            r#"["x","y" "z"]"#,
            r#"["x",]"#,
            r#"[,"x"]"#,
            r#"["x"]]"#,
            r#"["x""#,
            "[1]",
            r#"["\u0031"]"#,
            "",
        ] {
            let object = format!(r#"{{"a":{other}}}"#);
            let mut scan = Scan::of(&object).expect("an object");
            let texts = scan.texts::<&str>("a");
            assert!(texts.is_none() || scan.ended().is_none(), "{object}");
        }
    }

    #[test]
    fn a_text_with_something_to_unescape_is_not_taken() {
        for odd in [r"P\\1", r"P\u0031", r"P\/1", r#"P\"1"#, "P\u{1}1", "P\n"] {
            let object = format!(r#"{{"a":"{odd}"}}"#);
            let mut scan = Scan::of(&object).expect("an object");
            assert_eq!(scan.text("a"), None, "{object}");
            assert_eq!(scan.ended(), None, "{object}");
        }
    }

    #[test]
    fn what_stands_otherwise_is_not_read() {
        for other in [
            "",
            "{}",
            r#"{"a":"1"} "#,
            r#"{ "a":"1"}"#,
            r#"{"a": "1"}"#,
            r#"{"a":"1\"}"#,
            r#"{"a":"1","b":"2"}"#,
            r#"{,"a":"1"}"#,
            r#"{"a":1}"#,
            r#"{"a":"x"}"#,
            r#"{"a":"1"#,
            r#"{"a":"1",}"#,
            r#"{"ab":"1"}"#,
        ] {
            let read = Scan::of(other).and_then(|mut scan| {
                let read = scan.decimal("a")?;
                scan.ended().map(|()| read)
            });
            assert_eq!(read, None, "{other}");
        }
    }
}
