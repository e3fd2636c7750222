//! The banks' own files, with the real program: samples of our own, and real files where they are at hand.

mod iso;
mod kept;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::own_site::{make, sluss};

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["bgmax-1", "ocr-giro-1"]
lines = ["loan"]
settle = "0s"

[product.LAN]
line = "loan"
"#;

fn site(folder: &Path, settings: &str) -> PathBuf {
    make(folder, settings, &["bank"])
}

/// What would become of a file.
fn check(site: &Path, file: &Path) -> Value {
    let file = file.to_str().expect("UTF-8");
    let output = sluss(&["check", "--partner", "bank", "--json", file], site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["batches"][0].clone()
}

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("inbox-sample/sydlan");
    std::fs::read(folder.join(name)).expect("a sample")
}

/// The sample of `BgMax` with one text put in place of another.
fn altered(folder: &Path, old: &str, new: &str) -> PathBuf {
    let mut bytes = sample("inbetalningar_20261120.bgmax");
    let at = bytes
        .windows(old.len())
        .position(|window| window == old.as_bytes());
    let at = at.unwrap_or_else(|| panic!("{old} stands nowhere"));
    bytes.splice(at..at + old.len(), new.bytes());
    let path = folder.join("altered.bgmax");
    std::fs::write(&path, bytes).expect("written");
    path
}

#[test]
fn what_bankgirot_counts_is_counted_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    // (what stands in the sample, what is put there, status, reason)
    let rows = [
        (
            "000000000000237300SEK00000006",
            "000000000000237300SEK00000006",
            "accepted",
            Value::Null,
        ),
        (
            "000000000000237300SEK00000006",
            "000000000000237400SEK00000006",
            "rejected",
            "totals_mismatch".into(),
        ),
        (
            "000000000000237300SEK00000006",
            "000000000000237300SEK00000005",
            "rejected",
            "totals_mismatch".into(),
        ),
        (
            "7000000005",
            "7000000004",
            "rejected",
            "totals_mismatch".into(),
        ),
        (
            "0000000100000003",
            "0000000000000003",
            "rejected",
            "totals_mismatch".into(),
        ),
        (
            "00000001000000030",
            "00000001000000020",
            "rejected",
            "totals_mismatch".into(),
        ),
        (
            "20261120031500000000P",
            "20261120031500000000T",
            "quarantined",
            "test_file".into(),
        ),
        ("01BGMAX", "02BGMAX", "quarantined", "malformed".into()),
        // Another version may have other columns.
        (
            "01BGMAX               01",
            "01BGMAX               02",
            "quarantined",
            "malformed".into(),
        ),
    ];
    for (old, new, status, reason) in rows {
        let found = check(&site, &altered(folder.path(), old, new));
        assert_eq!(
            (&found["status"], &found["reason"]),
            (&status.into(), &reason),
            "{new}: {found:#}"
        );
    }
    // A payment lost or doubled.
    let text = sample("inbetalningar_20261120.bgmax");
    let line = text
        .split_inclusive(|byte| *byte == b'\n')
        .nth(6)
        .expect("a payment");
    let text = String::from_utf8_lossy(line).into_owned();
    for new in [String::new(), text.repeat(2)] {
        let found = check(&site, &altered(folder.path(), &text, &new));
        assert_eq!(found["reason"], "totals_mismatch", "{new}");
    }
}

#[test]
fn a_file_for_another_payee_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = SETTINGS.replace("settle", "payee_bankgiro = \"5805-6201\"\nsettle");
    let site = site(folder.path(), &settings);
    let found = check(&site, &altered(folder.path(), "01BGMAX", "01BGMAX"));
    assert_eq!(
        (&found["status"], &found["reason"]),
        (&"rejected".into(), &"wrong_payee".into())
    );
    let own = altered(folder.path(), "050009912346", "050058056201");
    assert_eq!(check(&site, &own)["status"], "accepted");
}

#[test]
fn a_test_is_taken_where_the_profile_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = SETTINGS.replace("settle", "test_files = true\nsettle");
    let site = site(folder.path(), &settings);
    let test = altered(
        folder.path(),
        "20261120031500000000P",
        "20261120031500000000T",
    );
    assert_eq!(check(&site, &test)["status"], "accepted");
}

/// What comes back has its own totals: it is taken again once it is mended.
#[test]
fn a_record_that_is_wrong_comes_back_in_its_groups() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    // The second payment's amount is no number; the bank counted it as nothing.
    let path = altered(folder.path(), "000000000000050000", "0000000000000500x0");
    let mut bytes = std::fs::read(path).expect("read");
    let total = b"000000000000237300SEK";
    let at = bytes
        .windows(total.len())
        .position(|window| window == total)
        .expect("a total");
    bytes.splice(
        at..at + total.len(),
        b"000000000000187300SEK".iter().copied(),
    );
    std::fs::write(site.join("inbox/bank/a.bgmax"), bytes).expect("dropped");
    assert_eq!(sluss(&["run"], &site).status.code(), Some(1));
    let mut back = Vec::new();
    for entry in std::fs::read_dir(site.join("outbox/bank")).expect("an outbox") {
        let path = entry.expect("an entry").path();
        if path.to_string_lossy().ends_with(".rejected.bgmax") {
            back = std::fs::read(path).expect("read");
        }
    }
    let (text, ..) = encoding_rs::WINDOWS_1252.decode(&back);
    let lines: Vec<&str> = text.lines().map(|line| &line[..2]).collect();
    assert_eq!(lines, ["01", "05", "20", "26", "29", "15", "70"], "{text}");
    assert!(
        text.contains("LUND & SÖNER AB") && text.contains("000000000000000000SEK00000001"),
        "{text}"
    );
    assert!(
        text.contains("7000000001000000000000000000000001"),
        "{text}"
    );
    let mended = text.replace("0000000000000500x0", "000000000000050000");
    let mended = mended.replace("000000000000000000SEK", "000000000000050000SEK");
    let (mended, ..) = encoding_rs::WINDOWS_1252.encode(&mended);
    std::fs::write(site.join("inbox/bank/b.bgmax"), mended).expect("dropped");
    let again = sluss(&["run", "--json"], &site);
    let document: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(document["batches"][0]["status"], "accepted", "{document:#}");
    assert_eq!(document["batches"][0]["money"][0]["received"], "500.00");
}

/// A closing line that counts lines counts itself, in what comes back too.
#[test]
fn what_comes_back_of_an_ocr_giro_file_counts_its_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let item = |number: u32, ore: u32| {
        let first = format!("NY091330{number:07}2011260020100001{ore:018}{:>25}", "18");
        let second = format!("NY091331{number:07}9636827194{number:09}");
        format!("{first:0<80}\n{second:0<80}\n")
    };
    let file = [
        format!("{:0<80}\n", "NY00001000008080000000100008080"),
        format!("{:0<80}\n", "NY090020001010101000000199998877665"),
        item(1, 1000),
        item(2, 0),
        format!("{:0<80}\n", format!("NY0900880000000200000006{:017}", 1000)),
        format!("{:0<80}\n", format!("NY0000890000000200000008{:017}", 1000)),
    ];
    std::fs::write(site.join("inbox/bank/OCR1.txt"), file.concat()).expect("dropped");
    assert_eq!(sluss(&["run"], &site).status.code(), Some(1));
    let mut files = std::fs::read_dir(site.join("outbox/bank")).expect("an outbox");
    let back = files.find_map(|entry| {
        let path = entry.expect("an entry").path();
        path.to_string_lossy()
            .ends_with(".rejected.txt")
            .then_some(path)
    });
    let back = std::fs::read_to_string(back.expect("a record came back")).expect("read");
    // One that a bank would send: an amount, and the sums of it.
    let amount = |ore: u32| format!("{ore:017}");
    let mended: String = back
        .lines()
        .map(|line| match &line[4..8] {
            "1330" => format!("{}{}{}\n", &line[..32], amount(700), &line[49..]),
            "0088" | "0089" => format!("{}{}{}\n", &line[..24], amount(700), &line[41..]),
            _ => format!("{line}\n"),
        })
        .collect();
    let path = folder.path().join("OCR2.txt");
    std::fs::write(&path, mended).expect("written");
    let batch = check(&site, &path);
    assert_eq!(batch["status"], "accepted", "{batch:#}");
}

#[test]
fn real_payment_files_are_read_or_refused_with_the_right_reason() {
    let Some(real) = crate::delimited::real_files() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    // (file, status, reason, records, sum of what was read)
    let rows = [
        (
            "bankgirot/bgmax/fabhed_ocr_checksiffra_langd.txt",
            "accepted",
            "",
            7,
            "10900.00",
        ),
        ("bankgirot/bgmax/minimal.txt", "accepted", "", 1, "1100.00"),
        // Its day was made unreadable when account numbers were hidden.
        (
            "bankgirot/bgmax/notima_BGMAX_Sample1.txt",
            "rejected",
            "",
            2,
            "51462.00",
        ),
        (
            "bankgirot/bgmax/phpgiro_new_autogiro_bgmax.txt",
            "accepted",
            "",
            4,
            "700.00",
        ),
        (
            "bankgirot/bgmax/pybgmax_multipayment.txt",
            "accepted",
            "",
            4,
            "700.00",
        ),
        // One line of each kind, no file.
        (
            "bankgirot/bgmax/rickardlindgren_valid_tk.txt",
            "rejected",
            "totals_mismatch",
            2,
            "",
        ),
        // Payments without a file around them.
        (
            "bankgirot/bgmax/isolated_payment.txt",
            "quarantined",
            "no_format",
            0,
            "",
        ),
        ("nordic/no/ocr2.txt", "accepted", "", 20, "51449.00"),
        (
            "nordic/no/ocr_giro_transactions.txt",
            "accepted",
            "",
            20,
            "51449.00",
        ),
        // It ends in the middle.
        (
            "nordic/no/ocr_test.ocr",
            "rejected",
            "totals_mismatch",
            5,
            "3720.00",
        ),
        // Agreements of another service.
        (
            "nordic/no/avtalegiro_agreements.txt",
            "rejected",
            "malformed",
            0,
            "",
        ),
        (
            "bankgirot/lb/GEUT_LBATER_Sample1.txt",
            "quarantined",
            "no_format",
            0,
            "",
        ),
    ];
    for (name, status, reason, records, sum) in rows {
        let found = check(&site, &real.join(name));
        let reason_found = found["reason"].as_str().unwrap_or("");
        let sum_found = found["amounts"][0]["read"].as_str().unwrap_or("");
        let seen = (
            found["status"].as_str(),
            reason_found,
            found["counts"]["records"].as_u64(),
            sum_found,
        );
        assert_eq!(
            seen,
            (Some(status), reason, Some(records), sum),
            "{name}: {found:#}"
        );
    }
}
