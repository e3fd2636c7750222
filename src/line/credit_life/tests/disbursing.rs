//! Paying out: dates, terms, numbers.

use serde_json::json;

use super::{Desk, codes, day, insured, told};
use crate::code::Code;
use crate::line::credit_life::Product;

#[test]
fn a_disbursement_is_not_in_the_future() {
    let mut desk = Desk::with("waiting_signature");
    let found = desk.refused(
        "credit.disburse",
        "operation_key=O1 disbursement_date=2026-11-21",
    );
    assert_eq!(found, "not_schedulable:disbursement_date");
    desk.today = day("2026-11-21");
    desk.ask("credit.disburse", "disbursement_date=2026-11-21");
    // All that is wrong is told.
    let found = desk.refused(
        "credit.disburse",
        "operation_key=O1 disbursement_date=2026-11-22",
    );
    assert_eq!(found, "not_schedulable:disbursement_date already_disbursed");
}

#[test]
fn the_term_runs_from_the_day_it_was_paid_out() {
    let rows = [
        // paid out, months, today, last day, expires
        ("2026-11-20", 12, "2026-11-20", "2027-11-20", "2027-11-21"),
        ("2026-11-11", 12, "2026-11-20", "2027-11-11", "2027-11-12"),
        ("2024-02-29", 12, "2024-03-01", "2025-02-28", "2025-03-01"),
        ("2026-08-31", 6, "2026-08-31", "2027-02-28", "2027-03-01"),
        // What was over before it was told expires on the first day that time can act on.
        ("2020-01-15", 12, "2026-11-20", "2021-01-15", "2026-11-21"),
    ];
    for (paid, months, today, last, expires) in rows {
        let mut desk = Desk::new();
        let product = desk.products.credit_life.get_mut("plus").expect("there");
        product.term_months = months;
        let created = insured().replace(
            "disbursement_date=2026-11-20",
            &format!("disbursement_date={paid}"),
        );
        desk.good("credit.create", &created);
        desk.today = day(today);
        desk.ask("credit.disburse", &format!("disbursement_date={paid}"));
        let shown = desk.show("O1");
        assert_eq!(shown["insurance_date"], paid);
        assert_eq!(shown["term_start_date"], paid);
        assert_eq!(shown["term_end_date"], last);
        assert_eq!(shown["disbursement_date"], paid);
        assert_eq!(desk.dues(), [format!("{expires} policy.expire")]);
    }
}

#[test]
fn policies_are_counted_in_the_book() {
    let mut desk = Desk::new();
    let other = Product {
        policy_series: "7".to_owned(),
        ..Product::default()
    };
    desk.products.credit_life.insert("other".to_owned(), other);
    let mut numbers = Vec::new();
    for (key, product, amount) in [
        ("A", "plus", "1000"),
        ("B", "other", "1000"),
        // Over its limit: no policy, and no number is lost.
        ("C", "plus", "45000"),
        ("D", "plus", "1000"),
    ] {
        let fields = insured()
            .replace("O1", key)
            .replace("=plus", &format!("={product}"))
            .replace("=1000", &format!("={amount}"));
        desk.good("credit.create", &fields);
        let paid = format!("operation_key={key} disbursement_date=2026-11-20");
        let decision = desk.good("credit.disburse", &paid);
        let mut references = decision.references.iter();
        let number = references.find(|(name, _)| *name == "policy_number");
        numbers.extend(number.map(|(_, number)| number.to_string()));
        let shown = desk.show(key);
        assert_eq!(
            shown["policy_number"].as_str().map(str::to_owned),
            number.map(|(_, number)| number.to_string())
        );
        // A refused record takes no number either.
        desk.refused("credit.disburse", &paid);
    }
    assert_eq!(numbers, ["1098200000001", "700000002", "1098200000003"]);
    assert_eq!(desk.show("D")["prize_number"], "0003");
}

#[test]
fn premiums_are_those_of_the_creation() {
    let mut desk = Desk::with("waiting_signature");
    let product = desk.products.credit_life.get_mut("plus").expect("there");
    product.covers[0].rate *= rust_decimal::Decimal::TEN;
    let decision = desk.ask("credit.disburse", "disbursement_date=2026-11-20");
    let data = told(&decision)[0]["data"].clone();
    // 30.00 + 20.00 + 10.00; ÷ 0.9962.
    assert_eq!(data["insurance_premium_net_amount"].to_string(), "60.00");
    assert_eq!(data["insurance_amount"].to_string(), "60.23");
    assert_eq!(data["iof_amount"].to_string(), "0.23");
    assert_eq!(data["operation_amount"].to_string(), "1000.00");
    let amounts: Vec<String> = data["covers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|cover| cover["cover_prize_amount"].to_string())
        .collect();
    assert_eq!(amounts, ["30.00", "20.00", "10.00"]);
}

#[test]
fn a_product_that_is_gone_issues_nothing() {
    let mut desk = Desk::with("waiting_signature");
    desk.products.credit_life.clear();
    assert_eq!(
        desk.refused(
            "credit.disburse",
            "operation_key=O1 disbursement_date=2026-11-20"
        ),
        "unknown_product"
    );
    // It can be reversed all the same, and a policy that is issued needs no product any more.
    desk.ask("credit.reverse", "");
    let mut desk = Desk::with("active");
    desk.products.credit_life.clear();
    assert_eq!(
        desk.refused(
            "credit.disburse",
            "operation_key=O1 disbursement_date=2026-11-20"
        ),
        "already_disbursed"
    );
    desk.ask("policy.cancel", "cancel_reason=insurance~premium~cancel");
    let mut desk = Desk::with("waiting_signature uninsured");
    desk.products.credit_life.clear();
    desk.ask("credit.disburse", "disbursement_date=2026-11-20");
}

#[test]
fn an_installment_that_was_due_before_is_noted() {
    let mut desk = Desk::with("waiting_signature");
    desk.today = day("2026-12-20");
    let decision = desk.ask("credit.disburse", "disbursement_date=2026-12-20");
    assert_eq!(codes(&decision), "date_order:disbursement_date");
    assert_eq!(decision.findings[0].code, Code::DateOrder);
    assert!(!decision.findings[0].rejects());
    assert_eq!(desk.state("O1"), "active");
    assert_eq!(
        told(&decision)[0]["data"]["insurance_date"],
        json!("2026-12-20")
    );
}
