//! What time itself does: everything that fell due on one day becomes a batch of its own, dated on that day; what fell
//! due at an instant of the day is dated at that.

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::decide::batch_origin;
use crate::ledger::{Book, Due};
use crate::line::{self, Terms};
use crate::model::{Checked, Whole, ids};
use crate::os::{Folder, hex};
use crate::outbox::answers::summary::Summary;
use crate::outbox::answers::tally::Tally;
use crate::outbox::answers::{AnswerSet, Decided, Fate, Rendered, Style, render};
use crate::site::settings::{Partner, Settings};

/// Records that are rendered together.
const PIECE: usize = 4096;

/// A day on which something fell due in a book.
pub(super) struct DueDay<'a> {
    /// The book's owner, who gets the answers.
    pub(super) owner: &'a Partner,
    /// The site's settings.
    pub(super) settings: &'a Settings,
    /// The day.
    pub(super) day: NaiveDate,
    /// How many batches of this day there are already, and one.
    pub(super) number: u64,
    /// When the run took it up.
    pub(super) claimed_at: DateTime<FixedOffset>,
}

impl DueDay<'_> {
    /// The batch's id: first 12 hex digits of a hash of book, date and number.
    pub(super) fn batch(&self) -> String {
        let name = format!("{}\n{}\n{}", self.owner.book, self.day, self.number);
        hex(&Sha256::digest(name.as_bytes()))[..12].to_owned()
    }

    /// What its answers' names begin with.
    pub(super) fn base(&self) -> String {
        format!("due-{}.{}", self.day, self.batch())
    }

    /// Carries out what fell due, in the order of the journal. The book is left with an open transaction. `None`: it
    /// had all been overtaken by events, and there is nothing to tell.
    pub(super) fn work(
        &self,
        due: &[Due],
        book: &mut Book,
        folder: &Folder,
    ) -> Result<Option<Summary>> {
        book.begin(&self.owner.name)?;
        let time = rfc3339(self.claimed_at);
        let id = self.batch();
        let style = Style::of(
            (self.owner, self.owner),
            self.settings.base_url.as_deref(),
            &id,
            &time,
        );
        let lines = due.iter().map(|due| line::line_of(due.space));
        let style = style.with_orders_of(self.owner, lines);
        let mut answers = AnswerSet::create(folder, &self.base(), style)?;
        let origin = batch_origin(
            &self.owner.book,
            &format!("due\n{}\n{}", self.day, self.number),
        );
        let batch = (&*id, &self.settings.terms(self.owner), origin);
        let mut tally = Tally::default();
        let mut rendered = Rendered::default();
        for piece in due.chunks(PIECE) {
            let before = tally.findings;
            let (mut records, mut fates) = (Vec::new(), Vec::new());
            book.prefetch(piece.iter().map(|due| (due.space, &*due.key)))?;
            for item in piece {
                if let Some((checked, fate)) = self.carry_out(item, tally.read + 1, batch, book)? {
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
        let mut summary = self.summary(&tally, &time);
        summary.answers = answers.finish()?;
        Ok((tally.read > 0).then_some(summary))
    }

    fn carry_out(
        &self,
        due: &Due,
        row: u64,
        (batch, terms, derived): (&str, &Terms, Uuid),
        book: &mut Book,
    ) -> Result<Option<(Checked, Fate)>> {
        let origin = ids::derived(&derived, Whole::of(row).as_str().as_bytes());
        let zone = &self.settings.time_zone;
        let at = due.at.map(|at| at.with_timezone(zone).fixed_offset());
        let context = line::Context {
            today: at.map_or(self.day, |at| at.date_naive()),
            now: at.unwrap_or(self.claimed_at),
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
        book.start_record(row, &due.what);
        book.clear_due(due)?;
        let Some(decision) = line::carry_out(due.space, &due.key, &due.what, book, &context)?
        else {
            return Ok(None);
        };
        let checked = Checked::of_no_file(&due.what, &due.key);
        let fate = Fate {
            row,
            decision,
            by_itself: 0,
            origin,
            time: at.map(|at| rfc3339(at).into()),
        };
        Ok(Some((checked, fate)))
    }

    fn summary(&self, tally: &Tally, time: &str) -> Summary {
        let whose = (&*self.owner.name, &*self.owner.book);
        Summary::begun(self.batch(), whose, self.day, time.to_owned()).carried_out(tally)
    }
}

pub(super) fn rfc3339(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}
