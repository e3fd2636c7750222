//! Reads TOML key by key, and collects every fault with its place instead of stopping at the first.
//!
//! A [`Document`] holds the text and the faults; a [`Table`] hands out values by key and remembers what it was asked
//! for, so that [`Table::finish`] can tell the keys that nobody knows.

mod file;
mod nearest;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::fmt;
use std::path::Path;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use file::Files;

pub use nearest::nearest;

/// One fault in a TOML file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as the caller names it.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// Character column from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{} {}",
            self.file, self.line, self.column, self.message
        )
    }
}

/// Every fault of one or more TOML files, in the order of the file; never empty where it stands for an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// A TOML text and the faults found in it so far.
#[derive(Debug)]
pub struct Document<'i> {
    file: String,
    text: &'i str,
    root: Spanned<DeTable<'i>>,
    faults: RefCell<Vec<Fault>>,
    files: Files<'i>,
}

impl<'i> Document<'i> {
    /// Parses a text. Where it is not TOML, all its syntax errors are the faults.
    pub fn parse(file: &str, text: &'i str) -> Result<Self, Faults> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let document = Self {
            file: file.to_owned(),
            text,
            root,
            faults: RefCell::new(Vec::new()),
            files: Files::default(),
        };
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            document.fault(at, error.message().replace('\n', ", "));
        }
        if errors.is_empty() {
            Ok(document)
        } else {
            Err(document.into_faults())
        }
    }

    /// The same, where files that its values name lie: see [`Table::file`].
    #[must_use]
    pub fn with_files_in(mut self, folder: &'i Path) -> Self {
        self.files.folder = Some(folder);
        self
    }

    /// The paths of the files that were read, as its values have them.
    pub fn files(&self) -> Vec<String> {
        self.files.read.borrow().clone()
    }

    /// The table at the top.
    pub fn root(&self) -> Table<'_> {
        Table {
            file: &self.file,
            text: self.text,
            faults: &self.faults,
            files: &self.files,
            keys: self.root.get_ref(),
            at: 0,
            asked: Vec::new(),
        }
    }

    /// All faults, in the order of the file. Empty: everything that was asked for was right.
    pub fn into_faults(self) -> Faults {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        Faults(faults)
    }

    fn fault(&self, at: usize, message: String) {
        push(&self.faults, &self.file, self.text, at, message);
    }
}

fn push(faults: &RefCell<Vec<Fault>>, file: &str, text: &str, at: usize, message: String) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    faults.borrow_mut().push(Fault {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    });
}

/// One table. Every getter answers `None` for a key that is not there; for one of a wrong type too, after noting the
/// fault.
#[derive(Debug)]
pub struct Table<'a> {
    file: &'a str,
    text: &'a str,
    faults: &'a RefCell<Vec<Fault>>,
    files: &'a Files<'a>,
    keys: &'a DeTable<'a>,
    at: usize,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.keys.get(key)
    }

    fn wrong<T>(&self, value: &Spanned<DeValue<'_>>, expected: &str) -> Option<T> {
        let found = value.get_ref().type_str();
        self.note(
            value.span().start,
            format!(
                "expected {}, found {}",
                with_article(expected),
                with_article(found)
            ),
        );
        None
    }

    fn note(&self, at: usize, message: String) {
        push(self.faults, self.file, self.text, at, message);
    }

    /// Whether the key is there, whatever its type. Does not count as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// A string.
    pub fn string(&mut self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => self.wrong(value, "string"),
        }
    }

    /// A string that must be there and not be blank.
    pub fn required_string(&mut self, key: &'static str) -> Option<String> {
        if !self.has(key) {
            self.asked.push(key);
            self.fault(format!("`{key}` is missing"));
            return None;
        }
        let text = self.string(key)?;
        if text.trim().is_empty() {
            self.fault_at(key, format!("`{key}` is blank"));
            return None;
        }
        Some(text)
    }

    /// A list of strings.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            return self.wrong(value, "array of strings");
        };
        let items = array.iter().map(|item| match item.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => self.wrong(item, "string"),
        });
        // All items are looked at before one that is wrong makes the list unusable: every fault is told.
        let items: Vec<Option<String>> = items.collect();
        items.into_iter().collect()
    }

    /// A string, or a whole number as its digits: for a quantity whose unit may be left out.
    pub fn quantity(&mut self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
            _ => self.wrong(value, "string"),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong(value, "boolean"),
        }
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str) -> Option<i64> {
        let value = self.value(key)?;
        let DeValue::Integer(number) = value.get_ref() else {
            return self.wrong(value, "integer");
        };
        let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
        if read.is_none() {
            self.fault_at(key, "the number is too large");
        }
        read
    }

    /// A whole number within bounds, both included.
    pub fn integer_within(&mut self, key: &'static str, least: i64, most: i64) -> Option<i64> {
        let number = self.integer(key)?;
        if number < least || number > most {
            self.fault_at(
                key,
                format!("`{key}` must be from {least} to {most}, not {number}"),
            );
            return None;
        }
        Some(number)
    }

    /// An exact decimal, written as a number or as a string (`0.20`, `"3000000"`).
    pub fn decimal(&mut self, key: &'static str) -> Option<Decimal> {
        let value = self.value(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return self.wrong(value, "decimal number"),
        };
        let read = Decimal::from_str_exact(text).ok();
        if read.is_none() {
            self.fault_at(key, format!("`{text}` is not a decimal number"));
        }
        read
    }

    /// A table under this key.
    pub fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        let value = self.value(key)?;
        self.open(value)
    }

    /// An array of tables (`[[key]]`); none where the key is not there.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            return self.wrong(value, "array of tables").unwrap_or_default();
        };
        array.iter().filter_map(|item| self.open(item)).collect()
    }

    /// A table, or an array of tables, under this key.
    pub fn one_or_more(&mut self, key: &'static str) -> Vec<Table<'a>> {
        match self.value(key) {
            None => Vec::new(),
            Some(value) => match value.get_ref() {
                DeValue::Array(array) => array.iter().filter_map(|item| self.open(item)).collect(),
                _ => self.open(value).into_iter().collect(),
            },
        }
    }

    /// The tables under keys that the writer chooses (`[partner.NAME]`), in the order of the file.
    pub fn entries(&mut self, key: &'static str) -> Vec<(String, Table<'a>)> {
        let Some(all) = self.table(key) else {
            return Vec::new();
        };
        all.in_order()
            .into_iter()
            .filter_map(|(name, value)| {
                Some((name.get_ref().clone().into_owned(), all.open(value)?))
            })
            .collect()
    }

    /// The strings under keys that the writer chooses (`map = { "J" = "true" }`), in the order of the file.
    pub fn words(&mut self, key: &'static str) -> Option<Vec<(String, String)>> {
        let all = self.table(key)?;
        let pairs = all.in_order().into_iter().map(|(name, value)| {
            let DeValue::String(text) = value.get_ref() else {
                return all.wrong(value, "string");
            };
            Some((
                name.get_ref().clone().into_owned(),
                text.clone().into_owned(),
            ))
        });
        let pairs: Vec<Option<(String, String)>> = pairs.collect();
        pairs.into_iter().collect()
    }

    fn in_order(
        &self,
    ) -> Vec<(
        &'a Spanned<toml::de::DeString<'a>>,
        &'a Spanned<DeValue<'a>>,
    )> {
        let mut entries: Vec<_> = self.keys.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries
    }

    fn open(&self, value: &'a Spanned<DeValue<'a>>) -> Option<Table<'a>> {
        let DeValue::Table(keys) = value.get_ref() else {
            return self.wrong(value, "table");
        };
        Some(Table {
            file: self.file,
            text: self.text,
            faults: self.faults,
            files: self.files,
            keys,
            at: value.span().start,
            asked: Vec::new(),
        })
    }

    /// Notes a fault of this table as a whole.
    pub fn fault(&self, message: impl Into<String>) {
        self.note(self.at, message.into());
    }

    /// Notes a fault of a key's value; of the table, where the key is not there.
    pub fn fault_at(&self, key: &str, message: impl Into<String>) {
        let at = self
            .keys
            .get(key)
            .map_or(self.at, |value| value.span().start);
        self.note(at, message.into());
    }

    /// Notes every key that was not asked for.
    pub fn finish(self) {
        for (name, _) in self.in_order() {
            let key = name.get_ref().as_ref();
            if self.asked.contains(&key) {
                continue;
            }
            let message = match nearest(key, self.asked.iter().copied()) {
                Some(known) => format!("unknown key `{key}`; did you mean `{known}`?"),
                None if self.asked.is_empty() => format!("unknown key `{key}`"),
                None => format!("unknown key `{key}`; known here: {}", self.asked.join(", ")),
            };
            self.note(name.span().start, message);
        }
    }
}

fn with_article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if an { "an" } else { "a" })
}
