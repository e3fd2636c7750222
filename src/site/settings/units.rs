//! Quantities as people write them: `2GiB`, `10s`, `0640`.

use std::time::Duration;

/// Bytes: a whole number, and `B`, `kB`, `MB`, `GB`, `TB` (thousands) or `KiB`, `MiB`, `GiB`, `TiB` (1,024s).
pub(super) fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let factor = match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}

/// A time span: a whole number, and `s` (which may be left out), `m`, `h` or `d`. At most ten years.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let factor = match unit {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = number.checked_mul(factor)?;
    (seconds <= 3_650 * 86_400).then(|| Duration::from_secs(seconds))
}

/// Permission bits of a file that others read: octal, readable by its owner, never executable or writable by all.
pub(super) fn mode(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let sized = (3..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let mode = u32::from_str_radix(digits, 8).ok()?;
    (sized && mode & !0o664 == 0 && mode & 0o400 != 0).then_some(mode)
}

fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_exactly_or_not_at_all() {
        let rows: &[(&str, Option<u64>)] = &[
            ("2GiB", Some(2 << 30)),
            ("500 MB", Some(500_000_000)),
            ("4096", Some(4096)),
            ("0", Some(0)),
            ("1.5GiB", None),
            ("2gib", None),
            ("-1", None),
            ("GiB", None),
            ("", None),
            ("99999999999TiB", None),
        ];
        for (text, expected) in rows {
            assert_eq!(bytes(text), *expected, "{text}");
        }
        let rows: &[(&str, Option<u64>)] = &[
            ("10s", Some(10)),
            ("0", Some(0)),
            ("5m", Some(300)),
            ("2h", Some(7200)),
            ("1d", Some(86_400)),
            ("10 s", Some(10)),
            ("s", None),
            ("5x", None),
            ("4000d", None),
            ("99999999999999999999s", None),
        ];
        for (text, expected) in rows {
            assert_eq!(duration(text), expected.map(Duration::from_secs), "{text}");
        }
        let rows: &[(&str, Option<u32>)] = &[
            ("0640", Some(0o640)),
            ("600", Some(0o600)),
            ("0o644", Some(0o644)),
            ("0666", None),
            ("0755", None),
            ("0040", None),
            ("4640", None),
            ("+640", None),
            ("64", None),
            ("rw", None),
        ];
        for (text, expected) in rows {
            assert_eq!(mode(text), *expected, "{text}");
        }
    }
}
