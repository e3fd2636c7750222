//! The book as lines see it.

use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate};
use compact_str::CompactString;

use super::Space;

/// When something falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// On a day: judged by the business date.
    Day(NaiveDate),
    /// At an instant in the site's time zone: judged by the clock.
    At(DateTime<FixedOffset>),
}

/// The book as a line sees it: entities by key, indexes over them, and what falls due. Everything a call changes
/// belongs to the record in hand; a line changes nothing before it knows that the record will not be rejected.
pub trait Store {
    /// The entity's state as it was last saved.
    fn find(&mut self, space: Space, key: &str) -> Result<Option<&str>>;

    /// The key of the entity that was saved with this index entry (see [`Store::save`]).
    fn find_by(&mut self, index: Space, key: &str) -> Result<Option<CompactString>>;

    /// Saves an entity's state: a new link of its history. `also`: index entries by which it can be found from now
    /// on, besides those of earlier saves.
    fn save(
        &mut self,
        space: Space,
        key: &str,
        state: String,
        also: &[(Space, &str)],
    ) -> Result<()>;

    /// Lets `what` fall due for an entity on a day or at an instant. One entity has at most one of a `what` at a moment.
    fn schedule_at(
        &mut self,
        moment: Moment,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()>;

    /// Takes that back.
    fn unschedule_at(
        &mut self,
        moment: Moment,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()>;

    /// Lets `what` fall due for an entity on a day.
    fn schedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        self.schedule_at(Moment::Day(day), space, key, what)
    }

    /// Takes that back.
    fn unschedule(
        &mut self,
        day: NaiveDate,
        space: Space,
        key: &str,
        what: &'static str,
    ) -> Result<()> {
        self.unschedule_at(Moment::Day(day), space, key, what)
    }
}
