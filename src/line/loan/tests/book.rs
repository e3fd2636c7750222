//! A desk that takes records as texts.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::line::loan::find;
use crate::line::loan::retold::Retold;
use crate::line::loan::{self, CASH, KINDS, LOAN, Product, Reference};
pub(super) use crate::line::memory::Book;
use crate::line::memory::{self, said, underscored};
pub(super) use crate::line::memory::{codes, day};
use crate::line::stored::Written as _;
use crate::line::{Context, Products, Terms, Today};
use crate::model::{Currency, Decision, Finding, Outcome};

/// A book, a day, the products, and records that come in one after another.
#[derive(Clone)]
pub(super) struct Desk {
    pub book: Book,
    pub today: NaiveDate,
    pub products: Products,
    pub terms: Terms,
    /// Whether the file in hand is a bank's own.
    pub bank: bool,
    /// Number of the file in hand.
    pub file: u128,
    row: u64,
}

impl Desk {
    /// An empty book on 2026-11-20, and the product `ANN`: in SEK, with OCR numbers and the fees LATE and COF.
    pub(super) fn new() -> Self {
        let product = Product {
            allocation: ["LATE", "COF", "INT", "PRI"].map(str::to_owned).to_vec(),
            reference: Reference::SeOcr,
            currency: vec![Currency::named("SEK").expect("listed")],
        };
        let mut products = Products::default();
        products.loan.insert("ANN".to_owned(), product);
        Self {
            book: Book::default(),
            today: day("2026-11-20"),
            products,
            terms: Terms::default(),
            bank: false,
            file: 1,
            row: 0,
        }
    }

    /// With contract L1 (reference number 18) in a state that the word names. From ACTIVE on it was taken over with
    /// 1,000.00, and where it is not over it has the receivable R1, overdue, of 100.00 principal and 10.00 interest.
    pub(super) fn with(state: &str) -> Self {
        let mut desk = Self::new();
        let before: &[&str] = match state {
            "none" => return desk,
            "CREATED" => &[],
            "ACCEPTED" => &["accept"],
            "WAITING_FOR_ACTIVATION" => &["accept", "ready"],
            "CANCELED" => &["cancel"],
            _ => {
                desk.import("L1", 1, "1000");
                desk.owe("L1", "R1", "2026-11-10", "100", "10");
                match state {
                    "ACTIVE" => {}
                    "BLOCKED" => desk.act("block"),
                    "DEFAULTED" => {
                        desk.good("loan.default", "contract_no=L1");
                    }
                    "CLOSED" => {
                        desk.pay("reference_no=18 amount=1010 premature=true bank_reference=C1");
                    }
                    other => panic!("{other} is not a state to be in"),
                }
                assert_eq!(desk.state("L1"), state);
                return desk;
            }
        };
        desk.good(
            "loan.application",
            "application_id=A1 person_id=P1 decision=accept",
        );
        desk.good(
            "loan.offer",
            "offer_id=O1 application_id=A1 action=present amount=1000 currency=SEK",
        );
        desk.good("loan.offer", "offer_id=O1 application_id=A1 action=accept");
        desk.good("loan.contract", &create());
        for action in before {
            desk.act(action);
        }
        assert_eq!(desk.state("L1"), state);
        desk
    }

    /// Something is done to contract L1.
    pub(super) fn act(&mut self, action: &str) {
        self.good("loan.contract", &format!("contract_no=L1 action={action}"));
    }

    /// Takes a contract of person P1 over with so much principal; its reference number is the OCR number of `number`.
    pub(super) fn import(&mut self, contract: &str, number: u32, principal: &str) -> Decision {
        self.good("loan.contract", &import(contract, number, principal))
    }

    /// Something is owed.
    pub(super) fn owe(
        &mut self,
        contract: &str,
        number: &str,
        due: &str,
        principal: &str,
        interest: &str,
    ) -> Decision {
        let line = |word: &str, amount: &str| match amount {
            "" => String::new(),
            amount => format!("line.{word}={amount}"),
        };
        let lines = [line("PRI", principal), line("INT", interest)].join(" ");
        self.good(
            "loan.receivable",
            &format!(
                "contract_no={contract} receivable_no={number} receivable_type=PERIODIC billing_date=2026-11-01 \
                 due_date={due} currency=SEK {lines}"
            ),
        )
    }

    /// Money comes in, in SEK, value today.
    pub(super) fn pay(&mut self, fields: &str) -> Decision {
        self.good("loan.repayment", &paid(fields))
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
        self.row += 1;
        let (instruction, mut findings) = said(KINDS, kind, fields, underscored);
        let kind = instruction.kind;
        findings.extend(loan::check(kind, &instruction.fields));
        if findings.iter().any(Finding::rejects) {
            return Decision::rejected("", "", findings);
        }
        let context = self.context();
        let mut book = self.book.clone();
        let mut decision =
            loan::decide(&instruction, &mut book, &context).expect("the world is well");
        let rejected = decision.outcome == Outcome::Rejected;
        assert_eq!(rejected, decision.findings.iter().any(Finding::rejects));
        if decision.outcome != Outcome::Accepted {
            // Who told of money again is noted, and nothing else.
            let (after, before) = (untold(&book), untold(&self.book));
            assert_eq!(after, before, "what was not accepted changed the book");
            assert!(
                decision.events.is_empty()
                    && decision.orders.is_empty()
                    && decision.money.is_empty()
            );
        }
        for moved in &decision.money {
            let kept = moved.allocated + moved.unallocated + moved.unmatched;
            assert_eq!(moved.received - moved.reversed, kept, "{moved:?}");
        }
        self.book = book;
        findings.append(&mut decision.findings);
        decision.findings = findings;
        decision
    }

    fn context(&self) -> Context<'_> {
        let row = u32::try_from(self.row).expect("few records");
        Context {
            origin: Uuid::from_u128(self.file << 64 | u128::from(self.row)),
            batch_origin: Uuid::from_u128(self.file << 80),
            bank: self.bank,
            ..memory::context(self.today, row, &self.products, &self.terms)
        }
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

    /// What `show` says of a contract.
    pub(super) fn show(&self, key: &str) -> Json {
        let state = &self.book.entities[&(LOAN, key.to_owned())];
        loan::show(LOAN, key, state, &self.on_this_day()).expect("our own state")
    }

    /// What `show` says of money.
    pub(super) fn cash(&self, key: &str) -> Json {
        let state = &self.book.entities[&(CASH, key.to_owned())];
        loan::show(CASH, key, state, &self.on_this_day()).expect("our own state")
    }

    /// What an inquiry says of a contract.
    pub(super) fn inquire(&mut self, key: &str) -> Json {
        let decision = self.good("loan.inquire", &format!("contract_no={key}"));
        decision.reply.expect("an answer")
    }

    /// The state that a contract is in.
    pub(super) fn state(&self, key: &str) -> String {
        self.show(key)["state"].as_str().expect("a word").to_owned()
    }

    /// A sum that `show` says of a contract.
    pub(super) fn sum(&self, key: &str, name: &str) -> String {
        self.show(key)[name].as_str().expect("an amount").to_owned()
    }
}

/// A contract made of offer O1, good in every way.
pub(super) fn create() -> String {
    "contract_no=L1 action=create person_id=P1 loan_type=ANN country=SE reference_no=18 currency=SEK amount=1000 offer_id=O1"
        .to_owned()
}

/// A contract taken over.
pub(super) fn import(contract: &str, number: u32, principal: &str) -> String {
    let reference = ocr(number);
    format!(
        "contract_no={contract} action=import person_id=P1 loan_type=ANN country=SE reference_no={reference} currency=SEK \
         amount=100000 principal={principal}"
    )
}

/// A payment in SEK, value today, where the fields say nothing else.
pub(super) fn paid(fields: &str) -> String {
    let mut all = fields.to_owned();
    for (name, value) in [("currency", "SEK"), ("value_date", "2026-11-20")] {
        if !fields.contains(&format!("{name}=")) {
            all.extend([" ", name, "=", value]);
        }
    }
    all
}

/// A number with the check digit that makes it an OCR number: 18 of 1, 26 of 2.
pub(super) fn ocr(number: u32) -> String {
    (0..10)
        .map(|check| format!("{number}{check}"))
        .find(|text| crate::check::number::ocr(text).is_ok())
        .expect("one of ten digits is right")
}

/// The `data` of each event with its code.
pub(super) fn told(decision: &Decision) -> Vec<(&'static str, Json)> {
    let data = |event: &crate::model::Event| event.told.json().value()["data"].clone();
    let events = decision.events.iter();
    events.map(|event| (event.kind, data(event))).collect()
}

/// What the confirmations say: type, receivable's line, amount.
pub(super) fn confirmed(decision: &Decision) -> Vec<String> {
    let events = told(decision).into_iter();
    let events = events.filter(|(kind, _)| *kind == "LOAN_REPAYMENT_CONFIRMED");
    let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    events
        .map(|(_, data)| {
            let (kind, line) = (
                &data["receivableEventTypeCode"],
                &data["receivableEvent"]["receivableLineId"],
            );
            let direction = &data["balanceDirectionCode"];
            format!(
                "{} {} {} {}",
                text(kind),
                text(line),
                data["money"]["amount"],
                text(direction)
            )
        })
        .collect()
}

/// How money moved: received, reversed, allocated, unallocated, unmatched.
pub(super) fn moved(decision: &Decision) -> String {
    let mut sums = [Decimal::ZERO; 5];
    for one in &decision.money {
        let parts = [
            one.received,
            one.reversed,
            one.allocated,
            one.unallocated,
            one.unmatched,
        ];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum += part;
        }
    }
    sums.map(|sum| sum.normalize().to_string()).join(" ")
}

/// The money's reference in an answer.
pub(super) fn reference(decision: &Decision) -> String {
    let mut references = decision.references.iter();
    let found = references.find(|(name, _)| *name == "cash_reference");
    found.expect("it names the money").1.to_string()
}

/// The book without what is noted of money that a bank told of again.
fn untold(book: &Book) -> Book {
    let mut book = book.clone();
    for ((space, _), state) in &mut book.entities {
        if *space == CASH {
            let mut cash = find::read(state).expect("money");
            let backs = cash.backs.iter_mut().map(|back| &mut back.retold);
            std::iter::once(&mut cash.retold)
                .chain(backs)
                .for_each(Retold::forget);
            *state = cash.text();
        }
    }
    book
}
