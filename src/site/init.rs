//! Makes a site.

use std::path::Path;

use super::{SETTINGS, Secret, Site, SiteError, secret};
use crate::os::{self, Folder};

/// The settings of a new site, with one example partner.
const TEMPLATE: &str = include_str!("template.toml");

/// Folders of a new site and their modes. Partners' accounts come through `inbox` and `outbox`; all else is ours.
const FOLDERS: &[(&str, u32)] = &[
    ("inbox", 0o750),
    ("outbox", 0o750),
    ("archive", 0o700),
    ("quarantine", 0o700),
    ("work", 0o700),
    ("ledger", 0o700),
    ("formats", 0o700),
];

impl Site {
    /// Makes a site with one example partner in a folder that is empty or not there. Nothing is ever overwritten.
    pub fn init(dir: &Path) -> Result<(), SiteError> {
        Self::init_with(dir, TEMPLATE, &["example"])
    }

    /// The same with other settings; `partners` get the usual inbox and outbox. The settings are written last:
    /// without them there is no site.
    pub fn init_with(dir: &Path, settings: &str, partners: &[&str]) -> Result<(), SiteError> {
        let site = empty_folder(dir)?;
        for (name, mode) in FOLDERS {
            let folder = site.make(name, *mode)?;
            if matches!(*name, "inbox" | "outbox") {
                for partner in partners {
                    folder.make(partner, *mode)?;
                }
            }
        }
        site.write(secret::FILE, 0o600, Secret::fresh()?.as_bytes())?;
        site.write(SETTINGS, 0o640, settings.as_bytes())?;
        Ok(())
    }
}

fn empty_folder(dir: &Path) -> Result<Folder, SiteError> {
    let world = |cause| os::Error::new("make the folder", dir, cause);
    let dir = std::path::absolute(dir).map_err(world)?;
    // What leads there is the operator's: made as he would, with his umask.
    if let Some(above) = dir.parent() {
        std::fs::create_dir_all(above).map_err(world)?;
    }
    match (dir.canonicalize(), dir.parent(), dir.file_name()) {
        (Ok(real), _, _) => {
            let folder = Folder::open(&real)?;
            if !folder.names()?.is_empty() {
                let shown = dir.display();
                return Err(SiteError::refused(format!(
                    "{shown} is not empty; a site is made in an empty or a new folder"
                )));
            }
            Ok(folder)
        }
        (Err(_), Some(above), Some(name)) => {
            let above = above.canonicalize().map_err(world)?;
            Ok(Folder::open(&above)?.make(name, 0o750)?)
        }
        (Err(cause), _, _) => Err(world(cause).into()),
    }
}
