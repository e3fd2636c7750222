//! Reads `sluss.toml`: every fault at once, each with its line and column.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Partner, Settings};
use crate::line::{Line, Products};
use crate::os;
use crate::read::fixed::seal::SealKey;
use crate::toml_table::{Document, Faults, Table, nearest};

/// What the settings refer to without holding it.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The site's folder, absolute; relative paths start here.
    pub root: &'a Path,
    /// Ids of the formats that there are; `None`: not known here, so not compared.
    pub formats: Option<&'a [String]>,
    /// Names of the keys in `secret`, each with what it is as the key of a seal; `None`: it cannot be one.
    pub keys: &'a [(String, Option<SealKey>)],
}

/// Countries whose bank days are known.
const CALENDARS: &[&str] = &["SE", "NO", "DK", "FI", "BR"];

/// Folders of the site that are its own.
const OWN: &[&str] = &["archive", "quarantine", "work", "ledger", "formats"];

impl Settings {
    /// Reads and verifies the text of `sluss.toml`; `file` is what faults call it.
    pub fn parse(file: &str, text: &str, around: Around<'_>) -> Result<Self, Faults> {
        let document = Document::parse(file, text)?.with_files_in(around.root);
        let mut root = document.root();
        let mut settings = Self {
            time_zone: chrono_tz::Europe::Stockholm,
            calendar: CALENDARS[0].to_owned(),
            base_url: None,
            attempts: 3,
            partners: BTreeMap::new(),
            products: Products::default(),
            files: Vec::new(),
            hash: os::hex(&Sha256::digest(text)),
        };
        if let Some(site) = root.table("site") {
            settings.site(site);
        }
        let mut folders = Folders::of_site(around.root);
        for (name, table) in root.entries("partner") {
            let partner = Partner::parse(&name, table, around, &mut folders);
            settings.partners.insert(name, partner);
        }
        for (code, table) in root.entries("product") {
            product(&code, table, &mut settings.products);
        }
        root.finish();
        settings.files = document.files();
        let faults = document.into_faults();
        if faults.0.is_empty() {
            Ok(settings)
        } else {
            Err(faults)
        }
    }

    fn site(&mut self, mut table: Table<'_>) {
        if let Some(name) = table.string("time_zone") {
            match name.parse() {
                Ok(zone) => self.time_zone = zone,
                Err(_) => table.fault_at(
                    "time_zone",
                    format!(
                        "no time zone is called `{name}`; write one such as `Europe/Stockholm`"
                    ),
                ),
            }
        }
        if let Some(calendar) = one_of(&mut table, "calendar", CALENDARS) {
            calendar.clone_into(&mut self.calendar);
        }
        if let Some(url) = table.string("base_url") {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                table.fault_at("base_url", "a URL starts with `https://` or `http://`");
            }
            self.base_url = Some(url);
        }
        if let Some(attempts) = table.integer_within("attempts", 1, 100) {
            self.attempts = u32::try_from(attempts).expect("100 at most");
        }
        table.finish();
    }
}

fn product(code: &str, mut table: Table<'_>, products: &mut Products) {
    if code.trim().is_empty() || code.trim() != code {
        table.fault("a product's code is neither blank nor has blanks around it");
    }
    let Some(word) = table.required_string("line") else {
        // Which settings it may have is not known without its line.
        return;
    };
    let words: Vec<&str> = Line::ALL.iter().map(|line| line.as_str()).collect();
    match Line::named(&word) {
        None => table.fault_at("line", unknown("product line", &word, &words)),
        Some(line) => {
            line.product(code, &mut table, products);
            table.finish();
        }
    }
}

/// One of these words, if the key is there.
pub(super) fn one_of<'w>(
    table: &mut Table<'_>,
    key: &'static str,
    words: &[&'w str],
) -> Option<&'w str> {
    let text = table.string(key)?;
    let found = words.iter().copied().find(|word| *word == text);
    if found.is_none() {
        table.fault_at(key, unknown(key, &text, words));
    }
    found
}

/// Says that a word is not known, and which was perhaps meant.
pub(super) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("unknown {what} `{word}`; did you mean `{near}`?"),
        None if known.is_empty() => format!("unknown {what} `{word}`; there is none"),
        None => format!("unknown {what} `{word}`; known: {}", known.join(", ")),
    }
}

/// Whether a name can be a folder's or a ledger's: plain letters, digits, `.`, `_`, `-`.
pub(super) fn is_plain_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=64).contains(&name.len())
        && name.bytes().all(plain)
        && name.as_bytes()[0].is_ascii_alphanumeric()
}

/// The folders that are taken, so that no two accounts ever share one.
pub(super) struct Folders {
    taken: Vec<(PathBuf, String)>,
}

impl Folders {
    fn of_site(root: &Path) -> Self {
        let own = OWN
            .iter()
            .map(|name| (root.join(name), format!("the site's `{name}`")));
        Self {
            taken: own.collect(),
        }
    }

    /// Takes a folder, or says why it cannot be had. `root` is the site's folder, `path` what the settings say.
    pub(super) fn take(
        &mut self,
        root: &Path,
        path: &str,
        whose: String,
    ) -> Result<PathBuf, String> {
        let path = Path::new(path);
        if path.components().any(|part| part == Component::ParentDir) {
            return Err("the path holds `..`; name the folder itself".into());
        }
        // Components leave out what means nothing, such as a second slash.
        let path: PathBuf = root
            .join(path)
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect();
        if root.starts_with(&path) {
            return Err("this folder holds the site itself".into());
        }
        let other = self
            .taken
            .iter()
            .find(|(other, _)| path.starts_with(other) || other.starts_with(&path));
        if let Some((other, owner)) = other {
            let how = if *other == path { "is" } else { "overlaps" };
            return Err(format!("this folder {how} {owner}; each needs its own"));
        }
        self.taken.push((path.clone(), whose));
        Ok(path)
    }
}
