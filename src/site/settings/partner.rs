//! Reads one `[partner.NAME]` of `sluss.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rust_decimal::Decimal;

use super::parse::{Around, Folders, is_plain_name, one_of, unknown};
use super::units;
use super::{
    AnswerCharset, Answers, BankSettings, BatchOrder, Events, Limits, Partner, Retention, Role,
};
use crate::line::{Envelope, Line};
use crate::read::fixed::seal::SealKey;
use crate::toml_table::Table;

impl Partner {
    /// `None`: what it says cannot be used at all; the faults are noted in any case.
    pub(super) fn parse(
        name: &str,
        mut table: Table<'_>,
        around: Around<'_>,
        folders: &mut Folders,
    ) -> Self {
        if !is_plain_name(name) {
            table.fault(format!(
                "`{name}` cannot be a partner's name: at most 64 letters a-z, digits, `.`, `_`, `-`, a letter or digit first"
            ));
        }
        let formats = formats(&mut table, around);
        let lines = lines(&mut table);
        let partner = Self {
            name: name.to_owned(),
            book: book(&mut table, name),
            role: role(&mut table),
            inbox: folder(&mut table, "inbox", name, around, folders),
            outbox: folder(&mut table, "outbox", name, around, folders),
            settle: settle(&mut table),
            done_file: done_file(&mut table),
            sidecar_hours: within(&mut table, "sidecar_hours", 0, 24 * 366).unwrap_or(6),
            order: order(&mut table),
            reject_batch_above: share(&mut table),
            reject_batch_on_error: on_record_error(&mut table),
            answers: answers(&mut table),
            events: events(&mut table),
            limits: limits(&mut table),
            retention: retention(&mut table),
            bank: bank(&mut table, around),
            test_files: table.boolean("test_files").unwrap_or(false),
            // Missing is a fault already; the other keys are looked at all the same, so that every fault is told.
            formats: formats.unwrap_or_default(),
            lines: lines.unwrap_or_default(),
        };
        table.finish();
        partner
    }
}

fn list(table: &mut Table<'_>, key: &'static str) -> Option<Vec<String>> {
    let items = table.strings(key);
    if !table.has(key) {
        table.fault(format!("`{key}` is missing"));
    }
    let items = items?;
    if items.is_empty() {
        table.fault_at(key, format!("`{key}` names nothing"));
    }
    for (i, item) in items.iter().enumerate() {
        if items[..i].contains(item) {
            table.fault_at(key, format!("`{item}` stands there twice"));
        }
    }
    Some(items)
}

fn formats(table: &mut Table<'_>, around: Around<'_>) -> Option<Vec<String>> {
    let ids = list(table, "formats")?;
    let Some(known) = around.formats else {
        return Some(ids);
    };
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for id in &ids {
        if !known.contains(&id.as_str()) {
            table.fault_at("formats", unknown("format", id, &known));
        }
    }
    Some(ids)
}

fn lines(table: &mut Table<'_>) -> Option<Vec<Line>> {
    let words = list(table, "lines")?;
    let known: Vec<&str> = Line::ALL.iter().map(|line| line.as_str()).collect();
    let mut lines = Vec::new();
    for word in words {
        match Line::named(&word) {
            Some(line) => lines.push(line),
            None => table.fault_at("lines", unknown("product line", &word, &known)),
        }
    }
    Some(lines)
}

fn book(table: &mut Table<'_>, name: &str) -> String {
    let Some(book) = table.string("book") else {
        return name.to_owned();
    };
    if !is_plain_name(&book) {
        table.fault_at(
            "book",
            format!("`{book}` cannot be a book's name; write one as partners are named"),
        );
    }
    book
}

fn role(table: &mut Table<'_>) -> Role {
    match one_of(table, "role", &["partner", "insurer"]) {
        Some("insurer") => Role::Insurer,
        _ => Role::Partner,
    }
}

fn folder(
    table: &mut Table<'_>,
    key: &'static str,
    name: &str,
    around: Around<'_>,
    folders: &mut Folders,
) -> PathBuf {
    let path = if table.has(key) {
        table.required_string(key)
    } else {
        table.string(key);
        Some(format!("{key}/{name}"))
    };
    let whose = format!("the {key} of `{name}`");
    // A fault was noted where there is no path; the site is not opened then.
    let Some(path) = path else {
        return PathBuf::new();
    };
    folders
        .take(around.root, &path, whose)
        .unwrap_or_else(|fault| {
            table.fault_at(key, format!("{key}: {fault}"));
            PathBuf::new()
        })
}

fn settle(table: &mut Table<'_>) -> Duration {
    let usual = Duration::from_secs(10);
    let Some(text) = table.quantity("settle") else {
        return usual;
    };
    units::duration(&text).unwrap_or_else(|| {
        table.fault_at(
            "settle",
            format!("`{text}` is not a time span; write one such as `10s` or `5m`"),
        );
        usual
    })
}

fn done_file(table: &mut Table<'_>) -> Option<String> {
    let pattern = table.string("done_file")?;
    // Its file's name is put in when both are archived, and the whole must remain a name.
    let fits = pattern.matches("{name}").count() == 1
        && pattern != "{name}"
        && pattern.len() <= DONE_FILE_MAX;
    if !fits || pattern.contains('/') {
        table.fault_at(
            "done_file",
            "a done-file's name holds `{name}` once and something beside it, such as `{name}.done`, no slash, and is short",
        );
    }
    Some(pattern)
}

/// Longest pattern of a done-file's name, in bytes.
const DONE_FILE_MAX: usize = 40;

fn order(table: &mut Table<'_>) -> BatchOrder {
    match one_of(table, "order", &["name", "sequence"]) {
        Some("sequence") => BatchOrder::Sequence,
        _ => BatchOrder::Name,
    }
}

fn share(table: &mut Table<'_>) -> Option<Decimal> {
    let share = table.decimal("reject_batch_above")?;
    if share < Decimal::ZERO || share > Decimal::ONE {
        table.fault_at("reject_batch_above", "a share is from 0 to 1");
    }
    Some(share)
}

fn on_record_error(table: &mut Table<'_>) -> Option<bool> {
    one_of(table, "on_record_error", &["skip", "reject-batch"]).map(|word| word != "skip")
}

fn answers(table: &mut Table<'_>) -> Answers {
    let mut answers = Answers {
        delimiter: ';',
        decimal: ',',
        charset: AnswerCharset::Utf8Bom,
        mode: 0o640,
        mask: false,
        pain002: false,
        workbook: false,
    };
    let Some(mut table) = table.table("answers") else {
        return answers;
    };
    answers.delimiter = mark(&mut table, "delimiter", &[";", ",", "\t", "|"]).unwrap_or(';');
    answers.decimal = mark(&mut table, "decimal", &[",", "."]).unwrap_or(',');
    answers.charset = match one_of(
        &mut table,
        "charset",
        &["utf-8-bom", "utf-8", "windows-1252"],
    ) {
        Some("utf-8") => AnswerCharset::Utf8,
        Some("windows-1252") => AnswerCharset::Windows1252,
        _ => AnswerCharset::Utf8Bom,
    };
    if let Some(text) = table.string("mode") {
        match units::mode(&text) {
            Some(mode) => answers.mode = mode,
            None => table.fault_at(
                "mode",
                format!("`{text}` is no mode for an answer; write an octal one such as `0640`: no execution, no writing by others"),
            ),
        }
    }
    answers.mask = table.boolean("mask").unwrap_or(false);
    answers.pain002 = table.boolean("pain002").unwrap_or(false);
    answers.workbook = table.boolean("workbook").unwrap_or(false);
    table.finish();
    answers
}

fn mark(table: &mut Table<'_>, key: &'static str, marks: &[&str]) -> Option<char> {
    one_of(table, key, marks)?.chars().next()
}

fn events(table: &mut Table<'_>) -> Events {
    let Some(mut table) = table.table("events") else {
        return Events::default();
    };
    let envelope = one_of(&mut table, "envelope", Envelope::WORDS);
    let events = Events {
        envelope: envelope.and_then(Envelope::named),
        destination: table.string("destination"),
        tenant: table.string("tenant"),
    };
    table.finish();
    events
}

fn limits(table: &mut Table<'_>) -> Limits {
    let usual = Limits::default();
    let Some(mut table) = table.table("limits") else {
        return usual;
    };
    let limits = Limits {
        bytes: size(&mut table, "bytes").unwrap_or(usual.bytes),
        records: count(&mut table, "records").unwrap_or(usual.records),
        columns: within(&mut table, "columns", 1, 16_384).unwrap_or(usual.columns),
        findings: count(&mut table, "findings").unwrap_or(usual.findings),
        inflated: size(&mut table, "inflated").unwrap_or(usual.inflated),
        ratio: count(&mut table, "ratio").unwrap_or(usual.ratio),
    };
    table.finish();
    limits
}

fn size(table: &mut Table<'_>, key: &'static str) -> Option<u64> {
    let text = table.quantity(key)?;
    let bytes = units::bytes(&text).filter(|bytes| *bytes > 0);
    if bytes.is_none() {
        table.fault_at(
            key,
            format!("`{text}` is not a size; write one such as `2GiB` or `500MB`"),
        );
    }
    bytes
}

fn count(table: &mut Table<'_>, key: &'static str) -> Option<u64> {
    let number = table.integer_within(key, 1, i64::MAX)?;
    Some(number.unsigned_abs())
}

fn within(table: &mut Table<'_>, key: &'static str, least: u32, most: u32) -> Option<u32> {
    let number = table.integer_within(key, least.into(), most.into())?;
    Some(u32::try_from(number).expect("within u32 bounds"))
}

fn retention(table: &mut Table<'_>) -> Retention {
    let usual = Retention::default();
    let Some(mut table) = table.table("retention") else {
        return usual;
    };
    let archive_days = within(&mut table, "archive_days", 1, 36_500);
    let retention = Retention {
        archive_days: archive_days.unwrap_or(usual.archive_days),
        details_days: within(&mut table, "details_days", 1, 36_500),
    };
    table.finish();
    retention
}

fn bank(table: &mut Table<'_>, around: Around<'_>) -> BankSettings {
    BankSettings {
        issuer_id: table.string("issuer_id"),
        payee_bankgiro: table.string("payee_bankgiro"),
        bgc_customer_no: table.string("bgc_customer_no"),
        hmac_key: key(table, around),
        seal_optional: seal_is_optional(table),
        creditor: creditor(table),
    }
}

fn key(table: &mut Table<'_>, around: Around<'_>) -> Option<SealKey> {
    let text = table.string("hmac_key")?;
    let Some(name) = text.strip_prefix("secret:") else {
        // What stands there may be the key itself: it is not repeated.
        table.fault_at(
            "hmac_key",
            "a key stands in the file `secret`; write `secret:` and its name there",
        );
        return None;
    };
    let Some((_, key)) = around.keys.iter().find(|(known, _)| known == name) else {
        let known: Vec<&str> = around.keys.iter().map(|(name, _)| &**name).collect();
        table.fault_at("hmac_key", unknown("key of `secret`", name, &known));
        return None;
    };
    if key.is_none() {
        let fault =
            format!("`{name}` in the file `secret` is no key of a seal: that is 32 hex digits");
        table.fault_at("hmac_key", fault);
    }
    key.clone()
}

fn seal_is_optional(table: &mut Table<'_>) -> bool {
    let seal = one_of(table, "seal", &["required", "optional"]);
    if seal == Some("required") && !table.has("hmac_key") {
        table.fault_at("seal", "a seal can only be verified with an `hmac_key`");
    }
    seal == Some("optional")
}

fn creditor(table: &mut Table<'_>) -> BTreeMap<String, String> {
    let Some(mut table) = table.table("creditor") else {
        return BTreeMap::new();
    };
    let mut creditor = BTreeMap::new();
    for key in ["name", "iban", "bic", "id"] {
        if let Some(text) = table.string(key) {
            creditor.insert(key.to_owned(), text);
        }
    }
    table.finish();
    creditor
}
