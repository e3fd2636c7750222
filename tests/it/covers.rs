//! Covers with the real program: two feeds into one book, and offers that end by the clock.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const SETTINGS: &str = "
[site]
time_zone = \"Europe/Stockholm\"
calendar = \"SE\"
base_url = \"https://partners.example.com/\"

[partner.factor]
formats = [\"canonical-csv\"]
lines = [\"cover\"]
settle = \"0s\"

[partner.aegis]
formats = [\"canonical-csv\"]
lines = [\"cover\"]
book = \"factor\"
role = \"insurer\"
settle = \"0s\"

[product.RE]
line = \"cover\"
channel = \"reinsure\"

[product.IN]
line = \"cover\"
channel = \"insure\"
quote_hours = 6
";

const REQUESTS: &str = "\
kind,invoice_reference,channel,user_reference,seller_reference,buyer_reference,seller_country,seller_identifier,\
buyer_country,buyer_identifier,invoice_amount,invoice_amount_currency,invoice_issue_date,invoice_due_date
quote.request,I1,reinsure,U,S,B,SE,559999-0016,SE,559999-0024,100.00,SEK,2026-11-15,2026-12-15
quote.request,I2,insure,U,S,B,SE,559999-0016,SE,559999-0024,200.00,SEK,2026-11-15,2026-12-15
";

const OFFERS: &str = "\
kind,invoice_reference,premium_amount,premium_amount_currency
quote.offer,I1,5.00,SEK
quote.offer,I2,7.00,SEK
quote.activate,I1,,
";

struct Place {
    site: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        let place = Self {
            site,
            _folder: folder,
        };
        assert_eq!(
            place.sluss(&["init", place.site.to_str().expect("UTF-8")]),
            0
        );
        std::fs::write(place.site.join("sluss.toml"), settings).expect("written");
        for folder in [
            "inbox/factor",
            "inbox/aegis",
            "outbox/factor",
            "outbox/aegis",
        ] {
            std::fs::create_dir_all(place.site.join(folder)).expect("a folder");
        }
        place
    }

    fn drop(&self, partner: &str, name: &str, text: &str) {
        let path = self.site.join("inbox").join(partner).join(name);
        std::fs::write(path, text).expect("written");
    }

    fn sluss(&self, arguments: &[&str]) -> i32 {
        self.output(arguments).0
    }

    fn output(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_sluss"))
            .args(arguments)
            .env("SLUSS_SITE", &self.site)
            .output()
            .expect("the program starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        (output.status.code().expect("it ends by itself"), text)
    }

    /// Runs at an instant in November 2026.
    fn run(&self, now: &str) -> i32 {
        self.sluss(&["run", "--quiet", "--now", &format!("2026-11-{now}+01:00")])
    }

    fn names(&self, partner: &str) -> Vec<String> {
        let folder = self.site.join("outbox").join(partner);
        let entries = std::fs::read_dir(folder).expect("an outbox");
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            let name = entry.expect("an entry").file_name();
            name.into_string().expect("UTF-8")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    /// The one answer of a partner whose name begins and ends so.
    fn answer(&self, partner: &str, begins: &str, ends: &str) -> String {
        let mut names = self.names(partner);
        names.retain(|name| name.starts_with(begins) && name.ends_with(ends));
        assert_eq!(names.len(), 1, "{partner} {begins} {ends}: {names:?}");
        let path = self.site.join("outbox").join(partner).join(&names[0]);
        std::fs::read_to_string(path).expect("text")
    }

    fn events(&self, begins: &str) -> Vec<Value> {
        let text = self.answer("factor", begins, ".events.ndjson");
        let event = |line: &str| serde_json::from_str(line).expect("JSON");
        text.lines().map(event).collect()
    }

    /// The states in a result, row by row.
    fn states(&self, partner: &str, begins: &str) -> Vec<String> {
        let text = self.answer(partner, begins, ".result.csv");
        let state = |line: &str| {
            let cells: Vec<&str> = line.split(';').collect();
            format!("{} {}", cells[4], cells[5])
        };
        text.lines().skip(1).map(state).collect()
    }
}

fn offered(settings: &str) -> Place {
    let place = Place::new(settings);
    place.drop("factor", "canonical_requests.csv", REQUESTS);
    place.drop("aegis", "canonical_offers.csv", OFFERS);
    assert_eq!(place.run("20T02:00:00"), 1);
    place
}

fn listed(summary: &str) -> Vec<String> {
    let summary: Value = serde_json::from_str(summary).expect("JSON");
    let answers = summary["answers"].as_array().expect("a list");
    let name = |answer: &Value| answer["name"].as_str().expect("a name").to_owned();
    answers.iter().map(name).collect()
}

#[test]
fn the_insurer_answers_and_the_factor_is_told() {
    let place = offered(SETTINGS);
    // The factor's requests came first, whatever files and partners are called: the offers found them.
    let states = [
        "accepted quote.offered",
        "accepted quote.offered",
        "rejected quote.offered",
    ];
    assert_eq!(place.states("aegis", "canonical_offers"), states);
    let errors = place.answer("aegis", "canonical_offers", ".errors.csv");
    assert!(errors.contains("role_not_allowed"), "{errors}");

    let types: Vec<Value> = place
        .events("canonical_offers")
        .iter()
        .map(|e| e["type"].clone())
        .collect();
    assert_eq!(types, ["quote.offered", "quote.offered"]);
    let event = &place.events("canonical_offers")[0];
    assert_eq!(event["subject"], "I1");
    assert_eq!(event["data"]["seller_identifier"], "5599990016");
    let url = event["data"]["actions"][0]["url"].as_str().expect("a link");
    assert!(
        url.starts_with("https://partners.example.com/api/reinsure/v2/quotes/"),
        "{url}"
    );

    // Each summary lists only what lies beside it.
    let own = listed(&place.answer("aegis", "canonical_offers", ".summary.json"));
    let told = listed(&place.answer("factor", "canonical_offers", ".summary.json"));
    for (partner, names) in [("aegis", &own), ("factor", &told)] {
        for name in names {
            assert!(place.names(partner).contains(name), "{partner}: {name}");
        }
    }
    assert!(
        told.iter().all(|name| name.ends_with(".events.ndjson")),
        "{told:?}"
    );
    assert!(
        own.iter().all(|name| !name.ends_with(".events.ndjson")),
        "{own:?}"
    );
    assert_eq!((own.len(), told.len()), (3, 1));

    // The insurer's instructions are not the factor's.
    place.drop(
        "factor",
        "canonical_wrong.csv",
        "kind,invoice_reference\nquote.decline,I1\n",
    );
    assert_eq!(place.run("20T03:00:00"), 1);
    assert!(
        place
            .answer("factor", "canonical_wrong", ".errors.csv")
            .contains("role_not_allowed")
    );
    assert_eq!(place.sluss(&["audit"]), 0);
}

#[test]
fn the_insurers_file_dropped_by_the_factor_too_is_in_nobodys_way() {
    let place = Place::new(SETTINGS);
    place.drop("factor", "canonical_a.csv", REQUESTS);
    for partner in ["factor", "aegis"] {
        place.drop(partner, "canonical_offers.csv", OFFERS);
    }
    assert_eq!(place.run("20T02:00:00"), 1);
    let summaries = |partner: &str| {
        let mut names = place.names(partner);
        names
            .retain(|name| name.starts_with("canonical_offers") && name.ends_with(".summary.json"));
        names
    };
    let told = summaries("factor");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|name| name.contains(".r2.")), "{told:?}");
    let own = summaries("aegis");
    assert!(own[0].contains(".r2."), "{own:?}");
    assert_eq!(place.events("canonical_offers").len(), 2);
    assert_eq!(place.sluss(&["audit"]), 0);
    // Again from the insurer: its own duplicate.
    place.drop("aegis", "canonical_offers.csv", OFFERS);
    assert_eq!(place.run("20T03:00:00"), 0);
    assert!(
        summaries("aegis")
            .iter()
            .any(|name| name.contains(".dup1."))
    );
}

#[test]
fn events_of_the_insurers_feed_are_masked_as_the_factor_wishes() {
    let masked = SETTINGS.replacen(
        "settle = \"0s\"",
        "settle = \"0s\"\nanswers = { mask = true }",
        1,
    );
    let place = offered(&masked);
    assert_eq!(
        place.events("canonical_offers")[0]["data"]["seller_identifier"],
        "**********"
    );
    let own = SETTINGS.replacen(
        "role = \"insurer\"",
        "role = \"insurer\"\nanswers = { mask = true }",
        1,
    );
    let place = offered(&own);
    assert_eq!(
        place.events("canonical_offers")[0]["data"]["seller_identifier"],
        "5599990016"
    );
}

#[test]
fn an_offer_ends_by_the_clock_before_any_batch() {
    let place = offered(SETTINGS);
    let (_, status) = place.output(&["status", "--json", "--now", "2026-11-20T09:00:00+01:00"]);
    let status: Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["due"][0]["at"], "2026-11-20T08:00:00+01:00");
    assert_eq!(status["due"][0]["kind"], "quote.expire");
    assert_eq!(status["scheduled"][0]["at"], "2026-11-22T02:00:00+01:00");

    assert_eq!(place.run("20T07:59:59"), 0);
    assert!(
        !place
            .names("factor")
            .iter()
            .any(|name| name.starts_with("due-"))
    );
    // It is over before the signature of the same run is looked at.
    let sign = "kind,invoice_reference,user_email,user_first_name,user_last_name\n\
                quote.sign-and-activate,I2,a@example.se,A,B\n";
    place.drop("factor", "canonical_sign.csv", sign);
    assert_eq!(place.run("20T09:30:00"), 1);
    assert_eq!(
        place.states("factor", "due-2026-11-20"),
        ["accepted quote.rejected"]
    );
    assert_eq!(
        place.states("factor", "canonical_sign"),
        ["rejected quote.rejected"]
    );
    let event = &place.events("due-2026-11-20")[0];
    assert_eq!(event["time"], "2026-11-20T08:00:00+01:00");
    assert_eq!(event["data"]["status"]["reason"], "quote_expired");
    let summary: Value =
        serde_json::from_str(&place.answer("factor", "due-2026-11-20", ".summary.json"))
            .expect("JSON");
    assert_eq!(summary["claimed_at"], "2026-11-20T09:30:00+01:00");

    // The other one two days later, once, and dated then, however late the run.
    for now in ["25T09:00:00", "25T09:00:01"] {
        assert_eq!(place.run(now), 0);
    }
    assert_eq!(
        place.events("due-2026-11-22")[0]["time"],
        "2026-11-22T02:00:00+01:00"
    );
    let dues = place.names("factor");
    let dues = dues
        .iter()
        .filter(|name| name.starts_with("due-") && name.ends_with(".summary.json"));
    assert_eq!(dues.count(), 2);
    assert_eq!(place.sluss(&["audit"]), 0);
}

#[test]
fn one_run_does_what_the_missed_ones_would_have_done() {
    let places = [offered(SETTINGS), offered(SETTINGS)];
    let activate = "kind,invoice_reference\nquote.activate,I1\n";
    for place in &places {
        place.drop("factor", "canonical_activate.csv", activate);
        assert_eq!(place.run("20T06:00:00"), 0);
    }
    for now in ["20T08:00:00", "21T02:00:00", "22T02:00:00"] {
        assert_eq!(places[0].run(now), 0);
    }
    for place in &places {
        let arguments = ["run", "--quiet", "--now", "2027-01-20T02:00:00+01:00"];
        assert_eq!(place.sluss(&arguments), 0);
    }
    let told = |place: &Place| {
        let due = ["due-2026-11-20", "due-2027-01-15"].map(|begins| place.events(begins));
        let fact = |e: &Value| (e["type"].clone(), e["subject"].clone(), e["data"].clone());
        due.iter().flatten().map(fact).collect::<Vec<_>>()
    };
    assert_eq!(told(&places[0]), told(&places[1]));
    let types: Vec<Value> = told(&places[0]).into_iter().map(|fact| fact.0).collect();
    assert_eq!(types, ["quote.rejected", "cover.settled"]);
}

/// The clock may run ahead of the business date: what it ends belongs to the date that the book is at.
#[test]
fn a_business_date_of_its_own_does_not_stop_the_clock() {
    let place = offered(SETTINGS);
    let at = |date: &str, now: &str| {
        let now = format!("2026-11-{now}+01:00");
        let arguments = ["run", "--quiet", "--business-date", date, "--now", &now];
        place.sluss(&arguments)
    };
    assert_eq!(at("2026-11-20", "23T02:00:00"), 0);
    let dues = place.names("factor");
    let dues: Vec<&String> = dues
        .iter()
        .filter(|name| name.starts_with("due-") && name.ends_with(".events.ndjson"))
        .collect();
    assert_eq!(dues.len(), 2, "{dues:?}");
    assert!(
        dues.iter().all(|name| name.starts_with("due-2026-11-20.")),
        "{dues:?}"
    );
    // The same date can go on.
    place.drop(
        "factor",
        "canonical_more.csv",
        "kind,invoice_reference\ncover.inquire,I1\n",
    );
    assert_eq!(at("2026-11-20", "23T03:00:00"), 0);
    assert_eq!(
        place.states("factor", "canonical_more"),
        ["accepted quote.rejected"]
    );
}

#[test]
fn a_check_says_what_a_run_would_do_and_does_nothing() {
    let place = offered(SETTINGS);
    let file = place.site.join("more.csv");
    let text = "kind,invoice_reference\nquote.activate,I1\nquote.activate,I2\nquote.reject,I2\nquote.request,I1\n";
    std::fs::write(&file, text).expect("written");
    let named: &Path = &place.site.join("canonical_more.csv");
    std::fs::rename(&file, named).expect("renamed");
    let path = named.to_str().expect("UTF-8");
    let at = |now: &'static str| ["check", path, "--partner", "factor", "--json", "--now", now];
    let (code, text) = place.output(&at("2026-11-20T02:30:00+01:00"));
    assert_eq!(code, 1);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let counts = &document["batches"][0]["counts"];
    assert_eq!(
        (&counts["accepted"], &counts["rejected"]),
        (&2.into(), &2.into()),
        "{text}"
    );
    let (_, shown) = place.output(&["show", "I1", "--partner", "factor", "--json"]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["state"], "quote.offered");

    // What is due by then comes first, as in a run.
    let (_, text) = place.output(&at("2026-11-20T08:00:00+01:00"));
    let later: Value = serde_json::from_str(&text).expect("JSON");
    let counts = &later["batches"][0]["counts"];
    assert_eq!(
        (&counts["accepted"], &counts["rejected"]),
        (&1.into(), &3.into()),
        "{text}"
    );
    assert_eq!(place.run("20T07:00:00"), 0);
    assert!(
        !place
            .names("factor")
            .iter()
            .any(|name| name.starts_with("due-"))
    );
}

#[test]
fn a_record_that_is_not_decided_names_the_invoice_of_its_id() {
    let place = Place::new(&SETTINGS.replace("role =", "reject_batch_above = 0.3\nrole ="));
    place.drop("factor", "canonical_requests.csv", REQUESTS);
    assert_eq!(place.run("20T02:00:00"), 0);
    let result = place.answer("factor", "canonical_requests", ".result.csv");
    let (_, after) = result.split_once("cover_id=").expect("an id");
    let id = after.split_once(';').expect("a cell").0;
    let answers =
        format!("kind,cover_id,premium_amount\nquote.decline,{id},\nquote.offer,{id},7.00\n");
    place.drop("aegis", "canonical_answers.csv", &answers);
    assert_eq!(place.run("20T03:00:00"), 1);
    let result = place.answer("aegis", "canonical_answers", ".result.csv");
    // The first row would have declined it, but nothing of the batch has happened.
    for expected in [
        "1;;quote.decline;I1;rejected;quote.pending;;batch_rejected;",
        "2;;quote.offer;I1;rejected;quote.pending;;required;",
    ] {
        assert!(result.contains(expected), "{result}");
    }
    let summary = place.answer("aegis", "canonical_answers", ".summary.json");
    let sum =
        r#""currency":"SEK","read":"7.00","accepted":"0.00","scheduled":"0.00","rejected":"7.00""#;
    assert!(summary.replace([' ', '\n'], "").contains(sum), "{summary}");
}
