//! Lines of a file that are no records: its header record above the labels, its trailer behind the last record.

use std::sync::{Arc, OnceLock};

use super::cells::{Cell, Text, cut};
use crate::code::Code;
use crate::format::{Control, CsvRules, Edge, Format, Stated};
use crate::model::{Finding, Place, Shown};
use crate::read::StatedControl;

/// The lines of one file that are no records, each without its line end.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    /// The header record.
    pub(super) first: Option<Arc<[u8]>>,
    /// The trailer; known when the whole file was read.
    pub(super) last: Arc<OnceLock<Vec<u8>>>,
}

impl Edges {
    fn line(&self, edge: &Edge) -> Option<&[u8]> {
        if edge.last {
            self.last.get().map(Vec::as_slice)
        } else {
            self.first.as_deref()
        }
    }

    /// What the file states, in the order of the format's controls.
    ///
    /// # Errors
    /// The file has no trailer: it may have been cut short.
    pub(super) fn stated(
        &self,
        format: &Format,
        rules: &CsvRules,
    ) -> Result<Vec<StatedControl>, Box<Finding>> {
        if let Some(edge) = of(rules, true)
            && self.line(edge).is_none()
        {
            return Err(Box::new(
                Finding::new(Code::TotalsMismatch)
                    .saying(format!("the last line is no `{}` record", edge.name))
                    .hinting("the file may have been cut short: send it whole"),
            ));
        }
        let one = |control: &Control| {
            let (edge, column) = place(rules, control)?;
            let stated = cell(self.line(edge)?, column, format, rules).unwrap_or_default();
            Some(StatedControl {
                name: control.name.clone(),
                value: control.value(&stated),
                stated,
            })
        };
        Ok(format.controls.iter().filter_map(one).collect())
    }
}

/// The rule of the first or last line, if the format has one.
pub(super) fn of(rules: &CsvRules, last: bool) -> Option<&Edge> {
    rules.edges.iter().find(|edge| edge.last == last)
}

/// Whether a line is one of this kind.
pub(super) fn is(edge: &Edge, line: &[u8], format: &Format, rules: &CsvRules) -> bool {
    cell(line, edge.column, format, rules).is_some_and(|text| text == edge.is)
}

/// A first line that is not what the format says.
pub(super) fn not_first(edge: &Edge, line: u64) -> Finding {
    Finding::new(Code::Malformed)
        .at(Place::Line { line, column: 1 })
        .saying(format!("the first line is no `{}` record", edge.name))
        .hinting(format!(
            "it has `{}` in column {}",
            edge.is,
            edge.column + 1
        ))
}

/// A header or trailer among the records: two files in one, or a file put together wrongly.
pub(super) fn astray(
    line: &[u8],
    number: u64,
    format: &Format,
    rules: &CsvRules,
) -> Option<Finding> {
    let found = rules
        .edges
        .iter()
        .find(|edge| is(edge, line, format, rules))?;
    let place = Place::Line {
        line: number,
        column: 1,
    };
    Some(
        Finding::new(Code::Malformed)
            .at(place)
            .seen(Shown::plain(&found.is))
            .saying(format!(
                "a `{}` record stands among the records",
                found.name
            ))
            .hinting("send one file for each header and trailer"),
    )
}

/// A line with the totals that it states replaced by those of other records.
pub(super) fn edited(
    line: &[u8],
    edge: &Edge,
    format: &Format,
    rules: &CsvRules,
    total: &dyn Fn(&Control) -> String,
) -> Vec<u8> {
    let mut cells = Vec::new();
    if cut(line, rules.delimiter, rules.quote, usize::MAX, &mut cells).is_err() {
        return line.to_vec();
    }
    let mut edits: Vec<(Cell, String)> = Vec::new();
    for control in &format.controls {
        let stated = place(rules, control).filter(|(of, _)| of.name == edge.name);
        let cell = stated.and_then(|(_, column)| cells.get(column).copied());
        if let Some(cell) = cell
            && edits.iter().all(|(other, _)| *other != cell)
        {
            edits.push((cell, total(control)));
        }
    }
    edits.sort_by_key(|(cell, _)| cell.start);
    let mut out = Vec::with_capacity(line.len() + 16);
    let mut done = 0;
    for (cell, total) in edits {
        out.extend_from_slice(&line[done..cell.start]);
        out.extend_from_slice(total.as_bytes());
        done = cell.end;
    }
    out.extend_from_slice(&line[done..]);
    out
}

fn place<'r>(rules: &'r CsvRules, control: &Control) -> Option<(&'r Edge, usize)> {
    let Stated::Cell { edge, column } = &control.stated else {
        return None;
    };
    let edge = rules.edges.iter().find(|known| known.name == *edge)?;
    Some((edge, *column))
}

/// A cell's text, trimmed; `None` where there is no such cell or its bytes do not decode.
fn cell(line: &[u8], column: usize, format: &Format, rules: &CsvRules) -> Option<String> {
    let mut cells = Vec::new();
    cut(line, rules.delimiter, rules.quote, column + 1, &mut cells).ok()?;
    let text = Text {
        bytes: line,
        whole: None,
        ascii_only: false,
        charset: format.charset,
    };
    let text = text.cell(*cells.get(column)?, rules.quote)?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use crate::format::fake;
    use crate::read::xml::tests::LIMITS;
    use crate::read::{Fault, Input, Reader};

    const FORMAT: &str = "
id = 'f-1'
title = 'F'
lines = ['insurance']
reader = 'csv'
[csv]
delimiter = ';'
[record.header]
when = { at = 1, is = 'H' }
occurs = 'once-first'
[record.trailer]
when = { at = 1, is = 'T' }
occurs = 'once-last'
[[control]]
name = 'header count'
stated = 'header.3'
equals = 'count(record)'
[[control]]
name = 'trailer sum'
stated = 'trailer.2'
decimal = ','
equals = 'sum(record.amount)'
[[field]]
name = 'kind'
constant = 'customer.create'
[[field]]
name = 'insurance_no'
from = 'nr'
required = true
[[field]]
name = 'amount'
from = 'belopp'
";

    /// Records, findings about the file, what is stated; or why the file is refused.
    fn read(text: &str) -> String {
        let input = Input::Stream(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
        let format = std::sync::Arc::new(fake::format(FORMAT));
        let mut reader = match Reader::open(&format, input, &LIMITS) {
            Ok(reader) => reader,
            Err(Fault::File(finding)) => return format!("{} {}", finding.place, finding.message),
            Err(fault) => panic!("{fault:?}"),
        };
        let layout = reader.layout();
        let mut told = Vec::new();
        while let Some(chunk) = reader.next_chunk().expect("memory") {
            for record in layout.records(&chunk) {
                told.push(record.place.to_string());
                told.extend(record.batch.iter().map(|f| f.message.to_string()));
            }
        }
        match reader.finish() {
            Ok(ending) => told.extend(ending.controls.iter().map(|control| {
                let value = control
                    .value
                    .map_or_else(|code| code.to_string(), |v| v.to_string());
                format!("{}: `{}` = {value}", control.name, control.stated)
            })),
            Err(Fault::Batch(finding)) => {
                told.push(format!("{} {}", finding.code, finding.message));
            }
            Err(fault) => panic!("{fault:?}"),
        }
        told.join(", ")
    }

    #[test]
    fn header_and_trailer_state_totals_and_are_no_records() {
        let good = "header count: `2` = 2, trailer sum: `3,50` = 3.50";
        let rows = [
            (
                "H;x;2\nnr;belopp\n1;1\n2;2,50\nT;3,50\n",
                format!("line 3, line 4, {good}"),
            ),
            (
                "\nH;x;\"2\"\r\nnr;belopp\r\n1;1\r\n\r\nT; 3,50 ;x\r\n\r\n \r\n",
                format!("line 4, {good}"),
            ),
            ("H;x;2\nnr;belopp\nT;3,50", good.to_owned()),
            (
                "H\nnr;belopp\n1;1\nT;many\n",
                "line 3, header count: `` = invalid_number, trailer sum: `many` = invalid_number"
                    .to_owned(),
            ),
            (
                "H;x;2\nnr;belopp\n1;1\n",
                "line 3, totals_mismatch the last line is no `trailer` record".to_owned(),
            ),
            (
                "nr;belopp\n1;1\n",
                "line 1 column 1 the first line is no `header` record".to_owned(),
            ),
            (
                "H;x;2\nnr;belopp\n1;1\nT;1\nH;x;2\n2;2\nT;3,50\n",
                format!(
                    "line 3, line 4, a `trailer` record stands among the records, line 5, \
                     a `header` record stands among the records, line 6, {good}"
                ),
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text), expected, "{text}");
        }
        let many = "7;1\n".repeat(60_000);
        let told = read(&format!("H;x;2\nnr;belopp\n{many}T;3,50\n\n"));
        assert!(
            told.ends_with(&format!("line 60002, {good}")),
            "{}",
            &told[told.len() - 200..]
        );
    }
}
