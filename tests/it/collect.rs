//! `sluss collect` with the real program: what a bank is asked to collect, once, and again when asked again.

mod failed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::own_site::{self, NIGHT, make};

const SETTINGS: &str = r#"
[partner.lender]
formats = ["canonical-csv"]
lines = ["loan"]
settle = "0s"
payee_bankgiro = "991-2346"
bgc_customer_no = "471117"
hmac_key = "secret:bgc"
creditor = { name = "Lån & Co", iban = "SE45 5000 0000 0583 9825 7466", bic = "ESSESESS", id = "471117" }

[product.ANN]
line = "loan"
reference = "se-ocr"
"#;

const LOANS: &str = "\
kind,contract_no,action,person_id,loan_type,country,reference_no,currency,amount,principal,repayment_channel,payer_no,receivable_no,receivable_type,billing_date,due_date,line.PRI,line.INT
loan.contract,L1,import,P1,ANN,SE,18,SEK,1000,1000,AUTOGIRO,00123,,,,,,
loan.contract,L2,import,P2,ANN,SE,26,SEK,1000,1000,autogiro,,,,,,,
loan.contract,L3,import,P3,ANN,SE,34,SEK,1000,1000,BANKGIRO,,,,,,,
loan.contract,L4,import,P4,ANN,SE,42,EUR,1000,1000,AUTOGIRO,,,,,,,
loan.receivable,L1,,,,,,SEK,,,,,R1,PERIODIC,2026-11-01,2026-11-22,100.00,10.50
loan.receivable,L1,,,,,,SEK,,,,,R2,PERIODIC,2026-11-01,2026-12-22,100.00,9.50
loan.receivable,L2,,,,,,SEK,,,,,R3,PERIODIC,2026-11-01,2026-11-10,200.00,
loan.receivable,L3,,,,,,SEK,,,,,R4,PERIODIC,2026-11-01,2026-11-20,300.00,
";

fn sluss(arguments: &[&str], site: &Path) -> Output {
    own_site::sluss(&[arguments, &NIGHT[..]].concat(), site)
}

fn site(folder: &Path, settings: &str) -> PathBuf {
    let site = make(folder, settings, &["lender"]);
    let secret = std::fs::read_to_string(site.join("secret")).expect("made by init");
    let key = "bgc = \"0F1E2D3C4B5A69788796A5B4C3D2E1F0\"\n";
    std::fs::write(site.join("secret"), secret + key).expect("written");
    site
}

fn drop_in(site: &Path, name: &str, text: &str) {
    std::fs::write(site.join("inbox/lender").join(name), text).expect("written");
    let output = sluss(&["run"], site);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
}

/// Takes all answers out of the outbox, by the part of their names that tells what they are.
fn collected(site: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(site.join("outbox/lender")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        let bytes = std::fs::read(&path).expect("a file");
        let text = bytes.into_iter().map(char::from).collect();
        found.insert(name, text);
        std::fs::remove_file(path).expect("removed");
    }
    found
}

fn ending<'a>(files: &'a BTreeMap<String, String>, ending: &str) -> Option<&'a str> {
    let mut found = files.iter().filter(|(name, _)| name.ends_with(ending));
    let text = found.next().map(|(_, text)| &**text);
    assert!(found.next().is_none(), "several {ending}");
    text
}

fn ended(output: &Output, code: i32) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

/// The lines of the orders to collect.
fn collections(autogiro: &str) -> Vec<&str> {
    autogiro
        .lines()
        .filter(|line| line.starts_with("82"))
        .map(str::trim_end)
        .collect()
}

#[test]
fn receivables_are_collected_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    drop_in(&site, "canonical-1.csv", LOANS);
    collected(&site);
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 0);
    let first = collected(&site);
    let autogiro = ending(&first, ".autogiro.txt").expect("ordered");
    let lines: Vec<&str> = autogiro.split_terminator("\r\n").collect();
    assert!(lines.iter().all(|line| line.len() == 80), "{autogiro}");
    assert_eq!(lines[0].trim_end(), "00261120HMAC");
    assert_eq!(
        lines[1],
        "0120261120AUTOGIRO                                            4711170009912346  "
    );
    // The 22nd is a Sunday; what was due before is collected as soon as a bank is open.
    assert_eq!(
        collections(autogiro),
        [
            "82202611230    00000000000001230000000110500009912346R1",
            "82202611200    00000000000000260000000200000009912346R3",
        ]
    );
    assert!(
        lines[4].starts_with("99261120") && lines.len() == 5,
        "{autogiro}"
    );
    let pain = ending(&first, ".pain008.xml").expect("ordered");
    for text in [
        "<NbOfTxs>2</NbOfTxs><CtrlSum>310.50</CtrlSum>",
        "<ReqdColltnDt>2026-11-23</ReqdColltnDt>",
        "<InstdAmt Ccy=\"SEK\">110.50</InstdAmt>",
        "<MndtId>123</MndtId>",
        "<IBAN>SE4550000000058398257466</IBAN>",
        " &amp; Co</Nm>",
    ] {
        assert!(pain.contains(text), "{text}: {pain}");
    }
    let summary: Value =
        serde_json::from_str(ending(&first, ".summary.json").expect("there")).expect("JSON");
    assert_eq!(
        (&summary["status"], &summary["counts"]["orders"]),
        (&"accepted".into(), &2.into())
    );
    assert_eq!(summary["amounts"][0]["accepted"], "310.50");
    let orders = ending(&first, ".orders.csv").expect("there");
    assert!(
        orders.contains(";Collection;ordered;loan.collect;L1;1;123;110,50;SEK;2026-11-23;R1"),
        "{orders}"
    );
    assert_eq!(summary["file"], "collect-2026-11-30");
    let told = ended(
        &sluss(&["show", "L1", "--partner", "lender", "--json"], &site),
        0,
    );
    assert!(
        told.contains("\"collection_date\": \"2026-11-23\""),
        "{told}"
    );
    // Asked again, the same files are written again where they are gone.
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 0);
    let again = collected(&site);
    assert_eq!(ending(&again, ".autogiro.txt"), Some(autogiro));
    assert_eq!(ending(&again, ".pain008.xml"), Some(pain));
    assert_eq!(
        ending(&again, ".summary.json"),
        ending(&first, ".summary.json")
    );
    assert_eq!(again.len(), 3);
    // A later day orders what is new alone.
    ended(&sluss(&["collect", "--date", "2026-12-22"], &site), 0);
    let later = collected(&site);
    let autogiro = ending(&later, ".autogiro.txt").expect("ordered");
    assert_eq!(
        collections(autogiro),
        ["82202612220    00000000000001230000000109500009912346R2"]
    );
    let told = ended(&sluss(&["collect", "--date", "2026-12-23"], &site), 0);
    assert!(told.contains("nothing to do"), "{told}");
    assert!(collected(&site).is_empty());
    ended(&sluss(&["audit"], &site), 0);
}

#[test]
fn what_cannot_be_ordered_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let euro = "loan.receivable,L4,,,,,,EUR,,,,,R5,PERIODIC,2026-11-01,2026-11-20,100.00,\n";
    let named = "loan.contract,L5,import,P5,ANN,SE,59,SEK,1000,1000,AUTOGIRO,EVA-1,,,,,,\n\
                 loan.receivable,L5,,,,,,SEK,,,,,R6,PERIODIC,2026-11-01,2026-11-20,100.00,\n";
    drop_in(&site, "canonical-1.csv", &format!("{LOANS}{euro}{named}"));
    collected(&site);
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 1);
    let files = collected(&site);
    let errors = ending(&files, ".errors.csv").expect("two are bad");
    for text in ["currency_not_allowed", "invalid_number"] {
        assert!(errors.contains(text), "{errors}");
    }
    assert_eq!(
        collections(ending(&files, ".autogiro.txt").expect("two are good")).len(),
        2
    );
    // The same again: no further batch tells the same.
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 1);
    assert_eq!(collected(&site).len(), 3);
}

#[test]
fn settings_that_are_missing_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = SETTINGS.replace("payee_bankgiro = \"991-2346\"\n", "");
    let settings = settings
        .replace("471117\"\nhmac", "4711170\"\nhmac")
        .replace("bic = \"ESSESESS\", ", "");
    let site = site(folder.path(), &settings);
    let told = ended(
        &sluss(
            &["collect", "--date", "2026-11-30", "--partner", "lender"],
            &site,
        ),
        2,
    );
    for text in [
        "`payee_bankgiro` is missing",
        "`bgc_customer_no` cannot be right",
        "`creditor.bic` is missing",
    ] {
        assert!(told.contains(text), "{told}");
    }
    // Where nothing is to be collected nobody has to say who collects.
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 0);
    drop_in(&site, "canonical-1.csv", LOANS);
    collected(&site);
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 2);
    assert!(collected(&site).is_empty());
    let told = ended(&sluss(&["collect", "--date", "2028-01-01"], &site), 2);
    assert!(told.contains("366 days"), "{told}");
    ended(&sluss(&["collect"], &site), 2);
}

#[test]
fn a_file_that_cannot_be_written_again_as_it_was_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    drop_in(&site, "canonical-1.csv", LOANS);
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 0);
    std::fs::write(site.join("sluss.toml"), SETTINGS.replace("Lån", "Nya lån")).expect("written");
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 0);
    collected(&site);
    let told = ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 4);
    assert!(
        told.contains("the profile or the key has changed"),
        "{told}"
    );
    assert!(collected(&site).is_empty());
}

/// Everything below a folder, by its path in it.
fn tree(top: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(top) {
        let entry = entry.expect("a readable folder");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(top).expect("below it").to_owned();
            found.insert(path, std::fs::read(entry.path()).expect("a file"));
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("a readable folder");
        let path = to.join(entry.path().strip_prefix(from).expect("below it"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&path).expect("made");
        } else {
            std::fs::copy(entry.path(), &path).expect("copied");
        }
    }
}

#[test]
fn a_collection_that_is_killed_anywhere_is_the_same_after_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let template = site(folder.path(), SETTINGS);
    drop_in(&template, "canonical-1.csv", LOANS);
    collected(&template);
    let whole = folder.path().join("whole");
    copy(&template, &whole);
    let collect: &[&str] = &["collect", "--date", "2026-11-30"];
    ended(&sluss(collect, &whole), 0);
    let expected = tree(&whole.join("outbox"));
    assert_eq!(expected.len(), 5, "{:?}", expected.keys());
    let later = folder.path().join("later");
    copy(&whole, &later);
    collected(&later);
    let mut hits = [0; 2];
    for step in sluss::os::STEPS {
        // The first time, and when the files are written again.
        for (again, from) in [&template, &later].into_iter().enumerate() {
            let site = folder.path().join("killed");
            copy(from, &site);
            let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
            command.args(collect).args(NIGHT).arg("--site").arg(&site);
            let killed = command
                .env("SLUSS_FAILPOINT", step)
                .output()
                .expect("it runs");
            if killed.status.code().is_some() {
                // It does not come by there.
                std::fs::remove_dir_all(&site).expect("removed");
                continue;
            }
            hits[again] += 1;
            ended(&sluss(collect, &site), 0);
            let found = tree(&site.join("outbox"));
            for (path, bytes) in &found {
                assert!(
                    expected.get(path) == Some(bytes),
                    "{step}: {}",
                    path.display()
                );
            }
            assert_eq!(
                found.len(),
                if again == 0 { 5 } else { 3 },
                "{step}: {:?}",
                found.keys()
            );
            assert!(
                tree(&site.join("work"))
                    .keys()
                    .all(|path| path.components().count() == 1),
                "{step}"
            );
            // Nothing was ordered twice, and the book is whole.
            ended(&sluss(&["audit"], &site), 0);
            std::fs::remove_dir_all(&site).expect("removed");
        }
    }
    assert!(hits[0] >= 13 && hits[1] >= 8, "{hits:?}");
}

/// What we order is read back as what the book says: nothing differs, until something does.
#[test]
fn what_was_ordered_is_read_back_and_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = SETTINGS.replace(r#"["canonical-csv"]"#, r#"["canonical-csv", "pain008-1"]"#);
    let site = site(folder.path(), &settings);
    drop_in(&site, "canonical-1.csv", LOANS);
    collected(&site);
    ended(&sluss(&["collect", "--date", "2026-12-31"], &site), 0);
    let files = collected(&site);
    let pain = ending(&files, ".pain008.xml").expect("ordered").to_owned();
    drop_in(&site, "own_pain008.xml", &pain);
    let answers = collected(&site);
    let result = ending(&answers, ".result.csv").expect("an answer");
    let rows: Vec<&str> = result.lines().skip(1).collect();
    assert_eq!(rows.len(), 3, "{result}");
    for (row, key) in rows.iter().zip(["L2", "L1", "L1"]) {
        let expected = format!(";bank.compare;{key};accepted;ACTIVE;;;");
        assert!(row.contains(&expected), "{row}");
    }
    let altered = pain.replacen("110.50</InstdAmt>", "110.51</InstdAmt>", 1);
    let altered = altered.replace("<CtrlSum>420.00</CtrlSum>", "<CtrlSum>420.01</CtrlSum>");
    drop_in(&site, "altered_pain008.xml", &altered);
    let answers = collected(&site);
    let result = ending(&answers, ".result.csv").expect("an answer");
    assert!(
        result.contains("amount: the book says 110.50, the file 110.51"),
        "{result}"
    );
    assert_eq!(result.matches("differs").count(), 1, "{result}");
}

#[test]
fn the_sample_nights_lender_collects_what_is_due_by_the_end_of_the_month() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("demo");
    sluss::demo::make(&site).expect("a new site");
    let run = ["run", "--partner", "havslan"];
    assert_eq!(sluss(&run, &site).status.code(), Some(1));
    ended(
        &sluss(
            &["collect", "--date", "2026-11-30", "--partner", "havslan"],
            &site,
        ),
        0,
    );
    let mut found = tree(&site.join("outbox/havslan")).into_iter();
    let bytes =
        found.find_map(|(path, bytes)| path.to_str()?.ends_with(".autogiro.txt").then_some(bytes));
    let text = String::from_utf8(bytes.expect("ordered")).expect("ASCII");
    let expected = "0120261120AUTOGIRO                                            4711170009912346  \r\n\
                    82202611300    00000000000047110000001900000009912346R-901                      \r\n";
    assert_eq!(text, expected);
}
