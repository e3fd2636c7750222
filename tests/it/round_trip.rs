//! What `sluss collect` writes, read back by our own readers of banks' files: of random books, every order is what the book
//! says, and one that is altered is not.

mod premiums;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::own_site::{self, NIGHT, make};

const SETTINGS: &str = r#"
[partner.bolag]
formats = ["canonical-csv", "pain008-1", "autogiro-1"]
lines = ["insurance", "loan"]
settle = "0s"
payee_bankgiro = "991-2346"
bgc_customer_no = "471117"
creditor = { name = "Bolaget AB", iban = "SE45 5000 0000 0583 9825 7466", bic = "ESSESESS", id = "471117" }

[product.LAN]
line = "loan"
reference = "se-ocr"

[product.SKYDD]
line = "insurance"
"#;

fn sluss(arguments: &[&str], site: &Path) -> Output {
    own_site::sluss(&[arguments, &NIGHT[..]].concat(), site)
}

fn site(folder: &Path) -> PathBuf {
    make(folder, SETTINGS, &["bolag"])
}

fn good(output: &Output) {
    let told =
        String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
}

fn take(site: &Path, name: &str, text: &str) {
    std::fs::write(site.join("inbox/bolag").join(name), text).expect("written");
    good(&sluss(&["run"], site));
}

/// A loan: whether it has a payer number, and its receivables by due day (days from 2026-10-01) and amount in öre.
type Loan = (bool, Vec<(i64, u32)>);
fn day(from: &str, days: i64) -> String {
    let from: chrono::NaiveDate = from.parse().expect("a date");
    (from + chrono::TimeDelta::days(days)).to_string()
}

fn ore(amount: u32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

/// Digits with the check digit that makes them a bankgiro or an OCR number.
fn luhn(digits: &str) -> String {
    let sum: u32 = (digits.bytes().rev().enumerate())
        .map(|(at, byte)| {
            let doubled = u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn loans(all: &[Loan]) -> String {
    let mut text = "kind,contract_no,action,person_id,loan_type,country,reference_no,currency,amount,principal,repayment_channel,\
                    payer_no,receivable_no,receivable_type,billing_date,due_date,line.INT\n"
        .to_owned();
    for (at, (payer, receivables)) in all.iter().enumerate() {
        let payer = if *payer {
            format!("{:010}", 9_000 + at)
        } else {
            String::new()
        };
        let reference = luhn(&format!("{}", 55_000 + at));
        writeln!(text, "loan.contract,L{at},import,P{at},LAN,SE,{reference},SEK,1000000,1000000,AUTOGIRO,{payer},,,,,").expect("memory");
        for (number, (due, amount)) in receivables.iter().enumerate() {
            let (due, amount) = (day("2026-10-01", *due), ore(*amount));
            writeln!(text, "loan.receivable,L{at},,,,,,SEK,,,,,R{at}-{number},PERIODIC,2026-10-01,{due},{amount}").expect("memory");
        }
    }
    text
}

/// What would become of a file: its summary, and its findings.
fn check(site: &Path, file: &Path) -> Value {
    let file = file.to_str().expect("UTF-8");
    let output = sluss(&["check", "--partner", "bolag", "--json", file], site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["batches"][0].clone()
}

/// The pain.008 of a collection by a day, and its batch; `None`: nothing was to be collected.
fn written(site: &Path, date: &str) -> Option<(PathBuf, Value)> {
    let output = sluss(&["collect", "--date", date, "--json"], site);
    good(&output);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let batch = document["batches"].as_array()?.last()?.clone();
    let answers = batch["answers"].as_array().expect("a list").iter();
    let mut names = answers.filter_map(|answer| answer["name"].as_str());
    let name = names.find(|name| name.ends_with(".pain008.xml"))?;
    let path = site.join("outbox/bolag").join(name);
    Some((path, batch))
}

/// Holds a collection against the book, and one that is altered.
fn holds(site: &Path, date: &str) -> bool {
    let Some((file, batch)) = written(site, date) else {
        return false;
    };
    let none = Value::Object(serde_json::Map::new());
    let read = check(site, &file);
    assert_eq!(
        (&read["status"], &read["findings"]),
        (&"accepted".into(), &none),
        "{read:#}"
    );
    assert_eq!(read["counts"]["records"], batch["counts"]["orders"]);
    let sum = |summary: &Value| summary["amounts"][0]["accepted"].clone();
    assert_eq!(sum(&read), sum(&batch));
    let text = std::fs::read_to_string(&file).expect("UTF-8");
    let first = text.split_once("<MndtId>").expect("a payer").1;
    let payer = first.split_once('<').expect("its end").0;
    let other = text.replacen(&format!("<MndtId>{payer}<"), "<MndtId>777777777<", 1);
    let path = site.join("altered.pain008.xml");
    std::fs::write(&path, other).expect("written");
    assert_eq!(check(site, &path)["findings"]["differs"], 1);
    true
}

#[test]
fn what_is_written_reads_back_as_the_same_orders() {
    let receivable = (0_i64..90, 1_u32..2_000_000);
    let loan = (any::<bool>(), prop::collection::vec(receivable, 0..4));
    let book = prop::collection::vec(loan, 1..12);
    let config = Config {
        cases: 4,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    };
    let held = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(config);
    let done = runner.run(&book, |book| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = site(folder.path());
        take(&site, "canonical-1.csv", &loans(&book));
        for date in ["2026-11-20", "2026-12-31"] {
            held.set(held.get() + u32::from(holds(&site, date)));
        }
        Ok(())
    });
    done.expect("every order is the book's");
    assert!(held.get() > 0, "nothing was ever collected");
}
