//! From the columns of a record's lines to its fields.

use std::borrow::Cow;

use super::lines::{bytes, columns};
use crate::code::Code;
use crate::format::{Field, Several};
use crate::model::blank::{is_blank, trimmed};
use crate::model::{Finding, Place, Shown};
use crate::read::RawRecord;
use crate::read::field::{absent, given};

/// How many bits of a spot are a column; those above are lines below the record's first.
const COLUMN_BITS: u32 = 21;

/// A line that a record takes values from.
pub(super) struct Part<'c> {
    pub(super) kind: usize,
    text: Cow<'c, str>,
    /// Whether each column of it is a byte.
    plain: bool,
    /// How many lines below the record's first; `None`: elsewhere.
    pub(super) below: Option<u32>,
}

impl<'c> Part<'c> {
    pub(super) fn new(kind: usize, text: Cow<'c, str>, below: Option<u32>) -> Self {
        Self {
            kind,
            plain: text.is_ascii(),
            text,
            below,
        }
    }

    /// What stands in columns of it.
    fn read<'t>(&self, text: &'t str, start: usize, length: usize) -> &'t str {
        if self.plain {
            bytes(text, start, length)
        } else {
            columns(text, start, length)
        }
    }

    /// The same as a text that a field can have.
    fn columns(&self, start: usize, length: usize) -> Cow<'c, str> {
        match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(self.read(text, start, length)),
            Cow::Owned(text) => Cow::Owned(self.read(text, start, length).to_owned()),
        }
    }
}

/// The lines that a record takes values from: its own, and those that hold for all records of the open groups, of each the
/// closing one before the opening one, the outermost group's first.
#[derive(Clone, Copy)]
pub(super) struct Parts<'p, 'c>(pub(super) &'p [Part<'c>], pub(super) &'p [Part<'c>]);

impl<'p, 'c> Parts<'p, 'c> {
    /// Those of this kind: its own, then from the innermost group on.
    fn of(self, kind: usize) -> impl Iterator<Item = &'p Part<'c>> {
        let all = self.0.iter().chain(self.1.iter().rev());
        all.filter(move |part| part.kind == kind)
    }
}

/// Fills a field of a record from the lines that it belongs to.
pub(super) fn fill<'c>(
    field: &'c Field,
    parts: Parts<'_, 'c>,
    place: &Place,
    record: &mut RawRecord<'c>,
) {
    for at in &field.columns {
        let mut first: Option<(Cow<'c, str>, u32)> = None;
        let mut others: Vec<(Cow<'c, str>, u32)> = Vec::new();
        for part in parts.of(at.line) {
            let text = part.read(&part.text, at.start, at.length);
            let zeros = field.convert.zeros_are_blank;
            let is_nothing =
                || is_blank(text) || zeros && trimmed(text).bytes().all(|byte| byte == b'0');
            let is_new = first.iter().chain(&others).all(|(other, _)| *other != text);
            if is_new && !is_nothing() {
                let column = u32::try_from(at.start + 1).expect("1000 at most");
                let below = part
                    .below
                    .map_or(0, |below| below.min(2000) << COLUMN_BITS | column);
                let found = (part.columns(at.start, at.length), below);
                match &first {
                    None => first = Some(found),
                    Some(_) => others.push(found),
                }
            }
            if part.below.is_none() && first.is_some() {
                // The innermost group that says it.
                break;
            }
        }
        let Some((first, spot)) = first else {
            continue;
        };
        let all = || {
            let all = std::iter::once(&first).chain(others.iter().map(|(text, _)| text));
            all.map(|text| trimmed(text)).collect::<Vec<_>>()
        };
        let text = match (&field.convert.several, others.first()) {
            (_, None) => joined(field, first, parts),
            (Several::First, _) => first,
            (Several::Joined(with), _) => Cow::Owned(all().join(with)),
            (Several::Note, _) => {
                let finding = Finding::field(Code::SeveralReferences, field.name);
                let seen = Shown::plain(&all().join(" "));
                record
                    .findings
                    .push(finding.at(place.of_field(spot, field.name)).seen(seen));
                return;
            }
            (Several::Conflict, Some((second, spot))) => {
                let finding = Finding::field(Code::ConflictingFields, field.name);
                let finding = finding.at(place.of_field(*spot, field.name));
                record.findings.push(finding.seen(Shown::personal(second)));
                return;
            }
        };
        record.fields.extend(given(field, text, spot));
        return;
    }
    record.fields.extend(absent(field, 0));
}

/// A text with those of the other columns that the field is made of.
fn joined<'c>(field: &Field, first: Cow<'c, str>, parts: Parts<'_, '_>) -> Cow<'c, str> {
    let mut text = first;
    for at in &field.also {
        let other = parts
            .of(at.line)
            .next()
            .map_or("", |part| part.read(&part.text, at.start, at.length));
        let with = field.convert.join.as_ref().map_or("", |(with, _)| with);
        text = Cow::Owned(format!("{}{with}{}", trimmed(&text), trimmed(other)));
    }
    text
}
