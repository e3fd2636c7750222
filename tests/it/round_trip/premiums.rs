//! Premiums: mandates and collections of accounts of several banks, in both files; and the structure of pain.008.

use super::{NIGHT, Path, check, good, site, sluss, take};
use crate::structure::{self, Child, parse};

/// Insurances with accounts of a bank with seven digits, of one with ten, and with a bankgiro.
const BOOK: &str = "\
kind,customer_no,customer_type,country,identity_no,first_name,last_name,insurance_no,product,loan_ref,currency,insured_amount,annual_premium,start_date,owner_customer_no,insured_customer_no,collection_method,collection_clearing,collection_account,collection_payer_identity_no,collection_payer_no,collection_interval,approved_by_bank,approved_by_customer
customer.create,K1,individual,SE,198501019981,Eva,Öberg,,,,,,,,,,,,,,,,,
insurance.register,,,,,,,30101,SKYDD,R1,SEK,400000,2400,2026-11-01,K1,K1,autogiro,5102,0158751,198501019981,,monthly,true,true
insurance.register,,,,,,,30102,SKYDD,R2,SEK,400000,1200,2026-11-01,K1,K1,autogiro,83279,0099114431,198501019981,4712,monthly,true,true
insurance.register,,,,,,,30103,SKYDD,R3,SEK,400000,1000,2026-11-01,K1,K1,autogiro,,9912346,198501019981,9912346,monthly,true,true
insurance.activate,,,,,,,30101,,,,,,,,,,,,,,,,
insurance.activate,,,,,,,30102,,,,,,,,,,,,,,,,
insurance.activate,,,,,,,30103,,,,,,,,,,,,,,,,
";

/// The structure of pain.008.001.08 as far as anyone here uses it. What stands in an `Id` depends on where that stands.
const STRUCTURE: &[(&str, &[Child])] = &[
    ("Document", &[("CstmrDrctDbtInitn", 1, true)]),
    (
        "CstmrDrctDbtInitn",
        &[("GrpHdr", 1, true), ("PmtInf", 0, true)],
    ),
    (
        "GrpHdr",
        &[
            ("MsgId", 1, true),
            ("CreDtTm", 1, true),
            ("NbOfTxs", 1, true),
            ("CtrlSum", 1, false),
            ("InitgPty", 1, true),
        ],
    ),
    ("InitgPty", &[("Nm", 1, false), ("Id", 1, false)]),
    (
        "PmtInf",
        &[
            ("PmtInfId", 1, true),
            ("PmtMtd", 1, true),
            ("BtchBookg", 1, false),
            ("NbOfTxs", 1, false),
            ("CtrlSum", 1, false),
            ("PmtTpInf", 1, false),
            ("ReqdColltnDt", 1, true),
            ("Cdtr", 1, true),
            ("CdtrAcct", 1, true),
            ("CdtrAgt", 1, true),
            ("UltmtCdtr", 1, false),
            ("ChrgBr", 1, false),
            ("CdtrSchmeId", 1, false),
            ("DrctDbtTxInf", 0, true),
        ],
    ),
    (
        "PmtTpInf",
        &[
            ("InstrPrty", 1, false),
            ("SvcLvl", 0, false),
            ("LclInstrm", 1, false),
            ("SeqTp", 1, false),
            ("CtgyPurp", 1, false),
        ],
    ),
    ("Cdtr", &[("Nm", 1, false), ("PstlAdr", 1, false)]),
    (
        "CdtrAcct",
        &[("Id", 1, true), ("Tp", 1, false), ("Ccy", 1, false)],
    ),
    ("CdtrAgt", &[("FinInstnId", 1, true)]),
    ("CdtrSchmeId", &[("Nm", 1, false), ("Id", 1, false)]),
    (
        "DrctDbtTxInf",
        &[
            ("PmtId", 1, true),
            ("PmtTpInf", 1, false),
            ("InstdAmt", 1, true),
            ("ChrgBr", 1, false),
            ("DrctDbtTx", 1, false),
            ("DbtrAgt", 1, true),
            ("Dbtr", 1, true),
            ("DbtrAcct", 1, true),
            ("Purp", 1, false),
            ("RmtInf", 1, false),
        ],
    ),
    ("PmtId", &[("InstrId", 1, false), ("EndToEndId", 1, true)]),
    ("DrctDbtTx", &[("MndtRltdInf", 1, false)]),
    (
        "MndtRltdInf",
        &[("MndtId", 1, false), ("DtOfSgntr", 1, false)],
    ),
    ("DbtrAgt", &[("FinInstnId", 1, true)]),
    (
        "FinInstnId",
        &[
            ("BICFI", 1, false),
            ("ClrSysMmbId", 1, false),
            ("Nm", 1, false),
        ],
    ),
    ("ClrSysMmbId", &[("ClrSysId", 1, false), ("MmbId", 1, true)]),
    ("Dbtr", &[("Nm", 1, false), ("PstlAdr", 1, false)]),
    ("DbtrAcct", &[("Id", 1, true), ("Ccy", 1, false)]),
    ("Othr", &[("Id", 1, true), ("SchmeNm", 1, false)]),
    ("RmtInf", &[("Ustrd", 0, false), ("Strd", 0, false)]),
];

const LONGEST: &[(&str, usize)] = &[
    ("MsgId", 35),
    ("PmtInfId", 35),
    ("InstrId", 35),
    ("EndToEndId", 35),
    ("MndtId", 35),
    ("MmbId", 35),
    ("IBAN", 34),
    ("NbOfTxs", 15),
    ("CtrlSum", 19),
    ("Nm", 140),
    ("Ustrd", 140),
    ("Prtry", 35),
];

/// A bank's advice that it has all three mandates, with the accounts as its files fill them up.
fn advice() -> String {
    let rows = [
        ("30101", "5102000000158751", "198501019981"),
        ("4712", "8327000099114431", "198501019981"),
        ("9912346", "", ""),
    ];
    let open = format!(
        "01AUTOGIRO{:14}20261120{:12}{:<20}4711170009912346\r\n",
        "", "", "AG-MEDAVI"
    );
    let lines = rows.map(|(payer, account, identity)| {
        format!("730009912346{payer:0>16}{account:16}{identity:12}     043220261120\r\n")
    });
    format!("{open}{}09202611209900{:07}\r\n", lines.concat(), 3)
}

/// The file of this ending that the last collection wrote.
fn written(site: &Path, ending: &str) -> String {
    let files = std::fs::read_dir(site.join("outbox/bolag")).expect("a folder");
    let mut paths = files.map(|entry| entry.expect("an entry").path());
    let path = paths.find(|path| path.to_string_lossy().ends_with(ending));
    let path = path.unwrap_or_else(|| panic!("no {ending}"));
    let bytes = std::fs::read(&path).expect("a file");
    std::fs::remove_file(path).expect("removed");
    bytes.into_iter().map(char::from).collect()
}

/// What would become of a file's text, in ISO 8859-1.
fn read(site: &Path, name: &str, text: &str) -> serde_json::Value {
    let path = site.join(name);
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(c).expect("Latin-1"))
        .collect();
    std::fs::write(&path, bytes).expect("written");
    check(site, &path)
}

#[test]
fn premiums_and_mandates_read_back_and_have_the_structure_of_their_message() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path());
    take(&site, "canonical-1.csv", BOOK);
    let collect = ["collect", "--date", "2026-11-30"];
    good(&sluss(&collect, &site));
    // Mandates alone so far, and the bank has them as they were asked for.
    let mandates = written(&site, ".autogiro.txt");
    let batch = read(&site, "AG_1.txt", &mandates);
    let none = serde_json::json!({});
    assert_eq!(
        (&batch["counts"]["accepted"], &batch["findings"]),
        (&3.into(), &none),
        "{batch:#}"
    );
    let altered = mandates.replacen("0158751", "0158769", 1);
    assert_eq!(
        read(&site, "AG_1.txt", &altered)["findings"]["differs"],
        1,
        "{altered}"
    );
    take(&site, "AG_0.txt", &advice());
    let mut later = NIGHT.to_vec();
    later[1] = "2026-11-23";
    later[3] = "2026-11-23T02:00:00+01:00";
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(collect)
        .args(&later)
        .arg("--site")
        .arg(&site)
        .output();
    good(&output.expect("it runs"));
    let orders = written(&site, ".autogiro.txt");
    let pain = written(&site, ".pain008.xml");
    // An account has the digits that its bank uses, however a bank's file had filled it up.
    for account in [
        "<Id>51020158751</Id>",
        "<Id>83270099114431</Id>",
        "<Id>9912346</Id>",
    ] {
        assert!(pain.contains(account), "{account}: {pain}");
    }
    for (name, text) in [("AG_2.txt", &orders), ("a.pain008.xml", &pain)] {
        let batch = read(&site, name, text);
        assert_eq!(
            (&batch["counts"]["accepted"], &batch["findings"]),
            (&3.into(), &none),
            "{name}: {batch:#}"
        );
        assert_eq!(batch["amounts"][0]["accepted"], "383.33", "{name}");
    }
    let report = parse(&pain);
    let mut found = Vec::new();
    structure::faults(&report, STRUCTURE, LONGEST, &mut found);
    assert!(found.is_empty(), "{found:?}");
    // What the schema wants elsewhere is noticed.
    let moved = pain.replace("<PmtMtd>DD</PmtMtd>", "").replacen(
        "<ReqdColltnDt>",
        "<PmtMtd>DD</PmtMtd><ReqdColltnDt>",
        1,
    );
    structure::faults(&parse(&moved), STRUCTURE, LONGEST, &mut found);
    assert!(!found.is_empty(), "{moved}");
}
