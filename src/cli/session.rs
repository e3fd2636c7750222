//! What most commands begin with: the site, a partner, its book.

use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset, Local, NaiveDate};

use super::args::Common;
use super::exit::wrong_use;
use crate::ledger::{Book, JournalRow};
use crate::site::Site;
use crate::site::settings::Partner;

/// The site's folder. An empty `SLUSS_SITE` is one that was not set.
pub fn dir(common: &Common) -> &Path {
    if common.site.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &common.site
    }
}

/// The site that the options name.
pub fn site(common: &Common) -> Result<Site> {
    Ok(Site::open(dir(common))?)
}

/// The instant that counts as now.
pub fn now(common: &Common) -> DateTime<FixedOffset> {
    common.now.unwrap_or_else(|| Local::now().fixed_offset())
}

/// The business date: as given, else today in the site's time zone.
pub fn business_date(common: &Common, site: &Site) -> NaiveDate {
    common.business_date.unwrap_or_else(|| {
        let zone = site.settings().time_zone;
        now(common).with_timezone(&zone).date_naive()
    })
}

/// The partner that the options name; it must be one of the site's.
pub fn partner<'s>(common: &Common, site: &'s Site) -> Result<Option<&'s Partner>> {
    let Some(name) = &common.partner else {
        return Ok(None);
    };
    let partners = &site.settings().partners;
    if let Some(partner) = partners.get(name) {
        return Ok(Some(partner));
    }
    let known: Vec<&str> = partners.keys().map(String::as_str).collect();
    Err(wrong_use(format!(
        "{name}: no partner of this site; there is {}",
        known.join(", ")
    )))
}

/// The same for commands that cannot do without.
pub fn one_partner<'s>(common: &Common, site: &'s Site) -> Result<&'s Partner> {
    partner(common, site)?.ok_or_else(|| wrong_use("say whose with --partner"))
}

/// A partner's book for reading; `None` while nothing was ever booked.
pub fn book(site: &Site, book: &str) -> Result<Option<Book>> {
    Book::open_read(&site.book(book), site.secret().site())
        .with_context(|| format!("ledger/{book}.sqlite"))
}

/// The site's books by name: those of the partner that the options name, or all. A book that is not there yet is
/// left out.
pub fn books(common: &Common, site: &Site) -> Result<Vec<(String, Book)>> {
    let mut books = Vec::new();
    for name in book_names(common, site)? {
        if let Some(book) = book(site, name)? {
            books.push((name.to_owned(), book));
        }
    }
    Ok(books)
}

/// The names of the site's books: of that of the partner that the options name, or of all.
pub fn book_names<'s>(common: &Common, site: &'s Site) -> Result<Vec<&'s str>> {
    let chosen = partner(common, site)?.map(|partner| partner.book.as_str());
    let mut names: Vec<&str> = site
        .settings()
        .partners
        .values()
        .map(|partner| partner.book.as_str())
        .filter(|name| chosen.is_none_or(|chosen| chosen == *name))
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// The batch whose name is this, or begins with it.
pub fn batch(common: &Common, site: &Site, name: &str) -> Result<JournalRow> {
    let mut found = Vec::new();
    for (_, book) in books(common, site)? {
        found.extend(book.batches_named(name)?);
    }
    if let Some(partner) = &common.partner {
        found.retain(|row| row.journal.partner == *partner);
    }
    if let Some(at) = only(&found, |row| row.journal.batch == name) {
        return Ok(found.swap_remove(at));
    }
    match found.len() {
        0 => Err(wrong_use(format!(
            "{name}: no such batch; `sluss status` lists them"
        ))),
        1 => Ok(found.swap_remove(0)),
        _ => {
            let names: Vec<String> = found
                .iter()
                .map(|row| format!("{} of {}", row.journal.batch, row.journal.partner))
                .collect();
            Err(wrong_use(format!(
                "{name}: several batches begin so: {}; name one, and its partner with --partner",
                names.join(", ")
            )))
        }
    }
}

/// Where the only one stands of which this holds.
fn only<T>(items: &[T], holds: impl Fn(&T) -> bool) -> Option<usize> {
    let mut places = items.iter().enumerate().filter(|(_, item)| holds(item));
    match (places.next(), places.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    }
}
