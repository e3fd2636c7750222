//! What a creation, a simulation and a question of eligibility must say, and who is insured.

use serde_json::json;

use super::book::OUTCAST;
use super::showing::exported;
use super::{Desk, PERSON, codes, create, day, insured};
use crate::line::credit_life::Product;

/// `insured()` with one field set to something else, or left out where there is nothing behind the `=`.
fn but(change: &str) -> String {
    let (name, value) = change.split_once('=').expect("a name and a value");
    let base = insured();
    let kept = base
        .split_whitespace()
        .filter(|field| field.split('=').next() != Some(name));
    let mut fields: Vec<&str> = kept.collect();
    if !value.is_empty() {
        fields.push(change);
    }
    fields.join(" ")
}

#[test]
fn an_insurance_demands_all_of_the_borrower_but_the_complement() {
    let needed = [
        "birth_date",
        "name",
        "email",
        "phone_country",
        "phone_area",
        "phone_number",
        "street",
        "number",
        "neighborhood",
        "city",
        "state",
        "postal_code",
    ];
    for name in needed {
        let fields = but(&format!("{name}="));
        assert_eq!(
            Desk::new().refused("credit.create", &fields),
            format!("required:{name}")
        );
        let decision = Desk::new().good("credit.simulate", &fields);
        assert_eq!(codes(&decision), "", "a simulation needs no {name}");
        // Without insurance nothing of it is demanded.
        let fields = fields.replace(
            "rebate_type=insurance~premium~qi rebate_description=plus",
            "",
        );
        Desk::new().good("credit.create", &fields);
    }
    Desk::new().good("credit.create", &but("complement=apto_12"));
    Desk::new().good("credit.create", &create());
}

#[test]
fn numbers_prove_themselves() {
    let rows = [
        (
            "document_number=39053344704",
            "invalid_check_digit:document_number",
        ),
        (
            "document_number=39053344715",
            "invalid_check_digit:document_number",
        ),
        (
            "document_number=3905334470",
            "invalid_identity_no:document_number",
        ),
        (
            "document_number=11111111111",
            "invalid_identity_no:document_number",
        ),
        (
            "purchaser_document_number=16727230000198",
            "invalid_check_digit:purchaser_document_number",
        ),
        (
            "purchaser_document_number=12ABC34501DE36",
            "invalid_check_digit:purchaser_document_number",
        ),
        (
            "purchaser_document_number=39053344705",
            "invalid_identity_no:purchaser_document_number",
        ),
        (
            "account_document=39053344704",
            "invalid_check_digit:account_document",
        ),
        (
            "account_document=16727230000198",
            "invalid_check_digit:account_document",
        ),
        ("account_ispb=", "required:account_ispb"),
        ("account_ispb=1823612", "invalid_account:account_ispb"),
        ("account_branch=", "required:account_branch"),
        ("account_number=", "required:account_number"),
        ("issue_amount=10000000000000", "out_of_range:issue_amount"),
        ("issue_amount=0", "not_positive:issue_amount"),
        ("state=XX", "unknown_code:state"),
        ("postal_code=123456789", "too_long:postal_code"),
        ("postal_code=5422-012", "invalid_number:postal_code"),
    ];
    for (change, code) in rows {
        assert_eq!(
            Desk::new().refused("credit.create", &but(change)),
            code,
            "{change}"
        );
        assert_eq!(
            Desk::new().refused("credit.simulate", &but(change)),
            code,
            "{change}"
        );
    }
    for good in [
        "document_number=390.533.447-05",
        "purchaser_document_number=16.727.230/0001-97",
        "purchaser_document_number=12.ABC.345/01DE-35",
        "purchaser_document_number=12abc34501de35",
        "account_document=16727230000197",
    ] {
        Desk::new().good("credit.create", &but(good));
    }
    let mut desk = Desk::new();
    desk.good("credit.create", &but("document_number=390.533.447-05"));
    assert_eq!(desk.show("O1")["document_number"], PERSON);
}

#[test]
fn rebates_go_together_or_not() {
    let ours = "rebate_type=insurance~premium~qi rebate_description=plus";
    let rows = [
        (
            "rebate.2.type=tac",
            "rebates_exclude_each_other:rebate.2.type",
        ),
        (
            "rebate.7.type=insurance~premium rebate.7.amount=10",
            "rebates_exclude_each_other:rebate.7.type",
        ),
        (
            "rebate.2.type=tac rebate.3.type=insurance~premium",
            "rebates_exclude_each_other:rebate.2.type rebates_exclude_each_other:rebate.3.type",
        ),
        ("rebate_amount=5", "amount_is_computed:rebate_amount"),
        ("rebate_amount=0", "amount_is_computed:rebate_amount"),
        (
            "rebate.2.type=insurance~premium~qi rebate.2.description=plus rebate.2.amount=1",
            "amount_is_computed:rebate.2.amount conflicting_fields:rebate.2.type",
        ),
        ("rebate.2.amount=1", "required:rebate.2.type"),
        ("rebate.2.type=tack", "unknown_code:rebate.2.type"),
    ];
    for (rebates, expected) in rows {
        for kind in ["credit.create", "credit.simulate"] {
            let found = Desk::new().refused(kind, &format!("{} {rebates}", insured()));
            assert_eq!(found, expected, "{rebates}");
        }
    }
    // The insurance may be any of the rebates; others may stand together.
    let numbered = insured().replace(
        ours,
        "rebate.4.type=insurance~premium~qi rebate.4.description=plus",
    );
    Desk::new().good("credit.create", &numbered);
    let others =
        "rebate_type=tac rebate_amount=10 rebate.1.type=insurance~premium rebate.1.amount=20";
    let mut desk = Desk::new();
    desk.good("credit.create", &format!("{} {others}", create()));
    let shown = desk.show("O1");
    assert_eq!(
        (&shown["rebate_type"], &shown["rebate_amount"]),
        (&json!("tac"), &json!("10.00"))
    );
    assert_eq!(shown["rebate.2.type"], "insurance_premium");
    assert_eq!(shown["rebate.2.amount"], "20.00");
    assert_eq!(desk.show("O1").get("insurance_premium_key"), None);
}

#[test]
fn the_description_names_a_product() {
    for kind in ["credit.create", "credit.simulate"] {
        assert_eq!(
            Desk::new().refused(kind, &but("rebate_description=")),
            "required:rebate_description"
        );
        assert_eq!(
            Desk::new().refused(kind, &but("rebate_description=pluss")),
            "unknown_product:rebate_description"
        );
    }
    // Of another rebate it is a text like any other.
    Desk::new().good(
        "credit.create",
        &format!("{} rebate_type=tac rebate_description=abertura", create()),
    );
}

#[test]
fn installments_are_as_many_as_said_and_due_after_disbursement() {
    let base = create().replace("number_of_installments=12 first_due_date=2026-12-20", "");
    let rows = [
        ("number_of_installments=12", "required:first_due_date"),
        (
            "number_of_installments=0 first_due_date=2026-12-20",
            "out_of_range:number_of_installments",
        ),
        (
            "number_of_installments=1 first_due_date=2026-11-20",
            "date_order:first_due_date",
        ),
        (
            "number_of_installments=1 installment.1.due_date=2026-11-20 installment.1.amount=5",
            "date_order:installment.1.due_date",
        ),
        (
            "number_of_installments=1 installment.1.due_date=2026-12-20",
            "required:installment.1.amount",
        ),
        (
            "number_of_installments=1 installment.1.amount=5",
            "required:installment.1.due_date",
        ),
        (
            "number_of_installments=1 installment.1.due_date=2026-12-20 installment.1.amount=0",
            "not_positive:installment.1.amount",
        ),
        (
            "number_of_installments=2 installment.1.due_date=2026-12-20 installment.1.amount=5",
            "conflicting_fields:number_of_installments",
        ),
        (
            "number_of_installments=1 first_due_date=2026-12-21 installment.1.due_date=2026-12-20 installment.1.amount=5",
            "conflicting_fields:first_due_date",
        ),
    ];
    for (installments, expected) in rows {
        let fields = format!("{base} {installments}");
        for kind in ["credit.create", "credit.simulate"] {
            let found = Desk::new().refused(kind, &fields);
            assert!(
                found.split(' ').any(|code| code == expected),
                "{installments}: {found}"
            );
        }
    }
    let mut desk = Desk::new();
    let listed = "number_of_installments=2 installment.10.due_date=2027-01-20 installment.10.amount=600 \
        installment.9.due_date=2026-12-20 installment.9.amount=500.5";
    desk.good("credit.create", &format!("{base} {listed}"));
    let shown = desk.show("O1");
    assert_eq!(shown["installment.1.due_date"], "2026-12-20");
    assert_eq!(shown["installment.1.amount"], "500.50");
    assert_eq!(shown["installment.2.due_date"], "2027-01-20");
    assert_eq!(shown["installment.2.amount"], "600.00");
    let mut desk = Desk::new();
    desk.good(
        "credit.create",
        &format!("{base} number_of_installments=3 first_due_date=2026-12-31"),
    );
    assert_eq!(
        exported(&desk, "installments"),
        "2026-12-31;2027-01-31;2027-02-28"
    );
}

#[test]
fn who_is_not_eligible_is_not_insured() {
    // Born in the year …: 18 on the disbursement date, 70, and a day to either side.
    let rows = [
        ("birth_date=2008-11-20", ""),
        ("birth_date=2008-11-21", "age_out_of_bounds:birth_date"),
        ("birth_date=1955-11-21", ""),
        ("birth_date=1955-11-20", "age_out_of_bounds:birth_date"),
        ("birth_date=2030-01-01", "age_out_of_bounds:birth_date"),
        ("issue_amount=100", ""),
        ("issue_amount=99.99", "amount_out_of_bounds:issue_amount"),
        ("issue_amount=90000", ""),
        ("issue_amount=90000.01", "amount_out_of_bounds:issue_amount"),
        ("document_number=111.444.777-35", "excluded:document_number"),
    ];
    for (change, code) in rows {
        for kind in ["credit.create", "credit.simulate"] {
            let decision = Desk::new().send(kind, &but(change));
            assert_eq!(codes(&decision), code, "{kind} {change}");
        }
        let (_, value) = change.split_once('=').expect("a value");
        let name = change.split('=').next().expect("a name");
        let fields = format!("document_number={PERSON} birth_date=1994-06-11 issue_amount=1000");
        let kept = fields
            .split_whitespace()
            .filter(|field| !field.starts_with(&format!("{name}=")));
        let fields = kept.collect::<Vec<_>>().join(" ") + &format!(" {name}={value}");
        let reply = Desk::new().good("credit.eligibility", &fields).reply;
        let expected = match code.split(':').next() {
            None | Some("") => json!({ "eligible": true }),
            Some(reason) => json!({ "eligible": false, "reasons": [reason] }),
        };
        assert_eq!(reply, Some(expected), "{change}");
    }
    // Without insurance anyone may borrow; the product judges nothing.
    let outcast = create().replace(PERSON, OUTCAST);
    Desk::new().good("credit.create", &format!("{outcast} birth_date=2020-01-01"));
    // A simulation without a birth date is not judged by age.
    Desk::new().good("credit.simulate", &but("birth_date="));
}

#[test]
fn every_reason_is_told() {
    let all = "document_number=11144477735 birth_date=2010-01-01 issue_amount=1";
    let reply = Desk::new().good("credit.eligibility", all).reply;
    let reasons = ["age_out_of_bounds", "amount_out_of_bounds", "excluded"];
    assert_eq!(
        reply,
        Some(json!({ "eligible": false, "reasons": reasons }))
    );
    let fields = insured()
        .replace(PERSON, OUTCAST)
        .replace("1994-06-11", "2010-01-01")
        .replace("=1000", "=1");
    let found = Desk::new().refused("credit.create", &fields);
    assert_eq!(
        found,
        "age_out_of_bounds:birth_date amount_out_of_bounds:issue_amount excluded:document_number"
    );
}

#[test]
fn eligibility_asks_for_the_product_where_there_is_more_than_one() {
    let fields = format!("document_number={PERSON} birth_date=2000-11-21 issue_amount=1000");
    let mut desk = Desk::new();
    let young = Product {
        max_age: 25,
        ..Product::default()
    };
    desk.products.credit_life.insert("young".to_owned(), young);
    assert_eq!(
        desk.refused("credit.eligibility", &fields),
        "required:product"
    );
    let reply = |desk: &mut Desk, more: &str| {
        let decision = desk.good("credit.eligibility", &format!("{fields} {more}"));
        decision.reply.expect("an answer")["eligible"].clone()
    };
    assert_eq!(reply(&mut desk, "product=plus"), true);
    assert_eq!(reply(&mut desk, "product=young"), true);
    // Age is judged on the disbursement date: the day after he is 26.
    assert_eq!(
        reply(&mut desk, "product=young disbursement_date=2026-11-21"),
        false
    );
    assert_eq!(
        desk.refused("credit.eligibility", &format!("{fields} product=old")),
        "unknown_product:product"
    );
    desk.today = day("2026-11-21");
    assert_eq!(reply(&mut desk, "product=young"), false);
    desk.products.credit_life.clear();
    assert_eq!(
        desk.refused("credit.eligibility", &fields),
        "unknown_product:product"
    );
    assert_eq!(
        Desk::new().refused("credit.eligibility", &fields.replace("05 ", "06 ")),
        "invalid_check_digit:document_number"
    );
}

#[test]
fn an_operation_that_exists_is_not_created_again() {
    let mut desk = Desk::with("waiting_signature");
    // All that is wrong is told, not this alone.
    let fields = insured().replace("=1000", "=1");
    assert_eq!(
        desk.refused("credit.create", &fields),
        "amount_out_of_bounds:issue_amount already_exists"
    );
}

#[test]
fn nothing_of_this_line_is_scheduled() {
    let rows = [
        (
            "credit.eligibility",
            format!("document_number={PERSON} birth_date=1994-06-11 issue_amount=1000"),
        ),
        ("credit.simulate", insured()),
        ("credit.create", insured().replace("O1", "O2")),
        (
            "credit.disburse",
            "operation_key=O1 disbursement_date=2026-11-20".to_owned(),
        ),
        ("credit.reverse", "operation_key=O1".to_owned()),
        ("policy.inquire", "operation_key=O1".to_owned()),
    ];
    for (kind, fields) in rows {
        let mut desk = Desk::with("waiting_signature");
        let found = desk.refused(kind, &format!("{fields} effective_date=2026-11-21"));
        assert_eq!(found, "not_schedulable:effective_date", "{kind}");
    }
    let mut desk = Desk::with("active");
    let found = desk.refused(
        "policy.cancel",
        "operation_key=O1 cancel_reason=insurance~premium~cancel effective_date=2026-11-21",
    );
    assert_eq!(found, "not_schedulable:effective_date");
}

#[test]
fn a_policy_is_canceled_for_one_reason_alone() {
    for reason in ["reversed~operation", "cover~limit~amount~exceeded", "whim"] {
        let found = Desk::with("active").refused(
            "policy.cancel",
            &format!("operation_key=O1 cancel_reason={reason}"),
        );
        assert_eq!(found, "unknown_code:cancel_reason");
    }
}
