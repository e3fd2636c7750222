//! One record being filled with what stands in its element.

use std::borrow::Cow;

use super::charset::has_mark;
use super::layout::XmlLayout;
use crate::code::Code;
use crate::format::trim;
use crate::model::{Finding, Place, Source};
use crate::read::field::{absent, given};
use crate::read::{Element, RawRecord};

/// A record, and which of the format's fields it has so far.
pub(super) struct Filling<'c> {
    pub(super) layout: &'c XmlLayout,
    pub(super) record: RawRecord<'c>,
    /// Which fields have stood in the record, blank or not.
    stood: Vec<bool>,
    /// Which fields have a value.
    given: Vec<bool>,
    /// Whether bytes that could not be decoded were found in a field.
    pub(super) undecodable: bool,
}

impl<'c> Filling<'c> {
    /// A record with nothing in it but what was found while its element was cut out.
    pub(super) fn new(
        layout: &'c XmlLayout,
        element: &Element,
        place: Place,
        source: Source,
    ) -> Self {
        Self {
            layout,
            record: RawRecord {
                place,
                fields: Vec::new(),
                findings: element.findings.clone(),
                batch: Vec::new(),
                source,
            },
            stood: vec![false; layout.format().fields.len()],
            given: vec![false; layout.format().fields.len()],
            undecodable: false,
        }
    }

    /// A field's text as the document has it.
    pub(super) fn put(&mut self, at: usize, text: Cow<'c, str>) {
        self.put_at(at, text, at);
    }

    /// The same of a text that this way leads to, by number.
    pub(super) fn put_at(&mut self, at: usize, text: Cow<'c, str>, way: usize) {
        if std::mem::replace(&mut self.stood[at], true) {
            self.conflict(at);
            return;
        }
        self.put_beside(at, text, way);
    }

    /// One more text of a field that has one.
    pub(super) fn put_beside(&mut self, at: usize, text: Cow<'c, str>, way: usize) {
        let field = &self.layout.format().fields[at];
        if self.is_undecodable(&text) {
            self.undecodable = true;
            self.find(at, Finding::field(Code::Undecodable, field.name));
            return;
        }
        let text = if field.convert.untrimmed {
            text
        } else {
            trim(text)
        };
        let value = given(field, text, spot(way));
        self.given[at] |= value.is_some();
        self.record.fields.extend(value);
    }

    /// Whether a field has a value, or had one that is wrong.
    pub(super) fn is_given(&self, at: usize) -> bool {
        self.given[at]
    }

    /// Notes what is wrong with a field, which then has no other value.
    pub(super) fn find(&mut self, at: usize, finding: Finding) {
        let place = self.place(at);
        self.record.findings.push(finding.at(place));
        self.given[at] = true;
    }

    /// Bytes that could not be decoded; or UTF-8 in a document that says it is written in a set of one byte a
    /// character, which would be read as other letters.
    pub(super) fn is_undecodable(&self, text: &str) -> bool {
        if text.is_ascii() {
            return false;
        }
        let charset = self.layout.charset();
        has_mark(text)
            || charset.is_single_byte()
                && std::str::from_utf8(&charset.encode(text.as_bytes())).is_ok()
    }

    /// A field stands more than once.
    pub(super) fn conflict(&mut self, at: usize) {
        let name = self.layout.format().fields[at].name;
        let twice = |f: &Finding| f.code == Code::ConflictingFields && f.field == name;
        if self.record.findings.iter().any(twice) {
            return;
        }
        let place = self.place(at);
        let findings = &mut self.record.findings;
        findings.push(
            Finding::field(Code::ConflictingFields, name)
                .at(place)
                .saying("the field stands more than once in the record")
                .hinting("send it once"),
        );
    }

    fn place(&self, at: usize) -> Place {
        let name = self.layout.format().fields[at].name;
        self.record.place.of_field(spot(at), name)
    }

    /// Notes what is wrong with the record as such.
    pub(super) fn wrong(&mut self, code: Code) {
        let finding = Finding::new(code).at(self.record.place.clone());
        self.record.findings.push(finding);
    }

    /// The record, with the values that the format gives where the document has none. `of`: the fields that the record
    /// may have.
    pub(super) fn finish(mut self, of: impl Fn(usize) -> bool) -> RawRecord<'c> {
        let fields = &self.layout.format().fields;
        for (at, field) in fields.iter().enumerate() {
            if !self.given[at] && of(at) {
                self.record.fields.extend(absent(field, spot(at)));
            }
        }
        self.record
    }
}

/// Where a field stands, by the number of the way to it.
fn spot(at: usize) -> u32 {
    u32::try_from(at).expect("a format has fewer fields")
}

/// Line ends as XML reads them.
pub(super) fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
