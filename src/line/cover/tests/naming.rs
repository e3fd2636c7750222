//! Which quote or cover a record means: the newest of its invoice, or the one of an id.

use super::{Desk, codes, reinsure};

fn id(desk: &Desk, reference: &str) -> String {
    desk.show(reference)["cover_id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[test]
fn one_of_the_two_is_needed() {
    let mut desk = Desk::with("quote.offered", &reinsure());
    for kind in [
        "quote.activate",
        "quote.reject",
        "cover.settle",
        "cover.claim",
        "cover.inquire",
        "claim.approve",
    ] {
        assert_eq!(
            desk.refused(kind, ""),
            "required:invoice_reference",
            "{kind}"
        );
    }
    assert_eq!(
        desk.refused("quote.activate", "invoice_reference=I9"),
        "not_found:invoice_reference"
    );
    assert_eq!(
        desk.refused("quote.activate", "cover_id=I1"),
        "not_found:cover_id"
    );
    assert_eq!(
        desk.refused("quote.activate", "invoice_reference=I1 cover_id=x"),
        "not_found:cover_id"
    );
}

#[test]
fn a_cover_is_found_by_its_id() {
    let mut desk = Desk::with("quote.offered", &reinsure());
    let id = id(&desk, "I1");
    let decision = desk
        .clone()
        .good("quote.activate", &format!("cover_id={id}"));
    assert_eq!(
        (&*decision.entity, &*decision.state),
        ("I1", "cover.activated")
    );
    assert_eq!(decision.events[0].subject, "I1");
    desk.good(
        "quote.activate",
        &format!("cover_id={id} invoice_reference=I1"),
    );
    let other = reinsure().replace("=I1", "=I2");
    desk.good("quote.request", &other);
    let both = format!("cover_id={id} invoice_reference=I2");
    assert_eq!(
        desk.refused("cover.settle", &both),
        "conflicting_fields:cover_id"
    );
    // All that is wrong is told, and how the invoice stands that the record names.
    let decision = desk.send("cover.settle", &format!("{both} effective_date=2026-12-24"));
    assert_eq!(
        (codes(&decision).as_str(), &*decision.state),
        (
            "not_schedulable:effective_date conflicting_fields:cover_id",
            "quote.pending"
        )
    );
}

#[test]
fn an_invoice_means_its_newest_and_an_id_its_own() {
    let mut desk = Desk::with("cover.settled", &reinsure());
    let old = id(&desk, "I1");
    let before = desk.reply(&format!("cover_id={old}"));
    desk.good("quote.request", &reinsure());
    let new = id(&desk, "I1");
    assert_ne!(old, new);
    assert_eq!(desk.state("I1"), "quote.pending");
    assert_eq!(desk.reply("invoice_reference=I1")["id"], new.as_str());
    assert_eq!(desk.reply(&format!("cover_id={new}"))["id"], new.as_str());
    assert_eq!(desk.reply(&format!("cover_id={old}")), before);

    // The old one has ended, whatever becomes of the new one.
    let decision = desk.send(
        "cover.settle",
        &format!("cover_id={old} invoice_reference=I1"),
    );
    assert_eq!(
        (codes(&decision).as_str(), &*decision.state),
        ("not_allowed_in_state", "cover.settled")
    );
    desk.good("quote.decline", &format!("cover_id={new}"));
    desk.good("quote.request", &reinsure());
    assert_eq!(
        desk.reply(&format!("cover_id={new}"))["status"]["code"],
        "quote.rejected"
    );
    assert_eq!(desk.reply(&format!("cover_id={old}")), before);
}
