//! `bank.compare`: what a bank says, held against the book. A register extract, a direct debit order or a statement entry
//! that something else books changes nothing; where the book says otherwise, that is noted. It belongs to no line: each
//! that a bank can tell of says what it knows ([`View`]).

mod difference;
pub mod known;
pub mod whose;

use anyhow::Result;
use chrono::{NaiveDate, TimeDelta};
use rust_decimal::Decimal;

use self::difference::{Difference, NO_DEBIT};
use self::known::{By, Due, Money, Named, Payer, Way};
use super::spec::{kind, optional, required};
use super::work::Work;
use super::{Context, Line, Space, Store};
use crate::code::Code;
use crate::lifecycle::words;
use crate::model::kind::Sign;
use crate::model::{Decision, FieldSpec, FieldType as T, Fields, Finding, Instruction, KindSpec};

pub use self::known::View;

words! {
    /// What a bank tells of.
    pub enum Subject {
        /// A mandate to collect.
        Mandate "mandate",
        /// An order to collect, or one that waits in the bank's register.
        Collection "collection",
        /// An order to pay out to a payer.
        Payout "payout",
        /// Money that came.
        Payment "payment",
        /// Money that went back.
        Reversal "reversal",
    }
}

/// How a mandate stands.
pub const STATUS: &[&str] = &["approved", "pending", "cancelled", UNCHANGED, REGISTERED];

/// Nothing is said of how it stands: an order of ours was not carried out.
const UNCHANGED: &str = "unchanged";

/// Nor is it here: an order to enter it was not needed.
const REGISTERED: &str = "registered";

/// How many days after its due date something may be collected: weekends and holidays move it.
const MOVED_BY: i64 = 7;

const FIELDS: &[FieldSpec] = &[
    required("subject", T::Code(Subject::WORDS)),
    optional("payer_no", T::Ref),
    optional("mandate_ref", T::Ref),
    optional("mandate_status", T::Code(STATUS)),
    optional("reference_no", T::Ref),
    optional("original_reference", T::Ref),
    optional("bank_reference", T::Ref),
    optional("end_to_end_id", T::Ref),
    optional(
        "amount",
        T::Amount {
            currency: "currency",
            sign: Sign::NotNegative,
        },
    ),
    optional("currency", T::Currency),
    optional("due_date", T::Date),
    optional("value_date", T::Date),
    optional("posting_date", T::Date),
    optional("payer_name", T::Text(140)),
    optional("payer_identity_no", T::Identity),
    optional("payer_clearing", T::Digits(5)),
    optional("payer_account", T::Ref),
    optional("payer_iban", T::Ref),
    optional("payer_bic", T::Ref),
    optional("payee_account", T::Ref),
    optional("message_id", T::Ref),
    optional("payment_id", T::Ref),
];

/// What belongs to no line alone, in the order of the manual.
pub const KINDS: &[KindSpec] = &[kind("bank.compare", FIELDS)];

/// What a record of this kind is about, where it is compared instead of being carried out.
pub fn subject_of(kind: &str) -> Option<Subject> {
    match kind {
        "loan.repayment" | "insurance.premium-paid" => Some(Subject::Payment),
        "loan.reversal" => Some(Subject::Reversal),
        _ => None,
    }
}

/// Rules across the fields of one record, without the book.
pub(super) fn check(_: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(subject) = fields.text("subject").and_then(Subject::named) else {
        return found;
    };
    let mut need = |names: &[&'static str]| {
        for name in names.iter().filter(|name| !fields.has(name)) {
            let finding = Finding::field(Code::Required, *name);
            found.push(finding.hinting(format!("a {} has it", subject.as_str())));
        }
    };
    match subject {
        Subject::Mandate => {}
        Subject::Collection | Subject::Payout => need(&["amount", "currency"]),
        Subject::Payment | Subject::Reversal => need(&["amount", "currency", "value_date"]),
    }
    found
}

/// By what a payer is named, the surest first.
const NAMED_BY: &[(&str, By)] = &[
    ("payer_no", By::Payer),
    ("mandate_ref", By::Mandate),
    ("reference_no", By::Reference),
];

fn views() -> impl Iterator<Item = (View, Line)> {
    let lines = Line::ALL.iter().copied();
    lines.filter_map(|line| Some((line.registration().told_by_banks?, line)))
}

/// See [`line::keys`](super::keys).
pub(super) fn keys(instruction: &Instruction, add: &mut dyn FnMut(Space, &str)) {
    for (_, line) in views() {
        (line.registration().keys)(instruction, add);
    }
}

/// Compares a record with the book.
pub(super) fn decide(
    instruction: &Instruction,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Decision> {
    let fields = &instruction.fields;
    let mut work = Work::new("", fields, instruction.effective_date, context);
    work.refuse_later();
    let subject = fields.text("subject").and_then(Subject::named);
    match subject.expect("required: checked before") {
        Subject::Payment => money(&mut work, Way::In, store)?,
        Subject::Reversal => money(&mut work, Way::Back, store)?,
        of_payer => payer(&mut work, of_payer, store)?,
    }
    Ok(work.close())
}

/// Holds a mandate or an order against who the book says pays by its number.
fn payer(work: &mut Work<'_>, subject: Subject, store: &mut dyn Store) -> Result<()> {
    let fields = work.fields;
    let (mut found, mut field) = (Vec::new(), "payer_no");
    let given = NAMED_BY
        .iter()
        .filter_map(|(name, by)| Some((*name, *by, fields.text(name)?)));
    for (at, (name, by, number)) in given.enumerate() {
        if at == 0 {
            field = name;
        }
        let named = Named {
            number,
            by,
            until: fields.date("due_date"),
        };
        for (view, _) in views() {
            found.extend((view.payers)(&named, store, work.context)?);
        }
        if !found.is_empty() {
            field = name;
            break;
        }
    }
    // Where several have had the number, the one that takes payments is meant.
    if found.len() > 1 && found.iter().any(|payer| payer.open) {
        found.retain(|payer| payer.open);
    }
    let many = found.len() > 1;
    let (Some(mut payer), false) = (found.pop(), many) else {
        let known = if many {
            "the book has several payers with this number"
        } else if fields.has(field) {
            "the book has no payer with this number"
        } else {
            "no number says who pays"
        };
        work.note(Finding::field(Code::Differs, field).saying(known));
        return Ok(());
    };
    // A bank's mandate may go by the payer's number in place of a reference of its own.
    if field == "mandate_ref" {
        payer.mandate.mandate_ref = None;
    }
    work.decision.entity = (&*payer.entity).into();
    work.decision.state.clone_from(&payer.state);
    work.decision.currency = Some(payer.currency);
    let mut difference = Difference::of(work);
    difference.mandate(&payer.mandate);
    match subject {
        Subject::Mandate => difference.mandate_stands(&payer),
        Subject::Collection => collection(&mut difference, &payer),
        Subject::Payout => difference.find("amount", "the book pays nothing out to this payer"),
        Subject::Payment | Subject::Reversal => {}
    }
    Ok(())
}

/// Holds an order to collect against what is to be paid.
fn collection(difference: &mut Difference<'_, '_>, payer: &Payer) {
    if payer.by_debit == Some(false) {
        difference.find("payer_no", NO_DEBIT);
    }
    if !difference.currency(payer.currency) {
        return;
    }
    let fields = difference.fields();
    let day = fields.date("due_date");
    let amount = fields.decimal("amount").unwrap_or_default();
    let today = difference.today();
    let in_time = |due: &&Due| match (due.date, day) {
        (Some(due_day), Some(day)) if due.ordered => day == due_day,
        (Some(due), Some(day)) => {
            // What was overdue is collected as soon as can be.
            (due..=due.max(today) + TimeDelta::days(MOVED_BY)).contains(&day)
        }
        _ => true,
    };
    let same = payer.dues.iter().filter(|due| due.amount == amount);
    // All that a payer owes on the day may be one order.
    let owed = payer.dues.iter().filter(|due| !due.ordered);
    let owed = owed.filter(|due| day.zip(due.date).is_none_or(|(day, due)| due <= day));
    let (count, all) = owed.fold((0, Decimal::ZERO), |(count, sum), due| {
        (count + 1, sum + due.amount)
    });
    if same.clone().any(|due| in_time(&due)) || (count > 0 && all == amount) {
        return;
    }
    let nearest = |due: &&Due| {
        let days = day
            .zip(due.date)
            .map(|(day, due)| (day - due).num_days().abs());
        days.unwrap_or_default()
    };
    match (
        same.min_by_key(nearest),
        payer.dues.iter().min_by_key(nearest),
    ) {
        (Some(due), _) => difference.date("due_date", due.date),
        (None, Some(due)) => difference.amount(due.amount, payer.currency),
        (None, None) => {
            difference.find("amount", "the book has nothing to collect from this payer");
        }
    }
}

/// Holds money that came or went back against the money in the book.
fn money(work: &mut Work<'_>, way: Way, store: &mut dyn Store) -> Result<()> {
    let mut best: Option<Money> = None;
    for (view, _) in views() {
        let found = (view.moved)(work.fields, way, store, work.context)?;
        let like = |money: &Option<Money>| money.as_ref().map(|m| m.likeness(work.fields));
        if like(&found) > like(&best) {
            best = found;
        }
    }
    let Some(money) = best else {
        let names = [
            "bank_reference",
            "original_reference",
            "reference_no",
            "end_to_end_id",
        ];
        let name = names.into_iter().find(|name| work.fields.has(name));
        let none = match way {
            Way::In => "the book has no such payment",
            Way::Back => "the book has no such reversal",
        };
        Difference::of(work).find(name.unwrap_or_default(), none);
        return Ok(());
    };
    work.decision.entity = (&*money.entity).into();
    work.decision.state.clone_from(&money.state);
    work.decision.currency = Some(money.currency);
    let reference = ("cash_reference", (&*money.reference).into());
    work.decision.references.push(reference);
    let mut difference = Difference::of(work);
    if difference.currency(money.currency) {
        let amount: Option<Decimal> = difference.fields().decimal("amount");
        if amount != Some(money.amount) {
            difference.amount(money.amount, money.currency);
        }
    }
    let day: Option<NaiveDate> = difference.fields().date("value_date");
    if day != Some(money.value_date) {
        difference.date("value_date", Some(money.value_date));
    }
    Ok(())
}
