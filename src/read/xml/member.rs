//! Members of families of names in a record.

use std::borrow::Cow;

use super::fill::Filling;
use crate::code::Code;
use crate::model::{Finding, Place};
use crate::read::field::given;

/// The spot of a field that the format does not have by itself.
const NOWHERE: u32 = u32::MAX;

impl<'c> Filling<'c> {
    /// The text of a member of the family of this number, as the document has it.
    pub(super) fn put_member(&mut self, family: usize, name: &'static str, text: Cow<'c, str>) {
        let place = self.record.place.of_field(NOWHERE, name);
        let field = &self.layout.format().families[family];
        if self.record.fields.iter().any(|field| field.name == name) {
            let finding = Finding::field(Code::ConflictingFields, name).at(place);
            self.record.findings.push(
                finding
                    .saying("the field stands more than once in the record")
                    .hinting("send it once"),
            );
            return;
        }
        if self.is_undecodable(&text) {
            self.undecodable = true;
            let finding = Finding::field(Code::Undecodable, name);
            self.record.findings.push(finding.at(place));
            return;
        }
        if let Some(mut given) = given(field, text, NOWHERE) {
            given.name = name;
            self.record.fields.push(given);
        }
    }

    /// An element that ought to be a member of the family of this number says no name that could be one.
    pub(super) fn strange(&mut self, family: usize, path: &str) {
        let name = self.layout.format().families[family].name;
        let finding = Finding::field(Code::UnknownField, name).at(Place::Path(path.into()));
        self.record.findings.push(
            finding
                .saying("no name can be made of what the element says of itself")
                .hinting("name it with letters, digits, `_` and `-`, 35 at most"),
        );
    }
}
