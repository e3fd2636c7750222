//! Nothing personal leaks: unique numbers in every field, label, name and broken row of every format, and then none of
//! them in anything that was written or told, but where the profile allows them.

mod sown;

use std::path::Path;

use super::place::{Place, files};
use super::trials;
use crate::torture::trials::Trials;
use sown::{Canary, Kind, PARTNERS, SETTINGS, sow};

/// Something that was written or told.
struct Artefact {
    name: String,
    bytes: Vec<u8>,
    /// Whether personal numbers may stand in it: the answers of a partner that asked for no mask, and its book.
    personal: bool,
    /// Whether account numbers may: answers and books alone.
    accounts: bool,
}

/// All that a night leaves but the input files themselves, and all that the commands print of it.
fn artefacts(place: &Place) -> Vec<Artefact> {
    let mut all = Vec::new();
    let mut told = |name: &str, arguments: &[&str]| {
        let ran = place.sluss(arguments);
        assert!(
            ran.status.code().is_some_and(|code| code <= 1),
            "{name}: {}",
            ran.stderr
        );
        // What was found is shown to the operator with its value; a person's or a card's number never.
        let accounts = matches!(name, "check" | "errors");
        for (stream, bytes) in [("out", ran.stdout), ("err", ran.stderr.into_bytes())] {
            all.push(Artefact {
                name: format!("{name} {stream}"),
                bytes,
                personal: false,
                accounts: accounts && stream == "out",
            });
        }
    };
    for partner in PARTNERS {
        let files = files(&place.inbox(partner)).into_keys();
        let paths = files.map(|name| {
            place
                .inbox(partner)
                .join(name)
                .to_str()
                .expect("UTF-8")
                .to_owned()
        });
        // The operator's own words come back to him: a path that he names is his.
        let paths: Vec<String> = paths.filter(|path| !path.contains("canonical_n")).collect();
        let paths = paths.iter().map(String::as_str);
        let arguments: Vec<&str> = ["check", "-vvv", "--partner", partner]
            .into_iter()
            .chain(paths)
            .collect();
        told("check", &arguments);
    }
    told("status before", &["status", "-vvv"]);
    told("run", &["run", "-vvv"]);
    told("status", &["status", "-vvv"]);
    told("status json", &["status", "--json"]);
    told("audit", &["audit", "-vvv"]);
    let batches = batches(place);
    let step = batches.len() / trials(15, batches.len(), batches.len());
    for (partner, batch) in batches.iter().step_by(step) {
        told("batch", &["status", batch, "--partner", partner]);
        told("errors", &["errors", batch, "--partner", partner]);
    }
    for (path, bytes) in files(&place.site) {
        let name = path.display().to_string();
        let input = (path.starts_with("archive") || path.starts_with("quarantine"))
            && !name.ends_with(".reason.json");
        let own = path.starts_with("ledger");
        // Rejected records go back as they came.
        let masked = path.starts_with("outbox/masked") && !name.contains(".rejected.");
        let open = path.starts_with("outbox") && !masked;
        let bytes = if input {
            Vec::new()
        } else {
            unpacked(&path, bytes)
        };
        // A name is an artefact too, of the input as well.
        all.push(Artefact {
            bytes: [name.as_bytes(), b"\n", &bytes].concat(),
            name,
            personal: own || open,
            accounts: own || path.starts_with("outbox"),
        });
    }
    all
}

/// Partners and their batches.
fn batches(place: &Place) -> Vec<(String, String)> {
    let ran = place.sluss(&["status", "--json"]);
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let batches = super::place::batches(&ran).into_iter();
    batches
        .map(|batch| (text(&batch["partner"]), text(&batch["batch"])))
        .collect()
}

/// A workbook's parts.
fn unpacked(path: &Path, bytes: Vec<u8>) -> Vec<u8> {
    if path.extension().is_none_or(|end| end != "xlsx") {
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

/// Where a number stands that must not; `None`: nowhere.
fn leak(canary: &Canary, artefacts: &[Artefact]) -> Option<String> {
    let forbidden = artefacts.iter().filter(|artefact| match canary.kind {
        _ if canary.own && artefact.name.starts_with("outbox") => {
            canary.kind == Kind::Card && !artefact.name.contains(".rejected.")
        }
        Kind::Card => true,
        Kind::Person => !artefact.personal,
        Kind::Account => !artefact.accounts,
    });
    let mut hits = forbidden.filter_map(|artefact| {
        let mut dresses = canary.dresses.iter();
        let found = dresses.find_map(|dress| find(&artefact.bytes, dress))?;
        let around = &artefact.bytes[found.saturating_sub(80)..];
        let around = String::from_utf8_lossy(&around[..around.len().min(140)]);
        Some(format!("{}: {around:?}", artefact.name))
    });
    let hit = hits.next()?;
    Some(format!("{} ({}): {hit}", canary.dresses[0], canary.place))
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    memchr::memmem::find(bytes, text.as_bytes())
}

#[test]
fn five_hundred_numbers_stand_nowhere_that_they_must_not() {
    let place = Place::new(SETTINGS, &PARTNERS);
    let canaries = sow(&place);
    assert!(canaries.len() >= 500, "{}", canaries.len());
    let artefacts = artefacts(&place);
    // What is searched does hold what is allowed: the numbers were read.
    let seen = |canary: &&Canary| {
        let mut with = artefacts.iter().filter(|artefact| artefact.personal);
        canary.kind == Kind::Person
            && with.any(|artefact| {
                memchr::memmem::find(&artefact.bytes, canary.dresses[0].as_bytes()).is_some()
            })
    };
    assert!(
        canaries.iter().filter(seen).count() > 30,
        "the search finds nothing at all"
    );
    let mut figures =
        Trials::of("unique numbers in every field, name and broken row, none where it must not be");
    for canary in &canaries {
        figures.count(leak(canary, &artefacts));
    }
    figures.end();
}

/// The search can fail: a log line with a number in it is found, in each of its dresses.
#[test]
fn a_number_in_a_log_is_found() {
    for canary in sown::numbers() {
        for dress in &canary.dresses {
            let log = |text: &str| Artefact {
                name: "log".to_owned(),
                bytes: text.as_bytes().to_vec(),
                personal: false,
                accounts: false,
            };
            assert!(
                leak(
                    &canary,
                    &[log("nothing"), log(&format!("WARN {dress}: odd"))]
                )
                .is_some()
            );
            assert!(leak(&canary, &[log("nothing")]).is_none());
        }
    }
}
