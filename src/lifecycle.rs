//! What a lifecycle is made of: lists of public words, the outcome of a step, and tables drawn from the steps.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::code::Code;

/// What becomes of an entity when something is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<S, E: 'static> {
    /// It is in another state afterwards, and this happened.
    Go(S, &'static [E]),
    /// It stays in its state, and this happened.
    Stay(&'static [E]),
    /// It is kept for its day; until then this happened.
    Later(&'static [E]),
    /// It is not done.
    Refuse(Code),
}

/// A public word: what `words!` declares.
pub trait Word: Copy + 'static {
    /// The word.
    fn word(self) -> &'static str;
}

/// How entities change, as `sluss rules` draws it: walked from the very function that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is of, such as `insurance`.
    pub title: &'static str,
    /// The states, `none` first.
    pub states: Vec<&'static str>,
    /// The instructions.
    pub instructions: Vec<&'static str>,
    /// For each state (row) and instruction (column) what is possible; never empty.
    pub cells: Vec<Vec<Vec<Cell>>>,
}

/// One possibility of a table's cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// When it is so; blank: always.
    pub condition: &'static str,
    /// What then becomes of the entity.
    pub leads: Leads,
}

/// What becomes of an entity, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// Done: the state afterwards, and the events.
    To(&'static str, Vec<&'static str>),
    /// Kept for its day, with these events.
    Later(Vec<&'static str>),
    /// Refused.
    Refused(Code),
}

/// An instruction's word, and each case of it with its condition (blank where there is one case only).
pub type Cases<A> = (&'static str, &'static [(A, &'static str)]);

impl Table {
    /// Walks every state and every case of every instruction through `step`.
    pub fn of<S: Word, A: Copy, E: Word>(
        title: &'static str,
        states: &[S],
        instructions: &[Cases<A>],
        step: impl Fn(S, A) -> Outcome<S, E>,
    ) -> Self {
        let words = |events: &[E]| events.iter().map(|event| event.word()).collect();
        let leads = |state: S, asked: A| match step(state, asked) {
            Outcome::Go(to, events) => Leads::To(to.word(), words(events)),
            Outcome::Stay(events) => Leads::To(state.word(), words(events)),
            Outcome::Later(events) => Leads::Later(words(events)),
            Outcome::Refuse(code) => Leads::Refused(code),
        };
        let cell = |state: S, cases: &[(A, &'static str)]| {
            let all = cases.iter().map(|&(asked, condition)| Cell {
                condition,
                leads: leads(state, asked),
            });
            merged(all.collect())
        };
        Self {
            title,
            states: states.iter().map(|state| state.word()).collect(),
            instructions: instructions.iter().map(|(word, _)| *word).collect(),
            cells: states
                .iter()
                .map(|&state| {
                    instructions
                        .iter()
                        .map(|(_, cases)| cell(state, cases))
                        .collect()
                })
                .collect(),
        }
    }

    /// The table in Markdown: a row a state, a column an instruction.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| state |");
        for instruction in &self.instructions {
            let _ = write!(text, " {instruction} |");
        }
        text.push_str("\n| --- |");
        text.push_str(&" --- |".repeat(self.instructions.len()));
        text.push('\n');
        for (state, row) in self.states.iter().zip(&self.cells) {
            let _ = write!(text, "| {state} |");
            for cell in row {
                let said: Vec<String> = cell.iter().map(|one| one.said(state)).collect();
                let _ = write!(text, " {} |", said.join("; "));
            }
            text.push('\n');
        }
        text
    }

    /// The changes of state as a Mermaid diagram; what leaves an entity in its state is not drawn.
    pub fn mermaid(&self) -> String {
        let mut drawn = BTreeSet::new();
        let mut text = String::from("stateDiagram-v2\n");
        for (row, from) in self.cells.iter().zip(&self.states) {
            for (cell, instruction) in row.iter().zip(&self.instructions) {
                for one in cell {
                    let Leads::To(to, _) = &one.leads else {
                        continue;
                    };
                    if to != from && drawn.insert((from, to, instruction)) {
                        let from = if *from == "none" { "[*]" } else { from };
                        let _ = writeln!(text, "    {from} --> {to}: {instruction}");
                    }
                }
            }
        }
        text
    }
}

/// Cases that lead to the same are one, without a condition where nothing else is possible.
fn merged(cell: Vec<Cell>) -> Vec<Cell> {
    if cell.iter().all(|one| one.leads == cell[0].leads) {
        return cell
            .into_iter()
            .take(1)
            .map(|one| Cell {
                condition: "",
                ..one
            })
            .collect();
    }
    cell
}

impl Cell {
    /// What happens, for an entity in this state.
    fn said(&self, state: &str) -> String {
        let what = match &self.leads {
            Leads::To(to, _) if *to == state => "stays".to_owned(),
            Leads::To(to, _) => format!("`{to}`"),
            Leads::Later(_) => "scheduled".to_owned(),
            Leads::Refused(code) => code.as_str().to_owned(),
        };
        if self.condition.is_empty() {
            what
        } else {
            format!("{what} ({})", self.condition)
        }
    }
}

/// Declares an enum of public words: the variants, their list, the way to the word and back, and the same words in
/// stored states. One list, so that none of these can drift.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $variant,)+ }

        #[allow(dead_code, reason = "not every list of words is walked")]
        impl $name {
            /// Every one, in the order of the manual.
            $vis const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Their public words, in the same order.
            $vis const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The public word.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The one of this public word.
            $vis fn named(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl $crate::lifecycle::Word for $name {
            fn word(self) -> &'static str {
                self.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = compact_str::CompactString::deserialize(deserializer)?;
                Self::named(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, Self::WORDS))
            }
        }
    };
}
pub(crate) use words;
