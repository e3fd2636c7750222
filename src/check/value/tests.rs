use super::*;

fn read(kind: FieldType, text: &str) -> Result<String, Code> {
    parse(&FieldSpec::optional("f", kind), text).map(|value| canonical(&value).into_owned())
}

/// Rows of type, text, and the canonical text or the code.
fn rows(kind: FieldType, rows: &[(&str, Result<&str, Code>)]) {
    for (text, expected) in rows {
        let expected = expected.map(str::to_owned);
        assert_eq!(read(kind, text), expected, "{kind:?} {text:?}");
    }
}

const fn amount(sign: Sign) -> FieldType {
    FieldType::Amount {
        currency: "currency",
        sign,
    }
}

#[test]
fn a_date_is_of_the_calendar_and_written_one_way() {
    rows(
        FieldType::Date,
        &[
            ("2024-02-29", Ok("2024-02-29")),
            ("1800-01-01", Ok("1800-01-01")),
            ("2999-12-31", Ok("2999-12-31")),
            ("2023-02-29", Err(Code::InvalidDate)),
            ("1799-12-31", Err(Code::InvalidDate)),
            ("3000-01-01", Err(Code::InvalidDate)),
            ("2024-2-29", Err(Code::InvalidDate)),
            ("20240229", Err(Code::InvalidDate)),
            ("2024/02/29", Err(Code::InvalidDate)),
            ("2024-02-29T00:00", Err(Code::InvalidDate)),
            ("+024-02-29", Err(Code::InvalidDate)),
            ("２024-02-2", Err(Code::InvalidDate)),
            ("", Err(Code::InvalidDate)),
        ],
    );
}

#[test]
fn an_amount_is_digits_with_a_point_and_keeps_every_digit() {
    rows(
        amount(Sign::Any),
        &[
            ("10.00", Ok("10")),
            ("-0.10", Ok("-0.1")),
            ("-0", Ok("0")),
            ("007", Ok("7")),
            (
                "9999999999999999999999999999",
                Ok("9999999999999999999999999999"),
            ),
            (
                "99999999999999999999999999.99",
                Ok("99999999999999999999999999.99"),
            ),
            ("00000000000000000000000000000000001", Ok("1")),
            ("10000000000000000000000000000", Err(Code::OutOfRange)),
            ("0.00000000000000000000000000001", Err(Code::OutOfRange)),
            (
                "99999999999999999999999999999999999999999999.x",
                Err(Code::InvalidAmount),
            ),
            ("+1", Err(Code::InvalidAmount)),
            ("1e3", Err(Code::InvalidAmount)),
            ("1,5", Err(Code::InvalidAmount)),
            ("1.", Err(Code::InvalidAmount)),
            (".5", Err(Code::InvalidAmount)),
            ("1.2.3", Err(Code::InvalidAmount)),
            ("1 000", Err(Code::InvalidAmount)),
            (" 1", Err(Code::InvalidAmount)),
            ("--1", Err(Code::InvalidAmount)),
            ("-", Err(Code::InvalidAmount)),
            ("", Err(Code::InvalidAmount)),
            ("１", Err(Code::InvalidAmount)),
            ("NaN", Err(Code::InvalidAmount)),
        ],
    );
    let kept = decimal("10.00", Code::InvalidAmount).expect("an amount");
    assert_eq!(
        kept.scale(),
        2,
        "decimals are those written, for the currency's bound"
    );
}

#[test]
fn signs_and_bounds() {
    rows(
        amount(Sign::Positive),
        &[
            ("0.01", Ok("0.01")),
            ("0", Err(Code::NotPositive)),
            ("-1", Err(Code::NotPositive)),
        ],
    );
    rows(
        amount(Sign::NotNegative),
        &[
            ("0", Ok("0")),
            ("-0.00", Ok("0")),
            ("-1", Err(Code::OutOfRange)),
        ],
    );
    rows(
        FieldType::Rate,
        &[
            ("0.0450", Ok("0.045")),
            ("-0.1", Err(Code::OutOfRange)),
            ("x", Err(Code::InvalidNumber)),
        ],
    );
    rows(
        FieldType::Percent,
        &[
            ("100", Ok("100")),
            ("0.01", Ok("0.01")),
            ("0", Err(Code::OutOfRange)),
            ("100.01", Err(Code::OutOfRange)),
        ],
    );
    rows(
        FieldType::Integer(1, 28),
        &[
            ("1", Ok("1")),
            ("28", Ok("28")),
            ("0", Err(Code::OutOfRange)),
            ("29", Err(Code::OutOfRange)),
            ("-3", Err(Code::OutOfRange)),
            ("1.0", Err(Code::InvalidNumber)),
            ("", Err(Code::InvalidNumber)),
            ("99999999999999999999", Err(Code::OutOfRange)),
        ],
    );
}

#[test]
fn text_is_nfc_trimmed_and_without_control_characters() {
    rows(
        FieldType::Text(5),
        &[
            (" A\u{30a}se ", Ok("Åse")),
            ("åäöåä", Ok("åäöåä")),
            ("åäöåäö", Err(Code::TooLong)),
            ("a\u{30a}a\u{30a}a\u{30a}a\u{30a}a\u{30a}", Ok("ååååå")),
            ("a\nb", Err(Code::InvalidCharacter)),
            ("a\tb", Err(Code::InvalidCharacter)),
            ("a\u{85}b", Err(Code::InvalidCharacter)),
            ("a\u{0}", Err(Code::InvalidCharacter)),
        ],
    );
    rows(
        FieldType::Ref,
        &[
            (" INS-1 ", Ok("INS-1")),
            ("a b", Ok("a b")),
            ("Ångström", Ok("Ångström")),
            ("a\u{a0}b", Err(Code::InvalidCharacter)),
            ("a\u{200b}b", Err(Code::InvalidCharacter)),
            ("a\u{202e}b", Err(Code::InvalidCharacter)),
            ("a\u{feff}b", Err(Code::InvalidCharacter)),
            (
                "12345678901234567890123456789012345",
                Ok("12345678901234567890123456789012345"),
            ),
            ("123456789012345678901234567890123456", Err(Code::TooLong)),
        ],
    );
}

#[test]
fn words_ignore_case_and_keep_the_lists_spelling() {
    rows(
        FieldType::Code(&["individual", "NEW LOAN", "Försäkring"]),
        &[
            ("Individual", Ok("individual")),
            (" new loan ", Ok("NEW LOAN")),
            ("FÖRSÄKRING", Ok("Försäkring")),
            ("fo\u{308}rsa\u{308}kring", Ok("Försäkring")),
            ("company", Err(Code::UnknownCode)),
        ],
    );
    rows(
        FieldType::Synonym(&[("ag", "autogiro"), ("försäkring", "insurance")]),
        &[
            ("AG", Ok("autogiro")),
            ("Försäkring", Ok("insurance")),
            ("autogiro", Err(Code::UnknownCode)),
        ],
    );
    rows(
        FieldType::Bool,
        &[
            ("TRUE", Ok("true")),
            ("False", Ok("false")),
            ("ja", Err(Code::UnknownCode)),
            ("1", Err(Code::UnknownCode)),
        ],
    );
}

#[test]
fn lists_of_the_world() {
    rows(
        FieldType::Country,
        &[
            ("SE", Ok("SE")),
            ("se", Err(Code::InvalidCountry)),
            ("XX", Err(Code::InvalidCountry)),
            ("UK", Err(Code::InvalidCountry)),
            ("SWE", Err(Code::InvalidCountry)),
            ("Å", Err(Code::InvalidCountry)),
        ],
    );
    rows(
        FieldType::Currency,
        &[
            ("SEK", Ok("SEK")),
            ("sek", Err(Code::InvalidCurrency)),
            ("XXX", Err(Code::InvalidCurrency)),
        ],
    );
    rows(
        FieldType::Language,
        &[
            ("SV", Ok("sv")),
            ("nb", Ok("nb")),
            ("dk", Err(Code::InvalidLanguage)),
            ("swe", Err(Code::InvalidLanguage)),
        ],
    );
}

#[test]
fn ways_to_reach_a_person() {
    rows(
        FieldType::Email,
        &[
            ("a.b+c@example.com", Ok("a.b+c@example.com")),
            ("åsa@räksmörgås.se", Ok("åsa@räksmörgås.se")),
            ("a@b", Err(Code::InvalidEmail)),
            ("a@@b.se", Err(Code::InvalidEmail)),
            ("a b@c.se", Err(Code::InvalidEmail)),
            (".a@c.se", Err(Code::InvalidEmail)),
            ("a..b@c.se", Err(Code::InvalidEmail)),
            ("a@-c.se", Err(Code::InvalidEmail)),
            ("a@c.s", Err(Code::InvalidEmail)),
            ("a@1.2.3.4", Err(Code::InvalidEmail)),
            ("A <a@c.se>", Err(Code::InvalidEmail)),
            ("@c.se", Err(Code::InvalidEmail)),
        ],
    );
    rows(
        FieldType::Phone,
        &[
            ("+46701234567", Ok("+46701234567")),
            ("0701234567", Err(Code::InvalidPhone)),
            ("+46 70 123 45 67", Err(Code::InvalidPhone)),
            ("+0701234567", Err(Code::InvalidPhone)),
            ("+123456", Err(Code::InvalidPhone)),
            ("+1234567890123456", Err(Code::InvalidPhone)),
        ],
    );
}

#[test]
fn an_id_is_compared_whatever_its_case() {
    rows(
        FieldType::Uuid,
        &[
            (
                " 9AEFB58C-53a6-502d-b673-b30e4a1e72c2",
                Ok("9aefb58c-53a6-502d-b673-b30e4a1e72c2"),
            ),
            ("no such id", Ok("no such id")),
            ("9aefb58c-53a6-502d-b673-b30e4a1e72c2x", Err(Code::TooLong)),
            ("a\u{200b}b", Err(Code::InvalidCharacter)),
        ],
    );
}

#[test]
fn numbers_lose_their_separators() {
    rows(
        FieldType::Digits(10),
        &[
            ("012-345 67.8", Ok("012345678")),
            ("12345678901", Err(Code::TooLong)),
            ("12A", Err(Code::InvalidCharacter)),
            ("-", Err(Code::InvalidCharacter)),
        ],
    );
    rows(
        FieldType::Iban,
        &[
            (
                "se45 5000 0000 0583 9825 7466",
                Ok("SE4550000000058398257466"),
            ),
            ("SE4550000000058398257467", Err(Code::InvalidIban)),
        ],
    );
    rows(
        FieldType::Bic,
        &[
            ("NDEASESS", Ok("NDEASESS")),
            ("NDEAXXSS", Err(Code::InvalidBic)),
        ],
    );
}

#[test]
fn clear_empties_only_what_may_be_emptied() {
    let clearable = FieldSpec::clearable("email", FieldType::Email);
    assert_eq!(parse(&clearable, "<clear>"), Ok(Value::Clear));
    assert_eq!(
        read(FieldType::Email, "<clear>"),
        Err(Code::InvalidEmail),
        "an e-mail like any other"
    );
    assert_eq!(read(FieldType::Text(10), "<clear>"), Ok("<clear>".into()));
}

#[test]
fn an_identity_number_is_personal_and_not_yet_judged() {
    let spec = FieldSpec::required("identity_no", FieldType::Identity);
    let value = parse(&spec, " 811228-9874 ").expect("text");
    assert_eq!(value, Value::Personal(Personal::new("811228-9874")));
}

proptest::proptest! {
    /// An amount is the number that was written, to the last digit, or none.
    #[test]
    fn an_amount_writes_itself_again(text in "-?[0-9]{1,20}([.][0-9]{1,10})?") {
        let digits = text.trim_start_matches(['-', '0']).replace('.', "");
        match decimal(&text, Code::InvalidAmount) {
            Ok(amount) => {
                let zero = digits.bytes().all(|b| b == b'0');
                let plain: String = text.parse::<Decimal>().expect("a decimal").to_string();
                let expected = if zero { plain.trim_start_matches('-').to_owned() } else { plain };
                proptest::prop_assert_eq!(amount.to_string(), expected);
            }
            Err(code) => {
                proptest::prop_assert_eq!(code, Code::OutOfRange);
                proptest::prop_assert!(digits.trim_start_matches('0').len() > 28);
            }
        }
    }

    /// Whatever comes, there is an answer.
    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}") {
        for kind in [
            FieldType::Text(20), FieldType::Ref, FieldType::Date, amount(Sign::Any), FieldType::Rate,
            FieldType::Percent, FieldType::Bool, FieldType::Integer(0, 9), FieldType::Country, FieldType::Currency,
            FieldType::Language, FieldType::Email, FieldType::Phone, FieldType::Code(&["a"]),
            FieldType::Synonym(&[("a", "b")]), FieldType::Identity, FieldType::Iban, FieldType::Bic,
            FieldType::Digits(9),
        ] {
            if let Ok(value) = parse(&FieldSpec::optional("f", kind), &text) {
                let again = parse(&FieldSpec::optional("f", kind), &canonical(&value));
                let synonym = matches!(kind, FieldType::Synonym(_));
                proptest::prop_assert!(synonym || again == Ok(value), "{:?} {}", kind, text);
            }
        }
    }
}

#[test]
fn a_short_decimal_is_read_as_a_long_one() {
    let texts = "0|00|0.0|1|17.50|100.00|007.10|999999999999999999|9999999999999999.9|0.0000000000000001|1.|.5||.|1.2.3|\
        1,5|1 000|+1|1e3";
    for text in texts.split('|') {
        // Zeros in front change nothing, and make it long.
        let long = decimal(&format!("{text:0>40}"), Code::InvalidAmount);
        let starts = text.starts_with(|c: char| c.is_ascii_digit());
        let expected = if starts {
            long
        } else {
            Err(Code::InvalidAmount)
        };
        let short = decimal(text, Code::InvalidAmount);
        let told = |number: Result<Decimal, Code>| {
            number.map(|number| (number.to_string(), number.scale()))
        };
        assert_eq!(told(short), told(expected), "{text}");
    }
}
