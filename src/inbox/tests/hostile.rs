//! Names and file types that mean harm: moved as they are, never opened.

use super::*;

/// Drops one hostile thing, and says what it must be refused for.
type Row = (&'static str, fn(&Place), Code);

const ROWS: &[Row] = &[
    (
        "link to a system file",
        |p| link(p, "/etc/passwd"),
        Code::NotPlainFile,
    ),
    (
        "link to our secret",
        |p| link(p, "../../secret"),
        Code::NotPlainFile,
    ),
    (
        "link to its own outbox",
        |p| link(p, "../../outbox/p"),
        Code::NotPlainFile,
    ),
    (
        "link to nothing",
        |p| link(p, "nowhere"),
        Code::NotPlainFile,
    ),
    ("link to itself", |p| link(p, "x.csv"), Code::NotPlainFile),
    ("pipe", |p| node(p, FileType::Fifo), Code::NotPlainFile),
    ("socket", |p| node(p, FileType::Socket), Code::NotPlainFile),
    ("hard link", hard_link, Code::NotPlainFile),
    (
        "not UTF-8",
        |p| p.drop(OsStr::from_bytes(b"f\xf6r.csv"), b"abc"),
        Code::BadName,
    ),
    ("line end", |p| p.drop("a\nb.csv", b"abc"), Code::BadName),
    (
        "terminal code",
        |p| p.drop("a\x1b[2J.csv", b"abc"),
        Code::BadName,
    ),
    (
        "sparse exabytes",
        |p| sparse(p, 1 << 40),
        Code::FileTooLarge,
    ),
];

fn link(place: &Place, target: &str) {
    symlink(target, place.inbox("x.csv")).expect("links");
}

fn node(place: &Place, kind: FileType) {
    rustix::fs::mknodat(CWD, place.inbox("x.csv"), kind, Mode::RUSR, 0).expect("makes");
}

fn hard_link(place: &Place) {
    fs::hard_link(place.site.root().join("secret"), place.inbox("x.csv")).expect("links");
}

fn sparse(place: &Place, size: u64) {
    let file = fs::File::create(place.inbox("x.csv")).expect("makes");
    file.set_len(size).expect("grows");
}

#[test]
fn hostile_things_are_moved_as_they_are_and_never_read() {
    for (what, make, code) in ROWS {
        let place = Place::new("");
        make(&place);
        let claimed = place.claimed(&place.found());
        assert_eq!(claimed.refused(), Some(*code), "{what}");
        assert_eq!(claimed.sha256(), None, "{what}");
        assert!(
            claimed.stream().is_err() && claimed.handle().is_err(),
            "{what}"
        );
        assert!(place.inbox_names().is_empty(), "{what}");
        assert!(claimed.is_unchanged().expect("looks"), "{what}");
        let identity = claimed.identity().to_owned();
        assert_eq!(identity.len(), 64, "{what}");
        drop(claimed);
        let again = recover(&place.folders).expect("recovers").claims.remove(0);
        assert_eq!(again.identity(), identity, "{what}: the same after a crash");
        assert_eq!(again.refused(), Some(*code), "{what}");
    }
}

#[test]
fn a_hostile_claim_is_another_batch_each_time() {
    let place = Place::new("");
    link(&place, "nowhere");
    let first = place.claimed(&place.found());
    link(&place, "nowhere");
    let second = place.claimed(&place.found());
    assert_ne!(first.identity(), second.identity());
}

#[test]
fn names_that_only_look_dangerous_are_files_like_others() {
    for name in [
        "-rf.csv",
        "$(id).csv",
        "*.csv",
        "a b;c.csv",
        "CON",
        "å.csv",
        "..csv",
    ] {
        let place = Place::new("");
        place.drop(name, b"abc");
        if name.starts_with('.') {
            assert!(place.scan().found.is_empty(), "{name} is hidden");
            continue;
        }
        let claimed = place.claimed(&place.found());
        assert_eq!(
            (claimed.name().as_str(), claimed.sha256()),
            (name, Some(ABC))
        );
    }
}

#[test]
fn a_file_swapped_for_a_link_at_any_moment_is_never_followed() {
    let place = Place::new("");
    let secret = place.site.root().join("secret");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let (file, swap) = (place.inbox("x.csv"), place.inbox(".swap"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = symlink(&secret, &swap);
                let _ = fs::rename(&swap, &file);
                let _ = fs::write(&swap, b"abc");
                let _ = fs::rename(&swap, &file);
            }
        });
        for _ in 0..300 {
            for found in place.scan().found {
                let Taken::Claimed(claimed) = place.claim(&found) else {
                    continue;
                };
                match claimed.sha256() {
                    // A file that was written in place of the one seen may still have been empty.
                    Some(sha256) => assert!(claimed.bytes() <= 3, "{sha256}"),
                    None => assert_eq!(claimed.refused(), Some(Code::NotPlainFile)),
                }
                let work = claimed.into_work();
                work.folder().remove(INPUT).expect("removes");
                work.remove().expect("removes");
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(secret.exists());
}
