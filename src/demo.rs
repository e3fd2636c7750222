//! The sample night: a site with its partners, and the files of inbox-sample in their inboxes.

use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveDate};
use include_dir::{Dir, include_dir};

use crate::os::Folder;
use crate::site::{SETTINGS, Site, SiteError};

static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/inbox-sample");

/// The night's business date.
pub fn business_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date of the calendar")
}

/// The night's clock.
pub fn now() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-20T02:00:00+01:00").expect("an instant with its offset")
}

/// Makes the site in a folder that is empty or not there, and drops the files.
pub fn make(dir: &Path) -> Result<Site, SiteError> {
    let partners: Vec<&str> = SAMPLE.dirs().map(|folder| name(folder.path())).collect();
    let settings = SAMPLE
        .get_file(SETTINGS)
        .and_then(include_dir::File::contents_utf8)
        .expect("the sample has settings");
    Site::init_with(dir, settings, &partners)?;
    let folder = Folder::open(dir)?;
    for file in SAMPLE.files().filter(|file| name(file.path()) != SETTINGS) {
        // What the settings name beside themselves.
        folder.write(name(file.path()), 0o600, file.contents())?;
    }
    let site = Site::open(dir)?;
    let inboxes = site.folder()?.folder("inbox")?;
    for folder in SAMPLE.dirs() {
        let inbox = inboxes.folder(name(folder.path()))?;
        for file in folder.files() {
            inbox.write(name(file.path()), 0o640, file.contents())?;
        }
    }
    Ok(site)
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("sample files have plain names")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_dropped_whole_and_never_over_something_else() {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let dir = folder.path().join("demo");
        let site = make(&dir).expect("a new site");
        for partner in site.settings().partners.values() {
            let dropped = std::fs::read_dir(&partner.inbox).expect("an inbox").count();
            assert!(dropped >= 1, "{}: {dropped}", partner.name);
        }
        assert!(make(&dir).expect_err("it is there already").is_usage());
    }
}
