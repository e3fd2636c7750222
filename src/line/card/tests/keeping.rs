//! What is kept of a contract and its members, and what is told of a change.

use serde_json::json;

use super::book::{add, told};
use super::{Desk, codes};

#[test]
fn only_what_is_sent_changes() {
    let mut desk = Desk::with("SIGNED");
    let fields = "contract_ref=K1 branch_code=B2 flag.general=true flag.sms=false flag.person=false \
        channel.statementType=web free_cards=2 free_cards_primary_impacted=true waive_fees=false \
        reimburse_membership_fee=true fee_anniversary=2027-01-01 specific.colour=blue";
    let decision = desk.good("contract.update", fields);
    let mut changed = told(&decision);
    assert_eq!(
        changed["contractIdentifier"]["issuerContractExternalReference"],
        "K1"
    );
    changed
        .as_object_mut()
        .expect("an object")
        .remove("contractIdentifier");
    let expected = json!({
        "issuerBranchCode": "B2",
        "advertisementFlags": { "general": true, "sms": false },
        "dataAnalysisFlags": { "person": false },
        "deliveryChannel": { "statementType": "WEB" },
        "numberOfFreeCards": 2,
        "numberOfFreeCardsPrimaryCardImpacted": true,
        "waiveFees": false,
        "reimburseMembershipFee": true,
        "membershipFeeAnniversaryDate": "2027-01-01",
        "specificFields": { "colour": "blue" },
    });
    assert_eq!(changed, expected);
    assert!(
        desk.good("contract.update", fields).events.is_empty(),
        "nothing new"
    );
    let decision = desk.good(
        "contract.update",
        "contract_ref=K1 flag.general=false specific.colour=<clear> branch_code=<clear>",
    );
    let changed = told(&decision);
    assert_eq!(changed["advertisementFlags"], json!({ "general": false }));
    assert_eq!(changed["specificFields"], json!({ "colour": null }));
    assert_eq!(changed["issuerBranchCode"], json!(null));
    let show = desk.show("K1");
    assert_eq!(
        (&show["flag.general"], &show["flag.sms"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        (show.get("specific.colour"), show.get("branch_code")),
        (None, None)
    );
    let answer = desk.inquire();
    assert_eq!(answer["deliveryChannel"]["statementType"], "WEB");
    assert_eq!(answer["numberOfFreeCardsPrimaryCardImpacted"], true);
    for field in [
        "channel.statementType=FAX",
        "free_cards=-1",
        "flag.general=maybe",
    ] {
        assert_ne!(
            desk.refused("contract.update", &format!("contract_ref=K1 {field}")),
            "",
            "{field}"
        );
    }
}

#[test]
fn one_address_is_set_on_every_member() {
    let mut desk = Desk::with("SIGNED");
    desk.good("contract.add-card", &add("2"));
    let address = "contract_ref=K1 address_label=MAIN~POSTAL~ADDRESS address_type=POSTAL~MAIL address_start_date=2026-12-01 \
        address_line1=50_Avenue address_line3=x address_line4=y address_line5=z building_number=50 street_name=Avenue \
        postal_code=75010 city=PARIS address_country=FR";
    let decision = desk.good("contract.addresses", address);
    assert_eq!(
        told(&decision)["customers"]
            .as_array()
            .expect("a list")
            .len(),
        2
    );
    for no in ["P1", "P2"] {
        let addresses = desk.customer(no)["addresses"].clone();
        assert_eq!(
            addresses.as_array().expect("a list").len(),
            1,
            "in place of the older one"
        );
        for (name, expected) in [
            ("city", "PARIS"),
            ("address_line1", "50 Avenue"),
            ("address_line5", "z"),
            ("building_number", "50"),
            ("address_start_date", "2026-12-01"),
            ("address_country", "FR"),
        ] {
            assert_eq!(addresses[0][name], expected, "{no} {name}");
        }
        assert_eq!(addresses[0].get("address_line2"), None);
    }
    desk.good(
        "contract.addresses",
        "contract_ref=K1 address_label=HOME street_name=Kai address_country=DE",
    );
    assert_eq!(
        desk.customer("P1")["addresses"]
            .as_array()
            .expect("a list")
            .len(),
        2
    );
    let said = desk.refused(
        "contract.addresses",
        "contract_ref=K1 address_label=HOME city=Ulm",
    );
    assert_eq!(said, "required:address_line1 required:address_country");
}

#[test]
fn a_document_is_of_a_member_and_in_force() {
    let document =
        |more: &str| format!("contract_ref=K1 document_type=Passport document_no=9512345 {more}");
    for (fields, expected) in [
        (
            "customer_ref=P1 issue_date=2016-10-13 expiry_date=2026-11-21 legitimated=true",
            "",
        ),
        (
            "customer_ref=P1 issue_date=2026-11-20 expiry_date=2026-11-21",
            "",
        ),
        (
            "customer_ref=P1 issue_date=2026-11-21 expiry_date=2027-11-21",
            "date_order:issue_date",
        ),
        (
            "customer_ref=P1 issue_date=2016-10-13 expiry_date=2026-11-20",
            "date_order:expiry_date",
        ),
        (
            "customer_ref=P1 issue_date=2016-10-13 expiry_date=2016-10-13",
            "date_order:expiry_date",
        ),
        (
            "customer_ref=P9 issue_date=2016-10-13 expiry_date=2030-01-01",
            "not_a_member:customer_ref",
        ),
    ] {
        let mut desk = Desk::with("SIGNED");
        let said = codes(&desk.send("contract.legitimacy-document", &document(fields)));
        assert_eq!(said, expected, "{fields}");
    }
    let mut desk = Desk::with("SIGNED");
    let first = document("customer_ref=P1 issue_date=2016-10-13 expiry_date=2030-01-01");
    desk.good("contract.legitimacy-document", &first);
    assert!(
        desk.good("contract.legitimacy-document", &first)
            .events
            .is_empty()
    );
    let newer = first.replace("9512345", "9999").replace("2016", "2020");
    desk.good("contract.legitimacy-document", &newer);
    desk.good(
        "contract.legitimacy-document",
        &newer.replace("Passport", "IdentityCard"),
    );
    let kept = desk.customer("P1")["documents"].clone();
    let kept: Vec<&str> = kept
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["document_no"].as_str())
        .collect();
    assert_eq!(kept, ["9999", "9999"], "replaced by type, added by type");
}

#[test]
fn what_is_kept_reads_back_the_same() {
    let mut desk = Desk::with("SUSPENDED");
    desk.good(
        "contract.balance",
        "contract_ref=K1 account_ref=A-K1 balance=1 currency=EUR as_of=2026-11-20",
    );
    for ((space, key), state) in &desk.book.entities {
        if *space == super::super::CONTRACT {
            let contract: super::super::entity::Contract =
                crate::line::work::parse(state).expect("ours");
            assert_eq!(
                &serde_json::to_string(&contract).expect("JSON"),
                state,
                "{key}"
            );
        }
    }
}

#[test]
fn an_export_has_a_cell_for_each_column() {
    use super::super::{CONTRACT, CUSTOMER, export_header, export_row};
    use crate::model::decision::OrderValue;
    let mut desk = Desk::with("SIGNED");
    desk.good(
        "contract.balance",
        "contract_ref=K1 account_ref=A-K1 balance=1.5 currency=EUR as_of=2026-11-20",
    );
    for (space, key, expected) in [
        (
            CONTRACT,
            "K1",
            &[
                ("root_account_ref", "R-K1"),
                ("balance", "1.50"),
                ("card_accounts", "A-K1"),
                ("card_expiry", "2031-11-30"),
            ][..],
        ),
        (
            CUSTOMER,
            "P1",
            &[
                ("last_name", "Smith"),
                ("address_line1", "Belziger 70"),
                ("state", "exists"),
            ],
        ),
    ] {
        let header = export_header(space).expect("an entity's");
        let row =
            export_row(space, key, &desk.book.entities[&(space, key.to_owned())]).expect("ours");
        assert_eq!(header.len(), row.len());
        for (name, text) in expected {
            let at = header
                .iter()
                .position(|column| column == name)
                .expect("a column");
            let found = match &row[at] {
                OrderValue::Text(found) => found.to_string(),
                OrderValue::Amount(amount, _) => amount.to_string(),
            };
            assert_eq!(found, *text, "{name}");
        }
    }
    assert!(export_header(super::super::IBAN).is_err());
}

#[test]
fn an_export_sums_what_accounts_hold_whatever_that_is() {
    use super::super::{CONTRACT, export_header, export_row};
    use crate::model::decision::OrderValue;
    let mut desk = Desk::with("SIGNED");
    for no in 0..10 {
        let account = format!("contract_ref=K1 account_ref=B{no}");
        let more = format!("contract_ref=K1 extension=EXT card_account_ref=B{no}");
        desk.good("contract.add-card", &more);
        let held = "balance=9999999999999999999999999999 currency=JPY as_of=2026-11-20";
        desk.good("contract.balance", &format!("{account} {held}"));
    }
    let state = &desk.book.entities[&(CONTRACT, "K1".to_owned())];
    let row = export_row(CONTRACT, "K1", state).expect("ours");
    let header = export_header(CONTRACT).expect("an entity's");
    let at = header.iter().position(|name| *name == "balance");
    let OrderValue::Text(sum) = &row[at.expect("a column")] else {
        panic!("more digits than an amount has");
    };
    assert_eq!(&**sum, "99999999999999999999999999990");
}
