//! What stands on a card: at most 26 characters of the card alphabet.

use unicode_normalization::UnicodeNormalization as _;

use crate::code::Code;

/// The most characters of an embossing line.
const MOST: usize = 26;

/// A line as it was asked for, in the card alphabet.
///
/// # Errors
/// It has a character that the alphabet does not have, or is too long.
pub(super) fn line(text: &str) -> Result<String, Code> {
    let line = folded(text)?;
    if line.len() > MOST {
        return Err(Code::EmbossingTooLong);
    }
    Ok(line)
}

/// A person's name, last name first. Where it is too long, first names become initials, from the last one on; then initials
/// are left out, but for the first.
///
/// # Errors
/// It has a character that the alphabet does not have, or is too long all the same.
pub(super) fn name(last: &str, first: &str) -> Result<String, Code> {
    let last = folded(last)?;
    let first = folded(first)?;
    let mut firsts: Vec<&str> = first.split(' ').filter(|name| !name.is_empty()).collect();
    let written = |firsts: &[&str]| {
        let parts = std::iter::once(&*last).chain(firsts.iter().copied());
        parts.collect::<Vec<_>>().join(" ")
    };
    for at in (0..firsts.len()).rev() {
        if written(&firsts).len() > MOST {
            firsts[at] = &firsts[at][..1];
        }
    }
    while written(&firsts).len() > MOST && firsts.len() > 1 {
        firsts.pop();
    }
    let name = written(&firsts);
    if name.len() > MOST {
        return Err(Code::EmbossingTooLong);
    }
    Ok(name)
}

/// A text in the card alphabet: capitals without marks, single blanks.
fn folded(text: &str) -> Result<String, Code> {
    let mut line = String::with_capacity(text.len());
    for c in text.nfkd() {
        for c in letters(c).chars() {
            match c {
                ' ' if line.is_empty() || line.ends_with(' ') => {}
                'A'..='Z' | '0'..='9' | ' ' | '.' | '-' | '\'' | '/' | '*' => line.push(c),
                _ => return Err(Code::EmbossingCharacter),
            }
        }
    }
    line.truncate(line.trim_end().len());
    if line.is_empty() {
        return Err(Code::EmbossingCharacter);
    }
    Ok(line)
}

/// What a character becomes; a letter that the alphabet does not have stays itself. Marks were taken off their letters
/// before.
fn letters(c: char) -> String {
    let known = match c {
        'Æ' | 'æ' | 'Ǽ' | 'ǽ' => "AE",
        'Œ' | 'œ' => "OE",
        'Ø' | 'ø' => "O",
        'ß' | 'ẞ' => "SS",
        'Đ' | 'đ' | 'Ð' | 'ð' => "D",
        'Þ' | 'þ' => "TH",
        'Ł' | 'ł' => "L",
        'Ħ' | 'ħ' => "H",
        'Ŧ' | 'ŧ' => "T",
        'ı' => "I",
        'Ŋ' | 'ŋ' => "NG",
        'ĸ' => "K",
        '’' | '‘' | 'ʼ' | '`' | '´' => "'",
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        '\u{300}'..='\u{36f}' => "",
        _ => return c.to_uppercase().to_string(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_those_of_the_card_alphabet() {
        for (text, expected) in [
            ("Smith John", Ok("SMITH JOHN")),
            ("Åse Ødegård Æbelø", Ok("ASE ODEGARD AEBELO")),
            ("Weiß Jürgen", Ok("WEISS JURGEN")),
            ("Łukasz Þór Đặng", Ok("LUKASZ THOR DANG")),
            ("O’Neill–Müller", Ok("O'NEILL-MULLER")),
            ("  two   blanks ", Ok("TWO BLANKS")),
            ("BOUBOU*TEST A/B 2.", Ok("BOUBOU*TEST A/B 2.")),
            ("Иван", Err(Code::EmbossingCharacter)),
            ("A&B", Err(Code::EmbossingCharacter)),
            ("´", Err(Code::EmbossingCharacter)),
            (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                Ok("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            ),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ1", Err(Code::EmbossingTooLong)),
            // Folding makes it longer.
            ("ABCDEFGHIJKLMNOPQRSTUVWXYß", Err(Code::EmbossingTooLong)),
        ] {
            assert_eq!(line(text).as_deref(), expected.as_deref(), "{text}");
        }
    }

    #[test]
    fn a_name_is_shortened_to_initials_where_it_must_be() {
        for (last, first, expected) in [
            ("Smith", "John", Ok("SMITH JOHN")),
            ("Ørsted", "Anna Maria", Ok("ORSTED ANNA MARIA")),
            (
                "Wennerström-Lagercrantz",
                "Eva",
                Ok("WENNERSTROM-LAGERCRANTZ E"),
            ),
            (
                "Wennerström-Lagerkrans",
                "Eva",
                Ok("WENNERSTROM-LAGERKRANS EVA"),
            ),
            (
                "Wennerström-Lagerkranz",
                "Evas",
                Ok("WENNERSTROM-LAGERKRANZ E"),
            ),
            (
                "Oberhausen",
                "Maximilian Alexander Karl",
                Ok("OBERHAUSEN MAXIMILIAN A K"),
            ),
            (
                "Oberhausen-Wertheimer",
                "Maximilian Alexander",
                Ok("OBERHAUSEN-WERTHEIMER M A"),
            ),
            (
                "Oberhausen-Wertheim Lund",
                "Max Karl",
                Ok("OBERHAUSEN-WERTHEIM LUND M"),
            ),
            (
                "Oberhausen-Wertheim Lunde",
                "Max Karl",
                Err(Code::EmbossingTooLong),
            ),
            ("Ли", "Анна", Err(Code::EmbossingCharacter)),
        ] {
            let found = name(last, first);
            assert_eq!(found.as_deref(), expected.as_deref(), "{last}, {first}");
        }
    }
}
