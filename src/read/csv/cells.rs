//! Cuts one record into its cells, by the quote rules.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::frame::{Marks, closing};
use crate::format::Charset;
use crate::read::charset::decode;

/// A cell, as offsets into its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Where it begins, quote included.
    pub(super) begin: usize,
    /// Its text, quotes around it excluded.
    pub(super) start: usize,
    /// One past its text.
    pub(super) end: usize,
    /// Whether doubled quotes stand in the text.
    pub(super) doubled: bool,
}

/// What is wrong with a record's quotes; the offset of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A quote is opened and not closed.
    Unclosed(usize),
    /// Text stands between a closing quote and the next delimiter.
    TextAfterQuote(usize),
}

/// Cuts a record (without its line end) into cells. No more than `most` are kept; the number of all is returned.
pub(super) fn cut(
    record: &[u8],
    delimiter: u8,
    quote: Option<u8>,
    most: usize,
    cells: &mut Vec<Cell>,
) -> Result<usize, Broken> {
    cells.clear();
    if let Some(quote) = quote
        && memchr(quote, record).is_some()
    {
        return cut_quoted(record, Marks { delimiter, quote }, most, cells);
    }
    let mut start = 0;
    let mut count = 1;
    for end in memchr_iter(delimiter, record) {
        if cells.len() < most {
            cells.push(plain(start, end));
        }
        start = end + 1;
        count += 1;
    }
    if cells.len() < most {
        cells.push(plain(start, record.len()));
    }
    Ok(count)
}

const fn plain(start: usize, end: usize) -> Cell {
    Cell {
        begin: start,
        start,
        end,
        doubled: false,
    }
}

fn cut_quoted(
    record: &[u8],
    marks: Marks,
    most: usize,
    cells: &mut Vec<Cell>,
) -> Result<usize, Broken> {
    let mut count = 0;
    let mut begin = 0;
    loop {
        let (cell, end) = cell(record, begin, marks)?;
        count += 1;
        if cells.len() < most {
            cells.push(cell);
        }
        if end >= record.len() {
            return Ok(count);
        }
        begin = end + 1;
    }
}

/// The cell that begins here, and the offset of the delimiter after it.
fn cell(record: &[u8], begin: usize, marks: Marks) -> Result<(Cell, usize), Broken> {
    let next =
        |from: usize| memchr(marks.delimiter, &record[from..]).map_or(record.len(), |at| from + at);
    if record.get(begin) != Some(&marks.quote) {
        let end = next(begin);
        return Ok((plain(begin, end), end));
    }
    let close = closing(record, begin, marks.quote).ok_or(Broken::Unclosed(begin))?;
    let end = next(close + 1);
    if !record[close + 1..end].trim_ascii().is_empty() {
        return Err(Broken::TextAfterQuote(begin));
    }
    let cell = Cell {
        begin,
        start: begin + 1,
        end: close,
        doubled: memchr(marks.quote, &record[begin + 1..close]).is_some(),
    };
    Ok((cell, end))
}

/// A record's bytes, and its text in whole where that has as many.
#[derive(Clone, Copy)]
pub(super) struct Text<'c> {
    pub(super) bytes: &'c [u8],
    pub(super) whole: Option<&'c str>,
    /// Whether the whole is the text of what is ASCII alone, with substitutes for the rest.
    pub(super) ascii_only: bool,
    pub(super) charset: Charset,
}

impl<'c> Text<'c> {
    /// A cell's text; `None` where its bytes do not decode.
    #[inline]
    pub(super) fn cell(&self, cell: Cell, quote: Option<u8>) -> Option<Cow<'c, str>> {
        let bytes = &self.bytes[cell.start..cell.end];
        let text = match self.whole {
            Some(whole) if !self.ascii_only || bytes.is_ascii() => {
                Cow::Borrowed(whole.get(cell.start..cell.end)?)
            }
            _ => decode(self.charset, bytes)?,
        };
        match quote {
            Some(quote) if cell.doubled => {
                let quote = char::from(quote);
                let twice: String = [quote, quote].iter().collect();
                Some(Cow::Owned(
                    text.replace(&twice, quote.encode_utf8(&mut [0; 4])),
                ))
            }
            _ => Some(text),
        }
    }

    /// How many characters these bytes of the record are, for the column of a place.
    pub(super) fn characters(&self, from: usize, to: usize) -> usize {
        match self.charset {
            // A byte that continues a character is none by itself.
            Charset::Utf8 | Charset::Utf16 => {
                let begins = |byte: &&u8| **byte & 0xC0 != 0x80;
                self.bytes[from..to].iter().filter(begins).count()
            }
            Charset::Windows1252
            | Charset::Latin1
            | Charset::Latin9
            | Charset::Iso646Se
            | Charset::Ibm865 => to - from,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(record: &str) -> Result<Vec<String>, Broken> {
        let mut cells = Vec::new();
        let count = cut(record.as_bytes(), b';', Some(b'"'), 100, &mut cells)?;
        assert_eq!(count, cells.len());
        let text = Text {
            bytes: record.as_bytes(),
            whole: Some(record),
            ascii_only: false,
            charset: Charset::Utf8,
        };
        Ok(cells
            .iter()
            .map(|&cell| text.cell(cell, Some(b'"')).expect("UTF-8").into_owned())
            .collect())
    }

    #[test]
    fn cells_are_cut_by_the_quote_rules() {
        let rows: [(&str, &[&str]); 10] = [
            ("a;b;c", &["a", "b", "c"]),
            ("", &[""]),
            (";", &["", ""]),
            ("a;;", &["a", "", ""]),
            ("\"a;b\";c", &["a;b", "c"]),
            ("\"a \"\"b\"\"\";c", &["a \"b\"", "c"]),
            ("\"\";x", &["", "x"]),
            ("5\" disk;x", &["5\" disk", "x"]),
            ("\"a\" ;x", &["a", "x"]),
            ("x;\"y\"", &["x", "y"]),
        ];
        for (record, cells) in rows {
            assert_eq!(
                texts(record),
                Ok(cells.iter().map(ToString::to_string).collect()),
                "{record}"
            );
        }
        assert_eq!(texts("a;\"b;c"), Err(Broken::Unclosed(2)));
        assert_eq!(texts("a;\"b\"c;d"), Err(Broken::TextAfterQuote(2)));
        assert_eq!(texts("a;\"b\"\""), Err(Broken::Unclosed(2)));
    }

    #[test]
    fn no_more_cells_are_kept_than_asked_for_and_all_are_counted() {
        for record in ["a;".repeat(5000), "\"a\";".repeat(5000)] {
            let mut cells = Vec::new();
            assert_eq!(
                cut(record.as_bytes(), b';', Some(b'"'), 3, &mut cells),
                Ok(5001)
            );
            assert_eq!(cells.len(), 3);
        }
    }
}
