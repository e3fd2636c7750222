//! What a bank is asked to collect of policyholders: instalments whose day has come, by the mandates that the bank has
//! confirmed; and the mandates themselves, new ones and those that are wanted no longer.

use anyhow::Result;
use chrono::{Datelike as _, Months, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::entity::{Insurance, Sent};
use super::premium::{self, Instalment};
use super::words::{MandateState, Method, State};
use super::{INSURANCE, numbers, payer};
use crate::code::Code;
use crate::line::collect::{self, Account, Asked, BankOrder, Collecting, Collects, Ordered};
use crate::line::work::{Work, load, parse};
use crate::line::{Context, Store};
use crate::model::{Decision, Fields, Finding};

/// A payer can have a debit undone that he never agreed to for 13 months: so long it is remembered what was ordered of an
/// instalment that is paid.
const REMEMBERED_MONTHS: u32 = 13;

/// The line's word on what is to be collected.
pub(super) const COLLECTS: Collects = Collects {
    space: INSURANCE,
    kind: "insurance.collect",
    wanted: |_, state, until| {
        let insurance = parse(state)?;
        Ok(!instalments(&insurance, until).is_empty()
            || asks_for_mandate(&insurance)
            || has_unwanted(&insurance))
    },
    ask,
    orders: |key, state, batch| Ok(orders(key, &parse(state)?, batch)),
};

/// The instalments that are to be collected by a day and were not ordered yet, each with its day and what it lacks.
fn instalments(insurance: &Insurance, until: NaiveDate) -> Vec<(Instalment, NaiveDate, Decimal)> {
    let Some(mandate) = &insurance.mandate else {
        return Vec::new();
    };
    let collects = insurance.state == State::Active
        && insurance.method() == Some(Method::Autogiro)
        && mandate.state == MandateState::Confirmed;
    if !collects {
        return Vec::new();
    }
    let ends = insurance.cancellation.as_ref().map(|end| end.date);
    let mut found = Vec::new();
    for (instalment, lacks) in premium::lacking(insurance, until) {
        let day = day_of(insurance, instalment.start);
        let ordered = insurance.ordered.iter();
        let mut ordered = ordered.filter(|one| one.start == instalment.start);
        let wanted = match ordered.next() {
            Some(one) => one.failed && one.order.held.is_none(),
            // What was over when the mandate began was to be paid in another way.
            None => instalment.end >= mandate.since,
        };
        if wanted && day <= until && ends.is_none_or(|end| instalment.start <= end) {
            found.push((instalment, day, lacks));
        }
    }
    found
}

/// The day on which an instalment is collected: the first such day of a month from its period's first day on; that day
/// itself where no other was agreed.
fn day_of(insurance: &Insurance, start: NaiveDate) -> NaiveDate {
    let day = insurance.collection.get("collection_day");
    let day = day
        .and_then(Json::as_u64)
        .and_then(|day| u32::try_from(day).ok());
    let Some(this) = day.and_then(|day| start.with_day(day)) else {
        return start;
    };
    if this >= start {
        return this;
    }
    this.checked_add_months(Months::new(1)).unwrap_or(this)
}

/// Whether the bank is to enter a mandate, or to accept the one that the payer gave there.
fn asks_for_mandate(insurance: &Insurance) -> bool {
    let state = insurance.mandate.as_ref().map(|mandate| mandate.state);
    insurance.is_open()
        && insurance.method() == Some(Method::Autogiro)
        && matches!(state, None | Some(MandateState::Requested))
}

/// Whether the bank has a mandate that is wanted no longer.
fn has_unwanted(insurance: &Insurance) -> bool {
    !insurance.unwanted.is_empty() || !insurance.is_open() && has_mandate(insurance)
}

fn has_mandate(insurance: &Insurance) -> bool {
    let state = insurance.mandate.as_ref().map(|mandate| mandate.state);
    matches!(state, Some(MandateState::Sent | MandateState::Confirmed))
}

fn ask(
    key: &str,
    collecting: Collecting,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    let Some(before) = load::<Insurance>(store, key)? else {
        return Ok(None);
    };
    let fields = Fields::default();
    let mut work = Work::new(key, &fields, None, context);
    let mut after = before.clone();
    collect_instalments(&mut work, &mut after, collecting);
    let mut sent = Sent {
        batch: context.batch.into(),
        ..Sent::default()
    };
    end_mandates(&work, &mut after, &mut sent, store)?;
    ask_for_mandate(&mut work, &mut after, &mut sent);
    if sent.entered || sent.accepted || !sent.ended.is_empty() {
        after.sent = Some(sent);
    }
    if after.mandate != before.mandate || after.ordered != before.ordered {
        let field = payer_field(&after);
        collect::can_be_asked(&mut work, after.payer(key), field, after.currency);
    }
    let orders = orders(key, &after, context.batch);
    if orders.is_empty() && !work.is_bad() {
        return Ok(None);
    }
    collect::tell(&mut work, &orders);
    work.settle(&before, &after, store).map(Some)
}

/// The field that the payer's number comes from.
fn payer_field(insurance: &Insurance) -> &'static str {
    let name = "collection_payer_no";
    if insurance.collection.contains_key(name) {
        name
    } else {
        "insurance_no"
    }
}

fn collect_instalments(work: &mut Work<'_>, insurance: &mut Insurance, collecting: Collecting) {
    for (instalment, day, amount) in instalments(insurance, collecting.until) {
        collect::fits(work, amount);
        let before = insurance.ordered.iter();
        let mut before = before.filter(|one| one.start == instalment.start);
        let instead = before.next().and_then(|one| one.failed_on);
        insurance
            .ordered
            .retain(|one| one.start != instalment.start);
        insurance.ordered.push(super::entity::OrderedInstalment {
            start: instalment.start,
            order: Ordered {
                batch: work.context.batch.into(),
                day: collecting.day(day, work.today()),
                amount,
                instead,
                held: None,
            },
            failed: false,
            failed_on: None,
        });
    }
    let today = work.today();
    let lacking = premium::lacking(insurance, collecting.until.max(today));
    insurance.ordered.retain(|one| {
        let unpaid = lacking.iter().any(|(open, _)| open.start == one.start);
        let over = one
            .order
            .day
            .checked_add_months(Months::new(REMEMBERED_MONTHS));
        unpaid || over.is_none_or(|over| over >= today)
    });
}

/// Lets the bank delete the mandates that are wanted no longer. A mandate goes by its payer's number, so one whose number
/// another insurance has as well stays; that of an insurance that expired stays until all that was ordered is collected.
fn end_mandates(
    work: &Work<'_>,
    insurance: &mut Insurance,
    sent: &mut Sent,
    store: &mut dyn Store,
) -> Result<()> {
    let today = work.today();
    let waits = insurance.state == State::Expired
        && insurance.ordered.iter().any(|one| one.order.day >= today);
    if !insurance.is_open() && has_mandate(insurance) && !waits {
        let ended = insurance.mandate.take();
        insurance
            .unwanted
            .extend(ended.map(|mandate| mandate.payer_no));
    }
    for number in std::mem::take(&mut insurance.unwanted) {
        let holders = payer::holders(store, &number)?;
        let others = holders
            .iter()
            .filter(|(key, other)| **key != *work.key && other.is_open());
        let by_number = |one: &(Box<str>, Box<Insurance>)| one.1.method() == Some(Method::Autogiro);
        if others.into_iter().any(by_number) {
            insurance.unwanted.push(number);
        } else if can_be_payer(&number) && !sent.ended.contains(&number) {
            if !insurance.ending.contains(&number) {
                insurance.ending.push(number.clone());
            }
            sent.ended.push(number);
        }
    }
    Ok(())
}

/// Whether a bank can know a payer by this number at all.
fn can_be_payer(number: &str) -> bool {
    (1..=16).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn ask_for_mandate(work: &mut Work<'_>, insurance: &mut Insurance, sent: &mut Sent) {
    if !asks_for_mandate(insurance) {
        return;
    }
    let payer_no: Box<str> = insurance.payer(work.key).into();
    // The bank takes the old mandate away first: the new one by the same number is entered with the next file.
    if sent.ended.contains(&payer_no) {
        return;
    }
    sent.accepted = insurance.mandate.is_some();
    sent.entered = !sent.accepted;
    if sent.entered {
        can_be_entered(work, insurance, &payer_no);
    }
    insurance.mandate = Some(super::entity::Mandate {
        state: MandateState::Sent,
        payer_no,
        since: work.today(),
        code: None,
    });
}

/// Notes what a new mandate lacks.
fn can_be_entered(work: &mut Work<'_>, insurance: &Insurance, payer_no: &str) {
    match account(insurance) {
        None => work.find(Code::Required, "collection_account"),
        Some(Account::Bankgiro(giro)) if *giro != *payer_no => {
            let finding = Finding::field(Code::ConflictingFields, "collection_payer_no");
            work.note(
                finding
                    .hinting("a payer with a bankgiro is known by it: give it as the payer number"),
            );
        }
        Some(Account::Bankgiro(_)) => {}
        Some(Account::Bank { .. }) if identity(insurance).is_none() => {
            work.find(Code::Required, "collection_payer_identity_no");
        }
        Some(Account::Bank { .. }) => {}
    }
}

fn digits(insurance: &Insurance, name: &str) -> Option<String> {
    let text = insurance.collection.get(name).and_then(Json::as_str)?;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// The payer's identity number in 12 digits: a company's has two zeros in front.
fn identity(insurance: &Insurance) -> Option<Box<str>> {
    let digits = digits(insurance, "collection_payer_identity_no")?;
    match digits.len() {
        12 => Some(digits.into()),
        // A person's number without its century could be that of two.
        10 if digits.as_bytes()[2] >= b'2' => Some(format!("00{digits}").into()),
        _ => None,
    }
}

/// The payer's account: by its clearing number without the check digit that some have, else a bankgiro.
fn account(insurance: &Insurance) -> Option<Account> {
    let number = digits(insurance, "collection_account")?;
    match digits(insurance, "collection_clearing") {
        Some(clearing) => {
            // With the digits that its bank uses, where that is known: a bank's files fill it up to twelve.
            let known = numbers::account(&clearing, &number).ok();
            let known =
                known.and_then(|valid| Some(valid.normalised.split_once(',')?.1.to_owned()));
            let number = known.unwrap_or(number);
            let clearing = clearing.get(..4)?;
            (number.len() <= 12).then(|| Account::Bank {
                clearing: clearing.into(),
                number: number.into(),
            })
        }
        None => (number.len() <= 8).then(|| Account::Bankgiro(number.into())),
    }
}

fn orders(key: &str, insurance: &Insurance, batch: &str) -> Vec<BankOrder> {
    let order = |item: String, payer_no: &str, account, what| BankOrder {
        entity: key.into(),
        item: item.into(),
        payer_no: payer_no.into(),
        account,
        what,
    };
    let mut orders = Vec::new();
    if let Some(sent) = insurance.sent.as_ref().filter(|sent| *sent.batch == *batch) {
        for number in &sent.ended {
            orders.push(order(
                format!("end {number}"),
                number,
                None,
                Asked::EndMandate,
            ));
        }
        if sent.entered || sent.accepted {
            let account = account(insurance).filter(|_| sent.entered);
            let identity_no = identity(insurance).filter(|_| sent.entered);
            let what = Asked::NewMandate { identity_no };
            orders.push(order(
                "mandate".to_owned(),
                insurance.payer(key),
                account,
                what,
            ));
        }
    }
    for one in insurance
        .ordered
        .iter()
        .filter(|one| *one.order.batch == *batch)
    {
        let what = Asked::Collection {
            amount: one.order.amount,
            currency: insurance.currency,
            day: one.order.day,
            reference: collect::reference(key),
        };
        let item = format!("instalment {}", one.start);
        orders.push(order(item, insurance.payer(key), account(insurance), what));
    }
    orders
}

/// Lets go of the order that a bank could not carry out: the next collection orders the instalment again, unless the bank
/// refused it for what is as wrong the next time.
pub(super) fn free(work: &Work<'_>, insurance: &mut Insurance) {
    let fields = work.fields;
    let (Some(amount), Some(day)) = (fields.decimal("amount"), fields.date("due_date")) else {
        return;
    };
    let all = insurance.ordered.iter().enumerate();
    let open = all.filter(|(_, one)| !one.failed);
    let open = open.map(|(at, one)| (at, &one.order));
    if let Some(at) = collect::failed(open, amount, day) {
        let one = &mut insurance.ordered[at];
        (one.failed, one.failed_on) = (true, Some(day));
        one.order.held = collect::hold(fields);
    }
}

/// What was held back is ordered again: what was wrong has been put right.
pub(super) fn release(insurance: &mut Insurance) {
    for one in &mut insurance.ordered {
        one.order.held = None;
    }
}
