//! The index in its table: a row holds the heads of a stretch of places, sorted and packed. It stands at the place of its
//! first head, and reaches to the next row. Looking for some of them, or putting some among them, costs a row what it would
//! cost a head otherwise.

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection, params};

use super::head::{Bytes, Head, Link};

/// Most heads of a stretch: four such stretches fill a page.
const MOST: usize = 340;

/// As many a stretch begins with at most that is cut off from a longer one: a third more may come.
const BEGUN: usize = 256;

/// So many heads at most are put into the table together: it bounds the memory that they take once more.
const TOGETHER: usize = 1 << 14;

/// The heads of a stretch.
#[derive(Clone, Copy)]
pub(super) struct Stretch<'a>(&'a [Bytes]);

impl<'a> Stretch<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self> {
        let (heads, rest) = bytes.as_chunks();
        ensure!(rest.is_empty(), "the index has a head that ends early");
        Ok(Self(heads))
    }

    /// Its heads, by place.
    pub(super) fn heads(self) -> impl ExactSizeIterator<Item = Head> + 'a {
        self.0.iter().map(Head::from_bytes)
    }

    fn last(self) -> Option<i64> {
        self.0.last().map(|bytes| Head::from_bytes(bytes).at())
    }

    /// How many heads stand before a place.
    fn before(self, at: i64) -> usize {
        self.0
            .partition_point(|bytes| Head::from_bytes(bytes).at() < at)
    }

    /// The head at this place, if it has one, and those from there on.
    fn find(self, at: i64) -> (Option<Head>, Self) {
        let rest = Self(&self.0[self.before(at)..]);
        let first = rest.0.first().map(Head::from_bytes);
        (first.filter(|head| head.at() == at), rest)
    }
}

/// Tells what stands at these places of one file, which are sorted, where anything does. Answers for how many looks into
/// the table nothing was found.
pub(super) fn look(
    db: &Connection,
    schema: &str,
    places: &[i64],
    mut each: impl FnMut(i64, Link),
) -> Result<usize> {
    let mut find = db.prepare_cached(&format!(
        "SELECT heads FROM {schema}.head WHERE start <= ?1 ORDER BY start DESC LIMIT 1"
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
        let mut stretch = Stretch::of(row.get_ref(0)?.as_blob()?)?;
        let last = stretch
            .last()
            .context("the index has a stretch without heads")?;
        let (within, others) = rest.split_at(rest.partition_point(|at| *at <= last));
        let mut found = false;
        for at in within {
            let head;
            (head, stretch) = stretch.find(*at);
            if let Some(head) = head {
                each(*at, head.link());
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
        each(start, Stretch::of(row.get_ref(1)?.as_blob()?)?)?;
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
        let last = merged.last().map(Head::from_bytes);
        // Else what is cut off could be written over the next one.
        ensure!(
            last.as_ref().is_some_and(within),
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
    let start = with(db, at, |stretch| heads.extend_from_slice(stretch.0))?;
    let found = Stretch(&heads).before(at);
    let there = heads
        .get(found)
        .is_some_and(|bytes| Head::from_bytes(bytes).at() == at);
    ensure!(there, "the index has no head at this place");
    match link {
        Some(link) => heads[found] = Head::new(at, link).to_bytes(),
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
        then(Stretch(&[]));
        return Ok(None);
    };
    let (start, stretch) = (row.get(0)?, Stretch::of(row.get_ref(1)?.as_blob()?)?);
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
fn merge(old: Stretch<'_>, new: &[Head], merged: &mut Vec<Bytes>) {
    let mut old = old.0;
    for head in new {
        let before = Stretch(old).before(head.at());
        merged.extend_from_slice(&old[..before]);
        merged.push(head.to_bytes());
        old = &old[before..];
        if let Some((first, others)) = old.split_first()
            && Head::from_bytes(first).at() == head.at()
        {
            old = others;
        }
    }
    merged.extend_from_slice(old);
}

/// Writes the heads of a stretch; what is too long for one becomes several.
fn write(db: &Connection, heads: &[Bytes]) -> Result<()> {
    let mut insert = db.prepare_cached("REPLACE INTO main.head (start, heads) VALUES (?1, ?2)")?;
    let pieces = if heads.len() > MOST {
        heads.len().div_ceil(BEGUN)
    } else {
        1
    };
    for piece in 0..pieces {
        let part = &heads[heads.len() * piece / pieces..heads.len() * (piece + 1) / pieces];
        if let Some(first) = part.first() {
            insert.execute(params![Head::from_bytes(first).at(), part.as_flattened()])?;
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
                assert!((1..=MOST).contains(&stretch.heads().len()));
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
        let db = table();
        let mut model = Model::new();
        put_all(&db, &mut model, 0..600, 1);
        // The first stretch holds places of the next one now.
        db.execute(
            "UPDATE head SET heads = (SELECT max(heads) FROM head) WHERE start = 0",
            [],
        )
        .expect("damaged");
        let link = Link { change: 9, name: 0 };
        assert!(put(&db, &[Head::new(0, link)]).is_err());
        // It begins where it stands, and goes on into the next one.
        let into = "UPDATE head SET heads = CAST(?1 || (SELECT max(heads) FROM head) AS BLOB) WHERE start = 0";
        db.execute(into, [&Head::new(0, link).to_bytes()[..]])
            .expect("damaged");
        assert!(put(&db, &[Head::new(0, link)]).is_err());
    }

    #[test]
    fn a_damaged_row_is_told() {
        for heads in [&[1_u8; 13][..], &[]] {
            let db = table();
            db.execute("INSERT INTO head VALUES (0, ?1)", [heads])
                .expect("damaged");
            assert!(look(&db, "main", &[5], |_, _| {}).is_err());
        }
    }
}
