use super::*;

mod sweden;

use Code::{InvalidCheckDigit as Digit, InvalidIdentityNo as Form};

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

const TODAY: NaiveDate = day(2026, 11, 20);

/// Rows of text, and the normalised form or the code.
fn rows(check: impl Fn(&str) -> Result<Valid, Code>, rows: &[(&str, Result<&str, Code>)]) {
    for (text, expected) in rows {
        let normalised = check(text).map(|valid| valid.normalised);
        assert_eq!(normalised, expected.map(str::to_owned), "{text}");
    }
}

/// What must be refused with one code, whatever is wrong with it.
fn refused(check: impl Fn(&str) -> Result<Valid, Code>, code: Code, texts: &[&str]) {
    for text in texts {
        assert_eq!(check(text), Err(code), "{text}");
    }
}

#[test]
fn norwegian_numbers() {
    rows(
        |text| fodselsnummer(text, Some(TODAY)),
        &[
            ("261115 93816", Ok("26111593816")),
            ("10048745364", Ok("10048745364")),
            ("41129312384", Ok("41129312384")),
            ("26111593817", Err(Digit)),
            ("26111593826", Err(Digit)),
            // Born in 2039; no century for the individual number; test people; no date.
            ("18103970861", Err(Form)),
            ("01018090100", Ok("01018090100")),
            ("01018055127", Ok("01018055127")),
            ("01014055114", Err(Form)),
            ("01418012354", Err(Form)),
            ("01818012337", Err(Form)),
            ("72018012371", Err(Form)),
            ("2611159381", Err(Form)),
        ],
    );
    for (text, born) in [
        ("41129312384", day(1993, 12, 1)),
        ("01018055127", day(1880, 1, 1)),
        ("01018090100", day(1980, 1, 1)),
        ("26111593816", day(2015, 11, 26)),
    ] {
        let valid = fodselsnummer(text, Some(TODAY)).expect(text);
        assert_eq!(valid.birth_date, Some(born), "{text}");
    }
    rows(
        norwegian_orgnr,
        &[
            ("988 077 917", Ok("988077917")),
            ("988077918", Err(Digit)),
            ("000000000", Err(Digit)),
            ("98807791", Err(Form)),
        ],
    );
    rows(
        kontonummer,
        &[
            ("8601 11 17947", Ok("86011117947")),
            ("0000.4090403", Ok("00004090403")),
        ],
    );
    let bad = ["86011117946", "00004090404", "00000000000", "4090403", ""];
    refused(kontonummer, Code::InvalidAccount, &bad);
}

#[test]
fn kid_by_either_modulus() {
    rows(kid10, &[("12344", Ok("12344")), ("123 44", Ok("12344"))]);
    rows(
        kid11,
        &[
            ("12343", Ok("12343")),
            ("1236-", Ok("1236-")),
            ("12-36-", Ok("1236-")),
        ],
    );
    rows(kid, &[("12344", Ok("12344")), ("12343", Ok("12343"))]);
    refused(kid10, Code::InvalidReference, &["12343", "1", "", "1236-5"]);
    refused(
        kid11,
        Code::InvalidReference,
        &["12344", "1235-", "-", "", "1"],
    );
    refused(kid, Code::InvalidReference, &["12345", "123A"]);
}

#[test]
fn danish_numbers() {
    rows(
        |text| cpr(text, Some(TODAY)),
        &[
            ("211062-5629", Ok("2110625629")),
            ("121062-5629", Ok("1210625629")),
            // Born in 2032; no date; nine digits.
            ("211032-5629", Err(Form)),
            ("511062-5629", Err(Form)),
            ("21062-5629", Err(Form)),
        ],
    );
    assert_eq!(cpr("211062-5629", None).expect("a CPR").note, None);
    let without = cpr("121062-5629", None).expect("a CPR");
    assert_eq!(without.note, Some(Code::ModulusNote));
    for (text, born) in [
        ("0101360000", day(1936, 1, 1)),
        ("0101364000", day(2036, 1, 1)),
        ("0101374000", day(1937, 1, 1)),
        ("0101575000", day(2057, 1, 1)),
        ("0101588000", day(1858, 1, 1)),
        ("0101369000", day(2036, 1, 1)),
        ("0101379000", day(1937, 1, 1)),
    ] {
        assert_eq!(
            cpr(text, None).expect(text).birth_date,
            Some(born),
            "{text}"
        );
    }
    rows(
        cvr,
        &[
            ("DK 13585628", Ok("13585628")),
            ("13585627", Err(Digit)),
            ("03585628", Err(Form)),
            ("1358562", Err(Form)),
        ],
    );
    rows(
        fik71,
        &[
            ("026840149965328", Ok("026840149965328")),
            ("1230", Ok("000000000001230")),
        ],
    );
    let bad = [
        "026840149965329",
        "",
        "1",
        "0026840149965328",
        "+71<026840149965328",
    ];
    refused(fik71, Code::InvalidReference, &bad);
}

#[test]
fn finnish_numbers() {
    rows(
        |text| hetu(text, Some(TODAY)),
        &[
            ("131052-308T", Ok("131052-308T")),
            ("131052-308t", Ok("131052-308T")),
            ("131052+308T", Ok("131052+308T")),
            ("131052X308T", Ok("131052X308T")),
            ("010180U1232", Ok("010180U1232")),
            ("010120F123K", Ok("010120F123K")),
            ("131052-308U", Err(Digit)),
            // Born in 2052; temporary; 001 is not given out; no date; no sign; a letter that no check character is.
            ("131052A308T", Err(Form)),
            ("010190-900P", Err(Form)),
            ("010190-001Q", Err(Form)),
            ("310252-308Y", Err(Form)),
            ("131052308T", Err(Form)),
            ("131052G308T", Err(Form)),
            ("131052-308I", Err(Form)),
            ("131052-30ÅT", Err(Form)),
        ],
    );
    let old = hetu("131052+308T", None).expect("a HETU");
    assert_eq!(old.birth_date, Some(day(1852, 10, 13)));
    let new = hetu("010120F123K", None).expect("a HETU");
    assert_eq!(new.birth_date, Some(day(2020, 1, 1)));
    rows(
        ytunnus,
        &[
            ("2077474-0", Ok("20774740")),
            ("2077474-1", Err(Digit)),
            ("207474-0", Err(Form)),
        ],
    );
    rows(
        finnish_reference,
        &[
            ("12 34561", Ok("1234561")),
            ("RF34 1234 561", Ok("1234561")),
            ("0 10301 00067 17580 0018", Ok("1030100067175800018")),
        ],
    );
    let bad = [
        "1234562",
        "123",
        "RF35 1234 561",
        "RF18539007547034A",
        "0000",
        "",
    ];
    refused(finnish_reference, Code::InvalidReference, &bad);
}

#[test]
fn brazilian_numbers() {
    rows(
        cpf,
        &[
            ("390.533.447-05", Ok("39053344705")),
            ("231.002.999-00", Err(Digit)),
            ("111.111.111-11", Err(Form)),
            ("3905334470", Err(Form)),
        ],
    );
    rows(
        cnpj,
        &[
            ("16.727.230/0001-97", Ok("16727230000197")),
            ("12.ABC.345/01DE-35", Ok("12ABC34501DE35")),
            ("12.abc.345/01de-35", Ok("12ABC34501DE35")),
            ("０7.195.358/0001-66", Ok("07195358000166")),
            ("16.727.230/0001-98", Err(Digit)),
            ("12.ABC.345/01DE-3A", Err(Form)),
            ("00.000.000/0000-00", Err(Form)),
            ("16.727.230/001-97", Err(Form)),
        ],
    );
}

#[test]
fn numbers_of_no_country() {
    rows(
        iban,
        &[
            (
                "SE45 5000 0000 0583 9825 7466",
                Ok("SE4550000000058398257466"),
            ),
            ("no93 8601 1117 947", Ok("NO9386011117947")),
            (
                "MT84MALT011000012345MTLCAST001S",
                Ok("MT84MALT011000012345MTLCAST001S"),
            ),
        ],
    );
    let bad = [
        "SE4550000000058398257467",   // modulus 97
        "SE455000000005839825746",    // length
        "SE45A000000005839825746611", // length and pattern
        "GB33BUK120201555555555",     // a digit where the bank's letters stand
        "XX4550000000058398257466",   // no country of the registry
        "SE",
        "",
        "SE45_5000000005839825746",
    ];
    refused(iban, Code::InvalidIban, &bad);
    rows(
        bic,
        &[
            ("NDEASESS", Ok("NDEASESS")),
            ("abna be 2a", Ok("ABNABE2A")),
            ("DEUTDEFF500", Ok("DEUTDEFF500")),
            ("NLPRXKPR", Ok("NLPRXKPR")),
        ],
    );
    let bad = [
        "NDEAXXSS",
        "NDEASES",
        "NDEASESSX",
        "NDE1SESS",
        "NDEASESSÅ",
        "",
    ];
    refused(bic, Code::InvalidBic, &bad);
    rows(
        creditor_reference,
        &[
            ("RF18 5390 0754 7034", Ok("RF18539007547034")),
            ("rf18 5390 0754 70y", Ok("RF185390075470Y")),
        ],
    );
    let bad = [
        "RF19 5390 0754 7034",
        "RF18",
        "XX18539007547034",
        "RFA8539007547034",
    ];
    refused(creditor_reference, Code::InvalidReference, &bad);
}

#[test]
fn check_digits_that_alias_another_are_refused() {
    // 97 and 00 leave the same remainder; 00 is not given out.
    let proof = |check: &str| {
        let text = format!("SE{check}50000000058398257466");
        iban(&text).is_ok()
    };
    let valid: Vec<_> = (0..100).filter(|n| proof(&format!("{n:02}"))).collect();
    assert_eq!(valid, [45]);
    let mut alias = 0;
    for account in 0..97 {
        for check in ["00", "01", "99"] {
            alias += u32::from(iban(&format!("NO{check}000000000{account:02}")).is_ok());
        }
    }
    assert_eq!(alias, 0);
}

#[test]
fn identity_goes_by_country_and_type() {
    let judged = |country, kind, text| {
        let valid = identity(country, kind, text, Some(TODAY));
        valid.map(|valid| valid.normalised)
    };
    let rows = [
        ("SE", "individual", "811228-9874", Ok("198112289874")),
        ("SE", "company", "123456-7897", Ok("1234567897")),
        ("SE", "individual", "123456-7897", Err(Form)),
        ("NO", "individual", "26111593816", Ok("26111593816")),
        ("NO", "company", "988077917", Ok("988077917")),
        ("DK", "individual", "211062-5629", Ok("2110625629")),
        ("DK", "company", "13585628", Ok("13585628")),
        ("FI", "individual", "131052-308T", Ok("131052-308T")),
        ("FI", "individual", "131052A308T", Err(Form)),
        ("FI", "company", "2077474-0", Ok("20774740")),
        ("BR", "individual", "390.533.447-05", Ok("39053344705")),
        ("BR", "company", "16.727.230/0001-97", Ok("16727230000197")),
        ("DE", "individual", "12 345-a", Ok("12345A")),
        ("DE", "individual", "1/2", Err(Form)),
    ];
    for (country, kind, text, expected) in rows {
        let expected = expected.map(str::to_owned);
        assert_eq!(
            judged(country, kind, text),
            expected,
            "{country} {kind} {text}"
        );
    }
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<_> = NUMBER_KINDS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), NUMBER_KINDS.len());
    for (name, check) in NUMBER_KINDS {
        for junk in [
            "",
            " ",
            "-",
            "é",
            "\u{0}",
            "💥💥💥💥💥💥💥",
            "0",
            "99999999999999999999999999999999999999",
        ] {
            assert!(check(junk, Some(TODAY)).is_err(), "{name} {junk:?}");
        }
    }
}

proptest::proptest! {
    /// Whatever comes, there is an answer; and what is given back is canonical: checked again it is itself.
    #[test]
    fn a_normalised_number_is_its_own_normal_form(
        text in proptest::prop_oneof![
            "[0-9]{2,16}",
            "[0-9 .-]{2,16}",
            "[0-9]{4},[0-9]{1,12}",
            "[0-9]{6}[-+ABCDEFUVWXY][0-9]{3}[0-9A-Y]",
            "(RF|SE|NO|DK)?[0-9A-Za-z]{2,26}",
            "\\PC{0,20}",
        ]
    ) {
        for (name, check) in NUMBER_KINDS {
            if let Ok(valid) = check(&text, Some(TODAY)) {
                let again = check(&valid.normalised, Some(TODAY));
                proptest::prop_assert_eq!(again, Ok(valid), "{} {}", name, text);
            }
        }
    }
}
