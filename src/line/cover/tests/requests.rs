//! The rules of a request.

use super::{Desk, codes, connect, day, insure, reinsure};

/// A request with some of its fields in other words.
fn with(request: &str, changes: &str) -> String {
    let name = |field: &str| field.split_once('=').map(|(name, _)| name.to_owned());
    let names: Vec<_> = changes.split_whitespace().filter_map(name).collect();
    let kept = request
        .split_whitespace()
        .filter(|field| name(field).is_some_and(|name| !names.contains(&name)));
    let given = changes
        .split_whitespace()
        .filter(|field| !field.ends_with('='));
    kept.chain(given).collect::<Vec<_>>().join(" ")
}

fn answers(rows: &[(String, &str, &str)]) {
    for (request, changes, expected) in rows {
        let request = with(request, changes);
        let found = Desk::new().refused("quote.request", &request);
        assert_eq!(found, *expected, "{changes}: {request}");
    }
}

#[test]
fn what_each_channel_must_be_told() {
    for name in [
        "user_reference",
        "seller_reference",
        "buyer_reference",
        "invoice_issue_date",
        "invoice_due_date",
    ] {
        let gone = format!("{name}=");
        let missing = format!("required:{name}");
        answers(&[
            (reinsure(), &gone, &missing),
            (insure(), &gone, &missing),
            (connect(), &gone, ""),
        ]);
    }
    for name in ["invoice_payment_terms", "invoice_number", "seller_email"] {
        let gone = format!("{name}=");
        answers(&[
            (connect(), &gone, &format!("required:{name}")),
            (reinsure(), &gone, ""),
            (insure(), &gone, ""),
        ]);
    }
}

#[test]
fn countries_are_two_capitals_and_connect_sells_in_sweden() {
    answers(&[
        (
            reinsure(),
            "seller_country=se",
            "invalid_country:seller_country",
        ),
        (
            reinsure(),
            "buyer_country=SWE",
            "invalid_country:buyer_country",
        ),
        (
            reinsure(),
            "buyer_country=XX",
            "invalid_country:buyer_country",
        ),
        (
            reinsure(),
            "seller_country=NO seller_identifier=999900100",
            "",
        ),
        (insure(), "seller_country=DE seller_identifier=HRB1", ""),
        (
            connect(),
            "seller_country=NO seller_identifier=999900100",
            "invalid_country:seller_country",
        ),
        (connect(), "buyer_country=NO buyer_identifier=999900100", ""),
    ]);
}

#[test]
fn identifiers_are_those_of_their_country() {
    let rows = [
        ("SE", "559999-0016", ""),
        ("SE", "5599990017", "invalid_check_digit"),
        ("SE", "55999900", "invalid_identity_no"),
        ("NO", "999900100", ""),
        ("NO", "999900101", "invalid_check_digit"),
        ("DK", "99990015", ""),
        ("DK", "99990016", "invalid_check_digit"),
        ("FI", "9999001-5", ""),
        ("FI", "9999001-6", "invalid_check_digit"),
        ("FI", "99990", "invalid_identity_no"),
        ("DE", "HRB~123-456", ""),
        ("DE", "A1", ""),
        ("DE", "A", "invalid_identity_no"),
        ("DE", "12345678901234567890", ""),
        ("DE", "123456789012345678901", "invalid_identity_no"),
        ("DE", "A/1", "invalid_identity_no"),
        ("DE", "ÅÄ1", "invalid_identity_no"),
    ];
    for (country, number, code) in rows {
        for who in ["seller", "buyer"] {
            let changes = format!("{who}_country={country} {who}_identifier={number}");
            let expected = match code {
                "" => String::new(),
                code => format!("{code}:{who}_identifier"),
            };
            answers(&[(reinsure(), &changes, &expected)]);
        }
    }
}

#[test]
fn amounts_currencies_and_languages() {
    answers(&[
        (
            reinsure(),
            "invoice_amount=1.0",
            "out_of_range:invoice_amount",
        ),
        (
            reinsure(),
            "invoice_amount=1.00",
            "out_of_range:invoice_amount",
        ),
        (
            reinsure(),
            "invoice_amount=0.5",
            "out_of_range:invoice_amount",
        ),
        (
            reinsure(),
            "invoice_amount=0",
            "not_positive:invoice_amount",
        ),
        (reinsure(), "invoice_amount=1.01", ""),
        (
            reinsure(),
            "invoice_amount=10 invoice_amount_currency=DKK",
            "",
        ),
        (
            reinsure(),
            "invoice_amount=10 invoice_amount_currency=EUR",
            "",
        ),
        (
            reinsure(),
            "invoice_amount=10 invoice_amount_currency=GBP",
            "",
        ),
        (
            reinsure(),
            "invoice_amount=10 invoice_amount_currency=NOK",
            "",
        ),
        (
            reinsure(),
            "invoice_amount_currency=USD",
            "currency_not_allowed:invoice_amount_currency",
        ),
        (
            reinsure(),
            "invoice_amount_currency=kr",
            "invalid_currency:invoice_amount_currency",
        ),
        (
            reinsure(),
            "invoice_amount=10.123 invoice_amount_currency=KWD",
            "too_many_decimals:invoice_amount currency_not_allowed:invoice_amount_currency",
        ),
        (connect(), "seller_language=sv", ""),
        (
            connect(),
            "seller_language=SV",
            "invalid_language:seller_language",
        ),
        (
            connect(),
            "seller_language=swe",
            "invalid_language:seller_language",
        ),
        (
            connect(),
            "seller_language=qq",
            "invalid_language:seller_language",
        ),
        (connect(), "seller_email=eva", "invalid_email:seller_email"),
    ]);
}

#[test]
fn payment_terms_on_connect_are_7_to_120_days() {
    answers(&[
        // The others go by the due date.
        (reinsure(), "invoice_payment_terms=150", ""),
        (insure(), "invoice_payment_terms=0", ""),
        (
            insure(),
            "invoice_payment_terms=1000",
            "out_of_range:invoice_payment_terms",
        ),
        (
            connect(),
            "invoice_payment_terms=6",
            "out_of_range:invoice_payment_terms",
        ),
        (connect(), "invoice_payment_terms=7", ""),
        (connect(), "invoice_payment_terms=120", ""),
        (
            connect(),
            "invoice_payment_terms=121",
            "out_of_range:invoice_payment_terms",
        ),
    ]);
}

#[test]
fn the_dates_of_an_invoice() {
    for request in [reinsure(), insure()] {
        answers(&[
            // 15 days before and after the business date.
            (request.clone(), "invoice_issue_date=2026-11-05", ""),
            (
                request.clone(),
                "invoice_issue_date=2026-11-04",
                "out_of_range:invoice_issue_date",
            ),
            (request.clone(), "invoice_issue_date=2026-12-05", ""),
            (
                request.clone(),
                "invoice_issue_date=2026-12-06",
                "out_of_range:invoice_issue_date",
            ),
            // Due after the business date.
            (
                request.clone(),
                "invoice_due_date=2026-11-20",
                "due_date_passed:invoice_due_date",
            ),
            (
                request.clone(),
                "invoice_due_date=2026-11-19",
                "due_date_passed:invoice_due_date",
            ),
            (request.clone(), "invoice_due_date=2026-11-21", ""),
            // 180 days from 2026-11-15.
            (request.clone(), "invoice_due_date=2027-05-14", ""),
            (
                request.clone(),
                "invoice_due_date=2027-05-15",
                "out_of_range:invoice_due_date",
            ),
            (
                request.clone(),
                "invoice_issue_date=2026-12-01 invoice_due_date=2026-11-30",
                "date_order:invoice_due_date",
            ),
        ]);
    }
    answers(&[
        (
            connect(),
            "invoice_issue_date=2026-09-01 invoice_payment_terms=120",
            "",
        ),
        (connect(), "invoice_issue_date=2027-03-01", ""),
        (
            connect(),
            "invoice_issue_date=2026-11-01 invoice_due_date=2027-12-01",
            "",
        ),
        (
            connect(),
            "invoice_issue_date=2026-12-01 invoice_due_date=2026-11-30",
            "date_order:invoice_due_date",
        ),
    ]);
}

#[test]
fn a_due_date_that_is_not_told_is_reckoned() {
    let rows = [
        ("", "2026-12-20"),
        ("invoice_issue_date=2026-11-10", "2026-12-10"),
        (
            "invoice_issue_date=2026-11-10 invoice_due_date=2026-12-01",
            "2026-12-01",
        ),
        ("invoice_due_date=2026-12-01", "2026-12-01"),
    ];
    for (changes, due) in rows {
        let mut desk = Desk::new();
        desk.good("quote.request", &with(&connect(), changes));
        assert_eq!(desk.show("I1")["invoice_due_date"], due, "{changes}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let mut desk = Desk::new();
    let product = desk
        .products
        .cover
        .get_mut(&crate::line::cover::Channel::Insure);
    product.expect("set up").buyer_limit = Some(100.into());
    let request = with(
        &insure(),
        "invoice_issue_date=2026-01-01 invoice_due_date=2026-02-01",
    );
    assert_eq!(
        desk.refused("quote.request", &request),
        "due_date_passed:invoice_due_date out_of_range:invoice_issue_date cover_limit_exceeded:invoice_amount"
    );
    let request = with(
        &insure(),
        "seller_country=NO invoice_amount=1 invoice_amount_currency=USD seller_language=SV user_reference=",
    );
    assert_eq!(
        desk.refused("quote.request", &request),
        "invalid_identity_no:seller_identifier out_of_range:invoice_amount \
         currency_not_allowed:invoice_amount_currency invalid_language:seller_language required:user_reference"
    );
}

#[test]
fn a_channel_without_a_product_is_not_sold() {
    let mut desk = Desk::new();
    desk.products.cover.clear();
    assert_eq!(
        desk.refused("quote.request", &reinsure()),
        "unknown_product:channel"
    );
    // A product that is gone while its quotes are open: what needs its settings is refused, the rest goes on.
    let mut desk = Desk::with("quote.pending", &reinsure());
    desk.products.cover.clear();
    let offer = "invoice_reference=I1 premium_amount=1 premium_amount_currency=SEK";
    assert_eq!(
        desk.refused("quote.offer", offer),
        "unknown_product:channel"
    );
    desk.good("quote.decline", "invoice_reference=I1");
    let mut desk = Desk::with("quote.offered", &reinsure());
    desk.products.cover.clear();
    assert_eq!(
        desk.refused("quote.activate", "invoice_reference=I1"),
        "unknown_product:channel"
    );
    desk.good("quote.reject", "invoice_reference=I1");
}

#[test]
fn a_request_is_answered_with_its_id() {
    let mut desk = Desk::new();
    let decision = desk.good("quote.request", &reinsure());
    let (name, id) = &decision.references[0];
    assert_eq!(*name, "cover_id");
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{id}");
    assert_eq!(desk.show("I1")["cover_id"], id.as_str());
    assert_eq!(
        (codes(&decision).as_str(), desk.today),
        ("", day("2026-11-20"))
    );
}
