//! What a bank is asked to collect, and of mandates.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::book::context;
use super::{Desk, PERSON, codes, day, register};
use crate::line::collect::{Account, Asked, BankOrder, Collecting, Collects};
use crate::line::insurance::INSURANCE;
use crate::line::insurance::collect::COLLECTS;
use crate::model::{BankDays, Outcome};

const SETTINGS: Collects = COLLECTS;

fn said(order: &BankOrder) -> String {
    let account = match &order.account {
        None => "-".to_owned(),
        Some(Account::Bank { clearing, number }) => format!("{clearing}/{number}"),
        Some(Account::Bankgiro(number)) => number.to_string(),
    };
    let payer = &order.payer_no;
    match &order.what {
        Asked::NewMandate { identity_no } => {
            format!(
                "mandate {payer} {account} {}",
                identity_no.as_deref().unwrap_or("-")
            )
        }
        Asked::EndMandate => format!("end {payer}"),
        Asked::Collection {
            amount,
            day,
            reference,
            ..
        } => {
            format!("collect {payer} {account} {amount} {day} {reference}")
        }
    }
}

/// Collects of I1 by a day, in a batch of this name; what was ordered, or the codes.
fn collect(desk: &mut Desk, batch: &str, until: &str) -> Vec<String> {
    let key = "I1";
    let state = |desk: &Desk| desk.book.entities[&(INSURANCE, key.to_owned())].clone();
    let wanted = (SETTINGS.wanted)(key, &state(desk), day(until)).expect("our own state");
    let mut context = context(desk.today, 1, &desk.products, &desk.terms);
    context.batch = batch;
    let collecting = Collecting {
        until: day(until),
        bank_days: BankDays::Sweden,
    };
    let decision =
        (SETTINGS.ask)(key, collecting, &mut desk.book, &context).expect("the world is well");
    let Some(decision) = decision else {
        return Vec::new();
    };
    assert!(wanted, "what is ordered is wanted");
    if decision.outcome == Outcome::Rejected {
        return vec![codes(&decision)];
    }
    let orders = (SETTINGS.orders)(key, &state(desk), batch).expect("our own state");
    assert_eq!(orders.len(), decision.orders.len());
    orders.iter().map(said).collect()
}

/// How premiums are collected of I1.
fn autogiro(payer: &str, more: &str) -> String {
    format!(
        "insurance_no=I1 collection_method=autogiro collection_clearing=83279 collection_account=0099114431 \
         collection_payer_identity_no={PERSON} collection_payer_no={payer} collection_interval=monthly {more}"
    )
}

fn advised(desk: &mut Desk, status: &str) {
    desk.bank = true;
    let advice =
        format!("collection_payer_no=77 collection_method=autogiro mandate_status={status}");
    desk.good("insurance.premium-collection", &advice);
    desk.bank = false;
}

/// I1 in force, its mandate confirmed.
fn desk(more: &str) -> Desk {
    let mut desk = Desk::with("active");
    desk.good("insurance.premium-collection", &autogiro("77", more));
    assert_eq!(
        collect(&mut desk, "b0", "2026-11-20"),
        ["mandate 77 8327/0099114431 198501019981"]
    );
    assert_eq!(collect(&mut desk, "b1", "2027-11-20"), [""; 0]);
    advised(&mut desk, "approved");
    desk
}

#[test]
fn instalments_are_collected_on_their_day_once() {
    let mut desk = desk("collection_day=28");
    assert_eq!(collect(&mut desk, "b2", "2026-11-27"), [""; 0]);
    // The 28th of November is a Saturday.
    let first = "collect 77 8327/0099114431 100.00 2026-11-30 I1";
    assert_eq!(collect(&mut desk, "b2", "2026-11-28"), [first]);
    assert_eq!(collect(&mut desk, "b3", "2026-12-27"), [""; 0]);
    assert_eq!(
        desk.show("I1")["collections"],
        serde_json::json!([{ "period_start": "2026-11-20", "amount": "100.00", "date": "2026-11-30", "status": "ordered" }])
    );
    let second = "collect 77 8327/0099114431 100.00 2026-12-28 I1";
    let third = "collect 77 8327/0099114431 100.00 2027-01-28 I1";
    assert_eq!(collect(&mut desk, "b4", "2027-02-27"), [second, third]);
}

#[test]
fn a_day_before_the_periods_first_is_the_next_months() {
    let mut desk = desk("collection_day=1");
    assert_eq!(collect(&mut desk, "b2", "2026-11-30"), [""; 0]);
    assert_eq!(
        collect(&mut desk, "b2", "2026-12-01"),
        ["collect 77 8327/0099114431 100.00 2026-12-01 I1"]
    );
}

#[test]
fn what_is_paid_is_not_collected_and_of_a_part_the_rest() {
    let mut desk = desk("");
    let paid = "insurance_no=I1 amount=130 currency=SEK value_date=2026-11-20";
    desk.good("insurance.premium-paid", paid);
    assert_eq!(
        collect(&mut desk, "b2", "2026-12-20"),
        ["collect 77 8327/0099114431 70.00 2026-12-21 I1"]
    );
}

#[test]
fn a_final_failure_frees_an_instalment_and_a_retry_does_not() {
    let mut desk = desk("");
    let order = |day: &str| format!("collect 77 8327/0099114431 100.00 {day} I1");
    assert_eq!(
        collect(&mut desk, "b2", "2026-12-20"),
        [order("2026-11-20"), order("2026-12-21")]
    );
    let failed = |reason: &str, day: &str| {
        format!("payer_no=77 amount=100 currency=SEK due_date={day} reason_code={reason}")
    };
    desk.good("insurance.collection-failed", &failed("9", "2026-11-20"));
    assert_eq!(collect(&mut desk, "b3", "2026-12-20"), [""; 0]);
    // Of two of that amount none is of this day.
    desk.good("insurance.collection-failed", &failed("1", "2026-11-21"));
    assert_eq!(collect(&mut desk, "b3", "2026-12-20"), [""; 0]);
    desk.to("2026-12-02");
    desk.good("insurance.collection-failed", &failed("1", "2026-11-20"));
    assert_eq!(
        collect(&mut desk, "b3", "2026-12-20"),
        [order("2026-12-02")]
    );
    assert_eq!(collect(&mut desk, "b4", "2026-12-20"), [""; 0]);
    desk.good("insurance.collection-failed", &failed("2", "2026-12-02"));
    assert_eq!(
        collect(&mut desk, "b5", "2026-12-20"),
        [order("2026-12-02")]
    );
}

/// Told again of what failed before, the bank does not mean the order that stands in for it.
#[test]
fn a_failure_that_is_told_again_frees_nothing() {
    let mut desk = desk("");
    assert_eq!(collect(&mut desk, "b2", "2026-11-20").len(), 1);
    desk.to("2026-12-02");
    let failed = "payer_no=77 amount=100 currency=SEK due_date=2026-11-23 reason_code=1";
    desk.good("insurance.collection-failed", failed);
    assert_eq!(collect(&mut desk, "b3", "2026-12-02").len(), 1);
    desk.good("insurance.collection-failed", failed);
    assert_eq!(collect(&mut desk, "b4", "2026-12-02"), [""; 0]);
    let anew = failed.replace("2026-11-23", "2026-12-03");
    desk.good("insurance.collection-failed", &anew);
    assert_eq!(collect(&mut desk, "b5", "2026-12-02").len(), 1);
}

#[test]
fn what_the_bank_refused_waits_until_it_is_put_right() {
    let right: [fn(&mut Desk); 2] = [
        |desk| advised(desk, "approved"),
        |desk| {
            desk.good("insurance.premium-collection", &autogiro("77", ""));
        },
    ];
    for right in right {
        let mut desk = desk("");
        assert_eq!(collect(&mut desk, "b2", "2026-11-20").len(), 1);
        let refused =
            "payer_no=77 amount=100 currency=SEK due_date=2026-11-20 reason_code=01 hold=true";
        desk.good("insurance.collection-failed", refused);
        desk.to("2026-12-02");
        assert_eq!(collect(&mut desk, "b3", "2026-12-02"), [""; 0]);
        let shown = &desk.show("I1")["collections"][0];
        assert_eq!(
            (&shown["status"], &shown["reason_code"]),
            (&"held".into(), &"01".into())
        );
        right(&mut desk);
        assert_eq!(
            collect(&mut desk, "b3", "2026-12-02"),
            ["collect 77 8327/0099114431 100.00 2026-12-02 I1"]
        );
    }
}

#[test]
fn a_mandate_that_the_bank_had_already_is_confirmed_where_we_had_sent_one() {
    let mut desk = Desk::with("active");
    desk.good("insurance.premium-collection", &autogiro("77", ""));
    advised(&mut desk, "registered");
    // Nobody had sent one.
    assert!(desk.show("I1")["mandate_state"].is_null());
    assert_eq!(collect(&mut desk, "b0", "2026-11-20").len(), 1);
    advised(&mut desk, "registered");
    assert_eq!(desk.show("I1")["mandate_state"], "confirmed");
    assert_eq!(collect(&mut desk, "b1", "2026-11-20").len(), 1);
    advised(&mut desk, "cancelled");
    advised(&mut desk, "registered");
    assert_eq!(desk.show("I1")["mandate_state"], "cancelled");
}

#[test]
fn what_was_over_when_the_mandate_began_is_not_collected() {
    let mut desk = Desk::with("active");
    desk.to("2027-02-10");
    desk.good("insurance.premium-collection", &autogiro("77", ""));
    collect(&mut desk, "b0", "2027-02-10");
    advised(&mut desk, "approved");
    // The period from 20 January is the first that is not over.
    assert_eq!(
        collect(&mut desk, "b2", "2027-02-19"),
        ["collect 77 8327/0099114431 100.00 2027-02-10 I1"]
    );
}

#[test]
fn nothing_is_collected_without_a_mandate_or_for_what_has_ended() {
    let mut desk = Desk::with("active");
    desk.good("insurance.premium-collection", &autogiro("77", ""));
    assert_eq!(collect(&mut desk, "b0", "2026-12-20").len(), 1);
    advised(&mut desk, "cancelled");
    assert_eq!(collect(&mut desk, "b2", "2026-12-20"), [""; 0]);
    let mut desk = self::desk("");
    let end = "insurance_no=I1 reason=loan~repaid effective_date=2026-12-31";
    desk.good("insurance.cancel", end);
    // The period from 20 January begins after the end.
    assert_eq!(collect(&mut desk, "b2", "2027-01-20").len(), 2);
    desk.to("2026-12-31");
    assert_eq!(collect(&mut desk, "b3", "2027-01-20"), ["end 77"]);
    assert_eq!(collect(&mut desk, "b4", "2027-01-20"), [""; 0]);
}

#[test]
fn a_mandate_of_one_that_expired_stays_until_all_is_collected() {
    let mut desk = desk("collection_day=28");
    desk.good("insurance.update", "insurance_no=I1 end_date=2026-11-25");
    assert_eq!(collect(&mut desk, "b2", "2026-11-28").len(), 1);
    desk.to("2026-11-26");
    assert_eq!(desk.state("I1"), "expired");
    assert_eq!(collect(&mut desk, "b3", "2026-12-01"), [""; 0]);
    desk.to("2026-12-01");
    assert_eq!(collect(&mut desk, "b3", "2026-12-01"), ["end 77"]);
}

#[test]
fn another_payer_needs_another_mandate_and_the_old_one_ends() {
    let mut desk = desk("");
    desk.good("insurance.premium-collection", &autogiro("0078", ""));
    assert_eq!(
        collect(&mut desk, "b2", "2026-12-20"),
        ["end 77", "mandate 78 8327/0099114431 198501019981"]
    );
    // Another account of the same payer: the old mandate goes first, the new one with the next file.
    let other = autogiro("78", "").replace("collection_clearing=83279 ", "");
    let other = other.replace("=0099114431", "=9912346");
    desk.good("insurance.premium-collection", &other);
    assert_eq!(collect(&mut desk, "b3", "2026-12-20"), ["end 78"]);
    assert_eq!(
        collect(&mut desk, "b4", "2026-12-20"),
        ["conflicting_fields:collection_payer_no"]
    );
    desk.good(
        "insurance.premium-collection",
        &other.replace("=78", "=9912346"),
    );
    assert_eq!(
        collect(&mut desk, "b4", "2026-12-20"),
        ["mandate 9912346 9912346 198501019981"]
    );
}

#[test]
fn a_mandate_that_another_insurance_collects_by_stays() {
    let mut desk = desk("");
    let second = register().replace("=I1", "=I2").replace("=L1", "=L2");
    desk.good("insurance.register", &second);
    let shared = autogiro("77", "").replace("=I1", "=I2");
    desk.good("insurance.premium-collection", &shared);
    desk.good("insurance.cancel", "insurance_no=I1 reason=death");
    assert_eq!(collect(&mut desk, "b2", "2026-12-20"), [""; 0]);
    desk.good("insurance.cancel", "insurance_no=I2 reason=death");
    assert_eq!(collect(&mut desk, "b2", "2026-12-20"), ["end 77"]);
}

#[test]
fn a_mandate_from_the_internet_bank_is_accepted() {
    let mut desk = Desk::with("active");
    desk.good("insurance.premium-collection", &autogiro("77", ""));
    advised(&mut desk, "pending");
    assert_eq!(collect(&mut desk, "b0", "2026-11-20"), ["mandate 77 - -"]);
    assert_eq!(collect(&mut desk, "b1", "2026-11-20"), [""; 0]);
}

#[test]
fn a_payer_whom_no_bank_can_know_is_told() {
    let mut desk = Desk::with("active");
    let unknown = autogiro("77", "").replace("collection_payer_no=77", "");
    desk.good("insurance.premium-collection", &unknown);
    assert_eq!(
        collect(&mut desk, "b0", "2026-11-20"),
        ["invalid_number:insurance_no"]
    );
    assert_eq!(
        collect(&mut desk, "b0", "2026-11-20"),
        ["invalid_number:insurance_no"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is asked for when, each instalment is ordered once, and a year's instalments are the year's premium.
    #[test]
    fn a_year_is_collected_to_the_cent(
        premium in 1_u32..10_000_000,
        interval in prop_oneof![Just("monthly"), Just("quarterly"), Just("half-yearly"), Just("yearly")],
        on in 1_u32..=28,
        mut days in prop::collection::vec(0_i64..365, 1..6),
    ) {
        let mut desk = desk(&format!("collection_day={on}"));
        let premium = Decimal::new(premium.into(), 2);
        desk.good("insurance.update", &format!("insurance_no=I1 annual_premium={premium}"));
        let collection = autogiro("77", "").replace("monthly", interval);
        desk.good("insurance.premium-collection", &collection);
        days.sort_unstable();
        // The last period that begins within the year is collected 31 days later at most.
        let mut all = Vec::new();
        let start = day("2026-11-20");
        let last = day("2027-11-19") + chrono::Days::new(31);
        let asked = days.iter().map(|after| start + chrono::TimeDelta::days(*after));
        for (number, until) in asked.chain([last]).enumerate() {
            all.extend(collect(&mut desk, &format!("r{number}"), &until.to_string()));
        }
        let amount = |text: &String| -> Decimal {
            text.split(' ').nth(3).expect("an amount").parse().expect("a number")
        };
        let year: Vec<Decimal> = all.iter().map(amount).collect();
        let periods = match interval { "monthly" => 12, "quarterly" => 4, "half-yearly" => 2, _ => 1 };
        // A day that falls on the 20th or later of the last month lets the next year's first be due, too.
        let of_year: Vec<Decimal> = year.iter().copied().take(periods).collect();
        let zero = of_year.iter().filter(|amount| amount.is_zero()).count();
        prop_assert_eq!(zero, 0);
        let sum: Decimal = of_year.iter().sum();
        let share = (premium / Decimal::from(periods)).round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        // Few of the smallest unit are used up before the last period: then there are fewer orders.
        let used_up = share * Decimal::from(periods - 1) >= premium;
        if !used_up {
            prop_assert_eq!(sum, premium);
            for amount in &of_year[..periods - 1] {
                prop_assert_eq!(*amount, share);
            }
        }
    }
}
