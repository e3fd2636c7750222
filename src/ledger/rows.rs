//! Rows in memory as tables that SQL can read, so that one statement moves thousands of them: `INSERT … SELECT` from
//! such a table and a join with one cost a third of a statement a row. Read only, and seen by this connection alone.
#![allow(unsafe_code)] // `VTab` and `VTabCursor` are unsafe to implement; nothing else here is.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_int};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use rusqlite::Connection;
use rusqlite::types::ToSqlOutput;
use rusqlite::vtab::{
    Context, Filters, IndexInfo, Module, VTab, VTabConnection, VTabCursor, sqlite3_vtab,
    sqlite3_vtab_cursor,
};

/// What can stand in such a table.
pub(super) trait Tabular: Default + Send + Sync + 'static {
    /// Name of the table.
    const NAME: &'static CStr;
    /// Its columns, as `CREATE TABLE` takes them.
    const COLUMNS: &'static str;

    /// How many rows there are.
    fn rows(&self) -> usize;

    /// The value in a row that there is and a column, both counted from 0. Never panics.
    fn column(&self, row: usize, column: usize) -> ToSqlOutput<'_>;
}

/// The rows that a table has at the moment; none between statements.
pub(super) struct Slot<T>(Arc<Mutex<Option<Arc<T>>>>);

impl<T: Tabular> Slot<T> {
    /// Makes the table known to a connection.
    pub(super) fn register(db: &Connection) -> Result<Self> {
        let rows = Arc::new(Mutex::new(None));
        db.create_module(T::NAME, Table::<T>::MODULE, Some(Arc::clone(&rows)))?;
        Ok(Self(rows))
    }

    /// Lets the table have these rows while `then` runs, and gives them back.
    pub(super) fn with<R>(&self, rows: T, then: impl FnOnce(&T) -> Result<R>) -> (T, Result<R>) {
        let rows = Arc::new(rows);
        let before = self.set(Some(Arc::clone(&rows)));
        let result = then(&rows);
        self.set(before);
        // A cursor that is still open keeps its rows; then they are gone for us, and nothing else.
        (Arc::try_unwrap(rows).unwrap_or_default(), result)
    }

    /// Answers what it had.
    fn set(&self, rows: Option<Arc<T>>) -> Option<Arc<T>> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *slot, rows)
    }
}

#[repr(C)]
struct Table<T> {
    /// Must come first: the database takes a pointer to it for one to the table.
    base: sqlite3_vtab,
    rows: Arc<Mutex<Option<Arc<T>>>>,
}

impl<T: Tabular> Table<T> {
    const MODULE: &'static Module<'static, Self> = &Module::eponymous_only_module();
}

// SAFETY: `repr(C)`, and `base` comes first.
unsafe impl<'vtab, T: Tabular> VTab<'vtab> for Table<T> {
    type Aux = Arc<Mutex<Option<Arc<T>>>>;
    type Cursor = Cursor<'vtab, T>;

    fn connect(
        _db: &mut VTabConnection,
        aux: Option<&Self::Aux>,
        _module: &[u8],
        _database: &[u8],
        _table: &[u8],
        _args: &[&[u8]],
    ) -> rusqlite::Result<(Cow<'static, CStr>, Self)> {
        let rows = aux.cloned().unwrap_or_default();
        let base = sqlite3_vtab::default();
        let declared = CString::new(format!("CREATE TABLE x({})", T::COLUMNS))?;
        Ok((Cow::Owned(declared), Self { base, rows }))
    }

    fn best_index(&self, info: &mut IndexInfo) -> rusqlite::Result<bool> {
        // Always read from beginning to end.
        info.set_estimated_cost(1_000_000.0);
        info.set_estimated_rows(100_000);
        Ok(true)
    }

    fn open(&'vtab mut self) -> rusqlite::Result<Self::Cursor> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Cursor {
            base: sqlite3_vtab_cursor::default(),
            rows: rows.clone().unwrap_or_default(),
            at: 0,
            table: PhantomData,
        })
    }
}

#[repr(C)]
struct Cursor<'vtab, T> {
    /// Must come first: the database takes a pointer to it for one to the cursor.
    base: sqlite3_vtab_cursor,
    rows: Arc<T>,
    at: usize,
    table: PhantomData<&'vtab Table<T>>,
}

// SAFETY: `repr(C)`, and `base` comes first.
unsafe impl<T: Tabular> VTabCursor for Cursor<'_, T> {
    fn filter(
        &mut self,
        _number: c_int,
        _text: Option<&str>,
        _args: &Filters<'_>,
    ) -> rusqlite::Result<()> {
        self.at = 0;
        Ok(())
    }

    fn next(&mut self) -> rusqlite::Result<()> {
        self.at += 1;
        Ok(())
    }

    fn eof(&self) -> bool {
        self.at >= self.rows.rows()
    }

    fn column(&self, context: &mut Context, column: c_int) -> rusqlite::Result<()> {
        // A panic must not reach the caller, which is C.
        if self.eof() {
            return Err(rusqlite::Error::InvalidQuery);
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        context.set_result(self.rows.column(self.at, column))
    }

    fn rowid(&self) -> rusqlite::Result<i64> {
        Ok(i64::try_from(self.at).unwrap_or(i64::MAX))
    }
}
