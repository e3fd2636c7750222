//! What is owed again is paid by what lies there, and a contract that is over opens again for it.

use super::book::{confirmed, moved, reference};
use super::{Desk, codes};
use crate::line::loan::Reference;
use crate::model::{Decision, Outcome};

fn back(desk: &mut Desk, fields: &str) -> Decision {
    desk.good(
        "loan.reversal",
        &format!("{fields} currency=SEK value_date=2026-11-20"),
    )
}

#[test]
fn money_that_lies_there_pays_what_is_owed_again_at_once() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=110 bank_reference=B1");
    desk.pay("reference_no=18 amount=70 bank_reference=B2");
    assert_eq!(desk.sum("L1", "unallocated"), "70.00");
    let decision = back(&mut desk, "bank_reference=B1 amount=110");
    assert_eq!(
        confirmed(&decision),
        [
            "REVERSAL R1-PRI 100.00 DEBIT",
            "REVERSAL R1-INT 10.00 DEBIT",
            "REPAYMENT R1-INT 10.00 CREDIT",
            "REPAYMENT R1-PRI 60.00 CREDIT",
        ]
    );
    assert_eq!(moved(&decision), "0 110 -40 -70 0");
    assert_eq!(desk.sum("L1", "open_receivables"), "40.00");
    assert_eq!(desk.sum("L1", "outstanding"), "940.00");
}

#[test]
fn a_closed_contract_stays_closed_where_other_money_pays() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=1010 premature=true bank_reference=C1");
    assert_eq!(desk.state("L1"), "CLOSED");
    // More came than was owed, by two payments of which the second lies there.
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=110 bank_reference=B1");
    desk.pay("reference_no=18 amount=1100 premature=true bank_reference=B2");
    assert_eq!(desk.state("L1"), "CLOSED");
    assert_eq!(desk.sum("L1", "unallocated"), "200.00");
    let decision = back(&mut desk, "bank_reference=B1 amount=110");
    assert_eq!(decision.state, "CLOSED");
    assert_eq!(desk.sum("L1", "unallocated"), "90.00");
    assert_eq!(desk.sum("L1", "open_receivables"), "0.00");
    assert_eq!(desk.sum("L1", "outstanding"), "0.00");
}

#[test]
fn a_cancelled_contract_opens_again_for_what_is_owed_again() {
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.act("activate");
    desk.owe("L1", "R1", "2026-11-10", "", "10");
    desk.pay("reference_no=18 amount=10 bank_reference=B1");
    desk.act("cancel");
    assert_eq!(desk.state("L1"), "CANCELED");
    let decision = back(&mut desk, "bank_reference=B1 amount=4");
    assert_eq!(decision.state, "ACTIVE");
    assert_eq!(desk.sum("L1", "open_receivables"), "4.00");
    let paid = desk.pay("reference_no=18 amount=4 bank_reference=B2");
    assert_eq!(confirmed(&paid), ["REPAYMENT R1-INT 4.00 CREDIT"]);
    desk.act("cancel");
    // Money that paid nothing goes back, and nothing is owed by that.
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.act("activate");
    desk.pay("reference_no=18 amount=10 bank_reference=B1");
    desk.act("cancel");
    assert_eq!(
        back(&mut desk, "bank_reference=B1 amount=10").state,
        "CANCELED"
    );
}

/// A contract is paid and closed, and then paid once more: the second payment matches nothing, and is the one to send back.
#[test]
fn what_came_twice_goes_back_and_the_contract_stays_closed() {
    let closed = || {
        let mut desk = Desk::with("ACTIVE");
        let paid = desk
            .pay("reference_no=18 amount=1050 premature=true bank_reference=B1 payer_account=111");
        assert_eq!(desk.show("L1")["state"], "CLOSED");
        (desk, paid)
    };
    let second = "reference_no=18 amount=1050 bank_reference=B2 payer_account=222";
    let again = "original_reference=18 amount=1050";
    for bank in [false, true] {
        let (mut desk, _) = closed();
        desk.bank = bank;
        desk.file += 1;
        let twice = desk.pay(second);
        assert_eq!(twice.state, "unmatched");
        desk.file += 1;
        let own = if bank { " bank_reference=B3" } else { "" };
        let decision = back(&mut desk, &format!("{again}{own}"));
        assert_eq!(reference(&decision), reference(&twice));
        assert_eq!(moved(&decision), "0 1050 0 0 -1050");
        assert_eq!(desk.show("L1")["state"], "CLOSED");
        assert_eq!(desk.sum("L1", "outstanding"), "0.00");
    }
    // The one that came later is meant.
    let (mut desk, paid) = closed();
    desk.pay(&format!("{second} value_date=2026-11-01"));
    assert_eq!(reference(&back(&mut desk, again)), reference(&paid));
    // What is left of the other is enough.
    let (mut desk, _) = closed();
    let twice = desk.pay(second);
    back(&mut desk, "bank_reference=B1 amount=1050");
    assert_eq!(reference(&back(&mut desk, again)), reference(&twice));
    let (mut desk, paid) = closed();
    desk.pay(second);
    back(&mut desk, "bank_reference=B2 amount=1050");
    assert_eq!(reference(&back(&mut desk, again)), reference(&paid));
    let more = "original_reference=18 amount=1 currency=SEK value_date=2026-11-20";
    assert_eq!(
        desk.refused("loan.reversal", more),
        "over_repaid_amount:amount"
    );
}

/// Money that has a contract is owed again there when it goes back.
#[test]
fn what_was_given_to_another_contract_is_not_apart_any_more() {
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "5000");
    desk.owe("L2", "RX", "2026-12-10", "500", "");
    let paid = desk.pay("reference_no=18 amount=1050 premature=true bank_reference=B1");
    desk.pay("reference_no=18 amount=1050 bank_reference=B2");
    desk.good("loan.match", "contract_no=L2 bank_reference=B2");
    let decision = back(&mut desk, "original_reference=18 amount=1050");
    assert_eq!(reference(&decision), reference(&paid));
    assert_eq!(desk.state("L1"), "ACTIVE");
    assert_eq!(desk.sum("L2", "open_receivables"), "0.00");
}

/// The second payment of a loan that is over is meant, however it said what it was for.
#[test]
fn what_came_too_late_is_found_however_it_is_spelled() {
    for second in ["reference_no=1_8", "contract_no=L1", "payer_no=18"] {
        let mut desk = Desk::with("ACTIVE");
        desk.pay("reference_no=18 amount=1050 premature=true bank_reference=B1");
        let twice = desk.pay(&format!("{second} amount=1050 bank_reference=B2"));
        assert_eq!(twice.state, "unmatched", "{second}");
        for original in ["original_reference=18", "payer_no=18"] {
            let mut desk = desk.clone();
            let decision = back(&mut desk, &format!("{original} amount=1050"));
            assert_eq!(reference(&decision), reference(&twice), "{second}");
            assert_eq!(desk.state("L1"), "CLOSED", "{second}");
        }
    }
}

/// Payers choose end-to-end ids by themselves, so that two may have the same.
#[test]
fn whose_payment_an_end_to_end_id_means_is_not_guessed() {
    let set_up = || {
        let mut desk = Desk::with("ACTIVE");
        desk.import("L2", 2, "5000");
        let one = desk.pay("reference_no=18 amount=90 bank_reference=B1 end_to_end_id=INVOICE");
        let other = desk.pay("reference_no=26 amount=70 bank_reference=B2 end_to_end_id=INVOICE");
        (desk, one, other)
    };
    let (mut desk, ..) = set_up();
    let record = "original_reference=INVOICE amount=50 currency=SEK value_date=2026-11-20";
    assert_eq!(
        desk.refused("loan.reversal", record),
        "conflicting_fields:original_reference"
    );
    // Exactly as much as one of them, or more than the other.
    for amount in ["70", "80"] {
        let (mut desk, one, other) = set_up();
        let decision = back(
            &mut desk,
            &format!("original_reference=INVOICE amount={amount}"),
        );
        let meant = if amount == "70" { other } else { one };
        assert_eq!(reference(&decision), reference(&meant), "{amount}");
    }
    // In the bank's own file nothing is refused, and nothing guessed; which one it names is clear.
    let (mut desk, ..) = set_up();
    desk.bank = true;
    desk.file += 1;
    let decision = back(&mut desk, "original_reference=INVOICE amount=50");
    assert_eq!(
        codes(&decision),
        "unmatched conflicting_fields:original_reference"
    );
    assert_eq!(moved(&decision), "0 50 0 0 -50");
    let (mut desk, _, other) = set_up();
    desk.bank = true;
    desk.file += 1;
    let decision = back(
        &mut desk,
        "original_reference=INVOICE bank_reference=B2 amount=50",
    );
    assert_eq!(reference(&decision), reference(&other));
    // One payer's two payments for one contract: either is his.
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=90 bank_reference=B1 end_to_end_id=INVOICE");
    let newest = desk.pay("reference_no=18 amount=70 bank_reference=B2 end_to_end_id=INVOICE");
    let decision = back(&mut desk, "original_reference=INVOICE amount=50");
    assert_eq!(reference(&decision), reference(&newest));
}

#[test]
fn of_reversals_alike_each_is_told_again_once_by_a_file() {
    use Outcome::{Accepted, Duplicate};
    for number in [
        "bank_reference=B1",
        "original_reference=18 bank_reference=S1",
        "own_reference=S1 payer_no=18",
    ] {
        let mut desk = Desk::with("ACTIVE");
        desk.pay("reference_no=18 amount=50 bank_reference=B1");
        desk.bank = true;
        let record = format!("{number} amount=5 currency=SEK value_date=2026-11-20");
        let mut file = |records: usize| {
            desk.file += 1;
            let one = |_| desk.send("loan.reversal", &record).outcome;
            (0..records).map(one).collect::<Vec<_>>()
        };
        assert_eq!(file(1), [Accepted], "{number}");
        assert_eq!(file(2), [Duplicate, Accepted], "{number}");
        assert_eq!(file(3), [Duplicate, Duplicate, Accepted], "{number}");
        assert_eq!(file(3), [Duplicate; 3], "{number}");
        assert_eq!(desk.sum("L1", "open_receivables"), "75.00");
    }
}

/// A number that only counts the bank's records may be another payment's, too.
#[test]
fn the_banks_own_number_of_a_reversal_is_no_payments() {
    for named in ["", "original_reference=26 "] {
        let mut desk = Desk::with("ACTIVE");
        desk.import("L2", 2, "5000");
        desk.pay("reference_no=18 amount=50 bank_reference=4");
        desk.pay("reference_no=26 amount=50 bank_reference=4 value_date=2026-11-01");
        let newest = desk.pay("reference_no=26 amount=50 bank_reference=5");
        desk.bank = true;
        desk.file += 1;
        let decision = back(&mut desk, &format!("{named}own_reference=4 amount=50"));
        if named.is_empty() {
            assert_eq!(codes(&decision), "unmatched not_found:original_reference");
            assert_eq!(moved(&decision), "0 50 0 0 -50");
        } else {
            assert_eq!(reference(&decision), reference(&newest));
        }
        assert_eq!(desk.sum("L1", "open_receivables"), "60.00");
    }
}

#[test]
fn an_end_to_end_id_tells_which_of_a_contracts_payments_is_meant() {
    let months = || {
        let mut desk = Desk::with("ACTIVE");
        let october = desk.pay("reference_no=18 amount=50 bank_reference=B1 end_to_end_id=OCT");
        desk.pay("reference_no=18 amount=50 bank_reference=B2 end_to_end_id=NOV");
        desk.bank = true;
        desk.file += 1;
        (desk, october)
    };
    for named in [
        "payer_no=18",
        "original_reference=18",
        "original_reference=18 bank_reference=S1",
        "bank_reference=S1",
        "own_reference=S1",
        "",
    ] {
        let (mut desk, october) = months();
        let decision = back(&mut desk, &format!("{named} end_to_end_id=OCT amount=50"));
        assert_eq!(reference(&decision), reference(&october), "{named}");
    }
    // A partner's reversal can name it so as well; what the payer did not give is no id.
    let (mut desk, october) = months();
    desk.bank = false;
    let decision = back(&mut desk, "end_to_end_id=OCT amount=20");
    assert_eq!(reference(&decision), reference(&october));
    for (id, expected) in [
        ("DEC", "not_found:end_to_end_id"),
        ("NOTPROVIDED", "required:bank_reference"),
    ] {
        let record = format!("end_to_end_id={id} amount=1 currency=SEK value_date=2026-11-20");
        assert_eq!(desk.refused("loan.reversal", &record), expected);
    }
}

/// It came with that number, whatever it was for.
#[test]
fn a_payment_is_found_by_the_foreign_reference_that_it_came_with() {
    for number in ["contract_no=L1", "payer_no=18"] {
        let mut desk = Desk::with("ACTIVE");
        let paid = desk.pay(&format!("reference_no=3-4 {number} amount=50"));
        assert_eq!(paid.entity, "L1");
        let decision = back(&mut desk, "original_reference=34 amount=50");
        assert_eq!(reference(&decision), reference(&paid), "{number}");
        assert_eq!(desk.sum("L1", "open_receivables"), "110.00");
    }
}

/// Whatever products there are now: what is kept apart still goes back first.
#[test]
fn what_is_kept_apart_is_found_beside_what_was_given_away() {
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "5000");
    let mut finnish = desk.products.loan["ANN"].clone();
    finnish.reference = Reference::Fi;
    let paid = "reference_no=18 amount=1050 premature=true bank_reference=B1";
    desk.pay(paid);
    let second = desk.pay("reference_no=1_8 amount=1050 bank_reference=B2");
    desk.products.loan.insert("FI".to_owned(), finnish);
    desk.pay("reference_no=18 amount=1050 bank_reference=B3 value_date=2026-11-20");
    desk.good("loan.match", "contract_no=L2 bank_reference=B3");
    for original in ["original_reference=18", "payer_no=18"] {
        let mut desk = desk.clone();
        let decision = back(&mut desk, &format!("{original} amount=1050"));
        assert_eq!(reference(&decision), reference(&second), "{original}");
        assert_eq!(desk.state("L1"), "CLOSED");
    }
    // By the payer's number nothing of another contract goes back, whenever it came.
    let mut desk = Desk::with("ACTIVE");
    desk.import("L2", 2, "5000");
    let first = desk.pay(&paid.replace("B1", "B1 value_date=2026-11-19"));
    desk.pay("reference_no=18 amount=1050 bank_reference=B2");
    desk.good("loan.match", "contract_no=L2 bank_reference=B2");
    let decision = back(&mut desk, "payer_no=18 amount=1050");
    assert_eq!(reference(&decision), reference(&first));
    // Another spelling of nearly the same is another number.
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=34 amount=5");
    let record = "original_reference=0034 amount=5 currency=SEK value_date=2026-11-20";
    assert_eq!(
        desk.refused("loan.reversal", record),
        "not_found:original_reference"
    );
}

#[test]
fn what_came_late_under_an_invoice_is_found_by_it_and_by_the_payer() {
    for original in ["original_reference", "payer_no"] {
        let mut desk = Desk::with("ACTIVE");
        let invoice = super::ocr(77);
        desk.good(
            "loan.invoice",
            &format!("contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={invoice}"),
        );
        let paid = format!("reference_no={invoice} amount=1050 premature=true");
        desk.pay(&format!("{paid} bank_reference=B1"));
        assert_eq!(desk.state("L1"), "CLOSED");
        let twice = desk.pay(&format!("{paid} bank_reference=B2"));
        let number = if original == "payer_no" {
            "18".to_owned()
        } else {
            invoice
        };
        let decision = back(&mut desk, &format!("{original}={number} amount=1050"));
        assert_eq!(reference(&decision), reference(&twice), "{original}");
        assert_eq!(desk.state("L1"), "CLOSED");
    }
    // One payer's two payments, of which one has no contract, are his.
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=1050 premature=true bank_reference=B1 end_to_end_id=INV");
    let late = desk.pay("reference_no=18 amount=1050 bank_reference=B2 end_to_end_id=INV");
    let decision = back(&mut desk, "original_reference=INV amount=1050");
    assert_eq!(reference(&decision), reference(&late));
}
