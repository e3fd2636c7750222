//! The answers' bytes.

use std::io::Write as _;

use uuid::Uuid;

use crate::check::{
    CELLS, COUNTRY, CUSTOMER, FIRST, Finding, Good, IDENTITY, LAST, LOAN, NUMBER, TYPE,
};

pub(crate) const RESULT_HEAD: &str =
    "\u{feff}row;instruction_id;kind;entity;outcome;state;references;codes;message\n";
pub(crate) const ERRORS_HEAD: &str =
    "\u{feff}row;place;field;value;code;level;message;hint;iso_reason\n";

/// What all records of the file share.
pub(crate) struct Batch {
    /// The first twelve digits of the file's SHA-256.
    pub(crate) id: String,
    /// What the ids of its events derive from.
    pub(crate) origin: Uuid,
}

/// The answers to some records.
pub(crate) struct Answers {
    result: Vec<u8>,
    errors: Vec<u8>,
    rejected: Vec<u8>,
    events: Vec<u8>,
    pub(crate) good: u64,
    /// Sum of the good ones' insured amounts.
    pub(crate) ore: u64,
}

impl Answers {
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        Self {
            result: Vec::with_capacity(bytes),
            errors: Vec::new(),
            rejected: Vec::new(),
            events: Vec::with_capacity(bytes * 9),
            good: 0,
            ore: 0,
        }
    }

    /// In the order of the files.
    pub(crate) fn bytes(&self) -> [&[u8]; 4] {
        [&self.result, &self.errors, &self.rejected, &self.events]
    }

    pub(crate) fn accept(&mut self, row: u64, cells: &[&[u8]; CELLS], good: &Good, batch: &Batch) {
        self.good += 1;
        self.ore += good.amount;
        let approved = good.by_bank && good.by_customer;
        let state: &[u8] = if approved { b"approved" } else { b"registered" };
        let out = &mut self.result;
        number(out, row);
        put(
            out,
            &[
                b";;insurance.register;",
                cells[NUMBER],
                b";accepted;",
                state,
                b";customer=",
                cells[CUSTOMER],
                b";;\n",
            ],
        );
        let mut digits = [0; 20];
        let origin = sluss::model::ids::derived(&batch.origin, decimal(&mut digits, row));
        let out = &mut self.events;
        let customer = (
            "event:0",
            "customer.created",
            cells[CUSTOMER],
            "exists",
            "\"customer_type\":\"",
        );
        begin(out, &origin, customer, row, batch);
        put(
            out,
            &[
                cells[TYPE],
                b"\",\"country\":\"",
                cells[COUNTRY],
                b"\",\"identity_no\":\"",
                cells[IDENTITY],
                b"\",\"first_name\":\"",
            ],
        );
        latin(out, cells[FIRST]);
        out.extend_from_slice(b"\",\"last_name\":\"");
        latin(out, cells[LAST]);
        out.extend_from_slice(b"\"}}}\n");
        let insurance = (
            "event:1",
            "insurance.registered",
            cells[NUMBER],
            "registered",
            "\"product\":\"LOANPROT-A\",\"loan_ref\":\"",
        );
        begin(out, &origin, insurance, row, batch);
        put(
            out,
            &[
                cells[LOAN],
                b"\",\"currency\":\"SEK\",\"insured_amount\":\"",
            ],
        );
        money(out, good.amount);
        out.extend_from_slice(b"\",\"annual_premium\":\"");
        money(out, good.premium);
        put(
            out,
            &[
                b"\",\"start_date\":\"",
                cells[crate::check::START],
                b"\",\"owner_customer_no\":\"",
                cells[CUSTOMER],
                b"\",\"insured_customer_no\":\"",
                cells[CUSTOMER],
                b"\",\"approved_by_bank\":",
                truth(good.by_bank),
                b",\"approved_by_customer\":",
                truth(good.by_customer),
                b"}}}\n",
            ],
        );
        if approved {
            let both = "\"approved_by_bank\":true,\"approved_by_customer\":true}}}\n";
            let event = (
                "event:2",
                "insurance.approved",
                cells[NUMBER],
                "approved",
                both,
            );
            begin(out, &origin, event, row, batch);
        }
    }

    pub(crate) fn reject(
        &mut self,
        row: u64,
        line: &[u8],
        cells: &[&[u8]; CELLS],
        finding: &Finding,
    ) {
        self.rejected.extend_from_slice(line);
        number(&mut self.result, row);
        put(
            &mut self.result,
            &[
                b";;insurance.register;",
                cells[NUMBER],
                b";rejected;;;",
                finding.code.as_bytes(),
                b";",
                finding.field.as_bytes(),
                b": ",
                finding.message.as_bytes(),
                b"\n",
            ],
        );
        // One byte is one letter.
        let column: usize = cells[..finding.cell]
            .iter()
            .map(|cell| cell.len() + 1)
            .sum();
        let out = &mut self.errors;
        let place = if cells[finding.cell].is_empty() {
            String::new()
        } else {
            format!(" column {}", column + 1)
        };
        write!(out, "{row};line {}{place};{};", row + 1, finding.field)
            .expect("a buffer takes every write");
        latin(out, cells[finding.cell]);
        writeln!(
            out,
            ";{};error;{};{};{}",
            finding.code, finding.message, finding.hint, finding.iso
        )
        .expect("a buffer takes every write");
    }
}

/// An event's envelope, up to the first of what changed: id, type, subject, state.
fn begin(
    out: &mut Vec<u8>,
    origin: &Uuid,
    (event, kind, subject, state, changed): (&str, &str, &[u8], &str, &str),
    row: u64,
    batch: &Batch,
) {
    let id = sluss::model::ids::derived(origin, event.as_bytes());
    put(
        out,
        &[
            b"{\"specversion\":\"1.0\",\"id\":\"",
            id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes(),
            b"\",\"source\":\"urn:sluss:bench\",\"type\":\"",
            kind.as_bytes(),
            b"\",\"subject\":\"",
            subject,
            b"\",\"time\":\"2026-11-20T02:00:00+01:00\",\"datacontenttype\":\"application/json\",\"data\":{\"batch\":\"",
            batch.id.as_bytes(),
            b"\",\"row\":",
        ],
    );
    number(out, row);
    put(
        out,
        &[
            b",\"instruction_id\":null,\"state\":\"",
            state.as_bytes(),
            b"\",\"changed\":{",
            changed.as_bytes(),
        ],
    );
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}

const fn truth(truth: bool) -> &'static [u8] {
    if truth { b"true" } else { b"false" }
}

/// Latin-1 as UTF-8.
fn latin(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        if byte < 0x80 {
            out.push(byte);
        } else {
            out.extend_from_slice(&[0xc0 | byte >> 6, 0x80 | byte & 0x3f]);
        }
    }
}

fn decimal(digits: &mut [u8; 20], mut number: u64) -> &[u8] {
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10).to_le_bytes()[0];
        number /= 10;
        if number == 0 {
            return &digits[at..];
        }
    }
}

fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(decimal(&mut [0; 20], number));
}

fn money(out: &mut Vec<u8>, ore: u64) {
    number(out, ore / 100);
    let (tens, ones) = (
        (ore / 10 % 10).to_le_bytes()[0],
        (ore % 10).to_le_bytes()[0],
    );
    out.extend_from_slice(&[b'.', b'0' + tens, b'0' + ones]);
}
