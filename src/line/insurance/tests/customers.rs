//! Who customers are, by themselves and in a registration.

use super::{Desk, OTHER_PERSON, PERSON, codes, events, register};

fn create(number: &str, rest: &str) -> String {
    format!("customer_no={number} {rest}")
}

fn person(number: &str, identity_no: &str) -> String {
    create(
        number,
        &format!(
            "customer_type=individual country=SE identity_no={identity_no} first_name=Eva last_name=Berg"
        ),
    )
}

#[test]
fn an_identity_is_checked_by_country_and_type() {
    let rows = [
        ("individual", "SE", "850101-9981", ""),
        (
            "individual",
            "SE",
            "19850101-9982",
            "invalid_check_digit:identity_no",
        ),
        (
            "individual",
            "SE",
            "198513019981",
            "invalid_identity_no:identity_no",
        ),
        (
            "individual",
            "SE",
            "556012-5790",
            "invalid_identity_no:identity_no",
        ),
        (
            "company",
            "SE",
            "556012-5790",
            "required:company_name field_not_taken:first_name field_not_taken:last_name",
        ),
        ("individual", "DK", "070761-4285", ""),
        // Numbers without the check digit are issued.
        (
            "individual",
            "DK",
            "070761-4286",
            "check_digit_not_used:identity_no",
        ),
        ("individual", "FI", "131052-308T", ""),
        ("individual", "NO", "15108695088", ""),
        (
            "individual",
            "NO",
            "15108695089",
            "invalid_check_digit:identity_no",
        ),
    ];
    for (customer_type, country, number, expected) in rows {
        let fields = format!(
            "customer_no=C1 customer_type={customer_type} country={country} identity_no={number} first_name=Eva last_name=Berg"
        );
        assert_eq!(
            Desk::new().refused("customer.create", &fields),
            expected,
            "{country} {number}"
        );
    }
}

#[test]
fn a_customer_has_the_names_of_its_type() {
    let start = "customer_no=C1 country=SE";
    let rows = [
        (
            format!("customer_type=individual identity_no={PERSON} first_name=Eva"),
            "required:last_name",
        ),
        (
            format!("customer_type=individual identity_no={PERSON}"),
            "required:first_name required:last_name",
        ),
        (
            format!(
                "customer_type=individual identity_no={PERSON} first_name=Eva last_name=Berg company_name=Berg"
            ),
            "field_not_taken:company_name",
        ),
        (
            "customer_type=company identity_no=5560125790".to_owned(),
            "required:company_name",
        ),
        (
            "customer_type=company identity_no=5560125790 company_name=Berg_AB".to_owned(),
            "",
        ),
    ];
    for (rest, expected) in rows {
        let mut desk = Desk::new();
        assert_eq!(
            desk.refused("customer.create", &format!("{start} {rest}")),
            expected,
            "{rest}"
        );
    }
}

#[test]
fn a_birth_date_beside_the_number_is_noted_and_counts() {
    let mut desk = Desk::new();
    let decision = desk.good(
        "customer.create",
        &format!("{} birth_date=1985-01-02", person("C1", PERSON)),
    );
    assert_eq!(codes(&decision), "conflicting_fields:birth_date");
    assert_eq!(
        decision.events[0].told.json().value()["birth_date"],
        "1985-01-02"
    );
}

#[test]
fn someone_who_is_not_born_yet_is_refused() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.refused("customer.create", &person("C1", "203001019987")),
        "invalid_identity_no:identity_no"
    );
}

#[test]
fn one_person_is_one_customer_however_the_number_is_written() {
    let mut desk = Desk::new();
    let decision = desk.good("customer.create", &person("C1", "850101-9981"));
    assert_eq!(events(&decision), ["customer.created exists"]);
    assert_eq!(decision.state, "exists");
    assert_eq!(
        decision.events[0].told.json().value()["identity_no"],
        PERSON
    );
    assert_eq!(
        desk.refused("customer.create", &person("C1", PERSON)),
        "already_exists:customer_no"
    );
    assert_eq!(
        desk.refused("customer.create", &person("C2", PERSON)),
        "identity_exists:identity_no"
    );
    assert_eq!(
        desk.refused("customer.create", &person("C1", OTHER_PERSON)),
        "already_exists:customer_no"
    );
    desk.good("customer.create", &person("C2", OTHER_PERSON));
    assert_eq!(
        desk.refused("customer.create", &person("C1", OTHER_PERSON)),
        "already_exists:customer_no identity_exists:identity_no"
    );
}

#[test]
fn only_what_is_sent_changes_and_identity_never_does() {
    let mut desk = Desk::new();
    desk.good(
        "customer.create",
        &format!("{} email=a@b.se city=Lund", person("C1", PERSON)),
    );
    let decision = desk.good(
        "customer.update",
        "customer_no=C1 email=c@d.se city=<clear> last_name=Berg",
    );
    assert_eq!(events(&decision), ["customer.updated exists"]);
    let changed = decision.events[0].told.json().value();
    assert_eq!(
        changed,
        serde_json::json!({ "email": "c@d.se", "city": null })
    );
    assert_eq!(
        events(&desk.good("customer.update", "customer_no=C1 email=c@d.se")),
        [""; 0]
    );
    let reply = desk
        .good("customer.inquire", "customer_no=C1")
        .reply
        .expect("an answer");
    assert_eq!(
        (&reply["email"], reply.get("city")),
        (&serde_json::json!("c@d.se"), None)
    );
    assert_eq!(
        reply["allowed"],
        serde_json::json!(["customer.update", "customer.inquire"])
    );

    let rows = [
        ("country=SE identity_no=8501019981", ""),
        ("identity_no=8501019981 customer_type=individual", ""),
        ("identity_no=199003159986", "conflicting_fields:identity_no"),
        ("customer_type=company", "conflicting_fields:customer_type"),
        ("country=NO", "conflicting_fields:country"),
        ("company_name=Berg_AB", "field_not_taken:company_name"),
    ];
    for (rest, expected) in rows {
        assert_eq!(
            desk.refused("customer.update", &create("C1", rest)),
            expected,
            "{rest}"
        );
    }
    assert_eq!(
        desk.refused("customer.update", "customer_no=C9 city=Lund"),
        "not_found:customer_no"
    );
    assert_eq!(
        desk.refused("customer.inquire", "customer_no=C9"),
        "not_found:customer_no"
    );
    let later = desk.refused(
        "customer.inquire",
        "customer_no=C1 effective_date=2026-11-21",
    );
    assert_eq!(later, "not_schedulable:effective_date");
}

#[test]
fn a_registration_makes_matches_and_updates_its_customer() {
    let mut desk = Desk::new();
    let decision = desk.good("insurance.register", &register());
    assert_eq!(
        events(&decision),
        ["customer.created exists", "insurance.registered registered"]
    );
    assert_eq!(decision.references, [("customer", "C1".into())]);

    let again = register().replace("I1", "I2");
    assert_eq!(
        events(&desk.good("insurance.register", &again)),
        ["insurance.registered registered"]
    );
    let moved = format!("{} city=Lund", register().replace("I1", "I3"));
    assert_eq!(
        events(&desk.good("insurance.register", &moved)),
        ["customer.updated exists", "insurance.registered registered"]
    );
    let other = register().replace("I1", "I4").replace("C1", "C2");
    assert_eq!(
        desk.refused("insurance.register", &other),
        "identity_exists:identity_no"
    );
    let other = register().replace("I1", "I4").replace(PERSON, OTHER_PERSON);
    assert_eq!(
        desk.refused("insurance.register", &other),
        "conflicting_fields:identity_no"
    );
    let company = register()
        .replace("I1", "I4")
        .replace("individual", "company")
        .replace(PERSON, "5560125790");
    assert_eq!(
        desk.refused("insurance.register", &company),
        "field_not_taken:first_name field_not_taken:last_name conflicting_fields:customer_type conflicting_fields:identity_no"
    );
}

#[test]
fn an_owner_is_in_the_book_or_comes_with_the_record() {
    let terms = "insurance_no=I1 product=P loan_ref=L1 currency=SEK insured_amount=1 annual_premium=0 start_date=2026-11-20";
    let rows = [
        ("", "required:owner_customer_no"),
        ("owner_customer_no=C9", "owner_not_found:owner_customer_no"),
        ("customer_no=C9", "owner_not_found:customer_no"),
        (
            "customer_no=C9 first_name=Eva",
            "required:customer_type required:country required:identity_no",
        ),
        (
            "customer_no=C9 customer_type=individual country=SE identity_no=199003159986",
            "required:first_name required:last_name",
        ),
        (
            "owner_customer_no=C1 customer_no=C9",
            "conflicting_fields:customer_no",
        ),
        (
            "owner_customer_no=C1 insured_customer_no=C9 insured2_customer_no=C8",
            "not_found:insured_customer_no not_found:insured2_customer_no",
        ),
        (
            "owner_customer_no=C1 insured2_customer_no=C1",
            "conflicting_fields:insured2_customer_no",
        ),
        ("owner_customer_no=C1 city=Lund", ""),
    ];
    for (rest, expected) in rows {
        let mut desk = Desk::new();
        desk.good("customer.create", &person("C1", PERSON));
        assert_eq!(
            desk.refused("insurance.register", &format!("{terms} {rest}")),
            expected,
            "{rest}"
        );
    }
}
