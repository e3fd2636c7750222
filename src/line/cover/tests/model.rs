//! Random instructions and hours, decided twice: by the line, and by a second model that is slow and obvious. It lives
//! hour by hour, counts money in whole öre and adds up what is insured each time anew, and knows nothing of tables.

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;

use super::{Desk, day};
use crate::line::cover::BUYER;
use crate::model::Outcome;

const CHANNELS: [&str; 3] = ["reinsure", "insure", "connect"];
const SELLERS: [&str; 2] = ["5599990016", "5599990032"];
const BUYERS: [&str; 2] = ["5599990024", "5599990040"];
/// In öre.
const LIMIT: i64 = 3_000_000;
const CLAIM_DAYS: i64 = 3;

/// What is asked of one of three invoices.
#[derive(Clone, Debug)]
enum Asked {
    /// Channel, seller, buyer, öre, days until it is due.
    Request(usize, usize, usize, i64, i64),
    Do(&'static str),
    Claim(&'static str),
    Wait(i64),
    NewPolicy,
}

fn asked() -> impl Strategy<Value = (usize, Asked)> {
    let kinds = [
        "quote.activate",
        "quote.sign-and-activate",
        "quote.reject",
        "cover.settle",
        "quote.decline",
        "quote.signed",
        "quote.purchased",
        "claim.approve",
        "claim.reject",
    ];
    let claims = ["late_payment", "non_payment", "bankruptcy"];
    let asked = prop_oneof![
        5 => (0_usize..3, 0_usize..2, 0_usize..2, 101_i64..2_500_000, -1_i64..6)
            .prop_map(|(channel, seller, buyer, amount, due)| Asked::Request(channel, seller, buyer, amount, due)),
        5 => Just(Asked::Do("quote.offer")),
        4 => Just(Asked::Do("quote.activate")),
        3 => Just(Asked::Do("quote.purchased")),
        8 => prop::sample::select(kinds.to_vec()).prop_map(Asked::Do),
        3 => prop::sample::select(claims.to_vec()).prop_map(Asked::Claim),
        6 => (1_i64..40).prop_map(Asked::Wait),
        1 => Just(Asked::NewPolicy),
    ];
    (0_usize..3, asked)
}

#[derive(Clone)]
struct Invoice {
    state: &'static str,
    reason: &'static str,
    channel: usize,
    seller: usize,
    buyer: usize,
    amount: i64,
    due: NaiveDate,
    offered_at: i64,
    activated_on: NaiveDate,
    policy: i64,
}

struct Model {
    hour: i64,
    policy: i64,
    invoices: [Option<Invoice>; 3],
    /// Who signed which version.
    signed: Vec<(usize, i64)>,
}

/// 2026-11-20 at 02:00 is hour 2.
fn date(hour: i64) -> NaiveDate {
    day("2026-11-20") + TimeDelta::days(hour.div_euclid(24))
}

impl Model {
    fn today(&self) -> NaiveDate {
        date(self.hour)
    }

    fn insured(&self, buyer: usize) -> i64 {
        let counts = ["activation.pending", "cover.activated", "claim.pending"];
        let invoices = self.invoices.iter().flatten();
        let counted = invoices.filter(|one| one.buyer == buyer && counts.contains(&one.state));
        counted.map(|one| one.amount).sum()
    }

    fn fits(&self, buyer: usize, amount: i64) -> bool {
        self.insured(buyer) + amount <= LIMIT
    }

    fn request(&mut self, at: usize, asked: &Asked) -> bool {
        let Asked::Request(channel, seller, buyer, amount, days) = *asked else {
            return false;
        };
        let ended = [
            "quote.rejected",
            "cover.settled",
            "claim.approved",
            "claim.rejected",
        ];
        if self.invoices[at]
            .as_ref()
            .is_some_and(|one| !ended.contains(&one.state))
        {
            return false;
        }
        let due = self.today() + TimeDelta::days(days);
        if (CHANNELS[channel] != "connect" && due <= self.today()) || !self.fits(buyer, amount) {
            return false;
        }
        self.invoices[at] = Some(Invoice {
            state: "quote.pending",
            reason: "",
            channel,
            seller,
            buyer,
            amount,
            due,
            offered_at: 0,
            activated_on: due,
            policy: 0,
        });
        true
    }

    /// Does what is asked of an invoice if it may be done.
    fn act(&mut self, at: usize, kind: &str, claim: &str) -> bool {
        let (today, hour, policy) = (self.today(), self.hour, self.policy);
        let Some(mut one) = self.invoices[at].clone() else {
            return false;
        };
        let channel = CHANNELS[one.channel];
        let has_signed = self.signed.contains(&(one.seller, policy));
        let fresh = today <= one.due;
        let fits = self.fits(one.buyer, one.amount);
        let (state, reason) = match (kind, one.state) {
            ("quote.offer", "quote.pending") => {
                one.offered_at = hour;
                ("quote.offered", "")
            }
            ("quote.decline", "quote.pending") => ("quote.rejected", "insurance_unavailable"),
            ("quote.reject", "quote.offered") => ("quote.rejected", "offer_rejected"),
            ("quote.activate", "quote.offered") => {
                let allowed = channel == "reinsure" || (channel == "insure" && has_signed);
                if !allowed || !fresh || !fits {
                    return false;
                }
                one.activated_on = today;
                ("cover.activated", "")
            }
            ("quote.sign-and-activate", "quote.offered") => {
                if channel != "insure" || has_signed || !fresh || !fits {
                    return false;
                }
                one.policy = policy;
                ("activation.pending", "")
            }
            ("quote.purchased", "quote.offered") => {
                if channel != "connect" || !fits {
                    return false;
                }
                one.activated_on = today;
                ("cover.activated", "")
            }
            ("quote.signed", "activation.pending") => {
                self.signed.push((one.seller, one.policy));
                one.activated_on = today;
                ("cover.activated", "")
            }
            ("cover.settle", "cover.activated") => ("cover.settled", "invoice_paid"),
            ("cover.settle", "claim.pending") => ("cover.settled", "claim_cancelled"),
            ("cover.claim", "cover.activated") => {
                let overdue = (today - one.due).num_days();
                if claim != "bankruptcy" && !(1..=CLAIM_DAYS).contains(&overdue) {
                    return false;
                }
                ("claim.pending", "")
            }
            ("claim.approve", "claim.pending") => ("claim.approved", ""),
            ("claim.reject", "claim.pending") => ("claim.rejected", ""),
            _ => return false,
        };
        (one.state, one.reason) = (state, reason);
        self.invoices[at] = Some(one);
        true
    }

    /// Lives on, hour by hour.
    fn wait(&mut self, hours: i64) {
        for _ in 0..hours {
            self.hour += 1;
            let (today, hour) = (self.today(), self.hour);
            for one in self.invoices.iter_mut().flatten() {
                let over = (today - one.due).num_days() > CLAIM_DAYS && today > one.activated_on;
                if one.state == "cover.activated" && over {
                    (one.state, one.reason) = ("cover.settled", "claim_period_expired");
                }
                let open = one.state == "quote.offered" || one.state == "activation.pending";
                let stands = if CHANNELS[one.channel] == "connect" {
                    24
                } else {
                    48
                };
                if open && hour >= one.offered_at + stands {
                    (one.state, one.reason) = ("quote.rejected", "quote_expired");
                }
            }
        }
    }
}

fn request(at: usize, asked: &Asked, today: NaiveDate) -> String {
    let Asked::Request(channel, seller, buyer, amount, days) = *asked else {
        panic!("not a request");
    };
    let due = today + TimeDelta::days(days);
    // Never later than it is due.
    let issued = today - TimeDelta::days(2);
    format!(
        "invoice_reference=I{at} channel={} user_reference=U seller_reference=S buyer_reference=B seller_country=SE \
         seller_identifier={} buyer_country=SE buyer_identifier={} invoice_amount={}.{:02} invoice_amount_currency=SEK \
         invoice_issue_date={issued} invoice_due_date={due} invoice_payment_terms=30 invoice_number=N \
         seller_email=a@example.se",
        CHANNELS[channel],
        SELLERS[seller],
        BUYERS[buyer],
        amount / 100,
        amount % 100,
    )
}

fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.terms.time_zone = None;
    for product in desk.products.cover.values_mut() {
        product.buyer_limit = Some((LIMIT / 100).into());
        product.claim_days = u32::try_from(CLAIM_DAYS).expect("a few");
    }
    desk
}

fn play(desk: &mut Desk, model: &mut Model, at: usize, asked: &Asked) -> Result<(), TestCaseError> {
    let which = format!("invoice_reference=I{at}");
    let (kind, fields, done) = match asked {
        Asked::Request(..) => {
            let fields = request(at, asked, model.today());
            ("quote.request", fields, model.request(at, asked))
        }
        Asked::Do(kind) => {
            let rest = match *kind {
                "quote.offer" => "premium_amount=1 premium_amount_currency=SEK",
                "quote.sign-and-activate" => {
                    "user_email=a@example.se user_first_name=A user_last_name=B"
                }
                _ => "",
            };
            (*kind, format!("{which} {rest}"), model.act(at, kind, ""))
        }
        Asked::Claim(claim) => {
            let done = model.act(at, "cover.claim", claim);
            ("cover.claim", format!("{which} claim_type={claim}"), done)
        }
        Asked::Wait(hours) => {
            model.wait(*hours);
            let now = super::instant("2026-11-20T00:00:00+01:00") + TimeDelta::hours(model.hour);
            desk.until(&now.to_rfc3339());
            return Ok(());
        }
        Asked::NewPolicy => {
            model.policy += 1;
            for product in desk.products.cover.values_mut() {
                product.policy_version = model.policy.to_string().into();
            }
            return Ok(());
        }
    };
    let decision = desk.send(kind, &fields);
    let accepted = decision.outcome == Outcome::Accepted;
    prop_assert_eq!(
        accepted,
        done,
        "{} {}: {:?}",
        kind,
        fields,
        decision.findings
    );
    prop_assert_eq!(decision.events.len(), usize::from(done));
    Ok(())
}

fn compare(desk: &Desk, model: &Model) -> Result<(), TestCaseError> {
    let (mut days, mut instants) = (0, 0);
    for (at, invoice) in model.invoices.iter().enumerate() {
        let Some(invoice) = invoice else { continue };
        let key = format!("I{at}");
        prop_assert_eq!(desk.state(&key), invoice.state);
        prop_assert_eq!(desk.reason(&key), invoice.reason);
        days += usize::from(invoice.state == "cover.activated");
        let open = invoice.state == "quote.offered" || invoice.state == "activation.pending";
        instants += usize::from(open);
    }
    prop_assert_eq!(
        (desk.book.due.len(), desk.book.due_at.len()),
        (days, instants)
    );
    for (at, buyer) in BUYERS.iter().enumerate() {
        let insured = model.insured(at);
        let kept = desk.book.entities.get(&(BUYER, format!("SE:{buyer}:SEK")));
        let expected = format!(r#"{{"amount":"{}.{:02}"}}"#, insured / 100, insured % 100);
        if let Some(kept) = kept {
            prop_assert_eq!(kept, &expected);
        } else {
            prop_assert_eq!(insured, 0);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_line_does_what_the_obvious_model_does(all in prop::collection::vec(asked(), 1..60)) {
        let mut desk = desk();
        let mut model = Model { hour: 2, policy: 1, invoices: [None, None, None], signed: Vec::new() };
        for (at, asked) in &all {
            play(&mut desk, &mut model, *at, asked)?;
            compare(&desk, &model)?;
        }
    }

    /// A night of hours lived at once, or one by one: the same.
    #[test]
    fn runs_that_were_missed_make_no_difference(all in prop::collection::vec(asked(), 1..40)) {
        let (mut often, mut seldom) = (desk(), desk());
        let (mut one, mut other) = (
            Model { hour: 2, policy: 1, invoices: [None, None, None], signed: Vec::new() },
            Model { hour: 2, policy: 1, invoices: [None, None, None], signed: Vec::new() },
        );
        for (at, asked) in &all {
            if let Asked::Wait(hours) = asked {
                for _ in 0..*hours {
                    play(&mut often, &mut one, *at, &Asked::Wait(1))?;
                }
            } else {
                play(&mut often, &mut one, *at, asked)?;
            }
            play(&mut seldom, &mut other, *at, asked)?;
            prop_assert_eq!(&often.book, &seldom.book);
        }
    }
}
