//! New contracts: what a record must say, what comes of it, and the same request again.

use super::book::{add, column, told};
use super::{Desk, codes, create, events};
use crate::model::Outcome;

/// A good record with this beside it.
fn with(more: &str) -> String {
    format!("{} {more}", create("K1", "DEBIT"))
}

/// A good record without the fields of these names.
fn without(names: &[&str]) -> String {
    let fields = create("K1", "DEBIT");
    let kept = fields.split_whitespace();
    let kept = kept.filter(|field| {
        !names
            .iter()
            .any(|name| field.starts_with(&format!("{name}=")))
    });
    kept.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_contract_is_signed_and_its_card_ordered() {
    let mut desk = Desk::new();
    let decision = desk.good(
        "contract.create",
        &with(
            "sending_mode=Express embossing_line2=Elb~Club/1"
                .replace('~', "_")
                .as_str(),
        ),
    );
    assert_eq!(decision.outcome, Outcome::Accepted);
    assert_eq!(events(&decision), ["contract.created SIGNED"]);
    assert_eq!(desk.accounts("status"), "ACTIVE ACTIVE");
    assert_eq!(desk.accounts("account_ref"), "A-K1 R-K1");
    assert_eq!(
        (desk.cards("card_status"), desk.cards("indicator")),
        ("ACTIVE".into(), "PRINCIPAL".into())
    );
    assert_eq!(desk.cards("expires"), "2031-11-30");
    let [order] = &decision.orders[..] else {
        panic!("one card, one order");
    };
    assert_eq!(
        (order.kind, order.status.as_str()),
        ("CardOrder", "ORDERABLE")
    );
    for (name, expected) in [
        ("sending_mode", "Express"),
        ("embossing_name", "SMITH JOHN"),
        ("embossing_line2", "ELB CLUB/1"),
        ("card_expiry", "2031-11-30"),
        ("address_line1", "Belziger 70"),
        ("address_country", "DE"),
        ("title", "Mr"),
        ("last_name", "Smith"),
        ("card_release_order", "AUTOMATIC"),
        ("amount", ""),
    ] {
        assert_eq!(column(order, name), expected, "{name}");
    }
    let show = desk.show("K1");
    assert_eq!(
        column(order, "contract_reference"),
        show["contract_reference"]
    );
    assert_eq!(
        column(order, "card_contract"),
        desk.cards("card_contract_reference")
    );
    let names: Vec<&str> = decision.references.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "contract",
            "customer",
            "root_account",
            "card_account",
            "card_contract",
            "card"
        ]
    );
}

#[test]
fn a_product_says_what_is_ordered_and_when() {
    for (product, state, status, orders) in [
        ("DEBIT", "SIGNED", "ACTIVE", "CardOrder"),
        ("CREDIT", "SIGNED", "ACTIVE", "CardOrder PinMailer"),
        ("PREPAID", "SIGNED", "ACTIVE", ""),
        ("CREATED", "SIGNED", "CREATED", "CardOrder"),
        ("SIGN", "AWAITING_SIGNATURE", "CREATED", ""),
    ] {
        let mut desk = Desk::new();
        let decision = desk.good("contract.create", &create("K1", product));
        let kinds: Vec<&str> = decision.orders.iter().map(|order| order.kind).collect();
        assert_eq!(
            (&*decision.state, kinds.join(" ")),
            (state, orders.to_owned()),
            "{product}"
        );
        assert_eq!(desk.cards("card_status"), status, "{product}");
    }
    let mut desk = Desk::new();
    desk.good("contract.create", &create("K1", "CREATED"));
    assert_eq!(
        desk.cards("expires"),
        "2027-01-31",
        "two months, to the end of the month"
    );
}

#[test]
fn a_signature_puts_it_in_force_and_orders_the_card() {
    for (activate, status) in [
        ("", "CREATED"),
        ("activate_cards=false", "CREATED"),
        ("activate_cards=true", "ACTIVE"),
    ] {
        let mut desk = Desk::with("AWAITING_SIGNATURE");
        assert_eq!(
            (desk.accounts("status"), desk.cards("status")),
            ("CREATED CREATED".into(), "CREATED".into())
        );
        assert_eq!(desk.show("K1")["signature_date"], serde_json::Value::Null);
        let decision = desk.good("contract.sign", &format!("contract_ref=K1 {activate}"));
        assert_eq!(desk.accounts("status"), "ACTIVE ACTIVE");
        assert_eq!(desk.cards("card_status"), status);
        assert!(desk.show("K1")["signature_date"].is_string());
        let kinds: Vec<&str> = decision.orders.iter().map(|order| order.kind).collect();
        assert_eq!(kinds, ["CardOrder", "PinMailer"]);
    }
    // A card is valid from the day that it is ordered on.
    let mut desk = Desk::with("AWAITING_SIGNATURE");
    assert_eq!(desk.cards("expires"), "2031-11-30");
    desk.to("2027-03-10");
    desk.good("contract.sign", "contract_ref=K1");
    assert_eq!(desk.cards("expires"), "2032-03-31");
}

#[test]
fn what_a_record_lacks_or_contradicts_is_told() {
    for (fields, expected) in [
        (
            with("product=X").replacen("product=DEBIT", "", 1),
            "unknown_product:product",
        ),
        (
            without(&["first_name", "birth_date"]),
            "required:first_name required:birth_date",
        ),
        (
            without(&["address_line1", "address_country"]),
            "required:address_line1 required:address_country",
        ),
        (
            without(&[
                "title",
                "first_name",
                "last_name",
                "birth_date",
                "address_line1",
                "city",
                "address_country",
            ]),
            "owner_not_found:owner_customer_ref",
        ),
        (
            with("iban=DE02500105174128973164").replacen("iban=DE02500105174128973163", "", 1),
            "invalid_iban:iban",
        ),
        // The source's own examples have seven characters.
        (with("bic=XXXDEBB"), "invalid_bic:bic"),
        (
            with("card_account_ref=R-K1").replacen("card_account_ref=A-K1", "", 1),
            "conflicting_fields:card_account_ref",
        ),
        (with("credit_limit=100"), "required:currency"),
        (
            with("credit_limit=100 currency=EUR"),
            "credit_limit_not_allowed:credit_limit",
        ),
        (with("mandate_date=2026-01-01"), "required:mandate_ref"),
        (with("insurance_event_code=E"), "required:insurance_package"),
        (
            with("insurance_package=P"),
            "insurance_package_not_allowed:insurance_package",
        ),
        (
            with("embossing_name=ABCDEFGHIJKLMNOPQRSTUVWXYZ1"),
            "embossing_too_long:embossing_name",
        ),
        (
            with("embossing_name=A&B embossing_line2=Иван"),
            "embossing_character:embossing_name embossing_character:embossing_line2",
        ),
        (
            with("first_name=Иван").replacen("first_name=John", "", 1),
            "embossing_character:embossing_name",
        ),
        (
            with("birth_date=2026-11-21").replacen("birth_date=1970-10-22", "", 1),
            "out_of_range:birth_date",
        ),
        (
            with("card_release_order=SOON"),
            "unknown_code:card_release_order",
        ),
        (with("sending_mode=Pigeon"), "unknown_code:sending_mode"),
    ] {
        assert_eq!(
            Desk::new().refused("contract.create", &fields),
            expected,
            "{fields}"
        );
    }
}

#[test]
fn credit_is_for_credit_products_and_what_is_prepaid_stays_so() {
    let mut desk = Desk::new();
    let credit = format!(
        "{} credit_limit=2500.5 currency=EUR insurance_package=TRAVEL insurance_event_code=START mandate_ref=M1 mandate_date=2026-11-01",
        create("K1", "CREDIT")
    );
    desk.good("contract.create", &credit);
    let account = desk.show("K1")["accounts"][0].clone();
    for (name, expected) in [
        ("credit_limit", "2500.50"),
        ("currency", "EUR"),
        ("insurance_package", "TRAVEL"),
        ("insurance_event_code", "START"),
        ("mandate_ref", "M1"),
        ("mandate_date", "2026-11-01"),
    ] {
        assert_eq!(account[name], expected, "{name}");
    }
    for (limit, expected) in [
        ("", ""),
        ("credit_limit=0 currency=EUR", ""),
        (
            "credit_limit=1 currency=EUR",
            "credit_limit_not_allowed:credit_limit",
        ),
    ] {
        let mut desk = Desk::new();
        let fields = format!("{} {limit} mandate_ref=M1", create("K1", "PREPAID"));
        let decision = desk.send("contract.create", &fields);
        assert_eq!(codes(&decision), expected, "{limit}");
        if expected.is_empty() {
            assert_eq!(desk.accounts("credit_limit"), "0 -");
            desk.good(
                "contract.add-card",
                "contract_ref=K1 extension=EXT card_account_ref=A2",
            );
            assert_eq!(desk.accounts("credit_limit"), "0 - 0");
        }
    }
}

#[test]
fn a_known_owner_needs_no_fields_and_keeps_his_own() {
    let mut desk = Desk::with("SIGNED");
    let second = "contract_ref=K2 product=DEBIT owner_customer_ref=P1 root_account_ref=R2 card_account_ref=A2 iban=DE02500105174128973163";
    let decision = desk.good("contract.create", second);
    assert_eq!(told(&decision)["customers"], serde_json::json!([]));
    let before = desk.customer("P1");
    for (more, expected) in [
        ("first_name=John last_name=Smith", ""),
        ("first_name=JOHN last_name=SMITH", ""),
        ("title=Dr", "customer_kept:owner_customer_ref"),
        (
            "address_line1=Elsewhere address_country=DE",
            "customer_kept:owner_customer_ref",
        ),
        ("last_name=Smythe", "conflicting_fields:last_name"),
        ("birth_date=1970-10-23", "conflicting_fields:birth_date"),
    ] {
        let mut desk = desk.clone();
        let third = format!("{} {more}", second.replace("K2", "K3"));
        let decision = desk.send("contract.create", &third);
        assert_eq!(codes(&decision), expected, "{more}");
        let rejected = expected.starts_with("conflicting");
        assert_eq!(decision.outcome == Outcome::Rejected, rejected, "{more}");
        assert_eq!(desk.customer("P1"), before, "{more}");
    }
}

#[test]
fn the_same_request_again_is_answered_with_what_it_made() {
    let mut desk = Desk::new();
    let first = with("correlation_id=3e657247-7ff1-4a1c-b590-6180fb10f353");
    let made = desk.good("contract.create", &first);
    desk.good("contract.update", "contract_ref=K1 branch_code=B1");
    for (fields, codes_expected) in [
        (first.clone(), ""),
        (
            first.replace("K1", "K9"),
            "correlation_reused:correlation_id",
        ),
        (
            first.replace("DEBIT", "NOPE"),
            "correlation_reused:correlation_id",
        ),
    ] {
        let again = desk.send("contract.create", &fields);
        assert_eq!(
            (again.outcome, codes(&again)),
            (Outcome::Duplicate, codes_expected.to_owned()),
            "{fields}"
        );
        assert_eq!((&*again.entity, &*again.state), ("K1", "SIGNED"));
        assert_eq!(again.references, made.references);
        assert_eq!(again.reply.expect("the contract"), desk.inquire());
    }
    // Without its id it is another request.
    assert_eq!(desk.refused("contract.create", &with("")), "already_exists");
    desk.good("contract.close", "contract_ref=K1 delay_type=IMMEDIATE");
    let again = desk.send("contract.create", &first);
    assert_eq!(
        (again.outcome, &*again.state),
        (Outcome::Duplicate, "CLOSED")
    );
}

#[test]
fn one_bank_account_serves_many_contracts() {
    let mut desk = Desk::new();
    for key in ["K1", "K2", "K3"] {
        desk.good("contract.create", &create(key, "DEBIT"));
    }
    let other = create("K4", "DEBIT").replace("DE02500105174128973163", "NL91ABNA0417164300");
    desk.good("contract.create", &other);
    desk.good(
        "contract.add-card",
        &format!(
            "{} card_account_ref=A2 iban=NL91_ABNA_0417_1643_00",
            add("2")
        ),
    );
    for (iban, expected) in [
        ("DE02500105174128973163", "K1 K2 K3"),
        ("DE02_5001_0517_4128_9731_63", "K1 K2 K3"),
        ("NL91ABNA0417164300", "K4 K1"),
    ] {
        let decision = desk.good("contract.inquire", &format!("iban={iban}"));
        let all = decision.reply.expect("an answer");
        let keys = all.as_array().expect("a list").iter();
        let keys: Vec<&str> = keys
            .filter_map(|one| one["contractIdentifier"]["issuerContractExternalReference"].as_str())
            .collect();
        assert_eq!(keys.join(" "), expected);
        assert!(
            decision.entity.is_empty() && decision.state.is_empty(),
            "they are several"
        );
    }
    // More than stand on one page.
    for no in 10..150 {
        desk.good("contract.create", &create(&format!("K{no}"), "DEBIT"));
    }
    let decision = desk.good("contract.inquire", "iban=DE02500105174128973163");
    let all = decision.reply.expect("an answer");
    let last = &all.as_array().expect("a list")[142];
    assert_eq!(
        last["contractIdentifier"]["issuerContractExternalReference"],
        "K149"
    );
    assert_eq!(all.as_array().map(Vec::len), Some(143));
    for (fields, expected) in [
        ("iban=FR1420041010050500013M02606", "not_found:iban"),
        ("contract_ref=K9", "not_found:contract_ref"),
        ("", "required:contract_ref"),
        (
            "contract_ref=K1 iban=DE02500105174128973163",
            "conflicting_fields:iban",
        ),
    ] {
        assert_eq!(
            desk.refused("contract.inquire", fields),
            expected,
            "{fields}"
        );
    }
}

#[test]
fn a_product_of_another_line_is_none_of_cards() {
    let mut desk = Desk::new();
    let other = crate::line::insurance::Product::default();
    desk.products.insurance.insert("INS".to_owned(), other);
    let said = desk.refused("contract.create", &create("K1", "INS"));
    assert_eq!(said, "unknown_product:product");
}
