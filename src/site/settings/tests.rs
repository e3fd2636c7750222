use std::path::Path;

use super::*;
use crate::line::Line;
use crate::toml_table::Faults;

fn parse(text: &str) -> Result<Settings, Faults> {
    let formats = ["insurance-csv-1", "canonical-csv"].map(str::to_owned);
    let around = Around {
        root: Path::new("/site"),
        formats: Some(&formats),
        keys: &[
            ("bgc".to_owned(), SealKey::from_hex(&"0f".repeat(16))),
            ("words".to_owned(), None),
        ],
    };
    Settings::parse("sluss.toml", text, around)
}

fn faults(text: &str) -> Vec<String> {
    let faults = parse(text).expect_err("has faults");
    faults.0.iter().map(ToString::to_string).collect()
}

/// The faults of one partner with these keys; its first key stands on line 4.
fn partner_faults(keys: &str) -> Vec<String> {
    faults(&format!(
        "[partner.p]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\"]\n{keys}\n"
    ))
}

#[test]
fn only_formats_and_lines_are_required() {
    let settings = parse("[partner.p]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\"]")
        .expect("is right");
    assert_eq!(settings.time_zone, chrono_tz::Europe::Stockholm);
    assert_eq!((settings.calendar.as_str(), settings.attempts), ("SE", 3));
    assert_eq!(settings.base_url, None);
    let partner = &settings.partners["p"];
    assert_eq!(partner.book, "p");
    assert_eq!(partner.role, Role::Partner);
    assert_eq!(partner.inbox, Path::new("/site/inbox/p"));
    assert_eq!(partner.outbox, Path::new("/site/outbox/p"));
    assert_eq!(partner.settle, Duration::from_secs(10));
    assert_eq!(partner.done_file, None);
    assert_eq!(partner.sidecar_hours, 6);
    assert_eq!(partner.order, BatchOrder::Name);
    assert_eq!(partner.reject_batch_above, None);
    assert_eq!(partner.reject_batch_on_error, None);
    assert_eq!(
        (partner.answers.delimiter, partner.answers.decimal),
        (';', ',')
    );
    assert_eq!(partner.answers.charset, AnswerCharset::Utf8Bom);
    assert_eq!(partner.answers.mode, 0o640);
    assert_eq!(partner.events, Events::default());
    assert_eq!(partner.limits, Limits::default());
    assert_eq!(partner.retention, Retention::default());
    assert_eq!(partner.bank, BankSettings::default());
    assert!(!partner.test_files);
    assert_eq!(
        faults("[partner.p]"),
        [
            "sluss.toml:1:1 `formats` is missing",
            "sluss.toml:1:1 `lines` is missing"
        ]
    );
}

const ALL_SETTINGS: &str = r#"
        [site]
        time_zone = "Europe/Oslo"
        calendar = "NO"
        base_url = "https://x.example.com"
        attempts = 5
        [partner.acme]
        formats = ["insurance-csv-1"]
        lines = ["insurance"]
        book = "nordbank"
        role = "insurer"
        inbox = "/sftp/acme/in"
        outbox = "/sftp/acme/out"
        settle = 0
        done_file = "{name}.sha256"
        sidecar_hours = 2
        order = "sequence"
        reject_batch_above = 0.20
        on_record_error = "reject-batch"
        answers = { delimiter = ",", decimal = ".", charset = "windows-1252", mode = "0600", mask = true, pain002 = true, workbook = true }
        events = { envelope = "tuum", destination = "d", tenant = "t" }
        limits = { bytes = "1MiB", records = 7, columns = 8, findings = 9, inflated = 10, ratio = 11 }
        retention = { archive_days = 30, details_days = 3650 }
        issuer_id = "1234"
        payee_bankgiro = "991-2346"
        bgc_customer_no = "123456"
        hmac_key = "secret:bgc"
        seal = "optional"
        creditor = { name = "N", iban = "I", bic = "B", id = "D" }
        test_files = true
"#;

#[test]
fn every_setting_is_taken() {
    let settings = parse(ALL_SETTINGS).expect("is right");
    assert_eq!(settings.time_zone, chrono_tz::Europe::Oslo);
    assert_eq!((settings.calendar.as_str(), settings.attempts), ("NO", 5));
    assert_eq!(settings.base_url.as_deref(), Some("https://x.example.com"));
    let partner = &settings.partners["acme"];
    assert_eq!(
        (partner.book.as_str(), partner.role),
        ("nordbank", Role::Insurer)
    );
    assert_eq!(partner.inbox, Path::new("/sftp/acme/in"));
    assert_eq!(partner.outbox, Path::new("/sftp/acme/out"));
    assert_eq!(partner.settle, Duration::ZERO);
    assert_eq!(partner.done_file.as_deref(), Some("{name}.sha256"));
    assert_eq!(partner.sidecar_hours, 2);
    assert_eq!(partner.order, BatchOrder::Sequence);
    assert_eq!(partner.reject_batch_above, Some(Decimal::new(20, 2)));
    assert_eq!(partner.reject_batch_on_error, Some(true));
    let answers = Answers {
        delimiter: ',',
        decimal: '.',
        charset: AnswerCharset::Windows1252,
        mode: 0o600,
        mask: true,
        pain002: true,
        workbook: true,
    };
    assert_eq!(partner.answers, answers);
    assert_eq!(partner.events.envelope, Some(crate::line::Envelope::Tuum));
    let limits = Limits {
        bytes: 1 << 20,
        records: 7,
        columns: 8,
        findings: 9,
        inflated: 10,
        ratio: 11,
    };
    assert_eq!(partner.limits, limits);
    let kept = (30, Some(3650));
    let retention = partner.retention;
    assert_eq!((retention.archive_days, retention.details_days), kept);
    assert_eq!(partner.bank.hmac_key, SealKey::from_hex(&"0f".repeat(16)));
    assert!(partner.bank.seal_optional);
    assert_eq!(partner.bank.creditor.len(), 4);
    assert!(partner.test_files);
}

#[test]
fn all_faults_are_told_at_once_and_in_place() {
    let text = "[site]\ntime_zone = \"Stockholm\"\nattempts = 0\ncalender = \"SE\"\n\
        [partner.p]\nformats = [\"insurance-csv-2\"]\nlines = [\"bicycle\"]\nsettle = true\n\
        [product.X]\n[product.Y]\nline = \"insurence\"\n\
        [product.Z]\nline = \"insurance\"\nmin_age = \"18\"\nmaxage = 65\n";
    let known: Vec<&str> = Line::ALL.iter().map(|line| line.as_str()).collect();
    let known = known.join(", ");
    assert_eq!(
        faults(text),
        [
            "sluss.toml:2:13 no time zone is called `Stockholm`; write one such as `Europe/Stockholm`",
            "sluss.toml:3:12 `attempts` must be from 1 to 100, not 0",
            "sluss.toml:4:1 unknown key `calender`; did you mean `calendar`?",
            "sluss.toml:6:11 unknown format `insurance-csv-2`; did you mean `insurance-csv-1`?",
            &format!("sluss.toml:7:9 unknown product line `bicycle`; known: {known}"),
            "sluss.toml:8:10 expected a string, found a boolean",
            "sluss.toml:9:1 `line` is missing",
            "sluss.toml:11:8 unknown product line `insurence`; did you mean `insurance`?",
            "sluss.toml:14:11 expected an integer, found a string",
            "sluss.toml:15:1 unknown key `maxage`; did you mean `max_age`?",
        ]
    );
}

#[test]
fn each_wrong_value_is_a_fault() {
    let rows: &[(&str, &str)] = &[
        ("role = \"owner\"", "unknown role"),
        ("book = \"../x\"", "cannot be a book's name"),
        ("settle = \"soon\"", "not a time span"),
        ("done_file = \"READY\"", "holds `{name}` once"),
        ("done_file = \"{name}\"", "holds `{name}` once"),
        ("done_file = \"../{name}.done\"", "no slash"),
        (
            "done_file = \"{name}.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "is short",
        ),
        ("order = \"size\"", "unknown order"),
        ("reject_batch_above = 20", "a share is from 0 to 1"),
        ("on_record_error = \"stop\"", "unknown on_record_error"),
        ("answers = { charset = \"latin1\" }", "unknown charset"),
        ("answers = { mode = \"0777\" }", "no mode for an answer"),
        (
            "answers = { mode = 640 }",
            "expected a string, found an integer",
        ),
        ("answers = { delimiter = \"a\" }", "unknown delimiter"),
        ("answers = { decimals = \",\" }", "did you mean `decimal`?"),
        ("events = { envelope = \"kafka\" }", "unknown envelope"),
        ("limits = { bytes = \"big\" }", "not a size"),
        ("limits = { records = 0 }", "must be from 1"),
        ("retention = { archive_days = 0 }", "must be from 1"),
        ("retention = { details_days = 0 }", "must be from 1"),
        ("hmac_key = \"0123\"", "stands in the file `secret`"),
        ("hmac_key = \"secret:bgx\"", "did you mean `bgc`?"),
        ("hmac_key = \"secret:words\"", "is no key of a seal"),
        ("seal = \"required\"", "only be verified with an `hmac_key`"),
        ("creditor = { vat = \"1\" }", "unknown key `vat`"),
        ("inbox = \"outbox/p\"", "this folder is the inbox of `p`"),
        ("inbox = \"work/p\"", "overlaps the site's `work`"),
        ("inbox = \"../p\"", "holds `..`"),
        ("inbox = \"/\"", "holds the site itself"),
        ("inbox = \".\"", "holds the site itself"),
        ("inbox = \"\"", "`inbox` is blank"),
        ("outbox = \"./inbox//p/out\"", "overlaps the inbox of `p`"),
    ];
    for (keys, expected) in rows {
        let told = partner_faults(keys);
        assert_eq!(told.len(), 1, "{keys}: {told:?}");
        assert!(told[0].contains(expected), "{keys}: {told:?}");
        assert!(!told[0].contains("0123"), "a key is never repeated");
    }
}

#[test]
fn a_missing_key_does_not_hide_other_faults() {
    let told = faults("[partner.a]\nlinez = [\"insurance\"]\nsettle = \"5x\"\n");
    let expected = [
        "`formats` is missing",
        "`lines` is missing",
        "did you mean `lines`?",
        "not a time span",
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for expected in expected {
        assert!(
            told.iter().any(|told| told.contains(expected)),
            "{expected}: {told:?}"
        );
    }
}

#[test]
fn partners_have_names_and_folders_of_their_own() {
    let partner = |name: &str, more: &str| {
        format!(
            "[partner.{name}]\nformats = [\"canonical-csv\"]\nlines = [\"insurance\"]\n{more}\n"
        )
    };
    let shared = partner("a", "") + &partner("b", "inbox = \"inbox/a\"\noutbox = \"outbox/a/b\"");
    let told = faults(&shared);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("is the inbox of `a`"), "{told:?}");
    assert!(told[1].contains("overlaps the outbox of `a`"), "{told:?}");
    for name in [
        "\"\"", "\"a/b\"", "\"..\"", "\".a\"", "\"-a\"", "\"å\"", "\"a b\"",
    ] {
        assert!(
            faults(&partner(name, "inbox = \"inbox/x\"\noutbox = \"outbox/x\""))[0]
                .contains("cannot be a partner's name"),
            "{name}"
        );
    }
    assert!(
        parse(&(partner("a", "book = \"shared\"") + &partner("b", "book = \"shared\""))).is_ok()
    );
}

#[test]
fn the_hash_is_of_the_text() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(parse("").expect("an empty site is right").hash, empty);
}
