//! What a site remembers of a book outside the book: its newest batch, so that an older copy put in its place shows.

use serde::{Deserialize, Serialize};

use super::Site;
use crate::os::{self, Folder};

/// More than this is none of ours.
const MOST: u64 = 64 << 10;

/// The newest batch that a run has seen in a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// Its number in the journal.
    pub id: i64,
    /// Its name.
    pub batch: String,
    /// Its link of the chain, in hex.
    pub link: String,
}

impl Site {
    /// What was remembered of a book; `None`: nothing that can be read.
    ///
    /// # Errors
    /// The work folder or the file cannot be read.
    pub fn newest(&self, book: &str) -> os::Result<Option<Newest>> {
        let folder = Folder::open(&self.root().join("work"))?;
        match folder.read_small(name(book), MOST) {
            Ok(bytes) => Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())),
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Remembers the newest batch of a book, durably.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn remember(&self, book: &str, newest: &Newest) -> os::Result<()> {
        let folder = Folder::open(&self.root().join("work"))?;
        let text = serde_json::to_string(newest).expect("plain data becomes JSON");
        folder.write(name(book), 0o600, text.as_bytes())
    }
}

/// The file's name in the work folder. No partner's name begins with a point.
fn name(book: &str) -> String {
    format!(".{book}.newest")
}
