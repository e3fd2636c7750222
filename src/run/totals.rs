//! What records add up to, for the totals that a file states.

use crate::format::{Format, Total};
use crate::model::{Checked, ExactSum};

/// Count and sums that controls are held against.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    /// Records.
    pub count: u64,
    sums: Vec<(&'static str, ExactSum)>,
}

impl Totals {
    /// Totals of the fields that a format's controls sum.
    pub(super) fn of(format: &Format) -> Self {
        let mut sums: Vec<(&'static str, ExactSum)> = Vec::new();
        for control in &format.controls {
            if let Total::Sum(field) = control.equals
                && !sums.iter().any(|(name, _)| *name == field)
            {
                sums.push((field, ExactSum::default()));
            }
        }
        Self { count: 0, sums }
    }

    pub(super) fn add(&mut self, checked: &Checked) {
        self.count += 1;
        for (field, sum) in &mut self.sums {
            checked
                .amounts
                .iter()
                .filter(|read| read.field == *field)
                .for_each(|read| sum.add(read.amount));
        }
    }

    /// The total that a control asks for, as text with a decimal point.
    pub(super) fn text(&self, total: &Total) -> String {
        match total {
            Total::Count => self.count.to_string(),
            Total::Sum(field) => self.sum(field).text(2),
        }
    }

    pub(super) fn sum(&self, field: &str) -> ExactSum {
        self.sums
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, sum)| sum.clone())
            .unwrap_or_default()
    }
}
