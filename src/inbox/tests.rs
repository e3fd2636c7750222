//! Real files in real folders.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDate};
use rustix::fs::{CWD, FileType, Mode};

use super::*;
use crate::code::Code;
use crate::site::settings::Partner;
use crate::site::work::{INPUT, Work};
use crate::site::{PartnerFolders, Site};

mod hostile;
mod ready;
mod recovery;

/// A site with one partner, `p`, and what a run has of it.
struct Place {
    _temp: tempfile::TempDir,
    site: Site,
    folders: PartnerFolders,
}

/// SHA-256 of `abc`.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

impl Place {
    /// `keys`: more settings of the partner.
    fn new(keys: &str) -> Self {
        Self::settling("0s", keys)
    }

    fn settling(settle: &str, keys: &str) -> Self {
        let temp = tempfile::tempdir().expect("a temp folder");
        let settings = format!(
            "[partner.p]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\"]\nsettle = \"{settle}\"\n{keys}\n"
        );
        let dir = temp.path().join("site");
        Site::init_with(&dir, &settings, &["p"]).expect("makes a site");
        let site = Site::open(&dir).expect("opens");
        let folders = site.prepare().expect("fits").remove("p").expect("is there");
        Self {
            _temp: temp,
            site,
            folders,
        }
    }

    fn partner(&self) -> &Partner {
        &self.site.settings().partners["p"]
    }

    fn inbox(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.folders.inbox.path().join(name.as_ref())
    }

    fn drop(&self, name: impl AsRef<OsStr>, bytes: &[u8]) {
        fs::write(self.inbox(name), bytes).expect("writes");
    }

    fn scan_at(&self, now: SystemTime) -> Scan {
        let naming = Naming {
            of: &named,
            done_files: &["{name}.fmt".to_owned()],
        };
        scan(
            self.partner(),
            &self.folders.inbox,
            naming,
            now,
            &mut Sidecars::default(),
        )
        .expect("scans")
    }

    fn scan(&self) -> Scan {
        self.scan_at(SystemTime::now())
    }

    /// The only file that a scan finds.
    fn found(&self) -> Found {
        let mut found = self.scan().found;
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    fn claim(&self, found: &Found) -> Taken {
        claim(&self.folders, self.partner(), found, when()).expect("no error")
    }

    fn claimed(&self, found: &Found) -> Claimed {
        match self.claim(found) {
            Taken::Claimed(claimed) => *claimed,
            Taken::Left(left) => panic!("left: {left:?}"),
        }
    }

    fn left(&self, found: &Found) -> Left {
        match self.claim(found) {
            Taken::Left(left) => left,
            Taken::Claimed(claimed) => panic!("claimed: {claimed:?}"),
        }
    }

    fn inbox_names(&self) -> Vec<std::ffi::OsString> {
        self.folders.inbox.names().expect("lists")
    }

    fn in_hand(&self) -> usize {
        self.folders.work.names().expect("lists").len()
    }
}

/// What the test's format says: the number in a name such as `x_12.csv`, and a done-file for names with `wait`.
fn named(name: &str) -> Named {
    let number = name
        .split('_')
        .nth(1)
        .and_then(|rest| rest.split('.').next());
    Named {
        sequence: number.and_then(|number| number.parse().ok()),
        done_file: name.contains("wait").then(|| "{name}.fmt".to_owned()),
    }
}

fn when() -> When {
    When {
        now: DateTime::parse_from_rfc3339("2026-11-20T02:00:00+01:00").expect("a time"),
        business_date: NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date"),
    }
}

#[test]
fn a_complete_file_is_taken_whole_hashed_and_out_of_reach() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let claimed = place.claimed(&place.found());
    assert_eq!((claimed.name().as_str(), claimed.bytes()), ("a.csv", 3));
    assert_eq!(claimed.sha256(), Some(ABC));
    assert_eq!(claimed.identity(), ABC);
    assert_eq!((claimed.refused(), claimed.deaths()), (None, 0));
    assert_eq!(claimed.claim().claimed_at, when().now);
    assert_eq!(claimed.claim().business_date, when().business_date);
    assert!(place.inbox_names().is_empty());
    let path = claimed.work().folder().path();
    assert_eq!(
        fs::metadata(path).expect("is there").permissions().mode() & 0o777,
        0o700
    );
    assert!(
        !path.to_str().expect("text").contains("a.csv"),
        "no name of a partner's"
    );
    assert!(claimed.is_unchanged().expect("looks"));
}

#[test]
fn what_is_read_is_hashed_and_readers_share_no_position() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let claimed = place.claimed(&place.found());
    let (mut stream, read) = claimed.stream().expect("is to be read");
    let mut first = [0; 2];
    stream.read_exact(&mut first).expect("reads");
    let mut whole = String::new();
    claimed
        .handle()
        .expect("opens")
        .read_to_string(&mut whole)
        .expect("reads");
    assert_eq!((&first, whole.as_str(), read.bytes()), (b"ab", "abc", 2));
    assert_eq!(
        read.sha256().expect("reads on"),
        ABC,
        "the rest is hashed too"
    );
}

#[test]
fn a_file_that_is_written_to_after_it_was_taken_is_seen() {
    let place = Place::new("");
    place.drop("a.csv", b"abcd");
    let claimed = place.claimed(&place.found());
    fs::write(claimed.work().folder().path().join(INPUT), b"abc").expect("writes");
    assert!(!claimed.is_unchanged().expect("looks"));
    let Taken::Claimed(again) = claimed.refresh(&place.folders).expect("no error") else {
        panic!("it is complete");
    };
    assert_eq!(again.sha256(), Some(ABC));
    assert!(again.is_unchanged().expect("looks"));
}

#[test]
fn a_file_that_somebody_still_writes_stays_and_goes_back() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let writer = fs::OpenOptions::new()
        .append(true)
        .open(place.inbox("a.csv"))
        .expect("opens");
    let (file, _) = place.folders.inbox.read("a.csv").expect("opens");
    if crate::os::writers(&file) == crate::os::Writers::Unknown {
        return; // A file system without leases.
    }
    assert!(matches!(place.left(&place.found()), Left::StillWritten));
    drop(writer);
    let claimed = place.claimed(&place.found());
    // A writer that came in between the first look and the move.
    let path = claimed.work().folder().path().join(INPUT);
    let writer = fs::OpenOptions::new()
        .append(true)
        .open(path)
        .expect("opens");
    let left = claimed.refresh(&place.folders).expect("no error");
    assert!(matches!(left, Taken::Left(Left::StillWritten)));
    assert_eq!(place.inbox_names(), ["a.csv"]);
    assert_eq!(place.in_hand(), 0);
    drop(writer);
}

#[test]
fn what_changed_since_the_scan_is_left() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let found = place.found();
    place.drop("a.csv", b"abcdef");
    assert!(matches!(place.left(&found), Left::Changed));
    fs::remove_file(place.inbox("a.csv")).expect("removes");
    assert!(matches!(place.left(&found), Left::Gone));
    symlink("/etc/passwd", place.inbox("a.csv")).expect("links");
    assert!(matches!(place.left(&found), Left::Changed));
    assert_eq!(place.in_hand(), 0);
}

#[test]
fn without_room_nothing_is_begun() {
    let place = Place::new("limits = { bytes = \"1000TiB\" }");
    let file = fs::File::create(place.inbox("a.csv")).expect("makes");
    let free = place.folders.work.free().expect("tells");
    file.set_len(free / 9).expect("a sparse file");
    drop(file);
    assert!(matches!(place.left(&place.found()), Left::NoRoom { missing } if missing > 0));
    assert_eq!(place.inbox_names(), ["a.csv"]);
    assert_eq!(place.in_hand(), 0);
}

#[test]
fn deaths_are_counted_while_reading_and_only_then() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let mut claimed = place.claimed(&place.found());
    let reborn = |place: &Place| recover(&place.folders).expect("recovers").claims.remove(0);
    for deaths in 0..3 {
        assert_eq!(claimed.deaths(), deaths);
        claimed.begin_reading().expect("notes");
        drop(claimed);
        claimed = reborn(&place);
    }
    claimed.begin_reading().expect("notes");
    claimed.end_reading().expect("notes");
    drop(claimed);
    assert_eq!(
        reborn(&place).deaths(),
        3,
        "a reading that ended is no death"
    );
}

#[test]
fn files_come_in_the_order_that_the_profile_names() {
    let names = ["x_10.csv", "x_9.csv", "a.csv", "b.csv"];
    for (keys, expected) in [
        ("", ["a.csv", "b.csv", "x_10.csv", "x_9.csv"]),
        (
            "order = \"sequence\"",
            ["x_9.csv", "x_10.csv", "a.csv", "b.csv"],
        ),
    ] {
        let place = Place::new(keys);
        for name in names {
            place.drop(name, b"");
        }
        let found: Vec<_> = place
            .scan()
            .found
            .into_iter()
            .map(|found| found.candidate.name)
            .collect();
        assert_eq!(found, expected);
    }
}
