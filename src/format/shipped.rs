//! The formats that ship, inside the binary, and those of a site.

use std::collections::BTreeMap;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::{Dictionary, Format};
use crate::toml_table::{Fault, Faults};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/formats");

/// The format files that ship: name and text, in the order of their names.
pub fn shipped() -> Vec<(String, &'static str)> {
    let mut files: Vec<(String, &str)> = SHIPPED
        .files()
        .filter_map(|file| {
            let name = file.path().to_str()?;
            Some((format!("formats/{name}"), file.contents_utf8()?))
        })
        .collect();
    files.sort();
    files
}

/// Every format by its id: those that ship, and a site's own (file name and text), which add to them or replace one.
///
/// All faults of all files are told at once; two files of the site with one id are a fault too.
pub fn load(
    site: &[(String, String)],
    dictionary: &Dictionary,
) -> Result<BTreeMap<String, Arc<Format>>, Faults> {
    let mut faults = Vec::new();
    let mut formats = BTreeMap::new();
    for (file, text) in shipped() {
        match Format::parse(&file, text, dictionary) {
            Ok(format) => {
                formats.insert(format.id.clone(), Arc::new(format));
            }
            Err(found) => faults.extend(found.0),
        }
    }
    let mut own: BTreeMap<String, &str> = BTreeMap::new();
    for (file, text) in site {
        let format = match Format::parse(file, text, dictionary) {
            Ok(format) => format,
            Err(found) => {
                faults.extend(found.0);
                continue;
            }
        };
        if let Some(other) = own.insert(format.id.clone(), file) {
            faults.push(Fault {
                file: file.clone(),
                line: 1,
                column: 1,
                message: format!("the id `{}` is that of {other} too", format.id),
            });
        }
        formats.insert(format.id.clone(), Arc::new(format));
    }
    if faults.is_empty() {
        return Ok(formats);
    }
    Err(Faults(faults))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fake::DICTIONARY;

    #[test]
    fn a_site_replaces_by_id_and_tells_every_fault() {
        let text = |id: &str| {
            format!(
                "id = '{id}'\ntitle = 'T'\nreader = 'csv'\nmatch = ['x']\nfield = [{{ name = 'kind', from = 'k' }}]\n"
            )
        };
        let site = [
            ("a.toml".to_owned(), text("one")),
            ("b.toml".to_owned(), text("one")),
            ("c.toml".to_owned(), "id = 5".to_owned()),
        ];
        let faults = load(&site, &DICTIONARY).expect_err("faults").to_string();
        assert!(
            faults.contains("b.toml:1:1 the id `one` is that of a.toml too"),
            "{faults}"
        );
        assert!(
            faults.contains("c.toml:1:6 expected a string, found an integer"),
            "{faults}"
        );
    }
}
