use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use super::*;

fn made() -> (tempfile::TempDir, std::path::PathBuf) {
    let temp = tempfile::tempdir().expect("a temp folder");
    let dir = temp.path().join("site");
    Site::init(&dir).expect("makes a site");
    (temp, dir)
}

fn mode(path: &Path) -> u32 {
    let data = std::fs::symlink_metadata(path).expect("is there");
    data.permissions().mode() & 0o7777
}

fn reasons(done: Result<impl std::fmt::Debug, SiteError>) -> String {
    let fault = done.expect_err("is refused");
    assert!(fault.is_usage(), "{fault}");
    fault.to_string()
}

#[test]
fn a_new_site_opens_and_has_its_modes() {
    let (_temp, dir) = made();
    let site = Site::open(&dir).expect("opens");
    assert_eq!(site.settings().partners.len(), 1);
    let rows = [
        ("inbox/example", 0o750),
        ("outbox/example", 0o750),
        ("archive", 0o700),
        ("quarantine", 0o700),
        ("work", 0o700),
        ("ledger", 0o700),
        ("formats", 0o700),
        ("secret", 0o600),
        ("sluss.toml", 0o640),
    ];
    for (name, expected) in rows {
        assert_eq!(mode(&dir.join(name)), expected, "{name}");
    }
    let (_temp, other) = made();
    let other = Site::open(&other).expect("opens");
    assert_ne!(site.secret().site(), other.secret().site());
}

#[test]
fn what_the_template_shows_is_the_default() {
    let uncommented: String = include_str!("template.toml")
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let parse = |text: &str| {
        let around = Around {
            root: Path::new("/site"),
            formats: None,
            keys: &[],
        };
        Settings::parse(SETTINGS, text, around).expect("is right")
    };
    let shown = &parse(&uncommented).partners["example"];
    let usual = &parse(include_str!("template.toml")).partners["example"];
    assert_eq!(shown.answers, usual.answers);
    assert_eq!(shown.limits, usual.limits);
    assert_eq!(
        (shown.settle, shown.retention, &shown.inbox, &shown.outbox),
        (usual.settle, usual.retention, &usual.inbox, &usual.outbox)
    );
    assert_eq!(
        (&shown.book, shown.order, shown.role),
        (&usual.book, usual.order, usual.role)
    );
}

#[test]
fn init_takes_an_empty_folder_and_never_overwrites() {
    let temp = tempfile::tempdir().expect("a temp folder");
    let empty = temp.path().join("empty");
    std::fs::create_dir(&empty).expect("makes");
    Site::init(&empty).expect("an empty folder will do");
    let before = std::fs::read(empty.join("secret")).expect("reads");
    assert!(reasons(Site::init(&empty)).contains("is not empty"));
    assert_eq!(std::fs::read(empty.join("secret")).expect("reads"), before);
    Site::init(&temp.path().join("a/b/c")).expect("makes what leads there");
    assert!(
        Site::init(&empty.join("secret")).is_err(),
        "a file is in the way"
    );
}

#[test]
fn a_folder_that_is_no_site_is_said_so() {
    let temp = tempfile::tempdir().expect("a temp folder");
    for dir in [temp.path().to_owned(), temp.path().join("none")] {
        assert!(reasons(Site::open(&dir)).contains("is no site"));
    }
}

#[test]
fn keys_and_settings_that_others_reach_are_refused() {
    let rows: &[(&str, u32, &str)] = &[
        ("secret", 0o640, "can be read by others (mode 0640)"),
        ("sluss.toml", 0o646, "can be written by everybody"),
    ];
    for (name, mode, expected) in rows {
        let (_temp, dir) = made();
        std::fs::set_permissions(dir.join(name), PermissionsExt::from_mode(*mode)).expect("sets");
        assert!(reasons(Site::open(&dir)).contains(expected), "{name}");
    }
    let (_temp, dir) = made();
    std::fs::remove_file(dir.join("secret")).expect("removes");
    assert!(reasons(Site::open(&dir)).contains("secret is missing"));
    let (_temp, dir) = made();
    std::fs::write(dir.join("sluss.toml"), b"[site]\n# \xff\n").expect("writes");
    assert_eq!(
        reasons(Site::open(&dir)),
        "sluss.toml:2:1 the line is not UTF-8 text"
    );
}

#[test]
fn format_files_come_sorted_and_links_to_them_are_the_operators_choice() {
    let (_temp, dir) = made();
    let text = include_str!("../../formats/canonical-csv.toml");
    let own = text.replace("\"canonical-csv\"", "\"own-csv-1\"");
    std::fs::write(dir.join("formats/b.toml"), &own).expect("writes");
    std::fs::write(dir.join("formats/readme.txt"), "x").expect("writes");
    std::fs::write(dir.join("elsewhere"), text).expect("writes");
    symlink(dir.join("elsewhere"), dir.join("formats/a.toml")).expect("links");
    let site = Site::open(&dir).expect("opens");
    let files = site.format_files().iter();
    let files: Vec<(&str, &str)> = files
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(
        files,
        [("formats/a.toml", text), ("formats/b.toml", own.as_str())]
    );
    assert!(
        site.formats().contains_key("own-csv-1") && site.formats().contains_key("canonical-xml")
    );
}

#[test]
fn faults_of_formats_and_settings_are_told_together() {
    let (_temp, dir) = made();
    std::fs::write(dir.join("formats/a.toml"), "id = 5").expect("writes");
    std::fs::write(dir.join(SETTINGS), "[sites]").expect("writes");
    let told = reasons(Site::open(&dir));
    assert!(
        told.contains("sluss.toml:1:2 unknown key `sites`"),
        "{told}"
    );
    assert!(told.contains("formats/a.toml:1:6"), "{told}");
    std::fs::remove_file(dir.join("formats/a.toml")).expect("removes");
    let text = "[partner.p]\nformats = [\"canonical-cvs\"]\nlines = [\"insurance\"]\n";
    std::fs::write(dir.join(SETTINGS), text).expect("writes");
    let told = reasons(Site::open(&dir));
    assert!(told.contains("did you mean `canonical-csv`?"), "{told}");
}

#[test]
fn only_one_run_holds_the_site() {
    let (_temp, dir) = made();
    let site = Site::open(&dir).expect("opens");
    let lock = site.try_lock().expect("asks").expect("is free");
    assert!(site.try_lock().expect("asks").is_none());
    assert!(
        site.lock_within(Duration::from_millis(60))
            .expect("asks")
            .is_none()
    );
    let freer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        drop(lock);
    });
    assert!(site.lock_within(Site::PATIENCE).expect("asks").is_some());
    freer.join().expect("ends");
}

/// A site with these settings of its partner, and what `prepare` says.
fn prepared(dir: &Path, keys: &str) -> Result<Vec<String>, SiteError> {
    let text = format!(
        "[partner.example]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\"]\n{keys}\n"
    );
    std::fs::write(dir.join(SETTINGS), text).expect("writes");
    let site = Site::open(dir).expect("opens");
    Ok(site.prepare()?.into_keys().collect())
}

#[test]
fn folders_within_the_site_are_made_and_others_must_be_there() {
    let (temp, dir) = made();
    std::fs::remove_dir_all(dir.join("inbox")).expect("removes");
    assert_eq!(prepared(&dir, "").expect("fits"), ["example"]);
    for name in ["archive/example", "quarantine/example", "work/example"] {
        assert_eq!(mode(&dir.join(name)), 0o700, "{name}");
    }
    assert_eq!(mode(&dir.join("inbox/example")), 0o750);
    let outside = temp.path().join("sftp");
    let keys = format!("inbox = {outside:?}");
    assert!(reasons(prepared(&dir, &keys)).contains("is not there"));
    std::fs::create_dir(&outside).expect("makes");
    assert!(prepared(&dir, &keys).is_ok());
}

#[test]
fn a_link_in_a_folders_place_is_refused() {
    let (temp, dir) = made();
    let elsewhere = temp.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("makes");
    std::fs::remove_dir(dir.join("outbox/example")).expect("removes");
    symlink(&elsewhere, dir.join("outbox/example")).expect("links");
    assert!(reasons(prepared(&dir, "")).contains("is a link or no folder"));
    std::fs::remove_file(dir.join("outbox/example")).expect("removes");
    symlink(&elsewhere, temp.path().join("link")).expect("links");
    let keys = format!("outbox = {:?}", temp.path().join("link"));
    assert!(reasons(prepared(&dir, &keys)).contains("is a link or no folder"));
}

#[test]
fn one_folder_under_two_names_is_refused() {
    let (temp, dir) = made();
    let link = temp.path().join("link");
    symlink(&dir, &link).expect("links");
    let keys = format!("outbox = {:?}", link.join("inbox/example"));
    assert!(reasons(prepared(&dir, &keys)).contains("are the same folder"));
}

#[test]
fn another_file_system_is_refused() {
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else {
        return; // Nothing to compare with.
    };
    let (_temp, dir) = made();
    let device = |path: &Path| Folder::open(path).expect("opens").mount().expect("tells");
    if device(other.path()) == device(&dir) {
        return;
    }
    let keys = format!("outbox = {:?}", other.path());
    assert!(reasons(prepared(&dir, &keys)).contains("on another file system"));
}

#[test]
fn room_is_ten_times_the_input() {
    let (_temp, dir) = made();
    let site = Site::open(&dir).expect("opens");
    let folders = &site.prepare().expect("fits")["example"];
    let free = folders.work.free().expect("tells");
    assert_eq!(folders.room_missing(1000).expect("tells"), 0);
    assert!(folders.room_missing(free / 10 + (1 << 30)).expect("tells") > 1 << 30);
    assert!(folders.room_missing(u64::MAX).expect("tells") > 0);
}
