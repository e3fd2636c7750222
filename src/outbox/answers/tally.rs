//! What the records of a batch add up to, and the proof that nothing of them got lost.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::Decided;
use crate::code::Code;
use crate::model::{Currency, ExactSum, Outcome};

/// Counts and sums of a batch.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Records that the reader gave; counted apart from their outcomes.
    pub read: u64,
    outcomes: [u64; 4],
    /// Events.
    pub events: u64,
    /// Orders.
    pub orders: u64,
    /// Replies.
    pub replies: u64,
    /// Findings, notes included.
    pub findings: u64,
    codes: BTreeMap<Code, u64>,
    amounts: BTreeMap<(&'static str, Option<Currency>), Amounts>,
    money: BTreeMap<Currency, [ExactSum; 5]>,
    /// Records that moved money without being carried out.
    idle_money: u64,
}

/// Sums of one amount field in one currency.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    /// Of all records.
    pub read: ExactSum,
    /// By outcome, in the order of [`Outcome::ALL`].
    pub by_outcome: [ExactSum; 4],
}

impl Tally {
    /// Counts one record.
    pub fn add(&mut self, decided: Decided<'_>) {
        let decision = &decided.fate.decision;
        let outcome = decision.outcome as usize;
        self.outcomes[outcome] += 1;
        self.events += decision.events.len() as u64;
        self.orders += decision.orders.len() as u64;
        self.replies += u64::from(decision.reply.is_some());
        self.findings += decision.findings.len() as u64;
        for finding in &decision.findings {
            *self.codes.entry(finding.code).or_default() += 1;
        }
        for read in &decided.checked.amounts {
            let currency = read.currency.or(decision.currency);
            let key = (read.field, currency);
            let amounts = self.amounts.entry(key).or_default();
            amounts.read.add(read.amount.abs());
            amounts.by_outcome[outcome].add(read.amount.abs());
        }
        let done = matches!(decision.outcome, Outcome::Accepted | Outcome::Scheduled);
        self.idle_money += u64::from(!done && !decision.money.is_empty());
        for movement in &decision.money {
            let sums = self.money.entry(movement.currency).or_default();
            let parts = [
                movement.received,
                movement.reversed,
                movement.allocated,
                movement.unallocated,
                movement.unmatched,
            ];
            for (sum, part) in sums.iter_mut().zip(parts) {
                sum.add(part);
            }
        }
    }

    /// Counts a finding about the file as a whole.
    pub fn add_batch_finding(&mut self, code: Code) {
        *self.codes.entry(code).or_default() += 1;
    }

    /// Records of an outcome.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    /// How often each code was given, in the order of the catalogue.
    pub fn codes(&self) -> impl Iterator<Item = (Code, u64)> {
        self.codes.iter().map(|(code, count)| (*code, *count))
    }

    /// The sums by field and currency.
    pub fn amounts(&self) -> impl Iterator<Item = (&'static str, &str, &Amounts)> {
        self.amounts.iter().map(|((field, currency), amounts)| {
            (
                *field,
                currency.as_ref().map_or("", Currency::as_str),
                amounts,
            )
        })
    }

    /// How money moved, by currency: received, reversed, allocated, unallocated, unmatched.
    pub fn money(&self) -> impl Iterator<Item = (&str, &[ExactSum; 5])> {
        self.money
            .iter()
            .map(|(currency, sums)| (currency.as_str(), sums))
    }

    /// Conservation: records read are the sum of their outcomes, and so is every amount; money received less money
    /// reversed is the change of what is kept. A batch for which this fails is never committed.
    pub fn prove(&self) -> Result<()> {
        ensure!(
            self.idle_money == 0,
            "{} records that were not carried out moved money",
            self.idle_money
        );
        let outcomes: u64 = self.outcomes.iter().sum();
        ensure!(
            self.read == outcomes,
            "{} records were read, {outcomes} were decided",
            self.read
        );
        for ((field, currency), amounts) in &self.amounts {
            let mut sum = ExactSum::default();
            amounts.by_outcome.iter().for_each(|part| sum.add_sum(part));
            ensure!(
                sum.equals(&amounts.read),
                "{field} {currency:?}: the outcomes do not add up to what was read"
            );
        }
        for (currency, [received, reversed, kept @ ..]) in &self.money {
            let mut left = reversed.clone();
            for part in kept {
                left.add_sum(part);
            }
            ensure!(
                left.equals(received),
                "{currency}: money received is not what was kept and reversed"
            );
        }
        Ok(())
    }
}

/// The decimals that a sum is written with.
pub fn decimals(currency: &str) -> u32 {
    Currency::named(currency).map_or(2, Currency::decimals)
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::model::decision::Movement;
    use crate::model::{Checked, Decision};
    use crate::outbox::answers::Fate;

    fn decided(outcome: Outcome, parts: [i64; 5]) -> (Checked, Fate) {
        let [received, reversed, allocated, unallocated, unmatched] =
            parts.map(|part| Decimal::new(part, 2));
        let mut decision = Decision::new(outcome, "K", "");
        decision.money.push(Movement {
            currency: Currency::named("SEK").expect("listed"),
            received,
            reversed,
            allocated,
            unallocated,
            unmatched,
        });
        let checked = Checked::of_no_file("loan.repayment", "K");
        let fate = Fate {
            row: 1,
            decision,
            by_itself: 0,
            origin: Uuid::nil(),
            time: None,
        };
        (checked, fate)
    }

    fn proven(all: &[(Checked, Fate)]) -> bool {
        let mut tally = Tally::default();
        for (checked, fate) in all {
            tally.read += 1;
            tally.add(Decided { checked, fate });
        }
        tally.prove().is_ok()
    }

    #[test]
    fn money_that_is_not_accounted_for_stops_the_batch() {
        use Outcome::{Accepted, Duplicate, Rejected};
        assert!(proven(&[decided(Accepted, [1000, 0, 700, 200, 100])]));
        assert!(proven(&[decided(Accepted, [0, 1000, -700, -300, 0])]));
        assert!(proven(&[decided(Accepted, [0, 0, 300, -300, 0])]));
        for wrong in [
            [1000, 0, 700, 200, 101],
            [1000, 0, 700, 200, 99],
            [0, 1000, -700, 300, 0],
            [0, 0, 300, 0, 0],
            [1, 0, 0, 0, 0],
        ] {
            assert!(!proven(&[decided(Accepted, wrong)]), "{wrong:?}");
        }
        // Faults do not make each other good, unless they are the same money.
        let off = [
            decided(Accepted, [1000, 0, 999, 0, 0]),
            decided(Accepted, [0, 0, 2, 0, 0]),
        ];
        assert!(!proven(&off));
        for outcome in [Rejected, Duplicate] {
            assert!(
                !proven(&[decided(outcome, [1000, 0, 1000, 0, 0])]),
                "{outcome:?}"
            );
        }
    }
}
