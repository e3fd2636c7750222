//! From a cell's text to a field of a record, alike for every reader.

use std::borrow::Cow;

use super::RawField;
use crate::format::Field;
use crate::model::blank::is_blank;

/// The field that a cell's text gives, blanks around it included or not; `None`: the field is not given. `spot`: see
/// [`RawField::spot`].
#[inline]
pub(crate) fn given<'c>(field: &'c Field, seen: Cow<'c, str>, spot: u32) -> Option<RawField<'c>> {
    let convert = &field.convert;
    if convert.leaves(&seen) {
        return Some(RawField {
            name: field.name,
            text: Ok(seen.clone()),
            seen,
            spot,
            convert: None,
        });
    }
    converted(field, seen, spot)
}

/// The same of a text that the format reads in its own way.
fn converted<'c>(field: &'c Field, seen: Cow<'c, str>, spot: u32) -> Option<RawField<'c>> {
    let convert = &field.convert;
    if convert.constant.is_some() || is_blank(&seen) {
        return absent(field, spot);
    }
    let text = convert.apply(seen.clone());
    if let Ok(text) = &text
        && is_blank(text)
    {
        return absent(field, spot);
    }
    let unfit = text.is_err();
    Some(RawField {
        name: field.name,
        seen,
        text,
        spot,
        convert: unfit.then_some(convert),
    })
}

/// The field of a record that says nothing about it: the format's own word, if it has one.
pub(crate) fn absent(field: &Field, spot: u32) -> Option<RawField<'_>> {
    let text = field.convert.absent()?;
    Some(RawField {
        name: field.name,
        seen: Cow::Borrowed(""),
        text: Ok(Cow::Borrowed(text)),
        spot,
        convert: None,
    })
}

impl RawField<'_> {
    /// Whether it says nothing, whatever a conversion made of it.
    pub fn is_blank(&self) -> bool {
        self.text.as_ref().is_ok_and(|text| is_blank(text))
    }
}
