//! pain.002.001.03, the payment status report: for profiles that ask for it, what became of a batch in the words of ISO
//! 20022. The group's status stands above the transactions and is known behind them, so these are kept beside until the
//! end; memory does not grow with them.

use anyhow::Result;

use super::Decided;
use super::aside::Aside;
use super::files::{Answer, AnswerFile};
use super::summary::Status;
use super::tally::Tally;
use crate::model::{Finding, Outcome};
use crate::os::Folder;

/// The longest identification, in characters.
const ID_MAX: usize = 35;

/// The longest piece of additional information, in characters.
const INFORMATION_MAX: usize = 105;

/// The reason of a finding that has no ISO code of its own: its words say it.
const NARRATIVE: &str = "NARR";

/// What stands where the sender named nothing.
const NOT_PROVIDED: &str = "NOTPROVIDED";

/// The message that is answered.
#[derive(Clone, Debug)]
pub struct Original {
    /// The file's name, which identifies it where it says nothing of itself.
    pub file: String,
    /// The name of the message, such as `pain.008`.
    pub message: String,
}

/// What some records add to the report.
#[derive(Debug, Default)]
pub struct Transactions {
    bytes: Vec<u8>,
    /// Where the transactions of one group of orders end, and the group's own identification.
    groups: Vec<(usize, Box<str>)>,
    /// How the message of the first that says so identifies itself.
    message_id: Option<Box<str>>,
}

impl Transactions {
    /// Forgets the transactions and keeps their memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.groups.clear();
        self.message_id = None;
    }

    /// Adds a record.
    pub(super) fn add(&mut self, batch: &str, decided: Decided<'_>) {
        let checked = decided.checked;
        let fields = checked
            .instruction
            .as_ref()
            .map(|instruction| &instruction.fields);
        let text = |name| fields.and_then(|fields| fields.text(name));
        if self.message_id.is_none() {
            self.message_id = text("message_id").map(Box::from);
        }
        let group = text("payment_id").unwrap_or(NOT_PROVIDED).into();
        let out = &mut self.bytes;
        out.extend_from_slice(b"<TxInfAndSts>");
        element(
            out,
            "StsId",
            &cut(&format!("{batch}-{}", decided.fate.row), ID_MAX),
        );
        if let Some(id) = &checked.instruction_id {
            element(out, "OrgnlInstrId", &cut(id, ID_MAX));
        }
        let id = text("end_to_end_id").unwrap_or(NOT_PROVIDED);
        element(out, "OrgnlEndToEndId", &cut(id, ID_MAX));
        let outcome = decided.fate.decision.outcome;
        element(out, "TxSts", status_of(outcome));
        let rejecting = decided.fate.decision.findings.iter();
        for finding in rejecting.filter(|finding| finding.rejects()) {
            reason(out, finding);
        }
        if outcome == Outcome::Duplicate {
            let again = "seen before: the first answer holds";
            out.extend_from_slice(b"<StsRsnInf>");
            element(out, "AddtlInf", again);
            out.extend_from_slice(b"</StsRsnInf>");
        }
        out.extend_from_slice(b"</TxInfAndSts>\n");
        let end = out.len();
        match self.groups.last_mut() {
            Some((last, known)) if *known == group => *last = end,
            _ => self.groups.push((end, group)),
        }
    }
}

/// A transaction's status.
const fn status_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted | Outcome::Duplicate => "ACCP",
        Outcome::Scheduled => "PDNG",
        Outcome::Rejected => "RJCT",
    }
}

/// A batch's status.
const fn group_status(status: Status) -> &'static str {
    match status {
        Status::Accepted | Status::Duplicate => "ACCP",
        Status::Partial => "PART",
        Status::Rejected | Status::Quarantined => "RJCT",
    }
}

/// Why something is rejected: the catalogue's reason, and what is wrong. No value stands in it.
fn reason(out: &mut Vec<u8>, finding: &Finding) {
    let code = finding.code.entry().iso_reason.unwrap_or(NARRATIVE);
    out.extend_from_slice(b"<StsRsnInf><Rsn>");
    element(out, "Cd", code);
    out.extend_from_slice(b"</Rsn>");
    let field = match &*finding.field {
        "" => String::new(),
        field => format!(" {field}:"),
    };
    let said = format!("{}:{field} {}", finding.code, finding.message);
    element(out, "AddtlInf", &cut(&said, INFORMATION_MAX));
    out.extend_from_slice(b"</StsRsnInf>");
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn element(out: &mut Vec<u8>, name: &str, text: &str) {
    for part in ["<", name, ">"] {
        out.extend_from_slice(part.as_bytes());
    }
    for c in text.chars() {
        match c {
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '&' => out.extend_from_slice(b"&amp;"),
            // No XML document can hold these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(b' '),
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    for part in ["</", name, ">"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// The report of one batch while its transactions come.
pub(super) struct Report {
    folder: Folder,
    name: String,
    batch: String,
    time: String,
    original: Original,
    message_id: Option<Box<str>>,
    /// The transactions, in a file of their own.
    body: Option<Aside>,
    /// The group of orders that is open in it.
    group: Option<Box<str>>,
}

impl Report {
    pub(super) fn new(
        folder: Folder,
        base: &str,
        (batch, time): (&str, &str),
        original: Original,
    ) -> Self {
        Self {
            folder,
            name: format!("{base}.pain002.xml"),
            batch: batch.to_owned(),
            time: time.to_owned(),
            original,
            message_id: None,
            body: None,
            group: None,
        }
    }

    /// How the message identifies itself, else its file's name, whole or without its ending, where that is short enough; else
    /// the batch.
    fn message_id(&self) -> String {
        let file = &*self.original.file;
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let names = [file, stem, &self.batch].into_iter();
        let mut names = self.message_id.as_deref().into_iter().chain(names);
        let short = names.find(|name| name.chars().count() <= ID_MAX);
        short.unwrap_or(&self.batch).to_owned()
    }

    /// Adds the next transactions.
    pub(super) fn write(&mut self, transactions: &Transactions) -> Result<()> {
        if self.message_id.is_none() {
            self.message_id.clone_from(&transactions.message_id);
        }
        let mut start = 0;
        for (end, group) in &transactions.groups {
            if self.group.as_ref() != Some(group) {
                self.open(group)?;
            }
            if let Some(body) = &mut self.body {
                body.write(&transactions.bytes[start..*end])?;
            }
            start = *end;
        }
        Ok(())
    }

    fn open(&mut self, group: &str) -> Result<()> {
        let mut bytes = Vec::new();
        if self.group.is_some() {
            bytes.extend_from_slice(b"</OrgnlPmtInfAndSts>\n");
        }
        bytes.extend_from_slice(b"<OrgnlPmtInfAndSts>");
        element(&mut bytes, "OrgnlPmtInfId", &cut(group, ID_MAX));
        bytes.push(b'\n');
        if self.body.is_none() {
            let name = format!("{}.body", self.name);
            self.body = Some(Aside::create(&self.folder, name)?);
        }
        if let Some(body) = &mut self.body {
            body.write(&bytes)?;
        }
        self.group = Some(group.into());
        Ok(())
    }

    /// Writes the report: what became of the batch, and why, above its transactions.
    pub(super) fn finish(
        mut self,
        status: Status,
        reasons: &[&Finding],
        tally: &Tally,
    ) -> Result<Answer> {
        let mut file = AnswerFile::create(&self.folder, &self.name)?;
        file.write(&self.head(status, reasons, tally))?;
        if let Some(body) = self.body.take() {
            body.hand_on(&mut |piece| file.write(piece))?;
            file.write(b"</OrgnlPmtInfAndSts>\n")?;
        }
        file.write(b"</CstmrPmtStsRpt></Document>\n")?;
        file.finish()
    }

    fn head(&self, status: Status, reasons: &[&Finding], tally: &Tally) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03\"><CstmrPmtStsRpt>\n<GrpHdr>",
        );
        element(&mut out, "MsgId", &cut(&self.batch, ID_MAX));
        element(&mut out, "CreDtTm", &self.time);
        out.extend_from_slice(b"</GrpHdr>\n<OrgnlGrpInfAndSts>");
        element(&mut out, "OrgnlMsgId", &cut(&self.message_id(), ID_MAX));
        element(
            &mut out,
            "OrgnlMsgNmId",
            &cut(&self.original.message, ID_MAX),
        );
        if tally.read > 0 {
            element(&mut out, "OrgnlNbOfTxs", &tally.read.to_string());
        }
        element(&mut out, "GrpSts", group_status(status));
        for finding in reasons {
            reason(&mut out, finding);
        }
        for word in ["ACCP", "PDNG", "RJCT"] {
            let outcomes = Outcome::ALL.into_iter();
            let count: u64 = outcomes
                .filter(|outcome| status_of(*outcome) == word)
                .map(|outcome| tally.count(outcome))
                .sum();
            if count > 0 {
                out.extend_from_slice(b"<NbOfTxsPerSts>");
                element(&mut out, "DtldNbOfTxs", &count.to_string());
                element(&mut out, "DtldSts", word);
                out.extend_from_slice(b"</NbOfTxsPerSts>");
            }
        }
        out.extend_from_slice(b"</OrgnlGrpInfAndSts>\n");
        out
    }
}
