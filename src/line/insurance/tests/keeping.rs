//! Changes while an insurance stands: being put in force, particulars, raises, collection.

use serde_json::json;

use super::parties::beneficiaries;
use super::{Desk, codes, events};
use crate::model::Outcome;

#[test]
fn it_is_put_in_force_on_the_later_of_both_dates() {
    let rows = [
        // start, asked for, outcome, in force from
        ("2026-11-20", "", Outcome::Accepted, "2026-11-20"),
        ("2026-11-01", "", Outcome::Accepted, "2026-11-20"),
        (
            "2026-11-01",
            "effective_date=2026-11-05",
            Outcome::Accepted,
            "2026-11-05",
        ),
        (
            "2026-11-10",
            "effective_date=2026-11-05",
            Outcome::Accepted,
            "2026-11-10",
        ),
        (
            "2026-11-20",
            "effective_date=2026-11-21",
            Outcome::Scheduled,
            "2026-11-21",
        ),
        ("2026-12-01", "", Outcome::Scheduled, "2026-12-01"),
        (
            "2026-12-01",
            "effective_date=2026-11-25",
            Outcome::Scheduled,
            "2026-12-01",
        ),
        (
            "2026-12-01",
            "effective_date=2026-12-02",
            Outcome::Scheduled,
            "2026-12-02",
        ),
    ];
    for (start, asked, outcome, from) in rows {
        let mut desk = Desk::new();
        let fields =
            super::register().replace("start_date=2026-11-20", &format!("start_date={start}"));
        desk.good(
            "insurance.register",
            &format!("{fields} collection_method=cash"),
        );
        desk.good("insurance.approve", "insurance_no=I1 approved_by=both");
        let decision = desk.good("insurance.activate", &format!("insurance_no=I1 {asked}"));
        assert_eq!(decision.outcome, outcome, "{start} {asked}");
        if outcome == Outcome::Scheduled {
            assert_eq!(
                (decision.state.as_ref(), events(&decision).len()),
                ("approved", 0)
            );
            let carried = desk.to(from);
            assert_eq!(carried.len(), 1);
            assert_eq!(events(&carried[0].1), ["insurance.activated active"]);
        } else {
            assert_eq!(events(&decision), ["insurance.activated active"]);
        }
        assert_eq!(desk.show("I1")["active_from"], from, "{start} {asked}");
        assert_eq!(desk.dues(), [""; 0]);
    }
}

#[test]
fn a_scheduled_start_can_be_moved_and_is_judged_again_on_its_day() {
    let mut desk = Desk::with("approved");
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=cash",
    );
    desk.good(
        "insurance.activate",
        "insurance_no=I1 effective_date=2026-12-01",
    );
    desk.good(
        "insurance.activate",
        "insurance_no=I1 effective_date=2026-12-05",
    );
    assert_eq!(desk.dues(), ["2026-12-05 insurance.activate"]);
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=moved~out",
    );
    let carried = desk.to("2026-12-05");
    assert_eq!(carried[0].0, "insurance.activate");
    assert_eq!(carried[0].1.outcome, Outcome::Rejected);
    assert_eq!(codes(&carried[0].1), "collection_missing:collection_method");
    assert_eq!(
        (desk.state("I1").as_str(), desk.dues().len()),
        ("approved", 0)
    );
}

#[test]
fn it_is_not_put_in_force_before_it_is_ready() {
    let rows = [
        ("", "collection_missing:collection_method"),
        (
            "collection_method=moved~out",
            "collection_missing:collection_method",
        ),
        ("collection_method=cash", ""),
    ];
    for (collection, expected) in rows {
        let mut desk = Desk::with("approved");
        if !collection.is_empty() {
            desk.good(
                "insurance.premium-collection",
                &format!("insurance_no=I1 {collection}"),
            );
        }
        assert_eq!(
            desk.refused("insurance.activate", "insurance_no=I1"),
            expected,
            "{collection}"
        );
    }
    let shares = [
        (&["share=60"][..], "shares_not_100:share"),
        (&["share=60", "share=40"], ""),
        (&["share=33.33", "share=66.66"], "shares_not_100:share"),
        (&["", ""], ""),
        (&["share=100", ""], ""),
    ];
    for (parts, expected) in shares {
        let mut desk = beneficiaries("approved", parts);
        desk.good(
            "insurance.premium-collection",
            "insurance_no=I1 collection_method=cash",
        );
        assert_eq!(
            desk.refused("insurance.activate", "insurance_no=I1"),
            expected,
            "{parts:?}"
        );
    }
}

#[test]
fn particulars_change_one_by_one() {
    let rows = [
        ("loan_ref=L2", "", json!({ "loan_ref": "L2" })),
        ("loan_ref=L1", "", json!(null)),
        (
            "annual_premium=1300",
            "",
            json!({ "annual_premium": "1300.00" }),
        ),
        ("annual_premium=1200.0", "", json!(null)),
        (
            "annual_premium=1300.001",
            "too_many_decimals:annual_premium",
            json!(null),
        ),
        (
            "end_date=2027-11-20",
            "",
            json!({ "end_date": "2027-11-20" }),
        ),
        ("end_date=2026-11-20", "date_order:end_date", json!(null)),
        ("end_date=<clear>", "", json!(null)),
        (
            "property.LoanInterest=4.50",
            "",
            json!({ "property.LoanInterest": "4.5" }),
        ),
        ("property.LoanInterest=<clear>", "", json!(null)),
        (
            "property.InitialLoanAmount=5",
            "",
            json!({ "property.InitialLoanAmount": "5.00" }),
        ),
        (
            "property.InitialLoanAmount=5.555",
            "too_many_decimals:property.InitialLoanAmount",
            json!(null),
        ),
        (
            "property.DistributionChannel=WEB",
            "",
            json!({ "distribution_channel": "WEB" }),
        ),
        (
            "property.FromInsurance=I9",
            "not_found:property.FromInsurance",
            json!(null),
        ),
        ("property.ApprovedByBank=false", "", json!(null)),
        (
            "property.ApprovedByBank=true",
            "conflicting_fields:property.ApprovedByBank",
            json!(null),
        ),
        (
            "property.TopupApprovedByBank=true",
            "conflicting_fields:property.TopupApprovedByBank",
            json!(null),
        ),
        (
            "property.PendingTopupAmount=5",
            "conflicting_fields:property.PendingTopupAmount",
            json!(null),
        ),
        (
            "effective_date=2026-11-21 loan_ref=L2",
            "not_schedulable:effective_date",
            json!(null),
        ),
    ];
    for (fields, expected, changed) in rows {
        let mut desk = Desk::with("registered");
        let decision = desk.send("insurance.update", &format!("insurance_no=I1 {fields}"));
        assert_eq!(codes(&decision), expected, "{fields}");
        let told = decision
            .events
            .first()
            .map(|event| event.told.json().value());
        assert_eq!(json!(told), changed, "{fields}");
    }
}

#[test]
fn a_refusal_says_what_the_state_takes() {
    let mut desk = Desk::with("cancelled");
    let decision = desk.send("insurance.update", "insurance_no=I1 loan_ref=L2");
    assert_eq!(
        decision.findings[0].hint,
        "reactivate it first, while that is allowed; in state `cancelled` it takes insurance.reactivate, \
         insurance.premium-paid, insurance.payout, insurance.inquire"
    );
}

#[test]
fn a_raise_waits_for_the_bank_or_is_applied() {
    let mut desk = Desk::with("active");
    let decision = desk.good(
        "insurance.top-up",
        "insurance_no=I1 amount=50000 currency=SEK annual_premium=1800",
    );
    assert_eq!(events(&decision), ["insurance.top_up_requested active"]);
    let shown = desk.show("I1");
    assert_eq!(shown["property.PendingTopupAmount"], "50000.00");
    assert_eq!(shown["property.PendingAnnualPremium"], "1800.00");
    assert_eq!(shown["property.PendingTopupCreationDate"], "2026-11-20");
    assert_eq!(shown["insured_amount"], "100000.00");
    assert_eq!(desk.dues(), ["2026-12-21 insurance.lapse-top-up"]);
    assert_eq!(
        desk.refused("insurance.top-up", "insurance_no=I1 amount=1 currency=SEK"),
        "top_up_pending"
    );
    let told = "insurance_no=I1 property.PendingTopupAmount=50000 property.PendingTopupCreationDate=2026-11-20";
    assert_eq!(desk.refused("insurance.update", told), "");
    let decision = desk.good("insurance.approve-top-up", "insurance_no=I1");
    assert_eq!(events(&decision), ["insurance.topped_up active"]);
    assert_eq!(
        decision.events[0].told.json().value(),
        json!({
            "insured_amount": "150000.00", "annual_premium": "1800.00", "property.PendingTopupAmount": null,
            "property.PendingAnnualPremium": null, "property.PendingTopupCreationDate": null,
        })
    );
    assert_eq!(
        (
            desk.show("I1")["insured_amount"].as_str(),
            desk.dues().len()
        ),
        (Some("150000.00"), 0)
    );

    let decision = desk.good(
        "insurance.top-up",
        "insurance_no=I1 amount=1 currency=SEK approved_by_bank=true",
    );
    assert_eq!(events(&decision), ["insurance.topped_up active"]);
    assert_eq!(
        decision.events[0].told.json().value(),
        json!({ "insured_amount": "150001.00" })
    );
}

#[test]
fn a_raise_has_bounds() {
    let rows = [
        ("amount=2900000 currency=SEK", ""),
        ("amount=2900000.01 currency=SEK", "over_maximum:amount"),
        ("amount=1 currency=NOK", "currency_not_allowed:currency"),
        ("amount=0 currency=SEK", "not_positive:amount"),
        ("amount=0.001 currency=SEK", "too_many_decimals:amount"),
        (
            "amount=1 currency=SEK annual_premium=0.001",
            "too_many_decimals:annual_premium",
        ),
        (
            "amount=2900001 currency=NOK",
            "currency_not_allowed:currency over_maximum:amount",
        ),
        (
            "amount=9999999999999999999999999999 currency=SEK",
            "over_maximum:amount",
        ),
    ];
    for (fields, expected) in rows {
        let mut desk = Desk::with("active");
        if fields.contains("amount=0 ") {
            // The amount's own check refuses it before the line is asked.
            continue;
        }
        assert_eq!(
            desk.refused("insurance.top-up", &format!("insurance_no=I1 {fields}")),
            expected,
            "{fields}"
        );
    }
    let mut desk = Desk::with("cancelled");
    assert_eq!(
        desk.refused("insurance.top-up", "insurance_no=I1 amount=1 currency=NOK"),
        "is_cancelled currency_not_allowed:currency"
    );
}

#[test]
fn a_method_replaces_the_one_before_and_keeps_its_rhythm() {
    let mut desk = Desk::with("active");
    desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=autogiro collection_account=9912346 collection_payer_identity_no=850101-9981 collection_interval=monthly collection_day=27",
    );
    assert_eq!(
        desk.show("I1")["collection_payer_identity_no"],
        "198501019981"
    );
    let decision = desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=PG",
    );
    assert_eq!(
        decision.events[0].told.json().value(),
        json!({ "collection_method": "plusgiro", "collection_account": null, "collection_payer_identity_no": null })
    );
    let shown = desk.show("I1");
    assert_eq!(
        (&shown["collection_interval"], &shown["collection_day"]),
        (&json!("monthly"), &json!(27))
    );
    let again = desk.good(
        "insurance.premium-collection",
        "insurance_no=I1 collection_method=plusgiro",
    );
    assert_eq!(events(&again), [""; 0]);
}
