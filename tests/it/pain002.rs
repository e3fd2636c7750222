//! pain.002 with the real program: well formed, of the structure of pain.002.001.03, and saying what result.csv says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::own_site::{make, sluss};
use crate::structure::{self, Child, Element, parse};

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["canonical-csv", "pain008-1"]
lines = ["insurance", "loan"]
settle = "0s"
answers = { pain002 = true }
limits = { bytes = "100KiB" }

[product.LAN]
line = "loan"
"#;

/// The structure of pain.002.001.03 as far as it is used by anyone: an element, and its own in their order, each with how
/// often it may stand (0: any number) and whether it must.
const STRUCTURE: &[(&str, &[Child])] = &[
    ("Document", &[("CstmrPmtStsRpt", 1, true)]),
    (
        "CstmrPmtStsRpt",
        &[
            ("GrpHdr", 1, true),
            ("OrgnlGrpInfAndSts", 1, true),
            ("OrgnlPmtInfAndSts", 0, false),
        ],
    ),
    (
        "GrpHdr",
        &[
            ("MsgId", 1, true),
            ("CreDtTm", 1, true),
            ("InitgPty", 1, false),
            ("FwdgAgt", 1, false),
            ("DbtrAgt", 1, false),
            ("CdtrAgt", 1, false),
        ],
    ),
    (
        "OrgnlGrpInfAndSts",
        &[
            ("OrgnlMsgId", 1, true),
            ("OrgnlMsgNmId", 1, true),
            ("OrgnlCreDtTm", 1, false),
            ("OrgnlNbOfTxs", 1, false),
            ("OrgnlCtrlSum", 1, false),
            ("GrpSts", 1, false),
            ("StsRsnInf", 0, false),
            ("NbOfTxsPerSts", 0, false),
        ],
    ),
    (
        "OrgnlPmtInfAndSts",
        &[
            ("OrgnlPmtInfId", 1, true),
            ("OrgnlNbOfTxs", 1, false),
            ("OrgnlCtrlSum", 1, false),
            ("PmtInfSts", 1, false),
            ("StsRsnInf", 0, false),
            ("NbOfTxsPerSts", 0, false),
            ("TxInfAndSts", 0, false),
        ],
    ),
    (
        "TxInfAndSts",
        &[
            ("StsId", 1, false),
            ("OrgnlInstrId", 1, false),
            ("OrgnlEndToEndId", 1, false),
            ("TxSts", 1, false),
            ("StsRsnInf", 0, false),
            ("ChrgsInf", 0, false),
            ("AccptncDtTm", 1, false),
            ("AcctSvcrRef", 1, false),
            ("ClrSysRef", 1, false),
            ("OrgnlTxRef", 1, false),
        ],
    ),
    (
        "StsRsnInf",
        &[
            ("Orgtr", 1, false),
            ("Rsn", 1, false),
            ("AddtlInf", 0, false),
        ],
    ),
    ("Rsn", &[("Cd", 1, false), ("Prtry", 1, false)]),
    (
        "NbOfTxsPerSts",
        &[
            ("DtldNbOfTxs", 1, true),
            ("DtldSts", 1, true),
            ("DtldCtrlSum", 1, false),
        ],
    ),
];

/// Longest texts.
const LONGEST: &[(&str, usize)] = &[
    ("MsgId", 35),
    ("OrgnlMsgId", 35),
    ("OrgnlMsgNmId", 35),
    ("OrgnlPmtInfId", 35),
    ("StsId", 35),
    ("OrgnlInstrId", 35),
    ("OrgnlEndToEndId", 35),
    ("AddtlInf", 105),
    ("Cd", 4),
    ("OrgnlNbOfTxs", 15),
    ("DtldNbOfTxs", 15),
];

const STATUSES: &[&str] = &[
    "ACTC", "RCVD", "PART", "RJCT", "PDNG", "ACCP", "ACSP", "ACSC", "ACWC",
];

/// What is wrong with a report.
fn faults(element: &Element, found: &mut Vec<String>) {
    structure::faults(element, STRUCTURE, LONGEST, found);
    statuses(element, found);
}

fn statuses(element: &Element, found: &mut Vec<String>) {
    if matches!(
        element.name.as_str(),
        "GrpSts" | "PmtInfSts" | "TxSts" | "DtldSts"
    ) && !STATUSES.contains(&element.text.as_str())
    {
        found.push(format!("{}: `{}`", element.name, element.text));
    }
    element.within.iter().for_each(|one| statuses(one, found));
}

fn sound(text: &str) -> Element {
    let report = parse(text);
    let mut found = Vec::new();
    faults(&report, &mut found);
    assert!(found.is_empty(), "{found:?}: {text}");
    report
}

fn site(folder: &Path, settings: &str) -> PathBuf {
    make(folder, settings, &["bank"])
}

/// Drops a file and runs: the summary, and the report.
fn take(site: &Path, name: &str, text: &str) -> (Value, String) {
    std::fs::write(site.join("inbox/bank").join(name), text).expect("dropped");
    let output = sluss(&["run", "--json", "--business-date", "2026-11-20"], site);
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let summary = document["batches"][0].clone();
    let answers = summary["answers"].as_array().expect("a list");
    let mut names = answers.iter().filter_map(|answer| answer["name"].as_str());
    let report = names.find(|name| name.ends_with(".pain002.xml"));
    let report = report.unwrap_or_else(|| panic!("a report: {summary:#}"));
    let text = std::fs::read_to_string(site.join("outbox/bank").join(report));
    (summary, text.expect("text"))
}

#[test]
fn what_became_of_each_record_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let text = "\
kind,instruction_id,contract_no,action,person_id,loan_type,country,reference_no,currency,amount,principal,value_date,end_to_end_id
loan.contract,A-1,L1,import,P1,LAN,SE,R<&>1,SEK,1000,900,,
loan.repayment,A-2,L1,,,,,,SEK,100,,2026-11-20,E-2
loan.repayment,A-2,L1,,,,,,SEK,100,,2026-11-20,E-2
loan.repayment,,L9,,,,,,SEX,-1,,2026-11-20,E<3
loan.what,A-5,,,,,,,,,,,
";
    let (summary, text) = take(&site, "canonical_1.csv", text);
    assert_eq!(summary["status"], "partial");
    let report = sound(&text);
    assert_eq!(report.texts("OrgnlMsgId"), ["canonical_1.csv"]);
    assert_eq!(report.texts("OrgnlMsgNmId"), ["canonical-csv"]);
    assert_eq!(report.texts("GrpSts"), ["PART"]);
    assert_eq!(
        report.texts("TxSts"),
        ["ACCP", "ACCP", "ACCP", "RJCT", "RJCT"]
    );
    assert_eq!(report.texts("OrgnlInstrId"), ["A-1", "A-2", "A-2", "A-5"]);
    let ids = ["NOTPROVIDED", "E-2", "E-2", "E&lt;3", "NOTPROVIDED"];
    assert_eq!(report.texts("OrgnlEndToEndId"), ids);
    assert_eq!(report.texts("DtldNbOfTxs"), ["3", "2"]);
    // Every reason of errors.csv, by the same table.
    assert_eq!(report.texts("Cd"), ["AM11", "AM01", "FF01"]);
    // Whole again, and the same, where a run is repeated elsewhere.
    let batch = summary["batch"].as_str().expect("an id");
    let statuses: Vec<String> = (1..=5).map(|row| format!("{batch}-{row}")).collect();
    assert_eq!(report.texts("StsId"), statuses);
    assert_eq!(sluss(&["audit"], &site).status.code(), Some(0));
    assert!(
        std::fs::read_dir(site.join("work"))
            .expect("a folder")
            .all(|entry| {
                let path = entry.expect("an entry").path();
                !path.to_string_lossy().contains(".body")
            })
    );
}

#[test]
fn a_batch_that_is_refused_is_reported_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let order = "<DrctDbtTxInf><PmtId><EndToEndId>E</EndToEndId></PmtId><InstdAmt Ccy=\"SEK\">5.00</InstdAmt></DrctDbtTxInf>";
    let message = |count: u32| {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.08\"><CstmrDrctDbtInitn><GrpHdr><MsgId>M-1</MsgId>\
            <NbOfTxs>{count}</NbOfTxs></GrpHdr><PmtInf><PmtInfId>P-1</PmtInfId>{order}</PmtInf><PmtInf><PmtInfId>P-2</PmtInfId>\
            {order}{order}</PmtInf></CstmrDrctDbtInitn></Document>"
        )
    };
    let (summary, text) = take(&site, "pain008-1.xml", &message(4));
    assert_eq!(summary["reason"], "totals_mismatch");
    let report = sound(&text);
    assert_eq!(report.texts("OrgnlMsgId"), ["M-1"]);
    assert_eq!(report.texts("GrpSts"), ["RJCT"]);
    assert_eq!(report.texts("Cd"), ["AM10", "NARR", "NARR", "NARR"]);
    assert_eq!(report.texts("OrgnlPmtInfId"), ["P-1", "P-2"]);
    // Mended, it is accepted, though nobody pays by these.
    let (_, text) = take(&site, "pain008-2.xml", &message(3));
    let report = sound(&text);
    assert_eq!(report.texts("GrpSts"), ["ACCP"]);
    // What is not read is reported, too.
    let (summary, text) = take(&site, "large.xml", &"x".repeat(200 << 10));
    assert_eq!(summary["status"], "quarantined");
    let report = sound(&text);
    assert_eq!(
        (report.texts("GrpSts"), report.texts("Cd")),
        (vec!["RJCT"], vec!["NARR"])
    );
    assert_eq!(report.texts("OrgnlMsgNmId"), ["unknown"]);
    // Nobody else is sent one.
    std::fs::write(
        site.join("sluss.toml"),
        SETTINGS.replace("pain002 = true", "pain002 = false"),
    )
    .expect("written");
    std::fs::write(site.join("inbox/bank/canonical_2.csv"), "kind\nloan.what\n").expect("dropped");
    let output = sluss(&["run", "--json"], &site);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("pain002.xml"));
}

/// The table of the structure is right where it takes what banks write.
#[test]
fn the_banks_own_reports_have_the_structure_that_is_asked_of_ours() {
    let Some(real) = crate::delimited::real_files() else {
        return;
    };
    // Others of version 3 leave out what their own scheme asks for.
    let name = "iso20022/pain002/nordea_pain_002_v3_txn_reject.xml";
    sound(&std::fs::read_to_string(real.join(name)).expect("text"));
    let wrong = "<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><GrpSts>GOOD</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>";
    let mut found = Vec::new();
    faults(&parse(wrong), &mut found);
    assert_eq!(found.len(), 4, "{found:?}");
}
