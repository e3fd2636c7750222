//! What is insured of one buyer, over all invoices and channels.

use rust_decimal::Decimal;

use super::{Desk, connect, insure, reinsure};
use crate::line::cover::Channel;

const OFFER: &str = "premium_amount=1 premium_amount_currency=SEK";

fn desk(limit: i64) -> Desk {
    let mut desk = Desk::new();
    for product in desk.products.cover.values_mut() {
        product.buyer_limit = Some(limit.into());
    }
    desk
}

/// Takes a quote of an invoice as far as it goes with these kinds.
fn go(desk: &mut Desk, reference: &str, request: &str, kinds: &[&str]) {
    desk.good(
        "quote.request",
        &request.replace("=I1", &format!("={reference}")),
    );
    for kind in kinds {
        let rest = match *kind {
            "quote.offer" => OFFER,
            "quote.sign-and-activate" => {
                "user_email=a@example.se user_first_name=A user_last_name=B"
            }
            "cover.claim" => "claim_type=bankruptcy",
            _ => "",
        };
        desk.good(kind, &format!("invoice_reference={reference} {rest}"));
    }
}

#[test]
fn the_limit_counts_what_is_insured_and_what_is_asked() {
    // 10,010 each: one more than the limit allows.
    for (limit, fits) in [(10_009, false), (10_010, true)] {
        let mut desk = desk(limit);
        let code = desk.refused("quote.request", &reinsure());
        assert_eq!(code.is_empty(), fits, "{code}");
    }
    let mut desk = desk(20_020);
    go(
        &mut desk,
        "A",
        &reinsure(),
        &["quote.offer", "quote.activate"],
    );
    go(
        &mut desk,
        "B",
        &reinsure(),
        &["quote.offer", "quote.activate"],
    );
    let decision = desk.send("quote.request", &reinsure());
    let finding = &decision.findings[0];
    assert_eq!(
        (finding.code.as_str(), &*finding.field),
        ("cover_limit_exceeded", "invoice_amount")
    );
    assert!(
        finding.hint.starts_with(
            "20020.00 SEK of at most 20020.00 SEK are insured of this buyer already; "
        ),
        "{}",
        finding.hint
    );
}

#[test]
fn quotes_do_not_count_until_they_are_taken_and_are_counted_again_then() {
    let mut desk = desk(10_010);
    for reference in ["A", "B", "C"] {
        go(&mut desk, reference, &reinsure(), &["quote.offer"]);
    }
    go(&mut desk, "D", &insure(), &["quote.offer"]);
    go(&mut desk, "E", &connect(), &["quote.offer"]);
    desk.good("quote.activate", "invoice_reference=A");
    let over = "cover_limit_exceeded";
    assert_eq!(desk.refused("quote.activate", "invoice_reference=B"), over);
    let sign = "invoice_reference=D user_email=a@example.se user_first_name=A user_last_name=B";
    assert_eq!(desk.refused("quote.sign-and-activate", sign), over);
    assert_eq!(desk.refused("quote.purchased", "invoice_reference=E"), over);
    // An end frees it.
    desk.good("cover.settle", "invoice_reference=A");
    desk.good("quote.activate", "invoice_reference=B");
}

#[test]
fn what_waits_for_a_signature_or_a_claim_counts_and_what_has_ended_does_not() {
    let rows: [(&[&str], bool); 7] = [
        (&["quote.sign-and-activate"], true),
        (&["quote.sign-and-activate", "quote.signed"], true),
        (
            &["quote.sign-and-activate", "quote.signed", "cover.claim"],
            true,
        ),
        (
            &[
                "quote.sign-and-activate",
                "quote.signed",
                "cover.claim",
                "claim.approve",
            ],
            false,
        ),
        (
            &[
                "quote.sign-and-activate",
                "quote.signed",
                "cover.claim",
                "claim.reject",
            ],
            false,
        ),
        (
            &[
                "quote.sign-and-activate",
                "quote.signed",
                "cover.claim",
                "cover.settle",
            ],
            false,
        ),
        (&["quote.reject"], false),
    ];
    for (kinds, counts) in rows {
        let mut desk = desk(10_010);
        go(&mut desk, "A", &insure(), &["quote.offer"]);
        for kind in kinds {
            let rest = match *kind {
                "quote.sign-and-activate" => {
                    "user_email=a@example.se user_first_name=A user_last_name=B"
                }
                "cover.claim" => "claim_type=bankruptcy",
                _ => "",
            };
            desk.good(kind, &format!("invoice_reference=A {rest}"));
        }
        let found = desk.refused("quote.request", &reinsure());
        assert_eq!(
            found,
            if counts {
                "cover_limit_exceeded:invoice_amount"
            } else {
                ""
            },
            "{kinds:?}"
        );
    }
}

#[test]
fn a_signature_that_comes_is_not_counted_twice() {
    let mut desk = desk(10_010);
    go(
        &mut desk,
        "A",
        &insure(),
        &["quote.offer", "quote.sign-and-activate", "quote.signed"],
    );
    let (_, state) = desk
        .book
        .entities
        .iter()
        .find(|((space, _), _)| space.0 == "qb")
        .expect("a buyer");
    assert_eq!(state, r#"{"amount":"10010.00"}"#);
}

#[test]
fn a_buyer_is_a_country_a_number_and_a_currency() {
    let mut desk = desk(10_010);
    go(
        &mut desk,
        "A",
        &reinsure(),
        &["quote.offer", "quote.activate"],
    );
    let others = [
        reinsure().replace("currency=SEK", "currency=EUR"),
        reinsure().replace("5599990024", "5599990032"),
        reinsure().replace(
            "buyer_country=SE buyer_identifier=5599990024",
            "buyer_country=DE buyer_identifier=5599990024",
        ),
    ];
    for request in others {
        assert_eq!(
            desk.clone().refused("quote.request", &request),
            "",
            "{request}"
        );
    }
    // The same number written otherwise is the same buyer, in any channel.
    let same = connect().replace("5599990024", "559999-0024");
    assert_eq!(
        desk.refused("quote.request", &same),
        "cover_limit_exceeded:invoice_amount"
    );
}

#[test]
fn each_channel_has_its_own_limit() {
    let mut desk = Desk::new();
    desk.products
        .cover
        .get_mut(&Channel::Insure)
        .expect("set up")
        .buyer_limit = Some(15_000.into());
    go(
        &mut desk,
        "A",
        &reinsure(),
        &["quote.offer", "quote.activate"],
    );
    go(
        &mut desk,
        "B",
        &reinsure(),
        &["quote.offer", "quote.activate"],
    );
    assert_eq!(
        desk.refused("quote.request", &insure()),
        "cover_limit_exceeded:invoice_amount"
    );
}

#[test]
fn a_sum_that_no_number_holds_is_over_every_limit() {
    let mut desk = Desk::new();
    let large = reinsure().replace("=10010", "=99999999999999999999999999.99");
    let mut taken = Decimal::ZERO;
    for n in 0.. {
        let request = large.replace("=I1", &format!("=X{n}"));
        let code = desk.refused("quote.request", &request);
        if !code.is_empty() {
            assert_eq!(code, "cover_limit_exceeded:invoice_amount");
            break;
        }
        let reference = format!("invoice_reference=X{n}");
        desk.good("quote.offer", &format!("{reference} {OFFER}"));
        desk.good("quote.activate", &reference);
        taken += Decimal::from_str_exact("99999999999999999999999999.99").expect("a decimal");
    }
    assert!(taken > Decimal::from_str_exact("9999999999999999999999999.99").expect("a decimal"));
}
