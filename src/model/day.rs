//! A calendar date as text.

use std::fmt;

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, Timelike as _};

use super::digits::two;

/// A date as `YYYY-MM-DD`. Some millions of them are written a night: the library's own way goes through its machinery
/// of patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day([u8; 10]);

impl Day {
    /// The text of a date of the years 0 to 9999: no other is read.
    pub fn of(date: NaiveDate) -> Self {
        let year = u64::try_from(date.year()).expect("dates begin in the year 1800");
        let mut text = *b"YYYY-MM-DD";
        for (at, number) in [
            (0, year / 100 % 100),
            (2, year % 100),
            (5, date.month().into()),
            (8, date.day().into()),
        ] {
            text[at..at + 2].copy_from_slice(&two(number));
        }
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and hyphens")
    }

    /// The same as bytes, for what is written as such.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The date of a text that is written so; `None`: it is not, or the calendar has no such day.
    pub fn read(text: &str) -> Option<NaiveDate> {
        let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
        if bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let part = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0_u32, |sum, byte| {
                byte.is_ascii_digit()
                    .then(|| sum * 10 + u32::from(byte - b'0'))
            })
        };
        NaiveDate::from_ymd_opt(part(0, 4)?.cast_signed(), part(5, 7)?, part(8, 10)?)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An instant as RFC 3339, whole seconds, with its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant([u8; 25]);

impl Instant {
    /// The text of an instant.
    pub fn of(at: DateTime<FixedOffset>) -> Self {
        let local = at.naive_local();
        let mut text = *b"YYYY-MM-DDThh:mm:ss+hh:mm";
        text[..10].copy_from_slice(Day::of(local.date()).as_bytes());
        let seconds = local.num_seconds_from_midnight();
        let offset = at.offset().local_minus_utc();
        if offset < 0 {
            text[19] = b'-';
        }
        let minutes = offset.unsigned_abs() / 60;
        for (at, number) in [
            (11, seconds / 3600),
            (14, seconds / 60 % 60),
            (17, seconds % 60),
            (20, minutes / 60),
            (23, minutes % 60),
        ] {
            text[at..at + 2].copy_from_slice(&two(number.into()));
        }
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and signs")
    }

    /// The same as bytes, for what is written as such.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The same as a text of its own.
pub fn instant(at: DateTime<FixedOffset>) -> String {
    Instant::of(at).as_str().to_owned()
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
            assert_eq!(Day::read(&day.to_string()), Some(day));
        }
        for none in [
            "",
            "2026-02-29",
            "2026-2-03",
            "+026-02-03",
            "2026-02-03 ",
            "2026.02.03",
        ] {
            assert_eq!(Day::read(none), None, "{none}");
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
