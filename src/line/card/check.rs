//! Rules across the fields of one record, without the book.

use sha2::{Digest as _, Sha256};

use super::customer::missing_of_address;
use super::embossing;
use super::kinds::{ADDRESS, PERSON};
use crate::check::value::canonical;
use crate::code::Code;
use crate::model::{Fields, Finding, KindSpec};

/// What a record says of a card.
pub(super) const CARD_FIELDS: &[&str] = &[
    "card_contract_ref",
    "card_ref",
    "card_template",
    "embossing_name",
    "embossing_line2",
    "sending_mode",
    "pan",
];

/// What a record says of an account besides its reference.
pub(super) const ACCOUNT_FIELDS: &[&str] =
    &["parent_account_ref", "account_template", "iban", "bic"];

/// See [`crate::line::Registration::check`].
pub(super) fn check(kind: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    let found = &mut findings;
    match kind.name {
        "contract.create" => new_contract(fields, found),
        "contract.add-card" => added(fields, found),
        "contract.addresses" => {
            missing_of_address(fields, |name| {
                found.push(Finding::field(Code::Required, name));
            });
        }
        "contract.close" => closing(fields, found),
        "contract.legitimacy-document" => document(fields, found),
        "contract.inquire" => inquiry(fields, found),
        _ => {}
    }
    findings
}

fn new_contract(fields: &Fields, found: &mut Vec<Finding>) {
    lines(fields, found);
    needs(fields, found, "credit_limit", "currency");
    needs(fields, found, "mandate_date", "mandate_ref");
    needs(fields, found, "insurance_event_code", "insurance_package");
    let root = fields.text("root_account_ref");
    if root.is_some() && root == fields.text("card_account_ref") {
        found.push(
            Finding::field(Code::ConflictingFields, "card_account_ref")
                .saying("the card account is not the root account"),
        );
    }
}

fn added(fields: &Fields, found: &mut Vec<Finding>) {
    lines(fields, found);
    for name in ACCOUNT_FIELDS {
        needs(fields, found, name, "card_account_ref");
    }
    for spec in PERSON.iter().chain(ADDRESS) {
        needs(fields, found, spec.name, "owner_customer_ref");
    }
    wanted(fields, found);
    together(fields, found, &["fee_model", "fee_type"]);
    together(fields, found, &["fee_model2", "fee_type2"]);
    let kind = fields.text("fee_type2");
    if kind.is_some() && kind == fields.text("fee_type") {
        found.push(
            Finding::field(Code::ConflictingFields, "fee_type2")
                .saying("an account has one model of a type of fee"),
        );
    }
    let document = ["document_type", "document_no", "issue_date", "expiry_date"];
    together(fields, found, &document);
    self::document(fields, found);
}

/// Whether there is to be a card, and a new account, where the record says it outright.
fn wanted(fields: &Fields, found: &mut Vec<Finding>) {
    if fields.flag("new_card") == Some(false) {
        needs(fields, found, "new_card", "card_account_ref");
        if CARD_FIELDS.iter().any(|name| fields.has(name)) {
            found.push(
                Finding::field(Code::ConflictingFields, "new_card")
                    .saying("the record says something of a card, and that there is to be none"),
            );
        }
    }
    if fields.flag("new_account") == Some(true) {
        needs(fields, found, "new_account", "card_account_ref");
    }
}

/// A field that says nothing without another.
fn needs(fields: &Fields, found: &mut Vec<Finding>, name: &str, other: &'static str) {
    let told = |finding: &Finding| finding.code == Code::Required && finding.field == other;
    if fields.has(name) && !fields.has(other) && !found.iter().any(told) {
        let finding = Finding::field(Code::Required, other);
        found.push(finding.hinting(format!("`{name}` says nothing without it")));
    }
}

/// Fields that are given all, or none.
fn together(fields: &Fields, found: &mut Vec<Finding>, names: &[&'static str]) {
    if names.iter().any(|name| fields.has(name)) {
        let missing = names.iter().filter(|name| !fields.has(name));
        found.extend(missing.map(|name| Finding::field(Code::Required, *name)));
    }
}

fn lines(fields: &Fields, found: &mut Vec<Finding>) {
    for name in ["embossing_name", "embossing_line2"] {
        if let Some(Err(code)) = fields.text(name).map(embossing::line) {
            found.push(Finding::field(code, name));
        }
    }
}

fn closing(fields: &Fields, found: &mut Vec<Finding>) {
    match (fields.text("delay_type"), fields.has("closing_date")) {
        (Some("SCHEDULED"), false) => {
            found.push(Finding::field(Code::ClosingDateRequired, "closing_date"));
        }
        (Some("AT_CARD_EXPIRY"), true) => found.push(
            Finding::field(Code::ConflictingFields, "closing_date")
                .saying("only a SCHEDULED closing has a date")
                .hinting("leave the date out, or send SCHEDULED"),
        ),
        _ => {}
    }
}

fn document(fields: &Fields, found: &mut Vec<Finding>) {
    let dates = (fields.date("issue_date"), fields.date("expiry_date"));
    if let (Some(issued), Some(expires)) = dates
        && expires <= issued
    {
        found.push(Finding::field(Code::DateOrder, "expiry_date"));
    }
}

fn inquiry(fields: &Fields, found: &mut Vec<Finding>) {
    match (fields.has("contract_ref"), fields.has("iban")) {
        (false, false) => found.push(
            Finding::field(Code::Required, "contract_ref").hinting("give contract_ref or iban"),
        ),
        (true, true) => found.push(
            Finding::field(Code::ConflictingFields, "iban").hinting("give contract_ref or iban"),
        ),
        (true, false) | (false, true) => {}
    }
}

/// Digest of what a record says: equal for equal content, in whatever order.
pub(super) fn content(fields: &Fields) -> String {
    let given = fields.iter();
    let mut given: Vec<String> = given
        .map(|(name, value)| {
            let text = canonical(value);
            format!("{name}\n{}\n{text}\n", text.len())
        })
        .collect();
    given.sort_unstable();
    let digest = Sha256::digest(given.concat().as_bytes());
    let hex = |byte: &u8| format!("{byte:02x}");
    digest[..16].iter().map(hex).collect()
}
