//! A copy of what cannot be made again: settings and the files they name, keys, the site's own formats, and every book as
//! it stands at one moment, whatever is written meanwhile.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path};

use anyhow::{Context as _, Result, bail, ensure};
use tar::{Builder, EntryType, Header};

use crate::ledger::Book;
use crate::os::{self, Folder};
use crate::site::Site;

/// Whatever is in it, nobody else may read it: keys and personal data.
const MODE: u32 = 0o600;

/// Writes a backup of a site into a file that must not exist yet, whole or not at all. Answers the names in it.
///
/// # Errors
/// Something cannot be read or written, or a book is damaged.
pub fn backup(site: &Site, to: &Path) -> Result<Vec<String>> {
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = Folder::open(&parent.unwrap_or(Path::new(".")).canonicalize()?)?;
    let name = to.file_name().context("the backup needs a file name")?;
    ensure!(
        folder.look(name)?.is_none(),
        "{} is there already; a backup replaces nothing",
        to.display()
    );
    let mut aside = name.to_owned();
    aside.push(".part");
    // What a backup that died left.
    folder.remove(&aside)?;
    let file = folder.create(&aside, MODE)?;
    let written = fill(site, &folder, &aside, &file);
    let kept = written.and_then(|names| {
        os::sync(&file, to)?;
        folder.rename(&aside, &folder, name)?;
        folder.sync()?;
        Ok(names)
    });
    if kept.is_err() {
        folder.remove(&aside)?;
    }
    kept
}

fn fill(site: &Site, folder: &Folder, aside: &std::ffi::OsStr, file: &File) -> Result<Vec<String>> {
    let mut tar = Builder::new(std::io::BufWriter::new(file));
    let mut names = Vec::new();
    let root = Folder::open(site.root())?;
    for name in ["sluss.toml", "secret"] {
        add(&mut tar, &root, name, name, &mut names)?;
    }
    for path in &site.settings().files {
        // One elsewhere is not the site's to bring back.
        let within = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if within && !names.contains(path) {
            let bytes = os::read(&site.root().join(path))?;
            append(&mut tar, path, bytes.len() as u64, 0, &*bytes, &mut names)?;
        }
    }
    let formats = root.folder("formats")?;
    for name in formats.names()? {
        let name = name.to_str().context("a format's name is not UTF-8")?;
        if Path::new(name).extension() == Some("toml".as_ref()) {
            add(
                &mut tar,
                &formats,
                name,
                &format!("formats/{name}"),
                &mut names,
            )?;
        }
    }
    let mut books: Vec<&str> = site
        .settings()
        .partners
        .values()
        .map(|partner| &*partner.book)
        .collect();
    books.sort_unstable();
    books.dedup();
    for name in books {
        let Some(book) = Book::open_read(&site.book(name), site.secret().site())? else {
            continue;
        };
        let mut copy = aside.to_owned();
        copy.push(".book");
        folder.remove(&copy)?;
        let path = folder.path().join(&copy);
        let stands = format!("ledger/{name}.sqlite");
        let done = book
            .copy_to(&path)
            .and_then(|()| add(&mut tar, folder, &copy, &stands, &mut names));
        for end in ["", "-wal", "-shm"] {
            let mut left = copy.clone();
            left.push(end);
            folder.remove(&left)?;
        }
        done.with_context(|| stands)?;
    }
    tar.into_inner()?.flush()?;
    Ok(names)
}

/// Adds a plain file under the name that it is unpacked to.
fn add(
    tar: &mut Builder<impl Write>,
    folder: &Folder,
    name: impl AsRef<std::ffi::OsStr>,
    stands: &str,
    names: &mut Vec<String>,
) -> Result<()> {
    let (file, stat) = folder.read(name)?;
    if !stat.is_plain() {
        bail!("{stands} is no plain file");
    }
    let seconds = stat.changed_at().duration_since(std::time::UNIX_EPOCH);
    let changed = seconds.map_or(0, |since| since.as_secs());
    append(tar, stands, stat.size, changed, file.take(stat.size), names)
}

/// Appends bytes under a name; `changed` in seconds since 1970.
fn append(
    tar: &mut Builder<impl Write>,
    stands: &str,
    size: u64,
    changed: u64,
    bytes: impl Read,
    names: &mut Vec<String>,
) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(if stands == "sluss.toml" { 0o640 } else { MODE });
    header.set_size(size);
    header.set_mtime(changed);
    tar.append_data(&mut header, stands, bytes)?;
    names.push(stands.to_owned());
    Ok(())
}
