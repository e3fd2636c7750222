//! The purge: what is kept no longer is gone, byte for byte, and what is left goes on to prove what was written.

mod proof;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use serde_json::Value;

/// Longer after the sample night than any refund, reactivation or term of it.
const LATE: &str = "2060-01-10";

fn sluss(site: &Path, arguments: &[&str], failpoint: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
    command.args(arguments).arg("--site").arg(site);
    command
        .env_remove("SLUSS_SITE")
        .env_remove("SLUSS_FAILPOINT");
    if let Some(step) = failpoint {
        command.env("SLUSS_FAILPOINT", step);
    }
    command.output().expect("it runs")
}

fn told(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(output)))
}

/// A site after its sample night, whose partners keep details for so many days.
fn night(folder: &Path, details_days: Option<u32>) -> PathBuf {
    let site = folder.join("site");
    let demo = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .arg("demo")
        .arg(&site)
        .output();
    assert!(demo.expect("it runs").status.success());
    if let Some(days) = details_days {
        let path = site.join("sluss.toml");
        let text = std::fs::read_to_string(&path).expect("settings");
        let kept = format!("retention = {{ archive_days = 400, details_days = {days} }}\n");
        let mut changed = String::new();
        for line in text.lines() {
            changed.extend([line, "\n"]);
            if line.starts_with("[partner.") && !line[9..].trim_end_matches(']').contains('.') {
                changed.push_str(&kept);
            }
        }
        std::fs::write(path, changed).expect("written");
    }
    site
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(done.expect("cp").success());
}

/// Everything that time does to the entities of the sample night.
fn end_all(site: &Path) {
    let arguments = ["run", "--quiet", "--business-date", "2058-01-01"];
    let run = sluss(site, &arguments, None);
    assert!(run.status.code() < Some(2), "{}", told(&run));
}

fn purge(site: &Path, date: &str, failpoint: Option<&str>) -> Output {
    let arguments = [
        "purge",
        "--json",
        "--business-date",
        date,
        "--now",
        "2060-01-10T03:00:00+01:00",
    ];
    sluss(site, &arguments, failpoint)
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let all = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter();
    let all = all.map(|entry| entry.expect("an entry").into_path());
    let plain = all.filter(|path| path.is_file());
    plain
        .map(|path| {
            let bytes = std::fs::read(&path).expect("read");
            (path.strip_prefix(folder).expect("within").to_owned(), bytes)
        })
        .collect()
}

fn count(documents: &Value, key: &str) -> u64 {
    let books = documents["books"].as_array().expect("books");
    books
        .iter()
        .map(|book| book[key].as_u64().expect("a number"))
        .sum()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[test]
fn inputs_go_after_their_days_and_the_audit_knows_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path(), None);
    let (archive, outbox) = (site.join("archive"), files(&site.join("outbox")));
    let before = files(&site);
    // The night is of 2026-11-20: day 400 is 2027-12-25.
    let early = purge(&site, "2027-12-25", None);
    assert_eq!(count(&document(&early), "inputs"), 0, "{}", told(&early));
    let dry = sluss(
        &site,
        &[
            "purge",
            "--dry-run",
            "--json",
            "--business-date",
            "2027-12-26",
        ],
        None,
    );
    assert_eq!(dry.status.code(), Some(0), "{}", told(&dry));
    let all = count(&document(&dry), "inputs");
    assert!(all > 20, "{all}");
    let ledgers = |files: Vec<(PathBuf, Vec<u8>)>| {
        let rest = files.into_iter();
        rest.filter(|(path, _)| !path.to_string_lossy().contains("-shm"))
            .collect::<Vec<_>>()
    };
    assert!(
        ledgers(files(&site)) == ledgers(before),
        "a dry run removes nothing"
    );
    let done = purge(&site, "2027-12-26", None);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert_eq!(count(&document(&done), "inputs"), all);
    assert_eq!(files(&archive), [], "inputs, reasons and done-files");
    assert_eq!(files(&site.join("quarantine")), []);
    assert!(
        files(&site.join("outbox")) == outbox,
        "partners collect when they like"
    );
    let audit = sluss(&site, &["audit", "--json"], None);
    assert_eq!(audit.status.code(), Some(0), "{}", told(&audit));
    assert_eq!(count(&document(&audit), "purged"), all);
    // Again: nothing, and nothing is written.
    let again = purge(&site, "2027-12-26", None);
    assert_eq!(count(&document(&again), "inputs"), 0);
    assert!(document(&again)["books"][0]["batch"].is_null());
    still_known(&site);
}

/// A purged batch is still a batch.
fn still_known(site: &Path) {
    let status = document(&sluss(site, &["status", "--json"], None));
    let batches = status["batches"].as_array().expect("batches");
    let bad = batches
        .iter()
        .find(|batch| batch["status"] == "quarantined")
        .expect("one");
    let (batch, partner) = (
        bad["batch"].as_str().expect("a name"),
        bad["partner"].as_str(),
    );
    let partner = partner.expect("a partner");
    let retried = sluss(
        site,
        &[
            "retry",
            batch,
            "--partner",
            partner,
            "--business-date",
            LATE,
        ],
        None,
    );
    assert_eq!(retried.status.code(), Some(2), "{}", told(&retried));
    assert!(told(&retried).contains("by purge"), "{}", told(&retried));
    let purges = batches
        .iter()
        .filter(|batch| batch["purged"].is_object())
        .count();
    assert!(purges > 3, "{purges}");
    let whole = sluss(site, &["status", batch, "--partner", partner], None);
    assert_eq!(whole.status.code(), Some(0), "{}", told(&whole));
}

#[test]
fn a_file_whose_archived_copy_is_gone_is_still_a_duplicate() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path(), None);
    let archived = files(&site.join("archive/nordbank"));
    let (_, sent) = archived
        .iter()
        .find(|(path, _)| path.to_string_lossy().ends_with(".csv"))
        .expect("a file");
    assert_eq!(purge(&site, "2028-01-10", None).status.code(), Some(0));
    std::fs::write(site.join("inbox/nordbank/INS_20280110_001.csv"), sent).expect("dropped");
    let run = sluss(
        &site,
        &["run", "--json", "--business-date", "2028-01-11"],
        None,
    );
    let batches = document(&run)["batches"]
        .as_array()
        .expect("batches")
        .clone();
    assert!(
        batches.iter().any(|batch| batch["status"] == "duplicate"),
        "{}",
        told(&run)
    );
}

/// Calls with key and state of every entity.
fn each_state(site: &Path, each: &mut dyn FnMut(String, String)) {
    for path in std::fs::read_dir(site.join("ledger")).expect("a folder") {
        let path = path.expect("an entry").path();
        if path.extension().is_none_or(|end| end != "sqlite") {
            continue;
        }
        let db = Connection::open(&path).expect("opens");
        let sql = "SELECT key, state FROM change WHERE key IS NOT NULL AND id NOT IN \
                   (SELECT prev FROM change WHERE prev IS NOT NULL)";
        let mut query = db.prepare(sql).expect("a query");
        let mut rows = query.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            each(row.get(0).expect("a key"), row.get(1).expect("a state"));
        }
    }
}

/// All states, one after another.
fn states(site: &Path) -> String {
    let mut all = String::new();
    each_state(site, &mut |_, state| {
        all.push_str(&sluss::model::brief::json(&state));
    });
    all
}

/// Members of states that are personal, as the sample night has them.
const PERSONAL: &[&str] = &[
    "identity_no",
    "last_name",
    "email",
    "phone",
    "address_line1",
    "iban",
    "collection_account",
    "payout_account",
    "document_number",
    "account",
    "embossing_name",
    "identifier",
    "number",
];

/// Personal details of the entities: key, name, value.
fn personal(site: &Path) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    each_state(site, &mut |key, state| {
        let state = sluss::model::brief::json(&state);
        let state: Value = serde_json::from_str(&state).expect("JSON");
        // Money's payer.
        let payer = |name: &str| name == "y" && key.starts_with("lc:");
        texts(&state, "", &mut |name, text| {
            if (PERSONAL.contains(&name) || payer(name)) && text.len() > 6 {
                found.push((key.clone(), name.to_owned(), text.to_owned()));
            }
        });
    });
    found
}

fn texts(value: &Value, name: &str, each: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(name, text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, each)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| texts(value, name, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn details_of_what_is_over_are_gone_from_every_byte_of_the_book() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path(), Some(300));
    // A loan that ends, of which nothing is personal: no purge has anything to do with it.
    let last = "kind,reference_no,amount,currency,value_date,bank_reference\n\
                loan.repayment,700100076,504.50,SEK,2057-12-31,5300000000199\n";
    std::fs::write(site.join("inbox/havslan/canonical_20571231.csv"), last).expect("dropped");
    end_all(&site);
    let closed = sluss(
        &site,
        &["show", "L-7", "--partner", "havslan", "--json"],
        None,
    );
    assert_eq!(document(&closed)["state"], "CLOSED");
    let before = personal(&site);
    let done = purge(&site, LATE, None);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let audit = sluss(&site, &["audit", "--json"], None);
    assert_eq!(audit.status.code(), Some(0), "{}", told(&audit));
    // What somebody living has too is none of it.
    let left = states(&site);
    let gone = before.iter().filter(|(_, _, text)| !left.contains(text));
    let ledger = files(&site.join("ledger"));
    let mut checked = 0;
    for (key, name, text) in gone {
        checked += 1;
        for (path, bytes) in &ledger {
            let path = path.display();
            assert!(!holds(bytes, text), "{key} {name} {text} in {path}");
        }
    }
    assert!(checked > 30, "{checked}");
    // Everything that is left can still be shown and listed.
    for (line, kinds) in [
        ("insurance", &["insurance", "customer"][..]),
        (
            "loan",
            &[
                "contract",
                "person",
                "application",
                "offer",
                "cash",
                "credit-note",
                "loan-type",
            ],
        ),
        ("cover", &["cover"]),
        ("credit-life", &["policy"]),
        ("card", &["contract", "customer"]),
    ] {
        for kind in kinds {
            every_entity_shows(&site, line, kind);
        }
    }
    let again = purge(&site, LATE, None);
    assert!(
        document(&again)["books"]
            .as_array()
            .expect("books")
            .iter()
            .all(|book| book["batch"].is_null())
    );
}

fn every_entity_shows(site: &Path, line: &str, kind: &str) {
    let settings = std::fs::read_to_string(site.join("sluss.toml")).expect("settings");
    for partner in settings
        .lines()
        .filter_map(|line| line.strip_prefix("[partner."))
    {
        let partner = partner.trim_end_matches(']');
        let list = sluss(
            site,
            &["export", line, "--kind", kind, "--partner", partner],
            None,
        );
        assert_eq!(
            list.status.code(),
            Some(0),
            "{line} {kind}: {}",
            told(&list)
        );
        let text = String::from_utf8(list.stdout).expect("UTF-8");
        for row in text.lines().skip(1).take(5) {
            let key = row
                .split([';', ','])
                .next()
                .expect("a cell")
                .trim_matches('"');
            let shown = sluss(
                site,
                &["show", key, "--kind", kind, "--json", "--partner", partner],
                None,
            );
            assert_eq!(
                shown.status.code(),
                Some(0),
                "{kind} {key}: {}",
                told(&shown)
            );
        }
    }
}
