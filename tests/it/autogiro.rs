//! Autogiro files of both layouts, with the real program: samples of our own, and real files where they are at hand.

mod again;
mod real;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::own_site::{self, NIGHT, make};

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["canonical-csv", "autogiro-1", "autogiro-old-1"]
lines = ["insurance", "loan"]
settle = "0s"

[product.P]
line = "insurance"

[product.L]
line = "loan"
"#;

/// Insurances 101 and 102 (known as payer 5005), and contract L-1 of payer 909.
const BOOK: &str = "\
kind,customer_no,customer_type,country,identity_no,first_name,last_name,insurance_no,product,loan_ref,currency,insured_amount,annual_premium,start_date,owner_customer_no,collection_method,collection_clearing,collection_account,collection_payer_identity_no,collection_payer_no,contract_no,action,person_id,loan_type,reference_no,amount,principal,payer_no
customer.create,C1,individual,SE,198501019981,Eva,Berg,,,,,,,,,,,,,,,,,,,,,
insurance.register,,,,,,,101,P,R1,SEK,100000,1200,2026-11-01,C1,autogiro,,9912346,198501019981,,,,,,,,,
insurance.register,,,,,,,102,P,R2,SEK,100000,2400,2026-11-01,C1,autogiro,,9912346,198501019981,5005,,,,,,,,
loan.contract,,,SE,,,,,,,SEK,,,,,,,,,,L-1,import,P1,L,7001,100000,50000,909
loan.contract,,,SE,,,,,,,SEK,,,,,,,,,,L-2,import,P1,L,7002,100000,50000,101
";

fn sluss(arguments: &[&str], site: &Path) -> Output {
    own_site::sluss(&[arguments, &NIGHT[..2]].concat(), site)
}

fn site(folder: &Path, settings: &str) -> PathBuf {
    make(folder, settings, &["bank"])
}

/// A site whose book has payers.
fn booked(folder: &Path, settings: &str) -> PathBuf {
    let site = site(folder, settings);
    let batch = run(&site, "canonical_book.csv", BOOK.as_bytes());
    assert_eq!(batch["status"], "accepted", "{batch:#}");
    site
}

/// What became of a file that was dropped.
fn run(site: &Path, name: &str, bytes: &[u8]) -> Value {
    std::fs::write(site.join("inbox/bank").join(name), bytes).expect("dropped");
    let output = sluss(&["run", "--json"], site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["batches"][0].clone()
}

/// What would become of files, each against the book as it stands.
fn check_all(site: &Path, files: &[PathBuf]) -> Vec<Value> {
    let mut arguments = vec!["check", "--partner", "bank", "--json"];
    arguments.extend(files.iter().map(|file| file.to_str().expect("UTF-8")));
    let output = sluss(&arguments, site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let batches = document["batches"].as_array().expect("batches").clone();
    assert_eq!(batches.len(), files.len());
    batches
}

fn check(site: &Path, file: &Path) -> Value {
    check_all(site, &[file.to_owned()]).remove(0)
}

/// A batch's answer of this ending.
fn answer(site: &Path, batch: &Value, ending: &str) -> String {
    let answers = batch["answers"].as_array().expect("answers").clone();
    let mut names = answers.iter().filter_map(|one| one["name"].as_str());
    let name = names.find(|name| name.ends_with(ending));
    let name = name.unwrap_or_else(|| panic!("no {ending}: {batch:#}"));
    std::fs::read_to_string(site.join("outbox/bank").join(name)).expect("an answer")
}

/// Of each record kind, entity, outcome, state and codes.
fn results(site: &Path, batch: &Value) -> Vec<String> {
    let text = answer(site, batch, ".result.csv");
    let lines = text.trim_start_matches('\u{feff}').lines().skip(1);
    let cells = lines.map(|line| line.split(';').collect::<Vec<_>>());
    cells
        .map(|c| format!("{} {} {} {} {}", c[2], c[3], c[4], c[5], c[7]))
        .collect()
}

const PAYEE: &str = "0009912346";

/// A line of a payment specification: type, payer, amount in öre, status.
fn paid(kind: &str, payer: &str, ore: u32, status: &str) -> String {
    format!(
        "{kind}202611200    {payer:0>16}{ore:012}{PAYEE}{:<16}{:10}{status}\n",
        "REF", ""
    )
}

fn section(kind: &str, ore: u32, count: u32) -> String {
    format!(
        "{kind}{:>35}2026112000007{ore:018}   {count:08}\n",
        "89010032323232"
    )
    .replace("               ", "000000000000000")
}

/// A payment specification; `counts`: what TK09 states of 82 and 32.
fn specification(body: &str, sections: [u32; 3], counts: [u32; 3]) -> String {
    let open = format!(
        "01AUTOGIRO{:14}20261120031500000000{:<20}471117{PAYEE}\n",
        "", "BET. SPEC & STOPP TK"
    );
    let pairs = sections.into_iter().zip(counts);
    let stated: Vec<String> = pairs
        .map(|(of, count)| format!("{of:06}{count:012}"))
        .collect();
    format!("{open}{body}09202611209900{}\n", stated.concat())
}

fn night() -> String {
    let body = [
        section("15", 60_000, 3),
        paid("82", "101x", 10_000, "0").replace("0101x", "00101"),
        paid("82", "5005", 20_000, "0"),
        paid("82", "909", 30_000, "0"),
        paid("82", "5005", 40_000, "1"),
        paid("82", "909", 50_000, "9"),
        paid("82", "31", 60_000, "2"),
        section("16", 7_000, 1),
        paid("32", "909", 7_000, "0"),
        section("17", 20_000, 1),
        format!(
            "77202611100    {:0>16}{:012}{PAYEE}{:<16}2026112002\n",
            "5005", 20_000, "REF"
        ),
    ];
    specification(&body.concat(), [1, 1, 1], [3, 1, 1])
}

/// Payer 101 is an insurance's and a contract's: nobody can say whose the money is.
#[test]
fn each_line_of_a_specification_goes_to_whose_payer_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let file = folder.path().join("AG_1.txt");
    std::fs::write(&file, night()).expect("written");
    let before = check(&site, &file);
    let batch = run(&site, "AG_1.txt", night().as_bytes());
    for key in [
        "status", "counts", "amounts", "money", "controls", "findings",
    ] {
        assert_eq!(before[key], batch[key], "{key}");
    }
    assert_eq!(batch["status"], "accepted", "{batch:#}");
    let found = results(&site, &batch);
    let apart = found[0].split(' ').nth(1).expect("a cell");
    assert!(apart.ends_with("-1"), "{apart}");
    assert_eq!(
        found,
        [
            &format!("insurance.premium-paid {apart} accepted unmatched unmatched"),
            "insurance.premium-paid 102 accepted registered ",
            "loan.repayment L-1 accepted ACTIVE ",
            "insurance.collection-failed 102 accepted registered ",
            "loan.collection-failed L-1 accepted ACTIVE ",
            "insurance.collection-failed  accepted unmatched unmatched",
            "bank.compare L-1 accepted ACTIVE differs",
            "insurance.premium-reversed 102 accepted registered ",
        ]
    );
    let money = &batch["money"][0];
    let sums = [
        "received",
        "reversed",
        "allocated",
        "unallocated",
        "unmatched",
    ];
    let sums = sums.map(|name| money[name].as_str().expect("a sum"));
    assert_eq!(sums, ["600.00", "200.00", "0.00", "300.00", "100.00"]);
    let events = answer(&site, &batch, ".events.ndjson");
    let failed: Vec<Value> = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|event| {
            event["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("collection_failed"))
        })
        .map(|event| event["data"]["changed"].clone())
        .collect();
    assert_eq!(failed.len(), 2, "{events}");
    assert_eq!(
        (&failed[0]["final"], &failed[0]["reason_code"]),
        (&true.into(), &"1".into())
    );
    assert_eq!(
        (&failed[1]["final"], &failed[1]["reason_code"]),
        (&false.into(), &"9".into())
    );
    assert_eq!(failed[1]["due_date"], "2026-11-20");
}

/// A profile of one line alone gets the same file as that line's.
#[test]
fn a_profile_of_one_line_reads_all_as_that_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), &SETTINGS.replace("\"insurance\", ", ""));
    let file = folder.path().join("AG_1.txt");
    std::fs::write(&file, night()).expect("written");
    let batch = check(&site, &file);
    assert_eq!(
        (&batch["status"], &batch["counts"]["accepted"]),
        (&"accepted".into(), &8.into())
    );
    assert_eq!(batch["money"][0]["unmatched"], "400.00", "{batch:#}");
    assert!(batch["findings"]["field_not_taken"].is_null(), "{batch:#}");
}

#[test]
fn both_readings_of_a_trailer_are_right_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let night = night();
    let put = |old: &str, new: &str| {
        assert!(night.contains(old), "{old}");
        night.replacen(old, new, 1)
    };
    let (right, other) = ("", "totals_mismatch");
    let mut rows = vec![
        (night.clone(), right),
        (
            put("9900000001000000000003", "9900000001000000000006"),
            right,
        ),
        (
            put("9900000001000000000003", "9900000001000000000004"),
            other,
        ),
        // A section's own amount and count.
        (put("060000   00000003", "060001   00000003"), other),
        (put("060000   00000003", "060000   00000002"), other),
        (put("020000   00000001", "020000   00000002"), other),
        (
            put("0000200000009912346", "0000200000009912353"),
            "wrong_payee",
        ),
    ];
    // Any line lost or doubled, or the file cut short. One that could not be collected is counted in the other reading
    // alone.
    let lines: Vec<&str> = night.split_inclusive('\n').collect();
    let counted = |line: &str| !["1", "2", "9"].contains(&line.get(79..80).unwrap_or(""));
    for at in (0..lines.len()).filter(|at| counted(lines[*at])) {
        let mut fewer = lines.clone();
        fewer.remove(at);
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        let cut = &lines[..at];
        rows.extend([fewer.concat(), more.concat(), cut.concat()].map(|text| (text, "*")));
    }
    let file = |(at, (text, _)): (usize, &(String, &str))| {
        let path = folder.path().join(format!("AG_{at}.txt"));
        std::fs::write(&path, text).expect("written");
        path
    };
    let files: Vec<PathBuf> = rows.iter().enumerate().map(file).collect();
    for (batch, (text, expected)) in check_all(&site, &files).iter().zip(&rows) {
        let reason = batch["reason"].as_str().unwrap_or("");
        let fits = reason == *expected || *expected == "*" && !reason.is_empty();
        assert!(fits, "{reason}, not {expected}: {text}");
    }
    // A status that nobody knows is not guessed at.
    let file = folder.path().join("AG_1.txt");
    std::fs::write(&file, put("          2\n", "          7\n")).expect("written");
    let batch = check(&site, &file);
    assert_eq!(
        (&batch["status"], &batch["counts"]["rejected"]),
        (&"partial".into(), &1.into())
    );
}

/// A section's totals stand above its records, and are those of what comes back.
#[test]
fn what_comes_back_has_its_own_totals_above_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let bad = night()
        .replacen("000000020000", "00000002000x", 1)
        .replacen(
            "000000000000060000   00000003",
            "000000000000040000   00000003",
            1,
        );
    let batch = run(&site, "AG_1.txt", bad.as_bytes());
    assert_eq!(
        (&batch["status"], &batch["counts"]["rejected"]),
        (&"partial".into(), &1.into()),
        "{batch:#}"
    );
    let back = answer(&site, &batch, ".rejected.txt");
    let types: Vec<&str> = back.lines().map(|line| &line[..2]).collect();
    assert_eq!(types, ["01", "15", "82", "09"], "{back}");
    let mended = back.replace("00000002000x", "000000020000").replace(
        "000000000000000000   00000001",
        "000000000000020000   00000001",
    );
    assert_ne!(mended, back, "{back}");
    let batch = run(&site, "AG_2.txt", mended.as_bytes());
    assert_eq!(batch["status"], "accepted", "{batch:#}");
    assert_eq!(batch["money"][0]["allocated"], "200.00");
}

#[test]
fn advice_changes_the_mandate_and_keeps_what_it_leaves_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let line = |payer: &str, account: &str, codes: &str| {
        format!("73{PAYEE}{payer:0>16}{account:28}     {codes}20261120\n")
    };
    let advice = |lines: &[String]| {
        let open = format!(
            "01AUTOGIRO{:14}20261120{:12}{:<20}471117{PAYEE}\n",
            "", "", "AG-MEDAVI"
        );
        format!("{open}{}09202611209900{:07}\n", lines.concat(), lines.len())
    };
    let file = advice(&[
        line("5005", "", "0432"),
        line("909", "", "0432"),
        line("5005", "", "0321"),
        line("4711", "", "0432"),
    ]);
    let batch = run(&site, "AG_1.txt", file.as_bytes());
    assert_eq!(
        results(&site, &batch),
        [
            "insurance.premium-collection 102 accepted registered ",
            "bank.compare L-1 accepted ACTIVE ",
            "insurance.premium-collection 102 accepted registered ",
            "insurance.premium-collection  accepted unmatched unmatched",
        ]
    );
    let shown = |key: &str| {
        let output = sluss(&["show", key, "--partner", "bank", "--json"], &site);
        let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        shown["entity"].clone()
    };
    let is = |key: &str, name: &str, value: &str| {
        let output = sluss(&["show", key, "--partner", "bank", "--json"], &site);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let said = format!("\"{name}\": \"{value}\"");
        assert!(text.contains(&said), "{said}: {text} {}", shown(key));
    };
    is("102", "mandate_state", "confirmed");
    is("102", "collection_account", "9912346");
    let account = format!("9020009876543210{:>12}", "198501019981");
    let file = advice(&[line("5005", &account, "4232"), line("101", "", "4602")]);
    let batch = run(&site, "AG_2.txt", file.as_bytes());
    assert_eq!(batch["status"], "accepted", "{batch:#}");
    is("102", "collection_clearing", "9020");
    is("102", "collection_account", "009876543210");
    // Payer 101 is a contract's as well, so that its advice is nobody's.
    is("101", "collection_method", "autogiro");
    let file = advice(&[line("5005", "", "4602")]);
    run(&site, "AG_3.txt", file.as_bytes());
    is("102", "collection_method", "other");
    is(
        "102",
        "collection_text",
        "Autogiro: cancelled by the payer or the payer's bank",
    );
    is("102", "mandate_state", "cancelled");
    let events = sluss(&["show", "102", "--partner", "bank", "--json"], &site);
    assert!(events.status.success());
}
