//! Autogiro orders to Bankgirot: lines of 80 characters, ISO 8859-1. One section for mandates, one for payments, each
//! behind a TK01; with a key, all of it under a seal.

use anyhow::{Result, ensure};
use rust_decimal::Decimal;

use super::About;
use crate::line::collect::{Account, Asked, BankOrder};
use crate::os::{Folder, hex};
use crate::outbox::answers::aside::Aside;
use crate::outbox::answers::files::{Answer, AnswerFile};
use crate::read::fixed::seal::Seal;

/// The ending of the file's name.
pub(super) const ENDING: &str = ".autogiro.txt";

/// Characters of a line.
const WIDTH: usize = 80;

/// The file while it is written.
pub(super) struct Autogiro<'a> {
    about: About<'a>,
    folder: Folder,
    base: String,
    mandates: Option<Aside>,
    payments: Option<Aside>,
}

impl<'a> Autogiro<'a> {
    pub(super) fn create(folder: &Folder, base: &str, about: About<'a>) -> Result<Self> {
        Ok(Self {
            about,
            folder: folder.try_clone()?,
            base: base.to_owned(),
            mandates: None,
            payments: None,
        })
    }

    pub(super) fn add(&mut self, order: &BankOrder) -> Result<()> {
        let text = line(order, &self.about.payee.bankgiro);
        let (aside, name) = match order.what {
            Asked::NewMandate { .. } | Asked::EndMandate => (&mut self.mandates, "mandates.part"),
            Asked::Collection { .. } => (&mut self.payments, "payments.part"),
        };
        let aside = match aside {
            Some(aside) => aside,
            None => aside.insert(Aside::create(&self.folder, name.to_owned())?),
        };
        aside.write(&bytes(&text)?)
    }

    pub(super) fn finish(self) -> Result<Option<Answer>> {
        if self.mandates.is_none() && self.payments.is_none() {
            return Ok(None);
        }
        let payee = self.about.payee;
        let day = self.about.at.date_naive();
        let short = day.format("%y%m%d");
        let mut out = Sealed {
            out: AnswerFile::create(&self.folder, &format!("{}{ENDING}", self.base))?,
            seal: payee
                .seal
                .as_ref()
                .map(crate::read::fixed::seal::SealKey::seal),
        };
        if payee.seal.is_some() {
            out.lines(&bytes(&format!("00{short}HMAC"))?)?;
        }
        let opening = format!(
            "01{}AUTOGIRO{:44}{}{}",
            day.format("%Y%m%d"),
            "",
            payee.customer,
            payee.bankgiro
        );
        for section in [self.mandates, self.payments].into_iter().flatten() {
            out.lines(&bytes(&opening)?)?;
            section.hand_on(&mut |piece| out.lines(piece))?;
        }
        if let (Some(key), Some(seal)) = (&payee.seal, out.seal.take()) {
            let codes = [hex(&key.known()), hex(&seal.code())]
                .concat()
                .to_uppercase();
            out.lines(&bytes(&format!("99{short}{codes}"))?)?;
        }
        out.out.finish().map(Some)
    }
}

/// A file of which a seal is made while it is written.
struct Sealed {
    out: AnswerFile,
    seal: Option<Seal>,
}

impl Sealed {
    /// Adds lines, in whatever pieces: their ends do not count for the seal.
    fn lines(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(seal) = &mut self.seal {
            seal.line(bytes);
        }
        self.out.write(bytes)
    }
}

/// An order's line, without the blanks at its end.
fn line(order: &BankOrder, bankgiro: &str) -> String {
    let payer = &order.payer_no;
    match &order.what {
        Asked::NewMandate { identity_no } => match (&order.account, identity_no) {
            (Some(Account::Bank { clearing, number }), Some(identity)) => {
                format!("04{bankgiro}{payer:0>16}{clearing}{number:0>12}{identity:0>12}")
            }
            // The payer is known by a bankgiro, or has given the mandate in the internet bank.
            _ => format!("04{bankgiro}{payer:0>16}"),
        },
        Asked::EndMandate => format!("03{bankgiro}{payer:0>16}"),
        Asked::Collection {
            amount,
            day,
            reference,
            ..
        } => {
            let day = day.format("%Y%m%d");
            let ore = (amount * Decimal::ONE_HUNDRED).normalize();
            format!("82{day}0    {payer:0>16}{ore:0>12}{bankgiro}{reference}")
        }
    }
}

/// A line in the file's character set, filled up, with its end.
fn bytes(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(WIDTH + 2);
    for c in text.chars() {
        bytes.push(u8::try_from(c)?);
    }
    ensure!(
        bytes.len() <= WIDTH,
        "an order of more than {WIDTH} characters"
    );
    bytes.resize(WIDTH, b' ');
    bytes.extend_from_slice(b"\r\n");
    Ok(bytes)
}
