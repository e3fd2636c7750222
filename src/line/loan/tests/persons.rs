//! What concerns persons and loan types.

use super::book::{import, told};
use super::{Desk, ocr};
use crate::model::brief;

#[test]
fn a_death_is_told_for_each_contract_with_principal_outstanding() {
    let mut desk = Desk::new();
    for (contract, number) in [("L1", 1), ("L2", 2), ("L3", 3), ("L4", 4)] {
        desk.import(contract, number, "100");
    }
    desk.good("loan.contract", &import("L5", 5, "100").replace("P1", "P2"));
    desk.act("block");
    desk.owe("L2", "R2", "2026-11-10", "10", "");
    desk.good("loan.default", "contract_no=L2");
    desk.pay(&format!(
        "reference_no={} amount=100 premature=true",
        ocr(4)
    ));
    let record = "person_id=P1 death_date=2026-11-15";
    let decision = desk.good("loan.death", record);
    let contracts: Vec<&str> = decision
        .events
        .iter()
        .map(|event| event.subject.as_str())
        .collect();
    assert_eq!(contracts, ["L1", "L2", "L3"]);
    assert!(
        decision
            .events
            .iter()
            .all(|event| event.kind == "LOAN_CUSTOMER_DEATH_NOTIFICATION")
    );
    assert!(
        told(&decision)[0].1["receiverInfo"].is_null(),
        "the person is not in the book"
    );
    let decision = desk.good("loan.death", "person_id=P9 death_date=2026-11-15");
    assert!(decision.events.is_empty());
    assert_eq!(
        desk.refused("loan.death", "person_id=P1 death_date=2026-11-21"),
        "date_order:death_date"
    );
    desk.good("loan.person", "person_id=P1 birth_date=1980-01-01");
    assert_eq!(
        desk.refused("loan.death", "person_id=P1 death_date=1979-12-31"),
        "date_order:death_date"
    );
    let decision = desk.good("loan.death", record);
    assert_eq!(
        told(&decision)[0].1["receiverInfo"]["deathDate"],
        "2026-11-15"
    );
}

#[test]
fn a_loan_type_that_is_sold_can_change() {
    let mut desk = Desk::new();
    let decision = desk.good("loan.product", "loan_type=ANN status=CLOSED~FOR~NEW");
    assert_eq!(
        (decision.state.as_ref(), decision.events[0].kind),
        ("CLOSED_FOR_NEW", "LOAN_TYPE_CHANGED")
    );
    assert_eq!(told(&decision)[0].1["statusCode"], "CLOSED_FOR_NEW");
    assert_eq!(
        desk.refused("loan.product", "loan_type=XYZ status=X"),
        "unknown_product:loan_type"
    );
}

#[test]
fn a_person_is_what_was_last_sent_field_by_field() {
    let mut desk = Desk::new();
    desk.good(
        "loan.person",
        "person_id=P1 first_name=Eva last_name=Berg email=e@example.com",
    );
    desk.good(
        "loan.person",
        "person_id=P1 last_name=Ek email=<clear> phone=+46701234567",
    );
    let decision = desk.good("loan.person", "person_id=P1");
    assert_eq!(
        (decision.state.as_ref(), decision.events.len()),
        ("exists", 0)
    );
    let state = &desk.book.entities[&(crate::line::loan::PERSON, "P1".to_owned())];
    assert_eq!(
        brief::json(state),
        r#"{"first_name":"Eva","last_name":"Ek","phone":"+46701234567"}"#
    );
}
