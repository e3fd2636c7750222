//! Several product lines in one book: a batch may mix those that its profile allows, and no other.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::own_site::{make, sluss};

pub(crate) const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"
base_url = "https://partners.example.com"

[partner.all]
formats = ["canonical-csv"]
lines = ["insurance", "card", "loan", "cover", "credit-life"]
settle = "0s"
issuer_id = "1"

[partner.lender]
formats = ["canonical-csv"]
lines = ["loan"]
settle = "0s"

[product.A]
line = "insurance"

[product.LAN]
line = "loan"

[product.KORT]
line = "card"
category = "DEBIT"
support = "physical"

[product.TACK]
line = "cover"
channel = "reinsure"

[product.plus]
line = "credit-life"
covers = [{ type = "unemployment", rate = "0.01" }]
"#;

/// A record of each line, kinds that need nothing in the book.
pub(crate) const RECORDS: &str = "\
kind,customer_no,customer_type,country,identity_no,first_name,last_name,contract_ref,product,owner_customer_ref,birth_date,\
root_account_ref,card_account_ref,iban,contract_no,action,person_id,loan_type,reference_no,currency,amount,principal,\
invoice_reference,channel,user_reference,seller_reference,buyer_reference,seller_country,seller_identifier,buyer_country,\
buyer_identifier,invoice_amount,invoice_amount_currency,invoice_issue_date,invoice_due_date,document_number,issue_amount,address_line1,address_country
customer.create,C1,individual,SE,198501019981,Eva,Berg,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
contract.create,,,,,Eva,Berg,K1,KORT,M1,1985-01-01,R1,A1,DE89370400440532013000,,,,,,,,,,,,,,,,,,,,,,,,Storgatan 1,SE
loan.contract,,,SE,,,,,,,,,,,L1,import,P1,LAN,777,SEK,1000,900,,,,,,,,,,,,,,,,,
quote.request,,,,,,,,,,,,,,,,,,,,,,I1,reinsure,U1,S1,B1,SE,5560360793,NO,914778271,100.00,NOK,2026-11-15,2026-12-15,,,,
credit.eligibility,,,,,,,,,,1990-01-01,,,,,,,,,,,,,,,,,,,,,,,,,11144477735,100.00,,
";

fn site(folder: &Path) -> PathBuf {
    make(folder, SETTINGS, &["all", "lender"])
}

/// The records' kinds, outcomes and codes, a line each.
fn outcomes(site: &Path, partner: &str) -> Vec<String> {
    let inbox = site.join("inbox").join(partner);
    std::fs::write(inbox.join("canonical_1.csv"), RECORDS).expect("dropped");
    let ran = sluss(
        &[
            "run",
            "--json",
            "--business-date",
            "2026-11-20",
            "--partner",
            partner,
        ],
        site,
    );
    let told = String::from_utf8_lossy(&ran.stderr);
    let document: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{told}"));
    let answers = document["batches"][0]["answers"]
        .as_array()
        .expect("answers");
    let mut names = answers.iter().filter_map(|answer| answer["name"].as_str());
    let result = names
        .find(|name| name.ends_with(".result.csv"))
        .expect("a result");
    let text = std::fs::read_to_string(site.join("outbox").join(partner).join(result));
    let text = text.expect("read");
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.as_bytes());
    let rows = rows.records().map(|row| {
        let row = row.expect("a row");
        format!("{} {} {}", &row[2], &row[4], &row[7])
    });
    rows.collect()
}

#[test]
fn a_batch_may_mix_all_lines_of_its_profile() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path());
    let found = outcomes(&site, "all");
    let kinds = [
        "customer.create",
        "contract.create",
        "loan.contract",
        "quote.request",
        "credit.eligibility",
    ];
    assert_eq!(found, kinds.map(|kind| format!("{kind} accepted ")));
    // Each line's entities are its own, and shown as such.
    for (entity, kind) in [
        ("C1", "customer"),
        ("K1", "contract"),
        ("L1", "loan"),
        ("I1", "cover"),
    ] {
        let shown = sluss(&["show", entity, "--partner", "all", "--json"], &site);
        let told = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert_eq!(shown.status.code(), Some(0), "{kind} {entity}: {told}");
    }
    let audit = sluss(&["audit"], &site);
    assert_eq!(audit.status.code(), Some(0), "{audit:?}");
}

#[test]
fn a_line_that_the_profile_does_not_name_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = outcomes(&site(folder.path()), "lender");
    let refused = |kind: &str| format!("{kind} rejected line_not_allowed");
    let expected = [
        refused("customer.create"),
        refused("contract.create"),
        "loan.contract accepted ".to_owned(),
        refused("quote.request"),
        refused("credit.eligibility"),
    ];
    assert_eq!(found, expected);
}
