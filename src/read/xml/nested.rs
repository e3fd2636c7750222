//! Several records in one element: each is filled from its own part of it, from what stands around, and from what it
//! refers to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use super::candidates::{RECORDS_MAX, Untold, candidates};
use super::charset::has_mark;
use super::fill::Filling;
use super::layout::XmlLayout;
use super::plan::{Members, Part, Path, Plan, Standing};
use super::seek::{self, Seeker};
use super::sums;
use super::unit::{Found, Unit};
use super::unknown;
use crate::code::Code;
use crate::format::Several;
use crate::model::{Finding, Place, Shown, Source, family};
use crate::read::{Element, RawRecord};

/// Texts of one field that are looked at.
const SEVERAL_MAX: usize = 20;
/// Bytes of texts that the records of one element have copies of.
const COPIED_MAX: usize = 8 << 20;

/// One element being read.
pub(super) struct Nested<'c> {
    layout: &'c XmlLayout,
    element: &'c Element,
    seeker: Seeker<'c>,
    /// Which of the elements of its name each is, within the element around it.
    ordinals: Vec<u32>,
    copied: usize,
}

impl<'c> Nested<'c> {
    /// The records of an element, one at least. `at`: its number in its chunk.
    pub(super) fn records(
        layout: &'c XmlLayout,
        at: usize,
        element: &'c Element,
    ) -> Vec<RawRecord<'c>> {
        let whole = || {
            let place = layout.record(element.path.clone());
            Filling::new(layout, element, place, Source::Item(at))
        };
        if element.bytes.is_empty() {
            return vec![whole().record];
        }
        let Ok(unit) = Unit::parse(layout, element) else {
            // The cutter has seen these bytes; that they do not read the same again is not expected.
            let mut whole = whole();
            whole.wrong(Code::Malformed);
            return vec![whole.record];
        };
        let cut = &layout.cuts[element.cut];
        let candidates = match candidates(cut, &unit) {
            Ok(candidates) => candidates,
            Err(Untold::Passed) => {
                layout.passed.fetch_add(1, Ordering::Relaxed);
                return Vec::new();
            }
            Err(untold) => {
                let mut whole = whole();
                let place = whole.record.place.clone();
                whole.record.findings.push(untold.finding().at(place));
                return vec![whole.record];
            }
        };
        let mut nested = Self {
            layout,
            element,
            ordinals: ordinals(&unit),
            seeker: Seeker::new(unit),
            copied: 0,
        };
        // What stands in an element that is a record itself belongs to that.
        let whole = candidates[0].node == 0 && candidates[0].is_record;
        let passed = candidates
            .iter()
            .filter(|one| one.node != 0 && one.passed && !whole);
        let passed = passed.count();
        layout.passed.fetch_add(passed as u64, Ordering::Relaxed);
        let records = candidates.iter().filter(|candidate| candidate.is_record);
        let records: Vec<(&Plan, usize)> = records
            .map(|candidate| (&cut.plans[candidate.plan], candidate.node))
            .collect();
        let undecodable = nested.undecodable(&records);
        let mut raw = Vec::with_capacity(records.len());
        for (part, &(plan, node)) in records.iter().enumerate() {
            let before = &records[..part];
            let source = Source::Part { item: at, part };
            raw.push(nested.record(plan, node, source, before, undecodable[part]));
        }
        raw[0]
            .batch
            .extend(unknown::unknown(layout, element, &nested.seeker.unit));
        raw[0].findings.extend(nested.unused(&records));
        let off = sums::off(layout.format(), &nested.seeker.unit, &records);
        let place = Place::Path(element.path.clone());
        raw[0].batch.extend(off.map(|finding| finding.at(place)));
        raw
    }

    /// The first element that could be a part of a record and is none: what it says would be lost without a word.
    fn unused(&self, records: &[(&'c Plan, usize)]) -> Option<Finding> {
        if self.seeker.unit.mark.is_some() {
            // Those who referred to it may have been taken.
            return None;
        }
        let mut seen: HashSet<(*const Part, usize)> = HashSet::new();
        for &(plan, node) in records {
            for part in &plan.parts {
                let from = self.seeker.unit.up(node, part.path.up);
                if !seen.insert((std::ptr::from_ref(part), from)) {
                    continue;
                }
                if let Some(&unused) = self.seeker.unused(part, node).first() {
                    let place = Place::Path(self.path(unused).into());
                    return seek::unused(part).map(|finding| finding.at(place));
                }
            }
        }
        None
    }

    fn record(
        &mut self,
        plan: &'c Plan,
        node: usize,
        source: Source,
        before: &[(&Plan, usize)],
        undecodable: bool,
    ) -> RawRecord<'c> {
        let place = self.layout.record(self.path(node).into());
        let mut filling = Filling::new(self.layout, self.element, place, source);
        let fields = &self.layout.format().fields;
        let own = |at: usize| fields[at].record.is_none_or(|record| record == plan.number);
        let context = &self.element.context;
        for (field, text) in context.inherited.iter().filter(|(field, _)| own(*field)) {
            filling.put(*field, Cow::Borrowed(text));
        }
        for &field in context.conflicts.iter().filter(|field| own(**field)) {
            filling.conflict(field);
        }
        let mut parts: Vec<Option<usize>> = Vec::with_capacity(plan.parts.len());
        for part in &plan.parts {
            let part = self
                .seeker
                .part(part, node, &parts)
                .unwrap_or_else(|finding| {
                    let finding = finding.at(filling.record.place.clone());
                    // Two parts may be referred to by one reference.
                    if !filling.record.findings.contains(&finding) {
                        filling.record.findings.push(finding);
                    }
                    None
                });
            parts.push(part);
        }
        for standing in &plan.fields {
            self.put(standing, node, &parts, &mut filling);
            self.put_agreeing(standing, node, &parts, &mut filling);
        }
        for (field, name) in &plan.behind {
            let back = before
                .iter()
                .rev()
                .position(|(other, _)| other.name == *name);
            if let Some(back) = back {
                filling.put(*field, Cow::Owned((back + 1).to_string()));
            }
        }
        for (field, path) in &plan.exists {
            if self.seeker.find(path, node, &parts) != Found::Nothing {
                filling.put(*field, Cow::Borrowed("true"));
            }
        }
        for members in &plan.families {
            self.put_members(members, node, &parts, &mut filling);
        }
        if self.copied > COPIED_MAX {
            filling.wrong(Code::RecordTooLarge);
        }
        if undecodable && !filling.undecodable {
            filling.wrong(Code::Undecodable);
        }
        filling.finish(own)
    }

    /// Puts a field's text into the record.
    fn put(
        &mut self,
        standing: &'c Standing,
        node: usize,
        parts: &[Option<usize>],
        filling: &mut Filling<'c>,
    ) {
        if !standing.joined.is_empty() {
            self.join(standing, node, parts, filling);
            return;
        }
        let mut left = standing.paths.len();
        for (at, path) in standing.paths.iter().enumerate() {
            left -= 1;
            match self.seeker.find(path, node, parts) {
                Found::Nothing => {}
                Found::Several => {
                    self.several(standing.field, path, (node, parts), filling);
                    return;
                }
                Found::One(node) => {
                    let Some(text) = self.text(path, node) else {
                        continue;
                    };
                    if left == 0 || !text.trim().is_empty() {
                        filling.put_at(standing.field, text, standing.way(at));
                        return;
                    }
                }
            }
        }
    }

    /// Puts what must be the same as the field's text beside it: whether it is, the check sees.
    fn put_agreeing(
        &mut self,
        standing: &'c Standing,
        node: usize,
        parts: &[Option<usize>],
        filling: &mut Filling<'c>,
    ) {
        if !filling.is_given(standing.field) {
            // What stands there is not the field itself.
            return;
        }
        let mut at = standing.paths.len();
        for places in &standing.agrees {
            for (nth, path) in places.iter().enumerate() {
                let way = standing.way(at + nth);
                match self.seeker.find(path, node, parts) {
                    Found::Nothing => continue,
                    Found::Several => filling.conflict(standing.field),
                    Found::One(found) => match self.text(path, found) {
                        Some(text) if !text.trim().is_empty() => {
                            filling.put_beside(standing.field, text, way);
                        }
                        _ => continue,
                    },
                }
                break;
            }
            at += places.len();
        }
    }

    /// What elements mean that stand where one is expected, as the format says.
    fn several(
        &mut self,
        field: usize,
        path: &'c Path,
        (node, parts): (usize, &[Option<usize>]),
        filling: &mut Filling<'c>,
    ) {
        let how = &self.layout.format().fields[field].convert.several;
        let from = self
            .seeker
            .base(path, node, parts)
            .filter(|_| *how != Several::Conflict);
        let Some(from) = from else {
            filling.conflict(field);
            return;
        };
        let unit = &self.seeker.unit;
        let mut texts: Vec<&str> = Vec::new();
        unit.each(from, &path.steps, &mut |node| {
            let text = unit.value(node, path).map_or("", |text| text.trim());
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
            texts.len() < SEVERAL_MAX
        });
        let text = match (how, texts.as_slice()) {
            (_, []) => return,
            (Several::Joined(with), _) => texts.join(with),
            (Several::Note, [_, _, ..]) => {
                let name = self.layout.format().fields[field].name;
                let seen = Shown::plain(&texts.join(" "));
                filling.find(
                    field,
                    Finding::field(Code::SeveralReferences, name).seen(seen),
                );
                return;
            }
            (Several::First | Several::Note | Several::Conflict, [first, ..]) => {
                (*first).to_owned()
            }
        };
        self.copied += text.len();
        filling.put(field, Cow::Owned(text));
    }

    /// Puts the members of a family into the record: each element is one.
    fn put_members(
        &mut self,
        members: &'c Members,
        node: usize,
        parts: &[Option<usize>],
        filling: &mut Filling<'c>,
    ) {
        let Some(from) = self.seeker.base(&members.path, node, parts) else {
            return;
        };
        let mut nodes = Vec::new();
        self.seeker
            .unit
            .each(from, &members.path.steps, &mut |node| {
                nodes.push(node);
                nodes.len() < RECORDS_MAX
            });
        if nodes.len() == RECORDS_MAX {
            filling.wrong(Code::RecordTooLarge);
        }
        let family = self.layout.format().families[members.family].name;
        for node in nodes {
            let star = match self.seeker.find(&members.star, node, parts) {
                Found::One(at) => self.seeker.unit.value(at, &members.star),
                Found::Nothing | Found::Several => None,
            };
            let name = family.replacen('*', star.map_or("", |star| star.trim()), 1);
            match family::member(family, &name) {
                Some(name) => {
                    let text = self.text(&members.path, node).unwrap_or_default();
                    filling.put_member(members.family, name, text);
                }
                None => filling.strange(members.family, &self.path(node)),
            }
        }
    }

    fn join(
        &mut self,
        standing: &'c Standing,
        node: usize,
        parts: &[Option<usize>],
        filling: &mut Filling<'c>,
    ) {
        let mut texts = Vec::new();
        for path in standing.paths.iter().chain(&standing.joined) {
            match self.seeker.find(path, node, parts) {
                Found::Nothing => {}
                Found::Several => filling.conflict(standing.field),
                Found::One(node) => texts.extend(self.text(path, node)),
            }
        }
        let field = &self.layout.format().fields[standing.field];
        let separator = field
            .convert
            .join
            .as_ref()
            .map_or("", |(separator, _)| separator);
        let texts = texts
            .iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty());
        let texts: Vec<&str> = texts.collect();
        if !texts.is_empty() {
            filling.put(standing.field, Cow::Owned(texts.join(separator)));
        }
    }

    /// The text at a node. `None`: records of this element have had too many copies of their texts already.
    fn text(&mut self, path: &Path, node: usize) -> Option<Cow<'c, str>> {
        let text = self.seeker.unit.value(node, path)?;
        if let Cow::Owned(text) = text {
            self.copied += text.len();
        }
        (self.copied <= COPIED_MAX).then(|| text.clone())
    }

    /// Where a record stands: its own ordinal always, that of an element around it where it is not the first.
    fn path(&self, node: usize) -> String {
        let mut steps = Vec::new();
        let mut at = node;
        while at != 0 {
            let own = &self.seeker.unit.nodes[at];
            steps.push(match self.ordinals[at] {
                1 if at != node => format!("/{}", own.local),
                ordinal => format!("/{}[{ordinal}]", own.local),
            });
            at = own.parent;
        }
        steps.push(self.element.path.to_string());
        steps.reverse();
        steps.concat()
    }

    /// For each record, whether bytes that are no text stand in it; around the records: in the first.
    fn undecodable(&self, records: &[(&Plan, usize)]) -> Vec<bool> {
        let source = std::str::from_utf8(&self.element.bytes).unwrap_or_default();
        let mut marked = vec![false; records.len()];
        if !has_mark(source) {
            return marked;
        }
        let mut done = 0;
        for (at, &(_, node)) in records
            .iter()
            .enumerate()
            .filter(|(_, (_, node))| *node != 0)
        {
            let node = &self.seeker.unit.nodes[node];
            marked[0] |= has_mark(&source[done..node.start]);
            marked[at] |= has_mark(&source[node.start..node.end]);
            done = node.end;
        }
        marked[0] |= has_mark(&source[done..]);
        marked
    }
}

fn ordinals(unit: &Unit<'_>) -> Vec<u32> {
    let mut had: HashMap<(usize, &str), u32> = HashMap::new();
    let mut ordinals = vec![1; unit.nodes.len()];
    for (ordinal, node) in ordinals.iter_mut().zip(&unit.nodes).skip(1) {
        let had = had.entry((node.parent, node.local)).or_default();
        *had += 1;
        *ordinal = *had;
    }
    ordinals
}
