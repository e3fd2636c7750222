//! Opening: modes, versions, readers beside a writer, private copies.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::ledger::log::CHECKPOINT_BYTES;

fn mode(path: &Path) -> u32 {
    let meta = path.metadata().expect("there");
    meta.permissions().mode() & 0o777
}

#[test]
fn a_book_and_its_logs_are_private() {
    let place = place();
    let mut book = reopened(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", place.path.display());
        assert_eq!(mode(Path::new(&path)), 0o600, "{suffix}");
    }
    book.close().expect("closed");
    std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o644))
        .expect("opened up");
    drop(open(&place));
    assert_eq!(mode(&place.path), 0o600);
}

#[test]
fn a_book_is_made_as_it_must_be() {
    let place = place();
    let book = reopened(&place);
    let pragmas = [
        ("page_size", 16384),
        ("synchronous", 2),
        ("wal_autocheckpoint", 0),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("mmap_size", 0),
        ("user_version", 8),
        ("application_id", 0x736c_7573),
    ];
    for (pragma, expected) in pragmas {
        let sql = format!("PRAGMA {pragma}");
        let found: i64 = book.db.query_row(&sql, [], |row| row.get(0)).expect(pragma);
        assert_eq!(found, expected, "{pragma}");
    }
    let mode: String = book
        .db
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .expect("a mode");
    assert_eq!(mode, "wal");
}

#[test]
fn memory_for_pages_is_bounded_by_what_is_to_be_done() {
    let place = place();
    let mut book = reopened(&place);
    let mut copy = Book::scratch(Some(&place.path), SECRET).expect("a copy");
    let pages = |book: &Book, schema: &str| -> i64 {
        let sql = format!("PRAGMA {schema}.cache_size");
        book.db.query_row(&sql, [], |row| row.get(0)).expect("told")
    };
    for (bytes, logged, kib) in [
        (1_000, 2_048, 2_048),
        (32 << 20, 16_384, 4_096),
        (1 << 40, 26_624, 8_192),
    ] {
        book.expect(bytes).expect("made room");
        copy.expect(bytes).expect("made room");
        assert_eq!(pages(&book, "main"), -logged);
        assert_eq!(pages(&copy, "main"), -kib);
        assert_eq!(pages(&copy, "base"), -kib);
    }
    // What falls due after a small file can be much.
    book.expect(1_000).expect("made room");
    book.begin("nordbank").expect("begun");
    assert_eq!(pages(&book, "main"), -26_624);
    book.rollback().expect("undone");
}

#[test]
fn a_file_that_is_not_such_a_book_is_refused() {
    let rows = [
        ("PRAGMA user_version = 9", "use the newer one"),
        ("PRAGMA user_version = 1", "never released"),
        ("PRAGMA user_version = 2", "never released"),
        ("PRAGMA user_version = 3", "never released"),
        ("PRAGMA user_version = 4", "never released"),
        ("PRAGMA user_version = 5", "never released"),
        ("PRAGMA user_version = 6", "never released"),
        ("PRAGMA user_version = 7", "never released"),
        ("PRAGMA application_id = 7", "not a book"),
        ("PRAGMA application_id = 0", "not a book"),
    ];
    for (change, message) in rows {
        let place = place();
        open(&place).close().expect("closed");
        let db = Connection::open(&place.path).expect("opens");
        db.execute_batch(change).expect("changed");
        drop(db);
        let refused = [
            Book::open(&place.path, SECRET).map(drop),
            Book::open_read(&place.path, SECRET).map(drop),
            Book::scratch(Some(&place.path), SECRET).map(drop),
        ];
        for result in refused {
            let error = format!("{:#}", result.expect_err(change));
            assert!(error.contains(message), "{change}: {error}");
        }
    }
    let place = place();
    std::fs::write(&place.path, vec![b'x'; 9000]).expect("written");
    assert!(Book::open(&place.path, SECRET).is_err());
    assert!(Book::open_read(&place.path, SECRET).is_err());
}

#[test]
fn a_book_that_is_not_there_is_no_fault_for_a_reader() {
    let place = place();
    assert!(
        Book::open_read(&place.path, SECRET)
            .expect("no fault")
            .is_none()
    );
    assert!(!place.path.exists());
    // A writer that died before it wrote anything.
    std::fs::write(&place.path, "").expect("written");
    assert!(
        Book::open_read(&place.path, SECRET)
            .expect("no fault")
            .is_none()
    );
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
}

#[test]
fn a_reader_sees_one_moment_while_a_writer_writes() {
    let place = place();
    let mut writer = open(&place);
    batch(&mut writer, "aaaaaaaaaaaa", |book| {
        save(book, 1, "P1", "one");
    });
    writer.begin("nordbank").expect("begun");
    save(&mut writer, 1, "P1", "two");
    writer.flush_wave().expect("flushed");
    let mut reader = read(&place);
    assert_eq!(state(&mut reader, "P1").as_deref(), Some("one"));
    writer.commit(&journal("bbbbbbbbbbbb")).expect("committed");
    writer.checkpoint().expect("a reader only delays it");
    assert_eq!(state(&mut reader, "P1").as_deref(), Some("one"));
    assert_eq!(reader.batches(9).expect("rows").len(), 1);
    assert_eq!(state(&mut read(&place), "P1").as_deref(), Some("two"));
}

#[test]
fn a_log_is_moved_into_the_book() {
    let place = place();
    let mut book = reopened(&place);
    let big = "x".repeat(20_000_000);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", &big));
    let log = format!("{}-wal", place.path.display());
    let length = || std::fs::metadata(&log).expect("a log").len();
    assert!(length() > CHECKPOINT_BYTES);
    let reader = read(&place);
    batch(&mut book, "bbbbbbbbbbbb", |book| save(book, 1, "P1", &big));
    book.checkpoint().expect("delayed");
    assert!(length() > CHECKPOINT_BYTES);
    drop(reader);
    book.checkpoint().expect("moved");
    assert_eq!(length(), 0);
    assert_eq!(state(&mut book, "P1").map(|s| s.len()), Some(big.len()));
}

#[test]
fn nothing_that_was_written_can_be_altered() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    for sql in [
        "UPDATE change SET state = 'x'",
        "DELETE FROM change",
        "REPLACE INTO change SELECT * FROM change",
        "UPDATE journal SET status = 'x'",
        "DELETE FROM journal",
        "REPLACE INTO journal SELECT * FROM journal",
    ] {
        let error = book.db.execute_batch(sql).expect_err(sql).to_string();
        assert!(error.contains("never"), "{sql}: {error}");
    }
}

#[test]
fn a_private_copy_touches_nothing() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        save(book, 1, "P1", "one");
        save(book, 2, "P2", "other");
        for key in ["P1", "P2"] {
            book.schedule(day(25), POLICY, key, "test.expire")
                .expect("scheduled");
        }
        book.start_record(3, "test.inquire");
        book.remember("I1", DIGEST, "{}").expect("remembered");
    });
    let before = content(&place.path);
    let mut copy = Book::scratch(Some(&place.path), SECRET).expect("a copy");
    // What the book becomes afterwards is nothing to the copy.
    batch(&mut book, "bbbbbbbbbbbb", |book| {
        save(book, 1, "P2", "later");
    });
    let after = content(&place.path);
    let row = batch(&mut copy, "cccccccccccc", |copy| {
        assert!(copy.seen("I1").expect("looked up").is_some());
        assert_eq!(state(copy, "P2").as_deref(), Some("other"));
        save(copy, 1, "P1", "two");
        copy.unschedule(day(25), POLICY, "P1", "test.expire")
            .expect("taken back");
        copy.schedule(day(24), POLICY, "P3", "test.expire")
            .expect("scheduled");
    });
    assert_eq!((row.id, row.changes), (2, (4, 4)));
    copy.begin("nordbank").expect("begun");
    save(&mut copy, 1, "P1", "never");
    copy.rollback().expect("undone");
    assert_eq!(state(&mut copy, "P1").as_deref(), Some("two"));
    assert_eq!(copy.history(POLICY, "P1").expect("a history").len(), 2);
    assert_eq!(copy.batches(9).expect("rows").len(), 2);
    assert_eq!(copy.audit().expect("verified"), []);
    let mut due = Vec::new();
    copy.scheduled(&mut |entry| {
        due.push((entry.day, entry.key));
        Ok(())
    })
    .expect("visited");
    assert_eq!(due, [(day(24), "P3".into()), (day(25), "P2".into())]);
    let mut entities = Vec::new();
    copy.entities(POLICY, &mut |key, state| {
        entities.push(format!("{key}={state}"));
        Ok(())
    })
    .expect("visited");
    assert_eq!(entities, ["P1=two", "P2=other"]);
    drop(copy);
    assert_eq!(content(&place.path), after);
    assert_ne!(before, after);
}

#[test]
fn a_batch_that_will_be_undone_sees_itself_and_cannot_be_recorded() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    let stays = book.begin_passing("nordbank").expect_err("it stays");
    assert_eq!(stays.to_string(), "a batch of a book that stays is kept");
    for base in [None, Some(&*place.path)] {
        let mut copy = Book::scratch(base, SECRET).expect("a copy");
        copy.begin_passing("nordbank").expect("begun");
        copy.expect(1 << 20).expect("made room");
        let one = base.map(|_| "one".to_owned());
        for (wave, new) in ["two", "three", "four"].into_iter().enumerate() {
            let row = wave as u64 + 1;
            assert_eq!(state(&mut copy, "P1"), one);
            save(&mut copy, row, "P2", new);
            let (key, person) = (format!("Q{row}"), format!("C{row}"));
            let names = [(IDENTITY, &*person)];
            copy.save(POLICY, &key, new.to_owned(), &names)
                .expect("saved");
            let id = format!("I{row}");
            copy.remember(&id, DIGEST, "{}").expect("remembered");
            copy.flush_wave().expect("written");
            for seen in 1..=row {
                let id = format!("I{seen}");
                let seen_before = copy.seen(&id).expect("looked up");
                assert_eq!(seen_before.map(|seen| seen.digest), Some(DIGEST));
                let holder = copy.find_by(IDENTITY, &format!("C{seen}"));
                let holder = holder.expect("looked up");
                assert_eq!(holder.as_deref(), Some(&*format!("Q{seen}")));
            }
            assert_eq!(state(&mut copy, "P2").as_deref(), Some(new));
        }
        let refused = copy.commit(&journal("bbbbbbbbbbbb")).expect_err("refused");
        assert_eq!(refused.to_string(), "the batch was to be undone");
        copy.rollback().expect("undone");
        assert_eq!(state(&mut copy, "P2"), None);
        assert_eq!(state(&mut copy, "P1"), one);
        assert_eq!(copy.audit().expect("verified"), []);
    }
}

#[test]
fn a_private_copy_of_nothing_is_an_empty_book() {
    let place = place();
    for base in [None, Some(&*place.path)] {
        let mut copy = Book::scratch(base, SECRET).expect("a copy");
        assert_eq!(copy.due_until(day(30), noon(30)).expect("due"), []);
        batch(&mut copy, "aaaaaaaaaaaa", |copy| save(copy, 1, "P1", "one"));
        assert_eq!(state(&mut copy, "P1").as_deref(), Some("one"));
    }
    assert!(!place.path.exists());
}

#[test]
fn a_path_is_taken_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a b?mode=memory#%41 å.sqlite");
    let mut book = Book::open(&path, SECRET).expect("a book");
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    let mut copy = Book::scratch(Some(&path), SECRET).expect("a copy");
    assert_eq!(state(&mut copy, "P1").as_deref(), Some("one"));
}

/// The limit is on bytes: pages dirtied without end are spilled, not kept.
#[test]
fn memory_for_pages_is_bounded() {
    let place = place();
    for suffix in [".new", "-wal"] {
        let mut book = open(&place);
        book.begin("nordbank").expect("begun");
        let big = "x".repeat(1 << 20);
        for row in 1..=100 {
            save(&mut book, row, &format!("P{row}"), &big);
            book.flush_wave().expect("flushed");
        }
        let file = format!("{}{suffix}", place.path.display());
        let spilled = std::fs::metadata(file).expect("a file").len();
        assert!(spilled > 20 << 20, "{suffix}: {spilled} bytes");
        book.rollback().expect("undone");
        book.close().expect("closed");
    }
}

/// What lies in the folder of a book.
fn names(place: &Place) -> Vec<String> {
    let folder = std::fs::read_dir(place.path.parent().expect("a folder")).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = folder.map(|e| name(e).to_string_lossy().into()).collect();
    names.sort();
    names
}

#[test]
fn a_new_book_comes_into_its_place_whole() {
    let place = place();
    let mut book = open(&place);
    book.begin("nordbank").expect("begun");
    save(&mut book, 1, "P1", "lost");
    book.flush_wave().expect("flushed");
    let made = names(&place);
    let aside = |name: &String| name.starts_with("nordbank.sqlite.new");
    assert!(!made.is_empty() && made.iter().all(aside), "{made:?}");
    let seen = Book::open_read(&place.path, SECRET).expect("no fault");
    assert!(seen.is_none(), "nothing is recorded yet");
    book.rollback().expect("undone");
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P2", "two"));
    let mut reader = read(&place);
    assert_eq!(state(&mut reader, "P1"), None);
    assert_eq!(state(&mut reader, "P2").as_deref(), Some("two"));
    batch(&mut book, "bbbbbbbbbbbb", |book| save(book, 1, "P1", "one"));
    assert_eq!(state(&mut read(&place), "P1").as_deref(), Some("one"));
    assert!(!names(&place).iter().any(aside), "{:?}", names(&place));
}

#[test]
fn what_a_dead_run_made_of_a_book_is_removed() {
    let place = place();
    let mut book = open(&place);
    book.begin("nordbank").expect("begun");
    save(&mut book, 1, "P1", "lost");
    book.flush_wave().expect("flushed");
    std::mem::forget(book); // as if the process had died
    std::fs::write(format!("{}.new-journal", place.path.display()), "x").expect("written");
    let mut book = open(&place);
    assert_eq!(state(&mut book, "P1"), None);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P2", "two"));
    book.close().expect("closed");
    assert_eq!(names(&place), ["nordbank.sqlite"]);
}
