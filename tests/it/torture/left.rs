//! What a run leaves: everything that partners and auditors can see, to be compared with another's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

/// All files that partners and auditors see, and the content of every book.
#[derive(Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
    pub(crate) rows: BTreeMap<String, Vec<Vec<Value>>>,
}

/// What a site holds now. Nothing may be at work on it.
pub(crate) fn left(site: &Path) -> Left {
    let mut files = BTreeMap::new();
    for folder in ["outbox", "archive", "quarantine", "inbox"] {
        for path in walk(&site.join(folder)) {
            let bytes = std::fs::read(&path).expect("a file");
            files.insert(path.strip_prefix(site).expect("within").to_owned(), bytes);
        }
    }
    let mut rows = BTreeMap::new();
    for path in walk(&site.join("ledger")) {
        if path.extension().is_some_and(|end| end == "sqlite") {
            let name = path.file_stem().expect("a book").to_string_lossy();
            read_book(&path, &name, &mut rows);
        }
    }
    Left { files, rows }
}

/// Every row of every table, whatever tables the schema has.
fn read_book(path: &Path, name: &str, rows: &mut BTreeMap<String, Vec<Vec<Value>>>) {
    let book = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let book = book.expect("the book");
    let mut tables = book
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .expect("a book");
    let tables = tables.query_map([], |row| row.get::<_, String>(0));
    for table in tables.expect("tables").map(|name| name.expect("a name")) {
        let mut query = book
            .prepare(&format!("SELECT * FROM \"{table}\""))
            .expect("a table");
        let columns = query.column_count();
        let all = query.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
        let mut all: Vec<Vec<Value>> = all.expect("rows").map(|row| row.expect("a row")).collect();
        all.sort_by_cached_key(|row| format!("{row:?}"));
        rows.insert(format!("{name}.{table}"), all);
    }
}

/// Names what differs, without the contents.
pub(crate) fn difference(found: &Left, expected: &Left) -> String {
    let mut names = Vec::new();
    for path in found.files.keys().chain(expected.files.keys()) {
        if found.files.get(path) != expected.files.get(path) {
            names.push(path.display().to_string());
        }
    }
    for table in found.rows.keys().chain(expected.rows.keys()) {
        if found.rows.get(table) != expected.rows.get(table) {
            names.push(format!("table {table}"));
        }
    }
    names.sort();
    names.dedup();
    names.join(", ")
}

/// Every file below a folder, in order; none where the folder is not there.
pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        assert!(!folder.exists(), "{} cannot be read", folder.display());
        return files;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Copies a site as it is.
pub(crate) fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(done.expect("cp runs").success());
}
