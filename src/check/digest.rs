//! What makes two instructions the same: their kind and canonical fields.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::number;
use super::value::canonical;
use crate::model::{Fields, Value};

/// The first 16 bytes of SHA-256 over the kind and the fields sorted by name, in canonical text, effective date and
/// comment included. The instruction id is left out: the digest says whether one id was used for two contents.
pub(super) fn of(kind: &str, effective_date: Option<NaiveDate>, fields: &Fields) -> [u8; 16] {
    let date = effective_date.map(Value::Date);
    let mut given: Vec<_> = fields.iter().collect();
    given.extend(date.as_ref().map(|date| ("effective_date", date)));
    given.sort_unstable_by_key(|(name, _)| *name);
    let mut parts = Vec::with_capacity(512);
    add(&mut parts, b'k', kind);
    for (name, value) in given {
        add(&mut parts, b'n', name);
        match value {
            // The word `<clear>` can be the text of a field that cannot be emptied.
            Value::Clear => add(&mut parts, b'c', ""),
            // Written with or without separators it is the same number.
            Value::Personal(number) => add(&mut parts, b'v', &number::compact(number.reveal())),
            other => add(&mut parts, b'v', &canonical(other)),
        }
    }
    let mut first = [0; 16];
    first.copy_from_slice(&Sha256::digest(&parts)[..16]);
    first
}

/// Each part with its length, so that no two lists of parts are the same bytes.
fn add(parts: &mut Vec<u8>, tag: u8, text: &str) {
    parts.push(tag);
    parts.extend_from_slice(&(text.len() as u64).to_le_bytes());
    parts.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::model::Personal;

    fn fields(given: &[(&'static str, Value)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in given {
            fields.push(name, value.clone());
        }
        fields
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn the_same_content_has_the_same_digest() {
        let personal = |number: &str| Value::Personal(Personal::new(number));
        let first = [
            ("a", Value::Amount(Decimal::new(100, 1))),
            ("b", text("x")),
            ("c", personal("19811228-9874")),
        ];
        let second = [
            ("c", personal("198112289874")),
            ("b", text("x")),
            ("a", Value::Amount(Decimal::new(1000, 2))),
        ];
        assert_eq!(
            of("k", None, &fields(&first)),
            of("k", None, &fields(&second))
        );
    }

    #[test]
    fn every_difference_shows() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20);
        let digests = [
            of("k", None, &fields(&[])),
            of("l", None, &fields(&[])),
            of("k", day, &fields(&[])),
            of("k", None, &fields(&[("a", text("x"))])),
            of("k", None, &fields(&[("a", text("y"))])),
            of("k", None, &fields(&[("b", text("x"))])),
            of("k", None, &fields(&[("a", text("x")), ("b", text(""))])),
            of("k", None, &fields(&[("a", text("<clear>"))])),
            of("k", None, &fields(&[("a", Value::Clear)])),
        ];
        for (n, one) in digests.iter().enumerate() {
            assert!(!digests[..n].contains(one), "{n}");
        }
    }
}
