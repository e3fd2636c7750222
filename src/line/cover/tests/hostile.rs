//! Records of any content: each is answered, and one that is rejected leaves the book as it was (the desk sees to that).

use proptest::prelude::*;

use super::Desk;
use crate::line::cover::KINDS;
use crate::model::Need;

/// Values that fit somewhere, nearly fit, or fit nowhere.
const VALUES: &[&str] = &[
    "I1",
    "I2",
    "connect",
    "reinsure",
    "insure",
    "SE",
    "NO",
    "DE",
    "XX",
    "5599990016",
    "559999-0024",
    "999900100",
    "A1",
    "1.00",
    "1.01",
    "10010",
    "0.001",
    "-5",
    "99999999999999999999999999.99",
    "SEK",
    "EUR",
    "JPY",
    "KWD",
    "1800-01-01",
    "2026-11-15",
    "2026-11-20",
    "2026-12-15",
    "2999-12-31",
    "7",
    "120",
    "121",
    "eva@example.se",
    "sv",
    "SV",
    "bankruptcy",
    "non_payment",
    "ÅÄÖ",
    "00000000-0000-5000-8000-000000000000",
];

/// Which kind, and for each of its fields a value, or none.
fn records() -> impl Strategy<Value = Vec<(usize, Vec<Option<usize>>)>> {
    let value = || prop::option::weighted(0.8, 0..VALUES.len());
    let record = (0..KINDS.len(), prop::collection::vec(value(), 20));
    prop::collection::vec(record, 1..30)
}

/// The record in the desk's spelling; a field that must be given has a value.
fn record(kind: usize, values: &[Option<usize>]) -> (&'static str, String) {
    let kind = &KINDS[kind];
    let fields = kind.fields.iter().zip(values).filter_map(|(spec, value)| {
        let needed = spec.need == Need::Required;
        let value = value.or(needed.then_some(0))?;
        Some(format!("{}={}", spec.name, VALUES[value]))
    });
    (kind.name, fields.collect::<Vec<_>>().join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_record_is_answered(all in records()) {
        for request in [super::reinsure(), super::insure(), super::connect()] {
            let mut desk = Desk::with("quote.offered", &request);
            for (kind, values) in &all {
                let (kind, fields) = record(*kind, values);
                let decision = desk.send(kind, &fields);
                prop_assert!(decision.findings.iter().all(|finding| !finding.hint.is_empty()));
            }
            desk.to("2027-06-01");
        }
    }
}
