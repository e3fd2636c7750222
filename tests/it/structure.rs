//! The structure of ISO 20022 messages: what stands in what, in which order, how often, how long.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element with its text and its own elements.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) within: Vec<Element>,
}

impl Element {
    pub(crate) fn all<'e>(&'e self, name: &str, found: &mut Vec<&'e Element>) {
        if self.name == name {
            found.push(self);
        }
        self.within.iter().for_each(|own| own.all(name, found));
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let mut found = Vec::new();
        self.all(name, &mut found);
        found.iter().map(|element| element.text.as_str()).collect()
    }
}

/// The document, which must be well formed and whole.
pub(crate) fn parse(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().expect("well formed") {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                open.push(Element {
                    name,
                    ..Element::default()
                });
            }
            Event::End(_) => {
                let done = open.pop().expect("it was opened");
                open.last_mut().expect("the document").within.push(done);
            }
            Event::Text(text) => {
                let text: &str = &text;
                open.last_mut()
                    .expect("the document")
                    .text
                    .push_str(text.trim());
            }
            Event::GeneralRef(name) => {
                let name: &str = &name;
                let text = &mut open.last_mut().expect("the document").text;
                text.extend(["&", name, ";"]);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "every element is closed");
    let document = open.pop().expect("the document");
    assert_eq!(document.within.len(), 1, "one root");
    document.within.into_iter().next().expect("one root")
}

/// An element in another: its name, how often it may stand there, whether it must.
pub(crate) type Child = (&'static str, usize, bool);

/// An element, and its own in their order.
pub(crate) type Structure<'s> = &'s [(&'static str, &'s [Child])];

/// What is wrong with an element by the structure of its message: each element that the structure knows has only what stands
/// there, in that order, each as often as it may (0: any number) and as it must. `longest`: the most characters of a text,
/// which has one at least.
pub(crate) fn faults(
    element: &Element,
    structure: Structure<'_>,
    longest: &[(&str, usize)],
    found: &mut Vec<String>,
) {
    if let Some((_, most)) = longest.iter().find(|(name, _)| *name == element.name) {
        let length = element.text.chars().count();
        if length == 0 || length > *most {
            found.push(format!("{}: {length} characters", element.name));
        }
    }
    let Some((_, own)) = structure.iter().find(|(name, _)| *name == element.name) else {
        return;
    };
    let mut at = 0;
    for one in &element.within {
        match own[at..].iter().position(|(name, ..)| *name == one.name) {
            Some(further) => at += further,
            None => found.push(format!(
                "{} does not stand there in {}",
                one.name, element.name
            )),
        }
    }
    for (name, most, must) in *own {
        let count = element
            .within
            .iter()
            .filter(|one| one.name == *name)
            .count();
        if (*most > 0 && count > *most) || (*must && count == 0) {
            found.push(format!("{}: {count} {name}", element.name));
        }
    }
    element
        .within
        .iter()
        .for_each(|one| faults(one, structure, longest, found));
}
