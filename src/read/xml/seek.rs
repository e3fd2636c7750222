//! Finds what stands around records, once for all that look for it.

use std::collections::{HashMap, HashSet};

use super::plan::{Find, Part, Path};
use super::unit::{Found, Unit};
use crate::code::Code;
use crate::model::Finding;

/// An element's tree, and what was found in it so far.
pub(super) struct Seeker<'c> {
    pub(super) unit: Unit<'c>,
    /// What a path led to from a node.
    found: HashMap<(*const Path, usize), Found>,
    /// The elements that a part may be, by what stands in them.
    among: HashMap<(*const Part, usize), HashMap<String, Found>>,
    /// What something was taken from, with all around it.
    used: HashSet<usize>,
}

impl<'c> Seeker<'c> {
    pub(super) fn new(unit: Unit<'c>) -> Self {
        Self {
            unit,
            found: HashMap::new(),
            among: HashMap::new(),
            used: HashSet::new(),
        }
    }

    /// What a path leads to from a record.
    pub(super) fn find(&mut self, path: &'c Path, node: usize, parts: &[Option<usize>]) -> Found {
        let Some(from) = self.base(path, node, parts) else {
            return Found::Nothing;
        };
        let key = (std::ptr::from_ref(path), from);
        if let Some(found) = self.found.get(&key) {
            return *found;
        }
        let found = self.unit.select(from, path);
        self.found.insert(key, found);
        self.uses(found);
        found
    }

    /// The node from which a path's own steps count.
    pub(super) fn base(&self, path: &Path, node: usize, parts: &[Option<usize>]) -> Option<usize> {
        let from = match path.part {
            None => node,
            Some(part) => parts.get(part).copied().flatten()?,
        };
        Some(self.unit.up(from, path.up))
    }

    fn uses(&mut self, found: Found) {
        if let Found::One(mut node) = found {
            while self.used.insert(node) {
                node = self.unit.nodes[node].parent;
            }
        }
    }

    /// The elements that a part of this record may be and that nothing was taken from.
    pub(super) fn unused(&self, part: &Part, node: usize) -> Vec<usize> {
        let mut unused = Vec::new();
        if part.find.is_some() && part.path.part.is_none() {
            let from = self.unit.up(node, part.path.up);
            self.unit.each(from, &part.path.steps, &mut |node| {
                unused.extend((!self.used.contains(&node)).then_some(node));
                true
            });
        }
        unused
    }

    /// The element that is a part of a record; `None`: there is none. An error where it cannot be told.
    pub(super) fn part(
        &mut self,
        part: &'c Part,
        node: usize,
        parts: &[Option<usize>],
    ) -> Result<Option<usize>, Box<Finding>> {
        let found = match &part.find {
            None => self.find(&part.path, node, parts),
            Some(Find { at, is, optional }) => {
                let Some(wanted) = self.wanted(is, node, parts)? else {
                    return Ok(None);
                };
                let Some(from) = self.base(&part.path, node, parts) else {
                    return Ok(None);
                };
                let key = (std::ptr::from_ref(part), from);
                let unit = &self.unit;
                let among = self.among.entry(key);
                let among = among.or_insert_with(|| index(unit, from, &part.path, at));
                match among.get(&wanted) {
                    Some(found) => *found,
                    None if *optional => Found::Nothing,
                    None => return Err(Box::new(nowhere(part, at))),
                }
            }
        };
        self.uses(found);
        match found {
            Found::Nothing => Ok(None),
            Found::One(node) => Ok(Some(node)),
            Found::Several => Err(Box::new(several(&part.path))),
        }
    }

    /// What must stand in the element that is looked for; `None`: the record looks for none.
    fn wanted(
        &mut self,
        is: &'c [Path],
        node: usize,
        parts: &[Option<usize>],
    ) -> Result<Option<String>, Box<Finding>> {
        for path in is {
            match self.find(path, node, parts) {
                Found::Nothing => {}
                Found::Several => return Err(Box::new(several(path))),
                Found::One(node) => {
                    let text = self.unit.value(node, path).map_or("", |text| text.trim());
                    if !text.is_empty() {
                        return Ok(Some(text.to_owned()));
                    }
                }
            }
        }
        Ok(None)
    }
}

/// The elements that a path leads to, by what stands in them.
fn index(unit: &Unit<'_>, from: usize, path: &Path, at: &Path) -> HashMap<String, Found> {
    let mut index = HashMap::new();
    unit.each(from, &path.steps, &mut |node| {
        if let Found::One(found) = unit.select(node, at) {
            let text = unit.value(found, at).map_or("", |text| text.trim());
            let more = |known: &mut Found| *known = Found::Several;
            index
                .entry(text.to_owned())
                .and_modify(more)
                .or_insert(Found::One(node));
        }
        true
    });
    index
}

/// A path's names, as findings show them.
fn shown(path: &Path) -> String {
    let mut steps: Vec<String> = vec!["..".to_owned(); path.up];
    steps.extend(path.steps.iter().map(|(name, _)| name.clone()));
    steps.extend(path.attribute.iter().map(|name| format!("@{name}")));
    steps.join("/")
}

fn several(path: &Path) -> Finding {
    Finding::new(Code::ConflictingFields)
        .saying(format!(
            "`{}` stands more than once; which one belongs to the record cannot be told",
            shown(path)
        ))
        .hinting("send it once, or each under a reference of its own")
}

/// What is said of an element that nothing was taken from.
pub(super) fn unused(part: &Part) -> Option<Finding> {
    let at = &part.find.as_ref()?.at;
    let finding = Finding::new(Code::Required)
        .saying(format!("no record refers to this `{}`", shown(&part.path)))
        .hinting(format!(
            "refer to it by its `{}`, or leave it out",
            shown(at)
        ));
    Some(finding)
}

fn nowhere(part: &Part, at: &Path) -> Finding {
    Finding::new(Code::Required)
        .saying(format!(
            "the record refers to a `{}` that is not there",
            shown(&part.path)
        ))
        .hinting(format!(
            "send one with this reference in its `{}`, or leave the reference out",
            shown(at)
        ))
}
