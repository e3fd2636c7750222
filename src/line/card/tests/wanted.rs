//! What a record wants: a card, an account, or both, and whether it was asked for before.

use super::Desk;
use super::book::{add, create};
use crate::model::Outcome;

/// A request creates a contract and orders further cards with it; the request comes again, or another of that name.
#[test]
fn a_further_card_of_a_request_that_made_no_contract_is_not_made() {
    let further = |back: u32, fields: &str| {
        format!("contract_ref=K1 extension=EXT behind_create={back} {fields}")
    };
    let mut desk = Desk::new();
    let order = create("K1", "DEBIT");
    desk.good("contract.create", &order);
    // Two that say the same are two.
    let first = desk.good("contract.add-card", &further(1, ""));
    desk.good("contract.add-card", &further(2, ""));
    let signed = desk.clone();
    assert_eq!(
        desk.cards("indicator"),
        "PRINCIPAL SUPPLEMENTARY SUPPLEMENTARY"
    );

    assert_eq!(desk.refused("contract.create", &order), "already_exists");
    for back in [1, 2] {
        let again = desk.send("contract.add-card", &further(back, ""));
        assert_eq!(again.outcome, Outcome::Duplicate);
        assert_eq!(again.findings, []);
        let named = |decision: &crate::model::Decision| {
            let mut named: Vec<_> = decision.references.clone();
            named.retain(|(what, _)| *what != "card_account");
            named
        };
        assert_eq!(named(&again) == named(&first), back == 1);
        assert_eq!(again.references.len(), 5);
        let reply = again.reply.expect("the contract");
        assert_eq!(reply["cardContracts"].as_array().expect("a list").len(), 3);
    }
    // What the request did not order then, and what it says otherwise.
    for fields in [
        further(3, ""),
        further(2, "embossing_name=X"),
        further(999, ""),
    ] {
        let refused = desk.refused("contract.add-card", &fields);
        assert_eq!(refused, "already_exists:contract_ref", "{fields}");
    }
    // By itself it is one more.
    desk.good("contract.add-card", "contract_ref=K1 extension=EXT");

    // The same of one that is closed; and there it is no card more.
    let mut desk = signed;
    desk.good("contract.close", "contract_ref=K1 delay_type=IMMEDIATE");
    let again = desk.send("contract.add-card", &further(1, ""));
    assert_eq!(again.outcome, Outcome::Duplicate);
    assert_eq!(again.state, "CLOSED");
    let refused = desk.refused("contract.add-card", &further(3, ""));
    assert_eq!(refused, "is_closed already_exists:contract_ref");
}

/// Where the rest does not say whether there is to be a card, or a new account, the record can.
#[test]
fn what_is_wanted_can_be_said_outright() {
    let iban = "iban=NL91ABNA0417164300";
    for (fields, expected, accounts, cards) in [
        ("card_account_ref=A2", "", 1, 0),
        ("card_account_ref=A2 new_card=true", "", 1, 1),
        (
            "card_account_ref=A2 new_card=true new_account=true",
            "",
            1,
            1,
        ),
        ("card_account_ref=A2 new_card=false", "", 1, 0),
        ("card_account_ref=A-K1 new_card=true", "", 0, 1),
        (
            "card_account_ref=A-K1 new_card=true new_account=false",
            "",
            0,
            1,
        ),
        ("new_card=true new_account=false", "", 0, 1),
        (
            "card_account_ref=A2 new_card=true new_account=false",
            "not_found:card_account_ref",
            0,
            0,
        ),
        (
            "card_account_ref=A-K1",
            "already_exists:card_account_ref",
            0,
            0,
        ),
        (
            "card_account_ref=A-K1 new_account=true",
            "already_exists:card_account_ref",
            0,
            0,
        ),
        (
            "card_account_ref=R-K1 new_card=true",
            "not_a_card_account:card_account_ref",
            0,
            0,
        ),
        ("new_card=false", "required:card_account_ref", 0, 0),
        ("new_account=true", "required:card_account_ref", 0, 0),
        (
            "card_account_ref=A2 new_card=false card_ref=X",
            "conflicting_fields:new_card",
            0,
            0,
        ),
    ] {
        let mut desk = Desk::with("SIGNED");
        let told = desk.refused(
            "contract.add-card",
            &format!("contract_ref=K1 extension=EXT {fields}"),
        );
        assert_eq!(told, expected, "{fields}");
        let show = desk.show("K1");
        let count = |name: &str| show[name].as_array().expect("a list").len();
        assert_eq!(
            (count("accounts"), count("cards")),
            (2 + accounts, 1 + cards),
            "{fields}"
        );
    }
    // Two cards of one request share the account that it brings, which is the same in both; no record is taken twice.
    let mut desk = Desk::with("SIGNED");
    let both = |more: &str| {
        format!(
            "contract_ref=K1 extension=EXT card_account_ref=A2 new_card=true new_account=true {more}"
        )
    };
    desk.good("contract.add-card", &both(iban));
    desk.good(
        "contract.add-card",
        &both(&format!("{iban} embossing_name=X")),
    );
    for more in [
        iban,
        "iban=DE89370400440532013000 embossing_name=Y",
        "parent_account_ref=A-K1 embossing_name=Y",
        "bic=INGDDEFFXXX embossing_name=Y",
    ] {
        assert_eq!(
            desk.refused("contract.add-card", &both(more)),
            "already_exists:card_account_ref",
            "{more}"
        );
    }
    let show = desk.show("K1");
    assert_eq!(show["accounts"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        show["cards"][2]["account_reference"],
        show["accounts"][2]["account_reference"]
    );
}

#[test]
fn a_document_comes_with_a_member() {
    let document =
        "document_type=Passport document_no=X1 issue_date=2020-01-01 expiry_date=2030-01-01";
    let account = "card_account_ref=A2";
    for (fields, expected) in [
        (
            format!(
                "{} {account} new_card=false",
                add("2").replace("card_contract_ref=CC2", "")
            ),
            "not_a_member:owner_customer_ref",
        ),
        (add("2"), ""),
        (format!("contract_ref=K1 extension=EXT {account}"), ""),
    ] {
        let mut desk = Desk::with("SIGNED");
        assert_eq!(
            desk.refused("contract.add-card", &format!("{fields} {document}")),
            expected,
            "{fields}"
        );
    }
}

#[test]
fn an_account_comes_with_a_model_of_either_fee() {
    let models = "card_account_ref=A2 fee_model=M1 fee_type=MEMBERSHIP~FEE fee_model2";
    for (fields, expected) in [
        ("S1 fee_type2=ACCOUNT~SETUP~FEE", ""),
        (
            "M9 fee_type2=ACCOUNT~SETUP~FEE",
            "fee_model_not_allowed:fee_model2",
        ),
        (
            "M2 fee_type2=MEMBERSHIP~FEE",
            "conflicting_fields:fee_type2",
        ),
        ("S1", "required:fee_type2"),
    ] {
        let mut desk = Desk::with("SIGNED");
        let fields = format!("contract_ref=K1 extension=EXT {models}={fields}");
        assert_eq!(
            desk.refused("contract.add-card", &fields),
            expected,
            "{fields}"
        );
        let account = &desk.show("K1")["accounts"][2];
        assert_eq!(account.is_null(), !expected.is_empty());
        if expected.is_empty() {
            assert_eq!(account["MEMBERSHIP_FEE"], "M1");
            assert_eq!(account["ACCOUNT_SETUP_FEE"], "S1");
        }
    }
}
