//! Claims and settlements.

use super::{Desk, events, reinsure};

/// Activated on 2026-11-20, due on 2026-12-15, claims until 2027-01-14.
fn desk() -> Desk {
    Desk::with("cover.activated", &reinsure())
}

#[test]
fn a_late_or_missing_payment_is_claimed_after_the_due_date_and_in_time() {
    for claim in ["claim_type=late_payment", "claim_type=non_payment", ""] {
        let fields = format!("invoice_reference=I1 {claim}");
        let mut desk = desk();
        for (today, code) in [("2026-11-20", "not_due"), ("2026-12-15", "not_due")] {
            desk.to(today);
            assert_eq!(
                desk.refused("cover.claim", &fields),
                code,
                "{claim} {today}"
            );
        }
        for today in ["2026-12-16", "2027-01-14"] {
            desk.to(today);
            assert_eq!(
                events(&desk.clone().good("cover.claim", &fields)),
                "claim.pending"
            );
        }
        // The day after, time has settled it before anything else happens.
        desk.to("2027-01-15");
        assert_eq!(desk.refused("cover.claim", &fields), "not_allowed_in_state");
        assert_eq!(desk.reason("I1"), "claim_period_expired");
    }
}

#[test]
fn a_bankruptcy_is_claimed_at_any_time() {
    for today in ["2026-11-20", "2026-12-15", "2027-01-14"] {
        let mut desk = desk();
        desk.to(today);
        desk.good("cover.claim", "invoice_reference=I1 claim_type=bankruptcy");
        assert_eq!(desk.show("I1")["claim_type"], "bankruptcy");
    }
}

#[test]
fn a_claim_is_for_a_missing_payment_where_nothing_is_said() {
    let mut desk = desk();
    desk.to("2026-12-16");
    desk.good("cover.claim", "invoice_reference=I1");
    assert_eq!(desk.show("I1")["claim_type"], "non_payment");
}

#[test]
fn a_refused_claim_says_when() {
    let mut desk = desk();
    let decision = desk.send("cover.claim", "invoice_reference=I1");
    let hint = &decision.findings[0].hint;
    assert!(hint.starts_with("its due date is 2026-12-15; "), "{hint}");
    assert!(hint.contains("cover.settle, cover.claim"), "{hint}");
}

#[test]
fn a_setting_says_how_long_claims_are_taken() {
    let mut desk = Desk::with("quote.offered", &reinsure());
    let channel = crate::line::cover::Channel::Reinsure;
    desk.products
        .cover
        .get_mut(&channel)
        .expect("set up")
        .claim_days = 0;
    desk.good("quote.activate", "invoice_reference=I1");
    assert_eq!(desk.show("I1")["claim_until"], "2026-12-15");
    assert_eq!(desk.to("2026-12-16").len(), 1);
}

#[test]
fn a_claim_waits_for_the_insurer_however_long() {
    let mut desk = desk();
    desk.good("cover.claim", "invoice_reference=I1 claim_type=bankruptcy");
    desk.to("2027-12-31");
    assert_eq!(
        events(&desk.clone().good("claim.approve", "invoice_reference=I1")),
        "claim.approved"
    );
    assert_eq!(
        events(&desk.clone().good("claim.reject", "invoice_reference=I1")),
        "claim.rejected"
    );
    desk.good("cover.settle", "invoice_reference=I1");
    assert_eq!(desk.reason("I1"), "claim_cancelled");
}
