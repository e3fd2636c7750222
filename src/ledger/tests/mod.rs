//! Each promise of the ledger, on real files.

mod absent;
mod batches;
mod names;
mod open;
mod past;
mod purge;
mod scout;

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::hash::KeyHash;
use super::*;
use crate::line::Store as _;

pub(super) const PERSON: Space = Space("tp");
pub(super) const POLICY: Space = Space("ti");
const IDENTITY: Space = Space("tx");

const SECRET: &[u8] = b"a secret of this site";
const DIGEST: [u8; 16] = [7; 16];

/// A book in a folder of its own.
struct Place {
    _folder: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nordbank.sqlite");
    Place {
        _folder: folder,
        path,
    }
}

fn open(place: &Place) -> Book {
    Book::open(&place.path, SECRET).expect("a book")
}

/// A book that was made before, opened.
fn reopened(place: &Place) -> Book {
    open(place).close().expect("closed");
    open(place)
}

fn read(place: &Place) -> Book {
    Book::open_read(&place.path, SECRET)
        .expect("readable")
        .expect("there")
}

fn journal(batch: &str) -> Journal {
    Journal {
        batch: batch.into(),
        partner: "nordbank".into(),
        role: "partner".into(),
        file: Some(format!("{batch}.csv")),
        sha256: Some(format!("{batch}{batch}")),
        bytes: Some(12),
        format: Some("insurance-csv-1".into()),
        format_hash: Some("f0".into()),
        settings_hash: "5e".into(),
        rules: "0.1.0".into(),
        business_date: day(20),
        status: "accepted".into(),
        duplicate_of: None,
        reason: None,
        claimed_at: "2026-11-20T02:00:00+01:00".into(),
        archive: Some("archive/nordbank/2026/11/20/x.csv".into()),
        summary: "{}".into(),
        answers: vec![AnswerFile {
            folder: Folder::Own,
            name: "x.result.csv".into(),
            sha256: "aa".into(),
            bytes: 3,
        }],
    }
}

fn day(day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
}

fn noon(day: u32) -> chrono::DateTime<chrono::FixedOffset> {
    let text = format!("2026-11-{day:02}T12:00:00+01:00");
    chrono::DateTime::parse_from_rfc3339(&text).expect("an instant")
}

/// Commits what `records` does as one batch.
fn batch(book: &mut Book, name: &str, records: impl FnOnce(&mut Book)) -> JournalRow {
    book.begin("nordbank").expect("begun");
    records(book);
    book.commit(&journal(name)).expect("committed")
}

/// One record that saves one policy.
fn save(book: &mut Book, row: u64, key: &str, state: &str) {
    book.start_record(row, "test.save");
    book.save(POLICY, key, state.into(), &[]).expect("saved");
}

fn state(book: &mut Book, key: &str) -> Option<String> {
    let state = book.find(POLICY, key).expect("looked up");
    state.map(str::to_owned)
}

/// Every row of every table, as a connection of its own sees them.
fn content(path: &Path) -> Vec<(String, Vec<Vec<Value>>)> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens");
    [
        "change",
        "head",
        "word",
        "due",
        "journal",
        "published",
        "stop",
        "purged",
        "purged_input",
    ]
    .map(|table| {
        let mut query = db
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"))
            .or_else(|_| db.prepare(&format!("SELECT * FROM {table} ORDER BY 1")))
            .expect("a table");
        let columns = query.column_count();
        let rows = query
            .query_map([], |row| (0..columns).map(|n| row.get(n)).collect())
            .expect("rows");
        (table.into(), rows.collect::<Result<_, _>>().expect("rows"))
    })
    .into()
}
