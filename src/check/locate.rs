//! Where a finding stands that was made by one who knows names alone.

use super::value::canonical;
use super::{card, sensitive};
use crate::model::{Finding, Instruction, Place, Shown, Value};

/// Gives a finding about a field of this instruction its place and the value that stands there, where it has none:
/// the rules of a line know names alone.
#[must_use]
pub fn locate(mut finding: Finding, place: &Place, instruction: &Instruction) -> Finding {
    if finding.place == Place::File {
        finding.place = match instruction.fields.spot(&finding.field) {
            Some(spot) => place.of_field(spot, &finding.field),
            None => place.clone(),
        };
    }
    if finding.value.is_none() {
        finding.value = match finding.field.as_ref() {
            "instruction_id" => instruction.instruction_id.as_deref().map(shown),
            "effective_date" => instruction
                .effective_date
                .map(|date| Shown::plain(&date.to_string())),
            name => match instruction.fields.get(name) {
                Some(Value::Personal(number)) => Some(identity(number.reveal())),
                Some(value) => Some(shown(&canonical(value))),
                None => None,
            },
        };
    }
    finding
}

/// A value of a field that is personal by its type: a card number may have strayed into it.
pub(super) fn identity(text: &str) -> Shown {
    if card::stands_for_identity(text, false) {
        Shown::personal(&card::hide(text))
    } else {
        Shown::personal(text)
    }
}

/// A value of a field that is not personal by its type: a personal number may have strayed into it.
pub(super) fn shown(text: &str) -> Shown {
    if sensitive::holds_identity(text) || card::may_hold(text) {
        Shown::personal(text)
    } else {
        Shown::plain(text)
    }
}
