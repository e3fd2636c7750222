//! What a bank could not collect, or refused to: when it is ordered again.

use super::{LOANS, SETTINGS, collected, collections, drop_in, ended, ending, site, sluss};

#[test]
fn a_failure_frees_what_was_ordered_and_a_retry_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    drop_in(&site, "canonical-1.csv", LOANS);
    ended(&sluss(&["collect", "--date", "2026-11-30"], &site), 0);
    let failed = |reason: &str, amount: &str| {
        format!(
            "kind,payer_no,amount,currency,due_date,reason_code\nloan.collection-failed,123,{amount},SEK,2026-11-23,{reason}\n"
        )
    };
    // (reason, amount, whether it is ordered again)
    for (number, (reason, amount, again)) in [
        ("9", "110.50", false),
        ("1", "110.51", false),
        ("1", "110.50", true),
        ("2", "110.50", true),
    ]
    .into_iter()
    .enumerate()
    {
        drop_in(
            &site,
            &format!("canonical-f{number}.csv"),
            &failed(reason, amount),
        );
        collected(&site);
        ended(&sluss(&["collect", "--date", "2026-11-29"], &site), 0);
        let files = collected(&site);
        let lines = ending(&files, ".autogiro.txt").map(|text| collections(text).len());
        // What was ordered for that day before is written again as it was: it is of another batch.
        let ordered = files.keys().any(|name| name.ends_with(".orders.csv"));
        assert_eq!(ordered, again, "{reason} {amount}: {lines:?}");
    }
}

/// A file that tells of L1's receivable R1, ordered for this day.
fn failed(day: &str, reason: &str, hold: bool) -> String {
    format!(
        "kind,payer_no,amount,currency,due_date,reason_code,hold\n\
         loan.collection-failed,123,110.50,SEK,{day},{reason},{hold}\n"
    )
}

#[test]
fn what_the_bank_refused_waits_until_the_contract_is_put_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = site(folder.path(), SETTINGS);
    let on = |day: &str, arguments: &[&str]| {
        let now = format!("{day}T02:00:00+01:00");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sluss"));
        command.args(arguments).arg("--site").arg(&site);
        let output = command
            .args(["--business-date", day, "--now", &now])
            .output();
        ended(&output.expect("it runs"), 0);
        collected(&site)
    };
    let told = |day: &str, name: &str, text: &str| {
        std::fs::write(site.join("inbox/lender").join(name), text).expect("written");
        on(day, &["run"]);
    };
    // Asked for another day each time: for the same, the same files are written again.
    let ordered = |day: &str, until: &str| {
        let files = on(day, &["collect", "--date", until]);
        let lines = ending(&files, ".autogiro.txt").map(collections);
        let lines = lines.unwrap_or_default().into_iter();
        lines.map(|line| line[2..10].to_owned()).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    told("2026-11-20", "canonical-1.csv", LOANS);
    let first = ordered("2026-11-20", "2026-11-30");
    assert_eq!(first, ["20261123", "20261120"]);
    told(
        "2026-11-24",
        "canonical-2.csv",
        &failed("2026-11-23", "01", true),
    );
    assert_eq!(ordered("2026-11-24", "2026-12-01"), none);
    let show = ["show", "L1", "--partner", "lender", "--json"];
    let shown = ended(&sluss(&show, &site), 0);
    assert!(shown.contains("\"collection_held\": \"01\""), "{shown}");
    let replace = "kind,contract_no,action,repayment_channel\nloan.contract,L1,replace,AUTOGIRO\n";
    told("2026-11-25", "canonical-3.csv", replace);
    assert_eq!(ordered("2026-11-25", "2026-12-02"), ["20261125"]);
    // The old failure told again is not that of the new order.
    let again = failed("2026-11-23", "1", false);
    told("2026-11-26", "canonical-4.csv", &again);
    assert_eq!(ordered("2026-11-26", "2026-12-03"), none);
    let anew = failed("2026-11-25", "1", false);
    told("2026-11-26", "canonical-5.csv", &anew);
    assert_eq!(ordered("2026-11-26", "2026-12-04"), ["20261126"]);
}
