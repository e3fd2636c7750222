//! Every cell of the table, played through the book: in the channel that it is for, and in the others.

use super::{Desk, codes, connect, events, insure, reinsure};
use crate::line::cover::lifecycle::ASKS;
use crate::line::cover::words::State;
use crate::model::Outcome;

/// A good record of each instruction for invoice I1.
fn record(instruction: &str, request: &str) -> String {
    let rest = match instruction {
        "quote.request" => return request.to_owned(),
        "quote.offer" => "premium_amount=145.00 premium_amount_currency=SEK",
        "quote.sign-and-activate" => "user_email=a@example.se user_first_name=A user_last_name=B",
        "cover.claim" => "claim_type=bankruptcy",
        _ => "",
    };
    format!("invoice_reference=I1 {rest}")
}

const KINDS: [&str; 13] = [
    "quote.request",
    "quote.activate",
    "quote.sign-and-activate",
    "quote.reject",
    "cover.settle",
    "cover.claim",
    "cover.inquire",
    "quote.offer",
    "quote.decline",
    "quote.signed",
    "quote.purchased",
    "claim.approve",
    "claim.reject",
];

/// What is possible in a state by channel (`*`: any): state, channel, instruction, the state afterwards with its reason,
/// or a code other than `not_allowed_in_state`. What is not here is refused with that.
const CELLS: &[(&str, &str, &str, &str)] = &[
    ("none", "*", "quote.request", "quote.pending"),
    (
        "quote.pending",
        "*",
        "quote.request",
        "already_open:invoice_reference",
    ),
    ("quote.pending", "*", "quote.offer", "quote.offered"),
    (
        "quote.pending",
        "*",
        "quote.decline",
        "quote.rejected insurance_unavailable",
    ),
    (
        "quote.offered",
        "*",
        "quote.request",
        "already_open:invoice_reference",
    ),
    (
        "quote.offered",
        "*",
        "quote.reject",
        "quote.rejected offer_rejected",
    ),
    (
        "quote.offered",
        "reinsure",
        "quote.activate",
        "cover.activated",
    ),
    (
        "quote.offered",
        "insure",
        "quote.activate",
        "signature_required",
    ),
    (
        "quote.offered",
        "connect",
        "quote.activate",
        "role_not_allowed",
    ),
    (
        "quote.offered",
        "insure",
        "quote.sign-and-activate",
        "activation.pending",
    ),
    (
        "quote.offered",
        "connect",
        "quote.purchased",
        "cover.activated",
    ),
    (
        "activation.pending",
        "insure",
        "quote.request",
        "already_open:invoice_reference",
    ),
    (
        "activation.pending",
        "insure",
        "quote.signed",
        "cover.activated",
    ),
    (
        "cover.activated",
        "*",
        "quote.request",
        "already_open:invoice_reference",
    ),
    (
        "cover.activated",
        "*",
        "cover.settle",
        "cover.settled invoice_paid",
    ),
    ("cover.activated", "*", "cover.claim", "claim.pending"),
    (
        "claim.pending",
        "*",
        "quote.request",
        "already_open:invoice_reference",
    ),
    (
        "claim.pending",
        "*",
        "cover.settle",
        "cover.settled claim_cancelled",
    ),
    ("claim.pending", "*", "claim.approve", "claim.approved"),
    ("claim.pending", "*", "claim.reject", "claim.rejected"),
    ("quote.rejected", "*", "quote.request", "quote.pending"),
    ("cover.settled", "*", "quote.request", "quote.pending"),
    ("claim.approved", "*", "quote.request", "quote.pending"),
    ("claim.rejected", "*", "quote.request", "quote.pending"),
];

fn expected(state: &str, channel: &str, kind: &str) -> &'static str {
    let fits = |cell: &&(&str, &str, &str, &'static str)| {
        cell.0 == state && (cell.1 == "*" || cell.1 == channel) && cell.2 == kind
    };
    match CELLS.iter().find(fits) {
        Some(cell) => cell.3,
        None if state == "none" => "not_found:invoice_reference",
        None if kind == "cover.inquire" => "",
        None => "not_allowed_in_state",
    }
}

#[test]
fn every_cell_does_what_it_says_in_every_channel() {
    let mut played = 0;
    for state in State::WORDS {
        for (channel, request) in [
            ("reinsure", reinsure()),
            ("insure", insure()),
            ("connect", connect()),
        ] {
            if *state == "activation.pending" && channel != "insure" {
                continue;
            }
            for kind in KINDS {
                let mut desk = Desk::with(state, &request);
                let decision = desk.send(kind, &record(kind, &request));
                let told = format!("{channel} {state} {kind}");
                let expected = expected(state, channel, kind);
                played += 1;
                if expected.is_empty() {
                    assert_eq!(
                        (desk.state("I1").as_str(), events(&decision).as_str()),
                        (*state, ""),
                        "{told}"
                    );
                    assert!(decision.reply.is_some(), "{told}");
                    continue;
                }
                if decision.outcome == Outcome::Rejected {
                    assert_eq!(codes(&decision), expected, "{told}");
                    let shown = if *state == "none" { "" } else { state };
                    assert_eq!(decision.state, shown, "{told}");
                    continue;
                }
                let (to, reason) = expected.split_once(' ').unwrap_or((expected, ""));
                assert_eq!(
                    (desk.state("I1").as_str(), desk.reason("I1").as_str()),
                    (to, reason),
                    "{told}"
                );
                assert_eq!(
                    (&*decision.state, events(&decision).as_str()),
                    (to, to),
                    "{told}"
                );
            }
        }
    }
    assert_eq!(played, 9 * 3 * 13 + 13);
}

#[test]
fn a_refusal_names_the_state_and_what_it_takes() {
    for (state, kind, said) in [
        (
            "quote.pending",
            "quote.activate",
            "in state `quote.pending` it takes cover.inquire, quote.offer, quote.decline",
        ),
        (
            "quote.offered",
            "cover.settle",
            "in state `quote.offered` it takes quote.activate, quote.reject, cover.inquire",
        ),
        (
            "cover.activated",
            "quote.reject",
            "in state `cover.activated` it takes cover.settle, cover.claim, cover.inquire",
        ),
        (
            "claim.pending",
            "cover.claim",
            "in state `claim.pending` it takes cover.settle, cover.inquire, claim.approve, claim.reject",
        ),
        (
            "cover.settled",
            "cover.settle",
            "in state `cover.settled` it takes quote.request, cover.inquire",
        ),
        (
            "quote.offered",
            "quote.request",
            "in state `quote.offered` it takes quote.activate, quote.reject, cover.inquire",
        ),
    ] {
        let mut desk = Desk::with(state, &reinsure());
        let decision = desk.send(kind, &record(kind, &reinsure()));
        let hint = &decision.findings[0].hint;
        assert!(hint.ends_with(said), "{state} {kind}: {hint}");
    }
    let rows = [
        (
            "insure",
            insure(),
            "quote.sign-and-activate, quote.reject, cover.inquire",
        ),
        (
            "connect",
            connect(),
            "quote.reject, cover.inquire, quote.purchased",
        ),
    ];
    for (channel, request, said) in rows {
        let mut desk = Desk::with("quote.offered", &request);
        let decision = desk.send("quote.activate", "invoice_reference=I1");
        let hint = &decision.findings[0].hint;
        assert!(hint.ends_with(said), "{channel}: {hint}");
    }
}

#[test]
fn every_instruction_of_the_table_is_played_here_or_by_time() {
    let words: Vec<&str> = ASKS.iter().map(|(word, _)| *word).collect();
    let mut known = KINDS.to_vec();
    known.extend(["quote.expire", "cover.expire"]);
    assert_eq!(words, known);
}

#[test]
fn nothing_can_be_asked_for_later() {
    for kind in KINDS {
        let request = reinsure();
        let fields = format!("{} effective_date=2026-11-21", record(kind, &request));
        let mut desk = Desk::with("quote.offered", &request);
        let codes = desk.refused(kind, &fields);
        assert!(
            codes.contains("not_schedulable:effective_date"),
            "{kind}: {codes}"
        );
        let today = fields.replace("11-21", "11-20");
        assert!(
            !desk.refused(kind, &today).contains("not_schedulable"),
            "{kind}"
        );
    }
}

#[test]
fn each_kind_is_of_one_side() {
    for (spec, kind) in super::super::KINDS.iter().zip(KINDS) {
        assert_eq!(spec.name, kind);
        let insurers = kind.starts_with("claim.")
            || [
                "quote.offer",
                "quote.decline",
                "quote.signed",
                "quote.purchased",
            ]
            .contains(&kind);
        assert_eq!(spec.side.is_of(true), insurers, "{kind}");
        assert_eq!(spec.side.is_of(false), !insurers, "{kind}");
    }
}
