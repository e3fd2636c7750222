//! The index in its table: a row holds the heads of a stretch of places, sorted and packed. It stands at the place of its
//! first head, and reaches to the next row. Looking for some of them, or putting some among them, costs a row what it would
//! cost a head otherwise.

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params};

use super::head::{Head, Link};
use super::packed::{self, Stretch};

/// Most bytes of a stretch: four such stretches fill a page.
const MOST: usize = 4080;

/// So many heads at most are put into the table together: it bounds the memory that they take once more.
const TOGETHER: usize = 1 << 14;

/// Tells what stands at these places of one file, which are sorted, where anything does. Answers for how many looks into
/// the table nothing was found.
pub(super) fn look(
    db: &Connection,
    schema: &str,
    places: &[i64],
    mut each: impl FnMut(i64, Link),
) -> Result<usize> {
    let mut find = db.prepare_cached(&format!(
        "SELECT start, heads FROM {schema}.head WHERE start <= ?1 ORDER BY start DESC LIMIT 1"
    ))?;
    let (mut rest, mut missed) = (places, 0);
    while let Some(first) = rest.first() {
        let mut rows = find.query([first])?;
        let Some(row) = rows.next()? else {
            // Before the first stretch.
            rest = behind(db, schema, rest)?;
            missed += 1;
            continue;
        };
        let stretch = Stretch::of(row.get(0)?, row.get_ref(1)?.as_blob()?)?;
        let last = stretch
            .last()
            .context("the index has a stretch without heads")?;
        let (within, others) = rest.split_at(rest.partition_point(|at| *at <= last));
        let (mut found, mut before) = (false, 0);
        for at in within {
            before = stretch.before(*at, before);
            if stretch.at(before) == *at {
                each(*at, stretch.head(before).link());
                found = true;
            }
        }
        missed += usize::from(!found);
        rest = if within.is_empty() {
            behind(db, schema, rest)?
        } else {
            others
        };
    }
    Ok(missed)
}

/// Those of these places that are not of the same stretch as the first.
fn behind<'a>(db: &Connection, schema: &str, places: &'a [i64]) -> Result<&'a [i64]> {
    let [first, _, ..] = places else {
        return Ok(&[]);
    };
    let next = next(db, schema, *first)?;
    let here = next.map_or(places.len(), |next| places.partition_point(|at| *at < next));
    Ok(&places[here..])
}

/// Where the stretch behind this place begins, if there is one.
fn next(db: &Connection, schema: &str, at: i64) -> Result<Option<i64>> {
    let mut query = db.prepare_cached(&format!(
        "SELECT min(start) FROM {schema}.head WHERE start > ?1"
    ))?;
    Ok(query.query_row([at], |row| row.get(0))?)
}

/// Calls with the stretches from a place on, so many at most; answers where to go on after them, if there may be more.
pub(super) fn walk(
    db: &Connection,
    schema: &str,
    from: i64,
    most: usize,
    mut each: impl FnMut(i64, Stretch<'_>) -> Result<()>,
) -> Result<Option<i64>> {
    let mut query = db.prepare_cached(&format!(
        "SELECT start, heads FROM {schema}.head WHERE start >= ?1 ORDER BY start LIMIT ?2"
    ))?;
    let mut rows = query.query(params![from, i64::try_from(most)?])?;
    let (mut told, mut start) = (0, from);
    while let Some(row) = rows.next()? {
        start = row.get(0)?;
        each(start, Stretch::of(start, row.get_ref(1)?.as_blob()?)?)?;
        told += 1;
    }
    Ok(start.checked_add(1).filter(|_| told == most))
}

/// Puts heads, sorted by their places, into the table; each takes the place of one that stands there.
pub(super) fn put(db: &Connection, heads: &[Head]) -> Result<()> {
    let mut merged = Vec::new();
    let mut rest = heads;
    while let Some(first) = rest.first() {
        let next = next(db, "main", first.at())?;
        let most = &rest[..rest.len().min(TOGETHER)];
        let within = |head: &Head| next.is_none_or(|next| head.at() < next);
        let (new, others) = rest.split_at(most.partition_point(within));
        merged.clear();
        with(db, first.at(), |stretch| merge(stretch, new, &mut merged))?;
        // Else what is cut off could be written over the next one.
        ensure!(
            merged.last().is_some_and(within),
            "the index has stretches that overlap"
        );
        write(db, &merged)?;
        rest = others;
    }
    Ok(())
}

/// Points the head at a place elsewhere, or takes it away.
pub(super) fn change(db: &Connection, at: i64, link: Option<Link>) -> Result<()> {
    let mut heads = Vec::new();
    let start = with(db, at, |stretch| heads.extend(stretch.heads()))?;
    let found = heads.binary_search_by_key(&at, |head| head.at());
    let found = found.ok().context("the index has no head at this place")?;
    match link {
        Some(link) => heads[found] = Head::new(at, link),
        None => drop(heads.remove(found)),
    }
    // It may begin elsewhere now, or be no more.
    db.prepare_cached("DELETE FROM main.head WHERE start = ?1")?
        .execute([start])?;
    write(db, &heads)
}

/// Calls with the heads of the stretch that a place is of; answers where it begins. There may be none.
fn with(db: &Connection, at: i64, then: impl FnOnce(Stretch<'_>)) -> Result<Option<i64>> {
    let mut query = db.prepare_cached(
        "SELECT start, heads FROM main.head WHERE start <= ?1 ORDER BY start DESC LIMIT 1",
    )?;
    let mut rows = query.query([at])?;
    let Some(row) = rows.next()? else {
        then(Stretch::default());
        return Ok(None);
    };
    let start = row.get(0)?;
    let stretch = Stretch::of(start, row.get_ref(1)?.as_blob()?)?;
    let first = stretch.heads().next().map(Head::at);
    // Else it would be written somewhere else, and stand there, too.
    ensure!(
        first == Some(start),
        "the index has a stretch that does not begin where it stands"
    );
    then(stretch);
    Ok(Some(start))
}

/// Both, by place; where both have one, the new one.
fn merge(old: Stretch<'_>, new: &[Head], merged: &mut Vec<Head>) {
    let mut next = 0;
    for head in new {
        let before = old.before(head.at(), next);
        merged.extend((next..before).map(|n| old.head(n)));
        merged.push(*head);
        let is_there = before < old.len() && old.at(before) == head.at();
        next = before + usize::from(is_there);
    }
    merged.extend((next..old.len()).map(|n| old.head(n)));
}

/// Writes the heads of a stretch; what is too long for one becomes several, with room for a third more.
fn write(db: &Connection, heads: &[Head]) -> Result<()> {
    let mut insert = db.prepare_cached("REPLACE INTO main.head (start, heads) VALUES (?1, ?2)")?;
    let (bytes, size) = packed::size(heads);
    let pieces = if bytes > MOST {
        heads.len().div_ceil(packed::fitting(MOST, size) * 3 / 4)
    } else {
        1
    };
    let mut row = Vec::with_capacity(MOST);
    for piece in 0..pieces {
        let part = &heads[heads.len() * piece / pieces..heads.len() * (piece + 1) / pieces];
        if let Some(first) = part.first() {
            packed::pack(part, &mut row);
            insert.execute(params![first.at(), row])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Model = BTreeMap<i64, Link>;

    fn table() -> Connection {
        let db = Connection::open_in_memory().expect("made");
        let schema = include_str!("schema.sql");
        db.execute_batch(schema).expect("made");
        db
    }

    /// A number that follows from another, and looks as if it did not.
    fn next_number(seed: &mut u64) -> u64 {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    }

    fn put_all(db: &Connection, model: &mut Model, places: impl Iterator<Item = i64>, change: i64) {
        let link = |n: i64| Link {
            change: change + n,
            name: n.to_le_bytes()[0],
        };
        let new: Model = (0..).zip(places).map(|(n, at)| (at, link(n))).collect();
        let heads: Vec<Head> = new.iter().map(|(at, link)| Head::new(*at, *link)).collect();
        put(db, &heads).expect("put");
        model.extend(new);
    }

    /// The table has what the model has, in rows as they must be.
    fn compare(db: &Connection, model: &Model, most: i64) {
        let mut found = Model::new();
        let (mut from, mut end) = (Some(i64::MIN), -1);
        while let Some(first) = from {
            from = walk(db, "main", first, 3, |start, stretch| {
                assert!(stretch.len() > 0);
                assert_eq!(stretch.heads().next().map(Head::at), Some(start));
                for head in stretch.heads() {
                    assert!(head.at() > end, "{}", head.at());
                    end = head.at();
                    found.insert(end, head.link());
                }
                Ok(())
            })
            .expect("walked");
        }
        assert_eq!(&found, model);
        let longest = "SELECT coalesce(max(length(heads)), 0) FROM head";
        let longest: usize = db.query_row(longest, [], |row| row.get(0)).expect("told");
        assert!(longest <= MOST, "{longest}");
        for step in [1, 7, 5_003] {
            let asked: Vec<i64> = (0..most).filter(|at| at % step == 0).collect();
            let mut told = Model::new();
            let each = |at, link| assert_eq!(told.insert(at, link), None);
            look(db, "main", &asked, each).expect("looked");
            let mut expected = model.clone();
            expected.retain(|at, _| *at < most && at % step == 0);
            assert_eq!(told, expected);
        }
        // Twice the same.
        let twice: Vec<i64> = model.keys().flat_map(|at| [*at, *at]).take(3_000).collect();
        let mut times = 0;
        look(db, "main", &twice, |at, link| {
            assert_eq!(model.get(&at), Some(&link));
            times += 1;
        })
        .expect("looked");
        assert_eq!(times, twice.len());
    }

    #[test]
    fn heads_are_found_whatever_was_put_before_and_after_them() {
        let (db, mut model, mut seed) = (table(), Model::new(), 7);
        compare(&db, &model, 50);
        let rounds = [
            (1, 1_000),
            (300, 20_000),
            (5_000, 20_000),
            (40, 30_000),
            (20_000, 40_000),
            (3, 40_000),
            // More than are put together, behind all others.
            (60_000, 40_000_000),
        ];
        for (round, (count, most)) in (1..).zip(rounds) {
            let places = (0..count).map(|_| (next_number(&mut seed) % most).cast_signed());
            put_all(&db, &mut model, places, round * 100_000);
            compare(&db, &model, 41_000);
        }
        // All but a few are taken away, whole stretches among them, the first, too.
        let gone: Vec<i64> = model.keys().copied().filter(|at| at % 997 != 500).collect();
        for at in gone {
            change(&db, at, None).expect("taken away");
            model.remove(&at);
        }
        assert!(*model.keys().next().expect("some are left") > 0);
        compare(&db, &model, 41_000);
        let at = *model.keys().next().expect("some are left");
        let link = Link { change: 9, name: 3 };
        change(&db, at, Some(link)).expect("changed");
        model.insert(at, link);
        for at in [0, at + 1] {
            assert!(change(&db, at, None).is_err());
        }
        put_all(&db, &mut model, [0, 3, at + 1, 40_999].into_iter(), 77);
        compare(&db, &model, 41_000);
    }

    #[test]
    fn many_places_without_heads_take_one_look() {
        let db = table();
        let mut model = Model::new();
        let missed = |asked: std::ops::Range<i64>| {
            let asked: Vec<i64> = asked.collect();
            look(&db, "main", &asked, |_, _| panic!("nothing is there")).expect("looked")
        };
        assert_eq!(missed(0..1_000), 1);
        put_all(&db, &mut model, 5_000..6_000, 1);
        assert_eq!(missed(0..5_000), 1);
        assert_eq!(missed(6_000..7_000), 1);
    }

    #[test]
    fn nothing_is_written_over_the_next_stretch() {
        let link = Link { change: 9, name: 0 };
        let over = |first: i64, last: i64| -> Vec<Head> {
            let places = first..=last;
            places.map(|at| Head::new(at, link)).collect()
        };
        // As it is; into the next stretch; beginning later than it stands.
        for (heads, skipped, is_whole) in [
            (over(0, 599), 0, true),
            (over(0, 700), 0, false),
            (over(0, 599), 1, false),
        ] {
            let db = table();
            let mut model = Model::new();
            put_all(&db, &mut model, 0..1_200, 1);
            let mut row = Vec::new();
            packed::pack(&heads, &mut row);
            let (_, size) = packed::size(&heads);
            row.drain(3..3 + skipped * size);
            let damage = "UPDATE head SET heads = ?1 WHERE start = 0";
            assert_eq!(db.execute(damage, [&row]).expect("damaged"), 1);
            let second = "SELECT start FROM head WHERE start > 0 LIMIT 1";
            assert_eq!(db.query_row(second, [], |row| row.get(0)), Ok(600));
            let put = put(&db, &[Head::new(3, link)]);
            assert_eq!(put.is_ok(), is_whole, "{put:?}");
        }
    }

    #[test]
    fn a_damaged_row_is_told() {
        for heads in [&[44_u8, 8, 44][..], &[1, 1, 6, 7, 8, 9, 10], &[]] {
            let db = table();
            db.execute("INSERT INTO head VALUES (0, ?1)", [heads])
                .expect("damaged");
            let looked = look(&db, "main", &[5], |_, _| {});
            assert_eq!(looked.is_err(), heads.len() < 7, "{looked:?}");
        }
        let db = table();
        db.execute("INSERT INTO head VALUES (0, x'0a0a0a01')", [])
            .expect("damaged");
        assert!(look(&db, "main", &[5], |_, _| {}).is_err());
    }
}
