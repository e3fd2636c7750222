//! Where a field of a format file says that it stands in the file.

use super::path::{path, paths};
use super::{Columns, ReaderKind, XmlPath, XmlRecord, folded};
use crate::toml_table::Table;

/// Where a field stands in the file.
#[derive(Default)]
pub(super) struct Standing {
    pub(super) from: String,
    pub(super) labels: Vec<String>,
    pub(super) position: Option<usize>,
    pub(super) path: Option<XmlPath>,
    pub(super) or: Vec<XmlPath>,
    pub(super) agrees: Vec<Vec<XmlPath>>,
    pub(super) behind: Option<String>,
    pub(super) exists: Option<XmlPath>,
    pub(super) star: Option<XmlPath>,
    pub(super) columns: Vec<Columns>,
    pub(super) required: bool,
}

impl Standing {
    /// Reads it from the field's table. `record`: the `[record.NAME]` that the field is one of, by number.
    pub(super) fn read(
        table: &mut Table<'_>,
        reader: Option<&ReaderKind>,
        record: Option<usize>,
    ) -> Self {
        let from = table.string("from");
        let position = table.integer_within("position", 1, 10_000);
        let required = table.boolean("required").unwrap_or(false);
        let sources = [
            "from", "position", "constant", "capture", "behind", "exists",
        ];
        let given = sources.iter().filter(|key| table.has(key)).count();
        if given != 1 {
            table.fault(
                "a field has exactly one of `from`, `position`, `constant`, `capture`, `behind`, `exists`",
            );
        }
        let mut standing = Self {
            position: position.and_then(|position| usize::try_from(position - 1).ok()),
            required,
            ..Self::default()
        };
        if let Some(from) = from {
            standing.place(table, from, reader, record);
        } else if let Some(position) = position {
            standing.from = format!("column {position}");
        }
        standing.star(table, record);
        standing.agrees(table, reader, record);
        standing.behind(table, reader, record);
        standing.exists(table, reader, record);
        standing.check(table, reader);
        standing
    }

    fn place(
        &mut self,
        table: &Table<'_>,
        from: String,
        reader: Option<&ReaderKind>,
        record: Option<usize>,
    ) {
        if let Some(ReaderKind::Fixed(rules)) = reader {
            match rules.alternatives(&from) {
                Ok(columns) => self.columns = columns,
                Err(fault) => table.fault_at("from", fault),
            }
        } else if let Some(ReaderKind::Xml(rules)) = reader {
            let Some(paths) = paths(&from) else {
                table.fault_at("from", format!("`{from}` is not a path such as `Customer/Name`, `Amount@currency` or `/File/Header/Date`"));
                return;
            };
            if paths.len() > 1 && rules.records.is_empty() {
                table.fault_at(
                    "from",
                    "only with `[record.NAME]` has a field several paths",
                );
            }
            for astray in paths.iter().filter_map(|path| rules.astray(record, path)) {
                table.fault_at("from", format!("`{from}`: {astray}"));
            }
            let mut paths = paths.into_iter();
            self.path = paths.next();
            self.or = paths.collect();
        } else {
            self.labels = from.split('|').map(folded).collect();
            if self.labels.iter().any(String::is_empty) {
                table.fault_at("from", "a label is blank");
            }
        }
        self.from = from;
    }

    /// Where the same must stand.
    fn agrees(
        &mut self,
        table: &mut Table<'_>,
        reader: Option<&ReaderKind>,
        record: Option<usize>,
    ) {
        let Some(all) = table.strings("agrees") else {
            return;
        };
        let Some(ReaderKind::Xml(rules)) = reader.filter(|_| record.is_some()) else {
            table.fault_at(
                "agrees",
                "only a field of a `[record.NAME]` of xml has `agrees`",
            );
            return;
        };
        for text in all {
            let within = |paths: &Vec<XmlPath>| paths.iter().all(|path| !path.from_root);
            let Some(paths) = paths(&text).filter(within) else {
                let message =
                    format!("`{text}` is not a path within the record, such as `Customer/Name`");
                table.fault_at("agrees", message);
                continue;
            };
            for astray in paths.iter().filter_map(|path| rules.astray(record, path)) {
                table.fault_at("agrees", format!("`{text}`: {astray}"));
            }
            self.agrees.push(paths);
        }
    }

    /// The record that is counted back to.
    fn behind(
        &mut self,
        table: &mut Table<'_>,
        reader: Option<&ReaderKind>,
        record: Option<usize>,
    ) {
        let Some(name) = table.string("behind") else {
            return;
        };
        let (Some(ReaderKind::Xml(rules)), Some(own)) = (reader, record) else {
            table.fault_at(
                "behind",
                "only a field of a `[record.NAME]` of xml has `behind`",
            );
            return;
        };
        let cut = rules.records.get(own).map(|own| own.cut);
        let beside = |(at, other): (usize, &XmlRecord)| {
            at != own && Some(other.cut) == cut && other.name == name
        };
        if rules.records.iter().enumerate().any(beside) {
            self.from = format!("records behind `{name}`");
            self.behind = Some(name);
        } else {
            table.fault_at(
                "behind",
                format!("`[record.{name}]` is no other record of the same element (`within`)"),
            );
        }
    }

    /// The element that is there or is not.
    fn exists(
        &mut self,
        table: &mut Table<'_>,
        reader: Option<&ReaderKind>,
        record: Option<usize>,
    ) {
        let Some(text) = table.string("exists") else {
            return;
        };
        let Some(ReaderKind::Xml(rules)) = reader.filter(|_| record.is_some()) else {
            table.fault_at(
                "exists",
                "only a field of a `[record.NAME]` of xml has `exists`",
            );
            return;
        };
        let Some(path) = path(&text).filter(|path| !path.from_root) else {
            let message =
                format!("`{text}` is not a path within the record, such as `Cards/Card[1]`");
            table.fault_at("exists", message);
            return;
        };
        if let Some(astray) = rules.astray(record, &path) {
            table.fault_at("exists", format!("`{text}`: {astray}"));
        }
        self.from = format!("whether `{text}` is there");
        self.exists = Some(path);
    }

    /// What a family's `*` stands for: said in the element that a member is.
    fn star(&mut self, table: &mut Table<'_>, record: Option<usize>) {
        let Some(star) = table.string("star") else {
            return;
        };
        let own = |path: &XmlPath| !path.from_root && path.up == 0 && path.part.is_none();
        self.star = path(&star).filter(own);
        if self.star.is_none() {
            table.fault_at("star", "write a path from the element, such as `@name`");
        }
        if record.is_none() || self.path.is_none() || !self.or.is_empty() {
            table.fault_at(
                "star",
                "only a field of a `[record.NAME]`, with one path, has a `star`",
            );
        }
    }

    fn check(&self, table: &Table<'_>, reader: Option<&ReaderKind>) {
        let by_position = matches!(reader, Some(ReaderKind::Csv(rules)) if !rules.header);
        if self.position.is_some() && !by_position {
            table.fault_at(
                "position",
                "only a csv without header has fields by position",
            );
        }
        if !self.labels.is_empty() && by_position {
            table.fault_at(
                "from",
                "without a header there are no labels; use `position`",
            );
        }
        if self.required && self.labels.is_empty() {
            table.fault_at("required", "only a column of a header can be required; what a record needs follows from its kind");
        }
    }
}
