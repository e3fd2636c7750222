//! Heads that a large batch no longer keeps in memory, before they are in the table: sorted, in files without names. To write
//! the table each time that memory is full would write all of it each time; what waits here is put into it once, when the
//! batch ends.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::head::{Bytes, Head, Link};
use super::passing::{folders, unnamed};

/// Heads that are read together where some are looked for: the places of the first of each are kept in memory.
const BLOCK: usize = 256;

/// Heads that are read or written together where all are.
const PIECE: usize = 1 << 14;

/// So many runs at most: with each more, what is not there takes longer to look for.
const MOST: usize = 4;

/// Heads in files, sorted; those that came together are in one.
pub(super) struct Runs {
    /// A file is made in the first of these that takes one.
    folders: Vec<PathBuf>,
    /// The oldest first.
    all: Vec<Run>,
}

impl Runs {
    /// None yet. The files go to where the book is: there must be room for what comes to it, too.
    pub(super) fn beside(book: Option<&Path>) -> Self {
        let own = book.and_then(Path::parent).map(PathBuf::from);
        Self::within(own.into_iter().chain(folders()).collect())
    }

    pub(super) fn within(folders: Vec<PathBuf>) -> Self {
        Self {
            folders,
            all: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    /// Adds heads, sorted by their places; each takes the place of one that is there.
    pub(super) fn add(&mut self, heads: &[Head]) -> Result<()> {
        let mut run = Writing::new(&self.folders)?;
        heads.iter().try_for_each(|head| run.push(*head))?;
        self.all.push(run.end()?);
        if self.all.len() > MOST {
            let mut merged = Writing::new(&self.folders)?;
            self.each(&[], |heads| {
                heads.iter().try_for_each(|head| merged.push(*head))
            })?;
            self.all = vec![merged.end()?];
        }
        Ok(())
    }

    /// Tells what stands at these places, which are sorted, where anything does.
    pub(super) fn look(&self, places: &[i64], mut each: impl FnMut(i64, Link)) -> Result<()> {
        let mut rest = places.to_vec();
        for run in self.all.iter().rev() {
            let mut block = Block::default();
            let mut others = Vec::with_capacity(rest.len());
            for at in rest {
                match run.find(at, &mut block)? {
                    Some(link) => each(at, link),
                    None => others.push(at),
                }
            }
            rest = others;
        }
        Ok(())
    }

    /// Calls with all heads, and with these, which are newer: sorted, many at once, of each place the newest.
    pub(super) fn each(
        &self,
        newest: &[Head],
        mut then: impl FnMut(&[Head]) -> Result<()>,
    ) -> Result<()> {
        let mut runs = Vec::with_capacity(self.all.len());
        for run in self.all.iter().rev() {
            runs.push(Reading::of(run)?);
        }
        let mut newest = newest;
        let mut merged = Vec::with_capacity(PIECE);
        loop {
            let places = runs.iter().filter_map(Reading::at);
            let Some(at) = newest
                .first()
                .map(|head| head.at())
                .into_iter()
                .chain(places)
                .min()
            else {
                break;
            };
            let mut head = None;
            if let Some((first, others)) = newest.split_first()
                && first.at() == at
            {
                head = Some(*first);
                newest = others;
            }
            for run in runs.iter_mut().filter(|run| run.at() == Some(at)) {
                let older = run.next()?;
                head = head.or(older);
            }
            merged.extend(head);
            if merged.len() == PIECE {
                then(&merged)?;
                merged.clear();
            }
        }
        if merged.is_empty() {
            return Ok(());
        }
        then(&merged)
    }
}

/// A file of heads.
struct Run {
    file: File,
    heads: usize,
    /// The place of each block's first head.
    firsts: Vec<i64>,
}

impl Run {
    fn read(&self, from: usize, heads: usize, into: &mut Vec<u8>) -> Result<()> {
        let heads = heads.min(self.heads.saturating_sub(from));
        into.resize(heads * size_of::<Bytes>(), 0);
        let at = u64::try_from(from * size_of::<Bytes>())?;
        let read = self.file.read_exact_at(into, at);
        read.context("names that were put aside cannot be read")
    }

    /// What stands at a place. `block` is the one that was read last.
    fn find(&self, at: i64, block: &mut Block) -> Result<Option<Link>> {
        let behind = self.firsts.partition_point(|first| *first <= at);
        let Some(number) = behind.checked_sub(1) else {
            return Ok(None);
        };
        if block.number != Some(number) {
            block.number = None;
            self.read(number * BLOCK, BLOCK, &mut block.bytes)?;
            block.number = Some(number);
        }
        let heads = heads_of(&block.bytes);
        let found = heads.binary_search_by_key(&at, |bytes| Head::from_bytes(bytes).at());
        Ok(found.ok().map(|n| Head::from_bytes(&heads[n]).link()))
    }
}

/// A block of a run, as the file has it.
#[derive(Default)]
struct Block {
    number: Option<usize>,
    bytes: Vec<u8>,
}

fn heads_of(bytes: &[u8]) -> &[Bytes] {
    bytes.as_chunks().0
}

/// A run from its first head to its last.
struct Reading<'a> {
    run: &'a Run,
    /// How many heads were read from the file.
    read: usize,
    bytes: Vec<u8>,
    /// The next one of these.
    next: usize,
}

impl<'a> Reading<'a> {
    fn of(run: &'a Run) -> Result<Self> {
        let mut reading = Self {
            run,
            read: 0,
            bytes: Vec::new(),
            next: 0,
        };
        reading.fill()?;
        Ok(reading)
    }

    fn fill(&mut self) -> Result<()> {
        self.run.read(self.read, PIECE, &mut self.bytes)?;
        self.read += heads_of(&self.bytes).len();
        self.next = 0;
        Ok(())
    }

    fn first(&self) -> Option<Head> {
        heads_of(&self.bytes).get(self.next).map(Head::from_bytes)
    }

    /// The place of the next head.
    fn at(&self) -> Option<i64> {
        self.first().map(Head::at)
    }

    fn next(&mut self) -> Result<Option<Head>> {
        let head = self.first();
        self.next += 1;
        if self.next >= heads_of(&self.bytes).len() {
            self.fill()?;
        }
        Ok(head)
    }
}

/// A run that is being written.
struct Writing {
    run: Run,
    bytes: Vec<u8>,
}

impl Writing {
    fn new(folders: &[PathBuf]) -> Result<Self> {
        let run = Run {
            file: unnamed(folders)?,
            heads: 0,
            firsts: Vec::new(),
        };
        let bytes = Vec::with_capacity(PIECE * size_of::<Bytes>());
        Ok(Self { run, bytes })
    }

    fn push(&mut self, head: Head) -> Result<()> {
        if self.run.heads.is_multiple_of(BLOCK) {
            self.run.firsts.push(head.at());
        }
        self.run.heads += 1;
        self.bytes.extend_from_slice(&head.to_bytes());
        if self.bytes.len() >= PIECE * size_of::<Bytes>() {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        let end = self.run.heads * size_of::<Bytes>();
        let at = u64::try_from(end - self.bytes.len())?;
        let written = self.run.file.write_all_at(&self.bytes, at);
        written.context("the names of the batch cannot be put aside")?;
        self.bytes.clear();
        Ok(())
    }

    fn end(mut self) -> Result<Run> {
        self.write()?;
        Ok(self.run)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn folder() -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        (folder, vec![path])
    }

    #[test]
    fn of_each_place_the_newest_head_is_found_and_comes_out_in_order() {
        let (_folder, folders) = folder();
        let (mut runs, mut model) = (Runs::within(folders), BTreeMap::new());
        assert!(runs.is_empty());
        // Runs of one block, of several, of none that is whole, of more than are read at once; merged twice.
        let sizes = [
            1,
            511,
            512,
            513,
            40_000,
            7,
            3_000,
            512 * 40,
            2,
            5,
            17_000,
            9,
            1_000,
            3,
            30_000,
            1,
            4,
            600,
            2,
        ];
        for (round, count) in (1..).zip(sizes) {
            let places = (0..count).map(|n: i64| (n * 7_919 + round * 13) % 100_003);
            let link = |at: i64| Link {
                change: at * 100 + round,
                name: round.to_le_bytes()[0],
            };
            let new: BTreeMap<_, _> = places.map(|at| (at, link(at))).collect();
            let heads: Vec<Head> = new.iter().map(|(at, link)| Head::new(*at, *link)).collect();
            runs.add(&heads).expect("added");
            assert!((1..=MOST).contains(&runs.all.len()), "{round}");
            model.extend(new);
            for step in [11, 1_009] {
                let asked: Vec<i64> = (0..100_100).filter(|at| at % step == 0).collect();
                let twice: Vec<i64> = asked.iter().flat_map(|at| [*at, *at]).collect();
                let (mut found, mut times) = (BTreeMap::new(), 0);
                runs.look(&twice, |at, link| {
                    found.insert(at, link);
                    times += 1;
                })
                .expect("looked");
                let mut expected = model.clone();
                expected.retain(|at, _| at % step == 0);
                assert_eq!(found, expected, "{round} {step}");
                assert_eq!(times, 2 * expected.len());
            }
        }
        let newest: BTreeMap<_, _> = (0..50_000)
            .map(|n| (n * 3, Link { change: n, name: 0 }))
            .collect();
        let heads: Vec<Head> = newest
            .iter()
            .map(|(at, link)| Head::new(*at, *link))
            .collect();
        model.extend(newest);
        let mut all = Vec::new();
        runs.each(&heads, |heads| {
            assert!((1..=PIECE).contains(&heads.len()));
            all.extend_from_slice(heads);
            Ok(())
        })
        .expect("read");
        let all: Vec<_> = all.iter().map(|head| (head.at(), head.link())).collect();
        assert_eq!(all, model.into_iter().collect::<Vec<_>>());
        runs.clear();
        assert!(runs.is_empty());
        runs.each(&[], |_| panic!("there are none")).expect("read");
        runs.look(&[1, 2], |_, _| panic!("there are none"))
            .expect("looked");
    }

    #[test]
    fn what_cannot_be_kept_or_read_is_an_error() {
        let heads = [Head::new(1, Link { change: 2, name: 0 })];
        let mut runs = Runs::within(vec![PathBuf::from("/proc/none")]);
        assert!(runs.add(&heads).is_err() && runs.is_empty());
        let (_folder, folders) = folder();
        let mut runs = Runs::within(folders.clone());
        runs.add(&heads).expect("added");
        runs.all[0].file.set_len(11).expect("cut off");
        assert!(runs.look(&[1], |_, _| {}).is_err());
        assert!(runs.each(&[], |_| Ok(())).is_err());
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("there");
        let mut writing = Writing::new(&folders).expect("made");
        writing.run.file = full;
        writing.push(heads[0]).expect("in memory");
        assert!(writing.end().is_err());
    }
}
