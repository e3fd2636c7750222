//! A purge: inputs and personal details that are kept no longer go, and the journal says what went when.
//!
//! It is a batch without a file and without answers. First the book: what is taken out of it and which inputs are to go
//! is one transaction. Then the files, and the book is written anew, so that nothing of it is left on freed pages. A purge
//! that dies in between is brought to its end by the next one, or by the next run.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use chrono::{NaiveDate, SecondsFormat};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Options, RunError, age, known};
use crate::ledger::{Book, Journal, JournalRow, PURGE, Redact, Removal};
use crate::line::details::{Details, Left, Today, details};
use crate::line::{self, Space};
use crate::os::{Folder, hex, step};
use crate::outbox::answers::summary::{Status, Summary};
use crate::site::Site;
use crate::site::settings::Partner;

/// What was removed, or would be, of one book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// The book.
    pub book: String,
    /// The batch that says so; `None`: nothing was to be removed, or nothing was meant to be.
    pub batch: Option<String>,
    /// Inputs.
    pub inputs: u64,
    /// Entities whose personal details went, by their public word.
    pub details: BTreeMap<&'static str, u64>,
}

impl Purged {
    /// As `--json` has it.
    pub fn document(&self) -> Value {
        json!({ "book": self.book, "batch": self.batch, "inputs": self.inputs, "details": self.details })
    }

    /// Whether nothing is kept for too long.
    pub fn is_nothing(&self) -> bool {
        self.inputs == 0 && self.details.is_empty()
    }
}

/// Removes what is kept no longer, book by book. `dry_run`: only says what that is.
///
/// # Errors
/// Wrong settings or date, a site that is held, or a disk that fails: purging again is safe.
pub fn purge(dir: &Path, options: &Options<'_>, dry_run: bool) -> Result<Vec<Purged>, RunError> {
    let site = Site::open(dir)?;
    known(&site, options.partner.as_deref())?;
    let lock = site.lock_within(Site::PATIENCE)?.ok_or(RunError::Held)?;
    let date = options.date(site.settings());
    let partners = site.settings().partners.values();
    let chosen = partners.filter(|p| options.partner.as_ref().is_none_or(|name| *name == p.name));
    let names: BTreeSet<&str> = chosen.map(|partner| &*partner.book).collect();
    let mut books = Vec::new();
    let mut late = Vec::new();
    for name in names.into_iter().filter(|name| site.book(name).exists()) {
        let book = open(&site, name)?;
        let last = book.last_business_date()?;
        if let Some(last) = last.filter(|last| *last > date) {
            late.push(format!(
                "the book {name} is at {last}; the business date {date} is before it"
            ));
        }
        books.push((name, book));
    }
    if !late.is_empty() {
        return Err(RunError::Wrong(late.join("\n")));
    }
    let mut done = Vec::new();
    for (name, book) in books {
        let one = OneBook {
            site: &site,
            name,
            date,
            only: options.partner.as_deref(),
        };
        let claimed_at = options.clock(site.settings());
        let claimed_at = claimed_at.to_rfc3339_opts(SecondsFormat::Secs, false);
        let purged = one.purge(book, &claimed_at, dry_run);
        done.push(purged.with_context(|| format!("book {name}"))?);
    }
    drop(lock);
    Ok(done)
}

fn open(site: &Site, name: &str) -> Result<Book> {
    let book = Book::open(&site.book(name), site.secret().site())?;
    age::refuse_older(site, name, &book)?;
    Ok(book)
}

/// A book that is purged.
struct OneBook<'a> {
    site: &'a Site,
    name: &'a str,
    date: NaiveDate,
    /// Only what this partner sent.
    only: Option<&'a str>,
}

/// What is kept no longer.
struct Plan {
    inputs: Vec<i64>,
    entities: Vec<(&'static Details, String)>,
}

impl OneBook<'_> {
    fn purge(&self, mut book: Book, claimed_at: &str, dry_run: bool) -> Result<Purged> {
        let root = self.site.folder()?;
        if !dry_run {
            for row in book.unpublished()? {
                if row.journal.role == PURGE {
                    finish(&root, &mut book, &row)?;
                }
            }
        }
        let plan = Plan {
            inputs: self.inputs(&root, &book)?,
            entities: self.entities(&book)?,
        };
        let mut said = Purged {
            book: self.name.to_owned(),
            inputs: plan.inputs.len() as u64,
            ..Purged::default()
        };
        if plan.inputs.is_empty() && plan.entities.is_empty() {
            book.close()?;
            return Ok(said);
        }
        book.begin(self.partner())?;
        let mut taken = 0;
        for (details, key) in &plan.entities {
            let redact = |state: &str| details.redacted(state);
            let state: Option<&Redact<'_>> = match details.left {
                Left::Nothing => None,
                Left::But { .. } => Some(&redact),
            };
            let names = details.names;
            let changes = book.take_out(details.space, key, &Removal { state, names })?;
            // One of which nothing is personal stays as it is, and is no reason for a batch.
            if let Some(word) = word(details.space).filter(|_| changes > 0) {
                *said.details.entry(word).or_default() += 1;
            }
            taken += changes;
        }
        if dry_run || taken == 0 && plan.inputs.is_empty() {
            book.rollback()?;
            book.close()?;
            return Ok(said);
        }
        let journal = self.journal(&book, &said, claimed_at)?;
        for input in &plan.inputs {
            book.note_input_removed(*input)?;
        }
        step("before_commit");
        let row = book.commit(&journal)?;
        step("after_commit");
        finish(&root, &mut book, &row)?;
        age::remember(self.site, self.name, &book)?;
        book.close()?;
        said.batch = Some(row.journal.batch);
        Ok(said)
    }

    /// Whose batch it is.
    fn partner(&self) -> &str {
        let owner = self.site.settings().owner_of(self.name);
        owner.map_or(self.name, |owner| &owner.name)
    }

    /// Whether something of this date was kept for all of these days.
    fn is_past(&self, from: NaiveDate, days: u32) -> bool {
        (self.date - from).num_days() > i64::from(days)
    }

    /// The batches whose inputs are kept no longer, and still there.
    fn inputs(&self, root: &Folder, book: &Book) -> Result<Vec<i64>> {
        let settings = self.site.settings();
        let mut old = Vec::new();
        book.each_batch(&mut |row| {
            let journal = &row.journal;
            let kept = settings.partners.get(&journal.partner);
            let kept = kept.filter(|partner| self.is_meant(partner));
            if let (Some(partner), Some(path)) = (kept, &journal.archive)
                && self.is_past(journal.business_date, partner.retention.archive_days)
            {
                old.push((row.id, path.clone()));
            }
            Ok(())
        })?;
        let mut inputs = Vec::new();
        for (id, path) in old {
            // One that somebody else removed is for the audit to tell.
            if book.is_published(id)?
                && book.remover_of_input(id)?.is_none()
                && let Some((folder, name)) = place(root, &path)?
                && folder.look(name)?.is_some()
            {
                inputs.push(id);
            }
        }
        Ok(inputs)
    }

    fn is_meant(&self, partner: &Partner) -> bool {
        self.only.is_none_or(|only| only == partner.name)
    }

    /// The entities whose personal details are kept no longer: those that are over and were not changed for so long, and
    /// that nobody needs who is not.
    fn entities(&self, book: &Book) -> Result<Vec<(&'static Details, String)>> {
        let settings = self.site.settings();
        let owner = settings.owner_of(self.name);
        let owner = owner.filter(|owner| self.is_meant(owner));
        let Some(days) = owner.and_then(|owner| owner.retention.details_days) else {
            return Ok(Vec::new());
        };
        let today = Today {
            date: self.date,
            products: &settings.products,
        };
        let mut needed = HashSet::new();
        let mut over = Vec::new();
        for (_, details) in details() {
            book.unpurged(details.space, &mut |key, state, changed| {
                let life = (details.life)(key, state, &today)?;
                if life.over && self.is_past(changed, days) {
                    over.push((details, key.to_owned(), life.with));
                } else {
                    needed.insert((details.space, key.to_owned()));
                    needed.extend(life.needs);
                }
                Ok(())
            })?;
        }
        over.retain(|(details, key, with)| {
            let is_needed = |space: Space, key: &str| needed.contains(&(space, key.to_owned()));
            let alone = with
                .as_ref()
                .is_none_or(|(space, key)| !is_needed(*space, key));
            alone && !is_needed(details.space, key) && details.takes_anything()
        });
        let over = over.into_iter();
        Ok(over.map(|(details, key, _)| (details, key)).collect())
    }

    /// The purge as the journal keeps it. Its batch is named as what falls due is: by a hash of book, date and number.
    fn journal(&self, book: &Book, said: &Purged, claimed_at: &str) -> Result<Journal> {
        let settings = self.site.settings();
        let partner = self.partner().to_owned();
        let number = book.purges(self.date)? + 1;
        let name = format!("{}\npurge\n{}\n{number}", self.name, self.date);
        let batch = hex(&Sha256::digest(name.as_bytes()))[..12].to_owned();
        let whose = (&*partner, self.name);
        let summary = Summary::begun(batch.clone(), whose, self.date, claimed_at.to_owned());
        let mut summary = serde_json::to_value(&summary)?;
        summary["purged"] = json!({ "inputs": said.inputs, "details": said.details });
        Ok(Journal {
            batch,
            partner,
            role: PURGE.to_owned(),
            file: None,
            sha256: None,
            bytes: None,
            format: None,
            format_hash: None,
            settings_hash: settings.hash.clone(),
            rules: env!("CARGO_PKG_VERSION").to_owned(),
            business_date: self.date,
            status: Status::Accepted.as_str().to_owned(),
            duplicate_of: None,
            reason: None,
            claimed_at: claimed_at.to_owned(),
            archive: None,
            summary: summary.to_string(),
            answers: Vec::new(),
        })
    }
}

/// The public word of the entities of a space; `None`: they are the line's own affair.
fn word(space: Space) -> Option<&'static str> {
    let mut entities = line::entities(line::line_of(space)).iter();
    entities
        .find(|(_, own)| *own == space)
        .map(|(word, _)| *word)
}

/// Does what a recorded purge says: once, and again after whatever cut it short.
pub(super) fn finish(root: &Folder, book: &mut Book, row: &JournalRow) -> Result<()> {
    let mut folders = BTreeMap::<String, BTreeSet<String>>::new();
    for input in book.inputs_removed_by(row.id)? {
        let path = input.journal.archive.context("an input without a place")?;
        let (folder, name) = path.rsplit_once('/').context("a file in the site itself")?;
        let names = folders.entry(folder.to_owned()).or_default();
        names.insert(name.to_owned());
    }
    for (folder, names) in &folders {
        remove(root, folder, names)?;
    }
    if book.took_out(row.id)? {
        book.scrub()?;
        step("purged_book_scrubbed");
    }
    book.mark_published(row.id)
}

/// A file's folder and its name; `None`: there is no such folder.
fn place<'p>(root: &Folder, path: &'p str) -> Result<Option<(Folder, &'p str)>> {
    let (folders, name) = path.rsplit_once('/').context("a file in the site itself")?;
    Ok(reach(root, folders)?.map(|folder| (folder, name)))
}

fn reach(root: &Folder, folders: &str) -> Result<Option<Folder>> {
    let mut names = folders.split('/');
    match names.try_fold(root.try_clone()?, |folder, name| folder.folder(name)) {
        Ok(folder) => Ok(Some(folder)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// Removes inputs from a folder, with the done-files and reasons beside them, and the folder where nothing is left in it.
fn remove(root: &Folder, path: &str, names: &BTreeSet<String>) -> Result<()> {
    let Some(folder) = reach(root, path)? else {
        return Ok(());
    };
    for file in folder.names()? {
        let text = file.to_string_lossy();
        // What belongs to an input has the whole of its name in its own, and an input's has its batch's.
        if names.contains(&*text) || names.iter().any(|name| text.contains(&**name)) {
            folder.remove(&file)?;
            step("purged_input_removed");
        }
    }
    folder.sync()?;
    drop(folder);
    let mut path = path;
    // The partner's own folder stays.
    while let Some((above, name)) = path
        .rsplit_once('/')
        .filter(|(above, _)| above.contains('/'))
    {
        let (Some(upper), Some(lower)) = (reach(root, above)?, reach(root, path)?) else {
            return Ok(());
        };
        if !lower.names()?.is_empty() {
            return Ok(());
        }
        upper.remove_folder(name)?;
        upper.sync()?;
        path = above;
    }
    Ok(())
}
