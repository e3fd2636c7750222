//! The money that a record moves: what is taken in hand, what it pays, and what has moved when it is put away.

use anyhow::{Context as _, Result};
use compact_str::CompactString;
use rust_decimal::Decimal;

use super::cash::{Cash, CreditNote, Part};
use super::entity::{Entry, Loan, Receivable};
use super::events::{self, Confirmed};
use super::product::{PRINCIPAL, Product};
use super::words::ReceivableState;
use super::{CASH, NOTE, find, find::Circle};
use crate::line::stored::Written as _;
use crate::line::work::Work;
use crate::line::{Space, Store};
use crate::model::decision::Movement;

/// The money in hand.
#[derive(Default)]
pub(super) struct Till {
    held: Vec<Held>,
    notes: Vec<(CompactString, CreditNote)>,
}

/// One payment in hand.
struct Held {
    id: CompactString,
    /// As the book has it; `None`: it is new.
    before: Option<Box<Cash>>,
    cash: Box<Cash>,
    also: Vec<String>,
}

impl Till {
    /// Takes in new money, to be found by these index entries.
    pub(super) fn take_in(&mut self, id: &str, cash: Box<Cash>, also: Vec<String>) {
        self.held.push(Held {
            id: id.into(),
            before: None,
            cash,
            also,
        });
    }

    /// Money that the book has, in hand from now on.
    pub(super) fn hold(&mut self, id: &str, cash: Box<Cash>) {
        if self.position(id).is_none() {
            self.held.push(Held {
                id: id.into(),
                before: Some(cash.clone()),
                cash,
                also: Vec::new(),
            });
        }
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.held.iter().position(|held| *held.id == *id)
    }

    /// Where this money is in hand; from the book, if it is not yet.
    fn reach(&mut self, id: &str, store: &mut dyn Store) -> Result<usize> {
        if let Some(at) = self.position(id) {
            return Ok(at);
        }
        let cash =
            find::cash(store, id)?.context("money that is referred to is not in the book")?;
        self.hold(id, cash);
        Ok(self.held.len() - 1)
    }

    /// The money of this reference.
    pub(super) fn cash(&mut self, id: &str, store: &mut dyn Store) -> Result<&mut Cash> {
        let at = self.reach(id, store)?;
        Ok(&mut self.held[at].cash)
    }

    /// Lets money in hand be found by one more index entry.
    pub(super) fn find_by(&mut self, id: &str, entry: String) {
        if let Some(at) = self.position(id) {
            self.held[at].also.push(entry);
        }
    }

    /// The receivable of this number, where it is kept as closed; it is taken out of there.
    pub(super) fn reopen(
        &mut self,
        loan: &Loan,
        number: &str,
        store: &mut dyn Store,
    ) -> Result<Receivable> {
        let mut entry = loan.last.clone();
        let mut circle = Circle::default();
        while let Some(at) = entry {
            circle.pass(at.id())?;
            let (closed, before) = match &at {
                Entry::Cash(id) => {
                    let cash = self.cash(id, store)?;
                    (&mut cash.closed, cash.before.clone())
                }
                Entry::CreditNote(id) => {
                    let note = self.note(id, store)?;
                    (&mut note.closed, note.before.clone())
                }
            };
            if let Some(found) = closed.iter().position(|one| *one.number == *number) {
                return Ok(closed.remove(found));
            }
            entry = before;
        }
        anyhow::bail!("receivable {number} was paid, and is nowhere kept")
    }

    fn note(&mut self, id: &str, store: &mut dyn Store) -> Result<&mut CreditNote> {
        let at = self.notes.iter().position(|(known, _)| **known == *id);
        let at = if let Some(at) = at {
            at
        } else {
            self.notes.push((id.into(), find::credit_note(store, id)?));
            self.notes.len() - 1
        };
        Ok(&mut self.notes[at].1)
    }

    /// Lets the money that lies on a contract pay what is open of it: receivables by due date, then number, the lines
    /// of one in the product's order.
    pub(super) fn allocate(
        &mut self,
        work: &mut Work<'_>,
        (subject, loan): (&str, &mut Loan),
        product: Option<&Product>,
        store: &mut dyn Store,
    ) -> Result<()> {
        while !loan.receivables.is_empty() && !loan.cash.is_empty() {
            let at = self.reach(&loan.cash[0].cash, store)?;
            let (receivable, rest) = (&mut loan.receivables[0], &mut loan.cash[0]);
            let number = receivable.number.clone();
            let line =
                next_line(receivable, product).context("an open receivable has an open line")?;
            let amount = line.open().min(rest.left);
            line.paid += amount;
            rest.left -= amount;
            let left = rest.left;
            let line_type = line.line_type.clone();
            let held = &mut self.held[at];
            if receivable.open().is_zero() {
                let mut closed = loan.receivables.remove(0);
                closed.state = ReceivableState::Paid;
                held.cash.closed.push(closed);
            }
            if left.is_zero() {
                loan.cash.remove(0);
            }
            loan.pay(&line_type, amount);
            held.pay(
                work,
                (subject, loan),
                Part {
                    receivable: Some(number),
                    line_type,
                    amount,
                },
            );
        }
        Ok(())
    }

    /// Lets what is left of money pay principal ahead of its time, at most what is outstanding.
    pub(super) fn pay_ahead(
        &mut self,
        work: &mut Work<'_>,
        (subject, loan): (&str, &mut Loan),
        id: &str,
    ) {
        let Some(at) = self.position(id) else {
            return;
        };
        let Some(rest) = loan.cash.iter().position(|rest| *rest.cash == *id) else {
            return;
        };
        let amount = loan.cash[rest].left.min(loan.outstanding());
        if amount <= Decimal::ZERO {
            return;
        }
        loan.cash[rest].left -= amount;
        if loan.cash[rest].left.is_zero() {
            loan.cash.remove(rest);
        }
        loan.pay(PRINCIPAL, amount);
        self.held[at].pay(
            work,
            (subject, loan),
            Part {
                receivable: None,
                line_type: PRINCIPAL.into(),
                amount,
            },
        );
    }

    /// What has moved is kept in the book, and told to the summary.
    pub(super) fn put_away(self, work: &mut Work<'_>, store: &mut dyn Store) -> Result<()> {
        for (id, note) in &self.notes {
            store.save(NOTE, id, serde_json::to_string(note)?, &[])?;
        }
        for held in self.held {
            if held.before.as_ref() == Some(&held.cash) && held.also.is_empty() {
                continue;
            }
            work.decision.money.extend(held.movement());
            let also: Vec<(Space, &str)> = held
                .also
                .iter()
                .map(|entry| (super::FOUND_BY, &**entry))
                .collect();
            store.save(CASH, &held.id, held.cash.text(), &also)?;
        }
        Ok(())
    }
}

impl Held {
    /// Notes what the money pays, and tells it.
    fn pay(&mut self, work: &mut Work<'_>, (subject, loan): (&str, &Loan), part: Part) {
        self.cash.parts.push(part);
        self.cash.told += 1;
        let part = self.cash.parts.last().expect("it was just put there");
        let told = Confirmed {
            id: &self.id,
            cash: &self.cash,
            part,
            back: false,
            left: self.cash.left(),
            number: self.cash.told,
        };
        events::confirmed(work, subject, loan, &told);
    }

    /// How it has moved since it was in the book. What is received is what came, whatever became of it: that both sides
    /// agree is for the summary to prove.
    fn movement(&self) -> Option<Movement> {
        let change = |of: fn(&Cash) -> Decimal| match &self.before {
            Some(before) => of(&self.cash) - of(before),
            None => of(&self.cash),
        };
        let on_contract = |cash: &Cash| {
            if cash.contract.is_some() {
                cash.left()
            } else {
                Decimal::ZERO
            }
        };
        let apart = |cash: &Cash| {
            if cash.contract.is_none() {
                cash.left()
            } else {
                Decimal::ZERO
            }
        };
        let movement = Movement {
            currency: self.cash.currency,
            received: change(|cash| cash.amount),
            reversed: change(Cash::reversed),
            allocated: change(Cash::allocated),
            unallocated: change(on_contract),
            unmatched: change(apart),
        };
        let parts = [
            movement.received,
            movement.reversed,
            movement.allocated,
            movement.unallocated,
            movement.unmatched,
        ];
        parts.iter().any(|part| !part.is_zero()).then_some(movement)
    }
}

/// The open line that is paid next. A type that the product does not know any more comes last, in its old place.
fn next_line<'r>(
    receivable: &'r mut Receivable,
    product: Option<&Product>,
) -> Option<&'r mut super::entity::Line> {
    let rank = |line_type: &str| {
        product
            .and_then(|product| product.rank(line_type))
            .unwrap_or(usize::MAX)
    };
    let open = receivable
        .lines
        .iter_mut()
        .filter(|line| !line.open().is_zero());
    // Of equal ranks the first one is the least.
    open.min_by_key(|line| rank(&line.line_type))
}
