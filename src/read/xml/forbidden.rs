//! Elements and attributes of what must never leave a card.

use super::layout::XmlLayout;
use crate::code::Code;
use crate::model::{Finding, Place, Source};
use crate::read::{Element, RawRecord};

/// Refuses the records of an element that has such a name in it. They are not sent back: what stands there is written
/// down nowhere.
pub(super) fn refuse(layout: &XmlLayout, element: &Element, records: &mut [RawRecord<'_>]) {
    let format = layout.format();
    if !format.forbids("cvv") {
        return;
    }
    // A member of a family may have its name in an attribute's value.
    let members = records.iter().flat_map(|record| &record.fields);
    let mut names = names(&element.bytes).chain(members.map(|field| field.name));
    let Some(name) = names.find(|name| format.forbids(name)) else {
        return;
    };
    let place = Place::Path(format!("{}/{name}", element.path).into());
    let finding = Finding::new(Code::SensitiveData)
        .at(place)
        .saying("the record has an element for what must not be sent: a CVV, a PIN or a track")
        .hinting("send the record without that element; this one is not sent back");
    for record in records {
        record.findings.push(finding.clone());
        record.source = Source::None;
    }
}

/// Local names of the elements and attributes that begin in some XML.
fn names(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let tags = memchr::memchr_iter(b'<', bytes);
    let tags = tags.filter_map(|at| {
        let rest = &bytes[at + 1..];
        let end = memchr::memchr(b'>', rest)?;
        std::str::from_utf8(&rest[..end]).ok()
    });
    tags.flat_map(|tag| {
        let before = tag.split('=').rev().skip(1).filter_map(last_word);
        let element = tag.split(|c: char| c.is_whitespace() || c == '/');
        element.take(1).chain(before).map(local)
    })
}

/// The word that ends a text.
fn last_word(text: &str) -> Option<&str> {
    text.split(|c: char| c.is_whitespace())
        .rfind(|word| !word.is_empty())
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_elements_and_attributes_are_found() {
        let text = b"<a:card type='pin' x:cvv=\"2\" Track2 = ''><CVC2>3</CVC2> pin <pin/></a:card>";
        let found: Vec<&str> = names(text).filter(|name| !name.is_empty()).collect();
        assert_eq!(found, ["card", "Track2", "cvv", "type", "CVC2", "pin"]);
    }
}
