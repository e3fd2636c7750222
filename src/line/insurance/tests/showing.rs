//! What is shown, exported, drawn, and fetched ahead.

use serde_json::json;

use super::{Desk, PERSON, day, register};
use crate::line::insurance::{self, CUSTOMER, INSURANCE, KINDS};
use crate::model::decision::OrderValue;
use crate::model::{Fields, Instruction, Personal, Value};

#[test]
fn an_insurance_is_shown_under_the_public_names() {
    let mut desk = Desk::with("active");
    desk.good(
        "insurance.party",
        "insurance_no=I1 action=add customer_no=C1 role=beneficiary share=100",
    );
    desk.good(
        "insurance.cancel",
        "insurance_no=I1 reason=loan~repaid effective_date=2026-12-24",
    );
    assert_eq!(
        desk.show("I1"),
        json!({
            "insurance_no": "I1", "state": "active", "product": "P", "loan_ref": "L1", "currency": "SEK",
            "insured_amount": "100000.00", "annual_premium": "1200.00", "start_date": "2026-11-20",
            "owner_customer_no": "C1", "insured_customer_no": "C1", "approved_by_bank": true,
            "approved_by_customer": true, "collection_method": "cash",
            "beneficiaries": [{ "customer_no": "C1", "share": "100" }], "active_from": "2026-11-20",
            "scheduled_cancellation_date": "2026-12-24", "reason": "loan_repaid",
            "allowed": [
                "insurance.update", "insurance.top-up", "insurance.reactivate", "insurance.premium-collection",
                "insurance.premium-paid", "insurance.payout", "insurance.party", "insurance.inquire",
            ],
        })
    );
    let reply = desk.good("insurance.inquire", "insurance_no=I1").reply;
    assert_eq!(reply, Some(desk.show("I1")));
}

#[test]
fn what_is_kept_reads_back_and_is_small() {
    let desk = Desk::with("registered");
    let state = &desk.book.entities[&(INSURANCE, "I1".to_owned())];
    let insurance: insurance::entity::Insurance =
        crate::line::work::parse(state).expect("our own state");
    let json = crate::model::brief::json(state);
    assert_eq!(serde_json::to_string(&insurance).expect("JSON"), json);
    assert!(state.len() < 90, "{} bytes", state.len());
    assert_eq!(
        json,
        r#"{"s":"registered","p":"P","l":"L1","c":"SEK","a":"100000.00","y":"1200.00","f":"2026-11-20","r":"2026-11-20","o":"C1","i":["C1"]}"#
    );
}

#[test]
fn exports_have_a_cell_a_column() {
    let mut desk = Desk::with("active");
    desk.good(
        "insurance.premium-paid",
        "insurance_no=I1 amount=1200 currency=SEK value_date=2026-11-20",
    );
    for (space, key) in [(INSURANCE, "I1"), (CUSTOMER, "C1")] {
        let header = insurance::export_header(space).expect("a space of entities");
        let state = &desk.book.entities[&(space, key.to_owned())];
        let row = insurance::export_row(space, key, state).expect("our own state");
        assert_eq!(header.len(), row.len());
        let cell = |name| {
            row[header
                .iter()
                .position(|column| *column == name)
                .expect("a column")]
            .clone()
        };
        let text = |text: &str| OrderValue::Text(text.into());
        assert_eq!(row[0], text(key));
        if space == INSURANCE {
            let sek = crate::model::Currency::named("SEK").expect("listed");
            assert_eq!(
                cell("premium_paid"),
                OrderValue::Amount("1200.00".parse().expect("a decimal"), sek)
            );
            assert_eq!(cell("approved_by_bank"), text("true"));
            assert_eq!(cell("state"), text("active"));
        } else {
            assert_eq!(cell("identity_no"), text(PERSON));
        }
        let mut sorted = header.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), header.len(), "a column stands twice");
    }
    assert!(insurance::export_header(insurance::IDENTITY).is_err());
}

#[test]
fn the_table_is_drawn_from_the_steps() {
    let table = &insurance::tables()[0];
    let text = table.markdown();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2 + 6);
    assert!(
        lines[0].starts_with("| state | insurance.register | insurance.approve |"),
        "{}",
        lines[0]
    );
    assert!(
        lines[2].starts_with(
            "| none | `registered` (otherwise); `approved` (both approvals given) | not_found |"
        ),
        "{}",
        lines[2]
    );
    let drawing = table.mermaid();
    assert!(
        drawing.starts_with("stateDiagram-v2\n    [*] --> registered: insurance.register\n"),
        "{drawing}"
    );
    assert!(
        drawing.contains("    active --> cancelled: insurance.cancel\n"),
        "{drawing}"
    );
    assert!(
        drawing.contains("    cancelled --> active: insurance.reactivate\n"),
        "{drawing}"
    );
    assert!(!drawing.contains("expired -->"), "{drawing}");
}

#[test]
fn everything_a_registration_asks_for_is_named_ahead() {
    let mut fields = Fields::default();
    for (name, text) in [
        ("insurance_no", "I1"),
        ("customer_no", "C1"),
        ("insured_customer_no", "C2"),
        ("property.FromInsurance", "I0"),
        ("collection_insurance_no", "I2"),
        ("customer_type", "individual"),
        ("country", "SE"),
    ] {
        fields.push(name, Value::Text(text.into()));
    }
    fields.push("identity_no", Value::Personal(Personal::new(PERSON)));
    let kind = KINDS
        .iter()
        .find(|kind| kind.name == "insurance.register")
        .expect("a kind");
    let instruction = Instruction {
        kind,
        instruction_id: None,
        effective_date: Some(day("2026-11-20")),
        fields,
        digest: [0; 16],
    };
    let mut keys = Vec::new();
    insurance::keys(&instruction, &mut |space, key| {
        keys.push(format!("{} {key}", space.0));
    });
    keys.sort();
    assert_eq!(
        keys,
        ["c C1", "c C2", "i I0", "i I1", "i I2", "n SE:198501019981"]
    );
    assert!(register().contains(PERSON));
}

#[test]
fn what_an_insurance_takes_depends_on_the_day_and_on_what_it_lacks() {
    let takes = |desk: &Desk, what: &str| {
        let allowed = desk.show("I1")["allowed"].clone();
        allowed.as_array().expect("a list").contains(&what.into())
    };
    let mut desk = Desk::with("approved");
    assert!(!takes(&desk, "insurance.activate"), "no collection is set");
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=cash",
    );
    assert!(takes(&desk, "insurance.activate"));
    let mut desk = Desk::with("cancelled");
    assert!(takes(&desk, "insurance.reactivate"));
    desk.today = day("2027-02-18");
    assert!(takes(&desk, "insurance.reactivate"), "day 90");
    desk.today = day("2027-02-19");
    assert!(!takes(&desk, "insurance.reactivate"), "too late");
}
