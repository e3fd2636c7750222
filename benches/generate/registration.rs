//! Registrations that bring their customer along, and how one looks in each form.

use anyhow::Result;
use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet};

use crate::values::{Random, first_name, last_name, personnummer};

/// Columns of the delimited text.
pub(crate) const COLUMNS: &[&str] = &[
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
/// How many of them the workbook has, from the first.
const SHEET_COLUMNS: usize = 13;

/// What a bad start date says.
const NO_DAY: &str = "2026-02-30";

/// A registration. A bad one has one fault.
pub(crate) struct Registration {
    row: u64,
    product: &'static str,
    loan: String,
    /// Kronor and öre, or what stands there instead.
    amount: Result<(u64, u64), String>,
    premium: u64,
    start: &'static str,
    country: &'static str,
    identity: String,
    first: &'static str,
    last: &'static str,
    bank: bool,
    customer: bool,
}

impl Registration {
    pub(crate) fn new(row: u64, bad: bool, random: &mut Random) -> Self {
        let fault = if bad { random.below(6) } else { u64::MAX };
        let kronor = 50_000 + random.below(2_000_000);
        let amount = if fault == 2 {
            Err(format!("{kronor} kr"))
        } else {
            Ok((kronor, random.below(100)))
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
        Self {
            row,
            product: if fault == 0 { "FINNS-EJ" } else { "LOANPROT-A" },
            loan: if fault == 1 {
                String::new()
            } else {
                format!("L{row:010}")
            },
            amount,
            start: if fault == 3 { NO_DAY } else { "2026-11-01" },
            country: if fault == 5 { "ZZ" } else { "SE" },
            identity,
            first: first_name(random),
            last: last_name(random),
            premium: 600 + random.below(9_000),
            bank: random.below(2) == 0,
            customer: random.below(2) == 0,
        }
    }

    fn amount(&self, mark: char) -> String {
        match &self.amount {
            Ok((kronor, ore)) => format!("{kronor}{mark}{ore:02}"),
            Err(text) => text.clone(),
        }
    }

    /// A line of `insurance-csv-1`, without its end.
    pub(crate) fn line(&self) -> String {
        format!(
            "F{:09};{};{};SEK;{};{},00;{};K{:09};individual;{};{};{};{};{};{}",
            self.row,
            self.product,
            self.loan,
            self.amount(','),
            self.premium,
            self.start,
            self.row,
            self.country,
            self.identity,
            self.first,
            self.last,
            yes(self.bank),
            yes(self.customer),
        )
    }

    /// An element of `insurance-xml-1`.
    pub(crate) fn element(&self) -> String {
        format!(
            "  <Forsakring>\n    <Forsakringsnummer>F{:09}</Forsakringsnummer>\n    <Produkt>{}</Produkt>\n    \
             <Lanenummer>{}</Lanenummer>\n    <Valuta>SEK</Valuta>\n    <Forsakringsbelopp>{}</Forsakringsbelopp>\n    \
             <Arspremie>{}.00</Arspremie>\n    <Startdatum>{}</Startdatum>\n    <GodkandAvBanken>{}</GodkandAvBanken>\n    \
             <GodkandAvKunden>{}</GodkandAvKunden>\n    <Kund>\n      <Kundnummer>K{:09}</Kundnummer>\n      \
             <Kundtyp>individual</Kundtyp>\n      <Land>{}</Land>\n      <Identitetsnummer>{}</Identitetsnummer>\n      \
             <Fornamn>{}</Fornamn>\n      <Efternamn>{}</Efternamn>\n    </Kund>\n  </Forsakring>\n",
            self.row,
            self.product,
            self.loan,
            self.amount('.'),
            self.premium,
            self.start,
            yes(self.bank),
            yes(self.customer),
            self.row,
            self.country,
            self.identity,
            self.first,
            self.last,
        )
    }

    /// A row of `insurance-excel-1`: amounts are numbers and dates are dates, where they are good.
    pub(crate) fn cells(&self, sheet: &mut Worksheet, at: u32, date: &Format) -> Result<()> {
        sheet.write(at, 0, format!("F{:09}", self.row))?;
        sheet.write(at, 1, self.product)?;
        sheet.write(at, 2, &*self.loan)?;
        sheet.write(at, 3, "SEK")?;
        match &self.amount {
            Ok((kronor, _)) => sheet.write(at, 4, u32::try_from(*kronor)?)?,
            Err(text) => sheet.write(at, 4, &**text)?,
        };
        sheet.write(at, 5, u32::try_from(self.premium)?)?;
        match ExcelDateTime::parse_from_str(self.start) {
            Ok(day) if self.start != NO_DAY => sheet.write_with_format(at, 6, &day, date)?,
            _ => sheet.write(at, 6, self.start)?,
        };
        sheet.write(at, 7, format!("K{:09}", self.row))?;
        sheet.write(at, 8, "individual")?;
        sheet.write(at, 9, self.country)?;
        sheet.write(at, 10, &*self.identity)?;
        sheet.write(at, 11, self.first)?;
        sheet.write(at, 12, self.last)?;
        Ok(())
    }
}

/// The first row of a workbook.
pub(crate) fn sheet_head(sheet: &mut Worksheet) -> Result<()> {
    sheet.write_row(0, 0, COLUMNS[..SHEET_COLUMNS].iter().copied())?;
    Ok(())
}

const fn yes(yes: bool) -> &'static str {
    if yes { "ja" } else { "nej" }
}
