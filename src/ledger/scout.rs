//! Looks names up beside the thread that decides.

use anyhow::{Context as _, Result};

use super::lookup::Cache;
use super::{Access, Batch, Book};
use crate::line::Space;

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
        let batch = self.batch.as_ref().context("no batch in hand")?;
        let path = match (&self.path, &self.place, self.access) {
            (Some(path), None, Access::Write) if !self.heads.table_is_empty() => path,
            _ => return Ok(None),
        };
        let Some(mut reader) = Self::open_read_with(path, self.hash)? else {
            return Ok(None);
        };
        // Whose instruction ids are meant.
        reader.batch = Some(Batch::new(
            &batch.partner,
            batch.journal,
            batch.first_change,
        ));
        Ok(Some(Scout(reader)))
    }
}

impl Scout {
    /// Learns what the records of a wave will ask for.
    pub fn look<'a>(&mut self, keys: impl IntoIterator<Item = (Space, &'a str)>) -> Result<Looked> {
        let places = self.0.places(keys)?;
        let places = self.0.fetch_ahead(places)?;
        let cache = self.0.take_cache();
        Ok(Looked { places, cache })
    }
}
