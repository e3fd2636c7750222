//! Hostile names and things that are no files: nothing outside the partner's folder is opened or written, nothing hangs,
//! and the good file among them is taken.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::measure::{MEMORY, TIME, measure};
use super::place::{Place, batches, good_csv};
use super::trials;
use crate::torture::trials::Trials;

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.a]
formats = ["canonical-csv"]
lines = ["insurance"]
settle = "0s"

[partner.b]
formats = ["canonical-csv"]
lines = ["insurance"]
settle = "0s"
done_file = "{name}.sha256"

[product.A]
line = "insurance"
"#;

/// What stands in files that nobody may read.
const CANARY: &str = "canary-5e1b7a90";

/// A site, and folders beside it that are none of its business.
struct Trap {
    place: Place,
    outside: tempfile::TempDir,
}

/// A file as it was seen: path, number, mode, time of its last change, size, bytes.
type Seen = (PathBuf, u64, u32, [i64; 2], u64, Vec<u8>);

impl Trap {
    fn new() -> Self {
        let place = Place::new(SETTINGS, &["a", "b"]);
        let outside = tempfile::tempdir().expect("a folder");
        std::fs::write(
            outside.path().join("secret.csv"),
            format!("kind\n{CANARY}\n"),
        )
        .expect("written");
        std::fs::create_dir(outside.path().join("folder")).expect("made");
        std::fs::write(
            outside.path().join("folder/x.csv"),
            format!("kind\n{CANARY}\n"),
        )
        .expect("written");
        // The other partner waits for a checksum, so that nobody takes its file.
        place.drop("b", "waiting.csv", format!("kind\n{CANARY}\n"));
        std::fs::write(place.outbox("b").join("answer.csv"), CANARY).expect("written");
        Self { place, outside }
    }

    fn inbox(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.place.inbox("a").join(name.as_ref())
    }

    fn secret(&self) -> PathBuf {
        self.outside.path().join("secret.csv")
    }

    /// What is outside, as far as anybody can have changed it; and when it was last read.
    fn seen(&self) -> Vec<Seen> {
        let mut all = Vec::new();
        for top in [
            self.outside.path(),
            &self.place.inbox("b"),
            &self.place.outbox("b"),
        ] {
            for entry in walkdir::WalkDir::new(top).sort_by_file_name() {
                let path = entry.expect("readable").into_path();
                let meta = path.symlink_metadata().expect("it is there");
                let bytes = if meta.is_file() {
                    std::fs::read(&path).expect("readable")
                } else {
                    Vec::new()
                };
                all.push((
                    path,
                    meta.ino(),
                    meta.mode(),
                    [meta.mtime(), meta.mtime_nsec()],
                    meta.size(),
                    bytes,
                ));
            }
        }
        all
    }
}

type Drop = fn(&Trap);

/// Each drops something hostile into the inbox of one partner, or in the way to it.
const CASES: &[(&str, Drop)] = &[
    ("link to a file outside", |t| {
        symlink(t.secret(), t.inbox("x.csv")).expect("links");
    }),
    ("link to a system file", |t| {
        symlink("/etc/passwd", t.inbox("x.csv")).expect("links");
    }),
    ("link to the other's file", |t| {
        symlink(t.place.inbox("b").join("waiting.csv"), t.inbox("x.csv")).expect("links");
    }),
    ("link by a way up", |t| {
        symlink("../b/waiting.csv", t.inbox("x.csv")).expect("links");
    }),
    ("link to the secret", |t| {
        symlink("../../secret", t.inbox("x.csv")).expect("links");
    }),
    ("link to the settings", |t| {
        symlink("../../sluss.toml", t.inbox("x.csv")).expect("links");
    }),
    ("link to its own outbox", |t| {
        symlink("../../outbox/a", t.inbox("x.csv")).expect("links");
    }),
    ("link to a folder outside", |t| {
        symlink(t.outside.path().join("folder"), t.inbox("x.csv")).expect("links");
    }),
    ("link to nothing", |t| {
        symlink("nowhere", t.inbox("x.csv")).expect("links");
    }),
    ("link to itself", |t| {
        symlink("x.csv", t.inbox("x.csv")).expect("links");
    }),
    ("links in a circle", |t| {
        symlink("y.csv", t.inbox("x.csv")).expect("links");
        symlink("x.csv", t.inbox("y.csv")).expect("links");
    }),
    ("link to endless noughts", |t| {
        symlink("/dev/zero", t.inbox("x.csv")).expect("links");
    }),
    ("link to its own memory", |t| {
        symlink("/proc/self/mem", t.inbox("x.csv")).expect("links");
    }),
    ("link to standard input", |t| {
        symlink("/dev/stdin", t.inbox("x.csv")).expect("links");
    }),
    ("hard link to a file outside", |t| {
        std::fs::hard_link(t.secret(), t.inbox("x.csv")).expect("links");
    }),
    ("hard link to the other's file", |t| {
        std::fs::hard_link(t.place.outbox("b").join("answer.csv"), t.inbox("x.csv"))
            .expect("links");
    }),
    ("two names of one file", |t| {
        std::fs::write(t.inbox("x.csv"), "mine").expect("written");
        std::fs::hard_link(t.inbox("x.csv"), t.inbox("y.csv")).expect("links");
    }),
    ("pipe", |t| {
        mknodat(CWD, t.inbox("x.csv"), FileType::Fifo, Mode::RUSR, 0).expect("makes");
    }),
    ("socket", |t| {
        mknodat(CWD, t.inbox("x.csv"), FileType::Socket, Mode::RUSR, 0).expect("makes");
    }),
    ("device of endless noughts", |t| device(t, 5)),
    ("device that is always full", |t| device(t, 7)),
    ("folder with a file's name", |t| {
        std::fs::create_dir(t.inbox("x.csv")).expect("made");
    }),
    ("folder with a file in it", |t| {
        std::fs::create_dir(t.inbox("x.csv")).expect("made");
        std::fs::write(t.inbox("x.csv/y.csv"), CANARY).expect("written");
    }),
    ("file that nobody may read", |t| {
        std::fs::write(t.inbox("x.csv"), CANARY).expect("written");
        std::fs::set_permissions(t.inbox("x.csv"), std::fs::Permissions::from_mode(0o0))
            .expect("set");
    }),
    ("sparse file of four terabytes", |t| {
        let file = std::fs::File::create(t.inbox("x.csv")).expect("a file");
        file.set_len(1 << 42).expect("it grows");
    }),
    ("name of dots", |t| plain(t, b"...csv")),
    ("name with ways up", |t| plain(t, b"..\\..\\x.csv")),
    ("name with ways up, in percents", |t| {
        plain(t, b"..%2f..%2fx.csv");
    }),
    ("name with a slash of two bytes", |t| {
        plain(t, b"..\xc0\xaf..\xc0\xafx.csv");
    }),
    ("name with a wide slash", |t| {
        plain(t, "..\u{ff0f}..\u{ff0f}x.csv".as_bytes());
    }),
    ("name with a line end", |t| plain(t, b"x\ny.csv")),
    ("name with a carriage return", |t| plain(t, b"x\ry.csv")),
    ("name that clears the screen", |t| plain(t, b"\x1b[2Jx.csv")),
    ("name that is no text", |t| plain(t, b"f\xf6r.csv")),
    ("name from right to left", |t| {
        plain(t, "x\u{202e}vsc.exe".as_bytes());
    }),
    ("name of 255 bytes", |t| plain(t, &[b'x'; 255])),
    ("name that is an option", |t| plain(t, b"-rf.csv")),
    ("name that is a command", |t| {
        plain(t, b"$(touch x)`id`;rm *.csv");
    }),
    ("name that is a pattern", |t| plain(t, b"%s%n{}.csv")),
    ("name of a device", |t| plain(t, b"CON")),
    ("name with a blank at its end", |t| plain(t, b"x.csv ")),
    ("name in two spellings", |t| {
        plain(t, "f\u{f6}r.csv".as_bytes());
        plain(t, "fo\u{308}r.csv".as_bytes());
    }),
    ("done-file that is a link", |t| {
        std::fs::write(t.place.inbox("b").join("y.csv"), "kind\n").expect("written");
        symlink(t.secret(), t.place.inbox("b").join("y.csv.sha256")).expect("links");
    }),
    ("done-file that is a pipe", |t| {
        std::fs::write(t.place.inbox("b").join("y.csv"), "kind\n").expect("written");
        let path = t.place.inbox("b").join("y.csv.sha256");
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR, 0).expect("makes");
    }),
];

/// Ways that lead elsewhere: the run must refuse the site or stop before anything is written there.
const DETOURS: &[(&str, Drop)] = &[
    ("outbox", |t| detour(t, "outbox/a")),
    ("archive", |t| detour(t, "archive/a")),
    ("quarantine", |t| detour(t, "quarantine/a")),
    ("work", |t| detour(t, "work/a")),
    ("a year of the archive", |t| detour(t, "archive/a/2026")),
];

fn plain(trap: &Trap, name: &[u8]) {
    std::fs::write(
        trap.inbox(OsStr::from_bytes(name)),
        format!("kind\n{}\n", name.len()),
    )
    .expect("written");
}

/// A character device of the kernel's own; only root can make one, others try the link to it above alone.
fn device(trap: &Trap, minor: u32) {
    let device = rustix::fs::makedev(1, minor);
    if mknodat(
        CWD,
        trap.inbox("x.csv"),
        FileType::CharacterDevice,
        Mode::RUSR | Mode::WUSR,
        device,
    )
    .is_err()
    {
        mknodat(CWD, trap.inbox("x.csv"), FileType::Fifo, Mode::RUSR, 0).expect("makes");
    }
}

fn detour(trap: &Trap, way: &str) {
    let way = trap.place.site.join(way);
    if way.exists() {
        std::fs::remove_dir_all(&way).expect("removed");
    }
    std::fs::create_dir_all(way.parent().expect("a folder")).expect("made");
    symlink(trap.outside.path().join("folder"), way).expect("links");
}

/// Whether anything that was written holds what stands in a file of others.
fn told(trap: &Trap) -> Option<String> {
    let written = ["outbox/a", "archive/a", "quarantine/a", "ledger", "work"];
    for top in written {
        for (path, bytes) in super::place::files(&trap.place.site.join(top)) {
            let own = path.to_string_lossy().contains("x.csv")
                || path.to_string_lossy().starts_with("x.");
            if !own && memchr::memmem::find(&bytes, CANARY.as_bytes()).is_some() {
                return Some(format!("{top}/{} holds it", path.display()));
            }
        }
    }
    None
}

/// Runs one case. `Some`: how the promise was broken.
fn broken(drop: Drop) -> Option<String> {
    let trap = Trap::new();
    drop(&trap);
    trap.place.drop("a", "canonical_good.csv", good_csv(1));
    let before = trap.seen();
    let ran = trap.place.sluss(&["run", "--json"]);
    if let Some(broken) = ran.broken(TIME * 3, MEMORY) {
        return Some(broken);
    }
    if trap.seen() != before {
        return Some("something outside changed".to_owned());
    }
    if let Some(told) = told(&trap) {
        return Some(told);
    }
    if !matches!(ran.status.code(), Some(0 | 1)) {
        return Some(format!("{} {}", ran.status, ran.stderr));
    }
    let good = |batch: &serde_json::Value| {
        batch["file"] == "canonical_good.csv" && batch["counts"]["accepted"] == 2
    };
    (!batches(&ran).iter().any(good)).then(|| "the good file was not taken".to_owned())
}

#[test]
fn forty_hostile_names_reach_nothing_outside() {
    assert!(CASES.len() >= 40, "{}", CASES.len());
    let step = CASES.len() / trials(11, usize::MAX, usize::MAX).min(CASES.len());
    let mut trials = Trials::of("hostile names, nothing outside opened or written");
    for (what, drop) in CASES.iter().step_by(step) {
        trials.count(broken(*drop).map(|broken| format!("{what}: {broken}")));
    }
    trials.end();
}

#[test]
fn ways_that_lead_elsewhere_are_refused() {
    for (what, drop) in DETOURS {
        let trap = Trap::new();
        trap.place.drop("a", "canonical_good.csv", good_csv(1));
        drop(&trap);
        let before = trap.seen();
        let ran = trap.place.sluss(&["run", "--json"]);
        assert!(
            ran.status.code().is_some_and(|code| code >= 2),
            "{what}: {ran:?}"
        );
        assert!(trap.seen() == before, "{what}");
        assert!(
            trap.inbox("canonical_good.csv").exists() || *what == "a year of the archive",
            "{what}: the file is kept"
        );
    }
}

/// What the program opens by the kernel's own account: nothing of the other's, nothing outside.
#[test]
#[cfg(feature = "torture")]
fn the_kernel_saw_nothing_outside_opened() {
    let mut trials = Trials::of("hostile names, by the kernel's account of every open");
    for (what, drop) in CASES {
        let trap = Trap::new();
        drop(&trap);
        trials.count(opened_outside(&trap).map(|line| format!("{what}: {line}")));
    }
    trials.end();
}

/// Runs under `strace`, and finds a call that had a file outside in hand.
fn opened_outside(trap: &Trap) -> Option<String> {
    let log = trap.place.site.join("../calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-qq", "-e", "trace=open,openat,openat2,creat,rename,renameat,renameat2,linkat,unlinkat,mknodat,truncate"]);
    command
        .arg("-o")
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_sluss"))
        .args(["run", "--quiet"]);
    command
        .args(super::place::NIGHT)
        .arg("--site")
        .arg(&trap.place.site);
    let ran = measure(&mut command, TIME * 6);
    assert!(
        matches!(ran.status.code(), Some(0 | 1)),
        "strace is needed (apt-get install strace): {}",
        ran.stderr
    );
    let calls = std::fs::read_to_string(log).expect("strace's account");
    assert!(
        calls.contains("canonical") || calls.contains("inbox/a"),
        "{calls}"
    );
    let outside = trap.outside.path().to_str().expect("UTF-8").to_owned();
    let mut lines = calls.lines().filter(|line| !line.contains("= -1 "));
    let found = lines.find(|line| {
        line.contains(&outside)
            || line.contains("/etc/passwd")
            || line.contains("/dev/zero")
            || line.contains("/proc/self/mem")
    });
    found.map(str::to_owned)
}

/// The checks can fail: a program that does follow links is seen by what it leaves and by the kernel's account.
#[test]
fn what_follows_a_link_is_seen() {
    let trap = Trap::new();
    let before = trap.seen();
    std::fs::write(
        trap.place.outbox("a").join("copy"),
        std::fs::read(trap.secret()).expect("read"),
    )
    .expect("written");
    assert!(told(&trap).is_some());
    std::fs::write(trap.outside.path().join("folder/new"), "").expect("written");
    assert!(trap.seen() != before);
    if cfg!(feature = "torture") {
        let trap = Trap::new();
        // A site whose inbox lies outside by its own settings does open what is there.
        let inbox = trap.outside.path().join("folder");
        let settings =
            SETTINGS.replacen("settle", &format!("inbox = {:?}\nsettle", path(&inbox)), 1);
        std::fs::write(trap.place.site.join("sluss.toml"), settings).expect("written");
        assert!(opened_outside(&trap).is_some());
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
