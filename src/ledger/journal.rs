//! The journal: one row a batch, chained by hash.

use anyhow::{Context as _, Result, ensure};
use chrono::NaiveDate;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Params, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Book;

/// Everything about a batch that is kept for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Name of the batch: 12 hex digits and what follows, such as `.r2` or `.dup1`.
    pub batch: String,
    /// Who sent it.
    pub partner: String,
    /// Whose feed it is: `partner` or `insurer`; or [`PURGE`].
    pub role: String,
    /// Its file name; `None` for what fell due, as are the next four. What was collected has a name, and none of the four.
    pub file: Option<String>,
    /// SHA-256 of its bytes, hex.
    pub sha256: Option<String>,
    /// Its size.
    pub bytes: Option<u64>,
    /// Id of its format; `None` also where none was recognised.
    pub format: Option<String>,
    /// SHA-256 of the format's text, hex.
    pub format_hash: Option<String>,
    /// SHA-256 of the settings' text, hex.
    pub settings_hash: String,
    /// Version of the rules that decided.
    pub rules: String,
    /// The date that rules were judged by.
    pub business_date: NaiveDate,
    /// Batch status.
    pub status: String,
    /// Name of the first batch, where this is a duplicate.
    pub duplicate_of: Option<String>,
    /// Why, where it was rejected or put into quarantine.
    pub reason: Option<String>,
    /// When it was claimed, RFC 3339.
    pub claimed_at: String,
    /// Where the input went, relative to the site.
    pub archive: Option<String>,
    /// The whole `summary.json` but its chain.
    pub summary: String,
    /// The answers but `summary.json`.
    pub answers: Vec<AnswerFile>,
}

/// The role of a batch that removes what is kept no longer. It has no file and no answers.
pub const PURGE: &str = "purge";

/// One answer of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFile {
    /// The outbox that it stands in.
    pub folder: Folder,
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// An outbox, as seen from a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Folder {
    /// That of the batch's own partner.
    Own,
    /// That of the book's owner.
    Owner,
}

/// A link of the journal's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The hash of the row before; zeros in the first.
    pub previous: [u8; 32],
    /// SHA-256 over `previous` and the rest of the row.
    pub this: [u8; 32],
}

/// A row of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Its number in the book, from 1 without a gap.
    pub id: i64,
    /// What it says.
    pub journal: Journal,
    /// Its changes, first to last; last before first: none.
    pub changes: (i64, i64),
    /// Its link.
    pub chain: Chain,
}

pub(super) const COLUMNS: &str = "id, batch, partner, role, file, sha256, bytes, format, format_hash, settings_hash, rules, \
     business_date, status, duplicate_of, reason, claimed_at, archive, first_change, last_change, content, \
     summary, answers, previous, this";
/// How many of them the hash is over: all but itself.
pub(super) const HASHED: usize = 23;

impl Book {
    pub(super) fn write_journal(
        &self,
        id: i64,
        changes: (i64, i64),
        content: [u8; 32],
        journal: &Journal,
    ) -> Result<JournalRow> {
        let previous = self.newest_link()?;
        let mut values = values_of(id, changes, content, journal, previous)?;
        let mut hash = Sha256::new();
        for value in &values {
            absorb(&mut hash, ValueRef::from(value));
        }
        let this: [u8; 32] = hash.finalize().into();
        values.push(Value::Blob(this.to_vec()));
        let places = vec!["?"; values.len()].join(", ");
        let sql = format!("INSERT INTO main.journal ({COLUMNS}) VALUES ({places})");
        self.db.execute(&sql, params_from_iter(values))?;
        Ok(JournalRow {
            id,
            journal: journal.clone(),
            changes,
            chain: Chain { previous, this },
        })
    }

    fn newest_link(&self) -> Result<[u8; 32]> {
        let sql = format!(
            "SELECT this FROM {} ORDER BY id DESC LIMIT 1",
            self.all("journal")
        );
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query([])?;
        Ok(match rows.next()? {
            Some(row) => row.get(0)?,
            None => [0; 32],
        })
    }

    /// Says that all of a batch's answers stand in their folders and its input in the archive.
    pub fn mark_published(&mut self, id: i64) -> Result<()> {
        self.db
            .execute("INSERT OR IGNORE INTO main.published VALUES (?1)", [id])?;
        Ok(())
    }

    /// Batches that were committed and not yet published, oldest first.
    pub fn unpublished(&self) -> Result<Vec<JournalRow>> {
        let published = self.all("published");
        self.rows_where(
            &format!("id NOT IN (SELECT journal FROM {published}) ORDER BY id"),
            [],
        )
    }

    /// Whether a batch was published.
    pub fn is_published(&self, id: i64) -> Result<bool> {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE journal = ?1",
            self.all("published")
        );
        Ok(self.db.query_row(&sql, [id], |row| row.get::<_, i64>(0))? > 0)
    }

    /// The latest business date of the book.
    pub fn last_business_date(&self) -> Result<Option<NaiveDate>> {
        let sql = format!("SELECT max(business_date) FROM {}", self.all("journal"));
        let text: Option<String> = self.db.query_row(&sql, [], |row| row.get(0))?;
        text.as_deref().map(date).transpose()
    }

    /// How many batches there are of what fell due on this day.
    pub fn due_batches(&self, day: NaiveDate) -> Result<u64> {
        let rows = self.rows_where(
            "business_date = ?1 AND file IS NULL AND role <> ?2",
            [&*day.to_string(), PURGE],
        )?;
        Ok(rows.len() as u64)
    }

    /// How many purges there are of this day.
    pub fn purges(&self, day: NaiveDate) -> Result<u64> {
        let rows = self.rows_where(
            "business_date = ?1 AND role = ?2",
            [&*day.to_string(), PURGE],
        )?;
        Ok(rows.len() as u64)
    }

    /// Batches of a partner that the site made itself under this name, from no file, oldest first.
    pub fn batches_made(&self, partner: &str, name: &str) -> Result<Vec<JournalRow>> {
        let made = "partner = ?1 AND file = ?2 AND sha256 IS NULL AND archive IS NULL ORDER BY id";
        self.rows_where(made, [partner, name])
    }

    /// What was sent with these bytes, by whomever, oldest first.
    pub fn batches_with_sha(&self, sha256: &str) -> Result<Vec<JournalRow>> {
        self.rows_where("sha256 = ?1 ORDER BY id", [sha256])
    }

    /// Batches whose name begins so, oldest first.
    pub fn batches_named(&self, prefix: &str) -> Result<Vec<JournalRow>> {
        // Not LIKE: a name may hold what that takes for a wildcard. U+10FFFF is after every other character.
        self.rows_where(
            "batch >= ?1 AND batch <= ?1 || char(1114111) ORDER BY id",
            [prefix],
        )
    }

    /// The batch of this number.
    pub fn batch(&self, id: i64) -> Result<Option<JournalRow>> {
        Ok(self.rows_where("id = ?1", [id])?.pop())
    }

    /// The newest batches, newest first; all with `usize::MAX`.
    pub fn batches(&self, limit: usize) -> Result<Vec<JournalRow>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.rows_where("true ORDER BY id DESC LIMIT ?1", [limit])
    }

    /// All batches, oldest first, one in memory at a time.
    pub fn each_batch(&self, each: &mut dyn FnMut(JournalRow) -> Result<()>) -> Result<()> {
        self.visit("true ORDER BY id", [], each)
    }

    pub(super) fn rows_where(
        &self,
        condition: &str,
        params: impl Params,
    ) -> Result<Vec<JournalRow>> {
        let mut found = Vec::new();
        self.visit(condition, params, &mut |row| {
            found.push(row);
            Ok(())
        })?;
        Ok(found)
    }

    fn visit(
        &self,
        condition: &str,
        params: impl Params,
        each: &mut dyn FnMut(JournalRow) -> Result<()>,
    ) -> Result<()> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {condition}",
            self.all("journal")
        );
        let mut query = self.db.prepare(&sql)?;
        let mut rows = query.query(params)?;
        while let Some(row) = rows.next()? {
            each(read(row).context("the journal cannot be read")?)?;
        }
        Ok(())
    }

    /// Stops a partner: its files wait. A stop that stands keeps its reason.
    pub fn stop(&mut self, partner: &str, reason: &str) -> Result<()> {
        self.db.execute(
            "INSERT OR IGNORE INTO main.stop VALUES (?1, ?2)",
            [partner, reason],
        )?;
        // A stop stands even where no batch was ever recorded.
        self.settle_in()
    }

    /// Lifts a partner's stop; `false`: there was none.
    pub fn resume(&mut self, partner: &str) -> Result<bool> {
        let lifted = self
            .db
            .execute("DELETE FROM main.stop WHERE partner = ?1", [partner])?;
        Ok(lifted > 0)
    }

    /// Partners that are stopped, and why.
    pub fn stops(&self) -> Result<Vec<(String, String)>> {
        let sql = format!(
            "SELECT partner, reason FROM {} ORDER BY partner",
            self.all("stop")
        );
        let mut query = self.db.prepare(&sql)?;
        let rows = query.query_map(params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn values_of(
    id: i64,
    changes: (i64, i64),
    content: [u8; 32],
    journal: &Journal,
    previous: [u8; 32],
) -> Result<Vec<Value>> {
    let text = |text: &str| Value::Text(text.into());
    let maybe = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    let bytes = journal.bytes.map(i64::try_from).transpose()?;
    let values = vec![
        Value::Integer(id),
        text(&journal.batch),
        text(&journal.partner),
        text(&journal.role),
        maybe(&journal.file),
        maybe(&journal.sha256),
        bytes.map_or(Value::Null, Value::Integer),
        maybe(&journal.format),
        maybe(&journal.format_hash),
        text(&journal.settings_hash),
        text(&journal.rules),
        Value::Text(journal.business_date.to_string()),
        text(&journal.status),
        maybe(&journal.duplicate_of),
        maybe(&journal.reason),
        text(&journal.claimed_at),
        maybe(&journal.archive),
        Value::Integer(changes.0),
        Value::Integer(changes.1),
        Value::Blob(content.to_vec()),
        text(&journal.summary),
        Value::Text(serde_json::to_string(&journal.answers)?),
        Value::Blob(previous.to_vec()),
    ];
    ensure!(
        values.len() == HASHED,
        "a column of the journal has no value"
    );
    Ok(values)
}

fn read(row: &Row<'_>) -> Result<JournalRow> {
    let answers: String = row.get("answers")?;
    let business_date: String = row.get("business_date")?;
    Ok(JournalRow {
        id: row.get("id")?,
        journal: Journal {
            batch: row.get("batch")?,
            partner: row.get("partner")?,
            role: row.get("role")?,
            file: row.get("file")?,
            sha256: row.get("sha256")?,
            bytes: row.get("bytes")?,
            format: row.get("format")?,
            format_hash: row.get("format_hash")?,
            settings_hash: row.get("settings_hash")?,
            rules: row.get("rules")?,
            business_date: date(&business_date)?,
            status: row.get("status")?,
            duplicate_of: row.get("duplicate_of")?,
            reason: row.get("reason")?,
            claimed_at: row.get("claimed_at")?,
            archive: row.get("archive")?,
            summary: row.get("summary")?,
            answers: serde_json::from_str(&answers)?,
        },
        changes: (row.get("first_change")?, row.get("last_change")?),
        chain: Chain {
            previous: row.get("previous")?,
            this: row.get("this")?,
        },
    })
}

pub(super) fn date(text: &str) -> Result<NaiveDate> {
    text.parse()
        .with_context(|| format!("the book holds a date {text:?}"))
}

/// A value behind its type and length, so that nothing can move from one column to the next.
pub(super) fn absorb(hash: &mut Sha256, value: ValueRef<'_>) {
    let mut bytes = Vec::new();
    part(&mut bytes, value);
    hash.update(bytes);
}

/// The same bytes, for what hashes many values at once.
pub(super) fn part(out: &mut Vec<u8>, value: ValueRef<'_>) {
    let mut part = |kind: u8, bytes: &[u8]| {
        out.push(kind);
        out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        ValueRef::Null => part(0, &[]),
        ValueRef::Integer(number) => part(1, &number.to_le_bytes()),
        ValueRef::Real(number) => part(2, &number.to_bits().to_le_bytes()),
        ValueRef::Text(text) => part(3, text),
        ValueRef::Blob(blob) => part(4, blob),
    }
}
