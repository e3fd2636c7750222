//! Which elements within one that is cut out are records.

use super::plan::{Cut, Path, When};
use super::unit::{Found, Unit};
use crate::code::Code;
use crate::format::XmlHolds;
use crate::model::Finding;

/// Records in one element.
pub(super) const RECORDS_MAX: usize = 1000;

/// An element where records of one name may stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Its plan, by number in the cut.
    pub(super) plan: usize,
    /// Where it is.
    pub(super) node: usize,
    /// Whether it is one: not left to another record, asked for, and such as the format takes.
    pub(super) is_record: bool,
    /// Whether it is passed over, since the format does not take its like.
    pub(super) passed: bool,
}

/// Why no records can be told in an element.
#[derive(Clone, Copy, Debug)]
pub(super) enum Untold {
    /// The mark says nothing that the format knows.
    Mark,
    /// There are none.
    None,
    /// There are none that the format takes.
    Passed,
    /// There are more than anyone needs.
    TooMany,
}

/// The elements where records may stand, in the order of the document.
pub(super) fn candidates(cut: &Cut, unit: &Unit<'_>) -> Result<Vec<Candidate>, Untold> {
    let only = match unit.mark {
        Some((_, _, says)) => Some(asked(cut, says).ok_or(Untold::Mark)?),
        None => None,
    };
    // Where the record that takes in the first of others was taken, they went with it.
    let whole = cut.plans.iter().position(|plan| plan.steps.is_empty());
    let without = (only.as_ref().zip(whole)).is_some_and(|(only, whole)| !only.contains(&whole));
    let mut candidates = Vec::new();
    for (number, plan) in cut.plans.iter().enumerate() {
        let mut left = plan.skip;
        unit.each(0, &plan.steps, &mut |node| {
            let asked = only.as_ref().is_none_or(|only| only.contains(&number));
            let holds = plan.when.iter().all(|when| when.holds(unit, node));
            let is_record = holds && asked && (left == 0 || without);
            left = left.saturating_sub(1);
            candidates.push(Candidate {
                plan: number,
                node,
                is_record,
                passed: !holds,
            });
            true
        });
    }
    // Of several that a node may be it is the first whose conditions hold.
    candidates.sort_by_key(|candidate| (candidate.node, candidate.passed));
    candidates.dedup_by_key(|candidate| candidate.node);
    match candidates
        .iter()
        .filter(|candidate| candidate.is_record)
        .count()
    {
        0 if candidates.iter().any(|candidate| candidate.passed) => Err(Untold::Passed),
        0 => Err(Untold::None),
        1..=RECORDS_MAX => Ok(candidates),
        _ => Err(Untold::TooMany),
    }
}

impl When {
    /// Whether it holds of an element.
    fn holds(&self, unit: &Unit<'_>, node: usize) -> bool {
        let found = |path: &Path| unit.select(unit.up(node, path.up), path);
        match &self.holds {
            XmlHolds::Several => self.at.iter().any(|path| found(path) == Found::Several),
            XmlHolds::NotSeveral => self.at.iter().all(|path| found(path) != Found::Several),
            XmlHolds::Is(words) => {
                let mut texts = self.at.iter().filter_map(|path| match found(path) {
                    Found::One(node) => unit.value(node, path).map(|text| text.trim()),
                    Found::Nothing | Found::Several => None,
                });
                let first = texts.find(|text| !text.is_empty());
                first.is_some_and(|text| words.iter().any(|word| word == text))
            }
        }
    }
}

/// The plans that a mark asks for.
fn asked(cut: &Cut, says: &str) -> Option<Vec<usize>> {
    let mut words = says.split_ascii_whitespace();
    if words.next() != Some("only") {
        return None;
    }
    let named = |word| cut.plans.iter().position(|plan| plan.name == word);
    let asked: Option<Vec<usize>> = words.map(named).collect();
    asked.filter(|asked| !asked.is_empty())
}

impl Untold {
    /// What is told of it.
    pub(super) fn finding(self) -> Finding {
        match self {
            Self::Mark => Finding::new(Code::Malformed)
                .saying("the mark `<?sluss …?>` names no record of this element")
                .hinting("leave it as it came in the file of rejected records"),
            Self::None | Self::Passed => Finding::new(Code::Required)
                .saying("the element holds none of the records that it is for")
                .hinting("send it with one at least, or leave it out"),
            Self::TooMany => Finding::new(Code::RecordTooLarge)
                .saying("the element holds more than 1000 records")
                .hinting("send it in parts"),
        }
    }
}
