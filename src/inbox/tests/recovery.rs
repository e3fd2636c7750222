//! Killed at each step of taking: the file is then in the inbox or in the work folder, whole and once.

use std::process::Command;

use super::*;

#[test]
fn a_claim_survives_a_crash_with_its_clock() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let mut claimed = place.claimed(&place.found());
    claimed.name_batch("ba7816bf8f01").expect("notes");
    drop(claimed);
    let recovered = recover(&place.folders).expect("recovers");
    assert!(recovered.works.is_empty());
    let claimed = &recovered.claims[0];
    assert_eq!(claimed.sha256(), Some(ABC));
    assert_eq!(claimed.claim().claimed_at, when().now);
    assert_eq!(claimed.claim().batch.as_deref(), Some("ba7816bf8f01"));
}

#[test]
fn a_batch_without_a_file_is_found_and_given_up() {
    let place = Place::new("");
    without_file(&place.folders, "p", when())
        .expect("makes")
        .answers()
        .expect("makes");
    let mut recovered = recover(&place.folders).expect("recovers");
    assert_eq!((recovered.claims.len(), recovered.works.len()), (0, 1));
    put_back(recovered.works.remove(0), &place.folders.inbox).expect("gives up");
    assert_eq!(place.in_hand(), 0);
}

#[test]
fn a_file_goes_back_unless_its_name_is_taken() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let claimed = place.claimed(&place.found());
    place.drop("a.csv", b"newer");
    claimed.put_back(&place.folders).expect("no error");
    assert_eq!(fs::read(place.inbox("a.csv")).expect("reads"), b"newer");
    let recovered = recover(&place.folders).expect("recovers");
    assert_eq!(recovered.claims[0].sha256(), Some(ABC), "both are kept");
}

#[test]
fn a_done_file_of_a_newer_file_stays() {
    let place = Place::new("done_file = \"{name}.done\"");
    place.drop("a.csv", b"abc");
    place.drop("a.csv.done", b"");
    assert!(!child(&place, "input_taken"), "the child is killed");
    fs::remove_file(place.inbox("a.csv.done")).expect("removes");
    place.drop("other", b"");
    place.drop("a.csv.done", b"");
    let recovered = recover(&place.folders).expect("recovers");
    assert_eq!(recovered.claims.len(), 1);
    assert_eq!(place.inbox_names(), ["a.csv.done", "other"]);
}

#[test]
fn a_misfit_that_was_replaced_is_refused() {
    let place = Place::new("done_file = \"{name}.sha256\"");
    place.drop("a.csv", b"abc");
    place.drop("a.csv.sha256", ABC.as_bytes());
    let claimed = place.claimed(&place.found());
    let input = claimed.work().folder().path().join(INPUT);
    fs::write(input, b"other").expect("writes");
    place.drop("a.csv", b"newer");
    drop(claimed);
    let recovered = recover(&place.folders).expect("recovers");
    assert_eq!(recovered.claims[0].refused(), Some(Code::Sidecar));
    assert!(recovered.claims[0].sha256().is_some() && recovered.waiting.is_empty());
}

#[test]
fn what_was_put_in_a_taken_files_place_is_refused() {
    let place = Place::new("");
    place.drop("a.csv", b"abc");
    let claimed = place.claimed(&place.found());
    let input = claimed.work().folder().path().join(INPUT);
    fs::hard_link(&input, place.inbox(".second")).expect("links");
    drop(claimed);
    let recovered = recover(&place.folders).expect("recovers");
    assert_eq!(recovered.claims[0].refused(), Some(Code::NotPlainFile));
}

#[test]
fn a_file_put_away_is_taken_again_as_a_copy() {
    let place = Place::new("limits = { bytes = 10 }");
    for (path, bytes) in [
        ("quarantine/p/a.1.csv", &b"abc"[..]),
        ("archive/p/big.csv", &[0; 11]),
    ] {
        fs::write(place.site.root().join(path), bytes).expect("writes");
    }
    let retry = |path| {
        retry(
            &place.site,
            &place.folders,
            place.partner(),
            path,
            "a.csv",
            when(),
        )
    };
    let claimed = retry("quarantine/p/a.1.csv").expect("is taken");
    assert_eq!(
        (claimed.name().as_str(), claimed.sha256()),
        ("a.csv", Some(ABC))
    );
    assert!(place.site.root().join("quarantine/p/a.1.csv").exists());
    let claimed = retry("archive/p/big.csv").expect("is taken");
    assert_eq!(claimed.refused(), Some(Code::FileTooLarge));
    symlink("../../secret", place.site.root().join("quarantine/p/link")).expect("links");
    for path in [
        "quarantine/p/none",
        "quarantine/p/link",
        "secret",
        "quarantine/../secret",
        "archive/p",
        "",
    ] {
        assert!(retry(path).is_err(), "{path}");
    }
}

/// The child of the next tests: recovers and takes what it finds in the site that the environment names.
#[test]
fn takes_in_a_child() {
    let Some(dir) = std::env::var_os("SLUSS_TEST_SITE") else {
        return;
    };
    let site = Site::open(dir.as_ref()).expect("opens");
    let folders = site.prepare().expect("fits").remove("p").expect("is there");
    let place = Place {
        _temp: tempfile::tempdir().expect("a temp folder"),
        site,
        folders,
    };
    let recovered = recover(&place.folders).expect("recovers");
    assert!(recovered.works.is_empty());
    for found in place.scan().found {
        place.claimed(&found);
    }
}

fn child(place: &Place, point: &str) -> bool {
    let status = Command::new(std::env::current_exe().expect("runs"))
        .args(["--exact", "inbox::tests::recovery::takes_in_a_child"])
        .env("SLUSS_TEST_SITE", place.site.root())
        .env("SLUSS_FAILPOINT", point)
        .stdout(std::process::Stdio::null())
        .status();
    status.expect("runs").success()
}

#[test]
fn killed_at_any_step_the_file_is_taken_once_and_whole() {
    let points = [
        "claim_folder_made",
        "claim_written",
        "input_taken",
        "claim_synced",
        "done_file_taken",
        // While recovery takes a folder away.
        "claim_emptied",
        "claim_removed",
    ];
    for point in points {
        let place = Place::new("done_file = \"{name}.done\"");
        place.drop("a.csv", b"abc");
        place.drop("a.csv.done", b"");
        if point.starts_with("claim_em") || point == "claim_removed" {
            assert!(!child(&place, "claim_written"), "something to take away");
        }
        assert!(!child(&place, point), "{point}: the child is killed");
        assert!(child(&place, ""), "{point}: the next goes on");
        let mut recovered = recover(&place.folders).expect("recovers");
        assert_eq!(recovered.claims.len(), 1, "{point}");
        assert_eq!(recovered.claims[0].sha256(), Some(ABC), "{point}");
        assert_eq!(place.in_hand(), 1, "{point}");
        assert!(
            place.inbox_names().is_empty(),
            "{point}: the done-file came along"
        );
        recovered
            .claims
            .remove(0)
            .put_back(&place.folders)
            .expect("goes back");
        assert_eq!(place.inbox_names(), ["a.csv", "a.csv.done"], "{point}");
        assert_eq!(Work::all(&place.folders.work).expect("lists").len(), 0);
    }
}
