//! What is owed again is paid by what lies there, and a contract that is over opens again for it.

use super::Desk;
use super::book::{confirmed, moved};
use crate::model::Decision;

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
