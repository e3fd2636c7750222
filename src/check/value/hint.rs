//! What a field takes, in words: for whoever sent something else.

use crate::code::Code;
use crate::model::kind::Sign;
use crate::model::{FieldSpec, FieldType, one_of};

/// What would be right for a field that this was found of; `None`: the catalogue's words are all there is to say.
pub fn hint(spec: &FieldSpec, code: Code) -> Option<String> {
    match (code, spec.kind) {
        (Code::UnknownCode, FieldType::Code(words)) => one_of(words),
        (Code::UnknownCode, FieldType::Synonym(words)) => {
            let mut all: Vec<&str> = Vec::new();
            for (_, word) in words {
                if !all.contains(word) {
                    all.push(word);
                }
            }
            one_of(&all)
        }
        (Code::UnknownCode, FieldType::Bool) => one_of(&["true", "false"]),
        (Code::OutOfRange, FieldType::Integer(least, most)) => {
            Some(format!("give a number from {least} to {most}"))
        }
        (Code::OutOfRange, FieldType::Percent) => {
            Some("give a number that is more than 0 and at most 100".to_owned())
        }
        (
            Code::OutOfRange,
            FieldType::Rate
            | FieldType::Amount {
                sign: Sign::NotNegative,
                ..
            },
        ) => Some(format!(
            "give 0 or more, in at most {} digits",
            super::SIGNIFICANT
        )),
        (Code::OutOfRange, FieldType::Amount { .. }) => {
            Some(format!("give at most {} digits", super::SIGNIFICANT))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_says_the_words_and_the_bounds() {
        const LONG: &[&str] = &["A"; 17];
        let amount = |sign| FieldType::Amount {
            currency: "currency",
            sign,
        };
        for (kind, code, said) in [
            (
                FieldType::Code(&["A", "B"]),
                Code::UnknownCode,
                Some("use one of A, B"),
            ),
            (FieldType::Code(LONG), Code::UnknownCode, None),
            (
                FieldType::Synonym(&[
                    ("ag", "autogiro"),
                    ("autogiro", "autogiro"),
                    ("bg", "bankgiro"),
                ]),
                Code::UnknownCode,
                Some("use one of autogiro, bankgiro"),
            ),
            (
                FieldType::Bool,
                Code::UnknownCode,
                Some("use one of true, false"),
            ),
            (
                FieldType::Integer(1, 28),
                Code::OutOfRange,
                Some("give a number from 1 to 28"),
            ),
            (
                FieldType::Percent,
                Code::OutOfRange,
                Some("give a number that is more than 0 and at most 100"),
            ),
            (
                FieldType::Rate,
                Code::OutOfRange,
                Some("give 0 or more, in at most 28 digits"),
            ),
            (
                amount(Sign::NotNegative),
                Code::OutOfRange,
                Some("give 0 or more, in at most 28 digits"),
            ),
            (
                amount(Sign::Positive),
                Code::OutOfRange,
                Some("give at most 28 digits"),
            ),
            (FieldType::Integer(1, 28), Code::InvalidNumber, None),
        ] {
            let spec = FieldSpec::optional("x", kind);
            assert_eq!(hint(&spec, code).as_deref(), said, "{kind:?}");
        }
    }
}
