//! Writes large files of format `insurance-csv-1`, the same bytes for the same arguments: registrations that bring their
//! customer along, or updates and top-ups of insurances that such a file registered. Streams: memory stays flat.
//!
//! `cargo run --release --example generate -- --rows 1000000 -o INS_20261120_001.csv`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::{Datelike, Days, NaiveDate};
use clap::{Parser, ValueEnum};

/// What to write.
#[derive(Parser)]
struct Options {
    /// Records in the file
    #[arg(long)]
    rows: u64,
    /// What the records ask for
    #[arg(long, value_enum, default_value = "register")]
    kind: Kind,
    /// Registrations in the book that updates and top-ups are for
    #[arg(long, default_value_t = 1_000_000)]
    book: u64,
    /// Other seed, other amounts, names and faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bad records of 1,000
    #[arg(long, default_value_t = 10)]
    bad: u64,
    /// Give every record an instruction id
    #[arg(long)]
    ids: bool,
    /// The file; it must not exist
    #[arg(long, short)]
    output: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Register,
    Update,
    TopUp,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let file =
        File::create_new(&options.output).with_context(|| options.output.display().to_string())?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let mut random = Random(options.seed);
    let mut line = String::new();
    let columns = match options.kind {
        Kind::Register => REGISTER,
        Kind::Update => UPDATE,
        Kind::TopUp => TOP_UP,
    };
    let head: &[&str] = if options.ids {
        &["Instruktions-id"]
    } else {
        &[]
    };
    line.push_str(&[head, columns].concat().join(";"));
    write_line(&mut out, &mut line)?;
    for row in 0..options.rows {
        if options.ids {
            line += &id(&options, row);
        }
        let bad = random.below(1000) < options.bad;
        line += &match options.kind {
            Kind::Register => register(row, bad, &mut random),
            Kind::Update => update(random.below(options.book), bad, &mut random),
            Kind::TopUp => top_up(random.below(options.book), bad, &mut random),
        };
        write_line(&mut out, &mut line)?;
    }
    out.flush().context("the end of the file")
}

const REGISTER: &[&str] = &[
    "Försäkringsnr",
    "Produkt",
    "Lånenr",
    "Valuta",
    "Försäkringsbelopp",
    "Årspremie",
    "Startdatum",
    "Kundnr",
    "Kundtyp",
    "Land",
    "Personnr/Orgnr",
    "Förnamn",
    "Efternamn",
    "Godkänd av banken",
    "Godkänd av kunden",
];
const UPDATE: &[&str] = &["Åtgärd", "Försäkringsnr", "Lånenr"];
const TOP_UP: &[&str] = &["Åtgärd", "Försäkringsnr", "Belopp", "Valuta"];

const FIRST: &[&str] = &[
    "Åsa", "Örjan", "Märta", "Björn", "Anna", "Lars", "Zoë", "Jürgen", "Maja", "Hélène", "Nils",
    "Ebba",
];
const LAST: &[&str] = &[
    "Åström",
    "Öberg",
    "Ängström",
    "Sjölund",
    "Andersson",
    "Lindqvist",
    "Hägg",
    "Nyström",
    "Ek",
    "Bergström",
];

fn id(options: &Options, row: u64) -> String {
    format!("{}-{}-{row};", options.kind.word(), options.seed)
}

fn register(row: u64, bad: bool, random: &mut Random) -> String {
    let fault = if bad { random.below(6) } else { u64::MAX };
    let amount = 50_000 + random.below(2_000_000);
    let product = if fault == 0 { "FINNS-EJ" } else { "LOANPROT-A" };
    let loan = if fault == 1 {
        String::new()
    } else {
        format!("L{row:010}")
    };
    let amount = if fault == 2 {
        format!("{amount} kr")
    } else {
        format!("{amount},{:02}", random.below(100))
    };
    let start = if fault == 3 {
        "2026-02-30"
    } else {
        "2026-11-01"
    };
    let mut identity = personnummer(row);
    if fault == 4 {
        let last = identity.pop().expect("twelve digits");
        identity.push(if last == '9' {
            '0'
        } else {
            char::from(last as u8 + 1)
        });
    }
    let country = if fault == 5 { "ZZ" } else { "SE" };
    let first = FIRST[random.pick(FIRST.len())];
    let last = LAST[random.pick(LAST.len())];
    format!(
        "F{row:09};{product};{loan};SEK;{amount};{},00;{start};K{row:09};individual;{country};{identity};{first};{last};{};{}",
        600 + random.below(9_000),
        if random.below(2) == 0 { "ja" } else { "nej" },
        if random.below(2) == 0 { "ja" } else { "nej" },
    )
}

fn update(insurance: u64, bad: bool, random: &mut Random) -> String {
    let number = if bad {
        format!("X{insurance:09}")
    } else {
        format!("F{insurance:09}")
    };
    format!("Ändring;{number};L{:010}", random.below(10_000_000_000))
}

fn top_up(insurance: u64, bad: bool, random: &mut Random) -> String {
    let amount = 1_000 + random.below(100_000);
    let currency = if bad { "EUR" } else { "SEK" };
    format!("Utökning;F{insurance:09};{amount},00;{currency}")
}

/// A personnummer of its own for each row, for rows below fifteen million: birth days of people who are 21 to 60 years
/// old in November 2026, then the serial number.
fn personnummer(row: u64) -> String {
    const DAYS: u64 = 14_600;
    let first = NaiveDate::from_ymd_opt(1966, 1, 1).expect("a date");
    let day = first + Days::new(row % DAYS);
    let serial = row / DAYS % 1000;
    let digits = format!(
        "{:04}{:02}{:02}{serial:03}",
        day.year(),
        day.month(),
        day.day()
    );
    let sum: u32 = digits[2..]
        .bytes()
        .enumerate()
        .map(|(at, byte)| {
            let product = u32::from(byte - b'0') * if at % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Writes a line in windows-1252, which is Latin-1 for every letter used here.
fn write_line(out: &mut impl Write, line: &mut String) -> Result<()> {
    let bytes: Vec<u8> = line
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1"))
        .collect();
    out.write_all(&bytes)
        .and_then(|()| out.write_all(b"\r\n"))
        .context("writing the file")?;
    line.clear();
    Ok(())
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Register => "R",
            Self::Update => "U",
            Self::TopUp => "T",
        }
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; the bias of the remainder is far below what matters here.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).expect("below a usize")
    }
}
