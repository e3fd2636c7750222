//! A desk that takes records as texts.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde_json::Value as Json;

use crate::line::cover::{self, COVER, Channel, KINDS, Product};
pub(super) use crate::line::memory::Book;
use crate::line::memory::{self, said};
pub(super) use crate::line::memory::{codes, day};
use crate::line::{Context, Products, Terms, Today};
use crate::model::{Decision, Finding, Outcome};

/// A book, a clock, the products, and records that come in one after another.
#[derive(Clone)]
pub(super) struct Desk {
    pub book: Book,
    pub today: NaiveDate,
    pub now: DateTime<FixedOffset>,
    pub products: Products,
    pub terms: Terms,
    rows: u32,
}

impl Desk {
    /// An empty book on 2026-11-20 at 02:00, with a product for each channel.
    pub(super) fn new() -> Self {
        let mut products = Products::default();
        for channel in Channel::ALL {
            products.cover.insert(*channel, Product::of(*channel));
        }
        Self {
            book: Book::default(),
            today: day("2026-11-20"),
            now: instant("2026-11-20T02:00:00+01:00"),
            products,
            terms: Terms {
                base_url: Some("https://partners.example.com/".to_owned()),
                time_zone: Some(chrono_tz::Europe::Stockholm),
                ..Terms::default()
            },
            rows: 0,
        }
    }

    /// With a cover of invoice I1 in a state that the words name; asked for by this request.
    pub(super) fn with(state: &str, request: &str) -> Self {
        let mut desk = Self::new();
        if state == "none" {
            return desk;
        }
        desk.good("quote.request", request);
        let channel = desk.show("I1")["channel"].clone();
        let activate: &[(&str, &str)] = match channel.as_str() {
            Some("connect") => &[OFFER, ("quote.purchased", "")],
            Some("insure") => &[OFFER, SIGN, ("quote.signed", "")],
            _ => &[OFFER, ("quote.activate", "")],
        };
        let rest: &[(&str, &str)] = match state {
            "quote.pending" | "quote.offered" | "quote.rejected" | "activation.pending" => &[],
            "cover.activated" => &[],
            "cover.settled" => &[("cover.settle", "")],
            "claim.pending" => &[BANKRUPT],
            "claim.approved" => &[BANKRUPT, ("claim.approve", "")],
            "claim.rejected" => &[BANKRUPT, ("claim.reject", "")],
            other => panic!("{other} is not a state to be in"),
        };
        let steps: Vec<&(&str, &str)> = match state {
            "quote.pending" => Vec::new(),
            "quote.offered" => vec![&OFFER],
            "activation.pending" => vec![&OFFER, &SIGN],
            "quote.rejected" => vec![&("quote.decline", "")],
            _ => activate.iter().chain(rest).collect(),
        };
        for (kind, fields) in steps {
            desk.good(kind, &format!("invoice_reference=I1 {fields}"));
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

    /// Takes a record: a kind, and fields as `name=value`, blanks in values as `~`.
    pub(super) fn send(&mut self, kind: &str, fields: &str) -> Decision {
        self.rows += 1;
        let (instruction, mut findings) = said(KINDS, kind, fields, |text| text.replace('~', " "));
        let kind = instruction.kind;
        // What was given and could not be read is not missing too.
        let told: Vec<String> =
            (findings.iter().map(|finding| finding.field.to_string())).collect();
        let mut across = cover::check(kind, &instruction.fields);
        across.retain(|finding| !told.iter().any(|field| finding.field == *field));
        findings.extend(across);
        if findings.iter().any(Finding::rejects) {
            return Decision::rejected("", "", findings);
        }
        let context = Context {
            insurer: kind.side.is_of(true),
            ..self.context()
        };
        let before = self.book.clone();
        let mut book = before.clone();
        let mut decision =
            cover::decide(&instruction, &mut book, &context).expect("the world is well");
        let rejected = decision.outcome == Outcome::Rejected;
        assert_eq!(rejected, decision.findings.iter().any(Finding::rejects));
        if rejected || kind.inquiry {
            assert_eq!(before, book, "{} changed the book", kind.name);
            assert!(decision.events.is_empty() && decision.orders.is_empty());
        }
        self.book = book;
        findings.append(&mut decision.findings);
        decision.findings = findings;
        decision
    }

    /// Takes a record that must not be rejected.
    pub(super) fn good(&mut self, kind: &str, fields: &str) -> Decision {
        let decision = self.send(kind, fields);
        let fine = decision.outcome == Outcome::Accepted;
        assert!(fine, "{kind} {fields}: {:?}", decision.findings);
        decision
    }

    /// The codes that a record is answered with.
    pub(super) fn refused(&mut self, kind: &str, fields: &str) -> String {
        codes(&self.send(kind, fields))
    }

    /// Is on a day at 02:00, after all that has fallen due by then was carried out, each thing at its own time.
    pub(super) fn to(&mut self, text: &str) -> Vec<(String, Decision)> {
        self.until(&format!("{text}T02:00:00+01:00"))
    }

    /// The same, at an instant.
    pub(super) fn until(&mut self, text: &str) -> Vec<(String, Decision)> {
        let now = instant(text);
        let today = now.date_naive();
        let mut carried = Vec::new();
        loop {
            let by_day = self.book.due.first().filter(|due| due.0 <= today).cloned();
            let by_clock = self.book.due_at.first().filter(|due| due.0 <= now).cloned();
            let (space, key, what) = match (by_day, by_clock) {
                (None, None) => break,
                (Some(day), Some(at)) if at.0.date_naive() < day.0 => self.at(at),
                (None, Some(at)) => self.at(at),
                (Some((day, space, key, what)), _) => {
                    (self.today, self.now) = (day, now);
                    (space, key, what)
                }
            };
            let (days, instants) = (self.book.due.len(), self.book.due_at.len());
            let mut book = self.book.clone();
            let decision = cover::carry_out(space, &key, &what, &mut book, &self.context());
            self.book = book;
            let decision = decision.expect("the world is well").expect("it was due");
            carried.push((what, decision));
            assert!(self.book.due.len() + self.book.due_at.len() < days + instants);
        }
        (self.today, self.now) = (today, now);
        carried
    }

    fn at(
        &mut self,
        (at, space, key, what): (DateTime<FixedOffset>, crate::line::Space, String, String),
    ) -> (crate::line::Space, String, String) {
        (self.today, self.now) = (at.date_naive(), at);
        (space, key, what)
    }

    /// The circumstances of a record.
    pub(super) fn context(&self) -> Context<'_> {
        Context {
            now: self.now,
            ..memory::context(self.today, self.rows, &self.products, &self.terms)
        }
    }

    /// What `show` says of a cover.
    pub(super) fn show(&self, key: &str) -> Json {
        let state = &self.book.entities[&(COVER, key.to_owned())];
        cover::show(COVER, key, state, &self.on_this_day()).expect("our own state")
    }

    /// The state that a cover is in.
    pub(super) fn state(&self, key: &str) -> String {
        self.show(key)["state"].as_str().expect("a word").to_owned()
    }

    /// Why it was rejected or settled; blank where it was not.
    pub(super) fn reason(&self, key: &str) -> String {
        self.show(key)["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The answer to an inquiry.
    pub(super) fn reply(&mut self, fields: &str) -> Json {
        let decision = self.good("cover.inquire", fields);
        decision.reply.expect("an inquiry is answered")
    }
}

const OFFER: (&str, &str) = (
    "quote.offer",
    "premium_amount=145 premium_amount_currency=SEK",
);
const SIGN: (&str, &str) = (
    "quote.sign-and-activate",
    "user_email=eva@example.se user_first_name=Eva user_last_name=Berg",
);
const BANKRUPT: (&str, &str) = ("cover.claim", "claim_type=bankruptcy");

/// What the request of an invoice says in every channel.
const INVOICE: &str = "invoice_reference=I1 seller_country=SE seller_identifier=559999-0016 buyer_country=SE \
     buyer_identifier=5599990024 invoice_amount=10010 invoice_amount_currency=SEK";

const REFERENCES: &str = "user_reference=U1 seller_reference=S1 buyer_reference=B1 \
     invoice_issue_date=2026-11-15 invoice_due_date=2026-12-15";

/// A request of I1 for the partner itself, good in every way.
pub(super) fn reinsure() -> String {
    format!("{INVOICE} channel=reinsure {REFERENCES}")
}

/// The same for its seller.
pub(super) fn insure() -> String {
    format!("{INVOICE} channel=insure {REFERENCES}")
}

/// The same by e-mail.
pub(super) fn connect() -> String {
    format!(
        "{INVOICE} channel=connect invoice_payment_terms=30 invoice_number=N1 seller_email=eva@example.se"
    )
}

/// An instant.
pub(super) fn instant(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).expect("an instant")
}

/// The events' types, joined by a blank; each carries the quote object as it stands then.
pub(super) fn events(decision: &Decision) -> String {
    let all: Vec<&str> = decision.events.iter().map(|event| event.kind).collect();
    all.join(" ")
}
