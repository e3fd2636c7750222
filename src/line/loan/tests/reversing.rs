//! Money that goes back.

use super::book::{confirmed, moved, reference, told};
use super::{Desk, codes, ocr};
use crate::model::decision::OrderValue;
use crate::model::{Decision, OrderStatus, Outcome};

fn back(desk: &mut Desk, fields: &str) -> Decision {
    desk.good(
        "loan.reversal",
        &format!("{fields} currency=SEK value_date=2026-11-20"),
    )
}

fn refused(desk: &mut Desk, fields: &str) -> String {
    desk.refused(
        "loan.reversal",
        &format!("{fields} currency=SEK value_date=2026-11-20"),
    )
}

/// A bank's reversal names the payment by its reference number, and by the bank's own reference where it has that.
#[test]
fn the_payment_that_the_bank_names_goes_before_newer_ones_alike() {
    let mut desk = Desk::with("ACTIVE");
    desk.bank = true;
    for bank in ["B1", "B2"] {
        desk.pay(&format!("reference_no=18 amount=50 bank_reference={bank}"));
    }
    desk.file += 1;
    for (bank, paid_by) in [("B1", "B1"), ("B9", "B2")] {
        let decision = back(
            &mut desk,
            &format!("original_reference=18 amount=50 bank_reference={bank}"),
        );
        let cash = &decision.references[0].1;
        let shown = desk.cash(cash);
        assert_eq!(shown["bank_reference"], paid_by, "{shown}");
    }
}

/// Payments of one bundle have one bank's reference.
#[test]
fn both_references_name_the_payment_that_a_partner_takes_back() {
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "1000");
    let first = desk.pay("reference_no=18 amount=50 bank_reference=007");
    desk.pay("reference_no=26 amount=60 bank_reference=7 end_to_end_id=E2");
    let cash = first.references[0].1.clone();
    for (text, contract) in [
        ("18", "L1"),
        ("1-8", "L1"),
        ("26", "L2"),
        ("E2", "L2"),
        (&*cash, "L1"),
    ] {
        let mut desk = desk.clone();
        let fields = format!("original_reference={text} bank_reference=07 amount=50");
        assert_eq!(back(&mut desk, &fields).entity, contract, "{text}");
        let again = refused(&mut desk, &fields);
        assert_eq!(again, "over_repaid_amount:amount", "{text}");
    }
    for text in ["42", "B1"] {
        let fields = format!("original_reference={text} bank_reference=7 amount=50");
        let told = refused(&mut desk, &fields);
        assert_eq!(told, "conflicting_fields:original_reference", "{text}");
    }
}

#[test]
fn what_was_paid_is_owed_again_newest_first() {
    let mut desk = Desk::with("ACTIVE");
    desk.owe("L1", "R2", "2026-12-10", "100", "20");
    desk.pay("reference_no=18 amount=200 bank_reference=B1");
    let decision = back(&mut desk, "bank_reference=B1 amount=120");
    let (kind, data) = &told(&decision)[0];
    assert_eq!(
        (*kind, &data["receivableEventTypeCode"]),
        ("LOAN_REPAYMENT_REGISTERED", &"REVERSAL".into())
    );
    assert_eq!(data["money"]["amount"].to_string(), "120.00");
    let all = ["R2-PRI 70.00", "R2-INT 20.00", "R1-PRI 30.00"];
    assert_eq!(
        confirmed(&decision),
        all.map(|line| format!("REVERSAL {line} DEBIT"))
    );
    assert_eq!(moved(&decision), "0 120 -120 0 0");
    assert_eq!(desk.sum("L1", "outstanding"), "930.00");
    // R1 was paid, and is open again in its place.
    let shown = desk.show("L1");
    let numbers: Vec<&str> = shown["receivables"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["receivable_no"].as_str())
        .collect();
    assert_eq!(numbers, ["R1", "R2"]);
    assert_eq!(desk.sum("L1", "open_receivables"), "150.00");
    // What is left of it can go back later.
    let decision = back(&mut desk, "bank_reference=B1 amount=80");
    assert_eq!(
        confirmed(&decision),
        ["REVERSAL R1-PRI 70.00 DEBIT", "REVERSAL R1-INT 10.00 DEBIT"]
    );
    assert_eq!(
        refused(&mut desk, "bank_reference=B1 amount=0.01"),
        "over_repaid_amount:amount"
    );
}

#[test]
fn what_pays_nothing_goes_back_first() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=150 bank_reference=B1");
    let decision = back(&mut desk, "bank_reference=B1 amount=45");
    assert_eq!(confirmed(&decision), ["REVERSAL R1-PRI 5.00 DEBIT"]);
    assert_eq!(moved(&decision), "0 45 -5 -40 0");
    assert_eq!(desk.sum("L1", "unallocated"), "0.00");
}

#[test]
fn a_receivable_closed_by_other_money_reopens_too() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=60 bank_reference=B1");
    desk.pay("reference_no=18 amount=50 bank_reference=B2");
    assert_eq!(desk.sum("L1", "open_receivables"), "0.00");
    let decision = back(&mut desk, "bank_reference=B1 amount=60");
    assert_eq!(
        confirmed(&decision),
        ["REVERSAL R1-PRI 50.00 DEBIT", "REVERSAL R1-INT 10.00 DEBIT"]
    );
    assert_eq!(desk.sum("L1", "open_receivables"), "60.00");
    let decision = desk.pay("reference_no=18 amount=60");
    assert_eq!(
        confirmed(&decision),
        [
            "REPAYMENT R1-INT 10.00 CREDIT",
            "REPAYMENT R1-PRI 50.00 CREDIT"
        ]
    );
    // One that a credit note closed does, as well.
    desk.owe("L1", "R2", "2026-12-10", "100", "");
    let number = ocr(55);
    desk.good(
        "loan.invoice",
        &format!("contract_no=L1 receivable_no=R2 invoice_no=I2 reference_no={number}"),
    );
    desk.pay("reference_no=18 amount=30 bank_reference=B3");
    desk.good(
        "loan.credit-note",
        "contract_no=L1 invoice_no=I2 credit_note_no=N1 amount=70 currency=SEK",
    );
    assert_eq!(desk.sum("L1", "open_receivables"), "0.00");
    back(&mut desk, "bank_reference=B3 amount=30");
    assert_eq!(desk.sum("L1", "open_receivables"), "30.00");
    assert_eq!(desk.show("L1")["receivables"][0]["state"], "CREATED");
}

#[test]
fn a_closed_contract_is_again_what_it_was() {
    for state in ["ACTIVE", "BLOCKED", "DEFAULTED"] {
        let mut desk = Desk::with(state);
        desk.pay("reference_no=18 amount=1010 premature=true bank_reference=B1");
        assert_eq!(desk.state("L1"), "CLOSED");
        let decision = back(&mut desk, "bank_reference=B1 amount=1010");
        assert_eq!(decision.state, state);
        assert_eq!(confirmed(&decision)[0], "REVERSAL - 900.00 DEBIT");
        assert_eq!(desk.sum("L1", "outstanding"), "1000.00");
    }
    // Money beyond what was owed goes back, and it stays closed.
    let mut desk = Desk::with("CLOSED");
    let decision = back(&mut desk, "bank_reference=C1 amount=1");
    assert_eq!(decision.state, "ACTIVE");
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=1011 premature=true bank_reference=B1");
    assert_eq!(
        back(&mut desk, "bank_reference=B1 amount=1").state,
        "CLOSED"
    );
}

fn order(decision: &Decision) -> (&'static str, OrderStatus, String) {
    let order = &decision.orders[0];
    let cells = order.columns.iter().map(|(_, value)| match value {
        OrderValue::Text(text) => text.to_string(),
        OrderValue::Amount(amount, currency) => format!("{amount} {currency}"),
    });
    (
        order.kind,
        order.status,
        cells.collect::<Vec<_>>().join("|"),
    )
}

#[test]
fn what_we_take_back_is_ordered_to_the_payers_account() {
    let mut desk = Desk::with("ACTIVE");
    let account = "payer_name=Eva_Berg payer_iban=SE4550000000058398257466 payer_bic=ESSESESS";
    desk.pay(&format!(
        "reference_no=18 amount=60 bank_reference=B1 {account}"
    ));
    let decision = back(&mut desk, "bank_reference=B1 amount=20");
    let cells = "20 SEK|SEK|Eva Berg|SE4550000000058398257466|ESSESESS||18";
    assert_eq!(
        order(&decision),
        (
            "Refund",
            OrderStatus::Ordered,
            cells.replace("20 SEK", "20.00 SEK")
        )
    );
    // Without an account the order waits.
    desk.pay("reference_no=18 amount=60 bank_reference=B2");
    let decision = back(&mut desk, "bank_reference=B2 amount=20 initiated_by=us");
    assert_eq!(order(&decision).1, OrderStatus::Held);
    // What the bank took is gone.
    let decision = back(&mut desk, "bank_reference=B2 amount=20 initiated_by=bank");
    assert!(decision.orders.is_empty());
    desk.bank = true;
    let decision = back(&mut desk, "bank_reference=B2 amount=20");
    assert!(decision.orders.is_empty());
}

#[test]
fn a_repayment_is_found_by_the_reference_that_it_came_with() {
    let mut desk = Desk::with("ACTIVE");
    let invoice = ocr(77);
    desk.good(
        "loan.invoice",
        &format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={invoice}"),
    );
    let first = desk.pay("reference_no=18 amount=30");
    let second = desk.pay(&format!("reference_no={invoice} amount=30"));
    let third = desk.pay("contract_no=L1 amount=25");
    let lost = desk.pay("reference_no=26 amount=7");
    let rows = [
        (invoice.clone(), "amount=1", &second),
        // Exactly this amount goes before the newest.
        ("18".to_owned(), "amount=30", &first),
        ("1-8".to_owned(), "amount=1", &third),
        ("26".to_owned(), "amount=7", &lost),
        (reference(&second), "amount=1", &second),
    ];
    for (text, amount, expected) in rows {
        let decision = back(&mut desk, &format!("original_reference={text} {amount}"));
        assert_eq!(reference(&decision), reference(expected), "{text}");
    }
    desk.pay("contract_no=L1 amount=3 end_to_end_id=E~2");
    back(&mut desk, "original_reference=E~2 amount=3");
    // Beside a bank's reference, too, and of several the one of this amount.
    let named: Vec<Decision> = [("B6", 4), ("B7", 5), ("B8", 6)]
        .map(|(bank, amount)| {
            desk.pay(&format!(
                "contract_no=L1 amount={amount} bank_reference={bank} end_to_end_id=E~3"
            ))
        })
        .into();
    for (at, amount) in [(1, 5), (0, 4), (2, 6)] {
        let decision = back(
            &mut desk,
            &format!("original_reference=E~3 amount={amount}"),
        );
        assert_eq!(reference(&decision), reference(&named[at]), "{amount}");
    }
    assert_eq!(
        refused(&mut desk, "original_reference=NOTPROVIDED amount=3"),
        "not_found:original_reference"
    );
    assert_eq!(
        refused(&mut desk, "bank_reference=B9 amount=3"),
        "not_found:bank_reference"
    );
    assert_eq!(refused(&mut desk, "amount=3"), "required:bank_reference");
    desk.pay("contract_no=L1 amount=3 bank_reference=B5");
    let euro = "bank_reference=B5 amount=3 currency=EUR value_date=2026-11-20";
    assert_eq!(
        desk.refused("loan.reversal", euro),
        "currency_not_allowed:currency"
    );
}

#[test]
fn money_that_matched_nothing_goes_back_too() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=26 amount=10 bank_reference=B1");
    let decision = back(&mut desk, "bank_reference=B1 amount=4");
    assert_eq!(
        (decision.state.as_ref(), moved(&decision).as_str()),
        ("unmatched", "0 4 0 0 -4")
    );
    assert_eq!(decision.orders.len(), 1);
    let decision = back(&mut desk, "bank_reference=B1 amount=6");
    assert_eq!(decision.state, "reversed");
    assert_eq!(
        refused(&mut desk, "bank_reference=B1 amount=1"),
        "over_repaid_amount:amount"
    );
}

#[test]
fn a_bank_takes_back_what_never_came_and_it_is_kept_apart_below_zero() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=60 bank_reference=B1");
    desk.bank = true;
    for (fields, expected) in [
        (
            "original_reference=26 bank_reference=S1 amount=9",
            "unmatched not_found:original_reference",
        ),
        (
            "original_reference=18 bank_reference=S2 amount=61",
            "unmatched over_repaid_amount:amount",
        ),
        (
            "bank_reference=B7 amount=9",
            "unmatched not_found:bank_reference",
        ),
        ("amount=9", "unmatched not_found:original_reference"),
    ] {
        let decision = back(&mut desk, fields);
        assert_eq!(
            (codes(&decision).as_str(), decision.state.as_ref()),
            (expected, "unmatched"),
            "{fields}"
        );
        let cash = desk.cash(&reference(&decision));
        assert!(
            cash["unmatched"]
                .as_str()
                .expect("an amount")
                .starts_with('-'),
            "{cash}"
        );
        assert!(moved(&decision).starts_with("0 ") && decision.orders.is_empty());
        let data = &told(&decision)[0].1;
        assert_eq!(data["receivableEventTypeCode"], "REVERSAL");
        assert!(data["contractId"].is_null());
        let record = format!("contract_no=L1 cash_reference={}", reference(&decision));
        assert_eq!(
            desk.refused("loan.match", &record),
            "not_allowed_in_state:cash_reference"
        );
    }
}

#[test]
fn a_banks_own_number_of_a_reversal_tells_it_from_another() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=60");
    desk.bank = true;
    let record =
        "original_reference=18 bank_reference=S1 amount=10 currency=SEK value_date=2026-11-20";
    desk.file = 2;
    desk.good("loan.reversal", record);
    // Two records of one bank file are two reversals.
    assert_eq!(moved(&desk.good("loan.reversal", record)), "0 10 -10 0 0");
    desk.file = 3;
    let decision = desk.send("loan.reversal", record);
    assert_eq!(decision.outcome, Outcome::Duplicate);
    assert_eq!(
        (decision.entity.as_str(), decision.state.as_ref()),
        ("L1", "ACTIVE")
    );
    assert_eq!(
        moved(&desk.good("loan.reversal", &record.replace("S1", "S2"))),
        "0 10 -10 0 0"
    );
}

#[test]
fn a_banks_reversal_by_the_payments_own_reference_is_told_once() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=60 bank_reference=B1");
    desk.bank = true;
    let of = |reference: &str, amount: u32| {
        format!("bank_reference={reference} amount={amount} currency=SEK value_date=2026-11-20")
    };
    for (file, reference, amount, outcome) in [
        (2, "B1", 10, Outcome::Accepted),
        (3, "B1", 10, Outcome::Duplicate),
        // Another amount; and again in its own file.
        (3, "B1", 11, Outcome::Accepted),
        (3, "B1", 11, Outcome::Accepted),
        (4, "B1", 11, Outcome::Duplicate),
        // What never came goes once, too.
        (4, "B7", 9, Outcome::Accepted),
        (5, "B7", 9, Outcome::Duplicate),
        (5, "B7", 8, Outcome::Accepted),
    ] {
        desk.file = file;
        let decision = desk.send("loan.reversal", &of(reference, amount));
        assert_eq!(decision.outcome, outcome, "{file} {reference} {amount}");
    }
    assert_eq!(desk.sum("L1", "open_receivables"), "82.00");
}

#[test]
fn what_is_to_pay_principal_ahead_does_so_when_it_has_a_contract() {
    let mut desk = Desk::with("ACTIVE");
    let lost = desk.pay("reference_no=26 amount=150 premature=true");
    let record = format!("contract_no=L1 cash_reference={}", reference(&lost));
    let decision = desk.good("loan.match", &record);
    assert_eq!(confirmed(&decision).len(), 3, "{:?}", confirmed(&decision));
    assert!(confirmed(&decision)[2].starts_with("PREMATURE_REPAYMENT"));
    assert_eq!(moved(&decision), "0 0 150 0 -150");
    assert_eq!(desk.sum("L1", "outstanding"), "860.00");
    // More than is outstanding stays on it; the contract closes.
    let lost = desk.pay("reference_no=26 amount=900 premature=true");
    let record = format!("contract_no=L1 cash_reference={}", reference(&lost));
    let decision = desk.good("loan.match", &record);
    assert_eq!(moved(&decision), "0 0 860 40 -900");
    assert_eq!(decision.state, "CLOSED");
}

#[test]
fn what_money_pays_is_told_with_its_own_days_and_words() {
    let mut desk = Desk::with("ACTIVE");
    desk.good(
        "loan.repayment",
        "reference_no=18 amount=150 currency=SEK value_date=2026-11-17 posting_date=2026-11-18 bank_reference=B1 comment=first",
    );
    let dates = |decision: &Decision, at: usize| {
        let told = told(decision);
        ["valueDate", "postingDate", "description"].map(|name| told[at].1[name].to_string())
    };
    // A receivable takes what lies there, and says nothing of it.
    let decision = desk.owe("L1", "R2", "2026-12-10", "30", "");
    let own = ["\"2026-11-17\"", "\"2026-11-18\"", "\"first\""];
    assert_eq!(dates(&decision, 1), own);
    // So does what comes after something is owed again.
    let lost = desk.good(
        "loan.repayment",
        "reference_no=26 amount=5 currency=SEK value_date=2026-11-15 posting_date=2026-11-16",
    );
    let record = format!("contract_no=L1 cash_reference={}", reference(&lost));
    desk.good("loan.match", &format!("{record} comment=whose"));
    let decision = desk.owe("L1", "R3", "2026-12-11", "15", "");
    let old = ["\"2026-11-15\"", "\"2026-11-16\"", "null"];
    assert_eq!(
        (dates(&decision, 1), dates(&decision, 2)),
        (own.map(str::to_owned), old.map(str::to_owned))
    );
    // What is taken back is told with the days of that.
    let decision = back(&mut desk, "bank_reference=B1 amount=1 comment=again");
    assert_eq!(dates(&decision, 1), ["\"2026-11-20\"", "null", "\"again\""]);
}
