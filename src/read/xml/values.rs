//! Values that stand outside the records: fields that records inherit, and stated control totals.

use std::sync::Arc;

use super::outline::Edit;
use super::syntax::{Tag, Wrong, value_text};
use crate::format::{Format, XmlPath};

/// A file that states a total more often than this is not what it says.
const STATED_MAX: usize = 10_000;

/// What a value is for.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// A field of the format, by number.
    Field(usize),
    /// A control of the format, by number.
    Control(usize),
}

#[derive(Debug)]
struct Wanted {
    path: XmlPath,
    what: Use,
    /// How many elements its path shares with the records': the innermost of these is where the value holds.
    shared: usize,
}

/// Collects the values.
#[derive(Debug)]
pub(super) struct Values {
    wanted: Vec<Wanted>,
    /// For each open element, which of the wanted paths lead on.
    open: Vec<Vec<usize>>,
    text: String,
    /// Where the open element's inside began in its segment.
    inside: usize,
    fields: Vec<(usize, usize, String)>,
    conflicts: Vec<(usize, usize)>,
    stated: Vec<(usize, String)>,
    /// How many records each shared element has had.
    had_records: Vec<bool>,
}

/// What became of a value.
pub(super) struct Taken {
    /// The records that follow inherit something else than those before.
    pub(super) changed: bool,
    /// A control's value, to be replaced when records are sent back.
    pub(super) edits: Vec<Edit>,
}

impl Values {
    pub(super) fn new(format: &Arc<Format>, cuts: &[Vec<String>]) -> Self {
        let with = |path: &XmlPath, cut: &Vec<String>| {
            let pairs = path.elements.iter().zip(&cut[..cut.len() - 1]);
            pairs.take_while(|(a, b)| a == b).count()
        };
        let shared = |path: &XmlPath| cuts.iter().map(|cut| with(path, cut)).max().unwrap_or(0);
        let fields = format.fields.iter().enumerate();
        let fields = fields.flat_map(|(at, field)| {
            let paths = field.path.iter().chain(&field.or);
            let paths = paths.filter(|path| path.from_root);
            paths.map(move |path| (path, Use::Field(at)))
        });
        let controls = format.controls.iter().enumerate();
        let controls =
            controls.filter_map(|(at, control)| Some((control.stated.path()?, Use::Control(at))));
        let wanted = fields.chain(controls).map(|(path, what)| Wanted {
            path: path.clone(),
            what,
            shared: shared(path),
        });
        Self {
            wanted: wanted.collect(),
            open: Vec::new(),
            text: String::new(),
            inside: 0,
            fields: Vec::new(),
            conflicts: Vec::new(),
            stated: Vec::new(),
            had_records: vec![false; cuts.iter().map(Vec::len).max().unwrap_or(0)],
        }
    }

    /// An element outside the records begins. `matches`: it is in the format's namespace. True: a wanted path leads to
    /// or through it.
    pub(super) fn enter(&mut self, local: &str, matches: bool) -> Result<bool, Wrong> {
        let depth = self.open.len();
        let inside_a_value = self.wants_text();
        let leads = |&at: &usize| {
            let path = &self.wanted[at].path;
            matches && path.elements.get(depth).is_some_and(|e| e == local)
        };
        let on: Vec<usize> = match self.open.last() {
            Some(before) => before.iter().copied().filter(leads).collect(),
            None => (0..self.wanted.len()).filter(leads).collect(),
        };
        let any = !on.is_empty();
        self.open.push(on);
        self.text.clear();
        if depth < self.had_records.len() {
            self.had_records[depth] = false;
        }
        if inside_a_value && !any {
            return Err("an element stands inside a value of the header or trailer");
        }
        Ok(any)
    }

    /// Whether the open element's own text is wanted.
    pub(super) fn wants_text(&self) -> bool {
        let depth = self.open.len();
        let ends = |&at: &usize| {
            let path = &self.wanted[at].path;
            path.elements.len() == depth && path.attribute.is_none()
        };
        self.open.last().is_some_and(|on| on.iter().any(ends))
    }

    /// Adds to the open element's text.
    pub(super) fn add(&mut self, text: &str) {
        if self.wants_text() {
            self.text.push_str(text);
        }
    }

    /// Where the inside of the element just begun starts in its segment.
    pub(super) const fn begins(&mut self, position: usize) {
        self.inside = position;
    }

    /// Takes the attributes of the element just begun. `position`: where its tag starts in its segment.
    pub(super) fn attributes(&mut self, tag: &Tag<'_>, position: usize) -> Result<Taken, Wrong> {
        let depth = self.open.len();
        let mut taken = Vec::new();
        for &at in self.open.last().into_iter().flatten() {
            let path = &self.wanted[at].path;
            let Some(wanted) = path
                .attribute
                .as_deref()
                .filter(|_| path.elements.len() == depth)
            else {
                continue;
            };
            let found =
                (tag.attributes.iter()).find(|a| !a.is_technical() && a.name.local == wanted);
            if let Some(attribute) = found {
                let start = position + attribute.start;
                let place = (start, start + attribute.raw.len());
                taken.push((at, value_text(attribute.raw)?.into_owned(), place));
            }
        }
        self.take(taken)
    }

    /// The open element ends; its end tag would stand at `position` of its segment.
    pub(super) fn leave(&mut self, position: usize) -> Result<Taken, Wrong> {
        let depth = self.open.len();
        let on = self.open.pop().unwrap_or_default();
        let text = std::mem::take(&mut self.text);
        let place = (self.inside, position);
        let ends = |&at: &usize| {
            let path = &self.wanted[at].path;
            path.elements.len() == depth && path.attribute.is_none()
        };
        let taken = on.into_iter().filter(ends);
        let taken = taken.map(|at| (at, text.clone(), place)).collect();
        let taken = self.take(taken)?;
        // What held inside this element holds no longer.
        self.fields.retain(|(_, shared, _)| *shared < depth);
        self.conflicts.retain(|(_, shared)| *shared < depth);
        Ok(taken)
    }

    fn take(&mut self, values: Vec<(usize, String, (usize, usize))>) -> Result<Taken, Wrong> {
        let mut taken = Taken {
            changed: false,
            edits: Vec::new(),
        };
        for (at, text, (start, end)) in values {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let shared = self.wanted[at].shared;
            match self.wanted[at].what {
                Use::Control(control) => {
                    self.stated.push((control, text.to_owned()));
                    taken.edits.push(Edit {
                        start,
                        end,
                        control,
                    });
                }
                Use::Field(_) if shared > 0 && self.had_records[shared - 1] => {
                    return Err("a value that records take from before them stands after a record");
                }
                Use::Field(field) if self.fields.iter().any(|(other, ..)| *other == field) => {
                    self.conflicts.push((field, shared));
                    taken.changed = true;
                }
                Use::Field(field) => {
                    self.fields.push((field, shared, text.to_owned()));
                    taken.changed = true;
                }
            }
        }
        if self.stated.len() > STATED_MAX {
            return Err("a total is stated more than 10,000 times");
        }
        Ok(taken)
    }

    /// A record was cut.
    pub(super) fn record(&mut self) {
        self.had_records.fill(true);
    }

    /// The fields that a record inherits now, and those that stand more than once.
    pub(super) fn inherited(&self) -> (Vec<(usize, String)>, Vec<usize>) {
        let fields = self.fields.iter();
        let conflicts = self.conflicts.iter();
        (
            fields.map(|(at, _, text)| (*at, text.clone())).collect(),
            conflicts.map(|(at, _)| *at).collect(),
        )
    }

    /// The controls' stated values, in the format's order.
    pub(super) fn stated(mut self) -> Vec<(usize, String)> {
        self.stated.sort_by_key(|(control, _)| *control);
        self.stated
    }
}
