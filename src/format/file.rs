//! A format file: from TOML to a verified [`Format`], all faults at once.

use sha2::{Digest, Sha256};

use super::compared::compared;
use super::control::controls;
use super::defaults::Defaults;
use super::field::fields;
use super::reader::reader;
use super::verify::verify;
use super::{Charset, Complete, Dictionary, Format, NamePattern, ReaderKind, Unknown};
use crate::toml_table::{Document, Faults, Table};

impl Format {
    /// Reads and verifies a format file; `file` is what its faults call it.
    pub fn parse(file: &str, text: &str, dictionary: &Dictionary) -> Result<Self, Faults> {
        let document = Document::parse(file, text)?;
        let format = read(document.root(), text, dictionary);
        let faults = document.into_faults();
        match format {
            Some(format) if faults.0.is_empty() => Ok(format),
            _ => Err(faults),
        }
    }
}

fn read(mut root: Table<'_>, text: &str, dictionary: &Dictionary) -> Option<Format> {
    let id = root.required_string("id");
    if let Some(id) = &id {
        check_id(&root, id);
    }
    let title = root.required_string("title");
    let lines = lines(&mut root, dictionary);
    let bank = root.boolean("bank").unwrap_or(false);
    let message = root.string("message");
    let beside = root.strings("compared_beside");
    let yields_to = root.strings("yields_to").unwrap_or_default();
    let patterns = root.strings("match").unwrap_or_default();
    let names = patterns.into_iter().filter_map(|pattern| {
        let pattern = NamePattern::parse(pattern);
        pattern.map_err(|fault| root.fault_at("match", fault)).ok()
    });
    let names = names.collect();
    let by_name = root.boolean("by_name").unwrap_or(false);
    let mut records = root.entries("record");
    let reader = reader(&mut root, &mut records, by_name);
    let charset = charset(&mut root, reader.as_ref());
    let defaults = Defaults::read(&mut root);
    let complete = complete(&mut root);
    let unknown = unknown(&mut root, by_name, reader.as_ref());
    let skip_or_reject = &[("skip", false), ("reject-batch", true)];
    let reject_batch_on_error = word(&mut root, "on_record_error", skip_or_reject).unwrap_or(false);
    let ignored = root.strings("ignore").unwrap_or_default();
    let (fields, families) = fields(
        &mut root,
        &mut records,
        reader.as_ref(),
        by_name,
        &lines,
        &defaults,
        dictionary,
    );
    let known = matches!(reader, Some(ReaderKind::Csv(_) | ReaderKind::Xml(_)));
    let records = records.into_iter().filter(|_| known);
    records.for_each(|(_, table)| table.finish());
    let controls = controls(&mut root, reader.as_ref(), dictionary);
    let mut format = Format {
        id: id?,
        title: title?,
        hash: format!("{:x}", Hex(&Sha256::digest(text.as_bytes()))),
        lines,
        bank,
        message,
        compared: None,
        yields_to,
        reader: reader?,
        names,
        charset,
        complete,
        unknown,
        ignored: ignored.iter().map(|label| super::folded(label)).collect(),
        reject_batch_on_error,
        fields,
        families,
        controls,
    };
    verify(&format, &root, dictionary);
    format.compared = beside.and_then(|beside| compared(&format, beside, &root, dictionary));
    root.finish();
    Some(format)
}

/// What to do about a column that no field names.
fn unknown(root: &mut Table<'_>, by_name: bool, reader: Option<&ReaderKind>) -> Unknown {
    let words = [
        ("ignore", Unknown::Ignore),
        ("reject", Unknown::RejectBatch),
    ];
    let kinds = matches!(reader, Some(ReaderKind::Xml(rules)) if !rules.records.is_empty());
    word(root, "unknown_columns", &words).unwrap_or(match (by_name, kinds) {
        (true, _) => Unknown::RejectBatch,
        (false, true) => Unknown::RejectBeside,
        (false, false) => Unknown::Ignore,
    })
}

/// Bytes in hex.
struct Hex<'b>(&'b [u8]);

impl std::fmt::LowerHex for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn check_id(root: &Table<'_>, id: &str) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.chars().all(plain) {
        root.fault_at(
            "id",
            "an id has lower-case letters, digits and hyphens only",
        );
    }
}

/// The lines that the format feeds; all of them where it names none.
fn lines(root: &mut Table<'_>, dictionary: &Dictionary) -> Vec<String> {
    let Some(lines) = root.strings("lines") else {
        return dictionary.lines.iter().map(ToString::to_string).collect();
    };
    for line in &lines {
        if !dictionary.lines.contains(&line.as_str()) {
            let known = dictionary.lines.join(", ");
            root.fault_at(
                "lines",
                format!("`{line}` is no product line; known: {known}"),
            );
        }
    }
    lines
}

/// One of a few words; `None`, after noting the fault, for any other.
pub(super) fn word<T: Copy>(
    table: &mut Table<'_>,
    key: &'static str,
    words: &[(&str, T)],
) -> Option<T> {
    let word = table.string(key)?;
    let found = words.iter().find(|(known, _)| *known == word);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        table.fault_at(
            key,
            format!("`{word}` is not known; known: {}", known.join(", ")),
        );
    }
    found.map(|(_, value)| *value)
}

fn charset(root: &mut Table<'_>, reader: Option<&ReaderKind>) -> Charset {
    let words = [
        ("utf-8", Charset::Utf8),
        ("utf-16", Charset::Utf16),
        ("windows-1252", Charset::Windows1252),
        ("iso-8859-1", Charset::Latin1),
        ("iso-8859-15", Charset::Latin9),
        ("iso646-se", Charset::Iso646Se),
        ("ibm865", Charset::Ibm865),
    ];
    let charset = word(root, "charset", &words);
    if charset.is_some() && matches!(reader, Some(ReaderKind::Xml(_) | ReaderKind::Excel(_))) {
        root.fault_at(
            "charset",
            "only delimited text has a `charset`; XML and workbooks say their own",
        );
    }
    charset.unwrap_or(Charset::Utf8)
}

fn complete(root: &mut Table<'_>) -> Complete {
    let Some(mut table) = root.table("complete") else {
        return Complete::Settle;
    };
    let words = [
        ("settle", Complete::Settle),
        ("done-file", Complete::DoneFile("{name}.done".to_owned())),
        ("sidecar", Complete::DoneFile("{name}.sha256".to_owned())),
    ];
    let by = table.required_string("by").unwrap_or_default();
    let name = table.string("name");
    let found = words
        .into_iter()
        .find(|(word, _)| *word == by)
        .map(|(_, complete)| complete);
    if found.is_none() && !by.is_empty() {
        table.fault_at(
            "by",
            format!("`{by}` is not known; known: settle, done-file, sidecar"),
        );
    }
    let complete = match (found.unwrap_or(Complete::Settle), name) {
        (Complete::Settle, Some(_)) => {
            table.fault_at(
                "name",
                "nothing is waited for but quiet, so there is no `name`",
            );
            Complete::Settle
        }
        (Complete::DoneFile(_), Some(name)) => {
            if !name.contains("{name}") || name == "{name}" || name.contains('/') {
                table.fault_at(
                    "name",
                    "write `{name}`, which stands for the file's name, and an ending",
                );
            }
            Complete::DoneFile(name)
        }
        (complete, None) => complete,
    };
    table.finish();
    complete
}
