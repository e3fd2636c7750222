//! What the loan line does with a record in hand.

use anyhow::Result;
use compact_str::CompactString;

use super::LOAN;
use super::entity::Loan;
use super::lifecycle::{ASKS, Ask, step};
use super::product::Product;
use super::words::{EventKind, State};
use crate::code::Code;
use crate::lifecycle::Outcome;
use crate::line::stored::Written as _;
use crate::line::work::{Kept, Work};
use crate::line::{Space, Store, Today};
use crate::model::{Currency, Finding};

impl Kept for Loan {
    const SPACE: Space = LOAN;
    type State = State;

    fn state(&self) -> State {
        self.state
    }

    fn go(&mut self, state: State) {
        if state == State::Closed {
            self.closed_from = Some(self.state);
        } else if self.state == State::Closed {
            self.closed_from = None;
        }
        self.state = state;
    }

    fn written(&self) -> Result<String> {
        Ok(self.text())
    }

    fn read(state: &str) -> Option<Self> {
        super::read::loan(state)
    }

    fn currency(&self) -> Option<Currency> {
        Some(self.currency)
    }

    fn allowed(&self, today: &Today<'_>) -> Vec<&'static str> {
        let takes = |ask| !matches!(step(self.state, ask), Outcome::Refuse(_));
        let asks = ASKS.iter();
        let asks = asks.filter(|(_, cases)| {
            cases
                .iter()
                .any(|(ask, _)| applies(self, *ask, today) && takes(*ask))
        });
        asks.map(|(word, _)| *word).collect()
    }
}

/// Whether a case of an instruction can be that of this contract.
fn applies(loan: &Loan, ask: Ask, today: &Today<'_>) -> bool {
    match ask {
        Ask::Cancel(owed) => owed == loan.owed(),
        Ask::Default(overdue) => overdue == loan.overdue(today.date),
        Ask::Invoice | Ask::CreditNote(_) => !loan.receivables.is_empty(),
        Ask::Reversal(_) => loan.last.is_some(),
        Ask::Create
        | Ask::Accept
        | Ask::Ready
        | Ask::Activate
        | Ask::Import
        | Ask::Replace
        | Ask::Block
        | Ask::Unblock
        | Ask::Receivable(_)
        | Ask::Disburse(_)
        | Ask::Repayment(_)
        | Ask::Match(_)
        | Ask::Death(_)
        | Ask::Inquire => true,
    }
}

/// Takes a contract through its lifecycle: see [`Work::step`].
pub(super) fn take(work: &mut Work<'_>, loan: &mut Loan, ask: Ask) -> Option<&'static [EventKind]> {
    let step = step(loan.state, ask);
    work.step(loan, &step)
}

/// The settings of a product. `field`: where the record names it, blank where the book does.
pub(super) fn product<'a>(
    work: &mut Work<'a>,
    code: &str,
    field: &'static str,
) -> Option<&'a Product> {
    let product = work.context.products.loan.get(code);
    if product.is_none() {
        work.find(Code::UnknownProduct, field);
    }
    product
}

/// The record's reference number as the product writes it, if no other contract has it.
pub(super) fn reference<'a>(
    work: &mut Work<'a>,
    product: &Product,
    contract_no: &str,
    store: &mut dyn Store,
) -> Result<Option<CompactString>> {
    let text: &'a str = work
        .fields
        .text("reference_no")
        .expect("needed: checked before");
    let number = match product.reference.check(text) {
        Ok(number) => number,
        Err(code) => {
            let kind = product.reference.as_str();
            let finding = Finding::field(code, "reference_no");
            work.note(
                finding.hinting(format!("the product's references are of the kind `{kind}`")),
            );
            return Ok(None);
        }
    };
    let holder = store.find_by(super::REFERENCE, &number)?;
    if holder.is_some_and(|holder| *holder != *contract_no) {
        work.find(Code::ReferenceInUse, "reference_no");
        return Ok(None);
    }
    Ok(Some(number.as_ref().into()))
}
