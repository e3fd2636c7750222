//! `credit.create` and `credit.simulate`: an operation, with its insurance where it has one.

use anyhow::Result;
use serde_json::json;

use super::check::{cpf_of, holder, installments, rebates};
use super::eligibility::{Applicant, against, product};
use super::entity::{Installment, Insurance, Operation, Rebate};
use super::events::{event_datetime, tell};
use super::kinds::{ACCOUNT, BORROWER};
use super::lifecycle::{Ask, step};
use super::premium::premium;
use super::reais;
use super::words::{RebateType, State};
use crate::check::number::cnpj;
use crate::line::Store;
use crate::line::told::{json as told, money};
use crate::line::work::{Work, keep, load};
use crate::model::{Decision, FieldSpec, Fields, Object as Map};

/// Decides `credit.create`.
pub(super) fn create(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let mut operation = operation(work.fields);
    operation.insurance = insurance(&mut work, &operation);
    if let Some(existing) = load::<Operation>(store, work.key)? {
        let mut after = existing.clone();
        work.step(&mut after, &step(existing.state, Ask::Create));
        return work.settle(&existing, &after, store);
    }
    let step = step(operation.state, Ask::Create);
    let events = work.step(&mut operation, &step);
    if work.is_bad() {
        return Ok(work.close());
    }
    tell(&mut work, &operation, events.unwrap_or_default());
    if let Some(insurance) = &operation.insurance {
        let references = &mut work.decision.references;
        references.push(("insurance_premium_key", (*insurance.key).into()));
    }
    keep(work.key, None, &operation, store)?;
    work.decision.state = operation.state.as_str().into();
    work.decision.currency = Some(reais());
    Ok(work.decision)
}

/// Decides `credit.simulate`: what creation would say of insurance, and nothing is kept.
pub(super) fn simulate(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let operation = operation(work.fields);
    insurance(&mut work, &operation);
    work.decision.reply = Some(json!({
        "type": "debt",
        "key": work.key,
        "status": "finished",
        "event_datetime": event_datetime(work.context),
        "data": {},
    }));
    work.decision.currency = Some(reais());
    if let Some(existing) = load::<Operation>(store, work.key)? {
        work.decision.state = existing.state.as_str().into();
    }
    Ok(work.close())
}

/// The operation that a record describes, without its insurance.
fn operation(fields: &Fields) -> Operation {
    let needed = "required: checked before";
    let purchaser = fields.text("purchaser_document_number");
    let purchaser = purchaser.map(|text| cnpj(text).expect("a CNPJ: checked before"));
    let installment = |one: super::check::Listed| Installment {
        due_date: one.due_date.expect(needed),
        amount: money(one.amount.expect(needed), reais()),
    };
    let rebate = |one: super::check::Given<'_>| Rebate {
        kind: one.rebate_type.expect(needed),
        description: one.description.map(Into::into),
        amount: one.amount.map(|amount| money(amount, reais())),
    };
    let mut account = given(fields, ACCOUNT);
    if let Some(kept) = account.get_mut("account_document") {
        let number = fields.text("account_document").map(holder);
        let number = number.and_then(Result::ok).expect("checked before");
        *kept = number.normalised.into();
    }
    Operation {
        state: State::None,
        document_number: cpf_of(fields).into(),
        birth_date: fields.date("birth_date"),
        issue_amount: money(fields.decimal("issue_amount").expect(needed), reais()),
        disbursement_date: fields.date("disbursement_date").expect(needed),
        number_of_installments: fields.integer("number_of_installments").expect(needed),
        first_due_date: fields.date("first_due_date"),
        installments: installments(fields).into_iter().map(installment).collect(),
        monthly_interest_rate: fields
            .decimal("monthly_interest_rate")
            .expect(needed)
            .normalize(),
        rebates: rebates(fields).into_iter().map(rebate).collect(),
        borrower: given(fields, BORROWER),
        purchaser_document_number: purchaser.map(|number| number.normalised.into()),
        account,
        insurance: None,
        disbursement_key: None,
        reversed: None,
    }
}

/// What the record says of these, in the order of the manual.
fn given(fields: &Fields, specs: &[FieldSpec]) -> Map {
    let given = specs.iter().filter_map(|spec| {
        let value = fields.get(spec.name)?;
        Some((spec.name, told(value, None)))
    });
    given.collect()
}

/// The insurance that the record asks for; all that speaks against it is noted.
fn insurance(work: &mut Work<'_>, operation: &Operation) -> Option<Insurance> {
    let fields = work.fields;
    let mut rebates = rebates(fields).into_iter();
    let rebate = rebates.find(|one| one.rebate_type == Some(RebateType::PremiumQi))?;
    let code = rebate.description.expect("required: checked before");
    let field = rebate.field(fields, "description");
    let product = product(work, code, field)?;
    let applicant = Applicant {
        document_number: &operation.document_number,
        birth_date: operation.birth_date,
        issue_amount: operation.issue_amount,
        disbursement_date: operation.disbursement_date,
    };
    for finding in against(&applicant, product) {
        work.note(finding);
    }
    let premium = premium(operation.issue_amount, product);
    Some(Insurance {
        key: work.context.derive("insurance").to_string().into(),
        product: code.into(),
        covers: premium.covers,
        net: premium.net,
        gross: premium.gross,
        policy: None,
        canceled: None,
    })
}
