//! `bank.compare` with the real program: what a bank says of mandates, orders and payments, held against two lines' book.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::own_site::{make, sluss};

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["canonical-csv"]
lines = ["insurance", "loan"]
settle = "0s"
payee_bankgiro = "991-2346"
answers = { mask = true }

[partner.cards]
formats = ["canonical-csv"]
lines = ["card"]
settle = "0s"

[product.A]
line = "insurance"

[product.LAN]
line = "loan"
reference = "se-ocr"
"#;

/// An insurance that is collected from an account, a loan that is collected, one that is billed, and money.
const BOOK: &str = "\
kind,customer_no,customer_type,country,identity_no,first_name,last_name,insurance_no,product,loan_ref,currency,insured_amount,\
annual_premium,start_date,owner_customer_no,collection_method,collection_clearing,collection_account,collection_payer_identity_no,\
collection_interval,contract_no,action,person_id,loan_type,reference_no,amount,principal,repayment_channel,payer_no,receivable_no,\
receivable_type,billing_date,due_date,line.INT,value_date,bank_reference,end_to_end_id,original_reference,initiated_by,collection_mandate_ref
customer.create,C1,individual,SE,198501019981,Eva,Berg,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
insurance.register,,,,,,,4711,A,L1,SEK,100000,1200,2026-11-01,C1,autogiro,3300,8501019981,198501019981,monthly,,,,,,,,,,,,,,,,,,,,M-7
loan.contract,,,SE,,,,,,,SEK,,,,,,,,,,L1,import,P1,LAN,18,1000,900,AUTOGIRO,0005566,,,,,,,,,,,
loan.contract,,,SE,,,,,,,SEK,,,,,,,,,,L2,import,P1,LAN,26,1000,900,BANKGIRO,,,,,,,,,,,,
loan.contract,,,SE,,,,,,,SEK,,,,,,,,,,L3,import,P2,LAN,34,1000,900,AUTOGIRO,777,,,,,,,,,,,
loan.contract,,,SE,,,,,,,SEK,,,,,,,,,,L4,import,P2,LAN,42,1000,900,AUTOGIRO,777,,,,,,,,,,,
loan.receivable,,,,,,,,,,SEK,,,,,,,,,,L1,,,,,,,,,R1,PERIODIC,2026-11-01,2026-11-28,50.00,,,,,,
loan.receivable,,,,,,,,,,SEK,,,,,,,,,,L1,,,,,,,,,R2,PERIODIC,2026-11-01,2026-12-28,75.00,,,,,,
loan.repayment,,,,,,,,,,SEK,,,,,,,,,,,,,,26,100.00,,,,,,,,,2026-11-18,S1,E1,,,
loan.repayment,,,,,,,,,,SEK,,,,,,,,,,,,,,26,30.00,,,,,,,,,2026-11-19,S2,,,,
loan.reversal,,,,,,,,,,SEK,,,,,,,,,,,,,,,30.00,,,,,,,,,2026-11-20,S2,,,bank,
";

const HEADER: &str = "kind,subject,payer_no,mandate_ref,mandate_status,reference_no,original_reference,bank_reference,\
end_to_end_id,amount,currency,due_date,value_date,payer_identity_no,payer_account";

fn site(folder: &Path) -> PathBuf {
    make(folder, SETTINGS, &["bank", "cards"])
}

/// Drops a file and runs: the summary.
fn take(site: &Path, name: &str, text: &str) -> Value {
    std::fs::write(site.join("inbox/bank").join(name), text).expect("dropped");
    let output = sluss(
        &[
            "run",
            "--json",
            "--business-date",
            "2026-11-20",
            "--now",
            "2026-11-20T02:00:00+01:00",
        ],
        site,
    );
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["batches"][0].clone()
}

fn answer(site: &Path, ending: &str) -> String {
    let files = std::fs::read_dir(site.join("outbox/bank")).expect("an outbox");
    let mut names = files.map(|entry| entry.expect("an entry").path());
    let path = names.find(|path| path.to_string_lossy().ends_with(ending));
    let path = path.unwrap_or_else(|| panic!("no answer ends with {ending}"));
    std::fs::read_to_string(path).expect("text")
}

/// (fields behind the kind, entity and state, what the note says; blank: the book says the same).
const ROWS: &[(&str, &str, &str)] = &[
    // Mandates.
    (
        "mandate,4711,,approved,,,,,,,,,198501019981,3300008501019981",
        "4711;registered",
        "",
    ),
    (
        "mandate,4711,,approved,,,,,,,,,8501019981,",
        "4711;registered",
        "",
    ),
    ("mandate,,4711,approved,,,,,,,,,,", "4711;registered", ""),
    ("mandate,,M-7,approved,,,,,,,,,,", "4711;registered", ""),
    (
        "mandate,4711,M-8,approved,,,,,,,,,,",
        "4711;registered",
        "mandate_ref: the book says *-*, the file *-*",
    ),
    (
        "mandate,4711,,approved,,,,,,,,,198112289874,3300000000001234",
        "4711;registered",
        "payer_identity_no: the book says ************, the file ************; \
         payer_account: the book says **************, the file ****************",
    ),
    ("mandate,0005566,,approved,,,,,,,,,,", "L1;ACTIVE", ""),
    (
        "mandate,26,,approved,,,,,,,,,,",
        "L2;ACTIVE",
        "payer_no: the book does not collect it by direct debit",
    ),
    ("mandate,26,,cancelled,,,,,,,,,,", "L2;ACTIVE", ""),
    (
        "mandate,123,,approved,,,,,,,,,,",
        ";",
        "payer_no: the book has no payer with this number",
    ),
    (
        "mandate,,,approved,,,,,,,,,,",
        ";",
        "payer_no: no number says who pays",
    ),
    (
        "mandate,777,,approved,,,,,,,,,,",
        ";",
        "payer_no: the book has several payers with this number",
    ),
    // Orders to collect: a receivable, all that is owed, a weekend later; another amount, too early, another currency.
    (
        "collection,5566,,,,,,,50.00,SEK,2026-11-30,,,",
        "L1;ACTIVE",
        "",
    ),
    (
        "collection,5566,,,,,,,125.00,SEK,2026-12-28,,,",
        "L1;ACTIVE",
        "",
    ),
    ("collection,5566,,,,,,,75.00,SEK,,,,", "L1;ACTIVE", ""),
    ("collection,,,,18,,,,50,SEK,2026-11-28,,,", "L1;ACTIVE", ""),
    (
        "collection,5566,,,,,,,51.00,SEK,2026-11-28,,,",
        "L1;ACTIVE",
        "amount: the book says 50.00, the file 51.00",
    ),
    (
        "collection,5566,,,,,,,50.00,SEK,2026-11-27,,,",
        "L1;ACTIVE",
        "due_date: the book says 2026-11-28, the file 2026-11-27",
    ),
    (
        "collection,5566,,,,,,,50.00,NOK,2026-11-28,,,",
        "L1;ACTIVE",
        "currency: the book says SEK, the file NOK",
    ),
    (
        "collection,4711,,,,,,,100.00,SEK,2026-11-28,,,",
        "4711;registered",
        "",
    ),
    (
        "collection,4711,,,,,,,200.00,SEK,2026-12-01,,,",
        "4711;registered",
        "",
    ),
    (
        "collection,4711,,,,,,,200.00,SEK,2026-11-28,,,",
        "4711;registered",
        "amount: the book says 100.00, the file 200.00",
    ),
    (
        "collection,26,,,,,,,10.00,SEK,2026-11-28,,,",
        "L2;ACTIVE",
        "payer_no: the book does not collect it by direct debit; \
         amount: the book has nothing to collect from this payer",
    ),
    (
        "payout,5566,,,,,,,10.00,SEK,2026-11-28,,,",
        "L1;ACTIVE",
        "amount: the book pays nothing out to this payer",
    ),
    // Money.
    (
        "payment,,,,26,,S1,E1,100.00,SEK,,2026-11-18,,",
        "L2;ACTIVE",
        "",
    ),
    ("payment,,,,26,,,E1,100,SEK,,2026-11-18,,", "L2;ACTIVE", ""),
    ("payment,,,,26,,,,100.00,SEK,,2026-11-18,,", "L2;ACTIVE", ""),
    (
        "payment,,,,,,S1,,100.01,SEK,,2026-11-19,,",
        "L2;ACTIVE",
        "amount: the book says 100.00, the file 100.01; value_date: the book says 2026-11-18, the file 2026-11-19",
    ),
    (
        "payment,,,,26,,,,55.00,SEK,,2026-11-18,,",
        ";",
        "reference_no: the book has no such payment",
    ),
    (
        "payment,,,,,,,,55.00,SEK,,2026-11-18,,",
        ";",
        "the book has no such payment",
    ),
    ("reversal,,,,,,S2,,30.00,SEK,,2026-11-20,,", "L2;ACTIVE", ""),
    (
        "reversal,,,,,,S1,,100.00,SEK,,2026-11-20,,",
        ";",
        "bank_reference: the book has no such reversal",
    ),
];

#[test]
fn what_a_bank_says_is_held_against_the_book_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path());
    assert_eq!(take(&site, "canonical_1.csv", BOOK)["status"], "accepted");
    let before = sluss(&["export", "loan", "--partner", "bank"], &site).stdout;
    let lines: Vec<String> = ROWS
        .iter()
        .map(|(fields, ..)| format!("bank.compare,{fields}"))
        .collect();
    let text = format!("{HEADER}\n{}\n", lines.join("\n"));
    let summary = take(&site, "canonical_2.csv", &text);
    assert_eq!(summary["status"], "accepted", "{summary:#}");
    assert_eq!(summary["counts"]["accepted"], ROWS.len());
    assert_eq!(summary["counts"]["events"], 0);
    assert_eq!(summary["money"], Value::Array(Vec::new()));
    let result = {
        let batch = summary["batch"].as_str().expect("an id");
        answer(&site, &format!("{batch}.result.csv"))
    };
    for (line, (fields, standing, said)) in result.lines().skip(1).zip(ROWS) {
        let cells: Vec<&str> = line.splitn(9, ';').collect();
        // The message stands in quotes where it has a semicolon.
        let (found, message) = (
            format!("{};{}", cells[3], cells[5]),
            line.splitn(9, ';').last().unwrap_or_default(),
        );
        assert_eq!(found, *standing, "{fields}");
        let rest = line.rsplit_once(";differs").map_or("", |(_, rest)| rest);
        assert_eq!(rest.is_empty(), said.is_empty(), "{fields}: {message}");
        assert!(
            line.trim_end_matches('"').ends_with(said),
            "{fields}: {line}"
        );
    }
    // Nobody's number is told, and the book is as it was.
    let errors = answer(&site, "errors.csv");
    for number in ["198112289874", "198501019981", "8501019981", "1234;"] {
        assert!(
            !errors.contains(number) && !result.contains(number),
            "{errors}"
        );
    }
    let after = sluss(&["export", "loan", "--partner", "bank"], &site).stdout;
    assert_eq!(before, after);
}

#[test]
fn a_comparison_says_what_it_is_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path());
    let rows = [
        ("collection,5566,,,,,,,,,,,,", "required;required"),
        ("payment,,,,26,,,,100.00,SEK,,,,", "required"),
        ("mandate,1,,standing,,,,,,,,,,", "unknown_code"),
        ("something,1,,,,,,,,,,,,", "unknown_code"),
    ];
    let lines: Vec<String> = rows
        .iter()
        .map(|(fields, _)| format!("bank.compare,{fields}"))
        .collect();
    let text = format!("{HEADER}\n{}\n", lines.join("\n"));
    let summary = take(&site, "canonical_1.csv", &text);
    assert_eq!(summary["status"], "rejected");
    let result = answer(&site, "result.csv");
    for (line, (fields, codes)) in result.lines().skip(1).zip(rows) {
        let cells: Vec<&str> = line.split('"').collect();
        let found = if cells.len() > 1 {
            cells[1]
        } else {
            line.split(';').nth(7).unwrap_or_default()
        };
        assert_eq!(found, codes, "{fields}: {line}");
    }
    // A partner that no bank tells of cannot ask for it.
    let file = folder.path().join("canonical_2.csv");
    std::fs::write(&file, &text).expect("written");
    let path = file.to_str().expect("UTF-8");
    let output = sluss(&["check", "--partner", "cards", "--json", path], &site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        document["batches"][0]["findings"]["line_not_allowed"], 4,
        "{document:#}"
    );
}
