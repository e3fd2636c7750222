//! What time does, by the clock and by the date.

use super::{Desk, codes, connect, day, events, instant, insure, reinsure};
use crate::line::cover::entity::{EXPIRE, EXPIRE_CLAIMS};
use crate::line::cover::{self, BUYER, COVER, Channel};

#[test]
fn an_offer_stands_for_its_hours() {
    for (request, last, over) in [
        (
            reinsure(),
            "2026-11-22T01:59:59+01:00",
            "2026-11-22T02:00:00+01:00",
        ),
        (
            insure(),
            "2026-11-22T01:59:59+01:00",
            "2026-11-22T02:00:00+01:00",
        ),
        (
            connect(),
            "2026-11-21T01:59:59+01:00",
            "2026-11-21T02:00:00+01:00",
        ),
    ] {
        let mut desk = Desk::with("quote.offered", &request);
        assert_eq!(desk.show("I1")["expires_at"], over);
        assert_eq!(desk.until(last).len(), 0);
        let carried = desk.until("2026-11-30T12:00:00+01:00");
        assert_eq!(carried.len(), 1);
        assert_eq!(
            (carried[0].0.as_str(), events(&carried[0].1).as_str()),
            (EXPIRE, "quote.rejected")
        );
        assert_eq!(
            (desk.state("I1"), desk.reason("I1")),
            ("quote.rejected".into(), "quote_expired".into())
        );
        assert!(desk.book.due_at.is_empty());
    }
}

#[test]
fn the_hours_are_a_setting_and_count_from_the_offers_own_batch() {
    let mut desk = Desk::with("quote.pending", &reinsure());
    let product = desk
        .products
        .cover
        .get_mut(&Channel::Reinsure)
        .expect("set up");
    product.quote_hours = 6;
    desk.until("2026-11-21T20:30:00+01:00");
    desk.good(
        "quote.offer",
        "invoice_reference=I1 premium_amount=1 premium_amount_currency=SEK",
    );
    assert_eq!(desk.show("I1")["expires_at"], "2026-11-22T02:30:00+01:00");
}

#[test]
fn hours_are_hours_when_the_clocks_change() {
    let mut desk = Desk::new();
    (desk.today, desk.now) = (day("2026-10-23"), instant("2026-10-23T23:30:00+02:00"));
    let request = reinsure().replace("2026-11-15", "2026-10-23");
    desk.good("quote.request", &request);
    desk.good(
        "quote.offer",
        "invoice_reference=I1 premium_amount=1 premium_amount_currency=SEK",
    );
    assert_eq!(desk.show("I1")["expires_at"], "2026-10-25T22:30:00+01:00");
}

#[test]
fn who_is_to_sign_has_no_more_time() {
    let mut desk = Desk::with("quote.offered", &insure());
    desk.until("2026-11-21T12:00:00+01:00");
    desk.good(
        "quote.sign-and-activate",
        "invoice_reference=I1 user_email=a@example.se user_first_name=A user_last_name=B",
    );
    let carried = desk.until("2026-11-22T02:00:00+01:00");
    assert_eq!(events(&carried[0].1), "quote.rejected");
    assert_eq!(desk.reason("I1"), "quote_expired");
    assert_eq!(
        desk.refused("quote.signed", "invoice_reference=I1"),
        "not_allowed_in_state"
    );
}

#[test]
fn what_was_taken_or_turned_down_does_not_expire() {
    for state in [
        "cover.activated",
        "quote.rejected",
        "claim.pending",
        "cover.settled",
    ] {
        for request in [reinsure(), insure(), connect()] {
            let desk = Desk::with(state, &request);
            assert!(desk.book.due_at.is_empty(), "{state}");
        }
    }
    let mut desk = Desk::with("quote.offered", &reinsure());
    desk.good("quote.reject", "invoice_reference=I1");
    assert!(desk.book.due_at.is_empty());
}

#[test]
fn a_cover_that_nobody_claims_settles_itself_after_the_last_day() {
    for (request, due) in [
        (reinsure(), "2026-12-15"),
        (insure(), "2026-12-15"),
        (connect(), "2026-12-20"),
    ] {
        let mut desk = Desk::with("cover.activated", &request);
        assert_eq!(desk.show("I1")["invoice_due_date"], due);
        let last = day(due) + chrono::TimeDelta::days(30);
        assert_eq!(desk.show("I1")["claim_until"], last.to_string());
        assert_eq!(desk.to(&last.to_string()).len(), 0);
        let carried = desk.to("2027-03-01");
        assert_eq!(
            (carried[0].0.as_str(), events(&carried[0].1).as_str()),
            (EXPIRE_CLAIMS, "cover.settled")
        );
        assert_eq!(desk.reason("I1"), "claim_period_expired");
        assert_eq!(carried.len(), 1);
    }
}

#[test]
fn a_claim_or_a_settlement_stops_the_clock() {
    for state in [
        "claim.pending",
        "cover.settled",
        "claim.approved",
        "claim.rejected",
    ] {
        let mut desk = Desk::with(state, &reinsure());
        assert!(desk.book.due.is_empty(), "{state}");
        assert_eq!(desk.to("2027-03-01").len(), 0, "{state}");
    }
}

#[test]
fn a_cover_of_an_old_invoice_stands_until_tomorrow() {
    let request = format!("{} invoice_issue_date=2026-08-01", connect());
    let mut desk = Desk::with("cover.activated", &request);
    assert_eq!(desk.show("I1")["claim_until"], "2026-09-30");
    assert_eq!(
        desk.refused("cover.claim", "invoice_reference=I1"),
        "claim_period_over"
    );
    assert_eq!(desk.to("2026-11-20").len(), 0);
    assert_eq!(desk.to("2026-11-21").len(), 1);
}

#[test]
fn what_time_ends_frees_the_buyer() {
    let mut desk = Desk::with("activation.pending", &insure());
    let amount = |desk: &Desk| desk.book.entities[&(BUYER, "SE:5599990024:SEK".to_owned())].clone();
    assert_eq!(amount(&desk), r#"{"amount":"10010.00"}"#);
    desk.to("2026-11-23");
    assert_eq!(amount(&desk), r#"{"amount":"0.00"}"#);
    let mut desk = Desk::with("cover.activated", &reinsure());
    desk.to("2027-02-01");
    assert_eq!(amount(&desk), r#"{"amount":"0.00"}"#);
}

#[test]
fn what_is_no_longer_due_does_nothing() {
    let desk = Desk::with("quote.offered", &reinsure());
    for (space, key, what) in [
        (COVER, "I1", EXPIRE),
        (COVER, "I1", EXPIRE_CLAIMS),
        (COVER, "I1", "cover.other"),
        (COVER, "I9", EXPIRE),
        (BUYER, "I1", EXPIRE),
    ] {
        let mut book = desk.book.clone();
        let decision = cover::carry_out(space, key, what, &mut book, &desk.context());
        assert!(
            decision.expect("the world is well").is_none(),
            "{key} {what}"
        );
        assert_eq!(book, desk.book);
    }
}

#[test]
fn an_expiry_is_told_with_the_object_as_it_stands_then() {
    let mut desk = Desk::with("quote.offered", &insure());
    let carried = desk.to("2026-11-23");
    let told = carried[0].1.events[0].told.json().value();
    assert_eq!(
        told["status"],
        serde_json::json!({ "code": "quote.rejected", "reason": "quote_expired" })
    );
    assert_eq!(told["actions"], serde_json::json!([]));
    assert_eq!(codes(&carried[0].1), "");
}
