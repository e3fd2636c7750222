//! What lines add up to, held against what the closing ones state.

use super::lines::{columns, number};
use crate::format::{FixedControl, FixedRules, Stands, Term, implied};
use crate::model::blank::trimmed;
use crate::read::CountedControl;

/// The totals of one file, or of the records of it that are sent back.
#[derive(Debug)]
pub(crate) struct Totals {
    /// For each control, the sums of the open group, one for each way of counting.
    sums: Vec<Vec<i128>>,
    /// What was stated and found in groups that agree, over all of them.
    agreed: Vec<(i128, i128)>,
    /// The first group that does not agree.
    wrong: Vec<Option<(String, i128)>>,
    /// How many groups stated it.
    stated: Vec<u64>,
    /// What the opening line of the open group states, where that is where it is stated.
    told: Vec<Option<String>>,
    /// What lines of each kind add to: a control, the way of counting, and the term.
    terms: Vec<Vec<(usize, usize, Term)>>,
}

impl Totals {
    pub(crate) fn new(rules: &FixedRules) -> Self {
        let controls = rules.controls.len();
        let sums = rules.controls.iter();
        Self {
            sums: sums.map(|control| vec![0; control.equals.len()]).collect(),
            agreed: vec![(0, 0); controls],
            wrong: vec![None; controls],
            stated: vec![0; controls],
            told: vec![None; controls],
            terms: terms(rules),
        }
    }

    /// A line of this kind.
    pub(crate) fn line(&mut self, rules: &FixedRules, kind: usize, text: &str) {
        let stands = rules.lines[kind].stands;
        if stands == Stands::Opening {
            self.opened(rules, kind, text);
        }
        for (control, way, term) in &self.terms[kind] {
            self.sums[*control][*way] += value(term, text);
        }
        // A closing line counts itself where lines are counted.
        if matches!(stands, Stands::Closing(_)) {
            self.closed(rules, kind, text);
        }
    }

    /// The totals of the group that this kind of line opens begin anew.
    fn opened(&mut self, rules: &FixedRules, kind: usize, text: &str) {
        for (at, control) in rules.controls.iter().enumerate() {
            if rules.lines[control.stated.line].stands == Stands::Closing(kind) {
                self.sums[at].fill(0);
            }
            if control.stated.line == kind {
                self.sums[at].fill(0);
                let told = columns(text, control.stated.start, control.stated.length);
                self.told[at] = Some(told.to_owned());
            }
        }
    }

    /// The group that a line of this kind opened ended without a line that closes it.
    pub(crate) fn ended(&mut self, rules: &FixedRules, opening: usize) {
        for (at, control) in rules.controls.iter().enumerate() {
            if control.stated.line == opening
                && let Some(told) = self.told[at].take()
            {
                self.judge(at, &told);
            }
        }
    }

    fn closed(&mut self, rules: &FixedRules, kind: usize, text: &str) {
        for (at, control) in rules.controls.iter().enumerate() {
            if control.stated.line != kind {
                continue;
            }
            self.judge(
                at,
                columns(text, control.stated.start, control.stated.length),
            );
        }
    }

    /// Holds what is stated against what the group adds up to.
    fn judge(&mut self, at: usize, told: &str) {
        self.stated[at] += 1;
        let stated = number(told);
        let found = match stated {
            Some(stated) if self.sums[at].contains(&stated) => stated,
            _ => self.sums[at].first().copied().unwrap_or_default(),
        };
        if stated == Some(found) {
            self.agreed[at].0 += found;
            self.agreed[at].1 += found;
        } else if self.wrong[at].is_none() {
            self.wrong[at] = Some((told.trim().to_owned(), found));
        }
    }

    /// A closing line, or an opening one of a group that no line closes, with the totals that it states replaced by those of the lines before, and of itself where lines
    /// are counted.
    pub(crate) fn written(&self, rules: &FixedRules, kind: usize, line: &[u8]) -> Vec<u8> {
        let mut line = line.to_vec();
        for (control, sums) in rules.controls.iter().zip(&self.sums) {
            let (start, length) = (control.stated.start, control.stated.length);
            let terms = control.equals.first().into_iter().flatten();
            // An opening line was counted when its group began.
            let closing = matches!(rules.lines[kind].stands, Stands::Closing(_));
            let itself = terms.filter(|term| closing && term.line == kind && term.sum.is_none());
            let itself: i128 = itself.map(|term| if term.minus { -1 } else { 1 }).sum();
            // Columns without a sign take the way of counting that is not below zero.
            let plain = sums.iter().find(|sum| **sum >= 0).or(sums.first());
            let sum = plain.copied().unwrap_or_default() + itself;
            let digits = format!("{sum:0>length$}");
            let places = line.get_mut(start..start + length);
            if control.stated.line == kind
                && digits.len() == length
                && let Some(places) = places
            {
                places.copy_from_slice(digits.as_bytes());
            }
        }
        line
    }

    /// What was stated and what was found, in the format's order; what no line states is left out.
    pub(crate) fn counted(self, rules: &FixedRules) -> Vec<CountedControl> {
        let mut all = Vec::new();
        for (at, control) in rules.controls.iter().enumerate() {
            if self.stated[at] == 0 {
                continue;
            }
            all.push(match &self.wrong[at] {
                Some((stated, found)) => CountedControl {
                    name: control.name.clone(),
                    stated: number(stated).map_or_else(|| stated.clone(), |n| shown(control, n)),
                    found: shown(control, *found),
                    ok: false,
                },
                None => CountedControl {
                    name: control.name.clone(),
                    stated: shown(control, self.agreed[at].0),
                    found: shown(control, self.agreed[at].1),
                    ok: true,
                },
            });
        }
        all
    }
}

/// For each kind of line, the terms that it adds to.
fn terms(rules: &FixedRules) -> Vec<Vec<(usize, usize, Term)>> {
    let mut of_kind = vec![Vec::new(); rules.lines.len()];
    for (control, of) in rules.controls.iter().enumerate() {
        for (way, terms) in of.equals.iter().enumerate() {
            for term in terms {
                of_kind[term.line].push((control, way, term.clone()));
            }
        }
    }
    of_kind
}

/// What a line adds to a sum.
fn value(term: &Term, text: &str) -> i128 {
    if let Some((start, length, word)) = &term.only
        && trimmed(columns(text, *start, *length)) != word
    {
        return 0;
    }
    let value = match term.sum {
        None => 1,
        Some((start, length)) => number(columns(text, start, length)).unwrap_or(0),
    };
    if term.minus { -value } else { value }
}

/// A number with the control's decimals.
fn shown(control: &FixedControl, number: i128) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs().to_string();
    implied(&digits, control.decimals).map_or(digits, |text| format!("{sign}{text}"))
}
