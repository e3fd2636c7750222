//! One thing noticed in a record or a file.

use std::borrow::Cow;
use std::fmt;

use super::place::Place;
use super::value::mask;
use crate::code::{Code, Level};

/// What was seen. Personal values show themselves masked; only an answer to their sender reveals them.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    text: Box<str>,
    personal: bool,
}

impl Shown {
    /// The longest value that is repeated in a finding, in characters.
    pub const MAX: usize = 200;

    /// A value that anyone may see.
    pub fn plain(text: &str) -> Self {
        Self {
            text: cut(text),
            personal: false,
        }
    }

    /// A value that only its sender may see.
    pub fn personal(text: &str) -> Self {
        Self {
            text: cut(text),
            personal: true,
        }
    }

    /// The value as its sender may see it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// Whether it is personal.
    pub const fn is_personal(&self) -> bool {
        self.personal
    }

    /// The value as anyone may see it.
    pub fn masked(&self) -> Cow<'_, str> {
        if self.personal {
            Cow::Owned(mask(&self.text))
        } else {
            Cow::Borrowed(&self.text)
        }
    }
}

/// A hint that lists the words that a field takes; `None`: they are too many for a line.
pub fn one_of(words: &[&str]) -> Option<String> {
    let few = !words.is_empty() && words.len() <= 16;
    few.then(|| format!("use one of {}", words.join(", ")))
}

/// The most characters of a number that the end of a long text would fall into.
const NUMBER_MAX: usize = 64;

/// A text that is not too long. Of a number that stands where it is cut nothing is left: what is hidden in one could not be
/// known by a part of it.
fn cut(text: &str) -> Box<str> {
    let Some((end, _)) = text.char_indices().nth(Shown::MAX) else {
        return text.into();
    };
    let is_of_number = |c: &char| c.is_numeric() || !c.is_alphanumeric();
    let number = text[..end].chars().rev().take_while(is_of_number);
    let number = number.take(NUMBER_MAX).map(char::len_utf8).sum::<usize>();
    format!("{}…", &text[..end - number]).into()
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.masked())
    }
}

/// One thing noticed: what, where, what was seen, what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// Whether it rejects.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// Canonical name of the field, blank where none is meant.
    pub field: Cow<'static, str>,
    /// What was seen.
    pub value: Option<Shown>,
    /// What is wrong; the catalogue's sentence unless a rule knows better. Never holds a value.
    pub message: Cow<'static, str>,
    /// What would be right; the catalogue's sentence unless a rule knows better.
    pub hint: Cow<'static, str>,
}

impl Finding {
    /// A finding with the catalogue's words, without place, field and value.
    pub fn new(code: Code) -> Self {
        let entry = code.entry();
        Self {
            code,
            level: code.level(),
            place: Place::File,
            field: Cow::Borrowed(""),
            value: None,
            message: Cow::Borrowed(entry.message),
            hint: Cow::Borrowed(entry.hint),
        }
    }

    /// A finding about a field.
    pub fn field(code: Code, field: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            ..Self::new(code)
        }
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same, with what was seen.
    #[must_use]
    pub fn seen(mut self, value: Shown) -> Self {
        self.value = Some(value);
        self
    }

    /// The same, in words that know more than the catalogue. They must not hold a personal value.
    #[must_use]
    pub fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    /// The same, with a hint that knows more than the catalogue.
    #[must_use]
    pub fn hinting(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same, as a note that rejects nothing.
    #[must_use]
    pub fn as_note(mut self) -> Self {
        self.level = Level::Note;
        self
    }

    /// Whether it rejects its record.
    pub fn rejects(&self) -> bool {
        self.level == Level::Error
    }
}
