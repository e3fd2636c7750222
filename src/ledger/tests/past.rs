//! Histories, lists, and what falls due.

use super::*;

fn dated(book: &mut Book, name: &str, date: u32, records: impl FnOnce(&mut Book)) {
    book.begin("nordbank").expect("begun");
    records(book);
    let journal = Journal {
        business_date: day(date),
        ..journal(name)
    };
    book.commit(&journal).expect("committed");
}

#[test]
fn a_history_names_every_change() {
    let place = place();
    let mut book = open(&place);
    dated(&mut book, "aaaaaaaaaaaa", 20, |book| {
        save(book, 4, "P1", "one");
        save(book, 5, "P2", "other");
        save(book, 6, "P1", "two");
    });
    dated(&mut book, "bbbbbbbbbbbb", 23, |book| {
        save(book, 1, "P1", "three");
    });
    let mut book = read(&place);
    let history = book.history(POLICY, "P1").expect("a history");
    let shown: Vec<_> = history
        .iter()
        .map(|c| {
            format!(
                "{} {} {} {} {}",
                c.batch, c.row, c.rule, c.business_date, c.state
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "aaaaaaaaaaaa 4 test.save 2026-11-20 one",
            "aaaaaaaaaaaa 6 test.save 2026-11-20 two",
            "bbbbbbbbbbbb 1 test.save 2026-11-23 three",
        ]
    );
    assert_eq!(history[0].file.as_deref(), Some("aaaaaaaaaaaa.csv"));
    assert_eq!(book.history(POLICY, "P9").expect("a history"), []);
    for (date, expected) in [
        (19, None),
        (20, Some("two")),
        (22, Some("two")),
        (23, Some("three")),
    ] {
        let then = book.as_of(POLICY, "P1", day(date)).expect("a state");
        assert_eq!(then.as_ref().map(|c| &*c.state), expected, "{date}");
    }
}

#[test]
fn entities_are_listed_by_key_whatever_the_secret() {
    let lists = [&b"one"[..], b"two"].map(|secret| {
        let place = place();
        let mut book = Book::open(&place.path, secret).expect("a book");
        batch(&mut book, "aaaaaaaaaaaa", |book| {
            for (row, key) in (1..).zip(["b", "å", "a", "", "B", "b:"]) {
                save(book, row, key, "old");
                book.save(PERSON, key, "person".into(), &[(IDENTITY, key)])
                    .expect("saved");
            }
            save(book, 9, "a", "new");
        });
        let mut list = Vec::new();
        book.entities(POLICY, &mut |key, state| {
            list.push(format!("{key}={state}"));
            Ok(())
        })
        .expect("visited");
        list
    });
    assert_eq!(
        lists[0],
        ["=old", "B=old", "a=new", "b=old", "b:=old", "å=old"]
    );
    assert_eq!(lists[0], lists[1]);
}

#[test]
fn what_is_due_comes_day_by_day_in_the_order_of_the_journal() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for (row, (key, on)) in (1..).zip([("Z", 22), ("B", 21), ("A", 22), ("M", 22), ("C", 25)]) {
            save(book, row, key, "x");
            book.schedule(day(on), POLICY, key, "test.expire")
                .expect("scheduled");
        }
        // Taken back, and moved.
        book.unschedule(day(22), POLICY, "M", "test.expire")
            .expect("taken back");
        book.schedule(day(22), POLICY, "A", "test.lapse")
            .expect("scheduled");
    });
    let mut book = open(&place);
    assert_eq!(book.next_due().expect("a day"), Some(day(21)));
    assert_eq!(book.due_until(day(20)).expect("due"), []);
    let counts = book.due_counts().expect("counts");
    let counts: Vec<_> = counts.iter().map(|(d, w, n)| (*d, &**w, *n)).collect();
    assert_eq!(
        counts,
        [
            (day(21), "test.expire", 1),
            (day(22), "test.expire", 2),
            (day(22), "test.lapse", 1),
            (day(25), "test.expire", 1),
        ]
    );
    let mut carried_out = Vec::new();
    book.begin("nordbank").expect("begun");
    loop {
        let due = book.due_until(day(24)).expect("due");
        if due.is_empty() {
            break;
        }
        for (row, entry) in (1..).zip(&due) {
            book.start_record(row, &entry.what);
            carried_out.push(format!("{} {} {}", entry.day, entry.key, entry.what));
            assert_eq!(entry.space, POLICY);
            book.clear_due(entry).expect("cleared");
        }
        // What comes of it falls due at once, or later.
        if due[0].day == day(21) {
            book.schedule(day(23), POLICY, "B", "test.expire")
                .expect("scheduled");
        }
    }
    book.commit(&journal("bbbbbbbbbbbb")).expect("committed");
    assert_eq!(
        carried_out,
        [
            "2026-11-21 B test.expire",
            "2026-11-22 Z test.expire",
            "2026-11-22 A test.expire",
            "2026-11-22 A test.lapse",
            "2026-11-23 B test.expire",
        ]
    );
    assert_eq!(read(&place).next_due().expect("a day"), Some(day(25)));
}
