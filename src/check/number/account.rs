//! Swedish bank accounts: a clearing number, and an account number proven as its bank proves it.

use super::clearing::{Proof, Range, find};
use super::digits::{is_digits, luhn};
use super::{Valid, compact};
use crate::code::Code;

/// An account written `clearing,account`. The clearing number has four digits, or five of which the last is Swedbank's
/// check digit; the account has at most 12, zeros in front included (bank files fill up to that).
///
/// The normalised form is the clearing number's four digits, a comma, and the account filled up to the length that its
/// bank uses. A number of one piece is taken where it can be read in one way alone. A clearing number that published
/// tables dispute gives the note `DisputedClearing`, and its check digit then decides nothing. Any fault is
/// `InvalidAccount`.
pub fn account(text: &str) -> Result<Valid, Code> {
    let valid = match text.split_once(',') {
        Some((clearing, account)) => parts(&compact(clearing), &compact(account)),
        None => one_piece(&compact(text)),
    };
    valid.ok_or(Code::InvalidAccount)
}

fn parts(clearing: &str, account: &str) -> Option<Valid> {
    if !is_digits(clearing, 4, 5) || !is_digits(account, 1, 12) {
        return None;
    }
    let (four, fifth) = clearing.split_at(4);
    let range = find(four.parse().ok()?)?;
    let is_swedbank = four.starts_with('8');
    let is_clearing = fifth.is_empty() || (is_swedbank && luhn(clearing));
    if !is_clearing {
        return None;
    }
    let account = filled(account, range.proof)?;
    if !range.disputed && !is_proven(four, &account, range) {
        return None;
    }
    Some(Valid {
        note: range.disputed.then_some(Code::DisputedClearing),
        ..Valid::plain(format!("{four},{account}"))
    })
}

/// The account at the length that its bank uses; `None` where it cannot have it.
fn filled(account: &str, proof: Proof) -> Option<String> {
    let digits = account.trim_start_matches('0');
    let (least, most) = match proof {
        // All digits are written, so that only zeros beyond them are filling.
        Proof::Eleven3 | Proof::Eleven4 => (7, 7),
        Proof::Ten => (10, 10),
        Proof::TenShort => (2, 10),
        Proof::Eleven9 => (2, 9),
        Proof::Unknown => (1, 12),
    };
    if digits.is_empty() || digits.len() > most || account.len() < least {
        return None;
    }
    let width = if proof == Proof::Unknown { 0 } else { most };
    Some(format!("{digits:0>width$}"))
}

fn is_proven(clearing: &str, account: &str, range: &Range) -> bool {
    match range.proof {
        Proof::Eleven3 => modulus_11(&[&clearing[1..], account].concat()),
        Proof::Eleven4 => modulus_11(&[clearing, account].concat()),
        Proof::Eleven9 => modulus_11(account),
        Proof::Ten | Proof::TenShort => luhn(account),
        Proof::Unknown => true,
    }
}

/// Weights 1 to 10 from the right, and 1 again: ten of them in all but the longest.
fn modulus_11(digits: &str) -> bool {
    let weights = (1..=10).cycle();
    let digits = digits.bytes().rev().map(|b| u32::from(b - b'0'));
    let sum: u32 = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    sum.is_multiple_of(11)
}

/// Clearing and account without anything between them, or Nordea's personal account without its clearing number 3300.
fn one_piece(digits: &str) -> Option<Valid> {
    if !is_digits(digits, 5, 17) {
        return None;
    }
    let mut readings = vec![parts(&digits[..4], &digits[4..])];
    if digits.starts_with('8') && digits.len() > 5 {
        readings.push(parts(&digits[..5], &digits[5..]));
    }
    if digits.len() == 10 {
        readings.push(parts("3300", digits));
    }
    let mut valid = readings.into_iter().flatten();
    let first = valid.next()?;
    valid.all(|other| other == first).then_some(first)
}
