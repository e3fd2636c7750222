//! Numbers that carry their own proof: national identity numbers, bank and giro accounts, payment references.
//!
//! Separators (blank, hyphen, dot) are taken off before checking, except where a sign says the century. What is given
//! back is canonical: one person, one account, one reference has one text, however it was written.

mod account;
mod brazil;
mod clearing;
mod country;
mod denmark;
mod digits;
mod finland;
mod france;
mod iban;
mod norway;
mod sweden;
mod world;

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::code::Code;

pub use account::account;
pub use brazil::{cnpj, cpf};
pub use country::is_country;
pub(crate) use country::letter_pairs;
pub use denmark::{cpr, cvr, fik71};
pub(crate) use digits::luhn;
pub use finland::{finnish_reference, hetu, ytunnus};
pub(crate) use france::is_siret;
pub use iban::{has_iban, iban};
pub use norway::{fodselsnummer, kid, kid10, kid11, kontonummer, norwegian_orgnr};
pub use sweden::{bankgiro, ocr, organisationsnummer, personnummer, plusgiro};
pub use world::{bic, creditor_reference};

/// A number that is what it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid {
    /// The one way that it is written inside.
    pub normalised: String,
    /// The birth date that it tells. A date before which century it is must be known may be missing: see
    /// [`personnummer`].
    pub birth_date: Option<NaiveDate>,
    /// What is odd about it, and no reason to refuse it.
    pub note: Option<Code>,
}

impl Valid {
    fn plain(normalised: impl Into<String>) -> Self {
        Self {
            normalised: normalised.into(),
            birth_date: None,
            note: None,
        }
    }

    fn person(normalised: impl Into<String>, birth_date: NaiveDate) -> Self {
        Self {
            birth_date: Some(birth_date),
            ..Self::plain(normalised)
        }
    }
}

/// A check of one kind of number. The day is the one that it is judged on: nobody is born after it, and two digits of a
/// year are read as of it. Without a day neither is judged.
pub type Check = fn(&str, Option<NaiveDate>) -> Result<Valid, Code>;

/// Every kind of number by its public name.
pub const NUMBER_KINDS: &[(&str, Check)] = &[
    ("se.personnummer", personnummer),
    ("se.orgnr", |text, _| organisationsnummer(text)),
    ("se.bankgiro", |text, _| bankgiro(text)),
    ("se.plusgiro", |text, _| plusgiro(text)),
    ("se.ocr", |text, _| ocr(text)),
    ("se.account", |text, _| account(text)),
    ("no.fodselsnummer", fodselsnummer),
    ("no.orgnr", |text, _| norwegian_orgnr(text)),
    ("no.kid", |text, _| kid(text)),
    ("no.kontonr", |text, _| kontonummer(text)),
    ("dk.cpr", cpr),
    ("dk.cvr", |text, _| cvr(text)),
    ("dk.fik71", |text, _| fik71(text)),
    // Finland's public test numbers are of people who are born ahead: a rule that has a day refuses them, not this.
    ("fi.hetu", |text, _| hetu(text, None)),
    ("fi.ytunnus", |text, _| ytunnus(text)),
    ("fi.reference", |text, _| finnish_reference(text)),
    ("br.cpf", |text, _| cpf(text)),
    ("br.cnpj", |text, _| cnpj(text)),
    ("iban", |text, _| iban(text)),
    ("bic", |text, _| bic(text)),
    ("iso11649", |text, _| creditor_reference(text)),
];

/// A person's or a company's national number. `country`: ISO 3166-1 alpha-2; `customer_type`: `company`, else a person.
///
/// Of a country whose numbers are not checked here any text of letters and digits is taken, separators off.
/// `InvalidCheckDigit`: the right form with a wrong check digit; `InvalidIdentityNo`: anything else. `today`: see
/// [`Check`]; with `None` a Swedish number of ten digits is judged, and given back without its century.
pub fn identity(
    country: &str,
    customer_type: &str,
    text: &str,
    today: Option<NaiveDate>,
) -> Result<Valid, Code> {
    let company = customer_type == "company";
    match (country, company) {
        ("SE", false) => personnummer(text, today),
        ("SE", true) => organisationsnummer(text),
        ("NO", false) => fodselsnummer(text, today),
        ("NO", true) => norwegian_orgnr(text),
        ("DK", false) => cpr(text, today),
        ("DK", true) => cvr(text),
        ("FI", false) => hetu(text, today),
        ("FI", true) => ytunnus(text),
        ("BR", false) => cpf(text),
        ("BR", true) => cnpj(text),
        _ => foreign(text),
    }
}

fn foreign(text: &str) -> Result<Valid, Code> {
    let number = compact(text);
    let fits = (3..=35).contains(&number.len());
    if !fits || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Code::InvalidIdentityNo);
    }
    Ok(Valid::plain(number))
}

/// A number without its separators, in capitals; digits of full width, as eastern keyboards write them, are digits.
pub(crate) fn compact(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    {
        return Cow::Borrowed(text);
    }
    let kept = text.trim().chars().filter(|&c| !is_separator(c));
    Cow::Owned(kept.map(plain).collect())
}

fn plain(c: char) -> char {
    match c {
        '\u{ff10}'..='\u{ff19}' => {
            char::from_digit(u32::from(c) - 0xff10, 10).expect("one of ten digits")
        }
        other => other.to_ascii_uppercase(),
    }
}

/// Blank (of any width that does not break a line), hyphen, dot.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '.')
}

/// Right form or not, then right check digit or not: the two ways in which an identity number is refused.
fn proven(number: Valid, proof: bool) -> Result<Valid, Code> {
    if proof {
        Ok(number)
    } else {
        Err(Code::InvalidCheckDigit)
    }
}

/// A person born on a day that has come.
fn born(birth_date: NaiveDate, today: Option<NaiveDate>) -> Result<NaiveDate, Code> {
    if today.is_some_and(|today| birth_date > today) {
        return Err(Code::InvalidIdentityNo);
    }
    Ok(birth_date)
}

#[cfg(test)]
mod tests;
