//! Families of names: a canonical name with one `*`, which stands for many.
//!
//! `specific.*` takes any word behind its point (`specific.Colour`), `rebate.*.type` a number from 1 to 999 between its
//! points (`rebate.2.type`). A member of a family that was met in a file is kept for the life of the process, so that it
//! can be used like a name that stands in the code.

use std::collections::HashSet;
use std::sync::{LazyLock, RwLock};

/// The longest word that may stand for the `*`.
const WORD: usize = 35;

/// The most digits of such a word: names are told everywhere, and what has more may be a card number.
const DIGITS: usize = 12;

/// How many members are kept. No file has that many; what comes after is not known.
const MOST: usize = 20_000;

/// The members that were met.
static MET: LazyLock<RwLock<HashSet<&'static str>>> = LazyLock::new(RwLock::default);

/// Whether this name is that of a family.
pub fn is_family(name: &str) -> bool {
    name.contains('*')
}

/// What stands in a member for the family's `*`; `None`: it is no member. What stands before the `*` may be written in
/// any case.
pub fn word_of<'w>(family: &str, member: &'w str) -> Option<&'w str> {
    let (start, end) = family.split_once('*')?;
    let head = member.get(..start.len())?;
    let rest = member.get(start.len()..)?;
    let word = rest.get(..rest.len().checked_sub(end.len())?)?;
    let tail = &rest[word.len()..];
    let fits = if end.is_empty() {
        is_word(word)
    } else {
        is_number(word)
    };
    (fits && head.eq_ignore_ascii_case(start) && tail.eq_ignore_ascii_case(end)).then_some(word)
}

/// The member's canonical name: the family's own spelling around the word, the word as it was written. `None`: it is no
/// member, or too many were met.
pub fn member(family: &str, member: &str) -> Option<&'static str> {
    let word = word_of(family, member)?;
    let name = family.replacen('*', word, 1);
    if let Some(known) = MET.read().expect("nobody panics with it").get(&*name) {
        return Some(known);
    }
    let mut met = MET.write().expect("nobody panics with it");
    if let Some(known) = met.get(&*name) {
        return Some(known);
    }
    if met.len() >= MOST {
        return None;
    }
    let name: &'static str = Box::leak(name.into_boxed_str());
    met.insert(name);
    Some(name)
}

fn is_word(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    !word.is_empty() && word.len() <= WORD && digits <= DIGITS && word.bytes().all(plain)
}

fn is_number(word: &str) -> bool {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    digits && !word.is_empty() && word.len() <= 3 && !word.starts_with('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_told_from_strangers() {
        let rows = [
            ("line.*", "line.PRI", Some("PRI")),
            ("line.*", "LINE.pri", Some("pri")),
            ("line.*", "line.a_b-1", Some("a_b-1")),
            ("line.*", "line.x123456789012", Some("x123456789012")),
            ("line.*", "line.4546177060616413", None),
            ("line.*", "line.4546-1770-6061-6", None),
            ("line.*", "line.", None),
            ("line.*", "line.a b", None),
            ("line.*", "line.a.b", None),
            ("line.*", "line", None),
            ("line.*", "lines.a", None),
            ("line.*", "", None),
            ("rebate.*.type", "rebate.1.type", Some("1")),
            ("rebate.*.type", "Rebate.999.Type", Some("999")),
            ("rebate.*.type", "rebate.0.type", None),
            ("rebate.*.type", "rebate.01.type", None),
            ("rebate.*.type", "rebate.1000.type", None),
            ("rebate.*.type", "rebate..type", None),
            ("rebate.*.type", "rebate.x.type", None),
            ("rebate.*.type", "rebate.1.types", None),
            ("rebate.*.type", "rebate.type", None),
            ("amount", "amount", None),
            ("line.*", "lin\u{e9}.PRI", None),
        ];
        for (family, name, word) in rows {
            assert_eq!(word_of(family, name), word, "{name} of {family}");
        }
        let long = format!("line.{}", "x".repeat(36));
        assert_eq!(word_of("line.*", &long), None);
    }

    #[test]
    fn a_member_is_one_name_however_often_it_is_met() {
        let first = member("rebate.*.type", "REBATE.7.TYPE").expect("a member");
        assert_eq!(first, "rebate.7.type");
        let again = member("rebate.*.type", "rebate.7.type").expect("a member");
        assert!(std::ptr::eq(first, again));
        assert_eq!(member("rebate.*.type", "rebate.x.type"), None);
    }
}
