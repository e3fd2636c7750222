//! `sluss audit`: whether books, archive and outboxes are what was written.

use anyhow::Result;
use serde_json::json;

use super::args::Common;
use super::exit::Exit;
use super::out::Out;
use super::session;
use super::table::tame;
use crate::run::{Audited, audit};

/// Audits the book of the partner that the options name, or all, and tells every break.
pub(super) fn run(common: &Common, out: &mut Out) -> Result<Exit> {
    let site = session::site(common)?;
    let mut all = Vec::new();
    for name in session::book_names(common, &site)? {
        all.extend(audit(&site, name)?);
    }
    if common.json {
        let books: Vec<_> = all.iter().map(Audited::document).collect();
        out.json(&json!({ "books": books }))?;
    } else {
        for found in &all {
            print(found, out)?;
        }
        if all.is_empty() {
            out.line("no books yet")?;
        }
    }
    let whole = all.iter().all(|found| found.breaks.is_empty());
    Ok(if whole { Exit::Good } else { Exit::AuditBreak })
}

fn print(found: &Audited, out: &mut Out) -> Result<()> {
    let verdict = match found.breaks.len() {
        0 => "all is as it was written".to_owned(),
        1 => "1 BREAK".to_owned(),
        many => format!("{many} BREAKS"),
    };
    let purged = match found.purged {
        0 => String::new(),
        purged => format!(", {purged} inputs purged as journalled"),
    };
    out.line(format!(
        "{}: {verdict}; {} batches, {} files held against the journal, {} answers collected{purged}",
        found.book, found.batches, found.files, found.collected
    ))?;
    for one in &found.breaks {
        let batch = one.batch.as_deref().unwrap_or("");
        let line = format!("  {batch}  {}: {}", one.place, one.what);
        out.line(tame(&line))?;
    }
    Ok(())
}
