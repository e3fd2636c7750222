//! Random instructions and days, decided twice: by the line, and by a second model that is slow and obvious. It counts
//! days one by one and money in whole cents, and knows nothing of tables.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::Desk;
use super::book::{add, column, create, day};
use crate::model::{Decision, Outcome};

/// What is asked, with days counted from today.
#[derive(Clone, Debug)]
enum Asked {
    Sign(bool),
    Add(u8),
    Suspend,
    CancelSuspension,
    CloseNow,
    CloseOn(i64),
    CloseAtExpiry,
    CancelClose,
    Switch(u8),
    Balance(usize, i64, i64),
    Wait(u64),
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        2 => any::<bool>().prop_map(Asked::Sign),
        2 => (1_u8..4).prop_map(Asked::Add),
        3 => Just(Asked::Suspend),
        2 => Just(Asked::CancelSuspension),
        1 => Just(Asked::CloseNow),
        2 => (-3_i64..40).prop_map(Asked::CloseOn),
        2 => Just(Asked::CloseAtExpiry),
        2 => Just(Asked::CancelClose),
        2 => (1_u8..4).prop_map(Asked::Switch),
        5 => (0_usize..2, -50_000_i64..50_000, -8_i64..2).prop_map(|(which, amount, on)| Asked::Balance(which, amount, on)),
        4 => (1_u64..25).prop_map(Asked::Wait),
    ]
}

/// A card, by its holder, and what it is.
struct Card {
    holder: u8,
    main: bool,
    status: &'static str,
    by_suspension: bool,
    expires: NaiveDate,
}

/// The second model. Amounts in cents.
struct Model {
    today: NaiveDate,
    state: &'static str,
    cards: Vec<Card>,
    /// What the card account and the root account hold, as of when, and whether that is what a transfer left.
    held: [Option<(i64, NaiveDate, bool)>; 2],
    closes: Option<NaiveDate>,
    at_expiry: bool,
    suspended_until: Option<NaiveDate>,
    paid_out: i64,
    plastic: usize,
}

fn plus(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).expect("a near day")
}

/// Day by day to the last one of the month that is two months on.
fn expiry(today: NaiveDate) -> NaiveDate {
    use chrono::Datelike as _;
    let month = (today.month0() + 2) % 12;
    let mut day = plus(today, 32);
    while day.month0() != month {
        day = plus(day, 1);
    }
    while plus(day, 1).month0() == month {
        day = plus(day, 1);
    }
    day
}

impl Model {
    fn new(today: NaiveDate) -> Self {
        let first = Card {
            holder: 1,
            main: true,
            status: "CREATED",
            by_suspension: false,
            expires: expiry(today),
        };
        Self {
            today,
            state: "AWAITING_SIGNATURE",
            cards: vec![first],
            held: [None; 2],
            closes: None,
            at_expiry: false,
            suspended_until: None,
            paid_out: 0,
            plastic: 0,
        }
    }

    fn last_card(&self) -> NaiveDate {
        let mut last = self.cards[0].expires;
        for card in &self.cards {
            if card.expires > last {
                last = card.expires;
            }
        }
        last
    }

    fn pay_out(&mut self) {
        for held in &mut self.held {
            if let Some((amount, as_of, transferred)) = held
                && *amount > 0
            {
                self.paid_out += *amount;
                *amount = 0;
                *transferred = true;
                if self.today > *as_of {
                    *as_of = self.today;
                }
            }
        }
    }

    fn end(&mut self) {
        self.state = "CLOSED";
        self.closes = None;
        self.at_expiry = false;
        self.suspended_until = None;
        for card in &mut self.cards {
            card.status = "DEACTIVATED";
        }
        self.pay_out();
    }

    /// One day on.
    fn wake(&mut self) {
        self.today = plus(self.today, 1);
        let closes = if self.at_expiry {
            Some(plus(self.last_card(), 1))
        } else {
            self.closes
        };
        let over = self.suspended_until.is_some_and(|last| self.today > last);
        if closes == Some(self.today) || over {
            self.end();
        }
    }

    /// Does what is asked if it may be done; answers the outcome.
    fn ask(&mut self, asked: &Asked) -> Outcome {
        let done = match asked {
            Asked::Sign(activate) => self.sign(*activate),
            Asked::Add(holder) => self.add(*holder),
            Asked::Suspend => self.suspend(),
            Asked::CancelSuspension => self.cancel_suspension(),
            Asked::CloseNow => {
                let waits = self.closes.is_some() || self.at_expiry;
                let may = match self.state {
                    "CLOSED" => false,
                    "SIGNED" => !waits,
                    _ => true,
                };
                if may {
                    self.end();
                }
                may
            }
            Asked::CloseOn(days) => {
                let on = self.today + chrono::TimeDelta::days(*days);
                let may = self.may_schedule() && on > self.today;
                if may {
                    self.closes = Some(on);
                    return Outcome::Scheduled;
                }
                false
            }
            Asked::CloseAtExpiry => {
                let may = self.may_schedule() && self.last_card() >= self.today;
                if may {
                    self.at_expiry = true;
                    return Outcome::Scheduled;
                }
                false
            }
            Asked::CancelClose => {
                let waits = self.closes.is_some() || self.at_expiry;
                self.closes = None;
                self.at_expiry = false;
                waits
            }
            Asked::Switch(holder) => self.switch(*holder),
            Asked::Balance(which, amount, on) => self.balance(*which, *amount, *on),
            Asked::Wait(_) => true,
        };
        if done {
            Outcome::Accepted
        } else {
            Outcome::Rejected
        }
    }

    fn sign(&mut self, activate: bool) -> bool {
        if self.state != "AWAITING_SIGNATURE" {
            return false;
        }
        self.state = "SIGNED";
        self.plastic += 1;
        self.cards[0].expires = expiry(self.today);
        if activate {
            self.cards[0].status = "ACTIVE";
        }
        true
    }

    fn add(&mut self, holder: u8) -> bool {
        if self.state != "SIGNED" {
            return false;
        }
        self.plastic += 1;
        self.cards.push(Card {
            holder,
            main: false,
            status: "ACTIVE",
            by_suspension: false,
            expires: expiry(self.today),
        });
        true
    }

    fn suspend(&mut self) -> bool {
        if self.state != "SIGNED" {
            return false;
        }
        self.state = "SUSPENDED";
        self.suspended_until = Some(plus(self.today, 10));
        for card in &mut self.cards {
            if card.status == "ACTIVE" {
                card.status = "BLOCKED";
                card.by_suspension = true;
            }
        }
        self.pay_out();
        true
    }

    fn cancel_suspension(&mut self) -> bool {
        if self.state != "SUSPENDED" {
            return false;
        }
        self.state = "SIGNED";
        self.suspended_until = None;
        for card in &mut self.cards {
            if card.by_suspension {
                card.status = "ACTIVE";
                card.by_suspension = false;
            }
        }
        true
    }

    fn may_schedule(&self) -> bool {
        self.state == "SIGNED" && self.closes.is_none() && !self.at_expiry
    }

    fn switch(&mut self, holder: u8) -> bool {
        let mut own = 0;
        let mut main = false;
        for card in &self.cards {
            if card.holder == holder {
                own += 1;
                main |= card.main;
            }
        }
        if self.state != "SIGNED" || own != 1 || main {
            return false;
        }
        for card in &mut self.cards {
            card.main = card.holder == holder;
        }
        true
    }

    fn balance(&mut self, which: usize, amount: i64, on: i64) -> bool {
        let as_of = self.today + chrono::TimeDelta::days(on);
        if self.state == "CLOSED" || as_of > self.today {
            return false;
        }
        let newer = match self.held[which] {
            None => true,
            Some((_, known, true)) => as_of > known,
            Some((_, known, false)) => as_of >= known,
        };
        if newer {
            self.held[which] = Some((amount, as_of, false));
        }
        true
    }
}

fn cents(text: &str) -> i64 {
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    assert_eq!(text.find('.'), Some(text.len() - 3), "two decimals");
    digits.parse().expect("cents")
}

fn transferred(decision: &Decision) -> i64 {
    let orders = decision.orders.iter();
    let orders = orders.filter(|order| order.kind == "OutgoingCreditTransfer");
    orders
        .map(|order| cents(column(order, "amount").trim_end_matches(" EUR")))
        .sum()
}

fn plastic(decision: &Decision) -> usize {
    let orders = decision.orders.iter();
    orders.filter(|order| order.kind == "CardOrder").count()
}

fn send(desk: &mut Desk, asked: &Asked) -> Decision {
    let today = desk.today;
    let on = |days: i64| today + chrono::TimeDelta::days(days);
    match asked {
        Asked::Sign(activate) => desk.send(
            "contract.sign",
            &format!("contract_ref=K1 activate_cards={activate}"),
        ),
        Asked::Add(holder) => {
            let fields = add(&holder.to_string());
            let kept = fields.split_whitespace();
            // The first customer is there already, under another name.
            let kept = kept.filter(|field| {
                !field.starts_with("card_contract_ref=")
                    && (*holder != 1
                        || ["contract_ref=", "extension=", "owner_customer_ref="]
                            .iter()
                            .any(|name| field.starts_with(name)))
            });
            let fields: Vec<&str> = kept.collect();
            desk.send("contract.add-card", &fields.join(" "))
        }
        Asked::Suspend => desk.send("contract.suspend", "contract_ref=K1"),
        Asked::CancelSuspension => desk.send("contract.cancel-suspension", "contract_ref=K1"),
        Asked::CloseNow => desk.send("contract.close", "contract_ref=K1 delay_type=IMMEDIATE"),
        Asked::CloseOn(days) => {
            let fields = format!(
                "contract_ref=K1 delay_type=SCHEDULED closing_date={}",
                on(*days)
            );
            desk.send("contract.close", &fields)
        }
        Asked::CloseAtExpiry => desk.send(
            "contract.close",
            "contract_ref=K1 delay_type=AT~CARD~EXPIRY",
        ),
        Asked::CancelClose => desk.send("contract.cancel-close", "contract_ref=K1"),
        Asked::Switch(holder) => desk.send(
            "contract.switch-principal",
            &format!("contract_ref=K1 customer_ref=P{holder}"),
        ),
        Asked::Balance(which, amount, days) => {
            let account = ["A-K1", "R-K1"][*which];
            let amount = rust_decimal::Decimal::new(*amount, 2);
            let fields = format!(
                "contract_ref=K1 account_ref={account} balance={amount} currency=EUR as_of={}",
                on(*days)
            );
            desk.send("contract.balance", &fields)
        }
        Asked::Wait(_) => unreachable!("nothing is sent"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_models_agree(steps in prop::collection::vec(asked(), 1..40)) {
        let mut desk = Desk::new();
        let mut product = desk.products.card["CREATED"].clone();
        product.signature_required = true;
        product.initial_card_status = super::super::words::CardStatus::Active;
        desk.products.card.insert("MODEL".to_owned(), product);
        desk.good("contract.create", &create("K1", "MODEL"));
        let mut model = Model::new(day("2026-11-20"));
        let (mut paid, mut made) = (0, 0);
        for asked in &steps {
            if let Asked::Wait(days) = asked {
                for _ in 0..*days {
                    model.wake();
                }
                // One run after all these days does what a run on each would have done.
                for (_, _, decision) in desk.to(&model.today.to_string()) {
                    paid += transferred(&decision);
                }
            } else {
                let decision = send(&mut desk, asked);
                prop_assert_eq!(decision.outcome, model.ask(asked), "{:?}: {:?}", asked, decision.findings);
                paid += transferred(&decision);
                made += plastic(&decision);
            }
            prop_assert_eq!(desk.state("K1"), model.state, "{:?}", asked);
            let statuses: Vec<&str> = model.cards.iter().map(|card| card.status).collect();
            prop_assert_eq!(desk.cards("card_status"), statuses.join(" "));
            let main: Vec<&str> = model.cards.iter().map(|card| if card.main { "PRINCIPAL" } else { "SUPPLEMENTARY" }).collect();
            prop_assert_eq!(desk.cards("indicator"), main.join(" "));
            // What was ordered to be paid is what the second model paid, and the rest is still held.
            prop_assert_eq!((paid, made), (model.paid_out, model.plastic));
            let show = desk.show("K1");
            for (at, held) in model.held.iter().enumerate() {
                let balance = show["accounts"][at]["balance"].as_str().map(cents);
                prop_assert_eq!(balance, held.map(|(amount, _, _)| amount));
            }
        }
    }
}
