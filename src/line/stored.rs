//! How the values of an entity are written into its state, and read back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::model::Object;
use crate::model::brief::{self, Brief};

/// An entity of which a large batch makes a million: its state is written member by member, in brief.
pub trait Written: Serialize {
    /// Adds the members that it is written with, in the order of its own serialization.
    fn members(&self, to: &mut Brief);

    /// The state as the book keeps it.
    fn text(&self) -> String {
        let mut members = Brief::with_capacity(320);
        self.members(&mut members);
        let text = members.finish();
        // Without the texts: persons stand in them.
        let same = || serde_json::to_string(self).is_ok_and(|own| own == brief::json(&text));
        debug_assert!(same(), "a state is written otherwise than it serializes");
        text
    }
}

/// The state of an entity that is fields alone, as the book keeps it.
pub fn fields(fields: &Object) -> String {
    let mut members = Brief::with_capacity(128);
    for (name, value) in fields.iter() {
        field(&mut members, name, value);
    }
    members.finish()
}

/// Adds a field to such a state.
pub fn field(to: &mut Brief, name: &str, value: &Json) {
    match value {
        Json::String(text) => to.text(name, text),
        other => to.value(name, other),
    }
}

/// From a state as the book keeps it, in brief or as JSON.
///
/// # Errors
/// It is neither, or nothing of this kind.
pub fn parse<T: DeserializeOwned>(state: &str) -> serde_json::Result<T> {
    serde_json::from_str(&brief::json(state))
}

/// Whether a flag is not set, and need not be kept.
pub const fn no(flag: &bool) -> bool {
    !*flag
}

/// A currency, as its code.
pub mod currency {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::model::Currency;

    /// Writes it.
    pub fn serialize<S: Serializer>(currency: &Currency, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(currency.as_str())
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Currency, D::Error> {
        let code = compact_str::CompactString::deserialize(d)?;
        Currency::named(&code).ok_or_else(|| D::Error::custom("not a currency"))
    }
}

/// A decimal with the digits that it has, as a text.
pub mod decimal {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::Digits;

    /// Writes it.
    pub fn serialize<S: Serializer>(number: &Decimal, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(Digits::of(*number).as_str())
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Decimal, D::Error> {
        <Decimal as Deserialize>::deserialize(d)
    }

    /// The same as a value of its own.
    #[derive(Clone, Copy, Debug)]
    pub struct Kept(pub Decimal);

    impl Serialize for Kept {
        fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            serialize(&self.0, s)
        }
    }
}

/// A date, as ISO 8601.
pub mod date {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes it.
    pub fn serialize<S: Serializer>(date: &NaiveDate, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(crate::model::Day::of(*date).as_str())
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<NaiveDate, D::Error> {
        let text = compact_str::CompactString::deserialize(d)?;
        crate::model::Day::read(&text).ok_or_else(|| D::Error::custom("not a date"))
    }

    /// The same, where there may be none.
    pub mod option {
        use super::{Deserializer, NaiveDate, Serializer};
        /// Writes it.
        pub fn serialize<S: Serializer>(date: &Option<NaiveDate>, s: S) -> Result<S::Ok, S::Error> {
            match date {
                Some(date) => super::serialize(date, s),
                None => s.serialize_none(),
            }
        }

        /// Reads it.
        pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<NaiveDate>, D::Error> {
            super::deserialize(d).map(Some)
        }
    }
}

/// An instant, as RFC 3339 with its offset, where there may be none.
pub mod instant {
    use chrono::{DateTime, FixedOffset, SecondsFormat};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes it.
    pub fn serialize<S: Serializer>(
        at: &Option<DateTime<FixedOffset>>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => s.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Secs, false)),
            None => s.serialize_none(),
        }
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
        let text = compact_str::CompactString::deserialize(d)?;
        DateTime::parse_from_rfc3339(&text)
            .map(Some)
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    /// Damages a state in every place: what is read then is nothing, or what it parses to, to the last digit.
    pub(in crate::line) fn never_read_otherwise<E: DeserializeOwned + Serialize>(
        state: &str,
        read: impl Fn(&str) -> Option<E>,
    ) {
        let json = |one: &E| serde_json::to_string(one).expect("a state becomes JSON");
        let starts = state.char_indices().map(|(at, _)| at).skip(1);
        let ends: Vec<usize> = starts.chain([state.len()]).collect();
        for (from, to) in ends.iter().zip(&ends[1..]) {
            let marks = (0x10..=0x1a_u8).map(|mark| char::from(mark).to_string());
            let others = ["", "\\", "\"", "\u{1}", ",", "0"].map(str::to_owned);
            for instead in others.into_iter().chain(marks) {
                let damaged = [&state[..*from], &*instead, &state[*to..]].concat();
                if let Some(read) = read(&damaged) {
                    let parsed = super::parse(&damaged).expect(&damaged);
                    assert_eq!(json(&read), json(&parsed), "{damaged:?}");
                }
            }
        }
    }
}
