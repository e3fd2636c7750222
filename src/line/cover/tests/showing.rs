//! What is shown, exported, drawn, and fetched ahead.

use serde_json::json;

use super::{Desk, insure, reinsure};
use crate::line::cover::{self, BUYER, COVER, KINDS};
use crate::model::decision::OrderValue;
use crate::model::{Fields, Instruction, Personal, Value};

#[test]
fn a_quote_is_shown_under_the_public_names() {
    let desk = Desk::with("quote.offered", &insure());
    let shown = desk.show("I1");
    assert_eq!(
        shown,
        json!({
            "invoice_reference": "I1", "state": "quote.offered", "cover_id": shown["cover_id"],
            "channel": "insure", "user_reference": "U1", "seller_reference": "S1", "buyer_reference": "B1",
            "seller_country": "SE", "seller_identifier": "5599990016", "buyer_country": "SE",
            "buyer_identifier": "5599990024", "invoice_amount": "10010.00", "invoice_amount_currency": "SEK",
            "invoice_issue_date": "2026-11-15", "invoice_due_date": "2026-12-15", "premium_amount": "145.00",
            "premium_amount_currency": "SEK", "expires_at": "2026-11-22T02:00:00+01:00",
            "allowed": ["quote.activate", "quote.sign-and-activate", "quote.reject", "cover.inquire"],
        })
    );
}

#[test]
fn show_tells_the_one_way_in_which_a_seller_can_activate() {
    let allowed = |desk: &Desk, key: &str| {
        let state = &desk.book.entities[&(COVER, key.to_owned())];
        let mut book = desk.book.clone();
        let shown = crate::line::show_whole(COVER, key, state, &desk.on_this_day(), &mut book);
        shown.expect("our own state")["allowed"].clone()
    };
    let mut desk = Desk::with("quote.offered", &insure());
    let unsigned = json!(["quote.sign-and-activate", "quote.reject", "cover.inquire"]);
    assert_eq!(allowed(&desk, "I1"), unsigned);
    desk = Desk::with("cover.activated", &insure());
    let second = insure().replace("invoice_reference=I1", "invoice_reference=I2");
    assert_ne!(second, insure());
    desk.good("quote.request", &second);
    desk.good(
        "quote.offer",
        "invoice_reference=I2 premium_amount=145 premium_amount_currency=SEK",
    );
    let signed = json!(["quote.activate", "quote.reject", "cover.inquire"]);
    assert_eq!(allowed(&desk, "I2"), signed);
}

#[test]
fn what_is_kept_is_small() {
    let desk = Desk::with("quote.pending", &reinsure());
    let state = &desk.book.entities[&(COVER, "I1".to_owned())];
    let id = desk.show("I1")["cover_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(
        *state,
        format!(
            r#"{{"state":"quote.pending","id":"{id}","channel":"reinsure","seller":{{"country":"SE","identifier":"5599990016"}},"buyer":{{"country":"SE","identifier":"5599990024"}},"amount":"10010.00","currency":"SEK","issue_date":"2026-11-15","due_date":"2026-12-15","details":{{"user_reference":"U1","seller_reference":"S1","buyer_reference":"B1"}}}}"#
        )
    );
}

#[test]
fn exports_have_a_cell_a_column() {
    let header = cover::export_header(COVER).expect("a space of entities");
    let mut sorted = header.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), header.len(), "a column stands twice");
    let request = KINDS[0].fields.iter().map(|spec| spec.name);
    for name in request {
        assert!(header.contains(&name), "{name}");
    }
    for state in [
        "quote.pending",
        "quote.offered",
        "activation.pending",
        "claim.pending",
    ] {
        let desk = Desk::with(state, &insure());
        let kept = &desk.book.entities[&(COVER, "I1".to_owned())];
        let row = cover::export_row(COVER, "I1", kept).expect("our own state");
        assert_eq!(row.len(), header.len());
        let shown = desk.show("I1");
        for (name, cell) in header.iter().zip(row) {
            let expected = shown[*name].as_str().unwrap_or_default();
            match cell {
                OrderValue::Text(text) => assert_eq!(*text, *expected, "{name}"),
                OrderValue::Amount(amount, _) => assert_eq!(amount.to_string(), expected, "{name}"),
            }
        }
    }
    assert!(cover::export_header(BUYER).is_err());
    let desk = Desk::new();
    assert!(cover::show(BUYER, "", "{}", &desk.on_this_day()).is_err());
}

#[test]
fn the_table_is_drawn_from_the_steps() {
    let table = &cover::tables()[0];
    let text = table.markdown();
    assert_eq!(text.lines().count(), 2 + 10);
    let drawing = table.mermaid();
    for line in [
        "[*] --> quote.pending: quote.request",
        "quote.offered --> quote.rejected: quote.expire",
        "activation.pending --> quote.rejected: quote.expire",
        "cover.activated --> cover.settled: cover.expire",
        "claim.pending --> claim.approved: claim.approve",
        "quote.rejected --> quote.pending: quote.request",
    ] {
        assert!(
            drawing.contains(&format!("    {line}\n")),
            "{line}: {drawing}"
        );
    }
}

#[test]
fn everything_a_record_asks_for_is_named_ahead() {
    let mut fields = Fields::default();
    for (name, text) in [
        ("invoice_reference", "I1"),
        ("cover_id", "x"),
        ("seller_country", "SE"),
        ("buyer_country", "DE"),
        ("invoice_amount_currency", "SEK"),
    ] {
        fields.push(name, Value::Text(text.into()));
    }
    fields.push(
        "seller_identifier",
        Value::Personal(Personal::new("559999-0016")),
    );
    fields.push("buyer_identifier", Value::Personal(Personal::new("hrb 1")));
    let instruction = Instruction {
        kind: &KINDS[0],
        instruction_id: None,
        effective_date: None,
        fields,
        digest: [0; 16],
    };
    let mut keys = Vec::new();
    cover::keys(&instruction, &mut |space, key| {
        keys.push(format!("{} {key}", space.0));
    });
    assert_eq!(keys, ["q I1", "qi x", "qb DE:HRB1:SEK", "qs SE:5599990016"]);
}

#[test]
fn the_partners_format_knows_all_that_the_partner_may_say() {
    let formats = crate::format::load(&[], &crate::line::dictionary::dictionary());
    let formats = formats.unwrap_or_else(|faults| panic!("{faults}"));
    let format = &formats["invoice-cover-csv-1"];
    for kind in KINDS.iter().filter(|kind| kind.side.is_of(false)) {
        for spec in kind.fields {
            let known = format.fields.iter().any(|field| field.name == spec.name);
            assert!(known, "{}: {}", kind.name, spec.name);
        }
    }
}
