//! What a bank tells has happened: a number that cannot be right is noted, and the money kept.

use super::{check, sample, site, sluss};
use serde_json::Value;

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["camt054-1", "bgmax-1"]
lines = ["loan"]
settle = "0s"

[product.LAN]
line = "loan"
reference = "se-ocr"
"#;

/// One booked credit, with these texts in its places.
fn notification(amount: &str, reference: &str, payer: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.02\"><BkToCstmrDbtCdtNtfctn><Ntfctn>\
        <Acct><Id><IBAN>SE4550000000058398257466</IBAN></Id></Acct><Ntry><Amt Ccy=\"EUR\">{amount}</Amt>\
        <CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-11-20</Dt></ValDt><AcctSvcrRef>1</AcctSvcrRef>\
        <NtryDtls><TxDtls>{payer}<RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>\
        </TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    )
}

#[test]
fn a_payment_is_kept_whatever_its_numbers_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let iban = |iban: &str| {
        format!("<RltdPties><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>")
    };
    let bic = "<RltdAgts><DbtrAgt><FinInstnId><BIC>NOBANK</BIC></FinInstnId></DbtrAgt></RltdAgts>";
    let long = "7".repeat(36);
    // (amount, reference, payer, codes of notes, received)
    let rows = [
        ("8.850", "18", String::new(), "no_such_reference", "8.85"),
        ("8.85000", "18", String::new(), "no_such_reference", "8.85"),
        (
            "9",
            &*long,
            String::new(),
            "no_such_reference too_long",
            "9.00",
        ),
        (
            "9.00",
            "18",
            iban("SE0000"),
            "invalid_iban no_such_reference",
            "9.00",
        ),
        (
            "9.00",
            "18",
            iban(&long),
            "no_such_reference too_long",
            "9.00",
        ),
        (
            "9.00",
            "18",
            bic.to_owned(),
            "invalid_bic no_such_reference",
            "9.00",
        ),
    ];
    for (amount, reference, payer, codes, received) in rows {
        let path = folder.path().join("camt054.xml");
        std::fs::write(&path, notification(amount, reference, &payer)).expect("written");
        let batch = check(&site, &path);
        assert_eq!(
            batch["status"], "accepted",
            "{amount} {reference} {payer}: {batch:#}"
        );
        let found: Vec<&String> = batch["findings"]
            .as_object()
            .expect("codes")
            .keys()
            .collect();
        let mut found: Vec<&str> = found.into_iter().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), codes, "{amount} {reference} {payer}");
        let money = &batch["money"][0];
        assert_eq!(
            (&money["received"], &money["unmatched"]),
            (&received.into(), &received.into())
        );
        assert_eq!(batch["amounts"][0]["read"], received);
    }
    // What cannot be money is no payment.
    for (amount, code) in [
        ("8.851", "too_many_decimals"),
        ("0", "not_positive"),
        ("x", "invalid_amount"),
    ] {
        let path = folder.path().join("camt054.xml");
        std::fs::write(&path, notification(amount, "18", "")).expect("written");
        let batch = check(&site, &path);
        assert_eq!(
            (&batch["status"], &batch["findings"][code]),
            (&"rejected".into(), &1.into()),
            "{batch:#}"
        );
    }
}

/// Deductions alone make a section's amount negative, which its columns cannot say: what comes back states how much it is.
#[test]
fn deductions_alone_come_back_so_that_they_are_taken_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let deduction =
        |ore: u32, serial: u32| format!("21{:010}{:>25}{ore:018}21{serial:012}00\r\n", 0, "18");
    let lines = [
        "01BGMAX               0120261120031500000000P\r\n".to_owned(),
        "050009912346          XXX\r\n".to_owned(),
        deduction(20_000, 6),
        deduction(5_000, 7),
        format!("15{:035}2026112000023{:018}XXX{:08}\r\n", 1, 25_000, 2),
        "7000000000000000020000000000000001\r\n".to_owned(),
    ];
    std::fs::write(site.join("inbox/bank/a.bgmax"), lines.concat()).expect("dropped");
    assert_eq!(sluss(&["run"], &site).status.code(), Some(1));
    let mut files = std::fs::read_dir(site.join("outbox/bank")).expect("an outbox");
    let back = files.find_map(|entry| {
        let path = entry.expect("an entry").path();
        path.to_string_lossy()
            .ends_with(".rejected.bgmax")
            .then_some(path)
    });
    let back = std::fs::read_to_string(back.expect("the records came back")).expect("text");
    assert!(back.contains("000000000000025000XXX00000002"), "{back}");
    std::fs::write(site.join("inbox/bank/b.bgmax"), back.replace("XXX", "SEK")).expect("dropped");
    let again = sluss(&["run", "--json"], &site);
    let document: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    let batch = &document["batches"][0];
    assert_eq!(batch["status"], "accepted", "{batch:#}");
    assert_eq!(batch["money"][0]["reversed"], "250.00", "{batch:#}");
}

/// A message is what stands in it, whatever its name: as one of another kind it would seem to hold nothing.
#[test]
fn another_message_under_a_known_name_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let text = notification("9.00", "18", "");
    let report = text
        .replace("BkToCstmrDbtCdtNtfctn", "BkToCstmrAcctRpt")
        .replace("Ntfctn>", "Rpt>");
    let renamed = text.replace("Document", "Dokument");
    let cases = [(text, ""), (report, "no_format"), (renamed, "malformed")];
    for (at, (text, reason)) in cases.into_iter().enumerate() {
        let file = folder.path().join(format!("camt054_{at}.xml"));
        std::fs::write(&file, text).expect("written");
        let batch = check(&site, &file);
        assert_eq!(batch["reason"].as_str().unwrap_or(""), reason, "{batch:#}");
    }
    let file = folder.path().join("camt054_2.xml");
    let file = file.to_str().expect("UTF-8");
    let answers = folder.path().join("answers");
    let to = answers.to_str().expect("UTF-8");
    sluss(
        &["check", "--partner", "bank", "--answers", to, file],
        &site,
    );
    let told = walkdir::WalkDir::new(&answers).into_iter();
    let mut told = told.map(|entry| entry.expect("readable").into_path());
    let errors = told.find(|path| path.to_string_lossy().ends_with(".errors.csv"));
    let errors = std::fs::read_to_string(errors.expect("a finding")).expect("UTF-8");
    let hint = "it is <Dokument> of `urn:iso:std:iso:20022:tech:xsd:camt.054.001.02`; the format's is <Document>";
    assert!(errors.contains(hint), "{errors}");
}

/// Where nothing is structured, what the payer wrote is the reference, if it is one.
#[test]
fn what_the_payer_wrote_can_be_the_reference() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let loan = "kind,contract_no,action,person_id,loan_type,country,reference_no,currency,amount,principal\n\
                loan.contract,L1,import,P1,LAN,SE,18,EUR,1000,1000\n";
    let settings = SETTINGS.replace("[\"camt054-1\"", "[\"canonical-csv\", \"camt054-1\"");
    std::fs::write(site.join("sluss.toml"), settings).expect("written");
    std::fs::write(site.join("inbox/bank/canonical-1.csv"), loan).expect("written");
    assert_eq!(sluss(&["run"], &site).status.code(), Some(0));
    let structured = "<Strd><CdtrRefInf><Ref>18</Ref></CdtrRefInf></Strd>";
    let wrote = |texts: &[&str]| {
        let all = texts.iter().map(|text| format!("<Ustrd>{text}</Ustrd>"));
        all.collect::<String>()
    };
    let rows = [
        (wrote(&["18"]), "0.00", [].as_slice()),
        (wrote(&["tack 18"]), "9.00", &["invalid_reference"]),
        // The structured one goes before.
        (wrote(&["26"]) + structured, "0.00", &[]),
        (
            wrote(&["18", "26"]),
            "9.00",
            &["several_references", "no_such_reference"],
        ),
        (String::new(), "9.00", &["no_such_reference"]),
    ];
    for (at, (text, unmatched, codes)) in rows.into_iter().enumerate() {
        let file = folder.path().join(format!("camt054_{at}.xml"));
        let whole = notification("9.00", "18", "").replace(structured, &text);
        std::fs::write(&file, whole).expect("written");
        let batch = check(&site, &file);
        let found = batch["findings"].as_object().expect("an object").keys();
        let found: Vec<&str> = found.map(String::as_str).collect();
        assert_eq!(
            (batch["money"][0]["unmatched"].as_str(), &found[..]),
            (Some(unmatched), codes),
            "{text}"
        );
    }
}

/// A transaction of a type that nobody told us of is not taken for a payment.
#[test]
fn an_ocr_giro_transaction_of_an_unknown_type_is_no_payment() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = SETTINGS.replace("\"bgmax-1\"", "\"ocr-giro-1\"");
    let site = site(folder.path(), &settings);
    let text = String::from_utf8(sample("innbetalinger_20261120.ocr")).expect("ASCII");
    for (kind, reason) in [("21", ""), ("22", "malformed"), ("09", "malformed")] {
        let file = folder.path().join(format!("{kind}.ocr"));
        let other = text.replacen("NY0910", &format!("NY09{kind}"), 2);
        std::fs::write(&file, other).expect("written");
        let batch = check(&site, &file);
        assert_eq!(batch["reason"].as_str().unwrap_or(""), reason, "{batch:#}");
    }
}
