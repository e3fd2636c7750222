//! The credit-life line on a site of its own: the clock, the list of the excluded, masks, and what time does.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// Numbers made for tests.
const PERSON: &str = "39053344705";
const OUTCAST: &str = "11144477735";

const SETTINGS: &str = r#"
[site]
time_zone = "America/Sao_Paulo"
calendar = "BR"

[partner.banco]
formats = ["canonical-csv"]
lines = ["credit-life"]
settle = "0s"

[partner.outro]
formats = ["canonical-csv"]
lines = ["credit-life"]
settle = "0s"
answers = { mask = true }

[product.plus]
line = "credit-life"
covers = [{ type = "unemployment", rate = "0.01" }]
term_months = 1
policy_series = "77"
excluded = "lists/excluded.txt"
"#;

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
        assert!(
            sluss(&["init", place.site.to_str().expect("UTF-8")])
                .status
                .success()
        );
        for path in [
            "inbox/banco",
            "inbox/outro",
            "outbox/banco",
            "outbox/outro",
            "lists",
        ] {
            std::fs::create_dir_all(place.site.join(path)).expect("a folder");
        }
        place.write("sluss.toml", SETTINGS);
        place.write("lists/excluded.txt", &format!("{OUTCAST}\n"));
        place
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.site.join(path), text).expect("written");
    }

    fn run(&self, date: &str) -> Output {
        let now = format!("{date}T04:30:00+00:00");
        let site = self.site.to_str().expect("UTF-8");
        sluss(&[
            "run",
            "--site",
            site,
            "--business-date",
            date,
            "--now",
            &now,
        ])
    }

    /// All answers of a partner whose names end so, in the order of their names.
    fn answers(&self, partner: &str, end: &str) -> String {
        let folder = self.site.join("outbox").join(partner);
        let entries = std::fs::read_dir(folder).expect("an outbox");
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        let ends = |path: &&PathBuf| path.to_string_lossy().ends_with(end);
        let texts = paths
            .iter()
            .filter(ends)
            .map(|path| std::fs::read_to_string(path).expect("text"));
        texts.collect()
    }

    fn events(&self, partner: &str) -> Vec<Value> {
        let text = self.answers(partner, ".events.ndjson");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

fn sluss(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(arguments)
        .env_remove("SLUSS_SITE")
        .output()
        .expect("the program starts")
}

/// A file that creates, pays out and cancels.
fn night(number: &str, more: &str) -> String {
    format!(
        "kind,operation_key,document_number,birth_date,issue_amount,disbursement_date,number_of_installments,\
         first_due_date,monthly_interest_rate,rebate_type,rebate_description,name,email,phone_country,phone_area,\
         phone_number,street,number,neighborhood,city,state,postal_code,account_ispb,account_branch,account_number,\
         account_document,cancel_reason\n\
         credit.create,O1,{number},1994-06-11,1000.00,2026-11-20,3,2026-12-20,0.018,insurance_premium_qi,plus,Ana,\
         a@example.com,55,11,900000000,Rua,1,Centro,Recife,PE,50010000,18236120,1,2,{number},\n\
         credit.disburse,O1,,,,2026-11-20,,,,,,,,,,,,,,,,,,,,,\n{more}"
    )
}

const CANCEL: &str = "policy.cancel,O1,,,,,,,,,,,,,,,,,,,,,,,,,insurance_premium_cancel\n";

#[test]
fn what_happens_is_told_by_the_sites_clock() {
    let place = Place::new();
    place.write("inbox/banco/canonical_1.csv", &night(PERSON, ""));
    assert_eq!(place.run("2026-11-20").status.code(), Some(0));
    let events = place.events("banco");
    assert_eq!(events.len(), 2);
    assert!(
        events
            .iter()
            .all(|event| event["event_datetime"] == "2026-11-20 01:30:00")
    );
    let text = place.answers("banco", ".events.ndjson");
    // 10.00 ÷ 0.9962, with both decimals.
    assert!(text.contains("\"insurance_amount\":10.04,"), "{text}");
    assert!(text.contains("\"cover_amount\":1000.00,"), "{text}");
}

#[test]
fn a_term_that_is_over_ends_once_on_its_own_day() {
    let [daily, late] = [
        ["2026-12-20", "2026-12-21", "2026-12-22", "2026-12-23"],
        ["2026-12-23"; 4],
    ]
    .map(|days| {
        let place = Place::new();
        place.write("inbox/banco/canonical_1.csv", &night(PERSON, ""));
        place.run("2026-11-20");
        for day in days {
            assert_eq!(place.run(day).status.code(), Some(0));
        }
        let due = place.answers("banco", ".result.csv");
        assert_eq!(
            due.matches("policy.expire;O1;accepted;expired").count(),
            1,
            "{due}"
        );
        let names = std::fs::read_dir(place.site.join("outbox/banco")).expect("an outbox");
        let names = names.map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        });
        let mut names: Vec<String> = names.filter(|name| name.starts_with("due-")).collect();
        names.sort();
        assert!(
            names.iter().all(|name| name.starts_with("due-2026-12-21.")),
            "{names:?}"
        );
        let expired = place
            .events("banco")
            .into_iter()
            .filter(|event| event["status"] == "expired");
        let expired: Vec<Value> = expired.map(|event| event["data"].clone()).collect();
        (names, expired)
    });
    assert_eq!(daily, late);
    assert_eq!(daily.1.len(), 1);
}

#[test]
fn an_order_shows_who_is_paid_unless_the_profile_masks_it() {
    let place = Place::new();
    for partner in ["banco", "outro"] {
        place.write(
            &format!("inbox/{partner}/canonical_1.csv"),
            &night(PERSON, CANCEL),
        );
    }
    assert_eq!(place.run("2026-11-20").status.code(), Some(0));
    let open = place.answers("banco", ".orders.csv");
    assert!(
        open.contains(";10,04;BRL;18236120;1;2;;39053344705;"),
        "{open}"
    );
    let masked = place.answers("outro", ".orders.csv");
    assert!(
        masked.contains(";10,04;BRL;18236120;1;2;;***********;"),
        "{masked}"
    );
    // A book counts its own policies.
    for partner in ["banco", "outro"] {
        assert!(
            place
                .answers(partner, ".result.csv")
                .contains("policy_number=7700000001;")
        );
    }
    // Columns of other lines are not listed.
    assert!(
        open.starts_with("\u{feff}order;type;status;kind;entity;row;amount;currency;account_ispb;"),
        "{open}"
    );
}

#[test]
fn a_number_in_the_wrong_place_or_shape_is_masked_too() {
    let place = Place::new();
    let filled_up = night(&format!("000{PERSON}"), "");
    let strayed = night(PERSON, "").replace("_qi,plus", &format!("_qi,{PERSON}"));
    for partner in ["banco", "outro"] {
        place.write(&format!("inbox/{partner}/canonical_1.csv"), &filled_up);
        place.write(&format!("inbox/{partner}/canonical_2.csv"), &strayed);
    }
    assert_eq!(place.run("2026-11-20").status.code(), Some(1));
    let open = place.answers("banco", ".errors.csv");
    let masked = place.answers("outro", ".errors.csv");
    for (field, sent, code) in [
        ("document_number", "00039053344705", "invalid_identity_no"),
        ("rebate_description", "39053344705", "unknown_product"),
    ] {
        let line = |value: &str| format!(";{field};{value};{code};");
        assert!(open.contains(&line(sent)), "{open}");
        assert!(masked.contains(&line(&"*".repeat(sent.len()))), "{masked}");
    }
    // Whoever runs it is not its sender.
    let summaries = place.answers("banco", ".summary.json");
    let site = place.site.to_str().expect("UTF-8");
    for summary in serde_json::Deserializer::from_str(&summaries).into_iter::<Value>() {
        let batch = summary.expect("JSON")["batch"].to_string();
        let batch = batch.trim_matches('"');
        let output = sluss(&["errors", batch, "--partner", "banco", "--site", site]);
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains(" ***********"), "{told}");
        assert!(!told.contains(PERSON), "{told}");
    }
}

#[test]
fn check_tells_of_a_refused_batch_what_run_tells() {
    let place = Place::new();
    let strict = SETTINGS.replacen("settle", "reject_batch_above = 0.2\nsettle", 1);
    place.write("sluss.toml", &strict);
    place.write("inbox/banco/canonical_1.csv", &night(PERSON, ""));
    place.run("2026-11-20");
    // Due by now: the policy expires. The first file creates what the second, refused as a whole, speaks of.
    let late = "2027-03-01";
    place.write(
        "inbox/banco/canonical_2.csv",
        &night(PERSON, "").replace(",O1,", ",O2,"),
    );
    let asked = "policy.inquire,O1\npolicy.inquire,O2\npolicy.inquire,O3\n";
    let refused = format!("kind,operation_key\n{asked}");
    place.write("inbox/banco/canonical_3.csv", &refused);
    let path = |name: &str| place.site.join(name).to_str().expect("UTF-8").to_owned();
    let (second, third, kept) = (
        path("inbox/banco/canonical_2.csv"),
        path("inbox/banco/canonical_3.csv"),
        path("kept"),
    );
    let site = path("");
    sluss(&[
        "check",
        &second,
        &third,
        "--partner",
        "banco",
        "--answers",
        &kept,
        "--site",
        &site,
        "--business-date",
        late,
        "--now",
        "2027-03-01T04:30:00+00:00",
    ]);
    place.run(late);
    let mut compared = 0;
    for entry in walkdir::WalkDir::new(&kept) {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".result.csv") || name.ends_with(".errors.csv") {
            let would = std::fs::read_to_string(entry.path()).expect("text");
            assert_eq!(would, place.answers("banco", &name), "{name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 3);
    let told = place.answers("banco", ".result.csv");
    for state in ["O1;rejected;expired;", "O2;rejected;active;"] {
        assert!(told.contains(&format!("policy.inquire;{state}")), "{told}");
    }
}

#[test]
fn a_backup_holds_the_list_of_the_excluded() {
    let place = Place::new();
    let tar = place.site.with_file_name("site.tar");
    let site = place.site.to_str().expect("UTF-8");
    let output = sluss(&["backup", tar.to_str().expect("UTF-8"), "--site", site]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut archive = tar::Archive::new(std::fs::File::open(&tar).expect("it was written"));
    let mut entries = archive
        .entries()
        .expect("an archive")
        .map(|entry| entry.expect("an entry"));
    let mut list = entries.find(|entry| {
        let path = entry.path().expect("a path");
        path.to_str() == Some("lists/excluded.txt")
    });
    let mut text = String::new();
    let list = list.as_mut().expect("it is there");
    std::io::Read::read_to_string(list, &mut text).expect("text");
    assert_eq!(text, format!("{OUTCAST}\n"));
    assert_eq!(list.header().mode().expect("a mode"), 0o600);
}

#[test]
fn cloudevents_may_be_asked_for() {
    let place = Place::new();
    let asked = SETTINGS.replacen(
        "settle",
        "events = { envelope = \"cloudevents\" }\nsettle",
        1,
    );
    place.write("sluss.toml", &asked);
    for partner in ["banco", "outro"] {
        place.write(
            &format!("inbox/{partner}/canonical_1.csv"),
            &night(PERSON, CANCEL),
        );
    }
    assert_eq!(place.run("2026-11-20").status.code(), Some(0));
    let (asked, own) = (place.events("banco"), place.events("outro"));
    assert_eq!((asked.len(), own.len()), (3, 3));
    for (asked, own) in asked.iter().zip(&own) {
        assert_eq!(
            (&asked["type"], &asked["status"]),
            (&own["webhook_type"], &own["status"])
        );
        assert_eq!(asked["specversion"], "1.0");
        assert_eq!(asked["subject"], "O1");
        let keys = |event: &Value| -> Vec<String> {
            event["data"]
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect()
        };
        assert_eq!(keys(asked), keys(own));
    }
}

#[test]
fn the_excluded_are_told_by_line_and_never_shown() {
    let place = Place::new();
    place.write("inbox/banco/canonical_1.csv", &night(OUTCAST, ""));
    assert_eq!(place.run("2026-11-20").status.code(), Some(1));
    assert!(
        place
            .answers("banco", ".result.csv")
            .contains("credit.create;O1;rejected;;;excluded;")
    );
    place.write("lists/excluded.txt", &format!("{OUTCAST}\n{PERSON}x\n"));
    let output = place.run("2026-11-20");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        told.contains("lists/excluded.txt:2:1 the line is no valid CPF"),
        "{told}"
    );
    assert!(!told.contains(OUTCAST) && !told.contains(PERSON), "{told}");
    std::fs::remove_file(place.site.join("lists/excluded.txt")).expect("it was there");
    let output = place.run("2026-11-20");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("sluss.toml:"), "{told}");
}
