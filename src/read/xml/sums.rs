//! What the records of one element must add up to.

use rust_decimal::Decimal;

use super::plan::{Path, Plan, Standing};
use super::unit::{Found, Unit};
use crate::code::Code;
use crate::format::{Convert, Format};
use crate::model::Finding;

/// The first sum that differs from what the element states; one that cannot be read differs too.
pub(super) fn off(format: &Format, unit: &Unit<'_>, records: &[(&Plan, usize)]) -> Option<Finding> {
    let mut seen: Vec<usize> = Vec::new();
    for &(plan, node) in records {
        if seen.contains(&plan.number) {
            continue;
        }
        seen.push(plan.number);
        for (field, stated) in &plan.adds_up {
            let standing = &plan.fields[*field];
            let field = &format.fields[standing.field];
            let told = number(&field.convert, unit, node, stated);
            let found = sum(&field.convert, unit, plan, standing);
            if told.is_none() || told != found {
                let say = |number: Option<Decimal>| {
                    number.map_or("what is no number".to_owned(), |n| n.to_string())
                };
                let message = format!("{}: {} stated, {} found", field.name, say(told), say(found));
                return Some(Finding::new(Code::TotalsMismatch).saying(message));
            }
        }
    }
    None
}

/// The sum over all elements that the plan's records may be, those that are passed over too.
fn sum(convert: &Convert, unit: &Unit<'_>, plan: &Plan, standing: &Standing) -> Option<Decimal> {
    let mut sum = Some(Decimal::ZERO);
    unit.each(0, &plan.steps, &mut |node| {
        let mut numbers = standing
            .paths
            .iter()
            .filter_map(|path| number(convert, unit, node, path));
        sum = sum
            .zip(numbers.next())
            .and_then(|(sum, number)| sum.checked_add(number));
        sum.is_some()
    });
    sum
}

fn number(convert: &Convert, unit: &Unit<'_>, node: usize, path: &Path) -> Option<Decimal> {
    let Found::One(at) = unit.select(unit.up(node, path.up), path) else {
        return None;
    };
    let text = unit.value(at, path)?.as_ref();
    convert.apply(text.into()).ok()?.parse().ok()
}
