//! Rules across the fields of one record, without the book.

use std::borrow::Cow;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::kinds::{ACCOUNT, BORROWER};
use super::premium::HIGHEST;
use super::words::RebateType;
use crate::check::number::{Valid, cnpj, cpf};
use crate::code::Code;
use crate::model::{Fields, Finding, KindSpec};

/// See [`crate::line::Registration::check`].
pub(super) fn check(kind: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    let found = &mut findings;
    match kind.name {
        "credit.eligibility" => borrower(fields, found),
        "credit.simulate" => operation(fields, found),
        "credit.create" => {
            operation(fields, found);
            if insured(fields) {
                demanded(fields, found);
            }
        }
        _ => {}
    }
    findings
}

/// The borrower's CPF as the book keeps it.
pub(super) fn cpf_of(fields: &Fields) -> String {
    let text = fields
        .text("document_number")
        .expect("required: checked before");
    cpf(text).expect("a CPF: checked before").normalised
}

fn borrower(fields: &Fields, found: &mut Vec<Finding>) {
    if let Some(Err(code)) = fields.text("document_number").map(cpf) {
        found.push(
            Finding::field(code, "document_number")
                .hinting("give the borrower's CPF: eleven digits, the last two of which prove it"),
        );
    }
    if fields
        .decimal("issue_amount")
        .is_some_and(|amount| amount > HIGHEST)
    {
        found.push(
            Finding::field(Code::OutOfRange, "issue_amount")
                .hinting(format!("give {HIGHEST} at most")),
        );
    }
}

fn operation(fields: &Fields, found: &mut Vec<Finding>) {
    borrower(fields, found);
    purchaser(fields, found);
    account(fields, found);
    eight_digits(fields, found);
    rebates_fit(fields, found);
    installments_fit(fields, found);
}

fn purchaser(fields: &Fields, found: &mut Vec<Finding>) {
    let name = "purchaser_document_number";
    if let Some(Err(code)) = fields.text(name).map(cnpj) {
        found.push(Finding::field(code, name).hinting(
            "give the purchaser's CNPJ: twelve digits or capitals, and two digits that prove it",
        ));
    }
}

/// Where money goes must be whole: an order is made of it later.
fn account(fields: &Fields, found: &mut Vec<Finding>) {
    let given = ACCOUNT.iter().any(|spec| fields.has(spec.name));
    for name in ["account_ispb", "account_branch", "account_number"] {
        if given && !fields.has(name) {
            found.push(
                Finding::field(Code::Required, name)
                    .hinting("give all of the account, or nothing of it"),
            );
        }
    }
    let name = "account_document";
    if let Some(Err(code)) = fields.text(name).map(holder) {
        found.push(
            Finding::field(code, name).hinting("give the CPF or CNPJ of the account's holder"),
        );
    }
}

/// A workbook drops zeros in front: what is left names another bank or place, or none.
fn eight_digits(fields: &Fields, found: &mut Vec<Finding>) {
    let rows = [
        ("account_ispb", Code::InvalidAccount, "a bank's ISPB"),
        ("postal_code", Code::InvalidNumber, "a postal code"),
    ];
    for (name, code, what) in rows {
        if fields.text(name).is_some_and(|digits| digits.len() != 8) {
            found.push(
                Finding::field(code, name)
                    .saying(format!("{what} has eight digits"))
                    .hinting("give all of them, zeros in front too"),
            );
        }
    }
}

/// The number of an account's holder, a person or a company.
pub(super) fn holder(text: &str) -> Result<Valid, Code> {
    match cpf(text) {
        Err(Code::InvalidIdentityNo) => cnpj(text),
        person => person,
    }
}

/// One rebate of a record, with the names of its fields.
pub(super) struct Given<'a> {
    /// What all its fields begin with.
    prefix: Cow<'static, str>,
    pub rebate_type: Option<RebateType>,
    pub description: Option<&'a str>,
    pub amount: Option<Decimal>,
}

impl Given<'_> {
    /// The field of this part, as the record names it, or would.
    pub(super) fn field(&self, fields: &Fields, part: &str) -> Cow<'static, str> {
        let name = format!("{}{part}", self.prefix);
        let mut known = fields.iter().map(|(known, _)| known);
        known
            .find(|known| **known == *name)
            .map_or(Cow::Owned(name), Cow::Borrowed)
    }
}

/// The rebates of a record: the one that has no number, then the others by theirs.
pub(super) fn rebates(fields: &Fields) -> Vec<Given<'_>> {
    let mut prefixes: Vec<&'static str> = Vec::new();
    for (name, _) in fields.iter() {
        let cut = name.strip_prefix("rebate_").map(|_| "rebate_".len());
        let cut = cut.or_else(|| {
            name.strip_prefix("rebate.")
                .and(name.rfind('.'))
                .map(|at| at + 1)
        });
        let prefix = cut.map(|at| &name[..at]);
        prefixes.extend(prefix.filter(|prefix| !prefixes.contains(prefix)));
    }
    prefixes.sort_by_key(|prefix| number_of(prefix));
    let rebate = |prefix: &'static str| {
        let name = |part: &str| format!("{prefix}{part}");
        Given {
            prefix: prefix.into(),
            rebate_type: fields.text(&name("type")).and_then(RebateType::named),
            description: fields.text(&name("description")),
            amount: fields.decimal(&name("amount")),
        }
    };
    prefixes.into_iter().map(rebate).collect()
}

/// The number in what a family's members begin with, such as `rebate.2.`; none is the least.
fn number_of(prefix: &str) -> Option<u32> {
    prefix.split('.').nth(1)?.parse().ok()
}

/// Whether an insurance of this site is asked for.
fn insured(fields: &Fields) -> bool {
    let mut rebates = rebates(fields).into_iter();
    rebates.any(|rebate| rebate.rebate_type == Some(RebateType::PremiumQi))
}

fn rebates_fit(fields: &Fields, found: &mut Vec<Finding>) {
    let rebates = rebates(fields);
    let is_ours = |rebate: &&Given<'_>| rebate.rebate_type == Some(RebateType::PremiumQi);
    for rebate in &rebates {
        let field = |part| rebate.field(fields, part);
        match rebate.rebate_type {
            None => found.push(Finding::field(Code::Required, field("type"))),
            Some(RebateType::PremiumQi) => {
                if rebate.description.is_none() {
                    let finding = Finding::field(Code::Required, field("description"));
                    found.push(finding.hinting("give the code of the insurance product"));
                }
                if rebate.amount.is_some() {
                    found.push(Finding::field(Code::AmountIsComputed, field("amount")));
                }
            }
            Some(RebateType::Tac | RebateType::Premium) => {
                if rebates.iter().any(|other| is_ours(&other)) {
                    found.push(Finding::field(Code::RebatesExcludeEachOther, field("type")));
                }
            }
        }
    }
    for second in rebates.iter().filter(is_ours).skip(1) {
        let finding = Finding::field(Code::ConflictingFields, second.field(fields, "type"));
        found.push(finding.saying("an operation has one insurance, and this is the second"));
    }
}

/// One installment that a record lists.
pub(super) struct Listed {
    prefix: &'static str,
    pub due_date: Option<NaiveDate>,
    pub amount: Option<Decimal>,
}

/// The installments that a record lists, by their numbers.
pub(super) fn installments(fields: &Fields) -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for (name, _) in fields
        .iter()
        .filter(|(name, _)| name.starts_with("installment."))
    {
        let at = name.rfind('.').expect("it begins with a word and a dot") + 1;
        let prefix = &name[..at];
        if !listed.iter().any(|one| one.prefix == prefix) {
            listed.push(Listed {
                prefix,
                due_date: fields.date(&format!("{prefix}due_date")),
                amount: fields.decimal(&format!("{prefix}amount")),
            });
        }
    }
    listed.sort_by_key(|one| number_of(one.prefix));
    listed
}

/// As many as said, all of them whole, and all of them due after disbursement.
fn installments_fit(fields: &Fields, found: &mut Vec<Finding>) {
    let listed = installments(fields);
    let disbursed = fields.date("disbursement_date");
    let first = fields.date("first_due_date");
    let early = |due: Option<NaiveDate>| due.zip(disbursed).is_some_and(|(due, on)| due <= on);
    let late = "an installment is due after the disbursement date";
    if listed.is_empty() && first.is_none() {
        let finding = Finding::field(Code::Required, "first_due_date");
        found.push(
            finding.hinting("give the first due date, or `installment.1.due_date` and so on"),
        );
    }
    if early(first) {
        found.push(Finding::field(Code::DateOrder, "first_due_date").hinting(late));
    }
    for one in &listed {
        let name = |part: &str| format!("{}{part}", one.prefix);
        if one.due_date.is_none() {
            found.push(Finding::field(Code::Required, name("due_date")));
        }
        if one.amount.is_none() {
            found.push(Finding::field(Code::Required, name("amount")));
        }
        if early(one.due_date) {
            found.push(Finding::field(Code::DateOrder, name("due_date")).hinting(late));
        }
    }
    let said = fields.integer("number_of_installments");
    let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
    if !listed.is_empty() && said.is_some_and(|said| said != count) {
        let finding = Finding::field(Code::ConflictingFields, "number_of_installments");
        found.push(finding.saying(format!("the record lists {count} installments")));
    }
    let earliest = listed.iter().filter_map(|one| one.due_date).min();
    if let (Some(first), Some(earliest)) = (first, earliest)
        && first != earliest
    {
        let finding = Finding::field(Code::ConflictingFields, "first_due_date");
        found.push(
            finding.saying("the first installment that the record lists is due on another day"),
        );
    }
}

/// What an insurance cannot be issued without.
fn demanded(fields: &Fields, found: &mut Vec<Finding>) {
    let borrower = BORROWER.iter().map(|spec| spec.name);
    let needed = std::iter::once("birth_date").chain(borrower.filter(|name| *name != "complement"));
    for name in needed.filter(|name| !fields.has(name)) {
        let finding = Finding::field(Code::Required, name);
        found.push(finding.hinting("an operation with insurance needs it"));
    }
}
