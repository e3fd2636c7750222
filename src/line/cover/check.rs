//! Rules across the fields of one record, without the book.

use rust_decimal::Decimal;

use super::words::Channel;
use crate::check::{number, value};
use crate::code::Code;
use crate::line::days::days_after;
use crate::model::{Currency, FieldSpec, FieldType, Fields, Finding, KindSpec};

/// Currencies in which invoices are insured.
const CURRENCIES: &[&str] = &["DKK", "EUR", "GBP", "NOK", "SEK"];

/// The most decimals of an invoice's amount.
const DECIMALS: u32 = 2;

/// The most days from an invoice's issue to its due date.
const DUE_DAYS: u32 = 180;

/// The days that a seller on connect may give to pay.
const TERMS: std::ops::RangeInclusive<i64> = 7..=120;

/// What each channel must be told.
const CONNECT: &[&str] = &["invoice_payment_terms", "invoice_number", "seller_email"];
const OTHERS: &[&str] = &[
    "user_reference",
    "seller_reference",
    "buyer_reference",
    "invoice_issue_date",
    "invoice_due_date",
];

/// See [`crate::line::Registration::check`].
pub(super) fn check(kind: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    if kind.name == "quote.request" {
        request(fields, &mut findings);
    } else if !fields.has("invoice_reference") && !fields.has("cover_id") {
        findings.push(
            Finding::field(Code::Required, "invoice_reference")
                .hinting("give the invoice's reference or the `cover_id`"),
        );
    }
    findings
}

fn request(fields: &Fields, found: &mut Vec<Finding>) {
    identifiers(fields, found);
    amount(fields, found);
    language(fields, found);
    if let (Some(issued), Some(due)) = (
        fields.date("invoice_issue_date"),
        fields.date("invoice_due_date"),
    ) && due < issued
    {
        found.push(
            Finding::field(Code::DateOrder, "invoice_due_date")
                .hinting("an invoice is not due before it is issued"),
        );
    }
    match fields.text("channel").and_then(Channel::named) {
        Some(Channel::Connect) => {
            required(CONNECT, "connect", fields, found);
            terms(fields, found);
            if fields
                .text("seller_country")
                .is_some_and(|country| country != "SE")
            {
                found.push(
                    Finding::field(Code::InvalidCountry, "seller_country")
                        .saying("connect takes sellers of no such country")
                        .hinting("connect is for sellers in SE"),
                );
            }
        }
        Some(channel @ (Channel::Reinsure | Channel::Insure)) => {
            required(OTHERS, channel.as_str(), fields, found);
            due_soon(fields, found);
        }
        None => {}
    }
}

fn required(names: &[&'static str], channel: &str, fields: &Fields, found: &mut Vec<Finding>) {
    for name in names.iter().filter(|name| !fields.has(name)) {
        let finding = Finding::field(Code::Required, *name);
        found.push(finding.hinting(format!("channel {channel} needs it")));
    }
}

fn terms(fields: &Fields, found: &mut Vec<Finding>) {
    let terms = fields.integer("invoice_payment_terms");
    if terms.is_some_and(|days| !TERMS.contains(&days)) {
        let (least, most) = TERMS.into_inner();
        found.push(
            Finding::field(Code::OutOfRange, "invoice_payment_terms")
                .hinting(format!("give a number from {least} to {most}")),
        );
    }
}

fn due_soon(fields: &Fields, found: &mut Vec<Finding>) {
    let dates = (
        fields.date("invoice_issue_date"),
        fields.date("invoice_due_date"),
    );
    if let (Some(issued), Some(due)) = dates
        && due > days_after(issued, DUE_DAYS)
    {
        found.push(
            Finding::field(Code::OutOfRange, "invoice_due_date")
                .hinting(format!("at most {DUE_DAYS} days after the issue date")),
        );
    }
}

fn identifiers(fields: &Fields, found: &mut Vec<Finding>) {
    for (country, name) in [
        ("seller_country", "seller_identifier"),
        ("buyer_country", "buyer_identifier"),
    ] {
        let (Some(country), Some(text)) = (fields.text(country), fields.text(name)) else {
            continue;
        };
        if let Err(code) = identifier(country, text) {
            found.push(Finding::field(code, name));
        }
    }
}

/// A company's number as it is written inside. In the Nordic countries its check digit is judged; elsewhere it is 2 to
/// 20 letters and digits, separators off.
pub(super) fn identifier(country: &str, text: &str) -> Result<String, Code> {
    if let "SE" | "NO" | "DK" | "FI" = country {
        return number::identity(country, "company", text, None).map(|valid| valid.normalised);
    }
    let number = number::compact(text);
    let plain = number.bytes().all(|b| b.is_ascii_alphanumeric());
    if !plain || !(2..=20).contains(&number.len()) {
        return Err(Code::InvalidIdentityNo);
    }
    Ok(number.into_owned())
}

fn amount(fields: &Fields, found: &mut Vec<Finding>) {
    if let Some(amount) = fields.decimal("invoice_amount")
        && amount <= Decimal::ONE
    {
        found.push(
            Finding::field(Code::OutOfRange, "invoice_amount")
                .hinting("the amount must be more than 1.0"),
        );
    }
    decimals(fields, found);
    let Some(code) = fields.text("invoice_amount_currency") else {
        return;
    };
    if !CURRENCIES.contains(&code) {
        let known = CURRENCIES.join(", ");
        found.push(
            Finding::field(Code::CurrencyNotAllowed, "invoice_amount_currency")
                .hinting(format!("invoices are insured in {known}")),
        );
    }
}

/// Decimals beyond those of the record's currency are found without this line; here it is those of an amount whose
/// currency says nothing, or allows more.
fn decimals(fields: &Fields, found: &mut Vec<Finding>) {
    let scale = fields
        .decimal("invoice_amount")
        .map_or(0, |amount| amount.scale());
    let code = fields.text("invoice_amount_currency");
    let allowed = code.and_then(Currency::named).map(Currency::decimals);
    if scale > DECIMALS && allowed.is_none_or(|allowed| scale <= allowed) {
        found.push(Finding::field(Code::TooManyDecimals, "invoice_amount"));
    }
}

fn language(fields: &Fields, found: &mut Vec<Finding>) {
    const ANY_CASE: FieldSpec = FieldSpec::optional("seller_language", FieldType::Language);
    let Some(text) = fields.text("seller_language") else {
        return;
    };
    let lower = text.bytes().all(|b| b.is_ascii_lowercase());
    if !lower || value::parse(&ANY_CASE, text).is_err() {
        found.push(
            Finding::field(Code::InvalidLanguage, "seller_language")
                .hinting("two lower-case letters, such as sv"),
        );
    }
}

/// The currency of the invoice.
pub(super) fn currency(fields: &Fields) -> Currency {
    let code = fields.text("invoice_amount_currency");
    code.and_then(Currency::named)
        .expect("required: checked before")
}
