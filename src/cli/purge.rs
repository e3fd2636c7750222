//! `sluss purge`: removes what is kept no longer.

use anyhow::Result;
use serde_json::json;

use super::args::Common;
use super::exit::Exit;
use super::out::Out;
use super::run::{failed, options};
use super::session;
use crate::run::{Purged, purge};

/// Purges the book of the partner that the options name, or all, and tells what went.
pub(super) fn run(common: &Common, dry_run: bool, out: &mut Out) -> Result<Exit> {
    let done = match purge(session::dir(common), &options(common), dry_run) {
        Ok(done) => done,
        Err(error) => return failed(error),
    };
    if common.json {
        let books: Vec<_> = done.iter().map(Purged::document).collect();
        out.json(&json!({ "dry_run": dry_run, "books": books }))?;
        return Ok(Exit::Good);
    }
    for book in &done {
        print(book, dry_run, out)?;
    }
    if done.is_empty() {
        out.line("no books yet")?;
    }
    Ok(Exit::Good)
}

fn print(book: &Purged, dry_run: bool, out: &mut Out) -> Result<()> {
    let name = &book.book;
    if book.is_nothing() {
        return out.line(format!("{name}: nothing is kept for too long"));
    }
    let did = if dry_run { "would remove" } else { "removed" };
    let mut what = Vec::new();
    if book.inputs > 0 {
        what.push(format!("{} archived inputs", book.inputs));
    }
    for (kind, count) in &book.details {
        what.push(format!("the personal details of {kind}: {count}"));
    }
    let batch = book.batch.as_deref().unwrap_or_default();
    out.line(format!(
        "{name}: {did} {}{}{batch}",
        what.join(", "),
        if batch.is_empty() { "" } else { "; batch " }
    ))
}
