//! `sluss collect`: what is to be collected by a day, ordered from a bank. A batch of its own, without a file: what was
//! ordered stands in the entities' states, so that nothing is ordered twice, and the bank's files are made of these states,
//! so that they can be made again.

mod again;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::inbox;
use crate::ledger::{Book, JournalRow};
use crate::line::collect::{Collecting, Collects, ORDER_COLUMNS};
use crate::line::{self, Terms};
use crate::model::decision::OrderValue;
use crate::model::{AmountRead, BankDays, Checked, Decision, Whole, ids};
use crate::os::{Folder, step};
use crate::outbox::answers::files::Answer;
use crate::outbox::answers::summary::Summary;
use crate::outbox::answers::tally::Tally;
use crate::outbox::answers::{AnswerSet, Decided, Fate, Rendered, Style, render};
use crate::outbox::collect::{About, BankFiles, Payee};
use crate::outbox::publish::sync_names;
use crate::run::batch::publish_row;
use crate::run::decide::batch_origin;
use crate::run::due::rfc3339;
use crate::run::journal::made_journal;
use crate::run::report::{Report, RunError};
use crate::run::session::Session;
use crate::run::{Options, known, with_sessions};
use crate::site::Site;
use crate::site::settings::{Partner, Settings};

/// Records that are rendered together.
const PIECE: usize = 4096;

/// How many days ahead can be collected: a slip of the finger would order years of instalments.
const AHEAD: u64 = 366;

/// Orders what is to be collected by a day, for one partner's book or for all. What a run before left is done first, and
/// what is due.
pub fn collect(dir: &Path, until: NaiveDate, options: &Options<'_>) -> Result<Report, RunError> {
    let site = Site::open(dir)?;
    let formats = site.formats();
    known(&site, options.partner.as_deref())?;
    let today = options.date(site.settings());
    if today
        .checked_add_days(Days::new(AHEAD))
        .is_none_or(|most| until > most)
    {
        return Err(RunError::Wrong(format!(
            "{until}: at most {AHEAD} days after the business date {today} can be collected"
        )));
    }
    let lock = site.lock_within(options.patience)?.ok_or(RunError::Held)?;
    ready(&site, until, options)?;
    let report = with_sessions(&site, formats, options, |sessions| {
        let mut report = Report::default();
        for session in sessions {
            let mut partners = session.partners.iter();
            let chosen = options.partner.as_deref();
            if chosen.is_none_or(|name| partners.any(|one| one.name == name)) {
                let done = session.collect(until);
                done.with_context(|| format!("book {}", session.name))?;
                report.join(std::mem::take(&mut session.report));
            }
        }
        Ok(report)
    });
    drop(lock);
    report
}

/// Whether all profiles say what is needed, before anything is done: that of the partner that is named, else those in
/// whose books something is to be collected.
fn ready(site: &Site, until: NaiveDate, options: &Options<'_>) -> Result<(), RunError> {
    let settings = site.settings();
    let chosen = options.partner.as_deref();
    let mut faults = Vec::new();
    for owner in settings.partners.values() {
        let own = settings
            .owner_of(&owner.book)
            .is_some_and(|own| own.name == owner.name);
        let of_chosen = |name: &str| settings.partners[name].book == owner.book;
        if !own || chosen.is_some_and(|name| !of_chosen(name)) {
            continue;
        }
        if chosen.is_some() || has_wanted(site, &owner.book, until)? {
            faults.extend(Payee::of(owner).err().unwrap_or_default());
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(RunError::Wrong(faults.join("\n")))
    }
}

fn has_wanted(site: &Site, book: &str, until: NaiveDate) -> Result<bool> {
    let Some(book) = Book::open_read(&site.book(book), site.secret().site())? else {
        return Ok(false);
    };
    Ok(!wanted(&book, until)?.is_empty())
}

/// The entities for which something is to be collected, in the order of the book.
fn wanted(book: &Book, until: NaiveDate) -> Result<Vec<(Collects, Box<str>)>> {
    let mut found = Vec::new();
    for line in line::collect::all() {
        book.entities(line.space, &mut |key, state| {
            if (line.wanted)(key, state, until)? {
                found.push((line, key.into()));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

impl Session<'_> {
    /// Orders what is to be collected; where nothing is, what was ordered for that day is written again.
    fn collect(&mut self, until: NaiveDate) -> Result<()> {
        self.begin()?;
        let settings = self.shared.site.settings();
        let Some(owner) = settings.owner_of(self.name) else {
            return Ok(());
        };
        if !self.exists() {
            return Ok(());
        }
        if let Some((_, reason)) = self
            .stops()?
            .into_iter()
            .find(|(name, _)| *name == owner.name)
        {
            let reason = format!("the partner is stopped: {reason}");
            self.wait(owner, name_of(until), reason);
            return self.close();
        }
        let wanted = wanted(self.book()?, until)?;
        let earlier = self.book()?.batches_made(&owner.name, &name_of(until))?;
        let when = self.when();
        if !wanted.is_empty() {
            let day = Day {
                owner,
                settings,
                payee: &payee(owner)?,
                until,
                today: when.business_date,
                number: earlier.len() as u64 + 1,
                claimed_at: when.now,
            };
            let folders = &self.shared.folders[&owner.name];
            let mut work = inbox::without_file(folders, &owner.name, when)?;
            let answers = work.fresh_answers()?;
            let summary = day.work(&wanted, self.book()?, &answers)?;
            let told = earlier.is_empty() && summary.counts.records > 0;
            if summary.counts.orders > 0 || told {
                sync_names(&answers)?;
                work.name_batch(&summary.batch)?;
                let journal = made_journal(&summary, settings, Some(&name_of(until)))?;
                step("before_commit");
                let row = self.book()?.commit(&journal)?;
                step("after_commit");
                publish_row(self, owner, &row, work)?;
                return self.close();
            }
            // What cannot be ordered was told before.
            self.book()?.rollback()?;
            work.remove()?;
        }
        for (number, row) in (1..).zip(&earlier) {
            self.repeat(owner, until, number, row)?;
        }
        self.close()
    }
}

/// What the batch's answers' names begin with.
fn name_of(until: NaiveDate) -> String {
    format!("collect-{until}")
}

fn payee(owner: &Partner) -> Result<Payee> {
    Payee::of(owner).map_err(|faults| anyhow::anyhow!(faults.join("\n")))
}

/// What a batch is named by: unlike any other of the book.
fn identity(until: NaiveDate, number: u64) -> String {
    format!("collect\n{until}\n{number}")
}

fn origin(book: &str, until: NaiveDate, number: u64) -> Uuid {
    batch_origin(book, &identity(until, number))
}

/// Writes the bank's files of what a batch ordered, from the states that it left.
fn bank_files(
    book: &Book,
    row: Option<&JournalRow>,
    folder: &Folder,
    base: &str,
    about: About<'_>,
) -> Result<Vec<Answer>> {
    let mut files = BankFiles::create(folder, base, about)?;
    let lines: Vec<Collects> = line::collect::all().collect();
    book.states(row, &mut |space, key, state| {
        if let Some(line) = lines.iter().find(|line| line.space == space) {
            for order in (line.orders)(key, state, about.batch)? {
                files.add(&order)?;
            }
        }
        Ok(())
    })?;
    files.finish()
}

/// A day by which something is to be collected.
struct Day<'a> {
    owner: &'a Partner,
    settings: &'a Settings,
    payee: &'a Payee,
    until: NaiveDate,
    today: NaiveDate,
    /// How many batches of this day there are already, and one.
    number: u64,
    claimed_at: DateTime<FixedOffset>,
}

impl Day<'_> {
    /// The batch's id: first 12 hex digits of a hash of book, day and number.
    fn batch(&self) -> String {
        let name = format!("{}\n{}", self.owner.book, identity(self.until, self.number));
        crate::os::hex(&Sha256::digest(name.as_bytes()))[..12].to_owned()
    }

    /// Orders what is wanted. The book is left with an open transaction.
    fn work(
        &self,
        wanted: &[(Collects, Box<str>)],
        book: &mut Book,
        folder: &Folder,
    ) -> Result<Summary> {
        book.begin(&self.owner.name)?;
        let (id, time) = (self.batch(), rfc3339(self.claimed_at));
        let base = format!("{}.{id}", name_of(self.until));
        let base_url = self.settings.base_url.as_deref();
        let style = Style::of((self.owner, self.owner), base_url, &id, &time);
        let mut answers = AnswerSet::create(folder, &base, style.with_columns(ORDER_COLUMNS))?;
        let origin = origin(&self.owner.book, self.until, self.number);
        let batch = (&*id, &self.settings.terms(self.owner), origin);
        let mut tally = Tally::default();
        let mut rendered = Rendered::default();
        for piece in wanted.chunks(PIECE) {
            let before = tally.findings;
            let (mut records, mut fates) = (Vec::new(), Vec::new());
            book.prefetch(piece.iter().map(|(line, key)| (line.space, &**key)))?;
            for (line, key) in piece {
                if let Some((checked, fate)) = self.ask(line, key, tally.read + 1, batch, book)? {
                    tally.read += 1;
                    tally.add(Decided {
                        checked: &checked,
                        fate: &fate,
                    });
                    records.push(checked);
                    fates.push(fate);
                }
            }
            book.flush_wave()?;
            let decided = Decided::each(&records, &fates);
            render(decided, answers.style(), before, &mut rendered);
            answers.write(&rendered)?;
        }
        answers.close_errors(&[], tally.findings)?;
        tally.prove().context("conservation")?;
        book.settle()?;
        let about = About {
            payee: self.payee,
            batch: &id,
            origin,
            at: self.claimed_at,
        };
        let files = bank_files(book, None, folder, &base, about)?;
        ensure!(
            files.is_empty() == (tally.orders == 0),
            "what was ordered is not what the book keeps of it"
        );
        let mut summary = self.summary(&tally, &id, &time);
        summary.answers = answers.finish()?;
        summary.answers.extend(files);
        Ok(summary)
    }

    fn ask(
        &self,
        line: &Collects,
        key: &str,
        row: u64,
        (batch, terms, derived): (&str, &Terms, Uuid),
        book: &mut Book,
    ) -> Result<Option<(Checked, Fate)>> {
        let origin = ids::derived(&derived, Whole::of(row).as_str().as_bytes());
        let context = line::Context {
            today: self.today,
            now: self.claimed_at,
            products: &self.settings.products,
            insurer: false,
            origin,
            batch_origin: derived,
            row,
            batch,
            bank: false,
            contested: false,
            terms,
            told: true,
        };
        let collecting = Collecting {
            until: self.until,
            bank_days: BankDays::named(&self.settings.calendar)
                .context("a calendar that is known")?,
        };
        book.start_record(row, line.kind);
        let Some(decision) = (line.ask)(key, collecting, book, &context)? else {
            return Ok(None);
        };
        let checked = Checked {
            amounts: amounts(&decision),
            ..Checked::of_no_file(line.kind, key)
        };
        let fate = Fate {
            row,
            decision,
            by_itself: 0,
            origin,
            time: None,
        };
        Ok(Some((checked, fate)))
    }

    fn summary(&self, tally: &Tally, batch: &str, time: &str) -> Summary {
        let whose = (&*self.owner.name, &*self.owner.book);
        let begun = Summary::begun(batch.to_owned(), whose, self.today, time.to_owned());
        Summary {
            file: Some(name_of(self.until)),
            ..begun.carried_out(tally)
        }
    }
}

/// What is collected, for the sums of the batch.
fn amounts(decision: &Decision) -> Vec<AmountRead> {
    let columns = decision.orders.iter().flat_map(|order| &order.columns);
    let amounts = columns.filter_map(|(field, value)| match value {
        OrderValue::Amount(amount, currency) => Some(AmountRead {
            field,
            amount: *amount,
            currency: Some(*currency),
        }),
        OrderValue::Text(_) => None,
    });
    amounts.collect()
}
