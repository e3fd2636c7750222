//! The second model: plain lists and sums, in whole öre.

use super::model::Asked;
use crate::model::Outcome;

/// Something owed: what it is of, and what was credited of it.
#[derive(Clone)]
pub(super) struct Line {
    pub word: &'static str,
    pub amount: i64,
    pub credited: i64,
}

pub(super) struct Receivable {
    pub due: u64,
    pub lines: Vec<Line>,
    /// What money pays at once is not billed.
    pub billed: bool,
}

pub(super) struct Money {
    pub amount: i64,
    pub back: i64,
    /// Whether it is the contract's.
    pub ours: bool,
    /// Whether it pays principal ahead.
    pub ahead: bool,
    /// What it pays, oldest first: receivable and line, or principal ahead.
    pub pays: Vec<(Option<(usize, usize)>, i64)>,
}

/// The second model: contract L1, taken over with 300.00 and a limit of 500.00.
pub(super) struct Model {
    pub state: &'static str,
    pub before: &'static str,
    pub disbursed: i64,
    pub receivables: Vec<Receivable>,
    pub money: Vec<Money>,
    /// The contract's money in the order in which it came to lie there.
    pub order: Vec<usize>,
}

impl Money {
    pub(super) fn left(&self) -> i64 {
        self.amount - self.back - self.pays.iter().map(|(_, amount)| amount).sum::<i64>()
    }
}

impl Model {
    pub(super) fn paid(&self, receivable: usize, line: usize) -> i64 {
        let all = self.money.iter().flat_map(|money| &money.pays);
        all.filter(|(what, _)| *what == Some((receivable, line)))
            .map(|(_, amount)| amount)
            .sum()
    }

    fn open_line(&self, receivable: usize, line: usize) -> i64 {
        let one = &self.receivables[receivable].lines[line];
        one.amount - one.credited - self.paid(receivable, line)
    }

    pub(super) fn open(&self, receivable: usize) -> i64 {
        (0..self.receivables[receivable].lines.len())
            .map(|line| self.open_line(receivable, line))
            .sum()
    }

    pub(super) fn all_open(&self) -> i64 {
        (0..self.receivables.len()).map(|one| self.open(one)).sum()
    }

    pub(super) fn outstanding(&self) -> i64 {
        let mut left = self.disbursed;
        for (what, amount) in self.money.iter().flat_map(|money| &money.pays) {
            let principal = what.is_none_or(|(receivable, line)| {
                self.receivables[receivable].lines[line].word == "PRI"
            });
            if principal {
                left -= amount;
            }
        }
        left
    }

    pub(super) fn unallocated(&self) -> i64 {
        self.money
            .iter()
            .filter(|money| money.ours)
            .map(Money::left)
            .sum()
    }

    /// The receivable and line that are paid next.
    fn next(&self) -> Option<(usize, usize)> {
        let mut open: Vec<usize> = (0..self.receivables.len())
            .filter(|one| self.open(*one) > 0)
            .collect();
        open.sort_by_key(|one| (self.receivables[*one].due, *one));
        let first = *open.first()?;
        let words = ["LATE", "COF", "INT", "PRI"];
        let mut lines: Vec<usize> = (0..self.receivables[first].lines.len())
            .filter(|line| self.open_line(first, *line) > 0)
            .collect();
        lines.sort_by_key(|line| {
            words
                .iter()
                .position(|word| *word == self.receivables[first].lines[*line].word)
        });
        Some((first, lines[0]))
    }

    fn allocate(&mut self) {
        loop {
            let money = self
                .order
                .iter()
                .copied()
                .find(|one| self.money[*one].left() > 0);
            let (Some(money), Some((receivable, line))) = (money, self.next()) else {
                return;
            };
            let part = self.money[money]
                .left()
                .min(self.open_line(receivable, line));
            self.money[money]
                .pays
                .push((Some((receivable, line)), part));
        }
    }

    fn settle(&mut self) {
        let owes = self.outstanding() > 0 || self.all_open() > 0;
        if self.state == "CLOSED" && owes {
            self.state = self.before;
        } else if self.state != "CLOSED" && !owes {
            self.before = self.state;
            self.state = "CLOSED";
        }
    }

    fn takes_money(&self) -> bool {
        self.state != "CLOSED"
    }

    pub(super) fn ask(&mut self, asked: &Asked) -> Outcome {
        let done = match asked {
            Asked::Owe(due, principal, interest, fee) => self.owe(
                *due,
                &[("PRI", *principal), ("INT", *interest), ("COF", *fee)],
            ),
            Asked::Pay(who, amount, ahead) => {
                self.pay(*who == Some(1), *amount, *ahead);
                true
            }
            Asked::PayAgain(which) => {
                if self.money.is_empty() {
                    return Outcome::Rejected;
                }
                let _ = which;
                return Outcome::Duplicate;
            }
            Asked::Back(which, amount) => self.back(*which, *amount),
            Asked::Match(which) => self.assign(*which),
            Asked::Credit(which, amount) => self.credit(*which, *amount),
            Asked::Disburse(amount) => {
                let may = self.state == "ACTIVE" && self.disbursed + amount <= 50_000;
                self.disbursed += if may { *amount } else { 0 };
                if may {
                    self.settle();
                }
                may
            }
            Asked::Block(on) => {
                let (from, to) = if *on {
                    ("ACTIVE", "BLOCKED")
                } else {
                    ("BLOCKED", "ACTIVE")
                };
                let may = self.state == from;
                self.state = if may { to } else { self.state };
                may
            }
            Asked::Default => {
                // Days 0 to 2 are over.
                let overdue = (0..self.receivables.len())
                    .any(|one| self.receivables[one].due < 3 && self.open(one) > 0);
                let may = overdue && (self.state == "ACTIVE" || self.state == "BLOCKED");
                self.state = if may { "DEFAULTED" } else { self.state };
                may
            }
        };
        if done {
            Outcome::Accepted
        } else {
            Outcome::Rejected
        }
    }

    fn owe(&mut self, due: u64, lines: &[(&'static str, i64)]) -> bool {
        if !(self.state == "ACTIVE" || self.state == "BLOCKED")
            || lines.iter().all(|(_, amount)| *amount == 0)
        {
            return false;
        }
        let lines = lines.iter().filter(|(_, amount)| *amount > 0);
        let lines = lines.map(|(word, amount)| Line {
            word,
            amount: *amount,
            credited: 0,
        });
        self.receivables.push(Receivable {
            due,
            lines: lines.collect(),
            billed: false,
        });
        self.allocate();
        let newest = self.receivables.len() - 1;
        self.receivables[newest].billed = self.open(newest) > 0;
        self.settle();
        true
    }

    fn pay(&mut self, known: bool, amount: i64, ahead: bool) {
        let ours = known && self.takes_money();
        self.money.push(Money {
            amount,
            back: 0,
            ours,
            ahead,
            pays: Vec::new(),
        });
        if !ours {
            return;
        }
        self.lay_on(self.money.len() - 1);
    }

    /// Money that is the contract's pays.
    fn lay_on(&mut self, at: usize) {
        self.order.push(at);
        self.allocate();
        let part = self.money[at].left().min(self.outstanding());
        if self.money[at].ahead && part > 0 {
            self.money[at].pays.push((None, part));
        }
        self.settle();
    }

    fn back(&mut self, which: usize, amount: i64) -> bool {
        let Some(money) = self.money.get_mut(which) else {
            return false;
        };
        if amount > money.amount - money.back {
            return false;
        }
        let free = money.left().min(amount);
        money.back += amount;
        let mut rest = amount - free;
        while rest > 0 {
            let (_, newest) = money.pays.last_mut().expect("it paid as much");
            let part = rest.min(*newest);
            *newest -= part;
            rest -= part;
            if *newest == 0 {
                money.pays.pop();
            }
        }
        if money.ours {
            self.allocate();
            self.settle();
        }
        true
    }

    fn assign(&mut self, which: usize) -> bool {
        let may = self.takes_money()
            && self
                .money
                .get(which)
                .is_some_and(|money| !money.ours && money.left() > 0);
        if may {
            self.money[which].ours = true;
            self.lay_on(which);
        }
        may
    }

    fn credit(&mut self, which: usize, amount: i64) -> bool {
        if which >= self.receivables.len()
            || !self.takes_money()
            || !self.receivables[which].billed
            || amount > self.open(which)
        {
            return false;
        }
        let mut rest = amount;
        for word in ["LATE", "COF", "INT", "PRI"] {
            for line in 0..self.receivables[which].lines.len() {
                if self.receivables[which].lines[line].word == word {
                    let part = rest.min(self.open_line(which, line));
                    self.receivables[which].lines[line].credited += part;
                    rest -= part;
                }
            }
        }
        self.settle();
        true
    }
}
