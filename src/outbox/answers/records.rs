//! Lines of answers from decided records.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::cells::{CsvStyle, end_line};
use super::{Decided, Rendered, Style};
use crate::model::decision::OrderValue;
use crate::model::json::{self, Json};
use crate::model::value::mask;
use crate::model::{Currency, Event, Finding, Order, Told, Whole, ids};

/// The lines that some records in a row add to the answers; `findings_before` is how many findings the records in front
/// of them have. Nothing stays of the lines that `rendered` had; their memory is used again.
pub fn render<'a>(
    records: impl Iterator<Item = Decided<'a>>,
    style: &Style,
    findings_before: u64,
    rendered: &mut Rendered,
) {
    rendered.clear();
    let mut findings = findings_before;
    let envelope = Envelope::of(style);
    let mut cell = String::new();
    for decided in records {
        for at in 0..decided.fate.decision.findings.len() {
            findings += 1;
            if findings <= style.findings {
                let finding = decided.finding(at);
                finding_line(
                    &mut rendered.errors,
                    style,
                    Some(decided.fate.row),
                    &finding,
                );
            }
        }
        if decided.fate.row > style.rows {
            continue;
        }
        result_line(&mut rendered.result, style.csv, decided, &mut cell);
        for (number, event) in decided.fate.decision.events.iter().enumerate() {
            event_line(&mut rendered.events, &envelope, decided, number, event);
        }
        if let Some(reply) = &decided.fate.decision.reply {
            reply_line(&mut rendered.replies, style, decided, reply);
        }
        for order in &decided.fate.decision.orders {
            order_line(&mut rendered.orders, style, decided, order);
        }
        if style.original.is_some() {
            rendered.statuses.add(&style.batch, decided);
        }
    }
}

fn result_line(out: &mut Vec<u8>, csv: CsvStyle, decided: Decided<'_>, cell: &mut String) {
    let (checked, decision) = (decided.checked, &decided.fate.decision);
    csv.integer(out, decided.fate.row);
    csv.text(out, checked.instruction_id.as_deref().unwrap_or(""));
    csv.text(out, &checked.kind);
    csv.text(out, &decision.entity);
    csv.text(out, decision.outcome.as_str());
    csv.text(out, &decision.state);
    if decision.repeated.is_empty() {
        cell.clear();
        for (name, value) in &decision.references {
            let separator = if cell.is_empty() { "" } else { ";" };
            cell.extend([separator, name, "=", value]);
        }
        csv.text(out, cell);
    } else {
        csv.text(out, &decision.repeated);
    }
    cell.clear();
    for finding in &decision.findings {
        let separator = if cell.is_empty() { "" } else { ";" };
        cell.extend([separator, finding.code.as_str()]);
    }
    csv.text(out, cell);
    csv.text(out, &sentence(decided));
    end_line(out);
}

/// What a person reads first: the line's own sentence, else each finding with its field.
fn sentence(decided: Decided<'_>) -> Cow<'_, str> {
    let decision = &decided.fate.decision;
    if !decision.message.is_empty() || decision.findings.is_empty() {
        return Cow::Borrowed(&decision.message);
    }
    let mut text = String::new();
    for finding in &decision.findings {
        if !text.is_empty() {
            text.push_str("; ");
        }
        if !finding.field.is_empty() {
            text.push_str(&finding.field);
            text.push_str(": ");
        }
        text.push_str(&finding.message);
    }
    Cow::Owned(text)
}

/// One line of errors.csv; no row for a finding about the batch.
pub(super) fn finding_line(out: &mut Vec<u8>, style: &Style, row: Option<u64>, finding: &Finding) {
    let csv = style.csv;
    match row {
        Some(row) => csv.integer(out, row),
        None => csv.text(out, ""),
    }
    csv.text(out, &finding.place.to_string());
    csv.text(out, &finding.field);
    let value = match &finding.value {
        None => Cow::Borrowed(""),
        Some(shown) if style.mask => shown.masked(),
        Some(shown) => Cow::Borrowed(shown.reveal()),
    };
    csv.text(out, &value);
    csv.text(out, finding.code.as_str());
    csv.text(out, finding.level.as_str());
    csv.text(out, &finding.message);
    csv.text(out, &finding.hint);
    csv.text(out, finding.code.entry().iso_reason.unwrap_or(""));
    end_line(out);
}

/// What the envelopes of a batch's events have in common, as JSON.
struct Envelope<'a> {
    style: &'a Style,
    /// From the id to the type.
    source: Vec<u8>,
    /// The member of that name.
    time: Vec<u8>,
    /// From the beginning of `data` to the row.
    batch: Vec<u8>,
}

impl<'a> Envelope<'a> {
    fn of(style: &'a Style) -> Self {
        let mut source = b"\",\"source\":".to_vec();
        json::text(&mut source, &style.source);
        source.extend_from_slice(b",\"type\":");
        let mut time = b",\"time\":".to_vec();
        json::text(&mut time, &style.time);
        let mut batch = b"{\"batch\":".to_vec();
        json::text(&mut batch, &style.batch);
        batch.extend_from_slice(b",\"row\":");
        Self {
            style,
            source,
            time,
            batch,
        }
    }
}

/// One line of events.ndjson: a `CloudEvents` 1.0 envelope, unless the line of business has one of its own. Written by
/// hand: a batch has more events than records.
fn event_line(
    out: &mut Vec<u8>,
    envelope: &Envelope<'_>,
    decided: Decided<'_>,
    number: usize,
    event: &Event,
) {
    let told = |out: &mut Vec<u8>| {
        let told = event.told.json();
        if envelope.style.mask_events {
            Json::of(&masked_value(&told.value())).append_to(out);
        } else {
            told.append_to(out);
        }
    };
    if matches!(event.told, Told::Line(_)) {
        told(out);
        out.push(b'\n');
        return;
    }
    let id = ids::event(&decided.fate.origin, number);
    out.extend_from_slice(b"{\"specversion\":\"1.0\",\"id\":\"");
    let mut buffer = Uuid::encode_buffer();
    out.extend_from_slice(id.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.extend_from_slice(&envelope.source);
    json::text(out, event.kind);
    out.extend_from_slice(b",\"subject\":");
    json::text(out, &event.subject);
    if let Some(time) = decided.fate.time.as_deref() {
        out.extend_from_slice(b",\"time\":");
        json::text(out, time);
    } else {
        out.extend_from_slice(&envelope.time);
    }
    if let Told::Status(status, _) = event.told {
        out.extend_from_slice(b",\"status\":");
        json::text(out, status);
    }
    out.extend_from_slice(b",\"datacontenttype\":\"application/json\",\"data\":");
    if matches!(event.told, Told::Changed(_)) {
        out.extend_from_slice(&envelope.batch);
        out.extend_from_slice(Whole::of(decided.fate.row).as_bytes());
        out.extend_from_slice(b",\"instruction_id\":");
        match decided.checked.instruction_id.as_deref() {
            Some(id) => json::text(out, id),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"state\":");
        json::text(out, event.state);
        out.extend_from_slice(b",\"changed\":");
        told(out);
        out.push(b'}');
    } else {
        told(out);
    }
    out.extend_from_slice(b"}\n");
}

#[derive(Serialize)]
struct Reply<'a> {
    row: u64,
    instruction_id: Option<&'a str>,
    kind: &'a str,
    answer: Cow<'a, Value>,
}

fn reply_line(out: &mut Vec<u8>, style: &Style, decided: Decided<'_>, answer: &Value) {
    let answer = if style.mask {
        Cow::Owned(masked_value(answer))
    } else {
        Cow::Borrowed(answer)
    };
    let instruction_id = decided.checked.instruction_id.as_deref();
    json_line(
        out,
        &Reply {
            row: decided.fate.row,
            instruction_id,
            kind: &decided.checked.kind,
            answer,
        },
    );
}

fn json_line(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *out, value).expect("strings and numbers go into a buffer");
    out.push(b'\n');
}

/// The same object with every personal field masked, at any depth.
pub fn masked_map(object: &Map<String, Value>) -> Map<String, Value> {
    object
        .iter()
        .map(|(name, value)| (name.clone(), masked_member(name, value)))
        .collect()
}

fn masked_member(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if crate::line::is_personal(name) => Value::String(mask(text)),
        other => masked_value(other),
    }
}

fn masked_value(value: &Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(masked_map(object)),
        Value::Array(items) => Value::Array(items.iter().map(masked_value).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn order_line(out: &mut Vec<u8>, style: &Style, decided: Decided<'_>, order: &Order) {
    let csv = style.csv;
    csv.text(out, &order.id);
    csv.text(out, order.kind);
    csv.text(out, order.status.as_str());
    csv.text(out, &decided.checked.kind);
    csv.text(out, &order.entity);
    csv.integer(out, decided.fate.row);
    for column in &style.order_columns {
        match order.columns.iter().find(|(name, _)| name == column) {
            None => csv.text(out, ""),
            Some((_, OrderValue::Text(text))) if style.mask && crate::line::is_personal(column) => {
                csv.text(out, &mask(text));
            }
            Some((_, OrderValue::Text(text))) => csv.text(out, text),
            Some((_, OrderValue::Amount(amount, currency))) => {
                csv.number(out, &money(*amount, *currency));
            }
        }
    }
    end_line(out);
}

/// An amount with a decimal point and all the decimals of its currency.
pub fn money(amount: Decimal, currency: Currency) -> String {
    let decimals = currency.decimals().max(amount.normalize().scale()) as usize;
    format!("{amount:.decimals$}")
}
