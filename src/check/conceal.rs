//! Card numbers in what is told of a record, or of a file.

use std::borrow::Cow;

use compact_str::CompactString;

use super::card;
use super::profile::Profile;
use crate::code::Code;
use crate::model::{Checked, Finding, Shown};

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

/// The same in what is told of the file as a whole: a column's label may be a value that slipped into the header.
pub fn of_batch(findings: &mut [Finding], profile: &Profile) {
    if !profile.hides_cards() {
        return;
    }
    for finding in findings {
        finding.value = finding.value.take().map(|value| hidden(&value));
    }
}

fn hidden(value: &Shown) -> Shown {
    let text = card::hide(value.reveal());
    if value.is_personal() {
        Shown::personal(&text)
    } else {
        Shown::plain(&text)
    }
}
