//! A site in use: a run that finds another at work, a watch, batches that are taken again, and what a partner states
//! about its own file.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const SETTINGS: &str = "
[site]
time_zone = \"Europe/Stockholm\"
calendar = \"SE\"

[partner.acme]
formats = [\"canonical-csv\"]
lines = [\"insurance\"]
settle = \"0s\"
";

/// Two customers, the second of them without a name.
const CUSTOMERS: &str = "kind,customer_no,customer_type,country,identity_no,first_name,last_name\n\
    customer.create,C1,individual,SE,198501019981,Eva,Berg\n\
    customer.create,C2,individual,SE,199003159986,,\n";

struct Place {
    site: PathBuf,
    _folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        assert!(
            sluss(&["init", site.to_str().expect("UTF-8")])
                .status
                .success()
        );
        let place = Self {
            site,
            _folder: folder,
        };
        place.settings(SETTINGS);
        for folder in ["inbox/acme", "outbox/acme"] {
            std::fs::create_dir_all(place.site.join(folder)).expect("a folder");
        }
        place
    }

    fn settings(&self, text: &str) {
        std::fs::write(self.site.join("sluss.toml"), text).expect("written");
    }

    /// Drops a file as an upload ends: whole, by a rename.
    fn drop(&self, name: &str, text: &str) {
        let inbox = self.site.join("inbox/acme");
        let part = inbox.join(format!("{name}.part"));
        std::fs::write(&part, text).expect("written");
        std::fs::rename(part, inbox.join(name)).expect("renamed");
    }

    fn command(&self, arguments: &[&str]) -> Output {
        let site = self.site.to_str().expect("UTF-8");
        sluss(&[arguments, &["--site", site]].concat())
    }

    /// Every summary in the outbox, by file name.
    fn summaries(&self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.site.join("outbox/acme")).expect("an outbox") {
            let path = entry.expect("an entry").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if name.ends_with(".summary.json") {
                let text = std::fs::read_to_string(path).expect("read");
                all.push((name, serde_json::from_str(&text).expect("JSON")));
            }
        }
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// The one answer whose name ends so.
    fn answer(&self, ending: &str) -> String {
        let names = std::fs::read_dir(self.site.join("outbox/acme")).expect("an outbox");
        let mut paths: Vec<PathBuf> = names
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.to_string_lossy().ends_with(ending))
            .collect();
        assert_eq!(paths.len(), 1, "{ending}: {paths:?}");
        std::fs::read_to_string(paths.remove(0)).expect("text")
    }
}

fn sluss(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(arguments)
        .env_remove("SLUSS_SITE")
        .output()
        .expect("the program starts")
}

/// Ends with the test, however that goes.
struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn within(most: Duration, what: &str, mut is: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < most, "{what} within {most:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    start.elapsed()
}

/// Takes the 30 seconds that a run waits for a watch to end its batch.
#[test]
fn a_run_that_finds_another_at_work_ends_with_3_and_touches_nothing() {
    let place = Place::new();
    place.drop("canonical_1.csv", CUSTOMERS);
    let site = sluss::site::Site::open(&place.site).expect("a site");
    let lock = site
        .lock_within(Duration::ZERO)
        .expect("asked")
        .expect("free");
    let output = place.command(&["run"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(place.site.join("inbox/acme/canonical_1.csv").exists());
    assert_eq!(place.summaries(), []);
    drop(lock);
    assert_eq!(place.command(&["run"]).status.code(), Some(1));
}

#[test]
fn a_watch_takes_what_is_dropped_and_ends_when_asked() {
    let place = Place::new();
    let child = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(["watch", "--quiet", "--site"])
        .arg(&place.site)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut watch = Watch(child);
    for (number, name) in ["canonical_1.csv", "canonical_2.csv"].iter().enumerate() {
        let text = CUSTOMERS.replace(",C", &format!(",{number}C"));
        place.drop(name, &text);
        // 2 s are promised; a machine that runs all tests at once gets more.
        within(Duration::from_secs(10), name, || {
            place.summaries().len() == number + 1
        });
    }
    let pid = rustix::process::Pid::from_child(&watch.0);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it lives");
    let mut status = None;
    within(Duration::from_secs(10), "its end", || {
        status = watch.0.try_wait().expect("a child");
        status.is_some()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(0));
    let left = walk(&place.site.join("work"));
    let kept = ["work/.acme.newest", "work/lock"];
    assert_eq!(left, kept.map(|name| place.site.join(name)));
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn a_batch_that_was_put_away_or_refused_can_be_taken_again() {
    let place = Place::new();
    // No format of the profile knows it; then one does.
    place.settings(&SETTINGS.replace("canonical-csv", "canonical-xml"));
    place.drop("canonical_1.csv", CUSTOMERS);
    assert_eq!(place.command(&["run"]).status.code(), Some(1));
    let (_, summary) = place.summaries().remove(0);
    assert_eq!(summary["status"], "quarantined");
    assert_eq!(summary["reason"], "no_format");
    let batch = summary["batch"].as_str().expect("text").to_owned();
    // It knows the file, but a single bad record is too many; then it is not.
    place.settings(&format!("{SETTINGS}reject_batch_above = 0.0\n"));
    assert_eq!(place.command(&["retry", &batch]).status.code(), Some(1));
    place.settings(SETTINGS);
    assert_eq!(
        place
            .command(&["retry", &format!("{batch}.r2")])
            .status
            .code(),
        Some(1)
    );
    let summaries = place.summaries();
    let told: Vec<String> = summaries
        .iter()
        .map(|(name, summary)| format!("{name} {}", summary["status"]))
        .collect();
    let line = |suffix: &str, status: &str| {
        format!("canonical_1.{batch}{suffix}.summary.json \"{status}\"")
    };
    let expected = [
        line(".r2", "rejected"),
        line(".r3", "partial"),
        line("", "quarantined"),
    ];
    assert_eq!(told, expected);
    let accepted = |at: usize| summaries[at].1["counts"]["accepted"].clone();
    assert_eq!((accepted(0), accepted(1)), (Value::from(0), Value::from(1)));
    // What was applied is not taken a second time.
    assert_eq!(
        place
            .command(&["retry", &format!("{batch}.r3")])
            .status
            .code(),
        Some(2)
    );
}

const TRAILER: &str = "
id = \"trailer-csv-1\"
title = \"Customers with a trailer\"
lines = [\"insurance\"]
reader = \"csv\"
match = [\"KUND_*.csv\"]
[csv]
delimiter = \";\"
[record.trailer]
when = { at = 1, is = \"SUMMA\" }
occurs = \"once-last\"
[[control]]
name = \"number of records\"
stated = \"trailer.2\"
equals = \"count(record)\"
[[field]]
name = \"kind\"
constant = \"customer.create\"
[[field]]
name = \"customer_no\"
from = \"Kund\"
[[field]]
name = \"customer_type\"
constant = \"individual\"
[[field]]
name = \"country\"
constant = \"SE\"
[[field]]
name = \"identity_no\"
from = \"Personnr\"
[[field]]
name = \"first_name\"
constant = \"Eva\"
[[field]]
name = \"last_name\"
from = \"Namn\"
";

#[test]
fn a_trailer_that_does_not_agree_rejects_the_batch_and_comes_back_right() {
    let place = Place::new();
    place.settings(&SETTINGS.replace("canonical-csv", "trailer-csv-1"));
    std::fs::write(place.site.join("formats/trailer-csv-1.toml"), TRAILER).expect("written");
    let rows = "Kund;Personnr;Namn\nC1;198501019981;Eva\nC2;199003159986;\n";
    place.drop("KUND_1.csv", &format!("{rows}SUMMA;3\n"));
    place.drop("KUND_2.csv", rows);
    place.drop("KUND_3.csv", &format!("{rows}SUMMA;2\n"));
    let output = place.command(&["run"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let summaries = place.summaries();
    let told: Vec<String> = summaries
        .iter()
        .map(|(_, summary)| {
            let accepted = &summary["counts"]["accepted"];
            format!("{} {} {accepted}", summary["status"], summary["reason"])
        })
        .collect();
    let mismatch = "\"rejected\" \"totals_mismatch\" 0";
    assert_eq!(told, [mismatch, mismatch, "\"partial\" null 1"]);
    assert_eq!(summaries[2].1["controls"][0]["ok"], true);
    let base = summaries[2].0.replace("summary.json", "rejected.csv");
    assert_eq!(
        place.answer(&base),
        "Kund;Personnr;Namn\nC2;199003159986;\nSUMMA;1\n"
    );
}
