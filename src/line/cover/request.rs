//! Asking the insurer for an offer: `quote.request`.

use anyhow::Result;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::{currency, identifier};
use super::entity::{Cover, Party, exposure_key};
use super::kinds::REQUEST;
use super::lifecycle::{Ask, step};
use super::memory::{exposure, is_over};
use super::product::Product;
use super::words::{Channel, State};
use super::{PAST, Past, tell};
use crate::code::Code;
use crate::lifecycle::Outcome as Step;
use crate::line::days::days_after;
use crate::line::told::{json, money};
use crate::line::work::{Kept as _, Work, keep};
use crate::line::{Context, Store};
use crate::model::{Decision, Fields, Finding, Object as Map, Outcome};

/// The most days that an invoice's issue date may be away from today.
const ISSUE_DAYS: u32 = 15;

/// Decides `quote.request`. `newest` is the quote or cover that the book has on the invoice.
pub(super) fn request(
    mut work: Work<'_>,
    newest: Option<&Cover>,
    store: &mut dyn Store,
) -> Result<Decision> {
    let state = newest.map_or(State::None, |newest| newest.state);
    let events = match step(state, Ask::Request) {
        Step::Go(_, events) => events,
        Step::Stay(_) | Step::Later(_) => &[],
        Step::Refuse(code) => {
            let can = newest.map(|newest| newest.allowed(&work.context.on_this_day()).join(", "));
            let hint = code.entry().hint;
            let said = format!(
                "{hint}; in state `{}` it takes {}",
                state.as_str(),
                can.unwrap_or_default()
            );
            work.note(Finding::field(code, "invoice_reference").hinting(said));
            &[]
        }
    };
    let cover = read(work.fields, work.context);
    judge_dates(&mut work, &cover);
    if let Some(product) = product(&mut work, cover.channel) {
        let insured = exposure(store, &cover.exposure_key())?;
        let limit = product.buyer_limit;
        if is_over(insured, cover.amount, limit) {
            let finding = Finding::field(Code::CoverLimitExceeded, "invoice_amount");
            let said = format!("{}; {}", over(&cover, insured, limit), finding.hint);
            work.note(finding.hinting(said));
        }
    }
    if work.is_bad() {
        let shown = if state == State::None {
            ""
        } else {
            state.as_str()
        };
        let findings = std::mem::take(&mut work.decision.findings);
        let mut decision = Decision::rejected(work.key, shown, findings);
        decision.currency = newest.map(|newest| newest.currency);
        return Ok(decision);
    }
    // What the invoice had before stays to be asked for by its id.
    if let Some(newest) = newest {
        let old = Past {
            reference: work.key.into(),
            cover: newest.clone(),
        };
        store.save(PAST, &newest.id, serde_json::to_string(&old)?, &[])?;
    }
    keep(work.key, newest, &cover, store)?;
    tell(&mut work, &cover, events, store)?;
    let mut decision = work.decision;
    decision.outcome = Outcome::Accepted;
    decision.state = cover.state.as_str().into();
    decision.currency = Some(cover.currency);
    decision.references.push(("cover_id", (*cover.id).into()));
    Ok(decision)
}

/// The settings of a channel; where it has none, that is noted.
pub(super) fn product<'a>(work: &mut Work<'a>, channel: Channel) -> Option<&'a Product> {
    let product = work.context.products.cover.get(&channel);
    if product.is_none() {
        let finding = Finding::field(Code::UnknownProduct, "channel");
        work.note(finding.saying("no product of this channel is set up on this site"));
    }
    product
}

/// What is said where the buyer would be insured for too much.
pub(super) fn over(cover: &Cover, insured: Decimal, limit: Option<Decimal>) -> String {
    let (currency, insured) = (cover.currency, money(insured, cover.currency));
    let Some(limit) = limit.map(|limit| money(limit, currency)) else {
        return format!("{insured} {currency} are insured of this buyer already");
    };
    format!("{insured} {currency} of at most {limit} {currency} are insured of this buyer already")
}

/// The new quote that a request asks for.
fn read(fields: &Fields, context: &Context<'_>) -> Cover {
    let text = |name: &str| fields.text(name).expect("required: checked before");
    let party = |country: &str, number: &str| {
        let (country, number) = (text(country), text(number));
        let identifier = identifier(country, number).expect("checked before");
        Party {
            country: country.into(),
            identifier: identifier.into(),
        }
    };
    let (currency, issue_date) = (currency(fields), fields.date("invoice_issue_date"));
    let payment_terms = fields.integer("invoice_payment_terms");
    let amount = fields.decimal("invoice_amount");
    Cover {
        state: State::Pending,
        reason: None,
        id: context.derive("cover").to_string().into(),
        channel: Channel::named(text("channel")).expect("one of its words"),
        seller: party("seller_country", "seller_identifier"),
        buyer: party("buyer_country", "buyer_identifier"),
        amount: money(amount.expect("required: checked before"), currency),
        currency,
        issue_date,
        due_date: due_date(fields, issue_date.unwrap_or(context.today), payment_terms),
        payment_terms,
        details: details(fields),
        premium: None,
        expires: None,
        signing: None,
        claim_until: None,
        settles: None,
        claim_type: None,
        signed: None,
    }
}

/// The day the invoice is due: as given, else the payment terms after its issue date, or after today.
fn due_date(fields: &Fields, issued: NaiveDate, terms: Option<i64>) -> NaiveDate {
    let days = terms.and_then(|days| u32::try_from(days).ok());
    fields
        .date("invoice_due_date")
        .unwrap_or_else(|| days_after(issued, days.unwrap_or(0)))
}

/// Fields of a request that the state has no place of their own for.
pub(super) const DETAILS: &[&str] = &[
    "user_reference",
    "seller_reference",
    "buyer_reference",
    "invoice_number",
    "seller_email",
    "seller_language",
    "seller_first_name",
    "seller_last_name",
    "discount_code",
];

fn details(fields: &Fields) -> Map {
    let specs = REQUEST.iter().filter(|spec| DETAILS.contains(&spec.name));
    let given = specs.filter_map(|spec| Some((spec.name, json(fields.get(spec.name)?, None))));
    given.collect()
}

/// Notes what today makes wrong: partners' channels insure fresh invoices that are not due.
fn judge_dates(work: &mut Work<'_>, cover: &Cover) {
    if cover.channel == Channel::Connect {
        return;
    }
    let today = work.today();
    if cover.due_date <= today {
        let finding = Finding::field(Code::DueDatePassed, "invoice_due_date");
        work.note(finding.hinting(format!("the due date must come after {today}")));
    }
    let fresh = |issued: NaiveDate| {
        issued <= days_after(today, ISSUE_DAYS) && today <= days_after(issued, ISSUE_DAYS)
    };
    if cover.issue_date.is_some_and(|issued| !fresh(issued)) {
        let finding = Finding::field(Code::OutOfRange, "invoice_issue_date");
        work.note(finding.hinting(format!("at most {ISSUE_DAYS} days before or after {today}")));
    }
}

/// The key of what is insured of the buyer of a request, as far as it can be told.
pub(super) fn buyer_of(fields: &Fields) -> Option<String> {
    let country = fields.text("buyer_country")?;
    let party = Party {
        country: country.into(),
        identifier: identifier(country, fields.text("buyer_identifier")?)
            .ok()?
            .into(),
    };
    Some(exposure_key(&party, currency(fields)))
}

/// The key of what is known of the seller of a request, as far as it can be told.
pub(super) fn seller_of(fields: &Fields) -> Option<String> {
    let country = fields.text("seller_country")?;
    let identifier = identifier(country, fields.text("seller_identifier")?).ok()?;
    Some(format!("{country}:{identifier}"))
}
