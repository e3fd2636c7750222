//! The bare ledger, a limit for `sluss run`: the rows that a batch left in a book, written once more, from memory, into
//! another book of the same layout, and nothing else.
//!
//! `limit-ledger DONE BOOK`: DONE is a book that sluss has written, BOOK a copy of it from before its newest batches, or not
//! there. What DONE has more is read into memory; then the clock runs while it is written as one batch: words, changes in
//! the order of their ids, heads in that of the table, what is due, the journal; one commit, one checkpoint. A book that is
//! not there is made aside without a log, as sluss makes one. The rows move by the statements that sluss moves them by,
//! the fastest that are known: one `INSERT … SELECT` from memory.

#![expect(clippy::print_stdout, reason = "what it measured is what it is for")]

#[path = "../../src/ledger/head.rs"]
#[expect(dead_code, reason = "the limit only puts and walks")]
mod head;
#[path = "../../src/ledger/packed.rs"]
mod packed;
#[path = "../../src/ledger/rows.rs"]
mod rows;
#[path = "../../src/ledger/stretch.rs"]
#[expect(dead_code, reason = "the limit only puts and walks")]
mod stretch;

use std::ffi::CStr;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::head::Head;
use crate::rows::{Slot, Tabular};

const SCHEMA: &str = include_str!("../../src/ledger/schema.sql");

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [done, book] = &args[..] else {
        bail!("DONE BOOK");
    };
    let done = Connection::open(done).with_context(|| done.clone())?;
    let book = Path::new(book);
    let batch = Batch::load(&done, book)?;
    let (changes, heads) = (batch.changes.rows.len(), batch.heads.len());
    ensure!(changes > 0, "there is no batch to write");
    let cpu = cpu()?;
    let spent = batch.write(book)?;
    let cpu = self::cpu()?.saturating_sub(cpu);
    println!(
        "{:.4} s, {:.4} s of CPU, {changes} changes, {heads} heads, {} MB peak",
        spent.as_secs_f64(),
        cpu.as_secs_f64(),
        peak_kib() / 1024
    );
    same(&done, book)
}

/// What one book has more than the other.
struct Batch {
    changes: Changes,
    heads: Vec<Head>,
    /// Rows of the small tables: the table, and its columns' values.
    rest: Vec<(&'static str, Vec<Value>)>,
}

impl Batch {
    fn load(done: &Connection, book: &Path) -> Result<Self> {
        let there = |table: &str, id: &str| -> Result<i64> {
            if !book.exists() {
                return Ok(0);
            }
            let query = format!("SELECT coalesce(max({id}), 0) FROM {table}");
            Ok(Connection::open(book)?.query_row(&query, [], |row| row.get(0))?)
        };
        let change = there("change", "id")?;
        let mut rest = Vec::new();
        for (table, id) in [("word", "id"), ("journal", "id"), ("published", "journal")] {
            let query = format!("SELECT * FROM {table} WHERE {id} > {}", there(table, id)?);
            load_rows(done, table, &query, &mut rest)?;
        }
        // What an update takes out of the table of due actions is none of these works'.
        let due = format!("SELECT * FROM due WHERE change > {change} ORDER BY day, at, key, what");
        load_rows(done, "due", &due, &mut rest)?;
        Ok(Self {
            changes: Changes::load(done, change)?,
            heads: heads(done, change)?,
            rest,
        })
    }

    fn write(self, path: &Path) -> Result<Duration> {
        let clock = Instant::now();
        let made = !path.exists();
        let aside = path.with_extension("new");
        let db = open(if made { &aside } else { path }, made)?;
        let changes = Slot::register(&db)?;
        db.execute_batch("BEGIN IMMEDIATE")?;
        for (table, values) in &self.rest {
            let places = vec!["?"; values.len()].join(", ");
            db.prepare_cached(&format!("INSERT INTO {table} VALUES ({places})"))?
                .execute(params_from_iter(values))?;
        }
        // The ids follow from those that are there: a statement that says them keeps a copy of each page it touches.
        let insert = "INSERT OR FAIL INTO main.change (prev, batch, row, rule, key, also, digest, answer, state) \
                      SELECT prev, batch, row, rule, key, also, digest, answer, state FROM new_change";
        let first = self.changes.first;
        // Kept until the clock has stopped: to give memory back is no part of the work.
        let kept = changes.with(self.changes, |_| {
            let rows = i64::try_from(db.prepare(insert)?.execute([])?)?;
            let last = first + rows - 1;
            ensure!(rows == 0 || db.last_insert_rowid() == last, "other ids");
            Ok(())
        });
        kept.1?;
        stretch::put(&db, &self.heads)?;
        db.execute_batch("COMMIT")?;
        if !made {
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        db.flush_prepared_statement_cache();
        db.close().map_err(|(_, error)| error)?;
        if made {
            std::fs::rename(&aside, path)?;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(clock.elapsed())
    }
}

fn load_rows(
    done: &Connection,
    table: &'static str,
    query: &str,
    rows: &mut Vec<(&'static str, Vec<Value>)>,
) -> Result<()> {
    let mut query = done.prepare(query)?;
    let columns = query.column_count();
    let mut found = query.query([])?;
    while let Some(row) = found.next()? {
        let values: rusqlite::Result<_> = (0..columns).map(|at| row.get(at)).collect();
        rows.push((table, values?));
    }
    Ok(())
}

/// The layout and the modes of a book of sluss.
fn open(path: &Path, made: bool) -> Result<Connection> {
    let db = Connection::open(path)?;
    let journal = if made { "delete" } else { "wal" };
    db.execute_batch(&format!(
        "PRAGMA page_size = 16384; PRAGMA journal_mode = {journal}; PRAGMA synchronous = FULL; \
         PRAGMA wal_autocheckpoint = 0; PRAGMA cell_size_check = 1; PRAGMA recursive_triggers = 1; \
         PRAGMA cache_size = -65536"
    ))?;
    if made {
        db.execute_batch(&format!("BEGIN; {SCHEMA} COMMIT"))?;
    }
    Ok(db)
}

/// The new changes; their texts and digests stand one after another.
#[derive(Default)]
struct Changes {
    first: i64,
    rows: Vec<Change>,
    bytes: Vec<u8>,
}

struct Change {
    prev: i64,
    batch: i64,
    row: i64,
    rule: i64,
    /// Where key, also, digest, answer and state begin, and where the last ends; the lowest bit of each says that there
    /// is one at all.
    parts: [u64; 6],
}

impl Changes {
    fn load(done: &Connection, after: i64) -> Result<Self> {
        let mut all = Self {
            first: after + 1,
            ..Self::default()
        };
        let mut query = done.prepare(
            "SELECT coalesce(prev, 0), batch, row, rule, key, also, digest, answer, state FROM change WHERE id > ?1 ORDER BY id",
        )?;
        let mut found = query.query([after])?;
        while let Some(row) = found.next()? {
            let mut parts = [0; 6];
            for (part, column) in parts.iter_mut().zip(4..9) {
                *part = (all.bytes.len() as u64) << 1;
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column)? {
                    *part |= 1;
                    all.bytes.extend_from_slice(bytes);
                }
            }
            parts[5] = (all.bytes.len() as u64) << 1;
            all.rows.push(Change {
                prev: row.get(0)?,
                batch: row.get(1)?,
                row: row.get(2)?,
                rule: row.get(3)?,
                parts,
            });
        }
        Ok(all)
    }
}

impl Tabular for Changes {
    const NAME: &'static CStr = c"new_change";
    const COLUMNS: &'static str = "prev, batch, row, rule, key, also, digest, answer, state";

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn column(&self, index: usize, column: usize) -> ToSqlOutput<'_> {
        let row = &self.rows[index];
        let value = match column {
            0 if row.prev == 0 => ValueRef::Null,
            0 => ValueRef::Integer(row.prev),
            1 => ValueRef::Integer(row.batch),
            2 => ValueRef::Integer(row.row),
            3 => ValueRef::Integer(row.rule),
            _ if row.parts[column - 4] & 1 == 0 => ValueRef::Null,
            _ => {
                let at = |part: u64| usize::try_from(part >> 1).expect("fits in memory");
                let bytes = &self.bytes[at(row.parts[column - 4])..at(row.parts[column - 3])];
                if column == 6 {
                    ValueRef::Blob(bytes)
                } else {
                    ValueRef::Text(bytes)
                }
            }
        };
        ToSqlOutput::Borrowed(value)
    }
}

/// The new heads, in the order of the table.
fn heads(done: &Connection, after: i64) -> Result<Vec<Head>> {
    let mut heads = Vec::new();
    stretch::walk(done, "main", 0, usize::MAX >> 1, |_, stretch| {
        heads.extend(stretch.heads().filter(|head| head.link().change > after));
        Ok(())
    })?;
    Ok(heads)
}

/// Both books end with the same rows now. (To count all of a large book's would take longer than the rest.)
fn same(done: &Connection, book: &Path) -> Result<()> {
    let book = Connection::open(book)?;
    for query in [
        "SELECT id || ' ' || coalesce(state, '') FROM change ORDER BY id DESC LIMIT 1",
        "SELECT sum(length(heads)) || '' FROM head",
        "SELECT hex(substr(heads, -12)) FROM head ORDER BY start DESC LIMIT 1",
        "SELECT count(*) || '' FROM due",
        "SELECT count(*) || ' ' || max(id) FROM journal",
    ] {
        let of = |db: &Connection| db.query_row(query, [], |row| row.get::<_, Option<String>>(0));
        ensure!(of(done)? == of(&book)?, "not what sluss wrote: {query}");
    }
    Ok(())
}

/// Time that this program, which has one thread, had a processor.
fn cpu() -> Result<Duration> {
    let said =
        std::fs::read_to_string("/proc/self/schedstat").context("the time of this thread")?;
    let nanoseconds = said.split(' ').next().unwrap_or_default();
    Ok(Duration::from_nanos(
        nanoseconds.parse().context("the time of this thread")?,
    ))
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
