//! One number, however it is spelled. A reference number that a product writes has a spelling of its own: see
//! [`reference`](super::product::Product::reference).

use compact_str::CompactString;

/// An account, or a reference that leads to what may be meant: letters and digits alone, without zeros in front.
pub(super) fn plain(text: &str) -> CompactString {
    let plain = text.chars().filter(char::is_ascii_alphanumeric);
    let plain: CompactString = plain.map(|c| c.to_ascii_uppercase()).collect();
    plain.trim_start_matches('0').into()
}

/// A bank's own number: without the zeros in front that a spreadsheet drops. What has letters is as it came.
pub(super) fn number(text: &str) -> &str {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.trim_start_matches('0')
    } else {
        text
    }
}

/// A reference number: without blanks and hyphens. Zeros in front may be another contract's.
pub(super) fn joined(text: &str) -> CompactString {
    text.chars().filter(|c| !matches!(c, ' ' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_way() {
        for (text, expected) in [
            ("0009912346", ["9912346", "9912346", "0009912346"]),
            ("991-2346", ["9912346", "991-2346", "9912346"]),
            ("se 12 0", ["SE120", "se 12 0", "se120"]),
            ("0B1", ["B1", "0B1", "0B1"]),
            ("000", ["", "", "000"]),
        ] {
            assert_eq!([&*plain(text), number(text), &*joined(text)], expected);
        }
    }
}
