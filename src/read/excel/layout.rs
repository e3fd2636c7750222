//! From a sheet's rows to records, on any thread.

use std::borrow::Cow;
use std::sync::Arc;

use super::find::label;
use crate::code::Code;
use crate::format::{Field, Format, Unknown};
use crate::model::{FieldType, Finding, Place, Shown, Source};
use crate::read::csv::header::{Columns, Taken, columns};
use crate::read::field::{absent, given};
use crate::read::{Cell, Chunk, RawField, RawRecord, SheetRow};

/// Digits that a workbook's number holds for certain.
const SAFE_DIGITS: usize = 15;
/// No country's identity number has fewer digits.
const IDENTITY_DIGITS: usize = 8;

const AS_TEXT: &str = "format the column as text, and type the value again";

/// What a sheet's header says, and with it how its rows are read.
#[derive(Debug)]
pub struct ExcelLayout {
    format: Arc<Format>,
    sheet: Arc<str>,
    preface: Vec<SheetRow>,
    header: SheetRow,
    /// The sheet's column of each label.
    at: Vec<u32>,
    columns: Columns,
}

/// A value that a cell cannot give: the field's own code, and why.
struct Unfit {
    code: Code,
    message: &'static str,
    hint: &'static str,
}

impl ExcelLayout {
    /// Resolves the header's labels. The finding puts the file into quarantine.
    pub(super) fn new(
        format: &Arc<Format>,
        sheet: Arc<str>,
        preface: Vec<SheetRow>,
        header: SheetRow,
    ) -> Result<Self, Box<Finding>> {
        let at: Vec<u32> = header.cells.iter().map(|(column, _)| *column).collect();
        let labels = header.cells.iter().map(|(_, cell)| label(cell).into());
        let labels: Vec<Cow<'_, str>> = labels.collect();
        let place = |label: usize| Place::Cell {
            sheet: sheet.clone(),
            row: header.row,
            column: at.get(label).copied().unwrap_or(0),
        };
        let format = format.for_labels(&labels);
        let columns = columns(&format, &labels, &place, &|| None)?;
        Ok(Self {
            format,
            sheet,
            preface,
            header,
            at,
            columns,
        })
    }

    /// What the header holds that rejects the batch as a whole.
    pub(in crate::read) fn batch(&self) -> &[Finding] {
        &self.columns.batch
    }

    /// The sheet's name.
    pub fn sheet(&self) -> &str {
        &self.sheet
    }

    /// The rows above the header, as far as they are kept, and the header.
    pub fn head(&self) -> impl Iterator<Item = &SheetRow> {
        self.preface.iter().chain(std::iter::once(&self.header))
    }

    /// The records of a chunk.
    pub fn records<'c>(&'c self, chunk: &'c Chunk) -> Vec<RawRecord<'c>> {
        let Chunk::Rows(rows) = chunk else {
            return Vec::new();
        };
        let rows = rows.iter().enumerate();
        rows.map(|(at, row)| self.record(at, row)).collect()
    }

    fn record<'c>(&'c self, at: usize, row: &'c SheetRow) -> RawRecord<'c> {
        let mut record = RawRecord {
            place: self.place(row, 0),
            fields: Vec::with_capacity(self.columns.taken.len()),
            findings: Vec::new(),
            batch: Vec::new(),
            source: Source::Item(at),
        };
        if let Some(code) = row.fault {
            record
                .findings
                .push(too_much(code).at(record.place.clone()));
        }
        if row.fault == Some(Code::RecordTooLarge) {
            return record;
        }
        for taken in &self.columns.taken {
            self.field(taken, row, &mut record);
        }
        let missing = self.columns.absent.iter();
        let missing = missing.filter_map(|&field| absent(&self.format.fields[field], 0));
        record.fields.extend(missing);
        self.unlabelled(row, &mut record);
        record
    }

    fn place(&self, row: &SheetRow, column: u32) -> Place {
        Place::Cell {
            sheet: self.sheet.clone(),
            row: row.row,
            column,
        }
    }

    fn field<'c>(&'c self, taken: &Taken, row: &'c SheetRow, record: &mut RawRecord<'c>) {
        let field = &self.format.fields[taken.field];
        let column = self.at[taken.column];
        let mut cell = find(row, column);
        if !taken.joined.is_empty() {
            match self.joined(field, taken, row, record) {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => cell = Some(error),
            }
        }
        let Some(cell) = cell else {
            record.fields.extend(absent(field, column));
            return;
        };
        if field.convert.constant.is_some() {
            record.fields.extend(absent(field, column));
            return;
        }
        let unfit = match value(field, cell, column) {
            Ok(value) => {
                record.fields.extend(value);
                return;
            }
            Err(unfit) => unfit,
        };
        let seen = seen(cell);
        let value = if matches!(field.kind, FieldType::Identity) {
            Shown::personal(&seen)
        } else {
            Shown::plain(&seen)
        };
        record.findings.push(
            Finding::field(unfit.code, field.name)
                .at(self.place(row, column))
                .seen(value)
                .saying(unfit.message)
                .hinting(unfit.hint),
        );
        // The field stands in the record all the same: it was given.
        record.fields.push(RawField {
            name: field.name,
            seen,
            text: Err(unfit.code),
            spot: column,
            convert: None,
        });
    }

    /// A field of several columns: their texts, those that there are; false where there is none.
    ///
    /// # Errors
    /// This cell of them holds an error.
    fn joined<'c>(
        &'c self,
        field: &'c Field,
        taken: &Taken,
        row: &'c SheetRow,
        record: &mut RawRecord<'c>,
    ) -> Result<bool, &'c Cell> {
        let columns = std::iter::once(&taken.column).chain(&taken.joined);
        let cells: Vec<&Cell> = columns.filter_map(|&at| find(row, self.at[at])).collect();
        let broken = cells.iter().find(|cell| matches!(cell, Cell::Error(_)));
        if let Some(broken) = broken {
            return Err(broken);
        }
        if cells.is_empty() {
            return Ok(false);
        }
        let join = field.convert.join.as_ref();
        let separator = join.map_or("", |(separator, _)| separator);
        let texts: Vec<String> = cells
            .into_iter()
            .map(|c| label(c).trim().to_owned())
            .collect();
        let text = Cow::Owned(texts.join(separator));
        record
            .fields
            .extend(given(field, text, self.at[taken.column]));
        Ok(true)
    }

    /// A value under no label would be lost without a word.
    fn unlabelled(&self, row: &SheetRow, record: &mut RawRecord<'_>) {
        if self.format.unknown == Unknown::Ignore || row.fault.is_some() {
            return;
        }
        let mut columns = row.cells.iter().map(|(column, _)| *column);
        if let Some(column) = columns.find(|column| self.at.binary_search(column).is_err()) {
            record.findings.push(
                Finding::new(Code::ColumnCount)
                    .at(self.place(row, column))
                    .saying("a value stands in a column that has no label")
                    .hinting("give the column a label, or empty the cell"),
            );
        }
    }
}

fn value<'c>(field: &'c Field, cell: &'c Cell, column: u32) -> Result<Option<RawField<'c>>, Unfit> {
    match cell {
        Cell::Text(text) => Ok(given(field, Cow::Borrowed(text), column)),
        Cell::Number(number) => numeric(field, number, column),
        Cell::Date(date) => dated(field, date, column),
        Cell::Bool(truth) => {
            let word = if *truth { "true" } else { "false" };
            if matches!(field.kind, FieldType::Bool) {
                return Ok(Some(plain(field, word, column)));
            }
            Ok(given(field, Cow::Borrowed(word), column))
        }
        Cell::Error(_) => Err(Unfit {
            code: own_code(field),
            message: "the cell holds an error, or a value that is no text, number, date or truth",
            hint: "write the value itself into the cell",
        }),
    }
}

fn find(row: &SheetRow, column: u32) -> Option<&Cell> {
    let at = row
        .cells
        .binary_search_by_key(&column, |(column, _)| *column);
    at.ok().map(|at| &row.cells[at].1)
}

fn too_much(code: Code) -> Finding {
    let finding = Finding::new(code);
    if code == Code::RecordTooLarge {
        return finding
            .saying("the row holds more than 1 MiB, or a cell more than 32,767 characters")
            .hinting("shorten its texts");
    }
    finding
        .saying("the row has more columns than the profile allows")
        .hinting("empty the cells to the right of the table")
}

/// What the sender sees in the cell.
fn seen(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Text(text) | Cell::Number(text) | Cell::Date(text) | Cell::Error(text) => {
            Cow::Borrowed(text)
        }
        Cell::Bool(true) => Cow::Borrowed("true"),
        Cell::Bool(false) => Cow::Borrowed("false"),
    }
}

/// A field whose text is canonical already.
fn plain<'c>(field: &Field, text: &'c str, spot: u32) -> RawField<'c> {
    RawField {
        name: field.name,
        seen: Cow::Borrowed(text),
        text: Ok(Cow::Borrowed(text)),
        spot,
        convert: None,
    }
}

/// A number cell. Its decimals need no conversion; what is no number by its type may have lost digits or zeros.
fn numeric<'c>(
    field: &'c Field,
    number: &'c str,
    spot: u32,
) -> Result<Option<RawField<'c>>, Unfit> {
    let unsigned = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let code = own_code(field);
    if whole.len() > SAFE_DIGITS {
        return Err(Unfit {
            code,
            message: "a number cell keeps 15 digits; those after them are lost",
            hint: AS_TEXT,
        });
    }
    let is_whole = fraction.is_empty() && unsigned.len() == number.len();
    match field.kind {
        FieldType::Amount { .. }
        | FieldType::Rate
        | FieldType::Percent
        | FieldType::Integer(..)
            if field.convert.map.is_none() =>
        {
            let text = field.convert.bounds(number).map(|()| Cow::Borrowed(number));
            Ok(Some(RawField {
                text,
                ..plain(field, number, spot)
            }))
        }
        FieldType::Identity if !is_whole || whole.len() < IDENTITY_DIGITS => Err(Unfit {
            code,
            message: "as a number the value has lost its leading zeros, or is no identity number",
            hint: AS_TEXT,
        }),
        FieldType::Digits(_) if !is_whole => Err(Unfit {
            code,
            message: "the cell holds a number with a sign or decimals",
            hint: AS_TEXT,
        }),
        _ => Ok(given(field, Cow::Borrowed(number), spot)),
    }
}

/// A date cell.
fn dated<'c>(field: &'c Field, date: &'c str, spot: u32) -> Result<Option<RawField<'c>>, Unfit> {
    let code = own_code(field);
    if !matches!(field.kind, FieldType::Date) {
        return Err(Unfit {
            code,
            message: "the spreadsheet has made a date of the value",
            hint: AS_TEXT,
        });
    }
    if date.contains('T') {
        return Err(Unfit {
            code,
            message: "the cell holds a time of day besides the date",
            hint: "enter the date alone",
        });
    }
    Ok(Some(plain(field, date, spot)))
}

/// The code of a value that is none of the field's type.
fn own_code(field: &Field) -> Code {
    if let Some(code) = field.convert.fault {
        return code;
    }
    match field.kind {
        FieldType::Text(_) | FieldType::Ref | FieldType::Uuid => Code::InvalidCharacter,
        FieldType::Date => Code::InvalidDate,
        FieldType::Amount { .. } => Code::InvalidAmount,
        FieldType::Rate | FieldType::Percent | FieldType::Integer(..) | FieldType::Digits(_) => {
            Code::InvalidNumber
        }
        FieldType::Bool | FieldType::Code(_) | FieldType::Synonym(_) => Code::UnknownCode,
        FieldType::Country => Code::InvalidCountry,
        FieldType::Currency => Code::InvalidCurrency,
        FieldType::Language => Code::InvalidLanguage,
        FieldType::Email => Code::InvalidEmail,
        FieldType::Phone => Code::InvalidPhone,
        FieldType::Identity => Code::InvalidIdentityNo,
        FieldType::CardNumber => Code::InvalidCharacter,
        FieldType::Iban => Code::InvalidIban,
        FieldType::Bic => Code::InvalidBic,
    }
}
