//! What a bank is asked to collect of borrowers: receivables whose day has come, of contracts that pay by Autogiro.

use anyhow::Result;
use chrono::NaiveDate;

use super::LOAN;
use super::compare::AUTOGIRO;
use super::entity::{Loan, Receivable};
use super::find::takes_money;
use crate::line::collect::{self, Asked, BankOrder, Collecting, Collects, Ordered};
use crate::line::work::{Work, load, parse};
use crate::line::{Context, Store};
use crate::model::{Decision, Fields};

/// The line's word on what is to be collected.
pub(super) const COLLECTS: Collects = Collects {
    space: LOAN,
    kind: "loan.collect",
    wanted: |_, state, until| Ok(wanted(&parse(state)?, until).next().is_some()),
    ask,
    orders: |key, state, batch| Ok(orders(key, &parse(state)?, batch)),
};

/// Where the receivables stand that are to be collected by a day and were not ordered yet.
fn wanted(loan: &Loan, until: NaiveDate) -> impl Iterator<Item = usize> {
    let channel = loan.channel.as_deref();
    let by_debit = channel.is_some_and(|channel| channel.eq_ignore_ascii_case(AUTOGIRO));
    let collects = by_debit && takes_money(loan.state);
    let all = loan.receivables.iter().enumerate();
    all.filter(move |(_, one)| collects && one.due <= until && one.ordered.is_none())
        .map(|(at, _)| at)
}

fn ask(
    key: &str,
    collecting: Collecting,
    store: &mut dyn Store,
    context: &Context<'_>,
) -> Result<Option<Decision>> {
    let Some(before) = load::<Loan>(store, key)? else {
        return Ok(None);
    };
    let due: Vec<usize> = wanted(&before, collecting.until).collect();
    if due.is_empty() {
        return Ok(None);
    }
    let fields = Fields::default();
    let mut work = Work::new(key, &fields, None, context);
    let field = if before.payer_no.is_some() {
        "payer_no"
    } else {
        "reference_no"
    };
    collect::can_be_asked(&mut work, before.payer(), field, before.currency);
    let mut after = before.clone();
    for at in due {
        let receivable = &mut after.receivables[at];
        let amount = receivable.open();
        collect::fits(&mut work, amount);
        receivable.ordered = Some(Ordered {
            batch: context.batch.into(),
            day: collecting.day(receivable.due, context.today),
            amount,
            instead: receivable.failed.take(),
            held: None,
        });
    }
    collect::tell(&mut work, &orders(key, &after, context.batch));
    work.settle(&before, &after, store).map(Some)
}

fn orders(key: &str, loan: &Loan, batch: &str) -> Vec<BankOrder> {
    let order = |one: &Receivable| {
        let ordered = one.ordered.as_ref().filter(|own| *own.batch == *batch)?;
        Some(BankOrder {
            entity: key.into(),
            item: one.number.as_str().into(),
            payer_no: loan.payer().into(),
            account: None,
            what: Asked::Collection {
                amount: ordered.amount,
                currency: loan.currency,
                day: ordered.day,
                reference: collect::reference(&one.number),
            },
        })
    };
    loan.receivables.iter().filter_map(order).collect()
}

/// Lets go of the order that a bank could not carry out: the next collection orders the receivable again, unless the bank
/// refused it for what is as wrong the next time.
pub(super) fn free(work: &Work<'_>, loan: &mut Loan) {
    let fields = work.fields;
    let (Some(amount), Some(day)) = (fields.decimal("amount"), fields.date("due_date")) else {
        return;
    };
    let all = loan.receivables.iter().enumerate();
    let ordered = all.filter_map(|(at, one)| Some((at, one.ordered.as_ref()?)));
    let open = ordered.filter(|(_, order)| order.held.is_none());
    let Some(at) = collect::failed(open, amount, day) else {
        return;
    };
    let one = &mut loan.receivables[at];
    one.failed = Some(day);
    let held = collect::hold(fields);
    one.ordered = one.ordered.take().filter(|_| held.is_some());
    if let Some(order) = &mut one.ordered {
        order.held = held;
    }
}

/// What was held back is ordered again: what was wrong has been put right.
pub(super) fn release(loan: &mut Loan) {
    for one in &mut loan.receivables {
        one.ordered = one.ordered.take().filter(|order| order.held.is_none());
    }
}
