//! What well-formed XML looks like, as far as the parser leaves it to us: names, attributes, references, characters,
//! the declaration. Errors are sentences that hold nothing of the document.

use std::borrow::Cow;

/// What is not well formed.
pub(super) type Wrong = &'static str;

/// More attributes than any record needs; each is compared with all before it.
const ATTRIBUTES_MAX: usize = 256;

/// A start tag.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    pub(super) name: Name<'t>,
    pub(super) attributes: Vec<Attribute<'t>>,
}

/// A name, with the prefix apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'t> {
    /// As written.
    pub(super) qualified: &'t str,
    pub(super) prefix: &'t str,
    pub(super) local: &'t str,
}

/// An attribute, its value as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute<'t> {
    pub(super) name: Name<'t>,
    pub(super) raw: &'t str,
    /// Where the raw value begins in the tag.
    pub(super) start: usize,
}

impl Attribute<'_> {
    /// Whether it belongs to XML itself or to schema instances, and so never to a record.
    pub(super) fn is_technical(&self) -> bool {
        let Name { prefix, local, .. } = self.name;
        prefix == "xmlns"
            || prefix == "xml"
            || prefix == "xsi"
            || (prefix.is_empty() && local == "xmlns")
    }
}

impl<'t> Tag<'t> {
    /// Reads a tag, `<name a="b">` or `<name a="b"/>`.
    pub(super) fn parse(raw: &'t str) -> Result<Self, Wrong> {
        const BROKEN: Wrong = "a tag is not well formed";
        let inner = raw.strip_prefix('<').ok_or(BROKEN)?;
        let inner = inner.strip_suffix('>').ok_or(BROKEN)?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if !inner.is_empty() && plain_name_len(inner.as_bytes()) == inner.len() {
            return Ok(Tag {
                name: Name {
                    qualified: inner,
                    prefix: "",
                    local: inner,
                },
                attributes: Vec::new(),
            });
        }
        let end = inner.find(is_blank).unwrap_or(inner.len());
        let mut tag = Tag {
            name: name(&inner[..end])?,
            attributes: Vec::new(),
        };
        let mut rest = &inner[end..];
        loop {
            let next = rest.trim_start_matches(is_blank);
            if next.is_empty() {
                return Ok(tag);
            }
            if next.len() == rest.len() {
                return Err("blanks are missing between attributes");
            }
            let (attribute, after) = attribute(next, inner)?;
            if tag.attributes.iter().any(|a| a.name == attribute.name) {
                return Err("an attribute stands twice in one tag");
            }
            if tag.attributes.len() == ATTRIBUTES_MAX {
                return Err("a tag has more than 256 attributes");
            }
            tag.attributes.push(attribute);
            rest = after;
        }
    }
}

fn attribute<'t>(text: &'t str, inner: &'t str) -> Result<(Attribute<'t>, &'t str), Wrong> {
    const BROKEN: Wrong = "an attribute is not written name=\"value\"";
    let (left, right) = text.split_once('=').ok_or(BROKEN)?;
    let right = right.trim_start_matches(is_blank);
    let quote = right.chars().next().filter(|&c| c == '"' || c == '\'');
    let quote = quote.ok_or(BROKEN)?;
    let value = &right[1..];
    let end = value.find(quote).ok_or(BROKEN)?;
    let raw = &value[..end];
    if raw.contains('<') {
        return Err("an attribute's value holds `<`");
    }
    let name = name(left.trim_end_matches(is_blank))?;
    // One for the `<` that `inner` has lost.
    let start = 1 + inner.len() - value.len();
    value_text(raw)?;
    Ok((Attribute { name, raw, start }, &value[end + 1..]))
}

/// The text of an attribute's value: references resolved, every blank a plain one.
pub(super) fn value_text(raw: &str) -> Result<Cow<'_, str>, Wrong> {
    if !raw.contains(['&', '\t', '\n', '\r']) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut text = String::with_capacity(raw.len());
    let raw = raw.replace("\r\n", " ");
    let mut rest = raw.as_str();
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        text.push_str(&rest[..at]);
        if rest.as_bytes()[at] == b'&' {
            let (reference_name, after) = rest[at + 1..].split_once(';').ok_or(LONE)?;
            text.push(reference(reference_name)?);
            rest = after;
        } else {
            text.push(' ');
            rest = &rest[at + 1..];
        }
    }
    text.push_str(rest);
    Ok(Cow::Owned(text))
}

/// What is said of an `&` that begins no reference.
pub(super) const LONE: Wrong = "an `&` stands alone; write `&amp;`";

/// The character that a reference means: the five names of XML itself, and numbers.
pub(super) fn reference(name: &str) -> Result<char, Wrong> {
    const WRONG: Wrong = "a character reference names no character";
    let number = match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => name.strip_prefix('#'),
    };
    let Some(number) = number else {
        return Err("an entity is not one of the five that XML has by itself");
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(WRONG);
    }
    let code = u32::from_str_radix(digits, radix).map_err(|_| WRONG)?;
    let c = char::from_u32(code).filter(|&c| is_char(c)).ok_or(WRONG)?;
    if super::charset::has_mark(c.encode_utf8(&mut [0; 4])) {
        return Err(WRONG);
    }
    Ok(c)
}

fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Blanks as XML knows them.
pub(super) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Refuses control characters and the two non-characters that XML forbids.
pub(super) fn characters(text: &str) -> Result<(), Wrong> {
    let bytes = text.as_bytes();
    let control = |&b: &u8| b < 0x20 && b != b'\t' && b != b'\n' && b != b'\r';
    // Not `any`: without a branch a byte, many are looked at together.
    if bytes.iter().fold(false, |any, byte| any | control(byte)) {
        return Err("a control character stands in the text");
    }
    let lead = |at: usize| bytes.get(at..at + 3);
    let forbidden = memchr::memchr_iter(0xEF, bytes)
        .any(|at| matches!(lead(at), Some([0xEF, 0xBF, 0xBE | 0xBF])));
    if forbidden {
        return Err("a character stands in the text that XML forbids");
    }
    Ok(())
}

/// Checks a comment's inside.
pub(super) fn comment(raw: &str) -> Result<(), Wrong> {
    let inner = raw.strip_prefix("<!--").and_then(|r| r.strip_suffix("-->"));
    match inner {
        Some(inner) if !inner.contains("--") && !inner.ends_with('-') => characters(inner),
        _ => Err("a comment holds `--`"),
    }
}

/// Checks a processing instruction.
pub(super) fn instruction(raw: &str) -> Result<(), Wrong> {
    let inner = raw.strip_prefix("<?").and_then(|r| r.strip_suffix("?>"));
    let inner = inner.unwrap_or_default();
    let end = inner.find(is_blank).unwrap_or(inner.len());
    let target = name(&inner[..end])?;
    if target.local.eq_ignore_ascii_case("xml") || !target.prefix.is_empty() {
        return Err("an XML declaration stands where none may stand");
    }
    characters(inner)
}

/// Checks the XML declaration: version 1.x, then encoding, then standalone.
pub(super) fn declaration(raw: &str) -> Result<(), Wrong> {
    const BROKEN: Wrong = "the XML declaration is not well formed";
    let inner = raw.strip_prefix("<?xml").and_then(|r| r.strip_suffix("?>"));
    let inner = inner.ok_or(BROKEN)?;
    // It is written as the attributes of a tag are.
    let like_a_tag = format!("<xml{inner}>");
    let tag = Tag::parse(&like_a_tag).map_err(|_| BROKEN)?;
    let mut attributes = tag.attributes.iter().peekable();
    let mut next = |name: &str| {
        attributes
            .next_if(|a| a.name.prefix.is_empty() && a.name.local == name)
            .map(|a| a.raw)
    };
    let version = next("version");
    let encoding = next("encoding");
    let standalone = next("standalone");
    let digits = version.and_then(|v| v.strip_prefix("1."));
    let version_good =
        digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
    let encoding_good = encoding.is_none_or(|e| {
        e.starts_with(|c: char| c.is_ascii_alphabetic())
            && e.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    });
    let standalone_good = standalone.is_none_or(|s| s == "yes" || s == "no");
    if version_good && encoding_good && standalone_good && attributes.next().is_none() {
        Ok(())
    } else {
        Err(BROKEN)
    }
}

/// Reads a name.
pub(super) fn name(text: &str) -> Result<Name<'_>, Wrong> {
    let (prefix, local) = match text.split_once(':') {
        Some((prefix, local)) if is_plain(prefix) => (prefix, local),
        Some(_) => return Err("a name is not well formed"),
        None => ("", text),
    };
    if is_plain(local) {
        Ok(Name {
            qualified: text,
            prefix,
            local,
        })
    } else {
        Err("a name is not well formed")
    }
}

/// How many bytes these begin with that are a name of nothing but ASCII, without a colon: nearly all names are.
pub(super) fn plain_name_len(bytes: &[u8]) -> usize {
    const CONTINUES: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0_u8;
        while byte.is_ascii() {
            let c = byte as char;
            table[byte as usize] = starts_name(c) || continues_name(c);
            byte += 1;
        }
        table
    };
    let starts = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    if !bytes.first().is_some_and(starts) {
        return 0;
    }
    let end = bytes.iter().position(|byte| !CONTINUES[usize::from(*byte)]);
    end.unwrap_or(bytes.len())
}

/// Whether a text is a name without colon.
fn is_plain(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(starts_name) && chars.all(|c| starts_name(c) || continues_name(c))
}

const fn starts_name(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

const fn continues_name(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_exactly_or_refused() {
        let rows = [
            ("<a>", Some("a")),
            ("<a:b/>", Some("a:b")),
            ("<a  b = 'x'\n c=\"y'\" />", Some("a b=x c=y'")),
            ("<försäkring nr='1'>", Some("försäkring nr=1")),
            ("<a b='x'c='y'>", None),
            ("<a b='x' b='y'>", None),
            ("<a b>", None),
            ("<a b=x>", None),
            ("<a b='<'>", None),
            ("<a b='&x;'>", None),
            ("<a b='&'>", None),
            ("<1a>", None),
            ("<>", None),
            ("< a>", None),
            ("<a::b>", None),
            ("<:a>", None),
            ("<a/ >", None),
        ];
        for (raw, expected) in rows {
            let found = Tag::parse(raw).ok().map(|tag| {
                let qualified = |name: Name<'_>| {
                    if name.prefix.is_empty() {
                        name.local.to_owned()
                    } else {
                        format!("{}:{}", name.prefix, name.local)
                    }
                };
                let mut text = qualified(tag.name);
                for attribute in tag.attributes {
                    assert_eq!(
                        &raw[attribute.start..attribute.start + attribute.raw.len()],
                        attribute.raw
                    );
                    text.extend([" ", &qualified(attribute.name), "=", attribute.raw]);
                }
                text
            });
            assert_eq!(found.as_deref(), expected, "{raw}");
        }
        let many: Vec<String> = (0..257).map(|i| format!(" a{i}=''")).collect();
        let many = many.concat();
        assert!(Tag::parse(&format!("<a{many}>")).is_err());
    }

    #[test]
    fn a_plain_name_is_one_of_ascii_and_ends_where_it_ends() {
        let bytes = || 0..=u8::MAX;
        for (first, second) in bytes().flat_map(|first| bytes().map(move |second| (first, second)))
        {
            for name in [&[first][..], &[first, second]] {
                let text = std::str::from_utf8(name).unwrap_or_default();
                let is_plain = text.is_ascii() && is_plain(text);
                assert_eq!(plain_name_len(name) == name.len(), is_plain, "{name:?}");
            }
        }
        for (bytes, length) in [("", 0), ("<a", 0), ("ab>", 2), ("a-1.b:c", 5), ("aå", 1)] {
            assert_eq!(plain_name_len(bytes.as_bytes()), length, "{bytes}");
        }
    }

    #[test]
    fn references_are_the_five_names_and_characters() {
        let rows = [
            ("amp", Some('&')),
            ("lt", Some('<')),
            ("#65", Some('A')),
            ("#x20AC", Some('€')),
            ("#xe5", Some('å')),
            ("nbsp", None),
            ("#", None),
            ("#x", None),
            ("#0", None),
            ("#x1", None),
            ("#xD800", None),
            ("#xFFFE", None),
            ("#x110000", None),
            ("#99999999999", None),
            ("#+65", None),
            ("#X41", None),
            ("", None),
        ];
        for (name, expected) in rows {
            assert_eq!(reference(name).ok(), expected, "{name}");
        }
        assert_eq!(
            value_text("a\tb\r\nc&#10;&lt;").expect("a good value"),
            "a b c\n<"
        );
    }

    #[test]
    fn declarations_comments_and_instructions_keep_their_form() {
        let rows = [
            (
                declaration as fn(&str) -> _,
                "<?xml version=\"1.0\"?>",
                true,
            ),
            (
                declaration,
                "<?xml version='1.1' encoding='UTF-8' standalone='no' ?>",
                true,
            ),
            (declaration, "<?xml encoding='UTF-8' version='1.0'?>", false),
            (declaration, "<?xml encoding='UTF-8'?>", false),
            (declaration, "<?xml version='2.0'?>", false),
            (
                declaration,
                "<?xml version='1.0' standalone='maybe'?>",
                false,
            ),
            (declaration, "<?xml version='1.0' other=''?>", false),
            (declaration, "<?xml version='1.0' encoding=''?>", false),
            (comment, "<!-- a - b -->", true),
            (comment, "<!-- a -- b -->", false),
            (comment, "<!-- a --->", false),
            (comment, "<!-- \u{1} -->", false),
            (instruction, "<?go on?>", true),
            (instruction, "<?XmL?>", false),
            (instruction, "<? x?>", false),
            (characters, "a\tb\r\n\u{85}å€😀", true),
            (characters, "a\u{0}b", false),
            (characters, "a\u{1f}b", false),
            (characters, "a\u{FFFF}b", false),
        ];
        for (check, text, good) in rows {
            assert_eq!(check(text).is_ok(), good, "{text:?}");
        }
    }
}
