//! A site of a card issuer, and what is written in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SETTINGS: &str = "
[site]
time_zone = \"Europe/Stockholm\"
calendar = \"SE\"

[partner.kort]
formats = [\"canonical-csv\", \"canonical-xml\", \"canonical-excel\", \"card-orders-csv-1\", \"card-orders-xml-1\"]
lines = [\"card\", \"insurance\"]
settle = \"0s\"

[product.DEBIT]
line = \"card\"
";

/// Numbers made for tests, with the digits in the middle by which they are known again.
const NUMBERS: &[(&str, &str)] = &[
    ("4546177060616413", "70606164"),
    ("5555555555554444", "55555544"),
    ("378282246310005", "22463100"),
];

fn sluss(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(arguments)
        .env_remove("SLUSS_SITE")
        .env("RUST_LOG", "trace")
        .output();
    output.expect("the program starts")
}

/// A site with a card issuer.
pub(super) struct Place {
    pub(super) site: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        let made = sluss(&["init", site.to_str().expect("UTF-8")]);
        assert!(made.status.success());
        std::fs::write(site.join("sluss.toml"), SETTINGS).expect("written");
        for folder in ["inbox/kort", "outbox/kort"] {
            std::fs::create_dir_all(site.join(folder)).expect("a folder");
        }
        Self {
            site,
            _folder: folder,
        }
    }

    pub(super) fn drop(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.site.join("inbox/kort").join(name), bytes).expect("written");
    }

    /// Runs, and answers all that was printed and logged.
    pub(super) fn run(&self, command: &[&str]) -> String {
        let site = self.site.to_str().expect("UTF-8");
        let date = ["--business-date", "2026-11-20"];
        let output = sluss(&[&["--site", site, "-v"], command, &date[..]].concat());
        let texts = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&texts).into_owned()
    }

    /// All that was written: every file but those that hold the input itself.
    pub(super) fn written(&self) -> Vec<(String, Vec<u8>)> {
        let mut all = Vec::new();
        for entry in walkdir::WalkDir::new(&self.site) {
            let entry = entry.expect("a readable folder");
            let name = entry.path().strip_prefix(&self.site).expect("below it");
            let input = ["archive", "quarantine", "inbox"]
                .iter()
                .any(|top| name.starts_with(top));
            if entry.file_type().is_file() && !input {
                let bytes = std::fs::read(entry.path()).expect("readable");
                all.push((name.display().to_string(), unpacked(name, bytes)));
            }
        }
        all
    }

    /// The answers whose names end so, one behind the other.
    pub(super) fn answers(&self, end: &str) -> String {
        let written = self.written().into_iter();
        let ours = written.filter(|(name, _)| name.starts_with("outbox") && name.ends_with(end));
        let texts = ours.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
        texts.collect()
    }
}

/// A workbook's parts.
fn unpacked(name: &Path, bytes: Vec<u8>) -> Vec<u8> {
    if name.extension().is_none_or(|end| end != "xlsx") {
        return bytes;
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut all = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        std::io::copy(&mut part, &mut all).expect("readable");
    }
    all
}

/// Whether a text stands in some bytes.
pub(super) fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

/// Nothing of any number is in what was written, or told.
pub(super) fn nothing_of_them(place: &Place, told: &str) {
    for (number, middle) in NUMBERS {
        for (name, bytes) in place.written() {
            let digits: Vec<u8> = bytes
                .iter()
                .copied()
                .filter(|byte| !matches!(byte, b' ' | b'-' | b'\t' | b'\n' | b'\r'))
                .collect();
            assert!(
                !holds(&bytes, number) && !holds(&digits, middle),
                "{name} holds {number}"
            );
        }
        assert!(!told.contains(number) && !told.contains(middle), "{told}");
    }
}
