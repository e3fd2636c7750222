//! How partners' texts become canonical texts.

use super::*;
use regex::Regex;

fn told(convert: &Convert, text: &str) -> String {
    match convert.apply(Cow::Borrowed(text)) {
        Ok(text) => text.into_owned(),
        Err(code) => format!("! {code}"),
    }
}

#[test]
fn numbers_are_read_as_the_format_writes_them_and_never_guessed() {
    let comma = Convert {
        number: Some((',', vec![' ', '\u{a0}'])),
        fault: Some(Code::InvalidAmount),
        ..Convert::default()
    };
    let rows = [
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u{a0}234\u{a0}567,1", "1234567.1"),
        (" -1 234 ", "-1234"),
        ("0,50", "0.50"),
        ("-0,50", "-0.50"),
        ("-1234,5", "-1234.5"),
        ("1,5,", "! invalid_amount"),
        ("--1,5", "! invalid_amount"),
        ("17", "17"),
        ("", ""),
        ("<clear>", "<clear>"),
        ("1.234", "! invalid_amount"),
        ("1234.56", "! invalid_amount"),
        ("12 34,56", "! invalid_amount"),
        ("1234 567", "! invalid_amount"),
        ("1 234\u{a0}567", "! invalid_amount"),
        (" 234 5", "! invalid_amount"),
        (",50", "! invalid_amount"),
        ("1,", "! invalid_amount"),
        ("1,2,3", "! invalid_amount"),
        ("1,234 567", "! invalid_amount"),
        ("-", "! invalid_amount"),
        ("+5", "! invalid_amount"),
        ("1e3", "! invalid_amount"),
        ("12 kr", "! invalid_amount"),
    ];
    for (text, canonical) in rows {
        assert_eq!(told(&comma, text), canonical, "{text:?}");
    }
    let point = Convert {
        number: Some((',', vec!['.'])),
        ..Convert::default()
    };
    assert_eq!(told(&point, "1.234.567,89"), "1234567.89");
    assert_eq!(told(&point, "1.23"), "! invalid_number");
}

#[test]
fn dates_have_exactly_the_patterns_digits() {
    let dates = |patterns: &[&str]| Convert {
        dates: patterns.iter().map(ToString::to_string).collect(),
        ..Convert::default()
    };
    let rows: [(&[&str], &str, &str); 8] = [
        (&["YYYYMMDD"], "20261120", "2026-11-20"),
        (&["YYYYMMDD", "YYYY-MM-DD"], "2026-11-20", "2026-11-20"),
        (&["DD.MM.YYYY"], "05.01.2026", "2026-01-05"),
        (&["DD.MM.YYYY"], "5.1.2026", "! invalid_date"),
        (&["DDMMYY"], "201126", "2026-11-20"),
        (&["YYYY-MM-DD"], "2026/11/20", "! invalid_date"),
        (&["YYYYMMDD"], "2026112å", "! invalid_date"),
        (&["YYYYMMDD"], "20269999", "2026-99-99"),
    ];
    for (patterns, text, canonical) in rows {
        assert_eq!(told(&dates(patterns), text), canonical, "{text:?}");
    }
}

#[test]
fn words_are_mapped_in_any_case_and_nothing_else_is() {
    let map = [("uppsägning", "cancel"), ("cancel", "cancel")];
    let convert = Convert {
        map: Some(map.map(|(a, b)| (a.to_owned(), b.to_owned())).into()),
        ..Convert::default()
    };
    assert_eq!(told(&convert, " UPPSÄGNING "), "cancel");
    assert_eq!(told(&convert, "Cancel"), "cancel");
    assert_eq!(told(&convert, "uppsäg"), "! unknown_code");
    let bools = Convert {
        bools: Some((vec!["ja".into(), "j".into()], vec!["nej".into()])),
        ..Convert::default()
    };
    let rows = [
        ("Ja", "true"),
        ("J", "true"),
        ("TRUE", "true"),
        ("nej", "false"),
        ("n", "! unknown_code"),
    ];
    for (text, canonical) in rows {
        assert_eq!(told(&bools, text), canonical, "{text}");
    }
}

#[test]
fn an_apostrophe_against_formulas_is_taken_off_and_no_other() {
    let convert = Convert {
        neutralised: true,
        ..Convert::default()
    };
    let rows = [
        ("'=1+1", "=1+1"),
        ("'+46701234567", "+46701234567"),
        ("'-5", "-5"),
        ("'@x", "@x"),
        ("'\tx", "\tx"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("''=x", "''=x"),
        ("'", "'"),
    ];
    for (text, canonical) in rows {
        assert_eq!(told(&convert, text), canonical, "{text:?}");
    }
    assert_eq!(told(&Convert::default(), "'=1"), "'=1");
}

#[test]
fn parts_patterns_and_bounds() {
    let second = Convert {
        split: Some((",".into(), 1)),
        ..Convert::default()
    };
    assert_eq!(told(&second, "Svensson, Eva"), "Eva");
    assert_eq!(told(&second, "Svensson"), "");
    let pattern = Convert {
        pattern: Some(Regex::new("^(?:[A-Z]{2}[0-9]+)$").expect("a pattern")),
        ..Convert::default()
    };
    assert_eq!(told(&pattern, "AB12"), "AB12");
    assert_eq!(told(&pattern, "ab12"), "! invalid_character");
    let bounded = Convert {
        number: Some((',', Vec::new())),
        min: Some(Decimal::ONE),
        max: Some(Decimal::TEN),
        ..Convert::default()
    };
    let rows = [
        ("1", "1"),
        ("10,00", "10.00"),
        ("0,99", "! out_of_range"),
        ("10,01", "! out_of_range"),
    ];
    for (text, canonical) in rows {
        assert_eq!(told(&bounded, text), canonical, "{text}");
    }
}

#[test]
fn a_hint_has_the_partners_words_and_the_formats_bounds() {
    let mut convert = Convert::default();
    assert_eq!(convert.hint(Code::UnknownCode), None);
    let pair = |source: &str, word: &str| (source.to_owned(), word.to_owned());
    convert.map = Some([pair("Ja", "true"), pair("ja", "true"), pair("nej", "false")].into());
    let said = convert.hint(Code::UnknownCode);
    assert_eq!(said.as_deref(), Some("use one of Ja, nej"));
    convert.min = Some(Decimal::ONE);
    let said = convert.hint(Code::OutOfRange);
    assert_eq!(said.as_deref(), Some("give 1 or more"));
    convert.max = Some(Decimal::TEN);
    let said = convert.hint(Code::OutOfRange);
    assert_eq!(said.as_deref(), Some("give a number from 1 to 10"));
}
