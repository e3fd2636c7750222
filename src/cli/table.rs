//! Plain-text tables: columns aligned, numbers to the right, colours only where a person looks on.

use std::borrow::Cow;
use std::fmt::Write as _;

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table that is filled row by row and printed whole.
#[derive(Debug)]
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of these columns; a heading that ends in `#` is of a column of numbers.
    pub fn new(headings: &[&'static str]) -> Self {
        let column = |heading: &&'static str| match heading.strip_suffix('#') {
            Some(name) => (name, Align::Right),
            None => (*heading, Align::Left),
        };
        Self {
            columns: headings.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; it has a cell for every column.
    pub fn row<I: IntoIterator>(&mut self, cells: I)
    where
        I::Item: Into<String>,
    {
        let row: Vec<String> = cells.into_iter().map(Into::into).collect();
        assert_eq!(row.len(), self.columns.len(), "a cell for every column");
        self.rows.push(row);
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints it.
    pub fn print(&self, out: &mut super::out::Out) -> anyhow::Result<()> {
        use std::io::Write as _;
        let text = self.render(out.colours);
        out.write_all(text.as_bytes())
            .map_err(|error| anyhow::Error::new(error).context("standard output"))
    }

    /// The table as lines, its headings first.
    pub fn render(&self, colours: bool) -> String {
        let widths = self.widths();
        let mut text = String::new();
        let headings: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        self.line(&mut text, &headings, &widths, |cell| bold(cell, colours));
        for row in &self.rows {
            self.line(&mut text, row, &widths, |cell| paint(cell, colours));
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        (0..self.columns.len())
            .map(|at| {
                let cells = self.rows.iter().map(|row| row[at].chars().count());
                cells.fold(self.columns[at].0.chars().count(), usize::max)
            })
            .collect()
    }

    fn line<'c>(
        &self,
        text: &mut String,
        cells: &'c [String],
        widths: &[usize],
        paint: impl Fn(&'c str) -> Cow<'c, str>,
    ) {
        let mut line = String::new();
        for (at, cell) in cells.iter().enumerate() {
            let blanks = " ".repeat(widths[at] - cell.chars().count());
            let shown = paint(cell);
            let gap = if at == 0 { "" } else { "  " };
            match self.columns[at].1 {
                Align::Left => write!(line, "{gap}{shown}{blanks}"),
                Align::Right => write!(line, "{gap}{blanks}{shown}"),
            }
            .expect("writing to a string");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// A word of the model in the colour of what it means; other text as it is.
pub fn paint(word: &str, colours: bool) -> Cow<'_, str> {
    let colour = match word {
        "accepted" | "active" | "yes" | "true" => "32",
        "partial" | "scheduled" | "duplicate" | "note" | "waiting" | "held" => "33",
        "rejected" | "quarantined" | "error" | "stopped" | "false" => "31",
        _ => return Cow::Borrowed(word),
    };
    if colours {
        Cow::Owned(format!("\x1b[{colour}m{word}\x1b[0m"))
    } else {
        Cow::Borrowed(word)
    }
}

/// A heading.
pub fn bold(text: &str, colours: bool) -> Cow<'_, str> {
    if colours {
        Cow::Owned(format!("\x1b[1m{text}\x1b[0m"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Text from a file as a terminal may show it: control characters, which could move the cursor or forge lines, are
/// written as escapes.
pub fn tame(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        let escape = |c: char| {
            if c.is_control() {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        };
        Cow::Owned(text.chars().map(escape).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let mut table = Table::new(&["file", "records#", "status"]);
        table.row(["Försäkring.csv", "7", "accepted"]);
        table.row(["a", "1200", ""]);
        assert_eq!(
            table.render(false),
            "file            records  status\n\
             Försäkring.csv        7  accepted\n\
             a                  1200\n"
        );
    }

    #[test]
    fn colours_do_not_move_columns() {
        let mut table = Table::new(&["a", "b"]);
        table.row(["rejected", "x"]);
        let painted = table.render(true);
        let plain = painted
            .replace("\x1b[31m", "")
            .replace("\x1b[1m", "")
            .replace("\x1b[0m", "");
        assert_eq!(plain, table.render(false));
        assert_ne!(plain, painted);
    }

    #[test]
    fn a_file_name_cannot_move_the_cursor() {
        assert_eq!(tame("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(tame("åäö"), "åäö");
    }
}
