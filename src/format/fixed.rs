//! What a format file says of files of fixed columns: the kinds of lines, how they belong together, what they add up to.

mod sums;
mod when;

use super::reader::is_name;
use crate::toml_table::Table;
use sums::controls;
use when::condition;
pub use when::{Condition, Holds};

/// The longest line that a format may describe, in characters.
const WIDTH_MOST: i64 = 1000;

/// Rules of fixed columns.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each a key of format files by itself"
)]
pub struct FixedRules {
    /// Characters of a line. Blanks at its end may be missing; what stands behind it must be blank.
    pub width: usize,
    /// Whether a line that is none of those below is passed over. Otherwise it rejects the batch.
    pub pass_over: bool,
    /// Whether lines above the first of a known kind are passed over in any case: a title.
    pub titles: bool,
    /// Whether all lines of an outermost group name one payee.
    pub one_payee: bool,
    /// The kinds of lines, by `[record.NAME]`.
    pub lines: Vec<FixedLine>,
    /// What must add up.
    pub controls: Vec<FixedControl>,
    /// Where the payee's bankgiro number stands, to be held against the profile's.
    pub payee: Vec<Columns>,
    /// Where the payee's customer number at Bankgirot stands, likewise.
    pub customer: Vec<Columns>,
    /// Where a file says that it is a test, and in which words.
    pub test: Option<(Columns, String)>,
    /// Whether a file may stand between the two lines of Bankgirot's seal.
    pub seal: bool,
}

/// A kind of line.
#[derive(Clone, Debug)]
pub struct FixedLine {
    /// Its name in the format file, such as `payment`.
    pub name: String,
    /// What tells it from others.
    pub when: Vec<Condition>,
    /// The two bytes that it surely begins with, where that is known: most lines are told by them alone.
    pub start: Option<[u8; 2]>,
    /// What it is.
    pub stands: Stands,
    /// The lines in whose groups it stands. Of an opening line the innermost one, none: the file begins with it; of others
    /// any that is open, none: anywhere.
    pub within: Vec<usize>,
    /// Whether a record stands outside of every group, so that a file may begin with it.
    pub bare: bool,
}

/// What a line is among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It opens a group: what it says holds for all that follows up to the group's end.
    Opening,
    /// A record begins with it.
    Record,
    /// It belongs to the record before it.
    Detail,
    /// It closes the group that a line of this number opened; what it says holds for all of the group too.
    Closing(usize),
}

/// Some columns of a kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The kind of line, by number.
    pub line: usize,
    /// The first column, from 0.
    pub start: usize,
    /// How many.
    pub length: usize,
}

/// A total that a closing line states of its group.
#[derive(Clone, Debug)]
pub struct FixedControl {
    /// Its name.
    pub name: String,
    /// Where the stated value stands.
    pub stated: Columns,
    /// What it must equal: one of these sums. Two where banks count in two ways.
    pub equals: Vec<Vec<Term>>,
    /// How many of its digits are decimals.
    pub decimals: u32,
}

/// A part of a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whether it is taken off.
    pub minus: bool,
    /// The kind of line that it is over.
    pub line: usize,
    /// The columns that are summed; `None`: the lines are counted.
    pub sum: Option<(usize, usize)>,
    /// Only lines where these columns (from 0) say this.
    pub only: Option<(usize, usize, String)>,
}

impl FixedRules {
    /// Whether a file may begin with a line of this kind.
    pub fn begins(&self, kind: usize) -> bool {
        let line = &self.lines[kind];
        let grouped = self.lines.iter().any(|line| line.stands == Stands::Opening);
        !grouped || line.bare || line.stands == Stands::Opening && line.within.is_empty()
    }

    /// Whether the group that a line of this kind opens is closed by a line. Otherwise it ends where a line comes that
    /// cannot stand in it.
    pub fn closes(&self, kind: usize) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.stands == Stands::Closing(kind))
    }

    /// The kind of line of this name.
    pub fn line(&self, name: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.name == name)
    }

    /// The columns that a text such as `payment.38-55` names; `Err` says what is wrong with it.
    pub(super) fn columns(&self, text: &str) -> Result<Columns, String> {
        let (name, columns) = text.trim().rsplit_once('.').ok_or_else(|| {
            format!("`{text}`: write the line and its columns, such as `payment.38-55`")
        })?;
        let line = self
            .line(name)
            .ok_or_else(|| format!("`[record.{name}]` is not there"))?;
        let (start, end) = self.range(columns)?;
        Ok(Columns {
            line,
            start,
            length: end - start,
        })
    }

    /// Columns such as `38-55` or `80`, from 0 and the end excluded.
    fn range(&self, text: &str) -> Result<(usize, usize), String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| *n > 0);
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last && last <= self.width => {
                Ok((first - 1, last))
            }
            _ => Err(format!(
                "`{text}`: write columns from 1 to {}, such as `38-55`",
                self.width
            )),
        }
    }

    /// The alternatives of a text such as `payment.13-37 | extra.13-37`.
    pub(super) fn alternatives(&self, text: &str) -> Result<Vec<Columns>, String> {
        text.split('|').map(|one| self.columns(one)).collect()
    }
}

/// The rules of fixed columns; `records`: the tables `[record.NAME]`.
pub(super) fn fixed(
    root: &mut Table<'_>,
    records: &mut [(String, Table<'_>)],
) -> Option<FixedRules> {
    let Some(mut table) = root.table("fixed-width") else {
        root.fault("`[fixed-width]` with `width = 80` is missing");
        return None;
    };
    let width = table.integer_within("width", 1, WIDTH_MOST);
    if width.is_none() && !table.has("width") {
        table.fault("`width` is missing");
    }
    let pass_over = match table.string("unknown_lines").as_deref() {
        None | Some("reject") => false,
        Some("ignore") => true,
        Some(_) => {
            table.fault_at("unknown_lines", "write `ignore` or `reject`");
            false
        }
    };
    let mut rules = FixedRules {
        width: usize::try_from(width.unwrap_or(WIDTH_MOST)).expect("1000 at most"),
        pass_over,
        titles: table.boolean("title_lines").unwrap_or(false),
        one_payee: table.boolean("one_payee").unwrap_or(false),
        lines: Vec::new(),
        controls: Vec::new(),
        payee: Vec::new(),
        customer: Vec::new(),
        test: None,
        seal: seal(&mut table),
    };
    if records.is_empty() {
        root.fault(
            "a file of fixed columns has lines: write `[record.NAME]` for each kind of them",
        );
    }
    let names: Vec<String> = records.iter().map(|(name, _)| name.clone()).collect();
    for (name, table) in records {
        let line = line(name, &names, rules.width, table);
        rules.lines.push(line);
    }
    let columns = |table: &mut Table<'_>, key: &'static str| {
        let text = table.string(key)?;
        rules
            .alternatives(&text)
            .map_err(|fault| table.fault_at(key, fault))
            .ok()
    };
    let payee = columns(&mut table, "payee").unwrap_or_default();
    let customer = columns(&mut table, "customer").unwrap_or_default();
    let test = test(&mut table, &rules);
    rules.payee = payee;
    rules.customer = customer;
    rules.test = test;
    table.finish();
    rules.controls = controls(root, &rules);
    Some(rules)
}

fn seal(table: &mut Table<'_>) -> bool {
    match table.string("seal").as_deref() {
        None => false,
        Some("bankgirot") => true,
        Some(_) => {
            table.fault_at("seal", "write `bankgirot`: no other seal is known");
            false
        }
    }
}

/// What a line surely begins with if these hold.
fn start(when: &[Condition]) -> Option<[u8; 2]> {
    when.iter().find_map(|condition| match &condition.holds {
        Holds::Words(words) if condition.at == 0 && words.len() == 1 => {
            words[0].as_bytes().first_chunk().copied()
        }
        Holds::Words(_) | Holds::Digits(_) | Holds::Blank(_) => None,
    })
}

fn line(name: &str, names: &[String], width: usize, table: &mut Table<'_>) -> FixedLine {
    if !is_name(name) {
        table.fault(format!(
            "`{name}` cannot name a line: write letters, digits and hyphens"
        ));
    }
    if !table.has("when") {
        table.fault("`when = { at = 1, is = \"20\" }` is missing: what tells the line from others");
    }
    let mut conditions = table.one_or_more("when");
    let when = conditions
        .iter_mut()
        .filter_map(|table| condition(table, width));
    let when: Vec<Condition> = when.collect();
    conditions.into_iter().for_each(Table::finish);
    let of = other(table, "of", names);
    let within = within(table, names);
    let bare = table.boolean("bare").unwrap_or(false);
    let stands = match table.string("stands").as_deref() {
        None | Some("record") => Stands::Record,
        Some("opening") => Stands::Opening,
        Some("detail") => Stands::Detail,
        Some("closing") => {
            if !table.has("of") {
                table.fault("a closing line says which one opened the group: `of = \"NAME\"`");
            }
            Stands::Closing(of.unwrap_or(0))
        }
        Some(_) => {
            table.fault_at("stands", "write `opening`, `record`, `detail` or `closing`");
            Stands::Record
        }
    };
    if table.has("of") && !matches!(stands, Stands::Closing(_)) {
        table.fault_at("of", "only a closing line has an opening one");
    }
    if bare && (stands != Stands::Record || !within.is_empty()) {
        table.fault_at(
            "bare",
            "only a record, and one that is within no group, stands outside of all",
        );
    }
    FixedLine {
        start: start(&when),
        name: name.to_owned(),
        when,
        stands,
        within,
        bare,
    }
}

/// The numbers of the lines that `within` names, `|` between them.
fn within(table: &mut Table<'_>, names: &[String]) -> Vec<usize> {
    let Some(text) = table.string("within") else {
        return Vec::new();
    };
    let known = |name: &str| {
        let found = names.iter().position(|known| known == name.trim());
        if found.is_none() {
            table.fault_at("within", format!("`[record.{}]` is not there", name.trim()));
        }
        found
    };
    text.split('|').filter_map(known).collect()
}

/// The number of the line that a key names.
fn other(table: &mut Table<'_>, key: &'static str, names: &[String]) -> Option<usize> {
    let other = table.string(key)?;
    let found = names.iter().position(|name| *name == other);
    if found.is_none() {
        table.fault_at(key, format!("`[record.{other}]` is not there"));
    }
    found
}

fn test(table: &mut Table<'_>, rules: &FixedRules) -> Option<(Columns, String)> {
    let mut test = table.table("test")?;
    let from = test.required_string("from");
    let is = test.required_string("is");
    test.finish();
    let columns = rules.columns(&from?);
    let columns = columns.map_err(|fault| test_fault(table, &fault)).ok();
    columns.zip(is)
}

fn test_fault(table: &Table<'_>, fault: &str) {
    table.fault_at("test", fault);
}
