//! Batches as a whole: commit, rollback, waves, the journal.

use super::*;

/// A batch of everything that a batch can do, cut into waves of `wave` records.
fn busy(book: &mut Book, wave: u64) {
    for row in 1..=40 {
        let key = format!("P{}", row % 7);
        book.prefetch([(POLICY, &*key), (INSTRUCTION, "I1")])
            .expect("fetched");
        book.start_record(
            row,
            if row % 2 == 0 {
                "test.even"
            } else {
                "test.odd"
            },
        );
        let before = state(book, &key).unwrap_or_default();
        let also = format!("19{row}");
        book.save(
            POLICY,
            &key,
            format!("{before}{row},"),
            &[(IDENTITY, &also)],
        )
        .expect("saved");
        book.schedule(
            day(20 + u32::try_from(row % 5).expect("small")),
            POLICY,
            &key,
            "test.expire",
        )
        .expect("scheduled");
        if row % 3 == 0 {
            book.unschedule(day(21), POLICY, &key, "test.expire")
                .expect("taken back");
        }
        let id = format!("I{}", row % 30);
        if book.seen(&id).expect("looked up").is_none() {
            book.remember(&id, DIGEST, &format!("{{\"row\":{row}}}"))
                .expect("remembered");
        }
        if row % wave == 0 {
            book.flush_wave().expect("flushed");
        }
    }
}

#[test]
fn where_a_wave_ends_makes_no_difference() {
    let [one, whole] = [1, 1000].map(|wave| {
        let place = place();
        let mut book = open(&place);
        batch(&mut book, "aaaaaaaaaaaa", |book| busy(book, wave));
        batch(&mut book, "bbbbbbbbbbbb", |book| busy(book, wave));
        content(&place.path)
    });
    assert!(one[0].1.len() >= 80, "changes");
    assert_eq!(one, whole);
}

#[test]
fn a_rollback_leaves_the_content_as_it_was() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| busy(book, 7));
    let before = content(&place.path);
    book.begin("nordbank").expect("begun");
    busy(&mut book, 3);
    save(&mut book, 41, "P1", "never");
    book.rollback().expect("undone");
    assert_eq!(content(&place.path), before);
    assert_ne!(state(&mut book, "P1").as_deref(), Some("never"));

    // The same batch again gives what it would have given at once.
    let undisturbed = place_with_two();
    batch(&mut book, "bbbbbbbbbbbb", |book| busy(book, 3));
    assert_eq!(content(&place.path), undisturbed);
}

fn place_with_two() -> Vec<(String, Vec<Vec<Value>>)> {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| busy(book, 7));
    batch(&mut book, "bbbbbbbbbbbb", |book| busy(book, 7));
    content(&place.path)
}

#[test]
fn a_writer_that_dies_leaves_nothing_of_its_batch() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    let before = content(&place.path);
    book.begin("nordbank").expect("begun");
    save(&mut book, 1, "P1", "two");
    book.flush_wave().expect("flushed");
    drop(book);
    assert_eq!(content(&place.path), before);
    assert_eq!(state(&mut open(&place), "P1").as_deref(), Some("one"));
}

#[test]
fn the_journal_gives_back_what_it_was_given() {
    let place = place();
    let mut book = open(&place);
    let first = batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    let second = batch(&mut book, "aaaaaaaaaaaa.dup1", |_| {});
    let due = Journal {
        file: None,
        sha256: None,
        bytes: None,
        format: None,
        format_hash: None,
        business_date: day(21),
        ..journal("cccccccccccc")
    };
    book.begin("nordbank").expect("begun");
    let third = book.commit(&due).expect("committed");
    let book = read(&place);
    assert_eq!(first.journal, journal("aaaaaaaaaaaa"));
    assert_eq!(
        (first.changes, second.changes, third.changes),
        ((1, 1), (2, 1), (2, 1))
    );
    assert_eq!(first.chain.previous, [0; 32]);
    assert_eq!(second.chain.previous, first.chain.this);
    let rows = |names: &[&JournalRow]| names.iter().map(|row| (*row).clone()).collect::<Vec<_>>();
    assert_eq!(book.batches(2).expect("rows"), rows(&[&third, &second]));
    assert_eq!(
        book.batches_named("aaaa").expect("rows"),
        rows(&[&first, &second])
    );
    assert_eq!(book.batches_named("a_").expect("rows"), []);
    let sha = "aaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(book.batches_with_sha(sha).expect("rows"), rows(&[&first]));
    assert_eq!(book.batches_with_sha("b").expect("rows"), []);
    assert_eq!(book.last_business_date().expect("a date"), Some(day(21)));
    let mut all = Vec::new();
    book.each_batch(&mut |row| {
        all.push(row);
        Ok(())
    })
    .expect("visited");
    assert_eq!(all, rows(&[&first, &second, &third]));
}

#[test]
fn a_batch_is_published_once() {
    let place = place();
    let mut book = open(&place);
    let first = batch(&mut book, "aaaaaaaaaaaa", |_| {});
    let second = batch(&mut book, "bbbbbbbbbbbb", |_| {});
    assert_eq!(
        book.unpublished().expect("rows"),
        [first.clone(), second.clone()]
    );
    book.mark_published(first.id).expect("marked");
    book.mark_published(first.id).expect("marked again");
    assert_eq!(
        open(&place).unpublished().expect("rows"),
        std::slice::from_ref(&second)
    );
    assert!(book.is_published(first.id).expect("known"));
    assert!(!book.is_published(second.id).expect("known"));
}

#[test]
fn a_batch_name_is_taken_once() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |_| {});
    book.begin("nordbank").expect("begun");
    assert!(book.commit(&journal("aaaaaaaaaaaa")).is_err());
    book.rollback().expect("undone");
    assert_eq!(book.batches(9).expect("rows").len(), 1);
}

#[test]
fn a_stop_stands_until_it_is_lifted() {
    let place = place();
    let mut book = open(&place);
    book.stop("nordbank", "another hash").expect("stopped");
    book.stop("nordbank", "later").expect("stopped");
    let stops = [("nordbank".to_owned(), "another hash".to_owned())];
    assert_eq!(read(&place).stops().expect("stops"), stops);
    assert!(book.resume("nordbank").expect("lifted"));
    assert!(!book.resume("nordbank").expect("nothing to lift"));
    assert_eq!(book.stops().expect("stops"), []);
}

#[test]
fn the_chain_shows_what_was_altered() {
    let good = |place: &Place| {
        let mut book = open(place);
        for name in ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"] {
            batch(&mut book, name, |book| save(book, 1, "P1", name));
        }
        assert_eq!(book.audit().expect("verified"), []);
    };
    let rows = [
        ("UPDATE journal SET status = 'rejected' WHERE id = 2", 2),
        ("UPDATE journal SET answers = '[]' WHERE id = 2", 2),
        ("UPDATE journal SET bytes = NULL WHERE id = 2", 2),
        // From the end of one column to the beginning of the next.
        (
            "UPDATE journal SET status = 'accepte', partner = 'dnordbank' WHERE id = 2",
            2,
        ),
        ("DELETE FROM journal WHERE id = 2", 3),
        ("UPDATE journal SET previous = zeroblob(32) WHERE id = 3", 3),
        ("UPDATE journal SET last_change = 1 WHERE id = 2", 2),
        ("DELETE FROM change WHERE id = 2", 2),
        ("DELETE FROM journal WHERE id = 3", 2),
        ("UPDATE journal SET content = zeroblob(32) WHERE id = 2", 2),
        ("UPDATE change SET state = 'x' WHERE id = 2", 2),
        ("UPDATE change SET row = 2 WHERE id = 2", 2),
        ("UPDATE change SET batch = 1 WHERE id = 2", 2),
        ("UPDATE word SET word = 'another'", 1),
        ("DELETE FROM head", 3),
        // Another change; another of its names; another place; cut off; without heads; nothing; twice; too early; too late.
        ("UPDATE head SET heads = x'00000201'", 3),
        ("UPDATE head SET heads = x'00010207'", 3),
        ("UPDATE head SET heads = x'01000207'", 3),
        ("UPDATE head SET start = start + 1", 3),
        ("UPDATE head SET heads = substr(heads, 1, 2)", 3),
        ("UPDATE head SET heads = substr(heads, 1, 3)", 3),
        ("UPDATE head SET heads = x''", 3),
        ("UPDATE head SET heads = CAST(heads || heads AS BLOB)", 3),
        ("UPDATE head SET start = 1 << 50", 3),
        ("INSERT INTO head SELECT 1 << 43, heads FROM head", 3),
        ("INSERT INTO head VALUES (1 << 43, x'00000000')", 3),
        ("INSERT INTO head VALUES (1 << 42, x'00000000')", 3),
        ("UPDATE head SET start = -1", 3),
        (
            "INSERT INTO change (id, batch, row, rule) VALUES (4, 3, 2, 1)",
            3,
        ),
    ];
    for (damage, at) in rows {
        let place = place();
        good(&place);
        let db = Connection::open(&place.path).expect("opens");
        db.execute_batch(
            "DROP TRIGGER journal_keeps; DROP TRIGGER journal_stays; DROP TRIGGER change_stays; \
             DROP TRIGGER change_keeps",
        )
        .expect("dropped");
        db.execute_batch(damage).expect("damaged");
        let breaks = read(&place).audit().expect("verified");
        assert_eq!(
            breaks.first().map(|b| b.id),
            Some(at),
            "{damage}: {breaks:?}"
        );
    }
}

/// A statement that fails midway leaves its first rows; nothing of them may be committed.
#[test]
fn a_wave_that_fails_ends_its_batch() {
    let place = place();
    let mut book = open(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| save(book, 1, "P1", "one"));
    let before = content(&place.path);
    book.begin("nordbank").expect("begun");
    book.db
        .execute_batch("INSERT INTO change (id, batch, row, rule) VALUES (3, 2, 1, 1)")
        .expect("in the way");
    save(&mut book, 1, "P1", "two");
    save(&mut book, 2, "P1", "three");
    assert!(book.flush_wave().is_err());
    assert!(book.flush_wave().is_err());
    assert!(book.commit(&journal("bbbbbbbbbbbb")).is_err());
    book.rollback().expect("undone");
    assert_eq!(content(&place.path), before);
    batch(&mut book, "bbbbbbbbbbbb", |book| save(book, 1, "P1", "two"));
    assert_eq!(state(&mut book, "P1").as_deref(), Some("two"));
}
