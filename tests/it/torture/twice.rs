//! A batch is never booked twice: the same or another name, the same or other bytes, dropped before, while, or after the
//! first was taken, or when its traces are cleaned away.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sluss::site::Site;

use super::left::walk;
use super::trials::Trials;

/// A partner, its files before, and the file that comes twice.
struct Case {
    partner: &'static str,
    line: &'static str,
    settings: &'static str,
    before: &'static [&'static str],
    file: &'static str,
    /// A name that another file of the same kind may have.
    other_name: &'static str,
    /// The same instructions in other bytes.
    other_bytes: fn(&[u8]) -> Vec<u8>,
}

const CASES: [Case; 2] = [
    Case {
        partner: "nordbank",
        line: "insurance",
        settings: r#"
[partner.nordbank]
formats = ["insurance-csv-1"]
lines = ["insurance"]
settle = "0s"
[product.LOANPROT-A]
line = "insurance"
[product.LOANPROT-B]
line = "insurance"
"#,
        before: &[],
        file: "INS_20261120_001.csv",
        other_name: "INS_20261120_099.csv",
        // With one more record, of an id that was not seen yet.
        other_bytes: |bytes| {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let more = String::from_utf8_lossy(lines[1]).replace("NB-1120-001", "NB-1120-901");
            let more = more.replace("F-1001", "F-1901");
            let more: Vec<u8> = more.bytes().filter(u8::is_ascii).collect();
            [bytes, &more].concat()
        },
    },
    Case {
        partner: "sydlan",
        line: "loan",
        settings: r#"
[partner.sydlan]
formats = ["canonical-csv", "bgmax-1"]
lines = ["loan"]
settle = "0s"
payee_bankgiro = "991-2346"
[product.SYD-LAN]
line = "loan"
reference = "se-ocr"
[product.SYD-LAAN]
line = "loan"
reference = "no-kid10"
"#,
        before: &["canonical_20261120_01_loans.csv"],
        file: "inbetalningar_20261120.bgmax",
        other_name: "inbetalningar_20261120_2.bgmax",
        // Other line ends: the bank's own numbers tell the payments.
        other_bytes: |bytes| {
            bytes
                .iter()
                .copied()
                .filter(|byte| *byte != b'\r')
                .collect()
        },
    },
];

/// When the second file is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// Before the first is taken; one of the same name takes its place.
    Before,
    /// While the first is read.
    Reading,
    /// When the first is recorded and not yet published.
    Recorded,
    /// When the first is published.
    After,
    /// The same, its archived input and its answers gone.
    Cleaned,
}

const MOMENTS: [Moment; 5] = [
    Moment::Before,
    Moment::Reading,
    Moment::Recorded,
    Moment::After,
    Moment::Cleaned,
];

/// A site of one case, and every answer that was ever seen in its outbox.
struct Trial<'a> {
    case: &'a Case,
    above: tempfile::TempDir,
    seen: BTreeMap<PathBuf, Vec<u8>>,
    broken: Option<&'static str>,
}

impl<'a> Trial<'a> {
    fn begin(case: &'a Case, broken: Option<&'static str>) -> Self {
        let trial = Self {
            case,
            above: tempfile::tempdir().expect("a folder for a test"),
            seen: BTreeMap::new(),
            broken,
        };
        let settings = format!(
            "[site]\ntime_zone = \"Europe/Stockholm\"\n{}",
            case.settings
        );
        Site::init_with(&trial.site(), &settings, &[case.partner]).expect("a new site");
        for file in case.before {
            trial.put(file, &sample(case, file));
        }
        trial.run(None);
        trial
    }

    fn site(&self) -> PathBuf {
        self.above.path().join("site")
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let inbox = self.site().join("inbox").join(self.case.partner);
        std::fs::write(inbox.join(name), bytes).expect("a file of the test");
    }

    fn run(&self, failpoint: Option<&str>) -> Output {
        let mut command = self.command(&["run", "--json", "--business-date", "2026-11-20"]);
        command.args(["--now", "2026-11-20T02:00:00+01:00"]);
        if let Some(step) = failpoint {
            command.env("SLUSS_FAILPOINT", step);
        }
        if let Some(promise) = self.broken {
            command.env("SLUSS_BREAK", promise);
        }
        command.output().expect("the program runs")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
        command.args(arguments).arg("--site").arg(self.site());
        command
            .env_remove("SLUSS_FAILPOINT")
            .env_remove("SLUSS_BREAK");
        command
    }

    /// How many records were accepted, and the book's entities as they are exported.
    fn booked(&self) -> String {
        let arguments = ["export", self.case.line, "--partner", self.case.partner];
        let done = self.command(&arguments).output().expect("the program runs");
        assert!(done.status.success(), "{done:?}");
        let results = self.seen.iter().filter(|(path, _)| is(path, ".result.csv"));
        let accepted: usize = results.map(|(_, bytes)| results_of(bytes).len()).sum();
        let entities = String::from_utf8(done.stdout).expect("text");
        format!("{accepted} accepted\n{entities}")
    }

    /// Notes the answers that are out.
    fn collect(&mut self) {
        for path in walk(&self.site().join("outbox")) {
            let bytes = std::fs::read(&path).expect("an answer");
            self.seen.insert(path, bytes);
        }
    }

    /// Drops two files, the second at its moment, and runs until nothing is left to do.
    fn drop_both(&mut self, moment: Moment, second: (&str, &[u8])) {
        let (name, bytes) = (self.case.file, sample(self.case, self.case.file));
        self.put(name, &bytes);
        let killed_at = match moment {
            Moment::Before => None,
            Moment::Reading => Some("reading_ended"),
            Moment::Recorded => Some("after_commit"),
            Moment::After | Moment::Cleaned => {
                self.run(None);
                None
            }
        };
        if let Some(step) = killed_at {
            assert!(self.run(Some(step)).status.code().is_none(), "not killed");
        }
        self.collect();
        if moment == Moment::Cleaned {
            for folder in ["outbox", "archive"] {
                for path in walk(&self.site().join(folder)) {
                    std::fs::remove_file(path).expect("a file to clean away");
                }
            }
        }
        self.put(second.0, second.1);
        for _ in 0..2 {
            self.run(None);
            self.collect();
        }
    }

    /// What was booked twice, or not at all.
    fn fault(&self, expected: &str) -> Option<String> {
        if !walk(&self.site().join("inbox")).is_empty() {
            return Some("a file was not taken".to_owned());
        }
        let booked = self.booked();
        if booked != expected {
            return Some(format!("booked otherwise:\n{booked}"));
        }
        let (mut events, mut ids, mut hashes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (path, bytes) in &self.seen {
            if is(path, ".events.ndjson") {
                for line in String::from_utf8_lossy(bytes).lines() {
                    let event: serde_json::Value = serde_json::from_str(line).expect("an event");
                    // By the envelope's own name for it.
                    let ids = [&event["id"], &event["notificationId"]];
                    let id = ids
                        .iter()
                        .find_map(|id| id.as_str())
                        .expect("an event's id");
                    if !events.insert(id.to_owned()) {
                        return Some(format!("the event {id} twice"));
                    }
                }
            } else if is(path, ".result.csv") {
                // Bank payments have no id; they are counted.
                for row in results_of(bytes).into_iter().filter(|row| !row.is_empty()) {
                    if !ids.insert(row.clone()) {
                        return Some(format!("{row} accepted twice"));
                    }
                }
            } else if is(path, ".summary.json") {
                let summary: serde_json::Value = serde_json::from_slice(bytes).expect("JSON");
                let taken = summary["status"] == "accepted" || summary["status"] == "partial";
                if taken && !hashes.insert(summary["sha256"].to_string()) {
                    return Some(format!("the bytes {} taken twice", summary["sha256"]));
                }
            }
        }
        hashes.is_empty().then(|| "nothing was booked".to_owned())
    }
}

fn is(path: &Path, end: &str) -> bool {
    path.to_string_lossy().ends_with(end)
}

fn sample(case: &Case, name: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("inbox-sample");
    std::fs::read(samples.join(case.partner).join(name)).expect("a sample")
}

/// The ids of a batch's accepted and scheduled records; blank for bank payments, which carry none.
fn results_of(bytes: &[u8]) -> Vec<String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text);
    let head = reader.headers().expect("a header").clone();
    let at = |name: &str| {
        head.iter()
            .position(|column| column == name)
            .expect("a column")
    };
    let (id, outcome) = (at("instruction_id"), at("outcome"));
    reader
        .records()
        .map(|row| row.expect("a row"))
        .filter(|row| ["accepted", "scheduled"].contains(&&row[outcome]))
        .map(|row| row[id].to_owned())
        .collect()
}

/// What the book holds after the first file, the other bytes, or one after the other.
fn expected(case: &Case, other: &[u8]) -> [String; 3] {
    let first = sample(case, case.file);
    let runs: [&[&[u8]]; 3] = [&[&first], &[other], &[&first, other]];
    runs.map(|files| {
        let mut trial = Trial::begin(case, None);
        for (number, bytes) in files.iter().enumerate() {
            trial.put([case.file, case.other_name][number], bytes);
            trial.run(None);
        }
        trial.collect();
        trial.booked()
    })
}

fn all(cases: &[Case], result: &mut Trials, broken: Option<&'static str>) {
    for case in cases {
        let first = sample(case, case.file);
        let other = (case.other_bytes)(&first);
        assert!(other != first);
        let [once, instead, both] = expected(case, &other);
        for moment in MOMENTS {
            for name in [case.file, case.other_name] {
                for bytes in [&first, &other] {
                    let mut trial = Trial::begin(case, broken);
                    trial.drop_both(moment, (name, bytes));
                    let expected = match (moment, name == case.file, *bytes == first) {
                        (_, _, true) => &once,
                        (Moment::Before, true, false) => &instead,
                        // Together they are taken in the order of their names.
                        (_, _, false) => &both,
                    };
                    let fault = trial.fault(expected);
                    let shown = format!(
                        "{} {moment:?} {name} same bytes {}",
                        case.file,
                        *bytes == first
                    );
                    result.count(fault.map(|fault| format!("{shown}: {fault}")));
                }
            }
        }
    }
}

#[test]
fn a_batch_is_never_booked_twice() {
    let mut result = Trials::of("a batch is never booked twice");
    all(&CASES, &mut result, None);
    result.end();
}

#[test]
fn a_program_that_takes_the_same_bytes_again_is_noticed() {
    let mut result = Trials::of("takes the same bytes again");
    all(&CASES[..1], &mut result, Some("bytes_taken_again"));
    result.must_have_failed();
}
