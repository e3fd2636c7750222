//! Whether a book is what was written.

use anyhow::Result;
use rusqlite::{ErrorCode, Row};
use sha2::{Digest as _, Sha256};

use super::content::{Content, STORED};
use super::head::Link;
use super::journal::{COLUMNS, HASHED, absorb};
use super::open::{schema, schema_of};
use super::{Access, Book};

/// Changes that are looked up together: bounds memory.
const PIECE: i64 = 10_000;

/// A place where the book is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Number of the journal's row.
    pub id: i64,
    /// What is wrong there.
    pub what: String,
}

/// The names of a change, as it has them.
type Names = (i64, Vec<Box<str>>);

impl Book {
    /// Recomputes everything that a row of the journal vouches for: the chain of rows, each batch's changes, the index
    /// over them, and the file's structure. What is cut off the end alone shows against the published summaries, which
    /// hold their links. Takes a few seconds for a million changes.
    ///
    /// # Errors
    /// The book cannot be read. That something in it is wrong is no error but a break.
    pub fn audit(&mut self) -> Result<Vec<Break>> {
        match self.hold_all() {
            Err(error) if is_damage(&error) => {
                let what = format!("the file is damaged: {error:#}");
                Ok(vec![Break { id: 0, what }])
            }
            done => done,
        }
    }

    fn hold_all(&mut self) -> Result<Vec<Break>> {
        let mut breaks = self.damaged_pages()?;
        if !breaks.is_empty() {
            // Whatever is read from a damaged file may be anything.
            return Ok(breaks);
        }
        let next = self.verify_journal(&mut breaks)?;
        self.verify_changes(next, &mut breaks)?;
        if breaks.is_empty() {
            self.verify_heads(next, &mut breaks)?;
        }
        // A private copy has what falls due in two places.
        if breaks.is_empty() && !matches!(self.access, Access::Scratch { .. }) {
            let differs = self.due_differs()?;
            breaks.extend(differs.map(|what| Break { id: next - 1, what }));
        }
        if schema_of(&self.db)? != schema()? {
            let what = "the tables are not those that a book is made with".into();
            breaks.push(Break { id: next - 1, what });
        }
        Ok(breaks)
    }

    fn damaged_pages(&self) -> Result<Vec<Break>> {
        let mut query = self.db.prepare("PRAGMA integrity_check(10)")?;
        let found: Vec<String> = query
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let damage = found.into_iter().filter(|what| what != "ok");
        Ok(damage.map(|what| Break { id: 0, what }).collect())
    }

    /// The rows of the journal, each with its batch's changes. Answers the number that the next row will have.
    fn verify_journal(&self, breaks: &mut Vec<Break>) -> Result<i64> {
        let mut previous = [0; 32];
        let mut expected = 1;
        let mut next_change = 1;
        let sql = format!("SELECT {COLUMNS} FROM {} ORDER BY id", self.all("journal"));
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let mut wrong = |what: &str| {
                let what = what.into();
                breaks.push(Break { id, what });
            };
            if id != expected {
                wrong("a row before this one is gone");
            }
            if row.get::<_, [u8; 32]>("previous")? != previous {
                wrong("it does not follow the row before");
            }
            let this: [u8; 32] = row.get("this")?;
            if hash_of(row)? != this {
                wrong("it was altered");
            }
            let (first, last): (i64, i64) = (row.get("first_change")?, row.get("last_change")?);
            if first != next_change {
                wrong("its changes do not follow those of the row before");
            }
            if self.content_of(id, first, last)? != Some(row.get("content")?) {
                wrong("its changes were altered");
            }
            next_change = last + 1;
            previous = this;
            expected = id + 1;
        }
        Ok(expected)
    }

    /// The hash over a batch's changes; `None`: they are not all there.
    fn content_of(&self, batch: i64, first: i64, last: i64) -> Result<Option<[u8; 32]>> {
        let sql = format!(
            "SELECT {STORED}, c.id, c.batch, p.was FROM {} c LEFT JOIN {} w ON w.id = c.rule \
             LEFT JOIN {} p ON p.change = c.id WHERE c.id BETWEEN ?1 AND ?2 ORDER BY c.id",
            self.all("change"),
            self.all("word"),
            self.all("purged")
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query([first, last])?;
        let mut content = Content::default();
        let mut next = first;
        while let Some(row) = rows.next()? {
            if (row.get(8)?, row.get(9)?) != (next, batch) {
                return Ok(None);
            }
            let hash = match row.get(10)? {
                Some(was) => self.hash.veil(next, was),
                None => content.of_stored(row)?,
            };
            content.take(&hash);
            next += 1;
        }
        if next != last + 1 || !self.add_purged(batch, &mut content)? {
            return Ok(None);
        }
        Ok(Some(content.finish()))
    }

    fn verify_changes(&self, next: i64, breaks: &mut Vec<Break>) -> Result<()> {
        let sql = format!(
            "SELECT coalesce(max(last_change), 0) FROM {}",
            self.all("journal")
        );
        let last: i64 = self.db.query_row(&sql, [], |row| row.get(0))?;
        if self.newest("change")? != last {
            let what = "the newest change is not the newest batch's".into();
            breaks.push(Break { id: next - 1, what });
        }
        for table in ["purged", "purged_input"] {
            let sql = format!(
                "SELECT count(*) FROM {} WHERE journal NOT IN (SELECT id FROM {})",
                self.all(table),
                self.all("journal")
            );
            let strays: i64 = self.db.query_row(&sql, [], |row| row.get(0))?;
            if strays > 0 {
                let what = "something was removed by no batch of the journal".into();
                breaks.push(Break { id: next - 1, what });
            }
        }
        Ok(())
    }

    /// Every name leads to its newest change, and the index holds nothing else.
    fn verify_heads(&mut self, next: i64, breaks: &mut Vec<Break>) -> Result<()> {
        let id = next - 1;
        let newest = self.newest("change")?;
        let mut names = 0_usize;
        let mut from = 1;
        while from <= newest {
            for (change, all) in self.names_of(from, from + PIECE - 1)? {
                for (n, name) in (0..).zip(all).filter(|(_, name)| !name.is_empty()) {
                    let link = match self.locate(&name) {
                        Ok(found) => found.link,
                        Err(error) => {
                            breaks.push(damaged(id, error)?);
                            return Ok(());
                        }
                    };
                    match link {
                        Some(Link { change: at, name }) if at == change => {
                            names += usize::from(name == n);
                        }
                        Some(later) if later.change > change => {}
                        _ => {
                            let what = format!("change {change} cannot be found by its names");
                            breaks.push(Break { id, what });
                            return Ok(());
                        }
                    }
                }
            }
            self.cache.clear();
            from += PIECE;
        }
        let mut heads = 0_usize;
        let counted = self.each_head(&mut |_| {
            heads += 1;
            Ok(())
        });
        if let Err(error) = counted {
            breaks.push(damaged(id, error)?);
            return Ok(());
        }
        if heads != names {
            let what = format!("the index holds {heads} names, the changes {names}");
            breaks.push(Break { id, what });
        }
        Ok(())
    }

    /// The names of changes: an entity's key first (blank: none), then the others.
    fn names_of(&self, first: i64, last: i64) -> Result<Vec<Names>> {
        let sql = format!(
            "SELECT id, key, also FROM {} WHERE id BETWEEN ?1 AND ?2",
            self.all("change")
        );
        let mut query = self.db.prepare_cached(&sql)?;
        let mut rows = query.query([first, last])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let key: Option<Box<str>> = row.get(1)?;
            let mut names = vec![key.unwrap_or_default()];
            if let Some(also) = row.get_ref(2)?.as_str_or_null()? {
                names.extend(serde_json::from_str::<Vec<Box<str>>>(also)?);
            }
            found.push((row.get(0)?, names));
        }
        Ok(found)
    }
}

/// An index that cannot be read as one; where the book as a whole cannot be read, that stays an error.
fn damaged(id: i64, error: anyhow::Error) -> Result<Break> {
    if error.is::<rusqlite::Error>() && !is_damage(&error) {
        return Err(error);
    }
    let what = format!("the index is damaged: {error:#}");
    Ok(Break { id, what })
}

/// Whether what went wrong is the book's file itself, and not the disk, a lock or the memory.
pub fn is_damage(error: &anyhow::Error) -> bool {
    let codes = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];
    let causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes
        .filter_map(rusqlite::Error::sqlite_error_code)
        .any(|code| codes.contains(&code))
}

fn hash_of(row: &Row<'_>) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    for column in 0..HASHED {
        absorb(&mut hash, row.get_ref(column)?);
    }
    Ok(hash.finalize().into())
}
