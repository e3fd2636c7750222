//! Offers, signatures, purchases and activations.

use super::{Desk, codes, connect, events, insure, reinsure};
use crate::line::cover::Channel;

const I1: &str = "invoice_reference=I1";
const SIGN: &str =
    "invoice_reference=I1 user_email=a@example.se user_first_name=A user_last_name=B";

#[test]
fn a_premium_is_in_the_invoices_currency() {
    let mut desk = Desk::with("quote.pending", &reinsure());
    let rows = [
        (
            "premium_amount=145 premium_amount_currency=EUR",
            "currency_not_allowed:premium_amount_currency",
        ),
        (
            "premium_amount=0 premium_amount_currency=SEK",
            "not_positive:premium_amount",
        ),
        (
            "premium_amount=-1 premium_amount_currency=SEK",
            "not_positive:premium_amount",
        ),
    ];
    for (fields, code) in rows {
        assert_eq!(desk.refused("quote.offer", &format!("{I1} {fields}")), code);
    }
    desk.good(
        "quote.offer",
        &format!("{I1} premium_amount=145.5 premium_amount_currency=SEK"),
    );
    let shown = desk.show("I1");
    assert_eq!(
        (&shown["premium_amount"], &shown["premium_amount_currency"]),
        (&"145.50".into(), &"SEK".into())
    );
    // Of a second offer both are told: that it is one, and what is wrong with it.
    let second = format!("{I1} premium_amount=1 premium_amount_currency=EUR");
    assert_eq!(
        desk.refused("quote.offer", &second),
        "currency_not_allowed:premium_amount_currency not_allowed_in_state"
    );
}

#[test]
fn an_invoice_that_is_past_due_is_not_insured() {
    for (request, kind, fields) in [
        (reinsure(), "quote.activate", I1),
        (insure(), "quote.sign-and-activate", SIGN),
    ] {
        let request = request.replace("2026-12-15", "2026-11-21");
        let mut desk = Desk::with("quote.offered", &request);
        desk.to("2026-11-21");
        desk.clone().good(kind, fields);
        desk.until("2026-11-22T01:59:59+01:00");
        let decision = desk.send(kind, fields);
        assert_eq!(codes(&decision), "due_date_passed", "{kind}");
        let hint = &decision.findings[0].hint;
        assert!(hint.starts_with("its due date is 2026-11-21; "), "{hint}");
        let allowed = "in state `quote.offered` it takes quote.reject, cover.inquire";
        assert!(hint.ends_with(allowed), "{hint}");
    }
}

#[test]
fn all_that_keeps_a_quote_from_activation_is_told() {
    let request = insure().replace("2026-12-15", "2026-11-21");
    let mut desk = Desk::with("quote.offered", &request);
    let product = desk
        .products
        .cover
        .get_mut(&Channel::Insure)
        .expect("set up");
    product.buyer_limit = Some(10_000.into());
    desk.until("2026-11-22T00:00:00+01:00");
    assert_eq!(
        desk.refused("quote.activate", I1),
        "signature_required due_date_passed cover_limit_exceeded"
    );
    assert_eq!(
        desk.refused("quote.sign-and-activate", SIGN),
        "due_date_passed cover_limit_exceeded"
    );
}

#[test]
fn a_seller_signs_a_version_of_the_policy_once() {
    let mut desk = Desk::with("quote.offered", &insure());
    assert_eq!(desk.refused("quote.activate", I1), "signature_required");
    let decision = desk.good("quote.sign-and-activate", SIGN);
    assert_eq!(events(&decision), "activation.pending");
    assert_eq!(events(&desk.good("quote.signed", I1)), "cover.activated");

    // The next invoice of the same seller needs no signature; another seller's does.
    let offer = "premium_amount=1 premium_amount_currency=SEK";
    let next = insure().replace("=I1", "=I2");
    let other = next
        .replace("=I2", "=I3")
        .replace("559999-0016", "559999-0032");
    for (reference, request) in [("I2", &next), ("I3", &other)] {
        desk.good("quote.request", request);
        desk.good(
            "quote.offer",
            &format!("invoice_reference={reference} {offer}"),
        );
    }
    let sign = SIGN.replace("=I1", "=I2");
    assert_eq!(
        desk.refused("quote.sign-and-activate", &sign),
        "not_allowed_in_state"
    );
    assert_eq!(
        desk.refused("quote.activate", "invoice_reference=I3"),
        "signature_required"
    );

    // A new version is signed anew.
    let product = desk
        .products
        .cover
        .get_mut(&Channel::Insure)
        .expect("set up");
    product.policy_version = "2".into();
    let mut renewed = desk.clone();
    assert_eq!(
        renewed.refused("quote.activate", "invoice_reference=I2"),
        "signature_required"
    );
    renewed.good("quote.sign-and-activate", &sign);
    renewed.good("quote.signed", "invoice_reference=I2");
    let product = desk
        .products
        .cover
        .get_mut(&Channel::Insure)
        .expect("set up");
    product.policy_version = "1".into();
    desk.good("quote.activate", "invoice_reference=I2");
}

#[test]
fn what_was_signed_is_the_version_that_was_asked_for() {
    let mut desk = Desk::with("activation.pending", &insure());
    let product = desk
        .products
        .cover
        .get_mut(&Channel::Insure)
        .expect("set up");
    product.policy_version = "2".into();
    desk.good("quote.signed", I1);
    desk.good("cover.settle", I1);
    desk.good("quote.request", &insure());
    desk.good(
        "quote.offer",
        &format!("{I1} premium_amount=1 premium_amount_currency=SEK"),
    );
    assert_eq!(desk.refused("quote.activate", I1), "signature_required");
}

#[test]
fn a_purchase_is_connects_alone() {
    for (request, code) in [
        (reinsure(), "not_allowed_in_state"),
        (insure(), "not_allowed_in_state"),
    ] {
        let mut desk = Desk::with("quote.offered", &request);
        assert_eq!(desk.refused("quote.purchased", I1), code);
    }
    let mut desk = Desk::with("quote.offered", &connect());
    assert_eq!(
        desk.refused("quote.sign-and-activate", SIGN),
        "not_allowed_in_state"
    );
    assert_eq!(events(&desk.good("quote.purchased", I1)), "cover.activated");
}

#[test]
fn signer_and_signature_stay_with_the_cover() {
    let desk = Desk::with("activation.pending", &insure());
    let shown = desk.show("I1");
    let signer = [
        "policy_version",
        "user_email",
        "user_first_name",
        "user_last_name",
    ];
    let said: Vec<&str> = signer
        .iter()
        .filter_map(|name| shown[*name].as_str())
        .collect();
    assert_eq!(said, ["1", "eva@example.se", "Eva", "Berg"]);
}
