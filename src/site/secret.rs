//! The site's keys: the file `secret`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::SiteError;
use crate::os::{self, Folder};
use crate::read::fixed::seal::SealKey;
use crate::toml_table::{Document, Table};

/// Name of the file.
pub(super) const FILE: &str = "secret";

/// The keys of a site. They never show themselves.
#[derive(Clone)]
pub struct Secret {
    site: [u8; 32],
    named: BTreeMap<String, String>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The site's own key, for references that only this site can make.
    pub const fn site(&self) -> &[u8; 32] {
        &self.site
    }

    /// The key that a setting calls `secret:NAME`, as it is written.
    pub fn named(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(String::as_str)
    }

    /// The names, each with what it is as the key of a seal.
    pub(super) fn seal_keys(&self) -> Vec<(String, Option<SealKey>)> {
        let named = self.named.iter();
        named
            .map(|(name, text)| (name.clone(), SealKey::from_hex(text)))
            .collect()
    }

    /// The text of a new file, with a site key that nobody knows.
    pub(super) fn fresh() -> os::Result<String> {
        let key = os::hex(&os::random::<32>()?);
        Ok(format!(
            "# Keys of this site. Keep a copy apart from the ledger: what was derived with the site's key\n\
             # cannot be derived again without it.\nsite = \"{key}\"\n\n\
             # Keys that sluss.toml calls `secret:NAME`, such as that of Bankgirot's seal (32 hex digits).\n\
             [keys]\n# NAME = \"00112233445566778899AABBCCDDEEFF\"\n"
        ))
    }

    pub(super) fn read(root: &Path) -> Result<Self, SiteError> {
        let path = root.join(FILE);
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let (file, stat) = match Folder::open(&real)?.read(FILE) {
            Err(fault) if fault.is_not_found() => {
                return Err(SiteError::refused(format!(
                    "{} is missing: bring it back from where it was copied to; a new one would not fit the ledger",
                    path.display()
                )));
            }
            done => done?,
        };
        if stat.mode & 0o077 != 0 {
            let (mode, path) = (stat.mode, path.display());
            return Err(SiteError::refused(format!(
                "{path} can be read by others (mode {mode:04o}); `chmod 600 {path}`"
            )));
        }
        Self::parse(&super::text_of(&file, &path, FILE)?)
    }

    fn parse(text: &str) -> Result<Self, SiteError> {
        let document = Document::parse(FILE, text).map_err(SiteError::Settings)?;
        let mut root = document.root();
        let site = site_key(&mut root);
        let named = root.words("keys").unwrap_or_default();
        root.finish();
        let faults = document.into_faults();
        match site {
            Some(site) if faults.0.is_empty() => Ok(Self {
                site,
                named: named.into_iter().collect(),
            }),
            _ => Err(SiteError::Settings(faults)),
        }
    }
}

fn site_key(root: &mut Table<'_>) -> Option<[u8; 32]> {
    let text = root.required_string("site")?;
    let key = from_hex(&text);
    if key.is_none() {
        root.fault_at("site", "the site's key is 64 hex digits");
    }
    key
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::try_from(pair[0] * 16 + pair[1]).expect("two hex digits");
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_and_never_shown() {
        let key = "00ff".repeat(16);
        let text = format!("site = \"{key}\"\n[keys]\nbgc = \"hush\"\n");
        let secret = Secret::parse(&text).expect("is right");
        assert_eq!(secret.site()[..4], [0, 255, 0, 255]);
        assert_eq!(secret.named("bgc"), Some("hush"));
        assert_eq!(secret.named("bgx"), None);
        assert_eq!(format!("{secret:?}"), "Secret");
        assert!(Secret::parse(&Secret::fresh().expect("random")).is_ok());
        for wrong in ["", "site = 1", "site = \"0g\"", "[keys]\nsite = \"x\""] {
            let fault = Secret::parse(wrong).expect_err(wrong).to_string();
            assert!(fault.starts_with("secret:1:"), "{fault}");
        }
        let fault = Secret::parse(&text.replace('f', "é")).expect_err("no hex");
        assert!(!fault.to_string().contains("00"), "{fault}");
    }
}
