//! Events and replies, field for field: names, order and types.

use serde_json::{Value as Json, json};

use super::{Desk, connect, insure, reinsure};

/// Names and types of the quote object; `?`: may be null.
const QUOTE: &str = "id:text user_reference:text seller_reference:text seller_identifier:text seller_country:text \
     buyer_reference:text buyer_identifier:text buyer_country:text invoice_amount:text invoice_amount_currency:text \
     invoice_reference:text invoice_issue_date:text invoice_due_date:text premium_amount:text? \
     premium_amount_currency:text? status:{code:text reason:text?} actions:[type:text method:text url:text] \
     links:[type:text method:text url:text]";

/// The same of connect's.
const CONNECT: &str = "id:text seller_identifier:text seller_country:text seller_email:text seller_language:text? \
     seller_first_name:text? seller_last_name:text? buyer_identifier:text buyer_country:text invoice_amount:text \
     invoice_amount_currency:text invoice_payment_terms:number invoice_number:text? invoice_issue_date:text? \
     invoice_due_date:text? discount_code:text? pending:bool success:bool new_user:bool";

/// Names and types of a value, in the spelling of the lists above, nulls as `null`.
fn shape(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Bool(_) => "bool".into(),
        Json::Number(_) => "number".into(),
        Json::String(_) => "text".into(),
        Json::Array(items) => {
            let mut shapes: Vec<String> = items.iter().map(members).collect();
            shapes.dedup();
            format!("[{}]", shapes.join(" | "))
        }
        Json::Object(_) => format!("{{{}}}", members(value)),
    }
}

fn members(value: &Json) -> String {
    let object = value.as_object().expect("an object");
    let member = |(name, value): (&String, &Json)| format!("{name}:{}", shape(value));
    object.iter().map(member).collect::<Vec<_>>().join(" ")
}

/// Whether a value has this shape: member by member, in order, null where that is allowed, lists empty or not.
fn fits(value: &Json, expected: &str) {
    let found = members(value);
    let (mut left, mut right) = (found.as_str(), expected);
    while !left.is_empty() || !right.is_empty() {
        let (one, rest) = cut(left);
        let (other, others) = cut(right);
        (left, right) = (rest, others);
        let null = other.strip_suffix('?');
        let name = other.split_once(':').map_or("", |(name, _)| name);
        let same = one == other
            || null.is_some_and(|other| one == other || one == format!("{name}:null"))
            || (other.contains(":[") && one == format!("{name}:[]"))
            || one == other.replace("reason:text?", "reason:null")
            || one == other.replace("reason:text?", "reason:text");
        assert!(same, "{one} is not {other}");
    }
}

/// The first member, and what follows: a blank within brackets does not end it.
fn cut(text: &str) -> (&str, &str) {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ' ' if depth == 0 => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

const STATES: [&str; 9] = [
    "quote.pending",
    "quote.offered",
    "activation.pending",
    "cover.activated",
    "claim.pending",
    "quote.rejected",
    "cover.settled",
    "claim.approved",
    "claim.rejected",
];

#[test]
fn every_status_is_told_in_the_shape_of_its_channel() {
    for state in STATES {
        for (request, expected) in [(reinsure(), QUOTE), (insure(), QUOTE), (connect(), CONNECT)] {
            let is_insure = request == insure();
            if state == "activation.pending" && !is_insure {
                continue;
            }
            let mut desk = Desk::with(state, &request);
            let reply = desk.reply("invoice_reference=I1");
            fits(&reply, expected);
            if expected == QUOTE {
                assert_eq!(reply["status"]["code"], state);
            }
        }
    }
}

#[test]
fn events_carry_what_an_inquiry_is_answered_with() {
    for request in [reinsure(), insure(), connect()] {
        let mut desk = Desk::new();
        let decision = desk.good("quote.request", &request);
        let told = decision.events[0].told.json().value();
        assert_eq!(told, desk.reply("invoice_reference=I1"));
        let decision = desk.good(
            "quote.offer",
            "invoice_reference=I1 premium_amount=145 premium_amount_currency=SEK",
        );
        let told = decision.events[0].told.json().value();
        assert_eq!(told, desk.reply("invoice_reference=I1"));
    }
}

#[test]
fn an_offer_looks_like_this() {
    let mut desk = Desk::with("quote.offered", &reinsure());
    let reply = desk.reply("invoice_reference=I1");
    let id = reply["id"].as_str().expect("an id").to_owned();
    let url =
        |action: &str| format!("https://partners.example.com/api/reinsure/v2/quotes/{id}/{action}");
    assert_eq!(
        reply,
        json!({
            "id": id, "user_reference": "U1", "seller_reference": "S1", "seller_identifier": "5599990016",
            "seller_country": "SE", "buyer_reference": "B1", "buyer_identifier": "5599990024",
            "buyer_country": "SE", "invoice_amount": "10010.00", "invoice_amount_currency": "SEK",
            "invoice_reference": "I1", "invoice_issue_date": "2026-11-15", "invoice_due_date": "2026-12-15",
            "premium_amount": "145.00", "premium_amount_currency": "SEK",
            "status": { "code": "quote.offered", "reason": null },
            "actions": [
                { "type": "activate", "method": "POST", "url": url("activate") },
                { "type": "reject", "method": "POST", "url": url("reject") },
            ],
            "links": [],
        })
    );
}

/// The types of a reply's actions, then of its links.
fn offered(desk: &mut Desk) -> String {
    let reply = desk.reply("invoice_reference=I1");
    let id = reply["id"].as_str().expect("an id").to_owned();
    let channel = desk.show("I1")["channel"]
        .as_str()
        .expect("a word")
        .to_owned();
    let mut types = Vec::new();
    for action in reply["actions"].as_array().expect("a list") {
        let kind = action["type"].as_str().expect("a word");
        assert_eq!(action["method"], "POST");
        let url = format!("https://partners.example.com/api/{channel}/v2/quotes/{id}/{kind}");
        assert_eq!(action["url"], url);
        types.push(kind.to_owned());
    }
    for link in reply["links"].as_array().expect("a list") {
        assert_eq!(link["method"], "GET");
        assert_eq!(
            link["url"],
            format!("https://partners.example.com/app/sign-policy/{id}")
        );
        types.push(link["type"].as_str().expect("a word").to_owned());
    }
    types.join(" ")
}

#[test]
fn actions_and_links_are_those_of_the_state() {
    for (state, expected) in [
        ("quote.pending", ""),
        ("quote.offered", "activate reject"),
        ("quote.rejected", ""),
        ("cover.activated", "claim settle"),
        ("claim.pending", "settle"),
        ("cover.settled", ""),
        ("claim.approved", ""),
        ("claim.rejected", ""),
    ] {
        assert_eq!(
            offered(&mut Desk::with(state, &reinsure())),
            expected,
            "{state}"
        );
        // Of the seller's own, the offer alone differs while the policy is not signed.
        let insures = if state == "quote.offered" {
            "sign-and-activate reject"
        } else {
            expected
        };
        assert_eq!(
            offered(&mut Desk::with(state, &insure())),
            insures,
            "{state}"
        );
    }
    assert_eq!(
        offered(&mut Desk::with("activation.pending", &insure())),
        "sign-policy-page"
    );
    // Signed for another invoice, this one can be activated.
    let mut desk = Desk::with("cover.settled", &insure());
    desk.good("quote.request", &insure());
    desk.good(
        "quote.offer",
        "invoice_reference=I1 premium_amount=1 premium_amount_currency=SEK",
    );
    assert_eq!(offered(&mut desk), "activate reject");
}

#[test]
fn a_site_without_an_address_has_paths() {
    let mut desk = Desk::with("quote.offered", &reinsure());
    desk.terms.base_url = None;
    let reply = desk.reply("invoice_reference=I1");
    let url = reply["actions"][0]["url"]
        .as_str()
        .expect("a path")
        .to_owned();
    assert!(url.starts_with("/api/reinsure/v2/quotes/"), "{url}");
}

#[test]
fn connect_says_pending_success_and_new_user() {
    let mut desk = Desk::new();
    let flags = |desk: &mut Desk| {
        let reply = desk.reply("invoice_reference=I1");
        ["pending", "success", "new_user"].map(|name| reply[name].as_bool().expect("a flag"))
    };
    desk.good("quote.request", &connect());
    assert_eq!(flags(&mut desk), [true, false, true]);
    let mut declined = desk.clone();
    declined.good("quote.decline", "invoice_reference=I1");
    assert_eq!(flags(&mut declined), [false, false, true]);
    desk.good(
        "quote.offer",
        "invoice_reference=I1 premium_amount=1 premium_amount_currency=SEK",
    );
    assert_eq!(flags(&mut desk), [false, true, true]);
    let mut expired = desk.clone();
    expired.to("2026-11-25");
    assert_eq!(flags(&mut expired), [false, true, true]);
    let decision = desk.good("quote.purchased", "invoice_reference=I1");
    assert_eq!(decision.events[0].told.json().value()["new_user"], false);
    assert_eq!(flags(&mut desk), [false, true, false]);

    // Who has signed a policy is not new either.
    let mut desk = Desk::with("cover.settled", &insure());
    desk.good("quote.request", &connect());
    assert_eq!(flags(&mut desk), [true, false, false]);
}

#[test]
fn connects_numbers_and_dates() {
    let mut desk = Desk::new();
    let request = format!(
        "{} seller_language=sv seller_first_name=Eva seller_last_name=Berg discount_code=D1 \
         invoice_issue_date=2026-11-10",
        connect()
    );
    desk.good("quote.request", &request);
    let reply = desk.reply("invoice_reference=I1");
    let expected = [
        ("seller_email", json!("eva@example.se")),
        ("seller_language", json!("sv")),
        ("seller_first_name", json!("Eva")),
        ("seller_last_name", json!("Berg")),
        ("invoice_payment_terms", json!(30)),
        ("invoice_number", json!("N1")),
        ("invoice_issue_date", json!("2026-11-10")),
        ("invoice_due_date", json!("2026-12-10")),
        ("discount_code", json!("D1")),
    ];
    for (name, value) in expected {
        assert_eq!(reply[name], value, "{name}");
    }
}
