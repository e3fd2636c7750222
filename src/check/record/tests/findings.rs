//! What is told of a record, where and to whom.

use super::*;
use crate::check::locate;

/// The fields of a record, the one the reader told of, and all that is told.
type Told<'r> = (&'r [(&'static str, &'r str)], &'static str, &'r [&'r str]);

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
        // With all else that is wrong.
        (
            &[("kind", "thing.judge")],
            &[
                "role_not_allowed kind line 7 column 1",
                "required thing_no line 7",
            ],
        ),
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
            &[("note", "closing")],
            &["closing_date_required end_date line 7"],
        ),
        (
            &[("note", "closing"), ("end_date", "2026-02-30")],
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
            &["sensitive_data note line 7 column 41"],
        ),
        (
            &[("comment", "4111111111111111")],
            &["sensitive_data comment line 7 column 41"],
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
    let rows: &[Told] = &[
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

#[test]
fn a_kind_of_one_side_is_not_the_others() {
    let of = |kind: &str, insurer: bool| {
        let fields = [("kind", kind), ("thing_no", "T1")];
        let profile = profile().of_insurer(insurer);
        told(&record(raw(&fields), &profile))
    };
    assert_eq!(of("thing.judge", true), [""; 0]);
    assert_eq!(
        of("thing.judge", false),
        ["role_not_allowed kind line 7 column 1"]
    );
    for insurer in [false, true] {
        assert_eq!(of("thing.close", insurer), [""; 0]);
    }
}
