//! Further cards and accounts, fees, and another owner.

use super::book::{add, told};
use super::{Desk, codes};

#[test]
fn a_card_an_account_or_both_are_added() {
    for (fields, accounts, cards) in [
        ("", 0, 1),
        ("card_account_ref=A2 iban=NL91ABNA0417164300", 1, 0),
        ("card_account_ref=A2 card_contract_ref=C2", 1, 1),
        ("embossing_name=JOHN", 0, 1),
        // A further card on an account that is there.
        ("card_account_ref=A-K1 card_ref=X", 0, 1),
    ] {
        let mut desk = Desk::with("SIGNED");
        let fields = format!("contract_ref=K1 extension=EXT {fields}");
        let decision = desk.good("contract.add-card", &fields);
        let new = told(&decision);
        let count = |name: &str| new["contract"][name].as_array().expect("a list").len();
        assert_eq!(
            (count("accounts"), count("cardContracts")),
            (accounts, cards),
            "{fields}"
        );
        assert_eq!(decision.reply.expect("only what is new"), new);
        assert_eq!(decision.orders.len(), cards, "{fields}");
        let show = desk.show("K1");
        let count = |name: &str| show[name].as_array().expect("a list").len();
        assert_eq!(
            (count("accounts"), count("cards")),
            (2 + accounts, 1 + cards),
            "{fields}"
        );
        assert_eq!(desk.cards("indicator").matches("PRINCIPAL").count(), 1);
        assert_eq!(
            desk.accounts("status").matches("ACTIVE").count(),
            2 + accounts
        );
    }
}

#[test]
fn a_new_cardholder_gets_a_supplementary_card_on_the_account_that_is_named() {
    let mut desk = Desk::with("SIGNED");
    let fields = format!(
        "{} card_account_ref=A2 fee_model=M1 fee_type=MEMBERSHIP~FEE document_type=Passport \
         document_no=X1 issue_date=2020-01-01 expiry_date=2030-01-01",
        add("2")
    );
    let decision = desk.good("contract.add-card", &fields);
    assert_eq!(desk.cards("indicator"), "PRINCIPAL SUPPLEMENTARY");
    assert_eq!(desk.cards("customer_ref"), "P1 P2");
    let show = desk.show("K1");
    let account = &show["accounts"][2];
    assert_eq!(account["owner_customer_ref"], "P2");
    assert_eq!(account["guarantor_customer_ref"], "P1");
    assert_eq!(account["MEMBERSHIP_FEE"], "M1");
    assert_eq!(
        account["parent_account"],
        show["accounts"][1]["account_reference"]
    );
    assert_eq!(
        show["cards"][1]["account_reference"],
        account["account_reference"]
    );
    assert_eq!(desk.customer("P2")["documents"][0]["document_no"], "X1");
    assert_eq!(told(&decision)["customers"][0]["lastName"], "Boubou");
    // One account below another.
    let fields = "contract_ref=K1 extension=EXT owner_customer_ref=P2 card_account_ref=A3 parent_account_ref=A2";
    let decision = desk.good("contract.add-card", fields);
    assert_eq!(
        told(&decision)["customers"],
        serde_json::json!([]),
        "known by now"
    );
    let show = desk.show("K1");
    assert_eq!(
        show["accounts"][3]["parent_account"],
        show["accounts"][2]["account_reference"]
    );
}

#[test]
fn what_cannot_be_added_is_told() {
    for (fields, expected) in [
        ("extension=NOPE", "extension_not_allowed:extension"),
        (
            "extension=EXT owner_customer_ref=P9",
            "owner_not_found:owner_customer_ref",
        ),
        (
            "extension=EXT first_name=Eva",
            "required:owner_customer_ref",
        ),
        (
            "extension=EXT address_line1=Kai_1 address_country=SE",
            "required:owner_customer_ref",
        ),
        (
            "extension=EXT iban=NL91ABNA0417164300 bic=ABNANL2A",
            "required:card_account_ref",
        ),
        (
            "extension=EXT card_account_ref=A2 parent_account_ref=A9",
            "not_found:parent_account_ref",
        ),
        (
            "extension=EXT card_account_ref=A-K1",
            "already_exists:card_account_ref",
        ),
        (
            "extension=EXT card_account_ref=A-K1 card_ref=X iban=NL91ABNA0417164300",
            "already_exists:card_account_ref",
        ),
        (
            "extension=EXT card_account_ref=R-K1 card_ref=X",
            "not_a_card_account:card_account_ref",
        ),
        (
            "extension=EXT card_contract_ref=CC2",
            "already_exists:card_contract_ref",
        ),
        ("extension=EXT card_ref=C2", "already_exists:card_ref"),
        ("extension=EXT fee_model=M1", "required:fee_type"),
        (
            "extension=EXT fee_model=M1 fee_type=ACCOUNT~SETUP~FEE",
            "fee_model_not_allowed:fee_model",
        ),
        (
            "extension=EXT document_type=Passport document_no=X issue_date=2020-01-01",
            "required:expiry_date",
        ),
        (
            "extension=EXT document_type=Passport document_no=X issue_date=2020-01-01 expiry_date=2026-11-20",
            "date_order:expiry_date",
        ),
        (
            "extension=EXT embossing_name=A&B",
            "embossing_character:embossing_name",
        ),
        (
            "extension=EXT owner_customer_ref=P9 first_name=Ivan last_name=Иванов birth_date=1980-01-01 address_line1=X address_country=DE",
            "embossing_character:embossing_name",
        ),
    ] {
        let mut desk = Desk::with("SIGNED");
        desk.good("contract.add-card", &format!("{} card_ref=C2", add("2")));
        let said = desk.refused("contract.add-card", &format!("contract_ref=K1 {fields}"));
        assert_eq!(said, expected, "{fields}");
    }
    let mut desk = Desk::new();
    desk.good("contract.create", &super::create("K1", "CREDIT"));
    let said = desk.send("contract.add-card", "contract_ref=K1 extension=EXT");
    assert_eq!(said.findings[0].hint, "the product has no extensions");
}

#[test]
fn a_contract_holds_so_many_cards_and_accounts() {
    let mut desk = Desk::with("SIGNED");
    let both = |no: usize| {
        format!("contract_ref=K1 extension=EXT card_account_ref=B{no} card_contract_ref=D{no}")
    };
    // One card and two accounts were there.
    for no in 0..498 {
        desk.good("contract.add-card", &both(no));
    }
    let more = "contract_ref=K1 extension=EXT card_account_ref=C1";
    let refused = codes(&desk.send("contract.add-card", more));
    assert_eq!(refused, "extension_not_allowed:extension");
    desk.good("contract.add-card", "contract_ref=K1 extension=EXT");
    let refused = codes(&desk.send("contract.add-card", &both(500)));
    assert_eq!(
        refused,
        "extension_not_allowed:extension extension_not_allowed:extension"
    );
}

#[test]
fn a_fee_model_is_of_the_product_and_of_its_type() {
    for (fields, expected) in [
        ("account_ref=A-K1 fee_model=M1 fee_type=MEMBERSHIP~FEE", ""),
        (
            "account_ref=A-K1 fee_model=S1 fee_type=ACCOUNT~SETUP~FEE",
            "",
        ),
        (
            "account_ref=A-K1 fee_model=S1 fee_type=MEMBERSHIP~FEE",
            "fee_model_not_allowed:fee_model",
        ),
        (
            "account_ref=A-K1 fee_model=M9 fee_type=MEMBERSHIP~FEE",
            "fee_model_not_allowed:fee_model",
        ),
        (
            "account_ref=R-K1 fee_model=M1 fee_type=MEMBERSHIP~FEE",
            "not_a_card_account:account_ref",
        ),
        (
            "account_ref=A-K9 fee_model=M1 fee_type=MEMBERSHIP~FEE",
            "not_found:account_ref",
        ),
    ] {
        let mut desk = Desk::with("SIGNED");
        let decision = desk.send("contract.fees", &format!("contract_ref=K1 {fields}"));
        assert_eq!(codes(&decision), expected, "{fields}");
        assert_eq!(decision.events.len(), usize::from(expected.is_empty()));
    }
    let mut desk = Desk::with("SIGNED");
    for model in ["M1", "M2"] {
        let fields =
            format!("contract_ref=K1 account_ref=A-K1 fee_model={model} fee_type=MEMBERSHIP~FEE");
        desk.good("contract.fees", &fields);
        // Said again it is nothing new.
        assert!(desk.good("contract.fees", &fields).events.is_empty());
    }
    let assigned = desk.show("K1")["accounts"][0]["account_reference"].clone();
    let assigned = assigned.as_str().expect("a reference");
    desk.good(
        "contract.fees",
        &format!("contract_ref=K1 account_ref={assigned} fee_model=S1 fee_type=ACCOUNT~SETUP~FEE"),
    );
    let account = &desk.show("K1")["accounts"][0];
    assert_eq!(
        (&account["MEMBERSHIP_FEE"], &account["ACCOUNT_SETUP_FEE"]),
        (&"M2".into(), &"S1".into())
    );
}

#[test]
fn a_supplementary_cardholder_becomes_the_owner() {
    let mut desk = Desk::with("SIGNED");
    desk.good(
        "contract.add-card",
        &format!("{} card_account_ref=A2", add("2")),
    );
    let decision = desk.good(
        "contract.switch-principal",
        "contract_ref=K1 customer_ref=P2",
    );
    assert_eq!(desk.cards("indicator"), "SUPPLEMENTARY PRINCIPAL");
    let show = desk.show("K1");
    assert_eq!(show["owner_customer_ref"], "P2");
    assert_eq!(
        desk.accounts("owner_customer_ref"),
        "P1 P2 P2",
        "the root account goes along"
    );
    assert_eq!(desk.accounts("guarantor_customer_ref"), "P2 P2 P2");
    assert_eq!(
        decision.reply.as_ref(),
        Some(&told(&decision)),
        "the reply lists all changes"
    );
    desk.good(
        "contract.switch-principal",
        "contract_ref=K1 customer_ref=P1",
    );
    assert_eq!(desk.cards("indicator"), "PRINCIPAL SUPPLEMENTARY");
}

#[test]
fn only_a_supplementary_cardholder_can_become_the_owner() {
    let mut desk = Desk::with("SIGNED");
    desk.good("contract.add-card", &add("2"));
    desk.good("contract.add-card", &add("2").replace("CC2", "CC2b"));
    desk.good(
        "contract.add-card",
        &format!(
            "{} card_account_ref=A3",
            add("3").replace(" card_contract_ref=CC3", "")
        ),
    );
    for (fields, expected) in [
        ("customer_ref=P1", "already_principal:customer_ref"),
        ("customer_ref=P3", "not_a_cardholder:customer_ref"),
        ("customer_ref=P9", "not_a_cardholder:customer_ref"),
        ("customer_ref=P2", "required:card_contract_ref"),
        (
            "customer_ref=P2 card_contract_ref=CC9",
            "not_a_cardholder:card_contract_ref",
        ),
        ("customer_ref=P2 card_contract_ref=CC2b", ""),
    ] {
        let said = codes(&desk.send(
            "contract.switch-principal",
            &format!("contract_ref=K1 {fields}"),
        ));
        assert_eq!(said, expected, "{fields}");
    }
    assert_eq!(
        desk.cards("indicator"),
        "SUPPLEMENTARY SUPPLEMENTARY PRINCIPAL"
    );
}

#[test]
fn a_card_is_the_main_one_where_there_is_none() {
    let mut desk = Desk::with("SIGNED");
    let key = (super::super::CONTRACT, "K1".to_owned());
    let state = desk.book.entities[&key].replace("PRINCIPAL", "SUPPLEMENTARY");
    desk.book.entities.insert(key, state);
    desk.good("contract.add-card", &add("2"));
    desk.good("contract.add-card", &add("3"));
    assert_eq!(
        desk.cards("indicator"),
        "SUPPLEMENTARY PRINCIPAL SUPPLEMENTARY"
    );
}
