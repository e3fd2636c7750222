//! Whether a payment was told before, and whose payer it is.

use super::book::{paid, reference};
use super::{Desk, codes, ocr};
use crate::model::Outcome;

/// The outcome of a second record, and of a third one in another file, after a first.
fn twice(first: &str, second: &str, bank: bool) -> [Outcome; 2] {
    let mut desk = Desk::with("ACTIVE");
    desk.bank = bank;
    desk.pay(first);
    let same_file = desk.send("loan.repayment", &paid(second)).outcome;
    desk.file += 1;
    [
        same_file,
        desk.send("loan.repayment", &paid(second)).outcome,
    ]
}

#[test]
fn the_banks_reference_tells_a_payment_from_another() {
    use Outcome::{Accepted, Duplicate};
    let first = "reference_no=18 amount=5 bank_reference=B1 payee_account=9912346 payer_name=Eva";
    let rows = [
        ("", [Duplicate, Duplicate]),
        ("payer_name=Eva|payer_name=Ada", [Duplicate, Duplicate]),
        ("amount=5|amount=5.00", [Duplicate, Duplicate]),
        ("amount=5|amount=6", [Accepted, Duplicate]),
        ("bank_reference=B1|bank_reference=B2", [Accepted, Duplicate]),
        (
            "payee_account=9912346|payee_account=9912347",
            [Accepted, Duplicate],
        ),
        (
            "payer_name=Eva|payer_name=Eva value_date=2026-11-19",
            [Accepted, Duplicate],
        ),
        ("reference_no=18|contract_no=L1", [Duplicate, Duplicate]),
        // One account, however it is spelled.
        ("account=9912346|account=991-2346", [Duplicate, Duplicate]),
        ("account=9912346|account=0009912346", [Duplicate, Duplicate]),
    ];
    for (change, expected) in rows {
        let (from, to) = change.split_once('|').unwrap_or_default();
        assert_eq!(
            twice(first, &first.replace(from, to), false),
            expected,
            "{change}"
        );
    }
    // A number, however many zeros stand in front; a text is itself.
    let number = first.replace("bank_reference=B1", "bank_reference=901");
    let padded = first.replace("bank_reference=B1", "bank_reference=000000000901");
    for (one, other) in [(&number, &padded), (&padded, &number)] {
        assert_eq!(twice(one, other, false), [Duplicate, Duplicate]);
    }
    let text = first.replace("bank_reference=B1", "bank_reference=0B1");
    assert_eq!(twice(first, &text, false), [Accepted, Duplicate]);
    // Blank or zeros, it says nothing.
    let zeros = first.replace("bank_reference=B1", "bank_reference=0000");
    assert_eq!(twice(&zeros, &zeros, false), [Accepted, Accepted]);
    // Two records of one bank file are never duplicates of each other.
    assert_eq!(twice(first, first, true), [Accepted, Duplicate]);
}

#[test]
fn without_one_the_end_to_end_id_does() {
    use Outcome::{Accepted, Duplicate};
    let first = "reference_no=18 amount=5 end_to_end_id=E1 payer_name=Eva";
    let rows = [
        ("", [Duplicate, Duplicate]),
        ("end_to_end_id=E1|end_to_end_id=E2", [Accepted, Duplicate]),
        ("amount=5|amount=6", [Accepted, Duplicate]),
        ("payer_name=Eva|payer_name=Ada", [Accepted, Duplicate]),
        (
            "payer_name=Eva|payer_name=Eva value_date=2026-11-19",
            [Accepted, Duplicate],
        ),
    ];
    for (change, expected) in rows {
        let (from, to) = change.split_once('|').unwrap_or_default();
        assert_eq!(
            twice(first, &first.replace(from, to), false),
            expected,
            "{change}"
        );
    }
    let none = first.replace("E1", "NotProvided");
    assert_eq!(twice(&none, &none, false), [Accepted, Accepted]);
    let alike = "reference_no=18 amount=5 payer_name=Eva";
    assert_eq!(twice(alike, alike, false), [Accepted, Accepted]);
}

#[test]
fn a_duplicate_repeats_the_first_answer_whatever_became_of_the_money() {
    let mut desk = Desk::with("ACTIVE");
    let lost = desk.pay("reference_no=26 amount=5 bank_reference=B1");
    desk.good("loan.match", "contract_no=L1 bank_reference=B1");
    let again = desk.send(
        "loan.repayment",
        &paid("reference_no=26 amount=5 bank_reference=B1"),
    );
    assert_eq!(
        (again.outcome, again.state.as_ref()),
        (Outcome::Duplicate, "unmatched")
    );
    assert_eq!(
        (again.entity.clone(), reference(&again)),
        (lost.entity.clone(), reference(&lost))
    );
    let closing = "reference_no=18 amount=2000 premature=true bank_reference=B2";
    assert_eq!(desk.pay(closing).state, "CLOSED");
    desk.good(
        "loan.reversal",
        "bank_reference=B2 amount=2000 currency=SEK value_date=2026-11-20",
    );
    let again = desk.send("loan.repayment", &paid(closing));
    assert_eq!(
        (again.entity.as_str(), again.state.as_ref()),
        ("L1", "CLOSED")
    );
}

#[test]
fn many_payments_under_one_bank_reference_are_told_apart() {
    let mut desk = Desk::with("ACTIVE");
    for amount in 1..20 {
        desk.pay(&format!(
            "reference_no=18 amount={amount} bank_reference=SAME"
        ));
    }
    for amount in 1..20 {
        let record = paid(&format!(
            "reference_no=18 amount={amount} bank_reference=SAME"
        ));
        assert_eq!(
            desk.send("loan.repayment", &record).outcome,
            Outcome::Duplicate,
            "{amount}"
        );
    }
}

#[test]
fn a_payer_is_known_by_his_number_zeros_in_front_aside() {
    let mut desk = Desk::new();
    desk.good(
        "loan.contract",
        &format!("{} payer_no=0042", super::book::import("L1", 1, "1000")),
    );
    desk.import("L2", 2, "1000");
    for (number, contract) in [("42", "L1"), ("00042", "L1"), ("26", "L2"), ("0026", "L2")] {
        assert_eq!(
            desk.pay(&format!("payer_no={number} amount=1")).entity,
            contract,
            "{number}"
        );
    }
    // Its own payer number stands in the reference number's place.
    let decision = desk.pay("payer_no=18 amount=1");
    assert_eq!(codes(&decision), "no_such_reference:payer_no");
    // An invoice's reference number is nobody's payer number.
    desk.owe("L2", "R1", "2026-11-30", "100", "");
    let number = ocr(77);
    desk.good(
        "loan.invoice",
        &format!("contract_no=L2 receivable_no=R1 invoice_no=I1 reference_no={number}"),
    );
    assert_eq!(
        codes(&desk.pay(&format!("payer_no={number} amount=1"))),
        "no_such_reference:payer_no"
    );
}

#[test]
fn two_contracts_with_one_payer_number_are_none() {
    let mut desk = Desk::new();
    for (contract, number) in [("L1", 1), ("L2", 2), ("L3", 3)] {
        desk.good(
            "loan.contract",
            &format!(
                "{} payer_no=42",
                super::book::import(contract, number, "10")
            ),
        );
    }
    assert_eq!(desk.pay("payer_no=42 amount=1").state, "unmatched");
    // A payer number that is another contract's reference number makes two as well.
    desk.good(
        "loan.contract",
        &format!("{} payer_no=34", super::book::import("L4", 4, "10")),
    );
    assert_eq!(desk.pay("payer_no=0034 amount=1").state, "ACTIVE");
    // One that takes no payments does not count.
    desk.pay(&format!("reference_no={} amount=10 premature=true", ocr(1)));
    desk.pay(&format!("reference_no={} amount=10 premature=true", ocr(2)));
    assert_eq!(desk.state("L2"), "CLOSED");
    assert_eq!(desk.pay("payer_no=42 amount=1").entity, "L3");
}

#[test]
fn a_collection_that_failed_changes_nothing_and_is_told() {
    let mut desk = Desk::with("ACTIVE");
    let record = "amount=110 currency=SEK due_date=2026-11-20 reason_code=9 final=false";
    let before = desk.book.clone();
    let decision = desk.good("loan.collection-failed", &format!("payer_no=018 {record}"));
    assert_eq!(before, desk.book);
    let event = &decision.events[0];
    assert_eq!(
        (event.kind, event.subject.as_str(), event.state),
        ("loan.collection_failed", "L1", "ACTIVE")
    );
    assert!(matches!(event.told, crate::model::Told::Changed(_)));
    let expected = serde_json::json!({ "payer_no": "018", "amount": "110.00", "currency": "SEK", "due_date": "2026-11-20",
        "reason_code": "9", "final": false });
    assert_eq!(event.told.json().value(), expected);
    assert_eq!(
        (decision.entity.as_str(), decision.state.as_ref()),
        ("L1", "ACTIVE")
    );
    // Only a retry is not final, where the record does not say.
    for (reason, last) in [("1", true), ("2", true), ("9", false)] {
        let record =
            format!("payer_no=18 amount=1 currency=SEK due_date=2026-11-20 reason_code={reason}");
        let decision = desk.good("loan.collection-failed", &record);
        assert_eq!(
            decision.events[0].told.json().value()["final"],
            last,
            "{reason}"
        );
    }
    let unknown = format!("payer_no=99 {record}");
    assert_eq!(
        desk.refused("loan.collection-failed", &unknown),
        "not_found:payer_no"
    );
    desk.bank = true;
    assert_eq!(
        codes(&desk.good("loan.collection-failed", &unknown)),
        "unmatched:payer_no"
    );
}

/// What a bank tells again stands for what was told, record by record: one more is one more.
#[test]
fn of_payments_alike_each_is_told_again_once_by_a_file() {
    use Outcome::{Accepted, Duplicate};
    for number in ["bank_reference=B1", "end_to_end_id=E1"] {
        let payment = format!("reference_no=18 amount=5 {number} payer_name=Eva");
        let mut desk = Desk::with("ACTIVE");
        desk.bank = true;
        let mut file = |records: usize| {
            desk.file += 1;
            let one = |_| desk.send("loan.repayment", &paid(&payment)).outcome;
            (0..records).map(one).collect::<Vec<_>>()
        };
        assert_eq!(file(1), [Accepted], "{number}");
        assert_eq!(file(1), [Duplicate]);
        assert_eq!(file(2), [Duplicate, Accepted]);
        assert_eq!(file(4), [Duplicate, Duplicate, Accepted, Accepted]);
        assert_eq!(file(4), [Duplicate; 4]);
        assert_eq!(desk.sum("L1", "unallocated"), "0.00");
        assert_eq!(desk.sum("L1", "open_receivables"), "90.00");
    }
    // Other numbers do not stand for these.
    let mut desk = Desk::with("ACTIVE");
    desk.bank = true;
    for amount in [5, 6, 5, 6, 7] {
        desk.pay(&format!(
            "reference_no=18 amount={amount} bank_reference=B1"
        ));
    }
    desk.file += 1;
    for (amount, expected) in [
        (6, Duplicate),
        (5, Duplicate),
        (7, Duplicate),
        (6, Duplicate),
        (5, Duplicate),
        (7, Accepted),
        (5, Accepted),
    ] {
        let record = paid(&format!(
            "reference_no=18 amount={amount} bank_reference=B1"
        ));
        assert_eq!(
            desk.send("loan.repayment", &record).outcome,
            expected,
            "{amount}"
        );
    }
    // Nor do a partner's records count: who sends a payment twice sends it twice.
    let mut desk = Desk::with("ACTIVE");
    let payment = paid("reference_no=18 amount=5 bank_reference=B1");
    let sent = [(); 3].map(|()| desk.send("loan.repayment", &payment).outcome);
    assert_eq!(sent, [Accepted, Duplicate, Duplicate]);
}
