//! How a document that cannot be read is told of.

use super::syntax::Wrong;
use crate::code::Code;
use crate::format::XmlRules;
use crate::model::{Finding, Place};
use crate::read::Fault;

/// How much of a name or a namespace is told.
const NAMED: usize = 100;

/// A document that is none. `hint`: what would be right, where more can be said than that the file is broken.
pub(super) fn malformed(wrong: Wrong, line: u64, hint: Option<&str>) -> Fault {
    let place = Place::Line { line, column: 0 };
    let finding = Finding::new(Code::Malformed).at(place).saying(wrong);
    Fault::File(Box::new(match hint {
        Some(hint) => finding.hinting(hint.to_owned()),
        None => finding,
    }))
}

/// The names that a document's root can have.
pub(super) fn roots(rules: &XmlRules) -> Vec<String> {
    let all = rules.cuts.iter();
    let mut roots: Vec<String> = all.filter_map(|cut| cut.first().cloned()).collect();
    roots.dedup();
    roots
}

/// Which root a document has, and which it should have.
pub(super) fn other_root(
    root: &str,
    uri: Option<&str>,
    roots: &[String],
    namespace: Option<&str>,
) -> String {
    let wanted: Vec<String> = roots.iter().map(|root| named(root, namespace)).collect();
    let found = named(root, uri);
    format!("it is {found}; the format's is {}", wanted.join(" or "))
}

/// An element and its namespace as a sentence names them, each at most as long as anyone would read.
fn named(element: &str, namespace: Option<&str>) -> String {
    let short = |text: &str| text.chars().take(NAMED).collect::<String>();
    let element = short(element);
    match namespace {
        Some(uri) if !uri.is_empty() => format!("<{element}> of `{}`", short(uri)),
        _ => format!("<{element}>"),
    }
}
