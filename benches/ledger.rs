//! How fast the ledger alone is: `cargo run --release --example ledger_speed -- FOLDER new|update|again RECORDS [BATCHES]`.
//!
//! `new`: registrations (four names that are not there, two changes, four heads) into one book, batch after batch;
//! `update`: changes of entities that are there, in an order that has nothing to do with theirs; `again`: the same ids
//! again, all duplicates. Making the input is not counted; opening, commit and checkpoint are.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use sluss::ledger::{Book, INSTRUCTION, Journal};
use sluss::line::{Space, Store as _};

const POLICY: Space = Space("i");
const CUSTOMER: Space = Space("c");
const IDENTITY: Space = Space("ci");
const WAVE: u64 = 32_768;

struct Record {
    row: u64,
    policy: String,
    customer: String,
    identity: String,
    id: String,
    digest: [u8; 16],
    answer: String,
    policy_state: String,
    customer_state: String,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, mode, records, rest @ ..] = &args[..] else {
        bail!("FOLDER new|update|again RECORDS [BATCHES]");
    };
    let records: u64 = records.parse()?;
    let batches = rest.first().map_or(Ok(1), |n| n.parse::<u64>())?;
    let path = Path::new(folder).join("speed.sqlite");
    for n in 0..batches {
        let spent = batch(&path, mode, records, n)?;
        let rate = u128::from(records) * 1000 / spent.as_millis().max(1);
        println!(
            "{mode} {records}: {spent:.2?}, {rate}/s, {} MB peak, {} MB book",
            peak_kib() / 1024,
            std::fs::metadata(&path)?.len() >> 20
        );
    }
    Ok(())
}

fn batch(path: &Path, mode: &str, records: u64, n: u64) -> Result<Duration> {
    let mut spent = Duration::ZERO;
    let mut clock = Instant::now();
    let mut book = Book::open(path, b"a secret")?;
    let there = u64::try_from(
        book.batches(usize::MAX)?
            .iter()
            .map(|b| b.changes.1 - b.changes.0 + 1)
            .sum::<i64>(),
    )? / 2;
    book.begin("nordbank")?;
    let mut parts = [Duration::ZERO; 3];
    let mut from = 0;
    while from < records {
        spent += clock.elapsed();
        let wave: Vec<_> = (from..records.min(from + WAVE))
            .map(|row| record(row, mode, there, records, n))
            .collect();
        clock = Instant::now();
        prefetch(&mut book, &wave)?;
        parts[0] += clock.elapsed();
        let mark = Instant::now();
        for record in &wave {
            apply(&mut book, record)?;
        }
        parts[1] += mark.elapsed();
        let mark = Instant::now();
        book.flush_wave()?;
        parts[2] += mark.elapsed();
        from += WAVE;
    }
    let mark = Instant::now();
    let name = format!("{:012x}", book.batches(1)?.first().map_or(0, |b| b.id));
    let row = book.commit(&journal(&name))?;
    book.mark_published(row.id)?;
    let commit = mark.elapsed();
    book.checkpoint()?;
    let checkpoint = mark.elapsed().saturating_sub(commit);
    book.close()?;
    println!(
        "  prefetch {:.2?}, decide {:.2?}, flush {:.2?}, commit {commit:.2?}, checkpoint {checkpoint:.2?}",
        parts[0], parts[1], parts[2]
    );
    Ok(spent + clock.elapsed())
}

fn prefetch(book: &mut Book, wave: &[Record]) -> Result<()> {
    book.prefetch(wave.iter().flat_map(|r| {
        [
            (POLICY, &*r.policy),
            (CUSTOMER, &*r.customer),
            (IDENTITY, &*r.identity),
            (INSTRUCTION, &*r.id),
        ]
    }))
}

fn apply(book: &mut Book, record: &Record) -> Result<()> {
    book.start_record(record.row, "insurance.register");
    if book.seen(&record.id)?.is_some() {
        return Ok(());
    }
    let known = book.find(POLICY, &record.policy)?.is_some();
    book.find_by(IDENTITY, &record.identity)?;
    book.find(CUSTOMER, &record.customer)?;
    book.save(POLICY, &record.policy, record.policy_state.clone(), &[])?;
    if !known {
        let also = [(IDENTITY, &*record.identity)];
        book.save(
            CUSTOMER,
            &record.customer,
            record.customer_state.clone(),
            &also,
        )?;
    }
    book.remember(&record.id, record.digest, &record.answer)
}

/// `update` goes through what is there with a stride that has no factor in common with it.
fn record(row: u64, mode: &str, there: u64, records: u64, n: u64) -> Record {
    let entity = match mode {
        "new" => there + row,
        "update" => (row + n) * 7_368_787 % there.max(1),
        _ => row,
    };
    let serial = if mode == "again" {
        row
    } else {
        there * 7 + records * n + row
    };
    let filler = "x".repeat(120);
    Record {
        row: row + 1,
        policy: format!("NB-{entity:010}"),
        customer: format!("C{entity:09}"),
        identity: format!("19{entity:010}"),
        id: format!("I-{mode}-{serial:012}"),
        digest: [7; 16],
        answer: format!(r#"{{"entity":"NB-{entity:010}","state":"registered"}}"#),
        policy_state: format!(
            r#"{{"s":"registered","c":"C{entity:09}","f":"{filler}","n":{row},"a":"250000.00"}}"#
        ),
        customer_state: format!(r#"{{"id":"19{entity:010}","f":"{filler}"}}"#),
    }
}

fn journal(name: &str) -> Journal {
    Journal {
        batch: name.into(),
        partner: "nordbank".into(),
        role: "partner".into(),
        file: Some("speed.csv".into()),
        sha256: Some(name.into()),
        bytes: Some(0),
        format: None,
        format_hash: None,
        settings_hash: String::new(),
        rules: String::new(),
        business_date: chrono::NaiveDate::default(),
        status: "accepted".into(),
        duplicate_of: None,
        reason: None,
        claimed_at: String::new(),
        archive: None,
        summary: "{}".into(),
        answers: Vec::new(),
    }
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .context("no peak")
        .unwrap_or(0)
}
