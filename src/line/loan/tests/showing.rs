//! What is shown of entities, in replies, by `show` and in exports.

use super::Desk;
use super::book::{day, reference};
use crate::line::loan::{CASH, LINE, LOAN, export_header, export_row, show};
use crate::model::decision::OrderValue;

#[test]
fn an_inquiry_tells_of_the_contract_its_receivables_its_cash_and_balances() {
    let mut desk = Desk::with("ACTIVE");
    let first = desk.pay("reference_no=18 amount=110 payer_name=Eva bank_reference=B1");
    desk.owe("L1", "R2", "2026-12-10", "100", "5");
    desk.pay("reference_no=18 amount=20");
    let told = desk.inquire("L1");
    for (name, expected) in [
        ("contract_no", "L1"),
        ("state", "ACTIVE"),
        ("person_id", "P1"),
        ("loan_type", "ANN"),
        ("reference_no", "18"),
        ("currency", "SEK"),
        ("disbursed", "1000.00"),
        ("principal_repaid", "115.00"),
        ("outstanding", "885.00"),
        ("open_receivables", "85.00"),
        ("unallocated", "0.00"),
    ] {
        assert_eq!(told[name], expected, "{name}");
    }
    let states: Vec<&str> = told["receivables"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["state"].as_str())
        .collect();
    assert_eq!(states, ["PAID", "CREATED"]);
    let cash = told["cash"].as_array().expect("a list");
    assert_eq!(
        (cash.len(), &cash[0]["cash_reference"]),
        (2, &reference(&first).into())
    );
    assert_eq!(cash[0]["allocations"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        desk.refused("loan.inquire", "contract_no=L9"),
        "not_found:contract_no"
    );
}

#[test]
fn what_is_allowed_next_is_what_is_not_refused() {
    let rows = [
        ("CREATED", "accept", "cancel", "loan.repayment"),
        ("ACCEPTED", "ready", "cancel", "loan.contract accept"),
        (
            "WAITING_FOR_ACTIVATION",
            "activate",
            "cancel",
            "loan.disburse",
        ),
        ("ACTIVE", "replace", "block", "loan.contract cancel"),
        ("BLOCKED", "unblock", "unblock", "loan.disburse"),
    ];
    for (state, one, other, not) in rows {
        let shown = Desk::with(state).show("L1");
        let allowed: Vec<&str> = shown["allowed"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|word| word.as_str())
            .collect();
        for action in [one, other] {
            assert!(
                allowed.contains(&format!("loan.contract {action}").as_str()),
                "{state}: {allowed:?}"
            );
        }
        assert!(!allowed.contains(&not), "{state}: {allowed:?}");
    }
}

#[test]
fn every_entity_shows_itself_and_has_a_row_for_its_columns() {
    let mut desk = Desk::with("WAITING_FOR_ACTIVATION");
    desk.good("loan.person", "person_id=P1 first_name=Eva");
    desk.good("loan.product", "loan_type=ANN status=OPEN");
    desk.act("activate");
    desk.owe("L1", "R1", "2026-11-30", "", "7");
    desk.good(
        "loan.invoice",
        "contract_no=L1 receivable_no=R1 invoice_no=I1 reference_no=18",
    );
    desk.good(
        "loan.credit-note",
        "contract_no=L1 invoice_no=I1 credit_note_no=N1 amount=5 currency=SEK",
    );
    desk.pay("reference_no=18 amount=10");
    desk.pay("reference_no=26 amount=10");
    for (word, space) in LINE.entities {
        let header = export_header(*space).expect("columns");
        let all: Vec<(&String, &String)> = desk
            .book
            .entities
            .iter()
            .filter(|((of, _), _)| of == space)
            .map(|((_, key), state)| (key, state))
            .collect();
        assert!(!all.is_empty(), "{word}");
        for (key, state) in all {
            let shown = show(*space, key, state, &desk.on_this_day()).expect("our own state");
            assert_eq!(
                shown.as_object().and_then(|map| map.values().next()),
                Some(&key.as_str().into())
            );
            assert!(
                shown["state"].is_string() && shown["allowed"].is_array(),
                "{shown}"
            );
            let row = export_row(*space, key, state).expect("our own state");
            assert_eq!(row.len(), header.len(), "{word}");
            assert_eq!(row[0], OrderValue::Text(key.as_str().into()));
        }
    }
    let header = export_header(LOAN).expect("columns");
    let at = header
        .iter()
        .position(|name| *name == "unallocated")
        .expect("a column");
    let state = &desk.book.entities[&(LOAN, "L1".to_owned())];
    let row = export_row(LOAN, "L1", state).expect("our own state");
    assert!(matches!(&row[at], OrderValue::Amount(amount, _) if amount.to_string() == "8.00"));
    assert!(export_header(crate::line::loan::REFERENCE).is_err());
    assert!(show(CASH, "x", "{}", &desk.on_this_day()).is_err());
}

#[test]
fn what_a_contract_takes_depends_on_the_day() {
    let mut desk = Desk::with("ACTIVE");
    let takes = |desk: &Desk, what: &str| {
        let allowed = desk.show("L1")["allowed"].clone();
        allowed.as_array().expect("a list").contains(&what.into())
    };
    assert!(takes(&desk, "loan.default"), "R1 is overdue");
    desk.pay("reference_no=18 amount=110 bank_reference=B1");
    assert!(!takes(&desk, "loan.default"), "nothing is owed");
    desk.owe("L1", "R2", "2026-12-10", "100", "");
    assert!(!takes(&desk, "loan.default"), "not yet overdue");
    let refused = desk.send("loan.contract", "contract_no=L1 action=ready");
    let hint = &refused.findings[0].hint;
    assert!(hint.contains("in state `ACTIVE`"), "{hint}");
    assert!(!hint.contains("loan.default"), "{hint}");
    desk.today = day("2026-12-10");
    assert!(
        !takes(&desk, "loan.default"),
        "the due date is a day to pay on"
    );
    desk.today = day("2026-12-11");
    assert!(takes(&desk, "loan.default"));
}

#[test]
fn show_says_what_an_inquiry_is_answered_with() {
    let mut desk = Desk::with("ACTIVE");
    desk.pay("reference_no=18 amount=110 bank_reference=B1");
    desk.owe("L1", "R2", "2026-12-10", "100", "");
    let asked = desk.good("loan.inquire", "contract_no=L1");
    let reply = asked.reply.expect("a reply");
    assert_eq!(reply["cash"].as_array().map(Vec::len), Some(1));
    assert_eq!(reply["receivables"].as_array().map(Vec::len), Some(2));
    let state = desk.book.entities[&(LOAN, "L1".to_owned())].clone();
    let mut book = desk.book.clone();
    let shown = crate::line::show_whole(LOAN, "L1", &state, &desk.on_this_day(), &mut book);
    assert_eq!(shown.expect("our own state"), reply);
}

#[test]
fn a_personal_number_is_named_so() {
    assert!(LINE.personal.contains(&"identity_no") && LINE.personal.contains(&"idNumber"));
}
