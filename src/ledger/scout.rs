//! Looks names up beside the thread that decides.

use anyhow::{Result, ensure};

use super::lookup::Cache;
use super::places::Places;
use super::{Access, Book};

/// A reader of the book as it was when the batch began. It learns what a coming wave will ask for while the wave before
/// it is decided; what the batch itself changes, the book that it is written to knows better and looks at first.
pub struct Scout(Book);

/// What a wave will ask for, and what the book had of it when the batch began.
pub struct Looked {
    pub(super) places: Vec<i64>,
    pub(super) cache: Cache,
}

impl Book {
    /// A scout for the batch in hand; `None` where there is nothing to see yet, or a private copy is decided over.
    pub fn scout(&self) -> Result<Option<Scout>> {
        ensure!(self.batch.is_some(), "no batch in hand");
        let path = match (&self.path, &self.place, self.access) {
            (Some(path), None, Access::Write) if !self.heads.table_is_empty() => path,
            _ => return Ok(None),
        };
        let reader = Self::open_read_with(path, self.hash)?;
        Ok(reader.map(Scout))
    }
}

impl Scout {
    /// Learns what the records of a wave will ask for: names that are looked for first at these places.
    pub fn look(&mut self, places: &Places) -> Result<Looked> {
        let places = self.0.fetch_ahead(places.all().to_vec())?;
        let cache = self.0.take_cache();
        Ok(Looked { places, cache })
    }
}
