//! What is owed: receivables, invoices, credit notes.

use super::book::{codes, told};
use super::{Desk, ocr};

fn receivable(fields: &str) -> String {
    let mut all = fields.to_owned();
    let rest = [
        ("contract_no", "L1"),
        ("receivable_no", "R2"),
        ("receivable_type", "PERIODIC"),
        ("billing_date", "2026-11-01"),
        ("due_date", "2026-11-30"),
        ("currency", "SEK"),
    ];
    for (name, value) in rest {
        if !fields.contains(&format!("{name}=")) {
            all.extend([" ", name, "=", value]);
        }
    }
    all
}

#[test]
fn a_receivable_is_made_of_lines_that_the_product_knows() {
    let mut desk = Desk::with("ACTIVE");
    let rows = [
        ("amount=5", "required:line.PRI"),
        ("line.PRI=0 line.INT=0", "not_positive:line.PRI"),
        ("line.PRI=5 line.XYZ=1", "unknown_line_type:line.XYZ"),
        ("line.PRI=5 amount=6", "sum_mismatch:amount"),
        ("line.PRI=5 due_date=2026-10-31", "date_order:due_date"),
        (
            "line.PRI=5 period_start=2026-10-02 period_end=2026-10-01",
            "date_order:period_end",
        ),
        ("line.PRI=5 period_start=2026-10-02", "required:period_end"),
        ("line.PRI=5 period_end=2026-10-02", "required:period_start"),
        ("line.PRI=5 currency=EUR", "currency_not_allowed:currency"),
        (
            "line.PRI=5 receivable_no=R1",
            "already_exists:receivable_no",
        ),
        ("line.PRI=5 contract_no=L9", "not_found:contract_no"),
        ("line.PRI=-5", "out_of_range:line.PRI required:line.PRI"),
    ];
    for (fields, expected) in rows {
        assert_eq!(
            desk.refused("loan.receivable", &receivable(fields)),
            expected,
            "{fields}"
        );
    }
    let decision = desk.good(
        "loan.receivable",
        &receivable("line.PRI=5 line.LATE=1 line.COF=0 amount=6 due_date=2026-11-01"),
    );
    let data = &told(&decision)[0].1;
    assert_eq!(data["receivable"]["statusCode"], "CREATED");
    let lines: Vec<&str> = data["receivableLines"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|line| line["lineTypeCode"].as_str())
        .collect();
    assert_eq!(lines, ["LATE", "PRI"]);
    // One that was paid has its number still.
    desk.pay("reference_no=18 amount=500");
    for number in ["R1", "R2"] {
        let record = receivable(&format!("receivable_no={number} line.PRI=5"));
        assert_eq!(
            desk.refused("loan.receivable", &record),
            "already_exists:receivable_no"
        );
    }
}

#[test]
fn an_invoice_asks_for_what_is_open() {
    let mut desk = Desk::with("ACTIVE");
    desk.owe("L1", "R2", "2026-12-10", "100", "20");
    desk.pay("reference_no=18 amount=150.50");
    assert_eq!(desk.sum("L1", "open_receivables"), "79.50");
    let number = ocr(78);
    let bill = format!("contract_no=L1 receivable_no=R2 invoice_no=I2 reference_no={number}");
    let data = &told(&desk.good("loan.invoice", &bill))[0].1;
    let asked = &data["paymentInfo"]["paymentMoney"];
    assert_eq!(asked["amount"].to_string(), "79.50");
    // Its lines are all that it was made of.
    assert_eq!(data["lines"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_receivable_needs_the_settings_of_its_product() {
    let mut desk = Desk::with("ACTIVE");
    desk.products.loan.clear();
    assert_eq!(
        desk.refused("loan.receivable", &receivable("line.PRI=5")),
        "unknown_product"
    );
}

#[test]
fn an_invoice_bills_what_is_open_under_a_good_reference_number() {
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "1000");
    let (number, other) = (ocr(77), ocr(2));
    let bill = |receivable: &str, invoice: &str, reference: &str| {
        format!(
            "contract_no=L1 receivable_no={receivable} invoice_no={invoice} reference_no={reference}"
        )
    };
    let rows = [
        (bill("R9", "I1", &number), "not_found:receivable_no"),
        (bill("R1", "I1", "19"), "invalid_reference:reference_no"),
        (bill("R1", "I1", &other), "reference_in_use:reference_no"),
        (
            bill("R1", "I1", &number).replace("L1", "L9"),
            "not_found:contract_no",
        ),
    ];
    for (record, expected) in rows {
        assert_eq!(desk.refused("loan.invoice", &record), expected, "{record}");
    }
    let decision = desk.good("loan.invoice", &bill("R1", "I1", &number));
    assert_eq!(decision.events[0].kind, "LOAN_INVOICE_CREATED");
    assert_eq!(
        desk.refused("loan.invoice", &bill("R1", "I2", &number)),
        "already_exists:receivable_no"
    );
    desk.owe("L1", "R2", "2026-11-30", "10", "");
    assert_eq!(
        desk.refused("loan.invoice", &bill("R2", "I1", &number)),
        "already_exists:invoice_no"
    );
    // The contract's own reference number, and that of an earlier invoice of it, lead to it already.
    desk.good("loan.invoice", &bill("R2", "I2", "18"));
    // A number in use is unique among contracts and invoices.
    let taken = super::book::import("L3", 77, "10");
    assert_eq!(
        desk.refused("loan.contract", &taken),
        "reference_in_use:reference_no"
    );
    desk.pay("reference_no=18 amount=120");
    assert_eq!(
        desk.refused("loan.invoice", &bill("R1", "I3", &number)),
        "not_allowed_in_state:receivable_no"
    );
}

#[test]
fn a_credit_note_takes_lines_in_order_and_never_the_principal_that_is_outstanding() {
    let mut desk = Desk::with("ACTIVE");
    let credit = |note: &str, amount: &str| {
        format!("contract_no=L1 invoice_no=I1 credit_note_no={note} amount={amount} currency=SEK")
    };
    assert_eq!(
        desk.refused("loan.credit-note", &credit("N1", "1")),
        "not_found:invoice_no"
    );
    let number = ocr(77);
    desk.good(
        "loan.invoice",
        &format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={number}"),
    );
    assert_eq!(
        desk.refused("loan.credit-note", &credit("N1", "110.01")),
        "over_open_amount:amount"
    );
    desk.pay("reference_no=18 amount=4");
    assert_eq!(
        desk.refused("loan.credit-note", &credit("N1", "106.01")),
        "over_open_amount:amount"
    );
    let decision = desk.good("loan.credit-note", &credit("N1", "26"));
    let (kind, data) = &told(&decision)[0];
    assert_eq!(*kind, "LOAN_CREDIT_NOTE_CREATED");
    let line = |at: usize| {
        format!(
            "{} {}",
            data["lines"][at]["lineTypeCode"], data["lines"][at]["lineMoney"]["amount"]
        )
    };
    assert_eq!([line(0), line(1)], ["\"INT\" 6.00", "\"PRI\" 20.00"]);
    assert!(decision.money.is_empty());
    assert_eq!(desk.sum("L1", "outstanding"), "1000.00");
    assert_eq!(desk.sum("L1", "open_receivables"), "80.00");
    assert_eq!(
        desk.refused("loan.credit-note", &credit("N1", "1")),
        "already_exists:credit_note_no"
    );
    assert_eq!(
        desk.refused("loan.credit-note", &credit("N2", "1").replace("SEK", "EUR")),
        "currency_not_allowed:currency"
    );
    desk.good("loan.credit-note", &credit("N2", "80"));
    assert_eq!(desk.inquire("L1")["receivables"][0]["state"], "CREDITED");
    assert_eq!(
        desk.refused("loan.credit-note", &credit("N3", "1")),
        "over_open_amount:amount"
    );
    assert_eq!(desk.sum("L1", "outstanding"), "1000.00");
}

#[test]
fn a_credit_note_can_be_the_last_that_a_contract_waits_for() {
    let mut desk = Desk::new();
    desk.import("L1", 1, "100");
    desk.owe("L1", "R1", "2026-11-30", "100", "7");
    let number = ocr(77);
    desk.good(
        "loan.invoice",
        &format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={number}"),
    );
    // Interest is paid first: seven of principal are missing.
    desk.pay("reference_no=18 amount=100");
    desk.good(
        "loan.credit-note",
        "contract_no=L1 invoice_no=I1 credit_note_no=N1 amount=7 currency=SEK",
    );
    assert_eq!(
        (
            desk.state("L1").as_str(),
            desk.sum("L1", "outstanding").as_str()
        ),
        ("ACTIVE", "7.00")
    );
    desk.pay("reference_no=18 amount=7 premature=true");
    assert_eq!(desk.state("L1"), "CLOSED");
    let mut desk = Desk::new();
    desk.import("L1", 1, "100");
    desk.owe("L1", "R1", "2026-11-30", "100", "");
    desk.owe("L1", "R2", "2026-12-30", "", "7");
    desk.good(
        "loan.invoice",
        &format!("contract_no=L1 receivable_no=R2 invoice_no=I1 reference_no={number}"),
    );
    desk.pay("reference_no=18 amount=100");
    let decision = desk.good(
        "loan.credit-note",
        "contract_no=L1 invoice_no=I1 credit_note_no=N1 amount=7 currency=SEK",
    );
    assert_eq!(decision.state, "CLOSED");
}

#[test]
fn a_contract_has_so_many_receivables_open() {
    let mut desk = Desk::with("ACTIVE");
    for n in 0..1199 {
        desk.owe("L1", &format!("S{n}"), "2026-12-10", "1", "");
    }
    let more = "contract_no=L1 receivable_no=T1 receivable_type=PERIODIC billing_date=2026-11-01 due_date=2026-12-10 \
                currency=SEK line.PRI=1";
    let refused = desk.send("loan.receivable", more);
    assert_eq!(codes(&refused), "too_many_open:receivable_no");
    desk.pay("reference_no=18 amount=110 bank_reference=B1");
    desk.good("loan.receivable", more);
}
