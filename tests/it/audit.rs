//! The audit: what was altered after it was written is found, in books, archive and outboxes.

mod flips;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use serde_json::Value;

fn sluss(arguments: &[&str], site: &Path) -> Output {
    let program = env!("CARGO_BIN_EXE_sluss");
    let mut command = Command::new(program);
    command.args(arguments).arg("--site").arg(site);
    command.env_remove("SLUSS_SITE").output().expect("it runs")
}

/// A site after its sample night.
fn night(folder: &Path) -> PathBuf {
    let site = folder.join("site");
    let program = env!("CARGO_BIN_EXE_sluss");
    let demo = Command::new(program).arg("demo").arg(&site).output();
    assert!(demo.expect("it runs").status.success());
    site
}

fn audit(site: &Path) -> (Option<i32>, Value) {
    let output = sluss(&["audit", "--json"], site);
    let told = String::from_utf8_lossy(&output.stderr);
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|_| panic!("no document: {told}"));
    (output.status.code(), document)
}

/// All breaks, a line each.
fn breaks(document: &Value) -> Vec<String> {
    let books = document["books"].as_array().expect("books");
    let all = books.iter().flat_map(|book| {
        let breaks = book["breaks"].as_array().expect("breaks");
        breaks.iter().map(|found| {
            let text = |key: &str| found[key].as_str().unwrap_or("").to_owned();
            format!("{} {} {}", text("batch"), text("place"), text("what"))
        })
    });
    all.collect()
}

/// The first file below a folder whose name ends so.
fn file(folder: &Path, ending: &str) -> PathBuf {
    let mut names: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| path.is_file() && path.to_string_lossy().ends_with(ending))
        .collect();
    names.sort();
    names.swap_remove(0)
}

fn book(site: &Path, sql: &str) {
    let db = Connection::open(site.join("ledger/nordbank.sqlite")).expect("opens");
    let triggers = "DROP TRIGGER change_keeps; DROP TRIGGER change_stays; DROP TRIGGER journal_keeps; \
         DROP TRIGGER journal_stays;";
    db.execute_batch(triggers).expect("dropped");
    db.execute_batch(sql).expect(sql);
}

fn newest_change(site: &Path) -> u128 {
    let db = Connection::open(site.join("ledger/nordbank.sqlite")).expect("opens");
    let newest: i64 = db
        .query_row("SELECT max(id) FROM change", [], |row| row.get(0))
        .expect("a change");
    newest.try_into().expect("an id")
}

/// Takes the heads of later changes out of the index.
fn heads_up_to(site: &Path, newest: u128) {
    let db = Connection::open(site.join("ledger/nordbank.sqlite")).expect("opens");
    let mut query = db
        .prepare("SELECT start, heads FROM head")
        .expect("a query");
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows: Vec<(i64, Vec<u8>)> = rows.expect("rows").collect::<Result<_, _>>().expect("rows");
    for (start, heads) in rows {
        let (widths, heads) = heads.split_at(3);
        let all: u32 = widths.iter().copied().map(u32::from).sum();
        let each = (all as usize).div_ceil(8).max(1);
        let place = (1_u128 << widths[0]) - 1;
        let numbers = heads.chunks(each).map(|head| {
            let mut number = [0; 16];
            number[..each].copy_from_slice(head);
            u128::from_le_bytes(number)
        });
        let kept: Vec<u128> = numbers
            .filter(|number| number >> (widths[0] + widths[1]) <= newest)
            .collect();
        db.execute("DELETE FROM head WHERE start = ?1", [start])
            .expect("taken out");
        let Some(first) = kept.first().map(|number| number & place) else {
            continue;
        };
        let mut heads = widths.to_vec();
        for number in kept {
            heads.extend(&(number - first).to_le_bytes()[..each]);
        }
        let start = start + i64::try_from(first).expect("a place");
        db.execute("INSERT INTO head VALUES (?1, ?2)", (start, heads))
            .expect("put back");
    }
}

#[test]
fn a_night_is_what_was_written_and_collected_answers_are_no_break() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path());
    let (code, document) = audit(&site);
    assert_eq!(code, Some(0), "{document:#}");
    let outbox = site.join("outbox/nordbank");
    std::fs::remove_file(file(&outbox, ".result.csv")).expect("collected");
    std::fs::remove_file(file(&outbox, ".summary.json")).expect("collected");
    let (code, document) = audit(&site);
    assert_eq!((code, breaks(&document).len()), (Some(0), 0));
    let told = sluss(&["audit"], &site);
    let told = String::from_utf8(told.stdout).expect("UTF-8");
    assert!(
        told.contains("nordbank: all is as it was written"),
        "{told}"
    );
    assert!(told.contains("2 answers collected"), "{told}");
}

/// What is told of a damage, and what does it.
type Damage<'d> = (&'d str, &'d dyn Fn(&Path));

#[test]
fn what_was_altered_afterwards_is_a_break_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = night(folder.path());
    let rows: [Damage<'_>; 19] = [
        ("not the file that was taken", &|site| {
            let path = file(&site.join("archive/nordbank"), ".csv");
            let mut bytes = std::fs::read(&path).expect("read");
            bytes[100] ^= 1;
            std::fs::write(&path, bytes).expect("written");
        }),
        ("the file that was taken is gone", &|site| {
            std::fs::remove_file(file(&site.join("archive/nordbank"), ".xml")).expect("removed");
        }),
        ("not the answer that was written", &|site| {
            let path = file(&site.join("outbox/nordbank"), ".orders.csv");
            let text = std::fs::read_to_string(&path).expect("read");
            std::fs::write(&path, text + "\n").expect("written");
        }),
        ("not the answer that was written", &|site| {
            let path = file(&site.join("outbox/nordbank"), ".summary.json");
            let text = std::fs::read_to_string(&path).expect("read");
            std::fs::write(
                &path,
                text.replacen("\"records\": 1", "\"records\": 2", 1) + " ",
            )
            .expect("written");
        }),
        ("its changes were altered", &|site| {
            book(site, "UPDATE change SET state = replace(state, '1', '2')");
        }),
        ("its changes were altered", &|site| {
            book(
                site,
                "UPDATE change SET state = (SELECT state FROM change WHERE id = 5) WHERE id = 7",
            );
        }),
        ("its changes were altered", &|site| {
            book(site, "DELETE FROM change WHERE id = 5");
        }),
        ("it was altered", &|site| {
            book(
                site,
                "UPDATE journal SET status = 'accepted' WHERE status = 'partial'",
            );
        }),
        ("a row before this one is gone", &|site| {
            book(site, "DELETE FROM journal WHERE id = 2");
        }),
        ("it is older than its answers", &|site| {
            book(
                site,
                "DELETE FROM change WHERE batch = (SELECT max(id) FROM journal);
                 DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)",
            );
            heads_up_to(site, newest_change(site));
        }),
        ("cannot be found by its names", &|site| {
            heads_up_to(site, newest_change(site) - 1);
        }),
        ("is not among what falls due", &|site| {
            book(site, "UPDATE due SET day = day + 1");
        }),
        ("things fall due", &|site| {
            book(
                site,
                "INSERT INTO due SELECT day + 1, at, key, what, change FROM due LIMIT 1",
            );
        }),
        ("its changes do not follow", &|site| {
            book(
                site,
                "INSERT INTO journal SELECT id + 100, batch || 'x', partner, role, file, sha256, bytes, format, format_hash,
                 settings_hash, rules, business_date, status, duplicate_of, reason, claimed_at, archive, first_change,
                 last_change, content, summary, answers, this, this FROM journal WHERE id = 3",
            );
        }),
        ("the newest change is not the newest batch's", &|site| {
            book(
                site,
                "INSERT INTO change SELECT id + 100000, prev, batch, row, rule, key, also, digest, answer, state FROM change
                 LIMIT 1",
            );
        }),
        ("the tables are not those", &|site| {
            book(site, "CREATE TABLE more (id INTEGER)");
        }),
        // As if nothing had been published: what is there is looked at all the same.
        ("not the file that was taken", &|site| {
            book(site, "DELETE FROM published");
            let path = file(&site.join("archive/nordbank"), ".csv");
            let mut bytes = std::fs::read(&path).expect("read");
            bytes[100] ^= 1;
            std::fs::write(&path, bytes).expect("written");
        }),
        ("", &|site| {
            let path = site.join("ledger/nordbank.sqlite");
            let length = std::fs::metadata(&path).expect("there").len();
            let file = std::fs::OpenOptions::new().write(true).open(&path);
            file.expect("opens").set_len(length / 2).expect("cut off");
        }),
        ("", &|site| {
            let path = site.join("ledger/nordbank.sqlite");
            let mut bytes = std::fs::read(&path).expect("read");
            let at = bytes.len() / 2 - bytes.len() / 2 % 16384;
            bytes[at..at + 8].fill(0xff);
            std::fs::write(&path, bytes).expect("written");
        }),
    ];
    for (number, (expected, damage)) in rows.into_iter().enumerate() {
        let site = folder.path().join(format!("site-{number}"));
        let copied = Command::new("cp").arg("-a").args([&good, &site]).status();
        assert!(copied.expect("cp").success());
        damage(&site);
        let (code, document) = audit(&site);
        assert_eq!(code, Some(5), "{number}: {document:#}");
        let found = breaks(&document);
        let named = found.iter().any(|line| line.contains(expected));
        assert!(named, "{number} {expected}: {found:?}");
    }
}

#[test]
fn an_older_book_or_none_is_not_written_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path());
    let book = site.join("ledger/nordbank.sqlite");
    let copy = folder.path().join("older.sqlite");
    let made = Connection::open(&book)
        .expect("opens")
        .execute("VACUUM INTO ?1", [copy.to_str().expect("UTF-8")]);
    made.expect("copied");
    let next = site.join("inbox/nordbank/INS_20261121_001.csv");
    let sent = file(&site.join("archive/nordbank"), ".csv");
    let text = std::fs::read(&sent).expect("read");
    std::fs::write(&next, [&text[..], b"\n"].concat()).expect("dropped");
    let run = |site: &Path| sluss(&["run", "--business-date", "2026-11-21"], site);
    assert!(run(&site).status.code() < Some(2));
    assert!(!next.exists());
    for older in [true, false] {
        for end in ["", "-wal", "-shm"] {
            let path = format!("{}{end}", book.display());
            std::fs::remove_file(path).ok();
        }
        if older {
            std::fs::copy(&copy, &book).expect("brought back");
        }
        std::fs::write(&next, [&text[..], b"\n\n"].concat()).expect("dropped");
        let refused = run(&site);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(4), "{told}");
        assert!(told.contains("Bring back the newest copy"), "{told}");
        let (code, document) = audit(&site);
        assert_eq!(code, Some(5), "{document:#}");
        assert!(!breaks(&document).is_empty());
    }
}

#[test]
fn a_backup_taken_during_a_run_is_a_site_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = night(folder.path());
    let tar = folder.path().join("night.tar");
    let inbox = site.join("inbox/nordbank");
    let sent = std::fs::read(file(&site.join("archive/nordbank"), ".csv")).expect("read");
    for number in 0..40 {
        let name = inbox.join(format!("INS_20261121_{number:03}.csv"));
        std::fs::write(name, [&sent[..], &b"\n".repeat(number + 1)].concat()).expect("dropped");
    }
    let run = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .args(["run", "--quiet", "--business-date", "2026-11-21", "--site"])
        .arg(&site)
        .spawn();
    let mut run = run.expect("it runs");
    let taken = sluss(&["backup", tar.to_str().expect("UTF-8")], &site);
    assert_eq!(taken.status.code(), Some(0), "{taken:?}");
    assert!(run.wait().expect("it ends").code() < Some(2));
    let again = sluss(&["backup", tar.to_str().expect("UTF-8")], &site);
    assert_eq!(again.status.code(), Some(4), "nothing is replaced");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    // The drill: another machine, with the files that never change brought there by other means.
    let new = folder.path().join("new");
    let unpack = |arguments: &[&str]| {
        let done = Command::new("tar")
            .args(arguments)
            .arg("-C")
            .arg(&new)
            .status();
        assert!(done.expect("tar").success());
    };
    let init = Command::new(env!("CARGO_BIN_EXE_sluss"))
        .arg("init")
        .arg(&new)
        .status();
    assert!(init.expect("it runs").success());
    unpack(&["-xf", tar.to_str().expect("UTF-8")]);
    for folder in ["archive", "quarantine", "inbox", "outbox"] {
        let copied = Command::new("cp")
            .arg("-a")
            .arg(site.join(folder))
            .arg(&new)
            .status();
        assert!(copied.expect("cp").success());
    }
    let (_, document) = audit(&new);
    let found = breaks(&document);
    // What was answered after the backup is named, and nothing else.
    assert!(
        found
            .iter()
            .all(|line| line.contains("older than its answers")),
        "{found:?}"
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(new.join("secret"))
            .expect("there")
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}
