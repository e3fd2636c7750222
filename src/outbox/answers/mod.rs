//! The answers to one batch: what each record became, in the files that partners, machines and finance people read.
//!
//! Records are turned into bytes chunk by chunk, on any thread ([`render`]); the bytes are written in file order by one
//! ([`AnswerSet`]), so that they are the same for any number of threads.

pub mod aside;
pub mod cells;
pub mod files;
pub mod pain002;
pub mod records;
pub mod summary;
pub mod tally;

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::Result;
use uuid::Uuid;

use self::cells::CsvStyle;
use self::files::{Answer, AnswerFile};
use self::pain002::{Original, Report, Transactions};
use self::summary::Status;
use self::tally::Tally;
use crate::check;
use crate::code::Code;
use crate::code::Level;
use crate::line::Line;
use crate::model::{Checked, Decision, Finding};
use crate::os::Folder;
use crate::site::settings::Partner;

pub use self::records::render;

/// What became of a record.
#[derive(Debug)]
pub struct Fate {
    /// The record's ordinal from 1.
    pub row: u64,
    /// What became of it, with all findings: first those of the record by itself, which are moved here.
    pub decision: Decision,
    /// How many findings the record has by itself. The others are of its line's rules, which know the names of fields
    /// alone: see [`Decided::finding`].
    pub by_itself: usize,
    /// Name of everything that is derived for it.
    pub origin: Uuid,
    /// The instant that its events are dated at (RFC 3339); `None`: the batch's.
    pub time: Option<Box<str>>,
}

/// A record whose fate is decided.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// The record as checked.
    pub checked: &'a Checked,
    /// What became of it.
    pub fate: &'a Fate,
}

impl<'a> Decided<'a> {
    /// Of records in a row, and of what became of each.
    pub fn each(checked: &'a [Checked], fates: &'a [Fate]) -> impl Iterator<Item = Self> {
        let all = checked.iter().zip(fates);
        all.map(|(checked, fate)| Self { checked, fate })
    }

    /// A finding with its place and with what was seen there. Of a million findings most are only counted, so it is
    /// looked up where one is told.
    pub fn finding(self, at: usize) -> Cow<'a, Finding> {
        let finding = &self.fate.decision.findings[at];
        match &self.checked.instruction {
            Some(instruction) if at >= self.fate.by_itself => {
                let place = &self.checked.place;
                Cow::Owned(check::locate(finding.clone(), place, instruction))
            }
            _ => Cow::Borrowed(finding),
        }
    }
}

/// The columns of these lines' orders, each once, the lines in the order of the registry.
fn order_columns(lines: &BTreeSet<Line>) -> Vec<&'static str> {
    let mut columns: Vec<&'static str> = Vec::new();
    for line in Line::ALL.iter().filter(|line| lines.contains(line)) {
        for column in line.order_columns() {
            if !columns.contains(column) {
                columns.push(column);
            }
        }
    }
    columns
}

/// What all records of a batch share when they are rendered.
#[derive(Clone, Debug)]
pub struct Style {
    /// How CSV cells look.
    pub csv: CsvStyle,
    /// Whether personal values are masked.
    pub mask: bool,
    /// Whether they are in events: those of an insurer's feed go to the book's owner.
    pub mask_events: bool,
    /// Most findings that errors.csv lists.
    pub findings: u64,
    /// Records that answers are written of; of those behind them only findings are listed.
    pub rows: u64,
    /// `source` of `CloudEvents`.
    pub source: String,
    /// `time` of `CloudEvents`: when the batch was claimed.
    pub time: String,
    /// The batch's id.
    pub batch: String,
    /// Columns of orders.csv behind the shared ones.
    pub order_columns: Vec<&'static str>,
    /// The message that a status report answers; `None`: none is asked for.
    pub original: Option<Original>,
}

impl Style {
    /// The style of a batch's answers under its partner's profile, and that of the book's owner.
    pub fn of(
        (partner, owner): (&Partner, &Partner),
        base_url: Option<&str>,
        batch: &str,
        claimed_at: &str,
    ) -> Self {
        let source = match base_url {
            Some(url) => format!("{}/{}", url.trim_end_matches('/'), partner.book),
            None => format!("urn:sluss:{}", partner.book),
        };
        Self {
            csv: CsvStyle::of(&partner.answers),
            mask: partner.answers.mask,
            mask_events: owner.answers.mask,
            findings: partner.limits.findings,
            rows: u64::MAX,
            source,
            time: claimed_at.to_owned(),
            batch: batch.to_owned(),
            order_columns: order_columns(&partner.lines.iter().copied().collect()),
            original: None,
        }
    }

    /// The same, with these columns in orders.csv.
    #[must_use]
    pub fn with_columns(mut self, columns: &[&'static str]) -> Self {
        self.order_columns = columns.to_vec();
        self
    }

    /// The same, with answers of so many records alone.
    #[must_use]
    pub fn showing(mut self, rows: u64) -> Self {
        self.rows = rows;
        self
    }

    /// The same, with a status report on this message.
    #[must_use]
    pub fn reporting_on(mut self, original: Option<Original>) -> Self {
        self.original = original;
        self
    }

    /// The same, with the orders of these lines beside those that the profile allows: time acts on entities of a line
    /// that it allows no more.
    #[must_use]
    pub fn with_orders_of(mut self, partner: &Partner, lines: impl Iterator<Item = Line>) -> Self {
        let lines: BTreeSet<Line> = partner.lines.iter().copied().chain(lines).collect();
        self.order_columns = order_columns(&lines);
        self
    }
}

/// The bytes that some records add to each answer.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Lines of result.csv.
    pub result: Vec<u8>,
    /// Lines of errors.csv.
    pub errors: Vec<u8>,
    /// Lines of events.ndjson.
    pub events: Vec<u8>,
    /// Lines of replies.ndjson.
    pub replies: Vec<u8>,
    /// Lines of orders.csv.
    pub orders: Vec<u8>,
    /// Transactions of the status report.
    pub statuses: Transactions,
}

impl Rendered {
    /// Forgets the lines and keeps their memory.
    fn clear(&mut self) {
        self.events.clear();
        let others = [
            &mut self.result,
            &mut self.errors,
            &mut self.replies,
            &mut self.orders,
        ];
        others.into_iter().for_each(Vec::clear);
        self.statuses.clear();
    }
}

/// The answers of one batch while they are written, summary and rejected records apart.
pub struct AnswerSet {
    folder: Folder,
    base: String,
    style: Style,
    result: AnswerFile,
    errors: Option<AnswerFile>,
    events: Option<AnswerFile>,
    replies: Option<AnswerFile>,
    orders: Option<AnswerFile>,
    report: Option<Report>,
    reported: Option<Answer>,
}

const RESULT: [&str; 9] = [
    "row",
    "instruction_id",
    "kind",
    "entity",
    "outcome",
    "state",
    "references",
    "codes",
    "message",
];
const ERRORS: [&str; 9] = [
    "row",
    "place",
    "field",
    "value",
    "code",
    "level",
    "message",
    "hint",
    "iso_reason",
];
const ORDERS: [&str; 6] = ["order", "type", "status", "kind", "entity", "row"];

impl AnswerSet {
    /// Begins the answers `<base>.result.csv` and so on in a private folder.
    pub fn create(folder: &Folder, base: &str, style: Style) -> Result<Self> {
        let mut result = AnswerFile::create(folder, &format!("{base}.result.csv"))?;
        result.write(&headed(style.csv, &RESULT))?;
        let report = report(folder, base, &style)?;
        let (folder, base) = (folder.try_clone()?, base.to_owned());
        Ok(Self {
            folder,
            base,
            style,
            result,
            errors: None,
            events: None,
            replies: None,
            orders: None,
            report,
            reported: None,
        })
    }

    /// How records are to be rendered.
    pub fn style(&self) -> &Style {
        &self.style
    }

    /// Adds the next records.
    pub fn write(&mut self, rendered: &Rendered) -> Result<()> {
        let csv = self.style.csv;
        self.result.write(&rendered.result)?;
        let (folder, base) = (&self.folder, &self.base);
        append(
            &mut self.errors,
            &rendered.errors,
            folder,
            &format!("{base}.errors.csv"),
            || headed(csv, &ERRORS),
        )?;
        append(
            &mut self.events,
            &rendered.events,
            folder,
            &format!("{base}.events.ndjson"),
            Vec::new,
        )?;
        append(
            &mut self.replies,
            &rendered.replies,
            folder,
            &format!("{base}.replies.ndjson"),
            Vec::new,
        )?;
        if let Some(report) = &mut self.report {
            report.write(&rendered.statuses)?;
        }
        let columns: Vec<&str> = ORDERS
            .iter()
            .chain(&self.style.order_columns)
            .copied()
            .collect();
        append(
            &mut self.orders,
            &rendered.orders,
            folder,
            &format!("{base}.orders.csv"),
            || headed(csv, &columns),
        )
    }

    /// Adds findings about the file as a whole, and the line that says how many findings were left out.
    pub fn close_errors(&mut self, batch: &[Finding], total: u64) -> Result<()> {
        let mut lines = Vec::new();
        for finding in batch {
            records::finding_line(&mut lines, &self.style, None, finding);
        }
        if total > self.style.findings {
            let message = format!(
                "{} findings in all; {} are listed",
                total, self.style.findings
            );
            let mut more = Finding::new(Code::MoreFindings).saying(message);
            more.level = Level::Note;
            records::finding_line(&mut lines, &self.style, None, &more);
        }
        let csv = self.style.csv;
        append(
            &mut self.errors,
            &lines,
            &self.folder,
            &format!("{}.errors.csv", self.base),
            || headed(csv, &ERRORS),
        )
    }

    /// Finishes the status report, where one is asked for: what became of the batch, and why as a whole.
    pub fn close_report(
        &mut self,
        status: Status,
        reason: Option<&Finding>,
        tally: &Tally,
    ) -> Result<()> {
        if let Some(report) = self.report.take() {
            let reasons: Vec<&Finding> = reason.into_iter().collect();
            self.reported = Some(report.finish(status, &reasons, tally)?);
        }
        Ok(())
    }

    /// Flushes and syncs all; result first, then in the order of the manual.
    pub fn finish(self) -> Result<Vec<Answer>> {
        let files = [
            Some(self.result),
            self.errors,
            self.events,
            self.replies,
            self.orders,
        ];
        let mut answers = Vec::new();
        for file in files.into_iter().flatten() {
            answers.push(file.finish()?);
        }
        answers.extend(self.reported);
        Ok(answers)
    }
}

fn report(folder: &Folder, base: &str, style: &Style) -> Result<Option<Report>> {
    let Some(original) = style.original.clone() else {
        return Ok(None);
    };
    let folder = folder.try_clone()?;
    let of = (&*style.batch, &*style.time);
    Ok(Some(Report::new(folder, base, of, original)))
}

/// The answers to a file that was not read: errors.csv with the one finding about it, and the status report, where one is
/// asked for.
pub fn refusal_alone(
    folder: &Folder,
    base: &str,
    style: &Style,
    finding: &Finding,
) -> Result<Vec<Answer>> {
    let mut answers = vec![errors_alone(folder, base, style, finding)?];
    if let Some(report) = report(folder, base, style)? {
        answers.push(report.finish(Status::Quarantined, &[finding], &Tally::default())?);
    }
    Ok(answers)
}

fn errors_alone(folder: &Folder, base: &str, style: &Style, finding: &Finding) -> Result<Answer> {
    let mut file = AnswerFile::create(folder, &format!("{base}.errors.csv"))?;
    let mut bytes = headed(style.csv, &ERRORS);
    records::finding_line(&mut bytes, style, None, finding);
    file.write(&bytes)?;
    file.finish()
}

fn headed(csv: CsvStyle, names: &[&str]) -> Vec<u8> {
    let mut bytes = csv.begin().to_vec();
    csv.header(&mut bytes, names);
    bytes
}

/// Files that would be empty are not written: the first bytes make the file.
fn append(
    file: &mut Option<AnswerFile>,
    bytes: &[u8],
    folder: &Folder,
    name: &str,
    begin: impl FnOnce() -> Vec<u8>,
) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    if let Some(begun) = file {
        return begun.write(bytes);
    }
    let mut new = AnswerFile::create(folder, name)?;
    new.write(&begin())?;
    file.insert(new).write(bytes)
}
