//! Files in, records out: groups, details, totals, and what is wrong with either.

mod sections;

use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::code::Code;
use crate::format::{ReaderKind, fake};
use crate::read::{Chunk, Fault, Layout, RawRecord};

const FORMAT: &str = r#"
id = "f-1"
title = "F"
lines = ["insurance"]
reader = "fixed-width"
charset = "windows-1252"

[fixed-width]
width = 30
unknown_lines = "ignore"
payee = "section.3-8"
test = { from = "start.10", is = "T" }

[record.start]
when = { at = 1, is = "01" }
stands = "opening"

[record.section]
when = { at = 1, is = "05" }
stands = "opening"
within = "start"

[record.payment]
when = { at = 1, is = "20" }
kind = "customer.create"
field = [{ name = "comment", from = "payment.30" }]

[record.deduction]
when = [{ at = 1, is = "20" }, { at = 30, is = "-" }]
kind = "insurance.cancel"
field = [{ name = "reason", constant = "death" }]

[record.extra]
when = { at = 1, is = "22" }
stands = "detail"

[record.name]
when = { at = 1, is = "26" }
stands = "detail"

[record.deposit]
when = { at = 1, is = "15" }
stands = "closing"
of = "section"

[record.end]
when = { at = 1, is = "70" }
stands = "closing"
of = "start"

[[field]]
name = "insurance_no"
from = "payment.3-12 | deduction.3-12 | extra.3-12"
zeros_are_blank = true
several = "note"

[[field]]
name = "amount"
from = "payment.13-22 | deduction.13-22"
decimals = 2

[[field]]
name = "last_name"
from = "name.3-30"
several = "joined"

[[field]]
name = "start_date"
from = "deposit.3-10"
dates = ["YYYYMMDD"]

[[field]]
name = "customer_no"
from = "section.3-8"

[[control]]
name = "deposit"
stated = "deposit.11-20"
equals = 'sum(payment.13-22) - sum(deduction.13-22)'
decimals = 2

[[control]]
name = "payments"
stated = "deposit.21-24"
equals = 'count(payment) + count(deduction)'
or = 'count(payment where 12 = "1")'

[[control]]
name = "sections"
stated = "end.3-6"
equals = "count(deposit)"
"#;

const FILE: &str = "\u{feff}a title\r\n\r
01BGM    P\r
05991234\r
20A000000001     12345\r
26Åsa\r
26Öberg AB\r
22B\r
200000000000     00500          \r
22C\r
20              000100\r
22D\r
22E\r
20F000000001    000200       -\r
99whatever\r
1520261120     12745   4\r
05991234\r
20G000000001     00001\r
1520261123         1   1\r
70   2\r
\r
";

/// `deduction` is told first: the kinds of lines are tried in order.
fn format() -> Arc<Format> {
    let text = FORMAT.replacen("[record.payment]", "[record.first]", 1);
    let (head, rest) = text.split_once("[record.first]").expect("stands there");
    let (payment, rest) = rest.split_once("[record.deduction]").expect("stands there");
    let (deduction, rest) = rest.split_once("[record.extra]").expect("stands there");
    let text =
        format!("{head}[record.deduction]{deduction}[record.payment]{payment}[record.extra]{rest}");
    Arc::new(fake::format(&text))
}

fn rules(format: &Format) -> FixedRules {
    match &format.reader {
        ReaderKind::Fixed(rules) => rules.clone(),
        other => panic!("{other:?}"),
    }
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("written");
    file
}

/// A record in one line of words.
fn told(record: &RawRecord<'_>) -> String {
    let fields = record.fields.iter().map(|field| {
        let place = record.place.of_field(field.spot, field.name);
        match &field.text {
            Ok(text) => format!("{}={text} ({place})", field.name),
            Err(code) => format!("{}!{code} ({place})", field.name),
        }
    });
    let findings = record
        .findings
        .iter()
        .map(|finding| format!("{} {} {}", finding.code, finding.field, finding.place));
    fields.chain(findings).collect::<Vec<_>>().join(" | ")
}

fn read(bytes: &[u8], piece: usize) -> Result<(Vec<String>, crate::read::Ending), Fault> {
    let format = format();
    let (mut reader, layout) = open_by(&format, &rules(&format), (None, file(bytes)), piece);
    let layout = Layout::Fixed(layout);
    let mut all = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        let chunk = Chunk::Fixed(chunk);
        all.extend(layout.records(&chunk).iter().map(told));
    }
    Ok((all, reader.finish()?))
}

#[test]
fn records_take_from_their_details_and_from_both_ends_of_their_groups() {
    let expected = [
        "kind=customer.create (line 5) | insurance_no=A000000001 (line 5 column 3) | amount=123.45 (line 5 column 13) | \
         last_name=Åsa Öberg AB (line 6 column 3) | start_date=2026-11-20 (line 5) | customer_no=991234 (line 5)",
        "kind=customer.create (line 9) | insurance_no=C (line 10 column 3) | amount=5.00 (line 9 column 13) | \
         start_date=2026-11-20 (line 9) | customer_no=991234 (line 9)",
        "kind=customer.create (line 11) | amount=1.00 (line 11 column 13) | start_date=2026-11-20 (line 11) | \
         customer_no=991234 (line 11) | several_references insurance_no line 12 column 3",
        "kind=insurance.cancel (line 14) | reason=death (line 14) | insurance_no=F000000001 (line 14 column 3) | \
         amount=2.00 (line 14 column 13) | start_date=2026-11-20 (line 14) | customer_no=991234 (line 14)",
        "kind=customer.create (line 18) | insurance_no=G000000001 (line 18 column 3) | amount=0.01 (line 18 column 13) | \
         start_date=2026-11-23 (line 18) | customer_no=991234 (line 18)",
    ];
    for piece in [1, 40, 100, usize::MAX] {
        let (records, ending) = read(FILE.as_bytes(), piece).expect("readable");
        let sorted = |text: &str| {
            let mut parts: Vec<&str> = text.split(" | ").collect();
            parts.sort_unstable();
            parts.join("\n")
        };
        let records: Vec<String> = records.iter().map(|record| sorted(record)).collect();
        assert_eq!(records, expected.map(sorted), "{piece}");
        let controls: Vec<String> = ending
            .counted
            .iter()
            .map(|control| {
                format!(
                    "{} {} {} {}",
                    control.name, control.stated, control.found, control.ok
                )
            })
            .collect();
        let agreed = [
            "deposit 127.46 127.46 true",
            "payments 5 5 true",
            "sections 2 2 true",
        ];
        assert_eq!(controls, agreed, "{piece}");
        assert_eq!(ending.payees, ["991234"]);
        assert_eq!(ending.batch, []);
    }
}

#[test]
fn what_cannot_be_formed_tells_how_the_format_reads_it() {
    let format = format();
    let bytes = FILE.replacen("     12345", "     1x345", 1);
    let (mut reader, layout) = open_by(
        &format,
        &rules(&format),
        (None, file(bytes.as_bytes())),
        usize::MAX,
    );
    let chunk = reader.next_chunk().expect("readable").expect("some");
    let records: Vec<_> = layout.records(&chunk).collect();
    let amount = records[0]
        .fields
        .iter()
        .find(|field| field.name == "amount");
    let amount = amount.expect("given");
    assert!(
        amount.text.is_err() && amount.convert.is_some(),
        "{amount:?}"
    );
}

#[test]
fn a_record_over_several_pieces_of_their_real_size_is_read_whole() {
    let long = FILE.replacen("26Åsa\r\n", &"26Åsa\r\n".repeat(30_000), 1);
    let (small, _) = read(FILE.as_bytes(), usize::MAX).expect("readable");
    for piece in [4_000, usize::MAX] {
        let (records, ending) = read(long.as_bytes(), piece).expect("readable");
        assert_eq!(records.len(), small.len(), "{piece}");
        assert!(
            records[0].contains("last_name=Åsa Öberg AB"),
            "{}",
            records[0]
        );
        assert!(records[4].contains("insurance_no=G"), "{}", records[4]);
        assert!(ending.counted.iter().all(|control| control.ok), "{piece}");
    }
}

#[test]
fn the_longest_line_is_as_long_wherever_it_stands() {
    for (length, taken) in [(1 << 16, true), ((1 << 16) + 1, false)] {
        let line = "99".to_owned() + &" ".repeat(length - 2) + "\n";
        for before in ["", "99\n", &"99\n".repeat(10_000), &"99\n".repeat(30_000)] {
            for after in ["", "99\n"] {
                let text = format!("01BGM    P\n{before}{line}{after}");
                let told = match read(text.as_bytes(), usize::MAX) {
                    Err(Fault::File(finding)) => Some(finding.code),
                    _ => None,
                };
                let expected = (!taken).then_some(Code::RecordTooLarge);
                assert_eq!(told, expected, "{length} behind {}", before.len());
            }
        }
    }
}

#[test]
fn a_bank_may_count_in_another_way() {
    let other = FILE.replace("12745   4", "12745   1");
    let (_, ending) = read(other.as_bytes(), usize::MAX).expect("readable");
    assert!(ending.counted[1].ok, "{:?}", ending.counted);
}

#[test]
fn what_does_not_add_up_or_belong_together_is_told() {
    let rows = [
        // (what to put, in place of what, finding)
        ("12745   4", "12746   4", "deposit 127.46 127.45"),
        ("12745   4", "12745   5", "payments 5 4"),
        ("12745   4", "1274x   4", "deposit 1274x 127.45"),
        ("70   2", "70   3", "sections 3 2"),
        (
            "05991234\r\n20A",
            "20A",
            "outside of every group|closes a `section` group",
        ),
        ("70   2", "1520261120\r\n70   2", "closes a `section` group"),
        ("20A000000001     12345\r\n", "", "there is none before it"),
    ];
    for (old, new, expected) in rows {
        let bytes = FILE.replacen(old, new, 1);
        let told = match read(bytes.as_bytes(), 64) {
            Ok((_, ending)) => {
                let controls = ending.counted.iter().filter(|control| !control.ok);
                let controls = controls.map(|c| format!("{} {} {}", c.name, c.stated, c.found));
                let batch = ending
                    .batch
                    .iter()
                    .map(|finding| finding.message.to_string());
                controls.chain(batch).collect::<Vec<_>>().join("; ")
            }
            Err(Fault::Batch(finding) | Fault::File(finding)) => finding.message.to_string(),
            Err(Fault::World(error)) => panic!("{error}"),
        };
        let found = expected.split('|').any(|part| told.contains(part));
        assert!(found, "{old} -> {new}: {told}");
    }
}

#[test]
fn a_file_that_is_cut_short_or_begins_elsewhere_is_refused() {
    for (number, _) in FILE.match_indices("\r\n") {
        let cut = &FILE.as_bytes()[..number];
        let whole = FILE[number..].trim().is_empty();
        assert_eq!(read(cut, 64).is_ok(), whole, "{}", &FILE[..number]);
    }
    let headless = FILE.replacen("01BGM    P\r\n", "", 1);
    assert!(matches!(read(headless.as_bytes(), 64), Err(Fault::File(_))));
    let elsewhere = FILE.replacen("01BGM    P\r\n05991234\r\n", "", 1);
    let Err(Fault::File(finding)) = read(elsewhere.as_bytes(), 64) else {
        panic!("it was taken");
    };
    assert_eq!(
        finding.message,
        "the file does not begin with a `start` line"
    );
}

#[test]
fn a_test_says_so_and_lines_have_a_width() {
    let format = format();
    let test = |text: &str| {
        let (mut reader, _) = open_by(&format, &rules(&format), (None, file(text.as_bytes())), 64);
        reader.is_test().expect("readable")
    };
    assert!(!test(FILE));
    assert!(test(&FILE.replace("01BGM    P", "01BGM    T")));
    let long = FILE.replacen("     12345\r", "     12345          \tx\r", 1);
    let (records, _) = read(long.as_bytes(), 64).expect("readable");
    assert!(records[0].contains("column_count"), "{}", records[0]);
    let blank = FILE.replacen("     12345\r", "     12345                  \t\t\r", 1);
    let (records, _) = read(blank.as_bytes(), 64).expect("readable");
    assert!(!records[0].contains("column_count"), "{}", records[0]);
}

#[test]
fn a_file_is_recognised_by_its_first_line() {
    let format = format();
    let begins = |text: &str| super::begins(&format, &rules(&format), text.as_bytes());
    assert!(begins(FILE));
    assert!(!begins("20A\n01B\n"));
    assert!(!begins("kind,amount\n"));
}

/// Lines of every kind in any order, some of them broken.
fn line() -> impl Strategy<Value = Vec<u8>> {
    const KINDS: [&str; 10] = [
        "01BGM    P",
        "05991234",
        "20A000000001     12345",
        "22B",
        "26\u{c5}sa",
        "1520261120     12345   1",
        "70   1",
        "xx",
        "",
        "   ",
    ];
    let known = proptest::sample::select(KINDS.to_vec()).prop_map(|line| line.as_bytes().to_vec());
    let noise = proptest::collection::vec(any::<u8>(), 0..40);
    let broken = (known.clone(), any::<u8>(), 0..30_usize).prop_map(|(mut line, byte, at)| {
        if let Some(spot) = line.get_mut(at) {
            *spot = byte;
        }
        line
    });
    prop_oneof![4 => known, 2 => broken, 1 => noise]
}

proptest! {
    /// Whatever the bytes: no panic, and the same records and faults wherever the pieces end.
    #[test]
    fn pieces_make_no_difference(lines in proptest::collection::vec(line(), 0..60), crlf: bool) {
        let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        let bytes = lines.join(end);
        let told = |piece| match read(&bytes, piece) {
            Ok((records, ending)) => format!("{records:#?}\n{:?}\n{:?}", ending.counted, ending.batch),
            Err(Fault::File(finding) | Fault::Batch(finding)) => format!("{finding:?}"),
            Err(Fault::World(error)) => format!("{error}"),
        };
        let whole = told(usize::MAX);
        for piece in [1, 30, 200] {
            prop_assert_eq!(told(piece), whole.clone());
        }
    }
}
