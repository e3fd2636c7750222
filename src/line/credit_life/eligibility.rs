//! Who can be insured: `credit.eligibility`, and what creation and simulation ask for the same way.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::product::Product;
use crate::code::Code;
use crate::line::work::Work;
use crate::model::Finding;

/// A borrower and what he borrows.
pub(super) struct Applicant<'a> {
    /// CPF, digits alone.
    pub document_number: &'a str,
    /// Where it is not known, age is not judged.
    pub birth_date: Option<NaiveDate>,
    pub issue_amount: Decimal,
    pub disbursement_date: NaiveDate,
}

/// Every reason for which a product does not take him.
pub(super) fn against(applicant: &Applicant<'_>, product: &Product) -> Vec<Finding> {
    let mut found = Vec::new();
    let on = applicant.disbursement_date;
    let (youngest, oldest) = (product.min_age, product.max_age);
    let fits = |born: NaiveDate| {
        let years = on.years_since(born);
        years.is_some_and(|years| (youngest..=oldest).contains(&years))
    };
    if applicant.birth_date.is_some_and(|born| !fits(born)) {
        found.push(
            Finding::field(Code::AgeOutOfBounds, "birth_date")
                .saying("the borrower is outside the product's ages on the disbursement date")
                .hinting(format!(
                    "the product takes borrowers from {youngest} to {oldest} years"
                )),
        );
    }
    let amount = applicant.issue_amount;
    let low = product.min_amount.filter(|least| amount < *least);
    let high = product.max_amount.filter(|most| amount > *most);
    if let Some(bound) = low.or(high) {
        let side = if low.is_some() { "least" } else { "most" };
        found.push(
            Finding::field(Code::AmountOutOfBounds, "issue_amount")
                .hinting(format!("the product takes {bound} at {side}")),
        );
    }
    if product.excluded.holds(applicant.document_number) {
        found.push(Finding::field(Code::Excluded, "document_number"));
    }
    found
}

/// `credit.eligibility`.
pub(super) fn eligibility(work: &mut Work<'_>) {
    let Some(product) = asked(work) else {
        return;
    };
    let fields = work.fields;
    let number = super::check::cpf_of(fields);
    let applicant = Applicant {
        document_number: &number,
        birth_date: fields.date("birth_date"),
        issue_amount: fields
            .decimal("issue_amount")
            .expect("required: checked before"),
        disbursement_date: fields.date("disbursement_date").unwrap_or(work.today()),
    };
    let against = against(&applicant, product);
    let mut answer = json!({ "eligible": against.is_empty() });
    if !against.is_empty() {
        let reasons = against.iter().map(|one| one.code.as_str());
        answer["reasons"] = reasons.collect::<Json>();
    }
    work.decision.reply = Some(answer);
}

/// The product that is meant: the one named, or the only one that there is.
fn asked<'a>(work: &mut Work<'a>) -> Option<&'a Product> {
    let products = &work.context.products.credit_life;
    if let Some(code) = work.fields.text("product") {
        return product(work, code, "product");
    }
    if let (1, Some(only)) = (products.len(), products.values().next()) {
        return Some(only);
    }
    if products.is_empty() {
        work.note(Finding::field(Code::UnknownProduct, "product"));
        return None;
    }
    let codes: Vec<&str> = products.keys().map(String::as_str).collect();
    let hint = format!("there is more than one product: {}", codes.join(", "));
    work.note(Finding::field(Code::Required, "product").hinting(hint));
    None
}

/// The settings of a product; where there are none, that is noted about the field that names it.
pub(super) fn product<'a>(
    work: &mut Work<'a>,
    code: &str,
    field: impl Into<std::borrow::Cow<'static, str>>,
) -> Option<&'a Product> {
    let product = work.context.products.credit_life.get(code);
    if product.is_none() {
        work.note(Finding::field(Code::UnknownProduct, field));
    }
    product
}
