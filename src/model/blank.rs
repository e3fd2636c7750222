//! Blanks in and around a text. Nearly every cell of a file is asked for them, and nearly all are ASCII, so the first and
//! the last byte are looked at before the library's tables of Unicode are.

/// Without the blanks around it.
pub fn trimmed(text: &str) -> &str {
    if is_bare(text) {
        return text;
    }
    let bare = text.trim_ascii();
    if bare.is_empty() || is_bare(bare) {
        return bare;
    }
    text.trim()
}

/// Whether nothing but blanks stands in it.
pub fn is_blank(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(first) if first.is_ascii_graphic() => false,
        Some(_) => trimmed(text).is_empty(),
    }
}

/// Whether it surely begins and ends with something else than a blank.
fn is_bare(text: &str) -> bool {
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    ends.iter().all(|end| end.is_some_and(u8::is_ascii_graphic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_those_of_the_library() {
        for text in [
            "",
            "a",
            " ",
            "   ",
            " a b ",
            "a ",
            "\t\n\r a",
            "\u{b}",
            "\u{b}a\u{b} ",
            " \u{a0}",
            "\u{a0}a\u{a0}",
            "\u{2003}å\u{2003}",
            "å",
            " å ",
            "å å",
            "\u{85}",
            "\u{200b}",
        ] {
            assert_eq!(trimmed(text), text.trim(), "{text:?}");
            assert_eq!(is_blank(text), text.trim().is_empty(), "{text:?}");
        }
    }
}
