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
    /// An element that is a record, and the ways from it to its fields, by their `spot`.
    Record {
        /// The element.
        path: Arc<str>,
        /// The ways.
        ways: Arc<[Way]>,
    },
}

/// The way from an element to another, or to an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// How many elements it goes up; `None`: it counts from the root.
    pub up: Option<usize>,
    /// What it goes down by, such as `/Customer/Name` or `/Amount/@currency`.
    pub down: String,
}

impl Way {
    /// The place that it leads to.
    fn from(&self, path: &str) -> Arc<str> {
        let Some(up) = self.up else {
            return self.down.as_str().into();
        };
        let mut path = path;
        for _ in 0..up {
            path = path.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
        format!("{path}{}", self.down).into()
    }
}

impl Place {
    /// Where a field of the record at this place stands. `spot`: see `RawField::spot`; `name`: its canonical name.
    #[must_use]
    pub fn of_field(&self, spot: u32, name: &str) -> Self {
        match self {
            Self::File => Self::File,
            Self::Line { line, .. } => Self::Line {
                line: *line + u64::from(spot >> 21),
                column: spot & ((1 << 21) - 1),
            },
            Self::Cell { sheet, row, .. } => Self::Cell {
                sheet: Arc::clone(sheet),
                row: *row,
                column: spot,
            },
            Self::Path(path) => Self::Path(format!("{path}/{name}").into()),
            Self::Record { path, ways } => {
                let way = usize::try_from(spot).ok().and_then(|at| ways.get(at));
                let named = || format!("{path}/{name}").into();
                Self::Path(way.map_or_else(named, |way| way.from(path)))
            }
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
            Self::Path(path) | Self::Record { path, .. } => f.write_str(path),
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
    fn a_field_of_an_element_stands_where_its_way_leads() {
        let way = |up, down: &str| Way {
            up,
            down: down.to_owned(),
        };
        let ways = [
            way(Some(0), "/A/@b"),
            way(Some(2), "/No"),
            way(None, "/F/Day"),
        ];
        let record = Place::Record {
            path: "/F/Order[2]/Cards/Card[3]".into(),
            ways: ways.into(),
        };
        let told = |spot| record.of_field(spot, "amount").to_string();
        assert_eq!(told(0), "/F/Order[2]/Cards/Card[3]/A/@b");
        assert_eq!(told(1), "/F/Order[2]/No");
        assert_eq!(told(2), "/F/Day");
        assert_eq!(told(3), "/F/Order[2]/Cards/Card[3]/amount");
        assert_eq!(record.to_string(), "/F/Order[2]/Cards/Card[3]");
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
