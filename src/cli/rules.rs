//! `sluss rules`: what the program runs by, drawn from the code that runs: instructions with their fields, lifecycle
//! tables, and the catalogue of finding codes.

use anyhow::Result;
use serde_json::{Value, json};

use super::exit::wrong_use;
use super::out::Out;
use super::table::{Table, bold};
use crate::code::{Code, Scope};
use crate::lifecycle::{self, Leads};
use crate::line::{self, Line, SHARED};
use crate::model::{Currency, FieldType, KindSpec, Need};

/// Prints the rules of one line, or of all.
pub fn print(line: Option<&str>, json: bool, out: &mut Out) -> Result<()> {
    let lines = chosen(line)?;
    if json {
        return out.json(&document(&lines));
    }
    for line in &lines {
        out.line(bold(
            &format!("{}: instructions", line.as_str()),
            out.colours,
        ))?;
        out.line(
            "* required; every record may carry instruction_id, effective_date and comment as well",
        )?;
        out.line("")?;
        for kind in line.kinds() {
            print_kind(kind, out)?;
        }
        for table in line::tables(*line) {
            print_lifecycle(&table, out)?;
        }
    }
    if lines.iter().any(|line| line.is_told_by_banks()) {
        out.line(bold("of no line alone: instructions", out.colours))?;
        out.line("* required")?;
        out.line("")?;
        for kind in SHARED {
            print_kind(kind, out)?;
        }
    }
    out.line(bold(
        "codes of findings, in order of precedence",
        out.colours,
    ))?;
    let mut table = Table::new(&["code", "about", "means", "what to do", "iso"]);
    for code in Code::ALL {
        let entry = code.entry();
        table.row([
            entry.name,
            about(entry.scope),
            entry.message,
            entry.hint,
            entry.iso_reason.unwrap_or_default(),
        ]);
    }
    table.print(out)
}

/// Prints the lifecycles as Mermaid state diagrams.
pub fn mermaid(line: Option<&str>, out: &mut Out) -> Result<()> {
    for table in chosen(line)?.into_iter().flat_map(line::tables) {
        out.line(format!("%% {}", table.title))?;
        out.line(table.mermaid())?;
    }
    Ok(())
}

/// A lifecycle with a row an instruction: there are more of them than states, and lines stay short.
fn print_lifecycle(lifecycle: &lifecycle::Table, out: &mut Out) -> Result<()> {
    out.line(bold(
        &format!("{}: lifecycle", lifecycle.title),
        out.colours,
    ))?;
    let mut headings = vec!["asked \\ state"];
    headings.extend(&lifecycle.states);
    let mut table = Table::new(&headings);
    for (at, instruction) in lifecycle.instructions.iter().enumerate() {
        let states = lifecycle.states.iter().zip(&lifecycle.cells);
        let cells: Vec<Vec<String>> = states.map(|(state, row)| said(&row[at], state)).collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
        for line in 0..lines {
            let mut row = vec![if line == 0 { *instruction } else { "" }];
            row.extend(
                cells
                    .iter()
                    .map(|cell| cell.get(line).map_or("", String::as_str)),
            );
            table.row(row);
        }
    }
    table.print(out)?;
    out.line("")
}

/// What happens to an entity in this state, a line a possibility. Several conditions that lead to the same are one.
fn said(cell: &[lifecycle::Cell], state: &str) -> Vec<String> {
    let mut groups: Vec<(&Leads, Vec<&str>)> = Vec::new();
    for one in cell {
        match groups.iter_mut().find(|(leads, _)| **leads == one.leads) {
            Some((_, conditions)) => conditions.push(one.condition),
            None => groups.push((&one.leads, vec![one.condition])),
        }
    }
    // What most conditions lead to is said last.
    groups.sort_by_key(|(_, conditions)| conditions.len() > 1);
    let line = |(leads, conditions): &(&Leads, Vec<&str>)| {
        let what = match leads {
            Leads::To(to, _) if *to == state => "stays",
            Leads::To(to, _) => to,
            Leads::Later(_) => "scheduled",
            Leads::Refused(code) => code.as_str(),
        };
        match conditions.as_slice() {
            [""] => what.to_owned(),
            [condition] => format!("{what} ({condition})"),
            _ if groups.len() == 1 => what.to_owned(),
            _ => format!("{what} (otherwise)"),
        }
    };
    groups.iter().map(line).collect()
}

fn chosen(line: Option<&str>) -> Result<Vec<Line>> {
    let Some(word) = line else {
        return Ok(Line::ALL.to_vec());
    };
    let all: Vec<&str> = Line::ALL.iter().map(|line| line.as_str()).collect();
    Line::named(word).map(|line| vec![line]).ok_or_else(|| {
        wrong_use(format!(
            "{word}: not a product line; there is {}",
            all.join(", ")
        ))
    })
}

fn print_kind(kind: &KindSpec, out: &mut Out) -> Result<()> {
    let mut traits = Vec::new();
    if kind.schedulable {
        traits.push("may take effect later");
    }
    if kind.inquiry {
        traits.push("only asks");
    }
    let side = kind.side.as_str();
    let side = side.map(|whose| format!("the {whose}'s alone"));
    traits.extend(side.as_deref());
    let traits = if traits.is_empty() {
        String::new()
    } else {
        format!(" ({})", traits.join(", "))
    };
    out.line(format!("{}{traits}", kind.name))?;
    let mut table = Table::new(&["  field", "type"]);
    for field in kind.fields {
        let star = if field.need == Need::Required {
            "*"
        } else {
            ""
        };
        table.row([format!("  {}{star}", field.name), in_words(field.kind)]);
    }
    table.print(out)?;
    out.line("")
}

fn document(lines: &[Line]) -> Value {
    let shared = if lines.iter().any(|line| line.is_told_by_banks()) {
        SHARED
    } else {
        &[]
    };
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            let kinds: Vec<Value> = line.kinds().iter().map(kind_document).collect();
            let tables: Vec<Value> = line::tables(*line).iter().map(lifecycle_document).collect();
            json!({ "line": line.as_str(), "kinds": kinds, "lifecycles": tables })
        })
        .collect();
    let codes: Vec<Value> = Code::ALL
        .iter()
        .map(|code| {
            let entry = code.entry();
            json!({
                "code": entry.name,
                "about": about(entry.scope),
                "level": code.level().as_str(),
                "message": entry.message,
                "hint": entry.hint,
                "iso_reason": entry.iso_reason,
            })
        })
        .collect();
    let shared: Vec<Value> = shared.iter().map(kind_document).collect();
    json!({ "lines": lines, "shared": shared, "codes": codes })
}

fn kind_document(kind: &KindSpec) -> Value {
    let fields: Vec<Value> = kind
        .fields
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "type": in_words(field.kind),
                "required": field.need == Need::Required,
                "clearable": field.clearable,
            })
        })
        .collect();
    json!({
        "kind": kind.name,
        "schedulable": kind.schedulable,
        "inquiry": kind.inquiry,
        "side": kind.side.as_str(),
        "fields": fields,
    })
}

/// For each state and instruction what is possible, and under which condition.
fn lifecycle_document(lifecycle: &lifecycle::Table) -> Value {
    let possibility = |cell: &lifecycle::Cell| match &cell.leads {
        Leads::To(to, events) => json!({ "when": cell.condition, "state": to, "events": events }),
        Leads::Later(events) => {
            json!({ "when": cell.condition, "scheduled": true, "events": events })
        }
        Leads::Refused(code) => json!({ "when": cell.condition, "refused": code.as_str() }),
    };
    let row = |cells: &Vec<Vec<lifecycle::Cell>>| {
        let named = lifecycle.instructions.iter().zip(cells);
        named
            .map(|(instruction, cells)| {
                let all: Vec<Value> = cells.iter().map(possibility).collect();
                ((*instruction).to_owned(), Value::Array(all))
            })
            .collect::<serde_json::Map<_, _>>()
    };
    let states = lifecycle.states.iter().zip(&lifecycle.cells);
    let states: serde_json::Map<_, _> = states
        .map(|(state, cells)| ((*state).to_owned(), Value::Object(row(cells))))
        .collect();
    json!({ "of": lifecycle.title, "states": states })
}

const fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Batch => "batch",
        Scope::Record => "record",
        Scope::Note => "note",
    }
}

/// A field's type as a partner may read it.
pub fn in_words(kind: FieldType) -> String {
    match kind {
        FieldType::Text(most) => format!("text, at most {most} characters"),
        FieldType::Ref => "reference, at most 35 printable characters".into(),
        FieldType::Uuid => "id that an answer gave out".into(),
        FieldType::Date => "date".into(),
        FieldType::Amount { currency, .. } if Currency::named(currency).is_some() => {
            format!("amount in {currency}")
        }
        FieldType::Amount { currency, .. } => format!("amount, in the currency of {currency}"),
        FieldType::Rate => "number, not negative".into(),
        FieldType::Percent => "percent, at most 100".into(),
        FieldType::Bool => "true or false".into(),
        FieldType::Integer(from, to) => format!("whole number, {from} to {to}"),
        FieldType::Country => "country, ISO 3166-1 alpha-2".into(),
        FieldType::Currency => "currency, ISO 4217".into(),
        FieldType::Language => "language, two letters".into(),
        FieldType::Email => "e-mail address".into(),
        FieldType::Phone => "phone number, E.164".into(),
        FieldType::Code(words) => format!("one of {}", words.join(", ")),
        FieldType::Synonym(spellings) => {
            let mut words: Vec<&str> = spellings.iter().map(|(_, word)| *word).collect();
            words.sort_unstable();
            words.dedup();
            format!("one of {}", words.join(", "))
        }
        FieldType::Identity => "national identity number".into(),
        FieldType::CardNumber => "card number; first six and last four digits are kept".into(),
        FieldType::Iban => "IBAN".into(),
        FieldType::Bic => "BIC".into(),
        FieldType::Digits(most) => format!("digits, at most {most}"),
    }
}
