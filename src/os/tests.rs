use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode};

use super::*;

fn temp() -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().expect("a temp folder");
    let folder = Folder::open(dir.path()).expect("opens");
    (dir, folder)
}

#[test]
fn a_name_that_leads_elsewhere_is_never_opened() {
    let (dir, folder) = temp();
    let (other, outside) = temp();
    outside.write("secret", 0o600, b"x").expect("writes");
    std::os::unix::fs::symlink(other.path().join("secret"), dir.path().join("link"))
        .expect("links");
    std::os::unix::fs::symlink(other.path(), dir.path().join("to-folder")).expect("links");
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).expect("links");
    for name in ["link", "loop"] {
        assert!(folder.read(name).expect_err(name).is_link(), "{name}");
        assert_eq!(
            folder.look(name).expect("looks").expect("is there").kind,
            Kind::Link
        );
    }
    assert!(folder.folder("to-folder").is_err());
    assert!(folder.create("link", 0o600).expect_err("a link").is_taken());
    assert!(Folder::open(&dir.path().join("to-folder")).is_err());
    for name in ["", ".", "..", "../x", "/etc/passwd", "a/b"] {
        assert!(folder.read(name).is_err(), "{name:?}");
        assert!(folder.create(name, 0o600).is_err(), "{name:?}");
        assert!(folder.rename("link", &folder, name).is_err(), "{name:?}");
        assert!(folder.remove(name).is_err(), "{name:?}");
    }
}

#[test]
fn a_pipe_is_looked_at_and_opened_without_waiting() {
    let (dir, folder) = temp();
    let path = dir.path().join("pipe");
    rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR, 0).expect("makes");
    let look = folder.look("pipe").expect("looks").expect("is there");
    assert_eq!(look.kind, Kind::Other);
    let (_, stat) = folder.read("pipe").expect("opens at once");
    assert!(!stat.is_plain());
    assert_eq!(folder.read_small("pipe", 10).expect("no error"), None);
}

#[test]
fn a_second_name_makes_a_file_not_plain() {
    let (dir, folder) = temp();
    folder.write("a", 0o600, b"x").expect("writes");
    assert!(
        folder
            .look("a")
            .expect("looks")
            .expect("is there")
            .is_plain()
    );
    std::fs::hard_link(dir.path().join("a"), dir.path().join("b")).expect("links");
    assert!(
        !folder
            .look("a")
            .expect("looks")
            .expect("is there")
            .is_plain()
    );
}

#[test]
fn a_rename_replaces_nothing() {
    let (_dir, folder) = temp();
    folder.write("a", 0o600, b"a").expect("writes");
    folder.write("b", 0o600, b"b").expect("writes");
    assert!(
        folder
            .rename("a", &folder, "b")
            .expect_err("taken")
            .is_taken()
    );
    assert!(
        folder
            .rename("c", &folder, "d")
            .expect_err("none")
            .is_not_found()
    );
    assert_eq!(
        folder.read_small("b", 10).expect("reads").as_deref(),
        Some(&b"b"[..])
    );
    assert_eq!(folder.read_small("b", 0).expect("reads"), None);
}

#[test]
fn modes_are_exact_and_names_come_sorted() {
    let (_dir, folder) = temp();
    folder.create("b", 0o666).expect("makes");
    folder.write("a", 0o640, b"x").expect("writes");
    folder.write("a", 0o600, b"y").expect("replaces");
    folder
        .ensure("c", 0o777)
        .expect("makes")
        .sync()
        .expect("syncs");
    folder.ensure("c", 0o700).expect("is there");
    let modes = folder.names().expect("lists");
    let modes = modes
        .iter()
        .map(|name| folder.look(name).expect("looks").expect("is there").mode);
    assert_eq!(modes.collect::<Vec<_>>(), [0o600, 0o666, 0o777]);
    let odd = std::ffi::OsStr::from_bytes(b"\xff\n");
    folder.create(odd, 0o600).expect("makes");
    assert!(
        folder
            .names()
            .expect("lists")
            .iter()
            .any(|name| name == odd)
    );
}

#[test]
fn one_lock_at_a_time() {
    let (dir, folder) = temp();
    let first = folder.create("lock", 0o600).expect("makes");
    let (second, _) = folder.read("lock").expect("opens");
    assert!(try_lock(&first, dir.path()).expect("locks"));
    assert!(!try_lock(&second, dir.path()).expect("asks"));
    drop(first);
    assert!(try_lock(&second, dir.path()).expect("locks"));
}

#[test]
fn an_open_writer_is_seen_until_it_closes() {
    let (_dir, folder) = temp();
    let mut writer = folder.create("a", 0o600).expect("makes");
    writer.write_all(b"abc").expect("writes");
    let (file, _) = folder.read("a").expect("opens");
    if writers(&file) == Writers::Unknown {
        return; // A file system without leases: nothing to see.
    }
    assert_eq!(writers(&file), Writers::Some);
    drop(writer);
    // A child that another test starts at this moment holds every handle until it runs its own program.
    let closed = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        writers(&file) == Writers::None
    });
    assert!(closed);
    assert_eq!(writers(&file), Writers::None, "the lease was given back");
}

#[test]
fn hashing_needs_no_position() {
    let (dir, folder) = temp();
    folder.write("a", 0o600, b"abc").expect("writes");
    let (mut file, _) = folder.read("a").expect("opens");
    std::io::Read::read_exact(&mut file, &mut [0; 2]).expect("reads");
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash(&file, dir.path()).expect("reads"), (abc.to_owned(), 3));
    assert_ne!(
        random::<16>().expect("reads"),
        random::<16>().expect("reads")
    );
}

#[test]
fn an_error_names_the_path_without_its_control_characters() {
    let (_dir, folder) = temp();
    let fault = folder.read("a\nb\x1b[2J").expect_err("not there");
    let text = fault.to_string();
    assert!(
        text.starts_with("cannot open \"/") && text.ends_with("a\\nb\\u{1b}[2J\""),
        "{text}"
    );
}

/// The child of the next test: passes a step three times.
#[test]
fn passes_a_step() {
    if std::env::var_os("SLUSS_TEST_PASSES").is_some() {
        for _ in 0..3 {
            step("input_taken");
        }
    }
}

#[test]
fn a_failpoint_kills_at_the_step_and_time_it_names() {
    use std::os::unix::process::ExitStatusExt;
    let run = |point: &str| {
        let test = std::env::current_exe().expect("runs");
        let status = Command::new(test)
            .args(["--exact", "os::tests::passes_a_step"])
            .envs([("SLUSS_TEST_PASSES", "1"), ("SLUSS_FAILPOINT", point)])
            .stdout(std::process::Stdio::null())
            .status();
        status.expect("runs").signal()
    };
    assert_eq!(run("input_taken"), Some(9));
    assert_eq!(run("input_taken:3"), Some(9));
    assert_eq!(run("input_taken:4"), None);
    assert_eq!(run("claim_written"), None);
}
