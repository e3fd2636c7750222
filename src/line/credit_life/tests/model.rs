//! Random instructions and days, decided twice: by the line, and by a second model that is slow and obvious. It counts
//! days one by one and money in whole centavos, and knows nothing of tables.

use chrono::{Datelike as _, NaiveDate};
use proptest::prelude::*;

use super::{Desk, day, insured};
use crate::model::decision::OrderValue;
use crate::model::{Decision, OrderStatus, Outcome};

/// What is asked of one of three operations, with days counted from today.
#[derive(Clone, Debug)]
enum Asked {
    /// Amount in centavos, whether insured, whether an account is named.
    Create(i64, bool, bool),
    Disburse(i64),
    Reverse(i64),
    Cancel(i64),
    Inquire,
    Wait(u32),
}

fn asked() -> impl Strategy<Value = (usize, Asked)> {
    let back = || prop_oneof![4 => Just(0_i64), 1 => -400_i64..3];
    let what = prop_oneof![
        3 => (9_000_i64..9_100_000, prop::bool::weighted(0.8), any::<bool>())
            .prop_map(|(amount, insured, account)| Asked::Create(amount, insured, account)),
        4 => back().prop_map(Asked::Disburse),
        2 => back().prop_map(Asked::Reverse),
        2 => back().prop_map(Asked::Cancel),
        1 => Just(Asked::Inquire),
        3 => (1_u32..200).prop_map(Asked::Wait),
    ];
    (0_usize..3, what)
}

/// The second model of one operation. Amounts in centavos.
#[derive(Clone, Default)]
struct Model {
    state: &'static str,
    amount: i64,
    insured: bool,
    account: bool,
    reversed: bool,
    paid: Option<NaiveDate>,
    premium: i64,
    /// What was ordered to be paid back, and what is held.
    back: i64,
    held: i64,
    expires: Option<NaiveDate>,
}

fn from(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::TimeDelta::days(days)
}

/// A number over another, half up.
fn over(number: i64, divisor: i64) -> i64 {
    let whole = number / divisor;
    whole + i64::from((number % divisor) * 2 >= divisor)
}

/// A year later; the last of February for the 29th.
fn year_later(start: NaiveDate) -> NaiveDate {
    let same = NaiveDate::from_ymd_opt(start.year() + 1, start.month(), start.day());
    same.unwrap_or_else(|| NaiveDate::from_ymd_opt(start.year() + 1, 2, 28).expect("a day"))
}

/// Days from one to another, counted one by one.
fn count(from: NaiveDate, to: NaiveDate) -> i64 {
    from.iter_days()
        .take_while(|day| *day < to)
        .map(|_| 1)
        .sum()
}

impl Model {
    fn give_back(&mut self, amount: i64) {
        let to = if self.account {
            &mut self.back
        } else {
            &mut self.held
        };
        *to += amount;
    }

    fn create(&mut self, amount: i64, insured: bool, account: bool) -> bool {
        if !self.state.is_empty() || (insured && !(10_000..=9_000_000).contains(&amount)) {
            return false;
        }
        *self = Self {
            state: "waiting_signature",
            amount,
            insured,
            account,
            ..Self::default()
        };
        if insured {
            let net = over(amount * 3, 100) + over(amount * 2, 100) + over(amount, 100);
            self.premium = over(net * 10_000, 9_962);
        }
        true
    }

    fn disburse(&mut self, date: NaiveDate, today: NaiveDate) -> bool {
        if self.state != "waiting_signature" || date > today {
            return false;
        }
        self.paid = Some(date);
        if !self.insured {
            self.state = "disbursed";
        } else if self.amount > 4_000_000 {
            self.state = "canceled";
            self.give_back(self.premium);
        } else {
            self.state = "active";
            let last = year_later(date).max(today);
            self.expires = last.succ_opt();
        }
        true
    }

    /// Whether a record for this day comes neither too early nor too soon.
    fn in_time(&self, date: NaiveDate, today: NaiveDate) -> bool {
        date <= today && self.paid.is_none_or(|paid| date >= paid)
    }

    fn reverse(&mut self, date: NaiveDate, today: NaiveDate) -> bool {
        let may = match self.state {
            "waiting_signature" | "active" | "disbursed" => true,
            "canceled" => !self.reversed,
            _ => false,
        };
        if !may || !self.in_time(date, today) {
            return false;
        }
        if self.state == "active" {
            self.give_back(self.premium);
        }
        self.reversed = true;
        self.state = "canceled";
        true
    }

    fn cancel(&mut self, date: NaiveDate, today: NaiveDate) -> bool {
        if self.state != "active" || !self.in_time(date, today) {
            return false;
        }
        let paid = self.paid.expect("active");
        let end = year_later(paid);
        let amount = if count(paid, date) <= 7 {
            self.premium
        } else {
            over(self.premium * count(date, end), count(paid, end))
        };
        self.give_back(amount);
        self.state = "canceled";
        true
    }
}

fn reais(centavos: i64) -> String {
    format!("{}.{:02}", centavos / 100, centavos % 100)
}

/// The record that asks for this.
fn record(key: &str, asked: &Asked, today: NaiveDate) -> (&'static str, String) {
    let on = |days: &i64| format!("operation_key={key} effective_date={}", from(today, *days));
    match asked {
        Asked::Create(amount, with, account) => {
            let fields = insured()
                .replace("O1", key)
                .replace("=1000", &format!("={}", reais(*amount)));
            let kept = fields.split_whitespace().filter(|field| {
                (*with || !field.starts_with("rebate_"))
                    && (*account || !field.starts_with("account_"))
            });
            ("credit.create", kept.collect::<Vec<_>>().join(" "))
        }
        Asked::Disburse(days) => {
            let date = from(today, *days);
            (
                "credit.disburse",
                format!("operation_key={key} disbursement_date={date}"),
            )
        }
        Asked::Reverse(days) => ("credit.reverse", on(days)),
        Asked::Cancel(days) => (
            "policy.cancel",
            on(days) + " cancel_reason=insurance~premium~cancel",
        ),
        Asked::Inquire | Asked::Wait(_) => ("policy.inquire", format!("operation_key={key}")),
    }
}

/// What the orders of a decision say, in centavos: ordered and held.
fn orders(decision: &Decision) -> (i64, i64) {
    let mut sums = (0, 0);
    for order in &decision.orders {
        let OrderValue::Amount(amount, _) = &order.columns[0].1 else {
            panic!("an order begins with its amount");
        };
        let amount = i64::try_from(amount.mantissa()).expect("small");
        match order.status {
            OrderStatus::Ordered => sums.0 += amount,
            OrderStatus::Held => sums.1 += amount,
            OrderStatus::Orderable | OrderStatus::Withdrawn => panic!("money goes back once"),
        }
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_models_agree(steps in prop::collection::vec(asked(), 1..30)) {
        let keys = ["O1", "O2", "O3"];
        let mut desk = Desk::new();
        let mut today = day("2026-11-20");
        let mut models: [Model; 3] = Default::default();
        let mut sums = (0, 0);
        let mut issued = 0;
        for (which, asked) in &steps {
            let (key, model) = (keys[*which], &mut models[*which]);
            if let Asked::Wait(days) = asked {
                today = from(today, i64::from(*days));
                let done = desk.to(&today.to_string());
                for model in &mut models {
                    if model.state == "active" && model.expires.is_some_and(|day| day <= today) {
                        model.state = "expired";
                    }
                }
                prop_assert!(done.iter().all(|(_, decision)| decision.orders.is_empty()));
            } else {
                let expected = match asked {
                    Asked::Create(amount, insured, account) => model.create(*amount, *insured, *account),
                    Asked::Disburse(days) => model.disburse(from(today, *days), today),
                    Asked::Reverse(days) => model.reverse(from(today, *days), today),
                    Asked::Cancel(days) => model.cancel(from(today, *days), today),
                    Asked::Inquire | Asked::Wait(_) => !model.state.is_empty(),
                };
                let (kind, fields) = record(key, asked, today);
                let decision = desk.send(kind, &fields);
                let outcome = if expected { Outcome::Accepted } else { Outcome::Rejected };
                prop_assert_eq!(decision.outcome, outcome, "{:?}: {:?}", asked, decision.findings);
                let (ordered, held) = orders(&decision);
                sums = (sums.0 + ordered, sums.1 + held);
                issued += decision.references.iter().filter(|(name, _)| *name == "policy_number").count();
            }
            for (key, model) in keys.iter().zip(&models) {
                let state = if model.state.is_empty() { "none" } else { model.state };
                prop_assert_eq!(desk.state(key), state, "{:?}", asked);
                prop_assert!(model.back + model.held <= model.premium, "more goes back than came");
            }
            let expected = models.iter().fold((0, 0), |sums, one| (sums.0 + one.back, sums.1 + one.held));
            prop_assert_eq!(sums, expected, "{:?}", asked);
            let active = models.iter().filter(|one| one.state == "active").count();
            prop_assert_eq!(desk.dues().len(), active, "{:?}", asked);
        }
        let counted = desk.book.entities.iter().find(|((space, _), _)| space.0 == "yn");
        let counted = counted.map_or("{\"issued\":0}", |(_, state)| state.as_str()).to_owned();
        prop_assert_eq!(counted, format!("{{\"issued\":{issued}}}"));
    }
}
