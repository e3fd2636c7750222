//! The members of an object in brief, read in the order in which they were written.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    DAY, END, LIST, LITERAL, MONEY, NAME, NAMES, OBJECT, SAME, TEXT, WORD, day, first, money,
    until_mark, word,
};
use crate::model::{Day, Digits};

/// Reads what [`Brief`](super::Brief) wrote by comparing it with what is expected, where a parser would find out what comes. A
/// member that does not come next is not taken, so whatever stands otherwise (escapes, another order, JSON itself) is seen
/// at the [end](Self::ended): what was read is then nothing, and a parser has to tell.
pub struct Scan<'a> {
    rest: &'a str,
    /// The text that came last. (One that was given back is the next to be taken again, or nothing is.)
    last: Option<&'a str>,
}

impl<'a> Scan<'a> {
    /// At the beginning of an object.
    pub fn of(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(char::from(OBJECT))?;
        Some(Self { rest, last: None })
    }

    /// Takes a text.
    #[inline]
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        if let Some(rest) = self.enter(TEXT, name) {
            self.letters(rest)
        } else if let Some(rest) = self.enter(WORD, name) {
            self.known(rest)
        } else {
            self.same(self.enter(SAME, name)?)
        }
    }

    /// Takes a decimal that is a text in JSON.
    #[inline]
    pub fn decimal(&mut self, name: &str) -> Option<Decimal> {
        let before = self.rest;
        let read = match self.take(MONEY, name) {
            Some(value) => money(value),
            None => Digits::read(self.text(name)?),
        };
        self.or_back_to(before, read)
    }

    /// Takes a date.
    #[inline]
    pub fn day(&mut self, name: &str) -> Option<NaiveDate> {
        let before = self.rest;
        let read = match self.take(DAY, name) {
            Some(value) => day(value),
            None => Day::read(self.text(name)?),
        };
        self.or_back_to(before, read)
    }

    /// Takes yes or no.
    #[inline]
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let before = self.rest;
        let read = match self.take(LITERAL, name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        self.or_back_to(before, read)
    }

    /// Takes a list of texts.
    pub fn texts<T: From<&'a str>>(&mut self, name: &str) -> Option<Vec<T>> {
        let before = self.rest;
        self.list(name)?;
        let mut texts = Vec::new();
        while let Some((mark, rest)) = first(self.rest) {
            let text = match mark {
                TEXT => self.letters(rest),
                WORD => self.known(rest),
                SAME => self.same(rest),
                _ => None,
            };
            let Some(text) = text else {
                break;
            };
            texts.push(text.into());
        }
        let ended = self.close();
        self.or_back_to(before, ended.map(|()| texts))
    }

    /// Begins a member that is an object itself; the members that are taken next are its own, until [`Scan::close`].
    pub fn open(&mut self, name: &str) -> Option<()> {
        self.rest = self.enter(OBJECT, name)?;
        Some(())
    }

    /// Begins a member that is a list of objects; [`Scan::close`] ends it.
    pub fn list(&mut self, name: &str) -> Option<()> {
        self.rest = self.enter(LIST, name)?;
        Some(())
    }

    /// Begins the list's next object, which [`Scan::close`] ends; `None`: there is no other.
    pub fn item(&mut self) -> Option<()> {
        self.rest = self.marked(OBJECT)?;
        Some(())
    }

    /// Ends the object or list that was begun last.
    pub fn close(&mut self) -> Option<()> {
        self.rest = self.marked(END)?;
        Some(())
    }

    /// At the end of the object, with nothing behind it.
    pub fn ended(self) -> Option<()> {
        self.marked(END).filter(|rest| rest.is_empty()).map(|_| ())
    }

    /// What was read; the member is still to be taken where it could not be.
    fn or_back_to<T>(&mut self, before: &'a str, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.rest = before;
        }
        read
    }

    /// Takes the letters of a text.
    #[inline]
    fn letters(&mut self, rest: &'a str) -> Option<&'a str> {
        let (text, rest) = plain(rest)?;
        (self.rest, self.last) = (rest, Some(text));
        Some(text)
    }

    /// Takes the sign of a text that is known.
    #[inline]
    fn known(&mut self, rest: &'a str) -> Option<&'a str> {
        let (sign, rest) = rest.split_at_checked(1)?;
        let text = word(sign)?;
        self.rest = rest;
        Some(text)
    }

    /// Takes the text that came last once more.
    #[inline]
    fn same(&mut self, rest: &'a str) -> Option<&'a str> {
        let text = self.last?;
        self.rest = rest;
        Some(text)
    }

    /// Takes what is no text.
    #[inline]
    fn take(&mut self, mark: u8, name: &str) -> Option<&'a str> {
        let (value, rest) = until_mark(self.enter(mark, name)?);
        self.rest = rest;
        Some(value)
    }

    /// What follows the name of the member that comes next, if it has this mark and this name.
    #[inline]
    fn enter(&self, mark: u8, name: &str) -> Option<&'a str> {
        if name.len() == 1 {
            return self.marked(mark)?.strip_prefix(name);
        }
        if let Some(rest) = self.marked(mark) {
            let (sign, rest) = first(rest)?;
            return (NAMES.text(sign) == Some(name)).then_some(rest);
        }
        let named = self.marked(NAME)?.strip_prefix(name)?;
        named.strip_prefix(char::from(mark))
    }

    /// What follows the mark that comes next, if it is this one.
    #[inline]
    fn marked(&self, mark: u8) -> Option<&'a str> {
        let (found, rest) = first(self.rest)?;
        (found == mark).then_some(rest)
    }
}

/// A text in which nothing is escaped or should be, and what follows it, from the next mark on.
#[inline]
fn plain(text: &str) -> Option<(&str, &str)> {
    let end = text
        .bytes()
        .position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    (text.as_bytes()[end] < b' ').then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::brief::Brief;

    #[test]
    fn what_was_written_in_brief_is_read() {
        let date = NaiveDate::from_ymd_opt(2026, 2, 28).expect("a day");
        let mut brief = Brief::with_capacity(0);
        brief.text("t", "åä, {}");
        brief.text("empty", "");
        brief.decimal("n", Decimal::new(1_250, 2));
        brief.decimal("other", Decimal::new(1_250, 3));
        brief.list("l");
        for _ in 0..2 {
            brief.item();
            brief.day("d", date);
            brief.close();
        }
        brief.close();
        brief.open("o");
        brief.close();
        brief.flag("y", true);
        brief.flag("no", false);
        brief.all("none", []);
        brief.all("two", ["a", "å", "SEK", "b"]);
        brief.text("s", "active");
        brief.text("method", "AUTOGIRO");
        brief.text("phone", "1");
        brief.text("own", "PAID");
        brief.text("again", "1");
        brief.all("same", ["1", "x", "PAID", "x", "x"]);
        let text = brief.finish();
        let mut scan = Scan::of(&text).expect("an object");
        assert_eq!(scan.text("other"), None);
        assert_eq!(scan.text("t"), Some("åä, {}"));
        assert_eq!(scan.text("empty"), Some(""));
        assert_eq!(scan.day("n"), None);
        assert_eq!(scan.decimal("n"), Some(Decimal::new(1_250, 2)));
        assert_eq!(scan.day("other"), None);
        assert_eq!(scan.decimal("other"), Some(Decimal::new(1_250, 3)));
        assert_eq!(scan.texts::<&str>("l"), None);
        assert_eq!(scan.list("l"), Some(()));
        let mut items = 0;
        while scan.item().is_some() {
            assert_eq!(scan.day("d"), Some(date));
            assert_eq!(scan.close(), Some(()));
            items += 1;
        }
        assert_eq!(items, 2);
        assert_eq!(scan.close(), Some(()));
        assert_eq!(scan.open("o"), Some(()));
        assert_eq!(scan.close(), Some(()));
        assert_eq!(scan.flag("no"), None);
        assert_eq!(scan.flag("y"), Some(true));
        assert_eq!(scan.flag("no"), Some(false));
        assert_eq!(scan.texts::<&str>("none"), Some(vec![]));
        assert_eq!(scan.texts("two"), Some(vec!["a", "å", "SEK", "b"]));
        assert_eq!(scan.text("s"), Some("active"));
        assert_eq!(scan.text("phone"), None);
        assert_eq!(scan.text("method"), Some("AUTOGIRO"));
        assert_eq!(scan.text("phone"), Some("1"));
        assert_eq!(scan.text("own"), Some("PAID"));
        assert_eq!(scan.day("again"), None);
        assert_eq!(scan.text("again"), Some("1"));
        assert_eq!(scan.texts("same"), Some(vec!["1", "x", "PAID", "x", "x"]));
        assert_eq!(scan.ended(), Some(()));
    }

    #[test]
    fn what_stands_otherwise_is_not_read() {
        for other in [
            "",
            "{}",
            "\u{10}\u{12}",
            r#"{"a":"1"}"#,
            "\u{10}\u{13}a1",
            "\u{10}\u{13}a1\u{12}\u{12}",
            "\u{10}\u{13}a1\u{12}x",
            "\u{10}\u{13}a1\u{13}b2\u{12}",
            "\u{10}\u{13}b1\u{12}",
            "\u{10}\u{13}ax\u{12}",
            "\u{10}\u{13}a1\\\u{12}",
            "\u{10}\u{13}a1\"\u{12}",
            "\u{10}\u{14}a1\u{12}",
            "\u{10}\u{17}a\u{12}",
            "\u{10}\u{17}a~\u{12}",
            "\u{10}\u{17}a00000000000\u{12}",
            "\u{10}\u{15}ab\u{13}1\u{12}",
        ] {
            let read = Scan::of(other).and_then(|mut scan| {
                let read = scan.decimal("a")?;
                scan.ended().map(|()| read)
            });
            assert_eq!(read, None, "{other:?}");
        }
    }

    #[test]
    fn what_is_known_is_read_by_its_sign_or_in_letters_and_by_no_other_sign() {
        for (text, read) in [
            ("\u{18}cL", Some("SEK")),
            ("\u{13}cSEK", Some("SEK")),
            ("\u{13}cL", Some("L")),
            ("\u{18}cLL", None),
            ("\u{18}c", None),
            ("\u{18}c~", None),
            ("\u{18}cå", None),
            ("\u{18}1L", None),
            ("\u{19}c", None),
            ("\u{18}aL\u{19}c", None),
        ] {
            let object = format!("\u{10}{text}\u{12}");
            let mut scan = Scan::of(&object).expect("an object");
            let found = scan.text("c");
            let found = scan.ended().and(found);
            assert_eq!(found, read, "{text:?}");
        }
        for (text, read) in [
            ("\u{13}1SE", Some("SE")),
            ("\u{18}1P", Some("SE")),
            ("\u{15}country\u{13}SE", Some("SE")),
            ("\u{15}country\u{18}P", Some("SE")),
            ("\u{13}2SE", None),
            ("\u{13}aSE", None),
            ("\u{13}", None),
        ] {
            let object = format!("\u{10}{text}\u{12}");
            let mut scan = Scan::of(&object).expect("an object");
            let found = scan.text("country");
            let found = scan.ended().and(found);
            assert_eq!(found, read, "{text:?}");
        }
    }

    #[test]
    fn a_list_that_is_written_otherwise_is_not_taken() {
        for other in [
            "",
            "\u{13}x",
            "\u{13}x\\n\u{12}",
            "\u{14}1\u{12}",
            "\u{13}x\u{14}1\u{12}",
            "\u{13}x\u{11}\u{12}\u{12}",
            "x\u{12}",
        ] {
            let object = format!("\u{10}\u{11}a{other}\u{12}");
            let mut scan = Scan::of(&object).expect("an object");
            let texts = scan.texts::<&str>("a");
            assert!(texts.is_none() || scan.ended().is_none(), "{object:?}");
        }
    }
}
