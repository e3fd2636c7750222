//! A site: its settings, its folders, its keys, its lock.

mod folders;
mod init;
mod lock;
pub mod newest;
mod secret;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod work;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::format::{self, Format};
use crate::line::dictionary::dictionary;
use crate::os::{self, Folder};
use crate::toml_table::{Fault, Faults};

pub use folders::PartnerFolders;
pub use lock::Lock;
pub use secret::Secret;
use settings::{Around, Settings};

/// Name of the settings file.
pub const SETTINGS: &str = "sluss.toml";

/// A site whose settings were read and found right. Opening one changes nothing on the disk.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
    settings: Settings,
    secret: Secret,
    format_files: Vec<(String, String)>,
    formats: BTreeMap<String, Arc<Format>>,
}

/// Why a site cannot be used.
#[derive(Debug)]
pub enum SiteError {
    /// What the settings say is wrong: every fault, with its place.
    Settings(Faults),
    /// The command was given the wrong folder, or the folders do not fit: each reason.
    Refused(Vec<String>),
    /// The system failed; running again may do.
    World(os::Error),
}

impl SiteError {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(vec![reason.into()])
    }

    /// Whether the operator has to change something first (exit code 2); else the world failed (exit code 4).
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Settings(_) | Self::Refused(_))
    }
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(faults) => write!(f, "{faults}"),
            Self::Refused(reasons) => f.write_str(&reasons.join("\n")),
            Self::World(cause) => write!(f, "{cause}"),
        }
    }
}

impl std::error::Error for SiteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // The cause of the cause: its own words stand in Display already.
            Self::World(cause) => std::error::Error::source(cause),
            Self::Settings(_) | Self::Refused(_) => None,
        }
    }
}

impl From<os::Error> for SiteError {
    fn from(cause: os::Error) -> Self {
        Self::World(cause)
    }
}

impl Site {
    /// Opens the site in a folder: reads its settings, keys and format files, and tells the faults of all.
    pub fn open(dir: &Path) -> Result<Self, SiteError> {
        let root = std::path::absolute(dir)
            .map_err(|cause| os::Error::new("find the folder", dir, cause))?;
        let Some(text) = read_settings(&root)? else {
            let shown = root.display();
            return Err(SiteError::refused(format!(
                "{shown} is no site: it has no {SETTINGS}; `sluss init DIR` makes one"
            )));
        };
        let secret = Secret::read(&root)?;
        let format_files = read_formats(&root)?;
        let formats = format::load(&format_files, &dictionary());
        let ids: Option<Vec<String>> = formats
            .as_ref()
            .ok()
            .map(|formats| formats.keys().cloned().collect());
        let around = Around {
            root: &root,
            formats: ids.as_deref(),
            keys: &secret.seal_keys(),
        };
        match (Settings::parse(SETTINGS, &text, around), formats) {
            (Ok(settings), Ok(formats)) => Ok(Self {
                root,
                settings,
                secret,
                format_files,
                formats,
            }),
            (settings, formats) => {
                let mut faults = settings.err().unwrap_or_default();
                faults.0.extend(formats.err().unwrap_or_default().0);
                Err(SiteError::Settings(faults))
            }
        }
    }

    /// The site's folder, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What `sluss.toml` says.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The site's keys.
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The site's own format files: path within the site, and text; sorted by path.
    pub fn format_files(&self) -> &[(String, String)] {
        &self.format_files
    }

    /// Every format by its id: those that ship, and the site's own.
    pub const fn formats(&self) -> &BTreeMap<String, Arc<Format>> {
        &self.formats
    }

    /// Where a book lies, whether or not it is there yet.
    pub fn book(&self, book: &str) -> PathBuf {
        self.root.join("ledger").join(format!("{book}.sqlite"))
    }
}

/// `None`: there is no such file.
fn read_settings(root: &Path) -> Result<Option<String>, SiteError> {
    let folder = match Folder::open(root) {
        Ok(folder) => folder,
        Err(fault) if fault.is_not_found() => return Ok(None),
        // The site's folder may be named by a link.
        Err(fault) => match root.canonicalize() {
            Ok(real) => Folder::open(&real)?,
            Err(_) => return Err(fault.into()),
        },
    };
    let (file, stat) = match folder.read(SETTINGS) {
        Err(fault) if fault.is_not_found() => return Ok(None),
        done => done?,
    };
    if stat.mode & 0o002 != 0 {
        return Err(SiteError::refused(format!(
            "{SETTINGS} can be written by everybody; `chmod o-w {SETTINGS}`"
        )));
    }
    let path = folder.path().join(SETTINGS);
    text_of(&file, &path, SETTINGS).map(Some)
}

/// The site's format files. The operator may link to them: they are not a partner's.
fn read_formats(root: &Path) -> Result<Vec<(String, String)>, SiteError> {
    let folder = match Folder::open(&root.join("formats")) {
        Ok(folder) => folder,
        Err(fault) if fault.is_not_found() => return Ok(Vec::new()),
        Err(fault) => return Err(fault.into()),
    };
    let mut formats = Vec::new();
    for name in folder.names()? {
        let path = folder.path().join(&name);
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let shown = format!("formats/{}", name.display());
        let file = std::fs::File::open(&path)
            .map_err(|cause| os::Error::new("open", path.clone(), cause))?;
        let text = text_of(&file, &path, &shown)?;
        formats.push((shown, text));
    }
    Ok(formats)
}

/// A settings file's text, which must be UTF-8.
fn text_of(mut file: &std::fs::File, path: &Path, shown: &str) -> Result<String, SiteError> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut file, &mut bytes)
        .map_err(|cause| os::Error::new("read", path, cause))?;
    String::from_utf8(bytes).map_err(|fault| {
        let good = &fault.as_bytes()[..fault.utf8_error().valid_up_to()];
        let line = good.split(|b| *b == b'\n').count();
        SiteError::Settings(Faults(vec![Fault {
            file: shown.to_owned(),
            line,
            column: 1,
            message: "the line is not UTF-8 text".to_owned(),
        }]))
    })
}
