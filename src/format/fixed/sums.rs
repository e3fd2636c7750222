//! What lines must add up to: sums over lines, held against what a line states.

use super::{FixedControl, FixedRules, Stands, Term};
use crate::toml_table::Table;

impl FixedRules {
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

pub(super) fn controls(root: &mut Table<'_>, rules: &FixedRules) -> Vec<FixedControl> {
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
    let can_state = match rules.lines[stated.line].stands {
        Stands::Closing(_) => true,
        Stands::Opening => !rules.closes(stated.line),
        Stands::Record | Stands::Detail => false,
    };
    if !can_state {
        table.fault_at(
            "stated",
            "a total is stated by the line that closes what it is of, or opens it where no line closes it",
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
