//! What a registration must agree with: product, dates, ages, properties, collection and payout.

use super::{Desk, PERSON, codes, register};

/// What is refused of a good registration with these fields besides, or with these in place of others.
fn refused(changes: &str) -> String {
    let mut desk = Desk::new();
    desk.refused("insurance.register", &changed(changes))
}

fn changed(changes: &str) -> String {
    let mut fields = register();
    for change in changes.split_whitespace() {
        let (name, _) = change.split_once('=').expect("name=value");
        let kept: Vec<&str> = fields
            .split_whitespace()
            .filter(|field| !field.starts_with(&format!("{name}=")))
            .collect();
        fields = format!("{} {change}", kept.join(" "));
    }
    fields
}

#[test]
fn terms_are_those_of_the_product() {
    let rows = [
        ("product=Q", "unknown_product:product"),
        ("currency=NOK", "currency_not_allowed:currency"),
        ("product=ANY currency=NOK", ""),
        ("insured_amount=3000000", ""),
        ("insured_amount=3000000.01", "over_maximum:insured_amount"),
        ("product=ANY insured_amount=3000000.01", ""),
        (
            "currency=NOK insured_amount=3000000.01",
            "currency_not_allowed:currency over_maximum:insured_amount",
        ),
        ("end_date=2026-11-20", "date_order:end_date"),
        ("end_date=2026-11-21", ""),
        (
            "effective_date=2026-11-21",
            "not_schedulable:effective_date",
        ),
        ("effective_date=2026-11-20", ""),
        ("start_date=2030-01-01", ""),
        ("annual_premium=0", ""),
    ];
    for (changes, expected) in rows {
        assert_eq!(refused(changes), expected, "{changes}");
    }
}

#[test]
fn an_insured_person_is_of_the_products_ages_on_the_start_date() {
    let rows = [
        ("200811209980", ""),
        ("200811219989", "age_out_of_bounds:customer_no"),
        ("196011219984", ""),
        ("196011209985", "age_out_of_bounds:customer_no"),
        // Ten digits are of the last century that makes sense on the day.
        ("601120-9985", "age_out_of_bounds:customer_no"),
    ];
    for (number, expected) in rows {
        assert_eq!(
            refused(&format!("identity_no={number}")),
            expected,
            "{number}"
        );
    }
    // A birth date that was told counts.
    assert_eq!(
        refused("birth_date=2010-01-01"),
        "conflicting_fields:birth_date age_out_of_bounds:customer_no"
    );
    // The start date decides, not the day of the record.
    assert_eq!(
        refused("identity_no=200811219989 start_date=2026-11-21"),
        ""
    );
    // A country whose numbers tell no birth date.
    assert_eq!(
        refused("country=DE identity_no=AB123456"),
        "required:birth_date"
    );
    assert_eq!(
        refused("country=DE identity_no=AB123456 birth_date=1980-02-29"),
        ""
    );

    // The owner's age is nothing to a second and a first insured of their own; a company has none.
    let mut desk = Desk::new();
    let young = "customer_no=C2 customer_type=individual country=SE identity_no=200901019984 first_name=A last_name=B";
    desk.good("customer.create", young);
    let company =
        "customer_no=C3 customer_type=company country=SE identity_no=5560125790 company_name=AB";
    desk.good("customer.create", company);
    let owned = format!(
        "{} insured_customer_no=C2 insured2_customer_no=C1",
        changed("owner_customer_no=C1")
    );
    assert_eq!(
        desk.refused("insurance.register", &owned),
        "age_out_of_bounds:insured_customer_no"
    );
    let owned = "insurance_no=I1 product=P loan_ref=L1 currency=SEK insured_amount=1 annual_premium=0 start_date=2026-11-20 owner_customer_no=C3";
    assert_eq!(desk.refused("insurance.register", owned), "");
}

#[test]
fn a_property_and_its_field_agree() {
    let rows = [
        ("approved_by_bank=true property.ApprovedByBank=True", ""),
        (
            "approved_by_bank=true property.ApprovedByBank=false",
            "conflicting_fields:property.ApprovedByBank",
        ),
        (
            "approved_by_customer=false property.ApprovedByCustomer=true",
            "conflicting_fields:property.ApprovedByCustomer",
        ),
        (
            "distribution_channel=web property.DistributionChannel=WEB",
            "",
        ),
        (
            "distribution_channel=web property.DistributionChannel=CAMPAIGN",
            "conflicting_fields:property.DistributionChannel",
        ),
        ("distribution_channel=new_loan", ""),
        (
            "distribution_channel=newloan",
            "unknown_code:distribution_channel",
        ),
        (
            "property.IsExistingLoan=TRUE property.LoanInterest=3.95 property.LoanStartDate=2025-10-01",
            "",
        ),
        (
            "property.LoanInterest=x",
            "invalid_number:property.LoanInterest",
        ),
        (
            "property.LoanStartDate=2025-13-01",
            "invalid_date:property.LoanStartDate",
        ),
        (
            "property.IsExistingLoan=perhaps",
            "unknown_code:property.IsExistingLoan",
        ),
        ("property.ProductType=credit", ""),
        (
            "property.ProductType=Card",
            "unknown_code:property.ProductType",
        ),
        ("property.InitialLoanAmount=20000000", ""),
        (
            "property.InitialLoanAmount=0.001",
            "too_many_decimals:property.InitialLoanAmount",
        ),
        (
            "property.FromInsurance=I0",
            "not_found:property.FromInsurance",
        ),
        (
            "property.PendingTopupAmount=10000.00",
            "conflicting_fields:property.PendingTopupAmount",
        ),
        (
            "property.PendingAnnualPremium=50",
            "conflicting_fields:property.PendingAnnualPremium",
        ),
        (
            "property.TopupApprovedByBank=true",
            "conflicting_fields:property.TopupApprovedByBank",
        ),
        (
            "property.PendingTopupCreationDate=2025-10-01",
            "conflicting_fields:property.PendingTopupCreationDate",
        ),
        (
            "property.PendingTopupAmount=0 property.TopupApprovedByBank=false",
            "",
        ),
    ];
    for (changes, expected) in rows {
        assert_eq!(refused(changes), expected, "{changes}");
    }
}

#[test]
fn approvals_under_either_name_count() {
    let mut desk = Desk::new();
    let decision = desk.good(
        "insurance.register",
        &changed("property.ApprovedByBank=true approved_by_customer=true"),
    );
    assert_eq!(decision.state, "approved");
    let shown = desk.show("I1");
    assert_eq!(
        (
            &shown["approved_by_bank"],
            shown.get("property.ApprovedByBank")
        ),
        (&true.into(), None)
    );
    let decision = desk.good(
        "insurance.register",
        &changed("insurance_no=I2 property.FromInsurance=I1 property.DistributionChannel=TOPUP"),
    );
    assert_eq!(decision.state, "registered");
    assert_eq!(desk.show("I2")["distribution_channel"], "TOPUP");
}

/// Accounts of our own making, with check digits that hold.
const ROWS: &[(&str, &str)] = &[
    ("collection_method=Kontant", ""),
    ("collection_method=_KONTANT_", ""),
    ("collection_method=utflytt", ""),
    (
        "collection_method=Faktura",
        "unknown_code:collection_method",
    ),
    ("collection_account=9912346", "required:collection_method"),
    (
        "payout_iban=SE3550000000054910000003",
        "required:payout_method",
    ),
    ("collection_method=BG", ""),
    ("collection_method=bankgiro collection_account=991-2346", ""),
    (
        "collection_method=bankgiro collection_account=991-2347",
        "invalid_bankgiro:collection_account",
    ),
    (
        "collection_method=bankgiro collection_account=99123",
        "invalid_bankgiro:collection_account",
    ),
    ("collection_method=PG collection_account=90_20_03-3", ""),
    (
        "collection_method=plusgiro collection_account=900033",
        "invalid_plusgiro:collection_account",
    ),
    (
        "collection_method=AG",
        "required:collection_account required:collection_payer_identity_no",
    ),
    (
        "collection_method=autogiro collection_account=9912346 collection_payer_identity_no=850101-9981",
        "",
    ),
    (
        "collection_method=autogiro collection_account=9912346 collection_payer_identity_no=850101-9982",
        "invalid_check_digit:collection_payer_identity_no",
    ),
    (
        "collection_method=autogiro collection_account=9912346 collection_payer_identity_no=556012-5790",
        "",
    ),
    (
        "collection_method=autogiro collection_clearing=6000 collection_payer_identity_no=850101-9981",
        "required:collection_account",
    ),
    (
        "collection_method=autogiro collection_account=1234567890 collection_payer_identity_no=850101-9981",
        "required:collection_clearing",
    ),
    (
        "collection_method=autogiro collection_clearing=3300 collection_account=8501019981 collection_payer_identity_no=850101-9981",
        "",
    ),
    (
        "collection_method=autogiro collection_clearing=3300 collection_account=8501019982 collection_payer_identity_no=850101-9981",
        "invalid_account:collection_account",
    ),
    (
        "collection_method=konto",
        "required:collection_account required:collection_clearing",
    ),
    (
        "collection_method=konto collection_account=8501019981",
        "required:collection_clearing",
    ),
    (
        "collection_method=konto collection_clearing=3300",
        "required:collection_account",
    ),
    (
        "collection_method=account collection_clearing=3300 collection_account=8501019981",
        "",
    ),
    (
        "collection_method=account collection_iban=SE3550000000054910000003",
        "",
    ),
    (
        "collection_method=account collection_iban=SE3550000000054910000004",
        "invalid_iban:collection_iban required:collection_account required:collection_clearing",
    ),
    (
        "collection_method=Bankkonto_Utland",
        "required:collection_bic required:collection_iban",
    ),
    (
        "collection_method=foreign~account collection_iban=NO9386011117947 collection_bic=DNBANOKK",
        "",
    ),
    (
        "collection_method=foreign~account collection_iban=NO9386011117947",
        "required:collection_bic",
    ),
    (
        "collection_method=foreign~account collection_account=123456 collection_bic=CHASUS33",
        "",
    ),
    (
        "collection_method=foreign~account collection_account=123456 collection_bic=DNBANOKK",
        "required:collection_iban",
    ),
    (
        "collection_method=Samfakturerings/Avtals_underbetalningar",
        "required:collection_agreement_ref",
    ),
    (
        "collection_method=co~billing collection_agreement_ref=A1",
        "",
    ),
    (
        "collection_method=Försäkring",
        "required:collection_insurance_no",
    ),
    (
        "collection_method=försäkring collection_insurance_no=I0",
        "not_found:collection_insurance_no",
    ),
    (
        "collection_method=insurance collection_insurance_no=I1",
        "conflicting_fields:collection_insurance_no",
    ),
    ("collection_method=Annat", "required:collection_text"),
    ("collection_method=other collection_text=by_hand", ""),
    (
        "collection_method=cash collection_interval=Half-Yearly collection_day=28",
        "",
    ),
    (
        "collection_method=cash collection_interval=weekly",
        "unknown_code:collection_interval",
    ),
    (
        "collection_method=cash collection_day=29",
        "out_of_range:collection_day",
    ),
    ("payout_method=bankgiro", "required:payout_account"),
    ("payout_method=bankgiro payout_account=9912346", ""),
    (
        "payout_method=plusgiro payout_account=9912347",
        "invalid_plusgiro:payout_account",
    ),
    (
        "payout_method=account payout_clearing=3300 payout_account=8501019981",
        "",
    ),
    (
        "payout_method=konto payout_account=8501019981",
        "required:payout_clearing",
    ),
    (
        "payout_method=foreign~account payout_bic=DNBANOKK",
        "required:payout_iban",
    ),
];

#[test]
fn a_method_carries_what_it_must() {
    for (changes, expected) in ROWS {
        assert_eq!(refused(changes), *expected, "{changes}");
    }
}

#[test]
fn what_a_method_carries_is_checked_alike_later() {
    for (changes, expected) in ROWS {
        let kind = if changes.contains("payout~") || changes.starts_with("payout") {
            "insurance.payout"
        } else {
            "insurance.premium-collection"
        };
        let method = if kind == "insurance.payout" {
            "payout_method="
        } else {
            "collection_method="
        };
        if !changes.contains(method) {
            continue;
        }
        let mut desk = Desk::with("registered");
        assert_eq!(
            desk.refused(kind, &format!("insurance_no=I1 {changes}")),
            *expected,
            "{changes}"
        );
    }
}

#[test]
fn every_finding_is_told() {
    let mut desk = Desk::with("registered");
    let decision = desk.send(
        "insurance.register",
        &changed(&format!("product=P currency=NOK insured_amount=4000000 property.FromInsurance=I9 identity_no={PERSON} effective_date=2027-01-01")),
    );
    assert_eq!(
        codes(&decision),
        "not_schedulable:effective_date currency_not_allowed:currency over_maximum:insured_amount not_found:property.FromInsurance already_exists"
    );
    assert_eq!(decision.state, "registered");
}
