//! What is owed: receivables, invoices, credit notes.

use anyhow::{Context as _, Result};
use rust_decimal::Decimal;

use super::cash::{CreditNote, Part};
use super::entity::{Entry, Invoice, Line, Loan, Period, Receivable};
use super::lifecycle::{Ask, Then};
use super::person::Person;
use super::product::Product;
use super::till::Till;
use super::words::ReceivableState;
use super::work::{product, reference, take};
use super::{INVOICE, LOAN, NOTE, RECEIVABLE, REFERENCE, events};
use crate::code::Code;
use crate::line::Store;
use crate::line::stored::Written as _;
use crate::line::told::money;
use crate::line::work::Work;
use crate::model::{Decision, Finding};

/// The most receivables that can be open of one contract: those of a hundred years of months. Every change writes all of
/// them, so that a file that names one contract in every record would fill the disk.
const MOST_OPEN: usize = 1200;

/// `loan.receivable`.
pub(super) fn receivable(
    mut work: Work<'_>,
    before: &Loan,
    store: &mut dyn Store,
) -> Result<Decision> {
    let mut loan = before.clone();
    let (key, fields) = (work.key, work.fields);
    take(&mut work, &mut loan, Ask::Receivable(Then::Open));
    work.same_currency(loan.currency, "contract");
    let text = |name| -> &str { fields.text(name).expect("required: checked before") };
    let number = text("receivable_no");
    if store.find_by(RECEIVABLE, number)?.is_some() {
        work.find(Code::AlreadyExists, "receivable_no");
    }
    if loan.receivables.len() >= MOST_OPEN {
        work.note(
            Finding::field(Code::TooManyOpen, "receivable_no").saying(format!(
                "the contract has {MOST_OPEN} receivables open, the most that one can have"
            )),
        );
    }
    let product = product(&mut work, &loan.loan_type, "");
    let lines = product.map(|product| lines(&mut work, product, &loan));
    if work.is_bad() {
        return work.settle(before, before, store);
    }
    let date = |name| fields.date(name).expect("required: checked before");
    let period = fields.date("period_start").zip(fields.date("period_end"));
    let new = Receivable {
        number: number.into(),
        state: ReceivableState::Created,
        receivable_type: text("receivable_type").into(),
        billing: date("billing_date"),
        due: date("due_date"),
        period: period.map(|(start, end)| Period { start, end }),
        lines: lines.unwrap_or_default(),
        invoice: None,
        ordered: None,
        failed: None,
    };
    let person = Person::find(store, &loan.person)?;
    events::receivable(&mut work, &loan, &new, person.as_ref());
    loan.add(new);
    let mut till = Till::default();
    till.allocate(&mut work, (key, &mut loan), product, store)?;
    let then = loan.then();
    take(&mut work, &mut loan, Ask::Receivable(then));
    store.save(LOAN, key, loan.text(), &[(RECEIVABLE, number)])?;
    till.put_away(&mut work, store)?;
    // It is kept already.
    work.settle(&loan, &loan, store)
}

/// The lines of a record, in the product's order; those of nothing are left out.
fn lines(work: &mut Work<'_>, product: &Product, loan: &Loan) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, _) in work.fields.iter() {
        let (Some(line_type), Some(amount)) =
            (name.strip_prefix("line."), work.fields.decimal(name))
        else {
            continue;
        };
        let Some(rank) = product.rank(line_type) else {
            let finding = Finding::field(Code::UnknownLineType, name);
            work.note(finding.hinting(format!(
                "the product knows {}",
                product.allocation.join(", ")
            )));
            continue;
        };
        if !amount.is_zero() {
            let line = Line {
                line_type: line_type.into(),
                amount: money(amount, loan.currency),
                paid: Decimal::ZERO,
                credited: Decimal::ZERO,
            };
            lines.push((rank, line));
        }
    }
    lines.sort_by_key(|(rank, _)| *rank);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// `loan.invoice`.
pub(super) fn invoice(
    mut work: Work<'_>,
    before: &Loan,
    store: &mut dyn Store,
) -> Result<Decision> {
    let mut loan = before.clone();
    let (key, fields) = (work.key, work.fields);
    take(&mut work, &mut loan, Ask::Invoice);
    let text = |name| -> &str { fields.text(name).expect("required: checked before") };
    let (number, of) = (text("invoice_no"), text("receivable_no"));
    if store.find_by(INVOICE, number)?.is_some() {
        work.find(Code::AlreadyExists, "invoice_no");
    }
    let product = product(&mut work, &loan.loan_type, "");
    let number_of = match product {
        Some(product) => reference(&mut work, product, key, store)?,
        None => None,
    };
    let at = loan.receivables.iter().position(|one| *one.number == *of);
    match at.map(|at| &loan.receivables[at]) {
        Some(open) => {
            if let Some(invoice) = &open.invoice {
                let finding = Finding::field(Code::AlreadyExists, "receivable_no");
                work.note(finding.hinting(format!("invoice {} bills it", invoice.number)));
            }
        }
        None => closed(&mut work, of, store)?,
    }
    if work.is_bad() {
        return work.settle(before, before, store);
    }
    let at = at.context("no finding: there is such a receivable")?;
    let number_of = number_of.context("no finding: the reference is good")?;
    loan.receivables[at].invoice = Some(Invoice {
        number: number.into(),
        reference: number_of.clone(),
    });
    let person = Person::find(store, &loan.person)?;
    events::invoice(&mut work, &loan, &loan.receivables[at], person.as_ref());
    let also = [(INVOICE, number), (REFERENCE, &*number_of)];
    store.save(LOAN, key, loan.text(), &also)?;
    work.settle(&loan, &loan, store)
}

/// Notes why a receivable that is not open cannot be billed.
fn closed(work: &mut Work<'_>, number: &str, store: &mut dyn Store) -> Result<()> {
    let holder = store.find_by(RECEIVABLE, number)?;
    let own = holder.is_some_and(|holder| *holder == *work.key);
    let finding = if own {
        let finding = Finding::field(Code::NotAllowedInState, "receivable_no");
        finding.hinting("the receivable is PAID or CREDITED: an invoice is for one that is CREATED")
    } else {
        Finding::field(Code::NotFound, "receivable_no")
    };
    work.note(finding);
    Ok(())
}

/// `loan.credit-note`.
pub(super) fn credit_note(
    mut work: Work<'_>,
    before: &Loan,
    store: &mut dyn Store,
) -> Result<Decision> {
    let mut loan = before.clone();
    let (key, fields) = (work.key, work.fields);
    take(&mut work, &mut loan, Ask::CreditNote(Then::Open));
    work.same_currency(loan.currency, "contract");
    let text = |name| -> &str { fields.text(name).expect("required: checked before") };
    let (number, invoice) = (text("credit_note_no"), text("invoice_no"));
    if store.find(NOTE, number)?.is_some() {
        work.find(Code::AlreadyExists, "credit_note_no");
    }
    let amount = fields.decimal("amount").expect("required: checked before");
    let billed = |one: &Receivable| {
        one.invoice
            .as_ref()
            .is_some_and(|own| *own.number == *invoice)
    };
    let at = loan.receivables.iter().position(billed);
    let open = at.map_or(Decimal::ZERO, |at| loan.receivables[at].open());
    let holder = store.find_by(INVOICE, invoice)?;
    if holder.is_none_or(|holder| *holder != *key) {
        work.find(Code::NotFound, "invoice_no");
    } else if amount > open {
        let finding = Finding::field(Code::OverOpenAmount, "amount");
        work.note(finding.hinting(format!(
            "{} is open of the invoice",
            money(open, loan.currency)
        )));
    }
    let product = product(&mut work, &loan.loan_type, "");
    let (Some(at), Some(product), false) = (at, product, work.is_bad()) else {
        return work.settle(before, before, store);
    };
    let mut receivable = loan.receivables.remove(at);
    let mut note = CreditNote {
        contract: key.into(),
        invoice: invoice.into(),
        receivable: receivable.number.clone(),
        date: work.today(),
        currency: loan.currency,
        parts: credited(&mut receivable, product, money(amount, loan.currency)),
        closed: Vec::new(),
        before: loan.last.replace(Entry::CreditNote(number.into())),
    };
    let person = Person::find(store, &loan.person)?;
    events::credit_note(
        &mut work,
        &loan,
        (number, &note),
        &receivable,
        person.as_ref(),
    );
    if receivable.open().is_zero() {
        receivable.state = ReceivableState::Credited;
        note.closed.push(receivable);
    } else {
        loan.receivables.insert(at, receivable);
    }
    let then = loan.then();
    take(&mut work, &mut loan, Ask::CreditNote(then));
    store.save(NOTE, number, serde_json::to_string(&note)?, &[])?;
    work.decision
        .references
        .push(("credit_note", number.into()));
    work.settle(before, &loan, store)
}

/// Takes an amount off a receivable's lines in the order in which money pays them.
fn credited(receivable: &mut Receivable, product: &Product, amount: Decimal) -> Vec<Part> {
    let number = receivable.number.clone();
    let mut order: Vec<&mut Line> = receivable.lines.iter_mut().collect();
    order.sort_by_key(|line| product.rank(&line.line_type).unwrap_or(usize::MAX));
    let (mut rest, mut parts) = (amount, Vec::new());
    for line in order {
        let part = line.open().min(rest);
        if part > Decimal::ZERO {
            line.credited += part;
            rest -= part;
            parts.push(Part {
                receivable: Some(number.clone()),
                line_type: line.line_type.clone(),
                amount: part,
            });
        }
    }
    parts
}
