//! A desk that takes records as texts.

use chrono::NaiveDate;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::line::card::{self, CONTRACT, CUSTOMER, KINDS, Product};
pub(super) use crate::line::memory::Book;
use crate::line::memory::{self, said, underscored};
pub(super) use crate::line::memory::{codes, day, events};
use crate::line::{Context, Products, Terms, Today};
use crate::model::{Decision, Finding, Order, Outcome};
use crate::toml_table::Document;

/// A book, a day, the products, and records that come in one after another.
#[derive(Clone)]
pub(super) struct Desk {
    pub book: Book,
    pub today: NaiveDate,
    pub products: Products,
    pub terms: Terms,
    rows: u32,
}

/// Products by code, as a site sets them.
const PRODUCTS: &[(&str, &str)] = &[
    (
        "DEBIT",
        "category = 'DEBIT'\nextensions = ['EXT']\nfee_models = [{ model = 'M1', type = 'MEMBERSHIP_FEE' }, \
         { model = 'M2', type = 'MEMBERSHIP_FEE' }, { model = 'S1', type = 'ACCOUNT_SETUP_FEE' }]\n",
    ),
    (
        "SIGN",
        "signature_required = true\npin_mailer = true\nextensions = ['EXT']\n",
    ),
    ("CREDIT", "category = 'CREDIT'\npin_mailer = true\n"),
    (
        "PREPAID",
        "category = 'PREPAID'\nsupport = 'virtual'\nextensions = ['EXT']\n",
    ),
    (
        "CREATED",
        "initial_card_status = 'CREATED'\nvalidity_months = 2\nsuspension_closure_days = 10\nextensions = ['EXT']\n",
    ),
];

impl Desk {
    /// An empty book on 2026-11-20.
    pub(super) fn new() -> Self {
        let mut products = Products::default();
        for (code, text) in PRODUCTS {
            let document = Document::parse("t", text).expect("is TOML");
            let product = Product::from_table(&mut document.root());
            assert!(document.into_faults().0.is_empty(), "{code}");
            products.card.insert((*code).to_owned(), product);
        }
        let terms = Terms {
            issuer_id: Some("1234".to_owned()),
            ..Terms::default()
        };
        Self {
            book: Book::default(),
            today: day("2026-11-20"),
            products,
            terms,
            rows: 0,
        }
    }

    /// With contract K1 of customer P1 in a state that the words name.
    pub(super) fn with(state: &str) -> Self {
        let mut desk = Self::new();
        let product = if state == "AWAITING_SIGNATURE" {
            "SIGN"
        } else {
            "DEBIT"
        };
        desk.good("contract.create", &create("K1", product));
        match state {
            "SUSPENDED" => drop(desk.good("contract.suspend", "contract_ref=K1")),
            "CLOSED" => drop(desk.good("contract.close", "contract_ref=K1 delay_type=IMMEDIATE")),
            _ => {}
        }
        assert_eq!(desk.state("K1"), state);
        desk
    }

    /// The day and the products.
    fn on_this_day(&self) -> Today<'_> {
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
        findings.extend(card::check(kind, &instruction.fields));
        if findings.iter().any(Finding::rejects) {
            return Decision::rejected("", "", findings);
        }
        let context = context(self.today, self.rows, &self.products, &self.terms);
        let before = self.book.clone();
        let mut decision =
            card::decide(&instruction, &mut self.book, &context).expect("the world is well");
        let rejected = decision.outcome == Outcome::Rejected;
        assert_eq!(rejected, decision.findings.iter().any(Finding::rejects));
        if rejected || decision.outcome == Outcome::Duplicate {
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
    pub(super) fn to(&mut self, text: &str) -> Vec<(String, String, Decision)> {
        let target = day(text);
        let mut carried = Vec::new();
        while let Some(due) = self.book.due.first().filter(|due| due.0 <= target).cloned() {
            let (on, space, key, what) = due.clone();
            self.today = on;
            let context = context(self.today, self.rows, &self.products, &self.terms);
            let decision = card::carry_out(space, &key, &what, &mut self.book, &context);
            if let Some(decision) = decision.expect("the world is well") {
                carried.push((on.to_string(), what, decision));
            }
            assert!(!self.book.due.contains(&due), "{due:?} is still due");
        }
        self.today = target;
        carried
    }

    /// What `show` says of a contract.
    pub(super) fn show(&self, key: &str) -> Json {
        let state = &self.book.entities[&(CONTRACT, key.to_owned())];
        card::show(CONTRACT, key, state, &self.on_this_day()).expect("our own state")
    }

    /// What `show` says of a customer.
    pub(super) fn customer(&self, key: &str) -> Json {
        let state = &self.book.entities[&(CUSTOMER, key.to_owned())];
        card::show(CUSTOMER, key, state, &self.on_this_day()).expect("our own state")
    }

    /// The state that a contract is in.
    pub(super) fn state(&self, key: &str) -> String {
        self.show(key)["state"].as_str().expect("a word").to_owned()
    }

    /// The answer to an inquiry about K1.
    pub(super) fn inquire(&mut self) -> Json {
        let decision = self.good("contract.inquire", "contract_ref=K1");
        decision.reply.expect("an answer")
    }

    /// A word about every card of K1, joined by blanks.
    pub(super) fn cards(&self, name: &str) -> String {
        each(&self.show("K1")["cards"], name)
    }

    /// A word about every account of K1, joined by blanks.
    pub(super) fn accounts(&self, name: &str) -> String {
        each(&self.show("K1")["accounts"], name)
    }

    /// What falls due for anyone, as `day what`.
    pub(super) fn dues(&self) -> Vec<String> {
        let all = self.book.due.iter();
        all.map(|(day, _, _, what)| format!("{day} {what}"))
            .collect()
    }
}

fn each(list: &Json, name: &str) -> String {
    let all = list.as_array().expect("a list").iter();
    let all = all.map(|one| one[name].as_str().unwrap_or("-"));
    all.collect::<Vec<_>>().join(" ")
}

/// A new contract of customer P1, good in every way.
pub(super) fn create(key: &str, product: &str) -> String {
    format!(
        "contract_ref={key} product={product} owner_customer_ref=P1 title=Mr first_name=John last_name=Smith \
         birth_date=1970-10-22 address_line1=Belziger_70 city=BERLIN address_country=DE \
         root_account_ref=R-{key} card_account_ref=A-{key} iban=DE02500105174128973163"
    )
}

/// A further card for customer P2, good in every way.
pub(super) fn add(no: &str) -> String {
    format!(
        "contract_ref=K1 extension=EXT owner_customer_ref=P{no} first_name=Helen last_name=Boubou \
         birth_date=1989-12-20 address_line1=Hubertusanlage_25 address_country=DE card_contract_ref=CC{no}"
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
        origin: Uuid::from_u128((u128::from(row) << 64) + 1),
        batch_origin: Uuid::from_u128(7),
        ..memory::context(today, row, products, terms)
    }
}

/// What an event tells.
pub(super) fn told(decision: &Decision) -> Json {
    decision.events[0].told.json().value()
}

/// A column of an order, as text.
pub(super) fn column(order: &Order, name: &str) -> String {
    use crate::model::decision::OrderValue;
    let found = order.columns.iter().find(|(known, _)| *known == name);
    match found.map(|(_, value)| value) {
        None => String::new(),
        Some(OrderValue::Text(text)) => text.to_string(),
        Some(OrderValue::Amount(amount, currency)) => format!("{amount} {currency}"),
    }
}
