//! Every cell of the lifecycle table.

use super::{Desk, insured, told};
use crate::code::Code;
use crate::lifecycle::{Outcome as Step, Word as _};
use crate::line::credit_life::lifecycle::{ASKS, step};
use crate::line::credit_life::words::State;
use crate::model::Outcome;

const DEBT: &str = "debt canceled";
const CANCELED: &str = "insurance_premium.status_change canceled";

/// A state to be in, what is asked, and what becomes of it: the state afterwards with what is told, or the code.
const CELLS: &[(&str, &str, &str)] = &[
    (
        "none",
        "credit.create",
        "waiting_signature | debt waiting_signature",
    ),
    ("none", "credit.disburse", "not_found"),
    ("none", "credit.reverse", "not_found"),
    ("none", "policy.cancel", "not_found"),
    ("none", "policy.inquire", "not_found"),
    ("waiting_signature", "credit.create", "already_exists"),
    (
        "waiting_signature",
        "credit.disburse",
        "active | insurance_premium.status_change active",
    ),
    (
        "waiting_signature uninsured",
        "credit.disburse",
        "disbursed | debt disbursed",
    ),
    (
        "waiting_signature",
        "credit.reverse",
        "canceled | debt canceled",
    ),
    (
        "waiting_signature uninsured",
        "credit.reverse",
        "canceled | debt canceled",
    ),
    ("waiting_signature", "policy.cancel", "not_allowed_in_state"),
    (
        "waiting_signature uninsured",
        "policy.cancel",
        "not_allowed_in_state",
    ),
    (
        "waiting_signature",
        "policy.inquire",
        "waiting_signature | ",
    ),
    ("active", "credit.create", "already_exists"),
    ("active", "credit.disburse", "already_disbursed"),
    (
        "active",
        "credit.reverse",
        "canceled | debt canceled, insurance_premium.status_change canceled",
    ),
    (
        "active",
        "policy.cancel",
        "canceled | insurance_premium.status_change canceled",
    ),
    ("active", "policy.inquire", "active | "),
    ("disbursed", "credit.create", "already_exists"),
    ("disbursed", "credit.disburse", "already_disbursed"),
    ("disbursed", "credit.reverse", "canceled | debt canceled"),
    ("disbursed", "policy.cancel", "no_insurance"),
    ("disbursed", "policy.inquire", "disbursed | "),
    ("canceled", "credit.create", "already_exists"),
    ("canceled", "credit.disburse", "already_canceled"),
    ("canceled", "credit.reverse", "canceled | debt canceled"),
    (
        "canceled over limit",
        "credit.reverse",
        "canceled | debt canceled",
    ),
    ("canceled reversed", "credit.reverse", "already_canceled"),
    ("canceled unsigned", "credit.reverse", "already_canceled"),
    ("canceled uninsured", "credit.reverse", "already_canceled"),
    ("canceled", "policy.cancel", "already_canceled"),
    ("canceled", "policy.inquire", "canceled | "),
    ("expired", "credit.create", "already_exists"),
    ("expired", "credit.disburse", "already_disbursed"),
    ("expired", "credit.reverse", "has_expired"),
    ("expired", "policy.cancel", "has_expired"),
    ("expired", "policy.inquire", "expired | "),
];

/// What a state takes, as its hints say.
const ALLOWED: &[(&str, &str)] = &[
    (
        "waiting_signature",
        "credit.disburse, credit.reverse, policy.inquire",
    ),
    ("active", "credit.reverse, policy.cancel, policy.inquire"),
    ("disbursed", "credit.reverse, policy.inquire"),
    ("canceled", "credit.reverse, policy.inquire"),
    ("canceled over limit", "credit.reverse, policy.inquire"),
    ("canceled reversed", "policy.inquire"),
    ("canceled unsigned", "policy.inquire"),
    ("canceled uninsured", "policy.inquire"),
    ("expired", "policy.inquire"),
];

fn fields(kind: &str) -> String {
    match kind {
        "credit.create" => insured(),
        "credit.disburse" => "operation_key=O1 disbursement_date=2026-11-20".to_owned(),
        "policy.cancel" => "operation_key=O1 cancel_reason=insurance~premium~cancel".to_owned(),
        _ => "operation_key=O1".to_owned(),
    }
}

#[test]
fn every_cell_does_what_the_table_says() {
    for (state, kind, expected) in CELLS {
        let mut desk = Desk::with(state);
        let decision = desk.send(kind, &fields(kind));
        if let Some((after, events)) = expected.split_once(" | ") {
            assert_eq!(
                decision.outcome,
                Outcome::Accepted,
                "{state} {kind}: {:?}",
                decision.findings
            );
            assert_eq!(decision.state, after, "{state} {kind}");
            assert_eq!(desk.state("O1"), after, "{state} {kind}");
            let told = told(&decision);
            let word = |event: &serde_json::Value, name: &str| {
                event[name].as_str().expect("a text").to_owned()
            };
            let told = told
                .iter()
                .map(|one| word(one, "webhook_type") + " " + &word(one, "status"));
            assert_eq!(
                told.collect::<Vec<_>>().join(", "),
                *events,
                "{state} {kind}"
            );
            assert!(
                decision
                    .events
                    .iter()
                    .all(|event| event.state == after && event.subject == "O1")
            );
            continue;
        }
        assert_eq!(decision.outcome, Outcome::Rejected, "{state} {kind}");
        let finding = &decision.findings[0];
        assert_eq!(finding.code.as_str(), *expected, "{state} {kind}");
        let word = state.split(' ').next().expect("a word");
        assert_eq!(
            decision.state,
            if word == "none" { "" } else { word },
            "{state} {kind}"
        );
        assert!(
            !finding.message.is_empty() && !finding.hint.is_empty(),
            "{state} {kind}"
        );
        if let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| known == state) {
            let said = format!("in state `{word}` it takes {allowed}");
            assert!(
                finding.hint.ends_with(&said),
                "{state} {kind}: {}",
                finding.hint
            );
        }
    }
}

#[test]
fn no_cell_is_left_out() {
    for state in State::WORDS {
        for (kind, _) in ASKS.iter().filter(|(word, _)| *word != "policy.expire") {
            let known = CELLS
                .iter()
                .any(|(known, asked, _)| known.split(' ').next() == Some(state) && asked == kind);
            assert!(known, "{state} {kind}");
        }
    }
}

#[test]
fn what_show_allows_is_what_the_hints_say() {
    for (state, allowed) in ALLOWED {
        let shown = Desk::with(state).show("O1")["allowed"].clone();
        let shown: Vec<&str> = shown
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|one| one.as_str())
            .collect();
        assert_eq!(shown.join(", "), *allowed, "{state}");
    }
}

#[test]
fn time_acts_on_an_active_policy_alone() {
    let rows = [
        (State::None, Step::Refuse(Code::NotFound)),
        (
            State::WaitingSignature,
            Step::Refuse(Code::NotAllowedInState),
        ),
        (State::Disbursed, Step::Refuse(Code::NoInsurance)),
        (State::Canceled, Step::Refuse(Code::AlreadyCanceled)),
        (State::Expired, Step::Refuse(Code::HasExpired)),
    ];
    let expire = ASKS.last().expect("it stands last").1[0].0;
    for (state, expected) in rows {
        assert_eq!(step(state, expire), expected, "{}", state.word());
    }
    for state in [
        "waiting_signature",
        "disbursed",
        "canceled",
        "canceled over limit",
        "canceled reversed",
        "expired",
    ] {
        let mut desk = Desk::with(state);
        assert!(desk.dues().is_empty(), "{state}");
        assert!(desk.to("2040-01-01").is_empty(), "{state}");
    }
    let mut desk = Desk::with("active");
    assert_eq!(desk.dues(), ["2027-11-21 policy.expire"]);
    assert!(
        desk.to("2027-11-20").is_empty(),
        "the last day is part of the term"
    );
    let done = desk.to("2027-11-25");
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].0, "2027-11-21 policy.expire");
    assert_eq!(
        (done[0].1.outcome, &*done[0].1.state),
        (Outcome::Accepted, "expired")
    );
    assert!(desk.to("2028-11-25").is_empty(), "once");
}

#[test]
fn an_over_limit_insurance_is_never_active() {
    let mut desk = Desk::new();
    desk.good("credit.create", &insured().replace("1000", "40000"));
    desk.ask("credit.disburse", "disbursement_date=2026-11-20");
    assert_eq!(desk.state("O1"), "active", "the limit itself is covered");
    let mut desk = Desk::new();
    desk.good("credit.create", &insured().replace("1000", "40000.01"));
    let decision = desk.ask("credit.disburse", "disbursement_date=2026-11-20");
    let told = told(&decision);
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0]["data"]["cancel_reason"],
        "cover_limit_amount_exceeded"
    );
    assert_eq!(
        format!(
            "{} {}",
            told[0]["webhook_type"].as_str().expect("text"),
            told[0]["status"].as_str().expect("text")
        ),
        CANCELED
    );
    assert_eq!(desk.show("O1")["policy_number"], serde_json::Value::Null);
    // The operation goes on, and can be reversed.
    let decision = desk.ask("credit.reverse", "");
    assert_eq!(
        super::told(&decision)[0]["status"],
        DEBT.split(' ').next_back().expect("a word")
    );
    assert!(decision.orders.is_empty(), "no second refund");
}
