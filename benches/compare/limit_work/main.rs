//! The bare work, a limit for `sluss check` and `sluss run`: the same checks and the same answers for the same generated
//! registrations, by a program that can do nothing else. It knows one format, keeps no book, forgives no odd input, and
//! stops at what the generator does not write. Its four files are those of `sluss check`, byte for byte.
//!
//! `limit-work FILE FOLDER`: reads FILE (`generate --kind register`), writes result.csv, errors.csv, rejected.csv and
//! events.ndjson into FOLDER and syncs them.

#![expect(clippy::print_stdout, reason = "what it measured is what it is for")]

mod check;
mod write;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use memchr::{memchr_iter, memrchr};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::write::{Answers, Batch};

/// Bytes read at once, for all threads together.
const WAVE: usize = 8 << 20;
/// Bytes that one thread takes at once.
const PIECE: usize = 256 << 10;
const THREADS: usize = 2;
/// After so many bytes of events the disk gets them, so that it works beside us.
const SYNC: u64 = 64 << 20;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = &args[..] else {
        bail!("FILE FOLDER");
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(THREADS)
        .build_global()?;
    let mut file = File::open(input).with_context(|| input.clone())?;
    let batch = Batch::of(&sha256(&mut file)?);
    file.rewind()?;
    let mut out = Out::create(Path::new(folder), &header(&mut file)?)?;
    let mut ready = Vec::new();
    let mut rest = Vec::new();
    let mut before = 0;
    loop {
        let wave = next_wave(&mut file, &mut rest)?;
        let (done, written) = rayon::join(|| answer(&wave, before, &batch), || out.write(&ready));
        written?;
        (ready, before) = done?;
        if wave.is_empty() {
            break;
        }
    }
    out.finish()?;
    println!("{before} records, {} good, {} öre", out.good, out.ore);
    Ok(())
}

fn sha256(file: &mut File) -> Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            let mut text = String::with_capacity(64);
            for byte in hash.finalize() {
                write!(text, "{byte:02x}")?;
            }
            return Ok(text);
        }
        hash.update(&buffer[..read]);
    }
}

/// Passes over the first line, which has to be what the generator writes.
fn header(file: &mut File) -> Result<Vec<u8>> {
    let mut start = vec![0; 4096];
    let read = file.read(&mut start)?;
    start.truncate(read);
    let end = memchr::memchr(b'\n', &start).context("no first line")? + 1;
    start.truncate(end);
    ensure!(
        memchr_iter(b';', &start).count() == check::CELLS - 1,
        "not a file of registrations"
    );
    file.seek(std::io::SeekFrom::Start(end as u64))?;
    Ok(start)
}

/// Whole lines; what is left of the last one is kept for the next wave. Nothing: the end.
fn next_wave(file: &mut File, rest: &mut Vec<u8>) -> Result<Vec<u8>> {
    let mut wave = std::mem::take(rest);
    file.take(WAVE as u64).read_to_end(&mut wave)?;
    let end = memrchr(b'\n', &wave).map_or(0, |at| at + 1);
    *rest = wave.split_off(end);
    ensure!(
        end > 0 || rest.is_empty(),
        "a line that does not end, or is longer than a wave"
    );
    Ok(wave)
}

/// The answers to a wave, piece by piece, and how many records there are up to its end.
fn answer(wave: &[u8], before: u64, batch: &Batch) -> Result<(Vec<Answers>, u64)> {
    let mut pieces = Vec::new();
    let (mut from, mut rows) = (0, before);
    while from < wave.len() {
        let to = wave.len().min(from + PIECE);
        let to = memchr::memchr(b'\n', &wave[to - 1..]).map_or(wave.len(), |at| to + at);
        pieces.push((&wave[from..to], rows));
        rows += memchr_iter(b'\n', &wave[from..to]).count() as u64;
        from = to;
    }
    let answers = pieces
        .into_par_iter()
        .map(|(piece, rows)| answer_piece(piece, rows, batch))
        .collect::<Result<_>>()?;
    Ok((answers, rows))
}

fn answer_piece(piece: &[u8], mut row: u64, batch: &Batch) -> Result<Answers> {
    let mut answers = Answers::with_room_for(piece.len());
    let mut start = 0;
    for end in memchr_iter(b'\n', piece) {
        row += 1;
        let line = &piece[start..=end];
        start = end + 1;
        let cells = check::cells(line).with_context(|| format!("record {row}"))?;
        match check::check(&cells) {
            Ok(good) => answers.accept(row, &cells, &good, batch),
            Err(finding) => answers.reject(row, line, &cells, &finding),
        }
    }
    Ok(answers)
}

/// The four files.
struct Out {
    files: [File; 4],
    unsynced: u64,
    good: u64,
    ore: u64,
}

impl Out {
    fn create(folder: &Path, header: &[u8]) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let create = |name: &str| File::create_new(folder.join(name)).context(name.to_owned());
        let mut files = [
            create("result.csv")?,
            create("errors.csv")?,
            create("rejected.csv")?,
            create("events.ndjson")?,
        ];
        files[0].write_all(write::RESULT_HEAD.as_bytes())?;
        files[1].write_all(write::ERRORS_HEAD.as_bytes())?;
        files[2].write_all(header)?;
        Ok(Self {
            files,
            unsynced: 0,
            good: 0,
            ore: 0,
        })
    }

    fn write(&mut self, ready: &[Answers]) -> Result<()> {
        for answers in ready {
            for (file, bytes) in self.files.iter_mut().zip(answers.bytes()) {
                file.write_all(bytes)?;
                self.unsynced += bytes.len() as u64;
            }
            self.good += answers.good;
            self.ore += answers.ore;
        }
        if self.unsynced > SYNC {
            self.unsynced = 0;
            let events = self.files[3].try_clone()?;
            // Whether it worked is told by the last sync, which waits for all of it.
            std::thread::spawn(move || drop(events.sync_data()));
        }
        Ok(())
    }

    fn finish(&self) -> Result<()> {
        for file in &self.files {
            file.sync_all()?;
        }
        Ok(())
    }
}

impl Batch {
    fn of(sha256: &str) -> Self {
        /// The root of every id that sluss derives.
        const ROOT: Uuid = Uuid::from_u128(0x51a5_5000_0b0c_4c0e_8d1e_5c0f_1c4d_0001);
        Self {
            id: sha256[..12].to_owned(),
            origin: sluss::model::ids::derived(&ROOT, format!("bench\n{sha256}").as_bytes()),
        }
    }
}
