//! What concerns a person's contracts together, and a bank's word about one that could not be collected.

use anyhow::Result;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::Loan;
use super::lifecycle::{Ask, Owed};
use super::person::{EXISTS, Person};
use super::work::take;
use super::{SIBLING, TOLD, events, find};
use crate::code::Code;
use crate::line::work::{Work, keep, load};
use crate::line::{Context, Store, again, told};
use crate::model::json::Json as Text;
use crate::model::{Day, Decision, Event, Fields, Finding, Told};

/// `loan.death`: a letter for each contract of the person on which principal is outstanding.
pub(super) fn death(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let date = work
        .fields
        .date("death_date")
        .expect("required: checked before");
    let person = Person::find(store, work.key)?;
    if person.is_some() {
        work.decision.state = EXISTS.into();
    }
    let born = person.as_ref().and_then(|person| person.text("birth_date"));
    let before_birth = born
        .and_then(|born| born.parse().ok())
        .is_some_and(|born| date < born);
    if date > work.today() || before_birth {
        let finding = Finding::field(Code::DateOrder, "death_date");
        work.note(finding.hinting("the date lies between the person's birth and today"));
        return Ok(work.close());
    }
    if work.is_bad() {
        return Ok(work.close());
    }
    for (key, mut loan) in contracts(work.key, store)?.into_iter().rev() {
        let owed = if loan.outstanding() > Decimal::ZERO {
            Owed::Something
        } else {
            Owed::Nothing
        };
        let told = take(&mut work, &mut loan, Ask::Death(owed));
        for _ in told.unwrap_or_default() {
            events::death(&mut work, (&key, &loan), person.as_ref(), date);
        }
    }
    if let Some(mut person) = person {
        person
            .0
            .insert("death_date", Json::from(Day::of(date).as_str()));
        person.save(store, work.key)?;
    }
    Ok(work.close())
}

/// The contracts of a person, newest first.
fn contracts(person_id: &str, store: &mut dyn Store) -> Result<Vec<find::Numbered>> {
    let mut all = Vec::new();
    let mut next = store.find_by(SIBLING, person_id)?;
    while let Some(key) = next.take() {
        let Some(loan) = load::<Loan>(store, &key)? else {
            anyhow::bail!("a person's contract is not in the book");
        };
        next.clone_from(&loan.sibling);
        all.push((key, Box::new(loan)));
    }
    Ok(all)
}

/// `loan.collection-failed`: the bank could not collect from a payer, for the time being or at all.
pub(super) fn collection_failed(work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let key = again::key(FAILED, work.fields);
    let context = work.context;
    again::once(TOLD, key, store, context, |store| failed(work, store))
}

/// Whether the line was told of this failure by another file.
pub(super) fn is_told(
    fields: &Fields,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<bool> {
    match again::key(FAILED, fields) {
        Some(key) => again::is_told(TOLD, &key, store, context),
        None => Ok(false),
    }
}

/// The kind of such a record.
pub(super) const FAILED: &str = "loan.collection-failed";

fn failed(mut work: Work<'_>, store: &mut dyn Store) -> Result<Decision> {
    let found = if work.context.contested {
        None
    } else {
        find::by_payer(store, work.key)?
    };
    let Some((key, loan)) = found else {
        let code = if work.context.bank {
            Code::Unmatched
        } else {
            Code::NotFound
        };
        let finding = Finding::field(code, "payer_no");
        work.note(finding.hinting("no contract, or more than one, has this payer number"));
        work.decision.entity = "".into();
        return Ok(work.close());
    };
    let currency = loan.currency;
    // What a bank tells has happened, in whatever currency.
    if !work.context.bank {
        work.same_currency(currency, "contract");
    }
    if work.is_bad() {
        let findings = std::mem::take(&mut work.decision.findings);
        return Ok(Decision::rejected(&key, loan.state.as_str(), findings));
    }
    let (told, is_final) = told::collection_failed(work.fields, currency);
    let mut after = (*loan).clone();
    if is_final {
        super::collect::free(&work, &mut after);
    }
    keep(&key, Some(&*loan), &after, store)?;
    work.decision.events.push(Event {
        kind: "loan.collection_failed",
        subject: (&*key).into(),
        state: loan.state.as_str(),
        told: Told::Changed(Text::of(&told)),
    });
    let mut decision = work.close();
    decision.entity = (&*key).into();
    decision.state = loan.state.as_str().into();
    decision.currency = Some(currency);
    Ok(decision)
}
