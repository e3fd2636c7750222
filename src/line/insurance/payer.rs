//! The number that a bank knows a payer by, and the insurance that is meant by it.

use anyhow::{Context as _, Result};

use super::entity::Insurance;
use super::lifecycle::Ask;
use super::work::{take, tell};
use super::{INSURANCE, MONEY, PAYER, PAYERS, TOLD, again, apart, of_insurance};
use crate::code::Code;
use crate::line::again::once;
use crate::line::told;
use crate::line::work::{Work, load};
use crate::line::{Context, RECORD_NAME, Space, Standing, Store};
use crate::model::{Decision, Fields, Finding, Instruction, KindSpec};

/// An insurance with its number.
pub(super) type Numbered = (Box<str>, Box<Insurance>);

/// The number that a record names a payer by, where it names no insurance.
pub(super) fn number(fields: &Fields) -> Option<&str> {
    if fields.has("insurance_no") {
        return None;
    }
    fields
        .text("payer_no")
        .or(fields.text("collection_payer_no"))
}

/// See [`crate::line::Registration::keys`].
pub(super) fn keys(kind: &KindSpec, fields: &Fields, add: &mut dyn FnMut(Space, &str)) {
    let number = number(fields).or(fields.text("collection_payer_no"));
    if let Some(number) = number.map(|number| number.trim_start_matches('0')) {
        for space in [PAYER, PAYERS, INSURANCE] {
            add(space, number);
        }
    }
    if kind.name.starts_with("insurance.premium-") && !fields.has("insurance_no") {
        add(MONEY, RECORD_NAME);
    }
    if let Some(key) = again::key(kind.name, fields).filter(|_| !fields.has("insurance_no")) {
        add(TOLD, &key);
    }
    if let Some(id) = fields.text("cash_reference") {
        add(MONEY, id);
    }
}

/// The insurances whose payer a bank knows by this number, zeros in front aside. Where some of them stand, those that
/// have ended are not meant.
pub(super) fn holders(store: &mut dyn Store, number: &str) -> Result<Vec<Numbered>> {
    let number = number.trim_start_matches('0');
    let mut found: Vec<Numbered> = Vec::new();
    if number.is_empty() {
        return Ok(found);
    }
    let mut keys: Vec<Box<str>> = match store.find(PAYERS, number)? {
        Some(list) => read(list)?,
        None => Vec::from_iter(store.find_by(PAYER, number)?.map(Into::into)),
    };
    keys.insert(0, number.into());
    for (at, key) in keys.iter().enumerate() {
        if keys[..at].contains(key) {
            continue;
        }
        // One that had the number before may have another now.
        if let Some(insurance) = load::<Insurance>(store, key)?
            && insurance.payer(key) == number
        {
            found.push((key.clone(), Box::new(insurance)));
        }
    }
    if found.iter().any(|(_, insurance)| insurance.is_open()) {
        found.retain(|(_, insurance)| insurance.is_open());
    }
    Ok(found)
}

fn read(list: &str) -> Result<Vec<Box<str>>> {
    serde_json::from_str(list).context("a list of insurances does not read")
}

/// Remembers that an insurance's payer is known by its number, beside the others that have it.
pub(super) fn remember(
    key: &str,
    before: Option<&Insurance>,
    after: &Insurance,
    store: &mut dyn Store,
) -> Result<()> {
    let number = after.payer(key);
    let known = before.is_some_and(|before| before.payer(key) == number);
    if known || number == key || number.is_empty() {
        return Ok(());
    }
    let Some(other) = store
        .find_by(PAYER, number)?
        .filter(|other| **other != *key)
    else {
        return Ok(());
    };
    let mut all = match store.find(PAYERS, number)? {
        Some(list) => read(list)?,
        None => vec![other.into()],
    };
    if all.iter().any(|known| **known == *key) {
        return Ok(());
    }
    all.push(key.into());
    store.save(PAYERS, number, serde_json::to_string(&all)?, &[])
}

/// See [`crate::line::Registration::named`].
pub(super) fn named(fields: &Fields, store: &mut dyn Store) -> Result<Option<(String, Standing)>> {
    let Some(number) = number(fields) else {
        return Ok(None);
    };
    let mut found = holders(store, number)?;
    let one = found.pop().filter(|_| found.is_empty());
    Ok(one.map(|(key, insurance)| {
        let standing = Standing {
            state: insurance.state.as_str().into(),
            currency: Some(insurance.currency),
        };
        (key.into(), standing)
    }))
}

/// Decides a record that names its insurance by the payer's number.
pub(super) fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let key = again::key(instruction.kind.name, &instruction.fields);
    once(TOLD, key, store, context, |store| {
        decide_new(instruction, store, context)
    })
}

/// Two insurances are none.
fn decide_new(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let (kind, fields) = (instruction.kind.name, &instruction.fields);
    let mut found = match number(fields) {
        Some(number) => holders(store, number)?,
        None => Vec::new(),
    };
    let several = found.len() > 1 || context.contested;
    let one = found.pop().filter(|_| !several);
    let key = one.as_ref().map_or("", |(key, _)| key);
    let mut work = Work::new(key, fields, instruction.effective_date, context);
    work.refuse_later();
    let Some((_, insurance)) = &one else {
        return nobody(kind, work, several, store);
    };
    if context.bank && kind.starts_with("insurance.premium-") {
        // What a bank tells of money has happened: what does not fit the insurance is kept apart.
        let misfit = misfit(kind, fields, insurance);
        if let Some(finding) = misfit {
            work.note(finding.as_note());
            return apart::keep(work, kind, store);
        }
    }
    of_insurance(kind, work, insurance, store)
}

/// Why money does not fit the insurance whose payer's it is.
fn misfit(kind: &str, fields: &Fields, insurance: &Insurance) -> Option<Finding> {
    if !apart::is_money(kind) {
        return None;
    }
    if fields.text("currency") != Some(insurance.currency.as_str()) {
        let finding = Finding::field(Code::CurrencyNotAllowed, "currency");
        return Some(finding.hinting(format!("the insurance is in {}", insurance.currency)));
    }
    let amount = fields.decimal("amount").unwrap_or_default();
    let left = super::reversed::left(insurance);
    (kind == "insurance.premium-reversed" && left < amount).then(|| {
        Finding::field(Code::OverRepaidAmount, "amount").hinting(format!("{left} is left of it"))
    })
}

/// A record whose payer is nobody's, or that of several insurances.
fn nobody(
    kind: &str,
    mut work: Work<'_>,
    several: bool,
    store: &mut dyn Store,
) -> Result<Decision> {
    let names = ["payer_no", "collection_payer_no"];
    let Some(name) = names.into_iter().find(|name| work.fields.has(name)) else {
        let sends_back = kind == "insurance.premium-reversed" && work.fields.has("cash_reference");
        if work.context.bank || sends_back {
            return apart::keep(work, kind, store);
        }
        let finding = Finding::field(Code::Required, "insurance_no");
        work.note(finding.hinting("give the insurance's number, or its payer's"));
        return Ok(work.close());
    };
    let hint = if several {
        "several insurances have this payer number"
    } else {
        "no insurance has this payer number"
    };
    if work.context.bank || apart::is_money(kind) {
        work.note(Finding::field(Code::Unmatched, name).hinting(hint));
        return apart::keep(work, kind, store);
    }
    work.note(Finding::field(Code::NotFound, name).hinting(hint));
    Ok(work.close())
}

/// Notes a payer number that is not the insurance's, in a record that names both.
pub(super) fn is_its_own(work: &mut Work<'_>, insurance: &Insurance) {
    let told = work.fields.text("collection_payer_no");
    let differs =
        told.is_some_and(|told| told.trim_start_matches('0') != insurance.payer(work.key));
    if differs {
        work.find(Code::ConflictingFields, "collection_payer_no");
    }
}

/// `insurance.collection-failed`: a bank could not collect, for the time being or at all.
pub(super) fn collection_failed(work: &mut Work<'_>, insurance: &mut Insurance) {
    let events = take(work, insurance, Ask::CollectionFailed);
    let currency = insurance.currency;
    // What a bank tells has happened, in whatever currency.
    if !work.context.bank && work.same_currency(currency, "insurance") {
        work.fits("amount", currency);
    }
    let (told, is_final) = told::collection_failed(work.fields, currency);
    if is_final {
        super::collect::free(work, insurance);
    }
    tell(work, events, insurance.state, &told);
}
