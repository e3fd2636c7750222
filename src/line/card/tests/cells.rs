//! Every cell of the table, played through the book.

use super::{Desk, codes, create, events};
use crate::model::Outcome;

/// A good record of each instruction for contract K1.
fn record(instruction: &str) -> String {
    let rest = match instruction {
        "contract.create" => return create("K1", "DEBIT"),
        "contract.add-card" => return super::book::add("2"),
        "contract.update" => "flag.general=true",
        "contract.addresses" => "address_label=HOME address_line1=Street address_country=FR",
        "contract.fees" => "account_ref=A-K1 fee_model=M1 fee_type=MEMBERSHIP~FEE",
        "contract.switch-principal" => "customer_ref=P2",
        "contract.legitimacy-document" => {
            "customer_ref=P1 document_type=Passport document_no=9512345 issue_date=2020-01-01 expiry_date=2030-01-01"
        }
        "contract.balance" => "account_ref=A-K1 balance=10 currency=EUR as_of=2026-11-19",
        "contract.close IMMEDIATE" => "delay_type=IMMEDIATE",
        "contract.close SCHEDULED" => "delay_type=SCHEDULED closing_date=2027-01-31",
        "contract.close AT_CARD_EXPIRY" => "delay_type=AT~CARD~EXPIRY",
        _ => "",
    };
    format!("contract_ref=K1 {rest}")
}

/// The instructions, in the order of the columns below.
const INSTRUCTIONS: &[&str] = &[
    "contract.create",
    "contract.sign",
    "contract.add-card",
    "contract.update",
    "contract.addresses",
    "contract.fees",
    "contract.switch-principal",
    "contract.legitimacy-document",
    "contract.balance",
    "contract.suspend",
    "contract.cancel-suspension",
    "contract.close IMMEDIATE",
    "contract.close SCHEDULED",
    "contract.close AT_CARD_EXPIRY",
    "contract.cancel-close",
    "contract.inquire",
];

/// State (`+`: a closing is scheduled); then what comes of each instruction: the state afterwards, or the code.
const CELLS: &[(&str, [&str; 16])] = &[
    (
        "none",
        [
            "SIGNED",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
            "not_found",
        ],
    ),
    (
        "AWAITING_SIGNATURE",
        [
            "already_exists",
            "SIGNED",
            "not_signed",
            "not_signed",
            "not_signed",
            "not_signed",
            "not_signed",
            "AWAITING_SIGNATURE",
            "AWAITING_SIGNATURE",
            "not_signed",
            "not_suspended",
            "CLOSED",
            "not_signed",
            "not_signed",
            "no_closing_scheduled",
            "AWAITING_SIGNATURE",
        ],
    ),
    (
        "SIGNED",
        [
            "already_exists",
            "already_signed",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SUSPENDED",
            "not_suspended",
            "CLOSED",
            "SIGNED later",
            "SIGNED later",
            "no_closing_scheduled",
            "SIGNED",
        ],
    ),
    (
        "SIGNED+",
        [
            "already_exists",
            "already_signed",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SIGNED",
            "SUSPENDED",
            "not_suspended",
            "closing_scheduled",
            "closing_scheduled",
            "closing_scheduled",
            "SIGNED",
            "SIGNED",
        ],
    ),
    (
        "SUSPENDED",
        [
            "already_exists",
            "already_signed",
            "is_suspended",
            "SUSPENDED",
            "SUSPENDED",
            "is_suspended",
            "is_suspended",
            "SUSPENDED",
            "SUSPENDED",
            "already_suspended",
            "SIGNED",
            "CLOSED",
            "is_suspended",
            "is_suspended",
            "no_closing_scheduled",
            "SUSPENDED",
        ],
    ),
    (
        "SUSPENDED+",
        [
            "already_exists",
            "already_signed",
            "is_suspended",
            "SUSPENDED",
            "SUSPENDED",
            "is_suspended",
            "is_suspended",
            "SUSPENDED",
            "SUSPENDED",
            "already_suspended",
            "SIGNED",
            "CLOSED",
            "is_suspended",
            "is_suspended",
            "SUSPENDED",
            "SUSPENDED",
        ],
    ),
    (
        "CLOSED",
        [
            "already_exists",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "is_closed",
            "CLOSED",
        ],
    ),
];

/// A desk with contract K1 in this state, and with a second cardholder wherever the contract takes one.
fn desk(state: &str) -> Desk {
    if state == "none" {
        return Desk::new();
    }
    let word = state.trim_end_matches('+');
    if word == "AWAITING_SIGNATURE" || word == "CLOSED" {
        return Desk::with(word);
    }
    let mut desk = Desk::with("SIGNED");
    let second = super::book::add("2").replace("CC2", "CC9");
    desk.good("contract.add-card", &second);
    if state.ends_with('+') {
        desk.good("contract.close", &record("contract.close SCHEDULED"));
    }
    if word == "SUSPENDED" {
        desk.good("contract.suspend", "contract_ref=K1");
    }
    desk
}

#[test]
fn every_cell_is_as_the_table_says() {
    for (state, row) in CELLS {
        for (instruction, expected) in INSTRUCTIONS.iter().zip(row) {
            let mut desk = desk(state);
            let kind = instruction.split(' ').next().expect("a kind");
            let decision = desk.send(kind, &record(instruction));
            let said = format!("{state}, {instruction}: {}", codes(&decision));
            if expected.starts_with(char::is_lowercase) {
                let code = codes(&decision);
                assert_eq!(code.split([':', ' ']).next(), Some(*expected), "{said}");
                // What is wrong with the record itself may stand behind it.
                if ["SIGNED", "SUSPENDED"].contains(&state.trim_end_matches('+')) {
                    assert_eq!(decision.findings.len(), 1, "{said}");
                }
                if state != &"none" {
                    let hint = &decision.findings[0].hint;
                    let now = state.trim_end_matches('+');
                    assert!(
                        hint.contains(&format!("in state `{now}` it takes contract.")),
                        "{hint}"
                    );
                    assert_eq!(decision.state, now, "{said}");
                }
                continue;
            }
            let (after, outcome) = match expected.split_once(' ') {
                Some((after, _)) => (after, Outcome::Scheduled),
                None => (*expected, Outcome::Accepted),
            };
            assert_eq!(
                (&*decision.state, decision.outcome),
                (after, outcome),
                "{said}"
            );
            assert_eq!(desk.state("K1"), after, "{said}");
        }
    }
}

#[test]
fn what_happens_is_told_once() {
    for (state, instruction, expected) in [
        ("none", "contract.create", "contract.created SIGNED"),
        (
            "AWAITING_SIGNATURE",
            "contract.sign",
            "contract.signed SIGNED",
        ),
        ("SIGNED", "contract.add-card", "contract.card_added SIGNED"),
        ("SIGNED", "contract.update", "contract.updated SIGNED"),
        (
            "SUSPENDED",
            "contract.addresses",
            "contract.addresses_updated SUSPENDED",
        ),
        ("SIGNED", "contract.fees", "contract.fees_updated SIGNED"),
        (
            "SIGNED",
            "contract.switch-principal",
            "contract.principal_switched SIGNED",
        ),
        (
            "SIGNED",
            "contract.legitimacy-document",
            "contract.legitimacy_document_updated SIGNED",
        ),
        ("SIGNED", "contract.balance", ""),
        ("SIGNED", "contract.suspend", "contract.suspended SUSPENDED"),
        (
            "SUSPENDED",
            "contract.cancel-suspension",
            "contract.suspension_cancelled SIGNED",
        ),
        (
            "SIGNED",
            "contract.close IMMEDIATE",
            "contract.closed CLOSED",
        ),
        (
            "SIGNED",
            "contract.close SCHEDULED",
            "contract.closing_scheduled SIGNED",
        ),
        (
            "SIGNED+",
            "contract.cancel-close",
            "contract.closing_cancelled SIGNED",
        ),
        ("SIGNED", "contract.inquire", ""),
    ] {
        let mut desk = desk(state);
        let kind = instruction.split(' ').next().expect("a kind");
        let decision = desk.good(kind, &record(instruction));
        assert_eq!(
            events(&decision).join(" "),
            expected,
            "{state} {instruction}"
        );
    }
}

#[test]
fn time_closes_what_is_signed_or_suspended() {
    for (state, what, day) in [
        ("SIGNED+", "contract.close-scheduled", "2027-01-31"),
        ("SUSPENDED", "contract.close-suspended", "2026-12-21"),
        ("SUSPENDED+", "contract.close-suspended", "2026-12-21"),
    ] {
        let mut desk = desk(state);
        let carried = desk.to("2027-03-01");
        let [(on, word, decision)] = &carried[..] else {
            panic!("{state}: {} things were done", carried.len());
        };
        assert_eq!((&**on, &**word), (day, what), "{state}");
        assert_eq!(events(decision), ["contract.closed CLOSED"], "{state}");
        assert_eq!((&*decision.state, &*decision.entity), ("CLOSED", "K1"));
        assert_eq!(desk.dues(), [""; 0]);
    }
}

#[test]
fn no_instruction_takes_effect_later() {
    for instruction in INSTRUCTIONS {
        let state = match *instruction {
            "contract.create" => "none",
            "contract.sign" => "AWAITING_SIGNATURE",
            "contract.cancel-suspension" => "SUSPENDED",
            "contract.cancel-close" => "SIGNED+",
            _ => "SIGNED",
        };
        let kind = instruction.split(' ').next().expect("a kind");
        let fields = format!("{} effective_date=2026-11-21", record(instruction));
        let said = desk(state).refused(kind, &fields);
        assert_eq!(said, "not_schedulable:effective_date", "{instruction}");
    }
}
