//! Names of answers and of files put away. A file's name is a partner's text: what goes into a path of ours is made of
//! letters, digits and little else, and never too long.

use std::path::Path;

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

/// The longest stem in bytes: with a batch's name, the longest ending of an answer and the longest done-file's name
/// around it, a name stays below the 255 bytes that file systems take.
const STEM_MAX: usize = 160;

/// The longest ending that counts as one, in characters.
const EXTENSION_MAX: usize = 16;

/// Names that mean a device to Windows, whatever stands behind a dot.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// The first part of every answer's name: the file's name without its ending, in safe characters. Two files of one
/// stem are told apart by their batch.
pub fn stem(file_name: &str) -> String {
    let (stem, _) = split(file_name);
    let mut safe = String::new();
    for c in stem.nfc() {
        let keep = c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ');
        let c = if keep { c } else { '_' };
        if safe.len() + c.len_utf8() > STEM_MAX {
            break;
        }
        safe.push(c);
    }
    // A dot or dash in front hides a file or makes an option of it; blanks and dots at the end get lost on Windows.
    let end = safe.trim_end_matches(['.', ' ']).len();
    let ending = "_".repeat(safe.len() - end);
    safe.replace_range(end.., &ending);
    if safe.starts_with(['.', '-', ' ']) {
        safe.replace_range(..1, "_");
    }
    let first = safe.split('.').next().unwrap_or("").to_ascii_lowercase();
    let numbered = first.strip_prefix("com").or(first.strip_prefix("lpt"));
    let port = numbered.is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    if safe.is_empty() || DEVICES.contains(&first.as_str()) || port {
        safe.insert(0, '_');
    }
    safe
}

/// The file's ending without its dot, in lower case; blank where it has none that is plain letters and digits.
pub fn extension(file_name: &str) -> String {
    split(file_name).1.to_ascii_lowercase()
}

fn split(file_name: &str) -> (&str, &str) {
    match file_name.rsplit_once('.') {
        Some((stem, end))
            if !stem.is_empty()
                && (1..=EXTENSION_MAX).contains(&end.len())
                && end.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            (stem, end)
        }
        _ => (file_name, ""),
    }
}

/// `<stem>.<batch>.<ending>`; `ending` such as `result.csv`. `batch` with its number, such as `3f9a00112233.r2`.
pub fn answer(file_name: &str, batch: &str, ending: &str) -> String {
    format!("{}.{batch}.{ending}", stem(file_name))
}

/// The name under which an input is put away: `<stem>.<batch>.<ext>`.
pub fn put_away(file_name: &str, batch: &str) -> String {
    let stem = stem(file_name);
    match extension(file_name).as_str() {
        "" => format!("{stem}.{batch}"),
        end => format!("{stem}.{batch}.{end}"),
    }
}

/// Where an input that was carried out or rejected goes, from the site's folder; the day is its business date.
pub fn archived(partner: &str, day: NaiveDate, file_name: &str, batch: &str) -> String {
    let (year, month, date) = (day.year(), day.month(), day.day());
    let name = put_away(file_name, batch);
    format!("archive/{partner}/{year:04}/{month:02}/{date:02}/{name}")
}

/// Where an input that could not be read or was not allowed goes, from the site's folder.
pub fn quarantined(partner: &str, file_name: &str, batch: &str) -> String {
    let name = put_away(file_name, batch);
    format!("quarantine/{partner}/{name}")
}

/// The folders of such a path, and the name in the last.
pub(super) fn folders_and_name(path: &str) -> Option<(Vec<&str>, &str)> {
    let parts: Option<Vec<&str>> = Path::new(path)
        .components()
        .map(|part| match part {
            std::path::Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let mut parts = parts?;
    let name = parts.pop()?;
    Some((parts, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ours_hold_no_partners_tricks() {
        let rows: &[(&str, &str, &str)] = &[
            ("INS_20261120_001.csv", "INS_20261120_001", "csv"),
            ("Försäkring mars.XLSX", "Försäkring mars", "xlsx"),
            ("Fo\u{308}r.csv", "För", "csv"),
            ("README", "README", ""),
            ("a.tar.gz", "a.tar", "gz"),
            ("a.c s v", "a.c s v", ""),
            ("a.", "a_", ""),
            ("a ..csv", "a__", "csv"),
            ("../../etc/passwd", "_._.._etc_passwd", ""),
            ("-rf.csv", "_rf", "csv"),
            (".x.csv", "_x", "csv"),
            ("a\nb\u{202e}c\u{0}.csv", "a_b_c_", "csv"),
            ("$(id);`rm`|*?.csv", "__id___rm____", "csv"),
            ("CON.csv", "_CON", "csv"),
            ("com1.x.csv", "_com1.x", "csv"),
            ("comma.csv", "comma", "csv"),
            ("=1+1.csv", "_1_1", "csv"),
            ("", "_", ""),
        ];
        for (name, expected, end) in rows {
            assert_eq!(stem(name), *expected, "{name:?}");
            assert_eq!(extension(name), *end, "{name:?}");
        }
    }

    #[test]
    fn no_name_is_too_long() {
        for c in ["x", "å", "𝒳", "."] {
            let name = format!("{}.csv", c.repeat(255));
            let batch = "3f9a00112233.dup123456";
            let longest = put_away(&name, batch) + ".reason.json";
            assert!(longest.len() <= 255 - 40, "{}", longest.len());
            assert!(answer(&name, batch, "rejected.xlsx").len() <= 255);
        }
    }

    #[test]
    fn places_are_by_partner_and_day() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).expect("a date");
        assert_eq!(
            archived("nordbank", day, "INS.csv", "3f9a00112233.r2"),
            "archive/nordbank/2026/03/05/INS.3f9a00112233.r2.csv"
        );
        assert_eq!(
            quarantined("nordbank", "INS", "3f9a00112233"),
            "quarantine/nordbank/INS.3f9a00112233"
        );
        assert_eq!(folders_and_name("a/b/c"), Some((vec!["a", "b"], "c")));
        for wrong in ["", "/a/b", "a/../b", ".."] {
            assert_eq!(folders_and_name(wrong), None, "{wrong}");
        }
    }
}
