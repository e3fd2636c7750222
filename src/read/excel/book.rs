//! The sheets of a workbook and their rows, whatever the kind. Only .xlsx is read cell by cell; the others are held
//! whole, within the child's limits.

use std::io::BufReader;

use calamine::{Data, Ods, OdsError, Range, Reader, Sheet, SheetType, SheetVisible, Xls, XlsError};
use calamine::{Xlsx, XlsxCellReader, XlsxError};

use super::cell::{NO_VALUE, cell};
use super::child::Watched;
use super::frame::{COLUMN_MAX, ROW_MAX, Refusal};
use super::package::Kind;
use crate::code::Code;
use crate::read::{Cell, SheetRow};

/// Bytes of one row's texts.
const ROW_BYTES: usize = 1 << 20;
/// The longest text that a spreadsheet can hold in a cell, and so the longest that can be sent back in one.
const CELL_TEXT: usize = 32_767;

type Input = BufReader<Watched>;

/// An open workbook.
pub(super) enum Book {
    Xlsx(Xlsx<Input>),
    Xls(Xls<Input>),
    Ods(Ods<Input>),
}

/// The rows of a sheet that are not empty, from the top.
pub(super) type Rows<'b> = Box<dyn Iterator<Item = Result<SheetRow, Refusal>> + 'b>;

impl Book {
    pub(super) fn open(kind: Kind, file: Watched) -> Result<Self, Refusal> {
        let input = BufReader::new(file);
        match kind {
            Kind::Xlsx => Xlsx::new(input)
                .map(Self::Xlsx)
                .map_err(|error| match error {
                    XlsxError::Password => Refusal::Encrypted,
                    _ => Refusal::Unreadable,
                }),
            Kind::Xls => Xls::new(input).map(Self::Xls).map_err(|error| match error {
                XlsError::Password => Refusal::Encrypted,
                _ => Refusal::Unreadable,
            }),
            Kind::Ods => Ods::new(input).map(Self::Ods).map_err(|error| match error {
                OdsError::Password => Refusal::Encrypted,
                _ => Refusal::Unreadable,
            }),
        }
    }

    /// Names of the sheets that hold cells, and whether a user sees them.
    pub(super) fn sheets(&self) -> Vec<(String, bool)> {
        let sheets: &[Sheet] = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        let sheets = sheets.iter().filter(|s| s.typ == SheetType::WorkSheet);
        sheets
            .map(|s| (s.name.clone(), s.visible == SheetVisible::Visible))
            .collect()
    }

    /// The rows of a sheet. Cells in columns from `columns` on are not taken.
    pub(super) fn rows(&mut self, sheet: &str, columns: u32) -> Result<Rows<'_>, Refusal> {
        let range = match self {
            Self::Xlsx(book) => {
                let cells = book.worksheet_cells_reader(sheet);
                let cells = cells.map_err(|_| Refusal::Unreadable)?;
                return Ok(Box::new(Streamed {
                    cells: Streaming {
                        cells,
                        ended: false,
                    },
                    columns,
                    peeked: None,
                    next_row: 0,
                    done: false,
                }));
            }
            Self::Xls(book) => book.worksheet_range(sheet).ok(),
            Self::Ods(book) => book.worksheet_range(sheet).ok(),
        };
        held(&range.ok_or(Refusal::Unreadable)?, columns)
    }
}

/// The rows of a sheet that is held whole.
fn held<'b>(range: &Range<Data>, columns: u32) -> Result<Rows<'b>, Refusal> {
    let Some((top, left)) = range.start() else {
        return Ok(Box::new(std::iter::empty()));
    };
    let mut rows: Vec<SheetRow> = Vec::new();
    for (down, cells) in range.rows().enumerate() {
        let row = u32::try_from(down)
            .ok()
            .and_then(|down| top.checked_add(down));
        let row = row.filter(|row| *row <= ROW_MAX).ok_or(Refusal::Disorder)?;
        let mut builder = RowBuilder::new(row, columns);
        for (right, data) in cells.iter().enumerate() {
            let column = u32::try_from(right)
                .ok()
                .and_then(|right| left.checked_add(right));
            if let Some(cell) = cell(data.clone()) {
                builder.add(column.ok_or(Refusal::Disorder)?, cell)?;
            }
        }
        rows.extend(builder.finish()?);
    }
    Ok(Box::new(rows.into_iter().map(Ok)))
}

/// The cells that are not empty, in the order of the file.
struct Streaming<'b> {
    cells: XlsxCellReader<'b, Input>,
    /// Asked again after its end, the reader would look for another.
    ended: bool,
}

impl Streaming<'_> {
    fn next(&mut self) -> Result<Option<(u32, u32, Cell)>, Refusal> {
        while !self.ended {
            let record = self.cells.next_cell_with_formula_metadata();
            let Some(record) = record.map_err(|_| Refusal::Unreadable)? else {
                self.ended = true;
                break;
            };
            let (row, column) = record.pos;
            let value = cell(Data::from(record.value));
            let value = match (value, record.formula) {
                (Some(value), _) => value,
                // Whoever wrote the formula has not computed it: the sender saw a value that is not in the file.
                (None, Some(_)) => Cell::Error(NO_VALUE.to_owned()),
                (None, None) => continue,
            };
            return Ok(Some((row, column, value)));
        }
        Ok(None)
    }
}

/// The rows of an .xlsx sheet, put together cell by cell.
struct Streamed<'b> {
    cells: Streaming<'b>,
    columns: u32,
    peeked: Option<(u32, u32, Cell)>,
    next_row: u32,
    done: bool,
}

impl Streamed<'_> {
    fn row(&mut self) -> Result<Option<SheetRow>, Refusal> {
        let first = match self.peeked.take() {
            Some(first) => Some(first),
            None => self.cells.next()?,
        };
        let Some((row, column, cell)) = first else {
            return Ok(None);
        };
        // Rows out of order could be the same row twice.
        if row < self.next_row || row > ROW_MAX {
            return Err(Refusal::Disorder);
        }
        self.next_row = row + 1;
        let mut builder = RowBuilder::new(row, self.columns);
        builder.add(column, cell)?;
        while let Some((next_row, column, cell)) = self.cells.next()? {
            if next_row != row {
                self.peeked = Some((next_row, column, cell));
                break;
            }
            builder.add(column, cell)?;
        }
        builder.finish()
    }
}

impl Iterator for Streamed<'_> {
    type Item = Result<SheetRow, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let row = self.row().transpose();
        self.done = !matches!(row, Some(Ok(_)));
        row
    }
}

/// A row being put together.
struct RowBuilder {
    row: SheetRow,
    columns: u32,
    bytes: usize,
}

impl RowBuilder {
    const fn new(row: u32, columns: u32) -> Self {
        Self {
            row: SheetRow {
                row,
                cells: Vec::new(),
                fault: None,
            },
            columns,
            bytes: 0,
        }
    }

    fn add(&mut self, column: u32, cell: Cell) -> Result<(), Refusal> {
        if column > COLUMN_MAX {
            return Err(Refusal::Disorder);
        }
        if self.row.fault == Some(Code::RecordTooLarge) {
            return Ok(());
        }
        if column >= self.columns {
            self.row.fault = Some(Code::ColumnCount);
            return Ok(());
        }
        let (Cell::Text(text) | Cell::Number(text) | Cell::Date(text) | Cell::Error(text)) = &cell
        else {
            self.row.cells.push((column, cell));
            return Ok(());
        };
        self.bytes += text.len();
        if self.bytes > ROW_BYTES
            || text.len() > CELL_TEXT && text.encode_utf16().count() > CELL_TEXT
        {
            self.row.fault = Some(Code::RecordTooLarge);
            self.row.cells.clear();
            return Ok(());
        }
        self.row.cells.push((column, cell));
        Ok(())
    }

    /// The row, `None` where nothing stands in it.
    fn finish(mut self) -> Result<Option<SheetRow>, Refusal> {
        let cells = &mut self.row.cells;
        cells.sort_by_key(|(column, _)| *column);
        if cells.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Refusal::Disorder);
        }
        let empty = cells.is_empty() && self.row.fault.is_none();
        Ok((!empty).then_some(self.row))
    }
}
