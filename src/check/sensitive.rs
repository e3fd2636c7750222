//! Finds numbers in text that nobody should see there: card numbers, and identity numbers that strayed into another
//! field.

use super::number;

/// Whether a text holds what may be a card number: 13 digits or more in one run that pass modulus 10, or 13 to 19
/// grouped as they are on a card, in fours from the left.
pub(super) fn holds_card_number(text: &str) -> bool {
    if text.bytes().filter(u8::is_ascii_digit).count() < 13 {
        return false;
    }
    let groups = digit_groups(text);
    groups.iter().any(|run| is_card(run.digits))
        || (0..groups.len()).any(|first| is_grouped_card(&groups[first..]))
}

/// Whether a text holds what may be a personal identity number of a country whose numbers are checked here.
pub(super) fn holds_identity(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let mut candidates = words.chain([text]).map(str::trim);
    candidates.any(|word| {
        (10..=16).contains(&word.len())
            && (number::personnummer(word, None).is_ok()
                || number::fodselsnummer(word, None).is_ok()
                || number::cpr(word, None).is_ok()
                || number::hetu(word, None).is_ok()
                || number::cpf(word).is_ok())
    })
}

/// A run of digits.
struct Run<'t> {
    digits: &'t str,
    /// One blank or hyphen stands between this run and the one before it.
    joined: bool,
}

fn digit_groups(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = text;
    let mut joined = false;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        joined = joined && matches!(&rest[..start], " " | "-");
        let after = &rest[start..];
        let end = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        runs.push(Run {
            digits: &after[..end],
            joined,
        });
        joined = true;
        rest = &after[end..];
    }
    runs
}

fn is_grouped_card(groups: &[Run<'_>]) -> bool {
    let mut digits = String::new();
    for (n, group) in groups.iter().enumerate() {
        if n > 0 && !group.joined {
            return false;
        }
        digits.push_str(group.digits);
        if n > 0 && is_card(&digits) && digits.len() <= 19 {
            return true;
        }
        // Cards are written 4-4-4-4 and on, or 4-6-5: another first group is a phone number, a date, an account.
        if digits.len() > 19 || (n == 0 && group.digits.len() != 4) {
            return false;
        }
    }
    false
}

/// No card number begins with a nought.
fn is_card(digits: &str) -> bool {
    digits.len() >= 13 && !digits.starts_with('0') && number::luhn(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_in_free_text() {
        for (text, found) in [
            ("4111111111111111", true),
            ("pay with 4111111111111111 please", true),
            ("4111 1111 1111 1111", true),
            ("4111-1111-1111-1111", true),
            ("3782 822463 10005", true),
            ("ring 4111 1111 1111 1111 now", true),
            ("4222222222222", true),
            ("4111111111111112", false),
            ("4111  1111 1111 1111", false),
            ("0000000000000000", false),
            ("070-123 45 67 or 08-123 45 67", false),
            ("loan 123456789012", false),
            ("SE45 5000 0000 0583 9825 7466", false),
            ("", false),
        ] {
            assert_eq!(holds_card_number(text), found, "{text}");
        }
    }

    #[test]
    fn identity_numbers_in_the_wrong_field() {
        for (text, found) in [
            ("811228-9874", true),
            ("for 19811228-9874, again", true),
            ("131052-308T", true),
            ("390.533.447-05", true),
            ("211062-5629", true),
            ("26111593816", true),
            ("20261340", false),
            ("12000.50", false),
            ("2026-13-40", false),
        ] {
            assert_eq!(holds_identity(text), found, "{text}");
        }
    }
}
