//! Groups that no line closes, types that mean other things under another header, and records without a header.

use proptest::prelude::*;

use super::{file, rules, told};
use crate::format::fake;
use crate::read::fixed::{begins, open_by};
use crate::read::{Chunk, Ending, Fault, Layout};

const FORMAT: &str = r#"
id = "s-1"
title = "S"
lines = ["insurance"]
reader = "fixed-width"

[fixed-width]
width = 30
title_lines = true
one_payee = true
payee = "orders.3-8 | list.3-8 | paid.23-28"

[record.list]
when = [{ at = 1, is = "01" }, { at = 9, is = "LIST" }]
stands = "opening"

[record.section]
when = { at = 1, is = "15|16" }
stands = "opening"
within = "list"

[record.paid]
when = [{ at = 1, is = "82" }, { at = 30, is = "0|3" }]
within = "section"
kind = "customer.create"
field = [
    { name = "amount", from = "paid.3-8", decimals = 2 },
    { name = "insurance_no", from = "section.3-4", join = { with = "/", labels = ["paid.9-12"] } },
    { name = "customer_no", from = "paid.9-16", without = ["00", "99"] },
]

[record.failed]
when = { at = 1, is = "82" }
within = "section"
kind = "insurance.cancel"
field = [{ name = "reason", constant = "death" }, { name = "insurance_no", from = "section.3-4" }]

[record.list-end]
when = { at = 1, is = "09" }
stands = "closing"
of = "list"

[record.orders]
when = [{ at = 1, is = "01" }, { at = 9, blank = 4 }]
stands = "opening"

[record.order]
when = { at = 1, is = "82" }
within = "orders"
kind = "customer.create"
field = [{ name = "comment", from = "order.9-12" }]

[record.bare]
when = [{ at = 1, is = "00" }, { at = 3, digits = 4 }]
bare = true
kind = "customer.create"
field = [{ name = "comment", from = "bare.3-6" }]

[[field]]
name = "last_name"
constant = "x"

[[control]]
name = "section"
stated = "section.9-14"
equals = "sum(paid.3-8)"
decimals = 2

[[control]]
name = "sections"
stated = "list-end.3-4"
equals = "count(section)"
"#;

const LIST: &str = "A heading

01991234LIST
15AA    000300
82000100 003          991234 0
820002009912          991234 3
82000900 004                 1
16BB    000000
09 2
";

fn read(bytes: &[u8], piece: usize) -> Result<(Vec<String>, Ending), Fault> {
    let format = std::sync::Arc::new(fake::format(FORMAT));
    let (mut reader, layout) = open_by(&format, &rules(&format), (None, file(bytes)), piece);
    let layout = Layout::Fixed(layout);
    let mut all = Vec::new();
    while let Some(chunk) = reader.next_chunk()? {
        let chunk = Chunk::Fixed(chunk);
        all.extend(layout.records(&chunk).iter().map(told));
    }
    Ok((all, reader.finish()?))
}

/// What is wrong with a file, in words.
fn faults(text: &str) -> String {
    match read(text.as_bytes(), 64) {
        Ok((_, ending)) => {
            let controls = ending.counted.iter().filter(|control| !control.ok);
            let controls = controls.map(|c| format!("{} {} {}", c.name, c.stated, c.found));
            let batch = ending.batch.iter().map(|finding| finding.code.to_string());
            controls.chain(batch).collect::<Vec<_>>().join("; ")
        }
        Err(Fault::Batch(finding) | Fault::File(finding)) => finding.code.to_string(),
        Err(Fault::World(error)) => panic!("{error}"),
    }
}

#[test]
fn a_section_ends_where_another_begins_and_states_its_sum_above() {
    for piece in [1, 40, usize::MAX] {
        let (records, ending) = read(LIST.as_bytes(), piece).expect("readable");
        let found: Vec<bool> = ["amount=1.00", "amount=2.00", "kind=insurance.cancel"]
            .iter()
            .zip(&records)
            .map(|(part, record)| record.contains(part))
            .collect();
        assert_eq!(found, [true; 3], "{records:#?}");
        assert!(records[1].contains("insurance_no=AA/9912"), "{records:#?}");
        assert!(records[1].contains("customer_no=12 "), "{records:#?}");
        let controls: Vec<String> = ending
            .counted
            .iter()
            .map(|c| format!("{} {} {} {}", c.name, c.stated, c.found, c.ok))
            .collect();
        assert_eq!(controls, ["section 3.00 3.00 true", "sections 2 2 true"]);
        assert_eq!(ending.batch, []);
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let good = LIST;
    assert_eq!(faults(good), "");
    let rows = [
        ("15AA    000300", "15AA    000301", "section 3.01 3.00"),
        ("16BB    000000", "16BB    000001", "section 0.01 0.00"),
        ("09 2", "09 1", "sections 1 2"),
        ("09 2\n", "", "totals_mismatch"),
        ("15AA    000300\n", "", "malformed; malformed; malformed"),
        ("991234 3", "991235 3", "wrong_payee"),
        ("16BB    000000", "a heading in the middle", "malformed"),
    ];
    for (old, new, expected) in rows {
        assert!(good.contains(old), "{old}");
        let found = faults(&good.replacen(old, new, 1));
        assert!(found.contains(expected), "{old} -> {new}: {found}");
    }
}

#[test]
fn a_type_is_what_its_header_says() {
    let text = "01991234\n82      A\n82      B\n01991235\n82      C\n";
    let (records, ending) = read(text.as_bytes(), 1).expect("readable");
    let comments = ["comment=A ", "comment=B ", "comment=C "];
    let found = comments
        .iter()
        .zip(&records)
        .all(|(c, record)| record.contains(c));
    assert!(found && records.len() == 3, "{records:#?}");
    assert_eq!(ending.batch, []);
    // Records that need no header do not stand under one.
    let (records, ending) = read(b"001234\n\n005678", 1).expect("readable");
    assert!(records.len() == 2 && records[1].contains("comment=5678"));
    assert_eq!(ending.batch, []);
    assert_eq!(faults("01991234\n001234\n"), "malformed");
    assert_eq!(faults("82      A\n"), "malformed");
    assert_eq!(faults("nothing\nof it\n"), "malformed");
}

#[test]
fn a_file_is_recognised_below_its_heading() {
    let format = fake::format(FORMAT);
    let begins = |text: &str| begins(&format, &rules(&format), text.as_bytes());
    assert!(begins(LIST) && begins("\u{feff}01991234\n") && begins("001234\n"));
    assert!(!begins("82      A\n01991234\n"));
    assert!(!begins("00123x\n"));
}

proptest! {
    /// Whatever the order of the lines: no panic, and the same records and faults wherever the pieces end.
    #[test]
    fn pieces_make_no_difference(picked in proptest::collection::vec(0..11_usize, 0..40)) {
        let text = format!("{LIST}01991235\n001234");
        let lines: Vec<&str> = text.lines().collect();
        let bytes = picked.iter().map(|at| lines[*at]).collect::<Vec<_>>().join("\n").into_bytes();
        let told = |piece| match read(&bytes, piece) {
            Ok((records, ending)) => format!("{records:#?}\n{:?}\n{:?}", ending.counted, ending.batch),
            Err(Fault::File(finding) | Fault::Batch(finding)) => format!("{finding:?}"),
            Err(Fault::World(error)) => format!("{error}"),
        };
        let whole = told(usize::MAX);
        for piece in [1, 30, 100] {
            prop_assert_eq!(told(piece), whole.clone());
        }
    }
}
