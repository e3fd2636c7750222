//! Every cell of the table, played through the book.

use super::{Desk, codes, events};
use crate::model::Outcome;

/// A good record of each instruction for insurance I1.
fn record(instruction: &str) -> String {
    let rest = match instruction {
        "insurance.register" => return super::book::register(),
        "insurance.approve" => "approved_by=both",
        "insurance.update" => "loan_ref=L2",
        "insurance.party" => "action=add customer_no=C1 role=payer",
        "insurance.premium-collection" => "collection_method=bankgiro",
        "insurance.payout" => "payout_method=bankgiro payout_account=9912346",
        "insurance.premium-paid" => "amount=100 currency=SEK value_date=2026-11-20",
        "insurance.premium-reversed" => "amount=100 currency=SEK value_date=2026-11-20",
        "insurance.collection-failed" => {
            return "payer_no=I1 amount=100 currency=SEK due_date=2026-11-20 reason_code=1".into();
        }
        "insurance.top-up" => "amount=100 currency=SEK",
        "insurance.cancel" => "reason=loan~repaid",
        _ => "",
    };
    format!("insurance_no=I1 {rest}")
}

/// State, instruction; then the state afterwards and the events, or the code of the refusal.
const CELLS: &[(&str, &str, &str, &str)] = &[
    (
        "none",
        "insurance.register",
        "registered",
        "customer.created insurance.registered",
    ),
    ("none", "insurance.approve", "", "not_found"),
    ("none", "insurance.activate", "", "not_found"),
    ("none", "insurance.update", "", "not_found"),
    ("none", "insurance.party", "", "not_found"),
    ("none", "insurance.premium-collection", "", "not_found"),
    ("none", "insurance.payout", "", "not_found"),
    ("none", "insurance.premium-paid", "", "not_found"),
    ("none", "insurance.top-up", "", "not_found"),
    ("none", "insurance.approve-top-up", "", "not_found"),
    ("none", "insurance.cancel", "", "not_found"),
    ("none", "insurance.reactivate", "", "not_found"),
    ("none", "insurance.inquire", "", "not_found"),
    ("registered", "insurance.register", "", "already_exists"),
    (
        "registered",
        "insurance.approve",
        "approved",
        "insurance.approved",
    ),
    (
        "registered",
        "insurance.activate",
        "",
        "not_approved collection_missing",
    ),
    (
        "registered",
        "insurance.update",
        "registered",
        "insurance.updated",
    ),
    (
        "registered",
        "insurance.party",
        "registered",
        "insurance.party_changed",
    ),
    (
        "registered",
        "insurance.premium-collection",
        "registered",
        "insurance.premium_collection_changed",
    ),
    (
        "registered",
        "insurance.payout",
        "registered",
        "insurance.payout_changed",
    ),
    (
        "registered",
        "insurance.premium-paid",
        "registered",
        "insurance.premium_paid",
    ),
    ("registered", "insurance.top-up", "", "not_active"),
    ("registered", "insurance.approve-top-up", "", "not_active"),
    (
        "registered",
        "insurance.cancel",
        "cancelled",
        "insurance.cancelled",
    ),
    ("registered", "insurance.reactivate", "", "not_cancelled"),
    ("registered", "insurance.inquire", "registered", ""),
    ("approved", "insurance.register", "", "already_exists"),
    ("approved", "insurance.approve", "", "already_approved"),
    ("approved", "insurance.activate", "", "collection_missing"),
    (
        "approved",
        "insurance.update",
        "approved",
        "insurance.updated",
    ),
    (
        "approved",
        "insurance.party",
        "approved",
        "insurance.party_changed",
    ),
    (
        "approved",
        "insurance.premium-collection",
        "approved",
        "insurance.premium_collection_changed",
    ),
    (
        "approved",
        "insurance.payout",
        "approved",
        "insurance.payout_changed",
    ),
    (
        "approved",
        "insurance.premium-paid",
        "approved",
        "insurance.premium_paid",
    ),
    ("approved", "insurance.top-up", "", "not_active"),
    ("approved", "insurance.approve-top-up", "", "not_active"),
    (
        "approved",
        "insurance.cancel",
        "cancelled",
        "insurance.cancelled",
    ),
    ("approved", "insurance.reactivate", "", "not_cancelled"),
    ("approved", "insurance.inquire", "approved", ""),
    ("active", "insurance.register", "", "already_exists"),
    ("active", "insurance.approve", "", "already_approved"),
    ("active", "insurance.activate", "", "already_active"),
    ("active", "insurance.update", "active", "insurance.updated"),
    (
        "active",
        "insurance.party",
        "active",
        "insurance.party_changed",
    ),
    (
        "active",
        "insurance.premium-collection",
        "active",
        "insurance.premium_collection_changed",
    ),
    (
        "active",
        "insurance.payout",
        "active",
        "insurance.payout_changed",
    ),
    (
        "active",
        "insurance.premium-paid",
        "active",
        "insurance.premium_paid",
    ),
    (
        "active",
        "insurance.top-up",
        "active",
        "insurance.top_up_requested",
    ),
    (
        "active",
        "insurance.approve-top-up",
        "",
        "no_top_up_pending",
    ),
    (
        "active",
        "insurance.cancel",
        "cancelled",
        "insurance.cancelled",
    ),
    ("active", "insurance.reactivate", "", "not_cancelled"),
    ("active", "insurance.inquire", "active", ""),
    ("cancelled", "insurance.register", "", "already_exists"),
    ("cancelled", "insurance.approve", "", "is_cancelled"),
    ("cancelled", "insurance.activate", "", "is_cancelled"),
    ("cancelled", "insurance.update", "", "is_cancelled"),
    ("cancelled", "insurance.party", "", "is_cancelled"),
    (
        "cancelled",
        "insurance.premium-collection",
        "",
        "is_cancelled",
    ),
    (
        "cancelled",
        "insurance.payout",
        "cancelled",
        "insurance.payout_changed",
    ),
    (
        "cancelled",
        "insurance.premium-paid",
        "cancelled",
        "insurance.premium_paid",
    ),
    ("cancelled", "insurance.top-up", "", "is_cancelled"),
    ("cancelled", "insurance.approve-top-up", "", "is_cancelled"),
    ("cancelled", "insurance.cancel", "", "already_cancelled"),
    (
        "cancelled",
        "insurance.reactivate",
        "active",
        "insurance.reactivated",
    ),
    ("cancelled", "insurance.inquire", "cancelled", ""),
    ("expired", "insurance.register", "", "already_exists"),
    ("expired", "insurance.approve", "", "has_expired"),
    ("expired", "insurance.activate", "", "has_expired"),
    ("expired", "insurance.update", "", "has_expired"),
    ("expired", "insurance.party", "", "has_expired"),
    ("expired", "insurance.premium-collection", "", "has_expired"),
    (
        "expired",
        "insurance.payout",
        "expired",
        "insurance.payout_changed",
    ),
    (
        "expired",
        "insurance.premium-paid",
        "expired",
        "insurance.premium_paid",
    ),
    ("expired", "insurance.top-up", "", "has_expired"),
    ("expired", "insurance.approve-top-up", "", "has_expired"),
    ("expired", "insurance.cancel", "", "has_expired"),
    ("expired", "insurance.reactivate", "", "has_expired"),
    ("expired", "insurance.inquire", "expired", ""),
    ("none", "insurance.premium-reversed", "", "not_found"),
    ("none", "insurance.collection-failed", "", "not_found"),
    (
        "registered",
        "insurance.premium-reversed",
        "",
        "over_repaid_amount",
    ),
    (
        "registered",
        "insurance.collection-failed",
        "registered",
        "insurance.collection_failed",
    ),
    (
        "approved",
        "insurance.premium-reversed",
        "",
        "over_repaid_amount",
    ),
    (
        "approved",
        "insurance.collection-failed",
        "approved",
        "insurance.collection_failed",
    ),
    (
        "active",
        "insurance.premium-reversed",
        "",
        "over_repaid_amount",
    ),
    (
        "active",
        "insurance.collection-failed",
        "active",
        "insurance.collection_failed",
    ),
    (
        "cancelled",
        "insurance.premium-reversed",
        "",
        "over_repaid_amount",
    ),
    (
        "cancelled",
        "insurance.collection-failed",
        "cancelled",
        "insurance.collection_failed",
    ),
    (
        "expired",
        "insurance.premium-reversed",
        "",
        "over_repaid_amount",
    ),
    (
        "expired",
        "insurance.collection-failed",
        "expired",
        "insurance.collection_failed",
    ),
];

#[test]
fn every_cell_is_as_the_manual_says() {
    for &(state, instruction, after, told) in CELLS {
        let mut desk = if state == "none" {
            Desk::new()
        } else {
            Desk::with(state)
        };
        let decision = desk.send(instruction, &record(instruction));
        let place = format!("{state} × {instruction}");
        if after.is_empty() {
            assert_eq!(decision.outcome, Outcome::Rejected, "{place}");
            let bare: Vec<&str> = decision.findings.iter().map(|f| f.code.as_str()).collect();
            assert_eq!(bare.join(" "), told, "{place}");
            let before = if state == "none" { "" } else { state };
            assert_eq!(decision.state, before, "{place}");
            continue;
        }
        assert_eq!(
            (decision.outcome, codes(&decision).as_str()),
            (Outcome::Accepted, ""),
            "{place}"
        );
        let kinds: Vec<&str> = decision.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds.join(" "), told, "{place}");
        assert_eq!(decision.state, after, "{place}");
        assert_eq!(desk.state("I1"), after, "{place}");
        assert_eq!(
            decision.reply.is_some(),
            instruction == "insurance.inquire",
            "{place}"
        );
    }
}

#[test]
fn no_cell_is_left_out() {
    let table = &crate::line::insurance::tables()[0];
    let asked = crate::line::insurance::KINDS
        .iter()
        .filter(|kind| kind.name.starts_with("insurance."));
    let asked: Vec<&str> = asked.map(|kind| kind.name).collect();
    for state in &table.states {
        for instruction in &asked {
            assert!(table.instructions.contains(instruction), "{instruction}");
            let rows = CELLS
                .iter()
                .filter(|row| row.0 == *state && row.1 == *instruction);
            assert_eq!(rows.count(), 1, "{state} × {instruction}");
        }
    }
}

#[test]
fn every_state_can_be_reached_and_expiry_is_the_end() {
    let table = &crate::line::insurance::tables()[0];
    let mut reached = vec!["none"];
    let mut at = 0;
    while let Some(from) = reached.get(at) {
        let row = table
            .states
            .iter()
            .position(|state| state == from)
            .expect("a state");
        for cell in table.cells[row].iter().flatten() {
            if let crate::line::Leads::To(to, _) = cell.leads
                && !reached.contains(&to)
            {
                reached.push(to);
            }
        }
        at += 1;
    }
    reached.sort_unstable();
    let mut states = table.states.clone();
    states.sort_unstable();
    assert_eq!(reached, states);
    let last = table.cells.last().expect("a row a state");
    let leaves = |cell: &crate::line::Cell| matches!(cell.leads, crate::line::Leads::To(to, _) if to != "expired");
    assert!(!last.iter().flatten().any(leaves));
}

#[test]
fn the_conditions_of_a_cell_decide() {
    let mut desk = Desk::new();
    let both = format!(
        "{} approved_by_bank=true approved_by_customer=TRUE",
        super::book::register()
    );
    let decision = desk.good("insurance.register", &both);
    assert_eq!(
        events(&decision),
        [
            "customer.created exists",
            "insurance.registered registered",
            "insurance.approved approved"
        ]
    );
    assert_eq!(decision.state, "approved");

    let mut desk = Desk::with("registered");
    let decision = desk.good("insurance.approve", "insurance_no=I1 approved_by=bank");
    assert_eq!(events(&decision), ["insurance.updated registered"]);
    assert_eq!(
        events(&desk.good("insurance.approve", "insurance_no=I1 approved_by=bank")),
        [""; 0]
    );
    let decision = desk.good("insurance.approve", "insurance_no=I1 approved_by=customer");
    assert_eq!(events(&decision), ["insurance.approved approved"]);
}
