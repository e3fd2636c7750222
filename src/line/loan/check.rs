//! Rules across the fields of one record, without the book.

use rust_decimal::Decimal;

use super::words::{Action, OfferAction};
use crate::code::Code;
use crate::model::{Fields, Finding, KindSpec, Value};

/// The first amount that is too high to be one: sums of many must stay countable.
const TOO_MUCH: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// See [`crate::line::Registration::check`].
pub(super) fn check(kind: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, value) in fields.iter() {
        if matches!(value, Value::Amount(amount) if *amount >= TOO_MUCH) {
            let finding = Finding::field(Code::OutOfRange, name);
            found.push(finding.hinting(format!("give less than {TOO_MUCH}")));
        }
    }
    match kind.name {
        "loan.offer" => offer(fields, &mut found),
        "loan.contract" => contract(fields, &mut found),
        "loan.receivable" => receivable(fields, &mut found),
        "loan.match" if !fields.has("bank_reference") && !fields.has("cash_reference") => {
            let finding = Finding::field(Code::Required, "cash_reference");
            found.push(finding.hinting("give the cash reference, or the bank's reference"));
        }
        _ => {}
    }
    found
}

/// Notes which of these are missing.
fn need(fields: &Fields, found: &mut Vec<Finding>, names: &[&'static str], action: &str) {
    for name in names.iter().filter(|name| !fields.has(name)) {
        let finding = Finding::field(Code::Required, *name);
        found.push(finding.hinting(format!("the action `{action}` demands it")));
    }
}

fn offer(fields: &Fields, found: &mut Vec<Finding>) {
    if fields.text("action") == Some(OfferAction::Present.as_str()) {
        need(fields, found, &["amount", "currency"], "present");
    }
}

/// What a contract is made of.
const MADE_OF: &[&str] = &[
    "person_id",
    "loan_type",
    "country",
    "reference_no",
    "currency",
    "amount",
];

/// What new terms can be about.
const TERMS: &[&str] = &["amount", "repayment_method", "repayment_channel"];

fn contract(fields: &Fields, found: &mut Vec<Finding>) {
    let Some(action) = fields.text("action").and_then(Action::named) else {
        return;
    };
    let more: &[&str] =
        match action {
            Action::Create => {
                need(fields, found, MADE_OF, "create");
                need(fields, found, &["offer_id"], "create");
                &[
                    "offer_id",
                    "payer_no",
                    "repayment_method",
                    "repayment_channel",
                ]
            }
            Action::Import => {
                need(fields, found, MADE_OF, "import");
                need(fields, found, &["principal"], "import");
                &[
                    "principal",
                    "payer_no",
                    "repayment_method",
                    "repayment_channel",
                ]
            }
            Action::Replace => {
                if TERMS.iter().all(|name| !fields.has(name)) {
                    let finding = Finding::field(Code::Required, "amount");
                    found.push(finding.hinting(
                        "give the terms that are new: amount, repayment method or channel",
                    ));
                }
                &[
                    "amount",
                    "currency",
                    "repayment_method",
                    "repayment_channel",
                ]
            }
            _ => &[],
        };
    let made = matches!(action, Action::Create | Action::Import);
    for (name, _) in fields.iter() {
        let own = matches!(name, "contract_no" | "action" | "comment") || more.contains(&name);
        let of_made = made && MADE_OF.contains(&name);
        if made && fields.clears(name) {
            found.push(
                Finding::field(Code::InvalidCharacter, name)
                    .saying("a contract that is made has nothing to empty")
                    .hinting("leave the field blank"),
            );
        }
        if !own && !of_made {
            let action = action.as_str();
            let finding = Finding::field(Code::FieldNotTaken, name);
            found.push(finding.saying(format!(
                "the action `{action}` does not take the field; it was not used"
            )));
        }
    }
}

fn receivable(fields: &Fields, found: &mut Vec<Finding>) {
    let lines = fields.iter().filter(|(name, _)| name.starts_with("line."));
    let amounts = lines.filter_map(|(name, _)| Some((name, fields.decimal(name)?)));
    let amounts: Vec<(&'static str, Decimal)> = amounts.collect();
    let sum: Decimal = amounts
        .iter()
        .map(|(_, amount)| *amount)
        .filter(|amount| *amount < TOO_MUCH)
        .sum();
    match amounts.first() {
        None => {
            let finding = Finding::field(Code::Required, "line.PRI");
            found.push(finding.hinting("give a line at least: line.PRI, line.INT or a fee's"));
        }
        Some((first, _)) if sum.is_zero() => {
            found.push(Finding::field(Code::NotPositive, *first));
        }
        Some(_) => {
            if fields.decimal("amount").is_some_and(|amount| amount != sum) {
                let finding = Finding::field(Code::SumMismatch, "amount");
                found.push(finding.hinting(format!("the lines add up to {sum}")));
            }
        }
    }
    let (billing, due) = (fields.date("billing_date"), fields.date("due_date"));
    if billing.zip(due).is_some_and(|(billing, due)| due < billing) {
        let finding = Finding::field(Code::DateOrder, "due_date");
        found.push(finding.hinting("the due date is the billing date or later"));
    }
    match (fields.date("period_start"), fields.date("period_end")) {
        (Some(start), Some(end)) if end < start => {
            found.push(Finding::field(Code::DateOrder, "period_end"));
        }
        (Some(_), None) => found.push(Finding::field(Code::Required, "period_end")),
        (None, Some(_)) => found.push(Finding::field(Code::Required, "period_start")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_million_millions_are_too_much() {
        assert_eq!(TOO_MUCH, Decimal::from(1_000_000_000_000_000_u64));
    }
}
