//! The fuzz targets of `fuzz/` under a mutator of our own, which needs no nightly compiler: from our samples, bytes are
//! changed, cut, doubled and mixed, and nothing may panic. Without guidance by coverage it finds less than `cargo fuzz`.

#[path = "../../../fuzz/targets.rs"]
mod targets;

use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use super::trials;
use crate::delimited::files;
use crate::torture::trials::{Random, Trials};

/// Bytes that mean something to one of the readers.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b"\r",
    b"\n",
    b";",
    b",",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"<",
    b"/>",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<?",
    b"&#0;",
    b"&amp;",
    b"&x;",
    b"<!DOCTYPE a>",
    b" xmlns=''",
    b"</records>",
    b"<record kind=''>",
    b"99999999999999999999",
    b"-",
    b"0",
    b"NY090030",
    b"01BGMAX",
    b"70",
    b"= ",
    b"[[field]]\n",
    b"{",
    b"from = \"a | b\"\n",
    b"'''",
    b"\\u0000",
    b"[record.x]\n",
    b"sum(",
    b"count(",
];

/// A sample with some of its bytes made others.
fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut below =
        |end: usize| usize::try_from(random.below(end.max(1) as u64)).expect("a small number");
    let mut bytes = seeds[below(seeds.len())].clone();
    for _ in 0..=below(8) {
        let at = below(bytes.len() + 1);
        let to = (at + below(40)).min(bytes.len());
        match below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let part = bytes[at..to].to_vec();
                bytes.splice(at..at, part);
            }
            3 if at < bytes.len() => bytes[at] ^= 1 << below(8),
            4 if at < bytes.len() => bytes[at] = u8::try_from(below(256)).expect("a byte"),
            5 => {
                let other = &seeds[below(seeds.len())];
                let from = below(other.len());
                let part = other[from..(from + below(200)).min(other.len())].to_vec();
                bytes.splice(at..to, part);
            }
            _ => {
                let word = WORDS[below(WORDS.len())];
                bytes.splice(at..to, word.iter().copied());
            }
        }
    }
    bytes
}

fn seeds(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let all = files(&folder).into_iter();
    let wanted = all.filter(|path| {
        path.extension()
            .is_some_and(|end| endings.iter().any(|wanted| end == *wanted))
    });
    let mut seeds: Vec<Vec<u8>> = wanted
        .map(|path| std::fs::read(path).expect("a sample"))
        .collect();
    // Short ones are tried more often in the same time.
    for seed in &mut seeds {
        seed.truncate(4000);
    }
    assert!(!seeds.is_empty());
    seeds
}

/// Tries a target on so many mutants; each may take a second.
fn fuzz(name: &'static str, target: fn(&[u8]), seeds: &[Vec<u8>], wanted: usize) -> Trials {
    fuzz_by(name, target, |random| mutated(random, seeds), wanted)
}

/// The same, with a mutator of its own.
fn fuzz_by(
    name: &'static str,
    target: fn(&[u8]),
    mutant: impl Fn(&mut Random) -> Vec<u8>,
    wanted: usize,
) -> Trials {
    let mut random = Random::seeded(name.len() as u64 + 40);
    let mut figures = Trials::of(name);
    for _ in 0..wanted {
        let bytes = mutant(&mut random);
        let began = Instant::now();
        let ended = catch_unwind(|| target(&bytes));
        let slow = began.elapsed() > Duration::from_secs(10);
        let bad = ended.is_err() || slow;
        figures.count(
            bad.then(|| format!("{name}: slow {slow}: {:?}", String::from_utf8_lossy(&bytes))),
        );
    }
    figures
}

#[test]
fn fuzz_csv() {
    let seeds = seeds("inbox-sample", &["csv"]);
    fuzz(
        "mutants of CSV files",
        targets::csv,
        &seeds,
        trials(500, 10_000, 300_000),
    )
    .end();
}

#[test]
fn fuzz_xml() {
    let seeds = seeds("inbox-sample", &["xml"]);
    fuzz(
        "mutants of XML documents",
        targets::xml,
        &seeds,
        trials(500, 10_000, 300_000),
    )
    .end();
}

#[test]
fn fuzz_fixed_width() {
    let seeds = seeds("inbox-sample", &["bgmax", "ocr"]);
    fuzz(
        "mutants of fixed-width files",
        targets::fixed,
        &seeds,
        trials(500, 10_000, 300_000),
    )
    .end();
}

/// What the child says of a small workbook with these labels in its header: the tag and the body of each frame.
fn frames(labels: &[&str]) -> Vec<(u8, Vec<u8>)> {
    let row = |row: u32, tag: u8, texts: &[&str]| {
        let mut body = row.to_le_bytes().to_vec();
        body.push(0);
        for (column, text) in (0_u32..).zip(texts) {
            let length = u32::try_from(text.len()).expect("short").to_le_bytes();
            body.extend(column.to_le_bytes());
            body.push(tag);
            body.extend(length);
            body.extend(text.as_bytes());
        }
        body
    };
    let texts: Vec<&str> = labels.iter().map(|_| "2026-11-20").collect();
    let numbers: Vec<&str> = labels.iter().map(|_| "1250.5").collect();
    vec![
        (b'S', "Blad å".as_bytes().to_vec()),
        (b'P', row(0, b't', &["Till banken"])),
        (b'H', row(1, b't', labels)),
        (b'R', row(2, b'd', &texts)),
        (b'R', row(3, b'n', &numbers)),
        (b'R', row(5, b't', labels)),
        (b'O', b"Blad 2".to_vec()),
        (b'A', 9_u32.to_le_bytes().to_vec()),
        (b'E', Vec::new()),
    ]
}

/// The bytes of frames: a version, then tag, length and body of each.
fn sent(frames: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![1];
    for (tag, body) in frames {
        let length = u32::try_from(body.len()).expect("short").to_le_bytes();
        bytes.push(*tag);
        bytes.extend(length);
        bytes.extend(body);
    }
    bytes
}

#[test]
fn fuzz_workbooks() {
    let seeds = [
        (
            "canonical",
            frames(&["kind", "insurance_no", "start_date", "amount"]),
        ),
        (
            "insurance",
            frames(&[
                "Försäkringsnr",
                "Produkt",
                "Startdatum",
                "Försäkringsbelopp",
            ]),
        ),
    ];
    for (name, seed) in &seeds {
        assert_eq!(targets::excel_formats(&sent(seed)), 1, "{name} is read");
        // Kept for `cargo fuzz` too.
        let kept = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/seeds/excel")
            .join(name);
        assert_eq!(
            std::fs::read(&kept).expect("a seed"),
            sent(seed),
            "{}",
            kept.display()
        );
    }
    // Some with broken lengths, most with bodies that are read.
    let mutant = |random: &mut Random| {
        let mut below =
            |end: usize| usize::try_from(random.below(end as u64)).expect("a small number");
        let mut frames = seeds[below(2)].1.clone();
        if below(4) == 0 {
            return mutated(random, &[sent(&frames)]);
        }
        let (at, other) = (below(frames.len()), below(frames.len()));
        match below(6) {
            0 => frames.swap(at, other),
            1 => frames.insert(other, frames[at].clone()),
            2 => drop(frames.remove(at)),
            _ => frames[at].1 = mutated(random, &[frames[at].1.clone()]),
        }
        sent(&frames)
    };
    fuzz_by(
        "mutants of what the reader of workbooks says",
        targets::excel,
        mutant,
        trials(500, 10_000, 300_000),
    )
    .end();
}

#[test]
fn fuzz_formats() {
    let seeds = seeds("formats", &["toml"]);
    fuzz(
        "mutants of format files",
        targets::format,
        &seeds,
        trials(300, 5_000, 100_000),
    )
    .end();
}

/// The driver can fail: a target that panics at one byte in the right place is found out.
#[test]
fn a_target_that_panics_is_found() {
    let target = |bytes: &[u8]| assert!(!bytes.windows(2).any(|two| two == b"\"\""), "doubled");
    let seeds = seeds("inbox-sample", &["csv"]);
    fuzz("mutants for a broken reader", target, &seeds, 500).must_have_failed();
}
