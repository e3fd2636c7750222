//! When a file is complete.

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

fn changed(place: &Place, name: &str) -> SystemTime {
    place
        .folders
        .inbox
        .look(name)
        .expect("looks")
        .expect("is there")
        .changed_at()
}

#[test]
fn a_file_is_complete_when_it_was_quiet_by_the_real_clock() {
    let place = Place::settling("10s", "");
    place.drop("a.csv", b"abc");
    // Uploads may keep the times of the source; they cannot keep the change time.
    let old = fs::FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
    fs::File::options()
        .write(true)
        .open(place.inbox("a.csv"))
        .expect("opens")
        .set_times(old)
        .expect("sets");
    let changed = changed(&place, "a.csv");
    let at = |seconds| {
        place
            .scan_at(changed + Duration::from_secs(seconds))
            .found
            .remove(0)
            .readiness
    };
    let until = changed + Duration::from_secs(10);
    assert_eq!(at(0), Readiness::Settling { until });
    assert_eq!(at(9), Readiness::Settling { until });
    assert_eq!(at(10), Readiness::Complete { done_file: None });
    let past = place.scan_at(changed - HOUR).found.remove(0).readiness;
    assert_eq!(
        past,
        Readiness::Settling { until },
        "a change in the future is not quiet"
    );
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let past = place
        .scan_at(SystemTime::now() - HOUR)
        .found
        .remove(0)
        .readiness;
    assert_eq!(
        past,
        Readiness::Complete { done_file: None },
        "settle 0 trusts cron"
    );
}

#[test]
fn a_done_file_decides_alone_and_is_taken_along() {
    let place = Place::settling("1h", "done_file = \"{name}.done\"");
    place.drop("a.csv", b"abc");
    let since = changed(&place, "a.csv");
    let done_file = std::ffi::OsString::from("a.csv.done");
    let waiting = Readiness::WaitingForDone {
        done_file: done_file.clone(),
        since,
    };
    assert_eq!(place.found().readiness, waiting);
    assert!(
        matches!(place.left(&place.found()), Left::Changed),
        "what waits is not taken"
    );
    symlink("a.csv", place.inbox("a.csv.done")).expect("links");
    assert_eq!(place.found().readiness, waiting, "a link is no done-file");
    fs::remove_file(place.inbox("a.csv.done")).expect("removes");
    place.drop("a.csv.done", b"");
    assert_eq!(
        place.found().readiness,
        Readiness::Complete {
            done_file: Some(done_file)
        }
    );
    let claimed = place.claimed(&place.found());
    assert!(place.inbox_names().is_empty());
    assert_eq!(
        claimed.work().folder().names().expect("lists"),
        ["claim.json", "done", "input"]
    );
    claimed.put_back(&place.folders).expect("goes back");
    assert_eq!(place.inbox_names(), ["a.csv", "a.csv.done"]);
}

#[test]
fn the_profiles_done_file_wins_over_the_formats() {
    let place = Place::new("");
    place.drop("wait.csv", b"abc");
    assert!(matches!(
        place.found().readiness,
        Readiness::WaitingForDone { .. }
    ));
    place.drop("wait.csv.fmt", b"");
    assert!(matches!(
        place.found().readiness,
        Readiness::Complete { done_file: Some(_) }
    ));
    let place = Place::new("done_file = \"{name}.done\"");
    place.drop("wait.csv", b"abc");
    place.drop("wait.csv.done", b"");
    assert!(matches!(
        place.found().readiness,
        Readiness::Complete { done_file: Some(_) }
    ));
}

#[test]
fn a_sidecar_must_fit_and_is_waited_for() {
    let place = Place::new("done_file = \"{name}.sha256\"\nsidecar_hours = 2");
    place.drop("a.csv", b"ab");
    place.drop("a.csv.sha256", ABC.as_bytes());
    let until = changed(&place, "a.csv").max(changed(&place, "a.csv.sha256")) + 2 * HOUR;
    assert_eq!(
        place.found().readiness,
        Readiness::SidecarMismatch { until }
    );
    place.drop("a.csv", b"abc");
    assert!(matches!(
        place.found().readiness,
        Readiness::Complete { done_file: Some(_) }
    ));
    let claimed = place.claimed(&place.found());
    assert_eq!(claimed.sha256(), Some(ABC));
    claimed.put_back(&place.folders).expect("goes back");
    place.drop("a.csv", b"abcd");
    let late = place.scan_at(SystemTime::now() + 3 * HOUR).found.remove(0);
    let done_file = Some("a.csv.sha256".into());
    assert_eq!(
        late.readiness,
        Readiness::Refused {
            code: Code::Sidecar,
            done_file
        }
    );
    let claimed = place.claimed(&late);
    assert_eq!(claimed.refused(), Some(Code::Sidecar));
    assert!(claimed.sha256().is_some() && place.inbox_names().is_empty());
}

#[test]
fn a_sidecar_that_is_no_checksum_does_not_fit() {
    for text in ["", "no hash", &"0".repeat(5000)] {
        let place = Place::new("done_file = \"{name}.sha256\"");
        place.drop("a.csv", b"abc");
        place.drop("a.csv.sha256", text.as_bytes());
        assert!(
            matches!(place.found().readiness, Readiness::SidecarMismatch { .. }),
            "{text}"
        );
    }
}

#[test]
fn a_checksum_is_compared_again_when_either_file_changed() {
    let place = Place::new("done_file = \"{name}.sha256\"");
    let mut sidecars = Sidecars::default();
    let mut readiness = || {
        let naming = Naming {
            of: &named,
            done_files: &[],
        };
        let now = SystemTime::now();
        let scan = scan(
            place.partner(),
            &place.folders.inbox,
            naming,
            now,
            &mut sidecars,
        );
        scan.expect("scans").found.remove(0).readiness
    };
    place.drop("a.csv", b"abc");
    place.drop("a.csv.sha256", b"");
    assert!(matches!(readiness(), Readiness::SidecarMismatch { .. }));
    assert!(matches!(readiness(), Readiness::SidecarMismatch { .. }));
    place.drop("a.csv.sha256", ABC.as_bytes());
    assert!(matches!(readiness(), Readiness::Complete { .. }));
    place.drop("a.csv", b"abcd");
    assert!(matches!(readiness(), Readiness::SidecarMismatch { .. }));
}

#[test]
fn odd_things_are_warnings() {
    let place = Place::new("");
    place.drop("a.csv.part", b"");
    fs::create_dir(place.inbox("folder.csv")).expect("makes");
    fs::create_dir(place.inbox(".hidden")).expect("makes");
    fs::write(place.inbox("../.hidden"), b"").expect("writes");
    let scan = place.scan();
    assert!(scan.found.is_empty());
    let told: Vec<String> = scan.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].ends_with("folder.csv\": a folder in an inbox is not entered"),
        "{told:?}"
    );
    let later = place.scan_at(SystemTime::now() + 25 * HOUR);
    assert!(
        later.warnings[0].message.contains("more than a day"),
        "{later:?}"
    );
    fs::create_dir(place.inbox("../nobody")).expect("makes");
    fs::write(place.inbox("../a.csv"), b"").expect("writes");
    let strays: Vec<&str> = strays(&place.site)
        .expect("looks")
        .into_iter()
        .map(|w| w.message)
        .collect();
    assert_eq!(strays.len(), 2);
    assert!(strays[0].contains("directly in inbox/") && strays[1].contains("no partner"));
}
