//! A batch in hand: its private folder under `work/<partner>/` and the claim file in it.
//!
//! ```text
//! work/<partner>/<id>/claim.json   what is known of the batch, synced at every change
//!                     input        the file itself, once it was taken
//!                     done         its done-file, if it had one
//!                     answers/     what will be published
//! ```

mod claim;

use anyhow::{Context, Result, ensure};

use crate::os::{Folder, step};

pub use claim::{Claim, Stage};
use claim::{read, write};

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

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(at: &str) -> Claim {
        let at = chrono::DateTime::parse_from_rfc3339(at).expect("a time");
        Claim::fresh("p", Some("a.csv".into()), at, at.date_naive())
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
