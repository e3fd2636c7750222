//! Names: keys, index entries, instruction ids; and what shares a place.

use super::*;

#[test]
fn an_entity_is_found_as_it_was_last_saved() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        assert_eq!(state(book, "P1"), None);
        save(book, 1, "P1", "one");
        assert_eq!(state(book, "P1").as_deref(), Some("one"));
        save(book, 2, "P1", "two");
    });
    assert_eq!(state(&mut book, "P1").as_deref(), Some("two"));
    assert_eq!(state(&mut read(&place), "P1").as_deref(), Some("two"));
    // Another space is another name.
    assert_eq!(book.find(PERSON, "P1").expect("looked up"), None);
    batch(&mut book, "bbbbbbbbbbbb", |book| {
        assert_eq!(state(book, "P1").as_deref(), Some("two"));
        save(book, 1, "P1", "three");
    });
    assert_eq!(state(&mut book, "P1").as_deref(), Some("three"));
}

#[test]
fn one_record_is_one_link_of_an_entity() {
    let place = place();
    let mut book = open(&place);
    let row = batch(&mut book, "aaaaaaaaaaaa", |book| {
        book.start_record(1, "test.register");
        book.save(POLICY, "P1", "draft".into(), &[(IDENTITY, "1")])
            .expect("saved");
        book.save(PERSON, "C1", "exists".into(), &[])
            .expect("saved");
        book.save(POLICY, "P1", "final".into(), &[(IDENTITY, "2")])
            .expect("saved");
    });
    assert_eq!(row.changes, (1, 2));
    assert_eq!(state(&mut book, "P1").as_deref(), Some("final"));
    for identity in ["1", "2"] {
        let found = book.find_by(IDENTITY, identity).expect("looked up");
        assert_eq!(found.as_deref(), Some("P1"));
    }
}

#[test]
fn an_index_entry_leads_to_the_entity_that_took_it_last() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        book.start_record(1, "test.save");
        book.save(PERSON, "C1", "one".into(), &[(IDENTITY, "1990")])
            .expect("saved");
        book.start_record(2, "test.save");
        book.save(PERSON, "C1", "two".into(), &[]).expect("saved");
    });
    let owner = |book: &mut Book| book.find_by(IDENTITY, "1990").expect("looked up");
    assert_eq!(owner(&mut book).as_deref(), Some("C1"));
    assert_eq!(book.find_by(IDENTITY, "1991").expect("looked up"), None);
    batch(&mut book, "bbbbbbbbbbbb", |book| {
        book.start_record(1, "test.save");
        book.save(PERSON, "C2", "one".into(), &[(IDENTITY, "1990")])
            .expect("saved");
    });
    assert_eq!(owner(&mut book).as_deref(), Some("C2"));
    batch(&mut book, "cccccccccccc", |book| {
        book.start_record(1, "test.save");
        book.save(PERSON, "C1", "three".into(), &[(IDENTITY, "1990")])
            .expect("saved");
        assert_eq!(owner(book).as_deref(), Some("C1"));
    });
    assert_eq!(owner(&mut book).as_deref(), Some("C1"));
}

#[test]
fn an_entry_that_leads_there_already_is_not_written_again() {
    let place = place();
    let mut book = open(&place);
    for name in ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] {
        batch(&mut book, name, |book| {
            book.start_record(1, "test.save");
            book.save(PERSON, "C1", name.into(), &[(IDENTITY, "1990")])
                .expect("saved");
        });
    }
    let changes = &content(&place.path)[0].1;
    assert_eq!(changes[1][6], Value::Null, "also of the second change");
}

#[test]
fn an_instruction_id_is_remembered_for_its_partner() {
    let place = place();
    let mut book = open(&place);
    let answer = r#"{"state":"registered"}"#;
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        book.start_record(1, "test.save");
        assert_eq!(book.seen("I1").expect("looked up"), None);
        book.save(POLICY, "P1", "one".into(), &[]).expect("saved");
        book.remember("I1", DIGEST, answer).expect("remembered");
        assert!(book.seen("I1").expect("looked up").is_some());
        // An inquiry changes nothing and is remembered too.
        book.start_record(2, "test.inquire");
        book.remember("I2", [9; 16], "{}").expect("remembered");
    });
    save_again(&mut book);
    let mut later = open(&place);
    later.begin("nordbank").expect("begun");
    let seen = |digest, answer: &str| {
        let answer = answer.into();
        Some(Seen { digest, answer })
    };
    assert_eq!(later.seen("I1").expect("looked up"), seen(DIGEST, answer));
    assert_eq!(later.seen("I2").expect("looked up"), seen([9; 16], "{}"));
    assert_eq!(later.seen("I3").expect("looked up"), None);
    later.rollback().expect("undone");
    later.begin("insurer").expect("begun");
    assert_eq!(later.seen("I1").expect("looked up"), None);
}

/// The entity goes on; what it was taken by stays where it was.
fn save_again(book: &mut Book) {
    batch(book, "bbbbbbbbbbbb", |book| save(book, 1, "P1", "two"));
}

#[test]
fn an_id_without_a_record_to_stand_on_is_refused() {
    let place = place();
    let mut book = reopened(&place);
    assert!(book.remember("I1", DIGEST, "{}").is_err());
    assert!(book.save(POLICY, "P1", "one".into(), &[]).is_err());
    assert!(read(&place).begin("nordbank").is_err());
}

/// Names that share a place are told apart: with hashes this weak, everything does.
#[test]
fn names_of_one_hash_are_told_apart() {
    for bits in [0, 1, 2, 5] {
        for wave in [1, 4, 100] {
            let place = place();
            let weak = KeyHash::new(SECRET).weak(bits);
            let mut book = Book::open_with(&place.path, weak).expect("a book");
            for (name, round) in [("aaaaaaaaaaaa", 1), ("bbbbbbbbbbbb", 2)] {
                batch(&mut book, name, |book| collide(book, round, wave));
            }
            let reader = Book::open_read_with(&place.path, weak).expect("readable");
            let mut scratch = Book::scratch_with(Some(&place.path), weak).expect("a copy");
            found(&mut reader.expect("there"), 2);
            found(&mut scratch, 2);
            batch(&mut scratch, "cccccccccccc", |book| collide(book, 3, wave));
            found(&mut scratch, 3);
            found(&mut book, 2);
        }
    }
}

/// An insurance with its customer, identity and instruction id in each record; the id shares its change with the
/// insurance, so that a newer change of that must not take the id along.
fn collide(book: &mut Book, round: u64, wave: u64) {
    for row in 1..=12 {
        let (policy, person) = (format!("P{row}"), format!("C{}", row % 5));
        book.prefetch([(POLICY, &*policy), (PERSON, &*person)])
            .expect("fetched");
        book.start_record(row, "test.register");
        let before = state(book, &policy);
        let expected = (round > 1).then(|| format!("{policy} {}", round - 1));
        assert_eq!(before, expected);
        book.save(POLICY, &policy, format!("{policy} {round}"), &[])
            .expect("saved");
        book.save(PERSON, &person, person.clone(), &[(IDENTITY, &person)])
            .expect("saved");
        let id = format!("{round}/{row}");
        assert_eq!(book.seen(&id).expect("looked up"), None);
        book.remember(&id, DIGEST, &id).expect("remembered");
        if row % wave == 0 {
            book.flush_wave().expect("flushed");
        }
    }
    for row in 1..=12 {
        let id = format!("{round}/{row}");
        let seen = book.seen(&id).expect("looked up").expect("taken");
        assert_eq!(*seen.answer, *id);
    }
}

fn found(book: &mut Book, rounds: u64) {
    for row in 1..=12 {
        let key = format!("P{row}");
        assert_eq!(state(book, &key), Some(format!("{key} {rounds}")));
        assert_eq!(state(book, &format!("Q{row}")), None);
        let person = format!("C{}", row % 5);
        let by = book.find_by(IDENTITY, &person).expect("looked up");
        assert_eq!(by.as_deref(), Some(&*person));
    }
}

#[test]
fn awkward_names_come_back_as_they_were() {
    let place = place();
    let mut book = open(&place);
    let keys = [
        "",
        ":",
        "a:b",
        "\"q\"",
        "å\u{1}\n",
        "nordbank/x",
        "ti:P1",
        "[]",
    ];
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for (row, key) in (1..).zip(keys) {
            book.start_record(row, "test.save");
            book.save(POLICY, key, format!("s{row}"), &[(IDENTITY, key)])
                .expect("saved");
            book.remember(key, DIGEST, key).expect("remembered");
        }
    });
    book.begin("nordbank").expect("begun");
    for (row, key) in (1..).zip(keys) {
        assert_eq!(state(&mut book, key), Some(format!("s{row}")));
        let by = book.find_by(IDENTITY, key).expect("looked up");
        assert_eq!(by.as_deref(), Some(key));
        let seen = book.seen(key).expect("looked up").expect("taken");
        assert_eq!(&*seen.answer, key);
    }
}
