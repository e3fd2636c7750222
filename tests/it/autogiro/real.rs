//! Files that nobody here wrote, each read as what it is.

use std::path::PathBuf;

use serde_json::Value;

use super::{SETTINGS, check, check_all, site};

/// File, format, status, reason, records, of which rejected.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u64,
    u64,
);

const REAL: &[Row] = &[
    (
        "autogiro-new/autogiro_exempelfil-utdrag-ur-medgivanderegistret_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        7,
        0,
    ),
    (
        "autogiro-new/autogiro_exempelfil_medgivandeunderlag_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        13,
        0,
    ),
    (
        "autogiro-new/autogiro_exempelfil_nya_medgivanden_via_internetbank_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        4,
        0,
    ),
    (
        "autogiro-new/autogiro_exempelfiler_medgivandeavisering_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        10,
        0,
    ),
    (
        "autogiro-new/autogiro_exempelfilermakulerings-andringsunderlag_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        17,
        0,
    ),
    (
        "autogiro-new/effekt_paymentSpecification.txt",
        "autogiro-1",
        "accepted",
        "",
        14,
        0,
    ),
    (
        "autogiro-new-2011/avvisade-betalningsuppdrag.txt",
        "autogiro-1",
        "accepted",
        "",
        12,
        0,
    ),
    (
        "autogiro-new-2011/betalningsunderlag.txt",
        "autogiro-1",
        "accepted",
        "",
        9,
        0,
    ),
    (
        "autogiro-new-2011/medgivandeavisering.txt",
        "autogiro-1",
        "accepted",
        "",
        10,
        0,
    ),
    (
        "autogiro-new-2011/nya-medgivanden-internetbank.txt",
        "autogiro-1",
        "accepted",
        "",
        4,
        0,
    ),
    (
        "autogiro-new-2011/utdrag-medgivanderegistret.txt",
        "autogiro-1",
        "accepted",
        "",
        7,
        0,
    ),
    (
        "autogiro-old/autogiro-gl_makulerings-andringsunderlag_till-bankgirot_exempelfil_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        3,
        0,
    ),
    (
        "autogiro-old/autogiro_gl_betalningsspec-stoppadebetalningar-tackningskontroll_fran-bankgirot-medgivanden-bankgironummer_exempelfil_sv.txt",
        "autogiro-old-1",
        "accepted",
        "",
        15,
        0,
    ),
    (
        "autogiro-old/autogiro_gl_betalningsunderlag_till-bankgirot-medgivanden-kontonummer_exempelfil_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        3,
        0,
    ),
    (
        "autogiro-old/autogiro_gl_exempelfil_makulering-andring_fran-bankgirot-medgivanden-kontonummer_exempelfil_sv.txt",
        "autogiro-old-1",
        "accepted",
        "",
        4,
        0,
    ),
    (
        "autogiro-old/autogiro_gl_makulering-datumandring_till-bankgirot-medgivanden-kontonummer_exempelfil_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        3,
        0,
    ),
    (
        "autogiro-old/autogiro_gl_medgivanden_via_internetbanken_exempelfil_fran-bankgirot.txt",
        "autogiro-1",
        "accepted",
        "",
        1,
        0,
    ),
    (
        "autogiro-old/autogiro_gl_medgivandeunderlag_till-bankgirot-medgivanden-kontonummer_exempelfiler_sv.txt",
        "autogiro-1",
        "accepted",
        "",
        6,
        0,
    ),
    (
        "autogiro-hmac-2016/andringslista-old.txt",
        "autogiro-old-1",
        "accepted",
        "",
        2,
        0,
    ),
    (
        "autogiro-hmac-2016/avvisade-new.txt",
        "autogiro-1",
        "accepted",
        "",
        8,
        0,
    ),
    (
        "autogiro-hmac-2016/basic-signed.txt",
        "autogiro-1",
        "accepted",
        "",
        3,
        0,
    ),
    (
        "autogiro-hmac-2016/basic.txt",
        "autogiro-1",
        "accepted",
        "",
        3,
        0,
    ),
    (
        "autogiro-hmac-2016/bevakningsreg-new.txt",
        "autogiro-1",
        "accepted",
        "",
        10,
        0,
    ),
    (
        "autogiro-hmac-2016/medgivande-new.txt",
        "autogiro-1",
        "accepted",
        "",
        3,
        0,
    ),
    (
        "autogiro-hmac-2016/medgivandeavi-old.txt",
        "autogiro-old-1",
        "accepted",
        "",
        9,
        0,
    ),
    (
        "autogiro-hmac-2016/medgivandereg-old.txt",
        "autogiro-old-1",
        "accepted",
        "",
        7,
        0,
    ),
];

#[test]
fn every_real_file_is_read_as_what_it_is() {
    let Some(real) = crate::delimited::real_files() else {
        return;
    };
    let real = real.join("bankgirot");
    let folder = tempfile::tempdir().expect("a folder");
    let both = site(folder.path(), SETTINGS);
    let files: Vec<PathBuf> = REAL.iter().map(|row| real.join(row.0)).collect();
    let found = check_all(&both, &files);
    for (&(name, format, status, reason, records, rejected), found) in REAL.iter().zip(&found) {
        let text = |key: &str| found[key].as_str().unwrap_or("").to_owned();
        let count = |key: &str| found["counts"][key].as_u64();
        assert_eq!(
            (
                text("format"),
                text("status"),
                text("reason"),
                count("records"),
                count("rejected")
            ),
            (
                format.into(),
                status.into(),
                reason.into(),
                Some(records),
                Some(rejected)
            ),
            "{name}: {found:#}"
        );
    }
    for layout in [
        "autogiro-new",
        "autogiro-new-2011",
        "autogiro-old",
        "autogiro-hmac-2016",
    ] {
        for entry in std::fs::read_dir(real.join(layout)).expect("a folder of files") {
            let name = entry.expect("an entry").file_name();
            let name = format!("{layout}/{}", name.to_str().expect("UTF-8"));
            assert!(
                REAL.iter().any(|row| row.0 == name),
                "{name} is not in the table"
            );
        }
    }
    let sums = check(
        &both,
        &real.join("autogiro-new/effekt_paymentSpecification.txt"),
    );
    let money = &sums["money"][0];
    assert_eq!(
        (&money["received"], &money["reversed"]),
        (&"15000.00".into(), &"700.00".into())
    );
}

/// How many records a scenario of another reader finds, in all.
fn expected(scenario: &Value) -> Option<u64> {
    let said = scenario["expect"].as_array().expect("a list");
    let counts = said.iter().filter_map(|line| {
        let line = line.as_str()?;
        line.ends_with("nodes").then_some(())?;
        line.split_whitespace()
            .find_map(|word| word.parse::<u64>().ok())
    });
    counts.reduce(|a, b| a + b)
}

/// Files as another project's readers are tested with, in either character set.
#[test]
fn what_another_reader_finds_is_found() {
    let Some(real) = crate::delimited::real_files() else {
        return;
    };
    let path = real.join("bankgirot/autogiro-expectations/byrokrat_autogiro_scenarios.json");
    let text = std::fs::read_to_string(path).expect("the scenarios");
    let scenarios: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    // Each in both character sets.
    let (mut files, mut told) = (Vec::new(), Vec::new());
    for (at, scenario) in scenarios.iter().enumerate() {
        let content = scenario["content"].as_str().expect("a text");
        let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(content);
        let mut sets = vec![("latin", bytes.as_ref())];
        // The same bytes again would be a duplicate.
        if *bytes != *content.as_bytes() {
            sets.push(("utf-8", content.as_bytes()));
        }
        for (set, bytes) in sets {
            let file = folder.path().join(format!("{at}-{set}.txt"));
            std::fs::write(&file, bytes).expect("written");
            files.push(file);
            told.push(scenario);
        }
    }
    assert!(files.len() > scenarios.len());
    for (scenario, found) in told.into_iter().zip(check_all(&site, &files)) {
        let name = scenario["scenario"].as_str().expect("a name");
        if name.contains("inconsistent payee") {
            assert_eq!(found["reason"], "wrong_payee", "{name}");
            continue;
        }
        assert_eq!(found["status"], "accepted", "{name}: {found:#}");
        let content = scenario["content"].as_str().expect("a text");
        let lines = content
            .lines()
            .filter(|line| line.starts_with("82") || line.starts_with("32"));
        let lines = u64::try_from(lines.count()).ok().filter(|count| *count > 0);
        if let Some(expected) = expected(scenario).or(lines) {
            let records = found["counts"]["records"].as_u64();
            assert_eq!(records, Some(expected), "{name}");
        }
    }
    assert!(scenarios.len() >= 16);
}
