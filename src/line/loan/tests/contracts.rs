//! From an application to a contract in force, and its end.

use super::book::{create, import, told};
use super::{Desk, ocr};
use crate::line::loan::Product;

#[test]
fn an_application_is_registered_and_decided_once() {
    let mut desk = Desk::new();
    let decision = desk.good("loan.application", "application_id=A1 person_id=P1");
    assert_eq!((decision.state.as_ref(), decision.events.len()), ("NEW", 0));
    assert_eq!(
        desk.refused("loan.application", "application_id=A1 person_id=P1"),
        "already_exists"
    );
    let decision = desk.good(
        "loan.application",
        "application_id=A1 person_id=P1 decision=accept",
    );
    assert_eq!(
        (decision.state.as_ref(), decision.events[0].kind),
        ("ACCEPTED", "LOAN_APPLICATION_ACCEPTED")
    );
    for fields in ["", " decision=accept", " decision=decline"] {
        let record = format!("application_id=A1 person_id=P1{fields}");
        assert_eq!(desk.refused("loan.application", &record), "already_decided");
    }
    // With a decision, an unknown one is decided at once.
    let decision = desk.good(
        "loan.application",
        "application_id=A2 person_id=P1 decision=decline",
    );
    assert_eq!(
        (decision.state.as_ref(), decision.events[0].kind),
        ("DECLINED", "LOAN_APPLICATION_DECLINED")
    );
    assert_eq!(told(&decision)[0].1["statusCode"], "DECLINED");
    assert_eq!(
        desk.refused(
            "loan.application",
            "application_id=A2 person_id=P1 decision=accept"
        ),
        "already_decided"
    );
    let other = "application_id=A2 person_id=P2 decision=accept";
    assert_eq!(
        desk.refused("loan.application", other),
        "conflicting_fields:person_id already_decided"
    );
}

#[test]
fn offers_are_presented_and_one_is_accepted() {
    let mut desk = Desk::new();
    let present = |offer: &str| {
        format!("offer_id={offer} application_id=A1 action=present amount=1000 currency=SEK")
    };
    let accept = |offer: &str| format!("offer_id={offer} application_id=A1 action=accept");
    assert_eq!(
        desk.refused("loan.offer", &present("O1")),
        "not_found:application_id"
    );
    desk.good("loan.application", "application_id=A1 person_id=P1");
    assert_eq!(
        desk.refused("loan.offer", &present("O1")),
        "application_not_accepted"
    );
    desk.good(
        "loan.application",
        "application_id=A9 person_id=P1 decision=decline",
    );
    assert_eq!(
        desk.refused("loan.offer", &present("O9").replace("A1", "A9")),
        "application_not_accepted"
    );
    desk.good(
        "loan.application",
        "application_id=A1 person_id=P1 decision=accept",
    );
    assert_eq!(
        desk.refused("loan.offer", "offer_id=O1 application_id=A1 action=present"),
        "required:amount required:currency"
    );
    for offer in ["O1", "O2", "O3"] {
        let decision = desk.good("loan.offer", &present(offer));
        assert_eq!(
            (decision.state.as_ref(), decision.events[0].kind),
            ("PRESENTED", "LOAN_OFFER_PRESENTED")
        );
    }
    assert_eq!(desk.refused("loan.offer", &present("O1")), "already_exists");
    assert_eq!(
        desk.refused("loan.offer", &accept("O7")),
        "not_found:offer_id"
    );
    let wrong = accept("O2").replace("A1", "A9") + " amount=5 currency=EUR";
    let all =
        "conflicting_fields:application_id conflicting_fields:amount conflicting_fields:currency";
    assert_eq!(desk.refused("loan.offer", &wrong), all);
    let decision = desk.good(
        "loan.offer",
        &(accept("O2") + " amount=1000.00 currency=SEK"),
    );
    assert_eq!(
        (decision.state.as_ref(), decision.events[0].kind),
        ("ACCEPTED", "LOAN_OFFER_ACCEPTED")
    );
    assert_eq!(decision.events.len(), 1);
    assert_eq!(desk.refused("loan.offer", &accept("O1")), "offer_lapsed");
    assert_eq!(desk.refused("loan.offer", &accept("O3")), "offer_lapsed");
    assert_eq!(
        desk.refused("loan.offer", &accept("O2")),
        "not_allowed_in_state"
    );
    assert_eq!(
        desk.refused("loan.offer", &present("O4")),
        "offer_lapsed:application_id"
    );
}

/// With application A1 of person P1 and offers of 1,000 SEK: O1 accepted, O2 lapsed; O3 of A3 is presented.
fn offered() -> Desk {
    let mut desk = Desk::new();
    for (application, offers) in [("A1", vec!["O1", "O2"]), ("A3", vec!["O3"])] {
        desk.good(
            "loan.application",
            &format!("application_id={application} person_id=P1 decision=accept"),
        );
        for offer in offers {
            let record = format!(
                "offer_id={offer} application_id={application} action=present amount=1000 currency=SEK"
            );
            desk.good("loan.offer", &record);
        }
    }
    desk.good("loan.offer", "offer_id=O1 application_id=A1 action=accept");
    desk
}

#[test]
fn a_contract_keeps_to_its_offer() {
    let mut desk = offered();
    desk.products
        .loan
        .insert("FREE".to_owned(), Product::default());
    desk.import("L9", 9, "10");
    let rows = [
        ("offer_id=O1", "offer_id=O3", "offer_not_accepted"),
        ("offer_id=O1", "offer_id=O2", "offer_not_accepted"),
        ("offer_id=O1", "offer_id=O7", "not_found:offer_id"),
        (
            "person_id=P1",
            "person_id=P2",
            "conflicting_fields:person_id",
        ),
        ("amount=1000", "amount=1000.01", "amount_over_offer:amount"),
        (
            "loan_type=ANN",
            "loan_type=XYZ",
            "unknown_product:loan_type",
        ),
        (
            "reference_no=18",
            "reference_no=19",
            "invalid_reference:reference_no",
        ),
        (
            "reference_no=18",
            &format!("reference_no={}", ocr(9)),
            "reference_in_use:reference_no",
        ),
        (
            "currency=SEK",
            "currency=EUR",
            "currency_not_allowed:currency conflicting_fields:currency",
        ),
        (
            "loan_type=ANN country=SE reference_no=18 currency=SEK",
            "loan_type=FREE country=SE reference_no=x currency=EUR",
            "conflicting_fields:currency",
        ),
        (" offer_id=O1", "", "required:offer_id"),
    ];
    for (from, to, expected) in rows {
        assert_eq!(
            desk.refused("loan.contract", &create().replace(from, to)),
            expected,
            "{to}"
        );
    }
    desk.good(
        "loan.contract",
        &create().replace("amount=1000", "amount=999"),
    );
    // One contract of an offer.
    let second = create()
        .replace("contract_no=L1", "contract_no=L2")
        .replace("reference_no=18", &format!("reference_no={}", ocr(2)));
    assert_eq!(
        desk.refused("loan.contract", &second),
        "already_exists:offer_id"
    );
    desk.act("cancel");
    desk.good("loan.contract", &second);
}

#[test]
fn what_an_action_needs_is_asked_for_and_what_it_does_not_take_is_noted() {
    let mut desk = Desk::new();
    let missing = "required:person_id required:loan_type required:country required:reference_no required:currency required:amount";
    assert_eq!(
        desk.refused("loan.contract", "contract_no=L1 action=create"),
        format!("{missing} required:offer_id")
    );
    assert_eq!(
        desk.refused("loan.contract", "contract_no=L1 action=import"),
        format!("{missing} required:principal")
    );
    let decision = desk.good(
        "loan.contract",
        &format!("{} offer_id=O1", import("L1", 1, "10")),
    );
    assert_eq!(super::codes(&decision), "field_not_taken:offer_id");
    assert_eq!(
        super::codes(&desk.good("loan.contract", "contract_no=L1 action=block amount=1")),
        "field_not_taken:amount"
    );
    assert_eq!(
        desk.refused("loan.contract", &import("L2", 1, "10")),
        "reference_in_use:reference_no"
    );
    assert_eq!(
        desk.refused("loan.contract", &import("L2", 2, "0")),
        "not_positive:principal required:principal"
    );
    assert_eq!(
        desk.refused(
            "loan.contract",
            &(import("L2", 2, "1") + " effective_date=2026-11-21")
        ),
        "not_schedulable:effective_date"
    );
}

#[test]
fn more_that_was_paid_back_than_paid_out_closes_with_the_payout() {
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.act("activate");
    desk.owe("L1", "R1", "2026-12-10", "60", "");
    desk.pay("reference_no=18 amount=60");
    assert_eq!(desk.state("L1"), "ACTIVE", "nothing was paid out yet");
    let pay =
        "contract_no=L1 amount=60 currency=SEK iban=SE4550000000058398257466 creditor_name=Eva";
    let decision = desk.good("loan.disburse", pay);
    assert_eq!((&*decision.state, &*desk.state("L1")), ("CLOSED", "CLOSED"));
    assert_eq!(decision.events[0].kind, "LOAN_OUTGOING_TRANSFER");
}

#[test]
fn terms_that_are_emptied_are_none() {
    let mut desk = Desk::with("ACTIVE");
    let replace = "contract_no=L1 action=replace repayment_method";
    desk.good(
        "loan.contract",
        &format!("{replace}=RECEIVABLE repayment_channel=AUTOGIRO"),
    );
    desk.good(
        "loan.contract",
        &format!("{replace}=<clear> repayment_channel=<clear>"),
    );
    let shown = desk.show("L1");
    assert!(
        shown["repayment_channel"].is_null() && shown["repayment_method"].is_null(),
        "{shown}"
    );
    let made = import("L7", 7, "100") + " repayment_channel=<clear>";
    assert_eq!(
        desk.refused("loan.contract", &made),
        "invalid_character:repayment_channel"
    );
}

#[test]
fn new_terms_are_a_version_of_their_own() {
    let mut desk = Desk::with("ACTIVE");
    let replace = "contract_no=L1 action=replace";
    assert_eq!(desk.refused("loan.contract", replace), "required:amount");
    let decision = desk.good(
        "loan.contract",
        &format!("{replace} amount=2000 repayment_channel=AUTOGIRO"),
    );
    let version = &told(&decision)[0].1["currentVersion"];
    assert_eq!(
        (&version["versionId"], &version["statusCode"]),
        (&"L1-1".into(), &"REPLACED".into())
    );
    let shown = desk.show("L1");
    assert_eq!(
        (
            &shown["version"],
            &shown["amount"],
            &shown["repayment_channel"]
        ),
        (&2.into(), &"2000.00".into(), &"AUTOGIRO".into())
    );
    assert_eq!(shown["state"], "ACTIVE");
    let decision = desk.good(
        "loan.contract",
        &format!("{replace} repayment_method=RECEIVABLE"),
    );
    assert_eq!(told(&decision)[0].1["currentVersion"]["versionId"], "L1-2");
    assert_eq!(
        desk.refused("loan.contract", &format!("{replace} amount=999")),
        "amount_over_contract:amount"
    );
    assert_eq!(
        desk.refused("loan.contract", &format!("{replace} amount=2000.001")),
        "too_many_decimals:amount"
    );
    assert_eq!(
        desk.refused(
            "loan.contract",
            &format!("{replace} amount=5000 currency=EUR")
        ),
        "currency_not_allowed:currency"
    );
}

#[test]
fn a_contract_is_cancelled_before_activation_or_when_nothing_is_owed() {
    for state in ["CREATED", "ACCEPTED", "WAITING_FOR_ACTIVATION"] {
        let mut desk = Desk::with(state);
        let decision = desk.good("loan.contract", "contract_no=L1 action=cancel");
        assert_eq!(
            (decision.state.as_ref(), decision.events[0].kind),
            ("CANCELED", "LOAN_CONTRACT_CANCELED")
        );
    }
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.act("activate");
    desk.owe("L1", "R1", "2026-11-30", "", "7");
    assert_eq!(
        desk.refused("loan.contract", "contract_no=L1 action=cancel"),
        "has_outstanding"
    );
    desk.pay("reference_no=18 amount=7");
    desk.act("cancel");
    assert_eq!(
        desk.refused("loan.contract", "contract_no=L1 action=cancel"),
        "not_allowed_in_state"
    );
    assert_eq!(
        Desk::with("ACTIVE").refused("loan.contract", "contract_no=L1 action=cancel"),
        "has_outstanding"
    );
}

#[test]
fn money_is_paid_out_up_to_the_contracts_amount() {
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.act("activate");
    let pay = |amount: &str| {
        format!(
            "contract_no=L1 amount={amount} currency=SEK iban=SE4550000000058398257466 creditor_name=Eva_Berg"
        )
    };
    assert_eq!(
        desk.refused("loan.disburse", &pay("1000.01")),
        "amount_over_contract:amount"
    );
    let decision = desk.good("loan.disburse", &pay("600"));
    assert_eq!(decision.events[0].kind, "LOAN_OUTGOING_TRANSFER");
    assert_eq!(decision.orders[0].kind, "Disbursement");
    assert_eq!(
        desk.refused("loan.disburse", &pay("400.01")),
        "amount_over_contract:amount"
    );
    desk.good("loan.disburse", &pay("400"));
    assert_eq!(desk.sum("L1", "outstanding"), "1000.00");
    let wrong = pay("1").replace("SE45", "SE46") + " bic=XX";
    assert_eq!(
        desk.refused("loan.disburse", &wrong),
        "invalid_iban:iban invalid_bic:bic"
    );
    assert_eq!(
        desk.refused("loan.disburse", &pay("1").replace("SEK", "EUR")),
        "currency_not_allowed:currency"
    );
}

#[test]
fn a_contract_defaults_when_a_receivable_is_overdue() {
    let mut desk = Desk::new();
    desk.import("L1", 1, "1000");
    assert_eq!(
        desk.refused("loan.default", "contract_no=L1"),
        "nothing_overdue"
    );
    // Due today is not overdue.
    desk.owe("L1", "R1", "2026-11-20", "10", "");
    assert_eq!(
        desk.refused("loan.default", "contract_no=L1"),
        "nothing_overdue"
    );
    desk.today = super::day("2026-11-21");
    let decision = desk.good("loan.default", "contract_no=L1");
    assert_eq!(
        (decision.state.as_ref(), decision.events.len()),
        ("DEFAULTED", 0)
    );
}
