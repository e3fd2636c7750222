//! What a way of collecting or paying out must carry, and whether its numbers can be right.

use super::numbers::{self, Valid};
use super::words::{Method, PayoutMethod};
use crate::code::Code;
use crate::model::{Fields, Finding};

/// The names of one set of account fields.
struct Names {
    account: &'static str,
    clearing: &'static str,
    iban: &'static str,
    bic: &'static str,
}

const COLLECTION: Names = Names {
    account: "collection_account",
    clearing: "collection_clearing",
    iban: "collection_iban",
    bic: "collection_bic",
};

const PAYOUT: Names = Names {
    account: "payout_account",
    clearing: "payout_clearing",
    iban: "payout_iban",
    bic: "payout_bic",
};

const PAYER_IDENTITY: &str = "collection_payer_identity_no";

/// Checks what the collection method of a record carries.
pub(super) fn collection(fields: &Fields, found: &mut Vec<Finding>) {
    let Some(method) = fields.text("collection_method").and_then(Method::named) else {
        return;
    };
    let names = &COLLECTION;
    match method {
        Method::Autogiro => {
            autogiro_account(fields, found);
            need(fields, found, PAYER_IDENTITY);
        }
        Method::Bankgiro => giro(fields, found, names, false, numbers::bankgiro),
        Method::Plusgiro => giro(fields, found, names, false, numbers::plusgiro),
        Method::Account => account_or_iban(fields, found, names),
        Method::ForeignAccount => foreign(fields, found, names),
        Method::CoBilling => need(fields, found, "collection_agreement_ref"),
        Method::Insurance => need(fields, found, "collection_insurance_no"),
        Method::Other => need(fields, found, "collection_text"),
        Method::Cash | Method::MovedOut => {}
    }
    if let Some(number) = fields.text(PAYER_IDENTITY) {
        judge(&numbers::payer(number, None), found, PAYER_IDENTITY);
    }
}

/// Checks the numbers that a bank's advice on a mandate carries; it may carry none.
pub(super) fn mandate(fields: &Fields, found: &mut Vec<Finding>) {
    if fields.has(COLLECTION.account) {
        autogiro_account(fields, found);
    }
    if let Some(number) = fields.text(PAYER_IDENTITY) {
        judge(&numbers::payer(number, None), found, PAYER_IDENTITY);
    }
}

/// Checks what the payout method of a record carries.
pub(super) fn payout(fields: &Fields, found: &mut Vec<Finding>) {
    let Some(method) = fields.text("payout_method").and_then(PayoutMethod::named) else {
        return;
    };
    let names = &PAYOUT;
    match method {
        PayoutMethod::Account => account_or_iban(fields, found, names),
        PayoutMethod::Bankgiro => giro(fields, found, names, true, numbers::bankgiro),
        PayoutMethod::Plusgiro => giro(fields, found, names, true, numbers::plusgiro),
        PayoutMethod::ForeignAccount => foreign(fields, found, names),
    }
}

fn need(fields: &Fields, found: &mut Vec<Finding>, name: &'static str) {
    if !fields.has(name) {
        found.push(Finding::field(Code::Required, name).hinting("the method demands it"));
    }
}

fn judge(checked: &Result<Valid, Code>, found: &mut Vec<Finding>, name: &'static str) {
    let code = match checked {
        Ok(valid) => valid.note,
        Err(code) => Some(*code),
    };
    found.extend(code.map(|code| Finding::field(code, name)));
}

/// Clearing and account number, or the payer's bankgiro in the account's place.
fn autogiro_account(fields: &Fields, found: &mut Vec<Finding>) {
    match (
        fields.text(COLLECTION.clearing),
        fields.text(COLLECTION.account),
    ) {
        (Some(clearing), Some(account)) => {
            judge(
                &numbers::account(clearing, account),
                found,
                COLLECTION.account,
            );
        }
        (None, Some(giro)) if giro.len() <= 8 => {
            judge(&numbers::bankgiro(giro), found, COLLECTION.account);
        }
        (None, Some(_)) => found.push(
            Finding::field(Code::Required, COLLECTION.clearing)
                .hinting("an account needs its clearing number; a bankgiro has 7 or 8 digits"),
        ),
        (_, None) => found.push(
            Finding::field(Code::Required, COLLECTION.account)
                .hinting("give clearing and account number, or the payer's bankgiro"),
        ),
    }
}

fn giro(
    fields: &Fields,
    found: &mut Vec<Finding>,
    names: &Names,
    needed: bool,
    check: fn(&str) -> Result<Valid, Code>,
) {
    match fields.text(names.account) {
        Some(number) => judge(&check(number), found, names.account),
        None if needed => need(fields, found, names.account),
        None => {}
    }
}

/// Clearing and account number, or an IBAN; where both are given, both must be right.
fn account_or_iban(fields: &Fields, found: &mut Vec<Finding>, names: &Names) {
    match (fields.text(names.clearing), fields.text(names.account)) {
        (Some(clearing), Some(account)) => {
            judge(&numbers::account(clearing, account), found, names.account);
        }
        (None, None) if fields.has(names.iban) => {}
        (clearing, account) => {
            for (given, name) in [(account, names.account), (clearing, names.clearing)] {
                if given.is_none() {
                    found.push(
                        Finding::field(Code::Required, name)
                            .hinting("give clearing and account number, or an IBAN"),
                    );
                }
            }
        }
    }
}

/// An IBAN, or an account number where the bank's country has none; and the bank's BIC.
fn foreign(fields: &Fields, found: &mut Vec<Finding>, names: &Names) {
    need(fields, found, names.bic);
    if fields.has(names.iban) {
        return;
    }
    let country = fields.text(names.bic).and_then(|bic| bic.get(4..6));
    if !fields.has(names.account) || country.is_some_and(numbers::has_iban) {
        found.push(
            Finding::field(Code::Required, names.iban).hinting(
                "give the IBAN; an account number alone only where the country has no IBAN",
            ),
        );
    }
}
