//! Where in a partner's file something stands.

use std::fmt;
use std::sync::Arc;

/// A place that the sender can find again in the file he sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    #[default]
    File,
    /// A physical line and a character column, both from 1. Column 0: the whole line.
    Line {
        /// Physical line, from 1.
        line: u64,
        /// Character on that line, from 1; 0 for the whole line.
        column: u32,
    },
    /// A cell of a workbook; row and column from 0, as the file format counts.
    Cell {
        /// The sheet's name.
        sheet: Arc<str>,
        /// Row, from 0.
        row: u32,
        /// Column, from 0.
        column: u32,
    },
    /// An element or attribute, such as `/records/record[3]/amount`.
    Path(Arc<str>),
}

impl Place {
    /// Where a field of the record at this place stands. `spot`: see `RawField::spot`; `name`: its canonical name.
    #[must_use]
    pub fn of_field(&self, spot: u32, name: &str) -> Self {
        match self {
            Self::File => Self::File,
            Self::Line { line, .. } => Self::Line {
                line: *line,
                column: spot,
            },
            Self::Cell { sheet, row, .. } => Self::Cell {
                sheet: Arc::clone(sheet),
                row: *row,
                column: spot,
            },
            Self::Path(path) => Self::Path(format!("{path}/{name}").into()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line { line, column: 0 } => write!(f, "line {line}"),
            Self::Line { line, column } => write!(f, "line {line} column {column}"),
            Self::Cell { sheet, row, column } => {
                write!(
                    f,
                    "{sheet}!{}{}",
                    column_letters(*column),
                    u64::from(*row) + 1
                )
            }
            Self::Path(path) => f.write_str(path),
        }
    }
}

/// A spreadsheet's name of a column: 0 is `A`, 26 is `AA`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + u8::try_from(rest % 26).expect("less than 26"));
        rest /= 26;
    }
    letters.iter().rev().map(|&b| char::from(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stands_within_its_record() {
        let line = Place::Line { line: 4, column: 1 };
        assert_eq!(line.of_field(9, "amount").to_string(), "line 4 column 9");
        let cell = Place::Cell {
            sheet: "S".into(),
            row: 3,
            column: 0,
        };
        assert_eq!(cell.of_field(2, "amount").to_string(), "S!C4");
        let path = Place::Path("/records/record[3]".into());
        assert_eq!(
            path.of_field(0, "amount").to_string(),
            "/records/record[3]/amount"
        );
    }

    #[test]
    fn a_cell_is_named_as_a_spreadsheet_names_it() {
        let cell = |row, column| {
            Place::Cell {
                sheet: "Sheet1".into(),
                row,
                column,
            }
            .to_string()
        };
        assert_eq!(cell(16, 3), "Sheet1!D17");
        assert_eq!(cell(0, 25), "Sheet1!Z1");
        assert_eq!(cell(0, 26), "Sheet1!AA1");
        assert_eq!(cell(1_048_575, 16_383), "Sheet1!XFD1048576");
    }
}
