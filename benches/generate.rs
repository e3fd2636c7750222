//! Writes large files, the same bytes for the same arguments. Of format `insurance-csv-1`: registrations that bring their
//! customer along, or updates and top-ups of insurances that such a file registered. Of `canonical-csv`: loans, and a
//! receivable of each; of `loan-repayments-csv-1`: what pays these. Streams: memory stays flat.
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
    Loan,
    Receivable,
    Repayment,
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
        Kind::Loan => LOAN,
        Kind::Receivable => RECEIVABLE,
        Kind::Repayment => REPAYMENT,
    };
    let delimiter = options.kind.delimiter();
    let head: &[&str] = if options.ids {
        &["Instruktions-id"]
    } else {
        &[]
    };
    line.push_str(&[head, columns].concat().join(delimiter));
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
            Kind::Loan => loan(row, &mut random),
            Kind::Receivable => receivable(row, &mut random),
            Kind::Repayment => repayment(row % options.book, options.seed, bad, &mut random),
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
const LOAN: &[&str] = &[
    "kind",
    "contract_no",
    "action",
    "person_id",
    "loan_type",
    "country",
    "reference_no",
    "currency",
    "amount",
    "principal",
    "repayment_channel",
];
const RECEIVABLE: &[&str] = &[
    "kind",
    "contract_no",
    "receivable_no",
    "receivable_type",
    "billing_date",
    "due_date",
    "currency",
    "line.PRI",
    "line.INT",
];
const REPAYMENT: &[&str] = &[
    "OCR",
    "Belopp",
    "Valuta",
    "Valutadag",
    "Bokföringsdag",
    "Betalare",
    "Betalkanal",
    "Bankens referens",
];

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
    let delimiter = options.kind.delimiter();
    format!("{}-{}-{row}{delimiter}", options.kind.word(), options.seed)
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

/// A loan taken over from another system.
fn loan(row: u64, random: &mut Random) -> String {
    let principal = 20_000 + random.below(300_000);
    let reference = ocr(row);
    format!(
        "loan.contract,L{row:09},import,P{row:09},ANNUITY,SE,{reference},SEK,{principal}.00,{principal}.00,BANKGIRO"
    )
}

/// What is owed on it: the same for every seed, so that repayments can pay it.
fn receivable(row: u64, random: &mut Random) -> String {
    let interest = 50 + random.below(2_000);
    format!(
        "loan.receivable,L{row:09},R{row:09},PERIODIC,2026-11-02,2026-11-30,SEK,1000.00,{interest}.00"
    )
}

/// Most pay what is owed and a little more, some less.
fn repayment(loan: u64, seed: u64, bad: bool, random: &mut Random) -> String {
    let fault = if bad { random.below(3) } else { u64::MAX };
    let amount = if random.below(10) == 0 {
        500 + random.below(400)
    } else {
        3_100
    };
    let amount = if fault == 0 {
        format!("{amount} kr")
    } else {
        format!("{amount},00")
    };
    let mut reference = ocr(loan);
    if fault == 1 {
        reference.push('0');
    }
    let currency = if fault == 2 { "EUR" } else { "SEK" };
    let first = FIRST[random.pick(FIRST.len())];
    let last = LAST[random.pick(LAST.len())];
    format!(
        "{reference};{amount};{currency};2026-11-19;2026-11-20;{first} {last};BANKGIRO;53{seed:02}{loan:010}"
    )
}

/// A reference number with its check digit.
fn ocr(row: u64) -> String {
    let digits = format!("7{row:010}");
    let check = luhn(&digits);
    format!("{digits}{check}")
}

/// The check digit that makes a number good by modulus 10.
fn luhn(digits: &str) -> u32 {
    let double = |at: usize| if at.is_multiple_of(2) { 2 } else { 1 };
    let digits = digits.bytes().rev().enumerate();
    let sum: u32 = digits
        .map(|(at, byte)| {
            let product = u32::from(byte - b'0') * double(at);
            product / 10 + product % 10
        })
        .sum();
    (10 - sum % 10) % 10
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
    let check = luhn(&digits[2..]);
    format!("{digits}{check}")
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
    /// What stands between the cells of its format.
    const fn delimiter(self) -> &'static str {
        match self {
            Self::Register | Self::Update | Self::TopUp | Self::Repayment => ";",
            Self::Loan | Self::Receivable => ",",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Register => "R",
            Self::Update => "U",
            Self::TopUp => "T",
            Self::Loan => "L",
            Self::Receivable => "O",
            Self::Repayment => "P",
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
