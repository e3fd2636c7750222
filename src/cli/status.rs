//! `sluss status`: batches with their status, counts and sums; what is waiting, due and scheduled.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::args::Common;
use super::out::Out;
use super::session;
use super::table::{Table, bold, tame};
use crate::ledger::{Book, DueCount, JournalRow};
use crate::os::hex;
use crate::run::{Report, look};
use crate::site::Site;

/// Batches that people are shown; `--json` has all.
const SHOWN: usize = 40;

/// Days ahead that people are shown.
const DAYS_SHOWN: usize = 10;

/// Prints the whole site, or one batch whole.
pub fn print(common: &Common, batch: Option<&str>, out: &mut Out) -> Result<()> {
    let site = session::site(common)?;
    match batch {
        Some(name) => {
            let row = session::batch(common, &site, name)?;
            let summary = summary(&row)?;
            if common.json {
                out.json(&Value::Object(json_batches(vec![summary])))
            } else {
                print_batch(&row, &summary, out)
            }
        }
        None => print_site(common, &site, out),
    }
}

/// summary.json of a batch, from its journal row.
pub fn summary(row: &JournalRow) -> Result<Map<String, Value>> {
    let mut summary: Map<String, Value> = serde_json::from_str(&row.journal.summary)
        .with_context(|| format!("the summary of batch {}", row.journal.batch))?;
    summary.insert(
        "chain".into(),
        json!({ "previous": hex(&row.chain.previous), "this": hex(&row.chain.this) }),
    );
    Ok(summary)
}

fn json_batches(batches: Vec<Map<String, Value>>) -> Map<String, Value> {
    let batches = batches.into_iter().map(Value::Object).collect();
    Map::from_iter([("batches".to_owned(), Value::Array(batches))])
}

/// All that the books know about the site.
#[derive(Default)]
struct Whole {
    rows: Vec<JournalRow>,
    /// What falls due in which book, by time.
    due: Vec<(DueCount, String)>,
    stopped: Vec<(String, String)>,
    unpublished: Vec<String>,
}

fn gather(common: &Common, site: &Site) -> Result<Whole> {
    let mut whole = Whole::default();
    for (name, mut book) in session::books(common, site)? {
        whole.add(&name, &mut book)?;
    }
    if let Some(partner) = &common.partner {
        whole.rows.retain(|row| row.journal.partner == *partner);
    }
    // Each book is in order by itself; together they are by the time of their claims, then by name.
    whole.rows.sort_by(|a, b| {
        (&a.journal.claimed_at, &a.journal.partner, a.id).cmp(&(
            &b.journal.claimed_at,
            &b.journal.partner,
            b.id,
        ))
    });
    whole.due.sort();
    Ok(whole)
}

impl Whole {
    fn add(&mut self, name: &str, book: &mut Book) -> Result<()> {
        book.each_batch(&mut |row| {
            self.rows.push(row);
            Ok(())
        })?;
        let due = book.due_counts()?.into_iter();
        self.due.extend(due.map(|due| (due, name.to_owned())));
        self.stopped.extend(book.stops()?);
        let unpublished = book.unpublished()?;
        self.unpublished
            .extend(unpublished.into_iter().map(|row| row.journal.batch));
        Ok(())
    }
}

fn print_site(common: &Common, site: &Site, out: &mut Out) -> Result<()> {
    let whole = gather(common, site)?;
    let clock = Clock::of(common, site);
    let inboxes = look(site, common.partner.as_deref())?;
    if common.json {
        return document(&whole, &inboxes, &clock, out);
    }
    let older = whole.rows.len().saturating_sub(SHOWN);
    let summaries: Result<Vec<_>> = whole.rows[older..].iter().map(summary).collect();
    if older > 0 {
        out.line(format!(
            "({older} older batches: `sluss status --json` has all)"
        ))?;
    }
    if whole.rows.is_empty() {
        out.line("no batches yet")?;
    } else {
        print_batches(&summaries?, out)?;
    }
    print_due(&whole, &clock, out)?;
    print_waiting(&inboxes, out)?;
    for (partner, reason) in &whole.stopped {
        out.line(format!(
            "stopped: {partner}: {reason}; `sluss resume {partner}` lifts it"
        ))?;
    }
    for batch in &whole.unpublished {
        out.line(format!(
            "warning: batch {batch} is booked and not yet published; the next run does that"
        ))?;
    }
    for warning in &inboxes.warnings {
        out.line(format!("warning: {}", tame(warning)))?;
    }
    Ok(())
}

fn document(whole: &Whole, inboxes: &Report, clock: &Clock, out: &mut Out) -> Result<()> {
    let batches: Result<Vec<_>> = whole.rows.iter().map(summary).collect();
    let mut document = json_batches(batches?);
    let due = |reached: bool| {
        let due = whole
            .due
            .iter()
            .filter(|(due, _)| clock.reached(due) == reached);
        due.map(|(due, book)| {
            json!({ "date": due.day, "at": clock.shown(due), "book": book, "kind": &*due.what, "count": due.count })
        })
        .collect::<Vec<_>>()
    };
    let stopped: Vec<Value> = whole
        .stopped
        .iter()
        .map(|(partner, reason)| json!({ "partner": partner, "reason": reason }))
        .collect();
    let waiting: Vec<Value> = inboxes
        .waiting
        .iter()
        .map(|file| json!({ "partner": file.partner, "file": file.file, "reason": file.reason }))
        .collect();
    document.insert("waiting".into(), waiting.into());
    document.insert("due".into(), due(true).into());
    document.insert("scheduled".into(), due(false).into());
    document.insert("stopped".into(), stopped.into());
    document.insert("unpublished".into(), json!(whole.unpublished));
    document.insert("warnings".into(), json!(inboxes.warnings));
    out.json(&Value::Object(document))
}

/// Prints a table of batches, and one of their sums.
pub fn print_batches<'s>(
    summaries: impl IntoIterator<Item = &'s Map<String, Value>>,
    out: &mut Out,
) -> Result<()> {
    let mut batches = Table::new(&[
        "batch",
        "partner",
        "file",
        "format",
        "status",
        "records#",
        "accepted#",
        "scheduled#",
        "rejected#",
        "duplicate#",
        "reason",
    ]);
    let mut sums = Table::new(&[
        "batch",
        "sum of",
        "currency",
        "read#",
        "accepted#",
        "scheduled#",
        "rejected#",
        "duplicate#",
    ]);
    for summary in summaries {
        let text = |name: &str| plain(summary.get(name).unwrap_or(&Value::Null));
        let count = |name: &str| summary["counts"][name].to_string();
        let file = if summary.contains_key("purged") {
            "(purge)".to_owned()
        } else if summary["file"].is_null() {
            "(due)".to_owned()
        } else {
            text("file")
        };
        let reason = if summary["reason"].is_null() {
            "duplicate_of"
        } else {
            "reason"
        };
        batches.row([
            text("batch"),
            text("partner"),
            file,
            text("format"),
            text("status"),
            count("records"),
            count("accepted"),
            count("scheduled"),
            count("rejected"),
            count("duplicate"),
            text(reason),
        ]);
        add_sums(&mut sums, &text("batch"), summary);
    }
    batches.print(out)?;
    if !sums.is_empty() {
        out.line("")?;
        sums.print(out)?;
    }
    Ok(())
}

fn add_sums(table: &mut Table, batch: &str, summary: &Map<String, Value>) {
    let amounts = summary.get("amounts").and_then(Value::as_array);
    for amount in amounts.into_iter().flatten() {
        let text = |name: &str| amount[name].as_str().unwrap_or_default().to_owned();
        table.row([
            batch.to_owned(),
            text("field"),
            text("currency"),
            text("read"),
            text("accepted"),
            text("scheduled"),
            text("rejected"),
            text("duplicate"),
        ]);
    }
}

/// Prints files that were not taken, and what each waits for.
pub fn print_waiting(report: &Report, out: &mut Out) -> Result<()> {
    if report.waiting.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&["partner", "waiting file", "for"]);
    for file in &report.waiting {
        table.row([&*file.partner, &tame(&file.file), &file.reason]);
    }
    out.line("")?;
    table.print(out)
}

/// What tells whether something is due already.
struct Clock {
    today: NaiveDate,
    now: DateTime<Tz>,
}

impl Clock {
    fn of(common: &Common, site: &Site) -> Self {
        Self {
            today: session::business_date(common, site),
            now: session::now(common).with_timezone(&site.settings().time_zone),
        }
    }

    fn reached(&self, due: &DueCount) -> bool {
        due.at.map_or(due.day <= self.today, |at| at <= self.now)
    }

    /// The instant, as the clocks of the site show it; none for a whole day.
    fn shown(&self, due: &DueCount) -> Option<String> {
        let at = due.at?.with_timezone(&self.now.timezone());
        Some(at.to_rfc3339_opts(SecondsFormat::Secs, false))
    }
}

fn print_due(whole: &Whole, clock: &Clock, out: &mut Out) -> Result<()> {
    if whole.due.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&["date", "book", "kind", "count#", ""]);
    let mut later: BTreeMap<&str, u64> = BTreeMap::new();
    let mut days = Vec::new();
    for (due, book) in &whole.due {
        if !days.contains(&due.day) {
            days.push(due.day);
        }
        if days.len() > DAYS_SHOWN {
            *later.entry(&due.what).or_default() += due.count;
            continue;
        }
        let word = if clock.reached(due) {
            "due"
        } else {
            "scheduled"
        };
        let when = clock.shown(due).unwrap_or_else(|| due.day.to_string());
        table.row([&*when, book, &due.what, &due.count.to_string(), word]);
    }
    for (what, count) in later {
        table.row(["later", "", what, &count.to_string(), "scheduled"]);
    }
    out.line("")?;
    table.print(out)
}

/// One batch whole.
fn print_batch(row: &JournalRow, summary: &Map<String, Value>, out: &mut Out) -> Result<()> {
    for (name, value) in summary {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Array(items) => print_objects(name, items, out)?,
            Value::Object(object) => print_object(name, object, out)?,
            Value::String(text) => out.line(format!("{name:<14} {}", tame(text)))?,
            Value::Bool(_) | Value::Number(_) => out.line(format!("{name:<14} {value}"))?,
        }
    }
    if let Some(archive) = &row.journal.archive {
        out.line(format!("{:<14} {}", "input", tame(archive)))?;
    }
    Ok(())
}

fn print_object(name: &str, object: &Map<String, Value>, out: &mut Out) -> Result<()> {
    if object.is_empty() {
        return Ok(());
    }
    out.line(bold(name, out.colours))?;
    for (key, value) in object {
        out.line(format!("  {key:<20} {}", plain(value)))?;
    }
    Ok(())
}

fn print_objects(name: &str, items: &[Value], out: &mut Out) -> Result<()> {
    out.line(bold(name, out.colours))?;
    for item in items.iter().filter_map(Value::as_object) {
        let cells: Vec<String> = item
            .iter()
            .map(|(key, value)| format!("{key} {}", plain(value)))
            .collect();
        out.line(format!("  {}", cells.join("  ")))?;
    }
    Ok(())
}

/// A value as people write it.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => tame(text).into_owned(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
