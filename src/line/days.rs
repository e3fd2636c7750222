//! Counting calendar days.

use chrono::{Days, NaiveDate};

/// The day after.
///
/// # Panics
/// The calendar is over: dates that are read end in the year 2999.
pub fn day_after(day: NaiveDate) -> NaiveDate {
    days_after(day, 1)
}

/// A number of days after.
///
/// # Panics
/// The calendar is over: dates that are read end in the year 2999, and settings at 36,500 days.
pub fn days_after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into()))
        .expect("dates end in the year 2999, settings at 36,500 days")
}
