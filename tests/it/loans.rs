//! Loans with the real program: one book fed by canonical files of both kinds and by a bank's own file.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const SETTINGS: &str = "
[site]
time_zone = \"Europe/Stockholm\"
calendar = \"SE\"

[partner.lender]
formats = [\"canonical-csv\", \"canonical-xml\", \"bank-1\"]
lines = [\"loan\"]
settle = \"0s\"
answers = { mask = true }

[product.ANN]
line = \"loan\"
reference = \"se-ocr\"
";

/// A bank's own file, as a format of the site.
const BANK: &str = "
id = 'bank-1'
title = 'What a bank tells'
lines = ['loan']
reader = 'csv'
match = ['bank*.csv']
bank = true
field = [
    { name = 'kind', from = 'kind', required = true },
    { name = 'reference_no', from = 'reference' },
    { name = 'original_reference', from = 'original' },
    { name = 'amount', from = 'amount', required = true },
    { name = 'currency', constant = 'SEK' },
    { name = 'value_date', from = 'day', required = true },
    { name = 'bank_reference', from = 'serial' },
]
";

const LOANS: &str = "\
kind,contract_no,action,person_id,identity_no,loan_type,country,reference_no,currency,amount,principal,first_name
loan.person,,,P1,198501019981,,,,,,,Eva
loan.contract,L1,import,P1,,ANN,SE,18,SEK,1000,1000,
";

const RECEIVABLES: &str = "\
<records>
<record kind=\"loan.receivable\"><contract_no>L1</contract_no><receivable_no>R1</receivable_no>
<receivable_type>PERIODIC</receivable_type><billing_date>2026-11-01</billing_date><due_date>2026-11-10</due_date>
<currency>SEK</currency><line.PRI>100.00</line.PRI><line.INT>10.00</line.INT><line.XYZ>1</line.XYZ></record>
<record kind=\"loan.receivable\"><contract_no>L1</contract_no><receivable_no>R1</receivable_no>
<receivable_type>PERIODIC</receivable_type><billing_date>2026-11-01</billing_date><due_date>2026-11-10</due_date>
<currency>SEK</currency><line.PRI>100.00</line.PRI><line.INT>10.00</line.INT></record>
<record kind=\"loan.death\"><person_id>P1</person_id><death_date>2026-11-15</death_date></record>
</records>
";

const PAID: &str = "\
kind,reference,original,amount,day,serial
loan.repayment,18,,60.00,2026-11-19,S1
loan.repayment,18,,60.00,2026-11-19,S1
loan.repayment,19,,5.00,2026-11-19,S2
loan.repayment,,,5.00,2026-11-19,S3
loan.reversal,,18,60.00,2026-11-20,S4
loan.reversal,,26,1.00,2026-11-20,S5
";

struct Place {
    site: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        let place = Self {
            site,
            _folder: folder,
        };
        let path = place.site.to_str().expect("UTF-8").to_owned();
        assert_eq!(place.sluss(&["init", &path]).0, 0);
        std::fs::write(place.site.join("sluss.toml"), SETTINGS).expect("written");
        std::fs::write(place.site.join("formats/bank-1.toml"), BANK).expect("written");
        for folder in ["inbox/lender", "outbox/lender"] {
            std::fs::create_dir_all(place.site.join(folder)).expect("a folder");
        }
        place
    }

    fn sluss(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_sluss"))
            .args(arguments)
            .env("SLUSS_SITE", &self.site)
            .output()
            .expect("the program starts");
        let code = output.status.code().expect("it ended by itself");
        (code, String::from_utf8(output.stdout).expect("UTF-8"))
    }

    /// Drops a file and runs: the exit code, and what the summary says.
    fn take(&self, name: &str, text: &str) -> (i32, Value) {
        std::fs::write(self.site.join("inbox/lender").join(name), text).expect("dropped");
        let now = [
            "--business-date",
            "2026-11-20",
            "--now",
            "2026-11-20T02:00:00+01:00",
        ];
        let (code, _) = self.sluss(&[&["run", "--quiet"], &now[..]].concat());
        let stem = Path::new(name)
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a stem");
        let summary = self.answer(stem, ".summary.json");
        (code, serde_json::from_str(&summary).expect("JSON"))
    }

    /// An answer to the file of this stem.
    fn answer(&self, stem: &str, ending: &str) -> String {
        let all = std::fs::read_dir(self.site.join("outbox/lender")).expect("a folder");
        let mut paths = all.map(|entry| entry.expect("an entry").path());
        let is_it = |path: &PathBuf| {
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("UTF-8");
            name.starts_with(stem) && name.ends_with(ending)
        };
        let path = paths
            .find(is_it)
            .unwrap_or_else(|| panic!("{stem}: no {ending}"));
        std::fs::read_to_string(path).expect("readable")
    }
}

#[test]
fn a_bank_s_own_file_is_never_refused_and_its_money_is_accounted_for() {
    let place = Place::new();
    assert_eq!(place.take("canonical_1.csv", LOANS).0, 0);
    let (code, bills) = place.take("canonical_2.xml", RECEIVABLES);
    assert_eq!(
        (code, &bills["findings"]),
        (1, &json!({ "unknown_line_type": 1 }))
    );
    // Whoever asks for masked answers gets no personal number in a letter.
    let letters = place.answer("canonical_2", ".events.ndjson");
    assert!(
        letters.contains("\"idNumber\":\"************\""),
        "{letters}"
    );
    let (code, paid) = place.take("bank_1.csv", PAID);
    assert_eq!((code, paid["status"].as_str()), (0, Some("accepted")));
    let noted =
        json!({ "invalid_reference": 1, "not_found": 1, "no_such_reference": 1, "unmatched": 1 });
    let codes = paid["findings"].as_object().expect("an object");
    let sorted: std::collections::BTreeMap<&String, &Value> = codes.iter().collect();
    let expected = noted.as_object().expect("an object").iter().collect();
    assert_eq!(sorted, expected);
    // Two payments of 60 pay 110; the newer one goes back, what it paid with it.
    let money = json!([{ "currency": "SEK", "received": "130.00", "reversed": "61.00", "allocated": "60.00",
        "unallocated": "0.00", "unmatched": "9.00" }]);
    assert_eq!(paid["money"], money);
    // The same file with another name and one record more: the bank tells what it told before.
    let more = format!("{PAID}loan.repayment,18,,7.00,2026-11-20,S6\n");
    let (code, again) = place.take("bank_2.csv", &more);
    assert_eq!(
        (code, &again["counts"]["duplicate"]),
        (0, &json!(6)),
        "{again}"
    );
    assert_eq!(again["money"][0]["received"], "7.00");
    let (code, shown) = place.sluss(&["show", "L1", "--partner", "lender", "--json"]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(
        (code, &shown["outstanding"], &shown["open_receivables"]),
        (0, &json!("943.00"), &json!("43.00"))
    );
    let (code, cash) = place.sluss(&["export", "loan", "--kind", "cash", "--partner", "lender"]);
    assert_eq!((code, cash.matches("unmatched").count()), (0, 4), "{cash}");
    assert_eq!(place.sluss(&["rules", "loan"]).0, 0);
}

#[test]
fn an_inquiry_that_comes_again_is_answered_again() {
    let place = Place::new();
    assert_eq!(place.take("canonical_1.csv", LOANS).0, 0);
    let ask = "kind,instruction_id,contract_no\nloan.inquire,Q1,L1\n";
    let (code, first) = place.take("canonical_2.csv", ask);
    assert_eq!((code, &first["counts"]["replies"]), (0, &json!(1)));
    let bill = "kind,contract_no,receivable_no,receivable_type,billing_date,due_date,currency,line.PRI\n\
                loan.receivable,L1,R1,PERIODIC,2026-11-01,2026-11-10,SEK,100.00\n";
    assert_eq!(place.take("canonical_3.csv", bill).0, 0);
    let (code, again) = place.take("canonical_4.csv", &format!("{ask}loan.inquire,Q1,L1\n"));
    assert_eq!(
        (code, &again["counts"]["replies"]),
        (0, &json!(2)),
        "{again}"
    );
    assert_eq!(again["counts"]["duplicate"], json!(2));
    // How the contract stands now, as `show` says it.
    let replies = place.answer("canonical_4", ".replies.ndjson");
    let (_, shown) = place.sluss(&[
        "show",
        "L1",
        "--partner",
        "lender",
        "--json",
        "--business-date",
        "2026-11-20",
    ]);
    let mut shown: Value = serde_json::from_str(&shown).expect("JSON");
    shown.as_object_mut().expect("an object").remove("history");
    for line in replies.lines() {
        let reply: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(reply["instruction_id"], "Q1");
        assert!(line.contains("\"receivable_no\":\"R1\""), "{line}");
        let told = reply.as_object().expect("an object").values();
        assert!(
            told.into_iter().any(|part| *part == shown),
            "{line}\n{shown}"
        );
    }
    // With other content it is another instruction.
    let (_, other) = place.take(
        "canonical_5.csv",
        "kind,instruction_id,contract_no\nloan.inquire,Q1,L2\n",
    );
    assert_eq!(other["findings"], json!({ "instruction_id_reused": 1 }));
}
