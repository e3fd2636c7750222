use std::borrow::Cow;

use super::*;
use crate::check::locate;
use crate::model::Place;
use crate::model::Source;
use crate::model::kind::Sign;

const AMOUNT: FieldType = FieldType::Amount {
    currency: "currency",
    sign: Sign::Positive,
};

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: "thing.open",
        fields: &[
            FieldSpec::required("thing_no", FieldType::Ref),
            FieldSpec::required("amount", AMOUNT),
            FieldSpec::required("currency", FieldType::Currency),
            FieldSpec::optional("identity_no", FieldType::Identity),
            FieldSpec::optional("start_date", FieldType::Date),
            FieldSpec::optional("end_date", FieldType::Date),
            FieldSpec::optional("note", FieldType::Text(60)),
        ],
        schedulable: false,
        inquiry: false,
    },
    KindSpec {
        name: "thing.close",
        fields: &[FieldSpec::required("thing_no", FieldType::Ref)],
        schedulable: true,
        inquiry: false,
    },
];

const OTHER: &[KindSpec] = &[KindSpec {
    name: "other.ask",
    fields: &[],
    schedulable: false,
    inquiry: true,
}];

/// The end is after the start; a start needs an end.
fn rules(_: &KindSpec, fields: &Fields) -> Vec<Finding> {
    let mut findings = Vec::new();
    if fields.date("end_date") < fields.date("start_date") && fields.has("end_date") {
        findings.push(Finding::field(Code::DateOrder, "end_date"));
    }
    if fields.has("start_date") && !fields.has("end_date") {
        findings.push(Finding::field(Code::Required, "end_date"));
    }
    if fields.text("identity_no") == Some("0") {
        findings.push(Finding::field(Code::InvalidIdentityNo, "identity_no"));
    }
    findings
}

fn profile() -> Profile {
    Profile::default()
        .with(KINDS, true, rules)
        .with(OTHER, false, |_, _| Vec::new())
}

/// A record of line 7 whose fields stand at columns 1, 11, 21 …; a text `!` is one that could not be formed.
fn raw<'c>(fields: &[(&'static str, &'c str)]) -> RawRecord<'c> {
    let fields = fields.iter().enumerate().map(|(n, (name, text))| RawField {
        name,
        seen: Cow::Borrowed(text),
        text: if *text == "!" {
            Err(Code::Undecodable)
        } else {
            Ok(Cow::Borrowed(text))
        },
        spot: u32::try_from(n * 10 + 1).expect("few fields"),
    });
    RawRecord {
        place: Place::Line { line: 7, column: 0 },
        fields: fields.collect(),
        findings: Vec::new(),
        batch: Vec::new(),
        source: Source::Bytes { start: 5, end: 9 },
    }
}

/// Each finding as `code field place`, personal ones with `*`.
fn told(checked: &Checked) -> Vec<String> {
    let tell = |finding: &Finding| {
        let personal = finding.value.as_ref().is_some_and(Shown::is_personal);
        let star = if personal { "*" } else { "" };
        format!("{} {}{star} {}", finding.code, finding.field, finding.place)
    };
    checked.findings.iter().map(tell).collect()
}

/// Fields, and the findings told of them.
type Row<'t> = (&'t [(&'static str, &'static str)], &'t [&'t str]);

const OPEN: [(&str, &str); 4] = [
    ("kind", "thing.open"),
    ("thing_no", "T1"),
    ("amount", "10.50"),
    ("currency", "SEK"),
];

fn open_with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&OPEN, more].concat()
}

#[test]
fn a_good_record_becomes_its_instruction() {
    let more = [
        ("instruction_id", " I1 "),
        ("effective_date", "2026-11-20"),
        ("comment", "hello"),
        ("identity_no", "811228-9874"),
    ];
    let checked = record(raw(&open_with(&more)), &profile());
    assert_eq!(told(&checked), Vec::<String>::new());
    assert!(!checked.is_bad());
    assert_eq!(&*checked.kind, "thing.open");
    assert_eq!(&*checked.entity, "T1");
    assert_eq!(checked.instruction_id.as_deref(), Some("I1"));
    assert!(matches!(checked.source, Source::Bytes { start: 5, end: 9 }));
    let amount = AmountRead {
        field: "amount",
        amount: Decimal::new(1050, 2),
        currency: Currency::named("SEK"),
    };
    assert_eq!(checked.amounts, [amount]);
    let instruction = checked.instruction.expect("an instruction");
    assert_eq!(instruction.kind.name, "thing.open");
    assert_eq!(instruction.instruction_id.as_deref(), Some("I1"));
    assert_eq!(
        instruction.effective_date,
        NaiveDate::from_ymd_opt(2026, 11, 20)
    );
    let names: Vec<_> = instruction.fields.iter().map(|(name, _)| name).collect();
    let expected = ["thing_no", "amount", "currency", "comment", "identity_no"];
    assert_eq!(names, expected);
    assert_eq!(instruction.fields.spot("amount"), Some(21));
    assert_eq!(instruction.fields.spot("instruction_id"), Some(41));
    assert_eq!(instruction.fields.spot("effective_date"), Some(51));
}

#[test]
fn every_finding_of_a_record_is_told_with_its_place() {
    let rows: &[Row] = &[
        (&[("thing_no", "T1")], &["required kind line 7"]),
        (
            &[("kind", " "), ("thing_no", "T1")],
            &["required kind line 7"],
        ),
        (
            &[
                ("kind", "thing.shut"),
                ("instruction_id", "a\u{200b}b"),
                ("thing_no", "!"),
            ],
            &[
                "unknown_kind kind line 7 column 1",
                "invalid_character instruction_id line 7 column 11",
            ],
        ),
        (&[("kind", "!")], &["undecodable kind line 7 column 1"]),
        (
            &[("kind", "other.ask")],
            &["line_not_allowed kind line 7 column 1"],
        ),
        (
            &[("kind", "thing.open"), ("amount", "0"), ("note", "\u{7}")],
            &[
                "not_positive amount line 7 column 11",
                "invalid_character note line 7 column 21",
                "required thing_no line 7",
                "required currency line 7",
            ],
        ),
        (
            &[
                ("kind", "thing.open"),
                ("thing_no", "!"),
                ("amount", "1.005"),
                ("currency", "SEK"),
            ],
            &[
                "undecodable thing_no line 7 column 11",
                "too_many_decimals amount line 7 column 21",
            ],
        ),
        (
            &[
                ("kind", "thing.close"),
                ("thing_no", "T1"),
                ("amount", "5"),
                ("note", "x"),
            ],
            &[
                "field_not_taken amount* line 7 column 21",
                "field_not_taken note* line 7 column 31",
            ],
        ),
        (
            &[
                ("kind", "thing.close"),
                ("thing_no", "T1"),
                ("thing_no", "T1"),
            ],
            &[],
        ),
        (
            &[
                ("kind", "thing.close"),
                ("thing_no", "T1"),
                ("thing_no", "T2"),
            ],
            &["conflicting_fields thing_no line 7 column 21"],
        ),
        (
            &[
                ("kind", "thing.close"),
                ("thing_no", "T1"),
                ("effective_date", "soon"),
                ("comment", "a\tb"),
            ],
            &[
                "invalid_date effective_date line 7 column 21",
                "invalid_character comment line 7 column 31",
            ],
        ),
    ];
    for (fields, expected) in rows {
        let checked = record(raw(fields), &profile());
        assert_eq!(told(&checked), *expected, "{fields:?}");
    }
}

#[test]
fn rules_across_fields_are_placed_and_do_not_ask_for_what_was_given() {
    let rows: &[Row] = &[
        (
            &[("start_date", "2026-02-01"), ("end_date", "2026-01-01")],
            &["date_order end_date line 7 column 51"],
        ),
        (
            &[("start_date", "2026-02-01")],
            &["required end_date line 7"],
        ),
        (
            &[("start_date", "2026-02-01"), ("end_date", "2026-02-30")],
            &["invalid_date end_date line 7 column 51"],
        ),
        (
            &[("identity_no", "0")],
            &["invalid_identity_no identity_no* line 7 column 41"],
        ),
    ];
    for (more, expected) in rows {
        let checked = record(raw(&open_with(more)), &profile());
        assert_eq!(told(&checked), *expected, "{more:?}");
    }
}

#[test]
fn what_is_personal_is_shown_to_its_sender_alone() {
    let rows: &[Row] = &[
        (
            &[("note", "card 4111 1111 1111 1111")],
            &["sensitive_data note* line 7 column 41"],
        ),
        (
            &[("comment", "4111111111111111")],
            &["sensitive_data comment* line 7 column 41"],
        ),
        (&[("note", "4111 1111 1111 1112")], &[]),
        (
            &[("identity_no", "19811228\u{7}9874")],
            &["invalid_character identity_no* line 7 column 41"],
        ),
        (
            &[("start_date", "19811228-9874")],
            &["invalid_date start_date* line 7 column 41"],
        ),
        (
            &[("start_date", "19811228")],
            &["invalid_date start_date line 7 column 41"],
        ),
    ];
    for (more, expected) in rows {
        let checked = record(raw(&open_with(more)), &profile());
        assert_eq!(told(&checked), *expected, "{more:?}");
    }
    let unknown = record(raw(&[("kind", "811228-9874")]), &profile());
    assert_eq!(told(&unknown), ["unknown_kind kind* line 7 column 1"]);
    assert_eq!(&*unknown.kind, "");
}

#[test]
fn amounts_count_whatever_becomes_of_the_record() {
    let counted = |fields: &[(&'static str, &str)]| -> Vec<String> {
        let checked = record(raw(fields), &profile());
        let tell = |read: &AmountRead| {
            let currency = read.currency.map(|c| c.to_string()).unwrap_or_default();
            format!("{} {} {currency}", read.field, read.amount)
        };
        checked.amounts.iter().map(tell).collect()
    };
    let open = ("kind", "thing.open");
    let sek = ("currency", "SEK");
    let none: [&str; 0] = [];
    assert_eq!(
        counted(&[open, ("amount", "-5.00"), sek]),
        ["amount 5.00 SEK"]
    );
    assert_eq!(
        counted(&[open, ("amount", "1.005"), sek]),
        ["amount 1.005 SEK"]
    );
    assert_eq!(
        counted(&[open, ("amount", "5"), ("currency", "ABC")]),
        ["amount 5 "]
    );
    assert_eq!(counted(&[open, ("amount", "5")]), ["amount 5 "]);
    assert_eq!(
        counted(&[("kind", "?"), ("amount", "5"), sek]),
        ["amount 5 SEK"]
    );
    assert_eq!(counted(&[("amount", "5"), sek]), ["amount 5 SEK"]);
    assert_eq!(
        counted(&[("kind", "thing.close"), ("amount", "5")]),
        ["amount 5 "]
    );
    assert_eq!(counted(&[open, ("amount", "5,00"), sek]), none);
    assert_eq!(counted(&[open, ("amount", "!"), sek]), none);
}

#[test]
fn decimals_follow_the_records_own_currency() {
    let codes = |amount: &'static str, currency: &'static str| -> Vec<Code> {
        let fields = [OPEN[0], OPEN[1], ("amount", amount), ("currency", currency)];
        let checked = record(raw(&fields), &profile());
        checked
            .findings
            .iter()
            .map(|finding| finding.code)
            .collect()
    };
    assert_eq!(codes("1.01", "SEK"), []);
    assert_eq!(codes("1.010", "SEK"), [Code::TooManyDecimals]);
    assert_eq!(codes("1", "JPY"), []);
    assert_eq!(codes("1.0", "JPY"), [Code::TooManyDecimals]);
    assert_eq!(codes("1.001", "KWD"), []);
    assert_eq!(codes("1.001", "ABC"), [Code::InvalidCurrency]);
}

#[test]
fn a_record_that_could_not_be_read_is_not_told_what_it_lacks() {
    let mut broken = raw(&[]);
    broken.findings.push(Finding::new(Code::UnclosedQuote));
    let checked = record(broken, &profile());
    assert_eq!(told(&checked), ["unclosed_quote  "]);
    assert!(checked.is_bad());

    let mut half = raw(&[("kind", "thing.open"), ("amount", "0")]);
    half.findings.push(Finding::new(Code::ColumnCount));
    let checked = record(half, &profile());
    assert_eq!(
        told(&checked),
        ["column_count  ", "not_positive amount line 7 column 11"]
    );
}

#[test]
fn what_the_reader_told_of_a_field_is_told_once_and_hides_nothing_else() {
    let rows: &[(&[(&'static str, &str)], &'static str, &[&str])] = &[
        (
            &[("kind", "thing.open"), ("thing_no", "!")],
            "thing_no",
            &[
                "undecodable thing_no ",
                "required amount line 7",
                "required currency line 7",
            ],
        ),
        (
            &[("kind", "thing.close")],
            "thing_no",
            &["undecodable thing_no "],
        ),
        (&[("thing_no", "T1")], "kind", &["undecodable kind "]),
        (&[("kind", "!")], "kind", &["undecodable kind "]),
        (
            &[
                ("kind", "thing.close"),
                ("thing_no", "T1"),
                ("start_date", "2026-01-01"),
            ],
            "comment",
            &[
                "undecodable comment ",
                "field_not_taken start_date* line 7 column 21",
            ],
        ),
    ];
    for (fields, name, expected) in rows {
        let mut raw = raw(fields);
        raw.findings.push(Finding::field(Code::Undecodable, *name));
        assert_eq!(told(&record(raw, &profile())), *expected, "{fields:?}");
    }
}

#[test]
fn the_digest_leaves_out_the_instruction_id_and_nothing_else() {
    let digest = |more: &[(&'static str, &'static str)]| {
        let checked = record(raw(&open_with(more)), &profile());
        checked.instruction.expect("an instruction").digest
    };
    let plain = digest(&[]);
    assert_eq!(plain, digest(&[("instruction_id", "I1")]));
    assert_ne!(plain, digest(&[("comment", "x")]));
    assert_ne!(plain, digest(&[("effective_date", "2026-11-20")]));
    assert_ne!(plain, digest(&[("note", "x")]));
}

#[test]
fn a_finding_made_later_is_placed_like_one_made_here() {
    let more = [
        ("instruction_id", "I1"),
        ("effective_date", "2026-11-20"),
        ("identity_no", "811228-9874"),
    ];
    let checked = record(raw(&open_with(&more)), &profile());
    let instruction = checked.instruction.expect("an instruction");
    let at = |field: &'static str| {
        let finding = locate(
            Finding::field(Code::NotFound, field),
            &checked.place,
            &instruction,
        );
        let value = finding.value.map(|value| value.to_string());
        format!("{} {}", finding.place, value.unwrap_or_default())
    };
    assert_eq!(at("thing_no"), "line 7 column 11 T1");
    assert_eq!(at("instruction_id"), "line 7 column 41 I1");
    assert_eq!(at("effective_date"), "line 7 column 51 2026-11-20");
    assert_eq!(at("identity_no"), "line 7 column 61 ******-****");
    assert_eq!(at("note"), "line 7 ");
    assert_eq!(at(""), "line 7 ");
}
