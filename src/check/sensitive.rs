//! Finds identity numbers that strayed into another field.

use super::number;

/// Whether a text holds what may be a personal identity number of a country whose numbers are checked here.
pub fn holds_identity(text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

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
