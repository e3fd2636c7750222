//! From one record's bytes to its fields, on any thread.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use quick_xml::Reader;

use super::charset::{Charset, has_mark};
use super::outline::Tails;
use super::piece::{Piece, content};
use super::scope::Scope;
use super::syntax::{Tag, Wrong, value_text};
use super::tree::Tree;
use crate::code::Code;
use crate::format::{Format, Unknown, XmlRules};
use crate::model::{Finding, Place, Source};
use crate::read::{Chunk, Element, RawField, RawRecord};

/// How a format's records are read. Shared by all threads.
#[derive(Debug)]
pub struct XmlLayout {
    format: Arc<Format>,
    namespace: Option<String>,
    tree: Tree,
    charset: Charset,
    tails: Arc<OnceLock<Tails>>,
}

impl XmlLayout {
    pub(super) fn new(
        format: &Arc<Format>,
        rules: &XmlRules,
        charset: Charset,
        tails: Arc<OnceLock<Tails>>,
    ) -> Self {
        Self {
            format: format.clone(),
            namespace: rules.namespace.clone(),
            tree: Tree::new(format, rules),
            charset,
            tails,
        }
    }

    /// The records of a chunk.
    pub fn records<'c>(&'c self, chunk: &'c Chunk) -> Vec<RawRecord<'c>> {
        let Chunk::Elements(elements) = chunk else {
            return Vec::new();
        };
        let elements = elements.iter().enumerate();
        elements
            .map(|(at, element)| self.record(at, element))
            .collect()
    }

    /// Where a field stands in a record; `spot` is that of its [`RawField`].
    pub fn place(&self, record: &Place, spot: u32) -> Place {
        let field = usize::try_from(spot)
            .ok()
            .and_then(|at| self.format.fields.get(at));
        let (Place::Path(record), Some(field)) = (record, field) else {
            return record.clone();
        };
        let mut path = String::new();
        match &field.path {
            Some(from) => {
                if !from.from_root {
                    path.push_str(record);
                }
                for element in &from.elements {
                    path.push('/');
                    path.push_str(element);
                }
                if let Some(attribute) = &from.attribute {
                    path.push_str("/@");
                    path.push_str(attribute);
                }
            }
            None => path.extend([record, "/", field.name]),
        }
        Place::Path(path.into())
    }

    /// The character set that the document came in.
    pub(crate) const fn charset(&self) -> &Charset {
        &self.charset
    }

    /// The format that the document was read under.
    pub(crate) const fn format(&self) -> &Arc<Format> {
        &self.format
    }

    /// What stands after the records; known when the reader has finished.
    pub(crate) fn tails(&self) -> Option<&Tails> {
        self.tails.get()
    }

    fn record<'c>(&'c self, at: usize, element: &'c Element) -> RawRecord<'c> {
        let mut walk = Walk {
            layout: self,
            record: RawRecord {
                place: Place::Path(element.path.clone()),
                fields: Vec::new(),
                findings: element.findings.clone(),
                batch: Vec::new(),
                source: Source::Item(at),
            },
            stood: vec![false; self.format.fields.len()],
            given: vec![false; self.format.fields.len()],
            open: Vec::new(),
            scope: element.context.scope.clone(),
            around: element.context.names.len().saturating_sub(1),
            undecodable: false,
        };
        for (field, text) in &element.context.inherited {
            walk.put(*field, Cow::Borrowed(text));
        }
        for &field in &element.context.conflicts {
            walk.conflict(field);
        }
        let source = std::str::from_utf8(&element.bytes).unwrap_or_default();
        if walk.read(source).is_err() {
            // The cutter has seen these bytes; that they do not read the same again is not expected.
            walk.record.findings.push(walk.finding(Code::Malformed));
        }
        if has_mark(source) && !walk.undecodable {
            walk.record.findings.push(walk.finding(Code::Undecodable));
        }
        walk.absent();
        walk.record
    }
}

/// An open element of a record.
struct Open<'c> {
    local: &'c str,
    known: Known,
    text: Cow<'c, str>,
    has_children: bool,
}

/// What the format knows of an element.
#[derive(Clone, Copy)]
enum Known {
    /// The record itself, of a format that goes by names.
    Record,
    /// It is a field by its own name.
    Field(usize),
    /// A node of the format's paths.
    Node(usize),
    /// Nothing.
    Not,
}

/// A walk through one record.
struct Walk<'c> {
    layout: &'c XmlLayout,
    record: RawRecord<'c>,
    /// Which fields have stood in the record, blank or not.
    stood: Vec<bool>,
    /// Which fields have a value.
    given: Vec<bool>,
    open: Vec<Open<'c>>,
    scope: Scope,
    /// How many elements stand around the record.
    around: usize,
    undecodable: bool,
}

impl<'c> Walk<'c> {
    fn read(&mut self, source: &'c str) -> Result<(), Wrong> {
        const BROKEN: Wrong = "markup is not well formed";
        let mut reader = Reader::from_str(source);
        let mut start = 0;
        loop {
            let piece = Piece::of(&reader.read_event().map_err(|_| BROKEN)?);
            let end = usize::try_from(reader.buffer_position()).map_err(|_| BROKEN)?;
            let raw = source.get(start..end).ok_or(BROKEN)?;
            start = end;
            match piece {
                Piece::Start | Piece::Empty => {
                    self.enter(raw)?;
                    if piece == Piece::Empty {
                        self.leave();
                    }
                }
                Piece::End => self.leave(),
                Piece::Text | Piece::CData => {
                    // A reference's buffer is not used by these.
                    let text = match piece {
                        Piece::CData => raw
                            .strip_prefix("<![CDATA[")
                            .and_then(|r| r.strip_suffix("]]>")),
                        _ => Some(raw),
                    };
                    self.text(line_ends(text.ok_or(BROKEN)?));
                }
                Piece::Reference => {
                    let mut buffer = [0; 4];
                    self.text(Cow::Owned(content(piece, raw, &mut buffer)?.to_owned()));
                }
                Piece::Eof => return Ok(()),
                Piece::Comment | Piece::Instruction | Piece::Declaration | Piece::DocType => {}
            }
        }
    }

    fn text(&mut self, text: Cow<'c, str>) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        if open.text.is_empty() {
            open.text = text;
        } else {
            open.text.to_mut().push_str(&text);
        }
    }

    fn enter(&mut self, raw: &'c str) -> Result<(), Wrong> {
        let tag = Tag::parse(raw)?;
        let in_namespace = match &self.layout.namespace {
            None => true,
            Some(namespace) => {
                self.scope.enter(&tag, self.around + self.open.len())?;
                self.scope.uri(tag.name.prefix) == Some(namespace)
            }
        };
        let known = match self.open.last_mut() {
            None => self.root(),
            Some(parent) => {
                parent.has_children = true;
                let parent = parent.known;
                if in_namespace {
                    self.child(parent, &tag)?
                } else {
                    Known::Not
                }
            }
        };
        self.open.push(Open {
            local: tag.name.local,
            known,
            text: Cow::Borrowed(""),
            has_children: false,
        });
        self.attributes(&tag, known)
    }

    fn root(&self) -> Known {
        match self.layout.tree {
            Tree::Names(_) => Known::Record,
            Tree::Paths(_) => Known::Node(0),
        }
    }

    fn child(&self, parent: Known, tag: &Tag<'_>) -> Result<Known, Wrong> {
        let child = match (parent, &self.layout.tree) {
            (Known::Record, Tree::Names(names)) => {
                // `<property name="LoanInterest">` is `<property.LoanInterest>`.
                let named = tag
                    .attributes
                    .iter()
                    .find(|a| !a.is_technical() && a.name.local == "name");
                let field = match named {
                    Some(attribute) => {
                        let name =
                            format!("{}.{}", tag.name.local, value_text(attribute.raw)?.trim());
                        names.get(name.as_str())
                    }
                    None => names.get(tag.name.local),
                };
                field.copied().map(Known::Field)
            }
            (Known::Node(node), Tree::Paths(nodes)) => {
                nodes[node].child(tag.name.local).map(Known::Node)
            }
            _ => None,
        };
        Ok(child.unwrap_or(Known::Not))
    }

    fn attributes(&mut self, tag: &Tag<'c>, known: Known) -> Result<(), Wrong> {
        for attribute in tag.attributes.iter().filter(|a| !a.is_technical()) {
            let local = attribute.name.local;
            let fields: Vec<usize> = match (known, &self.layout.tree) {
                (Known::Record, Tree::Names(names)) => {
                    names.get(local).copied().into_iter().collect()
                }
                (Known::Field(_), _) if local == "name" => continue,
                (Known::Node(node), Tree::Paths(nodes)) => {
                    let attributes = nodes[node].attributes.iter();
                    attributes
                        .filter(|(name, _)| name == local)
                        .map(|(_, at)| *at)
                        .collect()
                }
                _ => Vec::new(),
            };
            if fields.is_empty() {
                self.unknown(Some(local));
            }
            for field in fields {
                self.put(field, value_text(attribute.raw)?);
            }
        }
        Ok(())
    }

    fn leave(&mut self) {
        let Some(element) = self.open.last_mut() else {
            return;
        };
        let text = std::mem::take(&mut element.text);
        let (known, has_children) = (element.known, element.has_children);
        let blank = text.trim().is_empty();
        match (known, &self.layout.tree) {
            (Known::Field(field), _) if !has_children => self.put(field, text),
            (Known::Node(node), Tree::Paths(nodes)) if !nodes[node].text.is_empty() => {
                for &field in &nodes[node].text {
                    self.put(field, text.clone());
                }
            }
            (Known::Not, _) if has_children && blank => {}
            (Known::Not, _) => self.unknown(None),
            (Known::Record | Known::Node(_) | Known::Field(_), _) if blank => {}
            (Known::Record | Known::Node(_) | Known::Field(_), _) => self.unknown(None),
        }
        self.open.pop();
    }

    /// A field's text as the document has it.
    fn put(&mut self, at: usize, text: Cow<'c, str>) {
        let field = &self.layout.format.fields[at];
        if std::mem::replace(&mut self.stood[at], true) {
            self.conflict(at);
            return;
        }
        let seen = if field.convert.untrimmed {
            text
        } else {
            trim(text)
        };
        if seen.trim().is_empty() || field.convert.constant.is_some() {
            return;
        }
        let field_text = if self.is_undecodable(&seen) {
            self.undecodable = true;
            self.push(at, Cow::Borrowed(""), Err(Code::Undecodable));
            return;
        } else {
            field.convert.apply(seen.clone())
        };
        if field_text.as_ref().is_ok_and(|text| text.is_empty()) {
            return;
        }
        self.push(at, seen, field_text);
    }

    fn push(&mut self, at: usize, seen: Cow<'c, str>, text: Result<Cow<'c, str>, Code>) {
        self.given[at] = true;
        self.record.fields.push(RawField {
            name: self.layout.format.fields[at].name,
            seen,
            text,
            spot: u32::try_from(at).expect("a format has fewer fields"),
        });
    }

    /// Bytes that could not be decoded; or UTF-8 in a document that says it is written in a set of one byte a
    /// character, which would be read as other letters.
    fn is_undecodable(&self, text: &str) -> bool {
        if text.is_ascii() {
            return false;
        }
        let charset = &self.layout.charset;
        has_mark(text)
            || charset.is_single_byte()
                && std::str::from_utf8(&charset.encode(text.as_bytes())).is_ok()
    }

    fn conflict(&mut self, at: usize) {
        let name = self.layout.format.fields[at].name;
        let findings = &mut self.record.findings;
        let twice = |f: &Finding| f.code == Code::ConflictingFields && f.field == name;
        if findings.iter().any(twice) {
            return;
        }
        let spot = u32::try_from(at).expect("a format has fewer fields");
        let place = self.layout.place(&self.record.place, spot);
        findings.push(
            Finding::field(Code::ConflictingFields, name)
                .at(place)
                .saying("the field stands more than once in the record")
                .hinting("send it once"),
        );
    }

    /// An attribute, or the open element, is not known: the first of a record is told.
    fn unknown(&mut self, attribute: Option<&str>) {
        let format = &self.layout.format;
        let last = self.open.last().map_or("", |open| open.local);
        let name = attribute.unwrap_or(last).to_lowercase();
        let passed_over = format.unknown == Unknown::Ignore || format.ignored.contains(&name);
        if passed_over || !self.record.batch.is_empty() {
            return;
        }
        let Place::Path(record) = &self.record.place else {
            return;
        };
        let mut path = record.to_string();
        for open in self.open.iter().skip(1) {
            path.push('/');
            path.push_str(open.local);
        }
        if let Some(attribute) = attribute {
            path.push_str("/@");
            path.push_str(attribute);
        }
        let place = Place::Path(path.into());
        self.record
            .batch
            .push(Finding::new(Code::UnknownField).at(place));
    }

    /// Values that the format gives where the document has none.
    fn absent(&mut self) {
        let fields = &self.layout.format.fields;
        for (at, field) in fields.iter().enumerate() {
            if self.given[at] {
                continue;
            }
            if let Some(text) = field.convert.absent() {
                self.push(at, Cow::Borrowed(text), Ok(Cow::Borrowed(text)));
            }
        }
    }

    fn finding(&self, code: Code) -> Finding {
        Finding::new(code).at(self.record.place.clone())
    }
}

/// Line ends as XML reads them.
fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Blanks around a text off, without copying it.
fn trim(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
