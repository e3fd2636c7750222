//! What of a premium goes back, when, and to where.

use super::{Desk, PERSON, codes, day, insured};
use crate::model::decision::OrderValue;
use crate::model::{Decision, OrderStatus};

const CANCEL: &str = "cancel_reason=insurance~premium~cancel";

/// The one order of a decision: its amount and status.
fn ordered(decision: &Decision) -> (String, OrderStatus) {
    assert_eq!(decision.orders.len(), 1);
    let order = &decision.orders[0];
    assert_eq!((order.kind, &*order.entity), ("Refund", "O1"));
    let OrderValue::Amount(amount, currency) = &order.columns[0].1 else {
        panic!("an order begins with its amount");
    };
    assert_eq!(currency.as_str(), "BRL");
    (amount.to_string(), order.status)
}

/// Active, with a term from 2026-11-20 to 2027-11-20, and on another day.
fn on(date: &str) -> Desk {
    let mut desk = Desk::with("active");
    desk.today = day(date);
    desk
}

#[test]
fn a_cancellation_gives_all_back_for_seven_days_and_then_what_is_left() {
    let rows = [
        ("2026-11-20", "60.23"),
        ("2026-11-26", "60.23"),
        ("2026-11-27", "60.23"),
        // 357 of 365 days are left: 58.909…
        ("2026-11-28", "58.91"),
        ("2027-05-22", "30.03"),
        ("2027-11-19", "0.17"),
    ];
    for (date, amount) in rows {
        let decision = on(date).ask("policy.cancel", CANCEL);
        assert_eq!(
            ordered(&decision),
            (amount.to_owned(), OrderStatus::Ordered),
            "{date}"
        );
    }
    // On the last day nothing is left, and nothing is ordered.
    let mut desk = on("2027-11-20");
    let decision = desk.ask("policy.cancel", CANCEL);
    assert!(decision.orders.is_empty());
    assert_eq!(desk.state("O1"), "canceled");
    assert_eq!(desk.show("O1").get("refund"), None);
}

#[test]
fn days_are_those_of_the_product_when_it_was_paid_out() {
    let mut desk = Desk::new();
    desk.products
        .credit_life
        .get_mut("plus")
        .expect("there")
        .refund_days = 0;
    desk.good("credit.create", &insured());
    desk.ask("credit.disburse", "disbursement_date=2026-11-20");
    desk.products
        .credit_life
        .get_mut("plus")
        .expect("there")
        .refund_days = 30;
    assert_eq!(
        ordered(&desk.clone().ask("policy.cancel", CANCEL)).0,
        "60.23"
    );
    desk.today = day("2026-11-21");
    // 364 of 365.
    assert_eq!(ordered(&desk.ask("policy.cancel", CANCEL)).0, "60.06");
}

#[test]
fn a_reversal_gives_all_back_whenever_it_comes() {
    for date in ["2026-11-20", "2026-11-28", "2027-11-20"] {
        let mut desk = on(date);
        let decision = desk.ask("credit.reverse", "");
        assert_eq!(ordered(&decision).0, "60.23", "{date}");
        assert_eq!(desk.show("O1")["cancel_reason"], "reversed_operation");
        assert_eq!(desk.show("O1")["reversed_on"], date);
    }
}

#[test]
fn what_was_not_paid_for_does_not_go_back() {
    for state in [
        "waiting_signature",
        "waiting_signature uninsured",
        "disbursed",
    ] {
        let decision = Desk::with(state).ask("credit.reverse", "");
        assert!(decision.orders.is_empty(), "{state}");
    }
    // Canceled before: no second refund.
    let mut desk = on("2027-05-22");
    assert_eq!(ordered(&desk.ask("policy.cancel", CANCEL)).0, "30.03");
    let decision = desk.ask("credit.reverse", "");
    assert!(decision.orders.is_empty());
    assert_eq!(desk.show("O1")["refund_amount"], "30.03");
    assert_eq!(desk.show("O1")["cancel_reason"], "insurance_premium_cancel");
}

#[test]
fn an_insurance_that_never_was_gives_all_back() {
    let mut desk = Desk::new();
    desk.good("credit.create", &insured().replace("=1000", "=45000"));
    desk.today = day("2027-03-01");
    let decision = desk.ask("credit.disburse", "disbursement_date=2027-03-01");
    // 45,000 × 6 % ÷ 0.9962.
    assert_eq!(ordered(&decision).0, "2710.30");
    assert_eq!(desk.show("O1")["canceled_on"], "2027-03-01");
    assert!(decision.message.contains("over its limit"));
}

#[test]
fn a_date_that_the_record_names_counts() {
    let mut desk = on("2027-05-22");
    let early = desk.refused(
        "policy.cancel",
        &format!("operation_key=O1 {CANCEL} effective_date=2026-11-19"),
    );
    assert_eq!(early, "date_order:effective_date");
    assert_eq!(
        desk.refused(
            "credit.reverse",
            "operation_key=O1 effective_date=2026-11-19"
        ),
        "date_order:effective_date"
    );
    let decision = desk.ask(
        "policy.cancel",
        &format!("{CANCEL} effective_date=2026-11-27"),
    );
    assert_eq!(ordered(&decision).0, "60.23");
    assert_eq!(desk.show("O1")["canceled_on"], "2026-11-27");
}

#[test]
fn an_order_says_where_to() {
    let mut desk = Desk::new();
    // However a number is written, an order has its digits alone.
    desk.good(
        "credit.create",
        &insured().replace(
            "account_document=39053344705",
            "account_document=390.533.447-05",
        ),
    );
    desk.ask("credit.disburse", "disbursement_date=2026-11-20");
    let decision = desk.ask("policy.cancel", CANCEL);
    let columns = &decision.orders[0].columns;
    let said: Vec<String> = columns
        .iter()
        .skip(1)
        .map(|(name, value)| match value {
            OrderValue::Text(text) => format!("{name}={text}"),
            OrderValue::Amount(..) => panic!("one amount"),
        })
        .collect();
    let expected = [
        "currency=BRL",
        "account_ispb=18236120",
        "account_branch=1",
        "account_number=87823171",
        "account_digit=0",
        &format!("account_document={PERSON}"),
        "account_name=Patricia da Silva",
    ];
    assert_eq!(said, expected);
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, crate::line::credit_life::LINE.order_columns);
    let order = &decision.orders[0].id;
    assert!(
        decision
            .references
            .iter()
            .any(|(name, id)| *name == "refund" && **id == **order)
    );
}

#[test]
fn without_an_account_it_is_held() {
    let fields = insured();
    let kept = fields
        .split_whitespace()
        .filter(|field| !field.starts_with("account_"));
    let fields = kept.collect::<Vec<_>>().join(" ");
    for (kind, more) in [("policy.cancel", CANCEL), ("credit.reverse", "")] {
        let mut desk = Desk::new();
        desk.good("credit.create", &fields);
        desk.ask("credit.disburse", "disbursement_date=2026-11-20");
        let decision = desk.ask(kind, more);
        assert_eq!(ordered(&decision), ("60.23".to_owned(), OrderStatus::Held));
        assert_eq!(codes(&decision), "refund_held:account_number");
        assert_eq!(desk.show("O1")["refund_status"], "held");
    }
}
