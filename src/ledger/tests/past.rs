//! Histories, lists, and what falls due.

use chrono::TimeDelta;

use super::*;
use crate::line::Moment;

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
    assert_eq!(book.due_until(day(20), noon(30)).expect("due"), []);
    let counts = book.due_counts().expect("counts");
    let counts: Vec<_> = (counts.iter())
        .map(|due| (due.day, &*due.what, due.count))
        .collect();
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
        let due = book.due_until(day(24), noon(30)).expect("due");
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

#[test]
fn days_and_instants_come_by_time() {
    let place = place();
    let mut book = open(&place);
    let moments = [
        ("late", Moment::At(noon(22))),
        ("day", Moment::Day(day(22))),
        ("early", Moment::At(noon(22) - TimeDelta::hours(3))),
        ("next", Moment::Day(day(23))),
        ("before", Moment::At(noon(21))),
        ("gone", Moment::At(noon(21))),
    ];
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for (row, (key, moment)) in (1..).zip(moments) {
            save(book, row, key, "x");
            book.schedule_at(moment, POLICY, key, "test.expire")
                .expect("scheduled");
        }
        book.unschedule_at(Moment::At(noon(21)), POLICY, "gone", "test.expire")
            .expect("taken back");
    });
    let keys = |book: &mut Book, to: u32, now| -> Vec<String> {
        let due = book.due_until(day(to), now).expect("due");
        due.iter().map(|due| due.key.to_string()).collect()
    };
    // The business date reaches days and the clock reaches instants, each by itself.
    assert_eq!(keys(&mut book, 21, noon(20)), [""; 0]);
    assert_eq!(keys(&mut book, 20, noon(22)), ["before"]);
    assert_eq!(keys(&mut book, 22, noon(20)), ["day"]);
    let second = TimeDelta::seconds(1);
    assert_eq!(keys(&mut book, 20, noon(21) - second), [""; 0]);
    let counts = book.due_counts().expect("counts");
    let counts: Vec<_> = (counts.iter())
        .map(|due| (due.day, due.at, due.count))
        .collect();
    let at = |at: chrono::DateTime<_>| Some(at.to_utc());
    assert_eq!(
        counts,
        [
            (day(21), at(noon(21)), 1),
            (day(22), None, 1),
            (day(22), at(noon(22) - TimeDelta::hours(3)), 1),
            (day(22), at(noon(22)), 1),
            (day(23), None, 1),
        ]
    );
    let mut copy = Book::scratch(Some(&place.path), SECRET).expect("a copy");
    batch(&mut copy, "bbbbbbbbbbbb", |copy| {
        let due = copy.due_until(day(21), noon(21)).expect("due");
        copy.start_record(1, "test.expire");
        copy.clear_due(&due[0]).expect("cleared");
    });
    assert_eq!(
        keys(&mut copy, 22, noon(22) - second),
        ["day", "early"],
        "the private copy took one out"
    );
    assert_eq!(keys(&mut book, 22, noon(22)), ["before"]);
    book.begin("nordbank").expect("begun");
    let mut carried_out = Vec::new();
    loop {
        let due = book.due_until(day(22), noon(22)).expect("due");
        if due.is_empty() {
            break;
        }
        for (row, entry) in (1..).zip(&due) {
            book.start_record(row, &entry.what);
            carried_out.push(entry.key.to_string());
            book.clear_due(entry).expect("cleared");
        }
    }
    assert_eq!(carried_out, ["before", "day", "early", "late"]);
}
