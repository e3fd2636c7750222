//! Bankgirot's seal around a file of fixed columns, with the real program.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sluss::read::fixed::seal::{SealKey, Sealing, verify};

use crate::own_site::{make, sluss};

const KEY: &str = "0F1E2D3C4B5A69788796A5B4C3D2E1F0";

const SETTINGS: &str = r#"
[partner.bank]
formats = ["days-1", "plain-1"]
lines = ["loan"]
settle = "0s"
hmac_key = "secret:bgc"

[product.LAN]
line = "loan"
"#;

const FORMAT: &str = r#"
id = "days-1"
title = "Payments by day"
lines = ["loan"]
reader = "fixed-width"
charset = "iso-8859-1"
bank = true
match = ["DAYS*.txt"]

[fixed-width]
width = 80
seal = "bankgirot"

[record.day]
when = { at = 1, is = "D" }
stands = "opening"

[record.payment]
when = { at = 1, is = "P" }
kind = "loan.repayment"

[record.sum]
when = { at = 1, is = "S" }
stands = "closing"
of = "day"

[[field]]
name = "value_date"
from = "day.2-9"
dates = ["YYYYMMDD"]

[[field]]
name = "reference_no"
from = "payment.2-21"

[[field]]
name = "amount"
from = "payment.22-33"
decimals = 2

[[field]]
name = "currency"
constant = "SEK"

[[control]]
name = "the day's sum"
stated = "sum.2-13"
equals = "sum(payment.22-33)"
decimals = 2
"#;

fn site(folder: &Path, settings: &str) -> PathBuf {
    let site = make(folder, settings, &["bank"]);
    std::fs::write(site.join("formats/days-1.toml"), FORMAT).expect("written");
    let plain = FORMAT.replace("days-1", "plain-1").replace("DAYS", "PLAIN");
    let plain = plain.replace("seal = \"bankgirot\"\n", "");
    std::fs::write(site.join("formats/plain-1.toml"), plain).expect("written");
    let secret = std::fs::read_to_string(site.join("secret")).expect("made by init");
    std::fs::write(site.join("secret"), format!("{secret}bgc = \"{KEY}\"\n")).expect("written");
    site
}

/// A line of 80 columns.
fn line(text: &str) -> String {
    format!("{text:<80}")
}

fn payments(references: &[&str]) -> Vec<String> {
    let mut lines = vec![line("D20261120")];
    lines.extend(
        references
            .iter()
            .map(|no| line(&format!("P{no:<20}000000010000"))),
    );
    lines.push(line(&format!("S{:012}", 10_000 * references.len())));
    lines
}

/// HMAC-SHA-256 written out, so that the program's own is held against another.
fn hmac(message: &[u8]) -> String {
    let byte = |at: usize| u8::from_str_radix(&KEY[at..at + 2], 16).expect("hex");
    let key: Vec<u8> = (0..32).step_by(2).map(byte).collect();
    let block =
        |with: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).unwrap_or(&0) ^ with).collect() };
    let inner = Sha256::digest([block(0x36), message.to_vec()].concat());
    let outer = Sha256::digest([block(0x5c), inner.to_vec()].concat());
    sluss::os::hex(&outer[..16]).to_uppercase()
}

fn sealed(lines: &[String]) -> String {
    let mut all = vec![line("00261120HMAC")];
    all.extend_from_slice(lines);
    let code = hmac(all.concat().as_bytes());
    let known = hmac(b"00000000");
    all.push(line(&format!("99261120{known}{code}")));
    all.join("\r\n") + "\r\n"
}

fn check(site: &Path, name: &str, text: &str) -> Value {
    let file = site.parent().expect("a folder").join(name);
    std::fs::write(&file, text).expect("written");
    let file = file.to_str().expect("UTF-8");
    let output = sluss(&["check", "--partner", "bank", "--json", file], site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["batches"][0].clone()
}

#[test]
fn a_seal_is_demanded_where_there_is_a_key_and_must_fit() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let lines = payments(&["1", "2"]);
    let good = sealed(&lines);
    let plain = lines.join("\n") + "\n";
    let status = |name: &str, text: &str| {
        let found = check(&site, name, text);
        let counts = &found["counts"];
        format!(
            "{} {} {} of {}",
            found["status"], found["reason"], counts["accepted"], counts["records"]
        )
        .replace('"', "")
    };
    assert_eq!(status("DAYS.txt", &good), "accepted null 2 of 2");
    assert_eq!(status("DAYS.txt", &plain), "quarantined unsealed 0 of 0");
    let altered = good.replace("000000010000", "000000010001");
    let altered = altered.replace("S000000020000", "S000000020002");
    assert_eq!(status("DAYS.txt", &altered), "rejected wrong_seal 0 of 2");
    let cut = good.rsplit_once("99261120").expect("sealed").0;
    assert_eq!(status("DAYS.txt", cut), "rejected wrong_seal 0 of 2");
    // A format that knows of no seal is read as ever.
    assert_eq!(status("PLAIN.txt", &plain), "accepted null 2 of 2");
    let optional = SETTINGS.replace("settle", "seal = \"optional\"\nsettle");
    std::fs::write(site.join("sluss.toml"), optional).expect("written");
    assert_eq!(status("DAYS.txt", &plain), "accepted null 2 of 2");
    assert_eq!(status("DAYS.txt", &good), "accepted null 2 of 2");
    assert_eq!(status("DAYS.txt", &altered), "rejected wrong_seal 0 of 2");
    let keyless = SETTINGS.replace("hmac_key = \"secret:bgc\"", "");
    std::fs::write(site.join("sluss.toml"), keyless).expect("written");
    assert_eq!(status("DAYS.txt", &plain), "accepted null 2 of 2");
    assert_eq!(status("DAYS.txt", &good), "accepted null 2 of 2");
    assert_eq!(status("DAYS.txt", cut), "rejected wrong_seal 0 of 2");
}

#[test]
fn rejected_records_come_back_without_a_seal() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let mut lines = payments(&["1", "2"]);
    lines[2] = lines[2].replace("000000010000", "0000000x0000");
    lines[3] = lines[3].replace("20000", "10000");
    std::fs::write(site.join("inbox/bank/DAYS.txt"), sealed(&lines)).expect("written");
    let output = sluss(&["run"], &site);
    assert_eq!(output.status.code(), Some(1));
    let mut names = std::fs::read_dir(site.join("outbox/bank")).expect("a folder");
    let rejected = names.find_map(|entry| {
        let path = entry.expect("an entry").path();
        path.to_str()?.contains(".rejected.").then_some(path)
    });
    let text = std::fs::read_to_string(rejected.expect("one was bad")).expect("text");
    assert!(!text.contains("HMAC") && !text.contains("\n99"), "{text}");
    assert!(
        text.contains("0000000x0000") && text.contains("S000000000000"),
        "{text}"
    );
}

#[test]
fn a_key_never_shows() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let secret = std::fs::read_to_string(site.join("secret")).expect("made by init");
    std::fs::write(site.join("secret"), secret.replace(KEY, "tooshort77")).expect("written");
    let output = sluss(&["-vv", "status"], &site);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("`bgc` in the file `secret`") && told.contains("32 hex digits"),
        "{told}"
    );
    assert!(!told.contains("tooshort77"), "{told}");
    std::fs::write(site.join("secret"), &secret).expect("written");
    let altered = sealed(&payments(&["1"])).replace("P1", "P2");
    std::fs::write(site.join("inbox/bank/DAYS.txt"), altered).expect("written");
    let output = sluss(&["-vv", "--log-format", "json", "run"], &site);
    let mut told = String::from_utf8_lossy(&output.stderr).into_owned();
    told += &String::from_utf8_lossy(&output.stdout);
    for entry in std::fs::read_dir(site.join("outbox/bank")).expect("a folder") {
        told += &std::fs::read_to_string(entry.expect("an entry").path()).expect("text");
    }
    for text in [KEY, &KEY.to_lowercase(), &hmac(b"00000000")] {
        assert!(!told.contains(text), "{told}");
    }
    assert!(told.contains("wrong_seal"), "{told}");
}

/// Bankgirot's own published sample, sealed with its own published key, where it is at hand.
#[test]
fn the_real_sealed_sample_is_known() {
    let Some(files) = crate::delimited::real_files() else {
        return;
    };
    let path = files.join("bankgirot/autogiro-hmac-2016/basic-signed.txt");
    let file = std::fs::File::open(path).expect("a real file");
    let key = |text: &str| SealKey::from_hex(text).expect("32 hex digits");
    let own = key(&"1234567890ABCDEF".repeat(2));
    assert_eq!(verify(&file, Some(&own)).expect("reads"), Sealing::Good);
    let other = key(KEY);
    let found = verify(&file, Some(&other)).expect("reads");
    assert!(matches!(found, Sealing::Wrong(why) if why.contains("another key")));
}
