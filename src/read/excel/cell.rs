//! From a workbook's values to ours. A workbook holds numbers and dates as binary floats; here, and nowhere after, they
//! are brought to decimals and calendar dates.

use calamine::{Data, ExcelDateTime};
use chrono::{NaiveDate, NaiveDateTime, Timelike};

use crate::read::Cell;

/// A formula whose writer did not compute it.
pub(super) const NO_VALUE: &str = "#NO_VALUE!";
const NO_DATE: &str = "#NO_DATE!";
const DURATION: &str = "#DURATION!";

/// What spreadsheets show in place of a value, and what stands for one here. As text too these are no value: a record
/// that was sent back with one is to be mended before it comes again.
fn is_error(text: &str) -> bool {
    const ERRORS: [&str; 15] = [
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        NO_VALUE,
        NO_DATE,
        DURATION,
    ];
    let text = text.trim();
    // Every text is asked: nearly none needs more than one look.
    text.starts_with('#') && ERRORS.contains(&text)
}

/// A value; `None` for an empty cell and one of blanks alone.
pub(super) fn cell(data: Data) -> Option<Cell> {
    let cell = match data {
        Data::Empty => return None,
        Data::String(text) if text.trim().is_empty() => return None,
        Data::String(text) if is_error(&text) => Cell::Error(text),
        Data::String(text) => Cell::Text(text),
        Data::Int(number) => Cell::Number(number.to_string()),
        Data::Float(number) => decimal(number),
        Data::Bool(truth) => Cell::Bool(truth),
        Data::DateTime(serial) => date_cell(&serial),
        Data::DateTimeIso(text) => iso(&text),
        Data::DurationIso(_) => Cell::Error(DURATION.to_owned()),
        Data::Error(error) => Cell::Error(error.to_string()),
    };
    Some(cell)
}

/// A number with 15 significant digits, as spreadsheets show it: what lies beyond is the noise of binary floats.
fn decimal(number: f64) -> Cell {
    if !number.is_finite() {
        return Cell::Error("#NUM!".to_owned());
    }
    let written = format!("{number:.14e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Cell::Number("0".to_owned());
    }
    // Digits stand before the point up to here.
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let text = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => format!("{digits:0<point$}"),
        Ok(point) if point > 0 => format!("{}.{}", &digits[..point], &digits[point..]),
        _ => format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
    };
    Cell::Number(format!("{sign}{text}"))
}

fn date_cell(date: &ExcelDateTime) -> Cell {
    let serial = date.as_f64();
    if date.is_duration() {
        return Cell::Error(DURATION.to_owned());
    }
    // Outside of these calamine answers with the nearest date it knows.
    if !(0.0..2_958_466.0).contains(&serial) {
        return Cell::Error(NO_DATE.to_owned());
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    // A spreadsheet knows the day 1900-02-29, the calendar does not.
    let day = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
    let Some(day) = day else {
        return Cell::Error(NO_DATE.to_owned());
    };
    if (hour, minute, second, milli) == (0, 0, 0, 0) {
        return Cell::Date(day.to_string());
    }
    Cell::Date(format!("{day}T{hour:02}:{minute:02}:{second:02}"))
}

/// A date written as text by .ods and some .xlsx.
fn iso(text: &str) -> Cell {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        && text.len() == 10
    {
        return Cell::Date(day.to_string());
    }
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
    match time {
        Ok(time) if time.num_seconds_from_midnight() == 0 && time.nanosecond() == 0 => {
            Cell::Date(time.date().to_string())
        }
        Ok(time) => Cell::Date(time.format("%Y-%m-%dT%H:%M:%S").to_string()),
        Err(_) => Cell::Error(NO_DATE.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType as Type;

    use super::*;

    #[test]
    fn a_number_has_15_digits_and_no_exponent() {
        let rows = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (100.0, "100"),
            (0.1 + 0.2, "0.3"),
            (1234.56, "1234.56"),
            (0.000_001, "0.000001"),
            (199_001_012_389.0, "199001012389"),
            (999_999_999_999_999.0, "999999999999999"),
            (1_234_567_890_123_456.0, "1234567890123460"),
            (1e20, "100000000000000000000"),
            (2.5e-10, "0.00000000025"),
            (1.1 * 3.0, "3.3"),
        ];
        for (number, expected) in rows {
            assert_eq!(
                decimal(number),
                Cell::Number(expected.to_owned()),
                "{number}"
            );
        }
        assert_eq!(decimal(f64::NAN), Cell::Error("#NUM!".to_owned()));
        assert_eq!(decimal(f64::INFINITY), Cell::Error("#NUM!".to_owned()));
    }

    #[test]
    fn dates_are_those_of_their_date_system() {
        let date =
            |serial, is_1904| match date_cell(&ExcelDateTime::new(serial, Type::DateTime, is_1904))
            {
                Cell::Date(text) | Cell::Error(text) => text,
                other => format!("{other:?}"),
            };
        let rows = [
            (46_346.0, false, "2026-11-20"),
            (44_884.0, true, "2026-11-20"),
            (46_346.5, false, "2026-11-20T12:00:00"),
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (60.0, false, "#NO_DATE!"),
            (61.0, false, "1900-03-01"),
            (0.0, true, "1904-01-01"),
            (-1.0, false, "#NO_DATE!"),
            (2_958_466.0, false, "#NO_DATE!"),
            (2_958_465.0, false, "9999-12-31"),
        ];
        for (serial, is_1904, expected) in rows {
            assert_eq!(date(serial, is_1904), expected, "{serial} {is_1904}");
        }
        let duration = ExcelDateTime::new(1.5, Type::TimeDelta, false);
        assert!(matches!(date_cell(&duration), Cell::Error(text) if is_error(&text)));
        let rows = [
            ("2026-11-20", Cell::Date("2026-11-20".to_owned())),
            ("2026-11-20T00:00:00", Cell::Date("2026-11-20".to_owned())),
            (
                "2026-11-20T10:30:00.5",
                Cell::Date("2026-11-20T10:30:00".to_owned()),
            ),
            ("2026-13-20", Cell::Error(NO_DATE.to_owned())),
            ("2026-1-2", Cell::Error(NO_DATE.to_owned())),
            ("soon", Cell::Error(NO_DATE.to_owned())),
        ];
        for (text, expected) in rows {
            assert_eq!(iso(text), expected, "{text}");
        }
    }
}
