//! A file is never read half written: uploads through a real OpenSSH `sftp` and `sftp-server` — slow, stalled, cut off
//! and resumed, renamed, with times preserved, two at once — while a watch takes what is complete.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::place::{Place, company, files, names};
use super::trials;
use crate::torture::trials::{Random, Trials};

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.quiet]
formats = ["canonical-csv"]
lines = ["insurance"]
settle = "1s"

[partner.sealed]
formats = ["canonical-csv"]
lines = ["insurance"]
done_file = "{name}.sha256"
"#;

/// Where Debian and others keep the server.
const SERVERS: [&str; 3] = [
    "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
];

/// How a file comes.
#[derive(Clone, Copy, Debug)]
enum Way {
    Slow,
    Stalled,
    CutAndResumed,
    Renamed,
    TimesPreserved,
    TwoAtOnce,
}

const WAYS: [Way; 6] = [
    Way::Slow,
    Way::Stalled,
    Way::CutAndResumed,
    Way::Renamed,
    Way::TimesPreserved,
    Way::TwoAtOnce,
];

/// How many uploads are under way at once.
const SESSIONS: usize = 6;

/// A watch, ended when it is dropped.
struct Watch(Child);

impl Watch {
    fn start(place: &Place, broken: Option<&str>) -> Self {
        let mut command = place.command(&["watch", "--quiet"]);
        if let Some(broken) = broken {
            command.env("SLUSS_BREAK", broken);
        }
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        Self(command.spawn().expect("the program starts"))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let id = Pid::from_child(&self.0);
        kill_process(id, Signal::TERM).expect("it is ours");
        self.0.wait().expect("it ends");
    }
}

fn server() -> &'static str {
    let found = SERVERS.iter().find(|path| Path::new(path).exists());
    found.expect("sftp-server is needed: apt-get install openssh-client openssh-sftp-server")
}

/// Starts a session that does these commands, at most so many kilobits a second.
fn session(inbox: &Path, commands: &str, kilobits: u32) -> Child {
    let mut child = Command::new("sftp")
        .args(["-q", "-b", "-", "-l", &kilobits.to_string(), "-D"])
        .arg(format!("{} -d {}", server(), inbox.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("sftp is needed: apt-get install openssh-client");
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(commands.as_bytes()).expect("it listens");
    child
}

fn done(child: Child) {
    let ended = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "the session failed: {told}");
}

fn signal(child: &Child, signal: Signal) {
    kill_process_group(Pid::from_child(child), signal).expect("it runs");
}

fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}

/// About half a megabyte of records.
fn content(no: usize) -> Vec<u8> {
    let mut text =
        String::from("kind,customer_no,customer_type,country,company_name,identity_no,comment\n");
    for row in 0..4000 {
        let (number, filler) = (company(no * 5000 + row), "x".repeat(60));
        writeln!(
            text,
            "customer.create,U{no}-{row},company,NO,Fisk {row},{number},{filler}"
        )
        .expect("memory takes it");
    }
    text.into_bytes()
}

/// Uploads one file in this way; the partner whose inbox it went to, and the name that it ends up with.
fn upload(place: &Place, local: &Path, no: usize, way: Way, stall: u64) -> (&'static str, String) {
    let name = format!("canonical_{no:04}.csv");
    let bytes = content(no);
    let file = local.join(&name);
    std::fs::write(&file, &bytes).expect("written");
    let from = file.display();
    let inbox = place.inbox("quiet");
    match way {
        Way::Slow => done(session(&inbox, &format!("put {from} {name}\n"), 800)),
        Way::Stalled => {
            let child = session(&inbox, &format!("put {from} {name}\n"), 1200);
            pause(700);
            signal(&child, Signal::STOP);
            pause(1500 + stall);
            signal(&child, Signal::CONT);
            done(child);
        }
        Way::CutAndResumed => {
            // Nothing in such a file says that it is whole, so its sender says so.
            let inbox = place.inbox("sealed");
            let mut child = session(&inbox, &format!("put {from} {name}\n"), 1200);
            pause(700);
            signal(&child, Signal::KILL);
            child.wait().expect("it ends");
            pause(1500 + stall);
            let seal = local.join(format!("{name}.sha256"));
            std::fs::write(&seal, format!("{}\n", sha256(&bytes))).expect("written");
            let commands = format!(
                "reput {from} {name}\nput {} {name}.sha256\n",
                seal.display()
            );
            done(session(&inbox, &commands, 1600));
            return ("sealed", name);
        }
        Way::Renamed => {
            let commands = format!("put {from} {name}.filepart\nrename {name}.filepart {name}\n");
            done(session(&inbox, &commands, 1600));
        }
        Way::TimesPreserved => {
            let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            let opened = std::fs::File::options().write(true).open(&file);
            opened.expect("it is there").set_modified(old).expect("set");
            done(session(&inbox, &format!("put -p {from} {name}\n"), 1000));
        }
        Way::TwoAtOnce => {
            let fast = session(&inbox, &format!("put {from} {name}\n"), 1600);
            pause(300);
            let slow = session(&inbox, &format!("put {from} {name}\n"), 800);
            done(fast);
            done(slow);
        }
    }
    ("quiet", name)
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// The summaries of all batches, by the file's name.
fn taken(place: &Place) -> BTreeMap<String, Vec<Value>> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (path, bytes) in files(&place.site.join("outbox")) {
        if path.to_string_lossy().ends_with(".summary.json") {
            let summary: Value = serde_json::from_slice(&bytes).expect("a document");
            let file = summary["file"].as_str().expect("a file").to_owned();
            all.entry(file).or_default().push(summary);
        }
    }
    all
}

/// How the promise was broken for one upload, if it was.
fn broken(taken: &BTreeMap<String, Vec<Value>>, name: &str, no: usize) -> Option<String> {
    let expected = sha256(&content(no));
    let batches = taken.get(name).map_or(&[][..], Vec::as_slice);
    if let Some(other) = batches
        .iter()
        .find(|batch| batch["sha256"] != expected.as_str())
    {
        return Some(format!("{name}: {} bytes of it were taken", other["bytes"]));
    }
    let whole = batches.iter().filter(|batch| batch["status"] == "accepted");
    (whole.count() != 1).then(|| format!("{name}: {} batches", batches.len()))
}

/// Makes these uploads while a watch runs, and holds what it took against what was sent.
fn trial(ways: &[Way], breaks: Option<&str>, figures: &mut Trials) {
    let place = Place::new(SETTINGS, &["quiet", "sealed"]);
    let local = tempfile::tempdir().expect("a folder");
    let watch = Watch::start(&place, breaks);
    let mut random = Random::seeded(7);
    // A broken program gets time enough to take what has stalled, on a slow machine too.
    let least = if breaks.is_some() { 8000 } else { 0 };
    let stalls: Vec<u64> = (ways.iter().map(|_| least + random.below(1500))).collect();
    let all: Vec<usize> = (0..ways.len()).collect();
    let done: Vec<(usize, (&str, String))> = std::thread::scope(|scope| {
        let sessions: Vec<_> = (0..SESSIONS)
            .map(|lane| {
                let (all, stalls, place, local) = (&all, &stalls, &place, local.path());
                scope.spawn(move || {
                    let mine = all.iter().skip(lane).step_by(SESSIONS);
                    mine.map(|&no| (no, upload(place, local, no, ways[no], stalls[no])))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        sessions
            .into_iter()
            .flat_map(|lane| lane.join().expect("it ends"))
            .collect()
    });
    let since = Instant::now();
    let waiting = || ["quiet", "sealed"].map(|partner| names(&place.inbox(partner)));
    while waiting() != [0, 0] && since.elapsed() < Duration::from_secs(60) {
        pause(200);
    }
    drop(watch);
    let taken = taken(&place);
    for (no, (_, name)) in &done {
        let fault = broken(&taken, name, *no);
        figures.count(fault.map(|fault| format!("{:?}: {fault}", ways[*no])));
    }
}

#[test]
fn what_is_taken_was_complete_however_it_came() {
    let wanted = trials(6, 30, 300);
    let ways: Vec<Way> = WAYS.iter().copied().cycle().take(wanted).collect();
    let mut figures = Trials::of("uploads by sftp, never read half written");
    trial(&ways, None, &mut figures);
    figures.end();
}

/// The trials can fail: a program that neither waits for quiet nor looks who is writing takes half of a slow upload.
#[test]
fn a_program_that_does_not_wait_is_seen() {
    let mut figures = Trials::of("uploads to a program that does not wait");
    trial(
        &[Way::Stalled, Way::Stalled],
        Some("half_written_taken"),
        &mut figures,
    );
    figures.must_have_failed();
}

/// A burst of files while the watch cannot listen, with room for sixteen hints: all are taken.
fn burst(wanted: usize, breaks: Option<&str>) -> (usize, Vec<String>) {
    const QUEUE: &str = "/proc/sys/fs/inotify/max_queued_events";
    let place = Place::new(&SETTINGS.replace("1s", "0s"), &["quiet", "sealed"]);
    let before = std::fs::read_to_string(QUEUE).expect("a kernel with inotify");
    let is_small = std::fs::write(QUEUE, "16").is_ok();
    place.drop(
        "quiet",
        "canonical_first.csv",
        "kind,customer_no\ncustomer.inquire,A\n",
    );
    let watch = Watch::start(&place, breaks);
    // Its first look is over when this one is taken: then hints are all it has.
    let since = Instant::now();
    while !taken(&place).contains_key("canonical_first.csv") {
        assert!(
            since.elapsed() < Duration::from_secs(60),
            "it takes nothing"
        );
        pause(100);
    }
    pause(1000);
    let id = Pid::from_child(&watch.0);
    if is_small {
        std::fs::write(QUEUE, before.trim()).expect("set back");
    }
    kill_process(id, Signal::STOP).expect("it runs");
    let dropped: Vec<String> = (0..wanted)
        .map(|no| format!("canonical_{no:05}.csv"))
        .collect();
    for (no, name) in dropped.iter().enumerate() {
        let text = format!("kind,customer_no\ncustomer.inquire,B{no}\n");
        place.drop("quiet", name, text);
        // Without leave to shorten the queue it is filled by touching each file again and again.
        for _ in 0..if is_small { 0 } else { 20_000 / wanted + 1 } {
            std::fs::File::options()
                .append(true)
                .open(place.inbox("quiet").join(name))
                .expect("opened");
        }
    }
    kill_process(id, Signal::CONT).expect("it is there");
    let patience = Duration::from_secs(if breaks.is_some() {
        3
    } else {
        40 + wanted as u64 / 5
    });
    let since = Instant::now();
    while names(&place.inbox("quiet")) > 0 && since.elapsed() < patience {
        pause(300);
    }
    drop(watch);
    let taken = taken(&place);
    let lost = dropped
        .into_iter()
        .filter(|name| taken.get(name).map_or(0, Vec::len) != 1);
    (wanted, lost.collect())
}

#[test]
fn a_burst_that_no_queue_can_hold_loses_nothing() {
    let (wanted, lost) = burst(trials(100, 5000, 5000), None);
    let mut figures = Trials::of("files in a burst with room for 16 hints, all taken");
    for no in 0..wanted {
        figures.count(lost.get(no).cloned());
    }
    figures.end();
}

/// The same can fail: a watch that hears nothing and never looks again leaves them all.
#[test]
fn a_watch_that_is_deaf_is_seen() {
    let (wanted, lost) = burst(20, Some("watch_is_deaf"));
    assert_eq!(lost.len(), wanted);
}
