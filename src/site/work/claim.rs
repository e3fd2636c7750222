//! What is known of a batch in hand: the claim file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::check::hide_name;
use crate::code::Code;
use crate::os;

/// How far a batch in hand has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Taken, or about to be.
    Taken,
    /// Being read: where a claim is found in this stage, the process died reading.
    Reading,
    /// Recorded in the ledger, its answers on their way out. What is gone from here now was published.
    Publishing,
}

/// What the claim file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose batch it is.
    pub partner: String,
    /// The file's name as it was dropped; `None`: a batch without a file.
    pub name: Option<OsString>,
    /// The name of its done-file.
    pub done_file: Option<OsString>,
    /// Number and change time (seconds, nanoseconds) of the done-file that was seen: another under its name belongs
    /// to another file.
    pub done_seen: Option<(u64, i64, i64)>,
    /// How done-files are named, `{name}` being the file's name.
    pub done_pattern: Option<String>,
    /// When it was taken; every time in its answers.
    pub claimed_at: DateTime<FixedOffset>,
    /// The date that its rules are judged by.
    pub business_date: NaiveDate,
    /// How often the process died reading it; counted up before reading begins.
    pub attempts: u32,
    /// How far it has come.
    pub stage: Stage,
    /// Why it is not to be read, if so.
    pub refused: Option<Code>,
    /// The batch's name in the journal, once it has one.
    pub batch: Option<String>,
}

/// The claim file as it is written. Names are kept as bytes in hex beside their readable form: they may be no text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    partner: String,
    name: Option<String>,
    name_bytes: Option<String>,
    done_file_bytes: Option<String>,
    done_seen: Option<(u64, i64, i64)>,
    done_pattern: Option<String>,
    claimed_at: String,
    business_date: String,
    attempts: u32,
    stage: Stage,
    refused: Option<String>,
    batch: Option<String>,
}

pub(super) fn write(claim: &Claim) -> Vec<u8> {
    let hex = |name: &OsString| os::hex(name.as_bytes());
    let written = Written {
        version: 1,
        partner: claim.partner.clone(),
        name: claim.name.as_ref().map(|_| claim.shown_name()),
        name_bytes: claim.name.as_ref().map(hex),
        done_file_bytes: claim.done_file.as_ref().map(hex),
        done_seen: claim.done_seen,
        done_pattern: claim.done_pattern.clone(),
        claimed_at: claim.claimed_at.to_rfc3339(),
        business_date: claim.business_date.to_string(),
        attempts: claim.attempts,
        stage: claim.stage,
        refused: claim.refused.map(|code| code.as_str().to_owned()),
        batch: claim.batch.clone(),
    };
    serde_json::to_vec_pretty(&written).expect("text and numbers are always JSON")
}

pub(super) fn read(text: &[u8]) -> Result<Claim> {
    let written: Written = serde_json::from_slice(text)?;
    if written.version != 1 {
        bail!(
            "version {} is not known; a newer sluss wrote it",
            written.version
        );
    }
    let refused = match &written.refused {
        Some(word) => Some(Code::named(word).with_context(|| format!("unknown code {word}"))?),
        None => None,
    };
    Ok(Claim {
        partner: written.partner,
        name: written.name_bytes.as_deref().map(from_hex).transpose()?,
        done_file: written
            .done_file_bytes
            .as_deref()
            .map(from_hex)
            .transpose()?,
        done_seen: written.done_seen,
        done_pattern: written.done_pattern,
        claimed_at: DateTime::parse_from_rfc3339(&written.claimed_at)?,
        business_date: written.business_date.parse()?,
        attempts: written.attempts,
        stage: written.stage,
        refused,
        batch: written.batch,
    })
}

fn from_hex(text: &str) -> Result<OsString> {
    ensure!(
        text.is_ascii() && text.len().is_multiple_of(2),
        "{text} is not hex"
    );
    let bytes: Result<Vec<u8>, _> = (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16))
        .collect();
    Ok(OsString::from_vec(bytes?))
}

impl Claim {
    /// A fresh claim of a file (or of none), nothing known of it yet.
    pub fn fresh(
        partner: &str,
        name: Option<OsString>,
        claimed_at: DateTime<FixedOffset>,
        business_date: NaiveDate,
    ) -> Self {
        Self {
            partner: partner.to_owned(),
            name,
            done_file: None,
            done_seen: None,
            done_pattern: None,
            claimed_at,
            business_date,
            attempts: 0,
            stage: Stage::Taken,
            refused: None,
            batch: None,
        }
    }

    /// The file's name for people, for answers and for the book: what is no text in it is replaced, and what is a card
    /// number or a person's is masked.
    pub fn shown_name(&self) -> String {
        hide_name(&self.received_name()).into_owned()
    }

    /// The file's name as it was dropped, for recognising its format alone; what is no text in it is replaced.
    pub fn received_name(&self) -> String {
        let name = self.name.as_deref().unwrap_or(OsStr::new(""));
        name.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(at: &str) -> Claim {
        Claim {
            partner: "p".into(),
            name: Some(OsString::from_vec(b"a\xff\n.csv".to_vec())),
            done_file: Some("x.done".into()),
            done_seen: Some((1, -2, 3)),
            done_pattern: Some("{name}.done".into()),
            claimed_at: DateTime::parse_from_rfc3339(at).expect("a time"),
            business_date: NaiveDate::from_ymd_opt(2026, 11, 20).expect("a date"),
            attempts: 2,
            stage: Stage::Reading,
            refused: Some(Code::NotPlainFile),
            batch: Some("3f9a".into()),
        }
    }

    #[test]
    fn a_claim_file_keeps_all_that_it_is_told() {
        let claim = claim("2026-11-20T02:00:00.123456789+01:00");
        assert_eq!(read(&write(&claim)).expect("reads"), claim);
        let text = String::from_utf8(write(&claim)).expect("text");
        let newer = text.replace("\"version\": 1", "\"version\": 2");
        assert!(
            read(newer.as_bytes())
                .expect_err("newer")
                .to_string()
                .contains("newer sluss")
        );
        for wrong in ["", "{}", &text.replace("2026-11-20\"", "2026-11-31\"")] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
