//! Workbooks, whatever the kind they came in, as .xlsx: the rows above the header and the header where they stood, the
//! records after it without gaps, each value of its own type and none a formula.

use std::fs::File;
use std::io::{BufWriter, Read, Write};

use anyhow::{Context, Result};
use chrono::{DateTime, FixedOffset};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use sha2::{Digest, Sha256};

use super::veil::Veil;
use crate::os::{Folder, hex};
use crate::outbox::answers::files::Answer;
use crate::read::excel::ExcelLayout;
use crate::read::{Cell, SheetRow};

/// The longest name that a sheet can have.
const NAME_MAX: usize = 31;

pub(super) struct ExcelWriter {
    workbook: Workbook,
    formats: Formats,
    next_row: u32,
    folder: Folder,
    name: String,
    out: BufWriter<File>,
}

struct Formats {
    /// So that what is typed into the cell again stays text.
    text: Format,
    date: Format,
    time: Format,
}

impl ExcelWriter {
    pub(super) fn begin(
        layout: &ExcelLayout,
        folder: &Folder,
        name: &str,
        claimed_at: DateTime<FixedOffset>,
        veil: Veil<'_>,
    ) -> Result<Self> {
        let out = BufWriter::new(folder.create(name, 0o600)?);
        let mut writer = Self {
            workbook: Workbook::new(),
            formats: Formats {
                text: Format::new().set_num_format("@"),
                date: Format::new().set_num_format("yyyy-mm-dd"),
                time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            },
            next_row: 0,
            folder: Folder::open(folder.path())?,
            name: name.to_owned(),
            out,
        };
        writer
            .start(layout, folder, claimed_at, veil)
            .context(WRITE)?;
        Ok(writer)
    }

    fn start(
        &mut self,
        layout: &ExcelLayout,
        folder: &Folder,
        claimed_at: DateTime<FixedOffset>,
        veil: Veil<'_>,
    ) -> Result<(), XlsxError> {
        let created = ExcelDateTime::from_timestamp(claimed_at.timestamp())?;
        let properties = DocProperties::new().set_creation_datetime(&created);
        self.workbook.set_properties(&properties);
        // Rows wait in a nameless file, which must not lie where others can look.
        self.workbook.set_tempdir(folder.path())?;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        if sheet.set_name(layout.sheet()).is_err() {
            sheet.set_name(possible_name(layout.sheet()))?;
        }
        for row in layout.head() {
            self.next_row = row.row;
            self.row(&veil.row(row))?;
        }
        Ok(())
    }

    pub(super) fn add(&mut self, row: &SheetRow) -> Result<()> {
        if row.cells.is_empty() {
            return Ok(());
        }
        self.row(row).context(WRITE)
    }

    fn row(&mut self, row: &SheetRow) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in &row.cells {
            let column = u16::try_from(*column).map_err(|_| XlsxError::RowColumnLimitError)?;
            self.formats.write(sheet, self.next_row, column, cell)?;
        }
        self.next_row += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Answer> {
        self.workbook.save_to_writer(&mut self.out).context(WRITE)?;
        self.out.flush().context(WRITE)?;
        self.out.get_ref().sync_all().context(WRITE)?;
        // An archive is not written from front to back, so it is hashed when it is whole.
        let (mut file, stat) = self.folder.read(&self.name)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = file.read(&mut buffer).context(WRITE)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
        }
        Ok(Answer {
            name: self.name,
            sha256: hex(&hash.finalize()),
            bytes: stat.size,
        })
    }
}

const WRITE: &str = "write the rejected records as a workbook";

impl Formats {
    fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Text(text) | Cell::Error(text) => {
                sheet.write_string_with_format(row, column, text, &self.text)?;
            }
            Cell::Number(text) => match text.parse::<f64>() {
                Ok(number) => {
                    sheet.write_number(row, column, number)?;
                }
                Err(_) => {
                    sheet.write_string_with_format(row, column, text, &self.text)?;
                }
            },
            Cell::Date(text) => {
                let format = if text.contains('T') {
                    &self.time
                } else {
                    &self.date
                };
                // A workbook knows no day before 1900.
                match ExcelDateTime::parse_from_str(text) {
                    Ok(date) => sheet.write_datetime_with_format(row, column, &date, format)?,
                    Err(_) => sheet.write_string_with_format(row, column, text, &self.text)?,
                };
            }
            Cell::Bool(truth) => {
                sheet.write_boolean(row, column, *truth)?;
            }
        }
        Ok(())
    }
}

/// The nearest name that .xlsx allows: other kinds of workbook allow more.
pub(super) fn possible_name(name: &str) -> String {
    let name = name.replace(['[', ']', ':', '*', '?', '/', '\\'], "_");
    let name = name.trim_matches('\'');
    let mut units = 0;
    let short: String = name
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= NAME_MAX
        })
        .collect();
    if short.is_empty() {
        "Sheet1".to_owned()
    } else {
        short
    }
}
