use super::*;

#[test]
fn personnummer_of_ten_and_twelve_digits() {
    rows(
        |text| personnummer(text, Some(TODAY)),
        &[
            ("198112289874", Ok("198112289874")),
            ("19811228-9874", Ok("198112289874")),
            ("811228-9874", Ok("198112289874")),
            ("8112289874", Ok("198112289874")),
            (" 81 12 28-9874 ", Ok("198112289874")),
            ("8803-20-0016", Ok("198803200016")),
            ("090527+1474", Ok("190905271474")),
            ("19090527+1474", Ok("190905271474")),
            ("000229-2399", Ok("200002292399")),
            // Samordningsnummer.
            ("19730288-9931", Ok("197302889931")),
            ("20210791-9967", Ok("202107919967")),
            // Turns 100 this year: the sign changed on the first of January, whether or not the sender knows.
            ("261231+0017", Ok("192612310017")),
            ("261231-0017", Ok("192612310017")),
            ("260101-0016", Ok("202601010016")),
            ("260101+0016", Ok("192601010016")),
            ("811228-9873", Err(Digit)),
            ("201509160006", Err(Form)),
            ("19811328-9874", Err(Form)),
            ("190002292399", Err(Form)),
            ("203012289874", Err(Form)),
            ("178112289874", Err(Form)),
            ("000101-T220", Err(Form)),
            ("67091-99530", Err(Form)),
            ("19670-19-9535", Err(Form)),
            ("811228+-9874", Err(Form)),
            ("81/12/28-9874", Err(Form)),
            ("811228987", Err(Form)),
            ("8112289874a", Err(Form)),
            ("", Err(Form)),
        ],
    );
    let coordination = personnummer("19730288-9931", Some(TODAY)).expect("a number");
    assert_eq!(coordination.birth_date, Some(day(1973, 2, 28)));
}

#[test]
fn without_a_day_no_century_is_guessed() {
    rows(
        |text| personnummer(text, None),
        &[
            ("8112289874", Ok("811228-9874")),
            ("090527+1474", Ok("090527+1474")),
            ("811228-9873", Err(Digit)),
            ("811328-9874", Err(Form)),
            ("19811228-9874", Ok("198112289874")),
        ],
    );
    let valid = personnummer("811228-9874", None).expect("a number");
    assert_eq!(valid.birth_date, None);
}

#[test]
fn organisationsnummer_and_sole_traders() {
    rows(
        organisationsnummer,
        &[
            ("123456-7897", Ok("1234567897")),
            ("857209-0606", Ok("8572090606")),
            ("168572090606", Ok("8572090606")),
            ("811228-9874", Ok("8112289874")),
            ("19811228-9874", Ok("8112289874")),
            ("1234567891", Err(Digit)),
            ("811228-9873", Err(Digit)),
            ("198572090606", Err(Form)),
            ("857209060", Err(Form)),
        ],
    );
}

#[test]
fn swedish_giro_numbers_and_ocr() {
    rows(
        bankgiro,
        &[
            ("297-3675", Ok("2973675")),
            ("5805-6201", Ok("58056201")),
            ("0000000058056201", Ok("58056201")),
        ],
    );
    let bad = ["5805-6202", "123-12", "123-123456", "", "0", "5805_6201"];
    refused(bankgiro, Code::InvalidBankgiro, &bad);
    rows(
        plusgiro,
        &[("4-2", Ok("42")), ("90 20 03-3", Ok("9020033"))],
    );
    let bad = ["90 20 03-4", "0", "", "123456789", "410 54 68-5X"];
    refused(plusgiro, Code::InvalidPlusgiro, &bad);
    rows(ocr, &[("12345678900 37", Ok("1234567890037"))]);
    let bad = ["1231", "1", "", "12345678901234567890123453", "12A"];
    refused(ocr, Code::InvalidReference, &bad);
}

#[test]
fn swedish_accounts_by_their_banks_rule() {
    rows(
        account,
        &[
            ("5102,015875-1", Ok("5102,0158751")),
            ("9150,111113-4", Ok("9150,1111134")),
            ("7000,000001111116", Ok("7000,1111116")),
            ("6000,30128669-8", Ok("6000,301286698")),
            ("6000,1236", Ok("6000,000001236")),
            ("3300,841128-3941", Ok("3300,8411283941")),
            ("8214-9,923472612-4", Ok("8214,9234726124")),
            ("8214,9234726124", Ok("8214,9234726124")),
            ("8000,1111111", Ok("8000,0001111111")),
            ("9500,43950948", Ok("9500,0043950948")),
            ("51020158751", Ok("5102,0158751")),
        ],
    );
    let bad = [
        "5102,0158750",       // check digit
        "9150,1111116",       // the other variant's check digit
        "3000,111111",        // six digits
        "3000,0000001111111", // thirteen
        "8000-1,1111111",     // Swedbank's own check digit
        "5102-1,0158751",     // a fifth digit where no bank has one
        "9999,8012306581",    // nobody's
        "8000,0",
        "6000,1234567890",
        "5102,",
        ",0158751",
        "5102,01587,51",
        "",
    ];
    refused(account, Code::InvalidAccount, &bad);
}

#[test]
fn a_disputed_clearing_number_is_noted_and_its_check_digit_not_used() {
    for text in ["9071,4172383", "9071,4172384", "1000,1234567"] {
        let valid = account(text).expect("an account");
        assert_eq!(valid.note, Some(Code::DisputedClearing), "{text}");
    }
    assert_eq!(account("5102,0158751").expect("an account").note, None);
    assert_eq!(account("9071,417238"), Err(Code::InvalidAccount));
}
