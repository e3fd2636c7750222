//! Typed values of an instruction's fields, and the wrapper that keeps personal numbers out of sight.

use compact_str::CompactString;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// A personal number. Shows itself masked everywhere; [`Personal::reveal`] is the one way to the text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal(CompactString);

impl Personal {
    /// Wraps a personal number.
    pub fn new(text: impl Into<CompactString>) -> Self {
        Self(text.into())
    }

    /// The number itself, for the book, and for answers to the partner that sent it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.0))
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({})", mask(&self.0))
    }
}

/// Hides letters and digits: nothing of a text stays but its length and its separators. However long it is: an identity
/// number may stand there behind zeros.
pub fn mask(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_alphanumeric() { '*' } else { c })
        .collect()
}

/// A field's value after its type was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Free text, a reference, a country, a currency, an account: NFC, trimmed, normalised by its type.
    Text(CompactString),
    /// A word of a code list, in the list's own spelling.
    Code(&'static str),
    /// A calendar date.
    Date(NaiveDate),
    /// Money, in the currency that the record (or its entity) names; not rounded, not rescaled.
    Amount(Decimal),
    /// A number that is not money: a rate, a percentage.
    Number(Decimal),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Bool(bool),
    /// A personal number.
    Personal(Personal),
    /// `<clear>`: an update empties this field.
    Clear,
}

impl Value {
    /// The text of a text, a word or a personal number.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Code(word) => Some(word),
            Self::Personal(number) => Some(number.reveal()),
            Self::Date(_)
            | Self::Amount(_)
            | Self::Number(_)
            | Self::Integer(_)
            | Self::Bool(_)
            | Self::Clear => None,
        }
    }
}

/// The fields of one instruction under their canonical names, in the order of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    given: Vec<Given>,
    /// The [places](place_of) of the given names: most names that are asked for are not given.
    names: u64,
    /// By the place of a name: no field before this one of the given has a name of that place.
    first: [u8; 64],
    /// Where the [`COMMON`] fields stand.
    common: [Option<u32>; 3],
}

/// The fields that belong to every kind and are not among the given.
const COMMON: [&str; 3] = ["kind", "instruction_id", "effective_date"];

impl Default for Fields {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

/// A number for a name, mostly another for each name of a record.
#[inline]
const fn number_of(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let [length, ..] = bytes.len().to_le_bytes();
    if let ([first, ..], [.., last]) = (bytes, bytes) {
        u32::from_le_bytes([length, *first, bytes[bytes.len() / 2], *last])
    } else {
        0
    }
}

/// One of 64 places for a name of this number, likewise.
#[inline]
const fn place_of(number: u32) -> usize {
    // The upper bits of a product hang on all of the lower ones (Knuth, TAOCP 3, 6.4).
    (number.wrapping_mul(0x9e37_79b1) >> 26) as usize
}

/// The same as one of 64 bits.
#[inline]
pub(crate) const fn name_bit(name: &str) -> u64 {
    1 << place_of(number_of(name))
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Given {
    name: &'static str,
    /// The [number](number_of) of the name.
    number: u32,
    value: Value,
    spot: u32,
}

impl Fields {
    /// No fields yet, room for `n`.
    pub fn with_capacity(n: usize) -> Self {
        Self {
            given: Vec::with_capacity(n),
            names: 0,
            first: [0; 64],
            common: [None; 3],
        }
    }

    /// Adds a field. A name stands at most once: the caller sees to that.
    pub fn push(&mut self, name: &'static str, value: Value) {
        self.push_at(name, value, 0);
    }

    /// The same, with where it stands in its record: see `RawField::spot`.
    #[inline]
    pub fn push_at(&mut self, name: &'static str, value: Value, spot: u32) {
        let number = number_of(name);
        let place = place_of(number);
        if self.names & 1 << place == 0 {
            self.names |= 1 << place;
            // Behind so many fields a name is looked for from there on.
            self.first[place] = u8::try_from(self.given.len()).unwrap_or(u8::MAX);
        }
        self.given.push(Given {
            name,
            number,
            value,
            spot,
        });
    }

    /// Notes where a field stands that is not among the given, so that findings on it can be placed.
    pub fn stands_at(&mut self, name: &'static str, spot: u32) {
        let common = COMMON.iter().position(|common| *common == name);
        self.common[common.expect("a name of every kind")] = Some(spot);
    }

    /// Where the field of this name stands in its record.
    pub fn spot(&self, name: &str) -> Option<u32> {
        let given = self.given.iter().find(|given| given.name == name);
        let common = || COMMON.iter().position(|common| *common == name);
        given
            .map(|given| given.spot)
            .or_else(|| self.common[common()?])
    }

    /// The field of this name, `<clear>` included.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&Value> {
        // The number of a name that stands in the code is known before the program runs, and so is its place.
        let number = number_of(name);
        let place = place_of(number);
        if self.names & 1 << place == 0 {
            return None;
        }
        self.search(name, number, self.first[place].into())
    }

    fn search(&self, name: &str, number: u32, from: usize) -> Option<&Value> {
        let mut given = self.given[from..].iter();
        let found = given.find(|given| given.number == number && given.name == name);
        found.map(|given| &given.value)
    }

    /// All fields in the order of the record.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.given.iter().map(|given| (given.name, &given.value))
    }

    /// Whether the field is given (`<clear>` counts).
    #[inline]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text of a text, code or personal field.
    #[inline]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::text)
    }

    /// A date field.
    #[inline]
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        if let Some(Value::Date(date)) = self.get(name) {
            Some(*date)
        } else {
            None
        }
    }

    /// An amount, rate or percentage.
    #[inline]
    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        match self.get(name) {
            Some(Value::Amount(number) | Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A whole number.
    #[inline]
    pub fn integer(&self, name: &str) -> Option<i64> {
        if let Some(Value::Integer(number)) = self.get(name) {
            Some(*number)
        } else {
            None
        }
    }

    /// Yes or no.
    #[inline]
    pub fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Bool(flag)) = self.get(name) {
            Some(*flag)
        } else {
            None
        }
    }

    /// Whether the field is to be emptied.
    pub fn clears(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Clear))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_with_where_it_stands() {
        let mut fields = Fields::with_capacity(2);
        fields.push("a", Value::Bool(true));
        fields.push_at("b", Value::Clear, 7);
        fields.stands_at("instruction_id", 3);
        assert_eq!(fields.spot("a"), Some(0));
        assert_eq!(fields.spot("b"), Some(7));
        assert_eq!(fields.spot("instruction_id"), Some(3));
        assert_eq!(fields.spot("c"), None);
        assert_eq!(fields.iter().count(), 2);
        assert!(!fields.has("instruction_id"));
    }

    #[test]
    fn names_of_one_place_are_told_apart_however_many_there_are() {
        let names: Vec<String> = (0..700).map(|n| format!("property.{n}")).collect();
        let names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
        let mut fields = Fields::default();
        for (name, n) in names.iter().zip(0..) {
            assert!(!fields.has(name), "{name}");
            fields.push_at(name, Value::Integer(n), 0);
        }
        for (name, n) in names.iter().zip(0..) {
            assert_eq!(fields.integer(name), Some(n), "{name}");
        }
        assert!(!fields.has("property.700"));
    }

    #[test]
    fn names_of_one_number_are_told_apart() {
        let names = ["payer_account", "payee_account"];
        assert_eq!(number_of(names[0]), number_of(names[1]));
        let mut fields = Fields::default();
        fields.push(names[0], Value::Integer(1));
        assert_eq!(fields.get(names[1]), None);
        fields.push(names[1], Value::Integer(2));
        assert_eq!(names.map(|name| fields.integer(name)), [Some(1), Some(2)]);
    }

    #[test]
    fn a_personal_number_never_shows_itself() {
        let number = Personal::new("19900101-2389");
        assert_eq!(
            format!("{number} {number:?}"),
            "********-**** Personal(********-****)"
        );
        // Filled up with zeros, it is no card number.
        assert_eq!(
            Personal::new("00039053344705").to_string(),
            "**************"
        );
        assert_eq!(mask("010180-789X"), "******-****");
    }
}
