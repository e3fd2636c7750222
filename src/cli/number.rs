//! `sluss number`: whether numbers are valid.

use std::io::BufRead;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde_json::json;

use super::args::Common;
use super::exit::wrong_use;
use super::out::Out;
use super::session;
use crate::check::number::{Check, NUMBER_KINDS};

/// Judges values from the arguments, or one from each line of standard input.
pub fn print(common: &Common, kind: &str, values: &[String], out: &mut Out) -> Result<()> {
    let Some((_, check)) = NUMBER_KINDS.iter().find(|(name, _)| *name == kind) else {
        let kinds: Vec<&str> = NUMBER_KINDS.iter().map(|(name, _)| *name).collect();
        return Err(wrong_use(format!(
            "{kind}: not a kind of number; there is {}",
            kinds.join(", ")
        )));
    };
    let today = common
        .business_date
        .unwrap_or_else(|| session::now(common).date_naive());
    let mut documents = Vec::new();
    if !common.json {
        out.line("value,valid,normalised,code")?;
    }
    let mut judge = |value: &str| {
        let judged = Judged::of(value, *check, today);
        if common.json {
            documents.push(judged.document());
            Ok(())
        } else {
            out.line(judged.csv())
        }
    };
    if values.is_empty() {
        each_line(&mut judge)?;
    } else {
        values.iter().try_for_each(|value| judge(value))?;
    }
    if common.json {
        out.json(&json!({ "kind": kind, "numbers": documents }))?;
    }
    Ok(())
}

/// Lines as they are: quotes and commas belong to the value. What is not UTF-8 is no number, and says so.
fn each_line(judge: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input
            .read_until(b'\n', &mut line)
            .context("standard input")?
            == 0
        {
            return Ok(());
        }
        judge(&String::from_utf8_lossy(&line))?;
    }
}

struct Judged {
    value: String,
    valid: bool,
    normalised: String,
    code: &'static str,
}

impl Judged {
    fn of(value: &str, check: Check, today: NaiveDate) -> Self {
        let value = value.trim().to_owned();
        match check(&value, Some(today)) {
            Ok(number) => Self {
                value,
                valid: true,
                normalised: number.normalised,
                code: number.note.map_or("", |code| code.as_str()),
            },
            Err(code) => Self {
                value,
                valid: false,
                normalised: String::new(),
                code: code.as_str(),
            },
        }
    }

    fn csv(&self) -> String {
        format!(
            "{},{},{},{}",
            quoted(&self.value),
            self.valid,
            quoted(&self.normalised),
            self.code
        )
    }

    fn document(&self) -> serde_json::Value {
        let blank_is_null = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        json!({
            "value": self.value,
            "valid": self.valid,
            "normalised": blank_is_null(&self.normalised),
            "code": blank_is_null(self.code),
        })
    }
}

/// A CSV cell for other programs (RFC 4180).
pub fn quoted(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_judged_as_it_is_and_written_as_csv() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date");
        let rows = [
            (
                "iban",
                "  GB82 WEST 1234 5698 7654 32 ",
                "GB82 WEST 1234 5698 7654 32,true,GB82WEST12345698765432,",
            ),
            ("se.account", "5102,015875-1", "\"5102,015875-1\",true,"),
            ("bic", "", ",false,,"),
            (
                "se.personnummer",
                "19860810-2384",
                "19860810-2384,false,,invalid_check_digit",
            ),
        ];
        for (kind, value, expected) in rows {
            let (_, check) = NUMBER_KINDS
                .iter()
                .find(|(name, _)| *name == kind)
                .expect(kind);
            let csv = Judged::of(value, *check, today).csv();
            assert!(csv.starts_with(expected), "{csv}");
        }
    }
}
