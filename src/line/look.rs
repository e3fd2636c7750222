//! What the lines show of themselves and of their entities: for `show`, `export`, `rules` and replies.

use anyhow::Result;
use serde_json::{Map, Value};

use super::dictionary::dictionary;
use super::{Line, Space, insurance, line_of};
use crate::lifecycle::Table;
use crate::model::FieldType;
use crate::model::decision::OrderValue;
use crate::model::value::mask;

/// What a line keeps state about: the public word, and where; its main one first.
pub const fn entities(line: Line) -> &'static [(&'static str, Space)] {
    match line {
        Line::Insurance => insurance::ENTITIES,
    }
}

/// How a line's entities change, walked from the functions that decide.
pub fn tables(line: Line) -> Vec<Table> {
    match line {
        Line::Insurance => insurance::tables(),
    }
}

/// An entity under the public names: its key, its state, its fields, and the instructions that its state takes. Holds
/// personal numbers.
pub fn show(space: Space, key: &str, state: &str) -> Result<Value> {
    match line_of(space) {
        Line::Insurance => insurance::show(space, key, state),
    }
}

/// The columns of an entity's export.
pub fn export_header(space: Space) -> Result<Vec<&'static str>> {
    match line_of(space) {
        Line::Insurance => insurance::export_header(space),
    }
}

/// One entity's row, in the order of the header. Holds personal numbers.
pub fn export_row(space: Space, key: &str, state: &str) -> Result<Vec<OrderValue>> {
    match line_of(space) {
        Line::Insurance => insurance::export_row(space, key, state),
    }
}

/// Whether a field of this name holds personal numbers.
pub fn is_personal(name: &str) -> bool {
    (dictionary().kind_of)(name) == Some(FieldType::Identity)
}

/// What an entity shows of itself, with its personal numbers masked at any depth.
pub fn masked(object: &Map<String, Value>) -> Map<String, Value> {
    let entry = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) if is_personal(name) => Value::String(mask(text)),
            value => masked_value(value),
        };
        (name.clone(), value)
    };
    object.iter().map(entry).collect()
}

fn masked_value(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(masked(object)),
        Value::Array(items) => Value::Array(items.iter().map(masked_value).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_are_masked_at_any_depth() {
        let shown = serde_json::json!({
            "customer_no": "19860810-2383",
            "identity_no": "198608102383",
            "parties": [{ "collection_payer_identity_no": "198608102383" }],
        });
        let shown = shown.as_object().expect("an object");
        assert_eq!(
            Value::Object(masked(shown)).to_string(),
            r#"{"customer_no":"19860810-2383","identity_no":"************","parties":[{"collection_payer_identity_no":"************"}]}"#
        );
    }
}
