//! What was paid, and for what.

use super::{Desk, codes, day};
use crate::line::insurance::INSURANCE;
use crate::line::insurance::premium::instalment;
use crate::line::work::parse;

/// An insurance of 2026-11-20 with this premium and rhythm.
fn with(premium: &str, interval: &str, end: &str) -> Desk {
    let mut desk = Desk::new();
    let fields =
        super::register().replace("annual_premium=1200", &format!("annual_premium={premium}"));
    desk.good("insurance.register", &format!("{fields} {end}"));
    let collection = format!("insurance_no=I1 collection_method=cash {interval}");
    desk.good("insurance.premium-collection", &collection);
    desk
}

/// What is paid for, as `start..end amount`.
fn periods(desk: &Desk) -> Vec<String> {
    let shown = desk.show("I1");
    let paid = shown["premiums_paid"]
        .as_array()
        .expect("something was paid")
        .clone();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    paid.iter()
        .map(|p| {
            format!(
                "{}..{} {}",
                text(&p["period_start"]),
                text(&p["period_end"]),
                text(&p["amount"])
            )
        })
        .collect()
}

fn pay(desk: &mut Desk, amount: &str) {
    desk.good(
        "insurance.premium-paid",
        &format!("insurance_no=I1 amount={amount} currency=SEK value_date=2026-11-20"),
    );
}

#[test]
fn a_year_is_cut_into_instalments_whose_last_takes_the_rest() {
    let rows: &[(&str, &str, &[&str])] = &[
        ("1000", "collection_interval=monthly", &["83.33"; 11]),
        ("1000", "collection_interval=quarterly", &["250.00"; 4]),
        (
            "100.01",
            "collection_interval=half-yearly",
            &["50.01", "50.00", "50.01", "50.00"],
        ),
        ("1200", "", &["1200.00", "1200.00"]),
        // Shares that are rounded up never use up more than there is.
        (
            "0.06",
            "collection_interval=monthly",
            &["0.01", "0.01", "0.01", "0.01", "0.01", "0.01", "0.00"],
        ),
        ("0", "collection_interval=monthly", &["0.00"]),
    ];
    for (premium, interval, expected) in rows {
        let desk = with(premium, interval, "");
        let state = &desk.book.entities[&(INSURANCE, "I1".to_owned())];
        let insurance: crate::line::insurance::entity::Insurance =
            parse(state).expect("our own state");
        for (number, amount) in (0..).zip(*expected) {
            let found = instalment(&insurance, number).expect("there is no end");
            assert_eq!(
                format!("{:.2}", found.amount),
                *amount,
                "{premium} {interval} {number}"
            );
        }
        let year: rust_decimal::Decimal = (0..insurance.interval().periods())
            .map(|number| {
                instalment(&insurance, number)
                    .expect("there is no end")
                    .amount
            })
            .sum();
        assert_eq!(year, insurance.annual_premium, "{premium} {interval}");
    }
    let desk = with("1000", "collection_interval=monthly", "end_date=2027-01-01");
    let state = &desk.book.entities[&(INSURANCE, "I1".to_owned())];
    let insurance: crate::line::insurance::entity::Insurance = parse(state).expect("our own state");
    let bounds = |number| instalment(&insurance, number).map(|found| (found.start, found.end));
    assert_eq!(bounds(0), Some((day("2026-11-20"), day("2026-12-19"))));
    assert_eq!(bounds(1), Some((day("2026-12-20"), day("2027-01-01"))));
    assert_eq!(bounds(2), None);
}

#[test]
fn money_without_a_period_pays_the_oldest_instalment() {
    let rows: &[(&str, &str, &[&str], &[&str])] = &[
        ("", "", &["1200"], &["2026-11-20..2027-11-19 1200.00"]),
        (
            "collection_interval=monthly",
            "",
            &["100", "100"],
            &[
                "2026-11-20..2026-12-19 100.00",
                "2026-12-20..2027-01-19 100.00",
            ],
        ),
        // What an instalment lacks comes first, and what is left goes on.
        (
            "collection_interval=monthly",
            "",
            &["60", "60"],
            &[
                "2026-11-20..2026-12-19 100.00",
                "2026-12-20..2027-01-19 20.00",
            ],
        ),
        (
            "collection_interval=monthly",
            "",
            &["250"],
            &[
                "2026-11-20..2026-12-19 100.00",
                "2026-12-20..2027-01-19 100.00",
                "2027-01-20..2027-02-19 50.00",
            ],
        ),
        // After the end date there is nothing more to pay: the money stays with the last.
        (
            "collection_interval=monthly",
            "end_date=2027-01-01",
            &["500", "7"],
            &[
                "2026-11-20..2026-12-19 100.00",
                "2026-12-20..2027-01-01 407.00",
            ],
        ),
    ];
    for (interval, end, payments, expected) in rows {
        let mut desk = with("1200", interval, end);
        for amount in *payments {
            pay(&mut desk, amount);
        }
        assert_eq!(periods(&desk), *expected, "{interval} {end} {payments:?}");
    }
    // Without a premium there is still a first instalment to pay for.
    let mut desk = with("0", "", "");
    pay(&mut desk, "5");
    assert_eq!(periods(&desk), ["2026-11-20..2027-11-19 5.00"]);
    // One payment is not spread without bounds.
    let mut desk = with("0.12", "collection_interval=monthly", "");
    pay(&mut desk, "1000000");
    assert_eq!(periods(&desk).len(), 36);
}

#[test]
fn a_new_premium_does_not_reopen_what_was_paid() {
    let mut desk = with("1200", "collection_interval=monthly", "");
    pay(&mut desk, "100");
    desk.good("insurance.update", "insurance_no=I1 annual_premium=2400");
    pay(&mut desk, "200");
    assert_eq!(
        periods(&desk),
        [
            "2026-11-20..2026-12-19 100.00",
            "2026-12-20..2027-01-19 200.00"
        ]
    );
    // Nor does another rhythm: what begins in a paid period is paid.
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=cash collection_interval=quarterly",
    );
    pay(&mut desk, "600");
    assert_eq!(periods(&desk)[2], "2027-02-20..2027-05-19 600.00");
}

#[test]
fn a_payment_is_in_the_insurances_currency_and_names_both_ends_or_none() {
    let rows = [
        ("amount=10 currency=SEK", ""),
        ("amount=10 currency=NOK", "currency_not_allowed:currency"),
        ("amount=10.001 currency=SEK", "too_many_decimals:amount"),
        (
            "amount=10 currency=SEK period_start=2026-11-20",
            "required:period_end",
        ),
        (
            "amount=10 currency=SEK period_end=2026-11-20",
            "required:period_start",
        ),
        (
            "amount=10 currency=SEK period_start=2026-11-20 period_end=2026-11-19",
            "date_order:period_end",
        ),
        (
            "amount=10 currency=SEK period_start=2026-11-20 period_end=2026-11-20",
            "",
        ),
        (
            "amount=10 currency=SEK effective_date=2026-11-21",
            "not_schedulable:effective_date",
        ),
        // The sum of all that was paid must stay countable to the last decimal.
        (
            "amount=9999999999999999999999999999 currency=SEK",
            "out_of_range:amount",
        ),
        ("amount=99999999999999999999999999 currency=SEK", ""),
    ];
    for (fields, expected) in rows {
        let mut desk = Desk::with("active");
        let fields = format!("insurance_no=I1 value_date=2026-11-20 {fields}");
        assert_eq!(
            desk.refused("insurance.premium-paid", &fields),
            expected,
            "{fields}"
        );
    }
}

#[test]
fn a_payment_is_told_and_counted() {
    let mut desk = Desk::with("registered");
    let fields = "insurance_no=I1 amount=1200 currency=SEK value_date=2026-11-19 bank_reference=B1";
    let decision = desk.good("insurance.premium-paid", fields);
    assert_eq!(codes(&decision), "");
    assert_eq!(
        decision.events[0].told.json().value(),
        serde_json::json!({
            "amount": "1200.00", "currency": "SEK", "period_start": "2026-11-20", "period_end": "2027-11-19",
            "value_date": "2026-11-19", "bank_reference": "B1",
        })
    );
    let money = &decision.money[0];
    assert_eq!(
        (money.received, money.allocated),
        (1200.into(), 1200.into())
    );
    assert!(money.reversed.is_zero() && money.unallocated.is_zero() && money.unmatched.is_zero());
}
