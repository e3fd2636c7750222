//! Random instructions and days, decided twice: by the line, and by a second model that is slow and obvious. It counts
//! days one by one and money in whole öre, and knows nothing of tables.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::{Desk, day};
use crate::model::decision::OrderValue;
use crate::model::{Decision, Order, OrderStatus, Outcome};

/// What is asked, with days counted from today.
#[derive(Clone, Debug)]
enum Asked {
    Approve(&'static str),
    Collect(&'static str),
    Activate(Option<i64>),
    End(Option<i64>),
    Raise(i64, bool),
    ApproveRaise,
    Cancel(&'static str, Option<i64>),
    Reactivate,
    Pay(i64, i64, u64),
    Payout,
    Wait(u64),
}

fn asked() -> impl Strategy<Value = Asked> {
    let reasons = ["customer_request", "loan_repaid", "non_payment", "death"];
    let soon = || proptest::option::of(-20_i64..40);
    prop_oneof![
        2 => prop::sample::select(vec!["bank", "customer", "both"]).prop_map(Asked::Approve),
        2 => prop::sample::select(vec!["cash", "moved_out"]).prop_map(Asked::Collect),
        3 => soon().prop_map(Asked::Activate),
        1 => proptest::option::of(-5_i64..120).prop_map(Asked::End),
        1 => (1_i64..500_000_000, any::<bool>()).prop_map(|(amount, approved)| Asked::Raise(amount, approved)),
        1 => Just(Asked::ApproveRaise),
        3 => (prop::sample::select(reasons.to_vec()), soon()).prop_map(|(reason, on)| Asked::Cancel(reason, on)),
        2 => Just(Asked::Reactivate),
        4 => (1_i64..200_000, -60_i64..60, 0_u64..400).prop_map(|(amount, from, days)| Asked::Pay(amount, from, days)),
        1 => Just(Asked::Payout),
        3 => (1_u64..50).prop_map(Asked::Wait),
    ]
}

struct Period {
    first: NaiveDate,
    last: NaiveDate,
    paid: i64,
    back: i64,
    held: i64,
}

/// The second model. Amounts in öre.
#[expect(clippy::struct_excessive_bools, reason = "plain facts, one by one")]
struct Model {
    today: NaiveDate,
    start: NaiveDate,
    end: Option<NaiveDate>,
    expires: Option<NaiveDate>,
    state: &'static str,
    before: &'static str,
    bank: bool,
    customer: bool,
    method: &'static str,
    insured: i64,
    raise: Option<(i64, NaiveDate)>,
    activation: Option<NaiveDate>,
    cancellation: Option<(NaiveDate, &'static str)>,
    cancelled: Option<(NaiveDate, &'static str)>,
    payout: bool,
    periods: Vec<Period>,
    held: bool,
    /// What was paid in, and ordered to be paid out.
    money_in: i64,
    money_out: i64,
}

fn plus(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).expect("a near day")
}

fn from(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::TimeDelta::days(days)
}

impl Model {
    fn new(today: NaiveDate) -> Self {
        Self {
            today,
            start: today,
            end: None,
            expires: None,
            state: "registered",
            before: "",
            bank: false,
            customer: false,
            method: "",
            insured: 10_000_000,
            raise: None,
            activation: None,
            cancellation: None,
            cancelled: None,
            payout: false,
            periods: Vec::new(),
            held: false,
            money_in: 0,
            money_out: 0,
        }
    }

    fn ends(&self) -> bool {
        self.state == "cancelled" || self.state == "expired"
    }

    /// Does what is asked if it may be done; answers the outcome.
    fn ask(&mut self, asked: &Asked) -> Outcome {
        let done = match asked {
            Asked::Approve(by) => self.approve(by),
            Asked::Collect(method) => {
                let may = !self.ends();
                if may {
                    self.method = method;
                }
                may
            }
            Asked::Activate(on) => return self.activate(on.map(|days| from(self.today, days))),
            Asked::End(on) => self.end(on.map(|days| from(self.today, days))),
            Asked::Raise(amount, approved) => self.raise(*amount, *approved),
            Asked::ApproveRaise => {
                let raise = self.raise.filter(|_| self.state == "active");
                if let Some((amount, _)) = raise {
                    self.insured += amount;
                    self.raise = None;
                }
                raise.is_some()
            }
            Asked::Cancel(reason, on) => {
                return self.cancel(reason, on.map(|days| from(self.today, days)));
            }
            Asked::Reactivate => self.reactivate(),
            Asked::Pay(amount, first, days) => {
                let first = from(self.today, *first);
                self.pay(*amount, first, plus(first, *days));
                true
            }
            Asked::Payout => {
                self.payout = true;
                for period in &mut self.periods {
                    self.money_out += period.held;
                    period.back += period.held;
                    period.held = 0;
                }
                self.held = false;
                true
            }
            Asked::Wait(_) => true,
        };
        if done {
            Outcome::Accepted
        } else {
            Outcome::Rejected
        }
    }

    fn approve(&mut self, by: &str) -> bool {
        if self.state != "registered" {
            return false;
        }
        self.bank |= by != "customer";
        self.customer |= by != "bank";
        if self.bank && self.customer {
            self.state = "approved";
        }
        true
    }

    fn ready(&self) -> bool {
        self.state == "approved" && self.method == "cash"
    }

    fn activate(&mut self, on: Option<NaiveDate>) -> Outcome {
        let day = on.unwrap_or(self.today).max(self.start);
        if !self.ready() {
            return Outcome::Rejected;
        }
        if day > self.today {
            self.activation = Some(day);
            return Outcome::Scheduled;
        }
        self.activation = None;
        self.state = "active";
        Outcome::Accepted
    }

    fn end(&mut self, on: Option<NaiveDate>) -> bool {
        if self.ends() || on.is_some_and(|end| end <= self.start) {
            return false;
        }
        if self.end != on {
            self.expires = on.map(|end| plus(end.max(self.today), 1));
        }
        self.end = on;
        true
    }

    fn raise(&mut self, amount: i64, approved: bool) -> bool {
        if self.state != "active" || self.raise.is_some() || self.insured + amount > 300_000_000 {
            return false;
        }
        if approved {
            self.insured += amount;
        } else {
            self.raise = Some((amount, plus(self.today, 31)));
        }
        true
    }

    fn cancel(&mut self, reason: &'static str, on: Option<NaiveDate>) -> Outcome {
        if self.ends() || self.cancellation.is_some() || on.is_some_and(|day| day < self.start) {
            return Outcome::Rejected;
        }
        let mut day = on.unwrap_or(self.today);
        if reason == "non_payment" {
            day = day.max(plus(self.today, 14));
        }
        if day > self.today {
            self.cancellation = Some((day, reason));
            return Outcome::Scheduled;
        }
        self.ended(day, reason);
        Outcome::Accepted
    }

    fn ended(&mut self, day: NaiveDate, reason: &'static str) {
        let all = day < self.start || (reason == "customer_request" && day <= plus(self.start, 30));
        for period in &mut self.periods {
            let days: Vec<NaiveDate> = period
                .first
                .iter_days()
                .take_while(|on| *on <= period.last)
                .collect();
            let after = days.iter().filter(|on| **on > day).count();
            let count = i64::try_from(days.len()).expect("few");
            let exact = 2 * period.paid * i64::try_from(after).expect("few");
            let due = if all {
                period.paid
            } else {
                (exact + count) / (2 * count)
            };
            let part = (due - period.back).max(0);
            if self.payout {
                period.back += part;
                self.money_out += part;
            } else {
                period.held = part;
                self.held |= part > 0;
            }
        }
        self.before = self.state;
        self.state = "cancelled";
        self.cancelled = Some((day, reason));
        self.lapse();
    }

    fn lapse(&mut self) {
        self.expires = None;
        self.raise = None;
        self.activation = None;
        self.cancellation = None;
    }

    fn reactivate(&mut self) -> bool {
        if self.state == "active" && self.cancellation.is_some() {
            self.cancellation = None;
            return true;
        }
        let Some((day, reason)) = self.cancelled else {
            return false;
        };
        if reason == "death"
            || self.today > plus(day, 90)
            || self.end.is_some_and(|end| end < self.today)
        {
            return false;
        }
        self.state = self.before;
        self.cancelled = None;
        self.expires = self.end.map(|end| plus(end, 1));
        self.held = false;
        for period in &mut self.periods {
            period.held = 0;
        }
        true
    }

    fn pay(&mut self, amount: i64, first: NaiveDate, last: NaiveDate) {
        self.money_in += amount;
        let same = |period: &&mut Period| (period.first, period.last) == (first, last);
        if let Some(period) = self.periods.iter_mut().find(same) {
            let again = period.back.min(amount);
            period.back -= again;
            period.paid += amount - again;
        } else {
            self.periods.push(Period {
                first,
                last,
                paid: amount,
                back: 0,
                held: 0,
            });
        }
    }

    /// Lives through the days up to this one.
    fn to(&mut self, target: NaiveDate) {
        while self.today < target {
            self.today = plus(self.today, 1);
            if self.activation == Some(self.today) {
                self.activation = None;
                if self.ready() {
                    self.state = "active";
                }
            }
            if let Some((day, reason)) = self.cancellation.filter(|(day, _)| *day == self.today) {
                self.cancellation = None;
                self.ended(day, reason);
            }
            if self.expires == Some(self.today) {
                self.state = "expired";
                self.lapse();
            }
            if self.raise.is_some_and(|(_, lapses)| lapses == self.today) {
                self.raise = None;
            }
        }
    }
}

fn crowns(ore: i64) -> String {
    format!("{}.{:02}", ore / 100, ore % 100)
}

/// The record that asks for this.
fn record(asked: &Asked, today: NaiveDate) -> (&'static str, String) {
    let word = |word: &str| word.replace('_', "~");
    let on = |days: &Option<i64>| {
        days.map_or(String::new(), |days| {
            format!("effective_date={}", from(today, days))
        })
    };
    let (kind, rest) = match asked {
        Asked::Approve(by) => ("insurance.approve", format!("approved_by={by}")),
        Asked::Collect(method) => (
            "insurance.premium-collection",
            format!("collection_method={}", word(method)),
        ),
        Asked::Activate(days) => ("insurance.activate", on(days)),
        Asked::End(None) => ("insurance.update", "end_date=<clear>".to_owned()),
        Asked::End(Some(days)) => (
            "insurance.update",
            format!("end_date={}", from(today, *days)),
        ),
        Asked::Raise(amount, approved) => (
            "insurance.top-up",
            format!(
                "amount={} currency=SEK approved_by_bank={approved}",
                crowns(*amount)
            ),
        ),
        Asked::ApproveRaise => ("insurance.approve-top-up", String::new()),
        Asked::Cancel(reason, days) => (
            "insurance.cancel",
            format!("reason={} {}", word(reason), on(days)),
        ),
        Asked::Reactivate => ("insurance.reactivate", String::new()),
        Asked::Pay(amount, first, days) => {
            let first = from(today, *first);
            let last = plus(first, *days);
            let period = format!("period_start={first} period_end={last}");
            (
                "insurance.premium-paid",
                format!(
                    "amount={} currency=SEK value_date={today} {period}",
                    crowns(*amount)
                ),
            )
        }
        Asked::Payout | Asked::Wait(_) => (
            "insurance.payout",
            "payout_method=bankgiro payout_account=9912346".to_owned(),
        ),
    };
    (kind, format!("insurance_no=I1 {rest}"))
}

/// What the orders of a decision say is paid out, in öre.
fn ordered(decision: &Decision) -> i64 {
    let amount = |order: &Order| match &order.columns[0].1 {
        OrderValue::Amount(amount, _) => i64::try_from(amount.mantissa()).expect("small"),
        OrderValue::Text(text) => panic!("{text} is no amount"),
    };
    let paid = decision
        .orders
        .iter()
        .filter(|order| order.status == OrderStatus::Ordered);
    paid.map(amount).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_models_agree(steps in prop::collection::vec(asked(), 1..25)) {
        let mut desk = Desk::with("registered");
        let mut model = Model::new(day("2026-11-20"));
        let mut out = 0;
        for asked in &steps {
            if let Asked::Wait(days) = asked {
                let target = plus(model.today, *days);
                model.to(target);
                let carried = desk.to(&target.to_string());
                out += carried.iter().map(|(_, decision)| ordered(decision)).sum::<i64>();
            } else {
                let (kind, fields) = record(asked, model.today);
                let expected = model.ask(asked);
                let decision = desk.send(kind, &fields);
                prop_assert_eq!(decision.outcome, expected, "{:?}: {:?}", asked, decision.findings);
                out += ordered(&decision);
            }
            let shown = desk.show("I1");
            prop_assert_eq!(shown["state"].as_str(), Some(model.state), "{:?}", asked);
            let insured = crowns(model.insured);
            prop_assert_eq!(shown["insured_amount"].as_str(), Some(insured.as_str()), "{:?}", asked);
            prop_assert_eq!(out, model.money_out, "{:?}", asked);
            prop_assert!(out <= model.money_in, "{} of {} went back", out, model.money_in);
            prop_assert_eq!(shown["refund_status"] == "held", model.held, "{:?}", asked);
            let dues = [
                model.activation.is_some(),
                model.cancellation.is_some(),
                model.expires.is_some(),
                model.raise.is_some(),
            ];
            prop_assert_eq!(desk.dues().len(), dues.iter().filter(|due| **due).count(), "{:?}", asked);
        }
    }
}
