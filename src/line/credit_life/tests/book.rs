//! A desk that takes records as texts.

use chrono::{DateTime, NaiveDate};
use serde_json::Value as Json;

use crate::line::credit_life::words::CoverType;
use crate::line::credit_life::{self, Cover, KINDS, OPERATION, Product};
pub(super) use crate::line::memory::Book;
use crate::line::memory::{self, said, underscored};
pub(super) use crate::line::memory::{codes, day};
use crate::line::{Context, Products, Terms, Today};
use crate::model::{Decision, Finding, Outcome};

/// A book, a day, the products, and records that come in one after another.
#[derive(Clone)]
pub(super) struct Desk {
    pub book: Book,
    pub today: NaiveDate,
    pub products: Products,
    pub terms: Terms,
    rows: u32,
}

/// Numbers made for tests.
pub(super) const PERSON: &str = "39053344705";
pub(super) const OUTCAST: &str = "11144477735";

impl Desk {
    /// An empty book on 2026-11-20, and the product `plus`: of 1000.00 its net premium is 60.00, its gross one 60.23.
    pub(super) fn new() -> Self {
        let cover = |cover_type: CoverType, rate: i64, limit: Option<i64>| Cover {
            kind: cover_type,
            rate: rust_decimal::Decimal::new(rate, 2),
            limit: limit.map(Into::into),
        };
        let product = Product {
            covers: vec![
                cover(CoverType::PermanentDisability, 3, Some(50_000)),
                cover(CoverType::AccidentalDeath, 2, Some(40_000)),
                cover(CoverType::Unemployment, 1, None),
            ],
            policy_series: "10982".to_owned(),
            min_amount: Some(100.into()),
            max_amount: Some(90_000.into()),
            excluded: std::iter::once(OUTCAST.into()).collect(),
            ..Product::default()
        };
        let mut products = Products::default();
        products.credit_life.insert("plus".to_owned(), product);
        Self {
            book: Book::default(),
            today: day("2026-11-20"),
            products,
            terms: Terms::default(),
            rows: 0,
        }
    }

    /// With operation O1 of 1000.00 in a state that the words name.
    pub(super) fn with(state: &str) -> Self {
        let mut desk = Self::new();
        let (created, steps): (String, &[&str]) = match state {
            "none" => return desk,
            "waiting_signature" => (insured(), &[]),
            "waiting_signature uninsured" => (create(), &[]),
            "active" => (insured(), &["credit.disburse"]),
            "disbursed" => (create(), &["credit.disburse"]),
            "canceled" => (insured(), &["credit.disburse", "policy.cancel"]),
            "canceled over limit" => (insured().replace("1000", "45000"), &["credit.disburse"]),
            "canceled reversed" => (insured(), &["credit.disburse", "credit.reverse"]),
            "canceled unsigned" => (create(), &["credit.reverse"]),
            "canceled uninsured" => (create(), &["credit.disburse", "credit.reverse"]),
            "expired" => (insured(), &["credit.disburse", "wait"]),
            other => panic!("{other} is not a state to be in"),
        };
        desk.good("credit.create", &created);
        for kind in steps {
            match *kind {
                "wait" => drop(desk.to("2027-11-21")),
                "credit.disburse" => drop(desk.ask(kind, "disbursement_date=2026-11-20")),
                "policy.cancel" => drop(desk.ask(kind, "cancel_reason=insurance~premium~cancel")),
                _ => drop(desk.ask(kind, "")),
            }
        }
        let is = state.split(' ').next().expect("a word");
        assert_eq!(desk.state("O1"), is);
        desk
    }

    /// Asks something of O1 that must not be rejected.
    pub(super) fn ask(&mut self, kind: &str, fields: &str) -> Decision {
        self.good(kind, &format!("operation_key=O1 {fields}"))
    }

    /// The day and the products.
    pub(super) fn on_this_day(&self) -> Today<'_> {
        Today {
            date: self.today,
            products: &self.products,
        }
    }

    /// Takes a record: a kind, and fields as `name=value`, blanks in values as `_` and underscores as `~`.
    pub(super) fn send(&mut self, kind: &str, fields: &str) -> Decision {
        self.rows += 1;
        let (instruction, mut findings) = said(KINDS, kind, fields, underscored);
        let kind = instruction.kind;
        // What was given and could not be read is not missing too.
        let across = credit_life::check(kind, &instruction.fields).into_iter();
        let unread: Vec<String> = findings.iter().map(|one| one.field.to_string()).collect();
        findings.extend(across.filter(|one| !unread.iter().any(|name| *name == one.field)));
        if findings.iter().any(Finding::rejects) {
            return Decision::rejected("", "", findings);
        }
        let context = context(self.today, self.rows, &self.products, &self.terms);
        let before = self.book.clone();
        let mut decision =
            credit_life::decide(&instruction, &mut self.book, &context).expect("the world is well");
        let rejected = decision.outcome == Outcome::Rejected;
        assert_eq!(rejected, decision.findings.iter().any(Finding::rejects));
        if rejected || kind.inquiry {
            assert_eq!(before, self.book, "the book changed");
            assert!(decision.events.is_empty() && decision.orders.is_empty());
        }
        findings.append(&mut decision.findings);
        decision.findings = findings;
        decision
    }

    /// Takes a record that must not be rejected.
    pub(super) fn good(&mut self, kind: &str, fields: &str) -> Decision {
        let decision = self.send(kind, fields);
        let found = &decision.findings;
        assert_eq!(
            decision.outcome,
            Outcome::Accepted,
            "{kind} {fields}: {found:?}"
        );
        decision
    }

    /// The codes that a record is answered with.
    pub(super) fn refused(&mut self, kind: &str, fields: &str) -> String {
        let decision = self.send(kind, fields);
        assert_eq!(decision.outcome, Outcome::Rejected, "{kind} {fields}");
        codes(&decision)
    }

    /// Carries out all that falls due up to a day, and is then on that day.
    pub(super) fn to(&mut self, text: &str) -> Vec<(String, Decision)> {
        let target = day(text);
        let mut carried = Vec::new();
        while let Some(due) = self.book.due.first().filter(|due| due.0 <= target).cloned() {
            let (on, space, key, what) = due.clone();
            self.today = on;
            let context = context(self.today, self.rows, &self.products, &self.terms);
            let decision = credit_life::carry_out(space, &key, &what, &mut self.book, &context);
            if let Some(decision) = decision.expect("the world is well") {
                carried.push((format!("{on} {what}"), decision));
            }
            assert!(!self.book.due.contains(&due), "{due:?} is still due");
        }
        self.today = target;
        carried
    }

    /// What `show` says of an operation.
    pub(super) fn show(&self, key: &str) -> Json {
        let state = &self.book.entities[&(OPERATION, key.to_owned())];
        credit_life::show(OPERATION, key, state, &self.on_this_day()).expect("our own state")
    }

    /// The state that an operation is in; `none` where there is none.
    pub(super) fn state(&self, key: &str) -> String {
        if !self
            .book
            .entities
            .contains_key(&(OPERATION, key.to_owned()))
        {
            return "none".to_owned();
        }
        self.show(key)["state"].as_str().expect("a word").to_owned()
    }

    /// What falls due for anyone, as `day what`.
    pub(super) fn dues(&self) -> Vec<String> {
        let due = self.book.due.iter();
        due.map(|(day, _, _, what)| format!("{day} {what}"))
            .collect()
    }
}

/// A creation of O1 without insurance, good in every way.
pub(super) fn create() -> String {
    format!(
        "operation_key=O1 document_number={PERSON} issue_amount=1000 disbursement_date=2026-11-20 \
         number_of_installments=12 first_due_date=2026-12-20 monthly_interest_rate=0.018"
    )
}

/// The same with insurance, and with an account for what goes back.
pub(super) fn insured() -> String {
    format!(
        "{} birth_date=1994-06-11 rebate_type=insurance~premium~qi rebate_description=plus \
         name=Patricia_da_Silva email=p@example.com phone_country=055 phone_area=11 phone_number=900000000 \
         street=Rua_Um number=215 neighborhood=Pinheiros city=São_Paulo state=SP postal_code=12345-012 \
         account_ispb=18236120 account_branch=1 account_number=87823171 account_digit=0 \
         account_document={PERSON} account_name=Patricia_da_Silva",
        create()
    )
}

/// The circumstances of a record.
pub(super) fn context<'a>(
    today: NaiveDate,
    row: u32,
    products: &'a Products,
    terms: &'a Terms,
) -> Context<'a> {
    Context {
        now: DateTime::parse_from_rfc3339("2026-11-20T02:05:09-03:00").expect("an instant"),
        ..memory::context(today, row, products, terms)
    }
}

/// What the events tell, in whole.
pub(super) fn told(decision: &Decision) -> Vec<Json> {
    let events = decision.events.iter();
    events.map(|event| event.told.json().value()).collect()
}
