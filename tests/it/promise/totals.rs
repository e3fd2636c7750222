//! Totals decide: a file with controls of which one record is dropped, doubled or changed, or which is cut anywhere, is
//! never taken as if it were whole.

use std::collections::BTreeMap;

use serde_json::Value;

use super::place::Place;
use super::trials;
use crate::torture::trials::Trials;

const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.bank]
formats = ["bgmax-1", "ocr-giro-1"]
lines = ["loan"]
settle = "0s"

[partner.insurer]
formats = ["insurance-xml-1"]
lines = ["insurance"]
settle = "0s"

[product.LOANPROT-B]
line = "insurance"
"#;

/// A file with totals, and how what was done to it is named when it is dropped.
struct Sample {
    partner: &'static str,
    bytes: Vec<u8>,
    name: fn(usize) -> String,
    /// What ends one line or record of it.
    end: &'static str,
    /// Whether a part holds an amount or a count, and the byte to change in it then.
    digit: fn(&str) -> Option<usize>,
}

fn samples() -> Vec<Sample> {
    let read = |path: &str| {
        std::fs::read(format!(
            "{}/inbox-sample/{path}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .expect("a sample")
    };
    vec![
        Sample {
            partner: "bank",
            bytes: read("sydlan/inbetalningar_20261120.bgmax"),
            name: |no| format!("m{no:05}.bgmax"),
            end: "\n",
            // The last whole crown of a payment or deduction, and the counts at the end.
            digit: |line| match line.get(..2)? {
                "20" | "21" => Some(52),
                "15" => Some(66),
                "70" => Some(9),
                _ => None,
            },
        },
        Sample {
            partner: "bank",
            bytes: read("sydlan/innbetalinger_20261120.ocr"),
            name: |no| format!("m{no:05}.ocr"),
            end: "\n",
            digit: |line| match line.get(6..8)? {
                "30" => Some(46),
                "88" | "89" => Some(15),
                _ => None,
            },
        },
        Sample {
            partner: "insurer",
            bytes: read("nordbank/INS_20261120_008.xml"),
            name: |no| format!("INS_20261120_{no:05}.xml"),
            end: "</Forsakring>\n",
            digit: |record| {
                record
                    .find("<Forsakringsbelopp>")
                    .map(|at| at + "<Forsakringsbelopp>".len())
            },
        },
    ]
}

/// Everything that is done to a sample: what, and the bytes that are left.
fn mutants(sample: &Sample, cuts: usize) -> Vec<(String, Vec<u8>)> {
    let text = &sample.bytes;
    let mut all = Vec::new();
    let step = (text.len() / cuts.min(text.len())).max(1);
    for at in (1..text.len()).step_by(step) {
        all.push((format!("cut at {at}"), text[..at].to_vec()));
    }
    // In single-byte character sets, so that a byte is a character.
    let letters: String = text.iter().map(|&byte| char::from(byte)).collect();
    let parts: Vec<&str> = letters.split_inclusive(sample.end).collect();
    let bytes = |parts: &[&str]| {
        parts
            .concat()
            .chars()
            .map(|c| u8::try_from(u32::from(c)).expect("a byte"))
            .collect::<Vec<u8>>()
    };
    for at in 0..parts.len() {
        let (before, rest) = parts.split_at(at);
        all.push((
            format!("part {at} dropped"),
            bytes(&[before, &rest[1..]].concat()),
        ));
        all.push((
            format!("part {at} doubled"),
            bytes(&[before, &rest[..1], rest].concat()),
        ));
        if let Some(place) = (sample.digit)(parts[at]) {
            let mut changed = parts[at].as_bytes().to_vec();
            if parts[at].is_ascii() && changed[place].is_ascii_digit() {
                changed[place] = if changed[place] == b'9' {
                    b'1'
                } else {
                    changed[place] + 1
                };
                let changed = String::from_utf8(changed).expect("it was ASCII");
                all.push((
                    format!("part {at} changed"),
                    bytes(&[before, &[changed.as_str()], &rest[1..]].concat()),
                ));
            }
        }
    }
    all
}

/// What a batch read: how many records, and every sum.
fn content(batch: &Value) -> (Value, Vec<(Value, Value, Value)>) {
    let amounts = batch["amounts"].as_array().cloned().unwrap_or_default();
    let sums = amounts.iter().map(|sum| {
        (
            sum["field"].clone(),
            sum["currency"].clone(),
            sum["read"].clone(),
        )
    });
    (batch["counts"]["records"].clone(), sums.collect())
}

/// Whether any of it was taken: money or insurances moved because of it.
fn is_taken(batch: &Value) -> bool {
    matches!(batch["status"].as_str(), Some("accepted" | "partial"))
}

fn hold(place: &Place, cuts: usize, figures: &mut Trials) {
    let mut expected = BTreeMap::new();
    for sample in samples() {
        let whole = (sample.name)(0);
        place.drop(sample.partner, &whole, &sample.bytes);
        for (no, (what, bytes)) in (1..).zip(mutants(&sample, cuts)) {
            let name = (sample.name)(no);
            place.drop(sample.partner, &name, bytes);
            expected.insert(name, (what, whole.clone()));
        }
    }
    let batches: BTreeMap<String, Value> = (place.run().into_iter())
        .map(|batch| (batch["file"].as_str().expect("a file").to_owned(), batch))
        .collect();
    for (name, (what, whole)) in &expected {
        let (batch, whole) = (&batches[name], &batches[whole]);
        assert!(
            whole["controls"]
                .as_array()
                .is_some_and(|controls| !controls.is_empty()),
            "{whole}"
        );
        // Cut in blanks at its very end a file still holds all that it did.
        let lost = is_taken(batch) && content(batch) != content(whole);
        figures.count(lost.then(|| format!("{name} {what}: {batch}")));
    }
}

#[test]
fn nothing_less_or_other_than_the_totals_say_is_taken() {
    let place = Place::new(SETTINGS, &["bank", "insurer"]);
    let mut figures =
        Trials::of("files with totals cut at a byte, a record dropped, doubled or changed");
    hold(&place, trials(40, usize::MAX, usize::MAX), &mut figures);
    figures.end();
}

/// The check can fail: with formats that hold no totals against each other, what is left is taken.
#[test]
fn formats_without_totals_are_seen_to_take_what_is_left() {
    let place = Place::new(SETTINGS, &["bank", "insurer"]);
    let mut text = std::fs::read_to_string(format!(
        "{}/formats/bgmax-1.toml",
        env!("CARGO_MANIFEST_DIR")
    ))
    .expect("a format");
    let first = text.find("[[control]]").expect("a control");
    let last = text.rfind("[[control]]").expect("a control");
    // One stays, which no payment changes.
    text = format!("{}{}", &text[..first], &text[last..]);
    std::fs::write(place.site.join("formats/bgmax-1.toml"), text).expect("written");
    let mut figures = Trials::of("files without totals");
    hold(&place, 10, &mut figures);
    figures.must_have_failed();
}
