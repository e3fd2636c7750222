//! Publishing, killed behind every step and run again.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, NaiveDate};

use super::*;
use crate::os::Kind;
use crate::site::work::Claim;

/// A folder as a site has it, with one partner `p`, whose batch was just recorded.
struct Place {
    root: PathBuf,
    site: Folder,
    outbox: Folder,
    owner: Folder,
    work: Folder,
}

const RESULT: &[u8] = b"row;outcome\n1;accepted\n";
const SUMMARY: &[u8] = b"{\"status\":\"accepted\"}";

impl Place {
    fn new(temp: &Path) -> Self {
        let place = Self::open(temp);
        let claim = Claim {
            done_file: Some("a.csv.done".into()),
            done_pattern: Some("{name}.done".into()),
            ..Claim::fresh(
                "p",
                Some("a.csv".into()),
                DateTime::parse_from_rfc3339("2026-11-20T02:00:00+01:00").expect("a time"),
                NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date"),
            )
        };
        let work = Work::create(&place.work, claim).expect("makes");
        work.folder().write(INPUT, 0o644, b"abc").expect("writes");
        work.folder().write(DONE, 0o644, b"").expect("writes");
        let answers = work.fresh_answers().expect("makes");
        answers.write("result", 0o600, RESULT).expect("writes");
        answers.write("events", 0o600, b"{}\n").expect("writes");
        place
    }

    fn open(root: &Path) -> Self {
        let site = Folder::open(root).expect("opens");
        let folder = |name: &str, mode| site.ensure(name, mode).expect("makes");
        Self {
            root: root.to_owned(),
            outbox: folder("outbox", 0o750),
            owner: folder("owner", 0o750),
            work: folder("work", 0o700),
            site,
        }
    }

    /// Publishes what is in hand, as a run does that finds the batch recorded.
    fn publish(&self) -> Published {
        self.publish_into(&|| PutAway::Archive("archive/p/2026/11/20/a.b1.csv"))
    }

    fn publish_into(&self, put_away: &dyn Fn() -> PutAway<'static>) -> Published {
        let (result, events) = (super::hash(RESULT), super::hash(b"{}\n"));
        let plan = Plan {
            answers: vec![
                answer("result", "a.b1.result.csv", &result, &self.outbox, 0o640),
                answer("events", "a.b1.events.ndjson", &events, &self.owner, 0o600),
            ],
            summaries: vec![
                summary("a.b1.summary.json", SUMMARY, &self.outbox),
                summary("a.b1.summary.json", b"{}", &self.owner),
            ],
            input: Some(put_away()),
        };
        let mut last = Published::Done;
        for work in Work::all(&self.work).expect("lists") {
            last = publish(&self.site, work, &plan).expect("no error");
        }
        last
    }

    /// Every file below, with its bytes.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for entry in walkdir::WalkDir::new(&self.root).sort_by_file_name() {
            let entry = entry.expect("walks");
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(&self.root).expect("is below");
                let bytes = fs::read(entry.path()).expect("reads");
                files.push((name.display().to_string(), bytes));
            }
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

fn answer<'a>(
    source: &'a str,
    name: &'a str,
    sha256: &'a str,
    outbox: &'a Folder,
    mode: u32,
) -> Answer<'a> {
    Answer {
        source,
        name,
        sha256,
        outbox,
        mode,
    }
}

fn summary<'a>(name: &'a str, bytes: &'a [u8], outbox: &'a Folder) -> Summary<'a> {
    Summary {
        name,
        bytes,
        outbox,
        mode: 0o640,
    }
}

fn temp() -> (tempfile::TempDir, Place) {
    let temp = tempfile::tempdir().expect("a temp folder");
    let place = Place::new(temp.path());
    (temp, place)
}

/// What stands there when all is done.
fn whole() -> Vec<(String, Vec<u8>)> {
    let rows: [(&str, &[u8]); 6] = [
        ("archive/p/2026/11/20/a.b1.csv", b"abc"),
        ("archive/p/2026/11/20/a.b1.csv.done", b""),
        ("outbox/a.b1.result.csv", RESULT),
        ("outbox/a.b1.summary.json", SUMMARY),
        ("owner/a.b1.events.ndjson", b"{}\n"),
        ("owner/a.b1.summary.json", b"{}"),
    ];
    rows.map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
        .to_vec()
}

fn stopped(published: &Published) -> &str {
    match published {
        Published::Stopped(why) => why,
        Published::Done => panic!("it was published"),
    }
}

#[test]
fn all_goes_out_with_its_mode_and_the_input_is_put_away() {
    let (_temp, place) = temp();
    assert_eq!(place.publish(), Published::Done);
    assert_eq!(place.files(), whole());
    let modes = [
        ("outbox/a.b1.result.csv", 0o640),
        ("outbox/a.b1.summary.json", 0o640),
        ("owner/a.b1.events.ndjson", 0o600),
        ("archive/p/2026/11/20/a.b1.csv", 0o600),
        ("archive/p/2026", 0o700),
    ];
    for (name, expected) in modes {
        let mode = fs::metadata(place.path(name))
            .expect("is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o7777, expected, "{name}");
    }
    assert_eq!(fs::read_dir(place.path("work")).expect("lists").count(), 0);
    assert_eq!(
        place.publish(),
        Published::Done,
        "a second time there is nothing to do"
    );
    assert_eq!(place.files(), whole());
}

/// The child of the next tests.
#[test]
fn publishes_in_a_child() {
    if let Some(root) = std::env::var_os("SLUSS_TEST_OUTBOX") {
        assert_eq!(Place::open(root.as_ref()).publish(), Published::Done);
    }
}

fn child(place: &Place, point: &str) -> bool {
    let status = Command::new(std::env::current_exe().expect("runs"))
        .args(["--exact", "outbox::publish::tests::publishes_in_a_child"])
        .env("SLUSS_TEST_OUTBOX", &place.root)
        .env("SLUSS_FAILPOINT", point)
        .stdout(std::process::Stdio::null())
        .status();
    status.expect("runs").success()
}

const POINTS: &[&str] = &[
    "summary_written",
    "publishing_begun",
    "answer_published",
    "answer_published:2",
    "answers_published",
    "summary_published",
    "summary_published:2",
    "input_put_away",
    "done_file_put_away",
    "claim_emptied",
    "claim_removed",
];

#[test]
fn killed_behind_any_step_and_run_again_the_same_stands_there() {
    for point in POINTS {
        let (_temp, place) = temp();
        assert!(!child(&place, point), "{point}: the child is killed");
        if place.path("outbox/a.b1.summary.json").exists() {
            assert!(
                place.path("outbox/a.b1.result.csv").exists(),
                "{point}: a summary comes last"
            );
        }
        assert_eq!(place.publish(), Published::Done, "{point}");
        assert_eq!(place.files(), whole(), "{point}");
    }
}

#[test]
fn what_was_collected_before_the_crash_is_never_made_again() {
    for point in POINTS {
        let (_temp, place) = temp();
        assert!(!child(&place, point), "{point}: the child is killed");
        let mut expected = whole();
        for folder in ["outbox", "owner"] {
            for entry in fs::read_dir(place.path(folder)).expect("lists") {
                let path = entry.expect("lists").path();
                let name = path
                    .strip_prefix(&place.root)
                    .expect("is below")
                    .display()
                    .to_string();
                expected.retain(|(kept, _)| *kept != name);
                fs::remove_file(path).expect("collects");
            }
        }
        assert_eq!(place.publish(), Published::Done, "{point}");
        assert_eq!(place.files(), expected, "{point}");
    }
}

#[test]
fn another_file_under_a_name_of_ours_stops_the_partner() {
    let names = [
        "outbox/a.b1.result.csv",
        "outbox/a.b1.summary.json",
        "archive/p/2026/11/20/a.b1.csv",
        "archive/p/2026/11/20/a.b1.csv.done",
    ];
    for name in names {
        let (_temp, place) = temp();
        let path = place.path(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("makes");
        fs::write(&path, "another").expect("writes");
        let published = place.publish();
        assert!(
            stopped(&published).contains(path.to_str().expect("text")),
            "{published:?}"
        );
        assert_eq!(
            fs::read(&path).expect("reads"),
            b"another",
            "{name}: nothing is replaced"
        );
        assert!(
            stopped(&place.publish()).contains("sluss resume"),
            "{name}: still"
        );
        fs::remove_file(&path).expect("removes");
        assert_eq!(place.publish(), Published::Done, "{name}: resumed");
        assert_eq!(place.files(), whole(), "{name}");
    }
}

#[test]
fn a_link_or_folder_under_a_name_of_ours_is_not_followed() {
    let (_temp, place) = temp();
    let path = place.path("outbox/a.b1.result.csv");
    fs::write(place.path("same"), RESULT).expect("writes");
    symlink(place.path("same"), &path).expect("links");
    stopped(&place.publish());
    fs::remove_file(&path).expect("removes");
    fs::create_dir(&path).expect("makes");
    stopped(&place.publish());
    assert_eq!(fs::read(place.path("same")).expect("reads"), RESULT);
}

#[test]
fn the_same_content_under_its_name_is_good() {
    let (_temp, place) = temp();
    fs::write(place.path("outbox/a.b1.result.csv"), RESULT).expect("writes");
    fs::create_dir_all(place.path("archive/p/2026/11/20")).expect("makes");
    fs::write(place.path("archive/p/2026/11/20/a.b1.csv"), "abc").expect("writes");
    assert_eq!(place.publish(), Published::Done);
    assert_eq!(place.files(), whole());
}

#[test]
fn an_answer_that_was_never_out_and_is_gone_is_an_error() {
    let (_temp, place) = temp();
    let work = Work::all(&place.work).expect("lists").remove(0);
    work.answers()
        .expect("opens")
        .remove("result")
        .expect("removes");
    let plan = Plan {
        answers: vec![answer("result", "a.result.csv", "", &place.outbox, 0o600)],
        summaries: Vec::new(),
        input: None,
    };
    let fault = publish(&place.site, work, &plan)
        .expect_err("is told")
        .to_string();
    assert!(fault.contains("is gone"), "{fault}");
}

fn quarantine() -> PutAway<'static> {
    let reason = Reason {
        batch: "b1",
        partner: "p",
        file: "a\n.csv",
        sha256: None,
        code: "malformed",
        message: "the file is not well formed",
        hint: "send it again",
        place: "line 3",
        claimed_at: "2026-11-20T02:00:00+01:00",
    };
    PutAway::Quarantine("quarantine/p/a.b1.csv", reason)
}

#[test]
fn quarantine_says_why() {
    let (_temp, place) = temp();
    assert_eq!(place.publish_into(&quarantine), Published::Done);
    let folder = place.path("quarantine/p");
    assert_eq!(fs::read(folder.join("a.b1.csv")).expect("reads"), b"abc");
    assert!(folder.join("a.b1.csv.done").exists());
    let text = fs::read(folder.join("a.b1.csv.reason.json")).expect("reads");
    let reason: serde_json::Value = serde_json::from_slice(&text).expect("is JSON");
    assert_eq!(
        (&reason["code"], &reason["place"]),
        (&"malformed".into(), &"line 3".into())
    );
    assert_eq!(
        (&reason["sha256"], &reason["file"]),
        (&serde_json::Value::Null, &"a\n.csv".into())
    );
}

#[test]
fn a_link_goes_into_quarantine_as_a_link() {
    let (_temp, place) = temp();
    let work = Work::all(&place.work).expect("lists").remove(0);
    work.folder().remove(INPUT).expect("removes");
    symlink("/etc/passwd", work.folder().path().join(INPUT)).expect("links");
    drop(work);
    assert_eq!(place.publish_into(&quarantine), Published::Done);
    let folder = place
        .site
        .folder("quarantine")
        .expect("opens")
        .folder("p")
        .expect("opens");
    assert_eq!(
        folder
            .look("a.b1.csv")
            .expect("looks")
            .expect("is there")
            .kind,
        Kind::Link
    );
}

#[test]
fn a_path_that_leads_out_of_the_site_is_refused() {
    let (_temp, place) = temp();
    let work = Work::all(&place.work).expect("lists").remove(0);
    let input = Some(PutAway::Archive("archive/../../x"));
    let plan = Plan {
        answers: Vec::new(),
        summaries: Vec::new(),
        input,
    };
    assert!(publish(&place.site, work, &plan).is_err());
}
