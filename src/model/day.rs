//! A calendar date as text.

use std::fmt;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, Timelike as _};

/// A date as `YYYY-MM-DD`. Some millions of them are written a night: the library's own way goes through its machinery
/// of patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day([u8; 10]);

impl Day {
    /// The text of a date of the years 0 to 9999: no other is read.
    pub fn of(date: NaiveDate) -> Self {
        let digit = |number: u32| b'0' + u8::try_from(number % 10).expect("a digit");
        let year = u32::try_from(date.year()).expect("dates begin in the year 1800");
        let (month, day) = (date.month(), date.day());
        Self([
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ])
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and hyphens")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An instant as RFC 3339, whole seconds, with its offset.
pub fn instant(at: DateTime<FixedOffset>) -> String {
    let mut text = String::with_capacity(25);
    text.push_str(Day::of(at.date_naive()).as_str());
    let two = |text: &mut String, mark: char, number: u32| {
        text.push(mark);
        for digit in [number / 10 % 10, number % 10] {
            text.push(char::from_digit(digit, 10).expect("a digit"));
        }
    };
    two(&mut text, 'T', at.hour());
    two(&mut text, ':', at.minute());
    two(&mut text, ':', at.second());
    let offset = at.offset().local_minus_utc();
    let minutes = offset.unsigned_abs() / 60;
    two(&mut text, if offset < 0 { '-' } else { '+' }, minutes / 60);
    two(&mut text, ':', minutes % 60);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_the_library_writes_it() {
        let first = NaiveDate::from_ymd_opt(1800, 1, 1).expect("a day");
        for day in first
            .iter_days()
            .take(2000)
            .chain(first.iter_days().skip(80_000).take(900))
        {
            assert_eq!(Day::of(day).as_str(), day.to_string());
        }
    }

    #[test]
    fn an_instant_is_written_as_the_library_does() {
        for text in [
            "2026-11-20T02:00:00+01:00",
            "1999-01-02T23:59:58-03:30",
            "2026-07-01T10:11:12+00:00",
        ] {
            let at = DateTime::parse_from_rfc3339(text).expect("an instant");
            assert_eq!(instant(at), text);
            assert_eq!(
                instant(at),
                at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
            );
        }
    }
}
