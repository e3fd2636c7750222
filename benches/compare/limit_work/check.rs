//! The checks of one registration, as the generator writes it.

use anyhow::{Result, ensure};

/// Cells of a line.
pub(crate) const CELLS: usize = 15;
pub(crate) const NUMBER: usize = 0;
pub(crate) const PRODUCT: usize = 1;
pub(crate) const LOAN: usize = 2;
pub(crate) const CURRENCY: usize = 3;
pub(crate) const AMOUNT: usize = 4;
pub(crate) const PREMIUM: usize = 5;
pub(crate) const START: usize = 6;
pub(crate) const CUSTOMER: usize = 7;
pub(crate) const TYPE: usize = 8;
pub(crate) const COUNTRY: usize = 9;
pub(crate) const IDENTITY: usize = 10;
pub(crate) const FIRST: usize = 11;
pub(crate) const LAST: usize = 12;
pub(crate) const BY_BANK: usize = 13;
pub(crate) const BY_CUSTOMER: usize = 14;

const COUNTRIES: &str = include_str!("../countries.txt");
static KNOWN: [bool; 676] = known();

const fn known() -> [bool; 676] {
    let bytes = COUNTRIES.as_bytes();
    let mut table = [false; 676];
    let mut at = 0;
    while at < bytes.len() {
        table[(bytes[at] - b'A') as usize * 26 + (bytes[at + 1] - b'A') as usize] = true;
        at += 3;
    }
    table
}

/// The cells of a line, without its end.
pub(crate) fn cells(line: &[u8]) -> Result<[&[u8]; CELLS]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut cells = [&line[..0]; CELLS];
    let (mut start, mut cell) = (0, 0);
    for end in memchr::memchr_iter(b';', line) {
        ensure!(cell < CELLS - 1, "more than {CELLS} cells");
        cells[cell] = &line[start..end];
        (start, cell) = (end + 1, cell + 1);
    }
    ensure!(cell == CELLS - 1, "fewer than {CELLS} cells");
    cells[cell] = &line[start..];
    Ok(cells)
}

/// What a good record's text means.
pub(crate) struct Good {
    pub(crate) amount: u64,
    pub(crate) premium: u64,
    pub(crate) by_bank: bool,
    pub(crate) by_customer: bool,
}

/// What is wrong: the cell, the field, and the words of sluss's catalogue.
pub(crate) struct Finding {
    pub(crate) cell: usize,
    pub(crate) field: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) iso: &'static str,
}

macro_rules! finding {
    ($cell:expr, $field:literal, $code:literal, $message:literal, $hint:literal, $iso:literal) => {
        Finding {
            cell: $cell,
            field: $field,
            code: $code,
            message: $message,
            hint: $hint,
            iso: $iso,
        }
    };
}

fn unreadable(cell: usize, field: &'static str) -> Finding {
    Finding {
        cell,
        field,
        code: "invalid_value",
        message: "the generator writes no such value",
        hint: "",
        iso: "",
    }
}

/// The finding of a bad record: the generator puts one into each.
pub(crate) fn check(cells: &[&[u8]; CELLS]) -> Result<Good, Finding> {
    if cells[PRODUCT] != b"LOANPROT-A" {
        return Err(finding!(
            PRODUCT,
            "product",
            "unknown_product",
            "the product is not set up on this site",
            "use a product code agreed with the operator",
            "AG03"
        ));
    }
    if cells[LOAN].is_empty() {
        return Err(finding!(
            LOAN,
            "loan_ref",
            "required",
            "a required field is missing",
            "give the field a value",
            "CH21"
        ));
    }
    for (cell, field) in [
        (NUMBER, "insurance_no"),
        (CUSTOMER, "customer_no"),
        (FIRST, "first_name"),
        (LAST, "last_name"),
    ] {
        if cells[cell].is_empty() {
            return Err(unreadable(cell, field));
        }
    }
    if cells[CURRENCY] != b"SEK" {
        return Err(unreadable(CURRENCY, "currency"));
    }
    if !matches!(cells[TYPE], b"individual" | b"company") {
        return Err(unreadable(TYPE, "customer_type"));
    }
    let amount = amount(cells[AMOUNT], AMOUNT, "insured_amount")?;
    let premium = self::amount(cells[PREMIUM], PREMIUM, "annual_premium")?;
    let day = day(cells[START])?;
    if !is_country(cells[COUNTRY]) {
        return Err(finding!(
            COUNTRY,
            "country",
            "invalid_country",
            "the value is not an ISO 3166-1 alpha-2 country",
            "use two capital letters, such as SE",
            "BE09"
        ));
    }
    identity(cells[IDENTITY], day)?;
    Ok(Good {
        amount,
        premium,
        by_bank: yes(cells, BY_BANK, "approved_by_bank")?,
        by_customer: yes(cells, BY_CUSTOMER, "approved_by_customer")?,
    })
}

fn is_country(cell: &[u8]) -> bool {
    let [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] = cell else {
        return false;
    };
    KNOWN[usize::from(first - b'A') * 26 + usize::from(second - b'A')]
}

fn yes(cells: &[&[u8]; CELLS], cell: usize, field: &'static str) -> Result<bool, Finding> {
    match cells[cell] {
        b"ja" | b"j" => Ok(true),
        b"nej" | b"n" => Ok(false),
        _ => Err(unreadable(cell, field)),
    }
}

/// An amount in öre, above zero: digits, and at most two behind a comma.
fn amount(text: &[u8], cell: usize, field: &'static str) -> Result<u64, Finding> {
    let wrong = || Finding {
        field,
        ..finding!(
            cell,
            "",
            "invalid_amount",
            "the value is not an amount",
            "write digits, with the format's decimal mark and no currency sign",
            "AM12"
        )
    };
    let (whole, decimals) = match memchr::memchr(b',', text) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &b"00"[..]),
    };
    if whole.is_empty() || whole.len() > 15 || decimals.is_empty() || decimals.len() > 2 {
        return Err(wrong());
    }
    let mut ore = 0;
    for byte in whole.iter().chain(decimals) {
        if !byte.is_ascii_digit() {
            return Err(wrong());
        }
        ore = ore * 10 + u64::from(byte - b'0');
    }
    if decimals.len() == 1 {
        ore *= 10;
    }
    if ore == 0 { Err(wrong()) } else { Ok(ore) }
}

fn two(text: &[u8]) -> Option<u32> {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = text else {
        return None;
    };
    Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// A date of the calendar as YYYY-MM-DD, as the number YYYYMMDD.
fn day(text: &[u8]) -> Result<u32, Finding> {
    let parsed = || {
        let [century @ .., b'-', _, _, b'-', _, _] = text else {
            return None;
        };
        let year = two(century.get(..2)?)? * 100 + two(century.get(2..)?)?;
        let (month, day) = (two(&text[5..7])?, two(&text[8..])?);
        is_day(year, month, day).then_some(year * 10_000 + month * 100 + day)
    };
    parsed().ok_or({
        finding!(
            START,
            "start_date",
            "invalid_date",
            "the value is not a date of the calendar",
            "write the date as the format says",
            "DT01"
        )
    })
}

/// A personal or coordination number of twelve digits, of a person of 18 to 65 years on that day.
fn identity(text: &[u8], on: u32) -> Result<(), Finding> {
    let parsed = || {
        let (century, year) = (two(text.get(..2)?)?, two(text.get(2..4)?)?);
        let (month, day) = (two(text.get(4..6)?)?, two(text.get(6..8)?)?);
        let day = if day > 60 { day - 60 } else { day };
        let serial = text.get(8..11)?;
        let good = text.len() == 12
            && text[8..].iter().all(u8::is_ascii_digit)
            && serial != b"000"
            && is_day(century * 100 + year, month, day);
        good.then_some((century * 100 + year) * 10_000 + month * 100 + day)
    };
    let Some(born) = parsed() else {
        return Err(unreadable(IDENTITY, "identity_no"));
    };
    let sum: u32 = text[2..]
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            let product = u32::from(byte - b'0') << u32::from(at % 2 == 0);
            product / 10 + product % 10
        })
        .sum();
    if !sum.is_multiple_of(10) {
        return Err(finding!(
            IDENTITY,
            "identity_no",
            "invalid_check_digit",
            "the check digit is wrong",
            "check the number for a typing error",
            "CH16"
        ));
    }
    if (18..=65).contains(&((on - born) / 10_000)) {
        Ok(())
    } else {
        Err(unreadable(CUSTOMER, "customer_no"))
    }
}
