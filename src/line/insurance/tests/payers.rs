//! What a bank tells, by the number that it knows a payer by.

use serde_json::json;

use super::{Desk, PERSON, codes, events, register};
use crate::line::insurance::{INSURANCE, MONEY, entity::Insurance, show};
use crate::line::work::parse;
use crate::model::Outcome;

/// Insurance I1 with a mandate for payer 77, and I2 that is known by its own number, in a bank's file.
fn desk() -> Desk {
    let mut desk = Desk::with("registered");
    let second = register().replace("=I1", "=002002").replace("=L1", "=L2");
    desk.good("insurance.register", &second);
    desk.good("insurance.premium-collection", &autogiro("I1", "77"));
    desk.bank = true;
    desk
}

fn autogiro(insurance: &str, payer: &str) -> String {
    format!(
        "insurance_no={insurance} collection_method=autogiro collection_account=9912346 \
         collection_payer_identity_no={PERSON} collection_payer_no={payer} collection_interval=monthly"
    )
}

fn paid(payer: &str, amount: &str) -> String {
    format!(
        "collection_payer_no={payer} amount={amount} currency=SEK value_date=2026-11-20 bank_reference=B1"
    )
}

fn kept(desk: &Desk, key: &str) -> Insurance {
    parse(&desk.book.entities[&(INSURANCE, key.to_owned())]).expect("our own state")
}

#[test]
fn a_payer_is_known_by_his_number_zeros_aside() {
    let mut desk = desk();
    for (payer, insurance) in [("77", "I1"), ("0000000000000077", "I1"), ("2002", "002002")] {
        let decision = desk.good("insurance.premium-paid", &paid(payer, "100"));
        let found = (&*decision.entity, &*decision.state, codes(&decision));
        assert_eq!(found, (insurance, "registered", String::new()), "{payer}");
        assert_eq!(events(&decision), ["insurance.premium_paid registered"]);
    }
    assert_eq!(
        desk.show("I1")["premiums_paid"][0]["amount"],
        json!("100.00")
    );
    // The number that it had before is nobody's.
    desk.bank = false;
    desk.good("insurance.premium-collection", &autogiro("I1", "78"));
    desk.bank = true;
    for (payer, entity) in [("78", "I1"), ("77", "000000000000-9")] {
        let decision = desk.good("insurance.premium-paid", &paid(payer, "100"));
        assert_eq!(decision.entity, entity);
    }
}

#[test]
fn money_of_nobody_or_of_two_is_kept_apart_until_it_is_claimed() {
    let mut desk = desk();
    desk.bank = false;
    desk.good("insurance.premium-collection", &autogiro("002002", "77"));
    desk.bank = true;
    for payer in ["77", "5", "0000"] {
        let decision = desk.good("insurance.premium-paid", &paid(payer, "100"));
        assert_eq!(codes(&decision), "unmatched:collection_payer_no", "{payer}");
        assert_eq!(decision.state, "unmatched");
        let money = &decision.money[0];
        let moved = [money.received, money.allocated, money.unmatched].map(|sum| sum.to_string());
        assert_eq!(moved, ["100.00", "0", "100.00"]);
        assert!(decision.events.is_empty());
        assert_eq!(decision.references[0].0, "cash_reference");
    }
    let blank = "amount=100 currency=SEK value_date=2026-11-20";
    let decision = desk.good("insurance.premium-paid", blank);
    assert_eq!(codes(&decision), "unmatched");
    let cash = decision.entity.to_string();
    desk.bank = false;
    assert_eq!(
        desk.refused("insurance.premium-paid", blank),
        "required:insurance_no"
    );
    let claim = |amount: &str, cash: &str| {
        format!(
            "insurance_no=I1 amount={amount} currency=SEK value_date=2026-11-20 cash_reference={cash}"
        )
    };
    for (amount, cash, code) in [
        ("101", &*cash, "conflicting_fields:amount"),
        ("100", "X", "not_found:cash_reference"),
    ] {
        assert_eq!(
            desk.refused("insurance.premium-paid", &claim(amount, cash)),
            code
        );
    }
    let decision = desk.good("insurance.premium-paid", &claim("100", &cash));
    let money = &decision.money[0];
    let moved = [money.received, money.allocated, money.unmatched].map(|sum| sum.to_string());
    assert_eq!(moved, ["0", "100.00", "-100.00"]);
    let state = &desk.book.entities[&(MONEY, cash.clone())];
    assert_eq!(
        show::show(MONEY, &cash, state, &desk.on_this_day()).expect("our own state"),
        json!({ "cash_reference": cash, "state": "matched", "amount": "100.00", "currency": "SEK",
            "value_date": "2026-11-20", "insurance_no": "I1" })
    );
    assert_eq!(
        desk.refused("insurance.premium-paid", &claim("100", &cash)),
        "not_allowed_in_state:cash_reference"
    );
}

#[test]
fn money_in_another_currency_is_kept_apart_and_a_partners_is_refused() {
    let mut desk = desk();
    let record = paid("77", "100").replace("SEK", "EUR");
    let decision = desk.good("insurance.premium-paid", &record);
    assert_eq!(codes(&decision), "currency_not_allowed:currency unmatched");
    desk.bank = false;
    assert_eq!(
        desk.refused("insurance.premium-paid", &record),
        "currency_not_allowed:currency"
    );
    let both = format!("insurance_no=I1 {}", paid("78", "100"));
    assert_eq!(
        desk.refused("insurance.premium-paid", &both),
        "conflicting_fields:collection_payer_no"
    );
}

#[test]
fn a_premium_that_went_back_is_not_paid() {
    let mut desk = desk();
    desk.good("insurance.premium-paid", &paid("77", "100"));
    desk.good("insurance.premium-paid", &paid("77", "250"));
    let back = paid("77", "100").replace("B1", "B2");
    let decision = desk.good("insurance.premium-reversed", &back);
    assert_eq!(events(&decision), ["insurance.premium_reversed registered"]);
    let money = &decision.money[0];
    assert_eq!(
        [money.reversed, money.allocated].map(|sum| sum.to_string()),
        ["100.00", "-100.00"]
    );
    let total: rust_decimal::Decimal = kept(&desk, "I1").paid.iter().map(|paid| paid.amount).sum();
    assert_eq!(total.to_string(), "250.00");
    // More than was paid went back: it is kept apart, and nothing of the insurance changes.
    let more = paid("77", "251");
    let decision = desk.good("insurance.premium-reversed", &more);
    assert_eq!(codes(&decision), "over_repaid_amount:amount unmatched");
    assert_eq!(decision.money[0].unmatched.to_string(), "-251.00");
    desk.bank = false;
    assert_eq!(
        desk.refused("insurance.premium-reversed", &more),
        "over_repaid_amount:amount"
    );
    desk.good("insurance.premium-reversed", &paid("77", "250"));
    assert!(kept(&desk, "I1").paid.is_empty());
}

#[test]
fn what_a_bank_could_not_collect_is_told_and_changes_nothing() {
    let mut desk = desk();
    let failed = |payer: &str, code: &str| {
        format!("payer_no={payer} amount=100 currency=SEK due_date=2026-11-20 reason_code={code}")
    };
    for (code, last) in [("1", true), ("2", true), ("9", false)] {
        let before = desk.book.clone();
        let decision = desk.good("insurance.collection-failed", &failed("077", code));
        assert_eq!(before, desk.book);
        assert_eq!((&*decision.entity, &*decision.state), ("I1", "registered"));
        let told = decision.events[0].told.json().value();
        assert_eq!(decision.events[0].kind, "insurance.collection_failed");
        assert_eq!(told["reason_code"], code);
        assert_eq!(told["final"], last, "{code}");
    }
    let decision = desk.good("insurance.collection-failed", &failed("5", "1"));
    assert_eq!(
        (codes(&decision), &*decision.state, decision.outcome),
        ("unmatched:payer_no".into(), "unmatched", Outcome::Accepted)
    );
    assert!(decision.events.is_empty() && decision.money.is_empty());
    desk.bank = false;
    assert_eq!(
        desk.refused("insurance.collection-failed", &failed("5", "1")),
        "not_found:payer_no"
    );
}

#[test]
fn a_banks_advice_counts_and_what_it_leaves_blank_stays() {
    let mut desk = desk();
    let advice = |status: &str, method: &str, rest: &str| {
        format!("collection_payer_no=77 mandate_status={status} collection_method={method} {rest}")
    };
    let decision = desk.good(
        "insurance.premium-collection",
        &advice("approved", "autogiro", "reason_code=0432"),
    );
    assert_eq!(
        events(&decision),
        ["insurance.premium_collection_changed registered"]
    );
    let shown = desk.show("I1");
    assert_eq!(
        (&shown["collection_account"], &shown["mandate_state"]),
        (&json!("9912346"), &json!("confirmed"))
    );
    assert_eq!(shown["collection_interval"], "monthly");
    // An account that cannot be right is the bank's all the same.
    let account = "collection_clearing=3300 collection_account=001212121219";
    let decision = desk.good(
        "insurance.premium-collection",
        &advice("approved", "autogiro", account),
    );
    assert_eq!(codes(&decision), "invalid_account:collection_account");
    assert_eq!(desk.show("I1")["collection_account"], "001212121219");
    let before = kept(&desk, "I1");
    let decision = desk.good(
        "insurance.premium-collection",
        &advice("unchanged", "autogiro", "reason_code=0321"),
    );
    assert_eq!(kept(&desk, "I1"), before);
    assert_eq!(
        decision.events[0].told.json().value(),
        json!({ "mandate_status": "unchanged", "reason_code": "0321" })
    );
    let cancelled = advice(
        "cancelled",
        "other",
        "reason_code=4602 collection_text=Makulerat",
    );
    desk.good("insurance.premium-collection", &cancelled);
    let shown = desk.show("I1");
    assert_eq!(
        [
            &shown["collection_method"],
            &shown["collection_text"],
            &shown["mandate_state"],
            &shown["mandate_code"],
            &shown["collection_account"],
        ],
        ["other", "Makulerat", "cancelled", "4602", "001212121219"]
    );
    // Of an insurance that has ended, too; and a way that the partner chose stays.
    desk.bank = false;
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=bankgiro collection_payer_no=77",
    );
    desk.good("insurance.cancel", "insurance_no=I1 reason=loan~repaid");
    desk.bank = true;
    desk.good("insurance.premium-collection", &cancelled);
    assert_eq!(desk.show("I1")["collection_method"], "bankgiro");
    let nobodys = cancelled.replace("=77", "=5");
    let decision = desk.good("insurance.premium-collection", &nobodys);
    assert_eq!(
        (codes(&decision), &*decision.state),
        ("unmatched:collection_payer_no".into(), "unmatched")
    );
}

#[test]
fn a_mandate_is_let_go_with_what_it_was_for() {
    let mut desk = desk();
    let confirmed = "collection_payer_no=77 mandate_status=approved collection_method=autogiro";
    desk.good("insurance.premium-collection", confirmed);
    desk.bank = false;
    // The same again, or another rhythm: the same mandate.
    let again = autogiro("I1", "77").replace("monthly", "quarterly");
    desk.good("insurance.premium-collection", &again);
    assert!(kept(&desk, "I1").mandate.is_some());
    desk.good("insurance.premium-collection", &autogiro("I1", "78"));
    let insurance = kept(&desk, "I1");
    assert!(insurance.mandate.is_none());
    assert_eq!(insurance.unwanted, ["77".into()]);
    // Without the bank's word a record names its insurance.
    assert_eq!(
        desk.refused(
            "insurance.premium-collection",
            &autogiro("I1", "77").replace("insurance_no=I1 ", "")
        ),
        "required:insurance_no"
    );
}

/// A number that goes on with another insurance is that one's.
#[test]
fn one_that_has_ended_is_not_meant_where_another_stands() {
    let mut desk = desk();
    desk.bank = false;
    desk.good("insurance.premium-collection", &autogiro("002002", "77"));
    desk.good("insurance.cancel", "insurance_no=I1 reason=replaced");
    desk.bank = true;
    let decision = desk.good("insurance.premium-paid", &paid("77", "100"));
    assert_eq!(decision.entity, "002002");
    desk.bank = false;
    desk.good("insurance.cancel", "insurance_no=002002 reason=death");
    desk.bank = true;
    let decision = desk.good("insurance.premium-paid", &paid("77", "100"));
    assert_eq!(decision.state, "unmatched");
}

/// Payer and account changed, and the bank was asked to end the old mandate: its answer ends that one alone.
#[test]
fn the_end_that_we_asked_for_ends_no_other_mandate() {
    let mut desk = desk();
    let mut insurance = kept(&desk, "I1");
    insurance.ending.push("77".into());
    let state = serde_json::to_string(&insurance).expect("JSON");
    desk.book
        .entities
        .insert((INSURANCE, "I1".to_owned()), state);
    let advice = "collection_payer_no=0077 mandate_status=cancelled collection_method=other \
                  reason_code=0333 collection_text=Makulerat";
    for method in ["autogiro", "other"] {
        let decision = desk.good("insurance.premium-collection", advice);
        let told = decision.events[0].told.json().value();
        assert_eq!(told["mandate_status"], "cancelled");
        assert_eq!(desk.show("I1")["collection_method"], method);
    }
    assert!(kept(&desk, "I1").ending.is_empty());
}
