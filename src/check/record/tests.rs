use rust_decimal::Decimal;

use crate::model::Currency;
use std::borrow::Cow;

use super::*;
use crate::model::Place;
use crate::model::Source;
use crate::model::kind::{Side, Sign};

mod findings;

fn record(raw: RawRecord<'_>, profile: &Profile) -> Checked {
    crate::check::record(raw, profile, &mut Order::default())
}

const AMOUNT: FieldType = FieldType::Amount {
    currency: "currency",
    sign: Sign::Positive,
};

/// Money of a line that knows one currency alone.
const FEE: FieldType = FieldType::Amount {
    currency: "BRL",
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
            FieldSpec::optional("line.*", AMOUNT),
            FieldSpec::optional("fee", FEE),
        ],
        schedulable: false,
        inquiry: false,
        side: Side::Any,
    },
    KindSpec {
        name: "thing.close",
        fields: &[FieldSpec::required("thing_no", FieldType::Ref)],
        schedulable: true,
        inquiry: false,
        side: Side::Any,
    },
    KindSpec {
        name: "thing.judge",
        fields: &[FieldSpec::required("thing_no", FieldType::Ref)],
        schedulable: false,
        inquiry: false,
        side: Side::Insurer,
    },
];

const OTHER: &[KindSpec] = &[KindSpec {
    name: "other.ask",
    fields: &[],
    schedulable: false,
    inquiry: true,
    side: Side::Any,
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
    if fields.text("note") == Some("closing") && !fields.has("end_date") {
        findings.push(Finding::field(Code::ClosingDateRequired, "end_date"));
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
        convert: None,
    });
    RawRecord {
        place: Place::Line { line: 7, column: 0 },
        fields: fields.collect(),
        findings: Vec::new(),
        batch: Vec::new(),
        source: Source::Bytes { start: 5, end: 9 },
    }
}

#[test]
fn an_amount_may_know_its_currency() {
    let rows = [
        (open_with(&[("fee", "1.05")]), ""),
        (
            open_with(&[("fee", "1.005")]),
            "too_many_decimals fee line 7 column 41",
        ),
        // Whoever may not send it, it is counted, and in the same currency.
        (
            vec![
                ("kind", "thing.close"),
                ("thing_no", "T1"),
                ("fee", "1.005"),
            ],
            "field_not_taken fee* line 7 column 21",
        ),
    ];
    for (fields, expected) in rows {
        let checked = record(raw(&fields), &profile());
        assert_eq!(told(&checked).join(", "), expected);
        let fee = checked.amounts.iter().find(|read| read.field == "fee");
        assert_eq!(fee.expect("it is counted").currency, Currency::named("BRL"));
    }
}

#[test]
fn a_member_of_a_family_is_read_under_its_own_name() {
    let more = [("line.PRI", "1.50"), ("line.INT", "x"), ("line.COF", "2")];
    let checked = record(raw(&open_with(&more)), &profile());
    assert_eq!(told(&checked), ["invalid_amount line.INT line 7 column 51"]);
    let instruction = checked.instruction.expect("a kind");
    let given: Vec<&str> = instruction.fields.iter().map(|(name, _)| name).collect();
    assert_eq!(
        given,
        ["thing_no", "amount", "currency", "line.PRI", "line.COF"]
    );
    let sums: Vec<&str> = checked.amounts.iter().map(|read| read.field).collect();
    assert_eq!(sums, ["amount", "line.PRI", "line.COF"]);
    // Whoever may not send it, it is counted.
    let stray = [
        ("kind", "thing.close"),
        ("thing_no", "T1"),
        ("line.PRI", "5"),
    ];
    let checked = record(raw(&stray), &profile());
    assert_eq!(checked.amounts[0].field, "line.PRI");
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
fn what_only_an_update_can_empty_is_told_and_the_formats_own_word_is_not() {
    let cleared = open_with(&[("note", " <clear> ")]);
    let told = |profile: &Profile| self::told(&record(raw(&cleared), profile)).join(", ");
    assert_eq!(told(&profile()), "invalid_character note line 7 column 41");
    let mut bank = profile();
    bank.bank = true;
    assert_eq!(told(&bank), "");

    let mut closing = raw(&[
        ("kind", "thing.close"),
        ("thing_no", "T1"),
        ("currency", "SEK"),
    ]);
    closing.fields[2].seen = Cow::Borrowed("");
    assert_eq!(self::told(&record(closing, &profile())), [""; 0]);
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
        ["amount -5.00 SEK"]
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
    assert_eq!(codes("1.010", "SEK"), []);
    assert_eq!(codes("1.011", "SEK"), [Code::TooManyDecimals]);
    assert_eq!(codes("1", "JPY"), []);
    assert_eq!(codes("1.0", "JPY"), []);
    assert_eq!(codes("1.5", "JPY"), [Code::TooManyDecimals]);
    assert_eq!(codes("1.001", "KWD"), []);
    assert_eq!(codes("1.001", "ABC"), [Code::InvalidCurrency]);
}

#[test]
fn the_digest_leaves_out_the_instruction_id_and_nothing_else() {
    let digest = |id: &'static str, more: &[(&'static str, &'static str)]| {
        let more = [&[("instruction_id", id)], more].concat();
        let checked = record(raw(&open_with(&more)), &profile());
        checked.instruction.expect("an instruction").digest
    };
    let plain = digest("I1", &[]);
    assert_eq!(plain, digest("I2", &[]));
    assert_ne!(plain, digest("I1", &[("comment", "x")]));
    assert_ne!(plain, digest("I1", &[("effective_date", "2026-11-20")]));
    assert_ne!(plain, digest("I1", &[("note", "x")]));
}

/// A card number does not stand in a text. What only looks like one may: the references of payments prove themselves in the
/// same way. And what a bank tells of has happened.
#[test]
fn a_card_number_in_a_text_is_refused_and_in_a_banks_masked() {
    for (note, bank, found, kept) in [
        ("ref 78123000000015", false, "", "ref 78123000000015"),
        (
            "card 4546177060616413",
            false,
            "sensitive_data",
            "card 4546177060616413",
        ),
        (
            "card 4546177060616413",
            true,
            "sensitive_data",
            "card 454617******6413",
        ),
        ("ref 78123000000015", true, "", "ref 78123000000015"),
    ] {
        let profile = profile().of_bank(bank);
        let fields = open_with(&[("note", note)]);
        let checked = one(raw(&fields), &profile, &mut Order::default());
        let codes: Vec<&str> = checked
            .findings
            .iter()
            .map(|one| one.code.as_str())
            .collect();
        assert_eq!(codes.join(" "), found, "{note} {bank}");
        assert_eq!(
            checked.is_bad(),
            !found.is_empty() && !bank,
            "{note} {bank}"
        );
        let instruction = checked.instruction.expect("known");
        assert_eq!(instruction.fields.text("note"), Some(kept));
    }
}
