//! `show` and `export`.

use serde_json::json;

use super::{Desk, PERSON};
use crate::line::credit_life::{COUNTER, LINE, OPERATION, POLICIES, kinds::KINDS};
use crate::line::is_personal;
use crate::model::FieldType;
use crate::model::decision::OrderValue;

#[test]
fn show_tells_what_was_agreed_and_what_became_of_it() {
    let mut desk = Desk::with("active");
    desk.ask("policy.cancel", "cancel_reason=insurance~premium~cancel");
    let shown = desk.show("O1");
    let rows = [
        ("operation_key", json!("O1")),
        ("state", json!("canceled")),
        ("document_number", json!(PERSON)),
        ("birth_date", json!("1994-06-11")),
        ("issue_amount", json!("1000.00")),
        ("number_of_installments", json!(12)),
        ("monthly_interest_rate", json!("0.018")),
        ("account_number", json!("87823171")),
        ("product", json!("plus")),
        ("insurance_amount", json!("60.23")),
        ("policy_number", json!("1098200000001")),
        ("prize_number", json!("0001")),
        ("cancel_reason", json!("insurance_premium_cancel")),
        ("refund_amount", json!("60.23")),
        ("refund_status", json!("ordered")),
        ("allowed", json!(["credit.reverse", "policy.inquire"])),
    ];
    for (name, value) in rows {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(shown["city"], "São Paulo");
    assert_eq!(shown["address_state"], "SP");
    assert_eq!(shown["postal_code"], "12345012");
    assert_eq!(shown["first_due_date"], "2026-12-20");
    assert_eq!(shown["rebate_type"], "insurance_premium_qi");
    assert_eq!(shown["rebate_description"], "plus");
    assert_eq!(
        shown["covers"][1],
        json!({
            "cover_type": "accidental_death", "cover_amount": "1000.00", "cover_prize_amount": "20.00",
        })
    );
}

/// A cell of O1's row of an export.
pub(super) fn exported(desk: &Desk, name: &str) -> String {
    let header = (LINE.export_header)(OPERATION).expect("entities");
    let kept = &desk.book.entities[&(OPERATION, "O1".to_owned())];
    let row = (LINE.export_row)(OPERATION, "O1", kept).expect("our own state");
    assert_eq!(row.len(), header.len());
    let at = header.iter().position(|known| *known == name);
    match &row[at.expect("a column")] {
        OrderValue::Text(text) => text.to_string(),
        OrderValue::Amount(amount, currency) => format!("{amount} {currency}"),
    }
}

#[test]
fn an_export_has_a_cell_for_every_column() {
    let header = (LINE.export_header)(OPERATION).expect("entities");
    let mut names = header.clone();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), header.len(), "a column stands there twice");
    for state in [
        "waiting_signature uninsured",
        "active",
        "canceled",
        "expired",
    ] {
        let mut desk = Desk::with(state);
        desk.today = super::day("2027-01-01");
        let cell = |name: &str| exported(&desk, name);
        assert_eq!(cell("operation_key"), "O1");
        assert_eq!(cell("state"), state.split(' ').next().expect("a word"));
        assert_eq!(cell("issue_amount"), "1000.00 BRL");
        let insured = state != "waiting_signature uninsured";
        assert_eq!(
            cell("insurance_amount"),
            if insured { "60.23 BRL" } else { "" }
        );
        assert_eq!(cell("address_state"), if insured { "SP" } else { "" });
        assert_eq!(
            cell("policy_number"),
            if insured { "1098200000001" } else { "" }
        );
        assert_eq!(
            cell("refund_amount"),
            if state == "canceled" { "60.23 BRL" } else { "" }
        );
    }
}

#[test]
fn the_counter_is_no_entity_to_show() {
    let desk = Desk::with("active");
    let counter = &desk.book.entities[&(COUNTER, POLICIES.to_owned())];
    assert!((LINE.show)(COUNTER, POLICIES, counter, &desk.on_this_day()).is_err());
    assert!((LINE.export_header)(COUNTER).is_err());
    assert!((LINE.export_row)(COUNTER, POLICIES, counter).is_err());
    assert!((LINE.show)(OPERATION, "O1", "{", &desk.on_this_day()).is_err());
    let none = (LINE.carry_out)(
        COUNTER,
        POLICIES,
        "x",
        &mut desk.book.clone(),
        &super::book::context(desk.today, 1, &desk.products, &desk.terms),
    );
    assert!(none.expect("the world is well").is_none());
}

#[test]
fn every_identity_is_personal_wherever_it_stands() {
    for kind in KINDS {
        for field in kind.fields {
            if field.kind == FieldType::Identity {
                assert!(is_personal(field.name), "{}", field.name);
            }
        }
    }
}

#[test]
fn the_table_is_drawn_from_the_code() {
    let tables = (LINE.tables)();
    let text = tables[0].markdown();
    assert!(text.contains("| waiting_signature | already_exists | `active` (with insurance); `disbursed` (without insurance); `canceled` (a cover over its limit) |"), "{text}");
    assert!(
        text.contains("stays (not reversed yet); already_canceled (reversed already)"),
        "{text}"
    );
}

#[test]
fn a_standing_tells_state_and_money() {
    let mut desk = Desk::with("disbursed");
    let kind = &KINDS[2];
    let standing = (LINE.standing)(kind, "O1", &mut desk.book).expect("the world is well");
    assert_eq!(
        (&*standing.state, standing.currency.map(|c| c.to_string())),
        ("disbursed", Some("BRL".to_owned()))
    );
    let standing = (LINE.standing)(kind, "O2", &mut desk.book).expect("the world is well");
    assert_eq!(standing, crate::line::Standing::default());
}
