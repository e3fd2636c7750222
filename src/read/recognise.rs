//! Which format a file is of: its name picks the candidates, its first bytes decide among them.

use std::io::Cursor;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

use super::{Layout, ReadLimits, csv::CsvReader};
use crate::code::Code;
use crate::format::{CsvRules, Format, ReaderKind, XmlRules};

/// How many of a file's first bytes are enough to recognise it.
pub const HEAD: usize = 64 * 1024;

/// The formats whose name patterns take this file's name.
pub fn candidates<'f>(formats: &'f [Arc<Format>], name: &str) -> Vec<&'f Arc<Format>> {
    let takes = |format: &&Arc<Format>| format.takes_name(name);
    formats.iter().filter(takes).collect()
}

/// The one format that this file is of. A name that one format alone takes is enough; among several, or where no name
/// fits, the content decides.
///
/// `head`: the file's first [`HEAD`] bytes, or all of a shorter one. Else `file_empty`, `no_format` or
/// `several_formats`.
pub fn recognise(formats: &[Arc<Format>], name: &str, head: &[u8]) -> Result<Arc<Format>, Code> {
    if head.is_empty() {
        return Err(Code::FileEmpty);
    }
    let mut left = candidates(formats, name);
    if left.is_empty() {
        left = formats.iter().collect();
    } else if let [only] = left.as_slice() {
        if is_other_message(only, head) {
            return Err(Code::NoFormat);
        }
        return Ok(Arc::clone(only));
    }
    left.retain(|format| fits(format, head));
    // Layouts of one family share kinds of files.
    let ids: Vec<&str> = left.iter().map(|format| &*format.id).collect();
    left.retain(|format| {
        let mut others = format.yields_to.iter();
        !others.any(|other| ids.contains(&&**other))
    });
    match left.as_slice() {
        [] => Err(Code::NoFormat),
        [one] => Ok(Arc::clone(one)),
        _ => Err(Code::SeveralFormats),
    }
}

/// Whether a file that begins so can be of this format: delimited text has the required columns, XML the path down to
/// the records, a workbook the mark of one.
pub fn fits(format: &Arc<Format>, head: &[u8]) -> bool {
    match &format.reader {
        ReaderKind::Csv(rules) => is_csv(format, rules, head),
        ReaderKind::Xml(rules) => is_xml(rules, head),
        ReaderKind::Excel(_) => is_workbook(head),
        ReaderKind::Fixed(rules) => super::fixed::begins(format, rules, head),
    }
}

/// Whether the header has what it must or, without a header, the first record has its columns.
fn is_csv(format: &Arc<Format>, rules: &CsvRules, head: &[u8]) -> bool {
    let limits = ReadLimits {
        columns: u32::MAX,
        inflated: 0,
        ratio: 0,
    };
    let stream = Box::new(Cursor::new(head.to_vec()));
    let Ok((mut reader, layout)) = CsvReader::open(format, rules, stream, &limits) else {
        return false;
    };
    if rules.header {
        return true;
    }
    let Ok(Some(chunk)) = reader.next_chunk() else {
        return false;
    };
    let layout = Layout::Csv(layout);
    let records = layout.records(&chunk);
    records
        .first()
        .is_some_and(|record| record.findings.is_empty())
}

/// A zip archive (.xlsx, .ods) or an OLE compound file (.xls).
fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}

/// Whether the elements on the way to records of one kind, all but the records themselves, stand in this namespace from
/// the root down.
fn is_xml(rules: &XmlRules, head: &[u8]) -> bool {
    let mut ways: Vec<&[String]> = Vec::new();
    for cut in &rules.cuts {
        let way = cut.split_last().map_or(&[][..], |(_, way)| way);
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways.into_iter().any(|way| leads(rules, way, head))
}

/// Whether the document tells by its second element, below the root, that it is another message than the format's: it
/// would be read as one without records.
fn is_other_message(format: &Format, head: &[u8]) -> bool {
    let ReaderKind::Xml(rules) = &format.reader else {
        return false;
    };
    if format.message.is_none() {
        return false;
    }
    let Some([root, message]) = first_two(head) else {
        return false;
    };
    let mut ways = rules.cuts.iter();
    let first = |way: &Vec<String>| way.first() == Some(&root);
    ways.clone().any(first) && !ways.any(|way| first(way) && way.get(1) == Some(&message))
}

/// The names of a document's root and of the first element in it.
fn first_two(head: &[u8]) -> Option<[String; 2]> {
    let (encoding, _) = Encoding::for_bom(head).unwrap_or((UTF_8, 0));
    let (text, ..) = encoding.decode(head);
    let mut reader = NsReader::from_str(&text);
    let mut root = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                match root {
                    None => root = Some(name),
                    Some(root) => return Some([root, name]),
                }
            }
            Event::Empty(element) => {
                return Some([root?, element.local_name().as_ref().to_owned()]);
            }
            Event::End(_) | Event::Eof => return None,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

fn leads(rules: &XmlRules, way: &[String], head: &[u8]) -> bool {
    let (encoding, _) = Encoding::for_bom(head).unwrap_or((UTF_8, 0));
    let (text, ..) = encoding.decode(head);
    if !text.trim_start().starts_with('<') {
        return false;
    }
    let mut reader = NsReader::from_str(&text);
    let mut depth = 0_usize;
    let mut found = 0;
    while found < way.len() {
        let Ok((namespace, event)) = reader.read_resolved_event() else {
            break;
        };
        let (element, opens) = match event {
            Event::Start(element) => (element, true),
            Event::Empty(element) => (element, false),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => continue,
        };
        let named = depth == found
            && element.local_name().as_ref() == way[found]
            && in_namespace(rules, &namespace);
        if named {
            found += 1;
        } else if depth == 0 {
            return false;
        }
        depth += usize::from(opens);
    }
    // The way may go on beyond the bytes at hand; the root at least was seen.
    found == way.len() || (found > 0 && head.len() >= HEAD)
}

fn in_namespace(rules: &XmlRules, found: &ResolveResult<'_>) -> bool {
    match (&rules.namespace, found) {
        (None, _) => true,
        (Some(wanted), ResolveResult::Bound(namespace)) => namespace.as_ref() == wanted,
        (Some(wanted), ResolveResult::Unbound) => wanted.is_empty(),
        (Some(_), ResolveResult::Unknown(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::fake;

    fn format(id: &str, pattern: &str, rest: &str) -> Arc<Format> {
        let text = format!("id = '{id}'\ntitle = 'T'\nmatch = ['{pattern}']\n{rest}");
        Arc::new(fake::format(&text))
    }

    fn all() -> Vec<Arc<Format>> {
        let csv = |delimiter: &str, label: &str| {
            format!(
                "reader = 'csv'\nfield = [{{ name = 'kind', from = '{label}', required = true }}]\n[csv]\ndelimiter = '{delimiter}'"
            )
        };
        let xml = |record: &str, namespace: &str| {
            format!(
                "reader = 'xml'\nfield = [{{ name = 'kind', from = '@k' }}]\n[xml]\nrecord = '{record}'\n{namespace}"
            )
        };
        vec![
            format("comma", "a*.csv", &csv(",", "kind")),
            format("semicolon", "a*.csv", &csv(";", "kind")),
            format("other", "b*.csv", &csv(",", "sort")),
            format("records", "*.xml", &xml("/records/record", "")),
            format(
                "deep",
                "*.xml",
                &xml("/Document/Ntfctn/Ntry", "namespace = 'urn:54'"),
            ),
            format(
                "excel",
                "*.xlsx",
                "reader = 'excel'\nfield = [{ name = 'kind', from = 'k' }]",
            ),
        ]
    }

    #[test]
    fn the_name_picks_and_the_content_decides() {
        let deep = "<?xml version='1.0'?><!-- x --><p:Document xmlns:p='urn:54'><p:A><p:Ntfctn/></p:A><p:Ntfctn><p:Ntry/>";
        let rows: [(&str, &[u8], Result<&str, Code>); 14] = [
            ("a.csv", b"", Err(Code::FileEmpty)),
            ("b1.csv", b"anything", Ok("other")),
            ("a.csv", b"kind,x\n", Ok("comma")),
            ("a.csv", b"x;KIND \n", Ok("semicolon")),
            ("a.csv", b"kind\n", Err(Code::SeveralFormats)),
            ("a.csv", b"sort,x\n", Err(Code::NoFormat)),
            ("c.dat", b"x,sort\n", Ok("other")),
            ("c.dat", b"\x00\xFF", Err(Code::NoFormat)),
            ("c.dat", b"PK\x03\x04....", Ok("excel")),
            ("c.dat", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Ok("excel")),
            ("x.xml", b"\xEF\xBB\xBF<records a='b'>", Ok("records")),
            ("x.xml", deep.as_bytes(), Ok("deep")),
            (
                "x.xml",
                b"<Document xmlns='urn:53'><Ntfctn>",
                Err(Code::NoFormat),
            ),
            (
                "c.dat",
                b"<Document xmlns='urn:54'><Stmt/></Document>",
                Err(Code::NoFormat),
            ),
        ];
        for (name, head, expected) in rows {
            let found = recognise(&all(), name, head);
            let found = found
                .as_ref()
                .map(|format| format.id.as_str())
                .map_err(|code| *code);
            assert_eq!(
                found,
                expected,
                "{name} {:?}",
                String::from_utf8_lossy(head)
            );
        }
        let utf16 = crate::read::charset::to_utf16("\u{feff}<records>".as_bytes(), true);
        assert_eq!(
            recognise(&all(), "y.xml", &utf16).map(|format| format.id.clone()),
            Ok("records".to_owned())
        );
    }
}
