//! ISO 20022 pain.008.001.08: collections alone, one payment information a day. A payer that the book has no account of is
//! named by its number, as Autogiro does.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::{NaiveDate, SecondsFormat};
use quick_xml::escape::escape;

use super::About;
use crate::line::collect::{Account, Asked, BankOrder};
use crate::model::ExactSum;
use crate::os::Folder;
use crate::outbox::answers::aside::Aside;
use crate::outbox::answers::files::{Answer, AnswerFile};
use crate::outbox::answers::records::money;

/// The ending of the file's name.
pub(super) const ENDING: &str = ".pain008.xml";

/// The clearing number that stands for Bankgirot itself, where the payer's bank is known by it alone.
const BANKGIROT: &str = "9900";

/// The file while it is written.
pub(super) struct Pain008<'a> {
    about: About<'a>,
    folder: Folder,
    base: String,
    days: BTreeMap<NaiveDate, Day>,
}

/// What is to be collected on one day.
struct Day {
    aside: Aside,
    count: u64,
    sum: ExactSum,
}

impl<'a> Pain008<'a> {
    pub(super) fn create(folder: &Folder, base: &str, about: About<'a>) -> Result<Self> {
        Ok(Self {
            about,
            folder: folder.try_clone()?,
            base: base.to_owned(),
            days: BTreeMap::new(),
        })
    }

    pub(super) fn add(&mut self, order: &BankOrder) -> Result<()> {
        let Asked::Collection { amount, day, .. } = &order.what else {
            return Ok(());
        };
        let found = match self.days.entry(*day) {
            std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(Day {
                aside: Aside::create(&self.folder, format!("{day}.part"))?,
                count: 0,
                sum: ExactSum::default(),
            }),
        };
        found.count += 1;
        found.sum.add(*amount);
        let id = order.id(self.about.origin).simple().to_string();
        found.aside.write(transaction(order, &id).as_bytes())
    }

    pub(super) fn finish(self) -> Result<Option<Answer>> {
        if self.days.is_empty() {
            return Ok(None);
        }
        let mut out = AnswerFile::create(&self.folder, &format!("{}{ENDING}", self.base))?;
        let mut sum = ExactSum::default();
        self.days.values().for_each(|day| sum.add_sum(&day.sum));
        let count: u64 = self.days.values().map(|day| day.count).sum();
        let name = escape(&*self.about.payee.name);
        out.write(
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.08\">\n\
                 <CstmrDrctDbtInitn>\n\
                 <GrpHdr><MsgId>{}</MsgId><CreDtTm>{}</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{}</CtrlSum>\
                 <InitgPty><Nm>{name}</Nm><Id><OrgId><Othr><Id>{}</Id></Othr></OrgId></Id></InitgPty></GrpHdr>\n",
                self.about.batch,
                self.about.at.to_rfc3339_opts(SecondsFormat::Secs, false),
                sum.text(2),
                escape(&*self.about.payee.customer),
            )
            .as_bytes(),
        )?;
        for (day, found) in self.days {
            out.write(opening(day, &found, self.about).as_bytes())?;
            found.aside.hand_on(&mut |piece| out.write(piece))?;
            out.write(b"</PmtInf>\n")?;
        }
        out.write(b"</CstmrDrctDbtInitn>\n</Document>\n")?;
        out.finish().map(Some)
    }
}

/// The beginning of a day's payment information.
fn opening(day: NaiveDate, found: &Day, about: About<'_>) -> String {
    let payee = about.payee;
    format!(
        "<PmtInf>\n<PmtInfId>{}-{}</PmtInfId><PmtMtd>DD</PmtMtd><NbOfTxs>{}</NbOfTxs><CtrlSum>{}</CtrlSum>\
         <PmtTpInf><SvcLvl><Cd>NURG</Cd></SvcLvl><SeqTp>RCUR</SeqTp></PmtTpInf><ReqdColltnDt>{day}</ReqdColltnDt>\n\
         <Cdtr><Nm>{}</Nm></Cdtr><CdtrAcct><Id><IBAN>{}</IBAN></Id><Ccy>SEK</Ccy></CdtrAcct>\
         <CdtrAgt><FinInstnId><BICFI>{}</BICFI></FinInstnId></CdtrAgt><ChrgBr>SLEV</ChrgBr>\
         <CdtrSchmeId><Id><PrvtId><Othr><Id>{}</Id></Othr></PrvtId></Id></CdtrSchmeId>\n",
        about.batch,
        day.format("%Y%m%d"),
        found.count,
        found.sum.text(2),
        escape(&*payee.name),
        escape(&*payee.iban),
        escape(&*payee.bic),
        escape(&*payee.id),
    )
}

/// One collection.
fn transaction(order: &BankOrder, id: &str) -> String {
    let Asked::Collection {
        amount,
        currency,
        reference,
        ..
    } = &order.what
    else {
        return String::new();
    };
    let payer = &order.payer_no;
    let (agent, account) = match &order.account {
        Some(Account::Bank { clearing, number }) => (
            &**clearing,
            format!("<Id>{clearing}{number}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm>"),
        ),
        Some(Account::Bankgiro(number)) => (
            BANKGIROT,
            format!("<Id>{number}</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm>"),
        ),
        None => (BANKGIROT, format!("<Id>{payer}</Id>")),
    };
    let told = if reference.is_empty() {
        String::new()
    } else {
        format!("<RmtInf><Ustrd>{}</Ustrd></RmtInf>", escape(&**reference))
    };
    let amount = money(*amount, *currency);
    format!(
        "<DrctDbtTxInf><PmtId><InstrId>{id}</InstrId><EndToEndId>{id}</EndToEndId></PmtId>\
         <InstdAmt Ccy=\"{currency}\">{amount}</InstdAmt>\
         <DrctDbtTx><MndtRltdInf><MndtId>{payer}</MndtId></MndtRltdInf></DrctDbtTx>\
         <DbtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>SESBA</Cd></ClrSysId><MmbId>{agent}</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>\
         <Dbtr><Nm>NOTPROVIDED</Nm></Dbtr><DbtrAcct><Id><Othr>{account}</Othr></Id></DbtrAcct>{told}</DrctDbtTxInf>\n"
    )
}
