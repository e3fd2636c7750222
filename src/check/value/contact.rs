//! How a person is reached: e-mail, phone, language.

use super::text;
use crate::check::number::letter_pairs;
use crate::code::Code;
use compact_str::CompactString;

/// ISO 639-1.
const LANGUAGES: [bool; 676] = letter_pairs(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en \
eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg \
ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no \
nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg \
th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu",
);

/// The longest address that mail carries (RFC 5321), and the longest part before its `@`.
const EMAIL: usize = 254;
const LOCAL: usize = 64;

/// Lower case; a code that ISO 639-1 lists.
pub(super) fn language(text: &str) -> Result<CompactString, Code> {
    let lower = text.to_ascii_lowercase();
    let [first @ b'a'..=b'z', second @ b'a'..=b'z'] = lower.as_bytes() else {
        return Err(Code::InvalidLanguage);
    };
    let at = usize::from(first - b'a') * 26 + usize::from(second - b'a');
    if !LANGUAGES[at] {
        return Err(Code::InvalidLanguage);
    }
    Ok(lower.into())
}

/// `name@domain`, as far as it can be told without sending: quoted names, comments and bare hosts are refused.
pub(super) fn email(text: &str) -> Result<CompactString, Code> {
    let text = text::normal(text);
    let (local, domain) = text.split_once('@').ok_or(Code::InvalidEmail)?;
    if text.len() > EMAIL || !is_local(local) || !is_domain(domain) {
        return Err(Code::InvalidEmail);
    }
    Ok(text.into())
}

fn is_local(local: &str) -> bool {
    let odd = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '@' | '"' | '(' | ')' | ',' | ':' | ';')
    };
    let bracket = |c: char| matches!(c, '<' | '>' | '[' | ']' | '\\');
    !local.is_empty()
        && local.len() <= LOCAL
        && local.split('.').all(|part| !part.is_empty())
        && !local.chars().any(|c| odd(c) || bracket(c))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top_is_name = domain
        .rsplit('.')
        .next()
        .is_some_and(|top| top.chars().count() >= 2 && !top.chars().all(|c| c.is_ascii_digit()));
    domain.contains('.') && domain.split('.').all(is_label) && top_is_name
}

/// E.164: `+`, a country code, 7 to 15 digits in all. No blanks: where they would go is the sender's guess, not ours.
pub(super) fn phone(text: &str) -> Result<CompactString, Code> {
    let digits = text.strip_prefix('+').ok_or(Code::InvalidPhone)?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    if !is_number || !(7..=15).contains(&digits.len()) {
        return Err(Code::InvalidPhone);
    }
    Ok(text.into())
}
