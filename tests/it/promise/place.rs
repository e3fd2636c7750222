//! A site of the test's own, and the real program on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use sluss::site::Site;

use super::measure::{Measured, TIME, measure};

/// The night on which all runs of these tests happen.
pub(super) use crate::own_site::NIGHT;

/// A site in a folder that goes with it.
pub(super) struct Place {
    _folder: tempfile::TempDir,
    /// The site's own folder; what lies beside it is outside.
    pub(super) site: PathBuf,
}

impl Place {
    /// A site with these settings; `partners` get the usual folders.
    pub(super) fn new(settings: &str, partners: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        Site::init_with(&site, settings, partners).expect("a site");
        Self {
            _folder: folder,
            site,
        }
    }

    /// The same site again, as it stands.
    pub(super) fn copy(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        let mut command = Command::new("cp");
        let copied = command.arg("-a").arg(&self.site).arg(&site).status();
        assert!(copied.expect("cp runs").success());
        Self {
            _folder: folder,
            site,
        }
    }

    /// A format of the site's own.
    pub(super) fn format(&self, id: &str, text: &str) {
        let path = self.site.join(format!("formats/{id}.toml"));
        std::fs::write(path, format!("id = '{id}'\n{text}")).expect("written");
    }

    pub(super) fn inbox(&self, partner: &str) -> PathBuf {
        self.site.join("inbox").join(partner)
    }

    pub(super) fn outbox(&self, partner: &str) -> PathBuf {
        self.site.join("outbox").join(partner)
    }

    pub(super) fn drop(&self, partner: &str, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.inbox(partner).join(name), bytes).expect("written");
    }

    /// The program on this site, on the night of the tests.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
        command
            .args(arguments)
            .args(NIGHT)
            .arg("--site")
            .arg(&self.site)
            .env_remove("SLUSS_SITE")
            .env_remove("SLUSS_FAILPOINT");
        command
    }

    /// Runs it to its end.
    pub(super) fn sluss(&self, arguments: &[&str]) -> Measured {
        measure(&mut self.command(arguments), TIME * 12)
    }

    /// A run, and its batches' summaries.
    pub(super) fn run(&self) -> Vec<Value> {
        let ran = self.sluss(&["run", "--json"]);
        assert!(
            matches!(ran.status.code(), Some(0 | 1)),
            "{} {}",
            ran.status,
            ran.stderr
        );
        batches(&ran)
    }

    /// The lines of a table of a book, all columns, in the order of the first two.
    pub(super) fn rows(&self, book: &str) -> BTreeMap<&'static str, Vec<Vec<Cell>>> {
        let path = self.site.join(format!("ledger/{book}.sqlite"));
        let mut rows = BTreeMap::new();
        if !path.exists() {
            return rows;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let book = Connection::open_with_flags(path, flags).expect("the book");
        for table in ["change", "head", "word", "due", "journal", "stop"] {
            let query = format!("SELECT * FROM {table} ORDER BY 1");
            let mut query = book.prepare(&query).expect("a table of the ledger");
            let columns = query.column_count();
            let all = query.query_map([], |row| (0..columns).map(|at| row.get(at)).collect());
            let all = all.expect("rows").map(|row| row.expect("a row"));
            rows.insert(table, all.collect());
        }
        rows
    }
}

/// The summaries that a run with `--json` tells.
pub(super) fn batches(ran: &Measured) -> Vec<Value> {
    let told: Value = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|_| panic!("no document: {} {}", ran.status, ran.stderr));
    told["batches"].as_array().expect("batches").clone()
}

/// All plain files below a folder, from there, with their bytes; of one that no memory holds, none. Links and what else
/// is no file are left out.
pub(super) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("a readable folder");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).expect("below it");
            let size = entry.metadata().expect("it is there").len();
            let read = || std::fs::read(entry.path()).expect("a readable file");
            let bytes = if size > 1 << 30 { Vec::new() } else { read() };
            files.insert(path.to_owned(), bytes);
        }
    }
    files
}

/// The `no`-th number of a Norwegian company, check digit and all.
pub(super) fn company(no: usize) -> String {
    let weights = [3, 2, 7, 6, 5, 4, 3, 2];
    let with_check = |digits: usize| {
        let text = digits.to_string();
        let digits = text.bytes().map(|byte| usize::from(byte - b'0'));
        let sum: usize = digits
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        match (11 - sum % 11) % 11 {
            10 => None,
            check => Some(format!("{text}{check}")),
        }
    };
    // Of two neighbours one at least has a check digit.
    let first = 80_000_000 + 2 * no;
    let number = with_check(first).or_else(|| with_check(first + 1));
    number.expect("one of two")
}

/// A canonical file of insurances with their customers: accepted whole, and `no` apart from every other.
pub(super) fn good_csv(no: usize) -> String {
    let company = company(no);
    format!(
        "kind,customer_no,customer_type,country,company_name,identity_no,insurance_no,product,loan_ref,currency,insured_amount,annual_premium,\
         start_date,end_date,owner_customer_no,comment\n\
         customer.create,C{no},company,NO,Fisk {no} AS,{company},,,,,,,,,,\n\
         insurance.register,,,,,,I{no},A,L{no},NOK,{no}00.50,12.25,2026-11-01,2031-10-31,C{no},\n\
         insurance.approve,,,,,,NONE{no},,,,,,,,,a record that is rejected\n"
    )
}

/// The names of what differs.
pub(super) fn difference<K: Ord + std::fmt::Debug, V: PartialEq>(
    found: &BTreeMap<K, V>,
    expected: &BTreeMap<K, V>,
) -> Vec<String> {
    let names = found.keys().chain(expected.keys());
    let differing = names.filter(|name| found.get(name) != expected.get(name));
    let mut names: Vec<String> = differing.map(|name| format!("{name:?}")).collect();
    names.sort();
    names.dedup();
    names
}

/// How many names there are in a folder; others may take some away meanwhile.
pub(super) fn names(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}
