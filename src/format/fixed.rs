//! What a format file says of files of fixed columns: the kinds of lines, how they belong together, what they add up to.

use super::reader::is_name;
use crate::toml_table::Table;

/// The longest line that a format may describe, in characters.
const WIDTH_MOST: i64 = 1000;

/// Rules of fixed columns.
#[derive(Clone, Debug)]
pub struct FixedRules {
    /// Characters of a line. Blanks at its end may be missing; what stands behind it must be blank.
    pub width: usize,
    /// Whether a line that is none of those below is passed over. Otherwise it rejects the batch.
    pub pass_over: bool,
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
    /// What tells it from others: what stands from these columns (from 0) on.
    pub when: Vec<(usize, String)>,
    /// What it is.
    pub stands: Stands,
    /// Of an opening line: the one whose group it stands in; `None`: the file begins with it.
    pub within: Option<usize>,
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
        !grouped || line.stands == Stands::Opening && line.within.is_none()
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

    /// A sum such as `sum(payment.38-55) - sum(deduction.38-55 where 57 = "1")`.
    fn terms(&self, text: &str) -> Result<Vec<Term>, String> {
        let mut terms = Vec::new();
        let mut rest = text.trim();
        let mut minus = false;
        loop {
            let close = rest.find(')').ok_or_else(|| {
                format!(
                    "`{text}`: write `count(LINE)` or `sum(LINE.38-55)`, `+` or `-` between them"
                )
            })?;
            terms.push(self.term(rest[..close].trim(), minus)?);
            rest = rest[close + 1..].trim_start();
            match rest.chars().next() {
                None => return Ok(terms),
                Some(sign @ ('+' | '-')) => {
                    minus = sign == '-';
                    rest = rest[1..].trim_start();
                }
                Some(other) => return Err(format!("`{other}` is neither `+` nor `-`")),
            }
        }
    }

    fn term(&self, text: &str, minus: bool) -> Result<Term, String> {
        let (what, inner) = text
            .split_once('(')
            .ok_or_else(|| format!("`{text}` is neither `count(LINE)` nor `sum(LINE.38-55)`"))?;
        let (of, only) = match inner.split_once(" where ") {
            Some((of, only)) => (of, Some(self.only(only)?)),
            None => (inner, None),
        };
        let of = of.trim();
        let known = |name: &str| {
            self.line(name)
                .ok_or_else(|| format!("`[record.{name}]` is not there"))
        };
        let (line, sum) = match what.trim() {
            "count" => (known(of)?, None),
            "sum" => {
                let columns = self.columns(of)?;
                (columns.line, Some((columns.start, columns.length)))
            }
            other => return Err(format!("`{other}` is neither `count` nor `sum`")),
        };
        Ok(Term {
            minus,
            line,
            sum,
            only,
        })
    }

    fn only(&self, text: &str) -> Result<(usize, usize, String), String> {
        let (columns, word) = text
            .split_once('=')
            .ok_or_else(|| format!("`where {text}`: write `where 80 = \"0\"`"))?;
        let (start, end) = self.range(columns.trim())?;
        let word = word.trim().trim_matches('"');
        Ok((start, end - start, word.to_owned()))
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
    let when: Vec<(usize, String)> = when.collect();
    conditions.into_iter().for_each(Table::finish);
    let of = other(table, "of", names);
    let within = other(table, "within", names);
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
    if table.has("within") && stands != Stands::Opening {
        table.fault_at(
            "within",
            "only an opening line says in which group it stands",
        );
    }
    FixedLine {
        name: name.to_owned(),
        when,
        stands,
        within,
    }
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

/// What stands somewhere: `{ at = 1, is = "20" }`.
fn condition(when: &mut Table<'_>, width: usize) -> Option<(usize, String)> {
    let at = when.integer_within("at", 1, WIDTH_MOST);
    if at.is_none() && !when.has("at") {
        when.fault("`at` is missing");
    }
    let is = when.required_string("is");
    let at = usize::try_from(at? - 1).expect("1000 at most");
    let is = is?;
    if is.is_empty() || !is.is_ascii() || at + is.len() > width {
        when.fault_at("is", "write what stands there, within the line");
    }
    Some((at, is))
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

fn controls(root: &mut Table<'_>, rules: &FixedRules) -> Vec<FixedControl> {
    let mut all = Vec::new();
    for mut table in root.tables("control") {
        all.extend(control(&mut table, rules));
        table.finish();
    }
    all
}

fn control(table: &mut Table<'_>, rules: &FixedRules) -> Option<FixedControl> {
    let name = table.required_string("name");
    let stated = table.required_string("stated");
    let equals = table.required_string("equals");
    let or = table.string("or");
    let decimals = table.integer_within("decimals", 0, 6).unwrap_or(0);
    let stated = rules.columns(&stated?);
    let stated = stated
        .map_err(|fault| table.fault_at("stated", fault))
        .ok()?;
    if !matches!(rules.lines[stated.line].stands, Stands::Closing(_)) {
        table.fault_at(
            "stated",
            "a total is stated by the line that closes what it is of",
        );
        return None;
    }
    let mut sums = Vec::new();
    for (key, text) in [("equals", equals), ("or", or)] {
        let Some(text) = text else { continue };
        match rules.terms(&text) {
            Ok(terms) => sums.push(terms),
            Err(fault) => table.fault_at(key, fault),
        }
    }
    Some(FixedControl {
        name: name?,
        stated,
        equals: sums,
        decimals: u32::try_from(decimals).expect("6 at most"),
    })
}
