//! A small dictionary for the tests of modules that stand below the product lines.

use super::{Dictionary, Format};
use crate::model::kind::Sign;
use crate::model::{FieldType, family};

const NAMES: &[(&str, FieldType)] = &[
    ("kind", FieldType::Text(35)),
    ("instruction_id", FieldType::Ref),
    ("comment", FieldType::Text(140)),
    ("insurance_no", FieldType::Ref),
    ("customer_no", FieldType::Ref),
    ("first_name", FieldType::Text(70)),
    ("last_name", FieldType::Text(70)),
    ("birth_date", FieldType::Date),
    ("start_date", FieldType::Date),
    (
        "amount",
        FieldType::Amount {
            currency: "currency",
            sign: Sign::Positive,
        },
    ),
    ("currency", FieldType::Currency),
    ("share", FieldType::Percent),
    (
        "line.*",
        FieldType::Amount {
            currency: "currency",
            sign: Sign::Positive,
        },
    ),
    ("approved_by_bank", FieldType::Bool),
    ("reason", FieldType::Code(&["death", "fraud"])),
    ("subject", FieldType::Code(&["payment"])),
];

/// The names above, all known to `insurance`; `insurance.cancel` cannot do without `insurance_no` and `reason`.
pub(crate) const DICTIONARY: Dictionary = Dictionary {
    name: |word| {
        let mut names = NAMES.iter().map(|(name, _)| *name);
        let own = names.clone().find(|name| *name == word);
        own.or_else(|| names.find_map(|family| family::member(family, word)))
    },
    all: || NAMES.iter().map(|(name, _)| *name).collect(),
    lines: &["insurance", "loan"],
    lines_of: |word| match word {
        "kind" | "instruction_id" | "comment" => vec!["insurance", "loan"],
        _ => vec!["insurance"],
    },
    kind_of: |word| {
        NAMES
            .iter()
            .find(|(name, _)| *name == word || family::word_of(name, word).is_some())
            .map(|(_, kind)| *kind)
    },
    words_of: |word| match word {
        "kind" => Some(vec!["insurance.cancel", "customer.create"]),
        "reason" => Some(vec!["death", "fraud"]),
        "approved_by_bank" => Some(vec!["true", "false"]),
        _ => None,
    },
    compared_as: |kind| (kind == "insurance.cancel").then_some("payment"),
    compares: |name| name == "amount",
    required_of: |kind| match kind {
        "insurance.cancel" => vec!["insurance_no", "reason"],
        _ => Vec::new(),
    },
};

/// A format of these names; a fault in it is the test's own.
pub(crate) fn format(text: &str) -> Format {
    Format::parse("fake.toml", text, &DICTIONARY).expect("a format without faults")
}

/// The faults of a format file, without its name.
pub(crate) fn faults(text: &str) -> Vec<String> {
    let faults = Format::parse("f", text, &DICTIONARY)
        .err()
        .unwrap_or_default();
    faults
        .0
        .iter()
        .map(|fault| fault.to_string()[2..].to_owned())
        .collect()
}
