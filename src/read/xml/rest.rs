//! What of an element comes back when some of its records were rejected and others were not.
//!
//! Those that were not are taken out, so that nothing is done twice. The record that is the element itself cannot be: the
//! others stand in it and take values from it. So a mark says which records are still asked for.

use super::candidates::{Candidate, candidates};
use super::layout::XmlLayout;
use super::unit::{MARK, Unit};
use crate::read::Element;

/// The element's bytes. `rejected`: which of its records, counted from 0 in the order in which they are read, are sent
/// back.
pub(super) fn rest(layout: &XmlLayout, element: &Element, rejected: &[usize]) -> Vec<u8> {
    let cut = &layout.cuts[element.cut];
    let unit = Unit::parse(layout, element).ok();
    let found = unit.and_then(|unit| Some((candidates(cut, &unit).ok()?, unit)));
    let Some((candidates, unit)) = found else {
        return element.bytes.clone();
    };
    let mut number = 0;
    let mut sent_back = |candidate: &Candidate| {
        number += usize::from(candidate.is_record);
        candidate.is_record && rejected.contains(&(number - 1))
    };
    let candidates: Vec<(Candidate, bool)> = candidates
        .into_iter()
        .map(|candidate| (candidate, sent_back(&candidate)))
        .collect();
    // Whether the record that is the element itself was taken, now or before.
    let taken = candidates
        .iter()
        .any(|(candidate, back)| candidate.node == 0 && !back && !candidate.passed);
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for (candidate, _) in candidates
        .iter()
        .filter(|(candidate, back)| candidate.node != 0 && !back)
    {
        // What is no record by itself belongs to the one around it.
        if candidate.is_record || taken && !candidate.passed {
            let node = &unit.nodes[candidate.node];
            edits.push((
                blanks_before(&element.bytes, node.start),
                node.end,
                String::new(),
            ));
        }
    }
    let before = unit.mark.map(|(start, end, _)| (start, end, String::new()));
    let whole = edits.is_empty() && !taken && before.is_none();
    edits.extend(before);
    if !whole {
        let mut names: Vec<&str> = Vec::new();
        for (candidate, _) in candidates.iter().filter(|(_, back)| *back) {
            let name = cut.plans[candidate.plan].name.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let inside = unit.nodes[0].inside;
        edits.push((inside, inside, format!("{MARK} only {}?>", names.join(" "))));
    }
    edits.sort();
    edited(&element.bytes, &edits)
}

/// Where the blanks before this place begin.
fn blanks_before(bytes: &[u8], at: usize) -> usize {
    let blanks = bytes[..at]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_whitespace());
    at - blanks.count()
}

fn edited(bytes: &[u8], edits: &[(usize, usize, String)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut done = 0;
    for (start, end, text) in edits {
        // The blanks before an element may be those after another that is gone.
        out.extend_from_slice(&bytes[done..(*start).max(done)]);
        out.extend_from_slice(text.as_bytes());
        done = (*end).max(done);
    }
    out.extend_from_slice(&bytes[done..]);
    out
}
