//! Bank days: the days on which a country's banks settle payments.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

/// A country's calendar of bank days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankDays {
    /// Sweden.
    Sweden,
    /// Norway.
    Norway,
    /// Denmark.
    Denmark,
    /// Finland.
    Finland,
    /// Brazil.
    Brazil,
}

use BankDays::{Brazil, Denmark, Finland, Norway, Sweden};

/// Holidays that have a date, with those who keep them.
const FIXED: &[(u32, u32, &[BankDays])] = &[
    (1, 1, &[Sweden, Norway, Denmark, Finland, Brazil]),
    (1, 6, &[Sweden, Finland]),
    (4, 21, &[Brazil]),
    (5, 1, &[Sweden, Norway, Finland, Brazil]),
    (5, 17, &[Norway]),
    (6, 5, &[Denmark]),
    (6, 6, &[Sweden]),
    (9, 7, &[Brazil]),
    (10, 12, &[Brazil]),
    (11, 2, &[Brazil]),
    (11, 15, &[Brazil]),
    (11, 20, &[Brazil]),
    (12, 6, &[Finland]),
    (12, 24, &[Sweden, Denmark, Finland]),
    (12, 25, &[Sweden, Norway, Denmark, Finland, Brazil]),
    (12, 26, &[Sweden, Norway, Denmark, Finland]),
    (12, 31, &[Sweden, Denmark]),
];

/// Holidays that move with Easter Sunday, by days after it.
const MOVING: &[(i64, &[BankDays])] = &[
    (-48, &[Brazil]),
    (-47, &[Brazil]),
    (-3, &[Norway, Denmark]),
    (-2, &[Sweden, Norway, Denmark, Finland, Brazil]),
    (1, &[Sweden, Norway, Denmark, Finland]),
    (39, &[Sweden, Norway, Denmark, Finland]),
    (40, &[Denmark]),
    (50, &[Norway, Denmark]),
    (60, &[Brazil]),
];

impl BankDays {
    /// The codes of the countries that are known.
    pub const CODES: &'static [&'static str] = &["SE", "NO", "DK", "FI", "BR"];

    /// The calendar of the country of this code.
    pub fn named(code: &str) -> Option<Self> {
        let all = [Sweden, Norway, Denmark, Finland, Brazil];
        let at = Self::CODES.iter().position(|known| *known == code)?;
        Some(all[at])
    }

    /// Whether banks settle payments on a day.
    pub fn is_open(self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let fixed = FIXED.iter().any(|(month, date, who)| {
            (day.month(), day.day()) == (*month, *date) && who.contains(&self)
        });
        let after = day.signed_duration_since(easter(day.year())).num_days();
        let moving = MOVING
            .iter()
            .any(|(days, who)| *days == after && who.contains(&self));
        // Midsummer's Eve is the Friday before the Saturday from 20 to 26 June.
        let midsummer = matches!(self, Sweden | Finland)
            && day.month() == 6
            && (19..=25).contains(&day.day())
            && day.weekday() == Weekday::Fri;
        !(weekend || fixed || moving || midsummer)
    }

    /// The day itself where banks are open, else the next one on which they are.
    ///
    /// # Panics
    /// The calendar is over: dates that are read end in the year 2999.
    pub fn on_or_after(self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        while !self.is_open(day) {
            day = day
                .checked_add_days(Days::new(1))
                .expect("dates end in the year 2999");
        }
        day
    }
}

/// Easter Sunday of a year, by the anonymous Gregorian algorithm.
fn easter(year: i32) -> NaiveDate {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let corrected = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - corrected + 15).rem_euclid(30);
    let weekday =
        (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    let month = u32::try_from(days / 31).expect("March or April");
    let day = u32::try_from(days % 31 + 1).expect("1 to 31");
    NaiveDate::from_ymd_opt(year, month, day).expect("Easter is a day of every year")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn easter_falls_where_the_tables_say() {
        for text in [
            "1818-03-22",
            "1943-04-25",
            "2000-04-23",
            "2024-03-31",
            "2026-04-05",
            "2038-04-25",
            "2285-03-22",
        ] {
            assert_eq!(easter(day(text).year()), day(text));
        }
    }

    #[test]
    fn each_country_keeps_its_own_holidays() {
        let rows = [
            ("2026-11-20", "SE NO DK FI"),
            ("2026-11-21", ""),
            ("2026-11-22", ""),
            ("2026-01-06", "NO DK BR"),
            ("2026-04-02", "SE FI BR"),
            ("2026-04-03", ""),
            ("2026-04-06", "BR"),
            ("2026-05-01", "DK"),
            ("2026-05-14", "BR"),
            ("2026-05-15", "SE NO FI BR"),
            ("2026-05-25", "SE FI BR"),
            ("2026-06-04", "SE NO DK FI"),
            ("2026-06-05", "SE NO FI BR"),
            ("2026-06-19", "NO DK BR"),
            ("2026-02-17", "SE NO DK FI"),
            ("2026-12-24", "NO BR"),
            ("2026-12-31", "NO FI BR"),
            ("2027-05-17", "SE FI BR"),
            ("2028-05-17", "SE DK FI BR"),
        ];
        for (text, open) in rows {
            let mut found = Vec::new();
            for code in BankDays::CODES {
                if BankDays::named(code).expect("known").is_open(day(text)) {
                    found.push(*code);
                }
            }
            assert_eq!(found.join(" "), open, "{text}");
        }
        assert_eq!(BankDays::named("US"), None);
    }

    #[test]
    fn a_day_on_which_banks_are_closed_becomes_the_next_on_which_they_are_open() {
        let rows = [
            ("2026-11-20", "2026-11-20"),
            ("2026-11-21", "2026-11-23"),
            ("2026-12-24", "2026-12-28"),
            ("2026-12-31", "2027-01-04"),
            ("2026-04-03", "2026-04-07"),
        ];
        for (text, open) in rows {
            assert_eq!(Sweden.on_or_after(day(text)), day(open));
        }
    }
}
