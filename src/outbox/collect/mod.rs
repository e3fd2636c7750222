//! What a bank is asked to collect, in the two files that banks take: Autogiro and pain.008. Both say the same; the bank
//! is sent one of them.
//!
//! Orders come one after another in the order of the book. What must stand elsewhere in a file is kept aside in private
//! files until all are there, so that nothing but a line is held in memory.

mod autogiro;
mod pain008;

use anyhow::Result;
use chrono::{DateTime, FixedOffset};
use uuid::Uuid;

use super::answers::files::Answer;
use crate::check::number;
use crate::line::collect::BankOrder;
use crate::os::Folder;
use crate::read::fixed::seal::SealKey;
use crate::site::settings::Partner;

use autogiro::Autogiro;
use pain008::Pain008;

/// The endings of the two files' names.
pub const ENDINGS: [&str; 2] = [autogiro::ENDING, pain008::ENDING];

/// Who collects: what a profile must say of it.
#[derive(Debug)]
pub struct Payee {
    /// Bankgiro number: 10 digits, zeros in front.
    bankgiro: String,
    /// Customer number at Bankgirot: 6 digits.
    customer: String,
    name: String,
    iban: String,
    bic: String,
    id: String,
    seal: Option<SealKey>,
}

impl Payee {
    /// As the profile says.
    ///
    /// # Errors
    /// Every setting that is missing or cannot be right, in a sentence each.
    pub fn of(partner: &Partner) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let bank = &partner.bank;
        let mut setting = |value: Option<&String>,
                           name: &str,
                           example: &str,
                           right: fn(&str) -> Option<String>| {
            let text = value.map_or("", String::as_str);
            let found = right(text.trim());
            if found.is_none() {
                let what = if text.is_empty() {
                    "is missing"
                } else {
                    "cannot be right"
                };
                faults.push(format!(
                    "sluss.toml: partner.{}: `{name}` {what}; to collect, write such as `{example}`",
                    partner.name
                ));
            }
            found.unwrap_or_default()
        };
        let own = |key: &str| bank.creditor.get(key);
        let payee = Self {
            bankgiro: setting(
                bank.payee_bankgiro.as_ref(),
                "payee_bankgiro",
                "payee_bankgiro = \"991-2346\"",
                bankgiro,
            ),
            customer: setting(
                bank.bgc_customer_no.as_ref(),
                "bgc_customer_no",
                "bgc_customer_no = \"123456\"",
                customer,
            ),
            name: setting(
                own("name"),
                "creditor.name",
                "creditor = { name = \"Nordbank AB\", iban = …, bic = …, id = … }",
                name,
            ),
            iban: setting(
                own("iban"),
                "creditor.iban",
                "iban = \"SE45 5000 0000 0583 9825 7466\"",
                iban,
            ),
            bic: setting(own("bic"), "creditor.bic", "bic = \"ESSESESS\"", bic),
            id: setting(own("id"), "creditor.id", "id = \"123456\"", id),
            seal: bank.hmac_key.clone(),
        };
        if faults.is_empty() {
            Ok(payee)
        } else {
            Err(faults)
        }
    }
}

fn bankgiro(text: &str) -> Option<String> {
    let valid = number::bankgiro(text).ok()?;
    let digits: String = valid
        .normalised
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Some(format!("{digits:0>10}"))
}

fn customer(text: &str) -> Option<String> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| format!("{text:0>6}"))
}

fn name(text: &str) -> Option<String> {
    let fits = (1..=70).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn iban(text: &str) -> Option<String> {
    number::iban(text).ok().map(|valid| valid.normalised)
}

fn bic(text: &str) -> Option<String> {
    number::bic(text).ok().map(|valid| valid.normalised)
}

fn id(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    ((1..=35).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}

/// What the two files of a batch share.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// Who collects.
    pub payee: &'a Payee,
    /// The batch.
    pub batch: &'a str,
    /// Name of everything that is derived for the batch.
    pub origin: Uuid,
    /// When it was made.
    pub at: DateTime<FixedOffset>,
}

/// The files of one batch while they are written.
pub struct BankFiles<'a> {
    autogiro: Autogiro<'a>,
    pain008: Pain008<'a>,
}

impl<'a> BankFiles<'a> {
    /// Begins the files of a batch in a private folder.
    pub fn create(folder: &Folder, base: &str, about: About<'a>) -> Result<Self> {
        Ok(Self {
            autogiro: Autogiro::create(folder, base, about)?,
            pain008: Pain008::create(folder, base, about)?,
        })
    }

    /// Adds the next order.
    pub fn add(&mut self, order: &BankOrder) -> Result<()> {
        self.autogiro.add(order)?;
        self.pain008.add(order)
    }

    /// Writes what was kept aside into its place, and syncs; a file that nothing was ordered in is not there.
    pub fn finish(self) -> Result<Vec<Answer>> {
        let files = [self.autogiro.finish()?, self.pain008.finish()?];
        Ok(files.into_iter().flatten().collect())
    }
}
