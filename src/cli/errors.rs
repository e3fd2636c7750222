//! `sluss errors`: the findings of a batch, grouped by code, with examples.
//!
//! The ledger keeps how often each code was given. Place, field and value stand in errors.csv alone, so examples are
//! there for as long as the partner has not collected that file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::answer;
use super::args::Common;
use super::out::Out;
use super::session;
use super::table::{Table, bold, paint, tame};
use crate::check::holds_identity;
use crate::code::Code;
use crate::ledger::{Folder, JournalRow};
use crate::line::is_personal;
use crate::model::value::mask;
use crate::run::check::SHOWN;
use crate::site::Site;

/// One line of errors.csv, in the order of its columns.
#[derive(Clone)]
struct Example {
    row: String,
    place: String,
    field: String,
    value: String,
}

/// All findings of one code.
#[derive(Default)]
struct Group {
    count: u64,
    /// The level of the first: a code keeps its level but for rules that make it a note.
    level: String,
    message: String,
    hint: String,
    examples: Vec<Example>,
}

/// Prints a batch's findings.
pub fn print(common: &Common, batch: &str, most: usize, out: &mut Out) -> Result<()> {
    let site = session::site(common)?;
    let row = session::batch(common, &site, batch)?;
    let file = errors_file(&site, &row)?;
    let counted = from_summary(&row)?;
    let (groups, note) = match &file {
        Some(path) if path.exists() => {
            let read = read(path, most, &counted)?;
            (merged(counted, read), None)
        }
        Some(_) => (
            counted,
            Some("errors.csv was collected; examples are gone with it"),
        ),
        None => (counted, None),
    };
    if common.json {
        return out.json(&document(&row, &groups, note));
    }
    let journal = &row.journal;
    out.line(format!(
        "batch {} of {}: {}, {}",
        journal.batch,
        journal.partner,
        tame(journal.file.as_deref().unwrap_or("(due)")),
        paint(&journal.status, out.colours),
    ))?;
    if let Some(reason) = whole_reason(&row) {
        out.line(format!("as a whole: {}", tame(&reason)))?;
    }
    if groups.is_empty() {
        return out.line("no findings");
    }
    for (code, group) in in_order(&groups) {
        print_group(code, group, out)?;
    }
    match note {
        Some(note) => out.line(format!("({note})")),
        None => Ok(()),
    }
}

/// Why the batch as a whole was not taken: the journal keeps the finding's words.
fn whole_reason(row: &JournalRow) -> Option<String> {
    let reason = row.journal.reason.as_deref()?;
    let Ok(finding) = serde_json::from_str::<Value>(reason) else {
        return Some(reason.to_owned());
    };
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let place = match text("place") {
        place if place.is_empty() => place,
        place => format!(" ({place})"),
    };
    Some(format!(
        "{}: {}{place}; {}",
        text("code"),
        text("message"),
        text("hint")
    ))
}

fn print_group(code: &str, group: &Group, out: &mut Out) -> Result<()> {
    out.line("")?;
    out.line(format!(
        "{} × {} ({}): {}",
        group.count,
        bold(code, out.colours),
        paint(&group.level, out.colours),
        group.message
    ))?;
    if !group.hint.is_empty() {
        out.line(format!("    {}", group.hint))?;
    }
    for example in &group.examples {
        let row = match example.row.as_str() {
            "" => String::new(),
            row => format!("row {row}, "),
        };
        let seen = match (example.field.as_str(), example.value.as_str()) {
            ("", "") => String::new(),
            (field, "") => format!(": {field}"),
            (field, value) => format!(": {field} {}", tame(value)),
        };
        let line = format!("{row}{}{seen}", tame(&example.place));
        if !line.is_empty() {
            out.line(format!("    {line}"))?;
        }
    }
    Ok(())
}

/// Where the partner's errors.csv was published.
fn errors_file(site: &Site, row: &JournalRow) -> Result<Option<PathBuf>> {
    let journal = &row.journal;
    let answer = journal
        .answers
        .iter()
        .find(|answer| answer.folder == Folder::Own && answer.name.ends_with(".errors.csv"));
    let Some(answer) = answer else {
        return Ok(None);
    };
    let partner = site
        .settings()
        .partners
        .get(&journal.partner)
        .with_context(|| format!("{} is no longer a partner of this site", journal.partner))?;
    Ok(Some(partner.outbox.join(&answer.name)))
}

/// What the journal knows: codes and counts, with the catalogue's words.
fn from_summary(row: &JournalRow) -> Result<BTreeMap<String, Group>> {
    Ok(counts(super::status::summary(row)?.get("findings")))
}

/// The findings that a summary counts.
fn counts(findings: Option<&Value>) -> BTreeMap<String, Group> {
    let counts = findings.and_then(Value::as_object);
    let groups = counts.into_iter().flatten().map(|(code, count)| {
        let entry = Code::named(code).map(|code| (code.level().as_str(), code.entry()));
        let group = Group {
            count: count.as_u64().unwrap_or_default(),
            level: entry.map_or("", |(level, _)| level).to_owned(),
            message: entry.map_or("", |(_, entry)| entry.message).to_owned(),
            hint: entry.map_or("", |(_, entry)| entry.hint).to_owned(),
            examples: Vec::new(),
        };
        (code.clone(), group)
    });
    groups.collect()
}

/// The journal's counts, which are whole, with the file's words and examples.
fn merged(
    mut counted: BTreeMap<String, Group>,
    read: BTreeMap<String, Group>,
) -> BTreeMap<String, Group> {
    for (code, group) in read {
        let count = counted
            .get(&code)
            .map_or(group.count, |counted| counted.count);
        counted.insert(code, Group { count, ..group });
    }
    counted
}

/// Groups in the order of the catalogue.
fn in_order(groups: &BTreeMap<String, Group>) -> Vec<(&str, &Group)> {
    let mut groups: Vec<_> = groups
        .iter()
        .map(|(code, group)| (code.as_str(), group))
        .collect();
    groups.sort_by_key(|(code, _)| Code::named(code));
    groups
}

fn document(row: &JournalRow, groups: &BTreeMap<String, Group>, note: Option<&str>) -> Value {
    let findings: Vec<Value> = in_order(groups)
        .into_iter()
        .map(|(code, group)| {
            let examples: Vec<Value> = group
                .examples
                .iter()
                .map(|example| {
                    json!({
                        "row": example.row.parse::<u64>().ok(),
                        "place": example.place,
                        "field": example.field,
                        "value": example.value,
                    })
                })
                .collect();
            json!({
                "code": code,
                "count": group.count,
                "level": group.level,
                "message": group.message,
                "hint": group.hint,
                "examples": examples,
            })
        })
        .collect();
    json!({
        "batch": row.journal.batch,
        "partner": row.journal.partner,
        "file": row.journal.file,
        "status": row.journal.status,
        "reason": whole_reason(row),
        "findings": findings,
        "note": note,
    })
}

/// Prints what became of each record of a batch, and its findings, from a folder of answers.
pub fn samples(folder: &Path, summary: &Value, out: &mut Out) -> Result<()> {
    let names = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> = names.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let ending = |end: &str| {
        paths
            .iter()
            .find(|path| path.to_string_lossy().ends_with(end))
    };
    if let Some(path) = ending(".result.csv") {
        let records = summary["counts"]["records"].as_u64();
        print_outcomes(path, records.context("a summary without its count")?, out)?;
    }
    if let Some(path) = ending(".errors.csv") {
        let counted = counts(summary.get("findings"));
        let read = read(path, SAMPLES, &counted)?;
        for (code, group) in in_order(&merged(counted, read)) {
            print_group(code, group, out)?;
        }
    }
    Ok(())
}

/// Examples of each code that `check` shows.
const SAMPLES: usize = 3;

fn print_outcomes(path: &Path, records: u64, out: &mut Out) -> Result<()> {
    let mut table = Table::new(&[
        "row#", "kind", "entity", "outcome", "state", "codes", "message",
    ]);
    let mut shown = 0;
    answer::each(path, &mut |line| {
        let [row, _, kind, entity, outcome, state, _, codes, message, ..] = line else {
            anyhow::bail!("not as it was written");
        };
        let cells = [row, kind, entity, outcome, state, codes, message];
        table.row(cells.map(|cell| tame(&discreet(cell)).into_owned()));
        shown += 1;
        Ok(shown < SHOWN)
    })?;
    if !table.is_empty() {
        out.line("")?;
        table.print(out)?;
    }
    match records.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => out.line(format!(
            "({more} more records: `--answers DIR` writes them all)"
        )),
    }
}

/// A text, hidden where it may hold a person's number that strayed there.
fn discreet(text: &str) -> Cow<'_, str> {
    if holds_identity(text) {
        Cow::Owned(mask(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Groups the lines of an errors.csv, up to where there are so many examples of all that was counted. Its values go back
/// to their sender alone: here personal ones are masked, and what strayed into other fields and may be one.
fn read(
    path: &Path,
    most: usize,
    counted: &BTreeMap<String, Group>,
) -> Result<BTreeMap<String, Group>> {
    let is_told = |groups: &BTreeMap<String, Group>| {
        let mut all = counted.iter();
        let of = |code: &String| groups.get(code).map_or(0, |group| group.examples.len());
        !counted.is_empty()
            && all.all(|(code, told)| of(code) == most || of(code) as u64 == told.count)
    };
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut stopped = false;
    answer::each(path, &mut |line| {
        let new = note(&mut groups, line, most)?;
        stopped = new && is_told(&groups);
        Ok(!stopped)
    })?;
    // That findings were left out is no finding, and stands behind them all.
    if stopped
        && let Some(last) = answer::last(path)?
        && last.get(4).map(String::as_str) == Some(Code::MoreFindings.as_str())
    {
        note(&mut groups, &last, most)?;
    }
    Ok(groups)
}

/// Adds a line of an errors.csv to its group. Says whether it is one of the group's examples.
fn note(groups: &mut BTreeMap<String, Group>, line: &[String], most: usize) -> Result<bool> {
    let [row, place, field, value, code, level, message, hint, ..] = line else {
        anyhow::bail!("not as it was written");
    };
    let group = groups.entry(code.clone()).or_default();
    if group.count == 0 {
        group.level.clone_from(level);
        group.message.clone_from(message);
        group.hint.clone_from(hint);
    }
    group.count += 1;
    if group.examples.len() >= most {
        return Ok(false);
    }
    let value = if is_personal(field) {
        mask(value)
    } else {
        discreet(value).into_owned()
    };
    group.examples.push(Example {
        row: row.clone(),
        place: place.clone(),
        field: field.clone(),
        value,
    });
    Ok(true)
}
