//! What stands in an element of several records and no record takes.

use super::layout::XmlLayout;
use super::unit::{Node, Unit};
use crate::code::Code;
use crate::format::Unknown;
use crate::model::{Finding, Place};
use crate::read::Element;

/// The first text or attribute that the format does not know, where that rejects the batch.
pub(super) fn unknown(layout: &XmlLayout, element: &Element, unit: &Unit<'_>) -> Option<Finding> {
    let format = layout.format();
    if format.unknown != Unknown::RejectBatch {
        return None;
    }
    let known = &layout.cuts[element.cut].known;
    let told = |name: &str, way: &str| {
        !format.ignored.contains(&name.to_lowercase()) && !known.contains(way)
    };
    unit.nodes.iter().find_map(|node| {
        let way = way(unit, node);
        let text = !node.text.trim().is_empty() && told(node.local, &way);
        let text = text.then(|| way.clone());
        let attributes = || {
            let mut names = node.attributes.iter().map(|(name, _)| *name);
            names.find_map(|name| {
                let way = if way.is_empty() {
                    format!("@{name}")
                } else {
                    format!("{way}/@{name}")
                };
                told(name, &way).then_some(way)
            })
        };
        let way = text.or_else(attributes)?;
        let place = format!("{}/{way}", element.path);
        Some(Finding::new(Code::UnknownField).at(Place::Path(place.into())))
    })
}

/// Names from the element down to one of its nodes.
fn way(unit: &Unit<'_>, node: &Node<'_>) -> String {
    let mut names = Vec::new();
    let mut node = node;
    // The element's own node is its own parent, and begins where it begins.
    while node.start != 0 {
        names.push(node.local);
        node = &unit.nodes[node.parent];
    }
    names.reverse();
    names.join("/")
}
