//! A desk that takes records as texts.

use chrono::NaiveDate;

use crate::line::insurance::{self, INSURANCE, KINDS, Product};
pub(super) use crate::line::memory::Book;
pub(super) use crate::line::memory::{codes, context, day, events};
use crate::line::memory::{said, underscored};
use crate::line::{Products, Terms, Today};
use crate::model::{Decision, Finding, Outcome};

/// A book, a day, the products, and records that come in one after another.
#[derive(Clone)]
pub(super) struct Desk {
    pub book: Book,
    pub today: NaiveDate,
    pub products: Products,
    pub terms: Terms,
    /// Whether records come in a bank's own file.
    pub bank: bool,
    rows: u32,
}

/// Swedish numbers made for tests: of no one born on 1985-01-01 and on 1990-03-15.
pub(super) const PERSON: &str = "198501019981";
pub(super) const OTHER_PERSON: &str = "199003159986";

impl Desk {
    /// An empty book on 2026-11-20, and the product `P`, of which at most 3,000,000 in SEK is sold.
    pub(super) fn new() -> Self {
        let product = Product {
            currency: vec![crate::model::Currency::named("SEK").expect("listed")],
            max_insured_amount: Some(3_000_000.into()),
            ..Product::default()
        };
        let mut products = Products::default();
        products.insurance.insert("P".to_owned(), product);
        products
            .insurance
            .insert("ANY".to_owned(), Product::default());
        Self {
            book: Book::default(),
            today: day("2026-11-20"),
            products,
            terms: Terms::default(),
            bank: false,
            rows: 0,
        }
    }

    /// With customer C1, and insurance I1 of his in a state that the words name.
    pub(super) fn with(state: &str) -> Self {
        let mut desk = Self::new();
        desk.good("insurance.register", &register());
        let steps: &[(&str, &str)] = match state {
            "registered" => &[],
            "approved" => &[("insurance.approve", "approved_by=both")],
            "active" => &[
                ("insurance.approve", "approved_by=both"),
                ("insurance.premium-collection", "collection_method=cash"),
                ("insurance.activate", ""),
            ],
            "cancelled" => &[
                ("insurance.approve", "approved_by=both"),
                ("insurance.premium-collection", "collection_method=cash"),
                ("insurance.activate", ""),
                ("insurance.cancel", "reason=loan~repaid"),
            ],
            "expired" => &[("insurance.update", "end_date=2026-11-21")],
            other => panic!("{other} is not a state to be in"),
        };
        for (kind, fields) in steps {
            desk.good(kind, &format!("insurance_no=I1 {fields}"));
        }
        if state == "expired" {
            desk.to("2026-11-22");
            desk.to("2026-11-23");
        }
        assert_eq!(desk.state("I1"), state);
        desk
    }

    /// The day and the products.
    pub(super) fn on_this_day(&self) -> Today<'_> {
        Today {
            date: self.today,
            products: &self.products,
        }
    }

    /// Takes a record: a kind, and fields as `name=value`, blanks in values as `_`.
    pub(super) fn send(&mut self, kind: &str, fields: &str) -> Decision {
        self.rows += 1;
        let (instruction, mut findings) = said(KINDS, kind, fields, underscored);
        let kind = instruction.kind;
        findings.extend(insurance::check(kind, &instruction.fields));
        if findings.iter().any(Finding::rejects) {
            return Decision::rejected("", "", findings);
        }
        let mut context = context(self.today, self.rows, &self.products, &self.terms);
        context.bank = self.bank;
        let before = self.book.clone();
        let mut decision =
            insurance::decide(&instruction, &mut self.book, &context).expect("the world is well");
        let rejected = decision.outcome == Outcome::Rejected;
        assert_eq!(rejected, decision.findings.iter().any(Finding::rejects));
        if rejected {
            assert_eq!(before, self.book, "a rejection changed the book");
            assert!(decision.events.is_empty() && decision.orders.is_empty());
        }
        findings.append(&mut decision.findings);
        decision.findings = findings;
        decision
    }

    /// Takes a record that must not be rejected.
    pub(super) fn good(&mut self, kind: &str, fields: &str) -> Decision {
        let decision = self.send(kind, fields);
        assert_ne!(
            decision.outcome,
            Outcome::Rejected,
            "{kind} {fields}: {:?}",
            decision.findings
        );
        decision
    }

    /// The codes that a record is answered with.
    pub(super) fn refused(&mut self, kind: &str, fields: &str) -> String {
        codes(&self.send(kind, fields))
    }

    /// Carries out all that falls due up to a day, and is then on that day.
    pub(super) fn to(&mut self, text: &str) -> Vec<(String, Decision)> {
        let target = day(text);
        let mut carried = Vec::new();
        while let Some(due) = self.book.due.first().filter(|due| due.0 <= target).cloned() {
            let (on, space, key, what) = due.clone();
            self.today = on;
            let context = context(self.today, self.rows, &self.products, &self.terms);
            let decision = insurance::carry_out(space, &key, &what, &mut self.book, &context);
            if let Some(decision) = decision.expect("the world is well") {
                carried.push((what, decision));
            }
            assert!(!self.book.due.contains(&due), "{due:?} is still due");
        }
        self.today = target;
        carried
    }

    /// What `show` says of an insurance.
    pub(super) fn show(&self, key: &str) -> serde_json::Value {
        let state = &self.book.entities[&(INSURANCE, key.to_owned())];
        insurance::show(INSURANCE, key, state, &self.on_this_day()).expect("our own state")
    }

    /// The state that an insurance is in.
    pub(super) fn state(&self, key: &str) -> String {
        self.show(key)["state"].as_str().expect("a word").to_owned()
    }

    /// What falls due for anyone, as `day what`.
    pub(super) fn dues(&self) -> Vec<String> {
        self.book
            .due
            .iter()
            .map(|(day, _, _, what)| format!("{day} {what}"))
            .collect()
    }
}

/// A registration of I1 with its customer C1, good in every way.
pub(super) fn register() -> String {
    format!(
        "insurance_no=I1 product=P loan_ref=L1 currency=SEK insured_amount=100000 annual_premium=1200 \
         start_date=2026-11-20 customer_no=C1 customer_type=individual country=SE identity_no={PERSON} \
         first_name=Eva last_name=Berg"
    )
}
