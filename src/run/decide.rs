//! One record against the book: instruction ids first, then its line's lifecycle; or, where the batch is refused as a
//! whole, the refusal.

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, NaiveDate};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code::Code;
use crate::ledger::{Book, INSTRUCTION, Namer, Places};
use crate::line::{self, Products, Space, Standing, Store, Terms, Whose};
use crate::model::{Checked, Decision, Finding, Instruction, Outcome, Shown, Whole, ids};
use crate::outbox::answers::Fate;

/// Root of every derived id. Any fixed value would do; this one must never change.
const NAMESPACE: Uuid = Uuid::from_u128(0x51a5_5000_0b0c_4c0e_8d1e_5c0f_1c4d_0001);

/// Decides records one after another.
pub(super) struct Decider<'a> {
    /// Whether the insurer's own feed asks.
    pub(super) insurer: bool,
    /// Whether it is a bank's own file.
    pub(super) bank: bool,
    /// The site's products.
    pub(super) products: &'a Products,
    /// The business date.
    pub(super) today: NaiveDate,
    /// When the batch was claimed.
    pub(super) now: DateTime<FixedOffset>,
    /// The batch's id.
    pub(super) id: &'a str,
    /// What the profile says that rules and events go by.
    pub(super) terms: Terms,
    /// How many records answers are written of: what happens to the others is only counted.
    pub(super) told: u64,
    /// Name of everything derived for the batch.
    pub(super) batch: Uuid,
    /// Why the batch is refused as a whole, on the pass that only writes its answers; with the book as committed, for
    /// the states of what the records speak of.
    pub(super) refusal: Option<(Finding, Option<Book>)>,
}

/// The name of everything derived for a file: UUID v5 of partner and input hash.
pub(super) fn batch_origin(partner: &str, sha256: &str) -> Uuid {
    ids::derived(&NAMESPACE, format!("{partner}\n{sha256}").as_bytes())
}

/// What a duplicate answers: the first answer again.
#[derive(Debug, Serialize, Deserialize)]
struct FirstAnswer(String, String, String);

impl Decider<'_> {
    /// Decides the record of this row. Its findings by itself are moved into what became of it; of one that may be of
    /// several kinds, the one that it is stays.
    pub(super) fn decide(
        &mut self,
        row: u64,
        checked: &mut Checked,
        book: &mut Book,
    ) -> Result<Fate> {
        let origin = ids::derived(&self.batch, Whole::of(row).as_bytes());
        let contested = self.choose(row, origin, checked, book)?;
        let mut decision = if checked.is_bad() {
            refused(standing(checked, book)?, Vec::new())
        } else {
            self.decide_good((row, origin, contested), checked, book)?
        };
        let by_itself = checked.findings.len();
        if by_itself > 0 {
            let mut findings = std::mem::take(&mut checked.findings);
            findings.append(&mut decision.findings);
            decision.findings = findings;
        }
        if let Some((reason, committed)) = &mut self.refusal {
            let standing = match committed {
                Some(book) => standing(checked, book)?,
                None => named_alone(checked),
            };
            // What the records before it would have done has not happened.
            if decision.outcome == Outcome::Rejected && decision.entity == standing.0 {
                decision.state = standing.1.state;
            } else if decision.outcome != Outcome::Rejected {
                let mut findings = std::mem::take(&mut decision.findings);
                findings.push(reason.clone().at(checked.place.clone()));
                let currency = decision.currency;
                decision = refused(standing, findings);
                decision.currency = currency;
            }
        }
        Ok(Fate {
            row,
            decision,
            by_itself,
            origin,
            time: None,
        })
    }

    /// Of a record that may be of several kinds, takes the one of the line whose payer it names. Says whether entities of
    /// several lines have that number.
    fn choose(
        &self,
        row: u64,
        origin: Uuid,
        checked: &mut Checked,
        book: &mut Book,
    ) -> Result<bool> {
        if checked.others.is_empty() {
            return Ok(false);
        }
        let readings = std::iter::once(&*checked).chain(&checked.others);
        let readings: Vec<&Instruction> = readings
            .filter_map(|checked| checked.instruction.as_ref())
            .collect();
        let chosen = line::whose(&readings, book, &self.context(row, origin))?;
        let mut others = std::mem::take(&mut checked.others);
        if let Whose::One(at @ 1..) = chosen {
            *checked = others.swap_remove(at - 1);
        }
        Ok(chosen == Whose::Several)
    }

    fn context(&self, row: u64, origin: Uuid) -> line::Context<'_> {
        line::Context {
            today: self.today,
            now: self.now,
            products: self.products,
            insurer: self.insurer,
            origin,
            batch_origin: self.batch,
            row,
            batch: self.id,
            bank: self.bank,
            contested: false,
            terms: &self.terms,
            told: row <= self.told,
        }
    }

    fn decide_good(
        &self,
        (row, origin, contested): (u64, Uuid, bool),
        checked: &Checked,
        book: &mut Book,
    ) -> Result<Decision> {
        let instruction = checked
            .instruction
            .as_ref()
            .context("a record without findings has an instruction")?;
        let kind = instruction.kind;
        if let Some(id) = &instruction.instruction_id
            && let Some(seen) = book.seen(id)?
        {
            let same = seen.digest == instruction.digest;
            let mut decision = repeated(checked, same, &seen.answer, book)?;
            if same && kind.inquiry {
                // It changed nothing then and changes nothing now: whoever asks again is told how it stands.
                book.start_record(row, kind.name);
                let context = self.context(row, origin);
                decision.reply = line::decide(instruction, book, &context)?.reply;
            }
            return Ok(decision);
        }
        book.start_record(row, kind.name);
        let context = line::Context {
            contested,
            ..self.context(row, origin)
        };
        let decision = line::decide(instruction, book, &context)?;
        let rejects = decision.findings.iter().any(Finding::rejects);
        assert_eq!(
            decision.outcome == Outcome::Rejected,
            rejects,
            "{}: a rejection has an error, nothing else has",
            kind.name
        );
        let taken = matches!(decision.outcome, Outcome::Accepted | Outcome::Scheduled);
        if taken && let Some(id) = &instruction.instruction_id {
            let references: Vec<String> = decision
                .references
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = FirstAnswer(
                decision.entity.to_string(),
                decision.state.to_string(),
                references.join(";"),
            );
            book.remember(id, instruction.digest, &serde_json::to_string(&answer)?)?;
        }
        Ok(decision)
    }
}

/// The answer to an instruction id that was seen before.
fn repeated(checked: &Checked, same: bool, answer: &str, book: &mut Book) -> Result<Decision> {
    if !same {
        let id = checked.instruction_id.as_deref().unwrap_or("");
        let finding =
            Finding::field(Code::InstructionIdReused, "instruction_id").seen(Shown::plain(id));
        return Ok(refused(standing(checked, book)?, vec![finding]));
    }
    let FirstAnswer(entity, state, references) =
        serde_json::from_str(answer).context("the answer kept in the book")?;
    let mut decision = Decision::new(Outcome::Duplicate, &entity, state);
    decision.repeated = references.into();
    Ok(decision)
}

/// The entity that a record speaks of, by its own key, and how it stands before the record.
fn standing(checked: &Checked, book: &mut dyn Store) -> Result<(CompactString, Standing)> {
    let Some((line, kind)) = line::kind(&checked.kind) else {
        return Ok(named_alone(checked));
    };
    if let Some(instruction) = &checked.instruction
        && let Some((entity, standing)) = line::named(line, &instruction.fields, book)?
    {
        return Ok((entity.into(), standing));
    }
    let (entity, mut standing) = named_alone(checked);
    if !entity.is_empty() {
        standing = line::standing(line, kind, &entity, book)?;
    }
    Ok((entity, standing))
}

/// The entity that a record names by its own key, where the book is not asked.
fn named_alone(checked: &Checked) -> (CompactString, Standing) {
    (checked.entity.clone(), Standing::default())
}

fn refused((entity, standing): (CompactString, Standing), findings: Vec<Finding>) -> Decision {
    let mut decision = Decision::rejected(&entity, standing.state, findings);
    decision.currency = standing.currency;
    decision
}

/// What some records will ask the book for.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Where it looks for their keys first.
    pub(super) places: Places,
    /// Spaces in which records have keys of their own name, with their ordinals among these, from 1.
    own: Vec<(Space, u64)>,
    /// How many records there are.
    records: u64,
}

impl Keys {
    /// The keys of a record.
    pub(super) fn add(&mut self, checked: &Checked, namer: &Namer) {
        self.records += 1;
        let mut push = |space: Space, key: &str| {
            if key == line::RECORD_NAME {
                return self.own.push((space, self.records));
            }
            namer.add(space, key, &mut self.places);
        };
        match &checked.instruction {
            Some(instruction) if !checked.is_bad() => {
                if let Some(id) = &instruction.instruction_id {
                    push(INSTRUCTION, id);
                }
                line::keys(instruction, &mut push);
                let others = checked.others.iter();
                for other in others.filter_map(|other| other.instruction.as_ref()) {
                    line::keys(other, &mut push);
                }
            }
            _ if checked.entity.is_empty() => {}
            _ => {
                if let Some((line, kind)) = line::kind(&checked.kind) {
                    push(line::space(line, kind), &checked.entity);
                }
            }
        }
    }

    /// Adds the keys that are names of the records themselves, of which so many were read before.
    pub(super) fn own(&self, batch: Uuid, before: u64, namer: &Namer, places: &mut Places) {
        for (space, ordinal) in &self.own {
            let name = line::record_name(batch, before + ordinal);
            namer.add(*space, &name, places);
        }
    }

    /// How many records there are.
    pub(super) const fn records(&self) -> u64 {
        self.records
    }
}
