//! Changes of a batch that will be undone: what later records of it may ask for stands in a file without a name, in the
//! order in which it came. A rehearsal needs no more of them, and a row in a table costs as much as deciding it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::journal::part;
use super::rows::Tabular as _;
use super::wave::Wave;

/// The columns of a wave's rows that records ask for: key, further names, digest, answer, state.
const ASKED: std::ops::Range<usize> = 3..8;

/// Bytes that tell where a row ends.
const END: usize = 8;

/// The changes of a batch that are no longer in memory.
pub(super) struct Passing {
    file: File,
    /// How long the file is.
    length: u64,
    /// The id of each wave's first change, how many it has, and where it begins.
    waves: Vec<(i64, usize, u64)>,
    /// Memory for a wave, to be used again.
    bytes: Vec<u8>,
}

/// What is kept of a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) key: Option<Box<str>>,
    pub(super) also: Option<Box<str>>,
    pub(super) answer: Option<([u8; 16], Box<str>)>,
    pub(super) state: Option<Box<str>>,
}

impl Passing {
    /// None yet.
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            file: unnamed(&folders())?,
            length: 0,
            waves: Vec::new(),
            bytes: Vec::new(),
        })
    }

    /// Adds the changes of a wave: where each row ends, then the rows.
    pub(super) fn append(&mut self, first: i64, wave: &Wave) -> Result<()> {
        let rows = wave.rows();
        self.bytes.clear();
        self.bytes.resize(rows * END, 0);
        for row in 0..rows {
            for column in ASKED {
                match wave.column(row, column) {
                    ToSqlOutput::Borrowed(value) => part(&mut self.bytes, value),
                    ToSqlOutput::Owned(value) => part(&mut self.bytes, ValueRef::from(&value)),
                    _ => anyhow::bail!("a change holds what no table can"),
                }
            }
            let end = self.length + self.bytes.len() as u64;
            self.bytes[row * END..(row + 1) * END].copy_from_slice(&end.to_le_bytes());
        }
        let written = self.file.write_all_at(&self.bytes, self.length);
        written.context("the changes of the rehearsal cannot be kept")?;
        self.waves.push((first, rows, self.length));
        self.length += self.bytes.len() as u64;
        Ok(())
    }

    /// What was kept of a change; `None`: it is none of these.
    pub(super) fn read(&self, id: i64) -> Result<Option<Passed>> {
        let after = self.waves.partition_point(|(first, ..)| *first <= id);
        let Some((first, rows, begin)) = after.checked_sub(1).map(|at| self.waves[at]) else {
            return Ok(None);
        };
        let row = usize::try_from(id - first)?;
        if row >= rows {
            return Ok(None);
        }
        let end_of = |row: usize| -> Result<u64> {
            let mut end = [0; END];
            let at = begin + (row * END) as u64;
            self.file.read_exact_at(&mut end, at)?;
            Ok(u64::from_le_bytes(end))
        };
        let start = match row.checked_sub(1) {
            Some(before) => end_of(before)?,
            None => begin + (rows * END) as u64,
        };
        let mut bytes = vec![0; usize::try_from(end_of(row)? - start)?];
        self.file.read_exact_at(&mut bytes, start)?;
        passed(&bytes).map(Some)
    }
}

/// A row again.
fn passed(mut bytes: &[u8]) -> Result<Passed> {
    let mut next = || -> Result<Option<Vec<u8>>> {
        let (kind, rest) = bytes.split_first().context("a row that ends early")?;
        let (length, rest) = rest.split_first_chunk().context("a row that ends early")?;
        let length = usize::try_from(u64::from_le_bytes(*length))?;
        ensure!(length <= rest.len(), "a row that ends early");
        let (value, rest) = rest.split_at(length);
        bytes = rest;
        // Kind 0 is null.
        Ok((*kind != 0).then(|| value.to_vec()))
    };
    let text = |bytes: Option<Vec<u8>>| -> Result<Option<Box<str>>> {
        Ok(bytes.map(String::from_utf8).transpose()?.map(Into::into))
    };
    let (key, also) = (text(next()?)?, text(next()?)?);
    let (digest, answer) = (next()?, text(next()?)?);
    let digest = digest.map(TryInto::try_into).transpose();
    let digest = digest.map_err(|_| anyhow::anyhow!("a digest has 16 bytes"))?;
    Ok(Passed {
        key,
        also,
        answer: digest.zip(answer),
        state: text(next()?)?,
    })
}

/// A file without a name, in the first of these folders that takes one.
pub(super) fn unnamed(folders: &[PathBuf]) -> Result<File> {
    let mut failed = anyhow::anyhow!("there is no folder for a file without a name");
    for folder in folders {
        match tempfile::tempfile_in(folder) {
            Ok(file) => return Ok(file),
            Err(cause) => {
                let place = format!("{}: no file can be made", folder.display());
                failed = anyhow::Error::new(cause).context(place);
            }
        }
    }
    Err(failed)
}

/// Where files without a name may go, as the library of the tables has it: rather to a disk than into memory.
pub(super) fn folders() -> Vec<PathBuf> {
    let told = std::env::var_os("TMPDIR").map(PathBuf::from);
    let usual = ["/var/tmp", "/tmp"].map(PathBuf::from);
    told.into_iter().chain(usual).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_where_one_can_be_made() {
        let good = tempfile::tempdir().expect("a folder");
        let none = good.path().join("none");
        let made = [none.clone(), good.path().to_owned()];
        assert!(unnamed(&made).is_ok());
        let failed = unnamed(&[none]).expect_err("there is no such folder");
        assert!(failed.to_string().contains("none: no file can be made"));
    }

    #[test]
    fn a_change_is_read_as_it_was_kept() {
        let mut passing = Passing::new().expect("a file");
        assert_eq!(passing.read(1).expect("read"), None);
        let mut first = 5;
        for round in 0..3 {
            let mut wave = Wave::default();
            wave.begin(first);
            for n in 0..4 {
                let id = wave.append(Some(&format!("i:{round}.{n}")), None);
                wave.set_state(id, &"x".repeat(n)).expect("kept");
                if n > 0 {
                    wave.add_name(id, "n:\"one\"").expect("added");
                }
                if n > 1 {
                    wave.set_answer(id, [7; 16], "{}").expect("kept");
                }
            }
            wave.append(None, None);
            passing.append(first, &wave).expect("kept");
            first = wave.next_id();
        }
        for round in 0..3_i64 {
            for n in 0..4_usize {
                let id = 5 + round * 5 + i64::try_from(n).expect("few");
                let passed = passing.read(id).expect("read").expect("it is there");
                assert_eq!(passed.key.as_deref(), Some(&*format!("i:{round}.{n}")));
                assert_eq!(passed.state.as_deref(), Some(&*"x".repeat(n)));
                let also = (n > 0).then_some(r#"["n:\"one\""]"#);
                assert_eq!(passed.also.as_deref(), also);
                let answer = (n > 1).then(|| ([7; 16], "{}".into()));
                assert_eq!(passed.answer, answer);
            }
            let nothing = passing.read(9 + round * 5).expect("read");
            assert_eq!(nothing, Some(Passed::default()));
        }
        for other in [0, 4, 20, 99] {
            assert_eq!(passing.read(other).expect("read"), None, "{other}");
        }
    }
}
