//! Rules across the fields of one record, without the book.

use rust_decimal::Decimal;

use super::bank;
use super::customer;
use super::numbers;
use super::words::{Action, CustomerType, Role};
use crate::code::Code;
use crate::model::{Fields, Finding, KindSpec, Value};

/// See [`crate::line::Registration::check`].
pub(super) fn check(kind: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    let found = &mut findings;
    match kind.name {
        "customer.create" => new_customer(fields, found),
        "customer.update" => known_identity(fields, found),
        "insurance.register" => registration(fields, found),
        "insurance.premium-collection" => collection(fields, found),
        "insurance.payout" => bank::payout(fields, found),
        "insurance.premium-paid" => period(fields, found),
        "insurance.party" => party(fields, found),
        _ => {}
    }
    findings
}

/// What a bank says of a mandate is judged with the book: there nothing of it is refused. All else names its insurance.
fn collection(fields: &Fields, found: &mut Vec<Finding>) {
    if fields.has("mandate_status") {
        return;
    }
    if !fields.has("insurance_no") {
        found.push(Finding::field(Code::Required, "insurance_no"));
    }
    bank::collection(fields, found);
}

/// A customer who is to be new needs the names of its type, and an identity number that is one.
fn new_customer(fields: &Fields, found: &mut Vec<Finding>) {
    names(fields, found);
    known_identity(fields, found);
}

/// The fields that a customer who is not in the book yet must have.
pub(super) fn missing_of_new_customer(fields: &Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in ["customer_type", "country", "identity_no"] {
        if !fields.has(name) {
            findings
                .push(Finding::field(Code::Required, name).hinting(
                    "the customer is not in the book: give all that a new customer needs",
                ));
        }
    }
    names(fields, &mut findings);
    findings.retain(|finding| finding.code == Code::Required);
    findings
}

fn names(fields: &Fields, found: &mut Vec<Finding>) {
    let Some(customer_type) = fields.text("customer_type").and_then(CustomerType::named) else {
        return;
    };
    let (needed, foreign): (&[_], &[_]) = match customer_type {
        CustomerType::Individual => (&["first_name", "last_name"], &["company_name"]),
        CustomerType::Company => (&["company_name"], &["first_name", "last_name"]),
    };
    for name in needed {
        if fields.get(name).is_none_or(|value| *value == Value::Clear) {
            found.push(Finding::field(Code::Required, *name));
        }
    }
    for name in foreign {
        if fields.has(name) {
            found.push(Finding::field(Code::FieldNotTaken, *name).saying(format!(
                "a customer of type {} has no such name; it was not used",
                customer_type.as_str()
            )));
        }
    }
}

/// An identity number can be checked where its country and the customer's type stand beside it.
fn known_identity(fields: &Fields, found: &mut Vec<Finding>) {
    let sent = (
        fields.text("country"),
        fields.text("customer_type"),
        fields.text("identity_no"),
    );
    let (Some(country), Some(customer_type), Some(number)) = sent else {
        return;
    };
    // Which century ten digits are of, and whether someone is born yet, is judged on the day it is decided.
    match numbers::identity(country, customer_type, number, None) {
        Ok(checked) => {
            found.extend(checked.note.map(|code| Finding::field(code, "identity_no")));
            let told = fields.date("birth_date");
            if told.is_some() && checked.birth_date.is_some_and(|day| Some(day) != told) {
                // Numbers of a neighbouring day are issued where those of the day are used up: no error.
                found.push(
                    Finding::field(Code::ConflictingFields, "birth_date")
                        .saying("the identity number names another birth date; this one counts")
                        .as_note(),
                );
            }
        }
        Err(code) => found.push(Finding::field(code, "identity_no")),
    }
}

/// The field that names the owner of a new insurance, and its number.
pub(super) fn owner(fields: &Fields) -> Option<(&'static str, &str)> {
    ["owner_customer_no", "customer_no"]
        .into_iter()
        .find_map(|name| Some((name, fields.text(name)?)))
}

/// Whether a registration carries its customer's own fields.
pub(super) fn has_details(fields: &Fields) -> bool {
    customer::field_names().any(|name| fields.has(name))
}

fn registration(fields: &Fields, found: &mut Vec<Finding>) {
    let owners = (fields.text("owner_customer_no"), fields.text("customer_no"));
    match owners {
        (None, None) => found.push(Finding::field(Code::Required, "owner_customer_no")),
        (Some(owner), Some(own)) if owner != own => {
            found.push(
                Finding::field(Code::ConflictingFields, "customer_no")
                    .saying("the customer whose details stand in the record is not the owner"),
            );
        }
        _ => {}
    }
    known_identity(fields, found);
    // Names of a customer who may be in the book already: only what contradicts the type is told here.
    let mut told = Vec::new();
    names(fields, &mut told);
    found.extend(told.into_iter().filter(|finding| !finding.rejects()));
    insured_twice(fields, found);
    if let (Some(start), Some(end)) = (fields.date("start_date"), fields.date("end_date"))
        && end <= start
    {
        found.push(
            Finding::field(Code::DateOrder, "end_date")
                .hinting("the end date comes after the start date"),
        );
    }
    same_meaning(fields, found);
    nothing_pending(fields, found);
    let (collects, pays) = (
        |name: &str| name.starts_with("collection_"),
        |name: &str| name.starts_with("payout_"),
    );
    with_method(
        fields,
        found,
        collects,
        "collection_method",
        bank::collection,
    );
    with_method(fields, found, pays, "payout_method", bank::payout);
}

fn insured_twice(fields: &Fields, found: &mut Vec<Finding>) {
    let Some(second) = fields.text("insured2_customer_no") else {
        return;
    };
    let first = fields
        .text("insured_customer_no")
        .or(owner(fields).map(|(_, number)| number));
    if first == Some(second) {
        found.push(
            Finding::field(Code::ConflictingFields, "insured2_customer_no")
                .saying("the second insured is the first one"),
        );
    }
}

/// A property and the field of the same meaning.
pub(super) const SAME: &[(&str, &str)] = &[
    ("property.ApprovedByBank", "approved_by_bank"),
    ("property.ApprovedByCustomer", "approved_by_customer"),
    ("property.DistributionChannel", "distribution_channel"),
];

fn same_meaning(fields: &Fields, found: &mut Vec<Finding>) {
    for &(property, field) in SAME {
        let values = (fields.get(property), fields.get(field));
        if let (Some(one), Some(other)) = values
            && one != other
        {
            found.push(
                Finding::field(Code::ConflictingFields, property)
                    .saying(format!("`{field}` means the same and has another value")),
            );
        }
    }
}

/// A new insurance has no raise that waits: only insurance.top-up makes one.
fn nothing_pending(fields: &Fields, found: &mut Vec<Finding>) {
    let amounts = [
        "property.PendingTopupAmount",
        "property.PendingAnnualPremium",
    ];
    let set = amounts
        .into_iter()
        .filter(|name| {
            fields
                .decimal(name)
                .is_some_and(|amount| amount != Decimal::ZERO)
        })
        .chain(
            fields
                .date("property.PendingTopupCreationDate")
                .map(|_| "property.PendingTopupCreationDate"),
        )
        .chain(
            (fields.flag("property.TopupApprovedByBank") == Some(true))
                .then_some("property.TopupApprovedByBank"),
        );
    for name in set {
        found.push(
            Finding::field(Code::ConflictingFields, name)
                .saying("no top-up of this insurance is pending")
                .hinting("leave it out; insurance.top-up sets it"),
        );
    }
}

/// What a method carries is checked with the method; without one, it lacks it.
fn with_method(
    fields: &Fields,
    found: &mut Vec<Finding>,
    is_carried: impl Fn(&str) -> bool,
    method: &'static str,
    check: fn(&Fields, &mut Vec<Finding>),
) {
    if fields.has(method) {
        check(fields, found);
    } else if fields.iter().any(|(name, _)| is_carried(name)) {
        found.push(Finding::field(Code::Required, method));
    }
}

fn period(fields: &Fields, found: &mut Vec<Finding>) {
    match (fields.date("period_start"), fields.date("period_end")) {
        (Some(start), Some(end)) if end < start => {
            found.push(Finding::field(Code::DateOrder, "period_end"));
        }
        (Some(_), None) if !fields.has("period_end") => {
            found.push(
                Finding::field(Code::Required, "period_end")
                    .hinting("give both ends of the period, or none"),
            );
        }
        (None, Some(_)) if !fields.has("period_start") => {
            found.push(
                Finding::field(Code::Required, "period_start")
                    .hinting("give both ends of the period, or none"),
            );
        }
        _ => {}
    }
}

fn party(fields: &Fields, found: &mut Vec<Finding>) {
    let role = fields.text("role").and_then(Role::named);
    let action = fields.text("action").and_then(Action::named);
    let share = fields.has("share");
    if share && role.is_some_and(|role| role != Role::Beneficiary) {
        found.push(
            Finding::field(Code::ConflictingFields, "share")
                .saying("only a beneficiary has a share"),
        );
    }
    if !share && (role, action) == (Some(Role::Beneficiary), Some(Action::Change)) {
        found.push(
            Finding::field(Code::Required, "share")
                .hinting("a beneficiary's share is what can change"),
        );
    }
}
