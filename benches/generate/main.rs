//! Writes large files, the same bytes for the same arguments. Of format `insurance-csv-1`: registrations that bring their
//! customer along, or updates and top-ups of insurances that such a file registered. Of `canonical-csv`: loans, and a
//! receivable of each; of `loan-repayments-csv-1` and `bgmax-1`: what pays these. Registrations can be of
//! `insurance-xml-1` and `insurance-excel-1`, too. Streams: memory stays flat.
//!
//! `cargo run --release --example generate -- --rows 1000000 -o INS_20261120_001.csv`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use registration::Registration;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use values::{Random, first_name, last_name, ocr};

mod bgmax;
mod registration;
mod values;

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
    /// Number of the first record: files with different numbers register different insurances
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Give every record an instruction id
    #[arg(long)]
    ids: bool,
    /// The file; it must not exist. Registrations are written as its ending says: .csv, .xml or .xlsx
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
    Bgmax,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let form = options.output.extension().and_then(|end| end.to_str());
    ensure!(
        options.kind == Kind::Register || !matches!(form, Some("xml" | "xlsx")),
        "only registrations are written as XML or as a workbook"
    );
    match form {
        Some("xml") => xml(&options),
        Some("xlsx") => workbook(&options),
        _ => csv(&options),
    }
}

fn create(path: &Path) -> Result<BufWriter<File>> {
    let file = File::create_new(path).with_context(|| path.display().to_string())?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

fn csv(options: &Options) -> Result<()> {
    let mut out = create(&options.output)?;
    let mut random = Random(options.seed);
    if options.kind == Kind::Bgmax {
        bgmax::write(options, &mut random, &mut out)?;
        return out.flush().context("the end of the file");
    }
    let mut line = String::new();
    let columns = match options.kind {
        Kind::Register => registration::COLUMNS,
        Kind::Update => UPDATE,
        Kind::TopUp => TOP_UP,
        Kind::Loan => LOAN,
        Kind::Receivable => RECEIVABLE,
        Kind::Repayment => REPAYMENT,
        Kind::Bgmax => unreachable!("it has no columns"),
    };
    let delimiter = options.kind.delimiter();
    let head: &[&str] = if options.ids {
        &["Instruktions-id"]
    } else {
        &[]
    };
    line.push_str(&[head, columns].concat().join(delimiter));
    write_line(&mut out, &mut line)?;
    for row in options.first..options.first + options.rows {
        if options.ids {
            line += &id(options, row);
        }
        let bad = random.below(1000) < options.bad;
        line += &match options.kind {
            Kind::Register => Registration::new(row, bad, &mut random).line(),
            Kind::Update => update(random.below(options.book), bad, &mut random),
            Kind::TopUp => top_up(random.below(options.book), bad, &mut random),
            Kind::Loan => loan(row, &mut random),
            Kind::Receivable => receivable(row, &mut random),
            Kind::Repayment => repayment(row % options.book, options.seed, bad, &mut random),
            Kind::Bgmax => unreachable!("it has no columns"),
        };
        write_line(&mut out, &mut line)?;
    }
    out.flush().context("the end of the file")
}

/// The registrations of a file, in order.
fn registrations(options: &Options) -> impl Iterator<Item = Registration> {
    let mut random = Random(options.seed);
    let bad = options.bad;
    (options.first..options.first + options.rows).map(move |row| {
        let bad = random.below(1000) < bad;
        Registration::new(row, bad, &mut random)
    })
}

fn xml(options: &Options) -> Result<()> {
    let mut out = create(&options.output)?;
    let mut write = |text: &str| out.write_all(text.as_bytes()).context("writing the file");
    write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Forsakringsfil>\n")?;
    for registration in registrations(options) {
        write(&registration.element())?;
    }
    write("</Forsakringsfil>\n")?;
    out.flush().context("the end of the file")
}

fn workbook(options: &Options) -> Result<()> {
    drop(create(&options.output)?);
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 11, 20)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    registration::sheet_head(sheet)?;
    for (at, registration) in (1..).zip(registrations(options)) {
        registration.cells(sheet, at, &date)?;
    }
    workbook.save(&options.output)?;
    Ok(())
}

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

fn id(options: &Options, row: u64) -> String {
    let delimiter = options.kind.delimiter();
    format!("{}-{}-{row}{delimiter}", options.kind.word(), options.seed)
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
    let (first, last) = (first_name(random), last_name(random));
    format!(
        "{reference};{amount};{currency};2026-11-19;2026-11-20;{first} {last};BANKGIRO;53{seed:02}{loan:010}"
    )
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
            Self::Register | Self::Update | Self::TopUp | Self::Repayment | Self::Bgmax => ";",
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
            Self::Bgmax => "B",
        }
    }
}
