//! Whether a book is what was written.

use anyhow::Result;
use rusqlite::Row;
use sha2::{Digest as _, Sha256};

use super::Book;
use super::journal::{COLUMNS, HASHED, absorb};

/// A place where the journal is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Number of the row.
    pub id: i64,
    /// What is wrong there.
    pub what: String,
}

impl Book {
    /// Recomputes the journal's chain and checks the file's structure. What is cut off the end alone shows against the
    /// published summaries, which hold their links.
    pub fn verify_chain(&self) -> Result<Vec<Break>> {
        let mut breaks = Vec::new();
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
            if row.get::<_, i64>("first_change")? != next_change {
                wrong("its changes do not follow those of the row before");
            }
            next_change = row.get::<_, i64>("last_change")? + 1;
            previous = this;
            expected = id + 1;
        }
        self.verify_file(expected, next_change, &mut breaks)?;
        Ok(breaks)
    }

    fn verify_file(&self, next: i64, next_change: i64, breaks: &mut Vec<Break>) -> Result<()> {
        let mut wrong = |what: String| breaks.push(Break { id: next - 1, what });
        let sql = format!(
            "SELECT count(*), coalesce(max(id), 0) FROM {}",
            self.all("change")
        );
        let (count, newest): (i64, i64) = self
            .db
            .query_row(&sql, [], |r| Ok((r.get(0)?, r.get(1)?)))?;
        if newest + 1 != next_change {
            wrong("the newest change is not the newest batch's".into());
        }
        if count != newest {
            wrong(format!("{} changes are gone", newest - count));
        }
        let mut query = self.db.prepare("PRAGMA quick_check(10)")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let what: String = row.get(0)?;
            if what != "ok" {
                wrong(what);
            }
        }
        Ok(())
    }
}

fn hash_of(row: &Row<'_>) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    for column in 0..HASHED {
        absorb(&mut hash, row.get_ref(column)?);
    }
    Ok(hash.finalize().into())
}
