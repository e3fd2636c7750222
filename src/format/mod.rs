//! Format files: from TOML to a verified [`Format`]. Nothing about a partner's file stands in code.

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;
use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization as _;

use crate::code::Code;
use crate::model::{FieldType, family};

mod compared;
mod control;
mod conversion;
mod convert;
pub(crate) use convert::{implied, trim};
mod defaults;
mod describe;
mod field;
mod file;
mod fixed;
mod forbidden;
mod names;
mod path;
pub(crate) use path::{Positions, path, positioned};
mod reader;
mod shipped;
mod standing;
mod verify;
mod xml;

pub use compared::Compared;
pub use describe::{DESCRIBED, Section, describe};
pub use fixed::{Columns, Condition, FixedControl, FixedLine, FixedRules, Holds, Stands, Term};
pub use names::{NamePattern, NameValues, overlaps};
pub use path::XmlPath;
pub use shipped::{load, shipped};
pub use xml::{XmlFind, XmlHolds, XmlPart, XmlRecord, XmlRules, XmlWhen};

/// A verified format: what a format file says, resolved against the canonical names.
#[derive(Clone, Debug)]
pub struct Format {
    /// Id with its version.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// SHA-256 of the format file, hex.
    pub hash: String,
    /// The product lines it feeds.
    pub lines: Vec<String>,
    /// Whether it is a bank's own: what such a file tells has happened, so that nothing of it can be refused.
    pub bank: bool,
    /// The name of the ISO 20022 message that it is, such as `pain.008`.
    pub message: Option<String>,
    /// How it is read beside others that tell of the same things.
    pub compared: Option<Compared>,
    /// Ids of formats that take a file which could be of either, where a profile names both.
    pub yields_to: Vec<String>,
    /// How bytes become records.
    pub reader: ReaderKind,
    /// File names that it takes, as patterns over the whole name; captures `date` and `sequence` where the pattern has them.
    pub names: Vec<NamePattern>,
    /// Character set of csv and fixed-width files (XML and workbooks say their own).
    pub charset: Charset,
    /// How a file of this format is known to be complete, where the profile says nothing.
    pub complete: Complete,
    /// What to do about a column or element that no field names.
    pub unknown: Unknown,
    /// Labels (trimmed, lower case) of columns that are passed over even where unknown ones reject the batch.
    pub ignored: Vec<String>,
    /// Whether one bad record rejects the batch.
    pub reject_batch_on_error: bool,
    /// The fields, in the order of the file.
    pub fields: Vec<Field>,
    /// The families of names, whose members may stand in a file beside the fields: all that are known in a format by
    /// name, in others those that it gives a `star`.
    pub families: Vec<Field>,
    /// What must add up.
    pub controls: Vec<Control>,
}

/// How bytes become records.
#[derive(Clone, Debug)]
pub enum ReaderKind {
    /// Delimited text.
    Csv(CsvRules),
    /// XML.
    Xml(XmlRules),
    /// .xlsx, .xls, .ods.
    Excel(ExcelRules),
    /// Lines of fixed columns.
    Fixed(FixedRules),
}

/// Rules of delimited text.
#[derive(Clone, Debug)]
pub struct CsvRules {
    /// Delimiter byte.
    pub delimiter: u8,
    /// Quote byte, if quotes are used.
    pub quote: Option<u8>,
    /// Whether the first line names the columns; otherwise fields stand by position.
    pub header: bool,
    /// Lines before the header (or first record) that are passed over.
    pub skip_lines: u32,
    /// Whether a quoted cell may hold line ends.
    pub multiline: bool,
    /// Lines that are no records: at most one at the top, one at the end.
    pub edges: Vec<Edge>,
}

/// A line of delimited text that is no record, and says something about the file: its header or trailer record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Its name in the format file, such as `trailer`.
    pub name: String,
    /// The column, from 0, that tells it from a record.
    pub column: usize,
    /// What stands there.
    pub is: String,
    /// Whether it is the file's last line, and not its first.
    pub last: bool,
}

/// Rules of a workbook.
#[derive(Clone, Debug)]
pub struct ExcelRules {
    /// The sheet, by its whole name (any case); `None`: the first that has the header.
    pub sheet: Option<Regex>,
    /// How many rows from the top the header may stand in.
    pub header_within: u32,
    /// How many blank rows in a row end the data.
    pub blank_rows_end: u32,
}

/// Character sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, with or without BOM.
    Utf8,
    /// UTF-16, byte order by BOM (little endian without).
    Utf16,
    /// windows-1252.
    Windows1252,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-15.
    Latin9,
    /// ISO 646-SE, the Swedish seven-bit set.
    Iso646Se,
    /// IBM code page 865, Nordic.
    Ibm865,
}

/// How a file is known to be complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complete {
    /// Quiet for the profile's `settle`.
    Settle,
    /// A done-file beside it; `{name}` is the file's name.
    DoneFile(String),
}

/// What to do about a column that no field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Passed over.
    Ignore,
    /// In a record it is passed over; beside records of several kinds, where it may be one more, the batch is rejected.
    RejectBeside,
    /// The batch is rejected (`unknown_field`).
    RejectBatch,
}

/// One field of a format.
#[derive(Clone, Debug)]
pub struct Field {
    /// Canonical name.
    pub name: &'static str,
    /// Its type, as the lines know it.
    pub kind: FieldType,
    /// Where it stands in the file, as the format file writes it.
    pub from: String,
    /// csv, excel: the labels it goes by, trimmed, lower case. xml: see `path`.
    pub labels: Vec<String>,
    /// csv without header: column from 0.
    pub position: Option<usize>,
    /// xml: where its text stands.
    pub path: Option<XmlPath>,
    /// xml: where it stands otherwise; the first of these that has a text counts.
    pub or: Vec<XmlPath>,
    /// xml: where the same stands, if anything does (of each the first place that has a text); else the record contradicts
    /// itself.
    pub agrees: Vec<Vec<XmlPath>>,
    /// xml: the other record of the same element, by its name, that is counted back to: how many records before this one
    /// it stands is the field's text, and none where it is not asked for.
    pub behind: Option<String>,
    /// xml: the element that must stand in the record for the field to be `true`; else it is not given.
    pub exists: Option<XmlPath>,
    /// fixed-width: the columns in which it stands; the first of these that has a text counts.
    pub columns: Vec<Columns>,
    /// Columns whose texts follow its own, in order: those that it is joined with.
    pub also: Vec<Columns>,
    /// xml, fixed-width: the `[record.NAME]` that it belongs to, by number; `None`: every record has it.
    pub record: Option<usize>,
    /// xml, of a family: what its `*` stands for, counted from each element that is a member.
    pub star: Option<XmlPath>,
    /// The column must stand in the header (csv, excel).
    pub column_required: bool,
    /// How its text becomes canonical text.
    pub convert: Convert,
}

/// How a partner's text becomes canonical text.
#[derive(Clone, Debug, Default)]
pub struct Convert {
    /// The value where the cell is blank or the column is not there.
    pub default: Option<String>,
    /// The value whatever the file says.
    pub constant: Option<String>,
    /// The capture of the file's name (`date` or `sequence`) that gives the value; see [`Format::for_file`].
    pub capture: Option<&'static str>,
    /// Whether a leading apostrophe may stand for a neutralised formula (csv, excel) and is taken off.
    pub neutralised: bool,
    /// Whether blanks around the text stay.
    pub untrimmed: bool,
    /// The code of a text that cannot be converted; `None`: `unknown_code`.
    pub fault: Option<Code>,
    /// Source word to canonical word; words stand as written and in lower case, canonical words stand for themselves.
    pub map: Option<HashMap<String, String>>,
    /// Words for yes and no, lower case, besides `true` and `false`.
    pub bools: Option<(Vec<String>, Vec<String>)>,
    /// Date patterns of `YYYY`, `YY`, `MM`, `DD` and separators; empty: `YYYY-MM-DD`.
    pub dates: Vec<String>,
    /// Decimal mark and grouping characters of numbers; `None`: a point, no grouping.
    pub number: Option<(char, Vec<char>)>,
    /// What the text must look like.
    pub pattern: Option<Regex>,
    /// Bounds of a number.
    pub min: Option<Decimal>,
    /// Bounds of a number.
    pub max: Option<Decimal>,
    /// Of a text split at this separator, the part of this number (from 0).
    pub split: Option<(String, usize)>,
    /// Other columns (labels, trimmed, lower case), or in XML other paths of the record, whose texts are joined to this one with a separator.
    pub join: Option<(String, Vec<String>)>,
    /// fixed-width: digits alone are the number, and so many of them are decimals.
    pub implied: Option<u32>,
    /// fixed-width: nothing but zeros is a field that is not given.
    pub zeros_are_blank: bool,
    /// Of these the one that the text begins with is taken off it.
    pub prefixes: Vec<String>,
    /// fixed-width, xml: what several lines or elements of one record mean that say different things.
    pub several: Several,
}

/// What several lines or elements of one record mean that say different things of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Several {
    /// The record contradicts itself.
    #[default]
    Conflict,
    /// The first counts.
    First,
    /// One text with this between its parts.
    Joined(String),
    /// The field is not given, and a note says why.
    Note,
}

/// What must add up.
#[derive(Clone, Debug)]
pub struct Control {
    /// Name, for the summary.
    pub name: String,
    /// Where the stated value stands.
    pub stated: Stated,
    /// What it must equal.
    pub equals: Total,
    /// Decimal mark of the stated value.
    pub convert: Convert,
}

/// Where a control's value is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stated {
    /// xml: an element or attribute.
    Path(XmlPath),
    /// csv: a cell of a line that is no record.
    Cell {
        /// The line's name.
        edge: String,
        /// The column, from 0.
        column: usize,
    },
}

impl Stated {
    /// The path, in XML.
    pub const fn path(&self) -> Option<&XmlPath> {
        match self {
            Self::Path(path) => Some(path),
            Self::Cell { .. } => None,
        }
    }
}

impl Control {
    /// A stated text as a number.
    ///
    /// # Errors
    /// It is none.
    pub fn value(&self, stated: &str) -> Result<Decimal, Code> {
        let text = self.convert.apply(stated.into())?;
        text.parse().map_err(|_| Code::InvalidNumber)
    }

    /// A total as this file would state it.
    pub fn written(&self, total: &str) -> String {
        match &self.convert.number {
            Some((mark, _)) => total.replace('.', &mark.to_string()),
            None => total.to_owned(),
        }
    }
}

/// What a control counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Total {
    /// The records.
    Count,
    /// The sum of a field over all records, as read, sign kept.
    Sum(&'static str),
}

/// The canonical names that a format may map to.
#[derive(Clone, Copy)]
pub struct Dictionary {
    /// The name as the lines know it, if one does.
    pub name: fn(&str) -> Option<&'static str>,
    /// Every name.
    pub all: fn() -> Vec<&'static str>,
    /// Every line's word.
    pub lines: &'static [&'static str],
    /// The lines whose kinds know this name.
    pub lines_of: fn(&str) -> Vec<&'static str>,
    /// The type of a name, for checking what a conversion is for.
    pub kind_of: fn(&str) -> Option<FieldType>,
    /// The canonical words of a name whose values are a list (`kind` included); `None` where any text may stand.
    pub words_of: fn(&str) -> Option<Vec<&'static str>>,
    /// What a record of a kind is about, where it is compared with the book in place of being carried out.
    pub compared_as: fn(&str) -> Option<&'static str>,
    /// Whether a comparison takes this name.
    pub compares: fn(&str) -> bool,
    /// The names that a kind cannot do without.
    pub required_of: fn(&str) -> Vec<&'static str>,
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dictionary")
    }
}

impl Format {
    /// The format as it reads a file with these labels: members of families among them are fields.
    pub fn for_labels(self: &Arc<Self>, labels: &[std::borrow::Cow<'_, str>]) -> Arc<Self> {
        let mut met: Vec<Field> = Vec::new();
        for label in labels {
            let label: String = label.trim().nfc().collect();
            let mut families = self.families.iter();
            let found =
                families.find_map(|field| Some((field, family::member(field.name, &label)?)));
            let Some((family, name)) = found else {
                continue;
            };
            let known = met
                .iter()
                .chain(&self.fields)
                .any(|field| field.name == name);
            if !known {
                met.push(Field {
                    name,
                    from: name.to_owned(),
                    labels: vec![folded(&label)],
                    ..family.clone()
                });
            }
        }
        if met.is_empty() {
            return Arc::clone(self);
        }
        let mut format = Self::clone(self);
        format.fields.append(&mut met);
        Arc::new(format)
    }
}

/// A label or word as it is compared: trimmed, NFC, lower case.
pub(crate) fn folded(label: &str) -> String {
    label.trim().nfc().collect::<String>().to_lowercase()
}

#[cfg(test)]
pub(crate) mod fake;

#[cfg(test)]
mod tests;
