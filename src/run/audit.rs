//! Whether books, archive and outboxes are what was written: recomputed from the journal, nothing changed.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::age::lacking;
use super::journal::{base_of, summaries};
use crate::ledger::{self, Book, JournalRow};
use crate::os::{self, Folder};
use crate::site::Site;
use crate::site::newest::Newest;
use crate::site::settings::Partner;

/// The longest summary that is looked into; ours are some kilobytes.
const SUMMARY_MOST: u64 = 64 << 20;

/// What was found about one book.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// Its name.
    pub book: String,
    /// Batches in its journal.
    pub batches: u64,
    /// Archived inputs and answers that are what the journal says.
    pub files: u64,
    /// Inputs that a purge removed, as the journal says.
    pub purged: u64,
    /// Answers that are no longer in their outbox: they were collected.
    pub collected: u64,
    /// Where something is not what was written.
    pub breaks: Vec<Break>,
}

/// Something that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The batch that shows it; `None`: none, or the book as a whole.
    pub batch: Option<String>,
    /// The book, or the file relative to the site.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl Audited {
    /// As `--json` has it.
    pub fn document(&self) -> Value {
        let breaks = self
            .breaks
            .iter()
            .map(|found| json!({ "batch": found.batch, "place": found.place, "what": found.what }));
        json!({
            "book": self.book,
            "batches": self.batches,
            "files": self.files,
            "collected": self.collected,
            "purged": self.purged,
            "breaks": breaks.collect::<Vec<_>>(),
        })
    }

    fn wrong(&mut self, batch: Option<&str>, place: impl Into<String>, what: impl Into<String>) {
        self.breaks.push(Break {
            batch: batch.map(str::to_owned),
            place: place.into(),
            what: what.into(),
        });
    }
}

impl Audited {
    /// What is found of a book as a whole.
    fn of(name: &str, what: impl Into<String>) -> Self {
        let mut found = Self {
            book: name.to_owned(),
            ..Self::default()
        };
        found.wrong(None, format!("ledger/{name}.sqlite"), what);
        found
    }
}

/// Audits one book; `None`: there is none yet, and nothing says that there was.
///
/// # Errors
/// Something cannot be read. What is not as it was written is no error.
pub fn audit(site: &Site, name: &str) -> Result<Option<Audited>> {
    // Before the book is opened: what a run does meanwhile is then not taken for what the book lacks.
    let (published, newest) = (summaries_beside(site, name)?, site.newest(name)?);
    let opened = Book::open_read(&site.book(name), site.secret().site());
    let found = match opened {
        Ok(Some(mut book)) => hold(site, name, &mut book, &published, newest),
        Ok(None) if published.is_empty() && newest.is_none() => return Ok(None),
        Ok(None) => Ok(Audited::of(name, "it is gone, and there are answers of it")),
        Err(error) => Err(error),
    };
    match found {
        Err(error) if ledger::is_damage(&error) => {
            let what = format!("the file is damaged: {error:#}");
            Ok(Some(Audited::of(name, what)))
        }
        found => found.map(Some),
    }
}

fn hold(
    site: &Site,
    name: &str,
    book: &mut Book,
    published: &[(String, String)],
    newest: Option<Newest>,
) -> Result<Audited> {
    let mut found = Audited {
        book: name.to_owned(),
        ..Audited::default()
    };
    let breaks = book.audit()?;
    let rows = book.batches(usize::MAX)?;
    for ledger::Break { id, what } in breaks {
        let row = rows.iter().find(|row| row.id == id);
        let batch = row.map(|row| &*row.journal.batch);
        found.wrong(batch, format!("ledger/{name}.sqlite"), what);
    }
    found.batches = rows.len() as u64;
    let known: BTreeSet<&str> = rows.iter().map(|row| &*row.journal.batch).collect();
    let root = Folder::open(site.root())?;
    for row in rows.iter().rev() {
        if row.journal.role != ledger::PURGE {
            let out = book.is_published(row.id)?;
            match book.remover_of_input(row.id)? {
                None => input(&root, row, out, &mut found)?,
                // One that is being removed may be there or not.
                Some(by) if !book.is_published(by.id)? => {}
                Some(by) => removed_input(&root, row, &by, &mut found)?,
            }
            answers(site, row, out, &mut found)?;
        }
    }
    if let Some(newest) = lacking(newest, book)? {
        let what =
            "the book does not have this batch any more, which an earlier run has seen in it";
        found.wrong(Some(&newest.batch), format!("ledger/{name}.sqlite"), what);
    }
    for (place, batch) in published {
        if !known.contains(&**batch) {
            found.wrong(
                Some(batch),
                place,
                "the book does not have this batch: it is older than its answers. If it was brought back from a copy, \
                 bring back the newest one, or take the partner's later files out of the archive and drop them again",
            );
        }
    }
    Ok(found)
}

/// The summaries in the outboxes of this book's partners, each with the batch that it is of.
fn summaries_beside(site: &Site, book: &str) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for partner in partners(site, book) {
        let outbox = Folder::open(&partner.outbox)?;
        for name in outbox.names()? {
            let text = name.to_string_lossy();
            if !text.ends_with(".summary.json") {
                continue;
            }
            let Some(bytes) = outbox.read_small(&name, SUMMARY_MOST)? else {
                continue;
            };
            let summary: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let (of, batch) = (summary["book"].as_str(), summary["batch"].as_str());
            if let (Some(of), Some(batch)) = (of, batch)
                && of == book
            {
                all.push((shown(site, outbox.path(), &text), batch.to_owned()));
            }
        }
    }
    Ok(all)
}

fn partners<'s>(site: &'s Site, book: &str) -> impl Iterator<Item = &'s Partner> {
    let partners = site.settings().partners.values();
    partners.filter(move |partner| partner.book == book)
}

/// An input that a purge removed.
fn removed_input(
    root: &Folder,
    row: &JournalRow,
    by: &JournalRow,
    found: &mut Audited,
) -> Result<()> {
    let Some(path) = &row.journal.archive else {
        return Ok(());
    };
    if hash_at(root, path)?.is_none() {
        found.purged += 1;
        return Ok(());
    }
    let what = format!("it was removed by {}, and is there again", by.journal.batch);
    found.wrong(Some(&row.journal.batch), path, what);
    Ok(())
}

/// The hash of a plain file by its path in the site; `None`: there is none.
fn hash_at(root: &Folder, path: &str) -> Result<Option<String>> {
    match folder_of(root, path)? {
        Some((folder, name)) => hash_of(&folder, name),
        None => Ok(None),
    }
}

/// Whether anything has this path in the site.
fn is_there(root: &Folder, path: &str) -> Result<bool> {
    match folder_of(root, path)? {
        Some((folder, name)) => Ok(folder.look(name)?.is_some()),
        None => Ok(false),
    }
}

/// The folder of a path in the site, and the name in it; `None`: there is no such folder.
fn folder_of<'p>(root: &Folder, path: &'p str) -> Result<Option<(Folder, &'p str)>> {
    let (folders, name) = path.rsplit_once('/').context("a file in the site itself")?;
    let folder = folders
        .split('/')
        .try_fold(root.try_clone()?, |folder, name| folder.folder(name));
    match folder {
        Ok(folder) => Ok(Some((folder, name))),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// The archived or quarantined input. `out`: publishing is over; before, it need not be there yet.
fn input(root: &Folder, row: &JournalRow, out: bool, found: &mut Audited) -> Result<()> {
    let (Some(path), Some(sha256)) = (&row.journal.archive, &row.journal.sha256) else {
        return Ok(());
    };
    let batch = Some(&*row.journal.batch);
    // A link, a pipe, what is too large: it was never read, so that it is there is all that can be said.
    if was_not_read(row) && is_there(root, path)? {
        found.files += 1;
        return Ok(());
    }
    match hash_at(root, path)? {
        Some(hash) if hash == *sha256 => found.files += 1,
        Some(_) => found.wrong(batch, path, "it is not the file that was taken"),
        None if out => found.wrong(batch, path, "the file that was taken is gone"),
        None => {}
    }
    Ok(())
}

/// Whether the input was refused before it was opened: its summary names no hash of its bytes.
fn was_not_read(row: &JournalRow) -> bool {
    let summary: Value = serde_json::from_str(&row.journal.summary).unwrap_or_default();
    summary["sha256"].is_null()
}

/// The answers that are still in their outboxes. `out`: publishing is over, and what is not there was collected.
fn answers(site: &Site, row: &JournalRow, out: bool, found: &mut Audited) -> Result<()> {
    let journal = &row.journal;
    let settings = site.settings();
    let Some(own) = settings.partners.get(&journal.partner) else {
        // The partner is no longer one of ours; nothing says where its outbox was.
        return Ok(());
    };
    let owner = settings.owner_of(&own.book).unwrap_or(own);
    let outbox = |folder| match folder {
        ledger::Folder::Own => &own.outbox,
        ledger::Folder::Owner => &owner.outbox,
    };
    let mut hold = |folder, name: &str, sha256: &str| -> Result<()> {
        let folder = Folder::open(outbox(folder))?;
        let batch = Some(&*journal.batch);
        match hash_of(&folder, name)? {
            Some(hash) if hash == sha256 => found.files += 1,
            Some(_) => {
                let place = shown(site, folder.path(), name);
                found.wrong(batch, place, "it is not the answer that was written");
            }
            None => found.collected += u64::from(out),
        }
        Ok(())
    };
    for answer in &journal.answers {
        hold(answer.folder, &answer.name, &answer.sha256)?;
    }
    let summary = format!("{}.summary.json", base_of(row));
    let all = summaries(row)?;
    for (folder, text) in all.in_order() {
        hold(folder, &summary, &os::hex(&Sha256::digest(text)))?;
    }
    Ok(())
}

/// The hash of a plain file; `None`: there is none of this name.
fn hash_of(folder: &Folder, name: &str) -> Result<Option<String>> {
    // What is no plain file is not opened: a link may lead anywhere, and a pipe has no end.
    let looked = folder.look(name)?;
    if looked.is_some_and(|stat| !stat.is_plain()) {
        return Ok(Some(String::new()));
    }
    match folder.read(name) {
        Ok((file, stat)) if stat.is_plain() => {
            Ok(Some(os::hash(&file, &folder.path().join(name))?.0))
        }
        Ok(_) => Ok(Some(String::new())),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// A file's path, relative to the site where it is in it.
fn shown(site: &Site, folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    let path = path.strip_prefix(site.root()).unwrap_or(&path);
    path.display().to_string()
}
