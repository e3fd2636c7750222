//! What is taken out of a book is gone, what is left can be found and proved.

use super::*;

const FOUND: Space = IDENTITY;

/// Leaves the word before the first blank.
#[expect(clippy::unnecessary_wraps, reason = "as a removal takes it")]
fn first_word(state: &str) -> Result<Option<String>> {
    Ok(state.split_once(' ').map(|(word, _)| word.to_owned()))
}

fn redact<'a>(names: &'a [(Space, &'static str)]) -> Removal<'a> {
    Removal {
        state: Some(&first_word),
        names,
    }
}

const FORGET: Removal<'static> = Removal {
    state: None,
    names: &[],
};

fn save_as(book: &mut Book, row: u64, key: &str, state: &str, name: &str) {
    book.start_record(row, "test.save");
    book.save(POLICY, key, state.into(), &[(FOUND, name)])
        .expect("saved");
    let id = format!("id-{key}-{state}");
    if book.seen(&id).expect("asked").is_none() {
        book.remember(&id, DIGEST, "\"answer\"")
            .expect("remembered");
    }
}

fn purge(book: &mut Book, name: &str, work: impl FnOnce(&mut Book)) -> JournalRow {
    book.begin("nordbank").expect("begun");
    work(book);
    let journal = Journal {
        role: PURGE.into(),
        file: None,
        archive: None,
        ..journal(name)
    };
    book.commit(&journal).expect("committed")
}

fn found(book: &mut Book, name: &str) -> Option<String> {
    let found = book.find_by(FOUND, name).expect("looked up");
    found.map(|key| key.to_string())
}

#[test]
fn details_go_from_all_of_the_history_and_the_names_that_are_personal() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aa", |book| {
        save_as(book, 1, "1", "open Anna", "number-1");
        save_as(book, 2, "2", "open Bo", "number-2");
    });
    batch(&mut book, "bb", |book| {
        save_as(book, 1, "1", "over Anita", "other-1");
    });
    let row = purge(&mut book, "cc", |book| {
        let taken = book.take_out(POLICY, "1", &redact(&[(FOUND, "number")]));
        assert_eq!(taken.expect("taken out"), 2);
        let again = book.take_out(POLICY, "1", &redact(&[(FOUND, "number")]));
        assert_eq!(again.expect("taken out"), 0, "once");
    });
    assert!(book.took_out(row.id).expect("asked"));
    let history = book.history(POLICY, "1").expect("a history");
    let states: Vec<&str> = history.iter().map(|change| &*change.state).collect();
    assert_eq!(states, ["open", "over"]);
    assert_eq!(found(&mut book, "number-1"), None);
    assert_eq!(found(&mut book, "other-1").as_deref(), Some("1"));
    assert_eq!(found(&mut book, "number-2").as_deref(), Some("2"));
    assert_eq!(state(&mut book, "2").as_deref(), Some("open Bo"));
    assert_eq!(book.audit().expect("audited"), []);
    // The name is free for another.
    batch(&mut book, "dd", |book| {
        assert!(
            book.seen("id-1-open Anna").expect("asked").is_some(),
            "carried out once"
        );
        save_as(book, 1, "3", "open Carl", "number-1");
    });
    assert_eq!(found(&mut book, "number-1").as_deref(), Some("3"));
    assert_eq!(book.audit().expect("audited"), []);
}

#[test]
fn a_forgotten_entity_is_gone_and_its_key_is_free() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aa", |book| {
        save_as(book, 1, "1", "open Anna", "number-1");
        save_as(book, 2, "2", "open Bo", "number-2");
    });
    purge(&mut book, "bb", |book| {
        assert_eq!(book.take_out(POLICY, "1", &FORGET).expect("taken out"), 1);
        assert_eq!(book.take_out(POLICY, "9", &FORGET).expect("taken out"), 0);
    });
    assert_eq!(state(&mut book, "1"), None);
    assert_eq!(found(&mut book, "number-1"), None);
    let mut keys = Vec::new();
    let mut each = |key: &str, _: &str| {
        keys.push(key.to_owned());
        Ok(())
    };
    book.entities(POLICY, &mut each).expect("listed");
    assert_eq!(keys, ["2"]);
    assert_eq!(book.audit().expect("audited"), []);
    batch(&mut book, "cc", |book| {
        assert!(
            book.seen("id-1-open Anna").expect("asked").is_some(),
            "carried out once"
        );
        save_as(book, 1, "1", "open Anna", "number-1");
    });
    assert_eq!(book.history(POLICY, "1").expect("a history").len(), 1);
    assert_eq!(book.audit().expect("audited"), []);
}

#[test]
fn names_that_wanted_one_place_are_found_when_one_of_them_is_gone() {
    for bits in [2, 4, 6] {
        let place = place();
        let hash = KeyHash::new(SECRET).weak(bits);
        let mut book = Book::open_with(&place.path, hash).expect("a book");
        batch(&mut book, "aa", |book| {
            for n in 0..60 {
                save_as(
                    book,
                    n + 1,
                    &n.to_string(),
                    "open A",
                    &format!("number-{n}"),
                );
            }
        });
        for (round, step) in [7, 3, 2].into_iter().enumerate() {
            purge(&mut book, &format!("b{round}"), |book| {
                for n in (0..60).step_by(step) {
                    book.take_out(POLICY, &n.to_string(), &FORGET)
                        .expect("taken out");
                }
            });
            for n in 0..60 {
                let gone = [7, 3, 2][..=round].iter().any(|step| n % step == 0);
                assert_eq!(
                    state(&mut book, &n.to_string()).is_none(),
                    gone,
                    "{bits} {n}"
                );
                assert_eq!(
                    found(&mut book, &format!("number-{n}")).is_none(),
                    gone,
                    "{n}"
                );
            }
            assert_eq!(book.audit().expect("audited"), [], "{bits} {step}");
        }
    }
}

#[test]
fn a_change_is_altered_only_where_a_purge_says_so() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aa", |book| save(book, 1, "1", "open Anna"));
    batch(&mut book, "bb", |book| save(book, 1, "2", "open Bo"));
    purge(&mut book, "cc", |book| {
        book.take_out(POLICY, "1", &redact(&[])).expect("taken out");
    });
    book.close().expect("closed");
    let db = Connection::open(&place.path).expect("opens");
    for sql in [
        "UPDATE change SET state = 'x' WHERE id = 2",
        "UPDATE change SET row = 7 WHERE id = 1",
        "UPDATE change SET answer = 'x' WHERE id = 1",
        "DELETE FROM change WHERE id = 1",
        "UPDATE purged SET was = zeroblob(32)",
        "DELETE FROM purged",
    ] {
        assert!(db.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_book_that_was_scrubbed_holds_nothing_of_it_in_any_byte() {
    let place = place();
    let mut book = open(&place);
    // Enough for pages that were split and grown together, each way leaving copies behind.
    for round in 0..8 {
        batch(&mut book, &format!("a{round}"), |book| {
            for n in 0..300 {
                let state = format!("open Kanariefågel-{n}-{round} {}", "x".repeat(n % 97));
                book.start_record(n as u64 + 1, "test.save");
                let name = format!("Kanarienummer-{n}");
                let names = [(FOUND, &*name)];
                let saved = book.save(POLICY, &n.to_string(), state, &names);
                saved.expect("saved");
            }
        });
    }
    purge(&mut book, "bb", |book| {
        let names = [(FOUND, "Kanarie")];
        for n in 0..300 {
            book.take_out(POLICY, &n.to_string(), &redact(&names))
                .expect("taken out");
        }
    });
    let bytes = |suffix: &str| {
        let path = format!("{}{suffix}", place.path.display());
        std::fs::read(path).unwrap_or_default()
    };
    let holds = |bytes: &[u8]| bytes.windows(7).any(|part| part == b"Kanarie");
    assert!(
        holds(&bytes("")) || holds(&bytes("-wal")),
        "nothing to find: the test proves nothing"
    );
    let reader = read(&place);
    book.db
        .busy_timeout(std::time::Duration::ZERO)
        .expect("set");
    let held = book.scrub().expect_err("a reader sees the book as it was");
    assert!(
        format!("{held:#}").contains("somebody still reads"),
        "{held:#}"
    );
    drop(reader);
    book.scrub().expect("scrubbed");
    for suffix in ["", "-wal", "-shm"] {
        assert!(!holds(&bytes(suffix)), "{suffix}");
    }
    assert_eq!(book.audit().expect("audited"), []);
    let last = book.history(POLICY, "7").expect("a history");
    assert_eq!(last.len(), 8);
}
