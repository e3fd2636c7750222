//! Who takes part.

use super::{Desk, OTHER_PERSON, codes, events};

/// With customers C2 and C3 besides, and beneficiaries with these shares.
pub(super) fn beneficiaries(state: &str, shares: &[&str]) -> Desk {
    let mut desk = Desk::with(state);
    let company =
        "customer_no=C2 customer_type=company country=SE identity_no=5560125790 company_name=AB";
    desk.good("customer.create", company);
    let person = "customer_type=individual country=SE first_name=A last_name=B";
    desk.good(
        "customer.create",
        &format!("customer_no=C3 {person} identity_no={OTHER_PERSON}"),
    );
    for (share, number) in shares.iter().zip(["C2", "C3"]) {
        desk.good(
            "insurance.party",
            &format!("insurance_no=I1 action=add customer_no={number} role=beneficiary {share}"),
        );
    }
    desk
}

#[test]
fn parties_come_and_go() {
    let rows = [
        // A table of what is asked, and what is found.
        (
            "action=add customer_no=C2 role=owner",
            "not_allowed_in_state:action",
        ),
        (
            "action=add customer_no=C1 role=owner",
            "already_exists:customer_no",
        ),
        (
            "action=remove customer_no=C1 role=owner",
            "not_allowed_in_state:action",
        ),
        (
            "action=remove customer_no=C2 role=owner",
            "not_found:customer_no",
        ),
        (
            "action=change customer_no=C9 role=owner",
            "owner_not_found:customer_no",
        ),
        ("action=change customer_no=C2 role=owner", ""),
        (
            "action=add customer_no=C1 role=insured",
            "already_exists:customer_no",
        ),
        (
            "action=remove customer_no=C1 role=insured",
            "not_allowed_in_state:action",
        ),
        (
            "action=remove customer_no=C3 role=insured",
            "not_found:customer_no",
        ),
        (
            "action=add customer_no=C9 role=insured",
            "not_found:customer_no",
        ),
        ("action=add customer_no=C3 role=insured", ""),
        ("action=change customer_no=C3 role=insured", ""),
        ("action=add customer_no=C1 role=payer", ""),
        (
            "action=change customer_no=C1 role=payer",
            "not_found:customer_no",
        ),
        (
            "action=remove customer_no=C1 role=payer",
            "not_found:customer_no",
        ),
        (
            "action=add customer_no=C2 role=payer share=5",
            "conflicting_fields:share",
        ),
        ("action=add customer_no=C1 role=beneficiary share=40", ""),
        (
            "action=add customer_no=C1 role=beneficiary share=40.01",
            "share_over_100:share",
        ),
        (
            "action=add customer_no=C2 role=beneficiary share=1",
            "already_exists:customer_no",
        ),
        (
            "action=change customer_no=C2 role=beneficiary share=100",
            "",
        ),
        (
            "action=change customer_no=C2 role=beneficiary",
            "required:share",
        ),
        (
            "action=change customer_no=C1 role=beneficiary share=1",
            "not_found:customer_no",
        ),
        ("action=remove customer_no=C2 role=beneficiary", ""),
        (
            "action=remove customer_no=C9 role=beneficiary",
            "not_found:customer_no",
        ),
    ];
    for (fields, expected) in rows {
        let mut desk = beneficiaries("registered", &["share=60"]);
        let decision = desk.send("insurance.party", &format!("insurance_no=I1 {fields}"));
        assert_eq!(codes(&decision), expected, "{fields}");
        let told: &[&str] = if expected.is_empty() {
            &["insurance.party_changed registered"]
        } else {
            &[]
        };
        assert_eq!(events(&decision), told, "{fields}");
    }
}

#[test]
fn one_or_two_are_insured_and_of_the_right_age() {
    let mut desk = beneficiaries("registered", &[]);
    desk.good(
        "insurance.party",
        "insurance_no=I1 action=add customer_no=C3 role=insured",
    );
    assert_eq!(desk.show("I1")["insured2_customer_no"], "C3");
    let third = "insurance_no=I1 action=add customer_no=C2 role=insured";
    assert_eq!(
        desk.refused("insurance.party", third),
        "not_allowed_in_state:action"
    );
    let which = "insurance_no=I1 action=change customer_no=C2 role=insured";
    assert_eq!(
        desk.refused("insurance.party", which),
        "not_allowed_in_state:action"
    );
    desk.good(
        "insurance.party",
        "insurance_no=I1 action=remove customer_no=C1 role=insured",
    );
    assert_eq!(desk.show("I1")["insured_customer_no"], "C3");
    let young = "customer_no=C4 customer_type=individual country=SE identity_no=200901019984 first_name=A last_name=B";
    desk.good("customer.create", young);
    let asked = "insurance_no=I1 action=add customer_no=C4 role=insured";
    assert_eq!(
        desk.refused("insurance.party", asked),
        "age_out_of_bounds:customer_no"
    );
}
