//! Every cell of every transition table, by records and by the table itself.

use super::book::{create, import, paid};
use super::{Desk, codes, ocr};
use crate::lifecycle::Leads;
use crate::line::loan::tables;
use crate::model::Outcome;

/// What is asked of contract L1, in the order of the columns below.
const ASKED: &[&str] = &[
    "create",
    "accept",
    "ready",
    "activate",
    "import",
    "replace",
    "block",
    "unblock",
    "cancel",
    "default",
    "receivable",
    "invoice",
    "credit-note",
    "disburse",
    "repayment",
    "reversal",
    "match",
    "death",
    "inquire",
];

/// A row a state: what becomes of the contract. `=`: it stays as it is; `!`: `not_allowed_in_state`; else the state
/// afterwards, or the code of what is noted or refused.
const CELLS: &[(&str, &str)] = &[
    (
        "none",
        "CREATED not_found not_found not_found ACTIVE not_found not_found not_found not_found not_found not_found not_found not_found not_found no_such_reference not_found not_found = not_found",
    ),
    (
        "CREATED",
        "already_exists ACCEPTED ! ! already_exists ! ! ! CANCELED ! ! ! ! ! ! not_found ! = =",
    ),
    (
        "ACCEPTED",
        "already_exists ! WAITING_FOR_ACTIVATION ! already_exists ! ! ! CANCELED ! ! ! ! ! ! not_found ! = =",
    ),
    (
        "WAITING_FOR_ACTIVATION",
        "already_exists ! ! ACTIVE already_exists ! ! ! CANCELED ! ! ! ! ! ! not_found ! = =",
    ),
    (
        "ACTIVE",
        "already_exists ! ! ! already_exists = BLOCKED ! has_outstanding DEFAULTED = = = = = = = = =",
    ),
    (
        "BLOCKED",
        "already_exists ! ! ! already_exists ! ! ACTIVE ! DEFAULTED = = = ! = = = = =",
    ),
    (
        "DEFAULTED",
        "already_exists ! ! ! already_exists ! ! ! ! ! ! = = ! = = = = =",
    ),
    (
        "CANCELED",
        "already_exists ! ! ! already_exists ! ! ! ! ! ! ! ! ! contract_closed not_found ! = =",
    ),
    (
        "CLOSED",
        "already_exists ! ! ! already_exists ! ! ! ! ! ! ! ! ! contract_closed ACTIVE ! = =",
    ),
];

/// The record that asks for it, after what it needs to be good by itself.
fn record(desk: &mut Desk, state: &str, asked: &str) -> (&'static str, String) {
    let in_force = matches!(state, "ACTIVE" | "BLOCKED" | "DEFAULTED");
    let bill = format!(
        "contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no={}",
        ocr(77)
    );
    match asked {
        "create" => {
            if state == "none" {
                desk.good(
                    "loan.application",
                    "application_id=A1 person_id=P1 decision=accept",
                );
                desk.good(
                    "loan.offer",
                    "offer_id=O1 application_id=A1 action=present amount=1000 currency=SEK",
                );
                desk.good("loan.offer", "offer_id=O1 application_id=A1 action=accept");
            }
            ("loan.contract", create())
        }
        "import" => ("loan.contract", import("L1", 1, "1000")),
        "replace" => (
            "loan.contract",
            "contract_no=L1 action=replace amount=5000".to_owned(),
        ),
        "default" => ("loan.default", "contract_no=L1".to_owned()),
        "receivable" => {
            let rest = "receivable_type=PERIODIC billing_date=2026-11-01 due_date=2026-11-30 currency=SEK line.PRI=1";
            (
                "loan.receivable",
                format!("contract_no=L1 receivable_no=R9 {rest}"),
            )
        }
        "invoice" => ("loan.invoice", bill),
        "credit-note" => {
            if in_force {
                desk.good("loan.invoice", &bill);
            }
            (
                "loan.credit-note",
                "contract_no=L1 invoice_no=I1 credit_note_no=N1 amount=1 currency=SEK".to_owned(),
            )
        }
        "disburse" => {
            let to = "iban=SE4550000000058398257466 creditor_name=Eva";
            (
                "loan.disburse",
                format!("contract_no=L1 amount=1 currency=SEK {to}"),
            )
        }
        "repayment" => ("loan.repayment", paid("reference_no=18 amount=1")),
        "reversal" => {
            if in_force {
                desk.pay("reference_no=18 amount=1");
            }
            (
                "loan.reversal",
                "original_reference=18 amount=1 currency=SEK value_date=2026-11-20".to_owned(),
            )
        }
        "match" => {
            let lost = desk.pay("reference_no=26 amount=1");
            let money = super::book::reference(&lost);
            (
                "loan.match",
                format!("contract_no=L1 cash_reference={money}"),
            )
        }
        "death" => (
            "loan.death",
            "person_id=P1 death_date=2026-11-01".to_owned(),
        ),
        "inquire" => ("loan.inquire", "contract_no=L1".to_owned()),
        action => ("loan.contract", format!("contract_no=L1 action={action}")),
    }
}

#[test]
fn every_instruction_in_every_state_leads_where_the_table_says() {
    for (state, cells) in CELLS {
        let cells: Vec<&str> = cells.split_whitespace().collect();
        assert_eq!(cells.len(), ASKED.len(), "{state}");
        for (asked, expected) in ASKED.iter().zip(cells) {
            let mut desk = Desk::with(state);
            let (kind, fields) = record(&mut desk, state, asked);
            let decision = desk.send(kind, &fields);
            let said = codes(&decision);
            let first = said.split([' ', ':']).next().unwrap_or_default();
            let after = || {
                if desk.book.entities.keys().any(|(_, key)| key == "L1") {
                    desk.state("L1")
                } else {
                    "none".to_owned()
                }
            };
            let found = match first {
                "not_allowed_in_state" => "!".to_owned(),
                "" if after() == *state => "=".to_owned(),
                "" => after(),
                code => code.to_owned(),
            };
            assert_eq!(found, expected, "{state} {asked}: {said}");
            if decision.outcome == Outcome::Rejected && expected == "!" {
                let hint = &decision.findings[0].hint;
                assert!(
                    hint.contains(&format!("in state `{state}` it takes ")),
                    "{asked}: {hint}"
                );
            }
        }
    }
}

/// A table's row as words, in the manual's order of cases.
fn rows(title: &str) -> Vec<String> {
    let table = tables()
        .into_iter()
        .find(|table| table.title == title)
        .expect("a table");
    let word = |leads: &Leads, state: &str| match leads {
        Leads::To(to, _) if *to == state => "=".to_owned(),
        Leads::To(to, _) => (*to).to_owned(),
        Leads::Later(_) => "later".to_owned(),
        Leads::Refused(code) => code.to_string().replace("not_allowed_in_state", "!"),
    };
    let states = table.states.iter().zip(&table.cells);
    states
        .map(|(state, row)| {
            let cells = row.iter().map(|cell| {
                cell.iter()
                    .map(|one| word(&one.leads, state))
                    .collect::<Vec<_>>()
                    .join("/")
            });
            format!("{state}: {}", cells.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

#[test]
fn the_table_of_contracts_has_these_cells() {
    let expected = [
        "none: CREATED not_found not_found not_found ACTIVE not_found not_found not_found not_found not_found not_found not_found not_found not_found no_such_reference not_found not_found = not_found",
        "CREATED: already_exists ACCEPTED ! ! already_exists ! ! ! CANCELED ! ! ! ! ! ! ! ! = =",
        "ACCEPTED: already_exists ! WAITING_FOR_ACTIVATION ! already_exists ! ! ! CANCELED ! ! ! ! ! ! ! ! = =",
        "WAITING_FOR_ACTIVATION: already_exists ! ! ACTIVE already_exists ! ! ! CANCELED ! ! ! ! ! ! ! ! = =",
        "ACTIVE: already_exists ! ! ! already_exists = BLOCKED ! CANCELED/has_outstanding DEFAULTED/nothing_overdue =/CLOSED = =/CLOSED =/CLOSED =/CLOSED = =/CLOSED =/= =",
        "BLOCKED: already_exists ! ! ! already_exists ! ! ACTIVE ! DEFAULTED/nothing_overdue =/CLOSED = =/CLOSED ! =/CLOSED = =/CLOSED =/= =",
        "DEFAULTED: already_exists ! ! ! already_exists ! ! ! ! ! ! = =/CLOSED ! =/CLOSED = =/CLOSED =/= =",
        "CANCELED: already_exists ! ! ! already_exists ! ! ! ! ! ! ! ! ! contract_closed =/ACTIVE/=/= ! = =",
        "CLOSED: already_exists ! ! ! already_exists ! ! ! ! ! ! ! ! ! contract_closed =/ACTIVE/BLOCKED/DEFAULTED ! = =",
    ];
    // `loan.default` stands behind the actions here, in the manual's order.
    assert_eq!(rows("contract"), expected);
}

#[test]
fn the_tables_of_applications_and_offers_have_these_cells() {
    let applications = [
        "none: NEW/ACCEPTED/DECLINED not_found",
        "NEW: already_exists/ACCEPTED/DECLINED application_not_accepted",
        "ACCEPTED: already_decided =",
        "DECLINED: already_decided application_not_accepted",
    ];
    assert_eq!(rows("application"), applications);
    let offers = [
        "none: PRESENTED not_found not_found",
        "PRESENTED: already_exists ACCEPTED/LAPSED offer_not_accepted",
        "ACCEPTED: already_exists !/= =",
        "LAPSED: already_exists offer_lapsed/= offer_not_accepted",
    ];
    assert_eq!(rows("offer"), offers);
}
