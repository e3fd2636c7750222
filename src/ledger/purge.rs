//! Takes out of a book what is kept no longer, so that what is left still proves what was written.
//!
//! A change that personal details are taken out of is known from then on by the hash of what it was: the batch that it
//! came with is verified by that. What it is now is vouched for by the batch that took them out.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use chrono::NaiveDate;
use rusqlite::params;

use super::content::{Content, STORED};
use super::{Book, INSTRUCTION, JournalRow, journal, stretch};
use crate::line::Space;

/// A state without its personal details; `None`: there are none in it.
pub type Redact<'a> = dyn Fn(&str) -> Result<Option<String>> + 'a;

/// What is to be taken out of an entity.
pub struct Removal<'a> {
    /// Its state without personal details; `None`: there are none in it. Without this function the entity is forgotten
    /// as a whole, its key and all names that it is found by too.
    pub state: Option<&'a Redact<'a>>,
    /// Names that it is found by and that are personal themselves, by what they begin with.
    pub names: &'a [(Space, &'static str)],
}

/// A change as it was, and as it will be.
struct Edit {
    change: i64,
    was: [u8; 32],
    key: Option<String>,
    also: Option<String>,
    state: Option<String>,
}

impl Book {
    /// Every entity of a space that nothing was taken out of since its newest change: key, state, and the business date of
    /// that change; sorted by key. Between batches only.
    pub fn unpurged(
        &self,
        space: Space,
        each: &mut dyn FnMut(&str, &str, NaiveDate) -> Result<()>,
    ) -> Result<()> {
        let sql = "SELECT c.key, c.state, j.business_date FROM newest n CROSS JOIN main.change c ON c.id = n.change \
             JOIN main.journal j ON j.id = c.batch LEFT JOIN main.purged p ON p.change = c.id \
             WHERE c.key >= ?1 || ':' AND c.key < ?1 || ';' AND p.change IS NULL ORDER BY c.key";
        self.with_newest(|| {
            let mut query = self.db.prepare(sql)?;
            let mut rows = query.query([space.0])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str()?;
                let (_, key) = name.split_once(':').context("a name without a space")?;
                let date = journal::date(row.get_ref(2)?.as_str()?)?;
                each(key, row.get_ref(1)?.as_str()?, date)?;
            }
            Ok(())
        })
    }

    /// Takes personal details out of every change of an entity; answers how many changes held some. Within a batch that
    /// does nothing else.
    pub fn take_out(&mut self, space: Space, key: &str, removal: &Removal<'_>) -> Result<u64> {
        let batch = self.batch.as_mut().context("no batch in hand")?;
        ensure!(
            self.wave.next_id() == batch.first_change,
            "a batch that takes out changes nothing else"
        );
        batch.purges = true;
        let by = batch.journal;
        let found = self.with_name(space, key, Self::locate)?;
        let mut gone = BTreeSet::new();
        let (mut edits, mut chain) = (Vec::new(), BTreeSet::new());
        let mut next = found.link.map(|link| link.change);
        while let Some(change) = next {
            chain.insert(change);
            let (edit, before) = self.edit(change, removal, &mut gone)?;
            edits.extend(edit);
            next = before;
        }
        // While the names can still be read.
        for name in &gone {
            self.unhead(name, &chain)?;
        }
        for edit in &edits {
            let mut note = self.db.prepare_cached(
                "INSERT INTO main.purged (change, journal, was) VALUES (?1, ?2, ?3)",
            )?;
            note.execute(params![
                edit.change,
                by,
                self.hash.veil(edit.change, edit.was)
            ])?;
            let mut update = self.db.prepare_cached(
                "UPDATE main.change SET key = ?2, also = ?3, state = ?4 WHERE id = ?1",
            )?;
            update.execute(params![edit.change, edit.key, edit.also, edit.state])?;
        }
        self.cache.clear();
        Ok(edits.len() as u64)
    }

    /// What becomes of a change (`None`: nothing, it holds nothing to be taken out), and the one before it. `gone`
    /// learns the names that it will have no more.
    fn edit(
        &self,
        change: i64,
        removal: &Removal<'_>,
        gone: &mut BTreeSet<String>,
    ) -> Result<(Option<Edit>, Option<i64>)> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT {STORED}, p.change FROM main.change c LEFT JOIN main.word w ON w.id = c.rule \
             LEFT JOIN main.purged p ON p.change = c.id WHERE c.id = ?1"
        ))?;
        let mut rows = query.query([change])?;
        let row = rows
            .next()?
            .with_context(|| format!("the book lacks its change {change}"))?;
        let before: Option<i64> = row.get(0)?;
        if row.get::<_, Option<i64>>(8)?.is_some() {
            return Ok((None, before));
        }
        let was = Content::default().of_stored(row)?;
        let (key, also): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        let state: Option<String> = row.get(7)?;
        let whole = removal.state.is_none();
        let left = also
            .as_deref()
            .map(|also| names_left(also, removal, gone))
            .transpose()?
            .flatten();
        let redacted = match (removal.state, &state) {
            (Some(redact), Some(state)) => redact(state)?,
            _ => None,
        };
        if whole {
            gone.extend(key.clone());
        } else if left.is_none() && redacted.is_none() {
            return Ok((None, before));
        }
        let edit = Edit {
            change,
            was,
            key: key.filter(|_| !whole),
            also: left.or(also),
            state: if whole { None } else { redacted.or(state) },
        };
        Ok((Some(edit), before))
    }

    /// Takes a name that leads to one of these changes out of the index. Those behind it in its row of places move up,
    /// as if it had never been there.
    fn unhead(&mut self, name: &str, chain: &BTreeSet<i64>) -> Result<()> {
        let found = self.locate(name)?;
        if found.link.is_none_or(|link| !chain.contains(&link.change)) {
            return Ok(());
        }
        let mut hole = found.at;
        let mut at = hole + 1;
        while let Some(link) = self.link_at(at)? {
            let stored = self.fetch(link.change)?;
            let other = stored.name(link.name)?.context("a place without a name")?;
            if self.hash.of(&other) <= hole {
                stretch::change(&self.db, hole, Some(link))?;
                hole = at;
            }
            at += 1;
        }
        stretch::change(&self.db, hole, None)?;
        self.cache.clear();
        Ok(())
    }

    /// Records that the batch in hand removes the input of this one.
    pub fn note_input_removed(&mut self, input: i64) -> Result<()> {
        let batch = self.batch.as_mut().context("no batch in hand")?;
        batch.purges = true;
        let journal = batch.journal;
        self.db.execute(
            "INSERT INTO main.purged_input (input, journal) VALUES (?1, ?2)",
            [input, journal],
        )?;
        Ok(())
    }

    /// The batches whose inputs this one removed, oldest first.
    pub fn inputs_removed_by(&self, id: i64) -> Result<Vec<JournalRow>> {
        let removed = self.all("purged_input");
        self.rows_where(
            &format!("id IN (SELECT input FROM {removed} WHERE journal = ?1) ORDER BY id"),
            [id],
        )
    }

    /// The batch that removed the input of this one; `None`: it was not removed.
    pub fn remover_of_input(&self, id: i64) -> Result<Option<JournalRow>> {
        let removed = self.all("purged_input");
        let condition = format!("id = (SELECT journal FROM {removed} WHERE input = ?1)");
        Ok(self.rows_where(&condition, [id])?.pop())
    }

    /// Whether this batch took details out of changes.
    pub fn took_out(&self, id: i64) -> Result<bool> {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE journal = ?1",
            self.all("purged")
        );
        Ok(self.db.query_row(&sql, [id], |row| row.get::<_, i64>(0))? > 0)
    }

    /// Adds to a batch's hash what it removed; `false`: a change is not there any more.
    pub(super) fn add_purged(&self, batch: i64, content: &mut Content) -> Result<bool> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT {STORED}, c.id, p.change, p.was FROM {} p LEFT JOIN {} c ON c.id = p.change \
             LEFT JOIN {} w ON w.id = c.rule WHERE p.journal = ?1 ORDER BY p.change",
            self.all("purged"),
            self.all("change"),
            self.all("word")
        ))?;
        let mut rows = query.query([batch])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, Option<i64>>(8)?.is_none() {
                return Ok(false);
            }
            let is = content.of_stored(row)?;
            let change = row.get(9)?;
            content.take_purged(change, &self.hash.veil(change, row.get(10)?), &is);
        }
        let mut query = self.db.prepare_cached(&format!(
            "SELECT input FROM {} WHERE journal = ?1 ORDER BY input",
            self.all("purged_input")
        ))?;
        let mut rows = query.query([batch])?;
        while let Some(row) = rows.next()? {
            content.take_purged_input(row.get(0)?);
        }
        Ok(true)
    }

    /// Writes the book anew without what was taken out of it: freed space and outlived copies of a page hold it until
    /// then, and so does the write-ahead log, which is emptied. Needs as much free space as the book has.
    ///
    /// # Errors
    /// It cannot be written, or somebody still reads an older moment of it.
    pub fn scrub(&mut self) -> Result<()> {
        ensure!(self.batch.is_none(), "a batch is in hand");
        self.db.flush_prepared_statement_cache();
        self.db
            .execute_batch("VACUUM")
            .context("the book could not be written anew")?;
        let held: i64 = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if held != 0 {
            bail!(
                "somebody still reads the book as it was; what was taken out of it is gone from the disk when `sluss purge` or a run has come again"
            );
        }
        Ok(())
    }
}

/// The list of further names of a change without those that are to go; `None`: none is.
fn names_left(
    also: &str,
    removal: &Removal<'_>,
    gone: &mut BTreeSet<String>,
) -> Result<Option<String>> {
    let mut names: Vec<String> = serde_json::from_str(also)?;
    let mut any = false;
    for name in names.iter_mut().filter(|name| !name.is_empty()) {
        let (space, key) = name.split_once(':').context("a name without a space")?;
        let goes = if removal.state.is_none() {
            // That an instruction was carried out is remembered whatever becomes of its entity.
            space != INSTRUCTION.0
        } else {
            let mut personal = removal.names.iter();
            personal.any(|(of, start)| of.0 == space && key.starts_with(start))
        };
        if goes {
            any = true;
            gone.insert(std::mem::take(name));
        }
    }
    Ok(any.then(|| serde_json::to_string(&names)).transpose()?)
}
