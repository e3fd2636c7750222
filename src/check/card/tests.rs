//! Card numbers where they are and where they only seem to be.

use super::*;

#[test]
fn card_numbers_in_free_text() {
    for (text, found) in [
        ("4111111111111111", true),
        ("pay with 4111111111111111 please", true),
        ("4111 1111 1111 1111", true),
        ("4111-1111-1111-1111", true),
        ("3782 822463 10005", true),
        ("ring 4111 1111 1111 1111 now", true),
        ("4222222222222", true),
        ("4111111111111112", false),
        ("4111  1111 1111 1111", true),
        ("4111 - 1111 - 1111 - 1111", true),
        ("4111    1111    1111    1111", false),
        // The numbers of a list.
        ("4111, 1111, 1111, 1111", false),
        ("4111;1111;1111;1111", false),
        ("4111\t1111\t1111\t1111", true),
        ("4111 1111\n1111 1111", true),
        ("4111 1111\r\n        1111 1111", true),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", true),
        ("no. 4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1!", true),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2", false),
        ("4 5 4 6 1 7 7 0 6 0 6 1 6 4 1 3 1 2 3", true),
        ("1 4 5 4 6 1 7 7 0 6 0 6 1 6 4 1 3", true),
        ("4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", false),
        ("1 2 3", false),
        ("4111.1111.1111.1111", true),
        ("4111/1111/1111/1111", true),
        ("4111_1111_1111_1111", true),
        ("4111\u{a0}1111\u{a0}1111\u{a0}1111", true),
        ("4111\u{2011}1111\u{2011}1111\u{2011}1111", true),
        ("6304 0000 0000 0000 000", true),
        ("４１１１１１１１１１１１１１１１", true),
        ("４１１１１１１１１１１１１１１２", false),
        ("3056 930902 5904", true),
        // Two days of the calendar; hours, a phone.
        ("2026-11-20 2026-12-01", false),
        ("4111 111 11111 1111", false),
        ("4111 11 11 11 11 1111", false),
        ("0000000000000000", false),
        ("070-123 45 67 or 08-123 45 67", false),
        ("loan 123456789012", false),
        ("SE45 5000 0000 0583 9825 7466", false),
        ("", false),
    ] {
        assert_eq!(may_hold(text), found, "{text}");
    }
}

/// A text of fewer bytes than a card number has digits is not looked at.
#[test]
fn no_character_stands_for_more_digits_than_it_has_bytes() {
    for c in '\0'..=char::MAX {
        let text = c.to_string();
        let read = plain(&text);
        let digits = read.bytes().filter(u8::is_ascii_digit).count();
        assert!(digits <= text.len(), "{c:?}");
    }
}

#[test]
fn what_is_kept_is_masked_and_named_by_a_keyed_reference() {
    let key = CardKey::new([7; 32]);
    let kept = read("4546 1770 6061 6413", Some(&key)).expect("a card number");
    let (masked, reference) = kept.split_once(' ').expect("two parts");
    assert_eq!((masked, reference.len()), ("454617******6413", 36));
    assert_eq!(read("4546177060616413", Some(&key)), Ok(kept.clone()));
    let other = read("4546177060616413", Some(&CardKey::new([8; 32])));
    assert_ne!(other.as_ref(), Ok(&kept));
    assert!(!format!("{key:?}").contains('7'));
    for (text, expected) in [
        ("4546177060616413", Ok("454617******6413")),
        ("454617******6413", Ok("454617******6413")),
        ("454617xxxxxx6413", Ok("454617******6413")),
        ("4546177060616414", Err(Code::InvalidCheckDigit)),
        ("454617706061", Err(Code::InvalidCheckDigit)),
        ("45461770 60616413", Ok("454617******6413")),
        ("4546-1770-6061-6413", Ok("454617******6413")),
        // A CVV with which the whole passes.
        ("4546177060616413 737", Err(Code::InvalidCharacter)),
        ("1546177060616412", Err(Code::InvalidCheckDigit)),
        ("7000000000000005", Err(Code::InvalidNumber)),
        ("45461770606164130000", Err(Code::TooLong)),
        ("card", Err(Code::InvalidCharacter)),
    ] {
        let found = read(text, None);
        assert_eq!(
            found.as_deref(),
            expected.as_ref().map(|kept| *kept),
            "{text}"
        );
    }
}

#[test]
fn what_is_sent_back_hides_numbers_that_stand_by_themselves() {
    for (text, expected) in [
        ("a;4546177060616413;b", "a;454617******6413;b"),
        (
            "<pan>4546 1770 6061 6413</pan>",
            "<pan>4546 17** **** 6413</pan>",
        ),
        (
            "4111-1111-1111-1111,4222222222222",
            "4111-11**-****-1111,422222***2222",
        ),
        (
            "REF4546177060616413X;PAN_4546177060616413",
            "REF454617******6413X;PAN_454617******6413",
        ),
        // In fields of a record, wrapped or not.
        (
            "<pan>4546 1770\n   6061 6413</pan>",
            "<pan>4546 17**\n   **** 6413</pan>",
        ),
        (
            "5 5 5 5 5 5 5 5 5 5 5 5 4 4 4 4",
            "5 5 5 5 5 5 * * * * * * 4 4 4 4",
        ),
        // Letters may be glued to it.
        ("PAN4546 1770 6061 6413x", "PAN4546 17** **** 6413x"),
        (
            "x4 5 4 6 1 7 7 0 6 0 6 1 6 4 1 3",
            "x4 5 4 6 1 7 * * * * * * 6 4 1 3",
        ),
        ("45461770 60616413", "454617** ****6413"),
        (
            "1 4 5 4 6 1 7 7 0 6 0 6 1 6 4 1 3 1 2 3",
            "1 4 5 4 6 1 7 * * * * * * 6 4 1 3 1 2 3",
        ),
        // An account in groups, one of them like a card's.
        (
            "a;DE27 5001 0517 4128 9731 01;b",
            "a;DE27 5001 0517 4128 9731 01;b",
        ),
        ("XX27 5001 0517 4128 9731 01", "XX27 5001 05** **** 9731 01"),
        // A Danish account whose digits pass for a card's, and a hash.
        (
            "DK5340044011624331;a454617706061641300000000000000bc",
            "DK5340044011624331;a454617706061641300000000000000bc",
        ),
        // Accounts and references keep their digits.
        (
            "NO9386011117947;DE02500105174128973163",
            "NO9386011117947;DE02500105174128973163",
        ),
        (
            "2000000000374438 12348505533653587133",
            "2000000000374438 12348505533653587133",
        ),
    ] {
        let hidden = hide_bytes(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&hidden), expected);
        assert_eq!(hide_certain(text), expected);
    }
    let columns = "4546\t1770\t6061\t6413";
    assert_eq!(&*hide_bytes(columns.as_bytes()), columns.as_bytes());
    assert_eq!(hide_certain(columns), "4546\t17**\t****\t6413");
    // Digits of other shapes and scripts, the rest as it is: in UTF-8, whatever stands around them.
    for (text, expected) in [
        (
            "a;４５４６１７７０６０６１６４１３;ä",
            "a;４５４６１７******６４１３;ä",
        ),
        (
            "４５４６ 1770\u{a0}6061 ６４１３",
            "４５４６ 17**\u{a0}**** ６４１３",
        ),
        ("PAN ٤٥٤٦١٧٧٠٦٠٦١٦٤١٣", "PAN ٤٥٤٦١٧******٦٤١٣"),
        // Beside characters that stand for a number, and behind letters beyond ASCII.
        ("№4546 1770 6061 6413 m²", "№4546 17** **** 6413 m²"),
        ("½ “4546 1770 6061 6413”", "½ “4546 17** **** 6413”"),
        (
            "４５４６１７７０６０６１６４１３：4546 1770 6061 6413",
            "４５４６１７******６４１３：4546 17** **** 6413",
        ),
        ("⁴⁵⁴⁶¹⁷⁷⁰⁶⁰⁶¹⁶⁴¹³", "⁴⁵⁴⁶¹⁷******⁶⁴¹³"),
        ("૪૫૪૬૧૭૭૦૬૦૬૧૬૪૧૩", "૪૫૪૬૧૭******૬૪૧૩"),
        (
            "４５４６１７７０６０６１６４１４;½;ä",
            "４５４６１７７０６０６１６４１４;½;ä",
        ),
    ] {
        let hidden = hide_bytes(text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&hidden), expected);
    }
    // One byte that is no text hides nothing.
    let mut mixed = "４５４６１７７０６０６１６４１３;".as_bytes().to_vec();
    mixed.extend(b"\xe4 5555-5555-5555-4444\xf6");
    let mut expected = "４５４６１７******６４１３;".as_bytes().to_vec();
    expected.extend(b"\xe4 5555-55**-****-4444\xf6");
    assert_eq!(&*hide_bytes(&mixed), expected);
    assert!(holds("№4546 1770 6061 6413") && holds("૪૫૪૬૧૭૭૦૬૦૬૧૬૪૧૩"));
    // What stands behind a number in its field may be its CVV: then nothing is shown.
    for text in [
        "4546177060616414/123",
        "4546177060616413/123",
        "4546177060616414/12/27/123",
        "4546 1770 6061 6414 124",
        "1234567890128456.123",
        "4546177060616414124",
        "4546177060616413\t123",
        "4222222222222123",
        "454617706061 6413",
    ] {
        let stars: String = text
            .chars()
            .map(|c| if c.is_ascii_digit() { '*' } else { c })
            .collect();
        assert_eq!(shown(text), stars);
    }
    for (text, expected) in [
        ("４５４６１７７０６０６１６４１３", "454617******6413"),
        ("٤٥٤٦١٧٧٠٦٠٦١٦٤١٣", "454617******6413"),
        ("4546.1770.6061.6413", "4546.17**.****.6413"),
        (
            "4546\u{a0}1770\u{a0}6061\u{a0}6413",
            "4546\u{a0}17**\u{a0}****\u{a0}6413",
        ),
        ("4546,1770,6061,6413", "****,****,****,****"),
        ("45461770 60616413", "454617** ****6413"),
        // Mistyped.
        ("4546177060616414", "454617******6414"),
        ("4546-1770-6061-6414", "4546-17**-****-6414"),
        ("3782 822463 10006", "3782 82**** *0006"),
    ] {
        assert_eq!(shown(text), expected);
        let hidden = hidden_field(text).expect("hidden");
        assert_eq!((&*hidden.sent, &*hidden.shown), (text, expected));
    }
    // As it goes back it can be sent again.
    for text in ["4546.17**.****.6413", "4546\u{a0}17**\u{a0}****\u{a0}6413"] {
        assert_eq!(read(text, None).as_deref(), Ok("454617******6413"));
    }
    assert_eq!(hide("12348505533653587133 x"), "12348505533653587133 x");
    assert_eq!(
        hide("är ４５４６１７７０６０６１６４１３"),
        "är 454617******6413"
    );
    let hidden = hidden_within(" ４５４６１７７０６０６１６４１３");
    let hidden = hidden.expect("a number");
    assert_eq!(hidden.sent.len(), 48);
    assert_eq!(&*hidden.shown, "454617******6413");
    // No other digit of a text that holds one is told.
    for (text, expected) in [
        (
            "card 4546177060616413 cvv 737 exp ½ 12/29",
            "card 454617******6413 cvv *** exp * **/**",
        ),
        (
            ";4546177060616413=29122011234 4111-1111-1111-1111",
            ";454617******6413=*********** 4111-11**-****-1111",
        ),
        ("order 4711 of 2026", "order 4711 of 2026"),
    ] {
        assert_eq!(veiled(text), expected);
        let hidden = hidden_within(text);
        let shown = hidden.as_ref().map_or(text, |hidden| &*hidden.shown);
        assert_eq!(shown, expected);
    }
    for (text, expected) in [
        ("4546177060616413", "454617******6413"),
        ("4546177060616413x", "*****************"),
        ("45461770606", "***********"),
        // As much as may be shown of a card anyway.
        ("454617******6413", "454617******6413"),
        ("1", "1"),
        ("N/A", "N/A"),
    ] {
        assert_eq!(shown(text), expected);
        assert_eq!(hidden_field(text).is_none(), text == expected, "{text}");
    }
}

/// A field of a mebibyte is looked through in no time.
#[test]
fn what_looks_like_a_number_again_and_again_is_looked_through_in_time() {
    for part in [
        "a4546177060616413",
        "4 ",
        "4546 ",
        "DE27 4546 ",
        "4546\n \t",
        "1 2 3 4546 ",
    ] {
        let text = part.repeat((1 << 20) / part.len());
        let begun = std::time::Instant::now();
        may_hold(&text);
        hide_certain(&text);
        hide_bytes(text.as_bytes());
        assert!(begun.elapsed().as_secs() < 10, "{part}");
    }
}
