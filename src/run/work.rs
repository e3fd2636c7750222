//! One file from its bytes to finished answers and an open transaction: everything between claim and commit.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rust_decimal::Decimal;

use super::about::About;
use super::decide::{Decider, batch_origin};
use super::waves::{Pass, Task, pass};
use super::writing::Outputs;
use crate::code::Code;
use crate::format::{self, Format, ReaderKind};
use crate::inbox::Stream;
use crate::ledger::Book;
use crate::model::{Finding, Outcome};
use crate::os::Folder;
use crate::outbox::answers::AnswerSet;
use crate::outbox::answers::summary::{Status, Summary};
use crate::outbox::rejected::RejectedWriter;
use crate::read::fixed::seal::Sealing;
use crate::read::{Fault, HEAD, Input, ReadLimits, Reader, recognise};
use crate::site::settings::Role;

/// A file to be worked on, and all that decides how.
pub(super) struct Job<'a> {
    /// What is known of it.
    pub(super) about: About<'a>,
    /// Its name as it was dropped: it tells formats apart, and is not told.
    pub(super) received: &'a str,
    /// The profile's formats.
    pub(super) formats: &'a [Arc<Format>],
    /// The file itself: the one handle that everything is decided on.
    pub(super) file: &'a Arc<File>,
    /// Its path, for messages.
    pub(super) path: &'a Path,
    /// The first batch of the same bytes, if they were taken before.
    pub(super) duplicate_of: Option<&'a str>,
    /// Told how many records were decided.
    pub(super) progress: &'a (dyn Fn(u64) + Sync),
    /// How many records answers are wanted of; the others are only counted, and their findings listed. `None`: all.
    pub(super) shown: Option<u64>,
    /// Whether what it does to the book is still wanted afterwards. Otherwise the caller sees to it that the file stays as
    /// it is.
    pub(super) lasting: bool,
}

/// What a file came to.
pub(super) struct Worked {
    /// The summary, answers filled in.
    pub(super) summary: Summary,
    /// The format's hash, blank where none was found.
    pub(super) format_hash: String,
    /// The sentence behind a quarantine.
    pub(super) reason: Option<Finding>,
    /// Whether the bytes read are those that were hashed, as far as that was looked at; otherwise start over.
    pub(super) same_bytes: bool,
}

impl Job<'_> {
    /// Works the file through. The book is left with an open transaction that holds what is to be committed (nothing,
    /// where nothing is applied). `committed` opens the book as it stands, for the answers of a refused batch.
    pub(super) fn work(
        &self,
        book: &mut Book,
        folder: &Folder,
        committed: &dyn Fn() -> Result<Option<Book>>,
    ) -> Result<Worked> {
        if let Some(first) = self.duplicate_of {
            book.begin(&self.about.partner.name)?;
            let mut summary = self.about.summary(None, Status::Duplicate);
            summary.duplicate_of = Some(first.to_owned());
            return Ok(Worked {
                summary,
                format_hash: String::new(),
                reason: None,
                same_bytes: true,
            });
        }
        let format = match self.recognise()? {
            Ok(format) => format,
            Err(finding) => return self.about.quarantine(book, folder, None, finding),
        };
        match self.read(&format, book, folder, committed) {
            Ok(worked) => Ok(worked),
            Err(Fault::World(error)) => Err(error),
            Err(Fault::File(finding) | Fault::Batch(finding)) => {
                book.rollback()?;
                clear(folder)?;
                self.about.quarantine(book, folder, Some(&format), *finding)
            }
        }
    }

    /// Which of the profile's formats this is, or why none.
    fn recognise(&self) -> Result<Result<Arc<Format>, Finding>> {
        if self.about.bytes > self.about.partner.limits.bytes {
            return Ok(Err(Finding::new(Code::FileTooLarge)));
        }
        let mut head = Vec::new();
        let (stream, _) = Stream::over(self.file, self.path.to_owned());
        stream
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .with_context(|| format!("{}: cannot read", self.path.display()))?;
        let recognised = recognise(self.formats, self.received, &head).map_err(Finding::new);
        Ok(recognised.map(|format| format.for_file(self.received)))
    }

    fn read(
        &self,
        format: &Arc<Format>,
        book: &mut Book,
        folder: &Folder,
        committed: &dyn Fn() -> Result<Option<Book>>,
    ) -> Result<Worked, Fault> {
        let (first, outputs, same_bytes) = self.pass(format, book, folder, None)?;
        let Some(reason) = self.refusal(format, &first) else {
            // The answers go to the disk while the book writes what waits in memory.
            let (settled, worked) = rayon::join(
                || if self.lasting { book.settle() } else { Ok(()) },
                || self.finish(format, first, outputs, None, same_bytes),
            );
            settled?;
            return Ok(worked?);
        };
        drop(outputs);
        book.rollback()?;
        clear(folder)?;
        let refusal = Finding::new(Code::BatchRejected).saying(format!(
            "the record is good, but its batch was rejected: {}",
            reason.message
        ));
        let (second, outputs, same_again) =
            self.pass(format, book, folder, Some((refusal, committed()?)))?;
        book.rollback()?;
        self.begin(book)?;
        Ok(self.finish(
            format,
            second,
            outputs,
            Some(reason),
            same_bytes && same_again,
        )?)
    }

    fn begin(&self, book: &mut Book) -> Result<()> {
        let partner = &self.about.partner.name;
        if self.lasting {
            book.begin(partner)
        } else {
            book.begin_passing(partner)
        }
    }

    /// Opens the file for its format; a test that the profile does not take is refused.
    fn open(&self, format: &Arc<Format>, stream: Stream) -> Result<Reader, Fault> {
        let input = match &format.reader {
            ReaderKind::Excel(_) => {
                let mut handle = self.file.try_clone()?;
                handle.rewind()?;
                Input::File(handle)
            }
            ReaderKind::Fixed(_) => Input::Ahead(Box::new(stream), self.file.try_clone()?),
            ReaderKind::Csv(_) | ReaderKind::Xml(_) => Input::Stream(Box::new(stream)),
        };
        let limits = &self.about.partner.limits;
        let limits = ReadLimits {
            columns: limits.columns,
            inflated: limits.inflated,
            ratio: limits.ratio,
        };
        let mut reader = Reader::open(format, input, &limits)?;
        if reader.is_test()? && !self.about.partner.test_files {
            return Err(Fault::File(Box::new(Finding::new(Code::TestFile))));
        }
        self.sealed(&mut reader)?;
        Ok(reader)
    }

    /// Whether the file is what its sender sealed, as far as the profile asks: a file without the seal that is demanded is
    /// not read, and one whose seal does not fit is rejected, record by record.
    fn sealed(&self, reader: &mut Reader) -> Result<(), Fault> {
        let bank = &self.about.partner.bank;
        match reader.seal(bank.hmac_key.as_ref())? {
            Some(Sealing::None) if bank.hmac_key.is_some() && !bank.seal_optional => {
                Err(Fault::File(Box::new(Finding::new(Code::Unsealed))))
            }
            Some(Sealing::Wrong(why)) => {
                let finding = Finding::new(Code::WrongSeal).saying(why);
                reader.batch_findings.push(finding);
                Ok(())
            }
            None | Some(Sealing::None | Sealing::Good | Sealing::Unverified) => Ok(()),
        }
    }

    /// Reads the file from its beginning to its end, once. Says whether the bytes were those that were hashed.
    fn pass(
        &self,
        format: &Arc<Format>,
        book: &mut Book,
        folder: &Folder,
        refusal: Option<(Finding, Option<Book>)>,
    ) -> Result<(Pass, Outputs, bool), Fault> {
        let (stream, read) = if self.lasting {
            let (stream, read) = Stream::over(self.file, self.path.to_owned());
            (stream, Some(read))
        } else {
            (Stream::unhashed(self.file), None)
        };
        let reader = self.open(format, stream)?;
        let mut style = self.about.style(Some(format));
        if let Some(rows) = self.shown {
            style = style.showing(rows);
        }
        let profile = self.about.profile().of_bank(format.bank);
        let rejected = RejectedWriter::create(
            &reader.layout(),
            folder,
            self.about.base,
            self.about.name,
            self.about.claimed_at,
        )?
        .hiding_cards(profile.hides_cards());
        let mut outputs = Outputs {
            answers: AnswerSet::create(folder, self.about.base, style)?,
            rejected,
        };
        let mut decider = Decider {
            insurer: self.about.partner.role == Role::Insurer,
            bank: format.bank,
            products: &self.about.settings.products,
            id: self.about.batch,
            terms: self.about.settings.terms(self.about.partner),
            told: self.shown.unwrap_or(u64::MAX),
            today: self.about.business_date,
            now: self.about.claimed_at,
            batch: batch_origin(
                &self.about.partner.name,
                self.about.sha256.unwrap_or_default(),
            ),
            refusal,
        };
        let task = Task {
            format,
            profile: &profile,
            limit: self.about.partner.limits.records,
            progress: self.progress,
        };
        self.begin(book)?;
        book.expect(self.about.bytes)?;
        let pass = pass(&task, reader, &mut decider, book, &mut outputs)?;
        let Some(read) = read else {
            return Ok((pass, outputs, true));
        };
        // A workbook is read by the child: its bytes are hashed again behind it.
        let digest = read.sha256().map_err(anyhow::Error::from)?;
        Ok((pass, outputs, Some(digest.as_str()) == self.about.sha256))
    }

    /// Why the batch is refused as a whole, if it is.
    fn refusal(&self, format: &Format, pass: &Pass) -> Option<Finding> {
        if let Some(finding) = pass.batch.first() {
            return Some(finding.clone());
        }
        if let Some(finding) = self.wrong_payee(pass) {
            return Some(finding);
        }
        if let Some(control) = pass.controls.iter().find(|control| !control.ok) {
            let message = format!(
                "{}: {} stated, {} found",
                control.name, control.stated, control.found
            );
            return Some(Finding::new(Code::TotalsMismatch).saying(message));
        }
        let rejected = pass.tally.count(Outcome::Rejected);
        // Where every record is bad the batch is rejected anyway, and no record is good by itself.
        if rejected == 0 || rejected == pass.tally.read {
            return None;
        }
        let all_or_nothing = self
            .about
            .partner
            .reject_batch_on_error
            .unwrap_or(format.reject_batch_on_error);
        if all_or_nothing {
            let message = format!(
                "{rejected} of {} records are bad; one is enough to reject the batch",
                pass.tally.read
            );
            return Some(Finding::new(Code::TooManyBad).saying(message));
        }
        let most = self.about.partner.reject_batch_above?;
        let share = Decimal::from(rejected) / Decimal::from(pass.tally.read);
        let message = format!(
            "{rejected} of {} records are bad; a share over {most} rejects the batch",
            pass.tally.read
        );
        (share > most).then(|| Finding::new(Code::TooManyBad).saying(message))
    }

    /// Whether the file names another payee than the profile does.
    fn wrong_payee(&self, pass: &Pass) -> Option<Finding> {
        let bank = &self.about.partner.bank;
        let digits = |number: &String| {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            digits.trim_start_matches('0').to_owned()
        };
        let told = [
            (&bank.payee_bankgiro, &pass.payees, "bankgiro"),
            (&bank.bgc_customer_no, &pass.customers, "customer number"),
        ];
        told.into_iter().find_map(|(own, found, what)| {
            let own = digits(own.as_ref()?);
            let other = found.iter().find(|number| **number != own)?;
            Some(Finding::new(Code::WrongPayee).saying(format!(
                "the file is for {what} {other}; the profile's is {own}"
            )))
        })
    }

    fn finish(
        &self,
        format: &Format,
        pass: Pass,
        outputs: Outputs,
        reason: Option<Finding>,
        same_bytes: bool,
    ) -> Result<Worked> {
        let Pass {
            mut tally,
            controls,
            batch,
            notes,
            rejected,
            ..
        } = pass;
        tally.prove().context("conservation")?;
        let mut about: Vec<Finding> = batch;
        if let Some(reason) = &reason
            && !about.iter().any(|finding| finding.code == reason.code)
        {
            about.insert(0, reason.clone());
        }
        about.extend(notes);
        for finding in &about {
            tally.add_batch_finding(finding.code);
        }
        let Outputs {
            mut answers,
            rejected: writer,
        } = outputs;
        answers.close_errors(&about, tally.findings)?;
        let status = match reason {
            Some(_) => Status::Rejected,
            None => Status::of(&tally),
        };
        let mut summary = self.about.summary(Some(format), status);
        summary.take(&tally);
        summary.reason = reason
            .as_ref()
            .map(|finding| finding.code.as_str().to_owned());
        summary.controls = controls;
        answers.close_report(status, reason.as_ref(), &tally)?;
        summary.answers = answers.finish()?;
        let sums = |total: &format::Total| rejected.text(total);
        if let Some(answer) = writer.finish(&sums)? {
            // Beside the errors, as the manual lists them.
            let at = summary.answers.len().min(2);
            summary.answers.insert(at, answer);
        }
        Ok(Worked {
            summary,
            format_hash: format.hash.clone(),
            reason,
            same_bytes,
        })
    }
}

/// Removes what an abandoned pass wrote.
fn clear(folder: &Folder) -> Result<()> {
    Ok(folder.empty()?)
}
