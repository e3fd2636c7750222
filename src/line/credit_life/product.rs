//! Settings of a credit-life product.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::words::CoverType;
use crate::check::number::cpf;
use crate::line::settings::{amount, days, whole};
use crate::toml_table::Table;

/// The longest term that a setting may name, in months.
const MOST_MONTHS: i64 = 600;

/// The most decimals that a rate may have: all that is reckoned with it is held exactly.
const RATE_DECIMALS: u32 = 10;

/// The longest series of policy numbers.
const SERIES_MAX: usize = 20;

/// Settings of a credit-life product. Amounts are in reais; days are calendar days, and a limit of N days includes day
/// N.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What it covers, in the order of the settings.
    pub covers: Vec<Cover>,
    /// Tax, as a share of the gross premium.
    pub iof_rate: Decimal,
    /// Length of the term from disbursement.
    pub term_months: u32,
    /// The youngest that a borrower may be on the disbursement date, in whole years.
    pub min_age: u32,
    /// The oldest.
    pub max_age: u32,
    /// The lowest issue amount.
    pub min_amount: Option<Decimal>,
    /// The highest.
    pub max_amount: Option<Decimal>,
    /// How long after disbursement a cancellation gives all of the premium back.
    pub refund_days: u32,
    /// What policy numbers begin with.
    pub policy_series: String,
    /// Who is not insured.
    pub excluded: Excluded,
}

/// One cover of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// What is covered.
    pub(super) kind: CoverType,
    /// Premium, as a share of the cover's amount.
    pub rate: Decimal,
    /// The highest amount that is covered.
    pub limit: Option<Decimal>,
}

/// CPFs of those who are not insured. Shows how many they are, never who.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Excluded(Arc<HashSet<Box<str>>>);

impl Excluded {
    /// Whether this CPF (digits alone) is on the list.
    pub fn holds(&self, cpf: &str) -> bool {
        self.0.contains(cpf)
    }
}

impl FromIterator<Box<str>> for Excluded {
    fn from_iter<T: IntoIterator<Item = Box<str>>>(numbers: T) -> Self {
        Self(Arc::new(numbers.into_iter().collect()))
    }
}

impl fmt::Debug for Excluded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Excluded({} numbers)", self.0.len())
    }
}

impl Default for Product {
    fn default() -> Self {
        Self {
            covers: Vec::new(),
            iof_rate: Decimal::new(38, 4),
            term_months: 12,
            min_age: 18,
            max_age: 70,
            min_amount: None,
            max_amount: None,
            refund_days: 7,
            policy_series: String::new(),
            excluded: Excluded::default(),
        }
    }
}

impl Product {
    /// Reads the settings of one `[product.CODE]`; every fault is noted in the table's document, and a setting that is
    /// wrong or not there has its default. `line` and unknown keys are the caller's.
    pub fn from_table(table: &mut Table<'_>) -> Self {
        let default = Self::default();
        let product = Self {
            covers: covers(table),
            iof_rate: iof_rate(table).unwrap_or(default.iof_rate),
            term_months: months(table).unwrap_or(default.term_months),
            min_age: whole(table, "min_age", default.min_age, 150),
            max_age: whole(table, "max_age", default.max_age, 150),
            min_amount: amount(table, "min_amount"),
            max_amount: amount(table, "max_amount"),
            refund_days: days(table, "refund_days", default.refund_days),
            policy_series: series(table),
            excluded: excluded(table),
        };
        if product.min_age > product.max_age {
            table.fault_at("max_age", "`max_age` is less than `min_age`");
        }
        let bounds = product.min_amount.zip(product.max_amount);
        if bounds.is_some_and(|(least, most)| least > most) {
            table.fault_at("max_amount", "`max_amount` is less than `min_amount`");
        }
        product
    }

    /// The highest amount that this cover takes, where it is limited.
    pub(super) fn limit(&self, cover_type: CoverType) -> Option<Decimal> {
        let mut covers = self.covers.iter();
        covers.find(|cover| cover.kind == cover_type)?.limit
    }
}

fn months(table: &mut Table<'_>) -> Option<u32> {
    let months = table.integer_within("term_months", 1, MOST_MONTHS)?;
    u32::try_from(months).ok()
}

fn covers(table: &mut Table<'_>) -> Vec<Cover> {
    let mut covers: Vec<Cover> = Vec::new();
    for mut one in table.tables("covers") {
        let cover_type = cover_type(&mut one);
        let rate = rate(&mut one, "rate");
        if !one.has("rate") {
            one.fault("`rate` is missing");
        }
        if rate.is_some_and(|rate| rate.is_zero() || rate > Decimal::ONE) {
            one.fault_at("rate", "a cover's rate is more than 0 and at most 1");
        }
        let limit = amount(&mut one, "limit");
        if let (Some(cover_type), Some(rate)) = (cover_type, rate) {
            if covers.iter().any(|cover| cover.kind == cover_type) {
                let word = cover_type.as_str();
                one.fault_at("type", format!("the cover `{word}` stands there twice"));
            }
            covers.push(Cover {
                kind: cover_type,
                rate,
                limit,
            });
        }
        one.finish();
    }
    covers
}

fn cover_type(table: &mut Table<'_>) -> Option<CoverType> {
    let word = table.required_string("type")?;
    let found = CoverType::named(&word);
    if found.is_none() {
        let known = CoverType::WORDS.join(", ");
        table.fault_at("type", format!("unknown cover `{word}`; known: {known}"));
    }
    found
}

/// A share, not negative.
fn rate(table: &mut Table<'_>, key: &'static str) -> Option<Decimal> {
    let rate = table.decimal(key)?.normalize();
    if rate < Decimal::ZERO || rate.scale() > RATE_DECIMALS {
        let bounds =
            format!("`{key}` must not be negative, nor have more than {RATE_DECIMALS} decimals");
        table.fault_at(key, bounds);
        return None;
    }
    Some(rate)
}

fn iof_rate(table: &mut Table<'_>) -> Option<Decimal> {
    let rate = rate(table, "iof_rate")?;
    if rate >= Decimal::ONE {
        table.fault_at("iof_rate", "the tax is a share of the premium: less than 1");
        return None;
    }
    Some(rate)
}

fn series(table: &mut Table<'_>) -> String {
    let series = table.string("policy_series").unwrap_or_default();
    let plain = series.bytes().all(|b| b.is_ascii_alphanumeric());
    if !plain || series.len() > SERIES_MAX {
        table.fault_at(
            "policy_series",
            format!("a series is of letters and digits, at most {SERIES_MAX}"),
        );
    }
    series
}

/// The list is of one CPF a line. What a line holds is never repeated.
fn excluded(table: &mut Table<'_>) -> Excluded {
    let Some((path, bytes)) = table.file("excluded") else {
        return Excluded::default();
    };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut numbers = HashSet::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match cpf(line) {
            Ok(number) => {
                numbers.insert(number.normalised.into_boxed_str());
            }
            Err(_) => table.fault_in(&path, at + 1, "the line is no valid CPF"),
        }
    }
    Excluded(Arc::new(numbers))
}
