//! Any flipped byte: of the book, of what is archived, of what was answered. Each is found, or is proved to be one that
//! holds nothing.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use sluss::site::Site;

use super::night;

/// Trials: in the book, in archived inputs, in answers.
const TRIALS: [usize; 3] = [140, 30, 30];

/// Numbers that are the same in every run, and look like chance (`SplitMix64`).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let range = u128::from(mixed ^ mixed >> 31) * most as u128;
        usize::try_from(range >> 64).expect("less than most")
    }
}

/// Whether an audit of the book finds anything wrong, or cannot read it.
fn is_found(site: &Path) -> bool {
    let site = Site::open(site).expect("settings");
    match sluss::run::audit(&site, "nordbank") {
        Ok(Some(found)) => !found.breaks.is_empty(),
        Ok(None) | Err(_) => true,
    }
}

/// All that a book says, row by row; `None`: it cannot be read.
fn said(book: &Path) -> Option<Vec<Vec<Value>>> {
    let db = Connection::open_with_flags(book, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let mut all = Vec::new();
    let mut ask = |sql: &str| -> rusqlite::Result<()> {
        let mut query = db.prepare(sql)?;
        let columns = query.column_count();
        let rows = query.query_map([], |row| (0..columns).map(|n| row.get(n)).collect())?;
        for row in rows {
            all.push(row?);
        }
        Ok(())
    };
    for pragma in [
        "application_id",
        "user_version",
        "encoding",
        "page_size",
        "integrity_check",
    ] {
        ask(&format!("PRAGMA {pragma}")).ok()?;
    }
    ask("SELECT type, name, tbl_name, sql FROM sqlite_schema").ok()?;
    for table in [
        "change",
        "head",
        "word",
        "due",
        "journal",
        "published",
        "stop",
        "purged",
        "purged_input",
    ] {
        ask(&format!("SELECT * FROM {table}")).ok()?;
    }
    Some(all)
}

fn flip(path: &Path, at: usize, bit: usize) {
    let mut bytes = std::fs::read(path).expect("read");
    bytes[at] ^= 1 << bit;
    std::fs::write(path, bytes).expect("written");
}

/// Plain files below a folder whose names end so.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter();
    let paths = all.map(|entry| entry.expect("an entry").into_path());
    let fits = |path: &PathBuf| {
        endings
            .iter()
            .any(|end| path.to_string_lossy().ends_with(end))
    };
    paths.filter(|path| path.is_file() && fits(path)).collect()
}

#[test]
fn any_flipped_byte_is_found_or_holds_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path());
    assert!(!is_found(&site), "the night is as it was written");
    let book = site.join("ledger/nordbank.sqlite");
    let before = said(&book).expect("a book");
    let places = [
        vec![book.clone()],
        files(&site.join("archive/nordbank"), &[".csv", ".xml", ".xlsx"]),
        files(
            &site.join("outbox/nordbank"),
            &[".csv", ".json", ".ndjson", ".xml", ".xlsx"],
        ),
    ];
    let mut draw = Draw(0x5105_5000);
    let mut held_nothing = 0;
    for (files, trials) in places.iter().zip(TRIALS) {
        for trial in 0..trials {
            let path = &files[draw.below(files.len())];
            let bytes = std::fs::read(path).expect("read");
            let (mut at, bit) = (draw.below(bytes.len()), draw.below(8));
            // Most of a small book is room that nothing stands in yet: one flip in four is anywhere.
            while trial % 4 > 0 && bytes[at] == 0 {
                at = draw.below(bytes.len());
            }
            flip(path, at, bit);
            if !is_found(&site) {
                // Only the book has bytes that hold nothing: what it says is then the same to the last value.
                let same = *path == book && said(&book).as_ref() == Some(&before);
                assert!(same, "{}: byte {at}, bit {bit}", path.display());
                held_nothing += 1;
            }
            flip(path, at, bit);
        }
    }
    assert!(!is_found(&site), "all was put back");
    assert!(
        held_nothing < TRIALS[0] * 4 / 5,
        "{held_nothing}: hardly anything was put to the test"
    );
}

/// The negative control: a byte that holds something is not taken for one that does not.
#[test]
fn a_byte_that_holds_something_is_told_from_one_that_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path());
    let book = site.join("ledger/nordbank.sqlite");
    let before = said(&book);
    let bytes = std::fs::read(&book).expect("read");
    // So a customer's state begins, in brief.
    let word = b"\x10\x180";
    let places = bytes.windows(word.len()).enumerate();
    let mut told = 0;
    for (at, _) in places.filter(|(_, part)| *part == word) {
        flip(&book, at + 2, 1);
        // Some stand where the file has outlived copies.
        if said(&book) != before {
            told += 1;
            assert!(is_found(&site), "byte {at}");
        }
        flip(&book, at + 2, 1);
    }
    assert!(told > 10, "{told}");
    // The number of the program's version that wrote the file last: nobody reads it.
    flip(&book, 97, 0);
    assert!(said(&book) == before && !is_found(&site));
}
