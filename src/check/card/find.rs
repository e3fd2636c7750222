//! Where digits stand that are a card number.

use std::ops::{Range, RangeInclusive};

use super::{LENGTH, number};

/// How sure it must be that digits are a card number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// They may be one: 13 digits or more that pass modulus 10.
    May,
    /// An issuer can have given them, and what letters stand around them make no other number of them.
    Is,
}

/// What is looked through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// A value as it was read. What stands between the groups may be tabs and ends of lines.
    Value,
    /// A record as it came: tabs may stand between its columns.
    Record,
}

/// Most separators between two groups, such as ` - `; a run of blanks that wraps a line counts once.
const BETWEEN: RangeInclusive<usize> = 1..=3;

/// Whether this character may stand between the groups of a card number: blanks, hyphens and dashes, points, strokes. Not
/// commas and the like, which stand between the numbers of a list.
pub(super) const fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '/' | '_' | '\u{96}' | '\u{97}' | '\u{ad}' | '\u{b7}'
        )
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2010}'..='\u{2015}')
        || matches!(c, '\u{2060}' | '\u{2212}' | '\u{feff}')
        || matches!(c, '\u{ff0d}'..='\u{ff0f}' | '\u{ff3f}')
}

/// Whether this stands between two groups.
fn separates(between: &[u8], within: Within) -> bool {
    match str::from_utf8(between) {
        Ok(text) => characters_separate(text.chars(), within),
        // A blank that does not break is another byte in single-byte character sets.
        Err(_) => characters_separate(between.iter().map(|byte| char::from(*byte)), within),
    }
}

fn characters_separate(between: impl Iterator<Item = char> + Clone, within: Within) -> bool {
    let wraps = between.clone().any(|c| match within {
        Within::Value => matches!(c, '\t' | '\n' | '\r'),
        Within::Record => matches!(c, '\n' | '\r'),
    });
    let mut separators = 0;
    let mut blank = false;
    for c in between {
        if !is_separator(c) || c == '\t' && !wraps {
            return false;
        }
        let goes_on = wraps && blank && c.is_whitespace();
        separators += usize::from(!goes_on);
        blank = c.is_whitespace();
    }
    BETWEEN.contains(&separators)
}

/// Where card numbers stand.
pub(super) fn spans(bytes: &[u8], certainty: Certainty, within: Within) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if bytes.iter().filter(|byte| byte.is_ascii_digit()).count() < *LENGTH.start() {
        return found;
    }
    let runs = digit_runs(bytes);
    let mut at = 0;
    while at < runs.len() {
        let (number, passed) = number_from(bytes, &runs[at..], (certainty, within));
        found.extend(number);
        at += passed;
    }
    found
}

/// Whether a text is nothing but the digits of one number: in one run, grouped as on a card, or one by one.
pub(super) fn is_grouped(text: &str) -> bool {
    let bytes = text.as_bytes();
    let runs = digit_runs(bytes);
    let around = |place: &[u8]| str::from_utf8(place).is_ok_and(|text| text.trim().is_empty());
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        return false;
    };
    let between =
        |pair: &[Range<usize>]| separates(&bytes[pair[0].end..pair[1].start], Within::Value);
    let lengths: Vec<usize> = runs.iter().map(ExactSizeIterator::len).collect();
    let fits = match lengths.as_slice() {
        [_] | [4, 6, 4 | 5] | [8, 8] => true,
        [all @ .., last] => {
            all.iter().all(|one| *one == 4) && *last <= 4 || lengths.iter().all(|one| *one == 1)
        }
        [] => false,
    };
    fits && runs.windows(2).all(between)
        && around(&bytes[..first.start])
        && around(&bytes[last.end..])
}

fn digit_runs(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_digit())
    {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The card number that begins with the first of these runs, if one does, and how many of them are done with.
fn number_from(
    bytes: &[u8],
    runs: &[Range<usize>],
    (certainty, within): (Certainty, Within),
) -> (Option<Range<usize>>, usize) {
    let first = runs[0].clone();
    let alone = |span: &Range<usize>| certainty == Certainty::May || *span == word(bytes, span);
    // Letters may be glued to it, but for those of another number.
    let by_itself = || alone(&first) || !is_other(&bytes[word(bytes, &first)]);
    if is_card(&bytes[first.clone()], certainty) && by_itself() {
        return (Some(first), 1);
    }
    let separate = |a: &Range<usize>, b: &Range<usize>| separates(&bytes[a.end..b.start], within);
    if first.len() == 1 {
        // What stands before or behind the number may be single digits, too, such as its CVV.
        let goes_on = |pair: &&[Range<usize>]| pair[1].len() == 1 && separate(&pair[0], &pair[1]);
        let singles = runs.windows(2).take(*LENGTH.end() - 1);
        let singles = 1 + singles.take_while(goes_on).count();
        return match spelled_out(bytes, &runs[..singles]) {
            Some((span, passed)) => (Some(span), passed),
            None => (None, 1),
        };
    }
    // Cards are written 4-4-4-4 and on, 4-6-5 or 8-8: other groups are a phone number, dates, an account.
    if let [_, second, ..] = runs
        && (first.len(), second.len()) == (8, 8)
        && separate(&first, second)
    {
        let digits = [&bytes[first.clone()], &bytes[second.clone()]].concat();
        let is_number = is_card(&digits, Certainty::Is);
        return (
            is_number.then_some(first.start..second.end),
            1 + usize::from(is_number),
        );
    }
    if first.len() != 4 {
        return (None, 1);
    }
    let mut digits = bytes[first.clone()].to_vec();
    for (used, run) in runs.iter().enumerate().skip(1) {
        let fits = match used {
            1 => matches!(run.len(), 4 | 6),
            // Behind a group of six comes the last one.
            2 if digits.len() == 10 => matches!(run.len(), 4 | 5),
            _ => digits.len().is_multiple_of(4) && run.len() <= 4,
        };
        digits.extend_from_slice(&bytes[run.clone()]);
        if !fits || !separate(&runs[used - 1], run) || digits.len() > *LENGTH.end() {
            break;
        }
        let span = first.start..run.end;
        let is_account = || certainty == Certainty::Is && is_of_account(bytes, &span);
        if is_card(&digits, certainty) && !is_account() {
            return (Some(span), used + 1);
        }
    }
    (None, 1)
}

/// Lengths of card numbers, the usual ones first.
const LENGTHS: [usize; 7] = [16, 15, 19, 18, 17, 14, 13];

/// The card number that begins with the first of these single digits, and which of them is the first behind it.
fn spelled_out(bytes: &[u8], runs: &[Range<usize>]) -> Option<(Range<usize>, usize)> {
    let digits: Vec<u8> = runs.iter().map(|run| bytes[run.start]).collect();
    let is_number = |length: &&usize| {
        digits
            .get(..**length)
            .is_some_and(|one| is_card(one, Certainty::Is))
    };
    let length = *LENGTHS.iter().find(is_number)?;
    Some((runs[0].start..runs[length - 1].end, length))
}

/// More letters and digits than any number has are not looked at.
const AROUND: usize = 64;

/// The letters and digits that a span stands among.
fn word(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let is_not = |byte: &u8| !byte.is_ascii_alphanumeric();
    let (from, to) = (
        span.start.saturating_sub(AROUND),
        bytes.len().min(span.end + AROUND),
    );
    let start = bytes[from..span.start].iter().rposition(is_not);
    let end = bytes[span.end..to].iter().position(is_not);
    start.map_or(from, |at| from + at + 1)..end.map_or(to, |at| span.end + at)
}

/// Whether groups belong to an account in its international form, printed in groups of four as accounts are.
fn is_of_account(bytes: &[u8], span: &Range<usize>) -> bool {
    let from = span.start.saturating_sub(AROUND);
    let to = bytes.len().min(span.end + AROUND);
    // The country and its check digits begin it.
    let begins = |at: &usize| {
        let group = &bytes[*at..span.start];
        let is_alone = *at == 0 || !bytes[*at - 1].is_ascii_alphanumeric();
        is_alone
            && matches!(group, [a, b, c, d, b' ', ..]
            if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit())
    };
    (from..span.start).filter(begins).any(|start| {
        let is_of_it = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b' ';
        let end = start + bytes[start..to].iter().take_while(is_of_it).count();
        let groups = (span.end..=end).filter(|at| *at == end || bytes[*at] == b' ');
        let mut texts = groups.filter_map(|at| str::from_utf8(&bytes[start..at]).ok());
        texts.any(|text| number::iban(text).is_ok())
    })
}

/// Fewest digits of a hash in hex.
const HASH: usize = 32;

/// Whether letters and digits are a number of another kind whose digits say nothing: an account in its international
/// form, or a hash.
fn is_other(word: &[u8]) -> bool {
    let is_hash = word.len() >= HASH && word.iter().all(u8::is_ascii_hexdigit);
    let is_account = || str::from_utf8(word).is_ok_and(|word| number::iban(word).is_ok());
    is_hash || is_account()
}

/// No card number begins with a nought.
fn is_card(digits: &[u8], certainty: Certainty) -> bool {
    let Ok(text) = std::str::from_utf8(digits) else {
        return false;
    };
    let may = text.len() >= *LENGTH.start() && !text.starts_with('0') && number::luhn(text);
    may && (certainty == Certainty::May || LENGTH.contains(&text.len()) && is_issued(text))
}

/// Whether one of the card schemes gives numbers that begin so.
pub(super) fn is_issued(digits: &str) -> bool {
    match digits.as_bytes()[0] {
        b'3'..=b'6' => true,
        b'2' => {
            ("2200".."2205").contains(&&digits[..4]) || ("2221".."2721").contains(&&digits[..4])
        }
        b'8' => matches!(&digits[..2], "81" | "82"),
        b'9' => digits.starts_with("9792"),
        _ => false,
    }
}
