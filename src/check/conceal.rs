//! Card numbers in what is told of a record, or of a file.

use std::borrow::Cow;

use compact_str::CompactString;

use super::card;
use super::locate::shown;
use super::profile::Profile;
use crate::code::Code;
use crate::model::{Checked, FieldSpec, FieldType, Finding, Hidden, Shown};

/// Hides card numbers in what is told of a record: of a line that takes them wherever they stand, of another where one was
/// found; and whatever stands in a field that is for card numbers.
pub(super) fn cards(checked: &mut Checked, profile: &Profile) {
    if checked.cards {
        let hide = |text: &mut CompactString| {
            if let Cow::Owned(hidden) = card::hide_certain(text) {
                *text = hidden.into();
            }
        };
        hide(&mut checked.kind);
        hide(&mut checked.entity);
        checked.instruction_id.iter_mut().for_each(hide);
    }
    let everywhere = checked.cards;
    for finding in &mut checked.findings {
        finding.value = finding.value.take().map(|value| {
            if profile.is_card_number(&finding.field) {
                return Shown::plain(&card::shown(value.reveal()));
            }
            if !everywhere && finding.code != Code::SensitiveData {
                return value;
            }
            hidden(&value)
        });
    }
}

/// A field that could not be read: what is to be hidden of it when the record goes back, and what is told of it. What lines
/// without cards take as references may only look like a card number.
pub(super) fn unread(spec: &FieldSpec, cards: bool, seen: &str) -> (Vec<Hidden>, Shown) {
    let reference = matches!(spec.kind, FieldType::Ref | FieldType::Digits(_));
    if (cards || !reference) && card::holds(seen) {
        let hidden = card::hidden_within(seen).into_iter().collect();
        return (hidden, Shown::plain(&card::veiled(seen)));
    }
    let value = if matches!(spec.kind, FieldType::Identity) {
        Shown::personal(seen)
    } else {
        shown(seen)
    };
    (Vec::new(), value)
}

/// The same in what is told of the file as a whole: a column's label may be a value that slipped into the header.
pub fn of_batch(findings: &mut [Finding], profile: &Profile) {
    for finding in findings {
        // A label is no reference: what is a card number in it is one, whatever the partner's lines.
        finding.value = finding
            .value
            .take()
            .map(|value| match profile.hides_cards() {
                true => hidden(&value),
                false if card::holds(value.reveal()) => hidden(&value),
                false => value,
            });
    }
}

fn hidden(value: &Shown) -> Shown {
    let text = card::veiled(value.reveal());
    if value.is_personal() {
        Shown::personal(&text)
    } else {
        Shown::plain(&text)
    }
}
