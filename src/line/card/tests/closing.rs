//! Suspension, closing, and the transfers of what accounts hold.

use super::book::{add, column, told};
use super::{Desk, codes, create, events};
use crate::model::Outcome;

fn balance(desk: &mut Desk, account: &str, amount: &str, as_of: &str) -> String {
    let fields = format!(
        "contract_ref=K1 account_ref={account} balance={amount} currency=EUR as_of={as_of}"
    );
    codes(&desk.send("contract.balance", &fields))
}

/// The transfers of a decision, as `amount account`.
fn transfers(decision: &crate::model::Decision) -> Vec<String> {
    let all = decision.orders.iter();
    let all = all.filter(|order| order.kind == "OutgoingCreditTransfer");
    all.map(|order| {
        assert_eq!(order.status.as_str(), "ordered");
        assert!(!column(order, "last_name").is_empty(), "whom it is paid to");
        format!("{} {}", column(order, "amount"), column(order, "iban"))
    })
    .collect()
}

#[test]
fn a_suspension_blocks_and_its_end_frees_what_it_blocked_and_nothing_else() {
    let mut desk = Desk::new();
    desk.good("contract.create", &create("K1", "CREATED"));
    desk.good("contract.add-card", &add("2"));
    // One card in use, one not yet.
    let key = (super::super::CONTRACT, "K1".to_owned());
    let state =
        desk.book.entities[&key].replacen("\"status\":\"CREATED\"", "\"status\":\"ACTIVE\"", 1);
    desk.book.entities.insert(key, state);
    assert_eq!(desk.cards("card_status"), "ACTIVE CREATED");
    let decision = desk.good("contract.suspend", "contract_ref=K1 reimburse_fees=true");
    assert_eq!(desk.cards("card_status"), "BLOCKED CREATED");
    let told = told(&decision);
    assert_eq!(told["contract"]["feesSuppressed"], true);
    assert_eq!(told["contract"]["reimburseFees"], true);
    assert_eq!(
        told["contract"]["closingDate"],
        "2026-12-01T00:00:00.000+00:00"
    );
    assert_eq!(desk.dues(), ["2026-12-01 contract.close-suspended"]);
    for card in desk.inquire()["cardContracts"].as_array().expect("a list") {
        assert_eq!(card["newCardRenewalAllowed"], false);
        assert_eq!(card["newCardReplacementAllowed"], false);
    }
    for account in desk.inquire()["accounts"].as_array().expect("a list") {
        assert_eq!(account["feesSuppressed"], true);
    }
    // The last day on which it can be taken back.
    assert!(desk.to("2026-11-30").is_empty());
    desk.good("contract.cancel-suspension", "contract_ref=K1");
    assert_eq!(desk.cards("card_status"), "ACTIVE CREATED");
    assert_eq!(desk.dues(), [""; 0]);
    for card in desk.inquire()["cardContracts"].as_array().expect("a list") {
        assert_eq!(card["newCardRenewalAllowed"], true);
    }
    assert_eq!(
        desk.inquire()["accounts"][0]["feesSuppressed"],
        true,
        "that is no blocking"
    );
}

#[test]
fn a_suspension_that_nobody_takes_back_closes() {
    let mut desk = Desk::new();
    desk.good("contract.create", &create("K1", "CREATED"));
    desk.good("contract.suspend", "contract_ref=K1");
    let carried = desk.to("2026-12-04");
    let [(on, what, decision)] = &carried[..] else {
        panic!("{} things were done", carried.len());
    };
    // Ten days, and the first day after them, whenever the run is.
    assert_eq!((&**on, &**what), ("2026-12-01", "contract.close-suspended"));
    assert_eq!(decision.outcome, Outcome::Accepted);
    let show = desk.show("K1");
    assert_eq!(
        (&show["closed_by"], &show["closing_date"]),
        (&"SUSPENSION".into(), &"2026-12-01".into())
    );
    assert_eq!(
        (desk.cards("card_status"), desk.cards("status")),
        ("DEACTIVATED".into(), "CLOSED".into())
    );
    assert_eq!(desk.accounts("status"), "CLOSED CLOSED");
    assert!(
        show["status_date"]
            .as_str()
            .expect("an instant")
            .starts_with("2026-12-01T")
    );
}

#[test]
fn an_immediate_closing_ends_everything() {
    for state in ["AWAITING_SIGNATURE", "SIGNED", "SUSPENDED"] {
        let mut desk = Desk::with(state);
        assert_eq!(balance(&mut desk, "A-K1", "12.3", "2026-11-19"), "");
        let fields = "contract_ref=K1 delay_type=IMMEDIATE closing_reason=EXPIRED comment=bye";
        let decision = desk.good("contract.close", fields);
        assert_eq!(events(&decision), ["contract.closed CLOSED"]);
        assert_eq!(
            transfers(&decision),
            ["12.30 EUR DE02500105174128973163"],
            "{state}"
        );
        assert_eq!(
            (desk.cards("card_status"), desk.accounts("status")),
            ("DEACTIVATED".into(), "CLOSED CLOSED".into())
        );
        let show = desk.show("K1");
        assert_eq!(
            (&show["closing_reason"], &show["comment"]),
            (&"EXPIRED".into(), &"bye".into())
        );
        assert_eq!(show["closing_date"], "2026-11-20");
        assert_eq!(show["allowed"], serde_json::json!(["contract.inquire"]));
        assert_eq!(desk.dues(), [""; 0]);
    }
}

#[test]
fn a_scheduled_closing_comes_on_its_day() {
    let mut desk = Desk::with("SIGNED");
    let fields = "contract_ref=K1 delay_type=SCHEDULED closing_date=2026-11-23 closing_reason=MOVED comment=later";
    let decision = desk.good("contract.close", fields);
    assert_eq!(
        (decision.outcome, &*decision.state),
        (Outcome::Scheduled, "SIGNED")
    );
    assert_eq!(
        desk.cards("card_status"),
        "ACTIVE",
        "nothing changes until then"
    );
    let answer = desk.inquire();
    assert_eq!(answer["closureDelayType"], "SCHEDULED");
    assert_eq!(
        (&answer["closingReason"], &answer["closingComment"]),
        (&"MOVED".into(), &"later".into())
    );
    assert!(desk.to("2026-11-22").is_empty());
    let carried = desk.to("2026-11-25");
    assert_eq!((carried.len(), &*carried[0].0), (1, "2026-11-23"));
    assert_eq!(desk.show("K1")["closed_by"], "SCHEDULED");
}

#[test]
fn a_closing_needs_a_day_to_come() {
    for (fields, expected) in [
        ("delay_type=SCHEDULED", "closing_date_required:closing_date"),
        (
            "delay_type=SCHEDULED closing_date=2026-11-20",
            "closing_date_passed:closing_date",
        ),
        (
            "delay_type=SCHEDULED closing_date=2026-11-19",
            "closing_date_passed:closing_date",
        ),
        (
            "delay_type=IMMEDIATE closing_date=2026-11-21",
            "conflicting_fields:closing_date",
        ),
        (
            "delay_type=AT~CARD~EXPIRY closing_date=2026-11-21",
            "conflicting_fields:closing_date",
        ),
        ("delay_type=SOON", "unknown_code:delay_type"),
        ("delay_type=SCHEDULED closing_date=2026-11-21", ""),
        ("delay_type=IMMEDIATE closing_date=2026-11-20", ""),
    ] {
        let said = codes(
            &Desk::with("SIGNED").send("contract.close", &format!("contract_ref=K1 {fields}")),
        );
        assert_eq!(said, expected, "{fields}");
    }
}

#[test]
fn the_day_after_the_latest_card_closes() {
    let mut desk = Desk::new();
    desk.good("contract.create", &create("K1", "CREATED"));
    desk.good(
        "contract.close",
        "contract_ref=K1 delay_type=AT~CARD~EXPIRY",
    );
    assert_eq!(desk.dues(), ["2027-02-01 contract.close-scheduled"]);
    // A later card moves it.
    desk.to("2026-12-15");
    let decision = desk.good("contract.add-card", &add("2"));
    assert_eq!(
        told(&decision)["contract"]["closingDate"],
        "2027-03-01T00:00:00.000+00:00"
    );
    assert_eq!(desk.dues(), ["2027-03-01 contract.close-scheduled"]);
    let carried = desk.to("2027-03-02");
    assert_eq!((carried.len(), &*carried[0].0), (1, "2027-03-01"));
    assert_eq!(desk.show("K1")["closed_by"], "AT_CARD_EXPIRY");
    // A card that is over is nothing to wait for.
    let mut desk = Desk::new();
    desk.good("contract.create", &create("K1", "CREATED"));
    desk.to("2027-02-01");
    let said = desk.refused(
        "contract.close",
        "contract_ref=K1 delay_type=AT~CARD~EXPIRY",
    );
    assert_eq!(said, "closing_date_passed:delay_type");
}

#[test]
fn the_earlier_date_closes_and_each_is_taken_back_by_itself() {
    let scheduled = "contract_ref=K1 delay_type=SCHEDULED closing_date=";
    // The suspension's day, 2026-12-21, is the earlier one.
    let mut desk = Desk::with("SIGNED");
    desk.good("contract.close", &format!("{scheduled}2027-01-31"));
    desk.good("contract.suspend", "contract_ref=K1");
    assert_eq!(
        desk.dues(),
        [
            "2026-12-21 contract.close-suspended",
            "2027-01-31 contract.close-scheduled"
        ]
    );
    let mut other = desk.clone();
    assert_eq!(other.to("2027-02-01")[0].0, "2026-12-21");
    assert_eq!(other.show("K1")["closed_by"], "SUSPENSION");
    desk.good("contract.cancel-suspension", "contract_ref=K1");
    assert_eq!(
        desk.dues(),
        ["2027-01-31 contract.close-scheduled"],
        "it drops only its own"
    );
    desk.good("contract.cancel-close", "contract_ref=K1");
    assert_eq!(desk.dues(), [""; 0]);
    // The scheduled day is.
    let mut desk = Desk::with("SIGNED");
    desk.good("contract.close", &format!("{scheduled}2026-12-01"));
    desk.good("contract.suspend", "contract_ref=K1");
    let carried = desk.clone().to("2027-02-01");
    assert_eq!(
        (carried.len(), &*carried[0].0, &*carried[0].1),
        (1, "2026-12-01", "contract.close-scheduled")
    );
    desk.good("contract.cancel-close", "contract_ref=K1");
    assert_eq!(desk.dues(), ["2026-12-21 contract.close-suspended"]);
    // On the same day one of them does.
    let mut desk = Desk::with("SIGNED");
    desk.good("contract.close", &format!("{scheduled}2026-12-21"));
    desk.good("contract.suspend", "contract_ref=K1");
    assert_eq!(desk.to("2026-12-21").len(), 1);
}

#[test]
fn what_accounts_hold_is_transferred_once() {
    let mut desk = Desk::with("SIGNED");
    desk.good(
        "contract.add-card",
        &format!("{} card_account_ref=A2 iban=NL91ABNA0417164300", add("2")),
    );
    assert_eq!(balance(&mut desk, "A-K1", "100.40", "2026-11-18"), "");
    assert_eq!(balance(&mut desk, "R-K1", "-5", "2026-11-18"), "");
    assert_eq!(balance(&mut desk, "A2", "0.01", "2026-11-18"), "");
    let decision = desk.good("contract.suspend", "contract_ref=K1");
    assert_eq!(
        transfers(&decision),
        [
            "100.40 EUR DE02500105174128973163",
            "0.01 EUR NL91ABNA0417164300"
        ]
    );
    assert_eq!(desk.accounts("balance"), "0.00 -5.00 0.00");
    // Reports of the time before the transfer are not used, nor one of its own day.
    for as_of in ["2026-11-17", "2026-11-19", "2026-11-20"] {
        assert_eq!(
            balance(&mut desk, "A-K1", "100.40", as_of),
            "balance_ignored:as_of"
        );
    }
    assert_eq!(desk.accounts("balance"), "0.00 -5.00 0.00");
    let decision = desk.good("contract.cancel-suspension", "contract_ref=K1");
    assert!(decision.orders.is_empty(), "it is not recalled");
    assert_eq!(desk.accounts("balance"), "0.00 -5.00 0.00");
    desk.to("2026-11-22");
    assert_eq!(balance(&mut desk, "A-K1", "7", "2026-11-21"), "");
    let decision = desk.good("contract.close", "contract_ref=K1 delay_type=IMMEDIATE");
    assert_eq!(transfers(&decision), ["7.00 EUR DE02500105174128973163"]);
}

#[test]
fn a_transfer_names_the_bank_of_its_number_or_none() {
    let mut desk = Desk::new();
    desk.good(
        "contract.create",
        &format!("{} bic=DEUTDEFF", create("K1", "DEBIT")),
    );
    for (account, bank) in [
        ("A2", "iban=NL91ABNA0417164300"),
        (
            "A3",
            "iban=NL91ABNA0417164300 bic=ABNANL2A parent_account_ref=A2",
        ),
        ("A4", "iban=FR1420041010050500013M02606"),
        ("A5", "parent_account_ref=A4"),
        ("A6", ""),
    ] {
        let fields = format!("contract_ref=K1 extension=EXT card_account_ref={account} {bank}");
        desk.good("contract.add-card", &fields);
        assert_eq!(balance(&mut desk, account, "1", "2026-11-18"), "");
    }
    let decision = desk.good("contract.suspend", "contract_ref=K1");
    let orders = decision.orders.iter();
    let banks: Vec<String> = orders
        .map(|order| format!("{} {}", column(order, "iban"), column(order, "bic")))
        .collect();
    assert_eq!(
        banks,
        [
            "NL91ABNA0417164300 ABNANL2A",
            "NL91ABNA0417164300 ABNANL2A",
            "FR1420041010050500013M02606 ",
            "FR1420041010050500013M02606 ",
            "DE02500105174128973163 DEUTDEFF",
        ]
    );
}

#[test]
fn a_balance_is_as_of_a_day_and_in_the_accounts_currency() {
    let mut desk = Desk::with("SIGNED");
    assert_eq!(balance(&mut desk, "A-K1", "10", "2026-11-18"), "");
    assert_eq!(
        balance(&mut desk, "A-K1", "11", "2026-11-18"),
        "",
        "the same day: corrected"
    );
    assert_eq!(
        balance(&mut desk, "A-K1", "12", "2026-11-17"),
        "balance_ignored:as_of"
    );
    assert_eq!(desk.accounts("balance"), "11.00 -");
    assert_eq!(
        balance(&mut desk, "A-K1", "13", "2026-11-21"),
        "out_of_range:as_of"
    );
    assert_eq!(
        balance(&mut desk, "A-K9", "13", "2026-11-20"),
        "not_found:account_ref"
    );
    let fields = "contract_ref=K1 account_ref=A-K1 balance=13 currency=SEK as_of=2026-11-20";
    assert_eq!(
        desk.refused("contract.balance", fields),
        "currency_not_allowed:currency"
    );
}
