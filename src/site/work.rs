//! A batch in hand: its private folder under `work/<partner>/` and the claim file in it.
//!
//! ```text
//! work/<partner>/<id>/claim.json   what is known of the batch, synced at every change
//!                     input        the file itself, once it was taken
//!                     done         its done-file, if it had one
//!                     answers/     what will be published
//! ```

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::os::{self, Folder, step};

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

/// A batch in hand.
#[derive(Debug)]
pub struct Work {
    above: Folder,
    folder: Folder,
    id: String,
    /// What the claim file says; [`Work::save`] after a change.
    pub claim: Claim,
}

/// Name of a batch's file in its work folder.
pub const INPUT: &str = "input";
/// Name of its done-file there.
pub const DONE: &str = "done";
const CLAIM: &str = "claim.json";
const ANSWERS: &str = "answers";
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

impl Work {
    /// Makes a work folder with a synced claim file. Its name says when, and nothing that a partner chose.
    pub fn create(work: &Folder, claim: Claim) -> Result<Self> {
        let time = claim.claimed_at.to_utc().format("%Y%m%dT%H%M%S");
        let mut number = 1_u32;
        let (id, folder) = loop {
            let id = format!("{time}-{number}");
            match work.make(&id, FOLDER_MODE) {
                Err(fault) if fault.is_taken() => number += 1,
                done => break (id, done?),
            }
        };
        step("claim_folder_made");
        let above = work.try_clone()?;
        let made = Self {
            above,
            folder,
            id,
            claim,
        };
        made.save()?;
        step("claim_written");
        Ok(made)
    }

    /// Every batch in hand of one partner, in the order in which they were taken. What a crash left behind of a
    /// folder that was being made or removed is taken away.
    pub fn all(work: &Folder) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for name in work.names()? {
            let folder = match work.folder(&name) {
                Err(fault) if fault.kind() == std::io::ErrorKind::NotADirectory => continue,
                done => done?,
            };
            let path = folder.path().join(CLAIM);
            let id = name
                .to_str()
                .with_context(|| format!("{} has no name of ours", path.display()))?;
            if folder.look(CLAIM)?.is_none() {
                ensure!(
                    folder.look(INPUT)?.is_none(),
                    "{} is missing beside a file that was taken",
                    path.display()
                );
                clear(work, &folder, id)?;
                continue;
            }
            let text = folder.read_small(CLAIM, 1 << 20)?;
            let text = text.with_context(|| format!("{} is no claim file", path.display()))?;
            let claim =
                read(&text).with_context(|| format!("{} cannot be understood", path.display()))?;
            let above = work.try_clone()?;
            let id = id.to_owned();
            all.push(Self {
                above,
                folder,
                id,
                claim,
            });
        }
        all.sort_by_key(|work| (work.claim.claimed_at, work.number()));
        Ok(all)
    }

    fn number(&self) -> u32 {
        let number = self.id.rsplit('-').next();
        number
            .and_then(|number| number.parse().ok())
            .unwrap_or(u32::MAX)
    }

    /// Its folder's name: unique among the partner's batches in hand.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its folder.
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Writes the claim file anew, whole and durably.
    pub fn save(&self) -> Result<()> {
        Ok(self.folder.write(CLAIM, FILE_MODE, &write(&self.claim))?)
    }

    /// The private folder of its answers.
    pub fn answers(&self) -> Result<Folder> {
        Ok(self.folder.ensure(ANSWERS, FOLDER_MODE)?)
    }

    /// The same, emptied: the batch starts over.
    pub fn fresh_answers(&self) -> Result<Folder> {
        let answers = self.answers()?;
        answers.empty()?;
        Ok(answers)
    }

    /// Notes, durably, the batch's name in the journal: what a commit whose end nobody saw is looked up by.
    pub fn name_batch(&mut self, batch: &str) -> Result<()> {
        self.claim.batch = Some(batch.to_owned());
        self.save()?;
        step("batch_named");
        Ok(())
    }

    /// Takes the folder away, answers and all. The input must have been moved out of it before.
    pub fn remove(self) -> Result<()> {
        let path = self.folder.path().join(INPUT);
        ensure!(
            self.folder.look(INPUT)?.is_none() && self.folder.look(DONE)?.is_none(),
            "{} was not put away",
            path.display()
        );
        clear(&self.above, &self.folder, &self.id)
    }
}

/// Removes a work folder; the claim file last, so that what is left at any moment is understood.
fn clear(above: &Folder, folder: &Folder, id: &str) -> Result<()> {
    if folder.look(ANSWERS)?.is_some() {
        folder.folder(ANSWERS)?.empty()?;
        folder.remove_folder(ANSWERS)?;
    }
    for name in folder.names()? {
        if name != CLAIM {
            folder.remove(&name)?;
        }
    }
    folder.sync()?;
    step("claim_emptied");
    folder.remove(CLAIM)?;
    above.remove_folder(id)?;
    above.sync()?;
    step("claim_removed");
    Ok(())
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

fn write(claim: &Claim) -> Vec<u8> {
    let hex = |name: &OsString| os::hex(name.as_bytes());
    let written = Written {
        version: 1,
        partner: claim.partner.clone(),
        name: claim.name.as_ref().map(|name| name.display().to_string()),
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

fn read(text: &[u8]) -> Result<Claim> {
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

    /// The file's name for people; what is no text in it is replaced.
    pub fn shown_name(&self) -> String {
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

    #[test]
    fn batches_in_hand_are_found_in_order_and_leftovers_go() {
        let temp = tempfile::tempdir().expect("a temp folder");
        let above = Folder::open(temp.path()).expect("opens");
        let times = [
            "2026-11-20T03:00:00+01:00",
            "2026-11-20T01:30:00Z",
            "2026-11-20T03:00:00+01:00",
        ];
        for time in times {
            Work::create(&above, claim(time))
                .expect("makes")
                .answers()
                .expect("makes")
                .create("a", 0o600)
                .expect("makes");
        }
        above
            .make("20260101T000000-1", 0o700)
            .expect("makes")
            .create("claim.json.new", 0o600)
            .expect("makes");
        above.create("lock", 0o600).expect("makes");
        let all = Work::all(&above).expect("lists");
        let ids: Vec<&str> = all.iter().map(Work::id).collect();
        assert_eq!(
            ids,
            [
                "20261120T013000-1",
                "20261120T020000-1",
                "20261120T020000-2"
            ]
        );
        assert!(above.look("20260101T000000-1").expect("looks").is_none());
        for work in all {
            work.remove().expect("removes");
        }
        assert_eq!(above.names().expect("lists"), ["lock"]);
    }

    #[test]
    fn an_input_is_never_removed_with_its_folder() {
        let temp = tempfile::tempdir().expect("a temp folder");
        let above = Folder::open(temp.path()).expect("opens");
        let work = Work::create(&above, claim("2026-11-20T03:00:00+01:00")).expect("makes");
        work.folder().create(INPUT, 0o600).expect("makes");
        assert!(work.remove().is_err());
        let work = Work::all(&above).expect("lists").remove(0);
        work.folder().remove(CLAIM).expect("removes");
        assert!(
            Work::all(&above).is_err(),
            "a file without its claim is told, not removed"
        );
    }
}
