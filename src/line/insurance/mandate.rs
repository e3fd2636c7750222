//! Mandates: by what right a bank collects from a payer's account, and what it says of that.

use serde_json::Value as Json;

use super::bank;
use super::change::{difference, tell_if};
use super::entity::{Insurance, Mandate};
use super::lifecycle::{Ask, Told};
use super::numbers;
use super::words::{MandateState, MandateStatus, Method};
use super::work::take;
use crate::line::told::json;
use crate::line::work::Work;
use crate::model::{Fields, Object as Map, Value};

/// What a mandate is for: with another of these it is another one.
const FOR: &[&str] = &[
    "collection_method",
    "collection_account",
    "collection_clearing",
    "collection_payer_identity_no",
    "collection_payer_no",
];

/// What an advice may know better than the book; blank, it keeps what the book has.
const TOLD: &[&str] = &[
    "collection_account",
    "collection_clearing",
    "collection_payer_identity_no",
    "collection_mandate_ref",
];

/// What a bank says of a mandate, where it does.
pub(super) fn status(fields: &Fields) -> Option<MandateStatus> {
    fields.text("mandate_status").and_then(MandateStatus::named)
}

/// Lets go of a mandate whose purpose changed: where the bank has it, it is unwanted there.
pub(super) fn follow(insurance: &mut Insurance, changed: &Map) {
    if !FOR.iter().any(|name| changed.contains_key(name)) {
        return;
    }
    let Some(mandate) = insurance.mandate.take() else {
        return;
    };
    match mandate.state {
        MandateState::Sent | MandateState::Confirmed => {
            let payer_no = mandate.payer_no;
            if !insurance.unwanted.contains(&payer_no) {
                insurance.unwanted.push(payer_no);
            }
        }
        // The bank has none by it.
        MandateState::Requested | MandateState::Cancelled => {}
    }
}

/// `insurance.premium-collection` as a bank's advice: its word on the mandate counts, what it leaves blank stays.
pub(super) fn advice(work: &mut Work<'_>, insurance: &mut Insurance, status: MandateStatus) {
    let events = take(work, insurance, Ask::PremiumCollection(Told::Advised));
    judge(work);
    let mut new = insurance.collection.clone();
    let told = status;
    let status = as_asked(work, insurance, told);
    let state = match status {
        MandateStatus::Unchanged | MandateStatus::Registered => None,
        MandateStatus::Pending => Some(MandateState::Requested),
        MandateStatus::Approved => Some(MandateState::Confirmed),
        MandateStatus::Cancelled => Some(MandateState::Cancelled),
    };
    match status {
        MandateStatus::Unchanged | MandateStatus::Registered => {}
        MandateStatus::Pending | MandateStatus::Approved => {
            set(&mut new, "collection_method", Method::Autogiro.as_str());
            new.remove("collection_text");
            let given = given(work);
            // A payer's bankgiro has no clearing number.
            if given.contains_key("collection_account") {
                new.remove("collection_clearing");
            }
            new.extend(given);
        }
        // A method that the partner has chosen since is not the bank's to change.
        MandateStatus::Cancelled if insurance.method() == Some(Method::Autogiro) => {
            set(&mut new, "collection_method", Method::Other.as_str());
            let text = work.fields.text("collection_text");
            let text = text.or(work.fields.text("comment"));
            set(&mut new, "collection_text", text.unwrap_or("Autogiro"));
        }
        MandateStatus::Cancelled => {}
    }
    let mut changed = difference(&insurance.collection, &new);
    insurance.collection = new;
    changed.insert("mandate_status", Json::from(told.as_str()));
    for name in ["reason_code", "comment"] {
        if let Some(value) = work.fields.get(name) {
            changed.insert(name, json(value, None));
        }
    }
    if let Some(state) = state {
        if state == MandateState::Confirmed {
            super::collect::release(insurance);
        }
        insurance.mandate = Some(Mandate {
            state,
            payer_no: insurance.payer(work.key).into(),
            since: work.today(),
            code: work.fields.text("reason_code").map(Box::from),
        });
        // What was to be ended there has ended.
        let number = payer_no(work);
        let ended = state == MandateState::Cancelled;
        insurance
            .unwanted
            .retain(|unwanted| !(ended && **unwanted == *number));
    }
    tell_if(work, events, insurance.state, &changed);
}

/// What an advice means for the mandate that stands now: the end of one that we asked for is not the end of that.
fn as_asked(work: &Work<'_>, insurance: &mut Insurance, status: MandateStatus) -> MandateStatus {
    let number = payer_no(work);
    let asked = insurance
        .ending
        .iter()
        .position(|ending| **ending == *number);
    match (status, asked) {
        (MandateStatus::Cancelled, Some(at)) => {
            insurance.ending.remove(at);
            MandateStatus::Unchanged
        }
        // Nothing else will be said of an order that was not needed; where the mandate waits there after all, the bank
        // refuses what is to be collected, and that is told.
        (MandateStatus::Registered, _) => match &insurance.mandate {
            Some(mandate)
                if mandate.state == MandateState::Sent && *mandate.payer_no == *number =>
            {
                MandateStatus::Approved
            }
            _ => MandateStatus::Unchanged,
        },
        _ => status,
    }
}

/// The number that an advice names the payer by.
fn payer_no<'a>(work: &Work<'a>) -> &'a str {
    let told = work.fields.text("collection_payer_no");
    told.unwrap_or_default().trim_start_matches('0')
}

/// Checks the numbers that an advice carries. A bank's own file is not refused for one that cannot be right.
fn judge(work: &mut Work<'_>) {
    let mut found = Vec::new();
    bank::mandate(work.fields, &mut found);
    for finding in found {
        work.note(if work.context.bank {
            finding.as_note()
        } else {
            finding
        });
    }
}

/// What the advice tells of account and payer, as the book keeps it.
fn given(work: &Work<'_>) -> Map {
    let mut map = Map::new();
    for name in TOLD {
        match work.fields.get(name) {
            None | Some(Value::Clear) => {}
            Some(value) => {
                map.insert(*name, json(value, None));
            }
        }
    }
    let name = "collection_payer_identity_no";
    if let Some(text) = work.fields.text(name)
        && let Ok(number) = numbers::payer(text, Some(work.today()))
    {
        map.insert(name, Json::from(number.normalised));
    }
    map
}

fn set(map: &mut Map, name: &'static str, text: &str) {
    map.insert(name, Json::from(text));
}
