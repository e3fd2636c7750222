//! Events and answers beside the insurer's own: the same keys, the same types.

use serde_json::{Value as Json, json};

use super::{Desk, PERSON, insured, told};
use crate::line::Envelope;
use crate::model::Told;

/// The shape of a value: its keys, and the type of each.
fn shape(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) => "bool".to_owned(),
        Json::Number(_) => "number".to_owned(),
        Json::String(_) => "text".to_owned(),
        Json::Array(items) => {
            let mut shapes: Vec<String> = items.iter().map(shape).collect();
            shapes.dedup();
            format!("[{}]", shapes.join(" "))
        }
        Json::Object(object) => {
            let mut members: Vec<String> = object
                .iter()
                .map(|(name, value)| format!("{name}:{}", shape(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(" "))
        }
    }
}

const DEBT: &str = "{data:{} event_datetime:text key:text status:text webhook_type:text}";

const POLICY: &str = "covers:[{cover_amount:number cover_prize_amount:number cover_type:text}]";

/// What an active policy's event and an answer about it share, in the order of the alphabet.
fn policy(before: &str, between: &str, after: &str) -> String {
    format!(
        "{{{before}{POLICY} credit_operation_key:text {between}insurance_amount:number insurance_date:text \
         insurance_policy_document_key:text {after}"
    )
}

#[test]
fn a_debt_tells_its_key_and_status() {
    let mut desk = Desk::new();
    let decision = desk.good("credit.create", &insured());
    let told = told(&decision);
    assert_eq!(told.len(), 1);
    assert_eq!(shape(&told[0]), DEBT);
    assert_eq!(
        told[0],
        json!({
            "webhook_type": "debt", "key": "O1", "status": "waiting_signature",
            "event_datetime": "2026-11-20 02:05:09", "data": {},
        })
    );
    let decision = desk.ask("credit.reverse", "");
    let told = super::told(&decision);
    assert_eq!(
        (shape(&told[0]), &told[0]["status"]),
        (DEBT.to_owned(), &json!("canceled"))
    );
}

#[test]
fn an_issued_policy_tells_all_of_it() {
    let mut desk = Desk::with("waiting_signature");
    let decision = desk.ask("credit.disburse", "disbursement_date=2026-11-20");
    let told = told(&decision);
    let data = policy(
        "",
        "",
        "insurance_premium_net_amount:number iof_amount:number operation_amount:number policy_number:text \
         prize_number:text term_end_date:text term_start_date:text}",
    );
    let expected =
        format!("{{data:{data} event_datetime:text key:text status:text webhook_type:text}}");
    assert_eq!(shape(&told[0]), expected);
    assert_eq!(told[0]["webhook_type"], "insurance_premium.status_change");
    assert_eq!(told[0]["status"], "active");
    assert_eq!(told[0]["key"], desk.show("O1")["insurance_premium_key"]);
    assert_eq!(told[0]["data"]["credit_operation_key"], "O1");
    assert_eq!(
        told[0]["data"]["covers"][0]["cover_amount"].to_string(),
        "1000.00"
    );
    let kinds: Vec<&str> = told[0]["data"]["covers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|cover| cover["cover_type"].as_str())
        .collect();
    assert_eq!(
        kinds,
        ["permanent_disability", "accidental_death", "unemployment"]
    );
}

#[test]
fn a_canceled_policy_tells_why() {
    let shape_of = "{data:{cancel_reason:text credit_operation_key:text} event_datetime:text key:text status:text \
         webhook_type:text}";
    let cancel = "cancel_reason=insurance~premium~cancel";
    for (kind, more, reason) in [
        ("policy.cancel", cancel, "insurance_premium_cancel"),
        ("credit.reverse", "", "reversed_operation"),
    ] {
        let mut desk = Desk::with("active");
        let issued = desk.show("O1")["insurance_premium_key"].clone();
        let told = told(&desk.ask(kind, more));
        let canceled = told.last().expect("it stands last");
        assert_eq!(shape(canceled), shape_of);
        assert_eq!(canceled["data"]["cancel_reason"], reason);
        assert_eq!(canceled["data"]["credit_operation_key"], "O1");
        assert_eq!(
            (&canceled["status"], &canceled["key"]),
            (&json!("canceled"), &issued)
        );
    }
}

#[test]
fn an_expired_policy_tells_so() {
    let mut desk = Desk::with("active");
    let done = desk.to("2027-11-21");
    let told = told(&done[0].1);
    let shape_of = "{data:{credit_operation_key:text} event_datetime:text key:text status:text webhook_type:text}";
    assert_eq!(told.len(), 1);
    assert_eq!(shape(&told[0]), shape_of);
    assert_eq!(told[0]["webhook_type"], "insurance_premium.status_change");
    assert_eq!(told[0]["status"], "expired");
}

#[test]
fn an_envelope_may_be_asked_for() {
    for (envelope, own) in [
        (None, true),
        (Some(Envelope::Qitech), true),
        (Some(Envelope::Tuum), true),
        (Some(Envelope::CloudEvents), false),
    ] {
        let mut desk = Desk::with("waiting_signature");
        let plain = told(
            &desk
                .clone()
                .ask("credit.disburse", "disbursement_date=2026-11-20"),
        );
        desk.terms.envelope = envelope;
        let decision = desk.ask("credit.disburse", "disbursement_date=2026-11-20");
        let event = &decision.events[0];
        assert_eq!(event.kind, "insurance_premium.status_change");
        assert_eq!(event.subject, "O1");
        match &event.told {
            Told::Line(line) => {
                assert!(own);
                assert_eq!(line.value(), plain[0]);
            }
            Told::Status(status, data) => {
                assert!(!own);
                assert_eq!(*status, plain[0]["status"]);
                assert_eq!(data.value(), plain[0]["data"]);
            }
            Told::Changed(_) | Told::Data(_) => panic!("an envelope of somebody else"),
        }
    }
}

#[test]
fn an_answer_about_a_policy_has_the_insurers_keys() {
    let mut desk = Desk::with("active");
    desk.terms.owner = "banco".to_owned();
    let decision = desk.ask("policy.inquire", "");
    let reply = decision.reply.expect("an answer");
    let expected = policy(
        "contract_number:text ",
        "disbursement_key:text ",
        "insurance_premium_key:text insurance_premium_net_amount:number iof_amount:number operation_amount:number \
         policy_number:text prize_number:text requester_key:text status:text term_end_date:text term_start_date:text}",
    );
    assert_eq!(shape(&reply), expected);
    assert_eq!(reply["status"], "active");
    assert_eq!(reply["insurance_amount"].to_string(), "60.23");
    // Who asks is the same whatever he asks for.
    let again = Desk::with("active");
    let mut other = again.clone();
    other.terms.owner = "other".to_owned();
    let asks = |mut desk: Desk| {
        desk.ask("policy.inquire", "").reply.expect("an answer")["requester_key"].clone()
    };
    desk.good("credit.create", &insured().replace("O1", "O2"));
    let second = desk
        .good("policy.inquire", "operation_key=O2")
        .reply
        .expect("an answer");
    assert_eq!(second["requester_key"], reply["requester_key"]);
    assert_ne!(asks(other), reply["requester_key"]);
    // The same keys before there is anything to tell.
    let names = |value: &Json| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    for state in [
        "waiting_signature",
        "waiting_signature uninsured",
        "disbursed",
        "canceled",
        "expired",
    ] {
        let reply_of = Desk::with(state)
            .ask("policy.inquire", "")
            .reply
            .expect("an answer");
        assert_eq!(names(&reply_of), names(&reply), "{state}");
        assert_eq!(reply_of["status"], state.split(' ').next().expect("a word"));
    }
}

#[test]
fn a_simulation_is_answered_as_the_insurer_does() {
    let mut desk = Desk::new();
    let decision = desk.good("credit.simulate", &insured());
    let reply = decision.reply.expect("an answer");
    assert_eq!(
        reply,
        json!({
            "type": "debt", "key": "O1", "status": "finished", "event_datetime": "2026-11-20 02:05:09", "data": {},
        })
    );
    assert_eq!(decision.state, "");
    let mut desk = Desk::with("active");
    assert_eq!(desk.good("credit.simulate", &insured()).state, "active");
}

#[test]
fn eligibility_is_answered_as_the_insurer_does() {
    let fields = format!("document_number={PERSON} birth_date=1994-06-11 issue_amount=1000");
    let decision = Desk::new().good("credit.eligibility", &fields);
    assert_eq!(decision.reply, Some(json!({ "eligible": true })));
    assert_eq!(decision.entity, "");
}
