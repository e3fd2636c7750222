//! Where nothing stands is told from memory: what stands there is found all the same.

use super::*;

/// As it was before the batch, or as the batch left it.
type Model = HashMap<String, String>;

fn weak(bits: u32) -> KeyHash {
    KeyHash::new(SECRET).weak(bits)
}

/// Everything that the model has is found as it has it, and nothing else.
fn compare(book: &mut Book, model: &Model, names: usize) {
    for n in 0..names {
        let name = format!("N{n}");
        let found = state(book, &name);
        assert_eq!(found.as_ref(), model.get(&name), "{name}");
    }
}

/// Writes and overwrites some names; names leave memory in between.
fn change(book: &mut Book, model: &mut Model, names: usize, word: &str) {
    for (row, n) in (1..).zip((0..names).filter(|n| n % 3 == 0)) {
        // Every second one again, when its head may be gone from memory already.
        let n = if row % 2 == 0 { n / 2 / 3 * 3 } else { n };
        let (name, state) = (format!("N{n}"), format!("{word} {row}"));
        save(book, row, &name, &state);
        model.insert(name, state);
        if row % 40 == 0 {
            book.flush_wave().expect("written");
        }
        if row % 160 == 0 {
            book.flush_heads(false).expect("written");
            assert!(book.heads.were_flushed() && !book.runs.is_empty());
        }
    }
}

fn stretches(book: &Book) -> i64 {
    let sql = "SELECT count(*) FROM main.head";
    book.db.query_row(sql, [], |row| row.get(0)).expect("told")
}

#[test]
fn what_a_batch_no_longer_keeps_in_memory_is_found_where_it_is() {
    const NAMES: usize = 1_500;
    // With a hash so weak, many names stand behind the place where they are looked for first.
    for hash in [weak(11), weak(42)] {
        for base in [false, true] {
            let place = place();
            let mut model = Model::new();
            if base {
                let mut book = Book::open_with(&place.path, hash).expect("a book");
                batch(&mut book, "aaaaaaaaaaaa", |book| {
                    for n in (0..NAMES).filter(|n| n % 4 == 0) {
                        let name = format!("N{n}");
                        save(book, n as u64 + 1, &name, "old");
                        model.insert(name, "old".to_owned());
                    }
                });
                book.close().expect("closed");
            }
            let copy = || Book::scratch_with(Some(&place.path), hash).expect("a copy");
            let own = Book::open_with(&place.path, hash).expect("a book");
            for (mut book, passing) in [(copy(), false), (copy(), true), (own, false)] {
                let mut model = model.clone();
                if passing {
                    book.begin_passing("nordbank").expect("begun");
                } else {
                    book.begin("nordbank").expect("begun");
                }
                let before = stretches(&book);
                change(&mut book, &mut model, NAMES, "new");
                compare(&mut book, &model, NAMES);
                // Beside the table, until the batch ends.
                assert_eq!(stretches(&book), before);
                // The same where all is asked for in advance.
                book.flush_wave().expect("written");
                let names: Vec<String> = (0..NAMES).map(|n| format!("N{n}")).collect();
                let keys = names.iter().map(|name| (POLICY, &**name));
                book.prefetch(keys).expect("read");
                compare(&mut book, &model, NAMES);
                // And where it is not known any more what is in the table.
                book.settle().expect("written");
                assert!(book.runs.is_empty());
                compare(&mut book, &model, NAMES);
                // Or some of it is, and some beside it.
                change(&mut book, &mut model, NAMES / 2, "newer");
                compare(&mut book, &model, NAMES);
                book.rollback().expect("undone");
                assert!(book.runs.is_empty());
            }
            let mut book = Book::open_with(&place.path, hash).expect("a book");
            for (name, word) in [("bbbbbbbbbbbb", "kept"), ("cccccccccccc", "again")] {
                batch(&mut book, name, |book| {
                    change(book, &mut model, NAMES, word);
                    compare(book, &model, NAMES);
                });
                compare(&mut book, &model, NAMES);
            }
            book.close().expect("closed");
            let mut book = Book::open_with(&place.path, hash).expect("a book");
            compare(&mut book, &model, NAMES);
        }
    }
}

#[test]
fn a_scout_that_has_learned_where_heads_stand_hides_none() {
    const NAMES: usize = 900;
    let place = place();
    let mut model = Model::new();
    let mut book = reopened(&place);
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for n in (0..NAMES).filter(|n| n % 2 == 0) {
            let name = format!("N{n}");
            save(book, n as u64 + 1, &name, "old");
            model.insert(name, "old".to_owned());
        }
    });
    book.close().expect("closed");
    let mut book = open(&place);
    book.begin("nordbank").expect("begun");
    book.expect(1 << 30).expect("made room");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
    let own = &mut book;
    let scout = pool.build().expect("threads").install(move || own.scout());
    let scout = scout.expect("opened").expect("there is a book");
    assert_eq!(scout.at_once(), 2);
    let look = |book: &Book, name: &dyn Fn(usize) -> String| {
        let namer = book.namer().expect("a batch");
        let mut places = Places::default();
        for n in 0..NAMES {
            namer.add(POLICY, &name(n), &mut places);
        }
        scout.turn();
        scout.look(&places, 20_000).expect("looked")
    };
    // Names that are nowhere near each other, and that nothing has.
    for round in 0..13 {
        assert!(!scout.has_learned(), "{round}");
        let looked = look(&book, &|n| format!("{round}-{n}-none"));
        book.prefetch_looked(looked).expect("taken");
        assert_eq!(state(&mut book, "0-0-none"), None);
        book.flush_wave().expect("written");
    }
    assert!(scout.has_learned());
    // Each of its readers.
    for (told, word) in (1..).zip(["first", "second"]) {
        let looked = look(&book, &|n| format!("N{n}"));
        book.prefetch_looked(looked).expect("taken");
        compare(&mut book, &model, NAMES);
        assert_eq!(scout.told(), told);
        change(&mut book, &mut model, NAMES, word);
        book.flush_wave().expect("written");
    }
    let looked = look(&book, &|n| format!("N{n}"));
    book.prefetch_looked(looked).expect("taken");
    compare(&mut book, &model, NAMES);
    drop(scout);
    book.rollback().expect("undone");
}

#[test]
fn a_scout_of_a_batch_that_meets_what_it_asks_for_learns_nothing() {
    let place = place();
    let mut book = reopened(&place);
    let names: Vec<String> = (0..1_000).map(|n| format!("{n}-met")).collect();
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for (row, name) in (1..).zip(&names) {
            save(book, row, name, "old");
        }
    });
    book.begin("nordbank").expect("begun");
    book.expect(1 << 20).expect("made room");
    let scout = book.scout().expect("opened").expect("there is a book");
    let spot = book.namer().expect("a batch");
    let mut places = Places::default();
    for name in &names {
        spot.add(POLICY, name, &mut places);
    }
    for _ in 0..20 {
        scout.look(&places, 20_000).expect("looked");
    }
    assert!(!scout.has_learned());
}

#[test]
fn heads_that_memory_does_not_hold_are_kept_or_their_batch_is_undone() {
    const NAMES: usize = 300;
    let place = place();
    let mut model = Model::new();
    let mut book = open(&place);
    book.most_heads = 50;
    batch(&mut book, "aaaaaaaaaaaa", |book| {
        for n in 0..NAMES {
            let (name, state) = (format!("N{n}"), format!("old {n}"));
            save(book, n as u64 + 1, &name, &state);
            model.insert(name, state);
            if n % 20 == 0 {
                book.flush_wave().expect("written");
            }
        }
        assert!(book.heads.waiting() < 50 + 20 && !book.runs.is_empty());
        compare(book, &model, NAMES);
    });
    compare(&mut book, &model, NAMES);
    let runs = std::mem::replace(&mut book.runs, Runs::within(vec!["/proc/none".into()]));
    book.begin("nordbank").expect("begun");
    for n in 0..100 {
        save(&mut book, n + 1, &format!("N{n}"), "new");
    }
    let failed = book.flush_wave().expect_err("there is no room for them");
    assert!(format!("{failed:#}").contains("/proc/none"), "{failed:#}");
    assert!(book.settle().is_err());
    book.rollback().expect("undone");
    book.runs = runs;
    compare(&mut book, &model, NAMES);
    batch(&mut book, "bbbbbbbbbbbb", |book| {
        change(book, &mut model, NAMES * 2, "newer");
    });
    compare(&mut book, &model, NAMES * 2);
}
