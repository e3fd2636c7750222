//! A scout looks names up beside the thread that decides: what the batch itself changes must not be hidden by it.

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
fn looked(scout: &mut Scout, book: &Book) -> Looked {
    let namer = book.namer().expect("a batch");
    let mut places = Places::default();
    for (space, key) in ASKED {
        namer.add(space, key, &mut places);
    }
    scout.look(&places).expect("looked")
}

fn states(book: &mut Book) -> [Option<String>; 4] {
    let second = book.find_by(IDENTITY, "C2").expect("looked up");
    assert_eq!(second.as_deref(), Some("P2"));
    ["P1", "P2", "P3", "P9"].map(|key| super::state(book, key))
}

#[test]
fn what_a_batch_changes_is_seen_past_its_scout() {
    for flushed in [false, true] {
        let place = place();
        let mut book = reopened(&place);
        batch(&mut book, "aaaaaaaaaaaa", |book| write(book, 1..6, "old"));
        book.begin("nordbank").expect("begun");
        let mut scout = book.scout().expect("opened").expect("there is a book");
        let looked = self::looked(&mut scout, &book);
        book.prefetch_looked(looked).expect("taken");
        let old = || Some("old".to_owned());
        assert_eq!(states(&mut book), [old(), old(), old(), None]);
        write(&mut book, 2..4, "new");
        write(&mut book, 9..10, "new");
        if flushed {
            book.settle().expect("written");
        } else {
            book.flush_wave().expect("written");
        }
        let looked = self::looked(&mut scout, &book);
        book.prefetch_looked(looked).expect("taken");
        let new = || Some("new".to_owned());
        assert_eq!(states(&mut book), [old(), new(), new(), new()], "{flushed}");
        drop(scout);
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
