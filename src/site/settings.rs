//! What `sluss.toml` says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::line::{Envelope, Line, Products, Terms};
use crate::read::fixed::seal::SealKey;

mod parse;
mod partner;
#[cfg(test)]
mod tests;
mod units;

pub use parse::Around;

/// The whole of `sluss.toml`, verified.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Time zone of the business date and of times in answers.
    pub time_zone: Tz,
    /// Bank days, by country.
    pub calendar: String,
    /// For links in replies and events.
    pub base_url: Option<String>,
    /// Deaths while one file is being read, before it is read alone and then put into quarantine.
    pub attempts: u32,
    /// Partners by name.
    pub partners: BTreeMap<String, Partner>,
    /// Products.
    pub products: Products,
    /// Files that the settings name and that were read with them, from the site's folder on.
    pub files: Vec<String>,
    /// SHA-256 of the file, hex; it stands in the journal.
    pub hash: String,
}

impl Settings {
    /// The partner that a book belongs to: the one it is named for, else the first whose own feed goes there.
    pub fn owner_of(&self, book: &str) -> Option<&Partner> {
        let named = self.partners.get(book);
        let named = named.filter(|partner| partner.book == book);
        let own = |partner: &&Partner| partner.role == Role::Partner && partner.book == book;
        named.or_else(|| self.partners.values().find(own))
    }

    /// What rules and events go by in this partner's batches: the profile of the book's owner, and the site.
    pub fn terms(&self, partner: &Partner) -> Terms {
        let owner = self.owner_of(&partner.book).unwrap_or(partner);
        Terms {
            owner: owner.name.clone(),
            issuer_id: owner.bank.issuer_id.clone(),
            payee_bankgiro: owner.bank.payee_bankgiro.clone(),
            time_zone: Some(self.time_zone),
            base_url: self.base_url.clone(),
            envelope: owner.events.envelope,
            destination: owner.events.destination.clone(),
            tenant: owner.events.tenant.clone(),
        }
    }
}

/// A partner's profile.
#[derive(Clone, Debug)]
pub struct Partner {
    /// Its name.
    pub name: String,
    /// Ids of the formats it may send.
    pub formats: Vec<String>,
    /// What it may ask for.
    pub lines: Vec<Line>,
    /// The book it acts on.
    pub book: String,
    /// Whose feed it is.
    pub role: Role,
    /// Where its files arrive; absolute.
    pub inbox: PathBuf,
    /// Where its answers go; absolute.
    pub outbox: PathBuf,
    /// How long a file must be quiet.
    pub settle: Duration,
    /// Name of the done-file or sidecar; `{name}` is the file's own name. `None`: the format's word, else settle alone.
    pub done_file: Option<String>,
    /// How long a sidecar that does not match is waited for.
    pub sidecar_hours: u32,
    /// Order of batches.
    pub order: BatchOrder,
    /// Share of rejected records above which the batch is rejected.
    pub reject_batch_above: Option<Decimal>,
    /// The profile's word on bad records, where it has one: `skip` (false) or `reject-batch` (true).
    pub reject_batch_on_error: Option<bool>,
    /// How answers look.
    pub answers: Answers,
    /// Where events go and how they are wrapped.
    pub events: Events,
    /// Limits of its files.
    pub limits: Limits,
    /// Days that archived inputs are kept, and how long personal details are.
    pub retention: Retention,
    /// Bank identifiers, seals and keys, as written; used by the lines and formats that need them.
    pub bank: BankSettings,
    /// Whether a bank file marked as test is taken.
    pub test_files: bool,
}

/// How long what a partner sent is kept, in days; day N is the last. `sluss purge` goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Archived and quarantined inputs, from their batch's business date.
    pub archive_days: u32,
    /// Personal details in the partner's own book, from the last change of an entity that is over. `None`: for good.
    pub details_days: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            archive_days: 400,
            details_days: None,
        }
    }
}

/// Whose feed a profile is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The partner's own.
    Partner,
    /// The insurer's, into that partner's book.
    Insurer,
}

/// The order in which a partner's files are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOrder {
    /// By file name.
    Name,
    /// By the sequence number in the name, then by name.
    Sequence,
}

/// How a partner's answers look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Delimiter of CSV answers.
    pub delimiter: char,
    /// Decimal mark of CSV answers.
    pub decimal: char,
    /// Character set of CSV answers.
    pub charset: AnswerCharset,
    /// Mode of published files.
    pub mode: u32,
    /// Whether personal values are masked in the partner's own answers too.
    pub mask: bool,
    /// Whether a pain.002 is asked for.
    pub pain002: bool,
    /// Whether a workbook of the answers is asked for.
    pub workbook: bool,
}

/// Character sets of CSV answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerCharset {
    /// UTF-8 behind a byte order mark, so that spreadsheets know it.
    Utf8Bom,
    /// UTF-8.
    Utf8,
    /// windows-1252; a character it has not is written as `?`.
    Windows1252,
}

/// Where events go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// The envelope; `None`: by line.
    pub envelope: Option<Envelope>,
    /// Destination named in the envelope.
    pub destination: Option<String>,
    /// Tenant named in the envelope.
    pub tenant: Option<String>,
}

/// Limits of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Records.
    pub records: u64,
    /// Columns of a record.
    pub columns: u32,
    /// Findings listed in errors.csv.
    pub findings: u64,
    /// Bytes of a workbook unpacked.
    pub inflated: u64,
    /// Unpacked to packed.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 2 << 30,
            records: 20_000_000,
            columns: 500,
            findings: 100_000,
            inflated: 1 << 30,
            ratio: 200,
        }
    }
}

/// Bank identifiers and keys of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankSettings {
    /// Card issuer.
    pub issuer_id: Option<String>,
    /// Bankgiro that payments come to.
    pub payee_bankgiro: Option<String>,
    /// Customer number at Bankgirot.
    pub bgc_customer_no: Option<String>,
    /// The key of Bankgirot's seal.
    pub hmac_key: Option<SealKey>,
    /// Whether a file may come without its seal although there is a key.
    pub seal_optional: bool,
    /// Creditor of pain.008: name, iban, bic, id.
    pub creditor: BTreeMap<String, String>,
}
