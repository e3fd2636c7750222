//! Money that comes in: what it pays, and where it stays if it pays nothing.

use super::book::{confirmed, moved, paid, reference, told};
use super::{Desk, codes, ocr};
use crate::line::loan::{Product, Reference};
use crate::model::Outcome;

#[test]
fn a_repayment_is_registered_whole_and_pays_line_by_line() {
    let mut desk = Desk::with("ACTIVE");
    let decision = desk.pay("reference_no=18 amount=60");
    assert_eq!(decision.events[0].kind, "LOAN_REPAYMENT_REGISTERED");
    let registered = &told(&decision)[0].1;
    assert_eq!(registered["receivableEventTypeCode"], "INCOMING");
    assert_eq!(registered["money"]["amount"].to_string(), "60.00");
    assert_eq!(registered["contractId"], "L1");
    assert_eq!(
        confirmed(&decision),
        [
            "REPAYMENT R1-INT 10.00 CREDIT",
            "REPAYMENT R1-PRI 50.00 CREDIT"
        ]
    );
    assert_eq!(moved(&decision), "60 0 60 0 0");
    assert_eq!(desk.sum("L1", "open_receivables"), "50.00");
    assert_eq!(desk.sum("L1", "outstanding"), "950.00");
    assert_eq!(
        (decision.entity.as_str(), decision.state.as_ref()),
        ("L1", "ACTIVE")
    );
}

#[test]
fn receivables_are_paid_by_due_date_then_number_and_those_not_due_too() {
    let mut desk = Desk::new();
    desk.import("L1", 1, "1000");
    desk.owe("L1", "R3", "2026-12-31", "10", "");
    desk.owe("L1", "R2", "2026-11-30", "10", "");
    desk.owe("L1", "R1", "2026-11-30", "10", "");
    desk.owe("L1", "R4", "2026-11-02", "10", "");
    let decision = desk.pay("contract_no=L1 amount=35");
    let all = [
        "R4-PRI 10.00",
        "R1-PRI 10.00",
        "R2-PRI 10.00",
        "R3-PRI 5.00",
    ];
    assert_eq!(
        confirmed(&decision),
        all.map(|line| format!("REPAYMENT {line} CREDIT"))
    );
}

#[test]
fn the_lines_of_one_are_paid_in_the_products_order() {
    let lines = "line.PRI=4 line.INT=3 line.COF=2 line.LATE=1";
    let record = format!(
        "contract_no=L1 receivable_no=R1 receivable_type=PERIODIC billing_date=2026-11-01 due_date=2026-11-30 currency=SEK {lines}"
    );
    let rows = [
        (
            vec!["LATE", "COF", "INT", "PRI"],
            ["LATE", "COF", "INT", "PRI"],
        ),
        (
            vec!["PRI", "INT", "COF", "LATE"],
            ["PRI", "INT", "COF", "LATE"],
        ),
        // The order counts as it is when money comes; what it no longer knows comes last.
        (vec!["INT", "PRI"], ["INT", "PRI", "LATE", "COF"]),
    ];
    for (order, expected) in rows {
        let mut desk = Desk::new();
        desk.import("L1", 1, "1000");
        desk.good("loan.receivable", &record);
        let product = desk.products.loan.get_mut("ANN").expect("sold");
        product.allocation = order.into_iter().map(str::to_owned).collect();
        let decision = desk.pay("reference_no=18 amount=10");
        let lines: Vec<String> = confirmed(&decision)
            .iter()
            .map(|line| line.split([' ', '-']).nth(2).expect("a line").to_owned())
            .collect();
        assert_eq!(lines, expected);
    }
}

#[test]
fn what_is_left_over_waits_for_the_next_receivable() {
    let mut desk = Desk::with("ACTIVE");
    let decision = desk.pay("reference_no=18 amount=150");
    assert_eq!(moved(&decision), "150 0 110 40 0");
    assert_eq!(desk.sum("L1", "unallocated"), "40.00");
    desk.pay("reference_no=18 amount=5");
    let decision = desk.owe("L1", "R2", "2026-12-31", "42", "");
    assert_eq!(decision.events[0].kind, "LOAN_RECEIVABLE_CREATED");
    // The oldest money first.
    assert_eq!(
        confirmed(&decision),
        [
            "REPAYMENT R2-PRI 40.00 CREDIT",
            "REPAYMENT R2-PRI 2.00 CREDIT"
        ]
    );
    assert_eq!(moved(&decision), "0 0 42 -42 0");
    assert_eq!(desk.sum("L1", "unallocated"), "3.00");
    assert_eq!(
        desk.show("L1")["receivables"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn a_premature_repayment_pays_principal_and_never_more_than_is_outstanding() {
    let mut desk = Desk::with("ACTIVE");
    let decision = desk.pay("reference_no=18 amount=200 premature=true");
    assert_eq!(
        confirmed(&decision)[2],
        "PREMATURE_REPAYMENT - 90.00 CREDIT"
    );
    let data = &told(&decision)[3].1;
    assert_eq!(data["receivableEvent"]["itemTypeCode"], "PRI");
    assert!(data["receivableEvent"]["receivableId"].is_null());
    assert_eq!(desk.sum("L1", "outstanding"), "810.00");
    let decision = desk.pay("reference_no=18 amount=900 premature=true");
    assert_eq!(moved(&decision), "900 0 810 90 0");
    assert_eq!(decision.state, "CLOSED");
    assert_eq!(desk.sum("L1", "unallocated"), "90.00");
}

#[test]
fn a_contract_that_was_paid_out_and_paid_back_closes() {
    let mut desk = Desk::new();
    desk.import("L1", 1, "100");
    desk.owe("L1", "R1", "2026-11-30", "100", "7");
    assert_eq!(desk.pay("reference_no=18 amount=100").state, "ACTIVE");
    assert_eq!(desk.pay("reference_no=18 amount=7").state, "CLOSED");
    // One that never was paid out has nothing to pay back, and stays.
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.act("activate");
    desk.owe("L1", "R1", "2026-11-30", "", "7");
    assert_eq!(desk.pay("reference_no=18 amount=7").state, "ACTIVE");
    // A receivable that money waits for can close it too.
    let mut desk = Desk::new();
    desk.import("L1", 1, "100");
    desk.pay("reference_no=18 amount=100");
    assert_eq!(
        desk.owe("L1", "R1", "2026-11-30", "100", "").state,
        "CLOSED"
    );
}

#[test]
fn a_closed_contract_takes_no_money_and_the_money_is_kept_apart() {
    let mut desk = Desk::with("CLOSED");
    let decision = desk.pay("reference_no=18 amount=5");
    assert_eq!(
        (codes(&decision).as_str(), decision.state.as_ref()),
        ("contract_closed", "unmatched")
    );
    assert_eq!(decision.entity.as_str(), reference(&decision));
    assert_eq!(moved(&decision), "5 0 0 0 5");
    let (_, data) = &told(&decision)[0];
    assert!(data["contractId"].is_null());
    assert_eq!(decision.events.len(), 1);
    // One that is not in force yet takes none either.
    for state in ["CREATED", "ACCEPTED", "WAITING_FOR_ACTIVATION"] {
        let decision = Desk::with(state).pay("reference_no=18 amount=5");
        assert_eq!(
            (codes(&decision).as_str(), decision.state.as_ref()),
            ("not_allowed_in_state", "unmatched")
        );
    }
    assert_eq!(
        codes(&Desk::with("CANCELED").pay("contract_no=L1 amount=5")),
        "contract_closed"
    );
}

#[test]
fn what_matches_nothing_is_taken_and_kept_apart() {
    let mut desk = Desk::with("ACTIVE");
    for fields in ["reference_no=26 amount=5", "contract_no=L9 amount=5"] {
        let decision = desk.pay(fields);
        assert!(
            codes(&decision).starts_with("no_such_reference:"),
            "{fields}"
        );
        assert_eq!(
            (decision.outcome, decision.state.as_ref()),
            (Outcome::Accepted, "unmatched")
        );
    }
    assert_eq!(
        desk.refused("loan.repayment", &paid("amount=5")),
        "required:reference_no"
    );
}

#[test]
fn check_digits_are_tested_where_nothing_matches_unless_a_product_has_none() {
    let mut desk = Desk::with("ACTIVE");
    assert_eq!(
        desk.refused("loan.repayment", &paid("reference_no=19 amount=5")),
        "invalid_reference:reference_no"
    );
    // Another product's kind of number will do.
    let finnish = Product {
        reference: Reference::Fi,
        ..Product::default()
    };
    desk.products.loan.insert("FI".to_owned(), finnish);
    assert_eq!(
        codes(&desk.pay("reference_no=1232 amount=5")),
        "no_such_reference:reference_no"
    );
    assert_eq!(
        desk.refused("loan.repayment", &paid("reference_no=19 amount=5")),
        "invalid_reference:reference_no"
    );
    desk.products
        .loan
        .insert("ANY".to_owned(), Product::default());
    assert_eq!(
        codes(&desk.pay("reference_no=19 amount=5")),
        "no_such_reference:reference_no"
    );
}

#[test]
fn a_record_that_is_itself_wrong_is_rejected_in_a_partners_format() {
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "1000");
    let rows = [
        ("reference_no=18 amount=0", "not_positive:amount"),
        (
            "reference_no=18 amount=5 currency=EUR",
            "currency_not_allowed:currency",
        ),
        (
            "reference_no=18 contract_no=L2 amount=5",
            "conflicting_fields:contract_no",
        ),
        (
            "reference_no=18 amount=1000000000000000",
            "out_of_range:amount",
        ),
    ];
    for (fields, expected) in rows {
        assert_eq!(
            desk.refused("loan.repayment", &paid(fields)),
            expected,
            "{fields}"
        );
    }
    // Both numbers of one contract say the same.
    assert_eq!(
        desk.pay("reference_no=18 contract_no=L1 amount=5").entity,
        "L1"
    );
    // The contract's number finds what the reference number does not; beside one that is mistyped it is doubtful itself.
    assert_eq!(
        desk.pay("reference_no=34 contract_no=L1 amount=5").entity,
        "L1"
    );
    assert_eq!(
        desk.refused(
            "loan.repayment",
            &paid("reference_no=19 contract_no=L1 amount=5")
        ),
        "invalid_reference:reference_no"
    );
}

#[test]
fn nothing_of_a_banks_own_file_is_refused() {
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "1000");
    desk.bank = true;
    let rows = [
        ("reference_no=19 amount=5", "invalid_reference:reference_no"),
        (
            "reference_no=19 contract_no=L1 amount=5",
            "invalid_reference:reference_no",
        ),
        (
            "reference_no=26 contract_no=L1 amount=5",
            "conflicting_fields:contract_no",
        ),
        ("reference_no=34 amount=5", "no_such_reference:reference_no"),
        (
            "reference_no=18 amount=5 currency=EUR",
            "currency_not_allowed:currency",
        ),
        ("amount=5", "no_such_reference"),
        ("payer_no=77 amount=5", "no_such_reference:payer_no"),
    ];
    for (fields, expected) in rows {
        let decision = desk.pay(fields);
        assert_eq!(codes(&decision), expected, "{fields}");
        assert_eq!(
            (decision.outcome, decision.state.as_ref()),
            (Outcome::Accepted, "unmatched")
        );
        assert_eq!(moved(&decision), "5 0 0 0 5");
    }
}

#[test]
fn the_payers_account_is_checked_and_no_bank_is_refused_for_it() {
    let mut desk = Desk::with("ACTIVE");
    let record = "reference_no=18 amount=5 payer_iban=SE46_5000_0000_0583_9825_7466 payer_bic=XX";
    let both = "invalid_iban:payer_iban invalid_bic:payer_bic";
    assert_eq!(desk.refused("loan.repayment", &paid(record)), both);
    desk.bank = true;
    let decision = desk.pay(record);
    assert_eq!(
        (codes(&decision).as_str(), decision.entity.as_str()),
        (both, "L1")
    );
    let shown = desk.cash(&reference(&decision));
    assert_eq!(shown["payer_account"], "SE46 5000 0000 0583 9825 7466");
    assert!(shown["payer_iban"].is_null() && shown["payer_bic"].is_null());
    let decision = desk.pay("reference_no=18 amount=5 payer_iban=SE45_5000_0000_0583_9825_7466");
    assert_eq!(
        desk.cash(&reference(&decision))["payer_iban"],
        "SE4550000000058398257466"
    );
}

#[test]
fn an_invoices_reference_number_leads_to_its_contract() {
    let mut desk = Desk::with("ACTIVE");
    let number = ocr(77);
    let invoice = format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={number}");
    desk.good("loan.invoice", &invoice);
    assert_eq!(
        desk.pay(&format!("reference_no={number} amount=5")).entity,
        "L1"
    );
}

#[test]
fn a_reference_number_is_found_as_its_product_writes_it() {
    let mut desk = Desk::new();
    let product = desk.products.loan.get_mut("ANN").expect("sold");
    product.reference = Reference::Fi;
    let record = "contract_no=L1 action=import person_id=P1 loan_type=ANN country=FI reference_no=0001232 currency=SEK \
                  amount=10 principal=10";
    desk.good("loan.contract", record);
    assert_eq!(desk.show("L1")["reference_no"], "1232");
    for number in ["1232", "001232", "12-32"] {
        assert_eq!(
            desk.pay(&format!("reference_no={number} amount=1")).entity,
            "L1",
            "{number}"
        );
    }
}

#[test]
fn matching_gives_money_a_contract_and_only_confirms() {
    let mut desk = Desk::with("ACTIVE");
    let lost = desk.pay("reference_no=26 amount=15 bank_reference=B7");
    let decision = desk.good("loan.match", "contract_no=L1 bank_reference=B7");
    assert_eq!(
        confirmed(&decision),
        [
            "REPAYMENT R1-INT 10.00 CREDIT",
            "REPAYMENT R1-PRI 5.00 CREDIT"
        ]
    );
    assert_eq!(decision.events.len(), 2);
    assert_eq!(moved(&decision), "0 0 15 0 -15");
    assert_eq!(desk.cash(&reference(&lost))["contract_no"], "L1");
    let again = format!("contract_no=L1 cash_reference={}", reference(&lost));
    assert_eq!(
        desk.refused("loan.match", &again),
        "not_allowed_in_state:cash_reference"
    );
    assert_eq!(
        desk.refused("loan.match", "contract_no=L1 bank_reference=B7"),
        "not_allowed_in_state:bank_reference"
    );
    assert_eq!(
        desk.refused("loan.match", "contract_no=L1 bank_reference=B8"),
        "not_found:bank_reference"
    );
    assert_eq!(
        desk.refused("loan.match", "contract_no=L1 cash_reference=X"),
        "not_found:cash_reference"
    );
    assert_eq!(
        desk.refused("loan.match", "contract_no=L1"),
        "required:cash_reference"
    );
    let lost = desk.pay("reference_no=26 amount=15");
    let to = |contract: &str| format!("contract_no={contract} cash_reference={}", reference(&lost));
    assert_eq!(
        desk.refused("loan.match", &to("L9")),
        "not_found:contract_no"
    );
    // Two that wait under one reference: the file does not say which.
    desk.pay("reference_no=26 amount=1 bank_reference=B9");
    desk.pay("reference_no=26 amount=2 bank_reference=B9");
    assert_eq!(
        desk.refused("loan.match", "contract_no=L1 bank_reference=B9"),
        "conflicting_fields:bank_reference"
    );
    desk.bank = true;
    let euro = desk.pay("reference_no=18 amount=15 currency=EUR");
    let record = format!("contract_no=L1 cash_reference={}", reference(&euro));
    assert_eq!(
        desk.refused("loan.match", &record),
        "currency_not_allowed:contract_no"
    );
}
