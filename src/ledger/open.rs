//! Opens a book: for writing, for reading beside a writer, or as a private copy that leaves the book alone.

use std::fs::{File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::hash::KeyHash;
use super::{Access, Book, Tables};
use crate::os::step;

const SCHEMA: &str = include_str!("schema.sql");
/// Number of the schema; a later one is refused, an earlier one will be brought up to date here.
const VERSION: i64 = 8;
/// `slus`, so that `file` and people can tell what the file is.
const APPLICATION: i64 = 0x736c_7573;
const PAGE_BYTES: i64 = 16 * 1024;
/// Memory for pages, whatever the size of the book: its tables' upper pages, and what waits to be written. Rows are asked for
/// in the order of their tables, so that a lower page that was met is not met again soon; kept in memory that is new, it
/// costs more than the system's copy of it.
const CACHE_KIB: i64 = 8 * 1024;
/// The same of a book that has a write-ahead log. The page that 1,400 new ones hang on is changed again after another 23 MB
/// of them. Were it in the log by then, it would be changed there; and since the sums of a log follow from one another, all
/// of it would be read once more when the batch ends.
const LOGGED_KIB: i64 = 26 * 1024;
/// The same where little is to be done.
const LITTLE_KIB: i64 = 2 * 1024;
/// Versions before have a fault that can corrupt a write-ahead log.
const SQLITE_FLOOR: i32 = 3_051_003;

impl Book {
    /// Opens a book for writing and makes it (mode 0600) where there is none. The caller holds the site's lock.
    /// `secret` keys the hash of names: a book is opened with the secret that it was made with.
    pub fn open(path: &Path, secret: &[u8]) -> Result<Self> {
        Self::open_with(path, KeyHash::new(secret))
    }

    pub(super) fn open_with(path: &Path, hash: KeyHash) -> Result<Self> {
        let fault = || format!("{}: cannot open the book", path.display());
        if path.try_exists().with_context(fault)? {
            let db = open_for_writing(path, "wal").with_context(fault)?;
            return Self::over(db, hash, Access::Write, Some(path.into()));
        }
        let aside = aside(path);
        clear(&aside).with_context(fault)?;
        let db = open_for_writing(&aside, "delete").with_context(fault)?;
        let mut book = Self::over(db, hash, Access::Write, Some(aside))?;
        book.place = Some(path.into());
        Ok(book)
    }

    /// Puts a new book into its place, whole. It is made aside and written once, without a write-ahead log: half the
    /// bytes, and a reader sees no book until there is one. (Its rollback journal stands in a file: in memory it would
    /// grow with the batch.)
    pub(super) fn settle_in(&mut self) -> Result<()> {
        let Some(place) = self.place.take() else {
            return Ok(());
        };
        let aside = self.path.replace(place.clone()).context("made aside")?;
        self.db.flush_prepared_statement_cache();
        let made = std::mem::replace(&mut self.db, Connection::open_in_memory()?);
        made.close().map_err(|(_, error)| error)?;
        step("book_made");
        std::fs::rename(&aside, &place)?;
        sync_folder(&place)?;
        self.db = open_for_writing(&place, "wal")?;
        self.db.set_prepared_statement_cache_capacity(32);
        self.tables = Tables::register(&self.db)?;
        Ok(())
    }

    /// Opens a book for reading; it stands still for this reader as it was at this moment, whatever is written
    /// meanwhile, and no lock of the site is needed. `None`: there is no such book yet.
    pub fn open_read(path: &Path, secret: &[u8]) -> Result<Option<Self>> {
        Self::open_read_with(path, KeyHash::new(secret))
    }

    pub(super) fn open_read_with(path: &Path, hash: KeyHash) -> Result<Option<Self>> {
        let missing = || format!("{}: cannot read the book", path.display());
        if !path.try_exists().with_context(missing)? {
            return Ok(None);
        }
        let db = open_for_reading(path).with_context(missing)?;
        db.map(|db| Self::over(db, hash, Access::Read, None))
            .transpose()
    }

    /// Bounds the memory for pages.
    pub(super) fn bound_cache(&self, kib: i64) -> Result<()> {
        bound_cache(&self.db, "main", kib)
    }

    /// Bounds the memory for pages by how long the file of a batch is; one without a file may be of any length.
    pub(super) fn bound_cache_for(&self, bytes: u64) -> Result<()> {
        let is_logged = self.access == Access::Write && self.place.is_none();
        let (part, most) = if is_logged {
            (2, LOGGED_KIB)
        } else {
            (8, CACHE_KIB)
        };
        let kib = i64::try_from(bytes / part / 1024).unwrap_or(most);
        let kib = kib.clamp(LITTLE_KIB, most);
        if self.access == (Access::Scratch { base: true }) {
            bound_cache(&self.db, "base", kib)?;
        }
        self.bound_cache(kib)
    }

    /// A private copy of a book (`None`: of an empty one): reads fall through to the book as it was at this moment,
    /// writes go to a file without a name that ends with this value. Nothing of the book is touched.
    pub fn scratch(base: Option<&Path>, secret: &[u8]) -> Result<Self> {
        Self::scratch_with(base, KeyHash::new(secret))
    }

    pub(super) fn scratch_with(base: Option<&Path>, hash: KeyHash) -> Result<Self> {
        let base = match base {
            Some(path) if path.try_exists()? && is_made(path)? => Some(path),
            Some(_) | None => None,
        };
        let db = open_scratch(base).context("cannot make a private copy of the book")?;
        let access = Access::Scratch {
            base: base.is_some(),
        };
        let mut book = Self::over(db, hash, access, None)?;
        if base.is_some() {
            book.base_last =
                book.db
                    .query_row("SELECT coalesce(max(id), 0) FROM base.change", [], |r| {
                        r.get(0)
                    })?;
        }
        Ok(book)
    }
}

impl Book {
    /// Writes a copy of the book as this reader sees it, page by page, into a file that is not there yet; what is
    /// written to the book meanwhile is not in it. The copy's structure is checked.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        let untold = None::<fn(rusqlite::backup::Progress)>;
        self.db.backup("main", path, untold)?;
        let copy = Connection::open(path)?;
        let found: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        ensure!(found == "ok", "the copy is damaged: {found}");
        copy.close().map_err(|(_, error)| error)?;
        Ok(made.sync_all()?)
    }
}

/// The write-ahead log of a book.
pub(super) fn log_of(book: &Path) -> PathBuf {
    let mut log = book.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Bytes of the write-ahead log of a book.
pub(super) fn log_length(book: &Path) -> Result<u64> {
    length(&log_of(book))
}

/// Bytes of a file of the ledger; 0 where there is none.
pub(super) fn length(path: &Path) -> Result<u64> {
    match std::fs::metadata(path) {
        Ok(meta) => Ok(meta.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error).context("the ledger's log cannot be seen"),
    }
}

/// Where a book is made: beside its place.
fn aside(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".new");
    aside.into()
}

/// Removes what a run that died left of a book it was making; nothing in it was ever recorded.
fn clear(aside: &Path) -> Result<()> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut path = aside.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn open_for_writing(path: &Path, journal: &str) -> Result<Connection> {
    make_private(path)?;
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settle(&db)?;
    let made = identify(&db, "main")?;
    if !made {
        demand(&db, "page_size", PAGE_BYTES)?;
    }
    set_journal(&db, journal)?;
    demand(&db, "synchronous", 2)?;
    demand(&db, "wal_autocheckpoint", 0)?;
    if !made {
        db.execute_batch(&format!(
            "BEGIN IMMEDIATE; {SCHEMA} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT"
        ))?;
    }
    bound_cache(&db, "main", CACHE_KIB)?;
    if journal == "wal" {
        // The first look makes the log. SQLite brings its name to the disk, too, but passes over a failure.
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        sync_folder(path)?;
    }
    Ok(db)
}

/// To the statement's end: the mode is answered first and written then.
fn set_journal(db: &Connection, journal: &str) -> Result<()> {
    let mut query = db.prepare(&format!("PRAGMA journal_mode = {journal}"))?;
    let mut rows = query.query([])?;
    let mut found = String::new();
    while let Some(row) = rows.next()? {
        found = row.get(0)?;
    }
    ensure!(found == journal, "journal mode is {found}, not {journal}");
    Ok(())
}

/// Makes the file with its mode before `SQLite` can make it with another, and takes rights away that a restored copy
/// may have come with.
fn make_private(path: &Path) -> Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(file) => {
            file.sync_all()?;
            sync_folder(path)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let meta = path.metadata()?;
            ensure!(meta.is_file(), "not a plain file");
            if meta.permissions().mode() & 0o077 != 0 {
                std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
            }
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the names in a file's folder durable.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}

/// `None`: a file that a writer has made and not yet filled.
fn open_for_reading(path: &Path) -> Result<Option<Connection>> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settle(&db)?;
    // Before anything is read, so that all that follows is of one moment.
    db.execute_batch("BEGIN")?;
    let made = identify(&db, "main")?;
    bound_cache(&db, "main", CACHE_KIB)?;
    Ok(made.then_some(db))
}

fn is_made(path: &Path) -> Result<bool> {
    Ok(open_for_reading(path)
        .with_context(|| format!("{}: cannot read the book", path.display()))?
        .is_some())
}

fn open_scratch(base: Option<&Path>) -> Result<Connection> {
    let db = Connection::open_with_flags(
        "",
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settle(&db)?;
    demand(&db, "page_size", PAGE_BYTES)?;
    db.execute_batch(SCHEMA)?;
    bound_cache(&db, "main", CACHE_KIB)?;
    if let Some(path) = base {
        db.execute("ATTACH ?1 AS base", [read_only_uri(path)?])?;
        demand(&db, "base.mmap_size", 0)?;
    }
    // Open until the end, with batches as savepoints in it: so the book stays as it was at its first read.
    db.execute_batch("BEGIN")?;
    if base.is_some() {
        ensure!(identify(&db, "base")?, "the book vanished");
        bound_cache(&db, "base", CACHE_KIB)?;
    }
    Ok(db)
}

/// What the book's tables, indexes and triggers should be: their names and texts, in order.
pub(super) fn schema() -> Result<Vec<String>> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(SCHEMA)?;
    schema_of(&db)
}

/// What they are.
pub(super) fn schema_of(db: &Connection) -> Result<Vec<String>> {
    let mut query = db.prepare(
        "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM main.sqlite_schema ORDER BY 1",
    )?;
    let all = query.query_map([], |row| row.get(0))?;
    Ok(all.collect::<Result<_, _>>()?)
}

fn read_only_uri(path: &Path) -> Result<String> {
    let path = path.canonicalize()?;
    let text = path.to_str().context("the path is not UTF-8")?;
    let mut uri = String::from("file:");
    for c in text.chars() {
        match c {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            c => uri.push(c),
        }
    }
    uri.push_str("?mode=ro");
    Ok(uri)
}

/// What every connection needs, read back where it could have been refused.
fn settle(db: &Connection) -> Result<()> {
    ensure!(
        rusqlite::version_number() >= SQLITE_FLOOR,
        "SQLite {} can corrupt a book; 3.51.3 or later is needed",
        rusqlite::version()
    );
    db.busy_timeout(Duration::from_secs(10))?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    demand(db, "trusted_schema", 0)?;
    demand(db, "cell_size_check", 1)?;
    demand(db, "recursive_triggers", 1)?; // else REPLACE deletes past the triggers
    demand(db, "foreign_keys", 0)?;
    demand(db, "temp_store", 1)?; // a sort over a large book belongs on the disk
    demand(db, "mmap_size", 0)
}

/// Bounds the memory for pages. After the page size is known: the limit becomes a number of pages at once, and stays
/// that when the pages turn out to be four times as large.
fn bound_cache(db: &Connection, schema: &str, kib: i64) -> Result<()> {
    demand(db, &format!("{schema}.cache_size"), -kib)
}

fn demand(db: &Connection, pragma: &str, value: i64) -> Result<()> {
    db.execute_batch(&format!("PRAGMA {pragma} = {value}"))?;
    let mut query = db.prepare(&format!("PRAGMA {pragma}"))?;
    let mut rows = query.query([])?;
    // No answer at all: a file without pages, which has no mmap_size.
    let Some(row) = rows.next()? else {
        return Ok(());
    };
    let found: i64 = row.get(0)?;
    ensure!(found == value, "PRAGMA {pragma} is {found}, not {value}");
    Ok(())
}

/// Whether this is a book that was made (`true`) or a file still empty; anything else is refused.
fn identify(db: &Connection, schema: &str) -> Result<bool> {
    let number = |pragma: &str| {
        db.query_row(&format!("PRAGMA {schema}.{pragma}"), [], |row| {
            row.get::<_, i64>(0)
        })
    };
    let tables: i64 = db.query_row(
        &format!("SELECT count(*) FROM {schema}.sqlite_schema"),
        [],
        |row| row.get(0),
    )?;
    let (application, version) = (number("application_id")?, number("user_version")?);
    if tables == 0 && application == 0 && version == 0 {
        return Ok(false);
    }
    if application != APPLICATION {
        bail!("this is not a book of sluss");
    }
    match version {
        VERSION => Ok(true),
        1..VERSION => {
            bail!("the book was made by a sluss that was never released: begin a new site")
        }
        _ => bail!("the book has schema {version}, this sluss knows {VERSION}: use the newer one"),
    }
}
