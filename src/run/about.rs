//! What is known of a file before it is read, and what is said of one that is not.

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};

use super::work::Worked;
use crate::check::Profile;
use crate::check::card::CardKey;
use crate::format::Format;
use crate::ledger::Book;
use crate::line;
use crate::model::Finding;
use crate::os::Folder;
use crate::outbox::answers::pain002::Original;
use crate::outbox::answers::summary::{Status, Summary};
use crate::outbox::answers::tally::Tally;
use crate::outbox::answers::{Style, refusal_alone};
use crate::site::settings::{Partner, Role, Settings};

/// What is known of a file before it is read.
pub(super) struct About<'a> {
    /// Whose file it is.
    pub(super) partner: &'a Partner,
    /// The site's settings.
    pub(super) settings: &'a Settings,
    /// The site's own key.
    pub(super) key: &'a [u8; 32],
    /// The file's name as received.
    pub(super) name: &'a str,
    /// SHA-256 of its bytes, hex; `None`: they are not to be read.
    pub(super) sha256: Option<&'a str>,
    /// Its size.
    pub(super) bytes: u64,
    /// When it was claimed.
    pub(super) claimed_at: DateTime<FixedOffset>,
    /// The date that rules are judged by.
    pub(super) business_date: NaiveDate,
    /// The batch's id, with `.r<n>` or `.dup<n>`.
    pub(super) batch: &'a str,
    /// `<stem>.<batch>`: what the answers' names begin with.
    pub(super) base: &'a str,
}

impl About<'_> {
    /// Puts the file into quarantine, with answers that say why. The book is left with an open transaction.
    pub(super) fn quarantine(
        &self,
        book: &mut Book,
        folder: &Folder,
        format: Option<&Format>,
        finding: Finding,
    ) -> Result<Worked> {
        book.begin(&self.partner.name)?;
        let style = self.style(format);
        let mut summary = self.summary(format, Status::Quarantined);
        let mut tally = Tally::default();
        tally.add_batch_finding(finding.code);
        summary.take(&tally);
        summary.reason = Some(finding.code.as_str().to_owned());
        summary.answers = refusal_alone(folder, self.base, &style, &finding)?;
        let format_hash = format.map_or_else(String::new, |format| format.hash.clone());
        Ok(Worked {
            summary,
            format_hash,
            reason: Some(finding),
            same_bytes: true,
        })
    }

    /// How its answers look.
    pub(super) fn style(&self, format: Option<&Format>) -> Style {
        let message = format.map(|format| format.message.as_ref().unwrap_or(&format.id));
        let original = Original {
            file: self.name.to_owned(),
            message: message.map_or_else(|| "unknown".to_owned(), Clone::clone),
        };
        let base_url = self.settings.base_url.as_deref();
        let sides = (self.partner, self.owner());
        Style::of(sides, base_url, self.batch, &self.time())
            .reporting_on(self.partner.answers.pain002.then_some(original))
    }

    /// What its records are checked by.
    pub(super) fn profile(&self) -> Profile {
        let insurer = self.partner.role == Role::Insurer;
        line::profile(&self.partner.lines, insurer).naming_cards(CardKey::new(*self.key))
    }

    /// Who owns the book.
    pub(super) fn owner(&self) -> &Partner {
        self.settings
            .owner_of(&self.partner.book)
            .unwrap_or(self.partner)
    }

    /// When it was claimed, as text.
    pub(super) fn time(&self) -> String {
        self.claimed_at.to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// Its summary, of which nothing is counted yet.
    pub(super) fn summary(&self, format: Option<&Format>, status: Status) -> Summary {
        let whose = (&*self.partner.name, &*self.partner.book);
        let batch = self.batch.to_owned();
        Summary {
            file: Some(self.name.to_owned()),
            sha256: self.sha256.map(str::to_owned),
            bytes: self.bytes,
            format: format.map(|format| format.id.clone()),
            status,
            ..Summary::begun(batch, whose, self.business_date, self.time())
        }
    }
}
