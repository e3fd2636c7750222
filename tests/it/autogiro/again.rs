//! What a bank tells of again, and what it could not do for us: nothing is booked twice, ordered for ever, or left lying.

use serde_json::Value;

use super::{
    PAYEE, SETTINGS, answer, booked, night, paid, results, run, section, sluss, specification,
};

/// Of a batch: accepted, duplicates, and its sums of received, reversed and unmatched money.
fn taken(batch: &Value) -> (u64, u64, String) {
    let count = |name: &str| batch["counts"][name].as_u64().expect("a count");
    let money = &batch["money"][0];
    let sum = |name: &str| money[name].as_str().unwrap_or("-").to_owned();
    let sums = ["received", "reversed", "unmatched"].map(sum);
    (count("accepted"), count("duplicate"), sums.join(" "))
}

fn so(accepted: u64, duplicates: u64, sums: &str) -> (u64, u64, String) {
    (accepted, duplicates, sums.to_owned())
}

#[test]
fn a_specification_that_is_saved_anew_books_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let first = run(&site, "AG_1.txt", night().as_bytes());
    assert_eq!(taken(&first), so(8, 0, "600.00 200.00 100.00"));
    let windows = night().replace('\n', "\r\n");
    let again = run(&site, "AG_2.txt", windows.as_bytes());
    // What is compared is compared again; nobody else is told anything.
    assert_eq!(taken(&again), so(1, 7, "- - -"), "{again:#}");
    assert_eq!(again["counts"]["events"], 0, "{again:#}");
    let (before, after) = (results(&site, &first), results(&site, &again));
    for at in [0, 1, 2, 3, 4, 5, 7] {
        let said = before[at].replace("accepted", "duplicate");
        let said = said.trim_end_matches("unmatched").trim_end();
        assert_eq!(after[at].trim_end(), said, "{after:#?}");
    }
    // Whoever the payer is by now: the money is where it was booked.
    let late = "kind,contract_no,action,person_id,loan_type,country,reference_no,currency,amount,principal,payer_no\n\
                loan.contract,L-9,import,P1,L,SE,7009,SEK,100000,50000,4711\n";
    let body = [section("15", 10_000, 1), paid("82", "4711", 10_000, "0")];
    let nobody = specification(&body.concat(), [1, 0, 0], [1, 0, 0]);
    let batch = run(&site, "AG_3.txt", nobody.as_bytes());
    assert_eq!(taken(&batch), so(1, 0, "100.00 0.00 100.00"));
    run(&site, "canonical_late.csv", late.as_bytes());
    let batch = run(&site, "AG_4.txt", nobody.replace('\n', "\r\n").as_bytes());
    assert_eq!(taken(&batch), so(0, 1, "- - -"), "{batch:#}");
}

#[test]
fn payments_that_only_look_alike_are_several() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let file = |count: u32, end: &str| {
        let line = paid("82", "5005", 10_000, "0");
        let many = line.repeat(usize::try_from(count).expect("few"));
        let body = section("15", 10_000 * count, count) + &many;
        specification(&body, [1, 0, 0], [count, 0, 0]).replace('\n', end)
    };
    let dropped = |name: &str, text: &str| taken(&run(&site, name, text.as_bytes()));
    assert_eq!(
        dropped("AG_1.txt", &file(2, "\n")),
        so(2, 0, "200.00 0.00 0.00")
    );
    assert_eq!(dropped("AG_2.txt", &file(2, "\r\n")), so(0, 2, "- - -"));
    // A third of them is one more; and then there are three.
    assert_eq!(
        dropped("AG_3.txt", &file(3, "\n")),
        so(1, 2, "100.00 0.00 0.00")
    );
    assert_eq!(dropped("AG_4.txt", &file(3, "\r\n")), so(0, 3, "- - -"));
    // Another deposit, another amount, another of the payee's references.
    let one = file(1, "\n");
    for (name, from, to) in [
        ("AG_5.txt", "2026112000007", "2026112000008"),
        ("AG_6.txt", "REF ", "REF2"),
    ] {
        assert!(one.contains(from), "{one}");
        let other = one.replacen(from, to, 1);
        assert_eq!(
            dropped(name, &other),
            so(1, 0, "100.00 0.00 0.00"),
            "{name}"
        );
    }
}

/// A payment specification's refund of what a payer had paid.
fn refund(payer: &str, ore: u32) -> String {
    let line = format!(
        "77202611100    {payer:0>16}{ore:012}{PAYEE}{:<16}2026112002\n",
        "REF"
    );
    specification(&(section("17", ore, 1) + &line), [0, 0, 1], [0, 0, 1])
}

#[test]
fn money_of_nobody_that_is_taken_back_lies_there_no_longer() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let body = section("15", 10_000, 1) + &paid("82", "4711", 10_000, "0");
    let came = specification(&body, [1, 0, 0], [1, 0, 0]);
    run(&site, "AG_1.txt", came.as_bytes());
    // Another amount is not that money.
    let batch = run(&site, "AG_2.txt", refund("4711", 9_000).as_bytes());
    assert_eq!(taken(&batch), so(1, 0, "0.00 90.00 -90.00"));
    let batch = run(&site, "AG_3.txt", refund("4711", 10_000).as_bytes());
    assert_eq!(taken(&batch), so(1, 0, "0.00 100.00 -100.00"));
    let found = results(&site, &batch).remove(0);
    assert!(found.ends_with("accepted reversed "), "{found}");
    let exported = sluss(
        &[
            "export",
            "insurance",
            "--kind",
            "money",
            "--partner",
            "bank",
        ],
        &site,
    );
    let text = String::from_utf8(exported.stdout).expect("UTF-8");
    for said in [";reversed;100", ";unmatched;"] {
        assert_eq!(text.matches(said).count(), 1, "{said}: {text}");
    }
    // A second of it finds nothing left.
    let again = refund("4711", 10_000).replace("2026112000007", "2026112000008");
    let batch = run(&site, "AG_4.txt", again.as_bytes());
    assert!(results(&site, &batch)[0].contains(" accepted unmatched"));
}

#[test]
fn money_below_zero_is_taken_back_from_the_insurance_that_a_clerk_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let batch = run(&site, "AG_1.txt", refund("4711", 10_000).as_bytes());
    let cash = results(&site, &batch)[0]
        .split(' ')
        .nth(1)
        .expect("a cell")
        .to_owned();
    let record = |kind: &str, rest: &str| {
        format!(
            "kind,insurance_no,amount,currency,value_date,cash_reference\n{kind},102,100,SEK,2026-11-20,{rest}\n"
        )
    };
    run(
        &site,
        "canonical_1.csv",
        record("insurance.premium-paid", "").as_bytes(),
    );
    let back = record("insurance.premium-reversed", &cash);
    let batch = run(&site, "canonical_2.csv", back.as_bytes());
    assert_eq!(taken(&batch), so(1, 0, "0.00 0.00 100.00"), "{batch:#}");
    assert_eq!(batch["money"][0]["allocated"], "-100.00");
    let twice = back.replace("2026-11-20", "2026-11-19");
    let batch = run(&site, "canonical_3.csv", twice.as_bytes());
    let errors = answer(&site, &batch, ".errors.csv");
    assert!(errors.contains("not_allowed_in_state"), "{errors}");
}

/// What the bank's rejected orders and cancellations say of ordering again.
#[test]
fn only_a_wrong_day_is_ordered_again_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = booked(folder.path(), SETTINGS);
    let open = |name: &str| {
        format!(
            "01AUTOGIRO{:14}20261120{:12}{name:<20}471117{PAYEE}\n",
            "", ""
        )
    };
    let rows = [
        ("20261120", "01", true),
        ("20261120", "12", false),
        ("20261120", "13", false),
        ("GENAST  ", "03", true),
        ("20261120", "24", true),
    ];
    let lines = rows.map(|(day, code, _)| {
        format!(
            "82{day}0   {:0>16}{:012}{:<16}{code}\n",
            "5005", 10_000, "REF"
        )
    });
    let end = format!("09202611209900{:06}{:012}{:06}{:012}\n", 0, 0, 5, 50_000);
    let file = open("AVVISADE BET UPPDR") + &lines.concat() + &end;
    let batch = run(&site, "AG_1.txt", file.as_bytes());
    assert_eq!(batch["status"], "accepted", "{batch:#}");
    let told = answer(&site, &batch, ".events.ndjson");
    let events = told
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    for (event, (_, code, held)) in events.zip(rows) {
        let changed = &event["data"]["changed"];
        assert_eq!(changed["reason_code"], code);
        assert_eq!(changed["hold"] == true, held, "{changed}");
    }
    assert_eq!(told.lines().count(), 5);
}
