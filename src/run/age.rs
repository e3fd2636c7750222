//! A book that is older than what the site has seen of it is not written to: what was answered since would be taken
//! for new, and paid twice.

use anyhow::{Result, bail};

use crate::ledger::Book;
use crate::os::hex;
use crate::site::Site;
use crate::site::newest::Newest;

/// Refuses a book, or a new one in its place, that lacks the newest batch that the site remembers.
pub(super) fn refuse_older(site: &Site, name: &str, book: &Book) -> Result<()> {
    let Some(Newest { id, batch, .. }) = lacking(site.newest(name)?, book)? else {
        return Ok(());
    };
    bail!(
        "ledger/{name}.sqlite is not the book that was here: it lacks batch {batch} (number {id}), which has been answered. \
         Bring back the newest copy of the book. If there is none, take the inputs that it lacks out of the archive, set \
         their old answers aside, remove work/.{name}.newest, and drop them again"
    )
}

/// What is remembered, where the book does not have it.
pub(super) fn lacking(newest: Option<Newest>, book: &Book) -> Result<Option<Newest>> {
    let Some(newest) = newest else {
        return Ok(None);
    };
    let row = book.batch(newest.id)?;
    let known = row.is_some_and(|row| hex(&row.chain.this) == newest.link);
    Ok((!known).then_some(newest))
}

/// Remembers the newest batch.
pub(super) fn remember(site: &Site, name: &str, book: &Book) -> Result<()> {
    let Some(row) = book.batches(1)?.pop() else {
        return Ok(());
    };
    let newest = Newest {
        id: row.id,
        batch: row.journal.batch,
        link: hex(&row.chain.this),
    };
    if site.newest(name)?.as_ref() != Some(&newest) {
        site.remember(name, &newest)?;
    }
    Ok(())
}
