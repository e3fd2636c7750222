//! A scout looks names up beside the thread that decides: what the batch itself changes must not be hidden by it.

use rayon::prelude::*;

use super::*;

/// An insurance of a customer in each row.
fn write(book: &mut Book, rows: std::ops::Range<u64>, state: &str) {
    for row in rows {
        book.start_record(row, "test.register");
        let (policy, person) = (format!("P{row}"), format!("C{row}"));
        book.save(POLICY, &policy, state.to_owned(), &[(IDENTITY, &person)])
            .expect("saved");
    }
}

const ASKED: [(Space, &str); 4] = [
    (POLICY, "P1"),
    (IDENTITY, "C2"),
    (POLICY, "P3"),
    (POLICY, "P9"),
];

/// Looks as the batch in hand will.
fn looked(scout: &Scout, book: &Book) -> Looked {
    let namer = book.namer().expect("a batch");
    let mut places = Places::default();
    for (space, key) in ASKED {
        namer.add(space, key, &mut places);
    }
    scout.look(&places, 100).expect("looked")
}

fn states(book: &mut Book) -> [Option<String>; 4] {
    let second = book.find_by(IDENTITY, "C2").expect("looked up");
    assert_eq!(second.as_deref(), Some("P2"));
    ["P1", "P2", "P3", "P9"].map(|key| super::state(book, key))
}

#[test]
fn what_a_batch_changes_is_seen_past_its_scout() {
    let strong = KeyHash::new(SECRET);
    let flushes = ["", "to go on", "at last"];
    // With a weak hash, other names stand where one is looked for first.
    for (hash, is_strong, flushed) in [(strong, true), (strong.weak(3), false)]
        .into_iter()
        .flat_map(|(hash, is_strong)| flushes.map(|flushed| (hash, is_strong, flushed)))
    {
        let place = place();
        let made = Book::open_with(&place.path, hash).expect("a book");
        made.close().expect("closed");
        let mut book = Book::open_with(&place.path, hash).expect("a book");
        batch(&mut book, "aaaaaaaaaaaa", |book| write(book, 1..6, "old"));
        book.begin("nordbank").expect("begun");
        let scout = book.scout().expect("opened").expect("there is a book");
        let looked = self::looked(&scout, &book);
        book.prefetch_looked(looked).expect("taken");
        let old = || Some("old".to_owned());
        assert_eq!(states(&mut book), [old(), old(), old(), None]);
        write(&mut book, 2..4, "new");
        write(&mut book, 9..10, "new");
        match flushed {
            "at last" => book.settle().expect("written"),
            "to go on" => {
                book.flush_wave().expect("written");
                book.flush_heads(false).expect("written");
            }
            _ => book.flush_wave().expect("written"),
        }
        let looked = self::looked(&scout, &book);
        book.prefetch_looked(looked).expect("taken");
        let new = || Some("new".to_owned());
        assert_eq!(states(&mut book), [old(), new(), new(), new()], "{flushed}");
        let alone = |book: &Book| is_strong && flushed.is_empty() && book.cache.singles() > 0;
        assert!(!alone(&book), "what waits was not read in advance");
        // The entry that it is found by stays as it was.
        book.start_record(2, "test.change");
        book.save(POLICY, "P2", "newest".to_owned(), &[])
            .expect("saved");
        book.flush_wave().expect("written");
        let looked = self::looked(&scout, &book);
        book.prefetch_looked(looked).expect("taken");
        let newest = Some("newest".to_owned());
        assert_eq!(states(&mut book), [old(), newest, new(), new()]);
        assert!(!alone(&book), "what waits was not read in advance");
        drop(scout);
        book.rollback().expect("undone");
    }
}

#[test]
fn waves_that_are_looked_up_at_once_are_each_told_their_own() {
    for threads in [1, 2, 5] {
        let place = place();
        let mut book = reopened(&place);
        batch(&mut book, "aaaaaaaaaaaa", |book| write(book, 1..9, "old"));
        book.begin("nordbank").expect("begun");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().expect("threads");
        let own = &mut book;
        let scout = pool.install(move || own.scout());
        let scout = scout.expect("opened").expect("there is a book");
        assert_eq!(scout.at_once(), threads.min(2));
        let namer = book.namer().expect("a batch");
        let wave = |row: usize| {
            let mut places = Places::default();
            namer.add(POLICY, &format!("P{row}"), &mut places);
            namer.add(IDENTITY, &format!("C{}", row + 4), &mut places);
            places
        };
        for rows in [1..scout.at_once() + 1, 3..4] {
            let looked: Result<Vec<Looked>> = pool.install(|| {
                let rows = rows.clone().into_par_iter();
                rows.map(|row| scout.look(&wave(row), 100)).collect()
            });
            for (row, looked) in rows.zip(looked.expect("looked")) {
                book.prefetch_looked(looked).expect("taken");
                let read = book.cache.singles();
                assert_eq!(
                    super::state(&mut book, &format!("P{row}")).as_deref(),
                    Some("old")
                );
                let found = book.find_by(IDENTITY, &format!("C{}", row + 4));
                let found = found.expect("looked up").expect("there");
                assert_eq!(found, format!("P{}", row + 4));
                assert!(super::state(&mut book, &found).is_some());
                assert_eq!(book.cache.singles(), read, "{threads} {row}");
            }
        }
        let readers: Vec<_> = (0..scout.at_once()).map(|_| scout.reader()).collect();
        assert!(readers.iter().all(Result::is_ok));
        assert!(scout.look(&wave(1), 100).is_err(), "no reader is left");
        drop((readers, scout));
        book.rollback().expect("undone");
    }
}

#[test]
fn a_book_without_anything_has_no_scout() {
    let place = place();
    let mut book = open(&place);
    book.begin("nordbank").expect("begun");
    assert!(book.scout().expect("asked").is_none());
    book.rollback().expect("undone");
    let mut copy = Book::scratch(None, SECRET).expect("a copy");
    copy.begin("nordbank").expect("begun");
    assert!(copy.scout().expect("asked").is_none());
}

/// Names in a row stand near each other, and are read together; where many others stand between them, one by one. Either
/// way each is found, and one that is not there is not.
#[test]
fn names_that_stand_near_each_other_are_found_however_many_there_are() {
    let place = place();
    let mut book = reopened(&place);
    let letters: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let names = |step: usize| -> Vec<String> {
        let pairs = letters
            .iter()
            .flat_map(|a| letters.iter().map(move |b| (a, b)));
        let names = pairs.map(|(a, b)| format!("N-{a}{b}"));
        names.step_by(step).collect()
    };
    // All but those with a `0` in front.
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for (row, name) in (1..).zip(names(1).iter().skip(letters.len())) {
            save(book, row, name, name);
        }
    });
    for step in [1, 7, 97, 400] {
        book.begin("nordbank").expect("begun");
        let asked = names(step);
        let keys = asked.iter().map(|name| (POLICY, &**name));
        book.prefetch(keys).expect("read");
        for name in &asked {
            let there = (!name.starts_with("N-0")).then(|| name.clone());
            assert_eq!(state(&mut book, name), there);
        }
        // All were read in advance but the few whose place another name had.
        let alone = book.cache.singles();
        assert!(
            alone * 100 <= asked.len() + 100,
            "{alone} of {}",
            asked.len()
        );
        book.rollback().expect("undone");
    }
    let mut copy = Book::scratch(Some(&place.path), SECRET).expect("a copy");
    batch(&mut copy, "bbbbbbbbbbbb", |copy| {
        save(copy, 1, "N-11", "new");
    });
    copy.begin("nordbank").expect("begun");
    let asked = names(1);
    copy.prefetch(asked.iter().map(|name| (POLICY, &**name)))
        .expect("read");
    assert_eq!(state(&mut copy, "N-11").as_deref(), Some("new"));
    assert_eq!(state(&mut copy, "N-12").as_deref(), Some("N-12"));
    assert_eq!(state(&mut copy, "N-01"), None);
}
